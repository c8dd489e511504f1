#!/bin/bash
# The log in PostgreSQL with a synchronous standby: kills writers at random moments, 200 times by default, and in some of
# these runs the primary, whereupon the standby is promoted; looks whether anything acknowledged is lost, anything is there
# twice, or two trees were shown. Prints lines of figures. Needs postgresql-15; starts clusters of its own below /tmp.
#   bench/log_crash_pg.sh BUILD_FOLDER [RUNS] [FAILOVERS]
set -euo pipefail
build=${1:-build/release} runs=${2:-200} failovers=${3:-50}
program=$build/bin/test_provenance_log_pg
[ -x "$program" ] || { echo "log_crash_pg: build test_provenance_log_pg in $build first (libpq-dev)" >&2; exit 1; }
BONAFIDE_CRASH_RUNS=$runs BONAFIDE_CRASH_FAILOVERS=$failovers "$program" --gtest_filter='PostgresCrashSlow.*' |
  grep -E 'runs|acknowledged|Failure|lost|twice|SKIPPED|PASSED|FAILED'
