//! [`Value`] → YAML text, as go-yaml v3 writes it with an indent of two: `toYamlPretty`.
//!
//! Lists are indented below their keys, numbers print as Go prints them, lines are never folded.

use libyaml_safer::{Emitter, Encoding, Event, MappingStyle, ScalarStyle};

use super::resolve::{Scalar, is_base_60, resolve};
use super::write::natural;
use crate::number::format_float;
use crate::{Error, Str, Value};

const MAX_DEPTH: usize = 1_000;

/// Writes a value, with a newline at the end.
///
/// # Errors
/// For a value nested too deep, which a map that contains itself is.
pub fn write_pretty(value: &Value) -> Result<Vec<u8>, Error> {
    let mut out = Vec::new();
    block(value, 0, 0, &mut out)?;
    Ok(out)
}

/// Writes a value whose first line continues the current one; ends with a newline.
fn block(value: &Value, indent: usize, depth: usize, out: &mut Vec<u8>) -> Result<(), Error> {
    if depth > MAX_DEPTH {
        return Err(Error::new("yaml: value is nested too deep"));
    }
    match value {
        Value::Map(map) if !map.is_empty() => {
            let mut entries: Vec<(Str, Value)> = map.iter().collect();
            entries.sort_by(|(a, _), (b, _)| natural(&a.to_str_lossy(), &b.to_str_lossy()));
            for (index, (key, item)) in entries.iter().enumerate() {
                if index > 0 {
                    pad(indent, out);
                }
                out.extend_from_slice(&scalar(&Value::Str(key.clone()), 0, true)?);
                out.push(b':');
                below(item, indent, depth, out)?;
            }
            Ok(())
        }
        Value::List(list) if !list.is_empty() => {
            for (index, item) in list.iter().enumerate() {
                if index > 0 {
                    pad(indent, out);
                }
                out.extend_from_slice(b"- ");
                block(item, indent + 2, depth + 1, out)?;
            }
            Ok(())
        }
        Value::Object(object) => block(&super::write::object_value(object.as_ref()), indent, depth + 1, out),
        other => {
            out.extend_from_slice(&scalar(other, indent, false)?);
            out.push(b'\n');
            Ok(())
        }
    }
}

/// Writes the value of a key: collections on lines of their own, the rest behind the colon.
fn below(item: &Value, indent: usize, depth: usize, out: &mut Vec<u8>) -> Result<(), Error> {
    let collection = match item {
        Value::Map(map) => !map.is_empty(),
        Value::List(list) => !list.is_empty(),
        _ => false,
    };
    if collection {
        out.push(b'\n');
        pad(indent + 2, out);
        block(item, indent + 2, depth + 1, out)
    } else {
        out.push(b' ');
        block(item, indent, depth + 1, out)
    }
}

fn pad(indent: usize, out: &mut Vec<u8>) {
    out.resize(out.len() + indent, b' ');
}

fn scalar(value: &Value, indent: usize, is_key: bool) -> Result<Vec<u8>, Error> {
    Ok(match value {
        Value::Nil => b"null".to_vec(),
        Value::Bool(value) => value.to_string().into_bytes(),
        Value::Int(crate::IntKind::Duration, nanos) => crate::print::duration(*nanos).into_bytes(),
        Value::Int(kind, bits) if kind.is_unsigned() => (*bits as u64).to_string().into_bytes(),
        Value::Int(_, number) => number.to_string().into_bytes(),
        Value::Float(_, number) => match number {
            n if n.is_nan() => b".nan".to_vec(),
            n if *n == f64::INFINITY => b".inf".to_vec(),
            n if *n == f64::NEG_INFINITY => b"-.inf".to_vec(),
            n => format_float(*n, b'g', -1, 64).into_bytes(),
        },
        Value::Map(_) => b"{}".to_vec(),
        Value::List(_) => b"[]".to_vec(),
        Value::Bytes(bytes) => {
            // A list of its bytes, as reflection finds them.
            if bytes.is_empty() {
                b"[]".to_vec()
            } else {
                string(&String::from_utf8_lossy(bytes), indent, is_key)?
            }
        }
        Value::Str(text) => string(&text.to_str_lossy(), indent, is_key)?,
        Value::Object(_) => b"{}".to_vec(),
    })
}

/// One string, in the style that go-yaml chooses, by the emitter itself.
fn string(text: &str, indent: usize, is_key: bool) -> Result<Vec<u8>, Error> {
    let style = if text.contains('\n') && !is_key {
        ScalarStyle::Literal
    } else if resolve(text) == Scalar::String && !is_base_60(text) {
        ScalarStyle::Plain
    } else {
        ScalarStyle::DoubleQuoted
    };
    let mut out = Vec::new();
    let mut emitter = Emitter::new();
    emitter.set_output_string(&mut out);
    emitter.set_unicode(true);
    emitter.set_width(-1);
    let fail = |error: libyaml_safer::Error| Error::new(format!("yaml: {}", error.problem()));
    // Within a list of one element, a scalar is written as it would be anywhere.
    for event in [
        Event::stream_start(Encoding::Utf8),
        Event::document_start(None, &[], true),
        Event::mapping_start(None, None, true, MappingStyle::Block),
        Event::scalar(None, None, "k", true, true, ScalarStyle::Plain),
        Event::scalar(None, None, text, true, true, style),
        Event::mapping_end(),
        Event::document_end(true),
        Event::stream_end(),
    ] {
        emitter.emit(event).map_err(fail)?;
    }
    drop(emitter);
    let written = out.strip_prefix(b"k: ").unwrap_or(&out);
    let written = written.strip_suffix(b"\n").unwrap_or(written);
    // Further lines carry the indent of the place they go to.
    let mut shifted = Vec::with_capacity(written.len());
    for (index, line) in written.split(|&b| b == b'\n').enumerate() {
        if index > 0 {
            shifted.push(b'\n');
            if !line.is_empty() {
                shifted.resize(shifted.len() + indent, b' ');
            }
        }
        shifted.extend_from_slice(line);
    }
    Ok(shifted)
}
