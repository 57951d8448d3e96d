//! Dicts. `set` and `unset` change the map they are given, and every holder of it sees that.

use govalue::{CallResult, Entries, List, Map, Str, Value, types};

use super::args::{any, conversion, map, map_of, panic, string, text_of};
use super::{cost, merge, table};
use crate::words::Panic;

table! {
    "dict" (; ANY) => dict, cost cost::dict;
    "get" (MAP_ANY, STRING) => |args| Ok(map(args, 0).get(string(args, 1)).unwrap_or_else(|| Value::Str(Str::EMPTY)));
    "set" (MAP_ANY, STRING, ANY) => set;
    "unset" (MAP_ANY, STRING) => unset;
    "hasKey" (MAP_ANY, STRING) => |args| Ok(Value::Bool(map(args, 0).contains_key(string(args, 1))));
    "pluck" (STRING; MAP_ANY) => pluck, cost cost::lookups;
    "keys" (; MAP_ANY) => keys, cost cost::entries;
    "values" (MAP_ANY) => |args| Ok(List::grown(&types::LIST_ANY, map(args, 0).iter().map(|(_, value)| value).collect()).into()),
        cost cost::entries;
    "pick" (MAP_ANY; STRING) => pick, cost cost::entries;
    "omit" (MAP_ANY; STRING) => omit, cost cost::entries;
    "merge" (MAP_ANY; MAP_ANY) => |args| gentle(merge::fill(args, &mut 0)),
        counted |args, steps| gentle(merge::fill(args, steps));
    "mustMerge" (MAP_ANY; MAP_ANY) => |args| Ok(merge::fill(args, &mut 0)?),
        counted |args, steps| Ok(merge::fill(args, steps)?);
    "mergeOverwrite" (MAP_ANY; MAP_ANY) => |args| gentle(merge::overwrite(args, &mut 0)),
        counted |args, steps| gentle(merge::overwrite(args, steps));
    "mustMergeOverwrite" (MAP_ANY; MAP_ANY) => |args| Ok(merge::overwrite(args, &mut 0)?),
        counted |args, steps| Ok(merge::overwrite(args, steps)?);
    "dig" (; ANY) => dig;
}

fn dict(args: &[Value]) -> CallResult {
    let entries: Entries = args
        .chunks(2)
        .map(|pair| (text_of(any(pair, 0)), pair.get(1).cloned().unwrap_or_else(|| Value::Str(Str::EMPTY))))
        .collect();
    Ok(Map::from_entries(&types::MAP_ANY, entries).into())
}

fn set(args: &[Value]) -> CallResult {
    let map = map(args, 0);
    if map.is_nil() {
        return panic("assignment to entry in nil map");
    }
    map.insert(string(args, 1).clone(), any(args, 2).clone());
    Ok(map.into())
}

fn unset(args: &[Value]) -> CallResult {
    let map = map(args, 0);
    map.remove(string(args, 1));
    Ok(map.into())
}

fn pluck(args: &[Value]) -> CallResult {
    let key = string(args, 0);
    let found = args.iter().skip(1).filter_map(|value| map_of(value).get(key)).collect();
    Ok(List::grown(&types::LIST_ANY, found).into())
}

/// In order per map. Go's order changes from run to run.
fn keys(args: &[Value]) -> CallResult {
    let keys = args.iter().flat_map(|value| map_of(value).keys()).map(Value::Str).collect();
    Ok(List::grown(&types::LIST_STRING, keys).into())
}

fn pick(args: &[Value]) -> CallResult {
    let map = map(args, 0);
    let names = args.get(1..).unwrap_or_default().iter().filter_map(Value::as_str);
    Ok(names.filter_map(|name| Some((name.clone(), map.get(name)?))).collect::<Map>().into())
}

fn omit(args: &[Value]) -> CallResult {
    let names: Vec<&Str> = args.get(1..).unwrap_or_default().iter().filter_map(Value::as_str).collect();
    Ok(map(args, 0).iter().filter(|(key, _)| !names.contains(&key)).collect::<Map>().into())
}

/// `merge` and `mergeOverwrite` answer an empty string where their `must` variants fail, but panic with them.
fn gentle(merged: Result<Value, merge::Refusal>) -> CallResult {
    match merged {
        Err(merge::Refusal::Error(_)) => Ok(Value::Str(Str::EMPTY)),
        other => Ok(other?),
    }
}

fn dig(args: &[Value]) -> CallResult {
    let [keys @ .., fallback, last] = args else {
        return panic("dig needs at least three arguments");
    };
    if keys.is_empty() {
        return panic("dig needs at least three arguments");
    }
    let mut map = plain_map(last)?;
    // All keys are looked at before the first step.
    if let Some(key) = keys.iter().find(|key| key.as_str().is_none()) {
        return Err(conversion(key, "string").into());
    }
    for (index, key) in keys.iter().filter_map(Value::as_str).enumerate() {
        let Some(step) = map.get(key) else { return Ok(fallback.clone()) };
        if index + 1 == keys.len() {
            return Ok(step);
        }
        map = plain_map(&step)?;
    }
    Ok(fallback.clone())
}

/// `v.(map[string]interface{})`.
fn plain_map(value: &Value) -> Result<Map, Panic> {
    match value {
        Value::Map(map) if map.ty() == &types::MAP_ANY => Ok(map.clone()),
        other => Err(conversion(other, types::MAP_ANY.name)),
    }
}
