//! Events → a document in one flat list, each node before its children. Aliases point back into it.

use std::borrow::Cow;
use std::collections::HashMap;

use super::Limits;
use super::common;
use super::parse::{Event, Parser};
use super::scan::Fault;
use super::source::Source;
use crate::Error;

/// A node of a document.
#[derive(Debug, PartialEq)]
pub(super) struct Node<'a> {
    pub(super) kind: Kind<'a>,
    /// The number of the node after this one and everything in it.
    pub(super) end: u32,
    /// Its line, from zero.
    pub(super) line: u32,
}

#[derive(Debug, PartialEq)]
pub(super) enum Kind<'a> {
    Scalar { value: Cow<'a, [u8]>, tag: Option<Box<[u8]>>, implicit: bool },
    Sequence,
    Mapping,
    Alias { name: &'a [u8], target: u32 },
}

/// The first document of a stream; no nodes when there is none.
pub(super) struct Document<'a> {
    pub(super) nodes: Vec<Node<'a>>,
}

impl<'a> Document<'a> {
    /// Reads the first document, up to where it ends: what follows is not looked at.
    pub(super) fn read(source: &'a Source<'_>, limits: &Limits) -> Result<Self, Error> {
        match common::read(source, limits) {
            Some(document) => Ok(document),
            None => Self::scan(source, limits),
        }
    }

    /// Reads it token by token, whatever its shape.
    pub(super) fn scan(source: &'a Source<'_>, limits: &Limits) -> Result<Self, Error> {
        let mut parser = Parser::new(source);
        let mut nodes: Vec<Node<'a>> = Vec::with_capacity(source.text.len() / 24);
        let mut open: Vec<u32> = Vec::new();
        let mut anchors: HashMap<&'a [u8], u32> = HashMap::new();
        loop {
            let (event, mark) = parser.next()?;
            let number = nodes.len() as u32;
            if nodes.len() >= limits.nodes {
                return Err(limits.too_many_nodes());
            }
            let (kind, anchor, opens) = match event {
                Event::StreamStart | Event::DocumentStart => continue,
                Event::StreamEnd | Event::DocumentEnd => return Ok(Self { nodes }),
                Event::SequenceEnd | Event::MappingEnd => {
                    if let Some(node) = open.pop().and_then(|number| nodes.get_mut(number as usize)) {
                        node.end = number;
                    }
                    continue;
                }
                Event::Alias(name) => {
                    let Some(&target) = anchors.get(name) else {
                        let problem =
                            format!("unknown anchor '{}' referenced", String::from_utf8_lossy(name));
                        return Err(Fault { problem: problem.into(), line: 0 }.into());
                    };
                    (Kind::Alias { name, target }, None, false)
                }
                Event::Scalar { anchor, tag, value, implicit } => {
                    (Kind::Scalar { value, tag, implicit }, anchor, false)
                }
                Event::SequenceStart(anchor) => (Kind::Sequence, anchor, true),
                Event::MappingStart(anchor) => (Kind::Mapping, anchor, true),
            };
            if let Some(name) = anchor {
                anchors.insert(name, number);
            }
            if opens {
                open.push(number);
                if open.len() > limits.depth {
                    return Err(limits.too_deep());
                }
            }
            nodes.push(Node { kind, end: number + 1, line: mark.line });
        }
    }

    /// The numbers of the nodes directly within a node.
    pub(super) fn children(&self, number: u32) -> impl Iterator<Item = u32> + '_ {
        let end = self.nodes.get(number as usize).map_or(0, |node| node.end);
        let first = number + 1;
        std::iter::successors(Some(first), |&child| self.nodes.get(child as usize).map(|node| node.end))
            .take_while(move |&child| child < end)
    }
}
