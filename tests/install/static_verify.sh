#!/bin/bash
# bonafide-verify as one static file: it links, stays under 8 MB, needs no library, and signs and verifies.
#   tests/install/static_verify.sh BUILD_FOLDER
set -euo pipefail
source_folder=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build=$1/verify-static
launcher=()
if command -v ccache >/dev/null; then launcher=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache); fi
cmake --log-level=WARNING -S "$source_folder" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=MinSizeRel -DBONAFIDE_CREDENTIALS_ONLY=ON \
  -DBONAFIDE_STATIC=ON -DBONAFIDE_TESTS=OFF "-DCMAKE_CXX_FLAGS=-ffunction-sections -fdata-sections" "${launcher[@]}" >/dev/null
cmake --build "$build" --target bonafide-verify -j "$(nproc)" 2>&1 | grep -E 'error|FAILED' && exit 1
program=$build/bin/bonafide-verify
bytes=$(stat -c %s "$program")
echo "bonafide-verify: $bytes bytes"
[ "$bytes" -lt 8000000 ] || { echo "larger than 8 MB"; exit 1; }
if ldd "$program" >/dev/null 2>&1; then echo "it is not static"; exit 1; fi

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
ffmpeg -v error -f lavfi -i testsrc2=size=320x240 -frames:v 1 -q:v 3 picture.jpg
"$program" -q keys new keys >/dev/null
"$program" -q sign picture.jpg -o signed.jpg --keys keys --tsa local --ai none >/dev/null
"$program" signed.jpg --trust keys/root.pem --tsa-trust keys/tsa-root.pem >answer
grep -q 'trusted by root.pem' answer
printf x >>signed.jpg
code=0
"$program" signed.jpg --trust keys/root.pem >/dev/null || code=$?
[ "$code" -eq 10 ] || { echo "a changed file answers $code instead of 10"; exit 1; }
echo "signs, verifies, and tells a changed file"
