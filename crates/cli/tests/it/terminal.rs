//! The questions of `plugin install` at a terminal: yes, no, Ctrl-C, the end of input; and what is there afterwards.
//!
//! Python has a terminal in its library, whose other end types when a question was seen.
#![cfg(unix)]

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::guard::Place;

const ASKS: &str = "apiVersion: v1\nname: gh\ntype: cli/v1\nruntime: extism/v1\nversion: 1.0.0\nruntimeConfig: {allowedHosts: [api.test], capabilities: [{env: [GH_TOKEN]}]}\n";
const NATIVE: &str = "name: native\nversion: 1.0.0\ncommand: x\nhooks: {install: 'echo hook $SECRET; echo x > $HELM_PLUGIN_DIR/hooked'}\n";
/// A module that does nothing.
const MODULE: &[u8] = b"\0asm\x01\0\0\0\x01\x05\x01\x60\0\x01\x7f\x03\x02\x01\0\x07\x14\x01\x10helm_plugin_main\0\0\x0a\x06\x01\x04\0\x41\0\x0b";

const QUESTION: &str = "Grant it? [y/N] ";
const WHOLE: &str = "as in Helm? Else it sees PATH, HOME and the like. [y/N] ";
const CTRL_C: &str = "\x03";
const END_OF_INPUT: &str = "\x04";

/// Runs a command on a terminal of its own, and types what belongs to each text once it was seen behind the one before.
/// It ends with the program; a minute is for a program that waits for more.
const DRIVER: &str = r#"
import json, os, pty, select, signal, sys
task = json.load(sys.stdin)
child, terminal = pty.fork()
if child == 0:
    # Where these tests run in the background it is ignored, and who is ignored stays so.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    os.chdir(task["folder"])
    os.execve(task["program"], ["pintle"] + task["arguments"], task["variables"])
seen, at = b"", 0
answers = [(text.encode(), keys.encode()) for text, keys in task["answers"]]
while True:
    ready, _, _ = select.select([terminal], [], [], 60)
    if not ready:
        os.kill(child, signal.SIGKILL)
        seen += b"(killed after a minute)"
        break
    try:
        more = os.read(terminal, 4096)
    except OSError:
        break
    if not more:
        break
    seen += more
    while answers and answers[0][0] in seen[at:]:
        text, keys = answers.pop(0)
        at = seen.index(text, at) + len(text)
        os.write(terminal, keys)
status = os.waitpid(child, 0)[1]
json.dump({"shown": seen.decode(), "code": os.waitstatus_to_exitcode(status), "unasked": len(answers)}, sys.stdout)
"#;

/// What somebody at a terminal sees, and how it ends: a code, or a signal as a negative number.
#[derive(Debug)]
struct Seen {
    shown: String,
    code: i64,
}

fn place() -> Place {
    let place = Place::new(&[("gh/plugin.yaml", ASKS), ("native/plugin.yaml", NATIVE)]);
    place.write("gh/plugin.wasm", MODULE);
    place.write("archives/README", "");
    for name in ["gh", "native"] {
        let packed = place.run(&["plugin", "package", name, "--sign=false", "-d", "archives"]);
        assert_eq!(packed.code, 0, "{packed:?}");
    }
    place
}

/// Every answer has to be asked for.
fn at_terminal(place: &Place, arguments: &[&str], answers: &[(&str, &str)]) -> Seen {
    let task = json!({
        "program": env!("CARGO_BIN_EXE_pintle"),
        "folder": place.path(""),
        "arguments": arguments,
        "variables": {
            "PATH": "/usr/bin:/bin",
            "HOME": place.path("home"),
            "TERM": "dumb",
            "SECRET": "secret",
        },
        "answers": answers,
    });
    let mut python = Command::new("python3");
    python.args(["-c", DRIVER]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut python = python.spawn().expect("python3 runs the terminal");
    python.stdin.take().unwrap().write_all(task.to_string().as_bytes()).unwrap();
    let output = python.wait_with_output().unwrap();
    let seen: Value = serde_json::from_slice(&output.stdout).unwrap();
    let shown = seen["shown"].as_str().unwrap().replace("\r\n", "\n");
    assert_eq!(seen["unasked"], 0, "{shown}");
    Seen { shown, code: seen["code"].as_i64().unwrap() }
}

fn lock(place: &Place) -> String {
    std::fs::read_to_string(place.path("home/.config/helm/pintle/plugins.lock")).unwrap_or_default()
}

/// Every file below the folder of plugins and of our settings, with its bytes; folders end in a slash.
fn on_disk(place: &Place) -> BTreeMap<String, Vec<u8>> {
    fn below(folder: &Path, name: &str, files: &mut BTreeMap<String, Vec<u8>>) {
        for entry in std::fs::read_dir(folder).into_iter().flatten() {
            let entry = entry.unwrap();
            let name = format!("{name}/{}", entry.file_name().to_string_lossy());
            if entry.file_type().unwrap().is_dir() {
                below(&entry.path(), &name, files);
                files.insert(format!("{name}/"), Vec::new());
            } else {
                files.insert(name, std::fs::read(entry.path()).unwrap());
            }
        }
    }
    let mut files = BTreeMap::new();
    below(&place.path("home/.local/share/helm/plugins"), "plugins", &mut files);
    below(&place.path("home/.config/helm/pintle"), "config", &mut files);
    files
}

const INSTALL: &[&str] = &["plugin", "install", "archives/gh-1.0.0.tgz", "--verify=false"];
const INSTALL_NATIVE: &[&str] = &["plugin", "install", "archives/native-1.0.0.tgz", "--verify=false"];

#[test]
fn yes_installs_with_what_was_asked_for() {
    for yes in ["y\n", "yes\n", " Y \n", "YES\n"] {
        let place = place();
        let seen = at_terminal(&place, INSTALL, &[(QUESTION, yes)]);
        assert_eq!(seen.code, 0, "{seen:?}");
        assert!(
            seen.shown.contains(
                "Plugin \"gh\" asks for:\n  http=https://api.test:* http://api.test:*\n  env=GH_TOKEN\nGrant it? [y/N] "
            ),
            "{seen:?}"
        );
        assert!(seen.shown.ends_with("Installed plugin: gh\n"), "{seen:?}");
        assert!(!seen.shown.contains("program of this machine"), "{seen:?}");
        let grants = place.run(&["plugin", "grants", "gh"]).out;
        assert!(
            grants.contains("GRANTED:\n  http=https://api.test:* http://api.test:*\n  env=GH_TOKEN\n"),
            "{grants}"
        );
        assert!(place.path("home/.local/share/helm/plugins/gh/plugin.wasm").exists());
    }
}

#[test]
fn everything_else_is_no_and_leaves_nothing() {
    let long = format!("{}\n", "y".repeat(1000));
    for no in ["n\n", "no\n", "\n", "maybe\n", "yy\n", "y y\n", &long, END_OF_INPUT] {
        let place = place();
        // The folders that are made once stay.
        assert_eq!(place.run(INSTALL).code, 10);
        let before = on_disk(&place);
        assert!(
            before.keys().all(|name| name.starts_with("config/") || name.starts_with("plugins/.")),
            "{before:?}"
        );
        let seen = at_terminal(&place, INSTALL, &[(QUESTION, no)]);
        assert_eq!(seen.code, 10, "{no:?}: {seen:?}");
        assert!(
            seen.shown.contains("Error: plugin \"gh\" asks for what nobody granted: "),
            "{no:?}: {seen:?}"
        );
        assert!(!seen.shown.contains("Installed plugin"), "{no:?}: {seen:?}");
        assert_eq!(on_disk(&place), before, "{no:?}");
    }
}

#[test]
fn ctrl_c_ends_it_and_the_next_command_removes_what_was_prepared() {
    let place = place();
    let before = lock(&place);
    let seen = at_terminal(&place, INSTALL, &[(QUESTION, CTRL_C)]);
    assert!(matches!(seen.code, 130 | -2), "{seen:?}");
    assert!(!seen.shown.contains("Installed plugin"), "{seen:?}");
    // What was prepared is no plugin and not in the lock.
    assert_eq!(lock(&place), before);
    assert!(!place.path("home/.local/share/helm/plugins/gh").exists());
    assert!(!place.path("home/.local/share/helm/plugins/gh-1.0.0.tgz").exists());
    let listed = place.run(&["plugin", "list"]);
    assert!(listed.code == 0 && !listed.out.contains("gh") && listed.err.is_empty(), "{listed:?}");
    assert_eq!(place.run(INSTALL).code, 10);
    let cleaned = on_disk(&place);
    assert!(
        cleaned.keys().all(|name| !name.contains("plugin.yaml")
            && !name.contains("plugin.wasm")
            && !name.contains(".tgz")),
        "{:?}",
        cleaned.keys()
    );
    let seen = at_terminal(&place, INSTALL, &[(QUESTION, "y\n")]);
    assert!(seen.code == 0 && seen.shown.ends_with("Installed plugin: gh\n"), "{seen:?}");
}

#[test]
fn native_code_says_what_it_is_and_has_the_environment_only_when_told_so() {
    for (second, env) in [("n\n", false), ("y\n", true), (END_OF_INPUT, false)] {
        let place = place();
        let seen = at_terminal(&place, INSTALL_NATIVE, &[(QUESTION, "y\n"), (WHOLE, second)]);
        assert_eq!(seen.code, 0, "{seen:?}");
        let words = "Plugin \"native\" asks for:\n  native\nIt is a program of this machine, outside of the sandbox: it can do whatever you can.\nGrant it? [y/N] ";
        assert!(seen.shown.contains(words), "{seen:?}");
        assert_eq!(seen.shown.contains("hook secret\n"), env, "{seen:?}");
        assert_eq!(lock(&place).contains("- env: [\"*\"]"), env, "{}", lock(&place));
        assert!(place.path("home/.local/share/helm/plugins/native/hooked").exists());
    }
    let place = place();
    let seen = at_terminal(&place, INSTALL_NATIVE, &[(QUESTION, "n\n")]);
    assert!(seen.code == 10 && !seen.shown.contains("Shall it see"), "{seen:?}");
    // No hook ran, and the second question is as good a place to leave as the first.
    let seen = at_terminal(&place, INSTALL_NATIVE, &[(QUESTION, "y\n"), (WHOLE, CTRL_C)]);
    assert!(matches!(seen.code, 130 | -2) && !seen.shown.contains("hook "), "{seen:?}");
    assert!(
        !lock(&place).contains("native") && !place.path("home/.local/share/helm/plugins/native").exists()
    );
}

#[test]
fn who_said_it_by_a_flag_is_not_asked() {
    let place = place();
    let seen = at_terminal(&place, &[INSTALL, &["--grant", "env=GH_TOKEN"]].concat(), &[]);
    assert!(seen.code == 0 && !seen.shown.contains("[y/N]"), "{seen:?}");
    let grants = place.run(&["plugin", "grants", "gh"]).out;
    assert!(grants.contains("NOT GRANTED:\n  http=https://api.test:* http://api.test:*\n"), "{grants}");
    // More than it had is asked for, and only that; without a yes the lock stays.
    let before = on_disk(&place);
    let more = ASKS.replace("[{env: [GH_TOKEN]}]", "[{env: [GH_TOKEN]}, clock]");
    place.write("home/.local/share/helm/plugins/gh/plugin.yaml", &more);
    let seen = at_terminal(&place, &["plugin", "accept", "gh"], &[(QUESTION, "n\n")]);
    assert_eq!(seen.code, 10, "{seen:?}");
    assert!(!seen.shown.contains("  env=GH_TOKEN\n") && seen.shown.contains("  clock\n"), "{seen:?}");
    place.write("home/.local/share/helm/plugins/gh/plugin.yaml", ASKS);
    assert_eq!(on_disk(&place), before);
    place.write("home/.local/share/helm/plugins/gh/plugin.yaml", &more);
    let seen = at_terminal(&place, &["plugin", "accept", "gh"], &[(QUESTION, "y\n")]);
    assert!(seen.code == 0 && seen.shown.ends_with("Accepted plugin: gh\n"), "{seen:?}");
    assert!(lock(&place).contains("- clock"), "{}", lock(&place));
}
