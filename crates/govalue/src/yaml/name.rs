//! Tokens that are names: anchors, aliases, tags, and directives.

use super::cursor::{is_blank, is_word};
use super::scan::{Fault, Scanner, Token};

impl<'a> Scanner<'a> {
    pub(super) fn anchor(&mut self, alias: bool) -> Result<(), Fault> {
        let mark = self.mark();
        self.pos += 1;
        let name = self.word();
        let ends =
            self.is_blankz(0) || matches!(self.at(0), b'?' | b':' | b',' | b']' | b'}' | b'%' | b'@' | b'`');
        if name.is_empty() || !ends {
            return self.fault("did not find expected alphabetic or numeric character");
        }
        self.push(if alias { Token::Alias(name) } else { Token::Anchor(name) }, mark);
        Ok(())
    }

    fn word(&mut self) -> &'a [u8] {
        let start = self.pos;
        while is_word(self.at(0)) {
            self.pos += 1;
        }
        &self.text[start..self.pos]
    }

    pub(super) fn tag(&mut self) -> Result<(), Fault> {
        let mark = self.mark();
        let (handle, suffix);
        if self.at(1) == b'<' {
            self.pos += 2;
            handle = Vec::new();
            suffix = self.tag_uri(&[])?;
            if self.at(0) != b'>' {
                return self.fault("did not find the expected '>'");
            }
            self.pos += 1;
        } else {
            let head = self.tag_handle(false)?;
            if head.len() > 1 && head.ends_with(b"!") {
                suffix = self.tag_uri(&[])?;
                handle = head.to_vec();
            } else {
                let rest = self.tag_uri(head)?;
                // `!` alone is a tag of its own.
                (handle, suffix) =
                    if rest.is_empty() { (Vec::new(), b"!".to_vec()) } else { (b"!".to_vec(), rest) };
            }
        }
        if !self.is_blankz(0) {
            return self.fault("did not find expected whitespace or line break");
        }
        self.push(Token::Tag(Box::new((handle, suffix))), mark);
        Ok(())
    }

    fn tag_handle(&mut self, directive: bool) -> Result<&'a [u8], Fault> {
        if self.at(0) != b'!' {
            return self.fault("did not find expected '!'");
        }
        let start = self.pos;
        self.pos += 1;
        let name = self.word();
        if self.at(0) == b'!' {
            self.pos += 1;
        } else if directive && !name.is_empty() {
            return self.fault("did not find expected '!'");
        }
        Ok(&self.text[start..self.pos])
    }

    /// A tag's text after its handle; `head` is what was already taken for one, `!` included.
    fn tag_uri(&mut self, head: &[u8]) -> Result<Vec<u8>, Fault> {
        let mut uri = head.get(1..).unwrap_or_default().to_vec();
        let mut found = !head.is_empty();
        loop {
            let byte = self.at(0);
            match byte {
                b'%' => self.uri_escape(&mut uri)?,
                _ if is_word(byte) || b";/?:@&=+$,.!~*'()[]".contains(&byte) => {
                    uri.push(byte);
                    self.pos += 1;
                }
                _ => break,
            }
            found = true;
        }
        if found { Ok(uri) } else { self.fault("did not find expected tag URI") }
    }

    fn uri_escape(&mut self, uri: &mut Vec<u8>) -> Result<(), Fault> {
        let mut left = None;
        while left != Some(0) {
            self.touch(3);
            let digit = |byte: u8| char::from(byte).to_digit(16);
            let (b'%', Some(high), Some(low)) = (self.at(0), digit(self.at(1)), digit(self.at(2))) else {
                return self.fault("did not find URI escaped octet");
            };
            let octet = (high << 4 | low) as u8;
            left = Some(match left {
                None => match octet {
                    0..0x80 => 0,
                    0xc0..0xe0 => 1,
                    0xe0..0xf0 => 2,
                    0xf0..0xf8 => 3,
                    _ => return self.fault("found an incorrect leading UTF-8 octet"),
                },
                Some(_) if octet & 0xc0 != 0x80 => {
                    return self.fault("found an incorrect trailing UTF-8 octet");
                }
                Some(left) => left - 1,
            });
            uri.push(octet);
            self.pos += 3;
        }
        Ok(())
    }

    pub(super) fn directive(&mut self) -> Result<(), Fault> {
        self.unroll_indent(-1);
        self.remove_simple_key()?;
        self.simple_key_allowed = false;
        let mark = self.mark();
        self.pos += 1;
        let name = self.word();
        if name.is_empty() {
            return self.fault("could not find expected directive name");
        }
        if !self.is_blankz(0) {
            return self.fault("found unexpected non-alphabetical character");
        }
        let token = match name {
            b"YAML" => {
                self.skip_blanks();
                let major = self.version_number()?;
                if self.at(0) != b'.' {
                    return self.fault("did not find expected digit or '.' character");
                }
                self.pos += 1;
                Token::Version(major, self.version_number()?)
            }
            b"TAG" => {
                self.skip_blanks();
                let handle = self.tag_handle(true)?.to_vec();
                if !is_blank(self.at(0)) {
                    return self.fault("did not find expected whitespace");
                }
                self.skip_blanks();
                let prefix = self.tag_uri(&[])?;
                if !self.is_blankz(0) {
                    return self.fault("did not find expected whitespace or line break");
                }
                Token::TagDirective(Box::new((handle, prefix)))
            }
            _ => return self.fault("found unknown directive name"),
        };
        self.end_of_line()?;
        self.push(token, mark);
        Ok(())
    }

    fn version_number(&mut self) -> Result<u32, Fault> {
        let (mut value, mut length) = (0, 0);
        while self.at(0).is_ascii_digit() {
            length += 1;
            if length > 2 {
                return self.fault("found extremely long version number");
            }
            value = value * 10 + u32::from(self.at(0) - b'0');
            self.pos += 1;
        }
        if length == 0 { self.fault("did not find expected version number") } else { Ok(value) }
    }
}
