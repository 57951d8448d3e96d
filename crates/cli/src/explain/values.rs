//! Values that cannot be read, and charts' own files that cannot be.

use std::path::Path;

use chart::load::LoadError;
use chart::values::{FileReader as _, SetError, ValueSource, ValuesError};
use govalue::yaml;

use super::secret::told;
use super::{Excerpt, Report, nearest};
use crate::commands::values::flag_text;
use crate::limits::Limits;
use crate::prepare::{Files, read_bounded};

/// A file of a chart that is read again for a report.
const MAX_FILE: u64 = 16 << 20;

/// The report about values that cannot be put together.
pub(crate) fn values(error: &ValuesError, given: &[ValueSource], limits: &Limits) -> Report {
    let mut report = Report::default();
    let alone = |source: &&ValueSource| {
        chart::values::merge_within(std::slice::from_ref(*source), &mut Files::within(limits), &limits.yaml)
            .is_err()
    };
    match error {
        ValuesError::Parse { file, .. } => {
            if let Ok(bytes) = Files::within(limits).read(file) {
                broken_file(&mut report, file, &bytes, limits);
            }
        }
        ValuesError::Read(_) => {
            let unread = given.iter().find(|source| matches!(source, ValueSource::File(_)) && alone(source));
            if let Some(ValueSource::File(file)) = unread {
                unread_values(&mut report, file);
            }
        }
        ValuesError::JsonObject(text) | ValuesError::Json(text) => {
            report.note("flag", format!("--set-json {text}"));
            report
                .hint("write KEY=JSON with texts in double quotes, the whole in single quotes for the shell");
        }
        ValuesError::Set { source, .. } => {
            let mut flags = given.iter().filter(|source| !matches!(source, ValueSource::File(_)));
            let flag = flags.clone().find(alone).or(flags.next_back());
            if let Some(flag) = flag {
                report.note("flag", flag_text(&told(flag)));
            }
            set_hint(&mut report, source, flag);
        }
    }
    report
}

fn set_hint(report: &mut Report, error: &SetError, flag: Option<&ValueSource>) {
    let text = flag.map(flag_text).unwrap_or_default();
    let has_comma = text.contains(',');
    match error {
        SetError::NoValue(_) if text.contains("={") => {
            report.hint("braces make a list: {a,b}; --set-literal takes a value as it is");
        }
        SetError::NoValue(_) if !has_comma && !text.contains('=') => {
            report.hint(format!("write {text}=VALUE, or {text}= for an empty text"));
        }
        SetError::EmptyMap(key) if !has_comma => {
            report.hint(format!(
                "behind the dot a key is wanted: {key}.KEY=VALUE; a dot within a key is `\\.`"
            ));
        }
        SetError::NoValue(_) | SetError::Comma(_) | SetError::EmptyMap(_) => {
            report.hint(
                "a comma begins the next KEY=VALUE; within a value it is `\\,`, and a dot within a key `\\.`",
            );
        }
        SetError::OpenList => report.hint("a list is written {a,b}, with quotes around it for the shell"),
        SetError::Conflict { .. } => {
            report.hint(
                "another flag has put a value of another type there: a key holds a table, a list or a value",
            );
        }
        SetError::Index { .. }
        | SetError::Negative(_)
        | SetError::LargeIndex(_)
        | SetError::AfterIndex(_) => {
            report.hint(
                "items are counted from 0: KEY[0]=VALUE, KEY[0].NAME=VALUE; `\\[` is a bracket within a key",
            );
        }
        SetError::Read(_) => {
            if let Some(ValueSource::SetFile(text)) = flag
                && let Some((_, file)) = text.split_once('=')
            {
                unread_values(report, file);
            }
        }
        SetError::Json(_) | SetError::Nesting => {}
    }
}

/// Adds what is probably meant by the name of a file that is not there.
pub(crate) fn unread_values(report: &mut Report, file: &str) {
    let path = Path::new(file);
    if path.exists() {
        return;
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let Ok(entries) = std::fs::read_dir(folder) else {
        report.note("note", format!("there is no folder {}", folder.display()));
        return;
    };
    let mut names: Vec<String> =
        entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).take(10_000).collect();
    names.sort();
    let typed = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    if let Some(near) = nearest(&typed, names.iter().map(String::as_str)) {
        let near = path.with_file_name(near);
        report.hint(format!("did you mean {}?", near.display()));
    }
}

/// Adds where a file of YAML is broken, or that it is no table.
fn broken_file(report: &mut Report, file: &str, bytes: &[u8], limits: &Limits) {
    for (before, document) in yaml::documents_placed(bytes) {
        let Ok(document) = document else { return };
        let before = before as usize;
        if let Some(broken) = yaml::broken(&document) {
            super::yaml::broken(report, (file, ""), bytes, before, &broken);
            return;
        }
        if let Err(error) = yaml::read_map(&document, &limits.yaml) {
            let outline = yaml::outline(&document, &limits.yaml);
            let is_table = outline.as_ref().is_ok_and(|outline| matches!(outline.shape, yaml::Shape::Map(_)));
            let (line, label) = match outline {
                Ok(outline) if !is_table => {
                    (outline.line as usize, "keys and values are wanted here".to_owned())
                }
                _ => (1, error.to_string()),
            };
            report.push(Excerpt::line(file, bytes, before + line, (2, 2), label));
            if !is_table {
                report.hint("values are a table: each line `key: value`, with a blank behind the colon");
            }
            return;
        }
    }
}

/// The report about a chart that cannot be loaded from a folder.
pub(crate) fn chart_file(error: &LoadError, folder: &Path, shown: &Path, limits: &Limits) -> Report {
    let mut report = Report::default();
    let (mut error, mut folder, mut shown) = (error, folder.to_owned(), shown.to_owned());
    while let LoadError::Subchart { subchart, source, .. } = error {
        folder = folder.join("charts").join(subchart);
        shown = shown.join("charts").join(subchart);
        error = source;
    }
    let read = |file: &str| {
        let name = shown.join(file).to_string_lossy().into_owned();
        read_bounded(&folder.join(file), MAX_FILE).ok().map(|bytes| (name, bytes))
    };
    match error {
        LoadError::Parse { file, .. } => {
            if let Some((name, bytes)) = read(file) {
                broken_file(&mut report, &name, &bytes, limits);
                if report.is_empty() {
                    misfit(&mut report, &name, &bytes, limits);
                }
            }
        }
        LoadError::Validation(error) => {
            if let Some((name, bytes)) = read("Chart.yaml") {
                field(&mut report, &name, &bytes, error.field, limits);
            }
        }
        LoadError::Detect { .. } | LoadError::NoChartFile => {
            let inner = std::fs::read_dir(&folder).into_iter().flatten().filter_map(|entry| {
                let path = entry.ok()?.path();
                path.join("Chart.yaml").is_file().then(|| path.file_name()?.to_str().map(str::to_owned))?
            });
            let mut inner: Vec<String> = inner.take(100).collect();
            inner.sort();
            if let Some(first) = inner.first() {
                report.hint(format!("there is a chart in {}", shown.join(first).display()));
            }
            let upper = std::fs::read_dir(&folder).into_iter().flatten().filter_map(|entry| {
                let name = entry.ok()?.file_name().into_string().ok()?;
                (name != "Chart.yaml" && name.eq_ignore_ascii_case("chart.yaml") || name == "Chart.yml")
                    .then_some(name)
            });
            if let Some(name) = upper.min() {
                report.hint(format!("{} must be called Chart.yaml", shown.join(name).display()));
            }
        }
        _ => {}
    }
    report
}

/// Points at a field of Chart.yaml.
fn field(report: &mut Report, name: &str, bytes: &[u8], field: &str, limits: &Limits) {
    let Ok(outline) = yaml::outline(bytes, &limits.yaml) else { return };
    let yaml::Shape::Map(entries) = &outline.shape else { return };
    let keys: Vec<&str> = entries.iter().filter_map(|(key, _)| text(key)).collect();
    match entries.iter().find(|(key, _)| text(key) == Some(field)) {
        Some((key, _)) => {
            let label = match field {
                "version" => "not a version: MAJOR.MINOR.PATCH",
                "type" => "`application` or `library`",
                _ => "this field",
            };
            report.push(Excerpt::line(name, bytes, key.line as usize, (1, 1), label));
        }
        None if !field.is_empty() => {
            report.note("note", format!("{name} has no `{field}`"));
            if let Some(near) = nearest(field, keys) {
                let line =
                    entries.iter().find(|(key, _)| text(key) == Some(near)).map_or(1, |(key, _)| key.line);
                report.push(Excerpt::line(
                    name,
                    bytes,
                    line as usize,
                    (1, 1),
                    format!("is `{field}` meant?"),
                ));
            }
        }
        None => {}
    }
}

/// Points at the first field of Chart.yaml that has a type it cannot have.
fn misfit(report: &mut Report, name: &str, bytes: &[u8], limits: &Limits) {
    const LISTS: [&str; 4] = ["keywords", "sources", "maintainers", "dependencies"];
    let Ok(outline) = yaml::outline(bytes, &limits.yaml) else { return };
    let yaml::Shape::Map(entries) = &outline.shape else { return };
    for (key, value) in entries {
        let Some(field) = text(key) else { continue };
        let label = match &value.shape {
            yaml::Shape::List(_) if !LISTS.contains(&field) => "a list, where there is none",
            yaml::Shape::Map(_) if field != "annotations" => "a table, where there is none",
            yaml::Shape::Text(_) | yaml::Shape::Number(_) | yaml::Shape::Bool(_)
                if LISTS.contains(&field) =>
            {
                "a list is wanted here"
            }
            yaml::Shape::Text(_) | yaml::Shape::Number(_) if field == "annotations" => {
                "a table is wanted here"
            }
            yaml::Shape::Bool(_) if field != "deprecated" => "a text is wanted here: put it in quotes",
            _ => continue,
        };
        report.push(Excerpt::line(name, bytes, key.line as usize, (1, 1), label));
        return;
    }
}

fn text(outline: &yaml::Outline) -> Option<&str> {
    match &outline.shape {
        yaml::Shape::Text(text) => Some(text),
        _ => None,
    }
}
