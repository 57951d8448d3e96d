package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"unicode/utf8"
)

// Case is one line of a case file: what was asked, and what the oracle answered.
//
// Only the fields of its kind are set. A text that is not valid UTF-8 goes out in base64 under the same
// name with the suffix `_b64`.
type Case struct {
	ID   string `json:"id,omitempty"`
	Kind string `json:"kind"`

	// template, gotmpl
	Template *Text             `json:"template,omitempty"`
	Files    map[string]string `json:"files,omitempty"`
	Values   json.RawMessage   `json:"values,omitempty"`
	Set      []string          `json:"set,omitempty"`
	Data     json.RawMessage   `json:"data,omitempty"`
	Option   string            `json:"missingkey,omitempty"`

	// fmt (typed values) and cli (texts)
	Format *Text           `json:"format,omitempty"`
	Args   json.RawMessage `json:"args,omitempty"`

	// reading and writing of YAML, JSON, TOML
	In    *Text           `json:"in,omitempty"`
	Value json.RawMessage `json:"value,omitempty"`

	// set
	Parser string          `json:"parser,omitempty"`
	Expr   *Text           `json:"expr,omitempty"`
	Base   json.RawMessage `json:"base,omitempty"`

	// regex, semver, glob, time
	Op         string `json:"op,omitempty"`
	Pattern    *Text  `json:"pattern,omitempty"`
	Input      *Text  `json:"input,omitempty"`
	With       *Text  `json:"with,omitempty"`
	N          *int   `json:"n,omitempty"`
	Constraint *Text  `json:"constraint,omitempty"`
	Version    *Text  `json:"version,omitempty"`
	Layout     *Text  `json:"layout,omitempty"`
	Unix       *int64 `json:"unix_nanos,omitempty"`
	Zone       string `json:"zone,omitempty"`

	// cli
	FilesB64 map[string]string `json:"files_b64,omitempty"`
	// Links are symbolic links: path to target.
	Links map[string]string `json:"links,omitempty"`
	// Served is what a server of the case's own answers, by path.
	Served map[string]Served `json:"served,omitempty"`
	// Before is done first: `helm …`, `git …`, or `write PATH TEXT`.
	Before [][]string        `json:"before,omitempty"`
	Env    map[string]string `json:"env,omitempty"`
	Stdin  string            `json:"stdin,omitempty"`
	Exit   *int              `json:"exit,omitempty"`
	Stdout *Text             `json:"stdout,omitempty"`
	Stderr *Text             `json:"stderr,omitempty"`
	// Written holds the files that the run left under `out/`; of an archive, the list of what is in it.
	Written map[string]string `json:"written,omitempty"`

	// the answer: a text or a typed value, or the text of an error
	Out  json.RawMessage `json:"out,omitempty"`
	Text *Text           `json:"-"`
	// Again is, for yaml-read, the text of Marshal of what was read.
	Again *Text `json:"again,omitempty"`
	Err   *Text `json:"err,omitempty"`
}

// Served is one answer of a server.
type Served struct {
	// Status is 200 where it is not said.
	Status   int    `json:"status,omitempty"`
	Type     string `json:"type,omitempty"`
	Location string `json:"location,omitempty"`
	Body     string `json:"body,omitempty"`
	BodyB64  string `json:"body_b64,omitempty"`
}

// Text is a Go string: bytes that are usually, but not always, UTF-8.
type Text string

func text(s string) *Text { t := Text(s); return &t }

func (t *Text) get() string {
	if t == nil {
		return ""
	}
	return string(*t)
}

// texts lists the fields that may need the `_b64` form.
func (c *Case) texts() map[string]**Text {
	return map[string]**Text{
		"template": &c.Template, "format": &c.Format, "in": &c.In, "expr": &c.Expr,
		"pattern": &c.Pattern, "input": &c.Input, "with": &c.With, "constraint": &c.Constraint,
		"version": &c.Version, "layout": &c.Layout, "stdout": &c.Stdout, "stderr": &c.Stderr,
		"again": &c.Again, "err": &c.Err, "out": &c.Text,
	}
}

// clearAnswer forgets what an earlier run answered.
func (c *Case) clearAnswer() {
	c.Out, c.Text, c.Again, c.Err, c.Exit, c.Stdout, c.Stderr, c.Written = nil, nil, nil, nil, nil, nil, nil, nil
}

// line writes the case as one line of JSON, without the newline.
func (c Case) line() []byte {
	binary := map[string]string{}
	for name, field := range c.texts() {
		if *field != nil && !utf8.ValidString((*field).get()) {
			binary[name] = base64.StdEncoding.EncodeToString([]byte((*field).get()))
			*field = nil
		}
	}
	if c.Text != nil {
		c.Out = plainJSON(c.Text.get())
	}
	line := plainJSON(c)
	for _, name := range sortedKeys(binary) {
		line = append(line[:len(line)-1], []byte(`,"`+name+`_b64":"`+binary[name]+`"}`)...)
	}
	return line
}

// parseCase reads a line; answers in it are forgotten.
func parseCase(line []byte) (*Case, error) {
	c := &Case{}
	if err := json.Unmarshal(line, c); err != nil {
		return nil, err
	}
	c.clearAnswer()
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(line, &raw); err != nil {
		return nil, err
	}
	for name, field := range c.texts() {
		if encoded, ok := raw[name+"_b64"]; ok {
			var bytes []byte
			if err := json.Unmarshal(encoded, &bytes); err != nil {
				return nil, err
			}
			*field = text(string(bytes))
		}
	}
	c.clearAnswer()
	return c, nil
}

// plainJSON is JSON without HTML escapes and without the newline.
func plainJSON(v any) []byte {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		panic(err)
	}
	return bytes.TrimSuffix(buffer.Bytes(), []byte("\n"))
}
