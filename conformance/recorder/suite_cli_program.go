package main

// suiteProgram asks what the program says of itself.
func suiteProgram() {
	t := newTopic("cli", "completion")
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		commandLines(t, nil, nil, "completion "+shell+"\n completion "+shell+" --no-descriptions")
	}
	commandLines(t, nil, nil, `
		completion zsh --no-descriptions=false
		completion fish --no-descriptions=maybe
		completion bash --bogus
		completion Bash
		completion powershell -- x
		--debug completion zsh
	`)

	t = newTopic("cli", "docs")
	folder := map[string]string{"out/": "", "file": ""}
	commandLines(t, folder, map[string]string{"SOURCE_DATE_EPOCH": "1600000000"}, `
		docs --dir out
		docs --dir out/ --type markdown
		docs --dir=out --type=md --generate-headers
		docs --dir out --type mdown --generate-headers=false
		docs --dir out --type man
		docs --dir out --type man --generate-headers
		docs --dir out --type bash
		docs --dir out --type bash --generate-headers
		docs --dir out --type Man
		docs --dir out --type
		docs --dir out --type=
		docs --dir out --type pdf
		docs --dir out/none
		docs --dir out/none --type man
		docs --dir out/none/ --type bash
		docs --dir file
		docs --dir file --type man
		docs --dir file/x --type bash
		docs out
		docs --dir
		docs --help
		help docs
		docs --dir out --kube-context x --namespace y --type bash
	`)
	for _, env := range []map[string]string{
		{"SOURCE_DATE_EPOCH": "1600000000", "TZ": "Pacific/Auckland"},
		{"SOURCE_DATE_EPOCH": "0"},
		{"SOURCE_DATE_EPOCH": "-86400"},
		{"SOURCE_DATE_EPOCH": "253402300800"},
		{"SOURCE_DATE_EPOCH": "1", "HELM_EXPERIMENTAL_CHART_V3": "1"},
		{"SOURCE_DATE_EPOCH": "1", "HELM_DEBUG": "1", "HELM_QPS": "2.5", "HELM_BURST_LIMIT": "3", "HELM_KUBEASGROUPS": "a,b", "HELM_NAMESPACE": "<y> \\z"},
	} {
		commandLines(t, folder, env, "docs --dir out --type man\n docs --dir out\n docs --dir out --type bash")
	}
	for _, epoch := range []string{"soon", "99999999999999999999", "1.5"} {
		commandLines(t, nil, map[string]string{"SOURCE_DATE_EPOCH": epoch}, "docs --type man\n docs\n docs --type bash")
	}

	t = newTopic("cli", "env")
	commandLines(t, nil, nil, `
		env
		env HELM_BIN
		env HELM_CACHE_HOME
		env HELM_PLUGINS
		env helm_bin
		env ''
		env HOME
		env KUBECONFIG
		env KUBECONFIG --kubeconfig k
		env --kubeconfig k
		env --kubeconfig=
		env -n x --kube-context y --kube-token z --kube-as-user u --kube-as-group g --kube-as-group h
		env --kube-apiserver a --kube-ca-file b --kube-tls-server-name c --kube-insecure-skip-tls-verify
		env --burst-limit 3 --qps 4 --debug --registry-config r --repository-cache s --repository-config t
		env --content-cache c --kube-insecure-skip-tls-verify=false
	`)
	for _, env := range []map[string]string{
		{"HELM_CACHE_HOME": "/a", "HELM_CONFIG_HOME": "/b", "HELM_DATA_HOME": "/c"},
		{"XDG_CACHE_HOME": "/a", "XDG_CONFIG_HOME": "/b", "XDG_DATA_HOME": "/c"},
		{"XDG_CACHE_HOME": "/a", "HELM_CACHE_HOME": "/b", "HELM_CONFIG_HOME": "", "XDG_DATA_HOME": "rel/x"},
		{"HELM_PLUGINS": "", "HELM_REGISTRY_CONFIG": "", "HELM_REPOSITORY_CACHE": "", "HELM_REPOSITORY_CONFIG": "", "HELM_CONTENT_CACHE": ""},
		{"HELM_PLUGINS": "/p:/q", "HELM_REGISTRY_CONFIG": "/r", "HELM_REPOSITORY_CACHE": "/s", "HELM_REPOSITORY_CONFIG": "/t", "HELM_CONTENT_CACHE": "/u"},
		{"HELM_NAMESPACE": "x", "HELM_KUBECONTEXT": "y", "HELM_KUBETOKEN": "z", "HELM_KUBEASUSER": "u", "HELM_KUBEASGROUPS": ", a,b ,"},
		{"HELM_KUBEAPISERVER": "a", "HELM_KUBECAFILE": "b", "HELM_KUBETLS_SERVER_NAME": "c", "HELM_KUBEINSECURE_SKIP_TLS_VERIFY": "TRUE"},
		{"HELM_DEBUG": "true", "HELM_BURST_LIMIT": "5", "HELM_QPS": "1.25", "HELM_MAX_HISTORY": "0"},
		{"HELM_DEBUG": "no", "HELM_BURST_LIMIT": "five", "HELM_QPS": "fast", "HELM_MAX_HISTORY": "-1", "HELM_KUBEINSECURE_SKIP_TLS_VERIFY": "2"},
		{"HELM_BURST_LIMIT": "0x10", "HELM_QPS": "1e2", "HELM_MAX_HISTORY": "1_0"},
		{"HELM_QPS": "0x1p4", "HELM_BURST_LIMIT": "-1", "HELM_MAX_HISTORY": "99999999999999999999"},
		{"HELM_DRIVER": "nope"},
		{"HELM_DRIVER": "SECRETS"},
		{"HELM_DRIVER": "secrets"},
		{"HELM_QPS": "1_0", "HELM_BURST_LIMIT": "+7"},
		{"HOME": ""},
		{"HOME": "/other/"},
	} {
		commandLines(t, nil, env, "env")
	}
	kubeconfig := "apiVersion: v1\nkind: Config\ncurrent-context: one\ncontexts:\n- name: one\n  context: {cluster: c, namespace: ns1}\n- name: two\n  context: {cluster: c, namespace: ns2}\n- name: three\n  context: {cluster: c}\n"
	files := map[string]string{"k.yaml": kubeconfig, "bad.yaml": "a: [", "other.yaml": "kind: Config\napiVersion: v1\ncurrent-context: two\ncontexts: []\n"}
	commandLines(t, files, map[string]string{"KUBECONFIG": "k.yaml"}, `
		env HELM_NAMESPACE
		env HELM_NAMESPACE --kube-context two
		env HELM_NAMESPACE --kube-context three
		env HELM_NAMESPACE --kube-context four
		env HELM_NAMESPACE -n x --kube-context two
		env HELM_NAMESPACE --kubeconfig bad.yaml
		env HELM_NAMESPACE --kubeconfig none.yaml
		env HELM_NAMESPACE --kubeconfig other.yaml
	`)
	commandLines(t, files, map[string]string{"KUBECONFIG": "other.yaml:k.yaml"}, "env HELM_NAMESPACE\n env HELM_NAMESPACE --kube-context one")
	commandLines(t, files, map[string]string{"KUBECONFIG": "none.yaml:bad.yaml"}, "env HELM_NAMESPACE")
	commandLines(t, files, map[string]string{"KUBECONFIG": ""}, "env HELM_NAMESPACE")

	t = newTopic("cli", "version")
	commandLines(t, nil, nil, `
		version
		version --short
		version --debug
		version --template {{.Version}}
		version --template {{.}}
		version --template {{.GitCommit}}|{{.GitTreeState}}|{{.KubeClientVersion}}
		version --template {{.Nope}}
		version --template {{nope}}
		version --template {{
		version --template {{.Version|printf}}
		version --template {{upper("x")}}
		version --template {{.Version|upper}}
		version --template {{printf"%q"`+"\u00a0"+`.Version}}
	`)
	for _, template := range []string{
		"Version: {{.Version}}\n", "{{ printf \"%v %s %q\" .Version .GoVersion .GitCommit }}", "{{ len .Version }}",
		"{{ range $k, $v := . }}{{ $k }}{{ end }}", "{{ if .GitCommit }}a{{ else }}b{{ end }}", "{{ define \"x\" }}y{{ end }}{{ template \"x\" }}",
		"{{ template \"z\" }}", "{{ .Version.Major }}", "{{ printf \"%#v\" . }}", "{{ printf \"%+v\" . }}", "{{ index . \"Version\" }}",
		"{{ slice .Version 0 2 }}", "{{ html \"<\" }}{{ js \"'\" }}{{ urlquery \"a b\" }}", "{{ 1 | add 2 }}", "{{ .Version | toJson }}",
		"{{/* comment */}}x", "\xff", "{{ println .Version }}", "{{ eq .GitTreeState \"\" }}", "{{ .String }}", "{{ end }}", "{{ .Version", "a\nb\n{{ fail \"x\" }}",
	} {
		commandLine(t, nil, nil, "version", "--template", template)
	}
}
