//! The one thing `template` wants from a kubeconfig: the namespace of its context.

use std::path::PathBuf;

use govalue::yaml::{self, Limits};
use govalue::{Map, Value};

/// A kubeconfig larger than this is not one.
const MAX_BYTES: u64 = 16 << 20;

/// The namespace of the named or current context over these files, first file first; `None` when none says
/// one or a file cannot be read, as Helm falls back to `default` then.
pub(crate) fn namespace(files: &[PathBuf], context: &str) -> Option<String> {
    let configs: Vec<Map> = files.iter().filter_map(read).collect();
    let text = |value: Option<Value>| match value {
        Some(Value::Str(text)) if !text.is_empty() => Some(text.to_str_lossy().into_owned()),
        _ => None,
    };
    let wanted = if context.is_empty() {
        configs.iter().find_map(|config| text(config.get("current-context")))?
    } else {
        context.to_owned()
    };
    for config in &configs {
        let Some(Value::List(contexts)) = config.get("contexts") else { continue };
        for entry in contexts.iter().filter_map(Value::as_map) {
            if text(entry.get("name")).as_deref() == Some(&wanted) {
                return text(entry.get("context")?.as_map()?.get("namespace"));
            }
        }
    }
    None
}

fn read(path: &PathBuf) -> Option<Map> {
    let metadata = std::fs::metadata(path).ok()?;
    if !metadata.is_file() || metadata.len() > MAX_BYTES {
        return None;
    }
    yaml::read_map(&std::fs::read(path).ok()?, &Limits::default()).ok()
}
