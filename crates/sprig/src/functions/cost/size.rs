//! How large a value is, told without walking any part of it twice.

use std::collections::HashMap;

use govalue::Value;

/// What it takes to print, encode, copy or compare a value. Parts that are shared count as often as they are met,
/// without being walked more than once, so that a value that doubles with every level is quick to see through.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Size {
    /// About how many bytes it is when printed or encoded.
    pub(super) bytes: u64,
    /// Lines, each of which every level around them indents.
    lines: u64,
    /// Steps that its parts take, their texts aside.
    pub(super) parts: u64,
    /// Texts and keys.
    pub(super) texts: u64,
    /// Steps to print what is copied as a whole: files, whose bytes are printed as numbers.
    pub(super) numbers: u64,
    /// Whether it contains itself.
    pub(super) endless: bool,
}

/// So many containers are walked without taking note of them; values of charts are hardly ever larger.
const FUEL: u32 = 2_000;

/// A value that contains itself reaches this depth; others do not get near.
const DEPTH: u32 = 400;

/// What a list or a dict takes to print beyond what is in it.
const CONTAINER: u64 = 48;

impl Size {
    /// The size of one value.
    pub(super) fn of(value: &Value) -> Self {
        let mut walk = Walk { fuel: FUEL, known: HashMap::new(), endless: false };
        let size = walk.value(value, 0);
        Self { endless: walk.endless, ..size }
    }

    /// Of several values together.
    pub(super) fn of_all(values: &[Value]) -> Self {
        values.iter().fold(Self::default(), |total, value| total.plus(Self::of(value)))
    }

    fn plus(self, other: Self) -> Self {
        Self {
            bytes: self.bytes.saturating_add(other.bytes),
            lines: self.lines.saturating_add(other.lines),
            parts: self.parts.saturating_add(other.parts),
            texts: self.texts.saturating_add(other.texts),
            numbers: self.numbers.saturating_add(other.numbers),
            endless: self.endless || other.endless,
        }
    }

    /// Every level puts two spaces before each of its lines.
    fn indented(self) -> Self {
        Self { bytes: self.bytes.saturating_add(self.lines.saturating_mul(2)), ..self }
    }

    const fn leaf(bytes: u64, parts: u64) -> Self {
        Self { bytes, lines: 1, parts, texts: 0, numbers: 0, endless: false }
    }
}

struct Walk {
    fuel: u32,
    /// By address; `None` while it is walked.
    known: HashMap<usize, Option<Size>>,
    endless: bool,
}

impl Walk {
    fn value(&mut self, value: &Value, depth: u32) -> Size {
        match value {
            Value::Str(s) => Size { texts: 1, ..Size::leaf(s.len() as u64 + 4, 1) },
            Value::Bytes(bytes) => {
                let length = bytes.len() as u64;
                Size { numbers: length, ..Size::leaf(length * 4, 1) }
            }
            Value::List(list) if depth < DEPTH => self.container(list.address(), |walk| {
                list.iter()
                    .fold(Size::leaf(CONTAINER, 5), |total, item| total.plus(walk.value(item, depth + 1)))
            }),
            Value::Map(map) if depth < DEPTH => self.container(map.address(), |walk| {
                let map = map.borrow();
                let empty = Size::leaf(CONTAINER, if map.is_empty() { 5 } else { 10 });
                map.iter().fold(empty, |total, (key, item)| {
                    let key = Size { texts: 1, lines: 0, ..Size::leaf(key.len() as u64 + 4, 3) };
                    total.plus(key).plus(walk.value(item, depth + 1))
                })
            }),
            Value::List(_) | Value::Map(_) => {
                self.endless = true;
                Size::leaf(16, 1)
            }
            // What it holds is made when it is printed.
            Value::Object(object) => {
                object.text().map_or(Size { lines: 100, ..Size::leaf(4 << 10, 600) }, |text| {
                    Size::leaf(text.len() as u64, 20)
                })
            }
            Value::Float(..) => Size::leaf(16, 10),
            _ => Size::leaf(16, 2),
        }
    }

    fn container(&mut self, address: usize, walk: impl FnOnce(&mut Self) -> Size) -> Size {
        if self.fuel > 0 {
            self.fuel -= 1;
            return walk(self).indented();
        }
        match self.known.get(&address) {
            Some(Some(size)) => return *size,
            Some(None) => {
                self.endless = true;
                return Size::leaf(16, 1);
            }
            None => {}
        }
        self.known.insert(address, None);
        let size = walk(self).indented();
        self.known.insert(address, Some(size));
        size
    }
}
