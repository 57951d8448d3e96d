//! What tells this user's compiled modules from all others: keyed BLAKE3.

/// Names the uses of the key: no MAC that is made for anything else is one of these.
const FILE: &str = "pintle 2026-11-21 compiled module";
const PIECE: &str = "pintle 2026-11-21 piece of a compiled module";

/// Bytes of a MAC.
pub(super) const TAG_BYTES: usize = blake3::OUT_LEN;

/// What is said of a file besides its code.
pub(super) struct About {
    /// What it is the compiled form of, and for which engine.
    pub(super) identity: [u8; 32],
    /// BLAKE3 of the module.
    pub(super) module: [u8; 32],
    /// Bytes of the code.
    pub(super) bytes: usize,
}

/// Makes MACs with a user's key.
///
/// A MAC is over what is said of the file and over the MACs of the pieces of its code, so that several threads can take
/// them. Where pieces begin is the same for all files.
pub(super) struct Mac {
    file: [u8; 32],
    piece: [u8; 32],
}

impl Mac {
    pub(super) fn new(key: &[u8; 32]) -> Self {
        Self { file: blake3::derive_key(FILE, key), piece: blake3::derive_key(PIECE, key) }
    }

    /// Takes one piece, bit by bit.
    pub(super) fn piece(&self) -> Piece {
        Piece(blake3::Hasher::new_keyed(&self.piece))
    }

    fn of(&self, about: &About, pieces: &[[u8; TAG_BYTES]]) -> blake3::Hash {
        let mut hasher = blake3::Hasher::new_keyed(&self.file);
        hasher.update(&about.identity).update(&about.module).update(&(about.bytes as u64).to_le_bytes());
        hasher.update(pieces.as_flattened()).finalize()
    }

    /// The MAC of a file, from those of all pieces in their order.
    pub(super) fn tag(&self, about: &About, pieces: &[[u8; TAG_BYTES]]) -> [u8; TAG_BYTES] {
        self.of(about, pieces).into()
    }

    /// Compares in constant time.
    pub(super) fn is(&self, tag: &[u8; TAG_BYTES], about: &About, pieces: &[[u8; TAG_BYTES]]) -> bool {
        self.of(about, pieces) == *tag
    }
}

/// The MAC of one piece.
pub(super) struct Piece(blake3::Hasher);

impl Piece {
    pub(super) fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    pub(super) fn tag(&self) -> [u8; TAG_BYTES] {
        self.0.finalize().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn about() -> About {
        About { identity: [2; 32], module: [3; 32], bytes: 70 }
    }

    #[test]
    fn everything_that_is_said_of_a_file_counts() {
        let (mac, pieces) = (Mac::new(&[1; 32]), [[7; 32], [8; 32]]);
        let right = mac.tag(&about(), &pieces);
        assert!(mac.is(&right, &about(), &pieces));
        assert!(!Mac::new(&[2; 32]).is(&right, &about(), &pieces));
        assert!(!mac.is(&right, &About { identity: [0; 32], ..about() }, &pieces));
        assert!(!mac.is(&right, &About { module: [0; 32], ..about() }, &pieces));
        assert!(!mac.is(&right, &About { bytes: 71, ..about() }, &pieces));
        assert!(!mac.is(&right, &about(), &pieces[..1]));
        assert!(!mac.is(&right, &about(), &[pieces[1], pieces[0]]));
        assert!(!mac.is(&[0; 32], &about(), &pieces));
    }

    #[test]
    fn a_piece_is_what_it_holds_however_it_was_cut_and_no_file() {
        let mac = Mac::new(&[1; 32]);
        let whole = |bytes: &[u8]| {
            let mut piece = mac.piece();
            piece.update(bytes);
            piece.tag()
        };
        let bytes: Vec<u8> = (0..100_000u32).map(|at| (at % 241) as u8).collect();
        let mut cut = mac.piece();
        bytes.chunks(777).for_each(|bytes| cut.update(bytes));
        assert_eq!(cut.tag(), whole(&bytes));
        assert_ne!(whole(&bytes[1..]), whole(&bytes));
        // The same bytes as a file's.
        let said = [about().identity.as_slice(), &about().module, &70u64.to_le_bytes()].concat();
        assert_ne!(whole(&said), mac.tag(&about(), &[]));
    }
}
