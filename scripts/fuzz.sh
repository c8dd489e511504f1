#!/bin/bash
# Runs every libFuzzer program for a while, beginning with the corpus in the repository. New inputs stay in the build
# folder; a crash is written to BUILD/crashes and ends the run with exit code 1.
#   scripts/fuzz.sh BUILD SECONDS_EACH
set -uo pipefail
build=$1 seconds=$2
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export ASAN_OPTIONS=detect_leaks=1:allocator_may_return_null=1
bad=0
mkdir -p "$build/crashes"
for program in "$build"/bin/fuzz_*; do
  [ -x "$program" ] || { echo "fuzz: nothing was built in $build" >&2; exit 1; }
  name=${program##*/fuzz_}
  mkdir -p "$build/corpus/$name"
  echo "== $name, $seconds s"
  "$program" -max_total_time="$seconds" -rss_limit_mb=2048 -timeout=10 -print_final_stats=1 -verbosity=0 \
    -artifact_prefix="$build/crashes/$name-" "$build/corpus/$name" "$root/fuzz/corpus/$name" \
    >"$build/$name.log" 2>&1 || { tail -n 30 "$build/$name.log"; bad=1; }
  grep -E 'number_of_executed_units|new_units_added|peak_rss_mb' "$build/$name.log"
done
exit $bad
