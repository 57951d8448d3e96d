//! Files and folders that are this user's alone.

use super::CacheError;
use rustix::fs::OFlags;
use std::fs::{DirBuilder, File, Metadata};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::Path;

const KEY_BYTES: usize = 32;

fn io_error(path: &Path) -> impl FnOnce(io::Error) -> CacheError {
    let path = path.to_owned();
    move |source| CacheError::Io { path, source }
}

/// What keeps a file or folder from being this user's alone.
fn fault(metadata: &Metadata) -> Option<&'static str> {
    if metadata.uid() != rustix::process::geteuid().as_raw() {
        Some("another user owns it")
    } else if metadata.mode() & 0o077 != 0 && metadata.is_file() {
        Some("others may read or write it")
    } else if metadata.mode() & 0o022 != 0 {
        Some("others may write it")
    } else if metadata.is_file() && metadata.nlink() != 1 {
        Some("it has another name elsewhere")
    } else {
        None
    }
}

/// Makes a folder that only this user can write, or makes sure that it is one.
pub(super) fn folder(path: &Path) -> Result<(), CacheError> {
    DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(io_error(path))?;
    let metadata = std::fs::symlink_metadata(path).map_err(io_error(path))?;
    let fault = if metadata.is_dir() { fault(&metadata) } else { Some("it is not a folder") };
    match fault {
        None => Ok(()),
        Some(why) => Err(CacheError::NotPrivate { path: path.to_owned(), why }),
    }
}

/// Opens a file that exists, without following a link in its last step.
fn open(path: &Path) -> io::Result<File> {
    // Non-blocking, so that a pipe in the file's place cannot make us wait.
    let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC).bits().cast_signed();
    File::options().read(true).custom_flags(flags).open(path)
}

/// Reads the key, or makes one.
pub(super) fn key(path: &Path) -> Result<[u8; KEY_BYTES], CacheError> {
    let missing = |error: &CacheError| matches!(error, CacheError::Io { source, .. } if source.kind() == io::ErrorKind::NotFound);
    match read_key(path) {
        Err(error) if missing(&error) => {}
        read => return read,
    }
    if let Some(parent) = path.parent() {
        DirBuilder::new().recursive(true).mode(0o700).create(parent).map_err(io_error(parent))?;
    }
    let mut key = [0; KEY_BYTES];
    getrandom::fill(&mut key).map_err(|error| io_error(path)(io::Error::other(error)))?;
    // Whole or not at all, and never over a key that another process has made meanwhile.
    let temporary = temporary(path).map_err(io_error(path))?;
    let made = create(&temporary).and_then(|mut file| file.write_all(&key).and_then(|()| file.sync_all()));
    let linked = made.and_then(|()| std::fs::hard_link(&temporary, path));
    let removed = std::fs::remove_file(&temporary);
    match linked {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(io_error(path)(error)),
        _ => removed.map_err(io_error(path))?,
    }
    read_key(path)
}

fn read_key(path: &Path) -> Result<[u8; KEY_BYTES], CacheError> {
    let not_private = |why| CacheError::NotPrivate { path: path.to_owned(), why };
    let mut file = open(path).map_err(io_error(path))?;
    let metadata = file.metadata().map_err(io_error(path))?;
    if !metadata.is_file() {
        return Err(not_private("it is not a file"));
    }
    if let Some(why) = fault(&metadata) {
        return Err(not_private(why));
    }
    if metadata.len() != KEY_BYTES as u64 {
        return Err(not_private("it is not a key"));
    }
    let mut key = [0; KEY_BYTES];
    file.read_exact(&mut key).map_err(io_error(path))?;
    Ok(key)
}

/// Opens a file, if it is this user's alone, and tells how many bytes it has.
pub(super) fn file(path: &Path, most: u64) -> Option<(File, u64)> {
    let file = open(path).ok()?;
    let metadata = file.metadata().ok()?;
    let good = metadata.is_file() && fault(&metadata).is_none() && metadata.len() <= most;
    good.then_some((file, metadata.len()))
}

/// Writes a file whole or not at all. A failure leaves nothing behind.
pub(super) fn write(folder: &Path, path: &Path, parts: &[&[u8]]) {
    let Ok(temporary) = temporary(&folder.join("new")) else { return };
    let written =
        create(&temporary).and_then(|mut file| parts.iter().try_for_each(|part| file.write_all(part)));
    // Not synchronised: after a crash the MAC tells a torn file from a whole one.
    if written.and_then(|()| std::fs::rename(&temporary, path)).is_err() {
        let _ = std::fs::remove_file(&temporary);
    }
}

fn create(path: &Path) -> io::Result<File> {
    File::options().write(true).create_new(true).mode(0o600).open(path)
}

/// A name beside `path` that nobody else chooses.
fn temporary(path: &Path) -> io::Result<std::path::PathBuf> {
    let mut random = [0u8; 12];
    getrandom::fill(&mut random).map_err(io::Error::other)?;
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".");
    name.push(random.iter().map(|byte| format!("{byte:02x}")).collect::<String>());
    name.push(".tmp");
    Ok(path.with_file_name(name))
}
