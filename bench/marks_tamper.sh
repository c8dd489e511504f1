#!/usr/bin/env bash
# The fragile layer of pictures: splices of several sizes, after JPEG and more; how much of them is found, how much else is.
#   bench/marks_tamper.sh [N]        at most N pictures of each set; SHARED=… and HELD=… are heeded
# Sets: the 20 pictures of bench/marks_image.sh in two halves (constants were chosen on `chosen`), and pictures on which nothing
# was chosen: camera pictures as they are, two of 6 megapixels, small ones.
# Needs Debian's python3-numpy and python3-opencv. Writes build/bench-media/marks_tamper.jsonl and prints Markdown tables.
set -euo pipefail
cd "$(dirname "$0")/.."
most=${1:-60}
shared=$(realpath "${SHARED:-../shared}")
work=build/bench-media/marks_tamper
mkdir -p "$work"
libraries=()
for room in provenance_mark media_dsp media_container crypto base; do libraries+=("build/release/src/libbonafide_$room.a"); done
program="$PWD/$work/marks_tamper"
g++ -std=c++20 -O2 -Isrc -o "$program" bench/marks_tamper.cpp "${libraries[@]}" -lcrypto -lfmt -lz -lopencv_core -lopencv_imgproc
rm -f "$work".jsonl
data="$shared/data/media"
/usr/bin/python3 bench/marks_tamper.py measure "$program" "$shared" "$work.jsonl" "$most" \
  twenty "$data"/dev/photo/real/*/*.png "$(find "$data/dev/camera_original/real" -path '*prnu-python/*nat*' | sort | head -n 14 | tr '\n' ':')"
/usr/bin/python3 bench/marks_tamper.py measure "$program" "$shared" "$work.jsonl" "$most" \
  cameras "$data"/dev/camera_original/real/ianare_exif-samples/*
/usr/bin/python3 bench/marks_tamper.py measure "$program" "$shared" "$work.jsonl" "$most" \
  large "$(find "$data/dev/camera_original/real" -path '*prnu-python/*nat*' | sort | tail -n 2 | tr '\n' ':')"
/usr/bin/python3 bench/marks_tamper.py measure "$program" "$shared" "$work.jsonl" "$most" \
  small "$(find "$data/train/forgery/real" -type f | sort | awk 'NR % 3 == 0' | tr '\n' ':')"
# HELD: a folder with further photographs, for example the unpacked packages mate-backgrounds and plasma-workspace-wallpapers
if [ -n "${HELD:-}" ]; then
  /usr/bin/python3 bench/marks_tamper.py measure "$program" "$shared" "$work.jsonl" "$most" \
    photographs "$(find "$HELD" -name '*.jpg' | sort | tr '\n' ':')"
fi
/usr/bin/python3 bench/marks_tamper.py tables "$work.jsonl"
