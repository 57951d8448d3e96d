//! Formats whose errors read differently in Go. Whether a text is valid is judged as there.

use std::error::Error;

use boon::Format;
use govalue::print::quote;
use serde_json::Value as Json;

/// What replaces the validator's own formats.
pub(super) const FORMATS: [Format; 3] = [
    Format { name: "ipv4", func: |value| texts(value, ipv4) },
    Format { name: "ipv6", func: |value| texts(value, ipv6) },
    Format { name: "uuid", func: |value| texts(value, uuid) },
];

/// Formats are for strings; anything else has every format.
fn texts(value: &Json, check: fn(&str) -> Option<String>) -> Result<(), Box<dyn Error>> {
    let problem = value.as_str().and_then(check);
    problem.map_or(Ok(()), |problem| Err(problem.into()))
}

fn ipv4(text: &str) -> Option<String> {
    let octet = |octet: &str| match octet.parse::<i64>() {
        _ if octet.len() > 1 && octet.starts_with('0') => Some("leading zeros".to_owned()),
        Ok(0..=255) => None,
        Ok(_) => Some("decimal must be between 0 and 255".to_owned()),
        Err(_) => Some(format!("strconv.Atoi: parsing {}: invalid syntax", quote(octet.as_bytes()))),
    };
    if text.matches('.').count() == 3 {
        text.split('.').find_map(octet)
    } else {
        Some("expected four decimals".to_owned())
    }
}

fn ipv6(text: &str) -> Option<String> {
    if !text.contains(':') {
        return Some("missing colon".to_owned());
    }
    let valid = text.parse::<std::net::Ipv6Addr>().is_ok();
    (!valid).then(|| format!("ParseAddr({}): unable to parse IP", quote(text.as_bytes())))
}

fn uuid(text: &str) -> Option<String> {
    const LENGTHS: [usize; 5] = [8, 4, 4, 4, 12];
    if text.split('-').count() != LENGTHS.len() {
        return Some(format!("must have {} elements", LENGTHS.len()));
    }
    text.split('-').zip(LENGTHS).enumerate().find_map(|(i, (part, length))| {
        if part.len() != length {
            return Some(format!("element {} must be {length} characters long", i + 1));
        }
        let wrong = part.chars().find(|c| !c.is_ascii_hexdigit())?;
        Some(format!("non-hex character '{wrong}'"))
    })
}
