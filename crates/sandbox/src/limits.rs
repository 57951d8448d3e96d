//! What one call may use, and the account of what it has used.
//!
//! Every limit is met before memory is allocated for what exceeds it.

use std::fmt;
use std::time::Duration;

/// The limits of one call. [`Limits::default`] is what a plugin gets when nobody said anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of all linear memories and tables together, those that the host keeps for the guest included.
    pub memory: u64,
    /// From the first instruction of a start function to the last of the entry, host calls included.
    pub time: Duration,
    /// Instructions; `None` counts none. Needs a module that was loaded with [`crate::Fuel::Metered`].
    pub fuel: Option<u64>,
    /// Bytes of the input message.
    pub input: u64,
    /// Bytes of the output message.
    pub output: u64,
    /// Bytes of one HTTP request's body.
    pub http_request: u64,
    /// Bytes of one HTTP response's body, after decompression.
    pub http_response: u64,
    /// Bytes of all HTTP responses of the call.
    pub http_total: u64,
    /// HTTP redirects of one request.
    pub http_redirects: u32,
    /// HTTP requests of the call, redirects included.
    pub http_requests: u32,
    /// Bytes of all variables. 0 switches them off.
    pub vars: u64,
    /// Lines of the guest's log.
    pub log_lines: u64,
    /// Bytes of the guest's log.
    pub log_bytes: u64,
    /// Bytes of one request to a host function, and of its answer.
    pub host_message: u64,
    /// Files and folders that a guest may have open.
    pub open_files: u32,
}

impl Default for Limits {
    fn default() -> Self {
        const MIB: u64 = 1 << 20;
        Self {
            memory: 256 * MIB,
            time: Duration::from_secs(30),
            fuel: None,
            input: 64 * MIB,
            output: 64 * MIB,
            http_request: 8 * MIB,
            http_response: 8 * MIB,
            http_total: 32 * MIB,
            http_redirects: 5,
            http_requests: 1000,
            vars: MIB,
            log_lines: 10_000,
            log_bytes: MIB,
            host_message: 64 * MIB,
            open_files: 128,
        }
    }
}

/// Which limit a call met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// [`Limits::memory`]
    Memory,
    /// [`Limits::time`]
    Time,
    /// [`Limits::fuel`]
    Fuel,
    /// [`Limits::input`]
    Input,
    /// [`Limits::output`]
    Output,
    /// The depth of calls on the native stack; see [`crate::Options::stack`].
    Stack,
    /// [`Limits::http_request`]
    HttpRequest,
    /// [`Limits::http_response`]
    HttpResponse,
    /// [`Limits::http_total`]
    HttpTotal,
    /// [`Limits::http_redirects`]
    HttpRedirects,
    /// [`Limits::http_requests`]
    HttpRequests,
    /// [`Limits::vars`]
    Vars,
    /// [`Limits::host_message`]
    HostMessage,
}

impl Limit {
    /// Its name in `--limit NAME=VALUE` and in output for machines.
    pub fn name(self) -> &'static str {
        match self {
            Self::Memory => "plugin.memory",
            Self::Time => "plugin.time",
            Self::Fuel => "plugin.fuel",
            Self::Input => "plugin.input",
            Self::Output => "plugin.output",
            Self::Stack => "plugin.stack",
            Self::HttpRequest => "plugin.http-request",
            Self::HttpResponse => "plugin.http-response",
            Self::HttpTotal => "plugin.http-total",
            Self::HttpRedirects => "plugin.http-redirects",
            Self::HttpRequests => "plugin.http-requests",
            Self::Vars => "plugin.vars",
            Self::HostMessage => "plugin.host-message",
        }
    }

    /// What the call is told, with the value that was in force.
    pub fn message(self, limits: &Limits) -> String {
        match self {
            Self::Memory => format!("memory limit: the guest may use {}", Bytes(limits.memory)),
            Self::Time => format!("timed out after {}", Seconds(limits.time)),
            Self::Fuel => format!("instruction limit: {}", limits.fuel.unwrap_or_default()),
            Self::Input => format!("the input is larger than {}", Bytes(limits.input)),
            Self::Output => format!("the output is larger than {}", Bytes(limits.output)),
            Self::Stack => "stack overflow: the guest's calls are too deep".to_owned(),
            Self::HttpRequest => {
                format!("the body of an HTTP request is larger than {}", Bytes(limits.http_request))
            }
            Self::HttpResponse => {
                format!("the body of an HTTP response is larger than {}", Bytes(limits.http_response))
            }
            Self::HttpTotal => {
                format!("the HTTP responses of one call are larger than {}", Bytes(limits.http_total))
            }
            Self::HttpRedirects => format!("stopped after {} redirects", limits.http_redirects),
            Self::HttpRequests => format!("more than {} HTTP requests in one call", limits.http_requests),
            Self::Vars => format!("variables are larger than {}", Bytes(limits.vars)),
            Self::HostMessage => {
                format!("a message of a host function is larger than {}", Bytes(limits.host_message))
            }
        }
    }
}

/// A limit of compiling a module, with its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompileLimit {
    /// [`crate::Options::compile_time`]
    Time(Duration),
    /// [`crate::Options::compile_memory`]
    Memory(u64),
}

impl CompileLimit {
    /// Its name in `--limit NAME=VALUE` and in output for machines.
    pub fn name(self) -> &'static str {
        match self {
            Self::Time(_) => "plugin.compile-time",
            Self::Memory(_) => "plugin.compile-memory",
        }
    }

    /// The value that was in force, for people.
    pub(crate) fn value(self) -> String {
        match self {
            Self::Time(time) => Seconds(time).to_string(),
            Self::Memory(bytes) => format!("{} of memory", Bytes(bytes)),
        }
    }
}

struct Bytes(u64);

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (unit, name) in [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")] {
            if self.0 >= unit && self.0.is_multiple_of(unit) {
                return write!(f, "{} {name}", self.0 / unit);
            }
        }
        write!(f, "{} bytes", self.0)
    }
}

struct Seconds(Duration);

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.subsec_millis() {
            0 => write!(f, "{} s", self.0.as_secs()),
            _ => write!(f, "{} ms", self.0.as_millis()),
        }
    }
}

/// The account of a call's memory: everything that grows at the guest's wish is charged here first.
#[derive(Debug)]
pub(crate) struct Memory {
    limit: u64,
    used: u64,
    /// The most that was used.
    peak: u64,
    /// Set when something was refused, so that the guest's own failure afterwards is told from other failures.
    pub(crate) refused: bool,
}

/// More than `Limits::memory` was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct OutOfMemory;

impl Memory {
    pub(crate) fn new(limit: u64) -> Self {
        Self { limit, used: 0, peak: 0, refused: false }
    }

    pub(crate) fn peak(&self) -> u64 {
        self.peak
    }

    pub(crate) fn left(&self) -> u64 {
        self.limit - self.used
    }

    pub(crate) fn charge(&mut self, bytes: u64) -> Result<(), OutOfMemory> {
        match self.used.checked_add(bytes) {
            Some(used) if used <= self.limit => {
                self.used = used;
                self.peak = self.peak.max(used);
                Ok(())
            }
            _ => {
                self.refused = true;
                Err(OutOfMemory)
            }
        }
    }

    pub(crate) fn release(&mut self, bytes: u64) {
        self.used = self.used.saturating_sub(bytes);
    }
}

/// Each table element is a pointer, and a function reference may need its own small structure beside it.
const TABLE_ELEMENT: u64 = 16;

/// Memories of one module.
pub(crate) const MOST_MEMORIES: u32 = 16;
/// Tables of one module.
pub(crate) const MOST_TABLES: u32 = 64;

impl wasmtime::ResourceLimiter for Memory {
    // wasmtime asks for initial sizes, too, so nothing exists that was not charged.
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        if maximum.is_some_and(|maximum| desired > maximum) {
            return Ok(false);
        }
        Ok(self.charge(desired.saturating_sub(current) as u64).is_ok())
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        if maximum.is_some_and(|maximum| desired > maximum) {
            return Ok(false);
        }
        let elements = desired.saturating_sub(current) as u64;
        Ok(self.charge(elements.saturating_mul(TABLE_ELEMENT)).is_ok())
    }

    fn instances(&self) -> usize {
        8
    }

    fn tables(&self) -> usize {
        MOST_TABLES as usize
    }

    fn memories(&self) -> usize {
        MOST_MEMORIES as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_charged_before_it_exists_and_given_back() {
        let mut memory = Memory::new(100);
        assert_eq!(memory.charge(60), Ok(()));
        assert_eq!(memory.charge(41), Err(OutOfMemory));
        assert!(memory.refused);
        assert_eq!(memory.left(), 40);
        memory.release(60);
        assert_eq!(memory.charge(u64::MAX), Err(OutOfMemory));
        assert_eq!(memory.charge(100), Ok(()));
        assert_eq!(memory.peak(), 100);
    }

    #[test]
    fn messages_say_the_value_in_force() {
        let limits = Limits { time: Duration::from_millis(1500), memory: 4 << 20, ..Limits::default() };
        assert_eq!(Limit::Memory.message(&limits), "memory limit: the guest may use 4 MiB");
        assert_eq!(Limit::Time.message(&limits), "timed out after 1500 ms");
        assert_eq!(Limit::Input.message(&Limits::default()), "the input is larger than 64 MiB");
    }
}
