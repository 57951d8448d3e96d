package main

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"sort"
	"strings"

	releaseutil "helm.sh/helm/v4/pkg/release/v1/util"
	"sigs.k8s.io/kustomize/kyaml/kio"
	kyaml "sigs.k8s.io/kustomize/kyaml/yaml"
)

// fileNote is the annotation that Helm puts on what it hands to a post-renderer. What Helm does with it is not
// exported: the two functions below call kyaml in the same order, and the `cli` cases hold them to the binary.
const fileNote = "postrenderer.helm.sh/postrender-filename"

// postRender takes a file of a chart to what a post-renderer reads, and back as if it had changed nothing. The answer
// is an object: `merged`, and `files` by path; each may be `{"err": text}`.
func postRender(c *Case) error {
	merged, err := mergeForPostRenderer(map[string]string{"c/templates/x.yaml": c.In.get()})
	if err != nil {
		c.Out = plainJSON(map[string]any{"merged": map[string]any{"err": untyped(err.Error())}})
		return nil
	}
	answer := map[string]any{"merged": untyped(merged)}
	files, err := divideAgain(merged)
	if err != nil {
		answer["files"] = map[string]any{"err": untyped(err.Error())}
	} else {
		answer["files"] = files
	}
	c.Out = plainJSON(answer)
	return nil
}

func mergeForPostRenderer(files map[string]string) (string, error) {
	var all []*kyaml.RNode
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if strings.HasPrefix(path.Base(name), "_") || strings.TrimSpace(files[name]) == "" {
			continue
		}
		documents := releaseutil.SplitManifests(files[name])
		keys := slices.Collect(maps.Keys(documents))
		sort.Sort(releaseutil.BySplitManifestsOrder(keys))
		for _, key := range keys {
			nodes, err := kio.ParseAll(documents[key])
			if err != nil {
				return "", fmt.Errorf("error merging manifests: parsing %s: %w", name, err)
			}
			for _, node := range nodes {
				if err := node.PipeE(kyaml.SetAnnotation(fileNote, name)); err != nil {
					return "", fmt.Errorf("error merging manifests: annotating %s: %w", name, err)
				}
				all = append(all, node)
			}
		}
	}
	return kio.StringAll(all)
}

func divideAgain(stream string) (map[string]string, error) {
	const doing = "error while parsing post rendered output"
	nodes, err := kio.ParseAll(stream)
	if err != nil {
		return nil, fmt.Errorf("%s: error parsing YAML: %w", doing, err)
	}
	byName := map[string][]*kyaml.RNode{}
	for number, node := range nodes {
		meta, err := node.GetMeta()
		if err != nil {
			return nil, fmt.Errorf("%s: getting metadata: %w", doing, err)
		}
		name := meta.Annotations[fileNote]
		if name == "" {
			name = fmt.Sprintf("generated-by-postrender-%d.yaml", number)
		}
		if err := node.PipeE(kyaml.ClearAnnotation(fileNote)); err != nil {
			return nil, fmt.Errorf("%s: clearing filename annotation: %w", doing, err)
		}
		byName[name] = append(byName[name], node)
	}
	files := map[string]string{}
	for name, nodes := range byName {
		if files[name], err = kio.StringAll(nodes); err != nil {
			return nil, err
		}
	}
	return files, nil
}
