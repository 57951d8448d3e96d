//! The tree of tables while it is read, and which keys may be said again.
//!
//! The rules are the library's, gaps included: a table that only a longer key implied may be defined once more,
//! and an array of plain values gives way to a dotted key.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::MAX_DEPTH;
use super::write::joined;
use crate::{List, Map, Str, Value, types};

/// A table's place in [`Tables::tables`].
type Id = usize;

enum Node {
    Value(Value),
    Table(Id),
    /// `[[name]]`.
    Array(Vec<Id>),
}

/// All tables read so far. Errors are messages without a line.
pub(super) struct Tables {
    tables: Vec<BTreeMap<Str, Node>>,
    /// Keys of tables that were implied and not yet defined.
    implied: HashSet<Vec<u8>>,
    /// For keys that were given a value: whether it was an array in brackets.
    arrays: HashMap<Vec<u8>, bool>,
    /// The key of the table that names are in.
    pub(super) context: Vec<Str>,
}

impl Tables {
    pub(super) fn new() -> Self {
        Self {
            tables: vec![BTreeMap::new()],
            implied: HashSet::new(),
            arrays: HashMap::new(),
            context: Vec::new(),
        }
    }

    fn new_table(&mut self) -> Id {
        self.tables.push(BTreeMap::new());
        self.tables.len() - 1
    }

    /// The table that a node stands for; of several the last.
    fn table_of(node: &Node) -> Option<Id> {
        match node {
            Node::Value(_) => None,
            Node::Table(id) => Some(*id),
            Node::Array(ids) => ids.last().copied(),
        }
    }

    /// Notes that a table's key is only implied.
    pub(super) fn imply(&mut self, key: &[Str]) {
        self.implied.insert(joined(key));
    }

    /// Makes a table the context, or a new element of an array of tables.
    pub(super) fn enter(&mut self, key: &[Str], array: bool) -> Result<(), String> {
        if key.len() > MAX_DEPTH {
            return Err(format!("tables nest deeper than {MAX_DEPTH} levels"));
        }
        let Some((last, parents)) = key.split_last() else { return Ok(()) };
        let mut table: Id = 0;
        for (index, name) in parents.iter().enumerate() {
            let so_far = &key[..=index];
            if !self.tables[table].contains_key(name) {
                self.imply(so_far);
                let new = self.new_table();
                self.tables[table].insert(name.clone(), Node::Table(new));
            }
            table = self.tables[table]
                .get(name)
                .and_then(Self::table_of)
                .ok_or_else(|| format!("Key '{}' was already created as a hash.", text(so_far)))?;
        }
        self.context = parents.to_vec();
        let new = self.new_table();
        if array {
            match self.tables[table].entry(last.clone()).or_insert_with(|| Node::Array(Vec::new())) {
                Node::Array(ids) => ids.push(new),
                Node::Value(_) | Node::Table(_) => {
                    return Err(format!(
                        "Key '{}' was already created and cannot be used as an array.",
                        text(key)
                    ));
                }
            }
        } else {
            self.put(last, Node::Table(new))?;
        }
        self.context.push(last.clone());
        Ok(())
    }

    /// Sets a name in the context.
    pub(super) fn set(&mut self, name: &Str, value: Value) -> Result<(), String> {
        self.put(name, Node::Value(value))
    }

    fn put(&mut self, name: &Str, node: Node) -> Result<(), String> {
        let mut table: Id = 0;
        for (index, part) in self.context.iter().enumerate() {
            table = self.tables[table]
                .get(part)
                .and_then(Self::table_of)
                .ok_or_else(|| defined_already(&self.context[..=index]))?;
        }
        if !self.tables[table].contains_key(name) {
            self.tables[table].insert(name.clone(), node);
            return Ok(());
        }
        let mut key = self.context.clone();
        key.push(name.clone());
        let known = joined(&key);
        // What was implied may be defined once, and what is an array so far is replaced then.
        if !self.implied.remove(&known) {
            return Err(defined_already(&key));
        }
        if self.arrays.get(&known) == Some(&true) {
            self.tables[table].insert(name.clone(), node);
        }
        Ok(())
    }

    /// Notes whether the value of a name, or of the context for an empty name, is an array in brackets.
    pub(super) fn note_array(&mut self, name: &Str, array: bool) {
        let mut key = self.context.clone();
        if !name.is_empty() || key.is_empty() {
            key.push(name.clone());
        }
        self.arrays.insert(joined(&key), array);
    }

    /// The tables as maps.
    pub(super) fn finish(mut self) -> Map {
        // Tables come after those that hold them, so going backwards finds every part finished.
        let mut done: Vec<Option<Map>> = Vec::new();
        done.resize_with(self.tables.len(), || None);
        while let Some(table) = self.tables.pop() {
            let mut take = |id: Id| done[id].take().unwrap_or_default();
            let entries = table.into_iter().map(|(name, node)| {
                let value = match node {
                    Node::Value(value) => value,
                    Node::Table(id) => Value::Map(take(id)),
                    Node::Array(ids) => {
                        let maps = ids.into_iter().map(|id| Value::Map(take(id))).collect();
                        Value::List(List::typed(&types::LIST_MAP_ANY, maps))
                    }
                };
                (name, value)
            });
            let map = Map::from_entries(&types::MAP_ANY, entries.collect());
            done[self.tables.len()] = Some(map);
        }
        done.into_iter().next().flatten().unwrap_or_default()
    }
}

fn text(key: &[Str]) -> String {
    String::from_utf8_lossy(&joined(key)).into_owned()
}

fn defined_already(key: &[Str]) -> String {
    format!("Key '{}' has already been defined.", text(key))
}
