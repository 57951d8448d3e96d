//! Merging dicts as Sprig's `merge` family does, by the rules of the Go library behind it.
//!
//! The first dict is changed in place. A dict that only a source has is taken over as it is, so that it is shared
//! from then on; dicts that both have are merged in place; lists are never merged.

use govalue::{Kind, Map, Value, types};

use super::args::{is_empty, map_of};
use crate::words::Panic;

/// Why a merge stopped.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refusal {
    /// An error of the library.
    #[error("{0}")]
    Error(&'static str),
    /// A panic.
    #[error(transparent)]
    Panic(#[from] Panic),
}

/// Dicts may contain themselves. Go dies of it, ours stops here.
const DEPTH: usize = 1_000;

/// Entries that one call looks at. Dicts that contain themselves twice would keep it busy for ever.
const ENTRIES: u64 = 1_000_000;

/// Steps of merging one dict, and of an entry in it.
const STEPS: u64 = 8;
const STEPS_OF_AN_ENTRY: u64 = 16;

/// `merge`: fills what is missing, nil or zero in the first dict from the others, in their order.
/// Entries that were looked at are counted, in steps.
pub(super) fn fill(args: &[Value], steps: &mut u64) -> Result<Value, Refusal> {
    all(args, false, steps)
}

/// `mergeOverwrite`: what the later dicts have replaces what the first has.
pub(super) fn overwrite(args: &[Value], steps: &mut u64) -> Result<Value, Refusal> {
    all(args, true, steps)
}

fn all(args: &[Value], overwrite: bool, steps: &mut u64) -> Result<Value, Refusal> {
    let mut target = args.first().map_or_else(|| Map::nil(&types::MAP_ANY), map_of);
    for source in args.iter().skip(1).map(map_of) {
        if target.is_nil() && !source.is_nil() {
            target = Map::new();
        }
        let mut merge = Merge { overwrite, entries: ENTRIES };
        let merged = merge.merge(&target, &source, 0);
        *steps += STEPS + (ENTRIES - merge.entries) * STEPS_OF_AN_ENTRY;
        merged?;
    }
    Ok(target.into())
}

struct Merge {
    overwrite: bool,
    /// How many entries may still be looked at.
    entries: u64,
}

impl Merge {
    fn merge(&mut self, target: &Map, source: &Map, depth: usize) -> Result<(), Refusal> {
        if depth > DEPTH {
            return Err(endless());
        }
        if target.is_nil() || target.same(source) {
            return Ok(());
        }
        for (key, new) in source.iter() {
            self.entries = self.entries.checked_sub(1).ok_or_else(endless)?;
            if new.is_nil() {
                if self.overwrite {
                    put(target, key, new)?;
                }
                continue;
            }
            let old = target.get(&key).unwrap_or_default();
            match (new.kind(), &old, &new) {
                (Kind::Map, Value::Map(inner), Value::Map(from)) => self.merge(inner, from, depth + 1)?,
                (Kind::Map | Kind::Struct, Value::Object(object), _)
                    if object.ty().kind == Kind::Ptr && !object.is_nil() && !self.overwrite =>
                {
                    return Err(Refusal::Error("src and dst must be of same type"));
                }
                _ => {}
            }
            // A dict that was empty is not any more once it has been filled: then it stays.
            let merged = old.kind() == Kind::Map && new.kind() == Kind::Map && !is_empty(&old);
            if !merged && (self.overwrite || is_empty(&old)) {
                put(target, key, new)?;
            }
        }
        Ok(())
    }
}

fn endless() -> Refusal {
    Panic::new("stack overflow: the dicts to merge contain themselves").into()
}

/// Sets a key of a map that may be of strings only.
fn put(target: &Map, key: govalue::Str, value: Value) -> Result<(), Panic> {
    if target.ty() == &types::MAP_STRING && value.as_str().is_none() {
        return Err(Panic::new(format!(
            "reflect.Value.SetMapIndex: value of type {} is not assignable to type string",
            if value.is_nil() { types::ANY.name } else { value.type_name() }
        )));
    }
    target.insert(key, value);
    Ok(())
}
