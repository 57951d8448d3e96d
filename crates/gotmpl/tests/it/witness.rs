//! What a failed execution tells besides Go's words, and who printed which line.

use std::rc::Rc;

use govalue::types::{self, Signature};
use govalue::{Map, Value};
use pintle_gotmpl::{
    Budget, ExecError, Fault, Function, Functions, Implementation, MissingKey, Set, Witness, keywords,
};

const NAME_AND_DATA: Signature = Signature { params: &[&types::STRING, &types::ANY], variadic: false };
const TEXT: Signature = Signature { params: &[&types::STRING], variadic: false };

fn set(texts: &[(&str, &str)]) -> Set {
    let mut functions = Functions::new();
    functions.extend([
        Function {
            name: "include",
            signature: NAME_AND_DATA,
            cost: None,
            implementation: Implementation::Host(|call, args| {
                let name = args[0].as_str().cloned().unwrap_or_default();
                Ok(Value::str(call.execute_template(&name, &args[1])?))
            }),
        },
        Function {
            name: "upper",
            signature: TEXT,
            cost: None,
            implementation: Implementation::Pure(|args| Ok(args[0].clone())),
        },
    ]);
    let mut set = Set::new("set", Rc::new(functions), MissingKey::Zero);
    for (name, text) in texts {
        set.parse(name, text.as_bytes(), 0).unwrap();
    }
    set
}

/// `.Values` with an image that has a tag, and a list of texts.
fn data() -> (Value, Map) {
    let image: Map = [("tag", "1")].into_iter().collect();
    let values = Map::new();
    values.insert("image", image.clone());
    values.insert("hosts", govalue::List::new(vec![Value::from("a")]));
    let root: Map = [("Values", values)].into_iter().collect();
    (Value::Map(root), image)
}

fn failure(texts: &[(&str, &str)]) -> (ExecError, Map) {
    let (data, image) = data();
    let mut out = Vec::new();
    let result = set(texts).execute("main", &data, &mut out, &mut (), &mut Budget::default());
    (result.unwrap_err(), image)
}

fn marked(witness: &Witness) -> String {
    String::from_utf8_lossy(&witness.source[witness.span.clone()]).into_owned()
}

#[test]
fn a_nil_pointer_tells_the_table_and_the_key_that_it_lacks() {
    let (error, image) = failure(&[("main", "a\nb: {{ .Values.image.digest.sha }}")]);
    let witness = error.witness().unwrap();
    assert!(matches!(error.fault(), Some(Fault::Nil { field }) if field == "sha"));
    assert_eq!(marked(witness), ".Values.image.digest.sha");
    let [operand] = witness.operands.as_slice() else { panic!("{witness:?}") };
    let trail = operand.trail.as_ref().unwrap();
    assert!(trail.holder.same(&image));
    assert_eq!((&trail.key, trail.below.len()), (&govalue::Str::from("digest"), 1));
}

#[test]
fn branches_and_template_actions_around_a_failure_are_told_from_the_inside() {
    let (error, _) = failure(&[
        (
            "lib",
            r#"{{ define "x" }}{{ range .Values.hosts }}{{ if . }}{{ .name }}{{ end }}{{ end }}{{ end }}"#,
        ),
        ("main", "{{ template \"x\" . }}"),
    ]);
    let witness = error.witness().unwrap();
    let words: Vec<&str> = witness.enclosing.iter().map(|branch| branch.word).collect();
    assert_eq!(words, ["if", "range"]);
    assert_eq!(witness.enclosing[1].operands[0].expression, ".Values.hosts");
    let callers: Vec<&str> = witness.callers.iter().map(|site| site.place.file.as_str()).collect();
    assert_eq!(callers, ["main"]);
    assert!(matches!(error.fault(), Some(Fault::NoField { .. })));
}

#[test]
fn a_wrong_type_tells_the_value_and_a_variable_where_it_came_from() {
    let (error, image) = failure(&[("main", "{{ $image := .Values.image }}{{ $image | upper }}")]);
    assert!(matches!(
        error.fault(),
        Some(Fault::WrongType { value: Value::Map(map), expected: "string" }) if map.same(&image)
    ));
    let operand = &error.witness().unwrap().operands[0];
    assert_eq!(operand.expression, "$image");
    assert_eq!(operand.trail.as_ref().unwrap().key, govalue::Str::from("image"));
}

#[test]
fn a_template_that_is_not_there_tells_those_that_are() {
    let (error, _) = failure(&[("main", r#"{{ define "near" }}{{ end }}{{ template "naer" }}"#)]);
    let Some(Fault::NoTemplate { name, known }) = error.fault() else { panic!("{error:?}") };
    assert_eq!(name, "naer");
    assert!(known.iter().any(|known| known == "near"));
}

#[test]
fn a_line_is_traced_to_the_action_and_into_what_that_included() {
    let text = "a: 1\n{{ if true }}{{ include \"x\" . }}\n{{ end }}b: {{ .Values.image.tag }}\n";
    let mut set =
        set(&[("lib", "{{ define \"x\" }}c:\n  d: {{ .Values.image.tag }}{{ end }}"), ("main", text)]);
    let mut out = Vec::new();
    let (result, trace) = set.execute_traced("main", &data().0, &mut out, &mut (), &mut Budget::default());
    result.unwrap();
    assert_eq!(out, b"a: 1\nc:\n  d: 1\nb: 1\n");
    let line = |number: usize| -> Vec<(String, usize, bool)> {
        let printed = trace.line(number).into_iter();
        printed.map(|printed| (printed.place.file, printed.place.line, printed.action)).collect()
    };
    assert_eq!(line(0), [("main".to_owned(), 1, false)]);
    assert_eq!(line(2), [("main".to_owned(), 2, true), ("lib".to_owned(), 2, false)]);
    assert_eq!(line(3), [("main".to_owned(), 3, false)]);
    assert!(trace.line(100).is_empty());
}

#[test]
fn what_cannot_be_parsed_is_marked() {
    for (text, wanted) in [("a {{ nope 1 }}", "nope"), ("{{ $x }}", "$x"), ("{{ if . }}", "")] {
        let error = set(&[]).parse("main", text.as_bytes(), 0).unwrap_err();
        assert_eq!(&text[error.span.clone()], wanted, "{text}");
    }
    let words: Vec<&str> = keywords(b"{{ if . }}{{ else if 1 }}{{- end -}}{{ define \"a\" }}{{ .if }}{{ \"x")
        .into_iter()
        .map(|keyword| keyword.word)
        .collect();
    assert_eq!(words, ["if", "else", "end", "define", ""]);
}
