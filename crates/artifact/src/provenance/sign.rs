//! An archive and a secret key → the text of a provenance file.

use pgp::crypto::hash::HashAlgorithm;
use pgp::types::SignatureBytes;

use super::openpgp::signature::{kind, suffix};
use super::{OpenPgpError, SignError, Signer, armor, cleartext, digest, message};

/// OpenPGP's number for SHA-512, which is what signatures are made over.
const SHA512: u8 = 10;
/// Bytes of chance that make every signature another one.
const SALT: usize = 32;
/// The name of the note with those bytes, where signatures have no place of their own for them.
const SALT_NOTE: &[u8] = b"salt@notations.openpgpjs.org";
/// A statement that must be understood.
const CRITICAL: u8 = 0x80;

/// Signs an archive.
///
/// `name` is the archive's file name without folders, `metadata` the YAML of the chart's or plugin's metadata, and
/// `now` the time in seconds since 1970. The text is that of the whole file.
///
/// # Errors
/// When the secret key cannot sign: locked, dummy, or of a kind that is not supported.
pub fn sign(
    signer: &Signer<'_>,
    archive: &[u8],
    name: &str,
    metadata: &[u8],
    now: i64,
) -> Result<Vec<u8>, SignError> {
    let text = message::write(metadata, name, &digest(archive))?;
    let key = &signer.entity.primary;
    let mut salt = [0; SALT];
    getrandom::fill(&mut salt)
        .map_err(|error| OpenPgpError::InvalidArgument(format!("no randomness: {error}")))?;
    let statements = statements(key.version, &key.fingerprint, key.id, &salt, now);
    let end = suffix(key.version, kind::TEXT, key.algorithm, SHA512, &statements);
    let hasher = HashAlgorithm::Sha512.new_hasher();
    let mut hasher = hasher.map_err(|_| OpenPgpError::unsupported("hash function"))?;
    if key.version == 6 {
        hasher.update(&salt);
    }
    hasher.update(&cleartext::canonical(&text));
    hasher.update(&end);
    let found = hasher.finalize();
    let numbers = signer.sign(HashAlgorithm::Sha512, &found)?;

    let mut body = vec![key.version, kind::TEXT, key.algorithm, SHA512];
    length(&mut body, key.version, statements.len());
    body.extend_from_slice(&statements);
    length(&mut body, key.version, 0);
    body.extend_from_slice(&found[..2]);
    if key.version == 6 {
        body.push(SALT as u8);
        body.extend_from_slice(&salt);
    }
    match &numbers {
        SignatureBytes::Native(bytes) => body.extend_from_slice(bytes),
        SignatureBytes::Mpis(numbers) => {
            for number in numbers {
                let bytes: &[u8] = number.as_ref();
                let spare = bytes.first().map_or(0, |first| first.leading_zeros() as usize);
                body.extend_from_slice(&((bytes.len() * 8 - spare) as u16).to_be_bytes());
                body.extend_from_slice(bytes);
            }
        }
    }
    let mut packet = vec![0xc2];
    packet_length(&mut packet, body.len());
    packet.extend_from_slice(&body);
    Ok(cleartext::write(&text, "SHA512", &armor::write("PGP SIGNATURE", &packet)))
}

/// What the signature says of itself: when, and by which key.
fn statements(version: u8, fingerprint: &[u8], id: u64, salt: &[u8], now: i64) -> Vec<u8> {
    let mut out = Vec::new();
    let seconds = u32::try_from(now.max(0)).unwrap_or(u32::MAX);
    statement(&mut out, 2 | CRITICAL, &seconds.to_be_bytes());
    if version == 4 {
        statement(&mut out, 16, &id.to_be_bytes());
        let mut note = vec![0; 4];
        note.extend_from_slice(&(SALT_NOTE.len() as u16).to_be_bytes());
        note.extend_from_slice(&(salt.len() as u16).to_be_bytes());
        note.extend_from_slice(SALT_NOTE);
        note.extend_from_slice(salt);
        statement(&mut out, 20, &note);
    }
    let mut print = vec![version];
    print.extend_from_slice(fingerprint);
    statement(&mut out, if version == 6 { 33 | CRITICAL } else { 33 }, &print);
    out
}

/// One statement; none of ours is longer than 191 bytes.
fn statement(out: &mut Vec<u8>, number: u8, bytes: &[u8]) {
    out.push(bytes.len() as u8 + 1);
    out.push(number);
    out.extend_from_slice(bytes);
}

fn length(out: &mut Vec<u8>, version: u8, length: usize) {
    let bytes = (length as u32).to_be_bytes();
    out.extend_from_slice(if version == 6 { &bytes } else { &bytes[2..] });
}

fn packet_length(out: &mut Vec<u8>, length: usize) {
    match length {
        0..192 => out.push(length as u8),
        192..8384 => {
            let rest = length - 192;
            out.extend_from_slice(&[(rest >> 8) as u8 + 192, rest as u8]);
        }
        _ => {
            out.push(255);
            out.extend_from_slice(&(length as u32).to_be_bytes());
        }
    }
}
