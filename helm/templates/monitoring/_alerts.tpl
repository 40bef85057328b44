{{/*
Every alert. `runbook` is a page in docs/runbooks/. Metrics have the label role. Values that several pods
export, of the database or of a partition, are combined with max.
*/}}
{{- define "sso-link.alerts" -}}
{{- $of := printf "namespace=%q" .Release.Namespace -}}
{{- $limits := .Values.monitoring.rules.thresholds -}}
{{- /* Caused by a person or an outsider: not a failure of the service. */ -}}
{{- $theirs := "access_denied|attempt_missing|grant_rejected|provider_error_unknown|rate_limited|request_malformed|sso_not_active" -}}
{{- $logins := printf "sso_link_logins_total{%s, outcome!~%q}" $of $theirs -}}
{{- $failed := printf "sso_link_logins_total{%s, outcome!~%q}" $of (printf "recorded|%s" $theirs) -}}
{{- $unsent := printf "sso_link_login_starts_total{%s, outcome!~%q}" $of (printf "sent|%s" $theirs) -}}
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
- alert: SsoLinkNotReady
  runbook: not-ready
  expr: max by (role, dependency) (sso_link_ready{ {{- $of }}, kind="required"}) == 0
  for: 2m
  severity: critical
  summary: 'No {{ "{{ $labels.role }}" }} has its required dependency: {{ "{{ $labels.dependency }}" }}'
  description: 'Each {{ "{{ $labels.role }}" }} of SSO Link in {{ .Release.Namespace }} runs and is not ready.'
- alert: SsoLinkLoginsFailing
  runbook: logins-failing
  expr: |-
    ((sum(rate({{ $failed }}[10m])) or vector(0)) + (sum(rate({{ $unsent }}[10m])) or vector(0)))
      / ((sum(rate({{ $logins }}[10m])) or vector(0)) + (sum(rate({{ $unsent }}[10m])) or vector(0))) > {{ $limits.loginErrorRatio }}
    and ((sum(increase({{ $failed }}[10m])) or vector(0)) + (sum(increase({{ $unsent }}[10m])) or vector(0))) > 5
  for: 5m
  severity: critical
  summary: People cannot sign in
  description: '{{ "{{ $value | humanizePercentage }}" }} of the logins fail through no fault of the person.'
- alert: SsoLinkNobodySignsIn
  runbook: nobody-signs-in
  expr: |-
    sum(increase(sso_link_login_starts_total{ {{- $of }}, outcome="sent"}[15m])) > {{ $limits.startsWithoutLogin }}
    unless sum(increase(sso_link_logins_total{ {{- $of }}, outcome="recorded"}[15m])) > 0
  for: 1m
  severity: critical
  summary: People are sent to JumpCloud, and no sign-in completes
  description: '{{ "{{ $value | humanize }}" }} sign-ins began within fifteen minutes, and none was recorded.'
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
    sum by (region, company, endpoint) (rate(sso_link_provider_failures_total{ {{- $of }}, code!="grant_rejected"}[10m]))
      / sum by (region, company, endpoint) (rate(sso_link_provider_request_duration_seconds_count{ {{- $of }}}[10m])) > 0.5
    and sum by (region, company, endpoint) (increase(sso_link_provider_failures_total{ {{- $of }}, code!="grant_rejected"}[10m])) > 3
  for: 5m
  severity: warning
  summary: 'JumpCloud fails for {{ "{{ with $labels.company }}{{ . }}{{ else }}region {{ $labels.region }}{{ end }} ({{ $labels.endpoint }})" }}'
  description: '{{ "{{ $value | humanizePercentage }}" }} of these requests fail.'
- alert: SsoLinkClientSecretRefused
  runbook: client-secret-refused
  expr: max by (company) (sso_link_client_secret_refused{ {{- $of }}}) > 0
  for: 1m
  severity: critical
  summary: 'JumpCloud refuses the client secret of {{ "{{ $labels.company }}" }}'
  description: 'Its people signed in before, and cannot now: JumpCloud answers invalid_client.'
{{- range list (dict "severity" "info" "from" 7 "to" 30) (dict "severity" "warning" "from" 1 "to" 7) (dict "severity" "critical" "from" -3650 "to" 1) }}
- alert: SsoLinkClientSecretExpires
  runbook: client-secret-expires
  expr: |-
    max by (company) (sso_link_client_secret_expiry_timestamp_seconds{ {{- $of }}}) - time() < {{ mul .to 86400 }}
    and max by (company) (sso_link_client_secret_expiry_timestamp_seconds{ {{- $of }}}) - time() >= {{ mul .from 86400 }}
  for: 1m
  severity: {{ .severity }}
  summary: 'The client secret of {{ "{{ $labels.company }}" }} expires'
  description: 'It stops working in {{ "{{ $value | humanizeDuration }}" }}. Then nobody of the company can sign in.'
{{- end }}
- alert: SsoLinkDomainUnproven
  runbook: domain-unproven
  expr: max by (company) (sso_link_domains_unproven{ {{- $of }}}) > 0
  for: 1m
  severity: warning
  summary: 'DNS no longer proves a domain of {{ "{{ $labels.company }}" }}'
  description: '{{ "{{ $value }}" }} of its proven domains had no record, or another value, at the last check. Its people sign in as before.'
- alert: SsoLinkOutboxStuck
  runbook: outbox-stuck
  expr: max(sso_link_outbox_oldest_age_seconds{ {{- $of }}}) > {{ $limits.outboxAgeSeconds }}
  for: 2m
  severity: critical
  summary: Events do not reach Kafka
  description: 'The oldest event has waited for {{ "{{ $value | humanizeDuration }}" }}.'
- alert: SsoLinkOutboxDeadRows
  runbook: outbox-dead-rows
  expr: max(sso_link_outbox_dead_rows{ {{- $of }}}) > 0
  for: 1m
  severity: warning
  summary: Kafka rejects some events permanently
  description: '{{ "{{ $value }}" }} events were moved to outbox_dead and wait for an operator.'
- alert: SsoLinkDirectoryMassChange
  runbook: directory-mass-change
  expr: max(sso_link_directory_mass_changes{ {{- $of }}}) > 0
  for: 1m
  severity: warning
  summary: A company's directory blocks many of its people
  description: 'The directories of {{ "{{ $value }}" }} companies blocked more than 30 % and more than 10 of their people within an hour.'
- alert: SsoLinkWorkerBehind
  runbook: worker-behind
  expr: sum(max by (partition) (sso_link_worker_lag{ {{- $of }}})) > {{ $limits.workerLag }}
  for: 10m
  severity: warning
  summary: The worker lags behind
  description: 'The worker is {{ "{{ $value }}" }} logins behind, for ten minutes.'
- alert: SsoLinkMirrorBehind
  runbook: mirror-behind
  expr: max(sso_link_mirror_lag_seconds{ {{- $of }}}) > {{ $limits.mirrorLagSeconds }}
  for: 5m
  severity: warning
  summary: Changes of accounts do not reach the mirror
  description: 'The oldest change of user.account_changed has waited for {{ "{{ $value | humanizeDuration }}" }}.'
- alert: SsoLinkDeadLetters
  runbook: dead-letters
  expr: max by (reason) (sso_link_dead_letters{ {{- $of }}}) > 0
  for: 1m
  severity: warning
  summary: 'Records that the worker cannot process ({{ "{{ $labels.reason }}" }})'
  description: '{{ "{{ $value }}" }} records became dead letters and wait for an operator. Their logins have no result, their changes are not in the mirror.'
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
