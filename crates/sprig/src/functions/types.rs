//! Questions about the type of a value.

use govalue::Value;

use super::args::{any, string, text};
use super::table;

table! {
    "typeOf" (ANY) => |args| text(any(args, 0).type_name());
    "typeIs" (STRING, ANY) => |args| Ok(Value::Bool(*string(args, 0) == any(args, 1).type_name()));
    "typeIsLike" (STRING, ANY) => |args| Ok(Value::Bool(is_like(string(args, 0), any(args, 1).type_name())));
    "kindOf" (ANY) => |args| text(any(args, 0).kind().name());
    "kindIs" (STRING, ANY) => |args| Ok(Value::Bool(*string(args, 0) == any(args, 1).kind().name()));
}

/// Whether a type is the wanted one or a pointer to it.
fn is_like(wanted: &[u8], name: &str) -> bool {
    let name = name.as_bytes();
    wanted == name || name.strip_prefix(b"*") == Some(wanted)
}
