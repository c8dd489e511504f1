#!/usr/bin/env bash
# Reads unmarked pictures (see marks_unmarked.py) and counts claims; prints a line of Markdown a part of the series.
#   bench/marks_unmarked.sh FROM TO [quick|deep|aspect]     picture numbers; SHARED=… is heeded. `mark get --deep` is aspect
set -euo pipefail
cd "$(dirname "$0")/.."
shared=$(realpath "${SHARED:-../shared}")
work=build/bench-media/marks_unmarked
mkdir -p "$work"
libraries=()
for room in provenance_mark media_dsp media_container crypto base; do libraries+=("build/release/src/libbonafide_$room.a"); done
g++ -std=c++20 -O2 -Isrc -o "$work/stills" bench/marks_stills.cpp "${libraries[@]}" -lcrypto -lfmt -lz -lopencv_core -lopencv_imgproc
/usr/bin/python3 bench/marks_unmarked.py "$shared" "$1" "$2" 2>/dev/null | "$work/stills" read "${3:-aspect}" 2 >"$work/$1.csv"
awk -F, '{n++; if ($1 > z) z = $1; if ($3 < p || n == 1) p = $3; places += $2; if ($4 != "") claims++}
  END {printf "| %d pictures | %d claims | highest z %.2f | smallest p of a peak 10^%.2f | %.3g places each |\n", n, claims, z, p, places / n}' "$work/$1.csv"
