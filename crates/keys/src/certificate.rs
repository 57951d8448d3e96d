//! Certificates, field for field as Go writes them from Sprig's template.

use crate::der::{
    BIT_STRING, GENERALIZED_TIME, OCTET_STRING, PRINTABLE_STRING, SEQUENCE, SET, UTC_TIME, UTF8_STRING,
    bit_string, oid, sequence, unsigned, value,
};
use crate::error::{CreateError, KeyError};
use crate::parse::{self, Issuer};
use crate::private_key::PrivateKey;
use crate::{base64, pem, random};
use std::net::IpAddr;

const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];
const SUBJECT_KEY_ID: &[u8] = &[0x55, 0x1d, 0x0e];
const KEY_USAGE: &[u8] = &[0x55, 0x1d, 0x0f];
const SUBJECT_ALT_NAME: &[u8] = &[0x55, 0x1d, 0x11];
const BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 0x13];
const AUTHORITY_KEY_ID: &[u8] = &[0x55, 0x1d, 0x23];
const EXT_KEY_USAGE: &[u8] = &[0x55, 0x1d, 0x25];
const SERVER_AUTH: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x01];
const CLIENT_AUTH: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x02];
const TRUE: &[u8] = &[0x01, 0x01, 0xff];

/// A certificate and its private key, both PEM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// The certificate.
    pub cert: String,
    /// Its private key.
    pub key: String,
}

/// What a certificate is made for.
struct Template<'a> {
    cn: &'a str,
    ips: &'a [String],
    names: &'a [String],
    days: i64,
    /// Seconds since 1970-01-01 UTC.
    now: i64,
    is_ca: bool,
}

/// `genCA CN DAYS`, at `now` in seconds since 1970-01-01 UTC.
pub fn ca(cn: &str, days: i64, now: i64) -> Result<Certificate, KeyError> {
    let key = PrivateKey::for_certificate().ok_or(KeyError::Generate)?;
    Template { cn, ips: &[], names: &[], days, now, is_ca: true }.create(&key, None)
}

/// `genCAWithKey CN DAYS KEY`.
pub fn ca_with_key(cn: &str, days: i64, key: &str, now: i64) -> Result<Certificate, KeyError> {
    let key = PrivateKey::from_pem(key.as_bytes()).map_err(KeyError::Key)?;
    Template { cn, ips: &[], names: &[], days, now, is_ca: true }.create(&key, None)
}

/// `genSelfSignedCert CN IPS NAMES DAYS`.
pub fn self_signed(
    cn: &str,
    ips: &[String],
    names: &[String],
    days: i64,
    now: i64,
) -> Result<Certificate, KeyError> {
    let key = PrivateKey::for_certificate().ok_or(KeyError::Generate)?;
    Template { cn, ips, names, days, now, is_ca: false }.create(&key, None)
}

/// `genSelfSignedCertWithKey CN IPS NAMES DAYS KEY`.
pub fn self_signed_with_key(
    cn: &str,
    ips: &[String],
    names: &[String],
    days: i64,
    key: &str,
    now: i64,
) -> Result<Certificate, KeyError> {
    let key = PrivateKey::from_pem(key.as_bytes()).map_err(KeyError::Key)?;
    Template { cn, ips, names, days, now, is_ca: false }.create(&key, None)
}

/// `genSignedCert CN IPS NAMES DAYS CA`.
pub fn signed(
    cn: &str,
    ips: &[String],
    names: &[String],
    days: i64,
    ca: &Certificate,
    now: i64,
) -> Result<Certificate, KeyError> {
    let key = PrivateKey::for_certificate().ok_or(KeyError::Generate)?;
    Template { cn, ips, names, days, now, is_ca: false }.sign(&key, ca)
}

/// `genSignedCertWithKey CN IPS NAMES DAYS CA KEY`.
pub fn signed_with_key(
    cn: &str,
    ips: &[String],
    names: &[String],
    days: i64,
    ca: &Certificate,
    key: &str,
    now: i64,
) -> Result<Certificate, KeyError> {
    let key = PrivateKey::from_pem(key.as_bytes()).map_err(KeyError::Key)?;
    Template { cn, ips, names, days, now, is_ca: false }.sign(&key, ca)
}

/// `buildCustomCert CERT KEY`: checks both and gives them back decoded.
pub fn custom(cert: &str, key: &str) -> Result<Certificate, KeyError> {
    let cert = base64::decode(cert.as_bytes()).ok_or(KeyError::CertificateBase64)?;
    let key = base64::decode(key.as_bytes()).ok_or(KeyError::KeyBase64)?;
    issuer(&cert)?;
    PrivateKey::from_pem(&key).map_err(KeyError::CaKey)?;
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    Ok(Certificate { cert: text(cert), key: text(key) })
}

fn issuer(pem_text: &[u8]) -> Result<Issuer, KeyError> {
    let block = pem::decode(pem_text).ok_or(KeyError::NoCertificate)?;
    parse::certificate(&block.bytes).map_err(KeyError::Certificate)
}

impl Template<'_> {
    fn sign(&self, key: &PrivateKey, ca: &Certificate) -> Result<Certificate, KeyError> {
        let issuer = issuer(ca.cert.as_bytes())?;
        let signer = PrivateKey::from_pem(ca.key.as_bytes()).map_err(KeyError::CaKey)?;
        self.create(key, Some((&issuer, &signer)))
    }

    /// Makes the certificate of `key`, signed by an issuer or by itself. Checks come in Go's order.
    fn create(&self, key: &PrivateKey, by: Option<(&Issuer, &PrivateKey)>) -> Result<Certificate, KeyError> {
        let ips = self.addresses()?;
        let signer = by.map_or(key, |(_, signer)| signer);
        let der = self.write(key, by.map(|(issuer, _)| issuer), signer, &ips).map_err(KeyError::Create)?;
        Ok(Certificate { cert: pem::encode("CERTIFICATE", &der), key: key.to_pem() })
    }

    fn write(
        &self,
        key: &PrivateKey,
        issuer: Option<&Issuer>,
        signer: &PrivateKey,
        ips: &[IpAddr],
    ) -> Result<Vec<u8>, CreateError> {
        let algorithm = signer.signature_algorithm()?;
        let public = key.public()?;
        let subject = name(self.cn);
        let issued_by = issuer.map_or(&subject, |issuer| &issuer.subject);
        // Go: only a certificate of another name points at its issuer's key.
        let authority = issuer.filter(|issuer| issuer.subject != subject).map(|issuer| &issuer.key_id[..]);
        let own_id = self.is_ca.then(|| {
            let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &public.bits);
            digest.as_ref()[..20].to_vec()
        });
        if let Some(issuer) = issuer
            && signer.public()?.to_der() != issuer.public_key
        {
            return Err(CreateError::KeyMismatch);
        }
        let extensions = self.extensions(own_id.as_deref(), authority.unwrap_or_default(), ips)?;
        let mut serial = [0u8; 16];
        random::fill(&mut serial).map_err(|_| CreateError::Sign)?;
        let validity = sequence(&[&time(self.now)?, &time(self.end())?]);
        let tbs = sequence(&[
            &value(0xa0, &unsigned(&[2])),
            &unsigned(&serial),
            &algorithm,
            issued_by,
            &validity,
            &subject,
            &public.to_der(),
            &value(0xa3, &value(SEQUENCE, &extensions)),
        ]);
        let signature = signer.sign(&tbs)?;
        Ok(sequence(&[&tbs, &algorithm, &bit_string(&signature)]))
    }

    fn extensions(
        &self,
        own_id: Option<&[u8]>,
        authority: &[u8],
        ips: &[IpAddr],
    ) -> Result<Vec<u8>, CreateError> {
        // digitalSignature and keyEncipherment, and keyCertSign for a CA: unused bits, then the bits.
        let usage: &[u8] = if self.is_ca { &[2, 0xa4] } else { &[5, 0xa0] };
        let mut out = extension(KEY_USAGE, true, &value(BIT_STRING, usage));
        out.extend(extension(EXT_KEY_USAGE, false, &sequence(&[&oid(SERVER_AUTH), &oid(CLIENT_AUTH)])));
        let constraints = if self.is_ca { sequence(&[TRUE]) } else { sequence(&[]) };
        out.extend(extension(BASIC_CONSTRAINTS, true, &constraints));
        if let Some(id) = own_id {
            out.extend(extension(SUBJECT_KEY_ID, false, &value(OCTET_STRING, id)));
        }
        if !authority.is_empty() {
            out.extend(extension(AUTHORITY_KEY_ID, false, &sequence(&[&value(0x80, authority)])));
        }
        if !self.names.is_empty() || !ips.is_empty() {
            const DNS: u8 = 0x82;
            const IP: u8 = 0x87;
            let mut list = Vec::new();
            for name in self.names {
                if !name.is_ascii() {
                    return Err(CreateError::NotIa5(go_quoted(name)));
                }
                list.extend(value(DNS, name.as_bytes()));
            }
            for ip in ips {
                // Go: an IPv4 address takes four bytes in whichever form it was written.
                list.extend(match ip.to_canonical() {
                    IpAddr::V4(ip) => value(IP, &ip.octets()),
                    IpAddr::V6(ip) => value(IP, &ip.octets()),
                });
            }
            // The names are all there is when the subject is empty.
            out.extend(extension(SUBJECT_ALT_NAME, self.cn.is_empty(), &value(SEQUENCE, &list)));
        }
        Ok(out)
    }

    fn addresses(&self) -> Result<Vec<IpAddr>, KeyError> {
        self.ips.iter().map(|text| text.parse().map_err(|_| KeyError::Ip(text.clone()))).collect()
    }

    /// The last second of validity. Go counts days in nanoseconds of 64 bits, and so wraps after 292 years.
    fn end(&self) -> i64 {
        const DAY: i64 = 86_400_000_000_000;
        self.now.saturating_add(DAY.wrapping_mul(self.days).div_euclid(1_000_000_000))
    }
}

fn extension(id: &[u8], critical: bool, contents: &[u8]) -> Vec<u8> {
    let critical: &[u8] = if critical { TRUE } else { &[] };
    sequence(&[&oid(id), critical, &value(OCTET_STRING, contents)])
}

/// A name that has a common name only, or nothing.
fn name(cn: &str) -> Vec<u8> {
    if cn.is_empty() {
        return sequence(&[]);
    }
    let tag = if cn.bytes().all(is_printable) { PRINTABLE_STRING } else { UTF8_STRING };
    sequence(&[&value(SET, &sequence(&[&oid(COMMON_NAME), &value(tag, cn.as_bytes())]))])
}

/// The characters that Go writes as a PrintableString.
pub(crate) fn is_printable(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b" '()+,-./:=?".contains(&byte)
}

/// A moment: two digits of the year up to 2049, four from then on.
fn time(seconds: i64) -> Result<Vec<u8>, CreateError> {
    let days = seconds.div_euclid(86_400);
    let of_day = seconds.rem_euclid(86_400);
    let (year, month, day) = civil(days);
    let rest = format!("{month:02}{day:02}{:02}{:02}{:02}Z", of_day / 3600, of_day / 60 % 60, of_day % 60);
    match year {
        1950..=2049 => Ok(value(UTC_TIME, format!("{:02}{rest}", year % 100).as_bytes())),
        0..=9999 => Ok(value(GENERALIZED_TIME, format!("{year:04}{rest}").as_bytes())),
        _ => Err(CreateError::Time),
    }
}

/// Year, month and day of a day counted from 1970-01-01, by counting in 400-year cycles from a 1 March.
fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days.saturating_add(719_468);
    let cycle = shifted.div_euclid(146_097);
    let of_cycle = shifted.rem_euclid(146_097);
    let year_of_cycle = (of_cycle - of_cycle / 1460 + of_cycle / 36_524 - of_cycle / 146_096) / 365;
    let of_year = of_cycle - (365 * year_of_cycle + year_of_cycle / 4 - year_of_cycle / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    (year_of_cycle + cycle * 400 + i64::from(month <= 2), month, day)
}

/// Quotes a text as Go's `%q`, for what stands in names: printable text, quotes and control characters.
fn go_quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{b}' => out.push_str("\\v"),
            c if c < ' ' || c == '\u{7f}' => out.push_str(&format!("\\x{:02x}", u32::from(c))),
            // A letter before it keeps Rust from escaping combining marks, which Go prints.
            c if format!("a{c}").escape_debug().count() > 2 => {
                let code = u32::from(c);
                out.push_str(&if code > 0xffff {
                    format!("\\U{code:08x}")
                } else {
                    format!("\\u{code:04x}")
                });
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests;
