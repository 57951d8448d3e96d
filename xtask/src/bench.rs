//! `cargo xtask bench`: whole processes against an installed Helm, in one run, as ratios of medians.
//!
//! Both binaries run the same command alternately, so that what else the machine does hits both.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

/// One thing to measure: a name and the arguments both binaries get.
struct Case {
    name: String,
    arguments: Vec<String>,
    folder: PathBuf,
}

/// Runs the benchmark: `--pintle BINARY --helm BINARY [--corpus UNPACKED] [--runs N]`.
///
/// # Errors
/// When a binary is missing or the two do not print the same.
pub fn run(arguments: &[String]) -> Result<(), String> {
    let option =
        |name: &str| arguments.iter().position(|a| a == name).and_then(|at| arguments.get(at + 1)).cloned();
    let pintle = option("--pintle").ok_or("--pintle BINARY is needed")?;
    let helm = option("--helm").unwrap_or_else(|| "helm".to_owned());
    let runs: usize = option("--runs").map_or(Ok(15), |n| n.parse()).map_err(|_| "--runs takes a number")?;
    let work = std::env::temp_dir().join(format!("pintle-bench-{}", std::process::id()));
    let mut cases = vec![
        case("version", &["version"], &crate::root()),
        case("small chart (shop)", &["template", "shop", "examples/charts/shop"], &crate::root()),
    ];
    if let Some(corpus) = option("--corpus") {
        cases.extend(corpus_cases(Path::new(&corpus))?);
    }
    for size in [25, 50, 100, 200] {
        let folder = work.join(format!("umbrella-{size}"));
        write_umbrella(&folder, size).map_err(|error| format!("{}: {error}", folder.display()))?;
        cases.push(case(&format!("umbrella of {size}"), &["template", "big", "."], &folder));
    }
    println!("{:34} {:>10} {:>10} {:>8}  same bytes", "case", "helm ms", "pintle ms", "ratio");
    for case in &cases {
        measure(case, &pintle, &helm, runs)?;
    }
    let _ = std::fs::remove_dir_all(&work);
    Ok(())
}

fn case(name: &str, arguments: &[&str], folder: &Path) -> Case {
    let arguments = arguments.iter().map(|&a| a.to_owned()).collect();
    Case { name: name.to_owned(), arguments, folder: folder.to_owned() }
}

/// kube-prometheus-stack and k8s-monitoring, the two large charts everybody knows.
fn corpus_cases(corpus: &Path) -> Result<Vec<Case>, String> {
    let charts = corpus.join("charts");
    let mut cases = Vec::new();
    for wanted in ["kube-prometheus-stack", "k8s-monitoring"] {
        let mut found: Vec<PathBuf> = Vec::new();
        for repository in
            std::fs::read_dir(&charts).map_err(|e| format!("{}: {e}", charts.display()))?.flatten()
        {
            let chart = repository.path().join(wanted);
            if chart.join("Chart.yaml").is_file() {
                found.push(chart);
            }
        }
        found.sort();
        let Some(chart) = found.first() else { return Err(format!("no {wanted} in {}", charts.display())) };
        let path = chart.to_string_lossy();
        let mut arguments = vec!["template", "rel", &path, "-n", "ns", "--include-crds"];
        if wanted == "k8s-monitoring" {
            arguments.extend(["--set", "cluster.name=c"]);
        }
        cases.push(case(wanted, &arguments, corpus));
    }
    Ok(cases)
}

fn measure(case: &Case, pintle: &str, helm: &str, runs: usize) -> Result<(), String> {
    let mut times = [Vec::new(), Vec::new()];
    let mut outputs = [Vec::new(), Vec::new()];
    for run in 0..=runs {
        for (which, binary) in [helm, pintle].into_iter().enumerate() {
            let start = Instant::now();
            let output = Command::new(binary)
                .args(&case.arguments)
                .current_dir(&case.folder)
                .env("KUBECONFIG", "/dev/null/none")
                .stderr(Stdio::null())
                .output()
                .map_err(|error| format!("{binary}: {error}"))?;
            // The first run fills the file cache and is not counted.
            if run > 0 {
                times[which].push(start.elapsed().as_secs_f64() * 1000.0);
            }
            outputs[which] = output.stdout;
        }
    }
    let [helm_ms, pintle_ms] = times.map(median);
    let same = if outputs[0] == outputs[1] { "yes" } else { "no" };
    println!("{:34} {helm_ms:10.2} {pintle_ms:10.2} {:7.1}x  {same}", case.name, helm_ms / pintle_ms);
    Ok(())
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Writes an umbrella chart with `size` subcharts, each with values, helpers and five templates that merge,
/// range and include as charts do.
///
/// # Errors
/// When a file cannot be written.
pub fn write_umbrella(folder: &Path, size: usize) -> std::io::Result<()> {
    let write = |path: PathBuf, text: String| {
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent)?;
        }
        std::fs::write(path, text)
    };
    let mut chart = "apiVersion: v2\nname: umbrella\nversion: 1.0.0\ndependencies:\n".to_owned();
    let mut values = "global:\n  domain: example.com\n  labels: {team: platform, tier: gold}\n".to_owned();
    for n in 0..size {
        chart.push_str(&format!("  - {{name: sub{n}, version: 0.1.0, condition: sub{n}.enabled}}\n"));
        values.push_str(&format!(
            "sub{n}:\n  enabled: true\n  replicas: {}\n  env: {{INDEX: \"{n}\"}}\n",
            n % 5 + 1
        ));
        let sub = folder.join("charts").join(format!("sub{n}"));
        write(
            sub.join("Chart.yaml"),
            format!("apiVersion: v2\nname: sub{n}\nversion: 0.1.0\nappVersion: \"1.{n}\"\n"),
        )?;
        write(sub.join("values.yaml"), SUB_VALUES.to_owned())?;
        write(sub.join("templates/_helpers.tpl"), SUB_HELPERS.replace("NAME", &format!("sub{n}")))?;
        for kind in ["Deployment", "Service", "ConfigMap", "ServiceAccount", "Ingress"] {
            let text = SUB_TEMPLATE.replace("NAME", &format!("sub{n}")).replace("KIND", kind);
            write(sub.join(format!("templates/{}.yaml", kind.to_lowercase())), text)?;
        }
    }
    write(folder.join("Chart.yaml"), chart)?;
    write(folder.join("values.yaml"), values)
}

const SUB_VALUES: &str = "enabled: true
replicas: 1
image: {repository: registry.example.com/app, tag: \"\"}
env: {LOG_LEVEL: info, REGION: eu}
ports:
  - {name: http, port: 80, target: 8080}
  - {name: metrics, port: 9090, target: 9090}
resources:
  requests: {cpu: 100m, memory: 64Mi}
  limits: {memory: 128Mi}
annotations: {}
config:
  features: [a, b, c, d]
  nested: {one: {two: {three: deep}}}
";

const SUB_HELPERS: &str = r#"{{- define "NAME.fullname" -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- define "NAME.labels" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- range $k, $v := .Values.global.labels }}
{{ $k }}: {{ $v | quote }}
{{- end }}
{{- end -}}
"#;

const SUB_TEMPLATE: &str = r#"{{- if .Values.enabled }}
apiVersion: example.com/v1
kind: KIND
metadata:
  name: {{ include "NAME.fullname" . }}
  labels:
    {{- include "NAME.labels" . | nindent 4 }}
  {{- with .Values.annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  replicas: {{ .Values.replicas | default 1 }}
  image: {{ printf "%s:%s" .Values.image.repository (.Values.image.tag | default .Chart.AppVersion) | quote }}
  host: {{ tpl "{{ .Chart.Name }}.{{ .Values.global.domain }}" . }}
  env:
    {{- range $name, $value := .Values.env }}
    - name: {{ $name }}
      value: {{ tpl $value $ | quote }}
    {{- end }}
  ports:
    {{- range .Values.ports }}
    - {{ toJson . }}
    {{- end }}
  resources:
    {{- toYaml .Values.resources | nindent 4 }}
  features: {{ join "," .Values.config.features }}
  deep: {{ dig "nested" "one" "two" "three" "none" .Values.config }}
{{- end }}
"#;
