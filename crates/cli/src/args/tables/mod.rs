//! The flags of every command: names, types, defaults and help as Helm 4.3.1 prints them (see NOTICE).
//!
//! Data only, and constant: nothing of it is read before a command line asks for it.

pub(crate) mod charts;
mod global;
pub(crate) mod install;
pub(crate) mod ours;
pub(crate) mod program;
pub(crate) mod releases;
mod shared;
pub(crate) mod sources;

pub(crate) use global::{GLOBAL, HELP};
pub(crate) use ours::{GUARD, PROFILE};
pub(crate) use shared::{CHART_PATH, POST_RENDER, VALUES};
