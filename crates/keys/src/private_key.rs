//! Private keys of every kind that Sprig makes or reads.

use crate::curve::{Curve, EcKey};
use crate::der::{INTEGER, NULL, OCTET_STRING, Reader, SEQUENCE, bit_string, oid, sequence, unsigned, value};
use crate::dsa::DsaKey;
use crate::error::CreateError;
use crate::pem;
use crate::rsa::RsaKey;
use aws_lc_rs::agreement;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};

const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
const SHA256_WITH_RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b];
const EC: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
const X25519: &[u8] = &[0x2b, 0x65, 0x6e];
const ED25519: &[u8] = &[0x2b, 0x65, 0x70];

/// `genPrivateKey KIND`: a PEM key, or Sprig's text for a kind that it does not know.
///
/// `""` and `rsa` give 4096 bits, `dsa` 2048 and 256, `ecdsa` P-256, and `ed25519` itself.
pub fn private_key(kind: &str) -> String {
    let key = match kind {
        "" | "rsa" => RsaKey::generate(KeySize::Rsa4096).map(PrivateKey::Rsa),
        "dsa" => DsaKey::generate().ok().map(PrivateKey::Dsa),
        "ecdsa" => EcKey::generate(Curve::P256).map(PrivateKey::Ec),
        "ed25519" => Ed25519Key::generate().map(PrivateKey::Ed25519),
        _ => return format!("Unknown type {kind}"),
    };
    match key {
        Some(key) => key.to_pem(),
        None => "failed to generate private key: the system gave no randomness".to_owned(),
    }
}

/// A private key.
#[derive(Debug, Clone)]
pub(crate) enum PrivateKey {
    Rsa(RsaKey),
    Dsa(DsaKey),
    Ec(EcKey),
    Ed25519(Ed25519Key),
    /// Cannot sign, but a certificate can be made for it.
    X25519 {
        private: Vec<u8>,
        public: Vec<u8>,
    },
}

/// An Ed25519 key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ed25519Key {
    seed: Vec<u8>,
    public: Vec<u8>,
}

impl Ed25519Key {
    fn generate() -> Option<Self> {
        let mut seed = [0u8; 32];
        crate::random::fill(&mut seed).ok()?;
        Self::from_seed(&seed)
    }

    fn from_seed(seed: &[u8]) -> Option<Self> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed).ok()?;
        Some(Self { seed: seed.to_vec(), public: pair.public_key().as_ref().to_vec() })
    }
}

/// A public key as a certificate holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PublicKey {
    /// The whole algorithm identifier.
    pub(crate) algorithm: Vec<u8>,
    /// The contents of the bit string.
    pub(crate) bits: Vec<u8>,
}

impl PublicKey {
    pub(crate) fn to_der(&self) -> Vec<u8> {
        sequence(&[&self.algorithm, &bit_string(&self.bits)])
    }
}

impl PrivateKey {
    /// A new key for a certificate.
    pub(crate) fn for_certificate() -> Option<Self> {
        RsaKey::generate(KeySize::Rsa2048).map(Self::Rsa)
    }

    /// Writes the key as Sprig does: each kind in its own traditional form.
    pub(crate) fn to_pem(&self) -> String {
        match self {
            Self::Rsa(key) => pem::encode("RSA PRIVATE KEY", &key.to_pkcs1()),
            Self::Dsa(key) => pem::encode("DSA PRIVATE KEY", &key.to_der()),
            Self::Ec(key) => pem::encode("EC PRIVATE KEY", &key.to_sec1()),
            Self::Ed25519(key) => pem::encode("PRIVATE KEY", &pkcs8(ED25519, &key.seed)),
            Self::X25519 { private, .. } => pem::encode("PRIVATE KEY", &pkcs8(X25519, private)),
        }
    }

    /// Reads a PEM key. The error is Sprig's text.
    pub(crate) fn from_pem(text: &[u8]) -> Result<Self, String> {
        let block = pem::decode(text).ok_or("no PEM data in input")?;
        if block.kind == "PRIVATE KEY" {
            return from_pkcs8(&block.bytes).map_err(|why| format!("decoding PEM as PKCS#8: {why}"));
        }
        let Some(kind) = block.kind.strip_suffix(" PRIVATE KEY") else {
            return Err(format!("no private key data in PEM block of type {}", block.kind));
        };
        let parsing = |why: String| format!("parsing {kind} private key from PEM: {why}");
        match kind {
            "RSA" => from_pkcs1(&block.bytes).map_err(parsing),
            "EC" => from_sec1(&block.bytes, None).map_err(parsing),
            "DSA" => from_dsa(&block.bytes).map_err(parsing),
            _ => Err(format!("invalid private key type {}", block.kind)),
        }
    }

    /// The public key, for a certificate.
    pub(crate) fn public(&self) -> Result<PublicKey, CreateError> {
        let (algorithm, bits) = match self {
            Self::Rsa(key) => (sequence(&[&oid(RSA), &value(NULL, &[])]), key.public_der()),
            Self::Ec(key) => (sequence(&[&oid(EC), &oid(key.curve.oid())]), key.point.clone()),
            Self::Ed25519(key) => (sequence(&[&oid(ED25519)]), key.public.clone()),
            Self::X25519 { public, .. } => (sequence(&[&oid(X25519)]), public.clone()),
            Self::Dsa(_) => return Err(CreateError::PublicKey("*dsa.PublicKey")),
        };
        Ok(PublicKey { algorithm, bits })
    }

    /// The algorithm that this key signs with, as an algorithm identifier.
    pub(crate) fn signature_algorithm(&self) -> Result<Vec<u8>, CreateError> {
        match self {
            Self::Rsa(_) => Ok(sequence(&[&oid(SHA256_WITH_RSA), &value(NULL, &[])])),
            Self::Ec(key) => Ok(sequence(&[&oid(key.curve.signature_oid())])),
            Self::Ed25519(_) => Ok(sequence(&[&oid(ED25519)])),
            Self::Dsa(_) | Self::X25519 { .. } => Err(CreateError::NotASigner),
        }
    }

    pub(crate) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, CreateError> {
        match self {
            Self::Rsa(key) => key.sign(message),
            Self::Ec(key) => key.sign(message),
            Self::Ed25519(key) => {
                let pair = Ed25519KeyPair::from_seed_unchecked(&key.seed).map_err(|_| CreateError::Sign)?;
                Ok(pair.sign(message).as_ref().to_vec())
            }
            Self::Dsa(_) | Self::X25519 { .. } => Err(CreateError::NotASigner),
        }
    }
}

/// `{version 0, algorithm, octets of octets}`.
fn pkcs8(algorithm: &[u8], key: &[u8]) -> Vec<u8> {
    let inner = value(OCTET_STRING, key);
    sequence(&[&unsigned(&[0]), &sequence(&[&oid(algorithm)]), &value(OCTET_STRING, &inner)])
}

/// Which of the three shapes a DER text has, whatever it was said to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Pkcs1,
    Pkcs8,
    Sec1,
}

impl Shape {
    fn of(der: &[u8]) -> Option<Self> {
        let mut reader = Reader(der).sequence()?;
        reader.integer()?;
        if reader.peek(SEQUENCE) {
            reader.sequence()?.read(crate::der::OID)?;
            reader.read(OCTET_STRING)?;
            return Some(Self::Pkcs8);
        }
        if reader.peek(OCTET_STRING) {
            reader.read(OCTET_STRING)?;
            return Some(Self::Sec1);
        }
        for _ in 0..5 {
            reader.integer()?;
        }
        Some(Self::Pkcs1)
    }

    /// The reader that Go's text recommends.
    fn reader(self) -> &'static str {
        match self {
            Self::Pkcs1 => "ParsePKCS1PrivateKey",
            Self::Pkcs8 => "ParsePKCS8PrivateKey",
            Self::Sec1 => "ParseECPrivateKey",
        }
    }
}

/// Checks that a DER text has the shape it should; the error is Go's, with the name of its structure.
fn expect(der: &[u8], wanted: Shape, structure: &str) -> Result<(), String> {
    match Shape::of(der) {
        Some(shape) if shape == wanted => Ok(()),
        Some(shape) => Err(format!(
            "x509: failed to parse private key (use {} instead for this key format)",
            shape.reader()
        )),
        None => Err(mismatch(der, structure)),
    }
}

/// What Go's `encoding/asn1` says of a text that is not the structure of that name.
fn mismatch(der: &[u8], structure: &str) -> String {
    const OPTIONS: &str = "{optional:false explicit:false application:false private:false defaultValue:<nil> \
                           tag:<nil> stringType:0 timeType:0 set:false omitEmpty:false}";
    let Some(&first) = der.first() else {
        return "asn1: syntax error: sequence truncated".into();
    };
    match Reader(der).any() {
        Some((SEQUENCE, ..)) => "asn1: syntax error: sequence truncated".into(),
        None if der.len() < 2 => "asn1: syntax error: truncated tag or length".into(),
        None if der[1] == 0x80 => "asn1: syntax error: indefinite length found (not DER)".into(),
        _ if first & 0x1f != 0x1f && first != SEQUENCE && der.get(1).is_some_and(|length| *length < 0x80) => {
            let (class, tag, compound) = (first >> 6, first & 0x1f, first & 0x20 != 0);
            format!(
                "asn1: structure error: tags don't match (16 vs {{class:{class} tag:{tag} length:{} \
                 isCompound:{compound}}}) {OPTIONS} {structure} @2",
                der[1]
            )
        }
        _ => "asn1: syntax error: data truncated".into(),
    }
}

fn from_pkcs1(der: &[u8]) -> Result<PrivateKey, String> {
    expect(der, Shape::Pkcs1, "pkcs1PrivateKey")?;
    if Reader(der).any().is_some_and(|(_, _, whole)| whole.len() != der.len()) {
        return Err("asn1: syntax error: trailing data".into());
    }
    RsaKey::from_pkcs1(der).map(PrivateKey::Rsa)
}

fn from_sec1(der: &[u8], curve_of_pkcs8: Option<Curve>) -> Result<PrivateKey, String> {
    expect(der, Shape::Sec1, "ecPrivateKey").map_err(|why| {
        if why.starts_with("asn1") { format!("x509: failed to parse EC private key: {why}") } else { why }
    })?;
    let read = || {
        let mut reader = Reader(der).sequence()?;
        let version = reader.read(INTEGER)?;
        let scalar = reader.read(OCTET_STRING)?;
        let named = reader.read(0xa0).and_then(|inside| Reader(inside).read(crate::der::OID));
        Some((version, scalar, named.and_then(Curve::from_oid)))
    };
    let (version, scalar, named) =
        read().ok_or("x509: failed to parse EC private key: asn1: syntax error: sequence truncated")?;
    if version != [1] {
        let number = version.iter().fold(0i64, |sum, byte| sum << 8 | i64::from(*byte));
        return Err(format!("x509: unknown EC private key version {number}"));
    }
    let curve = curve_of_pkcs8.or(named).ok_or("x509: unknown elliptic curve")?;
    EcKey::from_scalar(curve, scalar).map(PrivateKey::Ec).map_err(str::to_owned)
}

fn from_dsa(der: &[u8]) -> Result<PrivateKey, String> {
    let read = || {
        let mut reader = Reader(der).sequence()?;
        reader.integer()?;
        let mut next = || reader.integer().and_then(crate::der::Integer::positive);
        Some(DsaKey { p: next()?, q: next()?, g: next()?, y: next()?, x: next()? })
    };
    read().map(PrivateKey::Dsa).ok_or_else(|| mismatch(der, "DSAKeyFormat"))
}

fn from_pkcs8(der: &[u8]) -> Result<PrivateKey, String> {
    expect(der, Shape::Pkcs8, "pkcs8")?;
    let read = || {
        let mut reader = Reader(der).sequence()?;
        reader.integer()?;
        let mut algorithm = reader.sequence()?;
        let kind = algorithm.read(crate::der::OID)?;
        Some((kind, algorithm, reader.read(OCTET_STRING)?))
    };
    let (kind, mut parameters, inner) = read().ok_or("asn1: syntax error: sequence truncated")?;
    match kind {
        RSA => from_pkcs1(inner)
            .map_err(|why| format!("x509: failed to parse RSA private key embedded in PKCS#8: {why}")),
        EC => {
            let curve = parameters.read(crate::der::OID);
            let named = curve.and_then(Curve::from_oid);
            let failed = |why| format!("x509: failed to parse EC private key embedded in PKCS#8: {why}");
            if curve.is_some() && named.is_none() {
                return Err(failed("x509: unknown elliptic curve".to_owned()));
            }
            from_sec1(inner, named).map_err(failed)
        }
        ED25519 | X25519 => {
            let name = if kind == ED25519 { "Ed25519" } else { "X25519" };
            if !parameters.is_empty() {
                return Err(format!("x509: invalid {name} private key parameters"));
            }
            let Some(secret) = Reader(inner).read(OCTET_STRING) else {
                return Err(format!("x509: invalid {name} private key: {}", mismatch(inner, "")));
            };
            if kind == ED25519 {
                let key = (secret.len() == 32).then(|| Ed25519Key::from_seed(secret)).flatten();
                return key
                    .map(PrivateKey::Ed25519)
                    .ok_or_else(|| format!("x509: invalid Ed25519 private key length: {}", secret.len()));
            }
            let invalid = |_| "crypto/ecdh: invalid private key size".to_owned();
            let key = agreement::PrivateKey::from_private_key(&agreement::X25519, secret).map_err(invalid)?;
            let public = key.compute_public_key().map_err(|_| "crypto/ecdh: invalid private key")?;
            Ok(PrivateKey::X25519 { private: secret.to_vec(), public: public.as_ref().to_vec() })
        }
        other => Err(format!(
            "x509: PKCS#8 wrapping contained private key with unknown algorithm: {}",
            crate::parse::dotted(other)
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round_trip(kind: &str) -> (String, PrivateKey) {
        let text = private_key(kind);
        let key = PrivateKey::from_pem(text.as_bytes()).unwrap();
        assert_eq!(key.to_pem(), text, "{kind}");
        (text, key)
    }

    #[test]
    fn every_kind_is_written_in_its_traditional_form_and_read_back() {
        let (text, key) = round_trip("rsa");
        assert!(text.starts_with("-----BEGIN RSA PRIVATE KEY-----\n"));
        assert!(matches!(&key, PrivateKey::Rsa(key) if key.public_der().len() == 526));
        let (text, _) = round_trip("ecdsa");
        assert!(text.starts_with("-----BEGIN EC PRIVATE KEY-----\n"));
        let (text, _) = round_trip("ed25519");
        assert!(text.starts_with("-----BEGIN PRIVATE KEY-----\n"));
        let (text, _) = round_trip("dsa");
        assert!(text.starts_with("-----BEGIN DSA PRIVATE KEY-----\n"));
    }

    #[test]
    fn an_unknown_kind_is_a_text() {
        assert_eq!(private_key("foo"), "Unknown type foo");
        assert_eq!(private_key("RSA"), "Unknown type RSA");
    }

    #[test]
    fn no_key_text_makes_the_reader_panic() {
        let text = private_key("ecdsa");
        let block = pem::decode(text.as_bytes()).unwrap();
        for kind in ["RSA PRIVATE KEY", "EC PRIVATE KEY", "DSA PRIVATE KEY", "PRIVATE KEY"] {
            for cut in 0..block.bytes.len() {
                let _ = PrivateKey::from_pem(pem::encode(kind, &block.bytes[..cut]).as_bytes());
                let mut changed = block.bytes.clone();
                changed[cut] ^= 0x41;
                let _ = PrivateKey::from_pem(pem::encode(kind, &changed).as_bytes());
            }
        }
    }

    #[test]
    fn keys_have_the_structure_that_go_gives_them() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../conformance/cases/keys/private-keys.txt");
        let text = std::fs::read_to_string(path).unwrap();
        let mut kinds = 0;
        for case in text.split("kind: ").skip(1) {
            kinds += 1;
            let (kind, recorded) = case.split_once('\n').unwrap();
            let made = private_key(kind);
            let mut lines = Vec::new();
            match pem::decode(made.as_bytes()) {
                None => lines.push(format!("text: {made}")),
                Some(block) => {
                    lines.push(format!("block: {}", block.kind));
                    numbers(&mut lines, &block.bytes, "");
                }
            }
            assert_eq!(lines, recorded.lines().collect::<Vec<_>>(), "{kind}");
        }
        assert_eq!(kinds, 7);
    }

    /// Tags of a key, and contents that are no secret, as the recorder writes them.
    fn numbers(out: &mut Vec<String>, der: &[u8], path: &str) {
        let mut reader = Reader(der);
        let mut i = 0;
        while !reader.is_empty() {
            let (tag, contents, _) = reader.any().unwrap();
            let at = format!("{path}.{i}");
            i += 1;
            if tag & 0x20 != 0 {
                out.push(format!("{at} {tag:02x}"));
                numbers(out, contents, &at);
            } else if contents.len() < 12 {
                let digits: String = contents.iter().map(|byte| format!("{byte:02x}")).collect();
                out.push(format!("{at} {tag:02x} {digits}"));
            } else {
                out.push(format!("{at} {tag:02x} about {}", (contents.len() + 4) / 32 * 32));
            }
        }
    }
}
