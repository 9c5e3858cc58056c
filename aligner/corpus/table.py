"""All results of a job as one Parquet table: the JSON of every pair, and flat columns beside it."""

import os
from collections.abc import Iterator
from typing import Any

from aligner.corpus.job import Results
from aligner.corpus.pair import ADDED_UP, groups
from aligner.errors import ResultsError

NAME = "results.parquet"
ROWS = 200  # results in memory at a time
TEXTS = ("state", "name", "a", "b", "reason", "order", "language_a", "language_b", "json")


def write_table(results: Results) -> None:
    """Write `results.parquet`: pairs by name, then the documents without a counterpart.

    Equal results give equal bytes. Raises ResultsError when it cannot be written.
    """
    import pyarrow
    from pyarrow.parquet import ParquetWriter

    fields = [(name, pyarrow.string()) for name in TEXTS]
    fields += [(name, pyarrow.int64()) for name in ADDED_UP] + [("confidence", pyarrow.float64())]
    schema = pyarrow.schema(fields)
    target = results.folder / NAME
    draft = results.drafts / NAME
    try:
        with ParquetWriter(draft, schema, compression="zstd") as writer:
            for rows in groups(_rows(results), ROWS):
                writer.write_table(pyarrow.Table.from_pylist(rows, schema=schema))
        draft.replace(target)
    except OSError as error:
        raise ResultsError(
            f"cannot write {target}: {error.strerror or error}; make room, then try again"
        ) from error


def _rows(results: Results) -> Iterator[dict[str, Any]]:
    for row in results.ledger.rows():
        found = {name: getattr(row, name) for name in ("state", "name", "confidence", "reason")}
        found |= {name: _text(getattr(row, name)) for name in ("a", "b")}
        found |= dict(row.counts)
        if row.state == "done":
            found["json"] = (results.folder / f"{row.name}.json").read_text(encoding="utf-8")
        yield found


def _text(path: str) -> str:
    """A path as text; bytes that are none are escaped."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")
