"""Pairs of sentences that stand out, and the longest run of them that keeps both orders.

Axes: `n` sentences of a, `m` sentences of b, `k` anchors.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.intp]
FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Anchors:
    """Pairs of sentences, ascending in `a`: `a`, `b` [k] sentence numbers, `weight` [k]."""

    a: IntArray
    b: IntArray
    weight: FloatArray

    def __len__(self) -> int:
        return len(self.a)

    def take(self, places: IntArray) -> "Anchors":
        """The anchors at those places."""
        return Anchors(self.a[places], self.b[places], self.weight[places])


def mutual_best(blocks: Iterable[NDArray[np.floating]]) -> Anchors:
    """The pairs that are each other's nearest, weighted by their similarity.

    Args:
        blocks: similarities [rows, m] of consecutive sentences of a, at least one with m > 0; in
            blocks, so that long texts never need their whole matrix at once.
    """
    nearest: list[NDArray[np.intp]] = []
    highest = np.array([])
    owner = np.array([], dtype=np.intp)
    start = 0
    for block in blocks:
        if not len(highest):
            highest = np.full(block.shape[1], -np.inf)
            owner = np.zeros(block.shape[1], dtype=np.intp)
        nearest.append(block.argmax(axis=1))
        top = block.max(axis=0)
        better = top > highest
        owner[better] = block.argmax(axis=0)[better] + start
        highest[better] = top[better]
        start += len(block)
    best = np.concatenate(nearest) if nearest else owner
    a = np.flatnonzero(owner[best] == np.arange(len(best)))
    return Anchors(a, best[a], highest[best[a]])


def heaviest_chain(anchors: Anchors) -> Anchors:
    """The anchors of the greatest total weight that ascend in both texts.

    Anchors of no positive weight are left out. A Fenwick tree holds the heaviest chain that ends at
    or before each sentence of b: O(k log m).
    """
    size = int(anchors.b.max(initial=-1)) + 1
    tree = [(0.0, -1)] * (size + 1)
    previous = [-1] * len(anchors)
    for place, (column, weight) in enumerate(zip(anchors.b, anchors.weight, strict=True)):
        if weight <= 0:
            continue
        before, previous[place] = _heaviest_before(tree, int(column))
        _raise_to(tree, int(column) + 1, (before + float(weight), place))
    chain = []
    place = _heaviest_before(tree, size)[1]
    while place >= 0:
        chain.append(place)
        place = previous[place]
    return anchors.take(np.array(chain[::-1], dtype=np.intp))


def _heaviest_before(tree: list[tuple[float, int]], column: int) -> tuple[float, int]:
    best = (0.0, -1)
    while column > 0:
        best = max(best, tree[column])
        column &= column - 1
    return best


def _raise_to(tree: list[tuple[float, int]], column: int, value: tuple[float, int]) -> None:
    while column < len(tree):
        tree[column] = max(tree[column], value)
        column += column & -column
