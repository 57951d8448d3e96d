//! What several commands do first: find the chart, load it, read values, build the guard.

use std::collections::BTreeMap;
use std::error::Error;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};

use chart::load;
use chart::values::{FileReader, ValueSource};
use chart::{Chart, Notice};
use govalue::yaml;
use govalue::{Map, Value};
use guard::{Guard, Provenance};
use render::KubeVersion;
pub(crate) use render::Semver;

use crate::args::Parsed;
use crate::commands::Context;
use crate::explain;
use crate::files::{Batch, OWN};
pub(crate) use crate::grants::{audit, guard};
use crate::limits::{LimitMet, Limits, limits};
use crate::outside::GuardedLinks;
use crate::paths;
use crate::plugins::getter::{self, Getters};
use crate::report::Failure;

/// A file of the user's own, configuration or grants, larger than this is refused.
pub(crate) const MAX_OWN: u64 = 64 << 20;

/// Prints what was noticed, as Helm logs it.
pub(crate) fn log(context: &mut Context<'_>, notices: &[Notice]) {
    let debug = context.environment.debug(&context.parsed);
    for notice in notices {
        if notice.level == chart::Level::Debug && !debug {
            continue;
        }
        let words: Vec<_> = notice.attributes.iter().map(|(key, value)| (*key, value.text())).collect();
        let attributes: Vec<(&str, &str)> = words.iter().map(|(key, value)| (*key, &**value)).collect();
        context.output.error_line(&crate::log::line(notice.level.name(), &notice.message, &attributes));
    }
}

/// Refuses what this version cannot do, by name.
pub(crate) fn refuse_remote(parsed: &Parsed) -> Result<(), Failure> {
    if parsed.get("repo").is_some_and(|url| !url.is_empty()) {
        return Err(Failure::plain("--repo: charts cannot be fetched in this version of Pintle yet"));
    }
    Ok(())
}

/// A chart that was found.
#[derive(Debug)]
pub(crate) struct Located {
    /// Where it lies now.
    pub(crate) path: PathBuf,
    /// Where it came from: what is granted to a name is not granted to whoever serves a chart of that name.
    pub(crate) provenance: Provenance,
}

/// Finds a chart, on this machine or behind a URL, and with `--verify` who vouches for it.
pub(crate) fn locate(context: &mut Context<'_>, name: &str) -> Result<Located, Failure> {
    let name = name.trim();
    if Path::new(name).exists() {
        let path = paths::absolute(context.environment, Path::new(name));
        let path = path.map_err(|error| Failure::plain(format!("getwd: {}", system_words(&error))))?;
        if context.parsed.bool("verify") {
            crate::provenance::verify(context, &path)?;
        }
        return Ok(Located { path, provenance: Provenance::Local });
    }
    let explains = context.environment.explains();
    let report =
        |name: &str| if explains { explain::missing_chart(name) } else { explain::Report::default() };
    let quoted = govalue::print::quote(name.as_bytes());
    if Path::new(name).is_absolute() || name.starts_with('.') {
        let failure = Failure::plain(format!("path {quoted} not found"));
        return Err(failure.with_report(report(name)));
    }
    // Helm: whoever could fetch it is looked for before it is known whether anybody has to.
    let getters = Getters::new(context);
    if context.environment.debug(&context.parsed) {
        context.output.error_line(&crate::log::line("DEBUG", "set up default downloader cache", &[]));
    }
    if let Some((scheme, rest)) = name.split_once("://") {
        // Go: only with a host and a path it is a place to fetch from.
        if rest.split_once('/').is_some_and(|(host, _)| !host.is_empty()) {
            if getters.scheme(name).is_some() {
                return fetch_chart(context, &getters, name);
            }
            let scheme = govalue::print::quote(scheme.to_ascii_lowercase().as_bytes());
            return Err(Failure::plain(format!("scheme {scheme} not supported")).with_report(report(name)));
        }
        let failure = Failure::plain(format!(
            "non-absolute URLs should be in form of repo_name/path_to_chart, got: {name}"
        ));
        return Err(failure.with_report(report(name)));
    }
    let Some((repository, _)) = name.split_once('/') else {
        let failure = Failure::plain(format!(
            "non-absolute URLs should be in form of repo_name/path_to_chart, got: {name}"
        ));
        return Err(failure.with_report(report(name)));
    };
    if knows_repository(context, repository) {
        return Err(Failure::plain(format!(
            "{name}: charts cannot be fetched in this version of Pintle yet"
        )));
    }
    Err(Failure::plain(format!("repo {repository} not found")).with_report(report(name)))
}

/// Fetches a chart into the cache of contents, where it lies under its digest.
fn fetch_chart(context: &mut Context<'_>, getters: &Getters, url: &str) -> Result<Located, Failure> {
    let limits = limits(context)?;
    let text = |flag: &str| context.parsed.string(flag, "");
    let mut options = getter::Options::default();
    let told = &mut options.told;
    url.clone_into(&mut told.url);
    told.accept_header = "application/gzip,application/octet-stream".to_owned();
    (told.cert_file, told.key_file, told.ca_file) = (text("cert-file"), text("key-file"), text("ca-file"));
    (told.username, told.password, told.version) = (text("username"), text("password"), text("version"));
    told.pass_credentials_all = context.parsed.bool("pass-credentials");
    told.insecure_skip_verify_tls = context.parsed.bool("insecure-skip-tls-verify");
    told.plain_http = context.parsed.bool("plain-http");
    let bytes = getters.get(context, url, &options, ("archive.bytes", limits.archive))?;
    let mut signer = None;
    if context.parsed.bool("verify") {
        let beside = format!("{url}.prov");
        let most = ("provenance.file", limits.provenance.provenance);
        let signed = getters.get(context, &beside, &options, most).map_err(|failure| {
            let message = format!("failed to fetch provenance {}", govalue::print::quote(beside.as_bytes()));
            failure.with_message(message)
        })?;
        let name = url.split(['?', '#']).next().unwrap_or(url);
        let verification = crate::provenance::verify_fetched(context, &paths::base(name), &bytes, &signed)?;
        signer = Some(verification.fingerprint);
    }
    let digest = artifact::provenance::digest(&bytes);
    let hex = digest.trim_start_matches("sha256:");
    let root = context.environment.global(&context.parsed, "content-cache");
    let path = Path::new(&root).join(hex.get(..2).unwrap_or_default()).join(format!("{hex}.chart"));
    let mut batch = Batch::default();
    let written = batch.file(&path, &bytes, OWN).and_then(|()| batch.commit());
    written.map_err(|error| Failure::plain(error.to_string()))?;
    let provenance = Provenance::Remote { source: Some(url.to_owned()), signer, digest: Some(digest) };
    Ok(Located { path, provenance })
}

fn knows_repository(context: &Context<'_>, wanted: &str) -> bool {
    let path = context.environment.global(&context.parsed, "repository-config");
    let Ok(text) = read_bounded(Path::new(&path), MAX_OWN) else { return false };
    let Ok(config) = yaml::read_map(&text, &yaml::Limits::default()) else { return false };
    let Some(Value::List(repositories)) = config.get("repositories") else { return false };
    repositories
        .iter()
        .filter_map(Value::as_map)
        .any(|entry| entry.get("name").is_some_and(|name| name.as_str().is_some_and(|name| *name == *wanted)))
}

pub(crate) fn read_bounded(path: &Path, limit: u64) -> std::io::Result<Vec<u8>> {
    let bytes = read_up_to(std::fs::File::open(path)?, limit)?;
    bytes.ok_or_else(|| std::io::Error::other(format!("file is larger than {limit} bytes")))
}

/// Reads a file that must keep to a limit, with Helm's words for what the system refuses.
pub(crate) fn read_limited(path: &Path, name: &'static str, limit: u64) -> Result<Vec<u8>, Box<dyn Error>> {
    let file = path.display().to_string();
    let failed = |error: std::io::Error| format!("open {file}: {}", system_words(&error));
    let bytes = read_up_to(std::fs::File::open(path).map_err(failed)?, limit).map_err(failed)?;
    bytes.ok_or_else(|| LimitMet::oversize(&file, name, limit).into())
}

/// All bytes, or nothing when there are more than so many.
fn read_up_to(from: impl std::io::Read, limit: u64) -> std::io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    from.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= limit).then_some(bytes))
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

/// Loads a chart from a folder or an archive and prints what was noticed.
pub(crate) fn load(context: &mut Context<'_>, path: &Path, guard: &mut Guard) -> Result<Chart, Failure> {
    load_as(context, path, guard, As::Anything, None)
}

/// As [`load`]; the templates are parsed meanwhile, and files that may be needed by nobody wait.
pub(crate) fn load_ahead(
    context: &mut Context<'_>,
    path: &Path,
    guard: &mut Guard,
    ahead: &render::Ahead,
    late: &load::Late,
) -> Result<Chart, Failure> {
    load_as(context, path, guard, As::Anything, Some((ahead, late)))
}

/// Loads a chart of whatever version as Helm's `create` and `dependency` do: without a look at `apiVersion`.
pub(crate) fn load_any(context: &mut Context<'_>, path: &Path, guard: &mut Guard) -> Result<Chart, Failure> {
    if let Err(error) = std::fs::metadata(path) {
        return Err(Failure::plain(format!("stat {}: {}", path.display(), system_words(&error))));
    }
    load_as(context, path, guard, As::Version2, None)
}

/// Loads a chart that must be a folder.
pub(crate) fn load_folder(
    context: &mut Context<'_>,
    path: &Path,
    guard: &mut Guard,
) -> Result<Chart, Failure> {
    load_as(context, path, guard, As::Folder, None)
}

/// Loads a chart of whatever version that must be a folder.
pub(crate) fn load_any_folder(
    context: &mut Context<'_>,
    path: &Path,
    guard: &mut Guard,
) -> Result<Chart, Failure> {
    load_as(context, path, guard, As::FolderOfVersion2, None)
}

/// What is looked at before a chart is loaded.
#[derive(Clone, Copy, PartialEq, Eq)]
enum As {
    /// `apiVersion` first; a folder or an archive.
    Anything,
    /// `apiVersion` first; nothing but a folder.
    Folder,
    /// Nothing; a folder or an archive.
    Version2,
    /// Nothing; nothing but a folder.
    FolderOfVersion2,
}

fn load_as(
    context: &mut Context<'_>,
    path: &Path,
    guard: &mut Guard,
    how: As,
    ahead: Option<(&render::Ahead, &load::Late)>,
) -> Result<Chart, Failure> {
    let _loading = crate::profile::phase("load");
    context.progress.says("reading", &path.to_string_lossy());
    let limits = limits(context)?;
    let mut links = GuardedLinks::new(path, guard, &limits);
    let tell = |text: &_| {
        if let Some((ahead, _)) = ahead {
            ahead.add(text);
        }
    };
    let mut loading = load::Context::new(&Semver, &mut links);
    if threads() > 1 && ahead.is_some() {
        loading.templates = Some(&tell);
    }
    loading.late = ahead.map(|(_, late)| late.clone());
    loading.limits = limits.chart;
    loading.yaml = limits.yaml;
    loading.detect = matches!(how, As::Anything | As::Folder);
    loading.threads = threads();
    let result = if path.is_dir() || how == As::Folder {
        load::directory(path, &mut loading)
    } else if how == As::FolderOfVersion2 {
        // Helm: a file where a folder should be is a chart without anything in it.
        Err(load::LoadError::NoChartFile)
    } else {
        let bytes = read_limited(path, "archive.bytes", limits.archive);
        let bytes = bytes.map_err(|error| Failure::of(&*error))?;
        load::archive(&path.to_string_lossy(), &bytes, &mut loading)
    };
    let notices = std::mem::take(&mut loading.notices);
    log(context, &notices);
    result.map_err(|error| {
        let failure = Failure::of(&error);
        if context.environment.explains() {
            let typed = context.parsed.args.last().map(PathBuf::from);
            let shown = typed.filter(|typed| typed.exists()).unwrap_or_else(|| path.to_owned());
            failure.with_report(explain::chart_file(&error, path, &shown, &limits))
        } else {
            failure
        }
    })
}

/// What all values flags say together.
pub(crate) fn values(context: &mut Context<'_>) -> Result<Map, Failure> {
    let typed = context.parsed.all("values").iter().chain(context.parsed.all("set-file"));
    // What is typed at the terminal is not to be written over.
    if !typed.into_iter().any(|text| text.trim() == "-" || text.ends_with("=-")) {
        context.progress.says("reading values", "");
    }
    let _reading = crate::profile::phase("values");
    let limits = limits(context)?;
    let sources = value_sources(&context.parsed);
    let explains = context.environment.explains();
    let getters = Getters::new(context);
    let mut files = Files::fetching(context, &getters, &limits);
    let merged = chart::values::merge_within(&sources, &mut files, &limits.yaml);
    let unfetched = files.unfetched.take();
    merged.map_err(|error| {
        let failure = match unfetched {
            // What was being done stands before what happened.
            Some(failure) => failure.with_message(error.to_string()),
            None => Failure::of(&error),
        };
        if explains { failure.with_report(explain::values(&error, &sources, &limits)) } else { failure }
    })
}

/// Values flags in the order they were typed, by kind.
pub(crate) fn value_sources(parsed: &Parsed) -> Vec<ValueSource> {
    type Make = fn(String) -> ValueSource;
    let kinds: [(&str, Make); 6] = [
        ("values", ValueSource::File),
        ("set-json", ValueSource::SetJson),
        ("set", ValueSource::Set),
        ("set-string", ValueSource::SetString),
        ("set-file", ValueSource::SetFile),
        ("set-literal", ValueSource::SetLiteral),
    ];
    kinds.iter().flat_map(|(flag, make)| parsed.all(flag).iter().map(|text| make(text.clone()))).collect()
}

/// Files that value flags name: paths, URLs, and `-` for standard input. Standard input can be read once, and URLs are
/// fetched once; a later pass over the same flags, which asks where values came from, gets the same again.
pub(crate) struct Files<'f, 'c> {
    /// Whether this pass has had standard input: whoever asks twice finds it empty, as in Helm.
    has_read: bool,
    /// Bytes that one may have.
    most: u64,
    /// By what URLs are fetched that no pass has fetched yet.
    by: Option<(&'f mut Context<'c>, &'f Getters)>,
    /// Why the last URL was not fetched.
    pub(crate) unfetched: Option<Failure>,
}

/// What URLs led to.
static FETCHED: Mutex<BTreeMap<String, Vec<u8>>> = Mutex::new(BTreeMap::new());

impl Files<'static, 'static> {
    /// Nothing is fetched: what an earlier pass fetched is there.
    pub(crate) fn within(limits: &Limits) -> Self {
        Files { has_read: false, most: limits.values, by: None, unfetched: None }
    }
}

impl<'f, 'c> Files<'f, 'c> {
    /// URLs are fetched.
    pub(crate) fn fetching(context: &'f mut Context<'c>, getters: &'f Getters, limits: &Limits) -> Self {
        Self { has_read: false, most: limits.values, by: Some((context, getters)), unfetched: None }
    }

    /// What a URL leads to, from memory when it was fetched before; `None` for what nobody fetches.
    fn fetched(&mut self, text: &str) -> Option<Result<Vec<u8>, Box<dyn Error>>> {
        let known = || FETCHED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bytes) = known().get(text) {
            return Some(Ok(bytes.clone()));
        }
        let (context, getters) = self.by.as_mut()?;
        getters.scheme(text)?;
        let mut options = getter::Options::default();
        text.clone_into(&mut options.told.url);
        Some(match getters.get(context, text, &options, ("values.bytes", self.most)) {
            Ok(bytes) => {
                known().insert(text.to_owned(), bytes.clone());
                Ok(bytes)
            }
            Err(failure) => {
                let message = failure.message().to_owned();
                self.unfetched = Some(failure);
                Err(message.into())
            }
        })
    }

    /// Standard input, from memory when it was read before.
    fn stdin(&mut self) -> Result<Vec<u8>, Box<dyn Error>> {
        static STDIN: OnceLock<Vec<u8>> = OnceLock::new();
        if std::mem::replace(&mut self.has_read, true) {
            return Ok(Vec::new());
        }
        if let Some(bytes) = STDIN.get() {
            return Ok(bytes.clone());
        }
        let oversize = LimitMet::oversize("-", "values.bytes", self.most);
        let bytes = read_up_to(std::io::stdin().lock(), self.most)?.ok_or(oversize)?;
        Ok(STDIN.get_or_init(|| bytes).clone())
    }
}

impl FileReader for Files<'_, '_> {
    fn read(&mut self, name: &str) -> Result<Vec<u8>, Box<dyn Error>> {
        let name = name.trim();
        if name == "-" {
            return self.stdin();
        }
        if let Some(fetched) = self.fetched(name) {
            return fetched;
        }
        if Path::new(name).is_dir() {
            return Err(format!("read {name}: is a directory").into());
        }
        read_limited(Path::new(name), "values.bytes", self.most)
    }
}

/// How many threads a render may use: more than a few have nothing to do.
pub(crate) fn threads() -> usize {
    // The system is asked once: its answer takes a dozen files to find.
    static THREADS: OnceLock<usize> = OnceLock::new();
    *THREADS.get_or_init(|| std::thread::available_parallelism().map_or(1, |threads| threads.get().min(8)))
}

/// `--kube-version`, when it is there.
pub(crate) fn kube_version(context: &Context<'_>) -> Result<Option<KubeVersion>, Failure> {
    match context.parsed.get("kube-version").filter(|text| !text.is_empty()) {
        None => Ok(None),
        Some(text) => KubeVersion::parse(text).map(Some).map_err(|error| {
            let failure = Failure::plain(format!("invalid kube version '{text}': {error}"));
            failure.with_hint("write it as 1.30 or 1.30.2".to_owned())
        }),
    }
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
