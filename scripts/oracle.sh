#!/bin/bash
# Installs the other C2PA implementations that tests/oracle compares us with: npm packages, into build/oracle, from the
# lock file in tests/oracle, running no script of theirs. Nothing is installed when they are there already.
#   scripts/oracle.sh             needs Node 18 or newer, npm and, the first time, the network
#   scripts/oracle.sh --quietly   the same, but what is missing is only said: the tests then skip, and say so
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
command -v node >/dev/null || give_up "there is no node"
version=$(node -p 'process.versions.node.split(".")[0]' 2>/dev/null || echo 0)
[ "$version" -ge 18 ] || give_up "node $(node --version) is older than 18"
command -v npm >/dev/null || give_up "there is no npm"

mkdir -p "$folder"
rm -f "$folder/installed"
cp "$root/tests/oracle/package.json" "$root/tests/oracle/package-lock.json" "$folder/"
if ! (cd "$folder" && npm ci --ignore-scripts --omit=optional --no-audit --no-fund) >"$folder/install.log" 2>&1; then
  tail -n 5 "$folder/install.log" >&2
  give_up "npm ci did not succeed (no network?)"
fi
echo "$wanted" >"$folder/installed"
echo "oracle: $(find "$folder/node_modules" -name package.json -not -path '*/dist/*' | wc -l) package files in build/oracle."
