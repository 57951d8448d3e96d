//! Numbers as text: `strconv`'s `FormatFloat`, `ParseFloat`, `ParseInt` and `ParseUint`.

use std::fmt;

/// Why a text is no number, in `strconv`'s words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberError {
    function: &'static str,
    input: Vec<u8>,
    /// What is wrong with it.
    pub kind: NumberErrorKind,
}

/// What is wrong with a number's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumberErrorKind {
    /// It does not look like a number.
    Syntax,
    /// It is a number, but the type cannot hold it.
    Range,
    /// The caller asked for a base outside 0 and 2 to 36.
    Base(u32),
    /// The caller asked for more than 64 bits.
    Bits(u32),
}

impl NumberError {
    fn new(function: &'static str, input: &[u8], kind: NumberErrorKind) -> Self {
        Self { function, input: input.to_vec(), kind }
    }

    /// The same failure under another function's name, as `strconv.Atoi` reports what `ParseInt` found.
    pub fn reported_by(mut self, function: &'static str) -> Self {
        self.function = function;
        self
    }
}

impl fmt::Display for NumberError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "strconv.{}: parsing {}: ", self.function, crate::print::quote(&self.input))?;
        match self.kind {
            NumberErrorKind::Syntax => f.write_str("invalid syntax"),
            NumberErrorKind::Range => f.write_str("value out of range"),
            NumberErrorKind::Base(base) => write!(f, "invalid base {base}"),
            NumberErrorKind::Bits(bits) => write!(f, "invalid bit size {bits}"),
        }
    }
}

impl std::error::Error for NumberError {}

/// `strconv.ParseInt`. Base 0 reads the base from a prefix and then allows underscores; `bits` 0 means 64.
pub fn parse_int(text: &[u8], base: u32, bits: u32) -> Result<i64, NumberError> {
    const NAME: &str = "ParseInt";
    let error = |kind| NumberError::new(NAME, text, kind);
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    // The sign is not part of what the unsigned parser sees, except that underscores may not follow it.
    let magnitude = match parse_uint(digits, base, bits) {
        Ok(n) => n,
        Err(NumberError { kind: NumberErrorKind::Range, .. }) => u64::MAX,
        Err(other) => return Err(error(other.kind)),
    };
    let cutoff = 1_u64 << (if bits == 0 { 64 } else { bits } - 1);
    match (negative, magnitude) {
        (false, n) if n < cutoff => Ok(n as i64),
        (true, n) if n <= cutoff => Ok((n as i64).wrapping_neg()),
        _ => Err(error(NumberErrorKind::Range)),
    }
}

/// `strconv.Atoi`: `ParseInt` in base ten, reporting under its own name.
pub fn atoi(text: &[u8]) -> Result<i64, NumberError> {
    parse_int(text, 10, 0).map_err(|error| error.reported_by("Atoi"))
}

/// `strconv.ParseUint`. Base 0 reads the base from a prefix and then allows underscores; `bits` 0 means 64.
pub fn parse_uint(text: &[u8], base: u32, bits: u32) -> Result<u64, NumberError> {
    let error = |kind| Err(NumberError::new("ParseUint", text, kind));
    if text.is_empty() {
        return error(NumberErrorKind::Syntax);
    }
    let prefixed = base == 0;
    let (base, digits) = match (base, text) {
        (2..=36, _) => (base, text),
        (0, [b'0', b'b' | b'B', rest @ ..]) if !rest.is_empty() => (2, rest),
        (0, [b'0', b'o' | b'O', rest @ ..]) if !rest.is_empty() => (8, rest),
        (0, [b'0', b'x' | b'X', rest @ ..]) if !rest.is_empty() => (16, rest),
        (0, [b'0', rest @ ..]) => (8, rest),
        (0, _) => (10, text),
        _ => return error(NumberErrorKind::Base(base)),
    };
    if bits > 64 {
        return error(NumberErrorKind::Bits(bits));
    }
    let max = u64::MAX >> (64 - if bits == 0 { 64 } else { bits });
    let (mut value, mut underscores, mut overflow) = (0_u64, false, false);
    for &byte in digits {
        if byte == b'_' && prefixed {
            underscores = true;
            continue;
        }
        let Some(digit) = (byte as char).to_digit(base) else { return error(NumberErrorKind::Syntax) };
        if overflow {
            // Go stops at the overflow and does not look at what follows.
            break;
        }
        match value.checked_mul(u64::from(base)).and_then(|n| n.checked_add(u64::from(digit))) {
            Some(n) if n <= max => value = n,
            _ => {
                overflow = true;
                break;
            }
        }
    }
    if overflow {
        return error(NumberErrorKind::Range);
    }
    if underscores && !underscores_separate_digits(text) {
        return error(NumberErrorKind::Syntax);
    }
    Ok(value)
}

/// Go's rule for literals: an underscore stands between digits, or between a base prefix and a digit.
fn underscores_separate_digits(text: &[u8]) -> bool {
    let unsigned = match text {
        [b'+' | b'-', rest @ ..] => rest,
        rest => rest,
    };
    let (number, hex, mut before) = match unsigned {
        [b'0', b'x' | b'X', rest @ ..] => (rest, true, b'0'),
        [b'0', b'b' | b'B' | b'o' | b'O', rest @ ..] => (rest, false, b'0'),
        rest => (rest, false, b'.'),
    };
    for &byte in number {
        let class = match byte {
            b'0'..=b'9' => b'0',
            b'a'..=b'f' | b'A'..=b'F' if hex => b'0',
            b'_' if before != b'0' => return false,
            b'_' => b'_',
            _ if before == b'_' => return false,
            _ => b'.',
        };
        before = class;
    }
    before != b'_'
}

/// `strconv.ParseFloat`: decimal, hexadecimal, `inf` and `nan` in any case. `bits` is 32 or 64.
///
/// A text beyond the type's range is an error of kind [`NumberErrorKind::Range`].
pub fn parse_float(text: &[u8], bits: u32) -> Result<f64, NumberError> {
    let error = |kind| NumberError::new("ParseFloat", text, kind);
    let (negative, signed, unsigned) = match text {
        [b'-', rest @ ..] => (true, true, rest),
        [b'+', rest @ ..] => (false, true, rest),
        rest => (false, false, rest),
    };
    let sign = if negative { -1.0 } else { 1.0 };
    if unsigned.eq_ignore_ascii_case(b"inf") || unsigned.eq_ignore_ascii_case(b"infinity") {
        return Ok(sign * f64::INFINITY);
    }
    if !signed && unsigned.eq_ignore_ascii_case(b"nan") {
        return Ok(f64::NAN);
    }
    let parts = FloatText::read(unsigned).ok_or_else(|| error(NumberErrorKind::Syntax))?;
    if parts.underscores && !underscores_separate_digits(text) {
        return Err(error(NumberErrorKind::Syntax));
    }
    let value = if parts.hex { parts.hex_value(bits) } else { parts.decimal_value(bits) };
    if value.is_infinite() { Err(error(NumberErrorKind::Range)) } else { Ok(sign * value) }
}

/// An unsigned float literal, taken apart.
struct FloatText {
    hex: bool,
    underscores: bool,
    /// Digits without point and underscores.
    digits: String,
    /// How many of the digits stand before the point.
    point: usize,
    exponent: i64,
}

impl FloatText {
    fn read(text: &[u8]) -> Option<Self> {
        let hex = matches!(text, [b'0', b'x' | b'X', _, ..]);
        let text = if hex { &text[2..] } else { text };
        let mut parts = Self { hex, underscores: false, digits: String::new(), point: 0, exponent: 0 };
        let mut at = 0;
        let mut point = None;
        while let Some(&byte) = text.get(at) {
            match byte {
                b'_' => parts.underscores = true,
                b'.' if point.is_none() => point = Some(parts.digits.len()),
                b'0'..=b'9' => parts.digits.push(byte as char),
                b'a'..=b'f' | b'A'..=b'F' if hex => parts.digits.push(byte as char),
                _ => break,
            }
            at += 1;
        }
        parts.point = point.unwrap_or(parts.digits.len());
        if parts.digits.is_empty() {
            return None;
        }
        let marker = if hex { b'p' } else { b'e' };
        match text.get(at) {
            // A hexadecimal mantissa needs an exponent, a decimal one does not.
            None if hex => return None,
            None => return Some(parts),
            Some(byte) if byte.to_ascii_lowercase() == marker => at += 1,
            Some(_) => return None,
        }
        let negative = match text.get(at) {
            Some(b'-') => {
                at += 1;
                true
            }
            Some(b'+') => {
                at += 1;
                false
            }
            _ => false,
        };
        if !text.get(at)?.is_ascii_digit() {
            return None;
        }
        for &byte in &text[at..] {
            match byte {
                b'_' => parts.underscores = true,
                // Beyond this every float is zero or infinite.
                b'0'..=b'9' if parts.exponent < 10_000 => {
                    parts.exponent = parts.exponent * 10 + i64::from(byte - b'0')
                }
                b'0'..=b'9' => {}
                _ => return None,
            }
        }
        if negative {
            parts.exponent = -parts.exponent;
        }
        Some(parts)
    }

    fn decimal_value(&self, bits: u32) -> f64 {
        let (whole, fraction) = self.digits.split_at(self.point);
        let text = format!("{whole}.{fraction}e{}", self.exponent);
        // The text was checked digit by digit, and `0.` and `.0` are numbers to Rust too.
        if bits == 32 {
            text.parse::<f32>().map_or(0.0, f64::from)
        } else {
            text.parse::<f64>().unwrap_or(0.0)
        }
    }

    fn hex_value(&self, bits: u32) -> f64 {
        // `mantissa * 2^exponent`, with a sticky lowest bit for what does not fit.
        let mut mantissa = 0_u64;
        let mut exponent = self.exponent;
        for (index, digit) in self.digits.chars().enumerate() {
            let digit = u64::from(digit.to_digit(16).unwrap_or(0));
            if mantissa >> 60 == 0 {
                mantissa = mantissa << 4 | digit;
                if index >= self.point {
                    exponent -= 4;
                }
            } else {
                mantissa |= u64::from(digit != 0);
                if index < self.point {
                    exponent += 4;
                }
            }
        }
        if mantissa == 0 {
            return 0.0;
        }
        let (mantissa_bits, lowest) = if bits == 32 { (24, -149) } else { (53, -1074) };
        let highest = if bits == 32 { 127 } else { 1023 };
        // Round to the type's width at this magnitude: ties to even, fewer bits among the subnormals.
        let length = 64 - i64::from(mantissa.leading_zeros());
        let drop = (length - mantissa_bits).max(lowest - exponent);
        if drop > 0 {
            if drop > 64 {
                return 0.0;
            }
            let kept = if drop == 64 { 0 } else { mantissa >> drop };
            let half = 1_u64 << (drop - 1);
            let rest = if drop == 64 { mantissa } else { mantissa & ((1 << drop) - 1) };
            mantissa = kept + u64::from(rest > half || rest == half && kept & 1 == 1);
            exponent += drop;
        }
        if mantissa == 0 {
            return 0.0;
        }
        let top = exponent + 63 - i64::from(mantissa.leading_zeros());
        if top > highest {
            return f64::INFINITY;
        }
        // The mantissa fits in 53 bits; two steps keep each power of two inside the normal range.
        let first = exponent.clamp(-1000, 1000);
        mantissa as f64 * power_of_two(first) * power_of_two(exponent - first)
    }
}

fn power_of_two(exponent: i64) -> f64 {
    if exponent < -1022 {
        f64::powi(2.0, exponent as i32)
    } else {
        f64::from_bits(((exponent + 1023) as u64) << 52)
    }
}

/// `strconv.FormatFloat`: formats `b`, `e`, `E`, `f`, `F`, `g`, `G`, `x`, `X`; precision -1 is the shortest text
/// that reads back the same. `bits` is 32 or 64. Another format gives `%` and the format, as in Go.
pub fn format_float(value: f64, format: u8, precision: i32, bits: u32) -> String {
    if value.is_nan() {
        return "NaN".into();
    }
    if value.is_infinite() {
        return if value > 0.0 { "+Inf".into() } else { "-Inf".into() };
    }
    let mut out = String::new();
    if value.is_sign_negative() {
        out.push('-');
    }
    let value = value.abs();
    match format {
        b'b' => binary(&mut out, value, bits),
        b'x' | b'X' => hexadecimal(&mut out, value, precision, format == b'X', bits),
        b'e' | b'E' | b'f' | b'F' | b'g' | b'G' => decimal(&mut out, value, format, precision, bits),
        _ => return format!("%{}", format as char),
    }
    out
}

/// The digits of a number `0.d₁d₂… × 10^point`, without zeros at the end.
struct Digits {
    digits: Vec<u8>,
    point: i32,
}

impl Digits {
    /// Takes apart what Rust prints with `{:e}`.
    fn from_scientific(text: &str) -> Self {
        let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
        let digits = mantissa.bytes().filter(u8::is_ascii_digit).collect();
        Self { digits, point: exponent.parse::<i32>().unwrap_or(0) + 1 }.trimmed()
    }

    /// Takes apart what Rust prints with `{:.n}`.
    fn from_fixed(text: &str) -> Self {
        let whole = text.find('.').unwrap_or(text.len());
        let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_digit).collect();
        let zeros = digits.iter().take_while(|&&digit| digit == b'0').count();
        Self { digits: digits[zeros..].to_vec(), point: whole as i32 - zeros as i32 }.trimmed()
    }

    fn trimmed(mut self) -> Self {
        while self.digits.last() == Some(&b'0') {
            self.digits.pop();
        }
        if self.digits.is_empty() {
            self.point = 0;
        }
        self
    }

    fn digit(&self, index: i32) -> char {
        usize::try_from(index)
            .ok()
            .and_then(|index| self.digits.get(index))
            .map_or('0', |&digit| digit as char)
    }

    fn len(&self) -> i32 {
        self.digits.len() as i32
    }
}

/// No float has more decimals than this; further places are zeros that need no arithmetic. Rust's formatter
/// also refuses precisions above 65535.
const EXACT_PLACES: i32 = 1_100;

fn decimal(out: &mut String, value: f64, format: u8, precision: i32, bits: u32) {
    let shortest = precision < 0;
    let kind = format.to_ascii_lowercase();
    let digits = if shortest {
        shortest_digits(value, bits)
    } else {
        match kind {
            b'f' => Digits::from_fixed(&format!("{:.*}", precision.min(EXACT_PLACES) as usize, value)),
            b'e' => Digits::from_scientific(&format!("{:.*e}", precision.min(EXACT_PLACES) as usize, value)),
            _ => {
                let places = (precision.max(1) - 1).min(EXACT_PLACES);
                Digits::from_scientific(&format!("{:.*e}", places as usize, value))
            }
        }
    };
    let upper = format.is_ascii_uppercase();
    match kind {
        b'e' => scientific(out, &digits, if shortest { (digits.len() - 1).max(0) } else { precision }, upper),
        b'f' => fixed(out, &digits, if shortest { (digits.len() - digits.point).max(0) } else { precision }),
        _ => {
            let precision = if shortest { digits.len() } else { precision.max(1) };
            let threshold = if shortest {
                6
            } else if precision > digits.len() && digits.len() >= digits.point {
                digits.len()
            } else {
                precision
            };
            let exponent = digits.point - 1;
            if exponent < -4 || exponent >= threshold {
                scientific(out, &digits, precision.min(digits.len()) - 1, upper);
            } else {
                fixed(out, &digits, (digits.len() - digits.point).max(0));
            }
        }
    }
}

/// Rust and Go agree on the shortest digits except halfway between two candidates, where Go takes the even one.
fn shortest_digits(value: f64, bits: u32) -> Digits {
    let single = value as f32;
    let text = if bits == 32 { format!("{single:e}") } else { format!("{value:e}") };
    let digits = Digits::from_scientific(&text);
    let odd = digits.digits.last().is_some_and(|digit| digit % 2 == 1);
    // Both candidates can be within reach only when nearly all the digits a float has are needed.
    let ties_from = if bits == 32 { 6 } else { 15 };
    if odd && digits.digits.len() >= ties_from {
        let places = digits.digits.len() - 1;
        let even = format!("{value:.places$e}");
        let same = if bits == 32 { even.parse() == Ok(single) } else { even.parse() == Ok(value) };
        if same {
            return Digits::from_scientific(&even);
        }
    }
    digits
}

fn scientific(out: &mut String, digits: &Digits, places: i32, upper: bool) {
    out.push(digits.digit(0));
    if places > 0 {
        out.push('.');
        out.extend((1..=places).map(|index| digits.digit(index)));
    }
    let exponent = if digits.digits.is_empty() { 0 } else { digits.point - 1 };
    out.push(if upper { 'E' } else { 'e' });
    push_exponent(out, exponent);
}

fn push_exponent(out: &mut String, exponent: i32) {
    out.push(if exponent < 0 { '-' } else { '+' });
    let magnitude = exponent.unsigned_abs();
    if magnitude < 10 {
        out.push('0');
    }
    out.push_str(&magnitude.to_string());
}

fn fixed(out: &mut String, digits: &Digits, places: i32) {
    if digits.point > 0 {
        out.extend((0..digits.point).map(|index| digits.digit(index)));
    } else {
        out.push('0');
    }
    if places > 0 {
        out.push('.');
        out.extend((0..places).map(|place| digits.digit(digits.point + place)));
    }
}

/// Mantissa and exponent so that the value is `mantissa × 2^exponent`, and the mantissa's width.
fn parts(value: f64, bits: u32) -> (u64, i32, u32) {
    let (width, bias, raw) =
        if bits == 32 { (23, 127, u64::from((value as f32).to_bits())) } else { (52, 1023, value.to_bits()) };
    let field = (raw >> width) as i32;
    let mantissa = raw & ((1 << width) - 1);
    if field == 0 {
        (mantissa, 1 - bias - width, width as u32)
    } else {
        (mantissa | 1 << width, field - bias - width, width as u32)
    }
}

fn binary(out: &mut String, value: f64, bits: u32) {
    let (mantissa, exponent, _) = parts(value, bits);
    out.push_str(&format!("{mantissa}p{exponent:+}"));
}

fn hexadecimal(out: &mut String, value: f64, precision: i32, upper: bool, bits: u32) {
    let (mantissa, exponent, _) = parts(value, bits);
    let (mut mantissa, mut exponent) = if mantissa == 0 {
        (0, 0)
    } else {
        // The leading one goes to bit 60, leaving fifteen hexadecimal places below it.
        let shift = mantissa.leading_zeros() as i32 - 3;
        (mantissa << shift, exponent - shift + 60)
    };
    if (0..15).contains(&precision) {
        let drop = 60 - precision * 4;
        let (kept, rest, half) = (mantissa >> drop, mantissa & ((1 << drop) - 1), 1_u64 << (drop - 1));
        let kept = kept + u64::from(rest > half || rest == half && kept & 1 == 1);
        mantissa = kept << drop;
        if mantissa >> 61 != 0 {
            mantissa >>= 1;
            exponent += 1;
        }
    }
    let mut text = format!("0x{}", mantissa >> 60);
    let mut rest = mantissa & ((1 << 60) - 1);
    if precision > 0 || precision < 0 && rest != 0 {
        text.push('.');
        let mut places = precision;
        while places > 0 || precision < 0 && rest != 0 {
            text.push(char::from_digit((rest >> 56) as u32, 16).unwrap_or('0'));
            rest = rest << 4 & ((1 << 60) - 1);
            places -= 1;
        }
    }
    text.push('p');
    push_exponent(&mut text, exponent);
    out.push_str(&if upper { text.to_ascii_uppercase() } else { text });
}
