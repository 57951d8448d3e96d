//! `plugin run`: runs a plugin's command, installed or not.

use std::mem::ManuallyDrop;
use std::path::Path;

use crate::commands::Context;
use crate::paths;
use crate::plugins::{self, Plugins};
use crate::report::Failure;

/// `plugin run NAME [ARGUMENT...]`, `plugin run --path DIR [ARGUMENT...]`.
pub(in crate::commands) fn run(context: &mut Context<'_>) -> Result<(), Failure> {
    let plugins = ManuallyDrop::new(Plugins::new(context)?);
    let arguments = context.parsed.args.clone();
    if let Some(folder) = context.parsed.get("path") {
        let folder = paths::absolute(context.environment, Path::new(folder))
            .map_err(|error| Failure::plain(crate::prepare::system_words(&error)))?;
        let ready = plugins.in_folder(&folder)?;
        return plugins::run::cli(context, &plugins, &ready, &arguments);
    }
    let Some((name, arguments)) = arguments.split_first() else {
        return Err(Failure::plain("plugin run needs the name of an installed plugin, or --path DIR"));
    };
    let folders = context.environment.plugins();
    let found = plugins::find(context.output, &folders, "")?;
    let Some(plugin) = found.into_iter().find(|plugin| plugin.manifest.name == *name) else {
        // Helm's words.
        return Err(Failure::plain(format!("plugin: {name} not found")));
    };
    let ready = plugins.installed(context.environment, &plugin.folder)?;
    plugins::run::cli(context, &plugins, &ready, arguments)
}
