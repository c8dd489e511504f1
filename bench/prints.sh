#!/usr/bin/env bash
# Prints: unrelated pictures of ../shared against each other, copies of them looked up among a million prints, speed.
#   bench/prints.sh            SHARED=… is heeded; writes build/bench-media/prints/*.txt for docs/evaluation/prints.md
# Needs python3-numpy, python3-opencv, ../shared and a release build (build/release).
set -euo pipefail
cd "$(dirname "$0")/.."
media=$(realpath "${SHARED:-../shared}")/data/media
work=$(realpath -m build/bench-media/prints)
rooms=build/release/src
mkdir -p "$work"
[ -e $rooms/libbonafide_provenance_print.a ] || { echo "bench: build release first" >&2; exit 1; }
libraries=()
for room in provenance_print media_decode media_dsp media_container crypto base; do
  libraries+=("$rooms/libbonafide_$room.a")
done
read -ra outside <<<"$(pkg-config --libs libavformat libavcodec libavutil libswscale libswresample libheif libchromaprint)"
g++ -std=c++20 -O2 -Isrc -isystem /usr/include/opencv4 -o "$work/prints" bench/prints.cpp "${libraries[@]}" \
  "${outside[@]}" -ljpeg -lopencv_core -lopencv_imgproc -lcrypto -lfmt -ltomlplusplus -lpthread

# Forged pictures share their ground with genuine ones, and the camera originals show scenes twice: they are no strangers.
find "$media" -type f \( -iname '*.jpg' -o -iname '*.jpeg' -o -iname '*.png' \) |
  grep -E '/(photo|face_still|forgery/real)/' | sort >"$work/list"
"$work/prints" pictures <"$work/list" >"$work/table"
"$work/prints" unrelated <"$work/table" >"$work/unrelated.txt"
"$work/prints" lookups 1000000 >"$work/lookups.txt"
grep -v /face_still/ "$work/list" | sed -n '1~3p' >"$work/bases"
grep /face_still/ "$work/list" | sed -n '1~20p' >>"$work/bases"
/usr/bin/python3 bench/prints_copies.py "$work/copies" <"$work/bases" >"$work/pairs"
"$work/prints" recall 1000000 <"$work/pairs" >"$work/recall.txt"
tail -n 100 "$work/lookups.txt" "$work/recall.txt"
grep '^pictures' "$work/unrelated.txt"
