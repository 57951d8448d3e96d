//! Certificates, read as far as Sprig needs them, with Go's words for what is wrong.

use crate::der::{
    BIT_STRING, GENERALIZED_TIME, INTEGER, OCTET_STRING, OID, PRINTABLE_STRING, Reader, SEQUENCE, SET,
    UTC_TIME, UTF8_STRING,
};

const SUBJECT_KEY_ID: &[u8] = &[0x55, 0x1d, 0x0e];
const BOOLEAN: u8 = 0x01;

/// What a certificate says about itself as an issuer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Issuer {
    /// Its subject, as it is written.
    pub(crate) subject: Vec<u8>,
    /// Its public key, as it is written.
    pub(crate) public_key: Vec<u8>,
    /// Its subject key identifier, empty if it has none.
    pub(crate) key_id: Vec<u8>,
}

/// Reads a certificate. The error is Go's text.
pub(crate) fn certificate(der: &[u8]) -> Result<Issuer, String> {
    const CERTIFICATE: &str = "x509: malformed certificate";
    let mut outer = Reader(der);
    let mut whole = outer.sequence().ok_or(CERTIFICATE)?;
    let mut tbs = whole.sequence().ok_or("x509: malformed tbs certificate")?;
    let version = version(&mut tbs)?;
    let serial =
        tbs.read(INTEGER).filter(|bytes| is_minimal(bytes)).ok_or("x509: malformed serial number")?;
    if serial[0] >= 0x80 {
        return Err("x509: negative serial number".into());
    }
    let inner = tbs.read(SEQUENCE).ok_or("x509: malformed signature algorithm identifier")?;
    let algorithm = whole.read(SEQUENCE).ok_or("x509: malformed algorithm identifier")?;
    if inner != algorithm {
        return Err("x509: inner and outer signature algorithm identifiers don't match".into());
    }
    algorithm_identifier(Reader(inner))?;
    name(tbs.read(SEQUENCE).ok_or("x509: malformed issuer")?)?;
    let mut validity = tbs.sequence().ok_or("x509: malformed validity")?;
    for _ in 0..2 {
        time(&mut validity)?;
    }
    let subject = tbs.element(SEQUENCE).ok_or("x509: malformed issuer")?;
    name(Reader(subject).read(SEQUENCE).unwrap_or_default())?;
    let public_key = tbs.element(SEQUENCE).ok_or("x509: malformed spki")?;
    let mut spki = Reader(public_key).sequence().ok_or("x509: malformed spki")?;
    let key_algorithm = spki.sequence().ok_or("x509: malformed public key algorithm identifier")?;
    algorithm_identifier(key_algorithm)?;
    spki.read(BIT_STRING).filter(|bits| is_bit_string(bits)).ok_or("x509: malformed subjectPublicKey")?;
    let mut key_id = Vec::new();
    if version > 1 {
        for tag in [0x81, 0x82] {
            let _ = tbs.read(tag);
        }
    }
    if version == 3
        && let Some(extensions) = tbs.read(0xa3)
    {
        key_id = extension_key_id(extensions)?;
    }
    whole.read(BIT_STRING).filter(|bits| is_bit_string(bits)).ok_or("x509: malformed signature")?;
    if !outer.is_empty() {
        return Err("x509: trailing data".into());
    }
    Ok(Issuer { subject: subject.to_vec(), public_key: public_key.to_vec(), key_id })
}

/// The version, counted from one.
fn version(tbs: &mut Reader<'_>) -> Result<u8, String> {
    const VERSION: u8 = 0xa0;
    if !tbs.peek(VERSION) {
        return Ok(1);
    }
    let inside = tbs.read(VERSION).and_then(|inside| Reader(inside).read(INTEGER));
    match inside {
        Some([number @ 0..=2]) => Ok(number + 1),
        Some([number]) if *number < 0x80 => Err("x509: invalid version".into()),
        _ => Err("x509: malformed version".into()),
    }
}

fn algorithm_identifier(mut reader: Reader<'_>) -> Result<(), String> {
    reader.read(OID).filter(|arcs| !arcs.is_empty()).ok_or("x509: malformed OID")?;
    if !reader.is_empty() {
        reader.any().ok_or("x509: malformed parameters")?;
    }
    Ok(())
}

fn name(contents: &[u8]) -> Result<(), String> {
    let mut sets = Reader(contents);
    while !sets.is_empty() {
        let mut set = Reader(sets.read(SET).ok_or("x509: invalid RDNSequence")?);
        while !set.is_empty() {
            let mut attribute = set.sequence().ok_or("x509: invalid RDNSequence: invalid attribute")?;
            attribute.read(OID).ok_or("x509: invalid RDNSequence: invalid attribute type")?;
            let (tag, text, _) =
                attribute.any().ok_or("x509: invalid RDNSequence: invalid attribute value")?;
            let wrong = match tag {
                PRINTABLE_STRING if !text.iter().all(|byte| is_readable_printable(*byte)) => {
                    Some("invalid PrintableString")
                }
                UTF8_STRING if std::str::from_utf8(text).is_err() => Some("invalid UTF-8 string"),
                _ => None,
            };
            if let Some(wrong) = wrong {
                return Err(format!("x509: invalid RDNSequence: invalid attribute value: {wrong}"));
            }
        }
    }
    Ok(())
}

fn time(validity: &mut Reader<'_>) -> Result<(), String> {
    let (tag, digits, malformed) = if validity.peek(UTC_TIME) {
        (UTC_TIME, 10..=12, "x509: malformed UTCTime")
    } else if validity.peek(GENERALIZED_TIME) {
        (GENERALIZED_TIME, 14..=14, "x509: malformed GeneralizedTime")
    } else {
        return Err("x509: unsupported time format".into());
    };
    let text = validity.read(tag).ok_or(malformed)?;
    let end = text.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    if !digits.contains(&end) || end == text.len() {
        return Err(malformed.into());
    }
    Ok(())
}

fn extension_key_id(contents: &[u8]) -> Result<Vec<u8>, String> {
    let mut extensions = Reader(contents).sequence().ok_or("x509: malformed extensions")?;
    let mut seen: Vec<&[u8]> = Vec::new();
    let mut key_id = Vec::new();
    while !extensions.is_empty() {
        let mut extension = extensions.sequence().ok_or("x509: malformed extension")?;
        let id = extension.read(OID).ok_or("x509: malformed extension OID field")?;
        let mut critical = false;
        if extension.peek(BOOLEAN) {
            critical = match extension.read(BOOLEAN) {
                Some([0xff]) => true,
                Some([0]) => false,
                _ => return Err("x509: malformed extension critical field".into()),
            };
        }
        let contents = extension.read(OCTET_STRING).ok_or("x509: malformed extension value field")?;
        if seen.contains(&id) {
            return Err(format!("x509: certificate contains duplicate extension with OID {:?}", dotted(id)));
        }
        seen.push(id);
        if id == SUBJECT_KEY_ID {
            if critical {
                return Err("x509: subject key identifier incorrectly marked critical".into());
            }
            key_id =
                Reader(contents).read(OCTET_STRING).ok_or("x509: invalid subject key identifier")?.to_vec();
        }
    }
    Ok(key_id)
}

/// An object identifier in dotted form.
pub(crate) fn dotted(encoded: &[u8]) -> String {
    let mut arcs: Vec<u128> = Vec::new();
    let mut arc = 0u128;
    for byte in encoded {
        arc = arc.wrapping_shl(7) | u128::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            if arcs.is_empty() {
                let first = (arc / 40).min(2);
                arcs.push(first);
                arcs.push(arc - 40 * first);
            } else {
                arcs.push(arc);
            }
            arc = 0;
        }
    }
    arcs.iter().map(u128::to_string).collect::<Vec<_>>().join(".")
}

fn is_minimal(integer: &[u8]) -> bool {
    match integer {
        [] => false,
        [0, second, ..] => *second >= 0x80,
        [0xff, second, ..] => *second < 0x80,
        _ => true,
    }
}

fn is_bit_string(contents: &[u8]) -> bool {
    match contents.split_first() {
        Some((0, _)) => true,
        Some((unused @ 1..=7, bytes)) => bytes.last().is_some_and(|last| last & ((1 << unused) - 1) == 0),
        _ => false,
    }
}

/// Go reads `*` and `&` in a PrintableString, though it writes neither.
fn is_readable_printable(byte: u8) -> bool {
    crate::certificate::is_printable(byte) || matches!(byte, b'*' | b'&')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_shown_dotted() {
        assert_eq!(dotted(&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01]), "1.2.840.113549.1.1.1");
        assert_eq!(dotted(&[0x55, 0x1d, 0x0e]), "2.5.29.14");
        assert_eq!(dotted(&[0x2b, 0x65, 0x6f]), "1.3.101.111");
    }

    #[test]
    fn what_is_no_certificate_is_refused_in_gos_words() {
        assert_eq!(certificate(b"hello world").unwrap_err(), "x509: malformed certificate");
        assert_eq!(certificate(&[0x30, 0]).unwrap_err(), "x509: malformed tbs certificate");
        assert_eq!(certificate(&[]).unwrap_err(), "x509: malformed certificate");
    }
}
