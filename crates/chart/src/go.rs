//! Small pieces of Go's library whose results show in chart errors.

/// Whether Go's `unicode.IsPrint` holds.
pub(crate) fn is_print(c: char) -> bool {
    if c.is_ascii() {
        return (' '..='~').contains(&c);
    }
    // Rust's debug escapes follow the same categories, except that a combining mark is escaped when it
    // comes first; hence the letter in front.
    let mut buffer = [b'a'; 5];
    let len = c.encode_utf8(&mut buffer[1..]).len();
    std::str::from_utf8(&buffer[..=len]).is_ok_and(|text| text.escape_debug().count() == 2)
}

/// Whether Go's `unicode.IsSpace` holds.
pub(crate) fn is_space(c: char) -> bool {
    matches!(c, '\t'..='\r' | ' ' | '\u{85}' | '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}')
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202f}' | '\u{205f}' | '\u{3000}')
}

/// `path.Base`.
pub(crate) fn base(path: &str) -> &str {
    if path.is_empty() {
        return ".";
    }
    let trimmed = path.trim_end_matches('/');
    if trimmed.is_empty() { "/" } else { trimmed.rsplit('/').next().unwrap_or(trimmed) }
}

/// `path.Ext`: from the last dot of the last element on.
pub(crate) fn extension(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rfind('.').map_or("", |dot| &name[dot..])
}

/// `path.Clean` of a path with forward slashes.
pub(crate) fn clean(path: &str) -> String {
    let rooted = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => match parts.last() {
                Some(&last) if last != ".." => {
                    parts.pop();
                }
                _ if rooted => {}
                _ => parts.push(".."),
            },
            _ => parts.push(part),
        }
    }
    let joined = parts.join("/");
    match (rooted, joined.is_empty()) {
        (true, _) => format!("/{joined}"),
        (false, true) => ".".to_owned(),
        (false, false) => joined,
    }
}

/// An I/O error as Go's `*fs.PathError` prints it: `open a: no such file or directory`.
pub(crate) fn path_error(operation: &str, path: &std::path::Path, error: &std::io::Error) -> String {
    format!("{operation} {}: {}", path.display(), io_error(error))
}

/// The system's words for an error, in Go's lower case and without the number.
pub(crate) fn io_error(error: &std::io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or(&text);
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_lowercase().chain(chars).collect(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printable_as_in_go() {
        for c in ['a', 'é', '\u{301}', '世', '😀', '"', '\\', '~'] {
            assert!(is_print(c), "{c:?}");
        }
        for c in ['\n', '\u{7f}', '\u{ad}', '\u{200b}', '\u{feff}', '\u{e000}', '\u{a0}', '\u{2028}'] {
            assert!(!is_print(c), "{c:?}");
        }
    }

    #[test]
    fn paths_as_in_go() {
        assert_eq!(
            [clean(""), clean("a/../.."), clean("/../a//b/."), clean("a/b/..")],
            [".", "..", "/a/b", "a"]
        );
        assert_eq!([base(""), base("/"), base("a/b/"), base("a")], [".", "/", "b", "a"]);
        assert_eq!([extension("a.b/c"), extension("a/.x"), extension("a.tar.gz")], ["", ".x", ".gz"]);
    }
}
