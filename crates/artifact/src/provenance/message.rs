//! The text that is signed: metadata, a line of dots, the digests of files.

use govalue::yaml;
use govalue::{Map, Value};

use super::{SignError, VerifyError};

/// What stands between the two. YAML's `---` would need an escape in a signed text, and this ends a document too.
const BETWEEN: &[u8] = b"\n...\n";

/// Puts the text together.
pub(super) fn write(metadata: &[u8], name: &str, digest: &str) -> Result<Vec<u8>, SignError> {
    let files = Map::new();
    files.insert(name, Value::from(digest));
    let sums = Map::new();
    sums.insert("files", Value::Map(files));
    let sums = yaml::write(&Value::Map(sums)).map_err(|error| SignError::Yaml(error.to_string()))?;
    let mut text = metadata.to_vec();
    text.extend_from_slice(BETWEEN);
    text.extend_from_slice(&sums);
    Ok(text)
}

/// The digests of a signed text, by file name.
pub(super) fn sums(text: &[u8]) -> Result<Vec<(String, String)>, VerifyError> {
    let at = memchr::memmem::find(text, BETWEEN).ok_or(VerifyError::Parts)?;
    let second = &text[at + BETWEEN.len()..];
    let second = memchr::memmem::find(second, BETWEEN).map_or(second, |end| &second[..end]);
    let wrong = |message: String| VerifyError::Sums(message);
    let sums = yaml::read(second, &yaml::Limits::default()).map_err(|error| wrong(error.to_string()))?;
    let sums = match &sums {
        Value::Nil => return Ok(Vec::new()),
        Value::Map(sums) => sums,
        other => return Err(wrong(not(other, "", "provenance.SumCollection"))),
    };
    let files = match sums.get("files") {
        None | Some(Value::Nil) => return Ok(Vec::new()),
        Some(Value::Map(files)) => files,
        Some(other) => return Err(wrong(not(&other, "SumCollection.files", "map[string]string"))),
    };
    let mut found = Vec::new();
    for (name, sum) in files.iter() {
        let Some(sum) = sum.as_str() else { return Err(wrong(not(&sum, "SumCollection.files", "string"))) };
        found.push((name.to_string(), sum.to_string()));
    }
    Ok(found)
}

/// Go's words for a value of the wrong kind.
fn not(value: &Value, field: &str, wanted: &str) -> String {
    let kind = match value {
        Value::List(_) => "array",
        Value::Map(_) => "object",
        Value::Bool(_) => "bool",
        value if value.as_str().is_some() => "string",
        _ => "number",
    };
    let place = if field.is_empty() { String::new() } else { format!("struct field {field} of type ") };
    let place = if place.is_empty() { "value of type ".to_owned() } else { place };
    format!(
        "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal {kind} into Go {place}{wanted}"
    )
}
