{{- define "joulebook-agent.name" -}}
{{- if contains .Chart.Name .Release.Name }}{{ .Release.Name | trunc 52 | trimSuffix "-" }}{{ else }}{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 52 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "joulebook-agent.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "joulebook-agent.labels" -}}
{{ include "joulebook-agent.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end }}

{{- define "joulebook-agent.image" -}}
{{- if .Values.image.digest }}{{ printf "%s@%s" .Values.image.repository .Values.image.digest }}{{ else }}{{ printf "%s:%s" .Values.image.repository (.Values.image.tag | default .Chart.AppVersion) }}{{ end }}
{{- end }}

{{/* The settings as the chart knows them; what the operator wrote stands before what the chart adds. */}}
{{- define "joulebook-agent.config" -}}
{{- $added := dict }}
{{- if .Values.kubelet.enabled }}
{{- $kubelet := dict "url" .Values.kubelet.url "token_file" "/var/run/secrets/joulebook-agent/token" }}
{{- if .Values.kubelet.insecureTls }}{{ $_ := set $kubelet "insecure_tls" true }}{{ else }}{{ $_ := set $kubelet "ca_file" "/var/run/secrets/joulebook-agent/ca.crt" }}{{ end }}
{{- $_ := set $added "kubelet" $kubelet }}
{{- end }}
{{- with mergeOverwrite $added (deepCopy .Values.config) }}{{ toYaml . }}{{ end }}
{{- end }}

{{/* Rights of the agent's container, the least that the values ask for. */}}
{{- define "joulebook-agent.securityContext" -}}
{{ include "joulebook-agent.plainSecurityContext" . }}
  {{- if .Values.rights.readEnvironments }}
  add: [DAC_READ_SEARCH, SYS_PTRACE]
  {{- else if .Values.rights.readAnyFile }}
  add: [DAC_READ_SEARCH]
  {{- end }}
{{- end }}

{{/* Whoever writes the settings needs no right beyond the agent's user. */}}
{{- define "joulebook-agent.plainSecurityContext" -}}
runAsUser: {{ .Values.runAsUser }}
runAsGroup: {{ .Values.runAsUser }}
runAsNonRoot: {{ ne (int .Values.runAsUser) 0 }}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
seccompProfile: { type: RuntimeDefault }
capabilities:
  drop: [ALL]
{{- end }}

{{- define "joulebook-agent.nodeEnv" -}}
- name: NODE_NAME
  valueFrom: { fieldRef: { fieldPath: spec.nodeName } }
- name: NODE_IP
  valueFrom: { fieldRef: { fieldPath: status.hostIP } }
{{- end }}
