//! Flags of the commands that work on charts.

use super::shared::{
    CA_FILE, CERT_FILE, DEVEL, INSECURE_SKIP_TLS_VERIFY, KEY, KEY_FILE, KEYRING, PASSWORD, PLAIN_HTTP,
    SKIP_REFRESH, SKIP_SCHEMA_VALIDATION, USERNAME, VERIFY,
};
use crate::args::flag::{Flag, Kind, flag};

/// Flags of `create`. `--chart-api-version` shows itself when its gate is open.
pub(crate) const CREATE: &[Flag] = &[
    flag("chart-api-version", None, Kind::String, "v2", "chart API version to use (v2 or v3)")
        .gated("HELM_EXPERIMENTAL_CHART_V3"),
    flag("starter", Some('p'), Kind::String, "", "the name or absolute path to Helm starter scaffold"),
];

/// Flags of `dependency build` and `update`.
pub(crate) const DEPENDENCY_FETCH: &[Flag] = &[
    CA_FILE,
    CERT_FILE,
    INSECURE_SKIP_TLS_VERIFY,
    KEY_FILE,
    KEYRING,
    PASSWORD,
    PLAIN_HTTP,
    SKIP_REFRESH,
    USERNAME,
    VERIFY,
];

/// Flags of `dependency list`.
pub(crate) const DEPENDENCY_LIST: &[Flag] =
    &[flag("max-col-width", None, Kind::Uint, "80", "maximum column width for output table")];

/// Flags of `lint`.
pub(crate) const LINT: &[Flag] = &[
    flag(
        "kube-version",
        None,
        Kind::String,
        "",
        "Kubernetes version used for capabilities and deprecation checks",
    ),
    flag("quiet", None, Kind::Bool, "", "print only warnings and errors"),
    SKIP_SCHEMA_VALIDATION,
    flag("strict", None, Kind::Bool, "", "fail on lint warnings"),
    flag("with-subcharts", None, Kind::Bool, "", "lint dependent charts"),
];

/// Flags of `package`.
pub(crate) const PACKAGE: &[Flag] = &[
    flag("app-version", None, Kind::String, "", "set the appVersion on the chart to this version"),
    CA_FILE,
    CERT_FILE,
    flag(
        "dependency-update",
        Some('u'),
        Kind::Bool,
        "",
        "update dependencies from \"Chart.yaml\" to dir \"charts/\" before packaging",
    ),
    flag("destination", Some('d'), Kind::String, ".", "location to write the chart."),
    INSECURE_SKIP_TLS_VERIFY,
    KEY,
    KEY_FILE,
    flag("keyring", None, Kind::String, "$KEYRING", "location of a public keyring"),
    flag(
        "passphrase-file",
        None,
        Kind::String,
        "",
        "location of a file which contains the passphrase for the signing key. Use \"-\" in order to read from stdin.",
    ),
    PASSWORD,
    PLAIN_HTTP,
    flag("sign", None, Kind::Bool, "", "use a PGP private key to sign this package"),
    USERNAME,
    flag("version", None, Kind::String, "", "set the version on the chart to this semver version"),
];

/// Flags of `pull`.
pub(crate) const PULL: &[Flag] = &[
    flag(
        "destination",
        Some('d'),
        Kind::String,
        ".",
        "location to write the chart. If this and untardir are specified, untardir is appended to this",
    ),
    flag(
        "devel",
        None,
        Kind::Bool,
        "",
        "use development versions, too. Equivalent to version '>0.0.0-0'. If --version is set, this is ignored.",
    ),
    flag("prov", None, Kind::Bool, "", "fetch the provenance file, but don't perform verification"),
    flag("untar", None, Kind::Bool, "", "if set to true, will untar the chart after downloading it"),
    flag(
        "untardir",
        None,
        Kind::String,
        ".",
        "if untar is specified, this flag specifies the name of the directory into which the chart is expanded",
    ),
];

/// Flags of `push`.
pub(crate) const PUSH: &[Flag] = &[
    CA_FILE,
    flag("cert-file", None, Kind::String, "", "identify registry client using this SSL certificate file"),
    flag(
        "insecure-skip-tls-verify",
        None,
        Kind::Bool,
        "",
        "skip tls certificate checks for the chart upload",
    ),
    flag("key-file", None, Kind::String, "", "identify registry client using this SSL key file"),
    PASSWORD,
    flag("plain-http", None, Kind::Bool, "", "use insecure HTTP connections for the chart upload"),
    USERNAME,
];

/// Flags of `show values`.
pub(crate) const SHOW_VALUES: &[Flag] =
    &[DEVEL, flag("jsonpath", None, Kind::String, "", "supply a JSONPath expression to filter the output")];

/// Flags of `show all`, `chart`, `crds` and `readme`.
pub(crate) const SHOW: &[Flag] = &[DEVEL];

/// Flags of `verify` and `plugin verify`.
pub(crate) const VERIFICATION: &[Flag] = &[KEYRING];
