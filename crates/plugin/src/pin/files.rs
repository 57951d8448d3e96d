//! The files of a plugin: each read once, within limits.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use crate::lock::{Digest, Pinned};

/// What reading the files of one plugin may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Files and links.
    pub files: usize,
    /// Folders below one another.
    pub depth: usize,
    /// Bytes of all files.
    pub bytes: u64,
    /// Bytes of the module.
    pub module: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { files: 50_000, depth: 64, bytes: 4 << 30, module: 256 << 20 }
    }
}

/// Why the files of a plugin cannot be looked at.
#[derive(Debug, thiserror::Error)]
pub enum FilesError {
    /// The system refuses.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// What.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A name that cannot be written down.
    #[error("the name of {} is no UTF-8", path.display())]
    Name {
        /// What.
        path: PathBuf,
    },
    /// A pipe, a device or the like.
    #[error("{} is neither a file, nor a folder, nor a link", path.display())]
    Kind {
        /// What.
        path: PathBuf,
    },
    /// A link to a folder that is not the plugin's.
    #[error("{} leads to a folder outside of the plugin's, whose files nobody would look at", path.display())]
    Outside {
        /// The link.
        path: PathBuf,
    },
    /// Somebody has changed it since it was compared.
    #[error("{} was changed meanwhile", path.display())]
    Meanwhile {
        /// What.
        path: PathBuf,
    },
    /// More than any plugin has.
    #[error("{} has more than {limit} {what}", folder.display())]
    Limit {
        /// The plugin's folder.
        folder: PathBuf,
        /// Of what.
        what: &'static str,
        /// How much would have been allowed.
        limit: u64,
    },
}

/// The files of a plugin as they were read.
#[derive(Debug, Default)]
pub(crate) struct Files {
    /// What each is, but for the module, as long as its digest is not taken.
    pub(crate) pinned: BTreeMap<String, Pinned>,
    /// The module.
    pub(crate) module: Found,
}

/// The module among the files.
#[derive(Debug, Default)]
pub(crate) enum Found {
    /// There is none.
    #[default]
    None,
    /// Its digest is among the others.
    Digested(Module),
    /// It was read, and its BLAKE3 is known.
    Read {
        /// Its name.
        name: String,
        /// Where it is; a file.
        place: Place,
        blake3: [u8; 32],
    },
}

/// The module of a plugin: which one it is, and where its bytes are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Module {
    digest: Digest,
    place: Place,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    Memory(Vec<u8>),
    File { path: PathBuf, folder: PathBuf, most: u64 },
}

impl Module {
    /// A module that is in memory.
    pub fn held(bytes: Vec<u8>) -> Self {
        Self { digest: Digest::of(&bytes), place: Place::Memory(bytes) }
    }

    /// A file that is looked at, of which only the digest is kept: a module that was compiled before runs without its
    /// bytes. A larger one is refused.
    pub(crate) fn file(path: &Path, folder: &Path, most: u64) -> Result<Self, FilesError> {
        let digest = sha256(path, folder, most, &mut Vec::new())?.0;
        Ok(Self { digest, place: Place::File { path: path.to_owned(), folder: folder.to_owned(), most } })
    }

    /// Its SHA-256.
    pub fn digest(&self) -> &[u8; 32] {
        self.digest.bytes()
    }

    /// Its bytes, which have this digest.
    ///
    /// # Errors
    /// When its file cannot be read any more, or was changed since the digest was taken.
    pub fn bytes(&self) -> Result<Cow<'_, [u8]>, FilesError> {
        match &self.place {
            Place::Memory(bytes) => Ok(Cow::Borrowed(bytes)),
            Place::File { path, folder, most } => {
                let bytes = bytes(path, folder, *most)?;
                if Digest::of(&bytes) != self.digest {
                    return Err(FilesError::Meanwhile { path: path.clone() });
                }
                Ok(Cow::Owned(bytes))
            }
        }
    }
}

/// What is kept of a module that is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keep {
    /// Its bytes.
    Bytes,
    /// Its digest. Who needs the bytes reads them again.
    Digest,
    /// Its BLAKE3, which is taken sooner; then see [`Files::known`].
    Blake3,
}

/// The SHA-256 of a module, and how many bytes it has.
fn sha256(path: &Path, folder: &Path, most: u64, buffer: &mut Vec<u8>) -> Result<(Digest, u64), FilesError> {
    let mut hasher = Sha256::new();
    let bytes = within(path, folder, most, buffer, |bytes| hasher.update(bytes))?;
    Ok((Digest::finish(hasher), bytes))
}

/// Reads a module bit by bit, and answers how many bytes it has.
fn within(
    path: &Path,
    folder: &Path,
    most: u64,
    buffer: &mut Vec<u8>,
    take: impl FnMut(&[u8]),
) -> Result<u64, FilesError> {
    let read = each(&mut open(path)?, most, buffer, take);
    let bytes = read.map_err(|source| FilesError::Read { path: path.to_owned(), source })?;
    if bytes > most { Err(too_large(folder, most)) } else { Ok(bytes) }
}

impl Files {
    /// Takes the digest of the module, if that was not done yet. `known` is asked for it by the BLAKE3, and answers if
    /// somebody who can be trusted has had both of the same bytes; otherwise the file is read again.
    pub(crate) fn known(
        &mut self,
        known: impl FnOnce(&[u8; 32]) -> Option<[u8; 32]>,
    ) -> Result<(), FilesError> {
        if let Found::Read { .. } = self.module
            && let Found::Read { name, place, blake3 } = std::mem::take(&mut self.module)
        {
            let digest = match (known(&blake3), &place) {
                (Some(digest), _) => Digest::from(digest),
                (None, Place::Memory(bytes)) => Digest::of(bytes),
                (None, Place::File { path, folder, most }) => sha256(path, folder, *most, &mut Vec::new())?.0,
            };
            self.pinned.insert(name, Pinned::File(digest));
            self.module = Found::Digested(Module { digest, place });
        }
        Ok(())
    }

    /// The module, if its digest was taken.
    pub(crate) fn into_module(self) -> Option<Module> {
        match self.module {
            Found::Digested(module) => Some(module),
            Found::None | Found::Read { .. } => None,
        }
    }
}

fn too_large(folder: &Path, most: u64) -> FilesError {
    FilesError::Limit { folder: folder.to_owned(), what: "bytes in its module", limit: most }
}

/// Reads all files of a folder that must be canonical. Left out are `.git` and folders of data. `manifest` are the bytes
/// of plugin.yaml, which were read before.
pub(crate) fn read(
    folder: &Path,
    manifest: &[u8],
    module: Option<(&str, Keep)>,
    data: &[String],
    limits: &Limits,
) -> Result<Files, FilesError> {
    let (files, buffer) = (Files::default(), Vec::new());
    let mut walk = Walk { folder, data, module, limits, files, bytes: 0, buffer };
    walk.files.pinned.insert(crate::manifest::FILE.to_owned(), Pinned::File(Digest::of(manifest)));
    walk.bytes = manifest.len() as u64;
    walk.below("", 0)?;
    Ok(walk.files)
}

struct Walk<'a> {
    folder: &'a Path,
    data: &'a [String],
    module: Option<(&'a str, Keep)>,
    limits: &'a Limits,
    files: Files,
    bytes: u64,
    /// What files are read into, one after the other.
    buffer: Vec<u8>,
}

impl Walk<'_> {
    fn limit(&self, what: &'static str, limit: u64) -> FilesError {
        FilesError::Limit { folder: self.folder.to_owned(), what, limit }
    }

    fn below(&mut self, above: &str, depth: usize) -> Result<(), FilesError> {
        if depth > self.limits.depth {
            return Err(self.limit("folders in one another", self.limits.depth as u64));
        }
        let folder = self.folder.join(above);
        let failed = |source| FilesError::Read { path: folder.clone(), source };
        for entry in std::fs::read_dir(&folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let path = entry.path();
            let Ok(name) = entry.file_name().into_string() else { return Err(FilesError::Name { path }) };
            let kind = entry.file_type().map_err(|source| FilesError::Read { path: path.clone(), source })?;
            let name = if above.is_empty() { name } else { format!("{above}/{name}") };
            if kind.is_dir() {
                // Only folders are left out: a file of such a name is a file.
                if name != ".git" && !self.data.contains(&name) {
                    self.below(&name, depth + 1)?;
                }
                continue;
            }
            if self.files.pinned.contains_key(&name) {
                // plugin.yaml, which was read first.
                continue;
            }
            let module = usize::from(matches!(self.files.module, Found::Read { .. }));
            if self.files.pinned.len() + module >= self.limits.files {
                return Err(self.limit("files", self.limits.files as u64));
            }
            let pinned = if kind.is_symlink() { self.link(&path, &name)? } else { self.file(path, &name)? };
            // The module has its place when its digest is taken.
            self.files.pinned.extend(pinned.map(|pinned| (name, pinned)));
        }
        Ok(())
    }

    /// A link to a file is that file; one to a folder stays a link, and must stay within what is read.
    fn link(&mut self, path: &Path, name: &str) -> Result<Option<Pinned>, FilesError> {
        let failed = |source| FilesError::Read { path: path.to_owned(), source };
        match std::fs::metadata(path) {
            Ok(there) if there.is_dir() => {
                let real = std::fs::canonicalize(path).map_err(failed)?;
                if !real.starts_with(self.folder) {
                    return Err(FilesError::Outside { path: path.to_owned() });
                }
            }
            Ok(_) => return self.file(path.to_owned(), name),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(failed(error)),
        }
        let target = std::fs::read_link(path).map_err(failed)?;
        match target.into_os_string().into_string() {
            Ok(target) => Ok(Some(Pinned::Link(target))),
            Err(_) => Err(FilesError::Name { path: path.to_owned() }),
        }
    }

    fn file(&mut self, path: PathBuf, name: &str) -> Result<Option<Pinned>, FilesError> {
        let left = self.limits.bytes.saturating_sub(self.bytes);
        if let Some((_, keep)) = self.module.filter(|(module, _)| *module == name) {
            return self.module(path, name, keep, left.min(self.limits.module));
        }
        let (digest, bytes) = digest(&mut open(&path)?, left, &mut self.buffer)
            .map_err(|source| FilesError::Read { path: path.clone(), source })?;
        if bytes > left {
            return Err(self.limit("bytes", self.limits.bytes));
        }
        self.bytes += bytes;
        Ok(Some(Pinned::File(digest)))
    }

    fn module(
        &mut self,
        path: PathBuf,
        name: &str,
        keep: Keep,
        most: u64,
    ) -> Result<Option<Pinned>, FilesError> {
        let folder = self.folder.to_owned();
        let module = match keep {
            Keep::Bytes => {
                let bytes = bytes(&path, &folder, most)?;
                self.bytes += bytes.len() as u64;
                Module::held(bytes)
            }
            Keep::Digest => {
                let (digest, bytes) = sha256(&path, &folder, most, &mut self.buffer)?;
                self.bytes += bytes;
                Module { digest, place: Place::File { path, folder, most } }
            }
            Keep::Blake3 => {
                let mut hasher = blake3::Hasher::new();
                let take = |bytes: &[u8]| {
                    hasher.update(bytes);
                };
                self.bytes += within(&path, &folder, most, &mut self.buffer, take)?;
                let (name, blake3) = (name.to_owned(), hasher.finalize().into());
                self.files.module = Found::Read { name, place: Place::File { path, folder, most }, blake3 };
                return Ok(None);
            }
        };
        let pinned = Pinned::File(module.digest);
        self.files.module = Found::Digested(module);
        Ok(Some(pinned))
    }
}

/// The digest of an open file, and how many bytes it has; reading ends soon after `most`.
pub(crate) fn digest(file: &mut File, most: u64, buffer: &mut Vec<u8>) -> io::Result<(Digest, u64)> {
    let mut hasher = Sha256::new();
    let bytes = each(file, most, buffer, |bytes| hasher.update(bytes))?;
    Ok((Digest::finish(hasher), bytes))
}

/// Reads a file bit by bit, and answers how many bytes it has; reading ends soon after `most`. The buffer is for this
/// function alone, and is there so that not each file has one of its own.
fn each(file: &mut File, most: u64, buffer: &mut Vec<u8>, mut take: impl FnMut(&[u8])) -> io::Result<u64> {
    // Little enough to stay in the processor's cache between being read and being digested.
    buffer.resize(64 << 10, 0);
    let mut bytes = 0u64;
    while bytes <= most {
        match file.read(buffer) {
            Ok(0) => break,
            Ok(read) => {
                take(buffer.get(..read).unwrap_or_default());
                bytes += read as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(bytes)
}

/// Opens what must be a file. A pipe is not waited for.
pub(crate) fn open(path: &Path) -> Result<File, FilesError> {
    let failed = |source| FilesError::Read { path: path.to_owned(), source };
    let mut options = File::options();
    options.read(true);
    #[cfg(unix)]
    {
        let nonblocking = rustix::fs::OFlags::NONBLOCK.bits();
        std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, nonblocking.cast_signed());
    }
    let file = options.open(path).map_err(failed)?;
    if !file.metadata().map_err(failed)?.is_file() {
        return Err(FilesError::Kind { path: path.to_owned() });
    }
    Ok(file)
}

/// Reads a whole file that has at most so many bytes.
fn bytes(path: &Path, folder: &Path, most: u64) -> Result<Vec<u8>, FilesError> {
    let failed = |source| FilesError::Read { path: path.to_owned(), source };
    let file = open(path)?;
    let size = file.metadata().map_err(failed)?.len().min(most);
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or_default().saturating_add(1));
    file.take(most.saturating_add(1)).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > most { Err(too_large(folder, most)) } else { Ok(bytes) }
}
