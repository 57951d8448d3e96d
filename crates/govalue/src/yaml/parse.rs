//! Tokens → events: YAML's grammar, with a stack of its own instead of the call stack.

use std::borrow::Cow;

use super::cursor::Mark;
use super::remarks::Comments;
use super::scan::{Fault, Scanner, Token, Written};
use super::source::Source;

/// One step of a document.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Event<'a> {
    StreamStart,
    StreamEnd,
    DocumentStart,
    DocumentEnd,
    Alias(&'a [u8]),
    Scalar {
        anchor: Option<&'a [u8]>,
        tag: Option<Box<[u8]>>,
        value: Cow<'a, [u8]>,
        /// Whether the text alone decides its type.
        implicit: bool,
    },
    SequenceStart(Option<&'a [u8]>),
    SequenceEnd,
    MappingStart(Option<&'a [u8]>),
    MappingEnd,
}

/// What an event has besides, for those who write it again. Without comments asked for, there are none.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Manner {
    /// Of a scalar.
    pub(super) style: Written,
    /// Whether a collection stands in brackets.
    pub(super) flow: bool,
    /// The tag of a collection.
    pub(super) tag: Option<Box<[u8]>>,
    pub(super) comments: Comments,
}

#[derive(Debug, Clone, Copy)]
enum State {
    StreamStart,
    ImplicitDocument,
    Document,
    DocumentContent,
    DocumentEnd,
    BlockNode,
    BlockSequenceFirst,
    BlockSequence,
    IndentlessSequence,
    BlockMappingFirst,
    BlockMappingKey,
    BlockMappingValue,
    FlowSequenceFirst,
    FlowSequence,
    FlowPairKey,
    FlowPairValue,
    FlowPairEnd,
    FlowMappingFirst,
    FlowMappingKey,
    FlowMappingValue,
    FlowMappingEmptyValue,
    End,
}

/// Reads events one by one. Memory grows with nesting, not with the document.
pub(super) struct Parser<'a> {
    scanner: Scanner<'a>,
    state: State,
    states: Vec<State>,
    tags: Vec<(Vec<u8>, Vec<u8>)>,
    manner: Manner,
    /// Where the open collections begin, for those who want comments: go-yaml v3 names those lines in errors.
    began: Option<Vec<Mark>>,
}

/// An error of the grammar: go-yaml names the line before, and none for the first.
fn fault<T>(problem: &'static str, mark: Mark) -> Result<T, Fault> {
    Err(Fault { problem: problem.into(), line: mark.line })
}

const NOTHING: Event<'static> =
    Event::Scalar { anchor: None, tag: None, value: Cow::Borrowed(b""), implicit: true };

impl<'a> Parser<'a> {
    pub(super) fn new(source: &'a Source<'_>) -> Self {
        Self {
            scanner: Scanner::new(source),
            state: State::StreamStart,
            states: Vec::new(),
            tags: Vec::new(),
            manner: Manner::default(),
            began: None,
        }
    }

    /// A parser that keeps comments.
    pub(super) fn with_comments(source: &'a Source<'_>) -> Self {
        Self { scanner: Scanner::with_comments(source), began: Some(Vec::new()), ..Self::new(source) }
    }

    /// What the last event has besides; taken once.
    pub(super) fn manner(&mut self) -> Manner {
        std::mem::take(&mut self.manner)
    }

    /// Where it is when it cannot go on: at the token that the grammar does not allow, or in the middle of one.
    pub(super) fn stopped_at(&mut self) -> Mark {
        match self.scanner.peek() {
            Ok((_, mark)) => mark,
            Err(_) => self.scanner.mark(),
        }
    }

    /// The next event and where it begins.
    pub(super) fn next(&mut self) -> Result<(Event<'a>, Mark), Fault> {
        self.manner = Manner::default();
        match self.state {
            State::StreamStart => {
                let (_, mark) = self.scanner.peek()?;
                self.scanner.skip_token();
                self.state = State::ImplicitDocument;
                Ok((Event::StreamStart, mark))
            }
            State::ImplicitDocument => self.document_start(true),
            State::Document => self.document_start(false),
            State::DocumentContent => {
                let (token, mark) = self.scanner.peek()?;
                match token {
                    Token::Version(..)
                    | Token::TagDirective(_)
                    | Token::DocumentStart
                    | Token::DocumentEnd
                    | Token::StreamEnd => {
                        self.pop();
                        Ok((NOTHING, mark))
                    }
                    _ => self.node(true, false),
                }
            }
            State::DocumentEnd => {
                let (token, mark) = self.scanner.peek()?;
                if *token == Token::DocumentEnd {
                    self.scanner.skip_token();
                }
                let mut comments = self.scanner.take_comments();
                if comments.foot.is_empty() {
                    comments.foot = std::mem::take(&mut comments.head);
                }
                self.manner.comments = comments;
                self.tags.clear();
                self.state = State::Document;
                Ok((Event::DocumentEnd, mark))
            }
            State::BlockNode => self.node(true, false),
            State::BlockSequenceFirst => {
                self.open()?;
                self.block_sequence()
            }
            State::BlockSequence => self.block_sequence(),
            State::IndentlessSequence => self.indentless_sequence(),
            State::BlockMappingFirst => {
                self.open()?;
                self.block_mapping_key()
            }
            State::BlockMappingKey => self.block_mapping_key(),
            State::BlockMappingValue => self.block_mapping_value(),
            State::FlowSequenceFirst => {
                self.open()?;
                self.flow_sequence(true)
            }
            State::FlowSequence => self.flow_sequence(false),
            State::FlowPairKey => self.flow_pair_key(),
            State::FlowPairValue => self.flow_pair_value(),
            State::FlowPairEnd => {
                let (_, mark) = self.scanner.peek()?;
                self.state = State::FlowSequence;
                Ok((Event::MappingEnd, mark))
            }
            State::FlowMappingFirst => {
                self.open()?;
                self.flow_mapping_key(true)
            }
            State::FlowMappingKey => self.flow_mapping_key(false),
            State::FlowMappingValue => self.flow_mapping_value(),
            State::FlowMappingEmptyValue => {
                let (_, mark) = self.scanner.peek()?;
                self.state = State::FlowMappingKey;
                Ok((NOTHING, mark))
            }
            State::End => Ok((Event::StreamEnd, Mark::default())),
        }
    }

    /// Takes the token that opens a collection.
    fn open(&mut self) -> Result<(), Fault> {
        if let Some(began) = &mut self.began {
            began.push(self.scanner.peek()?.1);
        }
        self.scanner.skip_token();
        Ok(())
    }

    /// Takes the token that closes a collection.
    fn close(&mut self) {
        if let Some(began) = &mut self.began {
            began.pop();
        }
        self.scanner.skip_token();
    }

    /// The line that an error inside the innermost collection names.
    fn inside(&self, here: Mark) -> Mark {
        let began = self.began.as_ref().and_then(|began| began.last());
        began.copied().filter(|began| began.line != 0).unwrap_or(here)
    }

    /// The line that an error in a node names.
    fn within(&self, start: Mark, here: Mark) -> Mark {
        if self.began.is_some() && start.line != 0 { start } else { here }
    }

    fn pop(&mut self) {
        self.state = self.states.pop().unwrap_or(State::End);
    }

    /// Reads a node, and then goes on in the given state.
    fn node_then(&mut self, then: State, block: bool, indentless: bool) -> Result<(Event<'a>, Mark), Fault> {
        self.states.push(then);
        self.node(block, indentless)
    }

    /// An empty scalar, and then the given state.
    fn nothing_then(&mut self, then: State, mark: Mark) -> Result<(Event<'a>, Mark), Fault> {
        self.state = then;
        Ok((NOTHING, mark))
    }

    fn document_start(&mut self, implicit: bool) -> Result<(Event<'a>, Mark), Fault> {
        if !implicit {
            while *self.scanner.peek()?.0 == Token::DocumentEnd {
                self.scanner.skip_token();
            }
        }
        let (token, mark) = self.scanner.peek()?;
        let bare = implicit
            && !matches!(
                token,
                Token::Version(..) | Token::TagDirective(_) | Token::DocumentStart | Token::StreamEnd
            );
        if *token == Token::StreamEnd {
            self.scanner.skip_token();
            self.state = State::End;
            return Ok((Event::StreamEnd, mark));
        }
        self.directives()?;
        self.states.push(State::DocumentEnd);
        if bare {
            self.manner.comments.head = self.scanner.take_document_head();
            self.state = State::BlockNode;
            return Ok((Event::DocumentStart, mark));
        }
        let (token, here) = self.scanner.peek()?;
        if *token != Token::DocumentStart {
            return fault("did not find expected <document start>", here);
        }
        self.scanner.skip_token();
        self.state = State::DocumentContent;
        Ok((Event::DocumentStart, mark))
    }

    fn directives(&mut self) -> Result<(), Fault> {
        let mut versioned = false;
        loop {
            let (token, mark) = self.scanner.peek()?;
            match token {
                Token::Version(..) if versioned => return fault("found duplicate %YAML directive", mark),
                Token::Version(1, 1) => versioned = true,
                Token::Version(..) => return fault("found incompatible YAML document", mark),
                Token::TagDirective(directive) => {
                    let directive = std::mem::take(&mut **directive);
                    if self.tags.iter().any(|(handle, _)| *handle == directive.0) {
                        return fault("found duplicate %TAG directive", mark);
                    }
                    self.tags.push(directive);
                }
                _ => break,
            }
            self.scanner.skip_token();
        }
        for (handle, prefix) in [("!", "!"), ("!!", "tag:yaml.org,2002:")] {
            if !self.tags.iter().any(|(known, _)| known == handle.as_bytes()) {
                self.tags.push((handle.into(), prefix.into()));
            }
        }
        Ok(())
    }

    fn node(&mut self, block: bool, indentless: bool) -> Result<(Event<'a>, Mark), Fault> {
        let (token, start) = self.scanner.peek()?;
        if let Token::Alias(name) = *token {
            self.manner.comments = self.scanner.take_comments();
            self.scanner.skip_token();
            self.pop();
            return Ok((Event::Alias(name), start));
        }
        let (anchor, tag) = match token {
            Token::Anchor(_) | Token::Tag(_) => self.properties(start)?,
            _ => (None, None),
        };
        let (token, mark) = self.scanner.peek()?;
        let mut manner = Manner::default();
        let event = match token {
            Token::BlockEntry if indentless => {
                manner.tag = tag;
                self.state = State::IndentlessSequence;
                Event::SequenceStart(anchor)
            }
            Token::Scalar { value, style } => {
                let (value, style) = (std::mem::take(value), *style);
                let bare = tag.as_deref() == Some(b"!") || style == Written::Plain && tag.is_none();
                manner = Manner { style, comments: self.scanner.take_comments(), ..manner };
                self.scanner.skip_token();
                self.pop();
                Event::Scalar { anchor, tag, value, implicit: bare }
            }
            Token::FlowSequenceStart => {
                manner = Manner { flow: true, tag, comments: self.scanner.take_comments(), ..manner };
                self.state = State::FlowSequenceFirst;
                Event::SequenceStart(anchor)
            }
            Token::FlowMappingStart => {
                manner = Manner { flow: true, tag, comments: self.scanner.take_comments(), ..manner };
                self.state = State::FlowMappingFirst;
                Event::MappingStart(anchor)
            }
            Token::BlockSequenceStart if block => {
                manner = Manner { tag, comments: self.scanner.take_stem(), ..manner };
                self.state = State::BlockSequenceFirst;
                Event::SequenceStart(anchor)
            }
            Token::BlockMappingStart if block => {
                manner = Manner { tag, comments: self.scanner.take_stem(), ..manner };
                self.state = State::BlockMappingFirst;
                Event::MappingStart(anchor)
            }
            _ if anchor.is_some() || tag.is_some() => {
                self.pop();
                let implicit = tag.is_none();
                Event::Scalar { anchor, tag, value: Cow::Borrowed(b""), implicit }
            }
            _ => return fault("did not find expected node content", self.within(start, mark)),
        };
        self.manner = manner;
        Ok((event, start))
    }

    /// An anchor and a tag, in either order.
    #[expect(clippy::type_complexity, reason = "an anchor and a tag, used once")]
    fn properties(&mut self, start: Mark) -> Result<(Option<&'a [u8]>, Option<Box<[u8]>>), Fault> {
        let (mut anchor, mut tag) = (None, None);
        for _ in 0..2 {
            let (token, mark) = self.scanner.peek()?;
            match token {
                Token::Anchor(name) if anchor.is_none() => anchor = Some(*name),
                Token::Tag(parts) if tag.is_none() => tag = Some((std::mem::take(&mut **parts), mark)),
                _ => break,
            }
            self.scanner.skip_token();
        }
        // The token behind them is read before the tag is looked up.
        self.scanner.peek()?;
        let Some(((handle, suffix), mark)) = tag else { return Ok((anchor, None)) };
        let full = if handle.is_empty() {
            suffix
        } else {
            let Some((_, prefix)) = self.tags.iter().find(|(known, _)| *known == handle) else {
                return fault("found undefined tag handle", self.within(start, mark));
            };
            [prefix.as_slice(), &suffix].concat()
        };
        Ok((anchor, (!full.is_empty()).then(|| full.into_boxed_slice())))
    }

    fn block_sequence(&mut self) -> Result<(Event<'a>, Mark), Fault> {
        let (token, mark) = self.scanner.peek()?;
        match token {
            Token::BlockEntry => {
                self.enter()?;
                match self.scanner.peek()?.0 {
                    Token::BlockEntry | Token::BlockEnd => self.nothing_then(State::BlockSequence, mark),
                    _ => self.node_then(State::BlockSequence, true, false),
                }
            }
            Token::BlockEnd => {
                self.close();
                self.pop();
                Ok((Event::SequenceEnd, mark))
            }
            _ => fault("did not find expected '-' indicator", self.inside(mark)),
        }
    }

    /// Takes the dash of an entry. What stands above the dash of a collection is about all of it.
    fn enter(&mut self) -> Result<(), Fault> {
        let above = self.scanner.head_length();
        self.scanner.skip_token();
        if above > 0 && matches!(self.scanner.peek()?.0, Token::BlockSequenceStart | Token::BlockMappingStart)
        {
            self.scanner.split_stem(above);
        }
        Ok(())
    }

    fn indentless_sequence(&mut self) -> Result<(Event<'a>, Mark), Fault> {
        let (token, mark) = self.scanner.peek()?;
        if *token != Token::BlockEntry {
            self.pop();
            return Ok((Event::SequenceEnd, mark));
        }
        self.enter()?;
        match self.scanner.peek()?.0 {
            Token::BlockEntry | Token::Key | Token::Value | Token::BlockEnd => {
                self.nothing_then(State::IndentlessSequence, mark)
            }
            _ => self.node_then(State::IndentlessSequence, true, false),
        }
    }

    fn block_mapping_key(&mut self) -> Result<(Event<'a>, Mark), Fault> {
        let (token, mark) = self.scanner.peek()?;
        match token {
            Token::Key => {
                self.scanner.skip_token();
                match self.scanner.peek()?.0 {
                    Token::Key | Token::Value | Token::BlockEnd => {
                        self.nothing_then(State::BlockMappingValue, mark)
                    }
                    _ => self.node_then(State::BlockMappingValue, true, true),
                }
            }
            Token::BlockEnd => {
                self.manner.comments = self.scanner.take_comments();
                self.close();
                self.pop();
                Ok((Event::MappingEnd, mark))
            }
            _ => fault("did not find expected key", self.inside(mark)),
        }
    }

    fn block_mapping_value(&mut self) -> Result<(Event<'a>, Mark), Fault> {
        let (token, mark) = self.scanner.peek()?;
        if *token != Token::Value {
            return self.nothing_then(State::BlockMappingKey, mark);
        }
        self.scanner.skip_token();
        match self.scanner.peek()?.0 {
            Token::Key | Token::Value | Token::BlockEnd => self.nothing_then(State::BlockMappingKey, mark),
            _ => self.node_then(State::BlockMappingKey, true, true),
        }
    }

    fn flow_sequence(&mut self, first: bool) -> Result<(Event<'a>, Mark), Fault> {
        let (token, mut mark) = self.scanner.peek()?;
        if *token != Token::FlowSequenceEnd {
            if !first {
                if *token != Token::FlowEntry {
                    return fault("did not find expected ',' or ']'", self.inside(mark));
                }
                self.scanner.skip_token();
            }
            let (token, here) = self.scanner.peek()?;
            match token {
                Token::Key => {
                    self.scanner.skip_token();
                    self.manner.flow = true;
                    self.state = State::FlowPairKey;
                    return Ok((Event::MappingStart(None), here));
                }
                Token::FlowSequenceEnd => mark = here,
                _ => return self.node_then(State::FlowSequence, false, false),
            }
        }
        self.manner.comments = self.scanner.take_comments();
        self.close();
        self.pop();
        Ok((Event::SequenceEnd, mark))
    }

    fn flow_pair_key(&mut self) -> Result<(Event<'a>, Mark), Fault> {
        let (token, mark) = self.scanner.peek()?;
        match token {
            Token::Value | Token::FlowEntry | Token::FlowSequenceEnd => {
                // go-yaml takes the token here, whichever it is.
                self.scanner.skip_token();
                self.nothing_then(State::FlowPairValue, mark)
            }
            _ => self.node_then(State::FlowPairValue, false, false),
        }
    }

    fn flow_pair_value(&mut self) -> Result<(Event<'a>, Mark), Fault> {
        let (token, mark) = self.scanner.peek()?;
        if *token == Token::Value {
            self.scanner.skip_token();
            match self.scanner.peek()?.0 {
                Token::FlowEntry | Token::FlowSequenceEnd => {}
                _ => return self.node_then(State::FlowPairEnd, false, false),
            }
        }
        self.nothing_then(State::FlowPairEnd, mark)
    }

    fn flow_mapping_key(&mut self, first: bool) -> Result<(Event<'a>, Mark), Fault> {
        let (token, mut mark) = self.scanner.peek()?;
        if *token != Token::FlowMappingEnd {
            if !first {
                if *token != Token::FlowEntry {
                    return fault("did not find expected ',' or '}'", self.inside(mark));
                }
                self.scanner.skip_token();
            }
            let (token, here) = self.scanner.peek()?;
            match token {
                Token::Key => {
                    self.scanner.skip_token();
                    return match self.scanner.peek()? {
                        (Token::Value | Token::FlowEntry | Token::FlowMappingEnd, mark) => {
                            self.nothing_then(State::FlowMappingValue, mark)
                        }
                        _ => self.node_then(State::FlowMappingValue, false, false),
                    };
                }
                Token::FlowMappingEnd => mark = here,
                _ => return self.node_then(State::FlowMappingEmptyValue, false, false),
            }
        }
        self.manner.comments = self.scanner.take_comments();
        self.close();
        self.pop();
        Ok((Event::MappingEnd, mark))
    }

    fn flow_mapping_value(&mut self) -> Result<(Event<'a>, Mark), Fault> {
        let (token, mark) = self.scanner.peek()?;
        if *token == Token::Value {
            self.scanner.skip_token();
            match self.scanner.peek()?.0 {
                Token::FlowEntry | Token::FlowMappingEnd => {}
                _ => return self.node_then(State::FlowMappingKey, false, false),
            }
        }
        self.nothing_then(State::FlowMappingKey, mark)
    }
}
