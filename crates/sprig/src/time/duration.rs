//! Durations in nanoseconds: read, written, rounded.

use super::parse::quote;

/// A text that is no duration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DurationError {
    /// Not numbers with units, or too long for 64 bits.
    #[error("time: invalid duration {}", quote(.0))]
    Invalid(Vec<u8>),
    /// A number without unit.
    #[error("time: missing unit in duration {}", quote(.0))]
    MissingUnit(Vec<u8>),
    /// A unit that there is not: the unit and the whole text.
    #[error("time: unknown unit {} in duration {}", quote(.0), quote(.1))]
    UnknownUnit(Vec<u8>, Vec<u8>),
}

const SECOND: u64 = 1_000_000_000;
const LIMIT: u64 = 1 << 63;

fn unit(name: &[u8]) -> Option<u64> {
    Some(match name {
        b"ns" => 1,
        // The micro sign and the Greek letter.
        b"us" | b"\xc2\xb5s" | b"\xce\xbcs" => 1000,
        b"ms" => 1_000_000,
        b"s" => SECOND,
        b"m" => 60 * SECOND,
        b"h" => 3600 * SECOND,
        _ => return None,
    })
}

/// Reads a duration such as `1h15m30.918s`, as `time.ParseDuration`.
///
/// # Errors
/// Not a duration.
pub fn parse(text: &[u8]) -> Result<i64, DurationError> {
    let invalid = || DurationError::Invalid(text.to_vec());
    let (negative, mut rest) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    if rest == b"0" {
        return Ok(0);
    }
    if rest.is_empty() {
        return Err(invalid());
    }
    let mut total: u64 = 0;
    while !rest.is_empty() {
        let whole_len = digits(rest);
        let (whole_text, after) = rest.split_at(whole_len);
        let whole = leading_int(whole_text).ok_or_else(invalid)?;
        rest = after;
        let mut fraction: &[u8] = b"";
        if let [b'.', after @ ..] = rest {
            (fraction, rest) = after.split_at(digits(after));
        }
        if whole_len == 0 && fraction.is_empty() {
            return Err(invalid());
        }
        let end = rest.iter().position(|&byte| byte == b'.' || byte.is_ascii_digit()).unwrap_or(rest.len());
        if end == 0 {
            return Err(DurationError::MissingUnit(text.to_vec()));
        }
        let (name, after) = rest.split_at(end);
        rest = after;
        let unit = unit(name).ok_or_else(|| DurationError::UnknownUnit(name.to_vec(), text.to_vec()))?;
        if whole > LIMIT / unit {
            return Err(invalid());
        }
        let part = whole * unit + part_of(fraction, unit);
        total =
            total.checked_add(part).filter(|&total| part <= LIMIT && total <= LIMIT).ok_or_else(invalid)?;
    }
    match (negative, total) {
        (true, _) => Ok((total as i64).wrapping_neg()),
        (false, LIMIT) => Err(invalid()),
        (false, _) => Ok(total as i64),
    }
}

fn digits(text: &[u8]) -> usize {
    text.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len())
}

fn leading_int(digits: &[u8]) -> Option<u64> {
    digits.iter().try_fold(0u64, |value, &digit| {
        value.checked_mul(10)?.checked_add(u64::from(digit - b'0')).filter(|&value| value <= LIMIT)
    })
}

/// The nanoseconds of a fraction of a unit. Digits that do not fit are dropped.
fn part_of(fraction: &[u8], unit: u64) -> u64 {
    let mut value: u64 = 0;
    let mut scale = 1.0f64;
    for &digit in fraction {
        if value > (LIMIT - 1) / 10 {
            break;
        }
        let next = value * 10 + u64::from(digit - b'0');
        if next > LIMIT {
            break;
        }
        value = next;
        scale *= 10.0;
    }
    (value as f64 * (unit as f64 / scale)) as u64
}

/// Writes a duration as Go does: `1h15m30.918s`, `1.5µs`, `0s`.
pub fn format(duration: i64) -> String {
    let left = duration.unsigned_abs();
    let sign = if duration < 0 { "-" } else { "" };
    let text = match left {
        0 => "0s".to_owned(),
        1..1000 => format!("{left}ns"),
        1000..1_000_000 => with_fraction(left, 1000, "µs"),
        1_000_000..SECOND => with_fraction(left, 1_000_000, "ms"),
        _ => {
            let seconds = with_fraction(left % (60 * SECOND), SECOND, "s");
            let minutes = left / (60 * SECOND);
            match (minutes / 60, minutes % 60) {
                (0, 0) => seconds,
                (0, minutes) => format!("{minutes}m{seconds}"),
                (hours, minutes) => format!("{hours}h{minutes}m{seconds}"),
            }
        }
    };
    format!("{sign}{text}")
}

fn with_fraction(value: u64, unit: u64, name: &str) -> String {
    let width = unit.ilog10() as usize;
    let fraction = format!("{:0width$}", value % unit);
    let fraction = fraction.trim_end_matches('0');
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{}{point}{fraction}{name}", value / unit)
}

/// Cut to a multiple of `unit`, as `Truncate`.
pub fn truncate(duration: i64, unit: i64) -> i64 {
    if unit <= 0 { duration } else { duration - duration % unit }
}

/// To the nearest multiple of `unit`, halves away from zero, as `Round`. What does not fit is the nearest duration.
pub fn round(duration: i64, unit: i64) -> i64 {
    if unit <= 0 {
        return duration;
    }
    let rest = (duration % unit).abs();
    let down = duration - duration % unit;
    if (rest as u64) * 2 < unit as u64 {
        down
    } else if duration < 0 {
        down.saturating_sub(unit)
    } else {
        down.saturating_add(unit)
    }
}

/// `durationRound`: how many of the largest unit that fits more than once, down to seconds; else `0s`.
pub fn round_to_largest(duration: i64) -> String {
    const HOUR: u64 = 3600 * SECOND;
    let left = duration.unsigned_abs();
    let units = [
        (365 * 24 * HOUR, "y"),
        (30 * 24 * HOUR, "mo"),
        (24 * HOUR, "d"),
        (HOUR, "h"),
        (60 * SECOND, "m"),
        (SECOND, "s"),
    ];
    match units.iter().find(|(unit, _)| left > *unit) {
        Some((unit, name)) => format!("{}{name}", left / unit),
        None => "0s".to_owned(),
    }
}
