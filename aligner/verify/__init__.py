"""Whether two sentences make the same statement: the `Verifier` protocol and its two kinds.

Sentence vectors tell topics apart, and hardly tell a statement from another one on the same topic with
the same names. A verifier reads both sentences at once; it is asked about candidate pairs only.
"""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from aligner.vectors import Marks

__all__ = ["Array", "ReadingVerifier", "Verifier", "load_verifier"]

Array = npt.NDArray[np.float32]


class Verifier(Protocol):
    """Anything that tells whether two sentences make the same statement."""

    @property
    def name(self) -> str:
        """The model's name, for the signature."""
        ...

    def score(self, a: Sequence[str], b: Sequence[str], pairs: Sequence[tuple[int, int]]) -> Array:
        """Log odds `[len(pairs)]` that a[i] and b[j] make the same statement, for each `(i, j)`.

        `a` and `b`: the sentences of two texts in their order.
        """
        ...


@runtime_checkable
class ReadingVerifier(Verifier, Protocol):
    """One that reads each text once, and also tells which parts of a sentence another does not say."""

    def read(self, texts: Sequence[Sequence[str]]) -> None:
        """Read the texts that it will be asked about, as their sentences: most of its time."""
        ...

    def unsaid(
        self, a: Sequence[str], b: Sequence[str], pairs: Sequence[tuple[int, int]]
    ) -> list[tuple[Marks, Marks]]:
        """For each `(i, j)`, what of a[i] is not said by b[j], and what of b[j] is not by a[i]."""
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
