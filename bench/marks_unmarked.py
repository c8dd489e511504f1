"""Unmarked pictures for bench/marks_unmarked.sh: random cuts of the pictures of SHARED/data/media, each with one change, as binary
PGM on standard output. Picture number N is the same whatever part of the series is asked for.
usage: marks_unmarked.py SHARED FROM TO [LABELS]"""
import glob, os, sys
import cv2
import numpy as np

SHARED, FROM, TO = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
LONG = 512  # pixels at most on the long side, so that a reading takes the same time whatever the source
LEAST = 128  # a mark is not placed in smaller ones


def sources():
    found = []
    for part in ('dev', 'train'):
        for kind in ('photo', 'camera_original', 'face_still', 'forgery'):
            found += glob.glob('%s/data/media/%s/%s/*/*/*' % (SHARED, part, kind))
    return sorted(f for f in found if os.path.splitext(f)[1].lower() in ('.jpg', '.jpeg', '.png', '.tif', '.webp'))


def coded(x, extension, quality, flag):
    return cv2.imdecode(cv2.imencode(extension, x, [flag, quality])[1], cv2.IMREAD_COLOR)


def changed(x, r):
    """One change of ten, and its name."""
    h, w = x.shape[:2]
    which = r.randint(10)
    if which == 1: return coded(x, '.jpg', int(r.randint(30, 96)), cv2.IMWRITE_JPEG_QUALITY)
    if which == 2: return coded(x, '.webp', int(r.randint(40, 91)), cv2.IMWRITE_WEBP_QUALITY)
    if which == 3:
        s = r.uniform(.4, 1.6)
        return cv2.resize(x, (max(LEAST, round(w * s)), max(LEAST, round(h * s))), interpolation=cv2.INTER_AREA if s < 1 else cv2.INTER_CUBIC)
    if which == 4: return np.clip(x + r.normal(0, r.uniform(2, 20), x.shape), 0, 255).astype(np.uint8)
    if which == 5:
        m = cv2.getRotationMatrix2D((w / 2, h / 2), r.uniform(-15, 15), 1)
        return cv2.warpAffine(x, m, (w, h), flags=cv2.INTER_LINEAR)
    if which == 6: return x[:, ::-1]
    if which == 7: return (255 * (x / 255.) ** r.uniform(.6, 1.5)).astype(np.uint8)
    if which == 8: return cv2.GaussianBlur(x, (0, 0), r.uniform(.5, 2))
    if which == 9: return np.rot90(x)
    return x


def picture(paths, n):
    r = np.random.RandomState(n)
    while True:
        x = cv2.imread(paths[r.randint(len(paths))], cv2.IMREAD_COLOR)
        if x is None or min(x.shape[:2]) < LEAST: continue
        h, w = x.shape[:2]
        ch, cw = int(h * r.uniform(.5, 1)), int(w * r.uniform(.5, 1))
        y, z = r.randint(h - ch + 1), r.randint(w - cw + 1)
        x = x[y:y + ch, z:z + cw]
        s = LONG / max(cw, ch)
        if s < 1: x = cv2.resize(x, (max(1, round(cw * s)), max(1, round(ch * s))), interpolation=cv2.INTER_AREA)
        if min(x.shape[:2]) < LEAST:
            s = LEAST / min(x.shape[:2])
            x = cv2.resize(x, (int(np.ceil(x.shape[1] * s)), int(np.ceil(x.shape[0] * s))), interpolation=cv2.INTER_CUBIC)
        return changed(np.ascontiguousarray(x), r)


cv2.setNumThreads(1)
paths = sources()
print('%d sources' % len(paths), file=sys.stderr)
for n in range(FROM, TO):
    grey = np.ascontiguousarray(cv2.cvtColor(np.ascontiguousarray(picture(paths, n)), cv2.COLOR_BGR2GRAY))
    sys.stdout.buffer.write(b'P5 %d %d 255\n' % (grey.shape[1], grey.shape[0]))
    sys.stdout.buffer.write(grey.tobytes())
