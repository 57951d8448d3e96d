//! The head of a manifest: what tells hooks from resources and sorts them.

use std::collections::BTreeMap;

use super::Limits;
use super::read::{json_kind, read};
use crate::number::format_float;
use crate::{Error, Map, Str, Value};

/// What Helm reads of a manifest before anything else.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Head {
    /// `apiVersion`
    pub api_version: Str,
    /// `kind`
    pub kind: Str,
    /// `metadata.name`
    pub name: Str,
    /// `metadata.annotations`
    pub annotations: BTreeMap<Str, Str>,
}

impl Head {
    /// An annotation by name.
    pub fn annotation(&self, name: &[u8]) -> Option<&Str> {
        self.annotations.get(name)
    }
}

/// Reads the head of a manifest.
///
/// # Errors
/// When the document is not YAML, or one of the fields has a type that Helm's struct cannot hold; in the
/// words of Go.
pub fn head(bytes: &[u8]) -> Result<Head, Error> {
    let map = match read(bytes, &Limits::default())? {
        Value::Map(map) => map,
        Value::Nil => return Ok(Head::default()),
        other => return Err(wrong(&other, "value of type util.SimpleHead")),
    };
    let mut head = Head {
        api_version: text(&map, "apiVersion", "SimpleHead.apiVersion")?,
        kind: text(&map, "kind", "SimpleHead.kind")?,
        ..Head::default()
    };
    match field(&map, "metadata") {
        None | Some(Value::Nil) => {}
        Some(Value::Map(metadata)) => {
            head.name = text(&metadata, "name", ".metadata.name")?;
            match field(&metadata, "annotations") {
                None | Some(Value::Nil) => {}
                Some(Value::Map(annotations)) => {
                    for (key, value) in annotations.iter() {
                        head.annotations.insert(key, string(&value, ".metadata.annotations")?);
                    }
                }
                Some(other) => {
                    return Err(wrong(
                        &other,
                        "struct field .metadata.annotations of type map[string]string",
                    ));
                }
            }
        }
        Some(other) => {
            let ty = r#"struct { Name string "json:\"name\""; Annotations map[string]string "json:\"annotations\"" }"#;
            return Err(wrong(&other, &format!("struct field SimpleHead.metadata of type {ty}")));
        }
    }
    Ok(head)
}

fn wrong(value: &Value, place: &str) -> Error {
    Error::new(format!(
        "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal {} into Go {place}",
        json_kind(value)
    ))
}

/// A struct field as `encoding/json` finds it: by its name, or in any case.
fn field(map: &Map, name: &str) -> Option<Value> {
    map.get(name).or_else(|| {
        map.borrow()
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name.as_bytes()))
            .map(|(_, value)| value.clone())
    })
}

fn text(map: &Map, name: &str, path: &str) -> Result<Str, Error> {
    field(map, name).map_or(Ok(Str::EMPTY), |value| string(&value, path))
}

/// Numbers and booleans become text where a string is wanted, as sigs.k8s.io/yaml makes them.
fn string(value: &Value, path: &str) -> Result<Str, Error> {
    Ok(match value {
        Value::Str(text) => text.clone(),
        Value::Nil => Str::EMPTY,
        Value::Bool(value) => Str::from(if *value { "true" } else { "false" }),
        Value::Float(_, number) if number.fract() == 0.0 && number.abs() < 1e15 => {
            Str::from(format!("{number:.0}"))
        }
        Value::Float(_, number) => Str::from(format_float(*number, b'g', -1, 64)),
        other => return Err(wrong(other, &format!("struct field {path} of type string"))),
    })
}
