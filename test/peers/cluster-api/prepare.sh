# shellcheck shell=bash disable=SC2154 # read by build.sh, which sets $bin
# Cluster API's managers answer webhooks on every address of the machine and have no flag for it. They are built from a copy of the
# pinned module in which the one line that says where says loopback. The resource definitions, webhook configurations and stages
# that the programs work with go beside them, into config/.

module_folder() { go mod download "$1" && go list -m -f '{{.Dir}}' "$1"; }
keep() { # <folder of a module> <name below config/>
  rm -rf "$bin/config/$2"
  mkdir -p "$bin/config/$2"
  cp -r --no-preserve=mode "$1/." "$bin/config/$2"
}

cluster_api=$(module_folder sigs.k8s.io/cluster-api)
keep "$cluster_api/core/config" core
keep "$cluster_api/bootstrap/kubeadm/config" kubeadm-bootstrap
keep "$cluster_api/controlplane/kubeadm/config" kubeadm-control-plane
keep "$(module_folder sigs.k8s.io/kwok)/kustomize" kwok

changed=../bin/cluster-api/changed
trap 'rm -rf "$changed"' EXIT
rm -rf "$changed"
cp -r --no-preserve=mode "$cluster_api" "$changed"
for main in core bootstrap/kubeadm controlplane/kubeadm; do
  sed -i 's/^\(\t*\)Port: *webhookPort,$/\1Host: "127.0.0.1",\n&/' "$changed/$main/main.go"
  grep -q 'Host: "127.0.0.1"' "$changed/$main/main.go" || { echo "$main: no line says where webhooks are answered" >&2; exit 1; }
done
cp go.mod "$changed/peer.mod"
cp go.sum "$changed/peer.sum"
go mod edit -replace="sigs.k8s.io/cluster-api=$changed" "$changed/peer.mod"
GOFLAGS+=" -modfile=$changed/peer.mod"
