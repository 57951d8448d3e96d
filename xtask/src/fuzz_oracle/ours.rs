//! What our crates answer, in this process: no clock, no files, no randomness but a fixed sequence.

use std::panic::{AssertUnwindSafe, catch_unwind};

use chart::load::{self, FollowAll};
use chart::schema::SchemaLoader;
use chart::values::{FileReader, ValueSource};
use chart::{Chart, File, Rules, Versions};
use govalue::{Map, Value, yaml};
use guard::{Guard, Permit, Policy, Provenance};
use render::{
    Capabilities, Host, KeyAnswer, KeyRequest, Moment, ReleaseOptions, RenderOptions, RenderedFiles,
};
use sprig::semver::{Constraints, Version};

use super::case::{Answer, Case};

/// The template whose output is the answer, as in the recorder.
pub const TARGET: &str = "templates/t.yaml";
/// The chart of every question.
pub const CHART_FILE: &str = "apiVersion: v2\nname: c\nversion: 0.1.0\n";

/// Takes a document through every function that reads YAML. The recorder has the same text.
pub const DOCUMENT_TEMPLATE: &str = r#"{{- $doc := .Files.Get "doc" -}}
map: {{ $doc | fromYaml | toYaml }}
pretty: {{ $doc | fromYaml | toYamlPretty }}
json: {{ $doc | fromYaml | toJson }}
go: {{ $doc | fromYaml }}
list: {{ $doc | fromYamlArray | toYaml }}
text: {{ $doc | toYaml }}
again: {{ $doc | fromYaml | toYaml | fromYaml | toJson }}
"#;

/// Shows values that came from a file. The recorder has the same text.
pub const VALUES_TEMPLATE: &str = "{{ .Values | toYaml }}\n{{ .Values | toJson }}\n{{ .Values }}\n";

/// Answers a question, by part, in the order of the oracle's answers. A panic is an answer too.
pub fn answers(case: &Case) -> Vec<(String, Answer)> {
    let text = case.text();
    match case.kind.as_str() {
        "template" => vec![(String::new(), guarded(|| template(case, &text)))],
        "document" => vec![
            ("defaults".to_owned(), guarded(|| defaults(&text))),
            ("functions".to_owned(), guarded(|| functions(&text))),
            ("manifest".to_owned(), guarded(|| manifest(&text))),
            ("values".to_owned(), guarded(|| values(&text))),
        ],
        other => vec![(String::new(), Err(format!("no such kind: {other}")))],
    }
}

fn guarded(ask: impl FnOnce() -> Answer) -> Answer {
    catch_unwind(AssertUnwindSafe(ask)).unwrap_or_else(|cause| {
        let text = cause.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| cause.downcast_ref::<&str>().copied()).unwrap_or("unknown");
        Err(format!("panic in our code: {text}"))
    })
}

fn template(case: &Case, text: &[u8]) -> Answer {
    let values = match &case.values {
        Some(values) => yaml::read_map(values.get().as_bytes(), &yaml::Limits::default())
            .map_err(|error| error.to_string())?,
        None => Map::new(),
    };
    for expression in &case.set {
        chart::values::set::parse(expression, &values).map_err(|error| error.to_string())?;
    }
    let mut files: Vec<(&str, &[u8])> =
        case.files.iter().map(|(name, content)| (name.as_str(), content.as_bytes())).collect();
    files.push((TARGET, text));
    rendered(&files, &values)
}

fn functions(document: &[u8]) -> Answer {
    rendered(&[("doc", document), (TARGET, DOCUMENT_TEMPLATE.as_bytes())], &Map::new())
}

fn defaults(document: &[u8]) -> Answer {
    rendered(&[("values.yaml", document), (TARGET, VALUES_TEMPLATE.as_bytes())], &Map::new())
}

fn values(document: &[u8]) -> Answer {
    let source = ValueSource::File("values".to_owned());
    let values =
        chart::values::merge(&[source], &mut OneFile(document)).map_err(|error| error.to_string())?;
    rendered(&[(TARGET, VALUES_TEMPLATE.as_bytes())], &values)
}

fn manifest(document: &[u8]) -> Answer {
    let files = render(&[("doc", document), (TARGET, br#"{{ .Files.Get "doc" }}"#)], &Map::new())?;
    let manifests = render::classify(&files).map_err(|error| error.to_string())?;
    let mut out = Vec::new();
    for manifest in &manifests.resources {
        out.extend_from_slice(format!("---\n# Source: {}\n", manifest.path).as_bytes());
        out.extend_from_slice(&manifest.content);
        out.push(b'\n');
    }
    for hook in &manifests.hooks {
        let events: Vec<&str> = hook.events.iter().map(|event| event.name()).collect();
        out.extend_from_slice(b"--- hook ");
        out.extend_from_slice(&hook.kind);
        out.push(b' ');
        out.extend_from_slice(&hook.name);
        out.extend_from_slice(format!(" {} {}\n", events.join(","), hook.weight).as_bytes());
        out.extend_from_slice(&hook.manifest);
        out.push(b'\n');
    }
    Ok(out)
}

fn rendered(files: &[(&str, &[u8])], values: &Map) -> Answer {
    let mut files = render(files, values)?;
    Ok(files.files.remove(&format!("c/{TARGET}")).unwrap_or_default().into())
}

fn render(files: &[(&str, &[u8])], values: &Map) -> Result<RenderedFiles, String> {
    let mut outside = FollowAll;
    let mut context = load::Context::new(&Semver, &mut outside);
    let mut all = Vec::new();
    if !files.iter().any(|(name, _)| *name == "Chart.yaml") {
        all.push(File::new("Chart.yaml", CHART_FILE.as_bytes()));
    }
    // A byte order mark is the loaders' affair; this loader gets what they leave.
    let plain = |data: &[u8]| data.strip_prefix(b"\xef\xbb\xbf").unwrap_or(data).to_vec();
    all.extend(files.iter().map(|(name, data)| File::new(*name, plain(data))));
    let chart = load::files(all, &mut context).map_err(|error| error.to_string())?;
    render_chart(chart, values, None, gotmpl::Budget::default(), Steady::new(true))
}

/// Resolves and renders a loaded chart as an installation called `rel`.
pub(crate) fn render_chart(
    chart: Chart,
    values: &Map,
    schema: Option<&mut dyn SchemaLoader>,
    budget: gotmpl::Budget,
    host: Steady,
) -> Result<RenderedFiles, String> {
    let rules = Rules { versions: &Semver, schema };
    let chart = chart.resolve(values, rules, &mut Vec::new()).map_err(|error| error.to_string())?;
    let options = RenderOptions {
        release: ReleaseOptions {
            name: "rel".to_owned(),
            namespace: "ns".to_owned(),
            is_upgrade: false,
            is_install: true,
            revision: 1,
        },
        capabilities: Capabilities::default(),
        enable_dns: false,
        lookup: false,
        lint: false,
        subchart_notes: false,
        budget,
        templates: render::TEMPLATES,
        threads: 1,
        ahead: None,
        on_behalf_of: None,
    };
    let guard = Guard::new(Policy::builder().build());
    render::execute(&chart, options, Box::new(host), guard, &Provenance::Local)
        .files
        .map_err(|error| error.to_string())
}

/// A host's file that holds this, whatever its name.
pub(crate) struct OneFile<'a>(pub(crate) &'a [u8]);

impl FileReader for OneFile<'_> {
    fn read(&mut self, _: &str) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
        Ok(self.0.to_vec())
    }
}

/// The rules for versions, as the command line has them.
pub(crate) struct Semver;

impl Versions for Semver {
    fn valid(&self, version: &str) -> bool {
        Version::parse(version).is_ok()
    }

    fn matches(&self, constraint: &str, version: &str) -> Result<bool, String> {
        let version = Version::parse(version).map_err(|error| error.to_string())?;
        let constraint = Constraints::parse(constraint).map_err(|error| error.to_string())?;
        Ok(constraint.check(&version))
    }
}

/// A host whose answers never change. Questions with steady answers are all that the recorder asks.
pub(crate) struct Steady {
    random: u64,
    real_keys: bool,
}

impl Steady {
    /// Keys are made, or, where nobody looks at them, a text stands for each: a chart may ask for many.
    pub(crate) fn new(real_keys: bool) -> Self {
        Self { random: 1, real_keys }
    }
}

impl Host for Steady {
    fn now(&mut self, _: Permit) -> Moment {
        Moment { seconds: 1_700_000_000, nanos: 0 }
    }

    fn local_zone(&mut self, _: Permit) -> String {
        "UTC".to_owned()
    }

    fn random(&mut self, _: Permit, buffer: &mut [u8]) -> Result<(), String> {
        for byte in buffer {
            self.random =
                self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            *byte = (self.random >> 56) as u8;
        }
        Ok(())
    }

    fn keys(&mut self, _: Permit, request: &KeyRequest<'_>) -> Result<KeyAnswer, String> {
        match request {
            _ if !self.real_keys => Ok(KeyAnswer::Text("a key".to_owned())),
            KeyRequest::PrivateKey(kind) => Ok(KeyAnswer::Text(keys::private_key(kind))),
            KeyRequest::Bcrypt(password) => Ok(KeyAnswer::Text(keys::bcrypt(password))),
            KeyRequest::Htpasswd { user, password } => Ok(KeyAnswer::Text(keys::htpasswd(user, password))),
            KeyRequest::Custom { cert, key } => keys::custom(cert, key)
                .map(|pair| KeyAnswer::Certificate { cert: pair.cert, key: pair.key })
                .map_err(|error| error.to_string()),
            _ => Err("certificates are not part of this comparison".to_owned()),
        }
    }

    fn lookup(&mut self, _: Permit, _: &str, _: &str, _: &str, _: &str) -> Result<Value, String> {
        Ok(Value::Map(Map::new()))
    }

    fn resolve_host(&mut self, _: Permit, _: &str) -> Result<Vec<String>, String> {
        Ok(Vec::new())
    }
}
