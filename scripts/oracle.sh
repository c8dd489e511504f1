#!/bin/bash
# Installs the other C2PA implementations that tests/oracle compares us with: npm packages, into build/oracle, from the
# lock file in tests/oracle, running no script of theirs. Nothing is done when they are there already. Any Node from 18
# on will do, with its npm; where there is none, Debian's packages nodejs and npm are installed (docs/decisions/0012).
#   scripts/oracle.sh             fails when something is missing (exit 4)
#   scripts/oracle.sh --quietly   what is missing is only said: the tests then skip, and say so
set -uo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
folder=$root/build/oracle
wanted=$(cat "$root/tests/oracle/package.json" "$root/tests/oracle/package-lock.json" | sha256sum)
failed=4
[ "${1:-}" != --quietly ] || failed=0

give_up() {
  echo "oracle: $1; the tests against other C2PA implementations will be skipped." >&2
  exit $failed
}

[ "$(cat "$folder/installed" 2>/dev/null)" != "$wanted" ] || exit 0
mkdir -p "$folder"
rm -f "$folder/installed"

missing=()
command -v node >/dev/null || missing+=(nodejs)
command -v npm >/dev/null || missing+=(npm)
if [ ${#missing[@]} -gt 0 ]; then
  command -v apt-get >/dev/null || give_up "${missing[*]} not found"
  as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || give_up "${missing[*]} not found, and no way to become root to install"
    as_root=(sudo)
  fi
  echo "oracle: installing Debian's ${missing[*]} with apt-get …"
  apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o Dpkg::Use-Pty=0)
  started=$SECONDS
  if ! { "${apt[@]}" update && "${apt[@]}" install --no-install-recommends "${missing[@]}"; } >"$folder/install.log" 2>&1
  then
    tail -n 5 "$folder/install.log" >&2
    give_up "apt-get could not install ${missing[*]}"
  fi
  echo "oracle: done in $((SECONDS - started)) s."
fi
version=$(node -p 'process.versions.node.split(".")[0]' 2>/dev/null || echo 0)
[ "$version" -ge 18 ] || give_up "node $(node --version) is older than 18"

cp "$root/tests/oracle/package.json" "$root/tests/oracle/package-lock.json" "$folder/"
if ! (cd "$folder" && npm ci --ignore-scripts --omit=optional --no-audit --no-fund) >"$folder/install.log" 2>&1; then
  tail -n 5 "$folder/install.log" >&2
  give_up "npm ci did not succeed (no network?)"
fi
echo "$wanted" >"$folder/installed"
echo "oracle: $(grep -c '"node_modules/' "$folder/package-lock.json") npm packages in build/oracle, $(du -sm "$folder" | cut -f1) MB."
