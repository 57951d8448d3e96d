//! [`Value`] → YAML text, as `sigs.k8s.io/yaml.Marshal` writes it.
//!
//! There the value goes through JSON and is read again as YAML before go-yaml writes it. What that does to a
//! value is done here directly: bytes become base64, typed integers and floats become what their JSON text
//! reads as, broken UTF-8 becomes U+FFFD, and some characters that JSON leaves alone are trouble for YAML.

use std::borrow::Cow;

use base64::Engine as _;

use super::Limits;
use super::emit::{Dialect, Emitter, Style, sort_entries};
use super::node::{self, Document};
use super::read::is_string;
use super::resolve::{Scalar, is_base_60, resolve};
use super::source::Source;
use super::text::valid_utf8;
use crate::number::format_float;
use crate::{Error, FloatKind, Kind, Map, Object, Value, json};

/// How deep a value may nest; a map that contains itself has no end.
const MAX_DEPTH: usize = 1_000;

/// How many bytes are written at most.
const MAX_OUTPUT: usize = 256 << 20;

/// Writes a value, with a newline at the end.
///
/// # Errors
/// In Go's words: `error marshaling into JSON: json: unsupported value: NaN`.
pub fn write(value: &Value) -> Result<Vec<u8>, Error> {
    let mut writer = Writer { emitter: Emitter::new(Dialect::V2), depth: 0 };
    match writer.value(value, false) {
        Ok(()) => Ok(writer.emitter.finish()),
        Err(Failure::Json(error)) => Err(error),
        // Which line of the JSON text is at fault is only known from all of it.
        Err(Failure::Yaml(error)) => {
            let text = json::write(value, &json::Options::default())
                .map_err(|error| Error::new(format!("error marshaling into JSON: {error}")))?;
            Document::read(&Source::new(&text), &Limits::default())?;
            Err(error)
        }
    }
}

/// Where writing fails: on the way into JSON, or on the way from there.
enum Failure {
    Json(Error),
    Yaml(Error),
}

struct Writer {
    emitter: Emitter,
    depth: usize,
}

fn unsupported(what: &str) -> Failure {
    Failure::Json(Error::new(format!("error marshaling into JSON: json: unsupported {what}")))
}

impl Writer {
    fn enter(&mut self, value: &Value) -> Result<(), Failure> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(unsupported(&format!("value: encountered a cycle via {}", value.type_name())));
        }
        if self.emitter.len() > MAX_OUTPUT {
            return Err(Failure::Json(Error::new(format!("yaml: text is larger than {MAX_OUTPUT} bytes"))));
        }
        Ok(())
    }

    fn plain(&mut self, text: &str) {
        self.emitter.scalar(text.as_bytes(), Style::Plain, None);
    }

    fn value(&mut self, value: &Value, in_mapping: bool) -> Result<(), Failure> {
        match value {
            Value::Nil => self.plain("null"),
            Value::Bool(value) => self.plain(if *value { "true" } else { "false" }),
            Value::Int(kind, bits) if kind.is_unsigned() => self.plain(&(*bits as u64).to_string()),
            Value::Int(_, number) => self.plain(&number.to_string()),
            Value::Float(kind, number) => {
                let bits = if *kind == FloatKind::Float32 { 32 } else { 64 };
                if !number.is_finite() {
                    return Err(unsupported(&format!("value: {}", format_float(*number, b'g', -1, bits))));
                }
                let number = match bits {
                    // What the shorter text reads as.
                    32 => format_float(*number, b'g', -1, 32).parse().unwrap_or(*number),
                    _ => *number,
                };
                self.plain(&float(number));
            }
            Value::Str(text) => self.string(text)?,
            Value::Bytes(bytes) => {
                self.string(base64::engine::general_purpose::STANDARD.encode(&**bytes).as_bytes())?;
            }
            Value::List(list) if list.is_nil() => self.plain("null"),
            Value::List(list) if list.is_empty() => self.emitter.empty(b"[]"),
            Value::List(list) => {
                self.enter(value)?;
                self.emitter.start_sequence(in_mapping);
                for item in list.iter() {
                    self.emitter.item();
                    self.value(item, false)?;
                }
                self.emitter.end();
                self.depth -= 1;
            }
            Value::Map(map) if map.is_nil() => self.plain("null"),
            Value::Map(map) if map.is_empty() => self.emitter.empty(b"{}"),
            Value::Map(map) => {
                self.enter(value)?;
                self.emitter.start_mapping();
                for (key, item) in sort_entries(map.borrow().iter().collect(), Dialect::V2) {
                    let key = through_json(key, true)?;
                    self.emitter.key(&key, style(&key), None);
                    self.value(item, true)?;
                }
                self.emitter.end();
                self.depth -= 1;
            }
            Value::Object(object) => {
                self.enter(value)?;
                self.object(object.as_ref(), in_mapping)?;
                self.depth -= 1;
            }
        }
        Ok(())
    }

    fn object(&mut self, object: &dyn Object, in_mapping: bool) -> Result<(), Failure> {
        if let Some(number) = object.as_any().downcast_ref::<json::Number>() {
            let text: &[u8] = if number.0.is_empty() { b"0" } else { &number.0 };
            let text = match resolve(text, true) {
                Scalar::Int(number) => number.to_string(),
                Scalar::Uint(number) => number.to_string(),
                Scalar::Float(number) => format_float(number, b'g', -1, 64),
                _ => String::from_utf8_lossy(text).into_owned(),
            };
            self.plain(&text);
            return Ok(());
        }
        if object.is_nil() {
            self.plain("null");
            return Ok(());
        }
        if let Some(message) = object.json_error() {
            return Err(Failure::Json(Error::new(format!("error marshaling into JSON: {message}"))));
        }
        if let Some(value) = object.json() {
            return self.value(&value, in_mapping);
        }
        match object.ty().kind {
            Kind::Func | Kind::Complex128 => Err(unsupported(&format!("type: {}", object.ty().name))),
            Kind::String => self.string(&object.text().unwrap_or_default()),
            _ => self.value(&Value::Map(object.json_fields().into_iter().collect::<Map>()), in_mapping),
        }
    }

    fn string(&mut self, text: &[u8]) -> Result<(), Failure> {
        let text = through_json(text, false)?;
        self.emitter.scalar(&text, style(&text), None);
        Ok(())
    }
}

fn style(text: &[u8]) -> Style {
    if text.contains(&b'\n') {
        Style::Literal
    } else if is_string(text) && !is_base_60(text) {
        Style::Plain
    } else {
        Style::DoubleQuoted
    }
}

/// What a string becomes when it is written as JSON and that is read as YAML.
fn through_json(text: &[u8], is_key: bool) -> Result<Cow<'_, [u8]>, Failure> {
    // A key of this length may be too long, for a YAML reader, to be one.
    let long_key = is_key && text.len() > 160;
    if !long_key && text.is_ascii() && !text.contains(&0x7f) {
        return Ok(Cow::Borrowed(text));
    }
    let text = valid_utf8(text);
    let suspicious = long_key
        || text.contains(&0x7f)
        || memchr::memchr_iter(0xc2, &text).any(|at| text.get(at + 1).is_some_and(|&next| next < 0xa0))
        || memchr::memmem::find(&text, b"\xef\xbf\xbe").is_some()
        || memchr::memmem::find(&text, b"\xef\xbf\xbf").is_some();
    if !suspicious {
        return Ok(text);
    }
    let mut quoted = Vec::with_capacity(text.len() + 8);
    if is_key {
        quoted.push(b'{');
    }
    json::write_string(&mut quoted, &text, true);
    if is_key {
        quoted.extend_from_slice(b":0}");
    }
    let source = Source::new(&quoted);
    let document = Document::read(&source, &Limits::default()).map_err(Failure::Yaml)?;
    let scalar = document.nodes.into_iter().find_map(|node| match node.kind {
        node::Kind::Scalar { value, .. } => Some(value.into_owned()),
        _ => None,
    });
    Ok(Cow::Owned(scalar.unwrap_or_default()))
}

/// A float as its JSON text reads back: an integer when it has no fraction and JSON writes it in full.
fn float(number: f64) -> String {
    let magnitude = number.abs();
    if number.fract() == 0.0 && magnitude < 1e21 {
        let text = format_float(number, b'f', -1, 64);
        // Beyond 64 bits the digits are read as a float again. Negative zero is the integer zero.
        let fits = text.parse::<i64>().is_ok() || text.parse::<u64>().is_ok();
        return if text == "-0" {
            "0".to_owned()
        } else if fits {
            text
        } else {
            format_float(number, b'g', -1, 64)
        };
    }
    format_float(number, b'g', -1, 64)
}

#[cfg(test)]
mod tests {
    use super::{float, write};
    use crate::{List, Map, Value};

    fn text(value: impl Into<Value>) -> String {
        String::from_utf8(write(&value.into()).unwrap()).unwrap()
    }

    #[test]
    fn maps_sort_naturally_and_lists_are_not_indented() {
        let list: List = ["x", "yes", ""].into_iter().collect();
        let map: Map =
            [("a10", Value::float(1e6)), ("a9", Value::List(list)), ("n", Value::Nil)].into_iter().collect();
        assert_eq!(text(map), "a9:\n- x\n- \"yes\"\n- \"\"\na10: 1000000\n\"n\": null\n");
        assert_eq!(text(Map::new()), "{}\n");
        assert_eq!(text("a\nb"), "|-\n  a\n  b\n");
    }

    #[test]
    fn floats_read_back_as_their_json() {
        assert_eq!(float(1.5), "1.5");
        assert_eq!(float(1e21), "1e+21");
        assert_eq!(float(123456789.5), "1.234567895e+08");
        assert_eq!(float(-0.0), "0");
    }
}
