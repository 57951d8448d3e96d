//! A document's values together with the lines they stand on, for reports that point at them.

use std::collections::BTreeMap;

use super::Limits;
use super::exact::{entries, target};
use super::node::{Document, Kind};
use super::read::{Decoder, Mode};
use super::source::Source;
use super::wanted::Wanted;
use crate::{Error, Str, Value};

/// Where a value stands, and where its parts do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The line of its key, or its own where it has none, counted from 1. What an alias stands for has the line
    /// of the alias; what is in there, and what a merge brings, has the lines where it was written.
    pub line: u32,
    /// Its parts; they match those of the value.
    pub parts: Parts,
}

/// The places in a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Parts {
    /// There are none.
    None,
    /// Of a list's items.
    List(Vec<Place>),
    /// Of a table's values.
    Map(BTreeMap<Str, Place>),
}

/// Reads the first document as [`super::read`] does, and says where everything stands.
///
/// # Errors
/// As [`super::read`].
pub fn read_placed(bytes: &[u8], limits: &Limits) -> Result<(Value, Place), Error> {
    let source = Source::new(bytes);
    let wrap = |error: Error| error.prefixed("error converting YAML to JSON: ");
    let document = Document::read(&source, limits).map_err(wrap)?;
    if document.nodes.is_empty() {
        return Ok((Value::Nil, Place { line: 1, parts: Parts::None }));
    }
    let mut decoder = Decoder::new(&document, limits, Mode::Plain);
    let value = decoder.value::<true>(0).map_err(wrap)?;
    decoder.finish(&Wanted::Any).map_err(wrap)?;
    // The decoder has been everywhere and has bounded depth and number, aliases followed.
    let line = document.nodes.first().map_or(0, |node| node.line);
    Ok((value, at(&document, 0, line)))
}

fn at(document: &Document<'_>, number: u32, line: u32) -> Place {
    let line_of = |number: u32| document.nodes.get(number as usize).map_or(line, |node| node.line);
    let inner = target(document, number);
    let parts = match &document.nodes[inner as usize].kind {
        Kind::Sequence => {
            let items = document.children(inner);
            Parts::List(items.map(|item| at(document, item, line_of(item))).collect())
        }
        Kind::Mapping => {
            let entries = entries(document, inner).unwrap_or_default().into_iter();
            // A key is one node, the one before its value.
            let place = |value: u32| at(document, value, line_of(value.saturating_sub(1)));
            Parts::Map(entries.filter_map(|(key, value)| Some((key.text()?, place(value)))).collect())
        }
        _ => Parts::None,
    };
    Place { line: line + 1, parts }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every path with its line.
    fn lines(place: &Place, path: &str, out: &mut Vec<String>) {
        out.push(format!("{path}:{}", place.line));
        match &place.parts {
            Parts::None => {}
            Parts::List(items) => {
                items
                    .iter()
                    .enumerate()
                    .for_each(|(index, item)| lines(item, &format!("{path}[{index}]"), out));
            }
            Parts::Map(entries) => {
                entries.iter().for_each(|(key, value)| lines(value, &format!("{path}.{key}"), out));
            }
        }
    }

    fn of(text: &str) -> Vec<String> {
        let (_, place) = read_placed(text.as_bytes(), &Limits::default()).unwrap();
        let mut out = Vec::new();
        lines(&place, "", &mut out);
        out
    }

    #[test]
    fn a_value_has_the_line_of_its_key() {
        assert_eq!(
            of("# c\na: 1\nb:\n  - x\n  -\n    w: z\nc:\n  long\n  text\nd: [1,\n  2]\n"),
            [
                ":2",
                ".a:2",
                ".b:3",
                ".b[0]:4",
                ".b[1]:6",
                ".b[1].w:6",
                ".c:7",
                ".d:10",
                ".d[0]:10",
                ".d[1]:11"
            ]
        );
        assert_eq!(of(""), [":1"]);
    }

    #[test]
    fn merged_entries_stand_where_they_were_written_and_aliases_where_they_are_used() {
        assert_eq!(
            of("base: &b\n  x: 1\n  w: 2\nuse:\n  <<: *b\n  w: 3\nsame: *b\n"),
            [
                ":1",
                ".base:1",
                ".base.w:3",
                ".base.x:2",
                ".same:7",
                ".same.w:3",
                ".same.x:2",
                ".use:4",
                ".use.w:6",
                ".use.x:2"
            ]
        );
        assert_eq!(of("a: 1\na: 2\n"), [":1", ".a:2"]);
    }
}
