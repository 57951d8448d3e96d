//! [`Snapshot`]: what a value holds, in a form that another thread may have.

use crate::{Bytes, Entries, FloatKind, IntKind, List, Map, Str, Type, Value};

/// So deep may a value be. What YAML is read into ends before that.
const DEPTH: usize = 2_000;

/// So many parts may a value have, each of them five words, when nobody says otherwise. Values of real charts have some
/// thousands.
const PARTS: usize = 1 << 17;

/// A copy of a value all the way down. Texts and contents are shared with the value, everything else is its own.
///
/// A value itself stays on its thread, because maps are shared there without a lock.
#[derive(Debug, Clone)]
pub struct Snapshot(Vec<Part>);

/// Of a list and a map its parts follow: of a map, key and value by turns.
#[derive(Debug, Clone)]
enum Part {
    Nil,
    Bool(bool),
    Int(IntKind, i64),
    Float(FloatKind, f64),
    Str(Str),
    Bytes(Bytes),
    List { ty: &'static Type, len: u32, capacity: u32, nil: bool },
    Map { ty: &'static Type, len: u32, nil: bool },
}

impl Snapshot {
    /// Copies a value. `None` when something in it only its owner could copy (an [`Object`](crate::Object)), or
    /// when it is larger or deeper than values of charts are; it may contain itself.
    pub fn of(value: &Value) -> Option<Self> {
        Self::of_at_most(value, PARTS)
    }

    /// The same for values of at most so many parts: each text, number and table in it is one, and so is each key.
    pub fn of_at_most(value: &Value, most: usize) -> Option<Self> {
        let mut parts = Parts { parts: Vec::new(), most };
        parts.add(value, DEPTH)?;
        Some(Self(parts.parts))
    }

    /// How many parts there are.
    pub fn parts(&self) -> usize {
        self.0.len()
    }

    /// The value. Maps that were one are as many as there were ways to them.
    pub fn value(&self) -> Value {
        restore(&mut self.0.iter())
    }
}

struct Parts {
    parts: Vec<Part>,
    most: usize,
}

impl Parts {
    fn push(&mut self, part: Part) -> Option<()> {
        (self.parts.len() < self.most).then(|| self.parts.push(part))
    }

    fn add(&mut self, value: &Value, depth: usize) -> Option<()> {
        let depth = depth.checked_sub(1)?;
        self.push(match value {
            Value::Nil => Part::Nil,
            Value::Bool(truth) => Part::Bool(*truth),
            Value::Int(kind, number) => Part::Int(*kind, *number),
            Value::Float(kind, number) => Part::Float(*kind, *number),
            Value::Str(text) => Part::Str(text.clone()),
            Value::Bytes(bytes) => Part::Bytes(bytes.clone()),
            Value::Object(_) => return None,
            Value::List(list) => {
                let len = u32::try_from(list.len()).ok()?;
                // What a slice left out behind it could still be reached.
                let capacity =
                    if list.is_whole() { u32::try_from(list.capacity()).ok()? } else { return None };
                self.push(Part::List { ty: list.ty(), len, capacity, nil: list.is_nil() })?;
                return list.iter().try_for_each(|item| self.add(item, depth));
            }
            Value::Map(map) => {
                let entries = map.borrow();
                let len = u32::try_from(entries.len()).ok()?;
                self.push(Part::Map { ty: map.ty(), len, nil: map.is_nil() })?;
                return entries.iter().try_for_each(|(key, value)| {
                    self.push(Part::Str(key.clone()))?;
                    self.add(value, depth)
                });
            }
        })
    }
}

fn restore(parts: &mut std::slice::Iter<'_, Part>) -> Value {
    match parts.next() {
        None | Some(Part::Nil) => Value::Nil,
        Some(Part::Bool(truth)) => Value::Bool(*truth),
        Some(Part::Int(kind, number)) => Value::Int(*kind, *number),
        Some(Part::Float(kind, number)) => Value::Float(*kind, *number),
        Some(Part::Str(text)) => Value::Str(text.clone()),
        Some(Part::Bytes(bytes)) => Value::Bytes(bytes.clone()),
        Some(Part::List { ty, nil: true, .. }) => List::nil(ty).into(),
        Some(Part::List { ty, len, capacity, .. }) => {
            let items = (0..*len).map(|_| restore(parts)).collect();
            List::with_capacity(ty, items, *capacity as usize).into()
        }
        Some(Part::Map { ty, nil: true, .. }) => Map::nil(ty).into(),
        Some(Part::Map { ty, len, .. }) => {
            let mut entries = Entries::with_capacity(*len as usize);
            for _ in 0..*len {
                let Some(Part::Str(key)) = parts.next() else { break };
                entries.insert(key.clone(), restore(parts));
            }
            Map::from_entries(ty, entries).into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{types, yaml};

    fn read(text: &str) -> Value {
        yaml::read(text.as_bytes(), &yaml::Limits::default()).unwrap()
    }

    #[test]
    fn a_value_comes_back_on_another_thread() {
        let value =
            read("{a: [1, 2.5, true, null, {b: c}], d: {}, e: [], f: a text of more than 22 bytes, g: \"\"}");
        let map = value.as_map().unwrap();
        map.insert("nil map", Map::nil(&types::MAP_STRING));
        map.insert("nil list", List::nil(&types::LIST_STRING));
        map.insert("bytes", Value::bytes(b"\xff"));
        map.insert("small", Value::Int(IntKind::Uint8, 7));
        let shown = |value: &Value| crate::print::sprintf(b"%#v", std::slice::from_ref(value));
        let snapshot = Snapshot::of(&value).unwrap();
        map.insert("a", "changed since");
        let there = std::thread::spawn(move || shown(&snapshot.value())).join().unwrap();
        assert_ne!(there, shown(&value));
        map.insert("a", read("[1, 2.5, true, null, {b: c}]"));
        assert_eq!(there, shown(&value));
    }

    #[test]
    fn the_room_behind_a_list_comes_back() {
        let list = List::grown(&types::LIST_ANY, vec![Value::int(1), Value::int(2), Value::int(3)]);
        assert_eq!(list.capacity(), 4);
        let back = Snapshot::of(&list.clone().into()).unwrap().value();
        assert_eq!(back.as_list().unwrap().capacity(), 4);
        assert!(Snapshot::of(&list.slice(0, 2).unwrap().into()).is_none());
        assert!(Snapshot::of(&list.slice(1, 3).unwrap().into()).is_none());
    }

    #[test]
    fn what_has_no_end_or_an_owner_has_no_snapshot() {
        let map = Map::new();
        map.insert("itself", map.clone());
        assert!(Snapshot::of(&map.clone().into()).is_none());
        map.remove("itself");
        assert!(Snapshot::of(&map.clone().into()).is_some());
        let items = |count| Value::from(List::new(vec![Value::Nil; count]));
        assert!(Snapshot::of(&items(PARTS - 1)).is_some() && Snapshot::of(&items(PARTS)).is_none());
        map.insert("object", Value::Object(std::rc::Rc::new(crate::Complex { real: 1.0, imaginary: 2.0 })));
        assert!(Snapshot::of(&map.into()).is_none());
    }
}
