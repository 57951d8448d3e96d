//! Files are told apart by their names alone, and whatever is no module is refused within limits.

use pintle_plugin::inspect::{Family, InspectError, Limits, Module, module};

fn wasm(text: &str) -> Vec<u8> {
    wat::parse_str(text).unwrap()
}

fn inspect(text: &str) -> Module {
    module(&wasm(text), &Limits::default()).unwrap()
}

#[test]
fn a_module_tells_its_parts() {
    let found = inspect(
        r#"(module
        (import "extism:host/env" "alloc" (func (param i64) (result i64)))
        (import "extism:host/env" "free" (func (param i64)))
        (memory 17 32) (memory 1) (table 3 9 funcref)
        (func $begin) (start $begin)
        (func (export "run") (param i32 f64) (result i32 i64) unreachable)
        (export "memory" (memory 0))
        (data (i32.const 0) "hello"))"#,
    );
    assert_eq!(found.family, Family::Extism);
    assert!(found.family.runs() && !found.component && found.start);
    let imports: Vec<_> =
        found.imports.iter().map(|i| (i.module.as_str(), i.name.as_str(), i.kind.as_str())).collect();
    assert_eq!(imports, [("extism:host/env", "alloc", "(i64) -> i64"), ("extism:host/env", "free", "(i64)")]);
    let exports: Vec<_> = found.exports.iter().map(|e| (e.name.as_str(), e.kind.as_str())).collect();
    assert_eq!(exports, [("run", "(i32, f64) -> (i32, i64)"), ("memory", "memory")]);
    let memories: Vec<_> = found.memories.iter().map(ToString::to_string).collect();
    assert_eq!(memories, ["17 to 32", "1 and more"]);
    assert_eq!(found.tables[0].to_string(), "3 to 9");
    assert_eq!(found.functions, 2);
    let sections: Vec<_> = found.sections.iter().map(|s| s.name.as_str()).collect();
    assert_eq!(
        sections,
        ["type", "import", "function", "table", "memory", "export", "start", "code", "data", "name"]
    );
    assert_eq!(found.sections.iter().filter(|s| s.custom).count(), 1);
    assert_eq!(found.digest.len(), 64);
}

/// What each of these is made with: the names that its own tools write.
#[test]
fn foreign_families_are_told_for_what_they_are() {
    let import = |module: &str, name: &str| format!(r#"(import "{module}" "{name}" (func))"#);
    let export = |name: &str| format!(r#"(func (export "{name}"))"#);
    for (family, parts) in [
        (Family::Extism, vec![export("helm_plugin_main")]),
        (
            Family::Extism,
            vec![import("extism:host/user", "kube_get"), import("wasi_snapshot_preview1", "fd_write")],
        ),
        (Family::ExtismOld, vec![import("env", "extism_alloc")]),
        (
            Family::ProxyWasm,
            vec![import("env", "proxy_log"), export("proxy_abi_version_0_2_1"), export("_start")],
        ),
        (Family::ProxyWasm, vec![import("env", "proxy_log"), export("proxy_on_vm_start")]),
        (Family::Opa, vec![import("env", "opa_abort"), export("opa_eval_ctx_new"), export("eval")]),
        (Family::Opa, vec![import("env", "opa_builtin0")]),
        (Family::Wapc, vec![import("wapc", "__guest_request"), export("__guest_call")]),
        (Family::Spin, vec![import("wasi-outbound-http", "request"), export("_start")]),
        (Family::WasiOld, vec![import("wasi_unstable", "fd_write"), export("_start")]),
        (Family::WasiCommand, vec![import("wasi_snapshot_preview1", "fd_write"), export("_start")]),
        (Family::WasiLibrary, vec![import("wasi_snapshot_preview1", "fd_write"), export("_initialize")]),
        (Family::Browser, vec![import("gojs", "runtime.wasmExit")]),
        (Family::Browser, vec![import("wbg", "__wbindgen_throw")]),
        (Family::Unknown, vec![export("add")]),
        (
            Family::Kubewarden,
            vec![import("wapc", "__guest_request"), r#"(@custom "io.kubewarden.metadata" "{}")"#.to_owned()],
        ),
        // A policy that is a WASI program is a policy.
        (
            Family::Kubewarden,
            vec![
                import("wasi_snapshot_preview1", "fd_write"),
                export("_start"),
                r#"(@custom "io.kubewarden.metadata" "{}")"#.to_owned(),
            ],
        ),
    ] {
        let text = format!("(module {})", parts.concat());
        let found = inspect(&text);
        assert_eq!(found.family, family, "{text}");
        assert_eq!(found.family.runs(), found.family.advice().is_none(), "{text}");
        assert!(!found.family.describe().is_empty());
    }
}

#[test]
fn components_are_told_apart_by_their_world() {
    let import = |name: &str| format!(r#"(import "{name}" (instance))"#);
    let export = |name: &str| format!(r#"(instance $i) (export "{name}" (instance $i))"#);
    for (family, parts) in [
        (
            Family::Spin,
            vec![import("fermyon:spin/key-value@2.0.0"), export("wasi:http/incoming-handler@0.2.0")],
        ),
        (
            Family::WasmCloud,
            vec![import("wasmcloud:bus/lattice@1.0.0"), export("wasi:http/incoming-handler@0.2.0")],
        ),
        (Family::HttpComponent, vec![export("wasi:http/incoming-handler@0.2.0")]),
        (Family::CommandComponent, vec![import("wasi:io/streams@0.2.0"), export("wasi:cli/run@0.2.0")]),
        (Family::Component, vec![import("a:b/c")]),
    ] {
        let text = format!("(component (core module) (core module) {})", parts.concat());
        let found = inspect(&text);
        assert_eq!(found.family, family, "{text}");
        assert!(found.component && !found.family.runs());
        assert_eq!(found.nested, 2);
    }
}

#[test]
fn what_a_file_says_of_itself_cannot_reach_a_terminal() {
    let found =
        inspect("(module (import \"a\\1b[2J\" \"b\\0ac\" (func)) (func (export \"e\\e2\\80\\aef\")))");
    assert_eq!(found.imports[0].module, "a\\u{1b}[2J");
    assert_eq!(found.imports[0].name, "b\\u{a}c");
    assert_eq!(found.exports[0].name, "e\\u{202e}f");
    let long = inspect(&format!(r#"(module (func (export "{}")))"#, "x".repeat(5000)));
    assert_eq!(long.exports[0].name.chars().count(), 201);
}

#[test]
fn what_is_no_wasm_is_named() {
    let begins = |bytes: &[u8]| match module(bytes, &Limits::default()) {
        Err(InspectError::NotWasm { begins }) => begins,
        other => panic!("{other:?}"),
    };
    assert_eq!(begins(b""), "nothing");
    assert_eq!(begins(b"(module)"), "the text format of Wasm");
    assert_eq!(begins(b"#!/bin/sh"), "a script");
    assert_eq!(begins(b"\x1f\x8b\x08\x00"), "a gzip archive");
    assert_eq!(begins(b"\x7fELF\x02"), "a program of this system");
    assert_eq!(begins(b"hello\x1bworld"), r#""hello\u{1b}wo""#);
}

#[test]
fn limits_hold() {
    let bytes = wasm(
        r#"(module (import "a" "b" (func)) (import "a" "c" (func (param i32)))
        (func (export "x")) (func (export "y")))"#,
    );
    let with = |change: fn(&mut Limits)| {
        let mut limits = Limits::default();
        change(&mut limits);
        module(&bytes, &limits).map(drop)
    };
    let many = |what, most| Err(InspectError::TooMany { what, most });
    let size = bytes.len() as u64;
    assert_eq!(with(|_| ()), Ok(()));
    assert_eq!(with(|l| l.bytes = 20), Err(InspectError::TooLarge { bytes: size, most: 20 }));
    assert_eq!(with(|l| l.entries = 1), many("types", 1));
    assert_eq!(with(|l| l.functions = 1), many("functions", 1));
    assert_eq!(with(|l| l.sections = 2), many("sections", 2));
    assert_eq!(with(|l| (l.entries, l.functions, l.sections) = (2, 2, 6)), Ok(()));
    let nested = wasm("(component (component (component (component))))");
    assert_eq!(
        module(&nested, &Limits { depth: 2, ..Limits::default() }).map(drop),
        many("modules within one another", 2)
    );
    assert!(module(&nested, &Limits { depth: 3, ..Limits::default() }).is_ok());
}

#[test]
fn a_count_without_its_entries_is_refused_before_there_is_room_made_for_it() {
    // Sections that announce four thousand million entries and have none.
    for section in [1u8, 2, 3, 4, 5, 7] {
        let mut bytes = b"\0asm\x01\0\0\0".to_vec();
        bytes.extend([section, 5, 0xff, 0xff, 0xff, 0xff, 0x0f]);
        assert!(module(&bytes, &Limits::default()).is_err(), "{section}");
    }
}

#[test]
fn every_broken_file_is_an_error_and_no_crash() {
    let whole = wasm(
        r#"(module (import "extism:host/env" "alloc" (func (param i64) (result i64)))
        (memory 1 2) (table 1 funcref) (global i32 (i32.const 1)) (elem (i32.const 0) $f)
        (func $f (export "run") (result i32) i32.const 0) (data (i32.const 0) "abc")
        (@producers (language "Rust" "2024") (processed-by "rustc" "1.95")))"#,
    );
    let found = module(&whole, &Limits::default()).unwrap();
    let tools: Vec<_> = found.made_with.iter().map(|(f, n, v)| format!("{f} {n} {v}")).collect();
    assert_eq!(tools, ["language Rust 2024", "processed-by rustc 1.95"]);
    for end in 0..whole.len() {
        let _ = module(&whole[..end], &Limits::default());
    }
    for at in 8..whole.len() {
        for value in [0, 1, 0x7f, 0x80, 0xff] {
            let mut changed = whole.clone();
            changed[at] = value;
            let _ = module(&changed, &Limits::default());
        }
    }
    assert!(matches!(module(&whole[..12], &Limits::default()), Err(InspectError::Malformed { .. })));
}
