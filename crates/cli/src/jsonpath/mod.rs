//! Kubernetes' JSONPath templates, for `show values --jsonpath`.
//!
//! Text outside braces is printed as it is; inside braces stand paths, quoted text, numbers, and `range … end`.
//! `parse` makes [`Node`]s of the text, `eval` walks values with them and prints. It is the language of
//! `kubectl -o jsonpath`, quirks included: a slice is checked against the list's length, a filter compares
//! values of one kind only, and a field that no value has ends everything.

mod eval;
mod parse;

use govalue::{Map, Str};

pub(crate) use eval::EvalError;
pub(crate) use parse::ParseError;

/// A parsed template.
#[derive(Debug)]
pub(crate) struct Template {
    nodes: Vec<Node>,
}

/// One part of a template, or one step of a path.
#[derive(Debug, Clone, PartialEq)]
enum Node {
    /// What stands between two braces: steps one after another.
    List(Vec<Node>),
    /// Text to print, or to compare with.
    Text(Str),
    Field(String),
    /// `[start:end:step]`
    Slice([Bound; 3]),
    Filter {
        left: Vec<Node>,
        operator: String,
        right: Vec<Node>,
    },
    Int(i64),
    Float(f64),
    Bool(bool),
    /// `*`
    Wildcard,
    /// `..`
    Recursive,
    /// `[a,b]`
    Union(Vec<Vec<Node>>),
    /// `range`, `end`, or a word that means nothing.
    Word(String),
}

/// One number of a slice.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Bound {
    value: i64,
    known: bool,
    /// The end that was made from the start of `[start]`.
    derived: bool,
}

impl Template {
    /// Reads a template.
    ///
    /// # Errors
    /// In Kubernetes' words.
    pub(crate) fn parse(text: &str) -> Result<Self, ParseError> {
        parse::parse(text, 0).map(|nodes| Self { nodes })
    }

    /// Prints what the template finds.
    ///
    /// # Errors
    /// When a step cannot be taken; then nothing is printed.
    pub(crate) fn execute(&self, data: &Map) -> Result<Vec<u8>, EvalError> {
        eval::Evaluator::new(&self.nodes).execute(data)
    }
}

#[cfg(test)]
mod tests;
