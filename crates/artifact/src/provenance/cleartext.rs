//! Cleartext signatures: a text that people can read, with an armored signature below it.

use super::{OpenPgpError, armor};

const START: &[u8] = b"\n-----BEGIN PGP SIGNED MESSAGE-----";
const SIGNATURE: &[u8] = b"-----BEGIN PGP SIGNATURE-----";
const END: &[u8] = b"\n-----END PGP SIGNATURE-----";
const HASHES: [&str; 9] =
    ["MD5", "SHA1", "RIPEMD160", "SHA224", "SHA256", "SHA384", "SHA512", "SHA3-256", "SHA3-512"];

/// A signed text.
pub(super) struct Signed {
    /// The text as the signer wrote it, lines ended by `\n`.
    pub(super) text: Vec<u8>,
    /// What the signature is over: lines ended by `\r\n`, without blanks at their ends.
    pub(super) bytes: Vec<u8>,
    /// The packets of the signature, or why they cannot be read.
    pub(super) signature: Result<Vec<u8>, OpenPgpError>,
}

/// Finds the first signed text; what stands before and behind it is not looked at.
pub(super) fn read(bytes: &[u8]) -> Option<Signed> {
    let mut rest = if let Some(rest) = bytes.strip_prefix(&START[1..]) {
        rest
    } else {
        let at = memchr::memmem::find(bytes, START)?;
        &bytes[at + START.len()..]
    };
    if !armor::line(&mut rest).is_empty() {
        return None;
    }
    headers(&mut rest)?;
    let (mut text, mut signed) = (Vec::new(), Vec::new());
    let mut first = true;
    loop {
        let here = rest;
        let mut line = armor::line(&mut rest);
        if line.is_empty() && rest.is_empty() {
            return None;
        }
        if line == SIGNATURE {
            rest = here;
            break;
        }
        // The end of the last line belongs to the signature, not to the text.
        if !std::mem::replace(&mut first, false) {
            signed.extend_from_slice(b"\r\n");
        }
        line = line.strip_prefix(b"- ").unwrap_or(line);
        let blanks = line.iter().rev().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        line = &line[..line.len() - blanks];
        signed.extend_from_slice(line);
        text.extend_from_slice(line);
        text.push(b'\n');
    }
    text.pop();
    let end = memchr::memmem::find(rest, END)? + END.len();
    let signature = match armor::next(&mut &rest[..end]) {
        Ok(block) => Ok(block?.body),
        Err(error) => Err(error),
    };
    Some(Signed { text, bytes: signed, signature })
}

/// Reads past the headers, of which only `Hash` may be there. It is not compared with the signature's own.
fn headers(rest: &mut &[u8]) -> Option<()> {
    loop {
        if rest.is_empty() {
            return None;
        }
        let line = armor::line(rest);
        let Ok(line) = std::str::from_utf8(line) else { return None };
        if line.trim().is_empty() {
            return Some(());
        }
        if !line.bytes().all(|byte| (0x20..=0x7e).contains(&byte)) {
            return None;
        }
        let (name, value) = line.split_once(':')?;
        if name.trim() != "Hash" {
            return None;
        }
        for hash in value.split(',') {
            if !HASHES.contains(&hash.trim().to_uppercase().as_str()) {
                return None;
            }
        }
    }
}

/// What a signature over this text is made over.
pub(super) fn canonical(text: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len() + text.len() / 32);
    for (n, line) in text.split(|byte| *byte == b'\n').enumerate() {
        if n > 0 {
            bytes.extend_from_slice(b"\r\n");
        }
        bytes.extend_from_slice(trimmed(line));
    }
    bytes
}

/// Writes a text and its signature, which is armored already.
pub(super) fn write(text: &[u8], hash: &str, signature: &str) -> Vec<u8> {
    let mut out = START[1..].to_vec();
    out.extend_from_slice(format!("\nHash: {hash}\n\n").as_bytes());
    for (n, line) in text.split(|byte| *byte == b'\n').enumerate() {
        if n > 0 {
            out.push(b'\n');
        }
        if line.starts_with(b"-") {
            out.extend_from_slice(b"- ");
        }
        out.extend_from_slice(trimmed(line));
    }
    out.push(b'\n');
    out.extend_from_slice(signature.as_bytes());
    out
}

/// Blanks at the end of a line are no part of what is signed.
fn trimmed(line: &[u8]) -> &[u8] {
    let blanks = line.iter().rev().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r')).count();
    &line[..line.len() - blanks]
}
