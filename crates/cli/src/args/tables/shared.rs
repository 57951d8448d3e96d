//! Flags that several commands have, alone and in groups.

use crate::args::flag::{Flag, Kind, Values, flag};

/// Where values come from.
pub(crate) const VALUES: &[Flag] = &[
    flag(
        "set",
        None,
        Kind::StringArray,
        "",
        "set values on the command line (can specify multiple or separate values with commas: key1=val1,key2=val2)",
    ),
    flag(
        "set-file",
        None,
        Kind::StringArray,
        "",
        "set values from respective files specified via the command line (can specify multiple or separate values with commas: key1=path1,key2=path2)",
    ),
    flag(
        "set-json",
        None,
        Kind::StringArray,
        "",
        "set JSON values on the command line (can specify multiple or separate values with commas: key1=jsonval1,key2=jsonval2 or using json format: {\"key1\": jsonval1, \"key2\": \"jsonval2\"})",
    ),
    flag("set-literal", None, Kind::StringArray, "", "set a literal STRING value on the command line"),
    flag(
        "set-string",
        None,
        Kind::StringArray,
        "",
        "set STRING values on the command line (can specify multiple or separate values with commas: key1=val1,key2=val2)",
    ),
    flag(
        "values",
        Some('f'),
        Kind::StringSlice,
        "",
        "specify values in a YAML file or a URL (can specify multiple)",
    ),
];

/// Where a chart comes from and how it is checked.
pub(crate) const CHART_PATH: &[Flag] = &[
    flag(
        "ca-file",
        None,
        Kind::String,
        "",
        "verify certificates of HTTPS-enabled servers using this CA bundle",
    ),
    flag("cert-file", None, Kind::String, "", "identify HTTPS client using this SSL certificate file"),
    flag(
        "insecure-skip-tls-verify",
        None,
        Kind::Bool,
        "",
        "skip tls certificate checks for the chart download",
    ),
    flag("key-file", None, Kind::String, "", "identify HTTPS client using this SSL key file"),
    flag("keyring", None, Kind::String, "$KEYRING", "location of public keys used for verification"),
    flag("pass-credentials", None, Kind::Bool, "", "pass credentials to all domains"),
    flag("password", None, Kind::String, "", "chart repository password where to locate the requested chart"),
    flag("plain-http", None, Kind::Bool, "", "use insecure HTTP connections for the chart download"),
    flag("repo", None, Kind::String, "", "chart repository url where to locate the requested chart"),
    flag("username", None, Kind::String, "", "chart repository username where to locate the requested chart"),
    flag("verify", None, Kind::Bool, "", "verify the package before using it"),
    flag(
        "version",
        None,
        Kind::String,
        "",
        "specify a version constraint for the chart version to use. This constraint can be a specific tag (e.g. 1.1.1) or it may reference a valid range (e.g. ^2.0.0). If this is not specified, the latest version is used",
    ),
];

/// What happens to manifests after rendering.
pub(crate) const POST_RENDER: &[Flag] = &[
    flag(
        "post-renderer",
        None,
        Kind::PostRenderer,
        "",
        "the name of a postrenderer type plugin to be used for post rendering. If it exists, the plugin will be used",
    ),
    flag(
        "post-renderer-args",
        None,
        Kind::PostRendererArgs,
        "[]",
        "an argument to the post-renderer (can specify multiple)",
    ),
];

pub(super) const ATOMIC: Flag =
    flag("atomic", None, Kind::Bool, "", "deprecated").deprecated("use --rollback-on-failure instead");
pub(super) const CA_FILE: Flag = flag(
    "ca-file",
    None,
    Kind::String,
    "",
    "verify certificates of HTTPS-enabled servers using this CA bundle",
);
pub(super) const CERT_FILE: Flag =
    flag("cert-file", None, Kind::String, "", "identify HTTPS client using this SSL certificate file");
pub(super) const CREATE_NAMESPACE: Flag =
    flag("create-namespace", None, Kind::Bool, "", "create the release namespace if not present");
pub(super) const DEPENDENCY_UPDATE: Flag = flag(
    "dependency-update",
    None,
    Kind::Bool,
    "",
    "update dependencies if they are missing before installing the chart",
);
pub(super) const DESCRIPTION: Flag = flag("description", None, Kind::String, "", "add a custom description");
pub(super) const DEVEL: Flag = flag(
    "devel",
    None,
    Kind::Bool,
    "",
    "use development versions, too. Equivalent to version '>0.0.0-0'. If --version is set, this is ignored",
);
pub(super) const DISABLE_OPENAPI_VALIDATION: Flag = flag(
    "disable-openapi-validation",
    None,
    Kind::Bool,
    "",
    "if set, the installation process will not validate rendered templates against the Kubernetes OpenAPI Schema",
);
pub(super) const DRY_RUN: Flag =
    flag("dry-run", None, Kind::String, "none", "simulates the operation without persisting changes. Must be one of: \"none\" (default), \"client\", or \"server\". '--dry-run=none' executes the operation normally and persists changes (no simulation). '--dry-run=client' simulates the operation client-side only and avoids cluster connections. '--dry-run=server' simulates the operation on the server, requiring cluster connectivity.").bare("unset");
pub(super) const ENABLE_DNS: Flag =
    flag("enable-dns", None, Kind::Bool, "", "enable DNS lookups when rendering templates");
pub(super) const FAIL_ON_NO_RESULT: Flag =
    flag("fail-on-no-result", None, Kind::Bool, "", "search fails if no results are found");
pub(super) const FORCE: Flag =
    flag("force", None, Kind::Bool, "", "deprecated").deprecated("use --force-replace instead");
pub(super) const FORCE_CONFLICTS: Flag = flag(
    "force-conflicts",
    None,
    Kind::Bool,
    "",
    "if set server-side apply will force changes against conflicts",
);
pub(super) const FORCE_REPLACE: Flag =
    flag("force-replace", None, Kind::Bool, "", "force resource updates by replacement");
pub(super) const GENERATE_NAME: Flag =
    flag("generate-name", Some('g'), Kind::Bool, "", "generate the name (and omit the NAME parameter)");
pub(super) const HIDE_SECRET: Flag =
    flag("hide-secret", None, Kind::Bool, "", "hide Kubernetes Secrets when also using the --dry-run flag");
pub(super) const HISTORY_MAX: Flag = flag(
    "history-max",
    None,
    Kind::Int,
    "$MAX_HISTORY",
    "limit the maximum number of revisions saved per release. Use 0 for no limit",
);
pub(super) const INSECURE_SKIP_TLS_VERIFY: Flag = flag(
    "insecure-skip-tls-verify",
    None,
    Kind::Bool,
    "",
    "skip tls certificate checks for the chart download",
);
pub(super) const KEY: Flag =
    flag("key", None, Kind::String, "", "name of the key to use when signing. Used if --sign is true");
pub(super) const KEYRING: Flag =
    flag("keyring", None, Kind::String, "$KEYRING", "keyring containing public keys");
pub(super) const KEY_FILE: Flag =
    flag("key-file", None, Kind::String, "", "identify HTTPS client using this SSL key file");
pub(super) const LABELS: Flag = flag(
    "labels",
    Some('l'),
    Kind::StringToString,
    "[]",
    "Labels that would be added to release metadata. Should be divided by comma.",
);
pub(super) const MAX_COL_WIDTH: Flag =
    flag("max-col-width", None, Kind::Uint, "50", "maximum column width for output table");
pub(super) const NAME_TEMPLATE: Flag =
    flag("name-template", None, Kind::String, "", "specify template used to name the release");
pub(super) const NO_DESCRIPTIONS: Flag =
    flag("no-descriptions", None, Kind::Bool, "", "disable completion descriptions");
pub(super) const NO_HOOKS: Flag =
    flag("no-hooks", None, Kind::Bool, "", "prevent hooks from running during install");
pub(super) const OUTPUT: Flag = flag(
    "output",
    Some('o'),
    Kind::Format,
    "table",
    "prints the output in the specified format. Allowed values: table, json, yaml",
)
.completes(Values::Formats);
pub(super) const PASSWORD: Flag =
    flag("password", None, Kind::String, "", "chart repository password where to locate the requested chart");
pub(super) const PLAIN_HTTP: Flag =
    flag("plain-http", None, Kind::Bool, "", "use insecure HTTP connections for the chart download");
pub(super) const RENDER_SUBCHART_NOTES: Flag = flag(
    "render-subchart-notes",
    None,
    Kind::Bool,
    "",
    "if set, render subchart notes along with the parent",
);
pub(super) const REPLACE: Flag = flag(
    "replace",
    None,
    Kind::Bool,
    "",
    "reuse the given name, only if that name is a deleted release which remains in the history. This is unsafe in production",
);
pub(super) const REVISION: Flag =
    flag("revision", None, Kind::Int, "", "get the named release with revision").completes(Values::Revisions);
pub(super) const ROLLBACK_ON_FAILURE: Flag = flag(
    "rollback-on-failure",
    None,
    Kind::Bool,
    "",
    "if set, Helm will rollback (uninstall) the installation upon failure. The --wait flag will be default to \"watcher\" if --rollback-on-failure is set",
);
pub(super) const SERVER_SIDE: Flag =
    flag("server-side", None, Kind::Bool, "true", "object updates run in the server instead of the client");
pub(super) const SKIP_CRDS: Flag = flag(
    "skip-crds",
    None,
    Kind::Bool,
    "",
    "if set, no CRDs will be installed. By default, CRDs are installed if not already present",
);
pub(super) const SKIP_REFRESH: Flag =
    flag("skip-refresh", None, Kind::Bool, "", "do not refresh the local repository cache");
pub(super) const SKIP_SCHEMA_VALIDATION: Flag =
    flag("skip-schema-validation", None, Kind::Bool, "", "if set, disables JSON schema validation");
pub(super) const TAKE_OWNERSHIP: Flag = flag(
    "take-ownership",
    None,
    Kind::Bool,
    "",
    "if set, install will ignore the check for helm annotations and take ownership of the existing resources",
);
pub(super) const TIMEOUT: Flag = flag(
    "timeout",
    None,
    Kind::Duration,
    "5m0s",
    "time to wait for any individual Kubernetes operation (like Jobs for hooks)",
);
pub(super) const USERNAME: Flag =
    flag("username", None, Kind::String, "", "chart repository username where to locate the requested chart");
pub(super) const VERIFY: Flag =
    flag("verify", None, Kind::Bool, "", "verify the packages against signatures");
pub(super) const WAIT: Flag =
    flag("wait", None, Kind::WaitStrategy, "hookOnly", "wait until resources are ready (up to --timeout). Use '--wait' alone for 'watcher' strategy, or specify one of: 'watcher', 'hookOnly', 'legacy'. Default when flag is omitted: 'hookOnly'.").bare("watcher");
pub(super) const WAIT_FOR_JOBS: Flag = flag(
    "wait-for-jobs",
    None,
    Kind::Bool,
    "",
    "if set and --wait enabled, will wait until all Jobs have been completed before marking the release as successful. It will wait for as long as --timeout",
);
