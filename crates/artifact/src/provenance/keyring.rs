//! Keyrings: files of keys, in the three shapes that GnuPG makes of them.

use pgp::crypto::hash::HashAlgorithm;
use pgp::types::{Password, SignatureBytes, SigningKey as _};

use super::openpgp::entity::{self, Entity, Signer as Candidate};
use super::{KeyringError, Limits, OpenPgpError, SignError, armor, keybox};

/// Keys, public or secret, of which each checked itself.
pub struct Keyring {
    entities: Vec<Entity>,
}

impl Keyring {
    /// Reads a keyring: OpenPGP as it is (`pubring.gpg`, `gpg --export`), armored (several blocks are fine), or a
    /// keybox (`pubring.kbx`). `path` is only for words.
    ///
    /// # Errors
    /// When it is larger than `limits` say, of a shape that is broken, or has no key that can be read. An empty file is
    /// an empty keyring.
    pub fn read(path: &str, bytes: &[u8], limits: &Limits) -> Result<Self, KeyringError> {
        if bytes.len() as u64 > limits.keyring {
            return Err(KeyringError::TooLarge { path: path.to_owned(), limit: limits.keyring });
        }
        let path = || path.to_owned();
        let entities = if keybox::is(bytes) {
            let keys = keybox::keys(bytes);
            let keys = keys.map_err(|problem| KeyringError::Keybox { path: path(), problem })?;
            entity::read(&keys)?
        } else if bytes.trim_ascii().starts_with(b"-----BEGIN PGP") {
            let entities = armored(bytes);
            entities.map_err(|problem| KeyringError::Armored { path: path(), problem })?
        } else {
            entity::read(bytes)?
        };
        Ok(Self { entities })
    }

    /// The keys of that number that may sign data.
    pub(super) fn candidates(&self, id: u64) -> Vec<Candidate<'_>> {
        self.entities.iter().flat_map(|entity| entity.signers(id)).collect()
    }

    /// Finds the key to sign with: the one with exactly that identity, or the only one whose identities contain it.
    ///
    /// # Errors
    /// When there is none, or more than one, or only the public part of it.
    pub fn signer(&self, id: &str) -> Result<Signer<'_>, SignError> {
        let (mut found, mut vague) = (None, false);
        let identities =
            || self.entities.iter().flat_map(|entity| entity.identities.iter().map(move |one| (entity, one)));
        if let Some((entity, _)) = identities().find(|(_, identity)| identity.name == id.as_bytes()) {
            found = Some(entity);
        } else {
            for (entity, identity) in identities() {
                if memchr::memmem::find(&identity.name, id.as_bytes()).is_some() {
                    vague |= found.is_some();
                    found = Some(entity);
                }
            }
        }
        if vague {
            return Err(SignError::Ambiguous(id.to_owned()));
        }
        let entity = found.ok_or(SignError::NotFound)?;
        if entity.primary.secret.is_none() {
            return Err(SignError::NotPrivate);
        }
        Ok(Signer { entity, passphrase: Password::empty() })
    }
}

/// Keys of every block, one behind the other.
fn armored(bytes: &[u8]) -> Result<Vec<Entity>, String> {
    let mut rest = bytes;
    let mut entities = Vec::new();
    while let Some(block) = armor::next(&mut rest).map_err(|error| error.to_string())? {
        if block.kind != "PGP PUBLIC KEY BLOCK" && block.kind != "PGP PRIVATE KEY BLOCK" {
            let kind = govalue::print::quote(block.kind.as_bytes());
            return Err(format!("expected a public or private key block, got {kind}"));
        }
        entities.extend(entity::read(&block.body).map_err(|error| error.to_string())?);
    }
    if entities.is_empty() { Err("no keys found".to_owned()) } else { Ok(entities) }
}

/// A secret key.
pub struct Signer<'a> {
    pub(super) entity: &'a Entity,
    passphrase: Password,
}

impl Signer<'_> {
    /// Whether it needs its passphrase.
    pub fn is_locked(&self) -> bool {
        self.entity.primary.is_locked()
    }

    /// The first identity that is not empty, to ask for a passphrase with.
    pub fn name(&self) -> String {
        let named = self.entity.identities.iter().find(|identity| !identity.name.is_empty());
        named.map_or_else(|| "Unknown".to_owned(), |one| String::from_utf8_lossy(&one.name).into_owned())
    }

    /// Opens the secret part with its passphrase. What is not locked needs none.
    ///
    /// # Errors
    /// When it is the wrong one, or the secret part is not in order or not here.
    pub fn unlock(&mut self, passphrase: &[u8]) -> Result<(), SignError> {
        let primary = &self.entity.primary;
        let Some(secret) = &primary.secret else { return Err(SignError::NotPrivate) };
        if primary.is_dummy() {
            return Err(OpenPgpError::DummyKey.into());
        }
        if !self.is_locked() {
            return Ok(());
        }
        let passphrase = Password::from(passphrase);
        let opened = secret.unlock(&passphrase, |_, _| Ok(()));
        opened
            .map_err(|_| OpenPgpError::structural("private key checksum failure"))?
            .map_err(|_| OpenPgpError::KeyInvalid("invalid key parameters".to_owned()))?;
        self.passphrase = passphrase;
        Ok(())
    }

    /// Signs a digest.
    pub(super) fn sign(&self, hash: HashAlgorithm, digest: &[u8]) -> Result<SignatureBytes, SignError> {
        let primary = &self.entity.primary;
        let Some(secret) = &primary.secret else { return Err(SignError::NotPrivate) };
        if primary.is_dummy() {
            return Err(SignError::Failed(OpenPgpError::DummyKey));
        }
        let signed = secret.sign(&self.passphrase, hash, digest);
        signed.map_err(|error| SignError::Failed(OpenPgpError::InvalidArgument(error.to_string())))
    }
}
