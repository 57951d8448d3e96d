{{/* Images: the global registry goes first, a digest before a tag. */}}
{{- define "lib.images.version" -}}
{{- $tag := .image.tag | toString -}}
{{- if .image.tag -}}{{- $tag -}}{{- else -}}{{- .chart.AppVersion -}}{{- end -}}
{{- end -}}

{{- define "lib.images.image" -}}
{{- $registry := default .image.registry ((.global).imageRegistry) -}}
{{- $repository := .image.repository -}}
{{- $separator := ":" -}}
{{- $termination := include "lib.images.version" (dict "image" .image "chart" .chart) -}}
{{- if .image.digest -}}
{{- $separator = "@" -}}
{{- $termination = .image.digest | toString -}}
{{- end -}}
{{- if $registry -}}
{{- printf "%s/%s%s%s" $registry $repository $separator $termination -}}
{{- else -}}
{{- printf "%s%s%s" $repository $separator $termination -}}
{{- end -}}
{{- end -}}

{{- define "lib.images.pullSecrets" -}}
{{- $names := list -}}
{{- range ((.context.Values.global).imagePullSecrets) -}}
{{- if kindIs "map" . -}}
{{- $names = append $names (include "lib.values.render" (dict "value" .name "context" $.context)) -}}
{{- else -}}
{{- $names = append $names (include "lib.values.render" (dict "value" . "context" $.context)) -}}
{{- end -}}
{{- end -}}
{{- range .images -}}
{{- range .pullSecrets -}}
{{- $names = append $names (include "lib.values.render" (dict "value" . "context" $.context)) -}}
{{- end -}}
{{- end -}}
{{- if $names }}
imagePullSecrets:
{{- range $names | uniq }}
  - name: {{ . }}
{{- end }}
{{- end }}
{{- end -}}
