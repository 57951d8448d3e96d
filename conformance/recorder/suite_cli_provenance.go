package main

import (
	"encoding/base64"
	"log"
	"maps"
	"os"
	"path/filepath"
	"strings"
)

// testKeys are keys and signed files that were made for tests only.
const testKeys = "../crates/artifact/tests/keys"

// testKey reads one of them, in base64.
func testKey(name string) string {
	content, err := os.ReadFile(filepath.Join(testKeys, name))
	if err != nil {
		log.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(content)
}

// changedKey is one of them with something done to it.
func changedKey(name string, change func(string) string) string {
	content, err := base64.StdEncoding.DecodeString(testKey(name))
	if err != nil {
		log.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString([]byte(change(string(content))))
}

// suiteProvenance asks about archives that are vouched for.
func suiteProvenance() {
	suiteVerify()
	suiteSign()
}

func suiteVerify() {
	t := newTopic("cli", "verify")
	const archive = "demo-1.0.0.tgz"
	ask := func(files map[string]string, args ...string) {
		t.add(Case{Kind: "cli", FilesB64: files, Args: plainJSON(args)})
	}
	// check verifies the demo chart by a provenance file and a keyring.
	check := func(provenance, keyring string) {
		ask(map[string]string{archive: testKey(archive), archive + ".prov": provenance, "ring": keyring},
			"verify", archive, "--keyring", "ring")
	}
	for _, key := range strings.Fields("rsa ed25519 p256 p384 dsa locked unknown") {
		check(testKey("helm-"+key+".prov"), testKey(key+".pub"))
		check(testKey("gpg-"+key+".prov"), testKey(key+".pub"))
	}
	for _, key := range strings.Fields("revoked expired subkey") {
		check(testKey("helm-"+key+".prov"), testKey(key+".pub"))
	}
	for _, key := range strings.Fields("subkey subexpired subrevoked renewed p521 k256 brainpool") {
		check(testKey("gpg-"+key+".prov"), testKey(key+".pub"))
	}
	for _, what := range strings.Fields("SHA1 SHA224 SHA256 SHA384 note ended tomorrow") {
		check(testKey("gpg-rsa-"+what+".prov"), testKey("rsa.pub"))
	}
	check(testKey("gpg-pair.prov"), testKey("rsa.pub"))
	for _, body := range strings.Fields("one list text number null none empty scalar array broken twice extra case images brokenmeta upper dash") {
		check(testKey("body-"+body+".prov"), testKey("ed25519.pub"))
	}
	signed := testKey("helm-ed25519.prov")
	for _, ring := range strings.Fields("ed25519.sec ed25519.asc both.asc all.kbx rsa.pub unknown.pub locked.sec dummy.sec") {
		check(signed, testKey(ring))
	}
	rings := []func(string) string{
		func(string) string { return "" },
		func(string) string { return "hello\n" },
		func(string) string { return "\n\n" },
		func(ring string) string { return ring[:100] },
		func(ring string) string { return ring[:51] },
		func(ring string) string { return ring[:len(ring)-1] },
		func(ring string) string { return ring + ring },
		func(ring string) string { return ring + "\xff" },
		func(ring string) string { return strings.Replace(ring, "Ed25519", "Ed25518", 1) },
	}
	for _, change := range rings {
		check(signed, changedKey("ed25519.pub", change))
	}
	armored := []func(string) string{
		func(ring string) string { return strings.ReplaceAll(ring, "PUBLIC KEY BLOCK", "MESSAGE") },
		func(ring string) string { return "leading words\n" + ring },
		func(ring string) string { return "\n \n" + ring },
		func(ring string) string { return strings.Replace(ring, "\n\n", "\nComment: test\n\n", 1) },
		func(ring string) string { return strings.ReplaceAll(ring, "\n", "\r\n") },
		func(ring string) string { return ring[:60] },
		func(ring string) string { return ring[:36] },
		func(ring string) string { return strings.Replace(ring, "m", "!", 1) },
	}
	for _, change := range armored {
		check(signed, changedKey("ed25519.asc", change))
	}
	boxes := []func(string) string{
		func(box string) string { return box[:32] },
		func(box string) string { return box[:34] },
		func(box string) string { return box[:36] },
		func(box string) string { return box[:100] },
		func(box string) string { return box[:32] + "\x00\x00\x00\x04" + box[36:] },
		func(box string) string { return box[:32] + "\x00\x00\x00\x08\x02\x01\x00\x00" },
		func(box string) string {
			return box[:32] + "\x00\x00\x00\x14\x02\x01\x00\x00\x00\x00\x00\x10\x00\x00\x00\x05abcd"
		},
		func(box string) string {
			return box[:32] + "\x00\x00\x00\x14\x02\x01\x00\x02\x00\x00\x00\x10\x00\x00\x00\x04abcd"
		},
		func(box string) string {
			return box[:32] + "\x00\x00\x00\x14\x02\x01\x00\x00\x00\x00\x00\x10\x00\x00\x00\x04abcd"
		},
	}
	for _, change := range boxes {
		check(signed, changedKey("all.kbx", change))
	}
	texts := []func(string) string{
		func(text string) string { return "" },
		func(text string) string { return "not signed\n" },
		func(text string) string { return text + "\n" },
		func(text string) string { return "Dear reader,\n" + text + "\nYours\n" },
		func(text string) string { return "Dear reader, " + text },
		func(text string) string { return strings.ReplaceAll(text, "\n", "\r\n") },
		func(text string) string { return strings.Replace(text, "demo\n", "demo \t \n", 1) },
		func(text string) string { return strings.Replace(text, "demo\n", "demi\n", 1) },
		func(text string) string { return strings.Replace(text, "demo\n", "demo\r\n", 1) },
		func(text string) string { return strings.Replace(text, "demo\n", "demo\r\r\n", 1) },
		func(text string) string { return strings.Replace(text, "name: demo", "- name: demo", 1) },
		func(text string) string { return strings.Replace(text, "SHA512", "SHA256", 1) },
		func(text string) string { return strings.Replace(text, "SHA512", "SHA256, SHA1", 1) },
		func(text string) string { return strings.Replace(text, "SHA512", "ROT13", 1) },
		func(text string) string { return strings.Replace(text, "Hash: SHA512\n", "", 1) },
		func(text string) string { return strings.Replace(text, "Hash: SHA512", "Comment: x", 1) },
		func(text string) string { return strings.Replace(text, "Hash: SHA512", "Hash", 1) },
		func(text string) string { return strings.Replace(text, "MESSAGE-----", "MESSAGE----- ", 1) },
		func(text string) string { return text[:len(text)-4] },
		func(text string) string { return text[:len(text)-60] },
		func(text string) string { return strings.Replace(text, "-----BEGIN PGP SIGNATURE-----", "", 1) },
		func(text string) string { return strings.Replace(text, "SIGNATURE-----\n\n", "SIGNATURE-----\n\n!", 1) },
		func(text string) string {
			return strings.Replace(text, "SIGNATURE-----\n\n", "SIGNATURE-----\n\nAAAA", 1)
		},
		func(text string) string {
			return strings.Replace(text, "SIGNATURE-----\n\n", "SIGNATURE-----\nVersion: 1\n\n", 1)
		},
		func(text string) string {
			return strings.Replace(text, "SIGNATURE-----\n\n", "SIGNATURE-----\nVersion\n\n", 1)
		},
		func(text string) string { return strings.Replace(text, "\n\n", "\n\n\n", 1) },
		func(text string) string { return text + "\n" + strings.Replace(text, "demo", "demi", -1) },
	}
	for _, change := range texts {
		check(changedKey("helm-ed25519.prov", change), testKey("ed25519.pub"))
	}
	// Names and places.
	files := func(name string) map[string]string {
		return map[string]string{name: testKey(archive), name + ".prov": signed, "ring": testKey("ed25519.pub")}
	}
	for _, name := range strings.Fields("other-1.0.0.tgz demo-1.0.0.TGZ demo-1.0.0.tar.gz demo tgz .tgz d/demo-1.0.0.tgz") {
		ask(files(name), "verify", name, "--keyring", "ring")
	}
	all := files(archive)
	all["home/.gnupg/pubring.gpg"] = testKey("ed25519.pub")
	all["gnupg/pubring.kbx"] = testKey("all.kbx")
	all["folder/"] = ""
	all["alone.tgz"] = testKey(archive)
	changed := files("demo-1.0.0.tgz")
	changed[archive] = changedKey(archive, func(text string) string { return text + "x" })
	ask(changed, "verify", archive, "--keyring", "ring")
	lines := func(env map[string]string, lines string) {
		for line := range strings.Lines(lines) {
			if words := strings.Fields(line); len(words) > 0 {
				all := maps.Clone(all)
				if env == nil {
					delete(all, "gnupg/pubring.kbx")
				}
				t.add(Case{Kind: "cli", FilesB64: all, Env: env, Args: plainJSON(words)})
			}
		}
	}
	lines(nil, `
		verify
		verify a b
		verify missing.tgz
		verify folder
		verify demo-1.0.0.tgz
		verify ./demo-1.0.0.tgz
		verify demo-1.0.0.tgz --debug
		verify demo-1.0.0.tgz --keyring=
		verify demo-1.0.0.tgz --keyring missing
		verify demo-1.0.0.tgz --keyring folder
		verify alone.tgz
		verify alone.tgz --keyring missing
		verify demo-1.0.0.tgz --key x
		template demo-1.0.0.tgz --verify
		template demo-1.0.0.tgz --verify --keyring ring
		template ./demo-1.0.0.tgz --verify --keyring ring
		template r demo-1.0.0.tgz --verify --keyring missing
		template demo-1.0.0.tgz --verify=false --keyring missing
		template demo-1.0.0.tgz --keyring missing
		template alone.tgz --verify
		template ./alone.tgz --verify
		template folder --verify
		template ./missing --verify
		template missing --verify
		show chart demo-1.0.0.tgz --verify --keyring ring
		show all demo-1.0.0.tgz --verify --keyring missing
		show values demo-1.0.0.tgz --verify
		show values alone.tgz --verify
		show crds folder --verify
		show readme alone.tgz --verify
		lint demo-1.0.0.tgz --verify
		dependency list demo-1.0.0.tgz --verify
		package demo-1.0.0.tgz --verify
		version --verify`)
	lines(map[string]string{"GNUPGHOME": "gnupg"}, `
		verify demo-1.0.0.tgz
		template demo-1.0.0.tgz --verify`)
	lines(map[string]string{"GNUPGHOME": "nowhere"}, `
		verify demo-1.0.0.tgz
		verify --help`)
}

func suiteSign() {
	t := newTopic("cli", "sign")
	files := map[string]string{
		"demo/Chart.yaml":           "apiVersion: v2\nname: demo\nversion: 1.0.0\ndescription: -- dashes\nkeywords: [b, a]\n",
		"demo/values.yaml":          "a: 1\n",
		"demo/templates/cm.yaml":    "kind: ConfigMap\napiVersion: v1\nmetadata: {name: demo}\n",
		"old/Chart.yaml":            "apiVersion: v1\nname: old\nversion: 2.0.0\nmaintainers: [{name: Ann, email: ann@example.com}]\nannotations: {x: 'y'}\n",
		"old/requirements.yaml":     "dependencies:\n- {name: sub, version: 1.x.x, repository: ''}\n",
		"old/charts/sub/Chart.yaml": "apiVersion: v1\nname: sub\nversion: 1.2.3\n",
		"broken/Chart.yaml":         "apiVersion: v2\nname: broken\n",
		"pass":                      "open sesame\n",
		"pass-crlf":                 "open sesame\r\nmore\n",
		"pass-bare":                 "open sesame",
		"pass-wrong":                "open\n",
		"pass-empty":                "",
		"pass-line":                 "\nopen sesame\n",
		"out/":                      "",
	}
	rings := map[string]string{}
	for _, name := range strings.Fields("rsa.sec rsa.pub locked.sec ed25519.sec ed25519.asc p256.sec two.sec dsa.sec all.kbx dummy.sec expired.sec") {
		rings[name] = testKey(name)
	}
	rings["junk"] = changedKey("rsa.sec", func(string) string { return "junk" })
	sign := func(stdin string, lines string) {
		for line := range strings.Lines(lines) {
			if words := strings.Fields(line); len(words) > 0 {
				for i, word := range words {
					if word == "''" {
						words[i] = ""
					}
				}
				given, keys := map[string]string{"out/": ""}, map[string]string{}
				for _, word := range words {
					if ring, ok := rings[word]; ok {
						keys[word] = ring
					}
					for name, text := range files {
						if name == word || strings.HasPrefix(name, word+"/") {
							given[name] = text
						}
					}
				}
				args := append([]string{"package", "-d", "out"}, words...)
				t.add(Case{Kind: "cli", Files: given, FilesB64: keys, Stdin: stdin, Args: plainJSON(args)})
			}
		}
	}
	sign("", `
		demo --sign
		demo --sign --key x --keyring=
		demo --sign --key ''
		demo --sign --key x
		demo --sign --key x --keyring missing
		demo --sign --key x --keyring demo
		demo --sign --key x --keyring junk
		demo --sign --key x --keyring rsa.sec
		demo --sign --key rsa@ --keyring rsa.sec
		demo --sign --key rsa@ --keyring rsa.pub
		demo --sign --key ed25519 --keyring ed25519.sec
		demo --sign --key ed25519 --keyring ed25519.asc
		demo --sign --key Ed25519 --keyring all.kbx
		demo --sign --key TEST --keyring all.kbx
		demo --sign --key p256@ --keyring p256.sec
		demo --sign --key dsa@ --keyring dsa.sec
		demo --sign --key expired@ --keyring expired.sec
		demo --sign --key two@test --keyring two.sec
		demo --sign --key Two --keyring two.sec
		demo --sign --key subkey@ --keyring dummy.sec
		demo --sign --key rsa@ --keyring rsa.sec --passphrase-file missing
		demo --sign --key rsa@ --keyring rsa.sec --passphrase-file pass-empty
		demo --sign --key rsa@ --keyring rsa.sec --passphrase-file pass-wrong
		demo --sign --key rsa@ --keyring rsa.sec --passphrase-file demo
		demo --sign --key nobody --keyring rsa.sec --passphrase-file missing
		demo --sign --key Two --keyring two.sec --passphrase-file missing
		demo --sign --key locked@ --keyring locked.sec
		demo --sign --key locked@ --keyring locked.sec --passphrase-file pass
		demo --sign --key locked@ --keyring locked.sec --passphrase-file pass-crlf
		demo --sign --key locked@ --keyring locked.sec --passphrase-file pass-bare
		demo --sign --key locked@ --keyring locked.sec --passphrase-file pass-wrong
		demo --sign --key locked@ --keyring locked.sec --passphrase-file pass-line
		demo --sign --key locked@ --keyring locked.sec --passphrase-file -
		demo --sign --key locked@ --keyring locked.sec --passphrase-file=
		old --sign --key rsa@ --keyring rsa.sec
		demo old --sign --key rsa@ --keyring rsa.sec
		demo broken --sign --key rsa@ --keyring rsa.sec
		demo missing --sign --key rsa@ --keyring rsa.sec
		demo --sign=false --key rsa@ --keyring missing
		demo --key rsa@ --keyring missing
		demo --version 3.2.1+build --app-version 7 --sign --key rsa@ --keyring rsa.sec`)
	sign("open sesame\nother\n", `
		demo --sign --key locked@ --keyring locked.sec --passphrase-file -
		demo old --sign --key locked@ --keyring locked.sec --passphrase-file -
		demo --sign --key locked@ --keyring locked.sec`)
}
