//! Writes one string or number with its padding.

use super::{MAX_DEPTH, MAX_OUTPUT, is_print, quote};
use crate::{Error, number};

/// The flags, width and precision of one verb.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Flags {
    pub(crate) sharp: bool,
    pub(crate) zero: bool,
    pub(crate) plus: bool,
    pub(crate) minus: bool,
    pub(crate) space: bool,
    /// `%#v`: Go syntax.
    pub(crate) sharp_v: bool,
    /// `%+v`: field names.
    pub(crate) plus_v: bool,
    pub(crate) width: Option<usize>,
    pub(crate) precision: Option<usize>,
}

impl Flags {
    /// Whether nothing was asked for that changes how a number looks.
    pub(crate) fn is_plain(&self) -> bool {
        let Self { sharp, zero, plus, minus, space, sharp_v, plus_v: _, width, precision } = *self;
        !(sharp || zero || plus || minus || space || sharp_v || width.is_some() || precision.is_some())
    }
}

/// Where printing goes, and how far it may go.
pub(crate) struct Printer<'o> {
    out: &'o mut Vec<u8>,
    /// How long the output may become.
    limit: usize,
    stop: Option<Stop>,
    pub(crate) flags: Flags,
    /// Inside `%!verb(type=value)`: no methods are called there.
    pub(crate) erroring: bool,
}

#[derive(Debug, Clone, Copy)]
enum Stop {
    Depth,
    Size,
}

impl<'o> Printer<'o> {
    pub(crate) fn new(out: &'o mut Vec<u8>) -> Self {
        let limit = out.len().saturating_add(MAX_OUTPUT);
        Self { out, limit, stop: None, flags: Flags::default(), erroring: false }
    }

    /// Whether a limit was reached; from then on nothing is printed.
    pub(crate) fn stopped(&self) -> bool {
        self.stop.is_some()
    }

    /// The limit that was reached, as an error.
    pub(crate) fn finish(&self) -> Result<(), Error> {
        match self.stop {
            None => Ok(()),
            Some(Stop::Depth) => Err(Error::new(format!("value nests deeper than {MAX_DEPTH} levels"))),
            Some(Stop::Size) => Err(Error::new(format!("printed text is larger than {MAX_OUTPUT} bytes"))),
        }
    }

    /// Notes that a value nests too deep.
    pub(crate) fn stop_at_depth(&mut self) {
        self.stop.get_or_insert(Stop::Depth);
    }

    pub(crate) fn push(&mut self, bytes: &[u8]) {
        if self.room(bytes.len()) {
            self.out.extend_from_slice(bytes);
        }
    }

    pub(crate) fn push_char(&mut self, c: char) {
        self.push(c.encode_utf8(&mut [0; 4]).as_bytes());
    }

    fn room(&mut self, more: usize) -> bool {
        if self.stop.is_none() && more > self.limit - self.out.len() {
            self.stop = Some(Stop::Size);
        }
        self.stop.is_none()
    }

    fn push_times(&mut self, byte: u8, count: usize) {
        if self.room(count) {
            self.out.resize(self.out.len() + count, byte);
        }
    }

    fn padding(&mut self, count: usize) {
        // Zeros go only to the left.
        let byte = if self.flags.zero && !self.flags.minus { b'0' } else { b' ' };
        self.push_times(byte, count);
    }

    /// Writes text padded to the width, which counts characters.
    pub(crate) fn padded(&mut self, bytes: &[u8]) {
        let width = self.flags.width.unwrap_or(0);
        let missing = if width == 0 { 0 } else { width.saturating_sub(quote::rune_count(bytes)) };
        if !self.flags.minus {
            self.padding(missing);
        }
        self.push(bytes);
        if self.flags.minus {
            self.padding(missing);
        }
    }

    fn padded_with_spaces(&mut self, bytes: &[u8]) {
        let zero = std::mem::take(&mut self.flags.zero);
        self.padded(bytes);
        self.flags.zero = zero;
    }

    pub(crate) fn boolean(&mut self, b: bool) {
        self.padded(if b { b"true" } else { b"false" });
    }

    /// `%s`.
    pub(crate) fn string(&mut self, bytes: &[u8]) {
        self.padded(self.truncated(bytes));
    }

    /// A precision cuts strings to so many characters.
    fn truncated<'b>(&self, bytes: &'b [u8]) -> &'b [u8] {
        let Some(precision) = self.flags.precision.filter(|&precision| precision < bytes.len()) else {
            return bytes;
        };
        let length = quote::runes(bytes).take(precision).map(|rune| rune.width()).sum();
        &bytes[..length]
    }

    /// `%q` of a string.
    pub(crate) fn quoted(&mut self, bytes: &[u8]) {
        let bytes = self.truncated(bytes);
        // Quoting makes a string at most ten times as long.
        if !self.room(bytes.len()) {
            return;
        }
        if self.flags.sharp && quote::can_backquote(bytes) {
            self.padded(&[b"`", bytes, b"`"].concat());
        } else if self.flags.plus {
            self.padded(quote::quote_to_ascii(bytes).as_bytes());
        } else {
            self.padded(quote::quote(bytes).as_bytes());
        }
    }

    /// `%x` and `%X` of a string.
    pub(crate) fn hex_string(&mut self, bytes: &[u8], upper: bool) {
        let Flags { width, precision, sharp, space, minus, .. } = self.flags;
        let bytes = &bytes[..precision.map_or(bytes.len(), |precision| precision.min(bytes.len()))];
        let width = width.unwrap_or(0);
        if bytes.is_empty() {
            self.padding(width);
            return;
        }
        let prefixes = match (sharp, space) {
            (false, _) => 0,
            (true, false) => 1,
            (true, true) => bytes.len(),
        };
        let spaces = if space { bytes.len() - 1 } else { 0 };
        let missing = width.saturating_sub(2 * bytes.len() + 2 * prefixes + spaces);
        if !minus {
            self.padding(missing);
        }
        let (prefix, digits) =
            if upper { (b"0X", b"0123456789ABCDEF") } else { (b"0x", b"0123456789abcdef") };
        for (index, byte) in bytes.iter().enumerate() {
            if space && index > 0 {
                self.push(b" ");
            }
            if index < prefixes {
                self.push(prefix);
            }
            self.push(&[digits[usize::from(byte >> 4)], digits[usize::from(byte & 15)]]);
            if self.stopped() {
                return;
            }
        }
        if minus {
            self.padding(missing);
        }
    }

    /// An integer in some base; `verb` `O` asks for the `0o` prefix, `X` for capitals.
    pub(crate) fn integer(&mut self, n: i64, unsigned: bool, base: u64, verb: char) {
        let Flags { width, precision, sharp, zero, plus, minus, space, .. } = self.flags;
        if base == 10 && verb != 'O' && self.flags.is_plain() {
            let text = if unsigned { (n as u64).to_string() } else { n.to_string() };
            return self.push(text.as_bytes());
        }
        let negative = !unsigned && n < 0;
        let mut magnitude = if unsigned { n as u64 } else { n.unsigned_abs() };
        if precision == Some(0) && magnitude == 0 {
            // No digits at all: only the width shows.
            let width = width.unwrap_or(0);
            self.push_times(b' ', width);
            return;
        }
        let places = match (precision, width) {
            (Some(precision), _) => precision,
            (None, Some(width)) if zero && !minus => {
                width.saturating_sub(usize::from(negative || plus || space))
            }
            _ => 0,
        };
        // Built backwards, as the digits come.
        let mut text = Vec::with_capacity(places.max(64) + 4);
        loop {
            let digit = char::from_digit((magnitude % base) as u32, 16).unwrap_or('0');
            text.push(if verb == 'X' { digit.to_ascii_uppercase() } else { digit } as u8);
            magnitude /= base;
            if magnitude == 0 {
                break;
            }
        }
        if text.len() < places {
            text.resize(places, b'0');
        }
        if sharp {
            match base {
                2 => text.extend_from_slice(b"b0"),
                8 if text.last() != Some(&b'0') => text.push(b'0'),
                16 => text.extend_from_slice(if verb == 'X' { b"X0" } else { b"x0" }),
                _ => {}
            }
        }
        if verb == 'O' {
            text.extend_from_slice(b"o0");
        }
        if negative {
            text.push(b'-');
        } else if plus {
            text.push(b'+');
        } else if space {
            text.push(b' ');
        }
        text.reverse();
        self.padded_with_spaces(&text);
    }

    /// Bytes as decimal numbers with spaces between them.
    pub(crate) fn decimals(&mut self, bytes: &[u8]) {
        const AT_ONCE: usize = 256;
        let mut text = Vec::with_capacity(4 * AT_ONCE);
        for (index, chunk) in bytes.chunks(AT_ONCE).enumerate() {
            text.clear();
            for &byte in chunk {
                text.push(b' ');
                if byte >= 100 {
                    text.push(b'0' + byte / 100);
                }
                if byte >= 10 {
                    text.push(b'0' + byte / 10 % 10);
                }
                text.push(b'0' + byte % 10);
            }
            self.push(if index == 0 { &text[1..] } else { &text });
            if self.stopped() {
                return;
            }
        }
    }

    /// `%#x`-like, whatever the flags: how Go syntax and addresses show unsigned numbers.
    pub(crate) fn hex_number(&mut self, n: u64, prefix: bool) {
        let sharp = std::mem::replace(&mut self.flags.sharp, prefix);
        self.integer(n as i64, true, 16, 'v');
        self.flags.sharp = sharp;
    }

    /// `%c`.
    pub(crate) fn character(&mut self, code: u64) {
        let c = to_char(code);
        self.padded(c.encode_utf8(&mut [0; 4]).as_bytes());
    }

    /// `%q` of a number.
    pub(crate) fn quoted_character(&mut self, code: u64) {
        let text = quote::quote_rune(to_char(code) as u32, self.flags.plus);
        self.padded(text.as_bytes());
    }

    /// `%U`.
    pub(crate) fn unicode(&mut self, code: u64) {
        let places = self.flags.precision.unwrap_or(4).max(4);
        let digits = format!("{code:X}");
        let mut text = Vec::with_capacity(places + 8);
        text.extend_from_slice(b"U+");
        text.resize(2 + places.saturating_sub(digits.len()), b'0');
        text.extend_from_slice(digits.as_bytes());
        if self.flags.sharp
            && let Some(c) = u32::try_from(code).ok().and_then(char::from_u32).filter(|&c| is_print(c))
        {
            text.extend_from_slice(format!(" '{c}'").as_bytes());
        }
        self.padded_with_spaces(&text);
    }

    /// A float with `strconv`'s format and the default precision for the verb.
    pub(crate) fn float(&mut self, value: f64, bits: u32, verb: char, default: i32) {
        let Flags { width, precision, sharp, zero, plus, minus, space, .. } = self.flags;
        let precision = precision.map_or(default, |precision| precision as i32);
        let text = number::format_float(value, verb as u8, precision, bits);
        let (mut sign, mut digits) = match text.as_bytes() {
            [sign @ (b'-' | b'+'), digits @ ..] => (*sign, digits.to_vec()),
            digits => (b'+', digits.to_vec()),
        };
        if space && sign == b'+' && !plus {
            sign = b' ';
        }
        if !value.is_finite() {
            // Go asks for the sign by what stands in its place: a plain infinity keeps its plus.
            if !(value.is_nan() && !space && !plus) {
                digits.insert(0, sign);
            }
            self.padded_with_spaces(&digits);
            return;
        }
        if sharp && verb != 'b' {
            digits = with_point(digits, verb, precision);
        }
        if !plus && sign == b'+' {
            self.padded(&digits);
            return;
        }
        let length = digits.len() + 1;
        match width {
            Some(width) if zero && !minus && width > length => {
                // The sign comes before the zeros.
                self.push(&[sign]);
                self.padding(width - length);
                self.push(&digits);
            }
            _ => {
                digits.insert(0, sign);
                self.padded(&digits);
            }
        }
    }
}

fn to_char(code: u64) -> char {
    u32::try_from(code).ok().and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER)
}

/// The sharp flag: a decimal point always, and `%g` keeps its zeros up to the precision.
fn with_point(digits: Vec<u8>, verb: char, precision: i32) -> Vec<u8> {
    let hex = matches!(verb, 'x' | 'X');
    let tail_at = digits
        .iter()
        .position(|byte| matches!(byte, b'p' | b'P') || !hex && matches!(byte, b'e' | b'E'))
        .unwrap_or(digits.len());
    let (number, tail) = digits.split_at(tail_at);
    let wanted = match verb {
        'g' | 'G' | 'x' if precision < 0 => 6,
        'g' | 'G' | 'x' => precision,
        _ => 0,
    };
    // Everything from the first non-zero character counts as a digit, the `x` of a hexadecimal prefix too.
    let from = number.iter().position(|byte| !matches!(byte, b'0' | b'.')).unwrap_or(number.len());
    let mut present = number[from..].iter().filter(|&&byte| byte != b'.').count() as i32;
    let mut text = number.to_vec();
    if !text.contains(&b'.') {
        if text == b"0" {
            present += 1;
        }
        text.push(b'.');
    }
    text.resize(text.len() + (wanted - present).max(0) as usize, b'0');
    text.extend_from_slice(tail);
    text
}
