//! Documents of the common shape, read line by line.
//!
//! Nearly every manifest and values file is made of block mappings and sequences, of scalars without anchors and
//! tags, and of small flow collections. These need no tokens: a line's indentation says where it belongs.
//! Whatever is not certainly of this shape is left to the scanner, and so is everything that is wrong.

use std::borrow::Cow;

use super::Limits;
use super::node::{Document, Kind, Node};
use super::source::Source;

/// A key is only looked for in so many bytes.
const MAX_KEY: usize = 512;

/// How deep flow collections may nest.
const MAX_FLOW: usize = 16;

/// What simple keys and the words of flow sequences are made of.
const WORD: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 128 {
        table[byte] =
            matches!(byte as u8, b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'-' | b'.' | b'/');
        byte += 1;
    }
    table
};

/// A collection that lines are being added to.
#[derive(Clone, Copy)]
struct Open {
    number: u32,
    /// The column of its keys or dashes.
    indent: usize,
    sequence: bool,
}

struct Reader<'a, 'l> {
    text: &'a [u8],
    nodes: Vec<Node<'a>>,
    open: Vec<Open>,
    /// Where the next line begins, and its number.
    at: usize,
    line: u32,
    /// The line of a key or dash whose value has not been seen.
    waiting: Option<u32>,
    /// Whether a separator stood before the document, or one behind it.
    started: bool,
    ended: bool,
    limits: &'l Limits,
}

/// Reads a document as [`Document::read`] does; `None` when it is not of the common shape.
pub(super) fn read<'a>(source: &'a Source<'_>, limits: &Limits) -> Option<Document<'a>> {
    let text = &*source.text;
    if source.fault.is_some() || has_rare_breaks(text) {
        return None;
    }
    let nodes = Vec::with_capacity(text.len() / 16);
    let open = Vec::new();
    let mut reader =
        Reader { text, nodes, open, at: 0, line: 0, waiting: None, started: false, ended: false, limits };
    while reader.at < text.len() && !reader.ended {
        reader.line()?;
    }
    reader.settle()?;
    let end = reader.nodes.len() as u32;
    for open in &reader.open {
        reader.nodes[open.number as usize].end = end;
    }
    (end > 0).then_some(Document { nodes: reader.nodes })
}

/// Tabs, and line breaks other than the newline.
fn has_rare_breaks(text: &[u8]) -> bool {
    let rare = memchr::memchr2(b'\t', b'\r', text).is_some();
    rare || (!text.is_ascii()
        && (memchr::memmem::find(text, b"\xc2\x85").is_some()
            || memchr::memmem::find(text, b"\xe2\x80\xa8").is_some()
            || memchr::memmem::find(text, b"\xe2\x80\xa9").is_some()))
}

/// The byte where a line's text begins, from `from` on; `None` when there is nothing or a comment.
fn content(row: &[u8], from: usize) -> Option<usize> {
    let blanks = row.get(from..)?.iter().position(|&byte| byte != b' ')?;
    (row[from + blanks] != b'#').then_some(from + blanks)
}

fn is_dash(text: &[u8]) -> bool {
    matches!(text, [b'-'] | [b'-', b' ', ..])
}

/// Whether nothing but a comment follows.
fn is_over(text: &[u8]) -> bool {
    match text {
        [] => true,
        [b' ', ..] => content(text, 0).is_none(),
        _ => false,
    }
}

impl<'a> Reader<'a, '_> {
    /// The line at the front, without its newline.
    fn row(&self) -> &'a [u8] {
        let rest = &self.text[self.at..];
        &rest[..memchr::memchr(b'\n', rest).unwrap_or(rest.len())]
    }

    fn next_row(&mut self, row: &[u8]) {
        self.at += row.len() + 1;
        self.line += 1;
    }

    fn push(&mut self, kind: Kind<'a>, line: u32) -> Option<u32> {
        let number = self.nodes.len() as u32;
        if self.nodes.len() >= self.limits.nodes {
            return None;
        }
        self.nodes.push(Node { kind, end: number + 1, line });
        Some(number)
    }

    fn push_scalar(&mut self, value: Cow<'a, [u8]>, plain: bool) -> Option<()> {
        self.push(Kind::Scalar { value, tag: None, implicit: plain }, self.line).map(|_| ())
    }

    fn push_open(&mut self, sequence: bool, indent: usize) -> Option<()> {
        let kind = if sequence { Kind::Sequence } else { Kind::Mapping };
        let number = self.push(kind, self.line)?;
        self.open.push(Open { number, indent, sequence });
        (self.open.len() <= self.limits.depth).then_some(())
    }

    /// A key or dash that still waits for its value has none.
    fn settle(&mut self) -> Option<()> {
        let Some(line) = self.waiting.take() else { return Some(()) };
        let nothing = Kind::Scalar { value: Cow::Borrowed(b""), tag: None, implicit: true };
        self.push(nothing, line).map(|_| ())
    }

    fn line(&mut self) -> Option<()> {
        let row = self.row();
        let Some(indent) = content(row, 0) else {
            self.next_row(row);
            return Some(());
        };
        let text = &row[indent..];
        if indent == 0 {
            match text {
                [b'%', ..] => return None,
                b"---" if self.nodes.is_empty() && !self.started => {
                    self.started = true;
                    self.next_row(row);
                    return Some(());
                }
                b"---" | b"..." => {
                    self.ended = true;
                    return Some(());
                }
                _ if text.starts_with(b"---") || text.starts_with(b"...") => return None,
                _ => {}
            }
        }
        let dash = is_dash(text);
        match self.open.last() {
            None if self.nodes.is_empty() => self.push_open(dash, indent)?,
            Some(top) if self.waiting.is_some() => {
                if indent > top.indent || (indent == top.indent && dash && !top.sequence) {
                    self.waiting = None;
                    if !dash && self.key(text).is_none() {
                        return self.value(row, indent);
                    }
                    self.push_open(dash, indent)?;
                } else {
                    self.settle()?;
                }
            }
            _ => {}
        }
        while let Some(top) = self.open.last().copied()
            && (top.indent > indent || (top.indent == indent && top.sequence && !dash))
        {
            self.open.pop();
            self.nodes[top.number as usize].end = self.nodes.len() as u32;
        }
        let top = self.open.last()?;
        if top.indent != indent || top.sequence != dash {
            return None;
        }
        self.entry(row, indent, dash)
    }

    /// What a line has from its dash or key on.
    fn entry(&mut self, row: &'a [u8], mut column: usize, mut dash: bool) -> Option<()> {
        while dash {
            let Some(inner) = content(row, column + 1) else {
                self.waiting = Some(self.line);
                self.next_row(row);
                return Some(());
            };
            column = inner;
            dash = is_dash(&row[column..]);
            if !dash && self.key(&row[column..]).is_none() {
                return self.value(row, column);
            }
            self.push_open(dash, column)?;
        }
        let (key, plain, width) = self.key(&row[column..])?;
        self.push_scalar(Cow::Borrowed(key), plain)?;
        column += width + 1;
        match content(row, column) {
            None => {
                self.waiting = Some(self.line);
                self.next_row(row);
                Some(())
            }
            Some(value) => self.value(row, value),
        }
    }

    /// A key at the front: its text, whether it is plain, and how many bytes stand before its colon.
    fn key(&self, text: &'a [u8]) -> Option<(&'a [u8], bool, usize)> {
        let (key, plain, width) = match text {
            [quote @ (b'"' | b'\''), rest @ ..] => {
                let end = memchr::memchr2(*quote, b'\\', rest)?;
                (rest[end] == *quote).then_some((&rest[..end], false, end + 2))?
            }
            [b'-', ..] => return None,
            _ => {
                let end = text.iter().position(|&byte| !WORD[usize::from(byte)])?;
                (end > 0).then_some((&text[..end], true, end))?
            }
        };
        let ends = matches!(text.get(width..)?, [b':'] | [b':', b' ', ..]);
        (ends && width < MAX_KEY).then_some((key, plain, width))
    }

    /// A value that begins on the line of its key or dash, or alone on the line below.
    fn value(&mut self, row: &'a [u8], column: usize) -> Option<()> {
        let text = &row[column..];
        match text[0] {
            quote @ (b'"' | b'\'') => return self.quoted(row, column, quote),
            b'[' | b'{' => {
                let end = self.flow(text, 0, 0)?;
                is_over(&text[end..]).then_some(())?;
            }
            sign @ (b'|' | b'>') => return self.block(row, &text[1..], sign == b'>'),
            b'-' if is_dash(text) => return None,
            b':' if !matches!(text.get(1), None | Some(b' ')) => return self.plain(row, text),
            b'?' | b':' | b',' | b']' | b'}' | b'&' | b'*' | b'!' | b'%' | b'@' | b'`' => return None,
            _ => return self.plain(row, text),
        }
        self.next_row(row);
        Some(())
    }

    /// A plain scalar and the lines that continue it.
    fn plain(&mut self, row: &'a [u8], text: &'a [u8]) -> Option<()> {
        let outer = self.open.last()?.indent;
        let (first, commented) = plain(text)?;
        let number = self.nodes.len();
        self.push_scalar(Cow::Borrowed(first), true)?;
        self.next_row(row);
        if commented {
            return Some(());
        }
        let mut folded = Vec::new();
        while let Some((row, start, breaks)) = self.continuation(outer) {
            if row[start] == b'#' {
                break;
            }
            let (next, commented) = plain(&row[start..])?;
            (!commented).then_some(())?;
            if folded.is_empty() {
                folded.extend_from_slice(first);
            }
            fold(&mut folded, breaks, next);
            self.next_row(row);
        }
        if !folded.is_empty() {
            self.nodes[number].kind = Kind::Scalar { value: Cow::Owned(folded), tag: None, implicit: true };
        }
        Some(())
    }

    /// The next line that is not blank, when it is deeper than `outer`: the line, where its text begins, and how
    /// many blank lines were before it, which are left behind. Nothing is left behind otherwise.
    fn continuation(&mut self, outer: usize) -> Option<(&'a [u8], usize, usize)> {
        let (mut at, mut blank) = (self.at, 0);
        loop {
            let rest = self.text.get(at..).filter(|rest| !rest.is_empty())?;
            let row = &rest[..memchr::memchr(b'\n', rest).unwrap_or(rest.len())];
            let Some(start) = row.iter().position(|&byte| byte != b' ') else {
                at += row.len() + 1;
                blank += 1;
                continue;
            };
            if start <= outer {
                return None;
            }
            self.at = at;
            self.line += blank;
            return Some((row, start, blank as usize));
        }
    }

    /// A quoted scalar, which may go on over several lines.
    fn quoted(&mut self, row: &'a [u8], column: usize, quote: u8) -> Option<()> {
        let (mut value, mut end) = quoted_run(&row[column + 1..], quote)?;
        let number = self.nodes.len();
        self.push_scalar(Cow::Borrowed(b""), false)?;
        self.next_row(row);
        let (mut row, mut start) = (row, column + 1);
        let width = loop {
            let joined = match end {
                RunEnd::Quote(width) => break width,
                RunEnd::Line => false,
                RunEnd::Joined => true,
            };
            let mut folded = value.into_owned();
            let (next, at, blank) = self.continuation(0)?;
            let part;
            (part, end) = quoted_run(&next[at..], quote)?;
            if joined {
                folded.resize(folded.len() + blank, b'\n');
                folded.extend_from_slice(&part);
            } else {
                let blanks = folded.iter().rev().take_while(|&&byte| byte == b' ').count();
                folded.truncate(folded.len() - blanks);
                fold(&mut folded, blank, &part);
            }
            self.next_row(next);
            (row, start, value) = (next, at, Cow::Owned(folded));
        };
        is_over(&row[start + width..]).then_some(())?;
        self.nodes[number].kind = Kind::Scalar { value, tag: None, implicit: false };
        Some(())
    }

    /// A flow collection of words, quoted texts and flow collections, all on one line. Answers where it ends.
    fn flow(&mut self, text: &'a [u8], start: usize, depth: usize) -> Option<usize> {
        let mapping = text[start] == b'{';
        let close = if mapping { b'}' } else { b']' };
        let kind = if mapping { Kind::Mapping } else { Kind::Sequence };
        let collection = self.push(kind, self.line)?;
        (depth < MAX_FLOW).then_some(())?;
        let mut at = content(text, start + 1)?;
        while text[at] != close {
            if mapping {
                let quoted = matches!(text[at], b'"' | b'\'');
                at = self.flow_scalar(text, at)?;
                // As in JSON, no blank need follow a quoted key.
                (text.get(at) == Some(&b':') && (quoted || text.get(at + 1) == Some(&b' '))).then_some(())?;
                at = content(text, at + 1)?;
            }
            at = match text[at] {
                b'[' | b'{' => self.flow(text, at, depth + 1)?,
                _ => self.flow_scalar(text, at)?,
            };
            at = content(text, at)?;
            match text[at] {
                b',' => at = content(text, at + 1)?,
                byte if byte == close => {}
                _ => return None,
            }
        }
        self.nodes[collection as usize].end = self.nodes.len() as u32;
        Some(at + 1)
    }

    /// A word or a quoted text in a flow collection. Answers where it ends.
    fn flow_scalar(&mut self, text: &'a [u8], at: usize) -> Option<usize> {
        let rest = &text[at..];
        match rest[0] {
            quote @ (b'"' | b'\'') => {
                let (value, RunEnd::Quote(width)) = quoted_run(&rest[1..], quote)? else { return None };
                self.push_scalar(value, false)?;
                Some(at + 1 + width)
            }
            b'-' => None,
            _ => {
                let width = rest.iter().position(|&byte| !WORD[usize::from(byte)])?;
                (width > 0).then_some(())?;
                self.push_scalar(Cow::Borrowed(&rest[..width]), true)?;
                Some(at + width)
            }
        }
    }

    /// A literal or folded text: a header, and the lines below that are deeper than the collection.
    fn block(&mut self, row: &[u8], header: &[u8], folded: bool) -> Option<()> {
        let outer = self.open.last()?.indent;
        let (keep, strip) = (header.first() == Some(&b'+'), header.first() == Some(&b'-'));
        let signs = usize::from(keep || strip);
        header[signs..].iter().all(|&byte| byte == b' ').then_some(())?;
        let number = self.push(Kind::Sequence, self.line)?;
        self.next_row(row);
        let mut value = Vec::new();
        // Newlines that count only when a line of text follows.
        let mut breaks = 0;
        let mut ended = true;
        // Whether the line before begins with a blank: it is not folded with its neighbours.
        let mut was_deeper = false;
        let mut indent = None;
        let mut widest_blank = 0;
        while self.at < self.text.len() {
            let row = self.row();
            let spaces = row.iter().position(|&byte| byte != b' ').unwrap_or(row.len());
            let has_newline = self.at + row.len() < self.text.len();
            if spaces == row.len() && indent.is_none_or(|indent| spaces <= indent) {
                widest_blank = widest_blank.max(spaces);
                breaks += usize::from(has_newline);
                self.next_row(row);
                continue;
            }
            if indent.is_none() && spaces <= outer {
                break;
            }
            let indent = *indent.get_or_insert(spaces);
            if spaces < indent {
                // A comment, or neither in the text nor in the collection around it.
                (spaces <= outer || row[spaces] == b'#').then_some(())?;
                break;
            }
            if value.is_empty() {
                (widest_blank <= indent).then_some(())?;
                value.reserve(row.len() * 4);
            } else if folded && !was_deeper && spaces == indent {
                if breaks == 0 {
                    value.push(b' ');
                }
            } else {
                value.push(b'\n');
            }
            was_deeper = spaces > indent;
            value.resize(value.len() + breaks, b'\n');
            breaks = 0;
            value.extend_from_slice(&row[indent..]);
            ended = has_newline;
            self.next_row(row);
        }
        if value.is_empty() {
            // Blank lines alone are kept or not by rules of their own.
            (!keep).then_some(())?;
        } else if !strip && ended {
            value.push(b'\n');
        }
        if keep {
            value.resize(value.len() + breaks, b'\n');
        }
        self.nodes[number as usize].kind =
            Kind::Scalar { value: Cow::Owned(value), tag: None, implicit: false };
        Some(())
    }
}

/// A plain scalar's part of a line, and whether a comment follows.
fn plain(text: &[u8]) -> Option<(&[u8], bool)> {
    let mut end = text.len();
    for at in memchr::memchr2_iter(b':', b'#', text) {
        if text[at] == b':' {
            if matches!(text.get(at + 1), None | Some(b' ')) {
                return None;
            }
        } else if at > 0 && text[at - 1] == b' ' {
            end = at;
            break;
        }
    }
    let blanks = text[..end].iter().rev().take_while(|&&byte| byte == b' ').count();
    Some((&text[..end - blanks], end < text.len()))
}

/// Adds a line to a text: one line break is a space, further ones are themselves.
fn fold(text: &mut Vec<u8>, blank: usize, line: &[u8]) {
    if blank == 0 {
        text.push(b' ');
    }
    text.resize(text.len() + blank, b'\n');
    text.extend_from_slice(line);
}

/// How a quoted text's part of a line ends.
enum RunEnd {
    /// With the closing quote; so many bytes with it.
    Quote(usize),
    Line,
    /// With a backslash: the next line is joined without a blank.
    Joined,
}

/// A quoted text's part of a line.
fn quoted_run(text: &[u8], quote: u8) -> Option<(Cow<'_, [u8]>, RunEnd)> {
    let mut value = Cow::Borrowed(&b""[..]);
    let mut at = 0;
    loop {
        let rest = &text[at..];
        let stop =
            if quote == b'"' { memchr::memchr2(b'"', b'\\', rest) } else { memchr::memchr(quote, rest) };
        let run = stop.unwrap_or(rest.len());
        match &mut value {
            Cow::Borrowed(value) if value.is_empty() => *value = &rest[..run],
            value => value.to_mut().extend_from_slice(&rest[..run]),
        }
        at += run + 1;
        if stop.is_none() {
            return Some((value, RunEnd::Line));
        }
        let escaped = match (text[at - 1], text.get(at)) {
            (b'\'', Some(b'\'')) => b'\'',
            (b'\'' | b'"', _) => return Some((value, RunEnd::Quote(at))),
            (_, None) => return Some((value, RunEnd::Joined)),
            (_, Some(b'n')) => b'\n',
            (_, Some(b't')) => b'\t',
            // At the end of a line it would not be told from blanks that are dropped there.
            (_, Some(b' ')) if text[at..].iter().any(|&byte| byte != b' ') => b' ',
            (_, Some(byte @ (b'"' | b'\\'))) => *byte,
            _ => return None,
        };
        value.to_mut().push(escaped);
        at += 1;
    }
}

#[cfg(test)]
mod tests;
