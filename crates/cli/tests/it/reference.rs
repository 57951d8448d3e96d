//! The committed reference is what `docs` prints today.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

fn pages(folder: &Path) -> BTreeMap<String, String> {
    let entries = std::fs::read_dir(folder).unwrap();
    entries
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read_to_string(path).unwrap())
        })
        .collect()
}

// The pages show the folders of Linux.
#[cfg(target_os = "linux")]
#[test]
fn the_reference_is_up_to_date() {
    let folder = tempfile::tempdir().unwrap();
    let status = Command::new(env!("CARGO_BIN_EXE_pintle"))
        .arg("docs")
        .arg("--dir")
        .arg(folder.path())
        .env_clear()
        .env("HOME", "$HOME")
        .status()
        .unwrap();
    assert!(status.success());
    let (printed, committed) = (
        pages(folder.path()),
        pages(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/commands")),
    );
    assert!(printed.len() > 40, "only {} pages", printed.len());
    let names = printed.keys().chain(committed.keys());
    let stale: Vec<&String> = names.filter(|name| printed.get(*name) != committed.get(*name)).collect();
    assert!(stale.is_empty(), "run `cargo xtask docs`: these pages are not up to date: {stale:?}");
}

#[test]
fn what_is_not_there_yet_is_named_apart_and_refused() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pintle"));
        let output = command.args(arguments).current_dir(folder.path()).env_clear().output().unwrap();
        (
            output.status.code(),
            String::from_utf8(output.stdout).unwrap(),
            String::from_utf8(output.stderr).unwrap(),
        )
    };
    let (code, help, _) = run(&["help"]);
    assert_eq!(code, Some(0));
    let (there, missing) = help.split_once("Commands of Helm that are not in this version yet:").unwrap();
    assert!(there.contains("\n  template  ") && !missing.contains("\n  template  "), "{help}");
    assert!(!there.contains("\n  upgrade  ") && missing.contains("\n  upgrade  "), "{help}");
    let (_, help, _) = run(&["upgrade", "--help"]);
    assert!(help.starts_with("Not in this version of Pintle yet."), "{help}");
    let (code, out, error) = run(&["upgrade", "web", "chart"]);
    assert_eq!((code, out.as_str()), (Some(1), ""));
    assert_eq!(error, "Error: the command \"upgrade\" is not in this version of Pintle yet\n");
    let (_, out, _) = run(&["__complete", "template", "x", "--profile", ""]);
    assert!(out.contains("\nstrict\tdeny what was not granted\n:4\n"), "{out}");
    // Its command line is read first.
    let (code, _, error) = run(&["upgrade", "web"]);
    assert_eq!(code, Some(1));
    assert!(error.starts_with("Error: \"pintle upgrade\" requires 2 arguments"), "{error}");
}
