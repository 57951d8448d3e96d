//! What Chart.yaml says about each dependency: tags and conditions that switch it, values that it lends.

use govalue::{Map, Value, types};

use crate::metadata::Dependency;
use crate::notice::{Level, Notice};
use crate::origins::Marks;
use crate::values::coalesce::{self, Log, Nulls, Place};
use crate::values::{path_value, table};

/// Any tag that is true enables; if there are only false ones, they disable.
pub(super) fn apply_tags(
    declared: &mut [Option<Dependency>],
    values: &Map,
    marks: Option<&Marks>,
    log: &mut Log<'_>,
) {
    let Ok(tags) = table(values, "tags") else { return };
    for dependency in declared.iter_mut().flatten() {
        let (mut on, mut off) = (false, false);
        for tag in &dependency.tags {
            match tags.get(tag).map(|value| behind(marks, value)) {
                None => {}
                Some(Value::Bool(true)) => on = true,
                Some(Value::Bool(false)) => off = true,
                Some(_) => log.0.push(
                    Notice::new(Level::Warn, "returned non-bool value")
                        .with("tag", tag.as_str())
                        .with("chart", dependency.name.as_str()),
                ),
            }
        }
        dependency.enabled = on || !off;
    }
}

/// The first path of a condition that leads to a boolean decides, over any tag.
pub(super) fn apply_conditions(
    declared: &mut [Option<Dependency>],
    values: &Map,
    path: &str,
    marks: Option<&Marks>,
    log: &mut Log<'_>,
) {
    for dependency in declared.iter_mut().flatten() {
        for condition in dependency.condition.trim().split(',').filter(|condition| !condition.is_empty()) {
            match path_value(values, &format!("{path}{condition}")).map(|value| behind(marks, value)) {
                None => {}
                Some(Value::Bool(enabled)) => {
                    dependency.enabled = enabled;
                    break;
                }
                Some(_) => log.0.push(
                    Notice::new(Level::Warn, "returned non-bool value")
                        .with("path", condition)
                        .with("chart", dependency.name.as_str()),
                ),
            }
        }
    }
}

/// Collects what one dependency lends into `imported`, and rewrites its declaration to Helm's long form.
pub(super) fn import_from(dependency: &mut Dependency, values: &Map, imported: &Map, log: &mut Log<'_>) {
    let name = dependency.name.clone();
    let mut rewritten = Vec::new();
    for import in &dependency.import_values {
        let (child, parent, message) = match import {
            Value::Map(map) if *map.ty() == types::MAP_ANY => {
                let text = |key: &str| coalesce::display(&map.get(key).unwrap_or_default());
                (text("child"), text("parent"), "ImportValues missing table from chart")
            }
            Value::Str(export) => {
                (format!("exports.{}", export.to_str_lossy()), ".".to_owned(), "ImportValues missing table")
            }
            _ => continue,
        };
        let entry = Map::typed(&types::MAP_STRING);
        entry.insert("child", child.as_str());
        entry.insert("parent", parent.as_str());
        rewritten.push(Value::Map(entry));
        match table(values, &format!("{name}.{child}")) {
            Ok(found) => {
                let found = if found.is_empty() { Map::new() } else { found };
                coalesce::merge_into(
                    imported,
                    &at_path(&parent, found),
                    &Place::NOWHERE,
                    Nulls::Keep,
                    log,
                    0,
                );
            }
            Err(error) => {
                let mut notice = Notice::new(Level::Warn, message);
                if matches!(import, Value::Map(_)) {
                    notice = notice.with("chart", name.as_str());
                }
                log.0.push(notice.with("error", error.to_string()));
            }
        }
    }
    dependency.import_values = rewritten;
}

/// What a value stands for when origins are looked for.
fn behind(marks: Option<&Marks>, value: Value) -> Value {
    match marks {
        Some(marks) => marks.original(&value),
        None => value,
    }
}

/// Wraps a table in tables named by a dotted path.
fn at_path(path: &str, values: Map) -> Map {
    if path == "." {
        return values;
    }
    path.rsplit('.').fold(values, |inner, key| Map::from_iter([(key, inner)]))
}
