package main

import (
	"strings"

	"github.com/gobwas/glob"
)

// globs asks of every pattern: every input that it matches and some others, or one input if it is no pattern.
func globs(t *topic, patterns []string, inputs ...string) {
	for i, pattern := range patterns {
		g, err := glob.Compile(pattern, '/')
		for j, input := range inputs {
			if err != nil && j > 0 || err == nil && !g.Match(input) && (i+j)%5 != 0 {
				continue
			}
			t.add(Case{Kind: "glob", Pattern: text(pattern), Input: text(input)})
		}
	}
}

func suiteGlob() {
	paths := []string{"", "a", "ab", "abc", "a/b", "a/b/c", "/", "/a", "a/", "a//b", "b", "a.b", ".a", "a/.b", "é", "aéb"}
	globs(newTopic("glob", "stars"), []string{
		``, `a`, `*`, `**`, `***`, `****`, `a*`, `*a`, `*a*`, `a*b`, `a**`, `**a`, `a**b`, `**a**`, `*/*`, `**/*`, `*/**`, `**/**`, `/*`, `*/`, `/**`, `**/`, `a/*`, `a/**`, `*/b`, `**/b`, `**b`, `a/*/c`, `a/**/c`, `a**c`, `*.*`, `*.b`, `a.*`, `**.b`, `.*`, `*/.*`, `?`, `??`, `???`, `a?`, `?b`, `a?b`, `?*`, `*?`, `*?*`, `**?`, `?**`, `a?*`, `a/?`, `?/?`, `a*?b`, `*é*`, `?é?`, `*a*b*`, `*a*b`, `a*b*`, `*/*/*`, `**/*/**`, `a***b`, `*a?`, `?a*`, `a*/b`, `a*/*b`, `a/*b`, `*b*c`, `ab*c`, `a*bc`, `***a`, `*?/`, `/?*`,
	}, paths...)

	letters := []string{"", "a", "b", "c", "d", "-", "]", "[", "!", "^", "\\", "/", "é", "ab", "bc", "xa", "ax", "xay", "a-b"}
	globs(newTopic("glob", "classes"), []string{
		`[a]`, `[ab]`, `[abc]`, `[a-c]`, `[!a]`, `[!ab]`, `[!a-c]`, `[^a]`, `[^a-c]`, `[a-]`, `[-a]`, `[--a]`, `[]`, `[]]`, `[]a]`, `[!]`, `[!]a]`, `[!!]`, `[!!a]`, `[a!]`, `[`, `[a`, `[a-`, `[a-c`, `[!`, `[!a`, `]`, `a]`, `[[]`, `[[a]`, `[\]]`, `[\\]`, `[a\]b]`, `[\a]`, `[\-]`, `[a\-c]`, `[\a-c]`, `[a-\c]`, `[c-a]`, `[a-a]`, `[é]`, `[!é]`, `[a-é]`, `[é-a]`, `[/]`, `[!/]`, `[+-/]`, `[a-z][a-z]`, `[ab][bc]`, `[!ab][!ab]`, `[!a]b`, `x[a]`, `[a]x`, `x[a]y`, `x[!b]y`, `x[a-c]y`, `*[a]`, `[a]*`, `*[a]*`, `*[!a]*`, `**[a]`, `?[a]`, `[a]?`, `[abc-e]`, `[a-ce]`, `[a-c-e]`, `[a,b]`, `[*]`, `[?]`, `[a*]`, `[{]`, `[}]`, `[{a,b}]`, `[ ]`, `[a-c]]`, `[a][`, `[ab]-[ab]`, `[!a-c][!a-c]`, `[\]`, `[\`, `[!\]]`, `[a-]]`, `[!-a]`,
	}, letters...)

	globs(newTopic("glob", "alternatives"), []string{
		`{a,b}`, `{a}`, `{}`, `{,}`, `{a,}`, `{,a}`, `{ab,a}`, `{a,ab}c`, `{a,ab}*`, `{a*,b*}`, `{a*,b*}*`, `*{a,b}`, `*{a,b}*`, `**{a,b}`, `{a,b}**`, `{*,a}`, `{**,a}`, `{?,ab}`, `{[ab],c}`, `{a,b}{b,c}`, `{a,{b,c}}`, `{{a,b},c}`, `{{a},{b}}`, `{a,b`, `{a`, `{`, `}`, `a}`, `,`, `a,b`, `{a,b}}`, `{{a,b}`, `{a,b},c`, `{a/b,c}`, `{a,b}/c`, `a/{b,c}`, `{a/,}b`, `*.{a,b}`, `*.{a,b,}`, `{a.,}b`, `{*.a,*.b}`, `{a*b,ab*}`, `x{a,b}y`, `x{a,}y`, `x{,a}y`, `x{a*,b}y`, `?{a,b}`, `{a,b}?`, `{[!a],a}b`, `{a,a}`, `{ab,bc}*`, `{a,b}{,c}`, `{a\,b,c}`, `{a\},b}`, `{\{,a}`, `{a b,c}`, `{a,b}[cd]`, `{é,a}`, `{,a}{,b}`, `{a,b,c,d}`, `{abc,abd}`, `{a?,b?}`, `{?a,?b}`, `*{a,}`, `{a*,*b}c`, `**/{a,b}`, `{**/,}a`, `{a,b/**}`,
	}, append([]string{"x", "xy", "xay", "xaby", "x.a", "x.b", "x.", "a,b", "{a", "a}", "{a,b}", "a b", "ac", "bc", "aba", "c", "b/c/a"}, paths...)...)

	globs(newTopic("glob", "escapes"), []string{
		`\`, `\\`, `\a`, `\*`, `\?`, `\[`, `\]`, `\{`, `\}`, `\,`, `\/`, `\!`, `\-`, `a\`, `a\*b`, `a\?b`, `\*a`, `a\*`, `\**`, `*\*`, `\[a]`, `[a\]`, `\{a,b}`, `{a,b\}`, `{a\,b}`, `\\*`, `\\\*`, `a\\b`, `\é`, `a\/b`, `\a\b`, `*\`, `?\?`, `{\*,a}`, `{\?,\*}`, `[\*]`, `\\\\`, `a\\`, `\.`, `\n`, `!a`, `^a`, `$`, `a$`, `(a)`, `a|b`, `a+`, `.`, `~`, `#a`, "a\nb", " ", "a\tb", `%`, `'`, `"`,
	}, "", "a", "b", "*", "?", "a*b", "a?b", "axb", "\\", "\\\\", "a\\b", "\\a", "[a]", "{a,b}", "a,b", "a/b", "*a", "a*", "**", "é", "!a", "^a", "a$", "$", "a|b", "a+", ".", "a\nb", " ", "a\tb", "n", "[", "]", "{", "}", ",", "-", "!", "#a", "'", "\"", "%", "~", "(a)", "ab")

	globs(newTopic("glob", "bytes"), []string{"\xff", "a\xff", "*\xff", "[\xff]", "[a-\xff]", "{\xff}", "{a,\xff}", "\\\xff", "\ufffd", "[\ufffd]", "*\ufffd*", "a\x00b", "\x00", "[\x00]", "*\x00", "{a\x00,b}", "?", "*", "**", "[!a]", "a?b", "a[!x]b", "日*", "?本", "*本", "日?", "[日]本", "[a-日]", "😀", "?b", "[😀]", "é?", "*é", "é*é"}, "", "\xff", "a\xff", "a\xffb", "\ufffd", "a\x00b", "\x00", "日本", "日", "本", "😀", "😀b", "éé", "éaé", "ab", "a", "aéb")

	files := []string{"files/a.txt", "files/sub/b.txt", "files/.hidden", "files/my.cnf", "files/cloud/init.js", "files/docker-entrypoint-initdb.d/a.sh", "files/docker-entrypoint-initdb.d/a.sql.gz", "files/docker-entrypoint-initdb.d/sub/a.sql", "dashboards/k8s.json", "dashboards/net/k8s.json", "crds/crd-a.yaml", "crds/crd-b.yml", "config/app.yaml", "config/app.yaml.bak", "README.md", "Chart.yaml", "scripts/run.sh", "scripts/ünïcode.sh", "a.b.c", "files"}
	globs(newTopic("glob", "charts"), strings.Fields(`files/* files/** files/*.txt files/**.txt files/**/*.txt files/*/*.txt files/cloud/*.js files/docker-entrypoint-initdb.d/*.{sh,sql,sql.gz} files/docker-entrypoint-initdb.d/*.{sh,sql} files/docker-entrypoint-initdb.d/*.sql.gz files/docker-entrypoint-initdb.d/**.sql dashboards/*.json dashboards/**.json dashboards/**/*.json crds/*.yaml crds/*.{yaml,yml} crds/*.y?ml crds/*.y{a,}ml crds/crd-[ab].y* crds/crd-[!a].* config/app.yaml config/*.yaml* config/{app,other}.yaml **.yaml **/*.yaml *.yaml *.md **.md * ** *.* */* */*/* **/* **/*.sh scripts/*.sh scripts/?n?code.sh scripts/*ï*.sh /files/* ./files/* files/ files files/*a* files/[a-m]* files/[!.]* files/.* **/.hidden {files,config}/* {files,config}/** {files/**,config/**}.{txt,yaml} **/a.* *{a,b}* **/{a,b}.{txt,sh} f*s/* files/*.cnf files/m?.cnf prometheus_rules/**.yaml [cf]*/* a.b.c a.*.c a*c a.?.c *.b.* README* [A-Z]*`), files...)
}
