//! WASI preview 1: an empty world, and what grants put into it.

use crate::support::*;
use pintle_guard::Capability;
use pintle_sandbox::*;
use std::io::{Read, Write};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A guest of WASI alone: imports by name and type, a memory, and the body of `run`, which answers an errno.
pub(crate) fn wasi(imports: &[(&str, &str)], body: &str) -> Wasm<'static> {
    let imports: String = imports
        .iter()
        .map(|(name, params)| {
            format!(
                r#"(import "wasi_snapshot_preview1" "{name}" (func ${name} (param {params}) (result i32)))"#
            )
        })
        .collect();
    module(&format!(
        r#"(module {imports}
        (import "extism:host/env" "alloc" (func $alloc (param i64) (result i64)))
        (import "extism:host/env" "store_u8" (func $store_u8 (param i64 i32)))
        (import "extism:host/env" "output_set" (func $output_set (param i64 i64)))
        (memory (export "memory") 2)
        (func $out (param $from i32) (param $n i32)
            (local $block i64) (local $i i32)
            (local.set $block (call $alloc (i64.extend_i32_u (local.get $n))))
            (block $done (loop $next
                (br_if $done (i32.ge_u (local.get $i) (local.get $n)))
                (call $store_u8 (i64.add (local.get $block) (i64.extend_i32_u (local.get $i)))
                    (i32.load8_u (i32.add (local.get $from) (local.get $i))))
                (local.set $i (i32.add (local.get $i) (i32.const 1)))
                (br $next)))
            (call $output_set (local.get $block) (i64.extend_i32_u (local.get $n))))
        {body})"#
    ))
}

pub(crate) fn code(outcome: &Outcome) -> u32 {
    match outcome.end {
        End::Returned(code) => code,
        ref end => panic!("{end:?}"),
    }
}

pub(crate) fn denied(outcome: &Outcome) -> Vec<Capability> {
    outcome.denials.iter().map(pintle_guard::Denial::capability).collect()
}

#[derive(Clone, Default)]
pub(crate) struct Written(Arc<Mutex<Vec<u8>>>);

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Written {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

fn environ() -> Wasm<'static> {
    wasi(
        &[("environ_sizes_get", "i32 i32"), ("environ_get", "i32 i32")],
        r#"(func (export "run") (result i32)
            (if (call $environ_sizes_get (i32.const 0) (i32.const 4)) (then unreachable))
            (if (call $environ_get (i32.const 8) (i32.const 4096)) (then unreachable))
            (call $out (i32.const 4096) (i32.load (i32.const 4)))
            (i32.load (i32.const 0)))"#,
    )
}

#[test]
fn a_guest_sees_the_granted_variables_and_no_others() {
    let with = |grants: &[&str]| {
        let mut call = call("");
        call.world.env = [("HOME", "/root"), ("GH_TOKEN", "secret"), ("GH_HOST", "h"), ("B=D", "x")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into();
        run_with(&environ(), &mut guard(grants), call).unwrap()
    };
    let outcome = with(&[]);
    assert_eq!((code(&outcome), outcome.output.as_slice()), (0, &b""[..]));
    assert_eq!(denied(&outcome), [Capability::Env]);
    let outcome = with(&["env=GH_*"]);
    assert_eq!(code(&outcome), 2);
    assert_eq!(outcome.output, b"GH_HOST=h\0GH_TOKEN=secret\0");
    assert!(outcome.denials.is_empty());
    assert_eq!(with(&["env=HOME"]).output, b"HOME=/root\0");
    assert_eq!(code(&with(&["env"])), 3);
}

#[test]
fn there_are_no_arguments_and_no_folders() {
    let wasm = wasi(
        &[("args_sizes_get", "i32 i32"), ("fd_prestat_get", "i32 i32")],
        r#"(func (export "run") (result i32)
            (i32.store (i32.const 0) (i32.const 9))
            (drop (call $args_sizes_get (i32.const 0) (i32.const 4)))
            (if (i32.load (i32.const 0)) (then unreachable))
            (call $fd_prestat_get (i32.const 3) (i32.const 0)))"#,
    );
    let outcome = run(&wasm, call(""));
    assert_eq!(code(&outcome), 8);
    assert_eq!(denied(&outcome), [Capability::File]);
}

#[test]
fn clocks_are_coarse_until_granted() {
    let wasm = wasi(
        &[("clock_time_get", "i32 i64 i32")],
        r#"(func (export "run") (result i32)
            (drop (call $clock_time_get (i32.const 0) (i64.const 0) (i32.const 0)))
            (drop (call $clock_time_get (i32.const 1) (i64.const 0) (i32.const 8)))
            (call $out (i32.const 0) (i32.const 16))
            (call $clock_time_get (i32.const 2) (i64.const 0) (i32.const 8)))"#,
    );
    struct Fixed;
    impl Clock for Fixed {
        fn monotonic(&self) -> Duration {
            Duration::from_nanos(1)
        }
        fn wall(&self) -> Duration {
            Duration::new(1_795_000_000, 123_456_789)
        }
        fn sleep(&self, _: Duration) {}
    }
    let times = |grants: &[&str]| {
        let sandbox = Sandbox::new(Options::default(), Arc::new(Fixed), None);
        let loaded = sandbox.load(&wasm, AbiKind::Extism, Fuel::Off).unwrap();
        let outcome = sandbox.call(&loaded, &mut guard(grants), call("")).unwrap();
        assert_eq!(code(&outcome), 28, "other clocks do not exist");
        assert!(outcome.denials.is_empty());
        // Go's runtime stops where the monotonic clock says zero.
        assert_eq!(outcome.output[8..], 10_000_000_u64.to_le_bytes());
        u64::from_le_bytes(outcome.output[..8].try_into().unwrap())
    };
    assert_eq!(times(&[]), 1_795_000_000_000_000_000);
    assert_eq!(times(&["clock=coarse"]), 1_795_000_000_000_000_000);
    assert_eq!(times(&["clock"]), 1_795_000_000_123_456_789);
}

#[test]
fn randomness_is_real_and_can_be_denied() {
    let wasm = wasi(
        &[("random_get", "i32 i32")],
        r#"(func (export "run") (result i32) (local $code i32)
            (local.set $code (call $random_get (i32.const 0) (i32.const 32)))
            (call $out (i32.const 0) (i32.const 32))
            (local.get $code))"#,
    );
    let (one, two) = (run(&wasm, call("")), run(&wasm, call("")));
    assert_eq!(code(&one), 0);
    assert_ne!(one.output, two.output);
    use pintle_guard::{GrantsFile, Guard, Node, Policy};
    let file = Node::map([
        ("apiVersion", Node::text("pintle.dev/v1alpha1")),
        ("kind", Node::text("Grants")),
        ("actors", Node::map([("plugin:probe", Node::map([("deny", Node::seq([Node::text("random")]))]))])),
    ]);
    let policy = Policy::builder().file(GrantsFile::parse("g", &file).unwrap()).build();
    let outcome = run_with(&wasm, &mut Guard::new(policy), call("")).unwrap();
    assert_eq!(code(&outcome), 2);
    assert_eq!(outcome.output, [0; 32]);
}

#[test]
fn sleeping_takes_its_time_and_ends_with_the_deadline() {
    let wasm = wasi(
        &[("poll_oneoff", "i32 i32 i32 i32")],
        r#"(func (export "run") (result i32)
            (i32.store (i32.const 16) (i32.const 1))
            (i64.store (i32.const 24) (i64.const 60000000))
            (if (call $poll_oneoff (i32.const 0) (i32.const 100) (i32.const 1) (i32.const 200)) (then unreachable))
            (i32.load (i32.const 200)))"#,
    );
    let outcome = run(&wasm, call(""));
    assert_eq!(code(&outcome), 1);
    assert!(outcome.usage.time >= Duration::from_millis(60));
    let mut short = call("");
    short.limits.time = Duration::from_millis(20);
    let outcome = run(&wasm, short);
    assert_eq!(limit(&outcome), Some(Limit::Time));
    assert!(
        outcome.usage.time < Duration::from_millis(60) || outcome.usage.time >= Duration::from_millis(20)
    );
}

pub(crate) fn writes(fd: u32, text: &str) -> Wasm<'static> {
    let length = text.len();
    let escaped: String = text.bytes().map(|byte| format!("\\{byte:02x}")).collect();
    wasi(
        &[("fd_write", "i32 i32 i32 i32")],
        &format!(
            r#"(data (i32.const 64) "{escaped}")
            (func (export "run") (result i32)
                (i32.store (i32.const 0) (i32.const 64))
                (i32.store (i32.const 4) (i32.const {length}))
                (call $fd_write (i32.const {fd}) (i32.const 0) (i32.const 1) (i32.const 8)))"#
        ),
    )
}

fn with_stdout(text: &str, terminal: bool) -> String {
    let written = Written::default();
    let mut call = call("");
    call.world.stdout = Some(Output { writer: Box::new(written.clone()), terminal });
    assert_eq!(code(&run(&writes(1, text), call)), 0);
    written.text()
}

#[test]
fn a_command_writes_to_its_streams_and_others_write_nowhere() {
    assert_eq!(with_stdout("hello\n", false), "hello\n");
    assert_eq!(code(&run(&writes(1, "hello"), call(""))), 0);
    assert_eq!(code(&run(&writes(0, "hello"), call(""))), 8);
    assert_eq!(code(&run(&writes(4, "hello"), call(""))), 8);
}

#[test]
fn control_sequences_reach_pipes_and_no_terminals() {
    let text = "a\u{1b}[2J\u{1b}]52;c;aGk=\u{7}b";
    assert_eq!(with_stdout(text, false), text);
    assert_eq!(with_stdout(text, true), "ab");
}

#[test]
fn the_end_of_the_standard_error_explains_a_failure() {
    let outcome = run(&writes(2, "panic: oh no\n"), call(""));
    assert_eq!(outcome.stderr_tail, "panic: oh no\n");
    let long = "x".repeat(20_000) + "end";
    let tail = run(&writes(2, &long), call("")).stderr_tail;
    assert_eq!(tail.len(), 8192);
    assert!(tail.ends_with("end"));
}

pub(crate) fn reads() -> Wasm<'static> {
    wasi(
        &[("fd_read", "i32 i32 i32 i32")],
        r#"(func (export "run") (result i32) (local $code i32)
            (i32.store (i32.const 0) (i32.const 64))
            (i32.store (i32.const 4) (i32.const 100))
            (local.set $code (call $fd_read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)))
            (call $out (i32.const 64) (i32.load (i32.const 8)))
            (local.get $code))"#,
    )
}

#[test]
fn standard_input_is_read_and_waiting_for_it_ends() {
    let mut bytes = call("");
    bytes.world.stdin = Stdin::Bytes(b"typed".to_vec());
    assert_eq!(run(&reads(), bytes).output, b"typed");
    assert_eq!(run(&reads(), call("")).output, b"");
    let mut stream = call("");
    stream.world.stdin = Stdin::Reader(Box::new(std::io::Cursor::new(b"piped".to_vec())));
    assert_eq!(run(&reads(), stream).output, b"piped");

    /// Somebody who does not type until the test ends.
    struct Silent(std::sync::mpsc::Receiver<()>);
    impl Read for Silent {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            let _ = self.0.recv();
            Ok(0)
        }
    }
    let (end, waits) = std::sync::mpsc::channel();
    let mut silent = call("");
    silent.world.stdin = Stdin::Reader(Box::new(Silent(waits)));
    silent.limits.time = Duration::from_millis(50);
    assert_eq!(limit(&run(&reads(), silent)), Some(Limit::Time));
    drop(end);
}

#[test]
fn addresses_out_of_range_are_a_fault_and_no_crash() {
    for (name, params, arguments) in [
        ("random_get", "i32 i32", "(i32.const -8) (i32.const 16)"),
        ("random_get", "i32 i32", "(i32.const 0) (i32.const -1)"),
        ("environ_sizes_get", "i32 i32", "(i32.const -1) (i32.const 0)"),
        ("clock_time_get", "i32 i64 i32", "(i32.const 0) (i64.const 0) (i32.const -4)"),
        ("fd_write", "i32 i32 i32 i32", "(i32.const 1) (i32.const -8) (i32.const 2) (i32.const 0)"),
        ("fd_read", "i32 i32 i32 i32", "(i32.const 0) (i32.const 131070) (i32.const 1) (i32.const 0)"),
        ("poll_oneoff", "i32 i32 i32 i32", "(i32.const -48) (i32.const 0) (i32.const 2) (i32.const 0)"),
        ("fd_fdstat_get", "i32 i32", "(i32.const 1) (i32.const 131060)"),
        ("fd_filestat_get", "i32 i32", "(i32.const 1) (i32.const -1)"),
    ] {
        let body = format!(r#"(func (export "run") (result i32) (call ${name} {arguments}))"#);
        assert_eq!(code(&run(&wasi(&[(name, params)], &body), call(""))), 21, "{name} {arguments}");
    }
    let many = r#"(func (export "run") (result i32)
        (call $fd_write (i32.const 1) (i32.const 0) (i32.const -1) (i32.const 0)))"#;
    assert_eq!(code(&run(&wasi(&[("fd_write", "i32 i32 i32 i32")], many), call(""))), 28);
}

/// A folder of its own for each test, removed when it ends.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("pintle-wasi-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(path.join("given")).unwrap();
        std::fs::write(path.join("given/note"), "granted").unwrap();
        std::fs::write(path.join("secret"), "secret").unwrap();
        Self(path)
    }

    fn grant(&self, mode: &str) -> String {
        format!("file={mode} {} /g", self.0.join("given").display())
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

const OPEN: (&str, &str) = ("path_open", "i32 i32 i32 i32 i32 i64 i64 i32 i32");

/// Opens a path below the first folder and answers what it reads; the code is the errno of opening.
fn opens(path: &str) -> Wasm<'static> {
    let length = path.len();
    wasi(
        &[OPEN, ("fd_read", "i32 i32 i32 i32")],
        &format!(
            r#"(data (i32.const 1024) "{path}")
            (func (export "run") (result i32) (local $code i32)
                (local.set $code (call $path_open (i32.const 3) (i32.const 1) (i32.const 1024) (i32.const {length})
                    (i32.const 0) (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 16)))
                (if (local.get $code) (then (return (local.get $code))))
                (i32.store (i32.const 0) (i32.const 2048))
                (i32.store (i32.const 4) (i32.const 100))
                (local.set $code
                    (call $fd_read (i32.load (i32.const 16)) (i32.const 0) (i32.const 1) (i32.const 8)))
                (call $out (i32.const 2048) (i32.load (i32.const 8)))
                (local.get $code))"#
        ),
    )
}

/// Makes a file below the first folder and writes `bytes` bytes; the code is the first errno.
pub(crate) fn creates(path: &str, bytes: u32) -> Wasm<'static> {
    let length = path.len();
    wasi(
        &[OPEN, ("fd_write", "i32 i32 i32 i32")],
        &format!(
            r#"(data (i32.const 1024) "{path}")
            (func (export "run") (result i32) (local $code i32)
                (local.set $code (call $path_open (i32.const 3) (i32.const 1) (i32.const 1024) (i32.const {length})
                    (i32.const 9) (i64.const 66) (i64.const 0) (i32.const 0) (i32.const 16)))
                (if (local.get $code) (then (return (local.get $code))))
                (i32.store (i32.const 0) (i32.const 2048))
                (i32.store (i32.const 4) (i32.const {bytes}))
                (call $fd_write (i32.load (i32.const 16)) (i32.const 0) (i32.const 1) (i32.const 8)))"#
        ),
    )
}

#[test]
fn a_granted_folder_is_read_and_nothing_outside_it() {
    let scratch = Scratch::new("read");
    let open = |path: &str, grants: &[&str]| run_with(&opens(path), &mut guard(grants), call("")).unwrap();
    let grant = scratch.grant("ro");
    let outcome = open("note", &[&grant]);
    assert_eq!((code(&outcome), outcome.output.as_slice()), (0, &b"granted"[..]));
    assert_eq!(code(&open("missing", &[&grant])), 44);
    let outcome = open("note", &[]);
    assert_eq!((code(&outcome), denied(&outcome)), (8, vec![Capability::File]));
    for path in ["../secret", "/etc/hostname", "x/../../secret", "./../secret"] {
        let outcome = open(path, &[&grant]);
        assert!(code(&outcome) != 0 && outcome.output.is_empty(), "{path}");
    }
}

#[cfg(unix)]
#[test]
fn links_and_special_files_lead_nowhere() {
    let scratch = Scratch::new("links");
    let given = scratch.0.join("given");
    std::os::unix::fs::symlink("../secret", given.join("up")).unwrap();
    std::os::unix::fs::symlink(scratch.0.join("secret"), given.join("absolute")).unwrap();
    std::os::unix::fs::symlink("..", given.join("parent")).unwrap();
    std::os::unix::fs::symlink("note", given.join("inside")).unwrap();
    let grant = scratch.grant("ro");
    let open = |path: &str| run_with(&opens(path), &mut guard(&[&grant]), call("")).unwrap();
    assert_eq!(open("inside").output, b"granted");
    for path in ["up", "absolute", "parent/secret"] {
        let outcome = open(path);
        assert!(code(&outcome) != 0 && outcome.output.is_empty(), "{path}");
    }
}

#[test]
fn what_may_be_read_may_not_be_written() {
    let scratch = Scratch::new("write");
    let make = |path: &str, mode: &str| {
        code(&run_with(&creates(path, 5), &mut guard(&[&scratch.grant(mode)]), call("")).unwrap())
    };
    let made = scratch.0.join("given/made");
    assert_eq!(make("made", "ro"), 69);
    assert!(!made.exists());
    assert_eq!(make("note", "ro"), 69);
    assert_eq!(std::fs::read(scratch.0.join("given/note")).unwrap(), b"granted");
    assert_eq!(make("made", "rw"), 0);
    assert_eq!(std::fs::read(&made).unwrap(), [0; 5]);
    assert_ne!(make("../outside", "rw"), 0);
    assert!(!scratch.0.join("outside").exists());
}

#[test]
fn a_folder_that_is_a_pattern_or_missing_is_refused() {
    let start = |grant: &str| run_with(&opens("x"), &mut guard(&[grant]), call("")).unwrap_err();
    assert!(matches!(start("file=ro /srv/* /g"), StartError::CannotEnforce { .. }));
    assert!(matches!(start("file=ro /does/not/exist /g"), StartError::Folder { .. }));
}

#[test]
fn a_temporary_folder_has_a_size_and_is_gone_afterwards() {
    let scratch = Scratch::new("temp");
    let make = |grants: &[&str], size: u32, bytes: u64| {
        let mut call = call("");
        call.world.tempdir = Some(Tempdir { root: scratch.0.clone(), bytes });
        let code = code(&run_with(&creates("f", size), &mut guard(grants), call).unwrap());
        let left: Vec<String> = std::fs::read_dir(&scratch.0)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name.starts_with("pintle-guest-"))
            .collect();
        assert_eq!(left, [""; 0]);
        code
    };
    assert_eq!(make(&["tempdir"], 1000, 64 << 10), 0);
    assert_eq!(make(&["tempdir=64KiB"], 1000, 64 << 10), 0);
    assert_eq!(make(&["tempdir=32KiB"], 1000, 64 << 10), 8, "asked for more than was granted");
    assert_eq!(make(&[], 1000, 64 << 10), 8);
    assert_eq!(make(&["tempdir"], 70_000, 64 << 10), 51);
}

#[test]
fn what_a_killed_process_left_is_swept_and_what_is_in_use_is_not() {
    let scratch = Scratch::new("sweep");
    let left = scratch.0.join("pintle-guest-dead");
    std::fs::create_dir(&left).unwrap();
    std::fs::write(left.join("file"), "x").unwrap();
    std::fs::write(scratch.0.join("pintle-guest-dead.lock"), "").unwrap();
    let live = scratch.0.join("pintle-guest-live");
    std::fs::create_dir(&live).unwrap();
    let lock = std::fs::File::create(scratch.0.join("pintle-guest-live.lock")).unwrap();
    lock.lock().unwrap();
    assert_eq!(sweep_tempdirs(&scratch.0).unwrap(), 1);
    assert!(!left.exists() && live.exists());
    assert!(scratch.0.join("given").exists());
    assert_eq!(sweep_tempdirs(&scratch.0).unwrap(), 0);
}

#[test]
fn a_file_that_gets_its_own_name_gives_no_room_back() {
    // Writes 20 000 bytes and renames the file to a name, as often as there are bytes of names.
    let guest = |to: &str| {
        wasi(
            &[
                ("path_open", "i32 i32 i32 i32 i32 i64 i64 i32 i32"),
                ("path_rename", "i32 i32 i32 i32 i32 i32"),
                ("fd_write", "i32 i32 i32 i32"),
                ("fd_close", "i32"),
            ],
            &format!(
                r#"(data (i32.const 1024) "a") (data (i32.const 1030) "{to}") (data (i32.const 1040) "abcdefgh")
                (func $make (param $name i32) (result i32) (local $code i32)
                    (if (local.tee $code (call $path_open (i32.const 3) (i32.const 0) (local.get $name)
                            (i32.const 1) (i32.const 1) (i64.const 64) (i64.const 0) (i32.const 0) (i32.const 16)))
                        (then (return (local.get $code))))
                    (i32.store (i32.const 0) (i32.const 4096)) (i32.store (i32.const 4) (i32.const 20000))
                    (local.set $code (call $fd_write (i32.load (i32.const 16)) (i32.const 0) (i32.const 1) (i32.const 8)))
                    (drop (call $fd_close (i32.load (i32.const 16))))
                    (local.get $code))
                (func (export "run") (result i32) (local $i i32) (local $code i32)
                    (if (local.tee $code (call $make (i32.const 1024))) (then (return (local.get $code))))
                    (loop $again
                        (drop (call $path_rename (i32.const 3) (i32.const 1024) (i32.const 1)
                            (i32.const 3) (i32.const 1030) (i32.const {})))
                        (br_if $again (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 8))))
                    (local.set $i (i32.const 0))
                    (loop $more
                        (if (local.tee $code (call $make (i32.add (i32.const 1041) (local.get $i))))
                            (then (return (local.get $code))))
                        (br_if $more (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 5))))
                    (i32.const 0))"#,
                to.len()
            ),
        )
    };
    let scratch = Scratch::new("rename");
    let run = |to: &str, bytes: u64| {
        let mut call = call("");
        call.world.tempdir = Some(Tempdir { root: scratch.0.clone(), bytes });
        code(&run_with(&guest(to), &mut guard(&["tempdir"]), call).unwrap())
    };
    for name in ["a", "./a", "x/../a"] {
        assert_eq!(run(name, 100_000), 51, "{name}");
        assert_eq!(run(name, 200_000), 0, "{name}");
    }
}

#[test]
fn a_temporary_folder_goes_however_deep_it_is() {
    // Folders in one another, deeper than a process may have files open; each is opened, and the one above closed.
    let deep = wasi(
        &[
            ("path_create_directory", "i32 i32 i32"),
            ("path_open", "i32 i32 i32 i32 i32 i64 i64 i32 i32"),
            ("fd_close", "i32"),
        ],
        r#"(data (i32.const 1024) "deep")
        (func (export "run") (result i32) (local $i i32) (local $at i32) (local $code i32)
            (local.set $at (i32.const 3))
            (loop $down
                (if (local.tee $code (call $path_create_directory (local.get $at) (i32.const 1024) (i32.const 4)))
                    (then (return (local.get $code))))
                (if (local.tee $code (call $path_open (local.get $at) (i32.const 0) (i32.const 1024) (i32.const 4)
                        (i32.const 2) (i64.const 0) (i64.const 0) (i32.const 0) (i32.const 16)))
                    (then (return (local.get $code))))
                (if (i32.gt_u (local.get $i) (i32.const 0)) (then (drop (call $fd_close (local.get $at)))))
                (local.set $at (i32.load (i32.const 16)))
                (br_if $down (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 5000))))
            (i32.const 0))"#,
    );
    let scratch = Scratch::new("deep");
    let mut call = call("");
    call.limits.time = Duration::from_secs(600);
    call.world.tempdir = Some(Tempdir { root: scratch.0.clone(), bytes: 1 << 30 });
    assert_eq!(code(&run_with(&deep, &mut guard(&["tempdir"]), call).unwrap()), 0);
    let left: Vec<_> =
        std::fs::read_dir(&scratch.0).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().starts_with("pintle-guest-")), "{left:?}");
}
