//! Charts that are made for one measurement: many templates, and keys.

use std::path::Path;

/// Writes a file and the folders above it.
pub(super) fn write(path: &Path, text: &str) -> std::io::Result<()> {
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent)?;
    }
    std::fs::write(path, text)
}

/// A chart of so many templates, each a Deployment with its Service over helpers that all of them share. Twice as
/// many templates are twice the work, so that anything that grows faster shows.
pub(super) fn write_templates(folder: &Path, count: usize) -> std::io::Result<()> {
    write(&folder.join("Chart.yaml"), "apiVersion: v2\nname: many\nversion: 1.0.0\nappVersion: \"3\"\n")?;
    write(&folder.join("values.yaml"), MANY_VALUES)?;
    write(&folder.join("templates/_helpers.tpl"), MANY_HELPERS)?;
    for number in 0..count {
        let text = MANY_TEMPLATE.replace("NUMBER", &number.to_string());
        write(&folder.join(format!("templates/part-{number:04}.yaml")), &text)?;
    }
    Ok(())
}

/// What one key or certificate is called in the table, its expression, and how many of them a chart makes: as many
/// as take Helm some tenths of a second.
pub(super) const KEYS: [(&str, &str, usize); 6] = [
    ("genPrivateKey rsa", r#"genPrivateKey "rsa""#, 4),
    ("genPrivateKey ecdsa", r#"genPrivateKey "ecdsa""#, 500),
    ("genPrivateKey ed25519", r#"genPrivateKey "ed25519""#, 1000),
    ("genCA", r#"(genCA "ca.example.com" 365).Key"#, 8),
    (
        "genSelfSignedCert",
        r#"(genSelfSignedCert "example.com" (list "10.0.0.1") (list "a.example.com") 365).Key"#,
        8,
    ),
    ("genSignedCert", r#"(genSignedCert "example.com" nil (list "a.example.com") 365 $ca).Key"#, 8),
];

/// A chart that makes `count` keys by one expression.
pub(super) fn write_keys(folder: &Path, expression: &str, count: usize) -> std::io::Result<()> {
    write(&folder.join("Chart.yaml"), "apiVersion: v2\nname: keys\nversion: 1.0.0\n")?;
    write(&folder.join("values.yaml"), "{}\n")?;
    let authority = if expression.contains("$ca") { "{{- $ca := genCA \"ca\" 365 }}\n" } else { "" };
    let text = format!(
        "{authority}apiVersion: v1\nkind: Secret\nmetadata:\n  name: keys\nstringData:\n{{{{- range until {count} }}}}\n  \
         k{{{{ . }}}}: {{{{ {expression} | quote }}}}\n{{{{- end }}}}\n"
    );
    write(&folder.join("templates/secret.yaml"), &text)
}

const MANY_VALUES: &str = r#"replicas: 2
image: {registry: registry.example.com, repository: team/app, tag: ""}
labels: {team: platform, tier: backend}
annotations: {example.com/owner: "{{ .Release.Name }}"}
env: {LOG_LEVEL: info, REGION: eu, RELEASE: "{{ .Release.Name }}"}
resources:
  requests: {cpu: 100m, memory: 64Mi}
  limits: {memory: 128Mi}
tolerations:
  - {key: dedicated, operator: Equal, value: batch, effect: NoSchedule}
"#;

const MANY_HELPERS: &str = r#"{{- define "many.fullname" -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- define "many.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}
{{- define "many.labels" -}}
{{ include "many.selector" . }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- with .Values.labels }}
{{ toYaml . }}
{{- end }}
{{- end -}}
{{- define "many.image" -}}
{{- $tag := .Values.image.tag | default .Chart.AppVersion -}}
{{- printf "%s/%s:%s" .Values.image.registry .Values.image.repository $tag -}}
{{- end -}}
"#;

const MANY_TEMPLATE: &str = r#"apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "many.fullname" . }}-NUMBER
  namespace: {{ .Release.Namespace }}
  labels:
    {{- include "many.labels" . | nindent 4 }}
  annotations:
    {{- range $key, $value := .Values.annotations }}
    {{ $key }}: {{ tpl $value $ | quote }}
    {{- end }}
spec:
  replicas: {{ .Values.replicas }}
  selector:
    matchLabels:
      {{- include "many.selector" . | nindent 6 }}
  template:
    metadata:
      labels:
        {{- include "many.labels" . | nindent 8 }}
    spec:
      containers:
        - name: main
          image: {{ include "many.image" . | quote }}
          env:
            {{- range $name, $value := .Values.env }}
            - name: {{ $name }}
              value: {{ tpl $value $ | quote }}
            {{- end }}
          resources:
            {{- toYaml .Values.resources | nindent 12 }}
      {{- with .Values.tolerations }}
      tolerations:
        {{- toYaml . | nindent 8 }}
      {{- end }}
---
apiVersion: v1
kind: Service
metadata:
  name: {{ include "many.fullname" . }}-NUMBER
  labels:
    {{- include "many.labels" . | nindent 4 }}
spec:
  selector:
    {{- include "many.selector" . | nindent 4 }}
  ports:
    - {name: http, port: 80, targetPort: 8080}
"#;
