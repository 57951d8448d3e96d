//! Reads TOML text into maps.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::scan::{Scanner, Token, TokenKind, Wrong, is_blank, is_newline, quoted};
use super::tables::Tables;
use super::write::joined;
use super::{Datetime, MAX_DEPTH, MAX_INLINE_DEPTH};
use crate::number::{self, NumberErrorKind};
use crate::{Error, List, Map, Str, Value, print, types};

/// Reads a document, as `toml.Unmarshal` into a `map[string]interface {}`. Tables in double brackets are
/// `[]map[string]interface {}`, other arrays `[]interface {}`; integers are `int64`, dates [`Datetime`].
pub fn read(text: &[u8]) -> Result<Map, Error> {
    read_with(text, |datetime| Value::Object(Rc::new(datetime)))
}

/// As [`read`], with dates as the caller makes them.
///
/// # Errors
/// In the library's words, for what is no TOML.
pub fn read_with(text: &[u8], date: fn(Datetime) -> Value) -> Result<Map, Error> {
    let text = [b"\xff\xfe".as_slice(), b"\xfe\xff", b"\xef\xbb\xbf"]
        .iter()
        .find_map(|mark| text.strip_prefix(*mark))
        .unwrap_or(text);
    if text.iter().take(6).any(|&byte| byte == 0) {
        let message = "files cannot contain NULL bytes; probably using UTF-16; TOML files must be UTF-8";
        return Err(Error::new(format!("toml: line 1: {message}")));
    }
    let mut reader = Reader {
        scan: Scanner::new(text),
        tables: Tables::new(),
        name: Str::EMPTY,
        key_line: 0,
        depth: 0,
        date,
    };
    match reader.document() {
        Ok(()) => Ok(reader.tables.finish()),
        Err(wrong) => Err(reader.error(&wrong)),
    }
}

struct Reader<'a> {
    scan: Scanner<'a>,
    tables: Tables,
    /// The name that is being given a value.
    name: Str,
    /// The line of the last key's first part, for errors about keys.
    key_line: i64,
    depth: usize,
    date: fn(Datetime) -> Value,
}

impl Reader<'_> {
    fn error(&self, wrong: &Wrong) -> Error {
        let mut key = joined(&self.tables.context);
        if !self.name.is_empty() {
            if !key.is_empty() {
                key.push(b'.');
            }
            key.extend_from_slice(&self.name);
        }
        let at = if key.is_empty() { String::new() } else { format!(" (last key {})", print::quote(&key)) };
        Error::new(format!("toml: line {}{at}: {}", wrong.line, wrong.message))
    }

    /// An error about the key that was read last.
    fn about_key(&self) -> impl Fn(String) -> Wrong + use<> {
        let line = self.key_line;
        move |message| Wrong { message, line }
    }

    fn document(&mut self) -> Result<(), Wrong> {
        loop {
            self.scan.skip_while(|c| is_blank(c) || is_newline(c))?;
            match self.scan.peek()? {
                None => return Ok(()),
                Some('#') => {
                    self.scan.next()?;
                    self.scan.comment()?;
                    continue;
                }
                Some('[') => self.header()?,
                Some(_) => {
                    let context = self.tables.context.clone();
                    let key = self.key()?;
                    self.assign(key, None)?;
                    self.tables.context = context;
                    self.name = Str::EMPTY;
                }
            }
            self.scan.skip_while(is_blank)?;
            match self.scan.next()? {
                None => return Ok(()),
                Some('#') => self.scan.comment()?,
                Some(c) if is_newline(c) => {}
                found => {
                    let expected = "expected a top-level item to end with a newline, comment, or EOF";
                    return Err(self.scan.wrong(format!("{expected}, but got {} instead", quoted(found))));
                }
            }
        }
    }

    /// `[table]` and `[[table]]`.
    fn header(&mut self) -> Result<(), Wrong> {
        self.scan.next()?;
        let array = self.scan.peek()? == Some('[');
        if array {
            self.scan.next()?;
        }
        let mut key = Vec::new();
        loop {
            self.scan.skip_while(is_blank)?;
            let part = match self.scan.peek()? {
                None | Some(']') => {
                    return Err(self
                        .scan
                        .wrong("unexpected end of table name (table names cannot be empty)"));
                }
                Some('.') => {
                    return Err(self.scan.wrong("unexpected table separator (table names cannot be empty)"));
                }
                Some('"' | '\'') => self.scan.quoted_name()?,
                Some(_) => self.scan.bare_name()?,
            };
            self.add_part(&mut key, part)?;
            self.scan.skip_while(is_blank)?;
            match self.scan.next()? {
                Some('.') => {}
                Some(']') => break,
                found => {
                    let message =
                        format!("expected '.' or ']' to end table name, but got {} instead", quoted(found));
                    return Err(self.scan.wrong_at(found, message));
                }
            }
        }
        if array {
            let found = self.scan.next()?;
            if found != Some(']') {
                let expected = "expected end of table array name delimiter ']'";
                let message = format!("{expected}, but got {} instead", quoted(found));
                return Err(self.scan.wrong_at(found, message));
            }
        }
        self.tables.enter(&key, array).map_err(self.about_key())?;
        self.tables.note_array(&Str::EMPTY, false);
        Ok(())
    }

    /// Adds a part to a key; the first one says what line the key is on.
    fn add_part(&mut self, key: &mut Vec<Str>, part: Token) -> Result<(), Wrong> {
        if key.is_empty() {
            self.key_line = part.line;
        }
        key.push(match part.kind {
            TokenKind::String => unescaped(&part)?.into(),
            _ => part.text.into(),
        });
        if key.len() > MAX_DEPTH {
            return Err(self.scan.wrong(format!("keys have more than {MAX_DEPTH} parts")));
        }
        Ok(())
    }

    /// A key and its equals sign.
    fn key(&mut self) -> Result<Vec<Str>, Wrong> {
        self.scan.skip_while(is_blank)?;
        match self.scan.peek()? {
            None | Some('=') => return Err(self.scan.wrong("unexpected '=': key name appears blank")),
            Some('.') => return Err(self.scan.wrong("unexpected '.': keys cannot start with a '.'")),
            Some(_) => {}
        }
        let mut key = Vec::new();
        loop {
            self.scan.skip_while(is_blank)?;
            let part = match self.scan.peek()? {
                None | Some('=') => return Err(self.scan.wrong("unexpected '='")),
                Some('.') => return Err(self.scan.wrong("unexpected '.'")),
                Some('"' | '\'') => self.scan.quoted_name()?,
                Some(_) => self.scan.bare_name()?,
            };
            self.add_part(&mut key, part)?;
            self.scan.skip_while(is_blank)?;
            let found = self.scan.next()?;
            let message = || format!("expected '.' or '=', but got {} instead", quoted(found));
            match found {
                Some('.') => {}
                Some('=') => return Ok(key),
                None => {
                    return Err(self.scan.wrong_at(None, "unexpected EOF; expected key separator '='"));
                }
                Some('\n') => return Err(self.scan.wrong_above(message())),
                Some(_) => return Err(self.scan.wrong(message())),
            }
        }
    }

    /// Reads the value of a key and puts it in its table, and into the inline table that is being read.
    fn assign(&mut self, mut key: Vec<Str>, inline: Option<&mut Inline>) -> Result<(), Wrong> {
        let Some(name) = key.pop() else { return Ok(()) };
        self.name = name.clone();
        for part in &key {
            let mut context = self.tables.context.clone();
            context.push(part.clone());
            self.tables.imply(&context);
            self.tables.enter(&context, false).map_err(self.about_key())?;
        }
        let (value, array) = self.value(false)?;
        self.tables.set(&name, value.clone()).map_err(self.about_key())?;
        self.tables.note_array(&name, array);
        if let Some(inline) = inline
            && !inline.insert(&key, name, value)
        {
            let context = print::quote(&joined(&self.tables.context));
            return Err(self.about_key()(format!("{context} is not a table")));
        }
        Ok(())
    }

    /// A value, and whether it is an array in brackets.
    fn value(&mut self, in_array: bool) -> Result<(Value, bool), Wrong> {
        self.scan.skip_while(is_blank)?;
        let first = self.scan.peek()?;
        if let Some('[' | '{') = first {
            self.depth += 1;
            if self.depth > MAX_INLINE_DEPTH {
                return Err(self.scan.wrong(format!("values nest deeper than {MAX_INLINE_DEPTH} levels")));
            }
            self.scan.next()?;
            let value = if first == Some('[') {
                (Value::List(self.array()?), true)
            } else {
                (Value::Map(self.inline_table(in_array)?), false)
            };
            self.depth -= 1;
            return Ok(value);
        }
        let token = match first {
            Some(quote @ ('"' | '\'')) => {
                self.scan.next()?;
                self.scan.any_string(quote)?
            }
            _ => self.scan.word()?,
        };
        scalar(token, self.date).map(|value| (value, false))
    }

    /// An array, after its bracket.
    fn array(&mut self) -> Result<List, Wrong> {
        self.tables.note_array(&self.name.clone(), true);
        let mut items = Vec::new();
        loop {
            self.skip_lines_and_comments()?;
            match self.scan.peek()? {
                Some(',') => {
                    self.scan.next()?;
                    return Err(self.scan.wrong("unexpected comma"));
                }
                Some(']') => {
                    self.scan.next()?;
                    break;
                }
                _ => items.push(self.value(true)?.0),
            }
            self.skip_lines_and_comments()?;
            match self.scan.next()? {
                Some(',') => {}
                Some(']') => break,
                found => {
                    let expected = "expected a comma (',') or array terminator (']')";
                    let message = format!("{expected}, but got {}", character_or_end(found));
                    return Err(self.scan.wrong_at(found, message));
                }
            }
        }
        Ok(List::new(items))
    }

    fn skip_lines_and_comments(&mut self) -> Result<(), Wrong> {
        loop {
            self.scan.skip_while(|c| is_blank(c) || is_newline(c))?;
            if self.scan.peek()? != Some('#') {
                return Ok(());
            }
            self.scan.next()?;
            self.scan.comment()?;
        }
    }

    /// An inline table, after its brace.
    fn inline_table(&mut self, in_array: bool) -> Result<Map, Wrong> {
        let outer_context = self.tables.context.clone();
        let outer_name = self.name.clone();
        let mut context = outer_context.clone();
        context.push(std::mem::take(&mut self.name));
        self.tables.context.clone_from(&context);
        self.tables.imply(&context);
        self.tables.enter(&context, in_array).map_err(self.about_key())?;
        let mut table = Inline::default();
        loop {
            self.skip_lines_and_comments()?;
            match self.scan.peek()? {
                Some(',') => {
                    self.scan.next()?;
                    return Err(self.scan.wrong("unexpected comma"));
                }
                Some('}') => {
                    self.scan.next()?;
                    break;
                }
                _ => {}
            }
            let key = self.key()?;
            self.assign(key, Some(&mut table))?;
            self.tables.context.clone_from(&context);
            self.skip_lines_and_comments()?;
            match self.scan.next()? {
                Some(',') => {}
                Some('}') => break,
                found => {
                    let expected = "expected a comma or an inline table terminator '}'";
                    let message = format!("{expected}, but got {} instead", character_or_end(found));
                    return Err(self.scan.wrong_at(found, message));
                }
            }
        }
        self.tables.context = outer_context;
        self.name = outer_name;
        Ok(table.finish())
    }
}

/// An inline table's own copy of its entries, which elements of arrays keep.
#[derive(Default)]
struct Inline(BTreeMap<Str, InlineNode>);

enum InlineNode {
    Value(Value),
    Table(Inline),
}

impl Inline {
    /// Puts a value under a dotted key; false when a part of the key is no table.
    fn insert(&mut self, path: &[Str], name: Str, value: Value) -> bool {
        let mut table = self;
        for part in path {
            let node = table.0.entry(part.clone()).or_insert_with(|| InlineNode::Table(Self::default()));
            match node {
                InlineNode::Table(inner) => table = inner,
                InlineNode::Value(Value::Map(map)) => {
                    // Continuing a table that was given as a whole.
                    let inner = map.iter().map(|(name, value)| (name, InlineNode::Value(value))).collect();
                    *node = InlineNode::Table(Self(inner));
                    let InlineNode::Table(inner) = node else { return false };
                    table = inner;
                }
                InlineNode::Value(_) => return false,
            }
        }
        table.0.insert(name, InlineNode::Value(value));
        true
    }

    fn finish(self) -> Map {
        let entries = self.0.into_iter().map(|(name, node)| match node {
            InlineNode::Value(value) => (name, value),
            InlineNode::Table(table) => (name, Value::Map(table.finish())),
        });
        Map::from_entries(&types::MAP_ANY, entries.collect())
    }
}

fn character_or_end(c: Option<char>) -> String {
    c.map_or_else(|| "end of file".to_owned(), |c| format!("'{c}'"))
}

fn scalar(token: Token, date: fn(Datetime) -> Value) -> Result<Value, Wrong> {
    Ok(match token.kind {
        TokenKind::Word | TokenKind::RawString => Value::str(token.text),
        TokenKind::String | TokenKind::MultilineString => Value::str(unescaped(&token)?),
        TokenKind::Bool => Value::Bool(token.text == "true"),
        TokenKind::Integer => Value::int64(integer(&token).map_err(|message| about(&token, message))?),
        TokenKind::Float => Value::float(float(&token.text).map_err(|message| about(&token, message))?),
        TokenKind::Datetime => match Datetime::parse(&token.text) {
            Some(datetime) => date(datetime),
            None => {
                let text = token.text.replace(['t', ' '], "T").replace('z', "Z");
                return Err(about(&token, format!("invalid datetime: {}", print::quote(text.as_bytes()))));
            }
        },
    })
}

fn about(token: &Token, message: String) -> Wrong {
    Wrong { message, line: token.line }
}

fn integer(token: &Token) -> Result<i64, String> {
    let text = &token.text;
    let invalid = |why: &str| format!("Invalid integer {}: {why}", print::quote(text.as_bytes()));
    if !underscores_fit(text) {
        return Err(invalid("underscores must be surrounded by digits"));
    }
    if has_leading_zero(text) {
        return Err(invalid("cannot have leading zeroes"));
    }
    number::parse_int(text.as_bytes(), 0, 64).map_err(|error| match error.kind {
        NumberErrorKind::Range => format!("{text} is out of range for int64"),
        _ => format!("BUG: Expected integer value, but got '{text}'."),
    })
}

fn float(text: &str) -> Result<f64, String> {
    let invalid = |why: &str| format!("Invalid float {}: {why}", print::quote(text.as_bytes()));
    let mut parts = text.split(['.', 'e', 'E']).filter(|part| !part.is_empty()).peekable();
    let first_has_zero = parts.peek().is_some_and(|first| has_leading_zero(first));
    if !parts.all(underscores_fit) {
        return Err(invalid("underscores must be surrounded by digits"));
    }
    if first_has_zero {
        return Err(invalid("cannot have leading zeroes"));
    }
    let points_fit = text
        .char_indices()
        .all(|(at, c)| c != '.' || text[at + 1..].starts_with(|c: char| c.is_ascii_digit()));
    if !points_fit {
        return Err(invalid("'.' must be followed by one or more digits"));
    }
    let plain = text.replace('_', "");
    match plain.as_str() {
        "nan" | "+nan" => return Ok(f64::NAN),
        "-nan" => return Ok(-f64::NAN),
        _ => {}
    }
    number::parse_float(plain.as_bytes(), 64).map_err(|error| match error.kind {
        NumberErrorKind::Range => format!("{text} is out of range for float64"),
        _ => format!("Invalid float value: {}", print::quote(text.as_bytes())),
    })
}

fn has_leading_zero(text: &str) -> bool {
    match text.as_bytes() {
        [b'0', second, ..] => !matches!(second, b'b' | b'o' | b'x'),
        [b'+' | b'-', b'0', _, ..] => true,
        _ => false,
    }
}

/// Whether every underscore follows a digit, and a digit ends the text. Any hexadecimal digit does.
fn underscores_fit(text: &str) -> bool {
    if matches!(text, "nan" | "+nan" | "-nan" | "inf" | "+inf" | "-inf") {
        return true;
    }
    let mut after_digit = false;
    for c in text.chars() {
        if c == '_' && !after_digit {
            return false;
        }
        after_digit = c.is_ascii_hexdigit();
    }
    after_digit
}

/// A string without its escapes, which the scanner has checked for shape.
fn unescaped(token: &Token) -> Result<String, Wrong> {
    let mut out = String::with_capacity(token.text.len());
    let mut rest = token.text.as_str();
    while let Some(backslash) = rest.find('\\') {
        out.push_str(&rest[..backslash]);
        rest = &rest[backslash + 1..];
        let Some(letter) = rest.chars().next() else { break };
        if token.kind == TokenKind::MultilineString {
            // A backslash swallows the white space after it when a line ends there.
            let end = rest.find(|c| !matches!(c, ' ' | '\t' | '\r' | '\n')).unwrap_or(rest.len());
            if rest[..end].contains('\n') {
                rest = &rest[end..];
                continue;
            }
        }
        rest = &rest[letter.len_utf8()..];
        let (c, digits) = match letter {
            'b' => ('\x08', 0),
            't' => ('\t', 0),
            'n' => ('\n', 0),
            'f' => ('\x0c', 0),
            'r' => ('\r', 0),
            'e' => ('\x1b', 0),
            'x' => ('\0', 2),
            'u' => ('\0', 4),
            'U' => ('\0', 8),
            ' ' | '\t' => return Err(about(token, format!("invalid escape: '\\{letter}'"))),
            other => (other, 0),
        };
        if digits == 0 {
            out.push(c);
            continue;
        }
        let code = rest.get(..digits).unwrap_or(rest);
        let c = u32::from_str_radix(code, 16).ok().and_then(char::from_u32);
        let message = || format!("Escaped character '\\u{code}' is not valid UTF-8.");
        out.push(c.ok_or_else(|| about(token, message()))?);
        rest = &rest[code.len()..];
    }
    out.push_str(rest);
    Ok(out)
}
