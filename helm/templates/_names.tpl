{{- define "sso-link.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{/* Short enough for the longest suffix: Kubernetes allows 63 characters, and a CronJob adds 11. */}}
{{- define "sso-link.fullname" -}}
{{- $name := include "sso-link.name" . -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else if contains $name .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* What never changes in a release's life, since a Deployment's selector can't. */}}
{{- define "sso-link.releaseLabels" -}}
app.kubernetes.io/name: {{ include "sso-link.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{/* (dict "context" $ "component" "server") → the labels that select its pods. */}}
{{- define "sso-link.selectorLabels" -}}
{{ include "sso-link.releaseLabels" .context }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{/* (dict "context" $ "component" "server") → all labels of an object. */}}
{{- define "sso-link.labels" -}}
{{- $labels := include "sso-link.selectorLabels" . | fromYaml -}}
{{- $_ := set $labels "app.kubernetes.io/version" (.context.Chart.AppVersion | replace "+" "_") -}}
{{- $_ := set $labels "app.kubernetes.io/part-of" "sso-link" -}}
{{- $_ := set $labels "app.kubernetes.io/managed-by" .context.Release.Service -}}
{{- $_ := set $labels "helm.sh/chart" (printf "%s-%s" .context.Chart.Name .context.Chart.Version | replace "+" "_") -}}
{{- merge $labels .context.Values.commonLabels | toYaml -}}
{{- end -}}

{{/*
(dict "context" $ "component" "server" "suffix" "server" "annotations" (dict …)) → what stands under `metadata:`.
*/}}
{{- define "sso-link.metadata" -}}
{{- $annotations := merge (dict) (.annotations | default dict) .context.Values.commonAnnotations -}}
name: {{ include "sso-link.fullname" .context }}{{ with .suffix }}-{{ . }}{{ end }}
namespace: {{ .context.Release.Namespace }}
labels:
  {{- include "sso-link.labels" . | nindent 2 }}
  {{- with .labels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with $annotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "sso-link.image" -}}
{{- with .Values.image -}}
{{- if .digest -}}
{{ .repository }}@{{ .digest }}
{{- else -}}
{{ .repository }}:{{ .tag | default $.Chart.AppVersion }}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "sso-link.serviceAccountName" -}}
{{- if and .Values.serviceAccount.create .isHook -}}
{{ include "sso-link.fullname" . }}-migrate
{{- else if .Values.serviceAccount.create -}}
{{ .Values.serviceAccount.name | default (include "sso-link.fullname" .) }}
{{- else -}}
{{ .Values.serviceAccount.name | default "default" }}
{{- end -}}
{{- end -}}

{{/* The host of publicUrl, for Ingress and route. */}}
{{- define "sso-link.host" -}}
{{- (urlParse .Values.publicUrl).hostname -}}
{{- end -}}
