//! Slash-separated paths. The `os` variants are the same: charts are rendered as on Linux.

use govalue::Value;

use super::args::{string, text};
use super::{cost, table};
use crate::path;

table! {
    "base" (STRING) => |args| text(path::base(string(args, 0))), cost cost::letters::<6, 1>;
    "dir" (STRING) => |args| text(path::dir(string(args, 0))), cost cost::letters::<6, 1>;
    "clean" (STRING) => |args| text(path::clean(string(args, 0))), cost cost::letters::<6, 1>;
    "ext" (STRING) => |args| text(path::ext(string(args, 0))), cost cost::letters::<6, 1>;
    "isAbs" (STRING) => |args| Ok(Value::Bool(path::is_abs(string(args, 0)))), cost cost::letters::<6, 1>;
    "osBase" (STRING) => |args| text(path::base(string(args, 0))), cost cost::letters::<6, 1>;
    "osDir" (STRING) => |args| text(path::dir(string(args, 0))), cost cost::letters::<6, 1>;
    "osClean" (STRING) => |args| text(path::clean(string(args, 0))), cost cost::letters::<6, 1>;
    "osExt" (STRING) => |args| text(path::ext(string(args, 0))), cost cost::letters::<6, 1>;
    "osIsAbs" (STRING) => |args| Ok(Value::Bool(path::is_abs(string(args, 0)))), cost cost::letters::<6, 1>;
}
