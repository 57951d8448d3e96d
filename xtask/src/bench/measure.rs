//! Runs both binaries and compares what they took and what they printed.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

/// One thing to measure: a name and the arguments that both binaries get.
pub(crate) struct Case {
    /// What the table calls it; `--only` looks for its words here.
    pub(crate) name: String,
    /// The arguments.
    pub(crate) arguments: Vec<String>,
    /// Where both run.
    pub(crate) folder: PathBuf,
    /// What is aimed at.
    pub(crate) target: Target,
    /// A folder that is removed before each run.
    pub(crate) clear: Option<PathBuf>,
}

/// How many times faster than Helm a case is to be, and how many times smaller.
#[derive(Clone, Copy)]
pub(crate) struct Target {
    /// Helm's time over ours, where there is an aim.
    pub(crate) speed: Option<f64>,
    /// Helm's peak memory over ours.
    pub(crate) memory: f64,
}

impl Target {
    /// An aim for the time; memory is to be a quarter at most.
    pub(crate) fn speed(times: f64) -> Self {
        Self { speed: Some(times), memory: 4.0 }
    }

    /// No aim for the time.
    pub(crate) fn none() -> Self {
        Self { speed: None, memory: 4.0 }
    }
}

/// The two programs, a home for both, and how often to run them.
pub(crate) struct Rivals {
    /// The installed Helm.
    pub(crate) helm: PathBuf,
    /// Ours, through a link called `helm`.
    pub(crate) ours: PathBuf,
    /// Holds the homes, so that nobody's repositories and plugins are read.
    pub(crate) home: PathBuf,
    /// Runs of each.
    pub(crate) runs: usize,
    /// A case whose runs take longer than this together is run less often, but three times at least.
    pub(crate) seconds: f64,
}

/// What was measured.
pub(super) struct Outcome {
    /// The case's name.
    pub(super) name: String,
    /// Median wall time in milliseconds, Helm's and ours.
    pub(super) ms: [f64; 2],
    /// The median of the ratios where an outcome stands for many cases, else that of the medians.
    pub(super) ratio: f64,
    /// Processor time of one run in milliseconds.
    pub(super) cpu_ms: [f64; 2],
    /// Median peak memory in MiB.
    pub(super) mib: [f64; 2],
    /// As `ratio`, of the memory.
    pub(super) memory_ratio: f64,
    /// `yes`, `random values` or `no`.
    pub(super) same: &'static str,
    /// Runs of each that were counted.
    pub(super) runs: usize,
    /// What is aimed at.
    pub(super) target: Target,
}

impl Outcome {
    /// Whether the aims are met, in a word or two.
    pub(super) fn verdict(&self) -> &'static str {
        let fast = self.target.speed.is_none_or(|aim| self.ratio >= aim);
        match (fast, self.memory_ratio >= self.target.memory) {
            (true, true) => "met",
            (false, true) => "too slow",
            (true, false) => "too large",
            (false, false) => "too slow, too large",
        }
    }
}

/// What one run left.
struct Run {
    ms: f64,
    stdout: Vec<u8>,
    code: Option<i32>,
}

/// Measures a case: the two programs alternately, so that what else the machine does hits both.
pub(super) fn measure(case: &Case, rivals: &Rivals, memory_runs: usize) -> Result<Outcome, String> {
    let binaries = [&rivals.helm, &rivals.ours];
    let mut times = [Vec::new(), Vec::new()];
    let mut printed: [Vec<Run>; 2] = [Vec::new(), Vec::new()];
    let begun = Instant::now();
    // The first round fills the file cache and is not counted; its outputs show what is random.
    for round in 0..=rivals.runs {
        if round > 3 && begun.elapsed().as_secs_f64() > rivals.seconds {
            break;
        }
        for (which, binary) in binaries.into_iter().enumerate() {
            let run = run(case, binary, &rivals.home)?;
            if run.code != Some(0) {
                return Err(format!("{}: {} ended with {:?}", case.name, binary.display(), run.code));
            }
            if round > 0 {
                times[which].push(run.ms);
            }
            if round < 2 {
                printed[which].push(run);
            }
        }
    }
    let counted = times[0].len();
    let mut mib = [0.0; 2];
    let mut cpu_ms = [0.0; 2];
    for (which, binary) in binaries.into_iter().enumerate() {
        let peaks: Vec<(f64, f64)> =
            (0..memory_runs).map(|_| peak(case, binary, &rivals.home)).collect::<Result<_, _>>()?;
        mib[which] = median(peaks.iter().map(|peak| peak.0).collect());
        cpu_ms[which] = median(peaks.iter().map(|peak| peak.1).collect());
    }
    let ms = times.map(median);
    Ok(Outcome {
        name: case.name.clone(),
        ms,
        ratio: ms[0] / ms[1],
        cpu_ms,
        mib,
        memory_ratio: mib[0] / mib[1],
        same: same(&printed),
        runs: counted,
        target: case.target,
    })
}

/// A program that is to run where the case does, with a home of its own and silent standard error.
pub(crate) fn command(case: &Case, program: &Path, home: &Path) -> Command {
    let mut command = Command::new(program);
    command
        .current_dir(&case.folder)
        .env("KUBECONFIG", "/dev/null/none")
        .env("HOME", home)
        .env("HELM_CACHE_HOME", home.join("cache"))
        .env("HELM_CONFIG_HOME", home.join("config"))
        .env("HELM_DATA_HOME", home.join("data"))
        .stdin(Stdio::null())
        .stderr(Stdio::null());
    command
}

/// Runs a case once, to prepare others.
///
/// # Errors
/// When it fails.
pub(super) fn once(case: &Case, binary: &Path, home: &Path) -> Result<(), String> {
    let done = command(case, binary, home).args(&case.arguments).stderr(Stdio::inherit()).output();
    match done {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => Err(format!("{}: {} ended with {}", case.name, binary.display(), output.status)),
        Err(error) => Err(format!("{}: {error}", binary.display())),
    }
}

/// Removes what a case wants removed.
fn clear(case: &Case) {
    if let Some(folder) = &case.clear {
        // It need not be there.
        let _ = std::fs::remove_dir_all(folder);
    }
}

fn run(case: &Case, binary: &Path, home: &Path) -> Result<Run, String> {
    clear(case);
    let mut command = command(case, binary, home);
    let start = Instant::now();
    let output =
        command.args(&case.arguments).output().map_err(|error| format!("{}: {error}", binary.display()))?;
    let ms = start.elapsed().as_secs_f64() * 1000.0;
    Ok(Run { ms, stdout: output.stdout, code: output.status.code() })
}

/// Peak memory in MiB and processor time in milliseconds of one run, by way of [`report_peak`] in a process of
/// its own: the system keeps the largest of all children of a process.
fn peak(case: &Case, binary: &Path, home: &Path) -> Result<(f64, f64), String> {
    clear(case);
    let own = std::env::current_exe().map_err(|error| error.to_string())?;
    let output = command(case, &own, home)
        .arg("peak")
        .arg(binary)
        .args(&case.arguments)
        .output()
        .map_err(|error| format!("{}: {error}", own.display()))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let mut numbers = text.split_whitespace().map(str::parse::<f64>);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(kib)), Some(Ok(ms))) => Ok((kib / 1024.0, ms)),
        _ => Err(format!("{}: no peak memory in {text:?}", case.name)),
    }
}

/// Runs a command, drops what it prints, and prints its peak memory in KiB and its processor time in milliseconds.
/// A process that was forked begins with the peak of the one it came from, which is why this one stays small.
///
/// # Errors
/// When the command cannot be started or the system does not tell.
#[cfg(unix)]
pub fn report_peak(command: &[String]) -> Result<(), String> {
    use nix::sys::resource::{UsageWho, getrusage};
    let (program, arguments) = command.split_first().ok_or("peak needs a command")?;
    Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .map_err(|error| format!("{program}: {error}"))?;
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).map_err(|error| error.to_string())?;
    let ms = |time: nix::sys::time::TimeVal| time.tv_sec() as f64 * 1e3 + time.tv_usec() as f64 / 1e3;
    // The one system that counts bytes here.
    let kib = if cfg!(target_vendor = "apple") { usage.max_rss() / 1024 } else { usage.max_rss() };
    println!("{kib} {}", ms(usage.user_time()) + ms(usage.system_time()));
    Ok(())
}

/// As on unix, where the system tells.
///
/// # Errors
/// Always.
#[cfg(not(unix))]
pub fn report_peak(_command: &[String]) -> Result<(), String> {
    Err("peak memory is measured on unix only".to_owned())
}

/// Whether both printed the same: entirely, or but for lines that differ between two runs of one program.
fn same(printed: &[Vec<Run>; 2]) -> &'static str {
    let [helm, ours] = printed;
    let (Some(their), Some(our)) = (helm.first(), ours.first()) else { return "no" };
    if their.code != our.code {
        return "no";
    }
    if their.stdout == our.stdout {
        return "yes";
    }
    let lines = |run: &Run| run.stdout.split(|&byte| byte == b'\n').map(<[u8]>::to_vec).collect::<Vec<_>>();
    let all: Vec<Vec<Vec<u8>>> = helm.iter().chain(ours).map(lines).collect();
    let random = |one: &[Vec<u8>], other: &[Vec<u8>], at: usize| one.get(at) != other.get(at);
    match all.as_slice() {
        [first, second, third, fourth] if first.len() == third.len() => {
            let explained = (0..first.len())
                .all(|at| first[at] == third[at] || random(first, second, at) || random(third, fourth, at));
            if explained { "random values" } else { "no" }
        }
        _ => "no",
    }
}

/// The middle one; of an even number the upper of the two.
pub(super) fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::{Run, median, same};

    fn run(text: &str) -> Run {
        Run { ms: 1.0, stdout: text.as_bytes().to_vec(), code: Some(0) }
    }

    #[test]
    fn random_lines_are_told_from_wrong_ones() {
        let helm = |texts: [&str; 2]| texts.map(run).into_iter().collect::<Vec<_>>();
        assert_eq!(same(&[helm(["a\nb", "a\nb"]), helm(["a\nb", "a\nb"])]), "yes");
        assert_eq!(same(&[helm(["a\nb", "a\nc"]), helm(["a\nd", "a\ne"])]), "random values");
        assert_eq!(same(&[helm(["a\nb", "a\nc"]), helm(["x\nd", "x\ne"])]), "no");
        assert_eq!(same(&[helm(["a\nb", "a\nc"]), helm(["a\nd\nf", "a\ne\nf"])]), "no");
    }

    #[test]
    fn the_middle_of_numbers() {
        assert!((median(vec![3.0, 1.0, 2.0]) - 2.0).abs() < 1e-9);
        assert!(median(Vec::new()).is_nan());
    }
}
