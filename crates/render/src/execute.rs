//! Templates → rendered files.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use bytes::Bytes;
use chart::{ResolvedChart, together};
use foldhash::{HashMap, HashMapExt as _};
use gotmpl::{Budget, Functions, MissingKey, Parsed, Passage, Set};
use govalue::{Map, Owner, Value};

use crate::ahead::Ahead;
use crate::aside::Aside;
use crate::authors::Authors;
use crate::capabilities::Capabilities;
use crate::context::{ReleaseOptions, Renderable, Templates, templates};
use crate::error::RenderError;
use crate::functions::{self, ask_later};
use crate::host::{Host, RandomAhead};
use crate::manifest::base_name;
use crate::strict::NoHost;
use crate::{Notice, RenderedFiles};

/// The set's own name, which shows in error texts.
const SET_NAME: &str = "gotpl";

/// The value of [`RenderOptions::templates`] when nobody says another.
pub const TEMPLATES: usize = 32 << 20;

/// What rendering takes beside the chart and its values.
#[derive(Debug, Clone)]
pub struct RenderOptions {
    /// What `.Release` says.
    pub release: ReleaseOptions,
    /// What `.Capabilities` says.
    pub capabilities: Capabilities,
    /// Whether `getHostByName` is switched on, as Helm has it. Without it a denied question has an empty answer.
    pub enable_dns: bool,
    /// Whether `lookup` may ask at all; without it the answer is empty, as in Helm without a cluster.
    pub lookup: bool,
    /// Keep the NOTES of subcharts.
    pub subchart_notes: bool,
    /// `required` and `fail` only leave a notice, as in Helm's lint.
    pub lint: bool,
    /// Steps and depth that templates may use.
    pub budget: Budget,
    /// `render.templates`: bytes of text that all templates together may have. Parsed, they take several times that.
    pub templates: usize,
    /// How many threads may parse and execute templates. What they print, ask and report does not depend on it.
    pub threads: usize,
    /// Who began to parse the templates while the chart was being loaded.
    pub ahead: Option<Arc<Ahead>>,
    /// Who has the chart rendered, where that is not the user: all that its templates ask, they ask in this name.
    pub on_behalf_of: Option<guard::Actor>,
}

/// What the functions of one render share: the host, the guard, and what has been counted.
pub(crate) struct Session {
    pub(crate) host: Box<dyn Host>,
    pub(crate) guard: guard::Guard,
    /// The actor of each owner, in the order of [`crate::context::Templates::owners`].
    pub(crate) actors: Vec<guard::Actor>,
    /// Who wrote what `tpl` executes.
    pub(crate) authors: Authors,
    pub(crate) enable_dns: bool,
    pub(crate) lookup: bool,
    pub(crate) lint: bool,
    /// How often each name is being included right now.
    pub(crate) included: HashMap<govalue::Str, u32>,
    pub(crate) notices: Vec<Notice>,
    /// Whether this is a thread where nothing can be asked.
    pub(crate) aside: bool,
    /// Whether something was asked there: what came of it does not count.
    pub(crate) asked: bool,
    /// Randomness there, and what the guard must be asked because of it.
    pub(crate) random_ahead: Option<RandomAhead>,
    pub(crate) later: Vec<functions::Later>,
}

impl Session {
    /// For a thread where nothing can be asked.
    pub(crate) fn aside(several_charts: bool, lookup: bool, random_ahead: Option<RandomAhead>) -> Self {
        Self {
            random_ahead,
            host: Box::new(NoHost),
            guard: guard::Guard::new(guard::Policy::builder().build()),
            actors: Vec::new(),
            authors: Authors::unasked(several_charts),
            enable_dns: false,
            lookup,
            lint: false,
            included: HashMap::new(),
            notices: Vec::new(),
            aside: true,
            asked: false,
            later: Vec::new(),
        }
    }

    /// Randomness for threads where nothing can be asked, if all charts may have it.
    fn random_for_others(&self) -> Option<RandomAhead> {
        let permit = self.guard.ahead(&self.actors, guard::Question::random("randAlphaNum"))?;
        self.host.random_ahead(permit)
    }

    fn new(
        host: Box<dyn Host>,
        guard: guard::Guard,
        actors: Vec<guard::Actor>,
        authors: Authors,
        options: &RenderOptions,
    ) -> Self {
        Self {
            host,
            guard,
            actors,
            authors,
            enable_dns: options.enable_dns,
            lookup: options.lookup,
            lint: options.lint,
            included: HashMap::new(),
            notices: Vec::new(),
            aside: false,
            asked: false,
            random_ahead: None,
            later: Vec::new(),
        }
    }
}

/// What a render gives, besides the files, whether it succeeded or not.
pub struct Rendered {
    /// The rendered files, or why there are none.
    pub files: Result<RenderedFiles, RenderError>,
    /// The guard with its audit list.
    pub guard: guard::Guard,
    /// What Helm would log on the way.
    pub notices: Vec<Notice>,
    /// What is of no more use. To drop it takes time, which a process that is about to end need not spend.
    pub remains: Remains,
}

/// What was made for a render and is left of it.
pub struct Remains {
    _set: Set,
    _functions: Rc<Functions>,
    _aside: Option<Aside>,
}

/// Executes every template of a chart.
///
/// `provenance` says where the root chart came from, for grants that hold for a source. Same inputs and same answers of the host give the same bytes.
pub fn execute(
    chart: &ResolvedChart,
    options: RenderOptions,
    host: Box<dyn Host>,
    guard: guard::Guard,
    provenance: &guard::Provenance,
) -> Rendered {
    let Templates { renderables, mut owners, authors, charts } =
        templates(chart, &options.release, &options.capabilities, provenance);
    if let Some(actor) = &options.on_behalf_of {
        owners.fill(actor.clone());
    }
    let mut session = Session::new(host, guard, owners, authors, &options);
    let functions = functions::table();
    let mut set = Set::new(SET_NAME, Rc::clone(&functions), MissingKey::Zero);
    let watch = session.host.watch();
    let aside = match watch {
        Some(_) => None,
        None => Aside::begin(&renderables, &charts, &options, session.random_for_others()),
    };
    set.watch(watch);
    let files = step(&mut set, "parse", |set| parse(set, &functions, &renderables, &options))
        .and_then(|()| {
            step(&mut set, "execute", |set| {
                run(set, &renderables, options.budget, &mut session, aside.as_ref())
            })
        })
        .map(|mut files| {
            let notes = take_notes(&mut files, chart, options.subchart_notes);
            RenderedFiles { files, notes }
        });
    if let Some(aside) = &aside {
        aside.stop();
    }
    let remains = Remains { _set: set, _functions: functions, _aside: aside };
    Rendered { files, guard: session.guard, notices: session.notices, remains }
}

/// Does a part of the work, and tells the one who watches.
fn step<T>(set: &mut Set, name: &'static str, work: impl FnOnce(&mut Set) -> T) -> T {
    let watched = set.enter(Passage::Step(name));
    let done = work(set);
    if watched {
        set.leave();
    }
    done
}

/// Texts below this size together are parsed before a second thread would have begun.
const WORTH_THREADS: usize = 64 << 10;

fn parse(
    set: &mut Set,
    functions: &Functions,
    renderables: &[Renderable<'_>],
    options: &RenderOptions,
) -> Result<(), RenderError> {
    // Umbrella charts bring a copy of the same library with each of their charts: a text is parsed once.
    struct Text<'a>(&'a str, &'a Arc<[u8]>, u32);
    let mut firsts: HashMap<&[u8], usize> = HashMap::new();
    let mut texts = Vec::new();
    let mut places = Vec::with_capacity(renderables.len());
    for it in renderables {
        let place = firsts.entry(&**it.text).or_insert_with(|| {
            texts.push(Text(&it.path, it.text, it.owner));
            texts.len() - 1
        });
        places.push(*place);
    }
    let size: usize = texts.iter().map(|Text(_, text, _)| text.len()).sum();
    let all: usize = renderables.iter().map(|it| it.text.len()).sum();
    if all > options.templates {
        let limit = options.templates as u64;
        return Err(RenderError::Limit(gotmpl::LimitError { name: "render.templates", limit }));
    }
    let ahead = options.ahead.as_ref().map(|ahead| ahead.finish()).unwrap_or_default();
    let threads = if size < WORTH_THREADS { 1 } else { options.threads };
    let parse = |path: &str, text: &Arc<[u8]>, owner| Parsed::new(path, Arc::clone(text), owner, functions);
    // Most are the very texts that were told: to compare addresses is less than to read them all again.
    let told: HashMap<usize, &Parsed> =
        ahead.iter().map(|(text, parsed)| (text.as_ptr().addr(), parsed)).collect();
    let find = |text: &Arc<[u8]>| told.get(&text.as_ptr().addr()).copied().or_else(|| ahead.get(text));
    let parsed = together::map(threads, &texts, |Text(path, text, owner)| match find(text) {
        Some(parsed) => parsed.renamed(path, *owner).map_or_else(|| parse(path, text, *owner), Ok),
        None => parse(path, text, *owner),
    });
    // In the order in which Helm parses: the first error counts.
    for (it, place) in renderables.iter().zip(places) {
        let refused = |error: &_| RenderError::parse(&it.path, error);
        let first = parsed[place].as_ref().map_err(refused)?;
        let own =
            if texts[place].0 == it.path { Some(first.clone()) } else { first.renamed(&it.path, it.owner) };
        set.add(match own {
            Some(parsed) => parsed,
            None => parse(&it.path, it.text, it.owner).map_err(|error| refused(&error))?,
        });
    }
    Ok(())
}

/// Whether a template is executed by itself, and not only for what it defines.
pub(crate) fn is_executed(template: &Renderable<'_>) -> bool {
    !base_name(&template.path).starts_with('_')
}

fn run(
    set: &mut Set,
    renderables: &[Renderable<'_>],
    mut budget: Budget,
    session: &mut Session,
    mut aside: Option<&Aside>,
) -> Result<BTreeMap<String, Bytes>, RenderError> {
    let mut files = BTreeMap::new();
    let mut out = Vec::new();
    if let Some(aside) = aside {
        aside.may_begin(set.share());
    }
    Map::changed();
    for (index, template) in renderables.iter().filter(|template| is_executed(template)).enumerate() {
        session.host.begins(&template.path);
        let dot = dot(&template.data, &template.path, &template.base_path);
        // What has just changed only this chart and those above see, unless a template has put it elsewhere.
        if Map::changed().contains(&Owner::SEVERAL) {
            aside.take().inspect(|aside| aside.stop());
        }
        let printed = aside.and_then(|aside| aside.take(index));
        let before = budget.clone();
        // When there is not as much left, or not all of it is allowed, it is executed up to where that shows.
        let printed = printed
            .filter(|printed| budget.spend(printed.spent).is_ok() && ask_later(session, &printed.later));
        if let Some(printed) = printed {
            files.insert(template.path.clone(), printed.text.clone());
            continue;
        }
        budget = before;
        // What it costs must not depend on what this thread compiled before.
        sprig::regex::begin();
        set.execute(&template.path, &dot, &mut out, session, &mut budget).map_err(RenderError::execute)?;
        let changed = Map::changed();
        if !changed.is_empty() && !aside.is_none_or(|aside| aside.knows(&changed)) {
            aside.take().inspect(|aside| aside.stop());
        }
        files.insert(template.path.clone(), finished(&mut out));
    }
    Ok(files)
}

/// What a template printed, as it is kept; `out` is empty then.
pub(crate) fn finished(out: &mut Vec<u8>) -> Bytes {
    /// From here on a copy costs more than to begin anew, and both at once take memory.
    const LARGE: usize = 256 << 10;
    if out.len() >= LARGE && find(out, NO_VALUE).is_none() {
        return std::mem::take(out).into();
    }
    let text = without_no_value(out).into();
    if out.capacity() < LARGE {
        out.clear()
    } else {
        *out = Vec::new()
    }
    text
}

/// What a template sees as `.`; from here on `.Template` is about it.
pub(crate) fn dot(data: &Map, path: &str, base_path: &str) -> Value {
    let about = Map::typed(&crate::context::VALUES);
    about.insert("Name", path);
    about.insert("BasePath", base_path);
    // Templates of charts above can see it, too.
    about.watch(Owner::SEVERAL);
    data.insert("Template", about);
    Value::Map(data.clone())
}

/// Who printed what in one file: a render from the start up to that file.
///
/// Answers `None` unless the file comes out with the same bytes as `printed`: the caller says with `host` what the
/// templates are told, and only with the answers of the render before does this one speak of it. `chart` must be
/// resolved anew, because templates change values.
pub fn trace(
    chart: &ResolvedChart,
    options: RenderOptions,
    host: Box<dyn Host>,
    guard: guard::Guard,
    provenance: &guard::Provenance,
    (path, printed): (&str, &[u8]),
) -> Option<gotmpl::Trace> {
    let Templates { renderables, owners, authors, .. } =
        templates(chart, &options.release, &options.capabilities, provenance);
    let mut session = Session::new(host, guard, owners, authors, &options);
    let functions = functions::table();
    let mut set = Set::new(SET_NAME, Rc::clone(&functions), MissingKey::Zero);
    parse(&mut set, &functions, &renderables, &options).ok()?;
    let mut budget = options.budget;
    let mut out = Vec::new();
    for template in renderables.iter().filter(|template| is_executed(template)) {
        out.clear();
        sprig::regex::begin();
        let dot = dot(&template.data, &template.path, &template.base_path);
        if template.path != path {
            set.execute(&template.path, &dot, &mut out, &mut session, &mut budget).ok()?;
            continue;
        }
        let (result, trace) = set.execute_traced(&template.path, &dot, &mut out, &mut session, &mut budget);
        result.ok()?;
        // Lines are the same with and without the words that are taken out.
        return (without_no_value(&out) == printed).then_some(trace);
    }
    None
}

const NO_VALUE: &[u8] = b"<no value>";

/// Go prints `<no value>` for what is missing; Helm removes the words wherever they stand.
pub(crate) fn without_no_value(text: &[u8]) -> Vec<u8> {
    let mut kept = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = find(rest, NO_VALUE) {
        kept.extend_from_slice(&rest[..at]);
        rest = &rest[at + NO_VALUE.len()..];
    }
    kept.extend_from_slice(rest);
    kept
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    memchr::memmem::find(haystack, needle)
}

/// Takes every file that ends in `NOTES.txt` out, and keeps the root chart's, or all of them.
fn take_notes(files: &mut BTreeMap<String, Bytes>, chart: &ResolvedChart, subcharts: bool) -> Vec<u8> {
    let own = format!("{}/templates/NOTES.txt", chart.name());
    let mut notes = Vec::new();
    files.retain(|path, content| {
        if !path.ends_with("NOTES.txt") {
            return true;
        }
        if subcharts || *path == own {
            if !notes.is_empty() {
                notes.push(b'\n');
            }
            notes.extend_from_slice(content);
        }
        false
    });
    notes
}

/// Executes a template of the user's own, such as `--name-template`: Sprig's and Helm's functions, answered
/// by the host without restriction.
///
/// # Errors
/// Go's text for what cannot be parsed or executed.
pub fn execute_own(name: &str, text: &str, data: &Value, host: Box<dyn Host>) -> Result<Vec<u8>, String> {
    let mut session = Session {
        host,
        guard: guard::Guard::new(guard::Policy::builder().build()),
        actors: vec![guard::Actor::chart(name)],
        authors: Authors::default(),
        enable_dns: false,
        lookup: false,
        lint: false,
        included: HashMap::new(),
        notices: Vec::new(),
        aside: false,
        asked: false,
        random_ahead: None,
        later: Vec::new(),
    };
    let mut set = Set::new(name, functions::table(), MissingKey::Default);
    set.parse(name, text.as_bytes(), 0).map_err(|error| error.to_string())?;
    let mut out = Vec::new();
    set.execute(name, data, &mut out, &mut session, &mut Budget::default())
        .map_err(|error| error.to_string())?;
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::{finished, without_no_value};

    #[test]
    fn no_value_disappears_wherever_it_stands() {
        assert_eq!(without_no_value(b"a<no value>b<no value><no value"), b"ab<no value");
    }

    #[test]
    fn what_is_finished_is_the_same_at_any_size() {
        for size in [0, 10, 300 << 10] {
            for words in ["", "<no value>"] {
                let mut out = format!("{}{words}", "x".repeat(size)).into_bytes();
                assert_eq!(finished(&mut out), "x".repeat(size));
                assert!(out.is_empty());
            }
        }
    }
}
