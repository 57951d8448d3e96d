//! ASCII armor: base64 between lines of dashes.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::OpenPgpError;

const BEGIN: &[u8] = b"-----BEGIN ";
const END: &[u8] = b"-----END ";
const DASHES: &[u8] = b"-----";
/// Longer lines of base64 are no armor.
const LINE: usize = 96;
/// Bytes that become one line when armor is written.
const WIDTH: usize = 48;

/// Padding may be missing: GnuPG and Go write it, others do not.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// One armored block.
pub(super) struct Block {
    /// What it says it is: `PGP PUBLIC KEY BLOCK`.
    pub(super) kind: String,
    pub(super) body: Vec<u8>,
}

/// Takes one line, without its end, and moves on.
pub(super) fn line<'a>(rest: &mut &'a [u8]) -> &'a [u8] {
    let text = *rest;
    let (mut found, after) = match text.iter().position(|byte| *byte == b'\n') {
        Some(at) => (&text[..at], &text[at + 1..]),
        None => (text, &text[text.len()..]),
    };
    // Without an end of line a carriage return is text.
    if found.len() < text.len()
        && let Some(shorter) = found.strip_suffix(b"\r")
    {
        found = shorter;
    }
    *rest = after;
    found
}

/// Reads the next block and leaves `rest` behind it; nothing, when there is no other.
///
/// # Errors
/// When what stands between the dashes is no base64.
pub(super) fn next(rest: &mut &[u8]) -> Result<Option<Block>, OpenPgpError> {
    'blocks: loop {
        let kind = loop {
            if rest.is_empty() {
                return Ok(None);
            }
            let found = line(rest).trim_ascii();
            if found.len() > BEGIN.len() + DASHES.len() && found.starts_with(BEGIN) {
                break String::from_utf8_lossy(&found[BEGIN.len()..found.len() - DASHES.len()]).into_owned();
            }
        };
        // Headers up to an empty line; what is none means that this was no block.
        loop {
            if rest.is_empty() {
                return Ok(None);
            }
            let found = line(rest).trim_ascii();
            if found.is_empty() {
                break;
            }
            if !found.contains(&b':') {
                continue 'blocks;
            }
        }
        return body(rest).map(|body| Some(Block { kind, body }));
    }
}

fn body(rest: &mut &[u8]) -> Result<Vec<u8>, OpenPgpError> {
    let mut letters = Vec::new();
    loop {
        if rest.is_empty() {
            break;
        }
        let found = line(rest).trim_ascii();
        // The checksum after `=` is not checked: signatures say more.
        if found.starts_with(END) || (found.len() == 5 && found[0] == b'=') {
            break;
        }
        if found.len() > LINE {
            return Err(OpenPgpError::structural("armor invalid"));
        }
        letters.extend_from_slice(found);
    }
    BASE64.decode(&letters).map_err(|error| match error {
        base64::DecodeError::InvalidByte(at, _) | base64::DecodeError::InvalidLastSymbol(at, _) => {
            OpenPgpError::Base64(at)
        }
        base64::DecodeError::InvalidLength(_) | base64::DecodeError::InvalidPadding => {
            OpenPgpError::UnexpectedEof
        }
    })
}

/// Writes a block as Helm does: no headers, no checksum, no newline behind the last line.
pub(super) fn write(kind: &str, body: &[u8]) -> String {
    let mut text = format!("-----BEGIN {kind}-----\n\n");
    for chunk in body.chunks(WIDTH) {
        base64::engine::general_purpose::STANDARD.encode_string(chunk, &mut text);
        text.push('\n');
    }
    text.push_str(&format!("-----END {kind}-----"));
    text
}
