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

/// Helm 4.3.1 with `--debug` logs a chart's name before it looks at its schema, and its dependencies behind that.
#[test]
fn the_log_of_a_schema_stands_between_name_and_dependencies() {
    let folder = tempfile::tempdir().unwrap();
    let chart = folder.path().join("shop");
    std::fs::create_dir_all(chart.join("templates")).unwrap();
    std::fs::write(chart.join("Chart.yaml"), "apiVersion: v2\nname: shop\nversion: 1.0.0\n").unwrap();
    std::fs::write(chart.join("values.schema.json"), "{\"type\": \"object\"}").unwrap();
    std::fs::write(chart.join("templates/a.yaml"), "a: b\n").unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_pintle"))
        .args(["template", "shop", "--debug"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    let log = String::from_utf8_lossy(&output.stderr).into_owned();
    let lines: Vec<&str> = log.lines().skip_while(|line| !line.contains("msg=\"chart name\"")).collect();
    assert_eq!(
        lines.get(..3),
        Some(
            &[
                "level=DEBUG msg=\"chart name\" chart-name=shop",
                "level=DEBUG msg=\"unmarshalled JSON schema\" schema=\"{\\\"type\\\": \\\"object\\\"}\"",
                "level=DEBUG msg=\"number of dependencies in the chart\" chart=shop dependencies=0",
            ][..]
        ),
        "{log}"
    );
}
