//! How a call ended.
//!
//! What a guest says and what happened to it are different variants, so a guest cannot pass its own words off as
//! the host's.

use crate::limits::Limit;
use crate::trace::Trace;
use pintle_guard::Denial;
use std::fmt;
use std::time::Duration;

/// Everything about a call that has ended. The instance, its memory and its temporary folder are gone.
#[derive(Debug)]
pub struct Outcome {
    /// How it ended.
    pub end: End,
    /// What the guest set as its output; empty unless it ended by [`End::Returned`] or [`End::Exited`] with 0.
    pub output: Vec<u8>,
    /// The text of the guest's `error_set`. The guest's own words, whatever the end.
    pub error: Option<String>,
    /// The guest's log, cut at its limits.
    pub log: Vec<LogLine>,
    /// Lines of the log that were cut.
    pub log_cut: u64,
    /// The last that the guest wrote to its standard error, where a Go or Rust panic explains itself.
    pub stderr_tail: String,
    /// What was denied while it ran.
    pub denials: Vec<Denial>,
    /// What it used.
    pub usage: Usage,
    /// The six steps, where they were asked for.
    pub trace: Trace,
}

/// How a call ended.
#[derive(Debug)]
pub enum End {
    /// The entry returned this number; nothing and 0 are success.
    Returned(u32),
    /// The guest called `proc_exit`.
    Exited(u32),
    /// The guest made a mistake that Wasm stops.
    Trapped {
        /// What Wasm calls it.
        trap: String,
        /// The guest's own stack.
        stack: Stack,
    },
    /// A limit was met.
    Limit {
        /// Which.
        limit: Limit,
        /// The message, with the value that was in force.
        message: String,
        /// Where the guest was.
        stack: Stack,
    },
    /// The guest asked for something that it was not granted, through a function that has no way to answer so.
    Denied {
        /// What.
        denial: Denial,
        /// The function that was called: `http_request`.
        function: &'static str,
        /// Where the guest was.
        stack: Stack,
    },
    /// A host function failed, or was called with nonsense: an unreadable request, a refused connection.
    HostCall {
        /// The function that was called.
        function: &'static str,
        /// What went wrong.
        message: String,
        /// Where the guest was.
        stack: Stack,
    },
    /// It was cancelled from outside.
    Cancelled,
    /// The host itself failed. Nothing a guest does should lead here.
    Internal(String),
}

impl End {
    /// Whether the guest did what it was asked to, by its own account. An error that it set is another matter.
    pub fn is_success(&self) -> bool {
        matches!(self, Self::Returned(0) | Self::Exited(0))
    }
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Returned(code) => write!(f, "returned {code}"),
            Self::Exited(code) => write!(f, "module closed with exit_code({code})"),
            Self::Trapped { trap, .. } => write!(f, "wasm error: {trap}"),
            Self::Limit { message, .. } => f.write_str(message),
            Self::Denied { denial, .. } => denial.fmt(f),
            Self::HostCall { function, message, .. } => write!(f, "{function}: {message}"),
            Self::Cancelled => f.write_str("cancelled"),
            Self::Internal(message) => write!(f, "the plugin host failed: {message}"),
        }
    }
}

/// The guest's calls at the moment it ended, the innermost first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stack {
    /// The innermost calls.
    pub frames: Vec<Frame>,
    /// Whether there were more.
    pub cut: bool,
}

/// One call of a guest's stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// The function's name, demangled and made printable; where the module has no names, `None`.
    pub name: Option<String>,
    /// The function's index in the module.
    pub index: u32,
}

impl fmt::Display for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => f.write_str(name),
            None => write!(f, "function {}", self.index),
        }
    }
}

impl Stack {
    /// More frames than anybody reads.
    pub(crate) const MOST: usize = 32;

    pub(crate) fn of(backtrace: &wasmtime::WasmBacktrace) -> Self {
        let frames = backtrace.frames();
        Self {
            frames: frames
                .iter()
                .take(Self::MOST)
                .map(|frame| Frame {
                    name: frame.func_name().map(|name| printable(&demangled(name))),
                    index: frame.func_index(),
                })
                .collect(),
            cut: frames.len() > Self::MOST,
        }
    }
}

fn demangled(name: &str) -> String {
    rustc_demangle::try_demangle(name).map_or_else(|_| name.to_owned(), |name| format!("{name:#}"))
}

/// The guest chose these names: one line, no control characters, not long.
fn printable(name: &str) -> String {
    const MOST: usize = 200;
    let mut out: String =
        name.chars().take(MOST).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    if name.chars().count() > MOST {
        out.push('…');
    }
    out
}

/// One line of the guest's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    /// How loud.
    pub level: LogLevel,
    /// The guest's words: untrusted.
    pub text: String,
}

/// The levels of Extism's log, in its order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum LogLevel {
    /// `log_trace`
    Trace,
    /// `log_debug`
    Debug,
    /// `log_info`
    Info,
    /// `log_warn`
    Warn,
    /// `log_error`
    Error,
    /// Nothing is kept.
    #[default]
    Off,
}

/// What a call used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// The most memory at one time, in bytes.
    pub memory: u64,
    /// From isolating to destroying.
    pub time: Duration,
    /// Instructions, where they were counted.
    pub fuel: Option<u64>,
    /// Bytes of HTTP responses.
    pub http: u64,
    /// Calls of host functions other than memory access.
    pub host_calls: u64,
}
