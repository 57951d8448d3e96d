//! Random sequences of calls of everything that can be imported, with arguments from the edges.

use super::{Random, random, rounds};
use crate::attacks::Place;
use crate::support::*;
use pintle_sandbox::*;
use serde_json::json;
use std::time::Duration;

/// Every function of the kernel: `i` is 32 bits, `I` is 64, behind the colon what it answers.
const KERNEL: [(&str, &str); 34] = [
    ("alloc", "I:I"),
    ("free", "I:"),
    ("length", "I:I"),
    ("length_unsafe", "I:I"),
    ("load_u8", "I:i"),
    ("load_u64", "I:I"),
    ("store_u8", "Ii:"),
    ("store_u64", "II:"),
    ("input_length", ":I"),
    ("input_offset", ":I"),
    ("input_load_u8", "I:i"),
    ("input_load_u64", "I:I"),
    ("input_set", "II:"),
    ("output_set", "II:"),
    ("output_offset", ":I"),
    ("output_length", ":I"),
    ("error_set", "I:"),
    ("error_get", ":I"),
    ("memory_bytes", ":I"),
    ("reset", ":"),
    ("config_get", "I:I"),
    ("var_get", "I:I"),
    ("var_set", "II:"),
    ("http_request", "II:I"),
    ("http_status_code", ":i"),
    ("http_headers", ":I"),
    ("log_trace", "I:"),
    ("log_debug", "I:"),
    ("log_info", "I:"),
    ("log_warn", "I:"),
    ("log_error", "I:"),
    ("get_log_level", ":i"),
    // Twice, so that blocks are there to be misused.
    ("alloc", "I:I"),
    ("alloc", "I:I"),
];

/// Every function of WASI preview 1.
const WASI: [(&str, &str); 45] = [
    ("args_get", "ii:i"),
    ("args_sizes_get", "ii:i"),
    ("environ_get", "ii:i"),
    ("environ_sizes_get", "ii:i"),
    ("clock_res_get", "ii:i"),
    ("clock_time_get", "iIi:i"),
    ("poll_oneoff", "iiii:i"),
    ("sched_yield", ":i"),
    ("random_get", "ii:i"),
    ("proc_exit", "i:"),
    ("proc_raise", "i:i"),
    ("fd_advise", "iIIi:i"),
    ("fd_allocate", "iII:i"),
    ("fd_close", "i:i"),
    ("fd_datasync", "i:i"),
    ("fd_sync", "i:i"),
    ("fd_fdstat_get", "ii:i"),
    ("fd_fdstat_set_flags", "ii:i"),
    ("fd_fdstat_set_rights", "iII:i"),
    ("fd_filestat_get", "ii:i"),
    ("fd_filestat_set_size", "iI:i"),
    ("fd_filestat_set_times", "iIIi:i"),
    ("fd_pread", "iiiIi:i"),
    ("fd_prestat_dir_name", "iii:i"),
    ("fd_prestat_get", "ii:i"),
    ("fd_pwrite", "iiiIi:i"),
    ("fd_read", "iiii:i"),
    ("fd_readdir", "iiiIi:i"),
    ("fd_renumber", "ii:i"),
    ("fd_seek", "iIii:i"),
    ("fd_tell", "ii:i"),
    ("fd_write", "iiii:i"),
    ("path_create_directory", "iii:i"),
    ("path_filestat_get", "iiiii:i"),
    ("path_filestat_set_times", "iiiiIIi:i"),
    ("path_link", "iiiiiii:i"),
    ("path_open", "iiiiiIIii:i"),
    ("path_readlink", "iiiiii:i"),
    ("path_remove_directory", "iii:i"),
    ("path_rename", "iiiiii:i"),
    ("path_symlink", "iiiii:i"),
    ("path_unlink_file", "iii:i"),
    ("sock_accept", "iii:i"),
    ("sock_send", "iiiii:i"),
    ("sock_shutdown", "ii:i"),
];

const EDGES: [i64; 20] = [
    0,
    1,
    2,
    3,
    4,
    5,
    8,
    16,
    77,
    1024,
    1100,
    65_535,
    65_536,
    131_071,
    131_072,
    -1,
    -8,
    i32::MAX as i64,
    i32::MIN as i64,
    1 << 33,
];

fn functions() -> Vec<(&'static str, &'static str, &'static str)> {
    let kernel = KERNEL.iter().map(|(name, kind)| ("extism:host/env", *name, *kind));
    let wasi = WASI.iter().map(|(name, kind)| ("wasi_snapshot_preview1", *name, *kind));
    let ours = HostFunction::ALL.iter().map(|function| ("extism:host/user", function.name(), "I:I"));
    kernel.chain(wasi).chain(ours).collect()
}

fn types(letters: &str) -> String {
    letters.chars().map(|c| if c == 'i' { " i32" } else { " i64" }).collect()
}

/// An argument: an edge, something that an earlier call answered, or anything.
fn argument(random: &mut Random, letter: char) -> String {
    let edge = EDGES[random.below(EDGES.len())];
    match (letter, random.below(8)) {
        ('i', 0) => format!("(i32.const {})", random.next() as i32),
        ('i', 1) => "(i32.wrap_i64 (global.get $last))".to_owned(),
        ('i', _) => format!("(i32.const {})", edge as i32),
        (_, 0) => format!("(i64.const {})", random.next().cast_signed()),
        (_, 1..=4) => "(global.get $last)".to_owned(),
        _ => format!("(i64.const {edge})"),
    }
}

/// One guest: all imports, a memory with paths, vectors and requests in it, and a few calls.
fn sequence(random: &mut Random) -> String {
    let functions = functions();
    let (mut imports, mut calls) = (String::new(), String::new());
    for (i, (module, name, kind)) in functions.iter().enumerate() {
        let (params, results) = kind.split_once(':').unwrap_or((kind, ""));
        let (params, results) = (types(params), types(results));
        imports.push_str(&format!(
            r#"(import "{module}" "{name}" (func $f{i} (param{params}) (result{results})))"#
        ));
    }
    for _ in 0..=random.below(20) {
        let i = random.below(functions.len());
        let (_, name, kind) = functions[i];
        // It ends everything, which teaches little.
        if name == "proc_exit" && random.below(4) > 0 {
            continue;
        }
        let (params, results) = kind.split_once(':').unwrap_or((kind, ""));
        let arguments: Vec<String> = params.chars().map(|letter| argument(random, letter)).collect();
        let call = format!("(call $f{i} {})", arguments.join(" "));
        calls.push_str(&match results {
            "" => call,
            "i" => format!("(drop {call})"),
            _ => format!("(global.set $last {call})"),
        });
    }
    let requests =
        ["{}", r#"{\"name\":\"a\"}"#, r#"{\"url\":\"http://a.test/\"}"#, r#"{\"ref\":"#, "[[[[[[[["];
    let request = requests[random.below(requests.len())];
    let paths = ["note", "../outside", "sub", "/etc/hostname", "", "a/../../outside", "..", "mine"];
    let path = paths[random.below(paths.len())];
    format!(
        r#"(module {imports} (memory (export "memory") 2) (global $last (mut i64) (i64.const 0))
        (data (i32.const 0) "\00\04\00\00\05\00\00\00\ff\ff\ff\ff\ff\ff\ff\ff\00\00\02\00\00\00\00\00")
        (data (i32.const 1024) "{path}") (data (i32.const 1100) "{request}")
        (func (export "run") {calls}))"#
    )
}

#[test]
fn random_calls_with_arguments_from_the_edges_end_within_limits_and_leave_nothing() {
    let sandbox = sandbox();
    let mut random = random(0x0dd0_5eed_1357_9bdf);
    let mut place = Place::new("storm-first");
    for round in 0..rounds(150) {
        if round % 50 == 0 {
            place = Place::new(&format!("storm-{round}"));
        }
        let outside = |place: &Place| -> Vec<String> {
            place.all().into_iter().filter(|line| !line.starts_with("rw")).collect()
        };
        let before = outside(&place);
        let text = sequence(&mut random);
        let loaded = sandbox.load(&module(&text), AbiKind::Extism, Fuel::Off).unwrap();
        let script = Script { answer: Some(json!({"a": [1, 2, 3]})), ..Script::default() }
            .name("a.test", "93.184.216.34")
            .page("GET http://a.test:80/", "a page");
        let mut call = call(r#"{"url":"http://a.test/"}"#);
        call.outbound = Box::new(script.clone());
        call.limits.time = Duration::from_millis(50);
        call.limits.memory = 4 << 20;
        call.limits.output = 1 << 20;
        call.log_level = LogLevel::Trace;
        call.world.env = [("A".to_owned(), "b".to_owned())].into();
        call.world.stdin = Stdin::Bytes(b"typed".to_vec());
        call.world.tempdir = Some(Tempdir { root: place.0.join("tmp"), bytes: 64 << 10 });
        let files = ["ro", "rw"].map(|name| format!("file={name} {} /{name}", place.0.join(name).display()));
        let mut grants = vec!["http", "release", "chart", "cluster", "env", "tempdir"];
        grants.extend(files.iter().map(String::as_str));
        let outcome = sandbox.call(&loaded, &mut guard(&grants), call).unwrap();
        assert!(!matches!(outcome.end, End::Internal(_)), "round {round}: {:?}\n{text}", outcome.end);
        assert!(outcome.usage.memory <= 4 << 20, "round {round}");
        assert_eq!(outside(&place), before, "round {round}\n{text}");
        for touched in script.touched.all() {
            let known = ["resolve a.test", "GET http://a.test:80/", "list", "show", "template", "history"];
            let ours = known.iter().any(|known| touched.starts_with(known)) || touched.contains(" of ");
            assert!(ours || touched.contains('/'), "round {round}: {touched}");
        }
    }
}
