//! Folders that a guest has from the beginning: the granted ones and its temporary one.

use crate::call::Tempdir;
use crate::start::StartError;
use crate::state::State;
use cap_std::ambient_authority;
use cap_std::fs::Dir;
use pintle_guard::{FileScope, Mode, Question};
use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

const PREFIX: &str = "pintle-guest-";
const MARKER: &str = ".lock";
/// Where a guest sees its temporary folder.
const GUEST_TEMP: &str = "/tmp";

/// A temporary folder on the host; removed when dropped.
#[derive(Debug)]
pub(crate) struct Temporary {
    folder: PathBuf,
    marker: PathBuf,
    /// Locked as long as the folder is in use, which tells it from what a killed process left.
    _lock: File,
}

impl Temporary {
    fn create(root: &Path) -> io::Result<Self> {
        for _ in 0..16 {
            let mut random = [0u8; 12];
            getrandom::fill(&mut random).map_err(io::Error::other)?;
            let name: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
            let folder = root.join(format!("{PREFIX}{name}"));
            let marker = root.join(format!("{PREFIX}{name}{MARKER}"));
            let lock = File::options().write(true).create_new(true).open(&marker)?;
            // A sweep may come between making the marker and locking it; then it is gone, and we begin again.
            if lock.try_lock().is_err() || !marker.exists() {
                continue;
            }
            if let Err(error) = make_private(&folder) {
                let _ = std::fs::remove_file(&marker);
                return Err(error);
            }
            return Ok(Self { folder, marker, _lock: lock });
        }
        Err(io::Error::other("no temporary folder could be made"))
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // What cannot be removed now is swept at the next start: the lock ends with this process.
        if wipe(&self.folder).is_ok() {
            let _ = std::fs::remove_file(&self.marker);
        }
    }
}

/// Removes a folder with all that is in it, however deep a guest made it: `remove_dir_all` of the standard library
/// keeps a folder open for each level, and stops where a process may open no more. Here one is open at a time, and the
/// way back leads by `..`. The guest is gone, so that nobody moves anything meanwhile.
#[cfg(unix)]
fn wipe(folder: &Path) -> io::Result<()> {
    use rustix::fs::{AtFlags, CWD, Dir, FileType, Mode, OFlags, openat, unlinkat};
    use rustix::io::Errno;

    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let mut at = openat(CWD, folder, flags, Mode::empty())?;
    let mut above = Vec::new();
    loop {
        let mut below = None;
        for entry in Dir::read_from(&at)? {
            let entry = entry?;
            let name = entry.file_name();
            if matches!(name.to_bytes(), b"." | b"..") {
                continue;
            }
            if entry.file_type() != FileType::Directory {
                match unlinkat(&at, name, AtFlags::empty()) {
                    // A file system that does not tell what is what.
                    Err(Errno::ISDIR | Errno::PERM) if entry.file_type() == FileType::Unknown => {}
                    removed => {
                        removed?;
                        continue;
                    }
                }
            }
            match unlinkat(&at, name, AtFlags::REMOVEDIR) {
                Err(Errno::NOTEMPTY | Errno::EXIST) => {
                    below = Some(name.to_owned());
                    break;
                }
                removed => removed?,
            }
        }
        if let Some(name) = below {
            at = openat(&at, &name, flags, Mode::empty())?;
            above.push(name);
        } else if let Some(name) = above.pop() {
            at = openat(&at, "..", flags, Mode::empty())?;
            unlinkat(&at, &name, AtFlags::REMOVEDIR)?;
        } else {
            return std::fs::remove_dir(folder);
        }
    }
}

#[cfg(not(unix))]
fn wipe(folder: &Path) -> io::Result<()> {
    std::fs::remove_dir_all(folder)
}

fn make_private(folder: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(folder)
}

/// Removes the temporary folders that killed processes left in `root`, and answers how many there were. Folders in
/// use are left alone.
pub(crate) fn sweep(root: &Path) -> io::Result<usize> {
    let mut swept = 0;
    for entry in std::fs::read_dir(root)? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        let Some(stem) = name.strip_suffix(MARKER).filter(|stem| stem.starts_with(PREFIX)) else { continue };
        if !entry.file_type()?.is_file() {
            continue;
        }
        let marker = entry.path();
        let lock = match File::options().write(true).open(&marker) {
            Ok(lock) => lock,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        };
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => continue,
            Err(TryLockError::Error(error)) => return Err(error),
        }
        match wipe(&root.join(stem)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        std::fs::remove_file(&marker)?;
        swept += 1;
    }
    Ok(swept)
}

impl State {
    /// Opens what was granted. The temporary folder lives as long as the answer.
    pub(crate) fn open_folders(&mut self, tempdir: Option<Tempdir>) -> Result<Option<Temporary>, StartError> {
        let granted: Vec<FileScope> = self.guard.policy().folders(&self.actor).into_iter().cloned().collect();
        for scope in granted {
            let Some(guest) = scope.guest.clone() else { continue };
            let Some(host) = scope.host.literal_text() else {
                return Err(StartError::CannotEnforce {
                    what: format!("file {} at {guest}", scope.host),
                    why: "a folder is mapped by its own path, without wildcards",
                });
            };
            if tempdir.is_some() && guest.trim_end_matches('/') == GUEST_TEMP {
                return Err(StartError::CannotEnforce {
                    what: format!("file {host} at {guest}"),
                    why: "the plugin has a temporary folder there",
                });
            }
            let writable = scope.mode == Mode::ReadWrite;
            let question = match scope.mode {
                Mode::ReadOnly => Question::ReadOutside { path: host.clone() },
                Mode::ReadWrite => Question::WriteOutside { path: host.clone() },
            };
            // A `deny` or the administrator's file may take what a grant gives.
            if self.ask(question).is_err() {
                continue;
            }
            let dir = Dir::open_ambient_dir(&host, ambient_authority())
                .map_err(|source| StartError::Folder { path: PathBuf::from(&host), source })?;
            self.wasi.preopen(dir, guest, writable, None);
        }
        let Some(Tempdir { root, bytes }) = tempdir else { return Ok(None) };
        if self.ask(Question::Tempdir { bytes }).is_err() {
            return Ok(None);
        }
        let temporary =
            Temporary::create(&root).map_err(|source| StartError::Folder { path: root.clone(), source })?;
        let dir = Dir::open_ambient_dir(&temporary.folder, ambient_authority())
            .map_err(|source| StartError::Folder { path: temporary.folder.clone(), source })?;
        self.wasi.preopen(dir, GUEST_TEMP.to_owned(), true, Some(bytes));
        Ok(Some(temporary))
    }
}
