//! Changes of installed plugins and of plugins.lock: whole, or not at all, also when the process is killed.
//!
//! A [`Change`] prepares the new plugin in a folder of its own next to the others (`.pintle/1` below the folder of
//! plugins: the same file system, and one level deeper than plugins are looked for). What is about to happen is written
//! to plugins.lock, then the new plugin is renamed into its place in one step, changing places with the old one. A hook
//! may run; then plugins.lock says what the plugin is now, and the old one is removed. Killed anywhere in between, the
//! plugin is the old or the new one: [`pin`](crate::pin) looks at what plugins.lock says of the change, and the next
//! command that changes plugins finishes it or takes it back.
//!
//! Whoever changes plugins.lock holds the lock of a file beside it, and holds it briefly; each change holds one for as
//! long as it lives, by which the next command tells a change that goes on from one that was killed.

mod disk;
mod recover;

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

pub use disk::{Faults, NoFaults, Point};

use crate::discover::{LoadError, Plugin};
use crate::lock::{Entry, Lock, LockError, Signer, Unfinished};
use crate::manifest::Manifest;
use crate::pin::{self, Limits, ReadyError};
use crate::request::requests;
use disk::Disk;
use guard::Grant;

/// The folder, below a folder of plugins, in which changes are prepared.
const STAGES: &str = ".pintle";
/// The file in it whose lock tells that the change goes on.
const MARKER: &str = "alive";
/// What is prepared.
const NEW: &str = "new";
/// What was there before, where the two cannot change places in one step.
const OLD: &str = "old";
/// What is on its way out.
const GONE: &str = "gone";
/// The file beside plugins.lock whose lock is held while that is changed.
const MUTEX: &str = "plugins.mutex";

/// Why a plugin was not changed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The system refuses.
    #[error("cannot {doing} {}: {source}", path.display())]
    File {
        /// What was tried.
        doing: &'static str,
        /// On what.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// plugins.lock is not understood.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// There is a plugin already.
    #[error("plugin already exists")]
    Exists {
        /// Where.
        place: PathBuf,
    },
    /// Another process is changing this plugin.
    #[error("another process is changing the plugin in {}", place.display())]
    Busy {
        /// Where.
        place: PathBuf,
    },
    /// A path that cannot be written down.
    #[error("the path {} is no UTF-8", path.display())]
    Path {
        /// The path.
        path: PathBuf,
    },
    /// What was prepared is no plugin, or its files cannot be looked at.
    #[error(transparent)]
    Plugin(#[from] ReadyError),
}

impl From<LoadError> for StoreError {
    fn from(error: LoadError) -> Self {
        Self::Plugin(error.into())
    }
}

/// Where plugins and plugins.lock lie, and how they are changed.
pub struct Store<'f> {
    disk: Disk<'f>,
    /// plugins.lock.
    file: PathBuf,
}

/// What is known of a plugin besides its files.
#[derive(Debug, Clone)]
pub struct About {
    /// What was given to `plugin install`.
    pub source: String,
    /// Now: RFC 3339, in UTC.
    pub installed: String,
    /// Who vouches for it.
    pub signer: Signer,
    /// What the user gives to it.
    pub granted: Vec<Grant>,
}

/// A change of one plugin that goes on. Dropped before it is [finished](Change::finish), it is taken back.
pub struct Change<'s, 'f> {
    store: &'s Store<'f>,
    /// The folder of plugins.
    root: PathBuf,
    /// The plugin's place in it.
    place: PathBuf,
    /// Where the change is prepared.
    stage: PathBuf,
    /// Whether it is to take the place of a plugin.
    replaces: bool,
    /// Whether it is a link to this folder.
    target: Option<PathBuf>,
    /// Files that come beside the plugin: where they are prepared, and where they belong.
    beside: Vec<(PathBuf, PathBuf)>,
    /// Its lock tells that this goes on.
    marker: Option<File>,
    finished: bool,
}

fn text(path: &Path) -> Result<String, StoreError> {
    path.to_str().map(str::to_owned).ok_or_else(|| StoreError::Path { path: path.to_owned() })
}

fn failed<'a>(doing: &'static str, path: &'a Path) -> impl FnOnce(io::Error) -> StoreError + 'a {
    move |source| StoreError::File { doing, path: path.to_owned(), source }
}

impl<'f> Store<'f> {
    /// A store whose plugins.lock lies below a config home (`$HELM_CONFIG_HOME`).
    pub fn new(config_home: &Path, faults: &'f dyn Faults) -> Self {
        Self { disk: Disk::new(faults), file: Lock::path(config_home) }
    }

    /// Reads plugins.lock.
    ///
    /// # Errors
    /// When it is there and not understood.
    pub fn lock(&self) -> Result<Lock, LockError> {
        Lock::read(&self.file)
    }

    /// Takes the lock that whoever changes plugins.lock needs.
    fn hold(&self) -> Result<File, StoreError> {
        let folder = self.file.parent().unwrap_or(Path::new(""));
        self.disk.make_folders(folder).map_err(failed("make", folder))?;
        let mutex = folder.join(MUTEX);
        self.disk.lock(&mutex).map_err(failed("lock", &mutex))
    }

    /// Writes plugins.lock, whose lock is held, in one step.
    fn write(&self, lock: &Lock, _held: &File) -> Result<(), StoreError> {
        let new = self.file.with_extension("lock.new");
        // What a killed process left.
        self.disk.remove_file(&new).map_err(failed("remove", &new))?;
        self.disk.write(&new, lock.text().as_bytes(), 0o600).map_err(failed("write", &new))?;
        self.disk.sync(&new).map_err(failed("write", &new))?;
        self.disk.rename(&new, &self.file).map_err(failed("write", &self.file))
    }

    /// Changes plugins.lock: what `change` answers comes back, and nothing is written where it fails.
    ///
    /// # Errors
    /// As `change`, and when plugins.lock can be neither read nor written.
    pub fn edit<T, E: From<StoreError>>(
        &self,
        change: impl FnOnce(&mut Lock) -> Result<T, E>,
    ) -> Result<T, E> {
        let held = self.hold()?;
        let before = self.lock().map_err(StoreError::from)?;
        let mut lock = before.clone();
        let answer = change(&mut lock)?;
        if lock != before {
            self.write(&lock, &held)?;
        }
        Ok(answer)
    }

    /// Looks at the plugin in a folder as it is now, for `plugin accept` and `plugin adopt`: what an entry would say.
    ///
    /// # Errors
    /// When it is no plugin.
    pub fn describe(
        &self,
        folder: &Path,
        linked: bool,
        about: About,
        limits: &Limits,
    ) -> Result<Entry, StoreError> {
        let real = std::fs::canonicalize(folder).map_err(failed("find", folder))?;
        describe(folder, &real, &text(&real)?, linked, about, limits).map(|(entry, _)| entry)
    }

    /// Begins to install a plugin, or to replace one, at a place in a folder of plugins, which is made if it is not
    /// there. What was left by killed changes is finished or taken back first.
    ///
    /// # Errors
    /// When there is a plugin, unless it is to be replaced, or when another process is changing it.
    pub fn begin<'s>(
        &'s self,
        root: &Path,
        name: &str,
        replaces: bool,
    ) -> Result<Change<'s, 'f>, StoreError> {
        self.disk.make_folders(root).map_err(failed("make", root))?;
        let root = std::fs::canonicalize(root).map_err(failed("find", root))?;
        let place = root.join(name);
        let held = self.hold()?;
        self.recover(&root, &held)?;
        if !replaces && disk::is_there(&place) {
            return Err(StoreError::Exists { place });
        }
        let stages = root.join(STAGES);
        self.disk.make_folders(&stages).map_err(failed("make", &stages))?;
        let free =
            (1u32..).map(|number| stages.join(number.to_string())).find(|stage| !disk::is_there(stage));
        let Some(stage) = free else { return Err(StoreError::Busy { place }) };
        self.disk.make_folder(&stage).map_err(failed("make", &stage))?;
        let marker = stage.join(MARKER);
        let marker = Some(self.disk.lock(&marker).map_err(failed("lock", &marker))?);
        let (target, beside) = (None, Vec::new());
        Ok(Change { store: self, root, place, stage, replaces, target, beside, marker, finished: false })
    }

    /// Removes a plugin, a folder or a link, and files beside it that belong to it. It is gone in one step.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn remove(&self, place: &Path, beside: &[PathBuf]) -> Result<(), StoreError> {
        let root = place.parent().unwrap_or(Path::new("."));
        let real = std::fs::canonicalize(place).ok();
        let name = place.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let mut change = self.begin(root, &name, true)?;
        let held = self.hold()?;
        let mut lock = self.lock()?;
        if let Some(real) = &real
            && self.is_changed_by_others(&lock, real)?
        {
            return Err(StoreError::Busy { place: place.to_owned() });
        }
        let gone = change.stage.join(GONE);
        self.disk.rename(&change.place, &gone).map_err(failed("remove", place))?;
        for file in beside {
            self.disk.remove_file(file).map_err(failed("remove", file))?;
        }
        let forgotten = real.and_then(|real| lock.remove(&real)).is_some();
        if forgotten {
            self.write(&lock, &held)?;
        }
        change.finished = true;
        drop(held);
        change.clean();
        Ok(())
    }
}

/// What an entry says of the plugin that lies in `folder` and belongs to `known`.
fn describe(
    folder: &Path,
    real: &Path,
    known: &str,
    linked: bool,
    about: About,
    limits: &Limits,
) -> Result<(Entry, Option<pin::Module>), StoreError> {
    let (plugin, mut files) = pin::read(folder, real, limits, pin::Keep::Bytes)?;
    let Manifest { name, version, .. } = &plugin.manifest;
    let entry = Entry {
        folder: known.to_owned(),
        name: name.clone(),
        version: version.clone(),
        source: about.source,
        installed: about.installed,
        signer: about.signer,
        linked,
        requested: requests(&plugin.manifest),
        granted: about.granted.into_iter().map(|grant| grant.given(known)).collect(),
        files: std::mem::take(&mut files.pinned),
    };
    Ok((entry, files.into_module()))
}

impl Change<'_, '_> {
    /// Where the new plugin is prepared: a folder that the caller makes and fills, through this.
    pub fn new_folder(&self) -> PathBuf {
        self.stage.join(NEW)
    }

    /// Where it will lie.
    pub fn place(&self) -> &Path {
        &self.place
    }

    fn disk(&self) -> &Disk<'_> {
        &self.store.disk
    }

    /// Makes a folder of the new plugin, by its path below the plugin's folder, and those around it; `""` is the
    /// plugin's own.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn folder(&self, path: &str) -> Result<(), StoreError> {
        let path = self.new_folder().join(path);
        self.disk().make_folders(&path).map_err(failed("make", &path))
    }

    /// Writes a file of the new plugin, by its path below the plugin's folder.
    ///
    /// # Errors
    /// When the system refuses, or something lies there.
    pub fn file(&self, path: &str, bytes: &[u8], mode: u32) -> Result<(), StoreError> {
        let path = self.new_folder().join(path);
        if let Some(folder) = path.parent() {
            self.disk().make_folders(folder).map_err(failed("make", folder))?;
        }
        self.disk().write(&path, bytes, mode).map_err(failed("write", &path))
    }

    /// Removes a file of the new plugin again.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn forget(&self, path: &str) -> Result<(), StoreError> {
        let path = self.new_folder().join(path);
        self.disk().remove_file(&path).map_err(failed("remove", &path))
    }

    /// Makes the new plugin a link to a folder of the user's.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn link(&mut self, target: &Path) -> Result<(), StoreError> {
        let link = self.new_folder();
        self.disk().link(target, &link).map_err(failed("link", &link))?;
        self.target = Some(std::fs::canonicalize(target).map_err(failed("find", target))?);
        Ok(())
    }

    /// Writes a file that belongs beside the plugin, into the folder of plugins.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn beside(&mut self, name: &str, bytes: &[u8]) -> Result<(), StoreError> {
        let prepared = self.stage.join(format!("beside-{}", self.beside.len()));
        self.disk().write(&prepared, bytes, 0o644).map_err(failed("write", &prepared))?;
        self.beside.push((prepared, self.root.join(name)));
        Ok(())
    }

    /// The folder by which plugins.lock knows the plugin.
    fn known(&self) -> Result<String, StoreError> {
        text(self.target.as_ref().unwrap_or(&self.place))
    }

    /// Reads what was prepared.
    ///
    /// # Errors
    /// When it is no plugin.
    pub fn plugin(&self) -> Result<Plugin, StoreError> {
        Ok(crate::discover::load(&self.new_folder())?)
    }

    /// What an entry would say of the plugin that was prepared, and its module, which is held in memory.
    ///
    /// # Errors
    /// When it is no plugin.
    pub fn describe(
        &self,
        about: About,
        limits: &Limits,
    ) -> Result<(Entry, Option<pin::Module>), StoreError> {
        self.described(&self.new_folder(), about, limits)
    }

    /// The same of the plugin in its place, after its hook has run.
    ///
    /// # Errors
    /// When it is no plugin any more.
    pub fn describe_placed(
        &self,
        about: About,
        limits: &Limits,
    ) -> Result<(Entry, Option<pin::Module>), StoreError> {
        self.described(&self.place, about, limits)
    }

    fn described(
        &self,
        folder: &Path,
        about: About,
        limits: &Limits,
    ) -> Result<(Entry, Option<pin::Module>), StoreError> {
        let real = std::fs::canonicalize(folder).map_err(failed("find", folder))?;
        describe(folder, &real, &self.known()?, self.target.is_some(), about, limits)
    }

    /// Puts the new plugin in its place, in one step. `next` says what it is, where that is known already: without a
    /// hook, whose work is not known before. Until [`Change::finish`] a kill takes it back, or, with `next`, finishes it.
    ///
    /// # Errors
    /// When another process was faster, or the system refuses.
    pub fn put(&mut self, next: Option<&Entry>) -> Result<(), StoreError> {
        let known = self.known()?;
        let held = self.store.hold()?;
        // Whoever was killed since this began: nothing of theirs may be forgotten.
        self.store.recover(&self.root, &held)?;
        let mut lock = self.store.lock()?;
        let fresh = !disk::is_there(&self.place);
        if !fresh && !self.replaces {
            return Err(StoreError::Exists { place: self.place.clone() });
        }
        if self.store.is_changed_by_others(&lock, Path::new(&known))? {
            return Err(StoreError::Busy { place: self.place.clone() });
        }
        let (new, old) = (self.new_folder(), self.stage.join(OLD));
        let beside = self.beside.iter().map(|(_, place)| text(place)).collect::<Result<_, _>>()?;
        let unfinished = Unfinished {
            place: text(&self.place)?,
            stage: text(&self.stage)?,
            number: disk::number(&new),
            fresh,
            next: next.cloned(),
            beside,
        };
        lock.unfinished.insert(known, unfinished);
        self.store.write(&lock, &held)?;
        for (prepared, place) in &self.beside {
            self.disk().rename(prepared, place).map_err(failed("write", place))?;
        }
        if fresh {
            return self.disk().rename(&new, &self.place).map_err(failed("install", &self.place));
        }
        if !self.disk().exchange(&new, &self.place).map_err(failed("replace", &self.place))? {
            self.disk().rename(&self.place, &old).map_err(failed("replace", &self.place))?;
            self.disk().rename(&new, &self.place).map_err(failed("replace", &self.place))?;
        }
        Ok(())
    }

    /// Ends the change: plugins.lock says what the plugin is, and the old one is removed.
    ///
    /// # Errors
    /// When plugins.lock cannot be written; then the change is taken back.
    pub fn finish(mut self, entry: Entry) -> Result<(), StoreError> {
        let known = self.known()?;
        self.store.edit(|lock| -> Result<(), StoreError> {
            lock.unfinished.remove(&known);
            lock.set(entry);
            Ok(())
        })?;
        self.finished = true;
        self.clean();
        Ok(())
    }

    /// Removes what is not needed any more. What cannot be removed is tried again by the next change.
    fn clean(&mut self) {
        self.marker = None;
        let _ = self.disk().remove_tree(&self.stage);
        self.disk().remove_if_empty(&self.root.join(STAGES));
    }
}

impl Drop for Change<'_, '_> {
    fn drop(&mut self) {
        // What is dead does not clean up.
        if self.finished || self.disk().is_stopped() {
            return;
        }
        self.marker = None;
        let Ok(held) = self.store.hold() else { return };
        // The next change tries again.
        let _ = self.store.take_back(&self.stage, &held);
        drop(held);
        self.clean();
    }
}
