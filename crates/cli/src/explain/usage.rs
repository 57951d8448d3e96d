//! Mistakes on the command line: flags, charts and templates that are not there, dependencies that are missing.

use std::path::Path;

use chart::Chart;
use govalue::yaml;

use super::{Excerpt, Report, nearest};
use crate::commands::values::Words;

/// The flag that was probably meant.
pub(crate) fn unknown_flag(typed: &str, known: &[&'static str]) -> Report {
    let mut report = Report::default();
    if let Some(near) = nearest(typed, known.iter().copied()) {
        report.hint(format!("did you mean --{near}?"));
    } else if typed.chars().count() > 1 && typed.starts_with(['f', 'n', 'o', 's']) && typed[1..].contains('.')
    {
        report.hint("a flag of one letter has one dash");
    }
    report
}

/// A chart that is not where it was looked for.
pub(crate) fn missing_chart(reference: &str) -> Report {
    let mut report = Report::default();
    let path = Path::new(reference);
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let Ok(entries) = std::fs::read_dir(folder) else {
        if !reference.contains("://") && reference.contains('/') {
            report.note("note", format!("there is no folder {} either", folder.display()));
        }
        return report;
    };
    let mut charts: Vec<String> = entries
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            let name = path.file_name()?.to_str()?.to_owned();
            (path.join("Chart.yaml").is_file() || name.ends_with(".tgz")).then_some(name)
        })
        .take(10_000)
        .collect();
    charts.sort();
    let typed = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let shown = |name: &str| path.with_file_name(name).display().to_string();
    if let Some(near) = nearest(&typed, charts.iter().map(String::as_str)) {
        report.hint(format!("did you mean {}?", shown(near)));
    } else if !charts.is_empty() {
        let some: Vec<String> = charts.iter().take(5).map(|name| shown(name)).collect();
        report.note("note", format!("there are charts at {}", some.join(", ")));
    }
    if Path::new("Chart.yaml").is_file() {
        report.hint("this folder is a chart itself: its path is `.`");
    }
    report
}

/// Dependencies that are declared and not there.
pub(crate) fn missing_dependencies(
    chart: &Chart,
    names: &[String],
    words: &Words,
    (program, reference): (&str, &str),
) -> Report {
    let mut report = Report::default();
    let old = chart.metadata.api_version == "v1" && chart.raw_file("requirements.yaml").is_some();
    let file = if old { "requirements.yaml" } else { "Chart.yaml" };
    let text = chart.raw_file(file).unwrap_or_default();
    let present: Vec<&str> = chart.subcharts.iter().map(Chart::name).collect();
    for name in names {
        if let Some(line) = declared(text, name) {
            let label = format!("charts/ has no chart called {name}");
            report.push(Excerpt::line(&words.file(file), text, line, (0, 2), label));
        }
        if let Some(near) = nearest(name, present.iter().copied()) {
            report.hint(format!("charts/ has `{near}`: is that the one?"));
        }
    }
    let remote = |name: &String| {
        let mut declared = chart.metadata.dependencies().filter(|dependency| dependency.name == *name);
        declared.any(|dependency| {
            !dependency.repository.is_empty() && !dependency.repository.starts_with("file://")
        })
    };
    report.note(
        "note",
        if present.is_empty() {
            "charts/ has no charts".to_owned()
        } else {
            format!("charts/ has {}", present.join(", "))
        },
    );
    if program == "pintle" && names.iter().any(remote) {
        report.hint(
            "put the chart into charts/: this version of Pintle cannot fetch from repositories and registries yet",
        );
    } else {
        report.hint(format!("{program} dependency build {reference}"));
    }
    report
}

/// The line of a dependency's name.
fn declared(text: &[u8], name: &str) -> Option<usize> {
    let outline = yaml::outline(text, &yaml::Limits::default()).ok()?;
    let yaml::Shape::Map(entries) = &outline.shape else { return None };
    let is = |outline: &yaml::Outline, wanted: &str| matches!(&outline.shape, yaml::Shape::Text(text) if text == wanted);
    let (_, list) = entries.iter().find(|(key, _)| is(key, "dependencies"))?;
    let yaml::Shape::List(items) = &list.shape else { return None };
    items.iter().find_map(|item| {
        let yaml::Shape::Map(entries) = &item.shape else { return None };
        let (key, _) = entries.iter().find(|(key, value)| is(key, "name") && is(value, name))?;
        Some(key.line as usize)
    })
}

/// A template that `--show-only` asked for and that printed nothing. `printed` are those that did, `all` those that
/// there are, both from the chart's folder on.
pub(crate) fn show_only(glob: &str, chart: &str, printed: &[String], all: &[String]) -> Report {
    let mut report = Report::default();
    if all.iter().any(|name| name == glob) {
        report.note("note", format!("{glob} is there, and prints nothing with these values"));
        return report;
    }
    let names = || all.iter().map(String::as_str);
    let base = |path: &str| path.rsplit('/').next().unwrap_or(path).to_owned();
    if let Some(inner) = glob.trim_start_matches("./").strip_prefix(&format!("{chart}/"))
        && names().any(|name| name == inner)
    {
        report.hint(format!("paths begin within the chart: --show-only {inner}"));
        return report;
    }
    if let Some(same) = names().find(|name| base(name) == base(glob)) {
        report.hint(format!("did you mean --show-only {same}?"));
    } else if let Some(near) = nearest(glob, names()) {
        report.hint(format!("did you mean --show-only {near}?"));
    } else {
        let bases: Vec<String> = names().map(base).collect();
        let typed = base(glob);
        if let Some(near) = nearest(&typed, bases.iter().map(String::as_str))
            && let Some(path) = names().find(|name| base(name) == near)
        {
            report.hint(format!("did you mean --show-only {path}?"));
        } else {
            let some: Vec<&str> = printed.iter().take(10).map(String::as_str).collect();
            report.note("note", format!("these print something: {}", some.join(", ")));
        }
    }
    report
}
