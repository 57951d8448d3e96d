//! What may stand in the brackets of a host: an IPv6 address with an optional zone, with the errors of `net/netip`.

use crate::unicode::quote;

/// Which kind of address it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Family {
    V4,
    V6,
}

/// Checks an address.
///
/// # Errors
/// Go's text.
pub(super) fn check(text: &[u8]) -> Result<Family, String> {
    let mark = text.iter().find(|byte| b".:%".contains(byte));
    let result = match mark {
        Some(b'.') => check_v4(text).map(|()| Family::V4),
        Some(b':') => check_v6(text).map(|()| Family::V6),
        Some(_) => Err(Wrong::new("missing IPv6 address")),
        None => Err(Wrong::new("unable to parse IP")),
    };
    result.map_err(|wrong| {
        let at = wrong.at.map(|at| format!(" (at {})", quote(&at))).unwrap_or_default();
        format!("ParseAddr({}): {}{at}", quote(text), wrong.message)
    })
}

struct Wrong {
    message: &'static str,
    at: Option<Vec<u8>>,
}

impl Wrong {
    fn new(message: &'static str) -> Self {
        Self { message, at: None }
    }

    fn at(message: &'static str, at: &[u8]) -> Self {
        Self { message, at: (!at.is_empty()).then(|| at.to_vec()) }
    }
}

fn check_v4(text: &[u8]) -> Result<(), Wrong> {
    let (mut value, mut digits, mut dots) = (0u32, 0, 0);
    for (at, &byte) in text.iter().enumerate() {
        match byte {
            b'0'..=b'9' => {
                if digits == 1 && value == 0 {
                    return Err(Wrong::new("IPv4 field has octet with leading zero"));
                }
                value = value * 10 + u32::from(byte - b'0');
                digits += 1;
                if value > 255 {
                    return Err(Wrong::new("IPv4 field has value >255"));
                }
            }
            b'.' if at == 0 || at + 1 == text.len() || text[at - 1] == b'.' => {
                return Err(Wrong::at("IPv4 field must have at least one digit", &text[at..]));
            }
            b'.' if dots == 3 => return Err(Wrong::new("IPv4 address too long")),
            b'.' => {
                dots += 1;
                value = 0;
                digits = 0;
            }
            _ => return Err(Wrong::at("unexpected character", &text[at..])),
        }
    }
    if dots < 3 { Err(Wrong::new("IPv4 address too short")) } else { Ok(()) }
}

fn check_v6(text: &[u8]) -> Result<(), Wrong> {
    let mut rest = text;
    if let Some(percent) = text.iter().position(|&byte| byte == b'%') {
        if percent + 1 == text.len() {
            return Err(Wrong::new("zone must be a non-empty string"));
        }
        rest = &text[..percent];
    }
    // How many of the eight groups are there, and whether `::` stands for more.
    let mut groups = 0;
    let mut ellipsis = false;
    if rest.starts_with(b"::") {
        ellipsis = true;
        rest = &rest[2..];
        if rest.is_empty() {
            return Ok(());
        }
    }
    while groups < 8 {
        let digits = rest.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
        if digits > 4 {
            return Err(Wrong::at("each group must have 4 or less digits", rest));
        }
        if digits == 0 {
            return Err(Wrong::at("each colon-separated field must have at least one digit", rest));
        }
        if rest.get(digits) == Some(&b'.') {
            if !ellipsis && groups != 6 {
                let message = "embedded IPv4 address must replace the final 2 fields of the address";
                return Err(Wrong::at(message, rest));
            }
            if groups > 6 {
                let message = "too many hex fields to fit an embedded IPv4 at the end of the address";
                return Err(Wrong::at(message, rest));
            }
            check_v4(rest)?;
            rest = b"";
            groups += 2;
            break;
        }
        groups += 1;
        rest = &rest[digits..];
        match rest {
            [] => break,
            [b':'] => return Err(Wrong::at("colon must be followed by more characters", rest)),
            [b':', after @ ..] => rest = after,
            _ => return Err(Wrong::at("unexpected character, want colon", rest)),
        }
        if let [b':', after @ ..] = rest {
            if ellipsis {
                return Err(Wrong::at("multiple :: in address", rest));
            }
            ellipsis = true;
            rest = after;
            if rest.is_empty() {
                break;
            }
        }
    }
    if !rest.is_empty() {
        return Err(Wrong::at("trailing garbage after address", rest));
    }
    match (groups, ellipsis) {
        (8, true) => Err(Wrong::new("the :: must expand to at least one field of zeros")),
        (8, false) | (_, true) => Ok(()),
        (_, false) => Err(Wrong::new("address string too short")),
    }
}
