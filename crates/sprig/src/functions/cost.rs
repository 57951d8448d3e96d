//! What a call will cost, told from its arguments: bytes of the answer or steps, whichever is more.
//!
//! Estimates are on the high side and quick to make, so that a caller can refuse before anything is allocated.

use std::collections::HashMap;

use govalue::{Str, Value};

use super::args::{any, int, length, map_of, string};
use super::numeric::Steps;

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

pub(super) fn wrap(args: &[Value]) -> u64 {
    string(args, 1).len() as u64 * 2
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

pub(super) fn concat(args: &[Value]) -> u64 {
    args.iter().map(|value| length(value) as u64 * ELEMENT).sum()
}

pub(super) fn uniq(args: &[Value]) -> u64 {
    let count = length(any(args, 0)) as u64;
    count.saturating_mul(count).saturating_add(tree(args))
}

pub(super) fn without(args: &[Value]) -> u64 {
    (length(any(args, 0)) as u64).saturating_mul(args.len() as u64).saturating_add(tree(args))
}

pub(super) fn has(args: &[Value]) -> u64 {
    let items = length(any(args, 1)) as u64;
    // Only lists and maps are compared all the way down.
    if matches!(any(args, 0), Value::List(_) | Value::Map(_)) {
        items.saturating_add(tree(args))
    } else {
        items
    }
}

pub(super) fn entries(args: &[Value]) -> u64 {
    args.iter().map(|value| map_of(value).len() as u64 * 2 * ELEMENT).sum()
}

/// Searching takes time by the length of the text and of the pattern.
pub(super) fn search(args: &[Value]) -> u64 {
    let (pattern, s) = (string(args, 0).len() as u64, string(args, 1).len() as u64);
    s.saturating_add(pattern.saturating_mul(pattern.min(64)))
}

pub(super) fn search_all(args: &[Value]) -> u64 {
    let limit = u64::try_from(int(args, 2)).unwrap_or(u64::MAX);
    let most = (string(args, 1).len() as u64 + 1).min(limit);
    most.saturating_mul(ELEMENT).saturating_add(search(args))
}

/// Every byte may match, and every `$` may bring in the whole match once more.
pub(super) fn expand(args: &[Value]) -> u64 {
    let (s, replacement) = (string(args, 1).len() as u64, string(args, 2));
    let groups = memchr::memchr_iter(b'$', replacement).count() as u64;
    (s + 1).saturating_mul(replacement.len() as u64 + groups).saturating_add(search(args))
}

/// The arguments printed or encoded.
pub fn print(args: &[Value]) -> u64 {
    args.iter().fold(0, |total, value| total.saturating_add(size(value)))
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
pub(super) fn read(args: &[Value]) -> u64 {
    (string(args, 0).len() as u64).saturating_mul(8)
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
                list.iter().fold((2, 1), |total, item| add(total, sizes.of(item, depth + 1)))
            }),
            Value::Map(map) if depth < DEPTH => self.container(map.address(), |sizes| {
                map.borrow().iter().fold((2, 1), |total, (key, item)| {
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
