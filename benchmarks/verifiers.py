"""The verifiers that `benchmarks.fit_verifier` leaves for judging what is fitted on top of them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from aligner.score import candidates
from aligner.verify.embedded import EmbeddedVerifier
from benchmarks.articles import Article

Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Verifiers:
    """Of each fold one verifier that has not seen its articles and stories."""

    by_fold: tuple[EmbeddedVerifier, ...]
    folds: Mapping[str, int]

    @classmethod
    def read(cls, heads: Path) -> "Verifiers":
        """What `fit_verifier --heads` wrote."""
        paths = sorted(heads.glob("*.npz"))
        folds = json.loads((heads / "folds.json").read_text(encoding="utf-8"))
        return cls(tuple(EmbeddedVerifier(heads=path) for path in paths), folds)

    def of(self, case: str) -> EmbeddedVerifier:
        """One that has not seen the case or story; the first for what none has seen."""
        return self.by_fold[self.folds.get(case, 0)]

    def statement(self, case: str, a: Article, b: Article) -> Matrix:
        """What the scorer is given of two articles, by the verifier for a case."""
        verifier = self.of(case)
        pairs = candidates(a.passage, b.passage)
        texts = [[sentence.text for sentence in side.sentences] for side in (a, b)]
        found = np.full((len(a.passage), len(b.passage)), np.nan)
        found[tuple(np.array(pairs).T)] = verifier.score(texts[0], texts[1], pairs)
        return found
