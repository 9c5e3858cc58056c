"""One sentence, or a few, against a thousand others: what it is paired with.

Usage: python -m benchmarks.one_among_many GOLD_FOLDER [--pair por-fra] [--trials 12] [--among 1000]
       [--lines 1]

Lines of `GOLD_FOLDER/ntrex`, evenly chosen, so many in a row at a time, against so many of the other
language, evenly chosen, too: with the translations among them, without those, and without all of their
articles. Prints how many lines were paired, and how many of these with the translation and nothing else.
"""

import argparse
from collections import Counter
from pathlib import Path

from aligner import Comparison, Options, compare
from aligner.pipeline import encoder_for
from benchmarks.translation_scale import lines_of

ROW = "{:22}  {:>6}  {:>6}  {:>11}"


def others(there: list[str], articles: list[str], own: range) -> dict[str, list[int]]:
    """The numbers of the lines that some are compared with, by what is left out."""
    theirs = {articles[k] for k in own}
    return {
        "none": list(range(len(there))),
        "its translation": [j for j in range(len(there)) if j not in own],
        "its article": [j for j, name in enumerate(articles) if name not in theirs],
    }


def thinned(lines: list[int], many: int, own: range) -> list[int]:
    """So many of the lines, evenly chosen; the own ones stay where they are among them."""
    some = {lines[number * len(lines) // many] for number in range(many)}
    return sorted(some | (set(own) & set(lines)))


def counterparts(made: Comparison, lines: list[int], own: range) -> dict[int, set[int]]:
    """For each own line that is paired at all, the lines that its links hold on the other side."""
    found: dict[int, set[int]] = {}
    for link in made.links:
        there = {lines[made.b.sentences[j].paragraph] for j in link.b}
        for k in {own[made.a.sentences[i].paragraph] for i in link.a}:
            found.setdefault(k, set()).update(there)
    return found


def main() -> None:
    """Compare and print a table."""
    parser = argparse.ArgumentParser(description="Look for one sentence among a thousand.")
    parser.add_argument("gold", type=Path)
    parser.add_argument("--pair", default="por-fra")
    parser.add_argument("--trials", type=int, default=12)
    parser.add_argument("--among", type=int, default=1000)
    parser.add_argument("--lines", type=int, default=1)
    given = parser.parse_args()
    here, there = (lines_of(given.gold / "ntrex" / f"{one}.txt") for one in given.pair.split("-"))
    articles = [one.split("\t")[0] for one in lines_of(given.gold / "ntrex" / "ids.txt")]
    encoder = encoder_for(Options())
    paired: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for trial in range(given.trials):
        first = (2 * trial + 1) * (len(here) - given.lines + 1) // (2 * given.trials)
        own = range(first, first + given.lines)
        for left_out, lines in others(there, articles, own).items():
            some = thinned(lines, given.among, own)
            texts = ("\n".join(here[k] for k in own), "\n".join(there[j] for j in some))
            found = counterparts(compare(*texts, encoder=encoder), some, own)
            paired[left_out] += len(found)
            right[left_out] += sum(found[k] == {k} for k in found)
    print(ROW.format("left out", "lines", "paired", "translation"))
    for left_out, count in paired.items():
        print(ROW.format(left_out, given.trials * given.lines, count, right[left_out]))


if __name__ == "__main__":
    main()
