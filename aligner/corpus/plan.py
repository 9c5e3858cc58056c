"""Which documents make a pair: by their names, or by a table that says so."""

import csv
import os
import stat
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import Literal

from aligner.corpus.ledger import Ledger
from aligner.corpus.names import pair_name, safe_name, stem
from aligner.corpus.pair import Pair
from aligner.errors import ResultsError
from aligner.read import LIMIT

# Columns of a table of pairs: paths, or names with texts.
COLUMNS = ("a", "b", "name", "a_text", "b_text")
LONGEST_CELL = 2 * LIMIT


def documents(folder: Path, leave_out: Collection[Path]) -> Iterator[str]:
    """The files below a folder, sorted, as relative paths with `/`; nothing that `leave_out` names.

    Hidden files and folders are left out, and what is neither a file nor a link to one. Raises
    ResultsError when a folder cannot be read.
    """

    def unreadable(error: OSError) -> None:
        raise ResultsError(
            f"the folder {error.filename} cannot be read ({error.strerror}); check its permissions"
        ) from error

    for place, folders, files in os.walk(folder, onerror=unreadable):
        here = Path(place)
        folders[:] = sorted(
            one for one in folders if not one.startswith(".") and not _in(here / one, leave_out)
        )
        for name in sorted(files):
            path = here / name
            if not name.startswith(".") and path.is_file() and not _in(path, leave_out):
                yield path.relative_to(folder).as_posix()


def _in(path: Path, others: Collection[Path]) -> bool:
    return any(other.exists() and path.samefile(other) for other in others)


def plan_folders(ledger: Ledger, folders: tuple[Path, Path], leave_out: Collection[Path]) -> None:
    """Note the documents of both folders. To be called while the ledger is planning."""
    for side, folder in zip("ab", folders, strict=True):
        paths = documents(folder, leave_out)
        ledger.add_files(side, ((path, stem(path)) for path in paths))


def plan_partners(
    ledger: Ledger,
    folders: tuple[Path, Path],
    key: Callable[[Pair], str],
    found: Literal["name", "content"],
    failed: Mapping[tuple[str, str], str],
) -> None:
    """Plan every pair of partners, and list the documents without one.

    `failed`: why a document, by side and path, could not be read to find its partners.
    """
    for a, b, confidence in ledger.partners():
        paths = str(folders[0] / a), str(folders[1] / b)
        ledger.add(_keyed(Pair(safe_name(pair_name(a, b)), *paths, confidence=confidence), key))
    for side, path, known in ledger.without_partner():
        whole = str(folders["ab".index(side)] / path)
        if (side, path) in failed:
            ledger.add_unpaired(side, whole, failed[side, path], "failed")
            continue
        other = "b" if side == "a" else "a"
        reason = f"no counterpart in {other.upper()}"
        if known and found == "name":
            reason = "its name without suffix and language is not unique; name pairs with --pairs"
        ledger.add_unpaired(side, whole, reason)


def plan_table(
    ledger: Ledger, table: Path, folders: tuple[Path, Path], key: Callable[[Pair], str]
) -> None:
    """Plan the pairs of a table. Raises ResultsError for a table that cannot be read."""
    rows = _parquet_rows(table) if table.suffix.lower() == ".parquet" else _tsv_rows(table)
    for number, row in enumerate(rows, 1):
        ledger.add(_keyed(_pair_of(row, folders, f"{table}, pair {number}"), key))


def _pair_of(row: Mapping[str, str], folders: tuple[Path, Path], where: str) -> Pair:
    a, b, name = (row.get(column) or "" for column in COLUMNS[:3])
    texts = row.get("a_text"), row.get("b_text")
    if texts[0] is None or texts[1] is None:
        if not (a and b):
            raise ResultsError(f"{where}: a path is missing; give one of each side")
        shown = safe_name(name or pair_name(*(path.replace(os.sep, "/") for path in (a, b))))
        return Pair(shown, str(folders[0] / a), str(folders[1] / b))
    if not (name or (a and b)):
        raise ResultsError(f"{where}: it has no name; fill the column name, or a and b")
    shown = safe_name(name or pair_name(a, b))
    return Pair(shown, a or f"{shown}.a", b or f"{shown}.b", (texts[0], texts[1]))


def _tsv_rows(table: Path) -> Iterator[dict[str, str]]:
    """The rows of a TSV file: under the names of its header, or two paths and perhaps a name a line."""
    csv.field_size_limit(LONGEST_CELL)
    try:
        with table.open(encoding="utf-8-sig", newline="") as stream:
            lines = csv.reader(stream, delimiter="\t", quoting=csv.QUOTE_NONE)
            first = next(lines, [])
            named = {"a", "b"} <= set(first) or {"a_text", "b_text"} <= set(first)
            columns = first if named else COLUMNS[:3]
            for number, cells in enumerate(lines if named else chain([first], lines), 1 + named):
                if not cells:
                    continue
                if not named and len(cells) not in {2, 3}:
                    raise ResultsError(
                        f"{table}, line {number}: {len(cells)} columns; give two paths and perhaps a "
                        f"name, with tabs between, or a header of {', '.join(COLUMNS)}"
                    )
                yield dict(zip(columns, cells, strict=False))
    except OSError as error:
        raise ResultsError(
            f"{table} cannot be read ({error.strerror}); give a table of pairs"
        ) from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise ResultsError(f"{table} is no table in UTF-8 ({error}); write one as TSV") from error


def _parquet_rows(table: Path) -> Iterator[dict[str, str]]:
    try:
        import pyarrow
        from pyarrow.parquet import ParquetFile
    except ImportError as error:
        raise ResultsError(
            "Parquet needs pyarrow; pip install 'bitext-align[ray]', or use a table as TSV"
        ) from error
    try:
        with ParquetFile(table) as file:
            columns = [name for name in COLUMNS if name in file.schema_arrow.names]
            for batch in file.iter_batches(batch_size=64, columns=columns):
                yield from batch.to_pylist()
    except (OSError, pyarrow.ArrowException) as error:
        raise ResultsError(
            f"{table} cannot be read as Parquet ({error}); check the file"
        ) from error


def _keyed(pair: Pair, key: Callable[[Pair], str]) -> Pair:
    """The pair with its size and its key, which is of the texts and of what `key` adds."""
    if pair.texts:
        parts = [(len(text), sha256(text.encode()).hexdigest()) for text in pair.texts]
    else:
        parts = [digest(Path(path)) for path in (pair.a, pair.b)]
    contents = " ".join(content for _, content in parts)
    whole = f"{contents} {key(pair)}".encode("utf-8", "surrogatepass")
    return replace(pair, size=sum(size for size, _ in parts), key=sha256(whole).hexdigest())


def digest(path: Path) -> tuple[int, str]:
    """Size and digest of as much of a file as is read of a text; a word where there is no such file."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return 0, "no file"
        with path.open("rb") as stream:
            data = stream.read(LIMIT + 1)
    except (OSError, ValueError):  # ValueError: a NUL inside the name
        return 0, "unreadable"
    return len(data), sha256(data).hexdigest()
