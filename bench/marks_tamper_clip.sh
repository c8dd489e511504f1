#!/bin/bash
# Holes in the marks of clips (docs/evaluation/clip_map.md): false ones on plain re-encodes, and a replaced square found.
# bench/marks_tamper_clip.sh BONAFIDE CLIP… ; needs ffmpeg and python3. One line of JSON for each trial.
exec python3 - "$@" <<'PY'
import json, os, random, subprocess, sys, tempfile, zlib
program, works = sys.argv[1], sys.argv[2:]
folder = tempfile.mkdtemp(prefix="tamper")
def path(name): return os.path.join(folder, name)
def ffmpeg(*args): subprocess.run(["ffmpeg", "-v", "error", "-y", "-threads", "1", *args], check=True, stderr=subprocess.DEVNULL)
def tamper(work):
    done = subprocess.run([program, "mark", "tamper", "--json", work], capture_output=True, text=True)
    try: return json.loads(done.stdout).get("pictures", {})
    except ValueError: return {}
def size(work):
    out = subprocess.run(["ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries", "stream=width,height:format=duration", "-of", "csv=p=0", work], capture_output=True, text=True).stdout.split()
    return [int(v) for v in out[0].split(",")[:2]] + [float(out[-1])]
for index, work in enumerate(works):
    name, chance = os.path.basename(work), random.Random(zlib.crc32(os.path.basename(work).encode()))
    try:
        ffmpeg("-t", "20", "-i", work, "-an", "-vf", "scale=trunc(iw/2)*2:trunc(ih/2)*2", "-c:v", "libx264", "-preset", "veryfast", "-crf", "12", "-pix_fmt", "yuv420p", path("o.mp4"))
        if subprocess.run([program, "-q", "mark", "add", path("o.mp4"), "-o", path("m.mp4"), "-f"], capture_output=True).returncode: continue
        width, height, length = size(path("m.mp4"))
        side = min(width, height) // 4 // 2 * 2
        x, y = chance.randrange(0, width - side + 1, 2), chance.randrange(0, height - side + 1, 2)
        begin = chance.randrange(1, max(2, int(length) - 4)); end = min(begin + 3, length)
        for crf in (20, 23, 28):
            ffmpeg("-i", path("m.mp4"), "-c:v", "libx264", "-preset", "veryfast", "-crf", str(crf), path("s.mp4"))
            plain = tamper(path("s.mp4"))
            ffmpeg("-i", path("m.mp4"), "-stream_loop", "-1", "-i", works[(index + 1) % len(works)], "-filter_complex",
                   f"[1:v]scale={side}:{side},setpts=PTS-STARTPTS[p];[0:v][p]overlay={x}:{y}:enable='between(t,{begin},{end}-0.001)',trim=0:{length}",
                   "-c:v", "libx264", "-preset", "veryfast", "-crf", str(crf), "-pix_fmt", "yuv420p", "-t", str(length), path("s.mp4"))
            altered = tamper(path("s.mp4"))
            near = [r for r in altered.get("regions", []) if r["box"][0] < x + side and x < r["box"][0] + r["box"][2] and r["box"][1] < y + side and y < r["box"][1] + r["box"][3] and r["begin_s"] < end and begin < r["end_s"]]
            print(json.dumps(dict(clip=name, crf=crf, seconds=round(length, 1), read=bool(plain.get("id")), false=len(plain.get("regions", [])), verifiable=round(plain.get("verifiable", 0), 2), hit=len(near),
                far=len(altered.get("regions", [])) - len(near), square=[x, y, side, begin, end], told=[[r["box"], r["begin_s"], r["end_s"], r["log10_p"]] for r in near])), flush=True)
    except subprocess.CalledProcessError as error: print(json.dumps(dict(clip=name, error=str(error)[:200])), flush=True)
PY
