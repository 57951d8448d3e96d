//! `verify`: who vouches for an archive on this machine.

use std::path::PathBuf;

use super::Context;
use crate::provenance;
use crate::report::Failure;

pub(super) fn run(context: &mut Context<'_>) -> Result<(), Failure> {
    let path = PathBuf::from(context.parsed.args.first().cloned().unwrap_or_default());
    let verification = provenance::verify(context, &path)?;
    context.output.out(&provenance::told(&verification, "Chart"));
    Ok(())
}
