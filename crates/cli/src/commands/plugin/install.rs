//! `plugin install`: a folder is linked, an archive is verified and unpacked, and what it asks for is asked.

use std::path::{Path, PathBuf};

use plugin::archive::{self, ArchiveError, ArchiveLimits, Layout};
use plugin::lock::{Entry, Signer};
use plugin::pin;
use plugin::store::{About, Change, NoFaults, Store, StoreError};
use plugin::{LoadError, Plugin, subprocess};

use super::source::{self, Given};
use super::{consent, elsewhere, hooks};
use crate::commands::Context;
use crate::limits::limits;
use crate::paths;
use crate::plugins::Plugins;
use crate::prepare::system_words;
use crate::provenance::read;
use crate::report::Failure;
use crate::{log, provenance};

/// `plugin install`.
pub(in crate::commands) fn install(context: &mut Context<'_>) -> Result<(), Failure> {
    let given = context.parsed.args.first().cloned().unwrap_or_default();
    let root = context.environment.data_home().join("plugins");
    let installed = match Given::of(context, &given)? {
        Given::Folder(folder) => link(context, &root, &given, &folder)?,
        Given::Archive(path) => from_file(context, &root, &given, &path)?,
        Given::Elsewhere => elsewhere::install(context, &root, &given)?,
    };
    context.output.out(&format!("Installed plugin: {}\n", installed.name));
    Ok(())
}

/// Links a folder of the user's. Naming it is accepting it: nobody could have signed it.
fn link(context: &mut Context<'_>, root: &Path, given: &str, folder: &Path) -> Result<Entry, Failure> {
    context.output.out("Installing plugin from local directory (development mode)\n");
    let name = paths::base(&folder.to_string_lossy());
    let place = Place::new(root, &name)?;
    if !folder.is_dir() {
        return Err(Failure::plain("expected plugin to be a directory (containing a file 'plugin.yaml')"));
    }
    if !folder.join(plugin::manifest::FILE).exists() {
        return Err(Failure::plain("plugin metadata (plugin.yaml) missing"));
    }
    let store = store(context);
    let mut change = place.begin(&store)?;
    change.link(folder).map_err(|error| failed(&error))?;
    let about = About {
        source: given.to_owned(),
        installed: now(),
        signer: Signer::Unsigned { accepted: "a folder of the user's own".to_owned() },
        granted: Vec::new(),
    };
    put(context, change, &place, about)
}

/// Reads an archive of this machine and what vouches for it.
fn from_file(context: &mut Context<'_>, root: &Path, given: &str, path: &Path) -> Result<Entry, Failure> {
    let limits = limits(context)?;
    let most = (limits.archive, limits.provenance.provenance);
    let verifies = verifies(context);
    let beside = PathBuf::from(format!("{}.prov", path.display()));
    // What is said stands before what is done.
    let doing = if verifies {
        "failed to get verification data: failed to read plugin file"
    } else {
        "failed to read archive"
    };
    announce(context);
    let name = source::stripped(given);
    let place = Place::new(root, &name)?;
    let bytes = read(path, "archive.bytes", most.0).map_err(|failure| failure.within(doing))?;
    let provenance = match std::fs::symlink_metadata(&beside) {
        Ok(_) => Some(read(&beside, "provenance.file", most.1).map_err(|failure| {
            failure.within("failed to get verification data: failed to read provenance file")
        })?),
        Err(_) => None,
    };
    let fetched = Fetched { file: paths::base(given), bytes, provenance, layout: Layout::Folder(&name) };
    install_archive(context, given, &place, fetched)
}

/// Says whether signatures are looked at. Helm says so before it looks whether the plugin is there already.
pub(super) fn announce(context: &mut Context<'_>) {
    let line = if verifies(context) {
        "Verifying plugin signature...\n"
    } else {
        "WARNING: Skipping plugin signature verification\n"
    };
    context.output.out(line);
}

/// Whether signatures are looked at: unless somebody says that they are not.
pub(super) fn verifies(context: &Context<'_>) -> bool {
    !context.parsed.changed("verify") || context.parsed.bool("verify")
}

/// Helm makes the folder of plugins before it looks at anything.
fn make(root: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(root)
        .map_err(|error| Failure::plain(format!("mkdir {}: {}", root.display(), system_words(&error))))
}

/// An archive whose bytes are here.
pub(super) struct Fetched<'a> {
    /// The name of its file, by which provenance knows it.
    pub(super) file: String,
    /// Its bytes.
    pub(super) bytes: Vec<u8>,
    /// What vouches for it.
    pub(super) provenance: Option<Vec<u8>>,
    /// Where in it the plugin lies.
    pub(super) layout: Layout<'a>,
}

/// Verifies an archive where that is asked for, and installs the plugin in it.
///
/// # Errors
/// In Helm's words.
pub(super) fn install_archive(
    context: &mut Context<'_>,
    given: &str,
    place: &Place,
    fetched: Fetched<'_>,
) -> Result<Entry, Failure> {
    let Fetched { file, bytes, provenance, layout } = fetched;
    let signer = if verifies(context) {
        let refused = |failure: Failure| failure.within("plugin verification failed");
        let Some(signed) = &provenance else {
            return Err(refused(Failure::plain("no provenance file (.prov) found")).with_hint(
                "fetch the .prov file that belongs to the archive, or accept it unverified with --verify=false"
                    .to_owned(),
            ));
        };
        let verification = provenance::verify_bytes(context, &file, &bytes, signed).map_err(refused)?;
        context.output.out(&provenance::told(&verification, "Plugin"));
        Signer::Signed { fingerprint: verification.fingerprint, identities: verification.identities }
    } else {
        Signer::Unsigned { accepted: "--verify=false".to_owned() }
    };
    let limits = ArchiveLimits::default();
    let named = archive::manifest(&bytes, &limits)
        .map_err(|error| unpacked(&error).within("failed to extract plugin metadata from tarball"))?;
    let store = store(context);
    let mut change = place.begin(&store)?;
    // Helm: the archive is kept under the name that its own plugin.yaml says, for `plugin list`.
    let kept = format!("{}-{}.tgz", named.name, named.version);
    change.beside(&kept, &bytes).map_err(|error| failed(&error))?;
    if let Some(signed) = &provenance {
        change.beside(&format!("{kept}.prov"), signed).map_err(|error| failed(&error))?;
    }
    archive::unpack(&bytes, &change, layout, &limits).map_err(|error| match error {
        ArchiveError::Elsewhere => Failure::plain(missing(layout)),
        other => unpacked(&other).within(match layout {
            Layout::Folder(_) => "failed to extract archive",
            Layout::Anywhere => "extracting files from archive",
        }),
    })?;
    let about = About { source: given.to_owned(), installed: now(), signer, granted: Vec::new() };
    put(context, change, place, about)
}

/// Helm names the temporary folder that it unpacked into; here nothing was unpacked yet.
fn missing(layout: Layout<'_>) -> String {
    match layout {
        Layout::Folder(name) => {
            format!(
                "plugin.yaml not found in expected directory {name}: stat {name}/plugin.yaml: no such file or directory"
            )
        }
        Layout::Anywhere => "plugin.yaml not found in the archive or its immediate subdirectories".to_owned(),
    }
}

/// Where a plugin will lie, as Helm writes it.
pub(super) struct Place {
    root: PathBuf,
    name: String,
    /// Folder of plugins and name, as the user's variables say them.
    shown: PathBuf,
}

impl Place {
    /// A place that is free.
    ///
    /// # Errors
    /// When there is a plugin, or the folder of plugins cannot be made.
    pub(super) fn new(root: &Path, name: &str) -> Result<Self, Failure> {
        make(root)?;
        let place = Self { root: root.to_owned(), name: name.to_owned(), shown: paths::join(root, name) };
        if place.shown.exists() { Err(place.taken()) } else { Ok(place) }
    }

    fn taken(&self) -> Failure {
        let shown = self.shown.to_string_lossy();
        let line = log::line("WARN", "plugin already exists", &[("path", &shown), ("error", "<nil>")]);
        Failure::plain("plugin already exists").logged(line)
    }

    /// Begins to install there.
    ///
    /// # Errors
    /// When somebody was faster, or the system refuses.
    pub(super) fn begin<'s, 'f>(&self, store: &'s Store<'f>) -> Result<Change<'s, 'f>, Failure> {
        store.begin(&self.root, &self.name, false).map_err(|error| match error {
            StoreError::Exists { .. } => self.taken(),
            other => failed(&other),
        })
    }
}

/// Where plugins.lock and changes of plugins are.
pub(super) fn store(context: &Context<'_>) -> Store<'static> {
    Store::new(&context.environment.config_home(), &NoFaults)
}

/// Now, as plugins.lock has it.
pub(super) fn now() -> String {
    chart::lock::rfc3339(crate::host::now().seconds, 0, 0)
}

/// Puts what was prepared in its place: asks for grants, runs the hook, writes plugins.lock.
///
/// # Errors
/// In Helm's words; then all is as it was.
pub(super) fn put(
    context: &mut Context<'_>,
    mut change: Change<'_, '_>,
    place: &Place,
    mut about: About,
) -> Result<Entry, Failure> {
    let limits = pin::Limits::default();
    let unusable = |error: &StoreError| match error {
        StoreError::Plugin(pin::ReadyError::Load(error)) => unusable(error, &place.shown),
        other => failed(other),
    };
    let plugin = Plugin {
        folder: place.shown.clone(),
        manifest: change.plugin().map_err(|error| unusable(&error))?.manifest,
    };
    let requested = plugin::request::requests(&plugin.manifest);
    about.granted = consent::granted(context, &plugin.manifest.name, &requested, &[])?;
    let plugins = Plugins::new(context)?;
    let (mut entry, mut module) =
        change.describe(about.clone(), &limits).map_err(|error| unusable(&error))?;
    if subprocess::has_hook(&plugin, "install") {
        change.put(None).map_err(|error| failed(&error))?;
        hooks::run(context, &plugins, &plugin, "install", &entry)?;
        (entry, module) = change.describe_placed(about, &limits).map_err(|error| unusable(&error))?;
    } else {
        change.put(Some(&entry)).map_err(|error| failed(&error))?;
    }
    change.finish(entry.clone()).map_err(|error| failed(&error))?;
    if let Some(module) = module {
        plugins.compile(&entry.name, &module)?;
    }
    Ok(entry)
}

/// Helm's words for a plugin that is in its place and none. Here it is removed again.
fn unusable(error: &LoadError, place: &Path) -> Failure {
    Failure::plain(format!("plugin is installed but unusable: {}", error.said_of(place)))
}

/// A failure of the store.
pub(super) fn failed(error: &StoreError) -> Failure {
    match error {
        StoreError::Plugin(error) => Failure::of(error).with_hints(error.hint()),
        other => Failure::of(other),
    }
}

fn unpacked(error: &ArchiveError) -> Failure {
    match error {
        ArchiveError::Limit { .. } => Failure::of(error).with_code(crate::report::LIMIT),
        other => Failure::of(other),
    }
}
