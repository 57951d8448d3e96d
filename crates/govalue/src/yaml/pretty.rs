//! [`Value`] → YAML text, as go-yaml v3 writes it with an indent of two: `toYamlPretty`.
//!
//! Lists are indented below their keys, numbers print as Go prints them, lines are never folded.

use base64::Engine as _;

use super::emit::{Dialect, Emitter, Style, sort_entries};
use super::read::is_string;
use super::resolve::is_base_60;
use crate::number::format_float;
use crate::value::is_exported;
use crate::{Error, FloatKind, IntKind, Kind, Str, Value};

const MAX_DEPTH: usize = 1_000;

/// How many bytes are written at most.
const MAX_OUTPUT: usize = 256 << 20;

/// Writes a value, with a newline at the end.
///
/// # Errors
/// For a value nested too deep, which a map that contains itself is.
pub fn write_pretty(value: &Value) -> Result<Vec<u8>, Error> {
    let mut emitter = Emitter::new(Dialect::V3);
    write_value(&mut emitter, value, 0)?;
    Ok(emitter.finish())
}

fn write_value(emitter: &mut Emitter, value: &Value, depth: usize) -> Result<(), Error> {
    if depth > MAX_DEPTH || emitter.len() > MAX_OUTPUT {
        return Err(Error::new("yaml: value is nested too deep, or too large"));
    }
    match value {
        Value::Nil => plain(emitter, "null"),
        Value::Bool(value) => plain(emitter, if *value { "true" } else { "false" }),
        Value::Int(IntKind::Duration, nanos) => string(emitter, crate::print::duration(*nanos).as_bytes()),
        Value::Int(kind, bits) if kind.is_unsigned() => plain(emitter, &(*bits as u64).to_string()),
        Value::Int(_, number) => plain(emitter, &number.to_string()),
        Value::Float(kind, number) => plain(emitter, &float(*kind, *number)),
        Value::Str(text) => string(emitter, text),
        // go-yaml sees a list of numbers in them.
        Value::Bytes(bytes) if bytes.is_empty() => emitter.empty(b"[]"),
        Value::Bytes(bytes) => {
            emitter.start_sequence(false);
            for byte in bytes.iter() {
                emitter.item();
                plain(emitter, &byte.to_string());
            }
            emitter.end();
        }
        Value::List(list) if list.is_empty() => emitter.empty(b"[]"),
        Value::List(list) => {
            emitter.start_sequence(false);
            for item in list.iter() {
                emitter.item();
                write_value(emitter, item, depth + 1)?;
            }
            emitter.end();
        }
        Value::Map(map) => {
            write_entries(emitter, sort_entries(map.iter().collect(), Dialect::V3), depth)?;
        }
        Value::Object(object) if object.is_nil() => plain(emitter, "null"),
        Value::Object(object) => {
            let ty = object.ty();
            if matches!(ty.kind, Kind::Func | Kind::Complex128) {
                return Err(Error::new(format!("panic: cannot marshal type: {}", ty.name)));
            }
            if ty.kind == Kind::String {
                string(emitter, &object.text().unwrap_or_default());
            } else if let Some(Value::Str(text)) = object.json() {
                // Dates stand as they are; what else knows its own text is a string.
                if ty.name.ends_with("time.Time") {
                    emitter.scalar(&text, Style::Plain, None);
                } else {
                    string(emitter, &text);
                }
            } else {
                // Struct fields keep their order and lose their capitals.
                let fields = object.fields().into_iter().filter(|(name, _)| is_exported(name));
                let fields = fields.map(|(name, value)| (Str::from(name.to_lowercase()), value));
                write_entries(emitter, fields.collect(), depth)?;
            }
        }
    }
    Ok(())
}

fn write_entries(emitter: &mut Emitter, entries: Vec<(Str, Value)>, depth: usize) -> Result<(), Error> {
    if entries.is_empty() {
        emitter.empty(b"{}");
        return Ok(());
    }
    emitter.start_mapping();
    for (key, item) in entries {
        let (text, style, tag) = styled(&key);
        emitter.key(text.as_ref(), style, tag);
        write_value(emitter, &item, depth + 1)?;
    }
    emitter.end();
    Ok(())
}

fn plain(emitter: &mut Emitter, text: &str) {
    emitter.scalar(text.as_bytes(), Style::Plain, None);
}

fn string(emitter: &mut Emitter, text: &[u8]) {
    let (text, style, tag) = styled(text);
    emitter.scalar(text.as_ref(), style, tag);
}

/// The text to write, how, and its tag: what is not UTF-8 is written as base64.
fn styled(text: &[u8]) -> (std::borrow::Cow<'_, [u8]>, Style, Option<&'static str>) {
    if std::str::from_utf8(text).is_err() {
        let encoded = binary(text);
        let style = if encoded.contains(&b'\n') { Style::Literal } else { Style::Plain };
        return (encoded.into(), style, Some("!!binary"));
    }
    let style = if text.contains(&b'\n') {
        Style::Literal
    } else if is_string(text) && !is_base_60(text) {
        Style::Plain
    } else {
        Style::DoubleQuoted
    };
    (text.into(), style, None)
}

/// Base64 in lines, when there is more than one.
fn binary(bytes: &[u8]) -> Vec<u8> {
    const LINE: usize = 70;
    let encoded = base64::engine::general_purpose::STANDARD.encode(bytes).into_bytes();
    if encoded.len() < LINE {
        return encoded;
    }
    encoded.chunks(LINE).flat_map(|line| line.iter().copied().chain([b'\n'])).collect()
}

fn float(kind: FloatKind, number: f64) -> String {
    let bits = if kind == FloatKind::Float32 { 32 } else { 64 };
    match number {
        n if n.is_nan() => ".nan".to_owned(),
        n if n == f64::INFINITY => ".inf".to_owned(),
        n if n == f64::NEG_INFINITY => "-.inf".to_owned(),
        n => format_float(n, b'g', -1, bits),
    }
}
