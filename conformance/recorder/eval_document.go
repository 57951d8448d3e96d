package main

import (
	"bytes"
	"fmt"
	"strings"

	"helm.sh/helm/v4/pkg/chart/common"
	"helm.sh/helm/v4/pkg/chart/common/util"
	"helm.sh/helm/v4/pkg/chart/loader/archive"
	"helm.sh/helm/v4/pkg/chart/v2/loader"
	"helm.sh/helm/v4/pkg/engine"
	releaseutil "helm.sh/helm/v4/pkg/release/v1/util"
)

// documentTemplate takes a document through every function that reads YAML.
const documentTemplate = `{{- $doc := .Files.Get "doc" -}}
map: {{ $doc | fromYaml | toYaml }}
pretty: {{ $doc | fromYaml | toYamlPretty }}
json: {{ $doc | fromYaml | toJson }}
go: {{ $doc | fromYaml }}
list: {{ $doc | fromYamlArray | toYaml }}
text: {{ $doc | toYaml }}
again: {{ $doc | fromYaml | toYaml | fromYaml | toJson }}
`

// valuesTemplate shows values that came from a file.
const valuesTemplate = "{{ .Values | toYaml }}\n{{ .Values | toJson }}\n{{ .Values }}\n"

// readDocument takes a document everywhere a chart may have one. The answer is an object: `functions` (a text:
// what documentTemplate prints), `values` (as a user's values file), `defaults` (as the chart's values.yaml) and
// `manifest` (as what a template printed); each is a text, or `{"err": text}`.
func readDocument(c *Case) error {
	document := c.In.get()
	c.Out = plainJSON(map[string]any{
		"functions": answer(func() (string, error) {
			return renderWith(map[string]string{"doc": document, target: documentTemplate}, nil)
		}),
		"values": answer(func() (string, error) {
			values, err := loader.LoadValues(strings.NewReader(document))
			if err != nil {
				return "", fmt.Errorf("failed to parse %s: %w", "values", err)
			}
			return renderWith(map[string]string{target: valuesTemplate}, values)
		}),
		"defaults": answer(func() (string, error) {
			return renderWith(map[string]string{"values.yaml": document, target: valuesTemplate}, nil)
		}),
		"manifest": answer(func() (string, error) {
			text, err := renderWith(map[string]string{target: `{{ .Files.Get "doc" }}`, "doc": document}, nil)
			if err != nil {
				return "", err
			}
			return manifests(text)
		}),
	})
	return nil
}

// answer is a text, its typed form if it is not UTF-8, or an error.
func answer(ask func() (string, error)) any {
	out, err := ask()
	if err != nil {
		return map[string]any{"err": untyped(err.Error())}
	}
	return untyped(out)
}

func renderWith(files map[string]string, values map[string]any) (string, error) {
	buffered := []*archive.BufferedFile{{Name: "Chart.yaml", Data: []byte(chartFile)}}
	for _, name := range sortedKeys(files) {
		// Both loaders of charts drop the mark.
		data := bytes.TrimPrefix([]byte(files[name]), []byte("\ufeff"))
		buffered = append(buffered, &archive.BufferedFile{Name: name, Data: data})
	}
	chart, err := loader.LoadFiles(buffered)
	if err != nil {
		return "", err
	}
	options := common.ReleaseOptions{Name: "rel", Namespace: "ns", Revision: 1, IsInstall: true}
	top, err := util.ToRenderValues(chart, values, options, nil)
	if err != nil {
		return "", err
	}
	out, err := engine.Render(chart, top)
	return out["c/"+target], err
}

// manifests sorts what a template printed and shows each document.
func manifests(text string) (string, error) {
	hooks, sorted, err := releaseutil.SortManifests(map[string]string{"c/" + target: text}, nil, releaseutil.InstallOrder)
	if err != nil {
		return "", err
	}
	var out strings.Builder
	for _, m := range sorted {
		fmt.Fprintf(&out, "---\n# Source: %s\n%s\n", m.Name, m.Content)
	}
	for _, h := range hooks {
		events := []string{}
		for _, event := range h.Events {
			events = append(events, string(event))
		}
		fmt.Fprintf(&out, "--- hook %s %s %s %d\n%s\n", h.Kind, h.Name, strings.Join(events, ","), h.Weight, h.Manifest)
	}
	return out.String(), nil
}
