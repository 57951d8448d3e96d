//! Modules that are hostile by their shape: giant, endless, deep, with imports that nobody has.

use super::{Random, random, rounds};
use crate::support::*;
use pintle_sandbox::*;
use std::time::Duration;

/// One module and whether it may be well behaved.
fn hostile(random: &mut Random) -> String {
    let words =
        ["alloc", "fd_write", "kube_get", "memory", "run", "", "\\ff", "http_request", "x\\0a\\1b[2J"];
    let places =
        ["extism:host/env", "extism:host/user", "wasi_snapshot_preview1", "env", "", "wasi_unstable"];
    let word = |random: &mut Random| words[random.below(words.len())];
    let endless = [
        "(loop $ever (br $ever))",
        "(loop $ever (drop (memory.grow (i32.const 1))) (br $ever))",
        "(loop $ever (drop (table.grow (ref.null func) (i32.const 1000))) (br $ever))",
        "(call $deep)",
        "(loop $ever (memory.fill (i32.const 0) (i32.const 1) (i32.const 65536)) (br $ever))",
        "(drop (i32.load (i32.const -4)))",
    ];
    let body = endless[random.below(endless.len())];
    let parts = r#"(memory 1) (table 1 funcref) (func $deep (call $deep) (call $deep))"#;
    match random.below(9) {
        0 => {
            let pages = random.below(70_000);
            format!(r#"(module (memory {pages}) (func (export "run")))"#)
        }
        1 => {
            let elements = random.next() & 0xffff_ffff;
            format!(r#"(module (table {elements} funcref) (table 10 externref) (func (export "run")))"#)
        }
        2 => format!(r#"(module {parts} (func $s {body}) (start $s) (func (export "run")))"#),
        3 => {
            let name = ["_initialize", "__wasm_call_ctors", "hs_init", "_start"][random.below(4)];
            format!(r#"(module {parts} (func (export "{name}") {body}) (func (export "run")))"#)
        }
        4 => format!(r#"(module {parts} (func (export "run") {body}))"#),
        5 => {
            let kind = ["(func)", "(memory 1)", "(global i32)", "(table 1 funcref)", "(func (param i64))"];
            let (from, kind) = (places[random.below(places.len())], kind[random.below(kind.len())]);
            format!(r#"(module (import "{from}" "{}" {kind}) (func (export "run")))"#, word(random))
        }
        6 => {
            let depth = random.below(3000);
            let (open, close) = ("(block ".repeat(depth), ")".repeat(depth));
            format!(r#"(module (func (export "run") {open}{close}))"#)
        }
        7 => {
            let locals = "i64 ".repeat(random.below(5000));
            let calls = "(call $f) ".repeat(random.below(2000));
            format!(r#"(module (func $f) (func (export "run") (local {locals}) {calls}))"#)
        }
        _ => {
            let at = random.next() as i32;
            format!(
                r#"(module (memory 1) (data (i32.const {at}) "x") (table 1 funcref) (elem (i32.const {at}) $f)
                (func $f (export "run")) (func (export "{}") (param i32)))"#,
                word(random)
            )
        }
    }
}

#[test]
fn hostile_shapes_end_within_limits() {
    let sandbox = sandbox();
    let mut random = random(0x5bd1_e995_2545_f491);
    let (mut refused, mut ended) = (0, 0);
    for round in 0..rounds(150) {
        let text = hostile(&mut random);
        let shown = &text[..text.len().min(300)];
        // What even the text format refuses is nothing to hand to a host.
        let Ok(bytes) = wat::parse_str(&text) else { continue };
        let told = |error: StartError| {
            let told = error.to_string();
            assert!(!told.is_empty() && told.len() < 10_000, "round {round}: {shown}");
        };
        let loaded = match sandbox.load(&Wasm::new(bytes), AbiKind::Extism, Fuel::Off) {
            Ok(loaded) => loaded,
            Err(error) => {
                refused += 1;
                told(error);
                continue;
            }
        };
        let mut call = call("in");
        call.limits.time = Duration::from_millis(30);
        call.limits.memory = 8 << 20;
        match sandbox.call(&loaded, &mut guard(&[]), call) {
            Ok(outcome) => {
                ended += 1;
                assert!(outcome.usage.memory <= 8 << 20, "round {round}: {shown}");
                assert!(!matches!(outcome.end, End::Internal(_)), "round {round}: {:?} {shown}", outcome.end);
            }
            Err(error) => {
                refused += 1;
                told(error);
            }
        }
    }
    assert!(refused > 0 && ended > 0);
}

#[test]
fn what_a_module_is_called_does_not_steer_the_terminal_when_it_is_refused() {
    let evil = "\\1b[2Jevil\\0aname\\e2\\80\\ae";
    let long = "x".repeat(50_000);
    for text in [
        format!(r#"(module (func (export "{evil}")) (func (export "{evil}")))"#),
        format!(r#"(module (func (export "{long}")) (func (export "{long}")))"#),
        format!(r#"(module (import "{evil}" "{evil}" (func)) (func (export "run")))"#),
        format!(r#"(module (import "extism:host/env" "{evil}" (func)) (func (export "run")))"#),
        format!(r#"(module (import "{long}" "{long}" (func)) (func (export "run")))"#),
        format!(r#"(module (import "{evil}" "{evil}" (memory 1)) (func (export "run")))"#),
    ] {
        let error = sandbox().load(&module(&text), AbiKind::Extism, Fuel::Off).unwrap_err().to_string();
        assert!(error.len() < 10_000, "{} bytes", error.len());
        assert!(!error.chars().any(|c| c.is_control() && c != '\n'), "{error:?}");
    }
}
