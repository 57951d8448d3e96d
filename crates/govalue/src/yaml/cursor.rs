//! Where the scanner stands: bytes ahead, characters and line breaks.

use super::scan::{Fault, Scanner};

/// A place in the text; everything counts from zero, columns and offsets in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Mark {
    pub(super) offset: usize,
    pub(super) line: u32,
    pub(super) column: u32,
}

pub(super) fn is_blank(byte: u8) -> bool {
    byte == b' ' || byte == b'\t'
}

pub(super) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
}

/// How many bytes the line break at the front has, CR LF counting as one; 0 for anything else.
pub(super) fn break_width(text: &[u8]) -> usize {
    match text {
        [b'\r', b'\n', ..] => 2,
        [b'\n' | b'\r', ..] => 1,
        [0xc2, 0x85, ..] => 2,
        [0xe2, 0x80, 0xa8 | 0xa9, ..] => 3,
        _ => 0,
    }
}

impl<'a> Scanner<'a> {
    /// The byte some bytes ahead; 0 behind the end.
    pub(super) fn at(&self, ahead: usize) -> u8 {
        match self.text.get(self.pos + ahead) {
            Some(&byte) => byte,
            None => {
                self.at_end.set(true);
                0
            }
        }
    }

    /// Notes that the next bytes are read, as go-yaml does before it looks at them.
    pub(super) fn touch(&self, bytes: usize) {
        if self.pos + bytes > self.text.len() {
            self.at_end.set(true);
        }
    }

    pub(super) fn rest(&self) -> &'a [u8] {
        &self.text[self.pos.min(self.text.len())..]
    }

    pub(super) fn break_at(&self, ahead: usize) -> usize {
        let byte = self.at(ahead);
        if matches!(byte, b'\n' | b'\r' | 0xc2 | 0xe2) {
            break_width(&self.text[self.pos + ahead..])
        } else {
            0
        }
    }

    /// Whether a blank, a line break or the end is there.
    pub(super) fn is_blankz(&self, ahead: usize) -> bool {
        let byte = self.at(ahead);
        byte == 0 || is_blank(byte) || self.break_at(ahead) > 0
    }

    pub(super) fn is_breakz(&self) -> bool {
        self.at(0) == 0 || self.break_at(0) > 0
    }

    pub(super) fn offset(&self) -> usize {
        self.pos - self.wide
    }

    pub(super) fn column(&self) -> usize {
        self.offset() - self.line_start
    }

    pub(super) fn mark(&self) -> Mark {
        Mark { offset: self.offset(), line: self.line, column: self.column() as u32 }
    }

    /// Goes on by one character.
    pub(super) fn skip(&mut self) {
        let width = match self.at(0) {
            0..0xc0 => 1,
            0xc0..0xe0 => 2,
            0xe0..0xf0 => 3,
            _ => 4,
        };
        self.pos = (self.pos + width).min(self.text.len());
        self.wide += width - 1;
    }

    /// Goes on by a line break of so many bytes.
    pub(super) fn skip_break(&mut self, width: usize) {
        // CR LF is two characters; the others are one.
        if self.at(0) != b'\r' {
            self.wide += width - 1;
        }
        self.pos += width;
        self.line += 1;
        self.line_start = self.offset();
    }

    pub(super) fn skip_blanks(&mut self) {
        while is_blank(self.at(0)) {
            self.pos += 1;
        }
    }

    pub(super) fn skip_comment(&mut self) {
        if self.at(0) == b'#' {
            while !self.is_breakz() {
                self.skip();
            }
        }
    }

    /// Blanks, a comment, and the line break.
    pub(super) fn end_of_line(&mut self) -> Result<(), Fault> {
        self.skip_blanks();
        self.skip_comment();
        if !self.is_breakz() {
            return self.fault("did not find expected comment or line break");
        }
        let width = self.break_at(0);
        if width > 0 {
            self.skip_break(width);
        }
        Ok(())
    }
}
