//! Numbers read from strings: Go's `strconv`, and what Sprig makes of it.

use crate::unicode;

/// Why `strconv` refused a number, with the value it returns all the same.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("strconv.{function}: parsing {}: {reason}", unicode::quote(.input))]
pub struct NumError<T> {
    /// The function's name: `ParseInt`, `Atoi`, `ParseFloat`.
    pub function: &'static str,
    /// The string.
    pub input: Vec<u8>,
    /// What is wrong.
    pub reason: NumReason,
    /// What Go returns beside the error: zero, or the nearest value when out of range.
    pub value: T,
}

/// What is wrong with a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NumReason {
    /// Not a number.
    #[error("invalid syntax")]
    Syntax,
    /// Too large or too small.
    #[error("value out of range")]
    Range,
}

/// `strconv.ParseInt(s, base, 64)`. Base 0 takes the base from a prefix (`0x`, `0o`, `0`, `0b`) and allows `_`.
///
/// # Errors
/// Not a number of that base, or not in 64 bits.
pub fn parse_int(s: &[u8], base: u32) -> Result<i64, NumError<i64>> {
    signed(s, base, "ParseInt")
}

/// `strconv.ParseUint(s, base, 64)`.
///
/// # Errors
/// Not a number of that base, or not in 64 bits.
pub fn parse_uint(s: &[u8], base: u32) -> Result<u64, NumError<u64>> {
    magnitude(s, base).map_err(|reason| NumError {
        function: "ParseUint",
        input: s.to_vec(),
        reason,
        value: if reason == NumReason::Range { u64::MAX } else { 0 },
    })
}

/// `strconv.Atoi`. Sprig's `atoi` and `duration` ignore the error and take [`NumError::value`].
///
/// # Errors
/// Not a decimal number, or not in 64 bits.
pub fn atoi(s: &[u8]) -> Result<i64, NumError<i64>> {
    signed(s, 10, "Atoi")
}

fn signed(s: &[u8], base: u32, function: &'static str) -> Result<i64, NumError<i64>> {
    let fail = |reason, value| NumError { function, input: s.to_vec(), reason, value };
    let (negative, digits) = match s.first() {
        Some(b'-') => (true, &s[1..]),
        Some(b'+') => (false, &s[1..]),
        _ => (false, s),
    };
    let limit = if negative { i64::MIN } else { i64::MAX };
    match magnitude(digits, base) {
        Ok(value) if negative && value <= i64::MIN.unsigned_abs() => Ok((value as i64).wrapping_neg()),
        Ok(value) if !negative && value <= i64::MAX as u64 => Ok(value as i64),
        Ok(_) | Err(NumReason::Range) => Err(fail(NumReason::Range, limit)),
        Err(NumReason::Syntax) => Err(fail(NumReason::Syntax, 0)),
    }
}

fn magnitude(s: &[u8], base: u32) -> Result<u64, NumReason> {
    let (radix, digits) = match (base, s) {
        (0, [b'0', b'x' | b'X', rest @ ..]) if !rest.is_empty() => (16, rest),
        (0, [b'0', b'b' | b'B', rest @ ..]) if !rest.is_empty() => (2, rest),
        (0, [b'0', b'o' | b'O', rest @ ..]) if !rest.is_empty() => (8, rest),
        // Here the zero is a digit like the others, so that a lone `0` is one.
        (0, [b'0', rest @ ..]) => (8, if rest.is_empty() { s } else { rest }),
        (0, _) => (10, s),
        _ => (base, s),
    };
    if digits.is_empty() {
        return Err(NumReason::Syntax);
    }
    let mut value: u64 = 0;
    let mut underscores = false;
    for &byte in digits {
        if byte == b'_' && base == 0 {
            underscores = true;
            continue;
        }
        let digit = char::from(byte).to_digit(radix).ok_or(NumReason::Syntax)?;
        // The rest is not looked at once it is too large.
        value = value
            .checked_mul(u64::from(radix))
            .and_then(|value| value.checked_add(u64::from(digit)))
            .ok_or(NumReason::Range)?;
    }
    if underscores && !underscores_fit(s) {
        return Err(NumReason::Syntax);
    }
    Ok(value)
}

/// Whether every `_` stands between digits, or between a base prefix and a digit.
fn underscores_fit(s: &[u8]) -> bool {
    let s = match s.first() {
        Some(b'+' | b'-') => &s[1..],
        _ => s,
    };
    let (hex, body) = match s {
        [b'0', prefix, rest @ ..] if matches!(prefix | 0x20, b'x' | b'b' | b'o') => {
            (prefix | 0x20 == b'x', rest)
        }
        _ => (false, s),
    };
    // A prefix counts as a digit.
    let mut previous = if body.len() < s.len() { b'0' } else { b'^' };
    for &byte in body {
        let digit = byte.is_ascii_digit() || (hex && byte.is_ascii_hexdigit());
        let this = match byte {
            _ if digit => b'0',
            b'_' if previous == b'0' => b'_',
            b'_' => return false,
            _ if previous == b'_' => return false,
            _ => b'!',
        };
        previous = this;
    }
    previous != b'_'
}

/// `strconv.ParseFloat(s, 64)`: decimal and hexadecimal floats, `inf`, `infinity`, `nan` in any case, and `_` where
/// Go allows it.
///
/// # Errors
/// Not a float, or too large for 64 bits: then [`NumError::value`] is infinite.
pub fn parse_float(s: &[u8]) -> Result<f64, NumError<f64>> {
    let fail = |reason, value| NumError { function: "ParseFloat", input: s.to_vec(), reason, value };
    let (negative, body) = match s.first() {
        Some(b'-') => (true, &s[1..]),
        Some(b'+') => (false, &s[1..]),
        _ => (false, s),
    };
    let value = if body.eq_ignore_ascii_case(b"inf") || body.eq_ignore_ascii_case(b"infinity") {
        f64::INFINITY
    } else if s.eq_ignore_ascii_case(b"nan") {
        return Ok(f64::NAN);
    } else {
        let value = match body {
            [b'0', b'x' | b'X', digits @ ..] => hex_float(digits),
            _ => decimal_float(body),
        };
        if body.contains(&b'_') && !underscores_fit(body) {
            return Err(fail(NumReason::Syntax, 0.0));
        }
        match value {
            Some(value) if value.is_infinite() => {
                return Err(fail(NumReason::Range, if negative { -value } else { value }));
            }
            Some(value) => value,
            None => return Err(fail(NumReason::Syntax, 0.0)),
        }
    };
    Ok(if negative { -value } else { value })
}

/// Splits digits, a point and an exponent. Answers the digits with the number of those after the point, and the
/// exponent; `None` when something else is there or no digit is.
fn split_float(s: &[u8], is_digit: impl Fn(u8) -> bool, mark: u8) -> Option<(Vec<u8>, i64, Option<i64>)> {
    let end = s.iter().position(|&byte| byte | 0x20 == mark).unwrap_or(s.len());
    let mut digits = Vec::with_capacity(end);
    let mut fraction = None;
    for &byte in &s[..end] {
        match byte {
            b'_' => {}
            b'.' if fraction.is_none() => fraction = Some(0),
            _ if is_digit(byte) => {
                digits.push(byte);
                fraction = fraction.map(|count: i64| count + 1);
            }
            _ => return None,
        }
    }
    if digits.is_empty() {
        return None;
    }
    if end == s.len() {
        return Some((digits, fraction.unwrap_or(0), None));
    }
    let (negative, body) = match &s[end + 1..] {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    if !body.first()?.is_ascii_digit() {
        return None;
    }
    let mut exponent: i64 = 0;
    for &byte in body.iter().filter(|&&byte| byte != b'_') {
        if !byte.is_ascii_digit() {
            return None;
        }
        // Large enough to be out of range, small enough to add to.
        exponent = (exponent * 10 + i64::from(byte - b'0')).min(100_000);
    }
    Some((digits, fraction.unwrap_or(0), Some(if negative { -exponent } else { exponent })))
}

fn decimal_float(s: &[u8]) -> Option<f64> {
    let (digits, fraction, exponent) = split_float(s, |byte| byte.is_ascii_digit(), b'e')?;
    let digits = std::str::from_utf8(&digits).ok()?;
    format!("{digits}e{}", exponent.unwrap_or(0) - fraction).parse().ok()
}

fn hex_float(s: &[u8]) -> Option<f64> {
    let (digits, fraction, exponent) = split_float(s, |byte| byte.is_ascii_hexdigit(), b'p')?;
    // Go: a hexadecimal mantissa needs a `p` exponent.
    let exponent = exponent?;
    let mut mantissa: u64 = 0;
    let mut shift: i64 = 0;
    let mut sticky = false;
    for &byte in &digits {
        let digit = u64::from(char::from(byte).to_digit(16)?);
        if mantissa >> 58 == 0 {
            mantissa = mantissa << 4 | digit;
        } else {
            shift += 4;
            sticky |= digit != 0;
        }
    }
    if mantissa == 0 {
        return Some(0.0);
    }
    let mut exponent = exponent + shift - 4 * fraction;
    // To 64 bits with the first one set, then rounded to even at 53, or at fewer below the normal range.
    let leading = mantissa.leading_zeros();
    mantissa <<= leading;
    exponent -= i64::from(leading);
    let top = exponent + 63;
    let keep = if top < -1022 { 53 + (top + 1022) } else { 53 };
    if keep < 0 {
        return Some(0.0);
    }
    let drop = 64 - keep as u32;
    let (kept, rest) = if drop >= 64 { (0, mantissa) } else { (mantissa >> drop, mantissa << keep) };
    let half = 1u64 << 63;
    let up = rest > half || (rest == half && (sticky || kept & 1 == 1));
    let kept = kept + u64::from(up);
    let scale = exponent + i64::from(drop);
    if top > 1023 {
        return Some(f64::INFINITY);
    }
    // In two steps, each exact: a power of two below the normal range is not a normal float.
    let first = (scale / 2) as i32;
    let second = (scale - i64::from(first)) as i32;
    Some(kept as f64 * 2f64.powi(first) * 2f64.powi(second))
}

/// `int` and `int64` of a string: base 0 after `.0…` at the end is cut, zero when it is not a number.
pub fn to_int64(s: &[u8]) -> i64 {
    parse_int(trim_zero_decimal(s), 0).unwrap_or(0)
}

/// `float64` of a string: zero when it is not a number or too large.
pub fn to_float64(s: &[u8]) -> f64 {
    parse_float(s).unwrap_or(0.0)
}

/// `int` and `int64` of a float: cut toward zero; out of range and NaN give the least integer, as on amd64.
pub fn float_to_int64(value: f64) -> i64 {
    if (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&value) {
        value as i64
    } else {
        i64::MIN
    }
}

/// `toDecimal`: the printed value read as octal, zero when it is not.
pub fn to_decimal(printed: &[u8]) -> i64 {
    parse_int(printed, 8).unwrap_or(0)
}

/// Cuts at the last point that has only zeros and points after it, one zero at least.
fn trim_zero_decimal(s: &[u8]) -> &[u8] {
    let tail = s.iter().rposition(|byte| !matches!(byte, b'0' | b'.')).map_or(0, |at| at + 1);
    let last_zero = s[tail..].iter().rposition(|&byte| byte == b'0').map_or(tail, |at| tail + at);
    match s[tail..last_zero].iter().rposition(|&byte| byte == b'.') {
        Some(point) => &s[..tail + point],
        None => s,
    }
}
