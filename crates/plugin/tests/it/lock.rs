use std::collections::BTreeMap;

use guard::{Grant, Node};
use pintle_plugin::lock::{Digest, Entry, Lock, LockError, Pinned, Signer};

pub(crate) fn entry(folder: &str, name: &str) -> Entry {
    Entry {
        folder: folder.to_owned(),
        name: name.to_owned(),
        version: "1.2.3".to_owned(),
        source: "https://h.test/gh-1.2.3.tgz".to_owned(),
        installed: "2026-11-21T15:00:00Z".to_owned(),
        signer: Signer::Unsigned { accepted: "--verify=false".to_owned() },
        linked: false,
        requested: Vec::new(),
        granted: Vec::new(),
        files: BTreeMap::new(),
    }
}

#[test]
fn what_is_written_is_read_back() {
    let mut lock = Lock::default();
    assert_eq!(Lock::parse(lock.text().as_bytes()).unwrap(), lock);
    let mut gh = entry("/home/u/pl ugins/gh: \"x\"", "gh");
    let wanted = Grant::for_plugin("gh", &gh.folder, "http=GET https://api.github.com/repos/*").unwrap();
    gh.requested = vec![
        Grant::requested("gh", &Node::text("clock")).unwrap(),
        Grant::requested("gh", &Node::map([("env", Node::seq([Node::text("yes"), Node::text("A_*")]))]))
            .unwrap(),
    ];
    gh.granted = vec![wanted];
    gh.signer = Signer::Signed {
        fingerprint: "0123ABCD".to_owned(),
        identities: vec!["A <a@h.test>".to_owned(), "yes".to_owned(), "\u{202e}x\n".to_owned()],
    };
    gh.files.insert("plugin.wasm".to_owned(), Pinned::File(Digest::of(b"module")));
    gh.files.insert("- null: ~".to_owned(), Pinned::Link("../x y".to_owned()));
    gh.files.insert("1".to_owned(), Pinned::File(Digest::of(b"")));
    let mut linked = entry("/b", "linked");
    (linked.linked, linked.version, linked.source) = (true, String::new(), "~".to_owned());
    lock.set(gh);
    lock.set(linked);
    let text = lock.text();
    assert_eq!(Lock::parse(text.as_bytes()).unwrap(), lock, "{text}");
    assert!(
        text.contains("      - http: {methods: [GET], urls: [\"https://api.github.com/repos/*\"]}\n"),
        "{text}"
    );
    let digest = Digest::of(b"module").to_string();
    assert!(text.contains(&format!("      plugin.wasm: \"{digest}\"\n")), "{text}");
}

#[test]
fn what_is_not_understood_is_refused_with_its_line_and_the_nearest_word() {
    let mut lock = Lock::default();
    let mut gh = entry("/a", "gh");
    gh.files.insert("plugin.yaml".to_owned(), Pinned::File(Digest::of(b"")));
    gh.granted = vec![Grant::for_plugin("gh", "/a", "random").unwrap()];
    lock.set(gh);
    let good = lock.text();
    let refused = |from: &str, to: &str| {
        assert!(good.contains(from), "{from} in {good}");
        Lock::parse(good.replacen(from, to, 1).as_bytes()).unwrap_err().to_string()
    };
    assert_eq!(
        refused("granted:", "grantd:"),
        "line 16: unknown key `grantd` in /a, did you mean `granted`?"
    );
    assert_eq!(
        refused("- random", "- randm"),
        "line 16: granted: unknown capability `randm`, did you mean `random`?"
    );
    assert_eq!(
        refused("v1alpha1", "v2"),
        "line 3: apiVersion is `pintle.dev/v2`, and only `pintle.dev/v1alpha1` is known"
    );
    assert_eq!(refused("    linked: false\n", ""), "line 7: `linked` is missing in /a");
    assert_eq!(refused("linked: false", "linked: maybe"), "line 13: linked is neither `true` nor `false`");
    assert_eq!(
        refused("    name: gh\n", "    name: gh\n    name: gh\n"),
        "line 8: key `name` is twice in /a"
    );
    assert!(
        refused("sha256:e3", "sha256:xx")
            .ends_with("plugin.yaml has no digest: `sha256:` and 64 hexadecimal digits")
    );
    assert!(
        refused("unsigned: ", "signed: ")
            .contains("unknown key `signed` in signer, did you mean `unsigned`?")
    );
    assert!(refused("plugins:\n", "plugins: [\n").contains("yaml"));
    assert!(Lock::parse(b"").unwrap_err().to_string().contains("is empty"));
}

#[test]
fn a_file_that_is_there_is_never_overlooked() {
    let folder = tempfile::tempdir().unwrap();
    let file = Lock::path(folder.path());
    assert_eq!(Lock::read(&file).unwrap(), Lock::default());
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(&file, Lock::default().text()).unwrap();
    assert_eq!(Lock::read(&file).unwrap(), Lock::default());
    std::fs::write(&file, "plugins: {}\n").unwrap();
    let error = Lock::read(&file).unwrap_err();
    assert!(matches!(error, LockError::Syntax { .. }));
    assert!(
        error.to_string().ends_with("plugins.lock: line 1: `apiVersion` is missing in the file"),
        "{error}"
    );
    std::fs::remove_file(&file).unwrap();
    std::fs::create_dir(&file).unwrap();
    assert!(matches!(Lock::read(&file), Err(LockError::Read { .. })));
    #[cfg(unix)]
    {
        std::fs::remove_dir(&file).unwrap();
        std::os::unix::fs::symlink("nowhere", &file).unwrap();
        assert!(matches!(Lock::read(&file), Err(LockError::Read { .. })));
    }
}
