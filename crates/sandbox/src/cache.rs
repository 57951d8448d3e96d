//! Compiled modules on disk.
//!
//! To load a compiled module is to run it, so a file is loaded only if this user's copy of this program wrote it:
//! each carries a MAC under a key that is private to the user and lies elsewhere, over the digest of the module, the
//! engine's version and settings with the processor's features, and the compiled code. The file's owner, mode and
//! links are looked at, too, and the bytes that were verified are the bytes that are loaded: they are read into memory
//! of this process, verified there, and run from there. What does not fit is as if it were not there: the module is
//! compiled again, and the file replaced.

mod load;
mod mac;
mod meanwhile;
mod memory;
#[cfg(unix)]
mod private;

use crate::engine::Wasm;
pub(crate) use load::{Kept, Memory};
use mac::{About, Mac, TAG_BYTES};
pub use meanwhile::Meanwhile;
use std::hash::{Hash, Hasher};
use std::io::Read;
use std::path::{Path, PathBuf};
use wasmtime::{Config, Engine, Module};

/// Files larger than this were not written by us.
const MOST_BYTES: u64 = 1 << 30;
const MAGIC: &[u8; 16] = b"pintle-module-3\n";
/// Magic, MAC, BLAKE3 of the module; the code follows.
const HEAD: usize = MAGIC.len() + TAG_BYTES + blake3::OUT_LEN;
const EXTENSION: &str = "cwasm";

/// A folder of compiled modules and the key that authenticates them.
pub struct Cache {
    folder: PathBuf,
    key: [u8; 32],
}

/// Why there is no cache. A program goes on without one.
#[derive(Debug, thiserror::Error)]
pub enum CacheError {
    /// The folder or the key cannot be made or read.
    #[error("cannot use `{}`", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Why not.
        #[source]
        source: std::io::Error,
    },
    /// The folder or the key is not this user's alone.
    #[error("`{}` is not private to this user: {why}", path.display())]
    NotPrivate {
        /// The file or folder.
        path: PathBuf,
        /// What is wrong with it.
        why: &'static str,
    },
    /// This system has no way to tell whose a file is.
    #[error("compiled modules are not kept on this system")]
    Unsupported,
}

/// Lets engines of this configuration run what is loaded from a cache. Others cannot.
pub(crate) fn attach(config: &mut Config) {
    load::attach(config);
}

impl std::fmt::Debug for Cache {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Not the key.
        f.debug_struct("Cache").field("folder", &self.folder).finish_non_exhaustive()
    }
}

impl Cache {
    /// Opens the cache in `folder` with the key in `key_file`; both are made if they do not exist. The key must not
    /// lie in the folder, for who can write the one could then write the other.
    #[cfg(unix)]
    pub fn open(folder: impl Into<PathBuf>, key_file: &Path) -> Result<Self, CacheError> {
        let folder = folder.into();
        if key_file.starts_with(&folder) {
            return Err(CacheError::NotPrivate {
                path: key_file.to_owned(),
                why: "the key lies in the folder whose files it authenticates",
            });
        }
        private::folder(&folder)?;
        let key = private::key(key_file)?;
        Ok(Self { folder, key })
    }

    /// Not kept where a file's owner cannot be told.
    #[cfg(not(unix))]
    pub fn open(_folder: impl Into<PathBuf>, _key_file: &Path) -> Result<Self, CacheError> {
        Err(CacheError::Unsupported)
    }

    /// What a file is the compiled form of: the module, and everything that decides how it was compiled.
    fn identity(engine: &Engine, digest: &[u8; 32]) -> [u8; 32] {
        let mut hasher = Identity(blake3::Hasher::new());
        hasher.0.update(MAGIC);
        engine.precompile_compatibility_hash().hash(&mut hasher);
        hasher.0.update(digest);
        hasher.0.finalize().into()
    }

    fn path(&self, identity: &[u8; 32]) -> PathBuf {
        let name: String = identity.iter().map(|byte| format!("{byte:02x}")).collect();
        self.folder.join(format!("{name}.{EXTENSION}"))
    }

    /// The compiled form of a module, if there is an authentic one. The engine's configuration
    /// must have been given to [`attach`].
    #[cfg(unix)]
    pub(crate) fn load(&self, engine: &Engine, digest: &[u8; 32], meanwhile: &Meanwhile<'_>) -> Option<Kept> {
        let identity = Self::identity(engine, digest);
        let (mut file, bytes) = private::file(&self.path(&identity), MOST_BYTES)?;
        let mut head = [0; HEAD];
        file.read_exact(&mut head).ok()?;
        let (tag, module) = head.strip_prefix(MAGIC)?.split_first_chunk()?;
        let module = *module.first_chunk()?;
        let about = About { identity, module, bytes: usize::try_from(bytes).ok()?.checked_sub(HEAD)? };
        let source = load::Source { file: &file, from: HEAD as u64 };
        load::Verified::read(source, &Mac::new(&self.key), tag, &about, meanwhile)?.module(engine, module)
    }

    #[cfg(not(unix))]
    pub(crate) fn load(
        &self,
        _engine: &Engine,
        _digest: &[u8; 32],
        _meanwhile: &Meanwhile<'_>,
    ) -> Option<Kept> {
        None
    }

    /// Removes what was written least lately until at most `most` bytes are left, and answers how many bytes went.
    pub fn prune(&self, most: u64) -> std::io::Result<u64> {
        let mut files = Vec::new();
        for entry in std::fs::read_dir(&self.folder)? {
            let entry = entry?;
            let path = entry.path();
            let ours = path.extension().is_some_and(|extension| extension == EXTENSION || extension == "tmp");
            let metadata = entry.metadata()?;
            if ours && metadata.is_file() {
                files.push((metadata.modified()?, metadata.len(), path));
            }
        }
        files.sort();
        let mut over = files.iter().map(|(_, bytes, _)| *bytes).sum::<u64>().saturating_sub(most);
        let mut removed = 0;
        for (_, bytes, path) in files {
            if over == 0 {
                break;
            }
            std::fs::remove_file(path)?;
            removed += bytes;
            over = over.saturating_sub(bytes);
        }
        Ok(removed)
    }

    /// Keeps the compiled form of a module for an engine. What goes wrong is only a slower start next time.
    pub(crate) fn store(&self, module: &Module, engine: &Engine, wasm: &Wasm<'_>) {
        let Ok(code) = module.serialize() else { return };
        let identity = Self::identity(engine, wasm.digest());
        let about = About { identity, module: blake3::hash(wasm.bytes()).into(), bytes: code.len() };
        let mac = Mac::new(&self.key);
        let tag = mac.tag(&about, &load::pieces(&mac, &code));
        #[cfg(unix)]
        private::write(&self.folder, &self.path(&identity), &[MAGIC, &tag, &about.module, &code]);
        #[cfg(not(unix))]
        let _ = tag;
    }
}

/// Feeds what an engine says about itself to a hash that means something.
struct Identity(blake3::Hasher);

impl Hasher for Identity {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(&(bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
    }

    fn finish(&self) -> u64 {
        self.0.finalize().as_bytes().first_chunk().map_or(0, |first| u64::from_le_bytes(*first))
    }
}

#[cfg(all(test, unix))]
mod tests;
