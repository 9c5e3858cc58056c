"""How well a comparison agrees with a gold alignment, as the literature on alignment counts it.

A gold alignment is a ladder, a bead a line: `[0]:[1, 2]`, or `[3]:[]` for a sentence without a
counterpart; a third field, such as a cost or a similarity, is not read. Sentence numbers count from 0.

Strict and lax precision and recall are those of Vecalign (Thompson & Koehn 2019, `score.py`): strict,
the bead is a gold bead; lax, it overlaps one on both sides. Precision counts all beads, those with an
empty side too; recall counts the gold beads with both sides filled. One-sided sentences, of which
these measures say little, have their own.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from aligner.errors import InputError
from aligner.types import Comparison

LIMIT = 10 * 2**20
"""The most that is read of a ladder, in bytes: 10 MiB, some 500,000 beads."""

Bead = tuple[tuple[int, ...], tuple[int, ...]]
_NUMBERS = r"\s*\[\s*((?:[0-9]{1,9}(?:\s*,\s*[0-9]{1,9})*)?)\s*\]\s*"
_LINE = re.compile(rf"{_NUMBERS}:{_NUMBERS}(?::.*)?")


@dataclass(frozen=True, slots=True)
class Rates:
    """Precision and recall, 0 to 1, and their harmonic mean; 0 where there is nothing to count."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


@dataclass(frozen=True, slots=True)
class Agreement:
    """Of beads that are gold beads, of beads that overlap one, and of one-sided sentences."""

    strict: Rates
    lax: Rates
    only: Rates


def read_ladder(path: Path) -> list[Bead]:
    """The beads of a ladder.

    Raises InputError for a file that cannot be read, or with a line that is no bead.
    """
    try:
        with path.open("rb") as stream:
            data = stream.read(LIMIT + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"the ladder {path} cannot be read ({reason}); check its name") from None
    if len(data) > LIMIT:
        raise InputError(
            f"the ladder {path} is larger than {LIMIT // 2**20} MiB; split it into parts"
        )
    beads = []
    for number, line in enumerate(data.decode("utf-8-sig", errors="replace").splitlines(), 1):
        if line.strip():
            if (found := _LINE.fullmatch(line)) is None:
                raise InputError(
                    f"line {number} of the ladder {path} is no bead; write it as [0]:[1, 2]"
                )
            beads.append((_numbers(found[1]), _numbers(found[2])))
    return beads


def agreement(comparison: Comparison, gold: Iterable[Bead]) -> Agreement:
    """How well the links and the one-sided sentences of a comparison agree with gold beads.

    Raises InputError when the gold beads name a sentence that does not exist.
    """
    gold = {bead for bead in gold if any(bead)}
    for side, name in enumerate(("a", "b")):
        _check(gold, side, name, len((comparison.a, comparison.b)[side].sentences))
    return rate(beads_of(comparison), gold)


def beads_of(comparison: Comparison) -> set[Bead]:
    """The links of a comparison and its one-sided sentences, each a bead of its own."""
    found: set[Bead] = {(link.a, link.b) for link in comparison.links}
    found |= {((one.sentence,), ()) for one in comparison.only_a}
    return found | {((), (one.sentence,)) for one in comparison.only_b}


def rate(found: set[Bead], gold: set[Bead]) -> Agreement:
    """How well beads agree with gold beads."""
    full_gold, full_found = ({bead for bead in beads if all(bead)} for beads in (gold, found))
    strict, lax = (
        Rates(_share(hits(found, gold), found), _share(hits(full_gold, full_found), full_gold))
        for hits in (_equal, _overlapping)
    )
    alone, gold_alone = _one_sided(found), _one_sided(gold)
    common = alone & gold_alone
    return Agreement(strict, lax, Rates(_share(common, alone), _share(common, gold_alone)))


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall("[0-9]+", text)))


def _check(beads: Iterable[Bead], side: int, name: str, count: int) -> None:
    last = max((number for bead in beads for number in bead[side]), default=-1)
    if last >= count:
        raise InputError(
            f"the ladder names sentence {last} of {name}, which ends with {count - 1}; "
            "is it of these texts, and made with the same --split?"
        )


def _equal(tested: set[Bead], reference: set[Bead]) -> set[Bead]:
    return tested & reference


def _overlapping(tested: set[Bead], reference: set[Bead]) -> set[Bead]:
    """The tested beads that are reference beads, or share a sentence of each side with one."""
    targets: dict[int, set[int]] = defaultdict(set)
    for a, b in reference:
        for number in a:
            targets[number].update(b)
    overlapping = {
        (a, b) for a, b in tested if any(not targets[number].isdisjoint(b) for number in a)
    }
    return overlapping | _equal(tested, reference)


def _one_sided(beads: Iterable[Bead]) -> set[tuple[str, int]]:
    """The sentences without a counterpart, each with its side."""
    alone = {("a", number) for a, b in beads if not b for number in a}
    return alone | {("b", number) for a, b in beads if not a for number in b}


def _share(part: Collection[object], whole: Collection[object]) -> float:
    return len(part) / len(whole) if whole else 0.0
