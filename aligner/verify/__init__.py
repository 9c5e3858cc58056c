"""Whether two sentences make the same statement: the `Verifier` protocol and its two kinds.

Sentence vectors tell topics apart, and hardly tell a statement from another one on the same topic with
the same names. A verifier reads both sentences at once; it is asked about candidate pairs only.
"""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

__all__ = ["Array", "Verifier", "load_verifier"]

Array = npt.NDArray[np.float32]


class Verifier(Protocol):
    """Anything that tells whether two sentences make the same statement."""

    @property
    def name(self) -> str:
        """The model's name, for the signature."""
        ...

    def score(self, a: Sequence[str], b: Sequence[str], pairs: Sequence[tuple[int, int]]) -> Array:
        """Log odds `[len(pairs)]` that a[i] and b[j] make the same statement, for each `(i, j)`."""
        ...


def load_verifier(model: str | None = None) -> Verifier:
    """The embedded verifier, or the sentence-transformers cross-encoder of that name or in that folder.

    Raises ModelError when it cannot be loaded.
    """
    if model is None:
        from aligner.verify.embedded import EmbeddedVerifier

        return EmbeddedVerifier()
    from aligner.verify.cross_encoder import CrossEncoderVerifier

    return CrossEncoderVerifier(model)
