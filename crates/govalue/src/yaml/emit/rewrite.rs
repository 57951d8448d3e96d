//! Writes documents with their comments, styles and anchors: go-yaml v3's rules for nodes that it has read.

use super::super::scan::Written;
use super::super::written::{Content, Text, WrittenNode};
use super::{Analysis, Dialect, Emitter, MAX_SIMPLE_KEY, char_width, is_flow_indicator};
use crate::yaml::cursor::break_width;

/// Writes documents one behind the other.
pub(in crate::yaml) struct Rewriter {
    out: Emitter,
    /// Comments that wait for their place.
    head: Vec<u8>,
    foot: Vec<u8>,
    /// Below the entry before, which ends where the next begins.
    tail: Vec<u8>,
    /// Beside a key whose value begins in the next line.
    key_line: Vec<u8>,
    flow_level: usize,
    is_first: bool,
}

/// Where a node stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Root,
    Item,
    Key,
    /// A key that needs no `?`.
    SimpleKey,
    Value,
}

impl Default for Rewriter {
    fn default() -> Self {
        let (head, foot, tail, key_line) = Default::default();
        let out = Emitter::new(Dialect::V3);
        Self { out, head, foot, tail, key_line, flow_level: 0, is_first: true }
    }
}

/// Comments are replaced by those that come, and stay where none come.
fn arrive(pending: &mut Vec<u8>, comment: &[u8]) {
    if !comment.is_empty() {
        *pending = comment.to_vec();
    }
}

impl Rewriter {
    /// All that was written.
    pub(in crate::yaml) fn finish(self) -> Vec<u8> {
        self.out.out
    }

    pub(in crate::yaml) fn document(&mut self, text: &Text) {
        arrive(&mut self.head, &text.head);
        self.out.indent = -1;
        if !std::mem::take(&mut self.is_first) {
            self.out.write_indent();
            self.out.indicator(b"---", true, false, false);
            self.out.write_indent();
        }
        if !self.head.is_empty() {
            self.head_comment();
            self.out.put_break();
        }
        self.begin(&text.root, &[]);
        self.head_comment();
        self.content(&text.root, Place::Root);
        arrive(&mut self.foot, &text.foot);
        // What is below everything is divided from it.
        self.out.foot_indent = Some(0);
        self.foot_comment();
        self.out.foot_indent = None;
        self.out.write_indent();
    }

    /// The comments that come with a node's beginning.
    fn begin(&mut self, node: &WrittenNode, tail: &[u8]) {
        arrive(&mut self.head, &node.head);
        // go-yaml loses what comes before other keys.
        if matches!(node.content, Content::Scalar(_) | Content::Mapping(_)) {
            arrive(&mut self.tail, tail);
        }
        if matches!(node.content, Content::Scalar(_) | Content::Alias(_)) {
            arrive(&mut self.out.line_comment, &node.line);
            arrive(&mut self.foot, &node.foot);
        }
    }

    fn has_trailing(&self) -> bool {
        !(self.out.line_comment.is_empty() && self.foot.is_empty() && self.tail.is_empty())
    }

    fn head_comment(&mut self) {
        if !self.tail.is_empty() {
            let tail = std::mem::take(&mut self.tail);
            self.out.write_indent();
            self.out.comment(&tail);
            self.out.foot_indent = Some(self.out.indent.max(0));
        }
        if !self.head.is_empty() {
            let head = std::mem::take(&mut self.head);
            self.out.write_indent();
            self.out.comment(&head);
        }
    }

    fn foot_comment(&mut self) {
        if !self.foot.is_empty() {
            let foot = std::mem::take(&mut self.foot);
            self.out.write_indent();
            self.out.comment(&foot);
            self.out.foot_indent = Some(self.out.indent.max(0));
        }
    }

    /// What stands behind a node and below it, once its own line is written.
    fn trailing(&mut self) {
        self.out.line_comment(false);
        self.foot_comment();
    }

    /// Writes a node, and what stands behind it: for a collection, what was left by those before it.
    fn content(&mut self, node: &WrittenNode, place: Place) {
        if let Some(anchor) = &node.anchor {
            self.out.indicator(b"&", true, false, false);
            self.name(anchor);
        }
        match &node.content {
            Content::Alias(name) => {
                self.out.indicator(b"*", true, false, false);
                self.name(name);
                self.behind(place);
            }
            Content::Scalar(scalar) => {
                self.tag(node);
                let style = match scalar.style {
                    Written::Plain if scalar.text.contains(&b'\n') => Written::Literal,
                    style => style,
                };
                self.scalar(&scalar.text, style, place);
                self.behind(place);
            }
            Content::Sequence(items) => {
                self.tag(node);
                self.behind(place);
                if self.flow_level > 0 || node.flow || items.is_empty() {
                    self.flow_sequence(node, items, place);
                } else {
                    self.block_sequence(items, place);
                    self.end(node, place, &[]);
                }
            }
            Content::Mapping(entries) => {
                self.tag(node);
                self.behind(place);
                if self.flow_level > 0 || node.flow || entries.is_empty() {
                    self.flow_mapping(node, entries, place);
                } else {
                    self.block_mapping(node, entries, place);
                }
            }
        }
    }

    fn name(&mut self, name: &[u8]) {
        self.out.out.extend_from_slice(name);
        self.out.column += name.len();
        self.out.whitespace = false;
        self.out.indention = false;
    }

    /// What follows a node where it stands, or the beginning of a collection; a key has its colon first.
    fn behind(&mut self, place: Place) {
        let trails = self.has_trailing();
        match place {
            Place::Root => self.trailing(),
            Place::Item | Place::Value if self.flow_level > 0 => {
                if trails {
                    self.out.indicator(b",", false, false, false);
                }
                self.trailing();
            }
            Place::Item | Place::Value => self.trailing(),
            Place::Key | Place::SimpleKey => {}
        }
    }

    /// The comments that come with the end of a collection. What stands below a key comes behind its value.
    fn end(&mut self, node: &WrittenNode, place: Place, tail: &[u8]) {
        arrive(&mut self.out.line_comment, &node.line);
        if !matches!(place, Place::Key | Place::SimpleKey) {
            arrive(&mut self.foot, &node.foot);
        }
        arrive(&mut self.tail, tail);
    }

    fn block_sequence(&mut self, items: &[WrittenNode], place: Place) {
        let in_mapping = matches!(place, Place::Key | Place::Value);
        let compact = in_mapping && (self.out.column == 0 || !self.out.indention);
        self.out.deepen(false, compact);
        for item in items {
            self.begin(item, &[]);
            self.head_comment();
            self.out.write_indent();
            self.out.indicator(b"-", true, false, true);
            self.content(item, Place::Item);
        }
        self.out.end();
    }

    fn block_mapping(&mut self, node: &WrittenNode, entries: &[(WrittenNode, WrittenNode)], place: Place) {
        self.out.deepen(false, false);
        let mut tail: &[u8] = &[];
        for (key, value) in entries {
            self.begin_key(key, tail);
            tail = &key.foot;
            self.head_comment();
            self.out.write_indent();
            if !self.out.line_comment.is_empty() {
                self.key_line = std::mem::take(&mut self.out.line_comment);
            }
            if self.is_simple_key(key) {
                self.content(key, Place::SimpleKey);
                self.begin(value, &[]);
                self.out.indicator(b":", false, false, false);
            } else {
                self.out.indicator(b"?", true, false, true);
                self.content(key, Place::Key);
                self.begin(value, &[]);
                self.out.write_indent();
                self.out.indicator(b":", true, false, true);
            }
            self.place_key_comment(value);
            self.content(value, Place::Value);
        }
        self.end(node, place, tail);
        self.head_comment();
        self.out.end();
    }

    /// A key without what stands below it: that comes behind its value.
    fn begin_key(&mut self, key: &WrittenNode, tail: &[u8]) {
        let foot = std::mem::take(&mut self.foot);
        self.begin(key, tail);
        self.foot = foot;
    }

    /// What stands beside a key goes behind a scalar, or before a block begins.
    fn place_key_comment(&mut self, value: &WrittenNode) {
        if self.key_line.is_empty() {
            return;
        }
        match &value.content {
            Content::Scalar(_) if self.out.line_comment.is_empty() => {
                self.out.line_comment = std::mem::take(&mut self.key_line);
            }
            Content::Sequence(_) | Content::Mapping(_) if !value.flow => {
                std::mem::swap(&mut self.out.line_comment, &mut self.key_line);
                self.out.line_comment(false);
                std::mem::swap(&mut self.out.line_comment, &mut self.key_line);
            }
            _ => {}
        }
    }

    fn is_simple_key(&self, key: &WrittenNode) -> bool {
        let tag = shown_tag(key).map_or(0, |tag| {
            let (handle, suffix) = divided(tag);
            handle.len() + suffix.len()
        });
        let anchor = key.anchor.as_ref().map_or(0, Vec::len);
        let length = match &key.content {
            Content::Alias(name) => name.len(),
            Content::Scalar(scalar)
                if scalar.text.iter().enumerate().any(|(at, _)| is_break(&scalar.text, at)) =>
            {
                return false;
            }
            Content::Scalar(scalar) => scalar.text.len(),
            Content::Sequence(items) if items.is_empty() => 0,
            Content::Mapping(entries) if entries.is_empty() => 0,
            Content::Sequence(_) | Content::Mapping(_) => return false,
        };
        length + tag + anchor <= MAX_SIMPLE_KEY
    }

    fn flow_sequence(&mut self, node: &WrittenNode, items: &[WrittenNode], place: Place) {
        self.out.indicator(b"[", true, true, false);
        self.out.deepen(true, false);
        self.flow_level += 1;
        let mut divided = true;
        for item in items {
            self.begin(item, &[]);
            if !divided {
                self.out.indicator(b",", false, false, false);
            }
            self.head_comment();
            if self.out.column == 0 {
                self.out.write_indent();
            }
            divided = self.has_trailing();
            self.content(item, Place::Item);
        }
        self.end(node, place, &[]);
        self.flow_level -= 1;
        self.out.end();
        if self.out.column == 0 {
            self.out.write_indent();
        }
        self.out.indicator(b"]", false, false, false);
        self.trailing();
    }

    fn flow_mapping(&mut self, node: &WrittenNode, entries: &[(WrittenNode, WrittenNode)], place: Place) {
        self.out.indicator(b"{", true, true, false);
        self.out.deepen(true, false);
        self.flow_level += 1;
        let mut divided = true;
        let mut tail: &[u8] = &[];
        for (key, value) in entries {
            self.begin_key(key, tail);
            tail = &key.foot;
            if !divided {
                self.out.indicator(b",", false, false, false);
            }
            self.head_comment();
            if self.out.column == 0 {
                self.out.write_indent();
            }
            if self.is_simple_key(key) {
                self.content(key, Place::SimpleKey);
                self.begin(value, &[]);
                self.out.indicator(b":", false, false, false);
            } else {
                self.out.indicator(b"?", true, false, false);
                self.content(key, Place::Key);
                self.begin(value, &[]);
                self.out.indicator(b":", true, false, false);
            }
            divided = self.has_trailing();
            self.content(value, Place::Value);
        }
        self.end(node, place, tail);
        let waits = !self.head.is_empty() || !self.foot.is_empty() || !self.tail.is_empty();
        if waits && !divided {
            self.out.indicator(b",", false, false, false);
        }
        self.head_comment();
        self.flow_level -= 1;
        self.out.end();
        self.out.indicator(b"}", false, false, false);
        self.trailing();
    }

    fn tag(&mut self, node: &WrittenNode) {
        let Some(tag) = shown_tag(node) else { return };
        let (handle, suffix) = divided(tag);
        let mut text = if handle.is_empty() { b"!<".to_vec() } else { handle.to_vec() };
        for &byte in suffix {
            if byte.is_ascii_alphanumeric() || b"_-;/?:@&=+$,.~*'()[]".contains(&byte) {
                text.push(byte);
            } else {
                text.extend_from_slice(format!("%{byte:02X}").as_bytes());
            }
        }
        if handle.is_empty() {
            text.push(b'>');
        }
        self.out.indicator(&text, true, false, false);
    }

    fn scalar(&mut self, text: &[u8], mut style: Written, place: Place) {
        let analysis = Analysis::of(text, Dialect::V3);
        let is_key = place == Place::SimpleKey;
        let in_flow = self.flow_level > 0;
        let plain = analysis.plain && !(in_flow && (text.is_empty() || is_flow_indicator(text)));
        if is_key && analysis.multiline {
            style = Written::DoubleQuoted;
        }
        if style == Written::Plain && (!plain || text.is_empty() && (in_flow || is_key)) {
            style = Written::SingleQuoted;
        }
        if style == Written::SingleQuoted && !analysis.single_quoted {
            style = Written::DoubleQuoted;
        }
        let is_block = matches!(style, Written::Literal | Written::Folded);
        if is_block && (!analysis.block || in_flow || is_key) {
            style = Written::DoubleQuoted;
        }
        self.out.deepen(true, false);
        match style {
            Written::Plain if text.is_empty() => self.out.indention = false,
            Written::Plain => self.out.plain(text, false),
            Written::SingleQuoted => self.out.single_quoted(text, false),
            Written::DoubleQuoted => self.out.double_quoted(text, false),
            Written::Literal => self.out.literal(text),
            Written::Folded => self.out.folded(text),
        }
        self.out.end();
    }
}

fn is_break(text: &[u8], at: usize) -> bool {
    break_width(&text[at..]) > 0
}

/// The tag that is written. go-yaml says of a merge key that it is one.
fn shown_tag(node: &WrittenNode) -> Option<&[u8]> {
    match (node.tag.as_deref(), &node.content) {
        (None | Some(b"!"), Content::Scalar(scalar)) => {
            let merges = scalar.style == Written::Plain && scalar.text == b"<<";
            merges.then_some(b"tag:yaml.org,2002:merge")
        }
        (None | Some(b"!"), _) => None,
        (Some(tag), _) => Some(tag),
    }
}

/// A tag's handle and the rest.
fn divided(tag: &[u8]) -> (&[u8], &[u8]) {
    if let Some(rest) = tag.strip_prefix(b"!") {
        return (b"!", rest);
    }
    match tag.strip_prefix(b"tag:yaml.org,2002:") {
        Some(rest) => (b"!!", rest),
        None => (b"", tag),
    }
}

impl Emitter {
    /// Writes a comment and the line break behind it.
    fn comment(&mut self, text: &[u8]) {
        let (mut breaks, mut pound) = (false, false);
        let mut at = 0;
        while let Some(&byte) = text.get(at) {
            if is_break(text, at) {
                at += self.write_break(&text[at..]);
                self.indention = true;
                (breaks, pound) = (true, false);
                continue;
            }
            if breaks {
                self.write_indent();
            }
            if !pound && byte != b'#' {
                self.put(b'#');
                self.put(b' ');
            }
            pound = true;
            at += self.put_char(&text[at..]);
            self.indention = false;
            breaks = false;
        }
        if !breaks {
            self.put_break();
            self.indention = true;
        }
        self.whitespace = true;
    }

    /// Writes what waits for the end of the line; otherwise ends it where that is asked for.
    pub(super) fn line_comment(&mut self, ends: bool) {
        if self.line_comment.is_empty() {
            if ends {
                self.put_break();
                self.indention = true;
            }
            return;
        }
        let comment = std::mem::take(&mut self.line_comment);
        if !self.whitespace {
            self.put(b' ');
        }
        self.comment(&comment);
    }

    /// A folded scalar; lines are as long as they are.
    fn folded(&mut self, text: &[u8]) {
        self.indicator(b">", true, false, false);
        self.block_hints(text);
        let (mut breaks, mut leading_blanks) = (true, true);
        let mut at = 0;
        while at < text.len() {
            let rest = &text[at..];
            if break_width(rest) > 0 {
                if !breaks && !leading_blanks && rest[0] == b'\n' {
                    // go-yaml looks at the breaks at the start of the text when it should look here.
                    let mut behind = 0;
                    while behind < text.len() && is_break(text, behind) {
                        behind += char_width(&text[behind..]);
                    }
                    let blank = text.get(behind).is_none_or(|byte| matches!(byte, b' ' | b'\t' | 0));
                    if !blank {
                        self.put_break();
                    }
                }
                at += self.write_break(rest);
                self.indention = true;
                breaks = true;
                continue;
            }
            if breaks {
                self.write_indent();
                leading_blanks = matches!(rest[0], b' ' | b'\t');
            }
            at += self.put_char(rest);
            self.indention = false;
            breaks = false;
        }
    }
}
