//! One recorded question with its answer, as a line of JSON. `conformance/README.md` describes the format.

use base64::Engine as _;
use serde::Deserialize;
use serde_json::Value as Json;
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// A question to the oracle, and what it answered.
#[derive(Debug, Clone, Deserialize)]
pub struct Case {
    /// Suite, topic and a digest of the question.
    #[serde(default)]
    pub id: String,
    /// `template` or `document`.
    pub kind: String,
    template: Option<String>,
    template_b64: Option<String>,
    /// Further files of the chart, by path.
    #[serde(default)]
    pub files: BTreeMap<String, String>,
    /// Values as JSON, to be read as YAML.
    pub values: Option<Box<RawValue>>,
    /// `--set` expressions on top of them.
    #[serde(default)]
    pub set: Vec<String>,
    #[serde(rename = "in")]
    input: Option<String>,
    in_b64: Option<String>,
    out: Option<Json>,
    out_b64: Option<String>,
    err: Option<String>,
    err_b64: Option<String>,
}

/// An answer: text, or an error's text. Errors that are no UTF-8 are compared with replacement characters,
/// because ours can be no other.
pub type Answer = Result<Vec<u8>, String>;

impl Case {
    /// Reads a line.
    ///
    /// # Errors
    /// When it is not a case.
    pub fn parse(line: &str) -> Result<Self, String> {
        serde_json::from_str(line).map_err(|error| format!("{error} in {line}"))
    }

    /// The bytes that make the question: a template or a document.
    pub fn text(&self) -> Vec<u8> {
        bytes(self.template.as_deref(), self.template_b64.as_deref())
            .or_else(|| bytes(self.input.as_deref(), self.in_b64.as_deref()))
            .unwrap_or_default()
    }

    /// The same question about another text, without an answer, as a line for the recorder.
    pub fn question(&self, text: &[u8]) -> String {
        let mut question = serde_json::Map::new();
        question.insert("kind".to_owned(), self.kind.clone().into());
        let name = if self.kind == "template" { "template" } else { "in" };
        match std::str::from_utf8(text) {
            Ok(text) => question.insert(name.to_owned(), text.into()),
            Err(_) => question
                .insert(format!("{name}_b64"), base64::engine::general_purpose::STANDARD.encode(text).into()),
        };
        if !self.files.is_empty() {
            question.insert("files".to_owned(), serde_json::json!(self.files));
        }
        if !self.set.is_empty() {
            question.insert("set".to_owned(), serde_json::json!(self.set));
        }
        let mut line = Json::Object(question).to_string();
        if let Some(values) = &self.values {
            // As it was written: numbers keep their form.
            line.truncate(line.len() - 1);
            line.push_str(&format!(",\"values\":{}}}", values.get()));
        }
        line
    }

    /// What the oracle answered, by part: a template has one part without a name.
    pub fn answers(&self) -> Vec<(String, Answer)> {
        if let Some(error) = bytes(self.err.as_deref(), self.err_b64.as_deref()) {
            return vec![(String::new(), Err(String::from_utf8_lossy(&error).into_owned()))];
        }
        if self.kind == "document" {
            let parts = self.out.as_ref().and_then(Json::as_object);
            return parts
                .into_iter()
                .flatten()
                .map(|(name, part)| (name.clone(), part_answer(part)))
                .collect();
        }
        let out = bytes(self.out.as_ref().and_then(Json::as_str), self.out_b64.as_deref());
        vec![(String::new(), Ok(out.unwrap_or_default()))]
    }
}

fn bytes(text: Option<&str>, encoded: Option<&str>) -> Option<Vec<u8>> {
    match (text, encoded) {
        (Some(text), _) => Some(text.as_bytes().to_vec()),
        (None, Some(encoded)) => base64::engine::general_purpose::STANDARD.decode(encoded).ok(),
        (None, None) => None,
    }
}

/// A text, or `{"err": text}`.
fn part_answer(part: &Json) -> Answer {
    match part.get("err") {
        Some(error) => Err(String::from_utf8_lossy(&typed_text(error)).into_owned()),
        None => Ok(typed_text(part)),
    }
}

/// A text, or `{"$str_b64": base64}`.
fn typed_text(value: &Json) -> Vec<u8> {
    bytes(value.as_str(), value["$str_b64"].as_str()).unwrap_or_default()
}
