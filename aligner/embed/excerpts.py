"""Vectors of parts of a text: what a word, a phrase or a clause contributes, alone or by its absence.

Any encoder can encode what is kept (`encode_excerpts`). In the embedded model a text is a sum over its
tokens before a small dense head, so that leaving words out is a subtraction (`ReadText`): a twelfth of
the work of reading a phrase as a text of its own. Tokens keep the features of their old neighbours: a
phrase is read as it stands in its sentence. With three words of a news sentence left out, the mean
cosine with the vector of what is left is 0.997.

Axes: `t` tokens, `h` features of a token, `s` values of a sum, `d` dimensions of a vector, `k` excerpts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from aligner.embed import Encoder
from aligner.embed.token_sums import TokenSums
from aligner.unspaced import pieces
from aligner.vectors import Vectors

Span = tuple[int, int]
# What is kept of a text: half-open offsets that begin and end at words (`pieces`).
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

    `words` `[w]`: where they begin (`pieces`). `sums` `[w + 1, s]`: of all words before
    each, and of all. `tokens` `[w + 1]`: how many tokens those have. `marks` `[s]`: of the text's begin
    and end, which every excerpt keeps.
    """

    words: npt.NDArray[np.intp]
    sums: Floats
    tokens: Floats
    marks: Floats

    def of(self, kept: Sequence[Kept]) -> tuple[Floats, Floats]:
        """The sums `[k, s]` of excerpts, and how many tokens `[k]` they have."""
        sums = np.tile(self.marks, (len(kept), 1))
        tokens = np.full(len(kept), 2, dtype=np.float32)
        for part in range(max(map(len, kept), default=0)):
            owners = [k for k, spans in enumerate(kept) if len(spans) > part]
            low, high = np.searchsorted(self.words, [kept[k][part] for k in owners]).T
            sums[owners] += self.sums[high] - self.sums[low]
            tokens[owners] += self.tokens[high] - self.tokens[low]
        return sums, tokens


def read_texts(
    sums: TokenSums, texts: Sequence[str], tokens: Sequence[Sequence[int]], features: Floats
) -> list[ReadText]:
    """Texts ready for sums, from the features `[t, h]` of their tokens and the marks around them."""
    words = [np.array([start for start, _ in pieces(text)], dtype=np.intp) for text in texts]
    parts = [
        np.concatenate([[0], _word_of_each(sums, *one) + 1, [len(one[-1]) + 1]])
        for one in zip(texts, tokens, words, strict=True)
    ]
    firsts = np.cumsum([0] + [len(one) + 2 for one in words])
    part = np.concatenate([one + first for one, first in zip(parts, firsts[:-1], strict=True)])
    starts = np.flatnonzero(np.diff(part, prepend=-1))  # a word may have no token
    by_part = np.zeros((firsts[-1], sums.width), dtype=np.float32)
    by_part[part[starts]] = sums.project(_sums_from(features, starts))
    counts = np.bincount(part, minlength=firsts[-1]).astype(np.float32)
    return [
        ReadText(
            one,
            _before_each(by_part[first + 1 : end - 1]),
            _before_each(counts[first + 1 : end - 1]),
            marks=by_part[first] + by_part[end - 1],
        )
        for one, (first, end) in zip(words, pairwise(firsts.tolist()), strict=True)
    ]


def _word_of_each(
    sums: TokenSums, text: str, tokens: Sequence[int], words: npt.NDArray[np.intp]
) -> npt.NDArray[np.intp]:
    """The number of the word that each token is part of, `[t]`.

    Where the normaliser sees more white space than Python, the last word has the rest. A token across
    two words of a script without spaces is part of the first.
    """
    if len(words) > len(text.split()):
        return np.maximum(np.searchsorted(words, sums.starts(text), side="right") - 1, 0)
    return np.minimum(sums.word_of_each(tokens), max(0, len(words) - 1))


def _sums_from(rows: Floats, starts: npt.NDArray[np.intp]) -> Floats:
    """The sums of the rows from each start to the next; `np.add.reduceat` takes five times as long."""
    lengths = np.diff(starts, append=len(rows))
    sums = rows[starts]
    for further in range(1, int(lengths.max(initial=0))):
        longer = np.flatnonzero(lengths > further)
        sums[longer] += rows[starts[longer] + further]
    return sums


def _before_each(values: Floats) -> Floats:
    """The sums over the first 0, 1, 2, ... rows."""
    return np.concatenate([np.zeros_like(values[:1]), np.cumsum(values, axis=0)])
