//! `plugin package`: the folder of a plugin → an archive, and who vouches for it.

use std::path::{Path, PathBuf};

use plugin::package::{self, Limits};

use crate::commands::Context;
use crate::dependencies::source_date_epoch;
use crate::files::{Batch, OWN, SHARED};
use crate::limits::limits;
use crate::paths;
use crate::prepare::system_words;
use crate::provenance::Signing;
use crate::report::Failure;

/// `plugin package`.
pub(in crate::commands) fn package(context: &mut Context<'_>) -> Result<(), Failure> {
    let folder = PathBuf::from(context.parsed.args.first().cloned().unwrap_or_default());
    let status = std::fs::metadata(&folder);
    let status = status
        .map_err(|error| Failure::plain(format!("stat {}: {}", folder.display(), system_words(&error))))?;
    if !status.is_dir() {
        return Err(Failure::plain("plugin package only supports directories, not tarballs"));
    }
    let stamp = source_date_epoch(context)?.and_then(|seconds| u64::try_from(seconds).ok());
    // Go joins the folder with the file's name, which cleans it.
    let folder = paths::clean(&folder.to_string_lossy());
    let plugin = plugin::load(&folder);
    let plugin = plugin.map_err(|error| Failure::of(&error).within("invalid plugin directory"))?;
    let manifest = plugin.manifest;
    let destination = context.parsed.string("destination", ".");
    if destination.is_empty() {
        return Err(Failure::plain("mkdir : no such file or directory"));
    }
    let mut batch = Batch::default();
    batch.folder(Path::new(&destination)).map_err(|error| Failure::plain(error.to_string()))?;
    let signs = !context.parsed.changed("sign") || context.parsed.bool("sign");
    let mut signing = signs.then(Signing::default);
    match &mut signing {
        Some(signing) => signing.ready(context)?,
        None => context.output.out(
            "WARNING: Skipping plugin signing. This is not recommended for plugins intended for distribution.\n",
        ),
    }
    let name = format!("{}-{}.tgz", manifest.name, manifest.version);
    let saved = paths::join(Path::new(&destination), &name);
    let beside = PathBuf::from(format!("{}.prov", saved.display()));
    context.progress.says("packing", &manifest.name);
    let most = Limits { bytes: limits(context)?.archive, ..Limits::default() };
    let archive = package::archive(&folder, &manifest.name, stamp, &[saved.clone(), beside.clone()], &most);
    let archive = archive.map_err(|error| Failure::of(&error).within("failed to create tarball"))?;
    let written = batch.file(&saved, &archive, SHARED);
    written.map_err(|error| Failure::plain(error.to_string()).within("failed to create tarball"))?;
    let mut told = String::new();
    if let Some(signing) = &mut signing {
        let metadata = govalue::yaml::write(&manifest.internal());
        let metadata = metadata.map_err(|error| Failure::plain(error.to_string()))?;
        let text = signing.text(context, &saved, &archive, &metadata)?;
        batch.file(&beside, &text, OWN).map_err(|error| Failure::plain(error.to_string()))?;
        told = format!("Successfully signed. Signature written to: {}\n", beside.display());
    }
    batch.commit().map_err(|error| Failure::plain(error.to_string()))?;
    context.output.out(&told);
    context.output.out(&format!("Successfully packaged plugin and saved it to: {}\n", saved.display()));
    Ok(())
}
