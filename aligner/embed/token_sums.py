"""The embedded model taken apart: the features of tokens, and the dense head that makes a vector.

It is a deep averaging network over n-gram features (Iyyer et al. 2015; Yang et al. 2020): a text is a
sum over its tokens before a small dense head. What a word contributes, and what several sentences say as
one text, are therefore sums and differences.

The first layer of the head is linear before its rectifier, and so is all that stands before it. Sums are
therefore kept as what they give to that layer (`s` values), which spares a third of the head.

Axes: `t` tokens, `h` features of a token, `s` values of a sum, `d` dimensions of a vector, `k` texts.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt

from aligner.embed.weights import BRANCHES, Weights
from aligner.vectors import Vectors

BEGIN, END = 1, 2  # the tokens around every text
# Words of each n-gram branch, and how many of them come before.
_ORDERS = tuple((words, (words - 1) // 2) for words in BRANCHES)
# Tokens that are read of a text, as most models read: some 2,000 letters of European languages. A token
# takes 25 KB for as long as it is worked on; of more than so many, some texts are worked on at once.
MOST_TOKENS, AT_ONCE = 512, 16_384
# Tokens on either side that the features of a token depend on: two layers of the longest branch.
REACH = 4
# Texts whose features are computed together: few enough to stay in the processor's cache.
TEXTS_AT_ONCE = 32


class TokenSums:
    """What the sum of a text is made of, and the vector that it stands for.

    `tokenizer` is a SentencePieceProcessor.
    """

    def __init__(self, weights: Weights, tokenizer: Any) -> None:
        self._model, self._tokenizer = weights, tokenizer
        first_layer = np.hstack([weights.d0, weights.p1])
        self._projection = weights.cnn_W @ first_layer
        self._bias = weights.cnn_b @ first_layer
        self.width: int = first_layer.shape[1]
        self.dimensions: int = weights.d3.shape[1]
        # The first layer of a branch, a matrix for each word of the n-gram beside those of the others.
        self._first = [
            np.concatenate(np.split(weight, order), axis=1)
            for weight, (order, _) in zip(weights.w1, _ORDERS, strict=True)
        ]

    def tokens(self, text: str) -> list[int]:
        """The numbers of a text's first tokens, without the marks of its begin and end."""
        numbers: list[int] = self._tokenizer.encode(text, out_type=int)
        return numbers[:MOST_TOKENS]

    def word_of_each(self, tokens: Sequence[int]) -> npt.NDArray[np.intp]:
        """The number of the word, by white space, that each token is part of; `[t]`."""
        begins = [self._tokenizer.id_to_piece(one).startswith("▁") for one in tokens]
        number: npt.NDArray[np.intp] = np.maximum(np.cumsum(begins, dtype=np.intp) - 1, 0)
        return number

    def starts(self, text: str) -> npt.NDArray[np.intp]:
        """Where in a text each of its tokens begins, `[t]`, in code points."""
        offsets = self._tokenizer.encode(text, return_type="offset_mapping")["offsets"]
        return np.array([start for start, _ in offsets[:MOST_TOKENS]], dtype=np.intp)

    def features(
        self, texts: Sequence[Sequence[int]], wanted: npt.NDArray[np.bool_] | None = None
    ) -> npt.NDArray[np.float32]:
        """The features `[t, h]` of the tokens of all texts, each in the context of its own text.

        `wanted` `[t]`: of which tokens alone; the others are context, and spare the second layer.
        """
        at_once = len(texts) if sum(map(len, texts)) <= AT_ONCE else TEXTS_AT_ONCE
        return np.concatenate(list(self._features(texts, at_once, wanted)))

    def of_texts(self, texts: Sequence[Sequence[int]]) -> npt.NDArray[np.float32]:
        """The sums `[k, h]` of the features of each text's tokens, at least one."""
        starts = np.cumsum([0, *map(len, texts)])
        sums = []
        for k, rows in enumerate(self._features(texts, TEXTS_AT_ONCE)):
            own = starts[k * TEXTS_AT_ONCE : (k + 1) * TEXTS_AT_ONCE + 1]
            sums.append(np.add.reduceat(rows, own[: len(own) - 1] - own[0], axis=0))
        return np.concatenate(sums)

    def _features(
        self,
        texts: Sequence[Sequence[int]],
        at_once: int,
        wanted: npt.NDArray[np.bool_] | None = None,
    ) -> Iterator[npt.NDArray[np.float32]]:
        """The features of so many texts after each other.

        Up to the first layer of a branch, what is computed depends on a token alone, or is a sum over
        the words of an n-gram. That is done once for each distinct token of all texts: of 256 sentences
        of news, a third.
        """
        lengths = list(map(len, texts))
        tokens = np.fromiter(chain.from_iterable(texts), dtype=np.intp, count=sum(lengths))
        distinct, number = np.unique(tokens, return_inverse=True)
        words = self._words(distinct)
        starts = np.cumsum([0, *lengths])
        for low in range(0, len(texts), at_once):
            high = min(low + at_once, len(texts))
            text = np.repeat(np.arange(low, high), lengths[low:high])
            part = slice(starts[low], starts[high])
            rows = np.flatnonzero(np.ones(len(text)) if wanted is None else wanted[part])
            yield self._in_context(words, number[part], text, rows)

    def _words(self, tokens: npt.NDArray[np.intp]) -> "_Words":
        model = self._model
        chunk = tokens % len(model.scale)  # the table is quantised in interleaved chunks
        embedded = model.table[tokens] * model.scale[chunk, None] + model.lo[chunk, None]
        projected: npt.NDArray[np.float32] = (embedded @ model.proj_W + model.proj_b).astype(
            np.float32
        )
        _normalise(projected, model.ln_g_all, model.ln_b_all, model.eps)
        branches = np.split(projected, len(_ORDERS), axis=1)
        parts = []
        for (order, _), branch, weight in zip(_ORDERS, branches, self._first, strict=True):
            part = np.zeros((len(tokens) + 1, weight.shape[1]), dtype=np.float32)
            np.matmul(branch, weight, out=part[:-1])
            parts.append(part.reshape(len(tokens) + 1, order, -1))
        return _Words(embedded, branches, parts)

    def _in_context(
        self,
        words: "_Words",
        number: npt.NDArray[np.intp],
        text: npt.NDArray[np.intp],
        rows: npt.NDArray[np.intp],
    ) -> npt.NDArray[np.float32]:
        """The features `[r, h]` of some `rows` `[r]` of tokens.

        Those are given by their numbers among the distinct ones `[t]` and their texts `[t]`.
        """
        model, t = self._model, len(number)
        width, inner = words.embedded.shape[1], words.branches[0].shape[1]
        features = np.empty((len(rows), width + len(_ORDERS) * inner), dtype=np.float32)
        features[:, :width] = words.embedded[number[rows]]
        padded = np.zeros((t + 1, inner), dtype=np.float32)  # row t is padding
        for k, (order, before) in enumerate(_ORDERS):
            place = np.arange(t)[:, None] + np.arange(-before, order - before)
            near = np.clip(place, 0, t - 1)
            inside = (place == near) & (text[near] == text[:, None])
            word = np.where(inside, number[near], len(words.embedded))
            first = words.parts[k][word[:, 0], 0]
            for part in range(1, order):
                first += words.parts[k][word[:, part], part]
            first += model.b1[k]
            np.maximum(first, 0, out=first)
            first += words.branches[k][number]
            padded[:t] = first
            context = np.where(inside, near, t)[rows]
            second = padded[context].reshape(len(rows), -1) @ model.w2[k]
            second += model.b2[k]
            np.maximum(second, 0, out=second)
            np.add(
                second, first[rows], out=features[:, width + k * inner : width + (k + 1) * inner]
            )
        _normalise(features, model.ln_g, model.ln_b, model.eps)
        return features

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


@dataclass(frozen=True, slots=True)
class _Words:
    """What of the features depends on a token alone, for `u` distinct ones.

    `embedded` `[u, 512]`; `branches`: what each branch begins with, `[u, 256]`; `parts`: what a token
    adds to its first layer at each place of the n-gram, `[u + 1, words, 256]`, the last row for none.
    """

    embedded: npt.NDArray[np.float32]
    branches: Sequence[npt.NDArray[np.float32]]
    parts: Sequence[npt.NDArray[np.float32]]


def _normalise(
    rows: npt.NDArray[np.float32],
    gain: npt.NDArray[np.float32],
    bias: npt.NDArray[np.float32],
    epsilon: float,
) -> None:
    """Give rows mean 0 and variance 1, scaled (layer normalisation, Ba et al. 2016), in place."""
    rows -= rows.mean(axis=1, keepdims=True)
    variance = np.einsum("ij,ij->i", rows, rows) / rows.shape[1]
    rows *= (1 / np.sqrt(variance + np.float32(epsilon)))[:, None]
    rows *= gain
    rows += bias
