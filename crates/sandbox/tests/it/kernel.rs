//! The Extism kernel as guests see it.

use crate::support::*;
use pintle_sandbox::*;

#[test]
fn a_guest_returns_its_input() {
    let echo =
        guest(r#"(memory 1) (func (export "run") (result i32) (call $answer (call $input)) i32.const 0)"#);
    assert_eq!(output(&run(&echo, call("hello"))), "hello");
    assert_eq!(output(&run(&echo, call(""))), "");
    assert_eq!(run(&echo, call("x")).output, b"x");
}

#[test]
fn an_entry_without_result_is_a_success_and_wider_results_are_cut() {
    let outcome = run(&guest(r#"(memory 1) (func (export "run"))"#), call(""));
    assert!(matches!(outcome.end, End::Returned(0)));
    let outcome =
        run(&guest(r#"(memory 1) (func (export "run") (result i64) i64.const 0x700000003)"#), call(""));
    assert!(matches!(outcome.end, End::Returned(3)));
    let outcome = run(&guest(r#"(memory 1) (func (export "run") (result f64) f64.const 1)"#), call(""));
    assert!(matches!(outcome.end, End::Returned(0)));
    let outcome = run(&guest(r#"(memory 1) (func (export "run") (result i32) i32.const -1)"#), call(""));
    assert!(matches!(outcome.end, End::Returned(u32::MAX)));
}

#[test]
fn config_is_the_plugins_own_and_an_unknown_or_empty_key_is_nothing() {
    let get = guest(
        r#"(import "extism:host/env" "config_get" (func $config (param i64) (result i64)))
        (memory 1)
        (func (export "run") (result i32) (local $value i64)
            (local.set $value (call $config (call $input)))
            (call $answer (local.get $value))
            (i64.eqz (local.get $value)))"#,
    );
    let with = |key: &str| {
        let mut call = call(key);
        call.config = [("thing", "hello"), ("empty", "")].map(|(k, v)| (k.to_owned(), v.to_owned())).into();
        run(&get, call)
    };
    assert_eq!(output(&with("thing")), "hello");
    assert!(matches!(with("empty").end, End::Returned(1)));
    assert!(matches!(with("missing").end, End::Returned(1)));
    assert!(matches!(with("").end, End::Returned(1)));
}

#[test]
fn variables_are_kept_replaced_and_removed() {
    let guest = guest(
        r#"(import "extism:host/env" "var_get" (func $get (param i64) (result i64)))
        (import "extism:host/env" "var_set" (func $set (param i64 i64)))
        (memory 1) (data (i32.const 0) "keyonetwo")
        (func $key (result i64) (call $put (i32.const 0) (i32.const 3)))
        (func (export "run") (result i32)
            (call $set (call $key) (call $put (i32.const 3) (i32.const 3)))
            (call $set (call $key) (call $put (i32.const 6) (i32.const 3)))
            (call $answer (call $get (call $key)))
            (call $set (call $key) (i64.const 0))
            (i64.ne (call $get (call $key)) (i64.const 0)))"#,
    );
    assert_eq!(output(&run(&guest, call(""))), "two");
}

#[test]
fn an_error_is_the_guests_own_word_whatever_it_returns() {
    let guest = |rest: &str| {
        guest(&format!(
            r#"(memory 1) (data (i32.const 0) "it broke")
            (func (export "run") (result i32) (call $error_set (call $put (i32.const 0) (i32.const 8))) {rest})"#
        ))
    };
    let outcome = run(&guest("i32.const 0"), call(""));
    assert!(outcome.end.is_success());
    assert_eq!(outcome.error.as_deref(), Some("it broke"));
    let outcome = run(&guest("unreachable"), call(""));
    assert!(matches!(&outcome.end, End::Trapped { trap, .. } if trap == "unreachable"), "{:?}", outcome.end);
    assert_eq!(outcome.error.as_deref(), Some("it broke"));
    let outcome = run(&guest("(call $error_set (i64.const 0)) i32.const 7"), call(""));
    assert!(matches!(outcome.end, End::Returned(7)));
    assert_eq!(outcome.error, None);
}

#[test]
fn the_log_is_kept_from_the_asked_level_on() {
    let log = guest(
        r#"(import "extism:host/env" "log_info" (func $info (param i64)))
        (import "extism:host/env" "log_warn" (func $warn (param i64)))
        (import "extism:host/env" "get_log_level" (func $level (result i32)))
        (memory 1)
        (func (export "run") (result i32)
            (call $info (call $put (i32.const 0) (i32.const 0)))
            (call $warn (call $input))
            (call $level))"#,
    );
    let at = |level| {
        let mut call = call("careful");
        call.log_level = level;
        run(&log, call)
    };
    let outcome = at(LogLevel::Warn);
    assert_eq!(outcome.log, [LogLine { level: LogLevel::Warn, text: "careful".into() }]);
    assert!(matches!(outcome.end, End::Returned(3)));
    assert_eq!(at(LogLevel::Trace).log.len(), 2);
    let outcome = at(LogLevel::Off);
    assert!(outcome.log.is_empty());
    assert!(matches!(outcome.end, End::Returned(0x7fff_ffff)));
}

#[test]
fn constructors_run_once_before_the_entry_and_see_the_input() {
    let text = |exports: &str| {
        guest(&format!(
            r#"(memory 1) (global $n (mut i32) (i32.const 0))
            (func $a (global.set $n (i32.add (global.get $n) (i32.wrap_i64 (call $input_length)))))
            (func $b (global.set $n (i32.const 100)))
            (func $c (param i32 i32) (global.set $n (i32.add (global.get $n) (i32.const 1000))))
            {exports}
            (func (export "run") (result i32) (global.get $n))"#
        ))
    };
    let code = |exports: &str| match run(&text(exports), call("abc")).end {
        End::Returned(code) => code,
        end => panic!("{end:?}"),
    };
    assert_eq!(code(r#"(export "_initialize" (func $a))"#), 3);
    assert_eq!(code(r#"(export "__wasm_call_ctors" (func $a))"#), 3);
    assert_eq!(code(r#"(export "_initialize" (func $a)) (export "__wasm_call_ctors" (func $b))"#), 3);
    assert_eq!(code(r#"(export "_initialize" (func $c)) (export "__wasm_call_ctors" (func $a))"#), 3);
    assert_eq!(code(r#"(export "_initialize" (func $a)) (export "hs_init" (func $c))"#), 1003);
    assert_eq!(code(r#"(export "_start" (func $b))"#), 0);
    assert_eq!(code("(start $a)"), 3);
}

#[test]
fn each_call_starts_from_nothing() {
    let counter = guest(
        r#"(memory 1) (global $n (mut i32) (i32.const 0))
        (func (export "run") (result i32)
            (global.set $n (i32.add (global.get $n) (i32.const 1)))
            (i32.store (i32.const 0) (i32.add (i32.load (i32.const 0)) (i32.const 1)))
            (i32.add (global.get $n) (i32.load (i32.const 0))))"#,
    );
    let sandbox = sandbox();
    let loaded = sandbox.load(&counter, AbiKind::Extism, Fuel::Off).unwrap();
    for _ in 0..3 {
        let outcome = sandbox.call(&loaded, &mut guard(&[]), call("")).unwrap();
        assert!(matches!(outcome.end, End::Returned(2)), "{:?}", outcome.end);
    }
}
