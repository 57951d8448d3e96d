//! Go's `filepath.Match`, for `.helmignore`.

use crate::unicode::{self, RUNE_ERROR};

/// A pattern that is none: an open class, or a backslash at the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("syntax error in pattern")]
pub struct BadPattern;

/// Whether a whole name matches. `*` and `?` do not match `/`; `[…]`, `[^…]` and `\` are as usual.
///
/// # Errors
/// The pattern is none, so far as it was read.
pub fn path_match(pattern: &[u8], name: &[u8]) -> Result<bool, BadPattern> {
    let mut pattern = pattern;
    let mut name = name;
    while !pattern.is_empty() {
        let stars = pattern.iter().take_while(|&&byte| byte == b'*').count();
        let (chunk, after) = split_chunk(&pattern[stars..]);
        pattern = after;
        if stars > 0 && chunk.is_empty() {
            return Ok(!name.contains(&b'/'));
        }
        if let Some(rest) = match_chunk(chunk, name)?
            && (rest.is_empty() || !pattern.is_empty())
        {
            name = rest;
            continue;
        }
        let mut found = None;
        if stars > 0 {
            for (at, &byte) in name.iter().enumerate() {
                if byte == b'/' {
                    break;
                }
                if let Some(rest) = match_chunk(chunk, &name[at + 1..])?
                    && (rest.is_empty() || !pattern.is_empty())
                {
                    found = Some(rest);
                    break;
                }
            }
        }
        match found {
            Some(rest) => name = rest,
            // Go: what is left of the pattern is not looked at any more.
            None => return Ok(false),
        }
    }
    Ok(name.is_empty())
}

/// The part of a pattern up to the next star that is one.
fn split_chunk(pattern: &[u8]) -> (&[u8], &[u8]) {
    let mut in_class = false;
    let mut at = 0;
    while let Some(byte) = pattern.get(at) {
        match byte {
            b'\\' => at += 1,
            b'[' => in_class = true,
            b']' => in_class = false,
            b'*' if !in_class => break,
            _ => {}
        }
        at += 1;
    }
    pattern.split_at(at.min(pattern.len()))
}

/// Matches a chunk at the beginning of a name; answers what is left. All of the chunk is read, to find mistakes.
fn match_chunk<'n>(chunk: &[u8], name: &'n [u8]) -> Result<Option<&'n [u8]>, BadPattern> {
    let mut chunk = chunk;
    let mut left = Some(name);
    while let Some(&byte) = chunk.first() {
        if left.is_some_and(<[u8]>::is_empty) {
            left = None;
        }
        match byte {
            b'[' => {
                let mut current = None;
                if let Some(name) = left {
                    let (c, width) = unicode::decode(name);
                    current = Some(c);
                    left = Some(&name[width..]);
                }
                let (matched, after) = match_class(&chunk[1..], current)?;
                if !matched {
                    left = None;
                }
                chunk = after;
            }
            b'?' => {
                left = left.filter(|name| name[0] != b'/').map(|name| &name[unicode::decode(name).1..]);
                chunk = &chunk[1..];
            }
            _ => {
                if byte == b'\\' {
                    chunk = &chunk[1..];
                }
                let literal = *chunk.first().ok_or(BadPattern)?;
                left = left.filter(|name| name[0] == literal).map(|name| &name[1..]);
                chunk = &chunk[1..];
            }
        }
    }
    Ok(left)
}

/// Reads a class, after its bracket, to the end.
fn match_class(class: &[u8], current: Option<char>) -> Result<(bool, &[u8]), BadPattern> {
    let mut rest = class;
    let negated = rest.first() == Some(&b'^');
    if negated {
        rest = &rest[1..];
    }
    let mut matched = false;
    let mut ranges = 0;
    loop {
        if ranges > 0 && rest.first() == Some(&b']') {
            return Ok((matched != negated, &rest[1..]));
        }
        let (low, after) = class_char(rest)?;
        rest = after;
        let mut high = low;
        if rest.first() == Some(&b'-') {
            (high, rest) = class_char(&rest[1..])?;
        }
        ranges += 1;
        matched |= current.is_some_and(|c| (low..=high).contains(&c));
    }
}

fn class_char(text: &[u8]) -> Result<(char, &[u8]), BadPattern> {
    let text = match text {
        [] | [b'-' | b']', ..] | [b'\\'] => return Err(BadPattern),
        [b'\\', rest @ ..] => rest,
        _ => text,
    };
    let (c, width) = unicode::decode(text);
    let rest = &text[width..];
    // A class needs its bracket, so it cannot end here.
    if (c == RUNE_ERROR && width == 1) || rest.is_empty() {
        return Err(BadPattern);
    }
    Ok((c, rest))
}
