//! `plugin inspect`: what a plugin or a Wasm file is, what it needs, and what it may. Nothing of it runs.

use std::path::{Path, PathBuf};

use artifact::http::{GetOptions, Tls};
use govalue::{List, Value, json, yaml};
use guard::Grant;
use plugin::archive::{self, ArchiveLimits};
use plugin::inspect::{self, Module, shown};
use plugin::lock::{Entry, Lock, Signer};
use plugin::manifest::{Config, Runtime};
use plugin::request::requests;
use plugin::{Manifest, Plugin};

use crate::commands::Context;
use crate::plugins::find;
use crate::plugins::git::Checkout;
use crate::plugins::source::{Source, is_archive_name};
use crate::report::Failure;
use crate::{fetch, paths, prepare, table};

/// What was found, and where.
struct Inspected {
    /// The plugin, where it is more than a Wasm file.
    plugin: Option<Plugin>,
    /// What plugins.lock knows of it.
    entry: Option<Entry>,
    /// The file that was read.
    file: PathBuf,
    /// What it is; `None` for a plugin that is no Wasm.
    module: Option<Module>,
}

/// `plugin inspect`.
pub(in crate::commands) fn inspect(context: &mut Context<'_>) -> Result<(), Failure> {
    let reference = context.parsed.args.first().cloned().unwrap_or_default();
    let inspected = look(context, &reference)?;
    match context.parsed.string("output", "table").as_str() {
        "table" => context.output.out(&text(&inspected)),
        format => {
            let value = value(&inspected);
            let written = if format == "yaml" {
                yaml::write(&value)
            } else {
                json::write(&value, &json::Options { escape_html: false, ..json::Options::default() }).map(
                    |mut text| {
                        text.push(b'\n');
                        text
                    },
                )
            };
            let written = written.map_err(|error| Failure::plain(error.to_string()))?;
            context.output.bytes().extend_from_slice(&written);
        }
    }
    Ok(())
}

/// A file, a folder, the name of an installed plugin, or a URL, in this order.
fn look(context: &mut Context<'_>, reference: &str) -> Result<Inspected, Failure> {
    let path = paths::clean(reference);
    match std::fs::metadata(&path) {
        Ok(there) if there.is_dir() => {
            let plugin = plugin::load(&path).map_err(|error| Failure::of(&error))?;
            of_plugin(context, plugin)
        }
        Ok(_) => of_bytes(&path, &read(&path)?),
        Err(_) => {
            let folders = context.environment.plugins();
            let installed = find(context.output, &folders, "")?;
            match installed.into_iter().find(|plugin| plugin.manifest.name == reference) {
                Some(plugin) => of_plugin(context, plugin),
                None => elsewhere(context, reference),
            }
        }
    }
}

fn of_plugin(context: &Context<'_>, plugin: Plugin) -> Result<Inspected, Failure> {
    let lock =
        Lock::read(&Lock::path(&context.environment.config_home())).map_err(|error| Failure::of(&error))?;
    let real = std::fs::canonicalize(&plugin.folder).ok();
    let entry = real.and_then(|real| lock.entry(&real).cloned());
    let file = plugin.folder.join(plugin::discover::MODULE);
    let module = match plugin.manifest.runtime {
        Runtime::Extism(_) => Some(of_module(&file, &read(&file)?)?),
        Runtime::Subprocess(_) => None,
    };
    Ok(Inspected { plugin: Some(plugin), entry, file, module })
}

/// Something behind a URL: it is fetched, looked at, and not kept.
fn elsewhere(context: &mut Context<'_>, reference: &str) -> Result<Inspected, Failure> {
    let most = inspect::Limits::default().bytes;
    let nothing = || {
        let text = format!("{reference:?} is no file, no folder, no installed plugin, and no URL of one");
        Failure::plain(text)
    };
    if !reference.contains("://") && !reference.contains('@') {
        return Err(nothing());
    }
    context.progress.says("fetching", reference);
    let client = fetch::client(context.environment, Tls::default(), most);
    let is_file = reference.starts_with("http") && reference.ends_with(".wasm");
    if is_file || is_archive_name(reference) {
        let bytes = fetch::get(&client, reference, &GetOptions::default(), ("inspect.bytes", most))
            .map_err(|error| Failure::of(&error))?;
        return of_bytes(Path::new(reference), &bytes);
    }
    match Source::of(reference, &client) {
        Ok(Source::Git(remote)) => {
            let folder = Fetched(
                context
                    .environment
                    .cache_home()
                    .join("pintle")
                    .join(format!("inspect-{}", std::process::id())),
            );
            if let Some(above) = folder.0.parent() {
                std::fs::create_dir_all(above).map_err(|error| Failure::of(&error))?;
            }
            Checkout::fetch(&remote, &folder.0, "").map_err(|error| Failure::of(&error))?;
            let plugin = plugin::load(&folder.0).map_err(|error| Failure::of(&error))?;
            let mut inspected = of_plugin(context, plugin)?;
            inspected.file = PathBuf::from(reference).join(plugin::discover::MODULE);
            if let Some(plugin) = &mut inspected.plugin {
                plugin.folder = PathBuf::from(reference);
            }
            Ok(inspected)
        }
        Ok(Source::Registry(_)) => {
            Err(Failure::plain(format!("{reference}: registries are not in this version yet")))
        }
        _ => Err(nothing()),
    }
}

/// What was fetched to be looked at; gone afterwards.
struct Fetched(PathBuf);

impl Drop for Fetched {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// What is in a file: a module, or the archive of a plugin, which is read where it lies.
fn of_bytes(file: &Path, bytes: &[u8]) -> Result<Inspected, Failure> {
    let here = file.to_owned();
    if !bytes.starts_with(b"\x1f\x8b") {
        let module = Some(of_module(file, bytes)?);
        return Ok(Inspected { plugin: None, entry: None, module, file: here });
    }
    let failed = |words: String| Failure::plain(format!("{}: {words}", file.display()));
    // A module, and what little lies beside it.
    let limits = ArchiveLimits { bytes: 2 * inspect::Limits::default().bytes, ..ArchiveLimits::default() };
    let (manifest, module) = archive::contents(bytes, &limits).map_err(|error| failed(error.to_string()))?;
    let module = match (&manifest.runtime, module) {
        (Runtime::Extism(_), Some(module)) => Some(of_module(file, &module)?),
        (Runtime::Extism(_), None) => {
            return Err(failed(format!("the archive has no {}", plugin::discover::MODULE)));
        }
        (Runtime::Subprocess(_), _) => None,
    };
    let plugin = Some(Plugin { folder: here.clone(), manifest });
    Ok(Inspected { plugin, entry: None, module, file: here })
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    prepare::read_bounded(path, inspect::Limits::default().bytes)
        .map_err(|error| Failure::plain(format!("{}: {}", path.display(), prepare::system_words(&error))))
}

fn of_module(file: &Path, bytes: &[u8]) -> Result<Module, Failure> {
    inspect::module(bytes, &inspect::Limits::default())
        .map_err(|error| Failure::plain(format!("{}: {error}", file.display())))
}

/// Rows of two columns, then lists.
fn text(inspected: &Inspected) -> String {
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut row = |name: &str, what: String| rows.push(vec![name.to_owned(), what]);
    let (mut wants, mut limits, mut has) = (Vec::new(), Vec::new(), Vec::new());
    if let Some(Plugin { folder, manifest }) = &inspected.plugin {
        row("PLUGIN", format!("{} {}", manifest.name, manifest.version).trim_end().to_owned());
        row("FOLDER", folder.display().to_string());
        row("TYPE", kind(manifest));
        row("RUNTIME", runtime(manifest));
        if !manifest.source_url.is_empty() {
            row("SOURCE", shown(&manifest.source_url));
        }
        row("STANDING", standing(inspected.entry.as_ref()));
        wants = items(&requests(manifest));
        limits = own_limits(manifest);
        has = items(inspected.entry.as_ref().map_or(&[], |entry| &entry.granted));
    }
    let told = |out: &mut String| {
        let rows = |items: &[String]| items.iter().map(|item| vec![item.clone()]).collect::<Vec<_>>();
        section(out, "ASKS FOR", &rows(&wants));
        section(out, "WAS GRANTED", &rows(&has));
        let limits: Vec<Vec<String>> =
            limits.iter().map(|(what, how)| vec![(*what).to_owned(), how.to_string()]).collect();
        section(out, "SETS ITSELF LIMITS", &limits);
    };
    let Some(module) = &inspected.module else {
        let mut out = trimmed(&rows);
        told(&mut out);
        return out;
    };
    row("FILE", inspected.file.display().to_string());
    row("SIZE", format!("{} bytes", module.bytes));
    row("SHA-256", module.digest.clone());
    row("FAMILY", format!("{}: {}", module.family.word(), module.family.describe()));
    if let Some(advice) = module.family.advice() {
        row("NOTE", advice.to_owned());
    }
    for (field, name, version) in &module.made_with {
        let version = if version.is_empty() { String::new() } else { format!(" {version}") };
        row("MADE WITH", format!("{name}{version} ({field})"));
    }
    if module.component {
        row("INSIDE", format!("{} core modules", module.nested));
    } else {
        row("FUNCTIONS", module.functions.to_string());
        for memory in &module.memories {
            row("MEMORY", format!("{memory} pages of 64 KiB"));
        }
        for size in &module.tables {
            row("TABLE", format!("{size} elements"));
        }
        row("START", if module.start { "runs a function when it is loaded" } else { "none" }.to_owned());
    }
    let mut out = trimmed(&rows);
    told(&mut out);
    let imports: Vec<Vec<String>> = module
        .imports
        .iter()
        .map(|import| vec![import.module.clone(), import.name.clone(), import.kind.clone()])
        .collect();
    section(&mut out, "IMPORTS", &imports);
    let exports: Vec<Vec<String>> =
        module.exports.iter().map(|export| vec![export.name.clone(), export.kind.clone()]).collect();
    section(&mut out, "EXPORTS", &exports);
    let sections: Vec<Vec<String>> = module
        .sections
        .iter()
        .map(|section| {
            let name =
                if section.custom { format!("custom {:?}", section.name) } else { section.name.clone() };
            vec![name, section.bytes.to_string()]
        })
        .collect();
    section(&mut out, "SECTIONS", &sections);
    out
}

fn section(out: &mut String, heading: &str, rows: &[Vec<String>]) {
    if rows.is_empty() {
        return;
    }
    out.push_str(&format!("\n{heading}\n"));
    for line in trimmed(rows).lines() {
        out.push_str(&format!("  {line}\n"));
    }
}

/// A table whose last column is not padded.
fn trimmed(rows: &[Vec<String>]) -> String {
    table::render(rows, 0).lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

fn kind(manifest: &Manifest) -> String {
    match &manifest.config {
        Config::Getter { protocols } => {
            format!("{} for {}", manifest.config.kind(), shown(&protocols.join(", ")))
        }
        config => config.kind().to_owned(),
    }
}

fn runtime(manifest: &Manifest) -> String {
    match &manifest.runtime {
        Runtime::Extism(extism) => match &extism.entry {
            Some(entry) => format!("{}, entry {}", manifest.runtime.name(), shown(entry)),
            None => manifest.runtime.name().to_owned(),
        },
        Runtime::Subprocess(_) => format!("{}: native code, outside Wasm", manifest.runtime.name()),
    }
}

/// Grants as a grants file has them.
fn items(grants: &[Grant]) -> Vec<String> {
    grants.iter().map(|grant| shown(&grant.to_item())).collect()
}

/// What plugins.lock knows. Whether the files are still those is looked at when the plugin runs.
fn standing(entry: Option<&Entry>) -> String {
    let Some(entry) = entry else { return "not in plugins.lock".to_owned() };
    match &entry.signer {
        Signer::Signed { fingerprint, identities } => {
            format!(
                "installed {}, signed by {} ({fingerprint})",
                entry.installed,
                shown(&identities.join(", "))
            )
        }
        Signer::Unsigned { accepted } => {
            format!("installed {}, unsigned, accepted by {}", entry.installed, shown(accepted))
        }
    }
}

/// Limits that plugin.yaml sets.
fn own_limits(manifest: &Manifest) -> Vec<(&'static str, u64)> {
    let Runtime::Extism(extism) = &manifest.runtime else { return Vec::new() };
    let limits = [
        ("maxPages", extism.max_pages.map(u64::from)),
        ("maxHttpResponseBytes", extism.max_http_response_bytes),
        ("maxVarBytes", extism.max_var_bytes),
        ("timeout", extism.timeout),
    ];
    limits.into_iter().filter_map(|(name, limit)| Some((name, limit?))).collect()
}

fn map<const N: usize>(entries: [(&str, Value); N]) -> Value {
    Value::Map(entries.into_iter().filter(|(_, value)| !matches!(value, Value::Nil)).collect())
}

fn number(count: u64) -> Value {
    Value::Int(govalue::IntKind::Int64, i64::try_from(count).unwrap_or(i64::MAX))
}

fn maybe(text: &str) -> Value {
    if text.is_empty() { Value::Nil } else { Value::from(text) }
}

fn value(inspected: &Inspected) -> Value {
    map([
        (
            "plugin",
            inspected
                .plugin
                .as_ref()
                .map_or(Value::Nil, |plugin| plugin_value(plugin, inspected.entry.as_ref())),
        ),
        (
            "file",
            inspected
                .module
                .as_ref()
                .map_or(Value::Nil, |_| Value::from(inspected.file.display().to_string())),
        ),
        ("module", inspected.module.as_ref().map_or(Value::Nil, module_value)),
    ])
}

fn plugin_value(Plugin { folder, manifest }: &Plugin, known: Option<&Entry>) -> Value {
    let list =
        |grants: &[Grant]| -> Value { Value::List(items(grants).into_iter().map(Value::from).collect()) };
    let limits = own_limits(manifest).into_iter().map(|(name, limit)| (name, number(limit))).collect();
    let entry = match &manifest.runtime {
        Runtime::Extism(extism) => extism.entry.as_deref().map_or(Value::Nil, Value::from),
        Runtime::Subprocess(_) => Value::Nil,
    };
    map([
        ("name", Value::from(manifest.name.as_str())),
        ("version", maybe(&manifest.version)),
        ("folder", Value::from(folder.display().to_string())),
        ("type", Value::from(manifest.config.kind())),
        ("apiVersion", Value::from(manifest.format.name())),
        ("runtime", Value::from(manifest.runtime.name())),
        ("entry", entry),
        ("source", maybe(&manifest.source_url)),
        ("requested", list(&requests(manifest))),
        ("granted", known.map_or(Value::Nil, |known| list(&known.granted))),
        ("managed", Value::from(known.is_some())),
        ("limits", Value::Map(limits)),
    ])
}

fn module_value(module: &Module) -> Value {
    let sizes = |sizes: &[inspect::Size]| -> Value {
        let size = |size: &inspect::Size| {
            map([("initial", number(size.initial)), ("most", size.most.map_or(Value::Nil, number))])
        };
        Value::List(sizes.iter().map(size).collect())
    };
    let imports: List = module
        .imports
        .iter()
        .map(|import| {
            map([
                ("module", maybe(&import.module)),
                ("name", Value::from(import.name.as_str())),
                ("kind", Value::from(import.kind.as_str())),
            ])
        })
        .collect();
    let exports: List = module
        .exports
        .iter()
        .map(|export| {
            map([("name", Value::from(export.name.as_str())), ("kind", Value::from(export.kind.as_str()))])
        })
        .collect();
    let sections: List = module
        .sections
        .iter()
        .map(|section| {
            map([
                ("name", Value::from(section.name.as_str())),
                ("custom", Value::from(section.custom)),
                ("bytes", number(section.bytes)),
            ])
        })
        .collect();
    let made_with: List = module
        .made_with
        .iter()
        .map(|(field, name, version)| {
            map([
                ("field", Value::from(field.as_str())),
                ("name", Value::from(name.as_str())),
                ("version", maybe(version)),
            ])
        })
        .collect();
    map([
        ("bytes", number(module.bytes)),
        ("sha256", Value::from(module.digest.as_str())),
        ("family", Value::from(module.family.word())),
        ("describes", Value::from(module.family.describe())),
        ("runs", Value::from(module.family.runs())),
        ("component", Value::from(module.component)),
        ("coreModules", if module.component { number(module.nested) } else { Value::Nil }),
        ("functions", number(module.functions)),
        ("memories", sizes(&module.memories)),
        ("tables", sizes(&module.tables)),
        ("start", Value::from(module.start)),
        ("imports", Value::List(imports)),
        ("exports", Value::List(exports)),
        ("sections", Value::List(sections)),
        ("madeWith", Value::List(made_with)),
    ])
}
