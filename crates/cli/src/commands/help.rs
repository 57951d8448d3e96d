//! `help`, and the help text of every command, laid out as cobra does.

use super::command::Command;
use super::tree::ROOT;
use super::{Context, Found, find};
use crate::args::flag::Flag;
use crate::args::help::flag_usages;
use crate::args::tables::{GLOBAL, HELP};
use crate::environment::Environment;
use crate::report::Failure;

/// The variables that Helm does not have.
const OWN_VARIABLES: [(&str, &str); 4] = [
    ("$PINTLE_AUDIT", "append one JSON line per question of a chart to this file ('-' is stderr)"),
    ("$PINTLE_GRANTS", "read grants from these files (a list of paths)"),
    ("$PINTLE_LIMITS", "raise or lower limits, as --limit (NAME=VALUE, separated by commas)"),
    ("$PINTLE_PROFILE", "what charts may ask when nobody said anything: helm or strict"),
];

/// Columns of a command's name in a list, at least.
const MIN_PADDING: usize = 11;

pub(super) fn run(context: &mut Context<'_>) -> Result<(), Failure> {
    let environment = context.environment;
    let Ok(found) = find(environment, &context.parsed.args) else {
        // Helm: an unknown topic is told on standard error with the usage, and is no failure.
        let topics: Vec<String> = context.parsed.args.iter().map(|word| raw_quote(word)).collect();
        context.output.error_line(&format!("Unknown help topic [{}]", topics.join(" ")));
        // Helm: the program gets its own help flag only when it is about to run itself.
        let usage = usage(&Found::program(environment), environment, false);
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
    let text = text(found, environment);
    format!("{}\n\n{}", text.trim_end(), usage(found, environment, true))
}

/// The text about a command, its short one where there is no other, and under our own name what to know beforehand.
pub(super) fn text(found: &Found, environment: &Environment) -> String {
    let Some(command) = found.command() else {
        return if environment.is_helm { ROOT.to_owned() } else { own_root() };
    };
    let text = environment.own_words(if command.long.is_empty() { command.short } else { command.long });
    if command.is_built() || environment.is_helm {
        return text.into_owned();
    }
    format!("Not in this version of Pintle yet. What follows is Helm's.\n\n{}", text.trim_start())
}

/// The program's own text: what it is, then Helm's tables of variables and folders.
fn own_root() -> String {
    let tables = ROOT.find("Environment variables:").map_or("", |at| &ROOT[at..]);
    let (variables, rest) = tables.split_once("\n\nHelm stores").unwrap_or((tables, ""));
    let name = variables.lines().last().unwrap_or_default();
    let width = |column: usize| name.split('|').nth(column).map_or(0, |cell| cell.len().saturating_sub(2));
    let (first, second) = (width(1), width(2));
    let own: String =
        OWN_VARIABLES.iter().map(|(name, about)| format!("\n| {name:first$} | {about:second$} |")).collect();
    format!("{}{variables}{own}\n\nHelm stores{rest}", include_str!("text/root-pintle.txt"))
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
        let width = children.iter().map(|child| child.name.len()).max().unwrap_or(0).max(MIN_PADDING);
        let mut list = |heading: &str, built: &dyn Fn(&Command) -> bool| {
            let shown: Vec<&Command> =
                children.iter().filter(|child| child.is_listed(environment) && built(child)).collect();
            if !shown.is_empty() {
                text.push_str(&format!("\n{heading}:\n"));
            }
            for child in shown {
                text.push_str(&format!("  {:width$} {}\n", child.name, environment.own_words(child.short)));
            }
        };
        if environment.is_helm {
            list("Available Commands", &|_| true);
        } else {
            list("Available Commands", &Command::is_built);
            list("Commands of Helm that are not in this version yet", &|child| !child.is_built());
        }
    }
    let name = found.command().map_or(environment.name(), |command| command.name);
    let global: Vec<&Flag> = GLOBAL.iter().collect();
    let mut own = own_flags(found, environment);
    own.retain(|flag| with_help || flag.name != HELP.name);
    text.push_str(&format!("\nFlags:\n{}\n", flag_usages(&own, name, environment).trim_end()));
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
