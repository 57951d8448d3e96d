//! The grammar of `--set` and its kin: `a.b[0].c=value,d={x,y}`.
//!
//! Every form writes into the table it is given, so it sees and changes what earlier flags left there.
//! A backslash takes the next character as it is; `--set-literal` knows neither that nor commas and lists.

use std::error::Error;

use govalue::print::quote;
use govalue::{List, Map, Value, types};

use super::FileReader;

/// The largest index a list may be given.
const MAX_INDEX: usize = 65_536;

/// How many dots a key may have.
const MAX_DOTS: usize = 30;

/// How many brackets may follow each other. Helm has no limit; the call stack does.
const MAX_BRACKETS: usize = 1_000;

/// Why a `--set` was refused, in Helm's words.
#[derive(Debug, thiserror::Error)]
pub enum SetError {
    /// A key and then nothing.
    #[error("key {} has no value", quote(.0.as_bytes()))]
    NoValue(String),
    /// A key and then a comma.
    #[error("key {} has no value (cannot end with ,)", quote(.0.as_bytes()))]
    Comma(String),
    /// A key, a dot, and nothing that could be set.
    #[error("key map {} has no value", quote(.0.as_bytes()))]
    EmptyMap(String),
    /// A brace is not closed.
    #[error("list must terminate with '}}'")]
    OpenList,
    /// Too many dots.
    #[error("value name nested level is greater than maximum supported nested level of {MAX_DOTS}")]
    Nesting,
    /// Something is there already, of another type.
    #[error("unable to parse key: interface conversion: interface {{}} is {found}, not {wanted}")]
    Conflict {
        /// Go's name of the type that is there.
        found: &'static str,
        /// Go's name of the type that the key needs.
        wanted: &'static str,
    },
    /// What stands between brackets is no integer.
    #[error("error parsing index: strconv.Atoi: parsing {}: {reason}", quote(.text.as_bytes()))]
    Index {
        /// It.
        text: String,
        /// `invalid syntax` or `value out of range`.
        reason: &'static str,
    },
    /// An index below zero.
    #[error("negative {0} index not allowed")]
    Negative(i64),
    /// An index no list should have.
    #[error("index of {0} is greater than maximum supported index of {MAX_INDEX}")]
    LargeIndex(i64),
    /// Something other than `.`, `[` or `=` behind a bracket.
    #[error("unexpected data at end of array index: [{}]", runes(.0))]
    AfterIndex(String),
    /// A JSON value is malformed.
    #[error("{0}")]
    Json(String),
    /// A file cannot be read.
    #[error("{0}")]
    Read(#[source] Box<dyn Error>),
}

/// Go's `%q` of a list of runes.
fn runes(text: &str) -> String {
    let quoted = |c: char| match c {
        '\'' => "'\\''".to_owned(),
        '"' => "'\"'".to_owned(),
        c => {
            let text = quote(c.to_string().as_bytes());
            format!("'{}'", &text[1..text.len() - 1])
        }
    };
    text.chars().map(quoted).collect::<Vec<_>>().join(" ")
}

/// `--set`: values have types.
///
/// # Errors
/// In Helm's words. What was read before the mistake is set all the same.
pub fn parse(text: &str, into: &Map) -> Result<(), SetError> {
    Parser::run(text, into, Mode::Typed)
}

/// `--set-string`: values are strings.
///
/// # Errors
/// In Helm's words. What was read before the mistake is set all the same.
pub fn parse_string(text: &str, into: &Map) -> Result<(), SetError> {
    Parser::run(text, into, Mode::Text)
}

/// `--set-json`: values are JSON.
///
/// # Errors
/// In Helm's words. What was read before the mistake is set all the same.
pub fn parse_json(text: &str, into: &Map) -> Result<(), SetError> {
    Parser::run(text, into, Mode::Json)
}

/// `--set-literal`: everything behind the first `=` is the value.
///
/// # Errors
/// In Helm's words. What was read before the mistake is set all the same.
pub fn parse_literal(text: &str, into: &Map) -> Result<(), SetError> {
    Parser::run(text, into, Mode::Literal)
}

/// `--set-file`: values name files whose contents are taken.
///
/// # Errors
/// In Helm's words. What was read before the mistake is set all the same.
pub fn parse_file(text: &str, into: &Map, files: &mut dyn FileReader) -> Result<(), SetError> {
    Parser::run(text, into, Mode::File(files))
}

enum Mode<'f> {
    Typed,
    Text,
    Json,
    Literal,
    File(&'f mut dyn FileReader),
}

/// Why a step of the parser did not simply go on.
enum Halt {
    /// The text is at its end. What was set so far counts.
    End,
    Refused(SetError),
}

impl From<SetError> for Halt {
    fn from(error: SetError) -> Self {
        Self::Refused(error)
    }
}

type Step<T> = Result<T, Halt>;

struct Parser<'f> {
    text: Vec<char>,
    at: usize,
    mode: Mode<'f>,
    /// The same text in bytes, and a place that was reached in both: in characters and in bytes.
    source: String,
    known: (usize, usize),
}

impl<'f> Parser<'f> {
    fn run(text: &str, into: &Map, mode: Mode<'f>) -> Result<(), SetError> {
        let mut parser =
            Self { text: text.chars().collect(), at: 0, mode, source: text.to_owned(), known: (0, 0) };
        loop {
            match parser.key(into, 0) {
                Ok(()) => {}
                Err(Halt::End) => return Ok(()),
                Err(Halt::Refused(error)) => return Err(error),
            }
        }
    }

    fn next(&mut self) -> Option<char> {
        let c = self.text.get(self.at).copied();
        self.at += usize::from(c.is_some());
        c
    }

    /// Takes characters up to one of `stops`; `None` in its place at the end of the text.
    fn until(&mut self, stops: &[char]) -> (String, Option<char>) {
        let mut taken = String::new();
        let literal = matches!(self.mode, Mode::Literal);
        while let Some(c) = self.next() {
            if stops.contains(&c) {
                return (taken, Some(c));
            }
            if c == '\\' && !literal {
                match self.next() {
                    Some(quoted) => taken.push(quoted),
                    None => break,
                }
            } else {
                taken.push(c);
            }
        }
        (taken, None)
    }

    /// Reads one key and sets its value.
    fn key(&mut self, data: &Map, dots: usize) -> Step<()> {
        let literal = matches!(self.mode, Mode::Literal);
        let stops: &[char] = if literal { &['=', '[', '.'] } else { &['=', '[', ',', '.'] };
        let (key, stop) = self.until(stops);
        match stop {
            None if key.is_empty() => Err(Halt::End),
            None => Err(SetError::NoValue(key).into()),
            Some('[') => {
                let index = self.index()?;
                let list = match data.get(&key) {
                    None => Vec::new(),
                    Some(value) => as_list(&value)?,
                };
                let (list, result) = self.item(list, index, dots, 0);
                set(data, &key, Value::List(List::new(list)));
                result
            }
            Some('=') => self.value(data, &key),
            Some(',') => Err(SetError::Comma(key).into()),
            // The only stop that is left is the dot.
            Some(_) => {
                if dots + 1 > MAX_DOTS {
                    return Err(SetError::Nesting.into());
                }
                let inner = match data.get(&key) {
                    None => Map::new(),
                    Some(Value::Map(inner)) => inner,
                    Some(other) => return Err(conflict(&other, "map[string]interface {}")),
                };
                let result = self.key(&inner, dots + 1);
                if !inner.is_empty() {
                    set(data, &key, Value::Map(inner));
                } else if result.is_ok() {
                    return Err(SetError::EmptyMap(key).into());
                }
                result
            }
        }
    }

    /// Reads what follows `key=` and sets it.
    fn value(&mut self, data: &Map, key: &str) -> Step<()> {
        match self.any_value()? {
            Read::Value(value) => {
                set(data, key, value);
                Ok(())
            }
            Read::Nothing => {
                set(data, key, Value::from(""));
                Err(Halt::End)
            }
        }
    }

    fn any_value(&mut self) -> Step<Read> {
        match self.mode {
            Mode::Literal => {
                let text: String = self.text[self.at..].iter().collect();
                self.at = self.text.len();
                Ok(Read::Value(Value::from(text)))
            }
            Mode::Json => {
                if self.blank() {
                    return Ok(Read::Value(Value::Nil));
                }
                let rest = self.rest();
                let (value, length) = govalue::json::read_prefix(rest.as_bytes())
                    .map_err(|error| SetError::Json(error.to_string()))?;
                let length = rest.get(..length).map_or(0, |read| read.chars().count());
                self.at += length;
                self.blank();
                Ok(Read::Value(value))
            }
            Mode::Typed | Mode::Text | Mode::File(_) => match self.text.get(self.at) {
                None => Ok(Read::Nothing),
                Some('{') => {
                    self.at += 1;
                    self.list().map(Read::Value)
                }
                Some(_) => {
                    let (text, _) = self.until(&[',']);
                    self.scalar(text).map(Read::Value)
                }
            },
        }
    }

    /// What is left of the text. Finding it costs as much as was read since it was last asked for.
    fn rest(&mut self) -> &str {
        let (characters, bytes) = if self.known.0 <= self.at { self.known } else { (0, 0) };
        let read: usize = self.text[characters..self.at].iter().map(|c| c.len_utf8()).sum();
        self.known = (self.at, bytes + read);
        &self.source[bytes + read..]
    }

    /// Reads a list whose opening brace was taken.
    fn list(&mut self) -> Step<Value> {
        let mut items = Vec::new();
        loop {
            let (text, stop) = self.until(&[',', '}']);
            match stop {
                None => return Err(SetError::OpenList.into()),
                Some('}') => {
                    if self.text.get(self.at) == Some(&',') {
                        self.at += 1;
                    }
                    items.push(self.scalar(text)?);
                    return Ok(Value::List(List::grown(&types::LIST_ANY, items)));
                }
                Some(_) => items.push(self.scalar(text)?),
            }
        }
    }

    fn scalar(&mut self, text: String) -> Step<Value> {
        match &mut self.mode {
            Mode::Typed => Ok(typed(text)),
            Mode::File(files) => match files.read(&text) {
                Ok(bytes) => Ok(Value::str(bytes)),
                Err(error) => Err(SetError::Read(error).into()),
            },
            _ => Ok(Value::from(text)),
        }
    }

    /// Skips blanks and a comma behind them; whether that, or the end, is all there was.
    fn blank(&mut self) -> bool {
        while let Some(&c) = self.text.get(self.at) {
            if c != ',' && !crate::go::is_space(c) {
                return false;
            }
            self.at += 1;
            if c == ',' {
                return true;
            }
        }
        true
    }

    /// Reads an index up to its closing bracket. One that is not closed ends the text, as in Helm.
    fn index(&mut self) -> Step<i64> {
        let (text, stop) = self.until(&[']']);
        if stop.is_none() {
            return Err(Halt::End);
        }
        let reason = match text.parse::<i64>() {
            Ok(index) => return Ok(index),
            Err(error) => match error.kind() {
                std::num::IntErrorKind::PosOverflow | std::num::IntErrorKind::NegOverflow => {
                    "value out of range"
                }
                _ => "invalid syntax",
            },
        };
        Err(SetError::Index { text, reason }.into())
    }

    /// Reads what follows an index and sets it in a list. The list comes back even when reading halts: at
    /// the end of the text it is still set.
    fn item(
        &mut self,
        mut list: Vec<Value>,
        index: i64,
        dots: usize,
        depth: usize,
    ) -> (Vec<Value>, Step<()>) {
        let result = self.set_item(&mut list, index, dots, depth);
        (list, result)
    }

    fn set_item(&mut self, list: &mut Vec<Value>, index: i64, dots: usize, depth: usize) -> Step<()> {
        let position = usize::try_from(index).map_err(|_| SetError::Negative(index))?;
        if depth > MAX_BRACKETS {
            return Err(SetError::Nesting.into());
        }
        let (between, stop) = self.until(&['[', '.', '=']);
        if !between.is_empty() {
            return Err(SetError::AfterIndex(between).into());
        }
        match stop {
            None => Err(Halt::End),
            Some('=') => {
                let value = match self.any_value()? {
                    Read::Value(value) => value,
                    Read::Nothing => Value::from(""),
                };
                put(list, index, position, value)
            }
            Some('[') => {
                let next = self.index()?;
                let inner = match list.get(position) {
                    None | Some(Value::Nil) => Vec::new(),
                    Some(value) => as_list(value)?,
                };
                let (inner, result) = self.item(inner, next, dots, depth + 1);
                result?;
                put(list, index, position, Value::List(List::new(inner)))
            }
            Some(_) => {
                let inner = match list.get_mut(position) {
                    None => Map::new(),
                    Some(Value::Map(inner)) => inner.clone(),
                    Some(other) => {
                        let inner = Map::new();
                        *other = Value::Map(inner.clone());
                        inner
                    }
                };
                self.key(&inner, dots)?;
                put(list, index, position, Value::Map(inner))
            }
        }
    }
}

enum Read {
    Value(Value),
    /// The text ended where a value could have begun.
    Nothing,
}

/// Sets a key, unless it is empty.
fn set(data: &Map, key: &str, value: Value) {
    if !key.is_empty() {
        data.insert(key, value);
    }
}

/// Sets an item; a list that is too short is filled with nulls.
fn put(list: &mut Vec<Value>, index: i64, position: usize, value: Value) -> Step<()> {
    if position > MAX_INDEX {
        return Err(SetError::LargeIndex(index).into());
    }
    if list.len() <= position {
        list.resize(position + 1, Value::Nil);
    }
    list[position] = value;
    Ok(())
}

fn as_list(value: &Value) -> Step<Vec<Value>> {
    match value {
        Value::List(list) => Ok(list.to_vec()),
        other => Err(conflict(other, "[]interface {}")),
    }
}

fn conflict(found: &Value, wanted: &'static str) -> Halt {
    let found = if found.is_nil() { "nil" } else { found.type_name() };
    SetError::Conflict { found, wanted }.into()
}

/// The value that an unquoted text stands for.
fn typed(text: String) -> Value {
    // Go folds the long s too.
    let is = |word: &str| {
        text.eq_ignore_ascii_case(word)
            || (!text.is_ascii() && text.replace('\u{17f}', "s").eq_ignore_ascii_case(word))
    };
    if is("true") {
        return Value::Bool(true);
    }
    if is("false") {
        return Value::Bool(false);
    }
    if is("null") {
        return Value::Nil;
    }
    match text.parse::<i64>() {
        // Zeros in front make it a name: 007.
        Ok(number) if text == "0" || !text.starts_with('0') => Value::int64(number),
        _ => Value::from(text),
    }
}
