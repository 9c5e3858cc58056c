"""The order-keeping solver against enumeration, and what it owes its callers."""

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aligner.align import band, monotonic
from aligner.align.lattice import (
    ONLY_A,
    ONLY_B,
    Gaps,
    Lattice,
    Posterior,
    Shape,
    Step,
    best_path,
    hole,
    span,
)
from aligner.align.monotonic import SHAPES, Bead, MonotonicSide
from tests.sides import DIMENSIONS, SummedVectors, plain, random_side, side_of, translated

Path = tuple[Shape, ...]


def align_monotonic(a: MonotonicSide, b: MonotonicSide) -> list[Bead]:
    """The beads alone."""
    return monotonic.align_monotonic(a, b)[0]


def shapes_of(beads: Sequence[Bead]) -> list[tuple[int, int]]:
    """How many sentences of a and of b each bead takes."""
    return [(len(bead.a), len(bead.b)) for bead in beads]


def reach(shape: Shape) -> tuple[int, int]:
    """The sentences of a and of b that a step passes."""
    a, b = (span(pattern) if pattern else 0 for pattern in shape)
    return a, b


def paths(n: int, m: int, gap_of_b: bool = False) -> Iterator[Path]:
    """All paths through n by m sentences; between links, gaps of a come before gaps of b."""
    if n == m == 0:
        yield ()
    for shape in [*SHAPES, ONLY_B] if gap_of_b else [*SHAPES, ONLY_B, ONLY_A]:
        p, q = reach(shape)
        if p <= n and q <= m:
            for rest in paths(n - p, m - q, gap_of_b=p == 0):
                yield (shape, *rest)


def path_score(path: Path, lattice: Lattice, gaps: Gaps) -> float:
    """The score of a path over an unrestricted lattice, step by step."""
    i = j = 0
    total = 0.0
    last = SHAPES[0]
    for shape in path:
        if shape in (ONLY_A, ONLY_B):
            total += gap_score(1, gaps, 0 if shape == ONLY_A else 1, extended=last == shape)
        else:
            total += lattice.rows[i][SHAPES.index(shape), j]
            for side, pattern in enumerate(shape):
                total += gap_score(len(hole(pattern)), gaps, side)
        i, j = i + reach(shape)[0], j + reach(shape)[1]
        last = shape
    return total


def gap_score(count: int, gaps: Gaps, side: int, extended: bool = False) -> float:
    """What that many missing sentences of a side cost, as a gap of their own or as more of the last."""
    opening, further = ((gaps.open_a, gaps.extend_a), (gaps.open_b, gaps.extend_b))[side]
    return count and (further if extended else opening) + (count - 1) * further


@given(st.integers(1, 6), st.integers(1, 6), st.integers(0, 999))
@settings(max_examples=10, deadline=None)
def test_the_path_is_the_best_of_all(n: int, m: int, seed: int) -> None:
    """The dynamic programme finds what enumerating every path finds, and its confidences too."""
    generator = np.random.default_rng(seed)
    lattice = monotonic.read_lattice(random_side(generator, n), random_side(generator, m))
    gaps = monotonic.estimate_gaps([])
    everything = list(paths(n, m))
    scores = np.array([path_score(path, lattice, gaps) for path in everything])
    steps = best_path(lattice, gaps)
    assert path_score(tuple(step.shape for step in steps), lattice, gaps) == pytest.approx(
        scores.max()
    )

    weights = np.exp(scores - scores.max())
    weights /= weights.sum()
    posterior = Posterior.of(lattice, gaps)
    for step in steps:
        with_it = [takes(path, step) for path in everything]
        assert posterior.confidence(step) == pytest.approx(weights[with_it].sum(), abs=1e-5)


def takes(path: Path, step: Step) -> bool:
    """Whether a path has that bead, or leaves that one sentence without a counterpart."""
    i = j = 0
    alone: set[tuple[str, int]] = set()
    for shape in path:
        start = step.i - reach(shape)[0], step.j - reach(shape)[1]
        if shape == step.shape and (i, j) == start and shape not in (ONLY_A, ONLY_B):
            return True
        for side, first, pattern, other in (("a", i, *shape), ("b", j, *shape[::-1])):
            left_out = pattern if not other else hole(pattern) if pattern else ()
            alone |= {(side, first + k) for k in left_out}
        i, j = i + reach(shape)[0], j + reach(shape)[1]
    return (step.shape == ONLY_A and ("a", step.i - 1) in alone) or (
        step.shape == ONLY_B and ("b", step.j - 1) in alone
    )


@given(st.integers(1, 12), st.integers(1, 12), st.integers(0, 999))
@settings(max_examples=15, deadline=None)
def test_every_sentence_is_in_one_bead_in_order(n: int, m: int, seed: int) -> None:
    """Beads partition both sides, keep both orders and carry probabilities."""
    generator = np.random.default_rng(seed)
    beads = align_monotonic(random_side(generator, n), random_side(generator, m))
    assert sorted(i for bead in beads for i in bead.a) == list(range(n))
    assert sorted(j for bead in beads for j in bead.b) == list(range(m))
    links = [bead for bead in beads if bead.a and bead.b]
    assert all(one.a[-1] < two.a[0] and one.b[-1] < two.b[0] for one, two in pairwise(links))
    assert all(0 <= bead.confidence <= 1 for bead in beads)


@given(
    st.lists(st.sampled_from([(1, 1), (1, 1), (1, 2), (2, 1), (0, 1), (1, 0)]), max_size=14),
    st.integers(0, 999),
    st.booleans(),
)
@settings(max_examples=12, deadline=None)
def test_swapping_the_sides_swaps_the_beads(
    fates: list[tuple[int, int]], seed: int, narrow: bool
) -> None:
    """Which text is a makes no difference, with the band and without."""
    a, b = translated(seed, [(1, 1), *fates])
    with pytest.MonkeyPatch.context() as patch:
        if narrow:
            patch.setattr(band, "EXACT_CELLS", 0)
            patch.setattr(band, "RADIUS", 2)
        here = {(bead.a, bead.b): bead for bead in align_monotonic(a, b)}
        there = {(bead.b, bead.a): bead for bead in align_monotonic(b, a)}
    assert here.keys() == there.keys()
    for sentences, bead in here.items():
        assert bead.confidence == pytest.approx(there[sentences].confidence, abs=1e-6)


def test_repeated_sentences_are_swapped_too() -> None:
    """Equal sentences make equal paths; the same one is chosen whichever side comes first."""
    vectors = np.ones((5, DIMENSIONS))
    a, b = side_of(vectors[:3], [40] * 3), side_of(vectors, [40] * 5)
    here, there = align_monotonic(a, b), align_monotonic(b, a)
    assert {(x.a, x.b) for x in here} == {(x.b, x.a) for x in there}


def test_planted_beads_are_found_with_confidence() -> None:
    """Merged, split and missing sentences come out as they went in."""
    fates = [(1, 1), (1, 2), (1, 1), (0, 1), (0, 1), (1, 1), (2, 1), (1, 0), (1, 1), (1, 1)]
    beads = align_monotonic(*translated(3, fates))
    assert shapes_of(beads) == fates
    assert min(bead.confidence for bead in beads) > 0.5


@pytest.mark.parametrize("wide", [(2, 5), (6, 2), (3, 5), (4, 4)])
def test_beads_reach_over_eight_sentences(wide: tuple[int, int]) -> None:
    """Passages that say the same only as a whole come out as one bead, up to eight sentences."""
    generator = np.random.default_rng(1)
    before, told, after = generator.normal(size=(3, DIMENSIONS))
    sides = []
    for size in wide:
        noise = generator.normal(scale=2, size=(size, DIMENSIONS))
        parts = (told + noise - noise.mean(axis=0)) / size
        lengths = [60, *[480 // size] * size, 60]
        sides.append(side_of(np.vstack([before, parts, after]), lengths))
    assert shapes_of(align_monotonic(*sides)) == [(1, 1), wide, (1, 1)]


def test_a_side_may_be_empty() -> None:
    """Without a counterpart text, every sentence is certain to stand alone."""
    some, none = random_side(np.random.default_rng(1), 2), random_side(np.random.default_rng(1), 0)
    assert align_monotonic(none, none) == []
    assert align_monotonic(some, none) == [Bead((0,), (), 1.0), Bead((1,), (), 1.0)]
    assert align_monotonic(none, some) == [Bead((), (0,), 1.0), Bead((), (1,), 1.0)]


def test_a_bead_may_leave_a_sentence_out() -> None:
    """A sentence put into the middle of one that was split stays alone; the rest is one link."""
    a, b = translated(3, [(1, 1), (1, 1), (1, 2), (1, 1), (1, 1)])
    stranger = np.random.default_rng(8).normal(size=(1, DIMENSIONS))
    vectors = np.insert(plain(b), 3, stranger, axis=0)
    lengths = [*b.lengths[:3], 60, *b.lengths[3:]]
    beads = align_monotonic(a, side_of(vectors, lengths))
    assert ((2,), (2, 4)) in {(bead.a, bead.b) for bead in beads}
    assert ((), (3,)) in {(bead.a, bead.b) for bead in beads}


def test_the_band_finds_what_the_whole_lattice_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    """On 300 by 300 sentences with a long omission, the restricted search loses nothing."""
    generator = np.random.default_rng(5)
    fates = [
        ((1, 1), (1, 2), (2, 1), (1, 0))[k]
        for k in generator.choice(4, 280, p=(0.7, 0.1, 0.1, 0.1))
    ]
    a, b = translated(5, [*fates[:140], *[(0, 1)] * 60, *fates[140:]])
    assert min(len(a), len(b)) >= 300
    assert band.choose_band(a.windows.sentences, b.windows.sentences).low.max() > 0
    banded = align_monotonic(a, b)
    monkeypatch.setattr(band, "EXACT_CELLS", 10**6)
    exact = align_monotonic(a, b)
    assert [(x.a, x.b) for x in banded] == [(x.a, x.b) for x in exact]
    assert [x.confidence for x in banded] == pytest.approx([x.confidence for x in exact], abs=1e-3)


def test_long_texts_are_searched_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where only a sample of the sentences looks for its place, the way is found all the same."""
    a, b = translated(2, [(1, 1), (1, 1), (2, 1), (1, 0)] * 30)
    whole = align_monotonic(a, b)
    monkeypatch.setattr(band, "SAMPLED", 20)
    monkeypatch.setattr(monotonic, "CHUNK", 50)
    points = band._points(a.windows.sentences, b.windows.sentences)
    assert all(one[0] <= two[0] and one[1] <= two[1] for one, two in pairwise(points))
    assert align_monotonic(a, b) == whole


def test_a_text_that_repeats_itself_keeps_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sentence with several equal counterparts is found in the one that is in place."""
    a, b = translated(4, [(1, 1), (1, 2), (1, 1), (2, 1)] * 5)
    sides = [side_of(np.tile(plain(side), (4, 1)), [*side.lengths] * 4) for side in (a, b)]
    monkeypatch.setattr(band, "EXACT_CELLS", 0)
    monkeypatch.setattr(band, "RADIUS", 5)
    assert shapes_of(align_monotonic(*sides)) == [(1, 1), (1, 2), (1, 1), (2, 1)] * 20


def test_costly_windows_are_read_where_they_matter() -> None:
    """Where one for one is certain, no runs are encoded; elsewhere they are."""
    fates = [(1, 1)] * 30 + [(1, 2), (1, 1), (2, 1)] + [(1, 1)] * 30
    a, b = translated(3, fates)
    costly = [side_of(plain(side), side.lengths, costly=True) for side in (a, b)]
    assert shapes_of(align_monotonic(*costly)) == fates
    for side in costly:
        assert isinstance(side.windows, SummedVectors)
        runs = [run for run in side.windows.asked if len(run) > 1]
        assert len(runs) == len(set(runs)) < 2 * len(side)


class AlikeRuns(SummedVectors):
    """Windows of a model whose runs, whatever they say, have more in common than single sentences."""

    def of(self, runs: Sequence[tuple[int, ...]]) -> np.ndarray:
        """Vectors of length 1."""
        wide = np.array([len(run) > 1 for run in runs])
        vectors = super().of(runs)
        vectors[:, 0] += 0.7 * wide
        moved: np.ndarray = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return moved


@pytest.mark.parametrize("seed", range(3))
def test_runs_that_are_alike_are_not_merged(seed: int) -> None:
    """Where windows are texts of their own, a run counts as halfway to the mean of its sentences."""
    generator = np.random.default_rng(seed)
    said = generator.normal(size=(16, DIMENSIONS))
    sides = [said + generator.normal(scale=0.8, size=said.shape) for _ in "ab"]
    a, b = (MonotonicSide(AlikeRuns(side, costly=True), [60] * 16) for side in sides)
    assert shapes_of(align_monotonic(a, b)) == [(1, 1)] * 16


@pytest.mark.parametrize("costly", [True, False])
def test_other_models_may_tell_texts_less_apart(costly: bool) -> None:
    """Their margins are stretched, so that a translation is still one; those of ours are not."""
    generator = np.random.default_rng(0)
    said = generator.normal(size=(16, 1024))
    sides = [said + generator.normal(scale=2.5, size=said.shape) for _ in "ab"]
    a, b = (MonotonicSide(SummedVectors(side, costly=costly), [60] * 16) for side in sides)
    assert (shapes_of(align_monotonic(a, b)) == [(1, 1)] * 16) == costly


def test_the_band_bridges_texts_without_anchors() -> None:
    """Far apart points are joined along the diagonal, every row reaching into the next."""
    found = band.band_along([(0, 0), (3000, 1000)])
    assert (found.low[0], found.high[-1]) == (0, 1001)
    assert (found.low[1:] < found.high[:-1]).all()
    assert (found.high - found.low).max() < 500


def test_gaps_cost_what_the_text_says() -> None:
    """After a run of missing sentences longer runs cost less; a whole chapter counts as no more."""
    kept = [Step(0, 0, SHAPES[0])] * 20
    often = monotonic.estimate_gaps([*kept, *[Step(0, 0, ONLY_A)] * 30])
    usual = monotonic.estimate_gaps(kept)
    assert often.extend_a > usual.extend_a
    assert often.extend_b == usual.extend_b
    chapter = monotonic.estimate_gaps([*kept, *[Step(0, 0, ONLY_A)] * 900])
    assert chapter == often
    assert math.exp(usual.extend_b) == pytest.approx(monotonic.GAP_GOES_ON, abs=1e-4)


def test_windows_must_fit_the_lengths() -> None:
    """A vector too many or broken is a mistake of the caller, told with what to do."""
    vectors = np.eye(DIMENSIONS)[:3]
    with pytest.raises(ValueError, match="3 vectors for 2 sentences; encode each sentence once"):
        side_of(vectors, [1, 2])
    with pytest.raises(ValueError, match="a vector of a sentence is not finite; look for texts"):
        side_of(vectors * math.nan, [1, 2, 3])
