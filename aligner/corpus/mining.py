"""Pairs of sentences that say the same, out of two whole collections, whatever documents they stand in.

By margin (Artetxe & Schwenk, 2019): the cosine of two sentences over the mean cosine of either with
its nearest ones of the other side. A sentence that is close to everything has no large margin with
anything. Where each is the other's best by margin, the confidence is a logistic regression on the
cosine, on what it is above those with the next ones, and on the lengths of both sentences.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from aligner.corpus.job import writing
from aligner.corpus.nearest import AnyVectors, Neighbours, nearest
from aligner.corpus.passages import Passages
from aligner.vectors import Vectors

NEIGHBOURS = 4  # as in the paper
# Log odds, fitted and cross-validated by `python -m benchmarks.fit_corpora`. Equal digits and centred
# vectors added nothing.
COSINE, ABOVE, LENGTHS, BIAS = 2.91, 12.60, 4.12, -4.77
USUAL = 0.25  # cosine of sentences that have nothing to do with each other, at the upper end


# Of a table of the pairs, and what is in them.
COLUMNS = {
    **dict.fromkeys(("confidence", "margin", "cosine"), float),
    **dict.fromkeys(("a_text", "b_text"), str),
    "a": str,
    "a_sentence": int,
    "b": str,
    "b_sentence": int,
}


class Place(NamedTuple):
    """Where a sentence stands: the document's path, and the sentence's number in it, from 0."""

    path: str
    sentence: int


@dataclass(frozen=True, slots=True)
class Mined:
    """Two sentences that say the same. `margin`: 1 for no closer than others; `cosine`: -1 to 1.

    `confidence`: 0 to 1. The same sentence may stand in several documents; the place is the first.
    """

    confidence: float
    margin: float
    cosine: float
    a_text: str
    b_text: str
    a: Place
    b: Place


@dataclass(frozen=True, slots=True)
class Candidate:
    """Two sentences by their numbers, and what speaks for them.

    `margin` and `cosine` as in `Mined`; `above`: the cosine above those with the next ones, of both;
    `lengths`: the logarithm of their ratio, 0 or more.
    """

    a: int
    b: int
    margin: float
    cosine: float
    above: float
    lengths: float


@dataclass(frozen=True, slots=True)
class Sentences:
    """The different sentences of a collection: texts, places, vectors `[n, d]`, perhaps mapped."""

    texts: list[str]
    places: list[Place]
    vectors: AnyVectors


@dataclass(frozen=True, slots=True)
class Mining:
    """The pairs, the surest first, and the share of true neighbours that search found."""

    pairs: list[Mined]
    recall: float


def sentences(passages: Passages, file: Path) -> Sentences:
    """The sentences of a collection, each text once; their vectors are in a file, which is mapped.

    Raises ResultsError when it cannot be written.
    """
    places: dict[str, Place] = {}
    with writing(file), file.open("wb") as stream:
        for number, path in enumerate(passages.paths):
            passage = passages[number]
            new = []
            for row, (text, k) in enumerate(zip(passage.sentences, passage.numbers, strict=True)):
                if text not in places:
                    places[text] = Place(path, k)
                    new.append(row)
            stream.write(passage.vectors[new].tobytes())
    if not places:
        return Sentences([], [], np.empty((0, 0), dtype=np.float16))
    mapped = np.memmap(file, dtype=np.float16, mode="r").reshape(len(places), -1)
    return Sentences(list(places), list(places.values()), mapped)


def mine(a: Sentences, b: Sentences, least: float = 0.5) -> Mining:
    """The pairs of sentences that are at least that sure."""
    if not a.texts or not b.texts:
        return Mining([], 1.0)
    forth, back = (
        nearest(*sides, NEIGHBOURS) for sides in ((a.vectors, b.vectors), (b.vectors, a.vectors))
    )
    found = []
    for one in best_of_each_other(a, b, forth, back):
        odds = COSINE * one.cosine + ABOVE * one.above - LENGTHS * one.lengths + BIAS
        sure = 1 / (1 + math.exp(-odds))
        if sure >= least:
            measures = (round(sure, 4), round(one.margin, 4), round(one.cosine, 4))
            i, j = one.a, one.b
            found.append(Mined(*measures, a.texts[i], b.texts[j], a.places[i], b.places[j]))
    found.sort(key=lambda one: (-one.confidence, one.a, one.b))
    return Mining(found, min(forth.recall, back.recall))


def best_of_each_other(
    a: Sentences, b: Sentences, forth: Neighbours, back: Neighbours
) -> Iterator[Candidate]:
    """The pairs in which each is the other's best by margin, from the nearest of either."""
    usual_a, usual_b = forth.cosines.mean(axis=1), back.cosines.mean(axis=1)
    best_b, best_a = _best(forth, usual_a, usual_b), _best(back, usual_b, usual_a)
    for i, j in enumerate(best_b.tolist()):
        if best_a[j] == i:
            cosine = float(a.vectors[i].astype(np.float32) @ b.vectors[j].astype(np.float32))
            yield Candidate(
                i,
                j,
                margin=cosine / max(float(usual_a[i] + usual_b[j]) / 2, 1e-6),
                cosine=cosine,
                above=2 * cosine - _others(forth, i, j) - _others(back, j, i),
                lengths=abs(math.log(len(a.texts[i]) / len(b.texts[j]))),
            )


def _best(found: Neighbours, own: Vectors, other: Vectors) -> npt.NDArray[np.intp]:
    """For each sentence `[n]` the one of largest margin among its neighbours.

    `own` `[n]` and `other` `[m]`: the mean cosines with the nearest.
    """
    usual = (own[:, None] + other[found.numbers]) / 2
    margins = np.where(found.numbers >= 0, found.cosines / np.maximum(usual, 1e-6), -np.inf)
    best: npt.NDArray[np.intp] = found.numbers[np.arange(len(usual)), margins.argmax(axis=1)]
    return best


def _others(found: Neighbours, sentence: int, best: int) -> float:
    """The mean cosine of a sentence with its neighbours but one; `USUAL` where there is none."""
    kept = found.cosines[sentence][found.numbers[sentence] != best]
    return float(kept.mean()) if len(kept) else USUAL


def rows(mining: Mining) -> Iterator[tuple[str | float | int, ...]]:
    """The pairs as rows of a table, with the columns `COLUMNS`."""
    for one in mining.pairs:
        measures = (one.confidence, one.margin, one.cosine)
        yield (*measures, one.a_text, one.b_text, *one.a, *one.b)
