//! The commands, one file each, and how a command line finds its own.

mod create;
mod env;
mod help;
mod show;
mod template;
mod version;

use crate::args::flag::Flag;
use crate::args::tables::{CREATE, GLOBAL, GUARD, TEMPLATE, VERSION};
use crate::args::{ParseError, Parsed, parse, strip_flags};
use crate::environment::Environment;
use crate::output::Output;
use crate::report::Failure;

/// What a command does.
pub(crate) type Run = fn(&mut Context<'_>) -> Result<(), Failure>;

/// What a command is.
pub(crate) struct Command {
    /// Its name.
    pub(crate) name: &'static str,
    /// Other names.
    pub(crate) aliases: &'static [&'static str],
    /// The words behind its name in the usage line.
    pub(crate) usage: &'static str,
    /// One line for lists.
    pub(crate) short: &'static str,
    /// The text of its help.
    pub(crate) long: &'static str,
    /// Its own flags.
    pub(crate) flags: &'static [&'static [Flag]],
    /// Commands below it.
    pub(crate) children: &'static [Command],
    /// How many arguments it takes.
    pub(crate) arity: Arity,
    /// What it does; `None` for a group, which prints its help.
    pub(crate) run: Option<Run>,
}

/// How many arguments a command takes.
#[derive(Clone, Copy)]
pub(crate) enum Arity {
    /// Any number.
    Any,
    /// None at all.
    None,
    /// Exactly so many.
    Exactly(usize),
    /// At least so many.
    AtLeast(usize),
    /// At most so many.
    AtMost(usize),
}

/// What a running command has.
pub(crate) struct Context<'a> {
    pub(crate) environment: &'a Environment,
    pub(crate) output: &'a mut Output,
    pub(crate) parsed: Parsed,
}

/// All commands, sorted by name.
pub(crate) static COMMANDS: &[Command] = &[
    Command {
        name: "create",
        aliases: &[],
        usage: "NAME",
        short: "create a new chart with the given name",
        long: create::LONG,
        flags: &[CREATE, GUARD],
        children: &[],
        arity: Arity::Exactly(1),
        run: Some(create::run),
    },
    Command {
        name: "env",
        aliases: &[],
        usage: "",
        short: "helm client environment information",
        long: env::LONG,
        flags: &[],
        children: &[],
        arity: Arity::AtMost(1),
        run: Some(env::run),
    },
    Command {
        name: "help",
        aliases: &[],
        usage: "[command]",
        short: "Help about any command",
        long: help::LONG,
        flags: &[],
        children: &[],
        arity: Arity::Any,
        run: Some(help::run),
    },
    Command {
        name: "show",
        aliases: &["inspect"],
        usage: "",
        short: "show information of a chart",
        long: show::LONG,
        flags: &[],
        children: show::CHILDREN,
        arity: Arity::Any,
        run: None,
    },
    Command {
        name: "template",
        aliases: &[],
        usage: "[NAME] [CHART]",
        short: "locally render templates",
        long: template::LONG,
        flags: &[TEMPLATE, GUARD],
        children: &[],
        arity: Arity::AtLeast(1),
        run: Some(template::run),
    },
    Command {
        name: "version",
        aliases: &[],
        usage: "",
        short: "print the helm version information",
        long: version::LONG,
        flags: &[VERSION],
        children: &[],
        arity: Arity::None,
        run: Some(version::run),
    },
];

/// Commands of Helm that this version does not have; they are refused by name.
const NOT_YET: &[&str] = &[
    "completion",
    "dep",
    "dependencies",
    "dependency",
    "docs",
    "fetch",
    "get",
    "hist",
    "history",
    "install",
    "lint",
    "list",
    "ls",
    "package",
    "plugin",
    "pull",
    "push",
    "registry",
    "repo",
    "rollback",
    "search",
    "status",
    "test",
    "un",
    "del",
    "delete",
    "uninstall",
    "upgrade",
    "verify",
];

/// Runs a command line.
pub(crate) fn dispatch(
    environment: &Environment,
    output: &mut Output,
    arguments: &[String],
) -> Result<(), Failure> {
    check_color(environment, arguments)?;
    let global: Vec<&Flag> = GLOBAL.iter().collect();
    let mut rest = arguments.to_vec();
    let mut path = environment.name().to_owned();
    let mut found: Option<&'static Command> = None;
    loop {
        let children = found.map_or(COMMANDS, |command| command.children);
        let flags: Vec<&Flag> = found.map_or_else(|| global.clone(), all_flags);
        let Some(&position) = strip_flags(&flags, &rest).first() else { break };
        let word = rest[position].clone();
        let Some(command) = children.iter().find(|c| c.name == word || c.aliases.contains(&word.as_str()))
        else {
            if found.is_none() {
                return Err(unknown_command(environment, &word));
            }
            break;
        };
        rest.remove(position);
        path = format!("{path} {}", command.name);
        found = Some(command);
    }
    let Some(command) = found else {
        return match parse(&global, &rest) {
            Ok(_) | Err(ParseError::Help) => {
                output.out(&help::root(environment));
                Ok(())
            }
            Err(error) => Err(Failure::plain(error.to_string())),
        };
    };
    let parsed = match parse(&all_flags(command), &rest) {
        Ok(parsed) => parsed,
        Err(ParseError::Help) => {
            output.out(&help::of(command, &path, environment));
            return Ok(());
        }
        Err(error) => return Err(Failure::plain(error.to_string())),
    };
    for line in &parsed.deprecations {
        output.error_line(line);
    }
    let Some(run) = command.run else {
        // Helm: a group without a known sub-command prints its help and succeeds.
        output.out(&help::of(command, &path, environment));
        return Ok(());
    };
    check_arity(command, &path, &parsed)?;
    run(&mut Context { environment, output, parsed })
}

fn all_flags(command: &Command) -> Vec<&'static Flag> {
    GLOBAL.iter().chain(command.flags.iter().copied().flatten()).collect()
}

/// Helm checks the colour mode while it builds its commands: the failure is a log line, not an error.
fn check_color(environment: &Environment, arguments: &[String]) -> Result<(), Failure> {
    let mut mode = None;
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let Some(long) = argument.strip_prefix("--") else { continue };
        match long.split_once('=') {
            Some(("color" | "colour", value)) => mode = Some(value.to_owned()),
            None if long == "color" || long == "colour" => mode = rest.next().cloned(),
            None if long.is_empty() => break,
            _ => {}
        }
    }
    let _ = environment;
    match mode {
        Some(mode) if !matches!(mode.as_str(), "never" | "auto" | "always") => {
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

fn check_arity(command: &Command, path: &str, parsed: &Parsed) -> Result<(), Failure> {
    let given = parsed.args.len();
    let arguments = |n: usize| if n == 1 { "argument" } else { "arguments" };
    let problem = match command.arity {
        Arity::None if given > 0 => "accepts no arguments".to_owned(),
        Arity::Exactly(n) if given != n => format!("requires {n} {}", arguments(n)),
        Arity::AtLeast(n) if given < n => format!("requires at least {n} {}", arguments(n)),
        Arity::AtMost(n) if given > n => format!("accepts at most {n} {}", arguments(n)),
        _ => return Ok(()),
    };
    let usage = help::use_line(command, path);
    Err(Failure::plain(format!("\"{path}\" {problem}\n\nUsage:  {usage}")))
}

fn unknown_command(environment: &Environment, word: &str) -> Failure {
    let name = environment.name();
    if NOT_YET.contains(&word) {
        return Failure::plain(format!("the command {word:?} is not in this version of Pintle yet"));
    }
    let mut message = format!("unknown command {} for {name:?}", govalue::print::quote(word.as_bytes()));
    let close: Vec<&str> = COMMANDS.iter().map(|c| c.name).filter(|known| is_close(word, known)).collect();
    if !close.is_empty() {
        message.push_str("\n\nDid you mean this?\n");
        for known in close {
            message.push_str(&format!("\t{known}\n"));
        }
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
