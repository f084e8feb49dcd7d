// The real helm, for the tests of the chart. A module of its own, so that its requirements and kubernetes' never meet.
module helm

go 1.25.0

tool helm.sh/helm/v3/cmd/helm

require helm.sh/helm/v3 v3.20.0
