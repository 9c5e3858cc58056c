"""Any sentence-transformers model in place of the embedded one, loaded only when asked for."""

import os
import warnings
from pathlib import Path

import numpy as np

from aligner.embed import Vectors
from aligner.errors import ModelError


class TransformerEncoder:
    """A sentence-transformers model by hub name or folder; runs on a GPU where there is one.

    Raises ModelError when the model cannot be found, reached or loaded. Code that comes with a model
    is not run.
    """

    languages = None

    def __init__(self, model: str) -> None:
        self.name = Path(model).name if Path(model).is_dir() else model
        # Two texts need no progress bars of the hub and the loader; set before the import reads it.
        os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from sentence_transformers import SentenceTransformer
            from transformers.utils import logging

            logging.disable_progress_bar()  # type: ignore[no-untyped-call]
            try:
                self._model = SentenceTransformer(model, trust_remote_code=False)
            except Exception as error:  # the loader raises whatever its parts raise
                reason = str(error).strip().split("\n")[0][:200]
                raise ModelError(
                    f"cannot load the model {model!r} ({type(error).__name__}: {reason}); give the "
                    "name of a sentence-transformers model on the hub, or the folder of one on disk"
                ) from error

    def encode(self, texts: list[str]) -> Vectors:
        """Vectors `[n, d]` of length 1, a row a text."""
        if not texts:
            size = self._model.get_sentence_embedding_dimension() or 0
            return np.zeros((0, size), dtype=np.float32)
        vectors: Vectors = self._model.encode(
            texts, normalize_embeddings=True, show_progress_bar=False, convert_to_numpy=True
        )
        return np.asarray(vectors, dtype=np.float32)
