//! The commands, one file each, and how a command line finds its own.

mod candidates;
mod command;
mod complete;
mod completion;
mod create;
mod dependency;
mod docs;
mod env;
mod help;
mod lint;
mod package;
mod plugin;
mod show;
pub(crate) mod template;
mod tree;
pub(crate) mod values;
mod verify;
mod version;

use crate::args::flag::Flag;
use crate::args::tables::{GLOBAL, HELP};
use crate::args::{ParseError, Parsed, glance, strip_flags};
use crate::environment::Environment;
use crate::explain;
use crate::output::Output;
use crate::plugins;
use crate::post;
use crate::profile;
use crate::progress::{Line, Progress};
use crate::report::Failure;
use command::Arity;
pub(crate) use command::{Command, command};
use tree::ORDER;
pub(crate) use tree::{COMMANDS, renamed};

/// What a running command has.
pub(crate) struct Context<'a> {
    pub(crate) environment: &'a Environment,
    pub(crate) output: &'a mut Output,
    pub(crate) parsed: Parsed,
    /// The command itself.
    pub(crate) found: &'a Found,
    /// Where to say what is being done, for who waits at a terminal.
    pub(crate) progress: Progress,
}

/// Where the words of a command line lead.
#[derive(Default)]
pub(crate) struct Found {
    /// The commands on the way, outermost first; empty for the program itself.
    path: Vec<&'static Command>,
    /// The arguments without the commands' names.
    rest: Vec<String>,
    /// All commands: those of the program, and those of plugins.
    commands: &'static [Command],
}

impl Found {
    /// The program itself.
    fn program(environment: &Environment) -> Self {
        Self { commands: environment.commands.get(), ..Self::default() }
    }

    /// The arguments without the commands' names.
    pub(crate) fn rest(&self) -> &[String] {
        &self.rest
    }

    fn command(&self) -> Option<&'static Command> {
        self.path.last().copied()
    }

    /// The commands below it.
    fn children(&self) -> &'static [Command] {
        self.command().map_or(self.commands, |command| command.children)
    }

    /// The words that lead to it: `helm show values`.
    fn words(&self, environment: &Environment) -> String {
        let mut words = environment.name().to_owned();
        for command in &self.path {
            words.push(' ');
            words.push_str(command.name);
        }
        words
    }

    /// All flags it knows.
    fn flags(&self) -> Vec<&'static Flag> {
        let own = self.command().map_or(&[][..], |command| command.flags);
        GLOBAL.iter().chain(own.iter().copied().flatten()).chain([&HELP]).collect()
    }
}

/// Follows the words of a command line as far as they name commands.
///
/// # Errors
/// When the first word is no command: the program itself takes no arguments.
fn find(environment: &Environment, arguments: &[String]) -> Result<Found, Failure> {
    let mut found = Found { rest: arguments.to_vec(), ..Found::program(environment) };
    loop {
        let mut flags = found.flags();
        // Helm: the help flag is there only when a command is about to run, so while commands are looked for the
        // word behind it counts as its value.
        flags.retain(|flag| flag.name != HELP.name);
        let Some(&position) = strip_flags(&flags, &found.rest).first() else { return Ok(found) };
        let word = &found.rest[position];
        let called = |command: &&Command| command.is_called(word) && command.is_there(environment);
        // Helm's own commands by all their names, then those of plugins, then ours.
        let rank = |command: &&Command| (command.plugin.is_some(), command.ours);
        let Some(command) = found.children().iter().filter(called).min_by_key(rank) else {
            if found.path.is_empty() {
                return Err(unknown_command(environment, word));
            }
            return Ok(found);
        };
        found.rest.remove(position);
        found.path.push(command);
    }
}

/// Runs a command line.
pub(crate) fn dispatch(
    environment: &Environment,
    output: &mut Output,
    arguments: &[String],
) -> Result<(), Failure> {
    check_color(arguments)?;
    environment.commands.set(plugins::commands::all(environment, output, arguments));
    if let Some((arguments, descriptions)) = complete::requested(arguments) {
        check_driver(environment)?;
        return complete::run(environment, output, &arguments, descriptions);
    }
    let found = find(environment, arguments)?;
    if let Some(plugin) = found.command().and_then(|command| command.plugin) {
        check_driver(environment)?;
        return plugins::run::command(environment, output, arguments, &found, &plugin.plugin);
    }
    let (parsed, outcome) = post::parse(environment, &found.flags(), &found.rest);
    for line in &parsed.log {
        output.error_line(line);
    }
    // Where the flags cannot be read, what was typed has to do.
    let typed = outcome.is_err() && arguments.iter().any(|argument| argument == "--explain");
    environment.explain.set(parsed.bool("explain") || typed);
    outcome.map_err(|error| {
        let known: Vec<&str> =
            found.flags().iter().filter(|flag| environment.shows(flag)).map(|flag| flag.name).collect();
        let report = match &error {
            ParseError::UnknownFlag(name) => explain::unknown_flag(name, &known),
            _ => explain::Report::default(),
        };
        Failure::plain(error.to_string()).with_report(report)
    })?;
    for line in &parsed.deprecations {
        output.error_line(line);
    }
    // Helm: a group without a known sub-command prints its help and succeeds.
    let Some((command, run)) = found.command().and_then(|command| Some((command, command.run?))) else {
        output.out(&help::of(&found, environment));
        return Ok(());
    };
    if parsed.bool(HELP.name) {
        output.out(&help::of(&found, environment));
        return Ok(());
    }
    check_driver(environment)?;
    check_arity(command, &found.words(environment), &parsed)?;
    check_groups(command, &parsed)?;
    profile::begin(&parsed);
    let line = Line::begin(environment.shows_progress(&parsed));
    let progress = line.progress();
    run(&mut Context { environment, output, parsed, found: &found, progress })
}

/// Refuses a command of Helm that this version does not have, by name.
fn not_built(context: &mut Context<'_>) -> Result<(), Failure> {
    let names: Vec<&str> = context.found.path.iter().map(|command| command.name).collect();
    Err(Failure::plain(format!("the command {:?} is not in this version of Pintle yet", names.join(" "))))
}

/// Helm checks the colour mode while it builds its commands: the failure is a log line, not an error.
fn check_color(arguments: &[String]) -> Result<(), Failure> {
    let global: Vec<&Flag> = GLOBAL.iter().collect();
    let seen = glance(&global, arguments);
    let mode = seen.into_iter().rev().find(|(name, _)| matches!(*name, "color" | "colour"));
    match mode {
        Some((_, mode)) if !matches!(mode.as_str(), "never" | "auto" | "always") => {
            Err(Failure::log(crate::log::line(
                "WARN",
                "command failed",
                &[(
                    "error",
                    &format!(
                        "invalid color mode {}: must be one of: never, auto, always",
                        govalue::print::quote(mode.as_bytes())
                    ),
                )],
            )))
        }
        _ => Ok(()),
    }
}

/// Helm opens its store of releases before any command runs, also one that has nothing to do with releases.
fn check_driver(environment: &Environment) -> Result<(), Failure> {
    match environment.unknown_driver() {
        None => Ok(()),
        Some(driver) => {
            let message = format!("unknown driver {}", govalue::print::quote(driver.as_bytes()));
            Err(Failure::log(crate::log::line("INFO", &message, &[])))
        }
    }
}

fn check_arity(command: &Command, words: &str, parsed: &Parsed) -> Result<(), Failure> {
    let given = parsed.args.len();
    let arguments = |n: usize| if n == 1 { "argument" } else { "arguments" };
    let problem = match command.arity {
        Arity::None if given > 0 => "accepts no arguments".to_owned(),
        Arity::Exactly(n) if given != n => format!("requires {n} {}", arguments(n)),
        Arity::AtLeast(n) if given < n => format!("requires at least {n} {}", arguments(n)),
        Arity::AtMost(n) if given > n => format!("accepts at most {n} {}", arguments(n)),
        _ => return Ok(()),
    };
    Err(Failure::plain(format!("\"{words}\" {problem}\n\nUsage:  {}", help::use_line(command, words))))
}

/// Refuses flags that exclude each other.
fn check_groups(command: &Command, parsed: &Parsed) -> Result<(), Failure> {
    // Helm: the groups are looked at in the order of their texts.
    let mut groups = command.exclusive.to_vec();
    groups.sort_unstable_by_key(|group| group.join(" "));
    for group in groups {
        let mut given: Vec<&str> = group.iter().copied().filter(|flag| parsed.changed(flag)).collect();
        if given.len() > 1 {
            given.sort_unstable();
            return Err(Failure::plain(format!(
                "if any flags in the group [{}] are set none of the others can be; [{}] were all set",
                group.join(" "),
                given.join(" ")
            )));
        }
    }
    Ok(())
}

fn unknown_command(environment: &Environment, word: &str) -> Failure {
    let name = environment.name();
    let mut message = format!("unknown command {} for {name:?}", govalue::print::quote(word.as_bytes()));
    let mut close = String::new();
    let mut known: Vec<&Command> =
        environment.commands.get().iter().filter(|command| command.is_listed(environment)).collect();
    known.retain(|command| command.name != "help");
    // Helm: suggestions come in the order in which its program was put together.
    // Case: conformance/cases/cli/lint.jsonl, `lnt`.
    known.sort_by_key(|command| ORDER.iter().position(|name| *name == command.name).unwrap_or(ORDER.len()));
    for command in known {
        if is_close(word, command.name) {
            close.push_str(&format!("\t{}\n", command.name));
        }
        for _ in command.suggested_for.iter().filter(|other| word.eq_ignore_ascii_case(other)) {
            close.push_str(&format!("\t{}\n", command.name));
        }
    }
    if !close.is_empty() {
        message.push_str(&format!("\n\nDid you mean this?\n{close}"));
    }
    Failure::plain(message).with_trailer(format!("Run '{name} --help' for usage."))
}

/// Cobra's suggestions: at most two edits apart, or the typed word begins a command's name.
fn is_close(typed: &str, known: &str) -> bool {
    let (typed, known) = (typed.to_lowercase(), known.to_lowercase());
    known.starts_with(&typed) || edit_distance(&typed, &known) <= 2
}

fn edit_distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, cb) in b.iter().enumerate() {
            let substituted = diagonal + usize::from(ca != *cb);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}
