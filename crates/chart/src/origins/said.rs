//! What one source says, as a tree with its lines.

use std::collections::BTreeMap;

use govalue::yaml::{self, Limits, Parts, Place};
use govalue::{Error, Map, Str, Value};

use super::marks::Marks;
use crate::values::overlay;

/// What a source says about one path.
#[derive(Debug, Clone)]
pub(super) struct Said {
    /// Its line there; a flag has none.
    pub(super) line: Option<u32>,
    pub(super) what: What,
}

#[derive(Debug, Clone)]
pub(super) enum What {
    /// Remove it.
    Null,
    /// A table with these entries.
    Table(BTreeMap<Str, Said>),
    /// Anything else, lists too.
    Value(Value),
}

impl Said {
    /// What a value says; `place` has its lines.
    pub(super) fn of(value: &Value, place: Option<&Place>) -> Self {
        let what = match value {
            Value::Nil => What::Null,
            Value::Map(map) => {
                let part = |key: &Str| match place.map(|place| &place.parts) {
                    Some(Parts::Map(parts)) => parts.get(key),
                    _ => None,
                };
                let entries = map.iter().map(|(key, value)| {
                    let said = Self::of(&value, part(&key));
                    (key, said)
                });
                What::Table(entries.collect())
            }
            other => What::Value(other.clone()),
        };
        Self { line: place.map(|place| place.line), what }
    }

    /// Nothing at all.
    pub(super) fn nothing() -> Self {
        Self { line: None, what: What::Table(BTreeMap::new()) }
    }

    /// Puts what is said later over it, as values files go over each other.
    fn add(&mut self, later: Self) {
        match (&mut self.what, later) {
            (What::Table(entries), Self { what: What::Table(others), .. }) => {
                for (key, other) in others {
                    match entries.get_mut(&key) {
                        Some(said) => said.add(other),
                        None => {
                            entries.insert(key, other);
                        }
                    }
                }
            }
            (_, later) => *self = later,
        }
    }

    /// What is said about a path below.
    pub(super) fn find(&self, path: &[&Str]) -> Option<&Self> {
        path.iter().try_fold(self, |said, key| match &said.what {
            What::Table(entries) => entries.get(*key),
            _ => None,
        })
    }

    /// Calls with the path of every null.
    pub(super) fn nulls(&self, path: &mut Vec<Str>, found: &mut Vec<Vec<Str>>) {
        match &self.what {
            What::Null => found.push(path.clone()),
            What::Table(entries) => {
                for (key, said) in entries {
                    path.push(key.clone());
                    said.nulls(path, found);
                    path.pop();
                }
            }
            What::Value(_) => {}
        }
    }
}

/// Reads a values file as [`crate::values::read`] does: marked, and what it says.
///
/// # Errors
/// When a document is no YAML or no table.
pub(super) fn read(
    bytes: &[u8],
    source: usize,
    marks: &mut Marks,
    limits: &Limits,
) -> Result<(Map, Said), Error> {
    // In the words of the reader that everybody else uses.
    let wrap = |error: Error| error.prefixed("cannot unmarshal yaml document: ");
    let marked = Map::new();
    let mut said = Said::nothing();
    for (before, document) in yaml::documents_placed(bytes) {
        let document =
            document.map_err(|error| Error::new(format!("error reading yaml document: {error}")))?;
        let (value, mut place) = yaml::read_placed(&document, limits).map_err(wrap)?;
        move_down(&mut place, before);
        let values = match value {
            Value::Map(values) => values,
            _ => yaml::read_map(&document, limits).map_err(wrap)?,
        };
        if let Value::Map(values) = marks.mark(&Value::Map(values.clone()), Some(&place), source) {
            overlay(&marked, &values, 0);
        }
        said.add(Said::of(&Value::Map(values), Some(&place)));
    }
    Ok((marked, said))
}

/// A document that is not the first of its file begins further down.
fn move_down(place: &mut Place, lines: u32) {
    place.line += lines;
    match &mut place.parts {
        Parts::None => {}
        Parts::List(items) => items.iter_mut().for_each(|item| move_down(item, lines)),
        Parts::Map(entries) => entries.values_mut().for_each(|entry| move_down(entry, lines)),
    }
}
