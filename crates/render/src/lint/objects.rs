//! A stream of documents, JSON or YAML, as Kubernetes' decoder reads it.
//!
//! A stream that begins with a brace is tried as JSON values one after another. What is not JSON is read as YAML
//! from there on; when that fails too, it is the error about JSON that is told.

use govalue::json::{self, PrefixError};
use govalue::{Map, Value, yaml};

use crate::manifest::trim_start;

/// How far Kubernetes looks for the brace.
const PEEK: usize = 4096;

/// The objects of a stream; `None` for a null document. Ends after the first error.
pub(super) struct Objects<'a> {
    /// What is left of the text.
    rest: &'a [u8],
    /// Bytes of JSON before that, and values in them; `None` once it is YAML.
    json: Option<(usize, usize)>,
    /// The documents that are left, the last one first.
    documents: Vec<Result<std::borrow::Cow<'a, [u8]>, govalue::Error>>,
    /// What was wrong with the JSON.
    doubt: Option<String>,
    ended: bool,
}

impl<'a> Objects<'a> {
    pub(super) fn new(text: &'a [u8]) -> Self {
        let head = &text[..text.len().min(PEEK)];
        let is_json = trim_start(head).starts_with(b"{");
        let mut objects = Self { rest: text, json: None, documents: Vec::new(), doubt: None, ended: false };
        if is_json {
            objects.json = Some((0, 0));
        } else {
            objects.turn_to_yaml();
        }
        objects
    }

    fn turn_to_yaml(&mut self) {
        self.json = None;
        self.documents = yaml::documents(self.rest);
        self.documents.reverse();
    }

    fn next_json(&mut self, consumed: usize, count: usize) -> Option<Result<Option<yaml::Head>, String>> {
        let (words, reason) = match json::read_first(self.rest) {
            Err(PrefixError::Nothing) => return None,
            Ok((value, length)) => match decode(&value) {
                Ok(object) => {
                    self.rest = &self.rest[length..];
                    self.json = Some((consumed + length, count + 1));
                    return Some(Ok(object));
                }
                Err(words) => (words.clone(), words),
            },
            Err(PrefixError::Torn) => ("unexpected EOF".to_owned(), "unexpected EOF".to_owned()),
            Err(PrefixError::Number(error)) => (error.to_string(), error.to_string()),
            Err(PrefixError::Syntax { error, offset }) => {
                (error.to_string(), format!("json: offset {}: {error}", consumed + offset))
            }
        };
        // With more than one value there is no doubt that it is JSON.
        if count > 1 {
            return Some(Err(words));
        }
        // What ends the last value's line is not part of what follows.
        while let Some(text) = std::str::from_utf8(&self.rest[..self.rest.len().min(4)])
            .map_or_else(|error| std::str::from_utf8(&self.rest[..error.valid_up_to()]).ok(), Some)
            && let Some(c) = text.chars().next().filter(|c| c.is_whitespace())
        {
            self.rest = &self.rest[c.len_utf8()..];
            if c == '\n' {
                break;
            }
        }
        self.doubt = Some(reason);
        self.turn_to_yaml();
        self.next_yaml()
    }

    fn next_yaml(&mut self) -> Option<Result<Option<yaml::Head>, String>> {
        let document = self.documents.pop()?;
        let object = document.and_then(|document| yaml::object(&document));
        let doubt = self.doubt.take();
        Some(object.map_err(|error| doubt.unwrap_or_else(|| error.to_string())))
    }
}

impl Iterator for Objects<'_> {
    type Item = Result<Option<yaml::Head>, String>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let next = match self.json {
            Some((consumed, count)) => self.next_json(consumed, count),
            None => self.next_yaml(),
        };
        self.ended = !matches!(next, Some(Ok(_)));
        next
    }
}

/// A JSON value as the struct that lint looks at. Unlike in YAML, nothing becomes text for a string's sake.
fn decode(value: &Value) -> Result<Option<yaml::Head>, String> {
    let Some(fields) = table(value, "Go value of type rules.k8sYamlStruct")? else { return Ok(None) };
    let mut head = yaml::Head::default();
    for (key, value) in fields.iter() {
        match key.to_str_lossy().to_ascii_lowercase().as_str() {
            "apiversion" => text(&mut head.api_version, &value, "k8sYamlStruct.apiVersion")?,
            "kind" => text(&mut head.kind, &value, "k8sYamlStruct.Kind")?,
            "metadata" => {
                let place = "Go struct field k8sYamlStruct.Metadata of type rules.k8sYamlMetadata";
                let Some(metadata) = table(&value, place)? else { continue };
                for (key, value) in metadata.iter() {
                    match key.to_str_lossy().to_ascii_lowercase().as_str() {
                        "name" => text(&mut head.name, &value, "k8sYamlMetadata.Metadata.Name")?,
                        "namespace" => {
                            text(&mut head.namespace, &value, "k8sYamlMetadata.Metadata.Namespace")?
                        }
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
    Ok(Some(head))
}

fn table<'v>(value: &'v Value, place: &str) -> Result<Option<&'v Map>, String> {
    match value {
        Value::Nil => Ok(None),
        Value::Map(map) => Ok(Some(map)),
        other => Err(mismatch(other, place)),
    }
}

fn text(target: &mut govalue::Str, value: &Value, field: &str) -> Result<(), String> {
    match value {
        Value::Nil => {}
        Value::Str(text) => *target = text.clone(),
        other => return Err(mismatch(other, &format!("Go struct field {field} of type string"))),
    }
    Ok(())
}

fn mismatch(value: &Value, place: &str) -> String {
    let kind = match value {
        Value::Bool(_) => "bool",
        Value::Str(_) => "string",
        Value::List(_) => "array",
        Value::Map(_) => "object",
        _ => "number",
    };
    format!("json: cannot unmarshal {kind} into {place}")
}
