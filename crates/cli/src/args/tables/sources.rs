//! Flags of the commands about where charts and plugins come from: `plugin`, `registry`, `repo`, `search`.

use super::shared::{CA_FILE, CERT_FILE, FAIL_ON_NO_RESULT, KEY, KEY_FILE, MAX_COL_WIDTH, OUTPUT};
use crate::args::flag::{Flag, Kind, flag};

/// Flags of `plugin install`.
pub(crate) const PLUGIN_INSTALL: &[Flag] = &[
    CA_FILE,
    flag("cert-file", None, Kind::String, "", "identify registry client using this SSL certificate file"),
    flag(
        "insecure-skip-tls-verify",
        None,
        Kind::Bool,
        "",
        "skip tls certificate checks for the plugin download",
    ),
    flag("key-file", None, Kind::String, "", "identify registry client using this SSL key file"),
    flag("keyring", None, Kind::String, "$KEYRING", "location of public keys used for verification"),
    flag("password", None, Kind::String, "", "registry password"),
    flag("plain-http", None, Kind::Bool, "", "use insecure HTTP connections for the plugin download"),
    flag("username", None, Kind::String, "", "registry username"),
    flag("verify", None, Kind::Bool, "true", "verify the plugin signature before installing"),
    flag(
        "version",
        None,
        Kind::String,
        "",
        "specify a version constraint. If this is not specified, the latest version is installed",
    ),
];

/// Flags of `plugin list`.
pub(crate) const PLUGIN_LIST: &[Flag] = &[flag("type", None, Kind::String, "", "Plugin type")];

/// Flags of `plugin package`.
pub(crate) const PLUGIN_PACKAGE: &[Flag] = &[
    flag("destination", Some('d'), Kind::String, ".", "location to write the plugin tarball."),
    KEY,
    flag("keyring", None, Kind::String, "$KEYRING", "location of a public keyring"),
    flag(
        "passphrase-file",
        None,
        Kind::String,
        "",
        "location of a file which contains the passphrase for the signing key. Use \"-\" to read from stdin.",
    ),
    flag("sign", None, Kind::Bool, "true", "use a PGP private key to sign this plugin"),
];

/// Flags of `registry login`.
pub(crate) const REGISTRY_LOGIN: &[Flag] = &[
    CA_FILE,
    flag("cert-file", None, Kind::String, "", "identify registry client using this SSL certificate file"),
    flag("insecure", None, Kind::Bool, "", "allow connections to TLS registry without certs"),
    flag("key-file", None, Kind::String, "", "identify registry client using this SSL key file"),
    flag("password", Some('p'), Kind::String, "", "registry password or identity token"),
    flag("password-stdin", None, Kind::Bool, "", "read password or identity token from stdin"),
    flag("plain-http", None, Kind::Bool, "", "use insecure HTTP connections for the chart upload"),
    flag("username", Some('u'), Kind::String, "", "registry username"),
];

/// Flags of `repo add`.
pub(crate) const REPO_ADD: &[Flag] = &[
    flag(
        "allow-deprecated-repos",
        None,
        Kind::Bool,
        "",
        "by default, this command will not allow adding official repos that have been permanently deleted. This disables that behavior",
    ),
    CA_FILE,
    CERT_FILE,
    flag("force-update", None, Kind::Bool, "", "replace (overwrite) the repo if it already exists"),
    flag("insecure-skip-tls-verify", None, Kind::Bool, "", "skip tls certificate checks for the repository"),
    KEY_FILE,
    flag("pass-credentials", None, Kind::Bool, "", "pass credentials to all domains"),
    flag("password", None, Kind::String, "", "chart repository password"),
    flag("password-stdin", None, Kind::Bool, "", "read chart repository password from stdin"),
    flag("timeout", None, Kind::Duration, "2m0s", "time to wait for the index file download to complete"),
    flag("username", None, Kind::String, "", "chart repository username"),
];

/// Flags of `repo index`.
pub(crate) const REPO_INDEX: &[Flag] = &[
    flag("json", None, Kind::Bool, "", "output in JSON format"),
    flag("merge", None, Kind::String, "", "merge the generated index into the given index"),
    flag("url", None, Kind::String, "", "url of chart repository"),
];

/// Flags of `repo list`.
pub(crate) const REPO_LIST: &[Flag] =
    &[flag("no-headers", None, Kind::Bool, "", "suppress headers in the output"), OUTPUT];

/// Flags of `repo update`.
pub(crate) const REPO_UPDATE: &[Flag] =
    &[flag("timeout", None, Kind::Duration, "2m0s", "time to wait for the index file download to complete")];

/// Flags of `search hub`.
pub(crate) const SEARCH_HUB: &[Flag] = &[
    flag("endpoint", None, Kind::String, "https://hub.helm.sh", "Hub instance to query for charts"),
    FAIL_ON_NO_RESULT,
    flag("list-repo-url", None, Kind::Bool, "", "print charts repository URL"),
    MAX_COL_WIDTH,
    OUTPUT,
];

/// Flags of `search repo`.
pub(crate) const SEARCH_REPO: &[Flag] = &[
    flag(
        "devel",
        None,
        Kind::Bool,
        "",
        "use development versions (alpha, beta, and release candidate releases), too. Equivalent to version '>0.0.0-0'. If --version is set, this is ignored",
    ),
    FAIL_ON_NO_RESULT,
    MAX_COL_WIDTH,
    OUTPUT,
    flag(
        "regexp",
        Some('r'),
        Kind::Bool,
        "",
        "use regular expressions for searching repositories you have added",
    ),
    flag(
        "version",
        None,
        Kind::String,
        "",
        "search using semantic versioning constraints on repositories you have added",
    ),
    flag(
        "versions",
        Some('l'),
        Kind::Bool,
        "",
        "show the long listing, with each version of each chart on its own line, for repositories you have added",
    ),
];
