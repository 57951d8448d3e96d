//! Mutated modules and messages: whatever they are, the host survives and nothing takes long.
//!
//! A seeded sample; `cargo xtask soak modules` runs more of it, by `PINTLE_SOAK` and `PINTLE_SEED`.

mod calls;
mod modules;

use crate::support::*;
use pintle_sandbox::*;
use std::time::Duration;

/// xorshift: the same sequence everywhere.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() % n as u64).unwrap()
    }
}

/// Another sequence for another `PINTLE_SEED`.
fn random(constant: u64) -> Random {
    let seed = std::env::var("PINTLE_SEED").ok().and_then(|seed| seed.parse::<u64>().ok()).unwrap_or(0);
    Random(constant ^ seed.wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

fn rounds(default: usize) -> usize {
    std::env::var("PINTLE_SOAK").ok().and_then(|count| count.parse().ok()).unwrap_or(default)
}

/// A guest that uses most of the host, so that a changed byte changes something.
fn original() -> Vec<u8> {
    guest(
        r#"(import "extism:host/env" "http_request" (func $http (param i64 i64) (result i64)))
        (import "extism:host/env" "var_set" (func $set (param i64 i64)))
        (import "extism:host/env" "config_get" (func $config (param i64) (result i64)))
        (import "extism:host/env" "reset" (func $reset))
        (import "extism:host/env" "store_u64" (func $store (param i64 i64)))
        (import "extism:host/env" "load_u64" (func $load (param i64) (result i64)))
        (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
        (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
        (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
        (import "wasi_snapshot_preview1" "fd_readdir" (func $readdir (param i32 i32 i32 i64 i32) (result i32)))
        (memory (export "memory") 1 4) (table 2 8 funcref) (elem (i32.const 0) $one)
        (data (i32.const 0) "keyvalue{\"url\":\"https://a.test/\"}")
        (global $g (mut i64) (i64.const 77))
        (func $one (result i32) i32.const 1)
        (func (export "_initialize") (drop (call $random (i32.const 512) (i32.const 16))))
        (func (export "run") (result i32) (local $i i32)
            (call $set (call $put (i32.const 0) (i32.const 3)) (call $put (i32.const 3) (i32.const 5)))
            (drop (call $config (call $put (i32.const 0) (i32.const 3))))
            (call $store (global.get $g) (i64.const 0x4142434445464748))
            (drop (call $load (global.get $g)))
            (drop (call $write (i32.const 1) (i32.const 64) (i32.const 1) (i32.const 80)))
            (drop (call $poll (i32.const 96) (i32.const 256) (i32.const 1) (i32.const 400)))
            (drop (call $readdir (i32.const 3) (i32.const 600) (i32.const 100) (i64.const 0) (i32.const 596)))
            (loop $more
                (local.set $i (i32.add (local.get $i) (i32.const 1)))
                (drop (memory.grow (i32.const 1)))
                (br_if $more (i32.lt_u (local.get $i) (i32.const 10))))
            (call $answer (call $input))
            (call_indirect (result i32) (i32.const 0)))"#,
    )
    .bytes()
    .to_vec()
}

#[test]
fn mutated_modules_end_within_their_limits() {
    let original = original();
    assert!(matches!(run(&Wasm::new(original.clone()), call("in")).end, End::Returned(1)));
    let sandbox = sandbox();
    let mut random = random(0x9e37_79b9_7f4a_7c17);
    let (mut started, mut refused) = (0, 0);
    for round in 0..rounds(300) {
        let mut bytes = original.clone();
        for _ in 0..=random.below(3) {
            let at = random.below(bytes.len());
            match random.below(4) {
                0 => bytes[at] ^= 1 << random.below(8),
                1 => bytes[at] = random.next().to_le_bytes()[0],
                2 => bytes.insert(at, 0x80),
                _ => {
                    bytes.remove(at);
                }
            }
        }
        let Ok(loaded) = sandbox.load(&Wasm::new(bytes), AbiKind::Extism, Fuel::Off) else {
            refused += 1;
            continue;
        };
        let mut call = call("in");
        call.limits.time = Duration::from_millis(100);
        call.limits.memory = 4 << 20;
        let Ok(outcome) = sandbox.call(&loaded, &mut guard(&["http"]), call) else {
            refused += 1;
            continue;
        };
        started += 1;
        assert!(outcome.usage.memory <= 4 << 20, "round {round}");
        assert!(!matches!(outcome.end, End::Internal(_)), "round {round}: {:?}", outcome.end);
    }
    assert!(started > 0 && refused > 0, "{started} started, {refused} refused");
}

#[test]
fn mutated_messages_are_answered_or_refused() {
    let functions = [
        (HostFunction::Template, r#"{"chart":"a/b","values":{"a":[1,2]},"name":"x","namespace":"y"}"#),
        (HostFunction::KubeList, r#"{"apiVersion":"v1","kind":"Pod","namespace":"x","labels":"a=b"}"#),
        (HostFunction::GetValues, r#"{"name":"a","namespace":"b","revision":3,"all":true}"#),
    ];
    let sandbox = sandbox();
    let mut random = random(0x2545_f491_4f6c_dd1d);
    for (function, message) in functions {
        let wasm = guest(&format!(
            r#"(import "extism:host/user" "{}" (func $ask (param i64) (result i64)))
            (memory 1) (func (export "run") (call $answer (call $ask (call $input))))"#,
            function.name()
        ));
        let loaded = sandbox.load(&wasm, AbiKind::Extism, Fuel::Off).unwrap();
        for _ in 0..rounds(300) / 3 {
            let mut bytes = message.as_bytes().to_vec();
            for _ in 0..=random.below(4) {
                let at = random.below(bytes.len());
                bytes[at] = match random.below(3) {
                    0 => b"{}[]\",:\\"[random.below(8)],
                    _ => random.next().to_le_bytes()[0],
                };
            }
            let call = Call::new(actor(), "run", bytes);
            let outcome = sandbox.call(&loaded, &mut guard(&[function.capability().word()]), call).unwrap();
            let answer: serde_json::Value = serde_json::from_str(output(&outcome)).unwrap();
            assert!(answer["error"]["code"].is_string(), "{answer}");
        }
    }
}

#[test]
fn handles_and_lengths_out_of_range_end_nothing_but_the_call() {
    let places = ["0", "-1", "1", "76", "78", "0x7fffffffffffffff", "0x100000000", "65536", "1048576"];
    for name in ["free", "log_info", "error_set", "length", "load_u8", "load_u64", "input_load_u64"] {
        let result = match name {
            "free" | "log_info" | "error_set" => "",
            "load_u8" => "(result i32)",
            _ => "(result i64)",
        };
        let drop = if result.is_empty() { "" } else { "drop" };
        let calls: String =
            places.iter().map(|place| format!("(call $f (i64.const {place})) {drop} ")).collect();
        let wasm = module(&format!(
            r#"(module (import "extism:host/env" "{name}" (func $f (param i64) {result}))
            (func (export "run") {calls}))"#
        ));
        assert!(run(&wasm, call("in")).end.is_success(), "{name}");
    }
    for name in ["output_set", "input_set", "store_u64"] {
        let calls: String = places
            .iter()
            .flat_map(|a| places.iter().map(move |b| format!("(call $f (i64.const {a}) (i64.const {b})) ")))
            .collect();
        let wasm = module(&format!(
            r#"(module (import "extism:host/env" "{name}" (func $f (param i64 i64)))
            (func (export "run") {calls}))"#
        ));
        assert!(run(&wasm, call("in")).end.is_success(), "{name}");
    }
}
