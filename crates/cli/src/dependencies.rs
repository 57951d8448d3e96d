//! Fills a chart's `charts/` with what Chart.yaml asks for, or what Chart.lock says, and writes the lock.
//!
//! Charts in folders (`file://`) are packed, those under `charts/` are checked. Nothing fetches yet: charts of
//! repositories and registries are refused by name, before anything is written.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use chart::dependencies::{ResolveError, Source, resolve};
use chart::{Chart, Dependency, Lock, lock, package};
use govalue::print::quote;
use govalue::yaml::{self, Limits};
use guard::Guard;
use sprig::url::Url;

use crate::args::Parsed;
use crate::commands::Context;
use crate::files::{Batch, OWN, SHARED};
use crate::outside::{ask_outside, ask_writing};
use crate::paths;
use crate::plugins::getter::Getters;
use crate::prepare::{self, Semver, system_words};
use crate::report::Failure;

/// A list of dependencies as Chart.yaml and the lock have it.
type Dependencies = Vec<Option<Dependency>>;
/// Packed charts by the names of their files.
type Archives = BTreeMap<String, Vec<u8>>;

/// How `dependency update` and `build` work.
pub(crate) struct Manager<'c, 'a> {
    context: &'c mut Context<'a>,
    /// The chart's folder as it was typed.
    path: PathBuf,
    /// Whether indexes of repositories are left as they are.
    skip_refresh: bool,
    /// Stands in for every time.
    stamp: Option<i64>,
    /// Whether nothing that is done is told.
    silent: bool,
    /// Folders outside the chart's own that were told about.
    told: BTreeSet<PathBuf>,
}

/// A repository that the user added.
struct Repository {
    name: String,
    url: String,
}

impl<'c, 'a> Manager<'c, 'a> {
    pub(crate) fn new(context: &'c mut Context<'a>, path: PathBuf) -> Result<Self, Failure> {
        let stamp = source_date_epoch(context)?;
        check_client_files(&context.parsed)?;
        let skip_refresh = context.parsed.bool("skip-refresh");
        Ok(Self { context, path, skip_refresh, stamp, silent: false, told: BTreeSet::new() })
    }

    /// Tells what is wrong with plugins that fetch, as Helm does before it knows whether it needs one.
    pub(crate) fn with_getters(self) -> Self {
        Getters::new(self.context);
        self
    }

    /// Tells nothing, as `package --dependency-update`.
    pub(crate) fn silent(mut self) -> Self {
        self.silent = true;
        self
    }

    /// Chooses versions anew.
    pub(crate) fn update(&mut self) -> Result<(), Failure> {
        let chart = self.load()?;
        self.update_chart(chart)
    }

    /// Takes the versions of the lock, if there is one.
    pub(crate) fn build(&mut self) -> Result<(), Failure> {
        let mut chart = self.load()?;
        let Some(lock) = chart.lock.take() else { return self.update_chart(chart) };
        let old = chart.metadata.api_version == "v1";
        let wanted = chart.metadata.dependencies.as_deref();
        let failed = |error: govalue::Error| Failure::plain(error.to_string());
        let helm_2 = if old { Some(lock::digest_of_helm_2(wanted).map_err(failed)?) } else { None };
        let repositories = self.resolve_names(chart.metadata.dependencies.as_mut())?;
        let wanted = chart.metadata.dependencies.as_deref();
        let digest = lock::digest(wanted, lock.dependencies.as_deref()).map_err(failed)?;
        if digest != lock.digest {
            if !old {
                return Err(Failure::plain(
                    "the lock file (Chart.lock) is out of sync with the dependencies file (Chart.yaml). \
                     Please update the dependencies with 'helm dependency update'",
                ));
            }
            self.context.output.error_line(&crate::log::line(
                "INFO",
                "warning: a valid Helm v3 hash was not found. Checking against Helm v2 hash...",
                &[],
            ));
            if helm_2.as_deref() != Some(&lock.digest) {
                return Err(Failure::plain(
                    "the lock file (requirements.lock) is out of sync with the dependencies file \
                     (requirements.yaml). Please update the dependencies",
                ));
            }
        }
        let mut locked = lock.dependencies.unwrap_or_default();
        check_known(&locked, &repositories)?;
        self.refuse_remote(&locked)?;
        let archives = self.collect(&mut locked)?;
        self.save(&archives, &locked, None)
    }

    fn load(&mut self) -> Result<Chart, Failure> {
        match std::fs::metadata(&self.path) {
            Ok(status) if status.is_dir() => {}
            Ok(_) => return Err(Failure::plain("only unpacked charts can be updated")),
            Err(error) => {
                let path = self.path.display();
                let words = system_words(&error);
                return Err(Failure::plain(format!("could not find {path}: stat {path}: {words}")));
            }
        }
        let path = self.path.clone();
        self.load_from(&path)
    }

    fn load_from(&mut self, path: &Path) -> Result<Chart, Failure> {
        let mut guard = prepare::guard(self.context)?;
        let chart = prepare::load_any(self.context, path, &mut guard);
        prepare::audit(self.context, &mut guard)?;
        chart
    }

    /// Loads a dependency's folder. The guard is asked when it lies outside the chart's own.
    fn load_folder(&mut self, path: &Path) -> Result<Chart, Failure> {
        let mut guard = prepare::guard(self.context)?;
        let chart = self
            .ask_outside(path, &mut guard)
            .and_then(|()| prepare::load_any_folder(self.context, path, &mut guard));
        prepare::audit(self.context, &mut guard)?;
        chart
    }

    fn ask_outside(&mut self, path: &Path, guard: &mut Guard) -> Result<(), Failure> {
        let resolved = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        if std::fs::canonicalize(&self.path).is_ok_and(|folder| resolved.starts_with(folder)) {
            return Ok(());
        }
        ask_outside(&self.path, &resolved, guard).map_err(|denial| Failure::of(&denial))?;
        if !self.context.environment.is_helm && !self.told.contains(&resolved) {
            let attributes =
                [("path", path.display().to_string()), ("resolved", resolved.display().to_string())];
            let attributes = attributes.each_ref().map(|(name, value)| (*name, value.as_str()));
            let words = "found dependency outside the chart. Contents of its folder included and used";
            self.context.output.error_line(&crate::log::line("INFO", words, &attributes));
            self.told.insert(resolved);
        }
        Ok(())
    }

    /// `charts/` may be a link of the chart's author to anywhere.
    fn ask_writing(&mut self, folder: &Path) -> Result<(), Failure> {
        let Ok(resolved) = std::fs::canonicalize(folder) else { return Ok(()) };
        if std::fs::canonicalize(&self.path).is_ok_and(|own| resolved.starts_with(own)) {
            return Ok(());
        }
        let mut guard = prepare::guard(self.context)?;
        let asked = ask_writing(&self.path, &resolved, &mut guard);
        prepare::audit(self.context, &mut guard)?;
        asked.map_err(|denial| Failure::of(&denial))
    }

    fn say(&mut self, line: &str) {
        if !self.silent {
            self.context.output.out(line);
            self.context.output.out("\n");
        }
    }

    fn update_chart(&mut self, mut chart: Chart) -> Result<(), Failure> {
        let Some(mut wanted) = chart.metadata.dependencies.take() else { return Ok(()) };
        let repositories = self.resolve_names(Some(&mut wanted))?;
        if !self.skip_refresh {
            self.refuse_remote(&wanted)?;
        }
        let mut locked: Dependencies =
            resolve(&wanted, &Semver, |dependency| self.find(dependency, &repositories))?;
        let archives = self.collect(&mut locked)?;
        let failed = |error: govalue::Error| Failure::plain(error.to_string());
        let digest = lock::digest(Some(&wanted), Some(&locked)).map_err(failed)?;
        if chart.lock.as_ref().is_some_and(|old| old.digest == digest) {
            return self.save(&archives, &locked, None);
        }
        let generated = match self.stamp {
            Some(seconds) => lock::rfc3339(seconds, 0, 0),
            None => crate::host::local_time(self.context.environment),
        };
        let lock = Lock { generated, digest, dependencies: Some(locked.clone()) };
        let text = lock.text().map_err(failed)?;
        let name = if chart.metadata.api_version == "v1" { "requirements.lock" } else { "Chart.lock" };
        self.save(&archives, &locked, Some((name, &text)))
    }

    /// The version that is there, for dependencies whose chart is.
    fn find(
        &mut self,
        dependency: &Dependency,
        repositories: &[Repository],
    ) -> Result<Option<String>, Failure> {
        match dependency.source() {
            Source::Vendored => {
                self.local_path(&format!("charts/{}", dependency.name))?;
                Ok(None)
            }
            Source::Folder(path) => {
                let path = self.local_path(path)?;
                Ok(Some(self.load_folder(&path)?.metadata.version))
            }
            Source::Registry => Err(not_yet(dependency)),
            Source::Alias(_) | Source::Repository(_) => self.find_in_index(dependency, repositories),
        }
    }

    /// Where a path in a dependency leads, which must exist.
    fn local_path(&self, path: &str) -> Result<PathBuf, Failure> {
        let full = if path.starts_with('/') { paths::clean(path) } else { paths::join(&self.path, path) };
        match std::fs::metadata(&full) {
            Ok(_) => Ok(full),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                Err(Failure::plain(format!("directory {} not found", full.display())))
            }
            Err(error) => Err(Failure::plain(format!("stat {}: {}", full.display(), system_words(&error)))),
        }
    }

    /// Checks that every folder is there and every alias known, and puts addresses in the place of aliases.
    fn resolve_names(&mut self, wanted: Option<&mut Dependencies>) -> Result<Vec<Repository>, Failure> {
        let repositories = self.repositories()?;
        let debug = self.context.environment.debug(&self.context.parsed);
        let mut missing: Vec<String> = Vec::new();
        for dependency in wanted.into_iter().flatten().flatten() {
            match dependency.source() {
                Source::Vendored | Source::Registry => {}
                Source::Folder(path) => {
                    self.local_path(path)?;
                    if debug {
                        self.say(&format!("Repository from local path: {}", dependency.repository));
                    }
                }
                Source::Alias(name) => match repositories.iter().find(|known| known.name == name) {
                    Some(known) => dependency.repository.clone_from(&known.url),
                    // Helm: `alias:x` is an address too, as far as Go's parser goes.
                    None if is_request_uri(&dependency.repository) => {}
                    None => missing.push(dependency.repository.clone()),
                },
                Source::Repository(address) => {
                    if !is_request_uri(address) && !repositories.iter().any(|known| same(&known.url, address))
                    {
                        missing.push(address.to_owned());
                    }
                }
            }
        }
        if missing.is_empty() {
            return Ok(repositories);
        }
        let is_name =
            |name: &String| !name.contains("//") && !name.starts_with('@') && !name.starts_with("alias:");
        let note = if missing.iter().any(is_name) {
            "\nNote that repositories must be URLs or aliases. For example, to refer to the \"example\"\n\
             repository, use \"https://charts.example.com/\" or \"@example\" instead of\n\
             \"example\". Don't forget to add the repo, too ('helm repo add')."
        } else {
            ""
        };
        Err(Failure::plain(format!(
            "no repository definition for {}. Please add them via 'helm repo add'{note}",
            missing.join(", ")
        )))
    }

    /// What the user added with `repo add`. No file is no repositories.
    fn repositories(&self) -> Result<Vec<Repository>, Failure> {
        let path = self.context.environment.global(&self.context.parsed, "repository-config");
        let text = match std::fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => {
                return Err(Failure::plain(format!(
                    "couldn't load repositories file ({path}): open {path}: {}",
                    system_words(&error)
                )));
            }
        };
        let config =
            yaml::read_map(&text, &Limits::default()).map_err(|error| Failure::plain(error.to_string()))?;
        let Some(govalue::Value::List(entries)) = config.get("repositories") else { return Ok(Vec::new()) };
        let field = |entry: &govalue::Map, name: &str| {
            entry.get(name).and_then(|value| value.as_str().map(ToString::to_string)).unwrap_or_default()
        };
        Ok(entries
            .iter()
            .filter_map(govalue::Value::as_map)
            .map(|entry| Repository { name: field(entry, "name"), url: field(entry, "url") })
            .collect())
    }

    /// Refuses what would have to be fetched, by name.
    fn refuse_remote(&mut self, dependencies: &Dependencies) -> Result<(), Failure> {
        for dependency in dependencies.iter().flatten() {
            let address = &dependency.repository;
            match dependency.source() {
                Source::Vendored | Source::Folder(_) => {}
                Source::Alias(_) | Source::Repository(_) if !is_fetched(address) => {
                    self.say("Getting updates for unmanaged Helm repositories...");
                    let scheme = Url::parse(address.as_bytes()).map(|url| url.scheme).unwrap_or_default();
                    return Err(Failure::plain(format!(
                        "could not find protocol handler for: {}",
                        String::from_utf8_lossy(&scheme)
                    )));
                }
                Source::Registry | Source::Alias(_) | Source::Repository(_) => {
                    return Err(not_yet(dependency));
                }
            }
        }
        Ok(())
    }

    /// The version that a repository has, by the index that was fetched last. Without one there is none.
    fn find_in_index(
        &self,
        dependency: &Dependency,
        repositories: &[Repository],
    ) -> Result<Option<String>, Failure> {
        let address = &dependency.repository;
        let name = match repositories.iter().find(|known| same(&known.url, address)) {
            Some(known) => known.name.clone(),
            None => format!("helm-manager-{}", sprig::crypto::sha256sum(address.as_bytes())),
        };
        let cache = self.context.environment.global(&self.context.parsed, "repository-cache");
        let index = paths::join(Path::new(&cache), &format!("{name}-index.yaml"));
        match std::fs::metadata(&index) {
            Ok(_) => Err(not_yet(dependency)),
            Err(error) => Err(Failure::plain(format!(
                "no cached repository for {name} found. (try 'helm repo update'): open {}: {}",
                index.display(),
                system_words(&error)
            ))),
        }
    }

    /// Packs and checks everything: the archives that belong into `charts/`, by name. Nothing is written yet.
    fn collect(&mut self, locked: &mut Dependencies) -> Result<Archives, Failure> {
        let folder = paths::join(&self.path, "charts");
        match std::fs::metadata(&folder) {
            Ok(status) if !status.is_dir() => {
                let shown = quote(folder.to_string_lossy().as_bytes());
                return Err(Failure::plain(format!("{shown} is not a directory")));
            }
            Ok(_) => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => {
                let shown = folder.display();
                return Err(Failure::plain(format!(
                    "unable to retrieve file info for '{shown}': stat {shown}: {}",
                    system_words(&error)
                )));
            }
        }
        self.say(&format!("Saving {} charts", locked.len()));
        let mut archives = Archives::new();
        for dependency in locked.iter_mut().flatten() {
            let saved = match dependency.source() {
                Source::Vendored => self.check_vendored(&folder, dependency)?,
                Source::Folder(path) => {
                    let path = path.to_owned();
                    self.pack(dependency, &path).map(|(version, name, archive)| {
                        dependency.version = version;
                        archives.insert(name, archive);
                    })
                }
                Source::Registry | Source::Alias(_) | Source::Repository(_) => Err(not_yet(dependency)),
            };
            if let Err(failure) = saved {
                self.say(&format!("Save error occurred:  {}", failure.message()));
                return Err(failure);
            }
        }
        Ok(archives)
    }

    /// Brings `charts/` in line with the lock: archives appear together with the new lock, and then those that
    /// nothing asks for go.
    fn save(
        &mut self,
        archives: &Archives,
        locked: &Dependencies,
        lock: Option<(&str, &[u8])>,
    ) -> Result<(), Failure> {
        let folder = paths::join(&self.path, "charts");
        self.ask_writing(&folder)?;
        let there = file_names(&folder);
        let mut batch = Batch::default();
        let failed = |error: crate::files::WriteError| Failure::plain(error.to_string());
        batch.folder(&folder).map_err(failed)?;
        for (name, archive) in archives {
            batch.replace(&paths::join(&folder, name), archive, SHARED).map_err(failed)?;
        }
        let mut linked = None;
        if let Some((name, text)) = lock {
            let path = paths::join(&self.path, name);
            match std::fs::read_link(&path) {
                Ok(target) => linked = Some((name, target)),
                Err(_) => batch.file(&path, text, OWN).map_err(failed)?,
            }
        }
        batch.commit().map_err(failed)?;
        self.say("Deleting outdated charts");
        let vendored: BTreeSet<&str> = locked
            .iter()
            .flatten()
            .filter(|dependency| dependency.source() == Source::Vendored)
            .map(|dependency| dependency.name.as_str())
            .collect();
        for name in there.iter().filter(|name| !archives.contains_key(*name)) {
            self.delete_outdated(&paths::join(&folder, name), &vendored);
        }
        match linked {
            // Helm sees it when everything else is done.
            Some((name, target)) => {
                let target = quote(target.to_string_lossy().as_bytes());
                Err(Failure::plain(format!("the {name} file is a symlink to {target}")))
            }
            None => Ok(()),
        }
    }

    /// Removes an archive that no dependency asks for. What is no chart stays.
    fn delete_outdated(&mut self, path: &Path, vendored: &BTreeSet<&str>) {
        let chart =
            if path.is_dir() { Err(Failure::plain("cannot load a directory")) } else { self.load_from(path) };
        match chart {
            Ok(chart) if vendored.contains(chart.name()) => {}
            Ok(_) => {
                if let Err(error) = std::fs::remove_file(path) {
                    let (path, words) = (path.display(), system_words(&error));
                    self.say(&format!("Could not delete {path}: remove {path}: {words} (Skipping)"));
                }
            }
            Err(failure) => {
                let path = path.display();
                let message = failure.message().to_owned();
                self.say(&format!("Could not verify {path} for deletion: {message} (Skipping)"));
            }
        }
    }

    /// Checks a chart that lies under `charts/`. The outer error ends the command without Helm's line about it.
    fn check_vendored(
        &mut self,
        folder: &Path,
        dependency: &Dependency,
    ) -> Result<Result<(), Failure>, Failure> {
        let name = &dependency.name;
        self.say(&format!(
            "Dependency {name} did not declare a repository. Assuming it exists in the charts directory"
        ));
        let path = paths::join(folder, name);
        let chart = self
            .load_folder(&path)
            .map_err(|failure| failure.within(&format!("unable to load chart '{}'", path.display())))?;
        check_range(dependency)?;
        let version = &chart.metadata.version;
        Ok(if chart::Versions::matches(&Semver, &dependency.version, version).unwrap_or(false) {
            Ok(())
        } else {
            Err(Failure::plain(format!(
                "dependency {name} at version {version} does not satisfy the constraint {}",
                dependency.version
            )))
        })
    }

    /// Packs a chart's folder: its version, the archive's name, and the archive.
    fn pack(&mut self, dependency: &Dependency, path: &str) -> Result<(String, String, Vec<u8>), Failure> {
        if self.context.environment.debug(&self.context.parsed) {
            self.say(&format!("Archiving {} from repo {}", dependency.name, dependency.repository));
        }
        let path = self.local_path(path)?;
        let mut chart = self.load_folder(&path)?;
        check_range(dependency)?;
        let version = chart.metadata.version.clone();
        if !chart::Versions::matches(&Semver, &dependency.version, &version).unwrap_or(false) {
            return Err(Failure::plain(format!(
                "can't get a valid version for dependency {}",
                dependency.name
            )));
        }
        let archive = package::archive(&mut chart, &Semver, self.stamp)
            .map_err(|error| Failure::plain(error.to_string()))?;
        Ok((version, package::file_name(&chart), archive))
    }
}

impl From<ResolveError> for Failure {
    fn from(error: ResolveError) -> Self {
        Self::plain(error.to_string())
    }
}

fn check_range(dependency: &Dependency) -> Result<(), Failure> {
    dependency.check_range(&Semver).map_err(|reason| {
        let name = &dependency.name;
        Failure::plain(format!("dependency {name} has an invalid version/constraint format: {reason}"))
    })
}

fn not_yet(dependency: &Dependency) -> Failure {
    Failure::plain(format!(
        "dependency {} is in {}: charts cannot be fetched in this version of Pintle yet",
        dependency.name, dependency.repository
    ))
}

/// Names in a folder that are no folders, sorted.
fn file_names(folder: &Path) -> BTreeSet<String> {
    let Ok(entries) = std::fs::read_dir(folder) else { return BTreeSet::new() };
    entries
        .flatten()
        .filter(|entry| entry.file_type().is_ok_and(|kind| !kind.is_dir()))
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect()
}

/// Checks that every repository of a lock is one the user added.
fn check_known(locked: &Dependencies, repositories: &[Repository]) -> Result<(), Failure> {
    let unknown = |dependency: &Dependency| match dependency.source() {
        Source::Vendored | Source::Folder(_) | Source::Registry => false,
        Source::Alias(_) | Source::Repository(_) => {
            let wanted = dependency.repository.strip_suffix('/').unwrap_or(&dependency.repository);
            !repositories.iter().any(|known| same(&known.url, wanted))
        }
    };
    let missing: Vec<&str> =
        locked.iter().flatten().filter(|d| unknown(d)).map(|d| d.repository.as_str()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(Failure::plain(format!(
        "no repository definition for {}. Please add the missing repos via 'helm repo add'",
        missing.join(", ")
    )))
}

/// Whether Go's `url.ParseRequestURI` takes it.
fn is_request_uri(address: &str) -> bool {
    Url::parse(address.as_bytes()).is_ok_and(|url| !url.scheme.is_empty() || address.starts_with('/'))
}

/// Whether an address is one that Helm itself can fetch from.
fn is_fetched(address: &str) -> bool {
    Url::parse(address.as_bytes()).is_ok_and(|url| matches!(&*url.scheme, b"http" | b"https" | b"oci"))
}

/// Whether two addresses are the same but for slashes and dots in their paths.
fn same(a: &str, b: &str) -> bool {
    let normal = |address: &str| {
        Url::parse(address.as_bytes()).map(|mut url| {
            url.path = if url.path.is_empty() { b"/".to_vec() } else { sprig::path::clean(&url.path) };
            url.raw_path.clear();
            url.to_bytes()
        })
    };
    match (normal(a), normal(b)) {
        (Ok(a), Ok(b)) => a == b,
        (Err(_), _) => paths::clean(a) == paths::clean(b),
        (Ok(_), Err(_)) => false,
    }
}

/// `SOURCE_DATE_EPOCH`: seconds since 1970 that stand in for every time.
pub(crate) fn source_date_epoch(context: &Context<'_>) -> Result<Option<i64>, Failure> {
    let Some(text) = context.environment.get("SOURCE_DATE_EPOCH") else { return Ok(None) };
    let seconds = crate::args::parse_int(text)
        .map_err(|reason| Failure::plain(format!("invalid SOURCE_DATE_EPOCH: {reason}")))?;
    if seconds < 0 {
        return Err(Failure::plain("invalid SOURCE_DATE_EPOCH: must not be negative"));
    }
    Ok(Some(seconds))
}

/// Helm reads the files of its TLS flags before it knows whether it will fetch anything.
pub(crate) fn check_client_files(parsed: &Parsed) -> Result<(), Failure> {
    let [certificate, key, authority] =
        ["cert-file", "key-file", "ca-file"].map(|flag| parsed.string(flag, ""));
    if (certificate.is_empty() || key.is_empty())
        && authority.is_empty()
        && !parsed.bool("insecure-skip-tls-verify")
    {
        return Ok(());
    }
    let unreadable = |words: &str, path: &str| {
        let error = std::fs::File::open(path).err()?;
        let shown = quote(path.as_bytes());
        Some(format!("{words}: {shown}: open {path}: {}", system_words(&error)))
    };
    let mut problems = Vec::new();
    if !certificate.is_empty() || !key.is_empty() {
        problems.extend(
            unreadable("unable to read cert file", &certificate)
                .or_else(|| unreadable("unable to read key file", &key)),
        );
    }
    if !authority.is_empty() {
        problems.extend(unreadable("can't read CA file", &authority));
    }
    if problems.is_empty() {
        return Ok(());
    }
    Err(Failure::plain(format!(
        "missing registry client: can't create TLS config for client: {}",
        problems.join("\n")
    )))
}
