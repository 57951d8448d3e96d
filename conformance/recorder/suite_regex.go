package main

import (
	"regexp"
	"strings"
)

// expressions asks one operation of every pattern: of every input that it matches and some others, or of one
// input if it is no pattern.
func expressions(t *topic, op string, patterns []string, inputs ...string) {
	for i, pattern := range patterns {
		r, err := regexp.Compile(pattern)
		for j, input := range inputs {
			if err != nil && j > 0 || err == nil && !r.MatchString(input) && (i+j)%5 != 0 {
				continue
			}
			t.add(Case{Kind: "regex", Op: op, Pattern: text(pattern), Input: text(input)})
		}
	}
}

func suiteRegex() {
	regexSyntax()
	regexClasses()
	regexLimits()
	regexErrors()
	regexUses()
	regexCharts()
}

// regexSyntax: which of several matches wins, and where its groups are.
func regexSyntax() {
	t := newTopic("regex", "groups")
	words := []string{"", "a", "ab", "abc", "aab", "abab", "xaby", "ab\nab", "aaa", "abcabc", "b"}
	expressions(t, "find-submatch-index", []string{
		``, `a`, `ab`, `a|ab`, `ab|a`, `(a|ab)(c|bcd)?`, `(?:a|ab)(?:c|bc)`, `(a)|(b)|(c)`, `(a*)(ab)?`, `(a*?)(ab)?`, `(a+)(b+)`, `(a+?)(b*?)`, `(a??)(a*)`, `(a?)(a??)(a*)`, `(a|b)*`, `(a|b)*?b`, `(a*)*`, `(a*)+`, `(a+)*b`, `(a?)*`, `(|a)*`, `(|a)+`, `(a|)+`, `(?:|a)*`, `()`, `()*`, `(())`, `((a)|b)*`, `(a(b)?)*`, `(a(b)?)+`, `(?:(a)|b)*`, `(a)(?:(b)|(c))?`, `a{2}`, `a{0}`, `a{0,1}b`, `a{1,}?`, `(ab){2}`, `(ab){1,2}?`, `(a{1,2}){2}`, `a*|b`, `b|a*`, `a||b`, `|`, `(|b)a`, `.*`, `.*?`, `.+$`, `(.*)(.*)`, `(.*?)(.*)`, `(.*)(b)`, `(.*?)(b)`, `x*`, `x*y|a`,
	}, words...)

	t = newTopic("regex", "anchors")
	lines := []string{"", "a", "\n", "a\n", "\na", "a\nb", "a\n\nb", "a b", " a", "a-b_c d", "aé", "éa", "é", "a\r\nb", "ab ba"}
	expressions(t, "find-all", []string{
		`^`, `$`, `^$`, `\A`, `\z`, `(?m)^`, `(?m)$`, `(?m)^$`, `(?m)\A`, `(?m)\z`, `\b`, `\B`, `\ba`, `a\b`, `\Ba`, `a\B`, `^a`, `a$`, `(?m)^a`, `(?m)a$`, `(?m)^b$`, `^a|b$`, `(^|\s)a`, `a($|\s)`, `(?m:^)a(?-m:$)`, `$^`, `^*`, `$+`, `(?:^)*a`, `\b\b`, `\b\B`, `(?m)$\n^`, `.$`, `(?s).$`, `(?m).$`, `\b\w+\b`, `\bé`, `^^a$$`, `(?m)(^.)`, `a^b`, `a$b`,
	}, lines...)

	t = newTopic("regex", "flags")
	cased := []string{"a", "A", "ab", "AB", "aB", "Ab\n", "k\u212a", "s\u017f", "ß", "ẞ", "Σσς", "İi", "ǅǆ", "é", "É", "a\nb", "A.B"}
	expressions(t, "find-submatch-index", []string{
		`(?i)a`, `(?i)A`, `(?i)ab`, `(?i:a)b`, `a(?i)b`, `a(?i:b)`, `(?i)a(?-i)b`, `(?i)[a-b]+`, `(?i)[^a]`, `(?i)k`, `(?i)s`, `(?i)\x{212a}`, `(?i)ß`, `(?i)σ`, `(?i)ς`, `(?i)i`, `(?i)İ`, `(?i)ǆ`, `(?i)é`, `(?s).+`, `(?-s).+`, `(?is)A.B`, `(?i-s:a).`, `(?U)a+`, `(?U)a+?b`, `(?U:a*)b`, `(?Ui)A+`, `(?m-i)a`, `(?ims)^A.?B$`, `((?i)a)b`, `(?:(?i)a|b)B`, `(?i)a|(?-i)B`, `(?i)\pL`, `(?i)\p{Lu}`, `(?i)\P{Lu}`, `(?i)[[:upper:]]`, `(?i)[^[:upper:]]`, `(?i)\w+`, `(?i)\W`, `(?i)[[:^lower:]]`, `(?i)[k-l]`, `(?i)[\x{17f}]`, `(?i)ẞ`, `(?i)[^\x{212a}]`,
	}, cased...)

	t = newTopic("regex", "escapes")
	special := []string{"a.b", "a*b+c?", "(x)[y]{z}", "\\d", "\t\n\v\f\r\a", "\x00\x01\x7f", "A!@#%&~`'\"<>,;:=/-_", "123", "é\u00ff\u0100", "😀\U0010ffff", "\u2028\u00a0", "$^|"}
	expressions(t, "find-all", []string{
		`\.`, `\*`, `\+\w`, `\?`, `\(`, `\)`, `\[`, `\]`, `\{`, `\}`, `{`, `}`, `]`, `{z}`, `\\`, `\\d`, `\/`, `/`, `\-`, `-`, `\_`, `_`, `\"`, `\'`, "\\`", `\<`, `\>`, `\:`, `\=`, `\!`, `\@`, `\#`, `\%`, `\&`, `\~`, `\ `, `\,`, `\;`, `\t`, `\n`, `\v`, `\f`, `\r`, `\a`, `\x41`, `\x{41}`, `\x{1F600}`, `\x{10ffff}`, `\x{0}`, `\x00`, `\0`, `\01`, `\001`, `\0011`, `\101`, `\141`, `\177`, `\377`, `\400`, `\777`, `\xff`, `\xFF`, `\x{00e9}`, `\Q.\E`, `\Qa.b\E+`, `\Q*+\E`, `\Q\E`, `\Q(x)`, `\Qa\\E`, `\Q\Q\E`, `a\Q`, `\E`, `\$\^\|`, `\d`, `\D+`, `\s`, `\S+`, `\w`, `\W+`, `[\d.]+`, `[^\s]+`, `[\]]`, `[\\]`, `[\-a]`, `[a\-z]`, `[\x41-\x43]`, `[\101-\103]`, `[\x{1F600}]`, `[\n\t]`, `[\Q]\E]`, `[.*+?]`, `[$^|]`, `[\^]`, `.`, `é`, `[é]`, `😀`, `[^\x00-\x7f]`, `\pS`, `\x{2028}`,
	}, special...)
}

func regexClasses() {
	t := newTopic("regex", "classes")
	inputs := []string{"aZ09_- \t.", "éßЖ日本", "]a^-[", "ab\ncd", "١²½Ⅷ", "x\u0000\u007f\u0085"}
	patterns := []string{`[a]`, `[abc]+`, `[a-c]+`, `[^a-c]+`, `[]a]+`, `[^]a]+`, `[a-]+`, `[-a]+`, `[a-c-e]+`, `[--a]`, `[+--]`, `[a^]+`, `[^^]`, `[[]+`, `[[a]+`, `[a[:digit:]b]+`, `[[:digit:][:space:]]+`, `[^[:digit:]]+`, `[[:^digit:]]+`, `[^[:^digit:]]+`, `[[:word:]]+`, `[\w-]+`, `[\w.-]+`, `[^\w]+`, `[^\W]+`, `[\w\W]+`, `[^\w\W]`, `[\d\D]`, `[^\d\D]+`, `[\pL\d]+`, `[^\pL]+`, `[\PL]+`, `[^\PL]+`, `[\p{L}&&a]`, `[a-z&&[b]]`, `[a-z--b]`, `[[:alpha:]-z]`, `[a-\d]`, `[\d-z]`, `[:alpha:]+`, `[[.a.]]`, `[[=a=]]`, `[^\n]+`, `[\x00-\x{10FFFF}]`, `[^\x00-\x{10FFFF}]`, `[а-я]+`, `(?i)[а-я]+`, `[^a]`, `(?s)[^a]`, `[a-a]`, `[^ -~]`, `[!-~]+`, `[\]\-]+`, `[a\]]`, `[()|*]+`, `[ ]`, `[$]`}
	for _, name := range strings.Split("alnum alpha ascii blank cntrl digit graph lower print punct space upper word xdigit", " ") {
		patterns = append(patterns, "[[:"+name+":]]+", "[[:^"+name+":]]+")
	}
	expressions(t, "find-all", patterns, inputs...)

	t = newTopic("regex", "unicode")
	// A few runes of every general category and of several scripts.
	probes := "aAǅʰªǀ\u0301\u0903\u20dd0٣Ⅷ²_-([)]«»!$+^©\u2028\u2029 \u00a0\t\u00ad\ue000\u0378\ufdd0\ufffdЖΩאم日ひカ한\U0001F600\U00010330\u1c80\U0001E900"
	var names []string
	for _, name := range strings.Fields("L Lu Ll Lt Lm Lo M Mn Mc Me N Nd Nl No P Pc Pd Ps Pe Pi Pf Po S Sm Sc Sk So Z Zs Zl Zp C Cc Cf Co Cs Cn LC Any ASCII Assigned Latin Greek Cyrillic Hebrew Arabic Han Hiragana Katakana Hangul Common Inherited Gothic Adlam Cherokee Georgian Thai Braille Zyyy Grek Lat Xx IsGreek Greek_Extended InGreek Script=Greek sc=Greek gc=Lu Alphabetic White_Space Upper Lower Letter Uppercase_Letter UppercaseLetter uppercase_letter Letter_Number Close_Punctuation Punct Digit Control Format Unassigned Surrogate Private_Use Symbol Separator Mark Other Old_Italic OldItalic New_Tai_Lue SignWriting Phags_Pa Kawi Nag_Mundari greek GREEK latin lu LU any ascii l Category ID_Start Hex_Digit Emoji") {
		names = append(names, `\p{`+name+`}`)
	}
	expressions(t, "find-all", names, probes)
	expressions(t, "find-all", []string{`\pL`, `\PL`, `\pl`, `\pLu`, `\pN`, `\PN`, `\pX`, `\p`, `\p{`, `\p{}`, `\p{^L}`, `\P{^L}`, `\p{^Greek}`, `\P{Greek}`, `\p{ Greek}`, `\p{Gr eek}`, `\p{Gr-eek}`, `\p{L`, `[\p{L}]`, `[\p{Lu}\p{Nd}]+`, `[^\p{Lu}\p{Nd}]+`, `[\p{L`, `[\P{L}\P{N}]`, `\p{日}`, `\p日`, `(?i)\p{Lu}+`, `(?i)\p{Greek}`, `(?i)\p{Lt}`, `(?i)\P{Ll}`, `(?i)[^\p{Ll}]`, `\pL+\pN*`, `\pé`, `\p{Lu}\p{Ll}`, `\x{301}`, `\X`, `\R`, `\h`, `\N`, `\K`, `\G`, `\Z`}, probes)
}

func regexLimits() {
	t := newTopic("regex", "repetition")
	expressions(t, "match", []string{
		`a{3}`, `a{3,}`, `a{3,5}`, `a{0}`, `a{0,0}`, `a{,3}`, `a{3,2}`, `a{1000}`, `a{1001}`, `a{0,1000}`, `a{0,1001}`, `a{1000,}`, `a{1001,}`, `a{99999999999}`, `a{2,99999999999}`, `a{99999999999,}`, `a{}`, `a{,}`, `a{ 3}`, `a{3 }`, `a{3, 5}`, `a{-1}`, `a{03}`, `a{00}`, `a{0x3}`, `a{3}{2}`, `a{3}?`, `a{3}+`, `a{3}*`, `a{3}??`, `(a{3}){2}`, `(a{100}){10}`, `(a{100}){11}`, `(a{10}){10}{10}`, `((a{10}){10}){10}`, `((a{10}){10}){11}`, `(a{1000}){1}`, `(a{2}){501}`, `(a{0}){1000}`, `(a{0,2}){500}`, `(a{0,}){1000}`, `(a*){1000}`, `(a+){1000}`, `(a{1,}){1000}`, `((a*){100}){10}`, `(a?){1000}`, `(a{500}|b{3}){2}`, `(a{500}|b{3}){3}`, `(?:a{500}){2}`, `(?i:a{500}){3}`, `x{2}{3}`, `a**`, `a*+`, `a+*`, `a?*`, `a*?`, `a+?`, `a??`, `a*??`, `a+??`, `a???`, `a?+`, `a{2}?{3}`, `(a*)*`, `(?:a*)*`, `(?:a*)+`, `(?:a+)?`, `(?:a?)?`, `*`, `+`, `?`, `{3}`, `{3,}`, `a|*`, `(*)`, `(+a)`, `^*`, `$*`, `\b+`, `(?i)*`, `(?i)+a`, `|*`, `(|*)`, `()*`, `a(?:)*`, `\Q\E*`, `a\Q\E*`, `\Qab\E*`, `\Qab\E{2}`, `a{2}b{3}`, `.{1000}`, `[ab]{1000}`, `(.{100}){10}`, `\pL{1000}`, `(\pL{500}){2}`, `((((a{9}){9}){9}){1})`, `(((a{10}b){10}c){10}d)`, `a{1000}b{1000}`, `(a|b){1000}c{1000}`,
	}, "", "aaa", "aaaaa", "ab", strings.Repeat("a", 1000))

	t = newTopic("regex", "limits")
	nested := func(open, body, close string, n int) string {
		return strings.Repeat(open, n) + body + strings.Repeat(close, n)
	}
	for _, n := range []int{1, 499, 500, 501, 997, 998, 999, 1000, 1001} {
		for _, pattern := range []string{
			nested("(", "a", ")", n), nested("(?:", "a", ")", n), nested("(?:", "ab", ")", n), nested("(", "a*", ")", n), nested("(", "a", ")*", n), nested("(?:", "a", ")*", n), nested("(?:", "a", "|b)", n), nested("(?:a|", "b", ")", n), nested("(", "", ")", n), nested("(?:", "", ")", n), nested("(?:x", "a", ")?", n), nested("(?:x", "a", "y)", n), strings.Repeat("(a)", n), strings.Repeat("a|", n) + "b", strings.Repeat("ab|", n) + "cd", strings.Repeat("(", n), strings.Repeat(")", n), strings.Repeat("a*", n), strings.Repeat("(?i)", n) + "a", strings.Repeat("a?", n) + strings.Repeat("a", n),
		} {
			if len(pattern) < 5100 {
				t.add(Case{Kind: "regex", Op: "match", Pattern: text(pattern), Input: text("aab")})
			}
		}
	}
}

// regexErrors: what is no pattern, and the words for it.
func regexErrors() {
	t := newTopic("regex", "errors")
	patterns := []string{
		`(`, `)`, `(()`, `())`, `(?`, `(?:`, `(?i`, `(?i:`, `(?z)`, `(?iz)`, `(?-)`, `(?i-)`, `(?--i)`, `(?i-i)`, `(?ii)`, `(?-i-s)`, `(?)`, `(?:)`, `(?#c)`, `(?=a)`, `(?!a)`, `(?<=a)`, `(?<!a)`, `(?>a)`, `(?|a)`, `(?P`, `(?P<`, `(?P<n`, `(?P<n>`, `(?P<>a)`, `(?P<n>a)`, `(?P<1>a)`, `(?P<n-m>a)`, `(?P<n m>a)`, `(?P<é>a)`, `(?P<n>a)(?P<n>b)`, `(?P<n>a)(?<n>b)`, `(?<n>a)`, `(?<>a)`, `(?<n`, `(?<é>a)`, `(?<n a>x)`, `(?P=n)`, `(?P>n)`, `(?P'n'a)`, `(?'n'a)`, `(?&n)`, `(?R)`, `(?1)`, `(?(1)a|b)`, `(?C)`, `\1`, `\8`, `\9`, `\12`, `\k<n>`, `\g1`, `\e`, `\cA`, `\C`, `\i`, `\j`, `\y`, `\Y`, `\u0041`, `\U00000041`, `\o{101}`, `\N{U+41}`, `\x`, `\x4`, `\xg`, `\x4g`, `\x{`, `\x{}`, `\x{g}`, `\x{41`, `\x{110000}`, `\x{ffffffffff}`, `\x{d800}`, `\x{-1}`, `\x{ 41}`, `\xé`, `\é`, `\`, `a\`, `[\`, `[a\`, `[`, `[]`, `[^]`, `[^`, `[a`, `[a-`, `[]a`, `[[:alpha:]`, `[b-a]`, `[a-b-a]`, `[é-a]`, `[\x{100}-a]`, `[\d-\w]`, `[a-\pL]`, `[[:foo:]]`, `[[:^foo:]]`, `[[::]]`, `[[:alpha]]`, `[[:ALPHA:]]`, `[\8]`, `[\1]`, `[\b]`, `[\z]`, `[\B]`, `[\A]`, `[\C]`, `[\p{Foo}]`, `[\pX]`, `[\x{110000}]`, `[z-\x41]`, `a{2,1}`, `a{1001}`, `a**`, `a{1}{1001}`, `*a`, `(?i`, `(?i-s`, `(?U`, `(?s-`, `a)`, `a)b(`, `(a))`, `a|)`, `(|`, `(a|b`, `((a)`, `[(]`, `[)`, `(?P<n>[)`, `x{2,1}y`, `(?i)(?q)`, `(?m`, `(?x)a`, `(?a)`, `(?L)`, `(?u)`, `(?n)`, `(?i=a)`, `(?:a`, `(?P<a.b>c)`, `(?P<_>c)`, `(?P<a1_B>c)`, `\pZl`, `\p{Foo}`, `\P{Foo}`, `\p{^Foo}`, `\pQ`, `\p{`, `\p`, `\P`, `\p{L`, `\Qa\E\`, `\E`, `a\Eb`, `{`, `{,}`, `a{1`, `a{1,`, `a{,1}`, `++`, `a+++`, `(?:*)`, `(?i)*`, `[a-z`, `a[`, `a]`, `^**`, `(^*`, `^+?+`,
	}
	expressions(t, "match", patterns, "a")
	// The same with something around: the part that is quoted changes.
	for _, around := range []string{"é%s", "%s|x", "(%s)", "x(%sé", "(?i)%s", "(?i:%s)y"} {
		for i, pattern := range patterns {
			if (i+len(around))%3 == 0 {
				expressions(t, "match", []string{strings.Replace(around, "%s", pattern, 1)}, "x")
			}
		}
	}

	t = newTopic("regex", "bytes")
	expressions(t, "match", []string{"\xff", "a\xff", "[\xff]", "[a-\xff]", "[\xff-a]", "(?P<\xff>a)", "(?P<n\xff", "(?<\xffn>a)", "\\\xff", "[\\\xff]", "\\Q\xff\\E", "\\Q\xff", "\\p\xff", "\\p{\xff}", "\\p{L\xff", "\\p{^\xff}", "\\x\xff", "\\x4\xff", "\\x{\xff}", "(?\xff)", "(?i\xff)", "\xff(", "(\xff", ")\xff", "a{2\xff}", "\xed\xa0\x80", "\xc3", "\xf4\x90\x80\x80", "[[:\xff:]]", "\ufffd", "[\ufffd]", "a**\xff", "\xff**", "(?P<n>\xff)", "\xc0\x80", "[^\xff]", "\\\xc3\xa9"}, "a", "\xff")
	broken := []string{"\xff", "a\xffb", "\xffé\xc3", "\xed\xa0\x80", "\xe6\x97", "x\xf0\x9f\x98y", "\xc3\xa9\xa9", "\ufffd\xff", "\x80\x80", "é\x80\n\xfe"}
	few := []string{``, `.`, `..`, `.*`, `(?s).`, `[^a]`, `\W`, `\b`, `\B`, `x*`, "\ufffd", `\x{fffd}`, "[\ufffd]+", `\pL`, `\PL`, `\pS`, `\pC`, `é`, `[^é]+`, `\xff`, `\xc3`, `$`, `a|`, `[[:^ascii:]]`, `(?i)é`, `\D+`, `[\x80-\x{10ffff}]`}
	expressions(t, "find-all", few, broken...)
	expressions(t, "find-submatch-index", []string{`(.)(.)`, `(.*)`, `^(.)`, `(.)$`, `(\W)+`, `(é)?(.)`, `()`, `x|(.)`}, broken...)
	for i, pattern := range few {
		for j, input := range broken {
			if (i+j)%2 == 0 {
				continue
			}
			t.add(Case{Kind: "regex", Op: "replace", Pattern: text(pattern), Input: text(input), With: text("<$0>")})
			t.add(Case{Kind: "regex", Op: "split", Pattern: text(pattern), Input: text(input)})
		}
	}
	for _, with := range []string{"\xff", "$\xff", "${\xff}", "$a\xff", "$1\xff", "${1\xff}", "\xff$1\xff", "$é", "${é}", "$\ufffd", "$٣"} {
		t.add(Case{Kind: "regex", Op: "replace", Pattern: text(`(?P<a>b)(.)`), Input: text("ab\xfeb\xc3\xa9"), With: text(with)})
		t.add(Case{Kind: "regex", Op: "replace-literal", Pattern: text(`(?P<a>b)(.)`), Input: text("ab\xfeb\xc3\xa9"), With: text(with)})
	}
}

// regexUses: the operations that take more than a pattern and an input.
func regexUses() {
	t := newTopic("regex", "replace")
	templates := []string{``, `x`, `$`, `$$`, `$$$`, `$0`, `$1`, `$2`, `$3`, `$9`, `$10`, `$01`, `$00`, `${0}`, `${1}`, `${01}`, `${1}x`, `$1x`, `$1_`, `$1-`, `$1$2`, `$2$1`, `${}`, `${`, `${1`, `${1 }`, `${ 1}`, `$ 1`, `$-1`, `$x`, `${x}`, `$x1`, `${x}1`, `$xy`, `$y`, `${y}`, `$X`, `\1`, `\$1`, `$\1`, `$(1)`, `$&`, "$`", `a$`, `$a$`, `$$1`, `$$$1`, `$é`, `${é}`, `$1é`, `$_`, `${_}`, `%s`, `é`, "\n", `$99999999`, `$100000000`, `$999999999999`, `${1}${2}${1}`, `$1,$2`, `<$0>`, `$0$0`, `$x$y$1$2`, `{$1}`, `$1}`, `${x`, `$x-$y`, `$1.$2`, `${1}0`, `$10$1`}
	for _, question := range [][2]string{
		{`(?P<x>a)(?P<y>b)?`, "abaxab"}, {`(\w+)-(\w+)`, "foo-bar baz-qux"}, {`(?P<x>a)|(?P<x>b)`, "ab"}, {``, "aé"}, {`x*`, "axxb"},
	} {
		for _, with := range templates {
			t.add(Case{Kind: "regex", Op: "replace", Pattern: text(question[0]), Input: text(question[1]), With: text(with)})
		}
	}
	for _, question := range [][2]string{
		{`a`, ""}, {`a`, "b"}, {`a`, "aaa"}, {``, ""}, {``, "abc"}, {`a*`, "baaac"}, {`a*?`, "baaac"}, {`^`, "a\nb"}, {`(?m)^`, "a\nb"}, {`$`, "a\nb"}, {`(?m)$`, "a\nb\n"}, {`\b`, "foo bar"}, {`\B`, "foo"}, {`^a`, "aaa"}, {`a$`, "aaa"}, {`a|`, "bab"}, {`.`, "日本"}, {`\s+`, " a  b "}, {`(a)|b`, "abab"}, {`a(?:)b?`, "abaab"}, {`\n`, "a\n\nb"}, {`[^\w]`, "a.b-c"}, {`$^`, ""}, {`(b*)`, "abbc"}, {`\z`, "ab"},
	} {
		for _, with := range []string{`-`, `<$0>`, `[$1]`, `$$`, ``} {
			t.add(Case{Kind: "regex", Op: "replace", Pattern: text(question[0]), Input: text(question[1]), With: text(with)})
			t.add(Case{Kind: "regex", Op: "replace-literal", Pattern: text(question[0]), Input: text(question[1]), With: text(with)})
		}
	}

	t = newTopic("regex", "counts")
	for i, pattern := range []string{``, `a`, `,`, `a*`, `x*`, `^`, `$`, `^a`, `a$`, `a|b`, `\b`, `,\s*`, `[,;]`, `.`, `(,)`, `(?m)^`, `(?m)$`, `é`, `z`, `b*?`, `a+`, `\s`, `\B`} {
		for j, input := range []string{"", "a", "a,b,c", ",a,,b,", "aaa", "aéa", "a, b;c", "a\nb", "baac"} {
			for k, n := range []int{-2, -1, 0, 1, 2, 3, 100} {
				if (i+j+k)%3 != 0 {
					continue
				}
				t.add(Case{Kind: "regex", Op: "find-all", Pattern: text(pattern), Input: text(input), N: &n})
				t.add(Case{Kind: "regex", Op: "split", Pattern: text(pattern), Input: text(input), N: &n})
			}
		}
	}

	t = newTopic("regex", "names")
	for _, pattern := range []string{``, `a`, `(a)`, `(a)(b)`, `(?:a)`, `(?P<x>a)`, `(?<x>a)`, `(?P<x>a)(b)(?P<y>c)`, `((?P<x>a)(?:b)(c))`, `(?P<x>a)(?P<y>b(?P<z>c))`, `(?P<Abc_1>a)`, `(?i)(a)`, `(a)*(b){2}`, `(a){0}`, `(a){0}(b)`, `((a)|(b))`, `[(a)]`, `\(a\)`, `\Q(a)\E`, `(?P<x>(?P<y>a))`, `(?P<_>a)`, `(?P<x1>a)|(?P<x2>b)`} {
		t.add(Case{Kind: "regex", Op: "names", Pattern: text(pattern)})
	}
	for _, input := range []string{``, `a`, `a.b`, `\`, `\.+*?()|[]{}^$`, `é`, "\n", "\x00", "\xff.", `a-b_c/d:e`, `#&~ "'<>=!@%,;`, "1.2.3", `$1`, `(?i)`, "[a-z]+"} {
		t.add(Case{Kind: "regex", Op: "quote", Input: text(input)})
	}
}

// regexCharts: patterns that charts in the wild use, or nearly.
func regexCharts() {
	t := newTopic("regex", "charts")
	for _, question := range []struct {
		patterns, inputs []string
	}{
		{[]string{`^(\d+)\.(\d+)\.(\d+)$`, `^v?[0-9]+\.[0-9]+\.[0-9]+$`, `^v?\d+(\.\d+)?(\.\d+)?(-.*)?`, `^([0-9]+)(\.[0-9]+)?(\.[0-9]+)?(-([0-9A-Za-z\-]+(\.[0-9A-Za-z\-]+)*))?(\+([0-9A-Za-z\-]+(\.[0-9A-Za-z\-]+)*))?$`, `v[0-9]+.[0-9]+.[0-9]+`, `-r\d+$|sha256:`, `@sha256:[a-f0-9]+`, `\+.*$`, `[0-9.]+`, `^[0-9]+\.[0-9]+\.[0-9]+`}, []string{"1.2.3", "v1.2.3-rc.1+build.5", "1.2", "latest", "nginx:1.2.3-r4", "nginx@sha256:0123abcd", "", "v10x20y30", "1.2.3\n"}},
		{[]string{`^((25[0-5]|2[0-4][0-9]|[01]?[0-9][0-9]?)\.){3}(25[0-5]|2[0-4][0-9]|[01]?[0-9][0-9]?)$`, `:[0-9]+$`, `:\d+$`, `^https?://`, `^redis:\/\/(.*)`, `/.*$`, `^(tcp|udp).*`, `^(?:(?:https?|ftp)://)?([^/:]+)(?::(\d+))?(/.*)?$`, `tempo-[^.]+\.grafana\.net`}, []string{"10.0.0.1", "256.1.1.1", "host:8080", "https://example.com:443/a/b?c=d", "redis://h:6379/0", "tcp://x", "tempo-prod-04.grafana.net:443", "[::1]:80"}},
		{[]string{`^[a-z0-9]([-a-z0-9]*[a-z0-9])?$`, `^([a-z]([a-z0-9\-]{0,38}[a-z0-9])?\.)*([a-z]([a-z0-9\-]{0,38}[a-z0-9])?)$`, `[^a-zA-Z0-9-_.]+`, `[^A-Za-z0-9-_.]|sha256`, `(-?[^a-z\d\-])+-?`, `[^-A-Za-z0-9_.]`, `^[\w-\.]+$`, `[^-_a-zA-Z0-9]`, `[^A-Za-z0-9]+$`, `^[a-zA-Z_][a-zA-Z0-9_./-]*$`, `\W`, `[A-Z]`, `([A-Za-z])i`, `^[0,6-9]`, `(-kube-api-qps)|(-kube-api-burst)|(-worker-threads)`, `{(v[0-9])*[^}]*}}$`}, []string{"my-release", "My_Release.Name", "-bad-", "a..b", "x", strings.Repeat("a", 64), "über.name", "--kube-api-qps=20", "{v1 .x}}", "with space", "sha256-9"}},
		{[]string{`[ \t]+(\r?\n)`, `\n    annotations:\n      helm.sh/resource-policy: keep\n`, `(?m)^\s*disable_mlock\s*=\s*(true|false)`, `(?m)^(?:[^#/\n]|/[^/])*autopilot_redundancy_zone\s*=\s*"VAULT_REDUNDANCY_ZONE"`, `"<<\s+(.*?)\s+>>"`, `([^\\](?:\\\\)*)\\u00(26|3c|3e)`, `".*\$include": "(.*)",?`, `(?s)/\*.*?\*/`, `(?m)^#.*\n?`, `{{-?\s*(.*?)\s*-?}}`, `(?m)\s+$`, `\n{2,}`}, []string{"a \t\nb\r\n c  \n", "x:\n    annotations:\n      helm.sh/resource-policy: keep\n", "  disable_mlock = true\n# disable_mlock = false\n", "# a\nautopilot_redundancy_zone = \"VAULT_REDUNDANCY_ZONE\"\n", `{"a": "<<  .Values.x >>"}`, `"x\u003cy\\u0026z"`, "  \"$include\": \"a/b.json\",", "/* a */ b /* c\n */", "{{- .Values.a -}} {{ b }}", "a\n\n\n\nb\n"}},
		{[]string{`^arn:(aws|aws-us-gov|aws-cn):iam::.*$`, `^secret:.+:.+`, `SCRAM-SHA-(256|512)`, `EMQX[_\.]`, `^(.*)/api/v1/(write|push)$`, `(^.*/)(.*)\.json$`, `.*\.ya?ml$`, `64$`, `^((json|pretty|compact))$`, `^[1-9][0-9]*$`, `^[0-9]+(\.[0-9]+)?$`, `(?i)^(true|yes|on)$`, `^\d+[smhd]$`, `^([0-9]+)(Ki|Mi|Gi|Ti|K|M|G|T|m)?$`, `^\s*$`}, []string{"arn:aws:iam::1:role/x", "secret:a:b", "SASL_SCRAM-SHA-512", "EMQX_NODE.NAME", "http://m/api/v1/push", "dashboards/a/b.json", "x.yml", "arm64", "json", "10", "0.5", "TRUE", "30s", "512Mi", " \t\n"}},
	} {
		expressions(t, "find-submatch-index", question.patterns, question.inputs...)
	}
}
