//! How the user's tables meet the charts' defaults, exactly as Helm 4.3.1 lets them.
//!
//! Helm copies every table and then writes into the copies. Here tables are shared as long as nothing changes
//! them: a function that merges answers `None` for "as it was", or a new table that shares what did not change.
//! So tables are never written to, with two exceptions: the top level of a chart's values while it is built,
//! and everything below `global`. Globals are copied when a pass enters a chart and are then really shared
//! between parent and child, because in Helm a child's defaults can show up in its parent's globals.

use govalue::{Map, Str, Value, compare, print};

use crate::notice::{Level, Notice};

/// The table that flows from parents into their subcharts.
pub(crate) const GLOBAL: &str = "global";

/// Nested deeper than this, tables are taken as they are; no reader lets that much through.
const DEPTH: usize = 2_000;

/// What to do with nulls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Nulls {
    /// A null removes the default it stands over, and defaults that are null are dropped.
    Remove,
    /// Nulls stay, for a later pass to resolve.
    Keep,
}

/// Puts defaults under chosen values as Helm's `CoalesceTables` does, on its own and without a chart: tables
/// inside `chosen` are written to, and so is the top level of `defaults`.
pub fn coalesce_tables(chosen: &Map, defaults: &Map, notices: &mut Vec<Notice>) {
    merge_into(chosen, defaults, &Place::NOWHERE, Nulls::Remove, &mut Log(notices), 0);
}

/// Collects what Helm would warn about.
pub(crate) struct Log<'n>(pub(crate) &'n mut Vec<Notice>);

impl Log<'_> {
    pub(crate) fn info(&mut self, message: String) {
        self.0.push(Notice::new(Level::Info, message));
    }
}

/// Where a table stands; put into words only when there is something to say about it.
#[derive(Clone, Copy)]
pub(crate) struct Place<'p> {
    above: Option<&'p Place<'p>>,
    key: &'p [u8],
}

impl<'p> Place<'p> {
    /// Where nothing has a name so far.
    pub(crate) const NOWHERE: Place<'static> = Place { above: None, key: b"" };

    /// What stands here under a key.
    pub(crate) fn at(&'p self, key: &'p [u8]) -> Place<'p> {
        Place { above: Some(self), key }
    }
}

impl std::fmt::Display for Place<'_> {
    /// `a.b`, or only `b` when there is no `a`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let above = self.above.map(Self::to_string).unwrap_or_default();
        let dot = if above.is_empty() { "" } else { "." };
        write!(f, "{above}{dot}{}", String::from_utf8_lossy(self.key))
    }
}

/// A table that may be written to at its top level and below `global`.
pub(crate) fn open(values: &Map) -> Map {
    let open = values.shallow_copy();
    if let Some(Value::Map(global)) = open.get(GLOBAL) {
        open.insert(GLOBAL, copy(&Value::Map(global)));
    }
    open
}

/// A deep copy; what is nested too deep stays shared.
pub(crate) fn copy(value: &Value) -> Value {
    compare::deep_copy(value).unwrap_or_else(|| value.clone())
}

/// Puts a chart's defaults under the values that were chosen for it. `is_subchart` tells which keys belong
/// to charts of their own: nulls there are left for that chart's turn.
pub(crate) fn defaults(
    values: &Map,
    defaults: &Map,
    prefix: &Place<'_>,
    nulls: Nulls,
    is_subchart: impl Fn(&Str) -> bool,
    log: &mut Log<'_>,
) {
    // Nobody else has the table that is filled: it was opened for this.
    values.borrow_mut().meet(&defaults.borrow(), |key, chosen, default| match (chosen, default) {
        (Some(Value::Nil), _) if nulls == Nulls::Remove => None,
        (Some(Value::Map(chosen)), Value::Map(default)) => {
            let nulls = if is_subchart(key) { Nulls::Keep } else { nulls };
            let without = if nulls == Nulls::Remove { without_nulls(default, 0) } else { None };
            let default = without.as_ref().unwrap_or(default);
            let prefix = prefix.at(key);
            let merged = if *key == *GLOBAL {
                if let Value::Map(default) = copy(&Value::Map(default.clone())) {
                    merge_into(&chosen, &default, &prefix, nulls, log, 0);
                }
                None
            } else {
                merged(&chosen, default, &prefix, nulls, log, 0)
            };
            Some(Value::Map(merged.unwrap_or(chosen)))
        }
        (Some(chosen), default) => {
            if matches!(chosen, Value::Map(_)) && !default.is_nil() {
                let key = key.to_str_lossy();
                log.info(format!("warning: skipped value for {prefix}.{key}: Not a table."));
            }
            Some(chosen)
        }
        (None, Value::Nil) if nulls == Nulls::Remove => None,
        (None, default) => {
            let without = match default {
                Value::Map(default) if nulls == Nulls::Remove => without_nulls(default, 0),
                _ => None,
            };
            let default = without.map_or_else(|| default.clone(), Value::Map);
            Some(if *key == *GLOBAL { copy(&default) } else { default })
        }
    });
}

/// The defaults under the chosen values; `None` when that changes nothing.
fn merged(
    chosen: &Map,
    defaults: &Map,
    prefix: &Place<'_>,
    nulls: Nulls,
    log: &mut Log<'_>,
    depth: usize,
) -> Option<Map> {
    // A second pass over the same defaults finds them in place.
    if chosen.same(defaults) || depth > DEPTH {
        return None;
    }
    let mut changed: Option<Map> = None;
    for (key, default) in defaults.borrow().iter() {
        let current = chosen.get(key);
        match (current, default) {
            (None, default) => {
                changed.get_or_insert_with(|| chosen.shallow_copy()).insert(key.clone(), default.clone());
            }
            (Some(Value::Nil), Value::Nil) => {}
            (Some(Value::Nil), _) => {
                if nulls == Nulls::Remove {
                    changed.get_or_insert_with(|| chosen.shallow_copy()).remove(key);
                }
            }
            (Some(Value::Map(inner)), Value::Map(default)) => {
                if inner.same(default) {
                    continue;
                }
                let prefix = prefix.at(key);
                if let Some(merged) = merged(&inner, default, &prefix, nulls, log, depth + 1) {
                    changed.get_or_insert_with(|| chosen.shallow_copy()).insert(key.clone(), merged);
                }
            }
            (Some(current), default) => warn_mismatch(&current, default, prefix, key, log),
        }
    }
    changed
}

/// The same, written into `chosen`; `defaults` may be written to as well, as Helm does it.
pub(crate) fn merge_into(
    chosen: &Map,
    defaults: &Map,
    prefix: &Place<'_>,
    nulls: Nulls,
    log: &mut Log<'_>,
    depth: usize,
) {
    if depth > DEPTH {
        return;
    }
    // Helm: a null among the chosen values is written over the default before anything is merged. Whoever
    // shares the defaults' table sees it there.
    let mut entries: Vec<(Str, Value)> = defaults.iter().collect();
    for (key, value) in chosen.iter() {
        if value.is_nil() {
            let had = defaults.insert(key.clone(), Value::Nil);
            if nulls == Nulls::Remove && had.is_some_and(|value| !value.is_nil()) {
                chosen.remove(&key);
            }
            entries.retain(|(other, _)| *other != key);
        }
    }
    for (key, default) in entries {
        match (chosen.get(&key), &default) {
            (None, _) => {
                chosen.insert(key, default);
            }
            (Some(Value::Map(inner)), Value::Map(default)) => {
                let prefix = prefix.at(&key);
                merge_into(&inner, default, &prefix, nulls, log, depth + 1);
            }
            (Some(current), default) => warn_mismatch(&current, default, prefix, &key, log),
        }
    }
}

fn warn_mismatch(current: &Value, default: &Value, prefix: &Place<'_>, key: &Str, log: &mut Log<'_>) {
    let path = || prefix.at(key);
    match (current, default) {
        (_, Value::Map(_)) => log.info(format!(
            "warning: cannot overwrite table with non table for {} ({})",
            path(),
            display(default)
        )),
        (Value::Map(_), default) if !default.is_nil() => log.info(format!(
            "warning: destination for {} is a table. Ignoring non-table value ({})",
            path(),
            display(default)
        )),
        _ => {}
    }
}

/// `%v`.
pub(crate) fn display(value: &Value) -> String {
    let mut out = Vec::new();
    print::write_value(&mut out, value);
    String::from_utf8_lossy(&out).into_owned()
}

/// Takes a table's nulls out at every depth; `None` when there are none.
fn without_nulls(map: &Map, depth: usize) -> Option<Map> {
    let mut changed: Option<Map> = None;
    if depth > DEPTH {
        return None;
    }
    for (key, value) in map.borrow().iter() {
        match value {
            Value::Nil => {
                changed.get_or_insert_with(|| map.shallow_copy()).remove(key);
            }
            Value::Map(inner) => {
                if let Some(inner) = without_nulls(inner, depth + 1) {
                    changed.get_or_insert_with(|| map.shallow_copy()).insert(key.clone(), inner);
                }
            }
            _ => {}
        }
    }
    changed
}

/// Lets a parent's globals flow into a subchart's values. Both tables are open.
pub(crate) fn globals(values: &Map, parent: &Map, prefix: &Place<'_>, log: &mut Log<'_>) {
    let global = match values.get(GLOBAL) {
        None => Map::new(),
        Some(Value::Map(global)) => global,
        Some(_) => {
            log.info(format!("warning: skipping globals because destination {GLOBAL} is not a table."));
            return;
        }
    };
    let source = match parent.get(GLOBAL) {
        None => Map::new(),
        Some(Value::Map(source)) => source,
        Some(_) => {
            log.info(format!("warning: skipping globals because source {GLOBAL} is not a table."));
            return;
        }
    };
    for (key, value) in source.iter() {
        match (value, global.get(&key)) {
            (Value::Map(table), current) => {
                let table = table.shallow_copy();
                match current {
                    None => {}
                    Some(Value::Map(current)) => {
                        let prefix = prefix.at(&key);
                        merge_into(&table, &current, &prefix, Nulls::Keep, log, 0);
                    }
                    Some(_) => {
                        let key = print::quote(&key);
                        log.info(format!("Conflict: cannot merge map onto non-map for {key}. Skipping."));
                        continue;
                    }
                }
                global.insert(key, table);
            }
            (_, Some(Value::Map(_))) => {
                log.info(format!("key {} is table. Skipping", key.to_str_lossy()));
            }
            (value, _) => {
                global.insert(key, value);
            }
        }
    }
    values.insert(GLOBAL, global);
}
