//! Template text → tokens.
//!
//! The whole text is read ahead of the parser; an error becomes a token in its place, so that what the parser
//! finds before it is reported first, as in Go.

use crate::ast::Span;
use crate::characters::{decode, is_alphanumeric, is_space, unicode};

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Error,
    Bool,
    Char,
    CharConstant,
    Complex,
    Assign,
    Declare,
    Eof,
    Field,
    Identifier,
    LeftDelim,
    LeftParen,
    Number,
    Pipe,
    RawString,
    RightDelim,
    RightParen,
    Space,
    String,
    Text,
    Variable,
    Block,
    Break,
    Continue,
    Dot,
    Define,
    Else,
    End,
    If,
    Nil,
    Range,
    Template,
    With,
}

impl Kind {
    fn is_keyword(self) -> bool {
        matches!(
            self,
            Self::Block
                | Self::Break
                | Self::Continue
                | Self::Dot
                | Self::Define
                | Self::Else
                | Self::End
                | Self::If
                | Self::Nil
                | Self::Range
                | Self::Template
                | Self::With
        )
    }

    fn of_word(word: &[u8]) -> Self {
        match word {
            b"true" | b"false" => Self::Bool,
            b"block" => Self::Block,
            b"break" => Self::Break,
            b"continue" => Self::Continue,
            b"define" => Self::Define,
            b"else" => Self::Else,
            b"end" => Self::End,
            b"if" => Self::If,
            b"range" => Self::Range,
            b"nil" => Self::Nil,
            b"template" => Self::Template,
            b"with" => Self::With,
            _ => Self::Identifier,
        }
    }
}

/// A token: a stretch of the text. The text of an error is kept by [`Tokens`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    pub(crate) start: u32,
    pub(crate) end: u32,
    /// Of its start, from 1.
    pub(crate) line: u32,
}

impl Token {
    pub(crate) fn span(self) -> Span {
        Span { start: self.start, end: self.end }
    }
}

/// The tokens of a text. The last one is its end or an error, and every place behind it.
pub(crate) struct Tokens {
    tokens: Vec<Token>,
    error: Box<str>,
}

impl Tokens {
    pub(crate) fn iter(&self) -> impl Iterator<Item = Token> {
        self.tokens.iter().copied()
    }

    pub(crate) fn at(&self, index: usize) -> Token {
        match self.tokens.get(index) {
            Some(token) => *token,
            None => self.tokens[self.tokens.len() - 1],
        }
    }

    /// As parse errors show it.
    pub(crate) fn describe(&self, token: &Token, source: &[u8]) -> String {
        if token.kind == Kind::Error {
            return self.error.to_string();
        }
        if token.kind == Kind::Eof {
            return "EOF".to_owned();
        }
        let text = &source[token.start as usize..token.end as usize];
        if token.kind.is_keyword() {
            return format!("<{}>", String::from_utf8_lossy(text));
        }
        if text.len() > 10 {
            // Longer than ten bytes, and cut after ten characters: Go's mix.
            let mut end = 0;
            for _ in 0..10 {
                end += decode(&text[end..]).map_or(0, |(_, width)| width);
            }
            return format!("{}...", quote(&text[..end]));
        }
        quote(text)
    }
}

pub(crate) fn quote(text: &[u8]) -> String {
    govalue::print::quote(text)
}

/// What a byte may be inside an action, as far as the common tokens need it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    /// A blank or a tab.
    Blank,
    /// Where a line ends.
    Line,
    Letter,
    Digit,
    Dot,
    Dollar,
    /// What a name may end at, besides blanks and the dot.
    Ends,
    Other,
}

static CLASSES: [Class; 256] = {
    let mut classes = [Class::Other; 256];
    let mut byte: u8 = 0;
    while byte < 128 {
        classes[byte as usize] = match byte {
            b' ' | b'\t' => Class::Blank,
            b'\r' | b'\n' => Class::Line,
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => Class::Letter,
            b'0'..=b'9' => Class::Digit,
            b'.' => Class::Dot,
            b'$' => Class::Dollar,
            b',' | b'|' | b':' | b')' | b'(' => Class::Ends,
            _ => Class::Other,
        };
        byte += 1;
    }
    classes
};

/// Reads the tokens of a text.
pub(crate) fn lex(source: &[u8]) -> Tokens {
    let mut lexer = Lexer {
        source,
        at: 0,
        start: 0,
        line: 1,
        start_line: 1,
        parens: 0,
        // A guess that most texts stay below.
        tokens: Vec::with_capacity(16 + source.len() / 8),
        error: Box::default(),
    };
    lexer.run();
    Tokens { tokens: lexer.tokens, error: lexer.error }
}

struct Lexer<'a> {
    source: &'a [u8],
    at: usize,
    start: usize,
    line: u32,
    start_line: u32,
    parens: i32,
    tokens: Vec<Token>,
    error: Box<str>,
}

/// An error was pushed and nothing follows it.
struct Stop;

impl Lexer<'_> {
    fn run(&mut self) {
        while self.text().is_ok() {
            if self.at >= self.source.len() {
                break;
            }
            if self.left_delim().is_err() {
                return;
            }
        }
        self.start = self.at;
        self.push(Kind::Eof);
    }

    fn push(&mut self, kind: Kind) {
        self.tokens.push(Token {
            kind,
            start: self.start as u32,
            end: self.at as u32,
            line: self.start_line,
        });
        match kind {
            Kind::Text | Kind::Space | Kind::RawString => self.skip(),
            // Nothing else goes over the end of a line.
            _ => self.start = self.at,
        }
    }

    /// Leaves what was read behind, counting its lines.
    fn skip(&mut self) {
        let skipped = &self.source[self.start..self.at];
        // Inside actions tokens are short, and the search is dearer than a loop.
        let newlines = if skipped.len() < 16 {
            skipped.iter().filter(|&&b| b == b'\n').count()
        } else {
            memchr::memchr_iter(b'\n', skipped).count()
        };
        self.line += newlines as u32;
        self.start = self.at;
        self.start_line = self.line;
    }

    fn fail(&mut self, message: impl Into<Box<str>>) -> Stop {
        self.tokens.push(Token {
            kind: Kind::Error,
            start: self.start as u32,
            end: self.start as u32,
            line: self.start_line,
        });
        self.error = message.into();
        Stop
    }

    fn rest(&self) -> &[u8] {
        &self.source[self.at..]
    }

    fn peek(&self) -> Option<char> {
        decode(self.rest()).map(|(c, _)| c)
    }

    fn next(&mut self) -> Option<char> {
        let (c, width) = decode(self.rest())?;
        self.at += width;
        Some(c)
    }

    /// Text up to the next action, trimmed where the action says so.
    fn text(&mut self) -> Result<(), Stop> {
        let opens = |at: &usize| self.rest().get(at + 1) == Some(&b'{');
        let open = memchr::memchr_iter(b'{', self.rest()).find(opens).map(|offset| self.at + offset);
        let Some(open) = open else {
            self.at = self.source.len();
            if self.at > self.start {
                self.push(Kind::Text);
            }
            return Ok(());
        };
        self.at = open;
        if has_left_trim(&self.source[open + 2..]) {
            let kept = self.source[self.start..open].trim_ascii_end_go().len();
            self.at = self.start + kept;
        }
        if self.at > self.start {
            self.push(Kind::Text);
        }
        self.at = open;
        self.skip();
        Ok(())
    }

    fn left_delim(&mut self) -> Result<(), Stop> {
        self.at += 2;
        let marker = if has_left_trim(self.rest()) { 2 } else { 0 };
        if self.source[self.at + marker..].starts_with(b"/*") {
            self.at += marker;
            self.skip();
            return self.comment();
        }
        self.push(Kind::LeftDelim);
        self.at += marker;
        self.skip();
        self.parens = 0;
        while !self.inside_action()? {}
        Ok(())
    }

    fn comment(&mut self) -> Result<(), Stop> {
        self.at += 2;
        let Some(end) = memchr::memmem::find(self.rest(), b"*/") else {
            return Err(self.fail("unclosed comment"));
        };
        self.at += end + 2;
        let Some(trim) = self.right_delim_here() else {
            return Err(self.fail("comment ends before closing delimiter"));
        };
        self.close(trim);
        Ok(())
    }

    /// Whether a right delimiter stands here, and whether it trims.
    fn right_delim_here(&self) -> Option<bool> {
        let rest = self.rest();
        if has_right_trim(rest) && rest[2..].starts_with(b"}}") {
            return Some(true);
        }
        rest.starts_with(b"}}").then_some(false)
    }

    /// Goes behind the right delimiter and the blanks it trims.
    fn close(&mut self, trim: bool) {
        self.at += if trim { 4 } else { 2 };
        if trim {
            let blanks = self.rest().iter().take_while(|b| is_space(**b as char)).count();
            self.at += blanks;
        }
        self.skip();
    }

    /// Reads the token if it is one of the three that nearly all are: a single blank, a name, and a field or a variable
    /// that ends where one may. Whatever else stands here is left to the long way.
    fn common(&mut self) -> bool {
        let class = |at: usize| self.source.get(at).map_or(Class::Other, |&byte| CLASSES[usize::from(byte)]);
        let (first, second) = (class(self.at), class(self.at + 1));
        let mut end = self.at + 1;
        let kind = match first {
            // Lines are counted, and what may trim is looked at, by the long way.
            Class::Blank
                if !matches!(second, Class::Blank | Class::Line) && self.source.get(end) != Some(&b'-') =>
            {
                Kind::Space
            }
            Class::Letter => Kind::Identifier,
            Class::Dot if second == Class::Letter => Kind::Field,
            Class::Dollar => Kind::Variable,
            _ => return false,
        };
        if kind != Kind::Space {
            while matches!(class(end), Class::Letter | Class::Digit) {
                end += 1;
            }
            if !matches!(class(end), Class::Blank | Class::Line | Class::Dot | Class::Ends) {
                return false;
            }
        }
        let kind = match kind {
            Kind::Identifier => Kind::of_word(&self.source[self.at..end]),
            kind => kind,
        };
        self.tokens.push(Token { kind, start: self.at as u32, end: end as u32, line: self.start_line });
        (self.at, self.start) = (end, end);
        true
    }

    /// Reads one token; true when the action is over.
    fn inside_action(&mut self) -> Result<bool, Stop> {
        if self.common() {
            return Ok(false);
        }
        if let Some(trim) = self.right_delim_here() {
            if self.parens != 0 {
                return Err(self.fail("unclosed left paren"));
            }
            if trim {
                self.at += 2;
                self.skip();
            }
            self.at += 2;
            self.push(Kind::RightDelim);
            if trim {
                let blanks = self.rest().iter().take_while(|b| is_space(**b as char)).count();
                self.at += blanks;
                self.skip();
            }
            return Ok(true);
        }
        let Some(c) = self.next() else { return Err(self.fail("unclosed action")) };
        match c {
            c if is_space(c) => {
                let mut count = 1;
                while self.peek().is_some_and(is_space) {
                    self.next();
                    count += 1;
                }
                // The last blank may belong to a trimming delimiter.
                let before = &self.source[self.at - 1..];
                if has_right_trim(before) && before[2..].starts_with(b"}}") {
                    self.at -= 1;
                    if count == 1 {
                        return Ok(false);
                    }
                }
                self.push(Kind::Space);
            }
            '=' => self.push(Kind::Assign),
            ':' => {
                if self.next() != Some('=') {
                    return Err(self.fail("expected :="));
                }
                self.push(Kind::Declare);
            }
            '|' => self.push(Kind::Pipe),
            '"' => self.quoted(b'"', "unterminated quoted string", Kind::String)?,
            '\'' => self.quoted(b'\'', "unterminated character constant", Kind::CharConstant)?,
            '`' => {
                let Some(length) = memchr::memchr(b'`', self.rest()) else {
                    return Err(self.fail("unterminated raw quoted string"));
                };
                self.at += length + 1;
                self.push(Kind::RawString);
            }
            '$' => self.word_after(Kind::Variable)?,
            // A point at the very end is a number to Go, and then no number.
            '.' if self.rest().first().is_some_and(|byte| !byte.is_ascii_digit()) => {
                self.word_after(Kind::Field)?
            }
            '.' | '+' | '-' | '0'..='9' => {
                self.at -= 1;
                self.number()?;
            }
            c if is_alphanumeric(c) => self.identifier()?,
            '(' => {
                self.parens += 1;
                self.push(Kind::LeftParen);
            }
            ')' => {
                self.parens -= 1;
                if self.parens < 0 {
                    return Err(self.fail("unexpected right paren"));
                }
                self.push(Kind::RightParen);
            }
            c if c.is_ascii() && !c.is_ascii_control() => self.push(Kind::Char),
            c => return Err(self.fail(format!("unrecognized character in action: {}", unicode(Some(c))))),
        }
        Ok(false)
    }

    fn quoted(&mut self, end: u8, message: &str, kind: Kind) -> Result<(), Stop> {
        loop {
            // These are ASCII, and none of them is a part of a longer character.
            let Some(offset) = self.rest().iter().position(|b| *b == end || matches!(b, b'\\' | b'\n'))
            else {
                return Err(self.fail(message));
            };
            self.at += offset + 1;
            match self.source[self.at - 1] {
                b'\\' => {
                    if matches!(self.next(), None | Some('\n')) {
                        return Err(self.fail(message));
                    }
                }
                b'\n' => return Err(self.fail(message)),
                _ => break,
            }
        }
        self.push(kind);
        Ok(())
    }

    fn at_terminator(&self) -> bool {
        match self.peek() {
            None => true,
            Some(c) if is_space(c) => true,
            Some('.' | ',' | '|' | ':' | ')' | '(') => true,
            Some(_) => self.rest().starts_with(b"}}"),
        }
    }

    fn skip_alphanumeric(&mut self) {
        loop {
            let letters = self.rest().iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
            self.at += letters;
            // Most often the end of the word; else a letter that is not ASCII.
            if !self.peek().is_some_and(is_alphanumeric) {
                return;
            }
            self.next();
        }
    }

    /// A field or a variable, whose first character has been read.
    fn word_after(&mut self, kind: Kind) -> Result<(), Stop> {
        if self.at_terminator() {
            self.push(if kind == Kind::Field { Kind::Dot } else { kind });
            return Ok(());
        }
        self.skip_alphanumeric();
        if !self.at_terminator() {
            return Err(self.fail(format!("bad character {}", unicode(self.peek()))));
        }
        self.push(kind);
        Ok(())
    }

    fn identifier(&mut self) -> Result<(), Stop> {
        self.skip_alphanumeric();
        if !self.at_terminator() {
            return Err(self.fail(format!("bad character {}", unicode(self.peek()))));
        }
        self.push(Kind::of_word(&self.source[self.start..self.at]));
        Ok(())
    }

    fn number(&mut self) -> Result<(), Stop> {
        let complete = self.scan_number();
        if complete && matches!(self.peek(), Some('+' | '-')) {
            // Complex: 1+2i. The second part must end in i.
            if self.scan_number() && self.source[self.at - 1] == b'i' {
                self.push(Kind::Complex);
                return Ok(());
            }
        } else if complete {
            self.push(Kind::Number);
            return Ok(());
        }
        let text = quote(&self.source[self.start..self.at]);
        Err(self.fail(format!("bad number syntax: {text}")))
    }

    fn accept(&mut self, valid: &[u8]) -> bool {
        let accepted = self.rest().first().is_some_and(|b| valid.contains(b));
        self.at += usize::from(accepted);
        accepted
    }

    fn accept_run(&mut self, valid: &[u8]) {
        while self.accept(valid) {}
    }

    fn scan_number(&mut self) -> bool {
        const DECIMAL: &[u8] = b"0123456789_";
        const HEX: &[u8] = b"0123456789abcdefABCDEF_";
        self.accept(b"+-");
        let mut digits = DECIMAL;
        if self.accept(b"0") {
            if self.accept(b"xX") {
                digits = HEX;
            } else if self.accept(b"oO") {
                digits = b"01234567_";
            } else if self.accept(b"bB") {
                digits = b"01_";
            }
        }
        self.accept_run(digits);
        if self.accept(b".") {
            self.accept_run(digits);
        }
        let exponent: &[u8] = if digits == DECIMAL {
            b"eE"
        } else if digits == HEX {
            b"pP"
        } else {
            b""
        };
        if self.accept(exponent) {
            self.accept(b"+-");
            self.accept_run(DECIMAL);
        }
        self.accept(b"i");
        if self.peek().is_some_and(is_alphanumeric) {
            self.next();
            return false;
        }
        true
    }
}

fn has_left_trim(bytes: &[u8]) -> bool {
    matches!(bytes, [b'-', b' ' | b'\t' | b'\r' | b'\n', ..])
}

fn has_right_trim(bytes: &[u8]) -> bool {
    matches!(bytes, [b' ' | b'\t' | b'\r' | b'\n', b'-', ..])
}

trait TrimGo {
    fn trim_ascii_end_go(&self) -> &[u8];
}

impl TrimGo for [u8] {
    /// Without trailing blanks, tabs, carriage returns and newlines; other white space stays.
    fn trim_ascii_end_go(&self) -> &[u8] {
        let blanks = self.iter().rev().take_while(|b| is_space(**b as char)).count();
        &self[..self.len() - blanks]
    }
}
