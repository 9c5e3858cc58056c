"""Models without weights: deterministic, fast, and close for texts that share words."""

import re
import zlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt


class WordsEncoder:
    """A vector a text: the sum of pseudo-random vectors of its folded words, of length 1.

    `pairs` makes words of two languages one: `{"chat": "gato"}`.
    """

    name = "words"
    languages = None

    def __init__(self, pairs: dict[str, str] | None = None) -> None:
        self._pairs = pairs or {}
        self.encoded: list[str] = []

    def encode(self, texts: list[str]) -> npt.NDArray[np.float32]:
        """Vectors `[n, 64]` of length 1."""
        self.encoded += texts
        vectors = [self._vector(text) for text in texts]
        return np.array(vectors, dtype=np.float32).reshape(len(texts), 64)

    def _vector(self, text: str) -> npt.NDArray[np.float32]:
        words = re.findall(r"\w+", text.lower()) or [text]
        total = np.sum([_of_word(self._pairs.get(word, word)) for word in words], axis=0)
        vector: npt.NDArray[np.float32] = (total / np.linalg.norm(total)).astype(np.float32)
        return vector


class StoppedEncoder(WordsEncoder):
    """Interrupted, once, when it is to encode more than so many texts in all."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most: int | None = most

    def encode(self, texts: list[str]) -> npt.NDArray[np.float32]:
        """As `WordsEncoder`. Raises KeyboardInterrupt."""
        if self._most is not None and len(self.encoded) + len(texts) > self._most:
            self._most = None
            raise KeyboardInterrupt
        return super().encode(texts)


def _of_word(word: str) -> npt.NDArray[np.float64]:
    seed = zlib.crc32(word.encode("utf-8", "surrogatepass"))
    return np.random.default_rng(seed).normal(size=64)


class WordsVerifier:
    """Log odds from -3, no word in common, to 3, the same words."""

    name = "words"

    def score(
        self, a: Sequence[str], b: Sequence[str], pairs: Sequence[tuple[int, int]]
    ) -> npt.NDArray[np.float32]:
        """Log odds `[len(pairs)]` from the share of common words."""
        words = [
            [set(re.findall(r"\w+", text.lower())) or {text} for text in side] for side in (a, b)
        ]
        shares = [len(words[0][i] & words[1][j]) / len(words[0][i] | words[1][j]) for i, j in pairs]
        return (6 * np.array(shares, dtype=np.float32) - 3).astype(np.float32)
