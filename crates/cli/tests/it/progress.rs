//! The line that says what is being done: on a terminal, after a second, and nowhere else.
#![cfg(target_os = "linux")]

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

/// How long the values take to come.
const WAIT: Duration = Duration::from_millis(1_800);

/// Renders a chart whose values come through a pipe, after a while; on a terminal when asked to. The answer is what
/// was printed, both streams after each other.
fn slow(terminal: bool, term: &str, more: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let work = folder.path();
    std::fs::create_dir_all(work.join("c/templates")).unwrap();
    std::fs::write(work.join("c/Chart.yaml"), "apiVersion: v2\nname: c\nversion: 0.1.0\n").unwrap();
    std::fs::write(work.join("c/templates/a.yaml"), "a: {{ .Values.a }}\n").unwrap();
    let pipe = work.join("values.yaml");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let binary = env!("CARGO_BIN_EXE_pintle");
    let line = format!("exec '{binary}' template x c -f values.yaml {more}");
    let mut command = Command::new(if terminal { "script" } else { "sh" });
    if terminal {
        command.args(["-qec", &line, "/dev/null"]);
    } else {
        command.args(["-c", &line]);
    }
    command.current_dir(work).env_clear().env("PATH", "/usr/bin:/bin").env("HOME", work).env("TERM", term);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().unwrap();
    std::thread::sleep(WAIT);
    std::fs::write(&pipe, "a: 1\n").unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8([output.stdout, output.stderr].concat()).unwrap()
}

fn there_is_script() -> bool {
    ["/usr/bin/script", "/bin/script"].iter().any(|path| Path::new(path).exists())
}

#[test]
fn what_takes_long_says_what_it_does_on_a_terminal_only() {
    const RENDERED: &str = "---\n# Source: c/templates/a.yaml\na: 1\n";
    std::thread::scope(|scope| {
        let piped = scope.spawn(|| slow(false, "xterm", ""));
        // Without `script` there is no terminal to be had.
        if there_is_script() {
            let terminal = scope.spawn(|| slow(true, "xterm", ""));
            let others = [("dumb", ""), ("xterm", "--debug")];
            let others = others.map(|(term, more)| scope.spawn(move || slow(true, term, more)));
            let shown = terminal.join().unwrap();
            let (before, after) = shown.rsplit_once("\r\x1b[K").unwrap_or_else(|| panic!("{shown:?}"));
            assert!(before.starts_with("\r\x1b[?7lreading values (1 s)\x1b[K\x1b[?7h"), "{shown:?}");
            assert_eq!(after.replace("\r\n", "\n"), RENDERED, "{shown:?}");
            for other in others {
                let shown = other.join().unwrap();
                assert!(shown.contains("a: 1") && !shown.contains("reading values"), "{shown:?}");
            }
        }
        assert_eq!(piped.join().unwrap(), RENDERED);
    });
}
