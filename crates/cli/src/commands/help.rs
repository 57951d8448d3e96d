//! `help`, and the help text of every command, laid out as cobra does.

use super::command::Command;
use super::tree::ROOT;
use super::{Context, Found, find};
use crate::args::flag::Flag;
use crate::args::help::flag_usages;
use crate::args::tables::{GLOBAL, HELP};
use crate::environment::Environment;
use crate::report::Failure;

/// Columns of a command's name in a list, at least.
const MIN_PADDING: usize = 11;

pub(super) fn run(context: &mut Context<'_>) -> Result<(), Failure> {
    let environment = context.environment;
    let Ok(found) = find(environment, &context.parsed.args) else {
        // Helm: an unknown topic is told on standard error with the usage, and is no failure.
        let topics: Vec<String> = context.parsed.args.iter().map(|word| raw_quote(word)).collect();
        context.output.error_line(&format!("Unknown help topic [{}]", topics.join(" ")));
        // Helm: the program gets its own help flag only when it is about to run itself.
        let usage = usage(&Found::default(), environment, false);
        context.output.error_line(usage.trim_end_matches('\n'));
        return Ok(());
    };
    context.output.out(&of(&found, environment));
    Ok(())
}

/// Go's `%#q`: between backquotes where that is possible.
fn raw_quote(word: &str) -> String {
    if word.chars().any(|c| c == '`' || c == '\u{feff}' || (c.is_control() && c != '\t')) {
        govalue::print::quote(word.as_bytes())
    } else {
        format!("`{word}`")
    }
}

/// The help of a command, or of the program itself.
pub(super) fn of(found: &Found, environment: &Environment) -> String {
    let text = environment.own_words(long(found.command()).trim_end());
    format!("{text}\n\n{}", usage(found, environment, true))
}

/// The long text of a command: its short one where there is no other.
pub(super) fn long(command: Option<&'static Command>) -> &'static str {
    match command {
        None => ROOT,
        Some(command) if command.long.is_empty() => command.short,
        Some(command) => command.long,
    }
}

fn usage(found: &Found, environment: &Environment, with_help: bool) -> String {
    let words = found.words(environment);
    let mut text = "Usage:\n".to_owned();
    if let Some(command) = found.command().filter(|command| command.run.is_some()) {
        text.push_str(&format!("  {}\n", use_line(command, &words)));
    }
    let children = found.children();
    if !children.is_empty() {
        text.push_str(&format!("  {words} [command]\n"));
    }
    if let Some(command) = found.command().filter(|command| !command.aliases.is_empty()) {
        text.push_str(&format!("\nAliases:\n  {}, {}\n", command.name, command.aliases.join(", ")));
    }
    if !children.is_empty() {
        text.push_str("\nAvailable Commands:\n");
        let width = children.iter().map(|child| child.name.len()).max().unwrap_or(0).max(MIN_PADDING);
        for child in children.iter().filter(|child| child.is_listed()) {
            text.push_str(&format!("  {:width$} {}\n", child.name, environment.own_words(child.short)));
        }
    }
    let name = found.command().map_or(environment.name(), |command| command.name);
    let global: Vec<&Flag> = GLOBAL.iter().collect();
    let mut own = own_flags(found, environment);
    own.retain(|flag| with_help || flag.name != HELP.name);
    text.push_str(&format!("\nFlags:\n{}", flag_usages(&own, name, environment)));
    if found.command().is_some() {
        text.push_str(&format!("\nGlobal Flags:\n{}", flag_usages(&global, name, environment)));
    }
    if !children.is_empty() {
        text.push_str(&format!("\nUse \"{words} [command] --help\" for more information about a command.\n"));
    }
    text
}

/// The flags of a command that are not everybody's; those of the program are.
pub(super) fn own_flags(found: &Found, environment: &Environment) -> Vec<&'static Flag> {
    let mut flags: Vec<&Flag> = match found.command() {
        None => GLOBAL.iter().collect(),
        Some(command) => command.flags.iter().copied().flatten().collect(),
    };
    // Called as helm, only Helm's flags are shown: the texts are Helm's.
    flags.retain(|flag| !(flag.ours && environment.is_helm));
    flags.push(&HELP);
    flags
}

/// The usage line of a command: `helm show values [CHART] [flags]`.
pub(super) fn use_line(command: &Command, words: &str) -> String {
    let mut line = words.to_owned();
    if !command.usage.is_empty() {
        line.push(' ');
        line.push_str(command.usage);
    }
    line.push_str(" [flags]");
    line
}
