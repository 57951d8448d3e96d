//! How calls end, and that a guest cannot pretend another end.

use crate::support::*;
use pintle_sandbox::*;

const EXIT: &str = r#"(import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))"#;

fn exits(code: i64) -> Outcome {
    let text = format!(
        r#"{EXIT} (memory 1)
        (func (export "run") (call $answer (call $input)) (call $exit (i32.const {code})) unreachable)"#
    );
    run(&guest(&text), call("said before"))
}

#[test]
fn an_exit_is_an_exit_whatever_its_code() {
    let outcome = exits(0);
    assert!(matches!(outcome.end, End::Exited(0)));
    assert_eq!(outcome.output, b"said before");
    for code in [1, 126, 255, 500] {
        let outcome = exits(code);
        assert!(matches!(outcome.end, End::Exited(n) if i64::from(n) == code), "{:?}", outcome.end);
        assert!(outcome.output.is_empty());
    }
    assert!(matches!(exits(-1).end, End::Exited(u32::MAX)));
}

#[test]
fn a_trap_tells_the_guests_own_stack_by_name() {
    let wasm = guest(
        r#"(memory 1)
        (func $inner (unreachable))
        (func $middle (call $inner))
        (func (export "run") (call $middle))"#,
    );
    let End::Trapped { trap, stack } = run(&wasm, call("")).end else { panic!() };
    assert_eq!(trap, "unreachable");
    let names: Vec<String> = stack.frames.iter().map(ToString::to_string).collect();
    assert_eq!(names[..2], ["inner", "middle"]);
    assert_eq!(names.len(), 3);
}

#[test]
fn each_mistake_has_its_word() {
    let trap =
        |body: &str| match run(&guest(&format!(r#"(memory 1) (table 1 funcref) {body}"#)), call("")).end {
            End::Trapped { trap, .. } => trap,
            end => panic!("{end:?}"),
        };
    assert_eq!(
        trap(r#"(func (export "run") (drop (i32.load (i32.const -4))))"#),
        "out of bounds memory access"
    );
    assert_eq!(
        trap(r#"(func (export "run") (drop (i32.div_u (i32.const 1) (i32.const 0))))"#),
        "integer divide by zero"
    );
    assert_eq!(
        trap(r#"(type $t (func)) (func (export "run") (call_indirect (type $t) (i32.const 0)))"#),
        "invalid table access"
    );
}

#[test]
fn a_guest_that_writes_the_hosts_words_is_still_the_guest() {
    let wasm = guest(
        r#"(memory 1) (data (i32.const 0) "timed out after 30 s")
        (func (export "run") (result i32)
            (call $error_set (call $put (i32.const 0) (i32.const 20))) (i32.const 10))"#,
    );
    let outcome = run(&wasm, call(""));
    assert!(matches!(outcome.end, End::Returned(10)), "{:?}", outcome.end);
    assert_eq!(outcome.error.as_deref(), Some("timed out after 30 s"));
    assert!(outcome.denials.is_empty());
}

#[test]
fn names_in_a_stack_cannot_reach_the_terminal() {
    let wasm = module("(module (func $\"evil\\1b[2Jname\" (export \"run\") unreachable))");
    let End::Trapped { stack, .. } = run(&wasm, call("")).end else { panic!() };
    assert_eq!(stack.frames[0].to_string(), "evil\u{fffd}[2Jname");
}

#[test]
fn the_six_steps_are_noted_when_asked_for() {
    let wasm = guest(
        r#"(import "extism:host/env" "config_get" (func $config (param i64) (result i64)))
        (memory 1)
        (func (export "run") (drop (call $config (call $input))) (call $answer (call $input)))"#,
    );
    let mut traced = call("key");
    traced.trace = true;
    let outcome = run(&wasm, traced);
    let steps: Vec<Step> = outcome.trace.events.iter().map(|event| event.step).collect();
    assert_eq!(steps, [Step::Package, Step::Isolate, Step::Guard, Step::Return, Step::Destroy]);
    assert_eq!(outcome.trace.events[0].bytes, Some(3));
    assert!(run(&wasm, call("key")).trace.events.is_empty());
}

#[test]
fn a_panic_of_the_host_loses_neither_the_records_nor_the_folder() {
    struct Broken;
    impl Outbound for Broken {
        fn show_chart(
            &mut self,
            _: pintle_guard::Permit,
            _: &str,
            _: Asking<'_>,
        ) -> Result<serde_json::Value, OutboundError> {
            panic!("a mistake of ours")
        }
    }
    let wasm = guest(
        r#"(import "extism:host/user" "helm_show_chart" (func $ask (param i64) (result i64)))
        (memory 1) (func (export "run") (drop (call $ask (call $input))))"#,
    );
    let root = std::env::temp_dir().join(format!("pintle-panic-{}", std::process::id()));
    std::fs::create_dir_all(&root).unwrap();
    let mut call = call(r#"{"ref":"a"}"#);
    call.outbound = Box::new(Broken);
    call.world.tempdir = Some(Tempdir { root: root.clone(), bytes: 1000 });
    let mut guard = guard(&["chart", "tempdir"]);
    let ran = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| run_with(&wasm, &mut guard, call)));
    assert!(ran.is_err());
    assert_eq!(guard.records().len(), 2);
    assert_eq!(std::fs::read_dir(&root).unwrap().count(), 0);
    std::fs::remove_dir(&root).unwrap();
}

#[test]
fn the_guard_keeps_a_stamped_record_of_each_question() {
    let wasm = guest(
        r#"(import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
        (memory (export "memory") 1)
        (func (export "run") (result i32)
            (drop (call $random (i32.const 0) (i32.const 8))) (call $random (i32.const 8) (i32.const 8)))"#,
    );
    let mut guard = guard(&[]);
    let outcome = run_with(&wasm, &mut guard, call("")).unwrap();
    assert!(outcome.end.is_success());
    let records = guard.take_records();
    assert_eq!(records.len(), 1, "one question, however often it was asked");
    assert!(records[0].is_allowed() && records[0].time.is_some());
}
