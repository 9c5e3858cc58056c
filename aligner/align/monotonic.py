"""Aligns a translation with its original: beads of neighbouring sentences, in the order of both.

A path through the lattice of sentence boundaries is made of beads (1-1, 1-2, ... up to six
sentences) and of runs of sentences that only one side has. A semi-Markov model scores it: how alike
the two windows of a bead are against the pair's own background (the normaliser of Vecalign, Thompson
& Koehn 2019, here in closed form), how well their lengths agree (Gale & Church 1993), and how
usual the bead's shape is. Several sentences missing in a row are one event, so gaps
are affine (Gotoh 1982). How much is missing differs from text to text, which is why those costs are
estimated anew from the first paths of each pair (hard EM) instead of being fitted once. Forward and
backward sums over the same lattice give the confidences.

Up to `EXACT_CELLS` cells the search is exhaustive; beyond, it stays near the heaviest chain of mutual
best sentences. Pairs that cross cannot be expressed; the solver for free order finds those.

Axes: `n` sentences of a, `m` sentences of b, `d` dimensions, `r`, `c` rows and columns of a block. A
node (i, j) stands between sentences: i of a and j of b are behind it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

import numpy as np
from numpy.typing import NDArray

from aligner.align.anchors import heaviest_chain, mutual_best

FloatArray = NDArray[np.float64]
Shape = tuple[int, int]
Rows = dict[Shape, list[FloatArray]]

# Fitted with the embedded model on the Text+Berg development document (German-French) and, at a weight
# of 0.3 a document, NTREX news with sentences dropped and merged (por-fra, deu-fra, spa-ita): first as
# a semi-Markov conditional random field by maximum likelihood, then by a short random search for the
# mean strict F1 of the two kinds. Fitted on one kind alone they lose up to 0.05 on the other.
# Tried without gain: agreement of numbers, similarity to nearest neighbours instead of the mean,
# comparison with the beads one sentence larger or smaller, shape scores estimated per pair.
MARGIN_WEIGHT = 12.9
# Longer windows are closer to each other whether or not they match: what a bead adds in margin counts
# more the more sentences it takes. For every sentence beyond the two of a 1-1 bead.
WIDE_MARGIN_WEIGHT = 4.8
LENGTH_WEIGHT = 2.5
SHAPE_SCORES: dict[Shape, float] = {
    (1, 1): -4.65,
    (1, 2): -9.1,
    (1, 3): -13.85,
    (1, 4): -17.0,
    (2, 2): -13.65,
    (2, 3): -17.55,
    (2, 4): -22.3,
    (3, 3): -22.3,
}
SHAPES = SHAPE_SCORES | {(q, p): score for (p, q), score in SHAPE_SCORES.items()}
LENGTH_SLACK = 10  # characters: headings and dates are short, and their ratio says little

# Before a path is known: a gap opens on a side before 13 % of the beads and goes on after 25 % of its
# sentences; worth 10 beads and 6 sentences of evidence.
GAP_OPENS, GAP_OPENS_COUNT = 0.13, 10.0
GAP_GOES_ON, GAP_GOES_ON_COUNT = 0.25, 6.0
# A missing chapter says nothing of how often a sentence goes missing here and there: counted as one of
# 1,700 sentences, it made single gaps so dear that 7 % of the beads around it were wrong.
LONGEST_RUN = 5
ROUNDS = 2  # re-estimates; more changed no score

EXACT_CELLS = 600 * 600
BAND_RADIUS = 20  # sentences around a chain that may itself err by a few
STRIDE = 200  # sentences between two points of the band where the chain has none
BLOCK = 64  # rows scored at once: large enough for matrix products, small enough for memory
# Scores are multiples of this, so that sums are exact in double precision: equal paths are equal
# whichever side comes first, and the way back can be found by comparing.
QUANTUM = 2.0**-20


@dataclass(frozen=True, slots=True, eq=False)
class MonotonicSide:
    """What the solver knows of one text of n sentences.

    `windows[k - 1]`: [n - k + 1, d] vectors of length 1 of every k consecutive sentences, encoded as
    one text; four of them serve all shapes, fewer leave the larger beads out. `lengths`: characters
    of each sentence.

    Raises ValueError when the parts do not describe the same number of sentences, or a vector is not
    finite.
    """

    windows: Sequence[NDArray[np.floating]]
    lengths: Sequence[int]

    def __post_init__(self) -> None:
        n = len(self.lengths)
        for k, window in enumerate(self.windows, start=1):
            if len(window) != max(n - k + 1, 0):
                raise ValueError(
                    f"windows of {k} of {n} sentences must be {max(n - k + 1, 0)}, not "
                    f"{len(window)}; encode every run of {k} consecutive sentences once"
                )
            if not np.isfinite(window).all():
                raise ValueError(
                    f"a vector of {k} sentences is not finite; look for texts the encoder cannot embed"
                )
        if not self.windows:
            raise ValueError("no windows; pass at least the vectors of single sentences")

    def __len__(self) -> int:
        return len(self.lengths)


@dataclass(frozen=True, slots=True)
class Bead:
    """Sentences of a and of b that correspond, or one sentence (and an empty side) that has nothing.

    `confidence`: probability, 0 to 1, of exactly this bead among all paths. `similarity`: cosine of
    the two windows, -1 to 1; 0 when a side is empty.
    """

    a: tuple[int, ...]
    b: tuple[int, ...]
    confidence: float
    similarity: float


@dataclass(frozen=True, slots=True)
class _Step:
    """A move on the lattice: it ends at node (i, j), after p sentences of a and q of b."""

    i: int
    j: int
    p: int
    q: int


@dataclass(frozen=True, slots=True)
class _Gaps:
    """Scores of the first and of every further sentence missing on the other side."""

    open_a: float
    extend_a: float
    open_b: float
    extend_b: float


@dataclass(frozen=True, slots=True, eq=False)
class _Band:
    """The nodes that are searched: row i has the columns `low[i]` to `high[i]`, half-open, [n + 1]."""

    low: NDArray[np.intp]
    high: NDArray[np.intp]

    def reversed(self) -> "_Band":
        """The same nodes, counted from the ends of both texts."""
        width = int(self.high[-1])
        return _Band(width - self.high[::-1], width - self.low[::-1])


@dataclass(frozen=True, slots=True, eq=False)
class _Lattice:
    """Score of every bead, at the node where it ends: `rows[shape][i]` over the band's columns."""

    band: _Band
    rows: Rows

    def reversed(self) -> "_Lattice":
        """The same beads, read from the ends of both texts."""
        n, low, high = len(self.band.low) - 1, self.band.low, self.band.high
        rows = {
            (p, q): [
                _cut(scores[i + p], low[i + p], low[i] + q, high[i] + q)[::-1]
                if i + p <= n
                else np.full(high[i] - low[i], -np.inf)
                for i in range(n, -1, -1)
            ]
            for (p, q), scores in self.rows.items()
        }
        return _Lattice(self.band.reversed(), rows)


@dataclass(frozen=True, slots=True, eq=False)
class _Row:
    """Sums or maxima over all paths to the nodes of one row, by the kind of their last step, [c]."""

    bead: FloatArray
    gap_a: FloatArray
    gap_b: FloatArray
    any: FloatArray


def align_monotonic(a: MonotonicSide, b: MonotonicSide) -> list[Bead]:
    """The most probable path, in order; every sentence of either side is in exactly one bead.

    Between two links, sentences that only a has come before those that only b has. Swapping a and b
    swaps the beads. Time and memory grow with n * m up to `EXACT_CELLS`, then with n + m.
    """
    if not len(a) or not len(b):
        alone = [Bead((i,), (), 1.0, 0.0) for i in range(len(a))]
        return alone + [Bead((), (j,), 1.0, 0.0) for j in range(len(b))]
    lattice = _score_beads(a, b, _choose_band(a, b))
    steps: list[_Step] = []
    for _ in range(ROUNDS + 1):
        gaps = _estimate_gaps(steps)
        steps = _best_path(lattice, gaps)
    confidences = _confidences(lattice, gaps, steps)
    return [_bead(a, b, step, p) for step, p in zip(steps, confidences, strict=True)]


def _bead(a: MonotonicSide, b: MonotonicSide, step: _Step, confidence: float) -> Bead:
    i, j = step.i - step.p, step.j - step.q
    similarity = 0.0
    if step.p and step.q:
        left = a.windows[step.p - 1][i].astype(np.float64)
        similarity = float(left @ b.windows[step.q - 1][j].astype(np.float64))
    return Bead(tuple(range(i, step.i)), tuple(range(j, step.j)), confidence, similarity)


def _choose_band(a: MonotonicSide, b: MonotonicSide) -> _Band:
    n, m = len(a), len(b)
    if n * m <= EXACT_CELLS:
        return _Band(np.zeros(n + 1, dtype=np.intp), np.full(n + 1, m + 1, dtype=np.intp))
    left, right = a.windows[0], b.windows[0]
    blocks = (left[i : i + 1024] @ right.T for i in range(0, n, 1024))
    chain = heaviest_chain(mutual_best(blocks))
    points = [(0, 0), *zip(chain.a.tolist(), chain.b.tolist(), strict=True), (n, m)]
    return _band_along(points)


def _band_along(points: Sequence[tuple[int, int]]) -> _Band:
    """All nodes within `BAND_RADIUS` of the rectangles between neighbouring points.

    Where points are far apart, the diagonal between them stands in, so that a long stretch without
    counterparts costs its length and not its area. Rectangles make the band of (b, a) the mirror of
    that of (a, b).
    """
    n, m = points[-1]
    low, high = np.full(n + 1, m + 1, dtype=np.intp), np.zeros(n + 1, dtype=np.intp)
    for (i, j), (i_next, j_next) in pairwise(points):
        parts = max(1, math.ceil(max(i_next - i, j_next - j) / STRIDE))
        for part in range(parts):
            top, left = (x + (y - x) * part // parts for x, y in ((i, i_next), (j, j_next)))
            bottom, right = (
                x + (y - x) * (part + 1) // parts for x, y in ((i, i_next), (j, j_next))
            )
            rows = slice(max(0, top - BAND_RADIUS), bottom + BAND_RADIUS + 1)
            low[rows] = np.minimum(low[rows], max(0, left - BAND_RADIUS))
            high[rows] = np.maximum(high[rows], min(m, right + BAND_RADIUS) + 1)
    return _Band(low, high)


def _score_beads(a: MonotonicSide, b: MonotonicSide, band: _Band) -> _Lattice:
    rows: Rows = {}
    for shape in SHAPES:
        p, q = shape
        if p > min(len(a.windows), len(a)) or q > min(len(b.windows), len(b)):
            continue
        pair = _ShapePair.of(_Window.of(a, p), _Window.of(b, q), shape, _length_ratio(a, b))
        rows[shape] = _score_shape(pair, band)
    return _Lattice(band, rows)


def _length_ratio(a: MonotonicSide, b: MonotonicSide) -> float:
    return (sum(a.lengths) + 1) / (sum(b.lengths) + 1)


@dataclass(frozen=True, slots=True, eq=False)
class _Window:
    """All windows of one size of one side: vectors [w, d], mean [d], characters [w]."""

    vectors: NDArray[np.floating]
    mean: FloatArray
    lengths: FloatArray

    @classmethod
    def of(cls, side: MonotonicSide, size: int) -> "_Window":
        """The windows of `size` sentences."""
        ends = np.concatenate([[0.0], np.cumsum(np.asarray(side.lengths, dtype=np.float64))])
        vectors = side.windows[size - 1]
        mean = vectors.mean(axis=0, dtype=np.float64)
        return cls(vectors, mean, ends[size:] - ends[:-size])


@dataclass(frozen=True, slots=True, eq=False)
class _ShapePair:
    """The windows of a and b that a shape joins, and their background: half of each side, [w]."""

    shape: Shape
    a: _Window
    b: _Window
    background_a: FloatArray
    background_b: FloatArray
    log_ratio: float

    @classmethod
    def of(cls, a: _Window, b: _Window, shape: Shape, ratio: float) -> "_ShapePair":
        """Adds each window's mean similarity to all windows of the other side."""
        return cls(shape, a, b, a.vectors @ b.mean / 2, b.vectors @ a.mean / 2, math.log(ratio))

    def score(self, rows: slice, columns: slice) -> FloatArray:
        """Scores [r, c] of joining each of those windows of a with each of those of b."""
        margin = _margin(
            self.a.vectors[rows].astype(np.float64) @ self.b.vectors[columns].astype(np.float64).T,
            self.background_a[rows, None] + self.background_b[columns],
        )
        weight = MARGIN_WEIGHT + WIDE_MARGIN_WEIGHT * (sum(self.shape) - 2)
        left = np.log(self.a.lengths[rows] + LENGTH_SLACK)
        right = np.log(self.b.lengths[columns] + LENGTH_SLACK)
        lengths = np.abs((left[:, None] - right) - self.log_ratio)
        scores = weight * margin - LENGTH_WEIGHT * lengths + SHAPES[self.shape]
        return _quantise(scores)


def _margin(similarity: FloatArray, background: FloatArray) -> FloatArray:
    """How much of the way from the background to identity a similarity has come, at most 1."""
    return (similarity - background) / np.maximum(1 - background, 0.1)


def _quantise(scores: FloatArray) -> FloatArray:
    quantised: FloatArray = np.rint(scores / QUANTUM) * QUANTUM
    return quantised


def _score_shape(pair: _ShapePair, band: _Band) -> list[FloatArray]:
    """Scores of one shape for each row of nodes; beads that would start outside the texts: -inf."""
    p, q = pair.shape
    rows: list[FloatArray] = []
    for start in range(0, len(band.low), BLOCK):
        low, high = band.low[start : start + BLOCK], band.high[start : start + BLOCK]
        block = np.full((len(low), int(high.max() - low.min())), -np.inf)
        top, left = max(p - start, 0), max(q - int(low.min()), 0)
        if top < block.shape[0] and left < block.shape[1]:
            first, column = start + top - p, int(low.min()) + left - q
            block[top:, left:] = pair.score(
                slice(first, first + block.shape[0] - top),
                slice(column, column + block.shape[1] - left),
            )
        rows += [
            block[i, lo : lo + hi]
            for i, (lo, hi) in enumerate(zip(low - low.min(), high - low, strict=True))
        ]
    return rows


def _cut(row: FloatArray, low: int, start: int, stop: int) -> FloatArray:
    """Columns `start` to `stop` of a row that begins at column `low`; -inf where it has none."""
    out = np.full(stop - start, -np.inf)
    first, last = max(start, low), min(stop, low + len(row))
    if first < last:
        out[first - start : last - start] = row[first - low : last - low]
    return out


def _forward(lattice: _Lattice, gaps: _Gaps, combine: np.ufunc) -> list[_Row]:
    """Every node's paths from the start: the best (`np.maximum`) or all (`np.logaddexp`)."""
    low, high = lattice.band.low.tolist(), lattice.band.high.tolist()
    done: list[_Row] = []
    for i, (lo, hi) in enumerate(zip(low, high, strict=True)):
        bead = np.full(hi - lo, -np.inf)
        if i == 0:
            bead[0] = 0.0
        for (p, q), scores in lattice.rows.items():
            if p <= i:
                before = _cut(done[i - p].any, low[i - p], lo - q, hi - q)
                combine(bead, before + scores[i], out=bead)
        gap_a = np.full(hi - lo, -np.inf)
        if i:
            above = combine(done[-1].bead + gaps.open_a, done[-1].gap_a + gaps.extend_a)
            gap_a = _cut(above, low[i - 1], lo, hi)
        gap_b = _run_along(combine(bead, gap_a), gaps, combine)
        done.append(_Row(bead, gap_a, gap_b, combine(combine(bead, gap_a), gap_b)))
    return done


def _run_along(before: FloatArray, gaps: _Gaps, combine: np.ufunc) -> FloatArray:
    """Runs of sentences that only b has: they stay in the row, so one accumulation finds them."""
    out = np.full(len(before), -np.inf)
    drift = np.arange(len(before)) * gaps.extend_b
    out[1:] = combine.accumulate(before[:-1] - drift[:-1]) + drift[:-1] + gaps.open_b
    return out


def _best_path(lattice: _Lattice, gaps: _Gaps) -> list[_Step]:
    done, low = _forward(lattice, gaps, np.maximum), lattice.band.low
    i, j = len(done) - 1, int(lattice.band.high[-1]) - 1
    steps: list[_Step] = []
    state = _last_state(done[i], j - low[i])
    while i or j:
        if state == "bead":
            p, q = _last_shape(lattice, done, i, j)
        else:
            p, q = (1, 0) if state == "gap_a" else (0, 1)
        steps.append(_Step(i, j, p, q))
        row, place = done[i], j - low[i]
        i, j = i - p, j - q
        before, there = done[i], j - low[i]
        if state == "bead":
            state = _last_state(before, there)
        elif state == "gap_a":
            extended = before.gap_a[there] + gaps.extend_a == row.gap_a[place]
            state = "gap_a" if extended else "bead"
        elif before.gap_b[there] + gaps.extend_b != row.gap_b[place]:
            state = _last_state(before, there, within=("bead", "gap_a"))
    return steps[::-1]


def _last_state(row: _Row, place: int, within: Sequence[str] = ("bead", "gap_a", "gap_b")) -> str:
    return max(within, key=lambda state: float(getattr(row, state)[place]))


def _last_shape(lattice: _Lattice, done: list[_Row], i: int, j: int) -> Shape:
    low = lattice.band.low

    def total(shape: Shape) -> float:
        p, q = shape
        place = j - q - low[i - p] if p <= i else -1
        if p > i or not 0 <= place < len(done[i - p].any):
            return -math.inf
        return float(done[i - p].any[place] + lattice.rows[shape][i][j - low[i]])

    return max(lattice.rows, key=total)


def _estimate_gaps(steps: Sequence[_Step]) -> _Gaps:
    """Gap scores from how often gaps open and go on along a path, or the usual ones without one."""
    open_a, extend_a = _gap_scores([step.q == 0 for step in steps if step.p])
    open_b, extend_b = _gap_scores([step.p == 0 for step in steps if step.q])
    return _Gaps(open_a, extend_a, open_b, extend_b)


def _gap_scores(missing: Sequence[bool]) -> tuple[float, float]:
    """Log odds of a gap's first and further sentences; `missing`: the fates of one side in order."""
    runs = [len(list(run)) for absent, run in groupby(missing) if absent]
    beads, further = len(missing) - sum(runs), sum(min(run, LONGEST_RUN) - 1 for run in runs)
    opens = (len(runs) + GAP_OPENS * GAP_OPENS_COUNT) / (beads + 1 + GAP_OPENS_COUNT)
    goes_on = (further + GAP_GOES_ON * GAP_GOES_ON_COUNT) / (
        further + len(runs) + GAP_GOES_ON_COUNT
    )
    first = math.log(opens / (1 - opens)) + math.log(1 - goes_on)
    return round(first / QUANTUM) * QUANTUM, round(math.log(goes_on) / QUANTUM) * QUANTUM


def _confidences(lattice: _Lattice, gaps: _Gaps, steps: Sequence[_Step]) -> list[float]:
    """Probability of each step among all paths; of a missing sentence: that no bead takes it."""
    posterior = _Posterior.of(lattice, gaps)
    taken_a, taken_b = posterior.taken()
    found = []
    for step in steps:
        if step.p and step.q:
            row = posterior.beads((step.p, step.q), step.i)
            found.append(float(row[step.j - lattice.band.low[step.i]]))
        else:
            found.append(1 - float(taken_a[step.i - 1] if step.p else taken_b[step.j - 1]))
    return [min(max(one, 0.0), 1.0) for one in found]


@dataclass(frozen=True, slots=True, eq=False)
class _Posterior:
    """Log sums over all paths up to each node and from it on."""

    lattice: _Lattice
    before: Sequence[FloatArray]
    after: Sequence[FloatArray]

    @classmethod
    def of(cls, lattice: _Lattice, gaps: _Gaps) -> "_Posterior":
        """Backward is forward on the reversed texts: every path has its mirror there."""
        before = [row.any for row in _forward(lattice, gaps, np.logaddexp)]
        mirrored = [row.any for row in _forward(lattice.reversed(), gaps, np.logaddexp)]
        return cls(lattice, before, [row[::-1] for row in reversed(mirrored)])

    def beads(self, shape: Shape, i: int) -> FloatArray:
        """Probability of the beads of that shape that end in row i, over its columns."""
        (p, q), low, high = shape, self.lattice.band.low, self.lattice.band.high
        start = _cut(self.before[i - p], low[i - p], low[i] - q, high[i] - q)
        total = self.before[-1][-1]
        log = start + self.lattice.rows[shape][i] + self.after[i] - total
        probability: FloatArray = np.exp(log)
        return probability

    def taken(self) -> tuple[FloatArray, FloatArray]:
        """Probability of each sentence of a and of b to be in some bead, [n] and [m]."""
        low, high = self.lattice.band.low, self.lattice.band.high
        a, b = np.zeros(len(low) - 1), np.zeros(int(high[-1]) - 1)
        for p, q in self.lattice.rows:
            for i in range(p, len(low)):
                first = max(q - low[i], 0)
                row = self.beads((p, q), i)[first:]
                a[i - p : i] += row.sum()
                for back in range(1, q + 1):
                    b[low[i] + first - back : high[i] - back] += row
        return a, b
