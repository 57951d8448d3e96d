//! What several commands do first: find the chart, load it, read values, build the guard.

use std::collections::BTreeMap;
use std::error::Error;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use chart::load::{self, Outside};
use chart::values::{FileReader, ValueSource};
use chart::{Chart, Notice, Versions};
use govalue::yaml::{self, Limits, Outline, Shape};
use govalue::{Map, Value};
use guard::{Actor, GrantsFile, Guard, Node, Policy, Profile, Question, Tree};
use sprig::semver::{Constraints, Version};

use crate::args::Parsed;
use crate::commands::Context;
use crate::report::{DENIED, Failure};

/// An archive larger than this is refused before it is read.
const MAX_ARCHIVE: u64 = 512 << 20;
/// A values file larger than this is refused before it is read.
const MAX_VALUES: u64 = 256 << 20;

/// Masterminds' rules for versions.
pub(crate) struct Semver;

impl Versions for Semver {
    fn valid(&self, version: &str) -> bool {
        Version::parse(version).is_ok()
    }

    fn matches(&self, constraint: &str, version: &str) -> Result<bool, String> {
        let version = Version::parse(version).map_err(|error| error.to_string())?;
        let constraint = Constraints::parse(constraint).map_err(|error| error.to_string())?;
        Ok(constraint.check(&version))
    }
}

/// Prints what was noticed, as Helm logs it.
pub(crate) fn log(context: &mut Context<'_>, notices: &[Notice]) {
    let debug = context.environment.debug(&context.parsed);
    for notice in notices {
        if notice.level == chart::Level::Debug && !debug {
            continue;
        }
        let attributes: Vec<(&str, &str)> = notice.attributes.iter().map(|(k, v)| (*k, v.as_str())).collect();
        context.output.error_line(&crate::log::line(notice.level.name(), &notice.message, &attributes));
    }
}

/// Refuses what this version cannot do, by name.
pub(crate) fn refuse_remote(parsed: &Parsed) -> Result<(), Failure> {
    let not_yet = [("verify", "provenance cannot be verified"), ("repo", "charts cannot be fetched")];
    for (flag, why) in not_yet {
        if parsed.changed(flag) && parsed.get(flag) != Some("false") {
            return Err(Failure::plain(format!("--{flag}: {why} in this version of Pintle yet")));
        }
    }
    Ok(())
}

/// Finds a chart on this machine.
pub(crate) fn locate(context: &Context<'_>, name: &str) -> Result<PathBuf, Failure> {
    let name = name.trim();
    if Path::new(name).exists() {
        return Ok(PathBuf::from(name));
    }
    let quoted = govalue::print::quote(name.as_bytes());
    if Path::new(name).is_absolute() || name.starts_with('.') {
        return Err(Failure::plain(format!("path {quoted} not found")));
    }
    if name.contains("://") {
        return Err(Failure::plain(format!(
            "{name}: charts cannot be fetched in this version of Pintle yet"
        )));
    }
    let Some((repository, _)) = name.split_once('/') else {
        return Err(Failure::plain(format!(
            "non-absolute URLs should be in form of repo_name/path_to_chart, got: {name}"
        )));
    };
    if knows_repository(context, repository) {
        return Err(Failure::plain(format!(
            "{name}: charts cannot be fetched in this version of Pintle yet"
        )));
    }
    Err(Failure::plain(format!("repo {repository} not found")))
}

fn knows_repository(context: &Context<'_>, wanted: &str) -> bool {
    let path = context.environment.global(&context.parsed, "repository-config");
    let Ok(text) = read_bounded(Path::new(&path), MAX_VALUES) else { return false };
    let Ok(config) = yaml::read_map(&text, &Limits::default()) else { return false };
    let Some(Value::List(repositories)) = config.get("repositories") else { return false };
    repositories
        .iter()
        .filter_map(Value::as_map)
        .any(|entry| entry.get("name").is_some_and(|name| name.as_str().is_some_and(|name| *name == *wanted)))
}

fn read_bounded(path: &Path, limit: u64) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    std::fs::File::open(path)?.take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(std::io::Error::other(format!("file is larger than {limit} bytes")));
    }
    Ok(bytes)
}

/// The system's words for an error, as Go prints them.
pub(crate) fn system_words(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "no such file or directory".to_owned(),
        std::io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        std::io::ErrorKind::IsADirectory => "is a directory".to_owned(),
        std::io::ErrorKind::NotADirectory => "not a directory".to_owned(),
        _ => error.to_string(),
    }
}

/// Asks the guard about links that leave a chart.
struct GuardedLinks<'a> {
    guard: &'a mut Guard,
    actor: Actor,
}

impl Outside for GuardedLinks<'_> {
    fn may_read(&mut self, link: &Path, target: &Path) -> Result<(), Box<dyn Error>> {
        let path = target.to_string_lossy().into_owned();
        match self.guard.check(&[&self.actor], Question::ReadOutside { path }) {
            Ok(permit) => {
                // The loader reads what the permit names: the link it asked about.
                drop(permit);
                Ok(())
            }
            Err(denial) => Err(Box::new(DeniedLink { link: link.to_owned(), denial })),
        }
    }
}

/// A link that may not be followed.
#[derive(Debug)]
struct DeniedLink {
    link: PathBuf,
    denial: guard::Denial,
}

impl std::fmt::Display for DeniedLink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.link.display(), self.denial)
    }
}

impl Error for DeniedLink {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.denial)
    }
}

/// Loads a chart from a folder or an archive and prints what was noticed.
pub(crate) fn load(context: &mut Context<'_>, path: &Path, guard: &mut Guard) -> Result<Chart, Failure> {
    let mut links = GuardedLinks { actor: Actor::chart(chart_name(path)), guard };
    let mut loading = load::Context::new(&Semver, &mut links);
    let result = if path.is_dir() {
        load::directory(path, &mut loading)
    } else {
        match read_bounded(path, MAX_ARCHIVE) {
            Ok(bytes) => load::archive(&path.to_string_lossy(), &bytes, &mut loading),
            Err(error) => {
                return Err(Failure::plain(format!("open {}: {}", path.display(), system_words(&error))));
            }
        }
    };
    let notices = std::mem::take(&mut loading.notices);
    log(context, &notices);
    result.map_err(|error| {
        let failure = Failure::plain(error.to_string());
        match denial_in(&error) {
            Some(denial) => failure.with_code(DENIED).with_hints(denial.hint()),
            None => failure,
        }
    })
}

/// The guard's denial among an error's causes.
fn denial_in<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a guard::Denial> {
    let mut current = Some(error);
    while let Some(error) = current {
        if let Some(denial) = error.downcast_ref() {
            return Some(denial);
        }
        current = error.source();
    }
    None
}

/// The name in a folder's Chart.yaml, which is who asks while the folder is being read.
fn chart_name(path: &Path) -> String {
    let named = read_bounded(&path.join("Chart.yaml"), MAX_VALUES)
        .ok()
        .and_then(|text| yaml::read_map(&text, &Limits::default()).ok())
        .and_then(|map| map.get("name"))
        .and_then(|name| name.as_str().map(ToString::to_string));
    named.unwrap_or_else(|| path.file_name().unwrap_or_default().to_string_lossy().into_owned())
}

/// Values flags in the order they were typed, by kind.
pub(crate) fn values(parsed: &Parsed) -> Result<Map, Failure> {
    type Make = fn(String) -> ValueSource;
    let kinds: [(&str, Make); 6] = [
        ("values", ValueSource::File),
        ("set-json", ValueSource::SetJson),
        ("set", ValueSource::Set),
        ("set-string", ValueSource::SetString),
        ("set-file", ValueSource::SetFile),
        ("set-literal", ValueSource::SetLiteral),
    ];
    let sources: Vec<ValueSource> = kinds
        .iter()
        .flat_map(|(flag, make)| parsed.all(flag).iter().map(|text| make(text.clone())))
        .collect();
    chart::values::merge(&sources, &mut Files).map_err(|error| Failure::plain(error.to_string()))
}

/// Files that value flags name: paths, and `-` for standard input.
struct Files;

impl FileReader for Files {
    fn read(&mut self, name: &str) -> Result<Vec<u8>, Box<dyn Error>> {
        let name = name.trim();
        if name == "-" {
            let mut bytes = Vec::new();
            std::io::stdin().lock().take(MAX_VALUES).read_to_end(&mut bytes)?;
            return Ok(bytes);
        }
        if let Some((scheme, _)) = name.split_once("://")
            && matches!(scheme, "http" | "https" | "oci")
        {
            return Err(format!("{name}: values cannot be fetched in this version of Pintle yet").into());
        }
        if Path::new(name).is_dir() {
            return Err(format!("read {name}: is a directory").into());
        }
        read_bounded(Path::new(name), MAX_VALUES)
            .map_err(|error| format!("open {name}: {}", system_words(&error)).into())
    }
}

/// Builds the guard from profile, grants files and flags.
pub(crate) fn guard(context: &Context<'_>) -> Result<Guard, Failure> {
    let (environment, parsed) = (context.environment, &context.parsed);
    let mut builder = Policy::builder().enable_dns(parsed.bool("enable-dns"));
    if let Some(home) = environment.get("HOME") {
        builder = builder.home(home);
    }
    let profile = parsed.get("profile").or_else(|| environment.get("PINTLE_PROFILE"));
    if let Some(word) = profile {
        let profile = Profile::from_word(word)
            .map_err(|problem| Failure::plain(format!("--profile {word}: {problem}")))?;
        builder = builder.profile(profile);
    }
    let own = environment.config_home().join("pintle").join("grants.yaml");
    let mut files: Vec<PathBuf> = own.exists().then_some(own).into_iter().collect();
    if let Some(list) = environment.get("PINTLE_GRANTS") {
        files.extend(std::env::split_paths(list));
    }
    files.extend(parsed.all("grants").iter().map(PathBuf::from));
    for file in files {
        builder = builder.file(grants_file(&file)?);
    }
    for text in parsed.all("grant") {
        builder = builder.flag(text).map_err(|error| Failure::plain(error.to_string()))?;
    }
    Ok(Guard::new(builder.build()))
}

fn grants_file(path: &Path) -> Result<GrantsFile, Failure> {
    let name = path.to_string_lossy();
    let text = read_bounded(path, MAX_VALUES).map_err(|error| {
        Failure::plain(format!("cannot read grants file {name}: {}", system_words(&error)))
    })?;
    let tree = yaml::outline(&text, &Limits::default())
        .map_err(|error| Failure::plain(format!("cannot read grants file {name}: {error}")))?;
    GrantsFile::parse(&name, &node(tree)).map_err(|error| Failure::plain(error.to_string()))
}

/// A parsed document in the guard's own shape.
fn node(outline: Outline) -> Node {
    let tree = match outline.shape {
        Shape::Null => Tree::Null,
        Shape::Bool(value) => Tree::Bool(value),
        Shape::Number(text) => Tree::Number(text),
        Shape::Text(text) => Tree::String(text),
        Shape::List(items) => Tree::Seq(items.into_iter().map(node).collect()),
        Shape::Map(entries) => {
            Tree::Map(entries.into_iter().map(|(key, value)| (node(key), node(value))).collect())
        }
    };
    Node::new(outline.line, tree)
}

/// Writes the audit records where `--audit` says: one JSON line for each question, appended.
pub(crate) fn audit(context: &mut Context<'_>, guard: &mut Guard) -> Result<(), Failure> {
    let target = context.parsed.get("audit").or_else(|| context.environment.get("PINTLE_AUDIT"));
    let Some(target) = target.map(str::to_owned) else { return Ok(()) };
    let moment = crate::host::now();
    let lines: Vec<String> = guard
        .take_records()
        .into_iter()
        .map(|mut record| {
            // The records of one render share a stamp: the guard reads no clock while templates run.
            record.time.get_or_insert(guard::Time { seconds: moment.seconds, nanos: moment.nanos });
            record.to_json()
        })
        .collect();
    if target == "-" {
        for line in &lines {
            context.output.error_line(line);
        }
        return Ok(());
    }
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    append(Path::new(&target), text.as_bytes()).map_err(|error| {
        Failure::plain(format!("cannot write audit file {target}: {}", system_words(&error)))
    })
}

/// Appends to a file that only its owner may read: questions can name secrets.
fn append(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    std::io::Write::write_all(&mut options.open(path)?, bytes)
}

/// Labels as `k=v`, of which Helm reserves some.
pub(crate) fn check_labels(parsed: &Parsed) -> Result<(), Failure> {
    const SYSTEM: [&str; 6] = ["name", "owner", "status", "version", "createdAt", "modifiedAt"];
    let labels: BTreeMap<&str, &str> =
        parsed.all("labels").iter().filter_map(|pair| pair.split_once('=')).collect();
    if SYSTEM.iter().any(|name| labels.contains_key(name)) {
        return Err(Failure::plain(format!(
            "user supplied labels contains system reserved label name. System labels: [{}]",
            SYSTEM.join(" ")
        )));
    }
    Ok(())
}
