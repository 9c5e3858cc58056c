"""Any sentence-transformers cross-encoder in place of the embedded verifier."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from aligner.errors import ModelError
from aligner.hub import Kind, find_model, load_model
from aligner.verify import Array

# Median and 90 % quantile of the embedded verifier's log odds of the candidates of two articles: means
# over the development articles, which differ by 0.5 and 1.7. The scorer is fitted to those.
MIDDLE, HIGH = -5.2, 1.7
KIND = Kind("sentence-transformers cross-encoder", "config.json")
FEWEST = 20  # pairs that show a model's own range


class CrossEncoderVerifier:
    """A cross-encoder with one output, by hub name or folder; runs on a GPU where there is one.

    Raises ModelError when the model cannot be found, reached or loaded (see `load_model`), or has
    several outputs (a classifier of three, say: which of them would count?).
    """

    def __init__(self, model: str) -> None:
        source = find_model(model, KIND)
        self.name = source.name
        self._model = load_model(source, KIND, _made)
        if self._model.num_labels != 1:
            raise ModelError(
                f"cannot verify with the model {self.name!r}: it has {self._model.num_labels} outputs; "
                "give a cross-encoder with one, such as those for re-ranking"
            )

    def score(self, a: Sequence[str], b: Sequence[str], pairs: Sequence[tuple[int, int]]) -> Array:
        """The model's output `[len(pairs)]` for each pair, in the range of the embedded verifier."""
        from torch import nn

        if not pairs:
            return np.empty(0, dtype=np.float32)
        scores = self._model.predict(
            [(a[i], b[j]) for i, j in pairs],
            activation_fn=nn.Identity(),
            show_progress_bar=False,
            convert_to_numpy=True,
        )
        return in_usual_range(np.asarray(scores, dtype=np.float32))


def in_usual_range(scores: Array) -> Array:
    """The scores of candidates as if the embedded verifier had given them; of a few, as they are."""
    if len(scores) < FEWEST:
        return scores
    middle, high = np.quantile(scores, (0.5, 0.9))
    scaled = MIDDLE + (HIGH - MIDDLE) * (scores - middle) / max(high - middle, 1e-6)
    return np.asarray(scaled, dtype=np.float32)


def _made(model: str, **options: Any) -> Any:
    from sentence_transformers import CrossEncoder

    return CrossEncoder(model, **options)
