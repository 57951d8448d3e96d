//! `create`: a new chart from Helm's scaffold, from a starter of the user's, or from one of ours.

use std::path::{Path, PathBuf};

use chart::create::{self, ApiVersion, OwnStarter};
use chart::{Chart, File};
use govalue::print::quote;

use super::Context;
use crate::files::{Batch, OWN};
use crate::paths;
use crate::prepare::{self, Semver, system_words};
use crate::report::Failure;

/// The variable that opens the gate of charts of version 3.
const GATE: &str = "HELM_EXPERIMENTAL_CHART_V3";

pub(super) fn run(context: &mut Context<'_>) -> Result<(), Failure> {
    let given = context.parsed.args.first().cloned().unwrap_or_default();
    context.output.out(&format!("Creating {given}\n"));
    let version = match context.parsed.string("chart-api-version", "v2").as_str() {
        "v2" | "" => ApiVersion::V2,
        "v3" if context.environment.get(GATE).is_some() => ApiVersion::V3,
        "v3" => {
            return Err(Failure::plain(format!(
                "this feature has been marked as experimental and is not enabled by default. \
                 Please set {GATE}=1 in your environment to use this feature"
            )));
        }
        other => {
            return Err(Failure::plain(format!(
                "unsupported chart API version: {other} (supported: v2, v3)"
            )));
        }
    };
    // Helm: with a slash behind it, the last folder is both where the chart goes and its name.
    let (folder, name) = (paths::folder(&given), paths::base(&given));
    match context.parsed.string("starter", "").as_str() {
        "" => scaffold(context, &folder, &name, version),
        starter => from_starter(context, &folder, &name, version, starter),
    }
}

fn scaffold(
    context: &mut Context<'_>,
    folder: &Path,
    name: &str,
    version: ApiVersion,
) -> Result<(), Failure> {
    let files = create::scaffold(name, version).map_err(|error| Failure::plain(error.to_string()))?;
    let folder =
        paths::absolute(context.environment, folder).map_err(|error| Failure::plain(system_words(&error)))?;
    match std::fs::metadata(&folder) {
        Ok(status) if status.is_dir() => {}
        Ok(_) => return Err(Failure::plain(format!("no such directory {}", folder.display()))),
        Err(error) => {
            return Err(Failure::plain(format!("stat {}: {}", folder.display(), system_words(&error))));
        }
    }
    let target = paths::join(&folder, name);
    refuse_file(&target)?;
    for file in &files {
        let path = target.join(&*file.name);
        if !path.exists() {
            continue;
        }
        // Helm: the experiment logs what the scaffold of today prints.
        let shown = path.to_string_lossy();
        match version {
            ApiVersion::V2 => context
                .output
                .out(&format!("WARNING: File {} already exists. Overwriting.\n", quote(shown.as_bytes()))),
            ApiVersion::V3 => context.output.error_line(&crate::log::line(
                "WARN",
                "Overwriting existing file",
                &[("file", &shown)],
            )),
        }
    }
    write(&target, &files, true)
}

fn from_starter(
    context: &mut Context<'_>,
    folder: &Path,
    name: &str,
    version: ApiVersion,
    starter: &str,
) -> Result<(), Failure> {
    let path = if Path::new(starter).is_absolute() {
        PathBuf::from(starter)
    } else {
        paths::join(&context.environment.data_home().join("starters"), starter)
    };
    // A starter of the user's wins over one of ours.
    let own = OwnStarter::named(starter).filter(|_| !path.exists());
    let files = match own {
        Some(own) => own.files(name).map_err(|error| Failure::plain(error.to_string()))?,
        None => {
            let chart = load(context, &path)?;
            create::from_starter(chart, name, version, &Semver)
                .map_err(|error| Failure::plain(error.to_string()))?
        }
    };
    let target = paths::join(folder, name);
    refuse_file(&target)?;
    write(&target, &files, matches!(own, Some(OwnStarter::SpinApp | OwnStarter::WasmCloud)))
}

fn load(context: &mut Context<'_>, path: &Path) -> Result<Chart, Failure> {
    let mut guard = prepare::guard(context)?;
    let chart = prepare::load_any(context, path, &mut guard);
    prepare::audit(context, &mut guard)?;
    chart.map_err(|failure| failure.within(&format!("could not load {}", path.display())))
}

/// A chart's folder may exist, but not as a file.
fn refuse_file(target: &Path) -> Result<(), Failure> {
    match std::fs::metadata(target) {
        Ok(status) if !status.is_dir() => {
            Err(Failure::plain(format!("file {} already exists and is not a directory", target.display())))
        }
        _ => Ok(()),
    }
}

fn write(target: &Path, files: &[File], subcharts: bool) -> Result<(), Failure> {
    let failed = |error: crate::files::WriteError| Failure::plain(error.to_string());
    let mut batch = Batch::default();
    for file in files {
        batch.file(&target.join(&*file.name), &file.data, OWN).map_err(failed)?;
    }
    if subcharts {
        batch.folder(&target.join(create::SUBCHARTS)).map_err(failed)?;
    }
    batch.commit().map_err(failed)
}
