//! Writes YAML text: where lines break and indent, and in which style a scalar can stand.
//!
//! libyaml's rules, in the two dialects of go-yaml that Helm uses. Lists and maps are always blocks, unless
//! they are empty.

use std::cmp::Ordering;

use super::cursor::break_width;

mod rewrite;

pub(super) use rewrite::Rewriter;

/// Which go-yaml writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    /// Lists stand at the column of their key; long lines fold.
    V2,
    /// Lists are indented below their key; lines are as long as they are.
    V3,
}

/// How a scalar is meant to be written; what cannot be written so gets the next style that can.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    Plain,
    SingleQuoted,
    DoubleQuoted,
    Literal,
}

/// A key longer than this, or with line breaks, is written behind a `?`.
const MAX_SIMPLE_KEY: usize = 128;

/// Lines fold behind this column.
const WIDTH: usize = 80;

pub(super) struct Emitter {
    dialect: Dialect,
    out: Vec<u8>,
    column: usize,
    indent: i64,
    indents: Vec<i64>,
    /// Whether the last character was a blank, or an indicator that needs none behind it.
    whitespace: bool,
    /// Whether there is nothing but indentation and indicators on the line.
    indention: bool,
    /// Where a comment below something stood: what follows there is divided from it by an empty line.
    foot_indent: Option<i64>,
    /// A comment that waits for the end of the line.
    line_comment: Vec<u8>,
}

impl Emitter {
    pub(super) fn new(dialect: Dialect) -> Self {
        Self {
            dialect,
            out: Vec::new(),
            column: 0,
            indent: -1,
            indents: Vec::new(),
            whitespace: true,
            indention: true,
            foot_indent: None,
            line_comment: Vec::new(),
        }
    }

    /// How many bytes there are so far.
    pub(super) fn len(&self) -> usize {
        self.out.len()
    }

    /// Ends the document.
    pub(super) fn finish(mut self) -> Vec<u8> {
        self.indent = -1;
        self.write_indent();
        self.out
    }

    /// Begins a list; `in_mapping` when it is the value of a key.
    pub(super) fn start_sequence(&mut self, in_mapping: bool) {
        let compact = self.dialect == Dialect::V2 && in_mapping && !self.indention;
        self.deepen(false, compact);
    }

    /// Begins an element of a list.
    pub(super) fn item(&mut self) {
        self.write_indent();
        self.indicator(b"-", true, false, true);
    }

    pub(super) fn start_mapping(&mut self) {
        self.deepen(false, false);
    }

    /// Ends a list or map.
    pub(super) fn end(&mut self) {
        self.indent = self.indents.pop().unwrap_or(-1);
    }

    /// Writes a key, and what goes between it and its value.
    pub(super) fn key(&mut self, text: &[u8], style: Style, tag: Option<&str>) {
        self.write_indent();
        let analysis = Analysis::of(text, self.dialect);
        let length = text.len() + tag.map_or(0, str::len);
        if analysis.multiline || length > MAX_SIMPLE_KEY {
            self.indicator(b"?", true, false, true);
            self.analyzed(text, style, &analysis, false, tag);
            self.write_indent();
            self.indicator(b":", true, false, true);
        } else {
            self.analyzed(text, style, &analysis, true, tag);
            self.indicator(b":", false, false, false);
        }
    }

    /// Writes `[]` or `{}`.
    pub(super) fn empty(&mut self, pair: &[u8]) {
        self.indicator(pair, true, false, false);
    }

    pub(super) fn scalar(&mut self, text: &[u8], style: Style, tag: Option<&str>) {
        self.analyzed(text, style, &Analysis::of(text, self.dialect), false, tag);
    }

    fn analyzed(
        &mut self,
        text: &[u8],
        mut style: Style,
        analysis: &Analysis,
        is_key: bool,
        tag: Option<&str>,
    ) {
        if is_key && analysis.multiline {
            style = Style::DoubleQuoted;
        }
        if style == Style::Plain && (!analysis.plain || text.is_empty() && is_key) {
            style = Style::SingleQuoted;
        }
        if style == Style::SingleQuoted && !analysis.single_quoted
            || style == Style::Literal && (!analysis.block || is_key)
        {
            style = Style::DoubleQuoted;
        }
        if let Some(tag) = tag {
            self.indicator(tag.as_bytes(), true, false, false);
        }
        self.deepen(true, false);
        match style {
            Style::Plain => self.plain(text, !is_key),
            Style::SingleQuoted => self.single_quoted(text, !is_key),
            Style::DoubleQuoted => self.double_quoted(text, !is_key),
            Style::Literal => self.literal(text),
        }
        self.end();
    }

    fn deepen(&mut self, scalar: bool, compact: bool) {
        self.indents.push(self.indent);
        if self.indent < 0 {
            self.indent = if scalar { 2 } else { 0 };
        } else if !compact {
            self.indent += 2;
        }
    }

    fn put(&mut self, byte: u8) {
        self.out.push(byte);
        self.column += 1;
    }

    /// Writes the character at the front; answers its width.
    fn put_char(&mut self, text: &[u8]) -> usize {
        let width = char_width(text);
        self.out.extend_from_slice(&text[..width]);
        self.column += 1;
        width
    }

    fn put_break(&mut self) {
        self.out.push(b'\n');
        self.column = 0;
    }

    /// Writes the line break at the front; answers its width. CR stays what it is, unlike in reading.
    fn write_break(&mut self, text: &[u8]) -> usize {
        if text[0] == b'\n' {
            self.put_break();
            return 1;
        }
        let width = char_width(text);
        self.out.extend_from_slice(&text[..width]);
        self.column = 0;
        width
    }

    fn write_indent(&mut self) {
        let indent = self.indent.max(0) as usize;
        if !self.indention || self.column > indent || (self.column == indent && !self.whitespace) {
            self.put_break();
        }
        if self.foot_indent.take() == Some(indent as i64) {
            self.put_break();
        }
        while self.column < indent {
            self.put(b' ');
        }
        self.whitespace = true;
        self.indention = true;
    }

    fn indicator(&mut self, text: &[u8], need_whitespace: bool, is_whitespace: bool, is_indention: bool) {
        if need_whitespace && !self.whitespace {
            self.put(b' ');
        }
        self.out.extend_from_slice(text);
        self.column += text.len();
        self.whitespace = is_whitespace;
        self.indention = self.indention && is_indention;
    }

    fn is_full(&self) -> bool {
        self.dialect == Dialect::V2 && self.column > WIDTH
    }

    fn plain(&mut self, text: &[u8], may_fold: bool) {
        if !self.whitespace {
            self.put(b' ');
        }
        if text.is_ascii() && (self.dialect == Dialect::V3 || self.column + text.len() <= WIDTH) {
            self.out.extend_from_slice(text);
            self.column += text.len();
            self.whitespace = false;
            self.indention = false;
            return;
        }
        // Plain text with line breaks is never chosen: only spaces are of interest.
        let mut spaces = false;
        let mut at = 0;
        while let Some(&byte) = text.get(at) {
            if byte == b' ' {
                if may_fold && !spaces && self.is_full() && text.get(at + 1) != Some(&b' ') {
                    self.write_indent();
                    at += 1;
                } else {
                    self.put(b' ');
                    at += 1;
                }
                spaces = true;
            } else {
                at += self.put_char(&text[at..]);
                self.indention = false;
                spaces = false;
            }
        }
        self.whitespace = false;
        self.indention = false;
    }

    fn single_quoted(&mut self, text: &[u8], may_fold: bool) {
        self.indicator(b"'", true, false, false);
        let (mut spaces, mut breaks) = (false, false);
        let mut at = 0;
        while let Some(&byte) = text.get(at) {
            let inner = at > 0 && at + 1 < text.len();
            if byte == b' ' {
                if may_fold && !spaces && self.is_full() && inner && text.get(at + 1) != Some(&b' ') {
                    self.write_indent();
                } else {
                    self.put(b' ');
                }
                at += 1;
                spaces = true;
            } else if break_width(&text[at..]) > 0 {
                if !breaks && byte == b'\n' {
                    self.put_break();
                }
                at += self.write_break(&text[at..]);
                self.indention = true;
                breaks = true;
            } else {
                if breaks {
                    self.write_indent();
                }
                if byte == b'\'' {
                    self.put(b'\'');
                }
                at += self.put_char(&text[at..]);
                self.indention = false;
                (spaces, breaks) = (false, false);
            }
        }
        self.indicator(b"'", false, false, false);
    }

    fn double_quoted(&mut self, text: &[u8], may_fold: bool) {
        self.indicator(b"\"", true, false, false);
        // go-yaml looks for a byte order mark at the start of the text when it should look here.
        let escape_all = text.starts_with(b"\xef\xbb\xbf");
        let mut spaces = false;
        let mut at = 0;
        while let Some(&byte) = text.get(at) {
            let rest = &text[at..];
            if escape_all || matches!(byte, b'"' | b'\\') || !is_printable(rest) || break_width(rest) > 0 {
                at += self.escape(rest);
                spaces = false;
            } else if byte == b' ' {
                if may_fold && !spaces && self.is_full() && at > 0 && at + 1 < text.len() {
                    self.write_indent();
                    if text.get(at + 1) == Some(&b' ') {
                        self.put(b'\\');
                    }
                } else {
                    self.put(b' ');
                }
                at += 1;
                spaces = true;
            } else {
                at += self.put_char(rest);
                spaces = false;
            }
        }
        self.indicator(b"\"", false, false, false);
    }

    fn escape(&mut self, text: &[u8]) -> usize {
        let width = char_width(text);
        let code = std::str::from_utf8(&text[..width])
            .ok()
            .and_then(|text| text.chars().next())
            .map_or(0xfffd, u32::from);
        let escaped = match code {
            0x00 => "\\0".to_owned(),
            0x07 => "\\a".to_owned(),
            0x08 => "\\b".to_owned(),
            0x09 => "\\t".to_owned(),
            0x0a => "\\n".to_owned(),
            0x0b => "\\v".to_owned(),
            0x0c => "\\f".to_owned(),
            0x0d => "\\r".to_owned(),
            0x1b => "\\e".to_owned(),
            0x22 => "\\\"".to_owned(),
            0x5c => "\\\\".to_owned(),
            0x85 => "\\N".to_owned(),
            0xa0 => "\\_".to_owned(),
            0x2028 => "\\L".to_owned(),
            0x2029 => "\\P".to_owned(),
            code if code <= 0xff => format!("\\x{code:02X}"),
            code if code <= 0xffff => format!("\\u{code:04X}"),
            _ => format!("\\U{code:08X}"),
        };
        self.out.extend_from_slice(escaped.as_bytes());
        self.column += escaped.len();
        width
    }

    fn literal(&mut self, text: &[u8]) {
        self.indicator(b"|", true, false, false);
        self.block_hints(text);
        let mut breaks = true;
        let mut at = 0;
        while at < text.len() {
            let rest = &text[at..];
            if break_width(rest) > 0 {
                at += self.write_break(rest);
                self.indention = true;
                breaks = true;
                continue;
            }
            if breaks {
                self.write_indent();
            }
            let line = &rest[..memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len())];
            if line.is_ascii() {
                self.out.extend_from_slice(line);
                self.column += line.len();
                at += line.len();
            } else {
                at += self.put_char(rest);
            }
            self.indention = false;
            breaks = false;
        }
    }

    /// How a block's indentation and its last line breaks are to be read; ends the line.
    fn block_hints(&mut self, text: &[u8]) {
        if text.first() == Some(&b' ') || break_width(text) > 0 {
            // Where the text itself begins with blanks, its indentation must be told.
            self.indicator(b"2", false, false, false);
        }
        let chomp: &[u8] = match last_breaks(text) {
            0 => b"-",
            1 => b"",
            _ => b"+",
        };
        self.indicator(chomp, false, false, false);
        self.line_comment(true);
        self.whitespace = true;
    }
}

/// Whether a text that could stand in a block cannot stand in brackets without quotes.
fn is_flow_indicator(text: &[u8]) -> bool {
    text.iter().enumerate().any(|(at, byte)| {
        matches!(byte, b',' | b'?' | b'[' | b']' | b'{' | b'}' | b':')
            || at == 0 && *byte == b'-' && text.get(1).is_none_or(|next| matches!(next, b' ' | b'\t'))
    })
}

/// How many line breaks end the text: none, one, or more (a break alone counts as more).
fn last_breaks(text: &[u8]) -> usize {
    let last = |text: &[u8]| -> Option<usize> {
        let start = text.iter().rposition(|&byte| byte & 0xc0 != 0x80)?;
        (break_width(&text[start..]) > 0).then_some(start)
    };
    match last(text) {
        None => 0,
        Some(0) => 2,
        Some(start) => 1 + usize::from(last(&text[..start]).is_some()),
    }
}

fn char_width(text: &[u8]) -> usize {
    let width = match text[0] {
        0..0xc0 => 1,
        0xc0..0xe0 => 2,
        0xe0..0xf0 => 3,
        _ => 4,
    };
    width.min(text.len())
}

/// Whether the character at the front needs no escape. Those beyond the basic plane do; so do tabs.
fn is_printable(text: &[u8]) -> bool {
    match *text {
        [b'\n' | 0x20..=0x7e, ..] => true,
        [0xc2, next, ..] => next >= 0xa0,
        [0xc3..=0xec | 0xee, ..] => true,
        [0xed, next, ..] => next < 0xa0,
        [0xef, 0xbb, 0xbf, ..] | [0xef, 0xbf, 0xbe | 0xbf, ..] => false,
        [0xef, ..] => true,
        _ => false,
    }
}

/// In which styles a text can be written.
struct Analysis {
    multiline: bool,
    plain: bool,
    single_quoted: bool,
    block: bool,
}

impl Analysis {
    fn of(text: &[u8], dialect: Dialect) -> Self {
        let Some(&first) = text.first() else {
            return Self { multiline: false, plain: true, single_quoted: true, block: false };
        };
        if text.iter().all(|&byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'/')) {
            return Self { multiline: false, plain: true, single_quoted: true, block: true };
        }
        let mut indicators = text.starts_with(b"---") || text.starts_with(b"...");
        let (mut line_breaks, mut special, mut tabs) = (false, false, false);
        let (mut break_space, mut space_break) = (false, false);
        let (mut previous_space, mut previous_break, mut after_blank) = (false, false, true);
        let mut at = 0;
        let mut last = 0;
        while at < text.len() {
            let rest = &text[at..];
            let byte = rest[0];
            let width = char_width(rest);
            let before_blank = rest.get(width).is_none_or(|&next| next == b' ' || next == b'\t');
            let is_break = break_width(rest) > 0;
            indicators |= match byte {
                b'#' => after_blank,
                b',' | b'[' | b']' | b'{' | b'}' | b'&' | b'*' | b'!' | b'|' | b'>' | b'\'' | b'"' | b'%'
                | b'@' | b'`' => at == 0,
                b'?' | b'-' => at == 0 && before_blank,
                b':' => before_blank,
                _ => false,
            };
            if byte == b'\t' && dialect == Dialect::V3 {
                tabs = true;
            } else if !is_printable(rest) {
                special = true;
            }
            if byte == b' ' {
                break_space |= previous_break;
                (previous_space, previous_break) = (true, false);
            } else if is_break {
                line_breaks = true;
                space_break |= previous_space;
                (previous_space, previous_break) = (false, true);
            } else {
                (previous_space, previous_break) = (false, false);
            }
            after_blank = is_break || matches!(byte, b' ' | b'\t' | 0);
            last = at;
            at += width;
        }
        let edge_space = first == b' ' || text[last] == b' ';
        let edge_break = break_width(text) > 0 || break_width(&text[last..]) > 0;
        Self {
            multiline: line_breaks,
            plain: !(edge_space
                || edge_break
                || break_space
                || space_break
                || special
                || tabs
                || line_breaks
                || indicators),
            single_quoted: !(break_space || space_break || special || tabs),
            block: !(text[last] == b' ' || space_break || special),
        }
    }
}

/// Sorts entries as go-yaml sorts keys. Its order is none for some keys, which a sort of the standard
/// library may answer with a panic; this merge sort does not mind.
pub(super) fn sort_entries<K: AsRef<[u8]>, T>(mut entries: Vec<(K, T)>, dialect: Dialect) -> Vec<(K, T)> {
    let natural = |a: &K, b: &K| natural(a.as_ref(), b.as_ref(), dialect);
    if entries.windows(2).all(|pair| natural(&pair[0].0, &pair[1].0) != Ordering::Greater) {
        return entries;
    }
    let right = sort_entries(entries.split_off(entries.len() / 2), dialect);
    let left = sort_entries(entries, dialect);
    let mut merged = Vec::with_capacity(left.len() + right.len());
    let (mut left, mut right) = (left.into_iter().peekable(), right.into_iter().peekable());
    loop {
        let from_right = match (left.peek(), right.peek()) {
            (Some(a), Some(b)) => natural(&b.0, &a.0) == Ordering::Less,
            (None, Some(_)) => true,
            (Some(_), None) => false,
            (None, None) => return merged,
        };
        merged.extend(if from_right { right.next() } else { left.next() });
    }
}

/// go-yaml's order of keys: numbers in names by their value, letters behind what is neither.
fn natural(a: &[u8], b: &[u8], dialect: Dialect) -> Ordering {
    let same = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    if same == a.len() || same == b.len() {
        return a.len().cmp(&b.len());
    }
    if a[same].is_ascii() && b[same].is_ascii() {
        // What stands before is the same in both, whatever it is.
        return natural_at(a, b, same, dialect);
    }
    let (a, b) = (String::from_utf8_lossy(a), String::from_utf8_lossy(b));
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let Some(at) = a.iter().zip(&b).position(|(a, b)| a != b) else { return a.len().cmp(&b.len()) };
    natural_at(&a, &b, at, dialect)
}

/// The order of two keys, as characters or bytes, by where they differ first.
fn natural_at<C: Copy + Ord + Into<char>>(a: &[C], b: &[C], at: usize, dialect: Dialect) -> Ordering {
    let (ca, cb): (char, char) = (a[at].into(), b[at].into());
    let is_digit = |c: C| is_digit(c.into());
    let after_digit = dialect == Dialect::V3 && at > 0 && is_digit(a[at - 1]);
    match (is_letter(ca), is_letter(cb)) {
        (true, true) => return ca.cmp(&cb),
        (true, false) => return if after_digit { Ordering::Less } else { Ordering::Greater },
        (false, true) => return if after_digit { Ordering::Greater } else { Ordering::Less },
        (false, false) => {}
    }
    // A zero continues a number that began before it; elsewhere it leads one.
    let mut digits_before = a[..at].iter().rev().take_while(|&&c| is_digit(c));
    let continues = (ca == '0' || cb == '0') && digits_before.any(|&c| c.into() != '0');
    let number = |text: &[C]| {
        let digits = text[at..].iter().take_while(|&&c| is_digit(c));
        let digits = digits.map(|&c| i64::from(u32::from(c.into())) - i64::from(u32::from('0')));
        digits.fold((i64::from(continues), 0), |(value, count), digit| {
            (value.wrapping_mul(10).wrapping_add(digit), count + 1)
        })
    };
    number(a).cmp(&number(b)).then(ca.cmp(&cb))
}

fn is_letter(c: char) -> bool {
    c.is_ascii_alphabetic() || !c.is_ascii() && c.is_alphabetic()
}

fn is_digit(c: char) -> bool {
    c.is_ascii_digit()
}
