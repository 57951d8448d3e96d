//! `values explain`: every value in its final form, and where it comes from.

use std::path::Path;

use chart::origins::{Entry, Former, Origin, Origins, OriginsError, Source, Step, ValuePath, Way};
use chart::values::ValueSource;
use govalue::{List, Map, Value, json, yaml};

use super::{Context, edit_distance};
use crate::explain;
use crate::limits::limits;
use crate::paths;
use crate::plugins::getter::Getters;
use crate::prepare::{self, Semver};
use crate::report::Failure;

/// Values in tables are cut when they are longer; a value by itself never is.
const MAX_VALUE: usize = 48;

pub(super) fn explain(context: &mut Context<'_>) -> Result<(), Failure> {
    if context.parsed.args.len() > 2 {
        return Err(Failure::plain("values explain takes a chart and at most one path"));
    }
    prepare::refuse_remote(&context.parsed)?;
    let reference = context.parsed.args.first().cloned().unwrap_or_default();
    let wanted = ValuePath::parse(context.parsed.args.get(1).map_or("", String::as_str));
    let path = prepare::locate(context, &reference)?.path;
    let mut guard = prepare::guard(context)?;
    let chart = prepare::load(context, &path, &mut guard);
    prepare::audit(context, &mut guard)?;
    let chart = chart?;
    let sources = prepare::value_sources(&context.parsed);
    let limits = limits(context)?;
    let explains = context.environment.explains();
    let getters = Getters::new(context);
    let mut files = prepare::Files::fetching(context, &getters, &limits);
    let origins = chart.origins(&sources, &mut files, &Semver, &limits.yaml);
    let unfetched = files.unfetched.take();
    let origins = origins.map_err(|error| {
        let failure = match unfetched {
            Some(failure) => failure.with_message(error.to_string()),
            None => Failure::of(&error),
        };
        match &error {
            OriginsError::Values(error) if explains => {
                failure.with_report(explain::values(error, &sources, &limits))
            }
            _ => failure,
        }
    })?;
    let mut entries = origins.entries(&wanted);
    if entries.is_empty() && origins.value(&wanted).is_none() {
        match origins.removal(&wanted) {
            Some(removal) => entries.push(removal),
            None => return Err(nothing_at(&origins, &wanted)),
        }
    }
    let words = Words { chart: Place::of(&reference, path.is_dir()) };
    match context.parsed.string("output", "table").as_str() {
        "table" => {
            let text = match entries.as_slice() {
                [entry] if !wanted.0.is_empty() && wanted.0.starts_with(&entry.path.0) => {
                    words.single(entry)?
                }
                entries => words.table(entries)?,
            };
            context.output.out(&text);
        }
        format => {
            let list = Value::List(List::new(entries.iter().map(|entry| words.value(entry)).collect()));
            let text = if format == "yaml" {
                yaml::write(&list)
            } else {
                json::write(&list, &json::Options::default()).map(|mut text| {
                    text.push(b'\n');
                    text
                })
            };
            let text = text.map_err(|error| Failure::plain(error.to_string()))?;
            context.output.bytes().extend_from_slice(&text);
        }
    }
    Ok(())
}

/// The error for a path that leads nowhere, with the key that was probably meant.
fn nothing_at(origins: &Origins, wanted: &ValuePath) -> Failure {
    let failure = Failure::plain(format!("there is no value at {wanted}"));
    let depth = (0..wanted.0.len()).rev().find_map(|depth| {
        let above = ValuePath(wanted.0.get(..depth)?.to_vec());
        origins.value(&above).map(|value| (above, value))
    });
    let Some((above, value)) = depth else { return failure };
    match (value, wanted.0.get(above.0.len())) {
        (Value::Map(map), Some(Step::Key(typed))) => {
            let typed = typed.to_str_lossy().to_lowercase();
            let distance = |key: &govalue::Str| edit_distance(&typed, &key.to_str_lossy().to_lowercase());
            let near = map.keys().into_iter().min_by_key(|key| distance(key));
            match near.filter(|key| distance(key) <= (typed.len() / 3).max(2)) {
                Some(key) => failure.with_hint(format!("did you mean {}?", above.key(key))),
                None => failure,
            }
        }
        (Value::List(list), Some(_)) => failure.with_hint(format!("{above} is a list of {}", list.len())),
        (Value::Map(_), _) => failure,
        (value, _) => failure.with_hint(format!("{above} is {}", shown(&value).unwrap_or_default())),
    }
}

/// Where the chart's files are, as the user would name them.
pub(crate) enum Place {
    Folder(String),
    Archive(String),
}

impl Place {
    pub(crate) fn of(reference: &str, is_folder: bool) -> Self {
        let reference = reference.trim().to_owned();
        if is_folder { Self::Folder(reference) } else { Self::Archive(reference) }
    }

    fn file(&self, name: &str) -> String {
        match self {
            Self::Folder(folder) => paths::join(Path::new(folder), name).to_string_lossy().into_owned(),
            Self::Archive(archive) => format!("{archive}:{name}"),
        }
    }
}

/// How things are said.
pub(crate) struct Words {
    pub(crate) chart: Place,
}

impl Words {
    /// A file of the chart.
    pub(crate) fn file(&self, name: &str) -> String {
        self.chart.file(name)
    }

    /// One value with all that was said about it.
    fn single(&self, entry: &Entry<'_>) -> Result<String, Failure> {
        let mut text = match &entry.value {
            Some(value) => format!("{}: {}\n", entry.path, shown(value)?),
            None => format!("{} is removed\n", entry.path),
        };
        if let Some(origin) = &entry.origin {
            let label = if entry.value.is_some() { "from" } else { "by null at" };
            text.push_str(&format!("  {label:10}  {}\n", self.origin(origin)));
        }
        for former in &entry.former {
            let from = self.origin(&former.origin);
            text.push_str(&format!("  {:10}  {} from {from}\n", "instead of", shown(&former.value)?));
        }
        Ok(text)
    }

    fn table(&self, entries: &[Entry<'_>]) -> Result<String, Failure> {
        let mut rows = vec![["PATH".to_owned(), "VALUE".to_owned(), "FROM".to_owned()]];
        for entry in entries {
            let from = entry.origin.as_ref().map_or_else(|| "-".to_owned(), |origin| self.origin(origin));
            rows.push(match &entry.value {
                Some(value) => [entry.path.to_string(), cut(shown(value)?), from],
                None => [entry.path.to_string(), "(removed)".to_owned(), self.removal(entry, &from)?],
            });
        }
        let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
        let (path, value) = (width(0), width(1));
        Ok(rows.iter().map(|row| format!("{:path$}  {:value$}  {}\n", row[0], row[1], row[2])).collect())
    }

    fn removal(&self, entry: &Entry<'_>, from: &str) -> Result<String, Failure> {
        Ok(match entry.former.first() {
            Some(Former { value, origin }) => {
                format!("null at {from}; was {} at {}", cut(shown(value)?), self.origin(origin))
            }
            None => format!("null at {from}"),
        })
    }

    /// Who said a value.
    pub(crate) fn origin(&self, origin: &Origin<'_>) -> String {
        let line = origin.line.map(|line| format!(":{line}")).unwrap_or_default();
        let (place, kind) = match origin.source {
            Source::Chart { file, .. } => (format!("{}{line}", self.chart.file(file)), "default"),
            Source::User(ValueSource::File(file)) => (format!("{file}{line}"), "-f"),
            Source::User(flag) => (flag_text(flag), ""),
        };
        let way = match origin.way {
            Way::Straight => "",
            Way::Parent => "of the parent chart",
            Way::Global => "as a global",
            Way::Import => "imported",
        };
        match (kind, way) {
            ("", "") => place,
            ("", note) | (note, "") => format!("{place} ({note})"),
            (kind, way) => format!("{place} ({kind}, {way})"),
        }
    }

    /// For programs.
    fn value(&self, entry: &Entry<'_>) -> Value {
        let map = Map::new();
        map.insert("path", entry.path.to_string().as_str());
        match &entry.value {
            Some(value) => map.insert("value", value.clone()),
            None => map.insert("removed", Value::Bool(true)),
        };
        if let Some(origin) = &entry.origin {
            map.insert("from", self.source(origin));
        }
        if !entry.former.is_empty() {
            let former = entry.former.iter().map(|former| {
                let map = Map::new();
                map.insert("value", former.value.clone());
                map.insert("from", self.source(&former.origin));
                Value::Map(map)
            });
            map.insert("insteadOf", Value::List(List::new(former.collect())));
        }
        Value::Map(map)
    }

    fn source(&self, origin: &Origin<'_>) -> Value {
        let map = Map::new();
        match origin.source {
            Source::Chart { chart, file } => {
                map.insert("kind", "default");
                map.insert("file", self.chart.file(file).as_str());
                if !chart.is_empty() {
                    map.insert("chart", chart.join("/").as_str());
                }
            }
            Source::User(ValueSource::File(file)) => {
                map.insert("kind", "file");
                map.insert("file", file.as_str());
            }
            Source::User(flag) => {
                map.insert("kind", "flag");
                map.insert("flag", flag_text(flag).as_str());
            }
        }
        if let Some(line) = origin.line {
            map.insert("line", Value::int(i64::from(line)));
        }
        match origin.way {
            Way::Straight => None,
            Way::Parent => map.insert("way", "parent"),
            Way::Global => map.insert("way", "global"),
            Way::Import => map.insert("way", "import"),
        };
        Value::Map(map)
    }
}

/// A flag as it was typed.
pub(crate) fn flag_text(source: &ValueSource) -> String {
    let (flag, text) = match source {
        ValueSource::File(text) => ("-f", text),
        ValueSource::SetJson(text) => ("--set-json", text),
        ValueSource::Set(text) => ("--set", text),
        ValueSource::SetString(text) => ("--set-string", text),
        ValueSource::SetFile(text) => ("--set-file", text),
        ValueSource::SetLiteral(text) => ("--set-literal", text),
    };
    format!("{flag} {text}")
}

/// A value in one line, texts in quotes.
fn shown(value: &Value) -> Result<String, Failure> {
    let options = json::Options { escape_html: false, ..json::Options::default() };
    let text = json::write(value, &options).map_err(|error| Failure::plain(error.to_string()))?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

fn cut(text: String) -> String {
    match text.char_indices().nth(MAX_VALUE) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
