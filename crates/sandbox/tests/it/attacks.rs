//! Attacks that belong to no single function: each with its granted twin, and with a look at what was touched.
//!
//! `ATTACKS.md` in the crate's folder names the test of every line of the design.

use crate::support::*;
use crate::wasi::{Written, code, creates, denied, reads, wasi, writes};
use pintle_guard::{Capability, GrantsFile, Guard, Node, Permit, Policy};
use pintle_sandbox::*;
use serde_json::{Value, json};
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A folder of its own for each test: `ro` and `rw` to be granted, and a file outside of both.
pub(crate) struct Place(pub(crate) PathBuf);

impl Place {
    pub(crate) fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("pintle-attack-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        for folder in ["ro/sub", "rw", "tmp"] {
            std::fs::create_dir_all(path.join(folder)).unwrap();
        }
        std::fs::write(path.join("ro/note"), "keep").unwrap();
        std::fs::write(path.join("rw/mine"), "mine").unwrap();
        std::fs::write(path.join("outside"), "outside").unwrap();
        Self(path)
    }

    /// Everything below it: names, and what files hold.
    pub(crate) fn all(&self) -> Vec<String> {
        let (mut all, mut folders) = (Vec::new(), vec![self.0.clone()]);
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(&folder).unwrap() {
                let path = entry.unwrap().path();
                let kind = std::fs::symlink_metadata(&path).unwrap();
                let name = path.strip_prefix(&self.0).unwrap().display().to_string();
                if kind.is_dir() {
                    folders.push(path);
                    all.push(name);
                } else if kind.is_symlink() {
                    all.push(format!("{name} -> {}", std::fs::read_link(&path).unwrap().display()));
                } else {
                    all.push(format!("{name} = {}", String::from_utf8_lossy(&std::fs::read(&path).unwrap())));
                }
            }
        }
        all.sort();
        all
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Calls one function of WASI with two paths in reach, `$a` and `$b` with their lengths.
fn path_call(function: &str, params: &str, arguments: &str, a: &str, b: &str) -> Wasm<'static> {
    let arguments = arguments
        .replace("$a", &format!("(i32.const 1024) (i32.const {})", a.len()))
        .replace("$b", &format!("(i32.const 2048) (i32.const {})", b.len()))
        .replace("FD3", "(i32.const 3)")
        .replace("FD4", "(i32.const 4)")
        .replace("ZERO", "(i32.const 0)");
    wasi(
        &[(function, params)],
        &format!(
            r#"(data (i32.const 1024) "{a}") (data (i32.const 2048) "{b}")
            (func (export "run") (result i32) (call ${function} {arguments}))"#
        ),
    )
}

/// Function, its parameters, its arguments (`FD3` is the granted folder), and the two paths.
const CHANGES: [(&str, &str, &str, &str, &str); 9] = [
    ("path_create_directory", "i32 i32 i32", "FD3 $a", "made", ""),
    ("path_remove_directory", "i32 i32 i32", "FD3 $a", "sub", ""),
    ("path_unlink_file", "i32 i32 i32", "FD3 $a", "note", ""),
    ("path_rename", "i32 i32 i32 i32 i32 i32", "FD3 $a FD3 $b", "note", "renamed"),
    ("path_link", "i32 i32 i32 i32 i32 i32 i32", "FD3 ZERO $a FD3 $b", "note", "again"),
    ("path_symlink", "i32 i32 i32 i32 i32", "$a FD3 $b", "note", "pointer"),
    // Made anew, and cut to nothing.
    (
        "path_open",
        "i32 i32 i32 i32 i32 i64 i64 i32 i32",
        "FD3 ZERO $a (i32.const 9) (i64.const 64) (i64.const 0) ZERO (i32.const 64)",
        "new",
        "",
    ),
    (
        "path_open",
        "i32 i32 i32 i32 i32 i64 i64 i32 i32",
        "FD3 ZERO $a (i32.const 8) (i64.const 64) (i64.const 0) ZERO (i32.const 64)",
        "note",
        "",
    ),
    (
        "path_open",
        "i32 i32 i32 i32 i32 i64 i64 i32 i32",
        "FD3 ZERO $a (i32.const 9) (i64.const 2) (i64.const 0) ZERO (i32.const 64)",
        "note",
        "",
    ),
];

#[test]
fn no_call_changes_a_folder_that_may_only_be_read() {
    for (function, params, arguments, a, b) in CHANGES {
        let place = Place::new("readonly");
        let before = place.all();
        let wasm = path_call(function, params, arguments, a, b);
        let granted = |mode: &str| format!("file={mode} {} /g", place.0.join("ro").display());
        let outcome = run_with(&wasm, &mut guard(&[&granted("ro")]), call("")).unwrap();
        assert_ne!(code(&outcome), 0, "{function} {arguments}");
        assert_eq!(place.all(), before, "{function} {arguments}");
        let outcome = run_with(&wasm, &mut guard(&[]), call("")).unwrap();
        // Without any folder. Guests make no links at all.
        let refused = match function {
            "path_link" => Some(58),
            "path_symlink" => Some(63),
            _ => None,
        };
        assert_eq!(code(&outcome), refused.unwrap_or(8), "{function}");
        // The twin: the same call, where it may write.
        let outcome = run_with(&wasm, &mut guard(&[&granted("rw")]), call("")).unwrap();
        assert_eq!(code(&outcome), refused.unwrap_or(0), "{function} {arguments}");
        assert_eq!(place.all() != before, refused.is_none(), "{function} {arguments}");
    }
}

#[test]
fn no_call_leaves_the_folder_that_may_be_written() {
    let up = ["../outside", "../ro/note", "sub/../../outside", "./../outside", "/etc/hostname", "..", ""];
    for (function, params, arguments, _, b) in CHANGES {
        for path in up {
            let place = Place::new("escape");
            let before = place.all();
            let grant = format!("file=rw {} /g", place.0.join("rw").display());
            // What it starts from, and where it leads.
            for (a, b) in [
                (path, if b.is_empty() { "" } else { "mine" }),
                (if b.is_empty() { path } else { "mine" }, path),
            ] {
                let wasm = path_call(function, params, arguments, a, b);
                let outcome = run_with(&wasm, &mut guard(&[&grant]), call("")).unwrap();
                let outside = |all: Vec<String>| -> Vec<String> {
                    all.into_iter().filter(|line| !line.starts_with("rw/")).collect()
                };
                assert_eq!(outside(place.all()), outside(before.clone()), "{function} {a:?} {b:?}");
                assert_ne!(code(&outcome), 0, "{function} {a:?} {b:?}");
            }
        }
    }
}

#[test]
fn a_file_that_may_be_read_cannot_be_moved_or_linked_to_where_it_may_be_written() {
    for (function, params, arguments) in [
        ("path_rename", "i32 i32 i32 i32 i32 i32", "FD3 $a FD4 $b"),
        ("path_rename", "i32 i32 i32 i32 i32 i32", "FD4 $b FD3 $a"),
        ("path_rename", "i32 i32 i32 i32 i32 i32", "FD4 $a FD3 $b"),
        ("path_link", "i32 i32 i32 i32 i32 i32 i32", "FD3 ZERO $a FD4 $b"),
        ("path_link", "i32 i32 i32 i32 i32 i32 i32", "FD4 ZERO $a FD3 $b"),
    ] {
        let place = Place::new("across");
        let before = place.all();
        let (ro, rw) = (place.0.join("ro"), place.0.join("rw"));
        let grants = [format!("file=ro {} /r", ro.display()), format!("file=rw {} /w", rw.display())];
        let wasm = path_call(function, params, arguments, "note", "taken");
        let outcome = run_with(&wasm, &mut guard(&[&grants[0], &grants[1]]), call("")).unwrap();
        assert_ne!(code(&outcome), 0, "{function} {arguments}");
        assert_eq!(place.all(), before, "{function} {arguments}");
    }
}

#[test]
fn a_link_that_a_guest_made_leads_it_nowhere() {
    // Makes a link upwards and writes through it.
    let wasm = wasi(
        &[
            ("path_symlink", "i32 i32 i32 i32 i32"),
            ("path_open", "i32 i32 i32 i32 i32 i64 i64 i32 i32"),
            ("fd_write", "i32 i32 i32 i32"),
        ],
        r#"(data (i32.const 1024) "../outside") (data (i32.const 1100) "link")
        (func (export "run") (result i32) (local $code i32)
            (drop (call $path_symlink (i32.const 1024) (i32.const 10) (i32.const 3) (i32.const 1100) (i32.const 4)))
            (local.set $code (call $path_open (i32.const 3) (i32.const 1) (i32.const 1100) (i32.const 4)
                (i32.const 0) (i64.const 66) (i64.const 0) (i32.const 0) (i32.const 16)))
            (if (local.get $code) (then (return (local.get $code))))
            (i32.store (i32.const 0) (i32.const 1024)) (i32.store (i32.const 4) (i32.const 10))
            (call $fd_write (i32.load (i32.const 16)) (i32.const 0) (i32.const 1) (i32.const 8)))"#,
    );
    let place = Place::new("ownlink");
    let grant = format!("file=rw {} /g", place.0.join("rw").display());
    let outcome = run_with(&wasm, &mut guard(&[&grant]), call("")).unwrap();
    assert_ne!(code(&outcome), 0);
    assert_eq!(std::fs::read_to_string(place.0.join("outside")).unwrap(), "outside");
    let outcome = run_with(&creates("made", 5), &mut guard(&[&grant]), call("")).unwrap();
    assert_eq!(code(&outcome), 0);
    assert_eq!(std::fs::read(place.0.join("rw/made")).unwrap().len(), 5);
}

/// A server whose name leads elsewhere each time it is asked.
#[derive(Clone)]
struct Rebinding {
    answers: Arc<Mutex<Vec<&'static str>>>,
    reached: Touched,
}

impl Outbound for Rebinding {
    fn resolve(&mut self, _: &Permit, _: &str, _: Asking<'_>) -> Result<Vec<IpAddr>, OutboundError> {
        let mut answers = self.answers.lock().unwrap();
        let answer = if answers.len() > 1 { answers.remove(0) } else { answers[0] };
        Ok(vec![answer.parse().unwrap()])
    }

    fn exchange(
        &mut self,
        _: Permit,
        address: SocketAddr,
        request: &HttpRequest,
        _: Asking<'_>,
    ) -> Result<HttpResponse, OutboundError> {
        self.reached.note(address.to_string());
        let again = request.target == "/first";
        let headers = if again { vec![("Location".to_owned(), "/second".to_owned())] } else { Vec::new() };
        let status = if again { 302 } else { 200 };
        Ok(HttpResponse { status, headers, body: Box::new(&b"page"[..]) })
    }
}

#[test]
fn a_name_that_leads_elsewhere_the_second_time_is_judged_again() {
    let wasm = guest(
        r#"(import "extism:host/env" "http_request" (func $http (param i64 i64) (result i64)))
        (memory 1) (func (export "run") (call $answer (call $http (call $input) (i64.const 0))))"#,
    );
    let ask = |answers: &[&'static str]| {
        let outbound =
            Rebinding { answers: Arc::new(Mutex::new(answers.to_vec())), reached: Touched::default() };
        let mut call = call(&json!({"url": "http://a.test/first"}).to_string());
        call.outbound = Box::new(outbound.clone());
        let outcome = run_with(&wasm, &mut guard(&["http=http://*.test"]), call).unwrap();
        (outcome, outbound.reached.all())
    };
    for second in ["127.0.0.1", "169.254.169.254", "10.0.0.1", "::1", "::ffff:127.0.0.1"] {
        let (outcome, reached) = ask(&["93.184.216.34", second]);
        assert!(matches!(outcome.end, End::Denied { .. }), "{second}: {:?}", outcome.end);
        assert_eq!(reached, ["93.184.216.34:80"], "{second}");
    }
    let (outcome, reached) = ask(&["93.184.216.34", "93.184.216.35"]);
    assert_eq!(output(&outcome), "page");
    assert_eq!(reached, ["93.184.216.34:80", "93.184.216.35:80"]);
}

#[test]
fn nothing_is_smuggled_into_a_request() {
    let wasm = guest(
        r#"(import "extism:host/env" "http_request" (func $http (param i64 i64) (result i64)))
        (memory 1) (func (export "run") (call $answer (call $http (call $input) (i64.const 0))))"#,
    );
    let send = |request: Value| {
        let script = Script::default().name("a.test", "93.184.216.34").page("GET http://a.test:80/", "ok");
        let mut call = call(&request.to_string());
        call.outbound = Box::new(script.clone());
        let outcome = run_with(&wasm, &mut guard(&["http=http://a.test"]), call).unwrap();
        (outcome.end.is_success(), script.touched.all())
    };
    for request in [
        json!({"url": "http://a.test/", "headers": {"X": "a\r\nHost: b.test"}}),
        json!({"url": "http://a.test/", "headers": {"X\r\nHost": "b.test"}}),
        json!({"url": "http://a.test/", "method": "GET / HTTP/1.1\r\nHost: b.test\r\n\r\nGET"}),
        json!({"url": "http://a.test/\r\nHost: b.test"}),
        json!({"url": "http://a.test\\@b.test/"}),
        json!({"url": "http://a.test/", "method": "CONNECT"}),
    ] {
        assert_eq!(send(request.clone()), (false, vec![]), "{request}");
    }
    // What belongs to the connection is left out, and the rest goes where it was granted.
    let (sent, touched) = send(
        json!({"url": "http://a.test/", "headers": {"Host": "b.test", "Content-Length": "9", "A": "1"}}),
    );
    assert!(sent);
    assert_eq!(touched, ["resolve a.test", "GET http://a.test:80/ at 93.184.216.34:80 [A: 1]"]);
}

/// A host function that waits for the end of its time, as trusted code does.
struct Slow;

impl Outbound for Slow {
    fn show_chart(&mut self, _: Permit, _: &str, asking: Asking<'_>) -> Result<Value, OutboundError> {
        while asking.deadline.remaining().is_ok() {
            std::thread::sleep(Duration::from_millis(1));
        }
        Err(OutboundError::Stopped)
    }
}

fn waits() -> Wasm<'static> {
    guest(
        r#"(import "extism:host/user" "helm_show_chart" (func $ask (param i64) (result i64)))
        (memory 1) (func (export "run") (call $answer (call $ask (call $input))))"#,
    )
}

#[test]
fn host_calls_share_the_deadline() {
    let mut slow = call(r#"{"ref":"a"}"#);
    slow.outbound = Box::new(Slow);
    slow.limits.time = Duration::from_millis(40);
    let outcome = run_with(&waits(), &mut guard(&["chart"]), slow).unwrap();
    assert_eq!(limit(&outcome), Some(Limit::Time), "{:?}", outcome.end);
    assert!(outcome.output.is_empty());
    let mut quick = call(r#"{"ref":"a"}"#);
    quick.outbound = Box::new(Script { answer: Some(json!(1)), ..Script::default() });
    let outcome = run_with(&waits(), &mut guard(&["chart"]), quick).unwrap();
    assert_eq!(output(&outcome), r#"{"ok":1}"#);
}

#[test]
fn ctrl_c_ends_whatever_a_guest_waits_for() {
    /// Somebody who never types.
    struct Silent(std::sync::mpsc::Receiver<()>);
    impl std::io::Read for Silent {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            let _ = self.0.recv();
            Ok(0)
        }
    }
    let (typed, silence) = std::sync::mpsc::channel();
    let sleeps = wasi(
        &[("poll_oneoff", "i32 i32 i32 i32")],
        r#"(func (export "run") (result i32)
            (i32.store (i32.const 16) (i32.const 1))
            (i64.store (i32.const 24) (i64.const 3600000000000))
            (call $poll_oneoff (i32.const 0) (i32.const 100) (i32.const 1) (i32.const 200)))"#,
    );
    let mut reading = call("");
    reading.world.stdin = Stdin::Reader(Box::new(Silent(silence)));
    let mut asking = call(r#"{"ref":"a"}"#);
    asking.outbound = Box::new(Slow);
    for (what, wasm, mut call) in
        [("sleep", sleeps, call("")), ("stdin", reads(), reading), ("host call", waits(), asking)]
    {
        // Far more than the test takes: the end comes from outside.
        call.limits.time = Duration::from_secs(600);
        let cancel = call.cancel.clone();
        let outcome = std::thread::scope(|scope| {
            scope.spawn(move || {
                std::thread::sleep(Duration::from_millis(30));
                cancel.cancel();
            });
            run_with(&wasm, &mut guard(&["chart"]), call).unwrap()
        });
        assert!(matches!(outcome.end, End::Cancelled), "{what}: {:?}", outcome.end);
    }
    drop(typed);
}

#[test]
fn the_temporary_folder_is_gone_however_the_call_ends() {
    let place = Place::new("ends");
    let open = r#"(drop (call $path_open (i32.const 3) (i32.const 1) (i32.const 1024) (i32.const 4)
        (i32.const 9) (i64.const 66) (i64.const 0) (i32.const 0) (i32.const 16)))"#;
    let imports = [("path_open", "i32 i32 i32 i32 i32 i64 i64 i32 i32")];
    for (what, end) in [
        ("return", "(i32.const 0)"),
        ("failure", "(i32.const 7)"),
        ("trap", "(unreachable)"),
        ("endless", "(loop $ever (br $ever)) (i32.const 0)"),
        ("too deep", "(call $deep) (i32.const 0)"),
        ("no memory", "(drop (call $alloc (i64.const 0x7fffffff))) (i32.const 0)"),
    ] {
        let body = format!(
            r#"(data (i32.const 1024) "left") (func $deep (call $deep))
            (func (export "run") (result i32) {open} {end})"#
        );
        let mut call = call("");
        call.limits.time = Duration::from_millis(50);
        call.world.tempdir = Some(Tempdir { root: place.0.join("tmp"), bytes: 1 << 20 });
        let outcome = run_with(&wasi(&imports, &body), &mut guard(&["tempdir"]), call).unwrap();
        assert_eq!(outcome.end.is_success(), what == "return", "{what}: {:?}", outcome.end);
        assert_eq!(std::fs::read_dir(place.0.join("tmp")).unwrap().count(), 0, "{what}");
    }
}

/// A policy of one grants file that denies this to the plugin.
fn denying(word: &str) -> Policy {
    let denied = Node::map([("deny", Node::seq([Node::text(word)]))]);
    let file = Node::map([
        ("apiVersion", Node::text("pintle.dev/v1alpha1")),
        ("kind", Node::text("Grants")),
        ("actors", Node::map([("plugin:probe", denied)])),
    ]);
    Policy::builder().file(GrantsFile::parse("grants.yaml", &file).unwrap()).build()
}

#[test]
fn a_command_can_be_denied_its_streams() {
    for (word, fd) in [("stdout", 1), ("stderr", 2)] {
        let with = |mut guard: Guard| {
            let written = Written::default();
            let mut call = call("");
            let stream = || Some(Output { writer: Box::new(written.clone()), terminal: false });
            if fd == 1 {
                call.world.stdout = stream()
            } else {
                call.world.stderr = stream()
            }
            let outcome = run_with(&writes(fd, "words"), &mut guard, call).unwrap();
            (denied(&outcome), written.text())
        };
        let (told, text) = with(Guard::new(denying(word)));
        assert_eq!((told.as_slice(), text.as_str()), (&[Capability::from_word(word).unwrap()][..], ""));
        assert_eq!(with(guard(&[])), (vec![], "words".to_owned()));
    }
    let read = |mut guard: Guard| {
        let mut call = call("");
        call.world.stdin = Stdin::Bytes(b"typed".to_vec());
        run_with(&reads(), &mut guard, call).unwrap()
    };
    let outcome = read(Guard::new(denying("stdin")));
    assert_eq!((denied(&outcome), outcome.output.as_slice()), (vec![Capability::Stdin], &b""[..]));
    assert_eq!(read(guard(&[])).output, b"typed");
}

#[test]
fn what_a_guest_writes_to_a_terminal_as_an_error_cannot_steer_it() {
    let text = "a\u{1b}]0;title\u{7}\u{9b}31mb\r\u{8}c";
    let shown = |terminal: bool| {
        let written = Written::default();
        let mut call = call("");
        call.world.stderr = Some(Output { writer: Box::new(written.clone()), terminal });
        run(&writes(2, text), call);
        written.text()
    };
    assert_eq!(shown(false), text);
    assert!(!shown(true).chars().any(|c| c.is_control() && c != '\n' && c != '\r'), "{:?}", shown(true));
}

#[test]
fn nothing_of_one_call_is_there_in_the_next() {
    let wasm = guest(
        r#"(import "extism:host/env" "var_get" (func $get (param i64) (result i64)))
        (import "extism:host/env" "var_set" (func $set (param i64 i64)))
        (memory 1) (data (i32.const 0) "key")
        (func $key (result i64) (call $put (i32.const 0) (i32.const 3)))
        (func (export "run") (result i32) (local $had i32)
            (local.set $had (i64.ne (call $get (call $key)) (i64.const 0)))
            (call $set (call $key) (call $input))
            (call $answer (call $get (call $key)))
            (local.get $had))"#,
    );
    let sandbox = sandbox();
    let loaded = sandbox.load(&wasm, AbiKind::Extism, Fuel::Off).unwrap();
    for secret in ["first secret", "second"] {
        let outcome = sandbox.call(&loaded, &mut guard(&[]), call(secret)).unwrap();
        // What was set is there within its own call.
        assert_eq!(output(&outcome), secret);
    }
}

#[test]
fn fresh_memory_and_fresh_blocks_hold_nothing_of_others() {
    let wasm = guest(
        r#"(memory 1)
        (func (export "run") (result i32) (local $i i32) (local $sum i32) (local $block i64)
            ;; What others left in a block, and in the memory.
            (local.set $block (call $alloc (i64.const 4096)))
            (loop $next
                (local.set $sum (i32.add (local.get $sum)
                    (i32.add (i32.load8_u (local.get $i))
                        (call $load_u8 (i64.add (local.get $block) (i64.extend_i32_u (local.get $i)))))))
                (i32.store8 (local.get $i) (i32.const 0x5a))
                (call $store_u8 (i64.add (local.get $block) (i64.extend_i32_u (local.get $i))) (i32.const 0x5a))
                (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 4096))))
            (local.get $sum))"#,
    );
    let sandbox = sandbox();
    let loaded = sandbox.load(&wasm, AbiKind::Extism, Fuel::Off).unwrap();
    for _ in 0..3 {
        let outcome = sandbox.call(&loaded, &mut guard(&[]), call("a message of others")).unwrap();
        assert!(matches!(outcome.end, End::Returned(0)), "{:?}", outcome.end);
    }
}

#[test]
fn modules_that_begin_giant_do_not_begin() {
    let tables: String = (0..100).map(|_| "(table 1 funcref)").collect();
    let memories: String = (0..100).map(|_| "(memory 1)").collect();
    let sandbox = sandbox();
    for parts in [
        "(memory 65536)",
        "(memory 40000) (memory 40000)",
        "(table 4294967295 funcref)",
        "(table 100000000 externref)",
        tables.as_str(),
        memories.as_str(),
    ] {
        let text = format!(r#"(module {parts} (func (export "run")))"#);
        let parts = &parts[..parts.len().min(40)];
        let Ok(loaded) = sandbox.load(&module(&text), AbiKind::Extism, Fuel::Off) else { continue };
        match sandbox.call(&loaded, &mut guard(&[]), call("")) {
            Ok(outcome) => {
                assert!(!outcome.end.is_success(), "{parts}");
                assert!(!matches!(outcome.end, End::Internal(_)), "{parts}: {:?}", outcome.end);
                assert!(outcome.usage.memory <= 256 << 20, "{parts}");
            }
            Err(error) => assert!(!error.to_string().is_empty(), "{parts}"),
        }
    }
    // The twin: as much as there may be.
    let text = r#"(module (memory 2000) (memory 2000) (table 1000 funcref) (func (export "run")))"#;
    assert!(run(&module(text), call("")).end.is_success());
}

/// `ATTACKS.md` names tests as `file::test`; all of them exist.
#[test]
fn every_test_that_the_table_names_exists() {
    let here = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let table = std::fs::read_to_string(here.join("ATTACKS.md")).unwrap();
    let mut named = 0;
    for (file, test) in table.split('`').filter_map(|piece| piece.split_once("::")) {
        let path = match file {
            "cache" => here.join("src/cache/tests.rs"),
            file if file.contains('/') => here.join("../..").join(file),
            file => here.join(format!("tests/it/{file}.rs")),
        };
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{file}: {error}"));
        assert!(text.contains(&format!("fn {test}()")), "{file} has no test {test}");
        named += 1;
    }
    assert!(named > 50, "{named}");
}
