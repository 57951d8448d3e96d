package main

import (
	"bytes"
	"fmt"
	"math/rand"
	"strings"
	"unicode/utf8"
)

// Random YAML: documents grown by the grammar in every style that it has, then, often enough, broken.

// writer grows one document.
type writer struct {
	r *rand.Rand
	// anchors that an alias may name.
	anchors []string
	// maps that a merge key may name.
	maps []string
	// calm leaves out what is exotic: tags, anchors, comments in odd places.
	calm bool
	// budget bounds the number of nodes.
	budget int
}

// randomDocument is a `document` case.
func randomDocument(r *rand.Rand) Case { return Case{Kind: "document", In: text(randomYAML(r))} }

// randomYAML is a random stream of documents.
func randomYAML(r *rand.Rand) string {
	var out string
	switch n := r.Intn(20); {
	case n == 0:
		out = soup(r)
	case n == 1:
		out = randomManifest(r)
	case n < 4:
		out = stream(r)
	default:
		out = document(r)
	}
	if r.Intn(100) < 20 {
		for n := 1 + r.Intn(2); n > 0; n-- {
			out = mutate(r, out)
		}
	}
	switch r.Intn(40) {
	case 0:
		out = "\ufeff" + out
	case 1:
		out = strings.ReplaceAll(out, "\n", "\r\n")
	case 2:
		out = strings.ReplaceAll(out, "\n", pick(r, "\r", "\n\n", " \n", "\n \n", "\t\n", "\u0085", "\u2028"))
	case 3:
		out = strings.TrimRight(out, "\n")
	}
	return out
}

func (w *writer) chance(percent int) bool { return w.r.Intn(100) < percent }

func document(r *rand.Rand) string {
	w := &writer{r: r, calm: r.Intn(2) == 0, budget: 4 + r.Intn(24)}
	out := ""
	if w.chance(4) {
		out += pick(r, "%YAML 1.1\n---\n", "%YAML 1.2\n---\n", "%TAG !e! tag:example.com,2000:\n---\n", "%TAG ! tag:x,2000:\n---\n", "%FOO bar\n---\n", "%YAML 1.1 # c\n--- ", "%YAML 3.0\n---\n", "%YAML 1.1\n%YAML 1.1\n---\n")
	} else if w.chance(8) {
		out += pick(r, "---\n", "--- ", "---\n---\n", "--- # c\n", "---\t", "...\n---\n", "---  \n")
	}
	if w.chance(10) {
		out += w.comment(0)
	}
	switch {
	case w.chance(72):
		out += w.blockMap(0, 3)
	case w.chance(60):
		out += w.blockList(0, 3)
	case w.chance(50):
		out += w.flow(3, 0) + "\n"
	default:
		out += strings.TrimLeft(w.scalar(0, false), " ") + "\n"
	}
	if w.chance(6) {
		out += pick(r, "...\n", "---\n", "# end\n", "\n\n", "  \n", "... # c\n", "\t\n", "...\n\n# x\n")
	}
	return out
}

// stream is several documents.
func stream(r *rand.Rand) string {
	out := ""
	for n := 2 + r.Intn(3); n > 0; n-- {
		out += document(r) + pick(r, "---\n", "---\n", "---\n", "--- # c\n", "...\n", "...\n---\n", "--- \n", "---\r\n", "\n---\n\n", "---x\n", "--- {}\n---\n", " ---\n", "---\t\n")
	}
	return out + document(r)
}

// randomManifest is a document as charts have them.
func randomManifest(r *rand.Rand) string {
	w := &writer{r: r, calm: true, budget: 20}
	out := fmt.Sprintf("apiVersion: %s\nkind: %s\nmetadata:\n  name: %s\n", pick(r, "v1", "apps/v1", "batch/v1", "1", "\"v1\"", "", "[a]"), pick(r, "ConfigMap", "Deployment", "Service", "Foo", "\"Job\"", "", "1", "List"), pick(r, "x", "my-app", "\"12\"", "12", "true", "[a]", "~"))
	if w.chance(40) {
		out += "  annotations:\n" + pick(r, "    helm.sh/hook: pre-install\n", "    \"helm.sh/hook\": post-install,pre-upgrade\n    helm.sh/hook-weight: \"5\"\n", "    a: b\n", "    helm.sh/hook: nope\n", "    helm.sh/hook: test\n    helm.sh/hook-delete-policy: hook-succeeded, before-hook-creation\n", "    a: 1\n", "    helm.sh/resource-policy: keep\n", "    helm.sh/hook-weight: 5\n")
	}
	out += pick(r, "data:\n", "spec:\n", "stringData:\n")
	for n := 1 + r.Intn(4); n > 0; n-- {
		out += "  " + w.key() + ":" + w.value(2, 2)
	}
	return out
}

// comment is a line of its own.
func (w *writer) comment(indent int) string {
	return strings.Repeat(" ", pick(w.r, indent, indent, 0, indent+2)) + pick(w.r, "# comment\n", "#\n", "# a: b\n", "#é \t\n", "\n", "  \n", "\t# tab\n", "#! x\n")
}

// eol ends a line, sometimes with blanks or a comment.
func (w *writer) eol() string {
	if !w.calm && w.chance(10) {
		return pick(w.r, " # comment\n", "  \n", " \t\n", "\t# c\n", " #\n", "\n\n", "\n# c\n")
	}
	return "\n"
}

// properties are an anchor and a tag before a node, with a blank behind.
func (w *writer) properties(isMap bool) string {
	if w.calm || !w.chance(9) {
		return ""
	}
	tag, anchor := "", ""
	if w.chance(50) {
		tag = pick(w.r, "!!str ", "!!str ", "!!int ", "!!float ", "!!bool ", "!!null ", "!!map ", "!!seq ", "!!binary ", "!!timestamp ", "!!set ", "!!omap ", "!!merge ", "!local ", "! ", "!<tag:yaml.org,2002:str> ", "!!python/x ", "!e!x ", "!!str%20 ", "!a%21b ")
		if isMap {
			tag = pick(w.r, "!!map ", "!!set ", "!local ", "! ", "!!omap ", "!!str ")
		}
	}
	if tag == "" || w.chance(30) {
		name := pick(w.r, "a", "b", "c", "x1", "anchor-1", "A_b", "1")
		anchor = "&" + name + " "
		w.anchors = append(w.anchors, name)
		if isMap {
			w.maps = append(w.maps, name)
		}
	}
	if w.chance(50) {
		return anchor + tag
	}
	return tag + anchor
}

func (w *writer) key() string {
	if w.calm || w.chance(60) {
		return pick(w.r, "a", "b", "c", "name", "key", "image", "port", "enabled", "x-y", "labels", "app.kubernetes.io/name", "k1", "k2", "k3")
	}
	return pick(w.r, "a", "b", "c", "d", "name", "key", "k1", "k2", "k3", "long key", "x.y/z", "\"quoted\"", "'single'", "\"esc\\n\"", "1", "1.5", "0x1F", "010", "true", "yes", "on", "n", "null", "~", "2001-01-01", "1e3", "é", "世界", "!!str 5", "?x", "-x", ":x", "a#b", "[f]", "{g: 1}", "*a", "&k key", "\"\"", "''", "=", ".inf", "-0", "1_000", "12:30", "key with: colon", "a'b", "a\"b", "-1", "+1", "0o7", "0b11", "y", "Off", "NO", "Null", "1.0", "10000000000000000000000", "1e400", ".nan")
}

// blockMap writes entries at an indentation; the first line is indented too.
func (w *writer) blockMap(indent, depth int) string {
	out := ""
	pad := strings.Repeat(" ", indent)
	for n := 1 + w.r.Intn(4); n > 0; n-- {
		if !w.calm && w.chance(5) {
			out += w.comment(indent)
		}
		switch {
		case !w.calm && w.chance(3):
			out += pad + "? " + pick(w.r, "a", "- x\n"+pad+"  - y", "{a: b}", "|\n"+pad+"  text", "k: v", "\"x\"", "", "[a, b]") + "\n"
			if w.chance(70) {
				out += pad + ":" + w.value(indent, depth-1)
			}
		case !w.calm && len(w.maps) > 0 && w.chance(30):
			out += pad + "<<: " + pick(w.r, "*"+pick(w.r, w.maps...), "[*"+pick(w.r, w.maps...)+", *"+pick(w.r, w.maps...)+"]", "{z: 1, a: 2}", "*"+pick(w.r, w.maps...)) + "\n"
		case !w.calm && w.chance(2):
			out += pad + pick(w.r, "<<: *a", "<<: 1", "<<: [1]", "\"<<\": {a: 1}", "<<:", "<<: {a: 1}", "<<: [{a: 1}, {a: 2, b: 3}]", "*a : x", "? ", ": x", "- x", "x", "!!merge <<: {q: 1}") + "\n"
		default:
			out += pad + w.key() + pick(w.r, ":", ":", ":", ":", ":", ":", ":", " :", " : ", ":  ") + w.value(indent, depth-1)
		}
	}
	return out
}

// value writes what follows `key:` up to the end of its last line.
func (w *writer) value(indent, depth int) string {
	w.budget--
	r := w.r
	if depth <= 0 || w.budget <= 0 {
		return " " + w.properties(false) + w.scalar(indent, true) + w.eol()
	}
	switch n := r.Intn(20); {
	case n < 3:
		step := pick(r, 2, 2, 2, 4, 1, 3)
		props := strings.TrimRight(w.properties(true), " ")
		if props != "" {
			props = " " + props
		}
		return props + w.eol() + w.blockMap(indent+step, depth)
	case n < 6:
		step := pick(r, 2, 2, 0, 0, 4, 1)
		props := strings.TrimRight(w.properties(false), " ")
		if props != "" {
			props = " " + props
		}
		return props + w.eol() + w.blockList(indent+step, depth)
	case n == 6 || n == 7:
		return " " + w.properties(n == 6) + w.flow(depth, indent+2) + w.eol()
	case n == 8 && len(w.anchors) > 0:
		return " *" + pick(r, w.anchors...) + w.eol()
	case n < 11:
		return " " + w.block(indent)
	case n == 11:
		return pick(r, "", " ", " ~", " null", " \"\"", " {}", " []") + w.eol()
	}
	return " " + w.properties(false) + w.scalar(indent, true) + w.eol()
}

// blockList writes items at an indentation.
func (w *writer) blockList(indent, depth int) string {
	out := ""
	pad := strings.Repeat(" ", indent)
	for n := 1 + w.r.Intn(4); n > 0; n-- {
		if !w.calm && w.chance(4) {
			out += w.comment(indent)
		}
		dash := pick(w.r, "- ", "- ", "- ", "- ", "- ", "- ", "- ", "- ", "-   ", "-   ", "-\t", "-")
		if w.calm {
			dash = "- "
		}
		switch k := w.r.Intn(10); {
		case depth > 0 && w.budget > 0 && k < 3:
			// A map that begins on the line of the dash.
			w.budget--
			inner := w.blockMap(indent+2, depth-1)
			out += pad + "- " + w.properties(true) + strings.TrimLeft(inner, " ")
		case depth > 0 && w.budget > 0 && k == 3:
			w.budget--
			inner := w.blockList(indent+2, depth-1)
			out += pad + "- " + strings.TrimLeft(inner, " ")
		case depth > 0 && k == 4:
			out += pad + strings.TrimRight(dash, " \t") + w.value(indent, depth-1)
		default:
			out += pad + dash + w.properties(false) + w.scalar(indent, true) + w.eol()
		}
	}
	return out
}

// flow writes a flow collection or a scalar in one; lines are broken now and then.
func (w *writer) flow(depth, indent int) string {
	w.budget--
	r := w.r
	gap := func() string {
		if w.chance(8) {
			return "\n" + strings.Repeat(" ", indent+r.Intn(3))
		}
		if !w.calm && w.chance(3) {
			return pick(r, " # c\n"+strings.Repeat(" ", indent), "\t", "  ", "\n")
		}
		return pick(r, "", " ")
	}
	list := r.Intn(2) == 0
	out := pick(r, "[", "[", "[ ")
	if !list {
		out = pick(r, "{", "{", "{ ")
	}
	out += gap()
	count := r.Intn(4)
	for i := range count {
		if !list {
			out += pick(r, w.flowScalar(), w.plainWord(), w.plainWord(), "\"q\"", "'s'")
			if w.chance(90) {
				out += pick(r, ": ", ": ", ": ", ": ", ":", " : ", ":"+gap())
			} else {
				out += pick(r, "", ": ")
				goto next
			}
		} else if !w.calm && w.chance(5) {
			out += pick(r, "k: v", "? k : v", "? k", ": v", "\"k\":v")
			goto next
		}
		if depth > 0 && w.budget > 0 && w.chance(25) {
			out += w.flow(depth-1, indent+1)
		} else {
			out += w.properties(false) + w.flowScalar()
		}
	next:
		if i+1 < count {
			out += gap() + "," + pick(r, " ", " ", "", gap())
		}
	}
	if w.chance(8) {
		out += ","
	}
	out += gap()
	if list {
		return out + "]"
	}
	return out + "}"
}

func (w *writer) plainWord() string {
	return pick(w.r, "a", "b", "c", "foo", "bar", "x y", "k1", "k2", "é", "1", "true", "no", "null")
}

func (w *writer) flowScalar() string {
	switch w.r.Intn(8) {
	case 0:
		return w.double(0)
	case 1:
		return w.single(0)
	case 2:
		return w.plainWord()
	case 3:
		if len(w.anchors) > 0 && w.chance(40) {
			return "*" + pick(w.r, w.anchors...)
		}
	}
	text := w.plain()
	if w.chance(95) {
		text = strings.Map(func(c rune) rune {
			if strings.ContainsRune("[]{},", c) {
				return '_'
			}
			return c
		}, text)
	}
	return text
}

// scalar writes a scalar that starts on the current line.
func (w *writer) scalar(indent int, key bool) string {
	r := w.r
	switch n := r.Intn(14); {
	case n < 6 || (w.calm && n == 6):
		return w.plain()
	case n == 6:
		// Plain over several lines.
		out := w.plainWord()
		for k := 1 + r.Intn(3); k > 0; k-- {
			out += pick(r, "\n", "\n", "\n\n", " \n", "\n\n\n") + strings.Repeat(" ", indent+1+r.Intn(4)) + pick(r, "more", "words here", "text", "- dash", "'q'", "\"d\"", "1", "k:v", "é", "?x", "a b", "x-y", pick(r, "x: y", "#hash", "a #b", "[x", "}", "\ttab", "more"))
		}
		return out
	case n < 9:
		return w.double(indent)
	case n < 11:
		return w.single(indent)
	case n == 11:
		return strings.TrimSuffix(w.block(indent), "\n")
	case n == 12 && len(w.anchors) > 0:
		return "*" + pick(r, w.anchors...)
	}
	return w.plain()
}

// plain is a plain scalar of one line, most of them with a meaning in YAML 1.1.
func (w *writer) plain() string {
	r := w.r
	switch r.Intn(8) {
	case 0, 1:
		return number(r)
	case 2:
		return pick(r, "true", "True", "TRUE", "tRue", "yes", "Yes", "YES", "no", "No", "on", "On", "ON", "off", "OFF", "y", "Y", "n", "N", "false", "FALSE", "null", "Null", "NULL", "nUll", "~", "", "none", "None", "undefined", "truee", "yess", "NaN", "nil")
	case 3:
		return pick(r, "2001-12-14", "2001-1-1", "2001-12-14t21:59:43.10-05:00", "2001-12-14 21:59:43.10 -5", "2001-12-15 2:59:43.10", "2001-12-14T21:59:43Z", "12:30:45", "190:20:30", "190:20:30.15", "1:60", "-1:30", "2024-13-01", "2001-12-14 21:59", "0001-01-01", "10000-01-01", "01:02", "23:59:59", "2001-12-14T21:59:43+05:30", "20:30.5")
	case 4:
		if !w.calm || w.chance(20) {
			return pick(r, textPlain...)
		}
	case 5, 6:
		out := []string{}
		for n := 1 + r.Intn(20); n > 0; n-- {
			out = append(out, pick(r, "word", "a", "longer-word", "x.y", "(z)", "it's", "50%", "k=v", "é", "http://h:80/p", "a:b", "a#b", "\"q\"", "*", "&", "@x", "--", "...", "?", "1"))
		}
		return strings.TrimLeft(strings.Join(out, " "), "\"#*&!@?")
	}
	return pick(r, "foo", "bar", "baz qux", "nginx:1.25", "10Gi", "500m", "/path/to", "a-b", "some text")
}

var textPlain = []string{"a: b", "a:", "- a", "-a", "--- a", "...", "a #c", "a#c", "#c", "[a]", "[a", "{a}", "a, b", "&a", "&a b", "*a", "*nope", "!t x", "!!str 1", "|", ">", "%a", "@a", "`a`", "'a'", "\"a\"", "a'b", "?a", "? a", ":a", ": a", "=", "<<", "a\\nb", "é", "世界", "😀", "a\u00a0b", "\u2028", "\u0085", "\ufeffx", "\x7f", "\x01", "a\tb", "\ta", "a  b", "{{ .Values.x }}", "${x}", "<a>&</a>", "C:\\dir", "a/b", "@", "a@b", "=x", "~a", "~/x", "-", "--", "-1-", ".", "..", ".5.", "1,2", "1.2.3", "1 2", "0x", "x0", "1e", "e1", "_1", "1__0", "+", "+-1", "0 1", "1.e+", "inf", "nan", ".Inf.", "‮rtl", "e\u0301", "a\u200bb", "\ue000", "\ufffd", "a & b", "a * b", "a|b", "a>b", "x]y", "x}y", "x,y", "a ? b : c", "key=value", "\\", "/", "*.example.com", "@scope/pkg", "!important", "%d", ">=1.0", "<2", "|x", "a ", "#"}

// number is one of the forms of YAML 1.1, or nearly.
func number(r *rand.Rand) string {
	switch r.Intn(6) {
	case 0:
		return pick(r, "", "-", "+") + fmt.Sprint(r.Int63n(pick(r, int64(10), 1000, 1<<31, 1<<53, 1<<62)))
	case 1:
		return pick(r, "", "-", "+") + pick(r, "0x1F", "0xff_ff", "0XFF", "0x", "0xG", "017", "08", "0o17", "0o8", "0O7", "0b101", "0b2", "0B1", "0b", "00", "0", "0_1", "1_000", "1_", "_1", "1__0", "0.1_0", "0x_1", "0b_1", "007", "0777", "0x7fffffffffffffff", "0xffffffffffffffff", "0x10000000000000000", "01777777777777777777777")
	case 2:
		return pick(r, "", "-", "+") + pick(r, "1.5", "1.", ".5", "1e3", "1E3", "1e+3", "1e-3", "1.5e10", "1e400", "1e-400", "1.0", "100.0", "1e21", "1e20", "123456789.123456789", "0.1", "1_0.5", ".5e1", "1.5.2", "0.0", "-0.0", "1e", "1.e3", ".e3", "6.02e23", "1e6", "1000000.0", "1e07", "0e0", "00.5", "1.7976931348623157e308", "5e-324", "0x1p4", "1e1_0")
	case 3:
		return pick(r, ".inf", "-.inf", "+.inf", ".Inf", ".INF", "-.INF", ".iNF", ".nan", ".NaN", ".NAN", ".Nan", "inf", "-inf", "nan", "+.nan")
	case 4:
		return pick(r, "9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809", "18446744073709551615", "18446744073709551616", "9007199254740993", "1234567890123456789012", "999999999999999999999", "100000000000000000000", "1000000000000000000000", "4294967296", "123456789012345678", "1000000", "10000000", "12345678")
	}
	return fmt.Sprint(r.Intn(70000))
}

// double is a double-quoted scalar.
func (w *writer) double(indent int) string {
	r := w.r
	out := ""
	for n := r.Intn(6); n > 0; n-- {
		switch k := r.Intn(12); {
		case k < 5:
			out += pick(r, "word", "two words", "x: y", "# no", "- d", "é", "世", "😀", "'", "a,b", "{}", "&", "  ", "1", "true", "~", "%", "\t", "{{ x }}", "long long text with words ")
		case k < 9:
			out += pick(r, "\\n", "\\t", "\\\"", "\\\\", "\\/", "\\0", "\\a", "\\b", "\\e", "\\f", "\\v", "\\r", "\\ ", "\\_", "\\N", "\\L", "\\P", "\\x41", "\\xe9", "\\u00e9", "\\u4e16", "\\U0001F600", "\\n\\n", "\\n ", " \\n", "\\\t", "\\u2028", "\\ufeff", "\\x00", "\\x7f", "\\x85", "\\xa0")
		case k == 9:
			out += pick(r, "\n", " \n", "\n\n", "\\\n", "\n\n\n", " \\\n", "\\n\\\n", "\t\n") + strings.Repeat(" ", max(indent+1+r.Intn(3)-r.Intn(8)/7, 0)) + pick(r, "next", "\\ next", "", "\tx", "- x", "#x", "k: v")
		case k == 10 && w.chance(8):
			out += pick(r, "\\q", "\\x4", "\\u12", "\\U00110000", "\\ud800", "\x01", "\\'", "\"", "\\ud83d\\ude00", "\n---\n", "\n...\n", "\x7f", "\u0085")
		default:
			out += pick(r, "a", "b", " ", "text")
		}
	}
	return `"` + out + `"`
}

// single is a single-quoted scalar.
func (w *writer) single(indent int) string {
	r := w.r
	out := ""
	for n := r.Intn(5); n > 0; n-- {
		switch k := r.Intn(10); {
		case k < 7:
			out += pick(r, "word", "two words", "x: y", "# no", "- d", "é", "''", "''", "\"", "\\n", "\\", "a,b", "{}", "  ", "1", "\t", "null", "0x1F", "text with many words that go on ", "\u2028", "\u0085")
		case k == 7:
			out += pick(r, "\n", " \n", "\n\n", "\n\n\n", "\t\n") + strings.Repeat(" ", max(indent+1+r.Intn(3)-r.Intn(8)/7, 0)) + pick(r, "next", "", "''", "\tx", "- x", "#x", "k: v")
		case k == 8 && w.chance(15):
			out += pick(r, "'", "\x01", "\n---\n", "\n...\n")
		default:
			out += pick(r, "a", "b", " ")
		}
	}
	return "'" + out + "'"
}

// block is a literal or folded scalar under a parent of an indentation, with its header and last newline.
func (w *writer) block(indent int) string {
	r := w.r
	step := pick(r, 2, 2, 2, 1, 4, 3)
	if r.Intn(30) == 0 {
		step = 0
	}
	header := pick(r, "|", "|", ">") + pick(r, "", "", "-", "+")
	if w.chance(15) {
		digit := step
		if w.chance(20) {
			digit = r.Intn(10)
		}
		header += fmt.Sprint(digit)
		if w.chance(30) {
			header = header[:1] + fmt.Sprint(digit) + pick(r, "-", "+", "")
		}
	}
	out := header + pick(r, "\n", "\n", "\n", "\n", "\n", "\n", "\n", "\n", "\n", "\n", "\n", " # c\n", "  \n", "\n\n", "\n\n")
	if w.chance(1) {
		out = header + pick(r, "x\n", "\t\n", "#\n")
	}
	pad := strings.Repeat(" ", indent+step)
	for n := r.Intn(6); n > 0; n-- {
		switch r.Intn(12) {
		case 0:
			out += "\n"
		case 1:
			out += pick(r, " ", pad, pad+" ", pad+"  ", "\t", pad+"\t") + "\n"
		case 2:
			out += pad + pick(r, "  ", " ", "\t", "    ") + pick(r, "more indented", "- x", "k: v", "#c") + "\n"
		case 3:
			out += pad + strings.Repeat(pick(r, "word ", "long-token ", "é ", "x"), 5+r.Intn(30)) + "\n"
		default:
			out += pad + pick(r, "line", "two words", "key: value", "# not a comment", "- item", "trailing ", "\"quoted\"", "é世", "---", "...", "{{ x }}", "#!/bin/sh", "a\tb", "tab\t", "%x", "it's", "\\n", "😀", "[", "1") + "\n"
		}
	}
	if w.chance(5) {
		out += strings.Repeat(" ", r.Intn(indent+step+1)) + pick(r, "# less indented comment\n", "less\n", "\n", "k: v\n")
	}
	return out
}

// soup is tokens in any order.
func soup(r *rand.Rand) string {
	out := ""
	for n := 1 + r.Intn(14); n > 0; n-- {
		out += pick(r, "a", "b", ": ", ":", "- ", "-", "\n", "\n", "\n  ", "\n ", "[", "]", "{", "}", ",", ", ", "? ", "&x ", "*x", "!!str ", "!t ", "|", ">", "'", "\"", "#", " # c", "---", "...", "%", "@", "`", "\t", " ", "  ", "1", "true", "~", "<<", "\\", "é", "\r", "\u0085", "\ufeff", "=", "key: v", "- i\n", "\x00", "\u2028")
	}
	return out
}

// mutate breaks a text in one place.
func mutate(r *rand.Rand, s string) string {
	b := []byte(s)
	if len(b) == 0 {
		return "x"
	}
	at := r.Intn(len(b))
	special := func() string {
		return pick(r, ":", " ", "\n", "-", "\t", "'", "\"", "[", "]", "{", "}", ",", "#", "&", "*", "!", "|", ">", "%", "@", "?", "\\", "  ", ": ", "- ", "\n\n", "\n  ", "\r", "~", "0", "a", "é", "\x00", "\x01", "\u0085", "\ufeff", "---\n", "...\n", "<<: ", "'", "\"")
	}
	lines := strings.SplitAfter(s, "\n")
	line := r.Intn(len(lines))
	join := func() string { return strings.Join(lines, "") }
	var out string
	switch r.Intn(14) {
	case 0, 1:
		out = string(append(append([]byte{}, b[:at]...), b[at+1:]...))
	case 2, 3, 4:
		out = string(b[:at]) + special() + string(b[at:])
	case 5:
		out = string(b[:at]) + special() + string(b[at+1:])
	case 6:
		lines[line] = " " + lines[line]
		out = join()
	case 7:
		lines[line] = strings.TrimPrefix(lines[line], " ")
		out = join()
	case 8:
		lines = append(lines[:line], lines[line+1:]...)
		out = join()
	case 9:
		other := r.Intn(len(lines))
		lines[line], lines[other] = lines[other], lines[line]
		out = join()
	case 10:
		lines[line] += lines[r.Intn(len(lines))]
		out = join()
	case 11:
		out = s[:at]
	case 12:
		lines[line] = pick(r, "\t", "  ", "- ", "? ", ": ", "# ", "'", "&a ", "!!str ", "\t\t", "    ") + lines[line]
		out = join()
	case 13:
		to := min(len(b), at+r.Intn(8))
		out = string(b[:at]) + string(bytes.ToUpper(b[at:to])) + string(b[at:])
	}
	if !utf8.ValidString(out) && r.Intn(4) > 0 {
		return strings.ToValidUTF8(out, "?")
	}
	return out
}
