//! Replays `conformance/cases/cli/*.jsonl`: files, arguments and environment in; exit code, stdout and
//! stderr out, with the binary called as `helm`.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::scene::{self, Scene};

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
    written: BTreeMap<String, String>,
}

/// When every file of a case was last changed: 2021-02-03 04:05:06.7 UTC.
fn laid_out() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_millis(1_612_325_106_700)
}

/// Lays out a case's files, folders and links.
fn lay_out(case: &Value, work: &Path) {
    let texts = case["files"].as_object().into_iter().flatten();
    let texts = texts.map(|(name, text)| (name, text.as_str().unwrap_or_default().as_bytes().to_vec()));
    let binary = case["files_b64"].as_object().into_iter().flatten();
    let binary = binary.map(|(name, text)| (name, base64(text.as_str().unwrap_or_default())));
    for (name, content) in texts.chain(binary) {
        let path = work.join(name);
        if name.ends_with('/') {
            std::fs::create_dir_all(path).unwrap();
            continue;
        }
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, content).unwrap();
        std::fs::File::options().write(true).open(path).unwrap().set_modified(laid_out()).unwrap();
    }
    for (name, target) in case["links"].as_object().into_iter().flatten() {
        let path = work.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink(target.as_str().unwrap_or_default(), path).unwrap();
        #[cfg(not(unix))]
        std::fs::copy(path.parent().unwrap().join(target.as_str().unwrap_or_default()), &path).unwrap();
    }
}

pub(crate) fn base64(text: &str) -> Vec<u8> {
    let value = |c: u8| match c {
        b'A'..=b'Z' => u32::from(c - b'A'),
        b'a'..=b'z' => u32::from(c - b'a') + 26,
        b'0'..=b'9' => u32::from(c - b'0') + 52,
        b'+' => 62,
        _ => 63,
    };
    let mut out = Vec::new();
    for chunk in text.trim_end_matches('=').as_bytes().chunks(4) {
        let bits = chunk.iter().fold(0, |bits, &c| bits << 6 | value(c)) << (6 * (4 - chunk.len()));
        out.extend_from_slice(&bits.to_be_bytes()[1..chunk.len()]);
    }
    out
}

/// What is left under `out/`, as the recorder tells it.
fn written(case: &Value, folder: &Path, prefix: &str, out: &mut BTreeMap<String, String>) {
    if let Ok(text) = std::fs::read_to_string(folder) {
        out.insert(".".to_owned(), text);
    }
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut empty = true;
    for entry in entries {
        let entry = entry.unwrap();
        empty = false;
        let (path, kind) = (entry.path(), entry.file_type().unwrap());
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if kind.is_dir() && entry.file_name() == ".git" {
            // What git keeps differs by its version, and has times in it.
            out.insert(format!("{name}/"), "$GIT".to_owned());
        } else if kind.is_dir() {
            written(case, &path, &format!("{name}/"), out);
        } else if kind.is_symlink() {
            out.insert(name, format!("-> {}", std::fs::read_link(path).unwrap().display()));
        } else {
            let content = std::fs::read(path).unwrap();
            let text = if content.starts_with(b"\x1f\x8b") {
                list(&content)
            } else {
                let text = mask_day(&String::from_utf8_lossy(&content));
                match name.rsplit_once('.') {
                    Some((_, "lock")) => mask_generated(case, &text),
                    Some((_, "prov")) => mask_signature(folder, &name, &text),
                    _ => text,
                }
            };
            out.insert(name, text);
        }
    }
    if empty {
        out.insert(if prefix.is_empty() { "./".to_owned() } else { prefix.to_owned() }, String::new());
    }
}

/// A lock says when it was made, which no two runs agree on.
fn mask_generated(case: &Value, text: &str) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for line in &mut lines {
        if line.starts_with("generated: \"")
            && !case["files"].to_string().contains(&line.replace('"', "\\\""))
        {
            let at = line.trim_start_matches("generated: \"").trim_end_matches('"');
            assert!(at.len() >= 20 && at.ends_with('Z'), "{line} is no time in UTC");
            *line = "generated: \"$NOW\"".to_owned();
        }
    }
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// A signature is another one every time, and whoever compresses an archive decides its digest, which has to be that of
/// the archive beside it.
fn mask_signature(folder: &Path, name: &str, text: &str) -> String {
    let archive = std::fs::read(folder.join(name.rsplit('/').next().unwrap().trim_end_matches(".prov")));
    let digest = archive.map(|bytes| format!("sha256:{:x}", Sha256::digest(bytes))).unwrap();
    let text = text.replace(&digest, "sha256:$DIGEST");
    let (begin, end) = ("-----BEGIN PGP SIGNATURE-----\n\n", "\n-----END PGP SIGNATURE-----");
    match (text.split_once(begin), text.rsplit_once(end)) {
        (Some((before, _)), Some((_, after))) => format!("{before}{begin}$SIGNATURE{end}{after}"),
        _ => text,
    }
}

/// The day on which a page of `docs` was written.
fn mask_day(text: &str) -> String {
    let mark = "Auto generated by spf13/cobra on ";
    match text.rsplit_once(mark) {
        None => text.to_owned(),
        Some((before, day)) => {
            let parts: Vec<&str> = day.trim_end().split('-').collect();
            assert!(
                matches!(parts.as_slice(), [day, month, year]
                    if day.parse::<u8>().is_ok() && month.len() == 3 && year.len() == 4),
                "{day:?} is no day"
            );
            format!("{before}{mark}$DAY\n")
        }
    }
}

/// Of much text, the length and digest of each file.
fn digest(written: &mut BTreeMap<String, String>) {
    if written.values().map(String::len).sum::<usize>() > 64 << 10 {
        for text in written.values_mut() {
            *text = format!("{} bytes, sha256 {}", text.len(), hash(text.as_bytes()));
        }
    }
}

fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}

/// What an archive says of itself and of each entry, and a digest of the whole tar stream.
fn list(content: &[u8]) -> String {
    let mut zipped = flate2::read::GzDecoder::new(content);
    let mut unzipped = Vec::new();
    zipped.read_to_end(&mut unzipped).unwrap();
    let header = zipped.header().unwrap();
    let (mut out, mut digest) = (String::new(), hash(&unzipped));
    for entry in tar::Archive::new(&*unzipped).entries().unwrap() {
        let mut entry = entry.unwrap();
        // What a header has no room for stands in a record in front of it.
        let record = entry.pax_extensions().unwrap().into_iter().flatten().find_map(|record| {
            let record = record.unwrap();
            (record.key() == Ok("mtime")).then(|| record.value().unwrap().parse::<u64>().unwrap())
        });
        let modified = record.unwrap_or_else(|| entry.header().mtime().unwrap());
        if entry.header().entry_type().is_dir() {
            // Folders are as old as the run; an archive with them also says who ran it.
            digest = "$TAR".to_owned();
            let (mode, name) = (entry.header().mode().unwrap(), entry.path_bytes().into_owned());
            let name = String::from_utf8_lossy(&name);
            out.push_str(&format!("{mode:o} $TIME folder {}\n", name.trim_end_matches('/')));
            continue;
        }
        let mut data = Vec::new();
        entry.read_to_end(&mut data).unwrap();
        out.push_str(&format!(
            "{:o} {} {} {} sha256 {}\n",
            entry.header().mode().unwrap(),
            modified,
            data.len(),
            String::from_utf8_lossy(&entry.path_bytes()),
            hash(&data)
        ));
    }
    let head = format!(
        "gzip flags {} xfl {} os {} extra {} comment \"{}\"\ntar sha256 {digest}\n",
        content[3],
        content[8],
        header.operating_system(),
        govalue::print::quote(header.extra().unwrap_or_default()),
        String::from_utf8_lossy(header.comment().unwrap_or_default()),
    );
    head + &out
}

/// `tmpcharts-123` as `tmpcharts-$PID`.
fn mask_process(text: &str) -> String {
    let mut parts = text.split("tmpcharts-");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        out.push_str("tmpcharts-$PID");
        out.push_str(part.trim_start_matches(|c: char| c.is_ascii_digit()));
    }
    out
}

/// A program in the folder and with the environment of a case.
pub(crate) fn prepared(case: &Value, program: &Path, work: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(work).env_clear();
    command
        .env("PATH", "/usr/bin:/bin")
        .env("HOME", work.join("home"))
        .env("KUBECONFIG", "/dev/null/none")
        .env("TZ", "UTC");
    for (name, value) in case["env"].as_object().into_iter().flatten() {
        command.env(name, value.as_str().unwrap_or_default());
    }
    // `env` tells how the program was called; the recorder called it so.
    #[cfg(unix)]
    if program.ends_with("helm") {
        std::os::unix::process::CommandExt::arg0(&mut command, "helm");
    }
    command
}

fn run(case: &Value, binary: &Path) -> Result<Outcome, String> {
    let folder = tempfile::tempdir().unwrap();
    let work = folder.path();
    lay_out(case, work);
    let scene = Scene::of(case, work);
    scene.prepare(case, binary, work)?;
    let arguments = case["args"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let mut command = prepared(case, binary, work);
    command.args(arguments.map(|word| scene.known(word)));
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    // A program that does not read its input closes the pipe: that is its right.
    let _ = stdin.write_all(case["stdin"].as_str().unwrap_or_default().as_bytes());
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    // The recorded texts name the folder they were made in as `$FOLDER`.
    let mask = |bytes: &[u8]| {
        let text = String::from_utf8_lossy(bytes).replace(&*work.to_string_lossy(), "$FOLDER");
        scene.masked(mask_process(&text))
    };
    let mut left = BTreeMap::new();
    written(case, &work.join("out"), "", &mut left);
    for text in left.values_mut() {
        *text = text.replace(&*work.to_string_lossy(), "$FOLDER");
    }
    digest(&mut left);
    Ok(Outcome {
        exit: output.status.code().map_or(-1, i64::from),
        stdout: mask(&output.stdout),
        stderr: mask(&output.stderr),
        written: left,
    })
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
    let wanted: BTreeMap<&str, &str> = case["written"]
        .as_object()
        .into_iter()
        .flatten()
        .filter_map(|(name, text)| Some((name.as_str(), text.as_str()?)))
        .collect();
    let names: BTreeSet<&str> =
        wanted.keys().copied().chain(got.written.keys().map(String::as_str)).collect();
    for name in names {
        match (got.written.get(name), wanted.get(name)) {
            (Some(got), Some(wanted)) if got == wanted => {}
            (got, wanted) => {
                let (nothing, got) = ("(not there)", got.map(String::as_str));
                let (got, wanted) = (got.unwrap_or(nothing), wanted.unwrap_or(&nothing));
                return Some(format!("out/{name}:\n{got}\ninstead of:\n{wanted}"));
            }
        }
    }
    None
}

#[test]
fn recorded_transcripts_of_helm_are_the_same() {
    let folder = root().join("conformance/cases/cli");
    let bin = tempfile::tempdir().unwrap();
    let binary = helm(bin.path());
    let known = known();
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let texts: Vec<String> = files.iter().map(|file| std::fs::read_to_string(file).unwrap()).collect();
    let lines: Vec<&str> = texts.iter().flat_map(|text| text.lines().skip(1)).collect();
    let next = AtomicUsize::new(0);
    let replay = || {
        let mut failures = Vec::new();
        while let Some(line) = lines.get(next.fetch_add(1, Ordering::Relaxed)) {
            let case: Value = serde_json::from_str(line).unwrap();
            let id = case["id"].as_str().unwrap().to_owned();
            if !scene::can_be_asked(&case) {
                continue;
            }
            let difference = match run(&case, &binary) {
                Ok(outcome) => difference(&case, &outcome),
                Err(step) => Some(step),
            };
            match (difference, known.get(&id)) {
                (Some(difference), None) => failures.push(format!("{id} {}: {difference}", case["args"])),
                (None, Some(_)) => {
                    failures.push(format!("{id}: is the same now; take it out of known.jsonl"))
                }
                _ => {}
            }
        }
        failures
    };
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let mut failures: Vec<String> = std::thread::scope(|scope| {
        let running: Vec<_> = (0..workers).map(|_| scope.spawn(replay)).collect();
        running.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    failures.sort();
    let count = lines.len();
    assert!(count > 1000, "only {count} cases found in {}", folder.display());
    let shown: Vec<&String> = failures.iter().take(20).collect();
    assert!(
        failures.is_empty(),
        "{} of {count} differ\n{}",
        failures.len(),
        shown.iter().map(|s| s.as_str()).collect::<Vec<_>>().join("\n----\n")
    );
}
