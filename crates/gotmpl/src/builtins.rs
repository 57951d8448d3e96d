//! Go's predefined functions.

use std::any::Any;
use std::borrow::Cow;
use std::cmp::Ordering;
use std::rc::Rc;

use govalue::types::{self, Kind, Signature};
use govalue::{CallResult, Error, List, Object, Str, Type, Value, json, print};

use crate::functions::{ANY_NUMBER, Function, Implementation};

const ONE: Signature = Signature { params: &[&types::ANY], variadic: false };
const TWO: Signature = Signature { params: &[&types::ANY, &types::ANY], variadic: false };
const FIRST_AND_MORE: Signature = Signature { params: &[&types::ANY, &types::ANY], variadic: true };
const FORMAT: Signature = Signature { params: &[&types::STRING, &types::ANY], variadic: true };

const fn pure(name: &'static str, signature: Signature, call: fn(&[Value]) -> CallResult) -> Function {
    Function { name, signature, cost: None, implementation: Implementation::Pure(call) }
}

const fn printing(name: &'static str, signature: Signature, call: fn(&[Value]) -> CallResult) -> Function {
    Function { name, signature, cost: None, implementation: Implementation::Printing(call) }
}

const fn reflecting(
    name: &'static str,
    signature: Signature,
    call: fn(&[Value], &[bool]) -> CallResult,
) -> Function {
    Function { name, signature, cost: None, implementation: Implementation::Reflecting(call) }
}

pub(crate) static FUNCTIONS: &[Function] = &[
    Function { name: "and", signature: FIRST_AND_MORE, cost: None, implementation: Implementation::And },
    Function { name: "call", signature: FIRST_AND_MORE, cost: None, implementation: Implementation::Call },
    pure("eq", FIRST_AND_MORE, |args| equal(args).map(Value::Bool)),
    pure("ge", TWO, |args| Ok(Value::Bool(!less(args)?))),
    pure("gt", TWO, |args| Ok(Value::Bool(!less_or_equal(args)?))),
    printing("html", ANY_NUMBER, |args| Ok(Value::str(html(&text(args)?)))),
    pure("index", FIRST_AND_MORE, index),
    printing("js", ANY_NUMBER, |args| Ok(Value::str(js(&text(args)?)))),
    pure("le", TWO, |args| Ok(Value::Bool(less_or_equal(args)?))),
    reflecting("len", ONE, length),
    pure("lt", TWO, |args| Ok(Value::Bool(less(args)?))),
    pure("ne", TWO, |args| Ok(Value::Bool(!equal(args)?))),
    pure("not", ONE, |args| Ok(Value::Bool(!args.first().is_some_and(Value::truth)))),
    Function { name: "or", signature: FIRST_AND_MORE, cost: None, implementation: Implementation::Or },
    printing("print", ANY_NUMBER, |args| Ok(Value::str(print::try_sprint(args)?))),
    printing("printf", FORMAT, printf),
    printing("println", ANY_NUMBER, |args| Ok(Value::str(print::try_sprintln(args)?))),
    reflecting("slice", FIRST_AND_MORE, slice),
    printing("urlquery", ANY_NUMBER, |args| Ok(Value::str(query_escape(&text(args)?)))),
];

fn fail<T>(message: impl Into<String>) -> Result<T, Box<dyn std::error::Error>> {
    Err(Box::new(Error::new(message)))
}

fn printf(args: &[Value]) -> CallResult {
    match args {
        [Value::Str(format), rest @ ..] => Ok(Value::str(print::try_sprintf(format, rest)?)),
        _ => Ok("".into()),
    }
}

/// Go's `call`. No value of ours is a function, so that it always fails; `name` is how the template calls it.
pub(crate) fn call(name: &str, function: &Value) -> CallResult {
    match function {
        Value::Nil => fail("call of nil"),
        value => fail(format!("non-function {name} of type {}", value.type_name())),
    }
}

/// `reflect.Value.String`, which is how `call` names a function that came through a pipe.
pub(crate) fn reflect_string(value: &Value) -> String {
    match &*underneath(value) {
        Value::Nil => "<invalid Value>".to_owned(),
        Value::Str(text) => text.to_str_lossy().into_owned(),
        value => format!("<{} Value>", value.type_name()),
    }
}

/// The text that escapers work on: what `print` makes of the arguments.
fn text(args: &[Value]) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
    match args {
        [Value::Str(text)] => Ok(text.to_vec()),
        _ => {
            let shown = |arg: &Value| if arg.is_nil() { Value::str("<no value>") } else { arg.clone() };
            Ok(print::try_sprint(&args.iter().map(shown).collect::<Vec<_>>())?)
        }
    }
}

fn html(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for &byte in text {
        match byte {
            0 => out.extend_from_slice("\u{fffd}".as_bytes()),
            b'"' => out.extend_from_slice(b"&#34;"),
            b'\'' => out.extend_from_slice(b"&#39;"),
            b'&' => out.extend_from_slice(b"&amp;"),
            b'<' => out.extend_from_slice(b"&lt;"),
            b'>' => out.extend_from_slice(b"&gt;"),
            other => out.push(other),
        }
    }
    out
}

fn js(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for chunk in text.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '\\' => out.extend_from_slice(b"\\\\"),
                '\'' => out.extend_from_slice(b"\\'"),
                '"' => out.extend_from_slice(b"\\\""),
                '<' | '>' | '&' | '=' | '\0'..='\u{1f}' => {
                    let byte = c as u8;
                    out.extend_from_slice(b"\\u00");
                    out.extend([hex(byte >> 4), hex(byte & 15)]);
                }
                c if c.is_ascii() || print::is_print(c) => {
                    out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                }
                c => out.extend_from_slice(format!("\\u{:04X}", u32::from(c)).as_bytes()),
            }
        }
        // The replacement character is printable, so Go copies the broken bytes as they are.
        out.extend_from_slice(chunk.invalid());
    }
    out
}

fn query_escape(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for &byte in text {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(byte),
            b' ' => out.push(b'+'),
            other => out.extend([b'%', hex(other >> 4), hex(other & 15)]),
        }
    }
    out
}

/// A digit in upper case.
fn hex(digit: u8) -> u8 {
    if digit < 10 { b'0' + digit } else { b'A' + digit - 10 }
}

/// What Go sees of a host value that is a string underneath, such as a `json.Number`: the string.
fn underneath(value: &Value) -> Cow<'_, Value> {
    match value {
        Value::Object(object) if object.ty().kind == Kind::String => {
            Cow::Owned(Value::Str(object.text().unwrap_or_default()))
        }
        value => Cow::Borrowed(value),
    }
}

/// As `print` shows a value.
pub(crate) fn text_of(value: &Value) -> String {
    String::from_utf8_lossy(&print::sprint(std::slice::from_ref(value))).into_owned()
}

/// What a pointer of the host points to; other values as they are.
pub(crate) fn pointee(value: &Value) -> Value {
    match value {
        Value::Object(object) => match object.ty() {
            &Type { kind: Kind::Ptr, elem: Some(ty), .. } if !object.is_nil() => {
                Value::Object(Rc::new(Pointee { object: Rc::clone(object), ty }))
            }
            _ => value.clone(),
        },
        _ => value.clone(),
    }
}

struct Pointee {
    object: Rc<dyn Object>,
    ty: &'static Type,
}

impl Object for Pointee {
    fn ty(&self) -> &'static Type {
        self.ty
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        self.object.fields()
    }

    fn text(&self) -> Option<Str> {
        // The pointer's text, unless only the pointer has the method.
        let has_method = ["Error", "String"].iter().any(|name| self.ty.method(name).is_some());
        if has_method { self.object.text() } else { None }
    }

    fn as_any(&self) -> &dyn Any {
        self.object.as_any()
    }
}

/// The name of a value's type, or of what it points to.
fn pointed_name(value: &Value) -> &'static str {
    match value.ty() {
        Some(ty) if ty.kind == Kind::Ptr => ty.elem.map_or(ty.name.trim_start_matches('*'), |elem| elem.name),
        _ => value.type_name(),
    }
}

fn length(args: &[Value], held: &[bool]) -> CallResult {
    let value = underneath(args.first().unwrap_or(&Value::Nil));
    Ok(Value::int(match &*value {
        Value::Str(text) => text.len() as i64,
        Value::Bytes(bytes) => bytes.len() as i64,
        Value::List(list) => list.len() as i64,
        Value::Map(map) => map.len() as i64,
        Value::Nil if held == [true] => return fail("len of nil pointer"),
        // Go's function runs into a panic here.
        Value::Nil => return fail("reflect: call of reflect.Value.Type on zero Value"),
        Value::Object(object) if object.is_nil() => return fail("len of nil pointer"),
        other => return fail(format!("len of type {}", pointed_name(other))),
    }))
}

/// An index or bound, at most `limit`.
fn position(index: &Value, limit: usize) -> Result<usize, Box<dyn std::error::Error>> {
    let number = match index {
        Value::Int(_, number) => *number,
        Value::Nil => return fail("cannot index slice/array with nil"),
        other => return fail(format!("cannot index slice/array with type {}", other.type_name())),
    };
    match usize::try_from(number) {
        Ok(position) if position <= limit => Ok(position),
        _ => fail(format!("index out of range: {number}")),
    }
}

fn index(args: &[Value]) -> CallResult {
    let [item, indexes @ ..] = args else { return fail("index of untyped nil") };
    let mut item = item.clone();
    if item.is_nil() {
        return fail("index of untyped nil");
    }
    for index in indexes {
        item = match &*underneath(&item) {
            Value::Nil => return fail("index of nil pointer"),
            Value::Str(text) => {
                let at = position(index, text.len())?;
                // Go checks against the length itself and then panics in reflect.
                let Some(&byte) = text.get(at) else { return fail("reflect: string index out of range") };
                Value::Int(govalue::IntKind::Uint8, i64::from(byte))
            }
            Value::Bytes(bytes) => {
                let at = position(index, bytes.len())?;
                let Some(&byte) = bytes.get(at) else { return fail("reflect: slice index out of range") };
                Value::Int(govalue::IntKind::Uint8, i64::from(byte))
            }
            Value::List(list) => {
                let at = position(index, list.len())?;
                match list.get(at) {
                    Some(value) => value.clone(),
                    None => return fail("reflect: slice index out of range"),
                }
            }
            Value::Map(map) => {
                let Value::Str(key) = index else {
                    return match index {
                        Value::Nil => fail("value is nil; should be of type string"),
                        other => fail(format!("value has type {}; should be string", other.type_name())),
                    };
                };
                match map.get(key) {
                    Some(value) => value,
                    None => zero(map.ty().elem),
                }
            }
            Value::Object(object) if object.is_nil() => return fail("index of nil pointer"),
            other => return fail(format!("can't index item of type {}", pointed_name(other))),
        };
    }
    Ok(item)
}

/// The zero value of a type: what a missing key of such elements reads as.
pub(crate) fn zero(ty: Option<&'static govalue::Type>) -> Value {
    let Some(ty) = ty else { return Value::Nil };
    match ty.kind {
        Kind::String => Value::Str(Str::EMPTY),
        Kind::Bool => Value::Bool(false),
        Kind::Int(kind) => Value::Int(kind, 0),
        Kind::Float(kind) => Value::Float(kind, 0.0),
        Kind::Map => Value::Map(govalue::Map::nil(ty)),
        Kind::Slice => Value::List(List::nil(ty)),
        _ => Value::Nil,
    }
}

fn slice(args: &[Value], held: &[bool]) -> CallResult {
    let [item, indexes @ ..] = args else { return fail("slice of untyped nil") };
    let plain = underneath(item);
    let length = match &*plain {
        Value::Nil => return fail("slice of untyped nil"),
        Value::Object(object) if object.is_nil() => return fail("slice of nil pointer"),
        _ if indexes.len() > 3 => return fail(format!("too many slice indexes: {}", indexes.len())),
        Value::Str(_) if indexes.len() == 3 => return fail("cannot 3-index slice a string"),
        Value::Str(text) => text.len(),
        Value::Bytes(bytes) => bytes.len(),
        Value::List(list) => list.len(),
        other => return fail(format!("can't slice item of type {}", pointed_name(other))),
    };
    let mut bounds = [0, length, length];
    for ((bound, index), held) in bounds.iter_mut().zip(indexes).zip(&held[1..]) {
        // Unlike `index`, Go's `slice` does not look into interfaces for its bounds.
        if *held {
            return fail(format!("cannot index slice/array with type {}", types::ANY.name));
        }
        *bound = position(index, length)?;
    }
    let [from, to, most] = bounds;
    if from > to {
        return fail(format!("invalid slice index: {from} > {to}"));
    }
    if indexes.len() == 3 && to > most {
        return fail(format!("invalid slice index: {to} > {most}"));
    }
    Ok(match &*plain {
        // A part of a named string has its type.
        Value::Str(text) if item.as_object::<json::Number>().is_some() => {
            Value::Object(Rc::new(json::Number(Str::from_bytes(&text[from..to]))))
        }
        Value::Str(text) => Value::Str(Str::from_bytes(&text[from..to])),
        Value::Bytes(bytes) => Value::bytes(&bytes[from..to]),
        Value::List(list) => list.slice(from, to).map_or(Value::Nil, Value::List),
        _ => Value::Nil,
    })
}

/// How Go groups kinds for comparison.
#[derive(PartialEq, Clone, Copy)]
enum Basic {
    Bool,
    Int,
    Uint,
    Float,
    Complex,
    String,
    Other,
}

fn basic(value: &Value) -> Basic {
    match value {
        Value::Bool(_) => Basic::Bool,
        Value::Int(kind, _) if kind.is_unsigned() => Basic::Uint,
        Value::Int(..) => Basic::Int,
        Value::Float(..) => Basic::Float,
        Value::Str(_) => Basic::String,
        Value::Object(object) if object.ty().kind == Kind::Complex128 => Basic::Complex,
        _ => Basic::Other,
    }
}

/// Signed and unsigned integers compare by value; the bits of both are in an `i64`.
fn compare_mixed(a: &Value, b: &Value) -> Option<Ordering> {
    let wide = |value: &Value| match value {
        Value::Int(kind, bits) if kind.is_unsigned() => Some(i128::from(*bits as u64)),
        Value::Int(_, number) => Some(i128::from(*number)),
        _ => None,
    };
    Some(wide(a)?.cmp(&wide(b)?))
}

fn equal(args: &[Value]) -> Result<bool, Box<dyn std::error::Error>> {
    let [first, others @ ..] = args else { return fail("missing argument for comparison") };
    if others.is_empty() {
        return fail("missing argument for comparison");
    }
    for other in others {
        if equal_two(first, other)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn equal_two(a: &Value, b: &Value) -> Result<bool, Box<dyn std::error::Error>> {
    let (plain_a, plain_b) = (underneath(a), underneath(b));
    let (types, a, b) = ((a.type_name(), b.type_name()), &*plain_a, &*plain_b);
    let (ka, kb) = (basic(a), basic(b));
    if ka != kb {
        if let Some(order) = compare_mixed(a, b) {
            return Ok(order == Ordering::Equal);
        }
        if a.is_nil() || b.is_nil() {
            return Ok(false);
        }
        return incompatible(types);
    }
    Ok(match (a, b) {
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::Int(_, a), Value::Int(_, b)) => a == b,
        (Value::Float(_, a), Value::Float(_, b)) => a == b,
        (Value::Str(a), Value::Str(b)) => a == b,
        _ => return equal_other(a, b),
    })
}

fn incompatible<T>((a, b): (&str, &str)) -> Result<T, Box<dyn std::error::Error>> {
    fail(format!("incompatible types for comparison: {a} and {b}"))
}

fn is_nil(value: &Value) -> bool {
    match value {
        Value::Nil => true,
        Value::Map(map) => map.is_nil(),
        Value::List(list) => list.is_nil(),
        Value::Object(object) => object.is_nil(),
        _ => false,
    }
}

fn equal_other(a: &Value, b: &Value) -> Result<bool, Box<dyn std::error::Error>> {
    let shown = |value: &Value| {
        String::from_utf8_lossy(&print::sprintf(b"%s", std::slice::from_ref(value))).into_owned()
    };
    if a.kind() != b.kind() && !a.is_nil() && !b.is_nil() {
        return fail(format!(
            "non-comparable types {}: {}, {}: {}",
            shown(a),
            a.type_name(),
            b.type_name(),
            text_of(b)
        ));
    }
    if is_nil(a) || is_nil(b) {
        return Ok(is_nil(a) == is_nil(b));
    }
    match (a, b) {
        (Value::Object(a), Value::Object(other)) => {
            if a.ty() != other.ty() {
                return Ok(false);
            }
            match a.equals(other.as_ref()) {
                Some(equal) => Ok(equal),
                None if a.ty().kind == Kind::Ptr => Ok(std::rc::Rc::ptr_eq(a, other)),
                None => fail(format!("non-comparable type {}: {}", shown(b), b.type_name())),
            }
        }
        _ => fail(format!("non-comparable type {}: {}", shown(b), b.type_name())),
    }
}

fn pair(args: &[Value]) -> (&Value, &Value) {
    (args.first().unwrap_or(&Value::Nil), args.get(1).unwrap_or(&Value::Nil))
}

fn less(args: &[Value]) -> Result<bool, Box<dyn std::error::Error>> {
    const BAD: &str = "invalid type for comparison";
    let (a, b) = pair(args);
    let (plain_a, plain_b) = (underneath(a), underneath(b));
    let (types, a, b) = ((a.type_name(), b.type_name()), &*plain_a, &*plain_b);
    let (ka, kb) = (basic(a), basic(b));
    if ka == Basic::Other || kb == Basic::Other {
        return fail(BAD);
    }
    if ka != kb {
        return match compare_mixed(a, b) {
            Some(order) => Ok(order == Ordering::Less),
            None => incompatible(types),
        };
    }
    Ok(match (a, b) {
        (Value::Float(_, a), Value::Float(_, b)) => a < b,
        (Value::Str(a), Value::Str(b)) => a < b,
        (Value::Int(..), Value::Int(..)) => compare_mixed(a, b) == Some(Ordering::Less),
        _ => return fail(BAD),
    })
}

fn less_or_equal(args: &[Value]) -> Result<bool, Box<dyn std::error::Error>> {
    let (a, b) = pair(args);
    Ok(less(args)? || equal_two(a, b)?)
}
