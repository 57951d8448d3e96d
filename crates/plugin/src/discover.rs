//! Which plugins there are: folders with a plugin.yaml, one level below a folder of plugins.

use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use govalue::print::quote;

use crate::manifest::{self, Manifest, ManifestError, Runtime};

/// Bytes that a plugin.yaml may have.
const LARGEST: u64 = 1 << 20;
/// The module of a plugin that is one.
pub const MODULE: &str = "plugin.wasm";

/// A plugin in its folder.
#[derive(Debug, Clone, PartialEq)]
pub struct Plugin {
    /// Where it lies.
    pub folder: PathBuf,
    /// What it says about itself.
    pub manifest: Manifest,
}

/// A plugin.yaml that was found, and what came of it.
#[derive(Debug)]
pub struct Found {
    /// The file.
    pub file: PathBuf,
    /// The plugin, or why it is none.
    pub plugin: Result<Plugin, LoadError>,
}

/// Why a folder is no plugin.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// Its plugin.yaml cannot be read.
    #[error("failed to read plugin at {}: {doing} {}: {}", quoted(file), file.display(), words(source))]
    Read {
        /// The file.
        file: PathBuf,
        /// What the system was asked for.
        doing: &'static str,
        /// What it says.
        source: io::Error,
    },
    /// Its plugin.yaml is larger than any that somebody wrote.
    #[error("failed to read plugin at {}: larger than {limit} bytes", quoted(file))]
    TooLarge {
        /// The file.
        file: PathBuf,
        /// Bytes that would have been allowed.
        limit: u64,
    },
    /// Its plugin.yaml is refused.
    #[error("failed to load plugin {}: {source}", quoted(folder))]
    Manifest {
        /// The plugin's folder.
        folder: PathBuf,
        /// Why.
        source: ManifestError,
    },
    /// It is a Wasm module, and the module is not there.
    #[error("wasm binary missing for extism/v1 plugin: {}", quoted(module))]
    NoModule {
        /// Where it should be.
        module: PathBuf,
    },
}

impl LoadError {
    /// What is said of the same plugin once it lies in another folder.
    #[must_use]
    pub fn said_of(&self, place: &Path) -> String {
        let file = || place.join(manifest::FILE);
        match self {
            Self::Read { doing, source, .. } => {
                let file = file();
                format!(
                    "failed to read plugin at {}: {doing} {}: {}",
                    quoted(&file),
                    file.display(),
                    words(source)
                )
            }
            Self::TooLarge { limit, .. } => {
                format!("failed to read plugin at {}: larger than {limit} bytes", quoted(&file()))
            }
            Self::Manifest { source, .. } => format!("failed to load plugin {}: {source}", quoted(place)),
            Self::NoModule { .. } => {
                format!("wasm binary missing for extism/v1 plugin: {}", quoted(&place.join(MODULE)))
            }
        }
    }
}

/// Two plugins of one name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("two plugins claim the name {} at {} and {}", quote(name.as_bytes()), quoted(first), quoted(second))]
pub struct Duplicate {
    /// The name.
    pub name: String,
    /// The folder of the one that was found first.
    pub first: PathBuf,
    /// The folder of the other.
    pub second: PathBuf,
}

fn quoted(path: &Path) -> String {
    quote(path.to_string_lossy().as_bytes())
}

/// The system's words, as Go prints them.
fn words(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "no such file or directory".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::IsADirectory => "is a directory".to_owned(),
        _ => error.to_string(),
    }
}

/// Finds the plugins of a folder, in the order of their folders' names. A folder that is not there has none;
/// an empty path is the present one.
pub fn discover(folder: &Path) -> Vec<Found> {
    let here = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let Ok(entries) = std::fs::read_dir(here) else { return Vec::new() };
    let named = |entry: io::Result<std::fs::DirEntry>| Some(folder.join(entry.ok()?.file_name()));
    let mut folders: Vec<PathBuf> = entries.filter_map(named).collect();
    folders.sort_unstable();
    let found = |folder: PathBuf| {
        let file = folder.join(manifest::FILE);
        // A link that leads nowhere is a file that cannot be read.
        let there = folder.is_dir() && std::fs::symlink_metadata(&file).is_ok();
        there.then(|| Found { plugin: load(&folder), file })
    };
    folders.into_iter().filter_map(found).collect()
}

/// Loads the plugin of a folder.
///
/// # Errors
/// In Helm's words, and in ours for what only we refuse.
pub fn load(folder: &Path) -> Result<Plugin, LoadError> {
    let bytes = read(&folder.join(manifest::FILE))?;
    let manifest = Manifest::read(&bytes);
    let manifest = manifest.map_err(|source| LoadError::Manifest { folder: folder.to_owned(), source })?;
    if let Runtime::Extism(_) = manifest.runtime {
        let module = folder.join(MODULE);
        if std::fs::metadata(&module).is_err() {
            return Err(LoadError::NoModule { module });
        }
    }
    Ok(Plugin { folder: folder.to_owned(), manifest })
}

pub(crate) fn read(file: &Path) -> Result<Vec<u8>, LoadError> {
    let failed = |doing, source| LoadError::Read { file: file.to_owned(), doing, source };
    let opened = std::fs::File::open(file).map_err(|error| failed("open", error))?;
    let mut bytes = Vec::new();
    opened.take(LARGEST + 1).read_to_end(&mut bytes).map_err(|error| failed("read", error))?;
    if bytes.len() as u64 > LARGEST {
        return Err(LoadError::TooLarge { file: file.to_owned(), limit: LARGEST });
    }
    Ok(bytes)
}

/// Looks whether the plugins of one folder have names of their own.
///
/// # Errors
/// For the first that has another's name.
pub fn duplicates<'a>(plugins: impl IntoIterator<Item = &'a Plugin>) -> Result<(), Duplicate> {
    let mut seen: Vec<&Plugin> = Vec::new();
    for plugin in plugins {
        let name = &plugin.manifest.name;
        if let Some(first) = seen.iter().find(|other| other.manifest.name == *name) {
            let (first, second) = (first.folder.clone(), plugin.folder.clone());
            return Err(Duplicate { name: name.clone(), first, second });
        }
        seen.push(plugin);
    }
    Ok(())
}
