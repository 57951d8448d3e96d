//! Reading arguments, and what Sprig makes of a value of any type.

use std::borrow::Cow;

use govalue::{CallResult, IntKind, Kind, List, Map, Str, Value, print, types};

use crate::cast;
use crate::words::Panic;

static EMPTY: Str = Str::EMPTY;
const NIL: &Value = &Value::Nil;

/// The argument at a place; nil when there is none.
pub(super) fn any(args: &[Value], at: usize) -> &Value {
    args.get(at).unwrap_or(NIL)
}

/// A `string` parameter.
pub(super) fn string(args: &[Value], at: usize) -> &Str {
    any(args, at).as_str().unwrap_or(&EMPTY)
}

/// An integer parameter.
pub(super) fn int(args: &[Value], at: usize) -> i64 {
    if let Value::Int(_, n) = any(args, at) { *n } else { 0 }
}

/// A `bool` parameter.
pub(super) fn boolean(args: &[Value], at: usize) -> bool {
    any(args, at).as_bool().unwrap_or(false)
}

/// A `map[string]interface {}` parameter; nil is a nil map.
pub(super) fn map(args: &[Value], at: usize) -> Map {
    map_of(any(args, at))
}

/// An argument of a map type; nil is a nil map.
pub(super) fn map_of(value: &Value) -> Map {
    match value {
        Value::Map(map) if map.ty() == &types::MAP_ANY => map.clone(),
        Value::Map(map) => map.with_type(&types::MAP_ANY),
        _ => Map::nil(&types::MAP_ANY),
    }
}

/// A string answer.
pub(super) fn text(answer: impl Into<Str>) -> CallResult {
    Ok(Value::Str(answer.into()))
}

/// A Go panic.
pub(super) fn panic(text: impl Into<String>) -> CallResult {
    Err(Panic::new(text).into())
}

/// The panic of a call on a nil interface.
pub(super) fn nil_dereference() -> Panic {
    Panic::new("runtime error: invalid memory address or nil pointer dereference")
}

/// The panic of `v.(want)`.
pub(super) fn conversion(value: &Value, want: &str) -> Panic {
    let is = if value.is_nil() { "nil" } else { value.type_name() };
    Panic::new(format!("interface conversion: interface {{}} is {is}, not {want}"))
}

/// The elements of a slice of any type; `None` for what is no slice.
pub(super) fn elements(value: &Value) -> Option<Cow<'_, [Value]>> {
    match value {
        Value::List(list) => Some(Cow::Borrowed(list.items())),
        Value::Bytes(bytes) => {
            Some(bytes.iter().map(|&byte| Value::Int(IntKind::Uint8, i64::from(byte))).collect())
        }
        _ => None,
    }
}

/// The number of elements of a slice, else zero.
pub(super) fn length(value: &Value) -> usize {
    match value {
        Value::List(list) => list.len(),
        Value::Bytes(bytes) => bytes.len(),
        _ => 0,
    }
}

/// What Sprig's `strval` and `toString` make of a value.
pub fn text_of(value: &Value) -> Str {
    match value {
        Value::Str(s) => s.clone(),
        Value::Bytes(bytes) => Str::from_bytes(bytes),
        // Bytes that are nil: what a map of them has not.
        Value::List(list) if list.is_nil() && list.ty() == &types::BYTES => Str::EMPTY,
        Value::Object(object) => object.text().unwrap_or_else(|| printed(value)),
        _ => printed(value),
    }
}

/// `fmt.Sprintf("%v", v)`.
pub(super) fn printed(value: &Value) -> Str {
    let mut out = Vec::new();
    print::write_value(&mut out, value);
    out.into()
}

/// What Sprig's `strslice` makes of a value: texts without nils.
pub(super) fn texts_of(value: &Value) -> List {
    match value {
        Value::List(list) if list.ty() == &types::LIST_STRING => list.clone(),
        Value::Nil => List::strings::<Str>([]),
        other => match elements(other) {
            // Go makes room for all of them, and leaves the nils out.
            Some(items) => {
                let texts = items.iter().filter(|item| !item.is_nil()).map(|item| Value::Str(text_of(item)));
                List::with_capacity(&types::LIST_STRING, texts.collect(), items.len())
            }
            None => List::strings([text_of(other)]),
        },
    }
}

/// Sprig's `empty`.
pub fn is_empty(value: &Value) -> bool {
    match value {
        Value::Object(object) => match object.ty().kind {
            Kind::Struct => false,
            Kind::Ptr | Kind::Func | Kind::Interface => object.is_nil(),
            _ => !object.truth(),
        },
        other => !other.truth(),
    }
}

/// `int64` and `int` of any value, as `cast.ToInt64`: zero for what is no number.
pub fn cast_int64(value: &Value) -> i64 {
    match value {
        Value::Bool(b) => i64::from(*b),
        Value::Int(IntKind::Duration | IntKind::Uintptr, _) => 0,
        Value::Int(_, n) => *n,
        Value::Float(_, n) => cast::float_to_int64(*n),
        Value::Str(s) => cast::to_int64(s),
        _ => 0,
    }
}

/// `float64` of any value, as `cast.ToFloat64`: zero for what is no number.
pub fn cast_float64(value: &Value) -> f64 {
    match value {
        Value::Bool(b) => f64::from(u8::from(*b)),
        Value::Int(IntKind::Duration | IntKind::Uintptr, _) => 0.0,
        Value::Int(kind, n) if kind.is_unsigned() => *n as u64 as f64,
        Value::Int(_, n) => *n as f64,
        Value::Float(_, n) => *n,
        Value::Str(s) => cast::to_float64(s),
        _ => 0.0,
    }
}
