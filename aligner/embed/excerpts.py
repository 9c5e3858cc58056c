"""Vectors of parts of a text: what a word, a phrase or a clause contributes, alone or by its absence.

Any encoder can encode what is kept (`encode_excerpts`). In the embedded model a text is a sum over its
tokens before a small dense head, so that leaving words out is a subtraction (`ReadText`): a twelfth of
the work of reading a phrase as a text of its own. Tokens keep the features of their old neighbours: a
phrase is read as it stands in its sentence. With three words of a news sentence left out, the mean
cosine with the vector of what is left is 0.997.

Axes: `t` tokens, `h` features of a token, `d` dimensions of a vector, `k` excerpts.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from aligner.embed import Encoder
from aligner.embed.token_sums import TokenSums
from aligner.vectors import Vectors

Span = tuple[int, int]
# What is kept of a text: half-open offsets that begin and end at white space.
Kept = Sequence[Span]
Floats = npt.NDArray[np.float32]


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
    number = {text: k for k, text in enumerate(dict.fromkeys(joined))}
    vectors = encoder.encode(list(number))[[number[text] for text in joined]]
    ends = np.cumsum([len(excerpts) for excerpts in kept])[:-1]
    return np.split(vectors, ends)


@dataclass(frozen=True, slots=True, eq=False)
class ReadText:
    """A text as the embedded model reads it, ready for sums over some of its `w` words.

    `words` `[w]`: where they begin, split at white space. `sums` `[w + 1, d]`: of the projected features
    of all words before each, and of all. `tokens` `[w + 1]`: how many tokens those have. `marks` `[d]`:
    the features of the text's begin and end, which every excerpt keeps.
    """

    words: npt.NDArray[np.intp]
    sums: Floats
    tokens: Floats
    marks: Floats

    def of(self, kept: Sequence[Kept]) -> tuple[Floats, Floats]:
        """The projected sums `[k, d]` of excerpts, and how many tokens `[k]` they have."""
        owner = [k for k, spans in enumerate(kept) for _ in spans]
        spans = np.array([span for spans in kept for span in spans], dtype=np.intp).reshape(-1, 2)
        low, high = np.searchsorted(self.words, spans).T
        sums = np.tile(self.marks, (len(kept), 1))
        np.add.at(sums, owner, self.sums[high] - self.sums[low])
        tokens = np.full(len(kept), 2, dtype=np.float32)
        np.add.at(tokens, owner, self.tokens[high] - self.tokens[low])
        return sums, tokens


@dataclass(frozen=True, slots=True, eq=False)
class WordSums:
    """The features of a text summed over each of its `w` words, before they are projected.

    `words` as in `ReadText`. `features` `[w + 2, h]`: of the mark of the text's begin, its words, the
    mark of its end. `tokens` `[w + 2]`: how many tokens each has.
    """

    words: npt.NDArray[np.intp]
    features: Floats
    tokens: Floats


def sum_words(
    sums: TokenSums, texts: Sequence[str], tokens: Sequence[Sequence[int]], features: Floats
) -> list[WordSums]:
    """The word sums of texts, from the features `[t, h]` of their tokens and the marks around them."""
    words = [
        np.array([match.start() for match in re.finditer(r"\S+", text)], dtype=np.intp)
        for text in texts
    ]
    parts = [
        np.concatenate([[0], _word_of_each(sums, *one) + 1, [len(one[1]) + 1]])
        for one in zip(tokens, words, strict=True)
    ]
    firsts = np.cumsum([0] + [len(one) + 2 for one in words])
    part = np.concatenate([one + first for one, first in zip(parts, firsts[:-1], strict=True)])
    starts = np.flatnonzero(np.diff(part, prepend=-1))  # a word may have no token
    by_part = np.zeros((firsts[-1], features.shape[1]), dtype=np.float32)
    by_part[part[starts]] = np.add.reduceat(features, starts, axis=0)
    counts = np.bincount(part, minlength=firsts[-1]).astype(np.float32)
    edges = firsts[1:-1]
    return [
        WordSums(*one)
        for one in zip(words, np.split(by_part, edges), np.split(counts, edges), strict=True)
    ]


def read_texts(sums: TokenSums, texts: Sequence[WordSums]) -> list[ReadText]:
    """Texts ready for sums over some of their words."""
    rows = sums.project(np.concatenate([one.features for one in texts]))
    edges = np.cumsum([len(one.features) for one in texts])[:-1]
    return [
        ReadText(
            one.words,
            _before_each(part[1:-1]),
            _before_each(one.tokens[1:-1]),
            marks=part[0] + part[-1],
        )
        for one, part in zip(texts, np.split(rows, edges), strict=True)
    ]


def _word_of_each(
    sums: TokenSums, tokens: Sequence[int], words: npt.NDArray[np.intp]
) -> npt.NDArray[np.intp]:
    """The number of the word that each token is part of, `[t]`.

    Where the normaliser sees more white space than Python, the last word has the rest.
    """
    return np.minimum(sums.word_of_each(tokens), max(0, len(words) - 1))


def _before_each(values: Floats) -> Floats:
    """The sums over the first 0, 1, 2, ... rows."""
    return np.concatenate([np.zeros_like(values[:1]), np.cumsum(values, axis=0)])
