{{/* (weight) → annotations of what `helm test` makes. It stays until the next test, for its log. */}}
{{- define "sso-link.testHook" -}}
helm.sh/hook: test
helm.sh/hook-weight: {{ . | quote }}
helm.sh/hook-delete-policy: before-hook-creation
{{- end -}}

{{/* Whatever any role or command reads: for doctor, and for the commands that the login's test runs. */}}
{{- define "sso-link.test.env" -}}
{{ include "sso-link.env.server" . }}
{{ include "sso-link.env.kafka" . }}
{{ include "sso-link.env.topics" . }}
- name: SSO_LINK_OPERATOR
  value: {{ printf "helm-test:%s" .Release.Name | quote }}
{{- end -}}
