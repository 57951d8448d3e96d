package main

import (
	"encoding/json"
	"fmt"
	"strings"
)

// world is the data of most gotmpl cases.
const world = `{"i":{"$int":7},"neg":{"$int":-3},"i8":{"$int8":-8},"u8":{"$uint8":200},"u":{"$uint":5},"i64":{"$int64":9007199254740993},
"u64":{"$uint64":18446744073709551615},"f":1.5,"big":1000000,"f32":{"$float32":0.1},"z":0,"t":true,"no":false,"s":"text","e":"","html":"<a href=\"x\">'&</a>",
"bytes":{"$bytes":"aGk="},"nil":null,"l":[1,"two",true,null,[3]],"el":[],"m":{"a":1,"b":{"c":"deep"},"k-v":"dash"},"em":{},
"strs":{"$strs":["x","y","z"]},"ints":{"$ints":[3,1,2]},"sm":{"$strmap":{"k1":"v1","k2":"v2"}},"nilmap":{"$nil":"map[string]interface {}"},"nillist":{"$nil":"[]interface {}"},
"pairs":{"$pairs":[[{"$int":2},"two"],[{"$int":1},"one"]]},"maps":{"$maps":[{"n":1},{"n":2}]},"err":{"$error":"broken"},"d":{"$duration":90000000000},"uni":"héllo, 世界","bad":{"$str_b64":"/2E="}}`

func goTemplate(t *topic, data string, templates ...string) {
	for _, template := range templates {
		c := Case{Kind: "gotmpl", Template: text(template)}
		if data != "" {
			c.Data = json.RawMessage(needed(data, template))
		}
		t.add(c)
	}
}

// needed keeps of the world only what the template names, so that case files stay small.
func needed(data, template string) string {
	var all map[string]json.RawMessage
	if data != world || json.Unmarshal([]byte(data), &all) != nil {
		return data
	}
	for name := range all {
		if !strings.Contains(template, "."+name) {
			delete(all, name)
		}
	}
	return string(plainJSON(all))
}

func suiteGotmpl() {
	gotmplActions()
	gotmplTrim()
	gotmplScope()
	gotmplRange()
	gotmplDefine()
	gotmplParseErrors()
	gotmplExecErrors()
	gotmplBuiltins()
	gotmplMissing()
	gotmplLiterals()
	gotmplPrint()
}

func gotmplActions() {
	t := newTopic("gotmpl", "actions")
	goTemplate(t, world,
		``, `plain`, `{{.i}}`, `a{{.s}}b`, `{{ .m.b.c }}`, `{{.m.a}} {{.m.b}}`, `{{.l}}`, `{{.nil}}`, `{{.m.nope}}`, `{{.nope}}`,
		`{{/* comment */}}`, `a{{/* comment */}}b`, `a {{- /* c */ -}} b`, "{{/*\nmulti\nline */}}x", `{{if .t}}yes{{end}}`, `{{if .no}}yes{{else}}no{{end}}`,
		`{{if .no}}1{{else if .t}}2{{else}}3{{end}}`, `{{if .no}}1{{else if .no}}2{{else}}3{{end}}`, `{{if .no}}1{{else if .no}}2{{else if .t}}4{{end}}`,
		`{{with .m}}{{.a}}{{end}}`, `{{with .em}}x{{else}}none{{end}}`, `{{with .nil}}x{{else with .m}}{{.a}}{{end}}`, `{{with .nil}}x{{else with .e}}y{{else}}z{{end}}`,
		`{{with $x := .m}}{{$x.a}}{{.a}}{{end}}`, `{{with $x := .e}}x{{else}}[{{$x}}]{{end}}`, `{{if $x := .m}}{{$x.a}}{{end}}`, `{{if $x := .e}}x{{else}}[{{$x}}]{{end}}`,
		`{{.i | printf "%d"}}`, `{{.s | printf "%s-%s" "a"}}`, `{{printf "%d" .i | printf "%s!"}}`, `{{(.m).b}}`, `{{(index .m "b").c}}`, `{{(print "a" "b")}}`,
		`{{$x := .m}}{{$x.b.c}}`, `{{$x := 1}}{{$x}}{{$x = 2}}{{$x}}`, `{{$.i}}`, `{{ $x := .m }}{{ with .l }}{{ $x.a }}{{ $.i }}{{ end }}`,
		`{{"str"}}`, "{{`raw\n`}}", `{{'a'}}`, `{{1}}`, `{{-1}}`, `{{+1}}`, `{{1.5}}`, `{{1e3}}`, `{{0x1F}}`, `{{0b11}}`, `{{0o17}}`, `{{1_000}}`, `{{true}}`, `{{1i}}`,
		`{{"\u00e9\n\t\"\x41"}}`, `{{'\n'}}`, `{{'世'}}`, `{{ "a" }}{{ "b" }}`, "{{ .i\n}}", "{{\n.i}}", "{{printf\n\"%d\"\n.i}}", `{{.i}}{{.i}}`,
		`{{ .m.b | print }}`, `{{ print .m.b.c | len }}`, `{{ len (print .i) }}`, `{{ .s | len | printf "%d-%d" 1 }}`, `{{ not .t | not }}`, `}}`, `a }} b`, `{ {`, `{{ "}}" }}`, "{{ `}}` }}",
		`{{ with . }}{{ .i }}{{ end }}`, `{{if not .e}}empty{{end}}`, `{{if and .t .s}}both{{end}}`, `{{if or .e .s}}some{{end}}`, `{{ .m.b.c | printf "%q" }}`, `{{template "x"}}`, `{{.uni}}`, `{{.bad}}`,
	)
	// Truth of every kind of value, in if, with, and, or, not.
	for _, v := range []string{".i", ".z", ".neg", ".i8", ".u8", ".f", ".f32", ".t", ".no", ".s", ".e", ".bytes", ".nil", ".l", ".el", ".m", ".em", ".strs", ".sm", ".nilmap", ".nillist", ".err", ".d", ".nope", ".m.nope", `""`, `"a"`, "0", "1", "0.0", "nil", "'a'", "'\\x00'", "1i", "0i", "true", "false"} {
		for _, form := range []string{"{{if %s}}T{{else}}F{{end}}", "{{with %s}}T{{else}}F{{end}}", "{{not %s}}", "{{and %s 1}}", "{{or %s 1}}", "{{%s}}", "{{print %s}}", "{{(%s)}}", "{{$x := %s}}{{$x}}"} {
			goTemplate(t, world, fmt.Sprintf(form, v))
		}
	}
}

func gotmplTrim() {
	t := newTopic("gotmpl", "trim")
	lefts, rights := []string{"a", "a ", "a \n\t", "\n\n", " ", ""}, []string{"b", " b", "\n\tb", "\r\n b", " ", ""}
	for _, action := range []string{`{{- 1 -}}`, `{{- 1}}`, `{{1 -}}`, `{{-1}}`, `{{- -1 -}}`, `{{- /* c */ -}}`, `{{- /* c */}}`, `{{/* c */ -}}`, `{{- "" -}}`} {
		for i, left := range lefts {
			goTemplate(t, "", left+action+rights[i], left+action+action+rights[(i+1)%len(rights)])
		}
	}
	goTemplate(t, "",
		"a {{- if true -}} b {{- else -}} c {{- end -}} d", "{{- range 3 -}} {{.}} {{- end -}}", "{{ if true }} \n x \n {{- end }}\n", "{{1 - }}", "{{-}}", "{{- }}", "{{ - }}", "{{--1}}",
		"a{{-1}}", "{{-1 -}} x", "{{- 1-}}", "{{1-}}", "{{1\n-}} x", "x {{-\n1}}", "{{-\t1\t-}}", "a {{- -}} b", "a\u00a0{{- 1 -}}\u00a0b", "a\u2003{{- 1}}", "a\v{{- 1}}", "a\f{{- 1}}", "{{- define \"x\" -}} y {{- end -}}{{ template \"x\" }}",
		"{{ /* a */ }}", "{{ /* a */}}", "{{/* a */ }}", "{{-/* a */-}}", "{{- /* a */ - }}", "{{/* a}}", "{{/* a */ b}}", "{{/**/}}", "{{/*}}*/}}", "{{/* */ -}}   x", "{{/* */}}{{/* */}}",
	)
}

func gotmplScope() {
	t := newTopic("gotmpl", "scope")
	goTemplate(t, world,
		`{{$x := 1}}{{if true}}{{$x = 2}}{{end}}{{$x}}`, `{{$x := 1}}{{if true}}{{$x := 2}}{{$x}}{{end}}{{$x}}`, `{{$x := 1}}{{range 3}}{{$x = .}}{{end}}{{$x}}`,
		`{{$x := 1}}{{with 5}}{{$x = .}}{{end}}{{$x}}`, `{{if true}}{{$y := 1}}{{end}}{{$y}}`, `{{$x}}`, `{{$x = 1}}`, `{{$x := 1}}{{define "a"}}{{$x}}{{end}}`, `{{define "a"}}{{$.i}}{{end}}{{template "a" .}}`,
		`{{define "a"}}{{$}}{{end}}{{template "a" 5}}`, `{{define "a"}}{{$}}{{end}}{{template "a"}}`, `{{$x := 1}}{{$x := 2}}{{$x}}`, `{{$a := 1}}{{$b := $a}}{{$a = 3}}{{$b}}`,
		`{{range $i, $x := .l}}{{$i}}{{end}}{{$i}}`, `{{$i := "o"}}{{range $i, $x := .strs}}{{$i}}{{end}}{{$i}}`, `{{$i := 9}}{{range $i = .strs}}{{.}}{{end}}{{$i}}`, `{{$i := 9}}{{$j := 8}}{{range $i, $j = .strs}}{{.}}{{end}}{{$i}}{{$j}}`,
		`{{with $y := .m}}{{with $z := .b}}{{$y.a}}{{$z.c}}{{$.i}}{{end}}{{end}}`, `{{if $a := 1}}{{if $b := 2}}{{$a}}{{$b}}{{end}}{{end}}`, `{{if $a := 0}}{{else if $b := 2}}{{$a}}{{$b}}{{end}}`,
		`{{$x := .m}}{{$x.b.c}}{{$x.nope}}`, `{{$x := .m.b}}{{range 2}}{{$x.c}}{{end}}`, `{{$.m.a}}{{with .l}}{{$.m.a}}{{end}}`, `{{$x := 1 | print}}{{$x}}`, `{{$x := (index .l 1)}}{{$x}}`, `{{$x:=1}}{{$x}}`, `{{$x :=1}}{{$x}}`, `{{$x= 1}}`, `{{$x:= 1}}{{$x=2}}{{$x}}`,
		`{{$_a1 := 1}}{{$_a1}}`, `{{$é := 1}}{{$é}}`, `{{$ := 1}}{{$}}`, `{{with 1}}{{$ = 5}}{{$}}{{end}}`, `{{ $x := 1 }}{{ block "b" . }}{{ .i }}{{ end }}{{$x}}`,
		`{{range $x := .ints}}{{$x}},{{end}}`, `{{range $i, $x := .ints}}{{$i}}={{$x}},{{end}}`, `{{$r := ""}}{{range .strs}}{{$r = print $r .}}{{end}}{{$r}}`,
	)
}

func gotmplRange() {
	t := newTopic("gotmpl", "range")
	subjects := []string{".l", ".el", ".m", ".em", ".strs", ".ints", ".sm", ".pairs", ".maps", ".nil", ".nilmap", ".nillist", ".i", ".z", ".neg", ".u8", ".u", ".i8", ".i64", ".f", ".s", ".e", ".bytes", ".t", ".nope", ".uni", "3", "0", "-1", "1.5", `"ab"`, ".d", ".err", "nil", "3.0", "'a'"}
	forms := []string{
		`{{range %s}}[{{.}}]{{end}}`, `{{range %s}}[{{.}}]{{else}}none{{end}}`, `{{range $x := %s}}[{{$x}}]{{else}}none{{end}}`, `{{range $i, $x := %s}}[{{$i}}:{{$x}}:{{.}}]{{else}}none{{end}}`,
		`{{range %s}}{{break}}x{{end}}`, `{{range %s}}a{{continue}}b{{end}}`, `{{range $i, $x := %s}}{{if eq $i 1}}{{break}}{{end}}{{$x}}{{end}}`,
	}
	for _, subject := range subjects {
		if subject == ".i64" || subject == ".d" || subject == "'a'" {
			goTemplate(t, world, fmt.Sprintf(`{{range %s}}{{.}}{{break}}{{end}}`, subject), fmt.Sprintf(`{{range $i, $x := %s}}{{$i}}{{break}}{{end}}`, subject))
			continue
		}
		for _, form := range forms {
			goTemplate(t, world, fmt.Sprintf(form, subject))
		}
	}
	goTemplate(t, world,
		`{{break}}`, `{{continue}}`, `{{if true}}{{break}}{{end}}`, `{{range 3}}{{if eq . 1}}{{continue}}{{end}}{{.}}{{end}}`, `{{range 3}}{{range 3}}{{if eq . 1}}{{break}}{{end}}{{.}}{{end}};{{end}}`,
		`{{range 2}}{{define "x"}}{{break}}{{end}}{{end}}`, `{{range 3}}{{with 1}}{{break}}{{end}}{{end}}!`, `{{range 3}}{{with 1}}{{continue}}{{end}}x{{end}}!`, `{{range .l}}{{else}}{{break}}{{end}}`, `{{range 2}}{{range 0}}{{else}}{{break}}{{end}}x{{end}}`, `{{break 1}}`, `{{range 1}}{{break 1}}{{end}}`, `{{range 1}}{{ break }}{{end}}ok`, `{{range 1}}{{- break -}}{{end}}ok`,
		`{{range $a, $b, $c := .l}}{{end}}`, `{{range $a, := .l}}{{end}}`, `{{range $a $b := .l}}{{end}}`, `{{range}}{{end}}`, `{{range 3}}`, `{{range $i := 3}}{{$i}}{{end}}`, `{{range $i, $j := 3}}{{$i}}{{end}}`, `{{range $x := .m}}{{$x}}{{end}}`, `{{range $k, $v := .m.b}}{{$k}}={{$v}}{{end}}`,
		`{{range .maps}}{{.n}}{{end}}`, `{{range .maps}}{{.q}}{{end}}`, `{{range .l}}{{printf "%T " .}}{{end}}`, `{{range 3}}{{printf "%T" .}}{{end}}`, `{{range .u8}}{{printf "%T" .}}{{break}}{{end}}`, `{{range $i, $c := .uni}}{{$i}}{{$c}} {{end}}`, `{{range (print "abc" | len)}}{{.}}{{end}}`, `{{range .pairs}}{{.}}{{end}}`, `{{range $k, $v := .pairs}}{{printf "%T %T" $k $v}}{{end}}`,
	)
	mixed := `{"$pairs":[["b",1],[{"$int":3},2],[true,3],[1.5,4],["a",5],[{"$int":-1},6],[false,7],[null,8]]}`
	goTemplate(t, mixed, `{{range $k, $v := .}}{{$k}}={{$v}} {{end}}`, `{{.}}`, `{{len .}}`, `{{index . "b"}}`, `{{index . 3}}`, `{{index . true}}`, `{{.b}}`)
}

func gotmplDefine() {
	t := newTopic("gotmpl", "define")
	goTemplate(t, world,
		`{{define "a"}}A{{.}}{{end}}{{template "a" .i}}`, `{{template "a" .i}}{{define "a"}}A{{.}}{{end}}`, `{{define "a"}}1{{end}}{{define "a"}}2{{end}}{{template "a"}}`, `{{define "a"}}1{{end}}{{define "a"}}  {{end}}{{template "a"}}`,
		`{{define "a"}} {{end}}{{define "a"}}2{{end}}{{template "a"}}`, `{{block "b" .m}}{{.a}}{{end}}`, `{{block "b" .m}}{{.a}}{{end}}{{template "b" .m}}`, `{{define "b"}}over{{end}}{{block "b" .}}def{{end}}`, `{{block "b" .}}def{{end}}{{define "b"}}over{{end}}`,
		`{{define "a"}}{{template "b" .}}{{end}}{{define "b"}}{{.s}}{{end}}{{template "a" .}}`, `{{define "a"}}{{define "b"}}{{end}}{{end}}`, `{{if true}}{{define "a"}}x{{end}}{{end}}{{template "a"}}`, `{{define "a"}}x`, `{{define a}}x{{end}}`, `{{define}}x{{end}}`, `{{define "a" .}}x{{end}}`,
		`{{template}}`, `{{template a}}`, `{{template "a" . .}}`, `{{template "a" .i | print}}{{define "a"}}[{{.}}]{{end}}`, "{{define `raw`}}r{{end}}{{template `raw`}}", `{{block "b"}}x{{end}}`, `{{template "none" .}}`, `{{template "a" (print 1 2)}}{{define "a"}}{{.}}{{end}}`,
		`{{define "a"}}{{if gt . 0}}{{.}}{{template "a" 0}}{{end}}{{end}}{{template "a" 3}}`, `{{define "t"}}self{{end}}x`, `{{define ""}}e{{end}}{{template ""}}`, `{{define "a"}}{{end}}{{template "a"}}!`, `{{define "a"}}{{/* c */}}{{end}}{{template "a"}}!`, `{{define "a"}}{{.x.y}}{{end}}{{template "a" .m}}`, `{{define "a"}}{{.x.y.z}}{{end}}{{template "a" .m}}`,
		`{{define "a"}}{{$}}{{end}}{{template "a" .s}}`, `{{ block "x" .l }}{{ range . }}{{ . }};{{ end }}{{ end }}`,
	)
	for _, files := range []map[string]string{
		{"a": `{{define "x"}}from a{{end}}`, "b": `{{define "x"}}from b{{end}}`}, {"x": "file x {{.i}}"}, {"a": "{{template \"t\" .}}"}, {"a": "{{.nope.x.y}}\n{{.s}}", "x": "\n\n{{template \"a\" .}}"}, {"x": "{{bad}}"}, {"x": "", "a": " "},
	} {
		t.add(Case{Kind: "gotmpl", Template: text(`<{{template "x" .}}>`), Files: files, Data: json.RawMessage(world)})
	}
}

func gotmplParseErrors() {
	t := newTopic("gotmpl", "parse-errors")
	goTemplate(t, world,
		`{{`, `{{ `, `{{}}`, `{{ }}`, `{{.`, `{{.i`, `{{.i }`, `{{"a}}`, `{{"a`, "{{`a}}", "{{`a", `{{'a}}`, `{{'ab'}}`, `{{''}}`, `{{'}}`, "{{\"a\nb\"}}", `{{"\q"}}`, `{{"\x4"}}`, `{{'\q'}}`, `{{nofunc}}`, `{{nofunc 1}}`, `{{1 | nofunc}}`, `{{.i nofunc}}`,
		`{{1 | 2}}`, `{{1 | .i}}`, `{{print | }}`, `{{| print}}`, `{{ | }}`, `{{print ||  print}}`, `{{print)}}`, `{{(print}}`, `{{((print))}}`, `{{()}}`, `{{(1) (2)}}`, `{{print (1)(2)}}`, `{{(1)2}}`, `{{print"a"}}`, `{{print 1"a"}}`, `{{"a""b"}}`, `{{print .i.}}`, `{{..}}`, `{{...}}`, `{{.i..j}}`, `{{. .}}`, `{{.i.}}`, `{{.1}}`, `{{.i1}}`, `{{.-1}}`, `{{.i-1}}`, `{{$.}}`, `{{$x.}}`, `{{1.i}}`, `{{"a".i}}`, `{{nil.i}}`, `{{true.i}}`, `{{print.i}}`, `{{nil}}`, `{{nil | print}}`, `{{print nil}}`, `{{nil 1}}`, `{{(nil).x}}`,
		`{{if}}{{end}}`, `{{if true}}`, `{{if true}}{{else}}`, `{{if true}}{{else}}{{else}}{{end}}`, `{{if true}}{{else}}{{else if true}}{{end}}`, `{{else}}`, `{{end}}`, `{{if true}}{{end}}{{end}}`, `{{with}}{{end}}`, `{{with 1}}{{else if 1}}{{end}}`, `{{if 1}}{{else with 1}}{{end}}`, `{{range 1}}{{else if 1}}{{end}}`, `{{if 1}}{{else range 1}}{{end}}`, `{{with 1}}{{else range 1}}{{end}}`, `{{else if 1}}`, `{{end if}}`, `{{end 1}}`, `{{if true}}{{end foo}}`, `{{if true}}{{else foo}}{{end}}`, `{{if $x}}{{end}}`, `{{if $x := 1, 2}}{{end}}`, `{{if $x, $y := 1}}{{end}}`, `{{with $x, $y := 1}}{{end}}`, `{{$x, $y := 1}}`, `{{$x := }}`, `{{$x :=}}`, `{{$x := 1 := 2}}`, `{{:= 1}}`, `{{.x := 1}}`, `{{.x = 1}}`, `{{1 = 1}}`, `{{print := 1}}`, `{{1 == 1}}`, `{{1 + 1}}`, `{{1 - 1}}`, `{{1 -1}}`, `{{1+1}}`, `{{a b}}`, `{{ & }}`, `{{ # }}`, `{{ ! }}`, `{{ % }}`, `{{.i,.j}}`, `{{print 1, 2}}`, `{{ [1] }}`, `{{ {1} }}`, `{{.i[0]}}`, `{{ ; }}`, `{{ ? }}`, `{{ ~ }}`, `{{ @ }}`, `{{ \ }}`, `{{ é }}`, `{{ 世 }}`, "{{ \x01 }}", "{{ \u00a0 }}",
		`{{0x}}`, `{{08}}`, `{{09.5}}`, `{{1x}}`, `{{1e}}`, `{{1.2.3}}`, `{{0b2}}`, `{{1__0}}`, `{{1_}}`, `{{_1}}`, `{{9999999999999999999}}`, `{{99999999999999999999999}}`, `{{1e400}}`, `{{-9223372036854775808}}`, `{{9223372036854775808}}`, `{{0x1p4}}`, `{{1+2i}}`, `{{1+}}`, `{{-}}`, `{{+}}`, `{{.5}}`, `{{5.}}`, `{{1i1}}`, `{{0o8}}`, `{{0O7}}`, `{{0X1f}}`, `{{0B1}}`, `{{1E3}}`, `{{'\u12'}}`, `{{"\ud800"}}`, `{{'\400'}}`, `{{"\377"}}`,
		"line1\n{{.i}}\n{{nofunc}}", "\n\n{{if true}}\n\n", "{{\n\nnofunc\n}}", "{{/* a\n\n */}}{{nofunc}}", "{{`a\n\n`}}{{nofunc}}", "{{if true}}\n{{else}}\n{{else}}\n{{end}}", "a\n{{define \"x\"}}\n{{nofunc}}{{end}}", "{{/* unclosed", "{{/*", "{{/}}", "{{//}}", "a{{-/}}", "{{define \"x\"}}{{template}}{{end}}", "{{if true}}{{define \"x\"}}{{end}}", "{{template \"x\" 1 2}}", "{{block}}{{end}}", "{{block \"x\" .}}", "{{break}}{{range 1}}{{end}}", "{{range 1}}{{end}}{{continue}}", "{{range 1}}{{continue 1}}{{end}}", "{{range 1}}{{break | print}}{{end}}",
		`{{$x := 1}}{{$x.y.z}}`, `{{print $undefined}}`, `{{with $x := 1}}{{end}}{{$x}}`, `{{range $i, $e := 3}}{{end}}{{$e}}`, `{{1 | print | 2 }}`, `{{print (print}}`, `{{print print)}}`, `{{)}}`, `{{(}}`, `{{ ( ) }}`, `{{print (1 | 2)}}`, `{{"a" | "b"}}`, `{{.i | .s}}`, `{{.i 1}}`, `{{$ 1}}`, `{{$.i 1}}`, `{{true 1}}`, `{{1 2}}`, `{{"a" 1}}`, `{{. 1}}`, `{{(print) 1}}`, `{{(print 1).x}}`, `{{(.m).b.c}}`, `{{(.m) .b}}`, `{{ .m.b .c }}`,
	)
	goTemplate(t, world, "{{if "+strings.Repeat("(", 20)+"1"+strings.Repeat(")", 20)+"}}x{{end}}", strings.Repeat("{{if 1}}", 30)+"x"+strings.Repeat("{{end}}", 30), strings.Repeat("{{if 1}}", 3)+"x")
}

func gotmplExecErrors() {
	t := newTopic("gotmpl", "exec-errors")
	goTemplate(t, world,
		`{{.i.x}}`, `{{.s.x}}`, `{{.l.x}}`, `{{.nil.x}}`, `{{.nope.x}}`, `{{.m.nope.x}}`, `{{.m.nope.x.y}}`, `{{.m.b.c.d}}`, `{{.nilmap.x}}`, `{{.nillist.x}}`, `{{.strs.x}}`, `{{.sm.k1}}`, `{{.sm.zz}}`, `{{.pairs.x}}`, `{{.t.x}}`, `{{.f.x}}`, `{{.bytes.x}}`, `{{.err.Error}}`, `{{.d.Seconds}}`, `{{.d.String}}`, `{{.d.nope}}`, `{{.err.nope}}`, `{{.d.Round 1}}`, `{{.d.Round .d}}`, `{{.i 1}}`, `{{.m.b 1}}`, `{{.s "x"}}`,
		`{{index .l 9}}`, `{{index .l -1}}`, `{{index .l "a"}}`, `{{index .l 1.0}}`, `{{index .l nil}}`, `{{index .m 1}}`, `{{index .m "nope"}}`, `{{index .m "b" "c"}}`, `{{index .m "b" "c" "d"}}`, `{{index .nil 1}}`, `{{index .nil}}`, `{{index nil 1}}`, `{{index .i 1}}`, `{{index}}`, `{{index .l}}`, `{{index .s 1}}`, `{{index .s 99}}`, `{{index .bytes 0}}`, `{{index .pairs 1}}`, `{{index .pairs "x"}}`, `{{index .l .u8}}`, `{{index .l 4 0}}`, `{{index .l 4 1}}`, `{{index .l 3 1}}`, `{{index .strs 0}}`, `{{index .sm "k1"}}`, `{{index .sm 1}}`, `{{index .nilmap "x"}}`, `{{index .nillist 0}}`,
		`{{len .i}}`, `{{len .nil}}`, `{{len nil}}`, `{{len}}`, `{{len 1 2}}`, `{{len .f}}`, `{{len .t}}`, `{{len .err}}`, `{{slice .l 1 9}}`, `{{slice .l 3 2}}`, `{{slice .l -1}}`, `{{slice .s 9}}`, `{{slice .s 1 2 3}}`, `{{slice .l 1 2 9}}`, `{{slice .l 1 3 2}}`, `{{slice .m 1}}`, `{{slice}}`, `{{slice nil}}`, `{{slice .l "a"}}`, `{{slice .l nil}}`, `{{slice .l 1 2 3 4}}`, `{{slice .i 1}}`,
		`{{eq}}`, `{{eq 1}}`, `{{eq .l .l}}`, `{{eq .m .m}}`, `{{eq 1 "a"}}`, `{{eq 1 1.0}}`, `{{eq .i 7}}`, `{{eq .f 1.5}}`, `{{eq .big 1000000}}`, `{{eq .nil nil}}`, `{{eq .nil 1}}`, `{{eq 1 .nil}}`, `{{eq .s .nil}}`, `{{eq .l nil}}`, `{{eq .nope nil}}`, `{{lt .l 1}}`, `{{lt 1 "a"}}`, `{{lt true false}}`, `{{lt .nil 1}}`, `{{lt 1}}`, `{{lt 1 2 3}}`, `{{lt 1 .nil}}`, `{{lt 1 nil}}`, `{{gt nil nil}}`, `{{ne .l .m}}`, `{{ne 1}}`, `{{ne 1 2 3}}`, `{{eq 1i 1i}}`, `{{lt 1i 2i}}`, `{{eq .err .err}}`, `{{eq .strs .strs}}`,
		`{{call .i}}`, `{{call}}`, `{{call nil}}`, `{{call .nil}}`, `{{call .nope}}`, `{{call .s 1}}`, `{{printf}}`, `{{printf 1}}`, `{{printf .i}}`, `{{printf .nil}}`, `{{printf "%d"}}`, `{{printf "%d" "a"}}`, `{{printf "%z" 1}}`, `{{printf "%" 1}}`, `{{printf "x" 1}}`, `{{not}}`, `{{not 1 2}}`, `{{and}}`, `{{or}}`, `{{html}}`, `{{js}}`, `{{urlquery}}`, `{{print}}`, `{{println}}`, `{{template "nope" .}}`, `{{template "nope"}}`, "\n\n  {{.s.x}}", "{{if true}}\n  {{.s.x}}{{end}}", `{{with .m}}{{.b.c.d}}{{end}}`, `{{range .l}}{{.x}}{{end}}`, `{{define "a"}}{{.x.y}}{{end}}{{template "a" .i}}`, `{{define "a"}}{{.x.y}}{{end}}x{{template "a" .s}}`, `{{print .s.x}}`, `{{print (print .s.x)}}`, `{{$x := .s}}{{$x.y}}`, `{{$x := .m}}{{$x.b.c.d.e}}`, `{{(index .l 9).x}}`, `{{(.m.b).c.d}}`, `{{.l | index 1}}`, `{{1 | index .l}}`, `{{if .s.x}}{{end}}`, `{{with .s.x}}{{end}}`, `{{range .s.x}}{{end}}`, `{{if index .l 9}}{{end}}`, `{{and .e .s.x}}`, `{{and .t .s.x}}`, `{{or .t .s.x}}`, `{{or .e .s.x}}`,
		`{{.s.x.y.z.this.is.a.very.long.chain.of.fields.that.goes.on}}`, `{{printf "%s %s %s %s" .s.x "a long argument number one" "a long argument number two"}}`, `before {{.i}} then {{.s.x}}`,
	)
}

func gotmplBuiltins() {
	t := newTopic("gotmpl", "builtins")
	values := []string{".i", ".neg", ".u8", ".i64", ".u64", ".f", ".big", ".f32", ".t", ".s", ".e", ".html", ".bytes", ".nil", ".l", ".m", ".strs", ".sm", ".nilmap", ".err", ".d", ".uni", ".bad", ".nope", "nil", "1", "-1.5", `"x"`, "'a'", "1i", "true"}
	for _, f := range []string{"print", "println", "html", "js", "urlquery", "len", "not", "printf \"%v\"", "printf \"%d\"", "printf \"%s\"", "printf \"%q\"", "printf \"%T\"", "printf \"%x\"", "printf \"%#v\"", "printf \"%5.1f|\""} {
		for _, v := range values {
			goTemplate(t, world, "{{"+f+" "+v+"}}")
		}
	}
	operands := []string{".i", "7", "7.0", ".u8", "200", ".f", "1.5", ".s", `"text"`, ".t", "true", ".nil", ".i64", "-1", ".u64", ".d", ".bytes", "1i", "'a'"}
	for _, f := range []string{"eq", "ne", "lt", "le", "gt", "ge"} {
		for _, a := range operands {
			for _, b := range operands {
				if f == "eq" || f == "lt" || (f == "ge" && a == b) || (f == "ne" && a < b) {
					goTemplate(t, world, "{{"+f+" "+a+" "+b+"}}")
				}
			}
		}
	}
	goTemplate(t, world,
		`{{eq 1 2 1}}`, `{{eq 1 2 3}}`, `{{eq "a" "b" "a"}}`, `{{eq .i 1 "a" 7}}`, `{{eq 1 1 .l}}`, `{{eq 2 1 .l}}`, `{{and 1 2 3}}`, `{{and 1 0 3}}`, `{{or 0 "" 3}}`, `{{or 0 ""}}`, `{{and .t (index .l 0)}}`, `{{or .e (print "x")}}`, `{{and (not .e) .s | print}}`, `{{.s | and .t}}`, `{{.s | or .e}}`,
		`{{print 1 2 "a" "b" 3}}`, `{{print "a" 1 2 "b"}}`, `{{print 1.5 2.5}}`, `{{print nil nil}}`, `{{print .l .m}}`, `{{print "a" "b"}}`, `{{println 1 "a"}}`, `{{print true false}}`, `{{html "<" 1 ">"}}`, `{{html "\x00'\"&"}}`, `{{js "a'b\"c<d>e&f=g\\\n\t\u2028\u00e9" }}`, `{{js "世" "\x01" "\x7f"}}`, `{{urlquery "a b&c=d/é?+" }}`, `{{urlquery 1 2 "a"}}`, `{{index .l 0}}`, `{{index .m "a"}}`, `{{index .l 4 0}}`, `{{index .m.b "c"}}`, `{{slice .l 1 3}}`, `{{slice .s 1}}`, `{{slice .s 1 3}}`, `{{slice .l}}`, `{{slice .strs 0 2 3}}`, `{{slice .bytes 1}}`, `{{slice .uni 1 2}}`, `{{len .uni}}`, `{{len "世界"}}`, `{{index .uni 1}}`, `{{printf "%d %s %v" .i .s .m}}`, `{{printf "%[2]d %[1]d" 1 2}}`, `{{printf "%*d" 5 1}}`, `{{printf "%v %v" .nilmap .nillist}}`, `{{printf "%v" .maps}}`, `{{printf "%c%U" 65 65}}`, `{{printf "%t" true}}`, `{{printf "%6.2f%%" 12.345}}`, `{{printf "%-5s|" "a"}}`, `{{printf "%05d" 42}}`, `{{printf "%+d" 1}}`, `{{printf "%e" 12345.678}}`, `{{printf "%g" 1e21}}`, `{{printf "%08.3f" 3.14159}}`, `{{printf "%x" "hi"}}`, `{{printf "% x" "hi"}}`, `{{printf "%p" 1}}`, `{{printf "%s" nil}}`, `{{printf "%d" nil}}`, `{{printf "%v" nil}}`, `{{printf "%s" .err}}`, `{{printf "%v" .err}}`, `{{printf "%s" .d}}`, `{{printf "%d" .d}}`,
	)
}

func gotmplMissing() {
	t := newTopic("gotmpl", "missingkey")
	for _, option := range []string{"default", "zero", "error", "invalid"} {
		for _, template := range []string{`{{.nope}}`, `{{.nope.x}}`, `{{.m.nope}}`, `{{.m.nope.x}}`, `{{.sm.nope}}`, `{{.nilmap.x}}`, `{{index .m "nope"}}`, `{{index .sm "nope"}}`, `{{with .nope}}x{{else}}y{{end}}`, `{{if .nope}}x{{else}}y{{end}}`, `{{range .nope}}x{{else}}y{{end}}`, `{{print .nope}}`, `{{.nope | print}}`, `{{printf "%v" .nope}}`, `{{eq .nope nil}}`, `{{eq .nope 1}}`, `{{not .nope}}`, `{{and .nope 1}}`, `{{or .nope 1}}`, `{{len .nope}}`, `{{$x := .nope}}{{$x}}`, `{{.pairs.nope}}`, `{{.pairs.x}}`, `{{(.nope)}}`, `{{(.nope).x}}`, `{{.maps.x}}`, `{{.nil}}`, `{{.nil.x}}`, `{{html .nope}}`, `{{template "a" .nope}}{{define "a"}}[{{.}}]{{end}}`, `{{.m}}`} {
			t.add(Case{Kind: "gotmpl", Option: option, Template: text(template), Data: json.RawMessage(world)})
		}
		t.add(Case{Kind: "gotmpl", Option: option, Template: text("[{{.}}]"), Data: json.RawMessage("null")})
		t.add(Case{Kind: "gotmpl", Option: option, Template: text("[{{.x}}]"), Data: json.RawMessage("null")})
		t.add(Case{Kind: "gotmpl", Option: option, Template: text("[{{.x}}{{.x.y}}]"), Data: json.RawMessage("{}")})
	}
}

func gotmplLiterals() {
	t := newTopic("gotmpl", "literals")
	for _, literal := range []string{"0", "-0", "+0", "1", "01", "007", "0x10", "-0x10", "0xffffffffffffffff", "9223372036854775807", "-9223372036854775808", "18446744073709551615", "1.0", "1.", ".5", "1e1", "1e-1", "1E5", "1e20", "1e21", "-1.5e300", "0x1p-2", "0x1.8p1", "1_0.5", "0b101", "0o7", "1i", "1.5i", "-2i", "'a'", "'\\''", "'\\\\'", "'\\x41'", "'\\u00e9'", "'é'", "'\\U0001F600'", "'\"'", "\"'\"", "`\"`", "\"\\a\\b\\f\\n\\r\\t\\v\\\\\"", "\"\\101\"", "\"é\\u00e9\"", "true", "false", "1000000", "1000000.0", "123456789.0", "1e6", "1e5", "0.000001", "0.0000001", "100000000000000000000.0", "1000000000000000000000.0"} {
		goTemplate(t, "", "{{"+literal+"}}", "{{print "+literal+"}}", "{{printf \"%T %v\" "+literal+" "+literal+"}}", "{{eq "+literal+" "+literal+"}}", "{{index .l "+literal+"}}")
	}
}

func gotmplPrint() {
	t := newTopic("gotmpl", "print")
	for _, data := range printable {
		for _, form := range []string{"{{.}}", "{{print .}}", `{{printf "%v %T" . .}}`, "{{if .}}T{{else}}F{{end}}", `{{printf "%+v|%#v|%s|%d|%q" . . . . .}}`, "{{len .}}", "{{range .}}[{{.}}]{{end}}", "{{html .}}", "{{eq . .}}", "{{.x}}"} {
			// A range over a number counts up to it: only small ones.
			if strings.HasPrefix(form, "{{range") && (strings.HasPrefix(data, `{"$uint`) || strings.HasPrefix(data, `{"$int`) || strings.HasPrefix(data, `{"$duration`)) {
				continue
			}
			goTemplate(t, data, form)
		}
	}
}

// printable values, one or more of each type that a template can meet.
var printable = []string{
	`null`, `true`, `false`, `0`, `1`, `-1.5`, `1000000`, `1e20`, `1e21`, `1e-5`, `0.1`, `{"$float64":"NaN"}`, `{"$float64":"+Inf"}`, `{"$float64":"-Inf"}`, `{"$float64":"-0"}`,
	`{"$int":42}`, `{"$int":-42}`, `{"$int8":-128}`, `{"$int16":300}`, `{"$int32":65}`, `{"$int64":-9223372036854775808}`, `{"$uint":3}`, `{"$uint8":255}`, `{"$uint16":65535}`, `{"$uint32":128512}`, `{"$uint64":18446744073709551615}`, `{"$float32":0.1}`, `{"$float32":16777216}`, `{"$complex":[1,-2.5]}`, `{"$number":"1.50"}`,
	`""`, `"abc"`, `"a\"b\\c\n"`, `"héllo 世界 😀"`, `"\u0000\u0001\u007f\u0085\u00a0\u2028\ufeff"`, "\"`tick`\"", `{"$str_b64":"/2H+"}`, `{"$bytes":""}`, `{"$bytes":"aGVsbG8="}`, `{"$bytes":"AP9B"}`,
	`[]`, `[1,"a",null,true,[2,[3]],{"k":"v"}]`, `{"$strs":[]}`, `{"$strs":["a","b c",""]}`, `{"$ints":[1,-2]}`, `{"$int64s":[5]}`, `{"$floats":[1.5,1e6]}`, `{"$bools":[true,false]}`, `{}`, `{"b":1,"a":{"c":null},"":[]}`, `{"$strmap":{"z":"1","a":"2"}}`, `{"$pairs":[[{"$int":2},"b"],[{"$int":-1},"a"]]}`, `{"$pairs":[["x",{"$int":1}]]}`, `{"$maps":[{"a":1},{}]}`,
	`{"$nil":"map[string]interface {}"}`, `{"$nil":"[]interface {}"}`, `{"$nil":"[]string"}`, `{"$nil":"[]uint8"}`, `{"$error":"an error"}`, `{"$duration":3661500000000}`, `{"$duration":0}`, `[{"$duration":1},{"$error":"e"},{"$bytes":"YQ=="},{"$nil":"[]interface {}"}]`, `{"m":{"$nil":"map[string]interface {}"},"d":{"$duration":1500}}`,
}
