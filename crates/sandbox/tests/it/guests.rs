//! The guests of `guests/`: each thing that a guest can ask for, once allowed and once denied.
//!
//! A guest's first lines say what it is given and what must come of it; see `guests/README.md`. Everything else of the
//! world is the same for all of them.

use crate::support::*;
use pintle_sandbox::*;
use serde_json::json;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// What the first lines of a guest say.
#[derive(Default)]
struct Head {
    grants: Vec<String>,
    tempdir: Option<u64>,
    touches: Vec<String>,
    denied: Vec<String>,
    says: Vec<String>,
    output: Option<String>,
    returns: u32,
    ends: Option<String>,
}

impl Head {
    fn read(text: &str, root: &Path) -> Self {
        let mut head = Self::default();
        for line in text.lines().map_while(|line| line.strip_prefix(";; ")) {
            let (key, value) = line.split_once(": ").unwrap_or_else(|| panic!("{line}"));
            let value = value.replace("{root}", &root.display().to_string());
            match key {
                "grant" => head.grants.push(value),
                "tempdir" => head.tempdir = Some(value.parse().unwrap()),
                "touches" => head.touches.push(value),
                "denied" => head.denied.push(value),
                "says" => head.says.push(value),
                "output" => head.output = Some(value.replace("\\0", "\0")),
                "returns" => head.returns = value.parse().unwrap(),
                "ends" => head.ends = Some(value),
                other => panic!("{other}"),
            }
        }
        head
    }
}

fn folders() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../guests");
    let mut folders: Vec<PathBuf> = std::fs::read_dir(root)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    folders
}

fn name(folder: &Path) -> String {
    folder.file_name().unwrap().to_string_lossy().into_owned()
}

/// What stands in the file that is granted to nobody.
const SECRET: &str = "read by nobody";

/// A folder that may be granted, with a secret beside it.
struct World(PathBuf);

impl World {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("pintle-guests-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(path.join("given")).unwrap();
        std::fs::create_dir_all(path.join("tmp")).unwrap();
        std::fs::write(path.join("given/note"), "granted").unwrap();
        std::fs::write(path.join("secret"), SECRET).unwrap();
        Self(path)
    }
}

impl Drop for World {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Runs one guest, and compares what it did with what its head says.
fn check(folder: &Path, twin: &str) -> Head {
    let who = format!("{}/{twin}", name(folder));
    let file = folder.join(format!("{twin}.wat"));
    let text = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{who}: {error}"));
    let world = World::new(&who.replace('/', "-"));
    let head = Head::read(&text, &world.0);
    let script = Script { answer: Some(json!({"answered": true})), ..Script::default() }
        .name("api.test", "93.184.216.34")
        .page("GET https://api.test:443/repos/a", "a repository")
        .page("GET https://api.test:443/admin", "not for you");
    let mut call = call("");
    call.outbound = Box::new(script.clone());
    call.world.env = [("TOKEN", "sesame"), ("OTHER", "hidden")].map(|(k, v)| (k.into(), v.into())).into();
    call.world.tempdir = head.tempdir.map(|bytes| Tempdir { root: world.0.join("tmp"), bytes });
    let grants: Vec<&str> = head.grants.iter().map(String::as_str).collect();
    let outcome = run_with(&module(&text), &mut guard(&grants), call).unwrap();
    match (&outcome.end, head.ends.as_deref()) {
        (End::Returned(code), None) => assert_eq!(*code, head.returns, "{who}"),
        (End::Denied { .. }, Some("denied")) => {}
        (end, _) => panic!("{who}: {end:?}"),
    }
    let output = String::from_utf8_lossy(&outcome.output).into_owned();
    if let Some(expected) = &head.output {
        assert_eq!(output, *expected, "{who}");
    }
    assert_eq!(script.touched.all(), head.touches, "{who}");
    let denied: Vec<&str> = outcome.denials.iter().map(|denial| denial.capability().word()).collect();
    assert_eq!(denied, head.denied, "{who}");
    let said: Vec<String> = outcome.denials.iter().map(ToString::to_string).collect();
    for words in &head.says {
        assert!(said.iter().any(|line| line.contains(words)), "{who}: {said:?}");
    }
    assert!(!output.contains(SECRET) && !output.contains("not for you"), "{who}: {output}");
    assert_eq!(
        std::fs::read_dir(world.0.join("tmp")).unwrap().count(),
        0,
        "{who}: something was left behind"
    );
    assert_eq!(std::fs::read_to_string(world.0.join("secret")).unwrap(), SECRET, "{who}");
    head
}

#[test]
fn the_allowed_do_what_they_ask_for() {
    for folder in folders() {
        let head = check(&folder, "allowed");
        assert!(!head.grants.is_empty() && head.denied.is_empty(), "{}: nothing is granted", name(&folder));
    }
}

#[test]
fn the_denied_touch_nothing_and_are_told_so() {
    for folder in folders() {
        let head = check(&folder, "denied");
        assert!(head.touches.is_empty(), "{}", name(&folder));
        let refused = !head.denied.is_empty() || head.returns != 0;
        assert!(refused && head.output.is_none(), "{}: nothing is denied", name(&folder));
    }
}

#[test]
fn every_host_function_has_both_guests_and_imports_what_its_folder_says() {
    let there: BTreeSet<String> = folders().iter().map(|folder| name(folder)).collect();
    let needed = HostFunction::ALL.iter().map(|function| format!("extism_{}", function.name()));
    let others = ["extism_http_request", "wasi_environ_get", "wasi_file", "wasi_tempdir"].map(str::to_owned);
    for folder in needed.chain(others) {
        assert!(there.contains(&folder), "guests/{folder} is missing");
    }
    for folder in folders() {
        let (family, what) =
            name(&folder).split_once('_').map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
        for twin in ["allowed", "denied"] {
            let text = std::fs::read_to_string(folder.join(format!("{twin}.wat"))).unwrap();
            let imports =
                |module: &str, what: &str| text.contains(&format!(r#"(import "{module}" "{what}""#));
            let right = match (family.as_str(), what.as_str()) {
                ("extism", "http_request") => imports("extism:host/env", &what),
                ("extism", _) => imports("extism:host/user", &what),
                ("wasi", "file" | "tempdir") => imports("wasi_snapshot_preview1", "path_open"),
                ("wasi", _) => imports("wasi_snapshot_preview1", &what),
                _ => false,
            };
            assert!(right, "guests/{}/{twin}.wat", name(&folder));
        }
    }
}
