//! Replays `conformance/cases/template/*.jsonl`: a chart and values in; text, release or error out.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use chart::load::{self, FollowAll};
use chart::schema::NoReferences;
use chart::values::{FileReader, ValueSource};
use chart::{Rules, Versions as _};
use guard::{Guard, Policy, Provenance};
use pintle_render::{Capabilities, Hook, ReleaseOptions, RenderOptions, RenderedFiles, Semver};
use serde_json::{Value as Json, json};

use crate::cases::{Answer, Case, root, suite};
use crate::host::Script;

/// The chart of a case that brings no Chart.yaml.
const CHART: &str = "apiVersion: v2\nname: c\nversion: 0.1.0\n";
/// The template that is looked at.
const TARGET: &str = "templates/t.yaml";
/// Templates that call themselves are followed until Helm's limit: that takes a deep stack.
const STACK: usize = 512 << 20;

/// The values of a case stand where a values file would.
struct Given(Vec<u8>);

impl FileReader for Given {
    fn read(&mut self, _: &str) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
        Ok(self.0.clone())
    }
}

fn lay_out(case: &Case, folder: &Path) {
    let put = |name: &str, content: &[u8]| {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, content).expect("a file");
    };
    put("Chart.yaml", CHART.as_bytes());
    for (name, content) in case.files() {
        put(name, content.as_bytes());
    }
    if let Some(template) = case.bytes("template") {
        put(TARGET, &template);
    }
}

fn values(case: &Case) -> Result<govalue::Map, String> {
    let mut sources = Vec::new();
    let given = case.json("values");
    if !given.is_null() {
        sources.push(ValueSource::File("values".to_owned()));
    }
    let sets = case.json("set").as_array().into_iter().flatten().filter_map(Json::as_str);
    sources.extend(sets.map(|text| ValueSource::Set(text.to_owned())));
    chart::values::merge(&sources, &mut Given(given.to_string().into_bytes())).map_err(|error| match error {
        // The recorder calls the parser itself, without the command line around it.
        chart::values::ValuesError::Set { source, .. } => source.to_string(),
        other => other.to_string(),
    })
}

fn evaluate(case: &Case) -> Result<Answer, String> {
    let folder = tempfile::tempdir().expect("a folder");
    lay_out(case, folder.path());
    let mut outside = FollowAll;
    let mut loading = load::Context::new(&Semver, &mut outside);
    // The recorder loads files, where nothing looks at `apiVersion` first.
    loading.detect = false;
    let chart = load::directory(folder.path(), &mut loading).map_err(|error| error.to_string())?;
    let values = values(case)?;
    let mut references = NoReferences;
    let rules = Rules { versions: &Semver, schema: Some(&mut references) };
    let resolved = chart.resolve(&values, rules, &mut Vec::new()).map_err(|error| error.to_string())?;
    let capabilities = Capabilities::default();
    let constraint = &resolved.metadata.kube_version;
    let version = &capabilities.kube_version;
    // Helm looks at it when it makes a release, not in the engine.
    if case.kind() == "release"
        && !constraint.is_empty()
        && !Semver.matches(constraint, &version.normalized).unwrap_or(false)
    {
        return Err(chart::kube_version_message(constraint, &version.version));
    }
    let options = RenderOptions {
        release: ReleaseOptions {
            name: "rel".to_owned(),
            namespace: "ns".to_owned(),
            is_install: true,
            is_upgrade: false,
            revision: 1,
        },
        capabilities,
        enable_dns: false,
        lookup: false,
        subchart_notes: case.op() == "subchart-notes",
        budget: gotmpl::Budget::default(),
        templates: pintle_render::TEMPLATES,
        threads: 1,
        ahead: None,
        on_behalf_of: None,
        lint: false,
    };
    let guard = Guard::new(Policy::builder().build());
    let host = Box::new(Script::default());
    let rendered = pintle_render::execute(&resolved, options, host, guard, &Provenance::Local);
    let files = rendered.files.map_err(|error| error.to_string())?;
    if case.kind() == "release" {
        return release(&files).map(Answer::Release);
    }
    let path = format!("c/{TARGET}");
    Ok(Answer::Text(files.files.get(&path).map(|text| text.to_vec()).unwrap_or_default()))
}

/// A text as Go writes it in JSON.
fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn hook(hook: &Hook) -> Json {
    json!({
        "name": text(hook.name.as_bytes()), "kind": text(hook.kind.as_bytes()), "path": hook.path,
        "manifest": text(&hook.manifest), "weight": hook.weight,
        "events": hook.events.iter().map(|event| event.name()).collect::<Vec<_>>(),
        "delete": hook.delete_policies, "logs": hook.output_log_policies,
    })
}

fn release(files: &RenderedFiles) -> Result<Json, String> {
    let manifests = pintle_render::classify(files).map_err(|error| error.to_string())?;
    let mut manifest = String::new();
    for resource in &manifests.resources {
        manifest.push_str(&format!("---\n# Source: {}\n{}\n", resource.path, text(&resource.content)));
    }
    let hooks: Vec<Json> = manifests.hooks.iter().map(hook).collect();
    Ok(json!({"manifest": manifest, "hooks": hooks, "notes": text(&files.notes)}))
}

fn answer(case: &Case) -> Answer {
    evaluate(case).unwrap_or_else(|error| Answer::Error(error.into_bytes()))
}

/// Cases that are known to differ, with the reason: `docs/compat/known.jsonl`.
fn known() -> BTreeMap<String, String> {
    let text = std::fs::read_to_string(root().join("docs/compat/known.jsonl")).unwrap_or_default();
    text.lines()
        .map(|line| serde_json::from_str::<Json>(line).expect("a line of JSON"))
        .filter_map(|row| Some((row["id"].as_str()?.to_owned(), row["reason"].as_str()?.to_owned())))
        .filter(|(id, _)| id.starts_with("template/"))
        .collect()
}

#[test]
fn recorded_answers_of_the_engine_are_the_same() {
    let cases: Vec<Case> = suite("template").into_iter().flatten().collect();
    let known = known();
    let next = AtomicUsize::new(0);
    let failures = Mutex::new(BTreeMap::new());
    let seen = Mutex::new(BTreeSet::new());
    let work = || {
        while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
            let (got, wanted) = (answer(case), case.answer());
            let id = case.id().to_owned();
            let listed = known.contains_key(&id);
            let problem = match (got == wanted, listed) {
                (false, false) => format!("{}\n  ours {got}\n  Helm {wanted}", case.shown()),
                (true, true) => "is the same now; take it out of known.jsonl".to_owned(),
                _ => String::new(),
            };
            if listed {
                seen.lock().expect("a lock").insert(id.clone());
            }
            if !problem.is_empty() {
                failures.lock().expect("a lock").insert(id, problem);
            }
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work).expect("a thread");
        }
    });
    let failures = failures.into_inner().expect("no thread died");
    let seen = seen.into_inner().expect("no thread died");
    let gone: Vec<&String> = known.keys().filter(|id| !seen.contains(*id)).collect();
    assert!(gone.is_empty(), "known.jsonl names cases that do not exist: {gone:?}");
    assert!(cases.len() > 15_000, "only {} cases found", cases.len());
    let shown: Vec<String> = failures.iter().take(40).map(|(id, text)| format!("{id} {text}")).collect();
    assert!(failures.is_empty(), "{} of {} differ:\n{}", failures.len(), cases.len(), shown.join("\n"));
}
