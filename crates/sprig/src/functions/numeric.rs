//! Numbers: whole ones in 64 bits that wrap, floats by way of decimals, and ranges.

use govalue::{CallResult, FloatKind, List, Value, types};

use super::args::{any, cast_float64, cast_int64, int, panic, printed, string, text};
use super::{cost, table};
use crate::words::Panic;
use crate::{cast, decimal};

table! {
    "atoi" (STRING) => |args| Ok(Value::int(cast::atoi(string(args, 0)).unwrap_or_else(|error| error.value))), cost cost::whole;
    "int" (ANY) => |args| Ok(Value::int(cast_int64(any(args, 0)))), cost cost::whole;
    "int64" (ANY) => |args| whole(cast_int64(any(args, 0))), cost cost::whole;
    "float64" (ANY) => |args| float(cast_float64(any(args, 0))), cost cost::whole;
    "toDecimal" (ANY) => |args| whole(cast::to_decimal(&printed(any(args, 0)))), cost cost::quote;
    "add1" (ANY) => |args| whole(cast_int64(any(args, 0)).wrapping_add(1)), cost cost::whole;
    "add" (; ANY) => |args| whole(args.iter().fold(0, |sum, value| sum.wrapping_add(cast_int64(value)))), cost cost::whole;
    "sub" (ANY, ANY) => |args| whole(cast_int64(any(args, 0)).wrapping_sub(cast_int64(any(args, 1)))), cost cost::whole;
    "div" (ANY, ANY) => |args| whole(divide(args, i64::wrapping_div)?), cost cost::whole;
    "mod" (ANY, ANY) => |args| whole(divide(args, i64::wrapping_rem)?), cost cost::whole;
    "mul" (ANY; ANY) => |args| whole(args.iter().fold(1, |product, value| product.wrapping_mul(cast_int64(value)))), cost cost::whole;
    "biggest" (ANY; ANY) => |args| whole(args.iter().map(cast_int64).max().unwrap_or(0)), cost cost::whole;
    "max" (ANY; ANY) => |args| whole(args.iter().map(cast_int64).max().unwrap_or(0)), cost cost::whole;
    "min" (ANY; ANY) => |args| whole(args.iter().map(cast_int64).min().unwrap_or(0)), cost cost::whole;
    "maxf" (ANY; ANY) => |args| float(fold(args, larger)), cost cost::whole;
    "minf" (ANY; ANY) => |args| float(fold(args, |a, b| -larger(-a, -b))), cost cost::whole;
    "add1f" (ANY) => |args| float(decimal::fold(decimal::Op::Add, cast_float64(any(args, 0)), [1.0])?), cost cost::decimals;
    "addf" (; ANY) => |args| float(decimal::fold(decimal::Op::Add, 0.0, args.iter().map(cast_float64))?), cost cost::decimals;
    "subf" (ANY; ANY) => |args| decimal(args, decimal::Op::Sub), cost cost::decimals;
    "divf" (ANY; ANY) => |args| decimal(args, decimal::Op::Div), cost cost::quotients;
    "mulf" (ANY; ANY) => |args| decimal(args, decimal::Op::Mul), cost cost::decimals;
    "floor" (ANY) => |args| float(cast_float64(any(args, 0)).floor()), cost cost::whole;
    "ceil" (ANY) => |args| float(cast_float64(any(args, 0)).ceil()), cost cost::whole;
    "round" (ANY, INT; FLOAT64) => round, cost cost::whole;
    "until" (INT) => until, cost cost::until;
    "untilStep" (INT, INT, INT) => until_step, cost cost::until_step;
    "seq" (; INT) => seq, cost cost::seq;
}

fn whole(n: i64) -> CallResult {
    Ok(Value::int64(n))
}

fn float(n: f64) -> CallResult {
    Ok(Value::float(n))
}

fn divide(args: &[Value], operation: fn(i64, i64) -> i64) -> Result<i64, Panic> {
    let (a, b) = (cast_int64(any(args, 0)), cast_int64(any(args, 1)));
    if b == 0 { Err(Panic::new("runtime error: integer divide by zero")) } else { Ok(operation(a, b)) }
}

fn decimal(args: &[Value], operation: decimal::Op) -> CallResult {
    let first = cast_float64(any(args, 0));
    float(decimal::fold(operation, first, args.iter().skip(1).map(cast_float64))?)
}

fn fold(args: &[Value], choose: fn(f64, f64) -> f64) -> f64 {
    args.iter().map(cast_float64).reduce(choose).unwrap_or(0.0)
}

/// `math.Max`: infinity wins over NaN, NaN over the rest, and zero over minus zero.
fn larger(a: f64, b: f64) -> f64 {
    if a == f64::INFINITY || b == f64::INFINITY {
        f64::INFINITY
    } else if a.is_nan() || b.is_nan() {
        f64::NAN
    } else if a == 0.0 && b == 0.0 {
        if a.is_sign_negative() { b } else { a }
    } else {
        a.max(b)
    }
}

fn round(args: &[Value]) -> CallResult {
    let on = match args.get(2) {
        Some(Value::Float(FloatKind::Float32 | FloatKind::Float64, on)) => *on,
        _ => 0.5,
    };
    float(decimal::round(cast_float64(any(args, 0)), int(args, 1), on))
}

/// The numbers from `start` on by `step`, up or down to before `stop`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Steps {
    start: i64,
    stop: i64,
    step: i64,
}

/// More numbers than this are refused: Go would take gigabytes for them.
const MOST_STEPS: u64 = 1 << 26;

impl Steps {
    /// Sprig's `until`.
    pub(super) fn until(count: i64) -> Self {
        Self { start: 0, stop: count, step: if count < 0 { -1 } else { 1 } }
    }

    /// Sprig's `untilStep`.
    pub(super) fn of(args: &[Value]) -> Self {
        Self { start: int(args, 0), stop: int(args, 1), step: int(args, 2) }
    }

    /// Sprig's `seq`: the ends are included.
    pub(super) fn seq(args: &[Value]) -> Option<Self> {
        let (start, step, end) = match args.len() {
            1 => (1, None, int(args, 0)),
            2 => (int(args, 0), None, int(args, 1)),
            3 => (int(args, 0), Some(int(args, 1)), int(args, 2)),
            _ => return None,
        };
        let direction = if end < start { -1 } else { 1 };
        if direction < 0 && step.is_some_and(|step| step > 0) {
            return None;
        }
        Some(Self { start, stop: end.wrapping_add(direction), step: step.unwrap_or(direction) })
    }

    /// How many numbers there are.
    pub(super) fn count(self) -> u64 {
        let Self { start, stop, step } = self;
        let (distance, stride) = if stop < start {
            if step >= 0 {
                return 0;
            }
            (i128::from(start) - i128::from(stop), -i128::from(step))
        } else {
            if step <= 0 {
                return 0;
            }
            (i128::from(stop) - i128::from(start), i128::from(step))
        };
        u64::try_from((distance + stride - 1) / stride).unwrap_or(u64::MAX)
    }

    /// The length of the longest number in decimal.
    pub(super) fn digits(self) -> u64 {
        self.start.to_string().len().max(self.stop.to_string().len()) as u64
    }

    fn numbers(self) -> Result<impl Iterator<Item = i64>, Panic> {
        let count = self.count();
        if count > MOST_STEPS {
            return Err(Panic::new("runtime error: makeslice: len out of range"));
        }
        let Self { start, step, .. } = self;
        Ok((0..count).scan(start, move |next, _| {
            let now = *next;
            *next = now.wrapping_add(step);
            Some(now)
        }))
    }
}

fn until(args: &[Value]) -> CallResult {
    ints(Steps::until(int(args, 0)))
}

fn until_step(args: &[Value]) -> CallResult {
    ints(Steps::of(args))
}

fn ints(steps: Steps) -> CallResult {
    Ok(List::grown(&types::LIST_INT, steps.numbers()?.map(Value::int).collect()).into())
}

fn seq(args: &[Value]) -> CallResult {
    let Some(steps) = Steps::seq(args) else { return text("") };
    if steps.count() > MOST_STEPS {
        return panic("runtime error: makeslice: len out of range");
    }
    let mut out = String::new();
    for n in steps.numbers()? {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(&n.to_string());
    }
    text(out)
}
