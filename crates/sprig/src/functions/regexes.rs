//! Regular expressions. Functions without `must` panic on a bad pattern, except `regexMatch`.

use std::rc::Rc;

use govalue::{CallResult, List, Value, types};

use super::args::{int, string, text};
use super::{cost, table};
use crate::regex::{self, Regex};
use crate::words::Panic;

table! {
    "regexMatch" (STRING, STRING) => regex_match, cost cost::search;
    "mustRegexMatch" (STRING, STRING) => |args| Ok(Value::Bool(checked(args)?.is_match(string(args, 1)))),
        cost cost::search;
    "regexFind" (STRING, STRING) => |args| find(&*compiled(args)?, args), cost cost::search;
    "mustRegexFind" (STRING, STRING) => |args| find(&*checked(args)?, args), cost cost::search;
    "regexFindAll" (STRING, STRING, INT) => |args| find_all(&*compiled(args)?, args), cost cost::search_all;
    "mustRegexFindAll" (STRING, STRING, INT) => |args| find_all(&*checked(args)?, args), cost cost::search_all;
    "regexReplaceAll" (STRING, STRING, STRING) => |args| replace(&*compiled(args)?, args), cost cost::expand;
    "mustRegexReplaceAll" (STRING, STRING, STRING) => |args| replace(&*checked(args)?, args), cost cost::expand;
    "regexReplaceAllLiteral" (STRING, STRING, STRING) => |args| literal(&*compiled(args)?, args), cost cost::expand;
    "mustRegexReplaceAllLiteral" (STRING, STRING, STRING) => |args| literal(&*checked(args)?, args),
        cost cost::expand;
    "regexSplit" (STRING, STRING, INT) => |args| split(&*compiled(args)?, args), cost cost::search_all;
    "mustRegexSplit" (STRING, STRING, INT) => |args| split(&*checked(args)?, args), cost cost::search_all;
    "regexQuoteMeta" (STRING) => |args| text(regex::quote_meta(string(args, 0))), cost cost::letters::<4, 4>;
}

/// `regexp.Compile`.
fn checked(args: &[Value]) -> Result<Rc<Regex>, regex::Error> {
    regex::compile(string(args, 0))
}

/// `regexp.MustCompile`.
fn compiled(args: &[Value]) -> Result<Rc<Regex>, Panic> {
    let pattern = string(args, 0);
    regex::compile(pattern).map_err(|error| Panic(error.panic_text(pattern)))
}

fn regex_match(args: &[Value]) -> CallResult {
    Ok(Value::Bool(checked(args).is_ok_and(|regex| regex.is_match(string(args, 1)))))
}

fn find(regex: &Regex, args: &[Value]) -> CallResult {
    text(regex.find(string(args, 1)).unwrap_or_default())
}

fn find_all(regex: &Regex, args: &[Value]) -> CallResult {
    // Go answers a nil slice when there is nothing.
    let found = regex.find_all(string(args, 1), int(args, 2));
    if found.is_empty() {
        return strings(found, true);
    }
    // There is room for ten at first, which is doubled when it is full.
    let mut capacity = 10;
    while capacity < found.len() {
        capacity *= 2;
    }
    let texts = found.into_iter().map(|text| Value::Str(text.into())).collect();
    Ok(List::with_capacity(&types::LIST_STRING, texts, capacity).into())
}

fn split(regex: &Regex, args: &[Value]) -> CallResult {
    let limit = int(args, 2);
    strings(regex.split(string(args, 1), limit), limit == 0)
}

fn strings(found: Vec<&[u8]>, nil: bool) -> CallResult {
    Ok(if nil { List::nil(&types::LIST_STRING) } else { List::strings(found) }.into())
}

fn replace(regex: &Regex, args: &[Value]) -> CallResult {
    text(regex.replace_all(string(args, 1), string(args, 2)))
}

fn literal(regex: &Regex, args: &[Value]) -> CallResult {
    text(regex.replace_all_literal(string(args, 1), string(args, 2)))
}
