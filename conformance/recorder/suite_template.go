package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"strings"

	"github.com/Masterminds/sprig/v3"
)

// suiteTemplate asks Helm's engine: every function it has, every object a template sees, and how values
// get there.
func suiteTemplate() {
	templateCalls()
	templateStrings()
	templateNumbers()
	templateLists()
	templateDicts()
	templateDefaults()
	templateDocuments()
	templateTimes()
	templateCrypto()
	templateEngine()
	templateObjects()
	templateValues()
	templateSubcharts()
	templateAliases()
	templateErrors()
	templateReleases()
}

// shelf holds what most template cases read as .Values; a case carries only what it names.
const shelf = `{"s":"hello world","e":"","uni":"héllo, 世界 😀","n":7,"neg":-3,"f":2.5,"big":12345678901,"mil":1000000,"huge":1e21,"tiny":1e-7,"z":0,"t":true,"no":false,"nil":null,
"l":[1,"two",true,null,[3],{"k":"v"}],"strs":["b","a","c","a"],"nums":[3,1,2.5,3],"el":[],"m":{"a":1,"b":{"c":"deep","d":null},"k-v":"dash"},"em":{},"ml":"line1\nline2\n\nline4\n",
"num":"42","oct":"010","hex":"0x1f","flt":"3.7","ver":"1.2.3-beta.1+build.5","b64":"aGVsbG8gd8O2cmxk","tree":{"list":[{"name":"x","v":[1,2]},{"name":"y","v":[]}],"on":true,"port":8080},"nulls":[null,null,1],"mixed":["b",2,true,null,"a",1.5],"maps":[{"a":1,"b":2},{"a":3},{"c":4}]}`

var valueNames = regexp.MustCompile(`\.Values\.(\w+)`)

// from keeps of the shelf what the texts name.
func from(values string, texts ...string) json.RawMessage {
	if values != shelf {
		return json.RawMessage(values)
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal([]byte(values), &all); err != nil {
		panic(err)
	}
	kept := map[string]json.RawMessage{}
	for _, text := range texts {
		for _, match := range valueNames.FindAllStringSubmatch(text, -1) {
			if value, ok := all[match[1]]; ok {
				kept[match[1]] = value
			}
		}
	}
	if len(kept) == 0 {
		return nil
	}
	return plainJSON(kept)
}

// renders adds whole templates.
func renders(t *topic, values string, templates ...string) {
	for _, template := range templates {
		c := Case{Kind: "template", Template: text(template), Values: from(values, template)}
		t.add(c)
	}
}

// exprs adds templates of one action each.
func exprs(t *topic, expressions ...string) {
	for _, expression := range expressions {
		renders(t, shelf, "{{ "+expression+" }}")
	}
}

// each fills a pattern with every one of some operands.
func each(t *topic, pattern string, operands ...string) {
	for _, operand := range operands {
		exprs(t, strings.ReplaceAll(pattern, "%", operand))
	}
}

// charts adds cases of several files; `t` is the template that is looked at.
func charts(t *topic, values, template string, files map[string]string, set ...string) {
	c := Case{Kind: "template", Template: text(template), Files: files, Set: set}
	if values != "" {
		c.Values = json.RawMessage(values)
	}
	t.add(c)
}

// operands is one value of each kind that reaches a function.
var operands = []string{
	".Values.nope", "nil", `""`, ".Values.s", ".Values.uni", "7", ".Values.n", ".Values.f", ".Values.neg", "0", "true", ".Values.no",
	".Values.l", ".Values.el", ".Values.m", ".Values.em", ".Values.num", `(list "x" "y")`, `(dict "k" "v")`, ".Values.nil", ".Values.mil",
}

// fewOperands are enough where Go's own checks of types answer.
var fewOperands = []string{".Values.nope", "nil", `""`, ".Values.uni", "7", ".Values.n", ".Values.neg", "true", ".Values.l", ".Values.m"}

// ownFunctions are Helm's, in the types that its engine declares.
var ownFunctions = map[string]any{
	"toToml": func(any) string { return "" }, "mustToToml": func(any) string { return "" }, "fromToml": func(string) map[string]any { return nil },
	"toYaml": func(any) string { return "" }, "mustToYaml": func(any) string { return "" }, "toYamlPretty": func(any) string { return "" },
	"fromYaml": func(string) map[string]any { return nil }, "fromYamlArray": func(string) []any { return nil },
	"toJson": func(any) string { return "" }, "mustToJson": func(any) string { return "" }, "fromJson": func(string) map[string]any { return nil }, "fromJsonArray": func(string) []any { return nil },
	"mustToDuration": func(any) any { return nil }, "durationSeconds": func(any) any { return nil }, "durationMilliseconds": func(any) any { return nil }, "durationMicroseconds": func(any) any { return nil },
	"durationNanoseconds": func(any) any { return nil }, "durationMinutes": func(any) any { return nil }, "durationHours": func(any) any { return nil }, "durationDays": func(any) any { return nil }, "durationWeeks": func(any) any { return nil },
	"durationRoundTo": func(any, any) any { return nil }, "durationTruncateTo": func(any, any) any { return nil },
	"include": func(string, any) string { return "" }, "tpl": func(string, any) string { return "" }, "required": func(string, any) any { return nil }, "fail": func(string) string { return "" },
	"lookup": func(string, string, string, string) map[string]any { return nil }, "getHostByName": func(string) string { return "" },
	// Go's own, where they are not special forms.
	"html": func(...any) string { return "" }, "js": func(...any) string { return "" }, "urlquery": func(...any) string { return "" }, "print": func(...any) string { return "" }, "println": func(...any) string { return "" },
	"printf": func(string, ...any) string { return "" }, "len": func(any) int { return 0 }, "index": func(any, ...any) any { return nil }, "not": func(any) bool { return false }, "and": func(any, ...any) any { return nil }, "or": func(any, ...any) any { return nil },
	"eq": func(any, ...any) bool { return false }, "ne": func(any, any) bool { return false }, "lt": func(any, any) bool { return false }, "le": func(any, any) bool { return false }, "gt": func(any, any) bool { return false }, "ge": func(any, any) bool { return false },
	"call": func(any, ...any) any { return nil },
}

// engineFunctions is what Helm's templates can call.
func engineFunctions() map[string]reflect.Type {
	functions := map[string]reflect.Type{}
	table := sprig.TxtFuncMap()
	delete(table, "env")
	delete(table, "expandenv")
	maps.Copy(table, ownFunctions)
	for name, function := range table {
		functions[name] = reflect.TypeOf(function)
	}
	return functions
}

// usual arguments of functions for which those of their types would be too dull.
var usual = map[string][]string{
	"abbrev": {"5", ".Values.s"}, "abbrevboth": {"5", "9", ".Values.s"}, "add": {"1", "2"}, "addf": {"1.5", "2"}, "append": {".Values.strs", `"z"`}, "prepend": {".Values.strs", `"z"`}, "push": {".Values.strs", `"z"`},
	"atoi": {".Values.num"}, "b64dec": {".Values.b64"}, "b32dec": {`"NBSWY3DP"`}, "chunk": {"2", ".Values.nums"}, "concat": {".Values.strs", ".Values.nums"}, "date": {`"2006-01-02"`, `(toDate "2006-01-02" "2024-02-29")`},
	"dateInZone": {`"2006-01-02T15:04:05Z07:00"`, `(toDate "2006-01-02" "2024-02-29")`, `"Europe/Berlin"`}, "date_in_zone": {`"2006-01-02T15:04:05Z07:00"`, `(toDate "2006-01-02" "2024-02-29")`, `"Asia/Tokyo"`},
	"dateModify": {`"-1.5h"`, `(toDate "2006-01-02" "2024-02-29")`}, "date_modify": {`"+24h"`, `(toDate "2006-01-02" "2024-02-29")`}, "mustDateModify": {`"1h"`, `(toDate "2006-01-02" "2024-02-29")`}, "must_date_modify": {`"1h"`, `(toDate "2006-01-02" "2024-02-29")`},
	"htmlDate": {`(toDate "2006-01-02" "2024-02-29")`}, "htmlDateInZone": {`(toDate "2006-01-02" "2024-02-29")`, `"UTC"`}, "toDate": {`"2006-01-02"`, `"2024-02-29"`}, "mustToDate": {`"2006-01-02"`, `"2024-02-29"`},
	"duration": {`"95"`}, "durationRound": {`"2h10m5s"`}, "mustToDuration": {`"90m"`}, "durationRoundTo": {`"1h17m"`, `"15m"`}, "durationTruncateTo": {`"1h17m"`, `"15m"`},
	"dict": {`"a"`, "1"}, "dig": {`"b"`, `"c"`, `"default"`, ".Values.m"}, "get": {".Values.m", `"a"`}, "has": {`"a"`, ".Values.strs"}, "mustHas": {`"a"`, ".Values.strs"}, "hasKey": {".Values.m", `"a"`},
	"join": {`","`, ".Values.strs"}, "kindIs": {`"map"`, ".Values.m"}, "typeIs": {`"string"`, ".Values.s"}, "typeIsLike": {`"string"`, ".Values.s"}, "merge": {"(dict)", ".Values.m"}, "mergeOverwrite": {"(dict)", ".Values.m"}, "mustMerge": {"(dict)", ".Values.m"}, "mustMergeOverwrite": {"(dict)", ".Values.m"},
	"omit": {".Values.m", `"a"`}, "pick": {".Values.m", `"a"`}, "pluck": {`"a"`, ".Values.m"}, "plural": {`"one"`, `"many"`, "2"}, "regexFind": {`"[a-z]+"`, ".Values.s"}, "regexMatch": {`"^h"`, ".Values.s"}, "regexFindAll": {`"[a-z]"`, ".Values.s", "3"},
	"regexReplaceAll": {`"(l+)"`, ".Values.s", `"<${1}>"`}, "regexReplaceAllLiteral": {`"(l+)"`, ".Values.s", `"<${1}>"`}, "regexSplit": {`"o"`, ".Values.s", "-1"}, "mustRegexFind": {`"[a-z]+"`, ".Values.s"}, "mustRegexMatch": {`"^h"`, ".Values.s"}, "mustRegexFindAll": {`"[a-z]"`, ".Values.s", "3"},
	"mustRegexReplaceAll": {`"(l+)"`, ".Values.s", `"<${1}>"`}, "mustRegexReplaceAllLiteral": {`"(l+)"`, ".Values.s", `"<${1}>"`}, "mustRegexSplit": {`"o"`, ".Values.s", "-1"},
	"repeat": {"2", ".Values.s"}, "replace": {`"o"`, `"0"`, ".Values.s"}, "round": {"2.345", "1"}, "semver": {`"1.2.3"`}, "semverCompare": {`">=1.0.0"`, `"1.2.3"`}, "seq": {"1", "3"}, "set": {`(dict "x" 1)`, `"k"`, `"v"`}, "slice": {".Values.strs", "1", "3"}, "mustSlice": {".Values.strs", "1", "3"},
	"split": {`","`, `"a,b"`}, "splitList": {`","`, `"a,b"`}, "splitn": {`","`, "2", `"a,b,c"`}, "substr": {"1", "4", ".Values.s"}, "ternary": {`"yes"`, `"no"`, "true"}, "toDecimal": {`"755"`}, "trimAll": {`"hd"`, ".Values.s"}, "trimall": {`"hd"`, ".Values.s"}, "trimPrefix": {`"he"`, ".Values.s"}, "trimSuffix": {`"ld"`, ".Values.s"},
	"trunc": {"5", ".Values.s"}, "unset": {".Values.m", `"a"`}, "until": {"3"}, "untilStep": {"0", "6", "2"}, "urlParse": {`"http://u:p@h:80/p?q=1#f"`}, "urlJoin": {`(urlParse "http://h/p")`}, "without": {".Values.strs", `"a"`}, "mustWithout": {".Values.strs", `"a"`}, "wrap": {"5", ".Values.s"}, "wrapWith": {"5", `"|"`, ".Values.s"},
	"indent": {"2", ".Values.ml"}, "nindent": {"2", ".Values.ml"}, "contains": {`"lo"`, ".Values.s"}, "hasPrefix": {`"he"`, ".Values.s"}, "hasSuffix": {`"ld"`, ".Values.s"}, "fromYaml": {`"a: 1"`}, "fromYamlArray": {`"[1]"`}, "fromJson": {`"{\"a\":1}"`}, "fromJsonArray": {`"[1]"`}, "mustFromJson": {`"[1]"`}, "fromToml": {`"a = 1"`},
	"lookup": {`"v1"`, `"Pod"`, `"ns"`, `"x"`}, "include": {`"t"`, "."}, "tpl": {`"{{ 1 }}"`, "."}, "required": {`"needed"`, ".Values.s"}, "encryptAES": {`"key"`, `"text"`}, "decryptAES": {`"key"`, `"AAAAAAAAAAAAAAAAAAAAAA=="`}, "derivePassword": {"1", `"long"`, `"pw"`, `"user"`, `"site"`},
	"randInt": {"1", "5"}, "index": {".Values.m", `"a"`}, "printf": {`"%v-%v"`, "1", "2"}, "genPrivateKey": {`"ed25519"`}, "buildCustomCert": {`"YQ=="`, `"YQ=="`}, "unixEpoch": {`(toDate "2006-01-02" "2024-02-29")`}, "tuple": {"1", `"a"`}, "list": {"1", `"a"`}, "cat": {`"a"`, "1"}, "quote": {`"a"`, "1"}, "squote": {`"a"`, "1"}, "coalesce": {`""`, `"b"`}, "default": {`"d"`, `""`}, "keys": {"(dict \"k\" 1)"}, "values": {"(dict \"k\" 1)"},
	"deepEqual": {".Values.l", ".Values.l"}, "div": {"7", "2"}, "divf": {"7", "2"}, "mod": {"7", "4"}, "mul": {"2", "3"}, "mulf": {"2", "1.5"}, "sub": {"5", "3"}, "subf": {"5", "1.5"}, "max": {"1", "3"}, "min": {"1", "3"}, "maxf": {"1", "3.5"}, "minf": {"1", "3.5"}, "biggest": {"1", "3"}, "all": {"1", `"a"`}, "any": {"0", `""`},
}

// vague functions answer differently every time: only the kind of the answer is asked for.
var vague = regexp.MustCompile(`^(now|ago|rand.*|shuffle|uuidv4|encryptAES|bcrypt|htpasswd|gen.*)$`)

// dated functions take what is no time for now.
var dated = regexp.MustCompile(`^(date|dateInZone|date_in_zone|htmlDate|htmlDateInZone)$`)

// costly functions are only called by the cases about them.
var costly = regexp.MustCompile(`^(gen(CA|SelfSigned|Signed).*|derivePassword|bcrypt|htpasswd)$`)

// templateCalls calls every function with too few and too many arguments, and with a value of each kind in
// every place, piped in where it is the last.
func templateCalls() {
	t := newTopic("template", "calls")
	functions := engineFunctions()
	for _, name := range sortedKeys(functions) {
		signature := functions[name]
		good := usualArguments(name, signature)
		call := func(args []string) string {
			inner := strings.TrimSpace(name + " " + strings.Join(args, " "))
			switch {
			case vague.MatchString(name):
				return "kindOf (" + inner + ")"
			case dated.MatchString(name):
				return "len (" + inner + ")"
			}
			return inner
		}
		exprs(t, name, call(append(good[:len(good):len(good)], `"extra"`)), call(append([]string{"1"}, good...)))
		if len(good) > 0 {
			exprs(t, call(good[:len(good)-1]))
		}
		if !costly.MatchString(name) {
			exprs(t, call(good))
		}
		for i := range good {
			probes := fewOperands
			if i < signature.NumIn() && signature.In(i).Kind() == reflect.Interface || signature.IsVariadic() && i >= signature.NumIn()-1 {
				probes = operands
			}
			if costly.MatchString(name) {
				probes = []string{".Values.nope", "nil", ".Values.l", "true"}
			}
			for _, probe := range probes {
				args := append([]string(nil), good...)
				args[i] = probe
				exprs(t, call(args))
			}
		}
		if len(good) > 0 && !costly.MatchString(name) && !vague.MatchString(name) && !dated.MatchString(name) {
			last := len(good) - 1
			exprs(t, fmt.Sprintf("%s | %s | quote", good[last], call(good[:last])), fmt.Sprintf("(%s) | printf \"%%T %%v\"", call(good)))
		}
	}
	exprs(t, "env \"HOME\"", "expandenv \"$HOME\"", "env", "expandenv", "nosuch 1")
}

func usualArguments(name string, signature reflect.Type) []string {
	if args, ok := usual[name]; ok {
		return args
	}
	args := []string{}
	for i := range signature.NumIn() {
		kind := signature.In(i)
		if signature.IsVariadic() && i == signature.NumIn()-1 {
			kind = kind.Elem()
		}
		switch kind.Kind() {
		case reflect.String:
			args = append(args, ".Values.s")
		case reflect.Int:
			args = append(args, "3")
		case reflect.Map:
			args = append(args, ".Values.m")
		case reflect.Slice:
			args = append(args, "(list)")
		case reflect.Bool:
			args = append(args, "true")
		default:
			args = append(args, map[bool]string{true: ".Values.n", false: ".Values.strs"}[strings.HasPrefix(name, "duration") || signature.NumOut() > 0 && signature.Out(0).Kind() == reflect.Float64])
		}
	}
	return args
}

func replaceOperand(pattern, operand string) string { return strings.ReplaceAll(pattern, "%", operand) }
