{{/* (interval) → one endpoint, the same for PodMonitor and ServiceMonitor. */}}
{{- define "sso-link.monitor.endpoint" -}}
- port: metrics
  path: /metrics
  interval: {{ .interval }}
{{- end -}}

{{/* The three roles: what else this release runs is gone before it could be scraped. */}}
{{- define "sso-link.monitor.selector" -}}
matchLabels:
  {{- include "sso-link.releaseLabels" . | nindent 2 }}
matchExpressions:
  - { key: app.kubernetes.io/component, operator: In, values: [server, relay, worker, api] }
{{- end -}}
