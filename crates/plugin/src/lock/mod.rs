//! plugins.lock: for each installed plugin where it came from, who vouches for it, the digest of every file, and what
//! the user granted. One YAML file in the *config* home, which a person can read.
//!
//! Entries are keyed by the canonical folder of the plugin, so that a link and what it leads to are one plugin, and a
//! folder of the same name elsewhere is another. Reading is strict: what is not understood is refused, because
//! overlooking a word here could run what was not granted. It is written by [`store`](crate::store) alone.

mod digest;
mod read;
mod write;

use std::collections::BTreeMap;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use guard::{Actor, Grant, Provenance};

pub use digest::{BadDigest, Digest, Pinned};
pub use read::{SyntaxError, node};

/// The name of the file in the folder `pintle` of the config home.
pub const FILE: &str = "plugins.lock";
/// Bytes that the file may have: a plugin with ten thousand files takes one MiB.
const LARGEST: u64 = 64 << 20;

/// What is known of installed plugins.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lock {
    entries: BTreeMap<String, Entry>,
    pub(crate) unfinished: BTreeMap<String, Unfinished>,
}

/// One installed plugin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its canonical folder.
    pub folder: String,
    /// Its name.
    pub name: String,
    /// Its version; empty where an old plugin has none.
    pub version: String,
    /// What was given to `plugin install`: a path, a URL; empty for an adopted plugin.
    pub source: String,
    /// When it was installed, updated or accepted: RFC 3339, in UTC.
    pub installed: String,
    /// Who vouches for it.
    pub signer: Signer,
    /// Whether it lies in a folder of the user that the folder of plugins links to.
    pub linked: bool,
    /// What its manifest asks for.
    pub requested: Vec<Grant>,
    /// What the user gave to it.
    pub granted: Vec<Grant>,
    /// Every file of it, by its path below the folder with `/` between names.
    pub files: BTreeMap<String, Pinned>,
}

/// Who vouches for a plugin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signer {
    /// A key signed the archive, and the user's keyring has that key.
    Signed {
        /// The key's fingerprint, in capitals.
        fingerprint: String,
        /// The names on the key.
        identities: Vec<String>,
    },
    /// Nobody. The user took it all the same.
    Unsigned {
        /// How the user said so: `--verify=false`, `plugin adopt`.
        accepted: String,
    },
}

/// A change of an installed plugin that was begun. Until it is finished, and after a kill until somebody cleans up,
/// this tells which of the two plugins lies in the folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unfinished {
    /// Where the plugin belongs: its folder, or the link that leads to it.
    pub(crate) place: String,
    /// The folder in which the other plugin waits, or which is to be removed.
    pub(crate) stage: String,
    /// The number of the new folder in its file system, by which it is known wherever it lies.
    pub(crate) number: Option<u64>,
    /// Whether nothing lay in the folder before.
    pub(crate) fresh: bool,
    /// What the new plugin is, if that is known before it is in its place.
    pub(crate) next: Option<Entry>,
    /// Files beside the plugin that belong to the change.
    pub(crate) beside: Vec<String>,
}

/// Why plugins.lock is not used.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// It is there and cannot be read.
    #[error("cannot read {}: {source}", file.display())]
    Read {
        /// The file.
        file: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// It is larger than any that somebody needs.
    #[error("cannot read {}: larger than {limit} bytes", file.display())]
    TooLarge {
        /// The file.
        file: PathBuf,
        /// Bytes that would have been allowed.
        limit: u64,
    },
    /// It says something that is not understood.
    #[error("{}: {source}", file.display())]
    Syntax {
        /// The file.
        file: PathBuf,
        /// What, and where.
        source: SyntaxError,
    },
}

impl Lock {
    /// Where it lies below the config home (`$HELM_CONFIG_HOME`).
    pub fn path(config_home: &Path) -> PathBuf {
        config_home.join("pintle").join(FILE)
    }

    /// Reads the file; one that is not there holds nothing.
    ///
    /// # Errors
    /// When it is there and cannot be read or understood: it is never overlooked.
    pub fn read(file: &Path) -> Result<Self, LockError> {
        let failed = |source| LockError::Read { file: file.to_owned(), source };
        let opened = match std::fs::File::open(file) {
            Ok(opened) => opened,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                // A link that leads nowhere is a file that cannot be read.
                return match std::fs::symlink_metadata(file) {
                    Ok(_) => Err(failed(error)),
                    Err(_) => Ok(Self::default()),
                };
            }
            Err(error) => return Err(failed(error)),
        };
        let mut bytes = Vec::new();
        opened.take(LARGEST + 1).read_to_end(&mut bytes).map_err(failed)?;
        if bytes.len() as u64 > LARGEST {
            return Err(LockError::TooLarge { file: file.to_owned(), limit: LARGEST });
        }
        Self::parse(&bytes).map_err(|source| LockError::Syntax { file: file.to_owned(), source })
    }

    /// Reads the file's text.
    ///
    /// # Errors
    /// At the first thing that is not understood, with its line and the nearest known word.
    pub fn parse(text: &[u8]) -> Result<Self, SyntaxError> {
        read::lock(text)
    }

    /// The text of the file, which [`Lock::parse`] reads back.
    pub fn text(&self) -> String {
        write::lock(self)
    }

    /// What is known of the plugin in a folder, which must be canonical. One whose change was begun and is not
    /// finished is found as it was before; see [`pin`](crate::pin).
    pub fn entry(&self, folder: &Path) -> Option<&Entry> {
        self.entries.get(folder.to_str()?)
    }

    /// All plugins, by their folders.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.values()
    }

    /// Sets what is known of one plugin, for the folder that the entry names.
    pub fn set(&mut self, entry: Entry) {
        self.entries.insert(entry.folder.clone(), entry);
    }

    /// Forgets a plugin.
    pub fn remove(&mut self, folder: &Path) -> Option<Entry> {
        self.entries.remove(folder.to_str()?)
    }

    pub(crate) fn unfinished(&self, folder: &Path) -> Option<&Unfinished> {
        self.unfinished.get(folder.to_str()?)
    }
}

impl Entry {
    /// Who asks when this plugin runs: the plugin from its folder, and where it came from. Call it only for one whose
    /// files were compared ([`pin::ready`](crate::pin::ready)).
    pub fn actor(&self) -> Actor {
        let signer = match &self.signer {
            Signer::Signed { fingerprint, .. } => Some(fingerprint.clone()),
            Signer::Unsigned { .. } => None,
        };
        // A folder of the user's own, which the user named.
        let provenance = if self.linked {
            Provenance::Local
        } else {
            let source = Some(self.source.clone()).filter(|source| !source.is_empty());
            Provenance::Remote { source, signer, digest: None }
        };
        Actor::plugin_in(self.name.clone(), self.folder.clone()).with_provenance(provenance)
    }

    /// The digests of its files, as [`subprocess`](crate::subprocess) compares the program that it starts.
    pub fn digests(&self) -> crate::subprocess::Files {
        let digest = |(name, pinned): (&String, &Pinned)| match pinned {
            Pinned::File(digest) => Some((name.clone(), digest.to_string().split_off("sha256:".len()))),
            Pinned::Link(_) => None,
        };
        self.files.iter().filter_map(digest).collect()
    }

    /// The digest of its module, if it has one.
    pub fn module(&self) -> Option<[u8; 32]> {
        match self.files.get(crate::discover::MODULE) {
            Some(Pinned::File(digest)) => Some(*digest.bytes()),
            _ => None,
        }
    }

    /// What it asks for and was not given.
    pub fn lacking(&self) -> Vec<&Grant> {
        lacking(&self.requested, &self.granted)
    }
}

/// What is asked for and not given.
pub fn lacking<'a>(requested: &'a [Grant], granted: &[Grant]) -> Vec<&'a Grant> {
    requested.iter().filter(|asked| !granted.iter().any(|given| given.covers(asked))).collect()
}
