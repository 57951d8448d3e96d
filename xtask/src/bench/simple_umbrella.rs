//! The simple umbrella: every subchart has two helpers of its own name and five small templates.
//!
//! Names of definitions differ from subchart to subchart, and nothing is shared; see [`super::umbrella`] for what
//! large umbrellas look like.

use std::path::Path;

use super::charts::write;

/// Writes an umbrella chart with `size` subcharts, each with values, helpers and five templates that merge,
/// range and include as charts do.
///
/// # Errors
/// When a file cannot be written.
pub(crate) fn write_chart(folder: &Path, size: usize) -> std::io::Result<()> {
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
            &sub.join("Chart.yaml"),
            &format!("apiVersion: v2\nname: sub{n}\nversion: 0.1.0\nappVersion: \"1.{n}\"\n"),
        )?;
        write(&sub.join("values.yaml"), SUB_VALUES)?;
        write(&sub.join("templates/_helpers.tpl"), &SUB_HELPERS.replace("NAME", &format!("sub{n}")))?;
        for kind in ["Deployment", "Service", "ConfigMap", "ServiceAccount", "Ingress"] {
            let text = SUB_TEMPLATE.replace("NAME", &format!("sub{n}")).replace("KIND", kind);
            write(&sub.join(format!("templates/{}.yaml", kind.to_lowercase())), &text)?;
        }
    }
    write(&folder.join("Chart.yaml"), &chart)?;
    write(&folder.join("values.yaml"), &values)
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
