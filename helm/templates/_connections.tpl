{{/*
Each pod's pool, with as many pods as there can be, one more each while they roll; the notifications of relays and servers; and what runs
beside them: the migration's Job, prune and the re-check of domains with three each, and the tests, of which one runs at a time.
*/}}
{{- define "sso-link.connections" -}}
{{- $servers := ternary .Values.server.autoscaling.maxReplicas .Values.server.replicas .Values.server.autoscaling.enabled -}}
{{- $workers := ternary .Values.worker.keda.maxReplicas .Values.worker.replicas .Values.worker.keda.enabled -}}
{{- $relays := add .Values.relay.replicas 1 -}}
{{- $apis := ternary (add .Values.api.replicas 1) 0 .Values.api.enabled -}}
{{- $roles := mul .Values.database.pool (add $servers $workers $relays $apis 2) -}}
{{- $jobs := add (ternary 3 0 .Values.migrations.enabled) (ternary 3 0 .Values.prune.enabled) (ternary 3 0 .Values.domainRecheck.enabled) -}}
{{- $tests := ternary (add .Values.database.pool 3) 2 .Values.tests.login.enabled -}}
{{- add $roles $relays $servers 1 $jobs $tests -}}
{{- end -}}
