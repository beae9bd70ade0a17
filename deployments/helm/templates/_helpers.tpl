{{- define "backchannel.name" -}}
{{- if contains .Chart.Name .Release.Name }}{{ .Release.Name | trunc 52 | trimSuffix "-" }}{{ else }}{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 52 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "backchannel.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "backchannel.labels" -}}
{{ include "backchannel.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{- /* What cannot work is refused when the chart is rendered. */}}
{{- define "backchannel.check" -}}
{{- if and .Values.persistence.enabled (gt (int .Values.replicas) 1) }}
{{- fail "persistence.enabled keeps SQLite on one volume: set replicas to 1, or use PostgreSQL" }}
{{- end }}
{{- if and .Values.persistence.enabled (dig "store" "url" "" .Values.config) }}
{{- fail "persistence.enabled keeps SQLite on a volume: set config.store.url to null" }}
{{- end }}
{{- if and (not .Values.persistence.enabled) (not (dig "store" "url" "" .Values.config)) }}
{{- fail "config.store.url is missing: without persistence.enabled nothing would survive a restart" }}
{{- end }}
{{- end }}
