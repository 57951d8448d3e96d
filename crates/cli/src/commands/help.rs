//! `help`, and the help text of every command, laid out as cobra does.

use super::{COMMANDS, Command, Context};
use crate::args::flag::{Flag, Kind, flag};
use crate::args::help::flag_usages;
use crate::args::tables::GLOBAL;
use crate::environment::Environment;
use crate::report::Failure;

pub(super) const LONG: &str = "Help provides help for any command in the application.\n\
    Simply type helm help [path to command] for full details.";

const ROOT: &str = include_str!("text/root.txt");

pub(super) fn run(context: &mut Context<'_>) -> Result<(), Failure> {
    let mut words = context.parsed.args.iter().peekable();
    let mut path = context.environment.name().to_owned();
    let mut children = COMMANDS;
    let mut found = None;
    while let Some(command) = words
        .peek()
        .and_then(|word| children.iter().find(|c| c.name == **word || c.aliases.contains(&word.as_str())))
    {
        words.next();
        path = format!("{path} {}", command.name);
        children = command.children;
        found = Some(command);
    }
    let text = match found {
        Some(command) => of(command, &path, context.environment),
        None if words.peek().is_none() => root(context.environment),
        None => {
            // Helm: an unknown topic is told on standard error with the usage, and is no failure.
            let topics: Vec<String> = context.parsed.args.iter().map(|word| format!("`{word}`")).collect();
            context.output.error_line(&format!("Unknown help topic [{}]", topics.join(" ")));
            context.output.error_line(root_usage(context.environment).trim_end_matches('\n'));
            return Ok(());
        }
    };
    context.output.out(&text);
    Ok(())
}

/// The help of the program itself.
pub(super) fn root(environment: &Environment) -> String {
    format!("{}\n\n{}", ROOT.trim_end(), root_usage(environment))
}

fn root_usage(environment: &Environment) -> String {
    let name = environment.name();
    let mut text = format!("Usage:\n  {name} [command]\n\nAvailable Commands:\n");
    let width = 11;
    for command in COMMANDS {
        text.push_str(&format!("  {:width$} {}\n", command.name, command.short));
    }
    let help = help_flag(name);
    let mut flags: Vec<&Flag> = GLOBAL.iter().collect();
    flags.push(&help.0);
    text.push_str(&format!("\nFlags:\n{}", help.1(&flag_usages(&flags, environment))));
    text.push_str(&format!("\nUse \"{name} [command] --help\" for more information about a command.\n"));
    text
}

/// The usage line of a command: `helm show values [CHART] [flags]`.
pub(super) fn use_line(command: &Command, path: &str) -> String {
    let mut line = path.to_owned();
    if !command.usage.is_empty() {
        line.push(' ');
        line.push_str(command.usage);
    }
    line.push_str(" [flags]");
    line
}

/// The help of a command.
pub(super) fn of(command: &Command, path: &str, environment: &Environment) -> String {
    let mut text = format!("{}\n\nUsage:\n", command.long.trim_end());
    if command.run.is_some() {
        text.push_str(&format!("  {}\n", use_line(command, path)));
    }
    if !command.children.is_empty() {
        text.push_str(&format!("  {path} [command]\n"));
    }
    if !command.aliases.is_empty() {
        text.push_str(&format!("\nAliases:\n  {}, {}\n", command.name, command.aliases.join(", ")));
    }
    if !command.children.is_empty() {
        text.push_str("\nAvailable Commands:\n");
        for child in command.children {
            text.push_str(&format!("  {:11} {}\n", child.name, child.short));
        }
    }
    let help = help_flag(command.name);
    let mut flags: Vec<&Flag> = command.flags.iter().copied().flatten().collect();
    // Called as helm, only Helm's flags are shown: the texts are Helm's.
    if environment.is_helm {
        flags.retain(|flag| !flag.ours);
    }
    flags.push(&help.0);
    text.push_str(&format!("\nFlags:\n{}", help.1(&flag_usages(&flags, environment))));
    let global: Vec<&Flag> = GLOBAL.iter().collect();
    text.push_str(&format!("\nGlobal Flags:\n{}", flag_usages(&global, environment)));
    if !command.children.is_empty() {
        text.push_str(&format!("\nUse \"{path} [command] --help\" for more information about a command.\n"));
    }
    text
}

/// The `-h, --help` flag every command has; its help names the command, so the name is put in afterwards.
fn help_flag(name: &str) -> (Flag, impl Fn(&str) -> String) {
    const MARK: &str = "help for \u{1}";
    let name = name.to_owned();
    (flag("help", Some('h'), Kind::Bool, "", MARK), move |text: &str| text.replace('\u{1}', &name))
}
