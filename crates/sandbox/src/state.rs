//! What a running guest's host functions work on: the account of one call.

use crate::abi::extism::kernel::Kernel;
use crate::abi::wasi::Wasi;
use crate::call::Call;
use crate::clock::{Clock, Deadline, Stop};
use crate::host::shortened;
use crate::http::Account;
use crate::limits::{Limit, Limits, Memory, OutOfMemory};
use crate::outbound::Outbound;
use crate::outcome::{LogLevel, LogLine};
use crate::trace::{Event, Step, Trace};
use pintle_guard::{Actor, Denial, Guard, Permit, Question, Time};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// The data of a wasmtime store: everything one call may touch, and nothing of any other call.
pub(crate) struct State {
    pub(crate) actor: Actor,
    pub(crate) guard: Guard,
    pub(crate) outbound: Box<dyn Outbound>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) deadline: Deadline,
    pub(crate) limits: Limits,
    pub(crate) memory: Memory,
    pub(crate) kernel: Kernel,
    pub(crate) wasi: Wasi,
    pub(crate) http: Account,
    pub(crate) config: BTreeMap<String, String>,
    pub(crate) vars: BTreeMap<Vec<u8>, Vec<u8>>,
    pub(crate) log_level: LogLevel,
    pub(crate) log: Vec<LogLine>,
    pub(crate) log_bytes: u64,
    pub(crate) log_cut: u64,
    pub(crate) current_release: Option<crate::call::CurrentRelease>,
    pub(crate) denials: Vec<Denial>,
    /// Questions that are asked once per call, with their answers.
    asked: Vec<(Question, bool)>,
    /// How many of the guard's records were charged to the guest, or are none of its own.
    charged: usize,
    pub(crate) host_calls: u64,
    pub(crate) trace: Trace,
    pub(crate) started: Duration,
    /// The guest's memory, once it exists.
    pub(crate) guest_memory: Option<wasmtime::Memory>,
}

/// Denials beyond these are counted by the guard's records only.
const MOST_DENIALS: usize = 100;

impl State {
    /// Takes a call apart. The guard comes back with [`State::guard`].
    pub(crate) fn new(call: Call, guard: Guard, clock: Arc<dyn Clock>, started: Duration) -> Self {
        let deadline = Deadline::new(Arc::clone(&clock), call.limits.time, call.cancel);
        Self {
            actor: call.actor,
            charged: guard.records().len(),
            guard,
            outbound: call.outbound,
            deadline,
            memory: Memory::new(call.limits.memory),
            kernel: Kernel::new(),
            wasi: Wasi::new(call.world),
            http: Account::default(),
            config: call.config,
            vars: BTreeMap::new(),
            log_level: call.log_level,
            log: Vec::new(),
            log_bytes: 0,
            log_cut: 0,
            current_release: call.current_release,
            denials: Vec::new(),
            asked: Vec::new(),
            host_calls: 0,
            trace: Trace::new(call.trace),
            limits: call.limits,
            clock,
            started,
            guest_memory: None,
        }
    }

    /// The time since the call began.
    pub(crate) fn elapsed(&self) -> Duration {
        self.clock.monotonic().saturating_sub(self.started)
    }

    /// Asks the guard, stamps its record and notes the step.
    pub(crate) fn ask(&mut self, question: Question) -> Result<Permit, Denial> {
        let at = self.elapsed();
        let traced = self
            .trace
            .is_enabled()
            .then(|| format!("{} ({})", question.capability(), shortened(&question.scope_text())));
        let answer = self.guard.check(&[&self.actor], question);
        if let Some(record) = self.guard.last_record_mut() {
            let now = self.clock.wall();
            record.time = Some(Time {
                seconds: i64::try_from(now.as_secs()).unwrap_or(i64::MAX),
                nanos: now.subsec_nanos(),
            });
        }
        if let Some(what) = traced {
            let answered = if answer.is_ok() { "allowed" } else { "denied" };
            let took = Some(self.elapsed().saturating_sub(at));
            self.trace.push(Event {
                step: Step::Guard,
                at,
                took,
                bytes: None,
                what: format!("{answered}: {what}"),
            });
        }
        if let Err(denial) = &answer
            && self.denials.len() < MOST_DENIALS
        {
            self.denials.push(denial.clone());
        }
        answer
    }

    /// Asks a question that has one answer for the whole call: the guest's runtime may ask it a thousand times a
    /// second.
    pub(crate) fn ask_once(&mut self, question: Question) -> bool {
        if let Some((_, allowed)) = self.asked.iter().find(|(asked, _)| *asked == question) {
            return *allowed;
        }
        let allowed = self.ask(question.clone()).is_ok();
        self.asked.push((question, allowed));
        allowed
    }

    /// Charges the guest for the records of what it asked: they are kept until the call has ended, however often it
    /// asks.
    pub(crate) fn charge_records(&mut self) -> Result<(), Halt> {
        let records = self.guard.records();
        let new = records.get(self.charged..).unwrap_or_default();
        let bytes = new.iter().map(pintle_guard::Record::kept_bytes).sum();
        self.charged = records.len();
        Ok(self.memory.charge(bytes)?)
    }

    /// Completes the guard's last record after its effect.
    pub(crate) fn stamp(&mut self, took: Duration, bytes: u64) {
        if let Some(record) = self.guard.last_record_mut() {
            record.duration = Some(took);
            record.bytes = Some(bytes);
        }
    }

    /// Notes that the guest asked for something, and how long that took altogether.
    pub(crate) fn traced(
        &mut self,
        step: Step,
        at: Duration,
        bytes: Option<u64>,
        what: impl FnOnce() -> String,
    ) {
        if self.trace.is_enabled() {
            let took = Some(self.elapsed().saturating_sub(at));
            self.trace.push(Event { step, at, took, bytes, what: what() });
        }
    }

    /// Keeps a line of the guest's log within its limits.
    pub(crate) fn keep_log(&mut self, level: LogLevel, text: &[u8]) {
        let room = self.limits.log_bytes.saturating_sub(self.log_bytes);
        if self.log.len() as u64 >= self.limits.log_lines || (room == 0 && !text.is_empty()) {
            self.log_cut += 1;
            return;
        }
        let take = text.len().min(usize::try_from(room).unwrap_or(usize::MAX));
        if take < text.len() {
            self.log_cut += 1;
        }
        self.log_bytes += take as u64;
        self.log.push(LogLine { level, text: String::from_utf8_lossy(&text[..take]).into_owned() });
    }
}

/// Why a host function ends the call. Travels through wasmtime as the cause of a trap.
#[derive(Debug)]
pub(crate) enum Halt {
    /// `proc_exit`
    Exit(u32),
    Limit(Limit),
    Denied {
        function: &'static str,
        denial: Denial,
    },
    Failed {
        function: &'static str,
        message: String,
    },
    Cancelled,
}

impl Halt {
    pub(crate) fn failed(function: &'static str, message: impl Into<String>) -> Self {
        Self::Failed { function, message: message.into() }
    }
}

impl fmt::Display for Halt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exit(code) => write!(f, "exit {code}"),
            Self::Limit(limit) => write!(f, "limit {}", limit.name()),
            Self::Denied { function, denial } => write!(f, "{function}: {denial}"),
            Self::Failed { function, message } => write!(f, "{function}: {message}"),
            Self::Cancelled => f.write_str("cancelled"),
        }
    }
}

impl std::error::Error for Halt {}

impl From<OutOfMemory> for Halt {
    fn from(_: OutOfMemory) -> Self {
        Self::Limit(Limit::Memory)
    }
}

impl From<Stop> for Halt {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::TimedOut => Self::Limit(Limit::Time),
            Stop::Cancelled => Self::Cancelled,
        }
    }
}
