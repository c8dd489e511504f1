#!/usr/bin/env bash
# Whole commands against the peer they are measured by: `bonafide check` with every detector on, beside a pure FFmpeg
# decode of the same file in the same run; then peak memory on an hour of the same material.
#   bench/speed.sh [RUNS]          needs ffmpeg; uses ../shared/data for a talking face, else Debian's messi5.jpg
set -euo pipefail
cd "$(dirname "$0")/.."
runs=${1:-3}
bonafide=build/release/bin/bonafide
work=build/bench-media
mkdir -p "$work"

talking_clip() { # 60 s of 1920x1080, 30 frames/s, H.264 4 Mbit/s and AAC, one face about 500 px high
  local out=$1 face=../shared/data/media/dev/video/real/OpenTalker_SadTalker/examples_ref_video_WDA_AlexandriaOcasioCortez_000.mp4
  [ -f "$out" ] && return
  if [ -f "$face" ]; then
    ffmpeg -v error -y -stream_loop -1 -i "$face" -t 60 \
      -vf "scale=900:900,pad=1920:1080:510:90:color=gray,fps=30" -c:v libx264 -preset medium -b:v 4M -pix_fmt yuv420p \
      -c:a aac -b:a 128k -movflags +faststart "$out.part.mp4"
  else
    espeak-ng -w "$work/speech.wav" "This is a spoken sentence that is repeated for the measurement of speed."
    ffmpeg -v error -y -loop 1 -framerate 30 -i /usr/share/doc/opencv-doc/examples/data/messi5.jpg \
      -stream_loop -1 -i "$work/speech.wav" -t 60 -vf "scale=1920:1080" -c:v libx264 -preset medium -b:v 4M \
      -pix_fmt yuv420p -c:a aac -b:a 128k -movflags +faststart "$out.part.mp4"
  fi
  mv "$out.part.mp4" "$out"
}

timed() { # prints: wall seconds, CPU seconds, peak MiB
  local log=$work/time.txt
  /usr/bin/time -f '%e %U %S %M' -o "$log" "$@" >/dev/null 2>&1 || true
  tail -n 1 "$log" | awk '{printf "%.2f %.2f %.0f\n", $1, $2 + $3, $4 / 1024}'
}

median() { sort -g | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'; }

clip=$work/talking_1080p30_60s.mp4
talking_clip "$clip"
echo "clip: $(stat -c %s "$clip") bytes, $(nproc) cores, $runs runs of each in turn (median)"
: > "$work/decode.txt"; : > "$work/check.txt"
for _ in $(seq "$runs"); do
  timed ffmpeg -v error -threads 2 -i "$clip" -f null - >> "$work/decode.txt"
  timed "$bonafide" check "$clip" --progress none >> "$work/check.txt"
done
d=$(cut -d' ' -f1 "$work/decode.txt" | median); c=$(cut -d' ' -f1 "$work/check.txt" | median)
dc=$(cut -d' ' -f2 "$work/decode.txt" | median); cc=$(cut -d' ' -f2 "$work/check.txt" | median)
m=$(cut -d' ' -f3 "$work/check.txt" | median)
echo "pure FFmpeg decode (picture and sound): $d s wall, $dc s CPU"
echo "bonafide check, every test on:          $c s wall, $cc s CPU, peak $m MiB"
awk -v c="$c" -v d="$d" -v cc="$cc" -v dc="$dc" \
  'BEGIN {printf "ratio to decode: %.2f wall, %.2f CPU; speed: %.1f x real time\n", c / d, cc / dc, 60 / c}'

hour=$work/talking_1080p30_1h.mp4
[ -f "$hour" ] || ffmpeg -v error -y -stream_loop 59 -i "$clip" -c copy "$hour"
read -r wall _ peak < <(timed "$bonafide" check "$hour" --progress none)
echo "one hour, sampled as by default:        $wall s wall, peak $peak MiB"
if [ "${WHOLE:-0}" = 1 ]; then
  read -r wall _ peak < <(timed "$bonafide" check "$hour" --whole --progress none)
  echo "one hour, --whole:                      $wall s wall, peak $peak MiB"
fi
