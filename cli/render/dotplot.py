"""A map of an alignment: where each sentence of a meets b, as shapes for SVG.

Document a runs to the right and b downwards, one unit a sentence. Each pair of linked sentences is a
dot; a stretch that only one document has is a band across the map. Shapes are kept in four paths, for
a page with an element for each of ten thousand dots is slow.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from aligner.types import Comparison, Relation, Side

DENSE = 100  # sentences


@dataclass(frozen=True, slots=True)
class DotPlot:
    """The map: its size in sentences, at least 1, and the data of its paths (SVG 2, 9.3).

    Dots are lines of next to no length, to be stroked with a round or square cap, so that they keep
    their size however the map is stretched (printers leave out a square of no length). Bands are
    rectangles.
    """

    width: int
    height: int
    same: str
    partial: str
    only_a: str
    only_b: str

    @property
    def dense(self) -> bool:
        """Whether dots of the usual size, about a fiftieth of the map, would run into each other."""
        return max(self.width, self.height) > DENSE


def dot_plot(comparison: Comparison) -> DotPlot:
    """The map of a comparison."""
    width = max(1, len(comparison.a.sentences))
    height = max(1, len(comparison.b.sentences))
    return DotPlot(
        width=width,
        height=height,
        same=_dots(comparison, "same"),
        partial=_dots(comparison, "partial"),
        only_a="".join(
            f"M{start} 0h{length}v{height}h-{length}z"
            for start, length in _one_sided_stretches(comparison, "a")
        ),
        only_b="".join(
            f"M0 {start}h{width}v{length}h-{width}z"
            for start, length in _one_sided_stretches(comparison, "b")
        ),
    )


def _dots(comparison: Comparison, relation: Relation) -> str:
    return "".join(
        f"M{a}.5 {b}.5h.001"
        for link in comparison.links
        if link.relation == relation
        for a in link.a
        for b in link.b
    )


def _one_sided_stretches(comparison: Comparison, side: Side) -> Iterator[tuple[int, int]]:
    """First sentence and length of each run of one-sided sentences; boilerplate says nothing."""
    sentences = comparison.document(side).sentences
    numbers = [
        one.sentence for one in comparison.only(side) if not sentences[one.sentence].boilerplate
    ]
    return _runs(numbers)


def _runs(numbers: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Consecutive numbers as pairs of first and length."""
    # Along a run of consecutive numbers, number minus position stays the same.
    for _, run in groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0]):
        members = [number for _, number in run]
        yield members[0], len(members)
