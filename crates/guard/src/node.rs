//! The shape in which a grants file reaches this crate: a parsed tree with line numbers.
//!
//! The guard reads no YAML itself, so that it depends on nothing; whoever has a YAML reader fills these.

/// A value of a grants file, and the line it starts on where the reader knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// The line, counted from 1.
    pub line: Option<u32>,
    /// The value.
    pub tree: Tree,
}

/// A value without its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tree {
    /// `null` or nothing.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, as it was written.
    Number(String),
    /// A text.
    String(String),
    /// A list.
    Seq(Vec<Node>),
    /// A map in the order of the file. Repeated keys are errors when a grants file is read.
    Map(Vec<(Node, Node)>),
}

impl Node {
    /// A value with its line.
    pub fn new(line: u32, tree: Tree) -> Self {
        Self { line: Some(line), tree }
    }

    /// A text without a line; used by tests and by callers whose reader knows none.
    pub fn text(value: impl Into<String>) -> Self {
        Self { line: None, tree: Tree::String(value.into()) }
    }

    /// A list without a line.
    pub fn seq(items: impl IntoIterator<Item = Node>) -> Self {
        Self { line: None, tree: Tree::Seq(items.into_iter().collect()) }
    }

    /// A map without lines.
    pub fn map<K: Into<String>>(entries: impl IntoIterator<Item = (K, Node)>) -> Self {
        let entries = entries.into_iter().map(|(key, value)| (Node::text(key), value)).collect();
        Self { line: None, tree: Tree::Map(entries) }
    }

    /// What kind of value this is, in a user's words.
    pub(crate) fn kind(&self) -> &'static str {
        match self.tree {
            Tree::Null => "nothing",
            Tree::Bool(_) => "a truth value",
            Tree::Number(_) => "a number",
            Tree::String(_) => "a text",
            Tree::Seq(_) => "a list",
            Tree::Map(_) => "a map",
        }
    }
}
