package main

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Questions that go deeper than the first round: constructs inside constructs, and values of every kind where
// one of them was expected.

// kinds names a value of each kind in the world, and a constant of each kind.
var kinds = []string{".i", ".i8", ".u8", ".u64", ".f", ".f32", ".t", ".s", ".e", ".bytes", ".nil", ".l", ".el", ".m", ".strs", ".ints", ".sm", ".maps", ".nilmap", ".nillist", ".err", ".d", ".nope", "7", "-3", "1.5", `"text"`, "true", "nil", "'a'", "1i", "3+0i"}

func suiteGotmplDeeper() {
	gotmplControl()
	gotmplVariables()
	gotmplCompare()
	gotmplFields()
	gotmplIndexing()
	gotmplFormats()
	gotmplNumbers()
	gotmplCharacters()
	gotmplSyntax()
	gotmplDefinitions()
}

func gotmplControl() {
	t := newTopic("gotmpl", "control")
	// A jump in every construct, in a range in a range.
	for _, jump := range []string{"break", "continue"} {
		for _, inside := range []string{`{{if eq $x 2}}{{%s}}{{end}}`, `{{with 1}}{{if eq $x 2}}{{%s}}{{end}}w{{end}}`, `{{if eq $x 2}}{{else}}{{%s}}{{end}}`, `{{with .nope}}{{else}}{{%s}}{{end}}`, `{{with $.nope}}{{else with $x}}{{%s}}{{end}}`, `{{if $.nope}}{{else if $x}}{{%s}}{{end}}`, `{{range 0}}{{else}}{{%s}}{{end}}`, `{{range 2}}{{.}}{{%s}}{{end}}`, `{{range $.el}}{{else}}{{if eq $x 2}}{{%s}}{{end}}e{{end}}`, `{{block "b" $x}}{{%s}}{{end}}`, `{{- %s -}}`, `{{$x = 9}}{{%s}}`} {
			inside = fmt.Sprintf(inside, jump)
			goTemplate(t, world, `{{range $x := .ints}}<{{$x}}`+inside+`>{{end}}!`, `{{range .strs}}{{.}}{{range $x := $.ints}}<{{$x}}`+inside+`>{{end}}{{.}};{{else}}none{{end}}!`)
		}
		goTemplate(t, world, `{{range 3}}{{define "x"}}{{`+jump+`}}{{end}}{{end}}`, `{{`+jump+`}}`, `{{range 1}}{{`+jump+` .}}{{end}}`, `{{range 1}}{{else}}{{`+jump+`}}{{end}}`, `{{range 1}}{{end}}{{if true}}{{`+jump+`}}{{end}}`, `{{range 1}}{{`+jump+"\n}}{{end}}.", `{{range 1}}{{if `+jump+`}}{{end}}{{end}}`, `{{range 1}}{{print `+jump+`}}{{end}}`, `{{range 1}}{{$x := `+jump+`}}{{end}}`)
	}
	// Chains of else, and what dot and $ are in each branch.
	for _, v := range []string{".m", ".nil", ".e", ".l", "0", "nil", `"x"`, ".nope", "(eq .i 7)", "(index .l 1)"} {
		goTemplate(t, world,
			`{{if `+v+`}}1{{else if .t}}2{{else}}3{{end}}`, `{{if .no}}1{{else if `+v+`}}2{{else if .e}}3{{else}}4{{end}}`,
			`{{with `+v+`}}{{.}}{{else with .s}}{{.}}{{else}}{{.i}}{{end}}`, `{{with .e}}{{else with $y := `+v+`}}{{$y}}|{{.}}{{else with .strs}}{{.}}{{end}}`, `{{with $y := `+v+`}}{{$y}}{{else}}[{{$y}}]{{end}}`,
			`{{range `+v+`}}{{.}}{{else}}{{with $.m.b}}{{.c}}{{end}}{{end}}`, `{{with `+v+`}}{{with .}}{{with $}}{{.i}}{{end}}{{end}}{{end}}`, `{{if not `+v+`}}{{with .m}}{{range $k, $w := .}}{{$k}}={{$w}} {{end}}{{end}}{{end}}`,
		)
	}
	goTemplate(t, world,
		`{{range $i, $o := .l}}{{range $j, $p := $.strs}}{{$i}}{{$j}}{{$p}} {{end}}{{end}}`, `{{range $i, $i := .strs}}{{$i}} {{end}}`, `{{range $k, $v := .sm}}{{range $c := $v}}{{end}}{{end}}`, `{{range .maps}}{{range $k, $v := .}}{{$k}}{{$v}}{{end}}{{end}}`, `{{range $x := 3}}{{range $x}}{{$x}}{{.}} {{end}}{{end}}`, `{{range .u8}}{{if eq . 3}}{{break}}{{end}}{{.}}{{end}}`, `{{range 3}}{{with "w"}}{{range 2}}{{.}}{{end}}{{.}}{{end}}{{.}}{{end}}`,
		`{{range .m}}{{if eq (printf "%T" .) "string"}}{{break}}{{end}}{{.}}{{end}}`, `{{range -1}}x{{else}}none{{end}}`, `{{range .l}}{{range .}}{{.}}{{end}}{{end}}`, `{{range "abc"}}{{.}}{{end}}`, `{{range 1.0}}{{.}}{{end}}`, `{{range 1e1}}{{.}}{{end}}`, `{{range 0x3}}{{.}}{{end}}`, `{{range 'a'}}{{break}}{{end}}`, `{{range nil}}x{{else}}e{{end}}`, `{{range}}x{{end}}`, `{{range .l }}{{else if .t}}{{end}}`, `{{if}}{{end}}`, `{{with}}{{end}}`,
		`{{if .t}}{{if .t}}{{if .no}}a{{else}}b{{end}}c{{end}}d{{end}}e`, `{{with .m}}{{if .a}}{{with .b}}{{.c}}{{$.i}}{{end}}{{end}}{{end}}`, `{{with $x := .m}}{{with $y := $x.b}}{{with $z := $y.c}}{{$x.a}}{{$y.c}}{{$z}}{{.}}{{end}}{{end}}{{end}}`, `{{if $x := .m.nope}}{{else if $y := .s}}{{$x}}{{$y}}{{end}}`, `{{with $x := .m}}{{else with $y := .s}}{{$x}}{{$y}}{{end}}`, `{{if and .t (or .no .s) (not .e)}}y{{end}}`, `{{if eq .i 7 | not}}a{{else}}b{{end}}`,
	)
}

func gotmplVariables() {
	t := newTopic("gotmpl", "variables")
	// Each construct opens a scope: a variable assigned in it is the outer one, one declared in it is not.
	for _, construct := range []string{`{{if .t}}%s{{end}}`, `{{if .no}}{{else}}%s{{end}}`, `{{if .no}}{{else if .t}}%s{{end}}`, `{{with .m}}%s{{end}}`, `{{with .e}}{{else}}%s{{end}}`, `{{range 2}}%s{{end}}`, `{{range .el}}{{else}}%s{{end}}`, `{{range .strs}}{{with .}}{{if $.t}}%s{{end}}{{end}}{{end}}`, `{{block "b" .}}%s{{end}}`, `{{define "b"}}%s{{end}}{{template "b" .}}`} {
		for _, body := range []string{`{{$x = 2}}`, `{{$x := 2}}{{$x}}`, `{{$x = print $x "+"}}`, `{{$x := print $x "+"}}{{$x}}`, `{{$y := $x}}{{$y = 5}}{{$y}}`, `{{$y = 3}}`, `{{$x := $x}}{{$x = 4}}{{$x}}`, `{{$}}`, `{{$ = 1}}`} {
			goTemplate(t, `{"t":true,"no":false,"m":{"a":1},"e":"","el":[],"strs":["p","q"]}`, `{{$x := 1}}`+fmt.Sprintf(construct, body)+`{{$x}}`)
		}
	}
	goTemplate(t, world,
		`{{$x := $x}}`, `{{if .no}}{{$y := 1}}{{else}}{{$y}}{{end}}`, `{{if .no}}{{$y := 1}}{{else}}{{$y.a.b}}{{end}}`, `{{if .t}}{{$y := 1}}{{else}}{{$y}}{{end}}`, `{{$y := 7}}{{if .no}}{{$y := 1}}{{else}}{{$y}}{{end}}`, `{{$y = 7}}{{$y}}`, `{{if .no}}{{$y = 7}}{{end}}ok`, `{{if .no}}{{$y = 7}}{{else}}{{$y}}{{end}}`, `{{if .t}}{{$y = 7}}{{end}}{{$y}}`, `{{$x := 1}}{{if true}}{{$y = 7}}{{$y}}{{end}}`,
		`{{print ($x := 1)}}{{$x}}`, `{{and false ($x := 1)}}{{$x}}`, `{{$x := 5}}{{and false ($x := 1)}}{{$x}}`, `{{and true ($x := 1)}}{{$x}}`, `{{print $x ($x := 1)}}`, `{{print ($x := 1) $x}}`, `{{$a := ($b := 3)}}{{$a}}{{$b}}`, `{{$a := ($a := 3)}}{{$a}}`, `{{($b := 3)}}{{$b}}`, `{{$a := ($a.x)}}`, `{{$a := print (print $a)}}`, `{{$a := (print ($b := 1) $b)}}{{$a}}{{$b}}`, `{{if ($a := 1)}}{{$a}}{{end}}{{$a}}`, `{{with ($a := .m)}}{{$a.a}}{{end}}`, `{{($a := .m).b}}`, `{{($a = 1)}}`, `{{$a := 1}}{{($a = 2)}}{{$a}}`, `{{range ($r := .strs)}}{{$r}}{{.}}{{end}}`,
		`{{range $i, $x = 3}}{{end}}`, `{{range $i, $x = .strs}}{{end}}`, `{{range $i = .el}}{{end}}`, `{{with $x = 1}}{{$x}}{{end}}`, `{{$x := 1}}{{with $x = 0}}a{{else}}{{$x}}{{end}}{{$x}}`, `{{$x := 1}}{{if $x = 2}}{{$x}}{{end}}{{$x}}`, `{{$x := 1}}{{range $x = .strs}}{{$x}}{{end}}{{$x}}`, `{{$x := 1}}{{range $x = .el}}{{else}}{{$x}}{{end}}{{$x}}`, `{{$k := 0}}{{$v := 0}}{{range $k, $v = .sm}}{{end}}{{$k}}{{$v}}`, `{{range $i, $x := .el}}{{else}}{{$i}}{{$x}}{{end}}`, `{{range $i, $x := .strs}}{{$i = 9}}{{$x = 8}}{{$i}}{{$x}} {{end}}`, `{{range $i, $x := .strs}}{{.}}{{$x = "c"}}{{.}}{{$x}}{{end}}`, `{{range $i := 3}}{{$i = 7}}{{$i}}{{end}}`,
		`{{$.x}}{{$ = 3}}{{$}}{{.i}}`, `{{$ := 3}}{{$}}{{template "a" .s}}{{define "a"}}{{$}}{{end}}`, `{{with .m}}{{$ := .}}{{$.a}}{{end}}{{$.i}}`, `{{range .strs}}{{$ = .}}{{end}}{{$}}`, `{{$x := 1 | print | len}}{{$x}}`, `{{$x := nil}}`, `{{$x := .nil}}{{$x}}`, `{{$x := .nil}}{{$x.y}}`, `{{$x := .nope}}{{$x.y.z}}`, `{{$x := .l}}{{index $x 1}}{{$x = .m}}{{$x.a}}{{$x = 3}}{{$x}}`, `{{$x := .m}}{{$x.b.c}}{{$x.b = 1}}`, `{{$x.y := 1}}`, `{{$x := 1; $y := 2}}`, `{{$x, $y := .m}}`, `{{$x := $y := 1}}`, `{{$x := 1}} {{- $x = 2 -}} {{$x}}`, `{{$x:=.s}}{{$x|printf "%s-%s" $x}}`, `{{$x := print}}[{{$x}}]`, `{{$x := "a" | printf "%s%s" "b"}}{{$x}}`, `{{$1 := 2}}{{$1}}`, `{{$a.b := 2}}`, `{{$_ := 2}}{{$_}}`, `{{$x := .}}{{$x.i}}`, `{{$x := 1}}{{$x 1}}`, `{{$x := 1}}{{1 | $x}}`, `{{$m := .m}}{{1 | $m.a}}`, `{{$m := .m}}{{$m.a 1}}`, "{{$x := 1}}{{\"\n\"}}", "{{$x := 1}}\n{{$x\n.y}}", `{{$x := 1}}{{template "a" $x}}{{define "a"}}{{.}}{{$x}}{{end}}`,
	)
}

func gotmplCompare() {
	t := newTopic("gotmpl", "compare")
	// Every kind with every other: equality in full, order for one of each.
	for _, a := range kinds {
		for _, b := range kinds {
			goTemplate(t, world, "{{eq "+a+" "+b+"}}")
		}
		for _, f := range []string{"lt", "le", "gt", "ge", "ne"} {
			goTemplate(t, world, "{{"+f+" "+a+" "+a+"}}", "{{"+f+" "+a+" 7}}", "{{"+f+` "text" `+a+"}}", "{{"+f+" .u64 "+a+"}}")
		}
	}
	for _, data := range []string{`{"a":{"$float64":"NaN"},"b":{"$float64":"+Inf"}}`, `{"a":{"$float64":"-0"},"b":0}`, `{"a":{"$number":"12"},"b":"12"}`, `{"a":{"$number":"12"},"b":12}`, `{"a":{"$duration":7},"b":{"$int":7}}`, `{"a":{"$duration":7},"b":{"$int64":7}}`, `{"a":{"$float32":0.1},"b":0.1}`, `{"a":{"$float32":0.5},"b":0.5}`, `{"a":{"$uint64":18446744073709551615},"b":{"$int":-1}}`, `{"a":{"$uint8":255},"b":{"$int8":-1}}`, `{"a":{"$int64":9223372036854775807},"b":{"$uint64":9223372036854775808}}`, `{"a":{"$complex":[1,0]},"b":1}`, `{"a":{"$complex":[1,2]},"b":{"$complex":[1,2]}}`, `{"a":{"$bools":[true]},"b":{"$bools":[true]}}`, `{"a":{"$error":"x"},"b":{"$error":"x"}}`, `{"a":{"$nil":"[]string"},"b":{"$nil":"[]interface {}"}}`, `{"a":{"$nil":"map[string]interface {}"},"b":{}}`, `{"a":{"$bytes":"aGk="},"b":"hi"}`, `{"a":{"$str_b64":"/w=="},"b":"�"}`, `{"a":"","b":null}`} {
		for _, f := range []string{"eq", "ne", "lt", "le", "gt", "ge"} {
			goTemplate(t, data, "{{"+f+" .a .b}}", "{{"+f+" .b .a}}")
		}
		goTemplate(t, data, "{{eq .a .a}}{{eq .a .b .a}}", "{{if .a}}T{{end}}{{and .a .b}}{{or .a .b}}{{not .b}}")
	}
	goTemplate(t, world, `{{eq .i 1 2 3 7}}`, `{{eq .i 1 "x"}}`, `{{eq .i 7 "x"}}`, `{{eq .nil .nil .l}}`, `{{ne .i .nil}}`, `{{eq (index .l 3) nil}}`, `{{eq .nope .nil}}`, `{{lt .i}}`, `{{lt .i 1 2}}`, `{{ne .i 1 2}}`, `{{eq .l.x 1}}`, `{{.i | eq 7}}`, `{{7 | lt .i}}`, `{{8 | lt .i}}`, `{{.i | eq 1 2 7}}`, `{{eq 1.0 1}}`, `{{eq "a" 'a'}}`, `{{lt "a" "b"}}{{lt "b" "a"}}{{lt "a" "a"}}{{le "a" "a"}}`, `{{lt "é" "z"}}`, `{{lt .bad "z"}}`, `{{lt 1.5 2.5}}{{gt 1.5 2.5}}`, `{{lt 0x10 17}}`, `{{eq 1i 0+1i}}`, `{{lt 'a' 'b'}}`)
}

func gotmplFields() {
	t := newTopic("gotmpl", "fields")
	for _, v := range kinds {
		for _, form := range []string{`{{(%s).x}}`, `{{(%s).x.y}}`, `{{$v := %s}}{{$v.x}}`, `{{$v := %s}}{{$v.String}}`, `{{with $v := %s}}{{.Error}}{{end}}`, `{{%s | print .m.b.c}}`, `{{.m.b %s}}`, `{{.d.Round %s}}`} {
			goTemplate(t, world, fmt.Sprintf(form, v))
		}
	}
	for _, option := range []string{"default", "zero", "error"} {
		for _, template := range []string{`{{.nope.x.y}}`, `{{.m.nope.x}}`, `{{.m.nope.x.y}}`, `{{.sm.nope.x}}`, `{{.nil.x}}`, `{{.m.b.nope}}`, `{{.m.b.nope.x}}`, `{{.nilmap.x.y}}`, `{{(index .m "nope").x}}`, `{{(index .sm "nope")}}`, `{{with .m.nope}}{{.}}{{else}}e{{end}}`, `{{range .m.nope}}{{else}}e{{end}}`, `{{len .m.nope}}`, `{{print .m.nope .sm.nope}}`, `{{.m.nope | print}}`, `{{printf "%v %T" .m.nope .m.nope}}`, `{{$x := .m.nope}}{{$x}}{{$x.y}}`, `{{template "a" .m.nope}}{{define "a"}}{{.}}{{.x}}{{end}}`, `{{not .m.nope}}{{and .m.nope 1}}{{or .m.nope 1}}`, `{{index .m.nope 1}}`, `{{slice .m.nope 1}}`, `{{html .m.nope}}`, `{{(.nope).x}}`, `{{.maps.n}}`, `{{range .maps}}{{.nope}}{{end}}`, `{{range .maps}}{{.nope.x}}{{end}}`, `{{.l.nope}}`, `{{.s.nope}}`} {
			t.add(Case{Kind: "gotmpl", Option: option, Template: text(template), Data: json.RawMessage(needed(world, template))})
		}
	}
	goTemplate(t, world, `{{.d.Seconds}}`, `{{.d.Hours | printf "%.2f"}}`, `{{.d.Truncate 1}}`, `{{.d.Truncate 60000000000}}`, `{{.d.Round 1 2}}`, `{{.d.Seconds 1}}`, `{{1 | .d.Seconds}}`, `{{60000000000 | .d.Round}}`, `{{.d.String.x}}`, `{{.d.seconds}}`, `{{.d.Nanoseconds}} {{.d.Microseconds}} {{.d.Milliseconds}} {{.d.Minutes}} {{.d.Abs}}`, `{{.err.Error}}`, `{{.err.Error 1}}`, `{{.err.s}}`, `{{.err.Unwrap}}`, `{{.m.a 1}}`, `{{1 | .m.a}}`, `{{.m.b.c "x"}}`, `{{.m.nope 1}}`, `{{.nil.x 1}}`, `{{.m "a"}}`, `{{.m.k-v}}`, `{{index .m "k-v"}}`, `{{.M}}`, `{{.m.A}}`, `{{.nil.x.y.z}}`, `{{(.m.b).c}}`, `{{((.m).b).c}}`, `{{(.m.b).c.d}}`, `{{(print "x").y}}`, `{{(len .s).y}}`, `{{(nil).x}}`, `{{nil.x}}`, `{{(true).x}}`, `{{true.x}}`, `{{"a".x}}`, `{{1.x}}`, `{{print.x}}`, `{{print .x.y}}`, `{{$.m.b.c}}`, `{{$.m.b.c.d}}`, `{{.m.b .m.b}}`, `{{. .m}}`, `{{.}} {{.m}}`)
	goTemplate(t, `{"x":[{"y":{"z":[1,2]}}],"n":null,"":"empty","a b":1,"é":"e","1":2,"_":3,"if":4,"nil":5,"true":6,"range":7}`, `{{(index .x 0).y.z}}`, `{{(index (index .x 0).y.z 1)}}`, `{{index .x 0 "y" "z" 1}}`, `{{index . ""}}`, `{{index . "a b"}}`, `{{.é}}`, `{{.1}}`, `{{._}}`, `{{.if}}{{.nil}}{{.true}}{{.range}}`, `{{range (index .x 0).y.z}}{{.}}{{end}}`, `{{with (index .x 0)}}{{.y}}{{end}}`, `{{.n.x}}`, `{{(.n).x}}`, `{{with .n}}{{else}}{{.x}}{{end}}`, `{{.x.y}}`, `{{.x.0}}`, `{{index .x.y 0}}`)
}

func gotmplIndexing() {
	t := newTopic("gotmpl", "indexing")
	subjects := append([]string{".uni", ".bad", "(slice .l 1 3)", `(index .l 4)`}, kinds...)
	for _, subject := range subjects {
		goTemplate(t, world, "{{index "+subject+"}}", "{{index "+subject+" 0}}", "{{index "+subject+" 1 0}}", "{{index "+subject+` "a"}}`, "{{index "+subject+" nil}}", "{{index "+subject+" -1}}", "{{index "+subject+" 99}}", "{{slice "+subject+"}}", "{{slice "+subject+" 1}}", "{{slice "+subject+" 0 1}}", "{{slice "+subject+" 0 1 1}}", "{{slice "+subject+" 2 1}}", "{{slice "+subject+" 99}}", "{{len "+subject+"}}")
		goTemplate(t, world, "{{index .l "+subject+"}}", "{{index .m "+subject+"}}", "{{slice .l "+subject+"}}", "{{index .sm "+subject+"}}", "{{"+subject+" | index .strs}}", "{{"+subject+" | slice .strs}}", "{{"+subject+" | len}}")
	}
	for _, data := range []string{`[]`, `[1,2,3]`, `"abc"`, `"é世"`, `{"$bytes":"AQID"}`, `{"$strs":["a","b"]}`, `{"$nil":"[]uint8"}`, `{"$nil":"[]string"}`, `{"$number":"123"}`, `{"$bools":[true]}`, `{"a":[1,{"b":2}]}`, `{"$strmap":{"a":"b"}}`} {
		for _, args := range []string{"0", "1", "2", "3", "4", "-1", "0 0", "0 1", "0 3", "1 1", "3 3", "2 1", "0 1 2", "1 2 3", "0 2 1", "3 3 3", "0 0 0 0", `"a"`, `"a" 1`, `"a" 1 "b"`, "1.0", "nil", "'a'", "true"} {
			goTemplate(t, data, "{{index . "+args+"}}", "{{slice . "+args+"}}")
		}
	}
	goTemplate(t, world, `{{index .maps 0 "n"}}`, `{{index .maps 1 "nope"}}`, `{{index .maps 1 "nope" "x"}}`, `{{index .m "b" "c" 0}}`, `{{(slice .strs 1).x}}`, `{{range slice .strs 1}}{{.}}{{end}}`, `{{slice (slice .strs 1) 1}}`, `{{index (slice .strs 1 2) 1}}`, `{{len (slice .s 1 3)}}`, `{{slice .s 1 3 | len}}`, `{{slice "héllo" 1 3}}`, `{{slice "héllo" 1 2 | printf "%q"}}`, `{{index "héllo" 1}}`, `{{slice .l .i}}`, `{{slice .l 0 .u8}}`, `{{$i := .i8}}{{slice .l $i}}`, `{{$i := 1}}{{slice .l $i}}{{index .l $i}}`, `{{slice .l (len .e)}}`, `{{index .l .nil}}`, `{{slice .l .nil}}`, `{{index .strs 9223372036854775807}}`, `{{index .strs 0x1}}`, `{{index .strs 1e0}}`, `{{index .strs 1_0}}`, `{{index .l 1+0i}}`)
}

func gotmplFormats() {
	t := newTopic("gotmpl", "formats")
	for _, v := range kinds {
		for _, format := range []string{"%v|%+v|%#v", "%s|%q|%x", "%d|%o|%b|%X", "%5v|%-8s|%05d", "%e|%6.2f|%g", "%c|%U|%t", "%[1]v %[1]T", "%.2s|%.1v|% x|%#q|%+q"} {
			goTemplate(t, world, `{{printf `+string(plainJSON(format))+strings.Repeat(" "+v, strings.Count(format, "%")-strings.Count(format, "[1]T"))+`}}`)
		}
		goTemplate(t, world, "{{print "+v+" "+v+"}}", `{{print "a" `+v+` 1 `+v+"}}", "{{println "+v+` "b" `+v+"}}", "{{html "+v+" "+v+"}}", "{{js "+v+` "'"}}`, "{{urlquery "+v+" "+v+"}}", "{{"+v+"}}", "{{"+v+" | printf \"%v%v\" 1}}")
	}
	goTemplate(t, world, `{{printf "%"}}`, `{{printf "%!" 1}}`, `{{printf "%z" 1}}`, `{{printf "%d %d" 1}}`, `{{printf "%d" 1 2}}`, `{{printf "%[2]d %[1]d" 1 2}}`, `{{printf "%[3]d" 1}}`, `{{printf "%[x]d" 1}}`, `{{printf "%[0]d" 1}}`, `{{printf "%*d|" 6 1}}`, `{{printf "%-*d|" 6 1}}`, `{{printf "%*d|" "x" 1}}`, `{{printf "%.*f|" 2 3.14159}}`, `{{printf "%.*f|" -2 3.14159}}`, `{{printf "%[2]*[1]d|" 1 6}}`, `{{printf "%6.3[1]f|" 1.5}}`, `{{printf "%v %v" .l}}`, `{{printf "%s" .l .m}}`, `{{printf .s 1}}`, `{{printf (print "%" "d") 5}}`, `{{5 | printf "%d-%d" 4}}`, `{{printf "%d%%" 5}}`, `{{printf "%99999999d" 1 | len}}`, `{{printf "%1000d" 1 | len}}`, `{{printf "%x" .bytes}}`, `{{printf "%x %X" .s .uni}}`, `{{printf "%q" .bad}}`, `{{printf "%+q" .uni}}`, `{{printf "%#q" .uni}}`, `{{printf "%t" 1}}`, `{{printf "%w" .err}}`, `{{printf "%v" .maps}}`, `{{printf "%d" .strs}}`, `{{printf "%s" .ints}}`, `{{printf "%08b|%#o|%#x|%#b|%O" 5 8 255 5 8}}`, `{{printf "%U %#U" 0x1F600 0x1F600}}`, `{{printf "%c" 0x110000}}`, `{{printf "%c" -1}}`, `{{printf "%q" 65}}`, `{{printf "%v" 1e21}} {{printf "%v" 1e20}} {{1e21}} {{1e20}} {{0.00001}} {{0.0001}}`, `{{printf "%v" .d}} {{printf "%d" .d}} {{printf "%s" .d}} {{printf "%T" .d}}`, "{{printf \"é%s世\" `x`}}", `{{printf nil}}`, `{{printf}}`, `{{printf .i}}`, `{{.nope | printf}}`, `{{printf .nope}}`, `{{printf "%v" .nope}}`, `{{nil | printf "%v"}}`, `{{.nil | printf "%v"}}`)
}

func gotmplNumbers() {
	t := newTopic("gotmpl", "numbers")
	for _, literal := range []string{"0", "00", "-00", "+0", "0.0", "-0.0", "0_0", "1_0", "1__0", "_1", "1_", "1_.5", "1._5", "0x_1", "0x1_", "0_x1", "0X1F", "0xg", "0x", "0b", "0b102", "0B1_0", "0o", "0o8", "0O17", "08", "09", "019", "08.5", "-08", "077", "-0x10", "-0x1E", "+0x1e", "0x1E", "0xE+1", "0x1p4", "0x1p-2", "0x1.8p1", "0x.8p1", "0x1.8", "0xp1", "0x1P+2", "1e", "1e+", "1e-", "1e5", "1E5", "1e05", "1e-05", "1e400", "-1e400", "1e-400", "1e308", "1.7976931348623157e308", "4.9e-324", "2e-324", "1.", ".1", ".", "-.", "-.5", "+.5", "1.e3", ".e3", "1.2.3", "1e1.5", "1ee5", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809", "18446744073709551615", "18446744073709551616", "0x7fffffffffffffff", "0x8000000000000000", "0xffffffffffffffff", "0x10000000000000000", "123456789012345678901234567890", "123456789012345678901234567890.0", "1e18", "1e19", "1e20", "9007199254740993", "9007199254740993.0", "1000000", "1000000.0", "1e6", "123456.789e3", "0.1", "0.1e1", "100e-2", "1i", "-1i", "0i", "1.5i", "1e2i", "0x1p1i", "0x1i", "0b1i", "1_0i", "1__0i", "1e400i", "1+2i", "1-2i", "-1-2i", "1+-2i", "1+2", "1+i", "1i+1", "1i+1i", "1e5+1e5i", "0x1p4+2i", "0x1e+2i", "0x1+0x2i", "1_0+2i", "012+1i", "1e400+1i", "1+1e400i", "1.+.5i", "+1+1i", "1+2i3", "1 +2i", "'a'", "'ab'", "''", "'", `'\''`, `'\"'`, `'"'`, `'\n'`, `'\0'`, `'\000'`, `'\377'`, `'\400'`, `'\x41'`, `'\xff'`, `'\x4'`, `'\u00e9'`, `'\ud800'`, `'\U0001F600'`, `'\U00110000'`, `'\q'`, `'世'`, `'世界'`, "'\\\n'", "' '", "'\t'", "1x", "1a", "1é", "12e", "1u", "1f", "1.5f", "--1", "+-1", "- 1", "1-", "1+", "1e5e5", "Inf", "NaN", "0777", "0b11.1", "0o1.5", "0b1e3", "0o1e3"} {
		goTemplate(t, `[10,11,12,13]`, "{{"+literal+"}}", "{{print "+literal+"}}", `{{printf "%T %v" `+literal+" "+literal+"}}", "{{index . "+literal+"}}")
	}
}

func gotmplCharacters() {
	t := newTopic("gotmpl", "characters")
	odd := []string{"\x00", "\x01", "\x7f", "\u0085", "\u00a0", "\u00ad", "\u00e9", "\u0301", "\u0663", "\u2028", "\u200b", "\u2167", "\u00b2", "\ufeff", "\ufffd", "世", "\U0001f600", "\U00010348", "\U000e0001", "\xff", "\xc3", "\xe4\xb8", "\xed\xa0\x80", "\xf0\x9f\x98", "\xc0\x80", "\v", "\f", "\r", "#", "%", "&", "!", "?", "@", "~", "^", ";", "<", ">", "[", "]", "\\", "*", "/", "{", "}"}
	for _, c := range odd {
		goTemplate(t, `{"é":1,"a":"x"}`,
			"{{"+c+"}}", "{{ .a"+c+" }}", "{{ $"+c+" := 1 }}", "{{ print"+c+"}}", "{{ \"a"+c+"\" }}", "{{ `a"+c+"` }}", "{{ '"+c+"' }}", c+"{{ .a }}"+c, "{{/*"+c+"*/}}", "{{ .a }"+c+"}", "a"+c+"{{- .a -}}"+c+"b", "{{ 1"+c+" }}", `{{ printf "%q" "`+c+`" }}`, "{{ html `"+c+"` }}{{ js `"+c+"` }}{{ urlquery `"+c+"` }}", "{{ len `"+c+"` }}", "{{define `"+c+"`}}{{.}}{{end}}{{template `"+c+"` 1}}", "{{template `"+c+"`}}", "{{if "+c+"}}", "\n{{ nofunc"+c+" }}")
	}
	for _, escape := range []string{`\a\b\f\n\r\t\v`, `\\\"`, `\'`, `\0`, `\00`, `\000`, `\101`, `\377`, `\400`, `\8`, `\x`, `\x4`, `\x41`, `\xff\xfe`, `\xg0`, `\u`, `\u12`, `\u00e9`, `\ud800`, `\udfff`, `\uFFFD`, `\U0001F600`, `\U00110000`, `\U0001F60`, `\e`, `\`, "\\\n", "a\nb", "\t", `%\n`} {
		goTemplate(t, "", `{{ "`+escape+`" }}`, `{{ printf "%q" "a`+escape+`b" }}`, `{{ len "`+escape+`" }}`, "{{ `"+escape+"` }}", `{{template "`+escape+`"}}`)
	}
}

func gotmplSyntax() {
	t := newTopic("gotmpl", "syntax")
	// Each mistake on a line of its own, in an action over several lines, and in a body.
	for _, mistake := range []string{"{{", "{{ .a", "{{ \"a }}", "{{ `a }}", "{{ 'a }}", "{{ nofunc }}", "{{ $x }}", "{{ $x.y }}", "{{ ) }}", "{{ ( }}", "{{ (1 }}", "{{ () }}", "{{ | }}", "{{ 1 | }}", "{{ | 1 }}", "{{ 1 | 2 }}", "{{ print | | print }}", "{{ a.b }}", "{{ .a.  }}", "{{ .a..b }}", "{{ 1 2 }}", "{{ .a .b }}x", "{{ := 1 }}", "{{ $x := }}", "{{ $x = }}", "{{ $x, $y := 1 }}", "{{ $x , }}", "{{ else }}", "{{ end }}", "{{ else if .a }}", "{{ if }}", "{{ if .a }}", "{{ if .a }}{{ else }}{{ else }}{{ end }}", "{{ if .a }}{{ else }}{{ else if }}{{ end }}", "{{ if .a else }}{{ end }}", "{{ with }}", "{{ range }}", "{{ range $a, $b, $c := .a }}{{ end }}", "{{ range $a, := .a }}{{ end }}", "{{ range $a $b := .a }}{{ end }}", "{{ range .a, .b }}{{ end }}", "{{ template }}", "{{ template x }}", "{{ template \"x\" 1 2 }}", "{{ template \"x\" | print }}", "{{ block }}", "{{ block \"x\" }}{{ end }}", "{{ block \"x\" . }}", "{{ define }}", "{{ define x }}{{ end }}", "{{ define \"x\" . }}{{ end }}", "{{ define \"x\" }}", "{{ define \"x\" }}{{ else }}{{ end }}", "{{ block \"x\" . }}{{ else }}{{ end }}", "{{ break }}", "{{ continue }}", "{{ nil }}", "{{ nil | print }}", "{{ true.x }}", "{{ \"a\".x }}", "{{ 1.x }}", "{{ nil.x }}", "{{/* a", "{{/* a */ }}", "{{ /* a */}}", "{{/* a */b}}", "{{- /* a */ -}}{{ nofunc }}", "{{-/* a */}}", "{{ 1- }}", "{{ -}}", "{{--}}", "{{ print\"a\" }}", "{{ print(1) }}", "{{ (1)(2) }}", "{{ (1).a.b(2) }}", "{{ \"a\"\"b\" }}", "{{ .a\"b\" }}", "{{ .a(1) }}", "{{ $(1) }}", "{{ print . }} }}", "{{ print {{ .a }} }}", "{{ if .a }}{{ define \"x\" }}{{ end }}{{ end }}", "{{ end }}{{ end }}", "{{ end 1 }}", "{{ if .a }}{{ end x }}", "{{ if .a }}{{ else x }}{{ end }}", "{{ else with .a }}", "{{ with .a }}{{ else if .b }}{{ end }}", "{{ if .a }}{{ else with .b }}{{ end }}", "{{ range .a }}{{ else range .b }}{{ end }}", "{{ a_very_long_function_name_that_is_not_there }}", "{{ print a世界b世界c世界d }}", "{{ if .a }}{{ if .b }}{{ end }}", "{{ . | .a.b 1 | print | 5 }}", "{{ with $x, $y := .a }}{{ end }}", "{{ if $x := 1, 2 }}{{ end }}", "{{ $x := 1 }}{{ $x := 1 2 }}"} {
		goTemplate(t, `{"a":{"b":1}}`, "one\ntwo "+mistake+"\nthree", strings.ReplaceAll(mistake, " ", "\n"), "\n{{ if true }}\n"+mistake+"\n{{ end }}", "{{ range .a }}"+mistake+"{{ end }}", "{{ define \"d\" }}\n"+mistake+"{{ end }}")
	}
	goTemplate(t, "", strings.Repeat("(", 30)+"{{ "+strings.Repeat("(", 30)+"1"+strings.Repeat(")", 30)+" }}", "{{ "+strings.Repeat("(", 10)+"1"+strings.Repeat(")", 9)+" }}", "{{ "+strings.Repeat("(", 9)+"1"+strings.Repeat(")", 10)+" }}", strings.Repeat("{{ with 1 }}", 40)+"{{ . }}"+strings.Repeat("{{ end }}", 40), "{{ "+strings.Repeat("print ", 50)+"}}", "{{ 1"+strings.Repeat(" | print", 50)+" }}", "{{ "+strings.Repeat(".a", 60)+" }}", strings.Repeat("\n", 300)+"{{ nofunc }}", "{{ "+strings.Repeat("\n", 300)+"nofunc }}", "{{/*"+strings.Repeat("\n", 300)+"*/}}{{ nofunc }}", "{{ `"+strings.Repeat("\n", 300)+"` }}{{ nofunc }}", "\r\n\r\n{{ nofunc }}", "\r{{ nofunc }}", strings.Repeat("x", 500)+"{{ .a.b.c }}", "{{ if true -}}\n\n{{- end }}\n{{ nofunc }}", "{{- \n\n -}}", "{{- 1 -}}\n\n\n{{ nofunc }}")
}

func gotmplDefinitions() {
	t := newTopic("gotmpl", "definitions")
	// The same name, defined in every way and twice, here and in another file.
	bodies := []string{"", " ", "\n\t", "{{/* c */}}", "one", "{{.}}", "{{if .}}{{end}}"}
	for _, a := range bodies {
		for _, b := range bodies {
			goTemplate(t, `{"x":1}`, `{{define "d"}}`+a+`{{end}}{{define "d"}}`+b+`{{end}}<{{template "d" .}}>`)
			t.add(Case{Kind: "gotmpl", Template: text(`{{define "d"}}` + b + `{{end}}<{{template "d" .x}}>`), Files: map[string]string{"f": `{{define "d"}}` + a + `{{end}}`}, Data: json.RawMessage(`{"x":2}`)})
			t.add(Case{Kind: "gotmpl", Template: text(`<{{template "d" .x}}>`), Files: map[string]string{"d": a, "e": `{{define "d"}}` + b + `{{end}}`}, Data: json.RawMessage(`{"x":3}`)})
			t.add(Case{Kind: "gotmpl", Template: text(`{{block "d" .x}}` + b + `{{end}};{{template "d" 0}}`), Files: map[string]string{"f": `{{define "d"}}` + a + `{{end}}`}, Data: json.RawMessage(`{"x":4}`)})
			t.add(Case{Kind: "gotmpl", Template: text(b), Files: map[string]string{"f": `{{define "t"}}` + a + `{{end}}`}, Data: json.RawMessage(`5`)})
			t.add(Case{Kind: "gotmpl", Template: text(`{{define "t"}}` + a + `{{end}}` + b), Data: json.RawMessage(`6`)})
		}
	}
	for _, files := range []map[string]string{
		{"a": `{{define "x"}}{{.s.q}}{{end}}`, "b": "\n\n{{template \"x\" .}}"}, {"a": "{{define \"x\"}}\n  {{template \"y\" .}}{{end}}", "b": "{{define \"y\"}}\n{{index .l 9}}{{end}}"}, {"a": "{{ .s.q }}"}, {"a": "{{ nofunc }}"}, {"a": "{{ template \"b\" }}", "b": "{{ template \"c\" }}"}, {"a": "{{ $x := 1 }}{{ define \"x\" }}{{ $x }}{{ end }}"}, {"a": "{{define \"x\"}}{{range .l}}{{break}}{{end}}{{end}}{{template \"x\" .}}"}, {"a": "{{template \"x\" .l}}", "x": "{{range .}}{{.}};{{end}}"}, {"a b/c.yaml": "{{.s.q}}", "a": "{{template \"a b/c.yaml\" .}}"}, {"a": "{{define \"\"}}empty{{end}}{{template \"\"}}"}, {"a": "{{block \"x\" .s}}{{.}}{{block \"y\" .}}{{.}}{{end}}{{end}}{{template \"y\" 3}}"}, {"a": "{{define \"x\"}}{{$}}{{with 1}}{{$}}{{end}}{{end}}{{template \"x\" 5}}"}, {"a": "é\n世{{.s.q}}"}, {"a": "{{define \"é\\n\"}}{{.s.q}}{{end}}{{template \"é\\n\" .}}"},
	} {
		t.add(Case{Kind: "gotmpl", Template: text(`{{template "a" .}}`), Files: files, Data: json.RawMessage(`{"s":"str","l":[1,2]}`)})
	}
	goTemplate(t, world, `{{define "a"}}{{template "a" .}}{{end}}{{template "a"}}`, `{{template "a" .i 1}}`, `{{template "a" nil}}{{define "a"}}{{.}}{{end}}`, `{{template "a" "x" | len}}{{define "a"}}{{.}}{{end}}`, `{{template "a" (index .l 0)}}{{define "a"}}{{.}}{{printf "%T" .}}{{end}}`, `{{$x := template "a"}}`, `{{print (template "a")}}`, `{{template "a" $y := 1}}{{define "a"}}{{.}}{{end}}`, `{{template "a" $y := 1}}{{$y}}{{define "a"}}{{.}}{{end}}`, `{{block "a" $y := 1}}{{.}}{{end}}{{$y}}`, `{{range .strs}}{{template "a" .}}{{end}}{{define "a"}}[{{.}}]{{end}}`, `{{with .m}}{{block "a" .b}}{{.c}}{{$.c}}{{end}}{{end}}`, `{{define "a"}}{{define "b"}}{{end}}{{end}}`, `{{block "a" .}}{{define "b"}}x{{end}}{{end}}`, `{{define "a"}}{{block "b" .}}x{{end}}{{end}}{{template "b"}}{{template "a"}}`, `{{- define "a" -}} x {{- end -}} y {{- template "a" -}} z`, `{{define "a"}}{{.s.q}}{{end}}{{/*

*/}}
 {{template "a" .}}`)
}
