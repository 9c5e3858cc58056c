"""Any sentence-transformers model in place of the embedded one, loaded only when asked for."""

from typing import Any

import numpy as np

from aligner.embed import Vectors
from aligner.hub import load_model


class TransformerEncoder:
    """A sentence-transformers model by hub name or folder; runs on a GPU where there is one.

    Raises ModelError when the model cannot be found, reached or loaded (see `load_model`).
    """

    languages = None

    def __init__(self, model: str) -> None:
        self.name, self._model = load_model(model, "sentence-transformers model", _made)

    def encode(self, texts: list[str]) -> Vectors:
        """Vectors `[n, d]` of length 1, a row a text."""
        if not texts:
            return self.encode([""])[:0]  # the method that tells the width has two names
        vectors: Vectors = self._model.encode(
            texts, normalize_embeddings=True, show_progress_bar=False, convert_to_numpy=True
        )
        return np.asarray(vectors, dtype=np.float32)


def _made(model: str, **options: Any) -> Any:
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(model, **options)
