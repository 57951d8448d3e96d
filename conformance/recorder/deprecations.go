package main

import (
	"fmt"
	"io"
	"sort"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/kubernetes/scheme"
)

// deprecations prints the interfaces that Kubernetes' client library calls deprecated: apiVersion, kind, deprecated
// in, removed in, and what to use instead; `-` where there is nothing.
func deprecations(out io.Writer) error {
	// Helm's rule asks a scheme of its own; the global one has more in it.
	known := runtime.NewScheme()
	if err := scheme.AddToScheme(known); err != nil {
		return err
	}
	var lines []string
	for gvk, kind := range known.AllKnownTypes() {
		object, err := known.New(gvk)
		if err != nil {
			return fmt.Errorf("%s %s: %w", gvk, kind, err)
		}
		since, ok := object.(interface{ APILifecycleDeprecated() (int, int) })
		if !ok {
			continue
		}
		major, minor := since.APILifecycleDeprecated()
		if major == 0 && minor == 0 {
			continue
		}
		line := fmt.Sprintf("%s\t%s\t%d.%d", gvk.GroupVersion(), gvk.Kind, major, minor)
		removed := "-"
		if until, ok := object.(interface{ APILifecycleRemoved() (int, int) }); ok {
			if major, minor := until.APILifecycleRemoved(); major != 0 || minor != 0 {
				removed = fmt.Sprintf("%d.%d", major, minor)
			}
		}
		instead := "-"
		if other, ok := object.(interface {
			APILifecycleReplacement() schema.GroupVersionKind
		}); ok {
			if other := other.APILifecycleReplacement(); !other.Empty() {
				instead = fmt.Sprintf("%s\t%s", other.GroupVersion(), other.Kind)
			}
		}
		lines = append(lines, line+"\t"+removed+"\t"+instead)
	}
	sort.Strings(lines)
	for _, line := range lines {
		if _, err := fmt.Fprintln(out, line); err != nil {
			return err
		}
	}
	return nil
}
