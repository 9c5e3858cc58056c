"""Vectors of another model moved to where the embedded model's are.

The scorer and a few thresholds were fitted with the embedded model, in which texts that have nothing in
common have a cosine near 0. In other models all vectors may share a direction, so that such texts come
to 0.8 (multilingual-e5-small). Without what is common to all, the mean of unrelated sentences, what
differs counts (Mu & Viswanath, 2018), and fewer texts are near to everything.

Axes: `n` texts, `d` dimensions.
"""

from functools import cached_property
from importlib.resources import files

import numpy as np
import numpy.typing as npt

from aligner.embed import Encoder, Vectors

SMALLEST = 1e-6  # the length below which a vector is the centre itself, and has no direction


class CentredEncoder:
    """An encoder whose vectors are counted from the mean of unrelated sentences in many languages."""

    def __init__(self, encoder: Encoder) -> None:
        self.encoder = encoder
        self.name = encoder.name
        self.languages = encoder.languages

    def encode(self, texts: list[str]) -> Vectors:
        """Vectors `[n, d]` of length 1, a row a text."""
        moved = self.encoder.encode(texts) - self._centre
        lengths = np.linalg.norm(moved, axis=1, keepdims=True)
        vectors: Vectors = np.where(lengths < SMALLEST, self._centre, moved)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors

    @cached_property
    def _centre(self) -> npt.NDArray[np.float32]:
        centre: npt.NDArray[np.float32] = self.encoder.encode(unrelated_sentences()).mean(axis=0)
        return centre


def unrelated_sentences() -> list[str]:
    """Sentences as they are compared, each on another subject, half of them pt, fr, en and es."""
    return (files("aligner.embed") / "unrelated.txt").read_text(encoding="utf-8").splitlines()
