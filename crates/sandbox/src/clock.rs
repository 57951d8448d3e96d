//! Time as the caller tells it, deadlines, and the way to end a call from outside.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime};

/// Where time comes from. The sandbox reads no other clock, so a caller can replay one.
pub trait Clock: Send + Sync {
    /// Time since some fixed moment; never goes back.
    fn monotonic(&self) -> Duration;
    /// Time since 1970-01-01 UTC.
    fn wall(&self) -> Duration;
    /// Waits.
    fn sleep(&self, duration: Duration);
}

/// The system's clocks.
#[derive(Debug)]
pub struct SystemClock {
    start: Instant,
}

impl SystemClock {
    /// A monotonic clock that starts at zero now.
    pub fn new() -> Self {
        Self { start: Instant::now() }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    fn monotonic(&self) -> Duration {
        self.start.elapsed()
    }

    fn wall(&self) -> Duration {
        SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default()
    }

    fn sleep(&self, duration: Duration) {
        std::thread::sleep(duration);
    }
}

/// Ends calls from outside: cloned into a Ctrl-C handler, which may do no more than store a flag.
#[derive(Debug, Clone, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// A handle that nobody has used yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Ends every call that was given this handle, within a few milliseconds. Safe in a signal handler.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// What [`Cancel::cancel`] sets, for whoever can only store into a flag.
    pub fn flag(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.0)
    }

    /// Whether it was used.
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Why a call may not go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// Its time is up.
    TimedOut,
    /// [`Cancel::cancel`] was called.
    Cancelled,
}

/// The moment by which a call has ended, host calls included. Whoever does something slow for a guest asks it how
/// long it may take.
#[derive(Clone)]
pub struct Deadline {
    clock: Arc<dyn Clock>,
    /// On the monotonic clock.
    at: Duration,
    cancel: Cancel,
}

impl std::fmt::Debug for Deadline {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Deadline").field("at", &self.at).finish_non_exhaustive()
    }
}

impl Deadline {
    /// A deadline from now.
    pub fn new(clock: Arc<dyn Clock>, time: Duration, cancel: Cancel) -> Self {
        let at = clock.monotonic().saturating_add(time);
        Self { clock, at, cancel }
    }

    /// The time that is left; an error when the call has to end now.
    pub fn remaining(&self) -> Result<Duration, Stop> {
        if self.cancel.is_cancelled() {
            return Err(Stop::Cancelled);
        }
        match self.at.checked_sub(self.clock.monotonic()) {
            Some(left) if !left.is_zero() => Ok(left),
            _ => Err(Stop::TimedOut),
        }
    }

    /// Waits, and returns early with an error when the call has to end.
    pub fn sleep(&self, duration: Duration) -> Result<(), Stop> {
        // Short enough that Ctrl-C feels immediate.
        const SLICE: Duration = Duration::from_millis(10);
        let until = self.clock.monotonic().saturating_add(duration);
        loop {
            let left = self.remaining()?;
            let Some(wait) = until.checked_sub(self.clock.monotonic()).filter(|wait| !wait.is_zero()) else {
                return Ok(());
            };
            self.clock.sleep(wait.min(left).min(SLICE));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    /// Moves only when somebody sleeps.
    struct Still(Mutex<Duration>);

    impl Clock for Still {
        fn monotonic(&self) -> Duration {
            *self.0.lock().unwrap()
        }

        fn wall(&self) -> Duration {
            Duration::ZERO
        }

        fn sleep(&self, duration: Duration) {
            *self.0.lock().unwrap() += duration;
        }
    }

    #[test]
    fn a_sleep_ends_with_the_deadline() {
        let clock = Arc::new(Still(Mutex::new(Duration::ZERO)));
        let deadline = Deadline::new(clock.clone(), Duration::from_secs(1), Cancel::new());
        assert_eq!(deadline.sleep(Duration::from_millis(300)), Ok(()));
        assert_eq!(clock.monotonic(), Duration::from_millis(300));
        assert_eq!(deadline.remaining(), Ok(Duration::from_millis(700)));
        assert_eq!(deadline.sleep(Duration::from_secs(5)), Err(Stop::TimedOut));
        assert_eq!(clock.monotonic(), Duration::from_secs(1));
    }

    #[test]
    fn a_cancelled_call_does_not_sleep() {
        let cancel = Cancel::new();
        let clock = Arc::new(Still(Mutex::new(Duration::ZERO)));
        let deadline = Deadline::new(clock.clone(), Duration::from_secs(1), cancel.clone());
        cancel.cancel();
        assert_eq!(deadline.sleep(Duration::from_millis(300)), Err(Stop::Cancelled));
        assert_eq!(clock.monotonic(), Duration::ZERO);
    }
}
