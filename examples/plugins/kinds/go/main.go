// The three kinds of plugins, in Go.
package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/extism/go-pdk"
)

//go:wasmexport cli
func cli() uint32 {
	var message struct {
		ExtraArgs []string `json:"extraArgs"`
	}
	if err := pdk.InputJSON(&message); err != nil {
		return failed(err)
	}
	words := strings.Join(message.ExtraArgs, " ")
	if words == "fail" {
		fmt.Fprintln(os.Stderr, "told to fail")
		return 3
	}
	fmt.Printf("said: %s\n", words)
	return answer(map[string]any{"data": nil})
}

//go:wasmexport getter
func getter() uint32 {
	var message struct {
		Href string `json:"href"`
	}
	if err := pdk.InputJSON(&message); err != nil {
		return failed(err)
	}
	if strings.HasSuffix(message.Href, ".tgz") {
		archive, _ := pdk.GetConfig("archive")
		return answer(map[string]any{"data": archive})
	}
	// encoding/json writes bytes as base64, which is what is wanted.
	return answer(map[string]any{"data": []byte("from: " + message.Href + "\n")})
}

//go:wasmexport post_renderer
func postRenderer() uint32 {
	var message struct {
		Manifests string `json:"manifests"`
	}
	if err := pdk.InputJSON(&message); err != nil {
		return failed(err)
	}
	return answer(map[string]any{"manifests": "# seen\n" + message.Manifests})
}

func answer(message map[string]any) uint32 {
	if err := pdk.OutputJSON(message); err != nil {
		return failed(err)
	}
	return 0
}

func failed(err error) uint32 {
	pdk.SetError(err)
	return 1
}

func main() {}
