//! `cargo bench -p pintle-sandbox`: what one call costs, instance included.

use divan::Bencher;
use pintle_guard::{Actor, Guard, Policy};
use pintle_sandbox::{AbiKind, Call, Fuel, Options, Sandbox, SystemClock, Wasm};
use std::sync::Arc;

fn main() {
    divan::main();
}

const ECHO: &str = r#"(module
    (import "extism:host/env" "input_offset" (func $input (result i64)))
    (import "extism:host/env" "input_length" (func $length (result i64)))
    (import "extism:host/env" "output_set" (func $output (param i64 i64)))
    (memory (export "memory") 1)
    (func (export "run") (result i32)
        (call $output (call $input) (call $length))
        i32.const 0))"#;

#[divan::bench(args = [16, 64 << 10])]
fn fresh_instance_and_echo(bencher: Bencher, bytes: usize) {
    let sandbox = Sandbox::new(Options::default(), Arc::new(SystemClock::new()), None);
    let wasm = Wasm::new(wat::parse_str(ECHO).unwrap());
    let loaded = sandbox.load(&wasm, AbiKind::Extism, Fuel::Off).unwrap();
    let mut guard = Guard::new(Policy::default());
    let input = vec![b'x'; bytes];
    bencher.bench_local(|| {
        let call = Call::new(Actor::plugin("echo"), "run", input.clone());
        sandbox.call(&loaded, &mut guard, call).unwrap()
    });
}

#[divan::bench]
fn compile(bencher: Bencher) {
    let sandbox = Sandbox::new(Options::default(), Arc::new(SystemClock::new()), None);
    let wasm = Wasm::new(wat::parse_str(ECHO).unwrap());
    bencher.bench_local(|| sandbox.load(&wasm, AbiKind::Extism, Fuel::Off).unwrap());
}
