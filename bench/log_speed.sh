#!/bin/bash
# What a durable entry costs, by how many arrive together (1, 64, 256, 4096), beside the raw cost of writing as many bytes
# and syncing once on the same disk in the same run; what making and checking a proof costs, and the index of keys.
#   bench/log_speed.sh BENCH_BUILD [FOLDER]     FOLDER lies on the disk that is measured; default: the working folder
set -euo pipefail
build=${1:-build/bench} folder=${2:-.}
program=$build/bin/bench_provenance_log
[ -x "$program" ] || { echo "log_speed: build bench_provenance_log in $build first (preset bench)" >&2; exit 1; }
echo "load: $(cut -d' ' -f1-3 /proc/loadavg), $(nproc) cores, file system: $(stat -f -c %T "$folder")"
BONAFIDE_BENCH_FOLDER=$folder "$program" --benchmark_min_time=2 2>/dev/null
