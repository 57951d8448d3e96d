package main

import (
	"encoding/json"
	"fmt"
	"regexp"
	"time"

	"github.com/Masterminds/semver/v3"
	"github.com/gobwas/glob"
)

func (c *Case) answer(v any) { c.Out = encodeTyped(v) }

func limit(c *Case) int {
	if c.N == nil {
		return -1
	}
	return *c.N
}

// regex answers one question to Go's regexp.
func regex(c *Case) error {
	input := c.Input.get()
	if c.Op == "quote" {
		c.answer(regexp.QuoteMeta(input))
		return nil
	}
	r, err := regexp.Compile(c.Pattern.get())
	if err != nil {
		return err
	}
	switch c.Op {
	case "match":
		c.answer(r.MatchString(input))
	case "find":
		c.answer(r.FindString(input))
	case "find-submatch-index":
		c.answer(any(fmt.Sprint(r.FindStringSubmatchIndex(input))))
	case "find-all":
		found := r.FindAllString(input, limit(c))
		c.answer(append([]string{}, found...))
	case "replace":
		c.answer(r.ReplaceAllString(input, c.With.get()))
	case "replace-literal":
		c.answer(r.ReplaceAllLiteralString(input, c.With.get()))
	case "split":
		c.answer(append([]string{}, r.Split(input, limit(c))...))
	case "names":
		c.answer(r.SubexpNames())
	default:
		return fmt.Errorf("no such op: %s", c.Op)
	}
	return nil
}

// version answers one question to Masterminds/semver.
func version(c *Case) error {
	given := c.Version.get()
	switch c.Op {
	case "constraint":
		constraint, err := semver.NewConstraint(c.Constraint.get())
		if err != nil {
			return err
		}
		v, err := semver.NewVersion(given)
		if err != nil {
			return err
		}
		ok, problems := constraint.Validate(v)
		texts := []string{}
		for _, problem := range problems {
			texts = append(texts, problem.Error())
		}
		c.answer(map[string]any{"ok": ok, "check": constraint.Check(v), "why": texts})
	case "constraint-string":
		constraint, err := semver.NewConstraint(c.Constraint.get())
		if err != nil {
			return err
		}
		c.answer(constraint.String())
	case "parse", "parse-strict":
		parse := semver.NewVersion
		if c.Op == "parse-strict" {
			parse = semver.StrictNewVersion
		}
		v, err := parse(given)
		if err != nil {
			return err
		}
		c.answer(map[string]any{
			"string": v.String(), "original": v.Original(), "prerelease": v.Prerelease(), "metadata": v.Metadata(),
			"major": v.Major(), "minor": v.Minor(), "patch": v.Patch(),
		})
	case "compare":
		a, err := semver.NewVersion(given)
		if err != nil {
			return err
		}
		b, err := semver.NewVersion(c.With.get())
		if err != nil {
			return err
		}
		c.answer(a.Compare(b))
	case "bump":
		v, err := semver.NewVersion(given)
		if err != nil {
			return err
		}
		major, minor, patch := v.IncMajor(), v.IncMinor(), v.IncPatch()
		c.answer([]string{major.String(), minor.String(), patch.String()})
	default:
		return fmt.Errorf("no such op: %s", c.Op)
	}
	return nil
}

func globMatch(c *Case) error {
	g, err := glob.Compile(c.Pattern.get(), '/')
	if err != nil {
		return err
	}
	c.answer(g.Match(c.Input.get()))
	return nil
}

// timeAndDuration answers one question to Go's time.
func timeAndDuration(c *Case) error {
	zone := time.UTC
	if c.Zone != "" {
		var err error
		if zone, err = time.LoadLocation(c.Zone); err != nil {
			return err
		}
	}
	duration := func() (time.Duration, error) { return time.ParseDuration(c.Input.get()) }
	switch c.Op {
	case "format":
		c.answer(time.Unix(0, *c.Unix).In(zone).Format(c.Layout.get()))
	case "string":
		c.answer(time.Unix(0, *c.Unix).In(zone).String())
	case "parse":
		t, err := time.ParseInLocation(c.Layout.get(), c.Input.get(), zone)
		if err != nil {
			return err
		}
		c.answer(map[string]any{"unix": json.Number(fmt.Sprint(t.Unix())), "text": t.String()})
	case "parse-duration":
		d, err := duration()
		if err != nil {
			return err
		}
		c.answer(map[string]any{"nanos": int64(d), "text": d.String()})
	case "duration":
		c.answer(time.Duration(*c.Unix).String())
	case "round", "truncate":
		d, err := duration()
		if err != nil {
			return err
		}
		m, err := time.ParseDuration(c.With.get())
		if err != nil {
			return err
		}
		if c.Op == "round" {
			c.answer(d.Round(m).String())
		} else {
			c.answer(d.Truncate(m).String())
		}
	default:
		return fmt.Errorf("no such op: %s", c.Op)
	}
	return nil
}
