//! Which plugins there are, as Helm finds them, with what it logs about those that are none.

use std::path::PathBuf;

use plugin::Plugin;

use crate::output::Output;
use crate::report::Failure;
use crate::{log, paths};

/// The plugins of a kind in a list of folders; those that cannot be loaded are logged. An empty kind is every kind.
///
/// # Errors
/// When two plugins of one folder have the same name.
pub(crate) fn find(output: &mut Output, folders: &str, kind: &str) -> Result<Vec<Plugin>, Failure> {
    find_in(output, std::env::split_paths(folders).filter(|_| !folders.is_empty()), kind)
}

/// The same of folders one by one.
///
/// # Errors
/// As [`find`].
pub(crate) fn find_in(
    output: &mut Output,
    folders: impl IntoIterator<Item = PathBuf>,
    kind: &str,
) -> Result<Vec<Plugin>, Failure> {
    let mut all = Vec::new();
    for folder in folders {
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
                    output.error_line(&log::line("WARN", "failed to load plugin (ignoring)", &attributes));
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
