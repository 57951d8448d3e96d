//! Frees nested maps and lists without recursion: a chart can nest them as deep as its memory allows, and the
//! compiler's own way would free a million levels on the call stack.

use crate::Value;

/// Frees values that are going away, and what only they hold.
pub(crate) fn release(mut pending: Vec<Value>) {
    while let Some(value) = pending.pop() {
        match value {
            Value::Map(map) => map.release_into(&mut pending),
            Value::List(list) => pending.extend(list.into_unshared().into_iter().filter(has_parts)),
            _ => {}
        }
    }
}

/// Whether freeing the value frees others.
pub(crate) fn has_parts(value: &Value) -> bool {
    matches!(value, Value::Map(_) | Value::List(_))
}

#[cfg(test)]
mod tests {
    use crate::{List, Map, Value};

    #[test]
    fn a_million_levels_are_freed() {
        let mut value = Value::Nil;
        for level in 0..1_000_000 {
            value = if level % 2 == 0 {
                Value::List(List::new(vec![value]))
            } else {
                Value::Map(Map::from_iter([("a", value)]))
            };
        }
        drop(value);
    }

    #[test]
    fn what_is_shared_stays() {
        let inner = Map::from_iter([("a", Value::int(1))]);
        drop(Map::from_iter([("inner", inner.clone())]));
        assert_eq!(inner.len(), 1);
    }
}
