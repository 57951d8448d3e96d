//! `cargo xtask soak`: mutated charts, archives and values must end in a result or in an error that says something:
//! no panic, nothing longer than ten seconds, no more than 512 MiB. `cargo xtask soak modules` does the same with hostile
//! Wasm, by the tests of the sandbox.
//! `cargo xtask soak kills` kills commands that change plugins at random moments.
//!
//! A run works in child processes, because a stack that overflows or a loop without end takes its process with it.
//! The children say which input they are at; this process watches their time and memory, and goes on behind an
//! input that ended one. The tests run a sample of the same inputs in their own process.

mod hand;
mod kills;
pub mod mutate;
pub mod seeds;
pub mod targets;

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use seeds::Seeds;
use targets::Input;

use crate::fuzz_oracle::STACK;

/// How long one input may take.
pub const TIME: Duration = Duration::from_secs(10);
/// How much memory the process may have while it reads one.
pub const MEMORY: u64 = 512 << 20;
/// What templates may have in use, as the command line grants it.
const RENDER_MEMORY: u64 = 416 << 20;
/// How long an error may be: one that quotes its input is longer than that.
const LONGEST_ERROR: usize = 4 << 20;

/// What is mutated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A packed chart.
    Archive,
    /// Chart.yaml.
    ChartFile,
    /// A values file.
    Values,
    /// A template.
    Template,
    /// values.schema.json.
    Schema,
    /// What `--set` and its kin take.
    Set,
    /// .helmignore.
    Ignore,
    /// Some files of a whole chart.
    Chart,
}

impl Kind {
    /// All of them, in order.
    pub const ALL: [Self; 8] = [
        Self::Archive,
        Self::ChartFile,
        Self::Values,
        Self::Template,
        Self::Schema,
        Self::Set,
        Self::Ignore,
        Self::Chart,
    ];

    /// As the command line has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Archive => "archive",
            Self::ChartFile => "chart-file",
            Self::Values => "values",
            Self::Template => "template",
            Self::Schema => "schema",
            Self::Set => "set",
            Self::Ignore => "helmignore",
            Self::Chart => "chart",
        }
    }

    /// What a file of a chart is an original for.
    fn of_file(name: &str) -> Option<Self> {
        let base = name.rsplit('/').next().unwrap_or(name);
        match base {
            "Chart.yaml" => Some(Self::ChartFile),
            "values.yaml" => Some(Self::Values),
            "values.schema.json" => Some(Self::Schema),
            ".helmignore" => Some(Self::Ignore),
            _ if name.contains("templates/") => Some(Self::Template),
            _ => None,
        }
    }
}

/// What became of an input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It was read.
    Read,
    /// It was refused, with words.
    Refused,
    /// What must not be.
    Failed(String),
}

/// Reads an input in this process, whatever it takes; a panic is an outcome.
pub fn outcome(input: &Input) -> Outcome {
    let started = Instant::now();
    let read = catch_unwind(AssertUnwindSafe(|| input.read()));
    let took = started.elapsed();
    let outcome = match read {
        Err(panic) => {
            let reason =
                panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
            return Outcome::Failed(format!("panic: {}", reason.unwrap_or("no text")));
        }
        Ok(Ok(())) => Outcome::Read,
        Ok(Err(error)) if error.trim().is_empty() => Outcome::Failed("an error without words".to_owned()),
        Ok(Err(error)) if error.len() > LONGEST_ERROR => {
            Outcome::Failed(format!("an error of {} bytes", error.len()))
        }
        Ok(Err(_)) => Outcome::Refused,
    };
    if took > TIME {
        return Outcome::Failed(format!("took {:.1} s", took.as_secs_f64()));
    }
    outcome
}

struct Options {
    kinds: Vec<Kind>,
    count: u64,
    seed: u64,
    charts: Option<PathBuf>,
    keep: Option<PathBuf>,
    /// In a child: the first input.
    from: Option<u64>,
    /// To look at one input.
    input: Option<u64>,
    /// To write the originals for cargo-fuzz.
    seeds: Option<PathBuf>,
}

/// Runs: `[KIND…] [-n N] [--seed S] [--charts FOLDER] [--keep FOLDER]`, `--input NUMBER` to look at one,
/// `--seeds FOLDER` to write the originals for cargo-fuzz, or `modules [-n N] [--seed S]` for Wasm.
///
/// # Errors
/// When an input was not met with a result or an error, or an option is not known.
pub fn run(arguments: &[String]) -> Result<(), String> {
    if let Some(("modules", rest)) = arguments.split_first().map(|(first, rest)| (first.as_str(), rest)) {
        return modules(&options(rest)?);
    }
    if let Some((first, rest)) = arguments.split_first()
        && first == "kills"
    {
        return kills::run(rest);
    }
    let options = options(arguments)?;
    if let Some(folder) = &options.seeds {
        return write_seeds(&options, folder);
    }
    let which = (options.from, options.input);
    let on_a_large_stack = |work: fn(&Options) -> Result<(), String>| {
        let worker = std::thread::Builder::new().stack_size(STACK).spawn(move || work(&options));
        worker.map_err(|error| error.to_string())?.join().unwrap_or_else(|_| Err("panic".to_owned()))
    };
    match which {
        (Some(_), _) => on_a_large_stack(child),
        (None, Some(_)) => on_a_large_stack(show),
        (None, None) => on_a_large_stack(watch_all),
    }
}

/// Hostile modules, messages and calls. They are tests of the sandbox, which this runs with more rounds: a crash of the
/// host ends their process, and what it left behind is looked for there.
fn modules(options: &Options) -> Result<(), String> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let started = Instant::now();
    let status = Command::new(cargo)
        .args(["test", "--package", "pintle-sandbox", "--test", "it", "hostile"])
        .env("PINTLE_SOAK", options.count.to_string())
        .env("PINTLE_SEED", options.seed.to_string())
        .current_dir(crate::root())
        .status()
        .map_err(|error| format!("cargo test: {error}"))?;
    if !status.success() {
        return Err(format!(
            "seed {}: a hostile module, message or call was not met as it must be",
            options.seed
        ));
    }
    println!(
        "modules    seed {}: {} rounds of each, {:.0} s",
        options.seed,
        options.count,
        started.elapsed().as_secs_f64()
    );
    Ok(())
}

/// Writes the originals of every kind into a folder for its target.
fn write_seeds(options: &Options, folder: &Path) -> Result<(), String> {
    let seeds = Seeds::read(options.charts.as_deref())?;
    for kind in &options.kinds {
        let folder = folder.join(kind.name().replace('-', "_"));
        std::fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        for (number, text) in seeds.of(*kind).iter().enumerate() {
            let path = folder.join(format!("{number:05}"));
            std::fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))?;
        }
    }
    Ok(())
}

/// Prints one input of each kind, and what becomes of it.
fn show(options: &Options) -> Result<(), String> {
    let seeds = Seeds::read(options.charts.as_deref())?;
    for &kind in &options.kinds {
        let input = Input::make(kind, &seeds, options.seed, options.input.unwrap_or(0));
        println!("{}", String::from_utf8_lossy(&input.text));
        let started = Instant::now();
        println!("{:?}, {:.2} s", input.read(), started.elapsed().as_secs_f64());
    }
    Ok(())
}

fn options(arguments: &[String]) -> Result<Options, String> {
    let mut options = Options {
        kinds: Vec::new(),
        count: 10_000,
        seed: 1,
        charts: None,
        keep: None,
        from: None,
        input: None,
        seeds: None,
    };
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let mut value = || rest.next().ok_or(format!("{argument} takes a value"));
        let number = |text: &String| text.parse::<u64>().map_err(|_| format!("{text} is no number"));
        match argument.as_str() {
            "-n" => options.count = number(value()?)?,
            "--seed" => options.seed = number(value()?)?,
            "--charts" => options.charts = Some(PathBuf::from(value()?)),
            "--keep" => options.keep = Some(PathBuf::from(value()?)),
            "--seeds" => options.seeds = Some(PathBuf::from(value()?)),
            "--input" => options.input = Some(number(value()?)?),
            "--from" => options.from = Some(number(value()?)?),
            name => match Kind::ALL.iter().find(|kind| kind.name() == name) {
                Some(kind) => options.kinds.push(*kind),
                None => return Err(format!("soak does not know {name}")),
            },
        }
    }
    if options.kinds.is_empty() {
        options.kinds = Kind::ALL.to_vec();
    }
    Ok(options)
}

/// Reads the inputs from a number on, and says on stdout which one is next and what became of it.
fn child(options: &Options) -> Result<(), String> {
    let from = options.from.unwrap_or(0);
    let seeds = Seeds::read(options.charts.as_deref())?;
    // A panic is an outcome here, not something to print.
    std::panic::set_hook(Box::new(|_| {}));
    let mut out = std::io::stdout().lock();
    for &kind in &options.kinds {
        for number in from..options.count {
            let input = Input::make(kind, &seeds, options.seed, number);
            reset_peak();
            writeln!(out, "at {number}").and_then(|()| out.flush()).map_err(|error| error.to_string())?;
            let outcome = outcome(&input);
            let outcome = match (outcome, peak()) {
                (Outcome::Read | Outcome::Refused, Some(bytes)) if bytes > MEMORY => {
                    Outcome::Failed(format!("took {} MiB", bytes >> 20))
                }
                (outcome, _) => outcome,
            };
            let word = match &outcome {
                Outcome::Read => "read".to_owned(),
                Outcome::Refused => "refused".to_owned(),
                Outcome::Failed(how) => format!("failed {}", how.replace('\n', " ")),
            };
            writeln!(out, "{word}").and_then(|()| out.flush()).map_err(|error| error.to_string())?;
        }
    }
    Ok(())
}

/// What the process has in use, where the system tells.
fn memory() -> Option<u64> {
    memory_of(std::process::id(), "VmRSS:")
}

/// The most memory that this process had since the last reset, where the system tells.
fn peak() -> Option<u64> {
    memory_of(std::process::id(), "VmHWM:")
}

fn memory_of(process: u32, line: &str) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|found| found.strip_prefix(line))?;
    line.trim().trim_end_matches(" kB").parse::<u64>().ok().map(|kib| kib << 10)
}

fn reset_peak() {
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}

fn watch_all(options: &Options) -> Result<(), String> {
    let seeds = Seeds::read(options.charts.as_deref())?;
    let mut failures = 0;
    for &kind in &options.kinds {
        let started = Instant::now();
        let mut counts = Counts::default();
        let mut from = 0;
        while from < options.count {
            let mut watched = Watched::start(options, kind, from)?;
            let stopped = watched.watch(&mut counts)?;
            let Some((number, how)) = stopped else { break };
            counts.failed.insert(number, how);
            from = number + 1;
        }
        println!(
            "{:10} seed {}: {} inputs, {} read, {} refused, {} failed, slowest {:.2} s ({}), {:.0} s",
            kind.name(),
            options.seed,
            counts.read + counts.refused + counts.failed.len() as u64,
            counts.read,
            counts.refused,
            counts.failed.len(),
            counts.slowest.0.as_secs_f64(),
            counts.slowest.1,
            started.elapsed().as_secs_f64()
        );
        failures += counts.failed.len();
        for (number, how) in &counts.failed {
            let input = Input::make(kind, &seeds, options.seed, *number);
            println!(
                "  {number}: {how}\n    {:?}",
                String::from_utf8_lossy(&input.text[..input.text.len().min(600)])
            );
            if let Some(folder) = &options.keep {
                let path = folder.join(format!("{}-{}-{number}", kind.name(), options.seed));
                std::fs::create_dir_all(folder)
                    .and_then(|()| std::fs::write(&path, &input.text))
                    .map_err(|error| format!("{}: {error}", path.display()))?;
            }
        }
    }
    if failures == 0 {
        Ok(())
    } else {
        Err(format!("{failures} inputs ended in neither a result nor an error"))
    }
}

#[derive(Default)]
struct Counts {
    read: u64,
    refused: u64,
    failed: BTreeMap<u64, String>,
    /// How long the slowest took, and which it was.
    slowest: (Duration, u64),
}

/// A child at work.
struct Watched {
    child: Child,
    lines: mpsc::Receiver<String>,
}

impl Watched {
    fn start(options: &Options, kind: Kind, from: u64) -> Result<Self, String> {
        let binary = std::env::current_exe().map_err(|error| error.to_string())?;
        let mut command = Command::new(binary);
        command.args(["soak", kind.name(), "--from", &from.to_string(), "-n", &options.count.to_string()]);
        command.args(["--seed", &options.seed.to_string()]);
        if let Some(charts) = &options.charts {
            command.arg("--charts").arg(charts);
        }
        let mut child = command.stdout(Stdio::piped()).spawn().map_err(|error| error.to_string())?;
        let out = child.stdout.take().ok_or("no output")?;
        let (sender, lines) = mpsc::channel();
        std::thread::spawn(move || {
            for line in BufReader::new(out).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        Ok(Self { child, lines })
    }

    /// Counts until the child is done (`None`) or an input has ended it, or must.
    fn watch(&mut self, counts: &mut Counts) -> Result<Option<(u64, String)>, String> {
        let mut at = None;
        let mut since = Instant::now();
        loop {
            match self.lines.recv_timeout(Duration::from_millis(20)) {
                Ok(line) => {
                    if let Some(number) = line.strip_prefix("at ") {
                        at = number.parse::<u64>().ok();
                        since = Instant::now();
                        continue;
                    }
                    let number = at.take().unwrap_or(0);
                    counts.slowest = counts.slowest.max((since.elapsed(), number));
                    match line.as_str() {
                        "read" => counts.read += 1,
                        "refused" => counts.refused += 1,
                        other => {
                            let how = other.strip_prefix("failed ").unwrap_or(other).to_owned();
                            counts.failed.insert(number, how);
                        }
                    }
                }
                Err(mpsc::RecvTimeoutError::Disconnected) => {
                    let status = self.child.wait().map_err(|error| error.to_string())?;
                    return match (at, status.success()) {
                        (Some(number), _) => Ok(Some((number, format!("the process ended with {status}")))),
                        (None, true) => Ok(None),
                        (None, false) => Err(format!("a child ended with {status}")),
                    };
                }
                Err(mpsc::RecvTimeoutError::Timeout) => {
                    let Some(number) = at else { continue };
                    if since.elapsed() > TIME {
                        self.end();
                        return Ok(Some((number, format!("took longer than {} s", TIME.as_secs()))));
                    }
                    // Far beyond what is allowed, so that the machine stays usable.
                    if memory_of(self.child.id(), "VmRSS:").is_some_and(|bytes| bytes > 4 * MEMORY) {
                        self.end();
                        return Ok(Some((number, format!("took more than {} MiB", (4 * MEMORY) >> 20))));
                    }
                }
            }
        }
    }

    fn end(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.end();
    }
}
