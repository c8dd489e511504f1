#!/usr/bin/env bash
# The mark of moving pictures under what platforms do, and what marking costs beside a plain transcode. Prints Markdown.
#   bench/marks_video.sh [CLIP…]      default: Debian's sample clips (opencv-doc); PROGRAM=…, WORK=… (a folder), MOST=…
#                                     (stretches a clip and row, 20) and RUNS=… (of the timing, 3) are heeded
# Each row reads every stretch of the given length that lies in a clip, one after the other: "exact" counts those whose 64
# bits came back right, "wrong" those that claimed another id.
set -euo pipefail
cd "$(dirname "$0")/.."
program=$(realpath "${PROGRAM:-build/release/bin/bonafide}")
work=${WORK:-build/bench-media/video}
mkdir -p "$work"
id=0123456789abcdef
samples=/usr/share/doc/opencv-doc/examples/data
[ $# -gt 0 ] || set -- "$samples/vtest.avi" "$samples/Megamind.avi"

median() { sort -n | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'; }
seconds_of() { ffprobe -v error -show_entries format=duration -of csv=p=0 "$1"; }
timed() { # seconds of a command's wall clock
  local start end
  start=$(date +%s.%N)
  "$@" >/dev/null 2>&1
  end=$(date +%s.%N)
  awk -v a="$start" -v b="$end" 'BEGIN {printf "%.2f", b - a}'
}

marked=() originals=()
echo "| Clip | Frames | Luma PSNR, dB | Plain x264 transcode, s | Marked, s | Speed of marking beside it |"
echo "|---|---|---|---|---|---|"
for clip in "$@"; do
  name=$(basename "${clip%.*}")
  ffmpeg -v error -y -i "$clip" -t 60 -c:v libx264 -crf 10 -preset fast -pix_fmt yuv420p -an "$work/$name.mp4" </dev/null 2>/dev/null
  plain=$(for _ in $(seq "${RUNS:-3}"); do timed ffmpeg -v error -y -i "$work/$name.mp4" -c:v libx264 -crf 18 -preset medium "$work/plain.mp4"; echo; done | median)
  ours=$(for _ in $(seq "${RUNS:-3}"); do timed "$program" mark add "$work/$name.mp4" -o "$work/${name}_marked.mp4" --id $id --force; echo; done | median)
  report=$("$program" -q mark add "$work/$name.mp4" -o "$work/${name}_marked.mp4" --id $id --force --json)
  frames=$(grep -o '"frames": *[0-9]*' <<<"$report" | grep -o '[0-9]*') psnr=$(grep -o '"psnr": *[0-9.]*' <<<"$report" | grep -o '[0-9.]*$')
  echo "| $name | $frames | $(printf '%.2f' "$psnr") | $plain | $ours | $(awk -v a="$plain" -v b="$ours" 'BEGIN {printf "%.2f", a / b}') |"
  marked+=("$work/${name}_marked.mp4") originals+=("$work/$name.mp4")
done
echo
echo "| Attack | Stretch, s | Exact | Wrong | Not read |"
echo "|---|---|---|---|---|"

row() { # NAME LENGTH DEEP FFMPEG_OPTIONS…: of every stretch of every clip
  local name=$1 length=$2 deep=$3 exact=0 wrong=0 none=0
  shift 3
  for clip in "${files[@]}"; do
    ffmpeg -v error -y -i "$clip" "$@" -an "$work/attacked.mp4" </dev/null
    local whole at
    whole=$(seconds_of "$work/attacked.mp4")
    for at in $(seq 0.13 "$length" "$(awk -v w="$whole" -v l="$length" 'BEGIN {print w - l}')" | head -n "${MOST:-20}"); do
      # cut exactly, without another generation of loss
      ffmpeg -v error -y -ss "$at" -i "$work/attacked.mp4" -t "$length" -c:v libx264 -qp 0 -preset ultrafast "$work/part.mp4" </dev/null
      local answer
      answer=$("$program" -q mark get "$work/part.mp4" ${deep:+"$deep"} 2>/dev/null | grep -o 'mark [0-9a-f]\{16\}' | sort -u || true)
      if [ "$answer" = "mark $id" ]; then exact=$((exact + 1)); elif [ -n "$answer" ]; then wrong=$((wrong + 1)); else none=$((none + 1)); fi
    done
  done
  echo "| $name | $length | $exact of $((exact + wrong + none)) | $wrong | $none |"
}

files=("${marked[@]}")
row "x264 crf 23" 1 "" -c:v libx264 -crf 23
row "x264 crf 28" 1 "" -c:v libx264 -crf 28
row "x264 crf 33" 2 "" -c:v libx264 -crf 33
row "x264 crf 33" 4 "" -c:v libx264 -crf 33
row "half size, crf 28" 4 "" -vf scale=iw/2:ih/2 -c:v libx264 -crf 28
row "30 frames a second made 24, crf 28" 4 "" -vf fps=30,fps=24 -c:v libx264 -crf 28
row "25 made 15, crf 28" 4 "" -vf fps=25,fps=15 -c:v libx264 -crf 28
row "crop to 80 % of the area, crf 28" 4 --deep -vf "crop=iw*0.894:ih*0.894:iw*0.03:ih*0.06" -c:v libx264 -crf 28
row "mirrored and turned, crf 28" 4 --deep -vf transpose=0 -c:v libx264 -crf 28
row "brighter, more contrast, crf 28" 4 "" -vf eq=brightness=0.06:contrast=1.2 -c:v libx264 -crf 28
files=("${originals[@]}")
row "not marked" 4 --deep -c:v libx264 -crf 28
