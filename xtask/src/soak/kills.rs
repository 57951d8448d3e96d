//! `cargo xtask soak kills --pintle BINARY`: commands that change plugins are killed (`kill -9`) at random moments. After
//! the next command that changes plugins, the folder of plugins and plugins.lock are as they were before the killed one,
//! or as they are after it, to the byte.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const USAGE: &str = "cargo xtask soak kills --pintle BINARY [-n KILLS] [--seed NUMBER]";
const KILLS: u64 = 200;

/// One command, and what has to be there before it.
struct Scenario {
    name: &'static str,
    before: &'static [&'static [&'static str]],
    /// Files that change between the two.
    changes: &'static [(&'static str, &'static str)],
    command: &'static [&'static str],
    /// Whether `repository` is a repository of the plugin `gh`, whose changes are committed.
    repository: bool,
}

const WASM: &str = "apiVersion: v1\nname: gh\ntype: cli/v1\nruntime: extism/v1\nversion: 1.0.0\n";
const NATIVE: &str = "name: native\nversion: 1.0.0\ncommand: x\nhooks: {install: 'echo a > $HELM_PLUGIN_DIR/hooked; echo b >> $HELM_PLUGIN_DIR/hooked'}\n";
const INSTALL: &[&str] = &["plugin", "install", "gh.tgz", "--verify=false"];
const LINK: &[&str] = &["plugin", "install", "dev/gh"];
/// `repository` in the folder that all runs in.
const REPOSITORY: &str = "file://$WORK/repository";
const SCENARIOS: &[Scenario] = &[
    Scenario { name: "install", before: &[], changes: &[], command: INSTALL, repository: false },
    Scenario {
        name: "install with a hook",
        before: &[],
        changes: &[],
        command: &["plugin", "install", "native.tgz", "--verify=false", "--grant-requested"],
        repository: false,
    },
    Scenario { name: "link", before: &[], changes: &[], command: LINK, repository: false },
    Scenario {
        name: "accept",
        before: &[LINK],
        changes: &[("dev/gh/plugin.wasm", "another")],
        command: &["plugin", "accept", "gh"],
        repository: false,
    },
    Scenario {
        name: "grants",
        before: &[INSTALL],
        changes: &[],
        command: &["plugin", "grants", "gh", "add", "random", "env=A"],
        repository: false,
    },
    Scenario {
        name: "uninstall",
        before: &[INSTALL],
        changes: &[],
        command: &["plugin", "uninstall", "gh"],
        repository: false,
    },
    Scenario {
        name: "update",
        before: &[&["plugin", "install", REPOSITORY, "--verify=false"]],
        changes: &[
            (
                "repository/plugin.yaml",
                "apiVersion: v1\nname: gh\ntype: cli/v1\nruntime: extism/v1\nversion: 2.0.0\n",
            ),
            ("repository/plugin.wasm", "another"),
            ("repository/lib/7", "another"),
            ("repository/new", "new"),
        ],
        command: &["plugin", "update", "gh"],
        repository: true,
    },
];

/// Every file of a folder with its bytes, links with what they say, folders with nothing.
type Tree = BTreeMap<PathBuf, Vec<u8>>;

/// Runs the kills.
///
/// # Errors
/// At the first state that is neither.
pub(crate) fn run(arguments: &[String]) -> Result<(), String> {
    let (mut pintle, mut kills, mut seed) = (None, KILLS, 1u64);
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let value = rest.next().ok_or_else(|| format!("{argument} takes a value\n{USAGE}"))?;
        let number = || value.parse::<u64>().map_err(|_| format!("{value} is no number"));
        match argument.as_str() {
            "--pintle" => pintle = Some(PathBuf::from(value)),
            "-n" => kills = number()?,
            "--seed" => seed = number()?,
            other => return Err(format!("unknown {other}\n{USAGE}")),
        }
    }
    let pintle = pintle.ok_or_else(|| format!("--pintle is needed\n{USAGE}"))?;
    let pintle = std::fs::canonicalize(&pintle).map_err(|error| format!("{}: {error}", pintle.display()))?;
    let work = std::env::temp_dir().join(format!("pintle-kills-{}", std::process::id()));
    let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let outcome = all(&Place { work: work.clone(), pintle }, kills, &mut random);
    let _ = std::fs::remove_dir_all(&work);
    outcome
}

fn all(place: &Place, kills: u64, random: &mut Random) -> Result<(), String> {
    let each = kills.div_ceil(SCENARIOS.len() as u64);
    for scenario in SCENARIOS {
        let old = place.before(scenario)?;
        let started = Instant::now();
        place.succeeds(scenario.command)?;
        let whole = started.elapsed();
        let new = place.state()?;
        if old == new {
            return Err(format!("{}: nothing happened", scenario.name));
        }
        let (mut olds, mut news, mut half) = (0, 0, 0);
        for number in 0..each {
            place.before(scenario)?;
            // A little longer than the whole, so that some are not killed at all.
            let wait = whole.mul_f64(random.share() * 1.1);
            place.killed(scenario.command, wait)?;
            half += u64::from(place.state()? != old && place.state()? != new);
            place.next_command()?;
            let state = place.state()?;
            if state == old {
                olds += 1;
            } else if state == new {
                news += 1;
            } else {
                return Err(format!(
                    "{}: kill {number} after {wait:?} of {whole:?} left neither the old nor the new: {}",
                    scenario.name,
                    difference(&state, &old, &new)
                ));
            }
        }
        println!(
            "{}: killed {each} times, {olds} old and {news} new; {half} had to be cleaned up",
            scenario.name
        );
    }
    Ok(())
}

/// The files in which a state differs from both.
fn difference(state: &Tree, old: &Tree, new: &Tree) -> String {
    let names = |other: &Tree| -> Vec<String> {
        let all = state.keys().chain(other.keys());
        let differing = all.filter(|name| state.get(*name) != other.get(*name));
        differing.map(|name| name.display().to_string()).collect()
    };
    format!("from the old in {:?}, from the new in {:?}", names(old), names(new))
}

struct Place {
    work: PathBuf,
    pintle: PathBuf,
}

impl Place {
    /// Makes a repository of all that is there, or adds what was changed.
    fn commit(&self) -> Result<(), String> {
        let folder = self.work.join("repository");
        if !folder.join(".git").exists() {
            self.git(&folder, &["init", "--quiet", "--initial-branch", "main"])?;
        }
        self.git(&folder, &["add", "--all"])?;
        self.git(&folder, &["commit", "--quiet", "--message", "change"]).map(drop)
    }

    /// The same commits every time: their names are compared.
    fn git(&self, folder: &Path, arguments: &[&str]) -> Result<Vec<u8>, String> {
        let mut command = Command::new("git");
        command.args(["-c", "user.name=n", "-c", "user.email=n@test.invalid"]).args(arguments);
        command.current_dir(folder).env("HOME", self.work.join("home"));
        for name in ["GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"] {
            command.env(name, "1600000000 +0000");
        }
        let output = command.stdin(Stdio::null()).output().map_err(|error| format!("git: {error}"))?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        Err(format!("git {}: {}", arguments.join(" "), String::from_utf8_lossy(&output.stderr)))
    }

    fn write(&self, path: &str, bytes: &[u8]) -> Result<(), String> {
        let path = self.work.join(path);
        let failed = |error: std::io::Error| format!("{}: {error}", path.display());
        std::fs::create_dir_all(path.parent().unwrap_or(&self.work)).map_err(failed)?;
        std::fs::write(&path, bytes).map_err(failed)
    }

    /// Makes what has to be there before a command, from nothing.
    fn before(&self, scenario: &Scenario) -> Result<Tree, String> {
        match std::fs::remove_dir_all(&self.work) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.to_string()),
            _ => {}
        }
        self.write("dev/gh/plugin.yaml", WASM.as_bytes())?;
        self.write("dev/gh/plugin.wasm", b"no module")?;
        self.write("dev/other/plugin.yaml", WASM.replace("name: gh", "name: other").as_bytes())?;
        self.write("dev/other/plugin.wasm", b"no module")?;
        let many: Vec<(String, &str)> = (0..20).map(|number| (format!("gh/lib/{number}"), "text")).collect();
        let mut files = vec![("gh/plugin.yaml", WASM), ("gh/plugin.wasm", "no module")];
        files.extend(many.iter().map(|(name, text)| (name.as_str(), *text)));
        self.write("gh.tgz", &archive(&files)?)?;
        self.write("native.tgz", &archive(&[("native/plugin.yaml", NATIVE)])?)?;
        if scenario.repository {
            for (name, text) in &files {
                let path = format!("repository/{}", name.trim_start_matches("gh/"));
                self.write(&path, text.as_bytes())?;
            }
            self.commit()?;
        }
        for line in scenario.before {
            self.succeeds(line)?;
        }
        for (path, text) in scenario.changes {
            self.write(path, text.as_bytes())?;
        }
        if scenario.repository {
            self.commit()?;
        }
        // The folder of plugins and the lock beside plugins.lock stay when they were there once.
        self.next_command()?;
        self.state()
    }

    fn command(&self, line: &[&str]) -> Command {
        let mut command = Command::new(&self.pintle);
        let work = self.work.display().to_string();
        command.args(line.iter().map(|word| word.replace("$WORK", &work)));
        command.current_dir(&self.work).env_clear();
        command.env("PATH", "/usr/bin:/bin").env("HOME", self.work.join("home"));
        command.stdin(Stdio::null()).stdout(Stdio::null());
        command
    }

    fn succeeds(&self, line: &[&str]) -> Result<(), String> {
        let output = self.command(line).output().map_err(|error| error.to_string())?;
        if output.status.success() {
            return Ok(());
        }
        Err(format!("{}: {}", line.join(" "), String::from_utf8_lossy(&output.stderr)))
    }

    fn killed(&self, line: &[&str], after: Duration) -> Result<(), String> {
        let started = self.command(line).stderr(Stdio::null()).spawn();
        let mut child = started.map_err(|error| error.to_string())?;
        std::thread::sleep(after);
        // One that has ended cannot be killed, and need not.
        let _ = child.kill();
        child.wait().map(|_| ()).map_err(|error| error.to_string())
    }

    /// The next command that changes plugins.
    fn next_command(&self) -> Result<(), String> {
        self.succeeds(&["plugin", "install", "dev/other"])?;
        self.succeeds(&["plugin", "uninstall", "other"])
    }

    /// The plugins and plugins.lock, without the times in it.
    fn state(&self) -> Result<Tree, String> {
        let mut tree = Tree::new();
        let plugins = self.work.join("home/.local/share/helm/plugins");
        walk(&plugins, Path::new("plugins"), &mut tree).map_err(|error| error.to_string())?;
        // Git keeps times in its own files: what they say is compared.
        let checkout = plugins.join("repository");
        if checkout.join(".git").is_dir() {
            for (name, arguments) in [
                ("commit", &["rev-parse", "HEAD", "origin/main"][..]),
                ("changed", &["status", "--porcelain"]),
                ("broken", &["fsck", "--no-progress"]),
            ] {
                tree.insert(format!("git/{name}").into(), self.git(&checkout, arguments)?);
            }
        }
        let lock = std::fs::read_to_string(self.work.join("home/.config/helm/pintle/plugins.lock"));
        let lock = lock.unwrap_or_default();
        let lines = lock.lines().filter(|line| !line.trim_start().starts_with("installed: "));
        tree.insert("plugins.lock".into(), lines.collect::<Vec<_>>().join("\n").into_bytes());
        Ok(tree)
    }
}

fn walk(folder: &Path, name: &Path, tree: &mut Tree) -> std::io::Result<()> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    for entry in entries {
        let entry = entry?;
        let (name, kind) = (name.join(entry.file_name()), entry.file_type()?);
        if kind.is_dir() {
            if entry.file_name() != ".git" {
                walk(&entry.path(), &name, tree)?;
            }
            tree.insert(name, Vec::new());
        } else if kind.is_symlink() {
            let target = std::fs::read_link(entry.path())?;
            tree.insert(name, target.into_os_string().into_encoded_bytes());
        } else {
            tree.insert(name, std::fs::read(entry.path())?);
        }
    }
    Ok(())
}

fn archive(files: &[(&str, &str)]) -> Result<Vec<u8>, String> {
    let mut builder =
        tar::Builder::new(flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast()));
    for (name, text) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        let added = builder.append_data(&mut header, name, text.as_bytes());
        added.map_err(|error| error.to_string())?;
    }
    let zipped = builder.into_inner().and_then(flate2::write::GzEncoder::finish);
    zipped.map_err(|error| error.to_string())
}

/// Xorshift: the same moments, as far as the machine allows, for the same seed.
struct Random(u64);

impl Random {
    /// From 0 to 1.
    fn share(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1u64 << 53) as f64
    }
}
