//! `plugin` and what stands below it, one file for each.

mod inspect;
mod list;
mod package;
mod run;
mod verify;

pub(super) use inspect::inspect;
pub(super) use list::list;
pub(super) use package::package;
pub(super) use run::run;
pub(super) use verify::verify;
