#!/bin/bash
# Go's transparency log code (Debian's golang-go and golang-golang-x-mod-dev) judges a log that we wrote. Ends with 77 where
# they are not installed.
#   tests/oracle/log.sh PROGRAM          with the verbs log and keys
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
program=$(realpath "$1")
mod=/usr/share/gocode/src/golang.org/x/mod/sumdb/tlog
if ! command -v go >/dev/null || ! [ -d $mod ]; then
  echo "skipped: golang-go and golang-golang-x-mod-dev are not installed"
  exit 77
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export GO111MODULE=off GOPATH=/usr/share/gocode GOCACHE="$folder/cache" GOFLAGS=-p=1
go build -o "$folder/judge" "$here/log.go"
cd "$folder"
"$program" -q keys new keys --alg ed25519 >/dev/null
"$program" log init record --name example.org/log >/dev/null
cp record/checkpoint seen.0
mkdir works
for i in $(seq 1 560); do echo "$i" >"works/$i"; done
add() { # FIRST LAST
  local files
  files=$(seq -f 'works/%g' "$1" "$2")
  # shellcheck disable=SC2086
  "$program" log add record $files --keys keys --proof >/dev/null
  cp record/checkpoint "seen.$2"
}
add 1 1
add 2 3
add 4 255
add 256 256
add 257 257
add 258 560
key=$(sed -n 's/^log //p' record.keep/policy)
./judge record "$key" seen.* works/*.tlog-proof
# and it must be able to say no
printf x | dd of=record/tile/0/001 bs=1 seek=100 conv=notrunc status=none
if ./judge record "$key"; then
  echo "the judge did not see a changed tile"
  exit 1
fi
