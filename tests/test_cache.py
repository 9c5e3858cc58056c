"""The store of what was computed for texts."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from aligner import cache
from aligner.cache import Store, cache_folder, open_store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "kept" / "texts.sqlite3")


def test_what_was_put_is_got_by_maker_and_text(store: Store) -> None:
    """Another maker or another text is another entry; what is missing is left out."""
    store.put("one", {"a": b"1", "b": b"", "\ud800": b"3"})
    store.put("two", {"a": b"2"})
    assert store.get("one", ["a", "b", "c", "\ud800"]) == {"a": b"1", "b": b"", "\ud800": b"3"}
    assert store.get("two", ["a", "b"]) == {"a": b"2"}
    store.put("two", {"a": b"4"})
    assert store.get("two", ["a"]) == {"a": b"4"}


def test_more_texts_than_fit_into_a_query(store: Store) -> None:
    """All are found."""
    values = {str(number): str(number).encode() for number in range(2 * cache.AT_ONCE + 1)}
    store.put("x", values)
    assert store.get("x", values) == values


def test_reading_makes_no_file(store: Store) -> None:
    """Nothing is written before there is something to keep."""
    assert store.get("x", ["a"]) == {}
    store.put("x", {})
    assert not store.path.parent.exists()


def test_texts_are_not_kept_as_they_are(store: Store) -> None:
    """Whoever finds the file cannot read the texts in it."""
    store.put("x", {"a very secret sentence": b"1"})
    assert b"secret" not in store.path.read_bytes()


def test_what_was_not_used_for_longest_is_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file stays near its limit; what was read since is kept before what was not."""
    store = Store(tmp_path / "texts.sqlite3", limit=200_000)
    monkeypatch.setattr(cache, "_today", lambda: 1)
    store.put("x", {f"old {k}": bytes(1000) for k in range(100)})
    monkeypatch.setattr(cache, "_today", lambda: 2)
    assert "old 7" in store.get("x", ["old 7"])
    for day in range(3):
        store.put("x", {f"new {day} {k}": bytes(1000) for k in range(30)})
    assert store.path.stat().st_size < 300_000
    assert "old 7" in store.get("x", ["old 7"])
    assert not store.get("x", ["old 6", "old 8"])
    assert "new 2 29" in store.get("x", ["new 2 29"])


@pytest.mark.parametrize("damage", [b"no database at all, but long enough to be one" * 50, b""])
def test_a_broken_file_is_made_anew(store: Store, damage: bytes) -> None:
    """It is as if nothing had been kept, and what comes is kept again."""
    store.put("x", {"a": b"1"})
    store.path.write_bytes(damage)
    assert store.get("x", ["a"]) == {}
    store.put("x", {"a": b"2"})
    assert store.get("x", ["a"]) == {"a": b"2"}


def test_a_file_broken_in_the_middle_is_made_anew(store: Store) -> None:
    """Damaged pages are found out when they are read."""
    values = {str(k): bytes(500) for k in range(500)}
    store.put("x", values)
    data = bytearray(store.path.read_bytes())
    data[4096:-4096] = b"\xff" * len(data[4096:-4096])
    store.path.write_bytes(data)
    assert store.get("x", values) == {}
    store.put("x", {"a": b"1"})
    assert store.get("x", ["a"]) == {"a": b"1"}


def test_a_value_that_changed_is_no_value(store: Store) -> None:
    """A checksum guards what SQLite does not."""
    store.put("x", {"a": b"vector"})
    with sqlite3.connect(store.path) as connection:
        connection.execute("UPDATE texts SET value = substr(value, 1, 4) || 'Vector'")
    connection.close()
    assert store.get("x", ["a"]) == {}


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    """Nothing is kept, and nothing fails."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    store = Store(tmp_path / "file" / "texts.sqlite3")
    store.put("x", {"a": b"1"})
    assert store.get("x", ["a"]) == {}


def test_a_store_that_others_hold(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a while one does without."""
    monkeypatch.setattr(cache, "PATIENCE", 0.05)
    store.put("x", {"a": b"1"})
    holder = sqlite3.connect(store.path, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    store.put("x", {"b": b"2"})
    assert store.get("x", ["a"]) == {}
    holder.close()
    assert store.get("x", ["a", "b"]) == {"a": b"1"}


def test_several_processes_at_once(tmp_path: Path) -> None:
    """All of what they keep is kept."""
    script = (
        "import sys\n"
        "from pathlib import Path\n"
        "from aligner.cache import Store\n"
        "store = Store(Path(sys.argv[1]))\n"
        "for k in range(40):\n"
        "    store.put('x', {f'{sys.argv[2]} {k}': b'1'})\n"
    )
    path = tmp_path / "texts.sqlite3"
    running = [
        subprocess.Popen([sys.executable, "-c", script, str(path), str(number)])
        for number in range(4)
    ]
    assert [one.wait(timeout=60) for one in running] == [0] * 4
    texts = [f"{number} {k}" for number in range(4) for k in range(40)]
    assert len(Store(path).get("x", texts)) == len(texts)


def test_where_the_cache_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The variable names the folder; empty, it is the platform's."""
    monkeypatch.setenv("ALIGN_CACHE_DIR", str(tmp_path))
    store = open_store()
    assert store is not None
    assert store.path.parent == tmp_path
    monkeypatch.setenv("ALIGN_CACHE_DIR", "")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert cache_folder().name == "bitext-align"


def test_a_user_without_a_home(monkeypatch: pytest.MonkeyPatch) -> None:
    """Such as that of some containers: there is no store, and no folder called `~`."""
    monkeypatch.setenv("ALIGN_CACHE_DIR", "")
    monkeypatch.setattr(
        "platformdirs.user_cache_path", lambda *_, **__: Path("~/.cache/bitext-align")
    )
    assert open_store() is None
