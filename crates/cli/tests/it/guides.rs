//! What README.md and the guides show is what happens.
//!
//! Every page is a walk through one folder that begins with a copy of `examples/`. A block
//! `` ```yaml file=NAME `` writes that file; in a block `` ```console `` every line that begins with `$ ` is run by a
//! shell which knows `pintle` and `helm`, and what follows is what it prints, standard error too. A line `...` stands
//! for any lines. What needs more than this program (`cargo`, `git`, `kubectl` …) is shown and not run.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Commands that are not run: they build, install or need a cluster.
const ONLY_SHOWN: [&str; 6] = ["cargo", "git", "ln", "docker", "kubectl", "argocd"];

/// How README.md calls the program before it is installed.
const FROM_THE_CLONE: &str = "cargo run --release -- ";

#[derive(Debug)]
enum Step {
    Write { name: String, text: String },
    Run { line: usize, command: String, shown: Vec<String> },
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn steps(page: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut lines = page.lines().enumerate();
    while let Some((_, line)) = lines.next() {
        let Some(info) = line.strip_prefix("```") else { continue };
        let block: Vec<(usize, &str)> = lines.by_ref().take_while(|(_, line)| *line != "```").collect();
        if let Some((_, name)) = info.split_once(" file=") {
            let text = block.iter().map(|(_, line)| format!("{line}\n")).collect();
            steps.push(Step::Write { name: name.to_owned(), text });
        } else if info == "console" {
            steps.extend(commands(&block));
        }
    }
    steps
}

/// The commands of a block; one that ends in a backslash goes on in the next line.
fn commands(block: &[(usize, &str)]) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut goes_on = false;
    for (number, line) in block {
        let typed = if goes_on { line.strip_prefix("> ") } else { line.strip_prefix("$ ") };
        match (steps.last_mut(), typed) {
            (Some(Step::Run { command, .. }), Some(more)) if goes_on => {
                command.push('\n');
                command.push_str(more);
            }
            (_, Some(typed)) => {
                steps.push(Step::Run { line: number + 1, command: typed.to_owned(), shown: Vec::new() });
            }
            (Some(Step::Run { shown, .. }), None) => shown.push((*line).to_owned()),
            (_, None) => panic!("line {}: the block does not begin with a command", number + 1),
        }
        goes_on = typed.is_some_and(|typed| typed.ends_with('\\'));
    }
    steps
}

/// Whether lines are those shown, where `...` stands for any lines.
fn agrees(shown: &[String], printed: &[&str]) -> bool {
    let Some((first, rest)) = shown.split_first() else { return printed.is_empty() };
    if first == "..." {
        return (0..=printed.len()).any(|skipped| agrees(rest, &printed[skipped..]));
    }
    printed.split_first().is_some_and(|(line, more)| line == first && agrees(rest, more))
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Walks through a page and says what was run and what is not as shown.
#[cfg(unix)]
fn walk(page: &str) -> (usize, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    let (bin, work) = (folder.path().join("bin"), folder.path().join("pintle"));
    fs::create_dir_all(&bin).unwrap();
    for name in ["pintle", "helm"] {
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_pintle"), bin.join(name)).unwrap();
    }
    copy(&root().join("examples"), &work.join("examples"));
    let (mut run, mut wrong) = (0, Vec::new());
    // `$?` of a command is what the one before it left.
    let mut left = 0;
    for step in steps(page) {
        match step {
            Step::Write { name, text } => {
                let path = work.join(name);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, text).unwrap();
            }
            Step::Run { line, command, shown } => {
                let command = match command.strip_prefix(FROM_THE_CLONE) {
                    Some(arguments) => format!("pintle {arguments}"),
                    None => command,
                };
                if ONLY_SHOWN.contains(&command.split(' ').next().unwrap_or_default()) {
                    continue;
                }
                let output = Command::new("sh")
                    .arg("-c")
                    .arg(format!("exec 2>&1\n(exit {left})\n{command}\n"))
                    .current_dir(&work)
                    .env_clear()
                    .env("PATH", format!("{}:/usr/bin:/bin", bin.display()))
                    .env("HOME", folder.path())
                    .env("KUBECONFIG", "/dev/null/none")
                    .output()
                    .unwrap();
                left = output.status.code().unwrap_or(-1);
                run += 1;
                let text =
                    String::from_utf8_lossy(&output.stdout).replace(&*work.to_string_lossy(), "/pintle");
                if !agrees(&shown, &text.lines().collect::<Vec<_>>()) {
                    wrong.push(format!("line {line}: `{command}` (exit code {left}) prints:\n{text}"));
                }
            }
        }
    }
    (run, wrong)
}

#[cfg(unix)]
#[test]
fn transcripts_in_the_readme_and_the_guides_are_true() {
    let mut pages = vec![root().join("README.md")];
    pages.extend(fs::read_dir(root().join("docs/guides")).unwrap().map(|entry| entry.unwrap().path()));
    let (mut run, mut wrong) = (0, Vec::new());
    for page in pages {
        let (commands, differences) = walk(&fs::read_to_string(&page).unwrap());
        run += commands;
        wrong.extend(differences.into_iter().map(|text| format!("{}, {text}", page.display())));
    }
    assert!(run > 20, "only {run} commands were found");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[cfg(unix)]
#[test]
fn a_transcript_that_is_not_true_is_found() {
    let wrong = |page: &str| walk(page).1.len();
    assert_eq!(wrong("```console\n$ pintle version --short\nv0\n```\n"), 1);
    assert_eq!(wrong("```console\n$ helm version --short\nv4.3.1\n```\n"), 0);
    assert_eq!(wrong("```console\n$ helm version --short\nv4.3.1\nmore\n```\n"), 1);
    assert_eq!(wrong("```console\n$ helm version --short\n```\n"), 1);
    assert_eq!(wrong("```console\n$ helm template examples/charts/shop\n---\n...\n```\n"), 0);
    assert_eq!(wrong("```console\n$ helm nothing\n...\n$ echo $?\n1\n```\n"), 0);
    assert_eq!(wrong("```yaml file=a.yaml\nb: 1\n```\n```console\n$ cat \\\n> a.yaml\nb: 1\n```\n"), 0);
}
