//! The syntax of gobwas globs, with its oddities: an open `{` ends with the pattern, `}` alone stands for itself,
//! and a class is either one range or a list.

use crate::unicode::{self, RUNE_ERROR};

/// A pattern that gobwas refuses.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GlobError {
    /// Not UTF-8, or U+FFFD itself.
    #[error("could not read rune")]
    Rune,
    /// A class without end.
    #[error("unexpected end of input")]
    End,
    /// More after a range.
    #[error("expected close range character")]
    Close,
    /// An empty class.
    #[error("could not parse range")]
    Range,
    /// A range whose end is before its start.
    #[error("hi character '{high}' should be greater than lo '{low}'")]
    Order {
        /// The start.
        low: char,
        /// The end.
        high: char,
    },
    /// Alternatives within alternatives, a hundred levels down. Ours: gobwas has no limit.
    #[error("alternatives nest too deeply")]
    Depth,
}

/// A part of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Node {
    Text(String),
    /// `*`
    Any,
    /// `**`
    Super,
    /// `?`
    Single,
    List {
        chars: Vec<char>,
        not: bool,
    },
    Range {
        low: char,
        high: char,
        not: bool,
    },
    AnyOf(Vec<Vec<Node>>),
}

const MAX_DEPTH: usize = 100;

/// Reads a pattern.
///
/// # Errors
/// See [`GlobError`].
pub(super) fn parse(pattern: &[u8]) -> Result<Vec<Node>, GlobError> {
    let pattern: String = unicode::runes(pattern).map(|(_, c)| c).collect();
    let mut rest = pattern.as_str();
    // The pattern itself, and for every open `{` its alternatives, of which the last one grows.
    let mut top = Vec::new();
    let mut open: Vec<Vec<Vec<Node>>> = Vec::new();
    while let Some(c) = rest.chars().next() {
        let after = &rest[c.len_utf8()..];
        let node = match c {
            // gobwas takes a NUL for the end.
            NUL => break,
            RUNE_ERROR => return Err(GlobError::Rune),
            '{' => {
                if open.len() == MAX_DEPTH {
                    return Err(GlobError::Depth);
                }
                open.push(vec![Vec::new()]);
                rest = after;
                continue;
            }
            ',' if !open.is_empty() => {
                if let Some(alternatives) = open.last_mut() {
                    alternatives.push(Vec::new());
                }
                rest = after;
                continue;
            }
            '}' if !open.is_empty() => {
                rest = after;
                Node::AnyOf(open.pop().unwrap_or_default())
            }
            '*' => match after.strip_prefix('*') {
                Some(after) => {
                    rest = after;
                    Node::Super
                }
                None => {
                    rest = after;
                    Node::Any
                }
            },
            '?' => {
                rest = after;
                Node::Single
            }
            '[' => {
                let (node, after) = class(after)?;
                rest = after;
                node
            }
            _ => {
                let breakers: &[char] = if open.is_empty() { &['?', '*', '[', '{'] } else { &BREAKERS };
                let (text, after) = text(rest, breakers);
                rest = after;
                if text.is_empty() {
                    continue;
                }
                Node::Text(text)
            }
        };
        push(&mut top, &mut open, node);
    }
    while let Some(alternatives) = open.pop() {
        push(&mut top, &mut open, Node::AnyOf(alternatives));
    }
    Ok(top)
}

/// Ends a pattern, or a text in it: there it is skipped.
const NUL: char = '\0';

const BREAKERS: [char; 6] = ['?', '*', '[', '{', '}', ','];

fn push(top: &mut Vec<Node>, open: &mut [Vec<Vec<Node>>], node: Node) {
    match open.last_mut().and_then(|alternatives| alternatives.last_mut()) {
        Some(sequence) => sequence.push(node),
        None => top.push(node),
    }
}

/// Text up to a character that means something, with escapes taken away.
fn text<'p>(from: &'p str, breakers: &[char]) -> (String, &'p str) {
    let mut out = String::new();
    let mut escaped = false;
    for (at, c) in from.char_indices() {
        match c {
            NUL => return (out, &from[at + 1..]),
            RUNE_ERROR => return (out, &from[at..]),
            _ => {}
        }
        if !escaped && c == '\\' {
            escaped = true;
            continue;
        }
        if !escaped && breakers.contains(&c) {
            return (out, &from[at..]);
        }
        escaped = false;
        out.push(c);
    }
    (out, "")
}

/// A class, after its bracket.
fn class(from: &str) -> Result<(Node, &str), GlobError> {
    let (not, body) = match from.strip_prefix('!') {
        Some(body) => (true, body),
        None => (false, from),
    };
    let (low, after) = class_char(body)?;
    if let Some(after) = after.strip_prefix('-') {
        let (high, after) = class_char(after)?;
        let rest = class_end(after)?;
        if high < low {
            return Err(GlobError::Order { low, high });
        }
        return Ok((Node::Range { low, high, not }, rest));
    }
    let (list, rest) = text(body, &[']']);
    let rest = class_end(rest)?;
    if list.is_empty() {
        return Err(GlobError::Range);
    }
    Ok((Node::List { chars: list.chars().collect(), not }, rest))
}

/// What cannot be read within a class counts as its end.
fn class_char(text: &str) -> Result<(char, &str), GlobError> {
    let mut chars = text.chars();
    let c = chars.next().filter(|c| !matches!(*c, NUL | RUNE_ERROR)).ok_or(GlobError::End)?;
    Ok((c, chars.as_str()))
}

fn class_end(text: &str) -> Result<&str, GlobError> {
    match class_char(text)? {
        (']', rest) => Ok(rest),
        _ => Err(GlobError::Close),
    }
}
