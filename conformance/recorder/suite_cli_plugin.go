package main

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"strconv"
	"strings"
)

// manifestLegacy and manifestV1 are plugins that are right; the suite breaks them piece by piece.
const (
	manifestLegacy = "name: old\nversion: 1.2.3\nusage: short\ndescription: long\ncommand: $HELM_PLUGIN_DIR/run\n"
	manifestV1     = "apiVersion: v1\nname: new\ntype: cli/v1\nruntime: subprocess\nversion: 1.2.3\n"
)

// suitePlugins asks about plugins: what plugin.yaml may say, which plugins there are, and who signed one.
func suitePlugins() {
	suitePluginManifests()
	suitePluginList()
	suitePluginVerify()
	suitePluginCommands()
	suitePluginPackage()
	suitePostRenderers()
	suiteLegacyPlugins()
	suitePluginInstall()
	suitePluginSources()
	suiteGetters()
}

func suitePluginManifests() {
	t := newTopic("cli", "plugin-manifest")
	ask := func(text string) {
		t.add(Case{
			Kind:  "cli",
			Files: map[string]string{"plugins/p/plugin.yaml": text},
			Env:   map[string]string{"HELM_PLUGINS": "plugins", "HELM_NO_PLUGINS": "1"},
			Args:  plainJSON([]string{"plugin", "list"}),
		})
	}
	for _, text := range []string{
		"", "# nothing\n", "---\n", "a", "[]", "{}", "null", "a: [\n", "a: b: c\n", "\tname: x\n", "name: x\n  y: z\n", "name: \"x\n",
		"apiVersion: v2\nname: x\n", "apiVersion: 1\n", "apiVersion: [v1]\n", "apiVersion: {a: b}\n", "apiVersion: null\nname: x\n",
		"apiVersion: ''\nname: x\n", "apiVersion: \"v1\"\n", "apiVersion: v1\n", "APIVersion: v1\nname: x\n",
		"name: x\nname: y\n", "apiVersion: v1\napiVersion: v1\n", "name: x\n---\nname: y\n", "name: &n x\nusage: *n\n",
	} {
		ask(text)
	}
	for _, line := range []string{
		"name: ''", "name: a b", "name: ä", "name: a.b", "name: A_b-9", "name: 12", "name: true", "name: null", "name: ~", "name: [x]", "name: {a: b}",
		"name: '12'", "name: !!str 12", "name: 2001-01-01", "version: ''", "version: v1.2.3", "version: '1.2'", "version: 1.2", "version: 1", "version: 1.2.3-rc.1+x",
		"version: [1]", "version: 1.2.3.4", "version: latest", "version: 01.2.3", "usage: [a]", "usage: \"a\\tb\\nc\\u0007d\\u200be\"", "description: {a: b}",
		"usage: \"\\u4f60\\u00a0\\u3000x\"",
		"platformCommand: x", "platformCommand: {command: x}", "platformCommand: []", "platformCommand: [x]", "platformCommand: [[x]]", "platformCommand: [{command: x}]",
		"platformCommand: [{command: [x]}]", "platformCommand: [{os: 1, arch: true, command: 1.5, args: [1, true, x, null]}]",
		"platformCommand: [{args: x}]", "platformCommand: [{args: {a: b}}]", "platformCommand: [{args: [[x]]}]", "platformCommand: [{unknown: x}]", "platformCommand: [null]",
		"ignoreFlags: yes", "ignoreFlags: on", "ignoreFlags: 'yes'", "ignoreFlags: Yes", "ignoreFlags: 1", "ignoreFlags: maybe", "ignoreFlags: [true]", "ignoreFlags: null", "ignoreFlags: 'true'",
		"hooks: x", "hooks: [x]", "hooks: {install: x}", "hooks: {install: [x]}", "hooks: {install: 1}", "hooks: {1: x}", "hooks: {[a]: x}", "hooks: {install: x}\nplatformHooks: {install: [{command: x}]}",
		"hooks: {a: x, a: y}", "hooks:\n  a: x\n  b: y\n  a: z\n",
		"platformHooks: {install: x}", "platformHooks: {install: {command: x}}", "platformHooks: {install: [x]}", "platformHooks: []", "platformHooks: {install: [{command: x}], other: []}",
		"downloaders: x", "downloaders: [x]", "downloaders: [{}]", "downloaders: [{command: x}]", "downloaders: [{command: x, protocols: []}]", "downloaders: [{command: x, protocols: [a, '']}]",
		"downloaders: [{command: x, protocols: a}]", "downloaders: [{command: x, protocols: [a]}, {protocols: [b]}]", "downloaders: [{command: x, protocols: [a, b]}]", "downloaders: {}",
		"unknown: x", "command: [a]", "command: {a: b}", "extra:\n  a: [1, 2]\n", "name: [x]\nversion: [y]\nusage: {a: b}\nignoreFlags: maybe",
		"usage: [a]\n\n\n# comment\ndescription: [b]", "name: a-very-long-name-that-is-cut\nignoreFlags: a-very-long-text-that-is-cut", "ignoreFlags: exactly10b", "ignoreFlags: exactly11by", "ignoreFlags: äöüäöüä",
		"<<: {usage: merged}", "<<: [{usage: a}, {usage: b}]", "<<: x",
	} {
		ask(withLine(manifestLegacy, line))
		ask(withLine(manifestV1, line))
	}
	for _, line := range []string{
		"type: ''", "type: cli", "type: zzz/v1", "type: [a]", "type: test/v1", "type: getter/v1", "type: postrenderer/v1", "runtime: ''", "runtime: bogus/v9", "runtime: [a]", "runtime: extism/v1", "runtime: wasm",
		"sourceURL: https://example.com/p", "sourceURL: [a]", "sourceUrl: x", "config: x", "config: []", "config: null", "config: {}", "config: {usage: u x, shortHelp: s, longHelp: l, ignoreFlags: true}",
		"config: {foo: 1}", "config:\n  usage: u\n  foo: 1\n  bar: 2\n", "config: {usage: [a]}", "config: {ignoreFlags: maybe}", "config:\n  longHelp: |\n    a\n    b\n  shorthelp: x\n", "config: {a: {b: [1, 2]}, usage: {c: d}}",
		"config: {protocols: [a]}", "config: {usage: null}", "config: {usage: 1.50}", "config: {usage: 0x10}", "config: {usage: 2001-01-01}", "config: {1: 2}", "config: {usage: yes}",
		"type: getter/v1\nconfig: {protocols: [a]}", "type: getter/v1\nconfig: {protocols: []}", "type: getter/v1\nconfig: {protocols: [a, '']}", "type: getter/v1\nconfig: {protocols: a}", "type: getter/v1\nconfig: {protocols: [[a]]}", "type: getter/v1\nconfig: {protocols: [1, true]}",
		"type: getter/v1\nconfig: {protocol: [a]}", "type: postrenderer/v1\nconfig: {x: y}", "type: postrenderer/v1\nconfig: {}", "type: test/v1\nconfig: {x: y}", "type: zzz/v1\nruntime: bogus", "type: cli/v1\nruntime: bogus\nconfig: {foo: 1}",
		"runtimeConfig: x", "runtimeConfig: []", "runtimeConfig: {}", "runtimeConfig: {platformCommand: x}", "runtimeConfig: {platformCommand: [x]}", "runtimeConfig:\n  platformCommand:\n  - command: [x]\n  - {os: {a: b}}\n",
		"runtimeConfig: {platformHooks: [x]}", "runtimeConfig: {platformHooks: {install: [{command: x, args: [a]}]}}", "runtimeConfig: {protocolCommands: x}", "runtimeConfig: {protocolCommands: [{protocols: [a], platformCommand: [{command: x}]}]}",
		"runtimeConfig: {protocolCommands: [{protocols: a}]}", "runtimeConfig: {platformCommand: [{os: linux, arch: amd64, command: x, args: [a, b]}]}",
		"runtime: extism/v1\nruntimeConfig: {memory: {maxPages: -1}}", "runtime: extism/v1\nruntimeConfig: {memory: {maxPages: 4294967296}}", "runtime: extism/v1\nruntimeConfig: {memory: {maxPages: abc}}", "runtime: extism/v1\nruntimeConfig: {memory: {maxPages: 1.5}}",
		"runtime: extism/v1\nruntimeConfig: {memory: {maxPages: '16'}}", "runtime: extism/v1\nruntimeConfig: {memory: 16}", "runtime: extism/v1\nruntimeConfig: {timeout: -1}", "runtime: extism/v1\nruntimeConfig: {timeout: 5s}", "runtime: extism/v1\nruntimeConfig: {allowedHosts: a}",
		"runtime: extism/v1\nruntimeConfig: {config: {a: 1, b: true}}", "runtime: extism/v1\nruntimeConfig: {config: {a: [1]}}", "runtime: extism/v1\nruntimeConfig: {config: [a]}", "runtime: extism/v1\nruntimeConfig: {hostFunctions: {a: b}}", "runtime: extism/v1\nruntimeConfig: {fileSystem: {createTempDir: maybe}}",
		"runtime: extism/v1\nruntimeConfig: {entryFuncName: [a]}", "runtime: extism/v1\nruntimeConfig: {memory: {maxHttpResponseBytes: 9223372036854775808}}",
	} {
		ask(withLine(manifestV1, line))
	}
}

// withLine puts lines in the place of those with the same keys, or behind the others.
func withLine(manifest, lines string) string {
	replaced := map[string]bool{}
	for line := range strings.Lines(lines) {
		if key, _, found := strings.Cut(line, ":"); found {
			replaced[key] = true
		}
	}
	var out strings.Builder
	for line := range strings.Lines(manifest) {
		if key, _, _ := strings.Cut(line, ":"); !replaced[key] {
			out.WriteString(line)
		}
	}
	return out.String() + strings.TrimSuffix(lines, "\n") + "\n"
}

func suitePluginList() {
	t := newTopic("cli", "plugin-list")
	files := map[string]string{
		"one/b/plugin.yaml":                            "name: b\nversion: 0.1.0\nusage: second\ncommand: x\n",
		"one/a/plugin.yaml":                            manifestV1 + "sourceURL: https://example.com/new\nconfig: {shortHelp: s}\n",
		"one/.hidden/plugin.yaml":                      "name: hidden\ncommand: x\n",
		"one/empty/":                                   "",
		"one/file.yaml":                                "name: no\n",
		"one/deep/er/plugin.yaml":                      "name: deep\n",
		"two/b/plugin.yaml":                            "name: b\nversion: 0.2.0\ndownloaders: [{command: x, protocols: [s3]}]\n",
		"two/c/plugin.yaml":                            "name: broken name\n",
		"two/d/plugin.yaml/":                           "",
		"twice/a/plugin.yaml":                          "name: same\ncommand: x\n",
		"twice/b/plugin.yaml":                          "name: same\ncommand: x\n",
		"wasm/a/plugin.yaml":                           "apiVersion: v1\nname: w\ntype: postrenderer/v1\nruntime: extism/v1\nversion: 1.0.0\n",
		"wasm/a/plugin.wasm":                           "\x00asm",
		"wasm/b/plugin.yaml":                           "apiVersion: v1\nname: none\ntype: cli/v1\nruntime: extism/v1\nversion: 1.0.0\n",
		"home/.local/share/helm/plugins/b/plugin.yaml": "name: b\nversion: 0.3.0\ncommand: x\n",
	}
	links := map[string]string{"linked/l": "../one/b", "linked/lost": "../nowhere", "linked/f/plugin.yaml": "../../nowhere"}
	ask := func(env map[string]string, args ...string) {
		given := maps.Clone(env)
		given["HELM_NO_PLUGINS"] = "1"
		t.add(Case{Kind: "cli", Files: files, Links: links, Env: given, Args: plainJSON(args)})
	}
	for _, folders := range []string{"one", "two", "one:two", "two:one", "twice", "one:twice", "wasm", "linked", "missing", "", "one::two", "one/", "./one", "one:one"} {
		ask(map[string]string{"HELM_PLUGINS": folders}, "plugin", "list")
	}
	ask(map[string]string{}, "plugin", "list")
	ask(map[string]string{}, "plugin", "ls", "--type", "cli/v1")
	for _, kind := range []string{"cli/v1", "getter/v1", "postrenderer/v1", "nothing", ""} {
		ask(map[string]string{"HELM_PLUGINS": "one:two:wasm"}, "plugin", "list", "--type", kind)
	}
	ask(map[string]string{"HELM_PLUGINS": "one"}, "plugin", "list", "x")
	ask(map[string]string{"HELM_PLUGINS": "one"}, "plugin", "list", "--debug")
	// Without the variable, Helm loads the commands of plugins first.
	loud := func(folders string, more map[string]string) {
		given := maps.Clone(files)
		maps.Copy(given, more)
		t.add(Case{Kind: "cli", Files: given, Links: links, Env: map[string]string{"HELM_PLUGINS": folders}, Args: plainJSON([]string{"plugin", "list"})})
	}
	for _, folders := range []string{"one", "two", "one:two:wasm", "twice", "one:one", "linked"} {
		loud(folders, nil)
	}
	loud("clash", map[string]string{"clash/a/plugin.yaml": "name: template\ncommand: x\n", "clash/b/plugin.yaml": "name: lint\ncommand: x\n"})
	loud("clash", map[string]string{"clash/a/plugin.yaml": manifestV1 + "config: {usage: show x}\n"})
	// What is known of plugins that were installed from archives.
	const data = "home/.local/share/helm/plugins/"
	archive := func(sums string) map[string]string {
		return map[string]string{data + "old/plugin.yaml": manifestLegacy, data + "old-1.2.3.tgz": "archive", data + "old-1.2.3.tgz.prov": sums}
	}
	const digest = "0fe3baa7a2c2a1af80ae70ef9c04ef31d3ef7ee7d8e9f1d02a9cdb04d37b8a4c"
	for i, sums := range []string{
		"not signed",
		"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\nName: old\n\n...\nfiles: {old-1.2.3.tgz: 'sha256:" + digest + "'}\n-----BEGIN PGP SIGNATURE-----\n\nAAAA\n-----END PGP SIGNATURE-----\n",
		"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\nName: old\n\n...\nfiles: {old-1.2.3.tgz: 'sha256:" + sha256Hex("archive") + "'}\n-----BEGIN PGP SIGNATURE-----\n\nAAAA\n-----END PGP SIGNATURE-----\n",
		"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\nName: old\n\n...\nfiles: {x-old-1.2.3.tgz: 'sha256:" + sha256Hex("archive") + "'}\n-----BEGIN PGP SIGNATURE-----\n\nAAAA\n-----END PGP SIGNATURE-----\n",
		"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\nName: [\n\n...\nfiles: {old-1.2.3.tgz: 'sha256:" + sha256Hex("archive") + "'}\n-----BEGIN PGP SIGNATURE-----\n\nAAAA\n-----END PGP SIGNATURE-----\n",
		"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\nfiles: {}\n-----BEGIN PGP SIGNATURE-----\n\nAAAA\n-----END PGP SIGNATURE-----\n",
	} {
		t.add(Case{Kind: "cli", Files: archive(sums), Env: map[string]string{"HELM_NO_PLUGINS": "1", "N": strconv.Itoa(i)}, Args: plainJSON([]string{"plugin", "list"})})
	}
	unsigned := archive("")
	delete(unsigned, data+"old-1.2.3.tgz.prov")
	t.add(Case{Kind: "cli", Files: unsigned, Env: map[string]string{"HELM_NO_PLUGINS": "1"}, Args: plainJSON([]string{"plugin", "list"})})
	t.add(Case{Kind: "cli", Files: map[string]string{"dev/plugin.yaml": manifestLegacy}, Links: map[string]string{data + "old": "../../../../../dev"},
		Env: map[string]string{"HELM_NO_PLUGINS": "1"}, Args: plainJSON([]string{"plugin", "list"})})
}

func suitePluginVerify() {
	t := newTopic("cli", "plugin-verify")
	// A plugin's archive is signed as a chart's is; nothing looks into either.
	files := map[string]string{
		"demo-1.0.0.tgz": testKey("demo-1.0.0.tgz"), "demo-1.0.0.tgz.prov": testKey("helm-ed25519.prov"), "ring": testKey("ed25519.pub"),
		"other.tar.gz": testKey("demo-1.0.0.tgz"), "other.tar.gz.prov": testKey("helm-ed25519.prov"), "alone.tgz": testKey("demo-1.0.0.tgz"),
		"demo.zip": testKey("demo-1.0.0.tgz"), "folder/": "",
	}
	for line := range strings.Lines(`
		plugin verify
		plugin verify demo-1.0.0.tgz --keyring ring
		plugin verify ./demo-1.0.0.tgz --keyring ring
		plugin verify demo-1.0.0.tgz --keyring missing
		plugin verify demo-1.0.0.tgz
		plugin verify other.tar.gz --keyring ring
		plugin verify alone.tgz --keyring ring
		plugin verify demo.zip --keyring ring
		plugin verify folder --keyring ring
		plugin verify missing.tgz --keyring ring
		plugin verify a b`) {
		if words := strings.Fields(line); len(words) > 0 {
			t.add(Case{Kind: "cli", FilesB64: files, Env: map[string]string{"HELM_NO_PLUGINS": "1"}, Args: plainJSON(words)})
		}
	}
}

func suitePluginPackage() {
	t := newTopic("cli", "plugin-package")
	const getter = "apiVersion: v1\nname: get\ntype: getter/v1\nruntime: subprocess\nversion: 1.2.3-rc.1\nconfig: {protocols: [a, b]}\n"
	const wasm = "apiVersion: v1\nname: w\ntype: %\nruntime: extism/v1\nversion: 0.1.0\nsourceURL: \"https://example.com/a: b\"\n"
	text := map[string]string{
		"old/plugin.yaml": manifestLegacy + "ignoreFlags: true\nhooks: {install: echo $X, update: x}\n", "old/run": "#!/bin/sh\n", "old/.dot": "", "old/sub/empty/": "", "old/sub/f": "f",
		"new/plugin.yaml":  manifestV1 + "config:\n  usage: new [x]\n  shortHelp: 'a # b'\n  longHelp: |\n    two\n    lines\nruntimeConfig:\n  platformCommand:\n  - {os: linux, arch: amd64, command: x, args: [a, '1']}\n  - {command: y}\n",
		"get/plugin.yaml":  getter + "runtimeConfig:\n  protocolCommands:\n  - {protocols: [a, b], platformCommand: [{command: y}]}\n  platformHooks:\n    update: [{os: linux, command: z}]\n    delete: [{command: q}]\n",
		"down/plugin.yaml": "name: down\nusage: u\ndownloaders:\n- {command: bin/d, protocols: [s3, gs]}\n",
		"cli/plugin.yaml": strings.Replace(wasm, "%", "cli/v1", 1) + "runtimeConfig:\n  memory: {maxPages: 30, maxHttpResponseBytes: 65536, maxVarBytes: 9}\n  config: {b: '1', a: 'true'}\n" +
			"  allowedHosts: [github.com]\n  fileSystem: {createTempDir: true}\n  timeout: 5000\n  entryFuncName: f\n",
		"cli/plugin.wasm": "\x00asm", "post/plugin.yaml": strings.Replace(wasm, "%", "postrenderer/v1", 1), "post/plugin.wasm": "",
		"nameless/plugin.yaml": "name: a b\n", "none/readme": "", "file": "text", "out/old-1.2.3.tgz.d/": "", "pass": "open sesame\n", "wrong": "shut\n",
		"tgz/old-1.2.3.tgz/": "", "prov/old-1.2.3.tgz.prov/": "",
	}
	rings := map[string]string{}
	for _, key := range strings.Fields("ed25519.sec ed25519.pub two.sec locked.sec all.kbx") {
		rings[key] = testKey(key)
	}
	ask := func(env map[string]string, line string) {
		environment := map[string]string{"HELM_NO_PLUGINS": "1"}
		maps.Copy(environment, env)
		words := strings.Fields(line)
		for i, word := range words {
			if word == "''" {
				words[i] = ""
			}
		}
		t.add(Case{Kind: "cli", Files: text, FilesB64: rings, Env: environment, Args: plainJSON(words)})
	}
	for line := range strings.Lines(`
		plugin package
		plugin package a b
		plugin package old
		plugin package old -d out --sign=false
		plugin package old/ -d out/new/er --sign=false
		plugin package ./new/../old -d ./out/../out --sign=false
		plugin package old -d '' --sign=false
		plugin package old -d file --sign=false
		plugin package old -d file --keyring missing
		plugin package old -d tgz --sign=false
		plugin package old -d prov --keyring ed25519.sec --key Ed25519
		plugin package missing --sign=false
		plugin package file --sign=false
		plugin package none --sign=false
		plugin package nameless --sign=false
		plugin package nameless --keyring missing
		plugin package down -d out --sign=false
		plugin package old -d out --keyring missing
		plugin package old -d out --keyring '' --key Ed25519
		plugin package old -d out --keyring ed25519.sec
		plugin package old -d out --keyring ed25519.sec --key nobody
		plugin package old -d out --keyring ed25519.pub --key Ed25519
		plugin package old -d out --keyring all.kbx --key Test
		plugin package old -d out --keyring locked.sec --key Locked --passphrase-file missing
		plugin package old -d out --keyring locked.sec --key Locked --passphrase-file wrong
		plugin package old -d out --keyring locked.sec --key Locked --passphrase-file -
		plugin package old -d out --keyring locked.sec --key Locked --passphrase-file pass
		plugin package old -d out --keyring ed25519.sec --key Ed25519
		plugin package new -d out --keyring ed25519.sec --key Ed25519
		plugin package get -d out --keyring ed25519.sec --key Ed25519
		plugin package down -d out --keyring ed25519.sec --key Ed25519
		plugin package cli -d out --keyring ed25519.sec --key Ed25519
		plugin package post -d out --keyring ed25519.sec --key Ed25519`) {
		if strings.TrimSpace(line) != "" {
			ask(nil, line)
		}
	}
}

func sha256Hex(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}
