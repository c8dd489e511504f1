"""Copies of pictures for bench/prints.sh: prints_copies.py OUT < LIST writes them and prints "NAME BASE COPY" lines. What is
done to them follows the neighbour folder's wm_attacks.py, which the figures of marks.md were measured with."""
import os
import sys

import cv2
import numpy as np


def crop(share, fx, fy):
    def cut(p):
        h, w = p.shape[:2]
        ch, cw = int(h * share**0.5), int(w * share**0.5)
        y, x = int((h - ch) * fy), int((w - cw) * fx)
        return p[y:y + ch, x:x + cw]
    return cut


def scale(f):
    def resized(p):
        return cv2.resize(p, None, fx=f, fy=f, interpolation=cv2.INTER_AREA if f < 1 else cv2.INTER_CUBIC)
    return resized


def text(p):
    q = p.copy()
    h, w = q.shape[:2]
    for i in range(3):
        cv2.putText(q, 'SAMPLE TEXT', (w // 20, int(h * (0.3 + 0.2 * i))), cv2.FONT_HERSHEY_SIMPLEX, w / 400,
                    (255, 255, 255), max(1, w // 200))
    return q


def logo(p):
    q = p.copy()
    h, w = q.shape[:2]
    q[h // 20:h // 20 + int(h * 0.316), w // 20:w // 20 + int(w * 0.316)] = (40, 60, 200)
    return q


def rotate(angle):
    def turned(p):
        h, w = p.shape[:2]
        return cv2.warpAffine(p, cv2.getRotationMatrix2D((w / 2, h / 2), angle, 1), (w, h))
    return turned


def screenshot(p):
    big = cv2.resize(p, None, fx=1.25, fy=1.25, interpolation=cv2.INTER_CUBIC)
    return cv2.copyMakeBorder(big, 61, 40, 23, 23, cv2.BORDER_CONSTANT, value=(240, 240, 240))


def same(p):
    return p


COPIES = {
    'jpeg50': (same, 50), 'jpeg30': (same, 30), 'resize50': (scale(0.5), 90), 'resize25': (scale(0.25), 90),
    'social': (scale(0.5), 70), 'crop90': (crop(0.9, 0.5, 0.5), 90), 'crop70': (crop(0.7, 0.3, 0.6), 90),
    'crop50': (crop(0.5, 0.3, 0.6), 90), 'text': (text, 90), 'logo10': (logo, 90),
    'rot90': (lambda p: np.ascontiguousarray(np.rot90(p)), 90), 'rot180': (lambda p: cv2.rotate(p, cv2.ROTATE_180), 90),
    'flip': (lambda p: cv2.flip(p, 1), 90), 'flip_rot90': (lambda p: np.ascontiguousarray(np.rot90(cv2.flip(p, 1))), 90),
    'rot1': (rotate(1), 90), 'rot3': (rotate(3), 90), 'blur2': (lambda p: cv2.GaussianBlur(p, (0, 0), 2), 90),
    'bright1.3': (lambda p: np.clip(p * 1.3, 0, 255).astype(np.uint8), 90), 'screenshot': (screenshot, 80),
}

out = sys.argv[1]
os.makedirs(out, exist_ok=True)
number = 0
for path in sys.stdin.read().split('\n'):
    picture = cv2.imread(path) if path else None
    if picture is None:
        continue
    side = max(picture.shape[:2])
    if side > 1600:
        picture = scale(1600 / side)(picture)
    base = os.path.join(out, f'{number}.png')
    cv2.imwrite(base, picture, [cv2.IMWRITE_PNG_COMPRESSION, 1])
    for name, (change, quality) in COPIES.items():
        copy = os.path.join(out, f'{number}_{name}.jpg')
        cv2.imwrite(copy, change(picture), [cv2.IMWRITE_JPEG_QUALITY, quality])
        print(name, base, copy)
    number += 1
