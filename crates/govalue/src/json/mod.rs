//! Go's `encoding/json`: values written and read with its formats, orders and error texts.
//!
//! Nothing here recurses: nesting is kept on a stack of our own. Writing stops at [`MAX_OUTPUT`] bytes.

mod number;
mod read;
mod write;

pub use number::{NUMBER, Number};
pub use read::{
    Numbers, PrefixError, read, read_array, read_first, read_map, read_map_leniently, read_prefix, read_with,
};
pub use write::{MAX_OUTPUT, Options, write, write_string};
