#!/bin/bash
# Kills the log's writers at random moments, 200 times by default, and looks whether anything acknowledged is lost,
# anything is there twice, or two trees were signed. Prints a line of figures.
#   bench/log_crash.sh BUILD_FOLDER [RUNS]
set -euo pipefail
build=${1:-build/release} runs=${2:-200}
program=$build/bin/test_provenance_log
[ -x "$program" ] || { echo "log_crash: build test_provenance_log in $build first" >&2; exit 1; }
BONAFIDE_CRASH_RUNS=$runs "$program" --gtest_filter='LogCrashSlow.*' | grep -E 'runs|Failure|lost|twice|PASSED|FAILED'
