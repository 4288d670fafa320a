{{- define "tt.fullname" -}}
{{- if .Values.fullnameOverride }}{{ .Values.fullnameOverride | trunc 40 | trimSuffix "-" }}
{{- else }}
{{- $name := default .Chart.Name .Values.nameOverride }}
{{- if contains $name .Release.Name }}{{ .Release.Name | trunc 40 | trimSuffix "-" }}
{{- else }}{{ printf "%s-%s" .Release.Name $name | trunc 40 | trimSuffix "-" }}{{ end }}
{{- end }}
{{- end }}

{{/* (dict "root" . "component" "api"): labels that pods are found by; they never change. */}}
{{- define "tt.selector" -}}
app.kubernetes.io/name: task-tracker
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{- define "tt.labels" -}}
{{ include "tt.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ .root.Chart.Name }}-{{ .root.Chart.Version }}
{{- end }}

{{/* (dict "root" . "component" "api"), of an object that is not a component's own: "all" */}}
{{- define "tt.meta" -}}
name: {{ include "tt.fullname" .root }}-{{ .name | default .component }}
namespace: {{ .root.Release.Namespace }}
labels: {{- include "tt.labels" . | nindent 2 }}
{{- end }}

{{- define "tt.image" -}}
{{ .root.Values.image.repository }}/{{ .image }}:{{ .root.Values.image.tag | default .root.Chart.AppVersion }}
{{- end }}

{{- define "tt.databaseSecret" -}}
{{ .Values.database.existingSecret | default (printf "%s-database" (include "tt.fullname" .)) }}
{{- end }}
{{- define "tt.natsSecret" -}}
{{ .Values.nats.existingSecret | default (printf "%s-nats" (include "tt.fullname" .)) }}
{{- end }}

{{- define "tt.databaseUrl" -}}
{{- if .Values.database.builtIn.enabled -}}
postgresql://tasktracker@{{ include "tt.fullname" . }}-postgres:5432/tasktracker
{{- else }}{{ required "database.url: set it, or database.builtIn.enabled" .Values.database.url }}{{ end }}
{{- end }}
{{/* With the namespace: pods of Sources in others use it too. */}}
{{- define "tt.natsUrl" -}}
{{- if .Values.nats.builtIn.enabled -}}
nats://{{ include "tt.fullname" . }}-nats.{{ .Release.Namespace }}.svc:4222
{{- else }}{{ required "nats.url: set it, or nats.builtIn.enabled" .Values.nats.url }}{{ end }}
{{- end }}
{{- define "tt.natsMonitoring" -}}
{{- if .Values.nats.monitoring }}{{ .Values.nats.monitoring }}
{{- else if .Values.nats.builtIn.enabled }}{{ include "tt.fullname" . }}-nats.{{ .Release.Namespace }}.svc:8222
{{- end }}
{{- end }}

{{/* What "restricted" asks of a container, and a root that cannot be written to. */}}
{{- define "tt.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end }}
{{- define "tt.podSecurity" -}}
runAsNonRoot: true
runAsUser: {{ .user | default 10001 }}
runAsGroup: {{ .user | default 10001 }}
{{- if .fsGroup }}
fsGroup: {{ .fsGroup }}
fsGroupChangePolicy: OnRootMismatch
{{- end }}
seccompProfile: {type: RuntimeDefault}
{{- end }}

{{/* Secrets are files, each named like the setting that it is (tracker_core.secret_files). */}}
{{- define "tt.secretsVolume" -}}
- name: secrets
  projected:
    defaultMode: 0440
    sources:
    {{- if has "database" .needs }}
    - secret: {name: {{ include "tt.databaseSecret" .root }}, items: [{key: {{ .root.Values.database.passwordKey }}, path: TRACKER_DATABASE__PASSWORD}]}
    {{- end }}
    {{- if has "nats" .needs }}
    - secret: {name: {{ include "tt.natsSecret" .root }}, items: [{key: {{ .root.Values.nats.tokenKey }}, path: TRACKER_NATS__TOKEN}]}
    {{- end }}
    {{- if and (has "models" .needs) .root.Values.languageModels.existingSecret }}
    - secret: {name: {{ .root.Values.languageModels.existingSecret }}, items: [{key: {{ .root.Values.languageModels.key }}, path: TRACKER_TRIAGE__PROVIDERS}]}
    {{- end }}
    {{- if and (has "apiToken" .needs) .root.Values.operator.apiTokenSecret }}
    - secret: {name: {{ .root.Values.operator.apiTokenSecret }}, items: [{key: token, path: TRACKER_API__TOKEN}]}
    {{- end }}
    {{- if and (has "s3" .needs) .root.Values.attachments.s3.bucket }}
    - secret: {name: {{ required "attachments.s3.existingSecret: name the Secret with access-key and secret-key" .root.Values.attachments.s3.existingSecret }}, items: [{key: access-key, path: s3-access-key}, {key: secret-key, path: s3-secret-key}]}
    {{- end }}
    {{- if and (has "backup" .needs) .root.Values.backup.s3.existingSecret }}
    - secret: {name: {{ .root.Values.backup.s3.existingSecret }}, items: [{key: access-key, path: backup-access-key}, {key: secret-key, path: backup-secret-key}]}
    {{- end }}
{{- end }}

{{- define "tt.commonEnv" -}}
- {name: TRACKER_SECRETS_DIR, value: /etc/task-tracker/secrets}
- {name: TRACKER_LOG__LEVEL, value: {{ .root.Values.log.level }}}
- {name: TRACKER_INSTANCE, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
{{- if has "database" .needs }}
- {name: TRACKER_DATABASE__URL, value: {{ include "tt.databaseUrl" .root | quote }}}
{{- end }}
{{- if has "nats" .needs }}
- {name: TRACKER_NATS__URL, value: {{ include "tt.natsUrl" .root | quote }}}
{{- end }}
{{- if and (has "s3" .needs) .root.Values.attachments.s3.bucket }}
- {name: TRACKER_S3__BUCKET, value: {{ .root.Values.attachments.s3.bucket | quote }}}
- {name: TRACKER_S3__ENDPOINT, value: {{ .root.Values.attachments.s3.endpoint | quote }}}
- {name: TRACKER_S3__REGION, value: {{ .root.Values.attachments.s3.region | quote }}}
- {name: TRACKER_S3__ACCESS_KEY_FILE, value: /etc/task-tracker/secrets/s3-access-key}
- {name: TRACKER_S3__SECRET_KEY_FILE, value: /etc/task-tracker/secrets/s3-secret-key}
{{- end }}
{{- with .root.Values.monitoring.otlpEndpoint }}
- {name: OTEL_EXPORTER_OTLP_ENDPOINT, value: {{ . | quote }}}
{{- end }}
{{- end }}

{{/* One of our processes as a Deployment: (dict "root" . "component" "api" "image" "api" "command" (list …) "needs" (list …)
     "env" "…" "ports" (dict …) "probes" "…" "account" "" "volumes" "…" "mounts" "…" "strategy" "…"). */}}
{{- define "tt.process" -}}
{{- $own := index .root.Values .component }}
apiVersion: apps/v1
kind: Deployment
metadata: {{- include "tt.meta" . | nindent 2 }}
spec:
  {{- if not (and $own.autoscaling $own.autoscaling.enabled) }}
  replicas: {{ hasKey $own "replicas" | ternary $own.replicas 1 }}
  {{- end }}
  revisionHistoryLimit: 3
  strategy: {{- .strategy | default "{type: RollingUpdate, rollingUpdate: {maxUnavailable: 0, maxSurge: 1}}" | nindent 4 }}
  selector:
    matchLabels: {{- include "tt.selector" . | nindent 6 }}
  template:
    metadata:
      labels: {{- include "tt.labels" . | nindent 8 }}
      {{- with $own.podAnnotations }}
      annotations: {{- toYaml . | nindent 8 }}
      {{- end }}
    spec:
      serviceAccountName: {{ include "tt.fullname" .root }}-{{ .account | default "processes" }}
      automountServiceAccountToken: {{ not (empty .account) }}
      enableServiceLinks: false
      {{- with .root.Values.imagePullSecrets }}
      imagePullSecrets: {{- range . }}
      - name: {{ . }}
      {{- end }}
      {{- end }}
      terminationGracePeriodSeconds: 45
      securityContext: {{- include "tt.podSecurity" (dict "user" .user "fsGroup" (.user | default 10001)) | nindent 8 }}
      topologySpreadConstraints:
      {{- range list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
      - topologyKey: {{ . }}
        maxSkew: 1
        whenUnsatisfiable: ScheduleAnyway
        labelSelector:
          matchLabels: {{- include "tt.selector" $ | nindent 12 }}
      {{- end }}
      {{- with $own.nodeSelector }}
      nodeSelector: {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with $own.tolerations }}
      tolerations: {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with $own.affinity }}
      affinity: {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with $own.priorityClassName }}
      priorityClassName: {{ . }}
      {{- end }}
      containers:
      - name: {{ .component }}
        image: {{ include "tt.image" . }}
        imagePullPolicy: {{ .root.Values.image.pullPolicy }}
        {{- with .command }}
        command: {{ toJson . }}
        {{- end }}
        env:
        {{- if .needs }}
        {{- include "tt.commonEnv" . | nindent 8 }}
        {{- end }}
        {{- with .env }}
        {{- . | nindent 8 }}
        {{- end }}
        {{- with $own.extraEnv }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
        ports:
        {{- range $name, $port := .ports }}
        - {name: {{ $name }}, containerPort: {{ $port }}}
        {{- end }}
        {{- with .probes }}
        {{- . | nindent 8 }}
        {{- end }}
        resources: {{- toYaml $own.resources | nindent 10 }}
        securityContext: {{- include "tt.containerSecurity" .root | nindent 10 }}
        volumeMounts:
        - {name: tmp, mountPath: /tmp}
        {{- if .needs }}
        - {name: secrets, mountPath: /etc/task-tracker/secrets, readOnly: true}
        {{- end }}
        {{- with .mounts }}
        {{- . | nindent 8 }}
        {{- end }}
      volumes:
      - {name: tmp, emptyDir: {sizeLimit: 1Gi}}
      {{- if .needs }}
      {{- include "tt.secretsVolume" . | nindent 6 }}
      {{- end }}
      {{- with .volumes }}
      {{- . | nindent 6 }}
      {{- end }}
{{- end }}

{{/* (dict "port" "http" "live" "/healthz" "ready" "/readyz") */}}
{{- define "tt.probes" -}}
startupProbe: {httpGet: {path: {{ .live }}, port: {{ .port }}}, periodSeconds: 2, failureThreshold: 60}
livenessProbe: {httpGet: {path: {{ .live }}, port: {{ .port }}}, periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 6}
readinessProbe: {httpGet: {path: {{ .ready }}, port: {{ .port }}}, periodSeconds: 5, timeoutSeconds: 5}
{{- end }}
