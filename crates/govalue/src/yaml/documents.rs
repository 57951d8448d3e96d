//! Several documents in one file.

use std::borrow::Cow;

use crate::Error;

/// A document, or what is wrong with its separator.
pub type Part<'a> = Result<Cow<'a, [u8]>, Error>;

/// Splits a stream at lines that begin with `---`, as Kubernetes' reader does; lines end in LF, the last one too.
///
/// # Errors
/// For a separator with anything but a comment behind it, in Kubernetes' words; what stood before it is lost.
pub fn documents(bytes: &[u8]) -> Vec<Part<'_>> {
    split(bytes).into_iter().map(|(_, part)| part).collect()
}

/// [`documents`], each with the number of lines before it.
///
/// # Errors
/// As [`documents`].
pub fn documents_placed(bytes: &[u8]) -> Vec<(u32, Part<'_>)> {
    let lines = |start: usize| memchr::memchr_iter(b'\n', &bytes[..start]).count() as u32;
    split(bytes).into_iter().map(|(start, part)| (lines(start), part)).collect()
}

/// The documents, each with the byte at which it begins.
fn split(bytes: &[u8]) -> Vec<(usize, Part<'_>)> {
    let mut parts = Vec::new();
    let mut start = 0;
    let mut line = 0;
    while line < bytes.len() {
        let end = memchr::memchr(b'\n', &bytes[line..]).map_or(bytes.len(), |at| line + at + 1);
        if let Some(rest) = bytes[line..end].strip_prefix(b"---") {
            let rest = String::from_utf8_lossy(rest);
            let rest = rest.trim();
            if !rest.is_empty() && !rest.starts_with('#') {
                parts.push((start, Err(Error::new(format!("invalid Yaml document separator: {rest}")))));
                return parts;
            }
            // With nothing before it, a separator is part of the document that it begins.
            if line > start {
                parts.push((start, Ok(with_plain_breaks(&bytes[start..line]))));
                start = end;
            }
        }
        line = end;
    }
    if start < bytes.len() {
        parts.push((start, Ok(with_plain_breaks(&bytes[start..]))));
    }
    parts
}

/// CR LF becomes LF, and the last line has its end: it gets one before CR LF is looked for.
fn with_plain_breaks(text: &[u8]) -> Cow<'_, [u8]> {
    if text.ends_with(b"\n") && memchr::memmem::find(text, b"\r\n").is_none() {
        return Cow::Borrowed(text);
    }
    let mut out = Vec::with_capacity(text.len() + 1);
    for line in text.split_inclusive(|&byte| byte == b'\n') {
        let content = line.strip_suffix(b"\n").unwrap_or(line);
        out.extend_from_slice(content.strip_suffix(b"\r").unwrap_or(content));
        out.push(b'\n');
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::documents;

    #[test]
    fn separators_split_and_vanish_between_documents() {
        let parts = |text: &'static str| -> Vec<String> {
            let shown = |part: &[u8]| String::from_utf8_lossy(part).into_owned();
            documents(text.as_bytes())
                .iter()
                .map(|part| part.as_ref().map_or_else(ToString::to_string, |part| shown(part)))
                .collect()
        };
        assert_eq!(parts("---\na: 1\n--- # two\nb: 2\n---\n"), ["---\na: 1\n", "b: 2\n"]);
        assert_eq!(parts("a: ---\r\nb: |\r\n  x"), ["a: ---\nb: |\n  x\n"]);
        assert_eq!(parts("a: 1\n---\nb: 2\n--- c: 3\n"), ["a: 1\n", "invalid Yaml document separator: c: 3"]);
        assert_eq!(parts("----\n"), ["invalid Yaml document separator: -"]);
        assert_eq!(parts("---\n---\n"), ["---\n"]);
        assert!(parts("").is_empty());
        let lines = |text: &str| {
            super::documents_placed(text.as_bytes()).iter().map(|(line, _)| *line).collect::<Vec<_>>()
        };
        assert_eq!(lines("---\na: 1\n--- # two\nb: 2\n---\nc: 3\n"), [0, 3, 5]);
    }
}
