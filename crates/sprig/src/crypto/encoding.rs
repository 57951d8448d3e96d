//! Base64 and base32 with the standard alphabets and padding, and Go's offsets in errors.

/// Bytes that are not of the encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("illegal base{base} data at input byte {at}")]
pub struct DecodeError {
    /// 32 or 64.
    pub base: u8,
    /// The offset that Go names.
    pub at: usize,
}

const B64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const B32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const PAD: u8 = b'=';

/// `b64enc`.
pub fn b64_encode(input: &[u8]) -> String {
    encode(input, B64, 6, 4)
}

/// `b32enc`.
pub fn b32_encode(input: &[u8]) -> String {
    encode(input, B32, 5, 8)
}

fn encode(input: &[u8], alphabet: &[u8], bits: u32, group: usize) -> String {
    let mut out = String::with_capacity(input.len().div_ceil(3) * 4);
    let mut buffer = 0u32;
    let mut held = 0;
    for &byte in input {
        buffer = buffer << 8 | u32::from(byte);
        held += 8;
        while held >= bits {
            held -= bits;
            out.push(char::from(alphabet[(buffer >> held) as usize & (alphabet.len() - 1)]));
        }
        buffer &= (1 << held) - 1;
    }
    if held > 0 {
        out.push(char::from(alphabet[(buffer << (bits - held)) as usize & (alphabet.len() - 1)]));
    }
    while !out.len().is_multiple_of(group) {
        out.push(char::from(PAD));
    }
    out
}

fn sextet(byte: u8) -> Option<u32> {
    let value = match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    };
    Some(u32::from(value))
}

fn quintet(byte: u8) -> Option<u32> {
    let value = match byte {
        b'A'..=b'Z' => byte - b'A',
        b'2'..=b'7' => byte - b'2' + 26,
        _ => return None,
    };
    Some(u32::from(value))
}

/// `b64dec`. Line ends are skipped.
///
/// # Errors
/// What was decoded so far, and where Go says that it is wrong.
pub fn b64_decode(input: &[u8]) -> Result<Vec<u8>, (Vec<u8>, DecodeError)> {
    let mut out = Vec::with_capacity(input.len() / 4 * 3);
    let is_line_end = |&byte: &u8| byte == b'\n' || byte == b'\r';
    let skip = |mut at: usize| {
        while input.get(at).is_some_and(is_line_end) {
            at += 1;
        }
        at
    };
    let mut at = 0;
    loop {
        let mut quantum = 0u32;
        let mut digits = 0usize;
        while digits < 4 {
            let Some(&byte) = input.get(at) else {
                if digits == 0 {
                    return Ok(out);
                }
                return Err((out, DecodeError { base: 64, at: at - digits }));
            };
            at += 1;
            if let Some(value) = sextet(byte) {
                quantum = quantum << 6 | value;
                digits += 1;
            } else if !is_line_end(&byte) {
                break;
            }
        }
        let [_, first, second, third] = (quantum << (6 * (4 - digits))).to_be_bytes();
        if digits == 4 {
            out.extend_from_slice(&[first, second, third]);
            continue;
        }
        // `at` is after a byte that is not a digit: padding, which ends the text, or an error.
        let fail = |out, at| Err((out, DecodeError { base: 64, at }));
        if input[at - 1] != PAD || digits < 2 {
            return fail(out, at - 1);
        }
        if digits == 2 {
            at = skip(at);
            match input.get(at) {
                None => return fail(out, input.len()),
                Some(&PAD) => at += 1,
                Some(_) => return fail(out, at - 1),
            }
        }
        at = skip(at);
        out.push(first);
        if digits == 3 {
            out.push(second);
        }
        return if at < input.len() { fail(out, at) } else { Ok(out) };
    }
}

/// `b32dec`. Line ends are skipped and do not count in offsets.
///
/// # Errors
/// What was decoded so far, and where Go says that it is wrong.
pub fn b32_decode(input: &[u8]) -> Result<Vec<u8>, (Vec<u8>, DecodeError)> {
    let input: Vec<u8> = input.iter().copied().filter(|&byte| byte != b'\n' && byte != b'\r').collect();
    let mut out = Vec::with_capacity(input.len() / 8 * 5);
    let mut at = 0;
    while at < input.len() {
        let fail = |out, at| Err((out, DecodeError { base: 32, at }));
        let mut quantum = 0u64;
        let mut digits = 0;
        let mut ended = false;
        while digits < 8 {
            let Some(&byte) = input.get(at) else { return fail(out, input.len() - digits) };
            at += 1;
            let left = input.len() - at;
            if byte == PAD && digits >= 2 && left < 8 {
                if left + digits < 7 {
                    return fail(out, input.len());
                }
                let wrong = input[at..].iter().take(7 - digits).position(|&byte| byte != PAD);
                if let Some(offset) = wrong {
                    return fail(out, at + offset - 1);
                }
                // So many digits do not fill a byte.
                if matches!(digits, 3 | 6) {
                    return fail(out, at - 1);
                }
                ended = true;
                break;
            }
            let Some(value) = quintet(byte) else { return fail(out, at - 1) };
            quantum = quantum << 5 | u64::from(value);
            digits += 1;
        }
        let bytes = (quantum << (5 * (8 - digits))).to_be_bytes();
        out.extend_from_slice(&bytes[3..3 + digits * 5 / 8]);
        if ended {
            return Ok(out);
        }
    }
    Ok(out)
}
