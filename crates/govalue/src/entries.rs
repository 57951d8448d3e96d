//! The entries of a map, in key order.

use std::collections::{BTreeMap, btree_map};

use crate::release::has_parts;
use crate::{Str, Value};

/// How many entries stand in one row. Few maps of charts have more; in a longer row, putting an entry into the
/// middle would cost too much.
const ROW: usize = 64;

/// Up to this many entries, looking at each one is quicker than halving.
const SCAN: usize = 12;

/// Keys with their values, sorted by the keys' bytes.
///
/// A small map is one sorted row in one allocation of its own size, a large one a tree.
#[derive(Clone)]
pub struct Entries(Repr);

#[derive(Clone)]
enum Repr {
    Row(Vec<(Str, Value)>),
    Tree(BTreeMap<Str, Value>),
}

impl Entries {
    /// No entries.
    pub const fn new() -> Self {
        Self(Repr::Row(Vec::new()))
    }

    /// No entries yet, and room for some.
    pub fn with_capacity(capacity: usize) -> Self {
        Self(if capacity > ROW {
            Repr::Tree(BTreeMap::new())
        } else {
            Repr::Row(Vec::with_capacity(capacity))
        })
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        match &self.0 {
            Repr::Row(row) => row.len(),
            Repr::Tree(tree) => tree.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value of a key.
    #[inline]
    pub fn get(&self, key: &[u8]) -> Option<&Value> {
        match &self.0 {
            Repr::Row(row) => position(row, key).map(|at| &row[at].1),
            Repr::Tree(tree) => tree.get(key),
        }
    }

    /// Whether the key is present, with whatever value.
    pub fn contains_key(&self, key: &[u8]) -> bool {
        self.get(key).is_some()
    }

    /// Sets a key; returns what it was before.
    pub fn insert(&mut self, key: Str, value: Value) -> Option<Value> {
        let row = match &mut self.0 {
            Repr::Tree(tree) => return tree.insert(key, value),
            Repr::Row(row) => row,
        };
        // Most entries come in order.
        let place = match row.last() {
            Some((last, _)) if *last >= key => row.binary_search_by(|(other, _)| other.cmp(&key)),
            _ => Err(row.len()),
        };
        match place {
            Ok(at) => return Some(std::mem::replace(&mut row[at].1, value)),
            Err(at) if row.len() < ROW => row.insert(at, (key, value)),
            Err(_) => {
                let mut tree: BTreeMap<Str, Value> = std::mem::take(row).into_iter().collect();
                tree.insert(key, value);
                self.0 = Repr::Tree(tree);
            }
        }
        None
    }

    /// Removes a key; returns what it was.
    pub fn remove(&mut self, key: &[u8]) -> Option<Value> {
        match &mut self.0 {
            Repr::Row(row) => position(row, key).map(|at| row.remove(at).1),
            Repr::Tree(tree) => tree.remove(key),
        }
    }

    /// Lets others meet these, in key order: `with` gets what stands here and there under each key of the others,
    /// and answers what stands here from then on, if anything.
    pub fn meet(
        &mut self,
        others: &Self,
        mut with: impl FnMut(&Str, Option<Value>, &Value) -> Option<Value>,
    ) {
        if others.is_empty() {
            return;
        }
        let (row, mut tree) = match std::mem::take(self).0 {
            Repr::Row(row) => (row, BTreeMap::new()),
            Repr::Tree(tree) => (Vec::new(), tree),
        };
        if !tree.is_empty() {
            for (key, other) in others {
                let own = tree.remove(key.as_bytes());
                if let Some(value) = with(key, own, other) {
                    tree.insert(key.clone(), value);
                }
            }
            self.0 = Repr::Tree(tree);
            return;
        }
        let mut met = Vec::with_capacity(row.len() + others.len());
        let mut own = row.into_iter().peekable();
        for (key, other) in others {
            met.extend(std::iter::from_fn(|| own.next_if(|(own, _)| own < key)));
            let (kept, value) = match own.next_if(|(own, _)| own == key) {
                Some((own, value)) => (Some(own), Some(value)),
                None => (None, None),
            };
            if let Some(value) = with(key, value, other) {
                met.push((kept.unwrap_or_else(|| key.clone()), value));
            }
        }
        met.extend(own);
        self.0 = if met.len() > ROW { Repr::Tree(met.into_iter().collect()) } else { Repr::Row(met) };
    }

    /// The same keys with other values; `None` when there is none for one of them.
    pub fn try_map(&self, mut of: impl FnMut(&Str, &Value) -> Option<Value>) -> Option<Self> {
        Some(Self(match &self.0 {
            Repr::Row(row) => {
                let mut made = Vec::with_capacity(row.len());
                for (key, value) in row {
                    made.push((key.clone(), of(key, value)?));
                }
                Repr::Row(made)
            }
            Repr::Tree(tree) => Repr::Tree(
                tree.iter()
                    .map(|(key, value)| Some((key.clone(), of(key, value)?)))
                    .collect::<Option<_>>()?,
            ),
        }))
    }

    /// Removes all.
    pub fn clear(&mut self) {
        *self = Self::new();
    }

    /// All, in key order.
    pub fn iter(&self) -> Iter<'_> {
        Iter(match &self.0 {
            Repr::Row(row) => IterRepr::Row(row.iter()),
            Repr::Tree(tree) => IterRepr::Tree(tree.iter()),
        })
    }

    /// The keys, in order.
    pub fn keys(&self) -> impl Iterator<Item = &Str> {
        self.iter().map(|(key, _)| key)
    }

    /// The values, in the order of their keys.
    pub fn values(&self) -> impl Iterator<Item = &Value> {
        self.iter().map(|(_, value)| value)
    }

    /// Moves what has parts of its own elsewhere. What is left is only good for being freed.
    pub(crate) fn take_parts(&mut self, parts: &mut Vec<Value>) {
        let mut take = |value: &mut Value| {
            if has_parts(value) {
                parts.push(std::mem::take(value));
            }
        };
        match &mut self.0 {
            Repr::Row(row) => row.iter_mut().for_each(|(_, value)| take(value)),
            Repr::Tree(tree) => tree.values_mut().for_each(take),
        }
    }
}

#[inline]
fn position(row: &[(Str, Value)], key: &[u8]) -> Option<usize> {
    if row.len() <= SCAN {
        row.iter().position(|(other, _)| other.as_bytes() == key)
    } else {
        row.binary_search_by(|(other, _)| other.as_bytes().cmp(key)).ok()
    }
}

impl Default for Entries {
    fn default() -> Self {
        Self::new()
    }
}

impl FromIterator<(Str, Value)> for Entries {
    fn from_iter<I: IntoIterator<Item = (Str, Value)>>(entries: I) -> Self {
        let entries = entries.into_iter();
        let mut all = Self::with_capacity(entries.size_hint().0);
        for (key, value) in entries {
            all.insert(key, value);
        }
        all
    }
}

impl<'a> IntoIterator for &'a Entries {
    type Item = (&'a Str, &'a Value);
    type IntoIter = Iter<'a>;
    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}

/// Entries in key order.
pub struct Iter<'a>(IterRepr<'a>);

enum IterRepr<'a> {
    Row(std::slice::Iter<'a, (Str, Value)>),
    Tree(btree_map::Iter<'a, Str, Value>),
}

impl<'a> Iterator for Iter<'a> {
    type Item = (&'a Str, &'a Value);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        match &mut self.0 {
            IterRepr::Row(row) => row.next().map(|(key, value)| (key, value)),
            IterRepr::Tree(tree) => tree.next(),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        match &self.0 {
            IterRepr::Row(row) => row.size_hint(),
            IterRepr::Tree(tree) => tree.size_hint(),
        }
    }
}

impl ExactSizeIterator for Iter<'_> {}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{Entries, ROW, SCAN};
    use crate::{Str, Value};

    #[test]
    fn small_and_large_ones_are_what_a_tree_is() {
        for size in [0, 1, SCAN - 1, SCAN, SCAN + 1, ROW - 1, ROW, ROW + 1, 3 * ROW] {
            let mut entries = Entries::new();
            let mut tree = BTreeMap::new();
            let mut state: u32 = 7;
            for _ in 0..size {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                // Some keys come twice.
                let key = Str::from(format!("key {}", (state >> 8) % (size as u32 * 2)));
                let value = i64::from(state >> 4);
                let before = entries.insert(key.clone(), Value::int(value));
                assert_eq!(before.map(number), tree.insert(key, value));
            }
            let all = |entries: &Entries| -> Vec<_> {
                entries.iter().map(|(key, value)| (key.clone(), number(value.clone()))).collect()
            };
            assert_eq!(all(&entries), tree.clone().into_iter().collect::<Vec<_>>(), "{size} entries");
            assert_eq!(all(&entries.iter().map(|(k, v)| (k.clone(), v.clone())).collect()), all(&entries));
            assert_eq!(entries.len(), tree.len());
            for at in 0..size * 2 {
                let key = Str::from(format!("key {at}"));
                assert_eq!(entries.get(&key).cloned().map(number), tree.get(&key).copied());
                if at % 3 == 0 {
                    assert_eq!(entries.remove(&key).map(number), tree.remove(&key));
                }
            }
            assert_eq!(all(&entries), tree.clone().into_iter().collect::<Vec<_>>());
        }
    }

    #[test]
    fn others_meet_them_in_order() {
        let entries = |numbers: std::ops::Range<usize>, step: usize| -> Entries {
            numbers.step_by(step).map(|n| (Str::from(format!("{n:03}")), Value::int(n as i64))).collect()
        };
        for (own, others) in [(0, 9), (9, 0), (9, 9), (ROW, ROW), (3 * ROW, 5), (5, 3 * ROW), (ROW, 3)] {
            let (mut entries, others) = (entries(0..own, 3), entries(0..others, 2));
            let before = entries.clone();
            let mut met = Vec::new();
            entries.meet(&others, |key, own, other| {
                assert_eq!(own.clone().map(number), before.get(key).cloned().map(number));
                met.push(key.clone());
                // Of three: one stays or goes as it is, one is put there, one is taken away.
                match number(other.clone()) % 3 {
                    0 => own,
                    1 => Some(Value::int(-number(other.clone()))),
                    _ => None,
                }
            });
            assert_eq!(met, others.keys().cloned().collect::<Vec<_>>());
            let mut expected: BTreeMap<Str, i64> =
                before.iter().map(|(key, value)| (key.clone(), number(value.clone()))).collect();
            for (key, value) in &others {
                match number(value.clone()) {
                    n if n % 3 == 1 => drop(expected.insert(key.clone(), -n)),
                    n if n % 3 == 2 => drop(expected.remove(key)),
                    _ => {}
                }
            }
            let all: Vec<_> =
                entries.iter().map(|(key, value)| (key.clone(), number(value.clone()))).collect();
            assert_eq!(all, expected.into_iter().collect::<Vec<_>>());
            let twice = entries.try_map(|_, value| Some(Value::int(2 * number(value.clone()))));
            let twice: Vec<_> = twice.unwrap_or_default().values().cloned().map(number).collect();
            assert_eq!(twice, all.iter().map(|(_, n)| 2 * n).collect::<Vec<_>>());
        }
        assert!(entries(0..2, 1).try_map(|_, _| None).is_none());
    }

    fn number(value: Value) -> i64 {
        match value {
            Value::Int(_, number) => number,
            other => panic!("{other:?} is no number"),
        }
    }
}
