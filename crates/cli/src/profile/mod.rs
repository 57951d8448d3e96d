//! Where a command spends its time: `--timings` and `--flamegraph`.
//!
//! Commands name their phases with [`phase`]; the engine tells what it executes through [`watch`]. [`calls`] keeps
//! all of it as one tree of calls, [`tables`] prints the tree as text and [`flame`] draws it.
//!
//! The tree belongs to the thread: whatever wants to name a phase can, without being handed it. When nobody asked
//! for figures there is none, no clock is read, and the engine has nobody to tell.

mod calls;
mod flame;
mod tables;

use std::cell::RefCell;
use std::path::PathBuf;
use std::time::Instant;

use gotmpl::{Passage, Watch};

use crate::args::Parsed;
use crate::files::Batch;
use crate::output::Output;
use calls::Calls;

thread_local! {
    static PROFILE: RefCell<Option<Profile>> = const { RefCell::new(None) };
}

/// What is measured, and for what.
struct Profile {
    calls: Calls,
    began: Instant,
    timings: bool,
    flamegraph: Option<PathBuf>,
}

/// Begins to measure when the flags ask for it.
pub(crate) fn begin(parsed: &Parsed) {
    let timings = parsed.bool("timings");
    let flamegraph = parsed.get("flamegraph").filter(|path| !path.is_empty()).map(PathBuf::from);
    if timings || flamegraph.is_some() {
        let profile = Profile { calls: Calls::new(), began: Instant::now(), timings, flamegraph };
        PROFILE.with_borrow_mut(|current| *current = Some(profile));
    }
}

/// Goes into a phase and comes out of it with the returned value's end.
#[must_use = "the phase ends with this value"]
pub(crate) fn phase(name: &'static str) -> Phase {
    enter(Passage::Step(name));
    Phase
}

/// A phase that is going on.
pub(crate) struct Phase;

impl Phase {
    /// Ends this phase and begins another in its place.
    pub(crate) fn then(&self, name: &'static str) {
        leave();
        enter(Passage::Step(name));
    }
}

impl Drop for Phase {
    fn drop(&mut self) {
        leave();
    }
}

/// Goes into something that [`leave`] ends.
pub(crate) fn enter(passage: Passage<'_>) {
    PROFILE.with_borrow_mut(|profile| {
        if let Some(profile) = profile {
            let now = profile.began.elapsed();
            profile.calls.enter(passage, now);
        }
    });
}

/// Ends what was entered last.
pub(crate) fn leave() {
    PROFILE.with_borrow_mut(|profile| {
        if let Some(profile) = profile {
            let now = profile.began.elapsed();
            profile.calls.leave(now);
        }
    });
}

/// What tells the engine's doings, when anybody wants to know.
pub(crate) fn watch() -> Option<Box<dyn Watch>> {
    PROFILE.with_borrow(|profile| profile.as_ref().map(|_| Box::new(Engine) as Box<dyn Watch>))
}

struct Engine;

impl Watch for Engine {
    fn enter(&mut self, passage: Passage<'_>) {
        enter(passage);
    }

    fn leave(&mut self) {
        leave();
    }
}

/// Ends the measuring: prints the tables on standard error and writes the picture. False when that fails.
pub(crate) fn end(output: &mut Output) -> bool {
    let Some(profile) = PROFILE.take() else { return true };
    let whole = profile.began.elapsed();
    let calls = profile.calls.ended(whole);
    if profile.timings {
        output.error_line(tables::render(&calls, whole).trim_end());
    }
    let Some(path) = profile.flamegraph else { return true };
    let mut batch = Batch::default();
    let written =
        batch.file(&path, flame::svg(&calls, whole).as_bytes(), 0o644).and_then(|()| batch.commit());
    if let Err(error) = &written {
        output.error_line(&format!("Error: --flamegraph {}: {error}", path.display()));
    }
    written.is_ok()
}
