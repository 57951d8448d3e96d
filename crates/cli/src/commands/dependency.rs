//! `dependency list|build|update`: what a chart needs, and what lies in its `charts/`.

use std::path::{Path, PathBuf};

use chart::dependencies::Status;
use chart::{Chart, Dependency};
use govalue::print::quote;
use sprig::semver::Version;

use super::Context;
use crate::dependencies::Manager;
use crate::paths;
use crate::prepare::{self, Semver, system_words};
use crate::report::Failure;
use crate::table;

/// Takes the versions of the lock.
pub(super) fn build(context: &mut Context<'_>) -> Result<(), Failure> {
    let path = chart_path(context);
    Manager::new(context, path)?.with_getters().build()
}

/// Chooses versions anew.
pub(super) fn update(context: &mut Context<'_>) -> Result<(), Failure> {
    let path = chart_path(context);
    Manager::new(context, path)?.with_getters().update()
}

fn chart_path(context: &Context<'_>) -> PathBuf {
    paths::clean(context.parsed.args.first().map_or(".", String::as_str))
}

/// Lists what Chart.yaml asks for with its state, and warns of what it does not ask for.
pub(super) fn list(context: &mut Context<'_>) -> Result<(), Failure> {
    let path = chart_path(context);
    let chart = load(context, &path)?;
    let Some(dependencies) = &chart.metadata.dependencies else {
        let folder = paths::join(&path, "charts");
        context.output.out(&format!("WARNING: no dependencies at {}\n", folder.display()));
        return Ok(());
    };
    let limit = context.parsed.get("max-col-width").and_then(|text| text.parse().ok()).unwrap_or(80);
    let mut rows = vec![["NAME", "VERSION", "REPOSITORY", "STATUS"].map(str::to_owned).to_vec()];
    for dependency in dependencies.iter().flatten() {
        let status = status(context, &path, dependency, &chart);
        let Dependency { name, version, repository, .. } = dependency;
        rows.push(vec![name.clone(), version.clone(), repository.clone(), status.to_string()]);
    }
    context.output.out(&table::render(&rows, limit));
    context.output.out("\n");
    let declared: Vec<&str> = dependencies.iter().flatten().map(|d| d.name.as_str()).collect();
    warn_of_others(context, &path, &declared);
    Ok(())
}

fn load(context: &mut Context<'_>, path: &Path) -> Result<Chart, Failure> {
    let mut guard = prepare::guard(context)?;
    let chart = prepare::load_any(context, path, &mut guard);
    prepare::audit(context, &mut guard)?;
    chart
}

/// The state of one dependency: an archive of its name first, then what was loaded with the chart.
fn status(context: &mut Context<'_>, path: &Path, dependency: &Dependency, chart: &Chart) -> Status {
    let pattern = paths::join(path, &format!("charts/{}-*.tgz", dependency.name));
    let Ok(archives) = paths::glob(&pattern.to_string_lossy()) else { return Status::BadPattern };
    let archive = match archives.as_slice() {
        [only] => Some(only),
        many => {
            // Another chart's name may begin with this one's: what is left must be a version.
            let is_version = |archive: &&PathBuf| {
                let name = archive.file_name().unwrap_or_default().to_string_lossy();
                let name = name.strip_suffix(".tgz").unwrap_or(&name);
                let version = name
                    .strip_prefix(&dependency.name)
                    .and_then(|rest| rest.strip_prefix('-'))
                    .unwrap_or(name);
                Version::parse_strict(version).is_ok()
            };
            let mut found = many.iter().filter(is_version);
            let first = found.next();
            if found.next().is_some() {
                return Status::TooManyMatches;
            }
            first
        }
    };
    if let Some(archive) = archive.filter(|archive| archive.exists()) {
        let loaded = load(context, archive).ok();
        let found = loaded.as_ref().map(|chart| (chart.name(), chart.metadata.version.as_str()));
        return Status::of_archive(dependency, found, &Semver);
    }
    // Helm: the last of several with the same name counts.
    let subchart = chart.subcharts.iter().rev().find(|subchart| subchart.name() == dependency.name);
    Status::of_subchart(dependency, subchart.map(|chart| chart.metadata.version.as_str()), &Semver)
}

/// Tells what lies under `charts/` without being asked for.
fn warn_of_others(context: &mut Context<'_>, path: &Path, declared: &[&str]) {
    let pattern = paths::join(path, "charts/*");
    let found = match paths::glob(&pattern.to_string_lossy()) {
        Ok(found) => found,
        Err(error) => return context.output.out(&format!("{error}\n")),
    };
    for path in found {
        let shown = quote(path.to_string_lossy().as_bytes());
        match std::fs::metadata(&path) {
            Ok(status) if !status.is_dir() && path.extension().is_none_or(|end| end != "tgz") => continue,
            Ok(_) => {}
            Err(error) => {
                let (path, words) = (path.display(), system_words(&error));
                context.output.out(&format!("Warning: stat {path}: {words}\n"));
                continue;
            }
        }
        match load(context, &path) {
            Err(_) => context.output.out(&format!("WARNING: {shown} is not a chart.\n")),
            Ok(chart) if !declared.contains(&chart.name()) => {
                context.output.out(&format!("WARNING: {shown} is not in Chart.yaml.\n"));
            }
            Ok(_) => {}
        }
    }
}
