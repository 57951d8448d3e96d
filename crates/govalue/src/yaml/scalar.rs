//! Scalars: plain, quoted, and block. What stands in the text as it is meant is borrowed from it.

use std::borrow::Cow;

use super::cursor::{break_width, is_blank};
use super::scan::{Fault, Scanner};

/// What ends a run of plain text, or must be looked at: blanks, breaks, `:`, flow indicators, non-ASCII.
const PLAIN_STOP: [bool; 256] = {
    let mut table = [false; 256];
    let stops = b"\0 \t\r\n:,?[]{}";
    let mut index = 0;
    while index < stops.len() {
        table[stops[index] as usize] = true;
        index += 1;
    }
    index = 0x80;
    while index < 256 {
        table[index] = true;
        index += 1;
    }
    table
};

/// Text between the words of a scalar: blanks on a line, or line breaks that fold.
#[derive(Default)]
struct Gap {
    first_break: Vec<u8>,
    breaks: Vec<u8>,
    folded: bool,
}

impl Gap {
    fn push(&mut self, line_break: &[u8]) {
        let text = break_text(line_break);
        if self.folded {
            self.breaks.extend_from_slice(text);
        } else {
            self.first_break.extend_from_slice(text);
            self.folded = true;
        }
    }

    /// Writes what the line breaks mean: one is a space, further ones are themselves.
    fn fold_into(&mut self, out: &mut Vec<u8>) {
        if self.first_break.first() == Some(&b'\n') {
            if self.breaks.is_empty() {
                out.push(b' ');
            }
        } else {
            out.extend_from_slice(&self.first_break);
        }
        out.extend_from_slice(&self.breaks);
        self.first_break.clear();
        self.breaks.clear();
        self.folded = false;
    }
}

/// What a line break reads as: all are LF but for the two that Unicode made for text.
fn break_text(line_break: &[u8]) -> &[u8] {
    if line_break.first() == Some(&0xe2) { line_break } else { b"\n" }
}

impl<'a> Scanner<'a> {
    /// Goes over plain text up to a blank, a break, or what ends a plain scalar.
    fn plain_run(&mut self) {
        loop {
            let rest = self.rest();
            let run = rest.iter().position(|&byte| PLAIN_STOP[usize::from(byte)]).unwrap_or(rest.len());
            self.pos += run;
            match self.at(0) {
                b':' if self.is_blankz(1) => return,
                b':' => self.pos += 1,
                b',' | b'?' | b'[' | b']' | b'{' | b'}' if self.flow_level > 0 => return,
                b',' | b'?' | b'[' | b']' | b'{' | b'}' => self.pos += 1,
                0x80.. if self.break_at(0) == 0 => self.skip(),
                _ => return,
            }
        }
    }

    pub(super) fn plain_scalar(&mut self) -> Result<Cow<'a, [u8]>, Fault> {
        let indent = self.indent + 1;
        let mut value: Cow<'a, [u8]> = Cow::Borrowed(b"");
        let start = self.pos;
        let mut end = start;
        let mut gap = Gap::default();
        loop {
            self.touch(4);
            if self.column() == 0 && self.document_indicator().is_some() || self.at(0) == b'#' {
                break;
            }
            let word = self.pos;
            self.plain_run();
            if self.pos > word {
                self.touch(2);
                match &mut value {
                    Cow::Borrowed(text) if !gap.folded => *text = &self.text[start..self.pos],
                    value => {
                        let out = value.to_mut();
                        if gap.folded {
                            gap.fold_into(out);
                        } else {
                            out.extend_from_slice(&self.text[end..word]);
                        }
                        out.extend_from_slice(&self.text[word..self.pos]);
                    }
                }
                end = self.pos;
            }
            if !is_blank(self.at(0)) && self.break_at(0) == 0 {
                break;
            }
            self.plain_gap(&mut gap, indent)?;
            if self.flow_level == 0 && (self.column() as i64) < indent {
                break;
            }
        }
        if gap.folded {
            self.simple_key_allowed = true;
        }
        Ok(value)
    }

    fn plain_gap(&mut self, gap: &mut Gap, indent: i64) -> Result<(), Fault> {
        loop {
            let byte = self.at(0);
            if is_blank(byte) {
                if gap.folded && byte == b'\t' && (self.column() as i64) < indent {
                    return self.fault("found a tab character that violates indentation");
                }
                self.pos += 1;
                continue;
            }
            let width = self.break_at(0);
            if width == 0 {
                return Ok(());
            }
            self.touch(2);
            gap.push(&self.text[self.pos..self.pos + width]);
            self.skip_break(width);
        }
    }

    pub(super) fn quoted_scalar(&mut self, single: bool) -> Result<Cow<'a, [u8]>, Fault> {
        self.pos += 1;
        if let Some(text) = self.simple_quoted(single) {
            return Ok(Cow::Borrowed(text));
        }
        let quote = if single { b'\'' } else { b'"' };
        let mut value = Vec::new();
        let mut gap = Gap::default();
        loop {
            self.touch(4);
            if self.column() == 0 && self.document_indicator().is_some() {
                return self.fault("found unexpected document indicator");
            }
            if self.at(0) == 0 {
                return self.fault("found unexpected end of stream");
            }
            // An escaped line break joins lines with nothing between them.
            let joined = self.quoted_run(single, &mut value)?;
            if self.at(0) == quote {
                self.pos += 1;
                return Ok(Cow::Owned(value));
            }
            let blanks = self.pos;
            gap.folded = joined;
            loop {
                if is_blank(self.at(0)) {
                    self.pos += 1;
                    continue;
                }
                let width = self.break_at(0);
                if width == 0 {
                    break;
                }
                self.touch(2);
                gap.push(&self.text[self.pos..self.pos + width]);
                self.skip_break(width);
            }
            if gap.folded {
                gap.fold_into(&mut value);
            } else {
                value.extend_from_slice(&self.text[blanks..self.pos]);
            }
        }
    }

    /// A quoted scalar on one line without escapes.
    fn simple_quoted(&mut self, single: bool) -> Option<&'a [u8]> {
        let rest = self.rest();
        let (length, next) = if single {
            let length = memchr::memchr2(b'\'', b'\n', rest)?;
            (length, rest.get(length + 1))
        } else {
            (memchr::memchr3(b'"', b'\\', b'\n', rest)?, None)
        };
        let text = &rest[..length];
        let ends = if single {
            rest[length] == b'\'' && next.is_some_and(|&b| b != b'\'')
        } else {
            rest[length] == b'"'
        };
        if !ends || memchr::memchr(b'\r', text).is_some() {
            return None;
        }
        if !text.is_ascii() {
            if text.iter().enumerate().any(|(at, &byte)| byte >= 0xc2 && break_width(&text[at..]) > 0) {
                return None;
            }
            self.wide += text.iter().filter(|&&byte| byte & 0xc0 == 0x80).count();
        }
        self.pos += length + 1;
        Some(text)
    }

    /// Text up to a blank, a break or the closing quote. Says whether a line break was escaped.
    fn quoted_run(&mut self, single: bool, value: &mut Vec<u8>) -> Result<bool, Fault> {
        while !self.is_blankz(0) {
            let byte = self.at(0);
            match byte {
                b'\'' if single && self.at(1) == b'\'' => {
                    value.push(b'\'');
                    self.pos += 2;
                }
                b'\'' if single => break,
                b'"' if !single => break,
                b'\\' if !single => {
                    let width = self.break_at(1);
                    if width > 0 {
                        self.pos += 1;
                        self.skip_break(width);
                        return Ok(true);
                    }
                    self.escape(value)?;
                }
                _ => {
                    let start = self.pos;
                    self.skip();
                    value.extend_from_slice(&self.text[start..self.pos]);
                }
            }
            self.touch(2);
        }
        Ok(false)
    }

    fn escape(&mut self, value: &mut Vec<u8>) -> Result<(), Fault> {
        let digits = match self.at(1) {
            b'x' => 2,
            b'u' => 4,
            b'U' => 8,
            letter => {
                let text: &[u8] = match letter {
                    b'0' => b"\0",
                    b'a' => b"\x07",
                    b'b' => b"\x08",
                    b't' | b'\t' => b"\t",
                    b'n' => b"\n",
                    b'v' => b"\x0b",
                    b'f' => b"\x0c",
                    b'r' => b"\r",
                    b'e' => b"\x1b",
                    b' ' => b" ",
                    b'"' => b"\"",
                    b'\'' => b"'",
                    b'\\' => b"\\",
                    b'N' => "\u{85}".as_bytes(),
                    b'_' => "\u{a0}".as_bytes(),
                    b'L' => "\u{2028}".as_bytes(),
                    b'P' => "\u{2029}".as_bytes(),
                    _ => return self.fault("found unknown escape character"),
                };
                value.extend_from_slice(text);
                self.pos += 2;
                return Ok(());
            }
        };
        self.pos += 2;
        self.touch(digits);
        let mut code: u64 = 0;
        for index in 0..digits {
            let Some(digit) = char::from(self.at(index)).to_digit(16) else {
                return self.fault("did not find expected hexdecimal number");
            };
            code = code << 4 | u64::from(digit);
        }
        let Some(character) = u32::try_from(code).ok().and_then(char::from_u32) else {
            return self.fault("found invalid Unicode character escape code");
        };
        value.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        self.pos += digits;
        Ok(())
    }

    pub(super) fn block_scalar(&mut self, literal: bool) -> Result<Cow<'a, [u8]>, Fault> {
        let start = self.offset();
        self.pos += 1;
        let (keep, strip, increment) = self.block_header()?;
        self.line_comment(start);
        self.end_of_line()?;
        let mut indent = if increment > 0 { self.indent.max(0) + increment } else { 0 };
        let mut value = Vec::new();
        let mut trailing = Vec::new();
        let mut leading_break: &[u8] = b"";
        let mut leading_blank = false;
        self.block_breaks(&mut indent, &mut trailing)?;
        while self.column() as i64 == indent && self.at(0) != 0 {
            let blank = is_blank(self.at(0));
            if !literal && !leading_blank && !blank && leading_break.first() == Some(&b'\n') {
                if trailing.is_empty() {
                    value.push(b' ');
                }
            } else {
                value.extend_from_slice(leading_break);
            }
            value.append(&mut trailing);
            leading_blank = blank;
            self.block_line(&mut value);
            self.touch(2);
            let width = self.break_at(0);
            leading_break = break_text(&self.text[self.pos..self.pos + width]);
            if width > 0 {
                self.skip_break(width);
            } else {
                leading_break = b"";
            }
            self.block_breaks(&mut indent, &mut trailing)?;
        }
        if !strip {
            value.extend_from_slice(leading_break);
        }
        if keep {
            value.append(&mut trailing);
        }
        Ok(Cow::Owned(value))
    }

    /// The rest of a line.
    fn block_line(&mut self, value: &mut Vec<u8>) {
        let rest = self.rest();
        let end = memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
        let line = &rest[..end];
        if line.is_ascii() {
            value.extend_from_slice(line);
            self.pos += end;
            self.touch(1);
            return;
        }
        let start = self.pos;
        while !self.is_breakz() {
            self.skip();
        }
        value.extend_from_slice(&self.text[start..self.pos]);
    }

    /// Chomping (keep, strip) and the indentation that a block scalar's first line tells.
    fn block_header(&mut self) -> Result<(bool, bool, i64), Fault> {
        let (mut keep, mut strip, mut increment) = (false, false, 0);
        for turn in 0..2 {
            match self.at(0) {
                sign @ (b'+' | b'-') if !keep && !strip => {
                    (keep, strip) = (sign == b'+', sign == b'-');
                    self.pos += 1;
                }
                b'0' if increment == 0 => return self.fault("found an indentation indicator equal to 0"),
                digit @ b'1'..=b'9' if increment == 0 => {
                    increment = i64::from(digit - b'0');
                    self.pos += 1;
                }
                _ if turn == 0 => break,
                _ => {}
            }
        }
        Ok((keep, strip, increment))
    }

    /// Empty lines, and the indentation where it is not known yet.
    fn block_breaks(&mut self, indent: &mut i64, breaks: &mut Vec<u8>) -> Result<(), Fault> {
        let mut deepest = 0;
        loop {
            while (*indent == 0 || (self.column() as i64) < *indent) && self.at(0) == b' ' {
                self.pos += 1;
            }
            let column = self.column() as i64;
            deepest = deepest.max(column);
            if (*indent == 0 || column < *indent) && self.at(0) == b'\t' {
                return self.fault("found a tab character where an indentation space is expected");
            }
            let width = self.break_at(0);
            if width == 0 {
                break;
            }
            self.touch(2);
            breaks.extend_from_slice(break_text(&self.text[self.pos..self.pos + width]));
            self.skip_break(width);
        }
        if *indent == 0 {
            *indent = deepest.max(self.indent + 1).max(1);
        }
        Ok(())
    }
}
