{{/* Requests and limits by the name of a size. */}}
{{- define "lib.resources.preset" -}}
{{- $presets := dict
  "nano" (dict "requests" (dict "cpu" "100m" "memory" "128Mi") "limits" (dict "cpu" "150m" "memory" "192Mi"))
  "small" (dict "requests" (dict "cpu" "500m" "memory" "512Mi") "limits" (dict "cpu" "750m" "memory" "768Mi"))
  "large" (dict "requests" (dict "cpu" "1.0" "memory" "2048Mi") "limits" (dict "cpu" "1.5" "memory" "3072Mi"))
-}}
{{- if hasKey $presets .type -}}
{{- index $presets .type | toYaml -}}
{{- else -}}
{{- printf "preset %q is none of %s" .type (join ", " (keys $presets | sortAlpha)) | fail -}}
{{- end -}}
{{- end -}}

{{- define "lib.storage.class" -}}
{{- $class := default "" ((.global).storageClass) -}}
{{- if $class -}}
{{- if eq "-" $class -}}storageClassName: ""{{- else -}}{{- printf "storageClassName: %s" $class -}}{{- end -}}
{{- end -}}
{{- end -}}

{{- define "lib.probe" -}}
{{- if .probe.enabled }}
{{ .name }}:
  {{- omit .probe "enabled" "path" | toYaml | nindent 2 }}
  httpGet: {path: {{ .probe.path | quote }}, port: http}
{{- end }}
{{- end -}}
