package main

import (
	"bufio"
	"fmt"
	"io/fs"
	"math/rand"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Mutants: templates and documents that people wrote, changed at random. They have other shapes than those that
// the grammars of fuzz_expr.go and fuzz_yaml.go grow.

// mutants are the texts to start from.
type mutants struct {
	templates []Case
	documents []string
	// tokens of all templates: what may stand where.
	names, literals []string
}

var (
	nameToken    = regexp.MustCompile(`[A-Za-z][A-Za-z0-9_]*`)
	literalToken = regexp.MustCompile("\"(?:[^\"\\\\\n]|\\\\.)*\"|`[^`]*`|-?[0-9]+(?:\\.[0-9]+)?")
	actionToken  = regexp.MustCompile(`(?s)\{\{.*?\}\}`)
	// unwise templates may contain themselves, take all memory or all time, or answer as the clock says.
	unwise = regexp.MustCompile(`set |unset|"EST"|ate[ I_M]|ound|erge|[0-9]{6}|rand|uuid|now|ago|gen|shuffle|bcrypt|htpasswd|encrypt|derive|[pP]assword|0x[0-9a-fA-F]{5}|1e[0-9]|%[-+# 0-9.]*[pw]|%[0-9*]{4}|until|repeat|seq`)
)

// readMutants reads the recorded cases, and all YAML below a folder of charts if one is named.
func readMutants(cases, charts string) (*mutants, error) {
	m := &mutants{}
	for name := range functionNames() {
		m.names = append(m.names, name)
	}
	slices.Sort(m.names)
	for _, pattern := range []string{"template/*.jsonl", "yaml/*.jsonl"} {
		files, err := filepath.Glob(filepath.Join(cases, pattern))
		if err != nil {
			return nil, err
		}
		for _, file := range files {
			if err := m.readCases(file); err != nil {
				return nil, err
			}
		}
	}
	if charts == "" {
		return m, nil
	}
	return m, filepath.WalkDir(charts, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !(strings.HasSuffix(path, ".yaml") || strings.HasSuffix(path, ".yml")) {
			return err
		}
		content, err := os.ReadFile(path)
		if err == nil && len(content) < 1<<20 && utf8.Valid(content) && !strings.Contains(string(content), "{{") {
			m.documents = append(m.documents, string(content))
		}
		return err
	})
}

func (m *mutants) readCases(file string) error {
	open, err := os.Open(file)
	if err != nil {
		return err
	}
	defer open.Close()
	lines := bufio.NewScanner(open)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		c, err := parseCase(lines.Bytes())
		if err != nil {
			continue
		}
		switch {
		case c.Kind == "template" && c.Template != nil && c.wise():
			c.clearAnswer()
			m.templates = append(m.templates, *c)
			m.literals = append(m.literals, literalToken.FindAllString(c.Template.get(), -1)...)
		case c.Kind == "yaml-read" && c.In != nil:
			m.documents = append(m.documents, c.In.get())
		}
	}
	return lines.Err()
}

// wise tells whether nothing in a chart is unwise. Schemas are another suite's.
func (c *Case) wise() bool {
	for name, content := range c.Files {
		if unwise.MatchString(content) || strings.HasSuffix(name, "values.schema.json") {
			return false
		}
	}
	return !unwise.MatchString(c.Template.get())
}

// template is a recorded template with a few tokens changed.
func (m *mutants) template(r *rand.Rand) Case {
	for {
		c := m.templates[r.Intn(len(m.templates))]
		t := c.Template.get()
		for n := 1 + r.Intn(5)/4; n > 0; n-- {
			t = m.change(r, t)
		}
		if !unwise.MatchString(t) && t != c.Template.get() {
			c.Template = text(t)
			return c
		}
	}
}

// change replaces, removes or inserts one token of an action.
func (m *mutants) change(r *rand.Rand, t string) string {
	actions := actionToken.FindAllStringIndex(t, -1)
	if len(actions) == 0 {
		return t + "{{ " + pick(r, m.names...) + " " + pick(r, m.literals...) + " }}"
	}
	at := actions[r.Intn(len(actions))]
	action := t[at[0]:at[1]]
	replace := func(token *regexp.Regexp, with func(string) string) string {
		found := token.FindAllStringIndex(action, -1)
		if len(found) == 0 {
			return action
		}
		f := found[r.Intn(len(found))]
		return action[:f[0]] + with(action[f[0]:f[1]]) + action[f[1]:]
	}
	name := func(string) string { return pick(r, m.names...) }
	literal := func(old string) string {
		for {
			// Of the same type, mostly.
			found := pick(r, m.literals...)
			if old == "" || r.Intn(4) == 0 || (old[0] >= '0' && old[0] <= '9') == (found[0] >= '0' && found[0] <= '9') {
				return found
			}
		}
	}
	inner := func(f func(string) string) string {
		if len(action) < 6 {
			return action
		}
		return "{{ " + f(strings.Trim(action[2:len(action)-2], "- ")) + " }}"
	}
	switch r.Intn(12) {
	case 0, 1, 2:
		action = replace(literalToken, literal)
	case 3, 4:
		action = replace(nameToken, name)
	case 5:
		action = inner(func(s string) string { return s + " | " + name("") })
	case 6:
		action = inner(func(s string) string { return s + " " + literal("") })
	case 7:
		action = inner(func(s string) string { return name("") + " (" + s + ")" })
	case 8:
		other := actions[r.Intn(len(actions))]
		action += t[other[0]:other[1]]
	case 9:
		action = ""
	case 10:
		action = replace(literalToken, func(s string) string {
			return pick(r, "("+name("")+" "+s+")", "(list "+s+" "+literal("")+")", "(dict \"a\" "+s+")", "(int "+s+")", "nil", ".Values", "$", "(index "+s+" 0)", "(print "+s+")")
		})
	case 11:
		action = mutate(r, action)
	}
	return t[:at[0]] + action + t[at[1]:]
}

// document is some lines of a document, mutated now and then.
func (m *mutants) document(r *rand.Rand) Case {
	lines := strings.SplitAfter(m.documents[r.Intn(len(m.documents))], "\n")
	from := 0
	if r.Intn(2) == 0 {
		from = r.Intn(len(lines))
	}
	lines = lines[from:min(len(lines), from+1+r.Intn(40))]
	// What is cut out of the middle begins in the first column.
	indent := len(lines[0]) - len(strings.TrimLeft(lines[0], " "))
	for i, line := range lines {
		lines[i] = line[min(indent, len(line)-len(strings.TrimLeft(line, " "))):]
	}
	out := strings.Join(lines, "")
	for n := r.Intn(4); n > 0; n-- {
		out = mutate(r, out)
	}
	return Case{Kind: "document", In: text(out)}
}

// functionNames lists what the grammar knows.
func functionNames() map[string]bool {
	names := map[string]bool{}
	for _, signatures := range byResult {
		for _, s := range signatures {
			if !unwise.MatchString(s.name + " ") {
				names[s.name] = true
			}
		}
	}
	for _, name := range []string{"printf", "dict", "tpl", "include", "required", "call", "len"} {
		names[name] = true
	}
	return names
}

// fuzzMutants writes n templates, or n documents, that are mutants.
func fuzzMutants(what, cases, charts string, n int, seed int64, bare bool) error {
	m, err := readMutants(cases, charts)
	if err != nil {
		return err
	}
	if len(m.templates) == 0 || len(m.documents) == 0 {
		return fmt.Errorf("no cases in %s", cases)
	}
	if what == "expr" {
		return fuzz("mutant-expr", n, seed, bare, m.template)
	}
	return fuzz("mutant-yaml", n, seed, bare, m.document)
}
