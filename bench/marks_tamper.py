"""The fragile layer of pictures on splices made here, in process (PROGRAM is made of bench/marks_tamper.cpp).
usage: marks_tamper.py measure PROGRAM SHARED OUT MOST SET FILE…    (a FILE may be several, each followed by a colon)
       marks_tamper.py tables OUT
A splice is an ellipse of another picture with a soft edge (Gaussian, 3 pixels); the truth is where at least half of it shows.
Pictures of the sets `twenty` and `photographs` are reduced and cut to 768 × 512 (as bench/marks_image.sh does); the former are split
into two halves."""
import json, os, subprocess, sys
import numpy as np, cv2

SIDES = (64, 96, 160, 240)
PROMISED = ('none', 'jpeg100', 'jpeg90', 'jpeg75', 'jpeg60')  # all sides; after other attacks only 96 pixels
AWAY = 16  # pixels from a splice from where on nothing may be called altered


def fitted(x):
    h, w = x.shape[:2]
    W, H = (512, 768) if h > w else (768, 512)
    s = max(W / w, H / h)
    if s < 1: x = cv2.resize(x, (max(W, round(w * s)), max(H, round(h * s))), interpolation=cv2.INTER_AREA)
    y, z = (x.shape[0] - H) // 2, (x.shape[1] - W) // 2
    return x[y:y + H, z:z + W].copy()


def ellipse(shape, side, random):
    h, w = shape[:2]
    y, x = random.randint(0, h - side + 1), random.randint(0, w - side + 1)
    mask = np.zeros((h, w), np.uint8)
    cv2.ellipse(mask, (x + side // 2, y + side // 2), (side // 2, side // 2), 0, 0, 360, 255, -1)
    return mask


def mixed(picture, other, mask):
    soft = cv2.GaussianBlur(mask, (0, 0), 3)[:, :, None] / 255.0
    return (picture * (1 - soft) + other * soft).round().astype(np.uint8)


def moved(picture):  # the same marked picture, not on its own grid's place
    return np.roll(picture, (picture.shape[0] // 16 * 8, picture.shape[1] // 16 * 8), (0, 1))


def attacks(A):
    some = {'none': lambda x: x}
    for quality in (100, 90, 75, 60, 50): some['jpeg%d' % quality] = lambda x, q=quality: A.jpeg(x, q)
    some.update({'webp80': lambda x: A.webp(x, 80), 'noise3': lambda x: A.noise(x, 3),
                 'contrast.9': lambda x: A.contrast(x, .9), 'bias+15': lambda x: A.gain_bias(x, 1, 15)})
    return some


class Program:
    """The program made of bench/marks_tamper.cpp."""
    def __init__(self, path):
        self.path = path
        self.reader = subprocess.Popen([path, 'map'], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def mark(self, picture, seed, layers):
        h, w = picture.shape[:2]
        r = subprocess.run([self.path, 'place', layers, str(seed)], capture_output=True,
                           input=b'P6 %d %d 255\n' % (w, h) + np.ascontiguousarray(picture[:, :, ::-1]).tobytes())
        if r.returncode: return None, None
        return np.frombuffer(r.stdout[-w * h * 3:], np.uint8).reshape(h, w, 3)[:, :, ::-1].copy(), r.stderr.decode().strip()

    def map(self, picture):  # altered, unverifiable, id, answer, regions
        h, w = picture.shape[:2]
        grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
        self.reader.stdin.write(b'P5 %d %d 255\n' % (w, h) + np.ascontiguousarray(grey).tobytes())
        self.reader.stdin.flush()
        got, answer, regions = self.reader.stdout.readline().decode().split()
        m = np.frombuffer(self.reader.stdout.read(w * h), np.uint8).reshape(h, w)
        return m == 255, m == 128, got, answer, int(regions)


def measured(marked, truth, program, number):
    altered, unknown, got, answer, regions = program.map(marked)
    row = {'answer': answer, 'unknown': float(unknown.mean()), 'id': got == number, 'wrong': got not in (number, 'none')}
    if truth is None:
        row['false'] = float(altered.mean())
        return row
    near = cv2.dilate(truth.astype(np.uint8), np.ones((2 * AWAY + 1, 2 * AWAY + 1))) > 0
    both = (altered & truth).sum()
    row.update({'iou': float(both / max(1, (altered | truth).sum())), 'hit': bool(both > .3 * truth.sum()),
                'touched': bool(both > 0), 'false': float((altered & ~near).sum() / max(1, (~near).sum())),
                'regions': regions})
    return row


def one(A, program, picture, other, seed):
    marked, number = program.mark(picture, seed, 'both')
    if marked is None: return None
    alone, _ = program.mark(picture, seed, 'robust')
    done = {'psnr': float(A.psnr(picture, marked)), 'ssim': float(A.ssim(picture, marked)),
            'psnr_robust': float(A.psnr(picture, alone)), 'ssim_robust': float(A.ssim(picture, alone)), 'cases': []}
    random = np.random.RandomState(seed)
    sides = [side for side in SIDES if side <= .7 * min(picture.shape[:2])]
    tampered = []
    for side in sides:
        mask = ellipse(picture.shape, side, random)
        tampered.append(('splice', side, mask > 127, mixed(marked, other, mask)))
    mask = ellipse(picture.shape, 96, random)
    tampered += [('moved', 96, mask > 127, mixed(marked, moved(marked), mask)),
                 ('blurred', 96, mask > 127, mixed(marked, cv2.GaussianBlur(marked, (0, 0), 4), mask)),
                 ('inpainted', 96, mask > 127, cv2.inpaint(marked, mask, 5, cv2.INPAINT_TELEA))]
    for name, attack in attacks(A).items():
        done['cases'].append({'attack': name, 'kind': 'clean', 'side': 0, **measured(attack(marked), None, program, number)})
        for kind, side, truth, changed in tampered:
            if kind != 'splice' and name not in ('none', 'jpeg75', 'jpeg60'): continue
            if side != 96 and name not in PROMISED: continue
            done['cases'].append({'attack': name, 'kind': kind, 'side': side, **measured(attack(changed), truth, program, number)})
    done['without_layer'] = program.map(alone)[3]
    # crops, turns and scales besides: for these the mark is read deeply elsewhere (bench/marks_stills.cpp)
    done['quick'] = {name: program.map(attack(marked))[2] == number for name, (attack, _) in A.ATTACKS.items()}
    done['quick_alone'] = {name: program.map(attack(alone))[2] == number for name, (attack, _) in A.ATTACKS.items()}
    return done


def measure(path, shared, out, most, name, files):
    sys.path.insert(0, shared + '/bench')
    import wm_attacks as A
    cv2.setNumThreads(1)
    files = [part for file in files for part in file.split(':') if part]
    pictures = [cv2.imread(file) for file in files]
    kept = [(file, fitted(x) if name in ('twenty', 'photographs') else x) for file, x in zip(files, pictures)
            if x is not None and min(x.shape[:2]) >= 200][:most]
    program = Program(path)
    with open(out, 'a') as lines:
        for i, (file, picture) in enumerate(kept):
            donor = kept[(i + 1) % len(kept)][1]
            other = cv2.resize(donor, (picture.shape[1], picture.shape[0]))
            row = one(A, program, picture, other, 7919 * i + 11)
            half = ('chosen', 'other')[i % 2] if name == 'twenty' else name
            lines.write(json.dumps({'set': half, 'file': os.path.basename(file), 'size': picture.shape[1::-1], **(row or {})}) + '\n')
            lines.flush()
            print(half, os.path.basename(file), 'not marked' if row is None else '%.2f dB' % row['psnr'], file=sys.stderr, flush=True)


def tables(out):
    rows = [json.loads(line) for line in open(out)]
    for name in dict.fromkeys(row['set'] for row in rows):
        some = [row for row in rows if row['set'] == name and 'cases' in row]
        refused = sum(row['set'] == name and 'cases' not in row for row in rows)
        mean = lambda key: np.mean([row[key] for row in some])
        print('\n### %s: %d pictures%s\n' % (name, len(some), ', %d not marked' % refused if refused else ''))
        print('PSNR %.2f dB (least %.2f), SSIM %.4f; the id alone %.2f dB, SSIM %.4f. Without the layer the answer was: %s\n' % (
            mean('psnr'), min(row['psnr'] for row in some), mean('ssim'), mean('psnr_robust'), mean('ssim_robust'),
            ', '.join(sorted({str(row['without_layer']) for row in some}))))
        print('| after | splice ' + ' | '.join('%d px IoU (least)' % side for side in SIDES) +
              ' | hit | called altered elsewhere | called altered, unchanged (most) | unverifiable, unchanged | id read |')
        print('|---' * (len(SIDES) + 6) + '|')
        cases = [case for row in some for case in row['cases']]
        for attack in dict.fromkeys(case['attack'] for case in cases):
            here = [case for case in cases if case['attack'] == attack]
            splices = [case for case in here if case['kind'] == 'splice']
            clean = [case for case in here if case['kind'] == 'clean']
            cells = []
            for side in SIDES:
                iou = [case['iou'] for case in splices if case['side'] == side]
                cells.append('%.2f (%.2f)' % (np.mean(iou), min(iou)) if iou else '')
            big = [case for case in splices if case['side'] >= 96]
            cells.append('%d of %d; 96 and larger %d of %d' % (sum(c['hit'] for c in splices), len(splices), sum(c['hit'] for c in big), len(big)))
            cells.append('%.3f %%' % (100 * np.mean([c['false'] for c in splices])))
            cells.append('%.3f %% (%.2f)' % (100 * np.mean([c['false'] for c in clean]), 100 * max(c['false'] for c in clean)))
            cells.append('%.1f %%' % (100 * np.mean([c['unknown'] for c in clean])))
            cells.append('%d of %d' % (sum(c['id'] for c in here), len(here)))
            print('| ' + attack + ' | ' + ' | '.join(cells) + ' |')
        print('\nThe id, read quickly after each attack of wm_attacks.py, both layers / the id alone: ' + '; '.join(
            '%s %d/%d' % (name, sum(row['quick'][name] for row in some), sum(row['quick_alone'][name] for row in some))
            for name in some[0]['quick'] if any(row['quick_alone'][name] for row in some)))
        print('\nWrong ids: %d of %d readings' % (sum(case['wrong'] for case in cases), len(cases)))
        others = [case for case in cases if case['kind'] not in ('clean', 'splice')]
        print('\nOther changes of 96 px: ' + '; '.join('%s after %s IoU %.2f, hit %d of %d' % (
            kind, attack, np.mean([c['iou'] for c in these]), sum(c['hit'] for c in these), len(these))
            for kind in dict.fromkeys(c['kind'] for c in others) for attack in ('none', 'jpeg75', 'jpeg60')
            for these in [[c for c in others if c['kind'] == kind and c['attack'] == attack]] if these))


if __name__ == '__main__':
    if sys.argv[1] == 'measure': measure(sys.argv[2], sys.argv[3], sys.argv[4], int(sys.argv[5]), sys.argv[6], sys.argv[7:])
    else: tables(sys.argv[2])
