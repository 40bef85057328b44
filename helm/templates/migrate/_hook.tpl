{{/* (weight) → annotations of what the Job needs: there before it, and gone when it has succeeded. */}}
{{- define "sso-link.hookHelper" -}}
helm.sh/hook: pre-install,pre-upgrade
helm.sh/hook-weight: "-10"
helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
{{- end -}}
