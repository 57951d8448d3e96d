//! Replays the expressions of `conformance/cases/set`: each is read into a table by one of the parsers.

use std::error::Error;
use std::path::Path;

use govalue::{List, Map, Value};
use pintle_chart::values::{FileReader, SetError, set};
use serde_json::{Value as Json, json};

/// The files that a case brings along.
struct Files<'c>(&'c Json);

impl FileReader for Files<'_> {
    fn read(&mut self, name: &str) -> Result<Vec<u8>, Box<dyn Error>> {
        match self.0[name].as_str() {
            Some(content) => Ok(content.as_bytes().to_vec()),
            None => Err(format!("open {name}: no such file or directory").into()),
        }
    }
}

/// The value that typed JSON stands for; of types beyond JSON only `$int64` occurs.
fn value(typed: &Json) -> Value {
    match typed {
        Json::Null => Value::Nil,
        Json::Bool(b) => Value::Bool(*b),
        Json::Number(n) => Value::float(n.as_f64().expect("a number")),
        Json::String(text) => Value::from(text.as_str()),
        Json::Array(items) => Value::List(List::new(items.iter().map(value).collect())),
        Json::Object(entries) => match typed.get("$int64") {
            Some(n) => Value::int64(n.as_i64().expect("an integer")),
            None => {
                let map = Map::new();
                for (key, item) in entries {
                    map.insert(key.as_str(), value(item));
                }
                Value::Map(map)
            }
        },
    }
}

/// The inverse of [`value`]. A type that does not occur is named, so that it differs.
fn typed(value: &Value) -> Json {
    match value {
        Value::Nil => Json::Null,
        Value::Bool(b) => json!(b),
        Value::Float(govalue::FloatKind::Float64, n) => json!(n),
        Value::Int(govalue::IntKind::Int64, n) => json!({ "$int64": n }),
        Value::Str(text) => json!(text.to_str_lossy()),
        Value::List(list) => list.iter().map(typed).collect(),
        Value::Map(map) => Json::Object(
            map.iter().map(|(key, item)| (key.to_str_lossy().into_owned(), typed(&item))).collect(),
        ),
        other => json!({ "type": other.type_name() }),
    }
}

fn parse(case: &Json, expression: &str, into: &Map) -> Result<(), SetError> {
    match crate::text(case, "parser") {
        "set" => set::parse(expression, into),
        "set-string" => set::parse_string(expression, into),
        "set-json" => set::parse_json(expression, into),
        "set-literal" => set::parse_literal(expression, into),
        "set-file" => set::parse_file(expression, into, &mut Files(&case["files"])),
        other => panic!("no such parser: {other}"),
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "tests read their cases")]
fn expressions_are_read_as_strvals_reads_them() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../conformance/cases/set");
    let mut count = 0;
    let mut failures = Vec::new();
    for parser in ["set", "set-string", "set-json", "set-literal", "set-file"] {
        let cases = std::fs::read_to_string(folder.join(parser).with_extension("jsonl")).expect("cases");
        for case in crate::cases(&cases) {
            // The only bytes that are not UTF-8 in these are 0xff.
            let expression = match case["expr"].as_str() {
                Some(expression) => expression.to_owned(),
                None => match crate::text(&case, "expr_b64") {
                    "YT3/" => "a=\u{fffd}".to_owned(),
                    "/z0x" => "\u{fffd}=1".to_owned(),
                    other => panic!("{other} is not known here"),
                },
            };
            let base = value(&case["base"]);
            let Value::Map(map) = &base else { panic!("{case} has no table") };
            let found = parse(&case, &expression, map).map(|()| typed(&base)).map_err(|e| e.to_string());
            let expected = match case.get("out") {
                // Once through our values, so that a number is the same number.
                Some(out) => Ok(typed(&value(out))),
                None => Err(crate::text(&case, "err").to_owned()),
            };
            if found != expected {
                failures.push(format!("{case}\n    ours {found:?}"));
            }
            count += 1;
        }
    }
    assert!(failures.is_empty(), "{} of {count} differ:\n{}", failures.len(), failures.join("\n"));
    assert!(count > 2000, "only {count} cases");
}
