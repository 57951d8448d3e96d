//! `--set` and its kin.

use govalue::{Value, print};
use pintle_chart::values::{FileReader, ValueSource, merge};
use serde_json::Value as Json;

/// Serves one file.
struct OneFile(Vec<u8>);

impl FileReader for OneFile {
    fn read(&mut self, _: &str) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
        Ok(self.0.clone())
    }
}

/// Values with their types in front: `i:` and `f:` for integers and floats, `s:` for strings.
fn tagged(value: &Value) -> Json {
    match value {
        Value::Bool(b) => Json::from(*b),
        Value::Int(_, n) => Json::from(format!("i:{n}")),
        Value::Float(..) => {
            let text = print::sprint(std::slice::from_ref(value));
            Json::from(format!("f:{}", String::from_utf8_lossy(&text)))
        }
        Value::Str(text) => Json::from(format!("s:{}", text.to_str_lossy())),
        Value::List(list) => list.iter().map(tagged).collect(),
        Value::Map(map) => {
            Json::Object(map.iter().map(|(k, v)| (k.to_str_lossy().into_owned(), tagged(&v))).collect())
        }
        _ => Json::Null,
    }
}

#[test]
fn flags_are_read_as_helm_reads_them() {
    let mut count = 0;
    for case in crate::cases(include_str!("../cases/set.jsonl")) {
        let mut sources = vec![ValueSource::File("base".to_owned())];
        for flag in case["flags"].as_array().into_iter().flatten() {
            let value = flag[1].as_str().unwrap_or_default().to_owned();
            sources.push(match flag[0].as_str() {
                Some("set") => ValueSource::Set(value),
                Some("set-string") => ValueSource::SetString(value),
                Some("set-json") => ValueSource::SetJson(value),
                _ => ValueSource::SetLiteral(value),
            });
        }
        let base = crate::text(&case, "base").as_bytes().to_vec();
        match merge(&sources, &mut OneFile(base)) {
            Ok(values) => assert_eq!(tagged(&Value::Map(values)), case["values"], "{case}"),
            Err(error) => assert_eq!(error.to_string(), crate::text(&case, "error"), "{case}"),
        }
        count += 1;
    }
    assert!(count > 500);
}
