"""All results of a job as one Parquet table: the JSON of every pair, and flat columns beside it."""

import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from aligner.corpus.job import Results
from aligner.errors import ResultsError

NAME = "results.parquet"
ROWS = 200  # results in memory at a time
TEXTS = ("state", "name", "a", "b", "reason", "order", "language_a", "language_b", "json")
NUMBERS = ("same", "partial", "only_a", "only_b", "boilerplate")


def write_table(results: Results) -> None:
    """Write `results.parquet`: pairs by name, then the documents without a counterpart.

    Equal results give equal bytes. Raises ResultsError when it cannot be written.
    """
    import pyarrow
    from pyarrow.parquet import ParquetWriter

    fields = [(name, pyarrow.string()) for name in TEXTS]
    fields += [(name, pyarrow.int64()) for name in NUMBERS] + [("confidence", pyarrow.float64())]
    schema = pyarrow.schema(fields)
    target = results.folder / NAME
    draft = results.drafts / NAME
    try:
        with ParquetWriter(draft, schema, compression="zstd") as writer:
            for rows in _groups(_rows(results)):
                writer.write_table(pyarrow.Table.from_pylist(rows, schema=schema))
        draft.replace(target)
    except OSError as error:
        raise ResultsError(
            f"cannot write {target}: {error.strerror or error}; make room, then try again"
        ) from error


def _groups(rows: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    while some := list(islice(rows, ROWS)):
        yield some


def _rows(results: Results) -> Iterator[dict[str, Any]]:
    for row in results.ledger.rows():
        found = {name: getattr(row, name) for name in ("state", "name", "confidence", "reason")}
        found |= {name: _text(getattr(row, name)) for name in ("a", "b")}
        found |= dict(row.counts)
        if row.state == "done":
            path = results.folder / f"{row.name}.json"
            found["json"] = Path(path).read_text(encoding="utf-8")
        yield found


def _text(path: str) -> str:
    """A path as text; bytes that are none are escaped."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")
