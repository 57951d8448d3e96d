//! Randomness for everything that asks for it.

use crate::base64;

/// The system gave no randomness.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoRandomness;

impl std::fmt::Display for NoRandomness {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the system gave no randomness")
    }
}

impl std::error::Error for NoRandomness {}

/// Fills a buffer with bytes from the system's cryptographic generator.
///
/// Not from aws-lc's, which takes tens of milliseconds to start where it was built to gather jitter: a chart
/// that wants one password should not wait for that.
pub fn fill(buffer: &mut [u8]) -> Result<(), NoRandomness> {
    getrandom::fill(buffer).map_err(|_| NoRandomness)
}

/// `randBytes`: this many bytes as base64.
pub fn bytes_as_base64(count: usize) -> Result<String, NoRandomness> {
    let mut buffer = vec![0; count];
    fill(&mut buffer)?;
    Ok(base64::encode(&buffer))
}

/// `uuidv4`: a random UUID of version 4.
pub fn uuid_v4() -> Result<String, NoRandomness> {
    let mut bytes = [0u8; 16];
    fill(&mut bytes)?;
    Ok(uuid_v4_from(bytes))
}

/// The UUID of version 4 made of these random bytes.
pub fn uuid_v4_from(mut bytes: [u8; 16]) -> String {
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let mut out = String::with_capacity(36);
    for (i, byte) in bytes.iter().enumerate() {
        if matches!(i, 4 | 6 | 8 | 10) {
            out.push('-');
        }
        out.push_str(&format!("{byte:02x}"));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uuid_names_its_version_and_variant() {
        assert_eq!(uuid_v4_from([0xff; 16]), "ffffffff-ffff-4fff-bfff-ffffffffffff");
        assert_eq!(uuid_v4_from([0; 16]), "00000000-0000-4000-8000-000000000000");
        assert_ne!(uuid_v4(), uuid_v4());
    }

    #[test]
    fn bytes_are_as_many_as_asked() {
        assert_eq!(bytes_as_base64(10).unwrap().len(), 16);
        assert_eq!(bytes_as_base64(0).unwrap(), "");
    }
}
