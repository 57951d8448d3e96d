//! Calls of Wasm plugins: messages, ends, exit codes.

use std::io::Write;
use std::path::PathBuf;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use guard::{Guard, Policy};
use pintle_plugin::invoke::{
    self, Allowance, GetterOptions, Invocation, InvokeError, Modules, Reply, Streams,
};
use pintle_plugin::pin::Module;
use pintle_plugin::subprocess::Surroundings;
use pintle_plugin::{Manifest, Plugin, Ready, Standing};
use sandbox::{Cancel, LogLevel, NoOutbound, Options, Output, Sandbox, SystemClock};

static MODULES: LazyLock<Modules> =
    LazyLock::new(|| Modules::new(|| Sandbox::new(Options::default(), Arc::new(SystemClock::new()), None)));

/// Puts the message `$text` (`$size` bytes at 0) into the output.
const KIT: &str = r#"
    (import "extism:host/env" "alloc" (func $alloc (param i64) (result i64)))
    (import "extism:host/env" "store_u8" (func $store (param i64 i32)))
    (import "extism:host/env" "length" (func $length (param i64) (result i64)))
    (import "extism:host/env" "input_offset" (func $input (result i64)))
    (import "extism:host/env" "input_length" (func $input_length (result i64)))
    (import "extism:host/env" "output_set" (func $output (param i64 i64)))
    (import "extism:host/env" "error_set" (func $error (param i64)))
    (import "extism:host/env" "http_request" (func $http (param i64 i64) (result i64)))
    (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
    (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
    (memory (export "memory") 1)
    (func $put (param $size i32) (result i64) (local $block i64) (local $at i32)
        (local.set $block (call $alloc (i64.extend_i32_u (local.get $size))))
        (block $done (loop $next
            (br_if $done (i32.ge_u (local.get $at) (local.get $size)))
            (call $store (i64.add (local.get $block) (i64.extend_i32_u (local.get $at)))
                (i32.load8_u (local.get $at)))
            (local.set $at (i32.add (local.get $at) (i32.const 1)))
            (br $next)))
        (local.get $block))
    (func $say (param $size i32) (local $block i64)
        (local.set $block (call $put (local.get $size)))
        (call $output (local.get $block) (call $length (local.get $block))))"#;

/// A guest with a text at address 0 of its memory, and the body of its entry.
fn guest(text: &str, body: &str) -> Vec<u8> {
    let data: String = text.bytes().map(|byte| format!("\\{byte:02x}")).collect();
    let size = text.len();
    let body = body.replace("$size", &size.to_string());
    wat::parse_str(format!(
        r#"(module {KIT} (data (i32.const 0) "{data}")
        (func $helm_plugin_main (export "helm_plugin_main") (result i32) {body}))"#
    ))
    .unwrap()
}

fn plugin(kind: &str, module: &[u8], more: &str) -> Ready {
    let config = if kind == "getter/v1" { "config: {protocols: [probe]}\n" } else { "" };
    let text = format!(
        "apiVersion: v1\nname: probe\ntype: {kind}\nruntime: extism/v1\nversion: 0.1.0\n{config}{more}"
    );
    let plugin = Plugin { folder: PathBuf::new(), manifest: Manifest::read(text.as_bytes()).unwrap() };
    Ready {
        plugin,
        module: Some(Module::held(module.to_vec())),
        standing: Standing::Path,
        grants: Vec::new(),
    }
}

struct World {
    guard: Guard,
    surroundings: Surroundings,
}

impl World {
    fn granting(grants: &[&str]) -> Self {
        let builder = grants.iter().fold(Policy::builder(), |builder, grant| {
            builder.flag(&format!("plugin:probe {grant}")).unwrap()
        });
        Self { guard: Guard::new(builder.build()), surroundings: Surroundings::default() }
    }

    fn invocation<'a>(&'a mut self, ready: &'a Ready) -> Invocation<'a> {
        Invocation {
            ready,
            actor: ready.actor(),
            modules: &MODULES,
            guard: &mut self.guard,
            allowance: Allowance::default(),
            outbound: Box::new(NoOutbound),
            surroundings: &self.surroundings,
            temporary: std::env::temp_dir(),
            current_release: None,
            cancel: Cancel::new(),
            log_level: LogLevel::Off,
            trace: false,
            before: None,
        }
    }
}

fn command(module: &[u8], more: &str, arguments: &[&str]) -> Result<Reply, Box<InvokeError>> {
    let plugin = plugin("cli/v1", module, more);
    let arguments: Vec<String> = arguments.iter().map(|text| (*text).to_owned()).collect();
    let mut world = World::granting(&[]);
    invoke::cli(world.invocation(&plugin), &arguments, Streams::default())
}

/// What a command that fails says, its exit code, and its word for machines.
fn failure(module: &[u8], more: &str) -> (String, u8, &'static str) {
    let error = command(module, more, &[]).unwrap_err();
    (error.to_string(), error.code(), error.cause.word())
}

#[derive(Clone, Default)]
struct Paper(Arc<Mutex<Vec<u8>>>);

impl Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_command_prints_for_itself_and_others_have_no_streams() {
    let wasm = guest(
        "\u{8}\0\0\0\u{4}\0\0\0yes\n{}",
        "(drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 64)))
         (i64.store8 (i32.const 0) (i64.const 123)) (i64.store8 (i32.const 1) (i64.const 125))
         (call $say (i32.const 2)) (i32.const 0)",
    );
    let paper = Paper::default();
    let output = Output { writer: Box::new(paper.clone()), terminal: false };
    let (cli, getter) = (plugin("cli/v1", &wasm, ""), plugin("getter/v1", &wasm, ""));
    let streams = Streams { stdout: Some(output), ..Streams::default() };
    invoke::cli(World::granting(&[]).invocation(&cli), &[], streams).unwrap();
    assert_eq!(*paper.0.lock().unwrap(), b"yes\n");
    let mut world = World::granting(&["stdout"]);
    invoke::getter(world.invocation(&getter), "probe://x", "probe", &GetterOptions::default()).unwrap();
    assert_eq!(paper.0.lock().unwrap().len(), 4);
}

#[test]
fn each_kind_has_its_message() {
    let echo = guest("", "(call $output (call $input) (call $input_length)) (i32.const 0)");
    let renderer = plugin("postrenderer/v1", &echo, "");
    let manifests = "a: \"<&>\\\"\n--- é\n".as_bytes();
    let arguments = ["--x".to_owned()];
    let reply = invoke::post_renderer(World::granting(&[]).invocation(&renderer), manifests, &arguments);
    assert_eq!(reply.unwrap().bytes, manifests);
    let fetch = |wasm: &[u8]| {
        let getter = plugin("getter/v1", wasm, "");
        let mut world = World::granting(&[]);
        let options = GetterOptions::default();
        invoke::getter(world.invocation(&getter), "probe://x", "probe", &options)
    };
    let says = guest(r#"{"data":"AAH/"}"#, "(call $say (i32.const $size)) (i32.const 0)");
    assert_eq!(fetch(&says).unwrap().bytes, [0, 1, 255]);
    // The input message of a getter has no `data`.
    assert_eq!(fetch(&echo).unwrap().bytes, b"");
}

#[test]
fn arguments_stay_away_from_a_plugin_that_ignores_them() {
    // Fails with its input as the message.
    let tell = guest("", "(call $error (call $input)) (i32.const 0)");
    let told = |more: &str| command(&tell, more, &["a", "--b"]).unwrap_err().to_string();
    assert_eq!(told(""), r#"plugin error: {"extraArgs":["a","--b"]}"#);
    assert_eq!(told("config: {ignoreFlags: true}\n"), r#"plugin error: {"extraArgs":[]}"#);
}

#[test]
fn a_guests_own_code_passes_through_and_its_words_are_its_own() {
    let cases = [
        ("(i32.const 7)", "plugin \"probe\" exited with error", 7, "exit"),
        ("(i32.const 256)", "plugin \"probe\" exited with error", 1, "exit"),
        (
            "(call $exit (i32.const 5)) (i32.const 0)",
            "plugin error: module closed with exit_code(5)",
            5,
            "exit",
        ),
        ("(call $error (call $put (i32.const $size))) (i32.const 0)", "plugin error: denied", 1, "error"),
        ("(call $error (call $put (i32.const $size))) (i32.const 10)", "plugin error: denied", 10, "error"),
        (
            "(i32.const 0)",
            "failed to json marshal plugin output message: reflect.Value: unexpected end of JSON input",
            1,
            "output",
        ),
        (
            "unreachable",
            "plugin error: wasm error: unreachable\nwasm stack trace:\n\t.helm_plugin_main",
            1,
            "trap",
        ),
    ];
    for (body, text, code, word) in cases {
        assert_eq!(failure(&guest("denied", body), ""), (text.to_owned(), code, word), "{body}");
    }
}

#[test]
fn denials_limits_and_modules_that_cannot_run_have_codes_of_their_own() {
    let asks = guest(
        r#"{"url":"http://probe.test/"}"#,
        "(drop (call $http (call $put (i32.const $size)) (i64.const 0))) (i32.const 0)",
    );
    let error = command(&asks, "", &[]).unwrap_err();
    assert_eq!((error.code(), error.cause.word()), (10, "denied"));
    let text = error.to_string();
    assert!(text.starts_with("plugin error: HTTP request to 'http://probe.test/' is not allowed"), "{text}");
    assert!(error.hint().unwrap().contains("--grant 'plugin:probe http=GET http://probe.test/'"));
    let forever = guest("", "(loop $again (br $again)) (i32.const 0)");
    let (text, code, word) = failure(&forever, "runtimeConfig: {timeout: 50}\n");
    assert!(text.starts_with("plugin error: module closed with context deadline exceeded"), "{text}");
    assert_eq!((code, word), (11, "limit"));
    let module = |text: &str| wat::parse_str(text).unwrap();
    let cases = [
        (b"#!/bin/sh".to_vec(), "failed to create existing plugin: invalid magic number", 14, "module"),
        (
            module(r#"(module (func (export "other")))"#),
            "plugin error: unknown function: helm_plugin_main",
            14,
            "module",
        ),
        (
            module(
                r#"(module (import "extism:host/env" "alocc" (func)) (func (export "helm_plugin_main")))"#,
            ),
            concat!(
                "failed to create existing plugin: instantiating module: ",
                "\"alocc\" is not exported in module \"extism:host/env\", did you mean \"alloc\"?"
            ),
            14,
            "module",
        ),
        (
            module(
                r#"(module (import "extism:host/user" "kube_get" (func (param i64) (result i64)))
                (func (export "helm_plugin_main")))"#,
            ),
            concat!(
                "failed to create existing plugin: plugin:probe imports kube_get, ",
                "which needs the capability cluster: --grant 'plugin:probe cluster'"
            ),
            10,
            "denied",
        ),
    ];
    for (wasm, text, code, word) in cases {
        assert_eq!(failure(&wasm, ""), (text.to_owned(), code, word));
    }
}

#[test]
fn a_call_that_is_cancelled_ends_at_once() {
    let wasm = guest("", "(loop $again (br $again)) (i32.const 0)");
    let plugin = plugin("cli/v1", &wasm, "");
    let mut world = World::granting(&[]);
    let invocation = world.invocation(&plugin);
    let cancel = invocation.cancel.clone();
    let presses = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(30));
        cancel.cancel();
    });
    let error = invoke::cli(invocation, &[], Streams::default()).unwrap_err();
    presses.join().unwrap();
    assert_eq!((error.code(), error.cause.word()), (130, "cancelled"));
}
