//! `lint`: what is wrong with charts, before anyone installs them.

use std::path::{Path, PathBuf};

use chart::load::{self, Folder};
use chart::schema::SchemaLoader;
use chart::values::ValueSource;
use chart::{Chart, ResolveError};
use govalue::{Map, Value};
use guard::{Guard, Provenance};
use render::lint::{LintOptions, Message, Report, Severity, Stop, lint, trace};

use super::Context;
use super::values::{Place, Words};
use crate::explain::{self, Scene, Sources, Tape};
use crate::host::Machine;
use crate::limits::{Limits, limits};
use crate::outside::{GuardedLinks, References};
use crate::prepare::{self, Semver};
use crate::report::Failure;

/// Subcharts deeper than this are not looked for; the system's limit on paths is near.
const MAX_DEPTH: usize = 512;

pub(super) fn run(context: &mut Context<'_>) -> Result<(), Failure> {
    let kube_version = prepare::kube_version(context)?;
    let mut paths = context.parsed.args.clone();
    if context.parsed.bool("with-subcharts") {
        for path in &context.parsed.args {
            let charts = clean(&format!("{path}/charts"));
            find_subcharts(&charts, Path::new(&charts), 0, &mut paths);
        }
    }
    let namespace = context.environment.namespace(&context.parsed);
    let values = prepare::values(context)?;
    // Linting writes defaults into the tables of `values`; this is what was typed.
    let typed = copy(&values);
    let quiet = context.parsed.bool("quiet");
    let tolerated = if context.parsed.bool("strict") { Severity::Info } else { Severity::Warning };
    let validates = !context.parsed.bool("skip-schema-validation");
    let limits = limits(context)?;
    let make_loader = loaders(&limits);
    let mut guard = prepare::guard(context)?;
    let (mut failed, mut told) = (0, 0);
    // What is ours: the first denial or limit decides about the exit code.
    let mut ours: Option<Failure> = None;
    let mut told_more = explain::Report::default();
    let options = || LintOptions {
        namespace: namespace.clone(),
        kube_version: kube_version.clone(),
        budget: limits.budget.clone(),
        yaml: limits.yaml,
        templates: usize::try_from(limits.templates).unwrap_or(usize::MAX),
        versions: &Semver,
        schema: validates.then_some(&make_loader),
        threads: prepare::threads(),
        provenance: Provenance::Local,
        typed: typed.clone(),
    };
    for path in &paths {
        let result = match folder(path, &mut guard, &limits) {
            Err(reason) => Err(reason),
            Ok(folder) => {
                let tape = context.environment.explains().then(Tape::default);
                let before = tape.as_ref().map(|_| copy(&values));
                let host: Box<dyn render::Host> =
                    Box::new(Machine::new(context.environment, &context.progress, &limits));
                let host = match &tape {
                    Some(tape) => tape.record(host),
                    None => host,
                };
                let report = lint(&folder, &values, options(), host, guard);
                prepare::log(context, &report.notices);
                if ours.is_none() {
                    ours = cause(&folder, &report);
                }
                if let (Some(tape), Some(before)) = (tape, before) {
                    let sources = Linted { path, folder: &folder, typed: &typed, limits: &limits };
                    // The guard of the render stays as it is: this one's audit list is nobody's.
                    let again = prepare::guard(context)?;
                    let traced = |chart: &Chart, at: (&str, &[u8])| {
                        trace(chart, &before, options(), tape.play(), again, at)
                    };
                    let given = prepare::value_sources(&context.parsed);
                    told_more.add(sources.explained(&report, given, traced));
                }
                guard = report.guard;
                Ok(report.messages)
            }
        };
        let is_bad = |message: &Message, limit: Severity| message.severity > limit;
        let (telling, failing) = match &result {
            Err(_) => (true, true),
            Ok(messages) => (
                messages.iter().any(|message| is_bad(message, Severity::Info)),
                messages.iter().any(|message| is_bad(message, tolerated)),
            ),
        };
        failed += usize::from(failing);
        told += usize::from(telling);
        if quiet && !telling {
            continue;
        }
        let mut text = format!("==> Linting {path}\n");
        match result {
            Err(reason) => text.push_str(&format!("Error {reason}\n")),
            Ok(messages) => {
                for message in messages.iter().filter(|message| !quiet || is_bad(message, Severity::Info)) {
                    text.push_str(&format!("{message}\n"));
                }
            }
        }
        text.push('\n');
        if context.environment.stdout_is_terminal() {
            text = harmless(&text);
        }
        context.output.out(&text);
    }
    prepare::audit(context, &mut guard)?;
    let summary = format!("{} chart(s) linted, {failed} chart(s) failed", paths.len());
    if failed > 0 {
        let failure = match ours {
            Some(failure) => failure.with_message(summary),
            None => Failure::plain(summary),
        };
        return Err(failure.with_report(told_more));
    }
    if !quiet || told > 0 {
        context.output.out(&format!("{summary}\n"));
    }
    context.output.remark(&told_more.text(context.environment.get("COLUMNS")));
    Ok(())
}

fn copy(values: &Map) -> Map {
    match govalue::compare::deep_copy(&Value::Map(values.clone())) {
        Some(Value::Map(copy)) => copy,
        _ => Map::new(),
    }
}

/// A chart that was linted, for a report about it.
struct Linted<'l> {
    path: &'l str,
    folder: &'l Folder,
    /// The user's values.
    typed: &'l Map,
    limits: &'l Limits,
}

impl Linted<'_> {
    /// What more there is to say about what was found. `trace` finds out who printed what.
    fn explained(
        &self,
        report: &Report,
        given: Vec<ValueSource>,
        trace: impl FnOnce(&Chart, (&str, &[u8])) -> Option<gotmpl::Trace>,
    ) -> explain::Report {
        let path = Path::new(self.path);
        let chart = match &self.folder.chart {
            Ok(chart) => chart,
            Err(error) => return explain::chart_file(error, path, path, self.limits),
        };
        let words = || Words { chart: Place::of(self.path, path.is_dir()) };
        let sources = || Sources::new(chart, words(), given.clone(), self.limits.clone());
        let told = match (&report.stop, &report.resolved) {
            (Some(Stop::Values(ResolveError::Schema { violations, .. })), _) => {
                explain::schema(violations, &sources())
            }
            (Some(Stop::Values(_)), _) => explain::no_table(self.typed, &sources()),
            (Some(Stop::Templates(error)), Some(resolved)) => {
                explain::render(error, &Scene { sources: sources(), resolved })
            }
            (Some(Stop::Printed { template, content }), Some(resolved)) => {
                let scene = Scene { sources: sources(), resolved };
                let trace = || trace(chart, (template, content));
                explain::manifest(template, content, &self.limits.yaml, &scene, trace)
            }
            _ => explain::Report::default(),
        };
        explain::unread(self.typed, &sources(), told)
    }
}

/// What makes the one who loads what a schema refers to.
fn loaders(limits: &Limits) -> impl for<'g> Fn(&'g mut Guard) -> Box<dyn SchemaLoader + 'g> + '_ {
    |guard| Box::new(References::new(guard, limits))
}

/// Adds what lies below a `charts` folder: the folder of every Chart.yaml, and every archive. Links are not
/// followed. `name` is the path as it is told, `path` the same for the system.
fn find_subcharts(name: &str, path: &Path, depth: usize, found: &mut Vec<String>) {
    let Ok(status) = std::fs::symlink_metadata(path) else { return };
    if path.file_name().is_some_and(|base| base == "Chart.yaml") {
        found.push(name.rsplit_once('/').map_or(".", |(folder, _)| folder).to_owned());
    } else if is_archive(name) {
        found.push(name.to_owned());
    }
    if !status.is_dir() || depth > MAX_DEPTH {
        return;
    }
    let Ok(entries) = std::fs::read_dir(path) else { return };
    let mut entries: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    entries.sort();
    for entry in entries {
        let base = entry.file_name().unwrap_or_default().to_string_lossy();
        find_subcharts(&format!("{name}/{base}"), &entry, depth + 1, found);
    }
}

fn is_archive(path: &str) -> bool {
    path.ends_with(".tgz") || path.ends_with(".tar.gz")
}

fn clean(path: &str) -> String {
    String::from_utf8_lossy(&sprig::path::clean(path.as_bytes())).into_owned()
}

/// Looks at a chart's folder or archive. The error is Helm's text for what is no chart at all.
fn folder(name: &str, guard: &mut Guard, limits: &Limits) -> Result<Folder, String> {
    let path = Path::new(name);
    let _loading = crate::profile::phase("load");
    let mut links = GuardedLinks::new(path, guard, limits);
    let mut loading = load::Context::new(&Semver, &mut links);
    loading.limits = limits.chart;
    loading.yaml = limits.yaml;
    loading.threads = prepare::threads();
    if !is_archive(name) {
        let file = clean(&format!("{name}/Chart.yaml"));
        if let Err(error) = std::fs::metadata(&file) {
            let words = prepare::system_words(&error);
            return Err(format!("unable to check Chart.yaml file in chart: stat {file}: {words}"));
        }
        return load::folder(path, &mut loading).map_err(|error| error.to_string());
    }
    if path.is_dir() {
        return Err(format!("unable to extract tarball: read {name}: is a directory"));
    }
    let bytes = prepare::read_bounded(path, limits.archive)
        .map_err(|error| format!("unable to open tarball: open {name}: {}", prepare::system_words(&error)))?;
    let shown = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    load::expanded(&shown, &bytes, &mut loading)
        .map_err(|error| format!("unable to extract tarball: {error}"))
}

/// A denial or a limit behind what was found.
fn cause(folder: &Folder, report: &Report) -> Option<Failure> {
    let of = |error: &(dyn std::error::Error + 'static)| {
        let failure = Failure::plain("").caused_by(error);
        (failure.code != 1).then_some(failure)
    };
    let loaded = folder.chart.as_ref().err().and_then(|error| of(error));
    let rendered = match &report.stop {
        Some(Stop::Templates(error)) => Some(error),
        _ => None,
    };
    loaded.or_else(|| rendered.and_then(|error| of(error)))
}

/// What was found tells fields of a chart as they are written. In a terminal they would do what they say: clear it,
/// say, or write over what stands there.
fn harmless(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() && !matches!(c, '\n' | '\t') {
            out.extend(c.escape_unicode());
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::harmless;

    #[test]
    fn control_characters_do_nothing_in_a_terminal() {
        assert_eq!(harmless("a\u{1b}[2Jb\n\tc\r\u{9b}é"), "a\\u{1b}[2Jb\n\tc\\u{d}\\u{9b}é");
    }
}
