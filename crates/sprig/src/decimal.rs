//! Decimal arithmetic as Sprig's `addf`, `subf`, `mulf` and `divf` do it, and rounding as `round` does.
//!
//! Every operand is the shortest decimal that reads back as its float. Sums and products are exact, a quotient has
//! 16 places with halves rounded away from zero, and the result is the nearest float.

use std::cmp::Ordering;

use crate::words::Panic;

/// An operation on two decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    /// `addf`, `add1f`.
    Add,
    /// `subf`.
    Sub,
    /// `mulf`.
    Mul,
    /// `divf`.
    Div,
}

/// Folds `rest` into `first` with one operation.
///
/// # Errors
/// Go's panics: an operand that is infinite or NaN, a division by zero.
pub fn fold(op: Op, first: f64, rest: impl IntoIterator<Item = f64>) -> Result<f64, Panic> {
    let mut total = Decimal::from_f64(first)?;
    for operand in rest {
        let operand = Decimal::from_f64(operand)?;
        total = match op {
            Op::Add => total.add(&operand),
            Op::Sub => total.add(&operand.negated()),
            Op::Mul => total.mul(&operand),
            Op::Div => total.div(&operand)?,
        };
    }
    Ok(total.to_f64())
}

/// `round`: to `places` decimals, up from `round_on` (0.5 unless given). Negative numbers go down: `-2.3` is `-3`.
pub fn round(value: f64, places: i64, round_on: f64) -> f64 {
    let power = pow10(places);
    let digit = power * value;
    let fraction = if digit.is_infinite() { f64::NAN } else { digit - digit.trunc() };
    let rounded = if fraction >= round_on { digit.ceil() } else { digit.floor() };
    rounded / power
}

/// Ten to a whole power with Go's rounding: repeated squaring on a fraction between a half and one.
fn pow10(places: i64) -> f64 {
    if places == 0 {
        return 1.0;
    }
    // Far outside of the range of a float. (The template's number may be anything.)
    if places.unsigned_abs() > 2000 {
        return if places > 0 { f64::INFINITY } else { 0.0 };
    }
    let (mut fraction, mut fraction_exponent) = (0.625f64, 4i64);
    let (mut product, mut exponent) = (1.0f64, 0i64);
    let mut bits = places.unsigned_abs();
    while bits != 0 {
        if bits & 1 == 1 {
            product *= fraction;
            exponent += fraction_exponent;
        }
        fraction *= fraction;
        fraction_exponent <<= 1;
        if fraction < 0.5 {
            fraction += fraction;
            fraction_exponent -= 1;
        }
        bits >>= 1;
    }
    if places < 0 {
        product = 1.0 / product;
        exponent = -exponent;
    }
    // The product is near one: two halves keep every step in range until the last.
    let half = (exponent / 2) as i32;
    product * 2f64.powi(half) * 2f64.powi(exponent as i32 - half)
}

/// `coefficient * 10^exponent`. Limbs hold nine digits each, the least significant first, without leading zeros.
#[derive(Debug, Clone)]
struct Decimal {
    negative: bool,
    limbs: Vec<u32>,
    exponent: i64,
}

const BASE: u64 = 1_000_000_000;
const PLACES: i64 = 16;

impl Decimal {
    fn from_f64(value: f64) -> Result<Self, Panic> {
        if !value.is_finite() {
            let name = if value.is_nan() {
                "NaN"
            } else if value > 0.0 {
                "+Inf"
            } else {
                "-Inf"
            };
            return Err(Panic::new(format!("Cannot create a Decimal from {name}")));
        }
        let printed = shortest(value.abs());
        let (mantissa, exponent) = printed.split_once('e').unwrap_or((&printed, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let exponent = exponent.parse::<i64>().unwrap_or(0) - fraction.len() as i64;
        let limbs = limbs_of(&format!("{whole}{fraction}"));
        let exponent = if limbs.is_empty() { 0 } else { exponent };
        Ok(Self { negative: value < 0.0, limbs, exponent })
    }

    fn to_f64(&self) -> f64 {
        let Some((top, lower)) = self.limbs.split_last() else { return 0.0 };
        let mut text = String::with_capacity(self.limbs.len() * 9 + 8);
        if self.negative {
            text.push('-');
        }
        text.push_str(&top.to_string());
        for limb in lower.iter().rev() {
            text.push_str(&format!("{limb:09}"));
        }
        text.push_str(&format!("e{}", self.exponent));
        text.parse().unwrap_or(0.0)
    }

    fn negated(&self) -> Self {
        Self { negative: !self.negative, ..self.clone() }
    }

    fn add(&self, other: &Self) -> Self {
        let exponent = self.exponent.min(other.exponent);
        let left = scaled(&self.limbs, self.exponent - exponent);
        let right = scaled(&other.limbs, other.exponent - exponent);
        let (negative, limbs) = if self.negative == other.negative {
            (self.negative, sum(&left, &right))
        } else if compare(&left, &right) == Ordering::Less {
            (other.negative, difference(&right, &left))
        } else {
            (self.negative, difference(&left, &right))
        };
        Self { negative, limbs, exponent }
    }

    fn mul(&self, other: &Self) -> Self {
        Self {
            negative: self.negative != other.negative,
            limbs: product(&self.limbs, &other.limbs),
            exponent: self.exponent + other.exponent,
        }
    }

    fn div(&self, other: &Self) -> Result<Self, Panic> {
        if other.limbs.is_empty() {
            return Err(Panic::new("decimal division by 0"));
        }
        let shift = self.exponent - other.exponent + PLACES;
        let (dividend, divisor) = if shift < 0 {
            (self.limbs.clone(), scaled(&other.limbs, -shift))
        } else {
            (scaled(&self.limbs, shift), other.limbs.clone())
        };
        let (mut quotient, remainder) = quotient(&dividend, &divisor);
        if compare(&sum(&remainder, &remainder), &divisor) != Ordering::Less {
            quotient = sum(&quotient, &[1]);
        }
        Ok(Self { negative: self.negative != other.negative, limbs: quotient, exponent: -PLACES })
    }
}

/// The shortest digits that read back, as Go finds them: `1.25e-7`.
fn shortest(value: f64) -> String {
    let printed = format!("{value:e}");
    let digits = printed.bytes().take_while(|&byte| byte != b'e').filter(u8::is_ascii_digit).count();
    // Where two strings of that length are equally near, Rust takes the larger and Go the even one.
    let even = format!("{value:.*e}", digits - 1);
    if even.parse() == Ok(value) { even } else { printed }
}

fn limbs_of(digits: &str) -> Vec<u32> {
    let mut limbs: Vec<u32> = digits
        .as_bytes()
        .rchunks(9)
        .map(|chunk| chunk.iter().fold(0, |limb, &byte| limb * 10 + u32::from(byte - b'0')))
        .collect();
    trim(&mut limbs);
    limbs
}

fn trim(limbs: &mut Vec<u32>) {
    while limbs.last() == Some(&0) {
        limbs.pop();
    }
}

fn scaled(limbs: &[u32], zeros: i64) -> Vec<u32> {
    if limbs.is_empty() || zeros <= 0 {
        return limbs.to_vec();
    }
    let whole = (zeros / 9) as usize;
    let factor = 10u32.pow((zeros % 9) as u32);
    let mut out = vec![0; whole];
    out.extend(product(limbs, &[factor]));
    out
}

fn compare(left: &[u32], right: &[u32]) -> Ordering {
    left.len().cmp(&right.len()).then_with(|| left.iter().rev().cmp(right.iter().rev()))
}

fn sum(left: &[u32], right: &[u32]) -> Vec<u32> {
    let mut out = Vec::with_capacity(left.len().max(right.len()) + 1);
    let mut carry = 0u64;
    for at in 0..left.len().max(right.len()) {
        let limb = |limbs: &[u32]| u64::from(limbs.get(at).copied().unwrap_or(0));
        let total = limb(left) + limb(right) + carry;
        out.push((total % BASE) as u32);
        carry = total / BASE;
    }
    if carry > 0 {
        out.push(carry as u32);
    }
    out
}

/// `left - right`, of which `left` is not the smaller.
fn difference(left: &[u32], right: &[u32]) -> Vec<u32> {
    let mut out = Vec::with_capacity(left.len());
    let mut borrow = 0i64;
    for (at, &limb) in left.iter().enumerate() {
        let mut value = i64::from(limb) - i64::from(right.get(at).copied().unwrap_or(0)) - borrow;
        borrow = i64::from(value < 0);
        if value < 0 {
            value += BASE as i64;
        }
        out.push(value as u32);
    }
    trim(&mut out);
    out
}

fn product(left: &[u32], right: &[u32]) -> Vec<u32> {
    let mut out = vec![0u32; left.len() + right.len()];
    for (at, &a) in left.iter().enumerate() {
        let mut carry = 0u64;
        for (offset, &b) in right.iter().enumerate() {
            let total = u64::from(a) * u64::from(b) + u64::from(out[at + offset]) + carry;
            out[at + offset] = (total % BASE) as u32;
            carry = total / BASE;
        }
        out[at + right.len()] = carry as u32;
    }
    trim(&mut out);
    out
}

/// Long division in base 10⁹: quotient and remainder. The divisor is not zero.
fn quotient(dividend: &[u32], divisor: &[u32]) -> (Vec<u32>, Vec<u32>) {
    let mut out = vec![0u32; dividend.len()];
    // Nearly every divisor has at most two limbs: the seventeen digits of one float.
    if let [low, rest @ ..] = divisor
        && rest.len() <= 1
    {
        let base = u128::from(BASE);
        let divisor = u128::from(*low) + u128::from(rest.first().copied().unwrap_or(0)) * base;
        let mut remainder = 0u128;
        for (at, &limb) in dividend.iter().enumerate().rev() {
            let part = remainder * base + u128::from(limb);
            out[at] = (part / divisor) as u32;
            remainder = part % divisor;
        }
        trim(&mut out);
        let mut remainder = vec![(remainder % base) as u32, (remainder / base) as u32];
        trim(&mut remainder);
        return (out, remainder);
    }
    let mut remainder: Vec<u32> = Vec::new();
    for (at, &limb) in dividend.iter().enumerate().rev() {
        remainder.insert(0, limb);
        trim(&mut remainder);
        // The digit is searched by halving: thirty steps, and no estimate that could be wrong.
        let (mut low, mut high) = (0u32, (BASE - 1) as u32);
        while low < high {
            let middle = low + (high - low).div_ceil(2);
            if compare(&product(divisor, &[middle]), &remainder) == Ordering::Greater {
                high = middle - 1;
            } else {
                low = middle;
            }
        }
        if low > 0 {
            remainder = difference(&remainder, &product(divisor, &[low]));
        }
        out[at] = low;
    }
    trim(&mut out);
    (out, remainder)
}
