//! Replays what Helm answered. The files under `tests/cases` hold one case a line, recorded from the oracle
//! that their first line names.

mod charts;
mod origins;
mod schema;
mod set;
mod set_cases;

use govalue::{Map, Value};
use pintle_chart::Versions;
use serde_json::Value as Json;

/// The cases of a file, without its first line.
fn cases(text: &str) -> impl Iterator<Item = Json> {
    text.lines().skip(1).map(|line| match serde_json::from_str(line) {
        Ok(case) => case,
        Err(error) => panic!("{error}: {line}"),
    })
}

/// A text field, empty when it is absent.
fn text<'c>(case: &'c Json, field: &str) -> &'c str {
    case[field].as_str().unwrap_or_default()
}

/// A table as plain JSON. Integers and floats of the same value are the same.
fn json(value: &Value) -> Json {
    match value {
        Value::Bool(b) => Json::from(*b),
        Value::Int(_, n) => Json::from(*n),
        Value::Float(_, n) if n.fract() == 0.0 && n.abs() < 1e15 => Json::from(*n as i64),
        Value::Float(_, n) => Json::from(*n),
        Value::Str(text) => Json::from(text.to_str_lossy()),
        Value::List(list) => list.iter().map(json).collect(),
        Value::Map(map) if !map.is_nil() => table(map),
        _ => Json::Null,
    }
}

fn table(map: &Map) -> Json {
    Json::Object(map.iter().map(|(k, v)| (k.to_str_lossy().into_owned(), json(&v))).collect())
}

/// The few rules for versions that the cases need; the whole of them is another crate's.
struct SomeVersions;

impl Versions for SomeVersions {
    fn valid(&self, version: &str) -> bool {
        version.trim_start_matches('v').starts_with(|c: char| c.is_ascii_digit())
    }

    fn matches(&self, constraint: &str, version: &str) -> Result<bool, String> {
        let number = |text: &str| -> Vec<u64> { text.split('.').map(|n| n.parse().unwrap_or(0)).collect() };
        Ok(match constraint {
            "" | "*" => true,
            constraint => match constraint.strip_prefix(">=") {
                Some(least) => number(version) >= number(least),
                None => match constraint.strip_prefix('^') {
                    Some(base) => number(version) >= number(base) && number(version)[0] == number(base)[0],
                    None => number(version) == number(constraint),
                },
            },
        })
    }
}
