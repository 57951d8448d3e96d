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
fn the_plugin_that_nobody_accepted_is_refused_under_our_own_name() {
    let folder = chart();
    let refused = run(folder.path(), "pintle", &["--post-renderer", "moon"]);
    assert_eq!(refused.status.code(), Some(10), "{}", err(&refused));
    assert!(err(&refused).contains("native code that was not installed here"), "{}", err(&refused));
}
