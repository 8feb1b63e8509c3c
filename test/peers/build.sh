#!/usr/bin/env bash
# Builds the peers that are Go programs, each at the version its module pins (test/peers/<peer>/go.mod, directive `tool`),
# into test/peers/bin/<peer>/. A peer whose module did not change since is not built again. Needs only go.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

for module in */go.mod; do
  peer=$(dirname "$module")
  made="bin/$peer/.made"
  if [ -e "$made" ] && [ "$made" -nt "$module" ] && [ "$made" -nt "$peer/go.sum" ]; then
    echo "$peer: built already"
    continue
  fi
  echo "$peer: building"
  mkdir -p "bin/$peer"
  (cd "$peer" && GOBIN="$PWD/../bin/$peer" GOFLAGS='-mod=readonly -trimpath' go install tool)
  touch "$made"
done
