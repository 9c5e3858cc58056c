"""The rows of the console report in two columns: a on the left, b on the right, each wrapped.

The signs, numbers and brackets are those of the stacked report. A side that says nothing stays empty.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from aligner.types import Comparison, Detail, Link, Side

from .layout import DIM, PLAIN, YELLOW, Beside, Block, Piece, clip, column_widths
from .marks import MARKS, STYLES, alone_text, furniture, gap, linked_text, news
from .naming import SIDES
from .options import RenderOptions
from .sequence import Elided, Entry, OneSided, is_unsure

SIGNS = 3  # columns of a sign, a doubt and a blank


@dataclass(frozen=True, slots=True)
class Columns:
    """Entries as rows with signs on the left and a column for each document."""

    comparison: Comparison
    options: RenderOptions

    def of(self, run: list[Entry | Elided]) -> Iterator[Beside]:
        """The rows of a run: one link, one gap, or neighbouring one-sided sentences."""
        one_sided = [entry for entry in run if isinstance(entry, OneSided)]
        match run[0]:
            case Link() as link:
                yield self._link(link)
            case Elided() as elided:
                yield self._row("a", [Block((Piece(gap(elided), DIM),), *self._gutters("a"))])
            case OneSided(side=side, boilerplate=True):
                yield self._boilerplate(side, [one.only.sentence for one in one_sided])
            case _:
                for one in one_sided:
                    yield self._one_sided(one)

    def _link(self, link: Link) -> Beside:
        shown = SIDES if self.options.only is None else (self.options.only,)
        left = self._linked("a", link.a, link.a_only if "a" in shown else ())
        right = self._linked("b", link.b, link.b_only if "b" in shown else ())
        return Beside(left, right, *_signs(link.relation, unsure=is_unsure(link)))

    def _linked(
        self, side: Side, numbers: Iterable[int], details: Iterable[Detail]
    ) -> tuple[Block, ...]:
        sentences = self.comparison.document(side).sentences
        return tuple(
            Block(linked_text(sentences[k], details, side), *self._gutters(side, k))
            for k in numbers
        )

    def _one_sided(self, one: OneSided) -> Beside:
        side, number = one.side, one.only.sentence
        sentence = self.comparison.document(side).sentences[number]
        first, rest = self._gutters(side, number)
        blocks = [Block(alone_text(sentence, one.only.details, side), first, rest)]
        if found := news(one.only.details, side):
            blocks.append(Block(found, rest, rest))
        return self._row(side, blocks, *_signs(side, unsure=is_unsure(one)))

    def _boilerplate(self, side: Side, numbers: list[int]) -> Beside:
        first, rest = self._gutters(side, numbers[0])
        room = min(column_widths(self.options.width, SIGNS)) - self._digits(side) - 2
        text = furniture([self.comparison.document(side).sentences[k] for k in numbers])
        return self._row(side, [Block((Piece(clip(text, room), DIM),), first, rest)])

    def _row(
        self,
        side: Side,
        blocks: list[Block],
        first: tuple[Piece, ...] = (Piece(" " * SIGNS),),
        rest: tuple[Piece, ...] = (Piece(" " * SIGNS),),
    ) -> Beside:
        """A row with one column filled."""
        left, right = (tuple(blocks), ()) if side == "a" else ((), tuple(blocks))
        return Beside(left, right, first, rest)

    def _gutters(
        self, side: Side, number: int | None = None
    ) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
        """The number of a sentence before its first line, and as many blanks before the others."""
        digits = self._digits(side)
        shown = "" if number is None else str(number + 1)
        return (Piece(f"{shown:>{digits}}  ", DIM),), (Piece(" " * (digits + 2)),)

    def _digits(self, side: Side) -> int:
        return len(str(len(self.comparison.document(side).sentences)))


def _signs(mark: str, *, unsure: bool) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """What stands at the left edge; the signs of one-sided sentences are repeated on every line."""
    sign = Piece(MARKS[mark], STYLES[mark])
    first = (sign, Piece("? " if unsure else "  ", YELLOW))
    rest = (sign if mark in SIDES else Piece(" ", PLAIN), Piece("  "))
    return first, rest
