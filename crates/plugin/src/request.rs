//! What a plugin asks for, in the words of the guard: Helm's fields, and `runtimeConfig.capabilities`.
//!
//! A request gives nothing. It is shown when a plugin is installed, and becomes a grant when the user says so.

use std::path::Path;

use govalue::Value;
use guard::{Grant, Node, Tree};

use crate::manifest::{Manifest, Runtime, Stricter};

/// Everything that a plugin asks for; nothing for one that runs without questions.
///
/// A program asks for `native`: it runs outside of any sandbox. What else it can reach then depends on the system.
pub fn requests(manifest: &Manifest) -> Vec<Grant> {
    let name = &manifest.name;
    let word = |word: &str| Grant::requested(name, &Node::text(word)).ok();
    let mut asked = Vec::new();
    match &manifest.runtime {
        Runtime::Subprocess(_) => asked.extend(word("native")),
        Runtime::Extism(extism) => {
            // A manifest whose hosts cannot be read was refused.
            asked.extend(hosts(manifest).unwrap_or_default());
            if extism.create_temp_dir {
                asked.extend(word("tempdir"));
            }
            asked.extend(functions(name, &extism.host_functions, &manifest.capabilities));
        }
    }
    for capability in &manifest.capabilities {
        if !asked.iter().any(|one| one.covers(capability)) {
            asked.push(capability.clone());
        }
    }
    asked
}

/// What `allowedHosts` asks for: any request to hosts of these names, over either scheme and any port.
pub(crate) fn hosts(manifest: &Manifest) -> Result<Option<Grant>, Stricter> {
    let Runtime::Extism(extism) = &manifest.runtime else { return Ok(None) };
    let mut urls = Vec::new();
    for host in &extism.allowed_hosts {
        let refused = |why: &str| Stricter::Host { host: host.clone(), why: why.to_owned() };
        if host.is_empty() || host.contains(|c: char| "?[]{}!\\/@# ".contains(c) || c.is_control()) {
            return Err(refused("only names of hosts, and `*` in them, are understood"));
        }
        // Helm: a `*` of its patterns goes across the dots of a name.
        let host = host.replace("**", "*").replace('*', "**");
        let port = if host.contains(':') { "" } else { ":*" };
        urls.extend(["https", "http"].map(|scheme| Node::text(format!("{scheme}://{host}{port}"))));
    }
    if urls.is_empty() {
        return Ok(None);
    }
    let item = Node::map([("http", Node::map([("urls", Node::seq(urls))]))]);
    let wrong = |wrong: guard::Misplaced| Stricter::Host {
        host: extism.allowed_hosts.join(", "),
        why: wrong.to_string(),
    };
    Grant::requested(&manifest.name, &item).map(Some).map_err(wrong)
}

/// What host functions need beyond the release that is being rendered, which is everybody's own. Whoever says under
/// `capabilities` how far they should reach has said it.
fn functions(plugin: &str, functions: &[String], said: &[Grant]) -> Vec<Grant> {
    let (mut parts, mut verbs, mut charts) = (Vec::new(), Vec::new(), false);
    let add = |list: &mut Vec<&'static str>, word| {
        if !list.contains(&word) {
            list.push(word);
        }
    };
    for function in functions {
        match function.as_str() {
            "helm_get_manifest" => add(&mut parts, "manifest"),
            "helm_get_notes" => add(&mut parts, "notes"),
            "helm_get_metadata" | "helm_list_releases" => add(&mut parts, "metadata"),
            "helm_get_hooks" => add(&mut parts, "hooks"),
            "helm_history" => add(&mut parts, "history"),
            "helm_show_chart" | "helm_template" => charts = true,
            "kube_get" => add(&mut verbs, "get"),
            "kube_list" => add(&mut verbs, "list"),
            // `helm_get_values` without a name answers for the release that is being rendered.
            _ => {}
        }
    }
    let list = |words: Vec<&str>| Node::seq(words.into_iter().map(Node::text));
    let mut items = Vec::new();
    if !parts.is_empty() {
        items.push(Node::map([("release", Node::map([("parts", list(parts))]))]));
    }
    if charts {
        items.push(Node::text("chart"));
    }
    if !verbs.is_empty() {
        items.push(Node::map([("cluster", Node::map([("verbs", list(verbs))]))]));
    }
    let asked = items.iter().filter_map(|item| Grant::requested(plugin, item).ok());
    asked.filter(|asked| !said.iter().any(|said| said.capability == asked.capability)).collect()
}

/// Reads `runtimeConfig.capabilities`, which has the syntax of a grants file.
pub(crate) fn capabilities(plugin: &str, written: Option<&Value>) -> Result<Vec<Grant>, Stricter> {
    let items = match written {
        None => return Ok(Vec::new()),
        Some(Value::List(items)) => items,
        Some(_) => return Err(Stricter::NoList { place: "runtimeConfig.capabilities" }),
    };
    items.iter().map(|item| Grant::requested(plugin, &node(item)).map_err(Stricter::Capability)).collect()
}

/// Reads `runtimeConfig.dataFolders`.
pub(crate) fn data_folders(written: Option<&Value>) -> Result<Vec<String>, Stricter> {
    let items = match written {
        None => return Ok(Vec::new()),
        Some(Value::List(items)) => items,
        Some(_) => return Err(Stricter::NoList { place: "runtimeConfig.dataFolders" }),
    };
    let folder = |item: &Value| {
        let text = match &node(item).tree {
            Tree::String(text) | Tree::Number(text) => text.clone(),
            _ => String::new(),
        };
        let plain =
            text.split('/').all(|name| !matches!(name, "" | "." | "..") && !name.contains(['\\', ':']));
        if plain && Path::new(&text).is_relative() {
            Ok(text)
        } else {
            Err(Stricter::DataFolder { folder: text })
        }
    };
    items.iter().map(folder).collect()
}

fn node(value: &Value) -> Node {
    let text = |value: &Value| {
        String::from_utf8_lossy(&govalue::print::sprint(std::slice::from_ref(value))).into_owned()
    };
    let tree = match value {
        Value::Nil => Tree::Null,
        Value::Bool(on) => Tree::Bool(*on),
        Value::List(items) => Tree::Seq(items.iter().map(node).collect()),
        Value::Map(map) => {
            let entries = map.iter();
            Tree::Map(entries.map(|(key, value)| (Node::text(key.to_str_lossy()), node(&value))).collect())
        }
        Value::Str(_) => Tree::String(text(value)),
        other => Tree::Number(text(other)),
    };
    Node { line: None, tree }
}
