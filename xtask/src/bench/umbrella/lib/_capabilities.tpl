{{/* What the cluster can do. */}}
{{- define "lib.capabilities.kubeVersion" -}}
{{- default .Capabilities.KubeVersion.Version ((.Values.global).kubeVersion) -}}
{{- end -}}

{{- define "lib.capabilities.apiVersions.has" -}}
{{- if has .version (default list ((.context.Values.global).apiVersions)) -}}true
{{- else if .context.Capabilities.APIVersions.Has .version -}}true
{{- end -}}
{{- end -}}

{{- define "lib.capabilities.deployment.apiVersion" -}}
{{- if semverCompare "<1.14-0" (include "lib.capabilities.kubeVersion" .) -}}extensions/v1beta1{{- else -}}apps/v1{{- end -}}
{{- end -}}

{{- define "lib.capabilities.ingress.apiVersion" -}}
{{- $version := include "lib.capabilities.kubeVersion" . -}}
{{- if semverCompare "<1.14-0" $version -}}extensions/v1beta1
{{- else if semverCompare "<1.19-0" $version -}}networking.k8s.io/v1beta1
{{- else -}}networking.k8s.io/v1{{- end -}}
{{- end -}}

{{- define "lib.capabilities.hpa.apiVersion" -}}
{{- if include "lib.capabilities.apiVersions.has" (dict "version" "autoscaling/v2" "context" .) -}}autoscaling/v2{{- else -}}autoscaling/v2beta2{{- end -}}
{{- end -}}

{{- define "lib.capabilities.securityContext" -}}
{{- $adapted := omit .secContext "enabled" -}}
{{- if include "lib.capabilities.apiVersions.has" (dict "version" "security.openshift.io/v1" "context" .context) -}}
{{- $adapted = omit $adapted "fsGroup" "runAsUser" "runAsGroup" -}}
{{- end -}}
{{- $adapted | toYaml -}}
{{- end -}}
