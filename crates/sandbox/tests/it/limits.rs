//! Each limit, from both sides.

use crate::support::*;
use pintle_sandbox::*;
use std::time::Duration;

fn limited(change: impl FnOnce(&mut Limits)) -> Call {
    let mut call = call("");
    change(&mut call.limits);
    call
}

#[test]
fn memory_grows_to_its_limit_and_the_guest_is_told() {
    // Answers how many pages it got, one at a time.
    let wasm = guest(
        r#"(memory 1)
        (func (export "run") (result i32)
            (block $full (loop $more
                (br_if $full (i32.eq (memory.grow (i32.const 1)) (i32.const -1)))
                (br $more)))
            (memory.size))"#,
    );
    let outcome = run(&wasm, limited(|limits| limits.memory = 1 << 20));
    assert!(matches!(outcome.end, End::Returned(16)), "{:?}", outcome.end);
    assert_eq!(outcome.usage.memory, 1 << 20);
}

#[test]
fn all_memories_tables_and_the_kernels_blocks_count_together() {
    let both = guest(
        r#"(memory $a 8) (memory $b 4)
        (func (export "run") (result i32) (memory.grow $b (i32.const 4)))"#,
    );
    assert!(matches!(run(&both, limited(|l| l.memory = 2 << 20)).end, End::Returned(4)));
    let outcome = run(&both, limited(|l| l.memory = 15 << 16));
    assert!(matches!(outcome.end, End::Returned(u32::MAX)), "{:?}", outcome.end);
    let table = guest(
        r#"(memory 1) (table 10 funcref)
        (func (export "run") (result i32) (table.grow (ref.null func) (i32.const 100000)))"#,
    );
    assert!(matches!(run(&table, limited(|l| l.memory = 4 << 20)).end, End::Returned(10)));
    assert!(matches!(run(&table, limited(|l| l.memory = 1 << 20)).end, End::Returned(u32::MAX)));
    let blocks = guest(r#"(memory 8) (func (export "run") (drop (call $alloc (i64.const 600000))))"#);
    assert!(run(&blocks, limited(|l| l.memory = 2 << 20)).end.is_success());
    assert_eq!(limit(&run(&blocks, limited(|l| l.memory = 1 << 20))), Some(Limit::Memory));
}

#[test]
fn a_module_that_begins_over_the_limit_does_not_begin() {
    let large = guest(r#"(memory 100) (func (export "run"))"#);
    assert!(run(&large, limited(|l| l.memory = 100 << 16)).end.is_success());
    let outcome = run(&large, limited(|l| l.memory = (100 << 16) - 1));
    assert_eq!(limit(&outcome), Some(Limit::Memory), "{:?}", outcome.end);
    assert_eq!(outcome.end.to_string(), "memory limit: the guest may use 6553599 bytes");
}

#[test]
fn a_guest_that_fails_for_want_of_memory_met_the_limit() {
    let trap = guest(
        r#"(memory 1) (func (export "run")
            (if (i32.eq (memory.grow (i32.const 1000)) (i32.const -1)) (then unreachable)))"#,
    );
    assert!(run(&trap, call("")).end.is_success());
    assert_eq!(limit(&run(&trap, limited(|l| l.memory = 1 << 20))), Some(Limit::Memory));
}

#[test]
fn giant_blocks_are_refused_before_they_are_made() {
    for size in [i64::MAX, -1, -12, 1 << 40, 300 << 20] {
        let wasm =
            guest(&format!(r#"(memory 1) (func (export "run") (drop (call $alloc (i64.const {size}))))"#));
        let outcome = run(&wasm, call(""));
        assert_eq!(limit(&outcome), Some(Limit::Memory), "{size}");
        assert!(outcome.usage.memory < 1 << 20, "{size}");
    }
}

const LOOP: &str = "(loop $ever (br $ever))";

#[test]
fn endless_loops_end_wherever_they_are() {
    let short = || limited(|limits| limits.time = Duration::from_millis(50));
    for text in [
        format!(r#"(memory 1) (func (export "run") {LOOP})"#),
        format!(r#"(memory 1) (func $s {LOOP}) (start $s) (func (export "run"))"#),
        format!(r#"(memory 1) (func (export "_initialize") {LOOP}) (func (export "run"))"#),
        format!(r#"(memory 1) (func (export "__wasm_call_ctors") {LOOP}) (func (export "run"))"#),
        format!(r#"(memory 1) (func (export "hs_init") (param i32 i32) {LOOP}) (func (export "run"))"#),
        r#"(memory 1) (func $f (result i64) (call $input_length))
           (func (export "run") (loop $ever (drop (call $f)) (br $ever)))"#
            .to_owned(),
    ] {
        let outcome = run(&guest(&text), short());
        assert_eq!(limit(&outcome), Some(Limit::Time), "{text}: {:?}", outcome.end);
        assert_eq!(outcome.end.to_string(), "timed out after 50 ms");
    }
}

#[test]
fn one_guests_deadline_does_not_end_another() {
    let sandbox = sandbox();
    let endless = guest(&format!(r#"(memory 1) (func (export "run") {LOOP})"#));
    // Long enough to see many ticks of the other one's, and that other one's end.
    let working = guest(
        r#"(import "wasi_snapshot_preview1" "clock_time_get" (func $time (param i32 i64 i32) (result i32)))
        (memory (export "memory") 1)
        (func $now (result i64) (drop (call $time (i32.const 1) (i64.const 0) (i32.const 0))) (i64.load (i32.const 0)))
        (func (export "run") (local $from i64)
            (local.set $from (call $now))
            (loop $more (br_if $more (i64.lt_u (i64.sub (call $now) (local.get $from)) (i64.const 200000000)))))"#,
    );
    let endless = sandbox.load(&endless, AbiKind::Extism, Fuel::Off).unwrap();
    let working = sandbox.load(&working, AbiKind::Extism, Fuel::Off).unwrap();
    std::thread::scope(|scope| {
        let other = scope.spawn(|| sandbox.call(&working, &mut guard(&[]), call("")).unwrap());
        let ended =
            sandbox.call(&endless, &mut guard(&[]), limited(|l| l.time = Duration::from_millis(40))).unwrap();
        assert_eq!(limit(&ended), Some(Limit::Time));
        let other = other.join().unwrap();
        assert!(other.end.is_success(), "{:?}", other.end);
        assert!(other.usage.time >= Duration::from_millis(200));
    });
}

#[test]
fn many_short_calls_do_not_keep_a_long_one_alive() {
    let sandbox = sandbox();
    let load = |text: &str| sandbox.load(&guest(text), AbiKind::Extism, Fuel::Off).unwrap();
    let endless = load(&format!(r#"(memory 1) (func (export "run") {LOOP})"#));
    let short = load(r#"(memory 1) (func (export "run"))"#);
    let ended = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !ended.load(std::sync::atomic::Ordering::Relaxed) {
                assert!(sandbox.call(&short, &mut guard(&[]), call("")).unwrap().end.is_success());
            }
        });
        let outcome =
            sandbox.call(&endless, &mut guard(&[]), limited(|l| l.time = Duration::from_millis(60))).unwrap();
        ended.store(true, std::sync::atomic::Ordering::Relaxed);
        assert_eq!(limit(&outcome), Some(Limit::Time));
    });
}

#[test]
fn ctrl_c_ends_a_call() {
    let wasm = guest(&format!(r#"(memory 1) (func (export "run") {LOOP})"#));
    let call = call("");
    let cancel = call.cancel.clone();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            std::thread::sleep(Duration::from_millis(30));
            cancel.cancel();
        });
        assert!(matches!(run(&wasm, call).end, End::Cancelled));
    });
}

#[test]
fn calls_too_deep_end() {
    let wasm = guest(r#"(memory 1) (func $f (call $f)) (func (export "run") (call $f))"#);
    let outcome = run(&wasm, call(""));
    assert_eq!(limit(&outcome), Some(Limit::Stack), "{:?}", outcome.end);
    let End::Limit { stack, .. } = outcome.end else { panic!() };
    assert!(stack.cut && stack.frames.len() == 32);
}

#[test]
fn instructions_are_counted_where_that_is_asked_for() {
    let wasm = guest(
        r#"(memory 1) (func (export "run") (local $i i32)
            (loop $more
                (local.set $i (i32.add (local.get $i) (i32.const 1)))
                (br_if $more (i32.lt_u (local.get $i) (i32.const 1000)))))"#,
    );
    let outcome = run(&wasm, limited(|l| l.fuel = Some(100_000)));
    assert!(outcome.end.is_success());
    let used = outcome.usage.fuel.unwrap();
    assert!((1000..100_000).contains(&used), "{used}");
    assert_eq!(limit(&run(&wasm, limited(|l| l.fuel = Some(used / 2)))), Some(Limit::Fuel));
    assert!(run(&wasm, limited(|l| l.fuel = Some(used))).end.is_success());
    let sandbox = sandbox();
    let plain = sandbox.load(&wasm, AbiKind::Extism, Fuel::Off).unwrap();
    let mixed = sandbox.call(&plain, &mut guard(&[]), limited(|l| l.fuel = Some(1)));
    assert!(matches!(mixed, Err(StartError::Fuel)));
}

#[test]
fn messages_over_their_limits_are_refused() {
    let echo = guest(r#"(memory 1) (func (export "run") (call $answer (call $input)))"#);
    let with = |input: u64, output: u64| {
        let mut call = call("12345");
        (call.limits.input, call.limits.output) = (input, output);
        run(&echo, call)
    };
    assert!(with(5, 5).end.is_success());
    assert_eq!(limit(&with(4, 5)), Some(Limit::Input));
    assert_eq!(limit(&with(5, 4)), Some(Limit::Output));
    assert!(with(5, 4).output.is_empty());
}

#[test]
fn variables_have_a_limit_and_can_be_off() {
    let wasm = guest(
        r#"(import "extism:host/env" "var_set" (func $set (param i64 i64)))
        (memory 1) (data (i32.const 0) "key")
        (func (export "run") (call $set (call $put (i32.const 0) (i32.const 3)) (call $input)))"#,
    );
    let with = |vars: u64| {
        let mut call = call("value");
        call.limits.vars = vars;
        run(&wasm, call)
    };
    assert!(with(56).end.is_success());
    assert_eq!(limit(&with(55)), Some(Limit::Vars));
    let End::HostCall { function, message, .. } = with(0).end else { panic!() };
    assert_eq!((function, message.as_str()), ("var_set", "Vars are disabled by this host"));
}

#[test]
fn a_long_log_is_cut_and_said_to_be() {
    let wasm = guest(
        r#"(import "extism:host/env" "log_error" (func $log (param i64)))
        (memory 1)
        (func (export "run") (local $i i32)
            (loop $more
                (call $log (call $put (i32.const 0) (i32.const 10)))
                (local.set $i (i32.add (local.get $i) (i32.const 1)))
                (br_if $more (i32.lt_u (local.get $i) (i32.const 10)))))"#,
    );
    let with = |lines: u64, bytes: u64| {
        let mut call = call("");
        call.log_level = LogLevel::Trace;
        (call.limits.log_lines, call.limits.log_bytes) = (lines, bytes);
        run(&wasm, call)
    };
    assert_eq!((with(10, 100).log.len(), with(10, 100).log_cut), (10, 0));
    assert_eq!((with(4, 100).log.len(), with(4, 100).log_cut), (4, 6));
    let outcome = with(10, 35);
    assert_eq!((outcome.log.len(), outcome.log[3].text.len(), outcome.log_cut), (4, 5, 7));
}
