//! What goes wrong in a template, in Go's words.

use std::error::Error;

/// A template that cannot be parsed. `Display` is Go's text: `template: NAME:LINE: MESSAGE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseError(String);

impl ParseError {
    pub(crate) fn new(text: String) -> Self {
        Self(text)
    }
}

impl std::fmt::Display for ParseError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
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

/// A failed execution. `Display` is Go's text; `source` is the error of the function that failed, if one did.
#[derive(Debug)]
pub struct ExecError {
    /// Where; `None` when no node was being executed.
    pub place: Option<Box<Place>>,
    /// Go's text behind the place.
    message: String,
    cause: Option<Box<dyn Error>>,
}

impl ExecError {
    pub(crate) fn new(place: Option<Place>, message: String) -> Self {
        Self { place: place.map(Box::new), message, cause: None }
    }

    pub(crate) fn caused(place: Option<Place>, message: String, cause: Box<dyn Error>) -> Self {
        Self { place: place.map(Box::new), message, cause: Some(cause) }
    }

    /// The error of a limit that was met, from among an error's causes.
    pub(crate) fn limit_within(error: &(dyn Error + 'static)) -> Option<Self> {
        let mut current = Some(error);
        while let Some(error) = current {
            if let Some(Self { place, message, cause: Some(cause) }) = error.downcast_ref()
                && let Some(limit) = cause.downcast_ref::<LimitError>()
            {
                let (place, message) = (place.clone(), message.clone());
                return Some(Self { place, message, cause: Some(Box::new(limit.clone())) });
            }
            current = error.source();
        }
        None
    }

    /// The message without the place; for a failed function it ends in the function's own error.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl std::fmt::Display for ExecError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(place) = &self.place {
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
