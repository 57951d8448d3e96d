//! Go slices. No template function of Helm changes an element in place, so a list is immutable and shared.

use std::rc::Rc;

use crate::release::{has_parts, release};
use crate::{Type, Value, types};

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
}

impl Drop for Data {
    fn drop(&mut self) {
        if self.items.iter().any(has_parts) {
            release(std::mem::take(&mut self.items).into_iter());
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
        Self { data: Rc::new(Data { ty, nil: false, items }), start: 0, len }
    }

    /// A nil slice: empty, prints `[]`, is `null` in JSON.
    pub fn nil(ty: &'static Type) -> Self {
        Self { data: Rc::new(Data { ty, nil: true, items: Vec::new() }), start: 0, len: 0 }
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

    /// The elements from `from` up to, not including, `to`; `None` when out of range.
    pub fn slice(&self, from: usize, to: usize) -> Option<Self> {
        if from > to || to > self.len() {
            return None;
        }
        Some(Self { data: Rc::clone(&self.data), start: self.start + from as u32, len: (to - from) as u32 })
    }

    /// An address that identifies the shared elements while they live.
    pub fn address(&self) -> usize {
        Rc::as_ptr(&self.data).cast::<()>() as usize + self.start as usize
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
