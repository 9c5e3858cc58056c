"""Evidence on pairs of sentences against the pair's own background."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aligner import score
from aligner.score import (
    LOPSIDED,
    MEANT_SHIFT,
    MEANT_SLOPE,
    NEAREST,
    USUAL_RIVALS,
    Passage,
    against_background,
    alone_probability,
    among_many,
    background,
    candidates,
    coherence,
    gap_to_rival,
    gather_evidence,
    load_weights,
    most_candidate_sentences,
    nearest_in_each,
    phrases_covered,
    read_passage,
    score_pairs,
    shared_numbers,
    strangeness,
)
from aligner.types import Sentence
from aligner.vectors import Parts, Vectors, Views

DIMENSIONS = 8


def unit(vectors: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    scaled: npt.NDArray[np.float32] = (vectors / np.maximum(lengths, 1e-9)).astype(np.float32)
    return scaled


def random_passage(seed: int, n: int) -> Passage:
    """A passage of `n` sentences with random vectors, lengths, quotations and numbers."""
    rng = np.random.default_rng(seed)

    def vectors(count: int) -> Vectors:
        return unit(rng.normal(size=(count, DIMENSIONS)))

    def parts() -> Parts:
        counts = rng.integers(1, 5, size=n)
        total = int(counts.sum())
        starts = np.cumsum([0, *counts.tolist()])[:-1]
        return Parts(vectors(total), starts, rng.uniform(0.1, 3, size=total))

    views = Views(
        sentences=vectors(n),
        before=vectors(n),
        after=vectors(n),
        phrases=parts(),
        words=parts(),
        quotes=vectors(n),
        speeches=vectors(n),
        speech=np.sort(rng.integers(-1, 3, size=n)).astype(np.intp),
    )
    return Passage(
        views,
        lengths=rng.integers(5, 300, size=n).tolist(),
        numbers=[frozenset(rng.integers(1, 15, size=2).astype(float).tolist()) for _ in range(n)],
        durations=[frozenset()] * n,
        names=frozenset(rng.choice(["ana", "lumora", "oslo", "quito", "rui"], size=3).tolist()),
        lead=min(2, n - 1),
    )


passages = st.builds(random_passage, st.integers(0, 10**6), st.integers(1, 9))


@given(passages, passages)
def test_swapping_the_sides_transposes_every_feature(a: Passage, b: Passage) -> None:
    """No kind of evidence depends on which text is a."""
    forth, back = gather_evidence(a, b), gather_evidence(b, a)
    for name, values in forth.features.items():
        assert values.shape == (len(a), len(b)), name
        np.testing.assert_allclose(values, back.features[name].T, atol=1e-5, err_msg=name)
    np.testing.assert_allclose(forth.said_of_a, back.said_of_b.T, atol=1e-5)
    np.testing.assert_allclose(forth.said_of_b, back.said_of_a.T, atol=1e-5)


@given(passages, passages)
def test_probabilities_are_probabilities(a: Passage, b: Passage) -> None:
    """Whatever the vectors, every pair gets a number from 0 to 1."""
    p = score_pairs(a, b).probability
    assert p.shape == (len(a), len(b))
    assert np.isfinite(p).all()
    assert ((p >= 0) & (p <= 1)).all()


def test_the_weights_name_the_features() -> None:
    """The file of weights and the code agree on what there is."""
    pair = random_passage(1, 3), random_passage(2, 4)
    made = gather_evidence(*pair).features
    assert list(load_weights(verified=False)["weights"]) == list(made)
    verified = gather_evidence(*pair, np.zeros((3, 4))).features
    assert list(load_weights(verified=True)["weights"]) == list(verified)


def test_what_a_verifier_believes_counts_apart_from_what_it_doubts() -> None:
    """Its log odds bend at 0; pairs that it was not asked about are doubted."""
    statement = np.full((3, 4), np.nan)
    statement[0, :2] = -4.0, -1.0
    statement[1:, 2] = 2.0, 5.0
    made = gather_evidence(random_passage(1, 3), random_passage(2, 4), statement).features
    assert np.nanmax(abs(made["statement"] - statement)) == 0
    assert made["statement_believed"].tolist() == [[0] * 4, [0, 0, 2, 0], [0, 0, 5, 0]]


def test_the_background_is_what_matches_nothing() -> None:
    """The best cells of rows and columns do not count as background."""
    similarity = np.full((6, 6), 0.1)
    np.fill_diagonal(similarity, 0.9)
    middle, spread = background(similarity)
    assert middle == pytest.approx(0.1)
    assert spread == pytest.approx(0.05)
    assert against_background(similarity)[0, 0] == pytest.approx(16)


@pytest.mark.parametrize("shape", [(1, 400), (400, 1)])
def test_the_background_of_one_sentence_is_all_but_its_best(shape: tuple[int, int]) -> None:
    """Every cell of a single row is the best of its column, which says nothing of it."""
    similarity = np.full(400, 0.1)
    similarity[7] = 0.9
    within = np.full(1000, 0.8)  # the sentences of the longer text are all alike
    assert background(similarity.reshape(shape), within) == pytest.approx((0.1, 0.05))


def test_a_tiny_pair_takes_its_background_from_within_the_texts() -> None:
    """Two sentences against two leave no null cells; the texts' own sentences stand in."""
    within = np.array([0.2, 0.2, 0.3, 0.3])
    middle, spread = background(np.eye(2), within)
    assert 0.1 < middle < 0.3
    assert spread < 0.3


def slow_gap(scores: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The gap to the best other cell of the row, by its definition."""
    gaps = np.zeros_like(scores)
    for i, row in enumerate(scores):
        for j, value in enumerate(row):
            others = np.delete(row, j)
            gaps[i, j] = np.clip(value - others.max(), -1.0, 1.5) if others.size else 0
    return gaps


@given(st.integers(0, 10**6), st.integers(1, 6), st.integers(1, 6))
def test_gaps_equal_their_definition(seed: int, n: int, m: int) -> None:
    """The vectorised gap equals the plain loop, ties included."""
    scores = np.random.default_rng(seed).integers(-2, 3, size=(n, m)).astype(float)
    np.testing.assert_allclose(gap_to_rival(scores), slow_gap(scores))


parts = passages.map(lambda passage: passage.views.phrases)


def pieces(parts: Parts) -> list[Vectors]:
    """The vectors of each sentence's parts."""
    ends = [*parts.starts[1:].tolist(), len(parts.vectors)]
    return [parts.vectors[low:high] for low, high in zip(parts.starts, ends, strict=True)]


def slow_coverage(a: Parts, b: Parts) -> npt.NDArray[np.float64]:
    """Phrase coverage by its definition, a phrase at a time."""
    result = np.zeros((len(a.starts), len(b.starts)))
    ends = a.starts[1:].tolist()
    for i, (of_sentence, weights) in enumerate(
        zip(pieces(a), np.split(a.weights, ends), strict=True)
    ):
        rows = []
        for phrase in of_sentence:
            nearest = np.array([max(float(phrase @ other) for other in of_b) for of_b in pieces(b)])
            usual = np.sort(nearest)[::-1][: max(2, len(b.starts) // 4)].mean()
            rows.append(nearest - usual)
        result[i] = np.average(rows, axis=0, weights=weights)
    return result


@pytest.mark.parametrize("at_once", [1, 64])
@given(a=parts, b=parts)
def test_phrase_coverage_equals_its_definition(a: Parts, b: Parts, at_once: int) -> None:
    """The blocked matrix form equals the plain loops, in both directions."""
    with pytest.MonkeyPatch.context() as changed:
        changed.setattr(score, "SENTENCES_AT_ONCE", at_once)
        covered = phrases_covered(a, b)
    np.testing.assert_allclose(covered.of_a, slow_coverage(a, b), atol=1e-5)
    np.testing.assert_allclose(covered.of_b.T, slow_coverage(b, a), atol=1e-5)


@pytest.mark.parametrize("at_once", [1, 64])
@given(a=parts, b=parts)
def test_nearest_parts_equal_plain_loops(a: Parts, b: Parts, at_once: int) -> None:
    """Both directions of one product are what each would be by itself."""
    with pytest.MonkeyPatch.context() as changed:
        changed.setattr(score, "SENTENCES_AT_ONCE", at_once)
        blocks = list(nearest_in_each(a, b))
    in_b = np.concatenate([there for _, _, there, _ in blocks])
    in_a = np.concatenate([here for _, _, _, here in blocks], axis=1)
    for found, (x, y) in ((in_b, (a, b)), (in_a, (b, a))):
        slow = [
            [max(float(one @ other) for other in of_y) for of_y in pieces(y)] for one in x.vectors
        ]
        np.testing.assert_allclose(found, slow, atol=1e-5)


def test_a_copy_says_all_of_a_sentence() -> None:
    """What is said of a sentence is 1 where the other is the same, about 0 where it is unrelated."""
    a = random_passage(5, 12)
    evidence = gather_evidence(a, a)
    np.testing.assert_allclose(np.diag(evidence.said_of_a), 1, atol=1e-5)
    others = evidence.said_of_a[~np.eye(12, dtype=bool)]
    assert abs(np.median(others)) < 0.2


def test_a_speech_that_corresponds_is_linked_whole() -> None:
    """Where two speeches say the same, their likeliest pair speaks for all of their sentences."""
    a, b = random_passage(3, 8), random_passage(4, 8)
    speech = np.array([-1, -1, 0, 0, 0, -1, -1, -1], dtype=np.intp)
    same = np.repeat(unit(np.ones((1, DIMENSIONS))), 8, axis=0)
    a = replace(a, views=replace(a.views, speech=speech, speeches=same))
    b = replace(b, views=replace(b.views, speech=speech, speeches=same))
    p = score_pairs(a, b).probability
    assert np.ptp(p[2:5, 2:5]) == 0
    assert np.ptp(p[:2, 2:5]) > 0


def test_a_number_that_few_sentences_have_counts_more() -> None:
    """A shared number counts less the more sentences have it, and less when it is small."""
    a, b = random_passage(1, 3), random_passage(2, 2)
    values_a = [frozenset([500.0, 7.0]), frozenset([500.0]), frozenset([42.0])]
    a = replace(a, numbers=values_a)
    b = replace(b, numbers=[frozenset([500.0, 42.0]), frozenset([7.0])])
    shared, clash = shared_numbers(a, b)
    expected = np.array([[0.5**0.5, 0.5], [0.5**0.5, 0.0], [1.0, 0.0]])
    np.testing.assert_allclose(shared, expected)
    assert clash.tolist() == [[0, 0], [0, 1], [0, 1]]


def test_a_span_of_time_is_shared_in_any_unit() -> None:
    """48 hours and two days are as long; the same number of the same unit counts once."""
    hours, days = frozenset([48 * 3600.0]), frozenset([2 * 86400.0])
    a, b = random_passage(1, 2), random_passage(2, 2)
    a = replace(a, numbers=[frozenset([48.0]), frozenset()], durations=[hours, frozenset()])
    b = replace(b, numbers=[frozenset([2.0]), frozenset()], durations=[days, frozenset()])
    shared, clash = shared_numbers(a, b)
    assert shared.tolist() == [[1, 0], [0, 0]]
    assert clash.tolist() == [[0, 0], [0, 0]]
    assert shared_numbers(a, a)[0].tolist() == [[1, 0], [0, 0]]


def lead(*lengths_of_paragraphs: int, nearest: int = 0) -> int | None:
    """The lead of a text of so many sentences a paragraph, of which one is nearest to the first."""
    paragraphs = [k for k, size in enumerate(lengths_of_paragraphs) for _ in range(size)]
    sentences = [Sentence("Um texto.", 0, 9, paragraph) for paragraph in paragraphs]
    views = random_passage(1, len(sentences)).views
    vectors = np.eye(len(sentences), DIMENSIONS, dtype=np.float32)
    vectors[nearest] = vectors[0]
    return read_passage(sentences, "pt", replace(views, sentences=vectors)).lead


def test_the_lead_is_the_body_sentence_nearest_to_the_headline() -> None:
    """Headline and deck are paragraphs of one sentence; the lead is one of the first after them."""
    assert lead(1, 1, 4, nearest=2) == 2
    assert lead(1, 1, 4, nearest=4) == 4
    assert lead(1, 1, 4, nearest=5) == 2


def test_a_text_without_headline_has_no_lead() -> None:
    """Where the body comes first, or every line is one sentence, there is no headline to restate."""
    assert lead(4, 3) is None
    assert lead(1, 1, 1, 1) is None


def test_a_sentence_without_a_likely_pair_is_probably_alone() -> None:
    """The surer the likeliest pair, the less a sentence is alone; without any pair it surely is."""
    alone = alone_probability(np.array([0.0, 0.1, 0.5, 0.9, 1.0]))
    assert (np.diff(alone) < 0).all()
    assert alone[[0, 2, 4]] == pytest.approx([1, 0.5, 0], abs=1e-5)


def known(names: str, *values: float) -> Passage:
    """A passage that names and counts what is given."""
    passage = random_passage(7, 2)
    figures = [frozenset(values), frozenset[float]()]
    return replace(passage, names=frozenset(names.split()), numbers=figures)


def test_texts_that_share_names_and_figures_are_no_strangers() -> None:
    """Common names and figures, or too few of either to tell, are not strange."""
    story = known("lumora ekaterina sokolova oslo quito ana", 2026, 140)
    assert strangeness(story, known("lumora ekatérina sokolova prado", 140)) == 0
    assert strangeness(known(""), known("")) == 0


def test_texts_on_different_events_are_strange() -> None:
    """Many names and figures on both sides and none in common are strange, on either side alike."""
    one = known("lumora ekaterina sokolova oslo quito ana", 2026, 140, 87, 312)
    other = known("helion kourou lindqvist skylane velora bruxelles", 38, 210, 640, 90_000)
    assert 0.1 < strangeness(one, other) == strangeness(other, one) <= 0.3


def test_names_in_another_script_say_nothing() -> None:
    """Latin and Cyrillic names never match in spelling, which makes no strangers of two texts."""
    latin = known("lumora sokolova oslo quito ana prado", 140, 2026)
    cyrillic = known("лумора соколова осло кито ана прадо", 140, 2026)
    assert strangeness(latin, cyrillic) == 0


def matching(columns: list[int]) -> npt.NDArray[np.float64]:
    """Scores in which row k clearly matches the k-th of these columns."""
    scores = np.zeros((len(columns), len(columns)))
    scores[np.arange(len(columns)), columns] = 2
    return scores


def test_coherence_is_the_order_that_two_texts_share() -> None:
    """Texts in one order are coherent, shuffled or reversed ones are not, unclear ones in between."""
    n = 12
    assert coherence(matching(list(range(n)))) > 0.8
    assert coherence(matching(list(reversed(range(n))))) == 0
    assert coherence(matching([5, 11, 2, 8, 0, 9, 3, 7, 1, 10, 4, 6])) < 0.2
    assert coherence(np.zeros((4, 3))) == pytest.approx(0.4)


def test_where_no_line_is_a_headline_none_is_taken_for_one() -> None:
    """Without body paragraphs, the first lines of two texts are not thought to correspond."""
    a, b = replace(random_passage(1, 3), lead=None), random_passage(2, 3)
    made = gather_evidence(a, b).features
    assert not made["opening"].any()
    assert not made["headline_and_lead"].any()


@settings(deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 3), st.integers(1, 130), st.booleans())
def test_few_sentences_have_few_candidates(seed: int, n: int, m: int, swapped: bool) -> None:
    """No more than are counted beforehand; each sentence of the shorter text has some."""
    few, many = random_passage(seed, n), random_passage(seed + 1, m)
    pairs = candidates(many, few) if swapped else candidates(few, many)
    mine = {pair[swapped] for pair in pairs}
    assert mine == set(range(n))
    assert n + len({pair[not swapped] for pair in pairs}) <= most_candidate_sentences(n, m)
    if m >= LOPSIDED * n:
        assert len(pairs) == NEAREST * n


def test_rivals_and_the_verifier_lower_the_odds() -> None:
    """Ten times as many rivals make the odds a tenth; what a verifier's word means counts a half."""
    logit = np.full((1, 10 * USUAL_RIVALS), 4.0)
    statement = np.full(logit.shape, (-2 - MEANT_SHIFT) / MEANT_SLOPE)
    assert among_many(logit, None) == pytest.approx(4 - np.log(10))
    assert among_many(logit, statement) == pytest.approx(1 - np.log(10))
    assert among_many(logit.T, statement.T) == pytest.approx(1 - np.log(10))
