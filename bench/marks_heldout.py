"""The mark of pictures on sources that nothing was chosen on: the attacks of SHARED/bench/wm_attacks.py, unchanged, in process.
usage: marks_heldout.py SHARED STILLS OUT NAME WIDTH HEIGHT MOST FILE…
Pictures are reduced to cover WIDTH × HEIGHT (turned where they stand upright) and cut to it in the middle; 0 0: as they are.
STILLS is the program made of bench/marks_stills.cpp. Appends one JSON line a picture to OUT.
       marks_heldout.py table FILE…    Markdown of such lines: exact of all, with 95 % Clopper-Pearson intervals"""
import json, subprocess, sys
from math import comb


def clopper_pearson(k, n):
    def solve(f):
        lo, hi = 0.0, 1.0
        for _ in range(60):
            mid = (lo + hi) / 2
            lo, hi = (mid, hi) if f(mid) else (lo, mid)
        return (lo + hi) / 2
    def tail(p, r): return sum(comb(n, i) * p ** i * (1 - p) ** (n - i) for i in r)
    return (0.0 if k == 0 else solve(lambda p: tail(p, range(k, n + 1)) < .025),
            1.0 if k == n else solve(lambda p: tail(p, range(k + 1)) > .025))


def table(paths):
    sets = {}
    for path in paths:
        for line in open(path):
            r = json.loads(line)
            sets.setdefault(r['set'], []).append(r)
    print('| | ' + ' | '.join(sets) + ' |\n|---|' + '---|' * len(sets))
    def row(name, cell): print('| %s | %s |' % (name, ' | '.join(cell(rs) for rs in sets.values())))
    row('pictures', lambda rs: '%d' % len(rs))
    row('PSNR, dB: mean (least)', lambda rs: '%.2f (%.2f)' % (sum(r['psnr'] for r in rs) / len(rs), min(r['psnr'] for r in rs)))
    row('SSIM', lambda rs: '%.4f' % (sum(r['ssim'] for r in rs) / len(rs)))
    row('survived its trial when placed', lambda rs: '%d' % sum(r['survives'] for r in rs))
    row('wrong ids claimed, of all readings', lambda rs: '%d of %d' % (sum(v == 'wrong' for r in rs for v in r['found'].values()), sum(len(r['found']) for r in rs)))
    def share(rs, attack):
        k = sum(r['found'][attack] == 'exact' for r in rs)
        return ('%d of %d (%.2f to %.2f)' % ((k, len(rs)) + clopper_pearson(k, len(rs)))) if k < len(rs) else 'all'
    for attack in list(next(iter(sets.values()))[0]['found'])[1:]:
        if any(r['found'][attack] != 'exact' for rs in sets.values() for r in rs): row(attack, lambda rs: share(rs, attack))
    every = [a for a in list(next(iter(sets.values()))[0]['found'])[1:] if all(r['found'][a] == 'exact' for rs in sets.values() for r in rs)]
    print('\nAll of them in every set: ' + ', '.join(every) + '.')


if sys.argv[1] == 'table':
    table(sys.argv[2:])
    sys.exit()

import numpy as np, cv2

SHARED, STILLS, OUT, NAME = sys.argv[1:5]
WIDTH, HEIGHT, MOST = map(int, sys.argv[5:8])
FILES = sys.argv[8:]
sys.path.insert(0, SHARED + '/bench')
import wm_attacks as A

cv2.setNumThreads(1)


def fitted(x):
    h, w = x.shape[:2]
    if WIDTH == 0: return x
    W, H = (WIDTH, HEIGHT) if w >= h else (HEIGHT, WIDTH)
    s = max(W / w, H / h)
    if s > 1: return None  # nothing is enlarged
    x = cv2.resize(x, (max(W, round(w * s)), max(H, round(h * s))), interpolation=cv2.INTER_AREA)
    y, z = (x.shape[0] - H) // 2, (x.shape[1] - W) // 2
    return x[y:y + H, z:z + W].copy()


def pnm(kind, x):
    return b'%s %d %d 255\n' % (kind, x.shape[1], x.shape[0]) + np.ascontiguousarray(x).tobytes()


def grey(x):
    return pnm(b'P5', cv2.cvtColor(x, cv2.COLOR_BGR2GRAY))


reader = subprocess.Popen([STILLS, 'read', 'aspect', '2'], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
done = 0
for n, path in enumerate(FILES):
    x = cv2.imread(path, cv2.IMREAD_COLOR)
    x = None if x is None else fitted(x)
    if x is None: continue
    placed = subprocess.run([STILLS, 'place', str(1000 + n)], input=pnm(b'P6', x[:, :, ::-1]), capture_output=True, check=True)
    id_, psnr, survives = placed.stderr.decode().split()
    size = x.shape[0] * x.shape[1] * 3
    marked = np.frombuffer(placed.stdout[-size:], np.uint8).reshape(x.shape)[:, :, ::-1].copy()
    found = {}
    for name, (attack, undo) in [('unmarked', (None, False))] + list(A.ATTACKS.items()):
        attacked = x if attack is None else attack(marked)
        reader.stdin.write(grey(attacked)); reader.stdin.flush()
        z, places, log10_p, got = reader.stdout.readline().decode().strip().split(',')
        found[name] = 'exact' if got == id_ and attack else 'wrong' if got else 'none'
    with open(OUT, 'a') as out:
        out.write(json.dumps({'set': NAME, 'file': path.split('/')[-1], 'width': x.shape[1], 'height': x.shape[0], 'psnr': float(psnr),
                              'ssim': A.ssim(x, marked), 'survives': survives == '1', 'found': found}) + '\n')
    done += 1
    if done == MOST: break
reader.stdin.close()
