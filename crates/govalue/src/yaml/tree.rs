//! A document as it was written: kinds, texts and lines, and nothing resolved. For readers that decide themselves
//! what a scalar is, as go-yaml v3 does when it fills a struct.

use super::Limits;
use super::node::{Document, Kind};
use super::source::Source;
use crate::Error;

/// A node and the line it starts on, counted from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tree {
    /// The line.
    pub line: u32,
    /// What stands there.
    pub kind: TreeKind,
}

/// What kind of node stands on a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TreeKind {
    /// A text, quoted or not.
    Scalar {
        /// Its text. Bytes that are no UTF-8 are replaced.
        text: String,
        /// Whether the text alone decides its type: it has neither quotes nor a tag.
        plain: bool,
        /// Its tag, in full: `tag:yaml.org,2002:int`.
        tag: Option<String>,
    },
    /// A list.
    List(Vec<Tree>),
    /// A table in the order of the document, repeated keys included.
    Map(Vec<(Tree, Tree)>),
}

/// Reads the first document of a text; nothing, when there is none. What an alias stands for stands in its place.
///
/// # Errors
/// In the words of [`super::read`]; limits in our own.
pub fn tree(bytes: &[u8], limits: &Limits) -> Result<Option<Tree>, Error> {
    let source = Source::new(bytes);
    let document = Document::read(&source, limits)?;
    if document.nodes.is_empty() {
        return Ok(None);
    }
    Reader { document: &document, left: limits.nodes, limits }.node(0, 0).map(Some)
}

struct Reader<'d> {
    document: &'d Document<'d>,
    /// Nodes that there may still be.
    left: usize,
    limits: &'d Limits,
}

impl Reader<'_> {
    fn node(&mut self, number: u32, depth: usize) -> Result<Tree, Error> {
        let document = self.document;
        let node = &document.nodes[number as usize];
        let line = node.line + 1;
        self.left = self.left.checked_sub(1).ok_or_else(|| self.limits.too_many_nodes())?;
        // A node cannot stand in itself, so that what aliases lead to ends: but it may be deep.
        if depth > self.limits.depth {
            return Err(Error::new("yaml: exceeded max depth"));
        }
        let kind = match &node.kind {
            Kind::Alias { name, target } => {
                let open = document.nodes.get(*target as usize).is_some_and(|target| target.end > number);
                if open && *target < number {
                    let name = String::from_utf8_lossy(name);
                    return Err(Error::new(format!("yaml: anchor '{name}' value contains itself")));
                }
                return self.node(*target, depth + 1);
            }
            Kind::Scalar { value, tag, implicit } => TreeKind::Scalar {
                text: String::from_utf8_lossy(value).into_owned(),
                plain: *implicit,
                tag: tag.as_deref().map(|tag| String::from_utf8_lossy(tag).into_owned()),
            },
            Kind::Sequence => {
                let items: Vec<u32> = document.children(number).collect();
                TreeKind::List(
                    items.into_iter().map(|item| self.node(item, depth + 1)).collect::<Result<_, _>>()?,
                )
            }
            Kind::Mapping => {
                let children: Vec<u32> = document.children(number).collect();
                let mut entries = Vec::with_capacity(children.len() / 2);
                for pair in children.chunks_exact(2) {
                    entries.push((self.node(pair[0], depth + 1)?, self.node(pair[1], depth + 1)?));
                }
                TreeKind::Map(entries)
            }
        };
        Ok(Tree { line, kind })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scalar(text: &str, line: u32, plain: bool) -> Tree {
        Tree { line, kind: TreeKind::Scalar { text: text.into(), plain, tag: None } }
    }

    #[test]
    fn nothing_is_resolved_and_aliases_are_followed() {
        let found = tree(b"a: &x no\nb:\n- '1'\n- *x\n", &Limits::default()).unwrap().unwrap();
        let TreeKind::Map(entries) = found.kind else { panic!("a map") };
        assert_eq!(entries[0], (scalar("a", 1, true), scalar("no", 1, true)));
        let TreeKind::List(items) = &entries[1].1.kind else { panic!("a list") };
        assert_eq!(items[..], [scalar("1", 3, false), scalar("no", 1, true)]);
        assert_eq!(tree(b"# nothing\n", &Limits::default()), Ok(None));
    }

    #[test]
    fn what_contains_itself_or_grows_too_large_ends() {
        assert!(tree(b"a: &x [*x]\n", &Limits::default()).is_err());
        let bomb = b"a: &a [1,1,1,1]\nb: &b [*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b]\nd: [*c,*c,*c,*c]\n";
        assert!(tree(bomb, &Limits { nodes: 100, ..Limits::default() }).is_err());
        assert!(tree(bomb, &Limits::default()).is_ok());
    }
}
