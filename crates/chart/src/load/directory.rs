//! A directory → [`Chart`]. Nothing else in this crate reads the file system.

#![expect(clippy::disallowed_methods, reason = "the one place of this crate that reads files")]

use std::collections::BTreeSet;
use std::fs::{self, Metadata as Status};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::SystemTime;

use super::assemble::{assemble, check_version};
use super::ignore::Rules;
use super::listing::{Failure, Finder, Item, Listing, Listings};
use super::opened::At;
use super::reader::{self, Contents, Reading, Refusal, Scratch, Shared};
use super::{Context, Entry, Folder, LoadError};
use crate::chart::{Chart, File};
use crate::go::{self, io_error, path_error};
use crate::notice::{Level, Notice};

/// Loads the chart in a directory: every file that `.helmignore` does not exclude, in lexical order.
///
/// Symbolic links are followed, with a notice each; [`Outside`](super::Outside) is asked before one that
/// leads out of the directory.
///
/// # Errors
/// With Helm's words for what is missing, unreadable, too large or wrong.
pub fn directory(dir: &Path, context: &mut Context<'_>) -> Result<Chart, LoadError> {
    let mut walk = Walk::new(dir, context)?;
    walk.detect()?;
    walk.load()
}

/// Looks at a directory as `helm lint` does: at some of its files by themselves, and at the chart they make
/// together. The chart is loaded without a look at its `apiVersion` first.
///
/// # Errors
/// Only when the directory's own path cannot be found out; all else is told in the [`Folder`].
pub fn folder(dir: &Path, context: &mut Context<'_>) -> Result<Folder, LoadError> {
    let mut walk = Walk::new(dir, context)?;
    let path = walk.root.clone();
    let chart_file = walk.entry("Chart.yaml");
    let values = walk.entry("values.yaml");
    let schema = walk.entry("values.schema.json");
    let templates = walk.kind("templates");
    let crds = walk.kind("crds");
    let before = std::mem::take(&mut walk.context.notices);
    let chart = walk.load();
    let notices = std::mem::replace(&mut context.notices, before);
    Ok(Folder { path, chart_file, values, schema, templates, crds, chart, notices })
}

/// Reads a file that is needed before the walk: no pipe that never ends, and no more than a chart may have.
fn read_special(path: &Path, limit: u64) -> Result<std::io::Result<Vec<u8>>, LoadError> {
    if fs::metadata(path).is_ok_and(|status| !status.is_file() && !status.is_dir()) {
        return Err(LoadError::Irregular(path.to_owned()));
    }
    let mut data = Vec::new();
    let read = fs::File::open(path).and_then(|file| file.take(limit + 1).read_to_end(&mut data));
    if data.len() as u64 > limit {
        let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        return Err(LoadError::TooLarge { file, limit });
    }
    Ok(read.map(|_| data))
}

/// `filepath.Abs`: relative to the working directory, and without dots.
fn absolute(dir: &Path) -> Result<PathBuf, LoadError> {
    let path = std::path::absolute(dir).map_err(|e| LoadError::Io(io_error(&e)))?;
    Ok(match path.to_str() {
        Some(text) if !cfg!(windows) => PathBuf::from(go::clean(text)),
        _ => path,
    })
}

/// What Go was doing when a file could not be read.
fn read_operation(error: &std::io::Error) -> &'static str {
    if error.kind() == std::io::ErrorKind::IsADirectory { "read" } else { "open" }
}

struct Walk<'c, 'a> {
    root: PathBuf,
    /// The root without links in it.
    inside: PathBuf,
    rules: Rules,
    /// Links that were asked about already.
    allowed: BTreeSet<PathBuf>,
    /// Files that were found, in order.
    files: Vec<File>,
    entries: usize,
    /// How many bytes more there may be.
    left: u64,
    context: &'c mut Context<'a>,
}

impl<'c, 'a> Walk<'c, 'a> {
    fn new(dir: &Path, context: &'c mut Context<'a>) -> Result<Self, LoadError> {
        let root = absolute(dir)?;
        Ok(Self {
            inside: fs::canonicalize(&root).unwrap_or_else(|_| root.clone()),
            root,
            rules: Rules::default(),
            allowed: BTreeSet::new(),
            files: Vec::new(),
            entries: 0,
            left: context.limits.total,
            context,
        })
    }

    /// Chooses the loader by Chart.yaml, if the context wants one chosen.
    fn detect(&mut self) -> Result<(), LoadError> {
        let path = self.root.join("Chart.yaml");
        self.ask(&path)?;
        if !self.context.detect {
            return Ok(());
        }
        match read_special(&path, self.context.limits.total)? {
            Ok(contents) => check_version(&contents, &self.context.yaml),
            Err(error) => {
                let reason = path_error(read_operation(&error), &path, &error);
                Err(LoadError::Detect { path, reason })
            }
        }
    }

    fn load(mut self) -> Result<Chart, LoadError> {
        let ignore_file = self.root.join(".helmignore");
        if fs::metadata(&ignore_file).is_ok() {
            self.ask(&ignore_file)?;
            let text = read_special(&ignore_file, self.context.limits.total)?
                .map_err(|e| LoadError::Io(path_error(read_operation(&e), &ignore_file, &e)))?;
            self.rules = Rules::parse(&text)?;
        }
        self.rules = std::mem::take(&mut self.rules).with_defaults();
        let files = self.files()?;
        assemble(files, self.context, 0)
    }

    /// Every file that is part of the chart.
    fn files(&mut self) -> Result<Vec<File>, LoadError> {
        let rules = std::mem::take(&mut self.rules);
        let shared = Shared::new(self.context);
        let finder = Finder::new(&shared, &rules, self.context.threads, self.context.limits.files);
        let mut listings = finder.all(&self.root);
        if let Some(listing) = listings.take(0) {
            Pass { walk: self, rules: &rules, shared: &shared, finder: &finder, listings }.go(listing, 0)?;
        }
        self.context.known = shared.into_ahead().into_values();
        Ok(std::mem::take(&mut self.files))
    }

    fn refused(&self, path: &Path, inner: &str, refusal: Refusal) -> LoadError {
        match refusal {
            Refusal::Over => LoadError::TooLarge { file: inner.to_owned(), limit: self.context.limits.total },
            Refusal::System(operation, error) => {
                LoadError::Read { file: inner.to_owned(), reason: path_error(operation, path, &error) }
            }
        }
    }

    /// One file by itself, whatever `.helmignore` says about it.
    fn entry(&mut self, name: &str) -> Entry {
        let path = self.root.join(name);
        if let Err(error) = self.ask(&path) {
            return Entry::Unreadable(error.to_string());
        }
        match fs::metadata(&path) {
            Err(_) => Entry::Missing,
            Ok(status) if status.is_dir() => {
                Entry::Directory(format!("read {}: is a directory", path.display()))
            }
            Ok(status) if !status.is_file() => Entry::Unreadable(LoadError::Irregular(path).to_string()),
            Ok(_) => match reader::read(&path, &AtomicU64::new(self.context.limits.total)) {
                Ok((data, _)) => Entry::File(data),
                Err(refusal) => match self.refused(&path, name, refusal) {
                    LoadError::Read { reason, .. } => Entry::Unreadable(reason),
                    error => Entry::Unreadable(error.to_string()),
                },
            },
        }
    }

    /// What stands under a name, without a look into it.
    fn kind(&mut self, name: &str) -> Entry {
        let path = self.root.join(name);
        match fs::metadata(&path) {
            Ok(status) if status.is_dir() => Entry::Directory(String::new()),
            Ok(_) => Entry::File(Arc::from([])),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Entry::Missing,
            Err(error) => Entry::Unreadable(path_error("stat", &path, &error)),
        }
    }

    /// Asks about a file that is read before the walk, when it is a link.
    fn ask(&mut self, path: &Path) -> Result<(), LoadError> {
        match (fs::symlink_metadata(path), fs::canonicalize(path)) {
            (Ok(status), Ok(target)) if status.is_symlink() => self.ask_link(path, &target),
            _ => Ok(()),
        }
    }

    fn ask_link(&mut self, path: &Path, target: &Path) -> Result<(), LoadError> {
        if target.starts_with(&self.inside) || self.allowed.contains(path) {
            return Ok(());
        }
        let link = path.strip_prefix(&self.root).unwrap_or(path);
        self.context.outside.may_read(link, target).map_err(LoadError::Outside)?;
        self.allowed.insert(path.to_owned());
        Ok(())
    }
}

/// Goes through what was found, in order: what counts is the first that is wrong.
struct Pass<'p, 'c, 'a> {
    walk: &'p mut Walk<'c, 'a>,
    rules: &'p Rules,
    shared: &'p Shared<'a>,
    finder: &'p Finder<'p, 'a>,
    listings: Listings,
}

impl Pass<'_, '_, '_> {
    fn go(&mut self, listing: Listing, depth: usize) -> Result<(), LoadError> {
        let Listing { dir, items, failed } = listing;
        match failed {
            None => {}
            Some(Failure::TooDeep) => {
                return Err(LoadError::Io(format!("open {}: file name too long", dir.display())));
            }
            Some(Failure::System(error)) => return Err(LoadError::Io(path_error("open", &dir, &error))),
        }
        for item in items {
            if let Item::More(number) = item {
                if let Some(listing) = self.listings.take(number) {
                    self.go(listing, depth)?;
                }
                continue;
            }
            self.walk.entries += 1;
            let most = self.walk.context.limits.files;
            if self.walk.entries > most {
                return Err(LoadError::TooManyFiles(most));
            }
            match item {
                Item::Ignored | Item::More(_) => {}
                Item::File(named, reading) => self.take(named.inner, &|| dir.join(&named.name), reading)?,
                Item::Unread(named) => self.read(named.inner, &dir.join(&named.name))?,
                Item::Directory(number, named) => {
                    let found = self.listings.take(number);
                    self.directory(found, &dir.join(&named.name), &named.inner, depth)?;
                }
                Item::Link(named) => self.link(dir.join(&named.name), named.inner, depth)?,
                Item::Irregular(named) => return Err(LoadError::Irregular(dir.join(&named.name))),
            }
        }
        Ok(())
    }

    /// Takes what a directory holds: what was found there, or what is found now.
    fn directory(
        &mut self,
        found: Option<Listing>,
        path: &Path,
        inner: &Arc<str>,
        depth: usize,
    ) -> Result<(), LoadError> {
        let listing = found.unwrap_or_else(|| self.finder.one(path, inner, depth + 1));
        self.go(listing, depth + 1)
    }

    fn link(&mut self, path: PathBuf, inner: Arc<str>, depth: usize) -> Result<(), LoadError> {
        let target = follow(&path)
            .map_err(|e| LoadError::Link { path: path.clone(), reason: link_reason(&path, &e) })?;
        self.walk.context.notices.push(
            Notice::new(
                Level::Info,
                "found symbolic link in path. Contents of linked file included and used",
            )
            .with("path", path.display().to_string())
            .with("resolved", target.display().to_string()),
        );
        let kind = lstat(&target)?.file_type();
        if self.rules.ignores(&inner, kind.is_dir()) {
            return Ok(());
        }
        self.walk.ask_link(&path, &target)?;
        if kind.is_dir() {
            return self.directory(None, &path, &inner, depth);
        }
        if !kind.is_file() {
            return Err(LoadError::Irregular(path));
        }
        self.read(inner, &target)
    }

    /// Reads a file when its turn comes.
    fn read(&mut self, inner: Arc<str>, path: &Path) -> Result<(), LoadError> {
        let reading = self.shared.read(At::Path(path), &inner, &mut Scratch::default());
        self.take(inner, &|| path.to_owned(), reading)
    }

    /// Takes a file that was read.
    fn take(
        &mut self,
        inner: Arc<str>,
        path: &dyn Fn() -> PathBuf,
        mut reading: Reading,
    ) -> Result<(), LoadError> {
        let is_too_much = |left: u64, reading: &Reading| match reading {
            Ok(contents) => contents.counted > left,
            Err(refusal) => matches!(refusal, Refusal::Over),
        };
        if is_too_much(self.walk.left, &reading) {
            // Files behind it may have been counted before it.
            reading = self.shared.look(&path(), &inner, self.walk.left);
        }
        match reading {
            Ok(Contents { data, counted, modified, unpacked }) => {
                self.walk.left = self.walk.left.saturating_sub(counted);
                if let Some(unpacked) = unpacked {
                    self.walk.context.early.push((Arc::clone(data.shared()), unpacked));
                }
                self.walk.files.push(File::new(inner, data).changed_at(modified.and_then(seconds)));
                Ok(())
            }
            Err(refusal) => Err(self.walk.refused(&path(), &inner, refusal)),
        }
    }
}

/// Seconds since 1970 to the nearest, as archives keep them.
fn seconds(time: SystemTime) -> Option<i64> {
    const HALF: u32 = 500_000_000;
    match time.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(after) => {
            i64::try_from(after.as_secs()).ok()?.checked_add(i64::from(after.subsec_nanos() >= HALF))
        }
        Err(before) => {
            let before = before.duration();
            let whole = i64::try_from(before.as_secs()).ok()?;
            Some(-whole - i64::from(before.subsec_nanos() > HALF))
        }
    }
}

fn lstat(path: &Path) -> Result<Status, LoadError> {
    fs::symlink_metadata(path).map_err(|e| LoadError::Io(path_error("lstat", path, &e)))
}

/// The system's word for a path with too many links in it, here and on its relatives.
const TOO_MANY_LINKS: i32 = 40;

/// Where a link leads. The system counts the links in the whole path; Go only those of each step, so what
/// lies behind many links is found from the directory it is in.
fn follow(path: &Path) -> std::io::Result<PathBuf> {
    match (fs::canonicalize(path), path.parent(), path.file_name()) {
        (Err(error), Some(parent), Some(name)) if error.raw_os_error() == Some(TOO_MANY_LINKS) => {
            fs::canonicalize(fs::canonicalize(parent)?.join(name))
        }
        (result, ..) => result,
    }
}

/// Go walks a link by hand and names the element that stopped it.
fn link_reason(path: &Path, error: &std::io::Error) -> String {
    if error.raw_os_error() == Some(TOO_MANY_LINKS) {
        return "EvalSymlinks: too many links".to_owned();
    }
    let target = fs::read_link(path).unwrap_or_default();
    let target = path.parent().unwrap_or(path).join(target);
    let target = target.to_str().map_or_else(|| target.clone(), |text| PathBuf::from(go::clean(text)));
    let ancestors: Vec<&Path> = target.ancestors().collect();
    let missing = ancestors.into_iter().rev().find(|ancestor| fs::symlink_metadata(ancestor).is_err());
    path_error("lstat", missing.unwrap_or(&target), error)
}
