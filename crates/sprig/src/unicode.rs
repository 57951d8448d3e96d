//! Go's view of text: runes decoded from bytes that may not be UTF-8, and the tables of package `unicode`.
//!
//! Go 1.26 knows Unicode 15.0. The tables come from `regex-syntax`, which knows a later version, so every class is
//! cut down to what was assigned in 15.0. Case mappings are Go's simple ones: one rune to one rune.

use std::sync::OnceLock;

use regex_syntax::hir::{Class as HirClass, HirKind};

/// What Go decodes where the bytes are not UTF-8.
pub const RUNE_ERROR: char = char::REPLACEMENT_CHARACTER;

/// A set of code points as Go's package `unicode` names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// `unicode.IsUpper`: general category Lu.
    Upper,
    /// `unicode.IsLower`: Ll.
    Lower,
    /// `unicode.IsTitle`: Lt.
    Title,
    /// `unicode.IsLetter`: L.
    Letter,
    /// `unicode.IsNumber`: N.
    Number,
    /// `unicode.IsDigit`: Nd.
    Digit,
    /// `unicode.IsPunct`: P.
    Punct,
    /// `strconv.IsPrint`: L, M, N, P, S and the ASCII space.
    Print,
    /// Assigned in Unicode 15.0.
    Assigned,
}

const CLASSES: [&str; 9] = [
    r"[\p{Lu}&&\p{Age:15.0}]",
    r"[\p{Ll}&&\p{Age:15.0}]",
    r"[\p{Lt}&&\p{Age:15.0}]",
    r"[\p{L}&&\p{Age:15.0}]",
    r"[\p{N}&&\p{Age:15.0}]",
    r"[\p{Nd}&&\p{Age:15.0}]",
    r"[\p{P}&&\p{Age:15.0}]",
    r"[[\p{L}\p{M}\p{N}\p{P}\p{S} ]&&\p{Age:15.0}]",
    r"\p{Age:15.0}",
];

static TABLES: [OnceLock<Vec<(char, char)>>; 9] = [const { OnceLock::new() }; 9];

impl Class {
    /// The ranges of the class, in order.
    pub fn ranges(self) -> &'static [(char, char)] {
        let index = self as usize;
        TABLES[index].get_or_init(|| match regex_syntax::parse(CLASSES[index]).map(|hir| hir.into_kind()) {
            Ok(HirKind::Class(HirClass::Unicode(class))) => {
                class.ranges().iter().map(|range| (range.start(), range.end())).collect()
            }
            _ => Vec::new(),
        })
    }

    /// Whether `c` is of this class.
    pub fn contains(self, c: char) -> bool {
        if c.is_ascii() {
            return self.contains_ascii(c);
        }
        let ranges = self.ranges();
        let after = ranges.partition_point(|&(low, _)| low <= c);
        after > 0 && ranges[after - 1].1 >= c
    }
}

impl Class {
    /// Most text is ASCII, and to make a table takes as long as a small chart.
    fn contains_ascii(self, c: char) -> bool {
        match self {
            Self::Upper => c.is_ascii_uppercase(),
            Self::Lower => c.is_ascii_lowercase(),
            Self::Title => false,
            Self::Letter => c.is_ascii_alphabetic(),
            Self::Number | Self::Digit => c.is_ascii_digit(),
            Self::Punct => {
                c.is_ascii_punctuation() && !matches!(c, '$' | '+' | '<' | '=' | '>' | '^' | '`' | '|' | '~')
            }
            Self::Print => matches!(c, ' '..='~'),
            Self::Assigned => true,
        }
    }
}

/// Decodes the first rune: the rune and its width in bytes. Not UTF-8 is [`RUNE_ERROR`] of width one, no bytes
/// are [`RUNE_ERROR`] of width zero.
pub fn decode(bytes: &[u8]) -> (char, usize) {
    match bytes.first() {
        None => (RUNE_ERROR, 0),
        Some(&byte) if byte < 0x80 => (char::from(byte), 1),
        Some(_) => {
            let head = &bytes[..bytes.len().min(4)];
            let valid = match std::str::from_utf8(head) {
                Ok(text) => text,
                Err(error) => std::str::from_utf8(&head[..error.valid_up_to()]).unwrap_or(""),
            };
            match valid.chars().next() {
                Some(c) => (c, c.len_utf8()),
                None => (RUNE_ERROR, 1),
            }
        }
    }
}

/// Decodes the last rune, as `utf8.DecodeLastRune`.
pub fn decode_last(bytes: &[u8]) -> (char, usize) {
    let len = bytes.len();
    for width in 1..=len.min(4) {
        let (c, size) = decode(&bytes[len - width..]);
        if size == width && (c != RUNE_ERROR || width > 1) {
            return (c, width);
        }
    }
    (RUNE_ERROR, len.min(1))
}

/// The runes of a Go string, each with its byte offset, as `range` gives them.
pub fn runes(bytes: &[u8]) -> impl Iterator<Item = (usize, char)> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = &bytes[at..];
        if rest.is_empty() {
            return None;
        }
        let (c, width) = decode(rest);
        let start = at;
        at += width;
        Some((start, c))
    })
}

/// Appends a rune as UTF-8.
pub fn push(out: &mut Vec<u8>, c: char) {
    out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
}

/// `unicode.IsUpper`.
pub fn is_upper(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_uppercase() } else { Class::Upper.contains(c) }
}

/// `unicode.IsLower`.
pub fn is_lower(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_lowercase() } else { Class::Lower.contains(c) }
}

/// `unicode.IsTitle`.
pub fn is_title(c: char) -> bool {
    !c.is_ascii() && Class::Title.contains(c)
}

/// `unicode.IsLetter`.
pub fn is_letter(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_alphabetic() } else { Class::Letter.contains(c) }
}

/// `unicode.IsNumber`.
pub fn is_number(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_digit() } else { Class::Number.contains(c) }
}

/// `unicode.IsDigit`.
pub fn is_digit(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_digit() } else { Class::Digit.contains(c) }
}

/// `unicode.IsPunct`.
pub fn is_punct(c: char) -> bool {
    Class::Punct.contains(c)
}

/// `unicode.IsSpace`.
pub fn is_space(c: char) -> bool {
    c.is_whitespace()
}

/// `strconv.IsPrint`.
pub fn is_print(c: char) -> bool {
    if c.is_ascii() { (' '..='~').contains(&c) } else { Class::Print.contains(c) }
}

fn single(from: char, mut mapped: impl Iterator<Item = char>) -> char {
    let first = mapped.next().unwrap_or(from);
    if mapped.next().is_some() || (first != from && !known(from, first)) { from } else { first }
}

// A pair whose other half came after Unicode 15.0 is no pair for Go.
fn known(from: char, to: char) -> bool {
    Class::Assigned.contains(from) && Class::Assigned.contains(to)
}

/// `unicode.ToUpper`.
pub fn to_upper(c: char) -> char {
    match c {
        '\0'..='\x7f' => c.to_ascii_uppercase(),
        '\u{1f80}'..='\u{1f87}' | '\u{1f90}'..='\u{1f97}' | '\u{1fa0}'..='\u{1fa7}' => offset(c, 8),
        '\u{1fb3}' | '\u{1fc3}' | '\u{1ff3}' => offset(c, 9),
        _ => single(c, c.to_uppercase()),
    }
}

/// `unicode.ToLower`.
pub fn to_lower(c: char) -> char {
    match c {
        '\0'..='\x7f' => c.to_ascii_lowercase(),
        'İ' => 'i',
        _ => single(c, c.to_lowercase()),
    }
}

/// `unicode.ToTitle`.
pub fn to_title(c: char) -> char {
    match c {
        '\u{1c4}'..='\u{1c6}' => '\u{1c5}',
        '\u{1c7}'..='\u{1c9}' => '\u{1c8}',
        '\u{1ca}'..='\u{1cc}' => '\u{1cb}',
        '\u{1f1}'..='\u{1f3}' => '\u{1f2}',
        // Georgian has capitals, but no title case.
        '\u{10d0}'..='\u{10fa}' | '\u{10fd}'..='\u{10ff}' => c,
        _ => to_upper(c),
    }
}

fn offset(c: char, by: u32) -> char {
    char::from_u32(c as u32 + by).unwrap_or(c)
}

/// Maps every rune, as `strings.Map`: what is not UTF-8 comes out as U+FFFD.
pub fn map(bytes: &[u8], mut f: impl FnMut(char) -> char) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    for (_, c) in runes(bytes) {
        push(&mut out, f(c));
    }
    out
}

/// `strconv.Quote`, which is also what `%q` prints.
pub fn quote(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() + 2);
    out.push('"');
    let mut rest = bytes;
    while let Some(&byte) = rest.first() {
        let (c, width) = decode(rest);
        rest = &rest[width..];
        if c == RUNE_ERROR && width == 1 {
            out.push_str(&format!("\\x{byte:02x}"));
            continue;
        }
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\x07' => out.push_str("\\a"),
            '\x08' => out.push_str("\\b"),
            '\x0c' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\x0b' => out.push_str("\\v"),
            c if is_print(c) => out.push(c),
            c if (c as u32) < 0x20 || c == '\x7f' => out.push_str(&format!("\\x{:02x}", c as u32)),
            c if (c as u32) < 0x10000 => out.push_str(&format!("\\u{:04x}", c as u32)),
            c => out.push_str(&format!("\\U{:08x}", c as u32)),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ascii_is_as_in_the_tables() {
        use Class::{Assigned, Digit, Letter, Lower, Number, Print, Punct, Title, Upper};
        for class in [Upper, Lower, Title, Letter, Number, Digit, Punct, Print, Assigned] {
            for c in '\0'..='\x7f' {
                let listed = class.ranges().iter().any(|&(low, high)| (low..=high).contains(&c));
                assert_eq!(class.contains_ascii(c), listed, "{class:?} {c:?}");
            }
        }
    }
}
