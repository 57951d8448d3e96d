//! Builds `examples/plugins/kinds` in its three languages, in a folder outside of the sources.

use std::path::{Path, PathBuf};

use super::place::{copied, remove, shown};
use super::tools::{self, done};

/// What a plugin is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    Go,
    AssemblyScript,
    C,
}

impl Language {
    pub(super) const ALL: [Self; 3] = [Self::Go, Self::AssemblyScript, Self::C];

    /// Its folder below `examples/plugins/kinds`, and its name in recorded cases.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Go => "go",
            Self::AssemblyScript => "assemblyscript",
            Self::C => "c",
        }
    }
}

/// Builds the module of a language: its path.
///
/// # Errors
/// When a compiler is not there and cannot be fetched, or fails.
pub(super) fn module(work: &Path, language: Language) -> Result<PathBuf, String> {
    let store = work.join("tools");
    let folder = work.join("build").join(language.name());
    let sources = crate::root().join("examples/plugins/kinds").join(language.name());
    // Packages that were fetched before are kept, if the list of them has not changed.
    let lock = "package-lock.json";
    let same = std::fs::read(folder.join(lock)).ok() == std::fs::read(sources.join(lock)).ok();
    std::fs::create_dir_all(&folder).map_err(|error| shown(&folder, &error))?;
    for name in ["go.mod", "go.sum", "main.go", "kinds.ts", "kinds.c", "package.json", lock] {
        if sources.join(name).exists() {
            copied(&sources.join(name), &folder.join(name))?;
        }
    }
    let module = folder.join("plugin.wasm");
    remove(&module)?;
    match language {
        Language::Go => {
            let mut build = tools::go(&store)?.command();
            build
                .current_dir(&folder)
                .env("GOOS", "wasip1")
                .env("GOARCH", "wasm")
                .env("GOTOOLCHAIN", "local");
            build.env("GOFLAGS", "").env("GOWORK", "off").env_remove("GOEXPERIMENT").env_remove("GOWASM");
            // Where there is no home, Go has nowhere to keep anything.
            if std::env::var_os("HOME").is_none() {
                build.env("GOCACHE", store.join("go-cache")).env("GOPATH", store.join("go-path"));
            }
            build.args(["build", "-trimpath", "-buildvcs=false", "-buildmode=c-shared", "-o"]);
            done(build.arg(&module).arg("."))?;
        }
        Language::AssemblyScript => {
            let (node, npm) = tools::node(&store)?;
            let compiler = folder.join("node_modules/assemblyscript/bin/asc.js");
            if !same || !compiler.exists() {
                let mut fetch = npm.command();
                fetch.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error"]);
                done(fetch.current_dir(&folder))?;
            }
            // What `npm run build` says, without the shell.
            let mut build = node.command();
            build.arg(compiler).args(["kinds.ts", "--optimize", "--outFile", "plugin.wasm"]);
            done(build.args(["--use", "abort=kinds/ended"]).current_dir(&folder))?;
        }
        Language::C => {
            let mut build = tools::zig(&store)?.command();
            build.current_dir(&folder).args(["cc", "-target", "wasm32-wasi", "-O2", "-mexec-model=reactor"]);
            // Zig's stack of 16 MiB would be more than a plugin that takes 16 pages may have: clang's own is this one.
            build.args(["-s", "-Wl,-z,stack-size=65536", "-Wall", "-Werror", "-o", "plugin.wasm", "kinds.c"]);
            done(&mut build)?;
        }
    }
    Ok(module)
}
