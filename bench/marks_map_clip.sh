#!/bin/bash
# Maps of clips and sounds (docs/evaluation/clip_map.md): false places on plain re-encodes, and how well a replaced square
# or second is found. bench/marks_map_clip.sh BONAFIDE CLIP… ; needs ffmpeg and python3. One line of JSON for each trial.
exec python3 - "$@" <<'PY'
import json, os, random, subprocess, sys, tempfile, zlib
program, works = sys.argv[1], sys.argv[2:]
only = int(os.environ.get("ONLY", -1))  # one work of the list, by number
folder = tempfile.mkdtemp(prefix="clipmap")
def path(name): return os.path.join(folder, name)
def ffmpeg(*args): subprocess.run(["ffmpeg", "-v", "error", "-y", "-threads", "1", *args], check=True, stderr=subprocess.DEVNULL)
def probe(work, entries, stream):
    out = subprocess.run(["ffprobe", "-v", "error", "-select_streams", stream, "-show_entries", entries, "-of", "csv=p=0", work], capture_output=True, text=True).stdout
    return out.strip().split("\n")[0].split(",") if out.strip() else []
def compare(original, suspect):
    done = subprocess.run([program, "compare", "--json", original, suspect], capture_output=True, text=True)
    try: return json.loads(done.stdout)
    except ValueError: return {"answer": "error", "regions": [], "spans": [], "error": (done.stdout + done.stderr)[-200:]}
def say(**line): print(json.dumps(line), flush=True)
X264 = ["-c:v", "libx264", "-preset", "veryfast"]
PLAIN = {"crf 23": [*X264, "-crf", "23"], "crf 28": [*X264, "-crf", "28"], "crf 33": [*X264, "-crf", "33"],
         "half, crf 28": ["-vf", "scale=trunc(iw/4)*2:trunc(ih/4)*2", *X264, "-crf", "28"],
         "24 fps, crf 28": ["-r", "24", *X264, "-crf", "28"], "15 fps, crf 28": ["-r", "15", *X264, "-crf", "28"],
         "crop 80 %, crf 28": ["-vf", "crop=trunc(iw*0.447)*2:trunc(ih*0.447)*2", *X264, "-crf", "28"],
         "brighter, crf 28": ["-vf", "eq=brightness=0.06:contrast=1.1", *X264, "-crf", "28"]}
quick = os.environ.get("QUICK") == "1"
if quick: PLAIN = {name: PLAIN[name] for name in ("crf 23", "crf 28", "crf 33", "half, crf 28", "24 fps, crf 28")}
def iou(answer, box, begin, end, size):
    """Mean over the half seconds that lie inside [begin, end): blocks told against the square, in pixels."""
    columns, rows = answer["pictures"]["map"]["columns"], answer["pictures"]["map"]["rows"]
    slots = {}
    for region in answer["regions"]:
        for slot in region["slots"]: slots.setdefault(round(slot["begin_s"] * 2), set()).update(slot["blocks"])
    values = []
    for number in range(int(begin * 2), int(end * 2)):
        told = slots.get(number, set())
        x0, y0, x1, y1 = box[0], box[1], box[0] + box[2], box[1] + box[3]
        area = size[0] / columns * size[1] / rows
        both = 0.0
        for block in told:
            left, top = block % columns * size[0] / columns, block // columns * size[1] / rows
            both += max(0, min(x1, left + size[0] / columns) - max(x0, left)) * max(0, min(y1, top + size[1] / rows) - max(y0, top))
        values.append(both / (len(told) * area + box[2] * box[3] - both))
    return sum(values) / len(values)
def away(region, box, begin, end):
    x, y, w, h = region["original_box"]
    apart = x + w <= box[0] or box[0] + box[2] <= x or y + h <= box[1] or box[1] + box[3] <= y
    return apart or region["original_time"]["end_s"] <= begin or region["original_time"]["begin_s"] >= end
def pictures(work, index, others):
    name, chance = os.path.basename(work), random.Random(zlib.crc32(os.path.basename(work).encode()))
    original = path("o.mp4")
    ffmpeg("-t", "12", "-i", work, "-an", "-vf", "scale=trunc(iw/2)*2:trunc(ih/2)*2", *X264, "-crf", "12", "-pix_fmt", "yuv420p", original)
    width, height = (int(v) for v in probe(original, "stream=width,height", "v:0")[:2])
    length = float(probe(original, "format=duration", "v:0")[-1])
    for treated, args in PLAIN.items():
        ffmpeg("-i", original, *args, path("s.mp4"))
        answer = compare(original, path("s.mp4"))
        say(clip=name, trial="plain", treated=treated, answer=answer["answer"], regions=len(answer["regions"]),
            spans=sum(not s["edge"] for s in answer["spans"]), share=answer.get("pictures", {}).get("share"), told=answer.get("sentences"))
    side = 128 if min(width, height) >= 480 else min(width, height) // 8 * 2
    for trial in range(2 if quick else 3):
        x, y = chance.randrange(0, width - side + 1, 2), chance.randrange(0, height - side + 1, 2)
        begin = chance.randrange(1, max(2, int(length) - 3)); end = min(begin + 3, int(length) - 0.5)
        if end - begin < 1: break
        other = others[(index + 1 + trial) % len(others)]
        for treated in ("crf 23", "crf 28") if quick else ("crf 23", "crf 28", "crf 33", "half, crf 28"):
            shrink = ",scale=trunc(iw/4)*2:trunc(ih/4)*2" if "half" in treated else ""
            ffmpeg("-i", original, "-stream_loop", "-1", "-i", other, "-filter_complex",
                   f"[1:v]scale={side}:{side},setpts=PTS-STARTPTS[p];[0:v][p]overlay={x}:{y}:enable='between(t,{begin},{end}-0.001)':shortest=0:eof_action=repeat,trim=0:{length}{shrink}",
                   *X264, "-crf", treated[-2:], "-pix_fmt", "yuv420p", "-t", str(length), path("s.mp4"))
            answer = compare(original, path("s.mp4"))
            hit = [r for r in answer["regions"] if not away(r, (x, y, side, side), begin, end)]
            say(clip=name, trial="square", treated=treated, size=[width, height], side=side, box=[x, y], time=[begin, end],
                hit=len(hit), far=len(answer["regions"]) - len(hit) + sum(not s["edge"] for s in answer["spans"]),
                iou=round(iou(answer, (x, y, side, side), begin, end, (width, height)), 3) if answer.get("pictures", {}).get("map") else 0,
                log10_p=min([r["log10_p"] for r in hit], default=None),
                times=[[r["original_time"]["begin_s"], r["original_time"]["end_s"]] for r in hit])
    if length > 6:
        cut = chance.randrange(2, int(length) - 4) + 0.3
        for kind, part in (("removed", f"select='lt(t,{cut})+gte(t,{cut}+1)',setpts=N/FRAME_RATE/TB"), ("trimmed", f"trim={cut},setpts=PTS-STARTPTS")):
            ffmpeg("-i", original, "-vf", part, *X264, "-crf", "28", path("s.mp4"))
            answer = compare(original, path("s.mp4"))
            say(clip=name, trial=kind, at=cut, answer=answer["answer"], spans=answer["spans"], regions=len(answer["regions"]))
CODECS = {"wav": ("wav", []), "mp3 64": ("mp3", ["-b:a", "64k"]), "opus 24": ("ogg", ["-c:a", "libopus", "-b:a", "24k"]), "aac 64": ("m4a", ["-c:a", "aac", "-b:a", "64k"])}
def sound(work, index, others):
    name, chance = os.path.basename(work), random.Random(zlib.crc32(os.path.basename(work).encode()))
    original = path("o.wav")
    ffmpeg("-t", "30", "-i", work, "-vn", "-ac", "1", original)
    length = float(probe(original, "format=duration", "a:0")[-1])
    if length < 6: return
    ffmpeg("-t", "4", "-i", others[(index + 1) % len(others)], "-vn", "-ac", "1", "-ar", probe(original, "stream=sample_rate", "a:0")[0], path("p.wav"))
    at = round(chance.uniform(1.5, length - 3.5), 2)
    start = "atrim=0:{0},asetpts=N/SR/TB".format(at)
    edits = {"plain": None, "replaced": at + 1, "inserted": at, "removed": at + 1}
    for edit, goes_on in edits.items():
        for codec, (kind, args) in CODECS.items():
            target = path("s." + kind)
            if goes_on is None: ffmpeg("-i", original, *args, target)
            else:
                tail = f"[0:a]atrim={goes_on},asetpts=N/SR/TB[c]"
                if edit == "removed": graph = f"[0:a]{start}[a];{tail};[a][c]concat=n=2:v=0:a=1"
                else: graph = f"[0:a]{start}[a];[1:a]atrim=1:2,asetpts=N/SR/TB[b];{tail};[a][b][c]concat=n=3:v=0:a=1"
                ffmpeg("-i", original, "-i", path("p.wav"), "-filter_complex", graph, *args, target)
            answer = compare(original, target)
            spans = [s for s in answer["spans"] if not s["edge"]]
            want = {"replaced": "other"}.get(edit, edit)
            near = [s for s in spans if s["kind"] == want and abs(s["time"]["begin_s"] - at) < 1]
            say(sound=name, trial=edit, codec=codec, at=at, answer=answer["answer"], found=len(near), other=len(spans) - len(near),
                begin=near[0]["time"]["begin_s"] - at if near else None,
                end=near[0]["time"]["end_s"] - at if near else None,
                length=near[0]["original_time"]["end_s"] - near[0]["original_time"]["begin_s"] if near else None)
moving = [w for w in works if probe(w, "stream=width", "v:0")]
heard = [w for w in works if probe(w, "stream=sample_rate", "a:0") and not probe(w, "stream=width", "v:0")]
for each, list_ in ((pictures, moving), (sound, heard)):
    for index, work in enumerate(list_):
        if only >= 0 and works[only] != work: continue
        try: each(work, index, list_)
        except subprocess.CalledProcessError as error: say(work=os.path.basename(work), error=str(error)[:300])
PY
