#!/usr/bin/env bash
# Attacks without the key on the mark of pictures, with the photographs of ../shared: see marks_security.py. Prints Markdown.
#   bench/marks_security.sh [PICTURES [VICTIMS]]     200 and 20; PROGRAM=… and SHARED=… are heeded
set -euo pipefail
cd "$(dirname "$0")/.."
program=$(realpath "${PROGRAM:-build/release/bin/bonafide}")
shared=$(realpath "${SHARED:-../shared}")
work=build/bench-media/marks_security
mkdir -p "$work"
libraries=()
for room in provenance_mark media_dsp media_container crypto base; do libraries+=("build/release/src/libbonafide_$room.a"); done
g++ -std=c++20 -O2 -Isrc -o "$work/stills" bench/marks_stills.cpp "${libraries[@]}" -lcrypto -lfmt -lz -lopencv_core -lopencv_imgproc
/usr/bin/python3 bench/marks_security.py "$shared" "$work/stills" "$program" "$work" "${1:-200}" "${2:-20}"
