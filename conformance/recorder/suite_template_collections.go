package main

func templateLists() {
	t := newTopic("template", "lists")
	lists := []string{".Values.l", ".Values.strs", ".Values.nums", ".Values.el", ".Values.nulls", ".Values.maps", ".Values.nil", ".Values.nope", ".Values.s", ".Values.n", ".Values.m", "(until 3)", `(list "a" nil "" 0 false 1)`, "(list)", `(splitList "," "x,y,x")`, ".Values.mixed"}
	for _, f := range []string{"first", "last", "rest", "initial", "reverse", "uniq", "compact", "sortAlpha", "mustFirst", "mustLast", "mustRest", "mustInitial", "mustReverse", "mustUniq", "mustCompact", "len", "join \"-\"", "has \"a\"", "has nil", "has 1.0", "has 1", "mustHas \"b\"", "without", "toJson", "kindOf", "typeOf", "empty", "deepCopy", "mustDeepCopy", "chunk 2", "mustChunk 3", "concat", "all", "any", "toString"} {
		for _, list := range lists {
			if f == "without" {
				exprs(t, "without "+list+" \"a\" nil 3.0 | toJson", "mustWithout "+list+" \"x\" | toJson")
				continue
			}
			exprs(t, f+" "+list+" | toJson")
		}
	}
	for _, f := range []string{"append", "prepend", "push", "mustAppend", "mustPrepend", "mustPush", "concat"} {
		for _, list := range lists {
			exprs(t, f+" "+list+" \"new\" | toJson")
		}
		exprs(t, f+" .Values.strs .Values.nums | toJson", f+" (until 2) 5 | typeOf", f+" .Values.strs nil | toJson", f+" .Values.strs .Values.m | toJson", f+" .Values.el (list) | toJson")
	}
	for _, f := range []string{"slice", "mustSlice"} {
		each(t, f+" % | toJson", ".Values.strs", ".Values.strs 1", ".Values.strs 1 3", ".Values.strs 0 0", ".Values.strs 4", ".Values.strs 5", ".Values.strs 1 10", ".Values.strs -1", ".Values.strs 3 1", ".Values.el", ".Values.el 0 1", ".Values.s 1 3", ".Values.nil", ".Values.m", "(until 5) 1 3", ".Values.strs 1 2 3", `.Values.strs "1"`, ".Values.strs 1.0 .Values.n", ".Values.strs nil", ".Values.strs true 2")
	}
	for _, f := range []string{"chunk", "mustChunk"} {
		each(t, f+" % | toJson", "1 .Values.strs", "2 .Values.strs", "3 .Values.strs", "4 .Values.strs", "10 .Values.strs", "0 .Values.strs", "-1 .Values.strs", "2 .Values.el", "2 .Values.nil", "2 .Values.s", "2 (until 5)")
	}
	each(t, "concat % | toJson", ".Values.strs .Values.nums .Values.el", "(list)", "(list 1) (list 2) (list 3)", ".Values.strs .Values.s", ".Values.strs nil", ".Values.strs 1", "", "(until 2) (list \"a\")", "(list (list 1)) (list 2)")
	each(t, "join % ", `"," .Values.l`, `"" .Values.strs`, `", " .Values.nums`, `"-" .Values.s`, `"-" .Values.n`, `"-" .Values.nil`, `"-" .Values.m`, `"-" (list nil "a")`, `"\n" .Values.strs`, `"," (until 3)`, `1 .Values.strs`, `"," .Values.nope`, `"," .Values.el`, `"," (list 1 2.5 true "x")`, `"," (splitList "." "a.b")`, `"-" (list (list 1 2) (dict "a" 1))`)
	each(t, "sortAlpha % | toJson", `(list "b" "A" "a" "B")`, `(list 10 9 1)`, `(list "é" "z" "e")`, `(list 1 "a" nil)`, `"text"`, "5", "nil", "(list)", ".Values.mixed", "(keys .Values.m)", "(list true false)", `(list "a10" "a9" "a1")`)
	each(t, "has %", `"two" .Values.l`, `nil .Values.l`, `true .Values.l`, `(list 3.0) .Values.l`, `(dict "k" "v") .Values.l`, `1 (list 1 2)`, `1.0 (list 1 2)`, `"1" (list 1)`, `"x" nil`, `"x" "xyz"`, `3 (until 5)`, `"" (list "")`)
	each(t, "uniq % | toJson", "(list 1 1 2)", `(list "a" "b" "a")`, "(list nil nil)", "(list 1 1.0)", "(list (list 1) (list 1))", "(list (dict \"a\" 1) (dict \"a\" 1))", `"aa"`)
	each(t, "list %", "", "1", `1 "a" nil true`, "(list 1) (list)", ".Values.l .Values.m", ".Values.nope")
	each(t, "tuple %", "", "1", `1 "a" nil true`, "(tuple 1) (list)", ".Values.l", ".Values.nope | toJson", "1 | typeOf", "2 | kindOf")
	each(t, "all %", "", "1", "1 0", `"a" ""`, "nil", ".Values.l .Values.el", "true 1.5 (dict \"a\" 1)", ".Values.nope", "true .Values.t", "1 (list)")
	each(t, "any %", "", "0", "1 0", `"" ""`, "nil", ".Values.el .Values.l", "false 0.0 (dict)", ".Values.nope", "false .Values.no", "nil nil 1")
	each(t, "index %", ".Values.l 0", ".Values.l 5 \"k\"", ".Values.l 4 0", ".Values.l 9", ".Values.l -1", ".Values.l 1.0", ".Values.m \"b\" \"c\"", ".Values.m \"nope\"", ".Values.m \"nope\" \"x\"", ".Values.nil 0", ".Values.nope \"x\"", ".Values.s 0", ".Values.tree \"list\" 0 \"name\"", ".Values.m 1", "(list 1) \"a\"", ".Values \"m\" \"a\"", ".Values.m \"k-v\"", ".Values.m")
	renders(t, shelf, "{{ range .Values.strs | uniq | sortAlpha }}{{ . }};{{ end }}", "{{ range $i, $m := .Values.maps }}{{ $i }}:{{ $m.a }};{{ end }}", "{{ $l := list }}{{ range .Values.strs }}{{ $l = append $l (upper .) }}{{ end }}{{ join \",\" $l }}", "{{ $a := list 1 2 3 }}{{ $b := append $a 4 }}{{ $c := append $a 5 }}{{ $b }} {{ $c }}", "{{ $a := .Values.strs }}{{ $r := reverse $a }}{{ $a }}{{ $r }}", "{{ $a := .Values.strs }}{{ $r := sortAlpha $a }}{{ $a }}{{ $r }}", "{{ range chunk 2 .Values.strs }}[{{ range . }}{{ . }}{{ end }}]{{ end }}", "{{ first .Values.maps | toYaml }}", "{{ (first .Values.maps).b }}", "{{ (last .Values.el).b }}", "{{ range rest .Values.l }}{{ . }}|{{ end }}", "{{ with first .Values.el }}x{{ else }}none{{ end }}", "{{ len (concat .Values.strs .Values.nums) }}", "{{ if has \"c\" .Values.strs }}yes{{ end }}", "{{ .Values.strs }} {{ .Values.l }} {{ .Values.nulls }}", "{{ slice .Values.strs 1 | first }}", "{{ .Values.strs | join \", \" | quote }}", "{{ (index .Values.tree.list 0).v | first | int | add 1 }}")
}

func templateDicts() {
	t := newTopic("template", "dicts")
	dicts := []string{".Values.m", ".Values.em", "(dict)", `(dict "a" 1 "b" (dict "x" nil))`, ".Values.nil", ".Values.nope", ".Values.l", ".Values.s", ".Values.n", ".Values.tree", `(dict "a" "" "z" false)`, `(fromYaml "a: 5\nb: {c: 6}")`}
	for _, d := range dicts {
		exprs(t, "get "+d+" \"a\"", "get "+d+" \"b\" | toJson", "hasKey "+d+" \"a\"", "hasKey "+d+" \"\"", "keys "+d+" | sortAlpha | toJson", "values "+d+" | len", "pick "+d+" \"a\" \"zz\" | toJson", "omit "+d+" \"a\" \"zz\" | toJson", "pluck \"a\" "+d+" | toJson", "set "+d+" \"new\" 1 | toJson", "set (deepCopy "+d+") \"a\" nil | toJson", "unset "+d+" \"a\" | toJson", "dig \"b\" \"c\" \"def\" "+d+" | toJson", "dig \"a\" 5 "+d+" | toJson", "dig \"x\" \"y\" \"z\" nil "+d+" | toJson", "len "+d, "toJson "+d, "deepCopy "+d+" | toJson", "mustDeepCopy "+d+" | toYaml", "kindOf "+d, "typeOf "+d, "empty "+d, "merge (dict \"a\" 9) "+d+" | toJson", "merge "+d+" (dict \"a\" 9 \"q\" 1) | toJson", "mergeOverwrite (dict \"a\" 9) "+d+" | toJson", "mergeOverwrite "+d+" (dict \"a\" 9 \"b\" (dict \"y\" 2)) | toJson", "mustMerge (dict \"a\" 9) "+d+" | toJson", "mustMergeOverwrite (dict \"a\" 9 \"b\" 3) "+d+" | toJson", "deepEqual "+d+" (deepCopy "+d+")", "deepEqual "+d+" (dict)")
	}
	each(t, "dict % | toJson", "", `"a" 1`, `"a" 1 "a" 2`, `"a"`, `"a" 1 "b"`, `1 2`, `true 1 nil 2`, `nil 1`, `.Values.l 1`, `1.5 "x" 2.0 "y"`, `"a" (dict "b" (list 1))`, `.Values.m 1`, `"" 1`, `"é" 1`)
	each(t, "get %", `.Values.m "nope"`, `.Values.m "b"`, `(dict "a" nil) "a"`, `.Values.m 1`, `nil "a"`, `.Values.m nil`, `.Values "m"`)
	each(t, "hasKey %", `.Values.m "k-v"`, `.Values "nope"`, `(dict "a" nil) "a"`, `.Values.m.b "d"`, `.Values.m.nope "d"`, `. "Values"`, `.Chart "Name"`)
	each(t, "% | toJson", `pluck "a" .Values.m (dict "a" 2) (dict "b" 1)`, `pluck "b" (dict) .Values.m`, `first (pluck "a" .Values.m (dict "a" 2))`, `pluck "a"`, `pick .Values.m`, `pick .Values.m "b" "a" "b"`, `omit .Values.m`, `omit .Values.m "a" "b" "k-v"`, `keys .Values.m .Values.em (dict "a" 1) | sortAlpha`, `keys | len`, `keys .Values.m.b | sortAlpha | first`, `values (dict "only" 1)`, `values .Values.em`, `values (dict "a" nil)`, `values (dict "k" "v") | first`, `keys (dict "k" 1) | first`)
	each(t, "dig %", `"b" "c" "x" .Values.m`, `"b" "d" "x" .Values.m`, `"b" "nope" "x" .Values.m`, `"a" "c" "x" .Values.m`, `"nope" .Values.m`, `.Values.m`, `"a" .Values.m`, `"a" "b"`, `1 "x" .Values.m`, `"list" "x" "y" .Values.tree`, `"b" "c" nil .Values.m`, `"m" "b" "c" "" .Values`, `"m" "b" "q" "" (deepCopy .Values)`, `"a" "x" nil`, `"a" "x" .Values.nope`, `"Name" "x" .Chart`, `"tree" "on" false .Values`)
	for _, f := range []string{"merge", "mustMerge", "mergeOverwrite", "mustMergeOverwrite"} {
		each(t, f+" % | toJson", `(dict "a" 1) (dict "a" 2 "b" 3)`, `(dict "a" 0) (dict "a" 2)`, `(dict "a" "") (dict "a" "x")`, `(dict "a" false) (dict "a" true)`, `(dict "a" nil) (dict "a" 1)`, `(dict "a" 1) (dict "a" nil)`, `(dict "a" 1) (dict "a" 0)`, `(dict "a" "x") (dict "a" "")`, `(dict "a" true) (dict "a" false)`, `(dict "a" (list 1)) (dict "a" (list 2 3))`, `(dict "a" (list)) (dict "a" (list 2))`, `(dict "a" (list 1)) (dict "a" (list))`, `(dict "a" (dict "x" 1)) (dict "a" (dict "x" 2 "y" 3))`, `(dict "a" (dict "x" 1)) (dict "a" 5)`, `(dict "a" 5) (dict "a" (dict "x" 1))`, `(dict "a" (dict)) (dict "a" (dict "x" 1))`, `(dict "a" (dict "x" 1)) (dict "a" (dict))`, `(dict) (dict "a" 1) (dict "a" 2) (dict "b" 3)`, `(dict)`, `(dict "a" 1)`, `.Values.m .Values.tree`, `(dict "a" (dict "b" (dict "c" 1 "d" 0))) (dict "a" (dict "b" (dict "c" 2 "d" 4 "e" 5)))`, `(dict "a" 1) .Values.nil`, `(dict "b" (dict "c" "")) .Values.m`, `(dict "x" (list (dict "a" 1))) (dict "x" (list (dict "b" 2)))`, `(deepCopy .Values.m) (dict "b" (dict "c" "new"))`, `(dict "a" "1") (dict "a" 1)`, `(dict "a" 1.5) (dict "a" .Values.f)`, `(fromYaml "a: {b: 1}") (fromYaml "a: {b: 2, c: 3}")`)
	}
	each(t, "deepEqual %", "1 1", "1 1.0", `"a" "a"`, "nil nil", "nil .Values.nope", "(list 1) (list 1)", "(list 1) (list 1.0)", "(list) (list)", "(list) .Values.el", "(list) nil", "(dict) (dict)", ".Values.m (deepCopy .Values.m)", `.Values.m.b (dict "c" "deep" "d" nil)`, "(until 2) (list 0 1)", ".Values.n 7.0", "(list 7.0) (list .Values.n)", `(dict "a" (list 1 (dict "b" nil))) (dict "a" (list 1 (dict "b" nil)))`)
	renders(t, shelf,
		`{{ $d := dict "a" 1 }}{{ $_ := set $d "b" 2 }}{{ $_ := unset $d "a" }}{{ $d }}`, `{{ $d := dict }}{{ $d.x }}|{{ $d.x.y }}`, `{{ $d := .Values.m }}{{ $_ := set $d "new" "v" }}{{ .Values.m.new }}`, `{{ $d := deepCopy .Values.m }}{{ $_ := set $d.b "c" "changed" }}{{ .Values.m.b.c }} {{ $d.b.c }}`, `{{ $_ := set .Values "added" 5 }}{{ .Values.added }}`, `{{ $_ := set . "added" 5 }}{{ .added }}`, `{{ $_ := merge .Values (dict "q" 1) }}{{ .Values.q }}`, `{{ $a := dict "x" (dict "y" 1) }}{{ $b := merge (dict) $a }}{{ $_ := set $b.x "y" 2 }}{{ $a.x.y }}`, `{{ $a := dict "x" (dict "y" 1) }}{{ $b := mergeOverwrite (dict) $a }}{{ $_ := set $b.x "y" 2 }}{{ $a.x.y }}`, `{{ $a := dict "x" (dict "y" 1) }}{{ $b := deepCopy $a | merge (dict) }}{{ $_ := set $b.x "y" 2 }}{{ $a.x.y }}`, `{{ $a := dict "a" 1 }}{{ $b := merge $a (dict "b" 2) }}{{ $a }}{{ $b }}`, `{{ $a := dict "l" (list 1) }}{{ $b := deepCopy $a }}{{ $_ := set $b "l" (append $b.l 2) }}{{ $a }}{{ $b }}`,
		`{{ range $k, $v := .Values.m }}{{ $k }}={{ $v }};{{ end }}`, `{{ range $k, $v := dict "b" 1 "a" 2 "c" nil }}{{ $k }}={{ $v }};{{ end }}`, `{{ range keys .Values.m | sortAlpha }}{{ . }}={{ get $.Values.m . }};{{ end }}`, `{{ with .Values.m }}{{ .a }}{{ .b.c }}{{ $.Values.m.a }}{{ end }}`, `{{ .Values.m }} {{ .Values.em }} {{ dict "z" 1 "a" (list) }}`, `{{ index .Values.m "k-v" }} {{ get .Values.m "k-v" }}`, `{{ $d := dict "self" 1 }}{{ range $k, $v := $d }}{{ $_ := set $d "other" 2 }}{{ end }}{{ len $d }}`, `{{ (dict "a" (dict "b" "x")).a.b }}`, `{{ $x := pick .Values "n" "s" }}{{ $x | toJson }}`, `{{ omit .Values.m "b" | toYaml }}`, `{{ kindOf .Values }} {{ typeOf .Values }} {{ kindOf .Values.m }} {{ typeOf .Values.m }} {{ typeOf . }}`, `{{ $d := dict "a" 1 }}{{ $_ := set $d "d" $d }}{{ len $d }}`, `{{ pick .Values.m "a" | typeOf }} {{ omit .Values.m "a" | typeOf }} {{ keys .Values.m | typeOf }} {{ values .Values.m | typeOf }} {{ deepCopy .Values.m | typeOf }} {{ merge (dict) .Values.m | typeOf }} {{ pluck "a" .Values.m | typeOf }}`,
	)
}

func templateDefaults() {
	t := newTopic("template", "defaults")
	values := []string{"nil", ".Values.nope", `""`, `"a"`, "0", "1", ".Values.z", ".Values.n", "0.0", "0.5", "true", "false", ".Values.l", ".Values.el", ".Values.m", ".Values.em", "(list)", "(dict)", `(list nil)`, ".Values.nil", "now", `(toDate "2006" "x")`, `(semver "1.0.0")`, ".Release", ".Capabilities", ".Files", ".Chart", ".Values.nope.deep", "(until 0)", "'a'", `"0"`, `"false"`, `" "`}
	for _, v := range values {
		exprs(t, "empty "+v, "default \"d\" "+v+" | kindOf", v+" | default \"d\" | empty", "coalesce nil \"\" "+v+" \"c\" | kindOf", "ternary \"T\" \"F\" (empty "+v+")", "kindOf "+v, "typeOf "+v, "kindIs \"string\" "+v, "typeIs \"string\" "+v, "typeIsLike \"string\" "+v, "all "+v, "any "+v, "not "+v, "required \"need it\" "+v+" | kindOf")
	}
	each(t, "default %", `"d" "v"`, `"d" ""`, `"d"`, `1 0`, `"d" nil`, `"d" .Values.nope`, `nil ""`, `"d" "" "x"`, `"d" "a" "b"`, `(list 1) .Values.el | toJson`, `.Values.s .Values.e`, `"d" false`, `"d" .Values.no`)
	each(t, "coalesce %", "", "nil", `nil "a" "b"`, `"" 0 false .Values.el "x"`, `.Values.nope .Values.s`, `0 "" nil`, `(dict) (dict "a" 1)`, `.Values.z .Values.n`)
	each(t, "ternary %", `"a" "b" true`, `"a" "b" false`, `"a" "b" .Values.t`, `"a" "b" .Values.nope`, `"a" "b" "true"`, `"a" "b" 1`, `"a" "b" nil`, `1 (list) true | kindOf`, `nil "b" true`, `"a" "b" (eq 1 1)`, `"a" "b" (empty "")`)
	exprs(t, `true | ternary "a" "b"`, `.Values.no | ternary "a" "b"`, `eq .Values.s "x" | ternary 1 2`)
	each(t, "kindIs %", `"map" .Values.m`, `"slice" .Values.l`, `"float64" .Values.n`, `"int" 7`, `"invalid" nil`, `"bool" true`, `"ptr" .Capabilities`, `"struct" .Capabilities.KubeVersion`, `"string" .Release.Name`, `"int64" (int64 1)`, `"interface" nil`)
	each(t, "typeIs %", `"float64" .Values.n`, `"string" ""`, `"map[string]interface {}" .Values.m`, `"[]interface {}" .Values.l`, `"<nil>" nil`, `"common.Values" .Values`, `"*common.Capabilities" .Capabilities`, `"int" 1`, `"[]string" (splitList "," "a")`, `"[]int" (until 2)`, `"engine.files" .Files`, `"time.Time" now`, `"*semver.Version" (semver "1.0.0")`)
	each(t, "typeIsLike %", `"semver.Version" (semver "1.0.0")`, `"*semver.Version" (semver "1.0.0")`, `"common.Capabilities" .Capabilities`, `"string" "a"`, `"*string" "a"`, `"map[string]interface {}" (dict)`, `"x" nil`, `"float64" .Values.n`, `"int" .Values.n`)
	renders(t, shelf, `{{ .Values.nope | default .Values.s | upper }}`, `{{ default (dict "a" 1) .Values.nope | toYaml }}`, `{{ (default (dict) .Values.nope).x }}`, `{{ (.Values.nope | default dict).x | default "deep" }}`, `{{ .Values.nope.deeper | default "x" }}`, `{{ if .Values.nope }}a{{ else if empty .Values.e }}b{{ end }}`, `{{ if and .Values.nope .Values.nope.deep }}x{{ else }}y{{ end }}`, `{{ .Values.nope }}|{{ .Values.nil }}|{{ .Values.m.b.d }}|{{ .nope }}`, `{{ coalesce .Values.nope .Values.m.zz "last" }}`, `{{ required "a message" .Values.s }}`, `{{ required "" nil }}`, `{{ required "with \"quotes\" and: colons" .Values.e }}`, `{{ .Values.nope | required (printf "%s is missing" "it") }}`, `{{ required "zero is fine" .Values.z }}{{ required "false too" .Values.no }}{{ required "and empty" .Values.el }}`)
}
