"""How well each sentence of a fits each sentence of b, as a probability, for free order.

A plain cosine threshold fails on articles: on one topic, false neighbours reach 0.55 while true pairs
go down to 0.3. So every kind of evidence is measured against the pair's own background, the cells that
are best of neither their row nor their column, and a logistic model weighs the kinds. Its weights are
in `score_weights.json`, fitted by `benchmarks/fit_score.py`, which also says what each kind buys.

Axes: `n` sentences of a, `m` of b, `d` dimensions, `p` and `q` phrases of a and of b.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt

from aligner.evidence import numbers
from aligner.types import Sentence
from aligner.vectors import Parts, Vectors, Views

Matrix = npt.NDArray[np.float64]

# Similarity of unrelated sentences (median, 98 % quantile), for two texts that are too short to show
# a background of their own. Measured with the embedded model on unrelated sentences of the samples.
DEFAULT_BACKGROUND = (0.06, 0.35)
# The smallest spread a background may have: identical sentences must not scale noise up.
MIN_SPREAD = 0.05
# A gap to the second best counts up to this many spreads; beyond, it says nothing more.
GAP_RANGE = (-1.0, 1.5)
# How much a shared number up to ten counts: they are common, and words for them are often articles.
SMALL_NUMBER_WEIGHT = 0.5
# Spreads above the background from which two quotations are the same speech in other words. On the
# development articles, all seven of those above 2 are, a third of those between 0.9 and 1.2.
SAME_SPEECH = 1.0
# The headline, the deck and the first sentence of the story.
OPENING = 3


@dataclass(frozen=True, slots=True)
class Passage:
    """What the scorer knows of one side's `n` sentences.

    `lengths`: characters. `numbers`: the values each sentence states. `lead`: the number of the story's
    first sentence, as opposed to headline and deck.
    """

    views: Views
    lengths: Sequence[int]
    numbers: Sequence[frozenset[float]]
    lead: int

    def __len__(self) -> int:
        return len(self.lengths)


def read_passage(sentences: Sequence[Sentence], language: str, views: Views) -> Passage:
    """The evidence in sentences of one document, at least one, boilerplate left out beforehand."""
    size = Counter(sentence.paragraph for sentence in sentences)
    # Headline, deck and section lines are paragraphs of one sentence.
    bodies = (k for k, sentence in enumerate(sentences) if size[sentence.paragraph] > 1)
    return Passage(
        views=views,
        lengths=[len(sentence.text) for sentence in sentences],
        numbers=[
            frozenset(number.value for number in numbers(sentence.text, language))
            for sentence in sentences
        ],
        lead=next(bodies, 0),
    )


def cosines(a: Vectors, b: Vectors) -> Matrix:
    """Cosines `[n, m]` of vectors of length 1."""
    return np.clip((a @ b.T).astype(np.float64), -1.0, 1.0)


def background(similarity: Matrix, within: Matrix | None = None) -> tuple[float, float]:
    """Median and spread of the cells that match nothing: best of neither row nor column.

    The spread reaches to the 98 % quantile, which held up better than the median absolute deviation
    on articles whose every sentence names the same company. With few such cells, those `within` the
    two documents (a sentence against others of its own text) stand in.
    """
    n, m = similarity.shape
    best = np.zeros((n, m), dtype=bool)
    best[np.arange(n), similarity.argmax(axis=1)] = True
    best[similarity.argmax(axis=0), np.arange(m)] = True
    null = similarity[~best]
    if null.size < 20 and within is not None:
        null = np.concatenate([null, within.ravel()])
    if null.size < 4:
        return DEFAULT_BACKGROUND[0], DEFAULT_BACKGROUND[1] - DEFAULT_BACKGROUND[0]
    low, high = float(np.median(null)), float(np.quantile(null, 0.98))
    return low, max(high - low, MIN_SPREAD)


def against_background(similarity: Matrix, within: Matrix | None = None) -> Matrix:
    """Similarities `[n, m]` as spreads above the background's median."""
    middle, spread = background(similarity, within)
    return (similarity - middle) / spread


def gap_to_rival(scores: Matrix) -> Matrix:
    """How far each cell of `[n, m]` is above the best other cell of its row; 0 best of one."""
    if scores.shape[1] == 1:
        return np.zeros_like(scores)
    top = np.sort(scores, axis=1)[:, -2:]
    is_best = scores == top[:, 1:]
    rival = np.where(is_best, top[:, :1], top[:, 1:])
    return np.clip(scores - rival, *GAP_RANGE)


def phrase_coverage(a: Parts, b: Parts) -> Matrix:
    """How much of each sentence of a is said in each of b, `[n, m]`: a mean over its phrases.

    A phrase counts by how much nearer it comes to something in that sentence of b than in b's
    sentences at large (mean over the nearest quarter), so that a name every sentence has counts little.
    """
    covered = np.empty((len(a.vectors), len(b.starts)))
    for low in range(0, len(a.vectors), 1024):  # bounds the memory of long texts
        block = cosines(a.vectors[low : low + 1024], b.vectors)
        covered[low : low + 1024] = np.maximum.reduceat(block, b.starts, axis=1)
    nearest = np.sort(covered, axis=1)[:, -max(2, len(b.starts) // 4) :]
    covered -= nearest.mean(axis=1, keepdims=True)
    counts = np.diff(np.append(a.starts, len(a.vectors)))
    mean: Matrix = np.add.reduceat(covered, a.starts, axis=0) / counts[:, None]
    return mean


def nearest_clauses(a: Parts, b: Parts) -> Matrix:
    """The highest cosine `[n, m]` of a sentence or clause of a with a sentence or clause of b."""
    rows: Matrix = np.maximum.reduceat(cosines(a.vectors, b.vectors), a.starts, axis=0)
    nearest: Matrix = np.maximum.reduceat(rows, b.starts, axis=1)
    return nearest


def shared_numbers(a: Passage, b: Passage) -> tuple[Matrix, Matrix]:
    """Weight of the numbers that a pair shares, and 1 where both have numbers but none shared."""
    in_a = Counter(value for values in a.numbers for value in values)
    in_b = Counter(value for values in b.numbers for value in values)
    shared, clash = np.zeros((len(a), len(b))), np.zeros((len(a), len(b)))
    for i, of_a in enumerate(a.numbers):
        for j, of_b in enumerate(b.numbers):
            clash[i, j] = bool(of_a) and bool(of_b) and not of_a & of_b
            shared[i, j] = sum(
                (SMALL_NUMBER_WEIGHT if value <= 10 else 1.0) / np.sqrt(in_a[value] * in_b[value])
                for value in of_a & of_b
            )
    return shared, clash


def _outer_flags(n: int, m: int, of_a: Sequence[int], of_b: Sequence[int]) -> Matrix:
    """1 where the row is one of `of_a` and the column one of `of_b`, else 0; `[n, m]`."""
    flags = np.zeros((n, m))
    flags[np.ix_([i for i in of_a if i < n], [j for j in of_b if j < m])] = 1
    return flags


def features(a: Passage, b: Passage) -> dict[str, Matrix]:
    """The kinds of evidence on every pair, each `[n, m]`; swapping a and b transposes them all."""
    n, m = len(a), len(b)
    x, y = a.views, b.views
    within = np.concatenate(
        [cosines(one, one)[~np.eye(len(one), dtype=bool)] for one in (x.sentences, y.sentences)]
    )

    def scaled(similarity: Matrix) -> Matrix:
        return against_background(similarity, within)

    cosine = scaled(cosines(x.sentences, y.sentences))
    clause = scaled(nearest_clauses(x.clauses, y.clauses))
    of_a, of_b = phrase_coverage(x.phrases, y.phrases), phrase_coverage(y.phrases, x.phrases).T
    crossed = (cosines(x.before, y.sentences), cosines(x.sentences, y.before))
    shared, clash = shared_numbers(a, b)
    length_a, length_b = np.log(a.lengths)[:, None], np.log(b.lengths)[None, :]
    place_a, place_b = np.arange(n) / max(1, n - 1), np.arange(m) / max(1, m - 1)
    return {
        "cosine": cosine,
        **_gaps("cosine", cosine),
        "clauses": clause,
        **_gaps("clauses", clause),
        "phrases": against_background((of_a + of_b) / 2),
        "phrases_better": against_background(np.maximum(of_a, of_b)),
        "before": scaled(cosines(x.before, y.before)),
        "before_crossed": np.maximum(*map(scaled, crossed)),
        "after": scaled(cosines(x.after, y.after)),
        "quotes": _quotes(a, b, within),
        "numbers_shared": shared,
        "numbers_clash": clash,
        "distance": np.abs(place_a[:, None] - place_b[None, :]),
        "opening": _outer_flags(n, m, range(OPENING), range(OPENING)),
        "headline_and_lead": _outer_flags(n, m, (0, a.lead), (0, b.lead)),
        "shorter_length": np.minimum(length_a, length_b),
        "length_ratio": np.abs(length_a - length_b),
    }


def _gaps(name: str, scores: Matrix) -> dict[str, Matrix]:
    """The smaller and the larger of the gaps to the rivals in the row and in the column."""
    in_row, in_column = gap_to_rival(scores), gap_to_rival(scores.T).T
    return {
        f"{name}_gap_weaker": np.minimum(in_row, in_column),
        f"{name}_gap_stronger": np.maximum(in_row, in_column),
    }


def _quotes(a: Passage, b: Passage, within: Matrix) -> Matrix:
    """How alike what two sentences quote is, or the whole speeches; 0 where one quotes nothing."""
    middle, spread = background(cosines(a.views.sentences, b.views.sentences), within)
    alike = np.maximum(
        cosines(a.views.quotes, b.views.quotes), cosines(a.views.speeches, b.views.speeches)
    )
    both = np.outer(a.views.speech >= 0, b.views.speech >= 0)
    return np.where(both, (alike - middle) / spread, 0.0)


def load_weights() -> Mapping[str, Any]:
    """The fitted model: `bias`, and `weights` by feature name."""
    text = (files("aligner") / "score_weights.json").read_text(encoding="utf-8")
    weights: Mapping[str, Any] = json.loads(text)
    return weights


def pair_probabilities(a: Passage, b: Passage) -> Matrix:
    """The probability `[n, m]` that two sentences state a common fact, 0 to 1."""
    model = load_weights()
    logit = np.full((len(a), len(b)), float(model["bias"]))
    for name, values in features(a, b).items():
        logit += model["weights"][name] * values
    return _shared_by_speeches(1 / (1 + np.exp(-logit)), a, b)


def _shared_by_speeches(probability: Matrix, a: Passage, b: Passage) -> Matrix:
    """Lift the pairs of two speeches that say the same to the likeliest of them.

    Newsrooms cut one speech into sentences in different places, and put `he said` in another; what
    corresponds is the speech.
    """
    x, y = a.views, b.views
    middle, spread = background(cosines(x.sentences, y.sentences))
    alike = (cosines(x.speeches, y.speeches) - middle) / spread >= SAME_SPEECH
    lifted = probability.copy()
    for i, j in np.argwhere(alike & np.outer(x.speech >= 0, y.speech >= 0)):
        cells = np.ix_(x.speech == x.speech[i], y.speech == y.speech[j])
        lifted[i, j] = probability[cells].max()
    return lifted
