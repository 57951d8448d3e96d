//! Go's `path/filepath` and `os.Getwd`: paths appear in what Helm prints, so they are put together as it does.

use std::path::{Path, PathBuf};

use sprig::glob::{BadPattern, path_match};

use crate::environment::Environment;

/// `filepath.Clean`: without dots and doubled separators.
pub(crate) fn clean(path: &str) -> PathBuf {
    system(sprig::path::clean(slashes(path).as_bytes()))
}

/// `filepath.Dir`: what is in front of the last separator, cleaned.
pub(crate) fn folder(path: &str) -> PathBuf {
    system(sprig::path::dir(slashes(path).as_bytes()))
}

/// `filepath.Base`: the last element.
pub(crate) fn base(path: &str) -> String {
    String::from_utf8_lossy(sprig::path::base(slashes(path).as_bytes())).into_owned()
}

/// `filepath.Join`: both, cleaned.
pub(crate) fn join(folder: &Path, name: &str) -> PathBuf {
    let folder = folder.to_string_lossy();
    match (folder.is_empty(), name.is_empty()) {
        (true, true) => PathBuf::new(),
        (true, false) => clean(name),
        (false, _) => clean(&format!("{folder}/{name}")),
    }
}

/// `filepath.Abs`: from the working folder on, cleaned.
pub(crate) fn absolute(environment: &Environment, path: &Path) -> std::io::Result<PathBuf> {
    if path.is_absolute() {
        return Ok(clean(&path.to_string_lossy()));
    }
    Ok(join(&working_folder(environment)?, &path.to_string_lossy()))
}

/// `os.Getwd`: the way a shell came here, links and all, as long as `PWD` leads here.
pub(crate) fn working_folder(environment: &Environment) -> std::io::Result<PathBuf> {
    let here = std::env::current_dir()?;
    match environment.get("PWD").map(Path::new) {
        Some(told) if told.is_absolute() && std::fs::canonicalize(told).is_ok_and(|real| real == here) => {
            Ok(told.to_owned())
        }
        _ => Ok(here),
    }
}

fn slashes(path: &str) -> String {
    if cfg!(windows) { path.replace('\\', "/") } else { path.to_owned() }
}

fn system(path: Vec<u8>) -> PathBuf {
    let path = String::from_utf8_lossy(&path);
    PathBuf::from(if cfg!(windows) { path.replace('/', "\\") } else { path.into_owned() })
}

/// `filepath.Glob`: the paths that match, by name; what cannot be read matches nothing.
///
/// # Errors
/// When the pattern is none.
pub(crate) fn glob(pattern: &str) -> Result<Vec<PathBuf>, BadPattern> {
    path_match(pattern.as_bytes(), b"")?;
    if !has_meta(pattern) {
        let path = PathBuf::from(pattern);
        return Ok(if std::fs::symlink_metadata(&path).is_ok() { vec![path] } else { Vec::new() });
    }
    let (above, last) = match pattern.rsplit_once('/') {
        Some(("", last)) => ("/", last),
        Some((above, last)) => (above, last),
        None => (".", pattern),
    };
    // A pattern that repeats itself is refused, as Go does.
    let folders = if has_meta(above) && above != pattern { glob(above)? } else { vec![PathBuf::from(above)] };
    let mut found = Vec::new();
    for folder in folders {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        let mut names: Vec<String> =
            entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        for name in names {
            if path_match(last.as_bytes(), name.as_bytes())? {
                found.push(join(&folder, &name));
            }
        }
    }
    Ok(found)
}

fn has_meta(path: &str) -> bool {
    path.contains(['*', '?', '[', '\\'])
}
