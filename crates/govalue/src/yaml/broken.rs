//! Where a document is broken: more exactly than go-yaml's words, which name a line near it.

use std::collections::HashSet;

use super::parse::{Event, Parser};
use super::source::Source;

/// The place that a reader could not go on at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// Counted from 1.
    pub line: u32,
    /// In characters, counted from 1.
    pub column: u32,
    /// What is wrong there, without a place.
    pub problem: String,
    /// The line in which the innermost map, list or quoted text that is open there begins, counted from 1.
    pub begun: Option<u32>,
}

/// Finds the first place at which a stream of documents is no YAML. `None` when it can be read, as YAML: whether
/// its values make sense is another question.
pub fn broken(bytes: &[u8]) -> Option<Broken> {
    let source = Source::new(bytes);
    let mut parser = Parser::new(&source);
    let mut open: Vec<u32> = Vec::new();
    let mut anchors: HashSet<&[u8]> = HashSet::new();
    loop {
        let (event, mark) = match parser.next() {
            Ok(next) => next,
            Err(fault) => {
                let at = parser.stopped_at();
                return Some(Broken {
                    line: at.line + 1,
                    column: at.column + 1,
                    problem: fault.problem.into_owned(),
                    begun: open.last().map(|line| line + 1),
                });
            }
        };
        let anchor = match event {
            Event::StreamEnd => return None,
            Event::SequenceEnd | Event::MappingEnd => {
                open.pop();
                continue;
            }
            Event::Alias(name) if !anchors.contains(name) => {
                return Some(Broken {
                    line: mark.line + 1,
                    column: mark.column + 1,
                    problem: format!("unknown anchor '{}' referenced", String::from_utf8_lossy(name)),
                    begun: None,
                });
            }
            Event::SequenceStart(anchor) | Event::MappingStart(anchor) => {
                open.push(mark.line);
                anchor
            }
            Event::Scalar { anchor, .. } => anchor,
            _ => None,
        };
        anchors.extend(anchor);
    }
}

#[cfg(test)]
mod tests {
    use super::broken;

    #[test]
    fn the_place_is_where_reading_stops() {
        for (text, line, column, problem) in [
            ("a: 1\nb: c: d\n", 2, 5, "mapping values are not allowed in this context"),
            ("a: 1\n  b: 2\n", 2, 4, "mapping values are not allowed in this context"),
            ("a:\n\tb: 1\n", 2, 1, "found character that cannot start any token"),
            ("a: @x\n", 1, 4, "found character that cannot start any token"),
            ("a: *b\n", 1, 4, "unknown anchor 'b' referenced"),
            ("a: {b: 1\nc: 2\n", 2, 2, "did not find expected ',' or '}'"),
            ("a:\n    b: 1\n  c: 2\n", 3, 3, "did not find expected key"),
        ] {
            let found = broken(text.as_bytes()).unwrap();
            assert_eq!((found.line, found.column, found.problem.as_str()), (line, column, problem), "{text}");
        }
        assert_eq!(broken(b"a: &x 1\nb: *x\n---\nc: 1\n"), None);
    }
}
