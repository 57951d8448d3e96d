//! Reports that say more than Helm does: what stands there, which value is meant, who said it, what to try.
//!
//! Helm's own words come first and stay as they are. A report follows them on a terminal, or with `--explain`. It is
//! put together after a command has failed, from what the libraries know of the failure besides its words; nothing is
//! done for it before that.
//!
//! Charts and values are by anybody: whatever of them is shown has its control characters written out, and is cut to
//! a width.

mod layout;
mod manifest;
mod near;
mod render;
mod schema;
mod secret;
mod template;
mod unread;
mod usage;
mod value;
mod values;
mod yaml;

pub(crate) use layout::{Excerpt, Report};
pub(crate) use manifest::{Tape, manifest};
pub(crate) use near::nearest;
pub(crate) use render::{Scene, render};
pub(crate) use schema::{no_table, schema};
pub(crate) use unread::unread;
pub(crate) use usage::{missing_chart, missing_dependencies, show_only, unknown_flag};
pub(crate) use value::Sources;
pub(crate) use values::{chart_file, values};
