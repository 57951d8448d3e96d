//! A plugin is the old or the new one, whenever the process is killed: every scenario is stopped before and after each
//! operation on files, looked at, cleaned up by the next command, and looked at again.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use guard::Grant;
use pintle_plugin::lock::{Lock, Signer};
use pintle_plugin::pin::{Limits, ReadyError, Standing, ready};
use pintle_plugin::store::{About, Faults, NoFaults, Point, Store, StoreError};

/// Stops at one point, counted from 0.
struct StopAt {
    left: Cell<usize>,
    seen: Cell<usize>,
    exchanges: bool,
}

impl StopAt {
    fn new(left: usize, exchanges: bool) -> Self {
        Self { left: Cell::new(left), seen: Cell::new(0), exchanges }
    }
}

impl Faults for StopAt {
    fn at(&self, _: Point<'_>) -> io::Result<()> {
        self.seen.set(self.seen.get() + 1);
        match self.left.get().checked_sub(1) {
            Some(left) => {
                self.left.set(left);
                Ok(())
            }
            None => Err(io::Error::other("killed")),
        }
    }

    fn may_exchange(&self) -> bool {
        self.exchanges
    }
}

struct Home {
    folder: tempfile::TempDir,
}

fn manifest(version: &str) -> String {
    format!("apiVersion: v1\nname: gh\ntype: cli/v1\nruntime: extism/v1\nversion: {version}\n")
}

impl Home {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn config(&self) -> PathBuf {
        self.folder.path().join("config")
    }

    fn plugins(&self) -> PathBuf {
        self.folder.path().join("plugins")
    }

    fn lock(&self) -> Lock {
        Lock::read(&Lock::path(&self.config())).unwrap()
    }

    /// All files below a folder, with their texts.
    fn files(&self, below: &str) -> BTreeMap<String, String> {
        fn walk(folder: &Path, name: &str, found: &mut BTreeMap<String, String>) {
            let Ok(entries) = fs::read_dir(folder) else { return };
            for entry in entries {
                let entry = entry.unwrap();
                let name = format!("{name}/{}", entry.file_name().to_string_lossy());
                if entry.file_type().unwrap().is_dir() {
                    found.insert(name.clone(), "folder".to_owned());
                    walk(&entry.path(), &name, found);
                } else if entry.file_type().unwrap().is_symlink() {
                    found.insert(name, format!("-> {}", fs::read_link(entry.path()).unwrap().display()));
                } else {
                    found.insert(name, fs::read_to_string(entry.path()).unwrap());
                }
            }
        }
        let mut found = BTreeMap::new();
        walk(&self.folder.path().join(below), "", &mut found);
        found
    }

    /// What the plugin is to whoever runs it: its version; `None` where there is none, an error where it is refused.
    fn version(&self) -> Result<Option<String>, ReadyError> {
        let place = self.plugins().join("gh");
        if !place.exists() {
            return Ok(None);
        }
        let gh = ready(&place, &self.lock(), &Limits::default())?;
        let Standing::Managed(entry) = &gh.standing else { panic!("{:?}", gh.standing) };
        assert_eq!(entry.version, gh.plugin.manifest.version);
        let granted = gh.grants.iter().map(Grant::to_words).collect::<Vec<_>>();
        assert_eq!(granted, [format!("env=V{}", entry.version.replace('.', "_"))]);
        Ok(Some(entry.version.clone()))
    }
}

fn about(version: &str) -> About {
    About {
        source: "somewhere".to_owned(),
        installed: "2026-11-21T15:00:00Z".to_owned(),
        signer: Signer::Unsigned { accepted: "--verify=false".to_owned() },
        granted: vec![Grant::for_plugin("gh", "", &format!("env=V{}", version.replace('.', "_"))).unwrap()],
    }
}

/// Installs a version, or replaces the one that is there, with a hook that writes a file or without.
fn install(
    home: &Home,
    faults: &dyn Faults,
    version: &str,
    replaces: bool,
    hook: bool,
) -> Result<(), StoreError> {
    let store = Store::new(&home.config(), faults);
    let mut change = store.begin(&home.plugins(), "gh", replaces)?;
    change.file("plugin.yaml", manifest(version).as_bytes(), 0o644)?;
    change.file("plugin.wasm", version.as_bytes(), 0o644)?;
    change.file(&format!("lib/{version}/a"), b"a", 0o755)?;
    change.beside(&format!("gh-{version}.tgz"), version.as_bytes())?;
    let limits = Limits::default();
    let (entry, module) = change.describe(about(version), &limits)?;
    assert_eq!(*module.unwrap().bytes().unwrap(), *version.as_bytes());
    if !hook {
        change.put(Some(&entry))?;
        return change.finish(entry);
    }
    change.put(None)?;
    // A hook's own work is nobody's operation, and it, too, may be killed half way.
    let stop = |done| faults.at(Point { done, operation: "hook", path: change.place() });
    let failed = |source| StoreError::File { doing: "run", path: change.place().to_owned(), source };
    stop(false).map_err(failed)?;
    fs::write(change.place().join("hooked"), version).unwrap();
    stop(true).map_err(failed)?;
    let (entry, _) = change.describe_placed(about(version), &limits)?;
    change.finish(entry)
}

type Work = dyn Fn(&Home, &dyn Faults) -> Result<(), StoreError>;

/// Stops `work` at every point. `before` prepares the old state. `olds` and `news` are what may then be there.
fn check(name: &str, exchanges: bool, before: &dyn Fn(&Home), work: &Work) {
    let state = |home: &Home| (home.version().unwrap(), home.files("plugins"), home.lock());
    let (old, new, points) = {
        let home = Home::new();
        before(&home);
        let old = home.version().unwrap();
        let counting = StopAt::new(usize::MAX, exchanges);
        work(&home, &counting).unwrap();
        (old, home.version().unwrap(), counting.seen.get())
    };
    assert!(points > 10, "{name}: {points} points");
    // Where two folders cannot change places there is a moment without either.
    let fits =
        |version: &Option<String>| *version == old || *version == new || (!exchanges && version.is_none());
    let mut seen = [0, 0];
    for point in 0..points {
        let home = Home::new();
        before(&home);
        let mut at_first = state(&home);
        let faults = StopAt::new(point, exchanges);
        // What comes behind the last entry is tidying up, whose failure is none of the change.
        let _ = work(&home, &faults);
        assert!(faults.seen.get() > point, "{name}: nothing stopped at {point}");
        let context = format!("{name}, stopped at {point} of {points}");
        // Whoever runs it now gets the old one, the new one, or a refusal; never anything else.
        match home.version() {
            Ok(version) => assert!(fits(&version), "{context}: {version:?}"),
            Err(ReadyError::Unfinished { .. }) => {}
            Err(error) => panic!("{context}: {error}"),
        }
        // The next command that changes plugins cleans up, and may itself be killed while it does.
        for again in 0.. {
            let faults = StopAt::new(again, exchanges);
            let store = Store::new(&home.config(), &faults);
            if store.begin(&home.plugins(), "other", false).is_ok() {
                break;
            }
            match home.version() {
                Ok(version) => assert!(fits(&version), "{context}, again at {again}"),
                Err(ReadyError::Unfinished { .. }) => {}
                Err(error) => panic!("{context}, again at {again}: {error}"),
            }
        }
        let clean =
            || drop(Store::new(&home.config(), &NoFaults).begin(&home.plugins(), "other", false).unwrap());
        let is_clean = || !home.files("plugins").keys().any(|name| name.starts_with("/.pintle"));
        clean();
        // A child that another test has just begun holds what this one has locked until it becomes its own program, and
        // what is locked is left alone.
        for _ in (0..200).take_while(|_| !is_clean()) {
            std::thread::sleep(std::time::Duration::from_millis(10));
            clean();
        }
        let (version, mut files, lock) = state(&home);
        assert!(!files.keys().any(|name| name.starts_with("/.pintle")), "{context}: {files:?}");
        if version == old && old != new {
            seen[0] += 1;
            // The folder of plugins itself is nothing.
            at_first.1.retain(|name, _| !name.starts_with("/.pintle"));
            files.retain(|name, _| !name.starts_with("/.pintle"));
            assert_eq!((&files, &lock), (&at_first.1, &at_first.2), "{context}");
        } else {
            seen[1] += 1;
            assert_eq!(version, new, "{context}");
        }
    }
    assert!(seen[0] > 5 && seen[1] > 0, "{name}: {seen:?}");
}

fn nothing(_: &Home) {}

fn first(home: &Home) {
    install(home, &NoFaults, "1.0.0", false, false).unwrap();
}

fn first_with_hook(home: &Home) {
    install(home, &NoFaults, "1.0.0", false, true).unwrap();
}

#[test]
fn a_killed_install_leaves_nothing_or_the_plugin() {
    check("install", true, &nothing, &|home, faults| install(home, faults, "2.0.0", false, false));
}

#[test]
fn a_killed_install_with_a_hook_leaves_nothing_or_the_plugin() {
    check("install, hook", true, &nothing, &|home, faults| install(home, faults, "2.0.0", false, true));
}

#[test]
fn a_killed_update_leaves_the_old_or_the_new_plugin() {
    check("update", true, &first, &|home, faults| install(home, faults, "2.0.0", true, false));
}

#[test]
fn a_killed_update_with_a_hook_leaves_the_old_or_the_new_plugin() {
    check("update, hook", true, &first_with_hook, &|home, faults| install(home, faults, "2.0.0", true, true));
}

#[test]
fn so_it_is_where_folders_cannot_change_places() {
    check("update by steps", false, &first_with_hook, &|home, faults| {
        install(home, faults, "2.0.0", true, true)
    });
}

#[test]
fn a_killed_uninstall_leaves_the_plugin_or_nothing() {
    check("uninstall", true, &first, &|home, faults| {
        let store = Store::new(&home.config(), faults);
        store.remove(&home.plugins().join("gh"), &[home.plugins().join("gh-1.0.0.tgz")])
    });
}

#[cfg(unix)]
#[test]
fn a_killed_link_leaves_nothing_or_the_link() {
    let prepare = |home: &Home| {
        let folder = home.folder.path().join("dev");
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("plugin.yaml"), manifest("3.0.0")).unwrap();
        fs::write(folder.join("plugin.wasm"), "3").unwrap();
    };
    check("link", true, &prepare, &|home, faults| {
        let store = Store::new(&home.config(), faults);
        let mut change = store.begin(&home.plugins(), "gh", false)?;
        change.link(&home.folder.path().join("dev"))?;
        let (entry, _) = change.describe(about("3.0.0"), &Limits::default())?;
        assert!(entry.linked && entry.folder.ends_with("/dev"));
        change.put(Some(&entry))?;
        change.finish(entry)
    });
}

/// A linked plugin, rebuilt.
#[cfg(unix)]
#[test]
fn a_killed_accept_leaves_what_was_accepted_before_or_the_new() {
    let rebuilt = |home: &Home, faults: &dyn Faults| {
        let store = Store::new(&home.config(), faults);
        let place = home.plugins().join("gh");
        store.edit(|lock| {
            let entry = store.describe(&place, false, about("1.0.0"), &Limits::default())?;
            lock.set(entry);
            Ok::<(), StoreError>(())
        })
    };
    let points = {
        let home = Home::new();
        first(&home);
        fs::write(home.plugins().join("gh/plugin.wasm"), "rebuilt").unwrap();
        let counting = StopAt::new(usize::MAX, true);
        rebuilt(&home, &counting).unwrap();
        counting.seen.get()
    };
    let mut accepted = 0;
    for point in 0..points {
        let home = Home::new();
        first(&home);
        let before = home.lock();
        fs::write(home.plugins().join("gh/plugin.wasm"), "rebuilt").unwrap();
        rebuilt(&home, &StopAt::new(point, true)).unwrap_err();
        match home.version() {
            Ok(_) => accepted += 1,
            Err(ReadyError::Changed { .. }) => assert_eq!(home.lock(), before),
            Err(error) => panic!("{error}"),
        }
        rebuilt(&home, &NoFaults).unwrap();
        home.version().unwrap();
    }
    assert!(accepted > 0 && accepted < points, "{accepted} of {points}");
}

#[test]
fn what_fails_is_taken_back_at_once() {
    let home = Home::new();
    first(&home);
    let (files, lock) = (home.files("plugins"), home.lock());
    let store = Store::new(&home.config(), &NoFaults);
    assert!(matches!(store.begin(&home.plugins(), "gh", false), Err(StoreError::Exists { .. })));
    for hook in [true, false] {
        let mut change = store.begin(&home.plugins(), "gh", true).unwrap();
        change.file("plugin.yaml", manifest("2.0.0").as_bytes(), 0o644).unwrap();
        change.file("plugin.wasm", b"2", 0o644).unwrap();
        let (entry, _) = change.describe(about("2.0.0"), &Limits::default()).unwrap();
        change.put((!hook).then_some(&entry)).unwrap();
        assert_eq!(home.version().ok(), (!hook).then(|| Some("2.0.0".to_owned())));
        drop(change);
        assert_eq!((home.files("plugins"), home.lock()), (files.clone(), lock.clone()));
    }
}

#[test]
fn a_change_that_goes_on_is_not_taken_for_a_killed_one() {
    let home = Home::new();
    let (one, other) = (Store::new(&home.config(), &NoFaults), Store::new(&home.config(), &NoFaults));
    let mut change = one.begin(&home.plugins(), "gh", false).unwrap();
    change.file("plugin.yaml", manifest("2.0.0").as_bytes(), 0o644).unwrap();
    change.file("plugin.wasm", b"2", 0o644).unwrap();
    // Another installs another plugin, and this one: whoever comes first.
    drop(other.begin(&home.plugins(), "other", false).unwrap());
    let mut late = other.begin(&home.plugins(), "gh", false).unwrap();
    late.file("plugin.yaml", manifest("3.0.0").as_bytes(), 0o644).unwrap();
    let (entry, _) = change.describe(about("2.0.0"), &Limits::default()).unwrap();
    change.put(None).unwrap();
    // While its hook runs.
    drop(other.begin(&home.plugins(), "other", false).unwrap());
    assert!(matches!(late.put(None), Err(StoreError::Exists { .. })));
    drop(late);
    assert!(matches!(other.remove(&home.plugins().join("gh"), &[]), Err(StoreError::Busy { .. })));
    change.finish(entry).unwrap();
    assert_eq!(home.version().unwrap().as_deref(), Some("2.0.0"));
}
