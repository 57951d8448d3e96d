//! Log lines as Go's `slog` text handler writes them, without the time: `level=WARN msg="…" key=value`.

use std::fmt::Write as _;

/// A line for standard error, without its newline.
pub(crate) fn line(level: &str, message: &str, attributes: &[(&str, &str)]) -> String {
    let mut line = format!("level={level} msg={}", value(message));
    for (key, text) in attributes {
        let _ = write!(line, " {key}={}", value(text));
    }
    line
}

fn value(text: &str) -> String {
    let plain = !text.is_empty()
        && text.chars().all(|c| match c {
            // slog quotes what JSON would escape, and what would break `key=value`; a backslash alone stays.
            ' ' | '=' | '"' => false,
            '\u{fffd}' => false,
            c if c.is_ascii() => !c.is_ascii_control() || c == '\u{7f}',
            c => !c.is_whitespace() && !c.is_control(),
        });
    if plain { text.to_owned() } else { govalue::print::quote(text.as_bytes()) }
}

#[cfg(test)]
mod tests {
    use super::line;

    #[test]
    fn values_are_quoted_only_where_slog_does() {
        assert_eq!(
            line("WARN", "a b", &[("k", "v"), ("e", ""), ("q", "x=\"y\"")]),
            r#"level=WARN msg="a b" k=v e="" q="x=\"y\"""#
        );
        assert_eq!(line("INFO", r"a\b", &[]), r"level=INFO msg=a\b");
    }
}
