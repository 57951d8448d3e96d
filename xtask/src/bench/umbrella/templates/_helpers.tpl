{{- define "app.image" -}}
{{ include "lib.images.image" (dict "image" .Values.image "global" .Values.global "chart" .Chart) }}
{{- end -}}
{{- define "app.secretName" -}}
{{- include "lib.secrets.name" (dict "existingSecret" .Values.existingSecret "defaultNameSuffix" "credentials" "context" $) -}}
{{- end -}}
{{- define "app.validate" -}}
{{- $messages := list -}}
{{- if lt (int .Values.replicaCount) 1 }}{{- $messages = append $messages "replicaCount must be at least 1" -}}{{- end }}
{{- if and .Values.ingress.enabled (not .Values.ingress.hostname) }}{{- $messages = append $messages "ingress needs a hostname" -}}{{- end }}
{{- if $messages -}}{{- join "\n" $messages | fail -}}{{- end -}}
{{- end -}}
