//! Text → tokens: YAML 1.1 as libyaml and go-yaml read it, quirks of line numbers included.
//!
//! Indentation is turned into start and end tokens here. A key is only known by the `:` behind it, so where
//! one may begin is remembered, and its token is put in afterwards. Scalars are in
//! [`super::scalar`], names in [`super::name`].

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::VecDeque;

use super::cursor::Mark;
use super::remarks::Remarks;
use super::source::Source;
use crate::Error;

/// How deep flow and block collections may nest: go-yaml's bound.
const MAX_DEPTH: usize = 10_000;

/// How many characters a key may have when no `?` announces it.
const MAX_SIMPLE_KEY: usize = 1024;

/// What is wrong with a document, and where.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Fault {
    pub(super) problem: Cow<'static, str>,
    /// The line as go-yaml names it; 0 is not named.
    pub(super) line: u32,
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        match fault.line {
            0 => Error::new(format!("yaml: {}", fault.problem)),
            line => Error::new(format!("yaml: line {line}: {}", fault.problem)),
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token<'a> {
    StreamStart,
    StreamEnd,
    Version(u32, u32),
    TagDirective(Box<(Vec<u8>, Vec<u8>)>),
    DocumentStart,
    DocumentEnd,
    BlockSequenceStart,
    BlockMappingStart,
    BlockEnd,
    FlowSequenceStart,
    FlowSequenceEnd,
    FlowMappingStart,
    FlowMappingEnd,
    BlockEntry,
    FlowEntry,
    Key,
    Value,
    Alias(&'a [u8]),
    Anchor(&'a [u8]),
    /// Handle and suffix.
    Tag(Box<(Vec<u8>, Vec<u8>)>),
    Scalar {
        value: Cow<'a, [u8]>,
        style: Written,
    },
}

/// How a scalar stands in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Written {
    #[default]
    Plain,
    SingleQuoted,
    DoubleQuoted,
    Literal,
    Folded,
}

/// Where a key may have begun, one for each flow level.
struct SimpleKey {
    possible: bool,
    required: bool,
    /// Whether the scanner waits with its token until it is known to be no key.
    awaited: bool,
    /// Whether nothing was scanned on this flow level yet.
    fresh: bool,
    token: usize,
    mark: Mark,
}

impl SimpleKey {
    fn none(token: usize, mark: Mark) -> Self {
        Self { possible: false, required: false, awaited: false, fresh: true, token, mark }
    }
}

pub(super) struct Scanner<'a> {
    pub(super) text: &'a [u8],
    pub(super) pos: usize,
    /// How many bytes before `pos` continue a character: what is counted in characters subtracts them.
    pub(super) wide: usize,
    pub(super) line: u32,
    pub(super) line_start: usize,
    pub(super) indent: i64,
    indents: Vec<i64>,
    pub(super) flow_level: usize,
    pub(super) simple_key_allowed: bool,
    simple_keys: Vec<SimpleKey>,
    pub(super) tokens: VecDeque<(Token<'a>, Mark)>,
    /// For those who want comments.
    pub(super) remarks: Option<Box<Remarks>>,
    taken: usize,
    started: bool,
    ended: bool,
    reader_fault: Option<&'static str>,
    /// Whether something behind the last byte was looked at.
    pub(super) at_end: Cell<bool>,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(source: &'a Source<'_>) -> Self {
        Self {
            text: &source.text,
            pos: 0,
            wide: 0,
            line: 0,
            line_start: 0,
            indent: -1,
            indents: Vec::new(),
            flow_level: 0,
            simple_key_allowed: false,
            simple_keys: Vec::new(),
            tokens: VecDeque::new(),
            remarks: None,
            taken: 0,
            started: false,
            ended: false,
            reader_fault: source.fault,
            at_end: Cell::new(false),
        }
    }

    /// A scanner that keeps comments.
    pub(super) fn with_comments(source: &'a Source<'_>) -> Self {
        Self { remarks: Some(Box::default()), ..Self::new(source) }
    }

    /// The next token, without taking it.
    pub(super) fn peek(&mut self) -> Result<(&mut Token<'a>, Mark), Fault> {
        self.fill()?;
        if self.remarks.is_some() {
            self.unfold_comments();
        }
        match self.tokens.front_mut() {
            Some((token, mark)) => Ok((token, *mark)),
            None => Err(Fault { problem: "unknown problem parsing YAML content".into(), line: 0 }),
        }
    }

    /// Takes the token that [`Scanner::peek`] showed.
    pub(super) fn skip_token(&mut self) {
        if self.tokens.pop_front().is_some() {
            self.taken += 1;
        }
    }

    /// Scans until the first token cannot be preceded by another one any more.
    fn fill(&mut self) -> Result<(), Fault> {
        // To know what a comment belongs to, go-yaml looks two tokens further.
        let ahead = if self.remarks.is_some() { 2 } else { 0 };
        loop {
            if self.tokens.len() > ahead {
                // Tokens are numbered in order, and so are the keys of the flow levels.
                let taken = self.taken;
                let level = match self.simple_keys.last() {
                    Some(last) if last.token == taken => self.simple_keys.len() - 1,
                    _ => self.simple_keys.partition_point(|key| key.token < taken),
                };
                let waits = match self.simple_keys.get(level) {
                    Some(key) if key.possible && key.awaited && key.token == taken => {
                        self.is_key_valid(level)?
                    }
                    _ => false,
                };
                if !waits {
                    return Ok(());
                }
            } else if self.ended && ahead == 0 {
                return Ok(());
            }
            let scanned = self.scan();
            if self.at_end.get()
                && let Some(problem) = self.reader_fault
            {
                return Err(Fault { problem: problem.into(), line: 0 });
            }
            scanned?;
        }
    }

    pub(super) fn fault<T>(&self, problem: impl Into<Cow<'static, str>>) -> Result<T, Fault> {
        // go-yaml v3 names the line where what it cannot read begins.
        let began = self.remarks.as_ref().map_or(0, |remarks| remarks.from.line);
        self.fault_from(began, problem)
    }

    /// An error in something that began in a line.
    fn fault_from<T>(&self, began: u32, problem: impl Into<Cow<'static, str>>) -> Result<T, Fault> {
        let line = if began == 0 { self.line } else { began };
        // go-yaml counts from one here, but names no line when the first is meant.
        let line = if line == 0 { 0 } else { line + 1 };
        Err(Fault { problem: problem.into(), line })
    }

    pub(super) fn push(&mut self, token: Token<'a>, mark: Mark) {
        self.tokens.push_back((token, mark));
    }

    fn next_number(&self) -> usize {
        self.taken + self.tokens.len()
    }

    fn is_key_valid(&mut self, level: usize) -> Result<bool, Fault> {
        let (line, offset) = (self.line, self.offset());
        let Some(key) = self.simple_keys.get_mut(level) else { return Ok(false) };
        if !key.possible {
            return Ok(false);
        }
        if key.mark.line < line || key.mark.offset + MAX_SIMPLE_KEY < offset {
            if key.required {
                let began = key.mark.line;
                return self.unfinished_key(began);
            }
            key.possible = false;
            return Ok(false);
        }
        Ok(true)
    }

    fn save_simple_key(&mut self) -> Result<(), Fault> {
        if self.simple_key_allowed {
            let required = self.flow_level == 0 && self.indent == self.column() as i64;
            self.remove_simple_key()?;
            let (token, mark) = (self.next_number(), self.mark());
            let key = SimpleKey { possible: true, required, awaited: true, fresh: false, token, mark };
            if let Some(last) = self.simple_keys.last_mut() {
                *last = key;
            }
        }
        Ok(())
    }

    pub(super) fn remove_simple_key(&mut self) -> Result<(), Fault> {
        match self.simple_keys.last_mut() {
            Some(key) if key.possible && key.required => {
                let began = key.mark.line;
                self.unfinished_key(began)
            }
            Some(key) => {
                key.possible = false;
                Ok(())
            }
            None => Ok(()),
        }
    }

    fn unfinished_key<T>(&self, began: u32) -> Result<T, Fault> {
        let began = if self.remarks.is_some() { began } else { 0 };
        self.fault_from(began, "could not find expected ':'")
    }

    /// Opens a block collection when the column is deeper than the current one.
    fn roll_indent(
        &mut self,
        column: usize,
        at: Option<usize>,
        token: Token<'a>,
        mark: Mark,
    ) -> Result<(), Fault> {
        let column = column as i64;
        if self.flow_level > 0 || self.indent >= column {
            return Ok(());
        }
        self.indents.push(self.indent);
        self.indent = column;
        if self.indents.len() > MAX_DEPTH {
            return self.fault(format!("exceeded max depth of {MAX_DEPTH}"));
        }
        match at {
            Some(number) => self.insert(number, token, mark),
            None => self.push(token, mark),
        }
        Ok(())
    }

    fn insert(&mut self, number: usize, token: Token<'a>, mark: Mark) {
        match number.checked_sub(self.taken) {
            Some(index) => self.tokens.insert(index.min(self.tokens.len()), (token, mark)),
            None => self.push(token, mark),
        }
    }

    pub(super) fn unroll_indent(&mut self, column: i64) {
        if self.flow_level > 0 {
            return;
        }
        let mut end = None;
        while self.indent > column {
            let mark = self.block_end(&mut end);
            self.push(Token::BlockEnd, mark);
            self.indent = self.indents.pop().unwrap_or(-1);
        }
    }

    fn scan(&mut self) -> Result<(), Fault> {
        self.touch(1);
        if !self.started {
            self.started = true;
            self.simple_keys.push(SimpleKey::none(0, Mark::default()));
            self.simple_key_allowed = true;
            self.push(Token::StreamStart, Mark::default());
            return Ok(());
        }
        let from = self.mark();
        self.skip_to_token(from);
        self.scanned_from(from);
        self.unroll_indent(self.column() as i64);
        self.scanned_from(self.mark());
        self.touch(4);
        let byte = self.at(0);
        if byte == 0 {
            return self.stream_end();
        }
        if self.column() == 0 {
            if byte == b'%' {
                return self.directive();
            }
            if let Some(token) = self.document_indicator() {
                self.unroll_indent(-1);
                self.remove_simple_key()?;
                self.simple_key_allowed = false;
                let mark = self.mark();
                self.pos += 3;
                self.push(token, mark);
                return Ok(());
            }
        }
        // What follows on the line belongs to what stands before a colon or a comma.
        let before = self.tokens.back().map(|(_, mark)| mark.offset);
        let behind = if self.flow_level == 0 { byte == b':' } else { byte == b',' };
        let belongs = before.filter(|_| behind).unwrap_or_else(|| self.offset());
        self.token(byte)?;
        if self.remarks.is_some() && !matches!(self.tokens.back(), Some((Token::BlockEntry, _))) {
            self.line_comment(belongs);
        }
        Ok(())
    }

    fn scanned_from(&mut self, mark: Mark) {
        if let Some(remarks) = &mut self.remarks {
            remarks.from = mark;
        }
    }

    fn token(&mut self, byte: u8) -> Result<(), Fault> {
        let in_flow = self.flow_level > 0;
        match byte {
            b'[' => self.flow_start(Token::FlowSequenceStart),
            b'{' => self.flow_start(Token::FlowMappingStart),
            b']' => self.flow_end(Token::FlowSequenceEnd),
            b'}' => self.flow_end(Token::FlowMappingEnd),
            b',' => {
                self.remove_simple_key()?;
                self.simple_key_allowed = true;
                self.indicator(Token::FlowEntry)
            }
            b'-' if self.is_blankz(1) => self.block_entry(),
            b'?' if in_flow || self.is_blankz(1) => self.key(),
            b':' if in_flow || self.is_blankz(1) => self.value(),
            b'*' | b'&' => {
                self.save_simple_key()?;
                self.simple_key_allowed = false;
                self.anchor(byte == b'*')
            }
            b'!' => {
                self.save_simple_key()?;
                self.simple_key_allowed = false;
                self.tag()
            }
            b'|' | b'>' if !in_flow => {
                self.remove_simple_key()?;
                self.simple_key_allowed = true;
                let mark = self.mark();
                let value = self.block_scalar(byte == b'|')?;
                let style = if byte == b'|' { Written::Literal } else { Written::Folded };
                self.push(Token::Scalar { value, style }, mark);
                Ok(())
            }
            b'\'' | b'"' => {
                self.save_simple_key()?;
                self.simple_key_allowed = false;
                let mark = self.mark();
                let value = self.quoted_scalar(byte == b'\'')?;
                let style = if byte == b'"' { Written::DoubleQuoted } else { Written::SingleQuoted };
                self.push(Token::Scalar { value, style }, mark);
                Ok(())
            }
            b'#' | b'|' | b'>' | b'%' | b'@' | b'`' | b'\t' => self.no_token(),
            b'?' | b':' if in_flow => self.no_token(),
            _ => {
                self.save_simple_key()?;
                self.simple_key_allowed = false;
                let mark = self.mark();
                let value = self.plain_scalar()?;
                self.push(Token::Scalar { value, style: Written::Plain }, mark);
                Ok(())
            }
        }
    }

    fn no_token(&self) -> Result<(), Fault> {
        self.fault("found character that cannot start any token")
    }

    /// `---` or `...` at the start of a line.
    pub(super) fn document_indicator(&self) -> Option<Token<'a>> {
        let token = match self.rest() {
            [b'-', b'-', b'-', ..] => Token::DocumentStart,
            [b'.', b'.', b'.', ..] => Token::DocumentEnd,
            _ => return None,
        };
        self.is_blankz(3).then_some(token)
    }

    fn skip_to_token(&mut self, from: Mark) {
        loop {
            // A second byte order mark at the very start is skipped; elsewhere it is text.
            if self.pos == 0 && self.text.starts_with(b"\xef\xbb\xbf") {
                self.skip();
            }
            loop {
                match self.at(0) {
                    b' ' => self.pos += 1,
                    // Tabs must not indent a block.
                    b'\t' if self.flow_level > 0 || !self.simple_key_allowed => self.pos += 1,
                    _ => break,
                }
            }
            if self.remarks.is_some() {
                self.lift_line_comment();
            }
            if self.at(0) == b'#' {
                if self.remarks.is_some() {
                    self.block_of_comments(from);
                } else {
                    self.skip_comment();
                }
            }
            let width = self.break_at(0);
            if width == 0 {
                return;
            }
            self.skip_break(width);
            if self.flow_level == 0 {
                self.simple_key_allowed = true;
            }
        }
    }

    fn stream_end(&mut self) -> Result<(), Fault> {
        if self.column() != 0 {
            self.line += 1;
            self.line_start = self.offset();
        }
        self.scanned_from(self.mark());
        self.unroll_indent(-1);
        self.remove_simple_key()?;
        self.simple_key_allowed = false;
        self.ended = true;
        let mark = self.mark();
        self.push(Token::StreamEnd, mark);
        Ok(())
    }

    fn indicator(&mut self, token: Token<'a>) -> Result<(), Fault> {
        let mark = self.mark();
        self.pos += 1;
        self.push(token, mark);
        Ok(())
    }

    fn flow_start(&mut self, token: Token<'a>) -> Result<(), Fault> {
        self.save_simple_key()?;
        // One more than this token's number, so that numbers grow from level to level.
        let token_number = self.next_number() + 1;
        let mark = self.mark();
        self.simple_keys.push(SimpleKey::none(token_number, mark));
        self.flow_level += 1;
        if self.flow_level > MAX_DEPTH {
            return self.fault(format!("exceeded max depth of {MAX_DEPTH}"));
        }
        self.simple_key_allowed = true;
        self.indicator(token)
    }

    fn flow_end(&mut self, token: Token<'a>) -> Result<(), Fault> {
        self.remove_simple_key()?;
        if self.flow_level > 0 {
            self.flow_level -= 1;
            let inner = self.simple_keys.pop();
            // go-yaml forgets to wait for the `:` behind an empty collection.
            if let (Some(inner), Some(outer)) = (inner, self.simple_keys.last_mut())
                && inner.fresh
                && inner.token == outer.token + 1
            {
                outer.awaited = false;
            }
        }
        self.simple_key_allowed = false;
        self.indicator(token)
    }

    fn block_entry(&mut self) -> Result<(), Fault> {
        if self.flow_level == 0 {
            if !self.simple_key_allowed {
                return self.fault("block sequence entries are not allowed in this context");
            }
            self.roll_indent(self.column(), None, Token::BlockSequenceStart, self.mark())?;
        }
        self.remove_simple_key()?;
        self.simple_key_allowed = true;
        self.indicator(Token::BlockEntry)
    }

    fn key(&mut self) -> Result<(), Fault> {
        if self.flow_level == 0 {
            if !self.simple_key_allowed {
                return self.fault("mapping keys are not allowed in this context");
            }
            self.roll_indent(self.column(), None, Token::BlockMappingStart, self.mark())?;
        }
        self.remove_simple_key()?;
        self.simple_key_allowed = self.flow_level == 0;
        self.indicator(Token::Key)
    }

    fn value(&mut self) -> Result<(), Fault> {
        let level = self.simple_keys.len().saturating_sub(1);
        if self.is_key_valid(level)? {
            let key = &mut self.simple_keys[level];
            key.possible = false;
            let (number, mark) = (key.token, key.mark);
            self.insert(number, Token::Key, mark);
            self.roll_indent(mark.column as usize, Some(number), Token::BlockMappingStart, mark)?;
            self.simple_key_allowed = false;
        } else {
            if self.flow_level == 0 {
                if !self.simple_key_allowed {
                    return self.fault("mapping values are not allowed in this context");
                }
                self.roll_indent(self.column(), None, Token::BlockMappingStart, self.mark())?;
            }
            self.simple_key_allowed = self.flow_level == 0;
        }
        self.indicator(Token::Value)
    }
}
