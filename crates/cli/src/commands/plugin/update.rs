//! `plugin update`: repositories move on, and what asks for more than it was granted does not.

use std::path::Path;

use plugin::lock::Entry;
use plugin::pin;
use plugin::store::{About, StoreError};
use plugin::{Plugin, subprocess};

use super::each::each;
use super::{consent, elsewhere, hooks, install};
use crate::commands::Context;
use crate::log;
use crate::plugins::Plugins;
use crate::plugins::git::{self, Checkout};
use crate::prepare::system_words;
use crate::report::Failure;

/// `plugin update`.
pub(in crate::commands) fn update(context: &mut Context<'_>) -> Result<(), Failure> {
    each(context, "update", "Updated", one)
}

fn one(context: &mut Context<'_>, plugins: &Plugins, root: &Path, plugin: &Plugin) -> Result<(), Failure> {
    let real = std::fs::canonicalize(&plugin.folder).map_err(|error| {
        Failure::plain(format!("lstat {}: {}", plugin.folder.display(), system_words(&error)))
    })?;
    if !git::is_checkout(&real) {
        const WORDS: &str = "cannot get information about plugin source";
        let location = real.to_string_lossy();
        let line = log::line("WARN", WORDS, &[("location", &location), ("error", "Cannot detect VCS")]);
        return Err(Failure::plain(WORDS).logged(line));
    }
    let checkout = Checkout::at(&real);
    checkout.remote().map_err(|error| Failure::plain(error.to_string()))?;
    if checkout.is_changed() {
        return Err(Failure::plain("plugin repo was modified"));
    }
    let store = install::store(context);
    let lock = store.lock().map_err(|error| Failure::of(&error))?;
    let Some(entry) = lock.entry(&real).cloned() else {
        // Nobody accepted it: it is Helm's, and updated as Helm does.
        if subprocess::has_hook(plugin, "update") && !context.environment.is_helm {
            let name = &plugin.manifest.name;
            let why = "its hook is native code that was not installed here: it is not run";
            return Err(Failure::plain(why).with_hint(format!(
                "`{} plugin adopt {name}` takes it as it is now",
                context.environment.name()
            )));
        }
        moved_on(&checkout, &real)?;
        let plugin = plugin::load(&plugin.folder).map_err(|error| Failure::of(&error))?;
        return hooks::run_as_helm(context, plugins, &plugin, "update");
    };
    let limits = pin::Limits::default();
    let failed = |error: StoreError| install::failed(&error);
    if entry.linked {
        // The folder is the user's own and changes where it is. Until it is accepted it does not run.
        moved_on(&checkout, &real)?;
        let next = plugin::load(&plugin.folder).map_err(|error| Failure::of(&error))?;
        let about = about(context, &next, &entry)?;
        hooks::run(context, plugins, &next, "update", &entry)?;
        let entry = store.describe(&plugin.folder, true, about, &limits).map_err(failed)?;
        let set = |lock: &mut plugin::Lock| -> Result<(), StoreError> {
            lock.set(entry);
            Ok(())
        };
        return store.edit(set).map_err(failed);
    }
    let name = plugin.folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut change = store.begin(root, &name, true).map_err(failed)?;
    elsewhere::copy(&real, &change)?;
    let new = change.new_folder();
    moved_on(&Checkout::at(&new), &new)?;
    // Where it will be, and not where it is prepared.
    let unusable = |error: StoreError| match error {
        StoreError::Plugin(pin::ReadyError::Load(error)) => Failure::plain(error.said_of(&plugin.folder)),
        other => failed(other),
    };
    let manifest = change.plugin().map_err(unusable)?.manifest;
    let next = Plugin { folder: plugin.folder.clone(), manifest };
    let about = about(context, &next, &entry)?;
    let (mut entry, mut module) = change.describe(about.clone(), &limits).map_err(failed)?;
    if subprocess::has_hook(&next, "update") {
        change.put(None).map_err(failed)?;
        hooks::run(context, plugins, &next, "update", &entry)?;
        (entry, module) = change.describe_placed(about, &limits).map_err(failed)?;
    } else {
        change.put(Some(&entry)).map_err(failed)?;
    }
    change.finish(entry).map_err(failed)?;
    if let Some(module) = module {
        plugins.compile(&next.manifest.name, &module)?;
    }
    Ok(())
}

/// What is known of the new plugin: it stops here if it asks for more than the old one was granted.
fn about(context: &mut Context<'_>, next: &Plugin, entry: &Entry) -> Result<About, Failure> {
    let requested = plugin::request::requests(&next.manifest);
    Ok(About {
        source: entry.source.clone(),
        installed: install::now(),
        signer: entry.signer.clone(),
        granted: consent::granted(context, &next.manifest.name, &requested, &entry.granted)?,
    })
}

/// Fetches what is new into a checkout.
fn moved_on(checkout: &Checkout, folder: &Path) -> Result<(), Failure> {
    checkout.update().map_err(|error| Failure::plain(error.to_string()))?;
    if folder.join(plugin::manifest::FILE).exists() {
        return Ok(());
    }
    Err(Failure::plain("plugin metadata (plugin.yaml) missing"))
}
