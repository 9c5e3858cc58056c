"""Pairs of sentences out of two collections."""

import errno
import sys
from contextlib import closing
from pathlib import Path

import pytest

from aligner.corpus.ledger import Ledger
from aligner.corpus.mining import Place, Sentences, mine
from cli.main import status
from tests.fakes import StoppedEncoder, WordsEncoder
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


@pytest.fixture
def many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StoppedEncoder:
    """Folders of three texts each, and an encoder that is interrupted at the fourth."""
    encoder = StoppedEncoder(11)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("aligner.pipeline.load_encoder", lambda *_, **__: encoder)
    for side in "ab":
        for number, text in enumerate((BRIDGE, FROG, BANK)):
            put(f"{side}/{number}.txt", f"{text}\n{side} {number}.")
    return encoder


def test_stopped_run_goes_on_where_it_was(
    many: StoppedEncoder, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is embedded twice; the table is that of an undisturbed run; then nothing else is left."""
    command = ["a", "b", "--mine", "--split", "lines", "-o", "m.tsv"]
    with pytest.raises(SystemExit) as left:
        sys.exit(status(command))
    assert left.value.code == 130
    assert capsys.readouterr().err.startswith("align: interrupted; the same command embeds nothing")
    assert not Path("m.tsv").exists()
    embedded = len(many.encoded)
    assert embedded > 0
    assert status(command) == 0
    assert len(many.encoded) == 24
    table = Path("m.tsv").read_bytes()
    assert sorted(path.name for path in Path().iterdir()) == ["a", "b", "m.tsv"]
    assert status(command) == 0
    assert len(many.encoded) == 48
    assert Path("m.tsv").read_bytes() == table


@pytest.mark.usefixtures("many")
def test_bad_document_is_told_and_the_rest_is_mined(
    many: StoppedEncoder, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit status 2; when it is mended, it alone is embedded."""
    monkeypatch.setattr(many, "_most", None)
    put("a/2.txt", " ")
    command = ["a", "b", "--mine", "--split", "lines", "-o", "m.tsv", "-q"]
    assert status(command) == 2
    printed = capsys.readouterr()
    assert printed.err == (
        "align: failed: a/2.txt: a/2.txt holds only white space; give a text with words in it\n"
    )
    right = {row["a_text"] for row in rows("m.tsv") if row["a_text"] == row["b_text"]}
    assert right == set(f"{BRIDGE}\n{FROG}".split("\n"))
    many.encoded.clear()
    put("a/2.txt", BANK)
    assert status(command) == 0
    assert many.encoded == BANK.split("\n")
    right = {row["a_text"] for row in rows("m.tsv") if row["a_text"] == row["b_text"]}
    assert right == set(f"{BRIDGE}\n{FROG}\n{BANK}".split("\n"))


def test_table_inside_a_folder_is_not_mined(
    many: StoppedEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same command gives the same table when its table stands among the texts."""
    monkeypatch.setattr(many, "_most", None)
    command = ["a", "b", "--mine", "-o", "a/m.tsv"]
    assert status(command) == 0
    table = Path("a/m.tsv").read_bytes()
    assert status(command) == 0
    assert Path("a/m.tsv").read_bytes() == table


def test_full_disk_ends_the_mining_and_keeps_the_old_table(
    many: StoppedEncoder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line says so; no half a table is left, and no draft of one."""
    monkeypatch.setattr(many, "_most", None)
    put("m.tsv", "old")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("cli.mined._tsv", full)
        assert status(["a", "b", "--mine", "-o", "m.tsv"]) == 2
    assert "cannot write m.tsv: No space left on device" in capsys.readouterr().err
    assert Path("m.tsv").read_text() == "old"
    assert sorted(path.name for path in Path().iterdir()) == [".m.tsv.align", "a", "b", "m.tsv"]


def test_one_mining_at_a_time_and_a_place_that_is_none(
    many: StoppedEncoder,  # noqa: ARG001
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A second run for the same table is told to wait; a file in the place is said to be one."""
    command = ["a", "b", "--mine", "-o", "m.tsv"]
    Path(".m.tsv.align").mkdir()
    with closing(Ledger(Path(".m.tsv.align"))):
        assert status(command) == 2
    assert "another run of align writes there; wait for its end" in capsys.readouterr().err
    put("x/m.tsv", "")
    put("x/.m.tsv.align", "")
    assert status(["a", "b", "--mine", "-o", "x/m.tsv"]) == 2
    assert "cannot write x/.m.tsv.align: File exists" in capsys.readouterr().err


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
        (["-o", "a.tsv"], "a.tsv is a folder; give a file with -o"),
        (["-o", "x.tsv", "--html"], "--html is for pairs of documents; --mine looks for pairs of"),
        (["-o", "x.tsv", "-j", "2"], "--jobs is for pairs of documents; --mine looks for pairs of"),
        (["-o", "x.tsv", "--only", "a"], "--only is for pairs of documents; --mine looks for"),
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
    put("a.tsv/x.txt", BRIDGE)
    assert status(["a", "b", "--mine", *outputs]) == 2
    assert message in capsys.readouterr().err
