//! `plugin accept` and `plugin adopt`: what lies there now is what the user wants.

use std::path::PathBuf;

use govalue::print::quote;
use plugin::lock::{Entry, Lock, Pinned, Signer};
use plugin::pin;
use plugin::store::{About, StoreError};
use plugin::{Plugin, request};

use super::{consent, install};
use crate::commands::Context;
use crate::plugins::{Plugins, find};
use crate::report::Failure;

/// `plugin accept`: a plugin that was changed since it was installed is taken as it is now.
pub(in crate::commands) fn accept(context: &mut Context<'_>) -> Result<(), Failure> {
    let plugin = named(context)?;
    let name = plugin.manifest.name.clone();
    let Some(old) = entry(context, &plugin)? else {
        return Err(unmanaged(&name));
    };
    let requested = request::requests(&plugin.manifest);
    let granted = consent::granted(context, &name, &requested, &old.granted)?;
    let about =
        About { source: old.source.clone(), installed: install::now(), signer: old.signer.clone(), granted };
    let mut new = described(context, &plugin, old.linked, about)?;
    let differences = differences(&old, &new);
    if !differences.is_empty() {
        // Nobody signed what it is now.
        new.signer = Signer::Unsigned { accepted: "plugin accept".to_owned() };
    }
    write(context, &plugin, &old, new)?;
    for line in &differences {
        context.output.out(&format!("  {line}\n"));
    }
    context.output.out(&format!("Accepted plugin: {name}\n"));
    Ok(())
}

/// `plugin adopt`: a plugin that was put there by hand, by an image or by Helm is looked after from now on.
pub(in crate::commands) fn adopt(context: &mut Context<'_>) -> Result<(), Failure> {
    let plugin = named(context)?;
    let name = plugin.manifest.name.clone();
    if entry(context, &plugin)?.is_some() {
        let hint =
            format!("`plugin accept {name}` takes it as it is now, `plugin grants {name}` shows what it has");
        return Err(Failure::plain(format!("plugin {} is in plugins.lock already", quote(name.as_bytes())))
            .with_hint(hint));
    }
    let requested = request::requests(&plugin.manifest);
    let granted = consent::granted(context, &name, &requested, &[])?;
    let about = About {
        source: String::new(),
        installed: install::now(),
        signer: Signer::Unsigned { accepted: "plugin adopt".to_owned() },
        granted,
    };
    let linked = std::fs::symlink_metadata(&plugin.folder).is_ok_and(|there| there.file_type().is_symlink());
    let new = described(context, &plugin, linked, about)?;
    install::store(context)
        .edit(|lock| {
            lock.set(new);
            Ok::<(), StoreError>(())
        })
        .map_err(|error| install::failed(&error))?;
    compile(context, &plugin)?;
    context.output.out(&format!("Adopted plugin: {name}\n"));
    Ok(())
}

/// The installed plugin that the first argument names.
pub(super) fn named(context: &mut Context<'_>) -> Result<Plugin, Failure> {
    let name = context.parsed.args.first().cloned().unwrap_or_default();
    let folders = context.environment.plugins();
    let found = find(context.output, &folders, "")?;
    let named = found.into_iter().find(|plugin| plugin.manifest.name == name);
    named.ok_or_else(|| Failure::plain(format!("plugin: {name} not found")))
}

/// The canonical folder of a plugin, by which plugins.lock knows it.
pub(super) fn known(plugin: &Plugin) -> Result<PathBuf, Failure> {
    std::fs::canonicalize(&plugin.folder).map_err(|error| {
        Failure::plain(format!("{}: {}", plugin.folder.display(), crate::prepare::system_words(&error)))
    })
}

/// What plugins.lock has of a plugin.
pub(super) fn entry(context: &Context<'_>, plugin: &Plugin) -> Result<Option<Entry>, Failure> {
    let lock = Lock::read(&Lock::path(&context.environment.config_home()));
    let lock = lock.map_err(|error| Failure::plain(error.to_string()))?;
    Ok(lock.entry(&known(plugin)?).cloned())
}

pub(super) fn unmanaged(name: &str) -> Failure {
    Failure::plain(format!("plugin {} is not in plugins.lock", quote(name.as_bytes())))
        .with_hint(format!("`plugin adopt {name}` takes it as it is now"))
}

fn described(context: &Context<'_>, plugin: &Plugin, linked: bool, about: About) -> Result<Entry, Failure> {
    install::store(context)
        .describe(&plugin.folder, linked, about, &pin::Limits::default())
        .map_err(|error| install::failed(&error))
}

/// Writes an entry, unless somebody else has changed it meanwhile.
fn write(context: &Context<'_>, plugin: &Plugin, old: &Entry, new: Entry) -> Result<(), Failure> {
    let changed = install::store(context)
        .edit(|lock| {
            if lock.entries().find(|entry| entry.folder == old.folder) != Some(old) {
                return Ok(true);
            }
            lock.set(new);
            Ok::<bool, StoreError>(false)
        })
        .map_err(|error| install::failed(&error))?;
    if changed {
        return Err(Failure::plain(format!("{} was changed meanwhile: look again", plugin.folder.display())));
    }
    compile(context, plugin)
}

/// Compiles its module, so that its first run is a warm one.
fn compile(context: &Context<'_>, plugin: &Plugin) -> Result<(), Failure> {
    let lock = Lock::read(&Lock::path(&context.environment.config_home()));
    let lock = lock.map_err(|error| Failure::plain(error.to_string()))?;
    // Whoever changed it since is told when it runs.
    if let Ok(ready) = pin::ready(&plugin.folder, &lock, &pin::Limits::default())
        && let Some(module) = &ready.module
    {
        Plugins::new(context)?.compile(&plugin.manifest.name, module)?;
    }
    Ok(())
}

/// What is different, a line for each file.
fn differences(old: &Entry, new: &Entry) -> Vec<String> {
    let mut names: Vec<&String> = old.files.keys().chain(new.files.keys()).collect();
    names.sort_unstable();
    names.dedup();
    let line = |name: &&String| {
        let files: (Option<&Pinned>, Option<&Pinned>) = (old.files.get(*name), new.files.get(*name));
        let what = match files {
            (Some(old), Some(new)) if old == new => return None,
            (Some(_), Some(_)) => "changed",
            (None, _) => "added",
            (_, None) => "removed",
        };
        let plain = !name.contains(char::is_control);
        Some(format!("{what} {}", if plain { (*name).clone() } else { quote(name.as_bytes()) }))
    };
    names.iter().filter_map(line).collect()
}
