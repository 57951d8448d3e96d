package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"log"
	"maps"
	"strings"
)

// suitePluginInstall asks what `plugin install` and `plugin uninstall` do with folders and archives, good and bad.
func suitePluginInstall() {
	t := newTopic("cli", "plugin-install")
	env := map[string]string{"HELM_DATA_HOME": "out/data", "HELM_NO_PLUGINS": "1", "PINTLE_GRANT_REQUESTED": "1"}
	files := map[string]string{
		"dev/gh/plugin.yaml":         manifestLegacy,
		"dev/hooked/plugin.yaml":     "name: hooked\nversion: 0.1.0\ncommand: x\nhooks: {install: 'echo installing $HELM_PLUGIN_NAME; test -f $HELM_PLUGIN_DIR/plugin.yaml && echo there', delete: 'echo deleting; test -f $HELM_PLUGIN_DIR/plugin.yaml || echo gone'}\n",
		"dev/failing/plugin.yaml":    "name: failing\nversion: 0.1.0\ncommand: x\nhooks: {install: 'echo installing; echo oops >&2; exit 3', delete: 'echo deleting; exit 3'}\n",
		"dev/broken/plugin.yaml":     "name: broken name\n",
		"dev/v1/plugin.yaml":         manifestV1 + "runtimeConfig: {platformHooks: {install: [{command: echo, args: ['$HELM_PLUGIN_NAME', two words]}]}}\n",
		"dev/no-command/plugin.yaml": manifestV1 + "runtimeConfig: {platformHooks: {install: [{os: plan9, command: echo}]}}\n",
		"dev/wasm/plugin.yaml":       "apiVersion: v1\nname: none\ntype: cli/v1\nruntime: extism/v1\nversion: 1.0.0\n",
		"dev/empty/":                 "",
		"file.txt":                   "text",
		"not.tgz":                    "text",
		"signed.tgz":                 "text",
		"signed.tgz.prov":            "text",
		"folder.tgz/plugin.yaml":     manifestLegacy,
	}
	good := archived("gh/plugin.yaml", manifestLegacy, "gh/bin/run", "#!/bin/sh\n")
	archives := map[string]string{
		"gh.tgz": good, "gh-1.2.3.tgz": good, "gh-1.2.3.tar.gz": good, "gh-v1.2.3.tgz": good, "gh-1.tgz": good, "gh-1.2-rc.1.tgz": good, "other-1.2.3.tgz": good, "a-b-1.0.tgz": good, "gh.zip": good,
		"hooked.tgz":    archived("hooked/plugin.yaml", files["dev/hooked/plugin.yaml"]),
		"failing.tgz":   archived("failing/plugin.yaml", files["dev/failing/plugin.yaml"]),
		"broken.tgz":    archived("broken/plugin.yaml", "name: broken name\n"),
		"renamed.tgz":   archived("renamed/plugin.yaml", manifestLegacy),
		"flat.tgz":      archived("plugin.yaml", manifestLegacy),
		"deep.tgz":      archived("a/deep/plugin.yaml", manifestLegacy),
		"beside.tgz":    archived("README", "read me", "beside/plugin.yaml", "name: beside\ncommand: x\n", "other/file", "x"),
		"up.tgz":        archived("up/plugin.yaml", manifestLegacy, "../escaped", "x"),
		"upup.tgz":      archived("upup/plugin.yaml", manifestLegacy, "upup/../../escaped", "x"),
		"absolute.tgz":  archived("absolute/plugin.yaml", manifestLegacy, "/tmp/escaped-by-pintle-tests", "x"),
		"colon.tgz":     archived("colon/plugin.yaml", manifestLegacy, "colon/a:b", "x"),
		"back.tgz":      archived("back\\plugin.yaml", "name: back\ncommand: x\n", "back\\a\\b", "x"),
		"backup.tgz":    archived("backup/plugin.yaml", manifestLegacy, "backup\\..\\..\\x", "x"),
		"twice.tgz":     archived("twice/plugin.yaml", "name: first\ncommand: x\n", "twice/plugin.yaml", "name: twice\nversion: 9.9.9\ncommand: x\n"),
		"none.tgz":      archived(),
		"noversion.tgz": archived("noversion/plugin.yaml", "name: noversion\ncommand: x\n"),
		"wasm.tgz":      archived("wasm/plugin.yaml", "apiVersion: v1\nname: wasm\ntype: cli/v1\nruntime: extism/v1\nversion: 1.0.0\n"),
		"dot.tgz":       archived("./dot/plugin.yaml", "name: dot\ncommand: x\n", "./dot/./a", "x"),
		"link.tgz":      packed(&tar.Header{Name: "link/plugin.yaml", Mode: 0o644, Typeflag: tar.TypeReg}, "name: link\ncommand: x\n", &tar.Header{Name: "link/a", Linkname: "plugin.yaml", Typeflag: tar.TypeSymlink}, ""),
		"hard.tgz":      packed(&tar.Header{Name: "hard/plugin.yaml", Mode: 0o644, Typeflag: tar.TypeReg}, "name: hard\ncommand: x\n", &tar.Header{Name: "hard/a", Linkname: "hard/plugin.yaml", Typeflag: tar.TypeLink}, ""),
		"fifo.tgz":      packed(&tar.Header{Name: "fifo/plugin.yaml", Mode: 0o644, Typeflag: tar.TypeReg}, "name: fifo\ncommand: x\n", &tar.Header{Name: "fifo/a", Typeflag: tar.TypeFifo}, ""),
		"pax.tgz": packed(&tar.Header{Name: "pax/plugin.yaml", Mode: 0o644, Typeflag: tar.TypeReg}, "name: pax\ncommand: x\n",
			&tar.Header{Name: "pax/ä" + strings.Repeat("long", 60), Mode: 0o600, Typeflag: tar.TypeReg, Format: tar.FormatPAX}, "x"),
		"folders.tgz": packed(&tar.Header{Name: "folders/", Mode: 0o755, Typeflag: tar.TypeDir}, "", &tar.Header{Name: "folders/empty/", Mode: 0o755, Typeflag: tar.TypeDir}, "",
			&tar.Header{Name: "folders/plugin.yaml", Mode: 0o644, Typeflag: tar.TypeReg}, "name: folders\ncommand: x\n"),
		"taken.tgz":              packed(&tar.Header{Name: "taken/a/", Mode: 0o755, Typeflag: tar.TypeDir}, "", &tar.Header{Name: "taken/plugin.yaml", Mode: 0o644, Typeflag: tar.TypeReg}, "name: taken\ncommand: x\n", &tar.Header{Name: "taken/a", Mode: 0o644, Typeflag: tar.TypeReg}, "x"),
		"below.tgz":              packed(&tar.Header{Name: "below/a", Mode: 0o644, Typeflag: tar.TypeReg}, "x", &tar.Header{Name: "below/plugin.yaml", Mode: 0o644, Typeflag: tar.TypeReg}, "name: below\ncommand: x\n", &tar.Header{Name: "below/a/b", Mode: 0o644, Typeflag: tar.TypeReg}, "x"),
		"cut.tgz":                cut(good, 40),
		"broken.tar.gz":          base64.StdEncoding.EncodeToString([]byte("\x1f\x8b\x08\x00garbage")),
		"gh-signed/gh-1.2.3.tgz": testKey("gh-1.2.3.tgz"), "gh-signed/gh-1.2.3.tgz.prov": testKey("gh-1.2.3.tgz.prov"),
		"gh-renamed/gh-1.2.4.tgz": testKey("gh-1.2.3.tgz"), "gh-renamed/gh-1.2.4.tgz.prov": testKey("gh-1.2.3.tgz.prov"),
		"gh-changed/gh-1.2.3.tgz": good, "gh-changed/gh-1.2.3.tgz.prov": testKey("gh-1.2.3.tgz.prov"),
		"gh-bare/gh-1.2.3.tgz": testKey("gh-1.2.3.tgz"),
		"ring":                 testKey("ed25519.pub"), "strangers": testKey("unknown.pub"),
	}
	ask := func(more map[string]string, line string) {
		given, vars := maps.Clone(files), maps.Clone(env)
		for name, value := range more {
			if strings.Contains(name, "/") {
				given[name] = value
			} else {
				vars[name] = value
			}
		}
		// Only what the command names: a case is read by people, too.
		wanted := func(name string) bool {
			top, _, _ := strings.Cut(name, "/")
			for _, word := range strings.Fields(line) {
				word = strings.TrimSuffix(strings.TrimPrefix(word, "./"), "/")
				if word == name || strings.HasPrefix(name, word+"/") || strings.HasPrefix(name, word+".prov") || word == top || strings.TrimPrefix(word, "--keyring=") == name {
					return true
				}
			}
			_, added := more[name]
			return added
		}
		maps.DeleteFunc(given, func(name, _ string) bool { return !wanted(name) })
		packed := maps.Clone(archives)
		maps.DeleteFunc(packed, func(name, _ string) bool { return !wanted(name) })
		t.add(Case{Kind: "cli", Files: given, FilesB64: packed, Env: vars, Args: plainJSON(strings.Fields(line))})
	}
	for line := range strings.Lines(`
		plugin install
		plugin install a b
		plugin install dev/gh
		plugin install ./dev/gh/
		plugin add dev/gh
		plugin install dev/gh --version 1.0.0
		plugin install dev/gh --verify=false
		plugin install dev/hooked
		plugin install dev/failing
		plugin install dev/broken
		plugin install dev/v1
		plugin install dev/no-command
		plugin install dev/wasm
		plugin install dev/empty
		plugin install dev/gh/plugin.yaml
		plugin install file.txt
		plugin install missing
		plugin install missing.tgz
		plugin install dev/missing
		plugin install .
		plugin install not.tgz
		plugin install not.tgz --verify=false
		plugin install folder.tgz
		plugin install folder.tgz --verify=false
		plugin install signed.tgz
		plugin install signed.tgz --keyring ring
		plugin install gh.tgz
		plugin install gh.tgz --verify=false
		plugin install gh-1.2.3.tgz
		plugin install gh-1.2.3.tgz --verify=false
		plugin install gh-1.2.3.tgz --verify=false --version 9
		plugin install gh-1.2.3.tar.gz --verify=false
		plugin install gh-v1.2.3.tgz --verify=false
		plugin install gh-1.tgz --verify=false
		plugin install gh-1.2-rc.1.tgz --verify=false
		plugin install other-1.2.3.tgz --verify=false
		plugin install a-b-1.0.tgz --verify=false
		plugin install gh.zip --verify=false
		plugin install gh.zip
		plugin install hooked.tgz --verify=false
		plugin install failing.tgz --verify=false
		plugin install broken.tgz --verify=false
		plugin install renamed.tgz --verify=false
		plugin install flat.tgz --verify=false
		plugin install deep.tgz --verify=false
		plugin install beside.tgz --verify=false
		plugin install up.tgz --verify=false
		plugin install upup.tgz --verify=false
		plugin install absolute.tgz --verify=false
		plugin install colon.tgz --verify=false
		plugin install back.tgz --verify=false
		plugin install backup.tgz --verify=false
		plugin install twice.tgz --verify=false
		plugin install none.tgz --verify=false
		plugin install noversion.tgz --verify=false
		plugin install wasm.tgz --verify=false
		plugin install dot.tgz --verify=false
		plugin install link.tgz --verify=false
		plugin install hard.tgz --verify=false
		plugin install fifo.tgz --verify=false
		plugin install pax.tgz --verify=false
		plugin install folders.tgz --verify=false
		plugin install taken.tgz --verify=false
		plugin install below.tgz --verify=false
		plugin install cut.tgz --verify=false
		plugin install broken.tar.gz --verify=false
		plugin install gh-signed/gh-1.2.3.tgz --keyring ring
		plugin install gh-signed/gh-1.2.3.tgz --keyring=strangers
		plugin install gh-signed/gh-1.2.3.tgz --keyring missing
		plugin install gh-signed/gh-1.2.3.tgz
		plugin install gh-signed/gh-1.2.3.tgz --verify=false
		plugin install gh-renamed/gh-1.2.4.tgz --keyring ring
		plugin install gh-changed/gh-1.2.3.tgz --keyring ring
		plugin install gh-bare/gh-1.2.3.tgz --keyring ring
		plugin uninstall
		plugin uninstall missing
		plugin uninstall missing other`) {
		if line = strings.TrimSpace(line); line != "" {
			ask(nil, line)
		}
	}
	const data = "out/data/plugins/"
	there := map[string]string{data + "gh/plugin.yaml": manifestLegacy}
	ask(there, "plugin install dev/gh")
	ask(there, "plugin install gh-1.2.3.tgz --verify=false")
	ask(there, "plugin install gh-signed/gh-1.2.3.tgz --keyring ring")
	ask(map[string]string{data + "gh/": ""}, "plugin install dev/gh")
	ask(map[string]string{data + "other/plugin.yaml": manifestLegacy}, "plugin install dev/gh")
	ask(map[string]string{"HELM_PLUGINS": "out/elsewhere"}, "plugin install dev/gh")
	ask(map[string]string{"HELM_PLUGINS": "out/elsewhere"}, "plugin install gh-1.2.3.tgz --verify=false")
	ask(map[string]string{"HELM_PLUGINS": "out/data/plugins"}, "plugin install dev/hooked --debug")
	for _, line := range []string{"plugin uninstall old", "plugin rm old", "plugin uninstall old hooked failing missing", "plugin uninstall hooked", "plugin uninstall failing old", "plugin uninstall broken", "plugin uninstall old old"} {
		ask(map[string]string{
			data + "old/plugin.yaml": manifestLegacy, data + "old/bin/run": "x", data + "old-1.2.3.tgz": "archive", data + "old-1.2.3.tgz.prov": "prov", data + "old-1.2.4.tgz": "another", data + "hooked/plugin.yaml": files["dev/hooked/plugin.yaml"],
			data + "failing/plugin.yaml": files["dev/failing/plugin.yaml"], data + "broken/plugin.yaml": "name: broken name\n",
		}, line)
	}
	for _, folders := range []string{"twice", "one:two", "one", "missing", ""} {
		ask(map[string]string{"HELM_PLUGINS": folders, "one/old/plugin.yaml": manifestLegacy, "two/old/plugin.yaml": manifestLegacy, "twice/a/plugin.yaml": manifestLegacy, "twice/b/plugin.yaml": manifestLegacy}, "plugin uninstall old")
	}
	t.add(Case{Kind: "cli", Files: map[string]string{"dev/old/plugin.yaml": manifestLegacy}, Links: map[string]string{data + "linked": "../../../dev/old"}, Env: env, Args: plainJSON([]string{"plugin", "uninstall", "old"})})
}

// archived is a gzipped tar of files, given as names and texts in turns.
func archived(pairs ...string) string {
	var all []any
	for i := 0; i+1 < len(pairs); i += 2 {
		all = append(all, &tar.Header{Name: pairs[i], Mode: 0o644, Typeflag: tar.TypeReg}, pairs[i+1])
	}
	return packed(all...)
}

// packed is the same of headers and texts.
func packed(pairs ...any) string {
	var out bytes.Buffer
	zip := gzip.NewWriter(&out)
	archive := tar.NewWriter(zip)
	for i := 0; i+1 < len(pairs); i += 2 {
		header, text := pairs[i].(*tar.Header), pairs[i+1].(string)
		header.Size = int64(len(text))
		if err := archive.WriteHeader(header); err != nil {
			log.Fatal(err)
		}
		if _, err := archive.Write([]byte(text)); err != nil {
			log.Fatal(err)
		}
	}
	if err := archive.Close(); err != nil {
		log.Fatal(err)
	}
	if err := zip.Close(); err != nil {
		log.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(out.Bytes())
}

// cut is the beginning of a file.
func cut(encoded string, length int) string {
	content, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		log.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(content[:min(length, len(content))])
}
