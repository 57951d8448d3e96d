package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"text/template"

	"github.com/BurntSushi/toml"
	"sigs.k8s.io/yaml"
	goyaml "sigs.k8s.io/yaml/goyaml.v3"
)

// evaluate asks the oracle and writes the answer into the case. A panic of the oracle is an answer too.
func (c *Case) evaluate() {
	c.clearAnswer()
	defer func() {
		if problem := recover(); problem != nil {
			c.clearAnswer()
			c.Err = text(fmt.Sprintf("panic: %v", problem))
		}
	}()
	evaluator, ok := evaluators[c.Kind]
	if !ok {
		c.Err = text("no such kind: " + c.Kind)
		return
	}
	if err := evaluator(c); err != nil {
		c.Out, c.Text = nil, nil
		c.Err = text(err.Error())
	}
}

var evaluators map[string]func(*Case) error

func init() {
	evaluators = map[string]func(*Case) error{
		"template":    renderTemplate,
		"release":     renderRelease,
		"gotmpl":      executeGoTemplate,
		"fmt":         formatArguments,
		"document":    readDocument,
		"post-render": postRender,
		"yaml-read":   readYAML,
		"yaml-write":  writeYAML,
		"yaml3-write": writeYAML3,
		"json-read":   readJSON,
		"json-write":  writeJSON,
		"toml-read":   readTOML,
		"toml-write":  writeTOML,
		"set":         parseSet,
		"regex":       regex,
		"semver":      version,
		"glob":        globMatch,
		"time":        timeAndDuration,
		"cli":         runCLI,
	}
}

// executeGoTemplate runs text/template alone: builtins, no Helm.
func executeGoTemplate(c *Case) error {
	data, err := decodeTyped(c.Data)
	if err != nil {
		return err
	}
	option := c.Option
	if option == "" {
		option = "default"
	}
	t := template.New("t").Option("missingkey=" + option)
	for _, name := range sortedKeys(c.Files) {
		if _, err := t.New(name).Parse(c.Files[name]); err != nil {
			return err
		}
	}
	if _, err := t.Parse(c.Template.get()); err != nil {
		return err
	}
	var out strings.Builder
	// By name, as Helm does: an empty text does not replace what an earlier one defined under it.
	err = t.ExecuteTemplate(&out, "t", data)
	c.Text = text(out.String())
	return err
}

func formatArguments(c *Case) error {
	var raw []json.RawMessage
	if err := json.Unmarshal(c.Args, &raw); err != nil {
		return err
	}
	args := make([]any, len(raw))
	for i, item := range raw {
		var err error
		if args[i], err = decodeTyped(item); err != nil {
			return err
		}
	}
	c.Text = text(fmt.Sprintf(c.Format.get(), args...))
	return nil
}

func readYAML(c *Case) error {
	var v any
	if err := yaml.Unmarshal([]byte(c.In.get()), &v); err != nil {
		return err
	}
	c.Out = encodeTyped(v)
	again, err := yaml.Marshal(v)
	if err == nil {
		c.Again = text(string(again))
	}
	return nil
}

// write answers with the text that marshal gives for the case's value.
func write(c *Case, marshal func(any) ([]byte, error)) error {
	v, err := decodeTyped(c.Value)
	if err != nil {
		return err
	}
	out, err := marshal(v)
	if err != nil {
		return err
	}
	c.Text = text(string(out))
	return nil
}

func writeYAML(c *Case) error {
	return write(c, func(v any) ([]byte, error) { return yaml.Marshal(v) })
}

// writeYAML3 is the dialect of toYamlPretty.
func writeYAML3(c *Case) error {
	return write(c, func(v any) ([]byte, error) {
		var out bytes.Buffer
		encoder := goyaml.NewEncoder(&out)
		encoder.SetIndent(2)
		err := encoder.Encode(v)
		return out.Bytes(), err
	})
}

func readJSON(c *Case) error {
	var v any
	if err := json.Unmarshal([]byte(c.In.get()), &v); err != nil {
		return err
	}
	c.Out = encodeTyped(v)
	return nil
}

func writeJSON(c *Case) error { return write(c, json.Marshal) }

func readTOML(c *Case) error {
	v := map[string]any{}
	if err := toml.Unmarshal([]byte(c.In.get()), &v); err != nil {
		return err
	}
	c.Out = encodeTyped(v)
	return nil
}

func writeTOML(c *Case) error {
	return write(c, func(v any) ([]byte, error) {
		var out bytes.Buffer
		err := toml.NewEncoder(&out).Encode(v)
		return out.Bytes(), err
	})
}
