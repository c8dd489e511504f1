#!/bin/bash
# Installs the Debian packages listed in scripts/packages.txt that are missing. Says what it does before it does it.
# Run it as often as you like: when nothing is missing it changes nothing and needs no network.
#   scripts/setup.sh            what the build, the tests and the demonstration need
#   scripts/setup.sh dev        the developer's extras too (lint, fuzz, coverage, bench)
#   scripts/setup.sh --check    only say what is missing (exit 4 when something is)
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
lists=("$here/packages.txt")
check_only=no
for word in "$@"; do
  case $word in
    dev) lists+=("$here/packages-dev.txt") ;;
    --check) check_only=yes ;;
    *) echo "usage: scripts/setup.sh [dev] [--check]" >&2; exit 2 ;;
  esac
done

if ! command -v dpkg-query >/dev/null; then
  echo "setup: this is not a Debian system; install the equivalents of ${lists[*]##*/} yourself." >&2
  exit 4
fi
# shellcheck source=/dev/null
. /etc/os-release
if [ "${ID:-}" != debian ] || [ "${VERSION_ID:-}" != 12 ]; then
  echo "setup: made and tested on Debian 12; this is ${PRETTY_NAME:-unknown}. Going on, names may differ." >&2
fi

mapfile -t wanted < <(sed -e 's/#.*//' -e 's/[[:space:]]//g' -e '/^$/d' "${lists[@]}")
missing=()
for package in "${wanted[@]}"; do
  state=$(dpkg-query -W -f='${db:Status-Status}\n' "$package" 2>/dev/null | grep -x installed | head -n 1 || true)
  [ "$state" = installed ] || missing+=("$package")
done
if [ ${#missing[@]} -eq 0 ]; then
  echo "setup: all ${#wanted[@]} packages are here, nothing to do."
  exit 0
fi
echo "setup: ${#missing[@]} of ${#wanted[@]} packages are missing: ${missing[*]}"
[ $check_only = no ] || exit 4

if [ "$(id -u)" -eq 0 ]; then
  as_root=()
elif command -v sudo >/dev/null; then
  as_root=(sudo)
else
  echo "setup: not root and no sudo. As root, run:" >&2
  echo "  apt-get update && apt-get install --no-install-recommends ${missing[*]}" >&2
  exit 4
fi
echo "setup: installing them with apt-get, without recommended extras …"
apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o Dpkg::Use-Pty=0)
log=$(mktemp)
trap 'rm -f "$log"' EXIT
run() {  # quiet unless it fails
  if ! "$@" >"$log" 2>&1; then
    tail -n 25 "$log" >&2
    echo "setup: failed: $*" >&2
    exit 4
  fi
}
before=$(dpkg-query -W -f='${db:Status-Status}\n' | grep -cx installed || true)
started=$SECONDS
run "${apt[@]}" update
run "${apt[@]}" install --no-install-recommends "${missing[@]}"
after=$(dpkg-query -W -f='${db:Status-Status}\n' | grep -cx installed || true)
echo "setup: done in $((SECONDS - started)) s; $((after - before)) packages installed, dependencies included."
