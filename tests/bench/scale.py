#!/usr/bin/env python3
"""Measures commands on a platform with 10,000 connectors against the same with 10.

    tests/bench/scale.py PROGRAM FOLDER [PAIRS]

FOLDER gets the platforms. Each command runs on both in turns (20 pairs), and what counts is the ratio of the medians of
the processor time, which other work on the machine changes least. Exits with 1 when a goal is missed.
"""
import os
import statistics
import subprocess
import sys
import time

SMALL, LARGE = 10, 10_000
APPLY_GOAL = 3.0  # seconds, for LARGE connectors
GOALS = [
    ("show NAME", 1.5, "connector show connector-000005 -q"),
    ("create", 1.5, "connector create new-{} --host mysql://db -q"),
    ("list -q", 3, "connector list -q"),
    ("list -o json", 6, "connector list -o json"),
]


def run(program, home, words):
    """Returns the seconds of processor time and of the clock."""
    start = time.perf_counter()
    process = subprocess.Popen(
        [program, *words],
        env={**os.environ, "PREVISION_HOME": home, "CI": "1"},
        stdout=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"scale: {' '.join(words)} failed with {process.returncode}")
    return usage.ru_utime + usage.ru_stime, wall


def fill(program, folder, count):
    file = os.path.join(folder, f"{count}.yaml")
    with open(file, "w", encoding="utf-8") as out:
        out.write("connectors:\n")
        for number in range(1, count + 1):
            out.write(
                f"  - {{name: connector-{number:06}, type: SQL, engine: mysql, "
                "host: db.example.com, port: 3306, username: reader}\n"
            )
    return run(program, home_of(folder, count), ["apply", file, "-q"])


def home_of(folder, count):
    return os.path.join(folder, f"home{count}")


def compare(program, folder, pairs, words):
    """The medians of processor time and clock, for SMALL and LARGE."""
    times = {SMALL: [], LARGE: []}
    for pair in range(pairs):
        for count, all_times in times.items():
            all_times.append(run(program, home_of(folder, count), words.format(pair).split()))
    return [[statistics.median(column) for column in zip(*times[count])] for count in (SMALL, LARGE)]


def main():
    program, folder = sys.argv[1:3]
    pairs = int(sys.argv[3]) if len(sys.argv) > 3 else 20
    fill(program, folder, SMALL)
    cpu, wall = fill(program, folder, LARGE)
    print(f"scale: apply of {LARGE} connectors: {wall:.2f} s, of the processor {cpu:.2f} s (goal {APPLY_GOAL:.0f})")
    missed = cpu > APPLY_GOAL
    for label, goal, words in GOALS:
        small, large = compare(program, folder, pairs, words)
        ratio = large[0] / small[0]
        missed = missed or ratio > goal
        print(
            f"scale: {label}: ratio {ratio:.2f} (goal {goal}), of the processor {large[0] * 1000:.1f} ms against "
            f"{small[0] * 1000:.1f} ms, by the clock {large[1] * 1000:.1f} ms against {small[1] * 1000:.1f} ms"
        )
    sys.exit(1 if missed else 0)


main()
