"""The solver for free order: groups of sentences that fit, wherever they stand.

Pairs above a threshold are joined, best first, and their connected groups closed, up to a size; a
sentence that has a counterpart takes another the less readily, the more of it that one says. On
held-out development articles the best one-to-one assignment (Hungarian method, with a null) of the
same probabilities reached link F1 0.74 and only F1 0.875 where this reaches 0.82 and 0.88, and asking
that every pair of a group be likely changed nothing: merged and split sentences are common there, and
nothing forbids crossing.
"""

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.float64]
Group = tuple[tuple[int, ...], tuple[int, ...]]

# From 0.36 to 0.44, F1 of links and of one-sided sentences stay within 0.005 on the development
# articles, cross-validated and verified (at 0.48 they lose another 0.005), and without a verifier within
# 0.003. On harder articles, those of `benchmarks/written`, a lower one would link still better; but
# between 62 pairs on different events there are 16 links at 0.40, 13 at 0.42, 9 at 0.48.
# `benchmarks.fit_score` prints these.
THRESHOLD = 0.42
# The log odds that a sentence needs to take another counterpart are `SAID_COST` times what its first
# one says of it beyond `PARTLY_SAID`. Against one higher threshold (0.55) for all, F1 of links rises
# by 0.02 on shuffled translations, whose sentences are said in full by one counterpart, and by
# 0.006 on held-out articles, where a long sentence is said in parts by several.
SAID_COST, PARTLY_SAID = 6.0, 0.24
# Five sentences cover every group but one of the development articles (4-2); larger ones chained
# different statements.
LARGEST_GROUP = 5


def align_free(
    probability: Matrix,
    said_of_a: Matrix | None = None,
    said_of_b: Matrix | None = None,
    *,
    threshold: float = THRESHOLD,
    largest: int = LARGEST_GROUP,
) -> list[Group]:
    """Groups from pair probabilities `[n, m]`, in the order of their first sentence of a.

    `said_of_a` `[n, m]`: how much of a sentence of a the one of b says, 0 to 1; `said_of_b` the reverse;
    without them nothing counts as said. Each sentence is in one group at most; sentences in none have no
    counterpart. Transposing the input and swapping what is said swaps the sides of every group.
    """
    of_a = np.zeros_like(probability) if said_of_a is None else said_of_a
    of_b = np.zeros_like(probability) if said_of_b is None else said_of_b
    rows, columns = np.nonzero(probability >= threshold)
    # Ties go to the pair nearest the beginning of both texts, which does not depend on which is a.
    ranked = sorted(
        zip(rows.tolist(), columns.tolist(), strict=True),
        key=lambda ij: (-round(float(probability[ij]), 9), sum(ij), min(ij), ij),
    )
    group_of: dict[tuple[str, int], frozenset[tuple[str, int]]] = {}
    for i, j in ranked:
        left = group_of.get(("a", i), frozenset([("a", i)]))
        right = group_of.get(("b", j), frozenset([("b", j)]))
        joined = left | right
        said = [of_a[i, k] for side, k in left if side == "b"]
        said += [of_b[k, j] for side, k in right if side == "a"]
        if len(joined) <= largest and (not said or probability[i, j] >= _needed(max(said))):
            group_of.update(dict.fromkeys(joined, joined))
    groups = [
        tuple(tuple(sorted(k for side, k in group if side == s)) for s in "ab")
        for group in set(group_of.values())
    ]
    return sorted((a, b) for a, b in groups)


def _needed(said: float) -> float:
    """The probability that a pair needs when so much of one of its sentences is said already."""
    return float(1 / (1 + np.exp(-SAID_COST * (said - PARTLY_SAID))))
