//! A document as it is written: comments, styles, anchors and order, to change a little of it and write it again.
//!
//! Nothing is resolved and aliases stay aliases. What is read and written comes out as go-yaml v3 writes a node that
//! it has read: blanks and indentation are its own, the rest is kept.

use super::Limits;
use super::emit::Rewriter;
use super::parse::{Event, Manner, Parser};
use super::remarks::Comments;
use super::resolve;
use super::scan::Written;
use super::source::Source;
use crate::Error;

/// One document.
#[derive(Debug, Clone, PartialEq)]
pub struct Text {
    /// What is above everything, divided by an empty line.
    pub(super) head: Vec<u8>,
    /// What is below everything.
    pub(super) foot: Vec<u8>,
    /// What it holds.
    pub root: WrittenNode,
}

/// The comments of a node, each with its `#`, without the last line break.
pub type Note = Vec<u8>;

/// A node as it is written.
#[derive(Debug, Clone, PartialEq)]
pub struct WrittenNode {
    /// What it is.
    pub content: Content,
    pub(super) anchor: Option<Vec<u8>>,
    pub(super) tag: Option<Vec<u8>>,
    /// Whether a collection stands in brackets.
    pub(super) flow: bool,
    pub(super) head: Note,
    pub(super) line: Note,
    pub(super) foot: Note,
}

/// What a node is.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// A text.
    Scalar(Scalar),
    /// Another node, by its anchor.
    Alias(Vec<u8>),
    /// A list.
    Sequence(Vec<WrittenNode>),
    /// A map, in its own order, with keys that may repeat.
    Mapping(Vec<(WrittenNode, WrittenNode)>),
}

/// A scalar's text and style.
#[derive(Debug, Clone, PartialEq)]
pub struct Scalar {
    /// The text without quotes and escapes.
    pub text: Vec<u8>,
    pub(super) style: Written,
}

impl WrittenNode {
    fn new(content: Content) -> Self {
        let (anchor, tag, flow) = (None, None, false);
        Self { content, anchor, tag, flow, head: Vec::new(), line: Vec::new(), foot: Vec::new() }
    }

    /// A text that is written without quotes, where it can be.
    pub fn plain(text: &[u8]) -> Self {
        Self::new(Content::Scalar(Scalar { text: text.to_vec(), style: Written::Plain }))
    }

    /// A text in single quotes, where it can be.
    pub fn quoted(text: &[u8]) -> Self {
        Self::new(Content::Scalar(Scalar { text: text.to_vec(), style: Written::SingleQuoted }))
    }

    /// A map without entries.
    pub fn mapping() -> Self {
        Self::new(Content::Mapping(Vec::new()))
    }

    /// The text of a scalar, or the name that an alias has.
    pub fn text(&self) -> &[u8] {
        match &self.content {
            Content::Scalar(scalar) => &scalar.text,
            Content::Alias(name) => name,
            Content::Sequence(_) | Content::Mapping(_) => b"",
        }
    }

    /// Whether it is nothing: `null`, `~` or no text at all, without quotes.
    pub fn is_null(&self) -> bool {
        let Content::Scalar(scalar) = &self.content else { return false };
        match self.tag.as_deref() {
            None | Some(b"!") => {
                scalar.style == Written::Plain
                    && resolve::resolve(&scalar.text, false) == resolve::Scalar::Null
            }
            Some(tag) => tag == b"tag:yaml.org,2002:null",
        }
    }

    /// The entries of a map.
    pub fn entries(&self) -> Option<&[(WrittenNode, WrittenNode)]> {
        match &self.content {
            Content::Mapping(entries) => Some(entries),
            _ => None,
        }
    }

    /// The entries of a map, to change.
    pub fn entries_mut(&mut self) -> Option<&mut Vec<(WrittenNode, WrittenNode)>> {
        match &mut self.content {
            Content::Mapping(entries) => Some(entries),
            _ => None,
        }
    }

    /// The value of a map's first key of that text.
    pub fn get(&self, key: &[u8]) -> Option<&WrittenNode> {
        self.entries()?.iter().find(|(name, _)| name.text() == key).map(|(_, value)| value)
    }

    /// As [`WrittenNode::get`], to change.
    pub fn get_mut(&mut self, key: &[u8]) -> Option<&mut WrittenNode> {
        self.entries_mut()?.iter_mut().find(|(name, _)| name.text() == key).map(|(_, value)| value)
    }

    /// Puts a value in the place of a map's first key of that text, in the quotes that the old one had, or behind
    /// the others.
    pub fn set(&mut self, key: &[u8], mut value: WrittenNode) {
        let Some(entries) = self.entries_mut() else { return };
        let Some((_, old)) = entries.iter_mut().find(|(name, _)| name.text() == key) else {
            entries.push((Self::plain(key), value));
            return;
        };
        if let (Content::Scalar(old), Content::Scalar(new)) = (&old.content, &mut value.content) {
            new.style = old.style;
        }
        *old = value;
    }

    /// Removes a map's first key of that text, with its value and its comments.
    pub fn remove(&mut self, key: &[u8]) -> Option<WrittenNode> {
        let entries = self.entries_mut()?;
        let at = entries.iter().position(|(name, _)| name.text() == key)?;
        Some(entries.remove(at).1)
    }

    /// Whether nothing is in it: a collection without elements, or nothing.
    pub fn is_empty(&self) -> bool {
        match &self.content {
            Content::Sequence(items) => items.is_empty(),
            Content::Mapping(entries) => entries.is_empty(),
            Content::Scalar(_) | Content::Alias(_) => self.is_null(),
        }
    }
}

impl Text {
    /// A document of one node and nothing else.
    pub fn of(root: WrittenNode) -> Self {
        Self { head: Vec::new(), foot: Vec::new(), root }
    }

    /// Reads the first document of a text; `None` where there is none.
    ///
    /// # Errors
    /// In go-yaml's words, and when a limit is met.
    pub fn read(bytes: &[u8], limits: &Limits) -> Result<Option<Self>, Error> {
        let source = Source::new(bytes);
        let mut reader =
            Reader { parser: Parser::with_comments(&source), limits, nodes: 0, anchors: Vec::new() };
        loop {
            let (event, _) = reader.parser.next()?;
            match event {
                Event::StreamStart => {}
                Event::DocumentStart => break,
                _ => return Ok(None),
            }
        }
        let head = reader.parser.manner().comments.head;
        let root = reader.node(0)?;
        let _ = reader.parser.next()?;
        let foot = reader.parser.manner().comments.foot;
        Ok(Some(Self { head, foot, root }))
    }
}

/// Writes documents one behind the other, with `---` between them. Lists stand at the column of their key.
pub fn write_texts<'t>(texts: impl IntoIterator<Item = &'t Text>) -> Vec<u8> {
    let mut writer = Rewriter::default();
    for text in texts {
        writer.document(text);
    }
    writer.finish()
}

struct Reader<'a, 'l> {
    parser: Parser<'a>,
    limits: &'l Limits,
    nodes: usize,
    anchors: Vec<Vec<u8>>,
}

impl Reader<'_, '_> {
    fn node(&mut self, depth: usize) -> Result<WrittenNode, Error> {
        let (event, _) = self.parser.next()?;
        self.made(event, depth)
    }

    fn made(&mut self, event: Event<'_>, depth: usize) -> Result<WrittenNode, Error> {
        self.nodes += 1;
        if self.nodes > self.limits.nodes {
            return Err(self.limits.too_many_nodes());
        }
        if depth > self.limits.depth {
            return Err(self.limits.too_deep());
        }
        let Manner { style, flow, tag: collection_tag, comments } = self.parser.manner();
        let Comments { head, line, foot } = comments;
        let made = |content, anchor: Option<&[u8]>, tag: Option<Box<[u8]>>| WrittenNode {
            content,
            anchor: anchor.map(<[u8]>::to_vec),
            tag: tag.map(Vec::from),
            flow,
            head,
            line,
            foot,
        };
        let mut node = match event {
            Event::Alias(name) => {
                if !self.anchors.iter().any(|known| known == name) {
                    let name = String::from_utf8_lossy(name);
                    return Err(Error::new(format!("yaml: unknown anchor '{name}' referenced")));
                }
                made(Content::Alias(name.to_vec()), None, None)
            }
            Event::Scalar { anchor, tag, value, .. } => {
                let scalar = Scalar { text: value.into_owned(), style };
                made(Content::Scalar(scalar), anchor, tag)
            }
            Event::SequenceStart(anchor) => made(Content::Sequence(Vec::new()), anchor, collection_tag),
            Event::MappingStart(anchor) => made(Content::Mapping(Vec::new()), anchor, collection_tag),
            // The grammar has nothing else where a node stands.
            _ => return Err(Error::new("yaml: unknown problem parsing YAML content")),
        };
        if let Some(anchor) = &node.anchor {
            self.anchors.push(anchor.clone());
        }
        match &mut node.content {
            Content::Sequence(items) => {
                let ended = loop {
                    match self.parser.next()? {
                        (Event::SequenceEnd, _) => break self.parser.manner().comments,
                        (event, _) => items.push(self.made(event, depth + 1)?),
                    }
                };
                (node.line, node.foot) = (ended.line, ended.foot);
            }
            Content::Mapping(entries) => {
                let ended = loop {
                    match self.parser.next()? {
                        (Event::MappingEnd, _) => break self.parser.manner().comments,
                        (event, _) => {
                            let key = self.made(event, depth + 1)?;
                            let value = self.node(depth + 1);
                            entry(entries, key, value?, flow);
                        }
                    }
                };
                (node.line, node.foot) = (ended.line, ended.foot);
                if !flow
                    && !node.foot.is_empty()
                    && let Some((key, _)) = entries.last_mut()
                {
                    key.foot = std::mem::take(&mut node.foot);
                }
            }
            Content::Scalar(_) | Content::Alias(_) => {}
        }
        Ok(node)
    }
}

/// Adds an entry to a map. What stands below a key is kept with it, as what stands below its value is; what stands
/// below a key that is further left was about the entry before.
fn entry(
    entries: &mut Vec<(WrittenNode, WrittenNode)>,
    mut key: WrittenNode,
    mut value: WrittenNode,
    flow: bool,
) {
    if !flow
        && !key.foot.is_empty()
        && let Some((before, _)) = entries.last_mut()
    {
        before.foot = std::mem::take(&mut key.foot);
    }
    if key.foot.is_empty() {
        key.foot = std::mem::take(&mut value.foot);
    }
    entries.push((key, value));
}
