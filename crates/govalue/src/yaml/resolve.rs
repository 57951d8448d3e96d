//! What a plain scalar means in YAML 1.1, as go-yaml v2 decides it.

use crate::number;

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
    Merge,
    String,
}

impl Scalar {
    /// The short tag that error texts name.
    pub(super) fn tag(&self) -> &'static str {
        match self {
            Self::Null => "!!null",
            Self::Bool(_) => "!!bool",
            Self::Int(_) | Self::Uint(_) => "!!int",
            Self::Float(_) => "!!float",
            Self::Timestamp => "!!timestamp",
            Self::Merge => "!!merge",
            Self::String => "!!str",
        }
    }
}

/// Resolves the text of a plain scalar.
pub(super) fn resolve(text: &str) -> Scalar {
    let Some(&first) = text.as_bytes().first() else { return Scalar::Null };
    match first {
        b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' | b'~' | b'<' => word(text),
        b'.' => match word(text) {
            Scalar::String => float_text(text).map_or(Scalar::String, Scalar::Float),
            found => found,
        },
        b'0'..=b'9' | b'+' | b'-' => match word(text) {
            Scalar::String => numeric(text),
            found => found,
        },
        _ => Scalar::String,
    }
}

fn word(text: &str) -> Scalar {
    match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            Scalar::Bool(true)
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            Scalar::Bool(false)
        }
        "~" | "null" | "Null" | "NULL" => Scalar::Null,
        ".nan" | ".NaN" | ".NAN" => Scalar::Float(f64::NAN),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => Scalar::Float(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => Scalar::Float(f64::NEG_INFINITY),
        "<<" => Scalar::Merge,
        _ => Scalar::String,
    }
}

/// Any text that Go's `ParseFloat` takes: what begins with a dot is not held to YAML's own form.
fn float_text(text: &str) -> Option<f64> {
    number::parse_float(text.as_bytes(), 64).ok()
}

fn numeric(text: &str) -> Scalar {
    if is_timestamp(text) {
        return Scalar::Timestamp;
    }
    let plain: std::borrow::Cow<'_, str> =
        if text.contains('_') { text.replace('_', "").into() } else { text.into() };
    let bytes = plain.as_bytes();
    if let Ok(value) = number::parse_int(bytes, 0, 64) {
        return Scalar::Int(value);
    }
    if let Ok(value) = number::parse_uint(bytes, 0, 64) {
        return Scalar::Uint(value);
    }
    if is_yaml_float(bytes)
        && let Some(value) = float_text(&plain)
    {
        return Scalar::Float(value);
    }
    let based = |prefix: &str, base: u32| -> Option<Scalar> {
        let (sign, digits) = match plain.strip_prefix('-') {
            Some(rest) => ("-", rest.strip_prefix(prefix)?),
            None => ("", plain.strip_prefix(prefix)?),
        };
        let text = format!("{sign}{digits}");
        if let Ok(value) = number::parse_int(text.as_bytes(), base, 64) {
            return Some(Scalar::Int(value));
        }
        number::parse_uint(text.as_bytes(), base, 64).ok().map(Scalar::Uint)
    };
    based("0b", 2).or_else(|| based("0o", 8)).unwrap_or(Scalar::String)
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
pub(super) fn is_base_60(text: &str) -> bool {
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
        assert_eq!(resolve("yes"), Scalar::Bool(true));
        assert_eq!(resolve("010"), Scalar::Int(8));
        assert_eq!(resolve("0o17"), Scalar::Int(15));
        assert_eq!(resolve("0b11"), Scalar::Int(3));
        assert_eq!(resolve("1_000"), Scalar::Int(1000));
        assert_eq!(resolve("1e3"), Scalar::Float(1000.0));
        assert_eq!(resolve("2001-1-1"), Scalar::Timestamp);
        assert_eq!(resolve("2001-13-01"), Scalar::String);
        assert_eq!(resolve("2001-01-01T01:02:03Z"), Scalar::Timestamp);
        assert_eq!(resolve("12:30:45"), Scalar::String);
        assert_eq!(resolve("08"), Scalar::Float(8.0));
        assert_eq!(resolve("-"), Scalar::String);
        assert_eq!(resolve(""), Scalar::Null);
        assert!(is_base_60("12:30:45") && !is_base_60("1:99") && !is_base_60("a:1"));
    }
}
