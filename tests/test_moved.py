"""Passages that changed places in a translation."""

import numpy as np
import pytest

from aligner.align.monotonic import Bead, MonotonicSide, align_monotonic
from aligner.align.moved import _runs, link_moved
from tests.sides import plain, random_side, side_of, translated


def linked(a: MonotonicSide, b: MonotonicSide) -> list[Bead]:
    """All beads, moved ones included."""
    beads, gaps = align_monotonic(a, b)
    return link_moved(a, b, beads, gaps)


def reordered(side: MonotonicSide, order: list[int]) -> MonotonicSide:
    """The same sentences in another order."""
    return side_of(plain(side)[order], [side.lengths[k] for k in order])


def test_a_moved_passage_is_found_and_told() -> None:
    """Four sentences that stand elsewhere in b are linked there; all others as before."""
    a, b = translated(1, [(1, 1)] * 30)
    order = [*range(5), *range(9, 22), *range(5, 9), *range(22, 30)]
    beads = linked(a, reordered(b, order))
    assert {(bead.a, bead.b) for bead in beads} == {((k,), (order.index(k),)) for k in range(30)}
    assert sorted(bead.a[0] for bead in beads if bead.moved) == [5, 6, 7, 8]
    assert min(bead.confidence for bead in beads) > 0.5


def test_merged_sentences_are_found_in_a_moved_passage() -> None:
    """A passage may be merged and moved at once."""
    a, b = translated(2, [*[(1, 1)] * 6, (2, 1), (1, 2), (1, 1), *[(1, 1)] * 16])
    beads = linked(a, reordered(b, [*range(6), *range(10, 20), *range(6, 10), *range(20, 26)]))
    moved = {(bead.a, bead.b) for bead in beads if bead.moved}
    assert moved == {((6, 7), (16,)), ((8,), (17, 18)), ((9,), (19,))}


@pytest.mark.parametrize("seed", range(5))
def test_missing_passages_are_not_taken_for_moved(seed: int) -> None:
    """Sentences that each side alone has stay alone, where nothing matches them."""
    fates = [(1, 1)] * 8 + [(0, 1)] * 5 + [(1, 1)] * 8 + [(1, 0)] * 5 + [(1, 1)] * 8
    a, b = translated(seed, fates)
    beads, gaps = align_monotonic(a, b)
    assert link_moved(a, b, beads, gaps) == beads


def test_swapping_the_sides_swaps_moved_beads() -> None:
    """Which text is a makes no difference."""
    a, b = translated(3, [(1, 1)] * 24)
    b = reordered(b, [*range(4), *range(8, 18), *range(4, 8), *range(18, 24)])
    here, there = linked(a, b), linked(b, a)
    assert {(x.a, x.b) for x in here} == {(x.b, x.a) for x in there}


def test_nothing_alone_is_nothing_moved() -> None:
    """Without sentences alone on both sides, and without any, the beads stay as they are."""
    a, b = translated(1, [(1, 1)] * 5 + [(1, 0)])
    for one, other in ((a, b), (a, random_side(np.random.default_rng(1), 0))):
        beads, gaps = align_monotonic(one, other)
        assert link_moved(one, other, beads, gaps) == beads


def test_runs_are_consecutive_numbers() -> None:
    """Half-open intervals."""
    assert _runs([0, 1, 4, 6, 7, 8]) == [(0, 2), (4, 5), (6, 9)]
