//! `plugin inspect`: tells what things are, and runs and changes nothing.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

struct World {
    folder: tempfile::TempDir,
}

impl World {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }

    fn run(&self, program: &str, arguments: &[&str]) -> Output {
        let program = match program {
            "pintle" => Path::new(env!("CARGO_BIN_EXE_pintle")).to_owned(),
            name => {
                let link = self.path().join(name);
                if !link.exists() {
                    #[cfg(unix)]
                    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_pintle"), &link).unwrap();
                }
                link
            }
        };
        let home = self.path().join("home");
        Command::new(program)
            .current_dir(self.path())
            .env_clear()
            .env("HELM_CONFIG_HOME", home.join("config"))
            .env("HELM_DATA_HOME", home.join("data"))
            .env("HELM_CACHE_HOME", home.join("cache"))
            .env("HOME", &home)
            // For the program `git`.
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .arg("plugin")
            .args(arguments)
            .output()
            .unwrap()
    }

    fn text(&self, arguments: &[&str]) -> String {
        let output = self.run("pintle", arguments);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    fn json(&self, reference: &str) -> Value {
        serde_json::from_str(&self.text(&["inspect", reference, "-o", "json"])).unwrap()
    }
}

/// Asks for an import of the kernel, and would trap if anything of it ran.
fn module() -> Vec<u8> {
    wat::parse_str(
        r#"(module (import "extism:host/env" "alloc" (func (param i64) (result i64)))
        (memory (export "memory") 17 20)
        (func $never unreachable) (start $never)
        (func (export "helm_plugin_main") (result i32) unreachable))"#,
    )
    .unwrap()
}

const MANIFEST: &str = "apiVersion: v1\nname: gh\nversion: 0.1.0\ntype: getter/v1\nruntime: extism/v1\n\
    config:\n  protocols: [gh]\nruntimeConfig:\n  maxPages: 32\n  allowedHosts: [github.com]\n  timeout: 5000\n  \
    fileSystem: {createTempDir: true}\n  capabilities:\n  - env: [GH_TOKEN]\n";

#[test]
fn a_folder_tells_what_the_plugin_asks_for_and_what_its_module_is() {
    let world = World::new();
    world.write("gh/plugin.yaml", MANIFEST);
    world.write("gh/plugin.wasm", module());
    let text = world.text(&["inspect", "gh"]);
    for words in [
        "gh 0.1.0",
        "getter/v1 for gh",
        "not in plugins.lock",
        "extism: an Extism plugin",
        "17 to 20 pages of 64 KiB",
        "runs a function when it is loaded",
        "ASKS FOR",
        "GH_TOKEN",
        "github.com",
        "tempdir",
        "maxPages",
        "extism:host/env\talloc\t(i64) -> i64",
        "helm_plugin_main",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    let value = world.json("gh");
    assert_eq!(value["plugin"]["name"], "gh");
    assert_eq!(value["plugin"]["managed"], false);
    assert_eq!(value["plugin"]["limits"]["timeout"], 5000);
    assert_eq!(value["plugin"]["requested"].as_array().unwrap().len(), 3);
    assert_eq!(value["module"]["family"], "extism");
    assert_eq!(value["module"]["runs"], true);
    assert_eq!(value["module"]["memories"][0]["most"], 20);
    assert_eq!(value["module"]["imports"][0]["kind"], "(i64) -> i64");
    assert!(!world.path().join("home").exists(), "something was written");
}

#[test]
fn an_installed_plugin_is_found_by_its_name_and_a_file_needs_no_plugin() {
    let world = World::new();
    world.write("home/data/plugins/any/plugin.yaml", MANIFEST);
    world.write("home/data/plugins/any/plugin.wasm", module());
    assert_eq!(world.json("gh")["plugin"]["type"], "getter/v1");
    world.write("alone.wasm", module());
    let value = world.json("alone.wasm");
    assert_eq!(value.get("plugin"), None);
    assert_eq!(value["module"]["exports"][1]["name"], "helm_plugin_main");
}

#[test]
fn an_archive_is_read_where_it_lies() {
    let world = World::new();
    let pack = |files: &[(&str, &[u8])]| {
        let mut archive =
            tar::Builder::new(flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast()));
        for (name, content) in files {
            let mut header = tar::Header::new_gnu();
            header.set_size(content.len() as u64);
            header.set_mode(0o644);
            archive.append_data(&mut header, name, *content).unwrap();
        }
        archive.into_inner().unwrap().finish().unwrap()
    };
    let module = module();
    for top in ["", "gh/"] {
        let (yaml, wasm) = (format!("{top}plugin.yaml"), format!("{top}plugin.wasm"));
        world.write("gh-0.1.0.tgz", pack(&[(&wasm, &module), (&yaml, MANIFEST.as_bytes())]));
        let value = world.json("gh-0.1.0.tgz");
        assert_eq!((&value["plugin"]["name"], &value["module"]["family"]), (&"gh".into(), &"extism".into()));
    }
    let refused = |files: &[(&str, &[u8])]| {
        world.write("bad.tgz", pack(files));
        let output = world.run("pintle", &["inspect", "bad.tgz"]);
        assert_eq!(output.status.code(), Some(1));
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(refused(&[("plugin.yaml", MANIFEST.as_bytes())]).contains("the archive has no plugin.wasm"));
    assert!(refused(&[("a/b", b"")]).contains("plugin.yaml not found in tarball"));
    // A module beside another plugin.yaml is not this one's.
    assert!(
        refused(&[("a/plugin.wasm", &module), ("plugin.yaml", MANIFEST.as_bytes())])
            .contains("has no plugin.wasm")
    );
    let left: Vec<_> =
        std::fs::read_dir(world.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| name.to_string_lossy().ends_with(".tgz")), "{left:?}");
}

#[test]
fn a_program_is_told_to_be_one() {
    let world = World::new();
    world.write(
        "native/plugin.yaml",
        "name: native\nversion: 1.0.0\ncommand: touch made\nhooks: {install: touch made}\n",
    );
    let text = world.text(&["inspect", "native"]);
    assert!(text.contains("subprocess: native code, outside Wasm") && text.contains("native"), "{text}");
    assert!(!world.path().join("made").exists());
    assert_eq!(world.json("native").get("module"), None);
}

#[test]
fn other_families_are_named_with_what_to_do() {
    let world = World::new();
    let proxy = r#"(module (func (export "proxy_abi_version_0_2_1")) (func (export "_start")))"#;
    world.write("filter.wasm", wat::parse_str(proxy).unwrap());
    let text = world.text(&["inspect", "filter.wasm"]);
    assert!(text.contains("proxy-wasm: a proxy-wasm filter") && text.contains("another host"), "{text}");
    assert_eq!(world.json("filter.wasm")["module"]["runs"], false);
}

#[test]
fn what_is_no_wasm_and_what_is_nowhere_is_refused_in_words() {
    let world = World::new();
    world.write("script.wasm", "#!/bin/sh\n");
    let refused = |reference: &str| {
        let output = world.run("pintle", &["inspect", reference]);
        assert_eq!(output.status.code(), Some(1));
        assert!(output.stdout.is_empty());
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(refused("script.wasm").contains("script.wasm: this is no WebAssembly: it begins with a script"));
    assert!(
        refused("nothing")
            .contains("\"nothing\" is no file, no folder, no installed plugin, and no URL of one")
    );
}

#[cfg(unix)]
#[test]
fn helm_has_no_such_command() {
    let world = World::new();
    let help = String::from_utf8(world.run("helm", &["--help"]).stdout).unwrap();
    assert!(!help.contains("inspect"), "{help}");
    assert!(world.text(&["--help"]).contains("inspect"));
}

/// A server on this machine that answers every request with these bytes.
fn serving(bytes: Vec<u8>) -> u16 {
    use std::io::{BufRead as _, BufReader, Write as _};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let lines = BufReader::new(stream.try_clone().unwrap()).lines();
            lines.map_while(Result::ok).take_while(|line| !line.is_empty()).for_each(drop);
            let head =
                format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", bytes.len());
            let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&bytes));
        }
    });
    port
}

#[test]
fn a_url_is_looked_at_and_nothing_is_kept() {
    let world = World::new();
    let port = serving(module());
    let value = world.json(&format!("http://127.0.0.1:{port}/x/plugin.wasm"));
    assert_eq!(value["module"]["family"], "extism");
    assert_eq!(std::fs::read_dir(world.path()).unwrap().count(), 0, "something was kept");
}

/// Needs `git`; without it there is nothing to see.
#[test]
fn a_repository_is_looked_at_and_nothing_is_kept() {
    let world = World::new();
    world.write("repository/plugin.yaml", MANIFEST);
    world.write("repository/plugin.wasm", module());
    let git = |arguments: &[&str]| {
        let identity =
            ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "init.defaultBranch=main"];
        let ran = Command::new("git")
            .args(identity)
            .args(arguments)
            .current_dir(world.path().join("repository"))
            .output();
        ran.is_ok_and(|output| output.status.success())
    };
    if !git(&["--version"]) {
        return;
    }
    assert!(git(&["init", "--quiet"]) && git(&["add", "."]) && git(&["commit", "--quiet", "-m", "a"]));
    let remote = format!("file://{}", world.path().join("repository").display());
    std::fs::rename(world.path().join("repository"), world.path().join("repository.git")).unwrap();
    let output = world.run("pintle", &["inspect", &format!("{remote}.git"), "-o", "json"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let value: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(value["plugin"]["name"], "gh");
    let kept = world.path().join("home/cache/pintle");
    assert_eq!(std::fs::read_dir(kept).unwrap().count(), 0, "something was kept");
}
