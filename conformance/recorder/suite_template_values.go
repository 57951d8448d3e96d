package main

// How values, subcharts and errors come together.

const parentChart = "apiVersion: v2\nname: c\nversion: 0.1.0\n"

func subchart(name string) string { return "apiVersion: v2\nname: " + name + "\nversion: 0.1.0\n" }

// show prints all that a chart sees as values.
const show = `{{ .Values | toJson }}`

func templateValues() {
	t := newTopic("template", "values")
	defaults := "a: 1\nb: {c: 2, d: {e: 3}}\nl: [1, 2]\ns: text\nn: null\nt: true\nm: {k: v}\nz: {n: null, x: 1}\nglobal: {g: 1, h: {i: 2}}\n"
	for _, values := range []string{``, `{}`, `{"a":2}`, `{"a":null}`, `{"b":null}`, `{"b":{"c":null}}`, `{"b":{"d":null}}`, `{"b":{"d":{"e":null}}}`, `{"b":{"d":{"f":1}}}`, `{"b":5}`, `{"b":"x"}`, `{"b":[1]}`, `{"b":{}}`, `{"b":{"c":{"x":1}}}`, `{"b":{"d":5}}`, `{"a":{"x":1}}`, `{"l":[]}`, `{"l":[3]}`, `{"l":null}`, `{"l":{"x":1}}`, `{"new":null}`, `{"new":{"x":null}}`, `{"new":[null]}`, `{"n":1}`, `{"n":null}`, `{"n":{"x":1}}`, `{"t":false}`, `{"t":"false"}`, `{"s":""}`, `{"m":{"k":null,"j":1}}`, `{"m":null}`, `{"z":{"n":5}}`, `{"z":{"n":null}}`, `{"z":{"x":null}}`, `{"global":{"g":2}}`, `{"global":null}`, `{"global":5}`, `{"global":{"g":null}}`, `{"global":{"h":{"i":null}}}`, `{"b":{"d":{"e":{"f":{"g":1}}}}}`, `{"b":{"q":{"r":null}}}`, `{"":1}`, `{"a.b":1}`, `{"1":2}`, `{"é":"ü"}`, `{"a":1e3,"b":{"c":1e21},"s":0.1}`, `{"a":12345678901234567890}`, `{"a":"1"}`} {
		charts(t, values, show, map[string]string{"values.yaml": defaults})
	}
	for _, set := range [][]string{{"a=5"}, {"a=null"}, {"b=null"}, {"b.c=null"}, {"b.d.e=null"}, {"b.c=x,b.d.e=y"}, {"l[0]=9"}, {"l[1]=9"}, {"l={x,y}"}, {"l=null"}, {"new.deep[0].k=1"}, {"a=1.5"}, {"a=true"}, {"a=0123"}, {"a=1e3"}, {"m.k=v\\,w"}, {"m.x\\.y=1"}, {"b=5"}, {"a.x=1"}, {"s.x=1"}, {"n=1"}, {"n.x=1"}, {"global.g=9"}, {"global=null"}, {"a="}, {"a"}, {"=1"}, {"a=1", "a=2"}, {"b.c=1", "b=null"}, {"b=null", "b.c=1"}, {"l[3]=1"}, {"l[-1]=1"}, {"z.n=7"}, {"t=false"}, {"a=99999999999"}, {"a=-1"}, {"q={}"}, {"q={1,true,null,x}"}} {
		charts(t, "", show, map[string]string{"values.yaml": defaults}, set...)
		charts(t, `{"b":{"c":"file"},"l":["f1","f2"],"q":"from file"}`, show, map[string]string{"values.yaml": defaults}, set...)
	}
	charts(t, `{"i":5}`, "{{ .Values.i }} {{ typeOf .Values.i }} {{ .Values.j }} {{ typeOf .Values.j }} {{ eq .Values.j 5 }} {{ .Values.big }} {{ .Values.bigset }}", map[string]string{"values.yaml": "big: 10000000\n"}, "j=5", "bigset=10000000")
	for _, yaml := range []string{"", "# only comment\n", "a: 1\n---\nb: 2\n", "---\na: 1\n", "{}\n", "a: &x {k: 1}\nb: *x\n", "a: &x {k: 1}\nb: {<<: *x, j: 2}\n", "port: 8080\nmode: 0644\noct: 0o17\nhex: 0x1F\nyes: yes\nver: 1.10\nexp: 1e3\nnull_: ~\ndate: 2001-01-01\ntime: 12:30:45\nund: 1_000\n", "1: one\ntrue: t\n", "a: 1\na: 2\n", "null\n", "a: |\n  x\n  y\n", "\ufeffa: 1\n", "a: '{{ .Release.Name }}'\n", "a: [1, [2, {b: 3}]]\n", "a: .5\nb: +1\nc: -0\nd: 1.\n", "a: 18446744073709551615\nb: 9223372036854775808\nc: 123456789012345678901\n"} {
		charts(t, "", show, map[string]string{"values.yaml": yaml})
		charts(t, "", "{{ range $k, $v := .Values }}{{ $k }}={{ $v }}({{ typeOf $v }}) {{ end }}", map[string]string{"values.yaml": yaml})
	}
	charts(t, "", `{{ $_ := set .Values "x" 1 }}{{ .Values | toJson }}`, map[string]string{"values.yaml": "a: 1\n"})
	charts(t, "", `{{ .Values.a.b.c }}`, map[string]string{"values.yaml": "a: {}\n"})
	charts(t, "", `{{ .Values.a.b.c }}`, map[string]string{"values.yaml": "a: null\n"})
	charts(t, "", `{{ typeOf .Values.a }} {{ typeOf .Values }}`, map[string]string{"values.yaml": "a: {b: 1}\n"})
}

// tree is a chart `c` with subcharts `s` (which has `u` below it) and library `lib`.
func tree(more map[string]string) map[string]string {
	files := map[string]string{
		"values.yaml":                        "own: 1\ns: {from: parent, nest: {a: 1}}\nglobal: {g: parent, t: {p: 1}}\n",
		"charts/s/Chart.yaml":                subchart("s"),
		"charts/s/values.yaml":               "from: child\nonly: child\nnest: {a: 0, b: 2}\nnul: null\nglobal: {g: child, own: child, t: {c: 1}}\n",
		"charts/s/templates/x.yaml":          "x",
		"charts/s/templates/_s.tpl":          `{{ define "s.show" }}{{ .Values | toJson }}{{ end }}{{ define "dup" }}child{{ end }}`,
		"charts/s/charts/u/Chart.yaml":       subchart("u"),
		"charts/s/charts/u/values.yaml":      "leaf: u\n",
		"charts/s/charts/u/templates/u.yaml": "u",
		"charts/lib/Chart.yaml":              subchart("lib") + "type: library\n",
		"charts/lib/values.yaml":             "libdefault: 1\n",
		"charts/lib/templates/_lib.tpl":      `{{ define "lib.x" }}lib:{{ .Chart.Name }}{{ end }}{{ define "dup" }}lib{{ end }}`,
		"charts/lib/templates/never.yaml":    `{{ fail "a library's manifests are not rendered" }}`,
		"charts/s/conf.txt":                  "file of s",
	}
	for name, content := range more {
		if content == "-" {
			delete(files, name)
			continue
		}
		files[name] = content
	}
	return files
}

func templateSubcharts() {
	t := newTopic("template", "subcharts")
	sub := `{{ with .Subcharts.s }}{{ .Values | toJson }}{{ else }}no s{{ end }}`
	for _, values := range []string{``, `{"s":{"from":"user"}}`, `{"s":null}`, `{"s":{"from":null}}`, `{"s":{"only":null}}`, `{"s":{"nest":null}}`, `{"s":{"nest":{"a":null}}}`, `{"s":{"nest":{"b":null}}}`, `{"s":{"nest":5}}`, `{"s":{"new":null}}`, `{"s":5}`, `{"s":"text"}`, `{"s":[1]}`, `{"s":{"u":{"leaf":"user"}}}`, `{"s":{"u":null}}`, `{"s":{"u":{"leaf":null}}}`, `{"s":{"u":5}}`, `{"global":{"g":"user"}}`, `{"global":null}`, `{"global":5}`, `{"global":{"t":{"q":1}}}`, `{"global":{"t":5}}`, `{"global":{"t":null}}`, `{"global":{"g":null}}`, `{"s":{"global":{"g":"sub"}}}`, `{"s":{"global":{"own":"sub","new":1}}}`, `{"s":{"global":5}}`, `{"s":{"global":null}}`, `{"s":{"global":{"t":5}}}`, `{"lib":{"libdefault":null}}`, `{"lib":{"x":1}}`, `{"s":{"nul":1}}`, `{"s":{"nul":null}}`, `{"global":{"new":{"deep":{"er":1}}}}`, `{"s":{"u":{"global":{"g":"leaf"}}}}`} {
		charts(t, values, show+"\n"+sub+"\n{{ with .Subcharts.s }}{{ with .Subcharts.u }}{{ .Values | toJson }}{{ end }}{{ end }}", tree(nil))
	}
	for _, set := range []string{"s.from=set", "s.nest.a=null", "s=null", "global.g=set", "global.t.c=set", "s.global.g=set", "s.u.leaf=set", "s.nest=null", "s.l[1]=x", "s.from=null,s.only=null"} {
		charts(t, "", show+"\n"+sub, tree(nil), set)
	}
	for _, e := range []string{`include "s.show" .`, `include "s.show" .Subcharts.s`, `include "lib.x" .`, `include "lib.x" .Subcharts.s`, `include "dup" .`, `.Subcharts.s.Chart.Name`, `.Subcharts.s.Chart.IsRoot`, `.Chart.IsRoot`, `.Subcharts.s.Files.Get "conf.txt"`, `.Files.Get "charts/s/conf.txt"`, `.Subcharts.s.Release.Name`, `.Subcharts.s.Subcharts.u.Values.leaf`, `.Subcharts.nope.Values`, `.Subcharts.lib.Values`, `keys .Subcharts | sortAlpha`, `typeOf .Subcharts.s`, `typeOf .Subcharts.s.Values`, `keys .Subcharts.s | sortAlpha`, `include "c/charts/s/templates/x.yaml" .`, `include "c/charts/s/charts/u/templates/u.yaml" .`, `.Values.s.from`, `.Values.s.u.leaf`, `.Values.lib`, `.Values.global | toJson`, `.Values.s.global | toJson`, `.Subcharts.s.Template`, `len .Subcharts.s.Template`, `.Subcharts.s.Capabilities.KubeVersion`} {
		charts(t, "", "{{ "+e+" }}", tree(nil))
	}
	for _, file := range []string{"charts/s/templates/x.yaml", "charts/s/charts/u/templates/u.yaml"} {
		for _, body := range []string{`{{ fail "here" }}`, `{{ required "r" .Values.nope }}`, `{{ .Values.a.b.c }}`, `{{ nofunc }}`, `{{ include "dup" . }}{{ include "none" . }}`, "\n{{ if }}", `{{ $_ := set .Values "late" .Template.Name }}{{ $_ := set .Values "base" .Template.BasePath }}{{ $_ := set .Values "rel" .Release.Name }}`, `{{ $_ := set .Values.global "shared" 1 }}`, `{{ $_ := set . "mark" "seen" }}`} {
			charts(t, "", show+"{{ .Subcharts.s.mark }}{{ .mark }}", tree(map[string]string{file: body}))
		}
	}
	charts(t, "", show, tree(map[string]string{"charts/_ignored/Chart.yaml": "bad", "charts/.hidden/x": "y"}))
	charts(t, "", show, tree(map[string]string{"charts/README.md": "text"}))
	charts(t, "", `{{ include "dup" . }}`, tree(map[string]string{"templates/_own.tpl": `{{ define "dup" }}parent{{ end }}`}))
	charts(t, "", `{{ include "same" . }}`, map[string]string{"charts/a/Chart.yaml": subchart("a"), "charts/a/templates/_x.tpl": `{{ define "same" }}a{{ end }}`, "charts/b/Chart.yaml": subchart("b"), "charts/b/templates/_x.tpl": `{{ define "same" }}b{{ end }}`})
	charts(t, "", `{{ include "same" . }}`, map[string]string{"charts/a/Chart.yaml": subchart("a"), "charts/a/templates/_z.tpl": `{{ define "same" }}a{{ end }}`, "charts/b/Chart.yaml": subchart("b"), "charts/b/templates/_a.tpl": `{{ define "same" }}b{{ end }}`})

	t = newTopic("template", "dependencies")
	which := `{{ keys .Subcharts | sortAlpha | join "," }}|{{ range $n, $s := .Subcharts }}{{ $n }}:{{ $s.Chart.Name }} {{ $s.Values | toJson }};{{ end }}|{{ .Values | toJson }}|{{ range .Chart.Dependencies }}{{ .Name }}/{{ .Alias }}/{{ .Enabled }} {{ end }}`
	dependencies := func(list string) string { return parentChart + "dependencies:\n" + list }
	deps := func(list string, more map[string]string) map[string]string {
		files := map[string]string{"Chart.yaml": dependencies(list), "charts/s/Chart.yaml": subchart("s"), "charts/s/values.yaml": "v: s\non: true\nexports: {out: {e: 1, deep: {f: 2}}, other: {o: 1}}\nplain: {p: 1, q: null}\n", "charts/r/Chart.yaml": subchart("r"), "charts/r/values.yaml": "v: r\n"}
		for name, content := range more {
			files[name] = content
		}
		return files
	}
	for _, list := range []string{
		"- {name: s, version: 0.1.0}\n", "- {name: s, version: 0.1.0}\n- {name: r, version: 0.1.0}\n", "- {name: s, version: '>=0.0.1'}\n", "- {name: s, version: 9.9.9}\n", "- {name: s, version: ''}\n", "- {name: s, version: '*'}\n", "- {name: s, version: bad}\n", "- {name: s, version: 0.1.0, alias: al}\n", "- {name: s, version: 0.1.0, alias: one}\n- {name: s, version: 0.1.0, alias: two}\n", "- {name: s, version: 0.1.0}\n- {name: s, version: 0.1.0, alias: two}\n", "- {name: s, version: 0.1.0, alias: r}\n", "- {name: none, version: 0.1.0}\n",
		"- {name: s, version: 0.1.0, condition: s.on}\n", "- {name: s, version: 0.1.0, condition: s.enabled}\n", "- {name: s, version: 0.1.0, condition: 's.enabled,s.on'}\n", "- {name: s, version: 0.1.0, condition: 's.enabled, s.on'}\n", "- {name: s, version: 0.1.0, condition: global.s}\n", "- {name: s, version: 0.1.0, tags: [t]}\n", "- {name: s, version: 0.1.0, tags: [t, u]}\n", "- {name: s, version: 0.1.0, tags: [t], condition: s.enabled}\n", "- {name: s, version: 0.1.0, enabled: false}\n", "- {name: s, version: 0.1.0, alias: al, condition: al.enabled}\n", "- {name: s, version: 0.1.0, alias: al, condition: s.enabled}\n", "- {name: s, version: 0.1.0, condition: ''}\n", "- {name: s, version: 0.1.0, condition: s}\n",
	} {
		for _, values := range []string{``, `{"s":{"enabled":false}}`, `{"s":{"enabled":true,"on":false}}`, `{"tags":{"t":false}}`, `{"tags":{"t":true,"u":false},"s":{"enabled":false}}`, `{"al":{"enabled":false},"global":{"s":false}}`} {
			charts(t, values, which, deps(list, nil))
		}
	}
	for _, values := range []string{`{"s":{"enabled":"false"}}`, `{"s":{"enabled":0}}`, `{"s":{"enabled":null}}`, `{"tags":{"t":"x"}}`, `{"tags":5}`, `{"tags":{"t":null}}`, `{"s":null}`, `{"s":5}`, `{"al":{"v":"user"}}`, `{"one":{"v":1},"two":{"v":2}}`} {
		charts(t, values, which, deps("- {name: s, version: 0.1.0, condition: s.enabled, tags: [t]}\n", nil))
		charts(t, values, which, deps("- {name: s, version: 0.1.0, alias: one}\n- {name: s, version: 0.1.0, alias: two, condition: two.v}\n", nil))
	}
	charts(t, "", which, deps("- {name: s, version: 0.1.0, condition: s.enabled}\n", map[string]string{"values.yaml": "s: {enabled: false}\n"}))
	charts(t, `{"s":{"enabled":true}}`, which, deps("- {name: s, version: 0.1.0, condition: s.enabled}\n", map[string]string{"values.yaml": "s: {enabled: false}\n"}))
	charts(t, "", which, deps("- {name: s, version: 0.1.0, condition: s.enabled}\n", map[string]string{"values.yaml": "s: {enabled: false}\n"}), "s.enabled=true")
	for _, imports := range []string{"[out]", "[out, other]", "[none]", "[{child: plain, parent: got}]", "[{child: plain, parent: .}]", "[{child: exports.out, parent: got.deep}]", "[{child: v, parent: got}]", "[{child: none, parent: got}]", "[{child: plain}]", "[{parent: got}]", "[5]", "[{child: plain, parent: own}]", "[{child: exports, parent: own}, out]"} {
		for _, values := range []string{``, `{"e":"user","p":"user"}`, `{"got":{"p":"user"}}`, `{"got":{"p":null},"e":null}`, `{"s":{"plain":{"p":"over"},"exports":{"out":{"e":"over"}}}}`} {
			charts(t, values, which, deps("- {name: s, version: 0.1.0, import-values: "+imports+"}\n", map[string]string{"values.yaml": "own: {p: parent}\nq: 5\n"}))
		}
	}
	nested := map[string]string{"charts/s/Chart.yaml": subchart("s") + "dependencies:\n- {name: u, version: 0.1.0, condition: u.enabled, tags: [deep], import-values: [{child: x, parent: up}]}\n", "charts/s/charts/u/Chart.yaml": subchart("u"), "charts/s/charts/u/values.yaml": "x: {y: 1}\n", "charts/s/charts/u/templates/_u.tpl": `{{ define "u" }}u{{ end }}`}
	for _, values := range []string{``, `{"s":{"u":{"enabled":false}}}`, `{"u":{"enabled":false}}`, `{"tags":{"deep":false}}`, `{"s":{"tags":{"deep":false}}}`, `{"s":{"up":{"y":5}}}`, `{"s":{"u":{"x":{"y":7}}}}`} {
		charts(t, values, which+`|{{ with .Subcharts.s }}{{ keys .Subcharts }}{{ end }}`, deps("- {name: s, version: 0.1.0, import-values: [{child: up, parent: top}]}\n", nested))
	}
	charts(t, "", which, deps("- {name: s, version: 0.1.0, alias: al}\n", map[string]string{"charts/s/templates/x.yaml": "{{ $_ := set .Values \"seen\" (list .Template.Name .Chart.Name .Template.BasePath) }}"}))
	charts(t, "", which, map[string]string{"Chart.yaml": "apiVersion: v1\nname: c\nversion: 0.1.0\n", "requirements.yaml": "dependencies:\n- {name: s, version: 0.1.0, condition: s.enabled}\n", "charts/s/Chart.yaml": "name: s\nversion: 0.1.0\n", "values.yaml": "s: {enabled: false}\n"})
	charts(t, "", which+`{{ .Files.Get "requirements.yaml" }}`, map[string]string{"Chart.yaml": "apiVersion: v1\nname: c\nversion: 0.1.0\n", "requirements.yaml": "dependencies:\n- {name: s, version: 0.1.0, alias: q}\n", "charts/s/Chart.yaml": "name: s\nversion: 0.1.0\n"})
	charts(t, "", `{{ include "lib.n" . }}`, map[string]string{"Chart.yaml": dependencies("- {name: lib, version: 0.1.0}\n"), "charts/lib/Chart.yaml": subchart("lib") + "type: library\n", "charts/lib/templates/_n.tpl": `{{ define "lib.n" }}{{ .Chart.Name }}-{{ .Values.x }}{{ end }}`}, "x=1")
	charts(t, "", `x`, map[string]string{"values.schema.json": `{"required":["need"]}`})
	charts(t, `{"need":1}`, `{{ .Values.need }}`, map[string]string{"values.schema.json": `{"properties":{"need":{"type":"integer"}},"required":["need"]}`})
	charts(t, `{"need":"s"}`, `{{ .Values.need }}`, map[string]string{"values.schema.json": `{"properties":{"need":{"type":"integer"}}}`})
	charts(t, `{"s":{"v":5}}`, which, deps("- {name: s, version: 0.1.0}\n", map[string]string{"charts/s/values.schema.json": `{"properties":{"v":{"type":"string"}}}`}))
}

// templateAliases looks at charts below one that is taken several times: what lies deeper than its own subcharts
// is the same chart in each copy, and keeps the place it had.
func templateAliases() {
	t := newTopic("template", "aliases")
	declared := func(list ...string) string {
		text := ""
		for _, entry := range list {
			text += "- {" + entry + "}\n"
		}
		return "dependencies:\n" + text
	}
	look := "p: {{ .Template.Name }} {{ .Template.BasePath }} {{ .Chart.Name }} {{ .Chart.IsRoot }} v={{ .Values.v }} g={{ .Values.global }} s={{ keys .Subcharts | sortAlpha }} d={{ range .Chart.Dependencies }}{{ .Name }} {{ end }}\n{{ $_ := set .Values \"v\" \"changed\" }}"
	for _, root := range [][]string{{"name: m, version: 0.1.0"}, {"name: m, version: 0.1.0, alias: a"}, {"name: m, version: 0.1.0, alias: a", "name: m, version: 0.1.0, alias: b"}, {"name: m, version: 0.1.0", "name: m, version: 0.1.0, alias: b"}, {"name: m, version: 0.1.0, alias: b", "name: m, version: 0.1.0"}, {"name: m, version: 0.1.0, alias: z", "name: m, version: 0.1.0, alias: a", "name: m, version: 0.1.0, alias: k, condition: k.on"}, {"name: m, version: 0.1.0, alias: a", "name: m, version: 0.1.0, alias: a"}, {"name: m, version: 0.1.0", "name: m, version: 0.1.0"}} {
		for _, inner := range [][2]string{{"", ""}, {declared("name: l, version: 0.1.0"), ""}, {"", declared("name: d, version: 0.1.0")}, {declared("name: l, version: 0.1.0"), declared("name: d, version: 0.1.0")}, {declared("name: l, version: 0.1.0, alias: x", "name: l, version: 0.1.0, alias: y"), ""}, {declared("name: l, version: 0.1.0, alias: x", "name: l, version: 0.1.0, alias: y"), declared("name: d, version: 0.1.0, alias: e", "name: d, version: 0.1.0, alias: f")}, {"", declared("name: d, version: 0.1.0, alias: e", "name: d, version: 0.1.0, condition: d.on")}, {declared("name: l, version: 0.1.0, condition: l.on"), declared("name: d, version: 0.1.0, tags: [t], import-values: [out]")}} {
			files := map[string]string{
				"Chart.yaml":                                     parentChart + declared(root...),
				"charts/m/Chart.yaml":                            subchart("m") + inner[0],
				"charts/m/charts/l/Chart.yaml":                   subchart("l") + inner[1],
				"charts/m/charts/l/charts/d/Chart.yaml":          subchart("d"),
				"charts/m/charts/l/charts/d/charts/q/Chart.yaml": subchart("q"),
			}
			for _, folder := range []string{"", "charts/m/", "charts/m/charts/l/", "charts/m/charts/l/charts/d/", "charts/m/charts/l/charts/d/charts/q/"} {
				files[folder+"templates/x.yaml"] = look
				files[folder+"templates/_h.tpl"] = "{{ define \"who\" }}" + folder + "{{ end }}"
				files[folder+"templates/y.yaml"] = "who: {{ include \"who\" . }} {{ .Values.v }}"
				files[folder+"values.yaml"] = "v: own\nexports: {out: {from: " + quoted(folder) + "}}\n"
			}
			for _, values := range []string{``, `{"a":{"v":"a","l":{"v":"al","d":{"v":"ald","q":{"v":"aldq"}}}},"b":{"v":"b","l":{"v":"bl","d":{"v":"bld"}}},"m":{"l":{"d":{"v":"mld"},"on":false}},"tags":{"t":false},"k":{"on":false}}`} {
				releases(t, values, files)
			}
		}
	}
}

func templateErrors() {
	t := newTopic("template", "error-texts")
	bodies := []string{`{{ .Values.a.b.c }}`, `{{ .Values.s.x }}`, `{{ index .Values.l 9 }}`, `{{ index .Values.l "x" }}`, `{{ fail "msg" }}`, `{{ required "msg" .Values.q }}`, `{{ nofunc }}`, `{{ include "none" . }}`, `{{ template "none" . }}`, `{{ upper 1 }}`, `{{ upper }}`, `{{ upper "a" "b" }}`, `{{ first 5 }}`, `{{ mustRegexFind "(" "x" }}`, `{{ regexFind "(" "x" }}`, `{{ mustToJson (float64 "Inf") }}`, `{{ semver "x" }}`, `{{ tpl "{{ .a.b.c }}" . }}`, `{{ tpl "{{ nofunc }}" . }}`, `{{ tpl "{{ fail \"deep\" }}" . }}`, `{{ div 1 0 }}`, `{{ mod 1 0 }}`, `{{ dig "a" "b" "c" (dict "a" 1) }}`, `{{ range 5.5 }}{{ end }}`, `{{ range "s" }}{{ end }}`, `{{ len 5 }}`, `{{ lt 1 "a" }}`, `{{ eq (list) (list) }}`, `{{ printf 1 }}`, `{{ .Capabilities.Nope }}`, `{{ .Files.Get }}`, `{{ .Capabilities.APIVersions.Has }}`, `{{ call 5 }}`, `{{ if .Values.a.b.c }}{{ end }}`, `{{ with .Values.a.b.c }}{{ end }}`, `{{ $x := .Values.a.b.c }}`, `{{ .Values.a.b.c | default "x" }}`, `{{ set .Values.q "a" 1 }}`, `{{ merge .Values.q (dict) }}`, `{{ repeat -1 "a" }}`, `{{ substr 5 2 "abc" }}`, `{{ abbrev 1 2 }}`, `{{ mustDateModify "x" now }}`, `{{ mustToDuration "x" }}`, `{{ genPrivateKey 1 }}`, `{{ decryptAES "k" "x" }}`, `{{ urlParse "%zz" }}`, `{{ urlJoin (dict "scheme" 1) }}`, `{{ chunk 0 (list 1) }}`, `{{ slice (list 1) 5 }}`, `{{ has 1 5 }}`, `{{ untilStep 0 5 0 }}`, `{{ mustAppend 1 2 }}`, `{{ concat 1 }}`, `{{ toDate 1 2 }}`, `{{ buildCustomCert "x" "y" }}`, `{{ genCAWithKey "a" 1 "b" }}`, `{{ lookup 1 2 3 4 }}`, `{{ atoi 5 }}`, `{{ .Release.Name.x }}`, `{{ .Chart.Name.x }}`, `{{ .Values.l.x }}`, `{{ $.Values.a.b.c }}`, `{{ (dict "a" nil).a.b }}`, `{{ (index .Values.l 0).x }}`, `{{ .Values.n.x.y }}`, `{{ .Values.long_name_of_a_thing.other_name_of_a_thing.third }}`, `{{ printf "%s %s %s" "a long argument list" "that is cut in the message" .Values.a.b.c }}`}
	values := `{"s":"text","l":[1,{"k":2}],"n":5}`
	for _, body := range bodies {
		renders(t, values, body, "a: 1\nb:\n  - {{ if true }}\n      "+body+"\n{{ end }}")
		charts(t, values, "first\n{{ include \"p\" . }}", map[string]string{"templates/_p.tpl": "\n{{ define \"p\" }}\n  " + body + "{{ end }}"})
		charts(t, values, "{{ include \"o\" . | indent 2 }}", map[string]string{"templates/_p.tpl": "{{ define \"o\" }}{{ include \"p\" . }}{{ end }}{{ define \"p\" }}" + body + "{{ end }}"})
		charts(t, values, "{{ template \"p\" . }}", map[string]string{"templates/_p.tpl": "{{ define \"p\" }}" + body + "{{ end }}"})
		renders(t, values, "{{ tpl "+quoted(body)+" . }}", "{{ range list 1 }}{{ with $ }}"+body+"{{ end }}{{ end }}")
	}
}

func quoted(s string) string { return string(plainJSON(s)) }
