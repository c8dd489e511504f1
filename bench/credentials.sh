#!/usr/bin/env bash
# Content Credentials against their peers, in one run: ours, c2pa-rs (where scripts/oracle.sh has installed it), and what
# the machine's SHA-256 can do at most. Prints a table in Markdown.
#   bench/credentials.sh [RUNS]      median of RUNS (5); PROGRAM=… and BIG=0 (leave the 8 GiB file out) are heeded
# Bytes read and written are counted by the kernel (/proc/PID/io), in multiples of the file's size.
set -euo pipefail
cd "$(dirname "$0")/.."
runs=${1:-5}
program=${PROGRAM:-build/release/bin/bonafide-verify}
work=build/bench-media
measure=build/bench-media/measure
mkdir -p "$work"
[ -x "$program" ] || { echo "bench: $program is not there; build it first" >&2; exit 1; }
[ "$measure" -nt bench/measure.cpp ] || g++ -std=c++20 -O2 -o "$measure" bench/measure.cpp

# --- media
photo=$work/photo_5mb.jpg clip=$work/clip_150mb.mp4 small=$work/small.mp4 huge=$work/sparse_8gib.mp4
noise='noise=alls=60:allf=t+u'
[ -f "$photo" ] || ffmpeg -v error -y -f lavfi -i "testsrc2=size=3200x2400,$noise" -frames:v 1 -q:v 2 "$photo"
[ -f "$clip" ] || ffmpeg -v error -y -f lavfi -i "testsrc2=size=1920x1080:rate=30,$noise" -f lavfi -i sine -t 6 -c:v mjpeg \
  -q:v 5 -c:a aac -movflags +faststart "$clip"
if [ ! -f "$huge" ]; then
  # a small file whose last box, the media data, is widened: the 8-byte "free" box before it makes room for a long size
  ffmpeg -v error -y -f lavfi -i testsrc2=size=320x240 -t 2 -c:v mpeg4 -movflags +faststart "$small"
  free=$(LC_ALL=C grep -abo 'freeisom\|free....mdat' "$small" | head -n 1 | cut -d: -f1)
  cp "$small" "$huge.part"
  bytes=$((8 << 30)) start=$((free - 4))
  printf '\0\0\0\1mdat%b' "$(printf '%016x' $((bytes - start)) | sed 's/../\\x&/g')" |
    dd of="$huge.part" bs=1 seek=$start conv=notrunc status=none
  truncate -s $bytes "$huge.part"
  mv "$huge.part" "$huge"
fi

# --- keys: made by the tests' script, shared with the oracle's signer
keys=$work/pki
[ -d "$keys" ] || bash tests/oracle/pki.sh "$keys"

oracle() { # sign|verify FILE: one job, as measured
  printf '%s\n' "$2" >"$work/job.json"
  echo "node tests/oracle/$1.mjs <$work/job.json"
}
definition='{"claim_generator_info":[{"name":"bench"}],"assertions":[{"label":"c2pa.actions.v2","created":true,"data":{"actions":[{"action":"c2pa.created","digitalSourceType":"http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"}]}}]}'
echo "$definition" >"$work/definition.json"

rate() { awk -v b="$1" -v s="$2" 'BEGIN {printf "%.2f", b / s / 1e9}'; }

# --- what the machine can do
cores=$(nproc)
all_cores=$(openssl speed -multi "$cores" -seconds 2 -bytes 1048576 -evp sha256 2>/dev/null | awk '/^(sha256|SHA256|evp)/ {sub("k", "", $2); print $2 * 1000}' | tail -n 1)
echo "Machine: $(awk -F': ' '/model name/ {print $2; exit}' /proc/cpuinfo), $cores cores; SHA-256 by \`openssl speed\` on all" \
  "cores: $(awk -v r="$all_cores" 'BEGIN {printf "%.2f", r / 1e9}') GB/s; median of $runs."
echo
echo "| File | Job | Who | Wall, s | GB/s | Of all-core rate | Peak, MiB | Read, × | Written, × | Exit |"
echo "|---|---|---|---|---|---|---|---|---|---|"

row() { # FILE_NAME SIZE JOB WHO RUNS COMMAND…
  local name=$1 size=$2 job=$3 who=$4 times=$5
  shift 5
  local wall peak read written code
  read -r wall peak read written code < <("$measure" "$times" "$size" "$@")
  local speed
  speed=$(rate "$size" "$wall")
  echo "| $name | $job | $who | $wall | $speed |" \
    "$(awk -v s="$speed" -v a="$all_cores" 'BEGIN {printf "%.2f", s * 1e9 / a}') | $peak | $read | $written | $code |"
}

for file in "$photo" "$clip" "$huge"; do
  [ "$file" != "$huge" ] || [ "${BIG:-1}" = 1 ] || continue
  size=$(stat -c %s "$file") name=$(basename "$file") times=$runs
  [ "$file" != "$huge" ] || times=3
  signed=$work/signed_$name theirs=$work/oracle_$name
  sign=("$program" sign "$file" -o "$signed" --force --manifest "$work/definition.json" --key "$keys/es256.key"
    --cert "$keys/es256.pem")
  "${sign[@]}" >/dev/null
  row "$name" "$size" hash "openssl dgst" "$times" openssl dgst -sha256 "$file"
  row "$name" "$size" verify ours "$times" "$program" verify "$signed" --trust "$keys/root.pem"
  row "$name" "$size" sign ours "$times" "${sign[@]}"
  [ -f build/oracle/installed ] || continue
  if [ "$file" = "$huge" ]; then times=1; fi
  line=$(oracle verify "{\"file\":\"$signed\",\"anchors\":[\"$keys/root.pem\"]}")
  row "$name" "$size" verify "c2pa-rs (wasm)" "$times" sh -c "$line"
  [ "$file" != "$huge" ] || continue # beyond what 32-bit memory holds
  line=$(oracle sign "{\"input\":\"$file\",\"output\":\"$theirs\",\"algorithm\":\"es256\",\"key\":\"$keys/es256.key\",\"chain\":\"$keys/es256.pem\",\"definition\":$definition}")
  row "$name" "$size" sign "c2pa-rs (wasm)" "$times" sh -c "$line"
  rm -f "$theirs"
done
