//! Go's regular expressions: RE2 syntax and error texts, leftmost-first matching in linear time.
//!
//! A pattern is read by our own [`parse`](mod@parse) into the tree that `regex-automata` compiles. Patterns and
//! texts are bytes. Where a text is not UTF-8, Go sees U+FFFD in place of each such byte: then a repaired copy is
//! searched and positions are carried back.

mod cache;
mod class;
mod effort;
mod error;
mod parse;
mod rune;
mod template;

pub use cache::{begin, compile};
pub(crate) use effort::Effort;
pub use error::{Error, ErrorCode};

use std::borrow::Cow;
use std::ops::Range;

use regex_automata::Input;
use regex_automata::meta;
use regex_automata::util::captures::Captures;
use regex_automata::util::primitives::NonMaxUsize;

use crate::unicode;

/// How much memory a compiled pattern may take. Go's own limit is on instructions, see [`ErrorCode::Large`].
const PROGRAM_SIZE: usize = 96 << 20;

/// How much memory the engine may take to search, for each of its automata.
const CACHE_SIZE: usize = 512 << 10;

/// A compiled regular expression.
#[derive(Debug, Clone)]
pub struct Regex {
    engine: meta::Regex,
    /// Names of the capture groups; group 0 is the whole match.
    names: Vec<Option<Vec<u8>>>,
    empty_pattern: bool,
    effort: Effort,
}

impl Regex {
    /// Compiles a pattern, as `regexp.Compile`. See [`compile`] for one that remembers.
    ///
    /// # Errors
    /// Go's error for what is not a pattern or too large.
    pub fn new(pattern: &[u8]) -> Result<Self, Error> {
        let parsed = parse::parse(pattern)?;
        let config = meta::Config::new().nfa_size_limit(Some(PROGRAM_SIZE)).utf8_empty(true);
        let effort = Effort::of(&parsed.hir);
        // To look for texts that every match begins with takes four microseconds for each `a?`.
        let config = config.hybrid_cache_capacity(CACHE_SIZE).auto_prefilter(effort.is_small());
        let engine = meta::Builder::new()
            .configure(config)
            .build_from_hir(&parsed.hir)
            .map_err(|_| Error::new(ErrorCode::Large, pattern))?;
        Ok(Self { engine, names: parsed.names, empty_pattern: pattern.is_empty(), effort })
    }

    /// About how many bytes the program takes.
    pub fn memory_usage(&self) -> usize {
        self.engine.memory_usage()
    }

    /// Whether it matches anywhere, as `MatchString`.
    pub fn is_match(&self, text: &[u8]) -> bool {
        self.engine.is_match(Text::new(text).bytes.as_ref())
    }

    /// The leftmost match, as `FindString`; `None` and an empty match are both empty strings in Go.
    pub fn find<'t>(&self, text: &'t [u8]) -> Option<&'t [u8]> {
        let repaired = Text::new(text);
        let found = self.engine.find(repaired.bytes.as_ref())?;
        Some(&text[repaired.range(found.range())])
    }

    /// Where the leftmost match and its groups are, as `FindSubmatchIndex`; a group that took no part is `None`.
    pub fn captures(&self, text: &[u8]) -> Option<Vec<Option<Range<usize>>>> {
        let repaired = Text::new(text);
        let mut captures = self.engine.create_captures();
        self.engine.captures(repaired.bytes.as_ref(), &mut captures);
        captures.get_match()?;
        let groups = 0..self.names.len();
        Some(groups.map(|group| span(&captures, group).map(|range| repaired.range(range))).collect())
    }

    /// The names of the groups; the first stands for the whole match and has none.
    pub fn names(&self) -> &[Option<Vec<u8>>] {
        &self.names
    }

    /// All matches that do not overlap, at most `limit` unless it is negative, as `FindAllString`.
    pub fn find_all<'t>(&self, text: &'t [u8], limit: i64) -> Vec<&'t [u8]> {
        let repaired = Text::new(text);
        self.ranges(&repaired, limit).map(|range| &text[repaired.range(range)]).collect()
    }

    /// What lies between the matches, in at most `limit` pieces unless it is negative, as `Split`.
    pub fn split<'t>(&self, text: &'t [u8], limit: i64) -> Vec<&'t [u8]> {
        if limit == 0 {
            return Vec::new();
        }
        if text.is_empty() && !self.empty_pattern {
            return vec![text];
        }
        let repaired = Text::new(text);
        let mut pieces = Vec::new();
        let (mut start, mut end) = (0, 0);
        for found in self.ranges(&repaired, limit) {
            if limit > 0 && pieces.len() as i64 == limit - 1 {
                break;
            }
            let found = repaired.range(found);
            end = found.start;
            // An empty match at the very beginning does not cut off an empty piece.
            if found.end != 0 {
                pieces.push(&text[start..end]);
            }
            start = found.end;
        }
        if end != text.len() {
            pieces.push(&text[start..]);
        }
        pieces
    }

    /// Replaces every match by a template with `$1`, `${1}`, `$name` and `$$`, as `ReplaceAllString`.
    pub fn replace_all(&self, text: &[u8], template: &[u8]) -> Vec<u8> {
        if !template.contains(&b'$') {
            return self.replace_all_literal(text, template);
        }
        let template = template::parse(template);
        let mut captures = self.engine.create_captures();
        self.replace_with(text, |repaired, at| {
            let input = Input::new(repaired.bytes.as_ref()).range(at..);
            self.engine.search_captures(&input, &mut captures);
            let whole = captures.get_match()?.range();
            Some((whole, template::expand(&template, &self.names, |group| span(&captures, group))))
        })
    }

    /// Replaces every match by a text as it stands, as `ReplaceAllLiteralString`.
    pub fn replace_all_literal(&self, text: &[u8], replacement: &[u8]) -> Vec<u8> {
        self.replace_with(text, |repaired, at| {
            let whole = self.engine.search(&Input::new(repaired.bytes.as_ref()).range(at..))?.range();
            Some((whole, Expansion { pieces: vec![Piece::Literal(replacement.to_vec())] }))
        })
    }

    fn replace_with<'t>(
        &self,
        text: &'t [u8],
        mut next: impl FnMut(&Text<'t>, usize) -> Option<(Range<usize>, Expansion)>,
    ) -> Vec<u8> {
        let repaired = Text::new(text);
        let len = repaired.bytes.len();
        let mut out = Vec::with_capacity(text.len());
        let (mut at, mut copied) = (0, 0);
        let mut matched = false;
        while at <= len {
            let Some((found, expansion)) = next(&repaired, at) else { break };
            matched = true;
            out.extend_from_slice(&text[repaired.range(copied..found.start)]);
            // An empty match right after another match is skipped.
            if found.end > copied || found.start == 0 {
                for piece in expansion.pieces {
                    match piece {
                        Piece::Literal(bytes) => out.extend_from_slice(&bytes),
                        Piece::Text(range) => out.extend_from_slice(&text[repaired.range(range)]),
                    }
                }
            }
            copied = found.end;
            at = if at + repaired.width(at) > found.end { at + repaired.width(at) } else { found.end };
        }
        if !matched {
            return text.to_vec();
        }
        out.extend_from_slice(&text[repaired.range(copied..len)]);
        out
    }

    /// Successive matches by Go's rule: an empty one right after another does not count.
    fn ranges<'a>(&'a self, text: &'a Text<'_>, limit: i64) -> impl Iterator<Item = Range<usize>> + 'a {
        let mut left = u64::try_from(limit).unwrap_or(u64::MAX);
        let mut at = 0;
        let mut previous_end = None;
        std::iter::from_fn(move || {
            while left > 0 && at <= text.bytes.len() {
                let found = self.engine.search(&Input::new(text.bytes.as_ref()).range(at..))?.range();
                let mut accept = true;
                if found.end == at {
                    accept = previous_end != Some(found.start);
                    at += text.width(at);
                } else {
                    at = found.end;
                }
                previous_end = Some(found.end);
                if accept {
                    left -= 1;
                    return Some(found);
                }
            }
            None
        })
    }
}

/// What a match is replaced by.
struct Expansion {
    pieces: Vec<Piece>,
}

enum Piece {
    Literal(Vec<u8>),
    /// A range of the repaired text.
    Text(Range<usize>),
}

fn span(captures: &Captures, group: usize) -> Option<Range<usize>> {
    let slot = |offset| -> Option<usize> {
        captures.slots().get(group * 2 + offset).copied().flatten().map(NonMaxUsize::get)
    };
    Some(slot(0)?..slot(1)?)
}

/// What a search for a pattern takes, and whether to compile it is to be charged for, because it was not since [`begin`].
/// Nothing is compiled to tell.
pub(crate) fn effort(pattern: &[u8]) -> (Effort, bool) {
    let effort = match cache::known(pattern) {
        Some(regex) => regex.map_or(Effort::NONE, |regex| regex.effort),
        None if parsed_bytes(pattern) > MOST_PARSED => Effort::ENDLESS,
        None => parse::parse(pattern).map_or(Effort::NONE, |parsed| Effort::of(&parsed.hir)),
    };
    (effort, cache::charge(pattern, effort.compilation().bytes))
}

/// A pattern that takes more memory than this only to be read has the effort of no end.
const MOST_PARSED: u64 = 256 << 20;

/// About how much memory it takes to read a pattern: so much for each letter, and all of its ranges for a class of
/// Unicode.
fn parsed_bytes(pattern: &[u8]) -> u64 {
    let classes = pattern.windows(2).filter(|two| matches!(two, [b'\\', b'p' | b'P'])).count() as u64;
    256 * pattern.len() as u64 + (8 << 10) * classes
}

/// `regexp.QuoteMeta`: a pattern that matches the text as it stands.
pub fn quote_meta(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for &byte in text {
        if br"\.+*?()|[]{}^$".contains(&byte) {
            out.push(b'\\');
        }
        out.push(byte);
    }
    out
}

/// A text in which every byte that is not UTF-8 is U+FFFD, and the way back.
struct Text<'t> {
    bytes: Cow<'t, [u8]>,
    /// For every position of the repaired text the one of the text, if any byte was replaced.
    origin: Option<Vec<usize>>,
}

impl<'t> Text<'t> {
    fn new(text: &'t [u8]) -> Self {
        if std::str::from_utf8(text).is_ok() {
            return Self { bytes: Cow::Borrowed(text), origin: None };
        }
        let mut bytes = Vec::with_capacity(text.len() + 16);
        let mut origin = Vec::with_capacity(text.len() + 16);
        for (at, c) in unicode::runes(text) {
            unicode::push(&mut bytes, c);
            origin.resize(bytes.len(), at);
        }
        origin.push(text.len());
        Self { bytes: Cow::Owned(bytes), origin: Some(origin) }
    }

    fn range(&self, range: Range<usize>) -> Range<usize> {
        match &self.origin {
            None => range,
            Some(origin) => origin[range.start]..origin[range.end],
        }
    }

    /// How far the next rune reaches; one at the end, so that a search ends.
    fn width(&self, at: usize) -> usize {
        unicode::decode(&self.bytes[at..]).1.max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::{Effort, effort};

    #[test]
    fn what_is_too_large_to_be_read_is_not_read() {
        for pattern in [b"a".repeat((1 << 20) + 1), b"\\pL".repeat(40_000), b"[^\\PN]".repeat(40_000)] {
            assert_eq!(effort(&pattern), (Effort::ENDLESS, true));
        }
        assert_ne!(effort(&b"a".repeat(1 << 19)).0, Effort::ENDLESS);
        assert_ne!(effort(&b"\\pL".repeat(1_000)).0, Effort::ENDLESS);
    }
}
