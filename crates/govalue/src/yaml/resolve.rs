//! What a plain scalar means in YAML 1.1, as go-yaml v2 decides it.

use std::borrow::Cow;

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{GeneralPurpose, GeneralPurposeConfig};

use crate::{Error, number};

/// A resolved scalar.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Scalar {
    Null,
    Bool(bool),
    Int(i64),
    /// An integer that only fits an unsigned one.
    Uint(u64),
    Float(f64),
    /// A date: go-yaml hands it on as the string it was.
    Timestamp,
    /// The bytes of a `!!binary`.
    Binary(Vec<u8>),
    /// The text as it is.
    String,
}

impl Scalar {
    /// The short tag that error texts name.
    fn tag(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "bool",
            Self::Int(_) | Self::Uint(_) => "int",
            Self::Float(_) => "float",
            Self::Timestamp => "timestamp",
            Self::Binary(_) => "binary",
            Self::String => "str",
        }
    }
}

/// Base64 as Go decodes it: what the last character has too much is ignored.
const BASE64: GeneralPurpose =
    GeneralPurpose::new(&STANDARD, GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true));

/// Resolves a scalar with its tag; `implicit` when it has none and is plain.
///
/// # Errors
/// When the text is nothing that the tag stands for, in go-yaml's words.
pub(super) fn scalar(text: &[u8], tag: Option<&[u8]>, implicit: bool) -> Result<Scalar, Error> {
    let Some(tag) = tag else {
        return Ok(if implicit { resolve(text, true) } else { Scalar::String });
    };
    // Other tags say nothing to go-yaml.
    let Some(wanted) = tag.strip_prefix(b"tag:yaml.org,2002:") else { return Ok(Scalar::String) };
    match wanted {
        b"binary" => {
            // Line breaks within the text are no part of it.
            let compact: Vec<u8> =
                text.iter().copied().filter(|byte| !matches!(byte, b'\r' | b'\n')).collect();
            BASE64
                .decode(compact)
                .map(Scalar::Binary)
                .map_err(|_| Error::new("yaml: !!binary value contains invalid base64 data"))
        }
        b"int" | b"float" | b"bool" | b"null" | b"timestamp" => {
            let found = resolve(text, wanted == b"timestamp");
            match found {
                Scalar::Int(number) if wanted == b"float" => Ok(Scalar::Float(number as f64)),
                found if found.tag().as_bytes() == wanted => Ok(found),
                found => Err(Error::new(format!(
                    "yaml: cannot decode !!{} `{}` as a !!{}",
                    found.tag(),
                    String::from_utf8_lossy(text),
                    String::from_utf8_lossy(wanted)
                ))),
            }
        }
        _ => Ok(Scalar::String),
    }
}

/// Resolves the text of a plain scalar.
pub(super) fn resolve(text: &[u8], dates: bool) -> Scalar {
    let Some(&first) = text.first() else { return Scalar::Null };
    match first {
        b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' | b'~' => word(text),
        b'.' => match word(text) {
            Scalar::String => float_text(text).map_or(Scalar::String, Scalar::Float),
            found => found,
        },
        b'0'..=b'9' | b'+' | b'-' => match word(text) {
            Scalar::String => numeric(text, dates),
            found => found,
        },
        _ => Scalar::String,
    }
}

fn word(text: &[u8]) -> Scalar {
    match text {
        b"y" | b"Y" | b"yes" | b"Yes" | b"YES" | b"true" | b"True" | b"TRUE" | b"on" | b"On" | b"ON" => {
            Scalar::Bool(true)
        }
        b"n" | b"N" | b"no" | b"No" | b"NO" | b"false" | b"False" | b"FALSE" | b"off" | b"Off" | b"OFF" => {
            Scalar::Bool(false)
        }
        b"~" | b"null" | b"Null" | b"NULL" => Scalar::Null,
        b".nan" | b".NaN" | b".NAN" => Scalar::Float(f64::NAN),
        b".inf" | b".Inf" | b".INF" | b"+.inf" | b"+.Inf" | b"+.INF" => Scalar::Float(f64::INFINITY),
        b"-.inf" | b"-.Inf" | b"-.INF" => Scalar::Float(f64::NEG_INFINITY),
        _ => Scalar::String,
    }
}

/// Any text that Go's `ParseFloat` takes: what begins with a dot is not held to YAML's own form.
fn float_text(text: &[u8]) -> Option<f64> {
    number::parse_float(text, 64).ok()
}

fn numeric(text: &[u8], dates: bool) -> Scalar {
    if let [b'0'..=b'9'] = text {
        return Scalar::Int(i64::from(text[0] - b'0'));
    }
    if dates && text.get(4) == Some(&b'-') && std::str::from_utf8(text).is_ok_and(is_timestamp) {
        return Scalar::Timestamp;
    }
    let plain: Cow<'_, [u8]> = if text.contains(&b'_') {
        text.iter().copied().filter(|&byte| byte != b'_').collect::<Vec<_>>().into()
    } else {
        text.into()
    };
    let plain = plain.as_ref();
    // Nothing with other letters is a number; most texts that begin with a digit end here.
    if !plain.iter().all(|byte| byte.is_ascii_hexdigit() || b"+-.xXoO".contains(byte)) {
        return Scalar::String;
    }
    if let Ok(value) = number::parse_int(plain, 0, 64) {
        return Scalar::Int(value);
    }
    if let Ok(value) = number::parse_uint(plain, 0, 64) {
        return Scalar::Uint(value);
    }
    if is_yaml_float(plain)
        && let Some(value) = float_text(plain)
    {
        return Scalar::Float(value);
    }
    // `0b` is known above; what is left is a sign behind it.
    if let Some(digits) = plain.strip_prefix(b"0b") {
        if let Ok(value) = number::parse_int(digits, 2, 64) {
            return Scalar::Int(value);
        }
        if let Ok(value) = number::parse_uint(digits, 2, 64) {
            return Scalar::Uint(value);
        }
    }
    Scalar::String
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
fn is_yaml_float(text: &[u8]) -> bool {
    let digits = |text: &[u8]| text.iter().take_while(|b| b.is_ascii_digit()).count();
    let mut rest = match text {
        [b'-' | b'+', rest @ ..] => rest,
        all => all,
    };
    let whole = digits(rest);
    rest = &rest[whole..];
    if let [b'.', fraction @ ..] = rest {
        let length = digits(fraction);
        if whole == 0 && length == 0 {
            return false;
        }
        rest = &fraction[length..];
    } else if whole == 0 {
        return false;
    }
    if let [b'e' | b'E', exponent @ ..] = rest {
        let exponent = match exponent {
            [b'-' | b'+', rest @ ..] => rest,
            all => all,
        };
        return !exponent.is_empty() && digits(exponent) == exponent.len();
    }
    rest.is_empty()
}

/// A date with an optional time, in the forms that go-yaml reads.
fn is_timestamp(text: &str) -> bool {
    let Some((year, rest)) = text.split_once('-') else { return false };
    if year.len() != 4 || !year.bytes().all(|b| b.is_ascii_digit()) {
        return false;
    }
    let Some((month, rest)) = rest.split_once('-') else { return false };
    let day_length = rest.bytes().take(2).take_while(u8::is_ascii_digit).count();
    let (day, rest) = rest.split_at(day_length);
    let (Some(year), Some(month), Some(day)) = (bounded(year, 9999), bounded(month, 12), bounded(day, 31))
    else {
        return false;
    };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let last = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    if month == 0 || day == 0 || day > last {
        return false;
    }
    match rest.as_bytes().first() {
        None => true,
        Some(b'T' | b't') => time_of_day(&rest[1..]).is_some_and(is_zone),
        Some(b' ') => time_of_day(&rest[1..]).is_some_and(str::is_empty),
        _ => false,
    }
}

/// A number of one or two digits (or a year) up to a bound.
fn bounded(text: &str, most: u32) -> Option<u32> {
    let fits =
        !text.is_empty() && (text.len() <= 2 || most == 9999) && text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|&number: &u32| fits && number <= most)
}

/// Hours, minutes, seconds with a fraction; what follows them.
fn time_of_day(text: &str) -> Option<&str> {
    let (hour, rest) = text.split_once(':')?;
    let (minute, rest) = rest.split_once(':')?;
    bounded(hour, 23)?;
    bounded(minute, 59)?;
    let length = rest.bytes().take(2).take_while(u8::is_ascii_digit).count();
    let (second, rest) = rest.split_at(length);
    bounded(second, 59)?;
    match rest.strip_prefix(['.', ',']) {
        Some(fraction) => {
            let digits = fraction.bytes().take_while(u8::is_ascii_digit).count();
            (digits > 0).then(|| &fraction[digits..])
        }
        None => Some(rest),
    }
}

fn is_zone(text: &str) -> bool {
    if text == "Z" {
        return true;
    }
    let Some(rest) = text.strip_prefix(['+', '-']) else { return false };
    rest.len() == 5
        && rest.split_once(':').is_some_and(|(hour, minute)| {
            hour.len() == 2 && bounded(hour, 24).is_some() && bounded(minute, 60).is_some()
        })
}

/// A number in base 60, as YAML 1.1 has them: `1:30`. go-yaml reads none and quotes all.
pub(super) fn is_base_60(text: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(text) else { return false };
    let text = text.strip_prefix(['-', '+']).unwrap_or(text);
    let Some((first, rest)) = text.split_once(':') else { return false };
    let leading = first.bytes().next().is_some_and(|b| b.is_ascii_digit());
    if !leading || !first.bytes().all(|b| b.is_ascii_digit() || b == b'_') {
        return false;
    }
    let (whole, fraction) = match rest.split_once('.') {
        Some((whole, fraction)) => (whole, fraction),
        None => (rest, ""),
    };
    let place = |part: &str| match part.as_bytes() {
        [digit] => digit.is_ascii_digit(),
        [tens, digit] => (b'0'..=b'5').contains(tens) && digit.is_ascii_digit(),
        _ => false,
    };
    whole.split(':').all(place) && fraction.bytes().all(|b| b.is_ascii_digit() || b == b'_')
}

#[cfg(test)]
mod tests {
    use super::{Scalar, is_base_60, resolve};

    #[test]
    fn scalars_resolve_as_yaml_1_1() {
        assert_eq!(resolve(b"yes", true), Scalar::Bool(true));
        assert_eq!(resolve(b"010", true), Scalar::Int(8));
        assert_eq!(resolve(b"0o17", true), Scalar::Int(15));
        assert_eq!(resolve(b"0b11", true), Scalar::Int(3));
        assert_eq!(resolve(b"1_000", true), Scalar::Int(1000));
        assert_eq!(resolve(b"1e3", true), Scalar::Float(1000.0));
        assert_eq!(resolve(b"2001-1-1", true), Scalar::Timestamp);
        assert_eq!(resolve(b"2001-13-01", true), Scalar::String);
        assert_eq!(resolve(b"2001-01-01T01:02:03Z", true), Scalar::Timestamp);
        assert_eq!(resolve(b"12:30:45", true), Scalar::String);
        assert_eq!(resolve(b"08", true), Scalar::Float(8.0));
        assert_eq!(resolve(b"-", true), Scalar::String);
        assert_eq!(resolve(b"", true), Scalar::Null);
        assert!(is_base_60(b"12:30:45") && !is_base_60(b"1:99") && !is_base_60(b"a:1"));
    }
}
