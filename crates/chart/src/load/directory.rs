//! A directory → [`Chart`]. Nothing else in this crate reads the file system.

#![expect(clippy::disallowed_methods, reason = "the one place of this crate that reads files")]

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs::{self, FileType, Metadata as Status};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::SystemTime;

use super::assemble::{assemble, check_version};
use super::ignore::Rules;
use super::reader::{self, Contents, Reader, Refusal, Shared};
use super::{Context, Entry, Folder, LoadError};
use crate::chart::{Chart, File};
use crate::go::{self, io_error, path_error};
use crate::notice::{Level, Notice};

/// How deep directories may lie; the system's limit on paths is near.
const MAX_DEPTH: usize = 512;

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

/// A file that is part of the chart.
struct Found {
    /// Its path inside the chart.
    inner: String,
    path: PathBuf,
    /// Where it ends, when it is a link.
    target: Option<PathBuf>,
    /// How many notices there were before it.
    notices: usize,
}

struct Walk<'c, 'a> {
    root: PathBuf,
    /// The root without links in it.
    inside: PathBuf,
    rules: Rules,
    /// Links that were asked about already.
    allowed: BTreeSet<PathBuf>,
    /// Files that were found, in order.
    found: Vec<Found>,
    entries: usize,
    context: &'c mut Context<'a>,
}

impl Found {
    /// What is read for it.
    fn path(&self) -> &Path {
        self.target.as_deref().unwrap_or(&self.path)
    }
}

impl<'c, 'a> Walk<'c, 'a> {
    fn new(dir: &Path, context: &'c mut Context<'a>) -> Result<Self, LoadError> {
        let root = absolute(dir)?;
        Ok(Self {
            inside: fs::canonicalize(&root).unwrap_or_else(|_| root.clone()),
            root,
            rules: Rules::default(),
            allowed: BTreeSet::new(),
            found: Vec::new(),
            entries: 0,
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
        let root = self.root.clone();
        let total = self.context.limits.total;
        let shared = Shared::new(self.context);
        let (walked, mut contents) = std::thread::scope(|scope| {
            let mut reader = Reader::new(scope, &shared, self.context.threads);
            let walked = self.list(&root, "", 0, &mut reader);
            (walked, reader.finish())
        });
        if contents.iter().any(|reading| matches!(reading, Err(Refusal::Over))) {
            // Which one was too much is told by their order.
            let left = AtomicU64::new(total);
            contents = Vec::new();
            for found in &self.found {
                contents.push(shared.look(found.path(), &found.inner, &left));
                if contents.last().is_some_and(Result::is_err) {
                    break;
                }
            }
        }
        let mut files = Vec::with_capacity(contents.len());
        for (found, reading) in std::mem::take(&mut self.found).into_iter().zip(contents) {
            match reading {
                Ok(Contents { data, status, unpacked }) => {
                    if let Some(unpacked) = unpacked {
                        self.context.early.push((Arc::clone(data.shared()), unpacked));
                    }
                    let modified = status.modified().ok().and_then(seconds);
                    files.push(File::new(found.inner, data).changed_at(modified));
                }
                Err(refusal) => {
                    self.context.notices.truncate(found.notices);
                    return Err(self.refused(found.path(), &found.inner, refusal));
                }
            }
        }
        walked.map(|()| files)
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

    /// Visits what a directory holds, by name.
    fn list(
        &mut self,
        dir: &Path,
        prefix: &str,
        depth: usize,
        reader: &mut Reader<'_, '_>,
    ) -> Result<(), LoadError> {
        if depth > MAX_DEPTH {
            return Err(LoadError::Io(format!("open {}: file name too long", dir.display())));
        }
        let unreadable = |e: std::io::Error| LoadError::Io(path_error("open", dir, &e));
        let mut names: Vec<(OsString, FileType)> = fs::read_dir(dir)
            .map_err(unreadable)?
            .map(|entry| entry.and_then(|entry| Ok((entry.file_name(), entry.file_type()?))))
            .collect::<Result<_, _>>()
            .map_err(unreadable)?;
        names.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        for (name, kind) in names {
            self.entries += 1;
            let most = self.context.limits.files;
            if self.entries > most {
                return Err(LoadError::TooManyFiles(most));
            }
            let path = dir.join(&name);
            let inner = match prefix {
                "" => name.to_string_lossy().into_owned(),
                prefix => format!("{prefix}/{}", name.to_string_lossy()),
            };
            if kind.is_symlink() {
                self.link(path, inner, depth, reader)?;
            } else {
                self.visit(path, inner, kind, None, depth, reader)?;
            }
        }
        Ok(())
    }

    fn link(
        &mut self,
        path: PathBuf,
        inner: String,
        depth: usize,
        reader: &mut Reader<'_, '_>,
    ) -> Result<(), LoadError> {
        let target = follow(&path)
            .map_err(|e| LoadError::Link { path: path.clone(), reason: link_reason(&path, &e) })?;
        self.context.notices.push(
            Notice::new(
                Level::Info,
                "found symbolic link in path. Contents of linked file included and used",
            )
            .with("path", path.display().to_string())
            .with("resolved", target.display().to_string()),
        );
        let kind = lstat(&target)?.file_type();
        self.visit(path, inner, kind, Some(target), depth, reader)
    }

    /// Takes a file or walks a directory, unless it is ignored. `target` is set for what a link leads to.
    fn visit(
        &mut self,
        path: PathBuf,
        inner: String,
        kind: FileType,
        target: Option<PathBuf>,
        depth: usize,
        reader: &mut Reader<'_, '_>,
    ) -> Result<(), LoadError> {
        if self.rules.ignores(&inner, kind.is_dir()) {
            return Ok(());
        }
        if let Some(target) = &target {
            self.ask_link(&path, target)?;
        }
        if kind.is_dir() {
            return self.list(&path, &inner, depth + 1, reader);
        }
        if !kind.is_file() {
            return Err(LoadError::Irregular(path));
        }
        let found = Found { inner, path, target, notices: self.context.notices.len() };
        reader.add(found.path().to_owned(), &found.inner);
        self.found.push(found);
        Ok(())
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
