"""Mutual best pairs and ascending chains."""

from itertools import combinations, pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from aligner.align.anchors import Anchors, heaviest_chain, mutual_best

matrices = arrays(
    np.float64,
    array_shapes(min_dims=2, max_dims=2, max_side=6),
    elements=st.floats(-1, 1),
    unique=True,
)


@given(matrices, st.integers(1, 3))
def test_blocks_give_what_the_whole_matrix_gives(matrix: np.ndarray, rows: int) -> None:
    """Pairs that are each other's nearest, however the rows are cut."""
    found = mutual_best(matrix[i : i + rows] for i in range(0, len(matrix), rows))
    expected = [
        (i, j)
        for i, j in np.ndindex(*matrix.shape)
        if matrix[i, j] == matrix[i].max() == matrix[:, j].max()
    ]
    assert list(zip(found.a, found.b, strict=True)) == expected
    assert list(found.weight) == [matrix[i, j] for i, j in expected]


@given(st.permutations(range(7)), st.lists(st.floats(-1, 5), min_size=7, max_size=7))
def test_the_chain_is_the_heaviest_of_all(order: list[int], weights: list[float]) -> None:
    """Ascending in both texts, and no other choice of anchors weighs more."""
    chain = heaviest_chain(Anchors(np.arange(7), np.array(order), np.array(weights)))
    assert all(x < y for x, y in pairwise(chain.a))
    assert all(x < y for x, y in pairwise(chain.b))
    heaviest = max(
        sum(weights[k] for k in chosen)
        for size in range(8)
        for chosen in combinations(range(7), size)
        if all(order[x] < order[y] for x, y in pairwise(chosen))
    )
    assert np.isclose(chain.weight.sum(), heaviest)


def test_without_anchors_the_chain_is_empty() -> None:
    """Nothing in, nothing out."""
    nothing = np.array([], dtype=np.intp)
    assert len(heaviest_chain(Anchors(nothing, nothing, np.array([])))) == 0
