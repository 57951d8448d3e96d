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

/// `merge`: fills what is missing, nil or zero in the first dict from the others, in their order.
pub(super) fn fill(args: &[Value]) -> Result<Value, Refusal> {
    all(args, false)
}

/// `mergeOverwrite`: what the later dicts have replaces what the first has.
pub(super) fn overwrite(args: &[Value]) -> Result<Value, Refusal> {
    all(args, true)
}

fn all(args: &[Value], overwrite: bool) -> Result<Value, Refusal> {
    let mut target = args.first().map_or_else(|| Map::nil(&types::MAP_ANY), map_of);
    for source in args.iter().skip(1).map(map_of) {
        if target.is_nil() && !source.is_nil() {
            target = Map::new();
        }
        into(&target, &source, overwrite, 0)?;
    }
    Ok(target.into())
}

fn into(target: &Map, source: &Map, overwrite: bool, depth: usize) -> Result<(), Refusal> {
    if depth > DEPTH {
        return Err(Panic::new("stack overflow: the dicts to merge contain themselves").into());
    }
    if target.is_nil() || target.same(source) {
        return Ok(());
    }
    for (key, new) in source.iter() {
        if new.is_nil() {
            if overwrite {
                put(target, key, new)?;
            }
            continue;
        }
        let was_there = target.get(&key).unwrap_or_default();
        match (new.kind(), &was_there, &new) {
            (Kind::Map, Value::Map(inner), Value::Map(from)) => into(inner, from, overwrite, depth + 1)?,
            (Kind::Map | Kind::Struct, Value::Object(object), _)
                if object.ty().kind == Kind::Ptr && !object.is_nil() && !overwrite =>
            {
                return Err(Refusal::Error("src and dst must be of same type"));
            }
            _ => {}
        }
        // A dict that was empty is not any more once it has been filled: then it stays.
        let merged = was_there.kind() == Kind::Map && new.kind() == Kind::Map && !is_empty(&was_there);
        if !merged && (overwrite || is_empty(&was_there)) {
            put(target, key, new)?;
        }
    }
    Ok(())
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
