//! A plugin's archive: a gzipped tar whose bytes may come from anyone.
//!
//! It is read twice. The first time everything is looked at: names that lead elsewhere, kinds of entries that no plugin
//! needs, sizes. Only when all of it is right something is written, through a [`Change`].

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read};

use flate2::bufread::MultiGzDecoder as GzDecoder;

use crate::discover::MODULE;
use crate::manifest::{self, Manifest, ManifestError};
use crate::store::{Change, StoreError};

/// What unpacking an archive may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ArchiveLimits {
    /// Entries, of whatever kind.
    pub entries: usize,
    /// Bytes of an entry's name.
    pub name: usize,
    /// Bytes that come out.
    pub bytes: u64,
    /// How many times its size it may unpack to, once it is past the first mebibytes.
    pub ratio: u64,
}

impl Default for ArchiveLimits {
    fn default() -> Self {
        Self { entries: 100_000, name: 4096, bytes: 1 << 30, ratio: 500 }
    }
}

/// What unpacks without a question about the ratio.
const RATIO_FREE: u64 = 64 << 20;
/// Bytes before a gzip stream says anything about itself.
const GZIP_HEADER: usize = 10;

/// Where in an archive the plugin lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout<'a> {
    /// In the folder of this name.
    Folder(&'a str),
    /// At the root, or in one of the folders there: the first of them, by name, with a plugin.yaml.
    Anywhere,
}

/// Why an archive is not unpacked. Displays as Helm's words, where Helm has them.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// It is no gzipped tar.
    #[error("{0}")]
    Broken(&'static str),
    /// A name leads elsewhere.
    #[error("{0}")]
    Name(&'static str),
    /// An entry is neither a file nor a folder.
    #[error("unknown type: {kind:b} in {name}")]
    Kind {
        /// The tar format's letter for it.
        kind: u8,
        /// The entry.
        name: String,
    },
    /// An entry is a file where an earlier one has a folder.
    #[error("open {name}: is a directory")]
    Folder {
        /// The entry.
        name: String,
    },
    /// An entry lies below an earlier one that is a file.
    #[error("mkdir {name}: not a directory")]
    NoFolder {
        /// The file.
        name: String,
    },
    /// It has no plugin.yaml at all.
    #[error("plugin.yaml not found in tarball")]
    NoManifest,
    /// It has none where it should be.
    #[error("plugin.yaml not found where the archive's name says")]
    Elsewhere,
    /// Its plugin.yaml is refused.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// It breaks a limit.
    #[error("plugin archive has more than {limit} {what}")]
    Limit {
        /// Of what.
        what: &'static str,
        /// How much would have been allowed.
        limit: u64,
    },
    /// It cannot be written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Reads the plugin.yaml that comes first in an archive, in whatever folder it lies, for the archive's own name.
///
/// # Errors
/// When there is none, or it is refused.
pub fn manifest(bytes: &[u8], limits: &ArchiveLimits) -> Result<Manifest, ArchiveError> {
    let mut found = None;
    each(bytes, limits, |entry| {
        // Helm: the name is looked at as the system sees it, before backslashes mean anything.
        if entry.raw.rsplit('/').next() != Some(manifest::FILE) {
            return Ok(true);
        }
        found = Some(entry.text()?);
        Ok(false)
    })?;
    Ok(Manifest::read(&found.ok_or(ArchiveError::NoManifest)?)?)
}

/// Reads the plugin.yaml of an archive and the module beside it, and writes nothing. The plugin lies at the root, or in
/// the first of the folders there that has a plugin.yaml.
///
/// # Errors
/// When the archive is broken, leads elsewhere, breaks a limit, or has no plugin.yaml that is taken.
pub fn contents(bytes: &[u8], limits: &ArchiveLimits) -> Result<(Manifest, Option<Vec<u8>>), ArchiveError> {
    let (mut manifests, mut modules) = (BTreeMap::new(), BTreeMap::new());
    each(bytes, limits, |entry| {
        let name = clean(&entry.raw)?;
        let (folder, base) = name.rsplit_once('/').unwrap_or(("", &name));
        if matches!(entry.kind, Kind::File) && !folder.contains('/') {
            match base {
                manifest::FILE => _ = manifests.insert(folder.to_owned(), entry.text()?),
                MODULE => _ = modules.insert(folder.to_owned(), entry.text()?),
                _ => {}
            }
        }
        Ok(true)
    })?;
    // The root's name is empty, and sorts first.
    let (folder, text) = manifests.pop_first().ok_or(ArchiveError::NoManifest)?;
    Ok((Manifest::read(&text)?, modules.remove(&folder)))
}

/// Unpacks the plugin of an archive into a change's new folder.
///
/// # Errors
/// When anything in the archive is not as it should be; then nothing was written, except where the system refused.
pub fn unpack(
    bytes: &[u8],
    change: &Change<'_, '_>,
    layout: Layout<'_>,
    limits: &ArchiveLimits,
) -> Result<(), ArchiveError> {
    let (mut files, mut folders) = (BTreeSet::new(), BTreeSet::new());
    each(bytes, limits, |entry| {
        let name = clean(&entry.raw)?;
        for above in name.match_indices('/').map(|(at, _)| &name[..at]) {
            if files.contains(above) {
                return Err(ArchiveError::NoFolder { name: above.to_owned() });
            }
            folders.insert(above.to_owned());
        }
        match entry.kind {
            Kind::Folder if files.contains(&name) => return Err(ArchiveError::NoFolder { name }),
            Kind::File if folders.contains(&name) => return Err(ArchiveError::Folder { name }),
            Kind::Folder => _ = folders.insert(name),
            Kind::File => _ = files.insert(name),
            Kind::Other(kind) => return Err(ArchiveError::Kind { kind, name: entry.raw.clone() }),
        }
        Ok(true)
    })?;
    let prefix = match layout {
        Layout::Folder(name) => Some(format!("{name}/")).filter(|prefix| is_in(&files, prefix)),
        Layout::Anywhere if is_in(&files, "") => Some(String::new()),
        Layout::Anywhere => {
            let mut tops = folders.iter().filter(|folder| !folder.contains('/'));
            tops.find(|folder| is_in(&files, &format!("{folder}/"))).map(|folder| format!("{folder}/"))
        }
    };
    let prefix = prefix.ok_or(ArchiveError::Elsewhere)?;
    change.folder("")?;
    for folder in folders.iter().filter_map(|folder| folder.strip_prefix(&prefix)) {
        change.folder(folder)?;
    }
    let mut written = BTreeSet::new();
    each(bytes, limits, |entry| {
        let name = clean(&entry.raw)?;
        if let (Kind::File, Some(inner)) = (&entry.kind, name.strip_prefix(&prefix)) {
            // Of two entries with one name the later one counts.
            if !written.insert(name.clone()) {
                change.forget(inner)?;
            }
            let mode = entry.mode;
            change.file(inner, &entry.text()?, mode)?;
        }
        Ok(true)
    })
}

fn is_in(files: &BTreeSet<String>, prefix: &str) -> bool {
    files.contains(&format!("{prefix}{}", manifest::FILE))
}

/// The path of an entry, with `/` between names, and certain not to lead out.
fn clean(raw: &str) -> Result<String, ArchiveError> {
    if raw.contains(':') {
        return Err(ArchiveError::Name("path contains ':', which is illegal"));
    }
    let slashes = raw.replace('\\', "/");
    if slashes.split('/').any(|name| name == "..") {
        return Err(ArchiveError::Name("path contains '..', which is illegal"));
    }
    if slashes.starts_with('/') {
        return Err(ArchiveError::Name("path is absolute, which is illegal"));
    }
    if slashes.contains('\0') {
        return Err(ArchiveError::Name("path contains a zero byte, which is illegal"));
    }
    let names: Vec<&str> = slashes.split('/').filter(|name| !matches!(*name, "" | ".")).collect();
    Ok(names.join("/"))
}

enum Kind {
    File,
    Folder,
    Other(u8),
}

/// One entry while the archive is read.
struct Entry<'a, 'r> {
    raw: String,
    kind: Kind,
    mode: u32,
    entry: &'a mut tar::Entry<'r, Bounded<GzDecoder<&'r [u8]>>>,
    limits: &'a ArchiveLimits,
}

impl Entry<'_, '_> {
    fn text(&mut self) -> Result<Vec<u8>, ArchiveError> {
        let mut text = Vec::new();
        // The stream below is bounded; never reserve what a header only claims.
        self.entry.read_to_end(&mut text).map_err(|error| read_error(&error, self.limits))?;
        Ok(text)
    }
}

/// Looks at each entry until `look` says that it has seen enough.
fn each(
    bytes: &[u8],
    limits: &ArchiveLimits,
    mut look: impl FnMut(&mut Entry<'_, '_>) -> Result<bool, ArchiveError>,
) -> Result<(), ArchiveError> {
    match bytes.len() {
        0 => return Err(ArchiveError::Broken("EOF")),
        short if short < GZIP_HEADER => return Err(ArchiveError::Broken("unexpected EOF")),
        _ if !bytes.starts_with(b"\x1f\x8b\x08") => return Err(ArchiveError::Broken("gzip: invalid header")),
        _ => {}
    }
    let ratio = (bytes.len() as u64).saturating_mul(limits.ratio).max(RATIO_FREE);
    let stream = Bounded { inner: GzDecoder::new(bytes), left: limits.bytes.min(ratio) };
    let mut archive = tar::Archive::new(stream);
    let broken = |error: io::Error| read_error(&error, limits);
    for (count, entry) in archive.entries().map_err(broken)?.enumerate() {
        if count >= limits.entries {
            return Err(ArchiveError::Limit { what: "entries", limit: limits.entries as u64 });
        }
        let mut entry = entry.map_err(broken)?;
        let kind = entry.header().entry_type();
        if kind.is_pax_global_extensions() || kind.is_pax_local_extensions() {
            continue;
        }
        let name = entry.path_bytes();
        if name.len() > limits.name {
            return Err(ArchiveError::Limit { what: "bytes in a name", limit: limits.name as u64 });
        }
        let Ok(raw) = std::str::from_utf8(&name).map(str::to_owned) else {
            return Err(ArchiveError::Name("path is no UTF-8, which is illegal"));
        };
        drop(name);
        let kind = match kind {
            // Old archives mark a folder by its name only.
            tar::EntryType::Regular if raw.ends_with('/') => Kind::Folder,
            tar::EntryType::Regular => Kind::File,
            tar::EntryType::Directory => Kind::Folder,
            other => Kind::Other(other.as_byte()),
        };
        // What a user's own plugin may do with its files is theirs; nobody becomes somebody else by one.
        let mode = entry.header().mode().unwrap_or(0o644) & 0o777 | 0o600;
        let mut entry = Entry { raw, kind, mode, entry: &mut entry, limits };
        if !look(&mut entry)? {
            return Ok(());
        }
    }
    Ok(())
}

/// A reader that stops when more comes out than may.
struct Bounded<R> {
    inner: R,
    left: u64,
}

#[derive(Debug, thiserror::Error)]
#[error("too large")]
struct TooLarge;

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.left = self.left.checked_sub(read as u64).ok_or_else(|| io::Error::other(TooLarge))?;
        Ok(read)
    }
}

fn read_error(error: &io::Error, limits: &ArchiveLimits) -> ArchiveError {
    let mut source: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(current) = source {
        if current.is::<TooLarge>() {
            return ArchiveError::Limit { what: "bytes when it is unpacked", limit: limits.bytes };
        }
        let inner = current.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        source = match inner {
            Some(inner) => Some(inner),
            None => current.source(),
        };
    }
    ArchiveError::Broken(match error.kind() {
        io::ErrorKind::UnexpectedEof => "unexpected EOF",
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => "gzip: invalid checksum",
        // The library tells these two apart by their text only.
        _ if error.to_string().contains("entire block") => "unexpected EOF",
        _ => "archive/tar: invalid tar header",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_inside() {
        let refused = |raw: &str| clean(raw).unwrap_err().to_string();
        assert_eq!(refused("a:b"), "path contains ':', which is illegal");
        assert_eq!(refused("a/../b"), "path contains '..', which is illegal");
        assert_eq!(refused("a\\..\\..\\b"), "path contains '..', which is illegal");
        assert_eq!(refused("/a"), "path is absolute, which is illegal");
        assert_eq!(refused("\\a"), "path is absolute, which is illegal");
        assert_eq!(clean("./a//b\\c/./").unwrap(), "a/b/c");
        assert_eq!(clean("a/..b/c..").unwrap(), "a/..b/c..");
    }
}
