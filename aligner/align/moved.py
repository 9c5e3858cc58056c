"""Passages that changed places: what a path in order left alone on both sides, and that matches.

After the best path in order, runs of sentences without a counterpart are compared with each other. Where
sentences of two runs find each other, the path within those two is scored by the same model. A pair of
runs is taken for a moved passage when its beads outweigh that both are missing, at prior odds which fall
with the number of pairs that might have matched by chance.

Axes: `n`, `m` sentences of a and of b.
"""

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from aligner.align.anchors import mutual_best
from aligner.align.lattice import Gaps, Posterior, best_path
from aligner.align.monotonic import Bead, Blocks, MonotonicSide, beads_of

# Log odds against a passage that moved, before the number of pairs of runs counts.
AGAINST = 4.0
LEAST_CONFIDENCE = 0.5
# Of sentences that are each other's nearest among those alone.
LEAST_SIMILARITY = 0.35
# Comparing those alone grows with their product. Beyond so many pairs (half a book on either side), the
# texts are no translation with a few passages moved.
MOST_PAIRS = 25_000_000

Run = tuple[int, int]


def link_moved(a: MonotonicSide, b: MonotonicSide, beads: Sequence[Bead], gaps: Gaps) -> list[Bead]:
    """The beads, with those of moved passages in place of their sentences alone, after the others."""
    alone = [sorted(k for bead in beads for k in own(bead)) for own in (_only_a, _only_b)]
    if not all(alone) or len(alone[0]) * len(alone[1]) > MOST_PAIRS:
        return list(beads)
    runs = [_runs(numbers) for numbers in alone]
    against = AGAINST + math.log(len(runs[0]) * len(runs[1]))
    moved: list[Bead] = []
    used: set[tuple[int, Run]] = set()
    candidates = _candidates(a, b, alone, runs)
    if not candidates:
        return list(beads)
    blocks = Blocks(a, b)
    for pair in candidates:
        if not used & set(enumerate(pair)):
            found = _beads_within(blocks, pair, gaps, against)
            moved += found
            used |= set(enumerate(pair)) if found else set()
    taken_a = {k for bead in moved for k in bead.a}
    taken_b = {k for bead in moved for k in bead.b}
    kept = [
        bead
        for bead in beads
        if not (taken_a.intersection(_only_a(bead)) or taken_b.intersection(_only_b(bead)))
    ]
    return kept + moved


def _only_a(bead: Bead) -> tuple[int, ...]:
    return () if bead.b else bead.a


def _only_b(bead: Bead) -> tuple[int, ...]:
    return () if bead.a else bead.b


def _runs(numbers: Sequence[int]) -> list[Run]:
    """Consecutive numbers as half-open intervals."""
    starts = [numbers[0], *(two for one, two in pairwise(numbers) if two != one + 1)]
    stops = [*(one + 1 for one, two in pairwise(numbers) if two != one + 1), numbers[-1] + 1]
    return list(zip(starts, stops, strict=True))


def _candidates(
    a: MonotonicSide, b: MonotonicSide, alone: Sequence[Sequence[int]], runs: Sequence[list[Run]]
) -> list[tuple[Run, Run]]:
    """Pairs of runs with sentences that are each other's nearest, the most alike pair first."""
    left, right = (
        side.windows.sentences[numbers] for side, numbers in zip((a, b), alone, strict=True)
    )
    anchors = mutual_best(left[i : i + 1024] @ right.T for i in range(0, len(left), 1024))
    weight: dict[tuple[Run, Run], float] = {}
    run_of = [{k: run for run in side for k in range(*run)} for side in runs]
    for i, j, similarity in zip(anchors.a, anchors.b, anchors.weight.tolist(), strict=True):
        if similarity >= LEAST_SIMILARITY:
            pair = run_of[0][alone[0][i]], run_of[1][alone[1][j]]
            weight[pair] = weight.get(pair, 0.0) + similarity
    return sorted(weight, key=lambda pair: -round(weight[pair], 6))


def _beads_within(blocks: Blocks, runs: tuple[Run, Run], gaps: Gaps, against: float) -> list[Bead]:
    """The links between two runs, or none when it is likelier that both are missing."""
    lattice = blocks.lattice(*runs)
    posterior = Posterior.of(lattice, gaps)
    n, m = (stop - start for start, stop in runs)
    missing = gaps.open_a + (n - 1) * gaps.extend_a + gaps.open_b + (m - 1) * gaps.extend_b
    gain = max(posterior.total - missing, 1e-9)
    odds = gain + math.log(-math.expm1(-gain)) - against  # of any links against none
    moved = 1 / (1 + math.exp(-min(max(odds, -50.0), 50.0)))
    found = []
    for bead in (bead for step in best_path(lattice, gaps) for bead in beads_of(step, posterior)):
        confidence = bead.confidence * moved
        if bead.a and bead.b and confidence >= LEAST_CONFIDENCE:
            numbers = [
                tuple(int(k) + start for k in side)
                for side, (start, _) in zip((bead.a, bead.b), runs, strict=True)
            ]
            found.append(
                replace(bead, a=numbers[0], b=numbers[1], confidence=confidence, moved=True)
            )
    return found
