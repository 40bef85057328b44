{{/* Whether the chart makes a Secret of its own, from `secrets`. */}}
{{- define "sso-link.makesSecret" -}}
{{- with .Values.secrets -}}
{{- if or .databaseUrl .secretKeys .kafkaSaslPassword -}}true{{- end -}}
{{- end -}}
{{- end -}}

{{/*
(dict "context" $ "part" "databaseUrl") → name and key of the Secret that has it: the part's own, else the chart's
where the value stands in `secrets`, else existingSecret.
*/}}
{{- define "sso-link.secretRef" -}}
{{- $ref := index .context.Values.secretRefs .part -}}
{{- $given := index .context.Values.secrets .part -}}
{{- if $ref.name -}}
name: {{ $ref.name }}
key: {{ $ref.key }}
{{- else if $given -}}
name: {{ include "sso-link.ownSecretName" .context }}
key: {{ include "sso-link.secretKey" .part }}
{{- else -}}
name: {{ .context.Values.existingSecret }}
key: {{ $ref.key }}
{{- end -}}
{{- end -}}

{{- define "sso-link.secretKey" -}}
{{- get (dict "databaseUrl" "DATABASE_URL" "secretKeys" "SECRET_KEYS" "kafkaSaslPassword" "KAFKA_SASL_PASSWORD" "kafkaOauthClientSecret" "KAFKA_OAUTH_CLIENT_SECRET") . -}}
{{- end -}}

{{/* Hooks run before the release's own Secret is there: they have a copy, which is gone when they are done. */}}
{{- define "sso-link.ownSecretName" -}}
{{- include "sso-link.fullname" . }}{{ if .isHook }}-migrate{{ end -}}
{{- end -}}

{{- define "sso-link.secretData" -}}
{{- range $part, $value := .Values.secrets }}
{{- if $value }}
{{ include "sso-link.secretKey" $part }}: {{ $value | quote }}
{{- end }}
{{- end }}
{{- end -}}
