//! Small texts: the nearest known word, quoting for a shell, for YAML and for JSON.

use std::fmt::Write;

/// Finds the known word nearest to `word`, if one is near enough to be meant.
pub fn nearest(word: &str, known: impl IntoIterator<Item = &'static str>) -> Option<&'static str> {
    // A word of any length may come from a file; comparing is quadratic, and no known word is long.
    if word.len() > 64 {
        return None;
    }
    let letters = |word: &str| word.to_ascii_lowercase().chars().collect::<Vec<char>>();
    let asked = letters(word);
    known
        .into_iter()
        .map(|candidate| (distance(&asked, &letters(candidate)), candidate))
        .filter(|(distance, candidate)| *distance <= 1 + candidate.len() / 4)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Edits between two words, neighbours that changed places being one.
pub fn distance(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let mut best = (last[j] + usize::from(x != y)).min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *x == b[j - 1] && a[i - 1] == *y {
                best = best.min(before[j - 1] + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

/// Quotes for a POSIX shell, in single quotes.
pub fn shell_quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// Quotes as a double-quoted YAML scalar, unless the text is a word that needs none.
pub fn yaml_scalar(text: &str) -> String {
    let plain = !text.is_empty()
        && text.len() < 64
        && text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '/' | '.'))
        && !matches!(
            text.to_ascii_lowercase().as_str(),
            "null" | "true" | "false" | "yes" | "no" | "on" | "off" | "y" | "n"
        );
    if plain { text.to_owned() } else { json_string(text) }
}

/// Encodes a JSON string, which is also a double-quoted YAML scalar.
pub(crate) fn json_string(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if is_unprintable(c) => {
                let mut units = [0u16; 2];
                for unit in c.encode_utf16(&mut units) {
                    // Writing to a String cannot fail.
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Makes foreign text safe to show on one line of a terminal.
pub(crate) fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if is_unprintable(c) {
            out.extend(c.escape_unicode());
        } else {
            out.push(c);
        }
    }
    out
}

/// Control characters, line separators and the marks that reorder text.
pub(crate) fn is_unprintable(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200b}'..='\u{200f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_cannot_be_escaped_from() {
        assert_eq!(shell_quoted("a'; rm -rf ~; '"), r"'a'\''; rm -rf ~; '\'''");
    }

    #[test]
    fn yaml_words_stay_plain_and_the_rest_is_quoted() {
        assert_eq!(yaml_scalar("v1/Secret"), "v1/Secret");
        assert_eq!(yaml_scalar("no"), "\"no\"");
        assert_eq!(yaml_scalar("a: b"), "\"a: b\"");
        assert_eq!(yaml_scalar("10"), "\"10\"");
        assert_eq!(yaml_scalar(""), "\"\"");
    }

    #[test]
    fn json_escapes_what_a_terminal_or_a_line_reader_would_act_on() {
        assert_eq!(json_string("a\"\\\n\u{1b}\u{202e}"), "\"a\\\"\\\\\\n\\u001b\\u202e\"");
    }

    #[test]
    fn swapped_neighbours_are_one_apart() {
        let distance = |a: &str, b: &str| {
            super::distance(&a.chars().collect::<Vec<_>>(), &b.chars().collect::<Vec<_>>())
        };
        assert_eq!(distance("clcok", "clock"), 1);
        assert_eq!(distance("", "abc"), 3);
    }
}
