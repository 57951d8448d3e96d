//! What plugin.yaml may say, and which plugins a folder has. (Helm's verdicts are recorded: `conformance/cases/cli`,
//! `plugin-manifest` and `plugin-list`, which the command line replays.)

mod discover;
mod inspect;
mod invoke;
mod lock;
mod manifest;
mod pin;
mod request;
mod store;
#[cfg(unix)]
mod subprocess;
