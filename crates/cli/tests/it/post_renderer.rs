//! `--post-renderer` where it is more than Helm's: several in a chain, programs by their path, and what they are
//! denied. What Helm does is recorded: `conformance/cases/cli/post-renderer.jsonl`.
#![cfg(unix)]

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Output};

const PLUGIN: &str = "apiVersion: v1\nversion: 1.0.0\ntype: postrenderer/v1\nruntime: subprocess\n";

fn write(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, text).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

fn chart() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    write(at, "c/Chart.yaml", "apiVersion: v2\nname: c\nversion: 0.1.0\n");
    write(at, "c/templates/a.yaml", "kind: ConfigMap # of all\nmetadata: {name: a}\ndata: {who: world}\n");
    write(at, "run.sh", "#!/bin/sh\nsed \"s/world/$1/\"\ntouch touched\n");
    for (name, script) in [("moon", "sed s/world/moon/"), ("star", "sed s/moon/star/")] {
        let command =
            format!("runtimeConfig: {{platformCommand: [{{command: sh, args: [-c, '{script}']}}]}}\n");
        write(at, &format!("plugins/{name}/plugin.yaml"), &format!("{PLUGIN}name: {name}\n{command}"));
    }
    folder
}

fn run(folder: &Path, called: &str, arguments: &[&str]) -> Output {
    let binary = folder.join(called);
    let _ = std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_pintle"), &binary);
    let mut command = Command::new(binary);
    command.current_dir(folder).env_clear().env("PATH", "/usr/bin:/bin").env("HOME", folder.join("home"));
    command.env("HELM_PLUGINS", "plugins").args(["template", "rel", "c"]).args(arguments);
    command.output().unwrap()
}

fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn err(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_program_by_its_path_runs_only_where_it_was_granted() {
    let folder = chart();
    let at = folder.path();
    let asked = ["--post-renderer", "./run.sh", "--post-renderer-args", "sun"];
    let denied = run(at, "pintle", &asked);
    assert_eq!(denied.status.code(), Some(10), "{}", err(&denied));
    assert!(err(&denied).contains("plugin:run.sh may not use native ("), "{}", err(&denied));
    assert!(err(&denied).contains("--grant 'plugin:run.sh native'"), "{}", err(&denied));
    assert!(!at.join("touched").exists());
    let granted = run(at, "pintle", &[&asked[..], &["--grant", "plugin:run.sh native"]].concat());
    let expected = "---\n# Source: c/templates/a.yaml\nkind: ConfigMap # of all\nmetadata: {name: a}\ndata: {who: sun}\n";
    assert_eq!(out(&granted), expected, "{}", err(&granted));
    assert!(at.join("touched").exists());
    // Helm 4 has plugins only.
    let helm = run(at, "helm", &asked);
    let words = "invalid argument \"./run.sh\" for \"--post-renderer\" flag: plugin: {Name:./run.sh Type:postrenderer/v1} not found";
    assert_eq!(err(&helm), format!("Error: {words}\n"));
}

#[test]
fn several_are_a_chain_and_helm_has_one() {
    let folder = chart();
    let at = folder.path();
    let grant = ["--grant", "plugin:run.sh native"];
    let program = ["--post-renderer", "./run.sh", "--post-renderer-args", "moon"];
    let both = run(at, "pintle", &[&program[..], &program[..], &grant[..]].concat());
    assert!(out(&both).ends_with("data: {who: moon}\n"), "{}", err(&both));
    let each = ["--post-renderer", "./run.sh", "--post-renderer-args", "sun"];
    let first = run(at, "pintle", &[&each[..], &program[..], &grant[..]].concat());
    assert!(out(&first).ends_with("data: {who: sun}\n"), "{}", err(&first));
    let twice = run(at, "helm", &["--post-renderer", "moon", "--post-renderer", "star"]);
    assert!(err(&twice).contains("cannot specify --post-renderer flag more than once"), "{}", err(&twice));
    let one = run(at, "helm", &["--post-renderer", "moon"]);
    assert!(out(&one).ends_with("data: {who: moon}\n"), "{}", err(&one));
}

#[test]
fn what_a_failing_program_said_is_shown_to_who_asks() {
    let folder = chart();
    let at = folder.path();
    let script =
        "runtimeConfig: {platformCommand: [{command: sh, args: [-c, 'echo no room >&2; exit 9']}]}\n";
    write(at, "plugins/full/plugin.yaml", &format!("{PLUGIN}name: full\n{script}"));
    let helms = "Error: error while running post render on files: failed to invoke post-renderer plugin \"full\": \
                 plugin \"full\" exited with error\n\nUse --debug flag to render out invalid YAML\n";
    let silent = run(at, "helm", &["--post-renderer", "full"]);
    assert_eq!((silent.status.code(), err(&silent)), (Some(1), helms.to_owned()));
    let told = run(at, "helm", &["--post-renderer", "full", "--explain"]);
    assert!(err(&told).starts_with(&format!("{helms}hint: it said: no room\n")), "{}", err(&told));
}

#[test]
fn the_plugin_that_nobody_accepted_is_refused_under_our_own_name() {
    let folder = chart();
    let refused = run(folder.path(), "pintle", &["--post-renderer", "moon"]);
    assert_eq!(refused.status.code(), Some(10), "{}", err(&refused));
    assert!(err(&refused).contains("native code that was not installed here"), "{}", err(&refused));
}

/// A guest that answers with what the host tells of the release's values, quotes made single.
fn asker(request: &str) -> Vec<u8> {
    let bytes = |text: &str| text.bytes().map(|byte| format!("\\{byte:02x}")).collect::<String>();
    let (head, tail) = (r#"{"manifests":"kind: Values # told\nsaid: "#, r#"\n"}"#);
    let (a, b) = (request.len(), request.len() + head.len());
    let (data, end) = (bytes(&[request, head, tail].concat()), b + tail.len());
    wat::parse_str(format!(
        r#"(module
        (import "extism:host/user" "helm_get_values" (func $ask (param i64) (result i64)))
        (import "extism:host/env" "alloc" (func $alloc (param i64) (result i64)))
        (import "extism:host/env" "length" (func $length (param i64) (result i64)))
        (import "extism:host/env" "load_u8" (func $load (param i64) (result i32)))
        (import "extism:host/env" "store_u8" (func $store (param i64 i32)))
        (import "extism:host/env" "output_set" (func $output (param i64 i64)))
        (memory (export "memory") 1) (data (i32.const 0) "{data}")
        (func $put (param $to i64) (param $from i32) (param $end i32) (result i64)
            (block $done (loop $next
                (br_if $done (i32.ge_u (local.get $from) (local.get $end)))
                (call $store (local.get $to) (i32.load8_u (local.get $from)))
                (local.set $to (i64.add (local.get $to) (i64.const 1)))
                (local.set $from (i32.add (local.get $from) (i32.const 1)))
                (br $next)))
            (local.get $to))
        (func (export "helm_plugin_main") (result i32)
            (local $block i64) (local $answer i64) (local $left i64) (local $to i64) (local $size i64) (local $byte i32)
            (local.set $block (call $alloc (i64.const {a})))
            (drop (call $put (local.get $block) (i32.const 0) (i32.const {a})))
            (local.set $answer (call $ask (local.get $block)))
            (local.set $left (call $length (local.get $answer)))
            (local.set $size (i64.add (local.get $left) (i64.const {rest})))
            (local.set $block (call $alloc (local.get $size)))
            (local.set $to (call $put (local.get $block) (i32.const {a}) (i32.const {b})))
            (block $done (loop $next
                (br_if $done (i64.eqz (local.get $left)))
                (local.set $byte (call $load (local.get $answer)))
                (call $store (local.get $to) (select (i32.const 39) (local.get $byte)
                    (i32.eq (local.get $byte) (i32.const 34))))
                (local.set $to (i64.add (local.get $to) (i64.const 1)))
                (local.set $answer (i64.add (local.get $answer) (i64.const 1)))
                (local.set $left (i64.sub (local.get $left) (i64.const 1)))
                (br $next)))
            (drop (call $put (local.get $to) (i32.const {b}) (i32.const {end})))
            (call $output (local.get $block) (local.get $size))
            (i32.const 0)))"#,
        rest = head.len() + tail.len(),
    ))
    .unwrap()
}

#[test]
fn a_guest_is_told_the_values_of_the_release_without_a_grant_and_of_no_other() {
    let folder = chart();
    let at = folder.path();
    write(at, "c/values.yaml", "who: world\nmore: {a: 1}\n");
    let manifest = "apiVersion: v1\nname: ask\nversion: 1.0.0\ntype: postrenderer/v1\nruntime: extism/v1\n\
                    runtimeConfig: {hostFunctions: [helm_get_values]}\n";
    write(at, "plugins/ask/plugin.yaml", manifest);
    let asked = |request: &str, more: &[&str]| {
        std::fs::write(at.join("plugins/ask/plugin.wasm"), asker(request)).unwrap();
        run(at, "pintle", &[&["--post-renderer", "ask", "--set", "more.b=x"], more].concat())
    };
    let said = |values: &str| {
        format!("---\n# Source: generated-by-postrender-0.yaml\nkind: Values # told\nsaid: {values}\n")
    };
    let set = asked("{}", &[]);
    assert_eq!(out(&set), said("{'ok': {'more': {'b': 'x'}}}"), "{}", err(&set));
    let all = asked(r#"{"all":true}"#, &[]);
    assert_eq!(out(&all), said("{'ok': {'more': {'a': 1, 'b': 'x'}, 'who': 'world'}}"), "{}", err(&all));
    let other = asked(r#"{"name":"other","namespace":"prod"}"#, &[]);
    let denied =
        "said: {'error': {'code': 'denied', 'message': 'plugin:ask may not use release (prod/other values)";
    assert!(out(&other).contains(denied), "{}{}", out(&other), err(&other));
}

#[test]
fn an_accepted_program_has_what_was_granted_and_is_the_one_that_was_accepted() {
    let folder = chart();
    let at = folder.path();
    let command = "runtimeConfig: {platformCommand: [{command: $HELM_PLUGIN_DIR/run}]}\n";
    write(at, "own/seen/plugin.yaml", &format!("{PLUGIN}name: seen\n{command}"));
    write(at, "own/seen/run", "#!/bin/sh\necho \"kind: Seen\"\necho \"said: '$SECRET$REGION'\"\n");
    let pintle = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pintle"));
        command.current_dir(at).env_clear().env("PATH", "/usr/bin:/bin").env("HOME", at.join("home"));
        command.envs([("SECRET", "secret"), ("REGION", "moon")]).args(arguments).output().unwrap()
    };
    let granted = ["--grant", "native", "--grant", "env=REGION"];
    let installed = pintle(&[&["plugin", "install", "own/seen"], &granted[..]].concat());
    assert!(installed.status.success(), "{}", err(&installed));
    let render = ["template", "rel", "c", "--post-renderer", "seen"];
    let rendered = pintle(&render);
    assert!(out(&rendered).ends_with("kind: Seen\nsaid: 'moon'\n"), "{}{}", out(&rendered), err(&rendered));
    write(at, "own/seen/run", "#!/bin/sh\ntouch touched\necho 'kind: Other'\n");
    let changed = pintle(&render);
    assert_eq!(changed.status.code(), Some(12), "{}", err(&changed));
    assert!(err(&changed).contains("is not what was installed: run was changed"), "{}", err(&changed));
    assert!(!at.join("touched").exists());
}
