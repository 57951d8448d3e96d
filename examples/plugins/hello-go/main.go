// A command that needs no grant: it reads its arguments and its own configuration, and prints.
//
//	GOOS=wasip1 GOARCH=wasm go build -buildmode=c-shared -o plugin.wasm .
package main

import (
	"fmt"
	"os"

	"github.com/extism/go-pdk"
)

// The message of cli/v1.
type input struct {
	ExtraArgs []string `json:"extraArgs"`
}

// Called by Helm and by Pintle. What it returns is the exit code.
//
//go:wasmexport helm_plugin_main
func helmPluginMain() uint32 {
	var message input
	if err := pdk.InputJSON(&message); err != nil {
		pdk.SetError(err)
		return 1
	}
	greeting, ok := pdk.GetConfig("greeting")
	if !ok {
		greeting = "Hello"
	}
	names := message.ExtraArgs
	if len(names) == 0 {
		names = []string{"world"}
	}
	for _, name := range names {
		fmt.Fprintf(os.Stdout, "%s, %s!\n", greeting, name)
	}
	// Variables are a question: without a grant there are none.
	if user := os.Getenv("USER"); user != "" {
		fmt.Fprintf(os.Stdout, "(asked by %s)\n", user)
	}
	if err := pdk.OutputJSON(map[string]any{"data": nil}); err != nil {
		pdk.SetError(err)
		return 1
	}
	return 0
}

func main() {}
