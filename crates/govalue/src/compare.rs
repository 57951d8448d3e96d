//! Deep equality and deep copies, bounded because maps can contain themselves.

use crate::{List, Map, Value};

/// `reflect.DeepEqual`: types and contents agree. Nil and empty slices or maps differ; NaN differs from itself.
pub fn deep_equal(a: &Value, b: &Value) -> bool {
    deep_equal_at(a, b, 0)
}

/// The walk goes on the call stack, so it is bounded. Two values that agree this far down are cyclic, and
/// cycles that agree so far are equal, as Go's visited set decides.
const EQUAL_DEPTH: usize = 1_000;

fn deep_equal_at(a: &Value, b: &Value, depth: usize) -> bool {
    if depth > EQUAL_DEPTH {
        return true;
    }
    match (a, b) {
        (Value::Nil, Value::Nil) => true,
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::Int(ka, a), Value::Int(kb, b)) => ka == kb && a == b,
        (Value::Float(ka, a), Value::Float(kb, b)) => ka == kb && a == b,
        (Value::Str(a), Value::Str(b)) => a == b,
        (Value::Bytes(a), Value::Bytes(b)) => a == b,
        (Value::List(a), Value::List(b)) => {
            a.ty() == b.ty()
                && a.is_nil() == b.is_nil()
                && a.len() == b.len()
                && (a.address() == b.address()
                    || a.iter().zip(b.iter()).all(|(a, b)| deep_equal_at(a, b, depth + 1)))
        }
        (Value::Map(a), Value::Map(b)) => {
            if a.same(b) {
                return true;
            }
            if a.ty() != b.ty() || a.is_nil() != b.is_nil() || a.len() != b.len() {
                return false;
            }
            let (a, b) = (a.borrow(), b.borrow());
            a.iter().zip(b.iter()).all(|((ka, va), (kb, vb))| ka == kb && deep_equal_at(va, vb, depth + 1))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.ty() == b.ty() && a.deep_equals(b.as_ref()).unwrap_or_else(|| std::rc::Rc::ptr_eq(a, b))
        }
        _ => false,
    }
}

/// Copies maps and lists all the way down; host objects are shared
/// unless they say otherwise. `None` when nested deeper than
/// a value without cycles can sensibly be.
pub fn deep_copy(value: &Value) -> Option<Value> {
    deep_copy_at(value, 0)
}

fn deep_copy_at(value: &Value, depth: usize) -> Option<Value> {
    if depth > EQUAL_DEPTH {
        return None;
    }
    Some(match value {
        Value::List(list) if !list.is_nil() => {
            let items: Option<Vec<_>> = list.iter().map(|item| deep_copy_at(item, depth + 1)).collect();
            Value::List(List::with_capacity(list.ty(), items?, list.capacity()))
        }
        Value::Map(map) if !map.is_nil() => Value::Map(deep_copy_map(map, depth)?),
        Value::Object(object) => object.deep_copied().unwrap_or_else(|| value.clone()),
        other => other.clone(),
    })
}

fn deep_copy_map(map: &Map, depth: usize) -> Option<Map> {
    let entries = map.borrow().try_map(|_, value| deep_copy_at(value, depth + 1))?;
    Some(Map::from_entries(map.ty(), entries))
}
