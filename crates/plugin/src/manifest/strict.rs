//! What Helm takes and we do not: words under `runtimeConfig` that nobody knows. Each may have been meant to restrict
//! the plugin, or to ask for something it then would not get.

use govalue::Value;
use govalue::print::quote;

use super::{Manifest, Runtime};
use crate::request;

/// Functions that a host may lend to a plugin.
pub const HOST_FUNCTIONS: [&str; 11] = [
    "helm_get_values",
    "helm_get_manifest",
    "helm_get_notes",
    "helm_get_metadata",
    "helm_get_hooks",
    "helm_list_releases",
    "helm_history",
    "helm_show_chart",
    "helm_template",
    "kube_get",
    "kube_list",
];

/// Something that Helm passes over in silence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Stricter {
    /// A field that nobody knows.
    #[error("unknown field {} in {place}{}", quote(field.as_bytes()), meant(*nearest))]
    Field {
        /// The field.
        field: String,
        /// Where it stands: `runtimeConfig`, `runtimeConfig.memory`.
        place: &'static str,
        /// The known field that looks like it.
        nearest: Option<&'static str>,
    },
    /// A function that no host has.
    #[error("unknown host function {}{}", quote(function.as_bytes()), meant(*nearest))]
    HostFunction {
        /// The function.
        function: String,
        /// The known function that looks like it.
        nearest: Option<&'static str>,
    },
    /// The two spellings of a limit say different things.
    #[error(
        "runtimeConfig.{limit} is {flat} and runtimeConfig.memory.{limit} is {nested}: write one of them"
    )]
    TwoLimits {
        /// The limit.
        limit: &'static str,
        /// What stands in `runtimeConfig`.
        flat: String,
        /// What stands in `runtimeConfig.memory`.
        nested: String,
    },
    /// A capability that nobody knows, or with a scope that it cannot have.
    #[error("runtimeConfig.capabilities: {0}")]
    Capability(guard::Misplaced),
    /// A list that is none.
    #[error("{place} is no list")]
    NoList {
        /// Where it should stand.
        place: &'static str,
    },
    /// A pattern of hosts that has no counterpart among our patterns.
    #[error("runtimeConfig.allowedHosts: {}: {why}", quote(host.as_bytes()))]
    Host {
        /// The pattern.
        host: String,
        /// What is wrong with it.
        why: String,
    },
    /// A folder of data that is not plainly one below the plugin's.
    #[error(
        "runtimeConfig.dataFolders: {} is no folder below the plugin's: write it as `cache` or `var/state`",
        quote(folder.as_bytes())
    )]
    DataFolder {
        /// As it was written.
        folder: String,
    },
}

fn meant(nearest: Option<&'static str>) -> String {
    nearest.map_or_else(String::new, |word| format!(", did you mean {}?", quote(word.as_bytes())))
}

const MEMORY: [&str; 3] = ["maxPages", "maxHttpResponseBytes", "maxVarBytes"];
const EXTISM: [&str; 12] = [
    "memory",
    "config",
    "allowedHosts",
    "fileSystem",
    "timeout",
    "hostFunctions",
    "entryFuncName",
    "capabilities",
    "dataFolders",
    "maxPages",
    "maxHttpResponseBytes",
    "maxVarBytes",
];
const SUBPROCESS: [&str; 5] =
    ["platformCommand", "platformHooks", "protocolCommands", "capabilities", "dataFolders"];
const PLATFORM_COMMAND: [&str; 4] = ["os", "arch", "command", "args"];
const PROTOCOL_COMMAND: [&str; 2] = ["protocols", "platformCommand"];
const HOOKS: [&str; 3] = ["install", "update", "delete"];

/// Looks at a manifest that Helm would take. `raw` is what stands under `runtimeConfig`.
pub(super) fn check(manifest: &mut Manifest, raw: &Value) -> Result<(), Stricter> {
    runtime(manifest, raw)?;
    manifest.capabilities = request::capabilities(&manifest.name, field(raw, "capabilities").as_ref())?;
    manifest.data_folders = request::data_folders(field(raw, "dataFolders").as_ref())?;
    request::hosts(manifest).map(|_| ())
}

fn runtime(manifest: &Manifest, raw: &Value) -> Result<(), Stricter> {
    match &manifest.runtime {
        Runtime::Subprocess(_) => subprocess(raw),
        Runtime::Extism(extism) => {
            known(raw, "runtimeConfig", &EXTISM)?;
            if let Some(memory) = field(raw, "memory") {
                known(&memory, "runtimeConfig.memory", &MEMORY)?;
                for limit in MEMORY {
                    let (flat, nested) = (field(raw, limit), field(&memory, limit));
                    let text = |value: &Value| {
                        let bytes = govalue::print::sprint(std::slice::from_ref(value));
                        String::from_utf8_lossy(&bytes).into_owned()
                    };
                    if let (Some(flat), Some(nested)) = (flat.as_ref().map(text), nested.as_ref().map(text))
                        && flat != nested
                    {
                        return Err(Stricter::TwoLimits { limit, flat, nested });
                    }
                }
            }
            if let Some(files) = field(raw, "fileSystem") {
                known(&files, "runtimeConfig.fileSystem", &["createTempDir"])?;
            }
            let functions = &HOST_FUNCTIONS;
            match extism.host_functions.iter().find(|wanted| !functions.contains(&wanted.as_str())) {
                Some(function) => Err(Stricter::HostFunction {
                    function: function.clone(),
                    nearest: guard::nearest(function, functions.iter().copied()),
                }),
                None => Ok(()),
            }
        }
    }
}

fn subprocess(raw: &Value) -> Result<(), Stricter> {
    known(raw, "runtimeConfig", &SUBPROCESS)?;
    let commands =
        |value: Option<Value>, place: &'static str| each(value, |one| known(one, place, &PLATFORM_COMMAND));
    commands(field(raw, "platformCommand"), "runtimeConfig.platformCommand")?;
    if let Some(hooks) = field(raw, "platformHooks") {
        known(&hooks, "runtimeConfig.platformHooks", &HOOKS)?;
        for event in HOOKS {
            commands(field(&hooks, event), "runtimeConfig.platformHooks")?;
        }
    }
    each(field(raw, "protocolCommands"), |one| {
        known(one, "runtimeConfig.protocolCommands", &PROTOCOL_COMMAND)?;
        commands(field(one, "platformCommand"), "runtimeConfig.protocolCommands.platformCommand")
    })
}

fn each(value: Option<Value>, check: impl Fn(&Value) -> Result<(), Stricter>) -> Result<(), Stricter> {
    match value {
        Some(Value::List(items)) => items.iter().try_for_each(check),
        _ => Ok(()),
    }
}

/// Refuses the first field of a table that is not among the known ones.
fn known(value: &Value, place: &'static str, fields: &[&'static str]) -> Result<(), Stricter> {
    let Some(map) = value.as_map() else { return Ok(()) };
    for (name, _) in map.iter() {
        let name = name.to_str_lossy().into_owned();
        if !fields.contains(&name.as_str()) {
            let nearest = guard::nearest(&name, fields.iter().copied());
            return Err(Stricter::Field { field: name, place, nearest });
        }
    }
    Ok(())
}

fn field(value: &Value, name: &str) -> Option<Value> {
    value.as_map()?.get(name).filter(|value| !matches!(value, Value::Nil))
}
