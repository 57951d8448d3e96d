//! GnuPG's keybox (`pubring.kbx`): keys between records of its own.
//!
//! A keybox is a sequence of records. Each says its length (four bytes, big endian, itself included), its kind and a
//! version; the first is a header with `KBXf` in it. A record of an OpenPGP key says where in it the key lies.

/// The kind of the record that comes first.
const HEADER: u8 = 1;
/// The kind of a record with an OpenPGP key.
const KEY: u8 = 2;
/// A mark on records that are not part of the keyring yet.
const EPHEMERAL: u16 = 2;
/// Bytes that every record has.
const LEAST: usize = 5;
/// Bytes that a record of a key has before the key.
const KEY_HEADER: usize = 16;

/// Whether these are the bytes of a keybox.
pub(super) fn is(bytes: &[u8]) -> bool {
    bytes.get(4) == Some(&HEADER) && bytes.get(8..12) == Some(b"KBXf")
}

/// The keys of a keybox, one behind the other.
///
/// # Errors
/// With Helm's words for a record that does not fit.
pub(super) fn keys(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let mut keys = Vec::new();
    let mut offset = 0;
    while offset < bytes.len() {
        let rest = &bytes[offset..];
        if rest.len() < LEAST {
            return Err(format!("truncated blob header at offset {offset}"));
        }
        let length = number(rest, 0);
        if length < LEAST {
            return Err(format!("invalid blob length {length} at offset {offset}"));
        }
        let Some(record) = rest.get(..length) else {
            return Err(format!(
                "blob at offset {offset} has length {length} exceeding the {} remaining bytes",
                rest.len()
            ));
        };
        if record[4] == KEY {
            if record.len() < KEY_HEADER {
                return Err(format!("OpenPGP blob at offset {offset} is too short"));
            }
            let marks = u16::from_be_bytes([record[6], record[7]]);
            let (start, size) = (number(record, 8), number(record, 12));
            let Some(key) = start.checked_add(size).and_then(|end| record.get(start..end)) else {
                return Err(format!("OpenPGP blob at offset {offset} has an out-of-range keyblock"));
            };
            if marks & EPHEMERAL == 0 {
                keys.extend_from_slice(key);
            }
        }
        offset += length;
    }
    if keys.is_empty() { Err("keybox contains no OpenPGP keys".to_owned()) } else { Ok(keys) }
}

/// Four bytes at a place that is known to be there.
fn number(record: &[u8], at: usize) -> usize {
    record[at..at + 4].iter().fold(0, |number, byte| number << 8 | usize::from(*byte))
}
