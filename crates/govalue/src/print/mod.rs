//! Go's package `fmt`: values printed by verb, flag, width and precision.
//!
//! [`sprintf`] reads the format (`format`), [`walk`](self) goes through maps, lists and host objects, and `field`
//! writes one number or string with its padding. The fast way for a template's `{{ x }}` is [`write_value`].
//!
//! Go recurses until its stack is gone when a map contains itself, and widths make a short format print
//! gigabytes. Here printing stops at [`MAX_DEPTH`] levels or [`MAX_OUTPUT`] bytes: the `try_` functions report it,
//! the plain ones return what was printed so far. Addresses (`%p`) are always the same made-up number: the real
//! ones would tell charts about the host, and no output could be reproduced.

mod field;
mod format;
mod printable;
mod quote;
mod time;
mod walk;

pub use printable::is_print;
pub(crate) use quote::{Rune, first_rune, runes};
pub use quote::{Unit, quote, quote_rune, quote_to_ascii, unquote, unquote_char};
pub use time::{MONTHS, WEEKDAYS, duration};

use crate::{Error, FloatKind, Value, number};

use field::Printer;

/// How many levels of maps, lists and objects are printed.
pub const MAX_DEPTH: usize = 400;

/// How many bytes one call prints at most.
pub const MAX_OUTPUT: usize = 64 << 20;

/// `fmt.Sprintf`.
pub fn sprintf(format: &[u8], args: &[Value]) -> Vec<u8> {
    let mut out = Vec::new();
    format::run(&mut Printer::new(&mut out), format, args);
    out
}

/// `fmt.Sprintf`, failing when the limits of this module are reached.
pub fn try_sprintf(format: &[u8], args: &[Value]) -> Result<Vec<u8>, Error> {
    let mut out = Vec::new();
    let mut printer = Printer::new(&mut out);
    format::run(&mut printer, format, args);
    printer.finish()?;
    Ok(out)
}

/// `fmt.Sprint`: spaces between operands when neither is a string.
pub fn sprint(args: &[Value]) -> Vec<u8> {
    let mut out = Vec::new();
    print_operands(&mut Printer::new(&mut out), args);
    out
}

/// `fmt.Sprint`, failing when the limits of this module are reached.
pub fn try_sprint(args: &[Value]) -> Result<Vec<u8>, Error> {
    let mut out = Vec::new();
    let mut printer = Printer::new(&mut out);
    print_operands(&mut printer, args);
    printer.finish()?;
    Ok(out)
}

fn print_operands(printer: &mut Printer<'_>, args: &[Value]) {
    let mut after_string = true;
    for arg in args {
        let string = arg.kind() == crate::Kind::String;
        if !string && !after_string {
            printer.push(b" ");
        }
        walk::argument(printer, arg, 'v');
        after_string = string;
    }
}

/// `fmt.Sprintln`: spaces between all operands and a newline at the end.
pub fn sprintln(args: &[Value]) -> Vec<u8> {
    let mut out = Vec::new();
    print_line(&mut Printer::new(&mut out), args);
    out
}

/// `fmt.Sprintln`, failing when the limits of this module are reached.
pub fn try_sprintln(args: &[Value]) -> Result<Vec<u8>, Error> {
    let mut out = Vec::new();
    let mut printer = Printer::new(&mut out);
    print_line(&mut printer, args);
    printer.finish()?;
    Ok(out)
}

fn print_line(printer: &mut Printer<'_>, args: &[Value]) {
    for (index, arg) in args.iter().enumerate() {
        if index > 0 {
            printer.push(b" ");
        }
        walk::argument(printer, arg, 'v');
    }
    printer.push(b"\n");
}

/// Appends a value as `%v` prints it. Strings, integers and booleans allocate nothing of their own.
pub fn write_value(out: &mut Vec<u8>, value: &Value) {
    if !write_scalar(out, value) {
        walk::argument(&mut Printer::new(out), value, 'v');
    }
}

/// Appends a value as `%v` prints it, failing when the limits of this module are reached.
pub fn try_write_value(out: &mut Vec<u8>, value: &Value) -> Result<(), Error> {
    if write_scalar(out, value) {
        return Ok(());
    }
    let mut printer = Printer::new(out);
    walk::argument(&mut printer, value, 'v');
    printer.finish()
}

fn write_scalar(out: &mut Vec<u8>, value: &Value) -> bool {
    match value {
        Value::Nil => out.extend_from_slice(b"<nil>"),
        Value::Str(text) => out.extend_from_slice(text),
        Value::Bool(true) => out.extend_from_slice(b"true"),
        Value::Bool(false) => out.extend_from_slice(b"false"),
        Value::Int(kind, n) if time::text(*kind, *n).is_none() => {
            push_decimal(out, kind.is_unsigned(), *n);
        }
        Value::Float(kind, n) => {
            let bits = if *kind == FloatKind::Float32 { 32 } else { 64 };
            out.extend_from_slice(number::format_float(*n, b'g', -1, bits).as_bytes());
        }
        _ => return false,
    }
    true
}

fn push_decimal(out: &mut Vec<u8>, unsigned: bool, n: i64) {
    let magnitude = if unsigned { n as u64 } else { n.unsigned_abs() };
    if !unsigned && n < 0 {
        out.push(b'-');
    }
    let mut digits = [0; 20];
    let mut at = digits.len();
    let mut rest = magnitude;
    loop {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[at..]);
}

/// `strconv.FormatFloat`; see [`number::format_float`].
pub fn format_float(value: f64, format: u8, precision: i32, bits: u32) -> String {
    number::format_float(value, format, precision, bits)
}
