//! Defaults and choices by emptiness, and deep copies.

use govalue::{CallResult, Value, compare};

use super::args::{any, boolean, is_empty, panic};
use super::{cost, table};

table! {
    "default" (ANY; ANY) => default;
    "empty" (ANY) => |args| Ok(Value::Bool(is_empty(any(args, 0))));
    "coalesce" (; ANY) => |args| Ok(args.iter().find(|value| !is_empty(value)).cloned().unwrap_or_default());
    "all" (; ANY) => |args| Ok(Value::Bool(!args.iter().any(is_empty)));
    "any" (; ANY) => |args| Ok(Value::Bool(args.iter().any(|value| !is_empty(value))));
    "ternary" (ANY, ANY, BOOL) => |args| Ok(any(args, usize::from(!boolean(args, 2))).clone());
    "deepCopy" (ANY) => deep_copy, cost cost::copy;
    "mustDeepCopy" (ANY) => deep_copy, cost cost::copy;
    "deepEqual" (ANY, ANY) => |args| Ok(Value::Bool(compare::deep_equal(any(args, 0), any(args, 1)))), cost cost::compare;
}

fn default(args: &[Value]) -> CallResult {
    let given = any(args, 1);
    Ok(if is_empty(given) { any(args, 0).clone() } else { given.clone() })
}

fn deep_copy(args: &[Value]) -> CallResult {
    if any(args, 0).is_nil() {
        return panic("reflect: call of reflect.Value.Type on zero Value");
    }
    match compare::deep_copy(any(args, 0)) {
        Some(copy) => Ok(copy),
        // Go dies of a stack overflow.
        None => panic("stack overflow: the value to copy contains itself"),
    }
}
