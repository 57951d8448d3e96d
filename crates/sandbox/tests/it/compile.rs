//! What compiling a module may take: bombs are small, so that nothing but a clock and the memory tells them.

use crate::support::*;
use pintle_sandbox::*;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Loops in one another, in the innermost of which every local is read: each costs each loop a value.
///
/// With 500 of both this has 8 KiB and takes minutes; with as many as here it takes a moment, so that the thread that is
/// left behind ends.
fn nested(count: usize) -> Wasm<'static> {
    let (loops, ends) = ("(loop ".repeat(count), "(br_if 0 (i32.const 0)))".repeat(count));
    let each = |text: &dyn Fn(usize) -> String| (0..count).map(text).collect::<String>();
    let reads = each(&|i| format!("(drop (local.get {i}))"));
    let writes = each(&|i| format!("(local.set {i} (i32.const 1))"));
    let locals = "i32 ".repeat(count);
    guest(&format!(
        r#"(memory 1) (func (local {locals}) {loops} {reads} {writes} {ends})
        (func (export "run") (result i32) (i32.const 0))"#
    ))
}

fn load(options: Options, wasm: &Wasm<'_>) -> Result<Loaded, StartError> {
    Sandbox::new(options, Arc::new(SystemClock::new()), None).load(wasm, AbiKind::Extism, Fuel::Off)
}

#[test]
fn a_module_that_takes_too_long_is_refused_with_the_name_of_the_limit() {
    let bomb = nested(120);
    let short = Options { compile_time: Duration::from_millis(1), ..Options::default() };
    let error = load(short, &bomb).unwrap_err();
    assert_eq!(error.to_string(), "the module takes more than 1 ms to compile");
    assert_eq!((error.limit(), error.gives_up()), (Some("plugin.compile-time"), true));
    // The same shape, and the same module where it may take its time.
    assert!(load(Options::default(), &nested(3)).is_ok());
    let patient = Options { compile_time: Duration::from_secs(3600), ..Options::default() };
    assert!(load(patient, &bomb).is_ok());
}

#[test]
fn a_module_that_takes_too_much_memory_is_refused_with_the_name_of_the_limit() {
    static HELD: AtomicU64 = AtomicU64::new(0);
    // A process that grows by a MiB each time somebody looks.
    let growing = || Some(HELD.fetch_add(1 << 20, Ordering::Relaxed));
    let small = Options { compile_memory: 1 << 20, memory_in_use: growing, ..Options::default() };
    let bomb = nested(120);
    let error = load(small, &bomb).unwrap_err();
    assert_eq!(error.to_string(), "the module takes more than 1 MiB of memory to compile");
    assert_eq!((error.limit(), error.gives_up()), (Some("plugin.compile-memory"), true));
    let large = Options { compile_memory: 1 << 50, memory_in_use: growing, ..Options::default() };
    assert!(load(large, &bomb).is_ok());
}

#[test]
fn ctrl_c_ends_the_wait_for_the_compiler() {
    let options = Options::default();
    options.cancel.cancel();
    assert!(matches!(load(options, &nested(120)), Err(StartError::Cancelled)));
    assert!(load(Options::default(), &nested(3)).is_ok());
}
