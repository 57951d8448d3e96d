//! Plugins at work: found as Helm finds them, compared with plugins.lock, called under the user's grants.
//!
//! [`Plugins`] is what a command that runs plugins holds. Nothing in it exists before it is needed: without a plugin no
//! lock is read, and no engine starts.

pub(crate) mod commands;
pub(crate) mod completion;
mod end;
mod find;
pub(crate) mod getter;
pub(crate) mod git;
pub(crate) mod outbound;
pub(crate) mod run;
pub(crate) mod source;

use std::cell::{Cell, OnceCell};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use guard::{Actor, Guard};
use plugin::invoke::{Cause, Invocation, InvokeError, Modules, Reply, Streams};
use plugin::manifest::Runtime;
use plugin::subprocess::{Prepared, Surroundings};
use plugin::{Lock, Ready, Standing, pin};
use sandbox::{Cache, Cancel, CurrentRelease, LogLevel, NoOutbound, Output, Sandbox, Stdin, SystemClock};

use crate::commands::Context;
use crate::environment::Environment;
use crate::grants;
use crate::limits::{Limits, limits};
use crate::report::{DENIED, Failure};

pub(crate) use find::{find, find_in};
use outbound::World;

/// Exit code of a verification that refuses.
const REFUSED: u8 = 12;
/// Compiled modules may take so many bytes; those that were made first go.
const COMPILED: u64 = 1 << 30;

/// What a command that runs plugins holds.
pub(crate) struct Plugins {
    lock: OnceCell<Lock>,
    modules: Modules,
    surroundings: Surroundings,
    limits: Limits,
    /// What Ctrl-C ends, once somebody listens for it.
    cancel: Cancel,
    listens: OnceCell<()>,
    /// Whether a module was left to a compiler that nobody can stop.
    gave_up: Cell<bool>,
    trace: bool,
    /// Whether Helm logs what it does.
    debug: bool,
    /// Where temporary folders of guests are made: a folder of the user's own.
    temporary: PathBuf,
}

impl Plugins {
    /// Nothing yet but the limits that the user named.
    ///
    /// # Errors
    /// When `--limit` or its variable names none.
    pub(crate) fn new(context: &Context<'_>) -> Result<Self, Failure> {
        let environment = context.environment;
        let own = environment.config_home().join("pintle");
        let compiled = environment.cache_home().join("pintle").join("modules");
        let limits = limits(context)?;
        let options = limits.sandbox.clone();
        let cancel = options.cancel.clone();
        let make = move || {
            // Without a cache the module is compiled each time: a slower start, and no reason to fail.
            let cache = Cache::open(compiled, &own.join("modules.key")).ok();
            Sandbox::new(options, Arc::new(SystemClock::new()), cache)
        };
        let text = |(name, value): (&'static str, String)| (OsString::from(name), OsString::from(value));
        Ok(Self {
            lock: OnceCell::new(),
            modules: Modules::new(make),
            surroundings: Surroundings {
                process: std::env::vars_os().collect(),
                helm: environment.table(&context.parsed).into_iter().map(text).collect(),
            },
            limits,
            cancel,
            listens: OnceCell::new(),
            gave_up: Cell::new(false),
            trace: context.parsed.bool("trace"),
            debug: environment.debug(&context.parsed),
            temporary: environment.cache_home().join("pintle").join("temporary"),
        })
    }

    /// What programs are started from.
    pub(crate) fn surroundings(&self) -> &Surroundings {
        &self.surroundings
    }

    /// plugins.lock, read once.
    fn lock(&self, environment: &Environment) -> Result<&Lock, Failure> {
        if let Some(lock) = self.lock.get() {
            return Ok(lock);
        }
        let lock = Lock::read(&Lock::path(&environment.config_home()))
            .map_err(|error| Failure::plain(error.to_string()).with_code(REFUSED))?;
        Ok(self.lock.get_or_init(|| lock))
    }

    /// An installed plugin, each file of which is what plugins.lock says.
    ///
    /// # Errors
    /// When it is no plugin, or not the one that was installed.
    pub(crate) fn installed(&self, environment: &Environment, folder: &Path) -> Result<Ready, Failure> {
        let lock = self.lock(environment)?;
        let digest = std::fs::canonicalize(folder).ok().and_then(|folder| lock.entry(&folder)?.module());
        let limits = pin::Limits::default();
        let look = || pin::look(folder, lock, &limits);
        let mut looked = None;
        if let Some(digest) = &digest {
            self.modules.prefetch(digest, || looked = Some(look()));
        }
        // What was compiled of a module knows the digest of it that is taken sooner.
        let known = |blake3: &[u8; 32]| digest.filter(|digest| self.modules.knows(digest, blake3));
        let ready = looked.unwrap_or_else(look).and_then(|looked| looked.ready(known));
        ready.map_err(|error| not_ready(&error))
    }

    /// The plugin of a folder that the user named.
    ///
    /// # Errors
    /// When it is no plugin.
    pub(crate) fn in_folder(&self, folder: &Path) -> Result<Ready, Failure> {
        pin::path(folder, &pin::Limits::default()).map_err(|error| not_ready(&error))
    }

    /// A guard for one plugin: flags and files of the user, and what plugins.lock holds for it.
    ///
    /// # Errors
    /// When a grants file cannot be read, and when nobody accepted the plugin's native code.
    pub(crate) fn guard(&self, context: &mut Context<'_>, ready: &Ready) -> Result<Guard, Failure> {
        let native = matches!(ready.plugin.manifest.runtime, Runtime::Subprocess(_));
        let mut policy = if native && ready.standing == Standing::Unmanaged {
            run::native(context, ready)?
        } else {
            grants::policy(context, &[])?
        };
        policy.hold(ready.grants.iter().cloned());
        Ok(Guard::new(policy))
    }

    /// Calls a plugin: the guard is asked, its records are written, and how the call ended is told.
    ///
    /// # Errors
    /// What the plugin says, and what happened to it.
    pub(crate) fn call(
        &self,
        context: &mut Context<'_>,
        ready: &Ready,
        release: Option<CurrentRelease>,
        run: impl FnOnce(Invocation<'_>) -> Result<Reply, Box<InvokeError>>,
    ) -> Result<Reply, Failure> {
        let mut guard = self.guard(context, ready)?;
        if let Runtime::Extism(extism) = &ready.plugin.manifest.runtime
            && extism.create_temp_dir
        {
            // What a killed process left goes now. What is wrong with the folder is told by who makes one in it.
            let _ = private(&self.temporary);
            let _ = sandbox::sweep_tempdirs(&self.temporary);
        }
        let wasm = matches!(ready.plugin.manifest.runtime, Runtime::Extism(_));
        let cancel = if wasm { self.cancel().clone() } else { Cancel::new() };
        let name = &ready.plugin.manifest.name;
        // What was said until now has been written: this stands before what the program says.
        let told = |prepared: &Prepared| {
            let attributes = [("pluginName", &**name), ("command", &prepared.shown())];
            let line = crate::log::line("DEBUG", "executing plugin command", &attributes);
            let _ = std::io::Write::write_all(&mut std::io::stderr(), format!("{line}\n").as_bytes());
        };
        let invocation = Invocation {
            ready,
            actor: run::actor(ready),
            modules: &self.modules,
            guard: &mut guard,
            allowance: self.limits.plugin.clone(),
            outbound: if wasm {
                Box::new(World::new(context.environment, self.limits.clone()))
            } else {
                Box::new(NoOutbound)
            },
            surroundings: &self.surroundings,
            temporary: self.temporary.clone(),
            current_release: release,
            cancel,
            log_level: if self.trace { LogLevel::Info } else { LogLevel::Off },
            trace: self.trace,
            before: self.debug.then_some(&told),
        };
        let started = std::time::Instant::now();
        let ended = run(invocation);
        let actor = run::actor(ready).to_string();
        if self.trace {
            end::trace(context, ended.as_ref().map_or_else(|error| &error.report, |reply| &reply.report));
        }
        let audited = end::audit(context, &mut guard, &actor, &ended, started.elapsed());
        match ended {
            Ok(reply) => audited.map(|()| reply),
            Err(error) => Err(end::failure(&actor, &error)),
        }
    }

    /// What Ctrl-C ends, once a guest runs.
    fn cancel(&self) -> &Cancel {
        self.listens.get_or_init(|| {
            // The second time it ends the program, whatever the host is doing. Where there are no signals, or no more
            // of them, the first does.
            let flag = self.cancel.flag();
            let interrupt = signal_hook::consts::SIGINT;
            let _ = signal_hook::flag::register_conditional_shutdown(interrupt, 130, Arc::clone(&flag))
                .and_then(|_| signal_hook::flag::register(interrupt, flag));
        });
        &self.cancel
    }

    /// Compiles a module ahead of its first run, and keeps the cache within bounds.
    ///
    /// # Errors
    /// When compiling it takes more than it may. What else is wrong with it is told when it runs.
    pub(crate) fn compile(&self, plugin: &str, module: &pin::Module) -> Result<(), Failure> {
        let Ok(bytes) = module.bytes() else { return Ok(()) };
        self.cancel();
        let compiled = self.modules.compile(&sandbox::Wasm::known(bytes, *module.digest()));
        let _ = self.modules.sandbox().prune(COMPILED);
        match compiled {
            Err(error) if error.gives_up() => {
                self.gave_up.set(true);
                let error = InvokeError::new(plugin, Cause::Start(error));
                let failure = end::failure(&Actor::plugin(plugin).to_string(), &error);
                Err(failure.within("the plugin is in its place, and cannot run"))
            }
            _ => Ok(()),
        }
    }

    /// Whether a compiler still works on a module that was given up: the command has to end.
    pub(crate) fn gave_up(&self) -> bool {
        self.gave_up.get()
    }
}

/// Makes a folder that only the user looks into.
fn private(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Why a plugin may not run.
fn not_ready(error: &pin::ReadyError) -> Failure {
    let code = match error {
        pin::ReadyError::Changed { .. } | pin::ReadyError::Unfinished { .. } => REFUSED,
        pin::ReadyError::Load(_) | pin::ReadyError::Files { .. } => 1,
    };
    Failure::plain(error.to_string()).with_code(code).with_hints(error.hint())
}

/// The streams of this process, for a command.
pub(crate) fn streams(environment: &Environment) -> Streams {
    Streams {
        stdin: Stdin::Reader(Box::new(std::io::stdin())),
        stdout: Some(Output {
            writer: Box::new(std::io::stdout()),
            terminal: environment.stdout_is_terminal(),
        }),
        stderr: Some(Output {
            writer: Box::new(std::io::stderr()),
            terminal: environment.stderr_is_terminal(),
        }),
    }
}

/// A refusal of the guard's that is none of its own questions.
fn refused(message: String, hint: String) -> Failure {
    Failure::plain(message).with_code(DENIED).with_hint(hint)
}
