//! A directory → what is in it, listed and read on several threads.
//!
//! The threads only look: of what they found nothing is told and nobody is asked, and links are not followed. All
//! of that is left to [`directory`](super::directory()), which goes through what was found by name, and meets what
//! could not be listed or read where it stands. So nothing but time depends on the threads.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::ignore::Rules;
use super::opened::{At, Kind, Opened, is_archive};
use super::reader::{Reading, Scratch, Shared, is_template};
use crate::together;

/// How deep directories may lie; the system's limit on paths is near.
const MAX_DEPTH: usize = 512;

/// So many files are read by one thread before a second would have begun.
const WORTH_A_THREAD: usize = 16;

/// More threads than that only wait for each other in the system.
const MOST_THREADS: usize = 8;

/// So many files of one directory are read by the thread that listed it, and by every other that helps.
const HANDFUL: usize = 16;

/// What a thread is likely to need for what it reads.
const ROOM: usize = 512 << 10;

/// Of a thread, which lists, reads, unpacks, and reads values that do not nest deeply.
const STACK: usize = 4 << 20;

/// A directory, or some of its files.
pub(super) struct Listing {
    pub(super) dir: Arc<Path>,
    /// By name.
    pub(super) items: Vec<Item>,
    /// Why there are no items.
    pub(super) failed: Option<Failure>,
}

/// What stands in a directory.
pub(super) enum Item {
    /// Something that `.helmignore` leaves out.
    Ignored,
    File(Named, Reading),
    /// A file that was not read so far.
    Unread(Named),
    /// What it holds is the listing of that number, unless nobody got to it.
    Directory(usize, Named),
    /// Here stand the items of the listing of that number.
    More(usize),
    Link(Named),
    /// Neither a file nor a directory.
    Irregular(Named),
}

/// A name in a directory.
pub(super) struct Named {
    pub(super) name: OsString,
    /// The path inside the chart.
    pub(super) inner: Arc<str>,
}

/// Why a directory was not listed.
pub(super) enum Failure {
    TooDeep,
    System(io::Error),
}

/// Directories that are listed, by number; the first is the chart's own.
#[derive(Default)]
pub(super) struct Listings(Vec<Option<Listing>>);

impl Listings {
    /// The listing of that number, when there is one and it was not taken before.
    pub(super) fn take(&mut self, number: usize) -> Option<Listing> {
        self.0.get_mut(number).and_then(Option::take)
    }
}

/// What one thread does at a time.
enum Task {
    /// Lists a directory and reads some of its files.
    Directory { number: usize, dir: PathBuf, inner: Arc<str>, depth: usize },
    /// Reads files of a directory.
    Files { number: usize, dir: Arc<Path>, files: Vec<Named> },
}

impl Task {
    /// Whether it leads to templates of the outermost chart, which somebody is told of.
    fn is_of_templates(&self) -> bool {
        match self {
            Self::Directory { inner, .. } => &**inner == "templates" || is_template(inner),
            Self::Files { files, .. } => files.first().is_some_and(|file| is_template(&file.inner)),
        }
    }
}

/// Tasks that wait.
#[derive(Default)]
struct Waiting {
    tasks: VecDeque<Task>,
    /// Tasks that wait or are worked on.
    open: usize,
    /// How many threads wait. To wake somebody costs a call to the system even when nobody sleeps.
    idle: usize,
}

/// A task that is being worked on: it is over even when its thread panics, and nobody waits for it.
struct Open<'o, 'f, 'a>(&'o Finder<'f, 'a>);

impl Drop for Open<'_, '_, '_> {
    fn drop(&mut self) {
        let mut waiting = self.0.waiting();
        waiting.open = waiting.open.saturating_sub(1);
        let wake = waiting.open == 0 && waiting.idle > 0;
        drop(waiting);
        if wake {
            self.0.changed.notify_all();
        }
    }
}

/// Lists a directory and everything below it.
pub(super) struct Finder<'f, 'a> {
    shared: &'f Shared<'a>,
    rules: &'f Rules,
    threads: usize,
    waiting: Mutex<Waiting>,
    changed: Condvar,
    /// The next number of a listing.
    next: AtomicUsize,
    /// How many entries and archives were met.
    entries: AtomicUsize,
    archives: AtomicUsize,
    /// With more entries than that nothing more is listed.
    most: usize,
}

impl<'f, 'a> Finder<'f, 'a> {
    pub(super) fn new(shared: &'f Shared<'a>, rules: &'f Rules, threads: usize, most: usize) -> Self {
        Self {
            shared,
            rules,
            threads: threads.min(MOST_THREADS),
            waiting: Mutex::default(),
            changed: Condvar::new(),
            next: AtomicUsize::new(1),
            entries: AtomicUsize::new(0),
            archives: AtomicUsize::new(0),
            most,
        }
    }

    /// Everything below a directory, as far as that needs no link followed. What the threads did not get to, because
    /// there is too much, is missing.
    pub(super) fn all(&self, root: &Path) -> Listings {
        let task = Task::Directory { number: 0, dir: root.to_owned(), inner: Arc::from(""), depth: 0 };
        self.add(&mut vec![task]);
        let done = std::thread::scope(|scope| {
            let mut workers = Vec::new();
            let mut done = self.work(&mut || {
                if !workers.is_empty() || !self.is_worth_a_thread() {
                    return;
                }
                let here = together::Processor::current();
                for _ in 1..self.threads {
                    let worker = std::thread::Builder::new().name("reader".to_owned()).stack_size(STACK);
                    let work = move || {
                        here.avoid();
                        together::make_room(ROOM);
                        self.work(&mut || ())
                    };
                    workers.extend(worker.spawn_scoped(scope, work));
                }
                here.give_way();
                if !workers.is_empty() {
                    self.shared.has_help();
                }
            });
            for worker in workers {
                match worker.join() {
                    Ok(more) => done.extend(more),
                    Err(panic) => std::panic::resume_unwind(panic),
                }
            }
            done
        });
        let mut listings = Vec::new();
        listings.resize_with(self.next.load(Ordering::Relaxed), || None);
        for (number, listing) in done {
            if let Some(place) = listings.get_mut(number) {
                *place = Some(listing);
            }
        }
        Listings(listings)
    }

    /// One directory by itself, its files read by this thread.
    pub(super) fn one(&self, dir: &Path, inner: &Arc<str>, depth: usize) -> Listing {
        let mut scratch = Scratch::default();
        let (mut listing, opened) = self.list(dir.into(), inner, depth, None, &mut scratch);
        self.read(&mut listing, opened.as_ref(), &mut scratch);
        listing
    }

    fn is_worth_a_thread(&self) -> bool {
        self.threads > 1
            && (self.entries.load(Ordering::Relaxed) > WORTH_A_THREAD
                || self.archives.load(Ordering::Relaxed) > 1)
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, tasks: &mut Vec<Task>) {
        let count = tasks.len();
        if count == 0 {
            return;
        }
        let mut waiting = self.waiting();
        waiting.open += count;
        for task in tasks.drain(..) {
            // What is parsed while the rest is read comes first.
            if task.is_of_templates() {
                waiting.tasks.push_front(task)
            } else {
                waiting.tasks.push_back(task)
            }
        }
        let idle = waiting.idle;
        drop(waiting);
        for _ in 0..idle.min(count) {
            self.changed.notify_one();
        }
    }

    /// Works on tasks until all are done; `added` is called whenever there are more than before.
    fn work(&self, added: &mut dyn FnMut()) -> Vec<(usize, Listing)> {
        let mut done = Vec::new();
        let mut scratch = Scratch::default();
        loop {
            let mut waiting = self.waiting();
            let task = loop {
                if let Some(task) = waiting.tasks.pop_front() {
                    break task;
                }
                if waiting.open == 0 {
                    return done;
                }
                waiting.idle += 1;
                waiting = self.changed.wait(waiting).unwrap_or_else(PoisonError::into_inner);
                waiting.idle -= 1;
            };
            drop(waiting);
            let open = Open(self);
            let (number, (mut listing, opened)) = match task {
                Task::Directory { number, dir, inner, depth } => {
                    let mut tasks = Vec::new();
                    let listed = self.list(dir.into(), &inner, depth, Some(&mut tasks), &mut scratch);
                    if !tasks.is_empty() {
                        self.add(&mut tasks);
                        added();
                    }
                    (number, listed)
                }
                Task::Files { number, dir, files } => {
                    let items = files.into_iter().map(Item::Unread).collect();
                    (number, (Listing { dir, items, failed: None }, None))
                }
            };
            self.read(&mut listing, opened.as_ref(), &mut scratch);
            drop(opened);
            done.push((number, listing));
            drop(open);
        }
    }

    /// Lists a directory. What others may do goes to `tasks`.
    fn list(
        &self,
        dir: Arc<Path>,
        prefix: &str,
        depth: usize,
        mut tasks: Option<&mut Vec<Task>>,
        scratch: &mut Scratch,
    ) -> (Listing, Option<Opened>) {
        let failed = |dir, failure| (Listing { dir, items: Vec::new(), failed: Some(failure) }, None);
        if depth > MAX_DEPTH {
            return failed(dir, Failure::TooDeep);
        }
        let (opened, mut names) = match Opened::list(Arc::clone(&dir), scratch.names()) {
            Ok(listed) => listed,
            Err(error) => return failed(dir, Failure::System(error)),
        };
        names.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        let before = self.entries.fetch_add(names.len(), Ordering::Relaxed);
        // Each of them may lead to as many again.
        let is_too_much = before.saturating_add(names.len()) > self.most;
        let mut items = Vec::with_capacity(names.len());
        let mut own = 0;
        let mut handful = Vec::new();
        let mut inner = String::from(prefix);
        if !prefix.is_empty() {
            inner.push('/');
        }
        let above = inner.len();
        for (name, kind) in names {
            inner.truncate(above);
            inner.push_str(&name.to_string_lossy());
            let named = |name| Named { name, inner: Arc::from(inner.as_str()) };
            // Whether a link is ignored depends on what it leads to.
            let is_ignored = kind != Kind::Link && self.rules.ignores(&inner, kind == Kind::Directory);
            if !is_ignored
                && kind == Kind::File
                && let Some(tasks) = &mut tasks
            {
                // An archive is unpacked, and the chart's own values may be long.
                let is_archive = is_archive(&name);
                let is_long = is_archive || depth == 0 && name == "values.yaml";
                self.archives.fetch_add(usize::from(is_archive), Ordering::Relaxed);
                if is_long || own >= HANDFUL {
                    if is_long || handful.len() >= HANDFUL {
                        self.hand_over(&dir, &mut handful, &mut items, tasks);
                    }
                    handful.push(named(name));
                    if is_long {
                        self.hand_over(&dir, &mut handful, &mut items, tasks);
                    }
                    continue;
                }
                own += 1;
            }
            if let Some(tasks) = &mut tasks {
                self.hand_over(&dir, &mut handful, &mut items, tasks);
            }
            items.push(match kind {
                _ if is_ignored => Item::Ignored,
                Kind::File => Item::Unread(named(name)),
                Kind::Link => Item::Link(named(name)),
                Kind::Other => Item::Irregular(named(name)),
                Kind::Directory => {
                    let mut number = usize::MAX;
                    if let Some(tasks) = &mut tasks
                        && !is_too_much
                    {
                        number = self.next.fetch_add(1, Ordering::Relaxed);
                        let (dir, inner) = (dir.join(&name), Arc::from(inner.as_str()));
                        tasks.push(Task::Directory { number, dir, inner, depth: depth + 1 });
                    }
                    Item::Directory(number, named(name))
                }
            });
        }
        if let Some(tasks) = tasks {
            self.hand_over(&dir, &mut handful, &mut items, tasks);
        }
        (Listing { dir, items, failed: None }, Some(opened))
    }

    /// Makes a task of some files.
    fn hand_over(
        &self,
        dir: &Arc<Path>,
        files: &mut Vec<Named>,
        items: &mut Vec<Item>,
        tasks: &mut Vec<Task>,
    ) {
        if !files.is_empty() {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            items.push(Item::More(number));
            tasks.push(Task::Files { number, dir: Arc::clone(dir), files: std::mem::take(files) });
        }
    }

    /// Reads what was not read of a listing, from the directory if that is open.
    fn read(&self, listing: &mut Listing, opened: Option<&Opened>, scratch: &mut Scratch) {
        let mut path;
        for item in &mut listing.items {
            if let Item::Unread(_) = item
                && let Item::Unread(named) = std::mem::replace(item, Item::Ignored)
            {
                let at = match opened {
                    Some(opened) => At::In(opened, &named.name),
                    None => {
                        path = listing.dir.join(&named.name);
                        At::Path(&path)
                    }
                };
                let reading = self.shared.read(at, &named.inner, scratch);
                *item = Item::File(named, reading);
            }
        }
    }
}
