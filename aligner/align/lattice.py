"""Paths through two texts, from sentence boundary to sentence boundary: the best, and sums over all.

A node (i, j) stands between sentences: i of a and j of b are behind it. A path is made of beads and of
gaps, runs of sentences that only one side has. Gaps are affine, since several sentences missing in a row
are one event (Gotoh 1982). A bead may leave out sentences inside it: a translator who merges two
sentences may drop the one between them, and page furniture cuts sentences in two. Such a hole costs
what a gap costs.

Each row of nodes is one step in numpy: all shapes of beads over all columns of the band at once. That is
as fast as a compiled loop over cells for bands of some fifty columns, and costs nothing to load.

Axes: `n` sentences of a, `m` sentences of b, `k` shapes, `c` columns of a row.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
# Which sentences of a run belong to a bead, counted from its first: (0, 1), or (0, 2) with a hole.
Pattern = tuple[int, ...]
Shape = tuple[Pattern, Pattern]


def span(pattern: Pattern) -> int:
    """How many sentences a pattern reaches over, those in its holes included."""
    return pattern[-1] + 1


def hole(pattern: Pattern) -> tuple[int, ...]:
    """The sentences that a pattern leaves out."""
    return tuple(sorted(set(range(span(pattern))) - set(pattern)))


@dataclass(frozen=True, slots=True, eq=False)
class Band:
    """The nodes that are searched: row i has the columns `low[i]` to `high[i]`, half-open, [n + 1]."""

    low: NDArray[np.intp]
    high: NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Gaps:
    """Scores of the first and of every further sentence missing on the other side."""

    open_a: float
    extend_a: float
    open_b: float
    extend_b: float


@dataclass(frozen=True, slots=True)
class Step:
    """A move on the lattice that ends at node (i, j): a bead of that shape, or a sentence alone."""

    i: int
    j: int
    shape: Shape

    @property
    def a(self) -> tuple[int, ...]:
        """The sentences of a that it takes."""
        return (
            tuple(self.i - span(self.shape[0]) + k for k in self.shape[0]) if self.shape[0] else ()
        )

    @property
    def b(self) -> tuple[int, ...]:
        """The sentences of b that it takes."""
        return (
            tuple(self.j - span(self.shape[1]) + k for k in self.shape[1]) if self.shape[1] else ()
        )


ONLY_A: Shape = ((0,), ())
ONLY_B: Shape = ((), (0,))


@dataclass(frozen=True, eq=False)
class Lattice:
    """The score of every bead, at the node where it starts: `rows[i]` is [k, c] over the band.

    -inf where a bead would not fit into the texts.
    """

    band: Band
    shapes: Sequence[Shape]
    rows: Sequence[NDArray[np.floating]]

    @cached_property
    def spans(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Sentences of a and of b that each shape reaches over, [k]."""
        a, b = ([span(shape[side]) for shape in self.shapes] for side in (0, 1))
        return np.array(a), np.array(b)

    @cached_property
    def by_height(self) -> list[tuple[int, NDArray[np.intp]]]:
        """The shapes that reach over each number of sentences of a."""
        heights = self.spans[0]
        return [(int(p), np.flatnonzero(heights == p)) for p in np.unique(heights)]

    def holes(self, gaps: Gaps) -> FloatArray:
        """What the sentences left out inside a bead of each shape cost, [k]."""
        return np.array(
            [
                (gaps.open_a + (len(a) - 1) * gaps.extend_a if a else 0.0)
                + (gaps.open_b + (len(b) - 1) * gaps.extend_b if b else 0.0)
                for a, b in ((hole(one), hole(other)) for one, other in self.shapes)
            ]
        )

    def ending(self, starting: Mapping[int, FloatArray], i: int) -> FloatArray:
        """What `starting` [k, c] of the rows above holds of the beads that end in row i, [k, c]."""
        low, high = int(self.band.low[i]), int(self.band.high[i])
        widest = int(self.spans[1].max())
        found = np.full((len(self.shapes), high - low), -np.inf)
        for p, places in self.by_height:
            if p <= i:
                columns = cut(
                    starting[i - p][places], int(self.band.low[i - p]), low - widest, high
                )
                shift = (widest - self.spans[1][places])[:, None]
                rows = np.arange(len(places))[:, None]
                found[places] = columns[rows, shift + np.arange(high - low)]
        return found

    def onward(self, values: Sequence[FloatArray], i: int) -> FloatArray:
        """What `values` [n + 1][c] holds of the last nodes of beads that start in row i, [k, c]."""
        low, high = int(self.band.low[i]), int(self.band.high[i])
        widest = int(self.spans[1].max())
        found = np.full((len(self.shapes), high - low), -np.inf)
        for p, places in self.by_height:
            if i + p < len(values):
                columns = cut(values[i + p], int(self.band.low[i + p]), low, high + widest)
                found[places] = columns[self.spans[1][places][:, None] + np.arange(high - low)]
        return found


def cut(
    row: NDArray[np.floating], low: int, start: int, stop: int, empty: float = -np.inf
) -> FloatArray:
    """Columns `start` to `stop` of rows [..., c] that begin at column `low`; `empty` outside."""
    out = np.full((*row.shape[:-1], stop - start), empty)
    first, last = max(start, low), min(stop, low + row.shape[-1])
    if first < last:
        out[..., first - start : last - start] = row[..., first - low : last - low]
    return out


@dataclass(frozen=True, slots=True, eq=False)
class _Row:
    """Sums or maxima over all paths to the nodes of one row, by the kind of their last step, [c]."""

    bead: FloatArray
    gap_a: FloatArray
    gap_b: FloatArray
    any: FloatArray


def _forward(lattice: Lattice, gaps: Gaps, combine: np.ufunc) -> list[_Row]:
    """Every node's paths from the start: the best (`np.maximum`) or all (`np.logaddexp`)."""
    band, holes = lattice.band, lattice.holes(gaps)[:, None]
    tallest = int(lattice.spans[0].max())
    done: list[_Row] = []
    with_bead: dict[int, FloatArray] = {}
    for i, (low, high) in enumerate(zip(band.low.tolist(), band.high.tolist(), strict=True)):
        bead = _over_shapes(combine, lattice.ending(with_bead, i))
        if i == 0:
            bead[0] = 0.0
        gap_a = np.full(high - low, -np.inf)
        if i:
            above = combine(done[-1].bead + gaps.open_a, done[-1].gap_a + gaps.extend_a)
            gap_a = cut(above, int(band.low[i - 1]), low, high)
        gap_b = _run_along(combine(bead, gap_a), gaps, combine)
        done.append(_Row(bead, gap_a, gap_b, combine(combine(bead, gap_a), gap_b)))
        with_bead[i] = done[-1].any + (lattice.rows[i] + holes)
        with_bead.pop(i - tallest, None)
    return done


def _over_shapes(combine: np.ufunc, scores: FloatArray) -> FloatArray:
    """All shapes combined, [c]; the sum of exponentials is that of `np.logaddexp.reduce`, but faster."""
    if combine is np.maximum:
        best: FloatArray = scores.max(axis=0)
        return best
    top = scores.max(axis=0)
    shift = np.where(np.isfinite(top), top, 0.0)
    with np.errstate(divide="ignore"):
        total: FloatArray = np.log(np.exp(scores - shift).sum(axis=0)) + shift
    return total


def _run_along(before: FloatArray, gaps: Gaps, combine: np.ufunc) -> FloatArray:
    """Runs of sentences that only b has: they stay in the row, so one accumulation finds them."""
    out = np.full(len(before), -np.inf)
    drift = np.arange(len(before)) * gaps.extend_b
    out[1:] = combine.accumulate(before[:-1] - drift[:-1]) + drift[:-1] + gaps.open_b
    return out


def best_path(lattice: Lattice, gaps: Gaps) -> list[Step]:
    """The path of the highest score; between two beads, gaps of a come before gaps of b."""
    done, low = _forward(lattice, gaps, np.maximum), lattice.band.low
    holes = lattice.holes(gaps)
    i, j = len(done) - 1, int(lattice.band.high[-1]) - 1
    steps: list[Step] = []
    state = _last_state(done[i], j - low[i])
    while i or j:
        row, place = done[i], j - low[i]
        if state == "bead":
            shape = _last_shape(lattice, holes, done, (i, j))
        else:
            shape = ONLY_A if state == "gap_a" else ONLY_B
        steps.append(Step(i, j, shape))
        i, j = i - (span(shape[0]) if shape[0] else 0), j - (span(shape[1]) if shape[1] else 0)
        before, there = done[i], j - low[i]
        if state == "bead":
            state = _last_state(before, there)
        elif state == "gap_a":
            extended = before.gap_a[there] + gaps.extend_a == row.gap_a[place]
            state = "gap_a" if extended else "bead"
        elif before.gap_b[there] + gaps.extend_b != row.gap_b[place]:
            state = _last_state(before, there, within=("bead", "gap_a"))
    return steps[::-1]


def _last_shape(
    lattice: Lattice, holes: FloatArray, done: Sequence[_Row], node: tuple[int, int]
) -> Shape:
    (i, j), low = node, lattice.band.low
    best, chosen = -np.inf, 0
    for p, places in lattice.by_height:
        if p <= i:
            paths = done[i - p].any
            columns = j - lattice.spans[1][places] - low[i - p]
            fits = (columns >= 0) & (columns < len(paths))
            here, columns = places[fits], columns[fits]
            if len(here):
                scores = paths[columns] + (lattice.rows[i - p][here, columns] + holes[here])
                if scores.max() > best:
                    best, chosen = float(scores.max()), int(here[scores.argmax()])
    return lattice.shapes[chosen]


def _last_state(row: _Row, place: int, within: Sequence[str] = ("bead", "gap_a", "gap_b")) -> str:
    return max(within, key=lambda state: float(getattr(row, state)[place]))


@dataclass(frozen=True, slots=True, eq=False)
class Posterior:
    """What all paths together say: of each bead at the node where it starts, and of each sentence.

    `beads` [n + 1][k, c]: probability of the bead. `taken_a` [n], `taken_b` [m]: probability that some
    bead takes the sentence.  `total`: log of the sum over all paths.
    """

    lattice: Lattice
    beads: Sequence[NDArray[np.float32]]
    taken_a: FloatArray
    taken_b: FloatArray
    total: float

    @classmethod
    def of(cls, lattice: Lattice, gaps: Gaps) -> "Posterior":
        """Forward and backward sums over the lattice."""
        done, holes = _forward(lattice, gaps, np.logaddexp), lattice.holes(gaps)[:, None]
        total = float(done[-1].any[-1])
        after = _backward(lattice, gaps)
        low, high = lattice.band.low, lattice.band.high
        taken_a, taken_b = np.zeros(len(low) - 1), np.zeros(int(high[-1]) - 1)
        in_a, in_b = (_members(lattice.shapes, side) for side in (0, 1))
        beads = []
        for i, row in enumerate(done):
            paths = row.any + (lattice.rows[i] + holes) + lattice.onward(after, i)
            probability = np.exp(paths - total)
            beads.append(probability.astype(np.float32))
            for offset, members in enumerate(in_a):
                if i + offset < len(taken_a):
                    taken_a[i + offset] += members @ probability.sum(axis=1)
            for offset, members in enumerate(in_b):
                first = int(low[i]) + offset
                width = min(int(high[i] - low[i]), len(taken_b) - first)
                taken_b[first : first + max(width, 0)] += (members @ probability)[: max(width, 0)]
        return cls(lattice, beads, taken_a, taken_b, total)

    def confidence(self, step: Step) -> float:
        """Probability of exactly that bead; of a sentence alone: that no bead takes it."""
        a, b = step.shape
        if not b:
            found = 1 - self.taken_a[step.i - 1]
        elif not a:
            found = 1 - self.taken_b[step.j - 1]
        else:
            i, j = step.i - span(a), step.j - span(b)
            found = self.beads[i][
                self.lattice.shapes.index(step.shape), j - self.lattice.band.low[i]
            ]
        return min(max(float(found), 0.0), 1.0)


def _members(shapes: Sequence[Shape], side: int) -> FloatArray:
    """Whether each shape takes the sentence at each offset from its start, [offsets, k]."""
    longest = max(span(shape[side]) for shape in shapes)
    return np.array(
        [[float(offset in shape[side]) for shape in shapes] for offset in range(longest)]
    )


def _backward(lattice: Lattice, gaps: Gaps) -> list[FloatArray]:
    """Log sums over all ways to the end from each node that a bead led to, [n + 1][c]."""
    band, holes = lattice.band, lattice.holes(gaps)[:, None]
    count = len(band.low)
    after: list[FloatArray] = [np.array([])] * count
    below = np.array([])  # as `after`, of the row below, from nodes that a gap of a led to
    for i in range(count - 1, -1, -1):
        low, high = int(band.low[i]), int(band.high[i])
        by_bead = _over_shapes(np.logaddexp, lattice.onward(after, i) + (lattice.rows[i] + holes))
        by_gap = np.full(high - low, -np.inf)
        if i == count - 1:
            by_bead[-1] = 0.0
        else:
            by_gap = cut(below, int(band.low[i + 1]), low, high)
        drift = np.arange(high - low) * gaps.extend_b
        after_gap_b = (np.logaddexp.accumulate(by_bead[::-1] - drift) + drift)[::-1]
        onward = np.full(high - low, -np.inf)
        onward[:-1] = after_gap_b[1:] + gaps.open_b
        onward = np.logaddexp(onward, by_bead)
        below = np.logaddexp(onward, by_gap + gaps.extend_a)
        after[i] = np.logaddexp(onward, by_gap + gaps.open_a)
    return after
