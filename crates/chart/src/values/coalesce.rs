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
    merge_into(chosen, defaults, "", Nulls::Remove, &mut Log(notices), 0);
}

/// Collects what Helm would warn about.
pub(crate) struct Log<'n>(pub(crate) &'n mut Vec<Notice>);

impl Log<'_> {
    pub(crate) fn info(&mut self, message: String) {
        self.0.push(Notice::new(Level::Info, message));
    }
}

/// `a.b`, or only `b` when there is no `a`.
pub(crate) fn join(prefix: &str, key: &str) -> String {
    if prefix.is_empty() { key.to_owned() } else { format!("{prefix}.{key}") }
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
    prefix: &str,
    nulls: Nulls,
    is_subchart: impl Fn(&Str) -> bool,
    log: &mut Log<'_>,
) {
    for (key, default) in defaults.iter() {
        match values.get(&key) {
            Some(Value::Nil) if nulls == Nulls::Remove => {
                values.remove(&key);
            }
            Some(Value::Map(chosen)) => {
                let Value::Map(default) = &default else {
                    if !default.is_nil() {
                        let key = key.to_str_lossy();
                        log.info(format!("warning: skipped value for {prefix}.{key}: Not a table."));
                    }
                    continue;
                };
                let nulls = if is_subchart(&key) { Nulls::Keep } else { nulls };
                let default = match nulls {
                    Nulls::Remove => without_nulls(default, 0).unwrap_or_else(|| default.clone()),
                    Nulls::Keep => default.clone(),
                };
                let prefix = join(prefix, &key.to_str_lossy());
                if key == *GLOBAL {
                    if let Value::Map(default) = copy(&Value::Map(default)) {
                        merge_into(&chosen, &default, &prefix, nulls, log, 0);
                    }
                } else if let Some(merged) = merged(&chosen, &default, &prefix, nulls, log, 0) {
                    values.insert(key, merged);
                }
            }
            Some(_) => {}
            None => {
                let default = match (nulls, default) {
                    (Nulls::Remove, Value::Nil) => continue,
                    (Nulls::Remove, Value::Map(default)) => {
                        Value::Map(without_nulls(&default, 0).unwrap_or(default))
                    }
                    (_, default) => default,
                };
                let default = if key == *GLOBAL { copy(&default) } else { default };
                values.insert(key, default);
            }
        }
    }
}

/// The defaults under the chosen values; `None` when that changes nothing.
fn merged(
    chosen: &Map,
    defaults: &Map,
    prefix: &str,
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
                let prefix = join(prefix, &key.to_str_lossy());
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
    prefix: &str,
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
                let prefix = join(prefix, &key.to_str_lossy());
                merge_into(&inner, default, &prefix, nulls, log, depth + 1);
            }
            (Some(current), default) => warn_mismatch(&current, default, prefix, &key, log),
        }
    }
}

fn warn_mismatch(current: &Value, default: &Value, prefix: &str, key: &Str, log: &mut Log<'_>) {
    let path = || join(prefix, &key.to_str_lossy());
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
pub(crate) fn globals(values: &Map, parent: &Map, prefix: &str, log: &mut Log<'_>) {
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
                        let prefix = join(prefix, &key.to_str_lossy());
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
