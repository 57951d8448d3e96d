//! DER: a writer that appends values, and a reader that takes them off, strict as Go's.

use num_bigint::BigUint;

pub(crate) const INTEGER: u8 = 0x02;
pub(crate) const BIT_STRING: u8 = 0x03;
pub(crate) const OCTET_STRING: u8 = 0x04;
pub(crate) const NULL: u8 = 0x05;
pub(crate) const OID: u8 = 0x06;
pub(crate) const UTF8_STRING: u8 = 0x0c;
pub(crate) const SEQUENCE: u8 = 0x30;
pub(crate) const SET: u8 = 0x31;
pub(crate) const PRINTABLE_STRING: u8 = 0x13;
pub(crate) const UTC_TIME: u8 = 0x17;
pub(crate) const GENERALIZED_TIME: u8 = 0x18;

/// One value: tag, length, contents.
pub(crate) fn value(tag: u8, contents: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    if contents.len() < 128 {
        out.push(contents.len() as u8);
    } else {
        let length = contents.len().to_be_bytes();
        let zeros = length.iter().take_while(|byte| **byte == 0).count();
        out.push(0x80 | (length.len() - zeros) as u8);
        out.extend_from_slice(&length[zeros..]);
    }
    out.extend_from_slice(contents);
    out
}

/// A sequence of values.
pub(crate) fn sequence(values: &[&[u8]]) -> Vec<u8> {
    value(SEQUENCE, &values.concat())
}

/// A number that is not negative.
pub(crate) fn integer(number: &BigUint) -> Vec<u8> {
    unsigned(&number.to_bytes_be())
}

/// A number that is not negative, from its bytes.
pub(crate) fn unsigned(bytes: &[u8]) -> Vec<u8> {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    let mut contents = bytes[zeros..].to_vec();
    if contents.first().is_none_or(|first| *first >= 0x80) {
        contents.insert(0, 0);
    }
    value(INTEGER, &contents)
}

/// A bit string of whole bytes.
pub(crate) fn bit_string(bytes: &[u8]) -> Vec<u8> {
    value(BIT_STRING, &[&[0], bytes].concat())
}

/// An object identifier from its encoded arcs.
pub(crate) fn oid(encoded: &[u8]) -> Vec<u8> {
    value(OID, encoded)
}

/// Takes values off the front of a buffer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reader<'a>(pub(crate) &'a [u8]);

impl<'a> Reader<'a> {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn peek(&self, tag: u8) -> bool {
        self.0.first() == Some(&tag)
    }

    /// The next value whatever its tag: tag, contents, and the whole of it.
    pub(crate) fn any(&mut self) -> Option<(u8, &'a [u8], &'a [u8])> {
        let (&tag, rest) = self.0.split_first()?;
        // Tags above 30 take more bytes; nothing we read has them.
        if tag & 0x1f == 0x1f {
            return None;
        }
        let (&first, rest) = rest.split_first()?;
        let (length, rest) = if first < 0x80 {
            (usize::from(first), rest)
        } else {
            let count = usize::from(first & 0x7f);
            if count == 0 || count > 4 || rest.len() < count {
                return None;
            }
            let (digits, rest) = rest.split_at(count);
            let length = digits.iter().fold(0usize, |sum, digit| sum << 8 | usize::from(*digit));
            // DER: the shortest form only.
            if digits[0] == 0 || length < 128 {
                return None;
            }
            (length, rest)
        };
        if rest.len() < length {
            return None;
        }
        let (contents, after) = rest.split_at(length);
        let whole = &self.0[..self.0.len() - after.len()];
        self.0 = after;
        Some((tag, contents, whole))
    }

    /// The contents of the next value if it has this tag; otherwise nothing is taken.
    pub(crate) fn read(&mut self, tag: u8) -> Option<&'a [u8]> {
        let before = *self;
        match self.any() {
            Some((found, contents, _)) if found == tag => Some(contents),
            _ => {
                *self = before;
                None
            }
        }
    }

    /// The whole of the next value if it has this tag.
    pub(crate) fn element(&mut self, tag: u8) -> Option<&'a [u8]> {
        let before = *self;
        match self.any() {
            Some((found, _, whole)) if found == tag => Some(whole),
            _ => {
                *self = before;
                None
            }
        }
    }

    pub(crate) fn sequence(&mut self) -> Option<Reader<'a>> {
        self.read(SEQUENCE).map(Reader)
    }

    /// An integer in its shortest form; negative ones are told apart.
    pub(crate) fn integer(&mut self) -> Option<Integer> {
        let bytes = self.read(INTEGER)?;
        match bytes {
            [] => None,
            [0, second, ..] if *second < 0x80 => None,
            [0xff, second, ..] if *second >= 0x80 => None,
            [first, ..] if *first >= 0x80 => Some(Integer::Negative),
            _ => Some(Integer::Natural(BigUint::from_bytes_be(bytes))),
        }
    }
}

/// An integer that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Integer {
    Negative,
    Natural(BigUint),
}

impl Integer {
    /// The number, if it is above zero.
    pub(crate) fn positive(self) -> Option<BigUint> {
        match self {
            Self::Natural(number) if number != BigUint::ZERO => Some(number),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_take_their_shortest_form() {
        assert_eq!(value(OCTET_STRING, &[1; 127])[..2], [4, 127]);
        assert_eq!(value(OCTET_STRING, &[1; 128])[..3], [4, 0x81, 128]);
        assert_eq!(value(OCTET_STRING, &[1; 256])[..4], [4, 0x82, 1, 0]);
        assert_eq!(Reader(&[4, 0x81, 1, 9]).any(), None);
        assert_eq!(Reader(&[4, 0x80, 0, 0]).any(), None);
        assert_eq!(Reader(&[4, 2, 1]).any(), None);
        assert_eq!(Reader(&[]).any(), None);
    }

    #[test]
    fn integers_are_signed_and_minimal() {
        assert_eq!(unsigned(&[0, 0]), [2, 1, 0]);
        assert_eq!(unsigned(&[0x80]), [2, 2, 0, 0x80]);
        assert_eq!(unsigned(&[0, 0x7f]), [2, 1, 0x7f]);
        assert_eq!(Reader(&[2, 1, 0x80]).integer(), Some(Integer::Negative));
        assert_eq!(Reader(&[2, 2, 0, 0x7f]).integer(), None);
        assert_eq!(Reader(&[2, 0]).integer(), None);
    }

    #[test]
    fn a_value_of_another_tag_is_left_where_it_is() {
        let mut reader = Reader(&[2, 1, 5]);
        assert_eq!(reader.read(OCTET_STRING), None);
        assert!(reader.integer().is_some());
        assert!(reader.is_empty());
    }
}
