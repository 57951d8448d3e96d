//! What an execution may use up: steps, bytes and depth, counted; memory, looked at now and then.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use govalue::Cost;

use crate::error::LimitError;

/// Bytes that may be made before memory is looked at again, at least.
const INTERVAL: u64 = 4 << 20;

/// What makes a text may hold parts of it besides, until it is put together.
const COPIES: u64 = 3;

/// What is made may hold more memory than was said, but not so many times.
const SAFETY: u64 = 8;

/// So many steps are made before it is looked whether to go on: some milliseconds.
const SLICE: u64 = 100_000;

/// So many blocks and parentheses may be open at once for each level that templates may call each other.
pub const NESTED: u32 = 8;

/// What an execution used up: the same whoever executes, whatever was executed before.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Spent {
    /// Steps.
    pub steps: u64,
    /// Bytes.
    pub bytes: u64,
}

/// What an execution may use up.
#[derive(Debug, Clone)]
pub struct Budget {
    /// `render.steps`, those left: one per node, more for functions that say so.
    pub steps: u64,
    /// The limit that `steps` began with, for the error.
    pub steps_limit: u64,
    /// `render.bytes`: what templates print, an include once more than what it includes, and what functions say
    /// they make.
    pub bytes_limit: u64,
    /// Bytes that were made up to the last look.
    bytes: u64,
    /// Bytes until the next look.
    near: u64,
    /// `render.memory`: what the process may hold while templates execute.
    pub memory: Memory,
    /// `render.depth`: how deep templates may call each other. A level takes native stack, and so do the blocks and
    /// parentheses inside: of these there may be [`NESTED`] times as many at once. Give the executing thread 32 KiB for
    /// each level.
    pub depth: u32,
    /// So many bytes may be made in one piece.
    piece: u64,
    /// Steps that are not in `steps` yet, and who may say that they are not wanted any more.
    reserve: Option<(u64, Arc<AtomicBool>)>,
}

/// A limit for memory, and who knows how much there is in use.
#[derive(Debug, Clone, Copy)]
pub struct Memory {
    /// The limit in bytes.
    pub limit: u64,
    /// Bytes that the process holds right now; `None` where nobody knows. This crate cannot look itself.
    pub used: fn() -> Option<u64>,
}

impl Default for Memory {
    fn default() -> Self {
        Self { limit: u64::MAX, used: || None }
    }
}

impl Budget {
    /// A budget of so many steps.
    pub fn with_steps(steps: u64) -> Self {
        Self { steps, steps_limit: steps, ..Self::default() }
    }

    /// The same budget with so many bytes.
    #[must_use]
    pub fn with_bytes(self, bytes: u64) -> Self {
        Self { bytes_limit: bytes, bytes: 0, near: 0, ..self }
    }

    pub(crate) fn charge(&mut self, steps: u64) -> Result<(), LimitError> {
        match self.steps.checked_sub(steps) {
            Some(left) => {
                self.steps = left;
                Ok(())
            }
            None => self.refill(steps),
        }
    }

    #[cold]
    fn refill(&mut self, steps: u64) -> Result<(), LimitError> {
        if let Some((reserve, stop)) = &mut self.reserve
            && !stop.load(Ordering::Relaxed)
        {
            let lacking = steps - self.steps;
            if let Some(left) = reserve.checked_sub(lacking) {
                self.steps = left.min(SLICE);
                *reserve = left - self.steps;
                return Ok(());
            }
        }
        // What is left of it must not be enough for what comes next.
        if let Some((reserve, _)) = &mut self.reserve {
            *reserve = 0;
        }
        self.steps = 0;
        Err(LimitError { name: "render.steps", limit: self.steps_limit })
    }

    /// The same budget, which ends early once `stop` is set.
    #[must_use]
    pub fn until(mut self, stop: Arc<AtomicBool>) -> Self {
        let now = self.steps.min(SLICE);
        let reserve = self.reserve.map_or(0, |(reserve, _)| reserve) + self.steps - now;
        self.steps = now;
        self.reserve = Some((reserve, stop));
        self
    }

    /// The same budget, which ends at a larger piece than that.
    #[must_use]
    pub fn in_pieces_of(self, bytes: u64) -> Self {
        Self { piece: bytes, ..self }
    }

    /// What was used of `whole`, which this budget was before.
    pub fn spent(&self, whole: &Self) -> Spent {
        let steps = |budget: &Self| budget.steps + budget.reserve.as_ref().map_or(0, |(reserve, _)| *reserve);
        // Up to the next look no more than `bytes` is granted, and `near` of it is left.
        let bytes = |budget: &Self| budget.bytes - budget.near;
        Spent { steps: steps(whole) - steps(self), bytes: bytes(self) - bytes(whole) }
    }

    /// Charges for what was executed elsewhere.
    ///
    /// # Errors
    /// There is not as much left; the budget is unchanged then.
    pub fn spend(&mut self, spent: Spent) -> Result<(), LimitError> {
        let before = self.clone();
        let charged = self.charge(spent.steps).and_then(|()| self.charge_bytes(spent.bytes));
        if charged.is_err() {
            *self = before;
        }
        charged
    }

    /// Charges for bytes before they are made.
    pub(crate) fn charge_bytes(&mut self, bytes: u64) -> Result<(), LimitError> {
        match self.near.checked_sub(bytes) {
            Some(left) if bytes <= self.piece => {
                self.near = left;
                Ok(())
            }
            _ => self.look(bytes),
        }
    }

    /// Charges for a call.
    pub(crate) fn charge_call(&mut self, cost: Cost) -> Result<(), LimitError> {
        /// Bytes that the result of any call may hold on to: an entry of a dict, for one.
        const HELD: u64 = 64;
        /// Steps of a call itself.
        const CALL: u64 = 2;
        self.charge(cost.steps.saturating_add(CALL))?;
        self.charge_bytes(cost.bytes.saturating_add(HELD))
    }

    /// The same budget with another depth.
    #[must_use]
    pub fn with_depth(self, depth: u32) -> Self {
        Self { depth, ..self }
    }

    #[cold]
    fn look(&mut self, bytes: u64) -> Result<(), LimitError> {
        if bytes > self.piece {
            return Err(LimitError { name: "render.bytes", limit: self.piece });
        }
        // Up to here no more than `bytes` was granted, and `near` of it is left.
        self.bytes = self.bytes.saturating_sub(self.near).saturating_add(bytes);
        self.near = 0;
        if self.bytes > self.bytes_limit {
            self.bytes = self.bytes_limit;
            return Err(LimitError { name: "render.bytes", limit: self.bytes_limit });
        }
        let used = (self.memory.used)().unwrap_or(0);
        if used.saturating_add(bytes.saturating_mul(COPIES)) > self.memory.limit {
            return Err(LimitError { name: "render.memory", limit: self.memory.limit });
        }
        let free = self.memory.limit.saturating_sub(used) / SAFETY;
        self.near = INTERVAL.max(free).min(self.bytes_limit - self.bytes);
        self.bytes += self.near;
        Ok(())
    }
}

impl Default for Budget {
    fn default() -> Self {
        const STEPS: u64 = 200_000_000;
        Self {
            steps: STEPS,
            steps_limit: STEPS,
            bytes_limit: 16 << 30,
            bytes: 0,
            near: 0,
            memory: Memory::default(),
            depth: 4_000,
            piece: u64::MAX,
            reserve: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_counted_exactly_however_they_come() {
        for portion in [1, 7, 1_000, INTERVAL - 1, INTERVAL, INTERVAL + 1, 3 * INTERVAL] {
            let total = portion * 5 + portion / 2;
            let mut budget = Budget::default().with_bytes(total);
            for _ in 0..5 {
                budget.charge_bytes(portion).unwrap();
            }
            let error = budget.charge_bytes(portion / 2 + 1).unwrap_err();
            assert_eq!((error.name, error.limit), ("render.bytes", total), "{portion}");
        }
    }

    #[test]
    fn what_was_spent_elsewhere_counts_as_if_it_was_spent_here() {
        let whole = Budget::with_steps(10 * SLICE).with_bytes(3 * INTERVAL);
        let stop = Arc::new(AtomicBool::new(false));
        let mut elsewhere = whole.clone().until(Arc::clone(&stop));
        assert_eq!(elsewhere.spent(&whole), Spent::default());
        for steps in [1, SLICE - 1, 1, 5 * SLICE] {
            elsewhere.charge(steps).unwrap();
        }
        elsewhere.charge_bytes(INTERVAL + 1).unwrap();
        let spent = elsewhere.spent(&whole);
        assert_eq!(spent, Spent { steps: 6 * SLICE + 1, bytes: INTERVAL + 1 });
        // Told to stop, it goes no further than its slice.
        stop.store(true, Ordering::Relaxed);
        assert!(elsewhere.charge(SLICE + 1).is_err());
        // Who passes over that gets no further.
        stop.store(false, Ordering::Relaxed);
        assert!(elsewhere.charge(1).is_err());
        let mut here = whole.clone();
        here.spend(spent).unwrap();
        assert_eq!(here.spent(&whole), spent);
        let before = here.spent(&whole);
        assert_eq!(here.spend(spent).unwrap_err().name, "render.steps");
        assert_eq!(here.spent(&whole), before);
        let bytes = Spent { steps: 0, bytes: 2 * INTERVAL };
        assert_eq!(here.spend(bytes).unwrap_err().name, "render.bytes");
        here.charge(4 * SLICE - 1).unwrap();
        assert!(here.charge(1).is_err());
    }

    #[test]
    fn a_large_piece_is_refused_however_much_is_left() {
        let mut budget = Budget::default().in_pieces_of(1_000);
        for _ in 0..10 {
            budget.charge_bytes(1_000).unwrap();
            assert!(budget.charge_bytes(1_001).is_err());
        }
        assert_eq!(budget.spent(&Budget::default()).bytes, 10_000);
    }

    #[test]
    fn memory_is_looked_at_before_much_is_made_and_now_and_then() {
        fn used() -> Option<u64> {
            Some(100 << 20)
        }
        let with = |limit| Budget { memory: Memory { limit, used }, ..Budget::default() };
        assert!(with(90 << 20).charge_bytes(1).is_err());
        let mut budget = with(110 << 20);
        for _ in 0..100 {
            budget.charge_bytes(INTERVAL / 2).unwrap();
        }
        let error = budget.charge_bytes(20 << 20).unwrap_err();
        assert_eq!((error.name, error.limit), ("render.memory", 110 << 20));
        // Far from the limit it is hardly ever looked at.
        let mut budget = with(100 << 30);
        budget.charge_bytes(1).unwrap();
        assert!(budget.near > 10 << 30);
    }
}
