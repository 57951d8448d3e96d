//! Charts, archives and values that want to cost too much, one by one, through the binary with its default limits.
//!
//! Each must end in a result or a clear error: no panic, no signal, bounded memory. Nothing here measures time: what
//! is checked is which limit was met, and a generous watchdog ends what does not end by itself.

mod archives;
mod documents;
mod templates;

use std::io::Read as _;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use crate::guard::{Place, Run};

/// What a run may hold at most, whatever it is given.
const MEMORY: u64 = 512 << 20;

/// Far beyond what any of these takes, on any machine.
const WATCHDOG: Duration = Duration::from_secs(300);

/// A run and the most memory that it held, where the system tells.
pub(crate) struct Watched {
    pub(crate) run: Run,
    pub(crate) peak: u64,
}

impl Place {
    /// Runs the program, watching its memory and ending it when it does not end.
    pub(crate) fn watched(&self, arguments: &[&str]) -> Watched {
        let mut command = self.command(env!("CARGO_BIN_EXE_pintle"));
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let out = drain(child.stdout.take().unwrap());
        let err = drain(child.stderr.take().unwrap());
        let (code, peak) = watch(&mut child);
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        let (out, err) = (text(out.join().unwrap()), text(err.join().unwrap()));
        Watched { run: Run { code, out, err }, peak }
    }

    /// Renders the chart shop and says that it ended well: in a result or an error, within memory.
    pub(crate) fn survives(&self, what: &str, more: &[&str]) -> Run {
        let Watched { run, peak } = self.watched(&[&["template", "r", "shop"], more].concat());
        let shown = || Run { code: run.code, out: start(&run.out), err: start(&run.err) };
        assert!([0, 1, 11].contains(&run.code), "{what}: {:?}", shown());
        assert!(!run.err.contains("panicked"), "{what}: {:?}", shown());
        assert!(run.code == 0 || run.err.contains("Error: "), "{what}: {:?}", shown());
        assert!(run.err.len() < 1 << 20, "{what}: {} bytes of error: {:?}", run.err.len(), shown());
        assert!(peak < MEMORY, "{what}: {peak} bytes of memory: {:?}", shown());
        run
    }

    /// The same, and that a limit was met, which the error names with its value and how to raise it.
    pub(crate) fn meets(&self, limit: &str, what: &str, more: &[&str]) {
        let run = self.survives(what, more);
        assert_eq!(run.code, 11, "{what}: {} {}", start(&run.out), run.err);
        assert_eq!(run.out, "", "{what}");
        let hint = run.err.lines().find_map(|line| line.strip_prefix("hint: ")).unwrap_or_default();
        assert!(hint.starts_with(&format!("the limit {limit} of ")), "{what}: {limit}: {}", run.err);
        assert!(hint.ends_with(&format!(" was met; --limit {limit}=NUMBER raises it")), "{what}: {hint}");
    }
}

fn start(text: &str) -> String {
    text.chars().take(2_000).collect()
}

fn drain(mut from: impl std::io::Read + Send + 'static) -> std::thread::JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        // More than this is of no interest, and must not fill the memory of the test.
        const MOST: u64 = 64 << 20;
        let mut bytes = Vec::new();
        from.by_ref().take(MOST).read_to_end(&mut bytes).unwrap();
        std::io::copy(&mut from, &mut std::io::sink()).unwrap();
        bytes
    })
}

fn watch(child: &mut Child) -> (i32, u64) {
    let begin = Instant::now();
    let mut peak = 0;
    loop {
        peak = peak.max(high_water(child.id()).unwrap_or(0));
        if let Some(status) = child.try_wait().unwrap() {
            return (status.code().unwrap_or(-1), peak);
        }
        if begin.elapsed() > WATCHDOG || peak > 4 * MEMORY {
            child.kill().unwrap();
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// The most memory that a process held so far; only Linux tells.
fn high_water(process: u32) -> Option<u64> {
    let text = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().strip_suffix(" kB")?.parse::<u64>().ok()? << 10)
}
