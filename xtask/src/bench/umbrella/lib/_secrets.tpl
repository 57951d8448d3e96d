{{/* Secrets by name, whether they exist or are made. */}}
{{- define "lib.secrets.name" -}}
{{- $name := include "lib.names.fullname" .context -}}
{{- with .defaultNameSuffix -}}{{- $name = printf "%s-%s" $name . | trunc 63 | trimSuffix "-" -}}{{- end -}}
{{- with .existingSecret -}}
{{- if not (typeIs "string" .) -}}{{- with .name -}}{{- $name = . -}}{{- end -}}{{- else -}}{{- $name = . -}}{{- end -}}
{{- end -}}
{{- $name -}}
{{- end -}}

{{- define "lib.secrets.key" -}}
{{- $key := .key -}}
{{- if .existingSecret -}}
{{- if not (typeIs "string" .existingSecret) -}}
{{- if .existingSecret.keyMapping -}}{{- $key = index .existingSecret.keyMapping $.key -}}{{- end -}}
{{- end -}}
{{- end -}}
{{- $key -}}
{{- end -}}

{{- define "lib.ingress.backend" -}}
service:
  name: {{ .serviceName }}
  port:
    {{- if typeIs "string" .servicePort }}
    name: {{ .servicePort }}
    {{- else }}
    number: {{ .servicePort | int }}
    {{- end }}
{{- end -}}
