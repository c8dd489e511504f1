#!/bin/bash
# Installs the build into an empty folder and uses it as a stranger would: by CMake package and by pkg-config, from C
# and from C++; builds and runs the examples. Then looks at what the library exports.
#   tests/install/run.sh BUILD_FOLDER
set -euo pipefail
build=$1
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cmake --install "$build" --prefix "$place/usr" >"$place/install.log"
lib=$(dirname "$(find "$place/usr" -name 'libbonafide.so')")
export LD_LIBRARY_PATH=$lib

ffmpeg -v error -f lavfi -i sine=duration=2 "$place/tone.wav" </dev/null

echo "== the installed program"
bonafide=$place/usr/bin/bonafide
"$bonafide" version
keys=$place/keys
"$bonafide" -q keys new "$keys" >/dev/null

echo "== CMake package"
cmake -S "$here" -B "$place/consumer" -DCMAKE_PREFIX_PATH="$place/usr" >"$place/configure.log"
cmake --build "$place/consumer" >"$place/build.log" || { cat "$place/build.log"; exit 1; }
"$place/consumer/consumer_c" "$place/tone.wav" "$place/signed.wav" "$keys"
"$place/consumer/consumer_cpp" "$place/tone.wav" "$place/signed.wav" "$keys"

echo "== pkg-config"
export PKG_CONFIG_PATH=$lib/pkgconfig
read -ra flags <<<"$(pkg-config --cflags --libs bonafide)"
cc -std=c11 -Wall -Wextra -Wpedantic -Werror "$here/consumer.c" -o "$place/by_pkgconfig_c" "${flags[@]}"
c++ -std=c++17 -Wall -Wextra -Wpedantic -Werror "$here/consumer.cpp" -o "$place/by_pkgconfig_cpp" "${flags[@]}"
"$place/by_pkgconfig_c" "$place/tone.wav" "$place/signed.wav" "$keys"
"$place/by_pkgconfig_cpp" "$place/tone.wav" "$place/signed.wav" "$keys" >/dev/null

echo "== examples"
"$here/examples.sh" "$place/usr" "$keys" "$place/work" "$build/../oracle"

echo "== exported names"
others=$(nm -D --defined-only "$lib/libbonafide.so" | awk '{print $3}' | grep -v '^bonafide_' || true)
[ -z "$others" ] || { echo "libbonafide.so exports more than bonafide_*:"; head -n 20 <<<"$others"; exit 1; }
nm -D --defined-only "$lib/libbonafide.so" | wc -l
echo "== nothing of the build folder in what was installed"
! grep -rlaF "$build" "$place/usr" || { echo "the build folder's path leaked"; exit 1; }
