//! What a plugin's words do: to a terminal, to a shell, and what they tell of secrets.

use super::*;

/// Runs a command line in a terminal and tells what it printed; `None` where there is no `script` to make one.
#[cfg(target_os = "linux")]
fn on_a_terminal(world: &World, arguments: &str) -> Option<String> {
    ["/usr/bin/script", "/bin/script"].iter().find(|path| Path::new(path).exists())?;
    let line = format!("exec '{}' {arguments}", env!("CARGO_BIN_EXE_pintle"));
    let mut command = Command::new("script");
    command.args(["-qec", &line, "/dev/null"]).current_dir(world.path()).env_clear();
    command.env("PATH", "/usr/bin:/bin").env("HOME", world.path().join("home")).env("TERM", "dumb");
    command.stdin(std::process::Stdio::null());
    let output = command.output().unwrap();
    Some(String::from_utf8_lossy(&output.stdout).replace("\r\n", "\n"))
}

#[test]
#[cfg(target_os = "linux")]
fn nobodys_words_steer_a_terminal() {
    let world = World::new();
    // A plugin that fails with these words, and a chart that prints them, and one that fails with them.
    let words = "bad\\1b]0;title\\07\\1b[2J\\0dpintle: \\9b2J!";
    world.probe(
        &format!(
            r#"(module
            (import "extism:host/env" "alloc" (func $alloc (param i64) (result i64)))
            (import "extism:host/env" "store_u8" (func $store_u8 (param i64 i32)))
            (import "extism:host/env" "error_set" (func $error_set (param i64)))
            (memory 1) (data (i32.const 0) "{words}")
            (func (export "helm_plugin_main") (result i32) (local $block i64) (local $i i32)
                (local.set $block (call $alloc (i64.const 29)))
                (loop $next
                    (call $store_u8 (i64.add (local.get $block) (i64.extend_i32_u (local.get $i)))
                        (i32.load8_u (local.get $i)))
                    (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 29))))
                (call $error_set (local.get $block)) (i32.const 3)))"#
        ),
        "",
    );
    world.write("shop/Chart.yaml", "apiVersion: v2\nname: shop\nversion: 1.2.3\n");
    world.write("shop/README.md", "a: \u{1b}[2Jb\u{1b}]0;title\u{7}\n");
    world.write("sad/Chart.yaml", "apiVersion: v2\nname: sad\nversion: 1.2.3\n");
    world.write("sad/templates/a.yaml", "{{ fail \"no\\x1b[2J\\rway\" }}\n");
    for (arguments, shown) in [
        ("plugin run --path probe", "Error: plugin error: badpintle: "),
        ("show readme shop", "a: b\n"),
        ("template sad", "noway"),
    ] {
        let Some(printed) = on_a_terminal(&world, arguments) else { return };
        assert!(printed.contains(shown), "{arguments}: {printed:?}");
        assert!(!printed.contains(['\u{1b}', '\u{7}', '\r', '\u{9b}']), "{arguments}: {printed:?}");
    }
    // In a pipe the bytes are what they are.
    assert!(world.pintle(&["show", "readme", "shop"]).out.contains("\u{1b}[2Jb"));
    assert!(world.run(&[]).error.contains("\u{1b}[2J"));
}

#[test]
fn a_denied_request_shows_no_password_and_no_token() {
    let world = World::new();
    world.probe(&requests("http://user:open-sesame@127.0.0.1:9/x?token=open-sesame"), "");
    let audit = world.path().join("audit");
    let run = world.run(&["--audit", audit.to_str().unwrap(), "--trace"]);
    assert_eq!(run.code, 10, "{run:?}");
    assert!(run.error.contains("HTTP request to 'http://127.0.0.1:9/x' is not allowed"), "{run:?}");
    let all = run.error + &std::fs::read_to_string(audit).unwrap();
    assert!(!all.contains("open-sesame"), "{all}");
}

#[test]
#[cfg(unix)]
fn a_line_to_be_pasted_runs_nothing_of_the_plugins() {
    let world = World::new();
    world.probe(&entry("(call $said) (i32.const 0)"), "capabilities:\n- chart: [\"x';touch${IFS}made;'\"]");
    let run = world.pintle(&["plugin", "install", "probe"]);
    assert_eq!(run.code, 10, "{run:?}");
    let hint = run.error.lines().find_map(|line| line.split_once("grants all of it, ")).unwrap().1;
    let words = hint.strip_suffix(" that much").unwrap();
    // What a shell makes of it: two words, and nothing is made.
    let output = Command::new("/bin/sh")
        .current_dir(world.path())
        .args(["-c", &format!("for word in {words}; do echo \"$word\"; done")])
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(text.lines().count(), 2, "{text}");
    assert!(!world.path().join("made").exists(), "{words}");
    // And it is the line that grants it.
    let grant = text.lines().nth(1).unwrap();
    let run = world.pintle(&["plugin", "install", "probe", "--grant", grant]);
    assert_eq!(run.code, 0, "{run:?}");
}
