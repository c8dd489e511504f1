#!/bin/bash
# Builds the examples against an installed bonafide, runs each on files made by ffmpeg, and has the answers judged: by the
# installed program, and by c2pa-rs where scripts/oracle.sh has put it.
#   tests/install/examples.sh PREFIX KEYS WORK_FOLDER ORACLE_FOLDER
set -euo pipefail
prefix=$1 keys=$2 work=$3 oracle=$4
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
bonafide=$prefix/bin/bonafide
mkdir -p "$work"
cmake -S "$here/../../examples" -B "$work/build" -DCMAKE_PREFIX_PATH="$prefix" \
  -DCMAKE_C_FLAGS="-Wall -Wextra -Werror" -DCMAKE_CXX_FLAGS="-Wall -Wextra -Werror" >"$work/configure.log"
cmake --build "$work/build" >"$work/build.log" || { cat "$work/build.log"; exit 1; }

fail() { echo "examples: $1"; exit 1; }
# expect CODE COMMAND…: that is how it ends
expect() {
  local wanted=$1 code=0
  shift
  "$@" >"$work/out" 2>"$work/err" || code=$?
  [ "$code" = "$wanted" ] || { cat "$work/out" "$work/err"; fail "$(basename "$1") ended with $code, not $wanted"; }
}
trusted=()
# Is a file trusted, by our own program with the strict rules, and by the example?
judge() {
  expect 0 "$bonafide" verify --strict --trust "$keys/root.pem" "$1"
  expect 0 "$work/build/verify" "$1" "$keys/root.pem"
  grep -q '"bonafide.verify/1"' "$work/out" || fail "verify answers another schema"
  trusted+=("$1")
}
signer=("$keys/signer.key" "$keys/signer.pem")

ffmpeg -v error -y -f lavfi -i testsrc2=size=160x120 -frames:v 1 "$work/photo.jpg" </dev/null
ffmpeg -v error -y -f lavfi -i testsrc2=size=160x120:rate=10 -f lavfi -i sine -t 5 -c:v mpeg4 -g 10 -c:a aac \
  "$work/clip.mp4" </dev/null
ffmpeg -v error -y -i "$work/clip.mp4" -c copy "$work/clip.mkv" </dev/null

expect 12 "$work/build/verify" "$work/photo.jpg"
expect 3 "$work/build/verify" "$work/no such file"
for input in photo.jpg clip.mp4; do
  expect 0 "$work/build/sign" "$work/$input" "$work/c.$input" "${signer[@]}"
  judge "$work/c.$input"
  expect 0 "$work/build/sign_cpp" "$work/$input" "$work/cpp.$input" "${signer[@]}"
  judge "$work/cpp.$input"
done
expect 1 "$work/build/sign" "$work/photo.jpg" "$work/c.photo.jpg" "${signer[@]}"  # it is there already
expect 13 "$work/build/verify" "$work/c.photo.jpg"
{ cat "$work/cpp.photo.jpg"; printf x; } >"$work/broken.jpg"
expect 10 "$work/build/verify" "$work/broken.jpg" "$keys/root.pem"

# Signed while it is muxed: from Matroska, from MP4, and from a work that has a history.
for input in clip.mkv clip.mp4 c.clip.mp4; do
  expect 0 "$work/build/sign_while_muxing" "$work/$input" "$work/muxed.$input.mp4" "${signer[@]}"
  judge "$work/muxed.$input.mp4"
done
expect 0 "$bonafide" verify --json --trust "$keys/root.pem" "$work/muxed.c.clip.mp4.mp4"
[ "$(grep -o '"label": *"urn:c2pa' "$work/out" | sort | wc -l)" -ge 2 ] || fail "the history was lost while muxing"
hash_of() { ffmpeg -v error -i "$1" -map 0 -c copy -f streamhash - </dev/null; }
[ "$(hash_of "$work/clip.mkv")" = "$(hash_of "$work/muxed.clip.mkv.mp4")" ] || fail "muxing changed what is in the file"
expect 1 "$work/build/sign_while_muxing" "$work/photo.jpg" "$work/none.mp4" "$keys/root.pem" "$keys/signer.pem"
for left in none.mp4 none.mp4.part; do [ ! -e "$work/$left" ] || fail "$left was left behind"; done
echo "${#trusted[@]} files trusted"

if [ -e "$oracle/installed" ] && command -v node >/dev/null; then
  for file in "${trusted[@]}"; do printf '{"file": "%s", "anchors": ["%s"]}\n' "$file" "$keys/root.pem"; done |
    BONAFIDE_ORACLE=$oracle node "$here/../oracle/verify.mjs" >"$work/oracle"
  agreed=$(grep -c '"state":"Trusted"' "$work/oracle" || true)
  [ "$agreed" = "${#trusted[@]}" ] || { cat "$work/oracle"; fail "c2pa-rs trusts $agreed of ${#trusted[@]} files"; }
  echo "c2pa-rs trusts them, too"
else
  echo "skipped: c2pa-rs is not installed (scripts/oracle.sh)"
fi
