{{/*
(dict "context" $ "own" .Values.server.pods) → `pods`, with what a role says for itself: lists one after the
other, maps key by key, the rest replaced. As YAML, for fromYaml. Sprig's merge takes a `false` for unset.
*/}}
{{- define "sso-link.podSettings" -}}
{{- $settings := deepCopy .context.Values.pods -}}
{{- range $key, $own := .own -}}
{{- if has $key (list "extraEnv" "extraEnvFrom" "extraVolumes" "extraVolumeMounts" "extraContainers" "extraInitContainers" "tolerations") -}}
{{- $_ := set $settings $key (concat (index $settings $key) $own) -}}
{{- else if has $key (list "annotations" "labels" "nodeSelector" "securityContext" "containerSecurityContext") -}}
{{- range $name, $value := $own -}}
{{- $_ := set (index $settings $key) $name $value -}}
{{- end -}}
{{- else -}}
{{- $_ := set $settings $key $own -}}
{{- end -}}
{{- end -}}
{{- toYaml $settings -}}
{{- end -}}

{{/*
(dict "context" $ "component" "server" "settings" $settings) → metadata of a pod.
*/}}
{{- define "sso-link.podMetadata" -}}
labels:
  {{- $labels := include "sso-link.selectorLabels" . | fromYaml -}}
  {{- merge $labels .settings.labels .context.Values.commonLabels | toYaml | nindent 2 }}
{{- $annotations := merge (dict) .settings.annotations .context.Values.commonAnnotations -}}
{{- if include "sso-link.makesSecret" .context -}}
{{- $_ := set $annotations "checksum/secret" (include "sso-link.secretData" .context | sha256sum) -}}
{{- end -}}
{{- with .context.Values.secretRevision -}}
{{- $_ := set $annotations "sso-link/secret-revision" . -}}
{{- end -}}
{{- with $annotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* (dict "context" $ "component" "server" "settings" $settings) → what is the same in every pod's spec. */}}
{{- define "sso-link.podSpec" -}}
serviceAccountName: {{ include "sso-link.serviceAccountName" .context }}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with .context.Values.image.pullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
securityContext:
  {{- toYaml .settings.securityContext | nindent 2 }}
{{- with .settings.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with .settings.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .settings.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .settings.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
volumes:
  - name: tmp
    emptyDir:
      sizeLimit: 64Mi
  {{- with .settings.extraVolumes }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end -}}

{{/*
(dict "context" $ "own" .Values.migrations.pods) → the settings of a Job's or a test's pod. A container that never ends
would keep the Job from ending: only those of its own `extraContainers` run in it. A native sidecar
(`extraInitContainers` with `restartPolicy: Always`) is ended when the Job is done.
*/}}
{{- define "sso-link.jobSettings" -}}
{{- $settings := include "sso-link.podSettings" . | fromYaml -}}
{{- $_ := set $settings "extraContainers" ((.own).extraContainers | default list) -}}
{{- toYaml $settings -}}
{{- end -}}

{{/* (settings) → init containers of a pod that has none of the chart's. */}}
{{- define "sso-link.initContainers" -}}
{{- with .extraInitContainers }}
initContainers:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* (dict "context" $ "component" "server" "settings" $settings) → over zones and nodes, as far as it goes. */}}
{{- define "sso-link.topologySpread" -}}
topologySpreadConstraints:
{{- if .settings.topologySpreadConstraints }}
  {{- toYaml .settings.topologySpreadConstraints | nindent 2 }}
{{- else }}
  {{- range $key := list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
  - topologyKey: {{ $key }}
    maxSkew: 1
    whenUnsatisfiable: ScheduleAnyway
    matchLabelKeys: [pod-template-hash]
    labelSelector:
      matchLabels:
        {{- include "sso-link.selectorLabels" $ | nindent 8 }}
  {{- end }}
{{- end }}
{{- end -}}

{{/* (dict "context" $ "settings" $settings) → what is the same in every container. */}}
{{- define "sso-link.container" -}}
image: {{ .image | default (include "sso-link.image" .context) | quote }}
imagePullPolicy: {{ .context.Values.image.pullPolicy }}
securityContext:
  {{- toYaml .settings.containerSecurityContext | nindent 2 }}
volumeMounts:
  - name: tmp
    mountPath: /tmp
  {{- with .settings.extraVolumeMounts }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with .settings.extraEnvFrom }}
envFrom:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/*
Liveness asks the process alone: a restart does not repair a database. Readiness asks what the role needs, for up to two
seconds. A start that takes a minute has failed.
*/}}
{{- define "sso-link.preStop" -}}
{{- if gt (int .preStopSeconds) 0 }}
lifecycle:
  # Requests that are on their way when the pod begins to end are still served.
  preStop:
    sleep:
      seconds: {{ .preStopSeconds }}
{{- end }}
{{- end -}}

{{- define "sso-link.probes" -}}
startupProbe:
  httpGet: { path: /livez, port: http }
  periodSeconds: 2
  timeoutSeconds: 2
  failureThreshold: 30
livenessProbe:
  httpGet: { path: /livez, port: http }
  periodSeconds: 10
  timeoutSeconds: 3
  failureThreshold: 3
readinessProbe:
  httpGet: { path: /readyz, port: http }
  periodSeconds: 5
  timeoutSeconds: 3
  failureThreshold: 2
{{- end -}}

{{- define "sso-link.ports" -}}
ports:
  - name: http
    containerPort: 3000
  - name: metrics
    containerPort: 9464
{{- end -}}
