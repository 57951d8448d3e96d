package main

// suiteGetters asks what plugins fetch that are programs. A getter's program lies below the plugin's folder and has to
// be executable: here it is a link to the shell, and what it does is a file that it reads.
func suiteGetters() {
	t := newTopic("cli", "plugin-getter")
	links := map[string]string{"plugins/g/bin/sh": "/bin/sh"}
	chart := map[string]string{
		"c/Chart.yaml":       "apiVersion: v2\nname: c\nversion: 0.1.0\n",
		"c/templates/t.yaml": "kind: ConfigMap\nmetadata: {name: c}\ndata: {{ toJson .Values }}\n",
	}
	const legacy = "name: g\nversion: 1.0.0\ndownloaders: [{protocols: [secrets, s3+x], command: bin/sh plugins/g/get.sh $HOME}]\n"
	const modern = "apiVersion: v1\nname: g\nversion: 1.0.0\ntype: getter/v1\nruntime: subprocess\nconfig: {protocols: [secrets, unserved]}\nruntimeConfig: {protocolCommands: [{protocols: [secrets], platformCommand: [{os: plan9, command: x}, {command: bin/sh, args: [plugins/g/get.sh, '$HOME']}]}]}\n"
	const tell = "printf 'args: ['; for a; do printf '\"%s\", ' \"$a\"; done; printf ']\\nname: %s\\ndir: %s\\nuser: \"%s\"\\npassword: \"%s\"\\nall: \"%s\"\\nnamespace: %s\\n' \"$HELM_PLUGIN_NAME\" \"$HELM_PLUGIN_DIR\" \"$HELM_PLUGIN_USERNAME\" \"$HELM_PLUGIN_PASSWORD\" \"$HELM_PLUGIN_PASS_CREDENTIALS_ALL\" \"$HELM_NAMESPACE\"\n"
	ask := func(manifest, script string, args ...string) {
		files := together(chart, map[string]string{"plugins/g/plugin.yaml": manifest, "plugins/g/get.sh": script})
		t.add(Case{Kind: "cli", Files: files, Links: links, Env: map[string]string{"HELM_PLUGINS": "plugins"}, Args: plainJSON(append([]string{"template", "rel", "c"}, args...))})
	}
	for _, manifest := range []string{legacy, modern} {
		ask(manifest, tell, "-f", "secrets://a/b?c=d#e")
		ask(manifest, tell, "-f", "secrets://u:p@a/b", "-n", "web")
		ask(manifest, tell, "-f", "SECRETS://a/b")
		ask(manifest, tell, "-f", "s3+x://a/b")
		ask(manifest, tell, "-f", "unserved://a/b")
		ask(manifest, tell, "-f", "unheard://a/b")
		ask(manifest, tell, "--set-file", "text=secrets://a/b")
		ask(manifest, tell, "-f", "secrets://a/b", "--username", "u", "--password", "p", "--pass-credentials", "--cert-file", "cert", "--key-file", "key", "--ca-file", "ca")
	}
	for _, script := range []string{"echo 'a: 1'", "true", "echo 'a: ['", "printf 'a: \"\\001\"\\n'", "echo said >&2; echo 'a: 2'", "echo '{\"a\": 1}'", "cat; echo 'a: 3'"} {
		ask(legacy, script, "-f", "secrets://x")
	}
	for _, command := range []string{"none", "/bin/sh plugins/g/get.sh", "$HELM_PLUGIN_DIR/bin/sh", "get.sh", "../g/bin/sh plugins/g/get.sh", "./bin//sh plugins/g/get.sh"} {
		ask("name: g\ndownloaders: [{protocols: [secrets], command: '"+command+"'}]\n", "echo 'a: 1'", "-f", "secrets://x")
	}
}
