//! `plugin` and what stands below it, one file for each.

mod list;
mod verify;

pub(super) use list::list;
pub(super) use verify::verify;
