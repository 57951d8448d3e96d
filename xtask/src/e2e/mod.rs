//! `cargo xtask e2e --pintle BINARY`: builds the plugins of `examples/plugins/kinds` with the kits of their languages (Go,
//! AssemblyScript, C) and runs them with the real binary, from the compiler to the rendered chart.
//!
//! As commands and as getters they answer as in Helm 4.3.1, to the byte: what Helm answered is recorded in
//! `conformance/cases/plugins/wasm.jsonl`. With `HELM_ORACLE` in the environment, Helm is asked again. What Helm cannot do
//! with Wasm, post-renderers, is compared with what its native ones do.
//!
//! Nothing is skipped: a compiler that is not there is fetched from a package registry, or is a failure.

mod build;
mod limits;
mod place;
mod questions;
mod render;
mod signed;
mod tools;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use build::Language;
use place::{Place, Program};

const USAGE: &str = "[HELM_ORACLE=HELM] cargo xtask e2e --pintle BINARY [--work FOLDER] [--record yes]";

/// What is run, and what came of it until now.
struct Suite {
    work: PathBuf,
    pintle: Program,
    /// The same binary, called as Helm.
    helm: Program,
    oracle: Option<Program>,
    /// Whether what Helm answers becomes what is expected.
    record: bool,
    passed: u64,
    failed: u64,
}

impl Suite {
    /// Counts an outcome, and shows what failed.
    fn check(&mut self, name: &str, outcome: Result<(), String>) {
        match outcome {
            Ok(()) => self.passed += 1,
            Err(error) => {
                self.failed += 1;
                println!("FAILED: {name}: {}", error.trim_end());
            }
        }
    }

    fn place(&self, name: &str) -> Result<Place, String> {
        Place::new(self.work.join("run").join(name))
    }
}

/// Runs all of it. The last line that is printed is `N passed, M failed`.
pub fn run(arguments: &[String]) -> ExitCode {
    let mut suite = match options(arguments) {
        Ok(suite) => suite,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    };
    let mut modules = Vec::new();
    for language in Language::ALL {
        let started = Instant::now();
        let built = build::module(&suite.work, language);
        if let Ok(module) = &built {
            let size = module.metadata().map_or(0, |metadata| metadata.len());
            println!("{}: {size} bytes, built in {:.1} s", language.name(), started.elapsed().as_secs_f64());
            modules.push((language, module.clone()));
        }
        suite.check(&format!("{} is built", language.name()), built.map(drop));
    }
    let parts: [(&str, Part); 4] = [
        ("commands and getters", questions::run),
        ("post-renderers", render::run),
        ("limits", limits::run),
        ("signed, verified, installed", signed::run),
    ];
    for (name, part) in parts {
        let (started, before) = (Instant::now(), suite.passed);
        let outcome = part(&mut suite, &modules);
        if let Err(error) = outcome {
            suite.check(name, Err(error));
        }
        println!("{name}: {} passed, {:.1} s", suite.passed - before, started.elapsed().as_secs_f64());
    }
    println!("{} passed, {} failed", suite.passed, suite.failed);
    if suite.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Some checks, with the modules that could be built. An error is what kept it from going on.
type Part = fn(&mut Suite, &[(Language, PathBuf)]) -> Result<(), String>;

fn options(arguments: &[String]) -> Result<Suite, String> {
    let (mut pintle, mut work, mut record) = (None, None, false);
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let value = rest.next().ok_or_else(|| format!("{argument} takes a value\n{USAGE}"))?;
        match argument.as_str() {
            "--pintle" => pintle = Some(PathBuf::from(value)),
            "--work" => work = Some(PathBuf::from(value)),
            "--record" => record = value == "yes",
            other => return Err(format!("unknown {other}\n{USAGE}")),
        }
    }
    let absolute =
        |path: &Path| std::fs::canonicalize(path).map_err(|error| format!("{}: {error}", path.display()));
    let pintle = absolute(&pintle.ok_or_else(|| format!("--pintle is needed\n{USAGE}"))?)?;
    let oracle = std::env::var_os("HELM_ORACLE").map(|path| absolute(Path::new(&path))).transpose()?;
    if record && oracle.is_none() {
        return Err(format!("--record asks Helm: HELM_ORACLE has to name it\n{USAGE}"));
    }
    let target =
        || std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| crate::root().join("target"), PathBuf::from);
    let work = work.unwrap_or_else(|| target().join("plugin-e2e"));
    std::fs::create_dir_all(&work).map_err(|error| format!("{}: {error}", work.display()))?;
    let program = |path: &PathBuf, called, home| Program { path: path.clone(), called, home };
    Ok(Suite {
        work: absolute(&work)?,
        helm: program(&pintle, "helm", "home"),
        oracle: oracle.map(|path| program(&path, "helm", "home")),
        pintle: program(&pintle, "pintle", "home"),
        record,
        passed: 0,
        failed: 0,
    })
}
