"""Two folders: pairs, results, index, summary, resumption, trouble."""

import csv
import errno
import json
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from aligner.corpus import ledger as ledger_module
from aligner.corpus import worker
from aligner.corpus.job import Results
from aligner.corpus.ledger import FILE, Ledger
from aligner.corpus.pair import Outcome, Pair
from aligner.embed import Encoder
from aligner.errors import ModelError, ResultsError
from aligner.pipeline import compare_files
from cli import index
from cli.main import status
from cli.render import FORMATS, RenderOptions
from tests.fakes import WordsEncoder, WordsVerifier

PT = "A ponte fecha na segunda-feira.\nAs obras duram três meses.\n"
FR = "A ponte fecha na segunda-feira.\nUm barco leva as pessoas.\n"


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Models without weights; the names of the pairs that are compared."""
    names: list[str] = []

    class Noting(worker.Worker):
        def __call__(self, pair: Pair) -> Outcome:
            names.append(pair.name)
            return super().__call__(pair)

    def encoder(models: tuple[str, ...], **_: object) -> Encoder:
        if models:
            raise ModelError(f"cannot load the model {models[0]!r}; give another")
        return WordsEncoder()

    monkeypatch.setattr("aligner.pipeline.load_encoder", encoder)
    monkeypatch.setattr("aligner.pipeline.load_verifier", lambda _: WordsVerifier())
    monkeypatch.setattr("aligner.corpus.local.Worker", Noting)
    return names


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folders a and b in the current one, with three pairs."""
    monkeypatch.chdir(tmp_path)
    for name in ("one", "two", "day 1/três"):
        put(f"a/{name}.pt.txt", PT)
        put(f"b/{name}.fr.txt", FR)
    return tmp_path


def put(path: str, text: str) -> None:
    """Write a file, its folder first."""
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text, encoding="utf-8")


def rows(path: str = "out/index.tsv") -> list[dict[str, str]]:
    """The lines of an index."""
    with Path(path).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))


def files(folder: str = "out") -> Iterator[str]:
    """What a reader finds in a folder of results, relative."""
    for path in sorted(Path(folder).rglob("*")):
        if path.is_file() and ".align" not in path.parts:
            yield path.relative_to(folder).as_posix()


@pytest.mark.usefixtures("folders", "compared")
def test_every_pair_gets_a_result_and_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    """Files are paired by stem, across folders within; the JSON is that of the pair alone."""
    assert status(["a", "b", "-o", "out/"]) == 0
    assert list(files()) == ["day 1/três.json", "index.tsv", "one.json", "two.json"]
    assert capsys.readouterr().out == (
        "3 pairs: 3 done\n= 3 same   ~ 0 partial   - 3 only in A   + 3 only in B\n"
    )
    first = rows()[0]
    assert first | {"confidence": ""} == {
        "state": "done",
        "name": "day 1/três",
        "confidence": "",
        "order": first["order"],
        "a": "a/day 1/três.pt.txt",
        "b": "b/day 1/três.fr.txt",
        "language_a": "pt",
        "language_b": "pt",
        "same": "1",
        "partial": "0",
        "only_a": "1",
        "only_b": "1",
        "boilerplate": "0",
        "json": "day 1/três.json",
        "html": "",
        "reason": "",
    }
    found = compare_files(
        "a/one.pt.txt", "b/one.fr.txt", encoder=WordsEncoder(), verifier=WordsVerifier()
    )
    assert Path("out/one.json").read_text("utf-8") == FORMATS["json"](found, RenderOptions())


@pytest.mark.usefixtures("folders", "compared")
def test_pages_are_linked_and_nothing_of_a_name_is_markup(monkeypatch: pytest.MonkeyPatch) -> None:
    """With --html each pair has a page, and the index links them by addresses that browsers read."""
    put("a/x <b>&#.txt", PT)
    put("b/x <b>&#.txt", FR)
    put("a/<i>.txt", PT)
    monkeypatch.setattr(index, "ROWS_OF_A_PAGE", 3)
    assert status(["a", "b", "-o", "out", "--html"]) == 0
    first, second = (
        Path(f"out/{name}").read_text("utf-8") for name in ("index.html", "index-2.html")
    )
    assert 'href="day%201/tr%C3%AAs.html"' in first
    assert 'href="index-2.html"' in first
    assert Path("out/day 1/três.html").read_text("utf-8").startswith("<!DOCTYPE html>")
    assert "&lt;i&gt;" in second
    assert "<i>" not in first + second
    assert "<b>&" not in first + second
    odd = next(row for row in rows() if "x " in row["name"])
    assert Path("out", odd["html"]).is_file()
    assert status(["a", "b", "-o", "out"]) == 0
    assert not Path("out/index.html").exists()
    assert not Path("out/index-2.html").exists()


@pytest.mark.usefixtures("folders", "compared")
def test_files_without_a_counterpart_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    """What has no counterpart, or more than one, is named with the reason, and is a difference."""
    put("a/alone.txt", PT)
    put("b/one.de.txt", FR)
    put("b/.hidden.txt", FR)
    assert status(["a", "b", "-o", "out", "--exit-code"]) == 1
    alone = [(row["a"], row["b"], row["reason"]) for row in rows() if row["state"] == "unpaired"]
    not_unique = "its name without suffix and language is not unique; name pairs with --pairs"
    assert alone == [
        ("a/alone.txt", "", "no counterpart in B"),
        ("a/one.pt.txt", "", not_unique),
        ("", "b/one.de.txt", not_unique),
        ("", "b/one.fr.txt", not_unique),
    ]
    assert "without a counterpart: 2 of A, 2 of B" in capsys.readouterr().out


@pytest.mark.parametrize("query", ["_EQUAL_NAMES", "_EQUAL_STEMS", "_WITHOUT_PARTNER"])
def test_no_file_is_compared_with_every_other(query: str, tmp_path: Path) -> None:
    """The other side of a file is looked up in an index: time grows with the files, not their square."""
    with closing(Ledger(tmp_path)) as ledger:
        sql = getattr(ledger_module, query)
        plan = ledger._base.execute(f"EXPLAIN QUERY PLAN {sql}", ("a", "b")[: sql.count("?")])
        steps = [step for *_, step in plan]
    inner = [step for step in steps if " o " in f"{step} "]
    assert inner or query == "_EQUAL_NAMES"
    assert all(step.startswith("SEARCH o") for step in inner)


@pytest.mark.usefixtures("folders", "compared")
def test_equal_names_are_pairs_before_stems() -> None:
    """A file with the very name wins over one with the stem."""
    put("a/one.fr.txt", PT)
    assert status(["a", "b", "-o", "out", "-q"]) == 0
    pairs = {row["name"]: (row["a"], row["b"]) for row in rows() if row["state"] == "done"}
    assert pairs["one.fr"] == ("a/one.fr.txt", "b/one.fr.txt")
    assert "one" not in pairs


@pytest.mark.usefixtures("folders", "compared")
def test_names_that_differ_by_case_alone_have_different_files() -> None:
    """On some systems they would be one file."""
    for side, text in (("a", PT), ("b", FR)):
        put(f"{side}/ONE.txt", text)
        put(f"{side}/one.txt", text)
    assert status(["a", "b", "-o", "out", "-q"]) == 0
    names = [name.casefold() for name in files()]
    assert len(names) == len(set(names))
    assert len([row for row in rows() if row["state"] == "done"]) == 5


@pytest.mark.usefixtures("folders")
def test_finished_pairs_are_not_done_again(compared: list[str]) -> None:
    """Only what is new, changed, gone or asked for otherwise is compared."""
    command = ["a", "b", "-o", "out", "-q"]
    assert status(command) == 0
    assert sorted(compared) == ["day 1/três", "one", "two"]
    compared.clear()
    assert status(command) == 0
    assert compared == []
    put("b/two.fr.txt", FR + "Mais.\n")
    Path("out/one.json").unlink()
    assert status(command) == 0
    assert sorted(compared) == ["one", "two"]
    compared.clear()
    Path("out/one.json").write_text("{}")
    assert status(command) == 0
    assert compared == ["one"]
    compared.clear()
    assert status([*command, "--order", "free"]) == 0
    assert len(compared) == 3


@pytest.mark.usefixtures("folders")
def test_bad_document_is_recorded_and_the_rest_goes_on(
    compared: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """A pair that cannot be compared is in the index with its reason; the exit status is 2."""
    put("a/bad.txt", " \n")
    put("b/bad.txt", FR)
    assert status(["a", "b", "-o", "out", "--exit-code"]) == 2
    assert len(compared) == 4
    printed = capsys.readouterr().out
    assert "4 pairs: 3 done, 1 failed\n" in printed
    reason = "a/bad.txt holds only white space; give a text with words in it"
    assert f"failed: bad: {reason}\n" in printed
    assert [row["reason"] for row in rows() if row["state"] == "failed"] == [reason]
    put("a/bad.txt", PT)
    assert status(["a", "b", "-o", "out", "-q"]) == 0


@pytest.mark.usefixtures("folders", "compared")
def test_error_of_our_own_fails_one_pair(monkeypatch: pytest.MonkeyPatch) -> None:
    """Even what nobody thought of is one pair's reason, and its words steer no terminal."""

    def broken(a: str, *_: object, **__: object) -> None:
        raise MemoryError if "two" in a else ZeroDivisionError("\x1b[2J\udcff")

    monkeypatch.setattr(worker, "compare_files", broken)
    assert status(["a", "b", "-o", "out"]) == 2
    reasons = {row["name"]: row["reason"] for row in rows()}
    assert reasons["two"] == "not enough memory; split the texts into parts"
    assert reasons["one"] == "ZeroDivisionError: ␛[2J\\\\udcff; please report this"


@pytest.mark.usefixtures("folders", "compared")
def test_trouble_of_every_pair_ends_the_job(capsys: pytest.CaptureFixture[str]) -> None:
    """A model that cannot be loaded, or a language that is none, is told once."""
    assert status(["a", "b", "-o", "out", "--model", "nowhere"]) == 2
    assert "cannot load the model 'nowhere'" in capsys.readouterr().err
    assert status(["a", "b", "-o", "out", "--lang-a", "klingon"]) == 2
    assert "is not a language code" in capsys.readouterr().err


@pytest.mark.usefixtures("folders", "compared")
def test_table_names_the_pairs() -> None:
    """Paths below A and B, and perhaps a name; one document may be in several pairs."""
    put("pairs.tsv", "one.pt.txt\ttwo.fr.txt\none.pt.txt\tone.fr.txt\tfirst\n\n")
    assert status(["a", "b", "-o", "out", "-q", "--pairs", "pairs.tsv"]) == 0
    assert [(row["name"], row["a"], row["b"]) for row in rows()] == [
        ("first", "a/one.pt.txt", "b/one.fr.txt"),
        ("one.pt--two.fr", "a/one.pt.txt", "b/two.fr.txt"),
    ]


@pytest.mark.usefixtures("folders", "compared")
def test_table_may_hold_the_texts() -> None:
    """Columns a_text and b_text stand for files, under the names in a and b."""
    put("pairs.tsv", "name\ta_text\tb_text\na/../../x\tA ponte fecha.\tA ponte fecha.\n")
    assert status(["a", "b", "-o", "out", "-q", "--pairs", "pairs.tsv"]) == 0
    (name,) = [name for name in files() if name.endswith(".json")]
    assert ".." not in name.split("/")
    assert json.loads(Path("out", name).read_text("utf-8"))["summary"]["a"]["linked"] == 1


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (None, "p.tsv cannot be read (No such file or directory); give a table of pairs"),
        ("a\n", "p.tsv, line 1: 1 columns; give two paths"),
        ("a\tb\nx\t\n", "p.tsv, pair 1: a path is missing; give one of each side"),
        ("a_text\tb_text\nOlá.\tBonjour.\n", "p.tsv, pair 1: it has no name; fill the column"),
        ("\udcff", "p.tsv is no table in UTF-8"),
    ],
)
@pytest.mark.usefixtures("folders", "compared")
def test_table_that_is_none_is_an_error(
    table: str | None, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is told where the table is wrong, and no plan is made of half of it."""
    if table is not None:
        Path("p.tsv").write_bytes(table.encode("utf-8", "surrogateescape"))
    assert status(["a", "b", "-o", "out", "--pairs", "p.tsv"]) == 2
    assert message in capsys.readouterr().err


@pytest.mark.usefixtures("folders", "compared")
def test_table_reads_no_pipe_and_no_address() -> None:
    """What a table names is a file below the folder, or an absolute one, else the pair has failed."""
    put("p.tsv", "/dev/zero\tone.fr.txt\nhttps://example.invalid/x\tone.fr.txt\n")
    assert status(["a", "b", "-o", "out", "-q", "--pairs", "p.tsv"]) == 2
    reasons = sorted(row["reason"] for row in rows())
    assert reasons[0] == "/dev/zero is a pipe or a device; name files in a table of pairs"
    assert reasons[1].startswith("a/https:/example.invalid/x does not exist")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["a", "a/one.pt.txt", "-o", "out"],
            "a is a folder and a/one.pt.txt is none; give two files",
        ),
        (["-", "b", "-o", "out"], "b is a folder and - is none; give two files or two folders"),
        (["a", "b"], "two folders need one folder for the results; give it with -o OUT/"),
        (["a", "b", "-o", "x", "-o", "y"], "two folders need one folder for the results"),
        (["a", "b", "-o", "a/one.pt.txt"], "a/one.pt.txt is a file; give a folder"),
        (["a", "b", "-o", "a"], "a holds the texts; give another folder"),
        (["a", "a/../a", "-o", "out"], "a and a/../a are one folder; give two"),
        (["a", "b", "-o", "out", "-f", "json"], "-f is for two texts; folders get JSON"),
        (["a", "b", "-o", "out", "--gold", "g"], "--gold is for two texts"),
        (["a/one.pt.txt", "b/one.fr.txt", "--html"], "--html is for two folders, which"),
        (["a/one.pt.txt", "b/one.fr.txt", "--jobs", "2"], "--jobs is for two folders, which"),
        (["a", "b", "-o", "out", "--gpus", "1"], "--address and --gpus are for Ray; add --engine"),
        (
            ["a", "b", "-o", "a/one.pt.txt/x"],
            "cannot write a/one.pt.txt/x: Not a directory; make room",
        ),
    ],
)
@pytest.mark.usefixtures("folders", "compared")
def test_what_cannot_be_is_one_clear_line(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Mistakes in the command end it before anything is written."""
    assert status(arguments) == 2
    printed = capsys.readouterr()
    assert printed.err.startswith(f"align: {message}")
    assert printed.err.count("\n") == 1


@pytest.mark.usefixtures("folders")
def test_full_disk_is_an_error_and_what_is_done_stays(
    compared: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The job ends; half a file is never seen; the same command does the rest."""
    replace = Path.replace

    def full(self: Path, target: Path) -> Path:
        if len(compared) == 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        return replace(self, target)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", full)
        assert status(["a", "b", "-o", "out"]) == 2
    assert "No space left on device; make room" in capsys.readouterr().err
    assert len(list(files())) == 1
    with closing(Results(Path("out")).ledger) as ledger:
        assert ledger.planned()[0] == 2


@pytest.mark.usefixtures("folders", "compared")
def test_one_run_at_a_time(capsys: pytest.CaptureFixture[str]) -> None:
    """A second run into the same folder is told to wait."""
    with closing(Results(Path("out")).ledger):
        assert status(["a", "b", "-o", "out"]) == 2
    assert "another run of align writes there; wait for its end" in capsys.readouterr().err


@pytest.mark.usefixtures("folders", "compared")
def test_damaged_ledger_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    """It is said which file to remove; nothing but time is lost by that."""
    put(f"out/.align/{FILE}", "no database " * 100)
    assert status(["a", "b", "-o", "out"]) == 2
    assert f"out/.align/{FILE}: file is not a database; remove it" in capsys.readouterr().err


@pytest.mark.usefixtures("folders")
def test_interrupt_ends_the_job_between_pairs(
    compared: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit status 130; what is done is told and kept."""
    keep = Results.keep

    def interrupted(self: Results, outcome: Outcome) -> None:
        keep(self, outcome)
        if len(compared) == 2:
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Results, "keep", interrupted)
        with pytest.raises(SystemExit) as left:
            sys.exit(status(["a", "b", "-o", "out"]))
    assert left.value.code == 130
    assert "interrupted after 1 pair; the same command does the rest" in capsys.readouterr().err
    with closing(Results(Path("out")).ledger) as ledger:
        assert ledger.planned()[0] == 1


@pytest.mark.usefixtures("folders", "compared")
def test_results_inside_a_folder_are_not_read_as_texts() -> None:
    """The folder of results may lie below A."""
    for _ in range(2):
        assert status(["a", "b", "-o", "a/out", "-q"]) == 0
        assert {row["state"] for row in rows("a/out/index.tsv")} == {"done"}


def test_folder_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    """A document that is not seen would be missing in silence."""
    from aligner.corpus.plan import documents

    with pytest.raises(ResultsError, match=r"the folder .*nowhere cannot be read"):
        list(documents(tmp_path / "nowhere", [tmp_path]))
