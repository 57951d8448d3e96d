//! Templates that other threads execute while the first thread executes others.
//!
//! A template can tell which ones were executed before it by what they changed: `set`, `unset` and `merge` change
//! maps that other templates see. So the other threads execute on copies of the values, and what they print counts only
//! while nobody changed what a template sees: the first thread goes through all templates in Go's order, takes what was
//! printed aside, and executes what was not. A template that fails aside, asks for something, or changes what others see
//! is left to the first thread; but randomness that is as good in any order it gets, and the guard is asked when its
//! turn comes. So output, questions, errors and what is charged are those of one thread. Only
//! `render.memory` is about the process, and counts what all threads hold.
//!
//! The subcharts of an umbrella do not see each other: what a template changes in the values of its own chart is seen by
//! this chart, by those below it, and by the one above. So each of them is a [`Group`] with those below it, and after a
//! change of its values the other threads get a new copy of them, while they go on with the others. A change of anything
//! else that several charts see, such as the release, and the first thread goes on alone.
//!
//! The other threads begin at the far end of the order. Deeper templates of all charts are executed before the others:
//! where the first thread has been in a group that changed, what is left of it comes first, and where it has seen most
//! groups change, what comes after the change in others is not begun before that.

mod plan;

use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::JoinHandle;

use bytes::Bytes;
use chart::File;
use chart::together::{self, Processor};
use gotmpl::{Budget, Spent};
use govalue::{Map, Owner, Snapshot, Value};

use self::plan::{Plan, State};
use crate::capabilities::Capabilities;
use crate::context::{Common, Place, ReleaseOptions, Renderable, VALUES, put_below, values_below};
use crate::execute::{RenderOptions, Session, dot, finished, is_executed};
use crate::functions::{self, Later};
use crate::host::RandomAhead;

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

/// So many parts the values of all groups may have at any time, of five words each.
const PARTS: usize = 1 << 19;

/// So often a thread may copy all there is: it does so anew after a template has changed its copy, and after the first
/// thread has changed something.
const COPIES: usize = 8;

/// So often a group gets new values. Templates that go on changing them are left to the first thread.
const VERSIONS: u32 = 3;

/// What has more parts by then is left to the first thread, too.
const MOST_AGAIN: usize = 1 << 16;

/// Of an umbrella's templates, no more than one in so many are its own: those see all charts, and are left to the first
/// thread.
const OWN: usize = 8;

/// What a template printed.
pub(crate) struct Printed {
    /// The text, `<no value>` taken out.
    pub(crate) text: Bytes,
    /// What its execution used up.
    pub(crate) spent: Spent,
    /// What is still to be asked.
    pub(crate) later: Vec<Later>,
}

/// So often a thread looks for what is about to be there before it sleeps: to sleep and to be woken takes longer than
/// most templates.
const LOOKS: usize = 200;

/// Threads that execute templates. They are told to stop and waited for when it goes.
pub(crate) struct Aside {
    board: Arc<Board>,
    material: Arc<Material>,
    /// What the templates of each chart see.
    charts: Vec<Map>,
    threads: Vec<JoinHandle<()>>,
}

/// Who executes what.
struct Board {
    /// What the templates define, once it is known.
    set: OnceLock<gotmpl::Shared>,
    plan: Mutex<Plan>,
    /// What became of the templates that other threads have begun, once they ended: what they printed, or nothing.
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

    /// The next template that another thread may execute; nothing when there is none left.
    fn claim(&self, material: &Material) -> Option<Claim<'_>> {
        self.wait(|| {
            if self.is_stopped() {
                return Some(None);
            }
            let mut plan = lock(&self.plan);
            let Some(index) = plan.of_left(material).or_else(|| plan.of_all(material)) else {
                return if plan.has_passed_over { None } else { Some(None) };
            };
            let State { values, version, .. } = &plan.states[material.templates[index].group];
            let Some((values, version)) = values.clone().map(|values| (values, *version)) else {
                return Some(None);
            };
            plan.begun[index] = Some(version);
            Some(Some(Claim { board: self, index, values, version, printed: None }))
        })
    }
}

/// A template that is being executed aside. However that ends, the first thread hears of it.
struct Claim<'b> {
    board: &'b Board,
    index: usize,
    /// What it sees of its group, and the version of that.
    values: Arc<Snapshot>,
    version: u32,
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
    /// see is as it is before the first of them. Changes of it are told from here on.
    pub(crate) fn begin(
        renderables: &[Renderable<'_>],
        charts: &[Place<'_>],
        options: &RenderOptions,
        random: Option<RandomAhead>,
    ) -> Option<Self> {
        // Lint goes on after what would be an error, and tells.
        if options.threads < 2 || options.lint {
            return None;
        }
        let executed = || renderables.iter().filter(|template| is_executed(template));
        if executed().map(|template| template.text.len()).sum::<usize>() < WORTH_A_THREAD {
            return None;
        }
        let (material, states) = Material::of(executed(), charts, options)?;
        let material = Arc::new(material);
        watch(&material, charts);
        let templates = material.templates.len();
        let plan = Plan::new(&material, states)?;
        let board = Arc::new(Board {
            set: OnceLock::new(),
            plan: Mutex::new(plan),
            ended: std::iter::repeat_with(OnceLock::new).take(templates).collect(),
            stop: Arc::default(),
            asleep: Mutex::default(),
            changed: Condvar::new(),
        });
        let mut threads = Vec::new();
        let here = Processor::current();
        for _ in 1..options.threads.min(MOST + 1) {
            let (board, material) = (Arc::clone(&board), Arc::clone(&material));
            let thread = std::thread::Builder::new().name("aside".to_owned()).stack_size(STACK);
            let work = move || {
                here.avoid();
                together::make_room(ROOM);
                material.execute(&board, random);
            };
            // Without it the others do its work.
            threads.extend(thread.spawn(work));
        }
        here.give_way();
        let charts = charts.iter().map(|place| place.data.clone()).collect();
        Some(Self { board, material, charts, threads })
    }

    /// Tells what the templates define.
    pub(crate) fn may_begin(&self, set: gotmpl::Shared) {
        let _ = self.board.set.set(set);
        self.board.tell();
    }

    /// What a template has printed aside. Nothing when nobody began with it, or nothing can be said of it: then it is
    /// the caller's. To be called for all, in order.
    pub(crate) fn take(&self, index: usize) -> Option<&Printed> {
        let mut plan = lock(&self.board.plan);
        let is_more = plan.comes_to(index, &self.material);
        let begun = plan.begun[index];
        let version = plan.states[plan.current].version;
        drop(plan);
        if is_more {
            self.board.tell();
        }
        let is_current = begun? == version;
        is_current.then(|| self.board.wait(|| self.board.ended[index].get())).and_then(Option::as_ref)
    }

    /// Told after the first thread has executed a template whose maps it changed. False when templates may see now what
    /// the others cannot know: nothing that they print counts any more.
    #[must_use]
    pub(crate) fn knows(&self, changed: &[Owner]) -> bool {
        if changed.contains(&Owner::SEVERAL) {
            return false;
        }
        for (number, group) in self.material.groups.iter().enumerate() {
            if changed.contains(&of_rest(number)) {
                lock(&self.board.plan).close(number, &self.material);
            } else if changed.contains(&of_values(number)) {
                self.renew(number, group);
            }
        }
        true
    }

    /// Gives the others the values of a group as they are now, unless they are better left to the first thread.
    fn renew(&self, number: usize, group: &Group) {
        let mut plan = lock(&self.board.plan);
        let is_over = group.templates.last().is_none_or(|&last| last < plan.front);
        let State { values, version, .. } = &plan.states[number];
        let Some(values) = values.as_ref().filter(|_| !is_over && *version < VERSIONS) else {
            return plan.close(number, &self.material);
        };
        let room = MOST_AGAIN.min(PARTS - (plan.parts - values.parts()));
        drop(plan);
        let map = self.charts[group.charts.start].get("Values");
        let whole = map.as_ref().filter(|_| self.has_all(group));
        let snapshot = whole.and_then(|values| Snapshot::of_at_most(values, room));
        if let (Some(Value::Map(map)), Some(_)) = (map, &snapshot) {
            // What was put into them.
            map.watch_again(of_values(number));
        }
        let mut plan = lock(&self.board.plan);
        plan.close(number, &self.material);
        plan.parts += snapshot.as_ref().map_or(0, Snapshot::parts);
        plan.states[number].values = snapshot.map(Arc::new);
    }

    /// Whether the values of all charts of a group are still among those of its first one. A chart keeps its values
    /// when a template of the one above removes or replaces what is there under its name.
    fn has_all(&self, group: &Group) -> bool {
        group.charts.clone().skip(1).all(|index| {
            let Brought { name, parent, .. } = &self.material.charts[index];
            let found = parent.map(|parent| values_below(&self.charts[parent], name));
            let own = self.charts[index].get("Values");
            matches!((own, found), (Some(Value::Map(own)), Some(found)) if own.same(&found))
        })
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

/// Who owns the values of a group.
fn of_values(group: usize) -> Owner {
    Owner::numbered(2 * group)
}

/// Who owns what else only its templates see.
fn of_rest(group: usize) -> Owner {
    Owner::numbered(2 * group + 1)
}

/// Has the changes told of all that templates see.
fn watch(material: &Material, charts: &[Place<'_>]) {
    for key in ["Release", "Capabilities"] {
        if let Some(Value::Map(common)) = charts.first().and_then(|place| place.data.get(key)) {
            common.watch(Owner::SEVERAL);
        }
    }
    // The one above all has the values of the others among its own.
    for (number, group) in material.groups.iter().enumerate().rev() {
        if let Some(Value::Map(map)) = charts[group.charts.start].data.get("Values") {
            if material.is_above(number) {
                map.watch_rest(of_values(number))
            } else {
                map.watch(of_values(number))
            }
        }
        // Not only the first: of two charts with one name, the one above has only one among its `.Subcharts`.
        for place in &charts[group.charts.clone()] {
            place.data.watch_rest(of_rest(number));
        }
    }
}

/// All that is needed to execute templates, in a form that any thread may have.
struct Material {
    /// Each before those below it.
    charts: Vec<Brought>,
    groups: Vec<Group>,
    /// In the order of execution.
    templates: Vec<Template>,
    /// How many parts the values of all groups have.
    parts: usize,
    release: ReleaseOptions,
    capabilities: Capabilities,
    /// Whether something may be found in the cluster.
    lookup: bool,
    budget: Budget,
}

/// A chart and all below it, whose values no other chart sees but those above.
struct Group {
    charts: Range<usize>,
    /// Its templates, by their place in the order.
    templates: Vec<usize>,
}

struct Template {
    path: String,
    base_path: String,
    chart: usize,
    group: usize,
    /// Its place among those of its group.
    position: usize,
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
    /// `None` when there is nothing of it that can be copied for other threads.
    fn of<'t>(
        executed: impl Iterator<Item = &'t Renderable<'t>>,
        charts: &[Place<'_>],
        options: &RenderOptions,
    ) -> Option<(Self, Vec<State>)> {
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
            templates.push(Template {
                path: path.clone(),
                base_path: base_path.clone(),
                chart,
                group: 0,
                position: 0,
            });
        }
        let groups = groups(&brought, templates.len());
        for (number, group) in groups.iter().enumerate() {
            for (position, &index) in group.templates.iter().enumerate() {
                templates[index].group = number;
                templates[index].position = position;
            }
        }
        let depth = options.budget.depth.min(DEPTH);
        let mut budget = options.budget.clone().with_depth(depth).in_pieces_of(PIECE);
        budget.memory.limit /= MEMORY;
        let (release, capabilities) = (options.release.clone(), options.capabilities.clone());
        let mut material = Self {
            charts: brought,
            groups,
            templates,
            parts: 0,
            release,
            capabilities,
            lookup: options.lookup,
            budget,
        };
        let mut states = Vec::with_capacity(material.groups.len());
        for (number, group) in material.groups.iter().enumerate() {
            let mut values = None;
            if !material.is_above(number) && !group.templates.is_empty() {
                let own = charts[group.charts.start].data.get("Values")?;
                values = Snapshot::of_at_most(&own, PARTS - material.parts).map(Arc::new);
                material.parts += values.as_ref().map_or(0, |values| values.parts());
            }
            states.push(State::new(values));
        }
        states.iter().any(|state| state.values.is_some()).then_some((material, states))
    }

    /// Whether the chart of a group is above the others.
    fn is_above(&self, group: usize) -> bool {
        group == 0 && self.groups.len() > 1
    }

    /// Executes templates until there are none left that nobody began.
    fn execute(&self, board: &Board, random: Option<RandomAhead>) {
        let common = Common::new(&self.release, &self.capabilities);
        common.watch();
        let functions = functions::table();
        let Some(shared) = board.set() else { return };
        let mut set = shared.set(functions);
        let mut session = Session::aside(self.charts.len() > 1, self.lookup, random);
        let mut out = Vec::new();
        let mut room = COPIES * self.parts;
        // Those of the group that was last.
        let mut copy: Option<Copied> = None;
        // One for all: to look how much memory is in use costs more than most templates.
        let mut budget = self.budget.clone().until(Arc::clone(&board.stop));
        while let Some(mut claim) = board.claim(self) {
            let group = self.templates[claim.index].group;
            let known = copy.take().filter(|copy| copy.group == group && copy.version == claim.version);
            let current = match known {
                Some(copy) => copy,
                None => {
                    let Some(less) = room.checked_sub(claim.values.parts()) else { return };
                    room = less;
                    let data = self.data(group, &claim.values, &common);
                    Copied { group, version: claim.version, data }
                }
            };
            let dot = self.dot(group, &current.data, claim.index);
            let left = budget.clone();
            Map::changed();
            session.asked = false;
            session.later.clear();
            sprig::regex::begin();
            out.clear();
            let path = &self.templates[claim.index].path;
            let result = set.execute(path, &dot, &mut out, &mut session, &mut budget);
            let changed = Map::changed();
            if result.is_ok() && !session.asked && changed.is_empty() {
                let spent = budget.spent(&left);
                let later = std::mem::take(&mut session.later);
                claim.printed = Some(Printed { text: finished(&mut out), spent, later });
            }
            if changed.contains(&Owner::SEVERAL) {
                // What all of its copies have in common.
                return;
            }
            if changed.is_empty() {
                copy = Some(current);
            }
        }
    }

    /// What the templates of each chart of a group see with these values.
    fn data(&self, group: usize, values: &Snapshot, common: &Common) -> Vec<Map> {
        let charts = self.groups[group].charts.clone();
        let mut data: Vec<Map> = Vec::with_capacity(charts.len());
        for (index, chart) in charts.clone().zip(&self.charts[charts.clone()]) {
            let parent = chart.parent.filter(|_| index > charts.start);
            let parent = parent.map(|parent| data[parent - charts.start].clone());
            let values = match &parent {
                Some(parent) => values_below(parent, &chart.name),
                None => values.value().as_map().map_or_else(Map::new, |values| values.with_type(&VALUES)),
            };
            let own = common.data(chart.metadata.value(), &chart.files, values);
            if let Some(parent) = parent {
                put_below(&parent, &chart.name, &own);
            }
            data.push(own);
        }
        data.iter().for_each(|data| data.watch_rest(of_rest(group)));
        data
    }

    /// What a template sees as `.` when all before it were executed.
    fn dot(&self, group: usize, data: &[Map], index: usize) -> Value {
        let Template { path, base_path, chart, .. } = &self.templates[index];
        let first = self.groups[group].charts.start;
        // Of a subchart it can tell which of its templates was the last one.
        let below = chart + 1..self.charts[*chart].end;
        let maps = &data[below.start - first..below.end - first];
        for (data, Brought { templates, .. }) in maps.iter().zip(&self.charts[below]) {
            match templates.partition_point(|&other| other < index).checked_sub(1) {
                Some(last) => {
                    let Template { path, base_path, .. } = &self.templates[templates[last]];
                    dot(data, path, base_path);
                }
                None => drop(data.remove("Template")),
            }
        }
        dot(&data[chart - first].with_type(&VALUES), path, base_path)
    }
}

/// What templates of one group see, on one thread.
struct Copied {
    group: usize,
    version: u32,
    /// `.` of each chart.
    data: Vec<Map>,
}

/// All charts as one group, or each subchart of an umbrella with those below it. `templates` says how many there are.
fn groups(charts: &[Brought], templates: usize) -> Vec<Group> {
    let group = |charts_of: Range<usize>| {
        let mut templates: Vec<usize> =
            charts[charts_of.clone()].iter().flat_map(|chart| chart.templates.iter().copied()).collect();
        templates.sort_unstable();
        Group { charts: charts_of, templates }
    };
    let tops = || charts.iter().enumerate().filter(|(_, chart)| chart.parent == Some(0));
    let own = charts.first().map_or(0, |chart| chart.templates.len());
    if tops().count() < 2 || own > templates / OWN {
        return vec![group(0..charts.len())];
    }
    let below = tops().map(|(index, chart)| group(index..chart.end));
    std::iter::once(group(0..1)).chain(below).collect()
}
