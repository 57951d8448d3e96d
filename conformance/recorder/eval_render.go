package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"helm.sh/helm/v4/pkg/action"
	"helm.sh/helm/v4/pkg/chart/common"
	"helm.sh/helm/v4/pkg/chart/common/util"
	"helm.sh/helm/v4/pkg/chart/loader/archive"
	chart "helm.sh/helm/v4/pkg/chart/v2"
	"helm.sh/helm/v4/pkg/chart/v2/loader"
	chartutil "helm.sh/helm/v4/pkg/chart/v2/util"
	"helm.sh/helm/v4/pkg/engine"
	release "helm.sh/helm/v4/pkg/release/v1"
	"helm.sh/helm/v4/pkg/strvals"
	"sigs.k8s.io/yaml"
)

const chartFile = "apiVersion: v2\nname: c\nversion: 0.1.0\n"

// target is the template whose output is the answer of a `template` case.
const target = "templates/t.yaml"

// loadCase loads the chart `c` of a case and reads its values.
func loadCase(c *Case) (*chart.Chart, map[string]any, error) {
	files := []*archive.BufferedFile{}
	add := func(name, content string) {
		// Helm's loaders take the byte order mark off before they look at a file.
		data := bytes.TrimPrefix([]byte(content), []byte("\ufeff"))
		files = append(files, &archive.BufferedFile{Name: name, Data: data})
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
	loaded, err := loader.LoadFiles(files)
	if err != nil {
		return nil, nil, err
	}
	values := map[string]any{}
	if len(c.Values) > 0 {
		if err := yaml.Unmarshal(c.Values, &values); err != nil {
			return nil, nil, err
		}
	}
	for _, expr := range c.Set {
		if err := strvals.ParseInto(expr, values); err != nil {
			return nil, nil, err
		}
	}
	return loaded, values, nil
}

// renderTemplate renders a chart with Helm's engine, without a cluster: the steps that every command takes.
func renderTemplate(c *Case) error {
	loaded, values, err := loadCase(c)
	if err != nil {
		return err
	}
	if err := chartutil.ProcessDependencies(loaded, values); err != nil {
		return fmt.Errorf("chart dependencies processing failed: %w", err)
	}
	options := common.ReleaseOptions{Name: "rel", Namespace: "ns", Revision: 1, IsInstall: true}
	top, err := util.ToRenderValues(loaded, values, options, nil)
	if err != nil {
		return err
	}
	out, err := engine.Render(loaded, top)
	if err != nil {
		return err
	}
	c.Text = text(out["c/"+target])
	return nil
}

// renderRelease makes the release that an installation would store: manifest, hooks and notes.
func renderRelease(c *Case) error {
	loaded, values, err := loadCase(c)
	if err != nil {
		return err
	}
	install := action.NewInstall(new(action.Configuration))
	install.DryRunStrategy = action.DryRunClient
	install.ReleaseName, install.Namespace = "rel", "ns"
	install.SubNotes = c.Op == "subchart-notes"
	made, err := install.RunWithContext(context.Background(), loaded, values)
	if err != nil {
		return err
	}
	rel, ok := made.(*release.Release)
	if !ok {
		return fmt.Errorf("a release of type %T", made)
	}
	hooks := []any{}
	for _, hook := range rel.Hooks {
		hooks = append(hooks, map[string]any{
			"name": hook.Name, "kind": hook.Kind, "path": hook.Path, "manifest": hook.Manifest, "events": hook.Events,
			"weight": hook.Weight, "delete": hook.DeletePolicies, "logs": hook.OutputLogPolicies,
		})
	}
	c.Out = plainJSON(map[string]any{"manifest": rel.Manifest, "hooks": hooks, "notes": rel.Info.Notes})
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
	time.Local = time.FixedZone("UTC", 0)
	// The linker writes this into the binary; a library that is used as one says less.
	common.DefaultCapabilities.HelmVersion.Version = "v4.3.1"
}
