#!/usr/bin/env python3
"""Table of findings by kind, source and label, from a manifest and the JSON lines of `bonafide check`.

  bonafide check --json --exit-zero --files-from LIST > reports.jsonl
  bench/findings_table.py manifest.csv reports.jsonl > docs/evaluation/dev.md

For every detector and source: how many files of each label it looked at, how many it found a sign in, the
Clopper-Pearson 95 % interval of that rate, and for the verdict how the words fall. Genuine files come first.
"""
import collections
import csv
import json
import math
import os
import sys


def binomial_tail(x, k, n):
    """P(at least k of n) at rate x: the regularised incomplete beta function for whole numbers."""
    if x <= 0: return 0.0
    if x >= 1: return 1.0
    return sum(math.exp(math.lgamma(n + 1) - math.lgamma(i + 1) - math.lgamma(n - i + 1)
                        + i * math.log(x) + (n - i) * math.log1p(-x)) for i in range(k, n + 1))


def rate_where(tail, k, n):
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if binomial_tail(middle, k, n) < tail else (low, middle)
    return (low + high) / 2


def interval(k, n):
    if n == 0: return "–"
    low = 0.0 if k == 0 else rate_where(0.025, k, n)
    high = 1.0 if k == n else rate_where(0.975, k + 1, n)
    return f"{100 * k / n:.1f} % ({100 * low:.1f}–{100 * high:.1f})"


def load(manifest, reports):
    folder = os.path.dirname(os.path.abspath(manifest))
    rows = {os.path.join(folder, row["file"]): row for row in csv.DictReader(open(manifest, newline=""))}
    for line in open(reports):
        report = json.loads(line)
        path = report["error"].get("file", "") if "error" in report else report["file"]["path"]
        if os.path.abspath(path) in rows: yield rows[os.path.abspath(path)], report


GRADES = ["failed", "not_examined", "not_applicable", "fact", "nothing_found", "weak", "moderate", "strong",
          "very_strong"]
SIGNS = ["weak", "moderate", "strong", "very_strong"]


def best_grades(findings):
    best = {}
    for finding in findings:
        grade = finding["outcome"]
        if grade == "sign": grade = finding.get("grade", "weak").replace("none", "weak")
        known = best.get(finding["detector"])
        if known is None or GRADES.index(grade) > GRADES.index(known): best[finding["detector"]] = grade
    return best


def print_verdicts(verdicts, strong, failures):
    print("## Verdicts by kind and label\n")
    words = ["none", "weak", "moderate", "strong", "very_strong", "could not tell"]
    print("| kind | label | files | " + " | ".join(words) + " |\n|---|---|---|" + "---|" * len(words))
    for kind, label in sorted({(k, l) for k, l, _ in verdicts}, key=lambda x: (x[0], x[1] != "real")):
        counts = [verdicts[(kind, label, word)] for word in words]
        print(f"| {kind} | {label} | {sum(counts)} | " + " | ".join(map(str, counts)) + " |")
    print(f"\nStrong or very strong accusations of genuine files: **{len(strong)}**. "
          f"Files that could not be checked: **{len(failures)}**.")
    for file, message in failures: print(f"- `{file}`: {message}")


def print_detector(detector, tests):
    print(f"\n## {detector}\n\n| kind | label | source | files | looked | signs | moderate or more | rate of signs among "
          "looked (95 %) |\n|---|---|---|---|---|---|---|---|")
    keys = sorted((k for k in tests if k[0] == detector), key=lambda k: (k[2] != "real", k[1], k[3]))
    for key in keys:
        c = tests[key]
        looked = sum(c[g] for g in ["nothing_found", "fact"] + SIGNS)
        if looked == 0: continue
        signs = sum(c[g] for g in SIGNS)
        print(f"| {key[1]} | {key[2]} | {key[3]} | {sum(c.values())} | {looked} | {signs} | {signs - c['weak']} | "
              f"{interval(signs, looked)} |")


def main():
    verdicts = collections.Counter()
    tests = collections.defaultdict(collections.Counter)
    failures, strong = [], []
    for row, report in load(sys.argv[1], sys.argv[2]):
        key = (row["kind"], row["label"], row["source_repo"].split(":")[-1])
        if "error" in report:
            failures.append((row["file"], report["error"]["message"]))
            continue
        word = report["verdict"].get("strength") or "could not tell"
        verdicts[(row["kind"], row["label"], word)] += 1
        if row["label"] == "real" and word in ("strong", "very_strong"): strong.append(row["file"])
        for detector, grade in best_grades(report["forensics"]["findings"]).items(): tests[(detector,) + key][grade] += 1
    print_verdicts(verdicts, strong, failures)
    for detector in sorted({key[0] for key in tests}): print_detector(detector, tests)


if __name__ == "__main__":
    main()
