//! Values: read from files and flags, merged in Helm's order, and coalesced with what charts bring.
//!
//! [`merge`] makes one table of everything the user said. [`coalesce`] holds the rules by which that table
//! meets the charts' defaults; [`Chart::resolve`](crate::Chart::resolve) applies them.

pub(crate) mod coalesce;
mod path;
pub mod set;

pub use coalesce::coalesce_tables;
pub(crate) use path::{path_value, table};
pub use set::SetError;

use std::error::Error;

use govalue::{Map, Value, yaml};

/// One `-f` or `--set…` as typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ValueSource {
    /// `-f FILE`.
    File(String),
    /// `--set-json KEY=JSON` or `--set-json '{…}'`.
    SetJson(String),
    /// `--set KEY=VALUE`.
    Set(String),
    /// `--set-string KEY=VALUE`.
    SetString(String),
    /// `--set-file KEY=FILE`.
    SetFile(String),
    /// `--set-literal KEY=TEXT`.
    SetLiteral(String),
}

/// Reads the files that value flags name. It decides what `-`, a URL or a path mean.
pub trait FileReader {
    /// The contents of what a flag names.
    ///
    /// # Errors
    /// Worded as Helm does, `open x: no such file or directory`.
    fn read(&mut self, name: &str) -> Result<Vec<u8>, Box<dyn Error>>;
}

/// Why values could not be put together.
#[derive(Debug, thiserror::Error)]
pub enum ValuesError {
    /// A values file cannot be read.
    #[error("{0}")]
    Read(#[source] Box<dyn Error>),
    /// A values file is no YAML, or no table.
    #[error("failed to parse {file}: {source}")]
    Parse {
        /// As typed.
        file: String,
        /// What is wrong with it.
        source: govalue::Error,
    },
    /// A whole JSON object that is none.
    #[error("failed parsing --set-json data JSON: {0}")]
    JsonObject(String),
    /// A `--set-json` that cannot be read; Helm does not say why.
    #[error("failed parsing --set-json data {0}")]
    Json(String),
    /// Any other flag that cannot be read.
    #[error("failed parsing --{flag} data: {source}")]
    Set {
        /// `set`, `set-string`, `set-file` or `set-literal`.
        flag: &'static str,
        /// What is wrong with it.
        source: SetError,
    },
}

impl ValuesError {
    /// Name and value of the limit that was met, if that is what is wrong.
    pub fn limit(&self) -> Option<(&'static str, u64)> {
        match self {
            Self::Parse { source, .. } => source.limit(),
            _ => None,
        }
    }
}

/// Merges sources in Helm's order, which is by kind and not by place on the command line: files, then
/// `--set-json`, `--set`, `--set-string`, `--set-file`, `--set-literal`.
///
/// # Errors
/// With Helm's words for the first source that cannot be read.
pub fn merge(sources: &[ValueSource], files: &mut dyn FileReader) -> Result<Map, ValuesError> {
    merge_within(sources, files, &yaml::Limits::default())
}

/// As [`merge`], with other limits for YAML.
///
/// # Errors
/// As [`merge`].
pub fn merge_within(
    sources: &[ValueSource],
    files: &mut dyn FileReader,
    limits: &yaml::Limits,
) -> Result<Map, ValuesError> {
    let base = Map::new();
    for source in in_order(sources) {
        apply(source, &base, files, limits)?;
    }
    Ok(base)
}

/// Sources in the order in which they count, the last one most.
pub(crate) fn in_order(sources: &[ValueSource]) -> Vec<&ValueSource> {
    let mut ordered: Vec<&ValueSource> = sources.iter().collect();
    ordered.sort_by_key(|source| match source {
        ValueSource::File(_) => 0,
        ValueSource::SetJson(_) => 1,
        ValueSource::Set(_) => 2,
        ValueSource::SetString(_) => 3,
        ValueSource::SetFile(_) => 4,
        ValueSource::SetLiteral(_) => 5,
    });
    ordered
}

/// Puts what one source says over what is there.
pub(crate) fn apply(
    source: &ValueSource,
    base: &Map,
    files: &mut dyn FileReader,
    limits: &yaml::Limits,
) -> Result<(), ValuesError> {
    let refuse = |flag| move |source| ValuesError::Set { flag, source };
    match source {
        ValueSource::File(file) => {
            let bytes = files.read(file).map_err(ValuesError::Read)?;
            let values =
                read(&bytes, limits).map_err(|source| ValuesError::Parse { file: file.clone(), source })?;
            overlay(base, &values, 0);
        }
        ValueSource::SetJson(text) => {
            let trimmed = text.trim();
            if trimmed.starts_with('{') {
                let values = govalue::json::read_map(trimmed.as_bytes())
                    .map_err(|_| ValuesError::JsonObject(text.clone()))?;
                overlay(base, &values, 0);
            } else {
                set::parse_json(text, base).map_err(|_| ValuesError::Json(text.clone()))?;
            }
        }
        ValueSource::Set(text) => set::parse(text, base).map_err(refuse("set"))?,
        ValueSource::SetString(text) => set::parse_string(text, base).map_err(refuse("set-string"))?,
        ValueSource::SetFile(text) => set::parse_file(text, base, files).map_err(refuse("set-file"))?,
        ValueSource::SetLiteral(text) => set::parse_literal(text, base).map_err(refuse("set-literal"))?,
    }
    Ok(())
}

/// Reads a values file: the tables of all its documents, later ones over earlier ones.
///
/// # Errors
/// When a document is no YAML or no table.
pub fn read(bytes: &[u8], limits: &yaml::Limits) -> Result<Map, govalue::Error> {
    let wrap = |e: govalue::Error| e.prefixed("cannot unmarshal yaml document: ");
    let values = Map::new();
    for document in yaml::documents(bytes) {
        let document =
            document.map_err(|e| govalue::Error::new(format!("error reading yaml document: {e}")))?;
        let document = yaml::read_map(&document, limits).map_err(wrap)?;
        overlay(&values, &document, 0);
    }
    Ok(values)
}

/// Nested deeper than this, tables are replaced instead of merged; no reader lets that much through.
const DEPTH: usize = 2_000;

/// Puts one table over another: tables merge, everything else is replaced, nulls stay.
pub(crate) fn overlay(base: &Map, over: &Map, depth: usize) {
    for (key, value) in over.iter() {
        if let Value::Map(inner) = &value
            && let Some(Value::Map(below)) = base.get(&key)
            && !below.is_nil()
            && !below.same(inner)
            && depth < DEPTH
        {
            overlay(&below, inner, depth + 1);
        } else {
            base.insert(key, value);
        }
    }
}
