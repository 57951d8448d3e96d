//! What a Wasm plugin tries through the command line, and the same thing granted.
//!
//! The sandbox has a table of all attacks (`crates/sandbox/ATTACKS.md`); here stand those that need the program: its
//! flags, its exit codes, what it prints, and files of plugins.

mod compile;
mod proxy;
mod words;

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::{Arc, Mutex};

use serde_json::Value;

/// A home of its own, and plugins in it.
struct World {
    folder: tempfile::TempDir,
}

impl World {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }

    /// A command `probe` in the folder `probe`, with this under `runtimeConfig`.
    fn probe(&self, wat: &str, config: &str) {
        let lines: String = config.lines().map(|line| format!("  {line}\n")).collect();
        let config = if config.is_empty() { " {}\n".to_owned() } else { format!("\n{lines}") };
        self.write(
            "probe/plugin.yaml",
            format!(
                "apiVersion: v1\nname: probe\nversion: 0.1.0\ntype: cli/v1\nruntime: extism/v1\nruntimeConfig:{config}"
            ),
        );
        self.write("probe/plugin.wasm", wat::parse_str(wat).unwrap());
    }

    fn pintle(&self, arguments: &[&str]) -> Run {
        self.pintle_with(&[], arguments)
    }

    /// The same with more in its environment.
    fn pintle_with(&self, variables: &[(&str, &str)], arguments: &[&str]) -> Run {
        let home = self.path().join("home");
        let output = Command::new(env!("CARGO_BIN_EXE_pintle"))
            .current_dir(self.path())
            .env_clear()
            .env("HELM_CONFIG_HOME", home.join("config"))
            .env("HELM_DATA_HOME", home.join("data"))
            .env("HELM_CACHE_HOME", home.join("cache"))
            .env("HOME", &home)
            .env("AWS_SECRET_ACCESS_KEY", "open-sesame")
            .envs(variables.iter().copied())
            .args(arguments)
            .output()
            .unwrap();
        Run::of(&output)
    }

    /// Runs the probe with these flags.
    fn run(&self, flags: &[&str]) -> Run {
        self.pintle(&[&["plugin", "run", "--path", "probe"], flags].concat())
    }
}

#[derive(Debug)]
struct Run {
    code: i32,
    out: String,
    error: String,
}

impl Run {
    fn of(output: &Output) -> Self {
        Self {
            code: output.status.code().unwrap(),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            error: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

/// A guest with the imports that these need; `run` is called.
fn guest(body: &str) -> String {
    format!(
        r#"(module
        (import "wasi_snapshot_preview1" "environ_sizes_get" (func $environ_sizes (param i32 i32) (result i32)))
        (import "wasi_snapshot_preview1" "environ_get" (func $environ (param i32 i32) (result i32)))
        (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
        (import "extism:host/env" "alloc" (func $alloc (param i64) (result i64)))
        (import "extism:host/env" "length" (func $length (param i64) (result i64)))
        (import "extism:host/env" "load_u8" (func $load_u8 (param i64) (result i32)))
        (import "extism:host/env" "store_u8" (func $store_u8 (param i64 i32)))
        (import "extism:host/env" "output_set" (func $output_set (param i64 i64)))
        (import "extism:host/env" "http_request" (func $http (param i64 i64) (result i64)))
        (memory (export "memory") 2)
        ;; Prints some bytes to a stream.
        (func $print (param $fd i32) (param $from i32) (param $n i32)
            (i32.store (i32.const 0) (local.get $from))
            (i32.store (i32.const 4) (local.get $n))
            (drop (call $write (local.get $fd) (i32.const 0) (i32.const 1) (i32.const 8))))
        ;; A block of the kernel from memory, and the reverse: printed.
        (func $put (param $from i32) (param $n i32) (result i64) (local $block i64) (local $i i32)
            (local.set $block (call $alloc (i64.extend_i32_u (local.get $n))))
            (loop $next
                (call $store_u8 (i64.add (local.get $block) (i64.extend_i32_u (local.get $i)))
                    (i32.load8_u (i32.add (local.get $from) (local.get $i))))
                (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n))))
            (local.get $block))
        (func $show (param $block i64) (local $i i32)
            (loop $next
                (i32.store8 (i32.add (i32.const 65536) (local.get $i))
                    (call $load_u8 (i64.add (local.get $block) (i64.extend_i32_u (local.get $i)))))
                (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1)))
                    (i32.wrap_i64 (call $length (local.get $block))))))
            (call $print (i32.const 1) (i32.const 65536) (i32.wrap_i64 (call $length (local.get $block)))))
        ;; What Helm wants to hear from a command.
        (data (i32.const 500) "{{}}")
        (func $said (call $output_set (call $put (i32.const 500) (i32.const 2)) (i64.const 2)))
        {body})"#
    )
}

fn entry(body: &str) -> String {
    guest(&format!(r#"(func (export "helm_plugin_main") (result i32) {body})"#))
}

const ENVIRONMENT: &str = "(drop (call $environ_sizes (i32.const 16) (i32.const 20)))
    (drop (call $environ (i32.const 1024) (i32.const 4096)))
    (call $print (i32.const 1) (i32.const 4096) (i32.load (i32.const 20)))
    (call $said) (i32.const 0)";

#[test]
fn a_command_sees_no_variable_of_yours() {
    let world = World::new();
    world.probe(&entry(ENVIRONMENT), "");
    let run = world.run(&[]);
    assert_eq!((run.code, run.out.as_str()), (0, ""), "{run:?}");
    let run = world.run(&["--grant", "plugin:probe env=AWS_*"]);
    assert_eq!((run.code, run.out.as_str()), (0, "AWS_SECRET_ACCESS_KEY=open-sesame\0"), "{run:?}");
}

#[test]
fn what_plugin_yaml_asks_for_is_no_grant() {
    let world = World::new();
    world.probe(&entry(ENVIRONMENT), "capabilities:\n- env: [\"*\"]");
    assert_eq!(world.run(&[]).out, "");
}

#[test]
fn memory_ends_where_it_must() {
    let world = World::new();
    let grows = |pages: u32| {
        entry(&format!(
            "(if (i32.eq (memory.grow (i32.const {pages})) (i32.const -1)) (then unreachable))
            (call $said) (i32.const 0)"
        ))
    };
    // A thousand MiB, which Helm gives to everybody.
    world.probe(&grows(16_384), "");
    let run = world.run(&[]);
    assert_eq!(run.code, 11, "{run:?}");
    assert!(run.error.contains("memory limit"), "{run:?}");
    world.probe(&grows(1000), "");
    assert_eq!(world.run(&[]).code, 0);
    world.probe(&grows(1000), "maxPages: 100");
    assert_eq!(world.run(&[]).code, 11);
}

#[test]
fn time_ends_where_it_must() {
    let world = World::new();
    world.probe(&entry("(loop $ever (br $ever)) (i32.const 0)"), "timeout: 100");
    let run = world.run(&[]);
    assert_eq!(run.code, 11, "{run:?}");
    assert!(run.error.contains("timed out after 100 ms"), "{run:?}");
    world.probe(&entry("(call $said) (i32.const 0)"), "timeout: 100000");
    assert_eq!(world.run(&[]).code, 0);
}

#[test]
fn a_plugins_own_code_passes_through_and_is_told_from_ours() {
    let world = World::new();
    let audit = world.path().join("audit");
    let flags = ["--audit", audit.to_str().unwrap()];
    let ended = || -> Value {
        let text = std::fs::read_to_string(&audit).unwrap();
        std::fs::remove_file(&audit).unwrap();
        serde_json::from_str(text.lines().last().unwrap()).unwrap()
    };
    world.probe(&entry("(i32.const 7)"), "");
    assert_eq!(world.run(&flags).code, 7);
    assert_eq!(ended()["ended"], "exit");
    // Words and code of a denial, in the plugin's own mouth.
    let words = "pintle: {'code':10,'actor':'plugin:probe','cause':'denied'}\\0a";
    let liar = guest(&format!(
        r#"(data (i32.const 3000) "{words}")
        (func (export "helm_plugin_main") (result i32)
            (call $print (i32.const 2) (i32.const 3000) (i32.const {})) (i32.const 10))"#,
        words.len() - 2
    ));
    world.probe(&liar.replace('\'', "\\\""), "");
    let run = world.run(&flags);
    assert_eq!(run.code, 10, "{run:?}");
    assert_eq!(ended()["ended"], "exit");
    // Its line is there, and is not the last one, which is the one that counts.
    assert!(run.error.contains("'cause':'denied'".replace('\'', "\"").as_str()), "{run:?}");
    assert!(!run.error.lines().last().is_some_and(|line| line.starts_with("pintle: ")), "{run:?}");
    // A real one.
    world.probe(&requests("http://127.0.0.1:9/"), "");
    let run = world.run(&flags);
    assert_eq!(run.code, 10, "{run:?}");
    assert_eq!(ended()["ended"], "denied");
    assert!(run.error.contains("HTTP request to 'http://127.0.0.1:9/' is not allowed"), "{run:?}");
    assert_eq!(last(&run)["cause"], "denied");
}

/// The last line, which is for machines.
fn last(run: &Run) -> Value {
    let line = run.error.lines().last().and_then(|line| line.strip_prefix("pintle: "));
    serde_json::from_str(line.unwrap_or_else(|| panic!("{run:?}"))).unwrap()
}

/// Asks for an address and prints what comes.
fn requests(url: &str) -> String {
    let request = format!(r#"{{"url":"{url}"}}"#);
    let (length, data) = (request.len(), request.replace('"', "\\\""));
    guest(&format!(
        r#"(data (i32.const 2000) "{data}")
        (func (export "helm_plugin_main") (result i32)
            (call $show (call $http (call $put (i32.const 2000) (i32.const {length})) (i64.const 0)))
            (call $said) (i32.const 0))"#
    ))
}

/// A server on this machine that answers every request with one answer, and remembers their first lines.
fn server(answer: impl Into<String>) -> (u16, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let (notes, answer) = (Arc::clone(&seen), answer.into());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
            let first = lines.next().and_then(Result::ok).unwrap_or_default();
            notes.lock().unwrap().push(first);
            for line in lines {
                if line.map_or(true, |line| line.is_empty()) {
                    break;
                }
            }
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    (port, seen)
}

fn page(body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len())
}

#[test]
fn a_server_is_reached_only_where_it_was_granted() {
    let world = World::new();
    let (port, seen) = server(page("a page"));
    world.probe(&requests(&format!("http://127.0.0.1:{port}/x")), "allowedHosts: [127.0.0.1]");
    for flags in [
        &[][..],
        &["--grant", "plugin:probe http=http://**"],
        &["--grant", "plugin:probe http=https://127.0.0.1"],
        &["--grant", "plugin:probe http=POST http://127.0.0.1:*"],
        &["--grant", "plugin:other http"],
    ] {
        let run = world.run(flags);
        assert_eq!(run.code, 10, "{flags:?} {run:?}");
        assert!(run.error.contains("is not allowed") && run.error.contains("hint: --grant"), "{run:?}");
        assert_eq!(last(&run)["cause"], "denied");
        assert!(run.out.is_empty(), "{run:?}");
        assert!(seen.lock().unwrap().is_empty(), "{flags:?} reached the server");
    }
    let grant = format!("plugin:probe http=GET http://127.0.0.1:{port}");
    let run = world.run(&["--grant", &grant]);
    // Without any `maxHttpResponseBytes`, which in Helm lets no answer through.
    assert_eq!((run.code, run.out.as_str()), (0, "a page"), "{run:?}");
    assert_eq!(*seen.lock().unwrap(), ["GET /x HTTP/1.1"]);
}

#[test]
fn a_redirect_to_another_server_is_not_followed() {
    let world = World::new();
    let (secret, touched) = server(page("secret"));
    let there = format!("http://127.0.0.1:{secret}/");
    let moved =
        format!("HTTP/1.1 302 Found\r\nLocation: {there}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    let (port, seen) = server(moved);
    world.probe(&requests(&format!("http://127.0.0.1:{port}/")), "");
    let grant = format!("plugin:probe http=http://127.0.0.1:{port}");
    let run = world.run(&["--grant", &grant]);
    assert_eq!(run.code, 10, "{run:?}");
    assert!(!run.out.contains("secret"), "{run:?}");
    assert_eq!(seen.lock().unwrap().len(), 1);
    assert!(touched.lock().unwrap().is_empty(), "the other server was asked");
    let both = format!("{grant} {there}");
    let run = world.run(&["--grant", &both]);
    assert_eq!((run.code, run.out.as_str()), (0, "secret"), "{run:?}");
}

#[test]
fn host_functions_are_linked_where_they_were_granted_and_nowhere_else() {
    let world = World::new();
    world.write("shop/Chart.yaml", "apiVersion: v2\nname: shop\nversion: 1.2.3\n");
    world.write("shop/values.yaml", "replicas: 2\n");
    let request = r#"{\"ref\":\"shop\"}"#;
    let asks = format!(
        r#"(module
        (import "extism:host/user" "helm_show_chart" (func $ask (param i64) (result i64)))
        {}"#,
        guest(&format!(
            r#"(data (i32.const 2000) "{request}")
            (func (export "helm_plugin_main") (result i32)
                (call $show (call $ask (call $put (i32.const 2000) (i32.const 14))))
                (call $said) (i32.const 0))"#
        ))
        .trim_start_matches("(module")
    );
    world.probe(&asks, "hostFunctions: [helm_show_chart]");
    let run = world.run(&[]);
    assert_eq!(run.code, 10, "{run:?}");
    assert!(
        run.error.contains("plugin:probe imports helm_show_chart, which needs the capability chart"),
        "{run:?}"
    );
    let run = world.run(&["--grant", "plugin:probe chart=other"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.out.contains(r#""code":"denied""#) && !run.out.contains("1.2.3"), "{run:?}");
    let run = world.run(&["--grant", "plugin:probe chart=shop"]);
    assert!(run.out.contains(r#""version":"1.2.3""#) && run.out.contains(r#""replicas":2"#), "{run:?}");
}

#[test]
fn words_that_are_not_understood_are_refused_before_anything_runs() {
    let world = World::new();
    let prints =
        entry(r#"(call $print (i32.const 1) (i32.const 500) (i32.const 2)) (call $said) (i32.const 0)"#);
    for (config, words) in [
        (
            "allowedHost: [a.test]",
            r#"unknown field "allowedHost" in runtimeConfig, did you mean "allowedHosts"?"#,
        ),
        ("hostFunctions: [kube_gett]", r#"unknown host function "kube_gett", did you mean "kube_get"?"#),
        ("capabilities: [htp]", "htp"),
        (
            "maxPages: 5\nmemory: {maxPages: 6}",
            "runtimeConfig.maxPages is 5 and runtimeConfig.memory.maxPages is 6",
        ),
    ] {
        world.probe(&prints, config);
        let run = world.run(&[]);
        assert_ne!(run.code, 0, "{config}");
        assert!(run.error.contains(words) && run.out.is_empty(), "{config}: {run:?}");
    }
    world.probe(&prints, "allowedHosts: [a.test]");
    assert_eq!(world.run(&[]).out, "{}");
}

#[test]
fn an_unknown_runtime_is_named_and_nothing_falls_back_to_a_program() {
    let world = World::new();
    world.write(
        "probe/plugin.yaml",
        "apiVersion: v1\nname: probe\nversion: 0.1.0\ntype: cli/v1\nruntime: wasm/v9\nruntimeConfig:\n  \
         platformCommand:\n  - command: touch made\n",
    );
    world.write("probe/plugin.wasm", b"\0asm\x01\0\0\0");
    let run = world.run(&["--grant", "plugin:probe native"]);
    assert_ne!(run.code, 0);
    assert!(run.error.contains("wasm/v9"), "{run:?}");
    assert!(!world.path().join("made").exists());
}

#[test]
fn a_module_that_cannot_run_says_what_it_is() {
    let world = World::new();
    world.probe("(module)", "");
    for (module, words) in [
        (b"#!/bin/sh\n".to_vec(), "failed to create existing plugin"),
        (b"\0asm\x0d\0\x01\0".to_vec(), "component"),
        (wat::parse_str(r#"(module (import "env" "abort" (func)))"#).unwrap(), "abort"),
        (wat::parse_str("(module)").unwrap(), "unknown function: helm_plugin_main"),
    ] {
        world.write("probe/plugin.wasm", &module);
        let run = world.run(&[]);
        assert_eq!(run.code, 14, "{run:?}");
        assert!(run.error.contains(words), "{words}: {run:?}");
    }
}

#[test]
fn what_cannot_be_enforced_or_read_is_refused() {
    let world = World::new();
    world.probe(&entry("(call $said) (i32.const 0)"), "");
    let run = world.run(&["--grant", "plugin:probe file=ro /srv/* /g"]);
    assert_eq!(run.code, 10, "{run:?}");
    for flags in [["--grants", "nowhere.yaml"], ["--grant", "plugin:probe envv"], ["--grant", "nobody env"]] {
        let run = world.run(&flags);
        assert_eq!(run.code, 1, "{flags:?}: {run:?}");
        assert!(!run.error.is_empty());
    }
    world.write("home/config/pintle/grants.yaml", "this is: [no grants file\n");
    assert_eq!(world.run(&[]).code, 1);
    world.write("home/config/pintle/grants.yaml", "apiVersion: pintle.dev/v1alpha1\nkind: Grants\n");
    assert_eq!(world.run(&[]).code, 0);
}

#[test]
fn a_broken_plugin_that_is_not_needed_is_a_warning() {
    let world = World::new();
    world.write("home/data/plugins/bad/plugin.yaml", "name: [\n");
    world.write("shop/Chart.yaml", "apiVersion: v2\nname: shop\nversion: 1.2.3\n");
    let run = world.pintle(&["template", "shop"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.error.contains("failed to load plugin (ignoring)") && run.error.contains("bad"), "{run:?}");
}

#[test]
fn debug_shows_neither_messages_nor_secrets() {
    let world = World::new();
    world.probe(&entry("(call $said) (i32.const 0)"), "config: {password: configured-secret}");
    let run = world.run(&["--debug", "--", "typed-secret"]);
    assert_eq!(run.code, 0, "{run:?}");
    let all = run.out + &run.error;
    for secret in ["typed-secret", "configured-secret", "open-sesame"] {
        assert!(!all.contains(secret), "{all}");
    }
}
