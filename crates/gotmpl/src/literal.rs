//! Go's numeric literals.

use crate::lex::{Kind, quote};

type Forms = (Option<i64>, Option<u64>, Option<f64>);

/// What a numeric constant can be: integer, unsigned, float. The error is Go's text.
pub(crate) fn number(text: &[u8], kind: Kind) -> Result<Forms, String> {
    let shown = String::from_utf8_lossy(text);
    if kind == Kind::CharConstant {
        let malformed = || format!("malformed character constant: {shown}");
        let inner = text.get(1..text.len().saturating_sub(1)).ok_or_else(malformed)?;
        let code = char_code(inner).ok_or_else(malformed)?;
        return Ok((Some(i64::from(code)), Some(u64::from(code)), Some(f64::from(code))));
    }
    if kind == Kind::Complex || text.ends_with(b"i") && !text.starts_with(b"0x") {
        return Err(format!("complex constants are not supported: {}", quote(text)));
    }
    let mut int = govalue::number::parse_int(text, 0, 64).ok();
    let mut uint = govalue::number::parse_uint(text, 0, 64).ok();
    if int == Some(0) {
        uint = Some(0);
    }
    let mut float = match (int, uint) {
        (Some(n), _) => Some(n as f64),
        (None, Some(n)) => Some(n as f64),
        (None, None) => None,
    };
    if float.is_none()
        && let Ok(value) = govalue::number::parse_float(text, 64)
    {
        if !text.iter().any(|b| b".eEpP".contains(b)) {
            return Err(format!("integer overflow: {}", quote(text)));
        }
        float = Some(value);
        if value as i64 as f64 == value {
            int = Some(value as i64);
        }
        if value as u64 as f64 == value {
            uint = Some(value as u64);
        }
    }
    if float.is_none() {
        return Err(format!("illegal number syntax: {}", quote(text)));
    }
    Ok((int, uint, float))
}

fn char_code(inner: &[u8]) -> Option<u32> {
    let (unit, rest) = govalue::print::unquote_char(inner, b'\'')?;
    rest.is_empty().then(|| unit.code())
}

#[cfg(test)]
mod tests {
    use super::{Kind, number};

    #[test]
    fn numbers_know_what_they_can_be() {
        assert_eq!(number(b"1e3", Kind::Number).unwrap(), (Some(1000), Some(1000), Some(1000.0)));
        assert_eq!(number(b"-1", Kind::Number).unwrap(), (Some(-1), None, Some(-1.0)));
        assert_eq!(number(b"'a'", Kind::CharConstant).unwrap().0, Some(97));
        assert_eq!(
            number(b"99999999999999999999", Kind::Number).unwrap_err(),
            "integer overflow: \"99999999999999999999\""
        );
    }
}
