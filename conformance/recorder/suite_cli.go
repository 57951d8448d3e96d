package main

import "strings"

// commandLines asks the oracle one thing per line; words are separated by blanks, `”` is an empty word.
func commandLines(t *topic, files, env map[string]string, lines string) {
	for line := range strings.Lines(lines) {
		if words := strings.Fields(line); len(words) > 0 {
			for i, word := range words {
				if word == "''" {
					words[i] = ""
				}
			}
			commandLine(t, files, env, words...)
		}
	}
}

// commandLine asks the oracle one thing.
func commandLine(t *topic, files, env map[string]string, args ...string) {
	t.add(Case{Kind: "cli", Files: files, Env: env, Args: plainJSON(args)})
}

// commandWords are all commands of Helm, groups included.
var commandWords = []string{
	"completion", "completion bash", "completion fish", "completion powershell", "completion zsh", "create",
	"dependency", "dependency build", "dependency list", "dependency update", "docs", "env",
	"get", "get all", "get hooks", "get manifest", "get metadata", "get notes", "get values", "help", "history",
	"install", "lint", "list", "package",
	"plugin", "plugin install", "plugin list", "plugin package", "plugin uninstall", "plugin update", "plugin verify",
	"pull", "push", "registry", "registry login", "registry logout",
	"repo", "repo add", "repo index", "repo list", "repo remove", "repo update", "rollback",
	"search", "search hub", "search repo",
	"show", "show all", "show chart", "show crds", "show readme", "show values",
	"status", "template", "test", "uninstall", "upgrade", "verify", "version",
}

func suiteCommandLine() {
	suiteHelp()
	suiteFlags()
	suiteProgram()
	suiteComplete()
	suiteProvenance()
	suitePlugins()
}
