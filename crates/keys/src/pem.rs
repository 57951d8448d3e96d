//! PEM blocks as Go's `encoding/pem` writes and finds them.

use crate::base64;

/// A decoded block: what stands after `BEGIN`, and its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Block {
    pub(crate) kind: String,
    pub(crate) bytes: Vec<u8>,
}

pub(crate) fn encode(kind: &str, bytes: &[u8]) -> String {
    let body = base64::encode(bytes);
    let mut out = format!("-----BEGIN {kind}-----\n");
    let mut rest = body.as_str();
    while !rest.is_empty() {
        // Base64 is ASCII, so every index is a boundary.
        let (line, after) = rest.split_at(rest.len().min(64));
        out.push_str(line);
        out.push('\n');
        rest = after;
    }
    out.push_str(&format!("-----END {kind}-----\n"));
    out
}

/// Finds the first block that is whole; anything around it is skipped.
pub(crate) fn decode(text: &[u8]) -> Option<Block> {
    const BEGIN: &[u8] = b"-----BEGIN ";
    const END: &[u8] = b"-----END ";
    let mut start = 0;
    while let Some(end) = find(text, END, start) {
        start = end + END.len();
        let at_line_start = end == 0 || text[end - 1] == b'\n';
        // Go takes the last BEGIN before the END, so a BEGIN without an END of its own is skipped.
        let Some(begin) = rfind(&text[..end], BEGIN) else { continue };
        if !at_line_start || (begin > 0 && text[begin - 1] != b'\n') {
            continue;
        }
        if let Some(block) = read(&text[begin + BEGIN.len()..end], &text[start..]) {
            return Some(block);
        }
    }
    None
}

/// Reads from behind `BEGIN ` to before `-----END `, and checks what follows that.
fn read(inside: &[u8], after_end: &[u8]) -> Option<Block> {
    let (first, mut body) = line(inside);
    let kind = first.strip_suffix(b"-----")?;
    let (last, _) = line(after_end);
    if last.strip_suffix(b"-----")? != kind {
        return None;
    }
    // Headers end at the first line without a colon.
    while !body.is_empty() {
        let (header, rest) = line(body);
        if !header.contains(&b':') {
            break;
        }
        body = rest;
    }
    let text: Vec<u8> = body.iter().copied().filter(|byte| !matches!(byte, b' ' | b'\t')).collect();
    let bytes = base64::decode(&text)?;
    Some(Block { kind: String::from_utf8(kind.to_vec()).ok()?, bytes })
}

/// The first line without its end and trailing blanks, and the rest.
fn line(text: &[u8]) -> (&[u8], &[u8]) {
    let (line, rest) = match text.iter().position(|byte| *byte == b'\n') {
        Some(at) => (&text[..at], &text[at + 1..]),
        None => (text, &text[text.len()..]),
    };
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let kept = line.iter().rposition(|byte| !matches!(byte, b' ' | b'\t')).map_or(0, |at| at + 1);
    (&line[..kept], rest)
}

fn find(text: &[u8], what: &[u8], from: usize) -> Option<usize> {
    text.get(from..)?.windows(what.len()).position(|window| window == what).map(|at| at + from)
}

fn rfind(text: &[u8], what: &[u8]) -> Option<usize> {
    text.windows(what.len()).rposition(|window| window == what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_lines_of_64_and_reads_them_back() {
        let bytes: Vec<u8> = (0..100).collect();
        let text = encode("RSA PRIVATE KEY", &bytes);
        assert!(text.starts_with("-----BEGIN RSA PRIVATE KEY-----\n"));
        assert!(text.ends_with("\n-----END RSA PRIVATE KEY-----\n"));
        assert!(text.lines().all(|line| line.len() <= 64));
        assert_eq!(decode(text.as_bytes()), Some(Block { kind: "RSA PRIVATE KEY".into(), bytes }));
    }

    #[test]
    fn finds_a_block_between_other_text_and_with_headers() {
        let text = b"hello\n-----BEGIN A-----\nbroken\n-----BEGIN B-----\r\nProc-Type: 4\r\n\r\nR28=\r\n-----END B-----  \n";
        assert_eq!(decode(text), Some(Block { kind: "B".into(), bytes: b"Go".to_vec() }));
    }

    #[test]
    fn refuses_what_is_no_block() {
        for text in [
            "",
            "R28=",
            "-----BEGIN A-----\nR28=\n-----END B-----\n",
            "-----BEGIN A-----\nR2$8=\n-----END A-----\n",
            "x-----BEGIN A-----\nR28=\n-----END A-----\n",
            "-----BEGIN A-----\nR28=\n-----END A----- x\n",
            "-----END A-----\n",
        ] {
            assert_eq!(decode(text.as_bytes()), None, "{text}");
        }
    }
}
