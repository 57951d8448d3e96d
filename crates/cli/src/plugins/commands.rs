//! The commands that plugins bring.
//!
//! They are found before any command runs, as Helm does, and become rows of the [tree](crate::commands). Flags are the
//! plugin's own affair, except those of Helm that Helm takes out wherever they stand.

use govalue::print::quote;
use plugin::Plugin;
use plugin::manifest::Config;

use super::completion::{self, Brought};
use crate::args::flag::Flag;
use crate::args::tables::GLOBAL;
use crate::args::{Parsed, glance, parse_bool, parse_partly, strip_flags};
use crate::commands::{COMMANDS, Command, command};
use crate::environment::Environment;
use crate::log;
use crate::output::Output;
use crate::report::Failure;

/// Helm's flags with a value that Helm takes out of a plugin's arguments.
const TAKEN: [&str; 14] = [
    "--kube-context",
    "--namespace",
    "-n",
    "--kubeconfig",
    "--kube-apiserver",
    "--kube-token",
    "--kube-as-user",
    "--kube-as-group",
    "--kube-ca-file",
    "--registry-config",
    "--repository-cache",
    "--repository-config",
    "--kube-insecure-skip-tls-verify",
    "--kube-tls-server-name",
];

/// All commands: those of the program, and those of plugins, by name. A plugin takes the place of a command that Helm
/// does not have. `typed` is the whole command line.
pub(crate) fn all(environment: &Environment, output: &mut Output, typed: &[String]) -> &'static [Command] {
    if environment.get("HELM_NO_PLUGINS") == Some("1") {
        return COMMANDS;
    }
    let plugins = match super::find(output, &environment.plugins(), "cli/v1") {
        Ok(plugins) if plugins.is_empty() => return COMMANDS,
        Ok(plugins) => plugins,
        Err(failure) => {
            output.error_line(&log::line("ERROR", "failed to load plugins", &[("error", failure.message())]));
            return COMMANDS;
        }
    };
    let global: Vec<&Flag> = GLOBAL.iter().collect();
    let words: Vec<&str> = strip_flags(&global, typed).into_iter().map(|at| &*typed[at]).collect();
    let mut commands: Vec<Command> = COMMANDS.to_vec();
    for plugin in plugins {
        let mut brought = of(&plugin);
        let known = |command: &Command| command.name == brought.name && !command.ours;
        if commands.iter().any(known) {
            let line =
                log::line("ERROR", "failed to load plugins: name conflicts", &[("name", brought.name)]);
            output.error_line(&line);
            break;
        }
        commands.retain(|command| command.name != brought.name);
        // Helm: when no command is about to run, and when a script for a shell is written.
        let found = commands.iter().chain([&brought]).find(|command| {
            !command.ours
                && command.name != "help"
                && words.first().is_some_and(|word| command.is_called(word))
        });
        let script = |command: &Command| {
            command.name == "completion"
                && words.get(1).is_some_and(|word| command.children.iter().any(|below| below.is_called(word)))
        };
        if found.is_none_or(script) {
            let log;
            (brought, log) = completion::load(brought.name, &plugin, brought);
            if debug(environment, typed) {
                for (message, why) in log {
                    let name = if message.ends_with("missing") { "commandPath" } else { "error" };
                    output.error_line(&log::line("DEBUG", message, &[(name, &why)]));
                }
            }
        }
        commands.push(brought);
    }
    commands.sort_by_key(|command| command.name);
    // As long as the process: it runs one command.
    commands.leak()
}

/// Whether Helm says more, as far as it knows before a command is found.
pub(super) fn debug(environment: &Environment, typed: &[String]) -> bool {
    let given = glance(&GLOBAL.iter().collect::<Vec<_>>(), typed)
        .into_iter()
        .rev()
        .find(|(name, _)| *name == "debug");
    let said = given.map(|(_, value)| value).or_else(|| environment.get("HELM_DEBUG").map(str::to_owned));
    said.is_some_and(|value| parse_bool(&value).unwrap_or(false))
}

fn of(plugin: &Plugin) -> Command {
    let brought = Brought { plugin: plugin.clone(), words: Vec::new(), dynamic: true };
    let brought: &'static Brought = Box::leak(Box::new(brought));
    let Plugin { manifest, .. } = &brought.plugin;
    let (usage, short, long) = match &manifest.config {
        Config::Cli { usage, short_help, long_help, .. } => (&**usage, &**short_help, &**long_help),
        _ => ("", "", ""),
    };
    let usage = if usage.is_empty() { &manifest.name } else { usage };
    let (name, usage) = usage.split_once(' ').unwrap_or((usage, ""));
    let short = if short.is_empty() {
        format!("the {} plugin", quote(manifest.name.as_bytes())).leak()
    } else {
        short
    };
    command(name, usage, short).long(long).of_plugin(brought)
}

/// A plugin's arguments without what Helm takes out, and what the flags of Helm among them say. Those that stand before
/// the plugin's name, and those that Helm leaves to the plugin, count too.
///
/// # Errors
/// When a flag of Helm's has a value that it cannot have, in pflag's words.
pub(crate) fn arguments(
    typed: &[String],
    rest: &[String],
    output: &mut Output,
) -> Result<(Parsed, Vec<String>), Failure> {
    let (known, own) = taken_out(rest);
    let flags: Vec<&Flag> = GLOBAL.iter().collect();
    // Helm reads the whole line first, with whatever it knows in it.
    let seen = glance(&flags, typed);
    // Groups add up; the others are said twice, the same.
    let first = seen.into_iter().filter(|(name, _)| *name != "kube-as-group");
    let first = first.map(|(name, value)| format!("--{name}={value}"));
    let (parsed, outcome) = parse_partly(&flags, &first.chain(known).collect::<Vec<_>>());
    for line in parsed.log.iter().chain(&parsed.deprecations) {
        output.error_line(line);
    }
    outcome.map_err(|error| Failure::plain(error.to_string()))?;
    Ok((parsed, own))
}

/// Divides arguments into what Helm takes and what the plugin gets.
pub(crate) fn taken_out(arguments: &[String]) -> (Vec<String>, Vec<String>) {
    let (mut taken, mut own) = (Vec::new(), Vec::new());
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let flag = argument.split_once('=').map_or(&**argument, |(flag, _)| flag);
        if argument == "--debug" {
            taken.push(argument.clone());
        } else if argument.is_empty() {
            // Helm: nothing is what it finds for a word that is no flag, so nothing counts as one, with a value.
            taken.push(argument.clone());
            taken.extend(rest.next().cloned());
        } else if !TAKEN.contains(&flag) {
            own.push(argument.clone());
        } else {
            taken.push(argument.clone());
            if flag.len() == argument.len() {
                // Helm: a flag without a value, which one of them is, takes the next word as well.
                taken.extend(rest.next().cloned());
            }
        }
    }
    (taken, own)
}

#[cfg(test)]
mod tests {
    use super::taken_out;

    #[test]
    fn helms_flags_are_taken_out_wherever_they_stand() {
        let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let (taken, own) =
            taken_out(&words("a --debug -n x --namespace=y --debug=true -nz -- --kube-token t --help -n"));
        assert_eq!(taken, words("--debug -n x --namespace=y --kube-token t -n"));
        assert_eq!(own, words("a --debug=true -nz -- --help"));
        let (taken, own) = taken_out(&words("--kube-insecure-skip-tls-verify a b"));
        assert_eq!((taken, own), (words("--kube-insecure-skip-tls-verify a"), words("b")));
    }
}
