"""Pairs of sentences out of two collections: flags to a search, a table, a summary."""

import io
import tempfile
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from aligner.options import Options

from .output import OutputError, write

if TYPE_CHECKING:
    from aligner.corpus.mining import Mining

SUFFIXES = (".tsv", ".parquet")


def check_outputs(outputs: list[Path]) -> None:
    """Raises OutputError for no file, and for one of another kind or in no folder."""
    if not outputs:
        raise OutputError(
            "--mine writes a table; give its file with -o FILE.tsv or -o FILE.parquet"
        )
    for path in outputs:
        if path.suffix.lower() not in SUFFIXES:
            raise OutputError(
                f"--mine writes {' and '.join(SUFFIXES)}, which {path} is not; rename it"
            )
        if not path.parent.is_dir():
            raise OutputError(
                f"cannot write {path}: there is no folder {path.parent}; make it first"
            )


def mine_folders(
    folders: tuple[Path, Path], outputs: list[Path], options: Options, *, quiet: bool
) -> None:
    """Find the pairs of sentences in two folders, write them, and print how many there are."""
    check_outputs(outputs)

    from aligner.corpus.ledger import Ledger
    from aligner.corpus.mining import mine, sentences
    from aligner.corpus.passages import read_folders

    from .progress import ManyProgress

    with ManyProgress(shown=not quiet) as progress:
        with (
            tempfile.TemporaryDirectory() as name,
            closing(Ledger(Path(name))) as ledger,
        ):
            passages = read_folders(ledger, folders, Path(name), options, progress)
            a, b = (sentences(side) for side in passages)
        counts = f"{len(a.texts):,} by {len(b.texts):,}"
        progress(f"searching {counts} sentences")
        mining = mine(a, b)
        for path in outputs:
            _write(path, mining)
    typer.echo(f"{counts} sentences: {len(mining.pairs):,} pairs")
    if mining.recall < 1:
        typer.echo(f"note: approximate search, which found {mining.recall:.1%} of the nearest")


def _write(path: Path, mining: "Mining") -> None:
    write(path, _tsv(mining) if path.suffix.lower() == ".tsv" else _parquet(mining))


def _parquet(mining: "Mining") -> bytes:
    from aligner.corpus.mining import COLUMNS, rows

    try:
        import pyarrow
        from pyarrow.parquet import write_table
    except ImportError as error:
        raise OutputError(
            "Parquet needs pyarrow; pip install 'bitext-align[mine]', or write a .tsv"
        ) from error
    types = {float: pyarrow.float64(), str: pyarrow.string(), int: pyarrow.int64()}
    schema = pyarrow.schema([(name, types[kind]) for name, kind in COLUMNS.items()])
    named = [dict(zip(COLUMNS, row, strict=True)) for row in rows(mining)]
    whole = io.BytesIO()
    write_table(pyarrow.Table.from_pylist(named, schema=schema), whole)
    return whole.getvalue()


def _tsv(mining: "Mining") -> str:
    """The table, with the escapes of the format `tsv`."""
    from aligner.corpus.mining import COLUMNS, rows

    from .render.tsv import writer

    table = io.StringIO()
    lines = writer(table)
    lines.writerow(COLUMNS)
    lines.writerows(map(_cell, row) for row in rows(mining))
    return table.getvalue()


def _cell(value: str | float) -> str:
    from .render.exchange import fraction
    from .render.tsv import cell

    if isinstance(value, float):
        return fraction(value)
    return cell([value]) if isinstance(value, str) else str(value)
