//! What can go wrong, in Sprig's and Go's words.

use std::fmt;

/// Why a key or certificate cannot be made. Displays as Sprig's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyError {
    /// No key could be generated.
    Generate,
    /// The key of a `…WithKey` function cannot be read.
    Key(String),
    /// The key of a CA, or of `buildCustomCert`, cannot be read.
    CaKey(String),
    /// `buildCustomCert`: the certificate is not base64.
    CertificateBase64,
    /// `buildCustomCert`: the key is not base64.
    KeyBase64,
    /// There is no PEM where a certificate should be.
    NoCertificate,
    /// The certificate cannot be read.
    Certificate(String),
    /// A text that is no IP address.
    Ip(String),
    /// The certificate cannot be written or signed.
    Create(CreateError),
}

/// Why a certificate cannot be written or signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CreateError {
    /// The signing key cannot sign (DSA, X25519).
    NotASigner,
    /// A key that cannot be in a certificate.
    PublicKey(&'static str),
    /// A curve that is not supported.
    Curve,
    /// The CA's key is not the one in its certificate.
    KeyMismatch,
    /// A DNS name that is not ASCII, quoted as Go does.
    NotIa5(String),
    /// A date outside the years that certificates can name.
    Time,
    /// An RSA key that is too short to be used; its bits.
    ShortKey(u64),
    /// Signing failed.
    Sign,
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Generate => f.write_str("error generating rsa key"),
            Self::Key(why) => write!(f, "parsing private key: {why}"),
            Self::CaKey(why) => write!(f, "error parsing private key: {why}"),
            Self::CertificateBase64 => f.write_str("unable to decode base64 certificate"),
            Self::KeyBase64 => f.write_str("unable to decode base64 private key"),
            Self::NoCertificate => f.write_str("unable to decode certificate"),
            Self::Certificate(why) => write!(f, "error parsing certificate: decodedCert.Bytes: {why}"),
            Self::Ip(text) => write!(f, "error parsing ip: {text}"),
            Self::Create(why) => write!(f, "error creating certificate: {why}"),
        }
    }
}

impl std::error::Error for KeyError {}

impl fmt::Display for CreateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotASigner => f.write_str("x509: certificate private key does not implement crypto.Signer"),
            Self::PublicKey(kind) => write!(f, "x509: unsupported public key type: {kind}"),
            Self::Curve => f.write_str("x509: unsupported elliptic curve"),
            Self::KeyMismatch => f.write_str("x509: provided PrivateKey doesn't match parent's PublicKey"),
            Self::NotIa5(quoted) => write!(f, "x509: {quoted} cannot be encoded as an IA5String"),
            Self::Time => f.write_str("asn1: structure error: cannot represent time as GeneralizedTime"),
            Self::ShortKey(bits) => write!(
                f,
                "crypto/rsa: {bits}-bit keys are insecure (see https://go.dev/pkg/crypto/rsa#hdr-Minimum_key_size)"
            ),
            Self::Sign => f.write_str("x509: signing failed"),
        }
    }
}

impl std::error::Error for CreateError {}
