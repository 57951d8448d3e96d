//! `cargo xtask fuzz-oracle`: random templates and YAML documents, answered by Helm's own libraries and by ours.
//!
//! The recorder (Go) makes questions and answers them; our crates answer the same in this process. With
//! `--process` the questions become charts that both binaries render. What differs is shrunk, shown, and with
//! `--keep` written to `conformance/cases/fuzz`, where a test replays it from then on.

pub mod case;
mod features;
pub(crate) mod ours;
mod process;
mod recorder;
mod shrink;

use std::collections::BTreeMap;
use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};

use case::{Answer, Case};
use features::Features;
use recorder::Oracle;

/// The stack that rendering gets, as in the binary.
pub(crate) const STACK: usize = 512 << 20;

/// What the command line asks for.
struct Options {
    count: usize,
    seed: u64,
    only: Option<String>,
    keep: bool,
    show: usize,
    features: bool,
    charts: Option<PathBuf>,
    recorder: Option<PathBuf>,
    pintle: Option<PathBuf>,
    helm: PathBuf,
}

/// Compares: `[expr|yaml|mutant-expr|mutant-yaml] [--charts FOLDER] [-n N] [--seed S] [--keep] [--show N] [--features] [--recorder BINARY]`, or
/// `--process --pintle BINARY [--helm BINARY]` for whole processes.
///
/// # Errors
/// When the recorder cannot be built or run, or an option is not known.
pub fn run(arguments: &[String]) -> Result<(), String> {
    let options = options(arguments)?;
    let work = std::env::temp_dir().join(format!("pintle-fuzz-{}", std::process::id()));
    let worker = std::thread::Builder::new().stack_size(STACK).spawn(move || {
        let outcome = compare_all(&options, &work);
        let _ = std::fs::remove_dir_all(&work);
        outcome
    });
    let worker = worker.map_err(|error| error.to_string())?;
    worker.join().unwrap_or_else(|_| Err("the comparison panicked".to_owned()))
}

fn options(arguments: &[String]) -> Result<Options, String> {
    let mut options = Options {
        count: 20_000,
        seed: 1,
        only: None,
        keep: false,
        show: 3,
        features: false,
        charts: None,
        recorder: None,
        pintle: None,
        helm: PathBuf::from("helm"),
    };
    let mut process = false;
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let mut value = || rest.next().ok_or(format!("{argument} takes a value"));
        let number = |text: &String| text.parse::<u64>().map_err(|_| format!("{text} is no number"));
        match argument.as_str() {
            "expr" | "yaml" | "mutant-expr" | "mutant-yaml" => options.only = Some(argument.clone()),
            "-n" => options.count = number(value()?)? as usize,
            "--seed" => options.seed = number(value()?)?,
            "--show" => options.show = number(value()?)? as usize,
            "--charts" => options.charts = Some(PathBuf::from(value()?)),
            "--features" => options.features = true,
            "--keep" => options.keep = true,
            "--process" => process = true,
            "--recorder" => options.recorder = Some(PathBuf::from(value()?)),
            "--pintle" => options.pintle = Some(PathBuf::from(value()?)),
            "--helm" => options.helm = PathBuf::from(value()?),
            other => return Err(format!("fuzz-oracle does not know {other}")),
        }
    }
    if process != options.pintle.is_some() {
        return Err("--process and --pintle BINARY go together".to_owned());
    }
    Ok(options)
}

fn compare_all(options: &Options, work: &Path) -> Result<(), String> {
    let binary = match &options.recorder {
        Some(binary) => binary.clone(),
        None => recorder::build(work)?,
    };
    for what in ["expr", "yaml", "mutant-expr", "mutant-yaml"] {
        if options.only.as_deref().is_some_and(|only| only != what) {
            continue;
        }
        let (mut child, cases) =
            recorder::fuzz(&binary, what, options.count, options.seed, options.charts.as_deref())?;
        let lines = cases.lines().map_while(Result::ok);
        match &options.pintle {
            Some(pintle) => process::compare(what, lines, pintle, &options.helm, &work.join("chart"))?,
            None => compare(what, lines, options, &mut Oracle::new(&binary))?,
        }
        let status = child.wait().map_err(|error| error.to_string())?;
        if !status.success() {
            return Err(format!("the recorder ended with {status}"));
        }
    }
    Ok(())
}

/// How an answer of ours differs from the oracle's.
pub struct Difference {
    /// `output`, `error text`, `ours fails`, `ours succeeds`, `panic`, with the part before it.
    pub kind: String,
    /// Whether exit code and output agree all the same.
    pub words_only: bool,
    part: String,
    theirs: Answer,
    ours: Answer,
}

/// Answers a case in this process and compares; `None` when all parts agree.
pub fn difference(case: &Case) -> Option<Difference> {
    let ours: BTreeMap<String, Answer> = ours::answers(case).into_iter().collect();
    let mut found: Option<Difference> = None;
    for (part, theirs) in case.answers() {
        let ours = ours.get(&part).cloned().unwrap_or_else(|| Err("not answered".to_owned()));
        if ours == theirs {
            continue;
        }
        let kind = match (&theirs, &ours) {
            (_, Err(text)) if text.starts_with("panic in our code") => "panic",
            (Ok(_), Ok(_)) => "output",
            (Ok(_), Err(_)) => "ours fails",
            (Err(_), Ok(_)) => "ours succeeds",
            (Err(_), Err(_)) => "error text",
        };
        let words_only = kind == "error text";
        if found.as_ref().is_none_or(|found| found.words_only && !words_only) {
            let kind = if part.is_empty() { kind.to_owned() } else { format!("{part}: {kind}") };
            found = Some(Difference { kind, words_only, part, theirs, ours });
        }
    }
    found
}

impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let shown = |answer: &Answer| match answer {
            Ok(text) => format!("{:?}", String::from_utf8_lossy(text)),
            Err(text) => format!("error {text:?}"),
        };
        write!(f, "  {}\n  Go:   {}\n  ours: {}", self.part, shown(&self.theirs), shown(&self.ours))
    }
}

fn compare(
    what: &str,
    lines: impl Iterator<Item = String>,
    options: &Options,
    oracle: &mut Oracle,
) -> Result<(), String> {
    let (mut total, mut agreed, mut words, mut failing) = (0usize, 0usize, 0usize, 0usize);
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    let mut kept = Vec::new();
    let mut features = Features::new();
    for line in lines {
        let case = Case::parse(&line)?;
        total += 1;
        features.count(&case);
        failing += usize::from(case.answers().iter().all(|(_, answer)| answer.is_err()));
        let Some(found) = difference(&case) else {
            agreed += 1;
            continue;
        };
        words += usize::from(found.words_only);
        let seen = kinds.entry(found.kind.clone()).or_default();
        *seen += 1;
        if *seen > options.show && !options.keep {
            continue;
        }
        let found_in = case.id.clone();
        let small = shrink::smallest(&case, &line, &found, oracle);
        let case = Case::parse(&small)?;
        if *seen <= options.show
            && let Some(found) = difference(&case)
        {
            println!("{} ({})\n  {:?}\n{found}", found.kind, found_in, String::from_utf8_lossy(&case.text()));
            if let Some(values) = &case.values {
                println!("  values {}", values.get());
            }
        }
        kept.push(small);
    }
    let percent = |count: usize| 100.0 * count as f64 / total.max(1) as f64;
    println!(
        "{what}, seed {}: {total} questions ({failing} refused by the oracle), the same exit code and output \
         {:.3} %, error text too {:.3} %",
        options.seed,
        percent(agreed + words),
        percent(agreed)
    );
    for (kind, count) in &kinds {
        println!("  {count:6} {kind}");
    }
    if options.features {
        features.print(what.trim_start_matches("mutant-"));
    }
    if options.keep && !kept.is_empty() {
        keep(what, &kept)?;
    }
    Ok(())
}

/// Appends cases to the file of differences; the recorder's `all fuzz/` sorts out what is there twice.
fn keep(what: &str, lines: &[String]) -> Result<(), String> {
    let what = what.trim_start_matches("mutant-");
    let path = cases_folder().join(format!("{what}.jsonl"));
    let wrong = |error: std::io::Error| format!("{}: {error}", path.display());
    std::fs::create_dir_all(cases_folder()).map_err(wrong)?;
    let new = !path.exists();
    let mut file = std::fs::OpenOptions::new().create(true).append(true).open(&path).map_err(wrong)?;
    if new {
        // The header of a case file; the recorder writes it anew.
        writeln!(file, "{{\"format\":1,\"oracle\":\"helm v4.3.1 (go1.26.8)\",\"suite\":\"fuzz/{what}\"}}")
            .map_err(wrong)?;
    }
    for line in lines {
        writeln!(file, "{line}").map_err(wrong)?;
    }
    println!("  {} cases appended to {}", lines.len(), path.display());
    Ok(())
}

/// Where differences are kept.
pub fn cases_folder() -> PathBuf {
    crate::root().join("conformance").join("cases").join("fuzz")
}
