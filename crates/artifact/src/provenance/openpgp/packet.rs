//! Bytes → packets, of which some are skipped.

use std::borrow::Cow;

use super::key::Key;
use super::signature::Signature;
use crate::provenance::OpenPgpError;

/// What keyrings and signatures consist of.
pub(crate) enum Packet {
    /// A key or subkey, public or secret.
    Key(Box<Key>),
    /// A signature over something that stands before it, or beside the data.
    Signature(Box<Signature>),
    /// An identity: a name and an address.
    Identity(Vec<u8>),
    /// What is of no interest here.
    Other,
}

/// A stream of packets.
pub(crate) struct Packets<'a> {
    rest: &'a [u8],
    /// A packet that was looked at and given back.
    back: Option<Packet>,
    /// A key that was passed over because its curve is not supported: Helm supports it.
    pub(crate) missed: Option<OpenPgpError>,
}

impl<'a> Packets<'a> {
    pub(crate) fn of(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, back: None, missed: None }
    }

    /// Gives one packet back, to be had again.
    pub(crate) fn unread(&mut self, packet: Packet) {
        self.back = Some(packet);
    }

    /// The next packet; nothing at the end. Packets that use what is not supported are passed over.
    ///
    /// # Errors
    /// When bytes are missing, or a packet is not in order. The next call goes on behind it.
    pub(crate) fn next(&mut self) -> Result<Option<Packet>, OpenPgpError> {
        if let Some(packet) = self.back.take() {
            return Ok(Some(packet));
        }
        while !self.rest.is_empty() {
            let (tag, body) = self.frame()?;
            match read(tag, &body) {
                Ok(Some(packet)) => return Ok(Some(packet)),
                Ok(None) | Err(OpenPgpError::Unsupported(_)) => {}
                Err(error @ OpenPgpError::Curve(_)) => self.missed = Some(error),
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }

    /// Takes a header and what belongs to it.
    fn frame(&mut self) -> Result<(u8, Cow<'a, [u8]>), OpenPgpError> {
        let first = self.byte()?;
        if first & 0x80 == 0 {
            // Nobody knows where the next packet begins.
            self.rest = &[];
            return Err(OpenPgpError::structural("tag byte does not have MSB set"));
        }
        if first & 0x40 != 0 {
            return Ok((first & 0x3f, self.new_body()?));
        }
        let length = match first & 3 {
            3 => self.rest.len(),
            kind => {
                let mut length = 0;
                for _ in 0..1 << kind {
                    length = length << 8 | usize::from(self.byte()?);
                }
                length
            }
        };
        Ok(((first & 0x3f) >> 2, Cow::Borrowed(self.take(length)?)))
    }

    /// The body of a packet with a new header, which may come in parts.
    fn new_body(&mut self) -> Result<Cow<'a, [u8]>, OpenPgpError> {
        let (length, mut more) = self.new_length()?;
        let mut body = Cow::Borrowed(self.take(length)?);
        while more {
            let (length, again) = self.new_length()?;
            let part = self.take(length)?;
            body.to_mut().extend_from_slice(part);
            more = again;
        }
        Ok(body)
    }

    /// A length, and whether another part follows.
    fn new_length(&mut self) -> Result<(usize, bool), OpenPgpError> {
        let first = self.byte()?;
        Ok(match first {
            0..192 => (usize::from(first), false),
            192..224 => (((usize::from(first) - 192) << 8) + usize::from(self.byte()?) + 192, false),
            224..255 => (1 << (first & 0x1f), true),
            255 => {
                let mut length = 0;
                for _ in 0..4 {
                    length = length << 8 | usize::from(self.byte()?);
                }
                (length, false)
            }
        })
    }

    fn byte(&mut self) -> Result<u8, OpenPgpError> {
        Ok(self.take(1)?[0])
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], OpenPgpError> {
        let Some((taken, rest)) = self.rest.split_at_checked(length) else {
            self.rest = &[];
            return Err(OpenPgpError::UnexpectedEof);
        };
        self.rest = rest;
        Ok(taken)
    }
}

/// Reads one packet; nothing, when it is of a kind that may be unknown.
fn read(tag: u8, body: &[u8]) -> Result<Option<Packet>, OpenPgpError> {
    match tag {
        2 => Signature::read(body).map(|signature| Some(Packet::Signature(Box::new(signature)))),
        5..=7 | 14 => Key::read(tag, body).map(|key| Some(Packet::Key(Box::new(key)))),
        13 => Ok(Some(Packet::Identity(body.to_vec()))),
        // Sessions, data, pictures, padding: they have no business in a keyring, and Helm reads past them.
        1 | 3 | 4 | 8 | 9 | 11 | 17 | 18 | 20 | 21 => Ok(Some(Packet::Other)),
        10 | 12 => Ok(None),
        40.. => Ok(None),
        _ => Err(OpenPgpError::CriticalPacket(tag)),
    }
}
