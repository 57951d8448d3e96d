//! That a plugin is what was installed: every file is read once before it runs, and compared with plugins.lock.
//!
//! What comes out is [`Ready`]: the manifest is of the very bytes that were compared, and the module has the digest that
//! was compared, by which its compiled form is found, or its bytes, which have it when they are read. So nobody can
//! change them in between. Programs are files in the file system: [`subprocess`](crate::subprocess) compares the one that it
//! starts again, by [`Entry::digests`], and starts it by its descriptor.

mod files;

use std::path::Path;

use govalue::print::quote;
use guard::{Actor, Grant, Provenance};

use crate::discover::{self, LoadError, MODULE, Plugin};
use crate::lock::{Entry, Lock, Unfinished};
use crate::manifest::{self, Manifest, Runtime};

pub(crate) use files::{Files, Keep};
pub use files::{FilesError, Limits, Module};

/// A plugin that may run.
#[derive(Debug)]
pub struct Ready {
    /// What it is; the folder is as the caller named it.
    pub plugin: Plugin,
    /// Its module, if it has one: this was compared, and this has to run.
    pub module: Option<Module>,
    /// How well it is known.
    pub standing: Standing,
    /// What plugins.lock grants to it.
    pub grants: Vec<Grant>,
}

/// How well a plugin is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// plugins.lock has it, and every file is as it says.
    Managed(Box<Entry>),
    /// plugins.lock does not have it: somebody put it there by hand, or Helm did.
    Unmanaged,
    /// It was not looked for among the installed ones: the user named its folder.
    Path,
}

/// A file that is not as plugins.lock says.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Difference {
    /// It has other bytes.
    Changed(String),
    /// It was not there.
    Added(String),
    /// It is not there any more.
    Missing(String),
}

/// Why a plugin may not run.
#[derive(Debug, thiserror::Error)]
pub enum ReadyError {
    /// It is no plugin.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// Its files cannot be looked at.
    #[error("plugin {}: {source}", quote(name.as_bytes()))]
    Files {
        /// Its name.
        name: String,
        /// Why.
        source: FilesError,
    },
    /// It is not what was installed.
    #[error("plugin {} is not what was installed: {}", quote(name.as_bytes()), told(differences))]
    Changed {
        /// Its name.
        name: String,
        /// Whether it is a folder of the user's own.
        linked: bool,
        /// In what; at least one.
        differences: Vec<Difference>,
    },
    /// Installing or updating it was begun and is not finished.
    #[error("plugin {} is being changed, or a change was interrupted", quote(name.as_bytes()))]
    Unfinished {
        /// Its name.
        name: String,
    },
}

impl ReadyError {
    /// What to do.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Load(_) | Self::Files { .. } => None,
            Self::Changed { name, linked: true, .. } => {
                Some(format!("if you changed it, run `plugin accept {name}`"))
            }
            Self::Changed { name, linked: false, .. } => Some(format!(
                "if you changed it yourself, run `plugin accept {name}`; if not, remove it with `plugin uninstall {name}`, \
                 and install it again"
            )),
            Self::Unfinished { .. } => Some(
                "wait for the command that changes it; if there is none, the next `plugin install`, `update`, `accept` or \
                 `uninstall` cleans up"
                    .to_owned(),
            ),
        }
    }
}

/// The first differences, in words.
fn told(differences: &[Difference]) -> String {
    const MOST: usize = 5;
    let mut words: Vec<String> = differences.iter().take(MOST).map(ToString::to_string).collect();
    if differences.len() > MOST {
        words.push(format!("and {} more", differences.len() - MOST));
    }
    words.join(", ")
}

impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (name, what) = match self {
            Self::Changed(name) => (name, "was changed"),
            Self::Added(name) => (name, "was added"),
            Self::Missing(name) => (name, "is missing"),
        };
        // Whoever changed the folder chose the name.
        let plain = !name.contains(|c: char| c.is_control() || c == '"');
        if plain { write!(f, "{name} {what}") } else { write!(f, "{} {what}", quote(name.as_bytes())) }
    }
}

impl Ready {
    /// Who asks when it runs. The grants of the user's files hold for an unmanaged plugin only where they say from
    /// where it must come.
    pub fn actor(&self) -> Actor {
        let name = &self.plugin.manifest.name;
        match &self.standing {
            Standing::Managed(entry) => entry.actor(),
            Standing::Unmanaged => {
                let nowhere = Provenance::Remote { source: None, signer: None, digest: None };
                Actor::plugin(name.clone()).with_provenance(nowhere)
            }
            Standing::Path => Actor::plugin(name.clone()),
        }
    }
}

/// Makes a plugin of a folder of plugins ready: reads it, and compares every file with what `lock` says.
///
/// A plugin that the lock does not have is [`Standing::Unmanaged`], with no grants; what that means is the caller's to
/// decide.
///
/// # Errors
/// When it is no plugin, when a file was changed, added or removed, or while it is being installed.
pub fn ready(folder: &Path, lock: &Lock, limits: &Limits) -> Result<Ready, ReadyError> {
    looked(folder, lock, limits, Keep::Digest)?.ready(|_| None)
}

/// The first half of [`ready`]: reads the plugin. Of its module not the digest is taken that plugins.lock has, but
/// BLAKE3, which is sooner done.
///
/// # Errors
/// As [`ready`]; but that a file was changed, added or removed is told by [`Looked::ready`].
pub fn look<'a>(folder: &Path, lock: &'a Lock, limits: &Limits) -> Result<Looked<'a>, ReadyError> {
    looked(folder, lock, limits, Keep::Blake3)
}

/// A plugin that was read, and is not compared yet with what plugins.lock says.
#[derive(Debug)]
pub struct Looked<'a>(Found<'a>);

#[derive(Debug)]
enum Found<'a> {
    /// There is nothing to compare it with.
    Unmanaged(Ready),
    Managed {
        plugin: Plugin,
        files: Files,
        entry: Option<&'a Entry>,
        unfinished: Option<&'a Unfinished>,
    },
}

fn looked<'a>(folder: &Path, lock: &'a Lock, limits: &Limits, keep: Keep) -> Result<Looked<'a>, ReadyError> {
    let known = std::fs::canonicalize(folder).ok();
    let (entry, unfinished) = match &known {
        Some(real) => (lock.entry(real), lock.unfinished(real)),
        None => (None, None),
    };
    let (Some(real), true) = (known, entry.is_some() || unfinished.is_some()) else {
        return alone(folder, limits, Standing::Unmanaged).map(|ready| Looked(Found::Unmanaged(ready)));
    };
    let (plugin, files) = read(folder, &real, limits, keep)?;
    Ok(Looked(Found::Managed { plugin, files, entry, unfinished }))
}

impl Looked<'_> {
    /// The second half of [`ready`]: compares. `known` tells the SHA-256 of the module by its BLAKE3, if somebody who
    /// can be trusted has had both of the same bytes; otherwise it is taken of the file now.
    ///
    /// # Errors
    /// As [`ready`].
    pub fn ready(self, known: impl FnOnce(&[u8; 32]) -> Option<[u8; 32]>) -> Result<Ready, ReadyError> {
        let (plugin, mut files, entry, unfinished) = match self.0 {
            Found::Unmanaged(ready) => return Ok(ready),
            Found::Managed { plugin, files, entry, unfinished } => (plugin, files, entry, unfinished),
        };
        files
            .known(known)
            .map_err(|source| ReadyError::Files { name: plugin.manifest.name.clone(), source })?;
        // While it is changed, either of the two plugins may lie here, whole.
        let candidates = entry.into_iter().chain(unfinished.and_then(|one| one.next.as_ref()));
        let mut differing = Vec::new();
        for candidate in candidates {
            let differences = compare(candidate, &files);
            if differences.is_empty() {
                let (grants, standing) =
                    (candidate.granted.clone(), Standing::Managed(Box::new(candidate.clone())));
                return Ok(Ready { plugin, module: files.into_module(), standing, grants });
            }
            differing.push((candidate, differences));
        }
        match differing.into_iter().next() {
            Some((entry, differences)) if unfinished.is_none() => {
                Err(ReadyError::Changed { name: entry.name.clone(), linked: entry.linked, differences })
            }
            _ => Err(ReadyError::Unfinished { name: plugin.manifest.name }),
        }
    }
}

/// Makes the plugin of a folder that the user named ready, without looking at what is installed.
///
/// # Errors
/// When it is no plugin.
pub fn path(folder: &Path, limits: &Limits) -> Result<Ready, ReadyError> {
    alone(folder, limits, Standing::Path)
}

fn alone(folder: &Path, limits: &Limits, standing: Standing) -> Result<Ready, ReadyError> {
    let plugin = discover::load(folder)?;
    let failed = |source| ReadyError::Files { name: plugin.manifest.name.clone(), source };
    let module = match plugin.manifest.runtime {
        Runtime::Extism(_) => {
            Some(Module::file(&folder.join(MODULE), folder, limits.module).map_err(failed)?)
        }
        Runtime::Subprocess(_) => None,
    };
    Ok(Ready { plugin, module, standing, grants: Vec::new() })
}

/// Reads the plugin in a folder and all of its files. `real` is the canonical folder.
pub(crate) fn read(
    folder: &Path,
    real: &Path,
    limits: &Limits,
    keep: Keep,
) -> Result<(Plugin, Files), ReadyError> {
    let bytes = discover::read(&folder.join(manifest::FILE))?;
    let manifest =
        Manifest::read(&bytes).map_err(|source| LoadError::Manifest { folder: folder.to_owned(), source })?;
    let module = matches!(manifest.runtime, Runtime::Extism(_)).then_some((MODULE, keep));
    let files = files::read(real, &bytes, module, &manifest.data_folders, limits)
        .map_err(|source| ReadyError::Files { name: manifest.name.clone(), source })?;
    if module.is_some() && matches!(files.module, files::Found::None) {
        return Err(LoadError::NoModule { module: folder.join(MODULE) }.into());
    }
    Ok((Plugin { folder: folder.to_owned(), manifest }, files))
}

fn compare(entry: &Entry, files: &Files) -> Vec<Difference> {
    let mut differences = Vec::new();
    for (name, pinned) in &files.pinned {
        match entry.files.get(name) {
            None => differences.push(Difference::Added(name.clone())),
            Some(known) if known != pinned => differences.push(Difference::Changed(name.clone())),
            Some(_) => {}
        }
    }
    let missing = entry.files.keys().filter(|name| !files.pinned.contains_key(*name));
    differences.extend(missing.map(|name| Difference::Missing(name.clone())));
    differences.sort_unstable();
    differences
}
