//! Sprig's string functions that are more than one call: words, wrapping, cutting and case.
//!
//! Strings are Go's, bytes that are usually UTF-8. Several functions count or walk bytes where one would expect
//! characters; that is what Sprig does and what charts rely on.

mod case;

pub use case::{camelcase, kebabcase, snakecase};

use crate::unicode::{self, RUNE_ERROR};

/// A Go panic inside a function. The template engine reports its text as the error of the call.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Panic(pub String);

impl Panic {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text of Go's run-time error for `s[start:end]` when it is out of range.
    pub(crate) fn slice(start: i64, end: i64, len: usize) -> Self {
        let text = if end < 0 {
            format!("[:{end}]")
        } else if end as u64 > len as u64 {
            format!("[:{end}] with length {len}")
        } else if start < 0 {
            format!("[{start}:]")
        } else {
            format!("[{start}:{end}]")
        };
        Self(format!("runtime error: slice bounds out of range {text}"))
    }
}

/// The longest string that [`repeat`] and [`indent`] make: Go would fail to allocate far above it.
pub const MAX_REPEAT: usize = 1 << 30;

/// `abbrev`: cut to `width` bytes with `...` at the end. Widths below 4 leave the string alone.
pub fn abbrev(width: i64, s: &[u8]) -> Vec<u8> {
    if width < 4 { s.to_vec() } else { abbreviate(s, 0, width) }
}

/// `abbrevboth`: cut on both sides, so that the byte at `left` is shown and at most `right` bytes come out.
pub fn abbrevboth(left: i64, right: i64, s: &[u8]) -> Vec<u8> {
    if right < 4 || (left > 0 && right < 7) {
        return s.to_vec();
    }
    abbreviate(s, left, right)
}

const ELLIPSIS: &[u8] = b"...";

fn abbreviate(s: &[u8], offset: i64, width: i64) -> Vec<u8> {
    let len = s.len() as i64;
    if len <= width {
        return s.to_vec();
    }
    let room = width - 3;
    let mut offset = offset.min(len);
    if len.saturating_sub(offset) < room {
        offset = len - room;
    }
    if offset <= 4 {
        return [&s[..room as usize], ELLIPSIS].concat();
    }
    if width < 7 {
        return Vec::new();
    }
    if offset + room < len {
        // Both ends are cut: what is between is abbreviated once more, into the room that one ellipsis leaves.
        return [ELLIPSIS, &abbreviate(&s[offset as usize..], 0, room)].concat();
    }
    [ELLIPSIS, &s[(len - room) as usize..]].concat()
}

/// `initials`: the first byte of every word, each taken for a Latin-1 character.
pub fn initials(s: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut gap = true;
    for c in s.iter().copied().map(char::from) {
        if unicode::is_space(c) {
            gap = true;
        } else if gap {
            unicode::push(&mut out, c);
            gap = false;
        }
    }
    out
}

/// `nospace`: without whitespace. As soon as there is some, every byte is taken for a Latin-1 character.
pub fn nospace(s: &[u8]) -> Vec<u8> {
    if !s.iter().any(|&byte| unicode::is_space(char::from(byte))) {
        return s.to_vec();
    }
    let mut out = Vec::with_capacity(s.len());
    for c in s.iter().copied().map(char::from).filter(|&c| !unicode::is_space(c)) {
        unicode::push(&mut out, c);
    }
    out
}

/// `untitle`: the first letter of every word in lower case.
pub fn untitle(s: &[u8]) -> Vec<u8> {
    let mut start = true;
    unicode::map(s, |c| {
        if unicode::is_space(c) {
            start = true;
            c
        } else if std::mem::replace(&mut start, false) {
            unicode::to_lower(c)
        } else {
            c
        }
    })
}

/// `swapcase`: the case of every letter turned, with title case at the start of a word.
pub fn swapcase(s: &[u8]) -> Vec<u8> {
    let mut start = true;
    unicode::map(s, |c| {
        if unicode::is_upper(c) || unicode::is_title(c) {
            start = false;
            unicode::to_lower(c)
        } else if unicode::is_lower(c) {
            if std::mem::replace(&mut start, false) { unicode::to_title(c) } else { unicode::to_upper(c) }
        } else {
            start = unicode::is_space(c);
            c
        }
    })
}

/// `title`: every letter that begins a word in title case, as `strings.Title`.
pub fn title(s: &[u8]) -> Vec<u8> {
    let mut previous = ' ';
    unicode::map(s, |c| {
        let first = separates(previous);
        previous = c;
        if first { unicode::to_title(c) } else { c }
    })
}

fn separates(c: char) -> bool {
    if c.is_ascii() {
        !(c.is_ascii_alphanumeric() || c == '_')
    } else {
        !unicode::is_letter(c) && !unicode::is_digit(c) && unicode::is_space(c)
    }
}

/// `upper`, as `strings.ToUpper`.
pub fn upper(s: &[u8]) -> Vec<u8> {
    if s.is_ascii() { s.to_ascii_uppercase() } else { unicode::map(s, unicode::to_upper) }
}

/// `lower`, as `strings.ToLower`.
pub fn lower(s: &[u8]) -> Vec<u8> {
    if s.is_ascii() { s.to_ascii_lowercase() } else { unicode::map(s, unicode::to_lower) }
}

/// `trim`, as `strings.TrimSpace`.
pub fn trim(s: &[u8]) -> &[u8] {
    trim_where(s, |c, _| unicode::is_space(c))
}

/// `trimAll`, as `strings.Trim`: without the runes of `cutset` at both ends.
pub fn trim_all<'a>(cutset: &[u8], s: &'a [u8]) -> &'a [u8] {
    // In a cutset, a byte that is not UTF-8 counts as U+FFFD, and so does one in the string.
    let set: Vec<char> = unicode::runes(cutset).map(|(_, c)| c).collect();
    trim_where(s, |c, _| set.contains(&c))
}

fn trim_where(mut s: &[u8], cut: impl Fn(char, usize) -> bool) -> &[u8] {
    loop {
        let (c, width) = unicode::decode(s);
        if width == 0 || !cut(c, width) {
            break;
        }
        s = &s[width..];
    }
    loop {
        let (c, width) = unicode::decode_last(s);
        if width == 0 || !cut(c, width) {
            break;
        }
        s = &s[..s.len() - width];
    }
    s
}

/// `trunc`: the first `count` bytes, or the last `-count`.
pub fn trunc(count: i64, s: &[u8]) -> &[u8] {
    let len = s.len() as i64;
    if count < 0 && len.wrapping_add(count) > 0 {
        &s[(len + count) as usize..]
    } else if count >= 0 && len > count {
        &s[..count as usize]
    } else {
        s
    }
}

/// `substr`: the bytes from `start` to `end`. A negative start means from the beginning, a negative or too large
/// end means to the end.
///
/// # Errors
/// Go's run-time error when the bounds are the wrong way round or outside.
pub fn substr(start: i64, end: i64, s: &[u8]) -> Result<&[u8], Panic> {
    let len = s.len();
    let (low, high) = if start < 0 {
        (0, end)
    } else if end < 0 || end > len as i64 {
        (start, len as i64)
    } else {
        (start, end)
    };
    if high < 0 || high > len as i64 || low > high {
        return Err(Panic::slice(low, high, len));
    }
    Ok(&s[low as usize..high as usize])
}

/// `plural`: `one` for a count of one, else `many`.
pub fn plural<'a>(one: &'a [u8], many: &'a [u8], count: i64) -> &'a [u8] {
    if count == 1 { one } else { many }
}

/// `wrap`: lines of at most `width` bytes, broken at spaces. Longer words stay whole.
pub fn wrap(width: i64, s: &[u8]) -> Vec<u8> {
    break_lines(s, width, b"", false)
}

/// `wrapWith`: lines of at most `width` bytes joined by `separator` (a newline when empty). Longer words are cut.
pub fn wrap_with(width: i64, separator: &[u8], s: &[u8]) -> Vec<u8> {
    break_lines(s, width, separator, true)
}

fn break_lines(s: &[u8], width: i64, separator: &[u8], cut_words: bool) -> Vec<u8> {
    let separator = if separator.is_empty() { b"\n" } else { separator };
    let width = usize::try_from(width.max(1)).unwrap_or(usize::MAX);
    let mut out = Vec::with_capacity(s.len());
    let mut rest = s;
    while rest.len() > width {
        if rest[0] == b' ' {
            rest = &rest[1..];
            continue;
        }
        // A space right after the line counts: it is where the line ends.
        let space = rest[..=width].iter().rposition(|&byte| byte == b' ');
        let (line, next) = match space {
            Some(at) => (at, at + 1),
            None if cut_words => (width, width),
            None => match rest[width..].iter().position(|&byte| byte == b' ') {
                Some(at) => (width + at, width + at + 1),
                None => break,
            },
        };
        out.extend_from_slice(&rest[..line]);
        out.extend_from_slice(separator);
        rest = &rest[next..];
    }
    out.extend_from_slice(rest);
    out
}

/// `repeat`.
///
/// # Errors
/// Go's panic for a negative count or a length that overflows; above [`MAX_REPEAT`] bytes the same.
pub fn repeat(count: i64, s: &[u8]) -> Result<Vec<u8>, Panic> {
    let count = usize::try_from(count).map_err(|_| Panic::new("strings: negative Repeat count"))?;
    match s.len().checked_mul(count) {
        Some(len) if len <= MAX_REPEAT => Ok(s.repeat(count)),
        _ => Err(Panic::new("strings: Repeat output length overflow")),
    }
}

/// `indent`: every line pushed right by `spaces`, empty ones too.
///
/// # Errors
/// As [`repeat`].
pub fn indent(spaces: i64, s: &[u8]) -> Result<Vec<u8>, Panic> {
    let pad = repeat(spaces, b" ")?;
    let lines = s.iter().filter(|&&byte| byte == b'\n').count();
    let added = pad.len().saturating_mul(lines + 1);
    if added > MAX_REPEAT {
        return Err(Panic::new("strings: Repeat output length overflow"));
    }
    let mut out = Vec::with_capacity(s.len() + added);
    for (index, line) in s.split(|&byte| byte == b'\n').enumerate() {
        if index > 0 {
            out.push(b'\n');
        }
        out.extend_from_slice(&pad);
        out.extend_from_slice(line);
    }
    Ok(out)
}

/// `nindent`: [`indent`] after a newline.
///
/// # Errors
/// As [`repeat`].
pub fn nindent(spaces: i64, s: &[u8]) -> Result<Vec<u8>, Panic> {
    let mut out = indent(spaces, s)?;
    out.insert(0, b'\n');
    Ok(out)
}

/// `replace`, as `strings.ReplaceAll`. An empty `old` matches before every rune and at the end.
pub fn replace(old: &[u8], new: &[u8], s: &[u8]) -> Vec<u8> {
    if old.is_empty() {
        let mut out = Vec::with_capacity(s.len() + new.len());
        let mut rest = s;
        while !rest.is_empty() {
            let (_, width) = unicode::decode(rest);
            out.extend_from_slice(new);
            out.extend_from_slice(&rest[..width]);
            rest = &rest[width..];
        }
        out.extend_from_slice(new);
        return out;
    }
    let mut out = Vec::with_capacity(s.len());
    let mut rest = s;
    while let Some(at) = find(rest, old) {
        out.extend_from_slice(&rest[..at]);
        out.extend_from_slice(new);
        rest = &rest[at + old.len()..];
    }
    out.extend_from_slice(rest);
    out
}

/// `strings.SplitN`: `limit` pieces at most, all when negative, none for zero. An empty separator splits into runes.
pub fn split<'a>(separator: &[u8], limit: i64, s: &'a [u8]) -> Vec<&'a [u8]> {
    let mut out = Vec::new();
    if limit == 0 {
        return out;
    }
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut rest = s;
    if separator.is_empty() {
        while !rest.is_empty() && out.len() + 1 < limit {
            let (_, width) = unicode::decode(rest);
            out.push(&rest[..width]);
            rest = &rest[width..];
        }
        if !rest.is_empty() {
            out.push(rest);
        }
        return out;
    }
    while out.len() + 1 < limit {
        let Some(at) = find(rest, separator) else { break };
        out.push(&rest[..at]);
        rest = &rest[at + separator.len()..];
    }
    out.push(rest);
    out
}

/// Where `needle` first begins in `haystack`.
pub fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    memchr::memmem::find(haystack, needle)
}

/// `shuffle`: Fisher-Yates from the end over the runes. `below(n)` answers a number under `n`, as Go's `Intn`.
pub fn shuffle(s: &[u8], mut below: impl FnMut(usize) -> usize) -> Vec<u8> {
    let mut runes: Vec<char> = unicode::runes(s).map(|(_, c)| c).collect();
    for last in (1..runes.len()).rev() {
        runes.swap(last, below(last + 1).min(last));
    }
    let mut out = Vec::with_capacity(s.len());
    for c in runes {
        unicode::push(&mut out, c);
    }
    out
}

/// Whether a decoded rune stands for a byte that is not UTF-8.
pub(crate) fn is_broken(c: char, width: usize) -> bool {
    c == RUNE_ERROR && width == 1
}
