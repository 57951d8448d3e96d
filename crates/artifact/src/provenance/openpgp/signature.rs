//! A signature packet: by whom, when, over what kind of thing, until when, and what it allows.

use pgp::crypto::hash::HashAlgorithm;
use pgp::types::{Mpi, SignatureBytes};

use crate::provenance::OpenPgpError;

/// What is signed, by RFC 9580's numbers.
pub(crate) mod kind {
    /// A document, byte for byte.
    pub(crate) const BINARY: u8 = 0x00;
    /// A document of lines.
    pub(crate) const TEXT: u8 = 0x01;
    /// That a key is somebody's: from "somebody said so" to "checked".
    pub(crate) const CERTIFICATIONS: std::ops::RangeInclusive<u8> = 0x10..=0x13;
    /// That a subkey is a key's.
    pub(crate) const SUBKEY: u8 = 0x18;
    /// That a key is a subkey's.
    pub(crate) const PRIMARY: u8 = 0x19;
    /// Things about the key itself.
    pub(crate) const DIRECT: u8 = 0x1f;
    /// That a key is not to be used any more.
    pub(crate) const KEY_REVOKED: u8 = 0x20;
    /// The same of a subkey.
    pub(crate) const SUBKEY_REVOKED: u8 = 0x28;
    /// That a certification is taken back.
    pub(crate) const CERTIFICATION_REVOKED: u8 = 0x30;
}

/// The bit among a key's flags that lets it sign data.
const MAY_SIGN: u8 = 0x02;
/// The reason of a revocation that holds for the past too.
const COMPROMISED: u8 = 2;

/// A signature and what it says of itself.
#[derive(Debug)]
pub(crate) struct Signature {
    pub(crate) version: u8,
    /// One of [`kind`].
    pub(crate) kind: u8,
    /// The kind of the key that made it.
    pub(crate) algorithm: u8,
    pub(crate) hash: HashAlgorithm,
    /// Seconds since 1970.
    pub(crate) created: i64,
    /// Seconds that it holds; none or zero is for ever.
    lifetime: Option<u32>,
    /// Seconds that the key it is over holds, from the key's own beginning.
    pub(crate) key_lifetime: Option<u32>,
    /// The number of the key that made it.
    pub(crate) issuer: Option<u64>,
    issuer_fingerprint: Option<Vec<u8>>,
    /// Whether the identity it is over is the main one.
    pub(crate) primary: Option<bool>,
    /// What the key it is over may do; none, when it does not say.
    flags: Option<u8>,
    /// Why something is revoked.
    reason: Option<u8>,
    /// Names of notes that must be understood.
    pub(crate) critical_notes: Vec<String>,
    /// The signature of a subkey over its key.
    pub(crate) embedded: Option<Box<Signature>>,
    /// What is hashed behind that which is signed.
    pub(crate) suffix: Vec<u8>,
    /// The first two bytes of the digest.
    pub(crate) tag: [u8; 2],
    /// What is hashed before everything else; only since version 6.
    pub(crate) salt: Vec<u8>,
    pub(crate) numbers: SignatureBytes,
}

impl Signature {
    /// Reads a packet's body.
    ///
    /// # Errors
    /// In Helm's words; what is not supported is told apart from what is wrong.
    pub(crate) fn read(body: &[u8]) -> Result<Self, OpenPgpError> {
        Self::read_at(body, 0)
    }

    fn read_at(body: &[u8], depth: usize) -> Result<Self, OpenPgpError> {
        let mut rest = Bytes(body);
        let version = rest.byte()?;
        if version == 5 {
            let why = "support for parsing v5 entities is disabled; build with `-tags v5` if needed";
            return Err(OpenPgpError::unsupported(why));
        }
        if version != 4 && version != 6 {
            return Err(OpenPgpError::unsupported(format!("signature packet version {version}")));
        }
        let [kind, algorithm, hash] = rest.array()?;
        if !matches!(algorithm, 1 | 3 | 17 | 19 | 22 | 27 | 28) {
            return Err(OpenPgpError::unsupported(format!("public key algorithm {algorithm}")));
        }
        let known = hash_algorithm(hash).filter(|known| version == 4 || *known != HashAlgorithm::Sha1);
        let hash_number = hash;
        let Some(hash) = known else {
            return Err(OpenPgpError::unsupported(format!("hash function {hash}")));
        };
        let length = rest.length(version)?;
        let hashed = rest.take(length)?;
        let mut signature = Self {
            version,
            kind,
            algorithm,
            hash,
            created: 0,
            lifetime: None,
            key_lifetime: None,
            issuer: None,
            issuer_fingerprint: None,
            primary: None,
            flags: None,
            reason: None,
            critical_notes: Vec::new(),
            embedded: None,
            suffix: suffix(version, kind, algorithm, hash_number, hashed),
            tag: [0; 2],
            salt: Vec::new(),
            numbers: SignatureBytes::Mpis(Vec::new()),
        };
        let mut dated = false;
        signature.areas(hashed, true, depth, &mut dated)?;
        let length = rest.length(version)?;
        let open = rest.take(length)?;
        signature.areas(open, false, depth, &mut dated)?;
        signature.tag = rest.array()?;
        if version == 6 {
            let length = usize::from(rest.byte()?);
            if Some(length) != hash.salt_len() {
                return Err(OpenPgpError::structural("unexpected salt size for the given hash algorithm"));
            }
            signature.salt = rest.take(length)?.to_vec();
        }
        signature.numbers = match algorithm {
            1 | 3 => SignatureBytes::Mpis(vec![rest.number()?]),
            17 | 19 | 22 => SignatureBytes::Mpis(vec![rest.number()?, rest.number()?]),
            27 => SignatureBytes::Native(rest.take(64)?.to_vec().into()),
            _ => SignatureBytes::Native(rest.take(114)?.to_vec().into()),
        };
        Ok(signature)
    }

    /// Reads one of the two areas of statements. Those that are not under the signature count for little.
    fn areas(
        &mut self,
        bytes: &[u8],
        hashed: bool,
        depth: usize,
        dated: &mut bool,
    ) -> Result<(), OpenPgpError> {
        let mut rest = Bytes(bytes);
        while !rest.0.is_empty() {
            let statement = rest.statement()?;
            let Some((&first, statement)) = statement.split_first() else {
                return Err(OpenPgpError::structural("zero length signature subpacket"));
            };
            let (number, critical) = (first & 0x7f, first & 0x80 != 0);
            if hashed || matches!(number, 16 | 32 | 33) {
                *dated |= number == 2;
                self.statement(number, critical, statement, hashed, depth)?;
            }
        }
        if *dated { Ok(()) } else { Err(OpenPgpError::structural("no creation time in signature")) }
    }

    fn statement(
        &mut self,
        number: u8,
        critical: bool,
        bytes: &[u8],
        hashed: bool,
        depth: usize,
    ) -> Result<(), OpenPgpError> {
        let seconds = |what: &str| match bytes {
            [a, b, c, d] => Ok(u32::from_be_bytes([*a, *b, *c, *d])),
            _ => Err(OpenPgpError::structural(what)),
        };
        match number {
            2 => self.created = seconds("signature creation time not four bytes")?.into(),
            3 => self.lifetime = Some(seconds("expiration subpacket with bad length")?),
            4 if bytes.first().is_none_or(|exportable| *exportable == 0) => {
                return Err(OpenPgpError::unsupported("signature with non-exportable certification"));
            }
            5 if bytes.len() != 2 => return Err(OpenPgpError::structural("trust subpacket with bad length")),
            6 if bytes.is_empty() => {
                return Err(OpenPgpError::structural("regexp subpacket with bad length"));
            }
            6 if bytes.last() != Some(&0) => {
                return Err(OpenPgpError::structural("expected regular expression to be null-terminated"));
            }
            9 => self.key_lifetime = Some(seconds("key expiration subpacket with bad length")?),
            16 if self.version > 4 && hashed => {
                return Err(OpenPgpError::structural("issuer subpacket found in v6 key"));
            }
            16 => {
                let Ok(issuer) = <[u8; 8]>::try_from(bytes) else {
                    return Err(OpenPgpError::structural("issuer subpacket with bad length"));
                };
                if self.version <= 4 {
                    self.issuer = Some(u64::from_be_bytes(issuer));
                }
            }
            20 => self.note(critical, bytes)?,
            25 => match bytes {
                [primary] => self.primary = Some(*primary > 0),
                _ => return Err(OpenPgpError::structural("primary user id subpacket with bad length")),
            },
            27 => *self.flags.get_or_insert(0) |= bytes.first().copied().unwrap_or(0),
            29 => match bytes.first() {
                Some(reason) => self.reason = Some(*reason),
                None => return Err(OpenPgpError::structural("empty revocation reason subpacket")),
            },
            32 => self.embed(bytes, depth)?,
            33 => self.fingerprint(bytes)?,
            35 => match bytes.split_first() {
                None => {
                    return Err(OpenPgpError::structural("invalid intended recipient fingerpring length"));
                }
                Some((version, print)) if print.len() != fingerprint_length(*version) => {
                    return Err(OpenPgpError::structural("invalid fingerprint length"));
                }
                Some(_) => {}
            },
            39 if !bytes.len().is_multiple_of(2) => {
                return Err(OpenPgpError::structural("invalid aead cipher suite length"));
            }
            4..=6 | 11 | 21..=24 | 26 | 28 | 30 | 39 => {}
            _ if critical => {
                let why = format!("unknown critical signature subpacket type {number}");
                return Err(OpenPgpError::unsupported(why));
            }
            _ => {}
        }
        Ok(())
    }

    /// A note: four bytes of marks, two lengths, name and value.
    fn note(&mut self, critical: bool, bytes: &[u8]) -> Result<(), OpenPgpError> {
        let wrong = || OpenPgpError::structural("notation data subpacket with bad length");
        let mut rest = Bytes(bytes);
        rest.take(4).map_err(|_| wrong())?;
        let [a, b, c, d] = rest.array().map_err(|_| wrong())?;
        let (name, value) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
        if rest.0.len() != usize::from(name) + usize::from(value) {
            return Err(wrong());
        }
        if critical {
            self.critical_notes.push(String::from_utf8_lossy(&rest.0[..usize::from(name)]).into_owned());
        }
        Ok(())
    }

    fn embed(&mut self, bytes: &[u8], depth: usize) -> Result<(), OpenPgpError> {
        if self.embedded.is_some() {
            return Err(OpenPgpError::structural("Cannot have multiple embedded signatures"));
        }
        // A signature of a subkey over its key has nothing to embed.
        if depth > 0 {
            return Err(OpenPgpError::structural("signatures are embedded too deep"));
        }
        let inner = Self::read_at(bytes, depth + 1)?;
        if inner.kind != kind::PRIMARY {
            return Err(OpenPgpError::structural(format!(
                "cross-signature has unexpected type {}",
                inner.kind
            )));
        }
        self.embedded = Some(Box::new(inner));
        Ok(())
    }

    fn fingerprint(&mut self, bytes: &[u8]) -> Result<(), OpenPgpError> {
        let Some((&version, print)) = bytes.split_first() else {
            return Err(OpenPgpError::structural("empty issuer fingerprint subpacket"));
        };
        if print.len() != fingerprint_length(version) {
            return Err(OpenPgpError::structural("bad fingerprint length"));
        }
        let id = if version >= 5 { &print[..8] } else { &print[print.len() - 8..] };
        self.issuer = Some(id.iter().fold(0, |id, byte| id << 8 | u64::from(*byte)));
        self.issuer_fingerprint = Some(print.to_vec());
        Ok(())
    }

    /// Whether it says of itself that this key made it.
    pub(crate) fn names(&self, fingerprint: &[u8], id: u64) -> bool {
        match &self.issuer_fingerprint {
            Some(print) => print == fingerprint,
            None => self.issuer == Some(id),
        }
    }

    /// Whether it says that the key it is over may sign data.
    pub(crate) fn lets_sign(&self) -> bool {
        self.flags.is_some_and(|flags| flags & MAY_SIGN != 0)
    }

    /// Whether it is over at that time, or not begun.
    pub(crate) fn is_over(&self, now: i64) -> bool {
        self.created > now || ends(self.created, self.lifetime).is_some_and(|end| now > end)
    }

    /// Whether, being a revocation, it holds at that time.
    pub(crate) fn revokes(&self, now: i64) -> bool {
        self.reason == Some(COMPROMISED) || !self.is_over(now)
    }
}

/// When something ends that began once and holds so many seconds; zero is for ever.
pub(crate) fn ends(begun: i64, lifetime: Option<u32>) -> Option<i64> {
    lifetime.filter(|seconds| *seconds > 0).map(|seconds| begun + i64::from(seconds))
}

/// What is hashed behind the data: the head of the packet, its statements, and how long both are.
pub(crate) fn suffix(version: u8, kind: u8, algorithm: u8, hash: u8, hashed: &[u8]) -> Vec<u8> {
    let mut suffix = vec![version, kind, algorithm, hash];
    let length = (hashed.len() as u32).to_be_bytes();
    suffix.extend_from_slice(if version == 6 { &length } else { &length[2..] });
    suffix.extend_from_slice(hashed);
    let length = (suffix.len() as u32).to_be_bytes();
    suffix.extend_from_slice(&[version, 0xff]);
    suffix.extend_from_slice(&length);
    suffix
}

fn hash_algorithm(number: u8) -> Option<HashAlgorithm> {
    let known = HashAlgorithm::from(number);
    use HashAlgorithm::{Sha1, Sha3_256, Sha3_512, Sha224, Sha256, Sha384, Sha512};
    matches!(known, Sha1 | Sha224 | Sha256 | Sha384 | Sha512 | Sha3_256 | Sha3_512).then_some(known)
}

fn fingerprint_length(version: u8) -> usize {
    if version >= 5 { 32 } else { 20 }
}

/// Bytes that are read from the front.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], OpenPgpError> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or(OpenPgpError::UnexpectedEof)?;
        self.0 = rest;
        Ok(taken)
    }

    fn byte(&mut self) -> Result<u8, OpenPgpError> {
        Ok(self.take(1)?[0])
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], OpenPgpError> {
        self.take(N)?.try_into().map_err(|_| OpenPgpError::UnexpectedEof)
    }

    /// The length of an area of statements.
    fn length(&mut self, version: u8) -> Result<usize, OpenPgpError> {
        if version == 6 {
            return Ok(u32::from_be_bytes(self.array()?) as usize);
        }
        Ok(u16::from_be_bytes(self.array()?).into())
    }

    /// One statement with its number, without its length.
    fn statement(&mut self) -> Result<&'a [u8], OpenPgpError> {
        let mut read = || {
            let first = self.byte()?;
            let length = match first {
                0..192 => usize::from(first),
                192..255 => ((usize::from(first) - 192) << 8) + usize::from(self.byte()?) + 192,
                255 => u32::from_be_bytes(self.array()?) as usize,
            };
            self.take(length)
        };
        read().map_err(|_: OpenPgpError| OpenPgpError::structural("signature subpacket truncated"))
    }

    /// A number of many bits, with its length in bits before it.
    fn number(&mut self) -> Result<Mpi, OpenPgpError> {
        let bits = usize::from(u16::from_be_bytes(self.array()?));
        Ok(Mpi::from_slice(self.take(bits.div_ceil(8))?))
    }
}
