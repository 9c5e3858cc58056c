"""Pairs of documents by content, and the nearest of many vectors."""

from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from aligner.corpus.job import Results
from aligner.corpus.matching import closeness, match
from aligner.corpus.nearest import nearest
from aligner.corpus.passages import read_folders
from aligner.errors import ResultsError
from aligner.options import Options
from cli.main import status
from tests.fakes import WordsEncoder, WordsVerifier
from tests.test_folders import put, rows

BRIDGE = "A ponte velha fecha hoje.\nAs obras duram meses inteiros.\nUm barco leva toda gente."
FROG = "Rara rã verde apareceu.\nBiólogos escutaram cantos noturnos.\nNova espécie ganha nome."
BANK = "O banco sofreu ataque.\nClientes ficaram sem dinheiro.\nPolícia investiga piratas."


def unit(count: int, seed: int) -> np.ndarray:
    """Random vectors of length 1."""
    vectors = np.random.default_rng(seed).normal(size=(count, 32)).astype(np.float32)
    unit: np.ndarray = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit


def test_documents_are_paired_by_what_they_tell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Names do not matter; one document may have two counterparts; others are listed as alone."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("aligner.pipeline.load_encoder", lambda *_, **__: WordsEncoder())
    monkeypatch.setattr("aligner.pipeline.load_verifier", lambda _: WordsVerifier())
    put("a/1.txt", BRIDGE)
    put("a/2.txt", FROG)
    put("a/bad.txt", " ")
    put("b/3.txt", FROG)
    put("b/4.txt", "\n".join(reversed(BRIDGE.split("\n"))))
    put("b/5.txt", BRIDGE + "\nAmanhã chove.")
    put("b/1.txt", BANK)
    assert status(["a", "b", "-o", "out", "--pair", "content", "-q"]) == 0
    found = [(row["a"], row["b"]) for row in rows() if row["state"] == "done"]
    assert found == [("a/1.txt", "b/4.txt"), ("a/1.txt", "b/5.txt"), ("a/2.txt", "b/3.txt")]
    assert all(0.5 <= float(row["confidence"]) <= 1 for row in rows() if row["state"] == "done")
    alone = [(row["a"] or row["b"], row["reason"]) for row in rows() if row["state"] == "unpaired"]
    assert alone == [("a/bad.txt", "no counterpart in B"), ("b/1.txt", "no counterpart in A")]


def test_nothing_is_embedded_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The ledger keeps the vectors of a text, whatever its name."""
    monkeypatch.chdir(tmp_path)
    encoder = WordsEncoder()
    monkeypatch.setattr("aligner.pipeline.load_encoder", lambda *_, **__: encoder)
    put("a/x.txt", BRIDGE)
    put("a/y.txt", BRIDGE)
    put("b/bad.txt", " ")
    options, told = Options(lang_a="pt", lang_b="pt"), list[str]()
    with closing(Results(Path("out")).ledger) as ledger:
        a, b = read_folders(ledger, (Path("a"), Path("b")), Path("out"), options, told.append)
        assert len(encoder.encoded) == 3
        assert told == [
            "embedding a: document 1",
            "embedding a: document 2",
            "embedding b: document 1",
        ]
        assert a[1].sentences == tuple(BRIDGE.split("\n"))
        assert a[1].vectors.shape == (3, 64)
        assert list(match(a, b)) == []


def test_closeness_is_the_same_from_both_sides() -> None:
    """It is 1 for the same document, and does not depend on which is a."""
    a, b = unit(7, 1), unit(4, 2)
    assert closeness(a, a) == pytest.approx(1, abs=1e-5)
    assert closeness(a, b) == pytest.approx(closeness(b, a))


def test_nearest_are_those_of_a_plain_search() -> None:
    """Numbers and cosines in falling order, from blocks as from one product."""
    queries, vectors = unit(30, 3), unit(50, 4)
    found = nearest(queries, vectors, 5)
    expected = np.argsort(-(queries @ vectors.T), axis=1)[:, :5]
    assert (found.numbers == expected).all()
    assert found.recall == 1
    assert nearest(queries, vectors[:3], 5).numbers.shape == (30, 3)


def test_index_finds_most_and_tells_how_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Above the limit FAISS is asked, with the recall measured; without it there is a clear error."""
    pytest.importorskip("faiss")
    vectors = unit(2_000, 5)
    found = nearest(vectors[:200], vectors, 4, most_exact=1)
    assert (found.numbers[:, 0] == np.arange(200)).mean() > 0.95
    true = nearest(vectors[:200], vectors, 4).numbers
    shares = [len({*x} & {*y}) / 4 for x, y in zip(true, found.numbers, strict=True)]
    assert found.recall == pytest.approx(np.mean(shares))
    monkeypatch.setitem(__import__("sys").modules, "faiss", None)
    with pytest.raises(ResultsError, match=r"2,000 vectors need FAISS; pip install"):
        nearest(vectors, vectors, 4, most_exact=1)
