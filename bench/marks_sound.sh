#!/usr/bin/env bash
# The sound mark under every attack of the neighbour folder's bench_audio.py, unchanged, beside audiowmark 0.6.5 measured
# with the same script; then short windows, unmarked sound and places. Writes docs/evaluation/marks_sound.md.
#   bench/marks_sound.sh          PROGRAM=… and SHARED=… are heeded
# Needs python3-numpy, ffmpeg, planetblupi-music-ogg, drascula-music and ../shared.
set -euo pipefail
cd "$(dirname "$0")/.."
program=$(realpath "${PROGRAM:-build/release/bin/bonafide}")
shared=$(realpath "${SHARED:-../shared}")
work=$(realpath -m build/bench-media/marks_sound)
page=docs/evaluation/marks_sound.md
python=/usr/bin/python3
mkdir -p "$work"
[ -x "$program" ] || { echo "bench: $program is not there; build it first" >&2; exit 1; }

# --- clips: the two albums and the two kinds of speech of the baseline; its own cuts are not at hand
speech=$shared/data/media/dev/speech/real
make_clips() {
  local quiet=(ffmpeg -v error -y)
  "${quiet[@]}" -ss 60 -t 100 -i /usr/share/planetblupi/music/music000.ogg -ar 44100 -c:a pcm_s16le "$work/m1.wav"
  "${quiet[@]}" -t 100 -i /usr/share/scummvm/drascula/audio/track5.ogg -ar 44100 -c:a pcm_s16le "$work/m2.wav"
  printf "file '%s'\n" "$speech"/resemble-ai_Resemblyzer/*librispeech*.flac >"$work/s1.txt"
  "${quiet[@]}" -f concat -safe 0 -i "$work/s1.txt" -t 60 -ar 44100 -ac 1 -c:a pcm_s16le "$work/s1.wav"
  printf "file '%s'\n" "$speech"/auspicious3000_autovc/*.flac >"$work/s2.txt"
  "${quiet[@]}" -f concat -safe 0 -i "$work/s2.txt" -t 100 -ar 8000 -ac 1 -c:a pcm_s16le "$work/s2_8k.wav"
  "${quiet[@]}" -i "$work/s2_8k.wav" -ar 44100 -c:a pcm_s16le "$work/s2.wav"
}
make_others() { # for unmarked sound alone
  local quiet=(ffmpeg -v error -y)
  "${quiet[@]}" -ss 30 -t 100 -i /usr/share/planetblupi/music/music004.ogg -ar 44100 -c:a pcm_s16le "$work/u1.wav"
  "${quiet[@]}" -t 100 -i /usr/share/scummvm/drascula/audio/track16.ogg -ar 44100 -c:a pcm_s16le "$work/u2.wav"
  printf "file '%s'\n" "$speech"/ming024_FastSpeech2/*LibriTTS*.flac >"$work/u3.txt"
  "${quiet[@]}" -f concat -safe 0 -i "$work/u3.txt" -t 60 -ar 44100 -ac 1 -c:a pcm_s16le "$work/u3.wav"
}
[ -f "$work/s2.wav" ] || make_clips
[ -f "$work/u3.wav" ] || make_others

# --- the script speaks of 128 bits, a mark holds 64: the first 16 digits are the id, the others are looked up by it (or by
# its upper half), as one looks up a work; a wrong id finds nothing in the table and counts as a wrong claim
table=$work/ids.txt
: >"$table"
cat >"$work/add" <<END
#!/bin/bash
echo "\$3" >>"$table"
exec "$program" -q mark add "\$1" -o "\$2" --id "\${3:0:16}" --force
END
cat >"$work/get" <<END
#!/bin/bash
found=\$("$program" --json -q mark get --deep "\$1")
echo "\$found" | tr -d '\n' >>"$work/readings.jsonl"; echo >>"$work/readings.jsonl"
id=\$(sed -n 's/.*"upper_half": "\([0-9a-f]*\)".*/\1/p' <<<"\$found")
full=\$(sed -n 's/.*"id": "\([0-9a-f]\{16\}\)".*/\1/p' <<<"\$found")
[ -z "\$full" ] || id=\$full
[ -n "\$id" ] || exit 0
grep -m 1 "^\$id" "$table" || printf '%s%0*d\n' "\$id" \$((32 - \${#id})) 0
END
chmod +x "$work/add" "$work/get"
if [ "${ATTACKS:-1}" = 1 ]; then
  : >"$work/readings.jsonl"
  "$python" "$shared/bench/bench_audio.py" --add "$work/add {in} {out} {hex}" --get "$work/get {in}" \
    --json "$work/ours.json" "$work"/{m1,m2,s1,s2}.wav
fi
places=$work/places
libraries=()
for room in provenance_mark media_dsp media_container crypto base; do libraries+=("build/release/src/libbonafide_$room.a"); done
g++ -std=c++20 -O2 -Isrc -o "$places" bench/marks_sound.cpp "${libraries[@]}" -lcrypto -lfmt -lopencv_core -lopencv_imgproc
"$python" bench/marks_sound.py "$program" "$places" "$work" "$shared" >"$work/page.md"
cp "$work/page.md" "$page"
echo "written: $page"
