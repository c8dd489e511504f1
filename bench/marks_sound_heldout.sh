#!/usr/bin/env bash
# The sound mark on clips that nothing was chosen on, under every attack of the neighbour folder's bench_audio.py, unchanged.
#   bench/marks_sound_heldout.sh WORK [CLIP…]   writes WORK/CLIP.json each; PROGRAM=…, SHARED=…, SECONDS_EACH=… are heeded
# Three pieces of music (the albums of the fitted clips, other tracks) and four voices none of which was fitted; each lasts as
# long as its source allows, SECONDS_EACH (60) at most.
set -euo pipefail
cd "$(dirname "$0")/.."
program=$(realpath "${PROGRAM:-build/release/bin/bonafide}")
shared=$(realpath "${SHARED:-../shared}")
work=$(realpath -m "${1:-build/bench-media/marks_sound_heldout}")
mkdir -p "$work"
shift || true
[ $# -gt 0 ] || set -- music1 music2 music3 voice1 voice2 voice3 voice4
media=$shared/data/media
cut_music() { ffmpeg -v error -y -ss "$2" -t "${SECONDS_EACH:-60}" -i "$3" -ar 44100 -c:a pcm_s16le "$work/$1.wav"; }
join_voices() { # NAME FILE…
  local name=$1
  shift
  printf "file '%s'\n" "$@" >"$work/$name.txt"
  ffmpeg -v error -y -f concat -safe 0 -i "$work/$name.txt" -t "${SECONDS_EACH:-60}" -ar 44100 -ac 1 -c:a pcm_s16le "$work/$name.wav"
}
cut_music music1 30 /usr/share/planetblupi/music/music004.ogg
cut_music music2 10 /usr/share/planetblupi/music/music007.ogg
cut_music music3 0 /usr/share/scummvm/drascula/audio/track16.ogg
join_voices voice1 "$media"/dev/speech/real/ming024_FastSpeech2/*LibriTTS*.flac
join_voices voice2 "$media"/dev/speech/real/jik876_hifi-gan-demo/*.flac
join_voices voice3 "$media"/dev/video_audio/real/FuxiVirtualHuman_styletalk/Obama*.flac
join_voices voice4 "$media"/train/speech/real/mindslab-ai_cotatron/*.flac
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
id=\$(sed -n 's/.*"upper_half": "\([0-9a-f]*\)".*/\1/p' <<<"\$found")
full=\$(sed -n 's/.*"id": "\([0-9a-f]\{16\}\)".*/\1/p' <<<"\$found")
[ -z "\$full" ] || id=\$full
[ -n "\$id" ] || exit 0
grep -m 1 "^\$id" "$table" || printf '%s%0*d\n' "\$id" \$((32 - \${#id})) 0
END
chmod +x "$work/add" "$work/get"
for clip in "$@"; do
  /usr/bin/python3 "$shared/bench/bench_audio.py" --add "$work/add {in} {out} {hex}" --get "$work/get {in}" \
    --json "$work/$clip.json" "$work/$clip.wav" >&2
done
