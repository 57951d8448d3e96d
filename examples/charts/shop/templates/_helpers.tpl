{{/* The image, with the registry that all charts share when one is set. */}}
{{- define "shop.image" -}}
{{- $registry := .Values.global.imageRegistry -}}
{{- $name := .Values.image.repository -}}
{{- if $registry -}}{{- $name = printf "%s/%s" $registry $name -}}{{- end -}}
{{- printf "%s:%s" $name (.Values.image.tag | default .Chart.AppVersion) -}}
{{- end -}}

{{/* A checksum that restarts pods when the configuration changes. */}}
{{- define "shop.configChecksum" -}}
{{- include (print $.Template.BasePath "/configmap.yaml") . | sha256sum -}}
{{- end -}}
