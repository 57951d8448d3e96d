//! The flags of every command: names, types, defaults and help as Helm 4.3.1 prints them (see NOTICE).

use super::flag::{Flag, Kind, flag};

/// Flags of every command. `$CACHE` and `$CONFIG` in defaults stand for Helm's homes.
pub(crate) const GLOBAL: &[Flag] = &[
    flag("burst-limit", None, Kind::Int, "100", "client-side default throttling limit"),
    flag("color", None, Kind::String, "auto", "use colored output (never, auto, always)"),
    flag("colour", None, Kind::String, "auto", "use colored output (never, auto, always)"),
    flag(
        "content-cache",
        None,
        Kind::String,
        "$CACHE/content",
        "path to the directory containing cached content (e.g. charts)",
    ),
    flag("debug", None, Kind::Bool, "", "enable verbose output"),
    flag("kube-apiserver", None, Kind::String, "", "the address and the port for the Kubernetes API server"),
    flag(
        "kube-as-group",
        None,
        Kind::StringArray,
        "",
        "group to impersonate for the operation, this flag can be repeated to specify multiple groups.",
    ),
    flag("kube-as-user", None, Kind::String, "", "username to impersonate for the operation"),
    flag(
        "kube-ca-file",
        None,
        Kind::String,
        "",
        "the certificate authority file for the Kubernetes API server connection",
    ),
    flag("kube-context", None, Kind::String, "", "name of the kubeconfig context to use"),
    flag(
        "kube-insecure-skip-tls-verify",
        None,
        Kind::Bool,
        "",
        "if true, the Kubernetes API server's certificate will not be checked for validity. This will make your HTTPS connections insecure",
    ),
    flag(
        "kube-tls-server-name",
        None,
        Kind::String,
        "",
        "server name to use for Kubernetes API server certificate validation. If it is not provided, the hostname used to contact the server is used",
    ),
    flag("kube-token", None, Kind::String, "", "bearer token used for authentication"),
    flag("kubeconfig", None, Kind::String, "", "path to the kubeconfig file"),
    flag("namespace", Some('n'), Kind::String, "", "namespace scope for this request"),
    flag(
        "qps",
        None,
        Kind::Float32,
        "",
        "queries per second used when communicating with the Kubernetes API, not including bursting",
    ),
    flag(
        "registry-config",
        None,
        Kind::String,
        "$CONFIG/registry/config.json",
        "path to the registry config file",
    ),
    flag(
        "repository-cache",
        None,
        Kind::String,
        "$CACHE/repository",
        "path to the directory containing cached repository indexes",
    ),
    flag(
        "repository-config",
        None,
        Kind::String,
        "$CONFIG/repositories.yaml",
        "path to the file containing repository names and URLs",
    ),
    // klog's flags, which Helm accepts without showing them.
    flag("add-dir-header", None, Kind::Bool, "", "").hidden(),
    flag("alsologtostderr", None, Kind::Bool, "", "").hidden(),
    flag("alsologtostderrthreshold", None, Kind::String, "", "").hidden(),
    flag("legacy-stderr-threshold-behavior", None, Kind::Bool, "", "").hidden(),
    flag("log-backtrace-at", None, Kind::String, "", "").hidden(),
    flag("log-dir", None, Kind::String, "", "").hidden(),
    flag("log-file", None, Kind::String, "", "").hidden(),
    flag("log-file-max-size", None, Kind::Uint, "", "").hidden(),
    flag("logtostderr", None, Kind::Bool, "", "").hidden(),
    flag("one-output", None, Kind::Bool, "", "").hidden(),
    flag("skip-headers", None, Kind::Bool, "", "").hidden(),
    flag("skip-log-headers", None, Kind::Bool, "", "").hidden(),
    flag("stderrthreshold", None, Kind::String, "", "").hidden(),
    flag("v", Some('v'), Kind::String, "", "").hidden(),
    flag("vmodule", None, Kind::String, "", "").hidden(),
];

/// Flags of `create`. `--chart-api-version` shows itself when its gate is open.
pub(crate) const CREATE: &[Flag] = &[
    flag("chart-api-version", None, Kind::String, "v2", "chart API version to use (v2 or v3)")
        .gated("HELM_EXPERIMENTAL_CHART_V3"),
    flag("starter", Some('p'), Kind::String, "", "the name or absolute path to Helm starter scaffold"),
];

/// Flags of `template`.
pub(crate) const TEMPLATE: &[Flag] = &[
    flag("api-versions", Some('a'), Kind::StringSlice, "", "Kubernetes api versions used for Capabilities.APIVersions (multiple can be specified)"),
    flag("ca-file", None, Kind::String, "", "verify certificates of HTTPS-enabled servers using this CA bundle"),
    flag("cert-file", None, Kind::String, "", "identify HTTPS client using this SSL certificate file"),
    flag("create-namespace", None, Kind::Bool, "", "create the release namespace if not present"),
    flag("dependency-update", None, Kind::Bool, "", "update dependencies if they are missing before installing the chart"),
    flag("description", None, Kind::String, "", "add a custom description"),
    flag("devel", None, Kind::Bool, "", "use development versions, too. Equivalent to version '>0.0.0-0'. If --version is set, this is ignored"),
    flag("disable-openapi-validation", None, Kind::Bool, "", "if set, the installation process will not validate rendered templates against the Kubernetes OpenAPI Schema"),
    flag("dry-run", None, Kind::String, "client", "simulates the operation either client-side or server-side. Must be either: \"client\", or \"server\". '--dry-run=client simulates the operation client-side only and avoids cluster connections. '--dry-run=server' simulates/validates the operation on the server, requiring cluster connectivity.").bare("unset"),
    flag("enable-dns", None, Kind::Bool, "", "enable DNS lookups when rendering templates"),
    flag("force-conflicts", None, Kind::Bool, "", "if set server-side apply will force changes against conflicts"),
    flag("force-replace", None, Kind::Bool, "", "force resource updates by replacement"),
    flag("generate-name", Some('g'), Kind::Bool, "", "generate the name (and omit the NAME parameter)"),
    flag("include-crds", None, Kind::Bool, "", "include CRDs in the templated output"),
    flag("insecure-skip-tls-verify", None, Kind::Bool, "", "skip tls certificate checks for the chart download"),
    flag("is-upgrade", None, Kind::Bool, "", "set .Release.IsUpgrade instead of .Release.IsInstall"),
    flag("key-file", None, Kind::String, "", "identify HTTPS client using this SSL key file"),
    flag("keyring", None, Kind::String, "$KEYRING", "location of public keys used for verification"),
    flag("kube-version", None, Kind::String, "", "Kubernetes version used for Capabilities.KubeVersion"),
    flag("labels", Some('l'), Kind::StringToString, "[]", "Labels that would be added to release metadata. Should be divided by comma."),
    flag("name-template", None, Kind::String, "", "specify template used to name the release"),
    flag("no-hooks", None, Kind::Bool, "", "prevent hooks from running during install"),
    flag("output-dir", None, Kind::String, "", "writes the executed templates to files in output-dir instead of stdout"),
    flag("pass-credentials", None, Kind::Bool, "", "pass credentials to all domains"),
    flag("password", None, Kind::String, "", "chart repository password where to locate the requested chart"),
    flag("plain-http", None, Kind::Bool, "", "use insecure HTTP connections for the chart download"),
    flag("post-renderer", None, Kind::PostRenderer, "", "the name of a postrenderer type plugin to be used for post rendering. If it exists, the plugin will be used"),
    flag("post-renderer-args", None, Kind::PostRendererArgs, "[]", "an argument to the post-renderer (can specify multiple)"),
    flag("release-name", None, Kind::Bool, "", "use release name in the output-dir path."),
    flag("replace", None, Kind::Bool, "", "reuse the given name, only if that name is a deleted release which remains in the history. This is unsafe in production"),
    flag("repo", None, Kind::String, "", "chart repository url where to locate the requested chart"),
    flag("rollback-on-failure", None, Kind::Bool, "", "if set, Helm will rollback (uninstall) the installation upon failure. The --wait flag will be default to \"watcher\" if --rollback-on-failure is set"),
    flag("server-side", None, Kind::Bool, "true", "object updates run in the server instead of the client"),
    flag("set", None, Kind::StringArray, "", "set values on the command line (can specify multiple or separate values with commas: key1=val1,key2=val2)"),
    flag("set-file", None, Kind::StringArray, "", "set values from respective files specified via the command line (can specify multiple or separate values with commas: key1=path1,key2=path2)"),
    flag("set-json", None, Kind::StringArray, "", "set JSON values on the command line (can specify multiple or separate values with commas: key1=jsonval1,key2=jsonval2 or using json format: {\"key1\": jsonval1, \"key2\": \"jsonval2\"})"),
    flag("set-literal", None, Kind::StringArray, "", "set a literal STRING value on the command line"),
    flag("set-string", None, Kind::StringArray, "", "set STRING values on the command line (can specify multiple or separate values with commas: key1=val1,key2=val2)"),
    flag("show-only", Some('s'), Kind::StringArray, "", "only show manifests rendered from the given templates"),
    flag("skip-crds", None, Kind::Bool, "", "if set, no CRDs will be installed. By default, CRDs are installed if not already present"),
    flag("skip-schema-validation", None, Kind::Bool, "", "if set, disables JSON schema validation"),
    flag("skip-tests", None, Kind::Bool, "", "skip tests from templated output"),
    flag("take-ownership", None, Kind::Bool, "", "if set, install will ignore the check for helm annotations and take ownership of the existing resources"),
    flag("timeout", None, Kind::Duration, "5m0s", "time to wait for any individual Kubernetes operation (like Jobs for hooks)"),
    flag("username", None, Kind::String, "", "chart repository username where to locate the requested chart"),
    flag("values", Some('f'), Kind::StringSlice, "", "specify values in a YAML file or a URL (can specify multiple)"),
    flag("verify", None, Kind::Bool, "", "verify the package before using it"),
    flag("version", None, Kind::String, "", "specify a version constraint for the chart version to use. This constraint can be a specific tag (e.g. 1.1.1) or it may reference a valid range (e.g. ^2.0.0). If this is not specified, the latest version is used"),
    flag("wait", None, Kind::WaitStrategy, "hookOnly", "wait until resources are ready (up to --timeout). Use '--wait' alone for 'watcher' strategy, or specify one of: 'watcher', 'hookOnly', 'legacy'. Default when flag is omitted: 'hookOnly'.").bare("watcher"),
    flag("wait-for-jobs", None, Kind::Bool, "", "if set and --wait enabled, will wait until all Jobs have been completed before marking the release as successful. It will wait for as long as --timeout"),
    flag("atomic", None, Kind::Bool, "false", "").deprecated("use --rollback-on-failure instead"),
    flag("force", None, Kind::Bool, "false", "").deprecated("use --force-replace instead"),
    flag("hide-notes", None, Kind::Bool, "false", "").deprecated(NO_EFFECT),
    flag("render-subchart-notes", None, Kind::Bool, "false", "").deprecated(NO_EFFECT),
    flag("validate", None, Kind::Bool, "false", "").deprecated("use '--dry-run=server' instead"),
];

/// Flags of `show all|chart|crds|readme|values`; `--jsonpath` is for `values` alone.
pub(crate) const SHOW: &[Flag] = &[
    flag(
        "ca-file",
        None,
        Kind::String,
        "",
        "verify certificates of HTTPS-enabled servers using this CA bundle",
    ),
    flag("cert-file", None, Kind::String, "", "identify HTTPS client using this SSL certificate file"),
    flag(
        "devel",
        None,
        Kind::Bool,
        "",
        "use development versions, too. Equivalent to version '>0.0.0-0'. If --version is set, this is ignored",
    ),
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

/// Flags of `version`.
pub(crate) const VERSION: &[Flag] = &[
    flag("short", None, Kind::Bool, "", "print the version number"),
    flag("template", None, Kind::String, "", "template for version string format"),
];

const NO_EFFECT: &str = "this flag has no effect for 'helm template' and will be removed in Helm 5";

/// Flags of the guard and of limits: ours, on every command that loads a chart (see docs/concepts/guard.md).
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
    flag("limit", None, Kind::StringArray, "", "raise or lower a limit: NAME=VALUE (can specify multiple)")
        .ours(),
    flag("profile", None, Kind::String, "", "what charts may ask when nobody said anything: helm or strict")
        .ours(),
];

/// The flag that only `show values` has.
pub(crate) const SHOW_VALUES: &[Flag] =
    &[flag("jsonpath", None, Kind::String, "", "supply a JSONPath expression to filter the output")];
