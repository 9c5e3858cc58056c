"""The order-keeping solver against enumeration, and what it owes its callers."""

import math
from collections.abc import Iterator, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aligner.align import monotonic
from aligner.align.monotonic import SHAPES, Bead, MonotonicSide, align_monotonic

DIMENSIONS = 16
Path = tuple[tuple[int, int], ...]


def side_of(vectors: np.ndarray, lengths: Sequence[int]) -> MonotonicSide:
    """A side whose window vectors are the normalised sums of its sentences' vectors."""
    windows = []
    for size in range(1, 5):
        count = max(len(vectors) - size + 1, 0)
        sums = np.array([vectors[i : i + size].sum(axis=0) for i in range(count)])
        sums = sums.reshape(count, DIMENSIONS)
        windows.append(sums / np.linalg.norm(sums, axis=1, keepdims=True))
    return MonotonicSide(windows, lengths)


def random_side(generator: np.random.Generator, n: int) -> MonotonicSide:
    """Sentences about nothing in common."""
    vectors = generator.normal(size=(n, DIMENSIONS))
    return side_of(vectors, generator.integers(5, 200, n).tolist())


def translated(seed: int, fates: Sequence[tuple[int, int]]) -> tuple[MonotonicSide, MonotonicSide]:
    """Two sides made of beads of those shapes: sentences of a bead add up to the same content."""
    generator = np.random.default_rng(seed)
    sides: tuple[list[np.ndarray], list[np.ndarray]] = ([], [])
    lengths: tuple[list[int], list[int]] = ([], [])
    for shape in fates:
        parts = generator.normal(size=(max(shape), DIMENSIONS))
        for vectors, characters, size in zip(sides, lengths, shape, strict=True):
            if size:
                noise = generator.normal(scale=0.3, size=(size, DIMENSIONS))
                merged = [part.sum(axis=0) for part in np.array_split(parts, size)]
                vectors += [one + more for one, more in zip(merged, noise, strict=True)]
                characters += [60 * len(part) for part in np.array_split(parts, size)]
    return side_of(np.array(sides[0]), lengths[0]), side_of(np.array(sides[1]), lengths[1])


def shapes_of(beads: Sequence[Bead]) -> list[tuple[int, int]]:
    """The shape of each bead."""
    return [(len(bead.a), len(bead.b)) for bead in beads]


def paths(n: int, m: int, gap_of_b: bool = False) -> Iterator[Path]:
    """All paths through n by m sentences; between links, gaps of a come before gaps of b."""
    if n == m == 0:
        yield ()
    moves = [*SHAPES, (0, 1)] if gap_of_b else [*SHAPES, (0, 1), (1, 0)]
    for p, q in moves:
        if p <= n and q <= m:
            for rest in paths(n - p, m - q, gap_of_b=p == 0):
                yield ((p, q), *rest)


def path_score(path: Path, scores: monotonic.Rows, gaps: monotonic._Gaps) -> float:
    """The score of a path over an unrestricted lattice, step by step."""
    i = j = 0
    total = 0.0
    last = (1, 1)
    for p, q in path:
        i, j = i + p, j + q
        if p and q:
            total += scores[p, q][i][j]
        elif p:
            total += gaps.extend_a if last == (1, 0) else gaps.open_a
        else:
            total += gaps.extend_b if last == (0, 1) else gaps.open_b
        last = (p, q)
    return total


@given(st.integers(1, 5), st.integers(1, 5), st.integers(0, 999))
@settings(max_examples=15, deadline=None)
def test_the_path_is_the_best_of_all(n: int, m: int, seed: int) -> None:
    """The dynamic programme finds what enumerating every path finds, and its confidences too."""
    generator = np.random.default_rng(seed)
    a, b = random_side(generator, n), random_side(generator, m)
    lattice = monotonic._score_beads(a, b, monotonic._choose_band(a, b))
    gaps = monotonic._estimate_gaps([])
    everything = list(paths(n, m))
    scores = np.array([path_score(path, lattice.rows, gaps) for path in everything])
    steps = monotonic._best_path(lattice, gaps)
    best = tuple((step.p, step.q) for step in steps)
    assert path_score(best, lattice.rows, gaps) == pytest.approx(scores.max())

    weights = np.exp(scores - scores.max())
    weights /= weights.sum()
    for step, confidence in zip(steps, monotonic._confidences(lattice, gaps, steps), strict=True):
        with_it = [takes(path, step) for path in everything]
        assert confidence == pytest.approx(weights[with_it].sum(), abs=1e-6)


def takes(path: Path, step: monotonic._Step) -> bool:
    """Whether a path has that bead, or leaves that one sentence without a counterpart."""
    i = j = 0
    for p, q in path:
        i, j = i + p, j + q
        at = (i, j) if step.p and step.q else (i, step.j) if step.p else (step.i, j)
        if (p, q) == (step.p, step.q) and at == (step.i, step.j):
            return True
    return False


@given(st.integers(1, 12), st.integers(1, 12), st.integers(0, 999))
@settings(max_examples=25, deadline=None)
def test_every_sentence_is_in_one_bead_in_order(n: int, m: int, seed: int) -> None:
    """Beads partition both sides, keep both orders and carry probabilities and cosines."""
    generator = np.random.default_rng(seed)
    beads = align_monotonic(random_side(generator, n), random_side(generator, m))
    assert [i for bead in beads for i in bead.a] == list(range(n))
    assert [j for bead in beads for j in bead.b] == list(range(m))
    assert set(shapes_of(beads)) <= {*SHAPES, (0, 1), (1, 0)}
    assert all(0 <= bead.confidence <= 1 for bead in beads)
    assert all(-1 <= round(bead.similarity, 9) <= 1 for bead in beads)


@given(
    st.lists(st.sampled_from([(1, 1), (1, 1), (1, 2), (2, 1), (0, 1), (1, 0)]), max_size=14),
    st.integers(0, 999),
    st.booleans(),
)
@settings(max_examples=25, deadline=None)
def test_swapping_the_sides_swaps_the_beads(
    fates: list[tuple[int, int]], seed: int, narrow: bool
) -> None:
    """Which text is a makes no difference, with the band and without."""
    a, b = translated(seed, [(1, 1), *fates])
    with pytest.MonkeyPatch.context() as patch:
        if narrow:
            patch.setattr(monotonic, "EXACT_CELLS", 0)
            patch.setattr(monotonic, "BAND_RADIUS", 2)
        here = {(bead.a, bead.b): bead for bead in align_monotonic(a, b)}
        there = {(bead.b, bead.a): bead for bead in align_monotonic(b, a)}
    assert here.keys() == there.keys()
    for sentences, bead in here.items():
        assert bead.confidence == pytest.approx(there[sentences].confidence, abs=1e-6)
        assert bead.similarity == pytest.approx(there[sentences].similarity)


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


def test_a_side_may_be_empty() -> None:
    """Without a counterpart text, every sentence is certain to stand alone."""
    some, none = random_side(np.random.default_rng(1), 2), random_side(np.random.default_rng(1), 0)
    assert align_monotonic(none, none) == []
    assert align_monotonic(some, none) == [Bead((0,), (), 1.0, 0.0), Bead((1,), (), 1.0, 0.0)]
    assert align_monotonic(none, some) == [Bead((), (0,), 1.0, 0.0), Bead((), (1,), 1.0, 0.0)]


def test_single_sentence_windows_suffice_for_single_beads() -> None:
    """Where larger windows are not given, beads that need them are not looked for."""
    a, b = translated(3, [(1, 1), (1, 2), (1, 1)])
    beads = align_monotonic(
        MonotonicSide(a.windows[:1], a.lengths), MonotonicSide(b.windows[:1], b.lengths)
    )
    assert set(shapes_of(beads)) <= {(1, 1), (0, 1), (1, 0)}


def test_the_band_finds_what_the_whole_lattice_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a medium translation with a long omission, the restricted search loses nothing."""
    generator = np.random.default_rng(5)
    fates = [
        ((1, 1), (1, 2), (2, 1), (1, 0))[k]
        for k in generator.choice(4, 100, p=(0.7, 0.1, 0.1, 0.1))
    ]
    a, b = translated(5, [*fates[:50], *[(0, 1)] * 60, *fates[50:]])
    exact = align_monotonic(a, b)
    monkeypatch.setattr(monotonic, "EXACT_CELLS", 0)
    assert monotonic._choose_band(a, b).low.max() > 0
    banded = align_monotonic(a, b)
    assert [(x.a, x.b) for x in banded] == [(x.a, x.b) for x in exact]
    assert [x.confidence for x in banded] == pytest.approx([x.confidence for x in exact], abs=1e-3)


def test_the_band_bridges_texts_without_anchors() -> None:
    """Far apart points are joined along the diagonal, every row reaching into the next."""
    band = monotonic._band_along([(0, 0), (3000, 1000)])
    assert (band.low[0], band.high[-1]) == (0, 1001)
    assert (band.low[1:] < band.high[:-1]).all()
    assert (band.high - band.low).max() < 500


def test_gaps_cost_what_the_text_says() -> None:
    """After a run of missing sentences longer runs cost less; a whole chapter counts as no more."""
    kept = [monotonic._Step(0, 0, 1, 1)] * 20
    often = monotonic._estimate_gaps([*kept, *[monotonic._Step(0, 0, 1, 0)] * 30])
    usual = monotonic._estimate_gaps(kept)
    assert often.extend_a > usual.extend_a
    assert often.extend_b == usual.extend_b
    chapter = monotonic._estimate_gaps([*kept, *[monotonic._Step(0, 0, 1, 0)] * 900])
    assert chapter == often
    assert math.exp(usual.extend_b) == pytest.approx(monotonic.GAP_GOES_ON, abs=1e-5)


def test_windows_must_fit_the_lengths() -> None:
    """A window too many or broken is a mistake of the caller, told with what to pass."""
    vectors = np.eye(3)
    with pytest.raises(ValueError, match="windows of 2 of 3 sentences must be 2, not 3; encode"):
        MonotonicSide([vectors, vectors], [1, 2, 3])
    with pytest.raises(ValueError, match="vector of 1 sentences is not finite; look for texts"):
        MonotonicSide([vectors * math.nan], [1, 2, 3])
    with pytest.raises(ValueError, match="no windows; pass at least the vectors of single"):
        MonotonicSide([], [])
