//! Guest ABIs: what a family of guests imports, how it is called, and where its answer lies.
//!
//! A family is one implementation of [`Abi`]. Extism is the first; OPA, Kubewarden and the Component Model join here.
//! WASI preview 1 is no family: it is linked beside each.

pub(crate) mod extism;
pub(crate) mod wasi;

use crate::start::StartError;
use crate::state::State;
use wasmtime::{Instance, Linker, Module, Store};

/// The families that can be run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AbiKind {
    /// Guests built with an Extism plugin kit.
    Extism,
}

impl AbiKind {
    /// The word in output and cache keys.
    pub fn word(self) -> &'static str {
        match self {
            Self::Extism => "extism",
        }
    }

    pub(crate) fn implementation(self) -> &'static dyn Abi {
        match self {
            Self::Extism => &extism::Extism,
        }
    }
}

/// One family of guests. All methods work on the store of one call; an implementation has no state of its own.
pub(crate) trait Abi: Sync {
    /// Links one imported function; `None` if the family has no such import.
    fn link(&self, linker: &mut Linker<State>, module: &str, name: &str) -> Option<wasmtime::Result<()>>;

    /// The known name nearest to one that is not, among those of an imported module.
    fn nearest(&self, module: &str, name: &str) -> Option<&'static str>;

    /// Looks at what the module exports, before anything of it runs.
    fn check(&self, module: &Module, entry: &str) -> Result<(), StartError>;

    /// Hands the input over, before the start section runs.
    fn give(&self, store: &mut Store<State>, input: &[u8]) -> wasmtime::Result<()>;

    /// Initialises the instance and calls the entry; answers the guest's exit code.
    fn call(&self, store: &mut Store<State>, instance: &Instance, entry: &str) -> wasmtime::Result<u32>;

    /// The output where the guest left it.
    fn output<'a>(&self, state: &'a State) -> &'a [u8];

    /// The guest's own error text.
    fn error(&self, state: &State) -> Option<String>;
}
