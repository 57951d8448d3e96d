//! The text that is signed: metadata, a line of dots, the digests of files.

use std::collections::BTreeMap;

use govalue::yaml::{self, Wanted};
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

/// Where the second half has strings.
static SUMS: Wanted =
    Wanted::Struct(&[("files", Wanted::Map(&Wanted::Text)), ("images", Wanted::Map(&Wanted::Text))]);

/// The digests of a signed text, by file name.
pub(super) fn sums(text: &[u8]) -> Result<BTreeMap<String, String>, VerifyError> {
    let at = memchr::memmem::find(text, BETWEEN).ok_or(VerifyError::Parts)?;
    let second = &text[at + BETWEEN.len()..];
    let second = memchr::memmem::find(second, BETWEEN).map_or(second, |end| &second[..end]);
    let sums = yaml::read_exact(second, &yaml::Limits::default(), &SUMS);
    let sums = sums.map_err(|error| VerifyError::Sums(error.to_string()))?;
    let (mut files, mut images) = (BTreeMap::new(), BTreeMap::new());
    match &sums {
        Value::Nil => {}
        Value::Map(sums) => {
            // Go matches names of fields without regard to case.
            for (field, value) in sums.iter() {
                if field.eq_ignore_ascii_case(b"files") {
                    texts(&mut files, &value, "files")?;
                } else if field.eq_ignore_ascii_case(b"images") {
                    texts(&mut images, &value, "images")?;
                }
            }
        }
        other => {
            let what = format!("{} into Go value of type provenance.SumCollection", kind(other));
            return Err(cannot(&what));
        }
    }
    Ok(files)
}

/// A table of texts; numbers and booleans are text where text is wanted.
fn texts(target: &mut BTreeMap<String, String>, value: &Value, field: &str) -> Result<(), VerifyError> {
    let wrong = |value: &Value, wanted: &str| {
        cannot(&format!("{} into Go struct field SumCollection.{field} of type {wanted}", kind(value)))
    };
    let entries = match value {
        Value::Nil => {
            target.clear();
            return Ok(());
        }
        Value::Map(entries) => entries,
        other => return Err(wrong(other, "map[string]string")),
    };
    for (name, sum) in entries.iter() {
        let sum = match &sum {
            Value::Nil => String::new(),
            Value::Str(text) => text.to_str_lossy().into_owned(),
            Value::Bool(on) => on.to_string(),
            Value::Int(kind, number) if kind.is_unsigned() => number.cast_unsigned().to_string(),
            Value::Int(_, number) => number.to_string(),
            // Helm: as if it had 32 bits.
            Value::Float(_, number) => govalue::print::format_float(f64::from(*number as f32), b'g', -1, 32),
            other => return Err(wrong(other, "string")),
        };
        target.insert(name.to_str_lossy().into_owned(), sum);
    }
    Ok(())
}

fn cannot(what: &str) -> VerifyError {
    VerifyError::Sums(format!("error unmarshaling JSON: while decoding JSON: json: cannot unmarshal {what}"))
}

/// Go's word for a kind of JSON.
fn kind(value: &Value) -> &'static str {
    match value {
        Value::Nil => "null",
        Value::Bool(_) => "bool",
        Value::Int(..) | Value::Float(..) => "number",
        Value::Str(_) | Value::Bytes(_) => "string",
        Value::List(_) => "array",
        Value::Map(_) | Value::Object(_) => "object",
    }
}
