{{/* (dict "pod" $pod "command" "migrate") → one container of the Job. */}}
{{- define "sso-link.migrate.container" -}}
{{- $context := .pod.context -}}
- name: {{ .command }}
  args: [{{ .command }}{{ if eq .command "topics" }}, --wait, {{ $context.Values.migrations.topicsWait | quote }}{{ if $context.Values.migrations.topicsMinimal }}, --minimal{{ end }}{{ end }}]
  {{- include "sso-link.container" .pod | nindent 2 }}
  env:
    - name: LOG_LEVEL
      value: {{ $context.Values.logLevel | quote }}
    - name: SSO_LINK_OPERATOR
      value: {{ printf "helm:%s" $context.Release.Name | quote }}
    {{- if eq .command "migrate" }}
    {{- include "sso-link.env.database" $context | nindent 4 }}
    {{- with include "sso-link.env.databaseDirect" $context | trim }}
    {{- . | nindent 4 }}
    {{- end }}
    {{- include "sso-link.env.secretKeys" $context | nindent 4 }}
    {{- else }}
    {{- include "sso-link.env.kafka" $context | nindent 4 }}
    {{- include "sso-link.env.topics" $context | nindent 4 }}
    {{- end }}
    {{- with .pod.settings.extraEnv }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  resources:
    {{- toYaml $context.Values.migrations.resources | nindent 4 }}
{{- end -}}
