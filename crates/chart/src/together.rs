//! The same work for many items, on as many threads as there are.

use std::sync::atomic::{AtomicUsize, Ordering};

/// Of a worker: templates that nest deeply are parsed by recursion. Only pages that are used are ever there.
const STACK: usize = 64 << 20;

/// Applies a function to every item; the results stand in the order of the items.
///
/// The calling thread takes part, so that it works without others where there can be none.
pub fn map<T: Sync, R: Send>(threads: usize, items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    if threads < 2 || items.len() < 2 {
        return items.iter().map(work).collect();
    }
    let next = AtomicUsize::new(0);
    let share = || {
        let mut done = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(index) else { return done };
            done.push((index, work(item)));
        }
    };
    let here = Processor::current();
    let mut done = std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads.min(items.len()))
            .map_while(|_| {
                let work = || {
                    here.avoid();
                    share()
                };
                std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work).ok()
            })
            .collect();
        here.give_way();
        let mut done = share();
        for other in others {
            match other.join() {
                Ok(more) => done.extend(more),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        done
    });
    done.sort_unstable_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, result)| result).collect()
}

/// A processor, where the system tells its number.
///
/// Some kernels leave a new thread on the processor of the one that began it while others have nothing to do, for
/// milliseconds, which is as long as a render takes. So a new thread is told to [avoid](Self::avoid) that one, and the
/// one that began it [gives it a chance](Self::give_way) to.
#[derive(Debug, Clone, Copy)]
pub struct Processor {
    #[cfg(target_os = "linux")]
    number: usize,
}

impl Processor {
    /// The one that the calling thread is on.
    pub fn current() -> Self {
        Self {
            #[cfg(target_os = "linux")]
            number: rustix::thread::sched_getcpu(),
        }
    }

    /// Has the calling thread run on any other from now on, where it may.
    pub fn avoid(self) {
        #[cfg(target_os = "linux")]
        if self.number < rustix::thread::CpuSet::MAX_CPU
            && let Ok(mut allowed) = rustix::thread::sched_getaffinity(None)
        {
            allowed.unset(self.number);
            if allowed.count() > 0 {
                // Where it is not allowed to choose, the system does.
                let _ = rustix::thread::sched_setaffinity(None, &allowed);
            }
        }
    }

    /// Lets threads that were begun from here leave.
    pub fn give_way(self) {
        std::thread::yield_now();
    }
}

/// Asks the allocator for a piece of memory and gives it back, so that it keeps it for what the thread needs next.
///
/// glibc extends the memory of a thread by what the next allocation lacks, often a page, with a call to the system
/// each time that the other threads wait for. Nothing of the piece is touched, so that it costs no memory. What is
/// kept is bounded by the size of the largest piece that was given back before: the main thread begins with one.
pub fn make_room(bytes: usize) {
    drop(std::hint::black_box(Vec::<u8>::with_capacity(bytes)));
}

#[cfg(test)]
mod tests {
    #[test]
    fn results_stand_in_the_order_of_the_items() {
        let items: Vec<u32> = (0..1000).collect();
        for threads in [0, 1, 2, 7] {
            assert_eq!(super::map(threads, &items, |n| n * 2), (0..1000).map(|n| n * 2).collect::<Vec<_>>());
        }
        assert!(super::map(4, &[], |n: &u32| *n).is_empty());
    }
}
