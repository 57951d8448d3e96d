{{/* Values that are templates themselves. */}}
{{- define "lib.values.render" -}}
{{- $value := typeIs "string" .value | ternary .value (.value | toYaml) -}}
{{- if contains "{{" (toJson .value) -}}
{{- if .scope -}}
{{- tpl (cat "{{- with $.RelativeScope -}}" $value "{{- end }}") (merge (dict "RelativeScope" .scope) .context) -}}
{{- else -}}
{{- tpl $value .context -}}
{{- end -}}
{{- else -}}
{{- $value -}}
{{- end -}}
{{- end -}}

{{- define "lib.values.merge" -}}
{{- $merged := dict -}}
{{- range .values -}}
{{- $merged = include "lib.values.render" (dict "value" . "context" $.context) | fromYaml | merge $merged -}}
{{- end -}}
{{- $merged | toYaml -}}
{{- end -}}

{{- define "lib.values.at" -}}
{{- $value := .context.Values -}}
{{- range splitList "." .key -}}
{{- $value = ternary (index $value .) "" (and (kindIs "map" $value) (hasKey $value .)) -}}
{{- end -}}
{{- printf "%v" (default "" $value) -}}
{{- end -}}

{{- define "lib.values.checksum" -}}
{{- $text := include (print .context.Template.BasePath .path) .context | fromYaml -}}
{{- omit $text "apiVersion" "kind" "metadata" | toYaml | sha256sum -}}
{{- end -}}
