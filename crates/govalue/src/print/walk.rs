//! Goes through a value and prints its parts: `fmt`'s `printArg` and `printValue` in one, since our values know
//! their types.

use super::field::Printer;
use super::{MAX_DEPTH, time};
use crate::{FloatKind, IntKind, Kind, Object, Str, Type, Value, types};

/// What every address prints as. See the module's documentation.
const ADDRESS: u64 = 0xc0_0001_2345;

/// Prints an operand.
pub(crate) fn argument(printer: &mut Printer<'_>, value: &Value, verb: char) {
    match (value, verb) {
        (Value::Nil, 'T' | 'v') => printer.padded(b"<nil>"),
        (Value::Nil, _) => bad_verb(printer, value, verb),
        (_, 'T') => printer.string(value.type_name().as_bytes()),
        (_, 'p') => pointer(printer, value, verb),
        _ => print(printer, value, verb, 0),
    }
}

/// Prints a value at some depth.
fn print(printer: &mut Printer<'_>, value: &Value, verb: char, depth: usize) {
    if printer.stopped() {
        return;
    }
    if depth > MAX_DEPTH {
        printer.stop_at_depth();
        return;
    }
    match value {
        Value::Nil => printer.padded(b"<nil>"),
        Value::Bool(b) => match verb {
            't' | 'v' => printer.boolean(*b),
            _ => bad_verb(printer, value, verb),
        },
        Value::Int(kind, n) => match method_text(printer, verb, || time::text(*kind, *n)) {
            Some(text) => string(printer, value, &text, verb),
            None if verb == 'w' && time::text(*kind, *n).is_some() => bad_verb(printer, value, verb),
            None => integer(printer, value, *kind, *n, verb),
        },
        Value::Float(kind, n) => float(printer, value, *kind, *n, verb),
        Value::Str(text) => string(printer, value, text, verb),
        Value::Bytes(bytes) => byte_slice(printer, value, Some(bytes), verb, depth),
        // The only list of bytes is the nil one.
        Value::List(list) if *list.ty() == types::BYTES => byte_slice(printer, value, None, verb, depth),
        Value::List(_) | Value::Map(_) if verb == 'w' && !printer.erroring => bad_verb(printer, value, verb),
        Value::List(list) => {
            let items = list.items().iter().map(|item| (None, item));
            if printer.flags.sharp_v {
                printer.push(list.ty().name.as_bytes());
                if list.is_nil() {
                    printer.push(b"(nil)");
                } else {
                    let around = (b"{".as_slice(), b"}".as_slice());
                    elements(printer, items, around, list.ty().elem, verb, depth);
                }
            } else {
                elements(printer, items, (b"[", b"]"), list.ty().elem, verb, depth);
            }
        }
        Value::Map(map) => {
            // Printing calls methods of host objects, so the map is not borrowed meanwhile.
            let entries: Vec<_> = map.iter().collect();
            let items = entries.iter().map(|(key, item)| (Some(key), item));
            if printer.flags.sharp_v {
                printer.push(map.ty().name.as_bytes());
                if map.is_nil() {
                    printer.push(b"(nil)");
                } else {
                    elements(printer, items, (b"{", b"}"), map.ty().elem, verb, depth);
                }
            } else {
                elements(printer, items, (b"map[", b"]"), map.ty().elem, verb, depth);
            }
        }
        Value::Object(object) => self::object(printer, value, object.as_ref(), verb, depth),
    }
}

/// The text of a type with `String()` or `Error()`, for the verbs that use it.
fn method_text(printer: &Printer<'_>, verb: char, text: impl FnOnce() -> Option<Str>) -> Option<Str> {
    let wanted = !printer.erroring && !printer.flags.sharp_v && matches!(verb, 'v' | 's' | 'x' | 'X' | 'q');
    if wanted { text() } else { None }
}

fn elements<'v>(
    printer: &mut Printer<'_>,
    items: impl Iterator<Item = (Option<&'v Str>, &'v Value)>,
    (open, close): (&[u8], &[u8]),
    elem: Option<&'static Type>,
    verb: char,
    depth: usize,
) {
    printer.push(open);
    for (index, (key, item)) in items.enumerate() {
        if printer.stopped() {
            return;
        }
        if index > 0 {
            printer.push(if printer.flags.sharp_v { b", " } else { b" " });
        }
        if let Some(key) = key {
            string(printer, &Value::Str(key.clone()), key, verb);
            printer.push(b":");
        }
        element(printer, item, elem, verb, depth + 1);
    }
    printer.push(close);
}

/// Prints what a list, a map or a field holds. A nil there knows its static type.
fn element(printer: &mut Printer<'_>, item: &Value, elem: Option<&'static Type>, verb: char, depth: usize) {
    match item {
        Value::Nil if printer.flags.sharp_v => {
            printer.push(elem.filter(|ty| ty.is_interface()).unwrap_or(&types::ANY).name.as_bytes());
            printer.push(b"(nil)");
        }
        Value::Nil => printer.push(b"<nil>"),
        item => print(printer, item, verb, depth),
    }
}

fn bad_verb(printer: &mut Printer<'_>, value: &Value, verb: char) {
    let outer = std::mem::replace(&mut printer.erroring, true);
    printer.push(b"%!");
    printer.push_char(verb);
    printer.push(b"(");
    if value.is_nil() {
        printer.push(b"<nil>");
    } else {
        printer.push(value.type_name().as_bytes());
        printer.push(b"=");
        argument(printer, value, 'v');
    }
    printer.push(b")");
    printer.erroring = outer;
}

fn integer(printer: &mut Printer<'_>, value: &Value, kind: IntKind, n: i64, verb: char) {
    let unsigned = kind.is_unsigned();
    match verb {
        'v' if printer.flags.sharp_v && unsigned => printer.hex_number(n as u64, true),
        'v' | 'd' => printer.integer(n, unsigned, 10, verb),
        'b' => printer.integer(n, unsigned, 2, verb),
        'o' | 'O' => printer.integer(n, unsigned, 8, verb),
        'x' | 'X' => printer.integer(n, unsigned, 16, verb),
        'c' => printer.character(n as u64),
        'q' => printer.quoted_character(n as u64),
        'U' => printer.unicode(n as u64),
        _ => bad_verb(printer, value, verb),
    }
}

fn float(printer: &mut Printer<'_>, value: &Value, kind: FloatKind, n: f64, verb: char) {
    let bits = if kind == FloatKind::Float32 { 32 } else { 64 };
    match verb {
        'v' => printer.float(n, bits, 'g', -1),
        'b' | 'g' | 'G' | 'x' | 'X' => printer.float(n, bits, verb, -1),
        'e' | 'E' | 'f' => printer.float(n, bits, verb, 6),
        'F' => printer.float(n, bits, 'f', 6),
        _ => bad_verb(printer, value, verb),
    }
}

fn string(printer: &mut Printer<'_>, value: &Value, text: &[u8], verb: char) {
    match verb {
        'v' if printer.flags.sharp_v => printer.quoted(text),
        'v' | 's' => printer.string(text),
        'x' => printer.hex_string(text, false),
        'X' => printer.hex_string(text, true),
        'q' => printer.quoted(text),
        _ => bad_verb(printer, value, verb),
    }
}

fn byte_slice(printer: &mut Printer<'_>, value: &Value, bytes: Option<&[u8]>, verb: char, depth: usize) {
    let nil = bytes.is_none();
    let bytes = bytes.unwrap_or_default();
    match verb {
        's' => return printer.string(bytes),
        'x' => return printer.hex_string(bytes, false),
        'X' => return printer.hex_string(bytes, true),
        'q' => return printer.quoted(bytes),
        // An operand that is a byte slice never reaches the methods of other types, a nested one does.
        'w' if depth > 0 && !printer.erroring => return bad_verb(printer, value, verb),
        _ => {}
    }
    let go_syntax = printer.flags.sharp_v && matches!(verb, 'v' | 'd');
    if printer.flags.sharp_v {
        // As an operand it is called by the name that programmers use.
        let name: &[u8] = if depth == 0 && go_syntax { b"[]byte" } else { b"[]uint8" };
        printer.push(name);
        if nil {
            return printer.push(b"(nil)");
        }
    }
    let (open, close): (&[u8], &[u8]) = if printer.flags.sharp_v { (b"{", b"}") } else { (b"[", b"]") };
    printer.push(open);
    if matches!(verb, 'v' | 'd') && printer.flags.is_plain() {
        // Charts print all of their files by mistake: `print` of what holds `.Files`.
        printer.decimals(bytes);
        return printer.push(close);
    }
    for (index, &byte) in bytes.iter().enumerate() {
        if printer.stopped() {
            return;
        }
        if index > 0 {
            printer.push(if printer.flags.sharp_v { b", " } else { b" " });
        }
        let n = i64::from(byte);
        integer(printer, &Value::Int(IntKind::Uint8, n), IntKind::Uint8, n, verb);
    }
    printer.push(close);
}

fn object(printer: &mut Printer<'_>, value: &Value, object: &dyn Object, verb: char, depth: usize) {
    let ty = object.ty();
    if verb == 'w' && !printer.erroring {
        return bad_verb(printer, value, verb);
    }
    if object.is_nil() {
        return pointer(printer, value, verb);
    }
    if let Some(text) = method_text(printer, verb, || object.text()) {
        return string(printer, value, &text, verb);
    }
    if printer.flags.sharp_v
        && !printer.erroring
        && let Some(text) = object.go_text()
    {
        return printer.padded(&text);
    }
    match ty.kind {
        Kind::Ptr if depth > 0 => pointer(printer, value, verb),
        Kind::Ptr => {
            let name = ty.elem.map_or(ty.name.trim_start_matches('*'), |elem| elem.name);
            printer.push(b"&");
            fields(printer, name, object, verb, depth + 1);
        }
        Kind::Func => pointer(printer, value, verb),
        Kind::Complex128 => complex(printer, value, object, verb),
        // Named types over plain ones show what they are called by, when they can.
        Kind::String | Kind::Int(_) | Kind::Float(_) | Kind::Bool => match object.text() {
            Some(text) => string(printer, value, &text, verb),
            None => fields(printer, ty.name, object, verb, depth),
        },
        _ => fields(printer, ty.name, object, verb, depth),
    }
}

/// A complex number shows its two parts as its fields.
fn complex(printer: &mut Printer<'_>, value: &Value, object: &dyn Object, verb: char) {
    let parts = object.fields();
    let (
        [(_, Value::Float(_, real)), (_, Value::Float(_, imaginary))],
        'v' | 'b' | 'g' | 'G' | 'x' | 'X' | 'f' | 'F' | 'e' | 'E',
    ) = (parts.as_slice(), verb)
    else {
        return bad_verb(printer, value, verb);
    };
    printer.push(b"(");
    float(printer, value, FloatKind::Float64, *real, verb);
    let plus = std::mem::replace(&mut printer.flags.plus, true);
    float(printer, value, FloatKind::Float64, *imaginary, verb);
    printer.flags.plus = plus;
    printer.push(b"i)");
}

fn fields(printer: &mut Printer<'_>, name: &str, object: &dyn Object, verb: char, depth: usize) {
    let flags = printer.flags;
    if flags.sharp_v {
        printer.push(name.as_bytes());
    }
    printer.push(b"{");
    for (index, (name, field)) in object.fields().iter().enumerate() {
        if printer.stopped() {
            return;
        }
        if index > 0 {
            printer.push(if flags.sharp_v { b", " } else { b" " });
        }
        if flags.plus_v || flags.sharp_v {
            printer.push(name.as_bytes());
            printer.push(b":");
        }
        element(printer, field, None, verb, depth + 1);
    }
    printer.push(b"}");
}

/// An address: `%p`, and pointers inside other values.
fn pointer(printer: &mut Printer<'_>, value: &Value, verb: char) {
    let address = match value {
        Value::Map(map) if map.is_nil() => 0,
        Value::List(list) if list.is_nil() => 0,
        Value::Object(object) if object.is_nil() => 0,
        Value::Object(object)
            if !matches!(object.ty().kind, Kind::Ptr | Kind::Map | Kind::Slice | Kind::Func) =>
        {
            return bad_verb(printer, value, verb);
        }
        Value::Map(_) | Value::List(_) | Value::Bytes(_) | Value::Object(_) => ADDRESS,
        _ => return bad_verb(printer, value, verb),
    };
    match verb {
        'v' if printer.flags.sharp_v => {
            printer.push(b"(");
            printer.push(value.type_name().as_bytes());
            printer.push(b")(");
            if address == 0 {
                printer.push(b"nil")
            } else {
                printer.hex_number(address, true)
            }
            printer.push(b")");
        }
        'v' if address == 0 => printer.padded(b"<nil>"),
        'v' | 'p' => {
            let prefix = !printer.flags.sharp;
            printer.hex_number(address, prefix);
        }
        'b' | 'o' | 'd' | 'x' | 'X' => {
            integer(printer, &Value::int64(0), IntKind::Uintptr, address as i64, verb)
        }
        _ => bad_verb(printer, value, verb),
    }
}
