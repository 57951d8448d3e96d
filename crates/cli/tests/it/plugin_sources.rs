//! Plugins from elsewhere: archives behind URLs, and repositories that move on. What needs `git` is left out where
//! there is none.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output};

const MANIFEST: &str = "apiVersion: v1\nname: w\ntype: getter/v1\nruntime: extism/v1\nversion: 0.1.0\nconfig: {protocols: [w]}\n";
const MODULE: &[u8] = b"\0asm\x01\0\0\0";

fn pintle(home: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pintle"));
    command.args(arguments).env_clear().env("HOME", home).env("PATH", std::env::var_os("PATH").unwrap());
    command.current_dir(home).stdin(std::process::Stdio::null()).output().unwrap()
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// Serves one archive under every path that ends in `.tgz`.
fn serve(archive: Vec<u8>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let (mut stream, mut head, mut byte) = (stream.unwrap(), Vec::new(), [0]);
            while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|read| read == 1) {
                head.push(byte[0]);
            }
            let there =
                String::from_utf8_lossy(&head).lines().next().unwrap_or_default().contains(".tgz HTTP");
            let (status, body) = if there { ("200 OK", &archive[..]) } else { ("404 Not Found", &b""[..]) };
            let length = body.len();
            let head = format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
            let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body));
        }
    });
    url
}

#[test]
fn an_archive_behind_a_url_is_installed() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    fs::create_dir(home.join("w")).unwrap();
    fs::write(home.join("w/plugin.yaml"), MANIFEST).unwrap();
    fs::write(home.join("w/plugin.wasm"), MODULE).unwrap();
    let packed = pintle(home, &["plugin", "package", "w", "--sign=false"]);
    assert!(packed.status.success(), "{}", said(&packed));
    let url = serve(fs::read(home.join("w-0.1.0.tgz")).unwrap());
    let archive = format!("{url}/w-0.1.0.tgz");
    let refused = pintle(home, &["plugin", "install", &archive]);
    assert!(said(&refused).contains("no provenance file (.prov) found"), "{}", said(&refused));
    let installed = pintle(home, &["plugin", "install", &archive, "--verify=false"]);
    assert!(installed.status.success(), "{}", said(&installed));
    assert!(said(&pintle(home, &["plugin", "list"])).contains("w   \t0.1.0"));
    let missing = pintle(home, &["plugin", "install", &format!("{url}/x"), "--verify=false"]);
    assert!(said(&missing).contains("Cannot detect VCS"), "{}", said(&missing));
}

fn git(home: &Path, folder: &Path, arguments: &[&str]) -> bool {
    let name = ["-c", "user.name=n", "-c", "user.email=n@test.invalid", "-c", "init.defaultBranch=main"];
    let run = Command::new("git").args(name).args(arguments).current_dir(folder).env("HOME", home).output();
    run.is_ok_and(|output| output.status.success())
}

#[test]
fn an_update_that_asks_for_more_than_was_granted_stops() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let repository = home.join("r");
    fs::create_dir(&repository).unwrap();
    fs::write(repository.join("plugin.yaml"), MANIFEST).unwrap();
    fs::write(repository.join("plugin.wasm"), MODULE).unwrap();
    let commit = |words: &str| {
        git(home, &repository, &["add", "."]) && git(home, &repository, &["commit", "-qm", words])
    };
    if !git(home, &repository, &["init", "-q"]) || !commit("one") {
        return;
    }
    let url = format!("file://{}", repository.display());
    let refused = pintle(home, &["plugin", "install", &url]);
    assert!(said(&refused).contains("plugin source does not support verification"), "{}", said(&refused));
    let installed = pintle(home, &["plugin", "install", &url, "--verify=false"]);
    assert!(installed.status.success(), "{}", said(&installed));

    let wants = MANIFEST.replace("0.1.0", "0.2.0") + "runtimeConfig: {allowedHosts: [api.test.invalid]}\n";
    fs::write(repository.join("plugin.yaml"), wants).unwrap();
    assert!(commit("two"));
    let stopped = pintle(home, &["plugin", "update", "w"]);
    let words = said(&stopped);
    assert!(
        words.contains("asks for what nobody granted: http=https://api.test.invalid")
            || words.contains("api.test.invalid"),
        "{words}"
    );
    assert_eq!(stopped.status.code(), Some(10), "{words}");
    assert!(said(&pintle(home, &["plugin", "list"])).contains("0.1.0"), "the old one is still there");

    let updated = pintle(home, &["plugin", "update", "w", "--grant-requested"]);
    assert!(updated.status.success() && said(&updated) == "Updated plugin: w\n", "{}", said(&updated));
    assert!(said(&pintle(home, &["plugin", "list"])).contains("0.2.0"));
    let again = pintle(home, &["plugin", "update", "w"]);
    assert!(again.status.success(), "{}", said(&again));

    fs::write(home.join(".local/share/helm/plugins/r/plugin.yaml"), MANIFEST).unwrap();
    let changed = pintle(home, &["plugin", "update", "w"]);
    assert!(said(&changed).contains("plugin repo was modified"), "{}", said(&changed));
}
