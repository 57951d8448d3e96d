//! Texts that are no YAML: where reading stops, and what is probably wrong there.

use govalue::yaml::Broken;

use super::{Excerpt, Report};

/// Adds the place that reading stops at, and answers the line that is probably wrong. `first` is the line of the file
/// in which the document begins, from 0.
pub(super) fn broken(
    report: &mut Report,
    (file, state): (&str, &'static str),
    text: &[u8],
    first: usize,
    broken: &Broken,
) -> usize {
    let number = first + broken.line as usize;
    let line = line_of(text, number);
    let column = byte_of(line, broken.column as usize);
    // Behind the last line there is nothing to show: what is open there is shown.
    let (number, span) = if line.trim_ascii().is_empty() {
        let last = (1..number).rev().find(|number| !line_of(text, *number).trim_ascii().is_empty());
        let number = last.unwrap_or(number);
        let line = line_of(text, number);
        (number, indent(line)..line.trim_ascii_end().len())
    } else {
        let end = line.trim_ascii_end().len();
        (number, column.min(end)..end.min(column + 1).max(column.min(end)))
    };
    let excerpt = Excerpt::lines(file, text, number, span, (4, 2), &*broken.problem);
    report.push(excerpt.without_secrets(text).state(state));
    let mut suspect = first + broken.line as usize;
    if let Some((hint, which)) = diagnosis(text, number, column, (&broken.problem, !state.is_empty())) {
        report.hint(hint);
        if which == Which::Above {
            suspect = above(text, number).map_or(suspect, |(number, _)| number);
        }
    } else if let Some(begun) = broken.begun.filter(|begun| first + (*begun as usize) + 4 < number) {
        report.note("note", format!("it is in what begins in line {}", first + begun as usize));
    }
    suspect
}

/// The line that a diagnosis is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Which {
    /// The one that reading stops in.
    This,
    /// The last one before it that is not blank.
    Above,
}

/// The last line before one that is not blank, with its number.
fn above(text: &[u8], number: usize) -> Option<(usize, &[u8])> {
    let lines = (1..number).rev().map(|number| (number, line_of(text, number)));
    lines.into_iter().find(|(_, line)| !line.trim_ascii().is_empty())
}

fn line_of(text: &[u8], number: usize) -> &[u8] {
    text.split(|&b| b == b'\n').nth(number.saturating_sub(1)).unwrap_or_default()
}

fn byte_of(line: &[u8], column: usize) -> usize {
    let text = String::from_utf8_lossy(line);
    text.char_indices().nth(column.saturating_sub(1)).map_or(line.len(), |(at, _)| at)
}

fn indent(line: &[u8]) -> usize {
    line.iter().take_while(|b| b.is_ascii_whitespace()).count()
}

/// What is probably wrong in a line, or in the one before it.
fn diagnosis(
    text: &[u8],
    number: usize,
    column: usize,
    (problem, rendered): (&str, bool),
) -> Option<(String, Which)> {
    let (by_quote, by_nindent) =
        if rendered { (" (in a template: `| quote`)", " (in a template: `nindent`)") } else { ("", "") };
    let line = line_of(text, number);
    let this = |hint: String| Some((hint, Which::This));
    let above = above(text, number).map(|(_, line)| line);
    let tabs = |line: &[u8]| line.iter().take(indent(line)).any(|&b| b == b'\t');
    if tabs(line) || line.get(column) == Some(&b'\t') {
        return this("this line is indented with a tab; YAML wants blanks".to_owned());
    }
    if above.is_some_and(tabs) {
        return Some(("the line above is indented with a tab; YAML wants blanks".to_owned(), Which::Above));
    }
    for (line, which) in [(Some(line), Which::This), (above, Which::Above)] {
        let Some((key, value)) = line.and_then(entry) else { continue };
        let place = if which == Which::This { "this line" } else { "the line above" };
        let quote = |why: &str| {
            Some((format!("in {place} the value of `{key}` {why}: put it in quotes{by_quote}"), which))
        };
        match value.bytes().next() {
            Some(mark @ (b'@' | b'`')) => {
                return quote(&format!("begins with `{}`, which no plain text may", char::from(mark)));
            }
            Some(b'%') if problem.contains("cannot start") => {
                return quote("begins with `%`, which no plain text may");
            }
            Some(b'*') => return quote("begins with `*`, which refers to an anchor"),
            Some(b'&') if problem.contains("alphabetic") => {
                return quote("begins with `&`, which names an anchor");
            }
            Some(b'!') if problem.contains("tag") => return quote("begins with `!`, which is a tag"),
            Some(b'{') if value.starts_with("{{") => {
                return quote("begins with `{{`, which YAML reads as a map");
            }
            Some(b'{' | b'[') if problem.contains("expected ','") || problem.contains("node content") => {
                return Some((
                    format!(
                        "in {place} the value of `{key}` begins with a bracket, which opens a map or list that is \
                         not closed: close it, or put the value in quotes{by_quote}"
                    ),
                    which,
                ));
            }
            Some(b'"' | b'\'')
                if problem.contains("end of stream") || problem.contains("document indicator") =>
            {
                let hint = format!("in {place} the quote that begins the value of `{key}` is not closed");
                return Some((hint, which));
            }
            Some(mark @ (b'"' | b'\''))
                if problem.contains("expected key") && !is_quoted(value.as_bytes(), mark) =>
            {
                let hint = format!(
                    "in {place} something stands behind the closing quote of `{key}`, or the quote is not closed"
                );
                return Some((hint, which));
            }
            _ => {}
        }
        if problem.contains("mapping values") && (value.contains(": ") || value.ends_with(':')) {
            return quote("has a colon in it, so that it reads as a key");
        }
    }
    let here = indent(line);
    if let Some(above) = above {
        let up = indent(above);
        if problem.contains("mapping values")
            && here > up
            && entry(above).is_some_and(|(_, value)| !value.is_empty())
        {
            return this(format!(
                "this line is indented {here}, deeper than the line above ({up}), which has a value already: the \
                 indentation is off{by_nindent}"
            ));
        }
        let around = (1..number).rev().map(|number| line_of(text, number));
        let around = around.filter(|line| !line.trim_ascii().is_empty()).nth(1).map(indent);
        if problem.contains("expected key") && up < here && around.is_some_and(|around| around >= here) {
            let hint = format!(
                "the line above is indented {up}, less than those around it ({here}): its indentation is off{by_nindent}"
            );
            return Some((hint, Which::Above));
        }
        if problem.contains("sequence entries") {
            return this("a list begins in a line of its own, below its key".to_owned());
        }
    }
    if problem.contains("expected ':'") && !line.contains(&b':') {
        return this("this line has no `key:`; a text of several lines wants `|` behind its key, and its lines indented \
                     deeper than the key".to_owned());
    }
    if ["expected key", "'-' indicator", "mapping values"].iter().any(|words| problem.contains(words)) {
        let mut known: Vec<usize> = (1..number)
            .map(|number| line_of(text, number))
            .filter(|line| !line.trim_ascii().is_empty() && !line.starts_with(b"---"))
            .map(indent)
            .collect();
        known.sort_unstable();
        known.dedup();
        if line.get(here) == Some(&b'-') && problem.contains("expected key") {
            return this(
                "a list item stands among the keys of a map: one of them is indented wrongly".to_owned(),
            );
        }
        if problem.contains("'-' indicator") {
            return this(
                "a key stands among the items of a list: one of them is indented wrongly".to_owned(),
            );
        }
        if !known.is_empty() && !known.contains(&here) {
            let list: Vec<String> = known.iter().take(8).map(usize::to_string).collect();
            return this(format!(
                "this line is indented {here}, which no open map above is (indentations above: {}){}",
                list.join(", "),
                if rendered { ": check `indent` and `nindent`" } else { "" }
            ));
        }
    }
    None
}

/// Whether a value is a whole text in quotes.
fn is_quoted(value: &[u8], mark: u8) -> bool {
    value.len() > 1 && value.ends_with(&[mark]) && !value.ends_with(&[b'\\', mark])
}

/// Key and value of a line, also behind dashes; the value without blanks around it.
fn entry(line: &[u8]) -> Option<(String, String)> {
    let text = String::from_utf8_lossy(line);
    let mut text = text.trim();
    while let Some(rest) = text.strip_prefix("- ") {
        text = rest.trim_start();
    }
    let (key, value) = text.split_once(": ").or_else(|| Some((text.strip_suffix(':')?, "")))?;
    let plain = !key.is_empty() && key.len() < 100 && !key.starts_with(['#', '{', '[']);
    plain.then(|| (key.to_owned(), value.trim().to_owned()))
}
