"""Vectors of runs of sentences, which a translator may have merged or split, encoded as one text.

Any encoder can encode the joined sentences; that is done for the runs that are asked for, once each
(`JoinedWindows`). In the embedded model a text is a sum over its tokens before a small dense head
(`TokenSums`), so that the sum of a run is those of its sentences, corrected for the few tokens at each
join, whose features depend on their neighbours; only the head sees every run (`SummedWindows`). The mean
of the sentences' vectors is no substitute: its cosine with the vector of three sentences of the sample
translation is 0.79.

Axes: `n` sentences, `u` distinct ones, `k` runs, `t` tokens, `h` features of a token, `s` values of a
sum, `d` dimensions.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import chain, pairwise
from typing import Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from aligner.embed import Encoder
from aligner.embed.token_sums import BEGIN, END, REACH, TokenSums
from aligner.vectors import Vectors

Item = TypeVar("Item")
Members = npt.NDArray[np.intp]  # sentence numbers of runs of equal size, [k, size]
# Ascending sentence numbers of each run; sentences that stand between them are left out.
Runs = Sequence[tuple[int, ...]]
Tokens = Sequence[Sequence[int]]
# Calls a function with the bounds of every chunk of so many texts, possibly in threads.
InChunks = Callable[[Callable[[int, int], None], int], None]
# Called with some texts, their tokens, and the features `[t, h]` of those and of the marks around them.
Seen = Callable[[Sequence[str], Tokens, Vectors], None]


class Windows(Protocol):
    """The sentences of one text and their runs, as vectors of length 1."""

    @property
    def sentences(self) -> Vectors:
        """The vectors `[n, d]` of single sentences."""
        ...

    @property
    def costly(self) -> bool:
        """Whether every run costs as much as a text of its own."""
        ...

    def of(self, runs: Runs) -> Vectors:
        """The vectors `[k, d]` of those runs."""
        ...


def open_windows(texts: list[str], encoder: Encoder) -> Windows:
    """The sentences of a text, encoded, and whatever runs of them will be asked for.

    An encoder that has a method `windows` of the same texts is asked for them.
    """
    native = getattr(encoder, "windows", None)
    if native is not None:
        result: Windows = native(texts)
        return result
    return JoinedWindows(texts, encoder)


@dataclass(slots=True)
class JoinedWindows:
    """Runs encoded as the texts they are, each once and only when asked for."""

    texts: list[str]
    encoder: Encoder
    costly: bool = True
    sentences: Vectors = field(init=False)
    _known: dict[tuple[int, ...], npt.NDArray[np.float32]] = field(init=False)

    def __post_init__(self) -> None:
        self.sentences = self.encoder.encode(self.texts)
        self._known = {(i,): vector for i, vector in enumerate(self.sentences)}

    def of(self, runs: Runs) -> Vectors:
        """The vectors `[k, d]` of those runs."""
        new = sorted({*runs} - self._known.keys())
        joined = [" ".join(self.texts[i] for i in run) for run in new]
        self._known.update(zip(new, self.encoder.encode(joined), strict=True))
        if not runs:
            return self.sentences[:0]
        return np.array([self._known[run] for run in runs])


def sum_windows(
    sums: TokenSums, texts: list[str], in_chunks: InChunks, seen: Seen
) -> "SummedWindows":
    """The windows of texts that the embedded model reads; `seen` gets what it reads of them.

    Each distinct text, and each distinct pair of neighbours, is read once.
    """
    distinct, text_of = _numbered(texts)
    joins, join_of = _numbered(list(pairwise(text_of)))
    tokens = [sums.tokens(text) for text in distinct]
    counts = np.array([len(one) + 2 for one in tokens], dtype=np.float32)
    sentences = np.zeros((len(distinct), sums.dimensions), dtype=np.float32)
    alone, first, last = np.zeros((3, len(distinct), sums.width), dtype=np.float32)
    followed, preceded = np.zeros((2, len(joins), sums.width), dtype=np.float32)

    def read_sentences(start: int, stop: int) -> None:
        part = slice(start, stop)
        features = sums.features([[BEGIN, *one, END] for one in tokens[part]])
        seen(distinct[part], tokens[part], features)
        alone[part], first[part], last[part] = _sentence_sums(sums, tokens[part], features)
        sentences[part] = sums.head(alone[part], counts[part])

    def read_joins(start: int, stop: int) -> None:
        left, right = (list(side) for side in zip(*joins[start:stop], strict=True))
        ends, begins = _join_sums(sums, [(tokens[k], tokens[j]) for k, j in joins[start:stop]])
        followed[start:stop] = ends - last[left]
        preceded[start:stop] = begins - first[right]

    in_chunks(read_sentences, len(distinct))
    in_chunks(read_joins, len(joins))
    numbers = np.array(text_of, dtype=np.intp), np.array(join_of, dtype=np.intp)
    return SummedWindows(
        sums, sentences[numbers[0]], *numbers, alone, followed, preceded, counts, in_chunks
    )


def _numbered(items: Sequence[Item]) -> tuple[list[Item], list[int]]:
    """The distinct items in order, and for each item the number of its equal among them."""
    number: dict[Item, int] = {}
    numbers = [number.setdefault(item, len(number)) for item in items]
    return list(number), numbers


def _sentence_sums(
    sums: TokenSums, tokens: Tokens, rows: Vectors
) -> tuple[Vectors, Vectors, Vectors]:
    """Projected sums `[n, s]` of all tokens of each sentence, of its first and of its last ones.

    First and last are those whose features a neighbour would change; the mark beside them is included.
    """
    ends = np.cumsum([len(one) + 2 for one in tokens]).tolist()
    spans = []
    for one, end in zip(tokens, ends, strict=True):
        start, near = end - len(one) - 2, 1 + min(REACH, len(one))
        spans += [(start, end), (start, start + near), (end - near, end)]
    whole, first, last = (
        sums.project(_sums_of(rows, spans)).reshape(-1, 3, sums.width).swapaxes(0, 1)
    )
    return whole, first, last


def _join_sums(
    sums: TokenSums, neighbours: Sequence[tuple[Sequence[int], Sequence[int]]]
) -> tuple[Vectors, Vectors]:
    """The last tokens of each sentence when the next follows, and the first of that one."""
    sides = [(one[-2 * REACH :], other[: 2 * REACH]) for one, other in neighbours]
    near = [(min(REACH, len(left)), min(REACH, len(right))) for left, right in sides]
    from_join = np.concatenate(
        [np.arange(len(left) + len(right)) - len(left) for left, right in sides]
    )
    rows = sums.features(
        [[*left, *right] for left, right in sides], (from_join >= -REACH) & (from_join < REACH)
    )
    edges = np.cumsum([0, *chain.from_iterable(near)]).tolist()
    spans = list(pairwise(edges))
    ends, begins = sums.project(_sums_of(rows, spans)).reshape(-1, 2, sums.width).swapaxes(0, 1)
    return ends, begins


def _sums_of(rows: Vectors, spans: Sequence[tuple[int, int]]) -> Vectors:
    sums: Vectors = np.array([rows[start:stop].sum(axis=0) for start, stop in spans])
    return sums


@dataclass(frozen=True, slots=True, eq=False)
class SummedWindows:
    """Runs as sums: of the sentences alone, and of what their neighbours change on either side.

    Of `u` distinct texts and `j` distinct pairs of neighbours there are projected sums of features:
    `alone` `[u, s]` of all tokens of a sentence with the marks of its begin and end; `followed` `[j, s]`
    what changes in the first of two where the second follows; `preceded` `[j, s]` in the second. Those
    two come from the real neighbours, and stand in for them where a run leaves sentences out. `tokens`
    `[u]` counts the marks, too. `text` `[n]` and `join` `[n - 1]`: which text a sentence is, and which
    pair of neighbours it and the next are.
    """

    sums: TokenSums
    sentences: Vectors
    text: Members
    join: Members
    alone: npt.NDArray[np.float32]
    followed: npt.NDArray[np.float32]
    preceded: npt.NDArray[np.float32]
    tokens: npt.NDArray[np.float32]
    in_chunks: InChunks
    costly: bool = False

    def of(self, runs: Runs) -> Vectors:
        """The vectors `[k, d]` of those runs."""
        vectors = np.empty((len(runs), self.sentences.shape[1]), dtype=np.float32)
        by_size: dict[int, list[int]] = {}
        for place, run in enumerate(runs):
            by_size.setdefault(len(run), []).append(place)
        for size, places in by_size.items():
            members = np.array([runs[place] for place in places])
            if size == 1:
                vectors[places] = self.sentences[members[:, 0]]
                continue

            def encode(
                start: int, stop: int, places: list[int] = places, members: Members = members
            ) -> None:
                vectors[places[start:stop]] = self._of_equal_size(members[start:stop])

            self.in_chunks(encode, len(places))
        return vectors

    def _of_equal_size(self, members: Members) -> Vectors:
        texts = self.text[members]
        sums = self.alone[texts].sum(axis=1)
        sums += self.followed[self.join[members[:, :-1]]].sum(axis=1)
        sums += self.preceded[self.join[members[:, 1:] - 1]].sum(axis=1)
        marks = 2 * (members.shape[1] - 1)  # only the first begins, only the last ends
        return self.sums.head(sums, self.tokens[texts].sum(axis=1) - marks)
