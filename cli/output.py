"""Where a report goes: which format a file gets, how it is written, what the terminal can show."""

import os
import re
import shlex
import shutil
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from typing import Literal

from aligner.errors import AlignerError

from .render import FORMATS, Renderer
from .render.options import MIN_WIDTH, MIN_WIDTH_BESIDE

Color = Literal["auto", "always", "never"]

SUFFIXES = {f".{name}": name for name in FORMATS} | {".txt": "diff", ".htm": "html"}
PAGE_WIDTH = 80  # of a report in a file or a pipe, whatever the terminal
READING_WIDTH = 100  # on a wide terminal; the eye loses its way back in longer lines of prose

# In a pager's command: a pipe, a variable and the like, or a setting before it.
FOR_A_SHELL = re.compile(r"[|&;<>()$`*?\[#~\n]|^\s*\w+=")
NOT_RUN = {126, 127}  # exit status of a shell that cannot run, or does not find, a program


class OutputError(AlignerError):
    """A report that cannot be written where, or as what, it was asked for."""


def renderer(name: str) -> Renderer:
    """The renderer of a format. Raises OutputError when there is no such format."""
    if name not in FORMATS:
        raise OutputError(f"there is no format {name!r}; use one of: {', '.join(FORMATS)}")
    return FORMATS[name]


def format_of(path: Path) -> str:
    """The name of the format that the suffix of `path` stands for.

    Raises OutputError for another suffix, and where there is no folder to write to.
    """
    if (suffix := path.suffix.lower()) not in SUFFIXES:
        raise OutputError(
            f"cannot tell the format of {path} by its suffix; use one of: {', '.join(SUFFIXES)}"
        )
    if not path.parent.is_dir():
        raise OutputError(f"cannot write {path}: there is no folder {path.parent}; make it first")
    return SUFFIXES[suffix]


def check_nothing_read_is_overwritten(outputs: Iterable[Path], inputs: Iterable[str]) -> None:
    """Raises OutputError when a report would take the place of a file that is compared."""
    for path, name in product(outputs, inputs):
        if _is_same_file(path, name):
            raise OutputError(
                f"{path} is read and would be overwritten; choose another place with -o"
            )


def _is_same_file(path: Path, name: str) -> bool:
    try:
        return path.samefile(name)
    except (OSError, ValueError):  # one of them is not there yet, or is no file: - or an address
        return False


def write(path: Path, report: str | bytes) -> None:
    """Write a report, text as UTF-8, in one step.

    Raises OutputError when the folder or the file does not allow it.
    """
    with replacing(path) as draft:
        draft.write_bytes(report if isinstance(report, bytes) else report.encode())


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A draft to write, which then takes the place of a file: readers find the old or the whole new.

    Raises OutputError when the folder or the file does not allow it.
    """
    target = path.resolve()  # a symbolic link stays one
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        try:
            yield draft
            if target.exists():
                shutil.copymode(target, draft)
            draft.replace(target)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        reason = error.strerror or str(error)
        raise OutputError(f"cannot write {path}: {reason}; choose another place with -o") from error


def say(text: str | bytes, *, err: bool = False) -> None:
    """Print a line, or bytes as they are, to standard output or to that of errors.

    A reader that goes away (`| head`) is no trouble, and of errors that nobody can be told nothing is
    told. Raises OutputError for a full disk and the like.
    """
    stream = sys.stderr if err else sys.stdout
    if isinstance(text, str):
        text = f"{text}\n".encode(stream.encoding, "backslashreplace")
    try:
        stream.flush()
        rest = memoryview(text)
        while rest:  # with PYTHONUNBUFFERED a disk that fills up takes a part, and says nothing
            rest = rest[stream.buffer.write(rest) or 0 :]
        stream.buffer.flush()
    except OSError as error:
        # What is still buffered would fail once more when Python shuts down.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        if not (err or isinstance(error, BrokenPipeError)):
            raise OutputError(f"cannot print: {error.strerror}; try -o FILE elsewhere") from error


def wants_color(choice: Color, *, terminal: bool) -> bool:
    """Whether to colour a report that goes to a terminal, or to something else.

    `NO_COLOR` outdoes `FORCE_COLOR`, as in Python's own tools; see no-color.org, force-color.org.
    """
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR", "0") not in {"", "0"}:
        return True
    return terminal and os.environ.get("TERM") != "dumb"


def console_width(*, side_by_side: bool) -> int:
    """The columns of the terminal up to `READING_WIDTH` a text; `PAGE_WIDTH` where there is none."""
    columns = shutil.get_terminal_size(fallback=(PAGE_WIDTH, 24)).columns
    if side_by_side:
        return max(MIN_WIDTH_BESIDE, min(columns, 2 * READING_WIDTH))
    return max(MIN_WIDTH, min(columns, READING_WIDTH))


def check_width(width: int | None, *, side_by_side: bool) -> None:
    """Raises OutputError when two columns do not fit into a width that was asked for."""
    if side_by_side and width is not None and width < MIN_WIDTH_BESIDE:
        raise OutputError(
            f"two columns do not fit into {width}; use --width {MIN_WIDTH_BESIDE} or more, or no -y"
        )


def check_place_of_scores(form: str | None) -> None:
    """Raises OutputError when scores would be printed below a format that is not for reading."""
    if form not in {None, "diff"}:
        raise OutputError(f"--gold prints below the report; write {form} to a file with -o")


def page_through(data: bytes) -> bool:
    """Show a text that is longer than the screen in `$PAGER`, as git does; tells whether it was shown.

    An empty `PAGER`, or `cat`, turns that off; where there is none, `less` is tried.
    """
    pager = os.environ.get("PAGER", "less")
    try:
        command = shlex.split(pager)
    except ValueError:  # a quotation mark without its match
        return False
    lines = shutil.get_terminal_size().lines
    if command in ([], ["cat"]) or data.count(b"\n") < lines or os.environ.get("TERM") == "dumb":
        return False
    if FOR_A_SHELL.search(pager):
        command = ["sh", "-c", pager]
    # git's settings: less ends at once if all fits, shows colours and leaves the text on the screen.
    return _run_pager(command, data, {"LESS": "FRX", "LV": "-c"} | dict(os.environ))


def _run_pager(command: list[str], data: bytes, settings: dict[str, str]) -> bool:
    """Run a pager to its end; an interrupt is its business. False if there is no such program."""
    import subprocess
    from tempfile import TemporaryFile

    with TemporaryFile() as spool:  # not a pipe: a pager that is left early breaks none
        spool.write(data)
        spool.seek(0)
        try:
            pager = subprocess.Popen(command, stdin=spool, env=settings)  # noqa: S603 (the user's own)
        except OSError:
            return False
        while True:
            try:
                return pager.wait() not in NOT_RUN
            except KeyboardInterrupt:
                continue
