"""The mark of pictures on sources that nothing was chosen on: the attacks of SHARED/bench/wm_attacks.py, unchanged, in process.
usage: marks_heldout.py SHARED STILLS OUT NAME WIDTH HEIGHT MOST FILE…
Pictures are reduced to cover WIDTH × HEIGHT (turned where they stand upright) and cut to it in the middle; 0 0: as they are.
STILLS is the program made of bench/marks_stills.cpp. Appends one JSON line a picture to OUT."""
import json, subprocess, sys
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
