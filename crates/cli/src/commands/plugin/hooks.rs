//! What plugins run when they are installed, updated or removed.

use guard::{Actor, Grant};
use plugin::Plugin;
use plugin::lock::Entry;
use plugin::subprocess::{self, SubprocessError};

use crate::commands::Context;
use crate::grants;
use crate::plugins::Plugins;
use crate::report::Failure;

/// Runs what a plugin has for an event, under what plugins.lock, or what is about to be written there, grants to it.
///
/// # Errors
/// In Helm's words; a denial where nobody granted native code.
pub(super) fn run(
    context: &mut Context<'_>,
    plugins: &Plugins,
    plugin: &Plugin,
    event: &str,
    entry: &Entry,
) -> Result<(), Failure> {
    let held = entry.granted.iter().cloned();
    let files = entry.digests();
    under(context, plugins, plugin, event, &entry.actor(), held, Some(&files))
}

/// The same for a plugin that plugins.lock does not have, which has what Helm gives to each.
///
/// # Errors
/// As [`run`].
pub(super) fn run_as_helm(
    context: &mut Context<'_>,
    plugins: &Plugins,
    plugin: &Plugin,
    event: &str,
) -> Result<(), Failure> {
    let (name, folder) = (&plugin.manifest.name, plugin.folder.to_string_lossy());
    let held = ["native", "env=*"].map(|words| Grant::for_plugin(name, &folder, words));
    let actor = Actor::plugin_in(name.clone(), folder.clone());
    under(context, plugins, plugin, event, &actor, held.into_iter().flatten(), None)
}

fn under(
    context: &mut Context<'_>,
    plugins: &Plugins,
    plugin: &Plugin,
    event: &str,
    actor: &Actor,
    held: impl IntoIterator<Item = Grant>,
    files: Option<&subprocess::Files>,
) -> Result<(), Failure> {
    if !subprocess::has_hook(plugin, event) {
        return Ok(());
    }
    let mut guard = grants::guard_of_files(context)?;
    guard.hold(held);
    // What was said until now stands before what the hook says.
    let written = context.output.flush();
    written.map_err(|error| Failure::plain(crate::prepare::system_words(&error)))?;
    let surroundings = plugins.surroundings();
    let ran = subprocess::hook(plugin, event, surroundings, files, actor, &mut guard, |_, _| {});
    let audited = grants::audit(context, &mut guard);
    ran.map_err(|error| failure(&error))?;
    audited
}

fn failure(error: &SubprocessError) -> Failure {
    match error {
        SubprocessError::Denied(denial) => Failure::of(denial),
        other => Failure::of(other),
    }
}
