//! Compiles, loads and calls modules.

mod bounded;
mod finish;
mod ticker;

use crate::abi::{AbiKind, wasi};
use crate::cache::{Cache, Meanwhile, Memory};
use crate::call::Call;
use crate::clock::{Cancel, Clock};
use crate::host::{HostFunction, engine_words};
use crate::limits::{Limit, Limits, MOST_MEMORIES, MOST_TABLES};
use crate::outcome::{End, Outcome, Stack, Usage};
use crate::start::StartError;
use crate::state::{Halt, State};
use crate::trace::{Event, Step, Trace};
use pintle_guard::Guard;
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use ticker::Ticker;
use wasmtime::{Config, Engine, ExternType, InstancePre, Linker, Module, OptLevel, Store, UpdateDeadline};

/// How a [`Sandbox`] is set up.
#[derive(Debug, Clone)]
pub struct Options {
    /// Bytes of a module; larger ones are refused.
    pub module_bytes: u64,
    /// Bytes of native stack for a guest's calls. Beyond it a call ends with [`Limit::Stack`].
    pub stack: usize,
    /// How long one module may be compiled.
    pub compile_time: Duration,
    /// Bytes that the process may grow by while one module is compiled.
    pub compile_memory: u64,
    /// Tells how many bytes the process holds; where nobody knows, `compile_memory` bounds nothing.
    pub memory_in_use: fn() -> Option<u64>,
    /// Ends the compiling of modules. (A call has a handle of its own.)
    pub cancel: Cancel,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            module_bytes: 64 << 20,
            stack: 1 << 20,
            compile_time: Duration::from_secs(30),
            compile_memory: 1 << 30,
            memory_in_use: || None,
            cancel: Cancel::new(),
        }
    }
}

/// Whether instructions are counted. It is compiled into a module.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Fuel {
    /// Not counted: plugins.
    #[default]
    Off,
    /// Counted: policies, whose verdict must not depend on the machine's speed.
    Metered,
}

/// The bytes of a module with their digest.
#[derive(Debug, Clone)]
pub struct Wasm<'a> {
    bytes: Cow<'a, [u8]>,
    digest: [u8; 32],
}

impl<'a> Wasm<'a> {
    /// Bytes whose digest was taken when they were read. Of a wrong one another module's code would run.
    pub fn known(bytes: impl Into<Cow<'a, [u8]>>, digest: [u8; 32]) -> Self {
        Self { bytes: bytes.into(), digest }
    }

    /// Takes the digest once; whoever verifies the file compares [`Wasm::digest`].
    pub fn new(bytes: impl Into<Cow<'a, [u8]>>) -> Self {
        let bytes = bytes.into();
        let digest = Sha256::digest(&bytes).into();
        Self { bytes, digest }
    }

    /// The module.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// SHA-256.
    pub fn digest(&self) -> &[u8; 32] {
        &self.digest
    }
}

/// A module that is ready to be called, any number of times.
pub struct Loaded {
    abi: AbiKind,
    fuel: Fuel,
    instance: InstancePre<State>,
    /// Our functions that it imports; each call needs a grant for each.
    imports: BTreeSet<HostFunction>,
    from: LoadedFrom,
    blake3: Option<[u8; 32]>,
    /// Of the code. Fields are dropped in their order: this has to stand behind what has anything of the module.
    _memory: Memory,
}

impl Loaded {
    /// Where it came from.
    pub fn from(&self) -> LoadedFrom {
        self.from
    }

    /// BLAKE3 of the module, if it came from the cache, where it is kept with the code and authenticated with it. Bytes
    /// that have it are those that had the SHA-256 by which the module was found; it takes a fifth of the time.
    pub fn blake3(&self) -> Option<&[u8; 32]> {
        self.blake3.as_ref()
    }

    /// Our host functions that it imports.
    pub fn host_functions(&self) -> impl Iterator<Item = HostFunction> {
        self.imports.iter().copied()
    }
}

/// Where a module that is ready came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoadedFrom {
    /// Compiled now.
    Compiled,
    /// Read from the cache and authenticated.
    Cache,
}

/// Runs guests. One per process is enough; calls on several threads do not disturb each other.
pub struct Sandbox {
    options: Options,
    clock: Arc<dyn Clock>,
    cache: Option<Cache>,
    plain: OnceLock<Engine>,
    metered: OnceLock<Engine>,
    ticker: Ticker,
}

impl Sandbox {
    /// A sandbox that has started nothing yet. Without a cache every module is compiled when it is loaded.
    pub fn new(options: Options, clock: Arc<dyn Clock>, cache: Option<Cache>) -> Self {
        Self {
            options,
            clock,
            cache,
            plain: OnceLock::new(),
            metered: OnceLock::new(),
            ticker: Ticker::new(),
        }
    }

    fn engine(&self, fuel: Fuel) -> Result<&Engine, StartError> {
        let slot = match fuel {
            Fuel::Off => &self.plain,
            Fuel::Metered => &self.metered,
        };
        if let Some(engine) = slot.get() {
            return Ok(engine);
        }
        // Two threads may both get here; one engine is kept.
        let engine = self.new_engine(fuel, OptLevel::Speed)?;
        Ok(slot.get_or_init(|| engine))
    }

    fn new_engine(&self, fuel: Fuel, level: OptLevel) -> Result<Engine, StartError> {
        let mut config = Config::new();
        config
            .cranelift_opt_level(level)
            .epoch_interruption(true)
            .consume_fuel(fuel == Fuel::Metered)
            .max_wasm_stack(self.options.stack)
            // Nothing runs on such a stack, and none may be smaller.
            .async_stack_size(self.options.stack.max(2 << 20))
            // Names come with the module; positions in it would help nobody without its source.
            .generate_address_map(false)
            .wasm_backtrace_max_frames(NonZeroUsize::new(Stack::MOST + 1))
            // Stacks are walked by frame pointers; to register tables with the system at each start costs time.
            // Windows cannot do without.
            .native_unwind_info(cfg!(windows))
            .wasm_memory64(false)
            .wasm_relaxed_simd(false);
        if self.cache.is_some() {
            crate::cache::attach(&mut config);
        }
        Engine::new(&config).map_err(|error| StartError::Internal(format!("{error:#}")))
    }

    /// Makes a module ready: from the cache if it is there and authentic, by compiling it otherwise. A compiled module
    /// is put into the cache; that this fails (a full disk) is no reason not to run it.
    ///
    /// Somebody waits, and with a cache the module is compiled without optimisation, which takes three quarters of the
    /// time for a tenth more of code. [`Sandbox::compile`] takes its time.
    pub fn load(&self, wasm: &Wasm<'_>, abi: AbiKind, fuel: Fuel) -> Result<Loaded, StartError> {
        self.check(wasm)?;
        let engine = self.engine(fuel)?;
        if let Some(loaded) = self.load_cached(&wasm.digest, abi, fuel, &Meanwhile::nothing())? {
            return Ok(loaded);
        }
        let Some(cache) = &self.cache else { return self.compile(wasm, abi, fuel) };
        // What it makes runs in the other engine too: they differ in nothing that counts for running.
        let quick = self.new_engine(fuel, OptLevel::None)?;
        let module = self.compiled(&quick, wasm)?;
        cache.store(&module, engine, wasm);
        if let Some(loaded) = self.load_cached(&wasm.digest, abi, fuel, &Meanwhile::nothing())? {
            return Ok(Loaded { from: LoadedFrom::Compiled, ..loaded });
        }
        // It could not be kept. What was compiled runs in the engine that it was compiled by.
        let (instance, imports) = link(&quick, &module, abi)?;
        let (blake3, from) = (None, LoadedFrom::Compiled);
        Ok(Loaded { abi, fuel, instance, imports, from, blake3, _memory: Memory::none() })
    }

    fn compiled(&self, engine: &Engine, wasm: &Wasm<'_>) -> Result<Module, StartError> {
        let Options { compile_time: time, compile_memory: memory, memory_in_use, .. } = self.options;
        let bounds = bounded::Bounds { time, memory, memory_in_use };
        bounded::compile(engine, &wasm.bytes, bounds, self.clock.as_ref(), &self.options.cancel)
    }

    /// Compiles a module ahead of its first run, with optimisation, and puts it into the cache in place of what is
    /// there.
    pub fn compile(&self, wasm: &Wasm<'_>, abi: AbiKind, fuel: Fuel) -> Result<Loaded, StartError> {
        self.check(wasm)?;
        let engine = self.engine(fuel)?;
        let module = self.compiled(engine, wasm)?;
        if let Some(cache) = &self.cache {
            cache.store(&module, engine, wasm);
        }
        let (instance, imports) = link(engine, &module, abi)?;
        let (blake3, from) = (None, LoadedFrom::Compiled);
        Ok(Loaded { abi, fuel, instance, imports, from, blake3, _memory: Memory::none() })
    }

    /// Refuses what cannot be a module, before anything of it is compiled.
    fn check(&self, wasm: &Wasm<'_>) -> Result<(), StartError> {
        let bytes = wasm.bytes.len() as u64;
        if bytes > self.options.module_bytes {
            return Err(StartError::ModuleTooLarge { bytes, most: self.options.module_bytes });
        }
        if wasm.bytes.get(..4) != Some(b"\0asm") {
            return Err(StartError::NoMagic);
        }
        // Magic and layer: a component says so in its head.
        if wasm.bytes.get(..8) == Some(b"\0asm\x0d\0\x01\0") {
            return Err(StartError::Component);
        }
        Ok(())
    }

    /// Makes a module ready from the cache alone, by its digest; `None` if it is not there. For a caller that knows
    /// which digest a file must have, and verifies the file meanwhile: nothing runs before [`Sandbox::call`]. It may be
    /// that nothing was done meanwhile.
    pub fn load_cached(
        &self,
        digest: &[u8; 32],
        abi: AbiKind,
        fuel: Fuel,
        meanwhile: &Meanwhile<'_>,
    ) -> Result<Option<Loaded>, StartError> {
        let engine = self.engine(fuel)?;
        let Some(kept) = self.cache.as_ref().and_then(|cache| cache.load(engine, digest, meanwhile)) else {
            return Ok(None);
        };
        let (instance, imports) = link(engine, kept.module(), abi)?;
        let (blake3, from) = (Some(*kept.blake3()), LoadedFrom::Cache);
        Ok(Some(Loaded { abi, fuel, instance, imports, from, blake3, _memory: kept.into_memory() }))
    }

    /// Removes compiled modules that were written least lately until at most `most` bytes are left; answers how many
    /// bytes went.
    pub fn prune(&self, most: u64) -> std::io::Result<u64> {
        self.cache.as_ref().map_or(Ok(0), |cache| cache.prune(most))
    }

    /// Calls a module in a fresh instance and destroys it. The guard answers for `call.actor` and keeps the records.
    ///
    /// An error means that none of the guest's code ran.
    pub fn call(&self, module: &Loaded, guard: &mut Guard, call: Call) -> Result<Outcome, StartError> {
        // Enough native stack for the guest and for what the host does on its behalf, wherever we were called.
        let needed = self.options.stack + (512 << 10);
        stacker::maybe_grow(needed, needed + (512 << 10), || self.call_here(module, guard, call))
    }

    fn call_here(&self, module: &Loaded, guard: &mut Guard, mut call: Call) -> Result<Outcome, StartError> {
        let started = self.clock.monotonic();
        if call.limits.fuel.is_some() != (module.fuel == Fuel::Metered) {
            return Err(StartError::Fuel);
        }
        check_imports(module, guard, &call)?;
        let abi = module.abi.implementation();
        abi.check(module.instance.module(), &call.entry)?;
        if call.input.len() as u64 > call.limits.input {
            return Ok(refused_input(&call));
        }
        let input = std::mem::take(&mut call.input);
        let entry = std::mem::take(&mut call.entry);
        let tempdir = call.world.tempdir.take();
        // The one that it was compiled for or by.
        let engine = module.instance.module().engine();
        let (limit, fuel) = (call.limits.clone(), call.limits.fuel);
        let mut state = State::new(call, std::mem::take(guard), Arc::clone(&self.clock), started);
        state.trace.push(Event {
            step: Step::Package,
            at: Duration::ZERO,
            took: None,
            bytes: Some(input.len() as u64),
            what: "input message".to_owned(),
        });
        let temporary = match state.open_folders(tempdir) {
            Ok(temporary) => temporary,
            Err(error) => {
                *guard = state.guard;
                return Err(error);
            }
        };
        let running = match self.ticker.run(engine) {
            Ok(running) => running,
            Err(error) => {
                *guard = state.guard;
                return Err(StartError::Internal(format!("no thread for the deadline: {error}")));
            }
        };
        let mut store = Store::new(engine, state);
        // A panic of ours must not take the guard's records and the temporary folder with it.
        let ran = catch_unwind(AssertUnwindSafe(|| run(&mut store, module, &input, &entry, fuel)));
        drop(running);
        let left = fuel.map(|_| store.get_fuel().unwrap_or(0));
        store.data_mut().wasi.flush();
        let answered = ran.map(|result| {
            let end = finish::end(result, store.data(), &limit);
            finish::output(end, abi, store.data_mut())
        });
        let ended = store.data().elapsed();
        let mut state = store.into_data();
        let (end, output) = match answered {
            Ok(answered) => answered,
            Err(panic) => {
                *guard = state.guard;
                drop(temporary);
                resume_unwind(panic);
            }
        };
        drop(temporary);
        state.traced(Step::Destroy, ended, Some(state.memory.peak()), || {
            "instance, memory, temporary folder".to_owned()
        });
        *guard = std::mem::take(&mut state.guard);
        state.trace.sort();
        Ok(Outcome {
            end,
            output,
            error: abi.error(&state),
            stderr_tail: state.wasi.stderr_tail(),
            usage: Usage {
                memory: state.memory.peak(),
                time: state.elapsed(),
                fuel: fuel.zip(left).map(|(given, left)| given.saturating_sub(left)),
                http: state.http.bytes,
                host_calls: state.host_calls,
            },
            log: state.log,
            log_cut: state.log_cut,
            denials: state.denials,
            trace: state.trace,
        })
    }
}

/// Everything of a call in which the guest's code runs, from its start section on.
fn run(
    store: &mut Store<State>,
    module: &Loaded,
    input: &[u8],
    entry: &str,
    fuel: Option<u64>,
) -> wasmtime::Result<u32> {
    store.limiter(|state| &mut state.memory);
    // Each tick of the engine asks this store about its own deadline, so that one guest's never ends another's.
    store.set_epoch_deadline(1);
    store.epoch_deadline_callback(|store| match store.data().deadline.remaining() {
        Ok(_) => Ok(UpdateDeadline::Continue(1)),
        Err(stop) => Err(wasmtime::Error::new(Halt::from(stop))),
    });
    if let Some(fuel) = fuel {
        store.set_fuel(fuel)?;
    }
    let abi = module.abi.implementation();
    let at = store.data().elapsed();
    abi.give(store, input)?;
    let instance = module.instance.instantiate(&mut *store)?;
    store.data_mut().guest_memory = instance.get_memory(&mut *store, "memory");
    store.data_mut().traced(Step::Isolate, at, None, || "fresh instance".to_owned());
    abi.call(store, &instance, entry)
}

/// Links exactly what the module imports.
fn link(
    engine: &Engine,
    module: &Module,
    abi: AbiKind,
) -> Result<(InstancePre<State>, BTreeSet<HostFunction>), StartError> {
    let needed = module.resources_required();
    for (what, count, most) in
        [("memories", needed.num_memories, MOST_MEMORIES), ("tables", needed.num_tables, MOST_TABLES)]
    {
        if count > most {
            return Err(StartError::TooManyParts { what, count, most });
        }
    }
    let family = abi.implementation();
    let mut linker: Linker<State> = Linker::new(engine);
    let mut seen = BTreeSet::new();
    let mut ours = BTreeSet::new();
    for import in module.imports() {
        let (from, name) = (import.module(), import.name());
        let kind = match import.ty() {
            ExternType::Func(_) => None,
            ExternType::Memory(_) => Some("memory"),
            ExternType::Table(_) => Some("table"),
            ExternType::Global(_) => Some("global"),
            ExternType::Tag(_) => Some("tag"),
        };
        if let Some(kind) = kind {
            return Err(StartError::NotAFunction {
                kind,
                module: crate::host::shortened(from),
                name: crate::host::shortened(name),
            });
        }
        // Guests import one function several times.
        if !seen.insert((from, name)) {
            continue;
        }
        let linked = match from {
            wasi::MODULE => wasi::link(&mut linker, name),
            _ => family.link(&mut linker, from, name),
        };
        match linked {
            Some(linked) => linked.map_err(|error| StartError::Internal(format!("{error:#}")))?,
            None => {
                return Err(StartError::UnknownImport {
                    module: crate::host::shortened(from),
                    name: crate::host::shortened(name),
                    nearest: match from {
                        wasi::MODULE => pintle_guard::nearest(name, wasi::NAMES),
                        _ => family.nearest(from, name),
                    },
                });
            }
        }
        if from == crate::abi::extism::USER {
            ours.extend(HostFunction::from_name(name));
        }
    }
    let instance =
        linker.instantiate_pre(module).map_err(|error| StartError::Signature(engine_words(&error)))?;
    Ok((instance, ours))
}

/// Our functions are linked only where something could be allowed through them: never a stub that pretends.
fn check_imports(module: &Loaded, guard: &Guard, call: &Call) -> Result<(), StartError> {
    for function in &module.imports {
        // Values of the release that is being rendered need no grant, and can be denied.
        let free = *function == HostFunction::GetValues
            && call
                .current_release
                .as_ref()
                .is_some_and(|release| guard.would_allow(&[&call.actor], &release.question()));
        if !free && !guard.policy().could_allow(&call.actor, function.capability()) {
            return Err(StartError::NotGranted {
                actor: call.actor.to_string(),
                function: *function,
                capability: function.capability(),
            });
        }
    }
    Ok(())
}

/// An input over its limit is refused before anything is made for it.
fn refused_input(call: &Call) -> Outcome {
    Outcome {
        end: End::Limit {
            limit: Limit::Input,
            message: Limit::Input.message(&call.limits),
            stack: Stack::default(),
        },
        output: Vec::new(),
        error: None,
        log: Vec::new(),
        log_cut: 0,
        stderr_tail: String::new(),
        denials: Vec::new(),
        usage: Usage::default(),
        trace: Trace::new(call.trace),
    }
}

impl std::fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sandbox").field("options", &self.options).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Loaded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Loaded").field("abi", &self.abi).field("from", &self.from).finish_non_exhaustive()
    }
}

const _: fn() = || {
    fn is_send_and_sync<T: Send + Sync>() {}
    is_send_and_sync::<Sandbox>();
    is_send_and_sync::<Loaded>();
    is_send_and_sync::<Limits>();
};
