//! Strings: cutting, padding, case, joining and splitting.

use govalue::{CallResult, Entries, List, Map, Str, Value, types};

use super::args::{any, int, printed, string, text, text_of, texts_of};
use super::{cost, table};
use crate::{unicode, words};

table! {
    "hello" () => |_| text("Hello!");
    "abbrev" (INT, STRING) => |args| text(words::abbrev(int(args, 0), string(args, 1))), cost cost::letters::<4, 2>;
    "abbrevboth" (INT, INT, STRING) => |args| text(words::abbrevboth(int(args, 0), int(args, 1), string(args, 2))), cost cost::letters::<4, 2>;
    "trunc" (INT, STRING) => |args| part(args, 1, words::trunc(int(args, 0), string(args, 1)));
    "trim" (STRING) => |args| part(args, 0, words::trim(string(args, 0)));
    "upper" (STRING) => |args| text(words::upper(string(args, 0))), cost cost::letters::<6, 8>;
    "lower" (STRING) => |args| text(words::lower(string(args, 0))), cost cost::letters::<6, 8>;
    "title" (STRING) => |args| text(words::title(string(args, 0))), cost cost::letters::<6, 8>;
    "untitle" (STRING) => |args| text(words::untitle(string(args, 0))), cost cost::letters::<6, 8>;
    "substr" (INT, INT, STRING) => |args| part(args, 2, words::substr(int(args, 0), int(args, 1), string(args, 2))?);
    "repeat" (INT, STRING) => |args| text(words::repeat(int(args, 0), string(args, 1))?), cost cost::repeat;
    "trimall" (STRING, STRING) => |args| part(args, 1, words::trim_all(string(args, 0), string(args, 1))), cost cost::cutset;
    "trimAll" (STRING, STRING) => |args| part(args, 1, words::trim_all(string(args, 0), string(args, 1))), cost cost::cutset;
    "trimSuffix" (STRING, STRING) => trim_suffix;
    "trimPrefix" (STRING, STRING) => trim_prefix;
    "nospace" (STRING) => |args| text(words::nospace(string(args, 0))), cost cost::letters::<6, 8>;
    "initials" (STRING) => |args| text(words::initials(string(args, 0))), cost cost::letters::<6, 8>;
    "swapcase" (STRING) => |args| text(words::swapcase(string(args, 0))), cost cost::letters::<6, 8>;
    "snakecase" (STRING) => |args| text(words::snakecase(string(args, 0))), cost cost::letters::<16, 16>;
    "camelcase" (STRING) => |args| text(words::camelcase(string(args, 0))), cost cost::letters::<16, 12>;
    "kebabcase" (STRING) => |args| text(words::kebabcase(string(args, 0))), cost cost::letters::<16, 16>;
    "wrap" (INT, STRING) => |args| text(words::wrap(int(args, 0), string(args, 1))), cost cost::letters::<12, 4>;
    "wrapWith" (INT, STRING, STRING) => wrap_with, cost cost::wrap_with;
    "contains" (STRING, STRING) => |args| found(words::find(string(args, 1), string(args, 0)).is_some()), cost cost::letters::<2, 1>;
    "hasPrefix" (STRING, STRING) => |args| found(string(args, 1).starts_with(string(args, 0)));
    "hasSuffix" (STRING, STRING) => |args| found(string(args, 1).ends_with(string(args, 0)));
    "quote" (; ANY) => quote, cost cost::quote;
    "squote" (; ANY) => squote, cost cost::quote;
    "cat" (; ANY) => cat, cost cost::print;
    "indent" (INT, STRING) => |args| text(words::indent(int(args, 0), string(args, 1))?), cost cost::indent;
    "nindent" (INT, STRING) => |args| text(words::nindent(int(args, 0), string(args, 1))?), cost cost::indent;
    "replace" (STRING, STRING, STRING) => replace, cost cost::replace;
    "plural" (STRING, STRING, INT) => |args| text(words::plural(string(args, 0), string(args, 1), int(args, 2)));
    "toString" (ANY) => |args| text(text_of(any(args, 0))), cost cost::print;
    "toStrings" (ANY) => |args| Ok(texts_of(any(args, 0)).into()), cost cost::print;
    "join" (STRING, ANY) => join, cost cost::join;
    "split" (STRING, STRING) => |args| numbered(args, 0, -1, 1), cost cost::numbered;
    "splitn" (STRING, INT, STRING) => |args| numbered(args, 0, int(args, 1), 2), cost cost::numbered;
    "splitList" (STRING, STRING) => split_list, cost cost::split;
}

fn found(answer: bool) -> CallResult {
    Ok(Value::Bool(answer))
}

/// A part of an argument. When it is all of it, the argument itself: nothing is copied.
fn part(args: &[Value], at: usize, piece: &[u8]) -> CallResult {
    let whole = string(args, at);
    if piece.len() == whole.len() { text(whole.clone()) } else { text(piece) }
}

fn trim_suffix(args: &[Value]) -> CallResult {
    let s = string(args, 1);
    part(args, 1, s.strip_suffix(string(args, 0).as_bytes()).unwrap_or(s))
}

fn trim_prefix(args: &[Value]) -> CallResult {
    let s = string(args, 1);
    part(args, 1, s.strip_prefix(string(args, 0).as_bytes()).unwrap_or(s))
}

fn wrap_with(args: &[Value]) -> CallResult {
    text(words::wrap_with(int(args, 0), string(args, 1), string(args, 2)))
}

fn replace(args: &[Value]) -> CallResult {
    text(words::replace(string(args, 0), string(args, 1), string(args, 2)))
}

fn quote(args: &[Value]) -> CallResult {
    spaced(args, |out, value| out.extend_from_slice(unicode::quote(&text_of(value)).as_bytes()))
}

fn squote(args: &[Value]) -> CallResult {
    spaced(args, |out, value| {
        out.push(b'\'');
        out.extend_from_slice(&printed_or_same(value));
        out.push(b'\'');
    })
}

fn cat(args: &[Value]) -> CallResult {
    spaced(args, |out, value| out.extend_from_slice(&printed_or_same(value)))
}

/// `%v`, without a detour for strings.
fn printed_or_same(value: &Value) -> Str {
    if let Value::Str(s) = value { s.clone() } else { printed(value) }
}

/// Writes all but the nils, with spaces between.
fn spaced(args: &[Value], write: impl Fn(&mut Vec<u8>, &Value)) -> CallResult {
    let mut out = Vec::new();
    for (index, value) in args.iter().filter(|value| !value.is_nil()).enumerate() {
        if index > 0 {
            out.push(b' ');
        }
        write(&mut out, value);
    }
    text(out)
}

fn join(args: &[Value]) -> CallResult {
    let separator = string(args, 0);
    let mut out = Vec::new();
    for (index, item) in texts_of(any(args, 1)).iter().enumerate() {
        if index > 0 {
            out.extend_from_slice(separator);
        }
        out.extend_from_slice(&text_of(item));
    }
    text(out)
}

/// A map from `_0`, `_1`, … to the pieces.
fn numbered(args: &[Value], separator: usize, limit: i64, s: usize) -> CallResult {
    let pieces = words::split(string(args, separator), limit, string(args, s));
    let entries: Entries = pieces
        .into_iter()
        .enumerate()
        .map(|(index, piece)| (Str::from(format!("_{index}")), Value::str(piece)))
        .collect();
    Ok(Map::from_entries(&types::MAP_STRING, entries).into())
}

fn split_list(args: &[Value]) -> CallResult {
    Ok(List::strings(words::split(string(args, 0), -1, string(args, 1))).into())
}
