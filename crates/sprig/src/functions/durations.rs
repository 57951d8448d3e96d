//! Durations: Sprig's `duration` and `durationRound`, and the helpers that Helm adds.

use govalue::{CallResult, FloatKind, IntKind, Value};

use super::args::{any, text};
use super::dates::TimeValue;
use super::{cost, table};
use crate::time::duration;
use crate::words::Panic;
use crate::{cast, unicode, words};

table! {
    "duration" (ANY) => |args| text(duration::format(whole_seconds(any(args, 0)).wrapping_mul(SECOND))), cost cost::letters::<12, 12>;
    "durationRound" (ANY) => duration_round, cost cost::letters::<12, 12>;
    "mustToDuration" (ANY) => |args| Ok(Value::duration(of(any(args, 0)).map_err(Panic)?)), cost cost::letters::<12, 12>;
    "durationSeconds" (ANY) => |args| float(args, |nanos| in_units(nanos, SECOND)), cost cost::letters::<12, 12>;
    "durationMinutes" (ANY) => |args| float(args, |nanos| in_units(nanos, 60 * SECOND)), cost cost::letters::<12, 12>;
    "durationHours" (ANY) => |args| float(args, hours), cost cost::letters::<12, 12>;
    "durationDays" (ANY) => |args| float(args, |nanos| hours(nanos) / 24.0), cost cost::letters::<12, 12>;
    "durationWeeks" (ANY) => |args| float(args, |nanos| hours(nanos) / 24.0 / 7.0), cost cost::letters::<12, 12>;
    "durationMilliseconds" (ANY) => |args| Ok(Value::int64(or_zero(args) / 1_000_000)), cost cost::letters::<12, 12>;
    "durationMicroseconds" (ANY) => |args| Ok(Value::int64(or_zero(args) / 1_000)), cost cost::letters::<12, 12>;
    "durationNanoseconds" (ANY) => |args| Ok(Value::int64(or_zero(args))), cost cost::letters::<12, 12>;
    "durationRoundTo" (ANY, ANY) => |args| Ok(Value::duration(to_unit(args, duration::round))), cost cost::letters::<12, 12>;
    "durationTruncateTo" (ANY, ANY) => |args| Ok(Value::duration(to_unit(args, duration::truncate))), cost cost::letters::<12, 12>;
}

/// Nanoseconds.
const SECOND: i64 = 1_000_000_000;

/// What Sprig's `duration` takes for seconds: an `int64` or a decimal string, nothing else.
fn whole_seconds(value: &Value) -> i64 {
    match value {
        Value::Int(IntKind::Int64, n) => *n,
        Value::Str(s) => cast::parse_int(s, 10).unwrap_or_else(|error| error.value),
        _ => 0,
    }
}

/// Without a clock, the time since a date cannot be told; the renderer has one and uses
/// [`super::dates::duration_round`].
fn duration_round(args: &[Value]) -> CallResult {
    let value = any(args, 0);
    if value.as_object::<TimeValue>().is_some() {
        return Err(Panic("durationRound of a date needs a clock".to_owned()).into());
    }
    text(duration::round_to_largest(nanoseconds(value)))
}

/// What Sprig's `durationRound` takes for nanoseconds: an `int64` or a Go duration.
pub(super) fn nanoseconds(value: &Value) -> i64 {
    match value {
        Value::Int(IntKind::Int64, n) => *n,
        Value::Str(s) => duration::parse(s).unwrap_or(0),
        _ => 0,
    }
}

/// The nanoseconds of a value as Helm reads it: a duration, its text, or a number of seconds.
fn of(value: &Value) -> Result<i64, String> {
    match value {
        Value::Int(IntKind::Duration, nanos) => Ok(*nanos),
        Value::Nil => Err("invalid duration".to_owned()),
        Value::Str(s) => {
            let trimmed = words::trim(s);
            if trimmed.is_empty() {
                Err("empty duration".to_owned())
            } else if let Ok(nanos) = duration::parse(trimmed) {
                Ok(nanos)
            } else if let Ok(seconds) = cast::parse_float(trimmed) {
                of_seconds(seconds)
            } else {
                Err(format!("could not parse duration {}", unicode::quote(s)))
            }
        }
        Value::Int(kind, n) if kind.is_unsigned() => i64::try_from(*n as u64)
            .ok()
            .and_then(|seconds| seconds.checked_mul(SECOND))
            .ok_or_else(|| format!("duration seconds overflow: {}", *n as u64)),
        Value::Int(_, n) => n.checked_mul(SECOND).ok_or_else(|| format!("duration seconds overflow: {n}")),
        Value::Float(FloatKind::Float32 | FloatKind::Float64, seconds) => of_seconds(*seconds),
        other => Err(format!("unsupported duration type {}", other.type_name())),
    }
}

fn of_seconds(seconds: f64) -> Result<i64, String> {
    let shown = |value| String::from_utf8_lossy(&super::args::printed(&Value::float(value))).into_owned();
    if !seconds.is_finite() {
        return Err(format!("invalid duration seconds: {}", shown(seconds)));
    }
    let most = i64::MAX as f64 / SECOND as f64;
    if seconds.abs() > most {
        return Err(format!("duration seconds overflow: {}", shown(seconds)));
    }
    let nanos = seconds * SECOND as f64;
    if nanos.abs() > i64::MAX as f64 {
        return Err(format!("duration nanoseconds overflow: {}", shown(nanos)));
    }
    Ok(cast::float_to_int64(nanos))
}

fn or_zero(args: &[Value]) -> i64 {
    of(any(args, 0)).unwrap_or(0)
}

fn float(args: &[Value], convert: fn(i64) -> f64) -> CallResult {
    Ok(Value::float(convert(or_zero(args))))
}

/// Whole units and the rest apart, as Go does it: the sum rounds differently from the quotient.
fn in_units(nanos: i64, unit: i64) -> f64 {
    (nanos / unit) as f64 + (nanos % unit) as f64 / unit as f64
}

fn hours(nanos: i64) -> f64 {
    in_units(nanos, 3600 * SECOND)
}

/// A bad unit leaves the duration as it is.
fn to_unit(args: &[Value], convert: fn(i64, i64) -> i64) -> i64 {
    match (of(any(args, 0)), of(any(args, 1))) {
        (Ok(nanos), Ok(unit)) if unit > 0 => convert(nanos, unit),
        (Ok(nanos), _) => nanos,
        (Err(_), _) => 0,
    }
}
