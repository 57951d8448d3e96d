//! Writes values: keys in order, plain ones before tables, tables indented by two spaces per level.

use std::fmt;

use super::MAX_DEPTH;
use crate::json::Number;
use crate::value::is_exported;
use crate::{FloatKind, IntKind, Kind, Object, Str, Value, number, print};

/// Why a value is not written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WriteError {
    /// The encoder answers with an error: `toToml` prints its text.
    Refused(String),
    /// The encoder panics in Go: the template call fails, whichever function it was.
    Panicked(String),
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(message) | Self::Panicked(message) => f.write_str(message),
        }
    }
}

impl std::error::Error for WriteError {}

fn refused<T>(message: impl Into<String>) -> Result<T, WriteError> {
    Err(WriteError::Refused(message.into()))
}

/// Writes a value as `toml.NewEncoder(w).Encode(v)` does.
pub fn write(value: &Value) -> Result<Vec<u8>, WriteError> {
    if value.is_nil() {
        return Err(WriteError::Panicked("reflect: call of reflect.Value.Type on zero Value".into()));
    }
    let mut writer = Writer { out: Vec::new(), key: Vec::new(), steps: 0 };
    writer.item(value)?;
    Ok(writer.out)
}

/// How much work writing may be: lists that share elements can stand for more than any memory holds.
const MAX_STEPS: usize = 20_000_000;

/// How many bytes are written, about.
const MAX_OUTPUT: usize = 64 << 20;

/// What the layout depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// Nil: left out of tables, refused in arrays.
    Nothing,
    Plain,
    Table,
    /// An array of nothing but tables.
    Tables,
}

/// How the encoder sees a host object.
enum View {
    Nothing,
    Datetime(Str),
    /// It writes itself as text.
    Text(Str),
    Number(Value),
    Table(Vec<(Str, Value)>),
    Map(Value),
    /// A kind that TOML has nothing for.
    Unsupported(Kind),
}

fn view(object: &dyn Object) -> View {
    if object.is_nil() {
        return View::Nothing;
    }
    if let Some(text) = object.toml() {
        return View::Datetime(text);
    }
    if let Some(number) = object.as_any().downcast_ref::<Number>() {
        return match (number.int(), number.float()) {
            (Some(n), _) => View::Number(Value::int64(n)),
            (None, Some(n)) => View::Number(Value::float(n)),
            (None, None) => View::Text(number.0.clone()),
        };
    }
    match (object.ty().kind, object.json()) {
        (kind @ (Kind::Func | Kind::Complex128), _) => View::Unsupported(kind),
        // What is text in JSON implements encoding.TextMarshaler in every type that charts can get hold of.
        (_, Some(Value::Str(text))) if object.ty().name == "time.Time" => View::Datetime(text),
        (_, Some(Value::Str(text))) => View::Text(text),
        (Kind::Struct | Kind::Ptr, _) => {
            let fields = object.fields().into_iter().filter(|(name, _)| is_exported(name));
            View::Table(fields.map(|(name, field)| (Str::from_static(name), field)).collect())
        }
        (_, Some(value)) => View::Map(value),
        (_, None) => View::Text(object.text().unwrap_or_default()),
    }
}

fn too_deep<T>() -> Result<T, WriteError> {
    refused(format!("toml: value nests deeper than {MAX_DEPTH} levels"))
}

struct Writer {
    out: Vec<u8>,
    /// The full key of what is being written.
    key: Vec<Str>,
    /// How many values were looked at, some of them more than once.
    steps: usize,
}

impl Writer {
    /// Writes a value at the current key, in the layout that suits it.
    fn item(&mut self, value: &Value) -> Result<(), WriteError> {
        if self.key.len() > MAX_DEPTH {
            return too_deep();
        }
        match value {
            Value::Int(IntKind::Uintptr, _) => {
                return refused(format!("unsupported type for key '{}': uintptr", self.key_text()));
            }
            Value::Map(map) if !map.is_nil() => return self.table(map.iter().collect()),
            Value::List(list) if self.shape(value, 0)? == Shape::Tables => return self.tables(list),
            Value::Object(object) => match view(object.as_ref()) {
                View::Table(fields) => return self.table(fields),
                View::Map(value) => return self.item(&value),
                View::Nothing => return Ok(()),
                View::Unsupported(kind) => {
                    return refused(format!("unsupported type for key '{}': {kind}", self.key_text()));
                }
                View::Datetime(_) | View::Text(_) | View::Number(_) => {}
            },
            Value::Nil | Value::Map(_) => return Ok(()),
            _ => {}
        }
        let Some(name) = self.key.last().cloned() else { return self.inline(value, 0) };
        self.indent();
        push_key(&mut self.out, &name);
        self.out.extend_from_slice(b" = ");
        self.inline(value, 0)?;
        self.out.push(b'\n');
        Ok(())
    }

    /// What a value is to the layout. Lists are looked through all the way down.
    fn shape(&mut self, value: &Value, depth: usize) -> Result<Shape, WriteError> {
        self.steps += 1;
        if self.steps > MAX_STEPS || self.out.len() > MAX_OUTPUT {
            return refused("toml: value is too large");
        }
        if depth > MAX_DEPTH {
            return too_deep();
        }
        Ok(match value {
            Value::Nil => Shape::Nothing,
            Value::Map(map) if map.is_nil() => Shape::Nothing,
            Value::List(list) if list.is_nil() => Shape::Nothing,
            Value::Int(IntKind::Uintptr, _) => return refused("unsupported type: uintptr"),
            Value::Bool(_) | Value::Int(..) | Value::Float(..) | Value::Str(_) | Value::Bytes(_) => {
                Shape::Plain
            }
            Value::Map(_) => Shape::Table,
            Value::List(list) => {
                let mut tables = !list.is_empty();
                for item in list.iter() {
                    match self.shape(item, depth + 1)? {
                        Shape::Nothing => return refused("toml: cannot encode array with nil element"),
                        Shape::Table => {}
                        Shape::Plain | Shape::Tables => tables = false,
                    }
                }
                if tables { Shape::Tables } else { Shape::Plain }
            }
            Value::Object(object) => match view(object.as_ref()) {
                View::Nothing => Shape::Nothing,
                View::Datetime(_) | View::Text(_) | View::Number(_) => Shape::Plain,
                View::Table(_) => Shape::Table,
                View::Map(value) => self.shape(&value, depth + 1)?,
                View::Unsupported(kind) => return refused(format!("unsupported type: {kind}")),
            },
        })
    }

    fn indent(&mut self) {
        for _ in 1..self.key.len() {
            self.out.extend_from_slice(b"  ");
        }
    }

    fn new_line(&mut self) {
        if !self.out.is_empty() {
            self.out.push(b'\n');
        }
    }

    fn key_text(&self) -> String {
        String::from_utf8_lossy(&joined(&self.key)).into_owned()
    }

    fn table(&mut self, entries: Vec<(Str, Value)>) -> Result<(), WriteError> {
        if self.key.len() == 1 {
            self.new_line();
        }
        if !self.key.is_empty() {
            self.indent();
            self.out.push(b'[');
            self.out.extend_from_slice(&joined(&self.key));
            self.out.extend_from_slice(b"]\n");
        }
        self.entries(&entries)
    }

    fn tables(&mut self, items: &[Value]) -> Result<(), WriteError> {
        if self.key.is_empty() {
            return refused("toml: top-level values must be Go maps or structs");
        }
        for item in items {
            self.new_line();
            self.indent();
            self.out.extend_from_slice(b"[[");
            self.out.extend_from_slice(&joined(&self.key));
            self.out.extend_from_slice(b"]]\n");
            self.entries(&table_entries(item))?;
        }
        Ok(())
    }

    fn entries(&mut self, entries: &[(Str, Value)]) -> Result<(), WriteError> {
        let (plain, tables) = self.split(entries)?;
        for (name, value) in plain.into_iter().chain(tables) {
            if self.shape(value, 0)? != Shape::Nothing {
                self.key.push(name.clone());
                self.item(value)?;
                self.key.pop();
            }
        }
        Ok(())
    }

    /// Writes a value inside a line.
    fn inline(&mut self, value: &Value, depth: usize) -> Result<(), WriteError> {
        if depth > MAX_DEPTH {
            return too_deep();
        }
        match value {
            Value::Nil => {
                let message = "reflect: call of reflect.Value.Interface on zero Value";
                return Err(WriteError::Panicked(message.into()));
            }
            Value::Int(IntKind::Duration, nanos) => self.quoted(print::duration(*nanos).as_bytes()),
            Value::Int(IntKind::Uintptr, _) => return refused("unexpected type: uintptr"),
            Value::Int(kind, n) => {
                let kind = if kind.is_unsigned() { IntKind::Uint64 } else { IntKind::Int64 };
                print::write_value(&mut self.out, &Value::Int(kind, *n));
            }
            Value::Bool(_) => print::write_value(&mut self.out, value),
            Value::Float(kind, n) => self.float(*kind, *n),
            Value::Str(text) => self.quoted(text),
            Value::Bytes(bytes) => {
                let numbers: Vec<String> = bytes.iter().map(u8::to_string).collect();
                self.out.extend_from_slice(format!("[{}]", numbers.join(", ")).as_bytes());
            }
            Value::List(list) => {
                self.out.push(b'[');
                for (index, item) in list.iter().enumerate() {
                    if index > 0 {
                        self.out.extend_from_slice(b", ");
                    }
                    self.inline(item, depth + 1)?;
                }
                self.out.push(b']');
            }
            Value::Map(map) => self.inline_table(&map.iter().collect::<Vec<_>>(), depth)?,
            Value::Object(object) => match view(object.as_ref()) {
                View::Nothing => return self.inline(&Value::Nil, depth),
                View::Datetime(text) => self.out.extend_from_slice(&text),
                View::Text(text) => self.quoted(&text),
                View::Number(value) | View::Map(value) => self.inline(&value, depth + 1)?,
                View::Table(fields) => self.inline_table(&fields, depth)?,
                View::Unsupported(_) => return refused(format!("unexpected type: {}", object.ty().name)),
            },
        }
        Ok(())
    }

    fn inline_table(&mut self, entries: &[(Str, Value)], depth: usize) -> Result<(), WriteError> {
        let (plain, tables) = self.split(entries)?;
        let comma_after_plain = !tables.is_empty();
        self.out.push(b'{');
        for (group, comma_at_end) in [(plain, comma_after_plain), (tables, false)] {
            let last = group.len().saturating_sub(1);
            for (index, (name, value)) in group.into_iter().enumerate() {
                // What is left out takes its comma with it, so one may remain at the end.
                if self.shape(value, depth)? == Shape::Nothing {
                    continue;
                }
                push_key(&mut self.out, name);
                self.out.extend_from_slice(b" = ");
                self.inline(value, depth + 1)?;
                if comma_at_end || index < last {
                    self.out.extend_from_slice(b", ");
                }
            }
        }
        self.out.push(b'}');
        Ok(())
    }

    /// Plain entries and tables, apart.
    fn split<'e>(&mut self, entries: &'e [Entry]) -> Result<(Vec<&'e Entry>, Vec<&'e Entry>), WriteError> {
        let (mut plain, mut tables) = (Vec::new(), Vec::new());
        for entry in entries {
            match self.shape(&entry.1, 0)? {
                Shape::Table | Shape::Tables => tables.push(entry),
                Shape::Plain | Shape::Nothing => plain.push(entry),
            }
        }
        Ok((plain, tables))
    }

    fn float(&mut self, kind: FloatKind, n: f64) {
        let bits = if kind == FloatKind::Float32 { 32 } else { 64 };
        let text = if n.is_finite() {
            let text = number::format_float(n, b'g', -1, bits);
            if text.contains(['e', '.']) { text } else { text + ".0" }
        } else {
            let sign = if n.is_sign_negative() { "-" } else { "" };
            format!("{sign}{}", if n.is_nan() { "nan" } else { "inf" })
        };
        self.out.extend_from_slice(text.as_bytes());
    }

    fn quoted(&mut self, text: &[u8]) {
        push_quoted(&mut self.out, text);
    }
}

type Entry = (Str, Value);

fn table_entries(value: &Value) -> Vec<Entry> {
    match value {
        Value::Map(map) => map.iter().collect(),
        Value::Object(object) => match view(object.as_ref()) {
            View::Table(fields) => fields,
            View::Map(Value::Map(map)) => map.iter().collect(),
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// A dotted key.
pub(super) fn joined(key: &[Str]) -> Vec<u8> {
    let mut out = Vec::new();
    for (index, part) in key.iter().enumerate() {
        if index > 0 {
            out.push(b'.');
        }
        push_key(&mut out, part);
    }
    out
}

fn push_key(out: &mut Vec<u8>, key: &[u8]) {
    let bare = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    if !key.is_empty() && key.iter().all(bare) {
        out.extend_from_slice(key);
    } else {
        push_quoted(out, key);
    }
}

fn push_quoted(out: &mut Vec<u8>, text: &[u8]) {
    out.push(b'"');
    for &byte in text {
        let letter = match byte {
            b'"' | b'\\' => byte,
            8 => b'b',
            b'\t' => b't',
            b'\n' => b'n',
            12 => b'f',
            b'\r' => b'r',
            0..0x20 | 0x7f => {
                out.extend_from_slice(format!("\\u{byte:04x}").as_bytes());
                continue;
            }
            _ => {
                out.push(byte);
                continue;
            }
        };
        out.extend_from_slice(&[b'\\', letter]);
    }
    out.push(b'"');
}
