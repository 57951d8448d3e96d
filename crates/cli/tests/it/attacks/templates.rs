//! Templates that want time or memory.

use super::{Place, start};

/// Renders one template that must meet a limit.
fn meets(limit: &str, template: &str) {
    Place::chart(template).meets(limit, template, &[]);
}

/// Renders one template that must meet a limit, with a lower limit of memory: to fill that takes long in a build
/// for tests.
fn fills(template: &str) {
    Place::chart(template).meets("render.memory", template, &["--limit", "render.memory=160Mi"]);
}

/// Renders one template that must meet a limit of steps, with a lower limit.
fn takes_long(template: &str) {
    Place::chart(template).meets("render.steps", template, &["--limit", "render.steps=2e6"]);
}

/// Renders one template that must end in a result or in an error that Helm has.
fn ends(template: &str) -> String {
    let run = Place::chart(template).survives(template, &[]);
    assert!(run.code < 2, "{template}: {}", run.err);
    run.err
}

#[test]
fn one_call_makes_no_more_than_there_may_be() {
    for call in [
        "repeat 1000000000 \"x\"",
        "repeat 9000000000000000000 \"x\"",
        "indent 1000000000 \"a\\nb\"",
        "nindent 1000000000 \"a\\nb\"",
        "until 50000000",
        "untilStep 0 50000000 1",
        "splitList \"\" (repeat 50000000 \"x\")",
        "split \"\" (repeat 50000000 \"x\")",
        "replace \"\" (repeat 100000 \"x\") (repeat 100000 \"y\")",
        "regexReplaceAll \"x\" (repeat 100000 \"x\") (repeat 100000 \"y\")",
        "wrapWith 1 (repeat 100000 \"x\") (repeat 100000 \"y\")",
        "join (repeat 100000 \"x\") (until 100000)",
    ] {
        let template = format!("a: {{{{ {call} | len }}}}\n");
        let run = Place::chart(&template).survives(call, &[]);
        assert_eq!((run.code, run.out.as_str()), (11, ""), "{call}: {}", run.err);
        // Which one is met first depends on what the call would take most of.
        assert!(run.err.contains("render.memory") || run.err.contains("render.steps"), "{call}: {}", run.err);
        assert!(run.err.contains("shop/templates/a.yaml:1:"), "{call}: {}", run.err);
    }
    for call in [
        "until 1000000000",
        "until 9000000000000000000",
        "untilStep 0 1000000000 1",
        "untilStep -9000000000000000000 9000000000000000000 1",
        "seq 1000000000",
        "seq 0 1 9000000000000000000",
        "randAlphaNum 1000000000",
        "randAscii 9000000000000000000",
        "randBytes 1000000000",
        "mulf 3.7 (until 100) | len",
    ] {
        let run = Place::chart(&format!("a: {{{{ {call} }}}}\n")).survives(call, &[]);
        assert!(run.code == 11 || call.contains("mulf") && run.code == 1, "{call}: {}", run.err);
    }
}

#[test]
fn widths_of_printf_have_an_end() {
    // Go refuses widths beyond a million.
    let run = Place::chart("a: {{ printf \"%1000000000d\" 1 | quote }}\n").survives("width", &[]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(run.out.contains("%!(NOVERB)"), "{}", start(&run.out));
    let many = "%1000000d".repeat(100);
    ends(&format!("a: {{{{ printf \"{many}\" 1 2 3 | len }}}}\n"));
    ends("a: {{ printf \"%.1000000f %*d %[3]*.[2]*[1]f\" 1.0 1000000 1 | len }}\n");
    fills("{{ $l := list }}{{ range 1000 }}{{ $l = append $l (printf \"%1000000d\" 1) }}{{ end }}");
    takes_long("{{ range 1000 }}{{ $x := printf \"%1000000d\" 1 }}{{ end }}");
}

#[test]
fn texts_that_grow_with_every_turn_end() {
    for grow in [
        "printf \"%s%s\" $s $s",
        "print $s $s",
        "cat $s $s",
        "join \",\" (list $s $s)",
        "join $s (list $s $s $s)",
        "replace \"x\" \"xx\" $s",
        "regexReplaceAll \"x\" $s \"xx\"",
        "regexReplaceAllLiteral \"x\" $s \"xx\"",
        "repeat 2 $s",
        "quote $s $s",
        "b64enc (b64enc $s)",
        "b32enc $s",
        "toJson (list $s $s)",
        "toYaml (list $s $s)",
        "html (print $s $s \"<<<<\")",
        "js (print $s $s)",
        "urlquery (print $s $s \"  \")",
        "tpl (print $s $s) $",
        "snakecase (print $s \"X\" $s)",
        "title (print $s $s)",
        "nospace (print $s $s)",
        "upper (print $s $s)",
        "(list $s $s | toString)",
        "dict \"a\" $s \"b\" $s | toString",
        "regexQuoteMeta (print $s \".\" $s)",
        "shuffle (print $s $s)",
        "trunc 999999999 (print $s $s)",
        "wrap 1 (print $s $s)",
        "adler32sum $s | print $s $s",
    ] {
        let template =
            format!("{{{{ $s := \"x\" }}}}{{{{ range until 400 }}}}{{{{ $s = {grow} }}}}{{{{ end }}}}");
        let run = Place::chart(&template).survives(grow, &["--limit", "render.steps=2e7"]);
        // Some have an end of their own: what cannot be printed or written is an error.
        assert!(
            run.code == 11 || run.code == 1 && run.err.contains("larger than"),
            "{grow}: {} {}",
            run.code,
            run.err
        );
    }
}

#[test]
fn what_is_held_is_bounded() {
    fills(
        "{{ range 1000000000 }}xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx{{ repeat 1000 \"y\" }}{{ end }}",
    );
    fills(
        "{{ $d := dict }}{{ range $i := until 10000000 }}{{ $_ := set $d (toString $i) (dict \"a\" $i) }}{{ end }}",
    );
    fills("{{ $l := list }}{{ range until 1000 }}{{ $l = append $l (until 100000) }}{{ end }}");
    fills("{{ $l := list }}{{ range until 10000 }}{{ $l = append $l (repeat 100000 \"x\") }}{{ end }}");
    fills(
        "{{ $l := list }}{{ range $i := until 100000 }}{{ $l = append $l (fromYaml (printf \"a: &a [%s]\\nb: [*a,*a,*a,*a,*a]\" (repeat 10000 \"1,\"))) }}{{ end }}",
    );
    fills(
        "{{ $l := list }}{{ range $i := until 100000 }}{{ $l = append $l (fromJson (printf \"{\\\"a\\\":[%s1]}\" (repeat 10000 \"[],\"))) }}{{ end }}",
    );
    fills(
        "{{ $l := list }}{{ range $i := until 1000000 }}{{ $l = append $l (regexFindAll \".\" (repeat 10000 \"x\") -1) }}{{ end }}",
    );
    fills(
        "{{ define \"x\" }}{{ repeat 100000 \"x\" }}{{ end }}{{ $l := list }}{{ range $i := until 1000000 }}{{ $l = append $l (include \"x\" .) }}{{ end }}",
    );
    let place = Place::chart(
        "{{ $l := list }}{{ range until 100000 }}{{ $l = append $l ($.Files.Get \"big\") }}{{ end }}",
    );
    place.write("shop/big", "x".repeat(1 << 20));
    place.meets("render.memory", ".Files.Get", &["--limit", "render.memory=160Mi"]);
    let place = Place::chart(
        "{{ range until 100000 }}{{ $x := $.Files.AsSecrets }}{{ $y := $.Files.AsConfig }}{{ $z := $.Files.Glob (repeat 10000 \"?*\") }}{{ end }}",
    );
    place.write("shop/big", "x".repeat(1 << 20));
    place.meets("render.steps", ".Files.AsSecrets", &["--limit", "render.steps=2e6"]);
}

#[test]
fn loops_end() {
    takes_long("{{ range 1000000000 }}{{ end }}");
    takes_long("{{ range until 3000 }}{{ range until 3000 }}{{ end }}{{ end }}");
    takes_long("{{ range $i := 1000000000 }}{{ $x := $i }}{{ end }}");
    // Few turns, each of which takes long.
    for call in [
        "eq $s (print $s)",
        "ne $s (print $s)",
        "lt $s (print $s)",
        "contains \"y\" $s",
        "hasSuffix $s (print $s)",
        "sha256sum $s",
        "sha512sum $s",
        "sha1sum $s",
        "b64enc $s",
        "b64dec $s",
        "upper $s",
        "trim $s",
        "trimAll $s $s",
        "title $s",
        "len (print $s)",
        "regexMatch \"y\" $s",
        "toJson $s",
        "quote $s",
        "atoi $s",
        "semver $s",
        "splitList \"y\" $s",
        "replace \"y\" \"z\" $s",
        "derivePassword 1 \"long\" \"p\" \"u\" \"s\"",
        "bcrypt \"p\"",
        "htpasswd \"u\" \"p\"",
        "genPrivateKey \"rsa\"",
        "genPrivateKey \"dsa\"",
        "genCA \"c\" 1",
        "genSelfSignedCert \"c\" nil nil 1",
        "encryptAES \"0123456789abcdef\" $s",
        "has $s $l",
        "uniq $l",
        "without $l 1",
        "sortAlpha $l",
        "reverse $l",
        "compact $l",
        "chunk 2 $l",
        "concat $l $l",
        "rest $l",
        "initial $l",
        "append $l 1",
        "prepend $l 1",
        "slice $l 1 2",
        "deepEqual $l (append $l 1)",
        "deepCopy $l",
        "toYaml $l",
        "toToml (dict \"a\" $l)",
        "toString $l",
        "merge (dict) $d",
        "mergeOverwrite (dict) $d",
        "mulf 1 $s",
        "durationDays $s",
        "date \"2006\" now",
        "dateInZone \"2006\" $i \"Europe/Berlin\"",
        "printf \"%.900f\" 1e-300",
        "printf \"%v\" $d",
        "fromToml (print \"a = \" $y)",
        "regexMatch (print $i \"(a|b)\") $s",
        "keys $d",
        "values $d",
        "pick $d \"a\"",
        "omit $d \"a\"",
        "fromYaml $y",
        "fromJson $y",
        "tpl (print \"{{/* \" $i $s \" */}}\") $",
        "dateInZone $s 0 \"UTC\"",
        "toDate $s $s",
        "urlParse $s",
        "snakecase $s",
        "camelcase $s",
        "wrap 80 $s",
        "seq 100000",
        "toDecimal $s",
    ] {
        let setup = "{{ $s := repeat 1000000 \"x\" }}{{ $l := until 20000 }}{{ $d := dict }}\
                     {{ range until 5000 }}{{ $_ := set $d (toString .) . }}{{ end }}\
                     {{ $y := printf \"[%s1]\" (repeat 20000 \"1,\") }}";
        let template = format!("{setup}{{{{ range $i := until 20000 }}}}{{{{ $x := {call} }}}}{{{{ end }}}}");
        let run = Place::chart(&template).survives(call, &["--limit", "render.steps=3e6"]);
        // Some cannot read what they are given.
        assert!(run.code == 11 && run.err.contains("render.steps") || run.code == 1, "{call}: {}", run.err);
        let refused = ["semver", "toDate", "atoi", "urlParse", "b64dec"];
        assert!(run.code == 11 || refused.iter().any(|name| call.starts_with(name)), "{call}: {}", run.err);
    }
}

/// What is quick once is priced as well, or a loop of nothing else would take minutes until the limit is met.
#[test]
fn small_calls_cost_what_they_take() {
    for (call, least) in [
        ("1", 5),
        ("list 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", 20),
        ("((((((((((((((((((((1))))))))))))))))))))", 20),
        ("(dict \"a\" (dict \"b\" (dict \"c\" 1))).a.b.c", 20),
        ("and 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", 20),
        ("print (dict) (dict) (dict) (dict)", 20),
        ("printf \"%f\" 1e300", 300),
        ("semverCompare \">=1.0.0 <2.0.0 || ^3.1.x\" \"3.2.1\"", 40),
        ("now", 100),
        ("divf 1e-300 3e300", 100),
        ("toYaml (dict \"a\" \"b\")", 30),
        ("regexMatch (print $i \"[a-z]+\") \"a\"", 200),
        ("fromYaml \"a: &a [1,1,1]\\nb: [*a,*a,*a,*a,*a,*a]\"", 100),
        ("tpl (print \"{{\" $i \"}}\") 1", 100),
        ("$.Files.Glob \"**\"", 20),
    ] {
        let template = format!("{{{{ range $i := 1000 }}}}{{{{ $x := {call} }}}}{{{{ end }}}}");
        let limit = format!("render.steps={}", least * 1_000);
        Place::chart(&template).meets("render.steps", call, &["--limit", &limit]);
    }
}

/// What an error tells of the values that it is about is made without walking them to the end.
#[test]
fn errors_about_what_doubles_or_nests_deeply_are_soon_told() {
    let doubling = "{{ $l := list 1 }}{{ $d := dict \"a\" 1 }}{{ range until 60 }}{{ $l = list $l $l }}{{ $d = dict \"a\" $d \"b\" $d }}{{ end }}\
                    {{ $_ := set .Values \"l\" (list $l) }}{{ $_ := set .Values \"d\" $d }}";
    let parentheses = format!("{}fail \"x\"{}", "(".repeat(100), ")".repeat(100));
    for call in [
        "fail (print (len $l) (len $d))",
        "index $d \"a\" 1",
        "index $l \"a\"",
        "$d.a.b.a.b.c.d.e",
        "add .Values.l .Values.d | fail",
        "genCA $l $d",
        "upper .Values.d.a",
        "range $x := $d.a.b }}{{ fail $x }}{{ end",
        "include \"none\" (list $l $d)",
        "tpl \"{{ .a.b.c.d.e.f }}{{ fail .a }}\" $d",
        &parentheses,
        &format!("range 1000000000 }}}}{{{{ {}1{} }}}}{{{{ end", "(".repeat(100), ")".repeat(100)),
    ] {
        let template = format!("{doubling}{{{{ {call} }}}}");
        for more in [&[][..], &["--explain"]] {
            let limited = [&["--limit", "render.steps=1e6"], more].concat();
            let run = Place::chart(&template).survives(call, &limited);
            assert_ne!(run.code, 0, "{call}: {}", start(&run.out));
        }
    }
}

#[test]
fn patterns_take_no_longer_than_they_may() {
    for (pattern, text) in [
        (".*[^A-Z]|[A-Z]", "(repeat 1000000 \"A\")"),
        ("(?s).*x|.", "(repeat 1000000 \"A\\n\")"),
        ("[01]*1[01]{500}$", "(repeat 1000000 \"01\")"),
        (r"(\\pL{50}|\\pN{40})+$", "(repeat 100000 \"é\")"),
        ("(a?){500}a{500}", "(repeat 100000 \"a\")"),
    ] {
        for call in [
            format!("regexFindAll \"{pattern}\" $s -1"),
            format!("regexReplaceAll \"{pattern}\" $s \"\""),
            format!("regexSplit \"{pattern}\" $s -1"),
            format!("regexMatch \"{pattern}\" $s"),
        ] {
            let template = format!(
                "{{{{ $s := {text} }}}}{{{{ range until 100000 }}}}{{{{ $x := {call} }}}}{{{{ end }}}}"
            );
            takes_long(&template);
        }
    }
    // Each pattern is new.
    takes_long(
        "{{ range $i := until 100000 }}{{ $x := regexMatch (printf \"(a|b){900}(c|d){90}%d\" $i) \"x\" }}{{ end }}",
    );
    takes_long(
        "{{ range $i := until 100000 }}{{ $x := regexMatch (printf \"\\\\pL{900}%d\" $i) \"x\" }}{{ end }}",
    );
    // Patterns that take gigabytes only to be read.
    for pattern in [r#"repeat 100000 "\\pL""#, r#"repeat 1000000 "a?""#] {
        meets("render.steps", &format!("a: {{{{ regexMatch ({pattern}) \"x\" }}}}\n"));
    }
    ends("a: {{ regexMatch (repeat 100000 \"a\") \"x\" }}\n");
    // Go's own limits.
    for pattern in ["(((a{30}){30}){30})", "a{1001}", "((a{100}){100}){100}"] {
        ends(&format!("a: {{{{ regexFind \"{pattern}\" \"x\" }}}}\n"));
    }
    ends("a: {{ regexMatch (repeat 100000 \"(\") \"x\" }}\n");
    ends("a: {{ regexMatch (repeat 300000 \"a?\") \"x\" }}\n");
    ends("a: {{ regexMatch (repeat 100000 \"[^a]\") \"x\" }}\n");
}

#[test]
fn recursion_ends() {
    let depth = |template: &str| meets("render.depth", template);
    depth("{{ define \"a\" }}{{ template \"a\" . }}{{ end }}{{ template \"a\" . }}");
    depth("{{ $t := \"{{ tpl .t . }}\" }}{{ tpl $t (dict \"t\" $t) }}");
    depth("{{ define \"a\" }}{{ tpl \"{{ template \\\"a\\\" . }}\" . }}{{ end }}{{ template \"a\" . }}");
    // Helm stops an include within itself.
    let error = ends("{{ define \"a\" }}{{ include \"a\" . }}{{ end }}{{ include \"a\" . }}");
    assert!(error.contains("nested reference name: a"), "{}", start(&error));
    ends(
        "{{ define \"a\" }}{{ include \"b\" . }}{{ end }}{{ define \"b\" }}{{ include \"a\" . }}{{ end }}{{ include \"a\" . }}",
    );
    // Not deep, but doubling.
    let doubling: String = (0..60)
        .map(|n| format!("{{{{ define \"a{n}\" }}}}{{{{ include \"a{0}\" . }}}}{{{{ include \"a{0}\" . }}}}{{{{ end }}}}", n + 1))
        .collect();
    takes_long(&format!("{doubling}{{{{ define \"a60\" }}}}{{{{ end }}}}{{{{ include \"a0\" . }}}}"));
    takes_long(
        "{{ define \"t\" }}{{ tpl . . }}{{ end }}{{ range $i := until 1000000 }}{{ $x := tpl (printf \"%s{{/* %d */}}\" (repeat 1000 \"{{ . }}\") $i) \"\" }}{{ end }}",
    );
}

#[test]
fn what_contains_itself_is_no_end_of_the_program() {
    let setup = "{{ $d := dict \"a\" 1 }}{{ $_ := set $d \"self\" $d }}{{ $l := list $d }}{{ $_ := set $d \"list\" $l }}\
                 {{ $e := dict \"a\" 1 }}{{ $_ := set $e \"self\" $e }}{{ $_ := set $e \"list\" (list $e) }}";
    for call in [
        "toYaml $d",
        "toYamlPretty $d",
        "toJson $d",
        "toPrettyJson $d",
        "toRawJson $d",
        "mustToJson $d",
        "toToml $d",
        "print $d",
        "printf \"%v %+v %#v %T %d %s %q\" $d $d $d $d $d $d $d",
        "$d",
        "toString $d",
        "quote $d",
        "squote $d",
        "cat $d",
        "join \",\" $l",
        "deepCopy $d",
        "mustDeepCopy $d",
        "merge $d $e",
        "mustMerge $d $e",
        "mergeOverwrite $d $e",
        "mustMergeOverwrite $e $d",
        "merge (dict) $d",
        "deepEqual $d $e",
        "eq $d $e",
        "uniq (list $d $e $d)",
        "has $d (list $e)",
        "without $l $e",
        "sortAlpha $l",
        "keys $d",
        "values $d",
        "pick $d \"self\"",
        "omit $d \"a\"",
        "dig \"self\" \"self\" \"a\" 0 $d",
        "kindOf $d",
        "typeOf $d",
        "concat $l $l",
        "compact $l",
        "default $d $e",
        "coalesce $d",
        "urlJoin $d",
        "html $d",
        "js $d",
        "urlquery $d",
        "tpl (toYaml $d) $d",
        "include \"x\" $d",
        "required \"x\" $d",
        "fail (toString $d)",
        "len (print $d)",
        "toStrings $l",
        "sha256sum (toString $d)",
        "set .Values \"self\" .Values | toYaml",
        "set .Release \"self\" $ | toJson",
        "set $ \"self\" $ | toString",
    ] {
        let template = format!("{{{{ define \"x\" }}}}{{{{ . }}}}{{{{ end }}}}{setup}a: {{{{ {call} }}}}\n");
        Place::chart(&template).survives(call, &[]);
    }
}

#[test]
fn what_doubles_with_every_level_meets_a_limit_or_ends() {
    let setup = "{{ $l := list 1 }}{{ $d := dict \"a\" 1 }}{{ range until 60 }}{{ $l = list $l $l }}{{ $d = dict \"a\" $d \"b\" $d }}{{ end }}";
    for call in [
        "toYaml $l",
        "toYaml $d",
        "toJson $d",
        "toPrettyJson $d",
        "toToml $d",
        "print $l",
        "print $d",
        "quote $d",
        "toString $d",
        "cat $d",
        "deepCopy $d",
        "merge (deepCopy $d) $d",
        "deepEqual $d (dict \"a\" (index $d \"a\") \"b\" (index $d \"b\"))",
        "merge (dict) $d",
        "mergeOverwrite (dict \"a\" (dict)) $d",
        "uniq (list $l $l)",
        "has $l (list $l $l)",
        "toStrings $l",
        "join \",\" $l",
        "sortAlpha $l",
        "include \"x\" $d",
        "$d",
        "html $d",
    ] {
        let template = format!("{{{{ define \"x\" }}}}{{{{ . }}}}{{{{ end }}}}{setup}a: {{{{ {call} }}}}\n");
        Place::chart(&template).survives(call, &[]);
    }
}

#[test]
fn templates_may_be_deep_and_long() {
    for (open, close) in
        [("{{ if 1 }}", "{{ end }}"), ("{{ with 1 }}", "{{ end }}"), ("{{ range 1 }}", "{{ end }}")]
    {
        for depth in [100, 100_000] {
            let run =
                Place::chart(&format!("{}{}", open.repeat(depth), close.repeat(depth))).survives(open, &[]);
            assert!(run.code < 2, "{open} {depth}: {}", start(&run.err));
        }
    }
    ends(&format!("{{{{ {}1{} }}}}", "(".repeat(100_000), ")".repeat(100_000)));
    ends(&format!("{{{{ .{} }}}}", ".a".repeat(100_000)));
    ends(&format!("{{{{ 1 {} }}}}", "| print ".repeat(20_000)));
    ends(&format!("{{{{ list {} | len }}}}", "1 ".repeat(200_000)));
    ends(&format!("{{{{ {} }}}}", "$x := ".repeat(50_000)));
    ends(&"{{".repeat(200_000));
    ends(&format!("{{{{ if 1 }}}}{}{{{{ end }}}}", "{{ else if 1 }}".repeat(20_000)));
    let place = Place::chart("a: 1\n");
    for file in 0..5 {
        place.write(&format!("shop/templates/{file}.yaml"), "{{.}}".repeat(2_000_000));
    }
    place.meets("render.templates", "long templates", &[]);
}
