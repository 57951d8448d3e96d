//! Signed `.prov` files: who vouches for an archive, and for which bytes.
//!
//! A provenance file is an OpenPGP cleartext signature over two YAML documents: the chart's or plugin's metadata, and
//! the digest of the archive. [`verify()`] finds the signer in a [`Keyring`] and compares the digest; [`sign`] writes
//! such a file. Both go both ways with Helm and GnuPG.
//!
//! What OpenPGP says lies in `openpgp`; the mathematics is the `pgp` crate's. Which keys count, in which order things
//! are looked at and what is said about them is decided here, as Helm 4 decides it: a key has to be allowed to sign,
//! has to be neither revoked nor expired today, and the first thing wrong is the one that is told. Nothing here reads
//! a clock or a file: the time, the bytes and the limits are the caller's.

mod armor;
mod cleartext;
mod error;
mod keybox;
mod keyring;
mod message;
mod openpgp;
mod sign;
mod verify;

pub use error::{KeyringError, OpenPgpError, SignError, VerifyError};
pub use keyring::{Keyring, Signer};
pub use sign::sign;
pub use verify::{Verification, claimed, verify};

/// How large what strangers hand over may be, in bytes. What is larger is refused before it is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// A keyring file, of whatever kind.
    pub keyring: u64,
    /// A provenance file: a few lines more than a Chart.yaml.
    pub provenance: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { keyring: 64 << 20, provenance: 4 << 20 }
    }
}

/// The digest that a provenance file has for an archive: `sha256:` and 64 hexadecimal digits.
pub fn digest(archive: &[u8]) -> String {
    use sha2::Digest as _;
    format!("sha256:{}", hex(&sha2::Sha256::digest(archive)))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
