//! RSA keys: made and used by aws-lc, written as PKCS#1.

use crate::der::{Integer, Reader, SEQUENCE, integer, sequence, unsigned};
use crate::error::CreateError;
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::RSA_PKCS1_SHA256;
use num_bigint::BigUint;
use std::sync::Arc;

/// Go refuses to use shorter keys.
const SHORTEST: u64 = 1024;
/// Longer keys than any in use; arithmetic on them is slow enough to be an attack.
const LONGEST: u64 = 16384;

/// A key of two primes.
#[derive(Debug, Clone)]
pub(crate) struct RsaKey {
    n: BigUint,
    e: BigUint,
    d: BigUint,
    p: BigUint,
    q: BigUint,
    dp: BigUint,
    dq: BigUint,
    qinv: BigUint,
    /// The same key ready for use, where aws-lc takes keys of this size.
    pair: Option<Arc<KeyPair>>,
}

impl RsaKey {
    pub(crate) fn generate(size: KeySize) -> Option<Self> {
        let pair = crate::ahead::key_pair(size)?;
        let pkcs8: Pkcs8V1Der<'_> = pair.as_der().ok()?;
        let mut reader = Reader(pkcs8.as_ref()).sequence()?;
        reader.integer()?;
        reader.read(SEQUENCE)?;
        let mut key = Self::numbers(reader.read(crate::der::OCTET_STRING)?)?;
        key.pair = Some(Arc::new(pair));
        Some(key)
    }

    /// Reads the numbers of a PKCS#1 key without judging them.
    fn numbers(der: &[u8]) -> Option<Self> {
        let mut reader = Reader(der).sequence()?;
        reader.integer()?;
        let mut next = || reader.integer().and_then(Integer::positive);
        let (n, e, d, p, q) = (next()?, next()?, next()?, next()?, next()?);
        let one = BigUint::from(1u8);
        if p == one || q == one {
            return None;
        }
        // Old writers leave out the last three; Go computes them.
        let (dp, dq, qinv) = match (next(), next(), next()) {
            (Some(dp), Some(dq), Some(qinv)) => (dp, dq, qinv),
            _ => (&d % (&p - 1u8), &d % (&q - 1u8), q.modinv(&p)?),
        };
        Some(Self { n, e, d, p, q, dp, dq, qinv, pair: None })
    }

    /// Reads a PKCS#1 key. The shape was checked before; the error is Go's text about the numbers.
    pub(crate) fn from_pkcs1(der: &[u8]) -> Result<Self, String> {
        let values = || {
            let mut reader = Reader(der).sequence()?;
            let version = reader.integer()?;
            let mut numbers = Vec::new();
            while let Some(number) = reader.integer() {
                numbers.push(number);
            }
            Some((version, numbers))
        };
        let (version, numbers) = values().ok_or("asn1: syntax error: sequence truncated")?;
        match version {
            Integer::Natural(version) if version <= BigUint::from(1u8) => {}
            Integer::Negative => {}
            Integer::Natural(_) => return Err("x509: unsupported private key version".into()),
        }
        if numbers.iter().any(|number| number.clone().positive().is_none()) {
            return Err("x509: private key contains zero or negative value".into());
        }
        let mut key = Self::numbers(der).ok_or("crypto/rsa: invalid prime")?;
        key.check()?;
        key.pair = KeyPair::from_der(&key.to_pkcs1()).ok().map(Arc::new);
        Ok(key)
    }

    fn check(&self) -> Result<(), String> {
        let bits = self.n.bits();
        if bits < SHORTEST {
            return Err(CreateError::ShortKey(bits).to_string());
        }
        if bits > LONGEST {
            return Err("crypto/rsa: modulus is too large".into());
        }
        if &self.p * &self.q != self.n {
            return Err("crypto/rsa: p * q != n".into());
        }
        let one = BigUint::from(1u8);
        let inverse = |prime: &BigUint, exponent: &BigUint| {
            let order = prime - 1u8;
            exponent * &self.e % &order == one && exponent == &(&self.d % &order)
        };
        if !inverse(&self.p, &self.dp) || !inverse(&self.q, &self.dq) {
            return Err("crypto/rsa: invalid exponents".into());
        }
        if &self.q * &self.qinv % &self.p != one {
            return Err("crypto/rsa: invalid CRT coefficient".into());
        }
        Ok(())
    }

    pub(crate) fn to_pkcs1(&self) -> Vec<u8> {
        let numbers =
            [&self.n, &self.e, &self.d, &self.p, &self.q, &self.dp, &self.dq, &self.qinv].map(integer);
        let version = unsigned(&[0]);
        let mut values: Vec<&[u8]> = vec![&version];
        values.extend(numbers.iter().map(Vec::as_slice));
        sequence(&values)
    }

    /// The public key: `{n, e}`.
    pub(crate) fn public_der(&self) -> Vec<u8> {
        sequence(&[&integer(&self.n), &integer(&self.e)])
    }

    /// Signs with SHA-256 and PKCS#1 v1.5.
    pub(crate) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, CreateError> {
        let Some(pair) = &self.pair else { return Ok(self.sign_small(message)) };
        let mut signature = vec![0; pair.public_modulus_len()];
        pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature)
            .map_err(|_| CreateError::Sign)?;
        Ok(signature)
    }

    /// For the key sizes that aws-lc does not take and Go does: from 1024 bits to below 2048, and odd ones.
    fn sign_small(&self, message: &[u8]) -> Vec<u8> {
        // DigestInfo of SHA-256, up to the digest.
        const PREFIX: [u8; 19] = [
            0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05,
            0x00, 0x04, 0x20,
        ];
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, message);
        let length = self.n.bits().div_ceil(8) as usize;
        let mut padded = vec![0xff; length];
        padded[0] = 0;
        padded[1] = 1;
        let tail = [&[0][..], &PREFIX, digest.as_ref()].concat();
        // The modulus has at least 1024 bits, so the tail fits.
        let at = length - tail.len();
        padded[at..].copy_from_slice(&tail);
        let signature = BigUint::from_bytes_be(&padded).modpow(&self.d, &self.n).to_bytes_be();
        [vec![0; length - signature.len()], signature].concat()
    }
}
