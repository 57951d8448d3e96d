//! A copy of a file that nobody can change any more: without a name, in memory, sealed by the kernel.
//!
//! The engine maps it as it is. To read the file into memory and to copy it from there to where it runs takes twice the
//! memory, and most of the time of a start.

use super::load::PIECE;
use rustix::fs::{MemfdFlags, SealFlags, fcntl_add_seals, memfd_create};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

/// The copy. Made by [`Sealed::copy`] and by nothing else.
pub(super) struct Sealed {
    file: File,
    bytes: u64,
}

impl Sealed {
    /// Copies what is left of a file; `None` where the system has no such files, or there is more than `most`.
    pub(super) fn copy(from: &mut File, most: u64) -> Option<Self> {
        let flags = MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING;
        let mut file = File::from(memfd_create("pintle-module", flags).ok()?);
        let bytes = io::copy(&mut io::Read::take(&mut *from, most), &mut file).ok()?;
        let all = SealFlags::SEAL | SealFlags::SHRINK | SealFlags::GROW | SealFlags::WRITE;
        fcntl_add_seals(&file, all).ok()?;
        // What was written after the copy and before the seal is seen by whoever digests it now.
        (file.metadata().ok()?.len() == bytes).then_some(Self { file, bytes })
    }

    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The digests of its pieces in every other position, from `first` on.
    pub(super) fn digests(&self, first: usize) -> Option<Vec<[u8; 32]>> {
        let mut buffer = vec![0; PIECE];
        let mut digests = Vec::new();
        let mut at = (first * PIECE) as u64;
        while at < self.bytes {
            let size = usize::try_from(self.bytes - at).unwrap_or(usize::MAX).min(PIECE);
            let piece = buffer.get_mut(..size)?;
            self.file.read_exact_at(piece, at).ok()?;
            digests.push(Sha256::digest(piece).into());
            at += 2 * PIECE as u64;
        }
        Some(digests)
    }

    pub(super) fn into_file(self) -> File {
        self.file
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Seek as _, SeekFrom, Write as _};

    #[test]
    fn a_sealed_copy_is_what_was_left_of_the_file_and_stays_so() {
        let path = std::env::temp_dir().join(format!("pintle-sealed-{}", std::process::id()));
        let bytes: Vec<u8> = (0..3 * PIECE + 5).map(|at| (at % 251) as u8).collect();
        std::fs::write(&path, &bytes).unwrap();
        let mut file = File::open(&path).unwrap();
        file.seek(SeekFrom::Start(5)).unwrap();
        let sealed = Sealed::copy(&mut file, u64::MAX).unwrap();
        std::fs::remove_file(&path).unwrap();
        assert_eq!(sealed.bytes(), 3 * PIECE as u64);
        let of =
            |at: usize| -> [u8; 32] { Sha256::digest(&bytes[5 + at * PIECE..5 + (at + 1) * PIECE]).into() };
        assert_eq!(sealed.digests(0).unwrap(), [of(0), of(2)]);
        assert_eq!(sealed.digests(1).unwrap(), [of(1)]);
        let mut file = sealed.into_file();
        file.seek(SeekFrom::Start(0)).unwrap();
        assert!(file.write_all(b"other").is_err());
        assert!(file.set_len(1).is_err());
        assert!(file.set_len(1 << 30).is_err());
    }
}
