#!/usr/bin/env bash
# Builds the peers that are Go programs, each at the version its module pins (<peer>/go.mod), into bin/<peer>/. What a module builds
# stands in <peer>/programs, a line each:
#
#   <name below bin/<peer>/>  <package>  [<package of a version>=<version that the program says it has>]
#
# A module that needs its sources or data prepared has a prepare.sh, which is read before its programs are built. A peer whose folder
# holds what it held when it was built is not built again. Needs only go.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

content() { find "$1" build.sh -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum; }

# Programs of Kubernetes are told their version when they are linked.
linked_version() {
  local variables=${1%%=*} version=${1#*=} major minor
  IFS=. read -r major minor _ <<<"${version#v}"
  printf ' -X %s.%s' "$variables" "gitVersion=$version" "$variables" "gitMajor=$major" "$variables" "gitMinor=$minor"
}

build() {
  local peer=$1 bin=$PWD/bin/$1 name package version
  mkdir -p "$bin"
  cd "$peer"
  export GOWORK=off GOFLAGS='-mod=readonly -trimpath'
  # shellcheck disable=SC1091 # a module's own
  [ ! -e prepare.sh ] || . ./prepare.sh
  while read -r name package version; do
    echo "$peer: $name"
    go build -ldflags="-s -w${version:+$(linked_version "$version")}" -o "$bin/$name" "$package"
  done <programs
}

for module in */go.mod; do
  peer=$(dirname "$module")
  made=bin/$peer/.made
  if [ "$(cat "$made" 2>/dev/null)" = "$(content "$peer")" ]; then
    echo "$peer: built already"
    continue
  fi
  (build "$peer")
  # Never into the old file: a folder that shares it would say what it has not built.
  content "$peer" >"$made.new"
  mv "$made.new" "$made"
done
