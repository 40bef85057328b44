{{/*
Egress rules, as list items. An empty list of peers would be "anybody": the key is left out then, which says so.
*/}}
{{- define "sso-link.egress.dns" -}}
- {{ include "sso-link.peers" (dict "direction" "to" "peers" .Values.networkPolicy.dns) | nindent 2 | trim }}
  ports:
    - { protocol: UDP, port: {{ .Values.networkPolicy.dnsPort }} }
    - { protocol: TCP, port: {{ .Values.networkPolicy.dnsPort }} }
{{- end -}}

{{- define "sso-link.egress.database" -}}
- {{ include "sso-link.peers" (dict "direction" "to" "peers" .Values.networkPolicy.database) | nindent 2 | trim }}
  ports:
    - { protocol: TCP, port: {{ .Values.database.port }} }
{{- end -}}

{{- define "sso-link.egress.kafka" -}}
- {{ include "sso-link.peers" (dict "direction" "to" "peers" .Values.networkPolicy.kafka) | nindent 2 | trim }}
  ports:
    {{- range include "sso-link.kafkaPorts" . | fromJsonArray }}
    - { protocol: TCP, port: {{ . }} }
    {{- end }}
{{- end -}}

{{- define "sso-link.egress.jumpcloud" -}}
- {{ include "sso-link.peers" (dict "direction" "to" "peers" .Values.networkPolicy.jumpcloud) | nindent 2 | trim }}
  ports:
    {{- range include "sso-link.issuerPorts" . | fromJsonArray }}
    - { protocol: TCP, port: {{ . }} }
    {{- end }}
{{- end -}}

{{- define "sso-link.egress.extra" -}}
{{- with .Values.networkPolicy.extraEgress }}
{{- toYaml . }}
{{- end }}
{{- end -}}

{{/* Whoever may scrape, and the pods of helm test. */}}
{{- define "sso-link.ingress.watchers" -}}
- {{ include "sso-link.peers" (dict "direction" "from" "peers" .Values.networkPolicy.metrics) | nindent 2 | trim }}
  ports:
    - { protocol: TCP, port: metrics }
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
  {{- toYaml . | nindent 2 }}
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
