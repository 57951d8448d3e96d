//! Go's dynamic values, as charts can see them.
//!
//! A [`Value`] is what Go holds in an `interface{}`: it knows its dynamic [`Type`] (`%T`, `kindOf`), shares
//! maps by handle as Go does (a `set` in one template is seen by the next), and holds strings that are bytes.
//! The crate has one subject and one oracle, Go: how values compare, test as true, print with every `fmt`
//! verb, and how they are read from and written as YAML, JSON and TOML.
//!
//! Absent on purpose: templates, files, clocks. Nothing here touches the world.

mod bytes;
pub mod compare;
mod complex;
mod entries;
pub mod error;
pub mod json;
mod list;
mod map;
pub mod number;
pub mod print;
mod release;
mod snapshot;
mod string;
mod times;
pub mod toml;
pub mod types;
mod value;
pub mod yaml;

pub use bytes::Bytes;
pub use complex::Complex;
pub use entries::{Entries, Iter as EntriesIter};
pub use error::Error;
pub use list::List;
pub use map::{Map, MapIter, Owner};
pub use snapshot::Snapshot;
pub use string::Str;
pub use types::{FloatKind, IntKind, Kind, Method, Signature, Type};
pub use value::{CallResult, Cost, Object, Value, is_exported};
