//! Replays `conformance/cases/cli/*.jsonl`: files, arguments and environment in; exit code, stdout and
//! stderr out, with the binary called as `helm`.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Cases that are known to differ, with the reason: `docs/compat/known.jsonl`.
fn known() -> BTreeMap<String, String> {
    let text = std::fs::read_to_string(root().join("docs/compat/known.jsonl")).unwrap_or_default();
    text.lines()
        .filter_map(|line| {
            let row: Value = serde_json::from_str(line).unwrap();
            Some((row["id"].as_str()?.to_owned(), row["reason"].as_str()?.to_owned()))
        })
        .collect()
}

fn helm(folder: &Path) -> PathBuf {
    let link = folder.join("helm");
    let binary = env!("CARGO_BIN_EXE_pintle");
    #[cfg(unix)]
    std::os::unix::fs::symlink(binary, &link).unwrap();
    #[cfg(not(unix))]
    std::fs::copy(binary, &link).unwrap();
    link
}

struct Outcome {
    exit: i64,
    stdout: String,
    stderr: String,
}

fn run(case: &Value, binary: &Path) -> Outcome {
    let folder = tempfile::tempdir().unwrap();
    let work = folder.path();
    for (name, content) in case["files"].as_object().into_iter().flatten() {
        let path = work.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content.as_str().unwrap_or_default()).unwrap();
    }
    let arguments = case["args"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let mut command = Command::new(binary);
    command.args(arguments).current_dir(work).env_clear();
    command
        .env("PATH", "/usr/bin:/bin")
        .env("HOME", work.join("home"))
        .env("KUBECONFIG", "/dev/null/none")
        .env("TZ", "UTC");
    for (name, value) in case["env"].as_object().into_iter().flatten() {
        command.env(name, value.as_str().unwrap_or_default());
    }
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    // A program that does not read its input closes the pipe: that is its right.
    let _ = stdin.write_all(case["stdin"].as_str().unwrap_or_default().as_bytes());
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    // The recorded texts name the folder they were made in as `$FOLDER`.
    let mask = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace(&*work.to_string_lossy(), "$FOLDER");
    Outcome {
        exit: output.status.code().map_or(-1, i64::from),
        stdout: mask(&output.stdout),
        stderr: mask(&output.stderr),
    }
}

fn difference(case: &Value, got: &Outcome) -> Option<String> {
    let text = |key: &str| case[key].as_str().unwrap_or_default();
    if case["exit"].as_i64() != Some(got.exit) {
        return Some(format!("exit {} instead of {}: {}", got.exit, case["exit"], got.stderr.trim()));
    }
    if got.stdout != text("stdout") {
        return Some(format!("stdout:\n{}\ninstead of:\n{}", got.stdout, text("stdout")));
    }
    if got.stderr != text("stderr") {
        return Some(format!("stderr:\n{}\ninstead of:\n{}", got.stderr, text("stderr")));
    }
    None
}

#[test]
fn recorded_transcripts_of_helm_are_the_same() {
    let folder = root().join("conformance/cases/cli");
    let bin = tempfile::tempdir().unwrap();
    let binary = helm(bin.path());
    let known = known();
    let mut failures = Vec::new();
    let mut count = 0;
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        for line in text.lines().skip(1) {
            let case: Value = serde_json::from_str(line).unwrap();
            let id = case["id"].as_str().unwrap().to_owned();
            count += 1;
            match (difference(&case, &run(&case, &binary)), known.get(&id)) {
                (Some(difference), None) => failures.push(format!("{id} {}: {difference}", case["args"])),
                (None, Some(_)) => {
                    failures.push(format!("{id}: is the same now; take it out of known.jsonl"))
                }
                _ => {}
            }
        }
    }
    assert!(count > 100, "only {count} cases found in {}", folder.display());
    let shown: Vec<&String> = failures.iter().take(20).collect();
    assert!(
        failures.is_empty(),
        "{} of {count} differ\n{}",
        failures.len(),
        shown.iter().map(|s| s.as_str()).collect::<Vec<_>>().join("\n----\n")
    );
}
