//! What a chart needs, against what is there: sources, versions, and the state of each dependency.
//!
//! ```text
//! Chart.yaml's dependencies ─► resolve ─► what goes into Chart.lock
//! a dependency + what lies in charts/ ─► Status
//! ```
//!
//! Nothing here reads files: the caller says which version it found where.

use std::fmt;

use govalue::print::quote;

use crate::metadata::{Dependency, Versions};

/// Where a dependency comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source<'a> {
    /// It lies under `charts/` as a folder.
    Vendored,
    /// A chart's folder: the path behind `file://`.
    Folder(&'a str),
    /// A registry: `oci://…`.
    Registry,
    /// A repository, by the name it is known under: `@name` or `alias:name`.
    Alias(&'a str),
    /// A repository, by its address, or by something that is meant to be one.
    Repository(&'a str),
}

impl Dependency {
    /// Where it comes from.
    pub fn source(&self) -> Source<'_> {
        let repository = self.repository.as_str();
        if repository.is_empty() {
            Source::Vendored
        } else if let Some(path) = repository.strip_prefix("file://") {
            Source::Folder(path)
        } else if repository.starts_with("oci://") {
            Source::Registry
        } else if let Some(name) = repository.strip_prefix('@').or_else(|| repository.strip_prefix("alias:"))
        {
            Source::Alias(name)
        } else {
            Source::Repository(repository)
        }
    }

    /// Checks that the range of versions can be read.
    ///
    /// # Errors
    /// With what is wrong about it.
    pub fn check_range(&self, versions: &dyn Versions) -> Result<(), String> {
        versions.matches(&self.version, "0.0.0").map(drop)
    }
}

/// Why versions cannot be chosen, in Helm's words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ResolveError {
    /// A range of versions that is none.
    #[error("dependency {} has an invalid version/constraint format: {reason}", quote(.name.as_bytes()))]
    Range {
        /// The dependency.
        name: String,
        /// What is wrong with the range.
        reason: String,
    },
    /// What is there does not lie in the range.
    #[error(
        "can't get a valid version for {} subchart(s): {}. Make sure a matching chart version exists in the repo, \
         or change the version constraint in Chart.yaml",
        .0.len(),
        .0.join(", ")
    )]
    NoVersion(Vec<String>),
}

/// Chooses a version for each dependency: what `find` found, or the range itself where there is nothing to
/// find out (`None`).
///
/// # Errors
/// The first range that cannot be read or error of `find`; then all dependencies that have no version.
pub fn resolve<E: From<ResolveError>>(
    wanted: &[Option<Dependency>],
    versions: &dyn Versions,
    mut find: impl FnMut(&Dependency) -> Result<Option<String>, E>,
) -> Result<Vec<Option<Dependency>>, E> {
    let mut locked = Vec::with_capacity(wanted.len());
    let mut missing = Vec::new();
    for dependency in wanted.iter().flatten() {
        dependency
            .check_range(versions)
            .map_err(|reason| ResolveError::Range { name: dependency.name.clone(), reason })?;
        let found = find(dependency)?;
        let fits = found
            .as_deref()
            .is_none_or(|found| versions.matches(&dependency.version, found).unwrap_or(false));
        if !fits {
            let [name, repository, version] =
                [&dependency.name, &dependency.repository, &dependency.version].map(|t| quote(t.as_bytes()));
            missing.push(format!("{name} (repository {repository}, version {version})"));
        }
        locked.push(Some(Dependency {
            name: dependency.name.clone(),
            repository: dependency.repository.clone(),
            version: found.unwrap_or_else(|| dependency.version.clone()),
            ..Dependency::default()
        }));
    }
    if missing.is_empty() { Ok(locked) } else { Err(ResolveError::NoVersion(missing).into()) }
}

/// The state of a dependency as `helm dependency list` shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// An archive that fits.
    Ok,
    /// A chart that fits, but no archive of its own: a folder, or what an archive of the parent holds.
    Unpacked,
    /// Nothing.
    Missing,
    /// More than one archive.
    TooManyMatches,
    /// An archive that is no chart.
    Corrupt,
    /// An archive of another chart.
    Misnamed,
    /// A version out of range.
    WrongVersion,
    /// A version or a range that is none.
    InvalidVersion,
    /// A name that cannot be searched for.
    BadPattern,
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ok => "ok",
            Self::Unpacked => "unpacked",
            Self::Missing => "missing",
            Self::TooManyMatches => "too many matches",
            Self::Corrupt => "corrupt",
            Self::Misnamed => "misnamed",
            Self::WrongVersion => "wrong version",
            Self::InvalidVersion => "invalid version",
            Self::BadPattern => "bad pattern",
        })
    }
}

impl Status {
    /// The state of an archive: name and version of the chart in it, or `None` when there is none.
    pub fn of_archive(dependency: &Dependency, found: Option<(&str, &str)>, versions: &dyn Versions) -> Self {
        match found {
            None => Self::Corrupt,
            Some((name, _)) if name != dependency.name => Self::Misnamed,
            Some((_, version)) => judge(dependency, version, versions).unwrap_or(Self::Ok),
        }
    }

    /// The state of a chart that was loaded with its parent: its version, or `None` when there is none.
    pub fn of_subchart(dependency: &Dependency, found: Option<&str>, versions: &dyn Versions) -> Self {
        match found {
            None => Self::Missing,
            Some(version) => judge(dependency, version, versions).unwrap_or(Self::Unpacked),
        }
    }
}

/// What is wrong with a version, if anything is.
fn judge(dependency: &Dependency, version: &str, versions: &dyn Versions) -> Option<Status> {
    if version == dependency.version {
        return None;
    }
    match versions.matches(&dependency.version, version) {
        Ok(true) => None,
        Ok(false) => Some(Status::WrongVersion),
        Err(_) => Some(Status::InvalidVersion),
    }
}
