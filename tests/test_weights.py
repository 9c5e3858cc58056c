"""The embedded model's weights, packed and unpacked."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from aligner.embed import load_encoder, weights
from aligner.embed.embedded import EmbeddedEncoder
from aligner.embed.weights import TABLE, load_weights

TEXTS = ["O farol fica aceso.", "Le phare reste allumé.", ""]


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache folder in which the weights are kept."""
    folder = tmp_path_factory.mktemp("cache")
    load_weights(folder)
    return folder


def unpacking(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Which files are unpacked from now on."""
    seen: list[Path] = []
    unpack = weights._unpacked_table

    def noted(path: Path) -> npt.NDArray[np.uint8]:
        seen.append(path)
        return unpack(path)

    monkeypatch.setattr(weights, "_unpacked_table", noted)
    return seen


def test_weights_that_are_kept_give_the_same_bits(
    kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are mapped into memory, and nothing is unpacked."""
    seen = unpacking(monkeypatch)
    assert isinstance(load_weights(kept).table, np.memmap)
    fast = EmbeddedEncoder(cache=kept).encode(TEXTS)
    assert seen == []
    np.testing.assert_array_equal(fast, EmbeddedEncoder().encode(TEXTS))
    assert len(seen) == 1


@pytest.mark.parametrize("damage", ["shorter", "missing"])
def test_damaged_weights_are_unpacked_anew(
    tmp_path: Path, damage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And kept again."""
    load_weights(tmp_path)
    (table,) = tmp_path.glob(f"*/{TABLE}")
    if damage == "missing":
        table.unlink()
    else:
        with table.open("r+b") as file:
            file.truncate(1000)
    seen = unpacking(monkeypatch)
    first, second = load_weights(tmp_path), load_weights(tmp_path)
    assert len(seen) == 1
    np.testing.assert_array_equal(first.table[:100], second.table[:100])
    assert [one.name for one in tmp_path.iterdir()] == [table.parent.name]


def test_a_cache_that_cannot_be_written(tmp_path: Path) -> None:
    """One does without."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert load_weights(tmp_path / "file" / "cache").table.shape == (128_010, 512)


def test_without_the_cache_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No store, no folder."""
    monkeypatch.setenv("ALIGN_CACHE_DIR", str(tmp_path / "cache"))
    load_encoder()
    assert not (tmp_path / "cache").exists()


def test_sums_do_not_depend_on_how_many_texts_are_read_together() -> None:
    """But for rounding."""
    encoder = EmbeddedEncoder(threads=1)
    texts = [f"{number} barcos saíram do porto, e {number + 1} voltaram." for number in range(70)]
    alone = np.concatenate([encoder.encode([text]) for text in texts])
    np.testing.assert_allclose(EmbeddedEncoder(threads=2).encode(texts), alone, atol=1e-5)
