package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

func read(t *topic, kind string, documents ...string) {
	for _, document := range documents {
		t.add(Case{Kind: kind, In: text(document)})
	}
}

func writes(t *topic, kind string, values ...string) {
	for _, value := range values {
		t.add(Case{Kind: kind, Value: json.RawMessage(value)})
	}
}

// scalars are plain YAML scalars whose type depends on their shape.
var scalars = strings.Split(`yes|Yes|YES|yEs|no|No|NO|on|On|ON|off|Off|OFF|y|Y|n|N|true|True|TRUE|tRue|false|False|FALSE|null|Null|NULL|nULL|~|0|1|-1|+1|00|01|012|-012|08|09|017|0o17|0o8|-0o17|0x1F|0X1f|-0x1F|0xG|0b11|-0b11|0b2|0B1|1_000|_1|1_|1__0|0x_1|9223372036854775807|9223372036854775808|-9223372036854775808|-9223372036854775809|18446744073709551615|18446744073709551616|123456789012345678901234567890|1.0|1.|.5|.|..|-.5|+.5|1.5e3|1e3|1E3|1e+3|1e-3|1e400|-1e400|1.5e|e1|1e|.inf|.Inf|.INF|-.inf|+.inf|.nan|.NaN|.NAN|-.nan|inf|nan|Infinity|12:30|12:30:45|1:2|190:20:30|190:20:30.15|2001-01-01|2001-1-1|2001-12-14t21:59:43.10-05:00|2001-12-14 21:59:43.10 -5|2001-12-14T21:59:43Z|2001-13-01|=|<<|<|>|a|a b|a: b|a:b|a :b|a #b|a#b|-a|- a|-|--|---|...|?a|:a|a:|?|:|,a|a,b|[a|a]|{a|a}|&a|&a b|*a|!a|!!str 1|!!int "1"|!!float 1|!!bool yes|!!null ""|!!binary aGk=|!!binary a|!!timestamp 2001-01-01|!!map {}|!!seq []|!!foo x|! a|! 1|%a|@a|a@|`+"`a"+`|"a"|'a'|'a''b'|"a\tb"|"\x41\u00e9\U0001F600"|"\q"|"\/"|"a\|"unclosed|'unclosed|"a" b|'a' b|""|''|é|世界|"\0"|0.1|0.10|100|1000000|1234567|1e6|1e21|123456789.123|3.0|1.10|1_0.5|0.0|-0|-0.0|+0|0e0|0x|0b|0o|1e1_0|12e03|-1_0|685_230.15|6.8523015e+5|20:30|0777|0888|1e5|4e-7|5.0e-324|1.7976931348623157e308|1.8e308|null a|true b|<<: a|a<<|- - a|? a|"multi
  line"|plain
  line|'x

  y'`, "|")

func suiteYAML() {
	t := newTopic("yaml", "scalars")
	for _, scalar := range scalars {
		read(t, "yaml-read", scalar, "k: "+scalar, "- "+scalar, "["+scalar+"]", "{k: "+scalar+"}", "{"+scalar+": v}", scalar+": v", "k:\n- "+scalar+"\n", "? "+scalar+"\n: v", "k: !!str "+scalar, "k: |\n  "+scalar+"\n")
	}

	t = newTopic("yaml", "documents")
	read(t, "yaml-read", yamlDocuments...)

	t = newTopic("yaml", "blocks")
	for _, indicator := range []string{"|", ">", "|-", ">-", "|+", ">+", "|2", ">1", "|2-", "|-2", "|9", "|0", "|x", "| # c", "|  ", ">+1"} {
		for _, body := range []string{"  a\n  b\n", "  a\n\n  b\n\n", "  a\n   b\n  c\n", "\n  a\n", "\n\n", "", "  a", "    a\n  b\n", "  a\n b\n", "  a\n\n\n\n  b\n\n\n", "  - a\n  b\n", "  a\n\tb\n", "  \ta\n  b\n", " a\n b\n", "  a  \n  b \n", "   \n  a\n", "  # no comment\n  a\n", "  a\nb: 1\n", "  a\n# c\nb: 1\n", "  a\n  \n  \tb\n\n   c\n  d\n"} {
			read(t, "yaml-read", "k: "+indicator+"\n"+body)
		}
		read(t, "yaml-read", indicator+"\n a\n b", "- "+indicator+"\n  a\n- b", "- k: "+indicator+"\n    a\n  l: 1")
	}

	t = newTopic("yaml", "flow")
	for _, document := range []string{"[]", "{}", "[a]", "[a,b]", "[a, b,]", "[,]", "[a,,b]", "[a b, c]", "[a: b]", "[a: b, c: d]", "[{a: b}]", "{a}", "{a, b}", "{a: , b: }", "{a:b}", "{a: b, c}", "{\"a\":b}", "{\"a\": b}", "{a: [1, {b: 2}]}", "[[[]]]", "{{a: b}: c}", "{[a]: b}", "[a\n,b\n]", "{a: b\n,c: d}", "{a:\n b}", "[a # c\n, b]", "[a #c]", "[a", "{a", "[a}", "{a: b]", "a]", "]", "}", "[\n", "{a: b, a: c}", "{? a : b}", "[? a : b]", "{a: 'x, y'}", "[\"a\",'b',c]", "[-1, - 1]", "[-]", "[a-b, -c]", "{a: -}", "[*a]", "[&a b, *a]", "{&a b: *a}", "{*a : b}", "[!!str 1, !!int '2']", "[|]", "{a: >}", "[a,\n#c\n]", "[ ]", "{ }", "[a:b]", "[a:]", "[:a]", "[a::b]", "{http://x: y}", "[http://x]", "{a: http://x, b: c}", "{\"x\":1,\"y\":[true,null]}", "[a]b", "[a] b", "{a: b} c", "[a]: b", "{a: b}: c", "[1,2]: x", "\"a\": b", "\"a\":b", "'a' : b", "[\ta]", "\t[a]", "[\n\ta\n]", "{a: b,\n\tc: d}"} {
		read(t, "yaml-read", document, "k: "+document, "- "+document, "k:\n  "+strings.ReplaceAll(document, "\n", "\n  "))
	}

	t = newTopic("yaml", "errors")
	read(t, "yaml-read", yamlErrors...)

	t = newTopic("yaml", "write")
	w3 := newTopic("yaml", "write-pretty")
	for _, value := range writable() {
		writes(t, "yaml-write", value, `{"k":`+value+`}`, `[`+value+`,{"a":`+value+`}]`)
		writes(w3, "yaml3-write", value, `{"k":`+value+`}`, `[`+value+`,{"a":`+value+`}]`)
	}
	keys := newTopic("yaml", "keys")
	for _, scalar := range scalars {
		value := string(plainJSON(map[string]string{scalar: scalar}))
		writes(keys, "yaml-write", value)
		writes(keys, "yaml3-write", value)
	}
	sorted := map[string]int{"a1": 1, "a10": 2, "a2": 3, "A": 4, "b": 5, "B": 6, "_": 7, "-": 8, "1": 9, "10": 10, "2": 11, "é": 12, "z": 13, "a.b": 14, "a-b": 15, "a/b": 16, "": 17, " ": 18, "a01": 19, "a001": 20, "a1b": 21, "a1a": 22, "x99999999999999999999": 23, "x9": 24}
	all := string(plainJSON(sorted))
	// goyaml v2's order of all of these is no order, so that chance decides: `a1b` is before `a01` before `a10`
	// before `a1b`. Without some of them it is one.
	without := func(some ...string) string {
		fewer := maps.Clone(sorted)
		maps.DeleteFunc(fewer, func(key string, _ int) bool { return slices.Contains(some, key) })
		return string(plainJSON(fewer))
	}
	writes(keys, "yaml-write", without("a1a", "a1b"), without("a2", "a10"))
	writes(keys, "yaml3-write", all)
	writes(keys, "json-write", all)
	writes(keys, "yaml3-write", `{"$pairs":[[{"$int":2},"b"],["a",1],[true,2],[1.5,3]]}`, `{"$strmap":{"b":"yes","a":"1"}}`)
	writes(keys, "yaml-write", `{"$pairs":[[{"$int":2},"b"],["a",1],[true,2],[1.5,3]]}`, `{"$strmap":{"b":"yes","a":"1"}}`)
}

var yamlDocuments = []string{
	"", " ", "\n", "# only a comment", "---", "---\n", "--- a", "---\na: 1\n", "---\na: 1\n---\nb: 2\n", "a: 1\n---\nb: 2\n", "a: 1\n...\nb: 2\n", "...\n", "%YAML 1.1\n---\na: 1", "%YAML 1.2\n---\na: 1", "%YAML 2.0\n---\na: 1", "%TAG ! tag:x,2000:\n---\n!a b", "%FOO bar\n---\na: 1", "\ufeffa: 1", "a: 1\r\nb: 2\r\n", "a: 1\rb: 2", "a: 1\u0085b: 2", "a: 1\u2028b: 2",
	"a: 1\nb: 2", "a:\n  b: 1\n  c:\n    d: 2", "a:\n- 1\n- 2", "a:\n  - 1\n  - 2\nb: 3", "- a\n- b: 1\n  c: 2\n- - x\n  - y", "- - - a", "-\n  a: 1", "- \n- a", "-\n-\n", "a:\n\nb:\n", "a:   1   # c", "a: 1 # c\n# d\nb: 2", "  a: 1\n  b: 2", "a : 1", "a: b: c"[:4], "\"a b\": 1", "'a': 1", "? a\n: b", "? a", "? a\n? b", "? |\n  x\n: y", "? [a, b]\n: c", "? {a: b}\n: c", "? - a\n: b", ": a", "a:\n  ? b\n  : c",
	"a: &x 1\nb: *x", "a: &x {b: 1}\nc: *x", "a: &x\n  b: 1\nc:\n  <<: *x\n  d: 2", "a: &x {b: 1}\nc:\n  b: 5\n  <<: *x", "a: &x {b: 1}\nc:\n  <<: *x\n  b: 5", "a: &x {b: 1}\nb: &y {b: 2, c: 3}\nc:\n  <<: [*x, *y]", "a: &x {b: 1}\nb: &y {b: 2, c: 3}\nc:\n  <<: [*y, *x]", "<<: {a: 1}\nb: 2", "<<: [{a: 1}, {a: 2, b: 3}]", "<<: 1", "<<: [1]", "<<: a", "<<:", "<<: null", "\"<<\": {a: 1}", "'<<': 1", "!!merge <<: {a: 1}", "a: &x [1]\n<<: *x", "a: &x 1\nb: &x 2\nc: *x", "&a a: 1\nb: *a", "*a : 1", "&a : 1", "a: *b\nb: &b 1", "- &a\n- *a", "a: &x\nb: *x", "a: &x !!str 1\nb: *x", "a: !!str &x 1\nb: *x", "&x a: &y b\n*x : *y", "a: &a [*a]", "a: &a {b: *a}", "x: &x {<<: *x}", "base: &b {k: {n: 1}}\no:\n  <<: *b\n  k: {m: 2}",
	"a: 1\na: 2", "a: 1\n\"a\": 2", "1: a\n1.0: b", "1: a\n\"1\": b", "true: a\nyes: b", "null: a\n~: b", "1: a", "1.5: a", "true: a", "yes: a", "no: a", "null: a", "~: a", "2001-01-01: a", "0x10: a", "1e3: a", "1000000: a", "1e30: a", ".inf: a", ".nan: a", "-1: a", "12345678901234567890: a", "[1]: a", "{a: 1}: b", "!!binary aGk=: a", "on: push", "y: 1\nn: 2", "{1: a, b: c}", "? !!int 1\n: a", "0.1: a", "1_000: a", "010: a",
	"a: \"x\n  y\"", "a: \"x\n\n  y\"", "a: \"x\\\n  y\"", "a: 'x\n  y'", "a: 'x\n\n\n  y'", "a: x\n  y\n  z", "a: x\n\n  y", "a: x\n  # c\n  y", "a:\n  x\n  y", "a: x\n y: z", "a: \"\\u0000\"", "a: \"\\ud800\"", "a: \"\\xff\"", "a: \"\\e\\a\\b\\v\\f\\N\\_\\L\\P\"", "a: \"x \\\n   y\"", "a: \" x \n  y \"", "a: \"\\\n\"", "a: 'it''s'", "a: 'x\\ny'",
	"a: !!binary |\n  aGVs\n  bG8=", "a: !!binary gA==", "a: !!str", "a: !!str\nb: 1", "a: !!int 0x10", "a: !!int a", "a: !!float a", "a: !!float 1", "a: !!bool 1", "a: !!null a", "a: !!seq [1]", "a: !!map {b: 1}", "a: !!set {b, c}", "a: !!omap [b: 1]", "a: !foo {b: 1}", "a: !<tag:yaml.org,2002:str> 1", "a: !!timestamp 2001-01-01", "a: 2001-01-01", "a: !!str 2001-01-01", "!!map {a: 1}", "!!seq [a]", "!!str a", "!!str {a: b}", "!!map [a]",
	"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\n  labels: {a: \"1\", b: yes}\ndata:\n  k: |\n    line 1\n      line 2\n\n    line 3\n  j: >-\n    folded\n    text\n\n    para\n", "a: \"{{ x }}\"", "port: 8080\nmode: 0644\nratio: 0.50\nversion: 1.10\ntime: 10:30\nid: 007\nbig: 12345678901", "a: >\n\n  x\n  y\n\n   z\n  w\n", "items:\n  - name: a\n    v: [1, 2]\n  - name: b\n    v: {x: ~}\n", "a: x:y\nb: http://e.x/?q=1#f\nc: a, b\nd: [x:y]\ne: -x\nf: x - y\ng: 'x' ", "a: 你好\nб: ы\n\"😀\": é", "key with spaces: v", "a.b/c-d_e: v", "a: \tb", "a:\tb", "- \ta", "a: b\t# c", "a:\n    b: 1\n    c: 2\nd:\n e: 3",
}

var yamlErrors = []string{
	"a: b: c", "a:\n b: 1\n  c: 2", "a:\n  b: 1\n c: 2", "a: 1\n b: 2", "a\nb: 1", "a: [1\nb: 2", "a: {b: 1\nc: 2", "\ta: 1", "a:\n\tb: 1", "a:\n  b: 1\n\tc: 2", "- a\nb: 1", "b: 1\n- a", "a: - b", "a: \"x", "a: 'x", "a: \"x\" y", "a: |x\n  b", "a: @x", "a: `x`", "a: %x", "%x", "%YAML\n---\na", "%YAML 1.x\n---\n", "%TAG\n---\n", "a: *unknown", "*unknown", "- *x", "a: &", "a: *", "a: & b", "a: &a &b c", "a: !!x !!y z", "a: &a *b", "key: value\nnot a mapping", "key: value\n  indented", "a: 1\n  - b", "- a\n - b", "- a\n- b\nc", "{", "[", "}", "]", "{a: 1", "[a, b", "a: }", "a: ]", "a: ,", ",", "a: b,\nc", "a: 'x'y", "? a\nb", "a: \"\\q\"", "a: \"\\x4\"", "a: \"\\u12\"", "a: \"\\U00110000\"", "a: \x01", "a: \x00b", "\x7f", "a: \xff", "\xff\xfe", "a: \ufffe", "a: \ud7ff\ue000", "a: \x85", "a: b\n---\n- *a", "--- |\n  a\nb", "--- a: b", "--- - a", "a:\n- b\n  - c\n d", "a: >\n x\n\ty", "a:\n  - b\n - c", "a: !!binary \"*\"", "a: !<x", "a: !<>", "!!", "! ", "a: !<tag:x> b", "<<: *x", "a: .inf", "a: .nan", "[.inf]", "? a : b\n: c", "a b c: d\ne", "a: \"\n\nb: c", "a:\n  'b\n c: d", strings.Repeat("[", 200) + strings.Repeat("]", 200), strings.Repeat("{a: ", 100) + "1" + strings.Repeat("}", 100), strings.Repeat("- ", 200) + "a", "a: &a [x,x,x]\nb: &b [*a,*a,*a]\nc: [*b,*b]", "a: b\n...\n%YAML 1.1\n", "a: |\n  x\n y\n", "a: |3\n  x", "'a\n---\nb'", "\"a\n...\nb\"", "a: 'b\n\tc'", "very long line " + strings.Repeat("x", 200) + ": [", strings.Repeat("k", 1025) + ": v", "\"" + strings.Repeat("k", 1025) + "\": v", "a:\n" + strings.Repeat("  - x\n", 5) + " bad", "1: &a\n2: *a\n3: [", "{{ .Values.x }}", "a: {{ .Values.x }}", "a: {{ x }}: b", "# c\n\n\na: [}\n", "a: {x}}\n", "a: b\n\n\n  c: d\n", "a:\nb:\n c\n  d: e\n", "- a: 1\n   b: 2", "- a: 1\n b: 2", "a: \"b\"c: d", "a: [b] c", "a: {b: c} d", "-a: b\n- c", "a: -\n- b", "a: !tag\n- b", "a: &x\n- b\n- *x",
}

// writable are typed values whose text has a shape to watch.
func writable() []string {
	out := append([]string{}, printable...)
	for _, s := range scalars {
		out = append(out, string(plainJSON(s)))
	}
	long := strings.Repeat("word ", 40)
	for _, s := range []string{
		" lead", "trail ", " ", "  ", "\n", "\n\n", "a\n", "a\nb", "a\nb\n", "a\n\nb", "\na", " a\nb", "a \nb", "a\n b", "a\n\n", "a\n\n\n", "\n a\n", "a\tb", "\ta", "a\t", "a\t\nb", "a\r\nb", "a\rb", "a\\b", "a\"b", "a'b", "a: b\nc: d", "# x", "x # y", "x: y", "x:", ":x", "- x", "-x", "--- x", "...", "[x]", "{x}", "x, y", "&x", "*x", "!x", "|x", ">x", "%x", "@x", "`x`", "?x", "? x", "= x", "é\nü", "\u0007", "\u001b[0m", "\u007f", "\u0085", "\u00a0", "\u2028x", "\u2029", "\ufeffx", "\ufffd", "😀", "a😀\nb", long, long[:79], long[:80], long[:81], long + "\n" + long, strings.Repeat("x", 100), strings.Repeat("x", 100) + " y", "x " + strings.Repeat("y", 100) + " z", strings.Repeat("é ", 50), "  " + long, long + "'", long + ": x", "'" + long, strings.Repeat("word  ", 30), "a\n  " + long, "\"quoted\" " + long, long + "\ttab", strings.Repeat("a b\n", 5), "key: |\n  text\n", "{{ x }}", "<a>&</a>", "$1", "a#b", "a #b", "1 ", " 1", "1\n", "true\n", "null ", "0644", "0o644", "1e3", "12:30", "1.2.3", "v1.2", "2020-01-01", "10.0.0.1", "1,000", "+1", "1_000", "0x", "infinity", "a=b", "=", "<<", "a,b", "[", "]", "{", "}", ",", "\"", "'", "''", "\\", "\\n", "%", "@", "`", "~x", "x~", "_", "/", "a/b:c", "http://x:80/y", "::", "a::b", "a: ", ": ", "- ", "-\n", "? ", "#", "x#", "\x00", "\x01a\n", "a\x7f", "\xc2\xa0", "\xff", "a\xffb", "\xed\xa0\x80",
	} {
		out = append(out, string(encodeTyped(s)))
	}
	out = append(out,
		`{"a":{"b":{"c":[1,[2,[3,{"d":[]}]],{}]}}}`, `[[],{},[[]],[{}],{"a":[]},{"a":{}}]`, `{"a":null,"b":[null],"c":{"d":null}}`, `[{"a":1,"b":2},{"a":3}]`, `[[1,2],[3]]`, `{"a":[{"b":[{"c":1}]}]}`, `{"n":1000000,"m":1e20,"o":1e21,"p":0.1,"q":-0.5,"r":1e-7,"s":123456789012}`, `[{"$int64":9007199254740993},{"$uint64":18446744073709551615},{"$float32":0.1},{"$float32":1000000}]`, `{"a":"x\ny\n","b":["x\ny","z\n\n"]}`, `{"$map":{"$x":1}}`,
	)
	return out
}

func suiteJSON() {
	t := newTopic("json", "read")
	read(t, "json-read", `null`, `true`, `false`, `0`, `-0`, `1`, `-1`, `1.5`, `1e3`, `1E+3`, `1e400`, `-1e400`, `01`, `+1`, `.5`, `1.`, `0x1`, `1_0`, `NaN`, `Infinity`, `9007199254740993`, `18446744073709551616`, `""`, `"a"`, `"\u00e9\n\t\"\\\/\b\f\r"`, `"\ud83d\ude00"`, `"\ud800"`, `"\ud800x"`, `"\udc00\ud800"`, `"\q"`, `"\u12"`, "\"a\nb\"", "\"\x01\"", "\"\t\"", "\"\xff\"", "\"\xed\xa0\x80\"", `"a`, `'a'`, `[]`, `[1,2]`, `[1,]`, `[,]`, `[1 2]`, `[`, `]`, `[1`, `{}`, `{"a":1}`, `{"a":1,}`, `{"a"}`, `{"a":}`, `{a:1}`, `{"a":1 "b":2}`, `{"a":1,"a":2}`, `{"a":{"b":1},"a":{"c":2}}`, `{`, `}`, `{"a":1`, `{"a"`, `nul`, `nulll`, `tru`, `truee`, `fals`, `True`, ``, ` `, ` 1 `, `1 2`, `{} x`, `[] ]`, "\ufeff{}", "// c\n1", "{\"a\":1}\n", "\t[\r\n1\n]\t", `{"":1}`, `{"a":{"b":[{"c":null}]}}`, `[[[[]]]]`, `-`, `--1`, `1e`, `1e+`, `"\u0000"`, `"\u2028"`, "\"\u2028\"", `{"1":1,"b":2}`, `[nan]`, `{"a":tru}`, `[1,2,3`, `{"k":"v"`, `"abc\`, strings.Repeat("[", 9999)[:50]+strings.Repeat("]", 50), "\x00", `{"a":01}`, `[1.0,10.0,100000000000000000000.0,1e20,1e21]`, `{"A":1,"a":2}`)
	t = newTopic("json", "write")
	for _, value := range writable() {
		writes(t, "json-write", value, `{"k":`+value+`}`)
	}
	writes(t, "json-write", `[1,1e20,1e21,1e-6,1e-7,0.1,100000,1e6,-0.5,123456789.125]`, `{"$float64":"-0"}`, `{"<k>":"&","b":1,"a":2}`, `{"$strmap":{"b":"<","a":"\u2028"}}`, `{"$pairs":[["a",1]]}`, `[{"$number":"1.50"},{"$number":"1e5"}]`)
}

func suiteTOML() {
	t := newTopic("toml", "read")
	read(t, "toml-read", "", "a = 1", "a = \"x\"", "a = 'x\\n'", "a = \"\"\"\nx\n  y\\\n   z\"\"\"", "a = '''\nx'''", "a = true", "a = True", "a = 1.5", "a = 1e3", "a = inf", "a = -inf", "a = nan", "a = 0x1F", "a = 0o17", "a = 0b11", "a = 1_000", "a = 01", "a = +1", "a = .5", "a = 1.", "a = 1979-05-27", "a = 1979-05-27T07:32:00Z", "a = 1979-05-27T07:32:00", "a = 07:32:00", "a = [1, 2]", "a = [1, \"x\"]", "a = [1,\n2,\n]", "a = []", "a = {}", "a = {b = 1}", "a = {b = 1,}", "a = {b = 1, c.d = 2}", "a.b = 1\na.c = 2", "[a]\nb = 1", "[a.b]\nc = 1", "[[a]]\nb = 1\n[[a]]\nb = 2", "[[a]]\n[a.b]\nc = 1", "[a]\n[a]", "a = 1\na = 2", "a", "a =", "a = ", "a = x", "= 1", "[a", "[]", "[a]]", "[[a]", "a = \"x", "a = 'x", "a = [1", "a = {b = 1", "a = \"\\q\"", "a = \"\\u00e9\\U0001F600\"", "a = \"\\ud800\"", "# c\na = 1 # d", "a = 1 b = 2", "\"a b\" = 1", "'a' = 1", "a b = 1", "é = 1", "1 = 2", "a = 9223372036854775807", "a = 9223372036854775808", "a = 1e400", "a = \"\t\"", "a = \"\x01\"", "\xff", "a = \"\xff\"", "[a]\nb = 1\n[c]\nd = [[1], [\"x\"]]\n[c.e]\nf = 1.0", "a = 1\r\nb = 2", "a = [{b = 1}, {b = 2}]", "a: 1", "{}", "[a.b.c]\n[a]\nx = 1", "a = 1\n[a]\nb = 2", "a = [1]\n[[a]]", "a = 1.0\nb = 1e6\nc = 100000000000000000000.0", "a = 'x''y'", "a = \"\"", "a=1", "  a  =  1  ", "a = 2000-13-01", "a = 25:00:00", "a.\"b.c\".d = 1", "a = \"\"\"\"x\"\"\"\"", "a = 1 # é", "a = truee", "a = fals", "a = -0", "a = -0.0")
	t = newTopic("toml", "write")
	for _, value := range writable() {
		if value == `null` {
			continue
		}
		writes(t, "toml-write", value, `{"k":`+value+`}`)
	}
	for _, inner := range []string{`1`, `"x"`, `[1,2]`, `{"a":1}`, `[{"a":1},{"b":2}]`, `[]`, `{}`, `[[1],[2]]`, `[{"a":[{"b":1}]}]`, `[{}]`, `[1,"a"]`, `[{"a":1},2]`, `[null]`, `null`, `{"a":null}`, `true`, `1.5`, `1000000`, `"a\nb"`, `"'"`, `"\""`, `"é\u0000"`} {
		writes(t, "toml-write", fmt.Sprintf(`{"b":%s,"a":{"c":%s,"d":{"e":%s}},"z":"end"}`, inner, inner, inner), fmt.Sprintf(`{"x y":%s,"":1,"a.b":2,"é":3}`, inner), inner)
	}
	writes(t, "toml-write", `null`, `{"$strmap":{"b":"1","a":"2"}}`, `{"a":{"$ints":[1,2]}}`, `{"a":{"$bytes":"aGk="}}`, `{"a":{"$int":5},"b":{"$uint8":3},"c":{"$float32":0.1}}`, `{"$pairs":[[{"$int":1},"a"]]}`, `{"a":{"$maps":[{"b":1},{"c":2}]}}`, `{"a":{"$duration":1500000000}}`)
}
