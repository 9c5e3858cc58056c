"""One sentence against a thousand others: what it is paired with.

Usage: python -m benchmarks.one_among_many GOLD_FOLDER [--pair por-fra] [--trials 12] [--among 1000]

Sentences of `GOLD_FOLDER/ntrex`, evenly chosen, each against so many of the other language, evenly
chosen, too: with its translation among them, without that, and without all of its article. Prints how
many were paired, and how many of these with the translation and nothing else.
"""

import argparse
from pathlib import Path

from aligner import Comparison, Options, compare
from aligner.pipeline import encoder_for
from benchmarks.translation_scale import lines_of

ROW = "{:22}  {:>6}  {:>6}  {:>11}"


def others(there: list[str], articles: list[str], k: int) -> dict[str, list[int]]:
    """The numbers of the lines that sentence k is compared with, by what is left out."""
    return {
        "none": list(range(len(there))),
        "its translation": [j for j in range(len(there)) if j != k],
        "its article": [j for j, name in enumerate(articles) if name != articles[k]],
    }


def thinned(lines: list[int], many: int, k: int) -> list[int]:
    """So many of the lines, evenly chosen; k stays where it is among them."""
    some = {lines[number * len(lines) // many] for number in range(many)}
    return sorted(some | ({k} & set(lines)))


def is_right(made: Comparison, lines: list[int], k: int) -> bool:
    """Whether all that is paired belongs to the translation, line k."""
    return {lines[made.b.sentences[j].paragraph] for link in made.links for j in link.b} == {k}


def main() -> None:
    """Compare and print a table."""
    parser = argparse.ArgumentParser(description="Look for one sentence among a thousand.")
    parser.add_argument("gold", type=Path)
    parser.add_argument("--pair", default="por-fra")
    parser.add_argument("--trials", type=int, default=12)
    parser.add_argument("--among", type=int, default=1000)
    given = parser.parse_args()
    here, there = (lines_of(given.gold / "ntrex" / f"{one}.txt") for one in given.pair.split("-"))
    articles = [one.split("\t")[0] for one in lines_of(given.gold / "ntrex" / "ids.txt")]
    encoder = encoder_for(Options())
    found: dict[str, list[tuple[bool, bool]]] = {}
    for trial in range(given.trials):
        k = (2 * trial + 1) * len(here) // (2 * given.trials)
        for left_out, lines in others(there, articles, k).items():
            some = thinned(lines, given.among, k)
            made = compare(here[k], "\n".join(there[j] for j in some), encoder=encoder)
            found.setdefault(left_out, []).append((bool(made.links), is_right(made, some, k)))
    print(ROW.format("left out", "trials", "paired", "translation"))
    for left_out, outcomes in found.items():
        paired, right = (sum(side) for side in zip(*outcomes, strict=True))
        print(ROW.format(left_out, len(outcomes), paired, right))


if __name__ == "__main__":
    main()
