//! Cases of the corpus of real charts: its list, its slowest charts, a sample.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;

use super::measure::{Case, Target};

/// A line of `cases.jsonl`.
#[derive(Deserialize)]
struct Line {
    id: String,
    chart: String,
    values: Vec<String>,
    args: Vec<String>,
    release: String,
    namespace: String,
    expect_exit: i32,
    helm_cpu_s: f64,
}

/// The corpus: what there is, and where its charts lie.
pub(crate) struct Corpus {
    lines: Vec<Line>,
    unpacked: PathBuf,
}

impl Corpus {
    /// Reads the list in a folder. `unpacked` is where the charts were unpacked, for which the corpus' own scoring
    /// script has a place in the system's temporary folder.
    pub(crate) fn read(folder: &Path, unpacked: Option<PathBuf>) -> Result<Self, String> {
        let list = folder.join("cases.jsonl");
        let text = std::fs::read_to_string(&list).map_err(|error| format!("{}: {error}", list.display()))?;
        let lines: Result<Vec<Line>, _> = text.lines().map(serde_json::from_str).collect();
        let lines = lines.map_err(|error| format!("{}: {error}", list.display()))?;
        let unpacked = match unpacked {
            Some(folder) => folder,
            None => found_unpacked().ok_or("no unpacked corpus: run its score.py once, or say --unpacked")?,
        };
        Ok(Self { lines, unpacked })
    }

    /// The case with an id.
    pub(crate) fn named(&self, id: &str, name: &str, target: Target) -> Result<Case, String> {
        let line = self.lines.iter().find(|line| line.id == id).ok_or(format!("no case {id}"))?;
        Ok(self.case(line, name, target))
    }

    /// Where a chart lies.
    pub(super) fn folder(&self, chart: &str) -> PathBuf {
        self.unpacked.join(chart)
    }

    /// The charts on which Helm spent the most time, by their slowest cases: first those that make keys, then those
    /// that do not. Which these are, `ours` tells by what it asked its guard.
    pub(super) fn slowest(&self, count: usize, ours: &Path, work: &Path) -> Result<[Vec<Case>; 2], String> {
        let mut lines: Vec<&Line> = self.lines.iter().filter(|line| line.expect_exit == 0).collect();
        lines.sort_by(|a, b| b.helm_cpu_s.total_cmp(&a.helm_cpu_s));
        let mut seen = BTreeSet::new();
        let mut found = [Vec::new(), Vec::new()];
        for line in lines {
            if found.iter().all(|cases| cases.len() >= count) {
                break;
            }
            if !seen.insert(&line.chart) {
                continue;
            }
            let without = !self.makes_keys(line, ours, work)?;
            let (target, kind) = if without {
                (Target::speed(8.0), "slow chart")
            } else {
                (Target::none(), "slow chart with keys")
            };
            let cases = &mut found[usize::from(without)];
            if cases.len() < count {
                cases.push(self.case(line, &format!("{kind}: {}", line.id), target));
            }
        }
        Ok(found)
    }

    /// So many cases, every time the same for the same seed, spread over the whole list.
    pub(super) fn sample(&self, count: usize, seed: u64) -> Vec<Case> {
        let mut left: Vec<&Line> = self.lines.iter().filter(|line| line.expect_exit == 0).collect();
        let mut state = seed;
        let mut taken = Vec::new();
        while taken.len() < count && !left.is_empty() {
            // Knuth's MMIX generator; its upper bits are good enough to draw lots.
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let at = (state >> 33) as usize % left.len();
            let line = left.swap_remove(at);
            taken.push(self.case(line, &line.id, Target::none()));
        }
        taken
    }

    fn case(&self, line: &Line, name: &str, target: Target) -> Case {
        let mut arguments: Vec<String> =
            ["template", &line.release, &line.chart, "-n", &line.namespace, "--include-crds"]
                .map(str::to_owned)
                .into();
        for file in &line.values {
            arguments.extend(["-f".to_owned(), file.clone()]);
        }
        arguments.extend(line.args.iter().cloned());
        Case { name: name.to_owned(), arguments, folder: self.unpacked.clone(), target, clear: None }
    }

    fn makes_keys(&self, line: &Line, ours: &Path, work: &Path) -> Result<bool, String> {
        let audit = work.join("audit.jsonl");
        let _ = std::fs::remove_file(&audit);
        let case = self.case(line, "", Target::none());
        Command::new(ours)
            .args(&case.arguments)
            .arg("--audit")
            .arg(&audit)
            .current_dir(&case.folder)
            .env("KUBECONFIG", "/dev/null/none")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .map_err(|error| format!("{}: {error}", ours.display()))?;
        // No question, no file.
        let asked = std::fs::read_to_string(&audit).unwrap_or_default();
        Ok(asked.contains("\"capability\":\"keygen\""))
    }
}

/// The newest folder that holds the corpus' charts.
fn found_unpacked() -> Option<PathBuf> {
    let entries = std::fs::read_dir(std::env::temp_dir()).ok()?.flatten();
    let unpacked = entries
        .filter(|entry| entry.file_name().to_string_lossy().starts_with("chart-corpus-"))
        .map(|entry| entry.path())
        .filter(|path| path.join(".complete").exists());
    unpacked.max_by_key(|path| std::fs::metadata(path).and_then(|status| status.modified()).ok())
}
