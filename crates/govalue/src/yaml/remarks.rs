//! Comments, for those who write a document again: where each stands, and to which token it belongs.
//!
//! go-yaml v3 keeps a comment with what it stands beside (`line`), above (`head`) or, before an empty line or further
//! left, below (`foot`). It decides so while it looks for the next token, with the two tokens before at hand; whoever
//! writes the same bytes has to decide at the same moments.

use std::collections::VecDeque;

use super::cursor::{Mark, break_width, is_blank};
use super::scan::{Scanner, Token};

/// Comments as a node has them, each with its `#`, lines divided by line breaks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Comments {
    pub(super) head: Vec<u8>,
    pub(super) line: Vec<u8>,
    pub(super) foot: Vec<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Head,
    Line,
    Foot,
}

/// A comment that no token has yet.
#[derive(Debug)]
struct Remark {
    side: Side,
    text: Vec<u8>,
    /// It goes to the first token from here on.
    token: usize,
    /// Where the look for comments began, and where this one begins and ends. Not known for those of a line.
    scanned: usize,
    start: Mark,
    end: usize,
}

/// What a scanner that keeps comments remembers.
#[derive(Debug, Default)]
pub(super) struct Remarks {
    waiting: VecDeque<Remark>,
    /// What tokens brought and no event has taken.
    pending: Comments,
    /// The comment above an entry whose content is a collection.
    stem: Vec<u8>,
    /// Where the scanner stood before it looked for the token at hand.
    pub(super) from: Mark,
}

/// How far ahead go-yaml looks for the next comment.
const AHEAD: usize = 512;

fn join(to: &mut Vec<u8>, text: &[u8]) {
    if !to.is_empty() {
        to.push(b'\n');
    }
    to.extend_from_slice(text);
}

impl Scanner<'_> {
    /// Line breaks since the last character that is more than a blank.
    fn breaks_behind(&self) -> usize {
        let mut count = 0;
        let mut end = self.pos.min(self.text.len());
        while let Some(&last) = self.text[..end].last() {
            let width = match last {
                _ if is_blank(last) => 1,
                b'\n' if self.text[..end].ends_with(b"\r\n") => 2,
                b'\n' | b'\r' => 1,
                _ if self.text[..end].ends_with(&[0xc2, 0x85]) => 2,
                0xa8 | 0xa9 if end >= 3 && break_width(&self.text[end - 3..end]) == 3 => 3,
                _ => break,
            };
            count += usize::from(!is_blank(last));
            end -= width;
        }
        count
    }

    /// Takes characters up to a line break, those from `start` on into a comment.
    fn take_comment(&mut self, start: usize, text: &mut Vec<u8>) {
        loop {
            let (at, width) = (self.pos, self.break_at(0));
            if width > 0 || self.at(0) == 0 {
                if at >= start || width == 0 {
                    return;
                }
                self.skip_break(width);
                continue;
            }
            self.skip();
            if at >= start {
                text.extend_from_slice(&self.text[at..self.pos]);
            }
        }
    }

    /// A comment behind what was scanned, on the same line. It belongs to the token at `token`.
    pub(super) fn line_comment(&mut self, token: usize) {
        if self.remarks.is_none() || self.breaks_behind() > 0 {
            return;
        }
        let Some(blanks) = (0..AHEAD).find(|&ahead| !is_blank(self.at(ahead))) else { return };
        if self.at(blanks) != b'#' {
            return;
        }
        let from = self.pos + blanks;
        let start =
            Mark { offset: self.offset() + blanks, line: self.line, column: (self.column() + blanks) as u32 };
        let mut text = Vec::new();
        self.take_comment(from, &mut text);
        self.remark(Remark { side: Side::Line, text, token, scanned: 0, start, end: 0 });
    }

    fn remark(&mut self, remark: Remark) {
        if let Some(remarks) = &mut self.remarks {
            remarks.waiting.push_back(remark);
        }
    }

    /// A comment behind the dash of a sequence's first entry is above what follows it in the next line:
    /// it was taken for one of the line.
    pub(super) fn lift_line_comment(&mut self) {
        if self.break_at(0) > 0 {
            return;
        }
        let mark = self.mark();
        let mut last = self.tokens.iter().rev().map(|(token, _)| token);
        if !matches!((last.next(), last.next()), (Some(Token::BlockEntry), Some(Token::BlockSequenceStart))) {
            return;
        }
        let waiting = self.remarks.as_mut().and_then(|remarks| remarks.waiting.back_mut());
        if let Some(remark) = waiting.filter(|remark| remark.side == Side::Line) {
            remark.side = Side::Head;
            if remark.start.line + 1 == mark.line {
                remark.token = mark.offset;
            }
        }
    }

    /// The comments before the next token: the scanner stands at the first `#`.
    pub(super) fn block_of_comments(&mut self, scan: Mark) {
        let mut before = self.tokens.iter().rev();
        let mut token = before.next();
        if matches!(token, Some((Token::FlowEntry, _)))
            && let Some(other) = before.next()
        {
            token = Some(other);
        }
        let behind_value = matches!(token, Some((Token::Value, _)));
        let mut belongs = token.map_or(0, |(_, mark)| mark.offset);
        let breaks = self.breaks_behind();
        let mut scanned = scan.offset;
        let mut start = Mark::default();
        let mut text: Vec<u8> = Vec::new();
        let (mut line, mut column) = (self.line, self.column() as i64);
        let (mut first_empty, mut recent_empty) = (breaks <= 1, false);
        // The line on which a comment is still below what stands before.
        let foot_line = if scan.line == 0 {
            -1
        } else {
            i64::from(line) - breaks as i64 + 1 + i64::from(breaks == 0 && column > 1)
        };
        let mut ahead = 0;
        while ahead < AHEAD {
            column += 1;
            let byte = self.at(ahead);
            if is_blank(byte) {
                ahead += 1;
                continue;
            }
            let indent = self.indent.max(0);
            let here = self.offset() + ahead;
            let is_break = self.break_at(ahead) > 0;
            let closes = self.flow_level > 0 && matches!(byte, b']' | b'}');
            let dedented = i64::from(start.column) - 1 < indent;
            if closes || is_break || byte == 0 {
                let below = i64::from(start.line) == foot_line && !behind_value || dedented;
                if closes || !recent_empty && first_empty && below {
                    if !text.is_empty() {
                        let token = if dedented { start.offset } else { belongs };
                        let text = std::mem::take(&mut text);
                        self.remark(Remark { side: Side::Foot, text, token, scanned, start, end: here });
                        (scanned, belongs) = (here, here);
                    }
                } else if !recent_empty && !text.is_empty() && byte != 0 {
                    text.push(b'\n');
                }
                if !is_break {
                    break;
                }
                (first_empty, recent_empty) = (false, true);
                column = 0;
                line += 1;
                ahead += 1;
                continue;
            }
            if !text.is_empty() && column - 1 < indent && column != i64::from(start.column) {
                let text = std::mem::take(&mut text);
                self.remark(Remark { side: Side::Foot, text, token: belongs, scanned, start, end: here });
                (scanned, belongs) = (here, here);
            }
            if byte != b'#' {
                break;
            }
            if text.is_empty() {
                start = Mark { offset: here, line, column: column as u32 };
            } else {
                text.push(b'\n');
            }
            recent_empty = false;
            self.take_comment(self.pos + ahead, &mut text);
            // What comes next is the line break behind the comment.
            ahead = 1;
            column = 0;
            line = self.line;
        }
        if !text.is_empty() {
            let (token, end) = (start.offset, (self.offset() + ahead).saturating_sub(1));
            self.remark(Remark { side: Side::Head, text, token, scanned, start, end });
        }
    }

    /// Where the end of a block stands: before comments that are indented as the block was, so that those further
    /// left come after it.
    pub(super) fn block_end(&self, so_far: &mut Option<Mark>) -> Mark {
        let Some(remarks) = &self.remarks else { return self.mark() };
        let from = Mark { offset: remarks.from.offset.saturating_sub(1), ..remarks.from };
        let mut mark = so_far.unwrap_or(from);
        let mut stop = mark.offset;
        for remark in remarks.waiting.iter().rev() {
            if remark.end < stop {
                break;
            }
            if i64::from(remark.start.column) == self.indent + 1 {
                mark = remark.start;
            }
            stop = remark.scanned;
        }
        *so_far = Some(mark);
        mark
    }

    /// Hands the comments that stand before the next token, or belong to it, to whatever takes them.
    pub(super) fn unfold_comments(&mut self) {
        let (Some(remarks), Some((token, mark))) = (&mut self.remarks, self.tokens.front()) else { return };
        while let Some(remark) = remarks.waiting.front() {
            // Nothing stands above an end: such a comment waits for the token behind.
            if remark.token > mark.offset || remark.side == Side::Head && *token == Token::BlockEnd {
                return;
            }
            let to = match remark.side {
                Side::Head => &mut remarks.pending.head,
                Side::Line => &mut remarks.pending.line,
                Side::Foot => &mut remarks.pending.foot,
            };
            join(to, &remark.text);
            remarks.waiting.pop_front();
        }
    }

    /// The comments for an event that has some.
    pub(super) fn take_comments(&mut self) -> Comments {
        let Some(remarks) = &mut self.remarks else { return Comments::default() };
        remarks.stem.clear();
        std::mem::take(&mut remarks.pending)
    }

    /// The comment above an entry, for the collection that is its content.
    pub(super) fn take_stem(&mut self) -> Comments {
        let head = self.remarks.as_mut().map(|remarks| std::mem::take(&mut remarks.stem)).unwrap_or_default();
        Comments { head, ..Comments::default() }
    }

    /// How much of the comments above was there before an entry.
    pub(super) fn head_length(&self) -> usize {
        self.remarks.as_ref().map_or(0, |remarks| remarks.pending.head.len())
    }

    /// Puts aside what was above an entry whose content is a collection.
    pub(super) fn split_stem(&mut self, length: usize) {
        let Some(remarks) = self.remarks.as_mut().filter(|_| length > 0) else { return };
        let head = std::mem::take(&mut remarks.pending.head);
        remarks.stem = head.get(..length).unwrap_or_default().to_vec();
        remarks.pending.head = head.get(length + 1..).unwrap_or_default().to_vec();
    }

    /// Of the comments above a document's first node, what an empty line divides from the rest.
    pub(super) fn take_document_head(&mut self) -> Vec<u8> {
        let Some(remarks) = &mut self.remarks else { return Vec::new() };
        let head = &mut remarks.pending.head;
        let last = head.len().saturating_sub(1);
        let divides = |&at: &usize| head[at] == b'\n' && (at == last || head[at - 1] == b'\n');
        let Some(at) = (1..head.len()).rev().find(divides) else { return Vec::new() };
        let rest = head.split_off(at + 1);
        let mut document = std::mem::replace(head, rest);
        document.truncate(if at == last { at } else { at - 1 });
        document
    }
}
