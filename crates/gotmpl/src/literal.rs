//! Go's numeric literals.

use govalue::{Complex, number, print};

use crate::ast::{Constant, Number};
use crate::lex::{Kind, quote};

/// A numeric constant, with everything that it can be. The error is Go's text.
pub(crate) fn number(text: &[u8], kind: Kind) -> Result<Number, String> {
    match kind {
        Kind::CharConstant => return character(text),
        Kind::Complex => return complex(text).map(from_complex),
        _ => {}
    }
    if let Some(imaginary) = text.strip_suffix(b"i").and_then(|text| number::parse_float(text, 64).ok()) {
        return Ok(from_complex(Complex { real: 0.0, imaginary }));
    }
    let int = number::parse_int(text, 0, 64).ok();
    // `-0` is no unsigned number to Go's `strconv`, but it is one to its templates.
    let uint = number::parse_uint(text, 0, 64).ok().or_else(|| int.filter(|&n| n == 0).map(|_| 0));
    if let Some(float) = int.map(|n| n as f64).or_else(|| uint.map(|n| n as f64)) {
        let constant = match int {
            Some(n) if has_float_syntax(text) => Constant::Float(n as f64),
            int => Constant::int(int),
        };
        return Ok(Number { int, uint, float: Some(float), constant });
    }
    let Ok(float) = number::parse_float(text, 64) else {
        return Err(format!("illegal number syntax: {}", quote(text)));
    };
    if !text.iter().any(|byte| b".eEpP".contains(byte)) {
        return Err(format!("integer overflow: {}", quote(text)));
    }
    let (int, uint) = whole(float);
    let constant = if has_float_syntax(text) { Constant::Float(float) } else { Constant::int(int) };
    Ok(Number { int, uint, float: Some(float), constant })
}

/// Whether a number says by its looks that it is a float. An `e` in a hexadecimal integer says nothing.
fn has_float_syntax(text: &[u8]) -> bool {
    let is_hex = matches!(text, [b'0', b'x' | b'X', _, ..]);
    text.iter().any(|byte| if is_hex { b"pP".contains(byte) } else { b".eEpP".contains(byte) })
}

/// The integers that a float is.
fn whole(float: f64) -> (Option<i64>, Option<u64>) {
    let (int, uint) = (float as i64, float as u64);
    ((int as f64 == float).then_some(int), (uint as f64 == float).then_some(uint))
}

fn character(text: &[u8]) -> Result<Number, String> {
    let (unit, rest) =
        text.get(1..).and_then(|inner| print::unquote_char(inner, b'\'')).ok_or("invalid syntax")?;
    if rest != b"'" {
        return Err(format!("malformed character constant: {}", String::from_utf8_lossy(text)));
    }
    let code = unit.code();
    Ok(Number {
        int: Some(i64::from(code)),
        uint: Some(u64::from(code)),
        float: Some(f64::from(code)),
        constant: Constant::Int(i64::from(code)),
    })
}

/// `1+2i`, which Go reads with `fmt.Sscan`.
fn complex(text: &[u8]) -> Result<Complex, String> {
    const SYNTAX: &str = "syntax error scanning complex number";
    let middle = float_length(text);
    if !matches!(text.get(middle), Some(b'+' | b'-')) {
        return Err(SYNTAX.to_owned());
    }
    let (real, rest) = text.split_at(middle);
    let end = float_length(rest);
    // An `i` straight after the sign is read as the beginning of `inf`.
    if end == 1 || rest.get(end) != Some(&b'i') {
        return Err(SYNTAX.to_owned());
    }
    let part = |text| number::parse_float(text, 64).map_err(|error| error.to_string());
    Ok(Complex { real: part(real)?, imaginary: part(&rest[..end])? })
}

/// How much of a text is read as one float.
fn float_length(text: &[u8]) -> usize {
    let mut at = usize::from(matches!(text, [b'+' | b'-', ..]));
    let is_hex = matches!(text[at..], [b'0', b'x' | b'X', ..]);
    at += if is_hex { 2 } else { 0 };
    let run = |at: &mut usize, is_digit: fn(&u8) -> bool| {
        *at += text[*at..].iter().take_while(|byte| is_digit(byte) || **byte == b'_').count();
    };
    let digits = if is_hex { u8::is_ascii_hexdigit } else { u8::is_ascii_digit };
    run(&mut at, digits);
    if text.get(at) == Some(&b'.') {
        at += 1;
        run(&mut at, digits);
    }
    if matches!(text.get(at), Some(b'p' | b'P')) || !is_hex && matches!(text.get(at), Some(b'e' | b'E')) {
        at += 1;
        at += usize::from(matches!(text.get(at), Some(b'+' | b'-')));
        run(&mut at, u8::is_ascii_digit);
    }
    at
}

/// A complex number without an imaginary part can also be a float or an integer, where one is asked for.
fn from_complex(value: Complex) -> Number {
    let float = (value.imaginary == 0.0).then_some(value.real);
    let (int, uint) = float.map_or((None, None), whole);
    Number { int, uint, float, constant: Constant::Complex(value) }
}

#[cfg(test)]
mod tests {
    use super::{Kind, number};

    fn forms(text: &str) -> (Option<i64>, Option<u64>, Option<f64>) {
        let number = number(text.as_bytes(), Kind::Number).unwrap();
        (number.int, number.uint, number.float)
    }

    #[test]
    fn numbers_know_what_they_can_be() {
        assert_eq!(forms("1e3"), (Some(1000), Some(1000), Some(1000.0)));
        assert_eq!(forms("-1"), (Some(-1), None, Some(-1.0)));
        assert_eq!(forms("-0"), (Some(0), Some(0), Some(0.0)));
        assert_eq!(forms("0i"), (Some(0), Some(0), Some(0.0)));
        assert_eq!(forms("2i"), (None, None, None));
        assert_eq!(number(b"'a'", Kind::CharConstant).unwrap().int, Some(97));
    }

    #[test]
    fn what_is_no_number_is_refused_in_the_words_of_go() {
        let refused = |text: &[u8]| number(text, Kind::Number).unwrap_err();
        assert_eq!(refused(b"99999999999999999999"), "integer overflow: \"99999999999999999999\"");
        assert_eq!(refused(b"0x1i"), "illegal number syntax: \"0x1i\"");
    }
}
