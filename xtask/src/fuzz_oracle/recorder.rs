//! The recorder as a child process: it makes random questions with answers, and answers questions.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// Builds the recorder into a folder.
///
/// # Errors
/// When Go is missing or does not build it.
pub fn build(folder: &Path) -> Result<PathBuf, String> {
    std::fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let binary = folder.join("recorder");
    let status = Command::new("go")
        .args(["build", "-o"])
        .arg(&binary)
        .arg("./recorder")
        .current_dir(crate::root().join("conformance"))
        .status()
        .map_err(|error| format!("go build: {error}"))?;
    if status.success() { Ok(binary) } else { Err("go build ./recorder failed".to_owned()) }
}

/// Starts one of the recorder's `fuzz-` commands; every line of its output is a case. Documents of charts below a
/// folder are used where the command uses them.
///
/// # Errors
/// When it cannot be started.
pub fn fuzz(
    binary: &Path,
    what: &str,
    count: usize,
    seed: u64,
    charts: Option<&Path>,
) -> Result<(Child, BufReader<ChildStdout>), String> {
    let mut child = Command::new(binary)
        .arg(format!("fuzz-{what}"))
        .args(["-n", &count.to_string(), "-seed", &seed.to_string(), "-cases"])
        .arg(crate::root().join("conformance").join("cases"))
        .args(charts.map(|_| "-charts"))
        .args(charts)
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("{}: {error}", binary.display()))?;
    let out = child.stdout.take().ok_or("no output")?;
    Ok((child, BufReader::new(out)))
}

/// Answers questions, line by line.
pub struct Oracle {
    binary: PathBuf,
    running: Option<(Child, ChildStdin, BufReader<ChildStdout>)>,
}

impl Oracle {
    /// Starts with the first question.
    pub fn new(binary: &Path) -> Self {
        Self { binary: binary.to_owned(), running: None }
    }

    /// Asks one question. `None` when the oracle died of it: some templates overflow Go's stack.
    pub fn ask(&mut self, question: &str) -> Option<String> {
        if self.running.is_none() {
            let mut child = Command::new(&self.binary)
                .arg("run")
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .stderr(Stdio::null())
                .spawn()
                .ok()?;
            let (input, output) = (child.stdin.take()?, child.stdout.take()?);
            self.running = Some((child, input, BufReader::new(output)));
        }
        let (_, input, output) = self.running.as_mut()?;
        let mut line = String::new();
        let asked = writeln!(input, "{question}").and_then(|()| input.flush());
        let answered = asked.is_ok() && output.read_line(&mut line).is_ok_and(|length| length > 0);
        if !answered {
            self.stop();
            return None;
        }
        Some(line.trim_end().to_owned())
    }

    fn stop(&mut self) {
        if let Some((mut child, input, _)) = self.running.take() {
            drop(input);
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Drop for Oracle {
    fn drop(&mut self) {
        self.stop();
    }
}
