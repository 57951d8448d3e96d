//! A document as go-yaml's decoder leaves it: keys of any type, entries merged, of equal keys the last.
//!
//! Reading makes values directly and only notes that something has no place in JSON. What exactly Go then
//! says depends on what it would have kept, and that is found out here, in a second walk.

use std::collections::BTreeMap;

use super::node::{Document, Kind};
use super::resolve::{Scalar, scalar};
use super::text::valid_utf8;
use super::wanted::Wanted;
use crate::number::format_float;
use crate::{Error, Str, Value, print};

/// A key as go-yaml has it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key {
    // In the order in which Go's `fmt` happens to show keys of several types.
    Null,
    Text(Str),
    Uint(u64),
    Int(i64),
    /// The bits of a float.
    Float(u64),
    Bool(bool),
}

impl Key {
    pub(super) fn of(text: &[u8], tag: Option<&[u8]>, implicit: bool) -> Result<Self, Error> {
        Ok(match scalar(text, tag, implicit)? {
            Scalar::Null => Self::Null,
            Scalar::Bool(value) => Self::Bool(value),
            Scalar::Int(number) => Self::Int(number),
            Scalar::Uint(number) => Self::Uint(number),
            Scalar::Float(number) => Self::Float(number.to_bits()),
            Scalar::Binary(bytes) => Self::Text(Str::from(bytes)),
            Scalar::Timestamp | Scalar::String => Self::Text(Str::from_bytes(text)),
        })
    }

    /// The key as JSON has it; `None` for what `sigs.k8s.io/yaml` refuses.
    pub(super) fn text(self) -> Option<Str> {
        Some(match self {
            Self::Null | Self::Uint(_) => return None,
            Self::Bool(value) => Str::from_static(if value { "true" } else { "false" }),
            Self::Int(number) => Str::from(number.to_string()),
            Self::Float(bits) => Str::from(float_key(f64::from_bits(bits))),
            Self::Text(text) if text.as_str().is_some() => text,
            Self::Text(text) => Str::from(valid_utf8(&text).into_owned()),
        })
    }

    fn go_syntax(&self) -> String {
        match self {
            Self::Null => "interface {}(nil)".to_owned(),
            Self::Bool(value) => value.to_string(),
            Self::Int(number) => number.to_string(),
            Self::Uint(number) => format!("{number:#x}"),
            Self::Float(bits) => float_syntax(f64::from_bits(*bits)),
            Self::Text(text) => print::quote(text),
        }
    }
}

fn float_syntax(number: f64) -> String {
    String::from_utf8_lossy(&print::sprintf(b"%#v", &[Value::float(number)])).into_owned()
}

/// `sigs.k8s.io/yaml` writes a float key with the digits of a `float32`.
fn float_key(number: f64) -> String {
    match short_float(number).as_str() {
        "NaN" => ".nan".to_owned(),
        "+Inf" => ".inf".to_owned(),
        "-Inf" => "-.inf".to_owned(),
        text => text.to_owned(),
    }
}

/// A number with the digits of a `float32`, to which Go first rounds it.
pub(super) fn short_float(number: f64) -> String {
    format_float(f64::from(number as f32), b'g', -1, 32)
}

/// What an alias stands for, or the node itself.
pub(super) fn target(document: &Document<'_>, mut number: u32) -> u32 {
    while let Kind::Alias { target, .. } = document.nodes[number as usize].kind {
        number = target;
    }
    number
}

pub(super) fn is_merge(document: &Document<'_>, number: u32) -> bool {
    match &document.nodes[number as usize].kind {
        Kind::Scalar { value, tag, implicit } => {
            **value == *b"<<" && (*implicit || tag.as_deref() == Some(b"tag:yaml.org,2002:merge"))
        }
        _ => false,
    }
}

/// The entries of a map that was decoded without an error; `None` for anything else.
pub(super) fn entries(document: &Document<'_>, number: u32) -> Option<BTreeMap<Key, u32>> {
    let number = target(document, number);
    if !matches!(document.nodes[number as usize].kind, Kind::Mapping) {
        return None;
    }
    let mut found = BTreeMap::new();
    collect(document, number, &mut found);
    Some(found)
}

fn collect(document: &Document<'_>, number: u32, found: &mut BTreeMap<Key, u32>) {
    let mut children = document.children(number);
    while let (Some(key), Some(value)) = (children.next(), children.next()) {
        if is_merge(document, key) {
            let sources: Vec<u32> = match document.nodes[value as usize].kind {
                Kind::Sequence => document.children(value).collect(),
                _ => vec![value],
            };
            for source in sources.into_iter().rev() {
                collect(document, target(document, source), found);
            }
        } else if let Kind::Scalar { value: text, tag, implicit } =
            &document.nodes[target(document, key) as usize].kind
            && let Ok(key) = Key::of(text, tag.as_deref(), *implicit)
        {
            found.insert(key, value);
        }
    }
}

/// Finds what JSON cannot have: a key without a text, or else a number that is none.
///
/// # Errors
/// In the words of `sigs.k8s.io/yaml` or `encoding/json`.
pub(super) fn check(document: &Document<'_>, wanted: &'static Wanted) -> Result<(), Error> {
    keys(document, 0)?;
    match infinite(document, 0, wanted) {
        Some(number) => {
            Err(Error::new(format!("json: unsupported value: {}", format_float(number, b'g', -1, 64))))
        }
        None => Ok(()),
    }
}

fn keys(document: &Document<'_>, number: u32) -> Result<(), Error> {
    if let Some(entries) = entries(document, number) {
        for (key, value) in entries {
            let (ty, shown) = match key {
                Key::Null => ("%!s(<nil>)", "<nil>".to_owned()),
                Key::Uint(_) => ("uint64", key.go_syntax()),
                _ => {
                    keys(document, value)?;
                    continue;
                }
            };
            let value = match go_syntax(document, value) {
                text if text == "interface {}(nil)" => "<nil>".to_owned(),
                text => text,
            };
            return Err(Error::new(format!(
                "unsupported map key of type: {ty}, key: {shown}, value: {value}"
            )));
        }
        return Ok(());
    }
    let number = target(document, number);
    if matches!(document.nodes[number as usize].kind, Kind::Sequence) {
        return document.children(number).try_for_each(|child| keys(document, child));
    }
    Ok(())
}

/// The first such number in the order in which JSON is written. Where a string is wanted it becomes one.
fn infinite(document: &Document<'_>, number: u32, wanted: &'static Wanted) -> Option<f64> {
    let number = target(document, number);
    match &document.nodes[number as usize].kind {
        Kind::Scalar { value, tag, implicit } => match scalar(value, tag.as_deref(), *implicit) {
            Ok(Scalar::Float(number)) if !number.is_finite() && !matches!(wanted, Wanted::Text) => {
                Some(number)
            }
            _ => None,
        },
        Kind::Sequence => {
            document.children(number).find_map(|child| infinite(document, child, wanted.item()))
        }
        _ => {
            let entries: BTreeMap<Str, u32> = entries(document, number)?
                .into_iter()
                .filter_map(|(key, value)| Some((key.text()?, value)))
                .collect();
            entries.iter().find_map(|(name, &value)| infinite(document, value, wanted.field(name)))
        }
    }
}

/// A node as `%#v` shows it.
pub(super) fn go_syntax(document: &Document<'_>, number: u32) -> String {
    let number = target(document, number);
    match &document.nodes[number as usize].kind {
        Kind::Scalar { value, tag, implicit } => {
            Key::of(value, tag.as_deref(), *implicit).map_or_else(|_| String::new(), |key| key.go_syntax())
        }
        Kind::Sequence => {
            let items: Vec<String> =
                document.children(number).map(|child| go_syntax(document, child)).collect();
            format!("[]interface {{}}{{{}}}", items.join(", "))
        }
        _ => {
            let entries = entries(document, number).unwrap_or_default();
            let entries: Vec<String> = entries
                .iter()
                .map(|(key, &value)| format!("{}:{}", key.go_syntax(), go_syntax(document, value)))
                .collect();
            format!("map[interface {{}}]interface {{}}{{{}}}", entries.join(", "))
        }
    }
}
