//! As much of Markdown as help texts use, written as a man page.
//!
//! Paragraphs, indented code, lists, tables and bold words. Helm sends its texts through a whole Markdown library,
//! so what looks like Markdown in a text is laid out as such.

/// A man page that is being written.
pub(super) struct Roff {
    out: String,
    /// Nothing has come since the last heading.
    fresh: bool,
    /// There is a table, so that a reader has to run `tbl` first.
    has_table: bool,
}

/// A cell of a table longer than this may be broken into lines.
const MAX_CELL: usize = 30;

impl Roff {
    /// Starts a page of section 1.
    pub(super) fn new(title: &str, date: &str, source: &str) -> Self {
        let out = format!(".nh\n.TH \"{title}\" \"1\" \"{date}\" \"{source}\" \"\"\n");
        Self { out, fresh: true, has_table: false }
    }

    /// Starts a section.
    pub(super) fn heading(&mut self, words: &str) {
        let gap = if self.fresh { "\n" } else { "\n\n" };
        self.out.push_str(&format!("{gap}.SH {words}\n"));
        self.fresh = true;
    }

    /// Adds a text in Markdown.
    pub(super) fn text(&mut self, text: &str) {
        let lines: Vec<&str> = text.lines().collect();
        let mut at = 0;
        while at < lines.len() {
            let rest = &lines[at..];
            at += if rest[0].trim().is_empty() {
                1
            } else if code_line(rest[0]).is_some() {
                self.code(rest)
            } else if list_item(rest[0]).is_some() {
                self.list(rest)
            } else if rest.len() > 1 && rest[0].contains('|') && is_rule(rest[1]) {
                self.table(rest)
            } else {
                self.paragraph(rest)
            };
        }
    }

    /// The page.
    pub(super) fn finish(self) -> String {
        if self.has_table { format!("'\\\" t\n{}", self.out) } else { self.out }
    }

    fn paragraph(&mut self, lines: &[&str]) -> usize {
        let length = lines.iter().position(|line| line.trim().is_empty()).unwrap_or(lines.len());
        if !self.fresh {
            self.out.push_str("\n.PP\n");
        }
        self.fresh = false;
        self.out.push_str(&inline(lines[..length].join("\n").trim()));
        self.out.push('\n');
        length
    }

    fn code(&mut self, lines: &[&str]) -> usize {
        let length = lines
            .iter()
            .position(|line| !line.trim().is_empty() && code_line(line).is_none())
            .unwrap_or(lines.len());
        let code: Vec<&str> = lines[..length].iter().map(|line| code_line(line).unwrap_or("")).collect();
        let code = code.join("\n");
        self.out.push_str(&format!("\n.EX\n{}\n.EE\n", escape(code.trim_end())));
        self.fresh = false;
        length
    }

    fn list(&mut self, lines: &[&str]) -> usize {
        if self.out.ends_with("\n.EE\n") {
            self.out.push('\n');
        }
        let mut at = 0;
        let mut number = 0;
        while let Some((mark, first)) = lines.get(at).and_then(|line| list_item(line)) {
            let mut item = inline(first);
            at += 1;
            while let Some(line) = lines.get(at) {
                let further = lines.get(at + 1).and_then(|line| code_line(line));
                if let (true, Some(text)) = (line.trim().is_empty(), further) {
                    // A paragraph of its own that belongs to the item.
                    item.push_str(&format!("\n\n{}", inline(text.trim())));
                    at += 2;
                } else if line.trim().is_empty() || list_item(line).is_some() {
                    break;
                } else {
                    item.push_str(&format!("\n{}", inline(line.trim_start())));
                    at += 1;
                }
            }
            number += 1;
            match mark {
                Mark::Bullet => self.out.push_str(".IP \\(bu 2\n"),
                Mark::Number => self.out.push_str(&format!(".IP \"{number:>3}.\" 5\n")),
            }
            self.out.push_str(&item);
            self.out.push('\n');
        }
        self.fresh = false;
        at
    }

    fn table(&mut self, lines: &[&str]) -> usize {
        self.has_table = true;
        let length = lines.iter().position(|line| !line.contains('|')).unwrap_or(lines.len());
        let columns = cells(lines[0]).len();
        let layout = "l ".repeat(columns);
        self.out.push_str(&format!("\n.TS\nallbox;\n{layout}\n{layout}.\n"));
        for (row, line) in lines[..length].iter().enumerate().filter(|(row, _)| *row != 1) {
            for (column, cell) in cells(line).into_iter().enumerate() {
                if column > 0 {
                    self.out.push('\t');
                }
                let text = inline(cell);
                if row == 0 {
                    self.out.push_str(&format!("\\fB{text}\\fP"));
                } else if cell.len() > MAX_CELL {
                    self.out.push_str(&format!("T{{\n{text}\nT}}\n"));
                } else {
                    self.out.push_str(&text);
                }
            }
            if !self.out.ends_with('\n') {
                self.out.push('\n');
            }
        }
        self.out.push_str(".TE\n");
        self.fresh = false;
        length
    }
}

#[derive(Clone, Copy)]
enum Mark {
    Bullet,
    Number,
}

/// A line of indented code without its indentation.
fn code_line(line: &str) -> Option<&str> {
    line.strip_prefix('\t').or_else(|| line.strip_prefix("    "))
}

/// A line that begins an item of a list, without its mark.
fn list_item(line: &str) -> Option<(Mark, &str)> {
    let line = line.trim_start_matches(' ');
    if let Some(rest) = ["- ", "* ", "+ "].iter().find_map(|mark| line.strip_prefix(mark)) {
        return Some((Mark::Bullet, rest.trim_start()));
    }
    let (digits, rest) = line.split_once(". ")?;
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| (Mark::Number, rest.trim_start()))
}

/// The line between a table's head and its rows.
fn is_rule(line: &str) -> bool {
    line.contains('-') && line.contains('|') && line.chars().all(|c| matches!(c, '|' | '-' | ':' | ' '))
}

fn cells(line: &str) -> Vec<&str> {
    line.trim().trim_matches('|').split('|').map(str::trim).collect()
}

/// Bold words; backslashes that protect a sign and words in angle brackets, which look like HTML, disappear.
fn inline(text: &str) -> String {
    let mut out = String::new();
    let mut bold = false;
    let mut rest = text;
    while !rest.is_empty() {
        let plain = rest.find(['*', '\\', '<']).unwrap_or(rest.len());
        out.push_str(&escape(&rest[..plain]));
        rest = &rest[plain..];
        if let Some(after) = rest.strip_prefix("**") {
            bold = !bold;
            out.push_str(if bold { "\\fB" } else { "\\fP" });
            rest = after;
        } else if let Some(after) = protected(rest) {
            rest = after;
        } else if let Some(after) = behind_tag(rest) {
            rest = after;
        } else if let Some(sign) = rest.chars().next() {
            out.push_str(&escape(sign.encode_utf8(&mut [0; 4])));
            rest = &rest[sign.len_utf8()..];
        }
    }
    out
}

/// What follows a backslash, if that protects a sign.
fn protected(text: &str) -> Option<&str> {
    text.strip_prefix('\\').filter(|after| after.starts_with(|c| "\\`*_{}[]()#+-.!:|&<>~".contains(c)))
}

/// What follows a word in angle brackets.
fn behind_tag(text: &str) -> Option<&str> {
    let tag = text
        .strip_prefix('<')
        .filter(|tag| tag.starts_with(|c: char| c == '/' || c.is_ascii_alphanumeric()))?;
    tag.split_once('>').map(|(_, after)| after)
}

/// Takes away what roff would read as its own: backslashes, and a dot or quote at the start of a line.
fn escape(text: &str) -> String {
    let mut out = String::new();
    let mut start = true;
    for c in text.chars() {
        match c {
            '.' | '\'' if start => {
                out.push_str("\\&");
                out.push(c);
            }
            '\\' => out.push_str("\\\\"),
            _ => out.push(c),
        }
        start = c == '\n';
    }
    out
}

#[cfg(test)]
mod tests {
    use super::Roff;

    #[test]
    fn texts_are_laid_out_as_a_man_page() {
        let mut page = Roff::new("X", "Sep 2020", "me");
        page.heading("NAME");
        page.text("a - \\> <b> **c** 2 < 3\n.d\n\n- one\n  more\n- two\n\n    kept\n\n\t'code'\n");
        assert_eq!(
            page.finish(),
            ".nh\n.TH \"X\" \"1\" \"Sep 2020\" \"me\" \"\"\n\n.SH NAME\na - >  \\fBc\\fP 2 < 3\n\\&.d\n.IP \\(bu 2\none\n\
             more\n.IP \\(bu 2\ntwo\n\nkept\n\n\\&'code'\n"
        );
    }

    #[test]
    fn a_table_asks_for_tbl() {
        let mut page = Roff::new("X", "d", "s");
        page.heading("A");
        page.text("| a | b |\n|---|---|\n| x | a cell that is longer than thirty |\n");
        let text = page.finish();
        assert!(text.starts_with("'\\\" t\n.nh\n"), "{text}");
        assert!(text.contains(".TS\nallbox;\nl l \nl l .\n\\fBa\\fP\t\\fBb\\fP\nx\tT{\na cell"), "{text}");
    }
}
