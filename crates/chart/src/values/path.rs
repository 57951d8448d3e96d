//! Looking things up by a dotted path, with Helm's errors.

use govalue::{Map, Value};

/// A path leads to no table. The key is where it stopped.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} is not a table", govalue::print::quote(.0.as_bytes()))]
pub(crate) struct NoTable(pub(crate) String);

/// The table at a dotted path.
pub(crate) fn table(values: &Map, path: &str) -> Result<Map, NoTable> {
    let mut current = values.clone();
    for key in path.split('.') {
        match current.get(key) {
            Some(Value::Map(inner)) => current = inner,
            _ => return Err(NoTable(key.to_owned())),
        }
    }
    Ok(current)
}

/// What is at a dotted path, unless that is a table.
pub(crate) fn path_value(values: &Map, path: &str) -> Option<Value> {
    let (parent, key) = match path.rsplit_once('.') {
        Some((parent, key)) => (table(values, parent).ok()?, key),
        None => (values.clone(), path),
    };
    parent.get(key).filter(|value| !matches!(value, Value::Map(_)))
}
