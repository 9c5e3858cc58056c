"""What was computed for a text, kept on disk from one run to the next.

The store is SQLite by Python's standard library: no store is kept better, several processes may use it
at once, and it needs no dependency. (lmdb forgets nothing by itself and maps all of its space; diskcache
has had no release since 2023 and unpickles what it finds.) A cache must never be why a comparison
fails: whatever is wrong with it, results are computed as if there were none.

Texts are kept as digests only; but what was computed of them tells what they are about, so the folder is
the user's own.
"""

import os
import sqlite3
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import TypeVar

Result = TypeVar("Result")

PLACE = "ALIGN_CACHE_DIR"
FILE = "texts-1.sqlite3"  # another number where the tables change
# Bytes: 500,000 sentences of a model of 512 dimensions.
LIMIT = 512 * 1024 * 1024
KEPT = 0.75  # of the limit, when that was reached; forgetting goes in batches
# Seconds to wait for another process that writes; then this one does without.
PATIENCE = 5.0
AT_ONCE = 500  # keys in a query; SQLite once took 999
DAY = 86_400
_SCHEMA = """
    CREATE TABLE IF NOT EXISTS texts (key BLOB PRIMARY KEY, value BLOB NOT NULL, used INTEGER NOT NULL);
    CREATE INDEX IF NOT EXISTS by_use ON texts (used);
"""
_BROKEN = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def cache_folder() -> Path:
    """The folder that `ALIGN_CACHE_DIR` names, else the platform's for caches."""
    from platformdirs import user_cache_path

    given = os.environ.get(PLACE)
    return Path(given) if given else user_cache_path("bitext-align", appauthor=False)


def make_folder(folder: Path) -> None:
    """Make it, for the user alone, where it is missing. Raises OSError."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


@dataclass(frozen=True, slots=True)
class Store:
    """Bytes by text, in a file that it makes when first written to.

    A connection lasts for one call, so that threads and forked processes may share a store. What was not
    used for longest is forgotten when the file reaches `limit` bytes.
    """

    path: Path
    limit: int = LIMIT

    def get(self, maker: str, texts: Iterable[str]) -> dict[str, bytes]:
        """What is known of texts, by text; `maker` names all that it depends on besides."""
        by_key = {_key(maker, text): text for text in texts}
        if not by_key or not self.path.exists():
            return {}
        rows = self._with_connection(lambda connection: _read(connection, list(by_key))) or []
        stale = [(_today(), key) for key, _, used in rows if used != _today()]
        if stale:  # by the day is precise enough, and spares writing at most readings
            self._with_connection(
                lambda connection: connection.executemany(
                    "UPDATE texts SET used = ? WHERE key = ?", stale
                )
            )
        found = {by_key[key]: _checked(value) for key, value, _ in rows}
        return {text: value for text, value in found.items() if value is not None}

    def put(self, maker: str, values: Mapping[str, bytes]) -> None:
        """Keep what was computed of texts."""
        if not values:
            return
        rows = [
            (_key(maker, text), zlib.crc32(value).to_bytes(4, "big") + value, _today())
            for text, value in values.items()
        ]

        def write(connection: sqlite3.Connection) -> None:
            connection.executemany("INSERT OR REPLACE INTO texts VALUES (?, ?, ?)", rows)
            self._forget(connection)

        self._with_connection(write)

    def _forget(self, connection: sqlite3.Connection) -> None:
        """Delete what was used, and written, longest ago; its pages are used again."""
        pages, free, size = (
            connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("page_count", "freelist_count", "page_size")
        )
        used = (pages - free) * size
        if used > self.limit:
            count = connection.execute("SELECT count(*) FROM texts").fetchone()[0]
            surplus = int(count * (1 - KEPT * self.limit / used)) + 1
            connection.execute(
                "DELETE FROM texts WHERE rowid IN "
                "(SELECT rowid FROM texts ORDER BY used, rowid LIMIT ?)",
                (surplus,),
            )

    def _with_connection(self, work: Callable[[sqlite3.Connection], Result]) -> Result | None:
        """The result of `work`; None where the store cannot be used. A broken file is removed."""
        for _ in range(2):
            try:
                make_folder(self.path.parent)
                with closing(sqlite3.connect(self.path, timeout=PATIENCE)) as connection:
                    # A crash of the machine may break the file, which is then made anew.
                    connection.execute("PRAGMA synchronous = OFF")
                    connection.executescript(_SCHEMA)
                    with connection:
                        return work(connection)
            except sqlite3.Error as error:
                if getattr(error, "sqlite_errorcode", 0) & 0xFF not in _BROKEN:
                    return None
                try:
                    self.path.unlink(missing_ok=True)
                except OSError:
                    return None
            except OSError:
                return None
        return None


def open_store() -> Store | None:
    """The user's store; None for a user without a home, of whom `~` stays as it is."""
    folder = cache_folder()
    return None if folder.parts[:1] == ("~",) else Store(folder / FILE)


def _read(connection: sqlite3.Connection, keys: Sequence[bytes]) -> list[tuple[bytes, bytes, int]]:
    rows: list[tuple[bytes, bytes, int]] = []
    for some in _batches(keys):
        marks = ", ".join("?" * len(some))
        query = f"SELECT key, value, used FROM texts WHERE key IN ({marks})"  # noqa: S608 (marks only)
        rows += connection.execute(query, some)
    return rows


def _batches(keys: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    for start in range(0, len(keys), AT_ONCE):
        yield keys[start : start + AT_ONCE]


def _key(maker: str, text: str) -> bytes:
    data = f"{maker}\0{text}".encode("utf-8", "surrogatepass")
    return blake2b(data, digest_size=16).digest()


def _checked(value: object) -> bytes | None:
    """The bytes behind their checksum, None where they are not those that were written."""
    if not isinstance(value, bytes) or len(value) < 4:
        return None
    data = value[4:]
    return data if zlib.crc32(data) == int.from_bytes(value[:4], "big") else None


def _today() -> int:
    return int(time.time() // DAY)
