"""Styled text wrapped to the width of a display, with a gutter on its left.

Width is counted in terminal cells (East Asian characters take two, combining marks none). Why not
`wcwidth.wrap`: its time grows with the square of the longest word, and Chinese has no spaces: 60 s
for 100,000 characters. It also lets a colour run into the gutter of the next line.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby, zip_longest
from typing import NamedTuple

# Parameters of the escape sequence "select graphic rendition" (ECMA-48, 8.3.117).
PLAIN = ""
BOLD = "1"
DIM = "2"
RED = "31"
GREEN = "32"
YELLOW = "33"


class Piece(NamedTuple):
    """Some text in one style; the text is safe to print."""

    text: str
    style: str = PLAIN


class _Cell(NamedTuple):
    """One grapheme and the columns it takes."""

    text: str
    style: str
    width: int


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph: `body` is wrapped; `first` stands before its first line, `rest` before others.

    `first` and `rest` are never broken and should be of the same width.
    """

    body: tuple[Piece, ...]
    first: tuple[Piece, ...] = ()
    rest: tuple[Piece, ...] = ()


@dataclass(frozen=True, slots=True)
class Beside:
    """Blocks on the left and on the right, each under the other in a column of its own.

    `first` stands before the first line, `rest` before all others, however long either column is.
    """

    left: tuple[Block, ...]
    right: tuple[Block, ...]
    first: tuple[Piece, ...] = ()
    rest: tuple[Piece, ...] = ()


GAP = 2  # columns between left and right


def column_widths(width: int, gutter: int) -> tuple[int, int]:
    """The columns left and right of the gap, behind a gutter; both are as wide, or nearly."""
    room = width - gutter - GAP
    return room - room // 2, room // 2


def lay_out(block: Block | Beside, width: int, *, color: bool) -> Iterator[str]:
    """The lines of a block, none wider than `width` columns unless a single grapheme is."""
    lines = _beside(block, width) if isinstance(block, Beside) else _lines(block, width)
    for line in lines:
        yield _painted(line, color=color)


def _lines(block: Block, width: int) -> Iterator[list[Piece | _Cell]]:
    """The lines of a block with what stands before them."""
    gutter = max(_width(block.first), _width(block.rest))
    for number, line in enumerate(_wrap(_cells(block.body), width - gutter)):
        before = block.rest if number else block.first
        yield [*before, *line]


def _beside(row: Beside, width: int) -> Iterator[list[Piece | _Cell]]:
    """The lines of both columns joined; the left is filled up with blanks."""
    left_width, right_width = column_widths(width, _width(row.first))
    left, right = (
        [line for block in column for line in _lines(block, room)]
        for column, room in ((row.left, left_width), (row.right, right_width))
    )
    nothing: list[Piece | _Cell] = []
    for number, (one, other) in enumerate(zip_longest(left, right, fillvalue=nothing)):
        before = row.rest if number else row.first
        blank = Piece(" " * (left_width - _width(one) + GAP))
        yield [*before, *one, blank, *other]


def _width(pieces: Iterable[Piece | _Cell]) -> int:
    return sum(one.width if isinstance(one, _Cell) else width_of(one.text) for one in pieces)


def clip(text: str, width: int) -> str:
    """The text cut to `width` columns, with `…` at its end if anything was cut."""
    kept: list[_Cell] = []
    room = width
    for cell in _cells([Piece(text)]):
        if cell.width > room:
            while kept and room < 1:
                room += kept.pop().width
            return "".join(one.text for one in kept).rstrip() + "…"
        kept.append(cell)
        room -= cell.width
    return text


def width_of(text: str) -> int:
    """The columns that a text takes on one line."""
    return sum(cell.width for cell in _cells([Piece(text)]))


def _cells(pieces: Iterable[Piece]) -> Iterator[_Cell]:
    """Graphemes of the joined text; one that crosses two pieces has the style of the first."""
    from wcwidth import iter_graphemes, width

    pieces = tuple(pieces)
    styles = [piece.style for piece in pieces for _ in piece.text]
    position = 0
    for grapheme in iter_graphemes("".join(piece.text for piece in pieces)):
        yield _Cell(grapheme, styles[position], width(grapheme))
        position += len(grapheme)


def _wrap(cells: Iterable[_Cell], width: int) -> Iterator[list[_Cell]]:
    """Greedy lines, broken at a space or after a wide character, else where the line is full."""
    line: list[_Cell] = []
    room = width
    for cell in cells:
        while cell.width > room and line:
            head, line = ([*line], []) if cell.text == " " else _broken(line)
            yield head
            room = width - sum(one.width for one in line)
        if line or cell.text != " ":
            line.append(cell)
            room -= cell.width
    yield line


def _broken(line: list[_Cell]) -> tuple[list[_Cell], list[_Cell]]:
    """A full line up to its last opportunity for a break, and what goes to the next line."""
    for end in range(len(line), 0, -1):
        if line[end - 1].text == " ":
            return line[: end - 1], line[end:]
        if line[end - 1].width > 1:
            return line[:end], line[end:]
    return line, []


def _painted(pieces: Iterable[Piece | _Cell], *, color: bool) -> str:
    """One line; blanks are neither painted nor left at its end."""
    runs = [
        ("".join(piece[0] for piece in run), style)
        for style, run in groupby(pieces, key=lambda piece: piece[1])
    ]
    while runs and not runs[-1][0].rstrip(" "):
        runs.pop()
    if runs:
        runs[-1] = (runs[-1][0].rstrip(" "), runs[-1][1])
    return "".join(
        f"\x1b[{style}m{text}\x1b[0m" if color and style and text.strip(" ") else text
        for text, style in runs
    )
