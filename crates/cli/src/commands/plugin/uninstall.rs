//! `plugin uninstall`.

use std::path::{Path, PathBuf};

use plugin::pin::{self, ReadyError};
use plugin::{Plugin, Standing, subprocess};

use super::each::each;
use super::{hooks, install};
use crate::commands::Context;
use crate::plugins::Plugins;
use crate::report::Failure;

/// `plugin uninstall`.
pub(in crate::commands) fn uninstall(context: &mut Context<'_>) -> Result<(), Failure> {
    each(context, "uninstall", "Uninstalled", remove)
}

fn remove(
    context: &mut Context<'_>,
    plugins: &Plugins,
    folder: &Path,
    plugin: &Plugin,
) -> Result<(), Failure> {
    if !plugin.folder.exists() && std::fs::symlink_metadata(&plugin.folder).is_err() {
        // Named twice: it is gone already.
        return Ok(());
    }
    let store = install::store(context);
    // Its hook is code: what nobody accepted is removed, and not asked.
    let known = if subprocess::has_hook(plugin, "delete") {
        let lock = store.lock().map_err(|error| Failure::of(&error))?;
        Some(pin::ready(&plugin.folder, &lock, &pin::Limits::default()))
    } else {
        None
    };
    let kept = format!("{}-{}.tgz", plugin.manifest.name, plugin.manifest.version);
    let beside = [kept.clone(), format!("{kept}.prov")].map(|file| folder.join(file));
    let beside: Vec<PathBuf> =
        beside.into_iter().filter(|file| std::fs::symlink_metadata(file).is_ok()).collect();
    store.remove(&plugin.folder, &beside).map_err(|error| install::failed(&error))?;
    match known {
        None => Ok(()),
        Some(Ok(ready)) => match &ready.standing {
            Standing::Managed(entry) => hooks::run(context, plugins, plugin, "delete", entry),
            _ if context.environment.is_helm => hooks::run_as_helm(context, plugins, plugin, "delete"),
            _ => {
                skipped(context, plugin, "nobody installed it here");
                Ok(())
            }
        },
        Some(Err(error @ (ReadyError::Changed { .. } | ReadyError::Unfinished { .. }))) => {
            skipped(context, plugin, &error.to_string());
            Ok(())
        }
        Some(Err(error)) => Err(Failure::of(&error)),
    }
}

/// Says that a hook was not run.
fn skipped(context: &mut Context<'_>, plugin: &Plugin, why: &str) {
    let name = &plugin.manifest.name;
    context.output.error_line(&format!("the delete hook of {name} was not run: {why}"));
}
