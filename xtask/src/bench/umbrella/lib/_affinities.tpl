{{/* Affinities by preset. */}}
{{- define "lib.affinities.topologyKey" -}}
{{ .topologyKey | default "kubernetes.io/hostname" -}}
{{- end -}}

{{- define "lib.affinities.nodes.soft" -}}
preferredDuringSchedulingIgnoredDuringExecution:
  - preference:
      matchExpressions:
        - key: {{ .key }}
          operator: In
          values:
            {{- range .values }}
            - {{ . | quote }}
            {{- end }}
    weight: 1
{{- end -}}

{{- define "lib.affinities.nodes.hard" -}}
requiredDuringSchedulingIgnoredDuringExecution:
  nodeSelectorTerms:
    - matchExpressions:
        - key: {{ .key }}
          operator: In
          values:
            {{- range .values }}
            - {{ . | quote }}
            {{- end }}
{{- end -}}

{{- define "lib.affinities.nodes" -}}
{{- if eq .type "soft" }}
{{- include "lib.affinities.nodes.soft" . -}}
{{- else if eq .type "hard" }}
{{- include "lib.affinities.nodes.hard" . -}}
{{- end -}}
{{- end -}}

{{- define "lib.affinities.pods.term" -}}
{{- $component := default "" .component -}}
labelSelector:
  matchLabels: {{- (include "lib.labels.match" (dict "customLabels" (default dict .customLabels) "context" .context)) | nindent 4 }}
    {{- if not (empty $component) }}
    {{ printf "app.kubernetes.io/component: %s" $component }}
    {{- end }}
namespaces:
  - {{ include "lib.names.namespace" .context | quote }}
topologyKey: {{ include "lib.affinities.topologyKey" (dict "topologyKey" .topologyKey) }}
{{- end -}}

{{- define "lib.affinities.pods.soft" -}}
preferredDuringSchedulingIgnoredDuringExecution:
  - podAffinityTerm:
      {{- include "lib.affinities.pods.term" . | nindent 6 }}
    weight: 1
{{- end -}}

{{- define "lib.affinities.pods.hard" -}}
requiredDuringSchedulingIgnoredDuringExecution:
  - {{- include "lib.affinities.pods.term" . | nindent 4 }}
{{- end -}}

{{- define "lib.affinities.pods" -}}
{{- if eq .type "soft" }}
{{- include "lib.affinities.pods.soft" . -}}
{{- else if eq .type "hard" }}
{{- include "lib.affinities.pods.hard" . -}}
{{- end -}}
{{- end -}}
