//! Finds characters, names, strings and numbers in TOML text, and words what is wrong with them.
//!
//! The library's line numbers have habits of their own, kept here: an error at the end of the text belongs to the
//! last line that has text, and some errors are reported one line up because the newline was read already.

use crate::print::{self, Rune};

/// A message and the line it is about.
#[derive(Debug)]
pub(super) struct Wrong {
    pub(super) message: String,
    pub(super) line: i64,
}

/// A piece of text and the line it ends on.
#[derive(Debug)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) text: String,
    pub(super) line: i64,
}

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TokenKind {
    Word,
    RawString,
    /// Still with its escapes.
    String,
    /// Still with its escapes and escaped line ends.
    MultilineString,
    Bool,
    Integer,
    Float,
    Datetime,
}

/// A place in the text.
pub(super) struct Scanner<'a> {
    text: &'a [u8],
    at: usize,
    /// The line at hand, from 1.
    line: i64,
}

pub(super) fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t')
}

pub(super) fn is_newline(c: char) -> bool {
    matches!(c, '\n' | '\r')
}

/// A character between single quotes, as `%q` prints it. The end of the text counts as NUL.
pub(super) fn quoted(c: Option<char>) -> String {
    print::quote_rune(c.unwrap_or('\0') as u32, false)
}

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a [u8]) -> Self {
        Self { text, at: 0, line: 1 }
    }

    /// The next character without consuming it; `None` at the end. Broken UTF-8 and control characters are errors.
    pub(super) fn peek(&self) -> Result<Option<char>, Wrong> {
        let c = match print::first_rune(&self.text[self.at..]) {
            None => return Ok(None),
            Some(Rune::Broken(byte)) => return Err(self.wrong(format!("invalid UTF-8 byte: 0x{byte:02x}"))),
            Some(Rune::Char(c, _)) => c,
        };
        let control = match c {
            '\t' | '\n' => false,
            '\r' => self.text.get(self.at + 1) != Some(&b'\n'),
            _ => c < ' ' || c == '\x7f',
        };
        if control {
            let message = format!("TOML files cannot contain control characters: '0x{:02x}'", c as u32);
            return Err(self.wrong(message));
        }
        Ok(Some(c))
    }

    /// Consumes the next character.
    pub(super) fn next(&mut self) -> Result<Option<char>, Wrong> {
        let c = self.peek()?;
        if let Some(c) = c {
            self.at += c.len_utf8();
            self.line += i64::from(c == '\n');
        }
        Ok(c)
    }

    /// Consumes the next character if it is this one.
    fn accept(&mut self, wanted: char) -> Result<bool, Wrong> {
        let found = self.peek()? == Some(wanted);
        if found {
            self.next()?;
        }
        Ok(found)
    }

    pub(super) fn skip_while(&mut self, wanted: impl Fn(char) -> bool) -> Result<(), Wrong> {
        while self.peek()?.is_some_and(&wanted) {
            self.next()?;
        }
        Ok(())
    }

    /// An error on the line at hand.
    pub(super) fn wrong(&self, message: impl Into<String>) -> Wrong {
        Wrong { message: message.into(), line: self.line }
    }

    /// An error one line up: the newline it is about was consumed.
    pub(super) fn wrong_above(&self, message: impl Into<String>) -> Wrong {
        Wrong { message: message.into(), line: self.line - 1 }
    }

    /// An error about a consumed character; at the end of the text it belongs to the last line with text.
    pub(super) fn wrong_at(&self, found: Option<char>, message: impl Into<String>) -> Wrong {
        let above = found.is_none() && self.at >= 1 && self.text[self.at - 1] == b'\n';
        Wrong { message: message.into(), line: self.line - i64::from(above) }
    }

    fn since(&self, start: usize) -> String {
        String::from_utf8_lossy(&self.text[start..self.at]).into_owned()
    }

    fn token(&self, kind: TokenKind, start: usize) -> Token {
        Token { kind, text: self.since(start), line: self.line }
    }

    /// A bare name, perhaps empty.
    pub(super) fn bare_name(&mut self) -> Result<Token, Wrong> {
        let start = self.at;
        self.skip_while(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))?;
        Ok(self.token(TokenKind::Word, start))
    }

    /// A comment, after its `#`.
    pub(super) fn comment(&mut self) -> Result<(), Wrong> {
        self.skip_while(|c| !is_newline(c))
    }

    /// A name in quotes, from its quote.
    pub(super) fn quoted_name(&mut self) -> Result<Token, Wrong> {
        if self.next()? == Some('"') { self.string() } else { self.raw_string() }
    }

    /// A string of any kind, after its first quote.
    pub(super) fn any_string(&mut self, quote: char) -> Result<Token, Wrong> {
        let multiline = self.accept(quote)? && {
            let third = self.accept(quote)?;
            if !third {
                self.at -= 1;
            }
            third
        };
        match (multiline, quote) {
            (true, _) => self.multiline(quote),
            (false, '"') => self.string(),
            (false, _) => self.raw_string(),
        }
    }

    fn string(&mut self) -> Result<Token, Wrong> {
        let start = self.at;
        loop {
            match self.next()? {
                None => return Err(self.wrong_at(None, "unexpected EOF; expected '\"'")),
                Some('\n' | '\r') => return Err(self.wrong_above("strings cannot contain newlines")),
                Some('\\') => self.escape(start)?,
                Some('"') => {
                    let mut token = self.token(TokenKind::String, start);
                    token.text.pop();
                    return Ok(token);
                }
                Some(_) => {}
            }
        }
    }

    fn raw_string(&mut self) -> Result<Token, Wrong> {
        let start = self.at;
        loop {
            match self.next()? {
                None => return Err(self.wrong_at(None, "unexpected EOF; expected \"'\"")),
                Some('\n' | '\r') => return Err(self.wrong_above("strings cannot contain newlines")),
                Some('\'') => {
                    let mut token = self.token(TokenKind::RawString, start);
                    token.text.pop();
                    return Ok(token);
                }
                Some(_) => {}
            }
        }
    }

    /// A string between triple quotes, after the opening ones.
    fn multiline(&mut self, quote: char) -> Result<Token, Wrong> {
        let raw = quote == '\'';
        let start = self.at;
        loop {
            let c = self.next()?;
            match c {
                None if raw => return Err(self.wrong_at(None, "unexpected EOF; expected \"'''\"")),
                None => return Err(self.wrong_at(None, "unexpected EOF; expected '\"\"\"'")),
                Some('\\') if !raw => {
                    if self.peek()?.is_some_and(is_newline) {
                        self.next()?;
                    } else {
                        self.escape(start)?;
                    }
                }
                Some(c) if c == quote => {
                    let first = self.at;
                    if !(self.accept(quote)? && self.accept(quote)?) {
                        self.at = first;
                        continue;
                    }
                    if self.peek()? == Some(quote) {
                        // Up to two quotes may stand before the closing three.
                        let so_far = &self.text[start..self.at];
                        if raw && so_far.ends_with(b"'''''") {
                            return Err(self.wrong("unexpected \"''''''\""));
                        }
                        let escaped = so_far.ends_with(b"\\\"\"\"\"\"");
                        if !raw && so_far.ends_with(b"\"\"\"\"\"") && !escaped {
                            return Err(self.wrong("unexpected '\"\"\"\"\"\"'"));
                        }
                        self.at = first;
                        continue;
                    }
                    let kind = if raw { TokenKind::RawString } else { TokenKind::MultilineString };
                    let mut token = self.token(kind, start);
                    token.text.truncate(token.text.len() - 3);
                    // A newline right after the opening quotes does not count.
                    for newline in ["\r\n", "\n"] {
                        if token.text.starts_with(newline) {
                            token.text.drain(..newline.len());
                            break;
                        }
                    }
                    return Ok(token);
                }
                Some(_) => {}
            }
        }
    }

    /// Checks an escape, after its backslash, in a string that begins at `start`.
    fn escape(&mut self, start: usize) -> Result<(), Wrong> {
        let found = self.next()?;
        let (digits, message) = match found {
            Some('e' | 'b' | 't' | 'n' | 'f' | 'r' | '"' | ' ' | '\t' | '\\') => return Ok(()),
            Some('x') => (2, r"expected two hexadecimal digits after '\x'"),
            Some('u') => (4, r"expected four hexadecimal digits after '\u'"),
            Some('U') => (8, r"expected eight hexadecimal digits after '\U'"),
            Some(c) => return Err(self.wrong(format!("invalid escape in string '\\{c}'"))),
            None => return Err(self.wrong_above("invalid escape in string '\\\0'")),
        };
        for _ in 0..digits {
            let digit = self.next()?;
            if !digit.is_some_and(|c| c.is_ascii_hexdigit()) {
                let so_far = print::quote(&self.text[start..self.at]);
                return Err(self.wrong_at(digit, format!("{message}, but got {so_far} instead")));
            }
        }
        Ok(())
    }

    /// A value that is a single word: a number, a date, a boolean. Strings, arrays and tables begin elsewhere.
    pub(super) fn word(&mut self) -> Result<Token, Wrong> {
        let start = self.at;
        let first = self.next()?;
        match first {
            Some('0'..='9') => return self.number_or_date(start, first),
            Some('.') => return Err(self.wrong("floats must start with a digit, not '.'")),
            Some('i' | 'n') if self.infinity_or_nan()? => return Ok(self.token(TokenKind::Float, start)),
            Some('+' | '-') => return self.signed_number(start),
            _ => {}
        }
        match first {
            Some(c) if c.is_alphabetic() => {
                // One character back, which is not always the first.
                self.at -= if self.at - start == c.len_utf8() { c.len_utf8() } else { 1 };
                let start = self.at;
                self.skip_while(char::is_alphabetic)?;
                let token = self.token(TokenKind::Bool, start);
                if matches!(token.text.as_str(), "true" | "false") {
                    return Ok(token);
                }
                let found = print::quote(token.text.as_bytes());
                Err(self.wrong(format!("expected value but found {found} instead")))
            }
            None => Err(self.wrong_at(None, "unexpected EOF; expected value")),
            Some('\n') => Err(self.wrong_above(r"expected value but found '\n' instead")),
            Some(_) => Err(self.wrong(format!("expected value but found {} instead", quoted(first)))),
        }
    }

    /// The rest of `inf` or `nan`. Both are tried, the second from wherever the first got stuck.
    fn infinity_or_nan(&mut self) -> Result<bool, Wrong> {
        Ok(self.accept('n')? && self.accept('f')? || self.accept('a')? && self.accept('n')?)
    }

    fn number_or_date(&mut self, start: usize, first: Option<char>) -> Result<Token, Wrong> {
        if first == Some('0') {
            let base = self.peek()?;
            let (name, digit): (_, fn(char) -> bool) = match base {
                Some('b') => ("a binary", |c| c.is_digit(2)),
                Some('o') => ("an octal", |c| c.is_digit(8)),
                Some('x') => ("a hexadecimal", |c| c.is_ascii_hexdigit()),
                Some('0'..='9') => return self.decimal_or_date(start),
                // No date begins with a single zero.
                _ => return self.decimal(start),
            };
            self.next()?;
            let next = self.peek()?;
            if !next.is_some_and(digit) {
                let found = next.unwrap_or('\0');
                return Err(self.wrong(format!("not {name} number: '{}{found}'", self.since(start))));
            }
            self.skip_while(|c| digit(c) || c == '_')?;
            return Ok(self.token(TokenKind::Integer, start));
        }
        self.decimal_or_date(start)
    }

    fn decimal_or_date(&mut self, start: usize) -> Result<Token, Wrong> {
        self.skip_while(|c| c.is_ascii_digit())?;
        if let Some('-' | ':') = self.peek()? {
            self.skip_while(|c| {
                c.is_ascii_digit() || matches!(c, '-' | ':' | 'T' | 't' | ' ' | '.' | 'Z' | 'z' | '+')
            })?;
            let mut token = self.token(TokenKind::Datetime, start);
            token.text.truncate(token.text.trim_end().len());
            return Ok(token);
        }
        self.decimal(start)
    }

    fn decimal(&mut self, start: usize) -> Result<Token, Wrong> {
        self.skip_while(|c| c.is_ascii_digit() || c == '_')?;
        if let Some('.' | 'e' | 'E') = self.peek()? {
            self.skip_while(|c| c.is_ascii_digit() || matches!(c, '_' | '.' | '-' | '+' | 'e' | 'E'))?;
            return Ok(self.token(TokenKind::Float, start));
        }
        Ok(self.token(TokenKind::Integer, start))
    }

    fn signed_number(&mut self, start: usize) -> Result<Token, Wrong> {
        let first = self.next()?;
        match first {
            Some(c @ ('i' | 'n')) => {
                let rest = if c == 'i' { ['n', 'f'] } else { ['a', 'n'] };
                if self.accept(rest[0])? && self.accept(rest[1])? {
                    return Ok(self.token(TokenKind::Float, start));
                }
                Err(self.wrong(format!("invalid float: '{}'", self.since(start))))
            }
            Some('0') if matches!(self.peek()?, Some('b' | 'o' | 'x')) => {
                let base = self.peek()?.unwrap_or('\0');
                let so_far = self.since(start);
                Err(self.wrong(format!("cannot use sign with non-decimal numbers: '{so_far}{base}'")))
            }
            Some('0'..='9') => self.decimal(start),
            Some('.') => Err(self.wrong("floats must start with a digit, not '.'")),
            _ => Err(self.wrong_at(first, format!("expected a digit but got {}", quoted(first)))),
        }
    }
}
