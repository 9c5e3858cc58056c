"""Pairs of sentences out of two collections: flags to a search, a table, a summary."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from aligner.options import Options

from .output import OutputError, write

if TYPE_CHECKING:
    from aligner.corpus.mining import Mining

SUFFIXES = (".tsv", ".parquet")
COLUMNS = (
    "confidence",
    "margin",
    "cosine",
    "a_text",
    "b_text",
    "a",
    "a_sentence",
    "b",
    "b_sentence",
)


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
    from aligner.corpus.passages import Reading, read_passages
    from aligner.corpus.plan import documents
    from aligner.embed import load_encoder

    from .progress import ManyProgress

    encoder = load_encoder(options.models, device=options.device)
    with ManyProgress(shown=not quiet) as progress:
        sides = []
        for folder, language in zip(folders, (options.lang_a, options.lang_b), strict=True):
            reading = Reading(encoder, language, options.split, "")
            with tempfile.TemporaryDirectory() as place, Ledger(Path(place)) as ledger:
                names = documents(folder, Path(place))
                sides.append(
                    sentences(read_passages(ledger, folder, names, reading, progress.stage))
                )
        counts = " by ".join(f"{len(side.texts):,}" for side in sides)
        progress.stage(f"searching {counts} sentences")
        mining = mine(sides[0], sides[1])
        for path in outputs:
            _write(path, mining)
    typer.echo(f"{counts} sentences: {len(mining.pairs):,} pairs")
    if mining.recall < 1:
        typer.echo(f"note: approximate search, which found {mining.recall:.1%} of the nearest")


def _write(path: Path, mining: "Mining") -> None:
    if path.suffix.lower() == ".tsv":
        write(path, "".join(_lines(mining)))
        return
    from aligner.corpus.mining import rows

    try:
        import pyarrow
        from pyarrow.parquet import write_table
    except ImportError as error:
        raise OutputError(
            "Parquet needs pyarrow; pip install 'bitext-align[mine]', or write a .tsv"
        ) from error
    try:
        write_table(pyarrow.Table.from_pylist(list(rows(mining))), path)
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error}; choose another place with -o") from error


def _lines(mining: "Mining") -> Iterator[str]:
    """The table as TSV, with the escapes of the format `tsv`."""
    from aligner.corpus.mining import rows

    yield "\t".join(COLUMNS) + "\n"
    for row in rows(mining):
        yield "\t".join(_cell(row[name]) for name in COLUMNS) + "\n"


def _cell(value: Any) -> str:
    from .render.exchange import fraction
    from .render.tsv import cell

    if isinstance(value, float):
        return fraction(value)
    return cell([value]) if isinstance(value, str) else str(value)
