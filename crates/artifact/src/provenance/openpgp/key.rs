//! A key packet: public or secret, a key or a subkey.

use pgp::packet::{PacketHeader, PublicKey, SecretKey};
use pgp::ser::Serialize as _;
use pgp::types::{
    EcdsaPublicParams, KeyDetails as _, Mpi, PublicParams, S2kParams, SecretParams, SignatureBytes,
    StringToKey, Tag, VerifyingKey as _,
};

use super::signature::{Signature, ends};
use crate::provenance::OpenPgpError;

/// How GnuPG marks secret keys that it has not got.
const GNU_DUMMY: u8 = 101;

/// A key.
pub(crate) struct Key {
    public: PublicKey,
    /// The secret part, where this is a whole key (a subkey's is of no use here).
    pub(crate) secret: Option<SecretKey>,
    /// Whether it belongs to another key.
    pub(crate) subkey: bool,
    pub(crate) version: u8,
    /// Seconds since 1970.
    created: i64,
    /// What kind of key it is, by RFC 9580's numbers.
    pub(crate) algorithm: u8,
    pub(crate) fingerprint: Vec<u8>,
    /// The short number that signatures name.
    pub(crate) id: u64,
    /// What stands for the key where it is signed.
    signed: Vec<u8>,
}

impl Key {
    /// Reads a packet's body.
    ///
    /// # Errors
    /// In Helm's words; what is not supported is told apart from what is wrong.
    pub(crate) fn read(tag: u8, body: &[u8]) -> Result<Self, OpenPgpError> {
        let (secret, subkey) = (matches!(tag, 5 | 7), matches!(tag, 7 | 14));
        let &[version, _, _, _, _, algorithm, ..] = body else { return Err(OpenPgpError::UnexpectedEof) };
        match version {
            4 | 6 => {}
            5 => {
                let why = "support for parsing v5 entities is disabled; build with `-tags v5` if needed";
                return Err(OpenPgpError::unsupported(why));
            }
            _ => return Err(OpenPgpError::unsupported(format!("public key version {version}"))),
        }
        // In version 6 the length of the numbers stands before them.
        if !matches!(algorithm, 1..=3 | 16..=19 | 22 | 25..=28) {
            return Err(OpenPgpError::unsupported(format!("public key type: {algorithm}")));
        }
        let broken = |error: pgp::errors::Error| unreadable(algorithm, &error);
        let length = u32::try_from(body.len()).map_err(|_| OpenPgpError::UnexpectedEof)?;
        let (public, secret) = if secret {
            let header = PacketHeader::new_fixed(Tag::SecretKey, length);
            let key = SecretKey::try_from_reader(header, body).map_err(broken)?;
            (key.public_key().clone(), Some(key).filter(|_| !subkey))
        } else {
            let header = PacketHeader::new_fixed(Tag::PublicKey, length);
            (PublicKey::try_from_reader(header, body).map_err(broken)?, None)
        };
        if let PublicParams::ECDSA(EcdsaPublicParams::Unsupported { curve, .. }) = public.public_params() {
            return Err(OpenPgpError::Curve(curve.to_string()));
        }
        let mut inner = Vec::new();
        public.to_writer(&mut inner).map_err(|error| OpenPgpError::structural(error.to_string()))?;
        let mut signed = vec![if version == 6 { 0x9b } else { 0x99 }];
        let length = (inner.len() as u32).to_be_bytes();
        signed.extend_from_slice(if version == 6 { &length } else { &length[2..] });
        signed.extend_from_slice(&inner);
        let fingerprint = public.fingerprint().as_bytes().to_vec();
        let id =
            if version == 6 { fingerprint.get(..8) } else { fingerprint.last_chunk::<8>().map(|id| &id[..]) };
        let id = id.unwrap_or_default().iter().fold(0, |id, byte| id << 8 | u64::from(*byte));
        let created = public.created_at().as_secs().into();
        Ok(Self { public, secret, subkey, version, created, algorithm, fingerprint, id, signed })
    }

    /// Whether keys of its kind can sign at all.
    pub(crate) fn can_sign(&self) -> bool {
        !matches!(self.algorithm, 2 | 16 | 18)
    }

    /// What is hashed where this key is what is signed.
    pub(crate) fn as_signed(&self) -> &[u8] {
        &self.signed
    }

    /// Whether it is over at that time, or not begun, by what the signature over it says.
    pub(crate) fn is_over(&self, by: &Signature, now: i64) -> bool {
        self.created > now || ends(self.created, by.key_lifetime).is_some_and(|end| now > end)
    }

    /// Whether a passphrase is needed.
    pub(crate) fn is_locked(&self) -> bool {
        self.secret.as_ref().is_some_and(|secret| secret.secret_params().is_encrypted()) && !self.is_dummy()
    }

    /// Whether the secret part is somewhere else.
    pub(crate) fn is_dummy(&self) -> bool {
        let Some(SecretParams::Encrypted(params)) = self.secret.as_ref().map(SecretKey::secret_params) else {
            return false;
        };
        match params.string_to_key_params() {
            S2kParams::Cfb { s2k, .. }
            | S2kParams::MalleableCfb { s2k, .. }
            | S2kParams::Aead { s2k, .. } => {
                matches!(s2k, StringToKey::Private { typ: GNU_DUMMY, .. })
            }
            S2kParams::Unprotected | S2kParams::LegacyCfb { .. } => false,
        }
    }

    /// Looks whether this key made a signature over these parts, one behind the other.
    ///
    /// # Errors
    /// When it did not, or when nobody can tell.
    pub(crate) fn check(&self, signature: &Signature, parts: &[&[u8]]) -> Result<(), OpenPgpError> {
        if !self.can_sign() {
            return Err(OpenPgpError::InvalidArgument("public key cannot generate signatures".to_owned()));
        }
        let hasher = signature.hash.new_hasher();
        let mut hasher = hasher.map_err(|_| OpenPgpError::unsupported("hash function"))?;
        hasher.update(&signature.salt);
        for part in parts {
            hasher.update(part);
        }
        hasher.update(&signature.suffix);
        let digest = hasher.finalize();
        if signature.version >= 5 && digest.get(..2) != Some(&signature.tag) {
            return Err(OpenPgpError::Signature("hash tag doesn't match".to_owned()));
        }
        if self.algorithm != signature.algorithm {
            let why = "public key and signature use different algorithms";
            return Err(OpenPgpError::InvalidArgument(why.to_owned()));
        }
        let words = match self.algorithm {
            1 | 3 => "RSA verification failure",
            17 => "DSA verification failure",
            19 => "ECDSA verification failure",
            22 => "EdDSA verification failure",
            27 => "Ed25519 verification failure",
            28 => "ed448 verification failure",
            _ => {
                return Err(OpenPgpError::Signature(
                    "Unsupported public key algorithm used in signature".into(),
                ));
            }
        };
        let lowered = match (self.public.public_params(), &signature.numbers) {
            (PublicParams::ECDSA(EcdsaPublicParams::Secp256k1 { .. }), SignatureBytes::Mpis(numbers)) => {
                lowered(numbers)
            }
            _ => None,
        };
        let numbers = lowered.as_ref().unwrap_or(&signature.numbers);
        let made = self.public.verify(signature.hash, &digest, numbers);
        made.map_err(|_| OpenPgpError::Signature(words.to_owned()))
    }
}

/// How many points the curve secp256k1 has.
const ORDER: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe, 0xba,
    0xae, 0xdc, 0xe6, 0xaf, 0x48, 0xa0, 0x3b, 0xbf, 0xd2, 0x5e, 0x8c, 0xd0, 0x36, 0x41, 0x41,
];

/// The same signature of secp256k1 with the lower of its two second numbers: each signature has two, OpenPGP takes
/// both, and the mathematics that is called takes only this one, as blockchains do.
fn lowered(numbers: &[Mpi]) -> Option<SignatureBytes> {
    let [r, s] = numbers else { return None };
    let given: &[u8] = s.as_ref();
    let mut padded = [0; 32];
    padded.get_mut(32_usize.checked_sub(given.len())?..)?.copy_from_slice(given);
    let (mut other, mut borrow) = ([0; 32], false);
    for place in (0..32).rev() {
        let (difference, first) = ORDER[place].overflowing_sub(padded[place]);
        let (difference, second) = difference.overflowing_sub(u8::from(borrow));
        other[place] = difference;
        borrow = first || second;
    }
    // What is not below the order is no signature, and is told so.
    let higher = !borrow && padded > other;
    higher.then(|| SignatureBytes::Mpis(vec![r.clone(), Mpi::from_slice(&other)]))
}

/// A key that cannot be read: of a curve that is not supported, or not in order.
fn unreadable(algorithm: u8, error: &pgp::errors::Error) -> OpenPgpError {
    match algorithm {
        18 | 19 | 22 | 25..=28 => OpenPgpError::unsupported(error.to_string()),
        _ => OpenPgpError::structural(error.to_string()),
    }
}
