//! values.schema.json: whether values are what a chart expects.
//!
//! The validator is `boon`, by the author of the one Helm uses: the same drafts, the same tree of errors.
//! `words` prints that tree as Helm's does. A schema that refers to something outside its chart gets it
//! only through a [`SchemaLoader`].

mod formats;
mod plain;
mod quick;
mod tree;
mod violation;
mod words;

pub use violation::Violation;

use std::error::Error;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, OnceLock, mpsc};
use std::time::Duration;

use foldhash::{HashMap, HashMapExt as _, HashSet, HashSetExt as _};
use govalue::{Map, Value};
use serde_json::Value as Json;

use crate::notice::{Attribute, Level, Notice};
use crate::together;

/// Loads what a schema refers to outside its chart.
pub trait SchemaLoader {
    /// The document at a `file`, `http` or `https` URL. `chart` is whose schema refers to it: the names of the
    /// charts from the root down, by alias where they have one.
    ///
    /// # Errors
    /// When it may not or cannot be loaded; the error is the source of the [`SchemaError`].
    fn load(&mut self, chart: &[String], url: &str) -> Result<Vec<u8>, Box<dyn Error>>;

    /// Told again and again while a check goes on how much time has passed since the last time.
    ///
    /// # Errors
    /// To end the check; the error is the source of the [`SchemaError`].
    fn wait(&mut self, passed: Duration) -> Result<(), Box<dyn Error>> {
        let _ = passed;
        Ok(())
    }

    /// How many threads may check.
    fn threads(&self) -> usize {
        1
    }

    /// Told that values are about to be checked against a schema.
    fn began(&mut self) {}

    /// Told that the check which began last is over.
    fn ended(&mut self) {}
}

/// Loads nothing: schemas must stand alone.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoReferences;

impl SchemaLoader for NoReferences {
    fn load(&mut self, _: &[String], url: &str) -> Result<Vec<u8>, Box<dyn Error>> {
        Err(format!("schemas may not refer to {url}").into())
    }
}

/// Why values do not meet a schema, in the words of Helm's validator.
#[derive(Debug, thiserror::Error)]
#[error("{text}")]
pub struct SchemaError {
    text: String,
    /// The values that are refused, when the schema is one.
    pub violations: Vec<Violation>,
    /// What the loader of a reference said.
    #[source]
    pub(crate) source: Option<Box<dyn Error>>,
}

impl SchemaError {
    fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), violations: Vec::new(), source: None }
    }
}

/// Where Helm says the schema lies; what it refers to is relative to that.
const LOCATION: &str = "file:///values.schema.json";

/// The validator takes documents of this host for schemas without asking a metaschema.
const TRUSTED_LOCATION: &str = "http://json-schema.org/values.schema.json";

/// A document and where it lies.
type Document = (String, Json);

/// How many documents a schema may refer to.
const MAX_DOCUMENTS: usize = 64;

/// How deep values and schemas may be nested: the validator goes down on the call stack.
const MAX_DEPTH: usize = 256;

/// Checks values against the schema of a chart, which is named as [`SchemaLoader::load`] has it.
///
/// # Errors
/// When they do not meet it, or it is no schema.
pub fn validate(
    values: &Map,
    schema: &Arc<[u8]>,
    chart: &[String],
    loader: &mut dyn SchemaLoader,
    notices: &mut Vec<Notice>,
) -> Result<(), SchemaError> {
    // A schema comes from anyone, and the validator is not ours: should it panic, the chart is refused, as
    // Helm does when its validator panics. What it was working on is dropped here.
    loader.began();
    let mut references = References { chart, loader: &mut *loader, notices };
    let check = AssertUnwindSafe(|| check(values, schema, &mut references));
    let checked = std::panic::catch_unwind(check);
    loader.ended();
    checked.unwrap_or_else(|panic| {
        let reason = match (panic.downcast_ref::<String>(), panic.downcast_ref::<&str>()) {
            (Some(reason), _) => reason.as_str(),
            (None, Some(reason)) => reason,
            (None, None) => "the validator stopped",
        };
        Err(SchemaError::new(format!("unable to validate schema: {reason}")))
    })
}

/// Helm's line about a schema that is JSON.
pub(crate) fn was_read(schema: &Arc<[u8]>) -> Notice {
    Notice::new(Level::Debug, "unmarshalled JSON schema").with("schema", Attribute::File(Arc::clone(schema)))
}

fn check(values: &Map, schema: &Arc<[u8]>, references: &mut References<'_>) -> Result<(), SchemaError> {
    let document = parse(schema).map_err(SchemaError::new)?;
    references.notices.push(was_read(schema));
    let values = json(&Value::Map(values.clone()), 0).ok_or_else(|| {
        SchemaError::new("unable to validate schema: values are nested too deeply".to_owned())
    })?;
    let plain = plain::draft(&document);
    if let Some(draft) = plain
        && schema.len().saturating_mul(count(&values)) < WORTH_WATCHING
        && quick::meets(&values, &document, draft) == Some(true)
    {
        return Ok(());
    }
    if plain.is_some() && is_quick(&document, schema, &values) {
        if meets_plain(&values, &document) {
            return Ok(());
        }
        return match attempt(&values, &[(LOCATION.to_owned(), document)]) {
            Attempt::Meets => Ok(()),
            Attempt::Fails(text, violations) => Err(references.refused(text, violations)),
            Attempt::Wants(url) => references.load(&url).map(|_| ()),
        };
    }
    let mut input = (values, vec![(LOCATION.to_owned(), document)]);
    loop {
        let work = move || {
            let (values, documents) = &input;
            let attempt = match documents.as_slice() {
                [(_, document)] if plain.is_some() && meets_plain(values, document) => Attempt::Meets,
                documents => attempt(values, documents),
            };
            (attempt, input)
        };
        let (attempt, back) = watched(work, references.loader)?;
        input = back;
        match attempt {
            Attempt::Meets => return Ok(()),
            Attempt::Fails(text, violations) => return Err(references.refused(text, violations)),
            Attempt::Wants(url) => {
                let document = references.load(&url)?;
                input.1.push((url, document));
            }
        }
    }
}

/// Values and the text of the schema that they should meet.
pub(crate) struct Pair {
    values: Json,
    schema: Arc<[u8]>,
}

impl Pair {
    /// `None` when the values are nested too deeply.
    pub(crate) fn new(values: &Map, schema: &Arc<[u8]>) -> Option<Self> {
        let values = json(&Value::Map(values.clone()), 0)?;
        Some(Self { values, schema: Arc::clone(schema) })
    }

    /// How many values there are.
    pub(crate) fn size(&self) -> usize {
        count(&self.values)
    }

    /// Whether it is plain that the values meet the schema. When not, [`validate`] tells what is wrong.
    fn meets(&self, shared: &Shared) -> bool {
        let meets = || match shared.0.get(&self.schema.as_ptr().addr()) {
            Some(document) => document
                .get_or_init(|| Plain::read(&self.schema))
                .as_ref()
                .is_some_and(|document| self.fits(document)),
            None => Plain::read(&self.schema).is_some_and(|document| self.fits(&document)),
        };
        std::panic::catch_unwind(AssertUnwindSafe(meets)).unwrap_or(false)
    }

    fn fits(&self, Plain { document, draft }: &Plain) -> bool {
        let size = self.schema.len().saturating_mul(count(&self.values));
        let quick = || quick::meets(&self.values, document, *draft);
        (size < WORTH_WATCHING).then(quick).flatten().unwrap_or_else(|| {
            is_quick(document, &self.schema, &self.values) && meets_plain(&self.values, document)
        })
    }
}

/// A schema that stands for itself.
struct Plain {
    document: Json,
    draft: plain::Draft,
}

impl Plain {
    fn read(schema: &[u8]) -> Option<Self> {
        let document = parse(schema).ok()?;
        let draft = plain::draft(&document)?;
        Some(Self { document, draft })
    }
}

/// Schemas whose text several charts have, by where it lies: they are read once. Nothing for what is not plain.
struct Shared(HashMap<usize, OnceLock<Option<Plain>>>);

impl Shared {
    /// So many bytes of text are kept as what they were read into, which takes several times that.
    const MOST: usize = 4 << 20;

    fn of(pairs: &[Pair]) -> Self {
        let mut seen = HashSet::new();
        let mut shared = HashMap::new();
        let mut bytes = 0;
        for Pair { schema, .. } in pairs {
            let at = schema.as_ptr().addr();
            if !seen.insert(at) && bytes + schema.len() <= Self::MOST && !shared.contains_key(&at) {
                bytes += schema.len();
                shared.insert(at, OnceLock::new());
            }
        }
        Self(shared)
    }
}

/// So many bytes of schemas are checked before a second thread would have begun and warmed up.
const WORTH_THREADS: usize = 128 << 10;

/// Which of them are met, as far as that is quickly found out.
pub(crate) fn met(pairs: &[Pair], threads: usize) -> Vec<bool> {
    let sizes = || pairs.iter().map(|pair| pair.schema.len());
    // Of several, one is often as long as all the others: they are what another thread could take over.
    let others = sizes().sum::<usize>() - sizes().max().unwrap_or(0);
    let shared = Shared::of(pairs);
    together::map(if others < WORTH_THREADS { 1 } else { threads }, pairs, |pair| pair.meets(&shared))
}

/// Whether a check takes no longer than the sizes of schema and values allow: nothing is referred to.
fn is_quick(document: &Json, schema: &[u8], values: &Json) -> bool {
    !refers(document) && schema.len().saturating_mul(count(values)) < WORTH_WATCHING
}

/// Bytes of schema times values below which a check needs nobody to watch it.
const WORTH_WATCHING: usize = 1 << 28;

/// Whether a schema may refer to a part of itself.
fn refers(schema: &Json) -> bool {
    match schema {
        Json::Array(items) => items.iter().any(refers),
        Json::Object(entries) => {
            entries.iter().any(|(key, value)| key.to_ascii_lowercase().ends_with("ref") || refers(value))
        }
        _ => false,
    }
}

/// How many values there are, at every level.
fn count(value: &Json) -> usize {
    match value {
        Json::Array(items) => 1 + items.iter().map(count).sum::<usize>(),
        Json::Object(entries) => 1 + entries.values().map(count).sum::<usize>(),
        _ => 1,
    }
}

/// How a check with the documents that are there ended.
enum Attempt {
    Meets,
    /// In the validator's words, and value by value where it is about values.
    Fails(String, Vec<Violation>),
    /// There must be another document.
    Wants(String),
}

fn attempt(values: &Json, documents: &[Document]) -> Attempt {
    let mut schemas = boon::Schemas::new();
    let mut compiler = compiler();
    for (url, document) in documents {
        if let Err(error) = compiler.add_resource(url, document.clone()) {
            return Attempt::Fails(words::compile_error(&error, documents), Vec::new());
        }
    }
    match compiler.compile(LOCATION, &mut schemas) {
        Ok(index) => match schemas.validate(values, index) {
            Ok(()) => Attempt::Meets,
            Err(error) => match tree::build(&error, documents) {
                Some(causes) => {
                    let violations = violation::of(&causes, documents);
                    Attempt::Fails(format!("{}\n", words::lines(&causes)), violations)
                }
                None => Attempt::Meets,
            },
        },
        Err(boon::CompileError::LoadUrlError { url, .. }) if documents.len() < MAX_DOCUMENTS => {
            Attempt::Wants(url)
        }
        Err(error) => Attempt::Fails(words::compile_error(&error, documents), Vec::new()),
    }
}

/// Of the thread that checks; only pages that are used are ever there.
const STACK: usize = 256 << 20;

/// How often the loader is told.
const TICK: Duration = Duration::from_millis(20);

/// Does what may take for ever, for as long as the loader waits: schemas in which every level asks the next one
/// twice, say. The validator cannot be stopped, so that it is left to itself then.
fn watched<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
    loader: &mut dyn SchemaLoader,
) -> Result<T, SchemaError> {
    let (done, result) = mpsc::sync_channel(1);
    let worker = std::thread::Builder::new().stack_size(STACK).spawn(move || {
        // Nobody waits any more: so be it.
        let _ = done.send(work());
    });
    let worker = worker.map_err(|error| SchemaError::new(format!("unable to validate schema: {error}")))?;
    loop {
        match result.recv_timeout(TICK) {
            Ok(value) => return Ok(value),
            Err(mpsc::RecvTimeoutError::Timeout) => loader.wait(TICK).map_err(|source| SchemaError {
                text: format!("unable to validate schema: {source}"),
                violations: Vec::new(),
                source: Some(source),
            })?,
            Err(mpsc::RecvTimeoutError::Disconnected) => match worker.join() {
                Err(panic) => std::panic::resume_unwind(panic),
                Ok(()) => return Err(SchemaError::new("unable to validate schema: the validator stopped")),
            },
        }
    }
}

fn compiler() -> boon::Compiler {
    let mut compiler = boon::Compiler::new();
    // The default would open files.
    compiler.use_loader(Box::new(Nothing));
    for format in formats::FORMATS {
        compiler.register_format(format);
    }
    compiler
}

/// Whether values meet a plain schema. If not, or if it is no schema after all, the long way finds the words.
fn meets_plain(values: &Json, schema: &Json) -> bool {
    let mut schemas = boon::Schemas::new();
    let mut compiler = compiler();
    compiler.add_resource(TRUSTED_LOCATION, schema.clone()).is_ok()
        && compiler
            .compile(TRUSTED_LOCATION, &mut schemas)
            .is_ok_and(|index| schemas.validate(values, index).is_ok())
}

/// Loads what the schema of one chart refers to.
struct References<'a> {
    chart: &'a [String],
    loader: &'a mut dyn SchemaLoader,
    notices: &'a mut Vec<Notice>,
}

impl References<'_> {
    /// The error for values of this chart.
    fn refused(&self, text: String, mut violations: Vec<Violation>) -> SchemaError {
        for violation in &mut violations {
            violation.chart = self.chart.to_vec();
        }
        SchemaError { violations, ..SchemaError::new(text) }
    }

    fn load(&mut self, url: &str) -> Result<Json, SchemaError> {
        let text = |reason: &str| format!("failing loading {}: {reason}", words::double(url));
        match url.split_once(':').map_or("", |(scheme, _)| scheme) {
            // Helm: nobody resolves these, so whatever they stand for is allowed.
            "urn" => {
                self.notices.push(
                    Notice::new(Level::Warn, "unresolved URN reference ignored; using permissive schema")
                        .with("urn", url),
                );
                Ok(Json::Bool(true))
            }
            "file" | "http" | "https" => {
                let bytes = self.loader.load(self.chart, url).map_err(|source| SchemaError {
                    text: text(&source.to_string()),
                    source: Some(source),
                    violations: Vec::new(),
                })?;
                parse(&bytes).map_err(|reason| SchemaError::new(text(&reason)))
            }
            _ => Err(SchemaError::new(text(&format!("no URLLoader registered for {}", words::double(url))))),
        }
    }
}

/// Reads a schema document, with the error texts of Go's decoder.
fn parse(bytes: &[u8]) -> Result<Json, String> {
    let blank = bytes.iter().all(|b| matches!(b, b' ' | b'\t' | b'\r' | b'\n'));
    if blank {
        return Err("EOF".to_owned());
    }
    serde_json::from_slice(bytes).map_err(|error| {
        if error.is_eof() {
            return "unexpected EOF".to_owned();
        }
        match govalue::json::read(bytes) {
            Err(go) if go.to_string().ends_with("after top-level value") => {
                "invalid character after top-level value".to_owned()
            }
            Err(go) => go.to_string(),
            Ok(_) => error.to_string(),
        }
    })
}

/// Values as the validator takes them; `None` when they are nested too deeply.
fn json(value: &Value, depth: usize) -> Option<Json> {
    if depth > MAX_DEPTH {
        return None;
    }
    Some(match value {
        Value::Nil => Json::Null,
        Value::Bool(b) => Json::Bool(*b),
        Value::Int(kind, n) if kind.is_unsigned() => Json::from(n.cast_unsigned()),
        Value::Int(_, n) => Json::from(*n),
        Value::Float(_, n) => {
            // Up to here every integer is exact.
            const EXACT: f64 = 9_007_199_254_740_992.0;
            if n.fract() == 0.0 && n.abs() < EXACT { Json::from(*n as i64) } else { Json::from(*n) }
        }
        Value::Str(text) => Json::from(text.to_str_lossy()),
        Value::List(list) => {
            Json::Array(list.iter().map(|item| json(item, depth + 1)).collect::<Option<_>>()?)
        }
        Value::Map(map) => {
            let entries = map.borrow();
            let entries = entries
                .iter()
                .map(|(key, value)| Some((key.to_str_lossy().into_owned(), json(value, depth + 1)?)));
            Json::Object(entries.collect::<Option<_>>()?)
        }
        Value::Bytes(_) | Value::Object(_) => Json::Null,
    })
}

/// Finds nothing, so that every reference comes back to [`reference`].
struct Nothing;

impl boon::UrlLoader for Nothing {
    fn load(&self, url: &str) -> Result<Json, Box<dyn Error>> {
        Err(url.to_owned().into())
    }
}
