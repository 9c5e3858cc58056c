"""Margins of similarities, and the scale that they have with any model."""

import numpy as np
import pytest

from aligner.align.margins import MOST_STRETCH, USUAL_SPREAD, margins_of, stretch_of


def unrelated(spread: float, n: int = 20, m: int = 30) -> np.ndarray:
    """Cosines [n, m] of texts that have nothing in common."""
    cosines: np.ndarray = np.random.default_rng(1).normal(0.1, spread, (n, m))
    return cosines


def test_margins_come_from_the_background_to_identity() -> None:
    """What all share counts nothing, a copy comes all the way; swapping the texts swaps them."""
    shared = np.full((3, 4), 0.6)
    assert not margins_of(shared).any()
    similarity = unrelated(0.1)
    similarity[2, 5] = 1
    assert margins_of(similarity)[2, 5] == pytest.approx(1)
    assert pytest.approx(margins_of(similarity)) == margins_of(similarity.T).T


def test_margins_are_stretched_to_spread_as_usual() -> None:
    """The less unrelated sentences spread, the more, within bounds; never shrunk."""
    stretches = [stretch_of(margins_of(unrelated(spread))) for spread in (0.2, 0.1, 0.08, 0.01)]
    assert stretches[0] == 1 < stretches[1] < stretches[2] < stretches[3] == MOST_STRETCH
    margin = margins_of(unrelated(0.1))
    tenth, median = np.quantile(margin * stretch_of(margin), [0.1, 0.5])
    assert median - tenth == pytest.approx(USUAL_SPREAD)


def test_counterparts_do_not_change_the_stretch() -> None:
    """It is told by the lower half of the margins, which is unrelated sentences."""
    similarity = unrelated(0.1)
    alone = stretch_of(margins_of(similarity))
    similarity[np.arange(20), np.arange(20)] += 0.5
    assert stretch_of(margins_of(similarity)) == pytest.approx(alone, rel=0.1)


def test_few_margins_are_left_as_they_are() -> None:
    """Percentiles of a few say too little."""
    assert stretch_of(margins_of(unrelated(0.01, 7, 9))) == 1
