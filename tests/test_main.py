"""The command: flags, messages, exit status, and how it leaves."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent

import pytest
from wcwidth import strip_sequences

import aligner
from aligner.errors import InputError
from aligner.options import Options
from aligner.types import Comparison
from cli.main import app, status
from cli.output import SUFFIXES, Color, wants_color
from cli.render import FORMATS, RenderOptions
from tests.builders import comparison, document, link, museum

ROOT = Path(__file__).parent.parent


@dataclass
class Library:
    """Stands in for the library: answers every call with one comparison, and keeps the calls."""

    answer: Comparison | BaseException = field(default_factory=museum)
    calls: list[tuple[str, str, Options]] = field(default_factory=list)

    def compare_files(
        self, a: str, b: str, *, options: Options, progress: Callable[[str], object]
    ) -> Comparison:
        """What `aligner.compare_files` would be asked."""
        self.calls.append((a, b, options))
        progress("embedding 3 and 4 sentences")
        if isinstance(self.answer, BaseException):
            raise self.answer
        return self.answer


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> Library:
    """The library replaced, and no setting of the surroundings that colours or widens."""
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    stand_in = Library()
    monkeypatch.setattr(aligner, "compare_files", stand_in.compare_files, raising=False)
    return stand_in


def faithful() -> Comparison:
    """Two texts that say the same."""
    return comparison(document("a", "pt", "Sim."), document("b", "fr", "Oui."), link((0,), (0,)))


@pytest.mark.usefixtures("library")
def test_report_goes_to_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    """Without options the diff is printed, plain in a pipe, and the exit status is 0."""
    assert status(["a", "b"]) == 0
    printed = capsys.readouterr()
    assert printed.out == FORMATS["diff"](museum(), RenderOptions())
    assert printed.err == ""


def test_flags_become_options(library: Library) -> None:
    """Every flag that changes the answer reaches the library under its name."""
    flags = (
        "--order monotonic --split lines --lang-a pt --lang-b fr --model labse --model e5 "
        "--verifier off --device cpu --no-cache -q"
    )
    assert status(["x.txt", "-", *flags.split()]) == 0
    options = Options(
        order="monotonic",
        split="lines",
        lang_a="pt",
        lang_b="fr",
        models=("labse", "e5"),
        verifier="off",
        device="cpu",
        cache=False,
    )
    assert library.calls == [("x.txt", "-", options)]


def test_the_environment_names_the_default_model(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One, or several with blanks between; `--model` goes before."""
    monkeypatch.setenv("ALIGN_MODEL", "labse e5")
    assert status(["x", "y", "-q"]) == 0
    assert status(["x", "y", "-q", "--model", "bge"]) == 0
    monkeypatch.setenv("ALIGN_MODEL", "")
    assert status(["x", "y", "-q"]) == 0
    found = [options.models for _, _, options in library.calls]
    assert found == [("labse", "e5"), ("bge",), ()]


def test_defaults_of_flags_are_those_of_the_library(library: Library) -> None:
    """A flag that is not given changes nothing."""
    assert status(["x", "y", "-q"]) == 0
    assert library.calls == [("x", "y", Options())]


@pytest.mark.parametrize(
    ("flags", "look"),
    [
        (["--width", "60"], RenderOptions(width=60)),
        (["--width", "130"], RenderOptions(width=130)),
        (["-U", "0"], RenderOptions(context=0)),
        (["--context", "1"], RenderOptions(context=1)),
        (["--only", "a"], RenderOptions(only="a")),
        (["--only", "b"], RenderOptions(only="b")),
        (["--color", "always"], RenderOptions(color=True)),
        (["-q"], RenderOptions(quiet=True)),
        (["--quiet", "--color=never"], RenderOptions(quiet=True)),
        (["-f", "diff"], RenderOptions()),
        (["-y"], RenderOptions(side_by_side=True)),
        (["--side-by-side", "--width", "120"], RenderOptions(width=120, side_by_side=True)),
    ],
)
@pytest.mark.usefixtures("library")
def test_flags_become_looks(
    flags: list[str], look: RenderOptions, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every flag that changes the look reaches the renderer."""
    assert status(["a", "b", *flags]) == 0
    assert capsys.readouterr().out == FORMATS["diff"](museum(), look)


@pytest.mark.usefixtures("library")
def test_json_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    """With -f json standard output is one JSON object and nothing else."""
    assert status(["a", "b", "-f", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["format"] == "align/1"


@pytest.mark.parametrize(
    ("answer", "flags", "expected"),
    [
        (museum(), [], 0),
        (museum(), ["--exit-code"], 1),
        (faithful(), ["--exit-code"], 0),
        (museum(), ["--exit-code", "--only", "a"], 1),
    ],
)
def test_exit_code_tells_whether_texts_differ(
    library: Library, answer: Comparison, flags: list[str], expected: int
) -> None:
    """Only --exit-code makes a difference an exit status, and what is shown does not matter."""
    library.answer = answer
    assert status(["a", "b", *flags]) == expected


@pytest.mark.usefixtures("library")
def test_files_get_the_format_of_their_suffix(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each -o writes one file, plain and 80 columns wide, and nothing is printed."""
    names = ["r.json", "r.diff", "r.TXT", "r.html", "r.HTM"]
    outputs = [flag for name in names for flag in ("-o", str(tmp_path / name))]
    assert status(["a", "b", "--color", "always", *outputs]) == 0
    assert capsys.readouterr().out == ""
    texts = [(tmp_path / name).read_text(encoding="utf-8") for name in names]
    plain = FORMATS["diff"](museum(), RenderOptions())
    page = FORMATS["html"](museum(), RenderOptions())
    assert texts == [FORMATS["json"](museum(), RenderOptions()), plain, plain, page, page]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names)


@pytest.mark.usefixtures("library")
def test_every_suffix_in_one_run(tmp_path: Path) -> None:
    """All formats can be written at once, each by the suffix that stands for it."""
    paths = {suffix: tmp_path / f"r{suffix}" for suffix in SUFFIXES}
    assert status(["a", "b", *(flag for path in paths.values() for flag in ("-o", str(path)))]) == 0
    for suffix, path in paths.items():
        written = path.read_text(encoding="utf-8")
        assert written == FORMATS[SUFFIXES[suffix]](museum(), RenderOptions())


@pytest.mark.usefixtures("library")
def test_files_and_summary(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With -o, -q prints the summary and the file still holds the whole report."""
    assert status(["a", "b", "-o", str(tmp_path / "r.diff"), "-q"]) == 0
    assert capsys.readouterr().out == FORMATS["diff"](museum(), RenderOptions(quiet=True))
    assert (tmp_path / "r.diff").read_text("utf-8") == FORMATS["diff"](museum(), RenderOptions())


@pytest.mark.usefixtures("library")
def test_files_and_print(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With -o, -f still says what to print."""
    assert status(["a", "b", "-o", str(tmp_path / "r.json"), "-f", "diff"]) == 0
    assert capsys.readouterr().out.startswith("--- museu.pt.txt")


@pytest.mark.usefixtures("library")
def test_writing_keeps_links_and_permissions(tmp_path: Path) -> None:
    """A file that is there is replaced where a symbolic link points, with its mode kept."""
    target, name = tmp_path / "real.json", tmp_path / "link.json"
    target.write_text("old")
    target.chmod(0o640)
    name.symlink_to(target)
    assert status(["a", "b", "-o", str(name)]) == 0
    assert name.is_symlink()
    assert target.read_text("utf-8").startswith("{")
    assert target.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (
            ["-o", "r.pdf"],
            "cannot tell the format of r.pdf by its suffix; use one of: .diff, .html",
        ),
        (["-o", "r"], "cannot tell the format of r by its suffix; use one of: .diff, .html"),
        (["-o", "no/r.json"], "cannot write no/r.json: there is no folder no; make it first"),
        (["-f", "pdf"], "there is no format 'pdf'; use one of: diff, html"),
        (["--width", "5"], "Invalid value for '--width': "),
        (
            ["--width", "59", "-y"],
            "two columns do not fit into 59; use --width 60 or more, or no -y",
        ),
        (["-U", "many"], "Invalid value for '-U' / '--context': "),
        (["--order", "any"], "Invalid value for '--order': "),
        (["--nonsense"], "No such option: --nonsense"),
        (
            ["--gold", "gone"],
            "the ladder gone cannot be read (No such file or directory); check its",
        ),
        (
            ["--gold", "x", "-f", "json"],
            "--gold prints below the report; write json to a file with -o",
        ),
        (["c.txt"], "Got unexpected extra argument"),
    ],
)
def test_wrong_flags_are_told_before_any_work(
    library: Library, flags: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line on standard error, exit status 2, and the library is not called."""
    assert status(["a", "b", *flags]) == 2
    printed = capsys.readouterr()
    assert printed.err.startswith("align: ")
    assert message in printed.err
    assert printed.err.count("\n") == 1
    assert printed.out == ""
    assert library.calls == []


@pytest.mark.parametrize("read", ["a.txt", "b.md", "gold.ladder"])
@pytest.mark.parametrize("name", ["{}", "../{folder}/{}", "link-{}"])
def test_nothing_that_is_read_is_overwritten(
    read: str, name: str, library: Library, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A text whose suffix is that of a format does not give way to a report on it."""
    for one in ("a.txt", "b.md", "gold.ladder"):
        (tmp_path / one).write_text("[0]:[]\n")
        (tmp_path / f"link-{one}").symlink_to(one)
    texts = [str(tmp_path / one) for one in ("a.txt", "b.md")]
    output = str(tmp_path / name.format(read, folder=tmp_path.name))
    assert status([*texts, "--gold", str(tmp_path / "gold.ladder"), "-o", output]) == 2
    assert capsys.readouterr().err == (
        f"align: {output} is read and would be overwritten; choose another place with -o\n"
    )
    assert (tmp_path / read).read_text() == "[0]:[]\n"
    assert library.calls == []


SCORES = """\
strict  precision 1.000  recall 1.000  F1 1.000
lax     precision 1.000  recall 1.000  F1 1.000
only    precision 1.000  recall 1.000  F1 1.000
"""


@pytest.mark.parametrize(
    ("flags", "details"),
    [
        ([], True),
        (["-f", "ladder"], False),
        (["-o", "{}/r.ladder", "-o", "{}/r.xml"], False),
        (["-o", "{}/r.ladder", "-o", "{}/r.tmx"], True),
        (["-o", "{}/r.ladder", "-q"], True),
        (["-f", "xml", "--exit-code"], True),
    ],
)
def test_details_are_looked_for_where_they_show(
    flags: list[str], details: bool, tmp_path: Path, library: Library
) -> None:
    """A ladder and XCES tell pairs alone; every other report, and the exit status, tell of details."""
    status(["a", "b", *(flag.format(tmp_path) for flag in flags)])
    assert [options.details for _, _, options in library.calls] == [details]


@pytest.mark.parametrize(
    ("flags", "report"),
    [
        ([], FORMATS["diff"](museum(), RenderOptions()) + "\n"),
        (["-q"], FORMATS["diff"](museum(), RenderOptions(quiet=True)) + "\n"),
        (["-o", "{}/r.ladder"], ""),
    ],
)
@pytest.mark.usefixtures("library")
def test_scores_stand_below_the_report(
    flags: list[str], report: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With --gold the agreement is printed last, alone where there is no report to print."""
    gold = tmp_path / "gold.ladder"
    gold.write_text(FORMATS["ladder"](museum(), RenderOptions()), encoding="utf-8")
    placed = [flag.format(tmp_path) for flag in flags]
    assert status(["a", "b", "--gold", str(gold), *placed]) == 0
    assert capsys.readouterr().out == report + SCORES


@pytest.mark.usefixtures("library")
def test_scores_of_other_texts_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A ladder that names a sentence that is not there is trouble, in one line."""
    gold = tmp_path / "gold.ladder"
    gold.write_text("[99]:[]", encoding="utf-8")
    assert status(["a", "b", "--gold", str(gold)]) == 2
    assert capsys.readouterr().err.startswith(
        "align: the ladder names sentence 99 of a, which ends"
    )


def test_missing_text_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """One text alone is not enough."""
    assert status(["a.txt"]) == 2
    assert capsys.readouterr().err == "align: Missing argument 'B'. (see align --help)\n"


@pytest.mark.usefixtures("library")
def test_file_that_cannot_be_written_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A place that refuses the file costs one line, exit status 2, and leaves nothing behind."""
    folder = tmp_path / "r.json"
    folder.mkdir()
    assert status(["a", "b", "-o", str(folder)]) == 2
    message = capsys.readouterr().err
    assert message.startswith(f"align: cannot write {folder}: ")
    assert message.endswith("; choose another place with -o\n")
    assert list(tmp_path.iterdir()) == [folder]


def test_trouble_of_the_library_is_one_harmless_line(
    library: Library, capsys: pytest.CaptureFixture[str]
) -> None:
    """The text of an error is shown after `align:`, with what it quotes made visible."""
    library.answer = InputError("no file \x1b[31mred\n.txt; check the name")
    assert status(["a", "b"]) == 2
    assert capsys.readouterr().err == "align: no file ␛[31mred .txt; check the name\n"


def test_interrupt_is_quiet(library: Library, capsys: pytest.CaptureFixture[str]) -> None:
    """Ctrl-C ends with 130 and without a traceback."""
    library.answer = KeyboardInterrupt()
    assert status(["a", "b"]) == 130
    assert "Traceback" not in capsys.readouterr().err


def test_errors_of_programmers_are_not_hidden(library: Library) -> None:
    """What no user can do anything about stays a traceback, for the bug report."""
    library.answer = ZeroDivisionError("bug")
    with pytest.raises(ZeroDivisionError):
        status(["a", "b"])


@pytest.mark.parametrize(
    ("choice", "settings", "terminal", "colored"),
    [
        ("auto", {}, True, True),
        ("auto", {}, False, False),
        ("auto", {"NO_COLOR": "1"}, True, False),
        ("auto", {"NO_COLOR": ""}, True, True),
        ("auto", {"FORCE_COLOR": "1"}, False, True),
        ("auto", {"FORCE_COLOR": "0"}, False, False),
        ("auto", {"NO_COLOR": "1", "FORCE_COLOR": "1"}, True, False),
        ("auto", {"TERM": "dumb"}, True, False),
        ("always", {"NO_COLOR": "1"}, False, True),
        ("never", {"FORCE_COLOR": "1"}, True, False),
    ],
)
def test_color_follows_the_flag_then_the_surroundings(
    choice: Color,
    settings: dict[str, str],
    terminal: bool,
    colored: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A flag outdoes NO_COLOR, which outdoes FORCE_COLOR, which outdoes the kind of stream."""
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    assert wants_color(choice, terminal=terminal) is colored


@pytest.mark.parametrize(
    ("columns", "flags", "look"),
    [
        ("60", [], RenderOptions(width=60)),
        ("90", [], RenderOptions(width=90)),
        ("250", [], RenderOptions(width=100)),
        ("5", [], RenderOptions(width=20)),
        ("130", ["-y"], RenderOptions(width=130, side_by_side=True)),
        ("250", ["-y"], RenderOptions(width=200, side_by_side=True)),
        ("5", ["-y"], RenderOptions(width=60, side_by_side=True)),
    ],
)
@pytest.mark.usefixtures("library")
def test_width_is_that_of_the_terminal_within_reason(
    columns: str,
    flags: list[str],
    look: RenderOptions,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The width holds between 20 columns and 100, a comfort for long sentences; -y has two."""
    monkeypatch.setenv("COLUMNS", columns)
    assert status(["a", "b", *flags]) == 0
    assert capsys.readouterr().out == FORMATS["diff"](museum(), look)


# The command as a process of its own, with the library replaced before it starts.
SCRIPT = dedent("""
    import sys
    import time
    import aligner
    import cli.progress
    from cli.main import run
    from tests.builders import comparison, document, museum
    LONG = comparison(document("a", "pt", *["Ação."] * 20_000), document("b", "fr"))
    def compare_files(a, b, *, options, progress):
        progress("embedding 3 and 4 sentences")
        if a == "slow":
            time.sleep(0.4)
            progress("pairing 3 and 4 sentences")
            time.sleep(0.3)
        return LONG if a == "long" else museum()
    aligner.compare_files = compare_files
    if "slow" in sys.argv:
        import rich.console, rich.progress  # which take longer than all else where others compute
        cli.progress.PATIENCE = 0.2
    run()
""")


def process(*arguments: str, **settings: str) -> subprocess.CompletedProcess[bytes]:
    """Run the command to its end."""
    return subprocess.run(
        [sys.executable, "-c", SCRIPT, *arguments],
        capture_output=True,
        check=False,
        cwd=ROOT,
        env={**os.environ, **settings},
    )


def test_closed_pipe_is_quiet() -> None:
    """A reader that takes one line and leaves causes no complaint, also not at shutdown."""
    with subprocess.Popen(
        [sys.executable, "-c", SCRIPT, "long", "b"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
    ) as running:
        assert running.stdout
        assert running.stderr
        assert running.stdout.readline().startswith(b"--- a")
        running.stdout.close()
        assert running.stderr.read() == b""
    assert running.returncode == 0


def test_terminal_that_knows_no_accents_gets_escapes() -> None:
    """The report never fails on an encoding; what it cannot hold is written as an escape."""
    done = process("a", "b", PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"reabre ap\\xf3s tr\\xeas anos" in done.stdout


def test_json_is_utf8_whatever_the_terminal() -> None:
    """JSON is read by programs, so its encoding does not depend on the surroundings."""
    done = process("a", "b", "-f", "json", PYTHONIOENCODING="latin-1")
    assert json.loads(done.stdout.decode("utf-8"))["documents"]["b"]["name"] == "musee.fr.txt"


def test_report_in_a_pipe_has_no_color_unless_forced() -> None:
    """FORCE_COLOR colours a pipe; the text stays the same."""
    plain = process("a", "b", FORCE_COLOR="", NO_COLOR="").stdout.decode()
    colored = process("a", "b", FORCE_COLOR="1", NO_COLOR="").stdout.decode()
    assert "\x1b" not in plain
    assert colored != plain
    assert strip_sequences(colored) == plain


@pytest.mark.parametrize("flag", ["--help", "--version"])
def test_help_and_version_load_nothing_heavy(flag: str) -> None:
    """Neither needs numpy, the pipeline, rich or pydantic: that would cost more than typer itself."""
    code = dedent(f"""
        import sys
        from cli.main import status
        assert status(["{flag}"]) == 0
        heavy = {{"numpy", "aligner.pipeline", "rich", "pydantic", "wcwidth", "jinja2"}}
        heavy |= {{"xml.etree.ElementTree", "trafilatura", "lxml", "docx", "markdown_it"}}
        sys.exit(", ".join(heavy & set(sys.modules)) or None)
    """)
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=False, cwd=ROOT, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """The name of the command and its version, and nothing else."""
    assert status(["--version"]) == 0
    name, version = capsys.readouterr().out.split()
    assert name == "align"
    assert version[0].isdigit()


def test_help_lists_every_option_in_its_group(capsys: pytest.CaptureFixture[str]) -> None:
    """Options stand under the heading of their group, each with a word of help."""
    assert status(["--help"]) == 0
    text = capsys.readouterr().out
    compared, shown, how = (
        text.index(f"{group}:\n") for group in ("What is compared", "What is shown", "How")
    )
    for flag in ("--order", "--split", "--lang-a", "--lang-b", "--model"):
        assert compared < text.index(f"  {flag} ") < shown
    for flag in (
        "-f, --format",
        "-o, --output",
        "--only",
        "-U, --context",
        "--width",
        "--color",
    ):
        assert shown < text.index(f"  {flag} ") < how
    for flag in ("-q, --quiet", "-y, --side-by-side"):
        assert shown < text.index(f"  {flag} ") < how
    for flag in ("--gold", "--exit-code", "--version", "--help"):
        assert how < text.index(f"  {flag} ")


def test_every_option_has_help_and_a_group() -> None:
    """No option comes without a word of explanation."""
    from typer.main import get_command

    parameters = get_command(app).params
    assert len(parameters) == 30
    for parameter in parameters:
        assert getattr(parameter, "help", None), parameter.name
        assert getattr(parameter, "rich_help_panel", None), parameter.name
