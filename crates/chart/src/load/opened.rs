//! A directory that is open, and files in it. On Linux they are opened from there, and nobody walks along the whole
//! path again for each of them: charts have hundreds.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, io};

/// What stands under a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    File,
    Directory,
    Link,
    Other,
}

/// A directory that is open.
pub(super) struct Opened {
    pub(super) path: Arc<Path>,
    #[cfg(target_os = "linux")]
    handle: rustix::fd::OwnedFd,
}

/// Where a file is.
#[derive(Clone, Copy)]
pub(super) enum At<'a> {
    Path(&'a Path),
    In(&'a Opened, &'a OsStr),
}

impl At<'_> {
    /// Its path.
    pub(super) fn path(&self) -> PathBuf {
        match self {
            Self::Path(path) => path.to_path_buf(),
            Self::In(dir, name) => dir.path.join(name),
        }
    }

    /// Whether it is named as an archive is.
    pub(super) fn is_archive(&self) -> bool {
        match self {
            Self::Path(path) => path.file_name().is_some_and(is_archive),
            Self::In(_, name) => is_archive(name),
        }
    }

    /// Opens it for reading.
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place of this crate that reads files, with `directory`"
    )]
    pub(super) fn open(&self) -> io::Result<fs::File> {
        match self {
            Self::Path(path) => fs::File::open(path),
            Self::In(dir, name) => dir.open(name),
        }
    }
}

/// Whether a file of that name is an archive.
pub(super) fn is_archive(name: &OsStr) -> bool {
    const END: &[u8] = b".tgz";
    name.len() > END.len() && name.as_encoded_bytes().ends_with(END)
}

#[cfg(target_os = "linux")]
mod linux {
    use std::ffi::CStr;
    use std::os::unix::ffi::OsStrExt as _;

    use rustix::fs::{self as system, AtFlags, CWD, FileType, Mode, OFlags, RawDir};
    use rustix::io::retry_on_intr;

    use super::*;

    /// Names are read so many bytes at a time; the longest that there can be fits.
    const NAMES: usize = 32 << 10;

    impl Opened {
        /// Opens a directory, and lists what is in it in no order.
        #[expect(clippy::disallowed_methods, reason = "the one place of this crate that reads files")]
        pub(in super::super) fn list(path: Arc<Path>, names: &mut Vec<u8>) -> Listed {
            let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
            let opened = retry_on_intr(|| system::openat(CWD, &*path, flags, Mode::empty()));
            let opened = Self { path, handle: opened? };
            names.clear();
            names.reserve(NAMES);
            let mut found = Vec::new();
            let mut entries = RawDir::new(&opened.handle, names.spare_capacity_mut());
            while let Some(entry) = entries.next() {
                let entry = entry?;
                let name = entry.file_name();
                if !matches!(name.to_bytes(), b"." | b"..") {
                    let kind = match entry.file_type() {
                        FileType::Unknown => opened.kind(name)?,
                        known => kind(known),
                    };
                    found.push((OsStr::from_bytes(name.to_bytes()).to_owned(), kind));
                }
            }
            Ok((opened, found))
        }

        /// What the system does not say with the name.
        fn kind(&self, name: &CStr) -> io::Result<Kind> {
            let status = system::statat(&self.handle, name, AtFlags::SYMLINK_NOFOLLOW)?;
            Ok(kind(FileType::from_raw_mode(status.st_mode)))
        }

        #[expect(clippy::disallowed_methods, reason = "the one place of this crate that reads files")]
        pub(super) fn open(&self, name: &OsStr) -> io::Result<fs::File> {
            let flags = OFlags::RDONLY | OFlags::CLOEXEC;
            let opened = retry_on_intr(|| system::openat(&self.handle, name, flags, Mode::empty()))?;
            Ok(fs::File::from(opened))
        }
    }

    fn kind(kind: FileType) -> Kind {
        match kind {
            FileType::RegularFile => Kind::File,
            FileType::Directory => Kind::Directory,
            FileType::Symlink => Kind::Link,
            _ => Kind::Other,
        }
    }
}

/// A directory with what is in it.
type Listed = io::Result<(Opened, Vec<(OsString, Kind)>)>;

#[cfg(not(target_os = "linux"))]
impl Opened {
    /// Opens a directory, and lists what is in it in no order.
    #[expect(clippy::disallowed_methods, reason = "the one place of this crate that reads files")]
    pub(super) fn list(path: Arc<Path>, _: &mut Vec<u8>) -> Listed {
        let found = fs::read_dir(&path)?.map(|entry| {
            let entry = entry?;
            let kind = entry.file_type()?;
            let kind = match () {
                () if kind.is_symlink() => Kind::Link,
                () if kind.is_dir() => Kind::Directory,
                () if kind.is_file() => Kind::File,
                () => Kind::Other,
            };
            Ok((entry.file_name(), kind))
        });
        let found = found.collect::<io::Result<_>>()?;
        Ok((Self { path }, found))
    }

    #[expect(clippy::disallowed_methods, reason = "the one place of this crate that reads files")]
    fn open(&self, name: &OsStr) -> io::Result<fs::File> {
        fs::File::open(self.path.join(name))
    }
}
