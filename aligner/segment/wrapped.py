"""Text wrapped at a fixed width: mails, Project Gutenberg, what `fold` and `fmt` leave behind.

There a line break is a space. It is told from verse, lists and files of one sentence a line by how
lines that go on in lower case are filled: a wrapped line had no room for the next line's first word.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from aligner.segment.sentences import Span

# Mails have 65 to 78 columns, Project Gutenberg about 72, terminals 80. Verse and subtitles stay below.
_WIDTHS = range(60, 101)
# Breaks inside a text that is told by them: fewer can be an accident.
_FEWEST = 5
# Most programs fill lines to the width; `fmt` aims at 93 % of it, and people are no better.
_FILLINGS = (1.0, 0.85)
# Of the line breaks of 66 news articles wrapped without blank lines, more than this (German, with its
# nouns) to four fifths go on in lower case; of the same articles' own, at most a seventh do.
_GOING_ON = 1 / 3

# A break between two lines of one block: no blank line, form feed or the like in between.
_BREAK = re.compile(r"[ \t\u00a0]*\n[ \t\u00a0]*")


@dataclass(frozen=True, slots=True)
class Wrapping:
    """How a text is wrapped: at `width` columns, its lines filled to `filling` of them, 0 to 1."""

    width: int
    filling: float

    def fills(self, above: str, below: str) -> bool:
        """Whether the first word of the line below had no room at the end of the line above."""
        word = below.partition(" ")[0]  # no other space: lines are not broken at `1 900`
        return len(above) + 1 + len(word) > self.filling * self.width


def wrapping_of(text: str, lines: list[Span]) -> Wrapping | None:
    """How a text is wrapped; None where it is not clearly wrapped as a whole.

    Args:
        text: with line feeds.
        lines: the offsets of its non-empty lines, without white space around them.
    """
    breaks = [pair for pair in pairwise(lines) if _is_break(text, *pair)]
    on = [
        (text[slice(*above)], text[slice(*below)])
        for above, below in breaks
        if text[below[0]].islower()
    ]
    if len(on) < max(_FEWEST, _GOING_ON * len(breaks)):
        return None
    lengths = sorted(end - start for start, end in lines)
    width = lengths[(len(lengths) - 1) * 98 // 100]  # an address that cannot be broken is longer
    for filling in _FILLINGS if width in _WIDTHS else ():
        wrapping = Wrapping(width, filling)
        if sum(wrapping.fills(*pair) for pair in on) >= 0.95 * len(on):
            return wrapping
    return None


def paragraph_spans(text: str, lines: list[Span], wrapping: Wrapping) -> Iterator[Span]:
    """Yield the half-open offsets of the paragraphs of a wrapped text.

    Blank lines separate them. So does a short line where the next does not go on in lower case: a
    headline above its article, the lines of an address, the last line of a paragraph.
    """
    start = lines[0][0]
    for above, below in pairwise(lines):
        line, following = text[slice(*above)], text[slice(*below)]
        goes_on = following[0].islower() or wrapping.fills(line, following)
        if not (goes_on and _is_break(text, above, below)):
            yield start, above[1]
            start = below[0]
    yield start, lines[-1][1]


def _is_break(text: str, above: Span, below: Span) -> bool:
    return _BREAK.fullmatch(text, above[1], below[0]) is not None
