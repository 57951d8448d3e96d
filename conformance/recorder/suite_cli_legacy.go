package main

// Plugins of the old format, in the shapes that helm-diff, helm-secrets and helm-unittest have.

// tell prints a program's arguments and environment, without what shells add to it and without the program's path.
const tell = "for word; do printf '[%s]\\n' \"$word\"; done\nenv | sort | grep -v -e '^_=' -e '^PWD=' -e '^OLDPWD=' -e '^SHLVL=' -e '^HELM_BIN='\n"

const (
	legacyDiff     = "name: diff\n# as the program's own\nversion: \"3.14.0\"\nusage: \"shows what an upgrade would change\"\ndescription: \"shows what an upgrade would change\"\nuseTunnel: true\nplatformCommand:\n  - command: sh ${HELM_PLUGIN_DIR}/bin/tell\n  - os: windows\n    command: ${HELM_PLUGIN_DIR}\\bin\\diff.exe\n\nplatformHooks:\n  install:\n    - command: ${HELM_PLUGIN_DIR}/install-binary.sh\n    - os: windows\n      command: pwsh\n      args: [-c, '${HELM_PLUGIN_DIR}\\install-binary.ps1']\n  update:\n    - command: ${HELM_PLUGIN_DIR}/install-binary.sh\n      args: [-u]\n"
	legacySecrets  = "name: \"secrets\"\nversion: \"4.6.0\"\nusage: \"keeps values encrypted\"\ndescription: |-\n  This plugin keeps values encrypted\nuseTunnel: false\nplatformCommand:\n  - command: \"sh $HELM_PLUGIN_DIR/bin/tell\"\n  - os: windows\n    command: \"cmd /c $HELM_PLUGIN_DIR\\\\run.cmd\"\n\ndownloaders:\n  - command: \"bin/run downloader\"\n    protocols:\n      - \"secrets\"\n      - \"secrets+gpg-import\"\n      - \"secrets+age-import\"\n      - \"secrets+literal\"\n"
	legacyBoth     = "name: \"secrets\"\nversion: \"4.5.0\"\nusage: \"keeps values encrypted\"\ncommand: \"$HELM_PLUGIN_DIR/run.sh\"\nplatformCommand:\n  - os: windows\n    command: \"cmd /c $HELM_PLUGIN_DIR\\\\run.cmd\"\n\ndownloaders:\n  - command: \"run.sh downloader\"\n    protocols: [\"secrets\"]\n"
	legacyUnittest = "name: \"unittest\"\nversion: \"0.2.1\"\nusage: \"tests charts\"\ndescription: \"tests charts\"\nignoreFlags: false\ncommand: \"sh $HELM_PLUGIN_DIR/bin/tell 'in quotes' $HELM_NAMESPACE\"\nhooks:\n  install: \"cd $HELM_PLUGIN_DIR; ./install-binary.sh\"\n  update: \"cd $HELM_PLUGIN_DIR; HELM_PLUGIN_UPDATE=1 ./install-binary.sh\"\n"
)

func suiteLegacyPlugins() {
	t := newTopic("cli", "plugin-legacy")
	files := map[string]string{}
	for name, manifest := range map[string]string{"diff": legacyDiff, "secrets": legacySecrets, "unittest": legacyUnittest} {
		files["plugins/"+name+"/plugin.yaml"] = manifest
		files["plugins/"+name+"/bin/tell"] = tell
	}
	ask := func(files, env map[string]string, stdin string, args ...string) {
		t.add(Case{Kind: "cli", Files: files, Env: together(map[string]string{"HELM_PLUGINS": "plugins", "GIVEN": "by the user", "EMPTY": "", "LC_ALL": "C"}, env), Stdin: stdin, Args: plainJSON(args)})
	}
	ask(files, nil, "", "plugin", "list")
	ask(map[string]string{"plugins/secrets/plugin.yaml": legacyBoth}, nil, "", "plugin", "list")
	for _, name := range []string{"diff", "unittest"} {
		for _, args := range [][]string{
			nil, {"upgrade", "rel", "./c", "-f", "v.yaml", "--set", "a=b"}, {"-n", "web", "sub"}, {"sub", "--namespace=web", "--kube-context", "k", "--debug=false", "-x"}, {"--kubeconfig", "/k", "--kube-token", "t", "--kube-apiserver=a", "--kube-as-user", "u", "--kube-as-group", "g", "--kube-as-group", "h"},
			{"--registry-config", "r", "--repository-cache", "rc", "--repository-config=rr", "--kube-ca-file", "ca", "--kube-tls-server-name", "s"}, {"--help"}, {"-h"}, {"--version"}, {"--", "-n", "x"}, {"", " ", "$HOME"}, {"--burst-limit", "7", "--qps=2", "--content-cache", "cc", "--color", "never"}, {"--kube-insecure-skip-tls-verify", "eaten", "kept"}, {"-n"},
		} {
			ask(files, nil, "", append([]string{name}, args...)...)
		}
		ask(files, nil, "", "-n", "before", name, "x")
		ask(files, nil, "", "--kube-context=kc", name, "x", "--namespace", "behind")
	}
	ask(files, map[string]string{"HELM_NAMESPACE": "fromenv", "HELM_KUBECONTEXT": "ctx", "HELM_MAX_HISTORY": "3", "HELM_UNHEARD_OF": "x", "HELM_DRIVER": "secret", "HELM_PLUGIN_NAME": "posing", "HELM_PLUGIN_DIR": "/posing"}, "", "unittest")
	ask(files, map[string]string{"HELM_CACHE_HOME": "cache", "HELM_CONFIG_HOME": "config", "HELM_DATA_HOME": "data", "XDG_CACHE_HOME": "x"}, "", "diff")
	ask(files, map[string]string{"HELM_NO_PLUGINS": "1"}, "", "diff")
	ask(files, nil, "", "secrets")
	shell := func(manifest, script, stdin string, args ...string) {
		ask(map[string]string{"plugins/p/plugin.yaml": manifest, "plugins/p/run.sh": script}, nil, stdin, append([]string{"p"}, args...)...)
	}
	const run = "name: p\ncommand: sh $HELM_PLUGIN_DIR/run.sh\n"
	for _, script := range []string{"exit 0", "exit 1", "exit 7", "exit 300", "kill -9 $$", "echo out; echo err >&2; exit 3", "cat", "cat; exit 2", "pwd | sed 's/.*/here/'", "printf 'no newline'"} {
		shell(run, script, "typed\nin\n", "a")
	}
	for _, manifest := range []string{
		run + "ignoreFlags: true\n", "name: p\ncommand: sh $HELM_PLUGIN_DIR/run.sh  two ${UNSET} $GIVEN '$GIVEN'\n", "name: p\ncommand: sh $HELM_PLUGIN_DIR/run.sh $$ $? ${} a${ $é ${GIVEN}$GIVEN\n", "name: p\nplatformCommand: [{command: sh, args: [$HELM_PLUGIN_DIR/run.sh, '$GIVEN', \"a  b\", '']}]\n",
		"name: p\nplatformCommand: [{os: linux, command: sh $HELM_PLUGIN_DIR/run.sh linux}, {command: sh $HELM_PLUGIN_DIR/run.sh any}]\n", "name: p\nplatformCommand: [{os: plan9, command: sh}]\n", "name: p\ncommand: ''\n", "name: p\n", "name: p\ncommand: $UNSET\n", "name: p\ncommand: nosuchprogram x\n", "name: p\ncommand: ./plugins/p/none\n", "name: p\ncommand: $HELM_PLUGIN_DIR/run.sh\n", "name: p\ncommand: $HELM_PLUGIN_DIR\n",
		"name: p\nusage: short\ndescription: \"long\\ntext\"\ncommand: sh $HELM_PLUGIN_DIR/run.sh\nunknown: {a: b}\n",
	} {
		shell(manifest, "for word; do printf '[%s]\\n' \"$word\"; done\n", "", "-n", "ns", "x", "--flag")
	}
}
