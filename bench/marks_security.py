"""Attacks without the key on the mark of pictures, with photographs: averaging, copying, cutting out, doubling, other keys.
usage: marks_security.py SHARED STILLS PROGRAM WORK PICTURES VICTIMS      prints Markdown
STILLS: bench/marks_stills.cpp; PROGRAM: bonafide, for `compare`. The first PICTURES (200) of the series of marks_unmarked.py, cut to
384 × 384, are marked; VICTIMS (20) more are attacked."""
import glob, os, subprocess, sys
import cv2
import numpy as np

SHARED, STILLS, PROGRAM, WORK = sys.argv[1:5]
PICTURES, VICTIMS = int(sys.argv[5]), int(sys.argv[6])
SIDE = 384
os.makedirs(WORK, exist_ok=True)
cv2.setNumThreads(1)


def pictures():
    found = []
    for kind in ('forgery/real', 'photo/real', 'camera_original/real', 'face_still/fake', 'face_still/real'):
        for part in ('dev', 'train'):
            found += sorted(glob.glob('%s/data/media/%s/%s/*/*' % (SHARED, part, kind)))
    for path in found:
        x = cv2.imread(path, cv2.IMREAD_COLOR)
        if x is None or min(x.shape[:2]) < 250: continue
        h, w = x.shape[:2]
        m = min(h, w)
        x = x[(h - m) // 2:(h - m) // 2 + m, (w - m) // 2:(w - m) // 2 + m]
        yield cv2.resize(x, (SIDE, SIDE), interpolation=cv2.INTER_AREA if m > SIDE else cv2.INTER_CUBIC)


def mark(xs, seed):
    """Marked pictures and their ids: one run, ids one after the other of one generator."""
    data = b''.join(b'P6 %d %d 255\n' % (SIDE, SIDE) + np.ascontiguousarray(x[:, :, ::-1]).tobytes() for x in xs)
    done = subprocess.run([STILLS, 'place', str(seed)], input=data, capture_output=True, check=True)
    size = SIDE * SIDE * 3
    head = len(b'P6 %d %d 255\n' % (SIDE, SIDE))
    out = [np.frombuffer(done.stdout[i * (size + head) + head:(i + 1) * (size + head)], np.uint8).reshape(SIDE, SIDE, 3)[:, :, ::-1]
           for i in range(len(xs))]
    return out, [line.split()[0] for line in done.stderr.decode().splitlines()]


def read(xs, how='quick'):
    data = b''.join(b'P5 %d %d 255\n' % (x.shape[1], x.shape[0]) + cv2.cvtColor(np.ascontiguousarray(x), cv2.COLOR_BGR2GRAY).tobytes()
                    for x in xs)
    out = subprocess.run([STILLS, 'read', how, '1'], input=data, capture_output=True, check=True).stdout.decode()
    return [line.split(',')[3] for line in out.splitlines()]


def residual(x):
    x = x.astype(np.float32)
    return x - cv2.blur(x, (7, 7))


def laid(x, pattern, factor):
    return np.clip(x.astype(np.float32) + factor * pattern, 0, 255).round().astype(np.uint8)


def clopper(k, n):
    from math import comb
    def solve(f):
        lo, hi = 0., 1.
        for _ in range(50):
            mid = (lo + hi) / 2
            lo, hi = (mid, hi) if f(mid) else (lo, mid)
        return (lo + hi) / 2
    tail = lambda p, r: sum(comb(n, i) * p ** i * (1 - p) ** (n - i) for i in r)
    return (0. if k == 0 else solve(lambda p: tail(p, range(k, n + 1)) < .025)), (1. if k == n else solve(lambda p: tail(p, range(k + 1)) > .025))


def row(name, k, n, wanted):
    print('| %s | %d of %d (95 %%: %.2f to %.2f) | %s |' % ((name, k, n) + clopper(k, n) + (wanted,)), flush=True)


source = pictures()
victims = [next(source) for _ in range(VICTIMS)]
plain = [next(source) for _ in range(VICTIMS)]
many = [x for x, _ in zip(source, range(PICTURES))]
marked, ids = mark(many, 1)
ones, victim_ids = mark(victims, 2)
average = sum(residual(x) for x in marked) / len(marked)
pattern = average * (2.55 / average.std())
print('| attack | what happened | wanted |\n|---|---|---|')
row('average of %d marked pictures laid over unmarked ones (40 dB): some id claimed' % len(marked), sum(bool(i) for i in read([laid(x, pattern, 1) for x in plain])), VICTIMS, '0')
row('the same, twice as strong', sum(bool(i) for i in read([laid(x, pattern, 2) for x in plain])), VICTIMS, '0')
row('the average taken away from marked ones: id still read', sum(a == b for a, b in zip(read([laid(x, pattern, -1) for x in ones]), victim_ids)), VICTIMS, 'all')
row('the same, twice as strong', sum(a == b for a, b in zip(read([laid(x, pattern, -2) for x in ones]), victim_ids)), VICTIMS, 'all')
forged = [laid(p, residual(m), 1) for p, m in zip(plain, ones)]
copied = [a == b for a, b in zip(read(forged), victim_ids)]
row('copy attack: the id of one work is read in another', sum(copied), VICTIMS, 'it works: see the next row')


def answer(original, suspect):
    a, b = WORK + '/a.png', WORK + '/b.png'
    cv2.imwrite(a, original); cv2.imwrite(b, suspect)
    return subprocess.run([PROGRAM, 'compare', a, b], capture_output=True).returncode


told = [answer(m, f) for m, f, c in zip(ones, forged, copied) if c]
row('of these, the work was not found in it (compare: 12) or differs (10)', sum(c in (10, 12) for c in told), len(told), 'all')
honest = [answer(m, cv2.imdecode(cv2.imencode('.jpg', m, [cv2.IMWRITE_JPEG_QUALITY, 70])[1], 1)) for m in ones]
row('honest copies (JPEG 70) told as the work (compare: 0)', sum(c == 0 for c in honest), VICTIMS, 'all')
collage = []
for p, m in zip(plain, ones):
    x = p.copy(); x[:, :SIDE * 5 // 8] = m[:, :SIDE * 5 // 8]; collage.append(x)
cut = [a == b for a, b in zip(read(collage, 'deep'), victim_ids)]
row('five eighths of a marked picture laid over another: id read', sum(cut), VICTIMS, 'a pointer')
told = [answer(m, f) for m, f, c in zip(ones, collage, cut) if c]
row('of these, told as altered (10) or not the work (12)', sum(c in (10, 12) for c in told), len(told), 'all')
twice, new_ids = mark(ones, 3)
got = read(twice)
row('marked twice with the published key: the newer id is read', sum(a == b for a, b in zip(got, new_ids)), VICTIMS, 'newer or older')
row('the older', sum(a == b for a, b in zip(got, victim_ids)), VICTIMS, '')
row('a third', sum(bool(g) and g != a and g != b for g, a, b in zip(got, new_ids, victim_ids)), VICTIMS, '0')
