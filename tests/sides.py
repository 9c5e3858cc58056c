"""Sides of a translation made of random vectors, with what is merged and missing planted."""

from collections.abc import Sequence

import numpy as np

from aligner.align.monotonic import MonotonicSide

DIMENSIONS = 64


class SummedVectors:
    """Windows whose vectors are the normalised sums of their sentences'; it lists those asked for."""

    def __init__(self, sentences: np.ndarray, costly: bool = False) -> None:
        self.sentences = sentences / np.linalg.norm(sentences, axis=1, keepdims=True)
        self.costly = costly
        self.asked: list[tuple[int, ...]] = []
        self.plain = sentences

    def of(self, runs: Sequence[tuple[int, ...]]) -> np.ndarray:
        """Vectors of length 1."""
        self.asked += runs
        sums = np.array([self.plain[list(run)].sum(axis=0) for run in runs])
        vectors: np.ndarray = sums / np.linalg.norm(sums, axis=1, keepdims=True)
        return vectors


def plain(side: MonotonicSide) -> np.ndarray:
    """The vectors of the sentences as they were given."""
    assert isinstance(side.windows, SummedVectors)
    return side.windows.plain


def side_of(vectors: np.ndarray, lengths: Sequence[int], costly: bool = False) -> MonotonicSide:
    """A side whose window vectors are the normalised sums of its sentences' vectors."""
    return MonotonicSide(SummedVectors(vectors.reshape(-1, DIMENSIONS), costly), lengths)


def random_side(generator: np.random.Generator, n: int) -> MonotonicSide:
    """Sentences about nothing in common."""
    vectors = generator.normal(size=(n, DIMENSIONS))
    return side_of(vectors, generator.integers(5, 200, n).tolist())


def translated(seed: int, fates: Sequence[tuple[int, int]]) -> tuple[MonotonicSide, MonotonicSide]:
    """Two sides made of beads of those shapes: sentences of a bead add up to the same content."""
    generator = np.random.default_rng(seed)
    sides: tuple[list[np.ndarray], list[np.ndarray]] = ([], [])
    lengths: tuple[list[int], list[int]] = ([], [])
    for shape in fates:
        parts = generator.normal(size=(max(shape), DIMENSIONS))
        for vectors, characters, size in zip(sides, lengths, shape, strict=True):
            if size:
                noise = generator.normal(scale=0.3, size=(size, DIMENSIONS))
                merged = [part.sum(axis=0) for part in np.array_split(parts, size)]
                vectors += [one + more for one, more in zip(merged, noise, strict=True)]
                characters += [60 * len(part) for part in np.array_split(parts, size)]
    return side_of(np.array(sides[0]), lengths[0]), side_of(np.array(sides[1]), lengths[1])
