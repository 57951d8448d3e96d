//! A plugin's folder → the bytes of its archive.
//!
//! The same folder gives the same bytes, whoever packs it and whenever: entries stand in the order of their names,
//! without owners, with the time of the file or one time for all.

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

/// What a plugin's folder may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of all files.
    pub bytes: u64,
    /// Files and folders.
    pub entries: usize,
    /// Folders in folders.
    pub depth: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: 128 << 20, entries: 10_000, depth: 64 }
    }
}

/// Why a folder cannot be packed.
#[derive(Debug, thiserror::Error)]
pub enum PackageError {
    /// The system refuses something.
    #[error("{doing} {}: {source}", path.display())]
    System {
        /// What it was asked for: `open`.
        doing: &'static str,
        /// Of which file.
        path: PathBuf,
        /// What it says.
        source: io::Error,
    },
    /// Neither a file nor a folder, or a link that leads out of the plugin or to a folder.
    #[error("{}: {why}", path.display())]
    Kind {
        /// What it is about.
        path: PathBuf,
        /// Why it cannot be packed.
        why: &'static str,
    },
    /// There is too much of it.
    #[error("the plugin has more than {most} {what}")]
    TooMuch {
        /// Of what.
        what: &'static str,
        /// What is allowed.
        most: u64,
    },
}

/// Packs the plugin in a folder under its name. `stamp`, in seconds since 1970, stands in for the time of each file;
/// files of `without` are left out.
///
/// # Errors
/// For what cannot be read, and for what an archive of a plugin cannot have.
pub fn archive(
    folder: &Path,
    name: &str,
    stamp: Option<u64>,
    without: &[PathBuf],
    limits: &Limits,
) -> Result<Vec<u8>, PackageError> {
    let root = system("lstat", folder, fs::canonicalize(folder))?;
    let builder = tar::Builder::new(Vec::new());
    let without = without.iter().filter_map(|path| fs::canonicalize(path).ok()).collect();
    let mut packer = Packer { root, builder, stamp, without, limits, bytes: 0, entries: 0 };
    packer.folder(folder, name, 0)?;
    let stream = system("write", folder, packer.builder.into_inner())?;
    // As Go's writer has it: no name, no time, no system.
    let encoder = flate2::GzBuilder::new().operating_system(255);
    let mut encoder = encoder.write(Vec::new(), flate2::Compression::default());
    system("write", folder, encoder.write_all(&stream))?;
    system("write", folder, encoder.finish())
}

fn system<T>(doing: &'static str, path: &Path, result: io::Result<T>) -> Result<T, PackageError> {
    result.map_err(|source| PackageError::System { doing, path: path.to_owned(), source })
}

struct Packer<'a> {
    root: PathBuf,
    builder: tar::Builder<Vec<u8>>,
    stamp: Option<u64>,
    without: Vec<PathBuf>,
    limits: &'a Limits,
    bytes: u64,
    entries: usize,
}

impl Packer<'_> {
    fn folder(&mut self, folder: &Path, name: &str, depth: usize) -> Result<(), PackageError> {
        if depth > self.limits.depth {
            let most = self.limits.depth as u64;
            return Err(PackageError::TooMuch { what: "folders in one another", most });
        }
        let status = system("lstat", folder, fs::metadata(folder))?;
        self.entry(folder, name, tar::EntryType::Directory, &status, &[])?;
        let listed = system("open", folder, fs::read_dir(folder))?;
        let mut names = Vec::new();
        for entry in listed {
            names.push(system("readdirent", folder, entry)?.file_name());
            if names.len() > self.limits.entries {
                return Err(self.too_many());
            }
        }
        names.sort_unstable();
        for entry in names {
            let path = folder.join(&entry);
            let Some(entry) = entry.to_str() else {
                return Err(PackageError::Kind { path, why: "its name is not UTF-8" });
            };
            let name = format!("{name}/{entry}");
            let status = system("lstat", &path, fs::symlink_metadata(&path))?;
            if status.is_dir() {
                self.folder(&path, &name, depth + 1)?;
            } else {
                self.file(&path, &name, &status)?;
            }
        }
        Ok(())
    }

    fn file(&mut self, path: &Path, name: &str, status: &fs::Metadata) -> Result<(), PackageError> {
        let refused = |why| PackageError::Kind { path: path.to_owned(), why };
        let mut status = status.clone();
        let place = system("stat", path, fs::canonicalize(path))?;
        if self.without.contains(&place) {
            return Ok(());
        }
        if status.is_symlink() {
            // Archives of plugins have no links. What one leads to is packed in its place, if it is the plugin's own.
            if !place.starts_with(&self.root) {
                return Err(refused("the link leads out of the plugin"));
            }
            status = system("stat", path, fs::metadata(path))?;
            if status.is_dir() {
                return Err(refused("a link to a folder cannot be packed"));
            }
        }
        if !status.is_file() {
            return Err(refused("neither a file nor a folder"));
        }
        let left = self.limits.bytes.saturating_sub(self.bytes);
        let mut data = Vec::new();
        let file = system("open", path, fs::File::open(&place))?;
        system("read", path, file.take(left.saturating_add(1)).read_to_end(&mut data))?;
        if data.len() as u64 > left {
            return Err(PackageError::TooMuch { what: "bytes", most: self.limits.bytes });
        }
        self.bytes += data.len() as u64;
        self.entry(path, name, tar::EntryType::Regular, &status, &data)
    }

    fn entry(
        &mut self,
        path: &Path,
        name: &str,
        kind: tar::EntryType,
        status: &fs::Metadata,
        data: &[u8],
    ) -> Result<(), PackageError> {
        self.entries += 1;
        if self.entries > self.limits.entries {
            return Err(self.too_many());
        }
        // To the nearest second, as Go writes them.
        let nearest = |time: Duration| time.as_secs() + u64::from(time.subsec_millis() >= 500);
        let own = || status.modified().ok()?.duration_since(UNIX_EPOCH).ok().map(nearest);
        let mut header = tar::Header::new_ustar();
        header.set_entry_type(kind);
        header.set_mode(rights(status));
        header.set_mtime(self.stamp.or_else(own).unwrap_or(0));
        header.set_size(data.len() as u64);
        system("write", path, self.builder.append_data(&mut header, name, data))
    }

    fn too_many(&self) -> PackageError {
        PackageError::TooMuch { what: "files and folders", most: self.limits.entries as u64 }
    }
}

#[cfg(unix)]
fn rights(status: &fs::Metadata) -> u32 {
    std::os::unix::fs::PermissionsExt::mode(&status.permissions()) & 0o777
}

/// Where files have no such rights, everybody may run everything.
#[cfg(not(unix))]
fn rights(_: &fs::Metadata) -> u32 {
    0o755
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(archive: &[u8]) -> Vec<(String, u32, u64, String)> {
        let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(archive));
        let entry = |entry: io::Result<tar::Entry<'_, _>>| {
            let mut entry = entry.unwrap();
            let mut text = String::new();
            entry.read_to_string(&mut text).unwrap();
            let (path, header) = (entry.path().unwrap().to_string_lossy().into_owned(), entry.header());
            (path, header.mode().unwrap(), header.mtime().unwrap(), text)
        };
        archive.entries().unwrap().map(entry).collect()
    }

    #[test]
    #[cfg(unix)]
    fn a_folder_is_packed_the_same_way_each_time() {
        use std::os::unix::fs::{PermissionsExt as _, symlink};
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir_all(at("sub/empty")).unwrap();
        for (name, mode) in [("plugin.yaml", 0o644), (".dot", 0o600), ("run.sh", 0o755), ("out.tgz", 0o644)] {
            fs::write(at(name), name).unwrap();
            fs::set_permissions(at(name), fs::Permissions::from_mode(mode)).unwrap();
        }
        symlink("run.sh", at("link")).unwrap();
        let pack = || archive(folder.path(), "x", Some(7), &[at("out.tgz")], &Limits::default());
        let bytes = pack().unwrap();
        assert_eq!(bytes, pack().unwrap());
        assert_eq!(&bytes[..10], b"\x1f\x8b\x08\0\0\0\0\0\0\xff");
        let wanted = [
            ("x/", 0o755, ""),
            ("x/.dot", 0o600, ".dot"),
            ("x/link", 0o755, "run.sh"),
            ("x/plugin.yaml", 0o644, "plugin.yaml"),
            ("x/run.sh", 0o755, "run.sh"),
            ("x/sub/", 0o755, ""),
            ("x/sub/empty/", 0o755, ""),
        ];
        let found = names(&bytes);
        let shown: Vec<_> = found
            .iter()
            .map(|(name, mode, _, text)| (name.trim_end_matches('/'), *mode, text.as_str()))
            .collect();
        let wanted = wanted.map(|(name, mode, text)| (name.trim_end_matches('/'), mode, text));
        assert_eq!(shown[1..], wanted[1..]);
        assert!(found.iter().all(|(_, _, time, _)| *time == 7));

        let few = Limits { entries: 3, ..Limits::default() };
        let error = archive(folder.path(), "x", None, &[], &few).unwrap_err().to_string();
        assert_eq!(error, "the plugin has more than 3 files and folders");
        let small = Limits { bytes: 12, ..Limits::default() };
        assert!(archive(folder.path(), "x", None, &[], &small).is_err());
        symlink("/etc/passwd", at("away")).unwrap();
        let error = pack().unwrap_err().to_string();
        assert!(error.ends_with("the link leads out of the plugin"), "{error}");
    }
}
