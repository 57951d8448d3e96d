package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"helm.sh/helm/v4/pkg/chart/common"
	"helm.sh/helm/v4/pkg/chart/common/util"
	"helm.sh/helm/v4/pkg/chart/loader/archive"
	"helm.sh/helm/v4/pkg/chart/v2/loader"
	"helm.sh/helm/v4/pkg/engine"
	"helm.sh/helm/v4/pkg/strvals"
	"sigs.k8s.io/yaml"
)

const chartFile = "apiVersion: v2\nname: c\nversion: 0.1.0\n"

// target is the template whose output is the answer of a `template` case.
const target = "templates/t.yaml"

// renderTemplate renders a chart `c` of the given files with Helm's engine, without a cluster.
func renderTemplate(c *Case) error {
	files := []*archive.BufferedFile{}
	add := func(name, content string) {
		files = append(files, &archive.BufferedFile{Name: name, Data: []byte(content)})
	}
	if _, given := c.Files["Chart.yaml"]; !given {
		add("Chart.yaml", chartFile)
	}
	for _, name := range sortedKeys(c.Files) {
		add(name, c.Files[name])
	}
	if c.Template != nil {
		add(target, c.Template.get())
	}
	chart, err := loader.LoadFiles(files)
	if err != nil {
		return err
	}
	values := map[string]any{}
	if len(c.Values) > 0 {
		if err := yaml.Unmarshal(c.Values, &values); err != nil {
			return err
		}
	}
	for _, expr := range c.Set {
		if err := strvals.ParseInto(expr, values); err != nil {
			return err
		}
	}
	options := common.ReleaseOptions{Name: "rel", Namespace: "ns", Revision: 1, IsInstall: true}
	top, err := util.ToRenderValues(chart, values, options, nil)
	if err != nil {
		return err
	}
	out, err := engine.Render(chart, top)
	if err != nil {
		return err
	}
	c.Text = text(out["c/"+target])
	return nil
}

// parseSet runs one of Helm's five `--set` parsers over a base; what is left of the base is the answer even
// when it fails half way.
func parseSet(c *Case) error {
	v, err := decodeTyped(c.Base)
	if err != nil {
		return err
	}
	base, ok := v.(map[string]any)
	if !ok {
		base = map[string]any{}
	}
	expr := c.Expr.get()
	switch c.Parser {
	case "set":
		err = strvals.ParseInto(expr, base)
	case "set-string":
		err = strvals.ParseIntoString(expr, base)
	case "set-json":
		err = strvals.ParseJSON(expr, base)
	case "set-literal":
		err = strvals.ParseLiteralInto(expr, base)
	case "set-file":
		err = strvals.ParseIntoFile(expr, base, func(name []rune) (any, error) {
			content, ok := c.Files[string(name)]
			if !ok {
				return nil, &fs.PathError{Op: "open", Path: string(name), Err: errors.New("no such file or directory")}
			}
			return content, nil
		})
	default:
		return fmt.Errorf("no such parser: %s", c.Parser)
	}
	if err != nil {
		return err
	}
	c.Out = encodeTyped(base)
	return nil
}

func init() {
	// Cases do not depend on where they were recorded.
	os.Setenv("TZ", "UTC")
}
