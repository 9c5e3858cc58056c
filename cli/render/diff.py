r"""The report for the console: what `diff` would print if it could read several languages.

The first column tells what becomes of a sentence: `=` linked, `~` linked, but one side says more,
`-` only in a, `+` only in b; `?` beside it marks what is less than 60 % certain. Two columns of
sentence numbers follow, a's and b's, from 1 as people count (JSON counts from 0). Inside a link,
`[-...-]` is what only a says and `{+...+}` what only b says, as in `git diff --word-diff`; a bracket of
that kind in the text itself gets a backslash inside (`[\-`). The rows in two columns are in
`side_by_side.py`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from aligner.types import Comparison, Link, Side

from .layout import BOLD, DIM, PLAIN, YELLOW, Beside, Block, Piece, clip, lay_out, width_of
from .marks import MARKS, STYLES, alone_text, furniture, gap, linked_text, news
from .naming import SIDES, full_name, language_name, short_name
from .options import RenderOptions
from .sequence import Elided, Entry, OneSided, is_unsure, selected
from .side_by_side import Columns
from .summary import counts, remarks, summary

NAME_COLUMNS = 40  # a longer file name does not push the counts of both to the right


def render(comparison: Comparison, options: RenderOptions) -> str:
    """The comparison as a report that ends in a newline; with `quiet`, its last line alone."""
    sections: list[list[Block | Beside]] = [[_summary(comparison)]]
    if not options.quiet:
        sections = [_header(comparison), *_body(comparison, options), _closing(comparison)]
    return "\n".join("".join(_lines(section, options)) for section in sections)


def _lines(section: Iterable[Block | Beside], options: RenderOptions) -> Iterator[str]:
    for block in section:
        for line in lay_out(block, options.width, color=options.color):
            yield line + "\n"


def _header(comparison: Comparison) -> list[Block | Beside]:
    """Both documents with their languages and counts, as the first two lines of a diff."""
    names = {side: full_name(comparison, side) for side in SIDES}
    column = min(NAME_COLUMNS, max(width_of(name) for name in names.values()))
    return [
        Block(
            (
                Piece(f"{MARKS[side] * 3} {names[side]}", BOLD),
                Piece(" " * (column - width_of(names[side]))),
                Piece(f"  {language_name(comparison, side)}"),
                Piece(f"  {counts(comparison, side)}"),
            ),
            rest=(Piece("    "),),
        )
        for side in SIDES
    ]


def _closing(comparison: Comparison) -> list[Block | Beside]:
    """What to know about how the answer came about, and the line that counts it."""
    lines = [Block((Piece(line, DIM),), rest=(Piece("  "),)) for line in remarks(comparison)]
    return [*lines, _summary(comparison)]


def _summary(comparison: Comparison) -> Block:
    return Block(summary(comparison), rest=(Piece("  "),))


def _body(comparison: Comparison, options: RenderOptions) -> Iterator[list[Block | Beside]]:
    """Links one by one; neighbouring one-sided sentences of a side together."""
    shown = selected(comparison, options.only, options.context)
    rows = Columns(comparison, options) if options.side_by_side else _Rows(comparison, options)
    for _, run in groupby(enumerate(shown), key=_run):
        yield list(rows.of([entry for _, entry in run]))
    if options.only and not shown:
        name = short_name(comparison, options.only)
        yield [Block((Piece(f"Nothing is said only in {name}."),))]


def _run(numbered: tuple[int, Entry | Elided]) -> tuple[object, ...]:
    """Equal for neighbours that stand without a blank line between them."""
    number, entry = numbered
    return (entry.side, entry.boilerplate) if isinstance(entry, OneSided) else (number,)


@dataclass(frozen=True, slots=True)
class _Rows:
    """Entries as rows with a gutter: mark, doubt, number in a, number in b."""

    comparison: Comparison
    options: RenderOptions

    def of(self, run: list[Entry | Elided]) -> Iterator[Block]:
        """The rows of a run: one link, one gap, or neighbouring one-sided sentences."""
        one_sided = [entry for entry in run if isinstance(entry, OneSided)]
        match run[0]:
            case Link() as link:
                yield from self._link(link)
            case Elided() as elided:
                yield Block((Piece(gap(elided), DIM),), *self._gutters())
            case OneSided(side=side, boilerplate=True):
                yield self._boilerplate(side, [one.only.sentence for one in one_sided])
            case _:
                for one in one_sided:
                    yield from self._one_sided(one)

    def _link(self, link: Link) -> Iterator[Block]:
        shown = SIDES if self.options.only is None else (self.options.only,)
        mark: str = link.relation
        for side in SIDES:
            details = (link.a_only if side == "a" else link.b_only) if side in shown else ()
            for number in link.a if side == "a" else link.b:
                gutters = self._gutters(mark, side, number, unsure=is_unsure(link))
                sentence = self.comparison.document(side).sentences[number]
                yield Block(linked_text(sentence, details, side), *gutters)
                mark = ""

    def _one_sided(self, one: OneSided) -> Iterator[Block]:
        side, number = one.side, one.only.sentence
        sentence = self.comparison.document(side).sentences[number]
        first, rest = self._gutters(side, side, number, unsure=is_unsure(one))
        yield Block(alone_text(sentence, one.only.details, side), first, rest)
        if found := news(one.only.details, side):
            yield Block(found, rest, rest)

    def _boilerplate(self, side: Side, numbers: list[int]) -> Block:
        """One line for a run, however long: enough to see that nothing was lost."""
        text = furniture([self.comparison.document(side).sentences[k] for k in numbers])
        first, rest = self._gutters("", side, numbers[0])
        room = self.options.width - width_of("".join(piece.text for piece in first))
        return Block((Piece(clip(text, room), DIM),), first, rest)

    def _gutters(
        self, mark: str = "", side: Side = "a", number: int | None = None, *, unsure: bool = False
    ) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
        """What stands before the first line of a row, and before its other lines.

        The marks of one-sided sentences are repeated, so that editors colour the whole of a saved
        report and `grep '^-'` finds it.
        """
        numbers = {
            one: " " * len(str(len(self.comparison.document(one).sentences))) for one in SIDES
        }
        blank = Piece(f"  {numbers['a']} {numbers['b']}  ")
        if number is not None:
            numbers[side] = str(number + 1).rjust(len(numbers[side]))
        signs = Piece(MARKS.get(mark, " "), STYLES.get(mark, PLAIN))
        doubt = Piece("?" if unsure and mark else " ", YELLOW)
        first = (signs, doubt, Piece(f" {numbers['a']} {numbers['b']}  ", DIM))
        repeated = signs if mark in SIDES else Piece(" ")
        return first, (repeated, blank)
