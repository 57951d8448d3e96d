//! Flags that Helm does not have.

use super::shared::OUTPUT;
use crate::args::flag::{Flag, Kind, Values, flag};

/// Flags of `values explain`.
pub(crate) const EXPLAIN: &[Flag] = &[OUTPUT];

/// Flags of `plugin inspect`.
pub(crate) const INSPECT: &[Flag] = &[OUTPUT];

/// Flags of `plugin run`. They end where the plugin's own arguments begin.
pub(crate) const PLUGIN_RUN: &[Flag] = &[
    flag("path", None, Kind::String, "", "run the plugin in this folder, which need not be installed").ours(),
    flag("trace", None, Kind::Bool, "", "tell on stderr what happened, step by step").ours(),
];

const LIMIT: Flag =
    flag("limit", None, Kind::StringArray, "", "raise or lower a limit: NAME=VALUE (can specify multiple)")
        .ours();

/// What a plugin gets that is taken in: `plugin install`, `accept`, `adopt`.
pub(crate) const CONSENT: &[Flag] = &[
    flag(
        "grant",
        None,
        Kind::StringArray,
        "",
        "grant the plugin a capability: 'CAPABILITY[=SCOPE]' (can specify multiple)",
    )
    .ours(),
    flag("grant-requested", None, Kind::Bool, "", "grant the plugin all that it asks for").ours(),
    LIMIT,
];

/// Where the time goes, on every command that renders (see docs/reference/performance.md).
pub(crate) const PROFILE: &[Flag] = &[
    flag("flamegraph", None, Kind::String, "", "draw where the time went as SVG into this file").ours(),
    flag("timings", None, Kind::Bool, "", "tell where the time went on stderr").ours(),
];

/// The guard's questions, on every command that loads a chart (see docs/concepts/guard.md).
pub(crate) const GUARD: &[Flag] = &[
    flag(
        "audit",
        None,
        Kind::String,
        "",
        "append one JSON line per question a chart asks to this file ('-' is stderr)",
    )
    .ours(),
    flag(
        "grant",
        None,
        Kind::StringArray,
        "",
        "grant a capability: 'ACTOR CAPABILITY[=SCOPE]' (can specify multiple)",
    )
    .ours(),
    flag("grants", None, Kind::StringArray, "", "read grants from this file (can specify multiple)").ours(),
    LIMIT,
    flag("profile", None, Kind::String, "", "what charts may ask when nobody said anything: helm or strict")
        .ours()
        .completes(Values::Profiles),
];
