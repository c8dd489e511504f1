"""The page of bench/marks_sound.sh: ours beside the baseline, then windows, unmarked sound, places and cuts.
usage: marks_sound.py PROGRAM PLACES WORK SHARED"""
import json, math, os, subprocess, sys, time, wave
import numpy as np

PROGRAM, PLACES, WORK, SHARED = sys.argv[1:5]
ID = '0123456789abcdef'
CLIPS = ['m1', 'm2', 's1', 's2']
OTHERS = ['u1', 'u2', 'u3']


def run(*words):
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout


def at(name):
    return os.path.join(WORK, name)


def read(path):
    w = wave.open(path)
    x = np.frombuffer(w.readframes(w.getnframes()), '<i2').reshape(-1, w.getnchannels())
    return x, w.getframerate()


def write(path, x, rate):
    w = wave.open(path, 'wb')
    w.setnchannels(x.shape[1]); w.setsampwidth(2); w.setframerate(rate)
    w.writeframes(np.ascontiguousarray(x).tobytes()); w.close()


def clopper_pearson(k, n):
    from math import comb
    def tail(p, ks): return sum(comb(n, i) * p ** i * (1 - p) ** (n - i) for i in ks)
    def solve(f):
        lo, hi = 0.0, 1.0
        for _ in range(60):
            mid = (lo + hi) / 2
            lo, hi = (mid, hi) if f(mid) else (lo, mid)
        return (lo + hi) / 2
    low = 0.0 if k == 0 else solve(lambda p: tail(p, range(k, n + 1)) < .025)
    high = 1.0 if k == n else solve(lambda p: tail(p, range(0, k + 1)) > .025)
    return low, high


def ks(values):
    """Distance from the uniform distribution, and its p-value (asymptotic)."""
    v = np.sort(values); n = len(v); i = np.arange(1, n + 1)
    d = max((i / n - v).max(), (v - (i - 1) / n).max())
    t = (math.sqrt(n) + .12 + .11 / math.sqrt(n)) * d
    return d, min(1.0, max(0.0, 2 * sum((-1) ** (k - 1) * math.exp(-2 * k * k * t * t) for k in range(1, 101))))


def attack_table():
    ours = json.load(open(at('ours.json')))
    theirs = json.load(open(os.path.join(SHARED, 'bench/baseline_audio.json')))
    print('| | ' + ' | '.join(CLIPS) + ' | audiowmark 0.6.5 on the baseline\'s clips |\n|---|' + '---|' * (len(CLIPS) + 1))
    for key, name in (('snr_db', 'SNR, dB'), ('segsnr_db', 'segmental SNR, dB'), ('embed_x', 'embed, × real time'),
                      ('detect_x', 'detect, × real time'), ('unmarked_claims', 'claims on the unmarked clip')):
        old = [r[key] for r in theirs.values() if key in r]
        print('| %s | %s | %s |' % (name, ' | '.join(str(ours[c + '.wav'][key]) for c in CLIPS), ', '.join(map(str, old))))
    print('\n| attack | ' + ' | '.join(CLIPS) + ' | exact of 4 | wrong claims | audiowmark: exact of %d |\n|---|' % len(theirs)
          + '---|' * (len(CLIPS) + 3))
    total = [0, 0]
    for name in ours['m1.wav']['att']:
        rows = [ours[c + '.wav']['att'][name] for c in CLIPS]
        old = [r['att'][name][0] for r in theirs.values() if name in r.get('att', {})]
        good = sum(r[1] for r in rows); total[0] += good; total[1] += len(rows)
        print('| %s | %s | %d | %d | %d |' % (name, ' | '.join('exact' if r[1] else 'no' for r in rows), good,
                                            sum(r[3] for r in rows), sum(old)))
    print('\n%d of %d exact.' % tuple(total))


def windows():
    print('| clip | window, s | windows | short id right | all 64 bits right | wrong |\n|---|---|---|---|---|---|')
    sums = {}
    for seconds in ('5', '10', '20'):
        for line in run(PLACES, 'windows', ID, seconds, *[at(c + '_w.wav') for c in CLIPS]).splitlines():
            name, s, n, brief, full, wrong = line.split(',')
            print('| %s | %s | %s | %s | %s | %s |' % (os.path.basename(name)[:2], s, n, brief, full, wrong))
            sums.setdefault(s, []).append((int(brief), int(n)))
    k, n = (sum(v) for v in zip(*sums['5']))
    print('\nFive seconds: %d of %d = %.3f (95 %%: %.3f to %.3f).' % ((k, n, k / n) + clopper_pearson(k, n)))


def unmarked():
    rows = []
    for name, clips, seconds in (('fitted', CLIPS, '5'), ('fitted', CLIPS, '20'), ('other', OTHERS, '5'), ('other', OTHERS, '20')):
        values = np.array([[float(v) for v in l.split(',')] for l in
                           run(PLACES, 'unmarked', '40', seconds, *[at(c + '.wav') for c in clips]).splitlines()])
        d, p = ks(values[:, 0])
        rows.append((name, seconds, len(values), d, p, (values[:, 0] < .05).mean(), (values[:, 0] < .01).mean(),
                     values[:, 1].max(), int(values[:, 2].sum())))
    print('| clips | piece, s | readings | KS distance | KS p | p < .05 | p < .01 | highest z | claims |\n|---|---|---|---|---|---|---|---|---|')
    for r in rows: print('| %s | %s | %d | %.3f | %.3g | %.3f | %.4f | %.2f | %d |' % r)


CODECS = {'as it is': None, 'MP3 64': (['-c:a', 'libmp3lame', '-b:a', '64k'], 'mp3'), 'AAC 64': (['-c:a', 'aac', '-b:a', '64k'], 'm4a'),
          'Opus 24 mono': (['-ac', '1', '-c:a', 'libopus', '-b:a', '24k'], 'opus'),
          '8 kHz': (['-ar', '8000', '-c:a', 'pcm_s16le'], 'wav')}


def places():
    """Four seconds marked, four seconds of the unmarked original, and so on: one host, so only the mark tells them."""
    print('| after | ' + ' | '.join(CLIPS) + ' | all | marked units called altered | others called altered |\n|---|'
          + '---|' * (len(CLIPS) + 3))
    for name, codec in CODECS.items():
        cells, yes, no, marked, bare = [], [], [], [0, 0], [0, 0]
        for clip in CLIPS:
            x, rate = read(at(clip + '.wav')); y, _ = read(at(clip + '_w.wav'))
            n = min(len(x), len(y)); second = np.arange(n) // rate
            z = np.where((second % 8 < 4)[:, None], y[:n], x[:n])
            write(at('mixed.wav'), z, rate); path = at('mixed.wav')
            if codec:
                run('ffmpeg', '-v', 'error', '-y', '-i', path, *codec[0], at('mixed.' + ('c.' if codec[1] == 'wav' else '') + codec[1]))
                run('ffmpeg', '-v', 'error', '-y', '-i', at('mixed.' + ('c.' if codec[1] == 'wav' else '') + codec[1]),
                    '-ar', '44100', '-c:a', 'pcm_s16le', at('mixed2.wav'))
                path = at('mixed2.wav')
            good, bad = [], []
            for line in run(PLACES, 'places', ID, path).splitlines():
                _, begin, score, active, state = line.split(',')
                begin, phase = float(begin), float(begin) % 8
                if float(active) < .25: continue
                if .2 < phase < 3.3: marked[0] += 1; marked[1] += state == '2'
                if 4.2 < phase < 7.3: bare[0] += 1; bare[1] += state == '2'
                if .2 < phase < 3.3: good.append(float(score))
                if 4.2 < phase < 7.3: bad.append(float(score))
            auc = (np.array(good)[:, None] > np.array(bad)[None]).mean() if good and bad else float('nan')
            cells.append('%.3f' % auc); yes += good; no += bad
        auc = (np.array(yes)[:, None] > np.array(no)[None]).mean()
        print('| %s | %s | %.3f (%d, %d units) | %.3f | %.3f |' % (name, ' | '.join(cells), auc, len(yes), len(no),
                                                               marked[1] / marked[0], bare[1] / bare[0]))


def speeds():
    print('| change | exact of 4 | short id only | wrong | longest search, s |\n|---|---|---|---|---|')
    for name, values in (('speed', (.8, .85, .9, .95, .99, 1.02, 1.1, 1.15, 1.25)), ('tempo', (.94, .95, .97, 1.03, 1.06))):
        for value in values:
            full = brief = wrong = 0; longest = 0
            for clip in CLIPS:
                change = 'asetrate=%d,aresample=44100' % round(44100 * value) if name == 'speed' else 'atempo=%g' % value
                run('ffmpeg', '-v', 'error', '-y', '-i', at(clip + '_w.wav'), '-af', change, '-ar', '44100', '-c:a', 'pcm_s16le',
                    at('warp.wav'))
                start = time.perf_counter()
                done = subprocess.run([PROGRAM, '--json', '-q', 'mark', 'get', '--deep', at('warp.wav')], capture_output=True, text=True)
                longest = max(longest, time.perf_counter() - start)
                said = json.loads(done.stdout)
                for mark in said['marks']:
                    if mark['id']: full += mark['id'] == ID; wrong += mark['id'] != ID
                    else: brief += mark['upper_half'] == ID[:8]; wrong += mark['upper_half'] != ID[:8]
            print('| %s %g | %d | %d | %d | %.1f |' % (name, value, full, brief, wrong, longest))


def cuts():
    print('| clip | cuts | told with their length | largest error of length, s | largest error of place, s |\n|---|---|---|---|---|')
    for clip in CLIPS:
        for name, codec in (('', None), (' after MP3 64', CODECS['MP3 64'])):
            path = at(clip + '_w.wav')
            if codec:
                run('ffmpeg', '-v', 'error', '-y', '-i', path, *codec[0], at('cut.mp3'))
                run('ffmpeg', '-v', 'error', '-y', '-i', at('cut.mp3'), '-ar', '44100', '-c:a', 'pcm_s16le', at('cut.wav'))
                path = at('cut.wav')
            rows = [[float(v) for v in l.split(',')] for l in run(PLACES, 'cuts', ID, path).splitlines()]
            told = [r for r in rows if r[2] >= 0]
            right = [r for r in told if r[2] <= .1]
            print('| %s%s | %d | %d within 0.1 s | %.3f | %.3f |' % (clip, name, len(rows), len(right),
                  max(r[2] for r in told), max(r[3] for r in told)))


for clip in CLIPS:
    run(PROGRAM, '-q', 'mark', 'add', at(clip + '.wav'), '-o', at(clip + '_w.wav'), '--id', ID, '--force')
cpu = [l.split(':')[1].strip() for l in open('/proc/cpuinfo') if l.startswith('model name')]
print('''# The sound mark, measured

Written by `bench/marks_sound.sh` on %d cores (%s), one core used by us, other jobs beside. Attacks, metrics and script are
the neighbour folder's `bench/bench_audio.py`, unchanged. The baseline's own cuts are not at hand; these clips stand for them:
**m1** planetblupi-music-ogg music000.ogg 60 to 160 s; **m2** drascula-music audio/track5.ogg 0 to 100 s; **s1** 60 s of LibriSpeech
(16 kHz) and **s2** 100 s of VCTK reduced to 8 kHz, both from the development set's genuine speech, one recording after
another. So the columns of audiowmark compare conditions, not the same seconds of sound.

The script hands over 128 bits; a mark holds 64. The first 16 of the 32 digits are the id; the others come from a table by the
id that was read (or by its upper half), as a registry would answer: "exact" means that the id, or in clips too short for it
its upper half, was read with its checksum and p < 1e-7, and "wrong" would be any other claim. Readings use `--deep`.
Speeds are wall time of whole commands, start and search for an earlier mark included.

## Attacks
''' % (os.cpu_count(), cpu[0] if cpu else '?'))
attack_table()
print('\n## Random windows of the marked clips, no attack\n')
windows()
print('''
## Unmarked sound

The p-value of the highest peak, for unmarked sound cut into pieces and read with 40 keys; uniform values would have a KS
distance of 0. The 864 shifts of a block are not independent; 640 independent ones were fitted to the four clips (864: KS distance
.12, 500: .09). **Other** clips had no part in it: planetblupi music004.ogg 30 to 130 s, drascula track16.ogg 0 to 100 s, and 60 s of
LibriTTS at 22 kHz.
''')
unmarked()
print('''
## Which half seconds are marked

Area under the ROC curve of single units of 0.51 s. The sound alternates between 4 s marked and 4 s of the unmarked original;
units within 0.2 s of a change and silent ones (less than a quarter of their chips say anything) are left out.
''')
places()
print('''
## Speed and tempo

All 64 bits read by `mark get --deep`, of four clips; speed by resampling (ffmpeg asetrate), tempo by ffmpeg atempo.
''')
speeds()
print('\n## Seconds removed\n\n0.5 to 5.5 s at random places, 12 for each line.\n')
cuts()
print('''
## What falls short
- Unless a line above says otherwise these are the clips that constants were chosen on; [other clips](marks_sound_heldout.md).
- One cut of 12 in m2 after MP3, s1 and s1 after MP3 is found without its length: too little sound behind it carries a number.
- The last 12 s of m1, a quiet end, do not hold a 5 s window. Speed and tempo changed at once are not searched.
- The deep search on unmarked sound was not counted: its p-values rest on the same fit.''')
