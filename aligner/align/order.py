"""Tells a translation from an article written independently: what the order `auto` stands for.

In a translation nearly every sentence is nearest to one at its own place in the other text; two
articles share half of their sentences at most, and not in one order. The places are those between
neighbours on the heaviest ascending chain of sentences that are mutually nearest. In doubt the answer
is `free`, which also finds what is in order; the monotonic solver cannot find what is not.

Axes: `n` sentences of a, `m` sentences of b.
"""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from aligner.align.anchors import Anchors, heaviest_chain, mutual_best

# Margins below this are common between sentences that have nothing to do with each other.
LEAST_MARGIN = 0.3
# Share of all sentences that have their nearest in place. With the embedded model: NTREX news, 12 % of
# either side dropped and 12 % merged, 0.40 to 0.94, all but four of 171 documents above 0.6; Text+Berg
# 0.79. Articles on one event: up to 0.41, two close ones 0.71. Shuffled halves of NTREX: up to 0.62.
LEAST_COVERAGE = 0.6
# Share of the sentences with a near one that have it in place: closely related articles, whose order is
# free all the same, reach 0.87; all but three of those NTREX documents more.
LEAST_IN_PLACE = 0.875
# From this many sentences on, some sentence elsewhere is near by chance (Text+Berg: 0.83 in place),
# while so long a chain cannot be; articles are shorter.
LONG = 100
# Of one or two sentences, any order may be chance.
FEWEST_SENTENCES = 3


def choose_order(similarity: NDArray[np.floating]) -> Literal["free", "monotonic"]:
    """`monotonic` when the texts look like translations of each other, else `free`.

    Args:
        similarity: cosines [n, m] of all sentences of a with all of b, -1 to 1.
    """
    if min(similarity.shape) < FEWEST_SENTENCES:
        return "free"
    margin = _margins(similarity.astype(np.float64))
    anchors = mutual_best([margin])
    anchors = anchors.take(np.flatnonzero(anchors.weight >= LEAST_MARGIN))
    if not len(anchors):
        return "free"
    chain = heaviest_chain(anchors)
    flipped = Anchors(chain.b, chain.a, chain.weight)
    in_place = _count_in_place(margin, chain) + _count_in_place(margin.T, flipped)
    near = sum(int((margin.max(axis=axis) >= LEAST_MARGIN).sum()) for axis in (0, 1))
    covered = in_place >= LEAST_COVERAGE * sum(margin.shape)
    ordered = min(margin.shape) >= LONG or in_place >= LEAST_IN_PLACE * near
    return "monotonic" if covered and ordered else "free"


def _margins(similarity: NDArray[np.float64]) -> NDArray[np.float64]:
    """How much of the way from its row's and column's mean to identity each cosine has come."""
    background = (similarity.mean(axis=0) + similarity.mean(axis=1)[:, None]) / 2
    margins: NDArray[np.float64] = (similarity - background) / np.maximum(1 - background, 0.1)
    return margins


def _count_in_place(margin: NDArray[np.float64], chain: Anchors) -> int:
    """Sentences of a whose nearest of b lies between those of the neighbours on the chain.

    Merged sentences count too: their second half is nearest to the same sentence of b.
    """
    n, m = margin.shape
    rows = np.arange(n)
    nearest = margin.argmax(axis=1)
    ends_a, ends_b = np.array([-1, *chain.a, n]), np.array([0, *chain.b, m - 1])
    earliest = ends_b[np.searchsorted(ends_a, rows, side="right") - 1]
    latest = ends_b[np.searchsorted(ends_a, rows, side="left")]
    near = margin[rows, nearest] >= LEAST_MARGIN
    return int(np.sum(near & (nearest >= earliest) & (nearest <= latest)))
