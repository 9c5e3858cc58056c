"""Sentences to vectors: the `Encoder` protocol, the embedded model, sentence-transformers."""

from typing import Protocol

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]


class Encoder(Protocol):
    """Anything that turns texts into vectors."""

    @property
    def name(self) -> str:
        """The model's name, for the signature."""
        ...

    def encode(self, texts: list[str]) -> Vectors:
        """Vectors `[n, d]` of length 1, a row a text, in the order of the texts."""
        ...
