"""Which documents of two collections tell of the same event, whatever they are called.

First each document is one vector, the mean of its sentences' without what the whole collection has in
common, and has its nearest as candidates. Then every candidate is read sentence by sentence: how
close the best third of the sentences come to the other document. What that is worth depends on the
topic (of ten articles on football, all are close), so it is held against the other candidates of both
documents, as margins are for sentences (Artetxe & Schwenk, 2019).
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping

import numpy as np

from aligner.corpus.nearest import AnyVectors, nearest
from aligner.corpus.passages import Passages
from aligner.vectors import Vectors

Cell = tuple[int, int]  # a document of a and one of b, by their numbers

# Of each document; of the development articles, the right one was always in the first two.
CANDIDATES = 20
RIVALS = 5  # the background of a pair is the median of as many others
# The closeness of documents on different matters, where there are not enough others to tell.
USUAL = 0.25
# Log odds by closeness, and by what it is above the background of a and of b, fitted and cross-validated
# by `python -m benchmarks.fit_corpora`.
CLOSENESS, ABOVE, BIAS = 7.81, 19.09, -8.13
SURE = 0.5  # confidence from which documents are a pair


def match(a: Passages, b: Passages) -> Iterator[tuple[str, str, float]]:
    """Paths of documents that tell of the same event, and how sure that is, `SURE` to 1.

    A document may be in several pairs.
    """
    if not len(a) or not len(b):
        return
    for (i, j), (value, above) in sorted(evidence(_closeness(a, b)).items()):
        odds = CLOSENESS * value + ABOVE * above + BIAS
        confidence = 1 / (1 + np.exp(-odds))
        if confidence >= SURE:
            yield a.paths[i], b.paths[j], round(float(confidence), 4)


def evidence(close: Mapping[Cell, float]) -> dict[Cell, tuple[float, float]]:
    """By the numbers of two documents: how close they are, and by how much more than their rivals."""
    rows, columns = defaultdict(list), defaultdict(list)
    for (i, j), value in close.items():
        rows[i].append(value)
        columns[j].append(value)
    return {
        (i, j): (value, sum(value - _background(side, value) for side in (rows[i], columns[j])))
        for (i, j), value in close.items()
    }


def _closeness(a: Passages, b: Passages) -> dict[Cell, float]:
    """How close documents are that may be pairs, by their numbers."""
    means = [_document_vectors(side) for side in (a, b)]
    pairs = set()
    for swapped in (False, True):
        queries, vectors = reversed(means) if swapped else means
        found = nearest(queries, vectors, CANDIDATES).numbers
        for i, others in enumerate(found.tolist()):
            pairs |= {(j, i) if swapped else (i, j) for j in others if j >= 0}
    close = {}
    before, passage = -1, None
    for i, j in sorted(pairs):
        if passage is None or i != before:
            before, passage = i, a[i]
        close[i, j] = closeness(passage.vectors, b[j].vectors)
    return close


def closeness(a: AnyVectors, b: AnyVectors) -> float:
    """How close the best third of the sentences of either document come to the other, -1 to 1.

    `a` `[n, d]` and `b` `[m, d]`: vectors of sentences. The same when they are swapped.
    """
    cosines = a.astype(np.float32) @ b.astype(np.float32).T
    return float(sum(_best_third(cosines.max(axis=side)) for side in (0, 1)) / 2)


def _best_third(values: Vectors) -> float:
    kept = max(3, -(-len(values) // 3))
    return float(np.sort(values)[-kept:].mean())


def _document_vectors(passages: Passages) -> Vectors:
    """A vector of length 1 for each document `[n, d]`, without what all have in common."""
    means = np.array(
        [passages[k].vectors.mean(axis=0, dtype=np.float32) for k in range(len(passages))]
    )
    if len(means) > 1:
        means = means - means.mean(axis=0)
    vectors: Vectors = means / np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-9)
    return vectors


def _background(values: list[float], own: float) -> float:
    """The median of the closest others of a document: one or two of them may be pairs as well."""
    others = sorted(values, reverse=True)
    others.remove(own)
    return float(np.median((others + [USUAL] * RIVALS)[:RIVALS]))
