//! One thing done to each of the plugins that were named.

use std::path::{Path, PathBuf};

use plugin::Plugin;

use crate::commands::Context;
use crate::plugins::{Plugins, find_in};
use crate::report::Failure;

/// Does something to every plugin that was named, and tells at the end what went wrong. `verb` is the command's word, `done`
/// what is printed in front of a name; `act` is given the folder of plugins.
///
/// # Errors
/// With a line for each plugin that is not there or failed.
pub(super) fn each(
    context: &mut Context<'_>,
    verb: &str,
    done: &str,
    act: impl Fn(&mut Context<'_>, &Plugins, &Path, &Plugin) -> Result<(), Failure>,
) -> Result<(), Failure> {
    if context.parsed.args.is_empty() {
        return Err(Failure::plain(format!("please provide plugin name to {verb}")));
    }
    // Helm: where plugins are removed or updated, the variable is one folder.
    let folder = context.environment.plugins();
    let found = find_in(context.output, [PathBuf::from(&folder)], "")?;
    let plugins = Plugins::new(context)?;
    let mut wrong: Vec<String> = Vec::new();
    let mut failure = None;
    for name in context.parsed.args.clone() {
        let Some(plugin) = found.iter().find(|plugin| plugin.manifest.name == name) else {
            wrong.push(format!("plugin: {name} not found"));
            continue;
        };
        match act(context, &plugins, Path::new(&folder), plugin) {
            Ok(()) => context.output.out(&format!("{done} plugin: {name}\n")),
            Err(why) => {
                wrong.push(format!("failed to {verb} plugin {name}, got error ({})", why.message()));
                failure = Some(why);
            }
        }
        if plugins.gave_up() {
            break;
        }
    }
    if wrong.is_empty() {
        return Ok(());
    }
    let message = wrong.join("\n");
    Err(failure.unwrap_or_else(|| Failure::plain("")).with_message(message))
}
