//! Reads JSON: `json.Unmarshal` into `any`, into a map, into a slice, and `json.Decoder` for one value.

use std::rc::Rc;

use super::Number;
use crate::{Entries, Error, List, Map, Str, Value, number, print, types};

/// How deep Go lets arrays and objects nest.
const MAX_DEPTH: usize = 10_000;

/// What numbers become.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Numbers {
    /// `float64`.
    #[default]
    Float64,
    /// `json.Number`, as a decoder with `UseNumber` makes.
    AsWritten,
}

/// `json.Unmarshal` into an `any`: numbers are `float64`.
pub fn read(bytes: &[u8]) -> Result<Value, Error> {
    read_with(bytes, Numbers::Float64)
}

/// `json.Unmarshal` into an `any`, choosing what numbers become.
pub fn read_with(bytes: &[u8], numbers: Numbers) -> Result<Value, Error> {
    let (value, saved) = whole(bytes, numbers)?;
    saved.map_or(Ok(value), Err)
}

/// `json.Unmarshal` into a `map[string]interface {}`; `null` gives a nil map.
pub fn read_map(bytes: &[u8]) -> Result<Map, Error> {
    match read_map_leniently(bytes) {
        (map, None) => Ok(map),
        (_, Some(error)) => Err(error),
    }
}

/// `json.Unmarshal` into a `map[string]interface {}`, with what Go leaves in the map when there is an error:
/// everything but the numbers that do not fit a `float64`, or nothing.
pub fn read_map_leniently(bytes: &[u8]) -> (Map, Option<Error>) {
    match whole(bytes, Numbers::Float64) {
        Err(error) => (Map::new(), Some(error)),
        Ok((Value::Map(map), saved)) => (map, saved),
        Ok((Value::Nil, None)) => (Map::nil(&types::MAP_ANY), None),
        Ok((other, _)) => (Map::new(), Some(mismatch(&other, types::MAP_ANY.name))),
    }
}

/// `json.Unmarshal` into a `[]interface {}`; `null` gives a nil slice.
pub fn read_array(bytes: &[u8]) -> Result<List, Error> {
    match whole(bytes, Numbers::Float64)? {
        (Value::List(list), None) => Ok(list),
        (Value::Nil, None) => Ok(List::nil(&types::LIST_ANY)),
        (Value::List(_), Some(error)) => Err(error),
        (other, _) => Err(mismatch(&other, types::LIST_ANY.name)),
    }
}

/// `json.Decoder.Decode` into an `any`: the first value, and how many bytes were read up to its end.
pub fn read_prefix(bytes: &[u8]) -> Result<(Value, usize), Error> {
    read_first(bytes).map_err(|error| match error {
        PrefixError::Nothing => Error::new("EOF"),
        PrefixError::Torn => Error::new("unexpected EOF"),
        PrefixError::Syntax { error, .. } | PrefixError::Number(error) => error,
    })
}

/// Why a stream has no JSON value at its beginning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PrefixError {
    /// Only white space is left.
    Nothing,
    /// The text ends inside a value.
    Torn,
    /// A character is out of place.
    Syntax {
        /// Go's words.
        error: Error,
        /// How many bytes there are up to that character, itself included.
        offset: usize,
    },
    /// A number does not fit.
    Number(Error),
}

/// [`read_prefix`] that tells its errors apart.
///
/// # Errors
/// See [`PrefixError`].
pub fn read_first(bytes: &[u8]) -> Result<(Value, usize), PrefixError> {
    let mut reader = Reader::new(bytes, Numbers::Float64);
    reader.skip_space();
    if reader.at == bytes.len() {
        return Err(PrefixError::Nothing);
    }
    match reader.value() {
        Err(Wrong::End | Wrong::Torn(_)) => Err(PrefixError::Torn),
        Err(Wrong::Character(error)) => Err(PrefixError::Syntax { error, offset: reader.at + 1 }),
        Ok(value) => match reader.saved {
            Some(error) => Err(PrefixError::Number(error)),
            None => Ok((value, reader.at)),
        },
    }
}

fn whole(bytes: &[u8], numbers: Numbers) -> Result<(Value, Option<Error>), Error> {
    let mut reader = Reader::new(bytes, numbers);
    let value = reader.value().and_then(|value| {
        reader.skip_space();
        if reader.at < bytes.len() { Err(reader.unexpected("after top-level value")) } else { Ok(value) }
    });
    match value {
        Ok(value) => Ok((value, reader.saved)),
        Err(Wrong::End) => Err(Error::new("unexpected end of JSON input")),
        Err(Wrong::Torn(error) | Wrong::Character(error)) => Err(error),
    }
}

fn mismatch(value: &Value, ty: &str) -> Error {
    let kind = match value {
        Value::Bool(_) => "bool",
        Value::Str(_) => "string",
        Value::List(_) => "array",
        Value::Map(_) => "object",
        // A number beyond `float64` was read as nil, and Go does not get so far as to convert it here.
        _ => "number",
    };
    Error::new(format!("json: cannot unmarshal {kind} into Go value of type {ty}"))
}

enum Wrong {
    /// The text ends too early.
    End,
    /// The text ends inside a number, a word or an escape: Go then complains about a space after it.
    Torn(Error),
    /// A character is out of place.
    Character(Error),
}

/// An array or object that is being read.
enum Open {
    Array(Vec<Value>),
    Object(Entries, Str),
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    numbers: Numbers,
    /// The first error that did not stop Go from reading on.
    saved: Option<Error>,
}

impl<'a> Reader<'a> {
    fn new(bytes: &'a [u8], numbers: Numbers) -> Self {
        Self { bytes, at: 0, numbers, saved: None }
    }

    fn skip_space(&mut self) {
        while let Some(b' ' | b'\t' | b'\r' | b'\n') = self.bytes.get(self.at) {
            self.at += 1;
        }
    }

    /// The next byte that is not white space, not yet consumed.
    fn peek(&mut self) -> Result<u8, Wrong> {
        self.skip_space();
        self.bytes.get(self.at).copied().ok_or(Wrong::End)
    }

    /// The error for the byte at hand.
    fn unexpected(&self, context: &str) -> Wrong {
        let byte = self.bytes.get(self.at).copied();
        let character = match byte.unwrap_or(b' ') {
            b'\'' => r"'\''".to_owned(),
            b'"' => "'\"'".to_owned(),
            byte => {
                // Go takes the byte for a character of its own.
                let text = print::quote((byte as char).encode_utf8(&mut [0; 4]).as_bytes());
                format!("'{}'", &text[1..text.len() - 1])
            }
        };
        let error = Error::new(format!("invalid character {character} {context}"));
        if byte.is_some() { Wrong::Character(error) } else { Wrong::Torn(error) }
    }

    fn value(&mut self) -> Result<Value, Wrong> {
        let mut open: Vec<Open> = Vec::new();
        loop {
            // A value begins here, or the array that was just opened ends.
            let mut value = match self.peek()? {
                byte @ (b'[' | b'{') => {
                    if open.len() == MAX_DEPTH {
                        return Err(self.unexpected("exceeded max depth"));
                    }
                    self.at += 1;
                    let next = self.peek()?;
                    if next == byte + 2 {
                        self.at += 1;
                        if byte == b'[' { Value::List(List::new(Vec::new())) } else { Value::Map(Map::new()) }
                    } else {
                        open.push(if byte == b'[' {
                            Open::Array(Vec::new())
                        } else {
                            Open::Object(Entries::new(), self.key()?)
                        });
                        continue;
                    }
                }
                b'"' => Value::Str(self.string()?),
                b'-' | b'0'..=b'9' => self.number()?,
                b't' => self.literal("true", Value::Bool(true))?,
                b'f' => self.literal("false", Value::Bool(false))?,
                b'n' => self.literal("null", Value::Nil)?,
                _ => return Err(self.unexpected("looking for beginning of value")),
            };
            // The value goes where it belongs; that may end what it belongs to, and so on.
            loop {
                match open.pop() {
                    None => return Ok(value),
                    Some(Open::Array(mut items)) => {
                        items.push(value);
                        match self.peek()? {
                            b',' => open.push(Open::Array(items)),
                            b']' => {
                                self.at += 1;
                                value = Value::List(List::grown(&types::LIST_ANY, items));
                                continue;
                            }
                            _ => return Err(self.unexpected("after array element")),
                        }
                        self.at += 1;
                    }
                    Some(Open::Object(mut entries, key)) => {
                        entries.insert(key, value);
                        match self.peek()? {
                            b',' => self.at += 1,
                            b'}' => {
                                self.at += 1;
                                value = Value::Map(Map::from_entries(&types::MAP_ANY, entries));
                                continue;
                            }
                            _ => return Err(self.unexpected("after object key:value pair")),
                        }
                        let key = self.key()?;
                        open.push(Open::Object(entries, key));
                    }
                }
                break;
            }
        }
    }

    /// A key and its colon.
    fn key(&mut self) -> Result<Str, Wrong> {
        if self.peek()? != b'"' {
            return Err(self.unexpected("looking for beginning of object key string"));
        }
        let key = self.string()?;
        if self.peek()? != b':' {
            return Err(self.unexpected("after object key"));
        }
        self.at += 1;
        Ok(key)
    }

    fn literal(&mut self, word: &str, value: Value) -> Result<Value, Wrong> {
        for expected in word.bytes() {
            if self.bytes.get(self.at) != Some(&expected) {
                return Err(self.unexpected(&format!("in literal {word} (expecting '{}')", expected as char)));
            }
            self.at += 1;
        }
        Ok(value)
    }

    fn number(&mut self) -> Result<Value, Wrong> {
        let start = self.at;
        if self.bytes.get(self.at) == Some(&b'-') {
            self.at += 1;
        }
        match self.bytes.get(self.at) {
            Some(b'0') => self.at += 1,
            _ => self.digits("in numeric literal")?,
        }
        if self.bytes.get(self.at) == Some(&b'.') {
            self.at += 1;
            self.digits("after decimal point in numeric literal")?;
        }
        if let Some(b'e' | b'E') = self.bytes.get(self.at) {
            self.at += 1;
            if let Some(b'+' | b'-') = self.bytes.get(self.at) {
                self.at += 1;
            }
            self.digits("in exponent of numeric literal")?;
        }
        let text = &self.bytes[start..self.at];
        if self.numbers == Numbers::AsWritten {
            return Ok(Value::Object(Rc::new(Number(Str::from_bytes(text)))));
        }
        Ok(number::parse_float(text, 64).map_or_else(
            |_| {
                let text = String::from_utf8_lossy(text);
                let message = format!("json: cannot unmarshal number {text} into Go value of type float64");
                self.saved.get_or_insert_with(|| Error::new(message));
                Value::Nil
            },
            Value::float,
        ))
    }

    fn digits(&mut self, context: &str) -> Result<(), Wrong> {
        let start = self.at;
        while let Some(b'0'..=b'9') = self.bytes.get(self.at) {
            self.at += 1;
        }
        if self.at == start { Err(self.unexpected(context)) } else { Ok(()) }
    }

    /// A string, from its opening quote.
    fn string(&mut self) -> Result<Str, Wrong> {
        self.at += 1;
        let start = self.at;
        let mut built: Option<Vec<u8>> = None;
        loop {
            let from = self.at;
            while let Some(byte) = self.bytes.get(self.at)
                && !matches!(byte, b'"' | b'\\' | 0..0x20)
            {
                self.at += 1;
            }
            let plain = &self.bytes[from..self.at];
            match self.bytes.get(self.at) {
                None => return Err(Wrong::End),
                Some(b'"') if built.is_none() && std::str::from_utf8(plain).is_ok() => {
                    self.at += 1;
                    return Ok(Str::from_bytes(&self.bytes[start..self.at - 1]));
                }
                Some(b'"') => {
                    let mut text = built.unwrap_or_default();
                    push_clean(&mut text, plain);
                    self.at += 1;
                    return Ok(Str::from(text));
                }
                Some(b'\\') => {
                    let text = built.get_or_insert_default();
                    push_clean(text, plain);
                    self.at += 1;
                    self.escape(text)?;
                }
                Some(_) => return Err(self.unexpected("in string literal")),
            }
        }
    }

    /// An escape, after its backslash.
    fn escape(&mut self, text: &mut Vec<u8>) -> Result<(), Wrong> {
        let byte = match self.bytes.get(self.at) {
            Some(byte @ (b'"' | b'\\' | b'/')) => *byte,
            Some(b'b') => 8,
            Some(b'f') => 12,
            Some(b'n') => b'\n',
            Some(b'r') => b'\r',
            Some(b't') => b'\t',
            Some(b'u') => {
                self.at += 1;
                let mut code = self.hex()?;
                // A surrogate counts only when its partner follows; a lone one is replaced.
                if (0xd800..0xdc00).contains(&code)
                    && let Some(low) = self.low_surrogate()
                {
                    self.at += 6;
                    code = 0x1_0000 + ((code - 0xd800) << 10) + (low - 0xdc00);
                }
                let c = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
                text.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                return Ok(());
            }
            _ => return Err(self.unexpected("in string escape code")),
        };
        self.at += 1;
        text.push(byte);
        Ok(())
    }

    fn hex(&mut self) -> Result<u32, Wrong> {
        let mut code = 0;
        for _ in 0..4 {
            let digit = self.bytes.get(self.at).and_then(|&byte| (byte as char).to_digit(16));
            code = code << 4 | digit.ok_or_else(|| self.unexpected(r"in \u hexadecimal character escape"))?;
            self.at += 1;
        }
        Ok(code)
    }

    /// The escaped low surrogate at hand, if there is one.
    fn low_surrogate(&self) -> Option<u32> {
        let escape = self.bytes.get(self.at..self.at + 6)?;
        let digits = escape.strip_prefix(b"\\u")?;
        let code = digits
            .iter()
            .try_fold(0, |code, &byte| Some(code << 4 | (byte as char).to_digit(16)?))
            .filter(|code| (0xdc00..0xe000).contains(code))?;
        Some(code)
    }
}

/// Appends text with every byte that is not UTF-8 replaced.
fn push_clean(text: &mut Vec<u8>, bytes: &[u8]) {
    for rune in print::runes(bytes) {
        text.extend_from_slice(rune.char().encode_utf8(&mut [0; 4]).as_bytes());
    }
}
