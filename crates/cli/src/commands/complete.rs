//! `__complete`: what a shell asks while a command line is being typed, answered as cobra does.
//!
//! The last argument is the word under the cursor. The answer is one candidate a line, `word<TAB>description`, then a
//! line `:N` that says what the shell may add of its own.

use super::command::{Arguments, Command};
use super::{Context, Found, candidates, find};
use crate::args::flag::Flag;
use crate::args::help::about;
use crate::args::tables::{GLOBAL, HELP};
use crate::args::{Parsed, parse_bool, strip_flags};
use crate::environment::Environment;
use crate::output::Output;
use crate::plugins::commands;
use crate::plugins::completion::{self, Brought};
use crate::progress::Progress;
use crate::report::Failure;

/// What the shell may add to the candidates; the numbers are cobra's and can be combined.
pub(super) mod directive {
    /// Whatever the shell does by default: files, when there are no candidates.
    pub(crate) const DEFAULT: u8 = 0;
    /// Nothing: something failed.
    pub(crate) const ERROR: u8 = 1;
    /// No space behind the candidate.
    pub(crate) const NO_SPACE: u8 = 2;
    /// No files.
    pub(crate) const NO_FILES: u8 = 4;
}

/// How a candidate starts that is a hint to the reader and not a word.
const HINT: &str = "_activeHelp_ ";

/// Candidates and what the shell may add.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) candidates: Vec<String>,
    pub(super) directive: u8,
}

impl Answer {
    pub(super) fn new(candidates: Vec<String>, directive: u8) -> Self {
        Self { candidates, directive }
    }

    /// No candidates.
    pub(super) fn none(directive: u8) -> Self {
        Self { candidates: Vec::new(), directive }
    }

    /// Tells that there is nothing more to type.
    pub(super) fn no_more() -> Self {
        let text = "This command does not take any more arguments (but may accept flags).";
        Self::new(vec![format!("{HINT}{text}")], directive::NO_FILES)
    }
}

/// The command line that a shell asks about, and whether it wants descriptions; `None` when this is no such question.
pub(super) fn requested(arguments: &[String]) -> Option<(Vec<String>, bool)> {
    let global: Vec<&Flag> = GLOBAL.iter().collect();
    let &position = strip_flags(&global, arguments).first()?;
    let descriptions = match arguments[position].as_str() {
        "__complete" => true,
        "__completeNoDesc" => false,
        _ => return None,
    };
    let mut rest = arguments.to_vec();
    rest.remove(position);
    Some((rest, descriptions))
}

/// Answers a question of a shell.
///
/// # Errors
/// When there is no word to complete.
pub(super) fn run(
    environment: &Environment,
    output: &mut Output,
    arguments: &[String],
    descriptions: bool,
) -> Result<(), Failure> {
    let Some((word, before)) = arguments.split_last() else {
        return Err(Failure::plain("requires at least 1 arg(s), only received 0"));
    };
    let mut question = Question { environment, output, word: word.clone() };
    let answer = question.answer(before).unwrap_or_else(|words| {
        question.debug(&format!("[Error] {words}"), true);
        Answer::none(directive::DEFAULT)
    });
    let descriptions =
        descriptions && setting(environment, "COMPLETION_DESCRIPTIONS").and_then(parse_bool).unwrap_or(true);
    let hints =
        environment.get("COBRA_ACTIVE_HELP") != Some("0") && setting(environment, "ACTIVE_HELP") != Some("0");
    for candidate in &answer.candidates {
        if candidate.starts_with(HINT) && !hints {
            continue;
        }
        let shown = if descriptions { candidate } else { candidate.split('\t').next().unwrap_or_default() };
        output.out(&format!("{}\n", shown.split('\n').next().unwrap_or_default().trim()));
    }
    output.out(&format!(":{}\n", answer.directive));
    output.error_line(&format!("Completion ended with directive: {}", directive_names(answer.directive)));
    Ok(())
}

/// A variable for this program, else for every program made with cobra.
fn setting<'a>(environment: &'a Environment, name: &str) -> Option<&'a str> {
    let own = format!("{}_{name}", environment.name().to_uppercase());
    environment.get(&own).or_else(|| environment.get(&format!("COBRA_{name}")))
}

fn directive_names(directive: u8) -> String {
    let names = [
        (directive::ERROR, "ShellCompDirectiveError"),
        (directive::NO_SPACE, "ShellCompDirectiveNoSpace"),
        (directive::NO_FILES, "ShellCompDirectiveNoFileComp"),
    ];
    let names: Vec<&str> =
        names.iter().filter(|(bit, _)| directive & bit != 0).map(|(_, name)| *name).collect();
    if names.is_empty() { "ShellCompDirectiveDefault".to_owned() } else { names.join(", ") }
}

/// A question while it is being answered.
pub(super) struct Question<'a> {
    pub(super) environment: &'a Environment,
    pub(super) output: &'a mut Output,
    /// The word under the cursor, without the name of the flag it belongs to.
    pub(super) word: String,
}

impl Question<'_> {
    /// Notes something for whoever writes completions: in their file, and on standard error if asked to.
    pub(super) fn debug(&mut self, message: &str, show: bool) {
        let line = format!("[Debug] {message}");
        if let Some(path) = self.environment.get("BASH_COMP_DEBUG_FILE") {
            candidates::append_line(path, &line);
        }
        if show {
            self.output.error_line(&line);
        }
    }

    fn answer(&mut self, before: &[String]) -> Result<Answer, String> {
        if before.first().is_some_and(|word| word.starts_with("__complete")) {
            // Helm: this command is one like others, and its arguments are not known.
            return Ok(Answer::none(directive::DEFAULT));
        }
        let found = find(self.environment, before)
            .map_err(|_| format!("unable to find a command for arguments: [{}]", before.join(" ")))?;
        if let Some(brought) = found.command().and_then(|command| command.plugin) {
            return Ok(self.of_plugin(before, &found, brought));
        }
        let flags = found.flags();
        let (flag, rest, problem) = self.flag_of_value(&flags, &found);
        // With a further `--` there is one more argument only if another `--` ended the flags already.
        let ended: Vec<String> = rest.iter().cloned().chain(["--".to_owned()]).collect();
        let (first, first_outcome) = crate::post::parse(self.environment, &flags, &ended);
        let (parsed, outcome) = crate::post::parse(self.environment, &flags, rest);
        self.log(&first, first_outcome.is_ok(), &parsed, outcome.is_ok());
        outcome
            .map_err(|error| format!("Error while parsing flags from args [{}]: {error}", rest.join(" ")))?;
        let flags_ended = first.args.len() > parsed.args.len();
        if let Some(problem) = problem.filter(|_| !flags_ended) {
            return Err(problem);
        }
        if parsed.changed(HELP.name) {
            return Ok(Answer::none(directive::NO_FILES));
        }
        if flag.is_none() && self.word.starts_with('-') && !self.word.contains('=') && !flags_ended {
            return Ok(self.flag_names(&found, &parsed));
        }
        if let Some(flag) = flag.filter(|_| !flags_ended) {
            return Ok(candidates::of_flag(self, flag, found.command(), &parsed));
        }
        let mut answer = Answer::default();
        if flag.is_none() && parsed.args.is_empty() && !found.children().is_empty() {
            answer = Answer::new(names(found.children(), &self.word, self.environment), directive::NO_FILES);
        }
        match found.command() {
            Some(command) if command.arguments == Arguments::Topic => Ok(self.topics(&parsed.args)),
            Some(command) if command.arguments != Arguments::Files => {
                Ok(candidates::of_arguments(self, command, &parsed))
            }
            _ => Ok(answer),
        }
    }

    /// Behind the command of a plugin, whose flags are its own affair.
    fn of_plugin(&mut self, typed: &[String], found: &Found, brought: &Brought) -> Answer {
        let mut answer = Answer::default();
        if self.word.starts_with('-') && !self.word.contains('=') {
            answer = self.flag_names(found, &Parsed::default());
        } else if found.rest.is_empty() {
            if !found.children().is_empty() {
                let children = names(found.children(), &self.word, self.environment);
                answer = Answer::new(children, directive::NO_FILES);
            }
            if !brought.words.is_empty() {
                let words = brought.words.iter().filter(|word| word.starts_with(&self.word));
                answer.candidates.extend(words.cloned());
                answer.directive = directive::NO_FILES;
                return answer;
            }
        } else if !brought.words.is_empty() {
            return answer;
        }
        if !brought.dynamic {
            return answer;
        }
        let path: Vec<&str> = found.path.iter().skip(1).map(|command| command.name).collect();
        let Ok((parsed, _)) = commands::arguments(typed, &found.rest, self.output) else {
            return Answer::none(directive::ERROR);
        };
        let mut context = Context {
            environment: self.environment,
            output: self.output,
            parsed,
            found,
            progress: Progress::default(),
        };
        let asked = completion::ask(&mut context, &brought.plugin, &path, &found.rest, &self.word);
        let (candidates, number) = asked.unwrap_or((Vec::new(), directive::DEFAULT));
        answer.candidates.extend(candidates);
        answer.directive = number;
        answer
    }

    /// Helm logs while it parses flags, and it parses them twice.
    fn log(&mut self, first: &Parsed, first_good: bool, second: &Parsed, second_good: bool) {
        for line in first.log.iter().chain(&second.log) {
            self.output.error_line(line);
        }
        // The buffer of deprecations is printed after each time, and never emptied.
        let twice = first.deprecations.iter().chain(&second.deprecations);
        let printed = first.deprecations.iter().filter(|_| first_good).chain(twice.filter(|_| second_good));
        for line in printed {
            self.output.error_line(line);
        }
    }

    /// The flag whose value is being typed, and the arguments without it. Narrows the word to the value.
    fn flag_of_value<'f>(
        &mut self,
        flags: &[&'f Flag],
        found: &'f Found,
    ) -> (Option<&'f Flag>, &'f [String], Option<String>) {
        let rest = found.rest.as_slice();
        let (name, attached) = match self.word.split_once('=') {
            Some((name, _)) if self.word.starts_with('-') => (flag_name(name), true),
            _ if self.word.starts_with('-') => return (None, rest, None),
            _ => match rest.last() {
                Some(last) if is_flag(last) && !last.contains('=') => (flag_name(last), false),
                _ => return (None, rest, None),
            },
        };
        if name.is_empty() {
            let value = self.word.split_once('=').map(|(_, value)| value.to_owned());
            self.word = value.unwrap_or_default();
            return (None, rest, None);
        }
        // Of a cluster of letters the last one takes the value.
        let wanted = |flag: &&&Flag| {
            let mut letters = name.chars();
            match (letters.next(), letters.next()) {
                (Some(letter), None) => flag.short == Some(letter),
                _ => flag.name == name,
            }
        };
        let Some(&flag) = flags.iter().find(wanted) else {
            let command = found.command().map_or(self.environment.name(), |command| command.name);
            let problem = format!("Subcommand '{command}' does not support flag '{name}'");
            return (None, rest, Some(problem));
        };
        if attached {
            let value = self.word.split_once('=').map(|(_, value)| value.to_owned());
            self.word = value.unwrap_or_default();
            (Some(flag), rest, None)
        } else if flag.bare.is_some() {
            // A flag that may stand alone has no value behind it.
            (None, rest, None)
        } else {
            (Some(flag), &rest[..rest.len().saturating_sub(1)], None)
        }
    }

    fn flag_names(&self, found: &Found, parsed: &Parsed) -> Answer {
        let name = found.command().map_or(self.environment.name(), |command| command.name);
        let excluded = |flag: &Flag| {
            found.command().is_some_and(|command| {
                command
                    .exclusive
                    .iter()
                    .filter(|group| group.contains(&flag.name))
                    .any(|group| group.iter().any(|other| *other != flag.name && parsed.changed(other)))
            })
        };
        let mut own: Vec<&Flag> = super::help::own_flags(found, self.environment);
        own.sort_by_key(|flag| flag.name);
        if found.command().is_some_and(|command| command.plugin.is_some()) {
            own.retain(|flag| flag.name != HELP.name);
        }
        let global: Vec<&Flag> = if found.command().is_some() { GLOBAL.iter().collect() } else { Vec::new() };
        let mut candidates = Vec::new();
        for flag in global.into_iter().chain(own) {
            let used_up = parsed.changed(flag.name) && !flag.kind.repeats();
            if used_up || !self.environment.shows(flag) || excluded(flag) {
                continue;
            }
            let long = format!("--{}", flag.name);
            let short = flag.short.map(|letter| format!("-{letter}"));
            for shown in [Some(long), short].into_iter().flatten() {
                if shown.starts_with(&self.word) {
                    candidates.push(format!("{shown}\t{}", about(flag, name)));
                }
            }
        }
        Answer::new(candidates, directive::NO_FILES)
    }

    fn topics(&self, words: &[String]) -> Answer {
        match find(self.environment, words) {
            Ok(found) => {
                Answer::new(names(found.children(), &self.word, self.environment), directive::NO_FILES)
            }
            Err(_) => Answer::none(directive::NO_FILES),
        }
    }
}

/// A flag's name as typed, of a cluster of letters the last one.
fn flag_name(typed: &str) -> &str {
    match typed.strip_prefix("--") {
        Some(long) => long,
        None => {
            let last = typed.char_indices().next_back().map_or(0, |(position, _)| position);
            &typed[last..]
        }
    }
}

fn is_flag(argument: &str) -> bool {
    match argument.strip_prefix("--") {
        Some(long) => !long.is_empty(),
        None => argument.len() >= 2 && argument.starts_with('-'),
    }
}

/// The commands that begin with a word.
fn names(commands: &[Command], word: &str, environment: &Environment) -> Vec<String> {
    commands
        .iter()
        .filter(|command| command.is_listed(environment) && command.name.starts_with(word))
        .map(|command| format!("{}\t{}", command.name, environment.own_words(command.short)))
        .collect()
}
