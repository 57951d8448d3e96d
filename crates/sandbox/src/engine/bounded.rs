//! Compiles a module within bounds of time and memory.
//!
//! The size of a module says nothing about what compiling it takes: 8 KiB of nested loops keep Cranelift busy for
//! minutes, 11 KiB of blocks with a thousand results take twelve gigabytes. Nothing inside of Cranelift can be told to
//! stop, so it works on a thread of its own, and whoever waits looks at the clock and at the memory of the process.
//! When a bound is met the thread is left behind: the caller refuses the module and is expected to end soon. A count of
//! functions, bodies or blocks would not do: bombs are smaller than honest modules in each of them.

use crate::clock::{Cancel, Clock};
use crate::host::engine_words;
use crate::limits::CompileLimit;
use crate::start::StartError;
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::time::Duration;
use wasmtime::{Engine, Module};

/// What compiling one module may take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    /// From beginning to end, on the clock of the sandbox.
    pub(super) time: Duration,
    /// Bytes that the process may grow by.
    pub(super) memory: u64,
    /// Tells how many bytes the process holds; `None` where nobody knows.
    pub(super) memory_in_use: fn() -> Option<u64>,
}

/// How late a bound may be noticed.
const SLICE: Duration = Duration::from_millis(5);

/// Compiles a module, or refuses it when that takes too much or `cancel` is used.
pub(super) fn compile(
    engine: &Engine,
    wasm: &[u8],
    bounds: Bounds,
    clock: &dyn Clock,
    cancel: &Cancel,
) -> Result<Module, StartError> {
    #[cfg(test)]
    COMPILED.set(COMPILED.get() + 1);
    let started = clock.monotonic();
    let before = (bounds.memory_in_use)().unwrap_or_default();
    let (send, receive) = sync_channel(1);
    // The thread may outlast this call.
    let (engine, wasm) = (engine.clone(), wasm.to_vec());
    let spawned = std::thread::Builder::new().name("compiles".to_owned()).spawn(move || {
        // Nobody listens any more if a bound was met.
        let _ = send.send(Module::from_binary(&engine, &wasm));
    });
    spawned.map_err(|error| StartError::Internal(format!("no thread to compile on: {error}")))?;
    loop {
        match receive.recv_timeout(SLICE) {
            Ok(compiled) => {
                return compiled.map_err(|error| StartError::NotAModule(engine_words(&error)));
            }
            // It panicked, and said so.
            Err(RecvTimeoutError::Disconnected) => {
                return Err(StartError::NotAModule("the compiler gave up on it".to_owned()));
            }
            Err(RecvTimeoutError::Timeout) => {}
        }
        if cancel.is_cancelled() {
            return Err(StartError::Cancelled);
        }
        if clock.monotonic().saturating_sub(started) >= bounds.time {
            return Err(StartError::Compile { limit: CompileLimit::Time(bounds.time) });
        }
        if (bounds.memory_in_use)().is_some_and(|now| now.saturating_sub(before) > bounds.memory) {
            return Err(StartError::Compile { limit: CompileLimit::Memory(bounds.memory) });
        }
    }
}

#[cfg(test)]
thread_local! {
    /// How many modules were compiled for callers on this thread.
    static COMPILED: std::cell::Cell<u32> = const { std::cell::Cell::new(0) };
}

#[cfg(all(test, unix))]
mod tests {
    use super::COMPILED;
    use crate::{AbiKind, Cache, Call, Fuel, LoadedFrom, Options, Sandbox, SystemClock, Wasm};
    use pintle_guard::{Actor, Guard};
    use std::path::{Path, PathBuf};
    use std::sync::Arc;

    const MODULE: &str = r#"(module (func (export "run") (result i32) (i32.const 0)))"#;

    /// Loads a module in a process of its own, as it were, runs it, and tells how often it was compiled.
    fn loaded(folder: &Path, key: &Path) -> (LoadedFrom, u32) {
        let cache = Cache::open(folder, key).unwrap();
        let sandbox = Sandbox::new(Options::default(), Arc::new(SystemClock::new()), Some(cache));
        let before = COMPILED.get();
        let wasm = Wasm::new(wat::parse_str(MODULE).unwrap());
        let loaded = sandbox.load(&wasm, AbiKind::Extism, Fuel::Off).unwrap();
        let call = Call::new(Actor::plugin("probe"), "run", "");
        assert!(sandbox.call(&loaded, &mut Guard::default(), call).unwrap().end.is_success());
        (loaded.from(), COMPILED.get() - before)
    }

    #[test]
    fn a_module_that_cannot_be_kept_is_compiled_once() {
        let place: PathBuf = std::env::temp_dir().join(format!("pintle-unkept-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&place);
        std::fs::create_dir_all(&place).unwrap();
        let (folder, key) = (place.join("modules"), place.join("key"));
        assert_eq!(loaded(&folder, &key), (LoadedFrom::Compiled, 1));
        assert_eq!(loaded(&folder, &key), (LoadedFrom::Cache, 0));
        // A folder where the file should be stops everybody, also who may write everywhere.
        let kept: Vec<PathBuf> =
            std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        let [kept] = kept.as_slice() else { panic!("{kept:?}") };
        std::fs::remove_file(kept).unwrap();
        std::fs::create_dir(kept).unwrap();
        assert_eq!(loaded(&folder, &key), (LoadedFrom::Compiled, 1));
        std::fs::remove_dir_all(&place).unwrap();
    }
}
