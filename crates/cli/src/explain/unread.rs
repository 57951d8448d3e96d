//! Keys of the user's that the chart does not have, and that look like one that it has: no error, in Helm.

use chart::Chart;
use chart::origins::ValuePath;
use govalue::{Map, Value};

use super::value::Sources;
use super::{Report, nearest};

/// How many are told.
const MOST: usize = 10;
/// How deep tables are looked into.
const DEPTH: usize = 64;

/// The report about keys in the user's values that are probably misspelled. Nothing is said about others: a chart may
/// read what its values.yaml does not have; what a template mentions is left alone.
/// What `report` has told already is not told again.
pub(crate) fn unread(values: &Map, sources: &Sources<'_>, mut report: Report) -> Report {
    let mut found = Vec::new();
    look(values, sources.chart, sources.chart.values.as_ref(), &ValuePath::default(), &mut found);
    found.retain(|(path, _)| !report.mentions(&format!("`{path}`")));
    for (path, near) in found.into_iter().take(MOST) {
        let said = sources.said(&path).unwrap_or_default();
        report.note("note", format!("{said} sets `{path}`, which the chart's values do not have"));
        report.hint(format!("did you mean `{near}`?"));
    }
    report
}

fn look(
    values: &Map,
    chart: &Chart,
    defaults: Option<&Map>,
    path: &ValuePath,
    found: &mut Vec<(ValuePath, ValuePath)>,
) {
    if path.0.len() > DEPTH || found.len() >= MOST {
        return;
    }
    let mut known: Vec<String> =
        defaults.iter().flat_map(|map| map.keys()).map(|key| key.to_str_lossy().into_owned()).collect();
    let is_chart = |name: &str| {
        path.0.is_empty()
            && (name == "global"
                || name == "tags"
                || chart.subcharts.iter().any(|chart| chart.name() == name)
                || chart.metadata.dependencies().any(|dependency| dependency.alias == name))
    };
    known.retain(|name| !is_chart(name));
    for (key, value) in values.iter() {
        let name = key.to_str_lossy().into_owned();
        let default = defaults.and_then(|defaults| defaults.get(&key));
        match (value, default) {
            (Value::Map(inner), Some(Value::Map(default))) if !default.is_empty() && !is_chart(&name) => {
                look(&inner, chart, Some(&default), &path.key(key), found);
            }
            (_, None) if !is_chart(&name) => {
                // What the user sets too is not what is meant.
                let free = known.iter().map(String::as_str).filter(|other| !values.contains_key(other));
                if let Some(near) = nearest(&name, free).filter(|_| !mentions(chart, &name)) {
                    found.push((path.key(key), path.key(near)));
                }
            }
            _ => {}
        }
    }
}

/// Whether a template of a chart, or of one below it, has a word in it: then it may well read that key.
fn mentions(chart: &Chart, word: &str) -> bool {
    let has = |text: &[u8]| memchr::memmem::find(text, word.as_bytes()).is_some();
    chart.templates.iter().any(|file| has(&file.data))
        || chart.subcharts.iter().any(|chart| mentions(chart, word))
}
