//! What a call will cost, told from its arguments.
//!
//! Estimates are on the high side and quick to make, so that a caller can refuse before anything is allocated. Most
//! are bytes that are made or read; where time does not follow from that, they are a [`Cost`].

use std::collections::HashMap;

use govalue::{Cost, Str, Value};

use super::args::{any, int, length, map_of, string};
use super::numeric::Steps;
use crate::regex;

/// The size of an element of a list.
const ELEMENT: u64 = 24;

pub(super) fn repeat(args: &[Value]) -> u64 {
    times(int(args, 0), string(args, 1).len())
}

pub(super) fn indent(args: &[Value]) -> u64 {
    let s = string(args, 1);
    let lines = memchr::memchr_iter(b'\n', s).count() + 1;
    times(int(args, 0), lines).saturating_add(s.len() as u64)
}

pub(super) fn wrap_with(args: &[Value]) -> u64 {
    let s = string(args, 2).len() as u64;
    // Two lines in a row are longer than the width: the second did not fit on the first.
    let lines = s.saturating_mul(2) / u64::try_from(int(args, 0)).unwrap_or(0).max(1) + 1;
    lines.saturating_mul(string(args, 1).len() as u64).saturating_add(s)
}

pub(super) fn replace(args: &[Value]) -> u64 {
    let (old, new, s) = (string(args, 0), string(args, 1), string(args, 2));
    if new.len() <= old.len() {
        return s.len() as u64;
    }
    let found =
        if old.is_empty() { s.len() + 1 } else { memchr::memmem::find_iter(s, old.as_bytes()).count() };
    (found as u64).saturating_mul(new.len() as u64).saturating_add(s.len() as u64)
}

pub(super) fn split(args: &[Value]) -> u64 {
    let separator = string(args, 0);
    let s = args.last().and_then(Value::as_str).map_or(&[][..], Str::as_bytes);
    let pieces = if separator.is_empty() {
        s.len()
    } else {
        memchr::memmem::find_iter(s, separator.as_bytes()).count()
    };
    (pieces as u64 + 1).saturating_mul(ELEMENT).saturating_add(s.len() as u64)
}

pub(super) fn join(args: &[Value]) -> u64 {
    let separators = (string(args, 0).len() as u64).saturating_mul(length(any(args, 1)) as u64);
    separators.saturating_add(size(any(args, 1)))
}

pub(super) fn until(args: &[Value]) -> u64 {
    Steps::until(int(args, 0)).count().saturating_mul(ELEMENT)
}

pub(super) fn until_step(args: &[Value]) -> u64 {
    Steps::of(args).count().saturating_mul(ELEMENT)
}

pub(super) fn seq(args: &[Value]) -> u64 {
    Steps::seq(args).map_or(0, |steps| steps.count().saturating_mul(steps.digits() + 1))
}

/// Products are exact, so they get longer with every factor.
pub(super) fn multiply(args: &[Value]) -> u64 {
    (args.len() as u64).saturating_mul(args.len() as u64).saturating_mul(64)
}

/// A list that is copied.
pub(super) fn first_list(args: &[Value]) -> u64 {
    length(any(args, 0)) as u64 * ELEMENT
}

/// A list that is copied, behind a number.
pub(super) fn second_list(args: &[Value]) -> u64 {
    length(any(args, 1)) as u64 * ELEMENT * 2
}

pub(super) fn concat(args: &[Value]) -> u64 {
    args.iter().map(|value| length(value) as u64 * ELEMENT).sum()
}

/// Every element may be compared with every other, down to its leaves.
pub(super) fn uniq(args: &[Value]) -> u64 {
    let Value::List(list) = any(args, 0) else { return size(any(args, 0)) };
    let largest = list.iter().map(size).max().unwrap_or(0);
    let count = list.len() as u64;
    count.saturating_mul(count.saturating_add(largest)).saturating_add(tree(args))
}

pub(super) fn without(args: &[Value]) -> u64 {
    let items = length(any(args, 0)) as u64;
    items
        .saturating_mul(tree(args.get(1..).unwrap_or_default()))
        .saturating_add(tree(&args[..args.len().min(1)]))
}

pub(super) fn has(args: &[Value]) -> u64 {
    (length(any(args, 1)) as u64).saturating_mul(tree(&args[..args.len().min(1)]).saturating_add(8))
}

pub(super) fn entries(args: &[Value]) -> u64 {
    args.iter().map(|value| map_of(value).len() as u64 * 2 * ELEMENT).sum()
}

/// A pattern and a text that is searched until the first match.
pub(super) fn search(args: &[Value]) -> Cost {
    searched(args, regex::Effort::of_search, 0)
}

pub(super) fn search_all(args: &[Value]) -> Cost {
    let limit = u64::try_from(int(args, 2)).unwrap_or(u64::MAX);
    let most = (string(args, 1).len() as u64 + 1).min(limit);
    searched(args, regex::Effort::of_all, most.saturating_mul(ELEMENT))
}

/// Every byte may match, and every `$` may bring in the whole match once more.
pub(super) fn expand(args: &[Value]) -> Cost {
    let (s, replacement) = (string(args, 1).len() as u64, string(args, 2));
    let groups = memchr::memchr_iter(b'$', replacement).count() as u64;
    let bytes = (s + 1).saturating_mul(replacement.len() as u64 + groups).saturating_add(s);
    searched(args, regex::Effort::of_all, bytes)
}

fn searched(args: &[Value], effort: fn(regex::Effort, &[u8]) -> u64, bytes: u64) -> Cost {
    let (pattern, text) = (string(args, 0), string(args, 1));
    let (pattern_effort, is_new) = regex::effort(pattern);
    let compiled = if is_new { pattern_effort.compilation() } else { Cost::from(0) };
    let read = if is_new { pattern.len() as u64 } else { 0 };
    let made = Cost::from(bytes);
    let steps = effort(pattern_effort, text).saturating_add(compiled.steps).saturating_add(made.steps);
    Cost { steps: steps.saturating_add(read), bytes: bytes.saturating_add(compiled.bytes) }
}

/// The arguments printed or encoded.
pub fn print(args: &[Value]) -> u64 {
    args.iter().fold(0, |total, value| total.saturating_add(size(value)))
}

/// The arguments encoded: slower than printed.
pub(super) fn encode(args: &[Value]) -> Cost {
    let bytes = print(args);
    Cost { steps: bytes / 8, bytes }
}

/// The arguments compared, down to the leaves.
pub(super) fn compare(args: &[Value]) -> Cost {
    let bytes = tree(args);
    Cost { steps: bytes / 8, bytes: 0 }
}

/// A copy of the arguments, which takes more room than their text.
pub(super) fn copy(args: &[Value]) -> Cost {
    let bytes = tree(args).saturating_mul(8);
    Cost { steps: bytes / 64, bytes }
}

/// The arguments merged: the same work as a copy, but what contains itself is for the merge to see.
pub(super) fn merge(args: &[Value]) -> Cost {
    let bytes = print(args);
    Cost { steps: bytes / 4, bytes }
}

/// The arguments walked to the leaves, shared parts as often as they are met; endless when one contains itself.
pub(super) fn tree(args: &[Value]) -> u64 {
    args.iter().fold(0, |total, value| {
        let mut sizes = Sizes::new();
        let (bytes, _) = sizes.of(value, 0);
        if sizes.endless { u64::MAX } else { total.saturating_add(bytes) }
    })
}

/// A document becomes values several times its size.
pub(super) fn read(args: &[Value]) -> Cost {
    let length = string(args, 0).len() as u64;
    Cost { steps: length + length / 4, bytes: length.saturating_mul(16) }
}

/// A character set that is looked through for every character at the ends.
pub(super) fn cutset(args: &[Value]) -> u64 {
    (string(args, 0).len() as u64 / 4 + 1).saturating_mul(string(args, 1).len() as u64)
}

/// A text that is read letter by letter.
pub(super) fn letters(args: &[Value]) -> Cost {
    let length = args.iter().filter_map(Value::as_str).map(|text| text.len() as u64).sum::<u64>();
    Cost { steps: length / 8, bytes: length.saturating_mul(2) }
}

/// Versions and constraints, which are short and take long to read.
pub(super) fn version(args: &[Value]) -> Cost {
    let length = args.iter().filter_map(Value::as_str).map(|text| text.len() as u64).sum::<u64>();
    Cost { steps: 16 + 2 * length, bytes: length }
}

/// Keys and values in turn.
pub(super) fn dict(args: &[Value]) -> Cost {
    let count = args.len() as u64;
    Cost { steps: 3 + 2 * count, bytes: 96 + 64 * count }
}

/// Texts that are put in order.
pub(super) fn sort(args: &[Value]) -> Cost {
    let bytes = print(args);
    Cost { steps: bytes / 4, bytes }
}

/// Pieces that become entries of a dict.
pub(super) fn numbered(args: &[Value]) -> u64 {
    split(args).saturating_mul(4)
}

fn times(count: i64, len: usize) -> u64 {
    u64::try_from(count).unwrap_or(0).saturating_mul(len as u64)
}

/// About how many bytes a value is when printed or encoded. Parts that are shared count as often as they are met,
/// without being walked more than once, so that a value that doubles with every level is quick to see through.
pub fn size(value: &Value) -> u64 {
    Sizes::new().of(value, 0).0
}

/// So many containers are walked without taking note of them; values of charts are hardly ever larger.
const FUEL: u32 = 2_000;

/// A value that contains itself reaches this depth; others do not get near.
const DEPTH: u32 = 400;

/// What a list or a dict takes beyond what is in it: more time than bytes.
const CONTAINER: u64 = 48;

/// Bytes and lines.
type Size = (u64, u64);

struct Sizes {
    fuel: u32,
    /// By address; `None` while it is walked.
    known: HashMap<usize, Option<Size>>,
    /// Whether a value contains itself.
    endless: bool,
}

impl Sizes {
    fn new() -> Self {
        Self { fuel: FUEL, known: HashMap::new(), endless: false }
    }

    fn of(&mut self, value: &Value, depth: u32) -> Size {
        match value {
            Value::Str(s) => (s.len() as u64 + 4, 1),
            Value::Bytes(bytes) => (bytes.len() as u64 * 4, 1),
            Value::List(list) if depth < DEPTH => self.container(list.address(), |sizes| {
                list.iter().fold((CONTAINER, 1), |total, item| add(total, sizes.of(item, depth + 1)))
            }),
            Value::Map(map) if depth < DEPTH => self.container(map.address(), |sizes| {
                map.borrow().iter().fold((CONTAINER, 1), |total, (key, item)| {
                    add(add(total, (key.len() as u64 + 4, 0)), sizes.of(item, depth + 1))
                })
            }),
            Value::List(_) | Value::Map(_) => {
                self.endless = true;
                (16, 1)
            }
            Value::Object(object) => (object.text().map_or(64, |text| text.len() as u64), 1),
            _ => (16, 1),
        }
    }

    fn container(&mut self, address: usize, walk: impl FnOnce(&mut Self) -> Size) -> Size {
        if self.fuel > 0 {
            self.fuel -= 1;
            return indented(walk(self));
        }
        match self.known.get(&address) {
            Some(Some(size)) => return *size,
            Some(None) => {
                self.endless = true;
                return (16, 1);
            }
            None => {}
        }
        self.known.insert(address, None);
        let size = indented(walk(self));
        self.known.insert(address, Some(size));
        size
    }
}

fn add(a: Size, b: Size) -> Size {
    (a.0.saturating_add(b.0), a.1.saturating_add(b.1))
}

/// Every level puts two spaces before each of its lines.
fn indented((bytes, lines): Size) -> Size {
    (bytes.saturating_add(lines.saturating_mul(2)), lines)
}
