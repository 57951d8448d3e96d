//! Plugins that are programs of this machine: the `subprocess` runtime.
//!
//! [`prepare`] turns a plugin and a [`Task`] into a [`Prepared`]: the command for this system is chosen and filled in,
//! the program found and held to its digest, and the guard asked. [`Prepared::run`] starts it. [`hook`] does both for
//! an event. What Helm does is done as Helm does it, down to its words; added are the question (native code needs the
//! capability `native`), an environment that holds less than everything, and bounds on what is listened to.
//!
//! What is not kept from a program that was let in: files, network, everything that its user may do. A script is
//! opened again by its interpreter after its digest was taken; who may write to the plugin's folder in that moment
//! could put another in its place. A binary is started by the descriptor that was read.

mod command;
mod environment;
mod program;
mod run;

use std::borrow::Cow;
use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use govalue::print::quote;
use guard::{Actor, Denial, Guard, Question};

pub use command::{Variables, processor, system};
pub use environment::Surroundings;
pub use program::Files;
pub use run::{Limits, Prepared};

use crate::discover::Plugin;
use crate::manifest::{PlatformCommand, Runtime, Subprocess};
use run::Streams;

/// What a program of a plugin is started for.
#[derive(Debug, Clone)]
pub enum Task<'a> {
    /// A command: it has the standard streams.
    Cli {
        /// What the user typed behind it, without what Helm took.
        arguments: &'a [String],
    },
    /// A download: it prints what it fetched.
    Getter(Fetch<'a>),
    /// A post-renderer: it reads manifests and prints others.
    PostRenderer {
        /// Those of `--post-renderer-args`.
        arguments: &'a [String],
    },
    /// `install`, `update` or `delete`.
    Hook {
        /// Which.
        event: &'a str,
    },
    /// The plugin's own completion: it prints what could follow.
    Complete {
        /// The path of sub-commands, what was typed behind it, and the word to complete.
        arguments: &'a [String],
    },
}

/// What a getter is asked for.
#[derive(Debug, Clone, Copy, Default)]
pub struct Fetch<'a> {
    /// The scheme of the URL.
    pub protocol: &'a str,
    /// The URL.
    pub href: &'a str,
    /// `--cert-file`
    pub cert_file: &'a str,
    /// `--key-file`
    pub key_file: &'a str,
    /// `--ca-file`
    pub ca_file: &'a str,
    /// `--username`
    pub username: &'a str,
    /// `--password`
    pub password: &'a str,
    /// `--pass-credentials`
    pub pass_credentials_all: bool,
}

impl Task<'_> {
    /// Whether what `helm env` shows is in the environment: Helm leaves it out for the rest.
    fn has_helm_environment(&self) -> bool {
        matches!(self, Self::Cli { .. } | Self::Getter(_) | Self::Complete { .. })
    }

    fn streams(&self) -> Streams {
        match self {
            Self::Cli { .. } => Streams::Own,
            Self::Getter(_) => Streams::Kept,
            Self::PostRenderer { .. } => Streams::Fed,
            Self::Hook { .. } => Streams::Told,
            Self::Complete { .. } => Streams::Both,
        }
    }
}

/// Why a program was not started, or did not do what it should.
#[derive(Debug, thiserror::Error)]
pub enum SubprocessError {
    /// No command is for this system.
    #[error("{}", not_applicable(doing))]
    NotApplicable {
        /// What was prepared, with Helm's words for it.
        doing: Cow<'static, str>,
    },
    /// The plugin fetches nothing of this scheme.
    #[error("no downloader found for protocol {}", quote(protocol.as_bytes()))]
    NoDownloader {
        /// The scheme.
        protocol: String,
    },
    /// The plugin is no program.
    #[error("plugin {} is not run as a subprocess", quote(plugin.as_bytes()))]
    NoProgram {
        /// Its name.
        plugin: String,
    },
    /// The guard did not allow it.
    #[error(transparent)]
    Denied(#[from] Denial),
    /// The command is nothing once its variables are filled in.
    #[error("exec: no command")]
    NoCommand,
    /// `PATH` does not lead to it.
    #[error("exec: {}: executable file not found in $PATH", quote(name.as_bytes()))]
    NotFound {
        /// How it was called.
        name: String,
    },
    /// `PATH` leads to it only from the present folder.
    #[error("exec: {}: cannot run executable found relative to current directory", quote(name.as_bytes()))]
    Relative {
        /// How it was called.
        name: String,
    },
    /// The system does not start it.
    #[error("fork/exec {}: {}", path.display(), words(source))]
    Start {
        /// The program.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The file is not the one that the user accepted.
    #[error("{} is not run: {why}", file.display())]
    Changed {
        /// The file.
        file: PathBuf,
        /// In which way.
        why: &'static str,
    },
    /// The file cannot be read, so that its digest cannot be taken.
    #[error("cannot read {}: {}", file.display(), words(source))]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// There is no way to start the file that was looked at, and no other.
    #[error("{} is not run: without /proc a program cannot be started by its descriptor", path.display())]
    NoDescriptors {
        /// The program.
        path: PathBuf,
    },
    /// It ended with an error.
    #[error("{}", ended(plugin, hook.as_deref()))]
    Exited {
        /// The plugin's name.
        plugin: String,
        /// The event, if it was a hook.
        hook: Option<String>,
        /// Its exit code; none where a signal ended it.
        code: Option<i32>,
        /// The beginning of what it said on standard error, where Helm keeps that to itself.
        errors: Vec<u8>,
    },
    /// It printed too much.
    #[error("plugin {} printed more than {limit} bytes", quote(plugin.as_bytes()))]
    Output {
        /// The plugin's name.
        plugin: String,
        /// Bytes that it might have printed.
        limit: u64,
    },
    /// It did not end in time.
    #[error("plugin {} timed out after {} s", quote(plugin.as_bytes()), after.as_secs_f64())]
    Deadline {
        /// The plugin's name.
        plugin: String,
        /// How long it might have run.
        after: Duration,
    },
    /// It could not be talked or listened to.
    #[error("{}", words(.0))]
    Wait(io::Error),
}

impl SubprocessError {
    /// The exit code that passes through; none where no program ended with one. What a signal ended has Go's −1.
    pub fn exit_code(&self) -> Option<i32> {
        match self {
            Self::Exited { code, .. } => Some(code.unwrap_or(-1)),
            _ => None,
        }
    }
}

fn not_applicable(doing: &str) -> String {
    let why = "no plugin command is applicable";
    if doing.is_empty() { why.to_owned() } else { format!("{doing}: {why}") }
}

fn ended(plugin: &str, hook: Option<&str>) -> String {
    let plugin = quote(plugin.as_bytes());
    match hook {
        Some(event) => format!("plugin {event} hook for {plugin} exited with error"),
        None => format!("plugin {plugin} exited with error"),
    }
}

/// The system's words as Go has them: small letters and no number.
fn words(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    let mut letters = text.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

/// Makes everything ready to start a plugin's program: afterwards only the system can refuse it.
///
/// `files` are the digests of the plugin's files, for a plugin whose files were accepted.
///
/// # Errors
/// In Helm's words where Helm has them; a [`Denial`] where the guard says no.
pub fn prepare(
    plugin: &Plugin,
    task: &Task<'_>,
    surroundings: &Surroundings,
    files: Option<&Files>,
    actor: &Actor,
    guard: &mut Guard,
) -> Result<Prepared, SubprocessError> {
    let name = &plugin.manifest.name;
    let Runtime::Subprocess(runtime) = &plugin.manifest.runtime else {
        return Err(SubprocessError::NoProgram { plugin: name.clone() });
    };
    let (environment, granted) = environment::environment(plugin, task, surroundings, actor, guard);
    let (called, mut arguments) = if let Task::Complete { .. } = task {
        // Helm expands variables here, too; only a folder with `$` in its name could tell.
        (plugin.folder.join("plugin.complete").into_os_string(), Vec::new())
    } else {
        let chosen = choose(runtime, task)?;
        command::fill(chosen.commands, chosen.expand, &environment)
            .ok_or(SubprocessError::NotApplicable { doing: chosen.doing })?
    };
    let mut hook = None;
    match task {
        Task::Cli { arguments: more }
        | Task::PostRenderer { arguments: more }
        | Task::Complete { arguments: more } => {
            arguments.extend(more.iter().map(Into::into));
        }
        Task::Getter(fetch) => {
            arguments.extend([fetch.cert_file, fetch.key_file, fetch.ca_file, fetch.href].map(Into::into));
        }
        Task::Hook { event } => hook = Some((*event).to_owned()),
    }
    let (called, path) = match task {
        Task::Getter(_) => {
            // Helm: whatever a getter's command is, it is below the plugin's folder; an absolute one, too.
            let mut joined = plugin.folder.clone().into_os_string();
            joined.push("/");
            joined.push(&called);
            let path = PathBuf::from(
                String::from_utf8_lossy(&sprig::path::clean(joined.as_encoded_bytes())).as_ref(),
            );
            (path.clone().into_os_string(), path)
        }
        _ => {
            let search = surroundings.process.get(OsStr::new("PATH")).map(|path| &**path);
            (called.clone(), program::find(called, search)?)
        }
    };
    let question = Question::Native { program: path.to_string_lossy().into_owned() };
    let permit = guard.check(&[actor], question)?;
    environment::ask(granted, actor, guard)?;
    let program = program::check(called, path, &plugin.folder, files)?;
    let (plugin, streams) = (name.clone(), task.streams());
    Ok(Prepared { permit, plugin, hook, program, arguments, environment, streams })
}

/// Makes a program ready that the user named by its path, to change manifests as a post-renderer does. It is called by
/// its name and finds what every program may know in its environment, and nothing of Helm's or of a plugin's.
///
/// # Errors
/// A [`Denial`] where the guard says no.
pub fn prepare_program(
    path: &Path,
    arguments: &[String],
    surroundings: &Surroundings,
    actor: &Actor,
    guard: &mut Guard,
) -> Result<Prepared, SubprocessError> {
    let (environment, granted) = environment::of_program(surroundings, actor, guard);
    let question = Question::Native { program: path.to_string_lossy().into_owned() };
    let permit = guard.check(&[actor], question)?;
    environment::ask(granted, actor, guard)?;
    let program = program::Program { name: path.into(), path: path.to_owned(), opened: None };
    let arguments = arguments.iter().map(Into::into).collect();
    let plugin = path.to_string_lossy().into_owned();
    Ok(Prepared { permit, plugin, hook: None, program, arguments, environment, streams: Streams::Fed })
}

/// Runs what a plugin has for an event; answers whether it has anything.
///
/// `before` is told what will run. The program's streams are those of this process: what was printed before has to
/// be written out first.
///
/// # Errors
/// In Helm's words; a [`Denial`] where the guard says no.
pub fn hook(
    plugin: &Plugin,
    event: &str,
    surroundings: &Surroundings,
    files: Option<&Files>,
    actor: &Actor,
    guard: &mut Guard,
    before: impl FnOnce(&Prepared, &mut Guard),
) -> Result<bool, SubprocessError> {
    if !has_hook(plugin, event) {
        return Ok(false);
    }
    let prepared = prepare(plugin, &Task::Hook { event }, surroundings, files, actor, guard)?;
    before(&prepared, guard);
    prepared.run(Vec::new(), &Limits::default())?;
    Ok(true)
}

/// Whether a plugin has something to run for an event.
pub fn has_hook(plugin: &Plugin, event: &str) -> bool {
    match &plugin.manifest.runtime {
        Runtime::Subprocess(runtime) => runtime.hooks.get(event).is_some_and(|commands| !commands.is_empty()),
        Runtime::Extism(_) => false,
    }
}

/// The commands that a task is chosen from, and how.
struct Chosen<'p> {
    commands: &'p [PlatformCommand],
    expand: bool,
    doing: Cow<'static, str>,
}

fn choose<'p>(runtime: &'p Subprocess, task: &Task<'_>) -> Result<Chosen<'p>, SubprocessError> {
    let preparing = Cow::Borrowed("failed to prepare plugin command");
    Ok(match task {
        Task::Cli { .. } | Task::PostRenderer { .. } | Task::Complete { .. } => {
            Chosen { commands: &runtime.commands, expand: true, doing: preparing }
        }
        Task::Getter(fetch) => {
            let of_protocol =
                |one: &&crate::manifest::ProtocolCommand| one.protocols.iter().any(|p| p == fetch.protocol);
            let Some(found) = runtime.protocol_commands.iter().find(of_protocol) else {
                return Err(SubprocessError::NoDownloader { protocol: fetch.protocol.to_owned() });
            };
            let quoted = quote(fetch.protocol.as_bytes());
            let doing = Cow::Owned(format!("failed to prepare commands for protocol {quoted}"));
            Chosen { commands: &found.commands, expand: false, doing }
        }
        Task::Hook { event } => Chosen {
            commands: runtime.hooks.get(*event).map(Vec::as_slice).unwrap_or_default(),
            expand: runtime.expand_hook_arguments,
            doing: Cow::Borrowed(""),
        },
    })
}
