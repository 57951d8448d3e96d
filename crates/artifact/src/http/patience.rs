//! Waiting, with an end: what hyper does happens on the thread that waits for it, and only while it waits.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::runtime::Runtime;

use super::HttpError;

/// Asked again and again while a request is under way; `true` ends it.
pub type Stop = Arc<dyn Fn() -> bool + Send + Sync>;

/// How often [`Stop`] is asked: often enough for Ctrl-C to feel immediate.
const TICK: Duration = Duration::from_millis(20);

/// How long somebody waits for one request.
#[derive(Clone)]
pub(super) struct Patience {
    pub(super) runtime: Arc<Runtime>,
    pub(super) deadline: Instant,
    pub(super) stop: Option<Stop>,
}

impl Patience {
    /// Does some work until it is done, the deadline is over, or somebody says stop.
    pub(super) fn wait<T>(&self, work: impl Future<Output = Result<T, HttpError>>) -> Result<T, HttpError> {
        left(self.deadline)?;
        self.runtime.block_on(async {
            let mut work = pin!(work);
            loop {
                let until = match self.stop {
                    Some(_) => self.deadline.min(Instant::now() + TICK),
                    None => self.deadline,
                };
                if let Ok(done) = tokio::time::timeout_at(until.into(), work.as_mut()).await {
                    return done;
                }
                left(self.deadline)?;
                if self.stop.as_ref().is_some_and(|stop| stop()) {
                    return Err(HttpError::Stopped);
                }
            }
        })
    }
}

/// The time until a deadline.
pub(super) fn left(deadline: Instant) -> Result<Duration, HttpError> {
    let left = deadline.saturating_duration_since(Instant::now());
    if left.is_zero() { Err(HttpError::Timeout) } else { Ok(left) }
}
