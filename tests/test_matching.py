"""Pairs of documents by content, and the nearest of many vectors."""

from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from aligner.corpus import passages
from aligner.corpus.job import Results
from aligner.corpus.matching import closeness, match
from aligner.corpus.nearest import nearest
from aligner.corpus.passages import Passages, Reading, read_folders
from aligner.errors import ResultsError
from aligner.options import Options
from cli.main import status
from tests.fakes import StoppedEncoder, WordsEncoder, WordsVerifier
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
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Names do not matter; one document may have two counterparts; others are listed as alone.

    One that cannot be read is a failure with its reason.
    """
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
    assert status(["a", "b", "-o", "out", "--pair", "content", "--html"]) == 2
    assert capsys.readouterr().out.splitlines()[::2] == [
        "3 pairs: 3 done",
        "without a counterpart: 1 of B",
        "failed: a/bad.txt: a/bad.txt holds only white space; give a text with words in it",
    ]
    assert "1 document without a counterpart. 1 not read." in Path("out/index.html").read_text()
    found = [(row["a"], row["b"]) for row in rows() if row["state"] == "done"]
    assert found == [("a/1.txt", "b/4.txt"), ("a/1.txt", "b/5.txt"), ("a/2.txt", "b/3.txt")]
    assert all(0.5 <= float(row["confidence"]) <= 1 for row in rows() if row["state"] == "done")
    alone = [(row["state"], row["a"] or row["b"], row["reason"]) for row in rows()[3:]]
    reason = "a/bad.txt holds only white space; give a text with words in it"
    assert alone == [
        ("failed", "a/bad.txt", reason),
        ("unpaired", "b/1.txt", "no counterpart in A"),
    ]


class Told:
    """Notes what a watcher is told."""

    def __init__(self) -> None:
        self.told: list[object] = []

    def begin(self, many: int, size: int, work: str, noun: str) -> None:  # noqa: ARG002
        """Of the documents of a folder."""
        self.told.append((many, size, work))

    def add(self, size: int) -> None:
        """Of one."""
        self.told.append(size)


def test_nothing_is_embedded_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The ledger keeps the vectors of a text, whatever its name."""
    monkeypatch.chdir(tmp_path)
    encoder = WordsEncoder()
    monkeypatch.setattr("aligner.pipeline.load_encoder", lambda *_, **__: encoder)
    put("a/x.txt", BRIDGE)
    put("a/y.txt", BRIDGE)
    put("b/bad.txt", " ")
    options, told = Options(lang_a="pt", lang_b="pt"), Told()
    with closing(Results(Path("out")).ledger) as ledger:
        a, b = read_folders(ledger, (Path("a"), Path("b")), [], options, told)
        assert len(encoder.encoded) == 3
        size = len(BRIDGE.encode())
        assert told.told == [(2, 2 * size, "embedding a"), size, size, (1, 1, "embedding b"), 1]
        assert list(b.failed) == ["bad.txt"]
        assert a[1].sentences == tuple(BRIDGE.split("\n"))
        assert a[1].vectors.shape == (3, 64)
        assert list(match(a, b)) == []


def test_long_text_is_embedded_part_by_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was kept of it when a run was stopped is not embedded again, and the whole is the same."""
    monkeypatch.setattr(passages, "PART", 2)
    path = tmp_path / "x.txt"
    path.write_text(f"{BRIDGE}\n{FROG}", encoding="utf-8")
    encoder = StoppedEncoder(4)
    reading = Reading(encoder, "pt", "lines", "")
    with closing(Results(tmp_path / "out").ledger) as ledger:
        with pytest.raises(KeyboardInterrupt):
            Passages(ledger, reading).add("x.txt", path)
        found = Passages(ledger, reading)
        for _ in range(2):
            found.add("x.txt", path)
    texts = f"{BRIDGE}\n{FROG}".split("\n")
    assert encoder.encoded == texts
    with closing(Results(tmp_path / "out").ledger) as ledger:
        again = Passages(ledger, reading)
        again.add("x.txt", path)
        assert encoder.encoded == texts
        assert again[0].sentences == tuple(texts)
        assert again[0].numbers == (0, 1, 2, 3, 4, 5)
        expected = WordsEncoder().encode(texts).astype(np.float16)
        assert (again[0].vectors == expected).all()


def test_closeness_is_the_same_from_both_sides() -> None:
    """It is 1 for the same document, and does not depend on which is a."""
    a, b = unit(7, 1), unit(4, 2)
    assert closeness(a, a) == pytest.approx(1, abs=1e-5)
    assert closeness(a, b) == pytest.approx(closeness(b, a))


def test_nearest_are_those_of_a_plain_search(monkeypatch: pytest.MonkeyPatch) -> None:
    """Numbers and cosines in falling order, from blocks of any size as from one product."""
    queries, vectors = unit(30, 3), unit(50, 4)
    products = queries @ vectors.T
    expected = np.argsort(-products, axis=1)[:, :5]
    for block, wide in ((7, 3), (30, 50), (2_048, 8_192)):
        monkeypatch.setattr("aligner.corpus.nearest.BLOCK", block)
        monkeypatch.setattr("aligner.corpus.nearest.WIDE", wide)
        found = nearest(queries, vectors, 5)
        assert (found.numbers == expected).all()
        assert np.take_along_axis(products, expected, 1) == pytest.approx(found.cosines, abs=1e-6)
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
