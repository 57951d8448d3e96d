//! Which node printed which part of an output. Only a traced execution notes it.

use std::ops::Range;
use std::sync::Arc;

use super::{Engine, Frame};
use crate::error::Place;

/// Texts of `include` and `tpl` that are kept, in bytes together.
const MOST_TEXT: usize = 16 << 20;
/// Prints that are noted.
const MOST_PRINTS: usize = 4 << 20;

/// Something that a node printed.
#[derive(Debug, Clone)]
pub(super) struct Print {
    /// Where in the output.
    out: Range<usize>,
    /// The template, by number.
    text: usize,
    /// Where in that template.
    pos: u32,
    /// Whether an action printed it; the template's own text otherwise.
    action: bool,
    /// The texts that were made for it.
    made: Range<usize>,
}

/// An output and who printed it.
#[derive(Debug, Clone)]
struct Made {
    out: Vec<u8>,
    prints: Vec<Print>,
}

/// A template's name and text.
#[derive(Debug, Clone)]
struct Text {
    file: String,
    definition: String,
    source: Arc<[u8]>,
}

/// What a traced execution notes.
#[derive(Debug, Default)]
pub struct Trace {
    texts: Vec<Text>,
    /// The outputs that are being written, outermost first.
    open: Vec<(Vec<Print>, usize)>,
    made: Vec<Made>,
    kept: usize,
    prints: usize,
}

/// Who printed a line.
#[derive(Debug, Clone)]
pub struct Printed {
    /// Where its template says so: the start of the action, or the line of its text. The expression is empty.
    pub place: Place,
    /// The template's text.
    pub source: Arc<[u8]>,
    /// Whether an action printed it.
    pub action: bool,
}

impl Trace {
    /// Begins an output.
    pub(super) fn begin(&mut self) {
        self.open.push((Vec::new(), self.made.len()));
    }

    /// Ends an output.
    pub(super) fn end(&mut self, out: &[u8]) {
        let Some((prints, _)) = self.open.pop() else { return };
        if self.kept + out.len() <= MOST_TEXT {
            self.kept += out.len();
            self.made.push(Made { out: out.to_vec(), prints });
        }
    }

    /// Notes what a node printed.
    pub(super) fn print(&mut self, frame: &Frame<'_>, pos: u32, action: bool, out: Range<usize>) {
        let Some((prints, made_before)) = self.open.last_mut() else { return };
        if out.is_empty() || self.prints >= MOST_PRINTS {
            return;
        }
        self.prints += 1;
        let source = &frame.code().source;
        let is_it = |text: &Text| {
            Arc::ptr_eq(&text.source, source)
                && text.definition.as_bytes() == frame.template.name.as_bytes()
                && text.file.as_bytes() == frame.template.parse_name.as_bytes()
        };
        let text = self.texts.iter().rposition(is_it).unwrap_or_else(|| {
            self.texts.push(Text {
                file: frame.template.parse_name.to_string(),
                definition: frame.template.name.to_string(),
                source: Arc::clone(source),
            });
            self.texts.len() - 1
        });
        let made = std::mem::replace(made_before, self.made.len())..self.made.len();
        prints.push(Print { out, text, pos, action, made });
    }

    /// Who printed a line of the whole output, counted from 0; the outermost first, and behind it the actions that
    /// an `include` or `tpl` in it ran, as far as the line can be found again in what these made.
    pub fn line(&self, number: usize) -> Vec<Printed> {
        let Some(whole) = self.made.last() else { return Vec::new() };
        let mut found = Vec::new();
        let Some(line) = lines(&whole.out).nth(number) else { return found };
        let wanted = trimmed(&whole.out[line.clone()]).to_vec();
        let mut next = Some((whole, line));
        while let Some((made, line)) = next.take() {
            let text = &made.out[line.clone()];
            let start = line.start + text.iter().take_while(|b| b.is_ascii_whitespace()).count();
            let at = start.min(line.end.saturating_sub(1)).max(line.start);
            // An action that printed a part of the line says more than the text around it.
            let touching: Vec<&Print> = made
                .prints
                .iter()
                .filter(|print| print.out.start < line.end && print.out.end > line.start)
                .collect();
            let first = touching.iter().find(|print| print.out.contains(&at));
            let Some(print) = first.or(touching.first()) else { break };
            found.extend(self.printed(print, at));
            if print.action && !wanted.is_empty() {
                let inner = self.made.get(print.made.clone()).unwrap_or_default();
                next = inner.iter().rev().find_map(|made| {
                    let line = lines(&made.out).find(|line| trimmed(&made.out[line.clone()]) == wanted)?;
                    Some((made, line))
                });
            }
        }
        found
    }

    fn printed(&self, print: &Print, at: usize) -> Option<Printed> {
        let text = self.texts.get(print.text)?;
        let mut pos = print.pos as usize;
        if !print.action {
            pos += at.saturating_sub(print.out.start);
        }
        let before = &text.source[..pos.min(text.source.len())];
        let line_start = before.iter().rposition(|&b| b == b'\n').map_or(0, |at| at + 1);
        let place = Place {
            file: text.file.clone(),
            line: 1 + before.iter().filter(|&&b| b == b'\n').count(),
            column: before.len() - line_start,
            definition: text.definition.clone(),
            expression: String::new(),
        };
        Some(Printed { place, source: Arc::clone(&text.source), action: print.action })
    }
}

/// The lines of a text without their breaks.
fn lines(text: &[u8]) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut start = 0;
    text.split(|&b| b == b'\n').map(move |line| {
        let range = start..start + line.len();
        start += line.len() + 1;
        range
    })
}

fn trimmed(line: &[u8]) -> &[u8] {
    line.trim_ascii()
}

impl Engine<'_> {
    /// Writes an output of its own with what `write` does.
    pub(super) fn traced<T>(
        &mut self,
        out: &mut Vec<u8>,
        write: impl FnOnce(&mut Self, &mut Vec<u8>) -> T,
    ) -> T {
        if let Some(trace) = &mut self.trace {
            trace.begin();
        }
        let result = write(self, out);
        if let Some(trace) = &mut self.trace {
            trace.end(out);
        }
        result
    }
}
