//! Several documents in one file.

use std::borrow::Cow;

/// Splits a stream at lines that begin with `---`, as Kubernetes' reader does: separators are left out, empty
/// parts too. What stands behind a separator is a comment or nothing; anything else there is kept with its
/// line, for the YAML reader to judge.
pub fn documents(bytes: &[u8]) -> Vec<Cow<'_, [u8]>> {
    let mut parts = Vec::new();
    let mut start = 0;
    let mut line = 0;
    while line < bytes.len() {
        let end = memchr::memchr(b'\n', &bytes[line..]).map_or(bytes.len(), |at| line + at + 1);
        let rest = bytes[line..end].strip_prefix(b"---").map(<[u8]>::trim_ascii);
        if rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(b"#")) {
            if line > start {
                parts.push(Cow::Borrowed(&bytes[start..line]));
            }
            start = end;
        }
        line = end;
    }
    if start < bytes.len() {
        parts.push(Cow::Borrowed(&bytes[start..]));
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::documents;

    #[test]
    fn separators_split_and_vanish() {
        let parts = |text: &'static str| -> Vec<String> {
            documents(text.as_bytes()).iter().map(|part| String::from_utf8_lossy(part).into_owned()).collect()
        };
        assert_eq!(parts("---\na: 1\n--- # two\nb: 2\n---\n"), ["a: 1\n", "b: 2\n"]);
        assert_eq!(parts("a: ---\n"), ["a: ---\n"]);
    }
}
