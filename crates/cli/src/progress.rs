//! What is being done, on a terminal, when it takes longer than a second.
//!
//! It is one line of standard error, drawn by a thread that sleeps in between, and it is erased before anything else
//! is printed. In a pipe, on a terminal that cannot erase, and with `--debug` there is no such line, so nothing that
//! somebody reads with a program ever has it.

use std::io::Write as _;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// What ends sooner is not worth a line.
const QUIET: Duration = Duration::from_secs(1);
/// How often the line is looked at.
const PACE: Duration = Duration::from_millis(100);
/// Characters that it shows at most: names of files come from strangers.
const WIDTH: usize = 160;
/// Back to the line's begin, and away with what is there.
const ERASE: &str = "\r\x1b[K";

#[derive(Default)]
struct State {
    doing: &'static str,
    what: String,
    over: bool,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    end: Condvar,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where commands say what they do. Cheap to clone; without a terminal nobody listens.
#[derive(Clone, Default)]
pub(crate) struct Progress(Option<Arc<Shared>>);

impl Progress {
    /// Says what begins now: `reading`, and what is read.
    pub(crate) fn says(&self, doing: &'static str, what: &str) {
        let Some(shared) = &self.0 else { return };
        let mut state = shared.state();
        state.doing = doing;
        state.what.clear();
        state.what.push_str(what);
    }
}

/// The line while a command runs. Dropped, it is gone from the terminal.
pub(crate) struct Line {
    progress: Progress,
    thread: Option<JoinHandle<()>>,
}

impl Line {
    /// Begins to listen, when `shown`.
    pub(crate) fn begin(shown: bool) -> Self {
        let shared = Arc::new(Shared::default());
        let drawn = Arc::clone(&shared);
        let thread = if shown { thread::Builder::new().spawn(move || draw(&drawn)).ok() } else { None };
        Self { progress: Progress(thread.is_some().then_some(shared)), thread }
    }

    /// Where to say what is being done.
    pub(crate) fn progress(&self) -> Progress {
        self.progress.clone()
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        if let Some(shared) = &self.progress.0 {
            shared.state().over = true;
            shared.end.notify_all();
        }
        if let Some(thread) = self.thread.take() {
            // A thread that failed has printed why.
            let _ = thread.join();
        }
    }
}

fn draw(shared: &Shared) {
    let start = Instant::now();
    let mut shown = String::new();
    let mut pause = QUIET;
    loop {
        let waited = shared.end.wait_timeout_while(shared.state(), pause, |state| !state.over);
        let (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        if state.over {
            break;
        }
        pause = PACE;
        let text = line(&state, start.elapsed());
        // A terminal may be slow; the command does not wait for it.
        drop(state);
        if text != shown {
            // Without wrapping at the right edge the line stays one line, however narrow the terminal is.
            write(&format!("\r\x1b[?7l{text}\x1b[K\x1b[?7h"));
            shown = text;
        }
    }
    if !shown.is_empty() {
        write(ERASE);
    }
}

/// The line's text; empty as long as nothing was said.
fn line(state: &State, passed: Duration) -> String {
    if state.doing.is_empty() {
        return String::new();
    }
    // A name must not be able to steer the terminal.
    let shown = |c: char| if c.is_control() { '?' } else { c };
    let what: String = state.what.chars().map(shown).take(WIDTH).collect();
    let space = if what.is_empty() { "" } else { " " };
    format!("{}{space}{what} ({} s)", state.doing, passed.as_secs())
}

fn write(text: &str) {
    // Who closed the terminal does not want to see it.
    let mut terminal = std::io::stderr().lock();
    let _ = terminal.write_all(text.as_bytes()).and_then(|()| terminal.flush());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_steer_the_terminal() {
        let state = State { doing: "rendering", what: "a\x1b[2Jb\nc".to_owned(), over: false };
        assert_eq!(line(&state, Duration::from_millis(2_900)), "rendering a?[2Jb?c (2 s)");
        let state = State { doing: "rendering", what: "x".repeat(1000), over: false };
        assert_eq!(line(&state, Duration::ZERO).len(), "rendering  (0 s)".len() + WIDTH);
    }

    #[test]
    fn nothing_is_shown_before_something_was_said() {
        assert_eq!(line(&State::default(), QUIET), "");
    }
}
