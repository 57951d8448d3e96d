//! A folder to run programs in, and what they answer.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// An exit code (-1 for a signal) and both streams, the folder in them as `$FOLDER`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) exit: i64,
    pub(super) out: String,
    pub(super) err: String,
}

impl Answer {
    /// It, if it succeeded.
    ///
    /// # Errors
    /// With all of it, if not.
    pub(super) fn good(self) -> Result<Self, String> {
        if self.exit == 0 { Ok(self) } else { Err(format!("{self}")) }
    }

    /// That it failed with this code, printed nothing, and said this.
    ///
    /// # Errors
    /// With all of it, if not.
    pub(super) fn refused(&self, exit: i64, words: &str) -> Result<(), String> {
        if self.exit == exit && self.out.is_empty() && self.err.contains(words) {
            return Ok(());
        }
        Err(format!("instead of exit {exit} with {words:?}: {self}"))
    }
}

impl std::fmt::Display for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "exit {}\n{}{}", self.exit, self.out, self.err)
    }
}

/// A fresh folder.
pub(super) struct Place {
    pub(super) folder: PathBuf,
}

impl Place {
    /// Makes the folder, empty.
    ///
    /// # Errors
    /// When that is not possible.
    pub(super) fn new(folder: PathBuf) -> Result<Self, String> {
        if folder.exists() {
            std::fs::remove_dir_all(&folder).map_err(|error| shown(&folder, &error))?;
        }
        std::fs::create_dir_all(&folder).map_err(|error| shown(&folder, &error))?;
        Ok(Self { folder })
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    pub(super) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> Result<(), String> {
        let path = self.path(name);
        let written = path.parent().map_or(Ok(()), std::fs::create_dir_all);
        written.and_then(|()| std::fs::write(&path, bytes)).map_err(|error| shown(&path, &error))
    }

    pub(super) fn read(&self, name: &str) -> Result<Vec<u8>, String> {
        let path = self.path(name);
        std::fs::read(&path).map_err(|error| shown(&path, &error))
    }

    /// A plugin of the examples (`cli`, `getter`, `postrenderer`) with a module.
    pub(super) fn plugin(&self, name: &str, kind: &str, module: &Path) -> Result<(), String> {
        let manifest = crate::root().join("examples/plugins/kinds").join(kind).join("plugin.yaml");
        self.write(&format!("{name}/plugin.yaml"), read(&manifest)?)?;
        self.write(&format!("{name}/plugin.wasm"), read(module)?)
    }

    /// Runs a program here, with an environment of its own, as recorded cases have it.
    ///
    /// # Errors
    /// When it cannot be started.
    pub(super) fn run(
        &self,
        program: &Program,
        variables: &[(&str, &str)],
        arguments: &[&str],
    ) -> Result<Answer, String> {
        let mut command = Command::new(&program.path);
        #[cfg(unix)]
        std::os::unix::process::CommandExt::arg0(&mut command, program.called);
        command.args(arguments).current_dir(&self.folder).env_clear().envs(variables.iter().copied());
        command.env("PATH", "/usr/bin:/bin").env("HOME", self.folder.join(program.home)).env("TZ", "UTC");
        command.env("KUBECONFIG", "/dev/null/none").stdin(Stdio::null());
        let output = command.output().map_err(|error| shown(&program.path, &error))?;
        let folder = self.folder.display().to_string();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace(&folder, "$FOLDER");
        Ok(Answer {
            exit: output.status.code().map_or(-1, i64::from),
            out: text(&output.stdout),
            err: text(&output.stderr),
        })
    }
}

/// A binary, the name that it is called by, and the home that it gets.
#[derive(Clone)]
pub(super) struct Program {
    pub(super) path: PathBuf,
    pub(super) called: &'static str,
    pub(super) home: &'static str,
}

pub(super) fn shown(path: &Path, error: &std::io::Error) -> String {
    format!("{}: {error}", path.display())
}

pub(super) fn read(path: &Path) -> Result<Vec<u8>, String> {
    std::fs::read(path).map_err(|error| shown(path, &error))
}

pub(super) fn copied(from: &Path, to: &Path) -> Result<(), String> {
    std::fs::write(to, read(from)?).map_err(|error| shown(to, &error))
}

/// Removes a file that may not be there.
pub(super) fn remove(path: &Path) -> Result<(), String> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(shown(path, &error)),
        _ => Ok(()),
    }
}
