//! Keys on the curves of NIST, written as SEC 1.

use crate::der::{OCTET_STRING, bit_string, oid, sequence, unsigned, value};
use crate::error::CreateError;
use aws_lc_rs::encoding::{AsBigEndian, EcPrivateKeyBin};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P384_SHA384_ASN1_SIGNING, ECDSA_P521_SHA512_ASN1_SIGNING,
    EcdsaKeyPair, EcdsaSigningAlgorithm, KeyPair,
};

/// A curve that has a name in Go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Curve {
    P256,
    P384,
    P521,
}

impl Curve {
    const ALL: [Curve; 3] = [Self::P256, Self::P384, Self::P521];

    /// The encoded arcs of its identifier.
    pub(crate) fn oid(self) -> &'static [u8] {
        match self {
            Self::P256 => &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07],
            Self::P384 => &[0x2b, 0x81, 0x04, 0x00, 0x22],
            Self::P521 => &[0x2b, 0x81, 0x04, 0x00, 0x23],
        }
    }

    pub(crate) fn from_oid(arcs: &[u8]) -> Option<Self> {
        Self::ALL.into_iter().find(|curve| curve.oid() == arcs)
    }

    /// The identifier of ECDSA with the digest that Go takes for this curve.
    pub(crate) fn signature_oid(self) -> &'static [u8] {
        match self {
            Self::P256 => &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02],
            Self::P384 => &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x03],
            Self::P521 => &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x04],
        }
    }

    fn bytes(self) -> usize {
        match self {
            Self::P256 => 32,
            Self::P384 => 48,
            Self::P521 => 66,
        }
    }

    fn algorithm(self) -> &'static EcdsaSigningAlgorithm {
        match self {
            Self::P256 => &ECDSA_P256_SHA256_ASN1_SIGNING,
            Self::P384 => &ECDSA_P384_SHA384_ASN1_SIGNING,
            Self::P521 => &ECDSA_P521_SHA512_ASN1_SIGNING,
        }
    }
}

/// A key on a curve.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EcKey {
    pub(crate) curve: Curve,
    scalar: Vec<u8>,
    /// The public point, uncompressed.
    pub(crate) point: Vec<u8>,
}

impl EcKey {
    pub(crate) fn generate(curve: Curve) -> Option<Self> {
        Self::from_pair(curve, &EcdsaKeyPair::generate(curve.algorithm()).ok()?)
    }

    /// Makes a key from its scalar, of any length with leading zeros more or less, as Go does.
    pub(crate) fn from_scalar(curve: Curve, scalar: &[u8]) -> Result<Self, &'static str> {
        let zeros = scalar.iter().take_while(|byte| **byte == 0).count();
        let digits = &scalar[zeros..];
        if digits.len() > curve.bytes() {
            return Err("x509: invalid private key length");
        }
        let mut padded = vec![0; curve.bytes() - digits.len()];
        padded.extend_from_slice(digits);
        let der = sec1(&padded, Some(curve), None);
        let pair = EcdsaKeyPair::from_private_key_der(curve.algorithm(), &der);
        pair.ok().and_then(|pair| Self::from_pair(curve, &pair)).ok_or("crypto/ecdsa: invalid private key")
    }

    fn from_pair(curve: Curve, pair: &EcdsaKeyPair) -> Option<Self> {
        let scalar: EcPrivateKeyBin<'_> = pair.private_key().as_be_bytes().ok()?;
        Some(Self { curve, scalar: scalar.as_ref().to_vec(), point: pair.public_key().as_ref().to_vec() })
    }

    pub(crate) fn to_sec1(&self) -> Vec<u8> {
        sec1(&self.scalar, Some(self.curve), Some(&self.point))
    }

    pub(crate) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, CreateError> {
        let pair =
            EcdsaKeyPair::from_private_key_and_public_key(self.curve.algorithm(), &self.scalar, &self.point)
                .map_err(|_| CreateError::Sign)?;
        let signature = pair.sign(&SystemRandom::new(), message).map_err(|_| CreateError::Sign)?;
        Ok(signature.as_ref().to_vec())
    }
}

/// `{version 1, scalar, [0] curve, [1] point}`.
fn sec1(scalar: &[u8], curve: Option<Curve>, point: Option<&[u8]>) -> Vec<u8> {
    const CURVE: u8 = 0xa0;
    const POINT: u8 = 0xa1;
    let version = unsigned(&[1]);
    let scalar = value(OCTET_STRING, scalar);
    let curve = curve.map(|curve| value(CURVE, &oid(curve.oid()))).unwrap_or_default();
    let point = point.map(|point| value(POINT, &bit_string(point))).unwrap_or_default();
    sequence(&[&version, &scalar, &curve, &point])
}
