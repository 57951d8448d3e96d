//! `cargo xtask order`: the list of functions that the linker puts side by side, `crates/cli/functions.order`.
//!
//! Commands run under valgrind's callgrind, which tells what they call; [`list`] puts that in order. Why there is such a
//! list says ARCHITECTURE.md, when it is made anew `docs/reference/performance.md`.

mod list;

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::bench::corpus::Corpus;
use crate::bench::measure::{self, Case, Rivals, Target};
use crate::bench::{plugin, simple_umbrella, umbrella};
use list::{ENOUGH, Symbols, called, listed, ordered, written};

const USAGE: &str = "cargo xtask order --pintle BINARY [options]
cargo xtask order --check BINARY
  --pintle BINARY    a release build, whose functions are written to crates/cli/functions.order
  --corpus FOLDER    real charts to render, too: the folder with cases.jsonl (default: none)
  --unpacked FOLDER  where its charts are unpacked (default: found in the temporary folder)
  --plugin MODULE    a Wasm module to run, too, as for `cargo xtask bench` (default: none)
  --check BINARY     only tells how many of the listed functions a release build has, and whether they lie together";

/// Large charts of the corpus, each for what others have not: custom resources, nested libraries, keys and certificates,
/// schemas, very many values.
const CHARTS: [&str; 9] = [
    "prometheus-community-helm-charts__kube-prometheus-stack__default",
    "bitnami-charts__mastodon__default",
    "bitnami-charts__kube-prometheus__default",
    "bitnami-charts__milvus__default",
    "grafana-k8s-monitoring-helm__k8s-monitoring__dx-auth-bearer-token",
    "argoproj-argo-helm__argo-cd__default",
    "goharbor-harbor-helm__harbor__default",
    "open-telemetry-opentelemetry-helm-charts__opentelemetry-demo__ex-bring-your-own-observability",
    "bitnami-charts__redis__x-tls",
];

/// Writes or checks the list; see the usage above for the options.
///
/// # Errors
/// When an option is wrong, valgrind or nm is missing, a command fails, or a checked binary has too few of the functions.
pub fn run(arguments: &[String]) -> Result<(), String> {
    let (mut pintle, mut check) = (None, None);
    let mut extra = Extra::default();
    let mut arguments = arguments.iter();
    while let Some(name) = arguments.next() {
        let value = arguments.next().ok_or_else(|| format!("{name}: a value is missing\n{USAGE}"))?;
        let place = match name.as_str() {
            "--pintle" => &mut pintle,
            "--check" => &mut check,
            "--corpus" => &mut extra.corpus,
            "--unpacked" => &mut extra.unpacked,
            "--plugin" => &mut extra.plugin,
            _ => return Err(format!("unknown option {name}\n{USAGE}")),
        };
        *place = Some(PathBuf::from(value));
    }
    let place = crate::root().join("crates/cli/functions.order");
    match (pintle, check) {
        (Some(binary), None) => make(&binary, &extra, &place),
        (None, Some(binary)) => look(&binary, &place),
        _ => Err(format!("either --pintle BINARY or --check BINARY is needed\n{USAGE}")),
    }
}

/// What is run besides what the repository has.
#[derive(Default)]
struct Extra {
    corpus: Option<PathBuf>,
    unpacked: Option<PathBuf>,
    plugin: Option<PathBuf>,
}

fn look(binary: &Path, place: &Path) -> Result<(), String> {
    let text = std::fs::read_to_string(place).map_err(|error| format!("{}: {error}", place.display()))?;
    let names = listed(&text);
    let found = symbols(binary)?.found(&names);
    println!(
        "{} of {} listed functions are in {}, in {} windows of 64 KiB",
        found.names,
        names.len(),
        binary.display(),
        found.windows
    );
    if found.is_enough(names.len()) {
        return Ok(());
    }
    Err(format!(
        "fewer than {ENOUGH} %: make the list anew with `cargo xtask order --pintle BINARY --corpus FOLDER`, from a \
         release build"
    ))
}

fn make(binary: &Path, extra: &Extra, place: &Path) -> Result<(), String> {
    output(Command::new("valgrind").arg("--version"), "valgrind")?;
    let symbols = symbols(binary)?;
    let work = std::env::temp_dir().join(format!("pintle-order-{}", std::process::id()));
    std::fs::create_dir_all(&work).map_err(|error| format!("{}: {error}", work.display()))?;
    let binary = std::fs::canonicalize(binary).map_err(|error| format!("{}: {error}", binary.display()));
    let runs = binary.and_then(|binary| profiled(&binary, extra, &work, &symbols));
    let _ = std::fs::remove_dir_all(&work);
    let runs = runs?;
    let names = ordered(&runs);
    std::fs::write(place, written(&names)).map_err(|error| format!("{}: {error}", place.display()))?;
    println!("{}: {} functions of {}", place.display(), names.len(), symbols.len());
    Ok(())
}

/// What each command calls; the first one is what starting up calls.
fn profiled(
    binary: &Path,
    extra: &Extra,
    work: &Path,
    symbols: &Symbols,
) -> Result<Vec<BTreeSet<String>>, String> {
    let home = work.join("home");
    let mut runs = Vec::new();
    let mut profile = |case: &Case, home: &Path| {
        let run = called(&callgrind(case, binary, home, work)?, symbols);
        println!("{:5} functions: {}", run.len(), case.name);
        runs.push(run);
        Ok::<(), String>(())
    };
    for case in own(work)? {
        profile(&case, &home)?;
    }
    if let Some(folder) = &extra.corpus {
        let corpus = Corpus::read(folder, extra.unpacked.clone())?;
        for id in CHARTS {
            profile(&corpus.named(id, id, Target::none())?, &home)?;
        }
    }
    if let Some(module) = &extra.plugin {
        // A home of its own: where a plugin is installed every command looks for it.
        let home = work.join("plugin-home");
        let rivals = Rivals {
            helm: PathBuf::new(),
            ours: binary.to_owned(),
            home: home.clone(),
            runs: 1,
            seconds: 0.0,
        };
        // Of the two cases the one that does not empty the cache.
        for case in plugin::cases(module, &rivals, work)?.iter().filter(|case| case.clear.is_none()) {
            // Code that was compiled for the processor does not run on valgrind's, which has less.
            valgrind(case, binary, &home, &["--tool=none"])?;
            profile(case, &home)?;
        }
    }
    Ok(runs)
}

/// The commands that need nothing but the repository, `version` first.
fn own(work: &Path) -> Result<Vec<Case>, String> {
    let case = |arguments: &[&str], folder: &Path| Case {
        name: arguments.join(" "),
        arguments: arguments.iter().map(|&argument| argument.to_owned()).collect(),
        folder: folder.to_owned(),
        target: Target::none(),
        clear: None,
    };
    let shop = "examples/charts/shop";
    let packed = work.join("packed");
    let packed = packed.to_str().ok_or("the temporary folder's name is no text")?;
    let commands: [&[&str]; 7] = [
        &["version"],
        &["template", "shop", shop],
        &["lint", shop],
        &["show", "values", shop],
        &["show", "chart", shop],
        &["dependency", "list", shop],
        &["package", shop, "--destination", packed],
    ];
    let mut cases: Vec<Case> = commands.iter().map(|arguments| case(arguments, &crate::root())).collect();
    type Write = fn(&Path, usize) -> std::io::Result<()>;
    let umbrellas: [(&str, Write); 2] =
        [("umbrella", umbrella::write_chart), ("simple-umbrella", simple_umbrella::write_chart)];
    for (name, write) in umbrellas {
        write(&work.join(name), 25).map_err(|error| format!("{name}: {error}"))?;
        cases.push(case(&["template", "big", name], work));
    }
    Ok(cases)
}

/// Callgrind's record of one run.
fn callgrind(case: &Case, binary: &Path, home: &Path, work: &Path) -> Result<String, String> {
    let record = work.join("callgrind.out");
    let place = format!("--callgrind-out-file={}", record.display());
    valgrind(case, binary, home, &["--tool=callgrind", "--demangle=no", &place])?;
    std::fs::read_to_string(&record).map_err(|error| format!("{}: {error}", record.display()))
}

fn valgrind(case: &Case, binary: &Path, home: &Path, options: &[&str]) -> Result<(), String> {
    let mut command = measure::command(case, Path::new("valgrind"), home);
    command.arg("--quiet").args(options).arg(binary).args(&case.arguments);
    output(&mut command, &case.name).map(drop)
}

fn symbols(binary: &Path) -> Result<Symbols, String> {
    let symbols = Symbols::read(&output(Command::new("nm").arg(binary), "nm")?);
    if symbols.len() == 0 {
        return Err(format!("{}: no functions; was it stripped?", binary.display()));
    }
    Ok(symbols)
}

/// What a command prints.
fn output(command: &mut Command, name: &str) -> Result<String, String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let Output { status, stdout, stderr } =
        command.stderr(std::process::Stdio::piped()).output().map_err(|error| match error.kind() {
            ErrorKind::NotFound if program == "nm" => "nm is needed: install binutils".to_owned(),
            ErrorKind::NotFound => format!("{program} is needed: install the package {program}"),
            _ => format!("{program}: {error}"),
        })?;
    if !status.success() {
        return Err(format!("{name}: {program} ended with {status}\n{}", String::from_utf8_lossy(&stderr)));
    }
    Ok(String::from_utf8_lossy(&stdout).into_owned())
}
