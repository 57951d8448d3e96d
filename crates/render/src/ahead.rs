//! Templates that are parsed while the chart is still being loaded and its values are put together.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use foldhash::{HashMap, HashSet};
use gotmpl::Parsed;

use crate::functions;

/// What a text is called until the render says what it is.
const NAME: &str = "\0";

/// Texts below this size together are parsed before a thread would have begun.
const WORTH_A_THREAD: usize = 64 << 10;

/// So many bytes are parsed ahead. What a disabled subchart brings is parsed in vain.
const MOST: usize = 8 << 20;

/// Of the thread: templates that nest deeply are parsed by recursion. Only pages that are used are ever there.
const STACK: usize = 64 << 20;

/// What the thread is likely to need.
const ROOM: usize = 512 << 10;

/// A thread that parses the texts it is given until a render asks for them.
///
/// Nothing depends on it but time: what it did not get to, or could not parse, is parsed by the render.
pub struct Ahead(Arc<Shared>);

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
    /// Bytes of text that are taken.
    most: usize,
}

#[derive(Default)]
struct State {
    seen: HashSet<Arc<[u8]>>,
    /// Where they lie. Most that were seen are the same, and need not be read to know it.
    places: HashSet<usize>,
    bytes: usize,
    waiting: VecDeque<Arc<[u8]>>,
    done: HashMap<Arc<[u8]>, Parsed>,
    worker: Option<JoinHandle<()>>,
    /// Whether the thread sleeps. To wake it costs a call to the system even when it does not.
    idle: bool,
    closed: bool,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn work(&self) {
        let functions = functions::table();
        let mut state = self.state();
        while !state.closed {
            let Some(text) = state.waiting.pop_front() else {
                state.idle = true;
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
                state.idle = false;
                continue;
            };
            drop(state);
            let parsed = Parsed::new(NAME, Arc::clone(&text), 0, &functions);
            state = self.state();
            // The words for what cannot be parsed need its name.
            if let Ok(parsed) = parsed {
                state.done.insert(text, parsed);
            }
        }
    }
}

impl Ahead {
    /// Parses nothing yet, and never more bytes of text than a render may have.
    pub fn new(templates: usize) -> Self {
        Self(Arc::new(Shared { state: Mutex::default(), changed: Condvar::new(), most: MOST.min(templates) }))
    }

    /// Has a text parsed, if there is time. Any thread may call it.
    pub fn add(&self, text: &Arc<[u8]>) {
        let mut state = self.0.state();
        let place = text.as_ptr().addr();
        if state.places.contains(&place) {
            return;
        }
        let bytes = state.bytes + text.len();
        if state.closed || bytes > self.0.most || !state.seen.insert(Arc::clone(text)) {
            return;
        }
        // It is kept, so nothing else comes to lie there.
        state.places.insert(place);
        state.bytes = bytes;
        state.waiting.push_back(Arc::clone(text));
        if state.worker.is_some() {
            // The thread that it wakes must be able to go on.
            let idle = state.idle;
            drop(state);
            if idle {
                self.0.changed.notify_one();
            }
        } else if bytes >= WORTH_A_THREAD {
            let shared = Arc::clone(&self.0);
            let thread = std::thread::Builder::new().name("parser".to_owned()).stack_size(STACK);
            // Without a thread the render does it all.
            let work = move || {
                chart::together::make_room(ROOM);
                shared.work();
            };
            state.worker = thread.spawn(work).ok();
            state.closed = state.worker.is_none();
        }
    }

    /// Ends the thread, and returns what it parsed under some name and for owner 0.
    pub(crate) fn finish(&self) -> HashMap<Arc<[u8]>, Parsed> {
        let mut state = self.0.state();
        state.closed = true;
        let worker = state.worker.take();
        drop(state);
        self.0.changed.notify_one();
        if let Some(worker) = worker {
            // Should it have panicked, so will the render, with the text at hand.
            let _ = worker.join();
        }
        std::mem::take(&mut self.0.state().done)
    }
}

impl std::fmt::Debug for Ahead {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let state = self.0.state();
        write!(f, "Ahead {{ {} of {} texts }}", state.done.len(), state.seen.len())
    }
}

impl Drop for Ahead {
    fn drop(&mut self) {
        self.finish();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_parsed_is_parsed_once_and_the_rest_is_left() {
        let ahead = Ahead::new(usize::MAX);
        let large: Arc<[u8]> = Arc::from(format!("{{{{ .x }}}}{}", "x".repeat(WORTH_A_THREAD)).into_bytes());
        let broken: Arc<[u8]> = Arc::from(&b"{{ if }}"[..]);
        ahead.add(&broken);
        ahead.add(&large);
        ahead.add(&large);
        assert_eq!(ahead.0.state().seen.len(), 2);
        // It may be asked before it got to anything.
        while !ahead.0.state().waiting.is_empty() {
            std::thread::yield_now();
        }
        let done = ahead.finish();
        assert_eq!(done.len(), 1);
        assert!(done[&large].renamed("chart/templates/a.yaml", 3).is_some());
        assert!(ahead.finish().is_empty());
        ahead.add(&Arc::from(&b"late"[..]));
        assert_eq!(ahead.0.state().seen.len(), 2);
    }

    #[test]
    fn little_text_needs_no_thread_and_too_much_is_not_taken() {
        let ahead = Ahead::new(usize::MAX);
        ahead.add(&Arc::from(&b"{{ .x }}"[..]));
        assert!(ahead.0.state().worker.is_none());
        ahead.add(&Arc::from(vec![b'x'; MOST]));
        assert_eq!(ahead.0.state().bytes, 8);
        assert!(ahead.finish().is_empty());
        let ahead = Ahead::new(7);
        ahead.add(&Arc::from(&b"{{ .x }}"[..]));
        assert_eq!(ahead.0.state().bytes, 0);
    }
}
