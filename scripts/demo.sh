#!/bin/bash
# The demonstration: bonafide looks at real files that Debian ships, at a synthetic voice, and at yours.
#   scripts/demo.sh PROGRAM [FILE]
set -uo pipefail
program=$(realpath "$1")
own=${2:+$(realpath "$2")}
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
out=$root/build/demo
samples=/usr/share/doc/opencv-doc/examples/data
mkdir -p "$out"
started=$SECONDS
broken=0
bold=$'\e[1m' plain=$'\e[0m'
if [ ! -t 1 ] || [ -n "${NO_COLOR:-}" ]; then bold='' plain=''; fi

say() { printf '\n%s%s%s\n' "$bold" "$1" "$plain"; shift; for line in "$@"; do printf '%s\n' "$line"; done; }

# check FILE NAME: the answer on the terminal, and the illustrated report beside it
check() {  # in build/demo, so that names stay short
  echo
  (cd "$out" && "$program" check "$1" --html "$2.html" --force)
  local rc=$?
  case $rc in
    0 | 10 | 11) ;;  # an answer, whatever it is
    *) broken=1; echo "(the program ended with exit code $rc)" ;;
  esac
}

# sample NAME: copies one of opencv-doc's files to build/demo, unpacked; fails when it is not there
sample() {
  if [ -f "$samples/$1" ]; then cp "$samples/$1" "$out/$1"
  elif [ -f "$samples/$1.gz" ]; then gzip -dc "$samples/$1.gz" >"$out/$1"
  else return 1; fi
}

# splice GROUND PIECE RESULT: both saved as JPEG, then a part of the second put into the first, off its block grid
splice() {
  ffmpeg -v error -y -i "$1" -q:v 5 "$out/ground.jpg" </dev/null
  ffmpeg -v error -y -i "$2" -vf scale=512:480 -q:v 5 "$out/piece.jpg" </dev/null
  ffmpeg -v error -y -i "$out/ground.jpg" -i "$out/piece.jpg" -frames:v 1 -filter_complex \
    '[1]crop=203:197:3:5[c];[0][c]overlay=164:164:format=rgb' "$3" </dev/null
  rm -f "$out/ground.jpg" "$out/piece.jpg"
}

say "bonafide $("$program" version 2>/dev/null | head -n 1 | sed 's/^bonafide //')" \
  "Can I trust this picture, video or sound, and why?" \
  "Two rules first. \"Nothing found\" never means \"genuine\". And the words speak about the evidence, not about people."

if sample ela_original.jpg; then
  say "1. A photograph, as OpenCV's authors publish it"
  check "ela_original.jpg" ela_original
  sample ela_modified.jpg
  say "2. The same photograph after somebody worked on it" \
    "OpenCV ships this one as an example of a doctored picture. Does any test here see it? Read on: a missed forgery" \
    "must end in \"could not tell\" or \"no signs found\", never in \"genuine\"."
  check "ela_modified.jpg" ela_modified
  sample fruits.jpg
  say "3. A forgery made a moment ago" \
    "A piece of one photograph pasted into another by ffmpeg. Each had been saved as JPEG before, and JPEG works in" \
    "blocks of 8 by 8 pixels: the blocks of the piece no longer line up with the rest."
  sample fruits.jpg && sample baboon.jpg
  splice "$out/fruits.jpg" "$out/baboon.jpg" "$out/forgery.png"
  check "forgery.png" forgery
else
  say "Debian's sample photographs are not here" \
    "The package opencv-doc is installed, but this system drops /usr/share/doc (container images often do:" \
    "see path-exclude in /etc/dpkg/dpkg.cfg.d). Drawing test pictures instead; they are no photographs."
  ffmpeg -v error -y -f lavfi -i testsrc2=size=640x480 -frames:v 1 -q:v 5 "$out/drawing.jpg" </dev/null
  check "drawing.jpg" drawing
fi

if sample Megamind.avi; then
  say "4. A clip with sound, part of a film trailer"
  check "Megamind.avi" Megamind
else
  ffmpeg -v error -y -f lavfi -i testsrc2=size=320x240:duration=5 -f lavfi -i sine=duration=5 -shortest \
    "$out/drawing.mp4" </dev/null
  say "4. A clip drawn by FFmpeg"
  check "drawing.mp4" drawing_clip
fi

say "5. A voice that never was: espeak-ng speaks"
espeak-ng -w "$out/speech.wav" "The quick brown fox jumps over the lazy dog, and nobody was there to say so." </dev/null
check "speech.wav" speech

if [ -n "$own" ]; then
  say "6. Your file"
  check "$own" own
fi

say "Illustrated reports, one self-contained page each, no network needed:"
for page in "$out"/*.html; do [ -f "$page" ] && printf '  %s\n' "${page#"$root"/}"; done
printf '%s\n' "Next: build/release/bin/bonafide check YOURFILE   (or: make demo FILE=YOURFILE)" \
  "This took $((SECONDS - started)) s."
exit $broken
