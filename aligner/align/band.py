"""Where in two long texts to look for a path: near a chain of sentences that find each other.

Comparing all sentences of both texts grows with their product. Instead, at most `SAMPLED` sentences
of either text look for their nearest in all of the other; the heaviest ascending chain of what they
find cuts both texts into parts, in which the same is done again. So the work grows with the length.
A sentence that occurs several times (a refrain, a template, a text that repeats itself) has as many
candidates; which of them are in place, the chain decides.

Axes: `n` sentences of a, `m` sentences of b, `d` dimensions, `k` anchors.
"""

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from aligner.align.anchors import Anchors, heaviest_chain
from aligner.align.lattice import Band

Vectors = NDArray[np.floating]

EXACT_CELLS = 150 * 150  # sentences of a times those of b; up to here, every node is searched
RADIUS = 20  # sentences around a chain that may itself err by a few
STRIDE = 200  # sentences between two points of the band where the chain has none
SAMPLED = 1000
# A candidate comes this near to the nearest, as a share of the way from the background to identity. A
# sentence with more of them than `MOST_TIES` says nothing of its place.
TIE, MOST_TIES = 0.02, 32
LEAST_MARGIN = (
    0.3  # margins below this are common between sentences that have nothing to do with each other
)


def choose_band(a: Vectors, b: Vectors) -> Band:
    """The nodes to search for sentences with vectors `a` [n, d] and `b` [m, d], n and m above 0."""
    n, m = len(a), len(b)
    if n * m <= EXACT_CELLS:
        return Band(np.zeros(n + 1, dtype=np.intp), np.full(n + 1, m + 1, dtype=np.intp))
    return band_along(_points(a, b))


def _points(a: Vectors, b: Vectors) -> list[tuple[int, int]]:
    """Nodes that the path should come near, ascending, from (0, 0) to (n, m)."""
    background = a.mean(axis=0), b.mean(axis=0)
    points = [(0, 0)]
    parts = [(0, len(a), 0, len(b))]
    while parts:
        i, i_end, j, j_end = parts.pop()
        chain = _chain(a[i:i_end], b[j:j_end], background)
        inner = [(i + x, j + y) for x, y in zip(chain.a.tolist(), chain.b.tolist(), strict=True)]
        if inner and max(i_end - i, j_end - j) > SAMPLED:
            starts = [(i, j), *((x + 1, y + 1) for x, y in inner)]
            ends = [*inner, (i_end, j_end)]
            # Parts are taken from the end of the list, so that the last of them goes there first.
            parts += [
                (x, u, y, v) for (x, y), (u, v) in reversed(list(zip(starts, ends, strict=True)))
            ]
        else:
            points += [*inner, (i_end, j_end)]
    return points


def _chain(a: Vectors, b: Vectors, background: tuple[Vectors, Vectors]) -> Anchors:
    """The heaviest ascending chain of sentences of either text and their nearest in the other."""
    if min(len(a), len(b)) == 0 or max(len(a), len(b)) <= RADIUS:
        return Anchors(np.array([], dtype=np.intp), np.array([], dtype=np.intp), np.array([]))
    rows, columns, weights = _candidates(a, b, background)
    columns_b, rows_b, weights_b = _candidates(b, a, background[::-1])
    # Of one sentence of a the last candidate goes first, so that no chain takes two of them.
    place = np.concatenate([rows, rows_b]) * len(b) - np.concatenate([columns, columns_b])
    place, first = np.unique(place, return_index=True)
    row = -(-place // len(b))
    weight = np.concatenate([weights, weights_b])[first]
    return heaviest_chain(Anchors(row, row * len(b) - place, weight))


def _candidates(
    a: Vectors, b: Vectors, background: tuple[Vectors, Vectors]
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64]]:
    """Sentences of a, evenly spread, each with its nearest of b, and their margins; [k]."""
    asking = np.unique(np.linspace(0, len(a) - 1, min(len(a), SAMPLED)).round().astype(np.intp))
    of_a, of_b = a @ background[1] / 2, b @ background[0] / 2
    rows, columns, weights = [], [], []
    for start in range(0, len(asking), 256):
        part = asking[start : start + 256]
        usual = of_a[part, None] + of_b
        margin = (a[part] @ b.T - usual) / np.maximum(1 - usual, 0.1)
        near = margin >= np.maximum(margin.max(axis=1) - TIE, LEAST_MARGIN)[:, None]
        near &= (near.sum(axis=1) <= MOST_TIES)[:, None]
        row, column = np.nonzero(near)
        rows.append(part[row])
        columns.append(column)
        weights.append(margin[row, column].astype(np.float64))
    return np.concatenate(rows), np.concatenate(columns), np.concatenate(weights)


def band_along(points: Sequence[tuple[int, int]]) -> Band:
    """All nodes within `RADIUS` of the rectangles between neighbouring points.

    Where points are far apart, the diagonal between them stands in, so that a long stretch without
    counterparts costs its length and not its area. Rectangles make the band of (b, a) the mirror of
    that of (a, b).
    """
    n, m = points[-1]
    low, high = np.full(n + 1, m + 1, dtype=np.intp), np.zeros(n + 1, dtype=np.intp)
    for (i, j), (i_next, j_next) in pairwise(points):
        parts = max(1, math.ceil(max(i_next - i, j_next - j) / STRIDE))
        for part in range(parts):
            top, left = (x + (y - x) * part // parts for x, y in ((i, i_next), (j, j_next)))
            bottom, right = (
                x + (y - x) * (part + 1) // parts for x, y in ((i, i_next), (j, j_next))
            )
            rows = slice(max(0, top - RADIUS), bottom + RADIUS + 1)
            low[rows] = np.minimum(low[rows], max(0, left - RADIUS))
            high[rows] = np.maximum(high[rows], min(m, right + RADIUS) + 1)
    return Band(low, high)
