//! The tick that lets running guests look at their deadlines.
//!
//! wasmtime counts epochs per engine. A tick ends nothing: it makes each store of the engine ask about its own
//! deadline, and go on.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;
use wasmtime::Engine;

/// How late a deadline or Ctrl-C may be noticed by a guest that computes.
const TICK: Duration = Duration::from_millis(5);

/// Ticks while a guest runs, and sleeps otherwise.
pub(super) struct Ticker {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<Running>,
    changed: Condvar,
}

#[derive(Default)]
struct Running {
    /// The engines that have guests, once for each.
    engines: Vec<Engine>,
    has_thread: bool,
    ended: bool,
}

impl Shared {
    fn lock(&self) -> std::sync::MutexGuard<'_, Running> {
        // Nothing panics while it is locked; and if something did, the list is still one.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// As long as it lives, an engine ticks.
pub(super) struct Ticking<'a> {
    shared: &'a Shared,
    engine: &'a Engine,
}

impl Ticker {
    pub(super) fn new() -> Self {
        Self { shared: Arc::default() }
    }

    /// Lets an engine tick until the answer is dropped.
    ///
    /// An error if there can be no ticks: then no deadline would hold.
    pub(super) fn run<'a>(&'a self, engine: &'a Engine) -> std::io::Result<Ticking<'a>> {
        let mut running = self.shared.lock();
        if !running.has_thread {
            let shared = Arc::clone(&self.shared);
            std::thread::Builder::new().name("guest-ticks".to_owned()).spawn(move || tick(&shared))?;
            running.has_thread = true;
        }
        // Woken only from sleep: who is woken while waiting for a tick would wait anew, and many short calls could
        // keep a long one from ever being asked.
        if running.engines.is_empty() {
            self.shared.changed.notify_one();
        }
        running.engines.push(engine.clone());
        Ok(Ticking { shared: &self.shared, engine })
    }
}

fn tick(shared: &Shared) {
    let mut running = shared.lock();
    while !running.ended {
        if running.engines.is_empty() {
            running = shared.changed.wait(running).unwrap_or_else(PoisonError::into_inner);
            continue;
        }
        let (next, waited) =
            shared.changed.wait_timeout(running, TICK).unwrap_or_else(PoisonError::into_inner);
        running = next;
        if waited.timed_out() {
            // More often than once for an engine with several guests does no harm: they only ask.
            for engine in &running.engines {
                engine.increment_epoch();
            }
        }
    }
}

impl Drop for Ticking<'_> {
    fn drop(&mut self) {
        let mut running = self.shared.lock();
        if let Some(at) = running.engines.iter().position(|engine| Engine::same(engine, self.engine)) {
            running.engines.swap_remove(at);
        }
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        self.shared.lock().ended = true;
        self.shared.changed.notify_one();
    }
}
