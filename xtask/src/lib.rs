//! What the developers' tasks and the tidy tests share.

pub mod bench;
pub mod compat;
pub mod e2e;
pub mod fuzz_oracle;
pub mod order;
pub mod soak;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::process::Command;

/// The root of the repository.
pub fn root() -> PathBuf {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    here.parent().map(PathBuf::from).unwrap_or(here)
}

/// Every crate under `crates/` by short name, with the short names of ours that it depends on (not for tests).
///
/// # Errors
/// When cargo cannot be run or prints something unexpected.
pub fn crates() -> Result<BTreeMap<String, BTreeSet<String>>, String> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let output = Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(root())
        .output()
        .map_err(|error| format!("cargo metadata: {error}"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    let metadata: serde_json::Value =
        serde_json::from_slice(&output.stdout).map_err(|error| error.to_string())?;
    let mut crates = BTreeMap::new();
    for package in metadata["packages"].as_array().into_iter().flatten() {
        let Some(name) = package["name"].as_str().and_then(|name| name.strip_prefix("pintle-")) else {
            continue;
        };
        let dependencies = package["dependencies"].as_array().into_iter().flatten();
        let ours = dependencies
            .filter(|dependency| dependency["kind"].is_null())
            .filter_map(|dependency| dependency["name"].as_str()?.strip_prefix("pintle-"))
            .map(str::to_owned)
            .collect();
        crates.insert(name.to_owned(), ours);
    }
    Ok(crates)
}

/// Writes `docs/compat/cases.md` anew.
///
/// # Errors
/// When the cases cannot be read or the page not be written.
pub fn compat() -> Result<(), String> {
    let path = root().join("docs/compat/cases.md");
    let page = compat::page(&root())?;
    std::fs::write(&path, page).map_err(|error| format!("{}: {error}", path.display()))
}

/// Writes `docs/reference/commands` anew, with the program's own command `docs`, and `docs/compat/cases.md`. Tests
/// hold the pages to it.
///
/// # Errors
/// When the program cannot be built or the folder not be written.
pub fn docs() -> Result<(), String> {
    compat()?;
    let folder = root().join("docs/reference/commands");
    let words = |error: std::io::Error| format!("{}: {error}", folder.display());
    if folder.exists() {
        std::fs::remove_dir_all(&folder).map_err(words)?;
    }
    std::fs::create_dir_all(&folder).map_err(words)?;
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let built = Command::new(&cargo)
        .args(["build", "--quiet", "--package", "pintle-cli", "--message-format", "json-render-diagnostics"])
        .current_dir(root())
        .stderr(std::process::Stdio::inherit())
        .output()
        .map_err(|error| format!("cargo build: {error}"))?;
    let messages = String::from_utf8_lossy(&built.stdout);
    let program = messages.lines().rev().find_map(|line| {
        let message: serde_json::Value = serde_json::from_str(line).ok()?;
        message["executable"].as_str().map(str::to_owned)
    });
    let program = program.ok_or("cargo build made no program")?;
    // The pages show folders as they are written in a shell, not those of whoever runs this.
    let status = Command::new(program)
        .arg("docs")
        .arg("--dir")
        .arg(&folder)
        .env_clear()
        .env("HOME", "$HOME")
        .status()
        .map_err(|error| format!("pintle docs: {error}"))?;
    if status.success() { Ok(()) } else { Err("pintle docs failed".to_owned()) }
}
