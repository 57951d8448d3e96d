//! The runes of a pattern: as they are, escaped, and the numbers of a repetition.

use super::error::{Error, ErrorCode};
use crate::unicode::{self, RUNE_ERROR};

pub(super) type Outcome<T> = Result<T, Error>;

/// Reads one rune.
pub(super) fn next_rune(text: &[u8]) -> Outcome<(char, &[u8])> {
    let (c, width) = unicode::decode(text);
    if c == RUNE_ERROR && width == 1 {
        return Err(Error::new(ErrorCode::Utf8, text));
    }
    Ok((c, &text[width..]))
}

pub(super) fn check_utf8(text: &[u8]) -> Outcome<&str> {
    std::str::from_utf8(text).map_err(|error| Error::new(ErrorCode::Utf8, &text[error.valid_up_to()..]))
}

/// The part of `from` before `to`, which is its end.
pub(super) fn upto<'a>(from: &'a [u8], to: &[u8]) -> &'a [u8] {
    &from[..from.len().saturating_sub(to.len())]
}

pub(super) fn class_rune<'p>(text: &'p [u8], whole: &[u8]) -> Outcome<(char, &'p [u8])> {
    match text.first() {
        None => Err(Error::new(ErrorCode::MissingBracket, whole)),
        Some(b'\\') => rune_escape(text),
        Some(_) => next_rune(text),
    }
}

/// An escape of one rune: `\.`, `\n`, `\x41`, `\x{1F600}`, `\123`.
pub(super) fn rune_escape(text: &[u8]) -> Outcome<(char, &[u8])> {
    let mut rest = &text[1..];
    if rest.is_empty() {
        return Err(Error::new(ErrorCode::TrailingBackslash, b""));
    }
    let (c, after) = next_rune(rest)?;
    rest = after;
    let octal = |text: &[u8]| text.first().is_some_and(|byte| matches!(byte, b'0'..=b'7'));
    let fail = |rest: &[u8]| Err(Error::new(ErrorCode::Escape, upto(text, rest)));
    match c {
        // A single digit other than zero would be a back reference.
        '0'..='7' if c == '0' || octal(rest) => {
            let mut value = c as u32 - '0' as u32;
            for _ in 0..2 {
                if let (true, [digit, after @ ..]) = (octal(rest), rest) {
                    value = value * 8 + u32::from(digit - b'0');
                    rest = after;
                }
            }
            char::from_u32(value).map_or_else(|| fail(rest), |c| Ok((c, rest)))
        }
        'x' => hex_escape(text, rest),
        'a' => Ok(('\x07', rest)),
        'f' => Ok(('\x0c', rest)),
        'n' => Ok(('\n', rest)),
        'r' => Ok(('\r', rest)),
        't' => Ok(('\t', rest)),
        'v' => Ok(('\x0b', rest)),
        _ if c.is_ascii() && !c.is_ascii_alphanumeric() => Ok((c, rest)),
        _ => fail(rest),
    }
}

fn hex_escape<'p>(text: &'p [u8], rest: &'p [u8]) -> Outcome<(char, &'p [u8])> {
    let fail = |rest: &[u8]| Err(Error::new(ErrorCode::Escape, upto(text, rest)));
    if rest.is_empty() {
        return fail(rest);
    }
    let (c, mut rest) = next_rune(rest)?;
    if c != '{' {
        let (second, after) = next_rune(rest)?;
        return match (c.to_digit(16), second.to_digit(16)) {
            (Some(high), Some(low)) => {
                char::from_u32(high * 16 + low).map_or_else(|| fail(after), |c| Ok((c, after)))
            }
            _ => fail(after),
        };
    }
    let mut value = 0u32;
    let mut digits = 0;
    while !rest.is_empty() {
        let (c, after) = next_rune(rest)?;
        rest = after;
        if c == '}' {
            if digits == 0 {
                return fail(rest);
            }
            // Go takes a surrogate, which no text can have: here it is a rune that matches nothing it could.
            return Ok((char::from_u32(value).unwrap_or(RUNE_ERROR), rest));
        }
        let Some(digit) = c.to_digit(16) else { return fail(rest) };
        value = value * 16 + digit;
        if value > char::MAX as u32 {
            return fail(rest);
        }
        digits += 1;
    }
    fail(rest)
}

/// `{n}`, `{n,}` and `{n,m}`, or nothing when it is none of them. A number too large to hold is -1.
pub(super) fn counts(text: &[u8]) -> Option<(i64, Option<i64>, &[u8])> {
    let (mut min, rest) = count(text.strip_prefix(b"{")?)?;
    let (max, rest) = match rest {
        [b',', b'}', ..] => (None, &rest[1..]),
        [b',', after @ ..] => {
            let (max, rest) = count(after)?;
            if max < 0 {
                min = -1;
            }
            (Some(max), rest)
        }
        _ => (Some(min), rest),
    };
    Some((min, max, rest.strip_prefix(b"}")?))
}

fn count(text: &[u8]) -> Option<(i64, &[u8])> {
    let end = text.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    if digits.is_empty() || (digits.len() > 1 && digits[0] == b'0') {
        return None;
    }
    let value = digits.iter().fold(0i64, |value, &digit| match value {
        0..100_000_000 => value * 10 + i64::from(digit - b'0'),
        _ => -1,
    });
    Some((value, rest))
}
