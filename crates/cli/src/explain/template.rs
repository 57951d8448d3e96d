//! Templates that cannot be parsed.

use gotmpl::{Keyword, ParseError};

use super::render::Scene;
use super::{Excerpt, Report, nearest};

/// Words of other languages, and what they are called here.
const FOREIGN: &[(&str, &str)] = &[
    ("endif", "{{ end }} closes an `if`"),
    ("endfor", "{{ end }} closes a `range`"),
    ("endwith", "{{ end }} closes a `with`"),
    ("fi", "{{ end }} closes an `if`"),
    ("elif", "it is `else if` here"),
    ("elseif", "it is `else if` here"),
    ("elsif", "it is `else if` here"),
    ("for", "it is `range` here"),
    ("foreach", "it is `range` here"),
    ("each", "it is `range` here"),
    ("unless", "it is `if not` here"),
    ("var", "a variable is declared with `$name := value`"),
    ("let", "a variable is declared with `$name := value`"),
    ("env", "templates cannot read the environment: pass what they need as a value"),
    ("expandenv", "templates cannot read the environment: pass what they need as a value"),
    ("null", "it is `nil` here"),
    ("None", "it is `nil` here"),
    ("Values", "values are read with a dot in front: `.Values`"),
    ("Release", "it is read with a dot in front: `.Release`"),
    ("Chart", "it is read with a dot in front: `.Chart`"),
    ("values", "values are read with a dot and a capital letter: `.Values`"),
];

/// The text of a template by the name that Helm gives it.
pub(super) fn text_of(scene: &Scene<'_>, name: &str) -> Option<Vec<u8>> {
    all(scene).into_iter().find(|(path, _)| path == name).map(|(_, text)| text.to_vec())
}

fn all<'s>(scene: &'s Scene<'_>) -> Vec<(String, &'s [u8])> {
    let mut found = Vec::new();
    let mut charts = vec![scene.resolved];
    while let Some(chart) = charts.pop() {
        found.extend(
            chart.templates.iter().map(|file| (format!("{}/{}", chart.full_path, file.name), &*file.data)),
        );
        charts.extend(&chart.subcharts);
    }
    found
}

/// Where a template is defined.
pub(super) fn definition(scene: &Scene<'_>, name: &str) -> Option<String> {
    let quoted = govalue::print::quote(name.as_bytes());
    all(scene).into_iter().find_map(|(path, text)| {
        let keyword = gotmpl::keywords(text).into_iter().find(|keyword| {
            matches!(keyword.word, "define" | "block")
                && text[keyword.span.end..].trim_ascii_start().starts_with(quoted.as_bytes())
        })?;
        let (line, _) = super::render::position(text, keyword.span.start);
        Some(format!("{}:{line}", scene.file(&path)))
    })
}

/// The report about a text that is no template.
pub(super) fn parse(error: &ParseError, file: &str, text: &[u8]) -> Report {
    let mut report = Report::default();
    let words = error.to_string();
    // Behind the place: `template: NAME:LINE: `.
    let message = words.splitn(3, ": ").nth(2).unwrap_or(&words);
    if let Some(start) = unclosed_before(text, error.span.start) {
        let line = text[start..].split(|&b| b == b'\n').next().unwrap_or_default().trim_ascii_end();
        report.push(Excerpt::of(file, text, start..start + line.len(), "this action is not closed"));
        report.hint("an action begins with {{ and ends with }}");
        return report;
    }
    if let Some(name) = &error.unknown_function {
        let name = name.to_str_lossy();
        report.push(Excerpt::of(file, text, error.span.clone(), "there is no such function"));
        let functions = render::function_names();
        if let Some((_, hint)) = FOREIGN.iter().find(|(word, _)| *word == name) {
            report.hint(*hint);
        } else if let Some(near) = nearest(&name, functions.iter().copied()) {
            report.hint(format!("did you mean `{near}`?"));
        } else {
            report.hint(format!(
                "a value is read with a dot in front (`.Values.{name}`), a text stands in quotes"
            ));
        }
        return report;
    }
    let blocks = Blocks::of(text);
    if error.span.start >= text.len() && blocks.broken.is_none() {
        unclosed(&mut report, file, text, &blocks);
        return report;
    }
    let extra = blocks.extra.iter().find(|extra| extra.span.start <= error.span.end).map(|extra| &extra.span);
    let span = match blocks.broken {
        // An action that does not end is shown where it begins.
        Some(start) if error.span.start >= start => start..error.span.end.max(start + 2),
        _ => extra.unwrap_or(&error.span).clone(),
    };
    let line_end = text[span.start.min(text.len())..].iter().position(|&b| b == b'\n');
    let end = line_end.map_or(text.len(), |at| span.start + at);
    report.push(Excerpt::of(file, text, span.start..span.end.min(end).max(span.start), message));
    if let Some(extra) = blocks.extra.iter().find(|extra| extra.span.start <= error.span.end) {
        if let Some((opened, closed)) =
            blocks.closed.iter().rev().find(|(_, end)| end.span.end <= extra.span.start)
        {
            let line = |keyword: &Keyword| super::render::position(text, keyword.span.start).0;
            report.note(
                "note",
                format!(
                    "the last block before it, the {{{{ {} }}}} of line {}, is closed in line {}",
                    opened.word,
                    line(opened),
                    line(closed)
                ),
            );
        }
        report.hint(format!("nothing is open that this {{{{ {} }}}} could belong to", extra.word));
    }
    let dashed = dashed_key(text, &span).filter(|_| message.contains("U+002D"));
    if let Some((holder, key)) = dashed {
        let holder = if holder.is_empty() { "." } else { &holder };
        report.hint(format!("a key with a dash in it is read with `index {holder} \"{key}\"`"));
    } else if blocks.broken.is_some() {
        report
            .hint("an action begins with {{ and ends with }}, a text within it with the quote it began with");
    }
    undefined_variable(&mut report, text, &error.span);
    report
}

/// Where the action begins that is still open where another one begins, or where a line of YAML follows.
fn unclosed_before(text: &[u8], at: usize) -> Option<usize> {
    // The parser may have stopped at the second brace.
    let begins = text.get(at..)?.starts_with(b"{{") || text.get(at.checked_sub(1)?..)?.starts_with(b"{{");
    let before = text.get(..if begins { at - 1 } else { at })?;
    let open = memchr::memmem::rfind(before, b"{{")?;
    let between = &before[open..];
    if memchr::memmem::find(between, b"}}").is_some() {
        return None;
    }
    let break_at = between.iter().rposition(|&b| b == b'\n');
    let is_yaml = || {
        let line = text.get(open + break_at? + 1..)?.split(|&b| b == b'\n').next()?.trim_ascii();
        let line = line.strip_prefix(b"- ").unwrap_or(line);
        let key = &line[..line.iter().position(|&b| b == b':')?];
        let is_name = |b: &u8| b.is_ascii_alphanumeric() || b"_-./".contains(b);
        Some(!key.is_empty() && key.iter().all(is_name) && !line[key.len()..].starts_with(b":="))
    };
    (begins || is_yaml().unwrap_or(false)).then_some(open)
}

/// A field with a dash in it, near a place: what it is read of, and its name.
fn dashed_key(text: &[u8], span: &std::ops::Range<usize>) -> Option<(String, String)> {
    let rest = String::from_utf8_lossy(text.get(span.start..)?);
    let line = rest.lines().next()?;
    let word = line.split(|c: char| c.is_whitespace() || "(){}|\"".contains(c)).find(|word| {
        let is_name = |c: char| c.is_alphanumeric() || "_.$-".contains(c);
        word.contains('.') && word.trim_matches('-').contains('-') && word.chars().all(is_name)
    })?;
    let (until, _) = word.split_once('-')?;
    let at = until.rfind('.')?;
    let key = word.get(at + 1..)?.split('.').next()?;
    (!key.is_empty()).then(|| (until[..at].to_owned(), key.to_owned()))
}

/// A variable that is known elsewhere in the file.
fn undefined_variable(report: &mut Report, text: &[u8], span: &std::ops::Range<usize>) {
    let name =
        text.get(span.clone()).map(|name| String::from_utf8_lossy(name).into_owned()).unwrap_or_default();
    if name.len() < 2 || !name.starts_with('$') {
        return;
    }
    let source = String::from_utf8_lossy(text);
    let declared = |line: &str| -> Vec<String> {
        let mut found = Vec::new();
        for (at, _) in line.match_indices('$') {
            let rest = &line[at..];
            let length =
                1 + rest[1..].bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
            let behind = rest[length..].trim_start();
            if length > 1 && (behind.starts_with(":=") || behind.starts_with(',')) {
                found.push(rest[..length].to_owned());
            }
        }
        found
    };
    let names: Vec<(usize, String)> = source
        .lines()
        .enumerate()
        .flat_map(|(index, line)| declared(line).into_iter().map(move |name| (index + 1, name)))
        .collect();
    if let Some((line, _)) = names.iter().find(|(_, other)| *other == name) {
        report.hint(format!(
            "`{name}` is declared in line {line}: a variable ends with the block, or the define, that declares it"
        ));
    } else if let Some(near) = nearest(&name, names.iter().map(|(_, name)| name.as_str())) {
        report.hint(format!("did you mean `{near}`?"));
    } else {
        report.hint(format!("a variable is declared before it is read: {{{{ {name} := value }}}}"));
    }
}

/// The blocks of a text, as far as it can be read.
struct Blocks {
    /// Openers with what closes them.
    closed: Vec<(Keyword, Keyword)>,
    /// Openers that nothing closes, outermost first.
    open: Vec<Keyword>,
    /// Ends and elses of nothing.
    extra: Vec<Keyword>,
    /// Where the action begins that does not end.
    broken: Option<usize>,
}

impl Blocks {
    fn of(text: &[u8]) -> Self {
        let mut blocks = Self { closed: Vec::new(), open: Vec::new(), extra: Vec::new(), broken: None };
        for keyword in gotmpl::keywords(text) {
            match keyword.word {
                "end" => match blocks.open.pop() {
                    Some(opener) => blocks.closed.push((opener, keyword)),
                    None => blocks.extra.push(keyword),
                },
                "else" => {
                    if blocks.open.last().is_none_or(|opener| matches!(opener.word, "define" | "block")) {
                        blocks.extra.push(keyword);
                    }
                }
                "" => blocks.broken = Some(keyword.span.start),
                _ => blocks.open.push(keyword),
            }
        }
        blocks
    }
}

/// The text ends although a block is open.
fn unclosed(report: &mut Report, file: &str, text: &[u8], blocks: &Blocks) {
    let column = |keyword: &Keyword| -> Option<usize> {
        // Only what stands first in its line says something by where it stands.
        let before = &text[..keyword.span.start];
        let start = before.iter().rposition(|&b| b == b'\n').map_or(0, |at| at + 1);
        let lead = String::from_utf8_lossy(&before[start..]).replace(['{', '-'], " ");
        let line = &text[start..];
        let indent = line.iter().take_while(|b| **b == b' ').count();
        lead.trim().is_empty().then_some(indent)
    };
    let line = |keyword: &Keyword| super::render::position(text, keyword.span.start).0;
    let misplaced = blocks.closed.iter().find(|(opener, end)| {
        line(opener) != line(end)
            && matches!((column(opener), column(end)), (Some(opener), Some(end)) if end < opener)
    });
    let Some(open) = blocks.open.last() else { return };
    match misplaced {
        Some((opener, end)) => {
            report.push(Excerpt::of(
                file,
                text,
                opener.span.clone(),
                "this block is probably the one that is not closed",
            ));
            report.note("note", format!(
                "the {{{{ end }}}} that closes it is in line {}, further left than it begins; so the {{{{ {} }}}} of line {} stays open to the end of the file",
                line(end),
                open.word,
                line(open)
            ));
        }
        None => {
            report.push(Excerpt::of(
                file,
                text,
                open.span.clone(),
                "this block is not closed before the file ends",
            ));
        }
    }
    report.hint("every if, range, with, define and block needs an {{ end }}");
}
