//! YAML text → [`Value`], as `sigs.k8s.io/yaml` reads it: YAML 1.1 scalars, then what JSON makes of them.

use std::collections::HashSet;

use super::Limits;
use super::exact::{Key, check, go_syntax, is_merge};
use super::node::{Document, Kind};
use super::resolve::{Scalar, resolve, scalar};
use super::source::Source;
use super::text::valid_utf8;
use super::wanted::Wanted;
use crate::types::IntKind;
use crate::{Entries, Error, List, Map, Str, Value, types};

/// Reads the first document as `sigs.k8s.io/yaml.Unmarshal` reads into an `interface{}`: numbers are
/// `float64`, keys are strings, of equal keys the last one stays.
///
/// # Errors
/// In Go's words, `error converting YAML to JSON: …` included; a limit in our own.
pub fn read(bytes: &[u8], limits: &Limits) -> Result<Value, Error> {
    read_with(bytes, limits, Mode::Plain, &Wanted::Any)
}

/// [`read`] with integers as they were written, in an `int64` or `uint64`. `sigs.k8s.io/yaml` looks at those when
/// a struct wants a text: `16777217` keeps its digits there, `16777217.0` does not. `wanted` says where that is:
/// there infinity is a float as others are.
///
/// # Errors
/// As [`read`]. A value of another type than the wanted one is no error: it is there as it is.
pub fn read_exact(bytes: &[u8], limits: &Limits, wanted: &'static Wanted) -> Result<Value, Error> {
    read_with(bytes, limits, Mode::Exact, wanted)
}

/// [`read`] that refuses a key twice in one map, as `sigs.k8s.io/yaml.UnmarshalStrict` does.
///
/// # Errors
/// As [`read`]; each key that was there already is named on a line of its own.
pub fn read_strict(bytes: &[u8], limits: &Limits) -> Result<Value, Error> {
    read_with(bytes, limits, Mode::Strict, &Wanted::Any)
}

/// How a document is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Plain,
    /// With integers.
    Exact,
    /// Without repeated keys.
    Strict,
}

fn read_with(bytes: &[u8], limits: &Limits, mode: Mode, wanted: &'static Wanted) -> Result<Value, Error> {
    let source = Source::new(bytes);
    decode(&source, limits, mode, wanted).map_err(|error| error.prefixed("error converting YAML to JSON: "))
}

fn decode(source: &Source<'_>, limits: &Limits, mode: Mode, wanted: &'static Wanted) -> Result<Value, Error> {
    let document = Document::read(source, limits)?;
    if document.nodes.is_empty() {
        return Ok(Value::Nil);
    }
    let mut decoder = Decoder::new(&document, limits, mode);
    let value = decoder.value::<true>(0)?;
    decoder.finish(wanted)?;
    Ok(value)
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
fn wrong_type(value: &Value, place: &str) -> Error {
    let kind = match value {
        Value::Nil => "null",
        Value::Bool(_) => "bool",
        Value::Int(..) | Value::Float(..) => "number",
        Value::List(_) => "array",
        Value::Map(_) => "object",
        _ => "string",
    };
    Error::new(format!(
        "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal {kind} into Go {place}"
    ))
}

/// Walks a document as go-yaml's decoder does, counting as it counts. When it does not build, it finds the
/// same errors and answers nil.
pub(super) struct Decoder<'d, 'a> {
    document: &'d Document<'a>,
    limits: &'d Limits,
    mode: Mode,
    repeated: Vec<String>,
    /// Aliases that are being followed.
    following: HashSet<u32>,
    depth: usize,
    decoded: usize,
    aliased: usize,
    /// Bytes of texts, as often as they are met.
    bytes: usize,
    /// Whether something has no place in JSON.
    doubtful: bool,
}

impl<'d, 'a> Decoder<'d, 'a> {
    pub(super) fn new(document: &'d Document<'a>, limits: &'d Limits, mode: Mode) -> Self {
        Self {
            document,
            limits,
            mode,
            repeated: Vec::new(),
            following: HashSet::new(),
            depth: 0,
            decoded: 0,
            aliased: 0,
            bytes: 0,
            doubtful: false,
        }
    }

    /// Errors that are only found when the whole document was decoded.
    pub(super) fn finish(self, wanted: &'static Wanted) -> Result<(), Error> {
        if !self.repeated.is_empty() {
            return Err(Error::new(format!("yaml: unmarshal errors:\n  {}", self.repeated.join("\n  "))));
        }
        if self.doubtful { check(self.document, wanted) } else { Ok(()) }
    }

    fn count(&mut self) -> Result<(), Error> {
        self.decoded += 1;
        if !self.following.is_empty() {
            self.aliased += 1;
        }
        if self.decoded > self.limits.nodes {
            return Err(self.limits.too_many_nodes());
        }
        if self.aliased > 100 && self.decoded > 1000 {
            // go-yaml's own guard against aliases that multiply.
            let (aliased, decoded) = (self.aliased as f64, self.decoded as f64);
            let share = match self.decoded {
                0..=400_000 => 0.99,
                4_000_000.. => 0.10,
                _ => 0.99 - 0.89 * ((decoded - 400_000.0) / 3_600_000.0),
            };
            if aliased / decoded > share {
                return Err(Error::new("yaml: document contains excessive aliasing"));
            }
        }
        Ok(())
    }

    fn read(&mut self, text: &[u8]) -> Result<(), Error> {
        self.bytes = self.bytes.saturating_add(text.len());
        if self.bytes > self.limits.bytes { Err(self.limits.too_long()) } else { Ok(()) }
    }

    fn enter(&mut self) -> Result<(), Error> {
        self.depth += 1;
        if self.depth > self.limits.depth {
            return Err(self.limits.too_deep());
        }
        Ok(())
    }

    /// Follows an alias while `work` is done.
    fn follow<T>(
        &mut self,
        number: u32,
        name: &[u8],
        work: impl FnOnce(&mut Self) -> Result<T, Error>,
    ) -> Result<T, Error> {
        if !self.following.insert(number) {
            let name = String::from_utf8_lossy(name);
            return Err(Error::new(format!("yaml: anchor '{name}' value contains itself")));
        }
        self.enter()?;
        let result = work(self)?;
        self.depth -= 1;
        self.following.remove(&number);
        Ok(result)
    }

    pub(super) fn value<const BUILD: bool>(&mut self, number: u32) -> Result<Value, Error> {
        self.count()?;
        let document = self.document;
        match &document.nodes[number as usize].kind {
            Kind::Alias { name, target } => self.follow(number, name, |this| this.value::<BUILD>(*target)),
            Kind::Scalar { value, tag, implicit } => {
                self.read(value)?;
                self.scalar::<BUILD>(value, tag.as_deref(), *implicit)
            }
            Kind::Sequence => {
                self.enter()?;
                let mut items = Vec::new();
                for child in document.children(number) {
                    let item = self.value::<BUILD>(child)?;
                    if BUILD {
                        items.push(item);
                    }
                }
                self.depth -= 1;
                Ok(if BUILD { Value::List(List::grown(&types::LIST_ANY, items)) } else { Value::Nil })
            }
            Kind::Mapping => {
                let mut entries = Entries::new();
                self.mapping::<BUILD>(number, &mut entries)?;
                Ok(if BUILD {
                    Value::Map(Map::from_entries(&crate::types::MAP_ANY, entries))
                } else {
                    Value::Nil
                })
            }
        }
    }

    fn scalar<const BUILD: bool>(
        &mut self,
        text: &[u8],
        tag: Option<&[u8]>,
        implicit: bool,
    ) -> Result<Value, Error> {
        let number = match scalar(text, tag, implicit)? {
            Scalar::Null => return Ok(Value::Nil),
            Scalar::Bool(value) => return Ok(Value::Bool(value)),
            Scalar::Binary(bytes) if BUILD => return Ok(Value::str(valid_utf8(&bytes).into_owned())),
            Scalar::Binary(_) => return Ok(Value::Nil),
            Scalar::Timestamp | Scalar::String if BUILD => return Ok(Value::Str(Str::from_bytes(text))),
            Scalar::Timestamp | Scalar::String => return Ok(Value::Nil),
            Scalar::Int(number) if self.mode == Mode::Exact => return Ok(Value::int(number)),
            Scalar::Uint(number) if self.mode == Mode::Exact => {
                return Ok(Value::Int(IntKind::Uint64, number.cast_signed()));
            }
            Scalar::Int(number) => number as f64,
            Scalar::Uint(number) => number as f64,
            Scalar::Float(number) => number,
        };
        self.doubtful |= !number.is_finite();
        Ok(Value::float(number))
    }

    /// Adds a map's entries; its keys alternate with their values.
    fn mapping<const BUILD: bool>(&mut self, number: u32, entries: &mut Entries) -> Result<(), Error> {
        self.enter()?;
        let document = self.document;
        let mut children = document.children(number);
        while let (Some(key), Some(value)) = (children.next(), children.next()) {
            if is_merge(document, key) {
                self.merge::<BUILD>(value, entries)?;
                continue;
            }
            let key = self.key(key)?;
            let item = self.value::<BUILD>(value)?;
            let Some(text) = key.text() else {
                self.doubtful = true;
                continue;
            };
            if !BUILD {
                continue;
            }
            if self.mode == Mode::Strict && entries.contains_key(&text) {
                let line = document.nodes[value as usize].line + 1;
                let key = crate::print::quote(&text);
                self.repeated.push(format!("line {line}: key {key} already set in map"));
            } else {
                entries.insert(text, item);
            }
        }
        self.depth -= 1;
        Ok(())
    }

    /// A key, decoded.
    fn key(&mut self, number: u32) -> Result<Key, Error> {
        let document = self.document;
        match &document.nodes[number as usize].kind {
            Kind::Scalar { value, tag, implicit } => {
                self.count()?;
                self.read(value)?;
                Key::of(value, tag.as_deref(), *implicit)
            }
            Kind::Alias { name, target } => {
                self.count()?;
                self.follow(number, name, |this| this.key(*target))
            }
            Kind::Sequence | Kind::Mapping => {
                self.value::<false>(number)?;
                Err(Error::new(format!("yaml: invalid map key: {}", go_syntax(document, number))))
            }
        }
    }

    /// `<<`: the entries of a map, or of several, of which the first counts most.
    fn merge<const BUILD: bool>(&mut self, number: u32, entries: &mut Entries) -> Result<(), Error> {
        let document = self.document;
        match document.nodes[number as usize].kind {
            Kind::Sequence => {
                let mut sources: Vec<u32> = document.children(number).collect();
                while let Some(source) = sources.pop() {
                    self.merge_map::<BUILD>(source, entries)?;
                }
                Ok(())
            }
            _ => self.merge_map::<BUILD>(number, entries),
        }
    }

    fn merge_map<const BUILD: bool>(&mut self, number: u32, entries: &mut Entries) -> Result<(), Error> {
        let document = self.document;
        match &document.nodes[number as usize].kind {
            Kind::Mapping => {
                self.count()?;
                self.mapping::<BUILD>(number, entries)
            }
            Kind::Alias { name, target }
                if matches!(document.nodes[*target as usize].kind, Kind::Mapping) =>
            {
                self.count()?;
                self.follow(number, name, |this| {
                    this.count()?;
                    this.mapping::<BUILD>(*target, entries)
                })
            }
            _ => Err(Error::new("yaml: map merge requires map or sequence of maps as the value")),
        }
    }
}

/// Whether the text of a plain scalar would be read as something else than a string.
pub(super) fn is_string(text: &[u8]) -> bool {
    resolve(text, true) == Scalar::String
}
