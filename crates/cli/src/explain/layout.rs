//! What a report looks like.

use std::fmt::Write as _;
use std::ops::Range;

use super::secret::{HIDDEN, secrets_in};

/// Lines of a report have at most so many columns, unless `COLUMNS` says otherwise.
const WIDTH: usize = 110;
/// Columns that `COLUMNS` may ask for.
const WIDTHS: std::ops::RangeInclusive<usize> = 60..=400;
/// How much of a text in a note is shown, in characters.
const MOST: usize = 1_200;
/// A tab in an excerpt.
const TAB: &str = "→   ";

/// A report, part by part.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Report {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Excerpt(Excerpt),
    Note(&'static str, String),
}

/// Lines of a file with one stretch marked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Excerpt {
    /// What the file is called.
    file: String,
    /// How it was come by: `as rendered`.
    state: &'static str,
    /// Number and text of each line.
    lines: Vec<(usize, Vec<u8>)>,
    /// The number of the marked line.
    marked: usize,
    /// The marked bytes of that line.
    span: Range<usize>,
    label: String,
}

impl Excerpt {
    /// The lines around a stretch of a text.
    pub(crate) fn of(file: &str, text: &[u8], span: Range<usize>, label: impl Into<String>) -> Self {
        let start = span.start.min(text.len());
        let before = &text[..start];
        let line_start = before.iter().rposition(|&b| b == b'\n').map_or(0, |at| at + 1);
        let number = 1 + before.iter().filter(|&&b| b == b'\n').count();
        let end = span.end.clamp(start, text.len()) - line_start;
        Self::lines(file, text, number, start - line_start..end, (2, 1), label)
    }

    /// A whole line of a file of values or of what was rendered, counted from 1, with so many before and behind it.
    pub(crate) fn line(
        file: &str,
        text: &[u8],
        number: usize,
        around: (usize, usize),
        label: impl Into<String>,
    ) -> Self {
        Self::source_line(file, text, number, around, label).without_secrets(text)
    }

    /// A whole line of a template.
    pub(crate) fn source_line(
        file: &str,
        text: &[u8],
        number: usize,
        around: (usize, usize),
        label: impl Into<String>,
    ) -> Self {
        let line = text.split(|&b| b == b'\n').nth(number.saturating_sub(1)).unwrap_or_default();
        let indent = line.iter().take_while(|b| b.is_ascii_whitespace()).count();
        let end = line.trim_ascii_end().len();
        Self::lines(file, text, number, indent.min(end)..end, around, label)
    }

    /// Some bytes of a line of a text, counted from 1, with so many lines before and behind it.
    pub(crate) fn lines(
        file: &str,
        text: &[u8],
        number: usize,
        span: Range<usize>,
        (before, behind): (usize, usize),
        label: impl Into<String>,
    ) -> Self {
        let first = number.saturating_sub(before).max(1);
        let all = text.split(|&b| b == b'\n').enumerate().map(|(index, line)| (index + 1, line));
        let shown = all.skip(first - 1).take_while(|(line, _)| *line <= number + behind);
        let mut lines: Vec<(usize, Vec<u8>)> =
            shown.map(|(line, text)| (line, text.strip_suffix(b"\r").unwrap_or(text).to_vec())).collect();
        // The end of a text behind its last line break is no line.
        while lines.last().is_some_and(|(line, text)| *line > number && text.trim_ascii().is_empty()) {
            lines.pop();
        }
        while lines.first().is_some_and(|(line, text)| *line < number && text.trim_ascii().is_empty()) {
            lines.remove(0);
        }
        Self { file: file.to_owned(), state: "", lines, marked: number, span, label: label.into() }
    }

    /// Hides values whose keys say that they are secret.
    pub(crate) fn without_secrets(mut self, text: &[u8]) -> Self {
        let (Some((first, _)), Some((last, _))) = (self.lines.first(), self.lines.last()) else {
            return self;
        };
        for (number, secret) in secrets_in(text, *first..*last + 1) {
            let Some((_, line)) = self.lines.iter_mut().find(|(line, _)| *line == number) else { continue };
            let end = secret.end.min(line.len());
            line.splice(secret.start.min(end)..end, HIDDEN.bytes());
            if number == self.marked {
                let (start, behind) = (secret.start, secret.start + HIDDEN.len());
                let at = |byte: usize, hidden: usize| if byte > start { hidden } else { byte };
                self.span = at(self.span.start, start)..at(self.span.end, behind);
            }
        }
        self
    }

    /// Says how the text was come by.
    pub(crate) fn state(mut self, state: &'static str) -> Self {
        self.state = state;
        self
    }

    fn write(&self, out: &mut String, width: usize) {
        let digits = self.lines.last().map_or(1, |(number, _)| number.to_string().len());
        let column = {
            let line = self.lines.iter().find(|(number, _)| *number == self.marked);
            let before = line.and_then(|(_, text)| text.get(..self.span.start)).unwrap_or_default();
            1 + String::from_utf8_lossy(before).chars().count()
        };
        let state = if self.state.is_empty() { String::new() } else { format!(" ({})", self.state) };
        let _ = writeln!(out, "{:digits$}--> {}:{}:{column}{state}", "", clean(&self.file), self.marked);
        let _ = writeln!(out, "{:digits$} |", "");
        let room = width.saturating_sub(digits + 3).max(20);
        for (number, text) in &self.lines {
            let line = Line::new(text);
            if *number != self.marked {
                let _ = writeln!(
                    out,
                    "{}",
                    format!("{number:digits$} | {}", line.window(0..0, room).0).trim_end()
                );
                continue;
            }
            let marked = line.columns(&self.span);
            let (shown, marked) = line.window(marked, room);
            let _ = writeln!(out, "{}", format!("{number:digits$} | {shown}").trim_end());
            let carets = "^".repeat(marked.len().max(1));
            let label = clean(&self.label);
            let gap = " ".repeat(marked.start);
            // What does not fit behind the carets stands below them.
            if marked.start + carets.len() + 1 + label.chars().count() <= room {
                let _ = writeln!(out, "{}", format!("{:digits$} | {gap}{carets} {label}", "").trim_end());
            } else {
                let _ = writeln!(out, "{:digits$} | {gap}{carets}", "");
                for line in wrapped(&label, room) {
                    let _ = writeln!(out, "{:digits$} | {line}", "");
                }
            }
        }
        let _ = writeln!(out, "{:digits$} |", "");
    }
}

impl Report {
    pub(crate) fn push(&mut self, excerpt: Excerpt) {
        self.parts.push(Part::Excerpt(excerpt));
    }

    /// Adds a line with a word in front: `value`, `from`, `via`, `note`.
    pub(crate) fn note(&mut self, word: &'static str, text: impl Into<String>) {
        let part = Part::Note(word, text.into());
        if !self.parts.contains(&part) {
            self.parts.push(part);
        }
    }

    /// Adds what to try.
    pub(crate) fn hint(&mut self, text: impl Into<String>) {
        self.note("hint", text);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// Whether a note has a text in it.
    pub(crate) fn mentions(&self, text: &str) -> bool {
        self.parts.iter().any(|part| matches!(part, Part::Note(_, note) if note.contains(text)))
    }

    pub(crate) fn add(&mut self, other: Self) {
        for part in other.parts {
            if !self.parts.contains(&part) {
                self.parts.push(part);
            }
        }
    }

    /// The report as it is printed; `columns` is what the terminal is said to have.
    pub(crate) fn text(&self, columns: Option<&str>) -> String {
        let columns = columns.and_then(|columns| columns.trim().parse().ok());
        let width = columns.filter(|columns| WIDTHS.contains(columns)).unwrap_or(WIDTH);
        let mut out = String::new();
        for part in &self.parts {
            match part {
                Part::Excerpt(excerpt) => excerpt.write(&mut out, width),
                Part::Note(word, text) => {
                    let lead = format!("  = {word}: ");
                    let text = clean(text);
                    for (index, line) in wrapped(&text, width.saturating_sub(lead.len())).iter().enumerate() {
                        let lead = if index == 0 { lead.clone() } else { " ".repeat(lead.len()) };
                        let _ = writeln!(out, "{}", format!("{lead}{line}").trim_end());
                    }
                }
            }
        }
        out
    }
}

/// A line of an untrusted file as it is shown, and which columns its bytes take.
struct Line {
    shown: Vec<char>,
    /// Where each byte begins, and the end.
    columns: Vec<usize>,
}

impl Line {
    fn new(bytes: &[u8]) -> Self {
        let mut line = Self { shown: Vec::new(), columns: Vec::with_capacity(bytes.len() + 1) };
        for chunk in bytes.utf8_chunks() {
            for c in chunk.valid().chars() {
                line.columns.extend(std::iter::repeat_n(line.shown.len(), c.len_utf8()));
                match c {
                    '\t' => line.shown.extend(TAB.chars()),
                    c => line.shown.extend(visible(c).chars()),
                }
            }
            for byte in chunk.invalid() {
                line.columns.push(line.shown.len());
                line.shown.extend(format!("\\x{byte:02x}").chars());
            }
        }
        line.columns.push(line.shown.len());
        line
    }

    fn columns(&self, bytes: &Range<usize>) -> Range<usize> {
        let at = |byte: usize| self.columns.get(byte).copied().unwrap_or(self.shown.len());
        at(bytes.start)..at(bytes.end).max(at(bytes.start))
    }

    /// So much of the line as there is room for, with the marked columns in it as they are then.
    fn window(&self, marked: Range<usize>, room: usize) -> (String, Range<usize>) {
        if self.shown.len() <= room {
            return (self.shown.iter().collect(), marked);
        }
        // A third of the room stands before the mark; long marks are cut.
        let start = marked.start.saturating_sub(room / 3);
        let start = if marked.end <= room.saturating_sub(1) { 0 } else { start };
        let front = usize::from(start > 0);
        let inner = room.saturating_sub(front);
        let end = (start + inner).min(self.shown.len());
        let back = usize::from(end < self.shown.len());
        let kept = &self.shown[start..end.saturating_sub(back).max(start)];
        let mut text = String::new();
        if front > 0 {
            text.push('…');
        }
        text.extend(kept);
        if back > 0 {
            text.push('…');
        }
        let shift = |column: usize| (column.max(start) - start + front).min(room);
        (text, shift(marked.start)..shift(marked.end))
    }
}

/// A character as a terminal may have it: none that moves, hides or turns what is around it.
fn visible(c: char) -> String {
    let hidden = matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}');
    if c.is_control() || hidden { c.escape_unicode().to_string() } else { c.to_string() }
}

/// An untrusted text in one line, cut when it is long.
pub(crate) fn clean(text: &str) -> String {
    let mut out = String::new();
    for (index, c) in text.chars().enumerate() {
        if index >= MOST {
            out.push('…');
            break;
        }
        match c {
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c => out.push_str(&visible(c)),
        }
    }
    out
}

/// Lines of at most so many characters, broken at blanks.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let width = width.max(20);
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let mut word: Vec<char> = word.chars().collect();
        loop {
            let used = lines.last().map_or(0, |line| line.chars().count());
            let needed = word.len() + usize::from(used > 0);
            if used + needed <= width {
                if let Some(line) = lines.last_mut() {
                    if used > 0 {
                        line.push(' ');
                    }
                    line.extend(&word);
                }
                break;
            }
            if used > 0 {
                lines.push(String::new());
                continue;
            }
            // A word longer than a line.
            let rest = word.split_off(width);
            if let Some(line) = lines.last_mut() {
                line.extend(&word);
            }
            lines.push(String::new());
            word = rest;
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::{Excerpt, Report, clean, wrapped};

    fn text(excerpt: Excerpt) -> String {
        let mut report = Report::default();
        report.push(excerpt);
        report.text(Some("60"))
    }

    #[test]
    fn a_stretch_is_marked_in_its_line() {
        let source = b"a: 1\nb: {{ .x.y }}\nc: 3\n";
        let shown = text(Excerpt::of("t.yaml", source, 11..15, "nil"));
        assert_eq!(
            shown,
            " --> t.yaml:2:7\n  |\n1 | a: 1\n2 | b: {{ .x.y }}\n  |       ^^^^ nil\n3 | c: 3\n  |\n"
        );
    }

    #[test]
    fn a_long_line_is_cut_around_the_mark() {
        let line = format!("{}HERE{}", "a".repeat(500), "b".repeat(500));
        let shown = text(Excerpt::of("t", line.as_bytes(), 500..504, "x"));
        assert!(shown.contains("…aaa") && shown.contains("aHEREb") && shown.contains("bbb…"), "{shown}");
        assert!(shown.lines().all(|line| line.chars().count() <= 60), "{shown}");
        let all = shown.lines().nth(2).unwrap();
        let carets = shown.lines().nth(3).unwrap();
        let at = all.chars().position(|c| c == 'H');
        assert_eq!(at, carets.chars().position(|c| c == '^'));
        assert!(carets.contains("^^^^ x"));
    }

    #[test]
    fn nothing_in_a_file_reaches_the_terminal_as_a_command() {
        let shown = text(Excerpt::of("\x1b[2Jt", b"\x1b[31m\xff\xe2\x80\xae{{ x }}\ty", 0..5, "\x07"));
        assert!(shown.chars().all(|c| c == '\n' || !c.is_control()), "{shown:?}");
        assert!(!shown.contains('\u{202e}'));
        assert!(shown.contains("\\u{1b}[31m\\xff\\u{202e}{{ x }}→   y"), "{shown}");
        assert_eq!(clean("a\nb\u{200b}"), "a\\nb\\u{200b}");
    }

    #[test]
    fn notes_are_wrapped_and_said_once() {
        let mut report = Report::default();
        report.hint("word ".repeat(30));
        report.hint("word ".repeat(30));
        let shown = report.text(Some("60"));
        assert!(shown.lines().all(|line| line.len() <= 60), "{shown}");
        assert_eq!(shown.matches("hint").count(), 1);
        assert_eq!(wrapped(&"x".repeat(50), 20).len(), 3);
    }
}
