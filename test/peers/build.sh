#!/usr/bin/env bash
# Builds the peers that are Go programs, each at the version its module pins (test/peers/<peer>/go.mod, directive `tool`,
# which may name a package of the module itself), into test/peers/bin/<peer>/. A peer whose folder did not change since is not built
# again. Needs only go.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

for module in */go.mod; do
  peer=$(dirname "$module")
  made="bin/$peer/.made"
  if [ -e "$made" ] && [ -z "$(find "$peer" -type f -newer "$made" -print -quit)" ]; then
    echo "$peer: built already"
    continue
  fi
  echo "$peer: building"
  mkdir -p "bin/$peer"
  (cd "$peer" && GOBIN="$PWD/../bin/$peer" GOWORK=off GOFLAGS='-mod=readonly -trimpath' go install -ldflags='-s -w' tool)
  touch "$made"
done
