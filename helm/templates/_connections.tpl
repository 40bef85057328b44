{{/* Each pod's pool, with as many pods as there can be, one more each while they roll. */}}
{{- define "sso-link.connections" -}}
{{- $servers := ternary .Values.server.autoscaling.maxReplicas .Values.server.replicas .Values.server.autoscaling.enabled -}}
{{- $workers := ternary .Values.worker.keda.maxReplicas .Values.worker.replicas .Values.worker.keda.enabled -}}
{{- mul .Values.database.pool (add $servers $workers .Values.relay.replicas 3) -}}
{{- end -}}
