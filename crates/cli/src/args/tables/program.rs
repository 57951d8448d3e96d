//! Flags of `completion`, `docs` and `version`.

use super::shared::NO_DESCRIPTIONS;
use crate::args::flag::{Flag, Kind, Values, flag};

/// Flags of `completion bash`, `fish`, `powershell` and `zsh`.
pub(crate) const COMPLETION: &[Flag] = &[NO_DESCRIPTIONS];

/// Flags of `docs`.
pub(crate) const DOCS: &[Flag] = &[
    flag("dir", None, Kind::String, "./", "directory to which documentation is written"),
    flag("generate-headers", None, Kind::Bool, "", "generate standard headers for markdown files"),
    flag(
        "type",
        None,
        Kind::String,
        "markdown",
        "the type of documentation to generate (markdown, man, bash)",
    )
    .completes(Values::DocTypes),
];

/// Flags of `version`.
pub(crate) const VERSION: &[Flag] = &[
    flag("short", None, Kind::Bool, "", "print the version number"),
    flag("template", None, Kind::String, "", "template for version string format"),
];
