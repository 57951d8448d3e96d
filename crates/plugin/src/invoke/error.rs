//! How a call failed.

use std::borrow::Cow;
use std::error::Error;
use std::fmt::{self, Write as _};

use guard::Denial;
use sandbox::{Limit, Stack, StartError};

use super::Report;
use crate::pin::FilesError;
use crate::subprocess::SubprocessError;

/// A call that did not end well.
///
/// Displays as Helm prints it. What the guest said and what happened to it are different [`Cause`]s, so that a guest
/// cannot pass its own words off as ours.
#[derive(Debug)]
pub struct InvokeError {
    /// The plugin's name.
    pub plugin: String,
    /// Why.
    pub cause: Cause,
    /// What had happened until then.
    pub report: Report,
}

/// Why a call did not end well.
#[derive(Debug)]
pub enum Cause {
    /// The guest said so itself (`error_set`).
    Told {
        /// Its own words.
        message: String,
        /// What it returned.
        code: u32,
    },
    /// The guest returned a number that is not 0.
    Returned(u32),
    /// The guest exited with a number that is not 0.
    Exited(u32),
    /// The guest made a mistake that Wasm stops.
    Trapped {
        /// What Wasm calls it.
        trap: String,
        /// The guest's own stack.
        stack: Stack,
    },
    /// The guest asked for something that it was not granted.
    Denied {
        /// What.
        denial: Denial,
        /// The host function that it called.
        function: &'static str,
        /// Where it was.
        stack: Stack,
    },
    /// A limit was met.
    Limit {
        /// Which.
        limit: Limit,
        /// With the value that was in force.
        message: String,
        /// Where the guest was.
        stack: Stack,
    },
    /// A host function failed.
    HostCall {
        /// The function.
        function: &'static str,
        /// What went wrong.
        message: String,
        /// Where the guest was.
        stack: Stack,
    },
    /// Somebody pressed Ctrl-C.
    Cancelled,
    /// The output is no message of the plugin's kind; Go's words.
    Output(String),
    /// None of the guest's code ran.
    Start(StartError),
    /// The bytes of the module are missing.
    NoModule,
    /// The bytes of the module cannot be read, or are not those that were compared.
    Module(FilesError),
    /// The program was not started, or did not do what it should.
    Program(SubprocessError),
    /// The host itself failed.
    Internal(String),
}

/// Exit codes of ours; see `docs/reference`.
const DENIED: u8 = 10;
const LIMIT: u8 = 11;
const REFUSED: u8 = 12;
const CANNOT_RUN: u8 = 14;
/// What a shell says of a program that Ctrl-C ended.
const INTERRUPTED: u8 = 130;

impl Cause {
    /// The exit code of a command that failed because of it. A guest's own code passes through.
    pub fn code(&self) -> u8 {
        match self {
            Self::Told { code: 0, .. } => 1,
            Self::Told { code, .. } | Self::Returned(code) | Self::Exited(code) => own(*code),
            Self::Denied { .. } => DENIED,
            Self::Limit { .. } => LIMIT,
            Self::Start(StartError::NotGranted { .. } | StartError::CannotEnforce { .. }) => DENIED,
            Self::Start(StartError::Fuel | StartError::Internal(_) | StartError::Folder { .. }) => 1,
            Self::Start(StartError::Cancelled) => INTERRUPTED,
            Self::Start(error) if error.limit().is_some() => LIMIT,
            Self::Start(_) | Self::NoModule => CANNOT_RUN,
            Self::Module(FilesError::Meanwhile { .. }) => REFUSED,
            Self::Module(_) => 1,
            Self::Program(error) => match error {
                // Go's -1, of what a signal ended, is 255.
                SubprocessError::Exited { code, .. } => own(code.unwrap_or(-1).cast_unsigned()),
                SubprocessError::Denied(_) => DENIED,
                SubprocessError::Output { .. } | SubprocessError::Deadline { .. } => LIMIT,
                SubprocessError::Changed { .. } => REFUSED,
                _ => 1,
            },
            Self::Cancelled => INTERRUPTED,
            Self::Trapped { .. } | Self::HostCall { .. } | Self::Output(_) | Self::Internal(_) => 1,
        }
    }

    /// The word for machines.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Told { .. } => "error",
            Self::Returned(_) | Self::Exited(_) => "exit",
            Self::Trapped { .. } => "trap",
            Self::Denied { .. } | Self::Start(StartError::NotGranted { .. }) => "denied",
            Self::Start(StartError::CannotEnforce { .. }) => "cannot-enforce",
            Self::Limit { .. } => "limit",
            Self::HostCall { .. } => "host-call",
            Self::Cancelled => "cancelled",
            Self::Output(_) => "output",
            Self::Start(StartError::Fuel | StartError::Internal(_) | StartError::Folder { .. })
            | Self::Internal(_) => "host",
            Self::Module(FilesError::Meanwhile { .. }) => "changed",
            Self::Start(StartError::Cancelled) => "cancelled",
            Self::Start(error) if error.limit().is_some() => "limit",
            Self::Start(_) | Self::NoModule | Self::Module(_) => "module",
            Self::Program(error) => match error {
                SubprocessError::Exited { .. } => "exit",
                SubprocessError::Denied(_) => "denied",
                SubprocessError::Output { .. } | SubprocessError::Deadline { .. } => "limit",
                SubprocessError::Changed { .. } => "changed",
                _ => "program",
            },
        }
    }

    /// The name of the limit that was met, if one was.
    pub fn limit(&self) -> Option<&'static str> {
        match self {
            Self::Limit { limit, .. } => Some(limit.name()),
            Self::Start(error) => error.limit(),
            _ => None,
        }
    }

    fn stack(&self) -> Option<&Stack> {
        match self {
            Self::Trapped { stack, .. }
            | Self::Denied { stack, .. }
            | Self::Limit { stack, .. }
            | Self::HostCall { stack, .. } => Some(stack),
            _ => None,
        }
    }
}

/// A guest's code as one that a process can have: never 0, which it did not mean.
fn own(code: u32) -> u8 {
    match u8::try_from(code & 0xff) {
        Ok(0) | Err(_) => 1,
        Ok(code) => code,
    }
}

impl InvokeError {
    /// A call that failed before anything of it happened.
    pub fn new(plugin: &str, cause: Cause) -> Box<Self> {
        Self::with(plugin, cause, Report::default())
    }

    pub(crate) fn with(plugin: &str, cause: Cause, report: Report) -> Box<Self> {
        Box::new(Self { plugin: plugin.to_owned(), cause, report })
    }

    /// The exit code.
    pub fn code(&self) -> u8 {
        self.cause.code()
    }

    /// What to do about it, in one line.
    pub fn hint(&self) -> Option<String> {
        match &self.cause {
            Cause::Denied { denial, .. } => denial.hint().or_else(|| Some(denial.to_string())),
            Cause::Program(SubprocessError::Denied(denial)) => denial.hint(),
            Cause::Program(SubprocessError::Exited { errors, .. }) => said(errors),
            Cause::Limit { limit, message, .. } => {
                let name = limit.name();
                Some(match limit {
                    Limit::Time => format!("{message}; --limit {name}=SECONDS changes it"),
                    _ => format!("{message}; --limit {name}=NUMBER changes it"),
                })
            }
            Cause::Start(error) if error.limit().is_some() => {
                let name = error.limit().unwrap_or_default();
                let unit = if name == "plugin.compile-time" { "SECONDS" } else { "NUMBER" };
                Some(format!("{error}; --limit {name}={unit} changes it"))
            }
            Cause::Start(StartError::NotGranted { actor, function, capability }) => Some(format!(
                "{} is linked where the capability is granted: --grant '{actor} {capability}'",
                function.name()
            )),
            _ => None,
        }
    }
}

impl fmt::Display for InvokeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.cause {
            Cause::Told { message, .. } => write!(f, "plugin error: {message}")?,
            // Helm crashes here; it says this of a program.
            Cause::Returned(_) => write!(f, "plugin {:?} exited with error", self.plugin)?,
            Cause::Exited(code) => write!(f, "plugin error: module closed with exit_code({code})")?,
            Cause::Trapped { trap, .. } => write!(f, "plugin error: wasm error: {trap}")?,
            Cause::Denied { denial, function: "http_request", .. } => {
                let url = match denial.question() {
                    guard::Question::Http { url, .. } => without_secrets(url),
                    _ => Cow::Borrowed(""),
                };
                write!(f, "plugin error: HTTP request to '{url}' is not allowed")?;
            }
            Cause::Denied { denial, function, .. } => write!(f, "plugin error: {function}: {denial}")?,
            Cause::Limit { limit: Limit::Time, .. } => {
                f.write_str("plugin error: module closed with context deadline exceeded")?;
            }
            Cause::Limit { limit: Limit::Stack, .. } => {
                f.write_str("plugin error: wasm error: stack overflow")?;
            }
            Cause::Limit { limit: Limit::HttpResponse, .. } => {
                f.write_str("plugin error: http: request body too large")?;
            }
            Cause::Limit { message, .. } => write!(f, "plugin error: {message}")?,
            Cause::HostCall { message, .. } => write!(f, "plugin error: {message}")?,
            Cause::Cancelled | Cause::Start(StartError::Cancelled) => {
                f.write_str("plugin error: module closed with context canceled")?;
            }
            Cause::Output(words) => {
                write!(f, "failed to json marshal plugin output message: reflect.Value: {words}")?;
            }
            Cause::Start(error @ StartError::NoEntry(_)) => write!(f, "plugin error: {error}")?,
            Cause::Start(error) => write!(f, "failed to create existing plugin: {}", Start(error))?,
            Cause::NoModule => write!(f, "the module of plugin {:?} is missing", self.plugin)?,
            Cause::Module(error) => write!(f, "plugin {:?}: {error}", self.plugin)?,
            Cause::Program(error) => write!(f, "{error}")?,
            Cause::Internal(message) => write!(f, "plugin error: the plugin host failed: {message}")?,
        }
        match self.cause.stack() {
            Some(stack) => f.write_str(&told(stack)),
            None => Ok(()),
        }
    }
}

/// A URL as it was asked for, unless it could hold a password or a token.
fn without_secrets(url: &str) -> Cow<'_, str> {
    match guard::Url::parse(url) {
        Some(parsed) if parsed.user_info().is_none() && parsed.query().is_none() => Cow::Borrowed(url),
        Some(parsed) => Cow::Owned(parsed.shown()),
        None => Cow::Borrowed("(unreadable)"),
    }
}

/// What a program said of itself: the last lines, without what could steer a terminal.
fn said(errors: &[u8]) -> Option<String> {
    const MOST: usize = 10;
    let text = String::from_utf8_lossy(errors);
    let lines: Vec<&str> = text.trim_end().lines().collect();
    let shown = lines.get(lines.len().saturating_sub(MOST)..).unwrap_or_default().join("\n  ");
    // No line of it begins a line: what machines read begins one.
    let plain: String =
        shown.chars().map(|c| if c.is_control() && c != '\n' { '\u{fffd}' } else { c }).collect();
    (!plain.is_empty()).then(|| format!("it said: {plain}"))
}

/// The guest's stack, laid out as Helm does.
fn told(stack: &Stack) -> String {
    if stack.frames.is_empty() {
        return String::new();
    }
    let mut text = "\nwasm stack trace:".to_owned();
    for frame in &stack.frames {
        // Writing to a String cannot fail.
        let _ = match &frame.name {
            Some(name) => write!(text, "\n\t.{name}"),
            None => write!(text, "\n\t.${}", frame.index),
        };
    }
    if stack.cut {
        text.push_str("\n\t...");
    }
    text
}

/// Why a module does not start, in Helm's words where it has some.
struct Start<'a>(&'a StartError);

impl fmt::Display for Start<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            StartError::NoMagic => f.write_str("invalid magic number"),
            StartError::UnknownImport { module, name, nearest } => {
                write!(f, "instantiating module: {name:?} is not exported in module {module:?}")?;
                match nearest {
                    Some(nearest) => write!(f, ", did you mean {nearest:?}?"),
                    None => Ok(()),
                }
            }
            StartError::Folder { source, .. } => write!(f, "{}: {source}", self.0),
            error => error.fmt(f),
        }
    }
}

impl Error for InvokeError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.cause {
            Cause::Denied { denial, .. } => Some(denial),
            Cause::Program(error) => Some(error),
            _ => None,
        }
    }
}
