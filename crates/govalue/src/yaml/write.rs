//! [`Value`] → YAML text, as `sigs.k8s.io/yaml.Marshal` writes it.
//!
//! There the value goes through JSON and is read again as YAML before go-yaml writes it. What that does to a
//! value is done here directly: bytes become base64, typed integers and floats become what their JSON text
//! reads as, broken UTF-8 becomes U+FFFD.

use std::cmp::Ordering;

use base64::Engine as _;
use libyaml_safer::{Emitter, Encoding, Event, MappingStyle, ScalarStyle, SequenceStyle};

use super::resolve::{Scalar, is_base_60, resolve};
use crate::number::format_float;
use crate::{Error, Map, Object, Str, Value};

/// How deep a value may nest; a map that contains itself has no end.
const MAX_DEPTH: usize = 1_000;

/// Writes a value, with a newline at the end.
///
/// # Errors
/// In Go's words: `error marshaling into JSON: json: unsupported value: NaN`.
pub fn write(value: &Value) -> Result<Vec<u8>, Error> {
    let mut out = Vec::new();
    let mut emitter = Emitter::new();
    emitter.set_output_string(&mut out);
    emitter.set_unicode(true);
    emitter.set_width(80);
    let mut writer = Writer { emitter, depth: 0 };
    writer.emit(Event::stream_start(Encoding::Utf8))?;
    writer.emit(Event::document_start(None, &[], true))?;
    writer.value(value)?;
    writer.emit(Event::document_end(true))?;
    writer.emit(Event::stream_end())?;
    drop(writer);
    Ok(out)
}

struct Writer<'w> {
    emitter: Emitter<'w>,
    depth: usize,
}

impl Writer<'_> {
    fn emit(&mut self, event: Event) -> Result<(), Error> {
        self.emitter.emit(event).map_err(|error| Error::new(format!("yaml: {}", error.problem())))
    }

    fn plain(&mut self, text: &str) -> Result<(), Error> {
        self.emit(Event::scalar(None, None, text, true, true, ScalarStyle::Plain))
    }

    fn enter(&mut self, value: &Value) -> Result<(), Error> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(Error::new(format!(
                "error marshaling into JSON: json: unsupported value: encountered a cycle via {}",
                value.type_name()
            )));
        }
        Ok(())
    }

    fn value(&mut self, value: &Value) -> Result<(), Error> {
        match value {
            Value::Nil => self.plain("null"),
            Value::Bool(value) => self.plain(if *value { "true" } else { "false" }),
            Value::Int(kind, bits) if kind.is_unsigned() => self.plain(&(*bits as u64).to_string()),
            Value::Int(_, number) => self.plain(&number.to_string()),
            Value::Float(_, number) => {
                if !number.is_finite() {
                    let name = format_float(*number, b'g', -1, 64);
                    return Err(Error::new(format!(
                        "error marshaling into JSON: json: unsupported value: {name}"
                    )));
                }
                let text = float(*number);
                self.plain(&text)
            }
            Value::Str(text) => self.string(text),
            Value::Bytes(bytes) => {
                self.string(&Str::from(base64::engine::general_purpose::STANDARD.encode(bytes)))
            }
            Value::List(list) if list.is_nil() => self.plain("null"),
            Value::List(list) => {
                self.enter(value)?;
                self.emit(Event::sequence_start(None, None, true, SequenceStyle::Block))?;
                for item in list.iter() {
                    self.value(item)?;
                }
                self.depth -= 1;
                self.emit(Event::sequence_end())
            }
            Value::Map(map) if map.is_nil() => self.plain("null"),
            Value::Map(map) => {
                self.enter(value)?;
                self.emit(Event::mapping_start(None, None, true, MappingStyle::Block))?;
                let mut entries: Vec<(Str, Value)> = map.iter().collect();
                entries.sort_by(|(a, _), (b, _)| natural(&a.to_str_lossy(), &b.to_str_lossy()));
                for (key, item) in &entries {
                    self.string(key)?;
                    self.value(item)?;
                }
                self.depth -= 1;
                self.emit(Event::mapping_end())
            }
            Value::Object(object) => {
                self.enter(value)?;
                let inner = object_value(object.as_ref());
                self.value(&inner)?;
                self.depth -= 1;
                Ok(())
            }
        }
    }

    fn string(&mut self, text: &Str) -> Result<(), Error> {
        let text = text.to_str_lossy();
        let style = if text.contains('\n') {
            ScalarStyle::Literal
        } else if resolve(&text) == Scalar::String && !is_base_60(&text) {
            ScalarStyle::Plain
        } else {
            ScalarStyle::DoubleQuoted
        };
        self.emit(Event::scalar(None, None, &text, true, true, style))
    }
}

/// What JSON sees of a host object.
pub(super) fn object_value(object: &dyn Object) -> Value {
    if object.is_nil() {
        return Value::Nil;
    }
    object.json().unwrap_or_else(|| Value::Map(object.fields().into_iter().collect::<Map>()))
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

/// go-yaml's order of keys: numbers in names by their value, letters after what is neither.
pub(super) fn natural(a: &str, b: &str) -> Ordering {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let Some(at) = a.iter().zip(&b).position(|(a, b)| a != b) else { return a.len().cmp(&b.len()) };
    let (ca, cb) = (a[at], b[at]);
    match (ca.is_alphabetic(), cb.is_alphabetic()) {
        (true, true) => return ca.cmp(&cb),
        (true, false) => return Ordering::Greater,
        (false, true) => return Ordering::Less,
        (false, false) => {}
    }
    // A zero continues a number that began before it; elsewhere it leads one.
    let digits_before = a[..at].iter().rev().take_while(|c| c.is_numeric());
    let continues = (ca == '0' || cb == '0') && digits_before.into_iter().any(|&c| c != '0');
    let number = |text: &[char]| {
        let digits: Vec<i64> = text[at..]
            .iter()
            .take_while(|c| c.is_numeric())
            .map(|&c| i64::from(u32::from(c)) - i64::from(u32::from('0')))
            .collect();
        let start = i64::from(continues);
        let value = digits.iter().fold(start, |value, digit| value.wrapping_mul(10).wrapping_add(*digit));
        (value, digits.len())
    };
    number(&a).cmp(&number(&b)).then(ca.cmp(&cb))
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
