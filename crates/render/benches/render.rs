//! A render of a chart in memory: all templates, then documents told apart and put in order.
//!
//! `cargo bench -p pintle-render`; a word behind `--` picks some of them.

use chart::load::{self, Context, FollowAll};
use chart::{File, ResolvedChart, Rules, Versions};
use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use govalue::{Map, Value};
use guard::{Guard, Permit, Policy, Provenance};
use pintle_render::{
    Capabilities, Host, KeyAnswer, KeyRequest, Moment, ReleaseOptions, RenderOptions, RenderedFiles,
    classify, execute, split,
};

fn main() {
    divan::main();
}

/// All versions are fine.
struct Any;

impl Versions for Any {
    fn valid(&self, _: &str) -> bool {
        true
    }

    fn matches(&self, _: &str, _: &str) -> Result<bool, String> {
        Ok(true)
    }
}

/// Nobody to ask: the charts here have no questions.
struct Silent;

impl Host for Silent {
    fn now(&mut self, _: Permit) -> Moment {
        Moment { seconds: 0, nanos: 0 }
    }

    fn local_zone(&mut self, _: Permit) -> String {
        "UTC".to_owned()
    }

    fn random(&mut self, _: Permit, _: &mut [u8]) -> Result<(), String> {
        Err("none here".to_owned())
    }

    fn keys(&mut self, _: Permit, _: &KeyRequest<'_>) -> Result<KeyAnswer, String> {
        Err("none here".to_owned())
    }

    fn lookup(&mut self, _: Permit, _: &str, _: &str, _: &str, _: &str) -> Result<Value, String> {
        Err("none here".to_owned())
    }

    fn resolve_host(&mut self, _: Permit, _: &str) -> Result<Vec<String>, String> {
        Err("none here".to_owned())
    }
}

const HELPERS: &str = r#"
{{- define "fullname" -}}{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 63 | trimSuffix "-" }}{{- end -}}
{{- define "labels" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- with .Values.labels }}
{{ toYaml . }}
{{- end }}
{{- end -}}
"#;

const TEMPLATE: &str = r#"apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "fullname" . }}-NUMBER
  labels: {{- include "labels" . | nindent 4 }}
spec:
  replicas: {{ .Values.replicas | default 1 }}
  host: {{ tpl .Values.host . | quote }}
  env:
    {{- range $name, $value := .Values.env }}
    - {name: {{ $name }}, value: {{ $value | quote }}}
    {{- end }}
---
apiVersion: v1
kind: Service
metadata:
  name: {{ include "fullname" . }}-NUMBER
  labels: {{- include "labels" . | nindent 4 }}
spec: {{- toYaml .Values.service | nindent 2 }}
"#;

const VALUES: &str = "replicas: 2
host: '{{ .Release.Name }}.example.com'
labels: {team: a, tier: b}
env: {LEVEL: info, REGION: eu, MODE: fast}
service: {type: ClusterIP, ports: [{name: http, port: 80, targetPort: 8080}]}
";

/// A chart of fifty templates.
fn chart() -> ResolvedChart {
    let mut files = vec![
        File::new("Chart.yaml", b"apiVersion: v2\nname: bench\nversion: 1.0.0\n".to_vec()),
        File::new("values.yaml", VALUES.as_bytes().to_vec()),
        File::new("templates/_helpers.tpl", HELPERS.as_bytes().to_vec()),
    ];
    for number in 0..50 {
        let text = TEMPLATE.replace("NUMBER", &number.to_string());
        files.push(File::new(format!("templates/{number}.yaml"), text.into_bytes()));
    }
    let mut outside = FollowAll;
    let chart = load::files(files, &mut Context::new(&Any, &mut outside)).expect("it is a chart");
    let rules = Rules { versions: &Any, schema: None };
    chart.resolve(&Map::new(), rules, &mut Vec::new()).expect("its values are fine")
}

fn rendered(chart: &ResolvedChart) -> RenderedFiles {
    let options = RenderOptions {
        release: ReleaseOptions {
            name: "rel".to_owned(),
            namespace: "ns".to_owned(),
            is_install: true,
            is_upgrade: false,
            revision: 1,
        },
        capabilities: Capabilities::default(),
        enable_dns: false,
        lookup: false,
        subchart_notes: false,
        budget: gotmpl::Budget::default(),
        templates: pintle_render::TEMPLATES,
        threads: 1,
        ahead: None,
        on_behalf_of: None,
        lint: false,
    };
    let guard = Guard::new(Policy::builder().build());
    let rendered = execute(chart, options, Box::new(Silent), guard, &Provenance::Local);
    rendered.files.expect("it renders")
}

#[divan::bench]
fn execute_fifty_templates(bencher: Bencher<'_, '_>) {
    let chart = chart();
    bencher.bench_local(|| rendered(black_box(&chart)));
}

#[divan::bench]
fn classify_and_sort(bencher: Bencher<'_, '_>) {
    let files = rendered(&chart());
    let bytes: usize = files.files.values().map(|text| text.len()).sum();
    bencher.counter(BytesCount::new(bytes)).bench_local(|| classify(black_box(&files)).is_ok());
}

#[divan::bench]
fn split_documents(bencher: Bencher<'_, '_>) {
    let text = b"---\na: b\nc:\n  - d\n".repeat(2000);
    bencher.counter(BytesCount::of_slice(&text)).bench_local(|| split(black_box(&text)).len());
}
