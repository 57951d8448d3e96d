//! Writes `docs/compat/cases.md`: what has been recorded from Helm, how much of it is the same, and which
//! differences were chosen.
//!
//! The tests of the crates replay every case: one that differs and is not in `docs/compat/known.jsonl` fails them, and
//! so does one in that list that is the same after all. So the page needs to count and not to run anything.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

/// What this page reads of a case.
#[derive(Deserialize)]
struct Case {
    id: String,
    kind: String,
}

#[derive(Deserialize)]
struct Header {
    oracle: String,
}

/// A line of `known.jsonl`: a case that is answered otherwise.
#[derive(Deserialize)]
struct Known {
    id: String,
    reason: String,
    /// Whether it is to become the same.
    #[serde(default)]
    not_yet: bool,
}

/// What one suite has of one kind, recorded from one version.
#[derive(Default)]
struct Count {
    recorded: usize,
    chosen: usize,
    not_yet: usize,
}

/// Suite, kind and oracle.
type Row = (String, String, String);

fn sorted(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let told = |error: std::io::Error| format!("{}: {error}", folder.display());
    let entries = fs::read_dir(folder).map_err(told)?;
    let mut paths =
        entries.map(|entry| entry.map(|entry| entry.path()).map_err(told)).collect::<Result<Vec<_>, _>>()?;
    paths.sort();
    Ok(paths)
}

fn json<'a, T: Deserialize<'a>>(path: &Path, number: usize, line: &'a str) -> Result<T, String> {
    serde_json::from_str(line).map_err(|error| format!("{}:{}: {error}", path.display(), number + 1))
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

/// The page as it has to be today.
///
/// # Errors
/// When a case file cannot be read, or `known.jsonl` names a case that was not recorded.
pub fn page(root: &Path) -> Result<String, String> {
    let list = root.join("docs/compat/known.jsonl");
    let text = read(&list)?;
    let mut known: BTreeMap<String, Known> = BTreeMap::new();
    for (number, line) in text.lines().enumerate() {
        let row: Known = json(&list, number, line)?;
        known.insert(row.id.clone(), row);
    }
    let mut missing: BTreeSet<String> = known.keys().cloned().collect();
    let mut counts: BTreeMap<Row, Count> = BTreeMap::new();
    for folder in sorted(&root.join("conformance/cases"))? {
        let suite = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        for path in sorted(&folder)? {
            match path.extension().and_then(|extension| extension.to_str()) {
                Some("jsonl") => {
                    let text = read(&path)?;
                    let mut lines = text.lines().enumerate();
                    let (number, first) = lines.next().ok_or(format!("{} is empty", path.display()))?;
                    let Header { oracle } = json(&path, number, first)?;
                    for (number, line) in lines {
                        let case: Case = json(&path, number, line)?;
                        let count = counts.entry((suite.clone(), case.kind, oracle.clone())).or_default();
                        count.recorded += 1;
                        if let Some(known) = known.get(&case.id) {
                            missing.remove(&case.id);
                            *(if known.not_yet { &mut count.not_yet } else { &mut count.chosen }) += 1;
                        }
                    }
                }
                // Keys differ at each run: what stays is recorded as a description.
                Some("txt") => {
                    let text = read(&path)?;
                    let oracle = text.lines().next().and_then(|line| line.strip_prefix("oracle: "));
                    let oracle = oracle.ok_or(format!("{} names no oracle", path.display()))?.to_owned();
                    let calls = text
                        .lines()
                        .filter(|line| line.starts_with("call: ") || line.starts_with("kind: "))
                        .count();
                    let row = (suite.clone(), "description".to_owned(), oracle);
                    counts.entry(row).or_default().recorded += calls.max(1);
                }
                _ => {}
            }
        }
    }
    if !missing.is_empty() {
        return Err(format!("known.jsonl names cases that were not recorded: {missing:?}"));
    }
    Ok(write(&counts, known.values()))
}

fn write<'a>(counts: &BTreeMap<Row, Count>, known: impl Iterator<Item = &'a Known>) -> String {
    let mut page = String::from(
        "# Recorded cases\n\n\
         Written by `cargo xtask docs` from `conformance/cases` and [known.jsonl](known.jsonl); do not edit it by hand.\n\
         Every case is replayed by the tests, which fail when one differs that is not listed below, and when one that\n\
         is listed is the same. [How cases are recorded](../../conformance/README.md).\n\n\
         | suite | kind | recorded from | cases | the same | chosen differences | not yet |\n\
         |---|---|---|---:|---:|---:|---:|\n",
    );
    let mut all = Count::default();
    for ((suite, kind, oracle), count) in counts {
        page.push_str(&row(suite, kind, oracle, count));
        all.recorded += count.recorded;
        all.chosen += count.chosen;
        all.not_yet += count.not_yet;
    }
    page.push_str(&row("all", "", "", &all));
    let mut reasons: BTreeMap<(bool, &str), BTreeMap<&str, Vec<&str>>> = BTreeMap::new();
    for Known { id, reason, not_yet } in known {
        let topic = id.rsplit_once('/').map_or(id.as_str(), |(topic, _)| topic);
        reasons.entry((*not_yet, reason)).or_default().entry(topic).or_default().push(id);
    }
    for (not_yet, title) in [(false, "Chosen differences"), (true, "Not yet")] {
        page.push_str(&format!("\n## {title}\n\n"));
        let mut none = true;
        for ((_, reason), topics) in reasons.iter().filter(|((state, _), _)| *state == not_yet) {
            none = false;
            let cases: Vec<String> = topics
                .iter()
                .map(|(topic, ids)| match ids.as_slice() {
                    [id] => format!("`{id}`"),
                    many => format!("{} of `{topic}`", many.len()),
                })
                .collect();
            page.push_str(&format!("- {reason}: {}\n", cases.join(", ")));
        }
        if none {
            page.push_str("None of the recorded cases.\n");
        }
    }
    page
}

fn row(suite: &str, kind: &str, oracle: &str, count: &Count) -> String {
    let same = count.recorded - count.chosen - count.not_yet;
    format!(
        "| {suite} | {kind} | {oracle} | {} | {same} | {} | {} |\n",
        count.recorded, count.chosen, count.not_yet
    )
}
