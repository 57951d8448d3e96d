//! The replacement of `ReplaceAllString`: literal text with `$name`, `${name}` and `$$`.

use std::ops::Range;

use super::{Expansion, Piece};
use crate::unicode;

/// A part of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    Literal(Vec<u8>),
    Number(usize),
    Name(Vec<u8>),
}

/// Takes a template apart. A `$` that begins nothing stands for itself.
pub(super) fn parse(template: &[u8]) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut literal = Vec::new();
    let mut rest = template;
    while let Some(dollar) = rest.iter().position(|&byte| byte == b'$') {
        literal.extend_from_slice(&rest[..dollar]);
        rest = &rest[dollar + 1..];
        if let [b'$', after @ ..] = rest {
            literal.push(b'$');
            rest = after;
        } else if let Some((name, after)) = split_name(rest) {
            if !literal.is_empty() {
                parts.push(Part::Literal(std::mem::take(&mut literal)));
            }
            parts.push(reference(name));
            rest = after;
        } else {
            literal.push(b'$');
        }
    }
    literal.extend_from_slice(rest);
    if !literal.is_empty() {
        parts.push(Part::Literal(literal));
    }
    parts
}

/// The name after a `$`, in braces or as long as it goes, and what follows.
fn split_name(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let (braced, text) = match text {
        [b'{', rest @ ..] => (true, rest),
        _ => (false, text),
    };
    let is_name = |c: char| unicode::is_letter(c) || unicode::is_digit(c) || c == '_';
    let end = unicode::runes(text).find(|&(_, c)| !is_name(c)).map_or(text.len(), |(at, _)| at);
    if end == 0 {
        return None;
    }
    let (name, after) = text.split_at(end);
    match (braced, after) {
        (false, _) => Some((name, after)),
        (true, [b'}', after @ ..]) => Some((name, after)),
        (true, _) => None,
    }
}

fn reference(name: &[u8]) -> Part {
    let number = std::str::from_utf8(name)
        .ok()
        .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
        // Go: a leading zero makes it a name, and so does a number of more than eight digits or so.
        .filter(|digits| *digits == "0" || !digits.starts_with('0'))
        .and_then(|digits| digits.parse::<u64>().ok())
        .filter(|&number| number / 10 < 100_000_000);
    match number {
        Some(number) => Part::Number(number as usize),
        None => Part::Name(name.to_vec()),
    }
}

/// Fills a template in. A group that took no part is empty; of groups of one name the first that took part counts.
pub(super) fn expand(
    template: &[Part],
    names: &[Option<Vec<u8>>],
    span: impl Fn(usize) -> Option<Range<usize>>,
) -> Expansion {
    let named = |name: &[u8]| {
        let groups = names.iter().enumerate().filter(|(_, known)| known.as_deref() == Some(name));
        groups.filter_map(|(group, _)| span(group)).next()
    };
    let pieces = template
        .iter()
        .filter_map(|part| match part {
            Part::Literal(bytes) => Some(Piece::Literal(bytes.clone())),
            Part::Number(group) => span(*group).map(Piece::Text),
            Part::Name(name) => named(name).map(Piece::Text),
        })
        .collect();
    Expansion { pieces }
}
