//! What the process was started with: variables, homes and the name it was called by.
//!
//! Everything system-specific of the command line is here (folders of other systems, the terminal test), so
//! that a port has one file to look at.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use crate::args::Parsed;
use crate::args::flag::Flag;
use crate::args::tables::GLOBAL;
use crate::commands::{COMMANDS, Command};

/// Variables and homes, read once at the start.
#[derive(Debug)]
pub(crate) struct Environment {
    variables: BTreeMap<String, String>,
    /// How the program was started, for `HELM_BIN`.
    pub(crate) program: String,
    /// Whether it was called as `helm` and therefore is `helm`.
    pub(crate) is_helm: bool,
    /// Where the administrator's grants file may lie. No flag and no variable moves it.
    pub(crate) ceiling: PathBuf,
    /// Whether `--explain` was given.
    pub(crate) explain: Cell<bool>,
    /// All commands, those of plugins included once they are found.
    pub(crate) commands: Cell<&'static [Command]>,
}

/// The administrator's grants file. A distribution that keeps configuration elsewhere says so when it builds.
const CEILING: &str = match option_env!("PINTLE_ADMIN_GRANTS") {
    Some(path) => path,
    None if cfg!(windows) => r"C:\ProgramData\pintle\grants.yaml",
    None if cfg!(target_os = "macos") => "/Library/Application Support/pintle/grants.yaml",
    None => "/etc/pintle/grants.yaml",
};

/// Bytes that this process holds right now; `None` on systems where we do not know how to ask.
pub(crate) fn memory_in_use() -> Option<u64> {
    if !cfg!(target_os = "linux") {
        return None;
    }
    let mut buffer = [0; 4096];
    let mut file = std::fs::File::open("/proc/self/status").ok()?;
    let length = std::io::Read::read(&mut file, &mut buffer).ok()?;
    let text = std::str::from_utf8(&buffer[..length]).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    Some(line.trim().strip_suffix(" kB")?.parse::<u64>().ok()? << 10)
}

impl Environment {
    /// Reads the process's own environment. Variables and arguments that are not UTF-8 are read lossily.
    pub(crate) fn from_process() -> Self {
        let program = std::env::args_os().next().unwrap_or_default().to_string_lossy().into_owned();
        let variables = std::env::vars_os()
            .map(|(k, v)| (k.to_string_lossy().into_owned(), v.to_string_lossy().into_owned()))
            .collect();
        Self::new(program, variables)
    }

    pub(crate) fn new(program: String, variables: BTreeMap<String, String>) -> Self {
        let stem = Path::new(&program).file_stem().unwrap_or_default().to_string_lossy().to_lowercase();
        Self {
            variables,
            is_helm: stem == "helm",
            program,
            ceiling: PathBuf::from(CEILING),
            explain: Cell::new(false),
            commands: Cell::new(COMMANDS),
        }
    }

    /// The name in texts: `helm` or `pintle`.
    pub(crate) fn name(&self) -> &'static str {
        if self.is_helm { "helm" } else { "pintle" }
    }

    /// The name of the file that was started.
    pub(crate) fn file_name(&self) -> String {
        Path::new(&self.program).file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// A text of Helm in our own words: `helm install` reads `pintle install` unless we are helm.
    pub(crate) fn own_words<'a>(&self, text: &'a str) -> Cow<'a, str> {
        if self.is_helm { Cow::Borrowed(text) } else { crate::commands::renamed(text, self.name()) }
    }

    /// A variable that is set, possibly to nothing.
    pub(crate) fn lookup(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str)
    }

    /// A variable that is set to something.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.lookup(name).filter(|value| !value.is_empty())
    }

    fn home(&self) -> PathBuf {
        PathBuf::from(self.get(if cfg!(windows) { "USERPROFILE" } else { "HOME" }).unwrap_or_default())
    }

    /// `$HELM_CACHE_HOME` or where this system keeps caches.
    pub(crate) fn cache_home(&self) -> PathBuf {
        self.helm_home("HELM_CACHE_HOME", "XDG_CACHE_HOME", ".cache", "Library/Caches", "TEMP")
    }

    /// `$HELM_CONFIG_HOME` or where this system keeps configuration.
    pub(crate) fn config_home(&self) -> PathBuf {
        self.helm_home("HELM_CONFIG_HOME", "XDG_CONFIG_HOME", ".config", "Library/Preferences", "APPDATA")
    }

    /// `$HELM_DATA_HOME` or where this system keeps data.
    pub(crate) fn data_home(&self) -> PathBuf {
        self.helm_home("HELM_DATA_HOME", "XDG_DATA_HOME", ".local/share", "Library", "APPDATA")
    }

    fn helm_home(&self, own: &str, xdg: &str, linux: &str, mac: &str, windows: &str) -> PathBuf {
        if let Some(folder) = self.get(own) {
            return PathBuf::from(folder);
        }
        if let Some(folder) = self.get(xdg) {
            return Path::new(folder).join("helm");
        }
        let base = if cfg!(windows) {
            PathBuf::from(self.get(windows).unwrap_or_default())
        } else if cfg!(target_os = "macos") {
            self.home().join(mac)
        } else {
            self.home().join(linux)
        };
        base.join("helm")
    }

    /// Whether help and completion show a flag.
    pub(crate) fn shows(&self, flag: &Flag) -> bool {
        let unknown_to_helm = flag.ours && self.is_helm;
        !flag.hidden
            && !unknown_to_helm
            && flag.deprecated.is_none()
            && flag.gate.is_none_or(|variable| self.get(variable).is_some())
    }

    /// A flag's default as help prints it.
    pub(crate) fn default_of(&self, flag: &Flag) -> String {
        let variable = match flag.name {
            "kube-apiserver" => self.get("HELM_KUBEAPISERVER"),
            "kube-as-user" => self.get("HELM_KUBEASUSER"),
            "kube-ca-file" => self.get("HELM_KUBECAFILE"),
            "kube-context" => self.get("HELM_KUBECONTEXT"),
            "kube-tls-server-name" => self.get("HELM_KUBETLS_SERVER_NAME"),
            "kube-token" => self.get("HELM_KUBETOKEN"),
            "namespace" => self.get("HELM_NAMESPACE"),
            "registry-config" => self.lookup("HELM_REGISTRY_CONFIG"),
            "repository-cache" => self.lookup("HELM_REPOSITORY_CACHE"),
            "repository-config" => self.lookup("HELM_REPOSITORY_CONFIG"),
            "content-cache" => self.lookup("HELM_CONTENT_CACHE"),
            "color" | "colour" => Some(self.color_mode()),
            "debug" => self.flag_from("HELM_DEBUG"),
            "kube-insecure-skip-tls-verify" => self.flag_from("HELM_KUBEINSECURE_SKIP_TLS_VERIFY"),
            _ => None,
        };
        if let Some(value) = variable {
            return value.to_owned();
        }
        match flag.default {
            "100" if flag.name == "burst-limit" => {
                self.integer("HELM_BURST_LIMIT").unwrap_or(100).to_string()
            }
            "" if flag.name == "qps" => match self.variable_qps() {
                0.0 => String::new(),
                qps => govalue::number::format_float(qps.into(), b'g', -1, 32),
            },
            "$KEYRING" => self.keyring(),
            "$MAX_HISTORY" => self.max_history(),
            "" if flag.name == "kube-as-group" => match self.impersonated_groups() {
                "" => String::new(),
                groups => format!("[{groups}]"),
            },
            default => default
                .replace("$CACHE", &self.cache_home().to_string_lossy())
                .replace("$CONFIG", &self.config_home().to_string_lossy()),
        }
    }

    /// `true` when a variable says so.
    fn flag_from(&self, name: &str) -> Option<&'static str> {
        self.get(name).and_then(crate::args::parse_bool).filter(|on| *on).map(|_| "true")
    }

    /// A variable that is a whole number.
    fn integer(&self, name: &str) -> Option<i64> {
        self.get(name).and_then(|text| text.parse().ok())
    }

    fn variable_qps(&self) -> f32 {
        self.get("HELM_QPS").and_then(|text| crate::args::float32(text).ok()).unwrap_or(0.0)
    }

    fn impersonated_groups(&self) -> &str {
        self.get("HELM_KUBEASGROUPS").unwrap_or_default().trim_matches([',', ' '])
    }

    fn max_history(&self) -> String {
        self.integer("HELM_MAX_HISTORY").unwrap_or(10).to_string()
    }

    /// What the variables say about colour.
    fn color_mode(&self) -> &'static str {
        if self.get("NO_COLOR").is_some() {
            return "never";
        }
        match self.get("HELM_COLOR").unwrap_or_default().to_lowercase().as_str() {
            "never" => "never",
            "always" => "always",
            _ => "auto",
        }
    }

    /// The backend that `HELM_DRIVER` names, when Helm has none of that name.
    pub(crate) fn unknown_driver(&self) -> Option<&str> {
        const KNOWN: [&str; 6] = ["secret", "secrets", "configmap", "configmaps", "memory", "sql"];
        self.get("HELM_DRIVER").filter(|driver| !KNOWN.contains(driver))
    }

    /// The keyring when nobody names one: GnuPG's own, of whatever kind is there.
    pub(crate) fn keyring(&self) -> String {
        let folder = self.get("GNUPGHOME").map_or_else(|| self.home().join(".gnupg"), PathBuf::from);
        let keybox = folder.join("pubring.kbx");
        let ring = folder.join("pubring.gpg");
        let chosen = if !ring.exists() && keybox.exists() { keybox } else { ring };
        chosen.to_string_lossy().into_owned()
    }

    /// The value of a global flag: given, from its variable, or its default.
    pub(crate) fn global(&self, parsed: &Parsed, name: &str) -> String {
        match (parsed.get(name), GLOBAL.iter().find(|flag| flag.name == name)) {
            (Some(value), _) => value.to_owned(),
            (None, Some(flag)) => self.default_of(flag),
            (None, None) => String::new(),
        }
    }

    /// Whether `--debug` or `HELM_DEBUG` asks for more.
    pub(crate) fn debug(&self, parsed: &Parsed) -> bool {
        if parsed.changed("debug") {
            return parsed.bool("debug");
        }
        self.get("HELM_DEBUG").and_then(crate::args::parse_bool).unwrap_or(false)
    }

    /// The namespace: flag, variable, the kubeconfig's context, `default`.
    pub(crate) fn namespace(&self, parsed: &Parsed) -> String {
        let given = self.global(parsed, "namespace");
        if !given.is_empty() {
            return given;
        }
        crate::kubeconfig::namespace(&self.kubeconfig_files(parsed), &self.global(parsed, "kube-context"))
            .unwrap_or_else(|| "default".to_owned())
    }

    pub(crate) fn kubeconfig_files(&self, parsed: &Parsed) -> Vec<PathBuf> {
        if let Some(path) = parsed.get("kubeconfig").filter(|path| !path.is_empty()) {
            return vec![PathBuf::from(path)];
        }
        match self.get("KUBECONFIG") {
            Some(list) => std::env::split_paths(list).filter(|path| !path.as_os_str().is_empty()).collect(),
            None => vec![self.home().join(".kube").join("config")],
        }
    }

    /// `helm env`'s table, sorted by name.
    pub(crate) fn table(&self, parsed: &Parsed) -> BTreeMap<&'static str, String> {
        let text = |path: PathBuf| path.to_string_lossy().into_owned();
        let groups = if parsed.changed("kube-as-group") {
            // Helm: it reads the global flags twice, and every group counts each time.
            let groups = parsed.all("kube-as-group");
            [groups, groups].concat().join(",")
        } else {
            self.impersonated_groups().to_owned()
        };
        let insecure = if parsed.changed("kube-insecure-skip-tls-verify") {
            parsed.bool("kube-insecure-skip-tls-verify")
        } else {
            self.get("HELM_KUBEINSECURE_SKIP_TLS_VERIFY").and_then(crate::args::parse_bool).unwrap_or(false)
        };
        let given = parsed.get("qps").and_then(|text| text.parse().ok());
        let qps: f32 = given.unwrap_or_else(|| self.variable_qps());
        let mut table = BTreeMap::from([
            ("HELM_BIN", self.program.clone()),
            ("HELM_CACHE_HOME", text(self.cache_home())),
            ("HELM_CONFIG_HOME", text(self.config_home())),
            ("HELM_DATA_HOME", text(self.data_home())),
            ("HELM_DEBUG", self.debug(parsed).to_string()),
            ("HELM_PLUGINS", self.plugins()),
            ("HELM_REGISTRY_CONFIG", self.global(parsed, "registry-config")),
            ("HELM_REPOSITORY_CACHE", self.global(parsed, "repository-cache")),
            ("HELM_CONTENT_CACHE", self.global(parsed, "content-cache")),
            ("HELM_REPOSITORY_CONFIG", self.global(parsed, "repository-config")),
            ("HELM_NAMESPACE", self.namespace(parsed)),
            ("HELM_MAX_HISTORY", self.max_history()),
            ("HELM_BURST_LIMIT", self.global(parsed, "burst-limit")),
            ("HELM_QPS", govalue::number::format_float(qps.into(), b'f', 2, 64)),
            ("HELM_KUBECONTEXT", self.global(parsed, "kube-context")),
            ("HELM_KUBETOKEN", self.global(parsed, "kube-token")),
            ("HELM_KUBEASUSER", self.global(parsed, "kube-as-user")),
            ("HELM_KUBEASGROUPS", groups),
            ("HELM_KUBEAPISERVER", self.global(parsed, "kube-apiserver")),
            ("HELM_KUBECAFILE", self.global(parsed, "kube-ca-file")),
            ("HELM_KUBEINSECURE_SKIP_TLS_VERIFY", insecure.to_string()),
            ("HELM_KUBETLS_SERVER_NAME", self.global(parsed, "kube-tls-server-name")),
        ]);
        if let Some(path) = parsed.get("kubeconfig").filter(|path| !path.is_empty()) {
            table.insert("KUBECONFIG", path.to_owned());
        }
        table
    }

    /// Where plugins lie: a list of folders.
    pub(crate) fn plugins(&self) -> String {
        match self.lookup("HELM_PLUGINS") {
            Some(path) => path.to_owned(),
            None => self.data_home().join("plugins").to_string_lossy().into_owned(),
        }
    }

    /// Whether somebody waits at a terminal on which a line can be erased. `--debug` prints more than one line.
    pub(crate) fn shows_progress(&self, parsed: &Parsed) -> bool {
        let erases = self.get("TERM").is_some_and(|terminal| terminal != "dumb");
        cfg!(unix) && erases && self.stderr_is_terminal() && !self.debug(parsed)
    }

    /// Whether somebody wants to read more about a failure than Helm says.
    pub(crate) fn explains(&self) -> bool {
        self.explain.get() || self.stderr_is_terminal()
    }

    /// Whether what is printed goes to a terminal.
    pub(crate) fn stdout_is_terminal(&self) -> bool {
        std::io::stdout().is_terminal()
    }

    /// Whether standard error is a terminal, where reports may say more than Helm does.
    pub(crate) fn stderr_is_terminal(&self) -> bool {
        std::io::stderr().is_terminal()
    }
}
