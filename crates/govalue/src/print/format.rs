//! Reads a format: literal text, then verbs with flags, argument index, width and precision.

use super::field::{Flags, Printer};
use super::{quote, walk};
use crate::Value;

/// Prints a format with its arguments, as `fmt.Sprintf`.
pub(crate) fn run(printer: &mut Printer<'_>, format: &[u8], args: &[Value]) {
    let mut reader = Reader { format, args, at: 0, arg: 0, reordered: false, good_index: true };
    while let Some(length) = format[reader.at..].iter().position(|&byte| byte == b'%') {
        printer.push(&format[reader.at..reader.at + length]);
        reader.at += length + 1;
        reader.verb(printer);
        if printer.stopped() {
            return;
        }
    }
    printer.push(&format[reader.at..]);
    if !reader.reordered && reader.arg < args.len() {
        extra(printer, &args[reader.arg..]);
    }
}

fn extra(printer: &mut Printer<'_>, args: &[Value]) {
    printer.flags = Flags::default();
    printer.push(b"%!(EXTRA ");
    for (index, arg) in args.iter().enumerate() {
        if index > 0 {
            printer.push(b", ");
        }
        if arg.is_nil() {
            printer.push(b"<nil>");
        } else {
            printer.push(arg.type_name().as_bytes());
            printer.push(b"=");
            walk::argument(printer, arg, 'v');
        }
    }
    printer.push(b")");
}

struct Reader<'a> {
    format: &'a [u8],
    args: &'a [Value],
    at: usize,
    /// The next argument.
    arg: usize,
    /// Whether any argument index was seen: then unused arguments are no mistake.
    reordered: bool,
    /// Whether the argument indexes of this verb make sense.
    good_index: bool,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.format.get(self.at).copied()
    }

    /// Reads what follows a percent sign and prints it.
    fn verb(&mut self, printer: &mut Printer<'_>) {
        self.good_index = true;
        printer.flags = Flags::default();
        self.flags(printer);
        // Go prints a lower-case verb right after the flags at once; the general way gives the same.
        let mut after_index = self.argument_index();
        after_index = self.width(printer, after_index);
        after_index = self.precision(printer, after_index);
        if !after_index {
            self.argument_index();
        }
        let Some(rune) = quote::first_rune(&self.format[self.at.min(self.format.len())..]) else {
            printer.push(b"%!(NOVERB)");
            return;
        };
        self.at += rune.width();
        let verb = rune.char();
        if verb == '%' {
            printer.push(b"%");
        } else if !self.good_index {
            complain(printer, verb, b"(BADINDEX)");
        } else if let Some(arg) = self.args.get(self.arg) {
            if matches!(verb, 'v' | 'w') {
                let flags = &mut printer.flags;
                flags.sharp_v = std::mem::take(&mut flags.sharp);
                flags.plus_v = std::mem::take(&mut flags.plus);
            }
            walk::argument(printer, arg, verb);
            self.arg += 1;
        } else {
            complain(printer, verb, b"(MISSING)");
        }
    }

    fn flags(&mut self, printer: &mut Printer<'_>) {
        while let Some(byte) = self.peek() {
            match byte {
                b'#' => printer.flags.sharp = true,
                b'0' => printer.flags.zero = true,
                b'+' => printer.flags.plus = true,
                b'-' => printer.flags.minus = true,
                b' ' => printer.flags.space = true,
                _ => return,
            }
            self.at += 1;
        }
    }

    fn width(&mut self, printer: &mut Printer<'_>, after_index: bool) -> bool {
        let flags = &mut printer.flags;
        if self.peek() != Some(b'*') {
            flags.width = self.number();
            if after_index && flags.width.is_some() {
                self.good_index = false;
            }
            return after_index;
        }
        self.at += 1;
        match self.star() {
            Some(width) if width < 0 => {
                flags.width = Some(width.unsigned_abs() as usize);
                flags.minus = true;
                flags.zero = false;
            }
            Some(width) => flags.width = Some(width as usize),
            None => printer.push(b"%!(BADWIDTH)"),
        }
        false
    }

    fn precision(&mut self, printer: &mut Printer<'_>, after_index: bool) -> bool {
        // A period at the very end is taken for a verb.
        if self.peek() != Some(b'.') || self.at + 1 >= self.format.len() {
            return after_index;
        }
        self.at += 1;
        if after_index {
            self.good_index = false;
        }
        let after_index = self.argument_index();
        if self.peek() != Some(b'*') {
            printer.flags.precision = Some(self.number().unwrap_or(0));
            return after_index;
        }
        self.at += 1;
        match self.star() {
            Some(precision) if precision >= 0 => printer.flags.precision = Some(precision as usize),
            _ => printer.push(b"%!(BADPREC)"),
        }
        false
    }

    /// `[n]`: whether a well-formed one was read.
    fn argument_index(&mut self) -> bool {
        if self.peek() != Some(b'[') {
            return false;
        }
        self.reordered = true;
        let rest = &self.format[self.at..];
        let close = if rest.len() < 3 { None } else { rest.iter().position(|&byte| byte == b']') };
        let Some(close) = close else {
            self.at += 1;
            self.good_index = false;
            return false;
        };
        let mut inside = Self { format: &rest[..close], at: 1, ..*self };
        let number = inside.number().filter(|_| inside.at == close);
        self.at += close + 1;
        match number {
            Some(number) if (1..=self.args.len()).contains(&number) => self.arg = number - 1,
            _ => self.good_index = false,
        }
        number.is_some()
    }

    /// A decimal number. Absurdly long ones swallow the rest of the format, as in Go.
    fn number(&mut self) -> Option<usize> {
        let mut number = None;
        while let Some(byte @ b'0'..=b'9') = self.peek() {
            let so_far = number.unwrap_or(0);
            if so_far > LARGEST {
                self.at = self.format.len();
                return None;
            }
            number = Some(so_far * 10 + usize::from(byte - b'0'));
            self.at += 1;
        }
        number
    }

    /// The integer argument that `*` stands for, if there is one of a sensible size.
    fn star(&mut self) -> Option<i64> {
        let arg = self.args.get(self.arg)?;
        self.arg += 1;
        match arg {
            Value::Int(kind, n) if !kind.is_unsigned() || *n >= 0 => {
                (n.unsigned_abs() <= LARGEST as u64).then_some(*n)
            }
            _ => None,
        }
    }
}

/// The largest width and precision.
const LARGEST: usize = 1_000_000;

fn complain(printer: &mut Printer<'_>, verb: char, what: &[u8]) {
    printer.push(b"%!");
    printer.push_char(verb);
    printer.push(what);
}
