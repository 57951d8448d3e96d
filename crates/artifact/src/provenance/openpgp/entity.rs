//! Somebody's keys: a key, the identities it stands for, and the subkeys that belong to it.
//!
//! Everything that a key says about itself is checked when it is read; a key that says something wrong is left out,
//! as a whole. What others say about it is not looked at.

use super::key::Key;
use super::packet::{Packet, Packets};
use super::signature::{Signature, kind};
use crate::provenance::OpenPgpError;

/// A key with everything that belongs to it.
pub(crate) struct Entity {
    pub(crate) primary: Key,
    /// In the order of the file, without those that the key never claimed.
    pub(crate) identities: Vec<Identity>,
    subkeys: Vec<Subkey>,
    revocations: Vec<Signature>,
    /// What a key of version 6 says about itself.
    direct: Option<Signature>,
}

/// A name and an address that a key claims.
pub(crate) struct Identity {
    pub(crate) name: Vec<u8>,
    /// The newest claim.
    claim: Option<Signature>,
    revocations: Vec<Signature>,
}

struct Subkey {
    key: Key,
    binding: Signature,
    revocations: Vec<Signature>,
}

/// Reads all keys of a ring. Keys that are not in order are left out, if others are there.
///
/// # Errors
/// When there is no key at all, or when the stream itself is broken.
pub(crate) fn read(bytes: &[u8]) -> Result<Vec<Entity>, OpenPgpError> {
    let mut packets = Packets::of(bytes);
    let mut entities = Vec::new();
    let mut last = None;
    loop {
        match Entity::read(&mut packets) {
            Ok(Some(entity)) => entities.push(entity),
            Ok(None) => break,
            Err(error @ (OpenPgpError::Unsupported(_) | OpenPgpError::Structural(_))) => {
                last = Some(error);
                if !skip(&mut packets)? {
                    break;
                }
            }
            Err(error) => return Err(error),
        }
    }
    match last {
        Some(error) if entities.is_empty() => Err(packets.missed.unwrap_or(error)),
        _ => Ok(entities),
    }
}

/// Goes on to the next key; `false` when there is none.
fn skip(packets: &mut Packets<'_>) -> Result<bool, OpenPgpError> {
    while let Some(packet) = packets.next()? {
        // Helm: only public keys are looked for, so that nothing of a ring of secret keys is read behind a bad one.
        if matches!(&packet, Packet::Key(key) if !key.subkey && key.secret.is_none()) {
            packets.unread(packet);
            return Ok(true);
        }
    }
    Ok(false)
}

impl Entity {
    /// Reads one key and what follows it, up to the next key.
    fn read(packets: &mut Packets<'_>) -> Result<Option<Self>, OpenPgpError> {
        let Some(first) = packets.next()? else { return Ok(None) };
        let primary = match first {
            Packet::Key(key) => *key,
            other => {
                packets.unread(other);
                return Err(OpenPgpError::structural("first packet was not a public/private key"));
            }
        };
        if !primary.can_sign() {
            return Err(OpenPgpError::structural("primary key cannot be used for signatures"));
        }
        let mut entity = Self {
            primary,
            identities: Vec::new(),
            subkeys: Vec::new(),
            revocations: Vec::new(),
            direct: None,
        };
        let (mut revocations, mut direct) = (Vec::new(), Vec::new());
        while let Some(packet) = packets.next()? {
            match packet {
                Packet::Identity(name) => entity.identity(name, packets)?,
                Packet::Signature(signature) => match signature.kind {
                    kind::KEY_REVOKED => revocations.push(*signature),
                    kind::DIRECT => direct.push(*signature),
                    // It follows nothing that it could be over.
                    _ => {}
                },
                Packet::Key(key) if key.subkey => entity.subkey(*key, packets)?,
                Packet::Key(key) => {
                    packets.unread(Packet::Key(key));
                    break;
                }
                Packet::Other => {}
            }
        }
        if entity.primary.version == 6 {
            entity.direct = Some(entity.about_itself(direct)?);
        } else if entity.identities.is_empty() {
            let version = entity.primary.version;
            return Err(OpenPgpError::structural(format!("v{version} entity without any identities")));
        }
        for revocation in revocations {
            let made = entity.primary.check(&revocation, &[entity.primary.as_signed()]);
            made.map_err(|_| OpenPgpError::structural("revocation signature signed by alternate key"))?;
            entity.revocations.push(revocation);
        }
        Ok(Some(entity))
    }

    fn identity(&mut self, name: Vec<u8>, packets: &mut Packets<'_>) -> Result<(), OpenPgpError> {
        let mut identity = Identity { name, claim: None, revocations: Vec::new() };
        let mut claimed = false;
        while let Some(packet) = packets.next()? {
            let Packet::Signature(signature) = packet else {
                packets.unread(packet);
                break;
            };
            let revokes = signature.kind == kind::CERTIFICATION_REVOKED;
            if !revokes && !kind::CERTIFICATIONS.contains(&signature.kind) {
                return Err(OpenPgpError::structural("user ID signature with wrong type"));
            }
            if !signature.names(&self.primary.fingerprint, self.primary.id) {
                continue;
            }
            let length = (identity.name.len() as u32).to_be_bytes();
            let parts = [self.primary.as_signed(), &[0xb4], &length, &identity.name];
            self.primary.check(&signature, &parts).map_err(|error| {
                OpenPgpError::structural(format!("user ID self-signature invalid: {error}"))
            })?;
            claimed = true;
            if revokes {
                identity.revocations.push(*signature);
            } else if identity.claim.as_ref().is_none_or(|claim| signature.created > claim.created) {
                identity.claim = Some(*signature);
            }
        }
        if claimed {
            self.identities.retain(|other| other.name != identity.name);
            self.identities.push(identity);
        }
        Ok(())
    }

    fn subkey(&mut self, key: Key, packets: &mut Packets<'_>) -> Result<(), OpenPgpError> {
        let (mut binding, mut revocations) = (None::<Signature>, Vec::new());
        let invalid =
            |error: OpenPgpError| OpenPgpError::structural(format!("subkey signature invalid: {error}"));
        while let Some(packet) = packets.next().map_err(invalid)? {
            let Packet::Signature(signature) = packet else {
                packets.unread(packet);
                break;
            };
            if signature.kind != kind::SUBKEY && signature.kind != kind::SUBKEY_REVOKED {
                return Err(OpenPgpError::structural("subkey signature with wrong type"));
            }
            self.check_binding(&key, &signature).map_err(invalid)?;
            if signature.kind == kind::SUBKEY_REVOKED {
                revocations.push(*signature);
            } else if binding.as_ref().is_none_or(|known| signature.created > known.created) {
                binding = Some(*signature);
            }
        }
        let Some(binding) = binding else {
            return Err(OpenPgpError::structural("subkey packet not followed by signature"));
        };
        self.subkeys.push(Subkey { key, binding, revocations });
        Ok(())
    }

    /// A subkey that signs has to say itself that it belongs to the key: else anybody could claim it.
    fn check_binding(&self, subkey: &Key, signature: &Signature) -> Result<(), OpenPgpError> {
        let parts = [self.primary.as_signed(), subkey.as_signed()];
        self.primary.check(signature, &parts)?;
        if !signature.lets_sign() {
            return Ok(());
        }
        let Some(cross) = &signature.embedded else {
            return Err(OpenPgpError::structural("signing subkey is missing cross-signature"));
        };
        subkey.check(cross, &parts).map_err(|error| {
            OpenPgpError::structural(format!("error while verifying cross-signature: {error}"))
        })
    }

    /// The newest of what a key of version 6 says about itself.
    fn about_itself(&self, direct: Vec<Signature>) -> Result<Signature, OpenPgpError> {
        if direct.is_empty() {
            return Err(OpenPgpError::structural("v6 entity without a valid direct-key signature"));
        }
        let own = direct.into_iter().filter(|one| one.names(&self.primary.fingerprint, self.primary.id));
        // Of two of the same second, the first.
        let newest = own.reduce(|known, next| if next.created > known.created { next } else { known });
        let Some(newest) = newest else {
            return Err(OpenPgpError::structural(
                "no valid direct-key self-signature for v6 primary key found",
            ));
        };
        let made = self.primary.check(&newest, &[self.primary.as_signed()]);
        made.map_err(|_| OpenPgpError::structural("invalid direct-key self-signature for v6 primary key"))?;
        Ok(newest)
    }

    /// The identity that speaks for the key: not revoked, said to be the main one, the newest, in this order.
    fn main_identity(&self) -> Option<&Identity> {
        let rank = |identity: &Identity| {
            let claim = identity.claim.as_ref();
            (
                std::cmp::Reverse(identity.revocations.len()),
                claim.is_some_and(|claim| claim.primary == Some(true)),
                claim.map(|claim| claim.created),
            )
        };
        self.identities.iter().reduce(|best, next| if rank(next) > rank(best) { next } else { best })
    }

    /// What the key says about itself, and the identity that it says it with.
    fn own_words(&self) -> (Option<&Signature>, Option<&Identity>) {
        if self.primary.version == 6 {
            return (self.direct.as_ref(), None);
        }
        let identity = self.main_identity();
        (identity.and_then(|identity| identity.claim.as_ref()), identity)
    }

    /// Its keys with that number that may sign data.
    pub(crate) fn signers(&self, id: u64) -> Vec<Signer<'_>> {
        let mut signers = Vec::new();
        if self.primary.id == id
            && let (Some(words), _) = self.own_words()
        {
            signers.push(Signer { entity: self, key: &self.primary, words, subkey: None });
        }
        for subkey in self.subkeys.iter().filter(|subkey| subkey.key.id == id) {
            let (key, words) = (&subkey.key, &subkey.binding);
            signers.push(Signer { entity: self, key, words, subkey: Some(subkey) });
        }
        signers.retain(|signer| signer.words.lets_sign());
        signers
    }
}

/// A key that may sign, with what is said about it.
pub(crate) struct Signer<'a> {
    pub(crate) entity: &'a Entity,
    pub(crate) key: &'a Key,
    /// What the key (for a subkey: its key) says about it.
    words: &'a Signature,
    subkey: Option<&'a Subkey>,
}

impl Signer<'_> {
    /// Looks whether a signature that this key made counts at that time.
    ///
    /// # Errors
    /// For the first that is wrong: notes nobody understands, revoked, the key over, the signature over.
    pub(crate) fn counts(&self, signature: &Signature, now: i64) -> Result<(), OpenPgpError> {
        let (words, identity) = self.entity.own_words();
        let cross = self.subkey.and_then(|subkey| subkey.binding.embedded.as_deref());
        let own = self.subkey.map(|subkey| &subkey.binding);
        let all = || [Some(signature), words, own, cross].into_iter().flatten();
        if let Some(name) = all().flat_map(|signature| &signature.critical_notes).next() {
            return Err(OpenPgpError::Signature(format!("unknown critical notation: {name}")));
        }
        let revoked = |revocations: &[Signature]| revocations.iter().any(|one| one.revokes(now));
        if revoked(&self.entity.revocations)
            || self.subkey.is_some_and(|subkey| revoked(&subkey.revocations))
            || identity.is_some_and(|identity| revoked(&identity.revocations))
        {
            return Err(OpenPgpError::KeyRevoked);
        }
        if words.is_none_or(|words| self.entity.primary.is_over(words, now))
            || self.subkey.is_some_and(|subkey| subkey.key.is_over(&subkey.binding, now))
        {
            return Err(OpenPgpError::KeyExpired);
        }
        if all().any(|signature| signature.is_over(now)) {
            return Err(OpenPgpError::SignatureExpired);
        }
        Ok(())
    }
}
