//! Flags of every command.

use crate::args::flag::{Flag, Kind, Values, flag};

/// Flags of every command. `$CACHE` and `$CONFIG` in defaults stand for Helm's homes; the hidden ones are klog's, which
/// Helm accepts without showing them.
pub(crate) static GLOBAL: &[Flag] = &[
    flag("add-dir-header", None, Kind::KlogBool, "", "If true, adds the file directory to the header of the log messages").hidden(),
    flag("alsologtostderr", None, Kind::KlogBool, "", "log to standard error as well as files (no effect when -logtostderr=true)").hidden(),
    flag("alsologtostderrthreshold", None, Kind::Severity, "", "logs at or above this threshold go to stderr when -alsologtostderr=true (no effect when -logtostderr=true)").hidden(),
    flag("burst-limit", None, Kind::Int, "100", "client-side default throttling limit"),
    flag("color", None, Kind::String, "auto", "use colored output (never, auto, always)").completes(Values::Colors),
    flag("colour", None, Kind::String, "auto", "use colored output (never, auto, always)").completes(Values::Colors),
    flag("content-cache", None, Kind::String, "$CACHE/content", "path to the directory containing cached content (e.g. charts)"),
    flag("debug", None, Kind::Bool, "", "enable verbose output"),
    flag("explain", None, Kind::Bool, "", "say more about an error than Helm does, as on a terminal").ours(),
    flag("kube-apiserver", None, Kind::String, "", "the address and the port for the Kubernetes API server"),
    flag("kube-as-group", None, Kind::StringArray, "", "group to impersonate for the operation, this flag can be repeated to specify multiple groups."),
    flag("kube-as-user", None, Kind::String, "", "username to impersonate for the operation"),
    flag("kube-ca-file", None, Kind::String, "", "the certificate authority file for the Kubernetes API server connection"),
    flag("kube-context", None, Kind::String, "", "name of the kubeconfig context to use").completes(Values::Contexts),
    flag("kube-insecure-skip-tls-verify", None, Kind::Bool, "", "if true, the Kubernetes API server's certificate will not be checked for validity. This will make your HTTPS connections insecure"),
    flag("kube-tls-server-name", None, Kind::String, "", "server name to use for Kubernetes API server certificate validation. If it is not provided, the hostname used to contact the server is used"),
    flag("kube-token", None, Kind::String, "", "bearer token used for authentication"),
    flag("kubeconfig", None, Kind::String, "", "path to the kubeconfig file"),
    flag("legacy-stderr-threshold-behavior", None, Kind::KlogBool, "true", "If true, stderrthreshold is ignored when logtostderr=true (legacy behavior). If false, stderrthreshold is honored even when logtostderr=true").hidden(),
    flag("log-backtrace-at", None, Kind::TraceLocation, ":0", "when logging hits line file:N, emit a stack trace").hidden(),
    flag("log-dir", None, Kind::String, "", "If non-empty, write log files in this directory (no effect when -logtostderr=true)").hidden(),
    flag("log-file", None, Kind::String, "", "If non-empty, use this log file (no effect when -logtostderr=true)").hidden(),
    flag("log-file-max-size", None, Kind::Uint64, "1800", "Defines the maximum size a log file can grow to (no effect when -logtostderr=true). Unit is megabytes. If the value is 0, the maximum file size is unlimited.").hidden(),
    flag("logtostderr", None, Kind::KlogBool, "true", "log to standard error instead of files").hidden(),
    flag("namespace", Some('n'), Kind::String, "", "namespace scope for this request").completes(Values::Namespaces),
    flag("one-output", None, Kind::KlogBool, "", "If true, only write logs to their native severity level (vs also writing to each lower severity level; no effect when -logtostderr=true)").hidden(),
    flag("qps", None, Kind::Float32, "", "queries per second used when communicating with the Kubernetes API, not including bursting"),
    flag("registry-config", None, Kind::String, "$CONFIG/registry/config.json", "path to the registry config file"),
    flag("repository-cache", None, Kind::String, "$CACHE/repository", "path to the directory containing cached repository indexes"),
    flag("repository-config", None, Kind::String, "$CONFIG/repositories.yaml", "path to the file containing repository names and URLs"),
    flag("skip-headers", None, Kind::KlogBool, "", "If true, avoid header prefixes in the log messages").hidden(),
    flag("skip-log-headers", None, Kind::KlogBool, "", "If true, avoid headers when opening log files (no effect when -logtostderr=true)").hidden(),
    flag("stderrthreshold", None, Kind::Severity, "2", "logs at or above this threshold go to stderr when writing to files and stderr (no effect when -logtostderr=true or -alsologtostderr=true unless -legacy_stderr_threshold_behavior=false)").hidden(),
    flag("v", Some('v'), Kind::Level, "", "number for the log level verbosity").hidden(),
    flag("vmodule", None, Kind::ModuleSpec, "", "comma-separated list of pattern=N settings for file-filtered logging").hidden(),
];

/// The flag that every command has; its help is followed by the command's name.
pub(crate) static HELP: Flag = flag("help", Some('h'), Kind::Bool, "", "help for ");
