"""Groups of sentences in any order."""

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from aligner.align.free import LARGEST_GROUP, align_free

matrices = arrays(
    np.float64,
    array_shapes(min_dims=2, max_dims=2, max_side=7),
    elements=st.floats(0, 1),
    unique=True,
)


@given(matrices)
def test_no_sentence_is_in_two_groups(probability: np.ndarray) -> None:
    """Groups are disjoint, filled on both sides, not too large, and ordered."""
    groups = align_free(probability)
    for side in (0, 1):
        placed = [k for group in groups for k in group[side]]
        assert len(placed) == len(set(placed))
    assert all(a and b and len(a) + len(b) <= LARGEST_GROUP for a, b in groups)
    assert all(first[0] < second[0] for first, second in pairwise(groups))


@given(matrices)
def test_transposing_swaps_the_groups(probability: np.ndarray) -> None:
    """Which text is a makes no difference."""
    of_a, of_b = probability[::-1] / 2, probability[:, ::-1] / 2
    swapped = sorted((b, a) for a, b in align_free(probability.T, of_b.T, of_a.T))
    assert swapped == align_free(probability, of_a, of_b)


@given(matrices)
def test_every_pair_above_the_threshold_that_fits_is_joined(probability: np.ndarray) -> None:
    """Without a limit, the groups are the connected components of the likely pairs."""
    groups = align_free(probability, threshold=0.5, largest=100)
    for i, j in np.argwhere(probability >= 0.5).tolist():
        assert any(i in a and j in b for a, b in groups)
    for a, b in groups:
        assert (probability[np.ix_(a, b)] >= 0.5).any(axis=1).all()


def test_crossing_merging_and_nothing() -> None:
    """Links may cross, two sentences may say what one does, and some say it alone."""
    p = np.array([[0.1, 0.1, 0.9], [0.8, 0.1, 0.1], [0.7, 0.1, 0.1], [0.2, 0.3, 0.1]])
    assert align_free(p) == [((0,), (2,)), ((1, 2), (0,))]


def test_a_group_stops_growing_at_its_limit() -> None:
    """The likeliest pairs make the group; what would exceed the limit is left out."""
    p = np.array([[0.9, 0.8, 0.7]])
    assert align_free(p, largest=3) == [((0,), (0, 1))]


def test_what_is_said_already_needs_no_second_counterpart() -> None:
    """A sentence said in full by one counterpart takes another only when that is very likely."""
    p = np.array([[0.9, 0.7], [0.1, 0.1]])
    nothing, all_of_it = np.zeros((2, 2)), np.ones((2, 2))
    assert align_free(p, nothing, all_of_it) == [((0,), (0, 1))]
    assert align_free(p, all_of_it, nothing) == [((0,), (0,))]
    assert align_free(p.T, nothing, all_of_it) == [((0,), (0,))]
    sure = np.array([[0.999, 0.998], [0.1, 0.1]])
    assert align_free(sure, all_of_it, nothing) == [((0,), (0, 1))]


def test_nothing_fits_nothing() -> None:
    """Unlikely pairs give no group."""
    assert align_free(np.full((3, 2), 0.2)) == []
