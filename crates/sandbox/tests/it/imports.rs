//! What links and what does not.

use crate::support::*;
use pintle_sandbox::*;

fn load(text: &str) -> Result<Loaded, StartError> {
    sandbox().load(&module(text), AbiKind::Extism, Fuel::Off)
}

#[test]
fn every_name_of_the_kernel_and_of_wasi_links_and_others_are_refused_by_name() {
    let unknown = |module: &str, name: &str| match load(&format!(
        r#"(module (import "{module}" "{name}" (func)) (func (export "run")))"#
    )) {
        Err(error @ StartError::UnknownImport { .. }) => error.to_string(),
        other => panic!("{other:?}"),
    };
    assert_eq!(
        unknown("extism:host/env", "http_reqest"),
        r#"the module imports "http_reqest" from "extism:host/env", which does not exist; did you mean "http_request"?"#
    );
    assert!(unknown("extism:host/user", "kube_gett").ends_with(r#"did you mean "kube_get"?"#));
    assert!(unknown("wasi_snapshot_preview1", "fd_reed").ends_with(r#"did you mean "fd_read"?"#));
    assert!(unknown("wasi_unstable", "fd_read").ends_with("does not exist"));
    assert!(unknown("env", "abort").ends_with("does not exist"));
}

#[test]
fn a_wrong_signature_is_refused() {
    let wrong = r#"(module (import "extism:host/env" "alloc" (func (param i32) (result i32))) (func (export "run")))"#;
    let Err(StartError::Signature(text)) = load(wrong) else { panic!() };
    assert!(text.contains("alloc"), "{text}");
}

#[test]
fn only_functions_can_be_imported() {
    for kind in ["(memory 1)", "(table 1 funcref)", "(global i32)"] {
        let text = format!(r#"(module (import "extism:host/env" "x" {kind}) (func (export "run")))"#);
        assert!(matches!(load(&text), Err(StartError::NotAFunction { .. })), "{kind}");
    }
}

#[test]
fn the_same_import_twice_is_one() {
    let text = r#"(module
        (import "wasi_snapshot_preview1" "sched_yield" (func (result i32)))
        (import "wasi_snapshot_preview1" "sched_yield" (func $y (result i32)))
        (memory (export "memory") 1) (func (export "run") (result i32) (call $y)))"#;
    assert!(run(&module(text), call("")).end.is_success());
}

#[test]
fn what_is_no_module_is_refused() {
    for bytes in [&b""[..], b"\0asm", b"hello", b"\0asm\x01\0\0\0\xff\xff\xff"] {
        let loaded = sandbox().load(&Wasm::new(bytes), AbiKind::Extism, Fuel::Off);
        assert!(matches!(loaded, Err(StartError::NoMagic | StartError::NotAModule(_))), "{bytes:?}");
    }
    let component = Wasm::new(b"\0asm\x0d\0\x01\0".to_vec());
    assert!(matches!(sandbox().load(&component, AbiKind::Extism, Fuel::Off), Err(StartError::Component)));
    let small = Sandbox::new(
        Options { module_bytes: 7, ..Options::default() },
        std::sync::Arc::new(SystemClock::new()),
        None,
    );
    let loaded = small.load(&module("(module)"), AbiKind::Extism, Fuel::Off);
    assert!(matches!(loaded, Err(StartError::ModuleTooLarge { bytes: 8, most: 7 })));
}

#[test]
fn an_entry_must_exist_and_have_the_right_type() {
    let start = |text: &str| run_with(&module(text), &mut guard(&[]), call("")).unwrap_err().to_string();
    assert_eq!(start("(module)"), "unknown function: run");
    assert_eq!(start(r#"(module (memory (export "run") 1))"#), "unknown function: run");
    assert!(start(r#"(module (func (export "run") (param i32)))"#).contains("1 parameters"));
    assert!(
        start(r#"(module (func (export "run") (result i32 i32) i32.const 1 i32.const 2))"#)
            .contains("2 results")
    );
}

#[test]
fn a_host_function_without_a_grant_is_not_linked() {
    for function in HostFunction::ALL {
        let text = format!(
            r#"(module (import "extism:host/user" "{}" (func (param i64) (result i64))) (func (export "run")))"#,
            function.name()
        );
        let error = run_with(&module(&text), &mut guard(&[]), call("")).unwrap_err();
        let capability = function.capability();
        assert_eq!(
            error.to_string(),
            format!(
                "plugin:probe imports {}, which needs the capability {capability}: --grant 'plugin:probe {capability}'",
                function.name()
            )
        );
        let granted = run_with(&module(&text), &mut guard(&[capability.word()]), call("")).unwrap();
        assert!(granted.end.is_success());
        // Another actor's grant links nothing.
        let mut other = pintle_guard::Guard::new(
            pintle_guard::Policy::builder().flag(&format!("plugin:other {capability}")).unwrap().build(),
        );
        assert!(matches!(run_with(&module(&text), &mut other, call("")), Err(StartError::NotGranted { .. })));
    }
}
