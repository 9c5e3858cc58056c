"""The words of a linked sentence that its counterpart does not say."""

from collections.abc import Sequence
from functools import partial
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aligner.details import link_details, merged_details
from aligner.details.clauses import (
    FEATURES,
    FORMS,
    RUNS,
    UNREAD,
    VERIFIED_FEATURES,
    Dissected,
    absent_spans,
    absent_words,
    best_marking,
    dissect,
    load_weights,
    unsaid_words,
    word_features,
)
from aligner.details.facts import absent_facts
from aligner.embed.embedded import EmbeddedEncoder
from aligner.embed.excerpts import encode_excerpts
from aligner.types import Detail, Sentence
from aligner.vectors import Marks
from tests.builders import document
from tests.fakes import WordsEncoder

EXCERPTS = partial(encode_excerpts, WordsEncoder())
texts = st.text(alphabet="abcdé ,;.«»“”()-1 ", min_size=1).filter(str.strip).map(str.strip)


def one(text: str) -> Dissected:
    """A text taken apart with the encoder that knows words only."""
    (dissected,) = dissect([text], EXCERPTS)
    return dissected


@given(texts)
def test_clauses_cover_all_words_once(text: str) -> None:
    """Every word is in exactly one clause, and every vector stands for something."""
    dissected = one(text)
    places = [
        sum(start <= word[0] and word[1] <= end for start, end in dissected.clauses)
        for word in dissected.words
    ]
    assert places == [1] * len(dissected.words)
    assert len(dissected.alone) == len(dissected.without) == len(dissected.clauses)
    assert [len(runs) for runs in dissected.runs] == [max(1, len(places) - k + 1) for k in RUNS]


@given(texts, texts)
def test_every_word_gets_a_probability(text: str, other: str) -> None:
    """Any two texts give finite features and a probability a word."""
    w = len(text.split())
    for names, unsaid in ((FEATURES, None), (VERIFIED_FEATURES, np.linspace(-9, 9, w))):
        features = word_features(one(text), [one(other)], [(0, 1)], [], unsaid)
        assert features.shape == (w, len(FORMS) * len(names))
        probability = absent_words(features)
        assert ((probability >= 0) & (probability <= 1)).all()


@pytest.mark.parametrize("verified", [False, True])
def test_the_weights_name_the_features(verified: bool) -> None:
    """The file of weights and the code agree on what there is."""
    model = load_weights(verified=verified)
    names = VERIFIED_FEATURES if verified else FEATURES
    assert [tuple(model[form]) for form in FORMS] == [names] * len(FORMS)


def test_a_word_is_said_where_any_sentence_says_it() -> None:
    """Of a word's parts the most telling counts, of the sentences the one that says it."""
    words = [(0, 5), (6, 10), (11, 14)]
    first = [(0, 2, 1.0), (2, 5, 3.0), (6, 10, 2.0)]
    second = [(0, 5, 4.0), (6, 10, -1.0)]
    assert unsaid_words(words, [first]).tolist() == [3.0, 2.0, UNREAD]
    assert unsaid_words(words, [first, second]).tolist() == [3.0, -1.0, UNREAD]


def test_what_a_verifier_finds_unsaid_is_marked() -> None:
    """Of two sentences that look alike, the words that a verifier misses become a detail."""
    a = document("a", "pt", "o prefeito anunciou a obra nova ontem")
    b = document("b", "pt", "o prefeito anunciou a obra")
    facts = (absent_facts(a, b, WordsEncoder().encode), absent_facts(b, a, WordsEncoder().encode))
    asked: list[Sequence[tuple[int, int]]] = []

    def unsaid(
        of_a: Sequence[str], of_b: Sequence[str], pairs: Sequence[tuple[int, int]]
    ) -> list[tuple[Marks, Marks]]:
        asked.append(pairs)
        odds = [6.0 if text.startswith(("nova", "ontem")) else -4.0 for text in of_a[0].split()]
        words = one(of_a[0]).words
        in_a = [(*word, odd) for word, odd in zip(words, odds, strict=True)]
        return [(in_a, [(*word, -4.0) for word in one(of_b[0]).words])]

    ((a_only, b_only),) = link_details((a, b), [((0,), (0,))], facts, EXCERPTS, unsaid)
    assert asked == [[(0, 0)]]
    assert [detail.text for detail in a_only] == ["nova ontem"]
    assert b_only == ()


def test_a_clause_that_the_counterpart_lacks_stands_out() -> None:
    """Without its added clause a sentence comes nearer to its counterpart."""
    added = one("uma casa verde, com três janelas antigas")
    features = word_features(added, [one("uma casa verde")], [], [])
    dropped = features[:, FEATURES.index("clause_dropped")]
    assert dropped[:3].max() < 0 < dropped[3:].min()


@given(texts, texts, st.sampled_from(RUNS))
def test_a_word_has_the_mean_of_its_runs(text: str, other: str, k: int) -> None:
    """How near the words around a word come is what a loop over the runs it is part of gives."""
    here, there = one(text), one(other)
    features = word_features(here, [there], [], [])
    w = len(here.words)
    length = min(k, w)
    runs = here.runs[RUNS.index(k)]
    nearest = [max(float(run @ x) for runs in there.runs for x in runs) for run in runs]
    for word in range(w):
        parts = range(max(0, word - length + 1), min(word, w - length) + 1)
        expected = np.mean([nearest[first] for first in parts])
        found = features[word, FEATURES.index(f"nearest_run_of_{k}")]
        assert found == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize(
    ("probability", "spans"),
    [
        ([0.1, 0.1, 0.1, 0.1], []),
        ([0.1, 0.95, 0.1, 0.1], ["dois"]),
        ([0.1, 0.95, 0.4, 0.1], ["dois, três"]),
        ([0.1, 0.9, 0.9, 0.1], ["dois, três"]),
        ([0.3, 0.9, 0.9, 0.1], ["um dois, três"]),
        ([0.1, 0.4, 0.4, 0.1], []),
        ([0.1, 0.1, 0.1, 0.7], ["quatro"]),
        ([0.9, 0.9, 0.9, 0.9], ["um dois, três, quatro"]),
    ],
)
def test_spans_prefer_the_edges_of_clauses(probability: list[float], spans: list[str]) -> None:
    """Likely words take fairly likely neighbours along; marks at the ends are left out."""
    dissected = one("um dois, três, quatro.")
    found = absent_spans(dissected, np.array(probability))
    assert [dissected.text[start:end] for start, end in found] == spans


gains = st.floats(-4, 4).map(lambda value: round(value, 2))


@given(st.lists(st.tuples(gains, st.sampled_from([0.5, 1.5])), min_size=1, max_size=8))
def test_marks_are_the_best_of_all(words: list[tuple[float, float]]) -> None:
    """No choice of words is worth more than the one that is found, by trying them all."""
    gain, costs = (np.array(column) for column in zip(*words, strict=True))

    def worth(marks: Sequence[bool]) -> float:
        edges = np.diff([False, *marks, False])
        return float(gain[list(marks)].sum() - np.append(costs, costs[0])[edges].sum())

    found = best_marking(gain, costs.tolist()).tolist()
    best = max(worth(marks) for marks in product([False, True], repeat=len(words)))
    assert worth(found) == pytest.approx(best)


def test_facts_and_clauses_that_overlap_are_one_detail() -> None:
    """A clause swallows the number in it, unless the number is half of it."""
    sentence = Sentence("pagou 2,5 milhões em maio, disse Ana", 10, 46, 0)
    number = Detail(16, 27, "2,5 milhões", "number")
    name = Detail(43, 46, "Ana", "name")
    (small, other) = merged_details(sentence, [number, name], [(6, 25)])
    assert (small.text, small.kind) == ("2,5 milhões em maio", "number")
    assert (other.text, other.kind) == ("Ana", "name")
    (large,) = merged_details(sentence, [number], [(0, 36)])
    assert (large.text, large.kind, large.start) == (sentence.text, "clause", 10)


def test_an_added_clause_is_found_across_languages() -> None:
    """With real vectors, the clause that one side adds is marked, the translated rest is not."""
    encoder = EmbeddedEncoder()
    a = document("pt", "pt", "A fábrica de vidro vai fechar em dezembro, anunciou a empresa.")
    b = document(
        "fr",
        "fr",
        "La verrerie fermera en décembre, a annoncé l'entreprise, qui emploie des centaines de"
        " familles de la vallée.",
    )
    facts = (absent_facts(a, b, encoder.encode), absent_facts(b, a, encoder.encode))
    excerpts = partial(encode_excerpts, encoder)
    ((a_only, b_only),) = link_details((a, b), [((0,), (0,))], facts, excerpts)
    assert a_only == ()
    assert [(detail.text, detail.kind) for detail in b_only] == [
        ("qui emploie des centaines de familles de la vallée", "clause")
    ]


def test_excerpts_are_encoded_where_the_encoder_has_none() -> None:
    """An encoder that only encodes gets the texts that are left."""
    encoder = WordsEncoder()
    (vectors,) = encode_excerpts(encoder, ["um dois três"], [[[(0, 3), (8, 12)], [(0, 12)]]])
    np.testing.assert_array_equal(vectors[1], WordsEncoder().encode(["um dois três"])[0])
    np.testing.assert_array_equal(vectors[0], WordsEncoder().encode(["um três"])[0])


def test_the_embedded_model_subtracts_instead_of_encoding() -> None:
    """The whole text's vector is exact, and an excerpt's is near the really encoded one."""
    encoder = EmbeddedEncoder()
    text = "A Comissão Europeia aprovou ontem em Bruxelas, depois de meses de debate, a nova lei."
    cut = text.index(" depois")
    (vectors,) = encoder.excerpts([text], [[[(0, len(text))], [(0, cut), (cut + 25, len(text))]]])
    left = text[:cut] + text[cut + 25 :]
    real = encoder.encode([text, " ".join(left.split())])
    assert vectors[0] @ real[0] == pytest.approx(1, abs=1e-5)
    assert vectors[1] @ real[1] > 0.95
