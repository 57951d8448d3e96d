//! Values, chart files and schemas that want time or memory.

use super::{Place, start};

/// Anchors that multiply: nine levels of nine.
fn laughs() -> String {
    let mut text =
        "a0: &a0 [\"lol\",\"lol\",\"lol\",\"lol\",\"lol\",\"lol\",\"lol\",\"lol\",\"lol\"]\n".to_owned();
    for level in 1..10 {
        let one = format!("*a{}", level - 1);
        text.push_str(&format!("a{level}: &a{level} [{}]\n", vec![one; 9].join(",")));
    }
    text
}

/// One long text, named very often.
fn echoes() -> String {
    format!("a: &a {}\nb: [{}]\n", "x".repeat(1 << 20), vec!["*a"; 10_000].join(","))
}

#[test]
fn aliases_that_multiply_are_refused_wherever_yaml_is_read() {
    let refused = "document contains excessive aliasing";
    let place = Place::chart("a: 1\n");
    place.write("v.yaml", laughs());
    let run = place.survives("-f", &["-f", "v.yaml"]);
    assert!(run.code == 1 && run.err.contains(refused), "{}", run.err);

    let place = Place::chart("a: 1\n");
    place.write("shop/values.yaml", laughs());
    let run = place.survives("values.yaml", &[]);
    assert!(run.code == 1 && run.err.contains(refused), "{}", run.err);

    let place = Place::chart("a: 1\n");
    place.write("shop/Chart.yaml", format!("apiVersion: v2\nname: shop\nversion: 1.0.0\n{}", laughs()));
    let run = place.survives("Chart.yaml", &[]);
    assert!(run.code == 1 && run.err.contains(refused), "{}", run.err);

    let place = Place::chart("a: {{ fromYaml (.Files.Get \"laughs\") | toJson }}\n");
    place.write("shop/laughs", laughs());
    let run = place.survives("fromYaml", &[]);
    assert!(run.code == 0 && run.out.contains(refused), "{} {}", start(&run.out), run.err);

    let place = Place::chart(&laughs());
    let run = place.survives("a manifest", &[]);
    assert!(run.code == 1 && run.err.contains(refused), "{}", run.err);

    for file in ["Chart.lock", "requirements.yaml"] {
        let place = Place::chart("a: 1\n");
        place.write(&format!("shop/{file}"), laughs());
        let run = place.survives(file, &[]);
        assert!(run.code == 1 && run.err.contains(refused), "{file}: {}", run.err);
    }
}

#[test]
fn a_long_text_that_is_named_often_is_too_long() {
    let place = Place::chart("a: 1\n");
    place.write("v.yaml", echoes());
    place.meets("yaml.bytes", "-f", &["-f", "v.yaml"]);
    place.write("shop/values.yaml", echoes());
    place.meets("yaml.bytes", "values.yaml", &[]);
    Place::chart(&echoes()).meets("yaml.bytes", "a manifest", &[]);
    let place = Place::chart("a: {{ fromYaml (.Files.Get \"echoes\") | toJson | trunc 200 }}\n");
    place.write("shop/echoes", echoes());
    assert_eq!(place.survives("fromYaml", &[]).code, 0);
}

#[test]
fn documents_with_very_many_values_meet_a_limit() {
    for (what, text) in [
        ("empty lists", format!("a: [{}]", "[],".repeat(4_000_000))),
        ("empty dicts", format!("a: [{}]", "{},".repeat(4_000_000))),
        ("numbers", format!("a: [{}]", "1,".repeat(4_000_000))),
        ("keys", (0..2_500_000).map(|n| format!("k{n}:\n")).collect()),
    ] {
        let place = Place::chart("a: 1\n");
        place.write("v.yaml", &text);
        place.meets("yaml.nodes", what, &["-f", "v.yaml"]);
        place.write("shop/values.yaml", &text);
        place.meets("yaml.nodes", what, &[]);
    }
    // Each below the limit, all together not.
    if cfg!(target_os = "linux") {
        let place = Place::chart("a: 1\n");
        for n in 0..8 {
            let chart = format!("apiVersion: v2\nname: c{n}\nversion: 1.0.0\n");
            place.write(&format!("shop/charts/c{n}/Chart.yaml"), chart);
            place.write(&format!("shop/charts/c{n}/values.yaml"), format!("a: [{}]", "{},".repeat(900_000)));
        }
        place.meets("render.memory", "many charts", &[]);
    }
    // Within the limit, it is read.
    let place = Place::chart("a: {{ len .Values.a }}\n");
    place.write("v.yaml", format!("a: [{}]", "{a: 1},".repeat(200_000)));
    let run = place.survives("within", &["-f", "v.yaml"]);
    assert!(run.out.contains("a: 200000"), "{run:?}");
}

#[test]
fn depth_has_an_end_everywhere() {
    for depth in [900, 5_000, 1_000_000] {
        let (open, close) = ("[".repeat(depth), "]".repeat(depth));
        let json = format!("{open}{close}");
        let objects = format!("{}1{}", "{\"a\":".repeat(depth), "}".repeat(depth));
        let block: String = (0..depth.min(2_000)).map(|n| format!("{}a:\n", " ".repeat(n))).collect();
        for text in [&json, &objects] {
            let place = Place::chart(
                "a: {{ .Values | toYaml | len }}{{ .Values | toJson | len }}{{ print .Values | len }}\n",
            );
            place.write("v.yaml", format!("a: {text}"));
            place.survives("-f", &["-f", "v.yaml"]);
            place.write("shop/values.yaml", format!("a: {text}"));
            place.survives("values.yaml", &[]);
            place.write("shop/values.schema.json", text);
            place.survives("schema", &[]);
            place.write("shop/values.schema.json", "{\"type\": \"object\"}");
            place.survives("values under a schema", &[]);
            let place = Place::chart(&format!("a: {text}\n"));
            place.survives("a manifest", &[]);
            for function in
                ["fromJson", "fromYaml", "fromJsonArray", "fromYamlArray", "fromToml", "mustFromJson"]
            {
                let place =
                    Place::chart(&format!("a: {{{{ {function} (.Files.Get \"text\") | toJson | len }}}}\n"));
                place.write("shop/text", text);
                place.survives(function, &[]);
                place.write("shop/text", format!("a = {text}"));
                place.survives(function, &[]);
                place.write("shop/text", &block);
                place.survives(function, &[]);
            }
        }
        if depth < 100_000 {
            let place = Place::chart("a: 1\n");
            let set = format!("a{}=1", "[0]".repeat(depth));
            place.survives("--set [0]", &["--set", &set]);
            let set = format!("a{}=1", ".a".repeat(depth));
            place.survives("--set .a", &["--set", &set]);
            let set = format!("a={}{}", "{".repeat(depth), "}".repeat(depth));
            place.survives("--set {", &["--set", &set]);
            let set = format!("a={json}");
            place.survives("--set-json [", &["--set-json", &set]);
            let dotted = format!("[{}]\na = 1", vec!["a"; depth].join("."));
            let place = Place::chart("a: {{ fromToml (.Files.Get \"text\") | toJson | len }}\n");
            place.write("shop/text", dotted);
            place.survives("TOML", &[]);
        }
    }
}

#[test]
fn indices_have_an_end() {
    let place = Place::chart("a: {{ toJson .Values | len }}\n");
    for set in ["a[99999999999]=1", "a[65537]=1", "a[2147483648]=1", "a[9223372036854775807].b=1", "a[-1]=1"]
    {
        for flag in ["--set", "--set-string", "--set-json", "--set-file"] {
            let run = place.survives(set, &[flag, set]);
            assert_eq!(run.code, 1, "{flag} {set}: {}", run.err);
            assert!(run.err.contains(&format!("failed parsing {flag} data")), "{flag} {set}: {}", run.err);
        }
    }
    assert_eq!(place.survives("the last one", &["--set", "a[65536]=1"]).code, 0);
    place.survives("lists in lists", &["--set", &format!("a{}=1", "[65536]".repeat(20))]);
}

#[test]
fn files_that_are_too_large_are_not_read() {
    let place = Place::chart("a: 1\n");
    place.write("v.yaml", "a: 1\n".repeat(200_000));
    place.meets("values.bytes", "-f", &["-f", "v.yaml", "--limit", "values.bytes=64Ki"]);
    #[cfg(unix)]
    place.meets("values.bytes", "a device", &["-f", "/dev/zero", "--limit", "values.bytes=1Mi"]);
    #[cfg(unix)]
    place.meets("values.bytes", "--set-file", &["--set-file", "a=/dev/zero", "--limit", "values.bytes=1Mi"]);
}

/// Schemas whose check would take for ever: every level asks the next one twice about the same value.
#[test]
fn schemas_that_double_with_every_level_meet_a_limit() {
    let place = Place::chart("a: 1\n");
    place.write("shop/values.yaml", "a: 1\n");
    let levels: Vec<String> = (0..64)
        .map(|n| {
            format!(
                "\"d{n}\": {{\"allOf\": [{{\"$ref\": \"#/$defs/d{0}\"}}, {{\"$ref\": \"#/$defs/d{0}\"}}]}}",
                n + 1
            )
        })
        .collect();
    let schema = format!("{{\"$ref\": \"#/$defs/d0\", \"$defs\": {{{}, \"d64\": {{}}}}}}", levels.join(","));
    place.write("shop/values.schema.json", &schema);
    place.meets("schema.seconds", "allOf", &["--limit", "schema.seconds=1"]);
    place.write(
        "shop/values.schema.json",
        schema.replace("\"d64\": {}", "\"d64\": false").replace("allOf", "anyOf"),
    );
    // Each branch that fails is remembered: on a fast machine the memory is used up before the time is.
    place.meets(
        "render.memory",
        "anyOf",
        &["--limit", "schema.seconds=1000", "--limit", "render.memory=100000000"],
    );
}

#[test]
fn schemas_that_refer_to_themselves_or_match_slowly_end() {
    for schema in [
        r##"{"$ref": "#"}"##,
        r##"{"allOf": [{"$ref": "#"}]}"##,
        r##"{"$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}, "$ref": "#/$defs/a"}"##,
        r##"{"$dynamicAnchor": "n", "not": {"$dynamicRef": "#n"}}"##,
        r#"{"properties": {"a": {"pattern": "^(a+)+$"}}}"#,
        r#"{"properties": {"a": {"pattern": "(((a{30}){30}){30})"}}}"#,
        r#"{"patternProperties": {"(((a{30}){30}){30})": {}}}"#,
        r#"{"properties": {"a": {"pattern": "\\p{L}{1000}"}}}"#,
        r#"{"properties": {"a": {"multipleOf": 1e-300}}}"#,
        r#"{"properties": {"a": {"minLength": 1e300}}}"#,
        r#"{"properties": {"a": {"format": "regex"}}}"#,
        r#"{"$id": "file:///x", "$ref": "y"}"#,
    ] {
        let place = Place::chart("a: 1\n");
        place.write("shop/values.yaml", format!("a: {}b\n", "a".repeat(100_000)));
        place.write("shop/values.schema.json", schema);
        place.survives(schema, &[]);
    }
    let place = Place::chart("a: 1\n");
    let many = vec![r#"{"pattern": "\\p{L}{900}"}"#; 400].join(",");
    place.write("shop/values.yaml", format!("a: {}b\n", "a".repeat(1000)));
    place.write("shop/values.schema.json", format!(r#"{{"properties": {{"a": {{"allOf": [{many}]}}}}}}"#));
    place.survives("many patterns", &[]);
}
