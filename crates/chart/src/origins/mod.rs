//! Where each value comes from: which file and line, which flag, which chart's defaults.
//!
//! ```text
//! sources with lines ─► marks in place of values ─► merged and resolved as ever ─► whose mark is where
//! ```
//!
//! Nothing here knows how values are merged. Every source is read once more, with its lines; each value is replaced
//! by a mark that remembers it; then [`values::merge`](crate::values::merge)'s steps and
//! [`Chart::resolve`]'s do with the marks what they do with values. Whatever Helm's rules are, a mark ends up where
//! its value does. Only nulls and empty tables cannot be marked, since merging looks at them: who said those is
//! found by their path. All of it is done when somebody asks; an ordinary render pays nothing.

mod marks;
mod path;
mod said;

pub(crate) use marks::Marks;
pub use path::{Step, ValuePath};

use std::collections::BTreeMap;
use std::error::Error;

use govalue::yaml;
use govalue::{Map, Str, Value};

use crate::chart::Chart;
use crate::metadata::Versions;
use crate::resolve::{self, ResolveError};
use crate::values::coalesce::GLOBAL;
use crate::values::{self, FileReader, ValueSource, ValuesError, apply, in_order};
use said::{Said, What};

/// Somebody who says something about values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A chart's values.yaml.
    Chart {
        /// Names below the root chart down to it, as their Chart.yaml has them. Empty for the root.
        chart: Vec<String>,
        /// Where the file lies in the root chart: `charts/redis/values.yaml`.
        file: String,
    },
    /// What the user gave.
    User(ValueSource),
}

/// How a value came to where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// It was said of that path: by the user, or by the chart whose value it is.
    Straight,
    /// A chart above said it of its subchart.
    Parent,
    /// It flowed down as a global.
    Global,
    /// It was lifted with import-values.
    Import,
}

/// Where a value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Origin<'o> {
    /// Who said it.
    pub source: &'o Source,
    /// In which line of the file, counted from 1.
    pub line: Option<u32>,
    /// How it came there.
    pub way: Way,
}

/// A value that somebody said, and that is not the final one.
#[derive(Debug, Clone)]
pub struct Former<'o> {
    /// It.
    pub value: Value,
    /// Who said it.
    pub origin: Origin<'o>,
}

/// A final value, or one that was removed.
#[derive(Debug, Clone)]
pub struct Entry<'o> {
    /// Its path in the root chart's values.
    pub path: ValuePath,
    /// It; `None` when a null has removed it.
    pub value: Option<Value>,
    /// Who said it, or said the null.
    pub origin: Option<Origin<'o>>,
    /// What would be there otherwise, the first of them first.
    pub former: Vec<Former<'o>>,
}

/// Why nothing can be said about origins: the values cannot be had in the first place.
#[derive(Debug, thiserror::Error)]
pub enum OriginsError {
    /// The user's values.
    #[error(transparent)]
    Values(#[from] ValuesError),
    /// A chart's own values.
    #[error("cannot load {file}: {source}")]
    Defaults {
        /// Which file.
        file: String,
        /// What is wrong with it.
        source: govalue::Error,
    },
    /// What they make together.
    #[error(transparent)]
    Resolve(#[from] ResolveError),
}

/// Where all values of a chart and its subcharts come from.
#[derive(Debug)]
pub struct Origins {
    /// The charts' defaults first, then the user's in the order in which they count.
    sources: Vec<(Source, Said)>,
    marks: Marks,
    /// The root chart's final values, marked.
    values: Map,
    /// The charts that are used: names below the root, and the source that their defaults are. Parents first.
    charts: Vec<(Vec<Str>, Option<usize>)>,
}

impl Chart {
    /// Finds out where each value comes from; `limits` bound each values file. Schemas are not looked at, so a
    /// report about one can ask too.
    ///
    /// # Errors
    /// When the values cannot be merged or the chart not be resolved.
    pub fn origins(
        &self,
        sources: &[ValueSource],
        files: &mut dyn FileReader,
        versions: &dyn Versions,
        limits: &yaml::Limits,
    ) -> Result<Origins, OriginsError> {
        let mut found =
            Origins { sources: Vec::new(), marks: Marks::default(), values: Map::new(), charts: Vec::new() };
        let mut defaults = Vec::new();
        let mut owners: Vec<(*const Chart, usize)> = Vec::new();
        found.read_defaults(self, (&[], ""), limits, &mut defaults, &mut owners)?;
        let user = found.read_user(sources, files, limits)?;
        let (values, used) = resolve::trace(self, &user, defaults, &found.marks, versions)?;
        found.values = values;
        for (names, chart) in used {
            let owner = owners.iter().find(|(owner, _)| std::ptr::eq(*owner, chart));
            let names = names.iter().map(|name| Str::from(name.as_str())).collect();
            found.charts.push((names, owner.map(|(_, source)| *source)));
        }
        found.charts.sort_by_key(|(names, _)| names.len());
        Ok(found)
    }
}

impl Origins {
    /// Reads the defaults of a chart, which has names and a folder below the root, and of those below it.
    fn read_defaults(
        &mut self,
        chart: &Chart,
        (names, folder): (&[String], &str),
        limits: &yaml::Limits,
        defaults: &mut Vec<Map>,
        owners: &mut Vec<(*const Chart, usize)>,
    ) -> Result<(), OriginsError> {
        let file = format!("{folder}values.yaml");
        let text = chart.values.as_ref().and_then(|_| chart.values_text());
        let index = self.sources.len();
        let (marked, said) = match text {
            Some(text) => said::read(text, index, &mut self.marks, limits)
                .map_err(|source| OriginsError::Defaults { file: file.clone(), source })?,
            None => (Map::new(), Said::nothing()),
        };
        self.sources.push((Source::Chart { chart: names.to_vec(), file }, said));
        defaults.push(marked);
        owners.push((std::ptr::from_ref(chart), index));
        for subchart in &chart.subcharts {
            let folder = format!("{folder}charts/{}/", subchart.place);
            let names = [names, &[subchart.name().to_owned()]].concat();
            self.read_defaults(subchart, (&names, &folder), limits, defaults, owners)?;
        }
        Ok(())
    }

    /// Reads what the user gave, and merges it.
    fn read_user(
        &mut self,
        sources: &[ValueSource],
        files: &mut dyn FileReader,
        limits: &yaml::Limits,
    ) -> Result<Map, OriginsError> {
        let base = Map::new();
        for source in in_order(sources) {
            let index = self.sources.len();
            let said = if let ValueSource::File(file) = source {
                let bytes = files.read(file).map_err(ValuesError::Read)?;
                let parse = |source| ValuesError::Parse { file: file.clone(), source };
                let (marked, said) = said::read(&bytes, index, &mut self.marks, limits).map_err(parse)?;
                values::overlay(&base, &marked, 0);
                said
            } else {
                let mut read = Read { files: &mut *files, seen: Vec::new() };
                apply(source, &base, &mut read, limits)?;
                self.marks.mark_new(&base, index);
                // By itself it says the same, but for items of lists that were there before.
                let alone = Map::new();
                match apply(source, &alone, &mut Again(read.seen), limits) {
                    Ok(()) => Said::of(&Value::Map(alone), None),
                    Err(_) => Said::nothing(),
                }
            };
            self.sources.push((Source::User(source.clone()), said));
        }
        Ok(base)
    }

    /// The final value at a path.
    pub fn value(&self, path: &ValuePath) -> Option<Value> {
        self.marked(path).map(|value| self.marks.original(&value))
    }

    fn marked(&self, path: &ValuePath) -> Option<Value> {
        path.0.iter().try_fold(Value::Map(self.values.clone()), |value, step| match (value, step) {
            (Value::Map(map), Step::Key(key)) => map.get(key),
            (Value::List(list), Step::Index(index)) => list.items().get(*index).cloned(),
            _ => None,
        })
    }

    /// Who said the final value at a path; for a table, who spoke of it first. `None` when nothing is there.
    pub fn of(&self, path: &ValuePath) -> Option<Origin<'_>> {
        let value = self.marked(path)?;
        self.origin(path, &value)
    }

    /// Who removed what would be at a path, with the path that was removed: it, or a table that it was in.
    pub fn removal(&self, path: &ValuePath) -> Option<Entry<'_>> {
        (1..=path.0.len()).find_map(|length| {
            let above = ValuePath(path.0.get(..length)?.to_vec());
            if self.marked(&above).is_some() { None } else { self.removed(&above) }
        })
    }

    /// All final values at or below a path, and what was removed there, by path. Values in lists are listed one by
    /// one, empty tables and lists as they are; the empty table for globals that Helm gives every subchart is not
    /// listed.
    pub fn entries(&self, path: &ValuePath) -> Vec<Entry<'_>> {
        let mut found = BTreeMap::new();
        if let Some(value) = self.marked(path) {
            self.collect(path, &value, &mut found);
        }
        let mut nulls = Vec::new();
        for (place, source) in &self.charts {
            if let Some((_, said)) = source.and_then(|source| self.sources.get(source)) {
                said.nulls(&mut place.clone(), &mut nulls);
            }
        }
        for (source, said) in &self.sources {
            if matches!(source, Source::User(_)) {
                said.nulls(&mut Vec::new(), &mut nulls);
            }
        }
        for null in nulls {
            let null = ValuePath(null.into_iter().map(Step::Key).collect());
            if null.0.starts_with(&path.0)
                && self.marked(&null).is_none()
                && let Some(entry) = self.removal(&null)
                && !entry.former.is_empty()
                && entry.path.0.starts_with(&path.0)
            {
                found.insert(entry.path.clone(), entry);
            }
        }
        found.into_values().collect()
    }

    fn collect<'o>(&'o self, path: &ValuePath, value: &Value, found: &mut BTreeMap<ValuePath, Entry<'o>>) {
        match value {
            Value::Map(map) if !map.is_empty() => {
                map.iter().for_each(|(key, value)| self.collect(&path.key(key), &value, found));
            }
            Value::List(list) if !list.is_empty() => {
                for (index, item) in list.iter().enumerate() {
                    self.collect(&path.then(Step::Index(index)), item, found);
                }
            }
            leaf => {
                let origin = self.origin(path, leaf);
                // Helm gives every subchart a table for globals; nobody said so. No values at all are no entry.
                if matches!(leaf, Value::Map(_)) && (origin.is_none() || path.0.is_empty()) {
                    return;
                }
                let entry = Entry {
                    path: path.clone(),
                    value: Some(self.marks.original(leaf)),
                    origin,
                    former: self.former(path, origin),
                };
                found.insert(path.clone(), entry);
            }
        }
    }

    fn origin(&self, path: &ValuePath, value: &Value) -> Option<Origin<'_>> {
        if let Some(mark) = self.marks.of(value) {
            let (source, _) = self.sources.get(mark.source)?;
            return Some(Origin { source, line: mark.line, way: self.way(mark.source, path) });
        }
        let fits = |said: &Said| match (&said.what, value) {
            (What::Null, Value::Nil) | (What::Table(_), Value::Map(_)) => true,
            (What::Value(_), other) => !matches!(other, Value::Map(_)),
            _ => false,
        };
        let said = self.speakers(path).into_iter().find(|(_, said)| fits(said));
        match said {
            Some((index, said)) => self.spoken(index, said, path),
            // Nobody speaks of it by this path: a table that was lifted, or a global.
            None => match value {
                Value::Map(map) => map.iter().find_map(|(key, value)| self.origin(&path.key(key), &value)),
                Value::List(list) => list
                    .iter()
                    .enumerate()
                    .find_map(|(index, item)| self.origin(&path.then(Step::Index(index)), item)),
                _ => None,
            },
        }
    }

    fn spoken<'o>(&'o self, index: usize, said: &Said, path: &ValuePath) -> Option<Origin<'o>> {
        let (source, _) = self.sources.get(index)?;
        Some(Origin { source, line: said.line, way: self.way(index, path) })
    }

    /// What others than the final one have said of a path.
    fn former(&self, path: &ValuePath, origin: Option<Origin<'_>>) -> Vec<Former<'_>> {
        // What lies in a list is one with it.
        if path.0.iter().any(|step| matches!(step, Step::Index(_))) {
            return Vec::new();
        }
        let mut former = Vec::new();
        for (index, said) in self.speakers(path) {
            let Some(other) = self.spoken(index, said, path) else { continue };
            let is_it =
                origin.is_some_and(|it| it.line == other.line && std::ptr::eq(it.source, other.source));
            let value = match &said.what {
                What::Null => Value::Nil,
                What::Table(_) => continue,
                What::Value(value) => value.clone(),
            };
            if !is_it {
                former.push(Former { value, origin: other });
            }
        }
        former
    }

    /// What became of a path where nothing is any more.
    fn removed(&self, path: &ValuePath) -> Option<Entry<'_>> {
        let speakers = self.speakers(path);
        let first = speakers.iter().position(|(_, said)| matches!(said.what, What::Null))?;
        let origin = speakers.get(first).and_then(|(index, said)| self.spoken(*index, said, path));
        let mut former = Vec::new();
        for (index, said) in speakers.get(first + 1..).unwrap_or_default() {
            let value = match &said.what {
                What::Null => continue,
                What::Value(value) => value.clone(),
                What::Table(_) => Value::Map(Map::new()),
            };
            former.extend(self.spoken(*index, said, path).map(|origin| Former { value, origin }));
        }
        Some(Entry { path: path.clone(), value: None, origin, former })
    }

    /// Everybody who says something of a path, those who count most first: as a global of a chart above, then the
    /// user, then the charts from the root down.
    fn speakers(&self, path: &ValuePath) -> Vec<(usize, &Said)> {
        let keys = path.keys();
        let depth = self.depth(&keys);
        let mut found = Vec::new();
        if let Some((chart, inner)) = keys.split_at_checked(depth)
            && inner.first().is_some_and(|key| **key == *GLOBAL)
        {
            for length in 0..depth {
                self.speak(&[&chart[..length], inner].concat(), &mut found);
            }
        }
        self.speak(&keys, &mut found);
        found
    }

    fn speak<'o>(&'o self, keys: &[&Str], found: &mut Vec<(usize, &'o Said)>) {
        let say = |index: usize, keys: &[&Str]| Some((index, self.sources.get(index)?.1.find(keys)?));
        let users = self.sources.iter().enumerate().rev();
        let users = users.take_while(|(_, (source, _))| matches!(source, Source::User(_)));
        found.extend(users.filter_map(|(index, _)| say(index, keys)));
        for (place, source) in &self.charts {
            if let Some(source) = source
                && lies_below(keys, place)
            {
                found.extend(say(*source, &keys[place.len()..]));
            }
        }
    }

    /// How many keys lead to the chart whose value it is.
    fn depth(&self, keys: &[&Str]) -> usize {
        let depths =
            self.charts.iter().filter(|(place, _)| keys.len() > place.len() && lies_below(keys, place));
        depths.map(|(place, _)| place.len()).max().unwrap_or(0)
    }

    /// How what a source said came to a path.
    fn way(&self, source: usize, path: &ValuePath) -> Way {
        let keys = path.keys();
        let Some((owner, said)) = self.sources.get(source) else { return Way::Straight };
        let of_it = |place: &[Str]| lies_below(&keys, place) && said.find(&keys[place.len()..]).is_some();
        let is_global = keys.iter().any(|key| **key == *GLOBAL);
        if matches!(owner, Source::User(_)) {
            return if is_global && !of_it(&[]) { Way::Global } else { Way::Straight };
        }
        let places = self.charts.iter().filter(|(_, owner)| *owner == Some(source)).map(|(place, _)| place);
        match places.filter(|place| of_it(place)).map(Vec::len).max() {
            Some(depth) if depth == self.depth(&keys) => Way::Straight,
            Some(_) => Way::Parent,
            None if is_global => Way::Global,
            None => Way::Import,
        }
    }
}

/// Reads for a flag, and keeps what it has read: standard input can be read once.
struct Read<'f> {
    files: &'f mut dyn FileReader,
    seen: Vec<(String, Vec<u8>)>,
}

impl FileReader for Read<'_> {
    fn read(&mut self, name: &str) -> Result<Vec<u8>, Box<dyn Error>> {
        let bytes = self.files.read(name)?;
        self.seen.push((name.to_owned(), bytes.clone()));
        Ok(bytes)
    }
}

/// What a flag has read, once more.
struct Again(Vec<(String, Vec<u8>)>);

impl FileReader for Again {
    fn read(&mut self, name: &str) -> Result<Vec<u8>, Box<dyn Error>> {
        let seen = self.0.iter().find(|(known, _)| known == name);
        Ok(seen.map(|(_, bytes)| bytes.clone()).unwrap_or_default())
    }
}

/// Whether a path leads into a chart.
fn lies_below(keys: &[&Str], place: &[Str]) -> bool {
    keys.len() >= place.len() && keys.iter().zip(place).all(|(key, name)| *key == name)
}
