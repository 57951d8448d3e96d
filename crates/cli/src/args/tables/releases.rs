//! Flags of the commands that look at or change releases.

use super::shared::{
    DESCRIPTION, DRY_RUN, FORCE, FORCE_CONFLICTS, FORCE_REPLACE, HISTORY_MAX, OUTPUT, REVISION, TIMEOUT,
    WAIT, WAIT_FOR_JOBS,
};
use crate::args::flag::{Flag, Kind, Values, flag};

/// Flags of `get all`.
pub(crate) const GET_ALL: &[Flag] = &[
    REVISION,
    flag("template", None, Kind::String, "", "go template for formatting the output, eg: {{.Release.Name}}"),
];

/// Flags of `get hooks`, `manifest` and `notes`.
pub(crate) const GET_PART: &[Flag] = &[REVISION];

/// Flags of `get metadata`.
pub(crate) const GET_METADATA: &[Flag] =
    &[OUTPUT, flag("revision", None, Kind::Int, "", "specify release revision").completes(Values::Revisions)];

/// Flags of `get values`.
pub(crate) const GET_VALUES: &[Flag] =
    &[flag("all", Some('a'), Kind::Bool, "", "dump all (computed) values"), OUTPUT, REVISION];

/// Flags of `history`.
pub(crate) const HISTORY: &[Flag] = &[
    flag("max", None, Kind::Int, "256", "maximum number of revision to include in history"),
    OUTPUT,
    flag("show-rollback-revision", None, Kind::Bool, "", "show the rollback revision column in table output"),
];

/// Flags of `list`.
pub(crate) const LIST: &[Flag] = &[
    flag("all-namespaces", Some('A'), Kind::Bool, "", "list releases across all namespaces"),
    flag("date", Some('d'), Kind::Bool, "", "sort by release date"),
    flag("deployed", None, Kind::Bool, "", "show deployed releases"),
    flag("failed", None, Kind::Bool, "", "show failed releases"),
    flag(
        "filter",
        Some('f'),
        Kind::String,
        "",
        "a regular expression (Perl compatible). Any releases that match the expression will be included in the results",
    ),
    flag("max", Some('m'), Kind::Int, "256", "maximum number of releases to fetch"),
    flag("no-headers", None, Kind::Bool, "", "don't print headers when using the default output format"),
    flag("offset", None, Kind::Int, "", "next release index in the list, used to offset from start value"),
    OUTPUT,
    flag("pending", None, Kind::Bool, "", "show pending releases"),
    flag("reverse", Some('r'), Kind::Bool, "", "reverse the sort order"),
    flag(
        "selector",
        Some('l'),
        Kind::String,
        "",
        "Selector (label query) to filter on, supports '=', '==', and '!='.(e.g. -l key1=value1,key2=value2). Works only for secret(default) and configmap storage backends.",
    ),
    flag("short", Some('q'), Kind::Bool, "", "output short (quiet) listing format"),
    flag("superseded", None, Kind::Bool, "", "show superseded releases"),
    flag(
        "time-format",
        None,
        Kind::String,
        "",
        "format time using golang time formatter. Example: --time-format \"2006-01-02 15:04:05Z0700\"",
    ),
    flag(
        "uninstalled",
        None,
        Kind::Bool,
        "",
        "show uninstalled releases (if 'helm uninstall --keep-history' was used)",
    ),
    flag("uninstalling", None, Kind::Bool, "", "show releases that are currently being uninstalled"),
];

/// Flags of `rollback`.
pub(crate) const ROLLBACK: &[Flag] = &[
    flag(
        "cleanup-on-fail",
        None,
        Kind::Bool,
        "",
        "allow deletion of new resources created in this rollback when rollback fails",
    ),
    flag(
        "description",
        None,
        Kind::String,
        "",
        "add a custom description for the rollback (max 256 characters)",
    ),
    DRY_RUN,
    FORCE,
    FORCE_CONFLICTS,
    FORCE_REPLACE,
    HISTORY_MAX,
    flag("no-hooks", None, Kind::Bool, "", "prevent hooks from running during rollback"),
    flag(
        "server-side",
        None,
        Kind::String,
        "auto",
        "must be \"true\", \"false\" or \"auto\". Object updates run in the server instead of the client (\"auto\" defaults the value from the previous chart release's method)",
    ),
    TIMEOUT,
    WAIT,
    WAIT_FOR_JOBS,
];

/// Flags of `status`.
pub(crate) const STATUS: &[Flag] = &[
    OUTPUT,
    flag("revision", None, Kind::Int, "", "if set, display the status of the named release with revision")
        .completes(Values::Revisions),
];

/// Flags of `test`.
pub(crate) const TEST: &[Flag] = &[
    flag(
        "filter",
        None,
        Kind::StringSlice,
        "",
        "specify tests by attribute (currently \"name\") using attribute=value syntax or '!attribute=value' to exclude a test (can specify multiple or separate values with commas: name=test1,name=test2)",
    ),
    flag(
        "logs",
        None,
        Kind::Bool,
        "",
        "dump the logs from test pods (this runs after all tests are complete, but before any cleanup)",
    ),
    TIMEOUT,
];

/// Flags of `uninstall`.
pub(crate) const UNINSTALL: &[Flag] = &[
    flag(
        "cascade",
        None,
        Kind::String,
        "background",
        "Must be \"background\", \"orphan\", or \"foreground\". Selects the deletion cascading strategy for the dependents. Defaults to background. Use \"foreground\" with --wait to ensure resources with finalizers are fully deleted before returning.",
    ),
    DESCRIPTION,
    flag("dry-run", None, Kind::Bool, "", "simulate a uninstall"),
    flag("ignore-not-found", None, Kind::Bool, "", "Treat \"release not found\" as a successful uninstall"),
    flag(
        "keep-history",
        None,
        Kind::Bool,
        "",
        "remove all associated resources and mark the release as deleted, but retain the release history",
    ),
    flag("no-hooks", None, Kind::Bool, "", "prevent hooks from running during uninstallation"),
    TIMEOUT,
    WAIT,
];
