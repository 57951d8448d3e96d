//! What goes wrong in a template, in Go's words.

use std::error::Error;
use std::ops::Range;

use govalue::{Str, Value};

use crate::exec::{Site, Witness};

/// A template that cannot be parsed. `Display` is Go's text: `template: NAME:LINE: MESSAGE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseError {
    text: String,
    /// The stretch of the text that the parser stopped at; empty where it could not go on at all.
    pub span: Range<usize>,
    /// The function that the table does not have, if that is what is wrong.
    pub unknown_function: Option<Str>,
}

impl ParseError {
    pub(crate) fn new(text: String, span: Range<usize>) -> Self {
        Self { text, span, unknown_function: None }
    }
}

impl std::fmt::Display for ParseError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

impl Error for ParseError {}

/// A limit of this engine that Go does not have; it ends the execution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LimitError {
    /// The limit's name, as `--limit` takes it.
    pub name: &'static str,
    /// Its value.
    pub limit: u64,
}

impl std::fmt::Display for LimitError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the limit {} of {} was met", self.name, self.limit)
    }
}

impl Error for LimitError {}

/// Where an execution failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The text's name: a file of a chart.
    pub file: String,
    /// From 1.
    pub line: usize,
    /// From 0, in bytes, as Go counts.
    pub column: usize,
    /// The definition that was executing.
    pub definition: String,
    /// The expression, as Go prints it back.
    pub expression: String,
}

/// What is wrong, for reports that say more than Go's words.
#[derive(Debug, Clone)]
pub enum Fault {
    /// A field of nil was read.
    Nil {
        /// The field.
        field: Str,
    },
    /// A value that can have no fields, or none of this name.
    NoField {
        /// The field.
        field: Str,
        /// What it was read of.
        value: Value,
    },
    /// A function wants a value of another type.
    WrongType {
        /// The value.
        value: Value,
        /// The wanted type, as Go names it.
        expected: &'static str,
    },
    /// `range` over what has no items.
    NotIterable {
        /// It.
        value: Value,
    },
    /// No definition has this name.
    NoTemplate {
        /// The name.
        name: Str,
        /// Those that there are, in order.
        known: Vec<Str>,
    },
    /// A function failed.
    Call {
        /// The function.
        function: &'static str,
        /// What it was given, a value that came through a pipe last.
        arguments: Vec<Value>,
    },
}

/// What is known of a failure besides its words.
#[derive(Debug, Default)]
struct Detail {
    place: Option<Place>,
    fault: Option<Fault>,
    witness: Option<Witness>,
    /// Whether it has left the definition that it happened in.
    left: bool,
}

/// A failed execution. `Display` is Go's text; `source` is the error of the function that failed, if one did.
#[derive(Debug)]
pub struct ExecError {
    detail: Box<Detail>,
    /// Go's text behind the place.
    message: String,
    cause: Option<Box<dyn Error>>,
}

impl ExecError {
    pub(crate) fn new(place: Option<Place>, message: String) -> Self {
        Self { detail: Box::new(Detail { place, ..Detail::default() }), message, cause: None }
    }

    pub(crate) fn caused(place: Option<Place>, message: String, cause: Box<dyn Error>) -> Self {
        Self { cause: Some(cause), ..Self::new(place, message) }
    }

    /// Says what is wrong.
    #[must_use]
    pub(crate) fn about(mut self, fault: Fault) -> Self {
        self.detail.fault = Some(fault);
        self
    }

    /// The error of a limit that was met, from among an error's causes.
    pub(crate) fn limit_within(error: &(dyn Error + 'static)) -> Option<Self> {
        let mut current = Some(error);
        while let Some(error) = current {
            if let Some(Self { detail, message, cause: Some(cause) }) = error.downcast_ref()
                && let Some(limit) = cause.downcast_ref::<LimitError>()
            {
                let (place, message) = (detail.place.clone(), message.clone());
                return Some(Self::caused(place, message, Box::new(limit.clone())));
            }
            current = error.source();
        }
        None
    }

    /// The message without the place; for a failed function it ends in the function's own error.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Where it failed; `None` when no node was being executed.
    pub fn place(&self) -> Option<&Place> {
        self.detail.place.as_ref()
    }

    /// What is wrong, where that is known.
    pub fn fault(&self) -> Option<&Fault> {
        self.detail.fault.as_ref()
    }

    /// What the execution was looking at.
    pub fn witness(&self) -> Option<&Witness> {
        self.detail.witness.as_ref()
    }

    /// Whether the definition it happened in is still being executed, so that more can be said about it.
    pub(crate) fn is_here(&self) -> bool {
        !self.detail.left
    }

    pub(crate) fn witness_mut(&mut self) -> &mut Option<Witness> {
        &mut self.detail.witness
    }

    /// Notes that the definition is left.
    pub(crate) fn leave(&mut self) {
        self.detail.left = true;
    }

    /// Notes a `template` action on the way.
    pub(crate) fn through(&mut self, caller: Site) {
        if let Some(witness) = &mut self.detail.witness {
            witness.callers.push(caller);
        }
    }
}

impl std::fmt::Display for ExecError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(place) = &self.detail.place {
            write!(
                f,
                "template: {}:{}:{}: executing {} at <{}>: ",
                place.file,
                place.line,
                place.column,
                govalue::print::quote(place.definition.as_bytes()),
                place.expression
            )?;
        }
        f.write_str(&self.message)
    }
}

impl Error for ExecError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.cause.as_deref()
    }
}
