//! `plugin verify`: who signed the archive of a plugin.

use std::path::PathBuf;

use crate::commands::Context;
use crate::provenance;
use crate::report::Failure;

/// `plugin verify`.
pub(in crate::commands) fn verify(context: &mut Context<'_>) -> Result<(), Failure> {
    let path = PathBuf::from(context.parsed.args.first().cloned().unwrap_or_default());
    let verification = provenance::verify_plugin(context, &path)?;
    context.output.out(&provenance::told(&verification, "Plugin"));
    Ok(())
}
