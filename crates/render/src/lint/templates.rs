//! The rules for `templates/`: that they render, and what they print.

use chart::load::{Entry, Folder};
use chart::schema::SchemaLoader;
use chart::{Chart, ResolveError, ResolvedChart, Rules};
use govalue::{Map, Value, print, yaml};
use guard::Guard;

use super::objects::Objects;
use super::{Findings, LintOptions, Severity, Stop, Verdict, deprecated, names};
use crate::capabilities::Capabilities;
use crate::context::ReleaseOptions;
use crate::execute::{RenderOptions, execute};
use crate::{Host, KubeVersion, Notice, RenderedFiles, trim};

const FOLDER: &str = "templates/";

/// The release that templates are rendered for.
const RELEASE: &str = "test-release";

/// Go's line reader gives up on longer lines.
const MAX_LINE: usize = 64 * 1024;

/// What looking at the templates gives, besides findings.
pub(super) struct Checked {
    pub(super) guard: Guard,
    pub(super) stop: Option<Stop>,
    pub(super) resolved: Option<ResolvedChart>,
}

pub(super) fn check(
    folder: &Folder,
    values: &Map,
    options: LintOptions<'_>,
    host: Box<dyn Host>,
    mut guard: Guard,
    findings: &mut Findings,
) -> Checked {
    let verdict = match &folder.templates {
        Entry::Missing => Some((Severity::Warning, "directory does not exist".to_owned())),
        Entry::File(_) => Some((Severity::Error, "not a directory".to_owned())),
        Entry::Unreadable(reason) => Some((Severity::Error, reason.clone())),
        Entry::Directory(_) => None,
    };
    if let Some((severity, text)) = verdict {
        findings.rule(severity, FOLDER, Err(text));
        return Checked { guard, stop: None, resolved: None };
    }
    let chart = match findings.load(folder) {
        Ok(chart) => chart,
        Err(error) => {
            findings.rule(Severity::Error, FOLDER, Err(error.to_string()));
            return Checked { guard, stop: None, resolved: None };
        }
    };
    let resolved = match resolve(chart, values, &options, &mut guard, &mut findings.notices) {
        Ok(Some(resolved)) => resolved,
        // Helm: nothing is said, and nothing is rendered.
        Ok(None) => return Checked { guard, stop: None, resolved: None },
        Err(error) => {
            findings.rule(Severity::Error, FOLDER, Err(error.to_string()));
            return Checked { guard, stop: Some(Stop::Values(error)), resolved: None };
        }
    };
    let provenance = options.provenance.clone();
    let yaml = options.yaml;
    let render = render_options(options);
    let kube_version = render.capabilities.kube_version.clone();
    let rendered = execute(&resolved, render, host, guard, &provenance);
    findings.notices.extend(rendered.notices);
    let stop = match rendered.files {
        Ok(files) => check_files(chart, &files, &kube_version, &yaml, findings),
        Err(error) => {
            findings.rule(Severity::Error, FOLDER, Err(error.to_string()));
            Some(Stop::Templates(error))
        }
    };
    Checked { guard: rendered.guard, stop, resolved: Some(resolved) }
}

/// Who printed what in one file: see [`crate::trace`]. `values` are as they were before the chart was linted.
pub(super) fn trace(
    chart: &Chart,
    values: &Map,
    options: LintOptions<'_>,
    host: Box<dyn Host>,
    mut guard: Guard,
    at: (&str, &[u8]),
) -> Option<gotmpl::Trace> {
    let options = LintOptions { schema: None, ..options };
    let resolved = resolve(chart, values, &options, &mut guard, &mut Vec::new()).ok()??;
    let provenance = options.provenance.clone();
    crate::trace(&resolved, render_options(options), host, guard, &provenance, at)
}

fn resolve(
    chart: &Chart,
    values: &Map,
    options: &LintOptions<'_>,
    guard: &mut Guard,
    notices: &mut Vec<Notice>,
) -> Result<Option<ResolvedChart>, ResolveError> {
    let mut loader = options.schema.map(|make| make(guard));
    let schema = loader.as_mut().map(|loader| &mut **loader as &mut dyn SchemaLoader);
    chart.resolve_for_lint(values, &options.typed, Rules { versions: options.versions, schema }, notices)
}

fn render_options(options: LintOptions<'_>) -> RenderOptions {
    let mut capabilities = Capabilities::default();
    if let Some(version) = options.kube_version {
        capabilities.kube_version = version;
    }
    // Helm: neither an installation nor an upgrade, of no revision.
    let release = ReleaseOptions {
        name: RELEASE.to_owned(),
        namespace: options.namespace,
        is_upgrade: false,
        is_install: false,
        revision: 0,
    };
    RenderOptions {
        release,
        capabilities,
        enable_dns: false,
        lookup: false,
        subchart_notes: false,
        lint: true,
        budget: options.budget,
        templates: options.templates,
        threads: options.threads,
        ahead: None,
        on_behalf_of: None,
    }
}

/// Looks at each of the chart's own templates and what it printed. The first text that is no YAML ends it.
fn check_files(
    chart: &Chart,
    files: &RenderedFiles,
    kube_version: &KubeVersion,
    yaml: &yaml::Limits,
    findings: &mut Findings,
) -> Option<Stop> {
    for template in chart.templates.iter() {
        let name = &*template.name;
        findings.rule(Severity::Error, name, extension(name));
        let lower = extension_of(name).to_ascii_lowercase();
        if lower != ".yaml" && lower != ".yml" {
            continue;
        }
        let path = format!("{}/{name}", chart.name());
        let Some(content) = files.files.get(&path) else { continue };
        if trim(content).is_empty() {
            continue;
        }
        findings.rule(Severity::Warning, name, indent(content));
        for object in Objects::new(content) {
            let object = match object {
                Ok(object) => object,
                Err(reason) => {
                    findings.rule(Severity::Error, name, Err(format!("unable to parse YAML: {reason}")));
                    return Some(Stop::Printed { template: path, content: content.to_vec() });
                }
            };
            let Some(object) = object else { continue };
            findings.rule(Severity::Warning, name, names::check(&object));
            findings.rule(Severity::Warning, name, deprecated::check(&object, kube_version));
            findings.rule(Severity::Error, name, selector(&object, content));
            findings.rule(Severity::Error, name, list_annotations(&object, content, yaml));
        }
    }
    None
}

/// `filepath.Ext`.
fn extension_of(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rfind('.').map_or("", |dot| &name[dot..])
}

fn extension(name: &str) -> Verdict {
    match extension_of(name) {
        ".yaml" | ".yml" | ".tpl" | ".txt" => Ok(()),
        other => Err(format!(
            "file extension '{other}' not valid. Valid extensions are .yaml, .yml, .tpl, or .txt"
        )),
    }
}

/// The first line that is not blank begins at the left.
fn indent(content: &[u8]) -> Verdict {
    for line in content.split(|&byte| byte == b'\n') {
        if line.len() >= MAX_LINE {
            return Err("bufio.Scanner: token too long".to_owned());
        }
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if trim(line).is_empty() {
            continue;
        }
        if line.starts_with(b" ") || line.starts_with(b"\t") {
            return Err(format!(
                "document starts with an illegal indent: {}, which may cause parsing problems",
                print::quote(line)
            ));
        }
        return Ok(());
    }
    Ok(())
}

/// Helm: the words may stand anywhere in the file.
fn selector(object: &yaml::Head, content: &[u8]) -> Verdict {
    let kind = object.kind.to_str_lossy();
    let selects = |word: &[u8]| memchr::memmem::find(content, word).is_some();
    if !matches!(&*kind, "Deployment" | "ReplicaSet" | "DaemonSet" | "StatefulSet")
        || selects(b"matchLabels")
        || selects(b"matchExpressions")
    {
        return Ok(());
    }
    let name = print::quote(&object.name);
    Err(format!("a {kind} must contain matchLabels or matchExpressions, and {name} does not"))
}

/// Helm: it is the first document of the file that is looked at, whichever the list is in.
fn list_annotations(object: &yaml::Head, content: &[u8], limits: &yaml::Limits) -> Verdict {
    if object.kind != *"List" {
        return Ok(());
    }
    let keeps =
        keeps_resources(content, limits).map_err(|reason| format!("unable to parse YAML: {reason}"))?;
    if keeps {
        return Err("annotation 'helm.sh/resource-policy' within List objects are ignored".to_owned());
    }
    Ok(())
}

/// Whether an item of a list has the annotation that keeps resources.
fn keeps_resources(content: &[u8], limits: &yaml::Limits) -> Result<bool, String> {
    const METADATA: &str = "struct { Annotations map[string]string }";
    const ITEM: &str = "struct { Metadata struct { Annotations map[string]string } }";
    let document = yaml::read(content, limits).map_err(|error| error.to_string())?;
    let whole = format!("struct {{ Items []{ITEM} }}");
    let Some(document) = fields(&document, || format!("Go value of type {whole}"))? else { return Ok(false) };
    let mut found = false;
    let mut wrong = None;
    for items in fold(document, "items") {
        let items = match items {
            Value::Nil => continue,
            Value::List(items) => items,
            other => return Err(mismatch(&other, &format!("Go struct field .Items of type []{ITEM}"))),
        };
        // Go reads on after a value of the wrong type and tells of the first one in the end.
        for item in items.iter() {
            match annotations(item, ITEM, METADATA) {
                Ok(keeps) => found |= keeps,
                Err(error) => {
                    wrong.get_or_insert(error);
                }
            }
        }
    }
    wrong.map_or(Ok(found), Err)
}

fn annotations(item: &Value, item_type: &str, metadata_type: &str) -> Result<bool, String> {
    let field = |name: &str, of: &str| format!("Go struct field .{name} of type {of}");
    let Some(item) = fields(item, || field("Items", item_type))? else { return Ok(false) };
    let mut found = false;
    for metadata in fold(item, "metadata") {
        let Some(metadata) = fields(&metadata, || field("Items.Metadata", metadata_type))? else { continue };
        for entries in fold(metadata, "annotations") {
            let place = || field("Items.Metadata.Annotations", "map[string]string");
            let Some(entries) = fields(&entries, place)? else { continue };
            for (key, value) in entries.borrow().iter() {
                if matches!(value, Value::List(_) | Value::Map(_)) {
                    return Err(mismatch(value, &field("Items.Metadata.Annotations", "string")));
                }
                found |= *key == *"helm.sh/resource-policy";
            }
        }
    }
    Ok(found)
}

/// The values of a field, whose name Go matches without regard to case.
fn fold(map: &Map, name: &str) -> Vec<Value> {
    let named = |key: &govalue::Str| key.to_str_lossy().eq_ignore_ascii_case(name);
    map.iter().filter(|(key, _)| named(key)).map(|(_, value)| value).collect()
}

/// A struct's fields; `None` for null.
fn fields(value: &Value, place: impl Fn() -> String) -> Result<Option<&Map>, String> {
    match value {
        Value::Nil => Ok(None),
        Value::Map(map) => Ok(Some(map)),
        other => Err(mismatch(other, &place())),
    }
}

fn mismatch(value: &Value, place: &str) -> String {
    let kind = match value {
        Value::Bool(_) => "bool",
        Value::Str(_) => "string",
        Value::List(_) => "array",
        Value::Map(_) => "object",
        _ => "number",
    };
    format!("error unmarshaling JSON: while decoding JSON: json: cannot unmarshal {kind} into {place}")
}

#[cfg(test)]
mod tests {
    use super::{extension, indent, keeps_resources};

    #[test]
    fn the_first_line_with_something_on_it_counts() {
        assert_eq!(indent(b"\n  \nkind: x\n  y: z"), Ok(()));
        assert_eq!(
            indent(b"\n  kind: x\r\n"),
            Err("document starts with an illegal indent: \"  kind: x\", which may cause parsing problems"
                .into())
        );
        assert_eq!(indent(&[b'#'; 65_536]), Err("bufio.Scanner: token too long".into()));
        assert_eq!(indent(&[b'#'; 65_535]), Ok(()));
    }

    #[test]
    fn extensions_are_told_apart_by_case() {
        assert_eq!(extension("templates/a.tpl"), Ok(()));
        assert!(extension("templates/a.YAML").is_err());
        assert!(
            extension("templates/dir.yaml/a").is_err_and(|text| text.starts_with("file extension '' not"))
        );
    }

    #[test]
    fn items_of_a_list_are_read_as_go_reads_them() {
        let keeps = |text: &str| keeps_resources(text.as_bytes(), &govalue::yaml::Limits::default());
        assert_eq!(keeps("items: [{metadata: {annotations: {helm.sh/resource-policy: keep}}}]"), Ok(true));
        assert_eq!(keeps("items: [null, {metadata: null}]\n---\nitems: 3"), Ok(false));
        assert_eq!(
            keeps("items: [{metadata: {annotations: {a: [1]}}}]"),
            Err("error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array into Go struct field \
                 .Items.Metadata.Annotations of type string"
                .into())
        );
        assert_eq!(
            keeps("items: x"),
            Err("error unmarshaling JSON: while decoding JSON: json: cannot unmarshal string into Go struct field \
                 .Items of type []struct { Metadata struct { Annotations map[string]string } }"
                .into())
        );
    }
}
