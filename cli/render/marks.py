"""The marks that the reports in plain text share: signs of entries and brackets around details."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter

from aligner.types import Detail, Sentence, Side

from .layout import BOLD, DIM, GREEN, PLAIN, RED, YELLOW, Piece
from .sequence import Elided
from .visible import flowing

MARKS = {"a": "-", "b": "+", "same": "=", "partial": "~"}
STYLES = {"a": RED, "b": GREEN, "same": PLAIN, "partial": YELLOW}
BRACKETS = {"a": ("[-", "-]"), "b": ("{+", "+}")}
LOOKALIKE = re.compile(r"\[(?=-)|-(?=\])|\{(?=\+)|\+(?=\})")  # a bracket of the text itself


def linked_text(sentence: Sentence, details: Iterable[Detail], side: Side) -> tuple[Piece, ...]:
    """A linked sentence with its details in brackets."""
    opening, closing = BRACKETS[side]
    return tuple(
        Piece(f"{opening}{text}{closing}", STYLES[side]) if marked else Piece(text)
        for text, marked in _spans(sentence, details)
    )


def alone_text(sentence: Sentence, details: Iterable[Detail], side: Side) -> tuple[Piece, ...]:
    """A one-sided sentence; its details stand out by weight, for all of it is news."""
    style = STYLES[side]
    return tuple(
        Piece(text, f"{BOLD};{style}" if marked else style)
        for text, marked in _spans(sentence, details)
    )


def news(details: Iterable[Detail], side: Side) -> tuple[Piece, ...]:
    """What makes a one-sided sentence news, each detail once; empty if nothing does."""
    texts = dict.fromkeys(flowing(detail.text) for detail in details)
    return (Piece("only here: ", DIM), Piece(" · ".join(texts), STYLES[side])) if texts else ()


def furniture(sentences: Sequence[Sentence]) -> str:
    """A run of boilerplate as one line, to be cut: enough to see that nothing was lost."""
    label = "boilerplate" if len(sentences) == 1 else f"boilerplate × {len(sentences)}"
    return f"{label}: {' · '.join(flowing(one.text) for one in sentences)}"


def gap(elided: Elided) -> str:
    """What was left out, in words."""
    parts = []
    if elided.links:
        parts.append(plural(elided.links, "linked pair"))
    if elided.boilerplate:
        parts.append(plural(elided.boilerplate, "boilerplate line"))
    return f"… {', '.join(parts)}"


def plural(number: int, noun: str) -> str:
    """A number of things."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _spans(sentence: Sentence, details: Iterable[Detail]) -> Iterator[tuple[str, bool]]:
    """The text of a sentence in stretches, each with whether it lies in a detail."""
    marked = bytearray(len(sentence.text))
    for detail in details:
        stretch = slice(max(0, detail.start - sentence.start), max(0, detail.end - sentence.start))
        marked[stretch] = b"\1" * len(marked[stretch])
    for mark, run in groupby(zip(sentence.text, marked, strict=True), key=itemgetter(1)):
        text = flowing("".join(character for character, _ in run))
        yield LOOKALIKE.sub(r"\g<0>\\", text), bool(mark)
