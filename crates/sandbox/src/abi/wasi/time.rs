//! Clocks and waiting.

use super::errno::Errno;
use super::{Answer, Guest};
use crate::state::Halt;
use pintle_guard::Question;
use std::time::Duration;

const REALTIME: u32 = 0;
const MONOTONIC: u32 = 1;

/// What the coarse clocks are rounded to: too coarse to tell cached from fetched, or one key from another.
const COARSE_WALL: Duration = Duration::from_secs(1);
const COARSE_MONOTONIC: Duration = Duration::from_millis(10);

fn rounded(time: Duration, to: Duration) -> Duration {
    let step = to.as_nanos();
    let nanos = time.as_nanos() / step * step;
    Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

impl Guest<'_> {
    /// Whether the exact clock was granted. A plugin has the coarse one anyway, so not having more is no denial.
    fn has_exact_clock(&mut self) -> bool {
        let question = Question::clock("clock_time_get");
        self.state.guard.would_allow(&[&self.state.actor], &question) && self.state.ask_once(question)
    }

    fn time(&mut self, clock: u32) -> Result<Duration, Errno> {
        let exact = self.has_exact_clock();
        match (clock, exact) {
            (REALTIME, true) => Ok(self.state.clock.wall()),
            (REALTIME, false) => Ok(rounded(self.state.clock.wall(), COARSE_WALL)),
            // From the beginning of the call: how long the program has been running is nobody's business. Not from
            // zero, for Go's runtime takes that for a broken clock and stops.
            (MONOTONIC, true) => Ok(self.state.elapsed() + COARSE_MONOTONIC),
            (MONOTONIC, false) => Ok(rounded(self.state.elapsed(), COARSE_MONOTONIC) + COARSE_MONOTONIC),
            _ => Err(Errno::Inval),
        }
    }

    pub(super) fn clock_time_get(&mut self, clock: u32, out: u32) -> Answer {
        let time = self.time(clock)?;
        Ok(self.write_u64(out, nanos(time))?)
    }

    pub(super) fn clock_res_get(&mut self, clock: u32, out: u32) -> Answer {
        let exact = self.has_exact_clock();
        let resolution = match (clock, exact) {
            (REALTIME | MONOTONIC, true) => Duration::from_nanos(1),
            (REALTIME, false) => COARSE_WALL,
            (MONOTONIC, false) => COARSE_MONOTONIC,
            _ => return Err(Errno::Inval.into()),
        };
        Ok(self.write_u64(out, nanos(resolution))?)
    }

    /// Waits for clocks; files and streams are always ready. Reading a stream waits by itself.
    pub(super) fn poll_oneoff(&mut self, subscriptions: u32, events: u32, count: u32, done: u32) -> Answer {
        const MOST: u32 = 1024;
        if count == 0 || count > MOST {
            return Err(Errno::Inval.into());
        }
        let mut clocks: Vec<(u64, Duration)> = Vec::new();
        let mut ready: Vec<(u64, u8, Option<Errno>)> = Vec::new();
        for i in 0..count {
            let at = subscriptions.checked_add(i * 48).ok_or(Errno::Fault)?;
            self.slice(at, 48)?;
            let user = self.read_u64(at)?;
            match self.read::<1>(at + 8)? {
                [0] => {
                    let (clock, timeout) = (self.read_u32(at + 16)?, self.read_u64(at + 24)?);
                    let absolute = u16::from_le_bytes(self.read(at + 40)?) & 1 == 1;
                    match self.time(clock) {
                        Ok(now) if absolute => {
                            clocks.push((user, Duration::from_nanos(timeout).saturating_sub(now)));
                        }
                        Ok(_) => clocks.push((user, Duration::from_nanos(timeout))),
                        Err(errno) => ready.push((user, 0, Some(errno))),
                    }
                }
                [kind @ (1 | 2)] => {
                    let fd = self.read_u32(at + 16)?;
                    let missing = self.fd_exists(fd).is_err().then_some(Errno::BadF);
                    ready.push((user, kind, missing));
                }
                _ => return Err(Errno::Inval.into()),
            }
        }
        if ready.is_empty()
            && let Some(shortest) = clocks.iter().map(|(_, wait)| *wait).min()
        {
            self.state.deadline.sleep(shortest).map_err(Halt::from)?;
            ready.extend(
                clocks.iter().filter(|(_, wait)| *wait <= shortest).map(|(user, _)| (*user, 0, None)),
            );
        }
        let mut at = events;
        for (user, kind, error) in &ready {
            let mut event = [0u8; 32];
            event[..8].copy_from_slice(&user.to_le_bytes());
            event[8..10].copy_from_slice(&error.map_or(0, |errno| errno as u16).to_le_bytes());
            event[10] = *kind;
            self.write(at, &event)?;
            at = at.checked_add(32).ok_or(Errno::Fault)?;
        }
        Ok(self.write_u32(done, u32::try_from(ready.len()).unwrap_or(0))?)
    }
}
