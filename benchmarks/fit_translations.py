"""Fit the costs of beads by which translations are aligned, and print what held-out texts show.

Usage: python -m benchmarks.fit_translations GOLD_FOLDER (a quarter of an hour)

The path through two texts is a semi-Markov conditional random field (Sarawagi & Cohen, 2004): costs are
those that make the right paths likeliest among all paths, of two kinds of texts that count alike:

- the document of `GOLD_FOLDER/text-berg-dev`, German and French, in eighths;
- the documents of `ntrex` in three pairs of languages, with sentences left out and merged by
  `GOLD_FOLDER/make_cases.py`, but for other ones than `benchmarks.score_translations` takes by default.

Costs of beads too rare to be learnt stay near a line by the number of their sentences. Gaps cost what
the right path says, as the solver estimates it from a path. Every other text is held out, twice, and
scored as by `benchmarks.score_translations`, with the costs fitted to the others and with those of
`aligner/align/monotonic.py`; then the costs fitted to all are printed. Seeds are fixed.
"""

import argparse
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from aligner.align.lattice import ONLY_A, ONLY_B, Gaps, Lattice, Posterior, Shape, Step, span
from aligner.align.monotonic import (
    COSTS,
    SHAPES,
    Costs,
    MonotonicSide,
    align_monotonic,
    estimate_gaps,
    read_lattice,
)
from aligner.embed import Encoder, load_encoder
from aligner.embed.windows import open_windows
from aligner.gold import Bead, read_ladder
from benchmarks.score_translations import Pool, case_in, made_cases

Matrix = npt.NDArray[np.float64]

PARTS = 8
PAIRS = ("por-fra", "deu-fra", "spa-ita")
SEED = 2
# Of what the texts weigh against each other, and against the costs that are expected beforehand.
PRIOR_WEIGHT = 0.01
ITERATIONS = 100
EXPECTED = Costs(
    margin=10.0,
    wide_margin=0.0,
    gain=4.5,
    length=3.0,
    shapes={
        shape: {(1, 1): -4.65, (1, 2): -9.1}.get(shape, 0.5 - 4.7 * (sum(shape) - 1))
        for shape in COSTS.shapes
    },
    hole=-1.0,
    hole_width=0.0,
)
MEASURED = ("margin", "wide_margin", "gain", "length")


@dataclass(frozen=True, slots=True)
class Text:
    """Two texts, a sentence a line, and the beads that are right; `fold`: when it is held out."""

    kind: str
    fold: int
    a: Sequence[str]
    b: Sequence[str]
    gold: Sequence[Bead]


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """A text whose costs are yet to be chosen.

    `measured` `[cells, 4]`: what is measured of every bead of the lattice, its score being their sum by
    costs; `shape` `[cells]`; `fits` `[cells]`: whether the bead is within both texts; `right`: the cells
    of the right path. `weight`: how often the text counts.
    """

    weight: float
    lattice: Lattice
    measured: Matrix
    shape: npt.NDArray[np.intp]
    fits: npt.NDArray[np.bool_]
    right: npt.NDArray[np.intp]
    gaps: Gaps

    @classmethod
    def of(
        cls, text: Text, sides: tuple[MonotonicSide, MonotonicSide], weight: float = 1.0
    ) -> "Example":
        """Reads the beads of a text."""
        lattices = [read_lattice(*sides, _only(name)) for name in MEASURED]
        cells = [np.concatenate([row.ravel() for row in one.rows]) for one in lattices]
        measured = np.stack(cells, axis=1).astype(np.float64)
        fits = np.isfinite(measured.sum(axis=1))
        band, rows = lattices[0].band, lattices[0].rows
        starts = np.cumsum([0] + [row.size for row in rows])
        path = right_path(text.gold, len(text.a), len(text.b))
        right = []
        for step in path:
            if step.shape not in {ONLY_A, ONLY_B}:
                i, j = (
                    end - span(run) for end, run in zip((step.i, step.j), step.shape, strict=True)
                )
                width = rows[i].shape[1]
                if band.low[i] <= j < band.high[i]:
                    right.append(starts[i] + SHAPES.index(step.shape) * width + j - band.low[i])
        shape = np.concatenate([np.repeat(np.arange(len(SHAPES)), row.shape[1]) for row in rows])
        return cls(
            weight,
            lattices[0],
            np.where(fits[:, None], measured, 0.0),
            shape,
            fits,
            np.array(right, dtype=np.intp),
            estimate_gaps(path),
        )

    def surprise(self, values: Matrix) -> tuple[float, Matrix]:
        """Minus the log likelihood of the right path, but for a constant, and its slope by costs."""
        measured, shapes = values[: len(MEASURED)], _DESIGN @ values[len(MEASURED) :]
        scores = np.where(self.fits, self.measured @ measured + shapes[self.shape], -np.inf)
        sizes = [row.shape for row in self.lattice.rows]
        ends = np.cumsum([row.size for row in self.lattice.rows])[:-1]
        rows = [one.reshape(size) for one, size in zip(np.split(scores, ends), sizes, strict=True)]
        posterior = Posterior.of(Lattice(self.lattice.band, SHAPES, rows), self.gaps)
        excess = np.concatenate([row.ravel() for row in posterior.beads]).astype(np.float64)
        excess[self.right] -= 1
        by_shape = np.bincount(self.shape, excess, minlength=len(SHAPES))
        slope = np.concatenate([excess @ self.measured, by_shape @ _DESIGN])
        surprise = posterior.total - float(scores[self.right].sum())
        return self.weight * surprise, self.weight * slope


def _only(name: str) -> Costs:
    """Costs by which a bead's score is one of what is measured."""
    alone = {other: float(other == name) for other in MEASURED}
    return Costs(**alone, shapes=dict.fromkeys(COSTS.shapes, 0.0), hole=0.0, hole_width=0.0)


def values_of(costs: Costs) -> Matrix:
    """The costs as one row of numbers."""
    measured = [getattr(costs, name) for name in MEASURED]
    return np.array([*measured, *costs.shapes.values(), costs.hole, costs.hole_width])


def costs_of(values: Matrix) -> Costs:
    """What `values_of` took apart."""
    *rest, hole, hole_width = map(float, values)
    margin, wide_margin, gain, length, *shapes = rest
    by_shape = dict(zip(COSTS.shapes, shapes, strict=True))
    return Costs(margin, wide_margin, gain, length, by_shape, hole, hole_width)


def _design() -> Matrix:
    """Which of the costs without a measure each shape has, `[shapes, costs]`."""
    rows = []
    for number in range(len(MEASURED), len(values_of(COSTS))):
        unit = costs_of(np.arange(len(values_of(COSTS))) == number)
        rows.append([unit.of_shape(shape) for shape in SHAPES])
    return np.array(rows).T


_DESIGN = _design()


def right_path(gold: Sequence[Bead], n: int, m: int) -> list[Step]:
    """The longest path through beads of gold that the solver knows; all else is missing."""
    shaped: list[tuple[int, int, Shape]] = []
    for a, b in gold:
        if a and b:
            shape = tuple(k - a[0] for k in a), tuple(k - b[0] for k in b)
            if shape in SHAPES:
                shaped.append((a[0], b[0], shape))
    shaped.sort()
    longest: list[tuple[int, int]] = []  # beads on the best way that ends here, and the one before
    for k, (i, j, _) in enumerate(shaped):
        before = [
            (longest[o][0], o)
            for o, (x, y, (p, q)) in enumerate(shaped[:k])
            if x + span(p) <= i and y + span(q) <= j
        ]
        count, last = max(before, default=(0, -1))
        longest.append((count + 1, last))
    chain = []
    k = max(range(len(longest)), key=lambda place: longest[place][0], default=-1)
    while k >= 0:
        chain.append(shaped[k])
        k = longest[k][1]
    steps: list[Step] = []
    i = j = 0
    for x, y, shape in chain[::-1]:
        steps += _gap((i, j), (x, y))
        i, j = x + span(shape[0]), y + span(shape[1])
        steps.append(Step(i, j, shape))
    return steps + _gap((i, j), (n, m))


def _gap(start: tuple[int, int], end: tuple[int, int]) -> list[Step]:
    """The sentences between two nodes, each missing on the other side."""
    (i, j), (x, y) = start, end
    return [Step(k + 1, j, ONLY_A) for k in range(i, x)] + [
        Step(x, k + 1, ONLY_B) for k in range(j, y)
    ]


def eighths(gold: Path) -> list[Text]:
    """The parts of the Text+Berg document, cut where no bead is cut."""
    case = case_in(gold)
    a, b = case.lines()
    beads = read_ladder(case.gold)
    path = right_path(beads, len(a), len(b))
    nodes = [(0, 0), *((step.i, step.j) for step in path)]
    ends = [
        min(nodes, key=lambda node, k=k: abs(node[0] - k * len(a) / PARTS))  # type: ignore[misc]
        for k in range(PARTS + 1)
    ]
    ends[-1] = (len(a), len(b))
    parts = []
    for number, ((i, j), (k, l)) in enumerate(pairwise(ends)):  # noqa: E741
        inside = [
            (tuple(x - i for x in left), tuple(y - j for y in right))
            for left, right in beads
            if all(i <= x < k for x in left) and all(j <= y < l for y in right)
        ]
        parts.append(Text("text-berg", number % 2, a[i:k], b[j:l], inside))
    return parts


def news(gold: Path, folder: Path) -> list[Text]:
    """The documents of NTREX with sentences left out and merged, each in every pair of languages."""
    texts = []
    for pair in PAIRS:
        for number, case in enumerate(made_cases(gold, pair, SEED, folder)):
            texts.append(Text("ntrex", number % 2, *case.lines(), read_ladder(case.gold)))
    return texts


def balanced(texts: Sequence[Text]) -> dict[str, float]:
    """Weights of either kind of texts by which both count alike, the larger kind once."""
    sizes = Counter[str]()
    for text in texts:
        sizes[text.kind] += len(text.a) + len(text.b)
    return {kind: max(sizes.values()) / size for kind, size in sizes.items()}


def sides_of(text: Text, encoder: Encoder) -> tuple[MonotonicSide, MonotonicSide]:
    """Both texts as the solver takes them."""
    a, b = (
        MonotonicSide(open_windows(list(lines), encoder), [len(line) for line in lines])
        for lines in (text.a, text.b)
    )
    return a, b


def fitted(examples: Sequence[Example]) -> Costs:
    """The costs that make the right paths of examples likeliest."""
    expected = values_of(EXPECTED)
    scale = np.maximum(np.abs(expected), 2.0)

    def surprise(values: Matrix) -> tuple[float, Matrix]:
        off = (values - expected) / scale
        each = [example.surprise(values) for example in examples]
        total = sum(value for value, _ in each) + PRIOR_WEIGHT * float(off @ off)
        return total, sum(slope for _, slope in each) + 2 * PRIOR_WEIGHT * off / scale

    found = minimize(
        surprise, expected, jac=True, method="L-BFGS-B", options={"maxiter": ITERATIONS}
    )
    return costs_of(found.x)


def main(argv: Sequence[str] | None = None) -> None:
    """Fit and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("gold", type=Path, help="folder of gold")
    gold = parser.parse_args(argv).gold
    encoder = load_encoder()
    with tempfile.TemporaryDirectory() as folder:
        texts = [*eighths(gold / "text-berg-dev"), *news(gold, Path(folder))]
    sides = [sides_of(text, encoder) for text in texts]
    weights = balanced(texts)
    examples = [
        Example.of(text, side, weights[text.kind]) for text, side in zip(texts, sides, strict=True)
    ]
    pools = {kind: (Pool(), Pool()) for kind in ("text-berg", "ntrex")}
    for fold in (0, 1):
        costs = fitted(
            [one for one, text in zip(examples, texts, strict=True) if text.fold != fold]
        )
        for text, (a, b) in zip(texts, sides, strict=True):
            if text.fold == fold:
                for pool, used in zip(pools[text.kind], (costs, COSTS), strict=True):
                    beads, _ = align_monotonic(a, b, used)
                    found = {(one.a, one.b) for one in beads}
                    pool.add(found, text.gold, max(len(a), len(b)))
    print("                                     strict  lax     only")
    for kind, (held_out, present) in pools.items():
        print(f"{kind:<10} held out                  {held_out.cells()}")
        print(f"{kind:<10} by the costs that stand   {present.cells()}", flush=True)
    costs = fitted(examples)
    print(costs_of(values_of(costs).round(2)))


if __name__ == "__main__":
    main()
