//! The named integers of package `time` and their methods.

use crate::{CallResult, IntKind, Kind, Method, Signature, Str, Type, Value, print, types};

/// `time.Duration`.
pub static DURATION: Type = Type {
    name: "time.Duration",
    kind: Kind::Int(IntKind::Duration),
    elem: None,
    methods: &[
        method("Abs", NONE, |this, _| Ok(Value::duration(number(this).saturating_abs()))),
        method("Hours", NONE, |this, _| Ok(in_units(this, 3600 * SECOND))),
        method("Microseconds", NONE, |this, _| Ok(Value::int64(number(this) / 1_000))),
        method("Milliseconds", NONE, |this, _| Ok(Value::int64(number(this) / 1_000_000))),
        method("Minutes", NONE, |this, _| Ok(in_units(this, 60 * SECOND))),
        method("Nanoseconds", NONE, |this, _| Ok(Value::int64(number(this)))),
        method("Round", TO_UNIT, |this, args| Ok(Value::duration(round(number(this), unit(args))))),
        method("Seconds", NONE, |this, _| Ok(in_units(this, SECOND))),
        method("String", NONE, string),
        method("Truncate", TO_UNIT, |this, args| Ok(Value::duration(truncate(number(this), unit(args))))),
    ],
};

/// `time.Month`.
pub static MONTH: Type = Type {
    name: "time.Month",
    kind: Kind::Int(IntKind::Month),
    elem: None,
    methods: &[method("String", NONE, string)],
};

/// `time.Weekday`.
pub static WEEKDAY: Type = Type {
    name: "time.Weekday",
    kind: Kind::Int(IntKind::Weekday),
    elem: None,
    methods: &[method("String", NONE, string)],
};

/// Nanoseconds.
const SECOND: i64 = 1_000_000_000;

const NONE: Signature = Signature { params: &[], variadic: false };
static TO_UNIT: Signature = Signature { params: &[&types::DURATION], variadic: false };

const fn method(
    name: &'static str,
    signature: Signature,
    call: fn(&Value, &[Value]) -> CallResult,
) -> Method {
    Method { name, signature, call }
}

fn number(value: &Value) -> i64 {
    if let Value::Int(_, n) = value { *n } else { 0 }
}

fn unit(args: &[Value]) -> i64 {
    args.first().map_or(0, number)
}

fn string(this: &Value, _: &[Value]) -> CallResult {
    let mut out = Vec::new();
    print::write_value(&mut out, this);
    Ok(Value::Str(Str::from(out)))
}

/// Whole units and the rest apart, as Go does it: the sum rounds differently from the quotient.
fn in_units(this: &Value, unit: i64) -> Value {
    let nanos = number(this);
    Value::float((nanos / unit) as f64 + (nanos % unit) as f64 / unit as f64)
}

fn truncate(nanos: i64, unit: i64) -> i64 {
    if unit <= 0 { nanos } else { nanos - nanos % unit }
}

/// To the nearest multiple, halves away from zero; what does not fit is the nearest duration.
fn round(nanos: i64, unit: i64) -> i64 {
    if unit <= 0 {
        return nanos;
    }
    let rest = (nanos % unit).unsigned_abs();
    let up = rest >= unit.unsigned_abs() - rest;
    let change =
        i128::from(if up { unit.unsigned_abs() - rest } else { 0 }) - i128::from(if up { 0 } else { rest });
    let rounded = i128::from(nanos) + if nanos < 0 { -change } else { change };
    rounded.clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64
}
