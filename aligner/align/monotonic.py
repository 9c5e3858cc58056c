"""Aligns a translation with its original: beads of neighbouring sentences, in the order of both.

A semi-Markov model scores a path through both texts. What a bead is worth:

- how alike its two windows are, runs of sentences encoded as one text, against the background of this
  pair of texts (the normaliser of Vecalign, Thompson & Koehn 2019, here in closed form);
- what its outermost sentences add to that: whether it is more alike than without one of them. This
  tells a merged sentence from a missing one;
- how well the lengths agree (Gale & Church 1993);
- how usual its shape is.

How much is missing differs from text to text, which is why the costs of gaps are estimated anew from
the first paths of each pair (hard EM) instead of being fitted once. Forward and backward sums over the
same lattice give the confidences.

Axes: `n` sentences of a, `m` sentences of b, `d` dimensions, `k` shapes, `r`, `c` rows and columns of a
block of nodes.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from aligner.align.band import choose_band
from aligner.align.lattice import (
    Band,
    FloatArray,
    Gaps,
    Lattice,
    Pattern,
    Posterior,
    Shape,
    Step,
    best_path,
    cut,
    hole,
    span,
)
from aligner.align.margins import margins_of, stretch_of
from aligner.threads import one_blas_thread

Vectors = NDArray[np.floating]
Margins = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Costs:
    """What speaks for a bead and against it, in log odds.

    `margin`: by how much its windows are nearer than usual. `wide_margin`: the same, once for every
    sentence beyond the two of a 1-1 bead: longer windows are closer to each other whether or not they
    match, so what a bead adds in margin counts more the more sentences it takes. `gain`: what its
    outermost sentences add. `length`: by how much its lengths differ. `shapes`: by how many sentences
    the sides take, the smaller number first. `hole`, `hole_width`: of leaving a sentence out, and of
    every further one; what a gap costs is added.
    """

    margin: float
    wide_margin: float
    gain: float
    length: float
    shapes: Mapping[tuple[int, int], float]
    hole: float
    hole_width: float

    def of_shape(self, shape: Shape) -> float:
        """What a bead of that shape is worth, whatever it says."""
        few, many = sorted(map(len, shape))
        left_out = sum(len(hole(pattern)) for pattern in shape)
        with_hole = self.hole + self.hole_width * (left_out - 1) if left_out else 0.0
        return self.shapes[few, many] + with_hole


# Fitted with the embedded model as a semi-Markov conditional random field (maximum likelihood) on the
# Text+Berg development document (German-French) and on NTREX news with sentences dropped and merged at
# several rates. A later fit (`benchmarks/fit_translations.py`) has strict F1 0.882 and 0.960 on halves
# that it has not seen, which tells what to expect of other texts; fitted to all, 0.888 and 0.962 to
# 0.965 where these have 0.901 and 0.966 to 0.970, so these stand. Cross-validated, nothing else gained
# on both kinds: agreement of numbers, the least covered sentence of a bead, squared margins and lengths,
# signs of broken sentences, decoding for the expected score instead of the best path.
COSTS = Costs(
    margin=16.4,
    wide_margin=4.4,
    gain=9.1,
    length=4.5,
    shapes={
        (1, 1): -5.65,
        (1, 2): -10.2,
        (1, 3): -14.6,
        (1, 4): -17.1,
        (1, 5): -21.0,
        (1, 6): -30.0,
        (2, 2): -13.8,
        (2, 3): -17.5,
        (2, 4): -25.2,
        (2, 5): -29.0,  # too rare to be fitted (one bead of 2,200), as are 2-6 and 3-5
        (2, 6): -33.0,
        (3, 3): -23.7,
        (3, 4): -27.1,
        (3, 5): -31.0,
        (4, 4): -32.9,
    },
    hole=0.4,
    hole_width=-0.7,
)
_RUNS: list[Pattern] = [tuple(range(size)) for size in range(1, 7)]
_WITH_HOLES: list[Pattern] = [(0, 2), (0, 3), (0, 4), (0, 1, 3), (0, 2, 3)]
SHAPES: list[Shape] = [
    (a, b)
    for a in _RUNS
    for b in _RUNS
    if (min(len(a), len(b)), max(len(a), len(b))) in COSTS.shapes
] + [
    shape
    for pattern in _WITH_HOLES
    for run in _RUNS[:2]
    for shape in ((pattern, run), (run, pattern))
]
LENGTH_SLACK = 10  # characters: headings and dates are short, and their ratio says little

# Before a path is known: a gap opens on a side before 13 % of the beads and goes on after 25 % of its
# sentences; worth 10 beads and 6 sentences of evidence.
GAP_OPENS, GAP_OPENS_COUNT = 0.13, 10.0
GAP_GOES_ON, GAP_GOES_ON_COUNT = 0.25, 6.0
# A missing chapter says nothing of how often a sentence goes missing here and there: counted as one of
# 1,700 sentences, it made single gaps so dear that 7 % of the beads around it were wrong.
LONGEST_RUN = 5
ROUNDS = 2  # re-estimates; more changed no score

CHUNK = 512  # rows whose windows are at hand at once, to bound memory
BLOCK = 32  # rows scored at once: large enough for matrix products, narrow enough for a band
MEAN_OF = 200  # windows, evenly spread, that the background is the mean of
# Scores are multiples of this, so that sums are exact in double precision: equal paths are equal
# whichever side comes first, and the way back can be found by comparing. Single precision holds
# multiples up to 128.
QUANTUM = 2.0**-17
# Where windows are costly, only beads with this probability, by the mean of their sentences' vectors,
# are looked at with windows. Such means are too alike for narrow odds: they count half.
LEAST_PROBABLE, MEAN_TRUST = 1e-4, 0.5
# Costly windows are those of other models than the costs were fitted with. There the runs of a
# translation are more alike than its single sentences (0.46 and 0.43 in multilingual-e5-small on NTREX)
# and not less (0.61 and 0.66), and margins spread less. So a run counts as halfway to the mean of its
# sentences (0.41), and margins are stretched. Strict F1 with that model on NTREX, Portuguese and French:
# as it is 0.851, halfway 0.928, stretched 0.817, both 0.948; a third or two thirds of the way 0.939 and
# 0.927.
STRETCH_BY = 500  # sentences of either text, evenly spread, whose margins tell by how much


class Windows(Protocol):
    """The vectors of one text: of its `n` sentences, and of runs of them encoded as one text."""

    @property
    def sentences(self) -> Vectors:
        """Vectors [n, d] of length 1."""
        ...

    @property
    def costly(self) -> bool:
        """Whether every run costs as much as a text of its own."""
        ...

    def of(self, runs: Sequence[tuple[int, ...]]) -> Vectors:
        """Vectors of length 1, a row for each run of sentence numbers."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class MonotonicSide:
    """What the solver knows of one text of n sentences; `lengths`: characters of each.

    Raises ValueError when the parts do not describe the same number of sentences, or a vector is not
    finite.
    """

    windows: Windows
    lengths: Sequence[int]

    def __post_init__(self) -> None:
        vectors = self.windows.sentences
        if len(vectors) != len(self.lengths):
            raise ValueError(
                f"{len(vectors)} vectors for {len(self.lengths)} sentences; encode each sentence once"
            )
        if not np.isfinite(vectors).all():
            raise ValueError(
                "a vector of a sentence is not finite; look for texts the encoder cannot embed"
            )

    def __len__(self) -> int:
        return len(self.lengths)


@dataclass(frozen=True, slots=True)
class Bead:
    """Sentences of a and of b that correspond, or one sentence (and an empty side) that has nothing.

    `confidence`: probability, 0 to 1, of exactly this bead among all paths. `moved`: whether it is of a
    passage that changed places, and crosses others.
    """

    a: tuple[int, ...]
    b: tuple[int, ...]
    confidence: float
    moved: bool = False


def align_monotonic(
    a: MonotonicSide, b: MonotonicSide, costs: Costs = COSTS
) -> tuple[list[Bead], Gaps]:
    """The most probable path, in order; every sentence of either side is in exactly one bead.

    Also what gaps cost in these texts.

    Between two links, sentences that only a has come before those that only b has; those that a bead
    leaves out come after it. Swapping a and b swaps the beads. Time and memory grow with n + m.
    """
    if not len(a) or not len(b):
        alone = [Bead((i,), (), 1.0) for i in range(len(a))]
        return alone + [Bead((), (j,), 1.0) for j in range(len(b))], estimate_gaps([])
    lattice = read_lattice(a, b, costs)
    gaps = estimate_gaps([])
    steps = best_path(lattice, gaps)
    for _ in range(ROUNDS):
        last, gaps = gaps, estimate_gaps(steps)
        if gaps != last:
            steps = best_path(lattice, gaps)
    posterior = Posterior.of(lattice, gaps)
    return [bead for step in steps for bead in beads_of(step, posterior)], gaps


def beads_of(step: Step, posterior: Posterior) -> list[Bead]:
    """A bead, and the sentences alone that it leaves out inside."""
    beads = [Bead(step.a, step.b, posterior.confidence(step))]
    if step.a and step.b:
        inside_a = sorted(set(range(step.a[0], step.i)) - set(step.a))
        inside_b = sorted(set(range(step.b[0], step.j)) - set(step.b))
        beads += [Bead((i,), (), _certain(1 - posterior.taken_a[i])) for i in inside_a]
        beads += [Bead((), (j,), _certain(1 - posterior.taken_b[j])) for j in inside_b]
    return beads


def _certain(probability: float) -> float:
    return min(max(float(probability), 0.0), 1.0)


def read_lattice(a: MonotonicSide, b: MonotonicSide, costs: Costs = COSTS) -> Lattice:
    """The score of every bead near enough to the way; where windows are costly, of every likely one."""
    with one_blas_thread():
        band = choose_band(a.windows.sentences, b.windows.sentences)
    if not (a.windows.costly or b.windows.costly):
        return Lattice(band, SHAPES, _score_rows(a, b, band, costs))
    one, other = (
        MonotonicSide(_MeanWindows(side.windows.sentences), side.lengths) for side in (a, b)
    )
    rows = [row * np.float32(MEAN_TRUST) for row in _score_rows(one, other, band, costs)]
    posterior = Posterior.of(Lattice(band, SHAPES, rows), estimate_gaps([]))
    likely = [row >= LEAST_PROBABLE for row in posterior.beads]
    return Lattice(band, SHAPES, _score_rows(a, b, band, costs, likely))


class Blocks:
    """Lattices of some sentences of a with some of b, against the background of the whole texts.

    Making one reads that background, which takes as long as hundreds of small blocks.
    """

    def __init__(self, a: MonotonicSide, b: MonotonicSide) -> None:
        self._readers = [_Reader.of(side, None) for side in (a, b)]
        self._stretch = _stretch(a.windows, b.windows)

    def lattice(self, rows: tuple[int, int], columns: tuple[int, int]) -> Lattice:
        """The lattice of the sentences in two half-open intervals, counted from the first of each."""
        n, m = (stop - start for start, stop in (rows, columns))
        nodes = [(start, stop + 1) for start, stop in (rows, columns)]
        chunk = _Chunk.of(self._readers, self._stretch, nodes[0], nodes[1])
        chunk = replace(chunk, size=(rows[1], columns[1]))
        with one_blas_thread():
            scores = chunk.scores(nodes[0], nodes[1])
        band = Band(np.zeros(n + 1, dtype=np.intp), np.full(n + 1, m + 1, dtype=np.intp))
        return Lattice(band, SHAPES, [scores[:, i] for i in range(n + 1)])


@dataclass(frozen=True, slots=True)
class _MeanWindows:
    """Runs as the mean of their sentences' vectors: no substitute, but enough to see what is likely."""

    sentences: Vectors
    costly: bool = False

    def of(self, runs: Sequence[tuple[int, ...]]) -> Vectors:
        """Vectors of length 1, a row for each run."""
        sums = np.array([self.sentences[list(run)].sum(axis=0) for run in runs])
        vectors: Vectors = sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9)
        return vectors


def _vectors(windows: Windows, runs: Sequence[tuple[int, ...]]) -> Vectors:
    """The vectors of runs, a row for each, as the costs of beads know them."""
    vectors = windows.of(runs)
    if not windows.costly:
        return vectors
    halfway = vectors + _MeanWindows(windows.sentences).of(runs)
    result: Vectors = halfway / np.maximum(np.linalg.norm(halfway, axis=1, keepdims=True), 1e-9)
    return result


def _stretch(a: Windows, b: Windows) -> float:
    """By how much the margins of beads are stretched."""
    if not (a.costly or b.costly):
        return 1.0
    one, other = (
        side.sentences[np.linspace(0, count - 1, min(count, STRETCH_BY)).round().astype(int)]
        for side, count in ((a, len(a.sentences)), (b, len(b.sentences)))
    )
    return stretch_of(margins_of(_rounded(one @ other.T)))


def _without_an_end(pattern: Pattern) -> list[tuple[Pattern, int]]:
    """A pattern without its first and without its last sentence, each with where it starts then."""
    if len(pattern) == 1:
        return []
    second = pattern[1]
    return [(tuple(k - second for k in pattern[1:]), second), (pattern[:-1], 0)]


_PATTERNS: list[Pattern] = _RUNS + _WITH_HOLES
_COLUMN = {pattern: place for place, pattern in enumerate(_PATTERNS)}
# How far from the start of a bead that of a part of it may be.
_REACH = max(shift for pattern in _PATTERNS for _, shift in _without_an_end(pattern))
Needed = dict[Pattern, NDArray[np.bool_]]


@dataclass(frozen=True, slots=True, eq=False)
class _Reader:
    """The windows of one text, by pattern and first sentence.

    `means` [patterns, d]; `lengths` [patterns, n]: log characters; `needed`: of each pattern, the first
    sentences [n] for which it is, or None for all.
    """

    side: MonotonicSide
    means: Vectors
    lengths: FloatArray
    needed: Needed | None

    @classmethod
    def of(cls, side: MonotonicSide, needed: Needed | None) -> "_Reader":
        """Without the windows themselves, which are read in chunks."""
        characters = np.asarray(side.lengths, dtype=np.float64)
        means, lengths = [], np.zeros((len(_PATTERNS), len(side)))
        windows = side.windows
        if windows.costly:
            windows = _MeanWindows(windows.sentences)
        for row, pattern in zip(lengths, _PATTERNS, strict=True):
            count = max(len(side) - span(pattern) + 1, 0)
            row[:count] = sum(characters[k : k + count] for k in pattern)
            sample = np.unique(np.linspace(0, count - 1, min(count, MEAN_OF)).round().astype(int))
            runs = [tuple(int(i) + k for k in pattern) for i in sample]
            width = side.windows.sentences.shape[1]
            means.append(windows.of(runs).mean(axis=0) if runs else np.zeros(width))
        return cls(side, np.array(means), np.log(lengths + LENGTH_SLACK), needed)

    def windows(self, start: int, stop: int) -> list[Vectors]:
        """For each pattern the vectors [stop - start, d] of its windows that start there; 0 for none."""
        runs, places = [], []
        for number, pattern in enumerate(_PATTERNS):
            for i in range(start, min(stop, len(self.side) - span(pattern) + 1)):
                if self.needed is None or self.needed[pattern][i]:
                    runs.append(tuple(i + k for k in pattern))
                    places.append((number, i - start))
        width = self.side.windows.sentences.shape[1]
        found = np.zeros((len(_PATTERNS), stop - start, width), dtype=np.float32)
        if runs:
            found[tuple(np.array(places).T)] = _vectors(self.side.windows, runs)
        return list(found)


def _score_rows(
    a: MonotonicSide,
    b: MonotonicSide,
    band: Band,
    costs: Costs,
    likely: Sequence[NDArray[np.bool_]] | None = None,
) -> list[Margins]:
    """The scores [n + 1][k, c] of the beads that start in each row of a band; of `likely` ones only."""
    needed = (None, None) if likely is None else _needed(len(a), len(b), band, likely)
    readers = [_Reader.of(side, wanted) for side, wanted in zip((a, b), needed, strict=True)]
    stretch = _stretch(a.windows, b.windows)
    rows: list[Margins] = []
    for top in range(0, len(band.low), CHUNK):
        bottom = min(top + CHUNK, len(band.low))
        left, right = int(band.low[top:bottom].min()), int(band.high[top:bottom].max())
        chunk = _Chunk.of(readers, stretch, (top, bottom), (left, right), costs)
        with one_blas_thread():
            for start in range(top, bottom, BLOCK):
                rows += chunk.rows(band, start, min(start + BLOCK, bottom))
    if likely is not None:
        rows = [
            np.where(wanted, row, np.float32(-np.inf))
            for row, wanted in zip(rows, likely, strict=True)
        ]
    return rows


def _needed(
    n: int, m: int, band: Band, likely: Sequence[NDArray[np.bool_]]
) -> tuple[Needed, Needed]:
    """The windows of a and of b that likely beads, and their parts, are made of."""
    sides = [
        {pattern: np.zeros(size + 1, dtype=np.bool_) for pattern in _PATTERNS} for size in (n, m)
    ]
    for i, row in enumerate(likely):
        for number, column in zip(*np.nonzero(row), strict=True):
            for needed, pattern, start in zip(
                sides, SHAPES[number], (i, int(band.low[i] + column)), strict=True
            ):
                for part, shift in [(pattern, 0), *_without_an_end(pattern)]:
                    needed[part][start + shift] = True
    return sides[0], sides[1]


@dataclass(frozen=True, slots=True, eq=False)
class _Chunk:
    """The windows that start in some rows and columns of nodes, and what they are measured against.

    Of either side, by pattern: `vectors` [r, d], `usual` [patterns, r, patterns]: half the mean
    similarity to the windows of the other side; `lengths` [patterns, r]. They reach `_REACH` further
    than the rows and columns of `corner` and the nodes after it. `stretch`: of all margins.
    """

    costs: Costs
    stretch: float
    corner: tuple[int, int]
    size: tuple[int, int]
    vectors: tuple[list[Vectors], list[Vectors]]
    usual: tuple[Vectors, Vectors]
    lengths: tuple[FloatArray, FloatArray]
    ratio: float

    @classmethod
    def of(
        cls,
        readers: Sequence[_Reader],
        stretch: float,
        rows: tuple[int, int],
        columns: tuple[int, int],
        costs: Costs = COSTS,
    ) -> "_Chunk":
        """Reads the windows."""
        reach = [(start, stop + _REACH) for start, stop in (rows, columns)]
        a, b = (reader.windows(*part) for reader, part in zip(readers, reach, strict=True))
        usual_a, usual_b = (
            _rounded(np.array([one @ other.means.T for one in vectors]) / 2)
            for vectors, other in zip((a, b), readers[::-1], strict=True)
        )
        lengths = [
            cut(reader.lengths, 0, *part, empty=0.0)
            for reader, part in zip(readers, reach, strict=True)
        ]
        one, other = (math.log(sum(reader.side.lengths) + 1) for reader in readers)
        sizes = (len(readers[0].side), len(readers[1].side))
        corner = (rows[0], columns[0])
        usual, characters = (usual_a, usual_b), (lengths[0], lengths[1])
        return cls(costs, stretch, corner, sizes, (a, b), usual, characters, one - other)

    def rows(self, band: Band, start: int, stop: int) -> list[Margins]:
        """The scores [k, c] of the beads that start in each of those rows, over the band's columns."""
        low, high = band.low[start:stop], band.high[start:stop]
        first, last = int(low.min()), int(high.max())
        block = self.scores((start, stop), (first, last))
        return [
            block[:, i, lo - first : hi - first].copy()
            for i, (lo, hi) in enumerate(zip(low.tolist(), high.tolist(), strict=True))
        ]

    def scores(self, rows: tuple[int, int], columns: tuple[int, int]) -> Margins:
        """Scores [k, r, c] of the beads that start at those nodes."""
        margins: dict[Shape, Margins] = {}
        height, width = rows[1] - rows[0], columns[1] - columns[0]
        scores = np.full((len(SHAPES), height, width), -np.inf, dtype=np.float32)
        for number, (a, b) in enumerate(SHAPES):
            fits = (
                min(height, self.size[0] - span(a) + 1 - rows[0]),
                min(width, self.size[1] - span(b) + 1 - columns[0]),
            )
            if min(fits) > 0:
                score = self._score((a, b), rows, columns, margins)
                scores[number, : fits[0], : fits[1]] = score[: fits[0], : fits[1]]
        return scores

    def _score(
        self,
        shape: Shape,
        rows: tuple[int, int],
        columns: tuple[int, int],
        margins: dict[Shape, Margins],
    ) -> FloatArray:
        (a, b), height, width = shape, rows[1] - rows[0], columns[1] - columns[0]

        def margin(one: Pattern, other: Pattern, down: int = 0, along: int = 0) -> Margins:
            if (one, other) not in margins:
                margins[one, other] = self._margin(one, other, rows, columns)
            return margins[one, other][down : down + height, along : along + width]

        own = margin(a, b)
        costs, wide = self.costs, len(a) + len(b) - 2
        score = (costs.margin + wide * costs.wide_margin) * own + costs.of_shape(shape)
        if wide:
            parts = [margin(part, b, down=shift) for part, shift in _without_an_end(a)]
            parts += [margin(a, part, along=shift) for part, shift in _without_an_end(b)]
            score += costs.gain * (own - np.maximum.reduce(parts))
        left = self.lengths[0][_COLUMN[a], rows[0] - self.corner[0] :][:height, None]
        right = self.lengths[1][_COLUMN[b], columns[0] - self.corner[1] :][:width]
        score -= costs.length * np.abs((left - right) - self.ratio)
        quantised: FloatArray = np.rint(score / QUANTUM) * QUANTUM
        return quantised

    def _margin(
        self, a: Pattern, b: Pattern, rows: tuple[int, int], columns: tuple[int, int]
    ) -> Margins:
        """How much of the way from the background to identity the windows have come, stretched."""
        one, other = _COLUMN[a], _COLUMN[b]
        down = slice(rows[0] - self.corner[0], rows[1] - self.corner[0] + _REACH)
        along = slice(columns[0] - self.corner[1], columns[1] - self.corner[1] + _REACH)
        similarity = _rounded(self.vectors[0][one][down] @ self.vectors[1][other][along].T)
        usual = self.usual[0][one][down, other, None] + self.usual[1][other][along, one]
        margin: Margins = (similarity - usual) / np.maximum(1 - usual, 0.1)
        margin *= np.float32(self.stretch)
        return margin


def _rounded(similarity: Vectors) -> Margins:
    """Similarities as multiples of 1/4096, so that they do not depend on the order of summing."""
    rounded: Margins = (np.rint(similarity * 4096) / 4096).astype(np.float32)
    return rounded


def estimate_gaps(steps: Sequence[Step]) -> Gaps:
    """Gap scores from how often gaps open and go on along a path, or the usual ones without one."""
    return Gaps(*_gap_scores(_missing(steps, 0)), *_gap_scores(_missing(steps, 1)))


def _missing(steps: Sequence[Step], side: int) -> list[bool]:
    """The fates of one side in order: a bead, or a sentence that has no counterpart."""
    fates = []
    for step in steps:
        own, other = step.shape[side], step.shape[1 - side]
        if own:
            fates.append(not other)
            fates += [True] * len(hole(own))
    return fates


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
