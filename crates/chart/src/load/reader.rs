//! Files of a directory → their contents, read on several threads while the directory is still being walked.
//!
//! What is read, and which error counts, does not depend on the threads: contents stand in the order in which
//! they were asked for, and the first file of that order that cannot be read is the one that is told.

#![expect(
    clippy::disallowed_methods,
    reason = "the one place of this crate that reads files, with `directory`"
)]

use std::collections::VecDeque;
use std::fs::{self, Metadata as Status};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use govalue::Bytes;

use super::archive::{self, ArchiveLimits, Unpacked};
use super::late::Late;
use super::{BOM, Context};
use crate::together;

/// So many files are read by one thread before a second would have begun.
const WORTH_A_THREAD: usize = 16;

/// What a worker is likely to need for what it reads.
const ROOM: usize = 512 << 10;

/// So many files are handed over at a time.
const HANDFUL: usize = 8;

/// Of a worker, which does nothing but read.
const STACK: usize = 256 << 10;

/// Bytes that one archive may unpack to while others are still being read. One that is larger, or broken, is
/// unpacked again when its turn comes.
const EARLY: u64 = 8 << 20;

/// Bytes that all archives together may unpack to early.
const ALL_EARLY: u64 = 8 * EARLY;

/// A file's contents and what the system knows of it.
pub(super) struct Contents {
    pub(super) data: Bytes,
    pub(super) status: Status,
    /// What the archive that it is unpacks to, when it is a small one.
    pub(super) unpacked: Option<Unpacked>,
}

/// Why a file was not read.
pub(super) enum Refusal {
    /// The system's words, and what was done then, as Go names it.
    System(&'static str, io::Error),
    /// There are more bytes than are left.
    Over,
}

pub(super) type Reading = Result<Contents, Refusal>;

/// Reads a whole file, if it fits into what is `left` for all files, even if it grew since it was measured.
pub(super) fn read(path: &Path, left: &AtomicU64) -> Result<(Arc<[u8]>, Status), Refusal> {
    let (file, status) = open(path)?;
    take(left, status.len())?;
    Ok((whole(file, &status, left)?, status))
}

/// Reads a file whose size was counted before, if the system still says the same of it.
pub(super) fn again(path: &Path, is_same: impl Fn(&Status) -> bool) -> Result<Arc<[u8]>, Refusal> {
    let (file, status) = open(path)?;
    if !is_same(&status) {
        return Err(Refusal::Over);
    }
    whole(file, &status, &AtomicU64::new(0)).map(unmarked)
}

/// A file and what the system knows of it.
pub(super) fn open(path: &Path) -> Result<(fs::File, Status), Refusal> {
    let failed = |operation| move |error| Refusal::System(operation, error);
    let file = fs::File::open(path).map_err(failed("open"))?;
    let status = file.metadata().map_err(failed("stat"))?;
    Ok((file, status))
}

/// The contents of a file whose size was taken from what is `left`.
fn whole(mut file: fs::File, status: &Status, left: &AtomicU64) -> Result<Arc<[u8]>, Refusal> {
    let size = status.len();
    // Straight to where it stays: a copy of every file costs as much as reading it.
    let mut data: Arc<[u8]> = std::iter::repeat_n(0, usize::try_from(size).unwrap_or(0)).collect();
    let mut filled = 0;
    if let Some(buffer) = Arc::get_mut(&mut data) {
        while filled < buffer.len() {
            match file.read(&mut buffer[filled..]) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(Refusal::System("read", e)),
            }
        }
    }
    let mut more = Vec::new();
    // What was as long as the system said is whole. Some files of the system itself claim to be empty.
    if filled == 0 || filled < data.len() {
        let room = left.load(Ordering::Relaxed);
        file.take(room.saturating_add(1))
            .read_to_end(&mut more)
            .map_err(|error| Refusal::System("read", error))?;
    }
    if filled < data.len() || !more.is_empty() {
        // It changed since it was measured.
        take(left, more.len() as u64)?;
        data = [&data[..filled], &more].concat().into();
    }
    Ok(data)
}

/// Contents as charts have them.
fn unmarked(data: Arc<[u8]>) -> Arc<[u8]> {
    data.strip_prefix(BOM).map(Arc::from).unwrap_or(data)
}

fn is_archive(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "tgz")
}

fn take(left: &AtomicU64, bytes: u64) -> Result<(), Refusal> {
    let taken = left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(bytes));
    taken.map(drop).map_err(|_| Refusal::Over)
}

/// A file that is to be read.
struct Wanted {
    number: usize,
    path: PathBuf,
    is_template: bool,
    may_wait: bool,
}

/// Whether a file inside a chart is a template of this chart. Whether those below it are used is decided later.
pub(super) fn is_template(inner: &str) -> bool {
    inner.starts_with("templates/")
}

/// Files that wait to be read.
#[derive(Default)]
struct Waiting {
    files: VecDeque<Wanted>,
    complete: bool,
    /// How many threads wait. To wake somebody costs a call to the system even when nobody sleeps.
    idle: usize,
}

/// Reads files in the background while more are found.
pub(super) struct Reader<'scope, 'env> {
    scope: &'scope std::thread::Scope<'scope, 'env>,
    shared: &'env Shared<'env>,
    threads: usize,
    workers: Vec<std::thread::ScopedJoinHandle<'scope, Vec<(usize, Reading)>>>,
    /// Found, and not yet handed over.
    found: Vec<Wanted>,
    /// How many were found, and how many of them are archives.
    count: usize,
    archives: usize,
}

/// What the threads of one [`Reader`] share.
pub(super) struct Shared<'a> {
    templates: Option<&'a super::OnTemplate<'a>>,
    late: Option<Late>,
    waiting: Mutex<Waiting>,
    changed: Condvar,
    left: AtomicU64,
    left_early: AtomicU64,
    limits: ArchiveLimits,
}

impl<'a> Shared<'a> {
    /// For the files of one folder.
    pub(super) fn new(context: &Context<'a>) -> Self {
        let limits = context.limits;
        Self {
            templates: context.templates,
            late: context.late.clone(),
            waiting: Mutex::default(),
            changed: Condvar::new(),
            left: AtomicU64::new(limits.total),
            left_early: AtomicU64::new(ALL_EARLY.min(limits.unpacked)),
            limits,
        }
    }

    fn read(&self, file: &Wanted) -> Reading {
        let mut contents = self.contents(&file.path, file.may_wait, &self.left)?;
        if is_archive(&file.path) {
            contents.unpacked = self.unpack(contents.data.shared());
        }
        if let Some(tell) = self.templates
            && file.is_template
        {
            tell(contents.data.shared());
        }
        Ok(contents)
    }

    /// As [`Reader`] has it read, with other bounds.
    pub(super) fn look(&self, path: &Path, inner: &str, left: &AtomicU64) -> Reading {
        self.contents(path, self.may_wait(inner), left)
    }

    fn may_wait(&self, inner: &str) -> bool {
        self.late.as_ref().is_some_and(|late| late.may_wait(inner))
    }

    fn contents(&self, path: &Path, may_wait: bool, left: &AtomicU64) -> Reading {
        let (file, status) = open(path)?;
        take(left, status.len())?;
        let data = match &self.late {
            Some(late) if may_wait && status.is_file() && Late::is_large(status.len()) => {
                late.bytes(path, &status)
            }
            _ => unmarked(whole(file, &status, left)?).into(),
        };
        Ok(Contents { data, status, unpacked: None })
    }

    /// What is in an archive, if that is little.
    fn unpack(&self, data: &Arc<[u8]>) -> Option<Unpacked> {
        let most = EARLY.min(self.limits.total).min(self.limits.unpacked);
        take(&self.left_early, most).ok()?;
        let limits = ArchiveLimits { total: most, ..self.limits };
        let unpacked = archive::unpack_kept(data, &limits, self.late.as_ref()).ok();
        let used = unpacked.as_ref().map_or(0, |unpacked| unpacked.bytes);
        self.left_early.fetch_add(most.saturating_sub(used), Ordering::Relaxed);
        unpacked
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn work(&self) -> Vec<(usize, Reading)> {
        let mut done = Vec::new();
        let mut handful = Vec::with_capacity(HANDFUL);
        loop {
            let mut waiting = self.waiting();
            while waiting.files.is_empty() {
                if waiting.complete {
                    return done;
                }
                waiting.idle += 1;
                waiting = self.changed.wait(waiting).unwrap_or_else(PoisonError::into_inner);
                waiting.idle -= 1;
            }
            while handful.len() < HANDFUL
                && let Some(next) = waiting.files.pop_front()
            {
                let archive = is_archive(&next.path);
                handful.push(next);
                if archive {
                    break;
                }
            }
            drop(waiting);
            done.extend(handful.drain(..).map(|file| (file.number, self.read(&file))));
        }
    }
}

impl<'scope, 'env> Reader<'scope, 'env> {
    /// Reads nothing yet.
    pub(super) fn new(
        scope: &'scope std::thread::Scope<'scope, 'env>,
        shared: &'env Shared<'env>,
        threads: usize,
    ) -> Self {
        Self { scope, shared, threads, workers: Vec::new(), found: Vec::new(), count: 0, archives: 0 }
    }

    /// Has a file read, some time until [`Reader::finish`]; `inner` is its path inside the chart.
    pub(super) fn add(&mut self, path: PathBuf, inner: &str) {
        self.archives += usize::from(is_archive(&path));
        self.found.push(Wanted {
            number: self.count,
            path,
            is_template: is_template(inner),
            may_wait: self.shared.may_wait(inner),
        });
        self.count += 1;
        // Unpacking an archive takes as long as reading many files.
        let worth = self.count > WORTH_A_THREAD && self.found.len() >= HANDFUL || self.archives > 1;
        if self.threads > 1 && worth {
            self.hand_over();
        }
    }

    fn hand_over(&mut self) {
        while self.workers.len() + 1 < self.threads {
            let shared = self.shared;
            let worker = std::thread::Builder::new().name("reader".to_owned()).stack_size(STACK);
            match worker.spawn_scoped(self.scope, || {
                together::make_room(ROOM);
                shared.work()
            }) {
                Ok(worker) => self.workers.push(worker),
                Err(_) => self.threads = self.workers.len() + 1,
            }
        }
        if !self.workers.is_empty() {
            let mut waiting = self.shared.waiting();
            waiting.files.extend(self.found.drain(..));
            let idle = waiting.idle > 0;
            drop(waiting);
            if idle {
                self.shared.changed.notify_one();
            }
        }
    }

    /// What was read, in the order in which it was added.
    pub(super) fn finish(self) -> Vec<Reading> {
        {
            let mut waiting = self.shared.waiting();
            waiting.files.extend(self.found);
            waiting.complete = true;
        }
        self.shared.changed.notify_all();
        let mut done = self.shared.work();
        for worker in self.workers {
            match worker.join() {
                Ok(more) => done.extend(more),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        done.sort_unstable_by_key(|(number, _)| *number);
        done.into_iter().map(|(_, reading)| reading).collect()
    }
}
