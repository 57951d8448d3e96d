//! The operations on files that change plugins: all of them go through here, one by one.
//!
//! Before and after each stands a [`Faults`] point. In earnest nothing happens there; a test stops everything at one of
//! them, which is what a kill does, and looks at what is left.

use std::cell::Cell;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;

/// A point before or after one operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Point<'a> {
    /// Whether the operation was done.
    pub done: bool,
    /// Which: `rename`, `write`.
    pub operation: &'static str,
    /// On what.
    pub path: &'a Path,
}

/// Who is told of every operation on files, and can stop them.
pub trait Faults {
    /// Is told of one point. An error stops this operation and every other after it.
    ///
    /// # Errors
    /// To stop.
    fn at(&self, point: Point<'_>) -> io::Result<()>;

    /// Whether two folders may change places in one step. Not every system can, and a test says that this one cannot.
    fn may_exchange(&self) -> bool {
        true
    }
}

/// Stops nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoFaults;

impl Faults for NoFaults {
    fn at(&self, _: Point<'_>) -> io::Result<()> {
        Ok(())
    }
}

/// The file system, behind fault points.
pub(super) struct Disk<'f> {
    faults: &'f dyn Faults,
    stopped: Cell<bool>,
}

impl<'f> Disk<'f> {
    pub(super) fn new(faults: &'f dyn Faults) -> Self {
        Self { faults, stopped: Cell::new(false) }
    }

    /// Whether a fault has stopped everything: what is dead does not clean up.
    pub(super) fn is_stopped(&self) -> bool {
        self.stopped.get()
    }

    fn point(&self, point: Point<'_>) -> io::Result<()> {
        self.faults.at(point).inspect_err(|_| self.stopped.set(true))
    }

    fn run<T>(
        &self,
        operation: &'static str,
        path: &Path,
        work: impl FnOnce() -> io::Result<T>,
    ) -> io::Result<T> {
        if self.is_stopped() {
            return Err(io::Error::other("stopped"));
        }
        self.point(Point { done: false, operation, path })?;
        let result = work();
        self.point(Point { done: true, operation, path })?;
        result
    }

    /// Makes one folder; it is an error that it is there.
    pub(super) fn make_folder(&self, path: &Path) -> io::Result<()> {
        self.run("mkdir", path, || {
            let mut builder = fs::DirBuilder::new();
            #[cfg(unix)]
            std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o755);
            builder.create(path)
        })
    }

    /// Makes a folder and those around it, where they are not there.
    pub(super) fn make_folders(&self, path: &Path) -> io::Result<()> {
        let missing: Vec<&Path> = path.ancestors().take_while(|folder| !folder.exists()).collect();
        for folder in missing.into_iter().rev().filter(|folder| !folder.as_os_str().is_empty()) {
            match self.make_folder(folder) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                other => other?,
            }
        }
        Ok(())
    }

    /// Writes a new file; what is there under its name, a link for example, is an error.
    pub(super) fn write(&self, path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
        let mut file = self.run("create", path, || {
            let mut options = File::options();
            options.write(true).create_new(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
            #[cfg(not(unix))]
            let _ = mode;
            options.open(path)
        })?;
        self.run("write", path, || file.write_all(bytes))
    }

    /// Waits until what was written to a file is on the disk.
    pub(super) fn sync(&self, path: &Path) -> io::Result<()> {
        self.run("sync", path, || File::open(path)?.sync_all())
    }

    pub(super) fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.run("rename", to, || fs::rename(from, to))
    }

    /// Lets two folders change places in one step; `false` where the system cannot.
    pub(super) fn exchange(&self, one: &Path, other: &Path) -> io::Result<bool> {
        if !self.faults.may_exchange() {
            return Ok(false);
        }
        self.run("exchange", one, || exchange(one, other))
    }

    pub(super) fn link(&self, target: &Path, link: &Path) -> io::Result<()> {
        self.run("link", link, || symlink(target, link))
    }

    /// Takes a file's lock, and waits for whoever has it. It is free again when the file is closed.
    pub(super) fn lock(&self, path: &Path) -> io::Result<File> {
        self.run("lock", path, || {
            let file = open_lock(path)?;
            file.lock()?;
            Ok(file)
        })
    }

    /// Takes a file's lock, unless somebody has it.
    pub(super) fn try_lock(&self, path: &Path) -> io::Result<Option<File>> {
        self.run("lock", path, || {
            let file = match File::options().read(true).write(true).open(path) {
                Ok(file) => file,
                Err(error) => return Err(error),
            };
            match file.try_lock() {
                Ok(()) => Ok(Some(file)),
                Err(fs::TryLockError::WouldBlock) => Ok(None),
                Err(fs::TryLockError::Error(error)) => Err(error),
            }
        })
    }

    /// Removes a file or a link; that it is not there is fine.
    pub(super) fn remove_file(&self, path: &Path) -> io::Result<()> {
        match self.run("remove", path, || fs::remove_file(path)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            other => other,
        }
    }

    /// Removes an empty folder, if it is one.
    pub(super) fn remove_if_empty(&self, path: &Path) {
        // One that is not empty is somebody's.
        let _ = self.run("rmdir", path, || fs::remove_dir(path));
    }

    /// Removes a folder with all that is in it, and leads nowhere by links; that it is not there is fine.
    pub(super) fn remove_tree(&self, path: &Path) -> io::Result<()> {
        match fs::symlink_metadata(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(error),
            Ok(there) if !there.is_dir() => return self.remove_file(path),
            Ok(_) => {}
        }
        // A folder that may not be written is emptied all the same, as Git makes such.
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let _ = fs::set_permissions(path, fs::Permissions::from_mode(0o755));
        }
        for entry in fs::read_dir(path)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                self.remove_tree(&entry.path())?;
            } else {
                self.remove_file(&entry.path())?;
            }
        }
        match self.run("rmdir", path, || fs::remove_dir(path)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            other => other,
        }
    }
}

fn open_lock(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(any(target_os = "linux", target_os = "android", target_os = "macos"))]
fn exchange(one: &Path, other: &Path) -> io::Result<bool> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    use rustix::io::Errno;
    match renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE) {
        Ok(()) => Ok(true),
        Err(Errno::NOSYS | Errno::INVAL | Errno::NOTSUP) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_os = "macos")))]
fn exchange(_: &Path, _: &Path) -> io::Result<bool> {
    Ok(false)
}

#[cfg(unix)]
fn symlink(target: &Path, link: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(target, link)
}

#[cfg(windows)]
fn symlink(target: &Path, link: &Path) -> io::Result<()> {
    std::os::windows::fs::symlink_dir(target, link)
}

/// The number of what lies at a path, in its file system; links are not followed.
pub(super) fn number(path: &Path) -> Option<u64> {
    let there = fs::symlink_metadata(path).ok()?;
    #[cfg(unix)]
    return Some(std::os::unix::fs::MetadataExt::ino(&there));
    #[cfg(not(unix))]
    {
        drop(there);
        None
    }
}

/// Whether something lies at a path, if only a link to nothing.
pub(super) fn is_there(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}
