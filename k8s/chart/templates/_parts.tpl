{{- define "mycelium.name" -}}
{{ .Release.Name | trunc 50 | trimSuffix "-" }}
{{- end }}

{{- define "mycelium.selector" -}}
app.kubernetes.io/name: mycelium
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "mycelium.metadata" -}}
name: {{ include "mycelium.name" . }}
labels:
  {{- include "mycelium.selector" . | nindent 2 }}
{{- end }}

{{- define "mycelium.busSecret" -}}
{{ .Values.cluster.tlsSecretName | default (printf "%s-bus" (include "mycelium.name" .)) }}
{{- end }}

{{/* mycelium.yaml: what the values say, and what must fit the rest of the chart. */}}
{{- define "mycelium.config" -}}
{{- $own := dict "ops" (dict "drain_timeout" (printf "%ds" (int .Values.shutdown.drain))) }}
{{- if .Values.cluster.enabled }}
{{- $files := dict "tls_certificate" "/etc/mycelium-bus/tls.crt" "tls_key" "/etc/mycelium-bus/tls.key" "tls_ca" "/etc/mycelium-bus/ca.crt" }}
{{- $_ := set $own "cluster" (merge (dict "enabled" true "name" .Values.cluster.name "dns" (printf "%s-nodes" (include "mycelium.name" .))) $files) }}
{{- end }}
{{- toYaml (mergeOverwrite (deepCopy .Values.config) $own) }}
{{- end }}

{{/* Slowly down: each pod that goes makes its clients reconnect. */}}
{{- define "mycelium.behavior" -}}
scaleUp:
  stabilizationWindowSeconds: 30
  policies:
    - {type: Pods, value: 2, periodSeconds: 60}
# Each pod that goes makes its clients connect anew: one at a time, and only after ten minutes of less load.
scaleDown:
  stabilizationWindowSeconds: 600
  policies:
    - {type: Pods, value: 1, periodSeconds: 180}
{{- end }}
