{{/*
What each role reads, and nothing that it doesn't: the server has no brokers, relay and worker have no key that
opens a secret. The pods contain it themselves, so a rollback restores the old configuration.
*/}}

{{- define "sso-link.env.common" -}}
- name: HOST
  value: {{ .Values.listenAddress | quote }}
- name: PORT
  value: "3000"
- name: METRICS_PORT
  value: "9464"
- name: LOG_LEVEL
  value: {{ .Values.logLevel | quote }}
{{ include "sso-link.env.tracing" . }}
{{ include "sso-link.env.database" . }}
{{- end -}}

{{- define "sso-link.env.tracing" -}}
- name: OTEL_EXPORTER_OTLP_ENDPOINT
  value: {{ .Values.tracing.endpoint | quote }}
- name: OTEL_TRACES_SAMPLER
  value: {{ .Values.tracing.sampler | quote }}
- name: OTEL_TRACES_SAMPLER_ARG
  value: {{ .Values.tracing.samplerArg | quote }}
{{- end -}}

{{- define "sso-link.env.database" -}}
- name: DATABASE_POOL
  value: {{ .Values.database.pool | quote }}
- name: DATABASE_PASSWORD_FILE
  value: {{ .Values.database.passwordFile | quote }}
- name: DATABASE_URL
  valueFrom:
    secretKeyRef:
      {{- include "sso-link.secretRef" (dict "context" . "part" "databaseUrl") | nindent 6 }}
{{- end -}}

{{/* Past a pooler: for migrations, and for the relay and the server, which are notified of new rows. */}}
{{- define "sso-link.env.databaseDirect" -}}
{{- with .Values.secretRefs.databaseDirectUrl }}
{{- if .name }}
- name: DATABASE_DIRECT_URL
  valueFrom:
    secretKeyRef:
      name: {{ .name }}
      key: {{ .key }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "sso-link.env.secretKeys" -}}
- name: SECRET_KEYS
  valueFrom:
    secretKeyRef:
      {{- include "sso-link.secretRef" (dict "context" . "part" "secretKeys") | nindent 6 }}
{{- end -}}

{{- define "sso-link.env.kafka" -}}
- name: KAFKA_BROKERS
  value: {{ join "," .Values.kafka.brokers | quote }}
- name: KAFKA_SSL
  value: {{ .Values.kafka.ssl | quote }}
- name: KAFKA_TOPIC_PREFIX
  value: {{ .Values.kafka.topicPrefix | quote }}
{{- with .Values.kafka.tls }}
{{- range $name, $value := dict "KAFKA_SSL_CA_FILE" .caFile "KAFKA_SSL_CERT_FILE" .certFile "KAFKA_SSL_KEY_FILE" .keyFile "KAFKA_SSL_SERVERNAME" .servername }}
{{- if $value }}
- name: {{ $name }}
  value: {{ $value | quote }}
{{- end }}
{{- end }}
{{- end }}
{{- with .Values.kafka.sasl }}
{{- if .mechanism }}
- name: KAFKA_SASL_MECHANISM
  value: {{ .mechanism | quote }}
{{- if eq .mechanism "oauthbearer" }}
- name: KAFKA_OAUTH_TOKEN_URL
  value: {{ .oauth.tokenUrl | quote }}
- name: KAFKA_OAUTH_CLIENT_ID
  value: {{ .oauth.clientId | quote }}
- name: KAFKA_OAUTH_SCOPE
  value: {{ .oauth.scope | quote }}
- name: KAFKA_OAUTH_CLIENT_SECRET
  valueFrom:
    secretKeyRef:
      {{- include "sso-link.secretRef" (dict "context" $ "part" "kafkaOauthClientSecret") | nindent 6 }}
{{- else if eq .mechanism "aws-msk-iam" }}
- name: KAFKA_AWS_REGION
  value: {{ .awsRegion | quote }}
{{- else }}
- name: KAFKA_SASL_USERNAME
  value: {{ .username | quote }}
- name: KAFKA_SASL_PASSWORD
  valueFrom:
    secretKeyRef:
      {{- include "sso-link.secretRef" (dict "context" $ "part" "kafkaSaslPassword") | nindent 6 }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "sso-link.env.topics" -}}
- name: KAFKA_TOPIC_REPLICATION
  value: {{ .Values.kafka.topics.replication | quote }}
- name: KAFKA_TOPIC_RETENTION
  value: {{ .Values.kafka.topics.retention | quote }}
{{- end -}}

{{- define "sso-link.env.site" -}}
- name: PUBLIC_URL
  value: {{ .Values.publicUrl | quote }}
- name: APP_URL
  value: {{ .Values.appUrl | quote }}
- name: SOCIAL_LOGIN_URL
  value: {{ .Values.socialLoginUrl | quote }}
- name: RETURN_ORIGINS
  value: {{ join "," .Values.returnOrigins | quote }}
- name: BRAND_COLOR
  value: {{ .Values.brand.color | quote }}
- name: BRAND_LOGO
  value: {{ .Values.brand.logo | quote }}
- name: BRAND_LOGO_DARK
  value: {{ .Values.brand.logoDark | quote }}
- name: SUPPORT_URL
  value: {{ .Values.supportUrl | quote }}
- name: TERMS_URL
  value: {{ .Values.termsUrl | quote }}
- name: PRIVACY_URL
  value: {{ .Values.privacyUrl | quote }}
- name: PRODUCT_NAME
  value: {{ .Values.productName | quote }}
- name: TRUST_PROXY
  value: {{ join "," .Values.trustProxy | quote }}
- name: LOGIN_ATTEMPT_TTL
  value: {{ .Values.loginAttemptTtl | quote }}
- name: LOGIN_WAIT
  value: {{ .Values.loginWait | quote }}
- name: SESSION_IDLE
  value: {{ .Values.sessions.idle | quote }}
- name: SESSION_ABSOLUTE
  value: {{ .Values.sessions.absolute | quote }}
- name: SESSION_REVALIDATE_AFTER
  value: {{ .Values.sessions.revalidateAfter | quote }}
- name: RATE_LIMIT_PER_ADDRESS
  value: {{ .Values.rateLimits.perAddress | int64 | quote }}
- name: RATE_LIMIT_PER_COMPANY
  value: {{ .Values.rateLimits.perCompany | int64 | quote }}
- name: DNS_SERVERS
  value: {{ join "," .Values.dnsServers | quote }}
{{- if .Values.jumpcloudIssuers }}
- name: JUMPCLOUD_ISSUERS
  value: {{ include "sso-link.issuers" . | quote }}
{{- end }}
{{- end -}}

{{- define "sso-link.issuers" -}}
{{- $issuers := list -}}
{{- range $region, $issuer := .Values.jumpcloudIssuers -}}
{{- $issuers = append $issuers (printf "%s=%s" $region $issuer) -}}
{{- end -}}
{{- join "," $issuers -}}
{{- end -}}

{{/* What each role is given. */}}
{{- define "sso-link.env.server" -}}
{{ include "sso-link.env.common" . }}
{{- include "sso-link.env.databaseDirect" . }}
{{ include "sso-link.env.secretKeys" . }}
{{ include "sso-link.env.site" . }}
{{- end -}}

{{- define "sso-link.env.relay" -}}
{{ include "sso-link.env.common" . }}
{{- include "sso-link.env.databaseDirect" . }}
{{ include "sso-link.env.kafka" . }}
{{- end -}}

{{- define "sso-link.env.api" -}}
- name: API_HOST
  value: {{ .Values.listenAddress | quote }}
- name: API_PORT
  value: "3000"
- name: HOST
  value: {{ .Values.listenAddress | quote }}
- name: METRICS_PORT
  value: "9464"
- name: LOG_LEVEL
  value: {{ .Values.logLevel | quote }}
- name: PUBLIC_URL
  value: {{ .Values.publicUrl | quote }}
- name: DNS_SERVERS
  value: {{ join "," .Values.dnsServers | quote }}
- name: RATE_LIMIT_PER_KEY
  value: {{ .Values.rateLimits.perKey | int64 | quote }}
{{ include "sso-link.env.tracing" . }}
{{ include "sso-link.env.database" . }}
{{ include "sso-link.env.secretKeys" . }}
{{- if .Values.jumpcloudIssuers }}
- name: JUMPCLOUD_ISSUERS
  value: {{ include "sso-link.issuers" . | quote }}
{{- end }}
{{- end -}}

{{- define "sso-link.env.worker" -}}
{{ include "sso-link.env.common" . }}
{{ include "sso-link.env.kafka" . }}
{{- end -}}
