//! What stands first when standard output and standard error lead to the same place.

use std::io::Read as _;
use std::process::Command;

#[test]
fn what_was_printed_before_a_failure_stands_before_it() {
    let folder = tempfile::tempdir().unwrap();
    let (mut reader, writer) = std::io::pipe().unwrap();
    let status = Command::new(env!("CARGO_BIN_EXE_pintle"))
        .args(["lint", "nothing"])
        .current_dir(folder.path())
        .stdout(writer.try_clone().unwrap())
        .stderr(writer)
        .status()
        .unwrap();
    let mut text = String::new();
    reader.read_to_string(&mut text).unwrap();
    assert!(!status.success());
    assert!(text.starts_with("==> Linting nothing\n"), "{text}");
    assert!(text.ends_with("\nError: 1 chart(s) linted, 1 chart(s) failed\n"), "{text}");
}
