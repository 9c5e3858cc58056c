"""Pairs of sentences out of two collections: flags to a search, a table, a summary."""

import shutil
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from aligner.options import Options

from .output import OutputError, replacing, say
from .render.visible import flowing

if TYPE_CHECKING:
    from aligner.corpus.mining import Mining
    from aligner.corpus.passages import Passages

SUFFIXES = (".tsv", ".parquet")
ROWS = 1_000  # of a table in Parquet, in memory at a time


def check_mining(outputs: list[Path], given: Mapping[str, object]) -> None:
    """Raises OutputError for a flag that means nothing here, for no file, or for one that cannot be."""
    for flag, value in given.items():
        if value:
            raise OutputError(
                f"{flag} is for pairs of documents; --mine looks for pairs of sentences"
            )
    if not outputs:
        raise OutputError(
            "--mine writes a table; give its file with -o FILE.tsv or -o FILE.parquet"
        )
    for path in outputs:
        if path.suffix.lower() not in SUFFIXES:
            raise OutputError(
                f"--mine writes {' and '.join(SUFFIXES)}, which {path} is not; rename it"
            )
        if path.is_dir():
            raise OutputError(f"{path} is a folder; give a file with -o")
        if not path.parent.is_dir():
            raise OutputError(
                f"cannot write {path}: there is no folder {path.parent}; make it first"
            )
        if path.suffix.lower() == ".parquet":
            _pyarrow()


def mine_folders(
    folders: tuple[Path, Path], outputs: list[Path], options: Options, *, quiet: bool
) -> bool:
    """Find the pairs of sentences in two folders, write them, print how many there are.

    Tells whether any document could not be read. What is embedded is kept beside the first file until
    all is done: a run that is stopped goes on where it was.
    """
    from aligner.corpus.job import writing
    from aligner.corpus.ledger import Ledger
    from aligner.corpus.mining import mine, sentences
    from aligner.corpus.passages import read_folders

    from .progress import ManyProgress

    place = place_of(outputs[0])
    with writing(place):
        place.mkdir(exist_ok=True)
    with closing(Ledger(place)) as ledger, ManyProgress(shown=not quiet) as progress:
        try:
            passages = read_folders(ledger, folders, outputs, options, progress)
            a, b = (
                sentences(side, place / f"{name}.vectors")
                for name, side in zip("ab", passages, strict=True)
            )
            counts = f"{len(a.texts):,} by {len(b.texts):,}"
            progress(f"searching {counts} sentences")
            mining = mine(a, b)
            for path in outputs:
                _write(path, mining)
        except KeyboardInterrupt:
            say("align: interrupted; the same command embeds nothing twice", err=True)
            raise
    failed = _told(folders, passages)
    if not failed:  # with a bad document the command will be given again
        shutil.rmtree(place, ignore_errors=True)
    say(f"{counts} sentences: {len(mining.pairs):,} pairs")
    if mining.recall < 1:
        say(f"note: approximate search, which found {mining.recall:.1%} of the nearest")
    return failed


def place_of(output: Path) -> Path:
    """The hidden folder beside a table for what is embedded for it."""
    return output.with_name(f".{output.name}.align")


def _told(folders: tuple[Path, Path], passages: tuple["Passages", "Passages"]) -> bool:
    """Print why documents could not be read; tells whether there are any. No table lists them."""
    for folder, side in zip(folders, passages, strict=True):
        for name, reason in side.failed.items():
            say(flowing(f"align: failed: {folder / name}: {reason}"), err=True)
    return any(side.failed for side in passages)


def _write(path: Path, mining: "Mining") -> None:
    with replacing(path) as draft:
        (_tsv if path.suffix.lower() == ".tsv" else _parquet)(draft, mining)


def _pyarrow() -> None:
    """Raises OutputError when pyarrow is not installed."""
    try:
        import pyarrow  # noqa: F401
    except ImportError as error:
        raise OutputError(
            "Parquet needs pyarrow; pip install 'bitext-align[mine]', or write a .tsv"
        ) from error


def _parquet(file: Path, mining: "Mining") -> None:
    import pyarrow
    from pyarrow.parquet import ParquetWriter

    from aligner.corpus.mining import COLUMNS, rows
    from aligner.corpus.pair import groups

    types = {float: pyarrow.float64(), str: pyarrow.string(), int: pyarrow.int64()}
    schema = pyarrow.schema([(name, types[kind]) for name, kind in COLUMNS.items()])
    with ParquetWriter(file, schema) as writer:
        for some in groups(rows(mining), ROWS):
            named = [dict(zip(COLUMNS, map(_text, row), strict=True)) for row in some]
            writer.write_table(pyarrow.Table.from_pylist(named, schema=schema))


def _text(value: str | float) -> str | float:
    """A value as it is; bytes of a path that are no text are escaped."""
    if isinstance(value, str):
        return value.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return value


def _tsv(file: Path, mining: "Mining") -> None:
    """The table, with the escapes of the format `tsv`."""
    from aligner.corpus.mining import COLUMNS, rows

    from .render.tsv import writer

    with file.open("w", encoding="utf-8", newline="\n") as table:
        lines = writer(table)
        lines.writerow(COLUMNS)
        lines.writerows(map(_cell, row) for row in rows(mining))


def _cell(value: str | float) -> str:
    from .render.exchange import fraction
    from .render.tsv import cell

    if isinstance(value, float):
        return fraction(value)
    return cell([value]) if isinstance(value, str) else str(value)
