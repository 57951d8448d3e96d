//! What a call will cost, told from its arguments.
//!
//! Estimates are on the high side and quick to make, so that a caller can refuse before anything is allocated. Most
//! are bytes that are made or read; where time does not follow from that, they are a [`Cost`]. A step is what takes
//! twenty nanoseconds on the machine of `docs/reference/limits.md`; what gets slower than its price lets a chart take
//! longer than the limit of steps is meant to allow.

mod size;

use govalue::{Cost, Str, Value};

use self::size::Size;
use super::args::{any, int, length, map_of, string};
use super::numeric::Steps;
use crate::regex;

/// The size of an element of a list.
const ELEMENT: u64 = 24;

/// Texts that are read or changed letter by letter: so many steps, and so many for each eight bytes.
pub(super) fn letters<const STEPS: u64, const STEPS_OF_EIGHT: u64>(args: &[Value]) -> Cost {
    let length = texts(args);
    Cost { steps: STEPS + length.saturating_mul(STEPS_OF_EIGHT) / 8, bytes: length.saturating_mul(2) }
}

/// The length of all arguments that are texts.
fn texts(args: &[Value]) -> u64 {
    args.iter().filter_map(Value::as_str).map(|text| text.len() as u64).sum()
}

pub(super) fn repeat(args: &[Value]) -> u64 {
    times(int(args, 0), string(args, 1).len())
}

pub(super) fn indent(args: &[Value]) -> Cost {
    let s = string(args, 1);
    let lines = memchr::memchr_iter(b'\n', s).count() + 1;
    let bytes = times(int(args, 0), lines).saturating_add(s.len() as u64);
    Cost { steps: 2 + lines as u64 + bytes / 16, bytes }
}

pub(super) fn wrap_with(args: &[Value]) -> Cost {
    let s = string(args, 2).len() as u64;
    // Two lines in a row are longer than the width: the second did not fit on the first.
    let lines = s.saturating_mul(2) / u64::try_from(int(args, 0)).unwrap_or(0).max(1) + 1;
    let bytes = lines.saturating_mul(string(args, 1).len() as u64).saturating_add(s);
    Cost { steps: 8 + s / 2 + lines / 2 + bytes / 32, bytes }
}

pub(super) fn replace(args: &[Value]) -> Cost {
    let (old, new, s) = (string(args, 0), string(args, 1), string(args, 2));
    let found =
        if old.is_empty() { s.len() + 1 } else { memchr::memmem::find_iter(s, old.as_bytes()).count() };
    let found = found as u64;
    let longer = new.len().saturating_sub(old.len()) as u64;
    let bytes = found.saturating_mul(longer).saturating_add(s.len() as u64);
    let read = (old.len() + s.len()) as u64 / 4;
    Cost { steps: found.saturating_add(read).saturating_add(bytes / 32).saturating_add(4), bytes }
}

pub(super) fn split(args: &[Value]) -> Cost {
    pieces(args, 4, ELEMENT)
}

/// Pieces that become entries of a dict.
pub(super) fn numbered(args: &[Value]) -> Cost {
    pieces(args, 12, ELEMENT * 4)
}

fn pieces(args: &[Value], steps: u64, bytes: u64) -> Cost {
    let separator = string(args, 0);
    let s = args.last().and_then(Value::as_str).map_or(&[][..], Str::as_bytes);
    let count = if separator.is_empty() {
        s.len()
    } else {
        memchr::memmem::find_iter(s, separator.as_bytes()).count()
    };
    let count = count as u64 + 1;
    let read = (separator.len() + s.len()) as u64;
    Cost {
        steps: count.saturating_mul(steps).saturating_add(read / 4).saturating_add(4),
        bytes: count.saturating_mul(bytes).saturating_add(read),
    }
}

pub(super) fn join(args: &[Value]) -> Cost {
    let separators = (string(args, 0).len() as u64).saturating_mul(length(any(args, 1)) as u64);
    let printed = print(args.get(1..).unwrap_or_default());
    let bytes = separators.saturating_add(printed.bytes);
    Cost { steps: printed.steps.saturating_add(separators / 32), bytes }
}

pub(super) fn until(args: &[Value]) -> Cost {
    counted(Steps::until(int(args, 0)).count())
}

fn counted(count: u64) -> Cost {
    Cost { steps: count.saturating_add(4), bytes: count.saturating_mul(ELEMENT) }
}

pub(super) fn until_step(args: &[Value]) -> Cost {
    counted(Steps::of(args).count())
}

pub(super) fn seq(args: &[Value]) -> Cost {
    let Some(steps) = Steps::seq(args) else { return Cost::from(0) };
    let count = steps.count();
    Cost { steps: count.saturating_mul(3).saturating_add(8), bytes: count.saturating_mul(steps.digits() + 1) }
}

/// Decimals are exact: products get longer with every factor, sums by what lies between their exponents.
pub(super) fn decimals(args: &[Value]) -> Cost {
    let count = args.len() as u64;
    let product = count.saturating_mul(count);
    Cost {
        steps: 16 + count * 180 + product.saturating_mul(8) + numbers(args),
        bytes: product.saturating_mul(64),
    }
}

/// Quotients as well, and dividing takes time by the length of both sides.
pub(super) fn quotients(args: &[Value]) -> Cost {
    let count = args.len() as u64;
    let long = if count > 2 { count.saturating_mul(count).saturating_mul(1_500) } else { 0 };
    Cost {
        steps: 400 + long.saturating_add(numbers(args)),
        bytes: count.saturating_mul(count).saturating_mul(512),
    }
}

/// Numbers that may be texts.
pub(super) fn whole(args: &[Value]) -> Cost {
    Cost { steps: numbers(args), bytes: 0 }
}

fn numbers(args: &[Value]) -> u64 {
    args.len() as u64 + texts(args)
}

/// A list that is copied.
pub(super) fn first_list(args: &[Value]) -> Cost {
    elements(length(any(args, 0)) as u64)
}

fn elements(count: u64) -> Cost {
    Cost { steps: 4 + count, bytes: count.saturating_mul(ELEMENT) }
}

/// A list that is cut into pieces of so many.
pub(super) fn chunks(args: &[Value]) -> Cost {
    let count = length(any(args, 1)) as u64;
    let chunks = count / u64::try_from(int(args, 0)).unwrap_or(0).max(1) + 1;
    Cost { steps: 4 + count + chunks * 6, bytes: count.saturating_mul(ELEMENT) + chunks * ELEMENT * 2 }
}

pub(super) fn concat(args: &[Value]) -> Cost {
    elements(args.iter().map(|value| length(value) as u64 + 2).sum())
}

/// Every element may be compared with every other, down to its leaves.
pub(super) fn uniq(args: &[Value]) -> Cost {
    let Value::List(list) = any(args, 0) else { return 0.into() };
    let count = list.len() as u64;
    let sizes = list.iter().map(compared);
    let (largest, all) =
        sizes.fold((0, 0), |(largest, all): (u64, u64), size| (size.max(largest), all.saturating_add(size)));
    // Those that are alike are read to their end, which all together can be only so often.
    let pairs = count.saturating_mul(count / 4 + 1);
    let alike = count.saturating_mul(largest);
    Cost {
        steps: pairs.saturating_add(alike / 4).saturating_add(all).saturating_add(4),
        bytes: count.saturating_mul(ELEMENT),
    }
}

/// Steps to compare a value with one that is like it.
fn compared(value: &Value) -> u64 {
    let size = Size::of(value);
    if size.endless { u64::MAX } else { size.parts.saturating_add(size.bytes / 16).saturating_add(1) }
}

pub(super) fn without(args: &[Value]) -> Cost {
    let omitted = args
        .get(1..)
        .unwrap_or_default()
        .iter()
        .fold(0, |sum: u64, value| sum.saturating_add(compared(value)));
    let items = length(any(args, 0)) as u64;
    Cost {
        steps: items.saturating_mul(omitted.saturating_add(2)).saturating_add(4),
        bytes: items.saturating_mul(ELEMENT),
    }
}

pub(super) fn has(args: &[Value]) -> Cost {
    let items = length(any(args, 1)) as u64;
    Cost { steps: items.saturating_mul(compared(any(args, 0))).saturating_add(4), bytes: 0 }
}

/// Dicts whose entries are gone through, and keys that are looked for in them.
pub(super) fn entries(args: &[Value]) -> Cost {
    let count: u64 = args.iter().map(|value| map_of(value).len() as u64).sum();
    let count = count + args.len() as u64;
    Cost { steps: 4 + count * 10, bytes: count * 2 * ELEMENT }
}

/// A key that is looked for in several dicts.
pub(super) fn lookups(args: &[Value]) -> Cost {
    let count = args.len() as u64;
    Cost { steps: 4 + count * 8, bytes: count * ELEMENT }
}

/// A pattern and a text that is searched until the first match.
pub(super) fn search(args: &[Value]) -> Cost {
    searched(args, regex::Effort::of_search, 0)
}

pub(super) fn search_all(args: &[Value]) -> Cost {
    let limit = u64::try_from(int(args, 2)).unwrap_or(u64::MAX);
    let most = (string(args, 1).len() as u64 + 1).min(limit);
    let cost = searched(args, regex::Effort::of_all, most.saturating_mul(ELEMENT));
    // A match takes longer than a letter.
    Cost { steps: cost.steps.saturating_add(most * 3), ..cost }
}

/// Every byte may match, and every `$` may bring in the whole match once more.
pub(super) fn expand(args: &[Value]) -> Cost {
    let (s, replacement) = (string(args, 1).len() as u64, string(args, 2));
    let groups = memchr::memchr_iter(b'$', replacement).count() as u64;
    let bytes = (s + 1).saturating_mul(replacement.len() as u64 + groups).saturating_add(s);
    let cost = searched(args, regex::Effort::of_all, bytes);
    Cost { steps: cost.steps.saturating_add(s), ..cost }
}

fn searched(args: &[Value], effort: fn(regex::Effort, &[u8]) -> u64, bytes: u64) -> Cost {
    let (pattern, text) = (string(args, 0), string(args, 1));
    let (pattern_effort, is_new) = regex::effort(pattern);
    let compiled = if is_new { pattern_effort.compilation() } else { Cost::from(0) };
    let read = if is_new { 600 + 4 * pattern.len() as u64 } else { 6 + pattern.len() as u64 / 4 };
    let made = Cost::from(bytes);
    // What is no UTF-8 is copied first.
    let copied = text.len() as u64 / 8;
    let steps =
        effort(pattern_effort, text).saturating_add(compiled.steps + copied).saturating_add(made.steps);
    Cost { steps: steps.saturating_add(read), bytes: bytes.saturating_add(compiled.bytes) }
}

/// The arguments printed.
pub(super) fn print(args: &[Value]) -> Cost {
    let Size { bytes, parts, numbers, .. } = Size::of_all(args);
    Cost { steps: parts.saturating_add(numbers).saturating_add(bytes / 32).saturating_add(4), bytes }
}

/// The arguments printed between quotes, for which every letter is looked at.
pub(super) fn quote(args: &[Value]) -> Cost {
    let Size { bytes, parts, numbers, .. } = Size::of_all(args);
    Cost { steps: parts.saturating_add(numbers).saturating_add(bytes).saturating_add(4), bytes }
}

/// The arguments as JSON or TOML.
pub(super) fn encode(args: &[Value]) -> Cost {
    let Size { bytes, parts, numbers, .. } = Size::of_all(args);
    Cost { steps: parts.saturating_add(numbers).saturating_add(bytes / 2).saturating_add(16), bytes }
}

/// The arguments as YAML, where it must be found out of every text how it can be written.
pub(super) fn encode_yaml(args: &[Value]) -> Cost {
    let Size { bytes, parts, texts, numbers, .. } = Size::of_all(args);
    let texts = texts.saturating_mul(12);
    Cost {
        steps: parts
            .saturating_add(numbers)
            .saturating_add(texts)
            .saturating_add(bytes / 2)
            .saturating_add(16),
        bytes,
    }
}

/// The arguments compared, down to the leaves.
pub(super) fn compare(args: &[Value]) -> Cost {
    Cost { steps: args.iter().fold(4, |sum: u64, value| sum.saturating_add(compared(value))), bytes: 0 }
}

/// A copy of the arguments. Texts are shared.
pub(super) fn copy(args: &[Value]) -> Cost {
    let Size { parts, endless, .. } = Size::of_all(args);
    if endless {
        u64::MAX.into()
    } else {
        Cost { steps: parts.saturating_mul(2).saturating_add(4), bytes: parts.saturating_mul(32) }
    }
}

/// A document becomes values several times its size.
pub(super) fn read(args: &[Value]) -> Cost {
    let length = string(args, 0).len() as u64;
    Cost { steps: 40 + length * 2, bytes: length.saturating_mul(16) }
}

/// The same for YAML, whose parts end at commas, colons and lines.
pub(super) fn read_yaml(args: &[Value]) -> Cost {
    let text = string(args, 0);
    let parts = memchr::memchr3_iter(b',', b':', b'\n', text).count() as u64;
    let length = text.len() as u64;
    Cost { steps: 40 + length / 4 + parts * 6, bytes: length.saturating_mul(16) }
}

/// An alias that makes too much of a document is found out while it is made.
pub(super) const FUTILE: u64 = 100_000;

/// The parts of a document that was made.
pub(super) fn parts(value: &Value) -> u64 {
    Size::of(value).parts
}

/// A character set that is looked through for every character at the ends.
pub(super) fn cutset(args: &[Value]) -> Cost {
    let looked = (string(args, 0).len() as u64 / 4 + 1).saturating_mul(string(args, 1).len() as u64);
    Cost { steps: 4 + looked / 8, bytes: string(args, 1).len() as u64 }
}

/// Versions and constraints, which are short and take long to read.
pub(super) fn version(args: &[Value]) -> Cost {
    let length = args.iter().filter_map(Value::as_str).map(|text| text.len() as u64).sum::<u64>();
    Cost { steps: 16 + 2 * length, bytes: length }
}

/// Keys and values in turn. What is no text is printed to be a key.
pub(super) fn dict(args: &[Value]) -> Cost {
    let count = args.len() as u64;
    let made = Cost { steps: 2 + 2 * count, bytes: 96 + 64 * count };
    let printed = args
        .iter()
        .step_by(2)
        .filter(|key| key.as_str().is_none())
        .map(|key| print(std::slice::from_ref(key)));
    printed.fold(made, |all, key| Cost {
        steps: all.steps.saturating_add(key.steps),
        bytes: all.bytes.saturating_add(key.bytes),
    })
}

/// Texts that are put in order.
pub(super) fn sort(args: &[Value]) -> Cost {
    let Size { bytes, parts, texts, .. } = Size::of_all(args);
    let count = texts.max(length(any(args, 0)) as u64);
    let compared = count.saturating_mul(u64::from(count.max(1).ilog2()));
    Cost { steps: parts.saturating_add(bytes / 8).saturating_add(compared / 2).saturating_add(4), bytes }
}

fn times(count: i64, len: usize) -> u64 {
    u64::try_from(count).unwrap_or(0).saturating_mul(len as u64)
}
