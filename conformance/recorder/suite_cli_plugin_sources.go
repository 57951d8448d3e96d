package main

import (
	"maps"
	"slices"
	"strings"
)

// suitePluginSources asks what `plugin install` does with URLs and repositories, and `plugin update` with what it
// installed. The answers of git itself, which differ by its version, are not asked for.
func suitePluginSources() {
	t := newTopic("cli", "plugin-sources")
	env := map[string]string{"HELM_DATA_HOME": "out/data", "HELM_NO_PLUGINS": "1", "PINTLE_GRANT_REQUESTED": "1"}
	const named = "name: gh\nversion: 1.2.3\ncommand: x\n"
	const hooked = "name: hooked\nversion: 0.1.0\ncommand: x\nhooks: {install: 'echo installing; test -f $HELM_PLUGIN_DIR/plugin.yaml && echo there', update: 'echo updating; test -f $HELM_PLUGIN_DIR/plugin.yaml && echo there'}\n"
	const failing = "name: failing\nversion: 0.1.0\ncommand: x\nhooks: {install: 'echo installing; exit 3', update: 'echo updating; echo oops >&2; exit 3'}\n"
	words := strings.Fields
	given := map[string]string{"ring": testKey("ed25519.pub"), "strangers": testKey("unknown.pub")}
	http := func(served map[string]Served, line string, before ...[]string) {
		rings := maps.Clone(given)
		maps.DeleteFunc(rings, func(name, _ string) bool { return !strings.Contains(line, " "+name) })
		t.add(Case{Kind: "cli", FilesB64: rings, Served: served, Before: before, Env: env, Args: plainJSON(words(line))})
	}
	nothing := map[string]Served{"/": {Status: 404}}
	file := func(content string) Served { return Served{Type: "application/octet-stream", BodyB64: content} }
	good := archived("gh/plugin.yaml", named, "gh/bin/run", "#!/bin/sh\n")
	one := func(name, content string) map[string]Served { return map[string]Served{"/" + name: file(content)} }
	for _, name := range []string{"gh-1.2.3.tgz", "gh.tgz", "other-1.2.3.tgz", "gh-1.2.3.tar.gz", "a/b/gh-1.2.3.tgz", "gh-v1.2.3.tgz"} {
		http(one(name, good), "plugin install http://$HOST/"+name+" --verify=false")
	}
	const line = "plugin install http://$HOST/gh-1.2.3.tgz"
	http(one("gh-1.2.3.tgz", good), line)
	http(one("gh-1.2.3.tgz", good), line+" --keyring ring")
	http(one("gh-1.2.3.tgz", good), line+" --verify=false --version 9.9.9")
	http(one("gh-1.2.3.tgz", good), "plugin add http://$HOST/gh-1.2.3.tgz --verify=false")

	http(nothing, line)
	http(nothing, line+" --verify=false")
	for _, status := range []int{401, 403, 404, 410, 418, 500, 503} {
		http(map[string]Served{"/gh-1.2.3.tgz": {Status: status, Body: "no"}}, line+" --verify=false")
	}
	http(map[string]Served{"/gh-1.2.3.tgz": {Status: 500, Body: "no"}}, line)
	http(map[string]Served{"/gh-1.2.3.tgz": {Status: 302, Location: "/there/real.tgz"}, "/there/real.tgz": file(good)}, line+" --verify=false")
	http(map[string]Served{"/gh-1.2.3.tgz": {Status: 302, Location: "/gh-1.2.3.tgz"}}, line+" --verify=false")
	for _, kind := range []string{"text/html", "application/gzip", "application/json", ""} {
		http(map[string]Served{"/gh-1.2.3.tgz": {Type: kind, BodyB64: good}}, line+" --verify=false")
	}
	http(map[string]Served{"/gh-1.2.3.tgz": {Type: "text/html", Body: "<html>"}}, line+" --verify=false")
	http(map[string]Served{"/gh-1.2.3.tgz": {}}, line+" --verify=false")
	packs := map[string]string{
		"flat.tgz":     archived("plugin.yaml", "name: flat\nversion: 1.0.0\ncommand: x\n", "bin/run", "x"),
		"deep.tgz":     archived("a/deep/plugin.yaml", "name: deep\nversion: 1.0.0\ncommand: x\n"),
		"second.tgz":   archived("b/README", "x", "c/plugin.yaml", "name: second\nversion: 1.0.0\ncommand: x\n"),
		"none.tgz":     archived("README", "x"),
		"broken.tgz":   archived("broken/plugin.yaml", "name: broken name\n"),
		"up.tgz":       archived("up/plugin.yaml", "name: up\nversion: 1.0.0\ncommand: x\n", "../escaped", "x"),
		"absolute.tgz": archived("absolute/plugin.yaml", "name: absolute\nversion: 1.0.0\ncommand: x\n", "/tmp/escaped-by-pintle-tests", "x"),
		"cut.tgz":      cut(good, 40),
		"hooked.tgz":   archived("hooked/plugin.yaml", hooked),
		"failing.tgz":  archived("failing/plugin.yaml", failing),
	}
	for _, name := range sortedKeys(packs) {
		http(one(name, packs[name]), "plugin install http://$HOST/"+name+" --verify=false")
	}
	signed := map[string]Served{"/gh-1.2.3.tgz": file(testKey("gh-1.2.3.tgz")), "/gh-1.2.3.tgz.prov": file(testKey("gh-1.2.3.tgz.prov"))}
	http(signed, line+" --keyring ring")
	http(signed, line+" --keyring strangers")
	http(signed, line+" --keyring missing")
	http(signed, line+" --verify=false")
	http(map[string]Served{"/gh-1.2.3.tgz": file(good), "/gh-1.2.3.tgz.prov": signed["/gh-1.2.3.tgz.prov"]}, line+" --keyring ring")
	http(map[string]Served{"/other-1.2.3.tgz": signed["/gh-1.2.3.tgz"], "/other-1.2.3.tgz.prov": signed["/gh-1.2.3.tgz.prov"]}, "plugin install http://$HOST/other-1.2.3.tgz --keyring ring")
	http(map[string]Served{"/gh-1.2.3.tgz": file(good), "/gh-1.2.3.tgz.prov": {Body: "text"}}, line+" --keyring ring")
	http(map[string]Served{"/gh-1.2.3.tgz": file(good), "/gh-1.2.3.tgz.prov": {Body: ""}}, line+" --keyring ring")
	http(map[string]Served{"/gh-1.2.3.tgz": file(good), "/gh-1.2.3.tgz.prov": {Status: 500}}, line+" --keyring ring")
	// Names without the end of an archive's: what the server says of it counts.
	for _, kind := range []string{"application/gzip", "application/x-gzip", "application/x-tgz", "application/x-gtar", "application/octet-stream", "text/html", "Application/GZIP", "application/gzip; x=y"} {
		http(map[string]Served{"/download": {Type: kind, BodyB64: good}}, "plugin install http://$HOST/download --verify=false")
	}
	http(map[string]Served{"/gh-1.2.3.tgz?a=b": file(good)}, line+"?a=b --verify=false")
	http(map[string]Served{"/page": {Type: "text/html", Body: "<html><head></head></html>"}, "/page?go-get=1": {Type: "text/html", Body: "<html><head></head></html>"}}, "plugin install http://$HOST/page --verify=false")
	http(nothing, "plugin install http://$HOST/page")
	http(nothing, "plugin install http://$HOST")
	http(nothing, "plugin install http://$HOST/x.hg --verify=false")
	http(nothing, "plugin install http://127.0.0.1:1/gh-1.2.3.tgz --verify=false")
	http(nothing, "plugin install http://127.0.0.1:1/gh-1.2.3.tgz")
	http(nothing, "plugin install http://127.0.0.1:1/gh --verify=false")
	http(nothing, "plugin install HTTP://$HOST/gh-1.2.3.tgz --verify=false")
	http(nothing, "plugin install ftp://$HOST/gh-1.2.3.tgz --verify=false")
	http(nothing, "plugin install http://%zz/gh-1.2.3.tgz --verify=false")
	// Twice, removed in between, and what update makes of it.
	installs := append([]string{"helm"}, words(line+" --verify=false")...)
	http(one("gh-1.2.3.tgz", good), line+" --verify=false", installs)
	http(one("gh-1.2.3.tgz", good), line, installs)
	http(one("gh-1.2.3.tgz", good), line+" --verify=false", installs, []string{"helm", "plugin", "uninstall", "gh"})
	http(one("gh-1.2.3.tgz", good), "plugin update gh", installs)
	http(one("gh-1.2.3.tgz", good), "plugin list", installs)
	http(one("gh-1.2.3.tgz", good), "plugin uninstall gh", installs)
	http(signed, "plugin uninstall gh", append([]string{"helm"}, words(line+" --keyring=ring --verify=false")...))

	repository := func(line string, steps ...[][]string) {
		t.add(Case{Kind: "cli", Before: slices.Concat(steps...), Env: env, Args: plainJSON(words(line))})
	}
	step := func(line string) [][]string { return [][]string{words(line)} }
	write := func(path, text string) [][]string { return [][]string{{"write", path, text}} }
	commit := func(folder string) [][]string {
		return slices.Concat(step("git -C "+folder+" add --all"), step("git -C "+folder+" commit -qm change"))
	}
	committed := func(path, text string) [][]string {
		folder, _, _ := strings.Cut(path, "/")
		if folder == "dev" {
			folder = "dev/gh"
		}
		return slices.Concat(write(path, text), commit(folder))
	}
	made := func(folder, text string) [][]string {
		return slices.Concat(step("git init -q "+folder), committed(folder+"/plugin.yaml", text))
	}
	plugin := func(version string) string { return "name: gh\nversion: " + version + "\ncommand: x\n" }
	first := made("repo", plugin("1.0.0"))
	tagged := slices.Concat(first, step("git -C repo tag v1.0.0"), committed("repo/plugin.yaml", plugin("1.5.0")), step("git -C repo tag 1.5.0"),
		committed("repo/plugin.yaml", plugin("2.0.0")), step("git -C repo tag v2.0.0"), step("git -C repo tag not-a-version"), step("git -C repo branch other v1.0.0"))
	removed := slices.Concat(step("git -C repo rm -q plugin.yaml"), committed("repo/README", "text"))
	const from = "plugin install file://$FOLDER/repo"
	const unverified = from + " --verify=false"
	repository(from, first)
	repository(unverified, first)
	repository("plugin add file://$FOLDER/repo --verify=false", first)
	repository(unverified, made("repo", hooked))
	repository(unverified, made("repo", failing))
	repository(unverified, made("repo", "name: broken name\n"))
	repository(unverified, first, removed)
	repository("plugin install file://$FOLDER/none --verify=false")
	repository("plugin install file://$FOLDER/plain --verify=false", write("plain/plugin.yaml", plugin("1.0.0")))
	repository("plugin install file://$FOLDER/plain.git --verify=false", write("plain.git/plugin.yaml", plugin("1.0.0")))
	repository("plugin install repo --verify=false", first)
	repository("plugin install file://$FOLDER/hg --verify=false", write("hg/.hg/x", "x"))
	for _, version := range []string{"1.0.0", "v1.0.0", "=1.0.0", "^1", "~1.0", "1.x", "<2.0.0", ">=1.0.0", "*", ">2", "other", "main", "not-a-version", "x,y", "", "1.5.0", "3.0.0", "-q", "--help", "HEAD~1", "origin/other"} {
		repository(unverified+" --version="+version, tagged)
	}
	install := step("helm " + unverified)
	uninstall := step("helm plugin uninstall gh")
	repository(unverified, first, install)
	repository(unverified, first, install, uninstall)
	repository(unverified, first, install, uninstall, committed("repo/plugin.yaml", plugin("2.0.0")))
	repository(unverified+" --version=v1.0.0", tagged, install, uninstall)
	repository("plugin list", first, install)
	repository("plugin uninstall gh", first, install)

	repository("plugin update")
	repository("plugin update missing")
	repository("plugin update missing other")
	repository("plugin up gh", first, install)
	repository("plugin update gh", first, install)
	moved := func(text string) [][]string {
		return slices.Concat(first, install, write("repo/new", "text"), committed("repo/plugin.yaml", text))
	}
	repository("plugin update gh", moved(plugin("2.0.0")))
	repository("plugin update gh gh", moved(plugin("2.0.0")))
	repository("plugin update missing gh", moved(plugin("2.0.0")))
	repository("plugin list", moved(plugin("2.0.0")), step("helm plugin update gh"))
	repository("plugin update gh", moved("name: other\nversion: 2.0.0\ncommand: x\n"))
	repository("plugin update gh", moved("name: broken name\n"))
	repository("plugin update gh", moved("command: [\n"))
	repository("plugin update gh", first, install, removed)
	repository("plugin update gh", moved(plugin("2.0.0")), write("out/data/plugins/repo/plugin.yaml", plugin("7.0.0")))
	repository("plugin update gh", moved(plugin("2.0.0")), write("out/data/plugins/repo/untracked", "text"))
	repository("plugin update gh", tagged, step("helm "+unverified+" --version=v1.0.0"), committed("repo/new", "text"))
	repository("plugin update gh", tagged, step("helm "+unverified+" --version=other"), step("git -C repo checkout -q other"), committed("repo/new", "text"))
	repository("plugin update hooked", made("repo", hooked), install, committed("repo/new", "text"))
	repository("plugin update hooked", made("repo", hooked), install)
	two := slices.Concat(made("two", plugin("1.0.0")), step("helm plugin install file://$FOLDER/two --verify=false"))
	repository("plugin update gh hooked", made("repo", hooked), install, two)
	fails := slices.Concat(made("repo", "name: failing\nversion: 0.0.9\ncommand: x\n"), install, committed("repo/plugin.yaml", failing))
	repository("plugin update failing", fails)
	repository("plugin update failing gh", fails, two)
	// Folders of the user's own, with and without a repository.
	repository("plugin update gh", write("dev/gh/plugin.yaml", plugin("1.0.0")), step("helm plugin install dev/gh"))
	cloned := slices.Concat(first, step("git clone -q repo dev/gh"), step("helm plugin install dev/gh"), committed("repo/plugin.yaml", plugin("2.0.0")))
	repository("plugin update gh", cloned)
	same := slices.Concat(first, step("git clone -q repo dev/repo"), step("helm plugin install dev/repo"), committed("repo/plugin.yaml", plugin("2.0.0")))
	repository("plugin update gh", same)
	repository("plugin update gh", same, write("dev/repo/plugin.yaml", plugin("7.0.0")))
	repository("plugin update gh", same, step("git -C dev/repo remote remove origin"))
	repository("plugin update gh", first, install, step("git -C out/data/plugins/repo remote remove origin"))
	repository("plugin update gh", cloned, write("dev/gh/plugin.yaml", plugin("7.0.0")))
	repository("plugin update gh", made("dev/gh", plugin("1.0.0")), step("helm plugin install dev/gh"), write("dev/gh/plugin.yaml", plugin("7.0.0")))
}
