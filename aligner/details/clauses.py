"""The words of a linked sentence that its counterpart does not say.

Two things give a word away: without it, or without its clause, the sentence comes nearer to the
counterpart; and its clause comes near to nothing there. A logistic model over those, over facts that the
other document lacks, and over the place of the word (what is added stands at the end) weighs them.
Its weights are in `word_weights.json`, fitted by `benchmarks/fit_details.py`.

Axes: `w` words of a sentence (by white space), `c` its clauses, `f` features, `d` dimensions.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from aligner.vectors import Vectors

Span = tuple[int, int]
Matrix = npt.NDArray[np.float64]
Excerpts = Callable[[Sequence[str], Sequence[Sequence[Sequence[Span]]]], list[Vectors]]

# Words that are left out together: one alone hardly moves a vector.
WINDOW = 3
# A span begins with a word this likely to be absent, and goes on while its neighbours are this likely.
# Best of a coarse grid on the development articles, by spans found and by same/partial together.
SEED, GROW = 0.45, 0.3

FEATURES = (
    "clause_dropped",
    "clause_cosine",
    "clause_below_best",
    "clause_share",
    "clause_nearest",
    "window_dropped",
    "number",
    "name",
    "place",
    "first",
    "last",
    "length_ratio",
)

_BREAK_AFTER = re.compile(r"[,;:.!?…)»”\"—–]$")
_BREAK_BEFORE = re.compile(r"[(«“\"—–]")


@dataclass(frozen=True, slots=True)
class Dissected:
    """A sentence and the vectors of what is left of it, all of length 1.

    `words` and `clauses`: half-open offsets into `text`, the clauses made of whole words. `whole`
    `[d]`; `alone` and `without` `[c, d]`: each clause, and the rest; `windows` `[w - 2, d]`: without
    each run of three words, none for shorter sentences.
    """

    text: str
    words: tuple[Span, ...]
    clauses: tuple[Span, ...]
    whole: Vectors
    alone: Vectors
    without: Vectors
    windows: Vectors


def dissect(texts: Sequence[str], excerpts: Excerpts) -> list[Dissected]:
    """Each text with the vectors of its excerpts, all in one call of `excerpts`."""
    words = [[match.span() for match in re.finditer(r"\S+", text)] for text in texts]
    clauses = [_clauses(text, spans) for text, spans in zip(texts, words, strict=True)]
    kept = [
        [[(0, len(text))], *_alone(parts), *_without(text, parts), *_without(text, _windows(spans))]
        for text, spans, parts in zip(texts, words, clauses, strict=True)
    ]
    result = []
    for text, spans, parts, vectors in zip(
        texts, words, clauses, excerpts(texts, kept), strict=True
    ):
        ends = [1, 1 + len(parts), 1 + 2 * len(parts)]
        whole, alone, without, windows = np.split(vectors, ends)
        result.append(
            Dissected(text, tuple(spans), tuple(parts), whole[0], alone, without, windows)
        )
    return result


def _clauses(text: str, words: Sequence[Span]) -> list[Span]:
    """Runs of words between punctuation marks; the whole text where there are none."""
    starts = [
        start
        for (first, last), (start, end) in pairwise(words)
        if _BREAK_AFTER.search(text[first:last]) or _BREAK_BEFORE.match(text[start:end])
    ]
    edges = [words[0][0], *starts, words[-1][1]]
    return [(low, len(text[:high].rstrip())) for low, high in pairwise(edges)]


def _windows(words: Sequence[Span]) -> list[Span]:
    if len(words) <= WINDOW:
        return []
    return [(words[k][0], words[k + WINDOW - 1][1]) for k in range(len(words) - WINDOW + 1)]


def _alone(spans: Sequence[Span]) -> list[list[Span]]:
    return [[span] for span in spans]


def _without(text: str, spans: Sequence[Span]) -> list[list[Span]]:
    return [[(0, start), (end, len(text))] for start, end in spans]


def word_features(
    sentence: Dissected,
    counterpart: Sequence[Dissected],
    numbers: Sequence[Span],
    names: Sequence[Span],
) -> Matrix:
    """The evidence on each word, `[w, 2 f]`: its own, then the mean of its two neighbours'.

    `counterpart`: the sentences it is linked to. `numbers` and `names`: offsets of those in the sentence
    that the other document lacks.
    """
    total = np.sum([other.whole for other in counterpart], axis=0)
    group = total / np.linalg.norm(total)
    nearest = np.concatenate(
        [part for other in counterpart for part in (other.alone, other.whole[None])]
    )
    base = float(sentence.whole @ group)
    of_clause = np.zeros((len(sentence.words), 5))
    if len(sentence.clauses) > 1:
        own = sentence.alone @ group
        values = np.stack(
            [
                sentence.without @ group - base,
                own,
                own - own.max(),
                [_count(sentence, span) / len(sentence.words) for span in sentence.clauses],
                (sentence.alone @ nearest.T).max(axis=1),
            ],
            axis=1,
        )
        of_clause = values[_clause_of_each(sentence)]
    else:
        of_clause[:, [1, 4]], of_clause[:, 3] = base, 1
    w = len(sentence.words)
    place = np.arange(w)
    words_there = sum(len(other.words) for other in counterpart)
    own_features = np.column_stack(
        [
            of_clause,
            _window_gain(sentence, group, base),
            _touched(sentence, numbers),
            _touched(sentence, names),
            place / max(1, w - 1),
            place == 0,
            place == w - 1,
            np.full(w, np.log(w / words_there)),
        ]
    )
    padded = np.pad(own_features, ((1, 1), (0, 0)), mode="edge")
    return np.hstack([own_features, (padded[:-2] + padded[2:]) / 2])


def _count(sentence: Dissected, span: Span) -> int:
    return sum(span[0] <= start < span[1] for start, _ in sentence.words)


def _clause_of_each(sentence: Dissected) -> list[int]:
    """The number of the clause that each word is part of, `[w]`."""
    starts = [start for start, _ in sentence.clauses]
    return [int(np.searchsorted(starts, at, side="right")) - 1 for at, _ in sentence.words]


def _window_gain(sentence: Dissected, group: npt.NDArray[np.float32], base: float) -> Matrix:
    """How much nearer, at best, the sentence comes without a window around each word, `[w]`."""
    gain = np.zeros(len(sentence.words))
    if len(sentence.windows):
        gain[:] = -1
        for k, value in enumerate(sentence.windows @ group - base):
            gain[k : k + WINDOW] = np.maximum(gain[k : k + WINDOW], value)
    return gain


def _touched(sentence: Dissected, spans: Sequence[Span]) -> Matrix:
    """1 for the words that a span reaches into, else 0; `[w]`."""
    return np.array(
        [float(any(s < end and e > start for s, e in spans)) for start, end in sentence.words]
    )


def load_weights() -> Mapping[str, Any]:
    """The fitted model: `bias`, and `own` and `neighbours` weights by feature name."""
    text = (files("aligner.details") / "word_weights.json").read_text(encoding="utf-8")
    weights: Mapping[str, Any] = json.loads(text)
    return weights


def absent_words(features: Matrix) -> Matrix:
    """The probability `[w]` that the counterpart does not say a word, from its features `[w, 2 f]`."""
    model = load_weights()
    weights = [model[part][name] for part in ("own", "neighbours") for name in FEATURES]
    probability: Matrix = 1 / (1 + np.exp(-(features @ np.array(weights) + model["bias"])))
    return probability


def absent_spans(
    sentence: Dissected, probability: Matrix, seed: float = SEED, grow: float = GROW
) -> list[Span]:
    """Runs of words likely to be absent, as offsets without the punctuation at their ends."""
    spans, k = [], 0
    while k < len(probability):
        end = k
        while end < len(probability) and probability[end] >= grow:
            end += 1
        if end > k and probability[k:end].max() >= seed:
            spans.append(_trimmed(sentence.text, sentence.words[k][0], sentence.words[end - 1][1]))
        k = max(end, k + 1)
    return [(start, end) for start, end in spans if start < end]


def _trimmed(text: str, start: int, end: int) -> Span:
    """The span without the marks at its ends that join it to the rest of the sentence."""
    while end > start and text[end - 1] in " ,;:.–—":
        end -= 1
    while start < end and text[start] in " ,;:.–—":
        start += 1
    return start, end
