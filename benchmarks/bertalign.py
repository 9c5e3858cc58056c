"""Bertalign's algorithm (Liu & Zhu, 2022) with this project's vectors: a rival on equal terms.

With LaBSE, a far larger model, it has the best strict F1 that is published for Text+Berg, 0.936. Only
with the same vectors can two aligners be told apart. Written anew from the paper and the defaults of its
program; what it lacks is speed.

First a chain of 1-1 links through the three nearest of each sentence, then beads of at most five
sentences, both sides together, within five sentences of that chain. A bead is worth the cosine of its
windows, less the mean of that with the sentences beside them, times how well the lengths agree.
"""

import math
from collections.abc import Sequence
from functools import cache
from itertools import pairwise

import numpy as np

from aligner.embed.windows import Windows
from aligner.gold import Bead
from aligner.vectors import Vectors

NEAREST, LARGEST, BESIDE, SKIPPED = 3, 5, 5, -0.1
SHAPES = [(0, 1), (1, 0)] + [
    (x, y) for x in range(1, LARGEST) for y in range(1, LARGEST) if x + y <= LARGEST
]
Node = tuple[int, int]  # sentences of a and of b that come before


class Text:
    """One text as the algorithm sees it; `size`: its bytes."""

    def __init__(self, lines: Sequence[str], windows: Windows) -> None:
        self.vectors = windows.sentences
        self._windows = windows
        self._bytes = [len(line.encode()) for line in lines]
        self.size = sum(self._bytes)
        self._known: dict[tuple[int, int], Vectors] = {}

    def __len__(self) -> int:
        return len(self._bytes)

    def window(self, end: int, size: int) -> Vectors:
        """The vector `[d]` of so many sentences before `end`."""
        if (end, size) not in self._known:
            self._known[end, size] = self._windows.of([tuple(range(end - size, end))])[0]
        return self._known[end, size]

    def length(self, end: int, size: int) -> int:
        """The bytes of a window, blanks between its sentences included."""
        return sum(self._bytes[end - size : end]) + size - 1

    def beside(self, vector: Vectors, end: int, size: int) -> float:
        """The mean cosine of a vector with the sentences before and after a window."""
        places = [place for place in (end - size - 1, end) if 0 <= place < len(self)]
        return float(np.mean(self.vectors[places] @ vector)) if places else 0.0


def align(a: Text, b: Text) -> set[Bead]:
    """The best path; every sentence of either side is in exactly one bead."""
    ratio = a.size / b.size

    @cache
    def worth(end_a: int, end_b: int, x: int, y: int) -> float:
        if not (x and y):
            return SKIPPED
        one, other = a.window(end_a, x), b.window(end_b, y)
        background = (b.beside(one, end_b, y) + a.beside(other, end_a, x)) / 2
        lengths = sorted((a.length(end_a, x), b.length(end_b, y) * ratio))
        return (float(one @ other) - background) * math.log2(1 + lengths[0] / lengths[1])

    best: dict[Node, tuple[float, Node]] = {(0, 0): (0.0, (0, 0))}
    for i, (low, high) in enumerate(_band(_chain(a.vectors, b.vectors), len(a), len(b))):
        for j in range(low, high + 1):
            ways = [
                (best[i - x, j - y][0] + worth(i, j, x, y), (i - x, j - y))
                for x, y in SHAPES
                if (i - x, j - y) in best
            ]
            if ways:
                best[i, j] = max(ways, key=lambda way: way[0])
    return _beads(best, (len(a), len(b)))


def _chain(a: Vectors, b: Vectors) -> list[Node]:
    """Nodes at the end of each 1-1 link of the chain with the highest sum of cosines."""
    cosines = a @ b.T
    kept = np.argsort(-cosines, axis=1)[:, :NEAREST]
    allowed = np.zeros_like(cosines)
    np.put_along_axis(allowed, kept, np.take_along_axis(cosines, kept, axis=1), axis=1)
    sums = np.zeros((len(a) + 1, len(b) + 1), dtype=np.float32)
    for i, row in enumerate(allowed, 1):
        sums[i, 1:] = np.maximum(sums[i - 1, 1:], sums[i - 1, :-1] + row)
        np.maximum.accumulate(sums[i], out=sums[i])
    i, j = len(a), len(b)
    nodes = []
    while i and j:
        if sums[i, j] == sums[i, j - 1]:
            j -= 1
        elif sums[i, j] == sums[i - 1, j]:
            i -= 1
        else:
            nodes.append((i, j))
            i, j = i - 1, j - 1
    return nodes[::-1]


def _band(chain: Sequence[Node], n: int, m: int) -> list[tuple[int, int]]:
    """For each row of nodes, the first and the last column that is looked at."""
    inner = [(i, j) for i, j in chain if i < n and j < m]
    rows = []
    for (start, left), (stop, right) in pairwise([(0, 0), *inner, (n, m)]):
        rows += [(max(0, left - BESIDE), min(m, right + BESIDE))] * (stop - start)
    return [rows[0], *rows]


def _beads(best: dict[Node, tuple[float, Node]], node: Node) -> set[Bead]:
    """The beads on the way to a node; of one-sided sentences, one each."""
    found: set[Bead] = set()
    while node != (0, 0):
        before = best[node][1]
        a, b = (tuple(range(*ends)) for ends in zip(before, node, strict=True))
        found.add((a, b))
        node = before
    return found
