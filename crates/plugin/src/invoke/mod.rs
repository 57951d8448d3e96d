//! Calls a plugin: a typed message in, a typed message out, whatever the plugin runs as.
//!
//! [`cli`], [`getter`] and [`post_renderer`] encode what Helm encodes for each kind of plugin (`message`), run it under
//! the limits and grants of its [`Invocation`] (`wasm`), and check what comes back. How it ended otherwise is an
//! [`InvokeError`]: Helm's words first, an exit code, and a word for machines.
//!
//! Deliberately absent: which plugins there are (`discover`), whether their files are the ones that were pinned
//! (`pin`), and the world outside, which is the caller's [`Outbound`](sandbox::Outbound).

mod error;
mod limits;
mod message;
mod program;
mod wasm;

use std::path::PathBuf;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::Duration;

use guard::{Actor, Denial, Guard};
use sandbox::{
    AbiKind, Cancel, CurrentRelease, Fuel, Loaded, LoadedFrom, LogLevel, LogLine, Meanwhile, Outbound,
    Output, Sandbox, StartError, Stdin, Trace, Usage, Wasm,
};

use crate::manifest::{Config, Runtime};
use crate::pin::Ready;
use crate::subprocess::{Fetch, Prepared, Surroundings, Task};

pub use error::{Cause, InvokeError};
pub use limits::Allowance;

/// What runs Wasm plugins: a sandbox that is made when the first of them runs, and the modules that were loaded.
pub struct Modules {
    sandbox: LazyLock<Sandbox, Box<dyn FnOnce() -> Sandbox + Send>>,
    loaded: Mutex<Vec<(Key, Arc<Loaded>)>>,
}

/// Which module, and whether its instructions are counted.
type Key = ([u8; 32], Fuel);

impl Modules {
    /// Nothing yet: `make` is called when the first module is loaded.
    pub fn new(make: impl FnOnce() -> Sandbox + Send + 'static) -> Self {
        Self { sandbox: LazyLock::new(Box::new(make)), loaded: Mutex::default() }
    }

    /// The sandbox, made now if it is not there yet.
    pub fn sandbox(&self) -> &Sandbox {
        &self.sandbox
    }

    /// Loads a module that was compiled before, while `meanwhile` looks, on another thread, whether its file has this
    /// digest. Nothing of it runs until it is called.
    pub fn prefetch(&self, digest: &[u8; 32], meanwhile: impl FnOnce() + Send) {
        let meanwhile = Meanwhile::new(meanwhile);
        // What is wrong is told by who wants to call it.
        let _ = self.found(digest, Fuel::Off, &meanwhile);
        meanwhile.run();
    }

    /// Whether bytes with this BLAKE3 are the module with this digest, as far as a module knows that was loaded.
    pub fn knows(&self, digest: &[u8; 32], blake3: &[u8; 32]) -> bool {
        let loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        loaded.iter().any(|((known, _), module)| known == digest && module.blake3() == Some(blake3))
    }

    /// A module that was compiled before, by its digest: loaded once, however often it is called.
    ///
    /// # Errors
    /// When it cannot run.
    pub fn compiled(&self, digest: &[u8; 32], fuel: Fuel) -> Result<Option<Arc<Loaded>>, StartError> {
        self.found(digest, fuel, &Meanwhile::nothing())
    }

    fn found(
        &self,
        digest: &[u8; 32],
        fuel: Fuel,
        meanwhile: &Meanwhile<'_>,
    ) -> Result<Option<Arc<Loaded>>, StartError> {
        let key = (*digest, fuel);
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, module)) = loaded.iter().find(|(known, _)| *known == key) {
            return Ok(Some(Arc::clone(module)));
        }
        let module = self.sandbox.load_cached(digest, AbiKind::Extism, fuel, meanwhile)?.map(Arc::new);
        loaded.extend(module.iter().map(|module| (key, Arc::clone(module))));
        Ok(module)
    }

    /// Compiles a module ahead of its first run, with optimisation.
    ///
    /// # Errors
    /// When it could not run.
    pub fn compile(&self, wasm: &Wasm<'_>) -> Result<(), StartError> {
        self.sandbox.compile(wasm, AbiKind::Extism, Fuel::Off).map(drop)
    }

    /// Loads a module once, however often it is called.
    ///
    /// # Errors
    /// When it cannot run.
    pub fn load(&self, wasm: &Wasm<'_>, fuel: Fuel) -> Result<Arc<Loaded>, StartError> {
        let key = (*wasm.digest(), fuel);
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, module)) = loaded.iter().find(|(known, _)| *known == key) {
            return Ok(Arc::clone(module));
        }
        let module = Arc::new(self.sandbox.load(wasm, AbiKind::Extism, fuel)?);
        loaded.push((key, Arc::clone(&module)));
        Ok(module)
    }
}

/// One call of a plugin: everything but its message.
pub struct Invocation<'a> {
    /// The plugin, whose files were compared.
    pub ready: &'a Ready,
    /// Who it is for the guard; mostly [`Ready::actor`].
    pub actor: Actor,
    /// What runs it, if it is Wasm.
    pub modules: &'a Modules,
    /// Answers its questions and keeps the records.
    pub guard: &'a mut Guard,
    /// What it may use.
    pub allowance: Allowance,
    /// How allowed questions are answered.
    pub outbound: Box<dyn Outbound>,
    /// The variables that it has as a program, and that could be granted to it as a guest.
    pub surroundings: &'a Surroundings,
    /// Where temporary folders are made.
    pub temporary: PathBuf,
    /// The release that is being rendered.
    pub current_release: Option<CurrentRelease>,
    /// Ends the call from outside.
    pub cancel: Cancel,
    /// From which level on the guest's log is kept.
    pub log_level: LogLevel,
    /// Whether the six steps are noted.
    pub trace: bool,
    /// Is told what will be started, if the plugin is a program.
    pub before: Option<&'a dyn Fn(&Prepared)>,
}

/// The standard streams of a command.
#[derive(Default)]
pub struct Streams {
    /// What it reads.
    pub stdin: Stdin,
    /// Where it prints; `None` drops it.
    pub stdout: Option<Output>,
    /// Where it complains; `None` keeps only the end.
    pub stderr: Option<Output>,
}

/// What a getter is told besides the address; the names are those of Helm's message.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are those of Helm's message")]
pub struct GetterOptions {
    pub url: String,
    pub cert_file: String,
    pub key_file: String,
    pub ca_file: String,
    pub untar: bool,
    pub insecure_skip_verify_tls: bool,
    pub plain_http: bool,
    pub accept_header: String,
    pub username: String,
    pub password: String,
    pub pass_credentials_all: bool,
    pub user_agent: String,
    pub version: String,
    pub timeout: Duration,
}

/// What came back, and what happened meanwhile.
#[derive(Debug)]
pub struct Reply {
    /// The bytes that were fetched or the manifests; none of a command, which prints for itself.
    pub bytes: Vec<u8>,
    /// What happened.
    pub report: Report,
}

/// What happened during a call. Empty for programs, which are not watched.
#[derive(Debug, Default)]
pub struct Report {
    /// What it used.
    pub usage: Usage,
    /// What it was denied.
    pub denials: Vec<Denial>,
    /// What it logged: its own words.
    pub log: Vec<LogLine>,
    /// Lines of the log that were cut.
    pub log_cut: u64,
    /// The end of what it wrote to standard error.
    pub stderr_tail: String,
    /// The six steps, where they were asked for.
    pub trace: Trace,
    /// Where its module came from, and how long that took.
    pub loaded: Option<(LoadedFrom, Duration)>,
}

/// Runs a `cli/v1` plugin with these arguments. The streams are a guest's; a program has those of this process.
///
/// # Errors
/// See [`Cause`].
pub fn cli(
    invocation: Invocation<'_>,
    arguments: &[String],
    streams: Streams,
) -> Result<Reply, Box<InvokeError>> {
    let manifest = &invocation.ready.plugin.manifest;
    let ignores = matches!(manifest.config, Config::Cli { ignore_flags: true, .. });
    let arguments = if ignores { &[] } else { arguments };
    match &manifest.runtime {
        Runtime::Extism(extism) => {
            let input = message::cli_input(arguments);
            wasm::run(extism, invocation, input, Some(streams), message::cli_output)
        }
        Runtime::Subprocess(_) => program::run(invocation, &Task::Cli { arguments }, Vec::new()),
    }
}

/// Fetches an address with a `getter/v1` plugin. `protocol` is the address's scheme.
///
/// # Errors
/// See [`Cause`].
pub fn getter(
    invocation: Invocation<'_>,
    address: &str,
    protocol: &str,
    options: &GetterOptions,
) -> Result<Reply, Box<InvokeError>> {
    match &invocation.ready.plugin.manifest.runtime {
        Runtime::Extism(extism) => {
            let input = message::getter_input(address, protocol, options);
            wasm::run(extism, invocation, input, None, message::getter_output)
        }
        Runtime::Subprocess(_) => {
            let fetch = Fetch {
                protocol,
                href: address,
                cert_file: &options.cert_file,
                key_file: &options.key_file,
                ca_file: &options.ca_file,
                username: &options.username,
                password: &options.password,
                pass_credentials_all: options.pass_credentials_all,
            };
            program::run(invocation, &Task::Getter(fetch), Vec::new())
        }
    }
}

/// Changes rendered manifests with a `postrenderer/v1` plugin.
///
/// # Errors
/// See [`Cause`].
pub fn post_renderer(
    invocation: Invocation<'_>,
    manifests: &[u8],
    arguments: &[String],
) -> Result<Reply, Box<InvokeError>> {
    match &invocation.ready.plugin.manifest.runtime {
        Runtime::Extism(extism) => {
            let input = message::post_renderer_input(manifests, arguments);
            wasm::run(extism, invocation, input, None, message::post_renderer_output)
        }
        Runtime::Subprocess(_) => {
            program::run(invocation, &Task::PostRenderer { arguments }, manifests.to_vec())
        }
    }
}
