"""Time and memory of aligning long translations, by their length.

Usage: python -m benchmarks.translation_scale GOLD_FOLDER [--sizes 1000 5000 20000] [--pair por-fra]

A text of the wanted length is made of the documents of `GOLD_FOLDER/ntrex`, over and over, each time in
another order, with 5 % of the sentences missing on either side and 5 % merged, so that what is right is
known. Every size runs in a process of its own, which prints: sentences of a and of b; seconds of
encoding sentences and windows, and of the alignment stage; peak memory of the process; strict and
one-sided F1. Then the whole command, `align A B --split lines -o OUT.json`, with details and all else:
its seconds and its peak memory. The last lines give the exponents with which the processor time of the
alignment stage and of the whole command grow between neighbouring sizes.
"""

import argparse
import math
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from aligner.align.monotonic import MonotonicSide, align_monotonic
from aligner.align.moved import link_moved
from aligner.embed import load_encoder
from aligner.embed.windows import open_windows
from aligner.gold import Bead, rate

MISSING, MERGED = 0.05, 0.05
ROW = "{:>6}  {:>6}  {:>10}  {:>11}  {:>9}  {:>8}  {}  {}  {:>9}  {:>9}  {:>7}"
Texts = tuple[list[str], list[str]]


def long_translation(gold: Path, pair: str, size: int) -> tuple[Texts, set[Bead]]:
    """Two texts of about `size` sentences, and the right beads."""
    rows = list(
        zip(*(lines_of(gold / "ntrex" / f"{name}.txt") for name in pair.split("-")), strict=True)
    )
    documents: dict[str, list[tuple[str, ...]]] = {}
    for name, row in zip(lines_of(gold / "ntrex" / "ids.txt"), rows, strict=True):
        documents.setdefault(name.split("\t")[0], []).append(row)
    generator, order = random.Random(size), list(documents)
    a: list[str] = []
    b: list[str] = []
    beads: set[Bead] = set()
    while min(len(a), len(b)) < size:
        generator.shuffle(order)
        for row in (row for name in order for row in documents[name]):
            if min(len(a), len(b)) < size:
                _add_row(row, (a, b), beads, generator.random())
    return (a, b), beads


def lines_of(path: Path) -> list[str]:
    """The lines of a file."""
    return path.read_text(encoding="utf-8").splitlines()


def _add_row(row: tuple[str, ...], texts: Texts, beads: set[Bead], fate: float) -> None:
    """One more sentence pair, or half of it, or split in two on one side."""
    a, b = texts
    if fate < MISSING:
        beads.add(((len(a),), ()))
        a.append(row[0])
    elif fate < 2 * MISSING:
        beads.add(((), (len(b),)))
        b.append(row[1])
    else:
        parts = [[row[0]], [row[1]]]
        words = row[0].split()
        if fate > 1 - MERGED and len(words) > 8:
            half = len(words) // 2
            parts[0] = [" ".join(words[:half]), " ".join(words[half:])]
        left, right = (
            tuple(range(len(text), len(text) + len(part)))
            for text, part in zip(texts, parts, strict=True)
        )
        beads.add((left, right))
        a += parts[0]
        b += parts[1]


def measure(gold: Path, pair: str, size: int) -> None:
    """Run one size, and print its row: size, seconds, memory and scores."""
    texts, right = long_translation(gold, pair, size)
    encoder = load_encoder()
    started = time.perf_counter(), time.process_time()
    a, b = (MonotonicSide(open_windows(text, encoder), [len(x) for x in text]) for text in texts)
    encoded = time.perf_counter(), time.process_time()
    beads = link_moved(a, b, *align_monotonic(a, b))
    done = time.perf_counter(), time.process_time()
    agreed = rate({(bead.a, bead.b) for bead in beads}, right)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(
        f"{len(texts[0])} {len(texts[1])} {encoded[0] - started[0]:.1f} {done[0] - encoded[0]:.1f} "
        f"{done[1] - encoded[1]:.1f} {memory:.2f} {agreed.strict.f1:.4f} {agreed.only.f1:.4f}",
        flush=True,
    )
    print(*run_command(texts))


def run_command(texts: Texts) -> tuple[str, str, str]:
    """Seconds, processor seconds and peak GB of the whole command."""
    with tempfile.TemporaryDirectory() as folder:
        names = [f"{folder}/{name}.txt" for name in "ab"]
        for name, text in zip(names, texts, strict=True):
            Path(name).write_text("\n".join(text), encoding="utf-8")
        command = [str(Path(sys.executable).with_name("align")), *names, "--split", "lines"]
        started = time.perf_counter()
        subprocess.run([*command, "-o", f"{folder}/out.json"], check=True)
        seconds = time.perf_counter() - started
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (
        f"{seconds:.1f}",
        f"{used.ru_utime + used.ru_stime:.1f}",
        f"{used.ru_maxrss / 2**20:.2f}",
    )


def main(argv: Sequence[str] | None = None) -> None:
    """Run all sizes and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("gold", type=Path, help="folder of gold cases")
    parser.add_argument("--pair", default="por-fra")
    parser.add_argument("--sizes", type=int, nargs="*", default=[1_000, 5_000, 20_000])
    parser.add_argument("--alone", type=int, help="one size, in this process")
    arguments = parser.parse_args(argv)
    if arguments.alone:
        measure(arguments.gold, arguments.pair, arguments.alone)
        return
    print(
        "     a       b  encoding s  alignment s  its CPU s   peak GB  strict    only"
        "  command s  its CPU s  peak GB"
    )
    sizes, stage, whole = [], [], []
    for size in arguments.sizes:
        command = [sys.executable, "-m", "benchmarks.translation_scale", str(arguments.gold)]
        command += ["--pair", arguments.pair, "--alone", str(size)]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
        cells = done.stdout.split()
        sizes.append(float(cells[0]))
        stage.append(float(cells[4]))
        whole.append(float(cells[9]))
        print(ROW.format(*cells), flush=True)
    print("growth exponent of CPU seconds, alignment stage:", growth(sizes, stage))
    print("growth exponent of CPU seconds, whole command:", growth(sizes, whole))


def growth(sizes: Sequence[float], times: Sequence[float]) -> str:
    """The exponents between neighbouring sizes."""
    steps = pairwise(zip(sizes, times, strict=True))
    return ", ".join(f"{math.log(y / x) / math.log(m / n):.2f}" for (n, x), (m, y) in steps)


if __name__ == "__main__":
    main()
