//! TOML as the BurntSushi library reads and writes it: its value types, its layout and its error texts.
//!
//! [`read`] goes over the text once: `scan` finds tokens and `tables` keeps the tree and says which keys may be
//! defined again. Nesting is limited both ways.

mod datetime;
mod read;
mod scan;
mod tables;
mod write;

pub use datetime::{DATETIME, Datetime, Zone};
pub use read::{read, read_with};
pub use write::{WriteError, write};

/// How deep tables and dotted keys may nest. The library has no limit and would use up the stack.
pub const MAX_DEPTH: usize = 400;

/// How deep arrays and inline tables may nest in a text. Each level costs about a kilobyte of stack.
pub const MAX_INLINE_DEPTH: usize = 200;
