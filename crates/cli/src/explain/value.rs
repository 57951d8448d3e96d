//! Values in reports: what one is, where it lies, and who said it.

use std::cell::OnceCell;
use std::collections::{HashSet, VecDeque};

use chart::origins::{Entry, Origin, Origins, Source, Step, ValuePath};
use chart::values::{FileReader as _, ValueSource};
use chart::{Chart, ResolvedChart};
use govalue::{Map, Value, json};

use super::secret::{is_secret, reads_secret, told};
use super::{Report, nearest};
use crate::commands::values::Words;
use crate::limits::Limits;
use crate::prepare::{Files, Semver};

/// How much of a text is shown.
const MOST: usize = 60;
/// How many keys of a table are named.
const KEYS: usize = 6;
/// How many tables are looked at to find one of them again.
const TABLES: usize = 200_000;

/// What is known of a chart's values, and who said them. That is found out when it is first asked.
pub(crate) struct Sources<'s> {
    pub(crate) chart: &'s Chart,
    pub(crate) words: Words,
    pub(crate) given: Vec<ValueSource>,
    pub(crate) limits: Limits,
    origins: OnceCell<Option<Origins>>,
}

impl<'s> Sources<'s> {
    pub(crate) fn new(chart: &'s Chart, words: Words, given: Vec<ValueSource>, limits: Limits) -> Self {
        Self { chart, words, given, limits, origins: OnceCell::new() }
    }

    pub(crate) fn origins(&self) -> Option<&Origins> {
        let find = || {
            self.chart.origins(&self.given, &mut Files::within(&self.limits), &Semver, &self.limits.yaml).ok()
        };
        self.origins.get_or_init(find).as_ref()
    }

    /// The text that a source stands in, and what it is called; flags have none.
    pub(crate) fn text_of(&self, source: &Source) -> Option<(String, Vec<u8>)> {
        match source {
            Source::User(ValueSource::File(file)) => {
                Some((file.clone(), Files::within(&self.limits).read(file).ok()?))
            }
            Source::User(_) => None,
            Source::Chart { file, .. } => {
                let mut chart = self.chart;
                let mut rest = file.as_str();
                while let Some((place, inner)) =
                    rest.strip_prefix("charts/").and_then(|rest| rest.split_once('/'))
                {
                    chart = chart.subcharts.iter().find(|chart| chart.place == place)?;
                    rest = inner;
                }
                Some((self.words.file(file), chart.values_text()?.to_vec()))
            }
        }
    }

    /// How an origin is told: `prod.yaml:3 (-f)`, a flag without secrets in it.
    pub(crate) fn origin(&self, origin: &Origin<'_>) -> String {
        match origin.source {
            Source::User(flag) => {
                let source = Source::User(told(flag));
                self.words.origin(&Origin { source: &source, ..*origin })
            }
            Source::Chart { .. } => self.words.origin(origin),
        }
    }

    /// Who said the final value at a path.
    pub(crate) fn said(&self, path: &ValuePath) -> Option<String> {
        let origin = self.origins()?.of(path)?;
        Some(self.origin(&origin))
    }

    /// The entry of a path that a null has removed.
    pub(crate) fn removal(&self, path: &ValuePath) -> Option<Entry<'_>> {
        self.origins()?.removal(path)
    }

    /// Whether the user said what is at a path, and not a chart.
    fn by_user(&self, path: &ValuePath) -> bool {
        let origin = self.origins().and_then(|origins| origins.of(path));
        origin.is_some_and(|origin| matches!(origin.source, Source::User(_)))
    }

    /// The charts that have a say about a path, from the root down: each with its folder below the root and how many
    /// steps of the path lead to it.
    fn charts_on(&self, path: &ValuePath) -> Vec<(&Chart, String, usize)> {
        let mut found = vec![(self.chart, String::new(), 0)];
        for (index, step) in path.0.iter().enumerate() {
            let (Step::Key(key), Some((chart, folder, _))) = (step, found.last()) else { break };
            let key = key.to_str_lossy();
            let alias = chart.metadata.dependencies().find(|dependency| dependency.alias == *key);
            let wanted = alias.map_or(&*key, |dependency| dependency.name.as_str());
            let Some(subchart) = chart.subcharts.iter().find(|chart| chart.name() == wanted) else { break };
            let folder = format!("{folder}charts/{}/", subchart.place);
            found.push((subchart, folder, index + 1));
        }
        found
    }

    /// What the charts' own values have at a path, and the file that says so.
    pub(crate) fn default_of(&self, path: &ValuePath) -> Option<(String, Value)> {
        self.charts_on(path).into_iter().find_map(|(chart, folder, depth)| {
            let mut current = Value::Map(chart.values.clone()?);
            for step in path.0.get(depth..)? {
                current = match (&current, step) {
                    (Value::Map(map), Step::Key(key)) => map.get(key)?,
                    _ => return None,
                };
            }
            Some((self.words.file(&format!("{folder}values.yaml")), current))
        })
    }

    /// The path by which a value is set best: what a subchart reads of the globals is everybody's.
    pub(crate) fn settable(&self, path: &ValuePath) -> ValuePath {
        let depth = self.charts_on(path).last().map_or(0, |(_, _, depth)| *depth);
        match path.0.get(depth) {
            Some(Step::Key(key)) if *key == *"global" => ValuePath(path.0[depth..].to_vec()),
            _ => path.clone(),
        }
    }

    /// The files that a value could have been in: the charts' and the user's.
    fn places(&self, path: &ValuePath) -> String {
        let charts = self.charts_on(path).into_iter().filter(|(chart, ..)| chart.values_text().is_some());
        let mut places: Vec<String> =
            charts.map(|(_, folder, _)| self.words.file(&format!("{folder}values.yaml"))).collect();
        places.extend(self.given.iter().filter_map(|source| match source {
            ValueSource::File(file) => Some(file.clone()),
            _ => None,
        }));
        if places.is_empty() { "no file".to_owned() } else { places.join(", ") }
    }

    /// Says of a value what it is and who said it.
    pub(crate) fn tell(&self, report: &mut Report, name: &str, path: Option<&ValuePath>, value: &Value) {
        let shown = if path.is_some_and(is_secret) { hidden(value) } else { shown(name, value) };
        let from = path.and_then(|path| {
            // A template may have put another value there since.
            let same =
                self.origins()?.value(path).is_some_and(|known| govalue::compare::deep_equal(&known, value));
            Some(match self.said(path).filter(|_| same) {
                Some(said) => format!(", from {said}"),
                None => ", as a template has set it".to_owned(),
            })
        });
        report.note("value", format!("`{name}` is {shown}{}", from.unwrap_or_default()));
    }

    /// Says why nothing is at a key of a table, and what is probably meant; whether something was found. `expression`
    /// is how the template writes what leads to the key, `reader` what it reads in all.
    pub(crate) fn tell_missing(
        &self,
        report: &mut Report,
        values: &Map,
        (holder, key): (&Map, &str),
        (expression, reader): (&str, &str),
    ) -> bool {
        let place = path_of(values, holder);
        let path = place.as_ref().map(|place| place.key(key));
        if let Some(path) = &path {
            if let Some(entry) = self.removal(path) {
                report.note("value", self.removed(&entry));
                return true;
            }
            if holder.contains_key(key) {
                let entries = self.origins().map(|origins| origins.entries(path)).unwrap_or_default();
                match entries.iter().find(|entry| entry.path == *path) {
                    Some(entry) => report.note("value", self.nulled(entry, "sets it so")),
                    None => report.note("value", format!("`{path}` is null")),
                }
                return true;
            }
            let path = self.settable(path);
            report.note("value", format!("nothing sets `{path}` (looked in {})", self.places(&path)));
        }
        let keys: Vec<String> = holder.keys().iter().map(|key| key.to_str_lossy().into_owned()).collect();
        if let Some(near) = nearest(key, keys.iter().map(String::as_str)) {
            let near_path = place.as_ref().map(|place| place.key(near));
            match near_path.filter(|path| self.by_user(path)) {
                Some(near_path) => {
                    let said = self.said(&near_path).unwrap_or_default();
                    report.hint(format!("{said} sets `{near_path}`, but the template reads `{key}`"));
                }
                None => {
                    let stem = expression.strip_suffix(key).unwrap_or(expression);
                    let rest = reader.strip_prefix(expression).unwrap_or_default();
                    report.hint(format!("did you mean `{stem}{near}{rest}`?"));
                }
            }
            return true;
        }
        let Some(path) = path else { return false };
        // The same key, one level off: an indentation that went wrong.
        let elsewhere =
            self.origins().map(|origins| origins.entries(&ValuePath::default())).unwrap_or_default();
        let same_key = elsewhere.iter().find(|entry| {
            entry.value.is_some()
                && entry.path != path
                && entry.path.0.contains(&Step::Key(key.into()))
                && entry.origin.is_some_and(|origin| matches!(origin.source, Source::User(_)))
        });
        if let Some(entry) = same_key {
            let until =
                entry.path.0.iter().position(|step| *step == Step::Key(key.into())).unwrap_or_default();
            let found = ValuePath(entry.path.0[..=until].to_vec());
            let said = entry.origin.as_ref().map(|origin| self.origin(origin)).unwrap_or_default();
            report.hint(format!(
                "{said} sets `{found}`, the template reads `{path}`: is it indented as it should be?"
            ));
            return true;
        }
        if path.0.len() > 1 && !keys.is_empty() {
            report.note("note", format!("beside it is {}", show(&Value::Map(holder.clone()))));
        }
        false
    }

    /// `replicas` is removed by null at …
    pub(crate) fn removed(&self, entry: &Entry<'_>) -> String {
        self.nulled(entry, "removes it")
    }

    fn nulled(&self, entry: &Entry<'_>, does: &str) -> String {
        let by = entry.origin.as_ref().map(|origin| self.origin(origin)).unwrap_or_default();
        let mut text = format!("`{}` is null because {by} {does}", entry.path);
        if let Some(former) = entry.former.first() {
            let value = match &former.value {
                // Of a table nothing more is kept than that it was one.
                Value::Map(_) => "a table".to_owned(),
                value if is_secret(&entry.path) => hidden(value),
                value => show(value),
            };
            text.push_str(&format!("; it was {value} in {}", self.origin(&former.origin)));
        }
        text
    }
}

/// The shortest path from the values of a chart down to one of their tables.
pub(crate) fn path_of(values: &Map, wanted: &Map) -> Option<ValuePath> {
    let mut seen = HashSet::from([values.address()]);
    let mut queue = VecDeque::from([(ValuePath::default(), Value::Map(values.clone()))]);
    while let Some((path, value)) = queue.pop_front() {
        if seen.len() > TABLES || queue.len() > TABLES {
            return None;
        }
        match value {
            Value::Map(map) => {
                if map.same(wanted) {
                    return Some(path);
                }
                for (key, inner) in map.iter() {
                    let new = match &inner {
                        Value::Map(inner) => seen.insert(inner.address()),
                        Value::List(_) => path.0.len() < 64,
                        _ => false,
                    };
                    if new {
                        queue.push_back((path.key(key), inner));
                    }
                }
            }
            Value::List(list) => {
                for (index, inner) in list.iter().enumerate() {
                    let new = match inner {
                        Value::Map(inner) => seen.insert(inner.address()),
                        Value::List(_) => path.0.len() < 64,
                        _ => false,
                    };
                    if new {
                        queue.push_back((path.then(Step::Index(index)), inner.clone()));
                    }
                }
            }
            _ => {}
        }
    }
    None
}

/// What a value is, in a few words.
pub(crate) fn show(value: &Value) -> String {
    match value {
        Value::Nil => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Int(..) | Value::Float(..) => format!("the number {}", written(value)),
        Value::Str(text) => {
            let text = text.to_str_lossy();
            let cut: String = text.chars().take(MOST).collect();
            let more = if cut.len() < text.len() { "…" } else { "" };
            format!("the text {}{more}", govalue::print::quote(cut.as_bytes()))
        }
        Value::List(list) if list.is_empty() => "an empty list".to_owned(),
        Value::List(list) => format!("a list of {}", list.len()),
        Value::Map(map) if map.is_empty() => "an empty table".to_owned(),
        Value::Map(map) => {
            let keys = map.keys();
            let named: Vec<String> =
                keys.iter().take(KEYS).map(|key| format!("`{}`", key.to_str_lossy())).collect();
            let more =
                if keys.len() > KEYS { format!(" and {} more", keys.len() - KEYS) } else { String::new() };
            format!("a table with {}{more}", named.join(", "))
        }
        Value::Bytes(bytes) => format!("{} bytes", bytes.len()),
        Value::Object(object) => format!("a {}", object.ty().name),
    }
}

/// The same of what a template calls `expression`; nothing of its content when that reads a secret.
pub(crate) fn shown(expression: &str, value: &Value) -> String {
    if reads_secret(expression) { hidden(value) } else { show(value) }
}

/// What kind of value a secret is.
pub(crate) fn hidden(value: &Value) -> String {
    match value {
        Value::Str(text) if text.is_empty() => show(value),
        Value::Str(_) | Value::Int(..) | Value::Float(..) | Value::Bytes(_) => {
            format!("{} (not shown: it may be secret)", kind(value))
        }
        value => show(value),
    }
}

fn written(value: &Value) -> String {
    let text = json::write(value, &json::Options::default()).unwrap_or_default();
    String::from_utf8_lossy(&text).into_owned()
}

/// What kind of value it is, as a word.
pub(crate) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Nil => "null",
        Value::Bool(_) => "a boolean",
        Value::Int(..) | Value::Float(..) => "a number",
        Value::Str(_) => "a text",
        Value::List(_) => "a list",
        Value::Map(_) => "a table",
        Value::Bytes(_) | Value::Object(_) => "an object",
    }
}

/// Where a template's file lies, as the user would name it: below the chart's folder or in its archive.
pub(crate) fn file_of(words: &Words, chart: &Chart, resolved: &ResolvedChart, name: &str) -> String {
    let Some(mut rest) = name.strip_prefix(resolved.name()).and_then(|rest| rest.strip_prefix('/')) else {
        return name.to_owned();
    };
    let (mut folder, mut current) = (String::new(), chart);
    while let Some((child, inner)) = rest.strip_prefix("charts/").and_then(|rest| rest.split_once('/')) {
        let by_alias = current.metadata.dependencies().find(|dependency| dependency.alias == child);
        let wanted = by_alias.map_or(child, |dependency| dependency.name.as_str());
        let Some(found) = current.subcharts.iter().find(|chart| chart.name() == wanted) else {
            return name.to_owned();
        };
        folder.push_str(&format!("charts/{}/", found.place));
        (current, rest) = (found, inner);
    }
    words.file(&format!("{folder}{rest}"))
}
