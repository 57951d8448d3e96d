//! The characters of a template's text, as Go decodes and sorts them.

use std::sync::OnceLock;

use govalue::print::is_print;
use regex_syntax::hir::{Class, HirKind};

/// The first character and its width; bytes that are not UTF-8 are U+FFFD of width one, as in Go.
#[inline]
pub(crate) fn decode(bytes: &[u8]) -> Option<(char, usize)> {
    let first = *bytes.first()?;
    if first.is_ascii() { Some((first as char, 1)) } else { Some(decode_long(bytes)) }
}

#[cold]
fn decode_long(bytes: &[u8]) -> (char, usize) {
    let head = &bytes[..bytes.len().min(4)];
    let valid = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(&head[..error.valid_up_to()]).unwrap_or(""),
    };
    valid.chars().next().map_or(('\u{fffd}', 1), |c| (c, c.len_utf8()))
}

/// What separates the words of an action, and what a trim marker trims.
#[inline]
pub(crate) fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n')
}

/// What names are made of: letters, decimal digits and the underscore.
#[inline]
pub(crate) fn is_alphanumeric(c: char) -> bool {
    if c.is_ascii() { c == '_' || c.is_ascii_alphanumeric() } else { is_listed(c) }
}

#[cold]
fn is_listed(c: char) -> bool {
    let ranges = letters_and_digits();
    let after = ranges.partition_point(|&(start, _)| start <= c);
    ranges[..after].last().is_some_and(|&(_, end)| c <= end)
}

/// Go 1.26 knows the letters of Unicode 15.0, and of numbers takes the decimal digits alone.
fn letters_and_digits() -> &'static [(char, char)] {
    static RANGES: OnceLock<Vec<(char, char)>> = OnceLock::new();
    RANGES.get_or_init(|| {
        match regex_syntax::parse(r"[[\p{L}\p{Nd}]&&\p{Age:15.0}]").map(regex_syntax::hir::Hir::into_kind) {
            Ok(HirKind::Class(Class::Unicode(class))) => {
                class.ranges().iter().map(|range| (range.start(), range.end())).collect()
            }
            _ => Vec::new(),
        }
    })
}

/// `%#U` of a character, or of the end of input.
pub(crate) fn unicode(c: Option<char>) -> String {
    match c {
        None => "U+FFFFFFFFFFFFFFFF".to_owned(),
        Some(c) if is_print(c) => format!("U+{:04X} '{c}'", u32::from(c)),
        Some(c) => format!("U+{:04X}", u32::from(c)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_made_of_letters_and_decimal_digits() {
        assert!("aZ9_é世٣".chars().all(is_alphanumeric));
        // A Roman numeral, a superscript, a combining accent, and a letter of Unicode 16.0.
        assert!(!"-Ⅷ²\u{301}\u{1c89}".chars().any(is_alphanumeric));
    }

    #[test]
    fn broken_bytes_are_decoded_one_by_one() {
        assert_eq!(decode(b"\xe4\xb8x"), Some(('\u{fffd}', 1)));
        assert_eq!(decode("世".as_bytes()), Some(('世', 3)));
        assert_eq!(decode(b""), None);
    }

    #[test]
    fn characters_are_shown_if_they_can_be_seen() {
        assert_eq!(unicode(Some('é')), "U+00E9 'é'");
        assert_eq!(unicode(Some('\u{feff}')), "U+FEFF");
    }
}
