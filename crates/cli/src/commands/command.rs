//! What a command is: a row of the [tree](super::tree).

use super::Context;
use crate::args::flag::Flag;
use crate::environment::Environment;
use crate::plugins::completion::Brought;
use crate::report::Failure;

/// What a command does.
pub(crate) type Run = fn(&mut Context<'_>) -> Result<(), Failure>;

/// A command; made with [`command`] and the methods below it.
#[derive(Debug, Clone)]
pub(crate) struct Command {
    /// Its name.
    pub(crate) name: &'static str,
    /// Other names.
    pub(crate) aliases: &'static [&'static str],
    /// Words that are no names of it, but whose typist probably means it.
    pub(crate) suggested_for: &'static [&'static str],
    /// The words behind its name in the usage line.
    pub(crate) usage: &'static str,
    /// One line for lists.
    pub(crate) short: &'static str,
    /// The text of its help; empty where the short one is all there is.
    pub(crate) long: &'static str,
    /// Not listed anywhere.
    pub(crate) hidden: bool,
    /// Helm does not have it; called as helm, nor do we.
    pub(crate) ours: bool,
    /// Helm does not have it; called as helm, it is there for who knows of it, and not listed.
    pub(crate) unlisted: bool,
    /// Its own flags.
    pub(crate) flags: &'static [&'static [Flag]],
    /// Flags of which only one may be given.
    pub(crate) exclusive: &'static [&'static [&'static str]],
    /// How many arguments it takes.
    pub(crate) arity: Arity,
    /// What its arguments can be completed to.
    pub(crate) arguments: Arguments,
    /// What it does; `None` for a group, which prints its help.
    pub(crate) run: Option<Run>,
    /// Whether this version has it; one that it does not have is refused by name when it is run.
    pub(crate) built: bool,
    /// The plugin that brings it. Its arguments are the plugin's own affair, flags included.
    pub(crate) plugin: Option<&'static Brought>,
    /// Commands below it.
    pub(crate) children: &'static [Command],
}

/// How many arguments a command takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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

/// What the arguments of a command are, for completion in a shell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Arguments {
    /// Files, as the shell completes them.
    Files,
    /// There are none, and completion says so.
    Nothing,
    /// Nothing that could be completed, and no files.
    NoFiles,
    /// One file.
    FileOnce,
    /// One chart.
    Chart,
    /// One chart that is not on this machine.
    RemoteChart,
    /// A new release's name, then a chart.
    NameAndChart,
    /// A release, then a chart.
    ReleaseAndChart,
    /// One release.
    Release,
    /// Releases.
    Releases,
    /// A release, then one of its revisions.
    ReleaseAndRevision,
    /// Chart repositories.
    Repositories,
    /// A new repository's name and address.
    NameAndUrl,
    /// Plugins.
    Plugins,
    /// A packaged chart, then the registry it goes to.
    PackageAndTarget,
    /// A variable of the environment.
    Variable,
    /// The words of a command.
    Topic,
}

/// A command with these words and nothing else.
pub(crate) const fn command(name: &'static str, usage: &'static str, short: &'static str) -> Command {
    Command {
        name,
        aliases: &[],
        suggested_for: &[],
        usage,
        short,
        long: "",
        hidden: false,
        ours: false,
        unlisted: false,
        flags: &[],
        exclusive: &[],
        arity: Arity::Any,
        arguments: Arguments::Files,
        run: None,
        built: true,
        plugin: None,
        children: &[],
    }
}

impl Command {
    pub(crate) const fn long(mut self, text: &'static str) -> Self {
        self.long = text;
        self
    }

    pub(crate) const fn aliases(mut self, names: &'static [&'static str]) -> Self {
        self.aliases = names;
        self
    }

    pub(crate) const fn suggested_for(mut self, words: &'static [&'static str]) -> Self {
        self.suggested_for = words;
        self
    }

    pub(crate) const fn hidden(mut self) -> Self {
        self.hidden = true;
        self
    }

    pub(crate) const fn ours(mut self) -> Self {
        self.ours = true;
        self
    }

    pub(crate) const fn unlisted(mut self) -> Self {
        self.unlisted = true;
        self
    }

    pub(crate) const fn flags(mut self, flags: &'static [&'static [Flag]]) -> Self {
        self.flags = flags;
        self
    }

    pub(crate) const fn exclusive(mut self, groups: &'static [&'static [&'static str]]) -> Self {
        self.exclusive = groups;
        self
    }

    pub(crate) const fn arity(mut self, arity: Arity) -> Self {
        self.arity = arity;
        self
    }

    pub(crate) const fn completes(mut self, arguments: Arguments) -> Self {
        self.arguments = arguments;
        self
    }

    pub(crate) const fn runs(mut self, run: Run) -> Self {
        self.run = Some(run);
        self
    }

    pub(crate) const fn not_built(mut self) -> Self {
        self.run = Some(super::not_built);
        self.built = false;
        self
    }

    /// Runs as `plugins::run` does: the plugin is called with whatever stands behind its name.
    pub(crate) const fn of_plugin(mut self, plugin: &'static Brought) -> Self {
        self.run = Some(super::not_built);
        self.plugin = Some(plugin);
        self
    }

    pub(crate) const fn children(mut self, children: &'static [Command]) -> Self {
        self.children = children;
        self
    }

    /// Whether `word` is its name or one of its aliases.
    pub(crate) fn is_called(&self, word: &str) -> bool {
        self.name == word || self.aliases.contains(&word)
    }

    /// Whether this version has it, or one of the commands below it.
    pub(crate) fn is_built(&self) -> bool {
        if self.children.is_empty() { self.built } else { self.children.iter().any(Self::is_built) }
    }

    /// Whether there is such a command under the name that the program was called by.
    pub(crate) fn is_there(&self, environment: &Environment) -> bool {
        !(self.ours && environment.is_helm)
    }

    /// Whether lists show it.
    pub(crate) fn is_listed(&self, environment: &Environment) -> bool {
        !self.hidden && self.is_there(environment) && !(self.unlisted && environment.is_helm)
    }
}
