//! Plugins that are fetched: archives behind URLs, and repositories.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use artifact::http::{GetOptions, Tls};
use plugin::archive::Layout;
use plugin::lock::{Entry, Signer};
use plugin::store::{About, Change};

use super::install::{self, Fetched, Place, announce, install_archive};
use super::source::stripped;
use crate::commands::Context;
use crate::fetch::{self, FetchError};
use crate::limits::limits;
use crate::paths;
use crate::plugins::git::{self, Checkout};
use crate::plugins::source::{Source, SourceError, cache_key};
use crate::prepare::{read_limited, system_words};
use crate::report::Failure;

/// Bytes and files of a repository with its history.
const MOST_BYTES: u64 = 1 << 30;
const MOST_FILES: usize = 200_000;
/// Folders in folders.
const MOST_DEPTH: usize = 64;

/// Installs what is not on this machine. `root` is where Helm has plugins from archives.
///
/// # Errors
/// In Helm's words.
pub(super) fn install(context: &mut Context<'_>, root: &Path, given: &str) -> Result<Entry, Failure> {
    let limits = limits(context)?;
    let client = fetch::client(context.environment, tls(context)?, limits.archive);
    let unknown = |error: &SourceError| {
        let quoted = govalue::print::quote(given.as_bytes());
        Failure::plain(format!(
            "cannot get information about plugin source {quoted} (if it's a local directory, does it exist?), last \
             error was: {error}"
        ))
    };
    let remote = match Source::of(given, &client).map_err(|error| unknown(&error))? {
        Source::Archive(url) => {
            announce(context);
            let file = paths::base(&url);
            let name = stripped(&file);
            let place = Place::new(root, &name)?;
            context.progress.says("fetching", &url);
            let plain = GetOptions::default();
            let bytes = fetch::get(&client, &url, &plain, ("archive.bytes", limits.archive));
            let bytes = bytes.map_err(|error| match error {
                FetchError::Limit(limit) => Failure::of(&limit),
                error if install::verifies(context) => Failure::plain(error.to_string())
                    .within("failed to get verification data: failed to download plugin"),
                error => Failure::plain(error.to_string()),
            })?;
            // Helm: whatever keeps it from being fetched, there is none; nor is an empty one any.
            let most = ("provenance.file", limits.provenance.provenance);
            let provenance = fetch::get(&client, &format!("{url}.prov"), &plain, most).ok();
            let provenance = provenance.filter(|bytes| !bytes.is_empty());
            let fetched = Fetched { file, bytes, provenance, layout: Layout::Anywhere };
            return install_archive(context, given, &place, fetched);
        }
        Source::Git(remote) => remote,
        Source::Registry(reference) => {
            return Err(Failure::plain(format!(
                "{reference}: plugins cannot be fetched from registries in this version of Pintle yet"
            )));
        }
        Source::Here(_) => return Err(unknown(&SourceError::Unknown)),
    };
    if !git::is_installed() {
        return Err(unknown(&SourceError::NotInstalled("git")));
    }
    if install::verifies(context) {
        return Err(Failure::plain(
            "plugin source does not support verification. Use --verify=false to skip verification",
        ));
    }
    // Helm: plugins of repositories lie where its variable says.
    let root = PathBuf::from(context.environment.plugins());
    announce(context);
    let place = Place::new(&root, &paths::base(given))?;
    let key = cache_key(given).map_err(|error| unknown(&error))?;
    let cached = context.environment.cache_home().join("plugins").join(key);
    context.progress.says("fetching", given);
    let version = context.parsed.string("version", "");
    Checkout::fetch(&remote, &cached, &version).map_err(|error| Failure::plain(error.to_string()))?;
    if !cached.join(plugin::manifest::FILE).exists() {
        return Err(Failure::plain("plugin metadata (plugin.yaml) missing"));
    }
    let store = install::store(context);
    let change = place.begin(&store)?;
    copy(&cached, &change)?;
    let about = About {
        source: given.to_owned(),
        installed: install::now(),
        signer: Signer::Unsigned { accepted: "--verify=false".to_owned() },
        granted: Vec::new(),
    };
    install::put(context, change, &place, about)
}

/// Whom to trust, as the flags say.
fn tls(context: &Context<'_>) -> Result<Tls, Failure> {
    let file = |flag: &str| match context.parsed.get(flag).filter(|path| !path.is_empty()) {
        None => Ok(None),
        Some(path) => read_limited(Path::new(path), "provenance.keyring", 1 << 20)
            .map(Some)
            .map_err(|error| Failure::of(&*error)),
    };
    Ok(Tls {
        authorities: file("ca-file")?,
        identity: file("cert-file")?.zip(file("key-file")?),
        trust_everybody: context.parsed.bool("insecure-skip-tls-verify"),
    })
}

/// Copies a checkout, history and all, to where a plugin is prepared.
///
/// # Errors
/// For what cannot be read, links that lead out, and too much of it.
pub(super) fn copy(checkout: &Path, change: &Change<'_, '_>) -> Result<(), Failure> {
    let failed = |path: &Path, error: &std::io::Error| {
        Failure::plain(format!("open {}: {}", path.display(), system_words(error)))
    };
    let refused = |path: &Path, why: &str| Failure::plain(format!("{}: {why}", path.display()));
    let root = fs::canonicalize(checkout).map_err(|error| failed(checkout, &error))?;
    let stored = |error: plugin::store::StoreError| install::failed(&error);
    change.folder("").map_err(stored)?;
    let (mut left, mut files) = (MOST_BYTES, 0);
    let mut waiting = vec![(root.clone(), String::new(), 0)];
    while let Some((folder, name, depth)) = waiting.pop() {
        let listed = fs::read_dir(&folder).map_err(|error| failed(&folder, &error))?;
        for entry in listed {
            let entry = entry.map_err(|error| failed(&folder, &error))?;
            let path = entry.path();
            let own = entry.file_name();
            let Some(own) = own.to_str() else { return Err(refused(&path, "its name is not UTF-8")) };
            let name = if name.is_empty() { own.to_owned() } else { format!("{name}/{own}") };
            files += 1;
            if files > MOST_FILES || depth > MOST_DEPTH {
                return Err(refused(&root, "the repository has too many files"));
            }
            let real = fs::canonicalize(&path).map_err(|error| failed(&path, &error))?;
            if !real.starts_with(&root) {
                return Err(refused(&path, "the link leads out of the plugin"));
            }
            let status = fs::symlink_metadata(&path).map_err(|error| failed(&path, &error))?;
            if status.is_dir() {
                change.folder(&name).map_err(stored)?;
                waiting.push((path, name, depth + 1));
                continue;
            }
            let status = fs::metadata(&real).map_err(|error| failed(&path, &error))?;
            if !status.is_file() {
                return Err(refused(&path, "neither a file nor a folder"));
            }
            let mut bytes = Vec::new();
            let opened = fs::File::open(&real).map_err(|error| failed(&path, &error))?;
            opened.take(left + 1).read_to_end(&mut bytes).map_err(|error| failed(&path, &error))?;
            left = left
                .checked_sub(bytes.len() as u64)
                .ok_or_else(|| refused(&root, "the repository is too large"))?;
            change.file(&name, &bytes, rights(&status)).map_err(stored)?;
        }
    }
    Ok(())
}

#[cfg(unix)]
fn rights(status: &fs::Metadata) -> u32 {
    // Its owner may write: git keeps what it has written read-only, and replaces it.
    std::os::unix::fs::PermissionsExt::mode(&status.permissions()) & 0o777 | 0o200
}

#[cfg(not(unix))]
fn rights(_: &fs::Metadata) -> u32 {
    0o644
}
