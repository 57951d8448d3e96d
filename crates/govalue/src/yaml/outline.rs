//! A document with its line numbers and repeated keys, for readers of configuration that point at mistakes.
//!
//! Values lose both, and aliases hide where a thing was written: here they are refused.

use super::Limits;
use super::node::{Document, Kind};
use super::resolve::{Scalar, scalar};
use super::source::Source;
use crate::Error;

/// A value and the line it starts on, counted from 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Outline {
    /// The line.
    pub line: u32,
    /// The value.
    pub shape: Shape,
}

/// What kind of value stands on a line.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    /// `null` or nothing.
    Null,
    /// `true` or `false`, by any of their names.
    Bool(bool),
    /// A number, as it was written.
    Number(String),
    /// A text. Bytes that are no UTF-8 are replaced.
    Text(String),
    /// A list.
    List(Vec<Outline>),
    /// A map in the order of the document, repeated keys included.
    Map(Vec<(Outline, Outline)>),
}

/// Reads the first document of a text. Numbers and words are told apart as [`super::read`] does.
///
/// # Errors
/// In the words of [`super::read`]; aliases are refused in our own.
pub fn outline(bytes: &[u8], limits: &Limits) -> Result<Outline, Error> {
    let source = Source::new(bytes);
    let document = Document::read(&source, limits)?;
    if document.nodes.is_empty() {
        return Ok(Outline { line: 1, shape: Shape::Null });
    }
    // `Document::read` has bounded the depth.
    at(&document, 0)
}

fn at(document: &Document<'_>, number: u32) -> Result<Outline, Error> {
    let node = &document.nodes[number as usize];
    let line = node.line + 1;
    let shape = match &node.kind {
        Kind::Alias { name, .. } => {
            let name = String::from_utf8_lossy(name);
            return Err(Error::new(format!("yaml: line {line}: alias `*{name}` is not allowed here")));
        }
        Kind::Scalar { value, tag, implicit } => {
            let text = || String::from_utf8_lossy(value).into_owned();
            match scalar(value, tag.as_deref(), *implicit)? {
                Scalar::Null => Shape::Null,
                Scalar::Bool(value) => Shape::Bool(value),
                Scalar::Int(_) | Scalar::Uint(_) | Scalar::Float(_) => Shape::Number(text()),
                _ => Shape::Text(text()),
            }
        }
        Kind::Sequence => {
            Shape::List(document.children(number).map(|child| at(document, child)).collect::<Result<_, _>>()?)
        }
        Kind::Mapping => {
            let mut entries = Vec::new();
            let mut children = document.children(number);
            while let (Some(key), Some(value)) = (children.next(), children.next()) {
                entries.push((at(document, key)?, at(document, value)?));
            }
            Shape::Map(entries)
        }
    };
    Ok(Outline { line, shape })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_repeated_keys_are_kept() {
        let found = outline(b"# c\na: 1\nb:\n  - x\n  - {y: no}\na: ~\n", &Limits::default()).unwrap();
        let Shape::Map(entries) = found.shape else { panic!("a map") };
        let lines: Vec<(u32, u32)> = entries.iter().map(|(key, value)| (key.line, value.line)).collect();
        assert_eq!(lines, [(2, 2), (3, 4), (6, 6)]);
        assert_eq!(entries[0].1.shape, Shape::Number("1".into()));
        assert_eq!(entries[2].1.shape, Shape::Null);
        let Shape::List(items) = &entries[1].1.shape else { panic!("a list") };
        assert_eq!(items[0], Outline { line: 4, shape: Shape::Text("x".into()) });
        let Shape::Map(inner) = &items[1].shape else { panic!("a map") };
        assert_eq!(inner[0].1.shape, Shape::Bool(false));
    }

    #[test]
    fn aliases_are_refused_with_their_line() {
        let error = outline(b"a: &x 1\nb: *x\n", &Limits::default()).unwrap_err();
        assert_eq!(error.to_string(), "yaml: line 2: alias `*x` is not allowed here");
    }

    #[test]
    fn nothing_is_null() {
        assert_eq!(outline(b"", &Limits::default()).unwrap().shape, Shape::Null);
    }
}
