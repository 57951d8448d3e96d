//! Go slices. No template function of Helm changes an element in place, so a list is immutable and shared.

use std::rc::Rc;

use crate::release::{has_parts, release};
use crate::{Kind, Type, Value, types};

/// A Go slice: a window on shared, immutable elements. Cloning and sub-slicing copy no element.
#[derive(Clone)]
pub struct List {
    data: Rc<Data>,
    start: u32,
    len: u32,
}

struct Data {
    ty: &'static Type,
    nil: bool,
    items: Vec<Value>,
    /// Zero elements behind the last one: what Go allocated and did not use. A slice expression may reach them.
    spare: u32,
}

impl Drop for Data {
    fn drop(&mut self) {
        if self.items.iter().any(has_parts) {
            release(std::mem::take(&mut self.items));
        }
    }
}

impl List {
    /// The elements, when this handle is the last; nothing otherwise.
    pub(crate) fn into_unshared(mut self) -> Vec<Value> {
        Rc::get_mut(&mut self.data).map(|data| std::mem::take(&mut data.items)).unwrap_or_default()
    }

    /// A `[]interface {}`.
    pub fn new(items: Vec<Value>) -> Self {
        Self::typed(&types::LIST_ANY, items)
    }

    /// A slice of the given slice type. More than `u32::MAX` elements are cut; no caller gets near.
    pub fn typed(ty: &'static Type, mut items: Vec<Value>) -> Self {
        items.truncate(u32::MAX as usize);
        let len = items.len() as u32;
        Self { data: Rc::new(Data { ty, nil: false, items, spare: 0 }), start: 0, len }
    }

    /// A slice with room for more, as `make` with a capacity gives it.
    pub fn with_capacity(ty: &'static Type, items: Vec<Value>, capacity: usize) -> Self {
        let mut list = Self::typed(ty, items);
        if let Some(data) = Rc::get_mut(&mut list.data) {
            data.spare = u32::try_from(capacity.saturating_sub(data.items.len())).unwrap_or(0);
        }
        list
    }

    /// A slice that `append` filled one element at a time: its room was doubled whenever it was full.
    pub fn grown(ty: &'static Type, items: Vec<Value>) -> Self {
        // Longer ones grow by other steps, and nobody slices behind the end of those.
        let len = items.len();
        let capacity = if (1..=512).contains(&len) { len.next_power_of_two() } else { len };
        Self::with_capacity(ty, items, capacity)
    }

    /// A nil slice: empty, prints `[]`, is `null` in JSON.
    pub fn nil(ty: &'static Type) -> Self {
        Self { data: Rc::new(Data { ty, nil: true, items: Vec::new(), spare: 0 }), start: 0, len: 0 }
    }

    /// A `[]string`.
    pub fn strings<S: Into<crate::Str>>(items: impl IntoIterator<Item = S>) -> Self {
        Self::typed(&types::LIST_STRING, items.into_iter().map(|s| Value::Str(s.into())).collect())
    }

    /// Its type.
    pub fn ty(&self) -> &'static Type {
        self.data.ty
    }

    /// Whether it is a nil slice.
    pub fn is_nil(&self) -> bool {
        self.data.nil
    }

    /// The elements.
    pub fn items(&self) -> &[Value] {
        &self.data.items[self.start as usize..(self.start + self.len) as usize]
    }

    /// The number of elements.
    pub fn len(&self) -> usize {
        self.len as usize
    }

    /// Whether there are no elements.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// How many elements there is room for.
    pub fn capacity(&self) -> usize {
        self.data.items.len() + self.data.spare as usize - self.start as usize
    }

    /// Whether it begins and ends where what it shares does.
    pub(crate) fn is_whole(&self) -> bool {
        self.len() == self.data.items.len()
    }

    /// The elements from `from` up to, not including, `to`; `None` when out of range. As in Go, the range may
    /// reach behind the last element, as far as there is room: there is what was cut off, or zeros.
    pub fn slice(&self, from: usize, to: usize) -> Option<Self> {
        if from > to || to > self.capacity() {
            return None;
        }
        let behind = (self.start as usize + to).saturating_sub(self.data.items.len());
        if behind > 0 {
            let mut items = self.data.items.get(self.start as usize + from..).unwrap_or_default().to_vec();
            items.resize(to - from, self.data.ty.elem.map_or(Value::Nil, zero));
            return Some(Self::with_capacity(self.data.ty, items, self.capacity() - from));
        }
        Some(Self { data: Rc::clone(&self.data), start: self.start + from as u32, len: (to - from) as u32 })
    }

    /// An address that identifies the shared elements while they live.
    pub fn address(&self) -> usize {
        Rc::as_ptr(&self.data).cast::<()>() as usize + self.start as usize
    }
}

/// The zero of an element type.
fn zero(ty: &Type) -> Value {
    match ty.kind {
        Kind::Bool => Value::Bool(false),
        Kind::Int(kind) => Value::Int(kind, 0),
        Kind::Float(kind) => Value::Float(kind, 0.0),
        Kind::String => Value::Str(crate::Str::EMPTY),
        _ => Value::Nil,
    }
}

impl std::ops::Deref for List {
    type Target = [Value];
    fn deref(&self) -> &[Value] {
        self.items()
    }
}

impl<V: Into<Value>> FromIterator<V> for List {
    fn from_iter<I: IntoIterator<Item = V>>(items: I) -> Self {
        Self::new(items.into_iter().map(Into::into).collect())
    }
}

impl std::fmt::Debug for List {
    /// Names the type and the size only: a list may reach itself through a map.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{{{} items}}", self.data.ty.name, self.len())
    }
}
