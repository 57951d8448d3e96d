//! Repositories of plugins, by way of the program `git`: the same commands as Helm's, so that the same configuration,
//! credentials and keys of the user's count, and the same words come back.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

use sprig::semver::{Constraints, Version};

use crate::prepare::system_words;

/// Bytes of what git prints that are kept.
const MOST: u64 = 4 << 20;

/// Why git did not do it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum GitError {
    /// There is no such program.
    #[error("git is not installed")]
    Missing,
    /// It failed: what was tried, what it said, and how it ended.
    #[error("{doing}: {said}: {ended}")]
    Failed { doing: &'static str, said: String, ended: String },
    /// A checkout that was never fetched from anywhere.
    #[error("Unable to retrieve local repo information: {ended}")]
    NoRemote { ended: String },
    /// What was fetched before into this place is from somewhere else.
    #[error("The Remote does not match the VCS endpoint")]
    OtherRemote,
    /// A version that is neither a name in the repository nor a constraint.
    #[error("{0}")]
    Constraint(String),
    /// No tag fits.
    #[error("requested version {} does not exist for plugin {}", quoted(version), quoted(remote))]
    NoVersion { version: String, remote: String },
}

fn quoted(text: &str) -> String {
    govalue::print::quote(text.as_bytes())
}

/// A checkout.
pub(crate) struct Checkout {
    folder: PathBuf,
}

/// What a run of git came to.
struct Ran {
    status: Result<ExitStatus, std::io::Error>,
    /// Standard output and standard error, in the order in which they came.
    both: Vec<u8>,
}

impl Ran {
    fn is_good(&self) -> bool {
        self.status.as_ref().is_ok_and(ExitStatus::success)
    }

    fn or_failed(self, doing: &'static str) -> Result<Vec<u8>, GitError> {
        if self.is_good() {
            return Ok(self.both);
        }
        let said = String::from_utf8_lossy(&self.both).into_owned();
        Err(match self.ended() {
            Some(ended) => GitError::Failed { doing, said, ended },
            None => GitError::Missing,
        })
    }

    /// How it ended, in Go's words; nothing if there is no such program.
    fn ended(&self) -> Option<String> {
        Some(match &self.status {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return None,
            Err(error) => system_words(error),
            Ok(status) => match status.code() {
                Some(code) => format!("exit status {code}"),
                None => status.to_string(),
            },
        })
    }
}

/// Runs git in a folder. It has the user's environment and terminal, where it may ask for a password.
fn git(folder: Option<&Path>, arguments: &[&str]) -> Ran {
    let run = || -> std::io::Result<(ExitStatus, Vec<u8>)> {
        let (mut reader, writer) = std::io::pipe()?;
        let mut command = Command::new("git");
        command.args(arguments).stdin(Stdio::null()).stdout(writer.try_clone()?).stderr(writer);
        if let Some(folder) = folder {
            command.current_dir(folder);
        }
        let mut child = command.spawn()?;
        // The command holds the writing ends, which would keep the pipe open.
        drop(command);
        let mut both = Vec::new();
        reader.by_ref().take(MOST).read_to_end(&mut both)?;
        std::io::copy(&mut reader, &mut std::io::sink())?;
        Ok((child.wait()?, both))
    };
    match run() {
        Ok((status, both)) => Ran { status: Ok(status), both },
        Err(error) => Ran { status: Err(error), both: Vec::new() },
    }
}

/// Whether there is such a program.
pub(crate) fn is_installed() -> bool {
    git(None, &["--version"]).is_good()
}

/// Whether a folder is a checkout.
pub(crate) fn is_checkout(folder: &Path) -> bool {
    std::fs::metadata(folder.join(".git")).is_ok()
}

impl Checkout {
    /// A checkout that is there.
    pub(crate) fn at(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// Makes a checkout of a repository, or brings the one that is there up to date, and puts it to a version.
    pub(crate) fn fetch(remote: &str, folder: &Path, version: &str) -> Result<Self, GitError> {
        let checkout = Self::at(folder);
        if is_checkout(folder) && checkout.remote()? != remote {
            return Err(GitError::OtherRemote);
        }
        if folder.exists() {
            checkout.update()?;
        } else {
            let place = folder.to_string_lossy();
            let cloned = git(None, &["clone", "--recursive", "--", remote, &place]);
            cloned.or_failed("Unable to get repository")?;
        }
        if let Some(reference) = checkout.solve(version, remote)? {
            // No option: whoever names a version means one.
            checkout.git(&["checkout", &reference]).or_failed("Unable to update checked out version")?;
            checkout.tidy()?;
        }
        Ok(checkout)
    }

    fn git(&self, arguments: &[&str]) -> Ran {
        git(Some(&self.folder), arguments)
    }

    /// Where it was fetched from.
    ///
    /// # Errors
    /// When it was not.
    pub(crate) fn remote(&self) -> Result<String, GitError> {
        let ran = self.git(&["config", "--get", "remote.origin.url"]);
        if ran.is_good() {
            return Ok(String::from_utf8_lossy(&ran.both).trim().to_owned());
        }
        Err(ran.ended().map_or(GitError::Missing, |ended| GitError::NoRemote { ended }))
    }

    /// Whether files were changed since they were checked out.
    pub(crate) fn is_changed(&self) -> bool {
        let ran = self.git(&["diff"]);
        !ran.is_good() || !ran.both.is_empty()
    }

    /// Fetches what is new, and moves on with its branch, if it is on one.
    pub(crate) fn update(&self) -> Result<(), GitError> {
        const DOING: &str = "Unable to update repository";
        self.git(&["fetch", "--tags", "--", "origin"]).or_failed(DOING)?;
        if !self.git(&["symbolic-ref", "--quiet", "HEAD"]).is_good() {
            return Ok(());
        }
        self.git(&["pull"]).or_failed(DOING)?;
        self.tidy()
    }

    /// Brings submodules to where they belong, and removes what is not the repository's.
    fn tidy(&self) -> Result<(), GitError> {
        let doing = "Unexpected error while defensively updating submodules";
        self.git(&["submodule", "update", "--init", "--recursive"]).or_failed(doing)?;
        let doing =
            "Unexpected error while defensively cleaning up after possible derelict submodule directories";
        self.git(&["clean", "-x", "-d", "-f", "-f"]).or_failed(doing)?;
        let doing = "Unexpected error while defensively cleaning up after possible derelict nested submodule directories";
        let nested = ["submodule", "foreach", "--recursive", "git clean -x -d -f -f"];
        self.git(&nested).or_failed(doing).map(drop)
    }

    /// The name in the repository that a version means: a name of its own, or the highest tag that a constraint lets
    /// through.
    fn solve(&self, version: &str, remote: &str) -> Result<Option<String>, GitError> {
        if version.is_empty() {
            return Ok(None);
        }
        // What begins with a dash is an option to git, and no name.
        let is_name = || {
            self.git(&["rev-parse", "--verify", version]).is_good()
                || self.git(&["show-ref", version]).is_good()
        };
        if !version.starts_with('-') && is_name() {
            return Ok(Some(version.to_owned()));
        }
        let constraints =
            Constraints::parse(version).map_err(|error| GitError::Constraint(error.to_string()))?;
        let references = self.git(&["show-ref"]).or_failed("Unable to retrieve tags")?;
        let references = String::from_utf8_lossy(&references).into_owned();
        let tags = references.lines().filter_map(|line| line.rsplit_once("tags/"));
        let mut versions: Vec<Version> = tags.filter_map(|(_, tag)| Version::parse(tag).ok()).collect();
        versions.sort_by(|one, other| other.compare(one));
        match versions.iter().find(|version| constraints.check(version)) {
            Some(found) => Ok(Some(found.original().to_owned())),
            None => Err(GitError::NoVersion { version: version.to_owned(), remote: remote.to_owned() }),
        }
    }
}
