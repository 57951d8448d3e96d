//! What Sprig makes of random numbers. The renderer brings them and registers the functions.

use crate::crypto;
use crate::words::Panic;

/// `randAlpha`, `randNumeric`, `randAlphaNum` and `randAscii`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alphabet {
    /// Letters.
    Alpha,
    /// Digits.
    Numeric,
    /// Letters and digits.
    AlphaNum,
    /// What can be printed, from the space on.
    Ascii,
}

impl Alphabet {
    fn bytes(self) -> Vec<u8> {
        (b' '..=b'~')
            .filter(|byte| match self {
                Self::Alpha => byte.is_ascii_alphabetic(),
                Self::Numeric => byte.is_ascii_digit(),
                Self::AlphaNum => byte.is_ascii_alphanumeric(),
                Self::Ascii => true,
            })
            .collect()
    }
}

/// The longest random text. Go would make longer ones, slowly.
pub const MAX_RANDOM: i64 = 1 << 24;

/// `count` characters of an alphabet. `below(n)` answers a number under `n`. A negative count gives nothing.
///
/// # Errors
/// Too long.
pub fn text(alphabet: Alphabet, count: i64, mut below: impl FnMut(usize) -> usize) -> Result<String, Panic> {
    if count > MAX_RANDOM {
        return Err(Panic("runtime error: makeslice: len out of range".to_owned()));
    }
    let bytes = alphabet.bytes();
    let pick = |_| bytes.get(below(bytes.len())).copied().map_or('0', char::from);
    Ok((0..count.max(0)).map(pick).collect())
}

/// `randBytes`: random bytes in base64.
///
/// # Errors
/// Go's panic for a negative count, or one that is too large.
pub fn bytes(count: i64, fill: impl FnOnce(&mut [u8])) -> Result<String, Panic> {
    if !(0..=MAX_RANDOM).contains(&count) {
        return Err(Panic("runtime error: makeslice: len out of range".to_owned()));
    }
    let mut buffer = vec![0; count as usize];
    fill(&mut buffer);
    Ok(crypto::b64_encode(&buffer))
}

/// `randInt`: a number from `low` up to below `high`.
///
/// # Errors
/// Go's panic when there is none.
pub fn int(low: i64, high: i64, below: impl FnOnce(u64) -> u64) -> Result<i64, Panic> {
    let range = high.wrapping_sub(low);
    if range <= 0 {
        return Err(Panic("invalid argument to Intn".to_owned()));
    }
    Ok(low.wrapping_add((below(range as u64) % range as u64) as i64))
}

/// `uuidv4` of 16 random bytes.
pub fn uuid(mut bytes: [u8; 16]) -> String {
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let mut out = String::with_capacity(36);
    for (index, byte) in bytes.iter().enumerate() {
        if matches!(index, 4 | 6 | 8 | 10) {
            out.push('-');
        }
        out.push_str(&format!("{byte:02x}"));
    }
    out
}
