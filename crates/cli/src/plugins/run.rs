//! Runs the command of a plugin.

use std::mem::ManuallyDrop;

use guard::{Actor, Policy, Profile};
use plugin::manifest::{Config, Runtime};
use plugin::{Plugin, Ready, Standing, invoke};

use super::{Plugins, commands, refused, streams};
use crate::commands::{Context, Found};
use crate::environment::Environment;
use crate::grants;
use crate::output::Output;
use crate::progress::Progress;
use crate::report::Failure;

/// Runs the command that a plugin brings. `typed` is the whole command line.
pub(crate) fn command(
    environment: &Environment,
    output: &mut Output,
    typed: &[String],
    found: &Found,
    plugin: &Plugin,
) -> Result<(), Failure> {
    let (parsed, own) = commands::arguments(typed, found.rest(), output)?;
    let mut context = Context { environment, output, parsed, found, progress: Progress::default() };
    // The process ends when the plugin has: what was mapped for it is left to the system.
    let mut plugins = ManuallyDrop::new(Plugins::new(&context)?);
    plugins.debug = commands::debug(environment, typed);
    let ready = plugins.installed(environment, &plugin.folder)?;
    cli(&mut context, &plugins, &ready, &own)
}

/// Runs a `cli/v1` plugin with its own arguments.
pub(crate) fn cli(
    context: &mut Context<'_>,
    plugins: &Plugins,
    ready: &Ready,
    arguments: &[String],
) -> Result<(), Failure> {
    let manifest = &ready.plugin.manifest;
    if !matches!(manifest.config, Config::Cli { .. }) {
        let name = govalue::print::quote(manifest.name.as_bytes());
        let kind = manifest.config.kind();
        return Err(Failure::plain(format!("plugin {name} is a {kind} plugin and brings no command")));
    }
    let streams = streams(context.environment);
    // What was said until now stands before what the plugin prints.
    let written = context.output.flush();
    written.map_err(|error| Failure::plain(crate::prepare::system_words(&error)))?;
    plugins.call(context, ready, None, |invocation| invoke::cli(invocation, arguments, streams))?;
    Ok(())
}

/// Who asks when a plugin runs. What nobody accepted and Helm runs is known by its name.
pub(super) fn actor(ready: &Ready) -> Actor {
    let native = matches!(ready.plugin.manifest.runtime, Runtime::Subprocess(_));
    if native && ready.standing == Standing::Unmanaged {
        return Actor::plugin(ready.plugin.manifest.name.clone());
    }
    ready.actor()
}

/// The policy for native code that nobody accepted: Helm runs it, so whoever calls Helm has it.
pub(super) fn native(context: &mut Context<'_>, ready: &Ready) -> Result<Policy, Failure> {
    let name = &ready.plugin.manifest.name;
    let environment = context.environment;
    let policy = grants::policy(context, &[])?;
    let adopt =
        format!("{} plugin adopt {name}", if environment.is_helm { "pintle" } else { environment.name() });
    if !environment.is_helm || policy.profile() == Profile::Strict {
        let quoted = govalue::print::quote(name.as_bytes());
        let folder = ready.plugin.folder.display();
        return Err(refused(
            format!("plugin {quoted} in {folder} is native code that was not installed here: it is not run"),
            format!("{adopt} takes it as it is now"),
        ));
    }
    if environment.stderr_is_terminal() {
        context.output.error_line(&format!(
            "plugin {name} is native code outside of any sandbox, and is not pinned: `{adopt}` takes it as it is now"
        ));
    }
    let ours = [format!("plugin:{name} native"), format!("plugin:{name} env=*")];
    grants::policy(context, &ours)
}
