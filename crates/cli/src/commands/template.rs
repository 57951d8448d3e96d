//! `template`: a chart goes in, manifests come out.

use std::mem::ManuallyDrop;
use std::path::Path;
use std::sync::Arc;

use chart::load::Late;
use chart::{Chart, ResolveError, ResolvedChart, Rules, Versions as _};
use govalue::Value;
use render::{Ahead, Capabilities, Manifests, ReleaseOptions, RenderError, RenderOptions, RenderedFiles};

use super::Context;
use super::values::{Place, Words};
use crate::dependencies::{Manager, check_client_files, source_date_epoch};
use crate::explain::{self, Report, Scene, Sources, Tape};
use crate::host::Machine;
use crate::limits::{Limits, limits};
use crate::output::Output;
use crate::output_folder::OutputFolder;
use crate::outside::References;
use crate::paths;
use crate::post;
use crate::prepare::{self, Located, Semver};
use crate::profile;
use crate::report::Failure;

/// What Helm adds to an error when there is something to look at with `--debug`.
const USE_DEBUG: &str = "\n\nUse --debug flag to render out invalid YAML";

pub(super) fn run(context: &mut Context<'_>) -> Result<(), Failure> {
    let debug = context.environment.debug(&context.parsed);
    let kube_version = prepare::kube_version(context)?;
    check_client_files(&context.parsed)?;
    check_dry_run(context)?;
    if debug {
        let version = context.parsed.string("version", "");
        context.output.error_line(&crate::log::line(
            "DEBUG",
            "Original chart version",
            &[("version", &version)],
        ));
        if version.is_empty() && context.parsed.bool("devel") {
            context.output.error_line(&crate::log::line("DEBUG", "setting version to >0.0.0-0", &[]));
        }
    }
    let (name, reference) = name_and_chart(context)?;
    prepare::refuse_remote(&context.parsed)?;
    let Located { path, provenance } = prepare::locate(context, &reference)?;
    if debug {
        let shown = std::path::absolute(&path).unwrap_or_else(|_| path.clone());
        let line = crate::log::line("DEBUG", "Chart path", &[("path", &shown.to_string_lossy())]);
        context.output.error_line(&line);
    }
    let values = prepare::values(context)?;
    let mut guard = prepare::guard(context)?;
    let limits = limits(context)?;
    let ahead = Arc::new(Ahead::new(usize::try_from(limits.templates).unwrap_or(usize::MAX)));
    let late = Late::new(!context.parsed.bool("include-crds"));
    let loaded = prepare::load_ahead(context, &path, &mut guard, &ahead, &late);
    prepare::audit(context, &mut guard)?;
    // The process ends when this is printed: its large structures are left to the system.
    let mut chart = ManuallyDrop::new(loaded?);
    let kind = chart.metadata.kind.as_str();
    if !matches!(kind, "" | "application") {
        return Err(Failure::plain(format!("{kind} charts are not installable")));
    }
    if chart.metadata.deprecated {
        context.output.error_line(&crate::log::line("WARN", "this chart is deprecated", &[]));
    }
    if !chart.metadata.dependencies.as_deref().unwrap_or_default().is_empty() {
        // Helm reads the variable whether or not anything is missing.
        source_date_epoch(context)?;
    }
    if let Err(missing) = chart.check_dependencies() {
        if !context.parsed.bool("dependency-update") {
            let failure = Failure::plain(format!(
                "an error occurred while checking for chart dependencies. You may need to run 'helm \
                 dependency build' to fetch missing dependencies: {missing}"
            ));
            let words = Words { chart: Place::of(&reference, path.is_dir()) };
            let typed = (context.environment.name(), reference.as_str());
            let report = explain::missing_dependencies(&chart, &missing.names, &words, typed);
            return Err(failure.with_report(report));
        }
        let absolute = paths::absolute(context.environment, &path)
            .map_err(|error| Failure::plain(prepare::system_words(&error)))?;
        Manager::new(context, absolute)?.update()?;
        let loaded = prepare::load(context, &path, &mut guard);
        prepare::audit(context, &mut guard)?;
        let loaded = loaded.map_err(|failure| failure.within("failed reloading chart after repo update"))?;
        chart = ManuallyDrop::new(loaded);
    }
    check_name(&name)?;
    let mut references = References::new(&mut guard, &limits).from(&provenance);
    let schema: Option<&mut dyn chart::schema::SchemaLoader> =
        if context.parsed.bool("skip-schema-validation") { None } else { Some(&mut references) };
    let mut notices = Vec::new();
    let resolving = profile::phase("values");
    context.progress.says("checking values", "");
    let rules = Rules { versions: &Semver, schema };
    let resolved = chart.resolve_telling(&values, rules, &mut notices, &|file| ahead.add(file.data.shared()));
    drop(resolving);
    prepare::log(context, &notices);
    prepare::audit(context, &mut guard)?;
    let resolved = resolved.map_err(|error| {
        let failure = Failure::of(&error);
        match error {
            ResolveError::Schema { violations, .. } if context.environment.explains() => failure.with_report(
                explain::schema(&violations, &sources(context, &chart, &reference, &path, &limits)),
            ),
            ResolveError::SubchartValues(_) | ResolveError::Dependencies(_)
                if context.environment.explains() =>
            {
                failure.with_report(explain::no_table(
                    &values,
                    &sources(context, &chart, &reference, &path, &limits),
                ))
            }
            _ => failure,
        }
    })?;
    prepare::check_labels(&context.parsed)?;

    let mut capabilities = Capabilities::default();
    if let Some(version) = kube_version {
        capabilities.kube_version = version;
    }
    capabilities.api_versions.extend(context.parsed.all("api-versions").iter().cloned());
    let constraint = &resolved.metadata.kube_version;
    if !constraint.is_empty()
        && !Semver.matches(constraint, &capabilities.kube_version.normalized).unwrap_or(false)
    {
        let error = RenderError::KubeVersion {
            constraint: constraint.clone(),
            version: capabilities.kube_version.version.clone(),
        };
        let mut report = Report::default();
        if context.environment.explains() {
            let sources = sources(context, &chart, &reference, &path, &limits);
            report = explain::render(&error, &Scene { sources, resolved: &resolved });
        }
        return failed(context, &error, b"", report);
    }
    let options = RenderOptions {
        release: ReleaseOptions {
            name: name.clone(),
            namespace: context.environment.namespace(&context.parsed),
            is_upgrade: context.parsed.bool("is-upgrade"),
            is_install: !context.parsed.bool("is-upgrade"),
            revision: 1,
        },
        capabilities,
        enable_dns: context.parsed.bool("enable-dns"),
        lookup: false,
        subchart_notes: context.parsed.bool("render-subchart-notes"),
        lint: false,
        budget: limits.budget.clone(),
        templates: usize::try_from(limits.templates).unwrap_or(usize::MAX),
        threads: prepare::threads(),
        ahead: Some(ahead),
        on_behalf_of: None,
    };
    let tape = context.environment.explains().then(Tape::default);
    let again = tape.as_ref().map(|_| options.clone());
    let host: Box<dyn render::Host> = Box::new(Machine::new(context.environment, &context.progress, &limits));
    let host = match &tape {
        Some(tape) => tape.record(host),
        None => host,
    };
    let resolved = ManuallyDrop::new(resolved);
    context.progress.says("reading templates", "");
    let mut rendered = render::execute(&resolved, options, host, guard, &provenance);
    prepare::log(context, &rendered.notices);
    prepare::audit(context, &mut rendered.guard)?;
    std::mem::forget(rendered.remains);
    if let Some(error) = late.lost() {
        return Err(Failure::of(&error));
    }
    let files = match rendered.files {
        Ok(files) => files,
        Err(error) => {
            let mut report = Report::default();
            if tape.is_some() {
                let scene = Scene {
                    sources: sources(context, &chart, &reference, &path, &limits),
                    resolved: &resolved,
                };
                report = explain::unread(&values, &scene.sources, explain::render(&error, &scene));
            }
            return failed(context, &error, b"", report);
        }
    };
    let namespace = context.environment.namespace(&context.parsed);
    let release = post::Release { place: (&namespace, &name), values: &values, chart: &resolved };
    let files = match post::render(context, files, &release, &limits.yaml) {
        Ok(files) => files,
        Err(failure) => return Err(unrendered(context, failure)),
    };
    let reading = profile::phase("yaml");
    context.progress.says("reading what was rendered", "");
    let read_all = &mut || reading.then("sort");
    let manifests = match render::classify_watched(prepare::threads(), &files, &limits.yaml, read_all) {
        Ok(manifests) => manifests,
        Err(error) => {
            let mut report = Report::default();
            if let (Some(tape), Some(options), RenderError::Manifest { path: file, .. }) =
                (tape, again, &error)
            {
                let sources = sources(context, &chart, &reference, &path, &limits);
                let scene = Scene { sources, resolved: &resolved };
                let printed = files.files.get(file).map_or(&[][..], |printed| printed);
                // Templates may have changed the values: they are put together anew. Nothing is asked of the guard
                // that it was not asked before, and the audit list is written already.
                let trace = || {
                    let rules = Rules { versions: &Semver, schema: None };
                    let resolved = chart.resolve(&values, rules, &mut Vec::new()).ok()?;
                    let at = (file.as_str(), printed);
                    render::trace(&resolved, options, tape.play(), rendered.guard, &provenance, at)
                };
                report = explain::manifest(file, printed, &limits.yaml, &scene, trace);
                report = explain::unread(&values, &scene.sources, report);
            }
            return failed(context, &error, &everything(&files), report);
        }
    };
    drop(reading);
    prepare::log(context, &manifests.notices);
    let _printing = profile::phase("print");
    print(context, &resolved, &name, &manifests)?;
    if context.environment.explains() && !values.is_empty() {
        let sources = sources(context, &chart, &reference, &path, &limits);
        let report = explain::unread(&values, &sources, Report::default());
        context.output.remark(&report.text(context.environment.get("COLUMNS")));
    }
    Ok(())
}

/// What a report about the chart's values can ask.
fn sources<'c>(
    context: &Context<'_>,
    chart: &'c Chart,
    reference: &str,
    path: &Path,
    limits: &Limits,
) -> Sources<'c> {
    let words = Words { chart: Place::of(reference, path.is_dir()) };
    Sources::new(chart, words, prepare::value_sources(&context.parsed), limits.clone())
}

/// Reads `--dry-run`; what needs a cluster is refused by name.
fn check_dry_run(context: &mut Context<'_>) -> Result<(), Failure> {
    let given = context.parsed.string("dry-run", "client");
    let server = match given.as_str() {
        "client" => false,
        "server" => true,
        "unset" => {
            let message = "--dry-run is deprecated and should be replaced with '--dry-run=client'";
            context.output.error_line(&crate::log::line("WARN", message, &[]));
            false
        }
        "none" => {
            return Err(Failure::plain("invalid dry-run value (\"none\"). Must be \"server\" or \"client\""));
        }
        other => match crate::args::parse_bool(other) {
            Some(true) => {
                let message = format!(
                    "boolean '--dry-run={other}' flag is deprecated and must be replaced with '--dry-run=client'"
                );
                context.output.error_line(&crate::log::line("WARN", &message, &[]));
                false
            }
            known => {
                let allowed = if known.is_some() {
                    "\"server\" or \"client\""
                } else {
                    "\"none\", \"server\", or \"client\""
                };
                return Err(Failure::plain(format!(
                    "invalid dry-run value ({}). Must be {allowed}",
                    govalue::print::quote(other.as_bytes())
                )));
            }
        },
    };
    if server || context.parsed.bool("validate") {
        let flag = if server { "--dry-run=server" } else { "--validate" };
        return Err(Failure::plain(format!(
            "{flag} needs a cluster, which this version of Pintle cannot reach yet"
        )));
    }
    Ok(())
}

fn name_and_chart(context: &Context<'_>) -> Result<(String, String), Failure> {
    let parsed = &context.parsed;
    let template = parsed.string("name-template", "");
    match parsed.args.as_slice() {
        [reference] => {
            let name = if template.is_empty() {
                "release-name".to_owned()
            } else {
                let limits = crate::limits::limits(context)?;
                let host = Box::new(Machine::new(context.environment, &context.progress, &limits));
                let name = render::execute_own("name-template", &template, &Value::Nil, host)
                    .map_err(Failure::plain)?;
                String::from_utf8_lossy(&name).into_owned()
            };
            Ok((name, reference.clone()))
        }
        [name, reference] => {
            if parsed.bool("generate-name") {
                return Err(Failure::plain("cannot set --generate-name and also specify a name"));
            }
            if !template.is_empty() {
                return Err(Failure::plain("cannot set --name-template and also specify a name"));
            }
            Ok((name.clone(), reference.clone()))
        }
        more => Err(Failure::plain(format!(
            "expected at most two arguments, unexpected arguments: {}",
            more.get(2..).unwrap_or_default().join(", ")
        ))),
    }
}

/// Helm's rule for release names: DNS labels with dots, at most 53 bytes.
fn check_name(name: &str) -> Result<(), Failure> {
    let label = |part: &str| {
        let inner = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
        let bytes = part.as_bytes();
        bytes.first().is_some_and(|&b| inner(b))
            && bytes.last().is_some_and(|&b| inner(b))
            && bytes.iter().all(|&b| inner(b) || b == b'-')
    };
    if name.len() <= 53 && name.split('.').all(label) {
        return Ok(());
    }
    let message = if name.is_empty() {
        "no name provided".to_owned()
    } else {
        format!(
            "release name {}: invalid release name, must match regex \
             ^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$ and the length must not be longer than 53",
            govalue::print::quote(name.as_bytes())
        )
    };
    let line = crate::log::line("ERROR", "release name check failed", &[("error", &message)]);
    Err(Failure::plain(format!("release name check failed: {message}")).logged(line))
}

/// Ends a render that failed: with `--debug` what there is to see comes first.
fn failed(
    context: &mut Context<'_>,
    error: &RenderError,
    partial: &[u8],
    report: Report,
) -> Result<(), Failure> {
    let debug = context.environment.debug(&context.parsed);
    let message = if debug {
        let out = context.output.bytes();
        out.extend_from_slice(render::trim(partial));
        out.push(b'\n');
        error.to_string()
    } else if error.denial().is_some() || error.limit().is_some() {
        // Ours: there is nothing that --debug would show.
        error.to_string()
    } else {
        format!("{error}{USE_DEBUG}")
    };
    Err(Failure::plain(message).caused_by(error).with_report(report))
}

/// A failure of post-rendering: with `--debug` Helm has nothing to show.
fn unrendered(context: &mut Context<'_>, failure: Failure) -> Failure {
    if context.environment.debug(&context.parsed) {
        context.output.bytes().push(b'\n');
        return failure;
    }
    if failure.code == 1 { failure.followed_by(USE_DEBUG) } else { failure }
}

/// All files in one text, as Helm shows them when one of them is not YAML.
fn everything(files: &RenderedFiles) -> Vec<u8> {
    let mut out = Vec::new();
    for (path, content) in &files.files {
        if !render::trim(content).is_empty() {
            document(&mut out, path, content);
        }
    }
    out
}

/// Adds one document as it is printed.
pub(crate) fn document(out: &mut Vec<u8>, path: &str, content: &[u8]) {
    out.extend_from_slice(b"---\n# Source: ");
    out.extend_from_slice(path.as_bytes());
    out.push(b'\n');
    out.extend_from_slice(content);
    out.push(b'\n');
}

fn print(
    context: &mut Context<'_>,
    chart: &chart::ResolvedChart,
    release: &str,
    manifests: &Manifests,
) -> Result<(), Failure> {
    let debug = context.environment.debug(&context.parsed);
    let parsed = &context.parsed;
    let crds: Vec<(String, &[u8])> = if parsed.bool("include-crds") {
        chart.crds().into_iter().map(|(path, file)| (format!("{path}/{}", file.name), &*file.data)).collect()
    } else {
        Vec::new()
    };
    let resources = manifests.resources.iter().map(|manifest| (manifest.path.clone(), &*manifest.content));
    let skip_tests = parsed.bool("skip-tests");
    let hooks: Vec<(String, &[u8])> = if parsed.bool("no-hooks") {
        Vec::new()
    } else {
        let shown = manifests.hooks.iter().filter(|hook| !(skip_tests && hook.is_test()));
        shown.map(|hook| (hook.path.clone(), hook.manifest.as_slice())).collect()
    };
    let output_dir = parsed.string("output-dir", "");
    let wanted = parsed.all("show-only").to_vec();
    let mut text = b"\n".to_vec();
    if output_dir.is_empty() {
        // What is chosen from must be there as a whole.
        let spill = |output: &mut Output| {
            if wanted.is_empty() {
                output.spill();
            }
        };
        // What was said before, about dependencies, is no document.
        let before = context.output.bytes().len();
        let mut end = before;
        for (path, content) in crds.into_iter().chain(resources) {
            spill(context.output);
            let out = context.output.bytes();
            let start = out.len();
            document(out, &path, content);
            // A separator begins it: only behind it there is something to trim.
            end = start + render::trim(&out[start..]).len();
        }
        let out = context.output.bytes();
        out.truncate(end);
        out.push(b'\n');
        for (path, content) in hooks {
            spill(context.output);
            document(context.output.bytes(), &path, content);
        }
        let out = context.output.bytes();
        text = if wanted.is_empty() { std::mem::take(out) } else { out.split_off(before) };
    } else {
        let named = if parsed.bool("release-name") {
            paths::join(Path::new(&output_dir), release).to_string_lossy().into_owned()
        } else {
            output_dir.clone()
        };
        let mut folder = OutputFolder::default();
        let shown = |path: &str, content: &[u8]| {
            let mut text = Vec::new();
            document(&mut text, path, content);
            text
        };
        // Helm: custom resource definitions never go below the release's name.
        for (path, content) in crds {
            folder.add(&output_dir, &path, &shown(&path, content));
        }
        for (path, content) in resources {
            folder.add(&named, &path, &shown(&path, content));
        }
        let added =
            hooks.iter().try_for_each(|(path, content)| folder.add_hook(&named, path, &shown(path, content)));
        let wrote = added.and_then(|()| folder.write()).map_err(|unwritten| {
            // Helm: the release counts as failed, except for its hooks.
            let more = if unwritten.of_hook || debug { "" } else { USE_DEBUG };
            unwritten.failure.followed_by(more)
        })?;
        context.output.out(&wrote);
    }
    if wanted.is_empty() {
        let out = context.output.bytes();
        if out.is_empty() {
            *out = text;
        } else {
            out.extend_from_slice(&text);
        }
        return Ok(());
    }
    show_only(context, chart, &text, &wanted)
}

/// Keeps the documents whose source matches one of the globs, in the order of the globs.
fn show_only(
    context: &mut Context<'_>,
    chart: &ResolvedChart,
    text: &[u8],
    wanted: &[String],
) -> Result<(), Failure> {
    let documents = render::split(text);
    let mut out = Vec::new();
    for glob in wanted {
        let mut missing = true;
        for document in &documents {
            let Some(name) = source_name(document) else { continue };
            if sprig::glob::path_match(glob.as_bytes(), name).unwrap_or(false) {
                missing = false;
                out.extend_from_slice(b"---\n");
                out.extend_from_slice(document);
                out.push(b'\n');
            }
        }
        if missing {
            let printed = documents.iter().filter_map(|document| source_name(document));
            let printed: Vec<String> =
                printed.map(|name| String::from_utf8_lossy(name).into_owned()).collect();
            let report = explain::show_only(glob, chart.name(), &printed, &template_names(chart, ""));
            return Err(
                Failure::plain(format!("could not find template {glob} in chart")).with_report(report)
            );
        }
    }
    context.output.bytes().extend_from_slice(&out);
    Ok(())
}

/// The templates of a chart and those below it that print by themselves, from the root chart's folder on.
fn template_names(chart: &ResolvedChart, folder: &str) -> Vec<String> {
    let own = chart.templates.iter().map(|file| format!("{folder}{}", file.name));
    let mut names: Vec<String> =
        own.filter(|name| !name.rsplit('/').next().unwrap_or_default().starts_with('_')).collect();
    for child in &chart.subcharts {
        names.extend(template_names(child, &format!("{folder}charts/{}/", child.name())));
    }
    names
}

/// What follows the chart's name in a document's `# Source:` line.
fn source_name(document: &[u8]) -> Option<&[u8]> {
    document.split(|&b| b == b'\n').find_map(|line| {
        let at = memchr::memmem::find(line, b"# Source: ")?;
        let rest = &line[at + b"# Source: ".len()..];
        let slash = rest.iter().position(|&b| b == b'/')?;
        (slash > 0 && rest.len() > slash + 1).then(|| &rest[slash + 1..])
    })
}
