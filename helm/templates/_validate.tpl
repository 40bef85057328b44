{{/*
What a schema can't say, in sentences: all of them at once. `validate.yaml` calls it, and nothing is rendered then.
*/}}
{{- define "sso-link.problems" -}}
{{- $problems := list -}}
{{- range include "sso-link.problems.missing" . | fromYamlArray -}}{{- $problems = append $problems . -}}{{- end -}}
{{- range include "sso-link.problems.addresses" . | fromYamlArray -}}{{- $problems = append $problems . -}}{{- end -}}
{{- range include "sso-link.problems.kafka" . | fromYamlArray -}}{{- $problems = append $problems . -}}{{- end -}}
{{- range include "sso-link.problems.pods" . | fromYamlArray -}}{{- $problems = append $problems . -}}{{- end -}}
{{- range include "sso-link.problems.rest" . | fromYamlArray -}}{{- $problems = append $problems . -}}{{- end -}}
{{- with $problems -}}
{{- printf "\n\nThese values can't work:\n\n  - %s\n" (join "\n  - " .) -}}
{{- end -}}
{{- end -}}

{{- define "sso-link.problems.missing" -}}
{{- if not .Values.image.repository }}
- "image.repository is empty: say where you pushed the image, like registry.example.com/sso-link."
{{- end }}
{{- if not .Values.publicUrl }}
- "publicUrl is empty: say where browsers reach the service, like https://account.example.com."
{{- end }}
{{- if not .Values.appUrl }}
- "appUrl is empty: say where people go once they are signed in, like https://app.example.com."
{{- end }}
{{- if not .Values.kafka.brokers }}
- "kafka.brokers is empty: name at least one, like [kafka-1.example.com:9092]."
{{- end }}
{{- $parts := list "databaseUrl" "secretKeys" }}
{{- $mechanism := .Values.kafka.sasl.mechanism }}
{{- if has $mechanism (list "plain" "scram-sha-256" "scram-sha-512") }}{{ $parts = append $parts "kafkaSaslPassword" }}{{ end }}
{{- if eq $mechanism "oauthbearer" }}{{ $parts = append $parts "kafkaOauthClientSecret" }}{{ end }}
{{- $missing := list }}
{{- range $parts }}
{{- if not (or $.Values.existingSecret (index $.Values.secretRefs .).name (index $.Values.secrets .)) }}
{{- $missing = append $missing (include "sso-link.secretKey" .) }}
{{- end }}
{{- end }}
{{- with $missing }}
- "existingSecret is empty, so no Secret provides {{ join ", " . }}: make a Secret with these keys and name it, or each by secretRefs."
{{- end }}
{{- end -}}

{{- define "sso-link.problems.addresses" -}}
{{- $web := "^(https://[^/@?#]+|http://(localhost|127\\.0\\.0\\.1|\\[::1\\])(:[0-9]+)?)" }}
{{- with .Values.publicUrl }}
{{- if not (regexMatch (printf "%s/?$" $web) .) }}
- "publicUrl is {{ . }}: expected an https origin without a path, like https://account.example.com; a browser keeps the sign-in's cookies on no other."
{{- end }}
{{- end }}
{{- range $name, $url := dict "appUrl" .Values.appUrl "socialLoginUrl" .Values.socialLoginUrl }}
{{- if and $url (not (regexMatch (printf "%s([/?].*)?$" $web) $url)) }}
- "{{ $name }} is {{ $url }}: expected an https URL, like https://app.example.com."
{{- end }}
{{- end }}
{{- range .Values.returnOrigins }}
{{- if not (regexMatch (printf "%s$" $web) .) }}
- "returnOrigins has {{ . }}: each is an https origin without a path or a slash at its end, like https://app.example.com."
{{- end }}
{{- end }}
{{- range $region, $issuer := .Values.jumpcloudIssuers }}
{{- if not (regexMatch (printf "%s(/.*)?$" $web) $issuer) }}
- "jumpcloudIssuers.{{ $region }} is {{ $issuer }}: expected an https URL with a trailing slash, as JumpCloud's issuers have."
{{- end }}
{{- end }}
{{- range list "ingress" "httpRoute" }}
{{- if and (index $.Values .).enabled (not $.Values.trustProxy) }}
- "{{ . }}.enabled is true and trustProxy is empty: everybody would have the proxy's address and share its {{ $.Values.rateLimits.perAddress }} login requests a minute. Name the proxies, like trustProxy: [10.244.0.0/16], the pods' range."
{{- end }}
{{- end }}
{{- if and .Values.httpRoute.enabled (not .Values.httpRoute.parentRefs) }}
- "httpRoute.enabled is true and httpRoute.parentRefs is empty: name the Gateway, like [{name: public, namespace: gateways}]."
{{- end }}
{{- end -}}

{{- define "sso-link.problems.kafka" -}}
{{- range .Values.kafka.brokers }}
{{- if not (regexMatch "^([^:/\\[\\]]+|\\[[0-9A-Fa-f:.]+\\]):[0-9]{1,5}$" .) }}
- "kafka.brokers has {{ . }}: each is host:port, like kafka-1.example.com:9092 or [fd00::10]:9092, and no URL."
{{- end }}
{{- end }}
{{- with .Values.kafka.sasl }}
{{- if has .mechanism (list "plain" "scram-sha-256" "scram-sha-512") }}
{{- if not .username }}
- "kafka.sasl.mechanism is {{ .mechanism }} and kafka.sasl.username is empty: say whose password it is."
{{- end }}
{{- end }}
{{- if and (eq .mechanism "oauthbearer") (not (and .oauth.tokenUrl .oauth.clientId)) }}
- "kafka.sasl.mechanism is oauthbearer: set kafka.sasl.oauth.tokenUrl and kafka.sasl.oauth.clientId."
{{- end }}
{{- if and (eq .mechanism "aws-msk-iam") (not .awsRegion) }}
- "kafka.sasl.mechanism is aws-msk-iam: set kafka.sasl.awsRegion."
{{- end }}
{{- if and .username (not .mechanism) }}
- "kafka.sasl.username is {{ .username }} and kafka.sasl.mechanism is empty: say how it authenticates, as plain, scram-sha-256 or scram-sha-512."
{{- end }}
{{- end }}
{{- with .Values.kafka.tls }}
{{- if ne (empty .certFile) (empty .keyFile) }}
- "kafka.tls.certFile and kafka.tls.keyFile belong together: set both, for brokers that require a client certificate."
{{- end }}
{{- if and (or .caFile .certFile .servername) (not $.Values.kafka.ssl) }}
- "kafka.tls is set and kafka.ssl is false: set kafka.ssl=true."
{{- end }}
{{- end }}
{{- $largest := 24 }}
{{- $worker := .Values.worker }}
{{- if $worker.keda.enabled }}
{{- if gt (int $worker.keda.maxReplicas) $largest }}
- "worker.keda.maxReplicas is {{ $worker.keda.maxReplicas }}: a topic has {{ $largest }} partitions and each has one reader, so more than {{ $largest }} workers would have nothing to do."
{{- end }}
{{- if has $.Values.kafka.sasl.mechanism (list "oauthbearer" "aws-msk-iam") }}
- "worker.keda.enabled is true and kafka.sasl.mechanism is {{ $.Values.kafka.sasl.mechanism }}: the trigger of this chart authenticates by plain, scram-sha-256 or scram-sha-512 only. Set worker.keda.enabled=false and worker.replicas."
{{- end }}
{{- if $.Values.kafka.tls.certFile }}
- "worker.keda.enabled is true and kafka.tls.certFile is set: the trigger of this chart has no client certificate. Set worker.keda.enabled=false and worker.replicas."
{{- end }}
{{- if and $worker.keda.caSecret.name (not .Values.kafka.ssl) }}
- "worker.keda.caSecret.name is {{ $worker.keda.caSecret.name }} and kafka.ssl is false: without TLS there is no certificate to be checked."
{{- end }}
{{- if gt (int $worker.keda.minReplicas) (int $worker.keda.maxReplicas) }}
- "worker.keda.minReplicas is {{ $worker.keda.minReplicas }}, more than worker.keda.maxReplicas, {{ $worker.keda.maxReplicas }}."
{{- end }}
{{- else if gt (int $worker.replicas) $largest }}
- "worker.replicas is {{ $worker.replicas }}: a topic has {{ $largest }} partitions and each has one reader, so more than {{ $largest }} workers would have nothing to do."
{{- end }}
{{- end -}}

{{- define "sso-link.problems.pods" -}}
{{- range $role, $before := dict "server" (int .Values.server.preStopSeconds) "relay" 0 "worker" 0 "api" (int .Values.api.preStopSeconds) }}
{{- $settings := include "sso-link.podSettings" (dict "context" $ "own" (index $.Values $role).pods) | fromYaml }}
{{- $grace := int $settings.terminationGracePeriodSeconds }}
{{- if lt $grace (int (add $before 31)) }}
- "The {{ $role }}'s terminationGracePeriodSeconds is {{ $grace }}: {{ if $before }}preStop takes {{ $before }} s and {{ end }}a role may take 30 s after SIGTERM, so it must be {{ add $before 31 }} at least, or sign-ins and records are cut off."
{{- end }}
{{- end }}
{{- with .Values.server.autoscaling }}
{{- if and .enabled (gt (int .minReplicas) (int .maxReplicas)) }}
- "server.autoscaling.minReplicas is {{ .minReplicas }}, more than server.autoscaling.maxReplicas, {{ .maxReplicas }}."
{{- end }}
{{- end }}
{{- end -}}

{{- define "sso-link.problems.rest" -}}
{{- with .Values.monitoring }}
{{- if and .podMonitor.enabled .serviceMonitor.enabled }}
- "monitoring.podMonitor.enabled and monitoring.serviceMonitor.enabled are both true: every pod would be counted twice. Choose one."
{{- end }}
{{- end }}
{{- if .Values.prune.enabled }}
{{- $kept := include "sso-link.seconds" .Values.prune.olderThan | int64 }}
{{- $readable := include "sso-link.seconds" .Values.kafka.topics.retention | int64 }}
{{- if le $kept $readable }}
- "prune.olderThan is {{ .Values.prune.olderThan }} and kafka.topics.retention is {{ .Values.kafka.topics.retention }}: an event read again after its login was deleted becomes a dead letter. Keep logins longer than records."
{{- end }}
{{- end }}
{{- with .Values.tests.login }}
{{- if and .enabled (not .image) }}
- "tests.login.enabled is true and tests.login.image is empty: name the image with the stand-in, made by docker build --target dev."
{{- end }}
{{- end }}
{{- end -}}

{{/* "90d" → seconds. The schema has seen to its form. */}}
{{- define "sso-link.seconds" -}}
{{- $unit := get (dict "s" 1 "m" 60 "h" 3600 "d" 86400) (regexFind "[smhd]$" .) -}}
{{- mul (regexFind "^[0-9]+" . | int64) $unit -}}
{{- end -}}
