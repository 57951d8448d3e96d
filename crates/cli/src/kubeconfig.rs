//! What is read from a kubeconfig: the namespace of a context, and which contexts there are.

use std::collections::BTreeMap;
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

/// The contexts of these files with the cluster of each, sorted; of two with one name the first counts. `None` when a
/// file cannot be read as a kubeconfig; files that do not exist are none.
pub(crate) fn contexts(files: &[PathBuf]) -> Option<BTreeMap<String, String>> {
    let mut contexts = BTreeMap::new();
    for file in files.iter().filter(|file| file.exists()) {
        let config = read(file)?;
        let Some(Value::List(entries)) = config.get("contexts") else { continue };
        for entry in entries.iter().filter_map(Value::as_map) {
            let text = |value: Option<Value>| match value {
                Some(Value::Str(text)) => text.to_str_lossy().into_owned(),
                _ => String::new(),
            };
            let cluster =
                entry.get("context").and_then(|context| text(context.as_map()?.get("cluster")).into());
            contexts.entry(text(entry.get("name"))).or_insert(cluster.unwrap_or_default());
        }
    }
    Some(contexts)
}

fn read(path: &PathBuf) -> Option<Map> {
    let metadata = std::fs::metadata(path).ok()?;
    if !metadata.is_file() || metadata.len() > MAX_BYTES {
        return None;
    }
    yaml::read_map(&std::fs::read(path).ok()?, &Limits::default()).ok()
}
