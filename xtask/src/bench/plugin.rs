//! A command that is a Wasm plugin, installed by ours, where Helm finds it, too.

use std::path::{Path, PathBuf};

use super::measure::{self, Case, Rivals, Target};

/// The cases for a module whose `cli` function is that of `examples/plugins/kinds`: from the cache, and with none.
///
/// # Errors
/// When it cannot be written or installed.
pub(crate) fn cases(module: &Path, rivals: &Rivals, work: &Path) -> Result<Vec<Case>, String> {
    let source = work.join("plugin");
    let shown = |path: &Path, error: &std::io::Error| format!("{}: {error}", path.display());
    std::fs::create_dir_all(&source).map_err(|error| shown(&source, &error))?;
    let manifest = crate::root().join("examples/plugins/kinds/cli/plugin.yaml");
    for (from, name) in [(manifest.as_path(), "plugin.yaml"), (module, "plugin.wasm")] {
        std::fs::copy(from, source.join(name)).map_err(|error| shown(from, &error))?;
    }
    let case = |name: &str, arguments: &[&str], target, clear: Option<PathBuf>| Case {
        name: name.to_owned(),
        arguments: arguments.iter().map(|&argument| argument.to_owned()).collect(),
        folder: work.to_owned(),
        target,
        clear,
    };
    let install = case("install", &["plugin", "install", "plugin"], Target::none(), None);
    measure::once(&install, &rivals.ours, &rivals.home)?;
    let said = ["kinds-cli", "one", "two"];
    let aim = |speed| Target { speed: Some(speed), memory: 3.0 };
    Ok(vec![
        case("plugin, from the cache", &said, aim(12.0), None),
        // To compile takes memory, which nobody aims at.
        case(
            "plugin, empty cache",
            &said,
            Target { memory: 0.0, ..aim(1.0) },
            Some(rivals.home.join("cache")),
        ),
    ])
}
