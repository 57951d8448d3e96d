//! `plugin` and what stands below it, one file for each.

mod accept;
mod consent;
mod each;
mod elsewhere;
mod grants;
mod hooks;
mod inspect;
mod install;
mod list;
mod package;
mod run;
mod source;
mod uninstall;
mod update;
mod verify;

pub(super) use accept::{accept, adopt};
pub(super) use grants::grants;
pub(super) use inspect::inspect;
pub(super) use install::install;
pub(super) use list::list;
pub(super) use package::package;
pub(super) use run::run;
pub(super) use uninstall::uninstall;
pub(super) use update::update;
pub(super) use verify::verify;
