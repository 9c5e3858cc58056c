"""The fit of the costs of beads: the right path through a text, and the slope that is climbed."""

import numpy as np
import pytest

from aligner.align.lattice import ONLY_A, ONLY_B
from aligner.gold import Bead
from benchmarks.fit_translations import (
    EXPECTED,
    Example,
    Text,
    balanced,
    costs_of,
    right_path,
    sides_of,
    values_of,
)
from tests.fakes import WordsEncoder

# One to one, merged, with a hole on either side, missing, and a bead that crosses others.
GOLD: list[Bead] = [
    ((0,), (1,)),
    ((1, 2), (2,)),
    ((3, 5), (3,)),
    ((), (0,)),
    ((4,), ()),
    ((6,), (6,)),
    ((7,), (4, 7)),
    ((8,), (5,)),
]


def made(gold: list[Bead]) -> Text:
    """A text whose sentences share words where gold has them in a bead."""
    sizes = [1 + max(k for bead in gold for k in bead[side]) for side in (0, 1)]
    lines = [["allein"] * size for size in sizes]
    for number, bead in enumerate(gold):
        for side in (0, 1):
            for place, k in enumerate(bead[side]):
                lines[side][k] = f"w{number} w{number}{place} x{number} y{number}"
    return Text("news", 0, lines[0], lines[1], gold)


def test_the_right_path_is_the_longest_through_beads_of_gold() -> None:
    """Beads that cross it, or have more sentences than the solver takes, are missing from it."""
    many: Bead = (tuple(range(9, 17)), (8,))
    path = right_path([*GOLD, many], 17, 9)
    linked = {(step.a, step.b) for step in path if step.shape not in {ONLY_A, ONLY_B}}
    assert linked == {*GOLD[:3], GOLD[5]}
    for side in ("a", "b"):
        inside = [k for a, b in linked for k in (a if side == "a" else b)]
        alone = [k for step in path if len(step.a + step.b) == 1 for k in getattr(step, side)]
        holes = [4] if side == "a" else []
        assert sorted(inside + alone + holes) == list(range(17 if side == "a" else 9))
    assert (path[-1].i, path[-1].j) == (17, 9)


def test_the_slope_is_that_of_the_likelihood() -> None:
    """By every cost alone, the likelihood changes as the slope says (finite differences)."""
    text = made(GOLD)
    example = Example.of(text, sides_of(text, WordsEncoder()), weight=2.0)
    values, step = values_of(EXPECTED), 1e-4
    assert costs_of(values) == EXPECTED
    _, slope = example.surprise(values)
    measured = [
        (example.surprise(values + one)[0] - example.surprise(values - one)[0]) / (2 * step)
        for one in step * np.eye(len(values))
    ]
    assert np.abs(slope).max() > 0.1
    assert slope == pytest.approx(np.array(measured), abs=1e-4)


def test_both_kinds_count_alike() -> None:
    """A kind with half of the sentences counts twice."""
    long, short = made(GOLD), Text("book", 1, ["one"] * 8, ["uno"], [])
    assert balanced([long, short]) == {"news": 1.0, "book": (9 + 8) / 9}
