//! What a flag's value may look like, by kind, with Go's words for what it may not.

use govalue::number::{self, NumberError, NumberErrorKind};

use super::flag::Kind;

/// Reads one value of a flag: the values it stands for, numbers in plain decimal.
///
/// # Errors
/// Go's words for what is wrong with it.
pub(super) fn read(kind: Kind, value: &str) -> Result<Vec<String>, String> {
    let one = |text: &str| Ok(vec![text.to_owned()]);
    match kind {
        Kind::Bool => match parse_bool(value) {
            Some(on) => one(if on { "true" } else { "false" }),
            None => Err(syntax_error("ParseBool", value)),
        },
        Kind::KlogBool => match parse_bool(value) {
            Some(on) => one(if on { "true" } else { "false" }),
            None => Err("parse error".to_owned()),
        },
        Kind::Int => decimal(number::parse_int(value.as_bytes(), 0, 64)),
        Kind::Uint => decimal(number::parse_uint(value.as_bytes(), 0, 64)),
        Kind::Float32 => match float32(value) {
            Ok(number) => one(&number.to_string()),
            Err(error) => Err(error.to_string()),
        },
        Kind::Duration => match sprig::time::duration::parse(value.as_bytes()) {
            Ok(_) => one(value),
            Err(error) => Err(error.to_string()),
        },
        Kind::Format if !matches!(value, "table" | "json" | "yaml") => Err("invalid format type".to_owned()),
        Kind::StringSlice => split_csv(value),
        Kind::StringToString => pairs(value),
        Kind::WaitStrategy => match value {
            "watcher" | "hookOnly" | "legacy" => one(value),
            "true" => one("watcher"),
            "false" => one("hookOnly"),
            other => Err(format!(
                "invalid wait input {}. Valid inputs are watcher, hookOnly, and legacy",
                go_quote(other)
            )),
        },
        // Helm looks the plugin up while it parses: see `PostRenderers`.
        Kind::PostRenderer if value.is_empty() => Ok(Vec::new()),
        Kind::Severity => match value.to_uppercase().as_str() {
            "INFO" | "WARNING" | "ERROR" | "FATAL" => one(value),
            _ => decimal(number::parse_int(value.as_bytes(), 10, 32)),
        },
        Kind::Level => decimal(number::parse_int(value.as_bytes(), 10, 32)),
        Kind::Uint64 => match number::parse_uint(value.as_bytes(), 0, 64) {
            Ok(number) => one(&number.to_string()),
            Err(NumberError { kind: NumberErrorKind::Range, .. }) => Err("value out of range".to_owned()),
            Err(_) => Err("parse error".to_owned()),
        },
        Kind::TraceLocation => trace_location(value),
        Kind::ModuleSpec => module_levels(value),
        Kind::Format | Kind::String | Kind::StringArray => one(value),
        Kind::PostRenderer | Kind::PostRendererArgs => one(value),
    }
}

fn go_quote(text: &str) -> String {
    govalue::print::quote(text.as_bytes())
}

/// `strconv.ParseBool`.
pub(crate) fn parse_bool(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "TRUE" | "true" | "True" => Some(true),
        "0" | "f" | "F" | "FALSE" | "false" | "False" => Some(false),
        _ => None,
    }
}

/// `strconv.ParseInt` of a decimal number.
///
/// # Errors
/// Go's words.
pub(crate) fn parse_int(text: &str) -> Result<i64, String> {
    text.parse().map_err(|_| {
        let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
        if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) {
            return format!("strconv.ParseInt: parsing {}: value out of range", go_quote(text));
        }
        syntax_error("ParseInt", text)
    })
}

fn syntax_error(function: &str, value: &str) -> String {
    format!("strconv.{function}: parsing {}: invalid syntax", go_quote(value))
}

fn decimal<T: ToString>(number: Result<T, NumberError>) -> Result<Vec<String>, String> {
    number.map(|number| vec![number.to_string()]).map_err(|error| error.to_string())
}

/// A `float32` as Go reads it.
///
/// # Errors
/// What is no number, or too large for one.
pub(crate) fn float32(text: &str) -> Result<f32, NumberError> {
    #[expect(clippy::cast_possible_truncation, reason = "read with the precision of 32 bits")]
    number::parse_float(text.as_bytes(), 32).map(|number| number as f32)
}

/// klog's `file.go:234`.
fn trace_location(value: &str) -> Result<Vec<String>, String> {
    if value.is_empty() {
        return Ok(Vec::new());
    }
    let place = value.split_once(':').filter(|(file, line)| file.contains('.') && !line.contains(':'));
    match place.and_then(|(_, line)| number::atoi(line.as_bytes()).ok()) {
        None => Err("syntax error: expect file.go:234".to_owned()),
        Some(line) if line <= 0 => Err("negative or zero value for level".to_owned()),
        Some(_) => Ok(vec![value.to_owned()]),
    }
}

/// klog's `file=3,other=1`.
fn module_levels(value: &str) -> Result<Vec<String>, String> {
    for part in value.split(',').filter(|part| !part.is_empty()) {
        let pair = part.split_once('=').filter(|(file, level)| !file.is_empty() && !level.contains('='));
        match pair.and_then(|(_, level)| number::parse_int(level.as_bytes(), 10, 32).ok()) {
            None => return Err("syntax error: expect comma-separated list of filename=N".to_owned()),
            Some(level) if level < 0 => return Err("negative value for vmodule level".to_owned()),
            Some(_) => {}
        }
    }
    Ok(vec![value.to_owned()])
}

fn pairs(value: &str) -> Result<Vec<String>, String> {
    let pairs = match value.matches('=').count() {
        0 => return Err(format!("{value} must be formatted as key=value")),
        1 => vec![value.trim_matches('"').to_owned()],
        _ => split_csv(value)?,
    };
    match pairs.iter().find(|pair| !pair.contains('=')) {
        Some(bad) => Err(format!("{bad} must be formatted as key=value")),
        None => Ok(pairs),
    }
}

/// Splits the first line as Go's `encoding/csv` does.
fn split_csv(line: &str) -> Result<Vec<String>, String> {
    if line.is_empty() {
        return Ok(Vec::new());
    }
    let bytes = line.as_bytes();
    let mut fields = Vec::new();
    let mut at = 0;
    loop {
        if bytes.get(at) == Some(&b'"') {
            let mut field = Vec::new();
            at += 1;
            loop {
                match bytes.get(at) {
                    None => return Err(quote_error(at + 1)),
                    Some(b'"') if bytes.get(at + 1) == Some(&b'"') => {
                        field.push(b'"');
                        at += 2;
                    }
                    Some(b'"') => {
                        at += 1;
                        break;
                    }
                    Some(&byte) => {
                        field.push(byte);
                        at += 1;
                    }
                }
            }
            if !matches!(bytes.get(at), None | Some(b',' | b'\n')) {
                return Err(quote_error(at));
            }
            fields.push(String::from_utf8_lossy(&field).into_owned());
        } else {
            let end = bytes[at..].iter().position(|b| matches!(b, b',' | b'\n'));
            let end = end.map_or(bytes.len(), |offset| at + offset);
            if let Some(quote) = bytes[at..end].iter().position(|&b| b == b'"') {
                return Err(format!(
                    "parse error on line 1, column {}: bare \" in non-quoted-field",
                    at + quote + 1
                ));
            }
            fields.push(line[at..end].to_owned());
            at = end;
        }
        if matches!(bytes.get(at), None | Some(b'\n')) {
            return Ok(fields);
        }
        at += 1; // the comma; a trailing one makes a last empty field
    }
}

fn quote_error(column: usize) -> String {
    format!("parse error on line 1, column {column}: extraneous or missing \" in quoted-field")
}

#[cfg(test)]
mod tests {
    use super::super::flag::Kind;
    use super::{read, split_csv};

    #[test]
    fn slices_are_csv() {
        assert_eq!(split_csv("a,\"b,c\",").unwrap(), ["a", "b,c", ""]);
        assert_eq!(
            split_csv("a\"b,c").unwrap_err(),
            "parse error on line 1, column 2: bare \" in non-quoted-field"
        );
    }

    #[test]
    fn integers_are_go_literals() {
        assert_eq!(read(Kind::Int, "-0x1_f").unwrap(), ["-31"]);
        assert_eq!(read(Kind::Uint, "010").unwrap(), ["8"]);
        assert!(read(Kind::Int, "1__0").is_err());
        assert!(read(Kind::Uint, "+1").is_err());
        assert!(read(Kind::Int, "9223372036854775808").unwrap_err().ends_with("value out of range"));
    }
}
