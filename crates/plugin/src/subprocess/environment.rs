//! What a program finds in its environment.
//!
//! Helm gives all that it has itself. Here a program has the variables below and what Helm documents for plugins; each
//! further one is a question to the guard.

use std::ffi::{OsStr, OsString};

use guard::{Actor, Guard, Question};

use super::command::Variables;
use super::{SubprocessError, Task};
use crate::discover::Plugin;

/// Where a program is started from.
#[derive(Debug, Clone, Default)]
pub struct Surroundings {
    /// The variables of this process.
    pub process: Variables,
    /// What `helm env` shows.
    pub helm: Variables,
}

/// What every program may know of its user and this machine.
const BASE: [&str; 8] = ["PATH", "HOME", "USER", "LANG", "TERM", "TMPDIR", "TZ", "KUBECONFIG"];
/// Without these no program starts on that system.
const WINDOWS: [&str; 10] = [
    "SYSTEMROOT",
    "SYSTEMDRIVE",
    "WINDIR",
    "PATHEXT",
    "COMSPEC",
    "TEMP",
    "TMP",
    "USERPROFILE",
    "APPDATA",
    "LOCALAPPDATA",
];
/// Each also in small letters.
const PROXIES: [&str; 4] = ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY"];
/// Variables that Helm documents and `helm env` does not show. One that holds a password is not among them.
const DOCUMENTED: [&str; 5] =
    ["HELM_DRIVER", "HELM_NO_PLUGINS", "HELM_COLOR", "NO_COLOR", "HELM_EXPERIMENTAL_CHART_V3"];

/// Whether every program has a variable of the process.
fn is_base(name: &OsStr, helm: &Variables) -> bool {
    let Some(text) = name.to_str() else { return false };
    let proxy = || PROXIES.iter().any(|proxy| *proxy == text || proxy.to_ascii_lowercase() == text);
    BASE.contains(&text)
        || text.starts_with("LC_")
        || proxy()
        || DOCUMENTED.contains(&text)
        || (cfg!(windows) && WINDOWS.contains(&text.to_ascii_uppercase().as_str()))
        || (text.starts_with("HELM_") && helm.contains_key(name))
}

/// What any program finds, and the names of the variables in it that only a grant gave.
pub(super) fn of_program(
    surroundings: &Surroundings,
    actor: &Actor,
    guard: &Guard,
) -> (Variables, Vec<String>) {
    let mut granted = Vec::new();
    let mut out = Variables::new();
    for (name, value) in surroundings.process.iter().filter(|(name, _)| !name.is_empty()) {
        if !is_base(name, &surroundings.helm) {
            let Some(text) = name.to_str() else { continue };
            if !guard.would_allow(&[actor], &Question::Env { name: text.to_owned() }) {
                continue;
            }
            granted.push(text.to_owned());
        }
        out.insert(name.clone(), value.clone());
    }
    (out, granted)
}

/// What a plugin's program finds, and the names of the variables in it that only a grant gave.
pub(super) fn environment(
    plugin: &Plugin,
    task: &Task<'_>,
    surroundings: &Surroundings,
    actor: &Actor,
    guard: &Guard,
) -> (Variables, Vec<String>) {
    let (mut out, granted) = of_program(surroundings, actor, guard);
    if task.has_helm_environment() {
        out.extend(surroundings.helm.clone());
    }
    let mut set = |name: &str, value: OsString| _ = out.insert(name.into(), value);
    set("HELM_PLUGIN_NAME", plugin.manifest.name.clone().into());
    set("HELM_PLUGIN_DIR", plugin.folder.clone().into());
    if let Task::Getter(fetch) = task {
        set("HELM_PLUGIN_USERNAME", fetch.username.into());
        set("HELM_PLUGIN_PASSWORD", fetch.password.into());
        set("HELM_PLUGIN_PASS_CREDENTIALS_ALL", fetch.pass_credentials_all.to_string().into());
    }
    (out, granted)
}

/// Asks for each variable that only a grant gave.
pub(super) fn ask(names: Vec<String>, actor: &Actor, guard: &mut Guard) -> Result<(), SubprocessError> {
    for name in names {
        // The permit is spent by the copy that was made: the same policy said yes to it a moment ago.
        let _permit = guard.check(&[actor], Question::Env { name })?;
    }
    Ok(())
}
