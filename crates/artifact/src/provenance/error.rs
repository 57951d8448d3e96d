//! What can be wrong with keys, signatures and provenance files, in Helm's words.

use govalue::print::quote;

/// Something wrong inside OpenPGP data, or with what it says about itself.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpenPgpError {
    /// The bytes are not what they claim to be.
    #[error("openpgp: invalid data: {0}")]
    Structural(String),
    /// Valid data that uses something which is not supported.
    #[error("openpgp: unsupported feature: {0}")]
    Unsupported(String),
    /// A key of an elliptic curve that Helm knows and this version does not.
    #[error("openpgp: unsupported feature: keys of the curve {0}")]
    Curve(String),
    /// Things that do not fit together.
    #[error("openpgp: invalid argument: {0}")]
    InvalidArgument(String),
    /// The mathematics says no: other bytes were signed, or by another key.
    #[error("openpgp: invalid signature: {0}")]
    Signature(String),
    /// The signature itself is over, or is of tomorrow.
    #[error("openpgp: signature expired")]
    SignatureExpired,
    /// The key was over when it was asked about, or is of tomorrow.
    #[error("openpgp: key expired")]
    KeyExpired,
    /// No key of the ring that may sign made this.
    #[error("openpgp: signature made by unknown entity")]
    UnknownIssuer {
        /// The key that the signature names, in hexadecimal digits, if it names one.
        key: Option<String>,
    },
    /// The key was revoked by its owner.
    #[error("openpgp: signature made by revoked key")]
    KeyRevoked,
    /// The secret part of the key is kept elsewhere: on a card, or away from this machine.
    #[error("openpgp: s2k GNU dummy key: dummy key found")]
    DummyKey,
    /// The parts of a secret key do not belong together.
    #[error("openpgp: invalid key: {0}")]
    KeyInvalid(String),
    /// A packet of a kind that must be understood.
    #[error("openpgp: unknown critical packet type: {0}")]
    CriticalPacket(u8),
    /// The bytes end in the middle of something.
    #[error("unexpected EOF")]
    UnexpectedEof,
    /// Armor with a letter that base64 does not have; counted in bytes from its beginning.
    #[error("illegal base64 data at input byte {0}")]
    Base64(usize),
}

impl OpenPgpError {
    pub(super) fn structural(what: impl Into<String>) -> Self {
        Self::Structural(what.into())
    }

    pub(super) fn unsupported(what: impl Into<String>) -> Self {
        Self::Unsupported(what.into())
    }

    /// What to do about it, where something can be done.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::UnknownIssuer { key: Some(key) } => Some(format!(
                "the signature names key {key}, which the keyring does not have or does not allow to sign; \
                 if you trust its owner, add their public key to the keyring"
            )),
            Self::UnknownIssuer { key: None } => Some(
                "the keyring has no key that made this signature; if you trust its owner, add their public key".into(),
            ),
            Self::KeyExpired => Some(
                "the key that signed is past its date; ask its owner for the renewed public key and put it into the \
                 keyring"
                    .into(),
            ),
            Self::KeyRevoked => Some(
                "its owner has withdrawn the key that signed: ask them for an archive signed by another key".into(),
            ),
            Self::SignatureExpired => {
                Some("the signature had an end date that has passed: ask for a new one".into())
            }
            Self::Signature(_) => Some(
                "the provenance file was changed after it was signed, or the signature is another file's".into(),
            ),
            Self::DummyKey => Some(
                "the secret part of this key is not in the keyring (it may be on a card): export the secret key itself"
                    .into(),
            ),
            _ => None,
        }
    }
}

/// A keyring that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyringError {
    /// The file is larger than allowed.
    #[error("{path}: larger than {limit} bytes (limit provenance.keyring)")]
    TooLarge {
        /// The file as it was named.
        path: String,
        /// Bytes that would have been allowed.
        limit: u64,
    },
    /// A keybox of GnuPG that is not in order.
    #[error("reading keybox {path}: {problem}")]
    Keybox {
        /// The file as it was named.
        path: String,
        /// What is wrong.
        problem: String,
    },
    /// An armored keyring that is not in order.
    #[error("reading armored keyring {path}: {problem}")]
    Armored {
        /// The file as it was named.
        path: String,
        /// What is wrong.
        problem: String,
    },
    /// The keys themselves cannot be read.
    #[error(transparent)]
    OpenPgp(#[from] OpenPgpError),
}

/// Why an archive is not vouched for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// The provenance file is larger than allowed.
    #[error("provenance file is larger than {limit} bytes (limit provenance.file)")]
    TooLarge {
        /// Bytes that would have been allowed.
        limit: u64,
    },
    /// There is no cleartext signature in the file.
    #[error("signature block not found")]
    NoSignature,
    /// The signature or its key is not good.
    #[error(transparent)]
    OpenPgp(#[from] OpenPgpError),
    /// The signed text is not metadata and digests.
    #[error("message block must have at least two parts")]
    Parts,
    /// The digests cannot be read.
    #[error("{0}")]
    Sums(String),
    /// The file vouches for files of other names.
    #[error("provenance does not contain a SHA for a file named {}", quote(name.as_bytes()))]
    OtherFile {
        /// The archive's name.
        name: String,
        /// The names that it does vouch for.
        named: Vec<String>,
    },
    /// The archive has other bytes than those that were signed.
    #[error("sha256 sum does not match for {name}: {} != {}", quote(signed.as_bytes()), quote(found.as_bytes()))]
    OtherDigest {
        /// The archive's name.
        name: String,
        /// The digest that was signed.
        signed: String,
        /// The digest of the archive that is there.
        found: String,
    },
}

impl VerifyError {
    /// What to do about it, where something can be done.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::OpenPgp(error) => error.hint(),
            Self::OtherFile { named, .. } if !named.is_empty() => Some(format!(
                "the provenance file vouches for {}: was the archive renamed?",
                named.join(", ")
            )),
            Self::OtherDigest { .. } => Some(
                "the archive was changed after it was signed, or was packaged again: do not use it".into(),
            ),
            _ => None,
        }
    }
}

/// Why nothing was signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignError {
    /// Several keys have the text in their identities, and none is it.
    #[error("more than one key contain the id {}", quote(.0.as_bytes()))]
    Ambiguous(String),
    /// No key of the ring has the text in an identity.
    #[error("private key not found")]
    NotFound,
    /// The key that was found has no secret part here.
    #[error("provided key is not a private key. Try providing a keyring with secret keys")]
    NotPrivate,
    /// The secret part is not in order, or the passphrase is not its own.
    #[error(transparent)]
    OpenPgp(#[from] OpenPgpError),
    /// The key did not sign.
    #[error("failed to either sign or armor message block: {0}")]
    Failed(#[source] OpenPgpError),
    /// The digests could not be written.
    #[error("{0}")]
    Yaml(String),
}

impl SignError {
    /// What to do about it, where something can be done.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::OpenPgp(error) | Self::Failed(error) => error.hint(),
            Self::NotFound => {
                Some("--key is compared with the identities of the keys, such as `Ann <ann@example.com>`".into())
            }
            Self::Ambiguous(_) => Some("write the whole identity, such as `Ann <ann@example.com>`".into()),
            Self::NotPrivate => Some(
                "GnuPG keeps secret keys outside its keyrings: `gpg --export-secret-keys >secring.gpg` makes a keyring \
                 that has them"
                    .into(),
            ),
            Self::Yaml(_) => None,
        }
    }
}
