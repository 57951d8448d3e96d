use std::fs;
use std::path::PathBuf;

use guard::{Grant, Provenance};
use pintle_plugin::lock::{Digest, Entry, Lock, Pinned};
use pintle_plugin::pin::{self, Difference, FilesError, Limits, Ready, ReadyError, Standing, ready};

use crate::lock::entry;

const WASM: &str = "apiVersion: v1\nname: gh\ntype: cli/v1\nruntime: extism/v1\nversion: 1.0.0\nruntimeConfig: {dataFolders: [cache, var/state]}\n";

struct Place {
    folder: tempfile::TempDir,
    lock: Lock,
}

impl Place {
    /// A plugin of three files, and its entry.
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut place = Self { folder, lock: Lock::default() };
        for (name, text) in [("plugin.yaml", WASM), ("plugin.wasm", "module"), ("lib/a.txt", "a")] {
            place.write(name, text);
        }
        let mut entry = entry(place.real().to_str().unwrap(), "gh");
        for (name, text) in [("plugin.yaml", WASM), ("plugin.wasm", "module"), ("lib/a.txt", "a")] {
            entry.files.insert(name.to_owned(), Pinned::File(Digest::of(text.as_bytes())));
        }
        entry.granted = vec![Grant::for_plugin("gh", &entry.folder, "clock").unwrap()];
        place.lock.set(entry);
        place
    }

    fn real(&self) -> PathBuf {
        fs::canonicalize(self.folder.path()).unwrap().join("gh")
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.folder.path().join("gh").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn ready(&self) -> Result<Ready, ReadyError> {
        ready(&self.folder.path().join("gh"), &self.lock, &Limits::default())
    }

    fn entry(&self) -> Entry {
        self.lock.entry(&self.real()).unwrap().clone()
    }

    fn differences(&self) -> Vec<Difference> {
        match self.ready() {
            Err(ReadyError::Changed { differences, .. }) => differences,
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_plugin_that_is_as_it_was_is_ready_with_what_it_was_given() {
    let place = Place::new();
    let gh = place.ready().unwrap();
    assert_eq!(*gh.module.as_ref().unwrap().bytes().unwrap(), *b"module");
    assert_eq!(gh.grants, place.entry().granted);
    assert_eq!(gh.standing, Standing::Managed(Box::new(place.entry())));
    assert_eq!(gh.actor().folder(), place.real().to_str());
    assert_eq!(place.entry().digests()["lib/a.txt"].len(), 64);
    assert!(matches!(gh.actor().provenance(), Provenance::Remote { source: Some(_), .. }));
}

/// A module that was compiled before runs without its bytes; who needs them gets those that were compared, or none.
#[test]
fn a_module_that_is_changed_after_it_was_compared_gives_no_bytes() {
    let place = Place::new();
    let gh = place.ready().unwrap();
    let module = gh.module.as_ref().unwrap();
    assert_eq!(Some(*module.digest()), place.entry().module());
    place.write("plugin.wasm", "nodule");
    assert!(matches!(module.bytes(), Err(FilesError::Meanwhile { .. })));
    place.write("plugin.wasm", "module");
    assert_eq!(*module.bytes().unwrap(), *b"module");
    fs::remove_file(place.real().join("plugin.wasm")).unwrap();
    assert!(matches!(module.bytes(), Err(FilesError::Read { .. })));
}

/// Who knows the digest of a module by another one is believed, is asked about the bytes that lie there now, and is not
/// needed.
#[test]
fn who_knows_the_module_by_another_digest_is_asked_about_its_bytes() {
    let place = Place::new();
    let sha256 = place.entry().module().unwrap();
    let mut asked = Vec::new();
    let mut ready = |answer: Option<[u8; 32]>| {
        let folder = place.folder.path().join("gh");
        pin::look(&folder, &place.lock, &Limits::default())?.ready(|blake3| {
            asked.push(*blake3);
            answer
        })
    };
    for answer in [None, Some(sha256)] {
        assert_eq!(*ready(answer).unwrap().module.unwrap().digest(), sha256);
    }
    // What is known of other bytes is of no use, and a file that was changed is found out without anybody.
    assert!(matches!(ready(Some([1; 32])), Err(ReadyError::Changed { .. })));
    place.write("plugin.wasm", "nodule");
    assert!(matches!(ready(None), Err(ReadyError::Changed { .. })));
    let of = |text: &str| *blake3::hash(text.as_bytes()).as_bytes();
    assert_eq!(asked, [of("module"), of("module"), of("module"), of("nodule")]);
}

#[test]
fn a_file_that_was_changed_added_or_removed_refuses_and_is_named() {
    let place = Place::new();
    place.write("lib/a.txt", "b");
    place.write("new\n", "");
    fs::remove_file(place.real().join("plugin.wasm")).unwrap();
    assert!(matches!(place.ready(), Err(ReadyError::Load(_))), "without its module it is no plugin");
    place.write("plugin.wasm", "modulf");
    assert_eq!(
        place.differences(),
        [
            Difference::Changed("lib/a.txt".to_owned()),
            Difference::Changed("plugin.wasm".to_owned()),
            Difference::Added("new\n".to_owned()),
        ]
    );
    let error = place.ready().unwrap_err();
    assert_eq!(
        error.to_string(),
        "plugin \"gh\" is not what was installed: lib/a.txt was changed, plugin.wasm was changed, \"new\\n\" was added"
    );
    assert!(error.hint().unwrap().contains("`plugin accept gh`"));
    fs::remove_dir_all(place.real().join("lib")).unwrap();
    assert!(place.differences().contains(&Difference::Missing("lib/a.txt".to_owned())));
    place.write("plugin.yaml", &WASM.replace("1.0.0", "1.0.1"));
    assert!(place.differences().contains(&Difference::Changed("plugin.yaml".to_owned())));
}

#[test]
fn git_and_folders_of_data_are_nobodys_business_but_files_of_their_names_are() {
    let place = Place::new();
    for name in [".git/config", "cache/deep/er", "var/state/x"] {
        place.write(name, "");
    }
    place.ready().unwrap();
    place.write("var/other", "");
    place.write("lib/.git/config", "");
    place.write("lib/cache/x", "");
    let added = |name: &str| Difference::Added(name.to_owned());
    assert_eq!(place.differences(), [added("lib/.git/config"), added("lib/cache/x"), added("var/other")]);
    let place = Place::new();
    place.write("cache", "");
    place.write(".git", "gitdir: elsewhere");
    assert_eq!(place.differences(), [added(".git"), added("cache")]);
}

#[cfg(unix)]
#[test]
fn links_are_what_they_lead_to_and_never_lead_away() {
    use std::os::unix::fs::symlink;
    let place = Place::new();
    let outside = place.folder.path().join("outside");
    fs::create_dir(&outside).unwrap();
    fs::write(outside.join("built.wasm"), "module").unwrap();
    let at = |name: &str| place.real().join(name);
    fs::remove_file(at("plugin.wasm")).unwrap();
    symlink(outside.join("built.wasm"), at("plugin.wasm")).unwrap();
    assert_eq!(*place.ready().unwrap().module.unwrap().bytes().unwrap(), *b"module");
    fs::write(outside.join("built.wasm"), "changed").unwrap();
    assert_eq!(place.differences(), [Difference::Changed("plugin.wasm".to_owned())]);
    fs::write(outside.join("built.wasm"), "module").unwrap();
    symlink("lib", at("lib64")).unwrap();
    assert_eq!(place.differences(), [Difference::Added("lib64".to_owned())]);
    let mut known = place.entry();
    known.files.insert("lib64".to_owned(), Pinned::Link("lib".to_owned()));
    let mut lock = Lock::default();
    lock.set(known);
    ready(&place.real(), &lock, &Limits::default()).unwrap();
    fs::remove_file(at("lib64")).unwrap();
    symlink("../outside", at("lib64")).unwrap();
    let error = ready(&place.real(), &lock, &Limits::default()).unwrap_err().to_string();
    assert!(error.contains("leads to a folder outside of the plugin's"), "{error}");
    // A link to the plugin itself is the plugin.
    let link = place.folder.path().join("linked");
    fs::remove_file(at("lib64")).unwrap();
    symlink(place.real(), &link).unwrap();
    let gh = ready(&link, &place.lock, &Limits::default()).unwrap();
    assert_eq!(gh.plugin.folder, link);
    assert!(matches!(gh.standing, Standing::Managed(_)));
}

#[test]
fn a_plugin_that_nobody_installed_has_nothing() {
    let place = Place::new();
    let gh = ready(&place.real(), &Lock::default(), &Limits::default()).unwrap();
    assert_eq!((gh.standing.clone(), gh.grants.len()), (Standing::Unmanaged, 0));
    assert_eq!(gh.actor().folder(), None);
    // A rule for its name alone is not for it.
    let policy = guard::Policy::builder().flag("plugin:gh env").unwrap().build();
    let question = || guard::Question::Env { name: "A".into() };
    let mut guard = guard::Guard::new(policy);
    assert!(guard.check(&[&gh.actor()], question()).is_err());
    let named = pin::path(&place.real(), &Limits::default()).unwrap();
    assert_eq!(named.standing, Standing::Path);
    assert!(guard.check(&[&named.actor()], question()).is_ok());
    // Nor is what another folder's plugin of this name was given.
    let mut guard = guard::Guard::new(guard::Policy::default());
    guard.hold([Grant::for_plugin("gh", place.real().to_str().unwrap(), "env").unwrap()]);
    assert!(guard.check(&[&named.actor()], question()).is_err());
    assert!(guard.check(&[&place.ready().unwrap().actor()], question()).is_ok());
}

#[test]
fn reading_has_limits() {
    let place = Place::new();
    let refused = |limits: Limits| ready(&place.real(), &place.lock, &limits).unwrap_err().to_string();
    let fits = Limits { files: 3, depth: 1, bytes: WASM.len() as u64 + 7, module: 6 };
    ready(&place.real(), &place.lock, &fits).unwrap();
    assert!(refused(Limits { files: 2, ..fits }).contains("has more than 2 files"));
    assert!(refused(Limits { depth: 0, ..fits }).contains("has more than 0 folders in one another"));
    assert!(refused(Limits { bytes: fits.bytes - 1, ..fits }).contains("bytes"));
    assert!(refused(Limits { module: 5, ..fits }).contains("has more than 5 bytes in its module"));
}

#[cfg(unix)]
#[test]
fn a_pipe_is_not_waited_for() {
    let place = Place::new();
    let pipe = place.real().join("pipe");
    rustix::fs::mkfifoat(rustix::fs::CWD, &pipe, rustix::fs::Mode::RWXU).unwrap();
    let error = place.ready().unwrap_err().to_string();
    assert!(error.contains("is neither a file, nor a folder, nor a link"), "{error}");
}
