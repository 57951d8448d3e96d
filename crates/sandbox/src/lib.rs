//! Runs an untrusted Wasm guest: limits, guest ABIs, host functions behind permits.
//!
//! A [`Sandbox`] compiles or loads a module ([`Sandbox::load`]) and calls it ([`Sandbox::call`]), each time in a fresh
//! instance that is gone before the call returns. Whatever the guest asks for, the sandbox asks the
//! [`Guard`](pintle_guard::Guard) *whether*; an [`Outbound`] of the caller knows *how*. Every call runs under
//! [`Limits`], and its [`Outcome`] tells what the guest said from what happened to it.
//!
//! Deliberately absent: plugin.yaml and its messages (`plugin`), HTTP clients and clusters (behind [`Outbound`]), the
//! process's environment and arguments. The clock is the caller's.

mod abi;
mod cache;
mod call;
mod clock;
mod engine;
mod host;
mod http;
mod json;
mod limits;
mod outbound;
mod outcome;
mod start;
mod state;
mod terminal;
mod trace;

pub use abi::AbiKind;
pub use cache::{Cache, CacheError, Meanwhile};
pub use call::{Call, CurrentRelease, Output, Stdin, Tempdir, World};
pub use clock::{Cancel, Clock, Deadline, Stop, SystemClock};
pub use engine::{Fuel, Loaded, LoadedFrom, Options, Sandbox, Wasm};
pub use host::HostFunction;
pub use limits::{CompileLimit, Limit, Limits};
pub use outbound::{
    Asking, HttpRequest, HttpResponse, NoOutbound, ObjectQuery, Outbound, OutboundError, ReleasePart,
    ReleaseRef, TemplateRequest,
};
pub use outcome::{End, Frame, LogLevel, LogLine, Outcome, Stack, Usage};
pub use start::StartError;
pub use terminal::without_controls;
pub use trace::{Event, Step, Trace};

/// Removes the temporary folders that killed processes left in `root`, and answers how many. Folders in use are left
/// alone.
pub fn sweep_tempdirs(root: &std::path::Path) -> std::io::Result<usize> {
    abi::wasi::sweep(root)
}
