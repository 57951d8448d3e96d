//! Writes values: `json.Marshal`, `MarshalIndent`, and an encoder without HTML escaping.

use std::collections::HashSet;
use std::rc::Rc;

use super::Number;
use crate::{Error, FloatKind, Kind, List, Object, Str, Value, number, print};

/// How JSON is written. The default is `json.Marshal`.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Whether `<`, `>` and `&` are written as `\u003c` and so on.
    pub escape_html: bool,
    /// What each level is indented by; `None` writes one line without spaces.
    pub indent: Option<&'static str>,
}

impl Default for Options {
    fn default() -> Self {
        Self { escape_html: true, indent: None }
    }
}

/// How many bytes are written at most.
pub const MAX_OUTPUT: usize = 256 << 20;

/// From this many levels on Go looks for cycles.
const CYCLE_CHECK_DEPTH: usize = 1_000;

/// Writes a value, without a newline at the end.
///
/// Errors are Go's: NaN and infinities, functions, and maps that contain themselves. Texts beyond
/// [`MAX_OUTPUT`] are an error of our own.
pub fn write(value: &Value, options: &Options) -> Result<Vec<u8>, Error> {
    let mut writer = Writer { out: Vec::new(), options: *options, open: Vec::new(), deep: HashSet::new() };
    writer.value(value)?;
    while let Some(open) = writer.open.pop() {
        writer.advance(open)?;
        if writer.out.len() > MAX_OUTPUT {
            return Err(Error::new(format!("json: text is larger than {MAX_OUTPUT} bytes")));
        }
    }
    Ok(writer.out)
}

/// Appends a JSON string.
pub fn write_string(out: &mut Vec<u8>, text: &[u8], escape_html: bool) {
    out.push(b'"');
    let mut rest = text;
    while let Some(&byte) = rest.first() {
        let plain = rest.iter().position(|&byte| !is_plain(byte, escape_html)).unwrap_or(rest.len());
        if plain > 0 {
            out.extend_from_slice(&rest[..plain]);
            rest = &rest[plain..];
            continue;
        }
        if byte < 0x80 {
            push_escape(out, byte);
            rest = &rest[1..];
            continue;
        }
        let rune = print::first_rune(rest);
        let width = rune.as_ref().map_or(1, print::Rune::width);
        match rune {
            Some(print::Rune::Char('\u{2028}', _)) => out.extend_from_slice(b"\\u2028"),
            Some(print::Rune::Char('\u{2029}', _)) => out.extend_from_slice(b"\\u2029"),
            Some(print::Rune::Char(..)) => out.extend_from_slice(&rest[..width]),
            Some(print::Rune::Broken(_)) | None => out.extend_from_slice(b"\\ufffd"),
        }
        rest = &rest[width..];
    }
    out.push(b'"');
}

fn is_plain(byte: u8, escape_html: bool) -> bool {
    match byte {
        b'"' | b'\\' => false,
        b'<' | b'>' | b'&' => !escape_html,
        _ => (0x20..0x80).contains(&byte),
    }
}

fn push_escape(out: &mut Vec<u8>, byte: u8) {
    let letter = match byte {
        b'"' | b'\\' => byte,
        8 => b'b',
        12 => b'f',
        b'\n' => b'n',
        b'\r' => b'r',
        b'\t' => b't',
        _ => {
            const DIGITS: &[u8; 16] = b"0123456789abcdef";
            out.extend_from_slice(b"\\u00");
            out.extend([DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
            return;
        }
    };
    out.extend_from_slice(&[b'\\', letter]);
}

/// A list, map or object that is being written.
struct Open {
    items: Items,
    started: bool,
    identity: Identity,
}

enum Items {
    List(List, usize),
    Entries(std::vec::IntoIter<(Str, Value)>),
}

/// An address, and the length for lists, which may be windows on the same elements.
type Identity = (usize, Option<usize>);

struct Writer {
    out: Vec<u8>,
    options: Options,
    open: Vec<Open>,
    /// Identities of what is open below the depth where Go begins to compare them.
    deep: HashSet<Identity>,
}

impl Writer {
    /// Writes the next element of what is innermost, or its end.
    fn advance(&mut self, mut open: Open) -> Result<(), Error> {
        let (item, close) = match &mut open.items {
            Items::List(list, index) => {
                let item = list.get(*index).cloned().map(|item| (None, item));
                *index += 1;
                (item, b']')
            }
            Items::Entries(entries) => (entries.next().map(|(key, item)| (Some(key), item)), b'}'),
        };
        let Some((key, item)) = item else {
            self.deep.remove(&open.identity);
            if open.started {
                self.new_line(self.open.len());
            }
            self.out.push(close);
            return Ok(());
        };
        if open.started {
            self.out.push(b',');
        }
        self.new_line(self.open.len() + 1);
        if let Some(key) = key {
            write_string(&mut self.out, &key, self.options.escape_html);
            self.out.extend_from_slice(if self.options.indent.is_some() { b": " } else { b":" });
        }
        open.started = true;
        self.open.push(open);
        self.value(&item)
    }

    fn new_line(&mut self, depth: usize) {
        if let Some(indent) = self.options.indent {
            self.out.push(b'\n');
            for _ in 0..depth {
                self.out.extend_from_slice(indent.as_bytes());
            }
        }
    }

    /// Writes a scalar, or opens a frame for what has parts.
    fn value(&mut self, value: &Value) -> Result<(), Error> {
        match value {
            Value::Nil => self.out.extend_from_slice(b"null"),
            Value::Bool(b) => self.out.extend_from_slice(if *b { b"true" } else { b"false" }),
            Value::Int(kind, n) => {
                let plain = if kind.is_unsigned() { crate::IntKind::Uint64 } else { crate::IntKind::Int64 };
                print::write_value(&mut self.out, &Value::Int(plain, *n));
            }
            Value::Float(kind, n) => self.float(*kind, *n)?,
            Value::Str(text) => write_string(&mut self.out, text, self.options.escape_html),
            Value::Bytes(bytes) => {
                self.out.push(b'"');
                push_base64(&mut self.out, bytes);
                self.out.push(b'"');
            }
            Value::List(list) if list.is_nil() => self.out.extend_from_slice(b"null"),
            Value::List(list) => {
                self.out.push(b'[');
                let identity = (list.address(), Some(list.len()));
                self.enter(Items::List(list.clone(), 0), identity, list.ty().name)?;
            }
            Value::Map(map) if map.is_nil() => self.out.extend_from_slice(b"null"),
            Value::Map(map) => {
                self.out.push(b'{');
                self.enter(Items::Entries(map.iter()), (map.address(), None), map.ty().name)?;
            }
            Value::Object(object) => self.object(object)?,
        }
        Ok(())
    }

    /// Opens a list or map, unless it is open already: that is a cycle.
    fn enter(&mut self, items: Items, identity: Identity, ty: &str) -> Result<(), Error> {
        if self.open.len() >= CYCLE_CHECK_DEPTH && !self.deep.insert(identity) {
            return Err(Error::new(format!("json: unsupported value: encountered a cycle via {ty}")));
        }
        self.open.push(Open { items, started: false, identity });
        Ok(())
    }

    fn object(&mut self, object: &Rc<dyn Object>) -> Result<(), Error> {
        if let Some(number) = object.as_any().downcast_ref::<Number>() {
            // Go writes an empty number as zero.
            self.out.extend_from_slice(if number.0.is_empty() { b"0" } else { &number.0 });
            return Ok(());
        }
        if let Some(message) = object.json_error() {
            return Err(Error::new(message));
        }
        if object.is_nil() {
            self.out.extend_from_slice(b"null");
            return Ok(());
        }
        if let Some(value) = object.json() {
            return match value {
                // Nothing in Go answers its own marshalling with another type's.
                Value::Object(_) => Err(Error::new(format!("json: unsupported type: {}", object.ty().name))),
                value => self.value(&value),
            };
        }
        match object.ty().kind {
            Kind::Func | Kind::Complex128 => {
                Err(Error::new(format!("json: unsupported type: {}", object.ty().name)))
            }
            Kind::String => {
                write_string(&mut self.out, &object.text().unwrap_or_default(), self.options.escape_html);
                Ok(())
            }
            _ => {
                let fields: Vec<_> = object
                    .json_fields()
                    .into_iter()
                    .map(|(name, value)| (Str::from_static(name), value))
                    .collect();
                self.out.push(b'{');
                let identity = (Rc::as_ptr(object).cast::<()>() as usize, None);
                self.enter(Items::Entries(fields.into_iter()), identity, object.ty().name)
            }
        }
    }

    fn float(&mut self, kind: FloatKind, n: f64) -> Result<(), Error> {
        let bits = if kind == FloatKind::Float32 { 32 } else { 64 };
        if !n.is_finite() {
            let text = number::format_float(n, b'g', -1, bits);
            return Err(Error::new(format!("json: unsupported value: {text}")));
        }
        let magnitude = n.abs();
        // The bounds are compared in the value's own type.
        let (low, high) = if bits == 32 { (f64::from(1e-6_f32), f64::from(1e21_f32)) } else { (1e-6, 1e21) };
        let mut text = if magnitude != 0.0 && (magnitude < low || magnitude >= high) {
            number::format_float(n, b'e', -1, bits)
        } else {
            number::format_float(n, b'f', -1, bits)
        };
        // `e-09` is written `e-9`.
        if let Some(exponent) = text.find("e-0") {
            text.remove(exponent + 2);
        }
        self.out.extend_from_slice(text.as_bytes());
        Ok(())
    }
}

/// Standard base64 with padding.
fn push_base64(out: &mut Vec<u8>, bytes: &[u8]) {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for chunk in bytes.chunks(3) {
        let byte = |index: usize| u32::from(chunk.get(index).copied().unwrap_or(0));
        let group = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4 {
            if place <= chunk.len() {
                out.push(ALPHABET[(group >> (18 - 6 * place) & 63) as usize]);
            } else {
                out.push(b'=');
            }
        }
    }
}
