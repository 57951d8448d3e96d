//! Marks that stand in for values while these are merged, and tell afterwards who said them.

use govalue::types::IntKind;
use govalue::yaml::{Parts, Place};
use govalue::{List, Map, Value};

/// The kind of integer that marks are: no reader of values makes it.
const KIND: IntKind = IntKind::Int32;

/// Who said a value.
#[derive(Debug, Clone)]
pub(crate) struct Mark {
    /// The source's number.
    pub(super) source: usize,
    /// The line there; a flag has none.
    pub(super) line: Option<u32>,
    /// The value.
    value: Value,
}

/// All marks, by number.
#[derive(Debug, Default)]
pub(crate) struct Marks(Vec<Mark>);

impl Marks {
    /// The value with marks in it. Tables and lists stay what they are; nulls and what is empty are not marked,
    /// because merging treats them in their own way.
    pub(super) fn mark(&mut self, value: &Value, place: Option<&Place>, source: usize) -> Value {
        match value {
            Value::Nil => Value::Nil,
            Value::Int(KIND, _) => value.clone(),
            Value::Map(map) => {
                let entries = map.iter().map(|(key, value)| {
                    let place = match place.map(|place| &place.parts) {
                        Some(Parts::Map(parts)) => parts.get(&key),
                        _ => None,
                    };
                    let marked = self.mark(&value, place, source);
                    (key, marked)
                });
                Value::Map(Map::from_entries(map.ty(), entries.collect()))
            }
            Value::List(list) => {
                let items = list.iter().enumerate().map(|(index, item)| {
                    let place = match place.map(|place| &place.parts) {
                        Some(Parts::List(parts)) => parts.get(index),
                        _ => None,
                    };
                    self.mark(item, place, source)
                });
                Value::List(List::typed(list.ty(), items.collect()))
            }
            other => {
                let number = i64::try_from(self.0.len()).unwrap_or(i64::MAX);
                self.0.push(Mark { source, line: place.map(|place| place.line), value: other.clone() });
                Value::Int(KIND, number)
            }
        }
    }

    /// Marks in a table what a flag has just put there.
    pub(super) fn mark_new(&mut self, values: &Map, source: usize) {
        for (key, value) in values.iter() {
            match &value {
                Value::Map(inner) => self.mark_new(inner, source),
                Value::Nil | Value::Int(KIND, _) => {}
                other => {
                    let marked = self.mark(other, None, source);
                    values.insert(key, marked);
                }
            }
        }
    }

    /// The mark that a value is.
    pub(super) fn of(&self, value: &Value) -> Option<&Mark> {
        match value {
            Value::Int(KIND, number) => self.0.get(usize::try_from(*number).ok()?),
            _ => None,
        }
    }

    /// What a value with marks in it stands for.
    pub(crate) fn original(&self, value: &Value) -> Value {
        match value {
            Value::Map(map) => {
                let entries = map.iter().map(|(key, value)| (key, self.original(&value)));
                Value::Map(Map::from_entries(map.ty(), entries.collect()))
            }
            Value::List(list) => {
                Value::List(List::typed(list.ty(), list.iter().map(|item| self.original(item)).collect()))
            }
            other => self.of(other).map_or_else(|| other.clone(), |mark| mark.value.clone()),
        }
    }
}
