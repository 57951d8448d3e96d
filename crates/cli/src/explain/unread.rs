//! What is odd in the user's values and no error, in Helm: keys that the chart does not have and that look like one that
//! it has, and values of another type than the chart's own.

use chart::Chart;
use chart::origins::ValuePath;
use govalue::{Map, Value};

use super::Report;
use super::near::misspelled;
use super::secret::is_secret;
use super::value::{Sources, hidden, show};

/// How many are told.
const MOST: usize = 10;
/// How deep tables are looked into.
const DEPTH: usize = 64;

/// Something odd, at a path.
enum Odd {
    /// The chart has no such key, but this one.
    Near(ValuePath),
    /// The chart's own value is of another type.
    Type(Value),
}

/// The report about the user's values as far as they are probably mistaken. Nothing is said about other keys that the
/// chart's values do not have: a chart may read them all the same, and what a template mentions is left alone. Nor about
/// types that charts take for one another, as texts and numbers.
///
/// What `report` has told already is not told again.
pub(crate) fn unread(values: &Map, sources: &Sources<'_>, mut report: Report) -> Report {
    let mut found = Vec::new();
    look(values, sources.chart, sources.chart.values.as_ref(), &ValuePath::default(), &mut found);
    found.retain(|(path, odd)| {
        let told = match odd {
            Odd::Near(near) => report.mentions(&did_you_mean(near)),
            Odd::Type(_) => report.mentions(&format!("`.Values.{path}`")),
        };
        !told && !report.mentions(&format!("`{path}`"))
    });
    for (path, odd) in found.into_iter().take(MOST) {
        let said = sources.said(&path).unwrap_or_default();
        match odd {
            Odd::Near(near) => {
                report.note("note", format!("{said} sets `{path}`, which the chart's values do not have"));
                report.hint(did_you_mean(&near));
            }
            Odd::Type(value) => {
                let Some((file, default)) = sources.default_of(&path) else { continue };
                let told = |value: &Value| if is_secret(&path) { hidden(value) } else { show(value) };
                report.note(
                    "note",
                    format!("{said} sets `{path}` to {}; in {file} it is {}", told(&value), told(&default)),
                );
                if let Value::Bool(_) = default {
                    report.hint("a text counts as true unless it is empty: take the quotes off");
                }
            }
        }
    }
    report
}

fn did_you_mean(path: &ValuePath) -> String {
    format!("did you mean `{path}`?")
}

/// Whether a value is hardly what the chart's own stands for.
fn is_other(key: &str, value: &Value, default: &Value) -> bool {
    let is_word = |text: &govalue::Str| !text.is_empty() && text.iter().all(u8::is_ascii_alphabetic);
    let is_no =
        |text: &govalue::Str| matches!(text.to_str_lossy().to_lowercase().as_str(), "false" | "no" | "off");
    match (default, value) {
        (_, Value::Nil) | (Value::Map(_), Value::Map(_)) | (Value::List(_), Value::List(_)) => false,
        // A text may be a template that makes a table or a list, and an empty one stands for none.
        (Value::Map(map), Value::Str(text)) => !map.is_empty() && !text.is_empty(),
        (Value::List(list), Value::Str(text)) => !list.is_empty() && !text.is_empty(),
        (Value::Map(_) | Value::List(_), _) => true,
        // Ports have names.
        (Value::Int(..) | Value::Float(..), Value::Str(text)) => {
            is_word(text) && !key.to_lowercase().ends_with("port")
        }
        (Value::Bool(_), Value::Str(text)) => is_no(text),
        _ => false,
    }
}

fn look(
    values: &Map,
    chart: &Chart,
    defaults: Option<&Map>,
    path: &ValuePath,
    found: &mut Vec<(ValuePath, Odd)>,
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
                if let Some(near) = misspelled(&name, free).filter(|_| !mentions(chart, &name)) {
                    found.push((path.key(key), Odd::Near(path.key(near))));
                }
            }
            (value, Some(default)) if !is_chart(&name) && is_other(&name, &value, &default) => {
                found.push((path.key(key), Odd::Type(value)));
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
