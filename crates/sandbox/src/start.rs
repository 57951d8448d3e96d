//! Why a module cannot run, found before any of its code does.

use crate::host::HostFunction;
use crate::limits::CompileLimit;
use pintle_guard::Capability;
use std::path::PathBuf;

/// A module that cannot be loaded or started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The bytes are no Wasm module that the engine accepts. The text is the engine's.
    #[error("{0}")]
    NotAModule(String),
    /// The bytes do not begin as a module does.
    #[error("the file is no WebAssembly module")]
    NoMagic,
    /// The module is larger than [`crate::Options::module_bytes`].
    #[error("the module has {bytes} bytes, more than {most}")]
    ModuleTooLarge {
        /// Its size.
        bytes: u64,
        /// The limit.
        most: u64,
    },
    /// Compiling the module takes more than it may.
    #[error("the module takes more than {} to compile", limit.value())]
    Compile {
        /// Which limit was met.
        limit: CompileLimit,
    },
    /// Somebody did not want to wait for the compiler: [`crate::Options::cancel`].
    #[error("cancelled")]
    Cancelled,
    /// The module has more memories or tables than a guest may have.
    #[error("the module has {count} {what}, more than {most}")]
    TooManyParts {
        /// `memories` or `tables`.
        what: &'static str,
        /// How many it has.
        count: u32,
        /// The most.
        most: u32,
    },
    /// The module is a component, which has an ABI of its own.
    #[error("the file is a WebAssembly component, and plugins of this runtime are core modules")]
    Component,
    /// The module imports what no host has.
    #[error(
        "the module imports {name:?} from {module:?}, which does not exist{}",
        nearest.map(|nearest| format!("; did you mean {nearest:?}?")).unwrap_or_default()
    )]
    UnknownImport {
        /// The module that it names.
        module: String,
        /// The name.
        name: String,
        /// The nearest name that exists.
        nearest: Option<&'static str>,
    },
    /// The module imports a memory, a table or a global.
    #[error("the module imports the {kind} {name:?} from {module:?}; only functions can be imported")]
    NotAFunction {
        /// What it imports.
        kind: &'static str,
        /// The module that it names.
        module: String,
        /// The name.
        name: String,
    },
    /// An import has another type than the function it names. The text is the engine's.
    #[error("{0}")]
    Signature(String),
    /// The module imports a host function whose capability nothing grants.
    #[error(
        "{actor} imports {}, which needs the capability {capability}: --grant '{actor} {capability}'",
        function.name()
    )]
    NotGranted {
        /// Whose code it is.
        actor: String,
        /// The import.
        function: HostFunction,
        /// What would link it.
        capability: Capability,
    },
    /// A grant that this system cannot hold the guest to.
    #[error("cannot grant {what}: {why}")]
    CannotEnforce {
        /// The grant.
        what: String,
        /// Why not.
        why: &'static str,
    },
    /// A folder that was granted cannot be opened.
    #[error("cannot open the folder `{}`", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// Why not.
        #[source]
        source: std::io::Error,
    },
    /// The entry does not exist. Helm's words.
    #[error("unknown function: {0}")]
    NoEntry(String),
    /// The entry takes parameters or has several results.
    #[error(
        "the function {name} has {parameters} parameters and {results} results; expected none and at most one"
    )]
    EntryType {
        /// The entry.
        name: String,
        /// How many parameters it has.
        parameters: usize,
        /// How many results it has.
        results: usize,
    },
    /// Instructions are to be counted, and the module was compiled without counting them, or the reverse.
    #[error("the module was loaded for the other way of counting instructions")]
    Fuel,
    /// The host itself failed.
    #[error("the plugin host failed: {0}")]
    Internal(String),
}

impl StartError {
    /// Whether a compiler is still at work on the module, which cannot be stopped: who gets this should end soon.
    pub fn gives_up(&self) -> bool {
        matches!(self, Self::Compile { .. } | Self::Cancelled)
    }

    /// The name of the limit that the module met, if it met one.
    pub fn limit(&self) -> Option<&'static str> {
        match self {
            Self::ModuleTooLarge { .. } => Some("plugin.module"),
            Self::Compile { limit } => Some(limit.name()),
            _ => None,
        }
    }
}
