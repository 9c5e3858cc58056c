"""The words of a linked sentence that its counterpart does not say.

Two things give a word away: without its clause the sentence comes nearer to the counterpart; and its
clause, or the few words around it, come near to nothing there. A logistic model over those, over facts
that the other document lacks, over the place of the word (what is added stands at the end) and, where a
verifier has read both sentences, over what that makes of the word weighs them, by how much the sentences
have in common. Its weights are in `word_weights.json`, fitted by `benchmarks/fit_details.py`.

Axes: `w` words of a sentence (`pieces`), `c` its clauses, `f` features, `d` dimensions.
"""

import json
import re
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from aligner.unspaced import pieces
from aligner.vectors import Marks, Vectors

Span = tuple[int, int]
Matrix = npt.NDArray[np.float64]
Excerpts = Callable[[Sequence[str], Sequence[Sequence[Sequence[Span]]]], list[Vectors]]

# Lengths of the runs of words that are looked for in the counterpart. On held-out words of REFreSD they
# are worth 0.11 F1, the longest 0.01. Beside them, how much nearer the sentence comes without a run of
# three words says nothing more.
RUNS = (1, 3, 5)
# A word is better left unmarked below `MARKED`, a span needs one word of `SEED`, and a span that begins
# or ends inside a clause costs more log odds than one at its edge. Best of a coarse grid on held-out
# articles and sentence pairs, by spans and same/partial; against runs of likely words without any such
# cost, 65 % of the edges of spans are within two characters of the answer's instead of 57 %.
MARKED, SEED = 0.38, 0.45
INSIDE_COST, EDGE_COST = 1.5, 0.5
# The log odds of a word that the verifier did not read, or says nothing of; as of the bulk of words.
UNREAD = -3.0
# The cosine of an ordinary link. Only what stands here times the evidence changes when it does.
USUAL_COSINE = 0.7

FEATURES = (
    "clause_dropped",
    "clause_cosine",
    "clause_below_best",
    "clause_share",
    "clause_nearest",
    "nearest_run_of_1",
    "nearest_run_of_3",
    "nearest_run_of_5",
    "cosine",
    "number",
    "name",
    "place",
    "first",
    "last",
    "length_ratio",
)
# With a verifier; its word is the last.
VERIFIED_FEATURES = (*FEATURES, "unsaid")
# How the evidence on a word enters: as it is, as the mean of its two neighbours', and as it is times the
# distance of the sentence's cosine from the usual.
FORMS = ("own", "neighbours", "by_cosine")

_BREAK_AFTER = re.compile(r"[,;:.!?…)»”\"—–、。，；：！？」』）]$")
_BREAK_BEFORE = re.compile(r"[(«“\"—–「『（]")
_JOINTS = " ,;:.–—、。，；："


@dataclass(frozen=True, slots=True)
class Dissected:
    """A sentence and the vectors of what is left of it, all of length 1.

    `words` and `clauses`: half-open offsets into `text`, the clauses made of whole words. `whole`
    `[d]`; `alone` and `without` `[c, d]`: each clause, and the rest; `runs`: for each k of `RUNS` the
    runs of k words, `[w - k + 1, d]`, or of as many as there are.
    """

    text: str
    words: tuple[Span, ...]
    clauses: tuple[Span, ...]
    whole: Vectors
    alone: Vectors
    without: Vectors
    runs: tuple[Vectors, ...]


def dissect(texts: Sequence[str], excerpts: Excerpts) -> list[Dissected]:
    """Each text with the vectors of its excerpts, all in one call of `excerpts`."""
    words = [pieces(text) for text in texts]
    clauses = [_clauses(text, spans) for text, spans in zip(texts, words, strict=True)]
    left = [
        [
            [[(0, len(text))]],
            _alone(parts),
            _without(text, parts),
            *(_alone(_runs(spans, k)) for k in RUNS),
        ]
        for text, spans, parts in zip(texts, words, clauses, strict=True)
    ]
    kept = [[excerpt for kind in kinds for excerpt in kind] for kinds in left]
    result = []
    for text, spans, parts, kinds, vectors in zip(
        texts, words, clauses, left, excerpts(texts, kept), strict=True
    ):
        ends = np.cumsum([len(kind) for kind in kinds])[:-1]
        whole, alone, without, *runs = np.split(vectors, ends)
        result.append(
            Dissected(text, tuple(spans), tuple(parts), whole[0], alone, without, tuple(runs))
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


def _runs(words: Sequence[Span], k: int) -> list[Span]:
    """The runs of k words, or the one run of all where there are fewer."""
    k = min(k, len(words))
    return [(words[first][0], words[first + k - 1][1]) for first in range(len(words) - k + 1)]


def _alone(spans: Sequence[Span]) -> list[list[Span]]:
    return [[span] for span in spans]


def _without(text: str, spans: Sequence[Span]) -> list[list[Span]]:
    return [[(0, start), (end, len(text))] for start, end in spans]


def word_features(
    sentence: Dissected,
    counterpart: Sequence[Dissected],
    numbers: Sequence[Span],
    names: Sequence[Span],
    unsaid: Matrix | None = None,
) -> Matrix:
    """The evidence on each word, `[w, 3 f]`, in the forms of `FORMS`.

    `counterpart`: the sentences it is linked to. `numbers` and `names`: offsets of those in the sentence
    that the other document lacks. `unsaid` `[w]`: a verifier's log odds that the counterpart does not
    say the word; with it there is one feature more.
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
            *_nearest_runs(sentence, counterpart),
            np.full(w, base),
            _touched(sentence, numbers),
            _touched(sentence, names),
            place / max(1, w - 1),
            place == 0,
            place == w - 1,
            np.full(w, np.log(w / words_there)),
            *([] if unsaid is None else [unsaid]),
        ]
    )
    padded = np.pad(own_features, ((1, 1), (0, 0)), mode="edge")
    neighbours = (padded[:-2] + padded[2:]) / 2
    return np.hstack([own_features, neighbours, own_features * (base - USUAL_COSINE)])


def _count(sentence: Dissected, span: Span) -> int:
    return sum(span[0] <= start < span[1] for start, _ in sentence.words)


def _clause_of_each(sentence: Dissected) -> list[int]:
    """The number of the clause that each word is part of, `[w]`."""
    starts = [start for start, _ in sentence.clauses]
    return [bisect_right(starts, at) - 1 for at, _ in sentence.words]


def _nearest_runs(sentence: Dissected, counterpart: Sequence[Dissected]) -> list[Matrix]:
    """For each k of `RUNS`, how near the runs of k words around a word come to any there; `[w]` each.

    A word has the mean of the runs that it is part of.
    """
    there = np.concatenate([vectors for other in counterpart for vectors in other.runs])
    w = len(sentence.words)
    result = []
    for k, runs in zip(RUNS, sentence.runs, strict=True):
        nearest = (runs @ there.T).max(axis=1)
        length = min(k, w)
        total = np.convolve(nearest, np.ones(length))
        result.append(total / np.convolve(np.ones(len(runs)), np.ones(length)))
    return result


def _touched(sentence: Dissected, spans: Sequence[Span]) -> Matrix:
    """1 for the words that a span reaches into, else 0; `[w]`."""
    return np.array(
        [float(any(s < end and e > start for s, e in spans)) for start, end in sentence.words]
    )


def unsaid_words(words: Sequence[Span], by_sentence: Sequence[Marks]) -> Matrix:
    """The log odds `[w]` that no sentence of a counterpart says a word, from what each leaves unsaid.

    A word counts as the most telling of its parts, and is said where any sentence says it.
    """
    odds = np.full((len(by_sentence), len(words)), UNREAD)
    for row, marks in zip(odds, by_sentence, strict=True):
        for k, (start, end) in enumerate(words):
            row[k] = max((odd for x, y, odd in marks if x < end and y > start), default=UNREAD)
    lowest: Matrix = odds.min(axis=0)
    return lowest


@cache
def load_weights(*, verified: bool) -> Mapping[str, Any]:
    """A fitted model, with or without a verifier: `bias`, and for each form the weights by feature."""
    text = (files("aligner.details") / "word_weights.json").read_text(encoding="utf-8")
    weights: Mapping[str, Any] = json.loads(text)["verified" if verified else "unverified"]
    return weights


def absent_words(features: Matrix) -> Matrix:
    """The probability `[w]` that the counterpart does not say a word, from its features `[w, 3 f]`."""
    verified = features.shape[1] == len(FORMS) * len(VERIFIED_FEATURES)
    model = load_weights(verified=verified)
    names = VERIFIED_FEATURES if verified else FEATURES
    weights = [model[form][name] for form in FORMS for name in names]
    probability: Matrix = 1 / (1 + np.exp(-(features @ np.array(weights) + model["bias"])))
    return probability


def absent_spans(sentence: Dissected, probability: Matrix) -> list[Span]:
    """The spans that are best marked, as offsets without the punctuation at their ends.

    Marking a word gains its log odds over those of `MARKED`, every edge of a span costs; the best choice
    is found by Viterbi's algorithm (1967).
    """
    starts = {start for start, _ in sentence.clauses}
    costs = [EDGE_COST if word[0] in starts else INSIDE_COST for word in sentence.words]
    marked = best_marking(_log_odds(probability) - _log_odds(np.array(MARKED)), costs)
    edges = np.flatnonzero(np.diff(marked, prepend=False, append=False)).tolist()
    spans = [
        _trimmed(sentence.text, sentence.words[first][0], sentence.words[end - 1][1])
        for first, end in zip(edges[::2], edges[1::2], strict=True)
        if probability[first:end].max() >= SEED
    ]
    return [(start, end) for start, end in spans if start < end]


def _log_odds(probability: Matrix) -> Matrix:
    kept = np.clip(probability, 1e-9, 1 - 1e-9)
    odds: Matrix = np.log(kept / (1 - kept))
    return odds


def best_marking(gain: Matrix, costs: Sequence[float]) -> npt.NDArray[np.bool_]:
    """The marks `[w]` with the highest sum of gains `[w]` less the costs of their edges.

    `costs` `[w]`: of an edge before each word; at the end of the sentence it costs as before its first.
    """
    unmarked, marked = 0.0, gain[0] - costs[0]
    before: list[
        tuple[bool, bool]
    ] = []  # the better mark of the word before, by the mark of the word
    for value, cost in zip(gain[1:].tolist(), costs[1:], strict=True):
        before.append((marked - cost > unmarked, marked >= unmarked - cost))
        unmarked, marked = (
            max(unmarked, marked - cost),
            max(marked, unmarked - cost) + value,
        )
    marks = [marked - costs[0] > unmarked]
    for if_unmarked, if_marked in reversed(before):
        marks.append(if_marked if marks[-1] else if_unmarked)
    return np.array(marks[::-1])


def _trimmed(text: str, start: int, end: int) -> Span:
    """The span without the marks at its ends that join it to the rest of the sentence."""
    while end > start and text[end - 1] in _JOINTS:
        end -= 1
    while start < end and text[start] in _JOINTS:
        start += 1
    return start, end
