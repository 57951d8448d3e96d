//! The files of a plugin: each read once, within limits.

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
    /// Bytes of the module, which is held in memory.
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
    /// What each is.
    pub(crate) pinned: BTreeMap<String, Pinned>,
    /// The bytes of the module.
    pub(crate) module: Option<Vec<u8>>,
}

/// Reads all files of a folder that must be canonical. Left out are `.git` and folders of data. `manifest` are the bytes
/// of plugin.yaml, which were read before.
pub(crate) fn read(
    folder: &Path,
    manifest: &[u8],
    module: Option<&str>,
    data: &[String],
    limits: &Limits,
) -> Result<Files, FilesError> {
    let mut walk = Walk { folder, data, module, limits, files: Files::default(), bytes: 0 };
    walk.files.pinned.insert(crate::manifest::FILE.to_owned(), Pinned::File(Digest::of(manifest)));
    walk.bytes = manifest.len() as u64;
    walk.below("", 0)?;
    Ok(walk.files)
}

struct Walk<'a> {
    folder: &'a Path,
    data: &'a [String],
    module: Option<&'a str>,
    limits: &'a Limits,
    files: Files,
    bytes: u64,
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
            if self.files.pinned.len() >= self.limits.files {
                return Err(self.limit("files", self.limits.files as u64));
            }
            let pinned = if kind.is_symlink() { self.link(&path, &name)? } else { self.file(path, &name)? };
            self.files.pinned.insert(name, pinned);
        }
        Ok(())
    }

    /// A link to a file is that file; one to a folder stays a link, and must stay within what is read.
    fn link(&mut self, path: &Path, name: &str) -> Result<Pinned, FilesError> {
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
            Ok(target) => Ok(Pinned::Link(target)),
            Err(_) => Err(FilesError::Name { path: path.to_owned() }),
        }
    }

    fn file(&mut self, path: PathBuf, name: &str) -> Result<Pinned, FilesError> {
        let mut file = open(&path)?;
        let failed = |source| FilesError::Read { path: path.clone(), source };
        let left = self.limits.bytes.saturating_sub(self.bytes);
        if self.module == Some(name) {
            let most = left.min(self.limits.module);
            let mut bytes = Vec::new();
            file.take(most.saturating_add(1)).read_to_end(&mut bytes).map_err(failed)?;
            if bytes.len() as u64 > most {
                return Err(self.limit("bytes in its module", most));
            }
            self.bytes += bytes.len() as u64;
            let digest = Digest::of(&bytes);
            self.files.module = Some(bytes);
            return Ok(Pinned::File(digest));
        }
        let (digest, bytes) = digest(&mut file, left).map_err(failed)?;
        if bytes > left {
            return Err(self.limit("bytes", self.limits.bytes));
        }
        self.bytes += bytes;
        Ok(Pinned::File(digest))
    }
}

/// The digest of an open file, and how many bytes it has; reading ends soon after `most`.
pub(crate) fn digest(file: &mut File, most: u64) -> io::Result<(Digest, u64)> {
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 64 << 10];
    let mut bytes = 0u64;
    while bytes <= most {
        match file.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => {
                hasher.update(&buffer[..read]);
                bytes += read as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok((Digest::finish(hasher), bytes))
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
pub(crate) fn bytes(path: &Path, folder: &Path, most: u64) -> Result<Vec<u8>, FilesError> {
    let mut bytes = Vec::new();
    let read = open(path)?.take(most.saturating_add(1)).read_to_end(&mut bytes);
    read.map_err(|source| FilesError::Read { path: path.to_owned(), source })?;
    if bytes.len() as u64 > most {
        return Err(FilesError::Limit {
            folder: folder.to_owned(),
            what: "bytes in its module",
            limit: most,
        });
    }
    Ok(bytes)
}
