//! What tells this user's compiled modules from all others: keyed BLAKE3.

/// Names the use of the key: no MAC that is made for anything else is one of these.
const USE: &str = "pintle 2026-11-21 compiled module";

/// Bytes of a MAC.
pub(super) const TAG_BYTES: usize = blake3::OUT_LEN;

/// A MAC over what a file is the compiled form of, over the number of bytes of the code, and over the code.
pub(super) struct Mac(blake3::Hasher);

impl Mac {
    /// Over the identity of a module, and over the length of its code. The code follows with [`Mac::update`].
    pub(super) fn new(key: &[u8; 32], identity: &[u8; 32], bytes: usize) -> Self {
        let mut hasher = blake3::Hasher::new_keyed(&blake3::derive_key(USE, key));
        hasher.update(identity).update(&(bytes as u64).to_le_bytes());
        Self(hasher)
    }

    /// The next piece of the code.
    pub(super) fn update(&mut self, piece: &[u8]) {
        self.0.update(piece);
    }

    /// Compares in constant time.
    pub(super) fn is(&self, tag: &[u8; TAG_BYTES]) -> bool {
        self.0.finalize() == *tag
    }

    /// The MAC.
    pub(super) fn tag(&self) -> [u8; TAG_BYTES] {
        self.0.finalize().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(key: u8, identity: u8, bytes: usize, code: &[u8]) -> [u8; TAG_BYTES] {
        let mut mac = Mac::new(&[key; 32], &[identity; 32], bytes);
        mac.update(code);
        assert!(mac.is(&mac.tag()));
        mac.tag()
    }

    #[test]
    fn key_identity_length_and_every_byte_of_the_code_count() {
        let code: Vec<u8> = (0..300_000u32).map(|at| (at % 251) as u8).collect();
        let right = tag(1, 2, code.len(), &code);
        assert_eq!(tag(1, 2, code.len(), &code), right);
        assert_ne!(tag(2, 2, code.len(), &code), right);
        assert_ne!(tag(1, 3, code.len(), &code), right);
        assert_ne!(tag(1, 2, code.len() + 1, &code), right);
        assert_ne!(tag(1, 2, code.len(), &code[..code.len() - 1]), right);
        for at in [0, 1023, 1024, 131_071, 131_072, 200_000, code.len() - 1] {
            let mut other = code.clone();
            other[at] ^= 1;
            assert_ne!(tag(1, 2, code.len(), &other), right, "{at}");
        }
    }

    #[test]
    fn it_does_not_matter_how_the_code_is_cut() {
        let code: Vec<u8> = (0..100_000u32).map(|at| (at % 241) as u8).collect();
        let mut mac = Mac::new(&[1; 32], &[2; 32], code.len());
        code.chunks(777).for_each(|piece| mac.update(piece));
        assert_eq!(mac.tag(), tag(1, 2, code.len(), &code));
        assert!(!mac.is(&[0; TAG_BYTES]));
    }
}
