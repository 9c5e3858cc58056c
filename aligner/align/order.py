"""Tells a translation from an article written independently: what the order `auto` stands for.

In a translation nearly every sentence is nearest to one at its own place in the other text; two
articles share half of their sentences at most, and not in one order. The places are those between
neighbours on the heaviest ascending chain of sentences that are mutually nearest, and those right after
the counterpart of the sentence before or right before that of the next: a paragraph that moved is in
order within. In doubt the answer is `free`, which also finds what is in order; the monotonic solver
cannot find what is not.

Axes: `n` sentences of a, `m` sentences of b.
"""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from aligner.align.anchors import Anchors, heaviest_chain, mutual_best
from aligner.align.margins import margins_of, stretch_of

# Margins below this are common between sentences that have nothing to do with each other. They are
# stretched first, for models whose margins spread less: with multilingual-e5-small that finds 51 of 57
# translations of NTREX instead of 44.
LEAST_MARGIN = 0.3
# The share of all sentences that have their nearest in place, plus the share of those with a near one
# that have it in place. With the embedded model: NTREX news, 12 % of either side dropped, 12 % merged,
# all but five of 171 documents more, Text+Berg 1.68; with a fifth moved elsewhere as a block, 141 of 165
# more. Articles on one event: at most 1.42, two close ones 1.57 and 1.58. Shuffled NTREX: four of 171.
LEAST_IN_PLACE = 1.6
# How many sentences further the counterpart of the next sentence may be: merged, one for one, one left
# out. A run of two is enough; of three, a third of the moved blocks would be missed.
NEXT = (0, 2)
# Of a sentence that stands in a text several times, any copy may be the counterpart: margins this close
# are equal.
TIE = 0.02
# Of one or two sentences, any order may be chance.
FEWEST_SENTENCES = 3


def choose_order(similarity: NDArray[np.floating]) -> Literal["free", "monotonic"]:
    """`monotonic` when the texts look like translations of each other, else `free`.

    Args:
        similarity: cosines [n, m] of all sentences of a with all of b, -1 to 1.
    """
    if min(similarity.shape) < FEWEST_SENTENCES:
        return "free"
    margin = margins_of(similarity)
    margin *= stretch_of(margin)
    anchors = mutual_best([margin])
    anchors = anchors.take(np.flatnonzero(anchors.weight >= LEAST_MARGIN))
    if not len(anchors):
        return "free"
    chain = heaviest_chain(anchors)
    flipped = Anchors(chain.b, chain.a, chain.weight)
    in_place = _count_in_place(margin, chain) + _count_in_place(margin.T, flipped)
    near = sum(int((margin.max(axis=axis) >= LEAST_MARGIN).sum()) for axis in (0, 1))
    share = in_place / sum(margin.shape) + in_place / near
    return "monotonic" if share >= LEAST_IN_PLACE else "free"


def _count_in_place(margin: NDArray[np.float64], chain: Anchors) -> int:
    """Sentences of a whose nearest of b is in place, by the chain or by the sentences beside it.

    Merged sentences count too: their second half is nearest to the same sentence of b.
    """
    n, m = margin.shape
    rows = np.arange(n)
    nearest = margin.argmax(axis=1)
    near = margin[rows, nearest] >= LEAST_MARGIN
    ends_a, ends_b = np.array([-1, *chain.a, n]), np.array([0, *chain.b, m - 1])
    earliest = ends_b[np.searchsorted(ends_a, rows, side="right") - 1]
    latest = ends_b[np.searchsorted(ends_a, rows, side="left")]
    in_reach = [row[x : y + 1].max() for row, x, y in zip(margin, earliest, latest, strict=True)]
    by_chain = np.array(in_reach) >= margin[rows, nearest] - TIE
    further = np.diff(nearest)
    follows = near[1:] & near[:-1] & (further >= NEXT[0]) & (further <= NEXT[1])
    by_neighbour = np.append(follows, False) | np.append(False, follows)
    return int(np.sum(near & (by_chain | by_neighbour)))
