"""Pairs of sentences out of two collections."""

from pathlib import Path

import pytest

from aligner.corpus.mining import Place, Sentences, mine
from cli.main import status
from tests.fakes import WordsEncoder
from tests.test_folders import put, rows
from tests.test_matching import BANK, BRIDGE, FROG


def collection(*texts: str) -> Sentences:
    """Sentences of one document each."""
    places = [Place(f"{k}.txt", 0) for k in range(len(texts))]
    return Sentences(list(texts), places, WordsEncoder().encode(list(texts)))


def test_pairs_are_found_across_documents(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each sentence that both sides have is a row with its places; others are in none."""
    pytest.importorskip("pyarrow")
    from pyarrow.parquet import read_table

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("aligner.pipeline.load_encoder", lambda *_, **__: WordsEncoder())
    put("a/x.txt", f"{BRIDGE}\n{FROG}")
    put("b/1.txt", FROG)
    put("b/d/2.txt", BANK)
    assert status(["a", "b", "--mine", "-o", "m.tsv", "-o", "m.parquet"]) == 0
    assert capsys.readouterr().out == "6 by 6 sentences: 3 pairs\n"
    table = rows("m.tsv")
    assert {(row["a_text"], row["b_text"]) for row in table} == {
        (text, text) for text in FROG.split("\n")
    }
    assert {(row["a"], row["b"]) for row in table} == {("x.txt", "1.txt")}
    assert sorted((row["a_sentence"], row["b_sentence"]) for row in table) == [
        *[("3", "0"), ("4", "1"), ("5", "2")]
    ]
    whole = read_table("m.parquet").to_pylist()
    assert [row["a_text"] for row in whole] == [row["a_text"] for row in table]
    put("b/1.txt", BANK)
    assert status(["a", "b", "--mine", "-o", "m.tsv", "-o", "m.parquet", "-q"]) == 0
    assert rows("m.tsv") == []
    assert read_table("m.parquet").column_names == list(table[0])


def test_swapped_collections_give_swapped_pairs() -> None:
    """Neither side is treated otherwise; nothing is found in nothing."""
    a, b = collection(*f"{BRIDGE}\n{FROG}".split("\n")), collection(*f"{FROG}\n{BANK}".split("\n"))
    forth = {(one.a_text, one.b_text, one.confidence) for one in mine(a, b).pairs}
    back = {(one.b_text, one.a_text, one.confidence) for one in mine(b, a).pairs}
    assert forth == back
    assert len(forth) == 3
    assert mine(a, collection()).pairs == []


@pytest.mark.parametrize(
    ("outputs", "message"),
    [
        ([], "--mine writes a table; give its file with -o FILE.tsv or -o FILE.parquet"),
        (["-o", "x.json"], "--mine writes .tsv and .parquet, which x.json is not; rename it"),
        (["-o", "no/x.tsv"], "cannot write no/x.tsv: there is no folder no; make it first"),
    ],
)
def test_place_that_cannot_be_is_an_error(
    outputs: list[str],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """It is told before anything is read."""
    monkeypatch.chdir(tmp_path)
    put("a/x.txt", BRIDGE)
    put("b/x.txt", BRIDGE)
    assert status(["a", "b", "--mine", *outputs]) == 2
    assert message in capsys.readouterr().err
