{{/*
The chart's context, for what runs before the release's own objects are there: it has a service account, a policy
and, where the chart makes one, a Secret of its own, all gone when it has succeeded.
*/}}
{{- define "sso-link.hookContext" -}}
{{- $_ := set .result "context" (dict "isHook" true "Values" .root.Values "Chart" .root.Chart "Release" .root.Release "Capabilities" .root.Capabilities "Template" .root.Template) -}}
{{- end -}}

{{/* Annotations of these. */}}
{{- define "sso-link.hookHelper" -}}
helm.sh/hook: pre-install,pre-upgrade
helm.sh/hook-weight: "-10"
helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
{{- end -}}
