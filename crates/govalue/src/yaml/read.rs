//! YAML text → [`Value`].

use std::borrow::Cow;
use std::collections::HashMap;

use base64::Engine as _;
use libyaml_safer::{Error as EventError, ErrorKind, Event, EventData, Parser};

use super::Limits;
use super::resolve::{Scalar, resolve};
use crate::number::format_float;
use crate::{Error, List, Map, Str, Value};

/// Reads the first document as `sigs.k8s.io/yaml.Unmarshal` reads into an `interface{}`: numbers are
/// `float64`, keys are strings, of equal keys the last one stays.
///
/// # Errors
/// In Go's words, `error converting YAML to JSON: …` included; a limit in our own.
pub fn read(bytes: &[u8], limits: &Limits) -> Result<Value, Error> {
    read_node(bytes, limits).map(|node| node.value).map_err(|error| prefixed(&error))
}

fn prefixed(error: &Error) -> Error {
    Error::new(format!("error converting YAML to JSON: {error}"))
}

/// [`read`] into a `map[string]interface {}`; null is an empty map.
///
/// # Errors
/// As [`read`], and in `encoding/json`'s words when the document is something else.
pub fn read_map(bytes: &[u8], limits: &Limits) -> Result<Map, Error> {
    match read(bytes, limits)? {
        Value::Map(map) => Ok(map),
        Value::Nil => Ok(Map::new()),
        other => Err(wrong_type(&other, "value of type map[string]interface {}")),
    }
}

/// [`read`] into a `[]interface {}`; null is an empty list.
///
/// # Errors
/// As [`read_map`].
pub fn read_list(bytes: &[u8], limits: &Limits) -> Result<List, Error> {
    match read(bytes, limits)? {
        Value::List(list) => Ok(list),
        Value::Nil => Ok(List::nil(&crate::types::LIST_ANY)),
        other => Err(wrong_type(&other, "value of type []interface {}")),
    }
}

/// The error of `encoding/json` for a value in a place of another type.
pub(super) fn wrong_type(value: &Value, place: &str) -> Error {
    Error::new(format!(
        "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal {} into Go {place}",
        json_kind(value)
    ))
}

pub(super) fn json_kind(value: &Value) -> &'static str {
    match value {
        Value::Nil => "null",
        Value::Bool(_) => "bool",
        Value::Int(..) | Value::Float(..) => "number",
        Value::List(_) => "array",
        Value::Map(_) => "object",
        _ => "string",
    }
}

/// Splits a stream at lines that begin with `---`, as Kubernetes' reader does; each part is one document's
/// text, possibly without content.
pub fn documents(bytes: &[u8]) -> Vec<Cow<'_, [u8]>> {
    let mut parts = Vec::new();
    let mut start = 0;
    let mut line = 0;
    while line < bytes.len() {
        let end = memchr::memchr(b'\n', &bytes[line..]).map_or(bytes.len(), |at| line + at + 1);
        let rest = bytes[line..end].strip_prefix(b"---");
        // A separator has nothing but blanks behind it; `--- # note` begins a document too.
        if rest.is_some_and(|rest| rest.iter().all(u8::is_ascii_whitespace)) {
            if line > start {
                parts.push(Cow::Borrowed(&bytes[start..line]));
            }
            start = end;
        }
        line = end;
    }
    if start < bytes.len() {
        parts.push(Cow::Borrowed(&bytes[start..]));
    }
    parts
}

/// A value with what only matters while a document is read.
#[derive(Clone)]
struct Node {
    value: Value,
    key: Key,
    /// How many nodes it is made of, itself included.
    size: usize,
}

/// What a node is as a key of a map.
#[derive(Clone)]
enum Key {
    Text(Str),
    /// `nil`, which JSON cannot have for a key.
    Null,
    /// A number that go-yaml keeps as a `uint64`, which sigs.k8s.io/yaml refuses.
    Uint(u64),
    Collection,
    Merge,
}

struct Reader<'p, 'i> {
    parser: Parser<&'p mut &'i [u8]>,
    anchors: HashMap<String, Option<Node>>,
    limits: &'p Limits,
    depth: usize,
    decoded: usize,
    aliased: usize,
}

fn read_node(bytes: &[u8], limits: &Limits) -> Result<Node, Error> {
    let mut input = bytes;
    let mut parser = Parser::new();
    parser.set_input(&mut input);
    let mut reader = Reader { parser, anchors: HashMap::new(), limits, depth: 0, decoded: 0, aliased: 0 };
    let nothing = Node { value: Value::Nil, key: Key::Null, size: 1 };
    loop {
        let event = reader.next()?;
        match event.data {
            EventData::StreamStart { .. } => {}
            EventData::StreamEnd => return Ok(nothing),
            EventData::DocumentStart { .. } => {
                let event = reader.next()?;
                let node = reader.node(event)?;
                // Helm reads the first document, up to where the next one begins.
                reader.next()?;
                return Ok(node);
            }
            _ => return Ok(nothing),
        }
    }
}

fn event_error(error: &EventError) -> Error {
    let line_of = |mark: Option<libyaml_safer::Mark>| mark.map_or(0, |mark| mark.line);
    let scanner = error.kind() == ErrorKind::Scanner;
    let problem = line_of(error.problem_mark());
    let line = if problem != 0 { problem + u64::from(scanner) } else { line_of(error.context_mark()) };
    let place = if line == 0 { String::new() } else { format!("line {line}: ") };
    Error::new(format!("yaml: {place}{}", error.problem()))
}

impl Reader<'_, '_> {
    fn next(&mut self) -> Result<Event, Error> {
        self.parser.parse().map_err(|error| event_error(&error))
    }

    fn enter(&mut self) -> Result<(), Error> {
        self.depth += 1;
        if self.depth > self.limits.depth {
            return Err(Error::new(format!("yaml: exceeded max depth of {}", self.limits.depth)));
        }
        Ok(())
    }

    fn count(&mut self, nodes: usize) -> Result<(), Error> {
        self.decoded += nodes;
        if self.decoded > self.limits.nodes {
            return Err(Error::new(format!("yaml: document has more than {} nodes", self.limits.nodes)));
        }
        // go-yaml's own guard against aliases that multiply.
        let (aliased, decoded) = (self.aliased as f64, self.decoded as f64);
        let share = match self.decoded {
            0..=400_000 => 0.99,
            4_000_000.. => 0.10,
            _ => 0.99 - 0.89 * (decoded - 400_000.0) / 3_600_000.0,
        };
        if self.aliased > 100 && self.decoded > 1000 && aliased / decoded > share {
            return Err(Error::new("yaml: document contains excessive aliasing"));
        }
        Ok(())
    }

    fn node(&mut self, event: Event) -> Result<Node, Error> {
        self.count(1)?;
        match event.data {
            EventData::Alias { anchor } => match self.anchors.get(&anchor).cloned() {
                Some(Some(node)) => {
                    self.aliased += node.size;
                    self.count(node.size)?;
                    Ok(Node { value: copy(&node.value), ..node })
                }
                Some(None) => Err(Error::new(format!("yaml: anchor '{anchor}' value contains itself"))),
                None => Err(Error::new(format!("yaml: unknown anchor '{anchor}' referenced"))),
            },
            EventData::Scalar { anchor, tag, value, plain_implicit, .. } => {
                let node = scalar(tag.as_deref(), value, plain_implicit)?;
                self.keep(anchor, &node);
                Ok(node)
            }
            EventData::SequenceStart { anchor, .. } => {
                self.open(&anchor);
                self.enter()?;
                let mut items = Vec::new();
                let mut size = 1;
                loop {
                    let event = self.next()?;
                    if event.data == EventData::SequenceEnd {
                        break;
                    }
                    let item = self.node(event)?;
                    size += item.size;
                    items.push(item.value);
                }
                self.depth -= 1;
                let node = Node { value: Value::List(List::new(items)), key: Key::Collection, size };
                self.keep(anchor, &node);
                Ok(node)
            }
            EventData::MappingStart { anchor, .. } => {
                self.open(&anchor);
                self.enter()?;
                let node = self.mapping()?;
                self.depth -= 1;
                self.keep(anchor, &node);
                Ok(node)
            }
            _ => Ok(Node { value: Value::Nil, key: Key::Null, size: 1 }),
        }
    }

    fn mapping(&mut self) -> Result<Node, Error> {
        let map = Map::new();
        let mut size = 1;
        // Keys that JSON refuses are found after the whole document was read.
        let mut refused = None;
        loop {
            let event = self.next()?;
            if event.data == EventData::MappingEnd {
                break;
            }
            let key = self.node(event)?;
            let event = self.next()?;
            let value = self.node(event)?;
            size += key.size + value.size;
            match key.key {
                Key::Text(text) => {
                    map.insert(text, value.value);
                }
                Key::Merge => merge(&map, &value.value)?,
                Key::Collection => {
                    let shown = crate::print::sprintf(b"%#v", &[key.value]);
                    let shown = String::from_utf8_lossy(&shown)
                        .replace("map[string]interface {}", "map[interface {}]interface {}");
                    return Err(Error::new(format!("yaml: invalid map key: {shown}")));
                }
                Key::Null => {
                    refused.get_or_insert_with(|| refused_key("%!s(<nil>)", "<nil>", &value.value));
                }
                Key::Uint(number) => {
                    refused
                        .get_or_insert_with(|| refused_key("uint64", &format!("{number:#x}"), &value.value));
                }
            }
        }
        match refused {
            Some(error) => Err(error),
            None => Ok(Node { value: Value::Map(map), key: Key::Collection, size }),
        }
    }

    /// An anchor whose node is being read: an alias to it would contain itself.
    fn open(&mut self, anchor: &Option<String>) {
        if let Some(name) = anchor {
            self.anchors.insert(name.clone(), None);
        }
    }

    fn keep(&mut self, anchor: Option<String>, node: &Node) {
        if let Some(name) = anchor {
            self.anchors.insert(name, Some(node.clone()));
        }
    }
}

fn refused_key(ty: &str, key: &str, value: &Value) -> Error {
    let shown = crate::print::sprintf(b"%+#v", std::slice::from_ref(value));
    Error::new(format!(
        "unsupported map key of type: {ty}, key: {key}, value: {}",
        String::from_utf8_lossy(&shown)
    ))
}

/// Every use of an alias is a value of its own, as when it goes through JSON.
fn copy(value: &Value) -> Value {
    crate::compare::deep_copy(value).unwrap_or_default()
}

/// `<<`: the entries of a map, or of several, of which the first counts most.
fn merge(map: &Map, source: &Value) -> Result<(), Error> {
    const WRONG: &str = "yaml: map merge requires map or sequence of maps as the value";
    let add = |source: &Value| match source {
        Value::Map(entries) => {
            for (key, value) in entries.iter() {
                map.insert(key, copy(&value));
            }
            Ok(())
        }
        _ => Err(Error::new(WRONG)),
    };
    match source {
        Value::List(list) => list.iter().rev().try_for_each(add),
        other => add(other),
    }
}

fn scalar(tag: Option<&str>, text: String, plain: bool) -> Result<Node, Error> {
    let string = |text: String| {
        let text = Str::from(text);
        Node { value: Value::Str(text.clone()), key: Key::Text(text), size: 1 }
    };
    let short = tag.map(|tag| match tag.strip_prefix("tag:yaml.org,2002:") {
        Some(name) => format!("!!{name}"),
        None => tag.to_owned(),
    });
    let resolved = match short.as_deref() {
        None | Some("" | "!") if !plain => return Ok(string(text)),
        None | Some("") => resolve(&text),
        Some("!!str") => return Ok(string(text)),
        Some("!!binary") => {
            // Line breaks within the text are no part of it.
            let compact: String = text.chars().filter(|c| !matches!(c, '\r' | '\n')).collect();
            return match base64::engine::general_purpose::STANDARD.decode(compact) {
                Ok(bytes) => Ok(string(String::from_utf8_lossy(&bytes).into_owned())),
                Err(_) => Err(Error::new("yaml: !!binary value contains invalid base64 data")),
            };
        }
        Some(wanted @ ("!!int" | "!!float" | "!!bool" | "!!null" | "!!timestamp" | "!!merge")) => {
            let found = resolve(&text);
            match (&found, wanted) {
                (Scalar::Int(number), "!!float") => Scalar::Float(*number as f64),
                (Scalar::Uint(number), "!!float") => Scalar::Float(*number as f64),
                _ if found.tag() == wanted => found,
                _ => {
                    return Err(Error::new(format!(
                        "yaml: cannot decode {} `{text}` as a {wanted}",
                        found.tag()
                    )));
                }
            }
        }
        // Tags of applications say nothing to go-yaml.
        Some(_) => return Ok(string(text)),
    };
    let (value, key) = match resolved {
        Scalar::Null => (Value::Nil, Key::Null),
        Scalar::Bool(value) => {
            (Value::Bool(value), Key::Text(Str::from(if value { "true" } else { "false" })))
        }
        Scalar::Int(number) => (Value::float(number as f64), Key::Text(Str::from(number.to_string()))),
        Scalar::Uint(number) => (Value::float(number as f64), Key::Uint(number)),
        Scalar::Float(number) => {
            // As a value the number goes through JSON, which has no such numbers.
            (Value::float(number), Key::Text(Str::from(float_key(number))))
        }
        Scalar::Merge => (Value::str(text), Key::Merge),
        Scalar::Timestamp | Scalar::String => return Ok(string(text)),
    };
    if let Value::Float(_, number) = value
        && !number.is_finite()
    {
        let name = format_float(number, b'g', -1, 64);
        return Err(Error::new(format!("json: unsupported value: {name}")));
    }
    Ok(Node { value, key, size: 1 })
}

/// sigs.k8s.io/yaml writes a float key with the digits of a `float32`.
fn float_key(number: f64) -> String {
    match number {
        n if n.is_nan() => ".nan".to_owned(),
        n if n == f64::INFINITY => ".inf".to_owned(),
        n if n == f64::NEG_INFINITY => "-.inf".to_owned(),
        n => format_float(n, b'g', -1, 32),
    }
}
