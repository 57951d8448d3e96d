//! An archive, its provenance file and a keyring → who signed it, or what is wrong.

use std::collections::BTreeMap;

use super::openpgp::packet::{Packet, Packets};
use super::openpgp::signature::{Signature, kind};
use super::{Keyring, Limits, OpenPgpError, VerifyError, cleartext, digest, message};

/// Who vouches for an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verification {
    /// The identities of the key that signed, in the order of the keyring. Only the key's owner claimed them.
    pub identities: Vec<String>,
    /// The fingerprint of the main key, in upper-case hexadecimal digits.
    pub fingerprint: String,
    /// The archive's digest: `sha256:` and 64 hexadecimal digits.
    pub digest: String,
}

/// Looks whether a provenance file vouches for an archive.
///
/// `name` is the archive's file name without folders, and `now` the time in seconds since 1970: a key that is over
/// today does not count, whenever it signed. The signed metadata is not compared with the archive's own.
///
/// # Errors
/// For the first that is wrong: no signature, its key, its mathematics, revocation and dates, the name, the digest.
pub fn verify(
    keyring: &Keyring,
    archive: &[u8],
    provenance: &[u8],
    name: &str,
    now: i64,
    limits: &Limits,
) -> Result<Verification, VerifyError> {
    if provenance.len() as u64 > limits.provenance {
        return Err(VerifyError::TooLarge { limit: limits.provenance });
    }
    let signed = cleartext::read(provenance).ok_or(VerifyError::NoSignature)?;
    let packets = signed.signature.clone()?;
    let (identities, fingerprint) = signer(keyring, &signed.bytes, &packets, now)?;
    let sums = message::sums(&signed.text)?;
    let found = digest(archive);
    let Some(sum) = sums.get(name) else {
        let named = sums.into_keys().collect();
        return Err(VerifyError::OtherFile { name: name.to_owned(), named });
    };
    if *sum != found {
        return Err(VerifyError::OtherDigest { name: name.to_owned(), signed: sum.clone(), found });
    }
    Ok(Verification { identities, fingerprint, digest: found })
}

/// The digests by file name that a provenance file claims. Nobody has looked at its signature: what it claims may be
/// anybody's words.
///
/// # Errors
/// When it is too large, has no signature, or signs something else.
pub fn claimed(provenance: &[u8], limits: &Limits) -> Result<BTreeMap<String, String>, VerifyError> {
    if provenance.len() as u64 > limits.provenance {
        return Err(VerifyError::TooLarge { limit: limits.provenance });
    }
    message::sums(&cleartext::read(provenance).ok_or(VerifyError::NoSignature)?.text)
}

/// Finds who signed, by the first signature whose key the ring has.
fn signer(
    keyring: &Keyring,
    bytes: &[u8],
    packets: &[u8],
    now: i64,
) -> Result<(Vec<String>, String), OpenPgpError> {
    let mut packets = Packets::of(packets);
    let mut unknown = None;
    loop {
        let Some(packet) = packets.next()? else { return Err(OpenPgpError::UnknownIssuer { key: unknown }) };
        let Packet::Signature(signature) = packet else {
            return Err(OpenPgpError::structural("non signature packet found"));
        };
        let Some(issuer) = signature.issuer else {
            return Err(OpenPgpError::structural("signature doesn't have an issuer"));
        };
        let candidates = keyring.candidates(issuer);
        if candidates.is_empty() {
            unknown.get_or_insert(format!("{issuer:016X}"));
            continue;
        }
        let text = as_signed(bytes, &signature)?;
        let mut outcome = Err(OpenPgpError::UnknownIssuer { key: None });
        for candidate in candidates {
            outcome = candidate.key.check(&signature, &[&text]);
            if outcome.is_ok() {
                candidate.counts(&signature, now)?;
                let entity = candidate.entity;
                let names =
                    entity.identities.iter().map(|one| String::from_utf8_lossy(&one.name).into_owned());
                let print = entity.primary.fingerprint.iter().map(|byte| format!("{byte:02X}")).collect();
                return Ok((names.collect(), print));
            }
        }
        return outcome.and(Err(OpenPgpError::UnknownIssuer { key: None }));
    }
}

/// The text as this kind of signature takes it.
fn as_signed(bytes: &[u8], signature: &Signature) -> Result<Vec<u8>, OpenPgpError> {
    match signature.kind {
        kind::BINARY => Ok(bytes.to_vec()),
        kind::TEXT => Ok(canonical_ends(bytes)),
        other => Err(OpenPgpError::unsupported(format!("unsupported signature type: {other}"))),
    }
}

/// Makes every end of a line `\r\n`. A carriage return takes the byte behind it along, whatever that is.
fn canonical_ends(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut bytes = bytes.iter();
    while let Some(&byte) = bytes.next() {
        match byte {
            b'\r' => {
                out.push(byte);
                out.extend(bytes.next());
            }
            b'\n' => out.extend_from_slice(b"\r\n"),
            _ => out.push(byte),
        }
    }
    out
}
