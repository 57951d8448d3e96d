//! `plugin list`: which plugins there are, and who vouches for each.

use std::path::{Path, PathBuf};

use artifact::provenance::claimed;
use plugin::Plugin;

use crate::commands::Context;
use crate::commands::tree::COMMANDS;
use crate::limits::limits;
use crate::report::Failure;
use crate::{log, paths, table};

/// `plugin list`.
pub(in crate::commands) fn list(context: &mut Context<'_>) -> Result<(), Failure> {
    let folders = context.environment.plugins();
    if context.environment.get("HELM_NO_PLUGINS") != Some("1") {
        load_commands(context, &folders);
    }
    if context.environment.debug(&context.parsed) {
        context.output.error_line(&log::line("DEBUG", "pluginDirs", &[("directory", &folders)]));
    }
    let wanted = context.parsed.string("type", "");
    let plugins = find(context, &folders, &wanted)?;
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

/// The plugins of a list of folders; those that cannot be loaded are logged.
pub(super) fn find(context: &mut Context<'_>, folders: &str, kind: &str) -> Result<Vec<Plugin>, Failure> {
    let mut all = Vec::new();
    for folder in std::env::split_paths(folders).filter(|_| !folders.is_empty()) {
        // Go: the folder is joined with what is in it, which cleans it; nothing before it is this folder.
        let folder = match folder.to_string_lossy().as_ref() {
            "" => PathBuf::new(),
            text => paths::clean(text),
        };
        let mut plugins = Vec::new();
        for found in plugin::discover(&folder) {
            match found.plugin {
                Ok(plugin) => plugins.push(plugin),
                Err(error) => {
                    let file = found.file.to_string_lossy().into_owned();
                    let attributes = [("plugin_yaml", file.as_str()), ("error", &error.to_string())];
                    let line = log::line("WARN", "failed to load plugin (ignoring)", &attributes);
                    context.output.error_line(&line);
                }
            }
        }
        plugin::duplicates(&plugins).map_err(|error| Failure::plain(error.to_string()))?;
        all.extend(
            plugins.into_iter().filter(|plugin| kind.is_empty() || plugin.manifest.config.kind() == kind),
        );
    }
    Ok(all)
}

/// Helm loads the commands that plugins bring before any of its own runs: what it logs then is logged here.
fn load_commands(context: &mut Context<'_>, folders: &str) {
    let plugins = match find(context, folders, "cli/v1") {
        Ok(plugins) => plugins,
        Err(failure) => {
            let line = log::line("ERROR", "failed to load plugins", &[("error", failure.message())]);
            context.output.error_line(&line);
            return;
        }
    };
    let mut names: Vec<String> = COMMANDS
        .iter()
        .filter(|command| command.is_there(context.environment))
        .map(|command| command.name.to_owned())
        .collect();
    for Plugin { manifest, .. } in plugins {
        let usage = match &manifest.config {
            plugin::manifest::Config::Cli { usage, .. } => usage.split(' ').next().unwrap_or_default(),
            _ => "",
        };
        let name = if usage.is_empty() { manifest.name.clone() } else { usage.to_owned() };
        if names.contains(&name) {
            let line = log::line("ERROR", "failed to load plugins: name conflicts", &[("name", &name)]);
            context.output.error_line(&line);
            return;
        }
        names.push(name);
    }
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
