{{- /* A legal label value of any text, such as the version 0.1.0+sha.12ab that Flux gives to charts from OCI. */}}
{{- define "xen-fleet.labelValue" -}}
{{- regexReplaceAll "[^A-Za-z0-9._-]" . "_" | trunc 63 | trimAll "._-" -}}
{{- end }}

{{- /* What namespaced objects are called after. Cluster-scoped ones have fixed names: one release per cluster. */}}
{{- define "xen-fleet.name" -}}
{{- .Values.nameOverride | default "xen-fleet" | trunc 48 | trimSuffix "-" -}}
{{- end }}

{{- define "xen-fleet.operator" -}}
{{ include "xen-fleet.name" . }}-operator
{{- end }}

{{- define "xen-fleet.selectorLabels" -}}
app.kubernetes.io/name: {{ include "xen-fleet.name" . | quote }}
app.kubernetes.io/component: operator
{{- end }}

{{- /* For (list root more): of a key that is there twice, the chart's own wins, then `more`, then commonLabels. */}}
{{- define "xen-fleet.labels" -}}
{{- $root := index . 0 }}
{{- $own := dict
  "app.kubernetes.io/instance" $root.Release.Name
  "app.kubernetes.io/version" (include "xen-fleet.labelValue" $root.Chart.AppVersion)
  "app.kubernetes.io/managed-by" $root.Release.Service
  "helm.sh/chart" (include "xen-fleet.labelValue" (printf "%s-%s" $root.Chart.Name $root.Chart.Version)) }}
{{- $selector := include "xen-fleet.selectorLabels" $root | fromYaml }}
{{- merge $selector $own (index . 1 | default dict) ($root.Values.commonLabels | default dict) | toYaml }}
{{- end }}

{{- define "xen-fleet.metadata" -}}
name: {{ include "xen-fleet.operator" . }}
namespace: {{ .Release.Namespace | quote }}
labels:
  {{- include "xen-fleet.labels" (list . dict) | nindent 2 }}
{{- end }}

{{- define "xen-fleet.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default (.Chart.AppVersion | replace "+" "_") }}
{{- end -}}
{{- end }}

{{- /* How a pod gets its image, and as whom it runs. Pull secrets of an umbrella chart may be names (Bitnami) or objects. */}}
{{- define "xen-fleet.podAccess" -}}
{{- $secrets := list }}
{{- range concat ((.Values.global | default dict).imagePullSecrets | default list) (.Values.imagePullSecrets | default list) }}
{{- $secrets = append $secrets (ternary (dict "name" .) . (kindIs "string" .)) }}
{{- end }}
{{- with $secrets | uniq }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- $openshift := include "xen-fleet.wanted" (list . .Values.openshift "security.openshift.io/v1/SecurityContextConstraints") }}
{{- $context := .Values.podSecurityContext }}
{{- if $openshift }}{{ $context = omit $context "runAsUser" "runAsGroup" "fsGroup" }}{{ end }}
{{- with $context }}
securityContext:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "xen-fleet.serviceAccountName" -}}
{{ .Values.serviceAccount.name | default "xen-fleet-operator" }}
{{- end }}

{{- /* For (list root "auto|always|never" "api/version/Kind"): "yes" or nothing. */}}
{{- define "xen-fleet.wanted" -}}
{{- $known := (index . 0).Capabilities.APIVersions.Has (index . 2) }}
{{- if or (eq (index . 1) "always") (and (eq (index . 1) "auto") $known) }}yes{{ end }}
{{- end }}

{{- /* Every object of a plain YAML file, for (list root text): in the namespace and with the account and the labels of the release. */}}
{{- define "xen-fleet.objects" -}}
{{- $root := index . 0 }}
{{- $account := include "xen-fleet.serviceAccountName" $root }}
{{- range $text := regexSplit "(?m)^---$" (index . 1) -1 }}
{{- $object := fromYaml $text }}
{{- with $object.Error }}{{ fail . }}{{ end }}
{{- $metadata := $object.metadata }}
{{- $_ := set $metadata "labels" (include "xen-fleet.labels" (list $root ($metadata.labels | default dict)) | fromYaml) }}
{{- if $metadata.namespace }}{{ $_ := set $metadata "namespace" $root.Release.Namespace }}{{ end }}
{{- range $object.subjects }}{{ $_ := set (set . "name" $account) "namespace" $root.Release.Namespace }}{{ end }}
{{- $isAccount := eq $object.kind "ServiceAccount" }}
{{- if $isAccount }}{{ $_ := set $metadata "name" $account }}{{ end }}
{{- if and $isAccount $root.Values.serviceAccount.annotations }}
{{- $_ := set $metadata "annotations" $root.Values.serviceAccount.annotations }}
{{- end }}
{{- if or (not $isAccount) $root.Values.serviceAccount.create }}
---
{{ toYaml $object }}
{{- end }}
{{- end }}
{{- end }}
