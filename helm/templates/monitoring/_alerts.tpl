{{/*
Every alert. `runbook` is a page in docs/runbooks/. Metrics are told by role; whichever pods tell of the same
thing, the database's or a partition's, are put together with max.

A counter's first count makes its series, and increase() sees no step there: hence `unless … offset`.
*/}}
{{- define "sso-link.alerts" -}}
{{- $of := printf "namespace=%q" .Release.Namespace -}}
{{- $limits := .Values.monitoring.rules.thresholds -}}
{{- /* What a person did, or a stranger: not ours to mend. */ -}}
{{- $theirs := "access_denied|attempt_missing|client_changed|company_unknown|cross_site|grant_rejected|provider_said_no|rate_limited|request_malformed|sso_not_active" -}}
- alert: SsoLinkRoleMissing
  runbook: role-missing
  expr: |-
    absent(process_start_time_seconds{ {{- $of }}, role="server"})
    or absent(process_start_time_seconds{ {{- $of }}, role="relay"})
    or absent(process_start_time_seconds{ {{- $of }}, role="worker"})
  for: 5m
  severity: critical
  summary: 'No {{ "{{ $labels.role }}" }} runs'
  description: 'Prometheus has seen no {{ "{{ $labels.role }}" }} of SSO Link in {{ .Release.Namespace }} for five minutes.'
- alert: SsoLinkLoginsFailing
  runbook: logins-failing
  expr: |-
    sum(rate(sso_link_logins_total{ {{- $of }}, outcome!~"recorded|{{ $theirs }}"}[10m]))
      / sum(rate(sso_link_logins_total{ {{- $of }}}[10m])) > {{ $limits.loginErrorRatio }}
    and sum(increase(sso_link_logins_total{ {{- $of }}, outcome!~"recorded|{{ $theirs }}"}[10m])) > 5
  for: 5m
  severity: critical
  summary: People can't sign in
  description: '{{ "{{ $value | humanizePercentage }}" }} of the logins fail for no fault of the person.'
- alert: SsoLinkLoginsSlow
  runbook: logins-slow
  expr: |-
    histogram_quantile(0.95, sum by (le) (rate(sso_link_login_duration_seconds_bucket{ {{- $of }}}[10m]))) > {{ $limits.loginSeconds }}
  for: 10m
  severity: warning
  summary: Signing in is slow
  description: 'One login in twenty takes {{ "{{ $value | humanizeDuration }}" }} or more, from callback to answer.'
- alert: SsoLinkProviderFailing
  runbook: provider-failing
  expr: |-
    sum by (company) (rate(sso_link_provider_failures_total{ {{- $of }}, code!="grant_rejected"}[10m]))
      / sum by (company) (rate(sso_link_provider_request_duration_seconds_count{ {{- $of }}}[10m])) > 0.5
    and sum by (company) (increase(sso_link_provider_failures_total{ {{- $of }}, code!="grant_rejected"}[10m])) > 3
  for: 5m
  severity: warning
  summary: 'JumpCloud fails for {{ "{{ $labels.company }}" }}'
  description: '{{ "{{ $value | humanizePercentage }}" }} of the requests to the provider of {{ "{{ $labels.company }}" }} fail.'
- alert: SsoLinkOutboxStuck
  runbook: outbox-stuck
  expr: max(sso_link_outbox_oldest_age_seconds{ {{- $of }}}) > {{ $limits.outboxAgeSeconds }}
  for: 2m
  severity: critical
  summary: Events don't reach Kafka
  description: 'The oldest event has waited for {{ "{{ $value | humanizeDuration }}" }}.'
- alert: SsoLinkOutboxDeadRows
  runbook: outbox-dead-rows
  expr: max(sso_link_outbox_dead_rows{ {{- $of }}}) > 0
  for: 1m
  severity: warning
  summary: Kafka will not take some events
  description: '{{ "{{ $value }}" }} events were given up and wait for an operator.'
- alert: SsoLinkWorkerBehind
  runbook: worker-behind
  expr: sum(max by (partition) (sso_link_worker_lag{ {{- $of }}})) > {{ $limits.workerLag }}
  for: 10m
  severity: warning
  summary: Links come late
  description: 'The worker is {{ "{{ $value }}" }} logins behind, for ten minutes.'
- alert: SsoLinkDeadLetters
  runbook: dead-letters
  expr: |-
    sum by (reason) (increase(sso_link_worker_dead_letters_total{ {{- $of }}}[15m])) > 0
    or sum by (reason) (sso_link_worker_dead_letters_total{ {{- $of }}} unless sso_link_worker_dead_letters_total{ {{- $of }}} offset 15m) > 0
  for: 0m
  severity: warning
  summary: 'Records that the worker could not understand ({{ "{{ $labels.reason }}" }})'
  description: The worker put records aside. Nothing waits for them, and their logins have no result.
- alert: SsoLinkLinksRefused
  runbook: links-refused
  expr: |-
    sum(rate(sso_link_worker_results_total{ {{- $of }}, outcome=~"refused|ambiguous|no_match"}[30m]))
      / sum(rate(sso_link_worker_results_total{ {{- $of }}}[30m])) > {{ $limits.refusalRatio }}
    and sum(increase(sso_link_worker_results_total{ {{- $of }}, outcome=~"refused|ambiguous|no_match"}[30m])) > 10
  for: 15m
  severity: warning
  summary: Many people sign in and get no account
  description: '{{ "{{ $value | humanizePercentage }}" }} of the logins were not linked.'
{{- end -}}
