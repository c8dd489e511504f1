#!/bin/bash
# Entries registered a second over HTTP, with 1, 16 and 64 clients that each wait for their answer, beside how many times
# the same disk writes and syncs 8 KiB in the same run. Client and server share the machine. Prints a JSON line each.
#   bench/log_http.sh BUILD_FOLDER [SECONDS]
set -euo pipefail
build=${1:-build/release} seconds=${2:-5}
program=$build/bin/test_serve
[ -x "$program" ] || { echo "log_http: build test_serve in $build first" >&2; exit 1; }
BONAFIDE_BENCH_SECONDS=$seconds "$program" --gtest_also_run_disabled_tests --gtest_filter='LogHttpBench.*' |
  grep -E '^\{|Failure|PASSED|FAILED'
