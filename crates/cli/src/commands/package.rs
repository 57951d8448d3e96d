//! `package`: folders of charts → archives. The same folder gives the same bytes.

use std::path::{Path, PathBuf};

use chart::package;
use govalue::Value;
use sprig::semver::Version;

use super::Context;
use super::values::{Place, Words};
use crate::dependencies::{Manager, check_client_files, source_date_epoch};
use crate::explain;
use crate::files::{Batch, SHARED};
use crate::paths;
use crate::plugins::getter::Getters;
use crate::prepare::{self, Semver, system_words};
use crate::provenance::Signing;
use crate::report::Failure;

/// What is being done when metadata cannot be written.
const METADATA: &str = "failed to marshal chart metadata";

pub(super) fn run(context: &mut Context<'_>) -> Result<(), Failure> {
    if context.parsed.args.is_empty() {
        return Err(Failure::plain("need at least one argument, the path to the chart"));
    }
    let stamp = source_date_epoch(context)?;
    if context.parsed.bool("sign") {
        if context.parsed.string("key", "").is_empty() {
            return Err(Failure::plain("--key is required for signing a package"));
        }
        if context.parsed.get("keyring") == Some("") {
            return Err(Failure::plain("--keyring is required for signing a package"));
        }
    }
    let mut signing = context.parsed.bool("sign").then(Signing::default);
    // What is wrong with plugins that fetch is told here, whether or not one is needed.
    Getters::new(context);
    check_client_files(&context.parsed)?;
    for argument in context.parsed.args.clone() {
        let path = paths::absolute(context.environment, Path::new(&argument))
            .map_err(|error| Failure::plain(system_words(&error)))?;
        if let Err(error) = std::fs::metadata(&argument) {
            return Err(Failure::plain(format!("stat {argument}: {}", system_words(&error))));
        }
        if context.parsed.bool("dependency-update") {
            Manager::new(context, path.clone())?.silent().update()?;
        }
        let saved = pack(context, (&argument, &path), stamp, signing.as_mut())?;
        context.output.out(&format!("Successfully packaged chart and saved it to: {}\n", saved.display()));
    }
    Ok(())
}

/// Packs one chart, which is where `typed` says; the answer is where its archive is.
fn pack(
    context: &mut Context<'_>,
    (typed, path): (&str, &Path),
    stamp: Option<i64>,
    signing: Option<&mut Signing>,
) -> Result<PathBuf, Failure> {
    let mut guard = prepare::guard(context)?;
    let chart = prepare::load_folder(context, path, &mut guard);
    prepare::audit(context, &mut guard)?;
    let mut chart = chart?;
    if let Some(version) = context.parsed.get("version").filter(|version| !version.is_empty()) {
        version.clone_into(&mut chart.metadata.version);
    }
    Version::parse(&chart.metadata.version).map_err(|error| Failure::plain(error.to_string()))?;
    if let Some(version) = context.parsed.get("app-version").filter(|version| !version.is_empty()) {
        version.clone_into(&mut chart.metadata.app_version);
    }
    chart.check_dependencies().map_err(|missing| {
        let words = Words { chart: Place::of(typed, true) };
        let report = explain::missing_dependencies(
            &chart,
            &missing.names,
            &words,
            (context.environment.name(), typed),
        );
        Failure::plain(missing.to_string()).with_report(report)
    })?;
    let destination = match context.parsed.string("destination", ".").as_str() {
        "." => paths::working_folder(context.environment)
            .map_err(|error| Failure::plain(system_words(&error)))?,
        other => PathBuf::from(other),
    };
    context.progress.says("packing", chart.name());
    let saved = save(&mut chart, &destination, stamp).map_err(|failure| failure.within("failed to save"));
    let (path, archive) = saved?;
    if let Some(signing) = signing {
        let metadata = govalue::yaml::write(&Value::Map(chart.metadata.file_value()));
        let metadata = metadata.map_err(|error| Failure::plain(error.to_string()).within(METADATA))?;
        signing.sign(context, &path, &archive, &metadata)?;
    }
    Ok(path)
}

/// Writes the archive; the answer is where it is, and its bytes.
fn save(
    chart: &mut chart::Chart,
    destination: &Path,
    stamp: Option<i64>,
) -> Result<(PathBuf, Vec<u8>), Failure> {
    let archive =
        package::archive(chart, &Semver, stamp).map_err(|error| Failure::plain(error.to_string()))?;
    let path = paths::join(destination, &package::file_name(chart));
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match std::fs::metadata(folder) {
        Ok(status) if !status.is_dir() => {
            return Err(Failure::plain(format!("is not a directory: {}", folder.display())));
        }
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            let (folder, words) = (folder.display(), system_words(&error));
            return Err(Failure::plain(format!("stat {folder}: stat {folder}: {words}")));
        }
        _ => {}
    }
    let mut batch = Batch::default();
    let written = batch.file(&path, &archive, SHARED).and_then(|()| batch.commit());
    written.map_err(|error| Failure::plain(error.to_string()))?;
    Ok((path, archive))
}
