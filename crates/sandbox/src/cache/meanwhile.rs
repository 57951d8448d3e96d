//! What another thread does while a module is loaded.

use std::sync::{Mutex, PoisonError};

type Task<'a> = Box<dyn FnOnce() + Send + 'a>;

/// Something that is done once, by whichever thread comes first: by one that helps to load a module, before it helps,
/// or by the caller afterwards, if there was none.
pub struct Meanwhile<'a>(Mutex<Option<Task<'a>>>);

impl<'a> Meanwhile<'a> {
    /// Does this.
    pub fn new(task: impl FnOnce() + Send + 'a) -> Self {
        Self(Mutex::new(Some(Box::new(task))))
    }

    /// Does nothing.
    pub fn nothing() -> Self {
        Self(Mutex::new(None))
    }

    /// Does it now, if nobody has begun yet.
    pub fn run(&self) {
        // Taken out first: it is not locked while it runs.
        let task = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(task) = task {
            task();
        }
    }
}

impl std::fmt::Debug for Meanwhile<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Meanwhile").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_done_once() {
        let mut times = 0;
        let meanwhile = Meanwhile::new(|| times += 1);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| meanwhile.run());
            }
        });
        meanwhile.run();
        Meanwhile::nothing().run();
        drop(meanwhile);
        assert_eq!(times, 1);
    }
}
