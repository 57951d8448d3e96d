//! A call as it happened, in six steps, for `--trace`.

use std::fmt;
use std::time::Duration;

/// The steps of one call, in the order in which they began.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trace {
    /// What happened.
    pub events: Vec<Event>,
    /// Events that were left out because there were too many.
    pub left_out: u64,
    enabled: bool,
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Which of the six steps it belongs to.
    pub step: Step,
    /// When it began, from the beginning of the call.
    pub at: Duration,
    /// How long it took; `None` for what has no length.
    pub took: Option<Duration>,
    /// How many bytes were handed over, where bytes were.
    pub bytes: Option<u64>,
    /// What it was, in a few words. Parts of it come from the guest.
    pub what: String,
}

/// The six steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The input message is handed over.
    Package,
    /// A fresh instance starts.
    Isolate,
    /// The guest asks for something outside.
    Ask,
    /// The question is decided.
    Guard,
    /// The output message is taken.
    Return,
    /// Instance, memory and temporary folder are gone.
    Destroy,
}

impl Step {
    /// The word that `--trace` prints.
    pub fn word(self) -> &'static str {
        match self {
            Self::Package => "package",
            Self::Isolate => "isolate",
            Self::Ask => "ask",
            Self::Guard => "guard",
            Self::Return => "return",
            Self::Destroy => "destroy",
        }
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:>10.3} ms  {:<8}", self.at.as_secs_f64() * 1e3, self.step.word())?;
        match self.took {
            Some(took) => write!(f, "{:>10.3} ms", took.as_secs_f64() * 1e3)?,
            None => write!(f, "{:>13}", "")?,
        }
        match self.bytes {
            Some(bytes) => write!(f, "{bytes:>12} B")?,
            None => write!(f, "{:>14}", "")?,
        }
        f.write_str("  ")?;
        for c in self.what.chars() {
            if c.is_control() {
                write!(f, "{}", c.escape_unicode())?;
            } else {
                write!(f, "{c}")?;
            }
        }
        Ok(())
    }
}

impl Trace {
    /// A guest that asks for ever must not fill the memory with events.
    const MOST: usize = 10_000;

    pub(crate) fn new(enabled: bool) -> Self {
        Self { enabled, ..Self::default() }
    }

    pub(crate) fn is_enabled(&self) -> bool {
        self.enabled
    }

    /// Puts the events in the order in which they began: what asks is noted when it has its answer.
    pub(crate) fn sort(&mut self) {
        self.events.sort_by_key(|event| event.at);
    }

    pub(crate) fn push(&mut self, event: Event) {
        if !self.enabled {
            return;
        }
        if self.events.len() < Self::MOST {
            self.events.push(event);
        } else {
            self.left_out += 1;
        }
    }
}
