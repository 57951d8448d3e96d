//! Templates that other threads execute, from the far end of their order, while the first thread executes them from
//! the near one.
//!
//! A template can tell which ones were executed before it by what they changed: `set`, `unset` and `merge` change
//! maps that all templates of a chart see, those of its subcharts, and the release. So the other threads execute on
//! copies of the values as they were at the start, and what they print counts only while nobody changed anything: the
//! first thread goes through all templates in Go's order, takes what was printed aside, executes what was not, and
//! goes on alone from the first change that one of its own templates makes. A template that fails aside, asks for
//! something, or changes what others see is left to the first thread. So output, questions, errors and what is
//! charged are those of one thread. Only `render.memory` is about the process, and counts what all threads hold.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::JoinHandle;

use bytes::Bytes;
use chart::File;
use gotmpl::{Budget, Spent};
use govalue::{Map, Snapshot, Value};

use crate::capabilities::Capabilities;
use crate::context::{Common, Place, ReleaseOptions, Renderable, VALUES, put_below, values_below};
use crate::execute::{RenderOptions, Session, dot, finished, is_executed};
use crate::functions;

/// Templates with less text than this together are executed before a thread would have begun.
const WORTH_A_THREAD: usize = 64 << 10;

/// So many threads at most: each has a copy of the values.
const MOST: usize = 3;

/// Of a thread. Only pages that are used are ever there.
const STACK: usize = 128 << 20;

/// How deep templates may call each other on such a stack, with 128 KiB for a level as the command line has it; deeper
/// ones are left to the first thread.
const DEPTH: u32 = (STACK >> 17) as u32;

/// Threads go on while the process holds no more than this part of what it may hold: what the first thread executes by
/// itself must not fail for the others.
const MEMORY: u64 = 8;

/// What a thread is likely to need.
const ROOM: usize = 512 << 10;

/// What is larger is left to the first thread, so that only one is made at a time: a dict whose key is all that a
/// template sees, with every file of the chart in it.
const PIECE: u64 = 4 << 20;

/// So often a thread begins anew with the values as they were, after a template has changed its copy.
const COPIES: usize = 4;

/// What a template printed.
pub(crate) struct Printed {
    /// The text, `<no value>` taken out.
    pub(crate) text: Bytes,
    /// What its execution used up.
    pub(crate) spent: Spent,
}

/// So often a thread looks for what is about to be there before it sleeps: to sleep and to be woken takes longer than
/// most templates.
const LOOKS: usize = 200;

/// Threads that execute templates. They are told to stop and waited for when it goes.
pub(crate) struct Aside {
    board: Arc<Board>,
    threads: Vec<JoinHandle<()>>,
}

/// Who executes what.
struct Board {
    /// What the templates define, once it is known.
    set: OnceLock<gotmpl::Shared>,
    /// The first template that the first thread has not come to, and the first of those that other threads have begun.
    open: Mutex<Range<usize>>,
    /// What became of those, once they ended: what they printed, or nothing.
    ended: Vec<OnceLock<Option<Printed>>>,
    /// Whether nobody wants anything any more.
    stop: Arc<AtomicBool>,
    /// How many threads sleep until something changes. To wake them costs a call to the system even when none does.
    asleep: Mutex<usize>,
    changed: Condvar,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Board {
    /// Waits for something that another thread tells of with [`Board::tell`].
    fn wait<T>(&self, look: impl Fn() -> Option<T>) -> T {
        for _ in 0..LOOKS {
            if let Some(found) = look() {
                return found;
            }
            std::thread::yield_now();
        }
        let mut asleep = lock(&self.asleep);
        *asleep += 1;
        loop {
            if let Some(found) = look() {
                *asleep -= 1;
                return found;
            }
            asleep = self.changed.wait(asleep).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Wakes those who wait; to be called after what they wait for.
    fn tell(&self) {
        if *lock(&self.asleep) > 0 {
            self.changed.notify_all();
        }
    }

    fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// What the templates define; nothing when nobody wants them executed any more.
    fn set(&self) -> Option<&gotmpl::Shared> {
        self.wait(|| if self.is_stopped() { Some(None) } else { self.set.get().map(Some) })
    }

    /// The next template from the far end.
    fn claim(&self) -> Option<Claim<'_>> {
        let mut open = lock(&self.open);
        if self.is_stopped() || open.is_empty() {
            return None;
        }
        open.end -= 1;
        Some(Claim { board: self, index: open.end, printed: None })
    }
}

/// A template that is being executed aside. However that ends, the first thread hears of it.
struct Claim<'b> {
    board: &'b Board,
    index: usize,
    printed: Option<Printed>,
}

impl Drop for Claim<'_> {
    fn drop(&mut self) {
        let _ = self.board.ended[self.index].set(self.printed.take());
        self.board.tell();
    }
}

impl Aside {
    /// Begins with threads, if they are worth while; `renderables` are in the order of their execution, and what they
    /// see is as it is before the first of them. Changes of it are counted from here on.
    pub(crate) fn begin(
        renderables: &[Renderable<'_>],
        charts: &[Place<'_>],
        options: &RenderOptions,
    ) -> Option<Self> {
        // Lint goes on after what would be an error, and tells.
        if options.threads < 2 || options.lint {
            return None;
        }
        let executed = || renderables.iter().filter(|template| is_executed(template));
        if executed().map(|template| template.text.len()).sum::<usize>() < WORTH_A_THREAD {
            return None;
        }
        let material = Arc::new(Material::of(executed(), charts, options)?);
        // Not only the first: of two charts with one name, the one above knows only one.
        charts.iter().for_each(|place| place.data.watch());
        let templates = material.templates.len();
        let board = Arc::new(Board {
            set: OnceLock::new(),
            open: Mutex::new(0..templates),
            ended: std::iter::repeat_with(OnceLock::new).take(templates).collect(),
            stop: Arc::default(),
            asleep: Mutex::default(),
            changed: Condvar::new(),
        });
        // They copy the values while the texts are being parsed.
        let mut threads = Vec::new();
        for _ in 1..options.threads.min(MOST + 1) {
            let (board, material) = (Arc::clone(&board), Arc::clone(&material));
            let thread = std::thread::Builder::new().name("aside".to_owned()).stack_size(STACK);
            let work = move || {
                chart::together::make_room(ROOM);
                material.execute(&board);
            };
            // Without it the others do its work.
            threads.extend(thread.spawn(work));
        }
        Some(Self { board, threads })
    }

    /// Tells what the templates define.
    pub(crate) fn may_begin(&self, set: gotmpl::Shared) {
        let _ = self.board.set.set(set);
        self.board.tell();
    }

    /// What a template has printed aside. Nothing when nobody began with it, or nothing can be said of it: then it is
    /// the caller's. To be called for all, in order.
    pub(crate) fn take(&self, index: usize) -> Option<&Printed> {
        let mut open = lock(&self.board.open);
        if index < open.end {
            open.start = index + 1;
            return None;
        }
        drop(open);
        self.board.wait(|| self.board.ended[index].get()).as_ref()
    }

    /// Tells the threads that nobody wants anything any more. They end soon, at the latest after the call that they are
    /// in.
    pub(crate) fn stop(&self) {
        self.board.stop.store(true, Ordering::Relaxed);
        self.board.tell();
    }
}

impl Drop for Aside {
    fn drop(&mut self) {
        self.stop();
        for thread in self.threads.drain(..) {
            // Should it have panicked, the first thread has executed what it left.
            let _ = thread.join();
        }
    }
}

/// All that is needed to execute templates, in a form that any thread may have.
struct Material {
    /// The root chart's values.
    values: Snapshot,
    /// Each before those below it.
    charts: Vec<Brought>,
    /// In the order of execution.
    templates: Vec<Template>,
    release: ReleaseOptions,
    capabilities: Capabilities,
    budget: Budget,
}

struct Template {
    path: String,
    base_path: String,
    chart: usize,
}

/// A chart of the tree.
struct Brought {
    name: String,
    parent: Option<usize>,
    metadata: Snapshot,
    files: Arc<[File]>,
    /// The first chart behind it that is not below it.
    end: usize,
    /// Its templates, by their place in the order.
    templates: Vec<usize>,
}

impl Material {
    /// `None` when there is something in it that cannot be copied.
    fn of<'a>(
        executed: impl Iterator<Item = &'a Renderable<'a>>,
        charts: &[Place<'_>],
        options: &RenderOptions,
    ) -> Option<Self> {
        let values = Snapshot::of(&charts.first()?.data.get("Values")?)?;
        let mut brought = Vec::with_capacity(charts.len());
        for (index, Place { chart, parent, data }) in charts.iter().enumerate() {
            brought.push(Brought {
                name: chart.name().to_owned(),
                parent: parent.map(|parent| parent as usize),
                metadata: Snapshot::of(&data.get("Chart")?)?,
                files: Arc::clone(&chart.files),
                end: index + 1,
                templates: Vec::new(),
            });
        }
        for index in (0..brought.len()).rev() {
            if let Some(parent) = brought[index].parent {
                brought[parent].end = brought[parent].end.max(brought[index].end);
            }
        }
        let mut templates = Vec::new();
        for Renderable { path, base_path, owner, .. } in executed {
            let chart = *owner as usize;
            brought[chart].templates.push(templates.len());
            templates.push(Template { path: path.clone(), base_path: base_path.clone(), chart });
        }
        let depth = options.budget.depth.min(DEPTH);
        let mut budget = options.budget.clone().with_depth(depth).in_pieces_of(PIECE);
        budget.memory.limit /= MEMORY;
        let (release, capabilities) = (options.release.clone(), options.capabilities.clone());
        Some(Self { values, charts: brought, templates, release, capabilities, budget })
    }

    /// Executes templates until there are none left that nobody began.
    fn execute(&self, board: &Board) {
        let mut data = self.data();
        let functions = functions::table();
        let Some(shared) = board.set() else { return };
        let mut set = shared.set(functions);
        let mut session = Session::aside(self.charts.len() > 1);
        let mut out = Vec::new();
        let mut copies = COPIES;
        // One for all: to look how much memory is in use costs more than most templates.
        let mut budget = self.budget.clone().until(Arc::clone(&board.stop));
        while let Some(mut claim) = board.claim() {
            let dot = self.dot(&data, claim.index);
            let left = budget.clone();
            let before = Map::changes();
            session.asked = false;
            sprig::regex::begin();
            out.clear();
            let path = &self.templates[claim.index].path;
            let result = set.execute(path, &dot, &mut out, &mut session, &mut budget);
            let changed = Map::changes() != before;
            if result.is_ok() && !session.asked && !changed {
                let spent = budget.spent(&left);
                claim.printed = Some(Printed { text: finished(&mut out), spent });
            }
            if changed {
                copies -= 1;
                if copies == 0 {
                    return;
                }
                data = self.data();
            }
        }
    }

    /// What the templates of each chart see, as it is before the first of them.
    fn data(&self) -> Vec<Map> {
        let common = Common::new(&self.release, &self.capabilities);
        let mut data: Vec<Map> = Vec::with_capacity(self.charts.len());
        for chart in &self.charts {
            let parent = chart.parent.map(|parent| data[parent].clone());
            let values = match &parent {
                Some(parent) => values_below(parent, &chart.name),
                None => {
                    self.values.value().as_map().map_or_else(Map::new, |values| values.with_type(&VALUES))
                }
            };
            let own = common.data(chart.metadata.value(), &chart.files, values);
            if let Some(parent) = parent {
                put_below(&parent, &chart.name, &own);
            }
            data.push(own);
        }
        data.iter().for_each(Map::watch);
        data
    }

    /// What a template sees as `.` when all before it were executed.
    fn dot(&self, data: &[Map], index: usize) -> Value {
        let Template { path, base_path, chart } = &self.templates[index];
        // Of a subchart it can tell which of its templates was the last one.
        let below = chart + 1..self.charts[*chart].end;
        for (data, Brought { templates, .. }) in data[below.clone()].iter().zip(&self.charts[below]) {
            match templates.partition_point(|&other| other < index).checked_sub(1) {
                Some(last) => {
                    let Template { path, base_path, .. } = &self.templates[templates[last]];
                    dot(data, path, base_path);
                }
                None => drop(data.remove("Template")),
            }
        }
        dot(&data[*chart].with_type(&VALUES), path, base_path)
    }
}
