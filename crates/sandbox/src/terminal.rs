//! Foreign text on its way to a terminal: control sequences are removed.
//!
//! A terminal obeys what it prints: it can be made to hide a line, to answer as if the user had typed, or to change
//! the clipboard. Text, line breaks and tabs pass; everything else that a terminal acts on does not.

/// A text as it may be printed on a terminal: without control sequences. (Line breaks and tabs stay.)
pub fn without_controls(text: &[u8]) -> Vec<u8> {
    Cleaner::default().clean(text)
}

/// Removes control sequences from a stream of bytes that may break anywhere.
#[derive(Debug, Default)]
pub(crate) struct Cleaner {
    state: State,
    /// Whether the last byte was 0xC2, which begins the control characters U+0080..U+009F.
    after_c2: bool,
    /// How many bytes of a character are still to come: those are not control characters of their own.
    continuation: u8,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum State {
    #[default]
    Text,
    /// After ESC.
    Escape,
    /// After ESC and an intermediate byte.
    EscapeIntermediate,
    /// In `ESC [ …`.
    Control,
    /// In `ESC ] …`, `ESC P …` and their like, up to BEL or ST.
    String,
    /// After ESC inside a string.
    StringEscape,
}

impl Cleaner {
    /// The part of `bytes` that may be printed.
    pub(crate) fn clean(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(bytes.len());
        for &byte in bytes {
            self.one(byte, &mut out);
        }
        out
    }

    fn one(&mut self, byte: u8, out: &mut Vec<u8>) {
        match self.state {
            State::Text => self.text(byte, out),
            State::Escape => {
                self.state = match byte {
                    b'[' => State::Control,
                    b']' | b'P' | b'X' | b'^' | b'_' => State::String,
                    0x20..=0x2f => State::EscapeIntermediate,
                    0x1b => State::Escape,
                    _ => State::Text,
                };
            }
            State::EscapeIntermediate => {
                if !(0x20..=0x2f).contains(&byte) {
                    self.state = if byte == 0x1b { State::Escape } else { State::Text };
                }
            }
            State::Control => match byte {
                0x1b => self.state = State::Escape,
                0x40..=0x7e => self.state = State::Text,
                // A line break ends what cannot be a sequence, so that an unfinished one hides one line at most.
                b'\n' => {
                    self.state = State::Text;
                    out.push(byte);
                }
                _ => {}
            },
            State::String => match byte {
                0x07 | 0x9c => self.state = State::Text,
                0x1b => self.state = State::StringEscape,
                b'\n' => {
                    self.state = State::Text;
                    out.push(byte);
                }
                _ => {}
            },
            State::StringEscape => {
                self.state = State::Text;
                if byte != b'\\' {
                    self.state = State::Escape;
                    self.one(byte, out);
                }
            }
        }
    }

    fn text(&mut self, byte: u8, out: &mut Vec<u8>) {
        if self.after_c2 {
            self.after_c2 = false;
            self.continuation = 0;
            match byte {
                0x80..=0x9f => {
                    self.c1(byte);
                    return;
                }
                0xa0..=0xbf => {
                    out.extend([0xc2, byte]);
                    return;
                }
                // Not a character; the lone byte is dropped.
                _ => {}
            }
        }
        match byte {
            b'\n' | b'\t' | 0x20..=0x7e => {
                self.continuation = 0;
                out.push(byte);
            }
            b'\r' | 0x00..=0x1a | 0x1c..=0x1f | 0x7f => self.continuation = 0,
            0x1b => {
                self.continuation = 0;
                self.state = State::Escape;
            }
            0x80..=0xbf if self.continuation > 0 => {
                self.continuation -= 1;
                out.push(byte);
            }
            // A byte on its own: a terminal that is not in UTF-8 mode takes these as controls.
            0x80..=0xbf => self.c1(byte),
            0xc2 => self.after_c2 = true,
            0xc3..=0xdf => self.begin(1, byte, out),
            0xe0..=0xef => self.begin(2, byte, out),
            0xf0..=0xf4 => self.begin(3, byte, out),
            0xc0..=0xc1 | 0xf5..=0xff => self.continuation = 0,
        }
    }

    fn begin(&mut self, continuation: u8, byte: u8, out: &mut Vec<u8>) {
        self.continuation = continuation;
        out.push(byte);
    }

    fn c1(&mut self, byte: u8) {
        self.state = match byte {
            0x9b => State::Control,
            0x90 | 0x98 | 0x9d..=0x9f => State::String,
            _ => State::Text,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cleaned(text: &[u8]) -> String {
        let whole = Cleaner::default().clean(text);
        // The same, byte by byte.
        let mut cleaner = Cleaner::default();
        let pieces: Vec<u8> = text.iter().flat_map(|byte| cleaner.clean(&[*byte])).collect();
        assert_eq!(whole, pieces);
        String::from_utf8(whole).unwrap()
    }

    #[test]
    fn text_passes_and_sequences_do_not() {
        assert_eq!(cleaned("plain äöü 漢字 🦀\n\ttab".as_bytes()), "plain äöü 漢字 🦀\n\ttab");
        assert_eq!(cleaned(b"a\x1b[31mred\x1b[0m b"), "ared b");
        assert_eq!(cleaned(b"\x1b]0;title\x07x\x1b]52;c;aGk=\x1b\\y"), "xy");
        assert_eq!(cleaned(b"\x1bP1$r\x1b\\ok"), "ok");
        assert_eq!(cleaned(b"hidden\rshown"), "hiddenshown");
        assert_eq!(cleaned(b"a\x08\x08b\x00c\x7f"), "abc");
        assert_eq!(cleaned(b"\x1b(Bx\x1b#8y"), "xy");
    }

    #[test]
    fn eight_bit_controls_are_controls() {
        assert_eq!(cleaned("a\u{9b}31mb\u{85}c".as_bytes()), "abc");
        assert_eq!(cleaned(b"a\x9b31mb"), "ab");
        assert_eq!(cleaned(b"a\x9d0;t\x9cb"), "ab");
    }

    #[test]
    fn an_unfinished_sequence_hides_one_line_at_most() {
        assert_eq!(cleaned(b"\x1b]0;never ends\nnext"), "\nnext");
        assert_eq!(cleaned(b"\x1b[99\nnext"), "\nnext");
    }
}
