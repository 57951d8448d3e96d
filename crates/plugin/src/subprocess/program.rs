//! The file that is started: found as Go finds it, and held to its digest.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::SubprocessError;

/// The digests of a plugin's files, by their paths below its folder: sha256 in hexadecimal digits.
pub type Files = BTreeMap<String, String>;

/// A file that will be started.
#[derive(Debug)]
pub(super) struct Program {
    /// How it was called.
    pub(super) name: OsString,
    /// Where it lies.
    pub(super) path: PathBuf,
    /// The binary whose digest was right, open.
    pub(super) opened: Option<File>,
}

/// Finds a program: what has a slash is a path, anything else is looked for in the folders of `PATH`.
pub(super) fn find(name: OsString, search: Option<&OsStr>) -> Result<PathBuf, SubprocessError> {
    if name.is_empty() {
        return Err(SubprocessError::NoCommand);
    }
    if Path::new(&name).components().count() > 1 || has_separator(&name) {
        return Ok(name.into());
    }
    for folder in std::env::split_paths(search.unwrap_or_default()) {
        let path = folder.join(&name);
        if !is_executable(&path) {
            continue;
        }
        // Go: a program that lies wherever the user happens to be is not taken for one of the system.
        if !path.is_absolute() {
            return Err(SubprocessError::Relative { name: shown(&name) });
        }
        return Ok(path);
    }
    Err(SubprocessError::NotFound { name: shown(&name) })
}

fn has_separator(name: &OsStr) -> bool {
    name.to_string_lossy().contains(std::path::is_separator)
}

fn shown(name: &OsStr) -> String {
    name.to_string_lossy().into_owned()
}

#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path).is_ok_and(|found| !found.is_dir() && found.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(path: &Path) -> bool {
    path.is_file() || path.with_extension("exe").is_file()
}

/// Looks whether a program of the plugin's folder is the one that was accepted. A program of the system is the
/// system's.
///
/// A binary stays open: what was looked at is what runs. A script is opened again by its interpreter, so that
/// whoever may write to the folder has a moment between the two.
pub(super) fn check(
    name: OsString,
    path: PathBuf,
    folder: &Path,
    files: Option<&Files>,
) -> Result<Program, SubprocessError> {
    let unchecked = Program { name, path, opened: None };
    let Some(files) = files else { return Ok(unchecked) };
    // Links are followed first: they may lead out of the folder, or into it.
    let (Ok(real), Ok(folder)) = (unchecked.path.canonicalize(), folder.canonicalize()) else {
        // What is not there cannot be started either, and the system says so in its words.
        return Ok(unchecked);
    };
    let Ok(below) = real.strip_prefix(&folder) else { return Ok(unchecked) };
    let changed = |why| SubprocessError::Changed { file: real.clone(), why };
    let key = below.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/");
    let wanted = files.get(&key).ok_or_else(|| changed("it was not there when the plugin was accepted"))?;
    let read = |source| SubprocessError::Unreadable { file: real.clone(), source };
    let mut file = File::open(&real).map_err(read)?;
    let (digest, start) = digest(&mut file).map_err(read)?;
    if digest != wanted.strip_prefix("sha256:").unwrap_or(wanted) {
        return Err(changed("it has changed since the plugin was accepted"));
    }
    let opened = Some(file).filter(|_| &start != b"#!");
    Ok(Program { opened, ..unchecked })
}

/// The digest of a file, and its first two bytes.
fn digest(file: &mut File) -> io::Result<(String, [u8; 2])> {
    let (mut hash, mut start, mut at) = (Sha256::new(), [0; 2], 0);
    let mut buffer = vec![0; 64 << 10];
    loop {
        let count = file.read(&mut buffer)?;
        let Some(bytes) = buffer.get(..count).filter(|bytes| !bytes.is_empty()) else { break };
        for byte in bytes.iter().take(2_usize.saturating_sub(at)) {
            start[at] = *byte;
            at += 1;
        }
        hash.update(bytes);
    }
    Ok((hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect(), start))
}
