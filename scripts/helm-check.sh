#!/usr/bin/env bash
# `npm run helm:check`: the chart, proven without a cluster. Installs its programs into a cache, from Go modules alone;
# a line a step, and exit 1 if one is not ok. Wants Go; HELM_CHECK_OPTIONAL=1 lets it be missing.
set -uo pipefail
cd "$(dirname "$0")/.."

# The oldest that Chart.yaml allows, one between, the newest.
KUBERNETES=(1.31.14 1.34.3 1.37.2)
HELM=v3.22.0
KUBECONFORM=v0.8.0
KUBE_SCORE=v1.20.0
HELM_DOCS=v1.14.2
KEDA=github.com/kedacore/keda/v2@v2.21.0
GATEWAY_API=sigs.k8s.io/gateway-api@v1.6.3
PROMETHEUS_OPERATOR=github.com/prometheus-operator/prometheus-operator@v0.85.0
EXTERNAL_SECRETS=github.com/external-secrets/external-secrets@v1.3.2

if ! command -v go >/dev/null; then
  echo "helm:check wants Go, to install helm and its checkers: https://go.dev/doc/install"
  [ -n "${HELM_CHECK_OPTIONAL:-}" ] && exit 0
  exit 1
fi

cache=${XDG_CACHE_HOME:-$HOME/.cache}/sso-link/helm
# Whoever changes a version gets new programs and new schemas.
tools=$cache/tools-$(cat "$0" scripts/helm-unittest/go.mod | grep -E '^[A-Z_]+=|helm-unittest ' | sha256sum | cut -c1-12)
schemas=$cache/schemas-$(cat "$0" scripts/helm-schemas.ts | sha256sum | cut -c1-12)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$tools" "$cache"
export GOBIN=$tools GOFLAGS="${GOFLAGS:+$GOFLAGS }-p=2" PATH=$tools:$PATH
# helm built by `go install` takes itself for one of Kubernetes 1.20.
minor=${KUBERNETES[-1]#1.} && minor=${minor%.*}
chartutil=helm.sh/helm/v3/pkg/chartutil rules=helm.sh/helm/v3/pkg/lint/rules
helm_flags="-X $chartutil.k8sVersionMajor=1 -X $chartutil.k8sVersionMinor=$minor -X $rules.k8sVersionMajor=1 -X $rules.k8sVersionMinor=$minor"
failed=0

# step NAME COMMAND…: runs it; its last line is told where it went well, all that it said where it didn't.
step() {
  local name=$1 from=$SECONDS
  shift
  if "$@" >"$work/log" 2>&1; then
    printf 'ok    %-34s %s\n' "$name" "$(tail -n 1 "$work/log") ($((SECONDS - from)) s)"
  else
    failed=1
    printf 'FAIL  %s\n' "$name"
    sed 's/^/      /' "$work/log"
  fi
}

install() {
  local name=$1
  shift
  [ -x "$tools/$name" ] || nice "$@" || return 1
  echo "in $tools" | sed "s#$HOME#~#"
}

module() { go mod download -json "$1" | sed -n 's/^\t"Dir": "\(.*\)",\{0,1\}$/\1/p'; }

make_schemas() {
  [ -e "$schemas/done" ] && { echo "$(find "$schemas" -name '*.json' | wc -l) schemas, from the cache"; return; }
  rm -rf "$cache"/schemas-*
  local version dir keda gateway operator secrets
  for version in "${KUBERNETES[@]}"; do
    dir=$(module "k8s.io/kubernetes@v$version") && [ -n "$dir" ] || return 1
    npx tsx scripts/helm-schemas.ts "$schemas" kubernetes "$version" "$dir/api/openapi-spec/swagger.json" || return 1
  done
  keda=$(module $KEDA) && gateway=$(module $GATEWAY_API) && operator=$(module $PROMETHEUS_OPERATOR) && secrets=$(module $EXTERNAL_SECRETS) || return 1
  npx tsx scripts/helm-schemas.ts "$schemas" crd \
    "$keda"/config/crd/bases/keda.sh_{scaledobjects,triggerauthentications}.yaml \
    "$gateway/config/crd/standard/gateway.networking.k8s.io_httproutes.yaml" \
    "$operator"/example/prometheus-operator-crd/monitoring.coreos.com_{podmonitors,servicemonitors,prometheusrules}.yaml \
    "$secrets/config/crds/bases/external-secrets.io_externalsecrets.yaml" || return 1
  touch "$schemas/done"
  echo "$(find "$schemas" -name '*.json' | wc -l) schemas"
}

lint() { helm lint --strict --quiet helm -f "$1" && echo "nothing to say"; }

render() { helm template sso helm --namespace identity "$@"; }

# conforms NAME ARGUMENTS…: rendered, and valid in every version.
conforms() {
  local name=$1 version said=
  shift
  for version in "${KUBERNETES[@]}"; do
    render --kube-version "$version" "$@" >"$work/$name.yaml" || return 1
    kubeconform -strict -summary -kubernetes-version "$version" \
      -schema-location "$schemas/v$version/{{.Group}}/{{.ResourceKind}}_{{.ResourceAPIVersion}}.json" \
      -schema-location "$schemas/crds/{{.Group}}/{{.ResourceKind}}_{{.ResourceAPIVersion}}.json" \
      "$work/$name.yaml" >"$work/conform" 2>&1 || { cat "$work/conform"; return 1; }
    grep -q 'Skipped: 0' "$work/conform" || { cat "$work/conform"; return 1; }
    said+="$version "
  done
  echo "$(sed -n 's/.* - \(Valid: [0-9]*\), .*/\1/p' "$work/conform"), strictly, in $said" | sed 's/ $//'
}

# Not asked: a CPU limit throttles sign-ins; a tag or a digest doesn't move, so nodes need not ask for it each time;
# pods are kept apart by topology spread, which is asked.
score() {
  kube-score score --kubernetes-version "v1.$minor" --ignore-container-cpu-limit --output-format ci \
    --ignore-test container-image-pull-policy --ignore-test deployment-has-host-podantiaffinity \
    --enable-optional-test container-seccomp-profile --exit-one-on-warning "$@" >"$work/score"
  local code=$?
  grep -vE '^\[(OK|SKIPPED)' "$work/score"
  echo "$(grep -c '^\[OK' "$work/score") checks"
  return $code
}

unit() {
  helm-unittest --file 'tests/*_test.yaml' helm >"$work/unit" 2>&1 || { cat "$work/unit"; return 1; }
  sed -n 's/^Tests: *//p' "$work/unit"
}

readme() {
  helm-docs --chart-search-root helm --sort-values-order file --log-level warning --dry-run >"$work/README.md" || return 1
  # A dry run ends with one line more than the file.
  diff <(sed -e :a -e '/^\n*$/{$d;N;ba' -e '}' helm/README.md) <(sed -e :a -e '/^\n*$/{$d;N;ba' -e '}' "$work/README.md") &&
    echo "as values.yaml says"
}

# An alert fires when it should: wants promtool, which Debian's prometheus has.
alerts() {
  npx tsx scripts/helm-alerts.ts "$work/full.yaml" >"$work/rules.yaml" || return 1
  promtool check rules "$work/rules.yaml" || return 1
  cp helm/tests/alerts.promtool.yaml "$work/alerts.yaml" && (cd "$work" && promtool test rules alerts.yaml) || return 1
  grep -c 'alert:' "$work/rules.yaml" | sed 's/$/ rules, tried on made-up series/'
}

# A wrong values file begins with what its message must say.
refused() {
  local wants base=(-f helm/ci/minimal-values.yaml)
  wants=$(sed -n '1s/^# expects: //p' "$1")
  # Without a sentence every message would do.
  [ -n "$wants" ] || { echo "its first line says nothing that is expected"; return 1; }
  [ "$(basename "$1")" = nothing-set.yaml ] && base=()
  if render "${base[@]}" -f "$1" >"$work/out" 2>"$work/said"; then
    echo "it was rendered"
    return 1
  fi
  grep -F -- "$wants" "$work/said" | head -n 1 | sed 's/^ *- *//' | grep . || { cat "$work/said"; return 1; }
}

step "install helm $HELM" install helm go install -ldflags "$helm_flags" helm.sh/helm/v3/cmd/helm@$HELM
step "install kubeconform $KUBECONFORM" install kubeconform go install github.com/yannh/kubeconform/cmd/kubeconform@$KUBECONFORM
step "install helm-docs $HELM_DOCS" install helm-docs go install github.com/norwoodj/helm-docs/cmd/helm-docs@$HELM_DOCS
step "install kube-score $KUBE_SCORE" install kube-score go install github.com/zegl/kube-score/cmd/kube-score@$KUBE_SCORE
# Its go.mod has a `replace`, which `go install` refuses: a module of ours says the same.
step "install helm-unittest" install helm-unittest go build -C scripts/helm-unittest -o "$tools/helm-unittest" github.com/helm-unittest/helm-unittest/cmd/helm-unittest
step "schemas for kubeconform" make_schemas

for values in helm/ci/*-values.yaml; do
  name=$(basename "$values" -values.yaml)
  step "helm lint --strict: $name" lint "$values"
  step "kubeconform: $name" conforms "$name" -f "$values"
done
for region in eu us; do
  step "kubeconform: values-$region" conforms "$region" -f helm/ci/minimal-values.yaml -f "helm/values-$region.yaml"
done
step "helm-unittest" unit
step "kube-score: minimal" score "$work/minimal.yaml"
step "kube-score: full" score "$work/full.yaml"
render -f helm/ci/full-values.yaml --set kafka.sasl.mechanism=plain,kafka.sasl.username=sso-link,monitoring.rules.disabled=null >"$work/full.yaml"
step "chart and service agree" npx tsx scripts/helm-agrees.ts "$work/full.yaml" "$work/minimal.yaml" "$work/oauth-kafka.yaml" "$work/msk.yaml"
if command -v promtool >/dev/null; then step "promtool: alerts" alerts; else echo "-     promtool: alerts                   promtool isn't there (Debian: prometheus)"; fi
step "helm-docs: README" readme
step "helm package" helm package helm --destination "$work"
for values in helm/ci/wrong/*.yaml; do
  step "refused: $(basename "$values" .yaml)" refused "$values"
done

[ $failed = 0 ] && echo "helm:check ok in $SECONDS s" || echo "helm:check FAILED in $SECONDS s"
exit $failed
