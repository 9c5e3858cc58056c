"""Several models as one: the similarities of two texts are averaged over the models.

The cosine of vectors that stand side by side, each of length sqrt(w), is the mean of the cosines
weighted by w. With weights inverse to the spread of unrelated texts' cosines that is, but for a shift
and a scale, which the scorer undoes, the mean of similarities in spreads above each model's background.

Axes: `n` texts, `k` runs, `d` dimensions of all models together.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from aligner.embed import Encoder, Vectors, forget_texts
from aligner.embed.centred import unrelated_sentences
from aligner.embed.excerpts import Kept, encode_excerpts
from aligner.embed.windows import Runs, Windows, open_windows


class CombinedEncoder:
    """Two encoders or more, whose vectors stand side by side."""

    def __init__(self, encoders: Sequence[Encoder]) -> None:
        self._encoders = encoders
        self.name = " + ".join(one.name for one in encoders)
        self.languages = _languages(encoders)

    def forget(self) -> None:
        """Let those encoders forget all texts that remember any."""
        for one in self._encoders:
            forget_texts(one)

    def encode(self, texts: list[str]) -> Vectors:
        """Vectors `[n, d]` of length 1, a row a text."""
        return self._beside([one.encode(texts) for one in self._encoders])

    def windows(self, texts: list[str]) -> "CombinedWindows":
        """The vectors of the texts and of runs of neighbouring ones."""
        return CombinedWindows([open_windows(texts, one) for one in self._encoders], self)

    def excerpts(self, texts: Sequence[str], kept: Sequence[Sequence[Kept]]) -> list[Vectors]:
        """For each text, the vectors `[len(kept[k]), d]` of its excerpts, of length 1."""
        of_each = [encode_excerpts(one, texts, kept) for one in self._encoders]
        return [self._beside(vectors) for vectors in zip(*of_each, strict=True)]

    def _beside(self, vectors: Sequence[Vectors]) -> Vectors:
        return np.concatenate(
            [scale * one for scale, one in zip(self._scales, vectors, strict=True)], axis=1
        )

    @cached_property
    def _scales(self) -> list[np.float32]:
        """The length of each model's part, so that squares sum to 1."""
        spreads = [_spread(one.encode(unrelated_sentences())) for one in self._encoders]
        weights = 1 / np.array(spreads)
        return [np.float32(scale) for scale in np.sqrt(weights / weights.sum())]


@dataclass(frozen=True, slots=True)
class CombinedWindows:
    """The windows of several models, side by side."""

    parts: Sequence[Windows]
    encoder: CombinedEncoder

    @property
    def sentences(self) -> Vectors:
        """The vectors `[n, d]` of single sentences."""
        return self.encoder._beside([one.sentences for one in self.parts])

    @property
    def costly(self) -> bool:
        """Whether every run costs as much as a text of its own."""
        return any(one.costly for one in self.parts)

    def of(self, runs: Runs) -> Vectors:
        """The vectors `[k, d]` of those runs."""
        return self.encoder._beside([one.of(runs) for one in self.parts])


def _spread(vectors: Vectors) -> float:
    """From the median to the 98 % quantile of the cosines of unrelated texts, as the scorer counts."""
    cosines = (vectors @ vectors.T)[~np.eye(len(vectors), dtype=bool)]
    return float(np.quantile(cosines, 0.98) - np.median(cosines))


def _languages(encoders: Sequence[Encoder]) -> frozenset[str] | None:
    """Those that any of the models knows; None where one might know any."""
    known = [one.languages for one in encoders]
    if any(one is None for one in known):
        return None
    return frozenset[str]().union(*(one for one in known if one is not None))
