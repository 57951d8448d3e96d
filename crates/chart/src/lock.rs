//! Chart.lock: the versions that were once chosen for the dependencies.

use govalue::Value;

use crate::metadata::Dependency;
use crate::metadata::decode::{self, Place};

/// The contents of Chart.lock or requirements.lock.
#[derive(Debug, Clone, Default)]
pub struct Lock {
    /// When it was written, as in the file.
    pub generated: String,
    /// A hash of the dependencies it was made from.
    pub digest: String,
    /// What was chosen.
    pub dependencies: Vec<Option<Dependency>>,
}

impl Lock {
    /// Reads a lock; `None` for a document that is null.
    pub(crate) fn decode(document: &Value) -> Result<Option<Self>, govalue::Error> {
        let Some(map) = decode::table(document, "v2.Lock", None)? else { return Ok(None) };
        let mut lock = Self::default();
        let place = Place { owner: "Lock", path: "" };
        decode::each_field(map, |name, value| match name {
            "generated" => {
                lock.generated = generated(value)?;
                Ok(())
            }
            "digest" => decode::string(&mut lock.digest, value, place, name),
            "dependencies" => {
                lock.dependencies = decode::dependencies(value, place)?.unwrap_or_default();
                Ok(())
            }
            _ => Ok(()),
        })?;
        Ok(Some(lock))
    }
}

fn generated(value: &Value) -> Result<String, govalue::Error> {
    match value {
        Value::Nil => Ok(String::new()),
        Value::Str(text) => {
            let text = text.to_str_lossy().into_owned();
            match time_error(&text) {
                None => Ok(text),
                Some((rest, wanted)) => Err(decode::decode_error(&format!(
                    "parsing time {text:?} as \"2006-01-02T15:04:05Z07:00\": cannot parse {rest:?} as {wanted:?}"
                ))),
            }
        }
        _ => Err(decode::decode_error("Time.UnmarshalJSON: input is not a JSON string")),
    }
}

/// Where a text stops being a time as RFC 3339 writes it, and what Go expected there.
fn time_error(text: &str) -> Option<(&str, &'static str)> {
    const PARTS: [(&str, usize); 11] = [
        ("2006", 4),
        ("-", 0),
        ("01", 2),
        ("-", 0),
        ("02", 2),
        ("T", 0),
        ("15", 2),
        (":", 0),
        ("04", 2),
        (":", 0),
        ("05", 2),
    ];
    let mut rest = text;
    for (part, digits) in PARTS {
        let length = digits.max(1);
        let fits = match rest.as_bytes().get(..length) {
            Some(bytes) if digits > 0 => bytes.iter().all(u8::is_ascii_digit),
            Some(bytes) => bytes == part.as_bytes(),
            None => false,
        };
        match rest.get(length..) {
            Some(next) if fits => rest = next,
            _ => return Some((rest, part)),
        }
    }
    if let Some(fraction) = rest.strip_prefix('.') {
        rest = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
    }
    let zone = rest.as_bytes();
    let offset = zone.len() == 6
        && matches!(zone[0], b'+' | b'-')
        && zone[3] == b':'
        && [1, 2, 4, 5].iter().all(|&i| zone[i].is_ascii_digit());
    if rest == "Z" || offset { None } else { Some((rest, "Z07:00")) }
}
