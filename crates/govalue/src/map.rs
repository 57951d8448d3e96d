//! Go maps with string keys: shared by handle, kept sorted.

use std::cell::{Cell, Ref, RefCell, RefMut};
use std::rc::Rc;

use crate::release::{has_parts, release};
use crate::{Entries, Str, Type, Value, types};

/// A Go map with string keys. Cloning copies the handle: both see every change, as in Go.
///
/// A map may contain itself (`set $d "x" $d`), so whatever walks one must bound its depth.
#[derive(Clone)]
pub struct Map {
    ty: &'static Type,
    inner: Rc<Inner>,
}

struct Inner {
    nil: bool,
    watched: Cell<bool>,
    entries: RefCell<Entries>,
}

thread_local! {
    /// Changes of watched maps. Maps stay on their thread, and so does what is known of them.
    static CHANGES: Cell<u64> = const { Cell::new(0) };
}

impl Inner {
    fn new(nil: bool, entries: Entries) -> Self {
        Self { nil, watched: Cell::new(false), entries: RefCell::new(entries) }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        let mut parts = Vec::new();
        self.entries.get_mut().take_parts(&mut parts);
        if !parts.is_empty() {
            release(parts);
        }
    }
}

/// Entries as they were when the iteration began, so that code run in between may change the map.
pub type MapIter = std::vec::IntoIter<(Str, Value)>;

impl Map {
    /// An empty `map[string]interface {}`.
    pub fn new() -> Self {
        Self::typed(&types::MAP_ANY)
    }

    /// An empty map of the given map type.
    pub fn typed(ty: &'static Type) -> Self {
        Self::from_entries(ty, Entries::new())
    }

    /// A nil map of the given map type: reads as empty, prints `map[]`, is `null` in JSON.
    pub fn nil(ty: &'static Type) -> Self {
        Self { ty, inner: Rc::new(Inner::new(true, Entries::new())) }
    }

    /// A map with these entries.
    pub fn from_entries(ty: &'static Type, entries: Entries) -> Self {
        Self { ty, inner: Rc::new(Inner::new(false, entries)) }
    }

    /// Its type.
    pub fn ty(&self) -> &'static Type {
        self.ty
    }

    /// The same map under another map type: an alias, as a Go conversion between map types is.
    pub fn with_type(&self, ty: &'static Type) -> Self {
        Self { ty, inner: Rc::clone(&self.inner) }
    }

    /// Whether it is a nil map.
    pub fn is_nil(&self) -> bool {
        self.inner.nil
    }

    /// The number of entries.
    pub fn len(&self) -> usize {
        self.borrow().len()
    }

    /// Whether there are no entries.
    pub fn is_empty(&self) -> bool {
        self.borrow().is_empty()
    }

    /// The value of a key.
    pub fn get(&self, key: impl AsRef<[u8]>) -> Option<Value> {
        self.borrow().get(key.as_ref()).cloned()
    }

    /// Whether the key is present, with whatever value.
    pub fn contains_key(&self, key: impl AsRef<[u8]>) -> bool {
        self.borrow().contains_key(key.as_ref())
    }

    /// Sets a key. On a nil map it does nothing; callers that must panic as Go does check [`Map::is_nil`].
    pub fn insert(&self, key: impl Into<Str>, value: impl Into<Value>) -> Option<Value> {
        if self.inner.nil { None } else { self.borrow_mut().insert(key.into(), value.into()) }
    }

    /// Removes a key.
    pub fn remove(&self, key: impl AsRef<[u8]>) -> Option<Value> {
        self.borrow_mut().remove(key.as_ref())
    }

    /// Keys in order.
    pub fn keys(&self) -> Vec<Str> {
        self.borrow().keys().cloned().collect()
    }

    /// Entries in key order, as they are now.
    pub fn iter(&self) -> MapIter {
        self.borrow().iter().map(|(k, v)| (k.clone(), v.clone())).collect::<Vec<_>>().into_iter()
    }

    /// A view of the entries. Do not run foreign code (templates, methods) while it lives.
    pub fn borrow(&self) -> Ref<'_, Entries> {
        self.inner.entries.borrow()
    }

    /// A mutable view of the entries. Do not run foreign code while it lives.
    pub fn borrow_mut(&self) -> RefMut<'_, Entries> {
        if self.inner.watched.get() {
            CHANGES.set(CHANGES.get() + 1);
        }
        self.inner.entries.borrow_mut()
    }

    /// Whether both handles are the same map.
    pub fn same(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.inner, &other.inner)
    }

    /// An address that identifies the map while it lives, for cycle checks and `%p`.
    pub fn address(&self) -> usize {
        Rc::as_ptr(&self.inner).cast::<()>() as usize
    }

    /// Has changes of this map counted from now on, and of those that are in it now: see [`Map::changes`].
    pub fn watch(&self) {
        let mut open = vec![Value::Map(self.clone())];
        while let Some(value) = open.pop() {
            match value {
                // One that contains itself is looked into once.
                Value::Map(map) if !map.inner.watched.replace(true) => {
                    open.extend(map.borrow().values().filter(|value| has_parts(value)).cloned());
                }
                Value::List(list) => open.extend(list.iter().filter(|item| has_parts(item)).cloned()),
                _ => {}
            }
        }
    }

    /// How often watched maps of this thread were changed, whoever holds them, or may have been: a change that
    /// leaves everything as it was counts.
    pub fn changes() -> u64 {
        CHANGES.get()
    }

    /// A new map with the same entries; nested maps are shared.
    pub fn shallow_copy(&self) -> Self {
        Self::from_entries(self.ty, self.borrow().clone())
    }
}

impl Map {
    /// Goes away, and leaves what is in it and has parts to be released, when this handle is the last.
    pub(crate) fn release_into(mut self, parts: &mut Vec<Value>) {
        if let Some(inner) = Rc::get_mut(&mut self.inner) {
            inner.entries.get_mut().take_parts(parts);
        }
    }
}

impl Default for Map {
    fn default() -> Self {
        Self::new()
    }
}

impl<K: Into<Str>, V: Into<Value>> FromIterator<(K, V)> for Map {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let entries = entries.into_iter().map(|(k, v)| (k.into(), v.into())).collect();
        Self::from_entries(&types::MAP_ANY, entries)
    }
}

impl std::fmt::Debug for Map {
    /// Names the type and the size only: a map may contain itself.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{{{} entries}}", self.ty.name, self.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_of_what_is_watched_are_counted_through_every_handle() {
        let inner = Map::new();
        let listed = Map::new();
        let map = Map::from_iter([("inner", Value::from(inner.clone()))]);
        map.insert("itself", map.clone());
        map.insert("list", crate::List::new(vec![listed.clone().into()]));
        map.watch();
        let counted = |change: &dyn Fn()| {
            let before = Map::changes();
            change();
            Map::changes() - before
        };
        assert_eq!(counted(&|| drop(inner.insert("a", 1.5))), 1);
        assert_eq!(counted(&|| drop(listed.insert("a", true))), 1);
        assert_eq!(counted(&|| drop(map.with_type(&types::MAP_STRING).remove("nothing"))), 1);
        assert_eq!(counted(&|| drop(inner.shallow_copy().insert("b", 1.5))), 0);
        assert_eq!(counted(&|| drop((map.get("inner"), map.iter(), inner.len()))), 0);
        map.remove("itself");
    }
}
