{{/*
Egress rules, as list items. An empty list of peers would be "anybody": the key is left out then, which says so.
*/}}
{{- define "sso-link.egress.dns" -}}
- ports:
    - { protocol: UDP, port: {{ .Values.networkPolicy.dnsPort }} }
    - { protocol: TCP, port: {{ .Values.networkPolicy.dnsPort }} }
  {{- include "sso-link.peers" (dict "direction" "to" "peers" .Values.networkPolicy.dns) | replace "\n" "\n  " }}
{{- end -}}

{{- define "sso-link.egress.database" -}}
- ports:
    - { protocol: TCP, port: {{ .Values.database.port }} }
  {{- include "sso-link.peers" (dict "direction" "to" "peers" .Values.networkPolicy.database) | replace "\n" "\n  " }}
{{- end -}}

{{- define "sso-link.egress.kafka" -}}
- ports:
    {{- range include "sso-link.kafkaPorts" . | fromJsonArray }}
    - { protocol: TCP, port: {{ . }} }
    {{- end }}
  {{- include "sso-link.peers" (dict "direction" "to" "peers" .Values.networkPolicy.kafka) | replace "\n" "\n  " }}
{{- end -}}

{{- define "sso-link.egress.jumpcloud" -}}
- ports:
    {{- range include "sso-link.issuerPorts" . | fromJsonArray }}
    - { protocol: TCP, port: {{ . }} }
    {{- end }}
  {{- include "sso-link.peers" (dict "direction" "to" "peers" .Values.networkPolicy.jumpcloud) | replace "\n" "\n  " }}
{{- end -}}

{{- define "sso-link.egress.tracing" -}}
{{- if .Values.tracing.endpoint -}}
- ports:
    - { protocol: TCP, port: {{ include "sso-link.tracingPort" . }} }
  {{- include "sso-link.peers" (dict "direction" "to" "peers" .Values.networkPolicy.tracing) | replace "\n" "\n  " }}
{{- end -}}
{{- end -}}

{{- define "sso-link.tracingPort" -}}
{{- $url := urlParse .Values.tracing.endpoint -}}
{{- regexFind "[0-9]+$" (regexFind ":[0-9]+$" $url.host) | default (ternary "443" "80" (eq $url.scheme "https")) -}}
{{- end -}}

{{- define "sso-link.egress.extra" -}}
{{- with .Values.networkPolicy.extraEgress }}
{{- toYaml . }}
{{- end }}
{{- end -}}

{{/* Peers that can scrape, and the pods of helm test. */}}
{{- define "sso-link.ingress.watchers" -}}
- ports:
    - { protocol: TCP, port: metrics }
  {{- include "sso-link.peers" (dict "direction" "from" "peers" .Values.networkPolicy.metrics) | replace "\n" "\n  " }}
- from:
    - podSelector:
        matchLabels:
          {{- include "sso-link.selectorLabels" (dict "context" . "component" "test") | nindent 10 }}
  ports:
    - { protocol: TCP, port: http }
    - { protocol: TCP, port: metrics }
{{- end -}}

{{- define "sso-link.peers" -}}
{{- with .peers }}
{{ $.direction }}:
{{ toYaml . | indent 2 }}
{{- end }}
{{- end -}}

{{- define "sso-link.kafkaPorts" -}}
{{- $ports := list -}}
{{- range .Values.kafka.brokers -}}
{{- $ports = append $ports (regexFind "[0-9]+$" . | int) -}}
{{- end -}}
{{- range .Values.networkPolicy.kafkaPorts -}}
{{- $ports = append $ports (int .) -}}
{{- end -}}
{{- $ports | uniq | toJson -}}
{{- end -}}

{{- define "sso-link.issuerPorts" -}}
{{- $ports := list -}}
{{- range .Values.jumpcloudIssuers -}}
{{- $ports = append $ports (regexFind "[0-9]+$" (urlParse .).host | default "443" | int) -}}
{{- end -}}
{{- $ports | default (list 443) | uniq | toJson -}}
{{- end -}}
