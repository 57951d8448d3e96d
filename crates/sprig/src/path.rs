//! Go's `path`, which on Unix is also what Sprig's `os…` functions do.

/// Shortens a path by its text alone: no `.`, no inner `..`, no doubled `/`. An empty path is `.`.
pub fn clean(path: &[u8]) -> Vec<u8> {
    let rooted = path.first() == Some(&b'/');
    let mut kept: Vec<&[u8]> = Vec::new();
    for part in path.split(|&byte| byte == b'/') {
        match part {
            b"" | b"." => {}
            b".." => match kept.last() {
                Some(&last) if last != b".." => {
                    kept.pop();
                }
                // Above the root is the root; above a relative start stays written.
                _ if rooted => {}
                _ => kept.push(part),
            },
            _ => kept.push(part),
        }
    }
    let mut out = Vec::with_capacity(path.len());
    if rooted {
        out.push(b'/');
    }
    out.extend_from_slice(&kept.join(&b'/'));
    if out.is_empty() {
        out.push(b'.');
    }
    out
}

/// The last element, without trailing slashes: `.` for an empty path, `/` for only slashes.
pub fn base(path: &[u8]) -> &[u8] {
    if path.is_empty() {
        return b".";
    }
    let end = path.iter().rposition(|&byte| byte != b'/').map_or(0, |at| at + 1);
    if end == 0 {
        return b"/";
    }
    let start = path[..end].iter().rposition(|&byte| byte == b'/').map_or(0, |at| at + 1);
    &path[start..end]
}

/// All but the last element, cleaned.
pub fn dir(path: &[u8]) -> Vec<u8> {
    let end = path.iter().rposition(|&byte| byte == b'/').map_or(0, |at| at + 1);
    clean(&path[..end])
}

/// From the last dot of the last element on, or nothing.
pub fn ext(path: &[u8]) -> &[u8] {
    let start = path.iter().rposition(|&byte| byte == b'/').map_or(0, |at| at + 1);
    match path[start..].iter().rposition(|&byte| byte == b'.') {
        Some(at) => &path[start + at..],
        None => b"",
    }
}

/// Whether the path starts at the root.
pub fn is_abs(path: &[u8]) -> bool {
    path.first() == Some(&b'/')
}
