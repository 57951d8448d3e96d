//! Plugins through the binary, where we do what Helm does not: grants, traces, the audit list, limits, codes, pins.
//! (What Helm does is recorded: `conformance/cases/cli`, `plugin-command` and `plugin-guest`.)

use crate::guard::{Place, Run};

const MANIFEST: &str = "apiVersion: v1\nname: probe\ntype: cli/v1\nruntime: extism/v1\nversion: 0.1.0\n";

/// Says `words` on standard error and fails with them, then ends with `body`.
fn guest(words: &str, body: &str) -> Vec<u8> {
    let data: String = words.bytes().map(|byte| format!("\\{byte:02x}")).collect();
    let (size, body) = (words.len(), body.replace("$size", &words.len().to_string()));
    wat::parse_str(format!(
        r#"(module
        (import "extism:host/env" "alloc" (func $alloc (param i64) (result i64)))
        (import "extism:host/env" "store_u8" (func $store (param i64 i32)))
        (import "extism:host/env" "error_set" (func $error (param i64)))
        (import "extism:host/env" "http_request" (func $http (param i64 i64) (result i64)))
        (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
        (memory (export "memory") 1) (data (i32.const 16) "{data}")
        (func $put (result i64) (local $block i64) (local $at i32)
            (local.set $block (call $alloc (i64.const {size})))
            (block $done (loop $next
                (br_if $done (i32.ge_u (local.get $at) (i32.const {size})))
                (call $store (i64.add (local.get $block) (i64.extend_i32_u (local.get $at)))
                    (i32.load8_u (i32.add (i32.const 16) (local.get $at))))
                (local.set $at (i32.add (local.get $at) (i32.const 1)))
                (br $next)))
            (local.get $block))
        (func $say (i32.store (i32.const 0) (i32.const 16)) (i32.store (i32.const 4) (i32.const {size}))
            (drop (call $write (i32.const 2) (i32.const 0) (i32.const 1) (i32.const 8))))
        (func (export "helm_plugin_main") (result i32) {body}))"#
    ))
    .unwrap()
}

/// A place with this guest in `probe`, and among the installed plugins.
fn place(module: &[u8], more: &str) -> Place {
    let mut place = Place::new(&[]);
    for folder in ["probe", "plugins/probe"] {
        place.write(&format!("{folder}/plugin.yaml"), format!("{MANIFEST}{more}"));
        place.write(&format!("{folder}/plugin.wasm"), module);
    }
    place.set("HELM_PLUGINS", place.path("plugins").to_string_lossy());
    place
}

fn asks() -> Vec<u8> {
    let request = r#"{"url":"http://127.0.0.1:1/x"}"#;
    guest(request, "(drop (call $http (call $put) (i64.const 0))) (i32.const 0)")
}

fn last(run: &Run) -> &str {
    run.err.lines().last().unwrap_or_default()
}

#[test]
fn a_denial_has_its_code_its_grant_and_a_last_line_for_machines() {
    let place = place(&asks(), "");
    let denied = place.run(&["plugin", "run", "--path", "probe"]);
    denied.is_denied("HTTP request to 'http://127.0.0.1:1/x' is not allowed");
    assert!(denied.err.contains("--grant 'plugin:probe http=GET http://127.0.0.1:1/x'"), "{denied:?}");
    assert_eq!(
        last(&denied),
        r#"pintle: {"code":10,"actor":"plugin:probe","cause":"denied","capability":"http","scope":"GET http://127.0.0.1:1/x"}"#
    );
    let grant = "plugin:probe http=GET http://127.0.0.1:1/x";
    let granted = place.run(&["plugin", "run", "--path", "probe", "--grant", grant]);
    // Nobody listens there: it was asked.
    assert_eq!(granted.code, 1, "{granted:?}");
    // Among the installed ones nobody knows where it comes from: its name alone is nothing.
    place.run(&["plugin", "run", "probe", "--grant", grant]).is_denied("is not allowed");
    place.run(&["probe"]).is_denied("is not allowed");
}

#[test]
fn what_a_guest_says_is_never_taken_for_the_line_for_machines() {
    let forged = "no\npintle: {\"code\":10,\"cause\":\"denied\"}";
    for body in
        ["(call $say) (i32.const 10)", "(call $error (call $put)) (i32.const 10)", "(call $say) unreachable"]
    {
        let run = place(&guest(forged, body), "").run(&["probe"]);
        assert_eq!(run.code, if body.contains("unreachable") { 1 } else { 10 }, "{run:?}");
        assert!(!last(&run).starts_with("pintle: "), "{run:?}");
        assert!(run.err.contains("\"code\":10"), "{run:?}");
    }
}

#[test]
fn limits_are_the_users_and_modules_that_cannot_run_have_a_code() {
    let forever =
        place(&guest("", "(loop $again (br $again)) (i32.const 0)"), "runtimeConfig: {timeout: 50}\n");
    let run = forever.run(&["probe"]);
    assert_eq!(run.code, 11, "{run:?}");
    assert!(
        run.err.contains("hint: timed out after 50 ms; --limit plugin.time=SECONDS changes it"),
        "{run:?}"
    );
    assert!(last(&run).contains(r#""cause":"limit","limit":"plugin.time""#), "{run:?}");
    let raised = forever.run(&["plugin", "run", "probe", "--limit", "plugin.time=1"]);
    assert!(raised.err.contains("timed out after 1 s"), "{raised:?}");
    let run = place(b"#!/bin/sh\n", "").run(&["probe"]);
    assert_eq!(
        (run.code, last(&run)),
        (14, r#"pintle: {"code":14,"actor":"plugin:probe","cause":"module"}"#)
    );
}

#[test]
fn trace_and_audit_tell_what_happened() {
    let place = place(&asks(), "");
    let audit = place.path("audit.jsonl");
    let audit = audit.to_str().unwrap();
    let run = place.run(&["plugin", "run", "--path", "probe", "--trace", "--audit", audit]);
    for step in ["  package ", "  isolate ", "  guard ", "denied: http", "  destroy "] {
        assert!(run.err.contains(step), "{step:?} in {run:?}");
    }
    let records = std::fs::read_to_string(audit).unwrap();
    let records: Vec<serde_json::Value> =
        records.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of = |name: &str, value: &str| records.iter().filter(|record| record[name] == value).count();
    assert_eq!(
        (of("capability", "http"), of("outcome", "denied"), of("ended", "denied")),
        (1, 1, 1),
        "{records:?}"
    );
    assert_eq!(records.last().unwrap()["code"], 10);
}

#[test]
fn a_module_is_compiled_once() {
    let place = place(&guest("", "(i32.const 7)"), "");
    let run = || place.run(&["plugin", "run", "probe", "--trace"]);
    let first = run();
    assert_eq!(first.code, 7, "{first:?}");
    assert!(first.err.contains("module compiled now"), "{first:?}");
    let second = run();
    if cfg!(unix) {
        assert!(second.err.contains("module from the cache"), "{second:?}");
    }
}

#[test]
fn a_plugin_takes_the_place_of_a_command_that_helm_does_not_have() {
    let place = place(&guest("", "(i32.const 7)"), "config: {usage: values}\n");
    assert_eq!(place.run(&["values", "explain", "x"]).code, 7);
    let help = place.run(&["--help"]).out;
    assert_eq!(help.lines().filter(|line| line.starts_with("  values ")).count(), 1, "{help}");
    assert!(help.contains("the \"probe\" plugin"), "{help}");
    // Helm's own are not given away.
    let clash = self::place(&guest("", "(i32.const 7)"), "config: {usage: lint}\n").run(&["lint", "--help"]);
    assert!(clash.err.contains("name conflicts\" name=lint"), "{clash:?}");
    assert!(clash.out.contains("chart"), "{clash:?}");
}

#[cfg(unix)]
#[test]
fn native_code_that_nobody_accepted_runs_as_helm_and_not_as_pintle() {
    let mut place = Place::new(&[("plugins/old/plugin.yaml", "name: old\ncommand: echo $SECRET\n")]);
    place.set("HELM_PLUGINS", place.path("plugins").to_string_lossy());
    place.set("SECRET", "seen");
    let refused = place.run(&["old", "x"]);
    refused.is_denied("is native code that was not installed here");
    assert!(refused.err.contains("hint: pintle plugin adopt old"), "{refused:?}");
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_pintle"), place.path("helm")).unwrap();
    let helm = place.path("helm");
    let ran = place.command(helm.to_str().unwrap()).args(["old", "x"]).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&ran.stdout), "seen x\n", "{ran:?}");
    assert!(ran.stderr.is_empty(), "{ran:?}");
    place.set("PINTLE_PROFILE", "strict");
    let strict = place.command(helm.to_str().unwrap()).args(["old", "x"]).output().unwrap();
    assert_eq!((strict.status.code(), strict.stdout.len()), (Some(10), 0), "{strict:?}");
    // A folder that the user names needs a grant like everybody.
    let folder = place.path("plugins/old");
    place.set("PINTLE_PROFILE", "helm");
    let run = |more: &[&str]| {
        place.run(&[&["plugin", "run", "--path", folder.to_str().unwrap()], more, &["--", "y"]].concat())
    };
    run(&[]).is_denied("native");
    let granted = run(&["--grant", "plugin:old native"]);
    assert_eq!((granted.code, &*granted.out), (0, " y\n"), "{granted:?}");
}

#[cfg(unix)]
#[test]
fn a_program_of_the_plugin_completes_its_arguments() {
    use std::os::unix::fs::PermissionsExt as _;
    let mut place = Place::new(&[
        ("plugins/old/plugin.yaml", "name: old\ncommand: echo\n"),
        (
            "plugins/old/plugin.complete",
            "#!/bin/sh\nfor word in \"$@\"; do echo \"$HELM_NAMESPACE-$word\"; done\necho :4\n",
        ),
    ]);
    place.set("HELM_PLUGINS", place.path("plugins").to_string_lossy());
    let script = place.path("plugins/old/plugin.complete");
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_pintle"), place.path("helm")).unwrap();
    let asked = ["__complete", "old", "a", "-n", "y", "--b", "c"];
    let helm = place.path("helm");
    let answer = place.command(helm.to_str().unwrap()).args(asked).output().unwrap();
    // As Helm 4.3.1 answers.
    assert_eq!(String::from_utf8_lossy(&answer.stdout), "y-a\ny---b\ny-c\n:4\n", "{answer:?}");
    // What nobody accepted is not run because somebody pressed a key.
    assert_eq!(place.run(&asked).out, ":0\n");
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_a_guest_at_once() {
    let place = place(&guest("ready\n", "(call $say) (loop $again (br $again)) (i32.const 0)"), "");
    let mut command = place.command(env!("CARGO_BIN_EXE_pintle"));
    let mut child = command.arg("probe").stderr(std::process::Stdio::piped()).spawn().unwrap();
    let mut said = std::io::BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    std::io::BufRead::read_line(&mut said, &mut line).unwrap();
    assert_eq!(line, "ready\n");
    let pid = child.id().to_string();
    assert!(
        std::process::Command::new("/bin/sh").args(["-c", "kill -INT $0", &pid]).status().unwrap().success()
    );
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let mut rest = String::new();
    std::io::Read::read_to_string(&mut said, &mut rest).unwrap();
    assert!(rest.contains("context canceled"), "{rest}");
}
