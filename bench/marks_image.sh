#!/usr/bin/env bash
# The mark of pictures against its peers: ../shared/bench/bench_image.py, unchanged, with our command as the method.
#   bench/marks_image.sh [N]         N pictures (20); PROGRAM=…, IMAGES='DIR/*.png' (768 × 512) are heeded
# Needs Debian's python3-numpy and python3-opencv. Writes build/bench-media/marks_image.json and prints a Markdown table
# with the peers' figures (baseline_image.json, which were measured on 20 Kodak pictures with the same script).
set -euo pipefail
cd "$(dirname "$0")/.."
count=${1:-20}
program=$(realpath "${PROGRAM:-build/release/bin/bonafide}")
shared=$(realpath "${SHARED:-../shared}")
work=build/bench-media/marks_image
mkdir -p "$work"
if [ -z "${IMAGES:-}" ]; then
  # 6 Kodak pictures as they are, then camera pictures (Dresden, by prnu-python) reduced and cut to 768 × 512
  IMAGES="$work/*.png"
  /usr/bin/python3 - "$shared/data/media/dev" "$work" <<'PY'
import cv2, glob, sys
data, work = sys.argv[1:]
paths = sorted(glob.glob(data + '/photo/real/*/*.png')) + sorted(glob.glob(data + '/camera_original/real/polimi-ispl_prnu-python/*nat*'))[:14]
for n, path in enumerate(paths):
    picture = cv2.imread(path)
    h, w = picture.shape[:2]
    W, H = (512, 768) if h > w else (768, 512)
    s = max(W / w, H / h)
    if s < 1:
        picture = cv2.resize(picture, (max(W, round(w * s)), max(H, round(h * s))), interpolation=cv2.INTER_AREA)
    y, x = (picture.shape[0] - H) // 2, (picture.shape[1] - W) // 2
    cv2.imwrite('%s/%02d.png' % (work, n), picture[y:y + H, x:x + W])
PY
fi
embed="'$program' -q mark add {in} -o {out} --id {hex}"
decode="'$program' -q mark get --deep --json {in} | sed -n 's/.*\"id\": \"\\([0-9a-f]*\\)\".*/\\1/p'"
/usr/bin/python3 "$shared/bench/bench_image.py" --images "$IMAGES" --n "$count" --json build/bench-media/marks_image.json \
  "cli:$embed|$decode" >&2
/usr/bin/python3 - build/bench-media/marks_image.json "$shared/bench/baseline_image.json" <<'PY'
import json, sys
ours = list(json.load(open(sys.argv[1])).values())[0]
peers = json.load(open(sys.argv[2]))
names = ['dwtDct', 'dwtDctSvd', 'bwm']
print('| | **bonafide** | ' + ' | '.join(names) + ' |\n|---|---|' + '---|' * len(names))
for key, form in (('psnr', '%.2f dB'), ('ssim', '%.4f'), ('embed_s_per_mpx', '%.2f s/Mpx'), ('decode_s_per_mpx', '%.2f s/Mpx')):
    print('| ' + key + ' | ' + ' | '.join(form % m[key] for m in [ours] + [peers[n] for n in names]) + ' |')
for attack, (accuracy, exact, rate, wrong) in ours['att'].items():
    cells = ['%.2f%s' % (exact, '' if wrong == 0 else ' (wrong %.2f)' % wrong)]
    cells += ['%.2f' % peers[n]['att'][attack][1] if attack in peers[n]['att'] else '' for n in names]
    print('| ' + attack + ' | ' + ' | '.join(cells) + ' |')
PY
