//! `plugin list`: which plugins there are, and who vouches for each.

use std::path::{Path, PathBuf};

use artifact::provenance::claimed;
use plugin::Plugin;

use crate::commands::Context;
use crate::limits::limits;
use crate::plugins::find;
use crate::report::Failure;
use crate::{log, table};

/// `plugin list`.
pub(in crate::commands) fn list(context: &mut Context<'_>) -> Result<(), Failure> {
    let folders = context.environment.plugins();
    if context.environment.debug(&context.parsed) {
        context.output.error_line(&log::line("DEBUG", "pluginDirs", &[("directory", &folders)]));
    }
    let wanted = context.parsed.string("type", "");
    let plugins = find(context.output, &folders, &wanted)?;
    let heading = ["NAME", "VERSION", "TYPE", "APIVERSION", "PROVENANCE", "SOURCE"];
    let mut rows = vec![heading.map(str::to_owned).to_vec()];
    for Plugin { manifest, .. } in &plugins {
        let source = if manifest.source_url.is_empty() { "unknown" } else { &manifest.source_url };
        let signed = status(context, &manifest.name, &manifest.version)?;
        let cells = [
            &*manifest.name,
            &*manifest.version,
            manifest.config.kind(),
            manifest.format.name(),
            signed,
            source,
        ];
        rows.push(cells.map(str::to_owned).to_vec());
    }
    context.output.out(&table::render(&rows, 0));
    Ok(())
}

/// What is known of where an installed plugin came from. The signature itself is not looked at: there is no keyring.
fn status(context: &Context<'_>, name: &str, version: &str) -> Result<&'static str, Failure> {
    // Helm: this is not where `HELM_PLUGINS` says.
    let folder = context.environment.data_home().join("plugins");
    let Ok(installed) = std::fs::symlink_metadata(folder.join(name)) else { return Ok("unknown") };
    if installed.file_type().is_symlink() {
        return Ok("local dev");
    }
    let archive = folder.join(format!("{name}-{version}.tgz"));
    if std::fs::metadata(&archive).is_err() {
        return Ok("unsigned");
    }
    let limits = limits(context)?;
    let beside = PathBuf::from(format!("{}.prov", archive.display()));
    let read = |path: &Path, limit| crate::prepare::read_bounded(path, limit);
    let provenance = match read(&beside, limits.provenance.provenance) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok("unsigned"),
        Err(_) => return Ok("unknown"),
    };
    let Ok(bytes) = read(&archive, limits.archive) else { return Ok("mismatched provenance") };
    let (digest, base) = (artifact::provenance::digest(&bytes), format!("{name}-{version}.tgz"));
    Ok(match claimed(&provenance, &limits.provenance) {
        Err(artifact::provenance::VerifyError::NoSignature) => "invalid provenance",
        Ok(sums) if sums.iter().any(|(file, sum)| file.contains(&base) && *sum == digest) => "signed",
        _ => "mismatched provenance",
    })
}
