package main

// Strings, numbers, lists, dicts, defaults: Sprig's functions in normal and odd use.

func templateStrings() {
	t := newTopic("template", "strings")
	texts := []string{".Values.s", ".Values.uni", `""`, `" a  b "`, `"FooBar-baz_qux"`, `"HTTPServer9x"`, `"ALL CAPS"`, `"ǅž ß ŉ İ"`, `"a\tb\nc"`, `"\xff\xfeab"`, ".Values.ml", `"x"`}
	for _, f := range []string{"upper", "lower", "title", "untitle", "swapcase", "camelcase", "snakecase", "kebabcase", "initials", "nospace", "trim", "quote", "squote", "toString", "b64enc", "b32enc", "sha1sum", "adler32sum", "regexQuoteMeta", "clean", "base", "ext", "len", "html", "js", "urlquery", "toJson"} {
		each(t, f+" %", texts...)
	}
	for _, f := range []string{"camelcase", "snakecase", "kebabcase", "title", "untitle", "swapcase", "initials"} {
		each(t, f+" %", `"foo_bar"`, `"foo__bar"`, `"_foo_"`, `"foo-bar baz"`, `"FooBarBAZ"`, `"fooBar1Baz2"`, `"already_snake_case"`, `"XMLHttpRequest"`, `"éa Éb"`, `"a.b.c"`, `"  lead"`, `"1st 2nd"`, `"o'neil mc-donald"`, `"AbcÄbc"`, `"世界 hello"`)
	}
	each(t, "trunc % .Values.uni", "0", "1", "2", "3", "5", "8", "100", "-1", "-3", "-100", ".Values.n")
	each(t, "substr % .Values.uni", "0 1", "0 2", "2 4", "-1 3", "3 -1", "5 2", "0 100", "100 101", "-5 -2", "3 3")
	each(t, "abbrev % .Values.s", "0", "3", "4", "5", "8", "11", "12", "-1", "100")
	each(t, "abbrevboth % .Values.s", "0 5", "4 7", "5 8", "5 9", "10 7", "5 11", "-1 9", "3 6", "100 8", "2 100")
	each(t, `abbrevboth % "The quick brown fox jumps over the lazy dog"`, "5 12", "20 12", "40 10", "1 20", "30 30", "6 6")
	each(t, "repeat % .Values.s", "0", "1", "3", "-1", ".Values.n")
	each(t, `repeat 3 %`, `""`, `"é"`, `"\xff"`)
	each(t, "wrap % .Values.s", "0", "1", "5", "6", "11", "100", "-1")
	each(t, "wrap % .Values.uni", "1", "5", "8")
	each(t, `wrap 10 %`, `"averyveryverylongwordindeed"`, `"a b c d e f g h i j k l"`, `"line one\nline two is longer"`, `"  lead and  double   blanks "`, `"tab\tseparated words here"`, `""`)
	each(t, "wrapWith % .Values.s", `0 "|"`, `1 "|"`, `5 "|"`, `5 ""`, `5 "\t"`, `5 "<br>\n"`, `100 "|"`, `-1 "|"`)
	each(t, `wrapWith 5 "|" %`, `"abcdefghijklmno"`, `"ab cdefghijk lm"`, `""`, `"ééééééé"`, `"a b c d e f"`)
	each(t, "indent 2 %", texts...)
	each(t, "nindent 4 %", texts...)
	each(t, "indent % .Values.ml", "0", "1", "-1", "8")
	each(t, "nindent % .Values.ml", "0", "1", "-1", "8")
	each(t, `plural "one" "many" %`, "0", "1", "2", "-1", ".Values.n", "1.0", "(len .Values.l)", `"1"`)
	each(t, `%`, `contains "lo w" .Values.s`, `contains "" .Values.s`, `contains "x" ""`, `contains "界" .Values.uni`, `hasPrefix "" ""`, `hasPrefix "hello" .Values.s`, `hasPrefix "Hello" .Values.s`, `hasSuffix "world" .Values.s`, `hasSuffix "😀" .Values.uni`, `hasSuffix "\x80" .Values.uni`)
	each(t, `trimAll % .Values.s`, `"hd"`, `""`, `"helo wrd"`, `"é"`, `"\n"`)
	each(t, `trimall "-" %`, `"--a-b--"`, `""`, `"---"`, `"a"`, `" -a- "`)
	each(t, `trimPrefix % .Values.s`, `"hello"`, `"hello "`, `""`, `"world"`, `"hh"`)
	each(t, `trimSuffix % .Values.s`, `"world"`, `" world"`, `""`, `"hello"`, `"d"`)
	each(t, `trimSuffix "-" %`, `"a--"`, `"-"`, `""`, `(trunc 6 "abcde-fgh")`)
	each(t, `replace % .Values.s`, `"o" "0"`, `"" "-"`, `"l" ""`, `"ll" "L"`, `"zz" "y"`, `"hello world" "bye"`, `" " "\n"`, `"o" .Values.uni`)
	each(t, `cat %`, `"a"`, `"a" "b"`, `"a" nil "b"`, `1 2.5 true`, `.Values.l`, `.Values.nope "x"`, `"" ""`, `.Values.m "x"`, `nil`, `" a " " b "`, `.Values.n .Values.mil`)
	each(t, `quote %`, `nil`, `1`, `.Values.n`, `.Values.mil`, `.Values.huge`, `true`, `.Values.l`, `.Values.m`, `"a\"b\\c\n"`, `.Values.nope`, `"a" nil "b"`, `.Values.nil .Values.s`, `"\x01\x7f\u0085\u2028\ufeff"`, `"\xff"`, `.Values.b64`, `(list 1 "a")`, `1.50`, `'a'`)
	each(t, `squote %`, `nil`, `1`, `.Values.n`, `.Values.mil`, `true`, `.Values.l`, `.Values.m`, `"it's"`, `.Values.nope`, `"a" nil "b"`, `.Values.nil .Values.s`, `"a\nb"`, `""`)
	each(t, `splitList % `, `"," "a,b,c"`, `"" "héy"`, `"," ""`, `", " "a, b,c"`, `"x" "abc"`, `"ll" .Values.s`, `"\n" .Values.ml`, `"." "a..b."`)
	each(t, `% | toJson`, `split "," "a,b,c"`, `split "" "héy"`, `split "," ""`, `split "x" "abc"`, `split "\n" .Values.ml`, `split "/" "a/b/c/d/e/f/g/h/i/j/k/l"`, `splitn "," 2 "a,b,c"`, `splitn "," 0 "a,b"`, `splitn "," -1 "a,b,c"`, `splitn "," 1 "a,b"`, `splitn "" 2 "abc"`, `splitn "," 5 "a,b"`, `splitn "," 2 ""`)
	exprs(t, `(split "$" "foo$bar$baz")._1`, `(split "," "a")._1`, `(split "." .Values.ver)._0`, `(splitn "-" 2 .Values.ver)._1`, `index (splitList "," "a,b") 1`, `index (splitList "," "a,b") 5`)
	each(t, `%`, `hello`, `hello | upper`, `hello | len`, `hello | quote`, `(hello)`, `print hello "x"`, `hello | contains "lo"`, `hello | trunc 2`, `hello | kindOf`)
	each(t, `shuffle % | len`, `"hello"`, `""`, `"a"`, `"aaaa"`, ".Values.ml")
	each(t, `shuffle %`, `""`, `"a"`, `"aaaa"`, `"é"`)
	exprs(t, `shuffle "aab" | regexMatch "^(aab|aba|baa)$"`, `shuffle .Values.uni | kindOf`, `shuffle "é世" | regexMatch "^(é世|世é)$"`)
	each(t, `toStrings % | toJson`, ".Values.l", ".Values.nums", ".Values.strs", ".Values.el", ".Values.nil", ".Values.s", ".Values.n", ".Values.m", "(list nil)", `(list "a" 1 2.5 true nil)`, ".Values.nulls", "(until 3)", "(list (list 1))", ".Values.mil")
	each(t, `toString %`, "nil", "1", ".Values.n", ".Values.mil", ".Values.huge", ".Values.tiny", "2.50", "true", ".Values.l", ".Values.m", ".Values.nope", "'a'", `(b64dec "aGk=")`, "(list nil)", ".Values.nil", `.Values.big`)

	t = newTopic("template", "encodings")
	each(t, "b64enc %", `""`, `"a"`, `"ab"`, `"abc"`, `"\xff\x00"`, ".Values.ml")
	each(t, "b64dec %", `""`, `"aGk="`, `"aGk"`, `"aG k="`, `"aGk=\n"`, `"!!!"`, `"/+8="`, `"_-8="`, ".Values.b64", `"a"`, `"===="`, `"aGk=aGk="`, `"gIE="`)
	each(t, "b32enc %", `"\xff\x00"`, `"abcde"`, `"hello wörld"`, `"f"`)
	each(t, "b32dec %", `""`, `"NBSWY3DP"`, `"nbswy3dp"`, `"MZXW6==="`, `"MZXW6"`, `"1"`, `"MY======"`, `"MZ=W6==="`, `"NBSW\nY3DP"`)
	each(t, "%sum .Values.uni", "sha1", "sha256", "sha512", "adler32")
	each(t, `%sum ""`, "sha1", "sha256", "sha512", "adler32")
	each(t, `%sum "\xff\x00a"`, "sha1", "sha256", "sha512", "adler32")
	each(t, `%sum (repeat 300 "abc ")`, "sha1", "sha256", "sha512", "adler32")
	each(t, `%sum (toYaml .Values.tree)`, "sha1", "sha256", "sha512", "adler32")
	each(t, "html %", `"<a href='x'>&\"</a>"`, `nil`, `.Values.l`, `.Values.m`, `1 "a" 2`, `.Values.nope`, `"\x00"`)
	each(t, "js %", `"'\\\"<>&=\n\r\t\x00\u2028"`, `nil`, `.Values.l`, `1 2`, `"é\xff"`, `.Values.nope`)
	each(t, "urlquery %", `"a b+c&d=é/?#%"`, `nil`, `.Values.l`, `1 "a"`, `"\xff"`, `.Values.nope`)

	t = newTopic("template", "regex")
	for _, must := range []string{"", "must"} {
		name := func(f string) string {
			if must == "" {
				return f
			}
			return must + string(f[0]-32) + f[1:]
		}
		for _, pattern := range []string{`"^h.*d$"`, `"[aeiou]+"`, `"(?i)HELLO"`, `"(\\w+) (\\w+)"`, `""`, `"x*"`, `"("`, `"[z-a]"`, `"a{1001}"`, `"\\pL+"`, `"(?P<first>\\w)(?P<rest>\\w*)"`, `"\\b"`, `"."`, `"(?s).+"`, `"*"`, `"(?<n>l)"`, `"\\"`, `"a**"`, `"(?=x)"`, `"\\8"`, `"\\C"`} {
			exprs(t, name("regexMatch")+" "+pattern+" .Values.s", name("regexFind")+" "+pattern+" .Values.s", name("regexFindAll")+" "+pattern+" .Values.s -1", name("regexReplaceAll")+" "+pattern+" .Values.s \"[${1}]\"", name("regexReplaceAllLiteral")+" "+pattern+" .Values.s \"[$1]\"", name("regexSplit")+" "+pattern+" .Values.s -1 | toJson")
		}
		for _, n := range []string{"0", "1", "2", "-1", "100"} {
			exprs(t, name("regexFindAll")+` "[a-z]" .Values.s `+n+" | toJson", name("regexSplit")+` "[lo]" .Values.s `+n+" | toJson", name("regexFindAll")+` "zz" .Values.s `+n+" | len", name("regexSplit")+` "" .Values.uni `+n+" | toJson")
		}
		for _, with := range []string{`""`, `"$0$0"`, `"$1x"`, `"${1}x"`, `"$$"`, `"$"`, `"${name}"`, `"$2$1"`, `"\\1"`, `"${"`, `"$9"`} {
			exprs(t, name("regexReplaceAll")+` "(?P<name>l)(o)?" .Values.s `+with, name("regexReplaceAllLiteral")+` "(l)(o)?" .Values.s `+with)
		}
	}
	each(t, "regexQuoteMeta %", `"1.2.3"`, `"a+b*c?"`, `"^$()[]{}|\\"`, `""`, `"é.世"`, `"a-b_c/d"`, `"\xff."`, ".Values.ver", `"\n"`)
	exprs(t, `.Values.s | regexMatch "^hello"`, `regexMatch "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$" "my-name"`, `regexReplaceAll "[^a-z0-9-]" "My_Name!" "-"`, `regexReplaceAll "\\W+" .Values.uni "_"`, `regexFind "[0-9]+" .Values.ver`, `regexSplit "\\s+" .Values.ml -1`, `mustRegexMatch "[" "x"`, `regexMatch "[" "x"`, `regexFind "[" "x"`)
}

func templateNumbers() {
	t := newTopic("template", "numbers")
	numbers := []string{"0", "7", "-7", ".Values.n", ".Values.f", ".Values.neg", "2.5", "-2.5", ".Values.num", ".Values.oct", ".Values.hex", ".Values.flt", `"abc"`, `""`, "true", "nil", ".Values.big", ".Values.huge", ".Values.l", `"1e3"`, `"1_000"`, `" 5"`, `"08"`, `"9223372036854775808"`, "9223372036854775807", ".Values.nope", `"0b11"`, `"0o17"`, `"-0x10"`, `"+5"`, `"1."`, `"Inf"`, `"NaN"`, "'a'", "1e30", "-1e30"}
	for _, f := range []string{"int", "int64", "float64", "toDecimal", "add1", "add1f", "ceil", "floor", "atoi", "add 1", "mul 2", "sub 10", "div 100", "mod 10", "max 3", "min 3", "addf 1.5", "mulf 2", "subf 10", "divf 10", "maxf 3", "minf 3", "biggest 3", "until", "round"} {
		if f == "until" {
			continue
		}
		pattern := f + " %"
		if f == "round" {
			pattern = "round % 0"
		}
		for _, number := range numbers {
			exprs(t, replaceOperand(pattern, number))
		}
	}
	for _, f := range []string{"add", "addf", "mul", "mulf", "sub", "subf", "div", "divf", "mod", "max", "min", "maxf", "minf", "biggest"} {
		each(t, f+" %", "7 2", "-7 2", "7 -2", "-7 -2", "7 0", "0 7", "1.9 1.9", "0.1 0.2", ".Values.n .Values.f", `"7" "2"`, "9223372036854775807 1", "1 2 3", "10 2 5", "1", "1 nil", "true true", ".Values.big .Values.mil", "0.1 0.2 0.3", "1e300 1e10", `"x" 1`)
	}
	each(t, "round %", "3.14159 2", "2.5 0", "-2.5 0", "3.5 0", "2.345 2", "1234.5678 -2", `"2.567" 1`, "2.4 0 0.4", "2.4 0 0.5", "2.4 0 0.3", "2.55 1 0.9", "1e20 2", "0 3", "-1.005 2", ".Values.f 0", ".Values.nope 2", "123.456 20", "1.5 400", "0.5 0", "-0.5 0", "1.1 0 0.1 0.2")
	each(t, "% | typeOf", "int 1.5", "int64 1.5", "float64 1", "add 1 2", "addf 1 2", "add1 1", "ceil 1", "round 1 1", "toDecimal 7", "atoi \"1\"", "max 1 2", "maxf 1 2", "len .Values.l", ".Values.n", "7", "div 1 1", "divf 1 1", "mod 1 1", "'a'", "until 2", "seq 2", "untilStep 0 2 1", "randInt 1 2", "floor 1", "biggest 1", "minf 1")
	each(t, "until %", "0", "1", "5", "-3", ".Values.n", "(int .Values.n)", "2.0", `"3"`, "(.Values.n | int)")
	each(t, "untilStep %", "0 10 3", "10 0 -3", "0 10 -1", "0 10 0", "5 5 1", "-5 5 5", "0 3 100", "3 0 1", "1 4 2")
	each(t, "seq %", "5", "0", "-3", "1", "2 5", "5 2", "0 2 10", "10 -2 0", "0 0 5", "1 -1 5", "5 1 1", "-2 2", "2 2", "1 2 3 4", "0 5 0", "")
	exprs(t, "seq", "range (until 3)", `seq 3 | splitList " " | toJson`, "until 3 | toJson", "len (until 100)", "index (until 5) 2")
	renders(t, shelf, "{{ range until 3 }}{{ . }},{{ end }}", "{{ range $i := until (int .Values.n) }}{{ $i }}{{ end }}", "{{ range untilStep 0 10 4 }}{{ . }};{{ end }}", "{{ range $i, $e := until 2 }}{{ $i }}{{ $e }}{{ end }}", "{{ .Values.n }} {{ .Values.mil }} {{ .Values.big }} {{ .Values.huge }} {{ .Values.tiny }} {{ .Values.f }}", "{{ .Values.mil | int }} {{ .Values.mil | int64 }} {{ .Values.mil | toString }} {{ .Values.mil | quote }} {{ printf \"%d\" .Values.n }} {{ printf \"%v\" .Values.mil }} {{ printf \"%.0f\" .Values.mil }}", "{{ if eq .Values.n 7 }}x{{ end }}", "{{ if eq .Values.n 7.0 }}x{{ end }}", "{{ if eq (int .Values.n) 7 }}x{{ end }}", "{{ if gt .Values.n 3.0 }}x{{ end }}", "{{ if gt .Values.n 3 }}x{{ end }}", "{{ index .Values.l .Values.z }}", "{{ index .Values.l (int .Values.z) }}", "{{ .Values.n | add 1 | mul 3 | sub 100 }}", "{{ (add .Values.n 1) | int | printf \"%03d\" }}", "{{ trunc .Values.n .Values.s }}", "{{ trunc (int .Values.n) .Values.s }}")

	t = newTopic("template", "random")
	for _, f := range []string{"randAlpha", "randAlphaNum", "randNumeric", "randAscii"} {
		each(t, f+" % | len", "0", "1", "5", "64", "(int .Values.n)", "1000")
		each(t, f+" %", "0", "-1", "-5", ".Values.n", `"5"`, "nil", ".Values.nope", "1.0")
	}
	exprs(t, `randAlpha 40 | regexMatch "^[a-zA-Z]{40}$"`, `randAlphaNum 40 | regexMatch "^[a-zA-Z0-9]{40}$"`, `randNumeric 40 | regexMatch "^[0-9]{40}$"`, `randAscii 40 | regexMatch "^[ -~]{40}$"`, `randBytes 12 | b64dec | len`, `randBytes 12 | len`, `randBytes 0`, `randBytes 0 | len`, `randBytes 16 | regexMatch "^[A-Za-z0-9+/]{22}==$"`, `randBytes -1`, `randBytes 1 | len`, `randBytes nil`, `randBytes "1"`, `randBytes 3 | kindOf`)
	each(t, "randInt %", "0 1", "5 6", "-1 0", "5 5", "6 5", "0 0", "0 -1", "1.0 2", `"0" 1`, "0", "-3 -2")
	exprs(t, `randInt 0 100 | typeOf`, `ge (randInt 5 10) 5`, `lt (randInt 5 10) 10`, `uuidv4 | len`, `uuidv4 | regexMatch "^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"`, `eq uuidv4 uuidv4`, `uuidv4 | kindOf`, `uuidv4 | splitList "-" | len`, `index (uuidv4 | splitList "-") 2 | trunc 1`, `uuidv4 1`, `uuidv4 | upper | len`, `(uuidv4).x`, `ne (randAlphaNum 20) (randAlphaNum 20)`, `randAlphaNum 5 | lower | regexMatch "^[a-z0-9]{5}$"`)
}
