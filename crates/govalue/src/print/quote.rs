//! Go string and rune literals: `strconv`'s quoting and unquoting.

use std::fmt::Write as _;

use super::printable::is_print;

/// What one step over possibly broken UTF-8 finds.
pub(crate) enum Rune {
    /// A character and how many bytes it takes.
    Char(char, usize),
    /// A byte that begins no character.
    Broken(u8),
}

impl Rune {
    pub(crate) fn width(&self) -> usize {
        match self {
            Self::Char(_, width) => *width,
            Self::Broken(_) => 1,
        }
    }

    /// The character, U+FFFD for a broken byte.
    pub(crate) fn char(&self) -> char {
        match self {
            Self::Char(c, _) => *c,
            Self::Broken(_) => char::REPLACEMENT_CHARACTER,
        }
    }
}

/// Decodes the first character, as `utf8.DecodeRune`. `None` at the end.
pub(crate) fn first_rune(bytes: &[u8]) -> Option<Rune> {
    let &lead = bytes.first()?;
    let width = match lead {
        0..=0x7f => return Some(Rune::Char(lead as char, 1)),
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => return Some(Rune::Broken(lead)),
    };
    let text = bytes.get(..width).and_then(|bytes| std::str::from_utf8(bytes).ok());
    Some(match text.and_then(|text| text.chars().next()) {
        Some(c) => Rune::Char(c, width),
        None => Rune::Broken(lead),
    })
}

/// Steps over all characters.
pub(crate) fn runes(mut bytes: &[u8]) -> impl Iterator<Item = Rune> {
    std::iter::from_fn(move || {
        let rune = first_rune(bytes)?;
        bytes = &bytes[rune.width()..];
        Some(rune)
    })
}

/// `utf8.RuneCount`.
pub(crate) fn rune_count(bytes: &[u8]) -> usize {
    if bytes.is_ascii() { bytes.len() } else { runes(bytes).count() }
}

/// `strconv.Quote`: a Go string literal; what is not printable is escaped.
pub fn quote(bytes: &[u8]) -> String {
    quote_with(bytes, false)
}

/// `strconv.QuoteToASCII`: a Go string literal in ASCII.
pub fn quote_to_ascii(bytes: &[u8]) -> String {
    quote_with(bytes, true)
}

fn quote_with(bytes: &[u8], ascii: bool) -> String {
    let mut out = String::with_capacity(bytes.len() + 2);
    out.push('"');
    for rune in runes(bytes) {
        match rune {
            Rune::Char(c, _) => push_escaped(&mut out, c, '"', ascii),
            Rune::Broken(byte) => push_hex(&mut out, 'x', 2, u32::from(byte)),
        }
    }
    out.push('"');
    out
}

/// `strconv.QuoteRune` and `QuoteRuneToASCII`: a Go character literal. What is no character quotes as U+FFFD.
pub fn quote_rune(code: u32, ascii: bool) -> String {
    let c = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
    let mut out = String::from("'");
    push_escaped(&mut out, c, '\'', ascii);
    out.push('\'');
    out
}

fn push_escaped(out: &mut String, c: char, quote: char, ascii: bool) {
    match c {
        _ if c == quote || c == '\\' => out.extend(['\\', c]),
        _ if (!ascii || c.is_ascii()) && is_print(c) => out.push(c),
        '\x07' => out.push_str("\\a"),
        '\x08' => out.push_str("\\b"),
        '\x0c' => out.push_str("\\f"),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        '\x0b' => out.push_str("\\v"),
        '\0'..' ' | '\x7f' => push_hex(out, 'x', 2, c as u32),
        '\0'..='\u{ffff}' => push_hex(out, 'u', 4, c as u32),
        _ => push_hex(out, 'U', 8, c as u32),
    }
}

fn push_hex(out: &mut String, letter: char, digits: usize, code: u32) {
    // Writing to a string does not fail.
    let _ = write!(out, "\\{letter}{code:0digits$x}");
}

/// `strconv.CanBackquote`: one line of clean UTF-8 without a backquote.
pub(crate) fn can_backquote(bytes: &[u8]) -> bool {
    runes(bytes).all(|rune| match rune {
        Rune::Broken(_) => false,
        Rune::Char(c, _) => c == '\t' || !matches!(c, '\u{feff}' | '\0'..' ' | '`' | '\x7f'),
    })
}

/// `strconv.Unquote`: the bytes of a quoted Go string, of a raw string, or of one quoted character.
/// `None` is `strconv.ErrSyntax`.
pub fn unquote(literal: &[u8]) -> Option<Vec<u8>> {
    let (&quote, rest) = literal.split_first()?;
    let (&end, mut rest) = rest.split_last()?;
    if quote != end {
        return None;
    }
    match quote {
        b'`' => {
            if rest.contains(&b'`') {
                return None;
            }
            if memchr::memchr(b'\r', rest).is_none() {
                return Some(rest.to_vec());
            }
            Some(rest.iter().copied().filter(|&byte| byte != b'\r').collect())
        }
        b'"' | b'\'' => {
            if rest.contains(&b'\n') {
                return None;
            }
            // Most texts are what they look like.
            if quote == b'"'
                && memchr::memchr2(b'\\', b'"', rest).is_none()
                && std::str::from_utf8(rest).is_ok()
            {
                return Some(rest.to_vec());
            }
            let mut out = Vec::with_capacity(rest.len());
            while !rest.is_empty() {
                let (unit, tail) = unquote_char(rest, quote)?;
                match unit {
                    Unit::Byte(byte) => out.push(byte),
                    Unit::Char(c) => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
                }
                rest = tail;
                if quote == b'\'' {
                    // A character literal holds exactly one.
                    return rest.is_empty().then_some(out);
                }
            }
            (quote == b'"').then_some(out)
        }
        _ => None,
    }
}

/// What one character or escape of a literal stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// A byte: an ASCII character, or `\x` and octal escapes.
    Byte(u8),
    /// A character.
    Char(char),
}

impl Unit {
    /// The number that a character literal has.
    pub fn code(self) -> u32 {
        match self {
            Self::Byte(byte) => u32::from(byte),
            Self::Char(c) => c as u32,
        }
    }
}

/// `strconv.UnquoteChar`: the first character or escape, and what follows it. `None` is `strconv.ErrSyntax`.
/// `quote` is `'` or `"` to forbid it unescaped and allow it escaped, or 0.
pub fn unquote_char(text: &[u8], quote: u8) -> Option<(Unit, &[u8])> {
    let (&first, rest) = text.split_first()?;
    if first == quote && matches!(quote, b'\'' | b'"') {
        return None;
    }
    if first >= 0x80 {
        let rune = first_rune(text)?;
        return Some((Unit::Char(rune.char()), &text[rune.width()..]));
    }
    if first != b'\\' {
        return Some((Unit::Byte(first), rest));
    }
    let (&escape, rest) = rest.split_first()?;
    let byte = |byte| Some((Unit::Byte(byte), rest));
    match escape {
        b'a' => byte(7),
        b'b' => byte(8),
        b'f' => byte(12),
        b'n' => byte(b'\n'),
        b'r' => byte(b'\r'),
        b't' => byte(b'\t'),
        b'v' => byte(11),
        b'\\' => byte(b'\\'),
        b'\'' | b'"' if escape == quote => byte(escape),
        b'x' => Some((Unit::Byte(number(rest, 2, 16)? as u8), &rest[2..])),
        b'u' => Some((Unit::Char(char::from_u32(number(rest, 4, 16)?)?), &rest[4..])),
        b'U' => Some((Unit::Char(char::from_u32(number(rest, 8, 16)?)?), &rest[8..])),
        b'0'..=b'7' => {
            let code = number(&text[1..], 3, 8)?;
            Some((Unit::Byte(u8::try_from(code).ok()?), &text[4..]))
        }
        _ => None,
    }
}

fn number(text: &[u8], digits: usize, base: u32) -> Option<u32> {
    text.get(..digits)?
        .iter()
        .try_fold(0_u32, |code, &byte| Some(code.checked_mul(base)? + (byte as char).to_digit(base)?))
}
