"""How well each sentence of a fits each sentence of b, as a probability, for free order.

A plain cosine threshold fails on articles: on one topic, false neighbours reach 0.55 while true pairs
go down to 0.3. So every kind of evidence is measured against the pair's own background, the cells that
are best of neither their row nor their column, and a logistic model weighs the kinds. Its weights are
in `score_weights.json`, fitted by `benchmarks/fit_score.py`, which also says what each kind buys.

Axes: `n` sentences of a, `m` of b, `d` dimensions, `p` and `q` phrases of a and of b.
"""

import json
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt

from aligner.evidence import known_names, numbers
from aligner.spelling import folded
from aligner.types import Sentence
from aligner.vectors import Parts, Vectors, Views

Matrix = npt.NDArray[np.float64]

# Similarity of unrelated sentences (median, 98 % quantile), for two texts that are too short to show
# a background of their own. With the embedded model, sentences of different samples have 0.03 and 0.23;
# two texts on one topic lie higher.
DEFAULT_BACKGROUND = (0.06, 0.35)
# The smallest spread a background may have: identical sentences must not scale noise up.
MIN_SPREAD = 0.05
# A gap to the second best counts up to this many spreads; beyond, it says nothing more.
GAP_RANGE = (-1.0, 1.5)
# How much a shared number up to ten counts: they are common, and words for them are often articles.
LARGEST_SMALL_NUMBER, SMALL_NUMBER_WEIGHT = 10, 0.5
# Of 29 pairs of articles on one event all but one share more than 0.2 of their names and figures, on
# average of both; of 62 pairs from different events none shares more than 0.21. The observations that
# this counts as keep short texts, with few of either, from looking strange.
USUAL_SHARE, USUAL_SHARE_COUNT = 0.3, 2
# The sum of three scaled similarities by which a best match clearly beats its rivals, and what order
# articles keep before any such match is seen; worth so many matches.
CLEAR_GAP = 0.6
USUAL_ORDER, USUAL_ORDER_COUNT = 0.4, 4
# Names alike to this much, 0 to 100 (rapidfuzz ratio), are one; up to so many letters only equal ones.
SAME_SPELLING, SHORT_NAME = 85, 3
# Pairs of names of two texts; of more, which spell nothing, only equal ones are one name.
MOST_NAMES = 100_000_000
# Spreads above the background from which two quotations are the same speech in other words. On the
# development articles, all seven of those above 2 are, a third of those between 0.9 and 1.2.
SAME_SPEECH = 1.0
# Characters from which a line with a full stop is no deck. In 62 articles the longest deck has 88, the
# longest that ends like a sentence 60.
LONG_LINE = 110
# Sentences of one text that are compared with each other, at most, evenly chosen.
SAMPLE = 1000
# Sentences of a whose parts are held against all of b at once: bounds the memory of long texts.
SENTENCES_AT_ONCE = 64
# The exponent that makes confidences of one-sided sentences hold on held-out development articles: their
# expected calibration error falls from 0.08 to 0.02.
ALONE_TEMPER = 0.63
# The headline, the deck and the first sentence of the story.
OPENING = 3
# A pair is a candidate for the verifier when it is among so many nearest of either of its sentences: all
# but 26 of the 447 linked pairs of the development articles are, and a third of all pairs.
NEAREST = 6
UNASKED = 0.1  # the quantile of the candidates at which other pairs are put
# From so many times as many sentences in one text as in the other, the shorter has no background, and
# the best of all the chance pairs of a sentence is as far above the rest as a counterpart.
LOPSIDED = 30
# Sentences of the other text that compete for a sentence where the weights were fitted: the longer
# of two development articles has 19 to 26.
USUAL_RIVALS = 30
# What the embedded verifier's log odds mean, by themselves, of the candidates of articles that it has
# not seen (Platt, 1999; `benchmarks.fit_score` prints it): of those of 0 to 1, one in twelve is linked.
# Taken as they are, a headline was paired with the best of 57 chance sentences. Of 36 lines of news
# (`benchmarks.one_among_many`) 31 instead of 28 were paired with their translation and nothing else, but
# seven instead of one with another line where it was left out.
MEANT_SLOPE, MEANT_SHIFT = 0.83, -2.87


@dataclass(frozen=True, slots=True)
class Passage:
    """What the scorer knows of one side's `n` sentences.

    `lengths`: characters. `numbers`: the values each sentence states; `durations`: those that are spans
    of time, in seconds. `names`: the words that only names
    look like, folded to lower case without accents. `lead`: the number of the story's first sentence, as
    opposed to headline and deck; None where nothing tells them apart.
    """

    views: Views
    lengths: Sequence[int]
    numbers: Sequence[frozenset[float]]
    durations: Sequence[frozenset[float]]
    names: frozenset[str]
    lead: int | None

    def __len__(self) -> int:
        return len(self.lengths)


def read_passage(sentences: Sequence[Sentence], language: str, views: Views) -> Passage:
    """The evidence in sentences of one document, at least one, boilerplate left out beforehand."""
    stated = [numbers(sentence.text, language) for sentence in sentences]
    return Passage(
        views=views,
        lengths=[len(sentence.text) for sentence in sentences],
        numbers=[frozenset(number.value for number in found) for found in stated],
        durations=[
            frozenset(number.seconds for number in found if number.seconds is not None)
            for found in stated
        ],
        names=frozenset(folded(name) for name in known_names([one.text for one in sentences])),
        lead=_lead(sentences, views.sentences),
    )


def _lead(sentences: Sequence[Sentence], vectors: Vectors) -> int | None:
    """The number of the sentence that tells the headline's story; None where there is no headline.

    Of the first sentences of the body it is the one nearest to the headline. Headline and deck are
    paragraphs of one short line; where every paragraph is one sentence, nothing tells them apart.
    """
    size = Counter(sentence.paragraph for sentence in sentences)
    if max(size.values()) == 1:
        return None
    body = next(
        k
        for k, sentence in enumerate(sentences)
        if size[sentence.paragraph] > 1
        or (k > 0 and len(sentence.text) >= LONG_LINE and sentence.text[-1] in ".!?…»”")
    )
    if body == 0:
        return None
    return body + int(cosines(vectors[:1], vectors[body : body + OPENING]).argmax())


def cosines(a: Vectors, b: Vectors) -> Matrix:
    """Cosines `[n, m]` of vectors of length 1."""
    # Rounded, so that equal sentences are equally near whichever text is a.
    return np.clip((a @ b.T).astype(np.float64), -1.0, 1.0).round(6)


def background(similarity: Matrix, within: Matrix | None = None) -> tuple[float, float]:
    """Median and spread of the cells that match nothing: best of neither row nor column.

    Of a single row or column only its own best counts: each cell is the best of the other kind. The
    spread reaches to the 98 % quantile, which held up better than the median absolute deviation
    on articles whose every sentence names the same company. With few such cells, those `within` the
    two documents (a sentence against others of its own text) stand in.
    """
    n, m = similarity.shape
    best = np.zeros((n, m), dtype=bool)
    if m > 1 or n == 1:
        best[np.arange(n), similarity.argmax(axis=1)] = True
    if n > 1 or m == 1:
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


def nearest_in_each(a: Parts, b: Parts) -> Iterator[tuple[slice, Parts, Matrix, Matrix]]:
    """How near parts come in each sentence of the other text, for some sentences of a after others.

    Yields which sentences of a those are (`n'` of `n`), their parts, the cosine of each of these parts
    to the nearest part of each sentence of b, `[p', m]`, and of each part of b to theirs, `[q, n']`.
    """
    n = len(a.starts)
    ends = [*a.starts.tolist(), len(a.vectors)]
    for low in range(0, n, SENTENCES_AT_ONCE):
        high = min(n, low + SENTENCES_AT_ONCE)
        own = slice(ends[low], ends[high])
        some = Parts(a.vectors[own], a.starts[low:high] - ends[low], a.weights[own])
        block = some.vectors @ b.vectors.T
        in_b = np.maximum.reduceat(block, b.starts, axis=1).astype(np.float64)
        in_a = np.maximum.reduceat(block, some.starts, axis=0).T.astype(np.float64)
        # Rounded, so that it does not matter which text is a.
        yield slice(low, high), some, in_b.round(6), in_a.round(6)


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of each sentence is said in each of the other text, `[n, m]`.

    `of_a` and `of_b`: over what others say of it; `said_of_a` and `said_of_b`: by cosines as they are.
    """

    of_a: Matrix
    of_b: Matrix
    said_of_a: Matrix
    said_of_b: Matrix


def phrases_covered(a: Parts, b: Parts) -> Coverage:
    """How much the sentences of a and b say of each other by phrases."""
    n, m = len(a.starts), len(b.starts)
    of_a, said_of_a = np.empty((n, m)), np.empty((n, m))
    in_a = np.empty((len(b.vectors), n))
    for rows, parts, there, here in nearest_in_each(a, b):
        of_a[rows] = phrase_coverage(there, parts, m)
        said_of_a[rows] = _mean_of_each(there, parts)
        in_a[:, rows] = here
    return Coverage(of_a, phrase_coverage(in_a, b, n).T, said_of_a, _mean_of_each(in_a, b).T)


def words_covered(a: Parts, b: Parts) -> Matrix:
    """How much the sentences of a and b say of each other by words, `[n, m]`, mean of both ways."""
    covered = np.empty((len(a.starts), len(b.starts)))
    for rows, parts, there, here in nearest_in_each(a, b):
        covered[rows] = (word_coverage(there, parts) + word_coverage(here, b).T) / 2
    return covered


def phrase_coverage(nearest: Matrix, a: Parts, m: int) -> Matrix:
    """How much of each sentence of a is said in each of b, `[n, m]`, over that of others.

    `nearest` `[p, m]`: how near each phrase of a comes in each of the m sentences of b. A phrase
    counts by how much nearer that is than in b's sentences at large (mean over the nearest quarter),
    so that a name every sentence has counts little.
    """
    usual = np.sort(nearest, axis=1)[:, -max(2, m // 4) :]
    return _mean_of_each(nearest - usual.mean(axis=1, keepdims=True), a)


def word_coverage(nearest: Matrix, a: Parts) -> Matrix:
    """How much of each sentence of a is said in each of b, `[n, m]`, by words, the rare ones first."""
    return _mean_of_each(np.maximum(nearest, 0), a)


def _mean_of_each(values: Matrix, a: Parts) -> Matrix:
    """The weighted mean `[n, m]` of values `[p, m]` over the parts of each sentence."""
    weights = np.add.reduceat(a.weights, a.starts)
    total: Matrix = np.add.reduceat(values * a.weights[:, None], a.starts, axis=0)
    return total / np.maximum(weights, 1e-9)[:, None]


def shared_numbers(a: Passage, b: Passage) -> tuple[Matrix, Matrix]:
    """Weight of the numbers that a pair shares, and 1 where both have numbers but none shared."""
    # A span of time is shared in any unit, but counts once.
    shared = np.maximum(
        _shared_values(a.numbers, b.numbers), _shared_values(a.durations, b.durations)
    )
    both = np.outer([bool(one) for one in a.numbers], [bool(one) for one in b.numbers])
    return shared, np.where(both & (shared == 0), 1.0, 0.0)


def _shared_values(a: Sequence[frozenset[float]], b: Sequence[frozenset[float]]) -> Matrix:
    """The weight `[n, m]` of the values that two sentences share, the rare ones highest."""
    in_a, in_b = _sentences_with(a), _sentences_with(b)
    shared = np.zeros((len(a), len(b)))
    for value in sorted(in_a.keys() & in_b.keys()):
        weight = SMALL_NUMBER_WEIGHT if value <= LARGEST_SMALL_NUMBER else 1.0
        rows, columns = in_a[value], in_b[value]
        shared[np.ix_(rows, columns)] += weight / np.sqrt(len(rows) * len(columns))
    return shared


def _sentences_with(numbers: Sequence[frozenset[float]]) -> dict[float, list[int]]:
    """For each value, the sentences that state it."""
    found: dict[float, list[int]] = {}
    for sentence, values in enumerate(numbers):
        for value in values:
            found.setdefault(value, []).append(sentence)
    return found


def _outer_flags(n: int, m: int, of_a: Sequence[int], of_b: Sequence[int]) -> Matrix:
    """1 where the row is one of `of_a` and the column one of `of_b`, else 0; `[n, m]`."""
    flags = np.zeros((n, m))
    flags[np.ix_([i for i in of_a if i < n], [j for j in of_b if j < m])] = 1
    return flags


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for and against every pair.

    `features`: the kinds of evidence, each `[n, m]`. `said_of_a` and `said_of_b` `[n, m]`: how much of
    the sentence of a the one of b says, and the reverse, from 0 for what unrelated sentences say of
    each other to 1 for all of it.
    """

    features: dict[str, Matrix]
    said_of_a: Matrix
    said_of_b: Matrix


def lopsided(n: int, m: int) -> bool:
    """Whether a few sentences are compared with very many."""
    return max(n, m) >= LOPSIDED * min(n, m)


def most_candidate_sentences(n: int, m: int) -> int:
    """How many sentences of two texts of `n` and `m` are in candidate pairs, at most."""
    return (1 + NEAREST) * min(n, m) if lopsided(n, m) else n + m


def candidates(a: Passage, b: Passage) -> list[tuple[int, int]]:
    """The pairs that may go together: among the nearest of one of its sentences.

    Of texts that are lopsided, only those nearest to a sentence of the shorter one: few sentences are
    among the nearest of every other.
    """
    similarity = cosines(a.views.sentences, b.views.sentences)
    n, m = similarity.shape
    if lopsided(n, m):
        near = _rank(similarity, axis=1 if n < m else 0) < NEAREST
    else:
        near = among_nearest(similarity)
    return [(i, j) for i, j in np.argwhere(near).tolist()]


def among_nearest(similarity: npt.NDArray[np.floating]) -> npt.NDArray[np.bool_]:
    """Which cells `[n, m]` are among the `NEAREST` of their row or of their column."""
    ranks = [_rank(similarity, axis) for axis in (0, 1)]
    nearest: npt.NDArray[np.bool_] = np.minimum(*ranks) < NEAREST
    return nearest


def _rank(similarity: npt.NDArray[np.floating], axis: int) -> npt.NDArray[np.intp]:
    """The place of each cell `[n, m]` among those along the axis, 0 for the nearest."""
    return np.argsort(np.argsort(-similarity, axis=axis, kind="stable"), axis=axis)


def gather_evidence(a: Passage, b: Passage, statement: Matrix | None = None) -> Evidence:
    """The evidence on every pair; swapping a and b transposes it all.

    `statement` `[n, m]`: the verifier's log odds that both make the same statement, NaN where it was not
    asked; None where there is no verifier.
    """
    n, m = len(a), len(b)
    x, y = a.views, b.views
    within = np.concatenate([_within(one) for one in (x.sentences, y.sentences)])

    def scaled(similarity: Matrix) -> Matrix:
        return against_background(similarity, within)

    plain = cosines(x.sentences, y.sentences)
    cosine = scaled(plain)
    phrases = phrases_covered(x.phrases, y.phrases)
    phrase = against_background((phrases.of_a + phrases.of_b) / 2)
    word = against_background(words_covered(x.words, y.words))
    unrelated, _ = background((phrases.said_of_a + phrases.said_of_b) / 2)
    opening, headline_and_lead = np.zeros((n, m)), np.zeros((n, m))
    if a.lead is not None and b.lead is not None:
        opening = _outer_flags(n, m, range(OPENING), range(OPENING))
        headline_and_lead = _outer_flags(n, m, (0, a.lead), (0, b.lead))
    # A few sentences share few names with any text; in German all their nouns pass for names.
    strange = 0.0 if lopsided(n, m) else strangeness(a, b)
    in_order = coherence(cosine + word + phrase)
    nearby = (1 + in_order) / 2  # sentences that move take their neighbours along, half of the time
    crossed = (cosines(x.before, y.sentences), cosines(x.sentences, y.before))
    shared, clash = shared_numbers(a, b)
    length_a, length_b = np.log(a.lengths)[:, None], np.log(b.lengths)[None, :]
    place_a, place_b = np.arange(n) / max(1, n - 1), np.arange(m) / max(1, m - 1)
    features = {
        "plain_cosine": plain,
        "cosine": cosine,
        **_gaps("cosine", cosine),
        "words": word,
        **_gaps("words", word),
        "phrases": phrase,
        **_gaps("phrases", phrase),
        "phrases_better": against_background(np.maximum(phrases.of_a, phrases.of_b)),
        "before": nearby * scaled(cosines(x.before, y.before)),
        "before_crossed": nearby * np.maximum(*map(scaled, crossed)),
        "after": nearby * scaled(cosines(x.after, y.after)),
        "quotes": _quotes(a, b, within),
        "numbers_shared": shared,
        "numbers_clash": clash,
        "distance": in_order * np.abs(place_a[:, None] - place_b[None, :]),
        "opening": opening,
        "headline_and_lead": headline_and_lead,
        "headline_and_lead_cosine": headline_and_lead * plain,
        "strange": np.full((n, m), strange),
        "strange_headline_and_lead": strange * headline_and_lead,
        "strange_cosine": strange * cosine,
        "strange_phrases": strange * phrase,
        "shorter_length": np.minimum(length_a, length_b),
        "length_ratio": np.abs(length_a - length_b),
    }
    if statement is not None:
        features["statement"] = whole = _whole(statement)
        # What it believes counts by another slope than what it doubts; without this F1 of links loses
        # 0.007 on held-out articles. A bend at -2 or 1, or two, gain as much; one in other kinds, none.
        features["statement_believed"] = np.maximum(whole, 0)
    all_of_it = max(1 - unrelated, MIN_SPREAD)
    return Evidence(
        features,
        said_of_a=(phrases.said_of_a - unrelated) / all_of_it,
        said_of_b=(phrases.said_of_b - unrelated) / all_of_it,
    )


def _within(sentences: Vectors) -> Matrix:
    """The cosines of each of a text's sentences with each other one, flat."""
    some = sentences[:: -(-len(sentences) // SAMPLE)]
    return cosines(some, some)[~np.eye(len(some), dtype=bool)]


def coherence(scores: Matrix) -> float:
    """How far what matches best stands in the same order in both texts, 0 to 1.

    Kendall's rank correlation (1938) of the places of mutually best pairs that clearly beat their
    rivals, negative ones counted as 0. Place and neighbours are evidence only as far as this goes: news
    articles keep some order, shuffled texts none.
    """
    n = len(scores)
    best = scores.argmax(axis=1)
    clear = (
        np.minimum(gap_to_rival(scores), gap_to_rival(scores.T).T)[np.arange(n), best] > CLEAR_GAP
    )
    mutual = scores.argmax(axis=0)[best] == np.arange(n)
    rows = np.flatnonzero(clear & mutual)
    columns = best[rows]
    k = len(rows)
    agreement = np.sign(np.subtract.outer(rows, rows) * np.subtract.outer(columns, columns)).sum()
    tau = agreement / (k * (k - 1)) if k > 1 else 0.0
    return float(max(0.0, (k * tau + USUAL_ORDER_COUNT * USUAL_ORDER) / (k + USUAL_ORDER_COUNT)))


def strangeness(a: Passage, b: Passage) -> float:
    """How little two texts share of names and numbers for texts on one event: 0, not strange, to 0.3.

    Two articles on different events of a kind (two strikes, two floods) have sentences on the same
    topics; what they lack is common names and figures. Names in different scripts say nothing.
    """
    names = USUAL_SHARE
    if _script(a.names) == _script(b.names):
        names = max(_share(a.names, b.names), _share(b.names, a.names))
    in_a, in_b = (
        {value for values in passage.numbers for value in values if value > LARGEST_SMALL_NUMBER}
        for passage in (a, b)
    )
    figures = _smoothed(len(in_a & in_b), min(len(in_a), len(in_b)))
    return max(0.0, USUAL_SHARE - (names + figures) / 2)


def _share(names: frozenset[str], others: frozenset[str]) -> float:
    """The share of names that the other text has in nearly the same letters."""
    from rapidfuzz.fuzz import ratio
    from rapidfuzz.process import extractOne

    candidates = sorted(others)
    few = len(names) * len(others) <= MOST_NAMES
    found = sum(
        name in others
        or (
            few
            and len(name) > SHORT_NAME
            and extractOne(name, candidates, scorer=ratio, score_cutoff=SAME_SPELLING) is not None
        )
        for name in sorted(names)
    )
    return _smoothed(found, len(names))


def _smoothed(found: int, among: int) -> float:
    """A share that starts from the usual one and takes a few observations to leave it."""
    return (found + USUAL_SHARE_COUNT * USUAL_SHARE) / (among + USUAL_SHARE_COUNT)


def _script(names: frozenset[str]) -> str:
    """The script that most of the names are written in, such as `LATIN` or `CYRILLIC`."""
    scripts = Counter(unicodedata.name(name[0], "").split(" ")[0] for name in sorted(names))
    return scripts.most_common(1)[0][0] if scripts else ""


def _whole(statement: Matrix) -> Matrix:
    """A verifier's log odds; pairs that it was not asked about stand among the least likely ones asked.

    Scaled by their background, or with their gaps to rivals beside them, they gained no more: a verifier
    has seen what tempts, and its odds mean the same in every text.
    """
    asked = statement[~np.isnan(statement)]
    return np.where(np.isnan(statement), np.quantile(asked, UNASKED), statement)


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


@cache
def load_weights(*, verified: bool) -> Mapping[str, Any]:
    """A fitted model, with or without a verifier's evidence: `bias`, and `weights` by feature name."""
    text = (files("aligner") / "score_weights.json").read_text(encoding="utf-8")
    weights: Mapping[str, Any] = json.loads(text)["verified" if verified else "unverified"]
    return weights


@dataclass(frozen=True, slots=True)
class PairScores:
    """How well sentences go together, each `[n, m]`.

    `probability`: that they state a common fact, 0 to 1. `said_of_a` and `said_of_b` as in `Evidence`.
    """

    probability: Matrix
    said_of_a: Matrix
    said_of_b: Matrix


def score_pairs(a: Passage, b: Passage, statement: Matrix | None = None) -> PairScores:
    """How well every sentence of a goes with every one of b; `statement` as in `gather_evidence`."""
    model = load_weights(verified=statement is not None)
    evidence = gather_evidence(a, b, statement)
    logit = np.full((len(a), len(b)), float(model["bias"]))
    for name, values in evidence.features.items():
        logit += model["weights"][name] * values
    if lopsided(*logit.shape):
        logit = among_many(logit, evidence.features.get("statement"))
    probability = _shared_by_speeches(1 / (1 + np.exp(-logit)), a, b)
    return PairScores(probability, evidence.said_of_a, evidence.said_of_b)


def among_many(logit: Matrix, statement: Matrix | None) -> Matrix:
    """The log odds `[n, m]` of lopsided texts, from those of the scorer and of a verifier, if any.

    A verifier reads a pair without regard to others, so it counts as much as all that is measured
    against a background (the mean of log odds: Genest and Zidek, 1986), once its log odds are brought to
    what they mean. Before anything is read, the odds of a pair fall with the number of rivals.
    """
    opinion = logit
    if statement is not None:
        opinion = (logit + MEANT_SLOPE * statement + MEANT_SHIFT) / 2
    corrected: Matrix = opinion - np.log(max(logit.shape) / USUAL_RIVALS)
    return corrected


def alone_probability(likeliest: Matrix) -> Matrix:
    """The probability `[k]` that sentences have no counterpart, from that of their likeliest pair.

    One less that probability is too sure, since any other pair may hold as well; the odds are tempered.
    """
    odds = (1 - likeliest) / np.maximum(likeliest, 1e-9)
    tempered = np.power(odds, ALONE_TEMPER)
    probability: Matrix = tempered / (1 + tempered)
    return probability


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
