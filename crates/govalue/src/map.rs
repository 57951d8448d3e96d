//! Go maps with string keys: shared by handle, kept sorted.

use std::cell::{Cell, Ref, RefCell, RefMut};
use std::collections::HashSet;
use std::num::NonZeroU32;
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
    owner: Cell<Option<Owner>>,
    entries: RefCell<Entries>,
}

/// Whose a map is that is watched for changes.
///
/// [`Map::watch`] gives a map and all in it to one owner; what another owner already has becomes everybody's, with all
/// in it. [`Map::watch_again`] does the same for what has come into maps of that owner since, and so looks into all of
/// them once more. [`Map::watch_rest`] takes only what nobody has, and does not look into the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owner(NonZeroU32);

impl Owner {
    /// Of a map that more than one owner has.
    pub const SEVERAL: Self = Self(NonZeroU32::MAX);

    /// The owner of that number. With a number that is too large it is [`Owner::SEVERAL`].
    pub fn numbered(number: usize) -> Self {
        let number = u32::try_from(number).ok().and_then(|number| number.checked_add(1));
        number.and_then(NonZeroU32::new).map_or(Self::SEVERAL, Self)
    }
}

/// With more owners it is as if every change were everybody's.
const OWNERS: usize = 16;

thread_local! {
    /// Whose maps were changed. Maps stay on their thread, and so does what is known of them.
    static CHANGED: RefCell<Vec<Owner>> = const { RefCell::new(Vec::new()) };
}

impl Inner {
    fn new(nil: bool, entries: Entries) -> Self {
        Self { nil, owner: Cell::new(None), entries: RefCell::new(entries) }
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

/// Whether nobody can tell one value from the other; false for some that are the same.
fn is_same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Nil, Value::Nil) => true,
        (Value::Bool(one), Value::Bool(other)) => one == other,
        (Value::Int(kind, one), Value::Int(other_kind, other)) => kind == other_kind && one == other,
        (Value::Str(one), Value::Str(other)) => one == other,
        (Value::Map(one), Value::Map(other)) => one.same(other) && std::ptr::eq(one.ty(), other.ty()),
        _ => false,
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
        if self.inner.nil {
            return None;
        }
        let (key, value) = (key.into(), value.into());
        if self.inner.owner.get().is_some()
            && let Some(had) = self.get(&key).filter(|had| is_same(had, &value))
        {
            return Some(had);
        }
        self.borrow_mut().insert(key, value)
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
        if let Some(owner) = self.inner.owner.get() {
            CHANGED.with_borrow_mut(|changed| {
                let owner = if changed.len() < OWNERS { owner } else { Owner::SEVERAL };
                if !changed.contains(&owner) {
                    changed.push(owner);
                }
            });
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

    /// Has changes of this map told from now on, and of those that are in it now: see [`Map::changed`]. What belongs
    /// to another owner already belongs to [several](Owner::SEVERAL).
    pub fn watch(&self, owner: Owner) {
        self.own(owner, |map, wanted| match map.inner.owner.get() {
            None => Some(wanted),
            Some(had) if had == wanted => None,
            Some(had) => (had != Owner::SEVERAL).then_some(Owner::SEVERAL),
        });
    }

    /// The same for those of them that have no owner. What is in one that has is not looked at.
    pub fn watch_rest(&self, owner: Owner) {
        self.own(owner, |map, wanted| map.inner.owner.get().is_none().then_some(wanted));
    }

    /// The same as [`Map::watch`] for what has come into maps that have this owner since.
    pub fn watch_again(&self, owner: Owner) {
        let mut seen = HashSet::new();
        self.own(owner, |map, wanted| {
            let had = map.inner.owner.get();
            let new = if had.is_some_and(|had| had != wanted) { Owner::SEVERAL } else { wanted };
            (seen.insert(map.address()) || had != Some(new)).then_some(new)
        });
    }

    /// Gives this map and those in it owners: `new` tells by a map and the one it would get which one it
    /// gets; with none it and what is in it stay as they are.
    fn own(&self, owner: Owner, mut new: impl FnMut(&Self, Owner) -> Option<Owner>) {
        let mut open = vec![(Value::Map(self.clone()), owner)];
        while let Some((value, wanted)) = open.pop() {
            match value {
                // One that contains itself has its owner when it is met again.
                Value::Map(map) => {
                    if let Some(owner) = new(&map, wanted) {
                        map.inner.owner.set(Some(owner));
                        let entries = map.borrow();
                        open.extend(
                            entries
                                .values()
                                .filter(|value| has_parts(value))
                                .map(|value| (value.clone(), owner)),
                        );
                    }
                }
                Value::List(list) => {
                    open.extend(
                        list.iter().filter(|item| has_parts(item)).map(|item| (item.clone(), wanted)),
                    );
                }
                _ => {}
            }
        }
    }

    /// Whose maps were changed on this thread since this was last asked, whoever holds them, or may have been: some
    /// changes that leave everything as it was are told, too.
    pub fn changed() -> Vec<Owner> {
        CHANGED.take()
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
    fn changes_of_what_is_watched_are_told_through_every_handle() {
        let inner = Map::new();
        let listed = Map::new();
        let map = Map::from_iter([("inner", Value::from(inner.clone()))]);
        map.insert("itself", map.clone());
        map.insert("list", crate::List::new(vec![listed.clone().into()]));
        let owner = Owner::numbered(7);
        map.watch(owner);
        let told = |change: &dyn Fn()| {
            Map::changed();
            change();
            Map::changed()
        };
        assert_eq!(told(&|| drop(inner.insert("a", 1.5))), [owner]);
        assert_eq!(told(&|| drop((listed.insert("a", true), inner.insert("a", true)))), [owner]);
        assert_eq!(told(&|| drop((inner.insert("a", true), map.insert("inner", inner.clone())))), []);
        assert_eq!(told(&|| drop(map.insert("inner", inner.with_type(&types::MAP_STRING)))), [owner]);
        assert_eq!(told(&|| drop(map.with_type(&types::MAP_STRING).remove("nothing"))), [owner]);
        assert_eq!(told(&|| drop(inner.shallow_copy().insert("b", 1.5))), []);
        assert_eq!(told(&|| drop((map.get("inner"), map.iter(), inner.len()))), []);
        map.remove("itself");
    }

    #[test]
    fn what_two_owners_reach_is_everybodys_with_all_that_is_in_it() {
        let deep = Map::new();
        let shared = Map::from_iter([("deep", deep.clone())]);
        let (one, two) = (Owner::numbered(1), Owner::numbered(2));
        // The second owner comes to the deep map first, and has it for its own until it comes to the shared one.
        let first = Map::from_iter([("shared", shared.clone())]);
        let second = Map::from_iter([("z", shared.clone()), ("a", deep.clone())]);
        first.watch(one);
        second.watch(two);
        let rest = Map::from_iter([("first", first.clone()), ("own", Map::new())]);
        rest.watch_rest(Owner::numbered(3));
        let own = rest.get("own").and_then(|own| own.as_map().cloned()).unwrap();
        let told = |map: &Map| {
            Map::changed();
            map.insert("x", true);
            Map::changed()
        };
        assert_eq!([&first, &second, &own].map(told), [[one], [two], [Owner::numbered(3)]]);
        assert_eq!([&shared, &deep].map(told), [[Owner::SEVERAL], [Owner::SEVERAL]]);
    }

    #[test]
    fn what_has_come_into_a_map_is_watched_again() {
        let owner = Owner::numbered(1);
        let (map, below, new) = (Map::new(), Map::new(), Map::new());
        map.insert("below", below.clone());
        map.watch(owner);
        let others = Map::new();
        others.watch(Owner::numbered(2));
        below.insert("new", new.clone());
        below.insert("others", others.clone());
        new.insert("itself", new.clone());
        Map::changed();
        map.watch_again(owner);
        new.insert("x", true);
        assert_eq!(Map::changed(), [owner]);
        others.insert("x", true);
        assert_eq!(Map::changed(), [Owner::SEVERAL]);
        map.watch_again(owner);
        others.insert("x", false);
        assert_eq!(Map::changed(), [Owner::SEVERAL]);
        new.remove("itself");
    }

    #[test]
    fn of_very_many_owners_only_some_are_told_apart() {
        Map::changed();
        for number in 0..100 {
            let map = Map::new();
            map.watch(Owner::numbered(number));
            map.insert("x", true);
        }
        let changed = Map::changed();
        assert!(changed.len() <= OWNERS + 1 && changed.contains(&Owner::SEVERAL), "{changed:?}");
    }
}
