//! Values that a chart's schema refuses.

use chart::origins::{Source, Step, ValuePath};
use chart::schema::Violation;
use govalue::{Map, Value, yaml};

use super::secret::is_secret;
use super::value::{Sources, shown};
use super::{Excerpt, Report, nearest};

/// How many are told.
const MOST: usize = 5;

/// The report about values that do not meet a schema.
pub(crate) fn schema(violations: &[Violation], sources: &Sources<'_>) -> Report {
    let mut report = Report::default();
    for violation in violations.iter().take(MOST) {
        one(&mut report, violation, sources);
    }
    if violations.len() > MOST {
        report.note("note", format!("and {} more", violations.len() - MOST));
    }
    report
}

/// The report about a subchart whose values are no table. Who said what cannot be found out in the usual way, since the
/// values make no whole.
pub(crate) fn no_table(values: &Map, sources: &Sources<'_>) -> Report {
    let mut report = Report::default();
    let chart = sources.chart;
    let aliases = chart.metadata.dependencies().map(|dependency| dependency.alias.as_str());
    let names = chart.subcharts.iter().map(chart::Chart::name).chain(aliases).filter(|name| !name.is_empty());
    for name in names {
        let said = values.get(name);
        let value = said.clone().or_else(|| chart.values.as_ref()?.get(name));
        let Some(value) = value.filter(|value| !matches!(value, Value::Map(_) | Value::Nil)) else {
            continue;
        };
        let label = format!("`{name}` is a subchart: its values are a table");
        let mut files: Vec<(String, Vec<u8>)> = Vec::new();
        if said.is_some() {
            files.extend(
                sources.given.iter().rev().filter_map(|given| sources.text_of(&Source::User(given.clone()))),
            );
        } else if let Some(text) = chart.values_text() {
            files.push((sources.words.file("values.yaml"), text.to_vec()));
        }
        let place = files.into_iter().find_map(|(file, text)| {
            let outline = yaml::outline(&text, &sources.limits.yaml).ok()?;
            let yaml::Shape::Map(entries) = outline.shape else { return None };
            let is_it = |key: &yaml::Outline| matches!(&key.shape, yaml::Shape::Text(text) if text == name);
            let (key, _) = entries.into_iter().find(|(key, _)| is_it(key))?;
            Some((file, text, key.line))
        });
        match place {
            Some((file, text, line)) => {
                report.push(Excerpt::line(&file, &text, line as usize, (1, 1), label));
            }
            None => report.note("wrong", label),
        }
        report.note("value", format!("`{name}` is {}", shown(name, &value)));
    }
    report
}

fn one(report: &mut Report, violation: &Violation, sources: &Sources<'_>) {
    let below = violation.chart.iter().skip(1);
    let mut path = ValuePath(below.map(|name| Step::Key(name.as_str().into())).collect());
    let mut current = sources.origins().and_then(|origins| origins.value(&path));
    for token in &violation.location {
        let step = match (&current, token.parse::<usize>()) {
            (Some(Value::List(_)), Ok(index)) => Step::Index(index),
            _ => Step::Key(token.as_str().into()),
        };
        path = path.then(step);
        current = sources.origins().and_then(|origins| origins.value(&path));
    }
    for name in &violation.unexpected {
        let path = path.key(name.as_str());
        excerpt(report, sources, &path, "this key is not in the schema");
        let near = nearest(name, violation.known.iter().map(String::as_str));
        match near {
            Some(near) => report.hint(format!("did you mean `{}`?", path_with(&path, near))),
            None if !violation.known.is_empty() => {
                let known: Vec<&str> = violation.known.iter().map(String::as_str).take(12).collect();
                report.note("note", format!("the schema knows {} here", known.join(", ")));
            }
            None => {}
        }
    }
    for name in &violation.missing {
        let path = path.key(name.as_str());
        match sources.removal(&path) {
            Some(entry) => report.note("value", sources.removed(&entry)),
            None => report.note("value", format!("nothing sets `{path}`")),
        }
        let holder = match &current {
            Some(Value::Map(map)) => map.clone(),
            _ => Map::new(),
        };
        let keys: Vec<String> = holder
            .keys()
            .iter()
            .map(|key| key.to_str_lossy().into_owned())
            .filter(|key| !violation.known.contains(key))
            .collect();
        match nearest(name, keys.iter().map(String::as_str)) {
            Some(near) => {
                let near = path_with(&path, near);
                let said = sources.said(&ValuePath::parse(&near)).unwrap_or_default();
                report.hint(format!("{said} sets `{near}`: is `{path}` meant?"));
            }
            None => report.hint(format!("set it with --set {path}=VALUE or in a file given with -f")),
        }
    }
    if violation.unexpected.is_empty() && violation.missing.is_empty() {
        excerpt(report, sources, &path, &violation.text);
        if let Some(value) = &current {
            sources.tell(report, &path.to_string(), Some(&path), value);
            if let Value::Str(text) = value
                && !is_secret(&path)
                && let Some(near) =
                    nearest(&text.to_str_lossy(), violation.allowed.iter().map(String::as_str))
            {
                report.hint(format!("did you mean {}?", govalue::print::quote(near.as_bytes())));
            }
            type_hint(report, violation, value);
        }
    }
    if let Some(description) = &violation.description {
        report.note("schema", format!("{path}: {description}"));
    }
    if violation.schema.is_some() {
        let place = violation.schema.as_deref().unwrap_or_default().join("/");
        let mut file = String::from("values.schema.json");
        if let [_, below @ ..] = violation.chart.as_slice()
            && !below.is_empty()
        {
            file = format!("{} of {}", file, below.join("/"));
        }
        let place = if place.is_empty() { String::new() } else { format!(" at /{place}") };
        report.note("schema", format!("{file}{place} says so"));
    }
}

fn path_with(path: &ValuePath, last: &str) -> String {
    let mut steps = path.0.clone();
    steps.pop();
    ValuePath(steps).key(last).to_string()
}

fn type_hint(report: &mut Report, violation: &Violation, value: &Value) {
    let said = |word: &str| violation.text.split("want ").nth(1).is_some_and(|want| want.contains(word));
    match value {
        Value::Str(text) if (said("integer") || said("number") || said("boolean")) && !text.is_empty() => {
            let text = text.to_str_lossy();
            if text.parse::<f64>().is_ok() || matches!(&*text, "true" | "false") {
                report.hint("take the quotes off; --set-string makes texts, --set makes numbers");
            }
        }
        Value::Int(..) | Value::Float(..) | Value::Bool(_) if said("string") => {
            report.hint("put it in quotes in a file; on the command line --set-string takes it as text");
        }
        _ => {}
    }
}

/// The line in which a value is set, when a file says it.
fn excerpt(report: &mut Report, sources: &Sources<'_>, path: &ValuePath, label: &str) {
    let Some(origin) = sources.origins().and_then(|origins| origins.of(path)) else {
        report.note("wrong", format!("`{path}`: {label}"));
        return;
    };
    match sources.text_of(origin.source).zip(origin.line) {
        Some(((file, text), line)) => {
            report.push(Excerpt::line(&file, &text, line as usize, (1, 1), label));
        }
        None => report.note("wrong", format!("`{path}`: {label}")),
    }
}
