package main

import (
	"encoding/json"
	"maps"
)

// postChart has everything that a post-renderer sees or does not see.
var postChart = map[string]string{
	"c/Chart.yaml":  "apiVersion: v2\nname: c\nversion: 0.1.0\ndependencies: [{name: sub, version: 0.1.0}]\n",
	"c/values.yaml": "who: world\n",
	"c/crds/x.yaml": "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: xs.example.com}\n",
	"c/templates/b.yaml": "# about the service\napiVersion: v1\nkind: Service\nmetadata:\n    name: b   # its name\n    annotations: {a: b}\nspec:\n    ports:\n        - port: 80\n        # not this one\n        # - port: 81\n" +
		"---\n# second\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: b2}\ndata: {who: \"{{ .Values.who }}\"}\n",
	"c/templates/a.yaml":             "{{- if true }}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  who: {{ .Values.who | quote }}\n  text: |\n    one\n\n    two\n{{- end }}\n",
	"c/templates/empty.yaml":         "{{/* nothing */}}\n",
	"c/templates/comment.yaml":       "# only a comment\n",
	"c/templates/hook.yaml":          "apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: h\n  annotations:\n    \"helm.sh/hook\": pre-install # early\n    \"helm.sh/hook-weight\": \"5\"\nspec: {}\n",
	"c/templates/tests/t.yaml":       "apiVersion: v1\nkind: Pod\nmetadata: {name: t, annotations: {helm.sh/hook: test}}\n",
	"c/templates/_p.tpl":             "{{ define \"x\" }}{{ end }}",
	"c/templates/NOTES.txt":          "Notes of {{ .Release.Name }}.\n",
	"c/charts/sub/Chart.yaml":        "apiVersion: v2\nname: sub\nversion: 0.1.0\n",
	"c/charts/sub/templates/ns.yaml": "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: n\n",
}

// script is a post-renderer that is a text for a shell.
func script(name, text string) map[string]string {
	command, _ := json.Marshal([]string{"-c", text, name})
	return map[string]string{
		"plugins/" + name + "/plugin.yaml": "apiVersion: v1\nname: " + name + "\nversion: 1.0.0\ntype: postrenderer/v1\nruntime: subprocess\nruntimeConfig: {platformCommand: [{command: sh, args: " + string(command) + "}]}\n",
	}
}

func together(parts ...map[string]string) map[string]string {
	out := map[string]string{}
	for _, one := range parts {
		maps.Copy(out, one)
	}
	return out
}

// suitePostRenderers asks what `--post-renderer` does.
func suitePostRenderers() {
	t := newTopic("cli", "post-renderer")
	ask := func(files map[string]string, args ...string) {
		t.add(Case{
			Kind:  "cli",
			Files: together(postChart, files),
			Env:   map[string]string{"HELM_PLUGINS": "plugins"},
			Args:  plainJSON(append([]string{"template", "rel", "c"}, args...)),
		})
	}
	through := func(text string, args ...string) {
		ask(script("pr", text), append([]string{"--post-renderer", "pr"}, args...)...)
	}
	for _, args := range [][]string{
		nil, {"--include-crds"}, {"--no-hooks"}, {"--skip-tests"}, {"--show-only", "templates/a.yaml"}, {"-s", "templates/hook.yaml"}, {"-s", "charts/sub/templates/ns.yaml"}, {"-s", "templates/nothing.yaml"},
		{"--output-dir", "out"}, {"--output-dir", "out", "--release-name"}, {"--output-dir", "out", "--include-crds"}, {"--is-upgrade"}, {"--skip-crds"}, {"--set", "who=[a"}, {"--set", "who=\"q\""},
	} {
		through("cat", args...)
	}
	const more = "\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: more}\n"
	for _, text := range []string{
		"sed s/world/moon/", "sed 's/kind: ConfigMap/kind: Secret/'", "sed 's/^# .*//'", "sed 's/^/ /'", "sed 's/^---$/--- # divided/'", "sed 's/^---$/--- x/'", "sed 's/$/\\r/'",
		"sed /postrender-filename/d", "sed 's/postrender-filename: .*/postrender-filename: c\\/templates\\/moved.yaml/'", "sed \"s/postrender-filename: 'c.templates.b.yaml'/postrender-filename: other/\"",
		"sed 's/helm.sh.hook:/not-a-hook:/'", "sed 's/pre-install/unheard-of/'", "cat; printf '%s' '" + more + "'", "printf '%s' '" + more + "'; cat", "printf '%s' '" + more + more + "'", "cat; echo ---; cat /dev/null",
		"true", "echo", "printf ' \\n\\t'", "echo '# comment'", "echo null", "echo ---", "echo text", "echo '[a]'", "echo '- a'", "echo '{}'", "echo 'a: b'", "echo 'a: b: c'", "printf 'a: [\\n'", "printf 'kind: X\\n---\\nkind: Y\\n'",
		"echo 'kind: List'", "printf 'kind: List\\nitems: [{kind: A}, {kind: B, metadata: {name: b}}]\\n'", "printf 'kind: List\\nitems: [{a: b}]\\n'", "printf 'kind: List\\nitems: [a]\\n'", "printf 'metadata: x\\n'", "printf 'metadata: {annotations: x}\\n'", "printf 'kind: X\\nmetadata: {annotations: {a: 1}}\\n'",
		"printf 'kind: X\\napiVersion: [a]\\n'", "printf 'kind: Service\\n---\\nkind: Namespace\\n---\\nkind: Zed\\n---\\nkind: Deployment\\n'", "printf 'a: 1\\na: 2\\n'", "printf 'a: \\377\\n'", "printf '{\"kind\": \"X\", \"a\": [1, 2]}'", "dd bs=20 count=1 2>/dev/null", "sort", "sort -r",
		"exit 3", "cat; exit 1", "echo said >&2; exit 1", "echo said >&2; cat", "kill -9 $$", "printf 'kind: X\\nargs: \"%s\"\\n' \"$*\"",
		"printf 'kind: X\\nname: %s\\ndir: %s\\nnamespace: \"%s\"\\nbin: \"%s\"\\n' \"$HELM_PLUGIN_NAME\" \"$HELM_PLUGIN_DIR\" \"$HELM_NAMESPACE\" \"$HELM_BIN\"",
	} {
		through(text)
	}
	const echo = "printf 'kind: X\\nargs:\\n'; for a; do printf -- '- \"%s\"\\n' \"$a\"; done"
	for _, args := range [][]string{
		{"--post-renderer-args", "a"}, {"--post-renderer-args", "a b", "--post-renderer-args=--c,d"}, {"--post-renderer-args", ""}, {"--post-renderer-args", "$HOME"}, {"--post-renderer-args"}, {"--post-renderer", "pr"}, {"--post-renderer="}, {"--post-renderer", "other"},
	} {
		through(echo, args...)
	}
	ask(script("pr", echo), "--post-renderer-args", "first", "--post-renderer", "pr", "--post-renderer-args", "second")
	ask(script("pr", echo), "--post-renderer-args", "alone")
	ask(script("pr", echo), "--post-renderer", "")
	ask(script("pr", echo), "--post-renderer", "", "--post-renderer=pr")
	for _, name := range []string{"none", "./script", "/bin/cat", "pr ", "PR", "cli", "getter"} {
		ask(together(script("pr", "cat"), map[string]string{
			"script":                     "#!/bin/sh\ncat\n",
			"plugins/cli/plugin.yaml":    "name: cli\ncommand: cat\n",
			"plugins/getter/plugin.yaml": "name: getter\ndownloaders: [{protocols: [x], command: cat}]\n",
		}), "--post-renderer", name)
	}
	manifest := func(name, config string) map[string]string {
		return map[string]string{"plugins/" + name + "/plugin.yaml": "apiVersion: v1\nname: " + name + "\nversion: 1.0.0\ntype: postrenderer/v1\nruntime: subprocess\n" + config}
	}
	for _, config := range []string{
		"", "runtimeConfig: {}\n", "runtimeConfig: {platformCommand: []}\n", "runtimeConfig: {platformCommand: [{command: ''}]}\n", "runtimeConfig: {platformCommand: [{os: plan9, command: cat}]}\n", "runtimeConfig: {platformCommand: [{arch: amd64, command: cat}, {command: sort}]}\n",
		"runtimeConfig: {platformCommand: [{command: nosuchprogram}]}\n", "runtimeConfig: {platformCommand: [{command: $UNSET}]}\n", "runtimeConfig: {platformCommand: [{command: $HELM_PLUGIN_DIR/none}]}\n", "runtimeConfig: {platformCommand: [{command: $HELM_PLUGIN_DIR}]}\n", "runtimeConfig: {platformCommand: [{command: $HELM_PLUGIN_DIR/plugin.yaml}]}\n",
		"runtimeConfig: {platformCommand: [{command: 'sed s/world/$GREETED/'}]}\n", "runtimeConfig: {platformCommand: [{command: sed, args: ['s/world/${GREETED}/']}]}\n", "runtimeConfig: {platformCommand: [{os: LINUX, command: 'sed s/world/linux/'}, {command: cat}]}\n", "runtimeConfig: {platformCommand: [{command: 'cat  -'}]}\n",
	} {
		t.add(Case{
			Kind: "cli", Files: together(postChart, manifest("pr", config)),
			Env:  map[string]string{"HELM_PLUGINS": "plugins", "GREETED": "moon"},
			Args: plainJSON([]string{"template", "rel", "c", "-s", "templates/a.yaml", "--post-renderer", "pr"}),
		})
	}
	// Broken neighbours, two of a name, several folders.
	broken := map[string]string{"plugins/a/plugin.yaml": "name: a b\n"}
	ask(together(script("pr", "cat"), broken), "--post-renderer", "pr", "-s", "templates/a.yaml")
	ask(together(script("pr", "cat"), broken), "--post-renderer", "none")
	ask(together(script("pr", echo), broken), "--post-renderer", "pr", "--post-renderer-args", "a", "--post-renderer-args", "b")
	twin := script("pr", "cat")["plugins/pr/plugin.yaml"]
	ask(together(script("pr", "cat"), map[string]string{"plugins/q/plugin.yaml": twin}), "--post-renderer", "pr")
	two := map[string]string{"more/x/plugin.yaml": script("pr", "sed s/world/second/")["plugins/pr/plugin.yaml"]}
	for _, env := range []map[string]string{
		{"HELM_PLUGINS": "plugins:more"}, {"HELM_PLUGINS": "more:plugins"}, {"HELM_PLUGINS": "none:more"}, {"HELM_PLUGINS": "plugins", "HELM_NO_PLUGINS": "1"}, {"HELM_PLUGINS": ""}, {},
	} {
		t.add(Case{
			Kind: "cli", Files: together(postChart, script("pr", "cat"), two), Env: env,
			Args: plainJSON([]string{"template", "rel", "c", "-s", "templates/a.yaml", "--post-renderer", "pr"}),
		})
	}
	// What templates print that kyaml does not take, or takes in another way than Helm.
	for _, document := range []string{
		"a: b\nkind: X\n", "text\n", "- a\n", "a: [\n", "a: *b\n", "kind: List\nitems: [{kind: A}, {kind: B}]\n", "kind: X\nmetadata: text\n", "kind: X\nmetadata: {annotations: [a]}\n", "kind: X\n---\nkind: Y\n--- # c\nkind: Z\n---\n---kind: W\n",
		"kind: X\nmetadata:\n  annotations:\n    postrenderer.helm.sh/postrender-filename: elsewhere\n", "kind: X\r\na: |\r\n  b\r\n", "kind: X\na: 1\na: 2\n", "kind: X\nb: &b {c: d}\ne: *b\n<<: *b\n", "# c\n\nkind: X # d\n# e\n\n# f\n", "null\n---\nkind: X\n",
	} {
		files := map[string]string{"c/Chart.yaml": "apiVersion: v2\nname: c\nversion: 0.1.0\n", "c/templates/t.yaml": document}
		t.add(Case{
			Kind: "cli", Files: together(files, script("pr", "cat")), Env: map[string]string{"HELM_PLUGINS": "plugins"},
			Args: plainJSON([]string{"template", "rel", "c", "--post-renderer", "pr"}),
		})
	}
	empty := map[string]string{"c/Chart.yaml": "apiVersion: v2\nname: c\nversion: 0.1.0\n"}
	for _, text := range []string{"cat", "cat; echo 'kind: X'"} {
		t.add(Case{
			Kind: "cli", Files: together(empty, script("pr", text)), Env: map[string]string{"HELM_PLUGINS": "plugins"},
			Args: plainJSON([]string{"template", "rel", "c", "--post-renderer", "pr"}),
		})
	}
}
