package main

import (
	"maps"
	"strings"
)

// Guests, compiled from these texts:
//
// say:
//
//	(module
//	(import "extism:host/env" "input_length" (func $length (result i64)))
//	(import "extism:host/env" "input_load_u8" (func $load (param i64) (result i32)))
//	(import "extism:host/env" "alloc" (func $alloc (param i64) (result i64)))
//	(import "extism:host/env" "store_u8" (func $store (param i64 i32)))
//	(import "extism:host/env" "output_set" (func $output (param i64 i64)))
//	(import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
//	(memory (export "memory") 1)
//	(func (export "helm_plugin_main") (result i32) (local $i i64) (local $n i64) (local $o i64)
//	(local.set $n (call $length))
//	(block $end (loop $next (br_if $end (i64.ge_u (local.get $i) (local.get $n)))
//	(i32.store8 (i32.add (i32.const 16) (i32.wrap_i64 (local.get $i))) (call $load (local.get $i)))
//	(local.set $i (i64.add (local.get $i) (i64.const 1))) (br $next)))
//	(i32.store8 (i32.add (i32.const 16) (i32.wrap_i64 (local.get $n))) (i32.const 10))
//	(i32.store (i32.const 0) (i32.const 16)) (i32.store (i32.const 4) (i32.add (i32.wrap_i64 (local.get $n)) (i32.const 1)))
//	(drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
//	(local.set $o (call $alloc (i64.const 2))) (call $store (local.get $o) (i32.const 123)) (call $store (i64.add (local.get $o) (i64.const 1)) (i32.const 125))
//	(call $output (local.get $o) (i64.const 2)) (i32.const 0)))
//
// empty:
//
//	(module (func (export "helm_plugin_main") (result i32) i32.const 0))
//
// exits:
//
//	(module (import "wasi_snapshot_preview1" "proc_exit" (func $e (param i32))) (memory (export "memory") 1) (func (export "helm_plugin_main") (result i32) i32.const 5 call $e i32.const 0))
//
// fails:
//
//	(module (import "extism:host/env" "alloc" (func $alloc (param i64) (result i64))) (import "extism:host/env" "store_u8" (func $store (param i64 i32))) (import "extism:host/env" "error_set" (func $error (param i64)))
//	(func (export "helm_plugin_main") (result i32) (local $b i64) (local.set $b (call $alloc (i64.const 2))) (call $store (local.get $b) (i32.const 110)) (call $store (i64.add (local.get $b) (i64.const 1)) (i32.const 111)) (call $error (local.get $b)) i32.const 1))
//
// traps:
//
//	(module (func (export "helm_plugin_main") unreachable))
//
// other:
//
//	(module (func (export "other") (result i32) i32.const 0))
//
// word:
//
//	(module (import "extism:host/env" "alloc" (func $alloc (param i64) (result i64))) (import "extism:host/env" "store_u8" (func $store (param i64 i32))) (import "extism:host/env" "output_set" (func $output (param i64 i64)))
//	(func (export "helm_plugin_main") (result i32) (local $b i64) (local.set $b (call $alloc (i64.const 2))) (call $store (local.get $b) (i32.const 110)) (call $store (i64.add (local.get $b) (i64.const 1)) (i32.const 111)) (call $output (local.get $b) (i64.const 2)) i32.const 0))
//
// array:
//
//	(module (import "extism:host/env" "alloc" (func $alloc (param i64) (result i64))) (import "extism:host/env" "store_u8" (func $store (param i64 i32))) (import "extism:host/env" "output_set" (func $output (param i64 i64)))
//	(func (export "helm_plugin_main") (result i32) (local $b i64) (local.set $b (call $alloc (i64.const 2))) (call $store (local.get $b) (i32.const 91)) (call $store (i64.add (local.get $b) (i64.const 1)) (i32.const 93)) (call $output (local.get $b) (i64.const 2)) i32.const 0))
var pluginGuests = map[string]string{
	"say":   "AGFzbQEAAAABJQdgAAF+YAF+AX9gAX4BfmACfn8AYAJ+fgBgBH9/f38Bf2AAAX8CsgEGD2V4dGlzbTpob3N0L2VudgxpbnB1dF9sZW5ndGgAAA9leHRpc206aG9zdC9lbnYNaW5wdXRfbG9hZF91OAABD2V4dGlzbTpob3N0L2VudgVhbGxvYwACD2V4dGlzbTpob3N0L2VudghzdG9yZV91OAADD2V4dGlzbTpob3N0L2VudgpvdXRwdXRfc2V0AAQWd2FzaV9zbmFwc2hvdF9wcmV2aWV3MQhmZF93cml0ZQAFAwIBBgUDAQABBx0CBm1lbW9yeQIAEGhlbG1fcGx1Z2luX21haW4ABgp0AXIBA34QACEBAkADQCAAIAFaDQFBECAAp2ogABABOgAAIABCAXwhAAwACwtBECABp2pBCjoAAEEAQRA2AgBBBCABp0EBajYCAEEBQQBBAUEIEAUaQgIQAiECIAJB+wAQAyACQgF8Qf0AEAMgAkICEARBAAsAUQRuYW1lASwGAAZsZW5ndGgBBGxvYWQCBWFsbG9jAwVzdG9yZQQGb3V0cHV0BQV3cml0ZQIMAQYDAAFpAQFuAgFvAw4BBgIAA2VuZAEEbmV4dA==",
	"empty": "AGFzbQEAAAABBQFgAAF/AwIBAAcUARBoZWxtX3BsdWdpbl9tYWluAAAKBgEEAEEACw==",
	"exits": "AGFzbQEAAAABCQJgAX8AYAABfwIkARZ3YXNpX3NuYXBzaG90X3ByZXZpZXcxCXByb2NfZXhpdAAAAwIBAQUDAQABBx0CBm1lbW9yeQIAEGhlbG1fcGx1Z2luX21haW4AAQoKAQgAQQUQAEEACwALBG5hbWUBBAEAAWU=",
	"fails": "AGFzbQEAAAABEwRgAX4BfmACfn8AYAF+AGAAAX8CUAMPZXh0aXNtOmhvc3QvZW52BWFsbG9jAAAPZXh0aXNtOmhvc3QvZW52CHN0b3JlX3U4AAEPZXh0aXNtOmhvc3QvZW52CWVycm9yX3NldAACAwIBAwcUARBoZWxtX3BsdWdpbl9tYWluAAMKIwEhAQF+QgIQACEAIABB7gAQASAAQgF8Qe8AEAEgABACQQELACUEbmFtZQEWAwAFYWxsb2MBBXN0b3JlAgVlcnJvcgIGAQMBAAFi",
	"traps": "AGFzbQEAAAABBAFgAAADAgEABxQBEGhlbG1fcGx1Z2luX21haW4AAAoFAQMAAAs=",
	"other": "AGFzbQEAAAABBQFgAAF/AwIBAAcJAQVvdGhlcgAACgYBBABBAAs=",
	"word":  "AGFzbQEAAAABFARgAX4BfmACfn8AYAJ+fgBgAAF/AlEDD2V4dGlzbTpob3N0L2VudgVhbGxvYwAAD2V4dGlzbTpob3N0L2VudghzdG9yZV91OAABD2V4dGlzbTpob3N0L2VudgpvdXRwdXRfc2V0AAIDAgEDBxQBEGhlbG1fcGx1Z2luX21haW4AAwolASMBAX5CAhAAIQAgAEHuABABIABCAXxB7wAQASAAQgIQAkEACwAmBG5hbWUBFwMABWFsbG9jAQVzdG9yZQIGb3V0cHV0AgYBAwEAAWI=",
	"array": "AGFzbQEAAAABFARgAX4BfmACfn8AYAJ+fgBgAAF/AlEDD2V4dGlzbTpob3N0L2VudgVhbGxvYwAAD2V4dGlzbTpob3N0L2VudghzdG9yZV91OAABD2V4dGlzbTpob3N0L2VudgpvdXRwdXRfc2V0AAIDAgEDBxQBEGhlbG1fcGx1Z2luX21haW4AAwolASMBAX5CAhAAIQAgAEHbABABIABCAXxB3QAQASAAQgIQAkEACwAmBG5hbWUBFwMABWFsbG9jAQVzdG9yZQIGb3V0cHV0AgYBAwEAAWI=",
}

// pluginShows is a program that prints its arguments, one a line, and what Helm told it.
const pluginShows = `for word in "$@"; do echo "argument: $word"; done
for name in HELM_PLUGIN_NAME HELM_PLUGIN_DIR HELM_NAMESPACE HELM_DEBUG HELM_KUBECONTEXT HELM_KUBETOKEN HELM_KUBEASGROUPS HELM_QPS KUBECONFIG; do
  eval "echo $name=\$$name"
done
`

// suitePluginCommands asks about the commands that plugins bring.
func suitePluginCommands() {
	t := newTopic("cli", "plugin-command")
	legacy := func(name, more string) string {
		return "name: " + name + "\nversion: 0.1.0\ncommand: sh $HELM_PLUGIN_DIR/run.sh\n" + more
	}
	files := map[string]string{
		"one/shows/plugin.yaml":   legacy("shows", "usage: shows what it is given\ndescription: |\n  Two lines\n  of help.\n"),
		"one/shows/run.sh":        pluginShows,
		"one/silent/plugin.yaml":  legacy("silent", "ignoreFlags: true\n"),
		"one/silent/run.sh":       pluginShows,
		"one/fails/plugin.yaml":   legacy("fails", ""),
		"one/fails/run.sh":        "echo out\necho err >&2\nexit ${1:-3}\n",
		"one/reads/plugin.yaml":   manifestV1 + "config: {usage: reads-it WORD, shortHelp: reads, longHelp: reads all}\nruntimeConfig: {platformCommand: [{command: cat}]}\n",
		"one/missing/plugin.yaml": "name: missing\ncommand: $HELM_PLUGIN_DIR/not-there\n",
		"one/nowhere/plugin.yaml": "name: nowhere\nplatformCommand: [{os: plan9, command: x}]\n",
		"one/shows/completion.yaml": "name: other\nflags: [all, a, verbose, q, x]\nvalidArgs: [alpha, beta]\ncommands:\n- name: sub\n  flags: [deep]\n" +
			"  validArgs: [one, two]\n- name: twig\n  commands:\n  - {name: leaf}\n- flags: [none]\n",
		"broken/a/plugin.yaml": "name: a b\n",
		"broken/b/plugin.yaml": legacy("b", ""),
		"broken/b/run.sh":      "echo b\n",
		"twice/a/plugin.yaml":  legacy("same", ""),
		"twice/b/plugin.yaml":  legacy("same", ""),
		"clash/a/plugin.yaml":  legacy("template", ""),
		"clash/b/plugin.yaml":  legacy("zebra", ""),
		"clash/0/plugin.yaml":  legacy("aaa", ""),
		"clash/0/run.sh":       "echo aaa\n",
	}
	ask := func(folders, line string, more map[string]string) {
		env := map[string]string{"HELM_PLUGINS": folders}
		maps.Copy(env, more)
		t.add(Case{Kind: "cli", Files: files, Env: env, Stdin: "typed\n", Args: plainJSON(strings.Fields(line))})
	}
	for line := range strings.Lines(`
		--help
		shows
		shows a b -- c --d=e -f
		shows --help
		shows -h
		help shows
		help reads-it
		-h shows
		shows --namespace x a --namespace=y -n z b
		-n before shows a
		--namespace before shows a --debug --kube-context c
		shows -nattached --kube-token t --kubeconfig k
		shows --kube-insecure-skip-tls-verify a b
		shows --kube-as-group g --kube-as-group=h i
		shows --debug=true --qps 5 --burst-limit 7 --unknown
		shows --qps x
		shows --namespace
		shows -n
		shows -- -n x --debug
		shows --kube-as-user= --color never
		silent a b -n x
		fails
		fails 7
		fails 300
		fails 0
		reads-it
		reads
		missing
		nowhere
		plugin
		show
		unknown
		shos
		version --short
		completion bash --help
		__complete sho
		__complete s
		__complete shows
		__complete shows -
		__complete shows --
		__complete shows a
		__complete shows sub
		__complete shows twig
		__complete shows --all
		__complete help sh
		__completeNoDesc sh`) {
		if line = strings.TrimSpace(line); line != "" {
			ask("one", line, nil)
		}
	}
	for _, words := range [][]string{{"__complete", "shows", ""}, {"__complete", "shows", "sub", ""}, {"__complete", "shows", "sub", "-"}, {"__complete", "shows", "twig", ""}, {"__complete", "shows", "x", ""}, {"__complete", "silent", ""}, {"__complete", ""}, {"__complete", "reads-it", ""}} {
		t.add(Case{Kind: "cli", Files: files, Env: map[string]string{"HELM_PLUGINS": "one"}, Args: plainJSON(words)})
	}
	for _, folders := range []string{"broken", "twice", "clash", "one:broken", "twice:one", "none", ""} {
		for _, line := range []string{"version --short", "b", "zebra", "aaa", "env HELM_NAMESPACE", "--help"} {
			if line != "--help" || folders == "clash" {
				ask(folders, line, nil)
			}
		}
	}
	ask("one", "shows", map[string]string{"HELM_NO_PLUGINS": "1"})
	ask("one", "shows", map[string]string{"HELM_NO_PLUGINS": "true", "HELM_NAMESPACE": "ns", "HELM_DEBUG": "1"})
	ask("one", "shows", map[string]string{"HELM_DRIVER": "nothing"})
	ask("one", "--color wrong shows", nil)
	// What is wrong with plugins is told when commands are looked for, and again where something could be fetched.
	chart := map[string]string{"shop/Chart.yaml": "apiVersion: v2\nname: shop\nversion: 0.1.0\n", "shop/templates/a.yaml": "a: 1\n", "plugins/a/plugin.yaml": "name: a b\n"}
	for line := range strings.Lines(`
		template r shop
		template r nothing
		lint shop
		show values shop
		package shop -d out
		package
		package nothing
		package shop --sign
		package shop --cert-file nothing
		dependency list shop
		dependency build shop
		dependency build nothing
		dependency update shop
		dependency update shop --cert-file nothing
		verify nothing
		create out/x
		show values nothing
		template r nothing --debug
		plugin verify nothing`) {
		if line = strings.TrimSpace(line); line != "" {
			env := map[string]string{"HELM_PLUGINS": "plugins"}
			t.add(Case{Kind: "cli", Files: chart, Env: env, Args: plainJSON(strings.Fields(line))})
		}
	}
	suitePluginGuests()
}

// suitePluginGuests asks about commands that are Wasm guests.
func suitePluginGuests() {
	t := newTopic("cli", "plugin-guest")
	files, modules := map[string]string{}, map[string]string{}
	for name, module := range pluginGuests {
		files["p/"+name+"/plugin.yaml"] = "apiVersion: v1\nname: " + name + "\ntype: cli/v1\nruntime: extism/v1\nversion: 0.1.0\n"
		modules["p/"+name+"/plugin.wasm"] = module
	}
	files["p/quiet/plugin.yaml"] = files["p/say/plugin.yaml"] + "config: {ignoreFlags: true, usage: quiet WORD}\n"
	files["p/quiet/plugin.yaml"] = strings.Replace(files["p/quiet/plugin.yaml"], "name: say", "name: quiet", 1)
	modules["p/quiet/plugin.wasm"] = pluginGuests["say"]
	files["p/text/plugin.yaml"] = strings.Replace(files["p/say/plugin.yaml"], "name: say", "name: text", 1)
	files["p/text/plugin.wasm"] = "#!/bin/sh\necho no module\n"
	files["p/entry/plugin.yaml"] = strings.Replace(files["p/other/plugin.yaml"], "name: other", "name: entry", 1) + "runtimeConfig: {entryFuncName: other}\n"
	modules["p/entry/plugin.wasm"] = pluginGuests["other"]
	for line := range strings.Lines(`
		say
		say a <b> "c" \ ä
		say -n x a --debug b --help
		quiet a b
		empty
		exits
		fails
		traps
		other
		entry
		word
		array
		text
		help quiet`) {
		if words := strings.Fields(line); len(words) > 0 {
			t.add(Case{Kind: "cli", Files: files, FilesB64: modules, Env: map[string]string{"HELM_PLUGINS": "p"}, Args: plainJSON(words)})
		}
	}
	t.add(Case{Kind: "cli", Files: files, FilesB64: modules, Env: map[string]string{"HELM_PLUGINS": "p"}, Args: plainJSON([]string{"__complete", "say", ""})})
}
