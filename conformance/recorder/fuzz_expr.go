package main

import (
	"encoding/json"
	"fmt"
	"math/rand"
	"strconv"
	"strings"
)

// Random template programs. An expression is made for the kind of value that is wanted: a literal, something of
// the chart's values, a variable, or a call of a function that returns it. What functions take and return stands
// in fuzz_functions.go.
//
// A kind is one letter:
//
//	s text        w word         k key of a dict   h path        u URL           v version       C constraint
//	r regex       p replacement  e base64          E base32      j JSON          g YAML          x TOML
//	y time layout z zone         D date text       d duration    L separator     V printf verb
//	o int         i any integer  c small count     f float       n any number    b bool
//	l list        S list of texts  N list of numbers  M list of dicts  m dict    a anything
//	P parts of a text (a dict of texts)
//	t time        q semver object  R RFC of type names  K kind names  B bytes   X URL parts   A AES text

// variable is what an expression may name at one place.
type variable struct {
	name string
	kind byte
}

// program writes one template.
type program struct {
	r *rand.Rand
	// out is the text so far.
	out strings.Builder
	// scope lists variables and values; blocks cut it back at their end.
	scope []variable
	// root is how `.Values` is reached: `.` at the top, `$.` where the dot is something else.
	root string
	// fresh counts the variables.
	fresh int
	// pure is positive where no value of the chart may be named, so that no dict comes to contain itself.
	pure int
	// noTime is positive where an ill-typed value would be read as the present time.
	noTime int
	// defines go before the rest.
	defines []string
	// loops tells how many ranges are open.
	loops int
	// plain is set where the dot is not the root.
	plain bool
	// budget bounds how many calls a template has.
	budget int
}

// randomExpression is a random template with the values it names.
func randomExpression(r *rand.Rand) Case {
	values, names := randomValues(r)
	p := &program{r: r, root: ".", budget: 4 + r.Intn(24)}
	set, more := randomSet(r)
	names = append(names, more...)
	for _, v := range names {
		p.scope = append(p.scope, variable{"$ROOT.Values." + v.name, v.kind})
	}
	for n := 1 + r.Intn(4); n > 0; n-- {
		p.statement(3)
		if r.Intn(3) > 0 {
			p.out.WriteString(pick(r, "\n", "\n", "\n", " ", "\n  ", ""))
		}
	}
	template := strings.Join(p.defines, "") + p.out.String()
	whole := strings.Contains(template, ".Values ") || strings.Contains(template, ".Values)") || strings.Contains(template, ".Values}")
	for name := range values {
		if !whole && !strings.Contains(template, ".Values."+name) && !strings.Contains(template, `"`+name+`"`) {
			delete(values, name)
		}
	}
	c := Case{Kind: "template", Template: text(template)}
	for _, expression := range set {
		if name, _, _ := strings.Cut(expression, "="); whole || strings.Contains(template, ".Values."+name) {
			c.Set = append(c.Set, expression)
		}
	}
	if len(values) > 0 {
		c.Values = json.RawMessage(plainJSON(values))
	}
	if strings.Contains(template, ".Files") {
		c.Files = map[string]string{"conf/a.txt": "one\ntwo: 2\n\nthree", "conf/b.json": `{"a": [1, 2], "b": {"c": null}}`, "data.bin": "\u0000\u0001é\n"}
	}
	return c
}

func pick[T any](r *rand.Rand, options ...T) T { return options[r.Intn(len(options))] }

func (p *program) chance(percent int) bool { return p.r.Intn(100) < percent }

// randomValues makes chart values of every shape, with the kinds of their names.
func randomValues(r *rand.Rand) (map[string]any, []variable) {
	values := map[string]any{}
	names := []variable{}
	add := func(name string, kind byte, value any) {
		values[name] = value
		names = append(names, variable{name, kind})
	}
	add("s1", 's', randomText(r))
	add("s2", 's', randomText(r))
	add("word", 'w', randomWord(r))
	add("f1", 'f', randomFloat(r))
	add("n1", 'f', float64(r.Intn(20)-4))
	add("on", 'b', r.Intn(2) == 0)
	add("none", 'a', nil)
	add("l1", 'l', randomList(r, 2))
	add("strs", 'S', randomStrings(r))
	add("nums", 'N', randomNumbers(r))
	add("m1", 'm', randomMap(r, 2))
	add("m2", 'm', randomMap(r, 3))
	add("maps", 'M', []any{randomMap(r, 1), randomMap(r, 1), map[string]any{"a": randomText(r)}}[:r.Intn(4)])
	add("any1", 'a', randomJSON(r, 2))
	add("num", 's', fmt.Sprint(r.Intn(1000)-300))
	deep := map[string]any{"a": randomText(r), "b": map[string]any{"c": randomJSON(r, 1), "d": []any{randomText(r), randomFloat(r)}}}
	add("deep", 'm', deep)
	names = append(names, variable{"deep.a", 's'}, variable{"deep.b", 'm'}, variable{"deep.b.c", 'a'}, variable{"deep.b.d", 'l'}, variable{"deep.nope", 'a'})
	return values, names
}

// randomSet makes values as `--set` does, which reads integers as int64.
func randomSet(r *rand.Rand) ([]string, []variable) {
	if r.Intn(3) > 0 {
		return nil, nil
	}
	set := []string{
		"i1=" + pick(r, "5", "-3", "0", "9223372036854775807", "-9223372036854775808", "1700000000", fmt.Sprint(r.Intn(100))),
		"i2=" + fmt.Sprint(r.Intn(30)-5),
		"yes=" + pick(r, "true", "false"),
		"t1=" + pick(r, "abc", "é", "1e3", "012", "0x1F", "a\\,b", "", "a b", "1.5", "99999999999999999999", "~"),
		"void=null",
		"ints={1,2,-7}",
		"mix={a,2,true,null,}",
		"tree.a=1,tree.b={x,y}",
	}
	return set, []variable{{"i1", 'i'}, {"i2", 'i'}, {"yes", 'b'}, {"t1", 'a'}, {"void", 'a'}, {"ints", 'N'}, {"mix", 'l'}, {"tree", 'm'}}
}

var textParts = []string{"foo", "bar", "Hello World", "héllo", "世界", "😀", "a-b_c.d", "CamelCaseText", "UPPER", "  pad  ", "x: y", "# not", "- item", "a\nb", "\ttab", "\"quoted\"", "it's", "<a href=\"x\">&", "{{x}}", "1.5", "42", "-7", "0x1F", "007", "1e3", "true", "null", "~", "yes", "1_000", "12:30", "2024-02-29", "2020-01-01T00:00:00Z", "a,b,c", "k=v", "$HOME", "100%", "%d", "back\\slash", "/usr/local/bin", "v1.2.3", "1.2.3-rc.1+b", "example.com:80", "user@host", "the quick brown fox jumps over the lazy dog", "Ünïcödé Straße", "İi", "ǅ", "\u00a0", "\u2028", "e\u0301", "zero\u200bwidth", "tail\n", "\n", " ", "a  b   c", "aaa", "abcabc", "mixedCase_snake-kebab Title", "HTTPServer2Go", "ﬃ", "\r\n", "a\tb", "&amp;", "=", ":", "[a]", "{b}", "*x", "!t", "|", ">", "@", "`"}

func randomText(r *rand.Rand) string {
	switch r.Intn(12) {
	case 0:
		return ""
	case 1:
		return randomWord(r)
	case 2, 3:
		out := ""
		for n := 1 + r.Intn(4); n > 0; n-- {
			out += pick(r, textParts...) + pick(r, "", " ", "-", "\n", ", ", ".", "/")
		}
		return out
	case 4:
		runes := []rune{}
		for n := r.Intn(9); n > 0; n-- {
			runes = append(runes, pick(r, 'a', 'Z', '0', ' ', '_', '-', '.', '\n', 'é', '世', '"', '\'', '\\', '$', '%', '\u0301', '😀', '\t', 0x1f, '#', ':'))
		}
		return string(runes)
	case 5:
		return strings.Repeat(randomWord(r)+pick(r, " ", " ", "-"), 1+r.Intn(30))
	}
	return pick(r, textParts...)
}

func randomWord(r *rand.Rand) string {
	return pick(r, "app", "web", "name", "my-release", "nginx", "fooBar", "foo_bar", "Data", "a", "b", "key1", "x9", "ümlaut", "kube-system", "TestCase", "ID", "bus", "city")
}

func randomFloat(r *rand.Rand) float64 {
	return pick(r, 0, 1, -1, 2.5, -0.5, 1e6, 1e20, 1e21, 1e-7, 123456789, 0.1, 3.14159, 2147483648, 9007199254740992, -3, 1.005, 99.995, 1e100, 15, 7.0, 8080, 1234567.891, float64(r.Intn(1000))/8, float64(r.Int63n(1e12)), r.NormFloat64()*100)
}

func randomKey(r *rand.Rand) string {
	return pick(r, "a", "b", "c", "d", "name", "key", "x", "port", "on", "1", "a.b", "with space", "Ünï", "z-z", "labels", "n", "~", "true", "12:30", "#c", "")
}

func randomJSON(r *rand.Rand, depth int) any {
	switch n := r.Intn(12); {
	case n < 4:
		return randomText(r)
	case n < 6:
		return randomFloat(r)
	case n == 6:
		return r.Intn(2) == 0
	case n == 7:
		return nil
	case depth > 0 && n < 10:
		return randomMap(r, depth-1)
	case depth > 0:
		return randomList(r, depth-1)
	}
	return float64(r.Intn(100))
}

func randomMap(r *rand.Rand, depth int) map[string]any {
	out := map[string]any{}
	for n := r.Intn(5); n > 0; n-- {
		out[randomKey(r)] = randomJSON(r, depth)
	}
	return out
}

func randomList(r *rand.Rand, depth int) []any {
	out := []any{}
	for n := r.Intn(5); n > 0; n-- {
		out = append(out, randomJSON(r, depth))
	}
	return out
}

func randomStrings(r *rand.Rand) []any {
	out := []any{}
	for n := r.Intn(6); n > 0; n-- {
		if r.Intn(3) == 0 {
			out = append(out, randomText(r))
		} else {
			out = append(out, randomWord(r))
		}
	}
	return out
}

func randomNumbers(r *rand.Rand) []any {
	out := []any{}
	for n := r.Intn(6); n > 0; n-- {
		out = append(out, randomFloat(r))
	}
	return out
}

// quoted writes a text as a template literal of either form.
func (p *program) quoted(s string) string {
	if p.chance(15) && !strings.ContainsAny(s, "`\r") {
		return "`" + s + "`"
	}
	return strconv.Quote(s)
}

// statement writes one piece of template.
func (p *program) statement(depth int) {
	kinds := 12
	if depth <= 0 || p.budget <= 0 {
		kinds = 4
	}
	mark := len(p.scope)
	switch p.r.Intn(kinds) {
	case 0:
		p.out.WriteString(pick(p.r, "text ", "a: ", "- ", "\n", "  ", "{{/* note */}}", "{{- /* note */ -}}", "x }} y", "é", "{ { ", "key: |\n  ", "<no value>"))
		p.action(p.pipeline('a', depth))
	case 1, 2, 3:
		p.action(p.pipeline(p.anyKind(), depth+1))
	case 4:
		p.declare(depth)
		p.statement(depth - 1)
		return
	case 5:
		p.condition(depth)
	case 6, 7:
		p.loop(depth)
	case 8:
		p.with(depth)
	case 9:
		p.call(depth)
	case 10:
		p.mutate(depth)
	case 11:
		p.assign(depth)
	}
	p.scope = p.scope[:mark]
}

// action writes `{{ … }}` with one of the trim forms.
func (p *program) action(text string) {
	left, right := pick(p.r, "{{ ", "{{ ", "{{ ", "{{", "{{- ", "{{-\n"), pick(p.r, " }}", " }}", " }}", "}}", " -}}", "\n-}}")
	if left == "{{" && strings.HasPrefix(text, "-") {
		left = "{{ "
	}
	p.out.WriteString(left + text + right)
}

func (p *program) variable() string {
	p.fresh++
	return "$" + pick(p.r, "v", "x", "item", "Übung", "_a") + strconv.Itoa(p.fresh)
}

func (p *program) declare(depth int) {
	kind := p.anyKind()
	name := p.variable()
	p.action(name + " := " + p.pipeline(kind, depth))
	p.scope = append(p.scope, variable{name, kind})
}

// assign changes a variable in an inner block and prints it outside.
func (p *program) assign(depth int) {
	kind := p.anyKind()
	name := p.variable()
	p.action(name + " := " + p.pipeline(kind, depth-1))
	p.scope = append(p.scope, variable{name, kind})
	root := p.root
	switch p.r.Intn(3) {
	case 0:
		p.action("if " + p.pipeline('b', depth-1))
	case 1:
		p.action("range " + p.simple('S'))
	case 2:
		p.action("range 2")
	}
	// The dot may be an item now, so nothing may stand for it.
	p.root = "$."
	mark := len(p.scope)
	for i := range p.scope {
		if p.scope[i].name == "." {
			mark = -1
		}
	}
	if mark < 0 || kind == 's' || kind == 'i' {
		grow := map[byte]string{'s': " = print " + name + " \"+\"", 'i': " = add " + name + " 3"}[kind]
		if grow == "" {
			grow = " = list " + name
		}
		p.action(name + grow)
	} else {
		p.pure++
		p.action(name + " = " + p.pipeline(kind, depth-1))
		p.pure--
	}
	p.root = root
	p.action("end")
	p.action(name)
}

func (p *program) condition(depth int) {
	if p.chance(20) {
		name := p.variable()
		kind := p.anyKind()
		p.action("if " + name + " := " + p.pipeline(kind, depth-1))
		mark := len(p.scope)
		p.scope = append(p.scope, variable{name, kind})
		p.statement(depth - 1)
		p.scope = p.scope[:mark]
	} else {
		p.action("if " + p.pipeline(pick(p.r, byte('b'), 'b', 'a'), depth))
		p.body(depth)
	}
	for p.chance(25) {
		p.action("else if " + p.pipeline('b', depth-1))
		p.body(depth)
	}
	if p.chance(60) {
		p.action("else")
		p.body(depth)
	}
	p.action("end")
}

func (p *program) body(depth int) {
	mark := len(p.scope)
	if p.chance(20) {
		p.out.WriteString("\n  ")
	}
	p.statement(depth - 1)
	p.scope = p.scope[:mark]
}

// inside writes a body where the dot is a value of a kind.
func (p *program) inside(kind byte, depth int, also ...variable) {
	mark, root := len(p.scope), p.root
	p.root = "$."
	saved := append([]variable{}, p.scope...)
	// An outer dot is not this one.
	for i := range p.scope {
		if p.scope[i].name == "." {
			p.scope[i].kind = '-'
		}
	}
	p.scope = append(p.scope, variable{".", kind})
	p.scope = append(p.scope, also...)
	if p.loops > 0 && p.chance(12) {
		p.action("if " + p.pipeline('b', 1))
		p.action(pick(p.r, "break", "continue"))
		p.action("end")
	}
	p.statement(depth - 1)
	if p.chance(30) {
		p.out.WriteString(pick(p.r, ", ", "\n", ";"))
	}
	p.scope, p.root = append(saved[:0:0], saved[:mark]...), root
}

func (p *program) loop(depth int) {
	subject := pick(p.r, byte('l'), 'S', 'N', 'm', 'm', 'M', 'c')
	item := map[byte]byte{'l': 'a', 'S': 's', 'N': 'n', 'm': 'a', 'M': 'm', 'c': 'i'}[subject]
	head := p.pipeline(subject, depth-1)
	p.loops++
	defer func() { p.loops-- }()
	switch p.r.Intn(3) {
	case 0:
		p.action("range " + head)
		p.inside(item, depth)
	case 1:
		value := p.variable()
		p.action("range " + value + " := " + head)
		p.inside(item, depth, variable{value, item})
	case 2:
		if subject == 'c' && !p.chance(10) {
			subject, item = 'S', 's'
			head = p.pipeline('S', depth-1)
		}
		index, value := p.variable(), p.variable()
		indexKind := byte('i')
		if subject == 'm' {
			indexKind = 'k'
		}
		p.action("range " + index + ", " + value + " := " + head)
		p.inside(item, depth, variable{index, indexKind}, variable{value, item})
	}
	if p.chance(30) {
		p.action("else")
		p.loops--
		p.body(depth)
		p.loops++
	}
	p.action("end")
}

func (p *program) with(depth int) {
	kind := p.anyKind()
	head := p.pipeline(kind, depth-1)
	also := []variable{}
	if p.chance(40) {
		name := p.variable()
		head = name + " := " + head
		also = append(also, variable{name, kind})
	}
	p.action("with " + head)
	p.inside(kind, depth, also...)
	if p.chance(50) {
		if p.chance(25) {
			p.action("else with " + p.pipeline('a', depth-1))
			p.inside('a', depth)
		}
		p.action("else")
		p.body(depth)
	}
	p.action("end")
}

// call writes a definition and uses it, or evaluates a text with tpl.
func (p *program) call(depth int) {
	p.fresh++
	name := "c." + pick(p.r, "name", "labels", "x") + strconv.Itoa(p.fresh)
	kind := p.anyKind()
	whole := p.chance(40) && !p.plain
	inner := &program{r: p.r, root: ".", plain: !whole, fresh: p.fresh + 100, budget: min(p.budget, 6)}
	if whole {
		for _, v := range p.scope {
			if strings.HasPrefix(v.name, "$ROOT.") {
				inner.scope = append(inner.scope, v)
			}
		}
	} else {
		inner.pure = 1
		inner.scope = []variable{{".", kind}}
	}
	inner.statement(depth - 1)
	argument := strings.TrimSuffix(p.root, ".")
	if argument == "" {
		argument = "."
	}
	if !whole {
		argument = p.operand(kind, depth-1)
	}
	if p.chance(25) {
		if body := inner.out.String(); len(inner.defines) == 0 {
			p.action("tpl " + p.quoted(body) + " " + argument + pick(p.r, "", " | quote", " | nindent 2", " | trim", " | toYaml"))
			return
		}
	}
	p.defines = append(p.defines, inner.defines...)
	if p.chance(10) {
		p.action("block " + strconv.Quote(name) + " " + argument)
		p.out.WriteString(inner.out.String())
		p.action("end")
		return
	}
	p.defines = append(p.defines, pick(p.r, "{{ define \"", "{{- define \"")+name+pick(p.r, "\" }}", "\" -}}")+inner.out.String()+pick(p.r, "{{ end }}", "{{- end -}}\n", "{{- end }}\n"))
	switch p.r.Intn(5) {
	case 0:
		p.action("template " + strconv.Quote(name) + " " + argument)
	default:
		p.action("include " + strconv.Quote(name) + " " + argument + pick(p.r, "", "", " | quote", " | nindent 4", " | indent 2", " | trim", " | fromYaml", " | trimSuffix \"\\n\" | b64enc", " | toJson", " | splitList \"\\n\"", " | sha256sum", " | int"))
	}
}

// mutate changes a dict in place and shows it.
func (p *program) mutate(depth int) {
	dict := p.simple('m')
	key := p.operand('k', 0)
	p.pure++
	value := p.operand('a', depth-1)
	p.pure--
	if value == "nil" {
		value = "1"
	}
	switch p.r.Intn(6) {
	case 0, 1:
		p.action(pick(p.r, "$_ := ", "") + "set " + dict + " " + key + " " + value)
	case 2:
		p.action("$_ := unset " + dict + " " + key)
	case 3:
		p.pure++
		p.action(pick(p.r, "$_ := mergeOverwrite ", "$_ := merge ", "$_ := mustMerge ") + dict + " " + p.operand('m', depth-1) + " " + p.operand('m', depth-1))
		p.pure--
	case 4:
		p.pure++
		target := p.operand('m', depth-1)
		p.pure--
		source := p.operand('m', depth-1)
		p.pure++
		p.action(pick(p.r, "merge ", "mergeOverwrite ", "mustMergeOverwrite ") + target + " " + source + " " + p.operand('m', 1) + pick(p.r, " | toYaml", " | toJson", ""))
		p.pure--
	case 5:
		// The dot is the dict in there, so the value is taken before.
		p.action("$w := " + value)
		p.action("with $d := deepCopy " + dict)
		p.action("$_ := set $d " + key + " $w")
		p.action("$d | " + pick(p.r, "toYaml", "toJson", "toYamlPretty", "toToml", "toPrettyJson"))
		p.action("end")
	}
	p.action(dict + pick(p.r, "", " | toYaml", " | toJson", " | toYamlPretty", " | toYaml | nindent 2", " | len"))
}

func (p *program) anyKind() byte {
	return pick(p.r, 's', 's', 's', 's', 'i', 'n', 'f', 'b', 'l', 'S', 'N', 'm', 'm', 'a', 'q', 't', byte('M'))
}

// pipeline is an expression that need not stand in parentheses.
func (p *program) pipeline(kind byte, depth int) string {
	text := p.expression(kind, depth)
	if text == "nil" && p.chance(95) {
		text = "list nil"
	}
	if p.chance(10) {
		text += pick(p.r, " | quote", " | squote", " | toYaml", " | toJson", " | toString", " | printf \"%v\"", " | typeOf", " | printf \"%T %#v\"", " | kindOf", " | default \"none\"", " | toYaml | indent 4", " | toYaml | nindent 2", " | print", " | toRawJson", " | toPrettyJson", " | toYamlPretty", " | html", " | js", " | urlquery", " | upper", " | empty", " | not")
	}
	return text
}

// operand is an expression in parentheses where it has to be.
func (p *program) operand(kind byte, depth int) string {
	text := p.expression(kind, depth)
	if strings.ContainsAny(text, " \n|") && !isLiteral(text) {
		return "(" + text + ")"
	}
	return text
}

func isLiteral(text string) bool {
	if _, err := strconv.Unquote(text); err == nil {
		return true
	}
	return false
}

// simple is a name or literal of a kind.
func (p *program) simple(kind byte) string {
	if name, ok := p.named(kind); ok {
		return name
	}
	return p.operand(kind, 0)
}

// fits tells whether a value of kind have serves where want is wanted.
func fits(want, have byte) bool {
	if want == have {
		return true
	}
	switch want {
	case 'a':
		return have != '-'
	case 's':
		return have == 'w' || have == 'k'
	case 'l':
		return strings.IndexByte("SNM", have) >= 0
	case 'i':
		return have == 'o'
	case 'n':
		return have == 'i' || have == 'o' || have == 'f'
	}
	return false
}

// named picks something in scope.
func (p *program) named(kind byte) (string, bool) {
	candidates := []string{}
	for _, v := range p.scope {
		if v.kind == '-' || !fits(kind, v.kind) {
			continue
		}
		if p.pure > 0 && (strings.IndexByte("lSNMma", v.kind) >= 0) {
			continue
		}
		candidates = append(candidates, v.name)
	}
	if len(candidates) == 0 {
		return "", false
	}
	return strings.Replace(pick(p.r, candidates...), "$ROOT.", p.root, 1), true
}

// expression makes a value of a kind.
func (p *program) expression(kind byte, depth int) string {
	if p.noTime == 0 && p.r.Intn(300) == 0 {
		// What does not fit, so that the messages are compared too. A count stays small.
		if kind == 'c' {
			kind = pick(p.r, 's', 'b', 'l', byte('m'))
		} else {
			kind = pick(p.r, 's', 'i', 'f', 'b', 'l', byte('m'))
		}
		p.pure++
		defer func() { p.pure-- }()
	}
	if depth > 0 && p.budget > 0 && p.chance(75) {
		if text, ok := p.functionCall(kind, depth); ok {
			return text
		}
	}
	if p.chance(60) {
		if name, ok := p.named(kind); ok {
			return name
		}
	}
	return p.literal(kind, depth)
}
