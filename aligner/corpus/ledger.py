"""What is planned and what is done, in one SQLite file beside the results.

SQLite, because a job may be killed at any moment and be larger than memory: a plan is made whole or
not at all, a result is recorded or it is not, and pairs come sorted without a list of them. One run at a
time holds the file; when that run is killed, the system lets go of it.
"""

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from aligner.corpus.names import folded, told_apart
from aligner.corpus.pair import ADDED_UP, Outcome, Pair, Row, Totals
from aligner.errors import ResultsError

# Another name whenever the tables change.
FILE = "ledger-2.sqlite"
PAGE = 500  # pairs of the plan in memory at a time

# Paths are bytes: on Linux a name need not be text. `results` and `passages` belong to all runs, the
# others to one.
_TABLES = """
CREATE TABLE IF NOT EXISTS results (
    name TEXT PRIMARY KEY, key TEXT, state TEXT, reason TEXT, counts TEXT, sizes TEXT
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS plan (
    name TEXT PRIMARY KEY, folded TEXT UNIQUE, a BLOB, b BLOB, a_text TEXT, b_text TEXT,
    confidence REAL, size INTEGER, key TEXT
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS plan_by_size ON plan (size, name);
CREATE TABLE IF NOT EXISTS files (side TEXT, path BLOB, stem BLOB, PRIMARY KEY (side, path));
CREATE INDEX IF NOT EXISTS files_by_path ON files (path, side);
CREATE INDEX IF NOT EXISTS files_by_stem ON files (stem, side);
CREATE TABLE IF NOT EXISTS partners (a BLOB, b BLOB, confidence REAL);
CREATE TABLE IF NOT EXISTS passages (
    key TEXT, part INTEGER, parts INTEGER, sentences TEXT, vectors BLOB, PRIMARY KEY (key, part)
);
CREATE TABLE IF NOT EXISTS unpaired (side TEXT, path BLOB, state TEXT, reason TEXT);
"""
_OF_ONE_RUN = ("plan", "files", "partners", "unpaired")
_EQUAL_NAMES = """
INSERT INTO partners SELECT a.path, b.path, NULL FROM files AS a JOIN files AS b USING (path)
WHERE a.side = 'a' AND b.side = 'b' ORDER BY a.path
"""
# Of what has no equal name, the stems that each side has once.
_LEFT = """
SELECT stem, MIN(path) AS path FROM files AS f WHERE side = ? AND NOT EXISTS (
    SELECT 1 FROM files AS o WHERE o.side != f.side AND o.path = f.path
) GROUP BY stem HAVING COUNT(*) = 1
"""
_EQUAL_STEMS = (  # put together from constants
    f"INSERT INTO partners SELECT a.path, b.path, NULL FROM ({_LEFT}) AS a "  # noqa: S608
    f"JOIN ({_LEFT}) AS b USING (stem) ORDER BY a.path"
)
_WITHOUT_PARTNER = """
SELECT side, path, EXISTS (SELECT 1 FROM files AS o WHERE o.side != f.side AND o.stem = f.stem)
FROM files AS f WHERE (side = 'a' AND path NOT IN (SELECT a FROM partners))
OR (side = 'b' AND path NOT IN (SELECT b FROM partners)) ORDER BY side, path
"""
_WITH_RESULT = "FROM plan AS p LEFT JOIN results AS r ON p.name = r.name AND p.key = r.key"


class Ledger:
    """The ledger in a folder, for this process alone until it is closed.

    Every method raises ResultsError when the file cannot be read or written; the constructor, too, when
    another run holds it.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        with self._translated():
            self._base = sqlite3.connect(self._path, timeout=0, isolation_level=None)
            self._base.execute("PRAGMA locking_mode = EXCLUSIVE")
            # What a killed process wrote, the system still has. After a power cut the last results may
            # be done again; their files are checked by size.
            self._base.execute("PRAGMA journal_mode = WAL")
            self._base.execute("PRAGMA synchronous = NORMAL")
            self._base.executescript(f"BEGIN IMMEDIATE; {_TABLES} COMMIT;")

    def close(self) -> None:
        """Let go of the file."""
        self._base.close()

    @contextmanager
    def planning(self) -> Iterator[None]:
        """A new plan in place of the last one: whole, or none where an error ends it."""
        with self._translated():
            self._base.execute("BEGIN IMMEDIATE")
            try:
                for table in _OF_ONE_RUN:
                    self._base.execute(f"DELETE FROM {table}")  # noqa: S608 (a constant)
                yield
                self._base.execute("COMMIT")
            finally:
                if self._base.in_transaction:
                    self._base.execute("ROLLBACK")

    def add_files(self, side: str, files: Iterable[tuple[str, str]]) -> None:
        """Note the documents of a side: path and stem."""
        self._base.executemany(
            "INSERT INTO files VALUES (?, ?, ?)",
            ((side, os.fsencode(path), os.fsencode(stem)) for path, stem in files),
        )

    def files(self, side: str) -> Iterator[str]:
        """The documents of a side, sorted by path."""
        rows = self._base.execute("SELECT path FROM files WHERE side = ? ORDER BY path", (side,))
        return (os.fsdecode(path) for (path,) in rows)

    def pair_by_name(self) -> None:
        """Make partners of documents with equal paths, and of the others whose stems are unique."""
        self._base.execute(_EQUAL_NAMES)
        self._base.execute(_EQUAL_STEMS, ("a", "b"))

    def add_partners(self, partners: Iterable[tuple[str, str, float]]) -> None:
        """Make partners of two documents each, with a confidence."""
        self._base.executemany(
            "INSERT INTO partners VALUES (?, ?, ?)",
            ((os.fsencode(a), os.fsencode(b), confidence) for a, b, confidence in partners),
        )

    def partners(self) -> Iterator[tuple[str, str, float | None]]:
        """The partners, in the order in which they were found."""
        rows = self._base.execute("SELECT a, b, confidence FROM partners ORDER BY rowid")
        return ((os.fsdecode(a), os.fsdecode(b), confidence) for a, b, confidence in rows)

    def without_partner(self) -> Iterator[tuple[str, str, bool]]:
        """Side and path of the documents in no pair; whether the other side has their stem."""
        rows = self._base.execute(_WITHOUT_PARTNER)
        return ((side, os.fsdecode(path), bool(known)) for side, path, known in rows)

    def passage(self, key: str) -> list[tuple[str, bytes]]:
        """The parts of a document, sentences and vectors, as they were kept."""
        query = "SELECT sentences, vectors FROM passages WHERE key = ? ORDER BY part"
        with self._translated():
            return self._base.execute(query, (key,)).fetchall()

    def parts_kept(self, key: str) -> tuple[int, int]:
        """How many parts of a document are kept, and how many it has; 0 where that is not known."""
        query = "SELECT COUNT(*), COALESCE(MAX(parts), 0) FROM passages WHERE key = ?"
        with self._translated():
            kept, parts = self._base.execute(query, (key,)).fetchone()
        return kept, parts

    def keep_part(self, key: str, part: int, parts: int, sentences: str, vectors: bytes) -> None:
        """Keep the next of `parts` parts of a document, sentences with their vectors."""
        values = (key, part, parts, sentences, vectors)
        with self._translated():
            self._base.execute("INSERT INTO passages VALUES (?, ?, ?, ?, ?)", values)

    def add_unpaired(
        self, side: str, path: str, reason: str, state: Literal["unpaired", "failed"] = "unpaired"
    ) -> None:
        """List a document that belongs to no pair, or that could not be read to find its pairs."""
        values = (side, os.fsencode(path), state, reason)
        self._base.execute("INSERT INTO unpaired VALUES (?, ?, ?, ?)", values)

    def add(self, pair: Pair) -> None:
        """Plan a pair, under another name where its own is taken; once, however often it is added."""
        texts = pair.texts or (None, None)
        other = told_apart(pair.name, pair.a, pair.b, *(pair.texts or ()))
        for name in (pair.name, other):
            values = (name, folded(name), os.fsencode(pair.a), os.fsencode(pair.b), *texts)
            done = self._base.execute(
                "INSERT INTO plan VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                (*values, pair.confidence, pair.size, pair.key),
            )
            if done.rowcount:
                return

    def results(self) -> Iterator[tuple[str, dict[str, int]]]:
        """The names of pairs that are done, and the sizes of their files by suffix."""
        query = f"SELECT p.name, r.sizes {_WITH_RESULT} WHERE r.state = 'done' ORDER BY p.name"
        with self._translated():
            for name, sizes in self._base.execute(query):
                yield name, json.loads(sizes)

    def forget(self, names: Iterable[str]) -> None:
        """Count pairs as not done."""
        with self._translated():
            self._base.executemany("DELETE FROM results WHERE name = ?", ((one,) for one in names))

    def pending(self) -> Iterator[Pair]:
        """What is left to do, the largest first: a long pair at the end would leave other cores idle."""
        query = f"""
            SELECT p.name, p.a, p.b, p.a_text, p.b_text, p.confidence, p.size, p.key {_WITH_RESULT}
            WHERE r.state IS NOT 'done' AND (p.size, p.name) < (?, ?)
            ORDER BY p.size DESC, p.name DESC LIMIT {PAGE}
        """
        last: tuple[int, Any] = (2**62, "")
        while True:
            with self._translated():
                rows = self._base.execute(query, last).fetchall()
            for name, a, b, a_text, b_text, confidence, size, key in rows:
                texts = None if a_text is None else (a_text, b_text)
                paths = os.fsdecode(a), os.fsdecode(b)
                yield Pair(name, *paths, texts, confidence, size, key)
            if len(rows) < PAGE:
                return
            last = (rows[-1][6], rows[-1][0])

    def record(self, outcome: Outcome) -> None:
        """Keep what became of a pair."""
        sizes = {suffix: len(text.encode()) for suffix, text in outcome.files.items()}
        values = (outcome.pair.name, outcome.pair.key, outcome.state, outcome.reason)
        with self._translated():
            self._base.execute(
                "INSERT OR REPLACE INTO results VALUES (?, ?, ?, ?, ?, ?)",
                (*values, json.dumps(dict(outcome.counts)), json.dumps(sizes)),
            )

    def rows(self) -> Iterator[Row]:
        """The index: pairs by name, then the documents without a counterpart."""
        pairs = f"""
            SELECT COALESCE(r.state, 'missing'), p.name, p.a, p.b, p.confidence,
                COALESCE(r.counts, '{{}}'), COALESCE(r.reason, '')
            {_WITH_RESULT} ORDER BY p.name
        """
        with self._translated():
            for state, name, a, b, confidence, counts, reason in self._base.execute(pairs):
                paths = os.fsdecode(a), os.fsdecode(b)
                yield Row(state, name, *paths, confidence, json.loads(counts), reason)
            alone = "SELECT side, path, state, reason FROM unpaired ORDER BY side, path"
            for side, path, state, reason in self._base.execute(alone):
                name = os.fsdecode(path)
                paths = (name, "") if side == "a" else ("", name)
                yield Row(state, "", *paths, None, {}, reason)

    def totals(self) -> Totals:
        """The index added up."""
        states = f"SELECT COALESCE(r.state, 'missing'), COUNT(*) {_WITH_RESULT} GROUP BY 1"
        summed = ", ".join(f"TOTAL(json_extract(r.counts, '$.{one}'))" for one in ADDED_UP)
        sums = f"SELECT {summed} {_WITH_RESULT}"
        alone = "SELECT side, COUNT(*) FROM unpaired WHERE state = ? GROUP BY side ORDER BY side"
        with self._translated():
            return Totals(
                dict(self._base.execute(states)),
                dict(zip(ADDED_UP, map(int, self._base.execute(sums).fetchone()), strict=True)),
                dict(self._base.execute(alone, ("unpaired",))),
                dict(self._base.execute(alone, ("failed",))),
            )

    def planned(self) -> tuple[int, int]:
        """How many pairs are left to do, and their size together."""
        query = f"SELECT COUNT(*), TOTAL(p.size) {_WITH_RESULT} WHERE r.state IS NOT 'done'"
        with self._translated():
            pairs, size = self._base.execute(query).fetchone()
        return pairs, int(size)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Make a ResultsError of what SQLite reports."""
        try:
            yield
        except sqlite3.Error as error:
            # A file of notes on work done: without it everything is done again, nothing is lost.
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF
            advice = {
                sqlite3.SQLITE_BUSY: "another run of align writes there; wait for its end",
                sqlite3.SQLITE_FULL: "the disk is full; make room, then try again",
                sqlite3.SQLITE_READONLY: "it may not be written; check its permissions",
                sqlite3.SQLITE_CANTOPEN: "it may not be written; check its permissions",
                sqlite3.SQLITE_IOERR: "the disk is full or failing; make room, then try again",
                sqlite3.SQLITE_NOTADB: "remove it to do everything again",
                sqlite3.SQLITE_CORRUPT: "remove it to do everything again",
            }.get(code, "remove it to do everything again")
            raise ResultsError(f"{self._path}: {error}; {advice}") from error
