//! What is given to `plugin install`: something on this machine, told apart as Helm does, or somewhere else, which
//! [`plugins::source`](crate::plugins::source) tells apart.

use std::path::{Path, PathBuf};

use crate::commands::Context;
use crate::paths;
use crate::plugins::source::is_archive_name;
use crate::prepare::system_words;
use crate::report::Failure;

/// What is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Given {
    /// A folder of the user's, which is linked.
    Folder(PathBuf),
    /// An archive on this machine.
    Archive(PathBuf),
    /// Somewhere else; which is looked at by whoever fetches.
    Elsewhere,
}

impl Given {
    /// Tells by the words themselves and by what lies there.
    ///
    /// # Errors
    /// When the working folder is gone.
    pub(super) fn of(context: &Context<'_>, given: &str) -> Result<Self, Failure> {
        // Helm: a registry's reference is one even if there is a folder of its name.
        if given.starts_with("oci://") || !Path::new(given).exists() {
            return Ok(Self::Elsewhere);
        }
        let path = paths::absolute(context.environment, Path::new(given))
            .map_err(|error| Failure::plain(system_words(&error)))?;
        // Helm: the name tells, whatever it is the name of.
        Ok(if is_archive_name(given) { Self::Archive(path) } else { Self::Folder(path) })
    }
}

/// The folder that a plugin of an archive gets: the archive's name without ending and version.
pub(super) fn stripped(file: &str) -> String {
    let name = paths::base(file);
    let name = name.strip_suffix(".tgz").or_else(|| name.strip_suffix(".tar.gz")).unwrap_or(&name);
    // Helm: what stands before the last dash that a number with a dot follows.
    let is_version = |rest: &str| {
        let digits = rest.trim_start_matches(|c: char| c.is_ascii_digit());
        digits.len() < rest.len() && digits.starts_with('.')
    };
    let dashes: Vec<usize> = name.match_indices('-').map(|(at, _)| at).collect();
    match dashes.into_iter().rev().find(|at| is_version(&name[at + 1..])) {
        Some(at) => name[..at].to_owned(),
        None => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::stripped;

    #[test]
    fn versions_are_no_part_of_a_name() {
        for (file, name) in [
            ("gh.tgz", "gh"),
            ("a/gh-1.2.3.tgz", "gh"),
            ("gh-1.2.3.tar.gz", "gh"),
            ("gh-v1.2.3.tgz", "gh-v1.2.3"),
            ("gh-1.tgz", "gh-1"),
            ("gh-1.2-rc.1.tgz", "gh"),
            ("gh-1.2-3.4.tgz", "gh-1.2"),
            ("a-b-1.0.tgz", "a-b"),
            ("gh-1.2.3.zip", "gh"),
        ] {
            assert_eq!(stripped(file), name, "{file}");
        }
    }
}
