//! Files that commands leave behind: whole, or not at all.
//!
//! A file is written under another name next to its place and then renamed over it, so that neither a full
//! disk nor an interrupt leaves half of one. Several files are all written before the first is renamed. What a killed
//! process left is removed by the next that writes into the same folder.

mod markers;

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use markers::Markers;

use crate::prepare::system_words;

/// The rights of a file that a program names, before the user's mask.
pub(crate) const SHARED: u32 = 0o666;
/// The rights of a file that only its owner should change.
pub(crate) const OWN: u32 = 0o644;
/// The rights of a folder.
#[cfg(unix)]
const FOLDER: u32 = 0o755;
/// Links that lead to links are followed so often.
const MOST_LINKS: usize = 40;

/// Why something could not be written; `Display` is Go's `*fs.PathError`.
#[derive(Debug, thiserror::Error)]
#[error("{operation} {}: {}", path.display(), system_words(source))]
pub(crate) struct WriteError {
    operation: &'static str,
    path: PathBuf,
    source: io::Error,
}

impl WriteError {
    pub(crate) fn new(operation: &'static str, path: &Path, source: io::Error) -> Self {
        Self { operation, path: path.to_owned(), source }
    }
}

/// Files on their way: they appear with [`Batch::commit`], and leave nothing when dropped before.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    /// Where each lies, and where it belongs.
    waiting: Vec<(PathBuf, PathBuf)>,
    /// Folders that were made for them, outermost first.
    made: Vec<PathBuf>,
    /// What tells others that they are not left over.
    markers: Markers,
}

impl Batch {
    /// Makes a folder and those around it.
    pub(crate) fn folder(&mut self, path: &Path) -> Result<(), WriteError> {
        let missing: Vec<&Path> = path.ancestors().take_while(|folder| !exists(folder)).collect();
        for folder in missing.into_iter().rev() {
            let mut builder = fs::DirBuilder::new();
            #[cfg(unix)]
            std::os::unix::fs::DirBuilderExt::mode(&mut builder, FOLDER);
            match builder.create(folder) {
                Ok(()) => self.made.push(folder.to_owned()),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(WriteError::new("mkdir", folder, error)),
            }
        }
        match fs::metadata(path) {
            Ok(status) if !status.is_dir() => {
                Err(WriteError::new("mkdir", path, io::Error::from(io::ErrorKind::NotADirectory)))
            }
            _ => Ok(()),
        }
    }

    /// Writes a file with the folders it is in next to its place. A link keeps its place; what it leads to is
    /// replaced, as it would be by writing through it, and keeps its rights. New files have those of `mode`.
    pub(crate) fn file(&mut self, path: &Path, data: &[u8], mode: u32) -> Result<(), WriteError> {
        let place = behind_links(path);
        let there = fs::symlink_metadata(&place).ok().filter(fs::Metadata::is_file);
        if there.is_some() {
            // What may not be written is not replaced either.
            let open = fs::OpenOptions::new().write(true).open(&place);
            open.map_err(|error| WriteError::new("open", path, error))?;
        }
        self.put(path, place, data, mode)?;
        let (Some(there), Some((beside, _))) = (there, self.waiting.last()) else { return Ok(()) };
        let kept = fs::set_permissions(beside, there.permissions());
        kept.map_err(|error| WriteError::new("chmod", path, error))
    }

    /// Writes a file as [`Batch::file`] does, in a folder that somebody else may have filled: a link in its place
    /// is replaced, and leads nowhere.
    pub(crate) fn replace(&mut self, path: &Path, data: &[u8], mode: u32) -> Result<(), WriteError> {
        self.put(path, path.to_owned(), data, mode)
    }

    fn put(&mut self, path: &Path, place: PathBuf, data: &[u8], mode: u32) -> Result<(), WriteError> {
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            self.folder(folder)?;
        }
        let failed = |error| WriteError::new("open", path, error);
        if fs::symlink_metadata(&place).is_ok_and(|status| status.is_dir()) {
            return Err(failed(io::Error::from(io::ErrorKind::IsADirectory)));
        }
        let folder = place.parent().unwrap_or(Path::new(""));
        let beside = folder.join(self.markers.name(folder, self.waiting.len()));
        let mut options = fs::OpenOptions::new();
        // New, so that a link which somebody left under this name is not followed.
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
        #[cfg(not(unix))]
        let _ = mode;
        let mut file = match options.open(&beside) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                fs::remove_file(&beside).and_then(|()| options.open(&beside)).map_err(failed)?
            }
            other => other.map_err(failed)?,
        };
        self.waiting.push((beside, place));
        file.write_all(data).map_err(|error| WriteError::new("write", path, error))
    }

    /// Puts everything in its place.
    pub(crate) fn commit(mut self) -> Result<(), WriteError> {
        while let Some((beside, place)) = self.waiting.first() {
            fs::rename(beside, place).map_err(|error| WriteError::new("rename", place, error))?;
            self.waiting.remove(0);
        }
        self.made.clear();
        Ok(())
    }
}

impl Drop for Batch {
    fn drop(&mut self) {
        for (beside, _) in &self.waiting {
            // What cannot be removed either is a leftover, and swept.
            let _ = fs::remove_file(beside);
        }
        self.markers.release();
        for folder in self.made.iter().rev() {
            // Only empty folders go.
            let _ = fs::remove_dir(folder);
        }
    }
}

/// Where a path leads, whether or not there is something.
fn behind_links(path: &Path) -> PathBuf {
    let mut place = path.to_owned();
    for _ in 0..MOST_LINKS {
        let Ok(target) = fs::read_link(&place) else { break };
        place = place.parent().unwrap_or(Path::new("")).join(target);
    }
    place
}

fn exists(path: &Path) -> bool {
    path.as_os_str().is_empty() || fs::symlink_metadata(path).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_left_of_a_batch_that_fails() {
        let folder = tempfile::tempdir().unwrap();
        let old = folder.path().join("a");
        fs::write(&old, "old").unwrap();
        fs::create_dir(folder.path().join("taken")).unwrap();
        let mut batch = Batch::default();
        batch.file(&old, b"new", OWN).unwrap();
        batch.file(&folder.path().join("made/for/it"), b"new", OWN).unwrap();
        let error = batch.file(&folder.path().join("taken"), b"new", OWN).unwrap_err().to_string();
        assert!(error.ends_with("taken: is a directory"), "{error}");
        drop(batch);
        assert_eq!(fs::read(&old).unwrap(), b"old");
        let mut left: Vec<_> =
            fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        left.sort();
        assert_eq!(left, ["a", "taken"]);
    }

    #[test]
    fn a_batch_replaces_what_was_there() {
        let folder = tempfile::tempdir().unwrap();
        let mut batch = Batch::default();
        fs::write(folder.path().join("a"), "old").unwrap();
        batch.file(&folder.path().join("a"), b"new", OWN).unwrap();
        batch.file(&folder.path().join("b/c"), b"new", OWN).unwrap();
        batch.folder(&folder.path().join("empty")).unwrap();
        batch.commit().unwrap();
        assert_eq!(fs::read(folder.path().join("a")).unwrap(), b"new");
        assert_eq!(fs::read(folder.path().join("b/c")).unwrap(), b"new");
        assert!(folder.path().join("empty").is_dir());
    }

    #[cfg(unix)]
    #[test]
    fn rights_and_links_stay_unless_a_link_is_to_be_replaced() {
        use std::os::unix::fs::{PermissionsExt as _, symlink};
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("secret"), "old").unwrap();
        fs::set_permissions(at("secret"), fs::Permissions::from_mode(0o600)).unwrap();
        fs::write(at("kept"), "old").unwrap();
        for (target, link) in [("secret", "through"), ("nowhere", "dangling"), ("kept", "replaced")] {
            symlink(target, at(link)).unwrap();
        }
        // A name that somebody guessed leads nowhere either.
        let mut batch = Batch::default();
        symlink("kept", at(&format!(".pintle-{}-{}-0", std::process::id(), batch.markers.number()))).unwrap();
        batch.file(&at("through"), b"new", OWN).unwrap();
        batch.file(&at("dangling"), b"new", SHARED).unwrap();
        batch.replace(&at("replaced"), b"new", OWN).unwrap();
        batch.commit().unwrap();
        for (name, text) in [("secret", "new"), ("nowhere", "new"), ("replaced", "new"), ("kept", "old")] {
            assert_eq!(fs::read_to_string(at(name)).unwrap(), text, "{name}");
        }
        let is_link = |name: &str| at(name).symlink_metadata().unwrap().is_symlink();
        assert_eq!(["through", "dangling", "replaced"].map(is_link), [true, true, false]);
        assert_eq!(fs::metadata(at("secret")).unwrap().permissions().mode() & 0o777, 0o600);
    }
}
