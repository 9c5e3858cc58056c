"""Where sentences start and end: yasbd's rules, and what they leave undone.

Every line is a paragraph, unless a text is wrapped (`aligner.segment.wrapped`): in text pasted from a
page, a line break ends a headline or a paragraph, never a sentence halfway.
"""

import re
from collections.abc import Iterator
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from yasbd import BoundaryDetector

Span = tuple[int, int]

# yasbd takes 0.6 microseconds a character, but its work on brackets grows with the square of the
# window; the longest of 1,384 sentences of news had 228. A longer one than this is cut.
WINDOW = 5_000
_MOST_BRACKETS = 200
# Nor is it linear in runs of digits (an id, a dump) or of dots (a leader in a table of contents).
_LONG_RUN = re.compile(r"(\d{100})\d+|(\.{100})\.+")
# Without a mark inside there is no boundary inside, and yasbd takes 0.3 ms for its answer.
_MARK = re.compile(r"[^\w\s]")

# In these, quotes are not opened up: particles after the closing mark carry the sentence on.
_QUOTES_STAY_WHOLE = frozenset({"ja", "zh"})

# A full stop before a closing quote is moved behind it: yasbd then ends the sentence after the quote
# and never leaves a lone `»`. `“` and `«` close in German; before ` »` French sets a space.
_STOP_IN_QUOTE = re.compile(r"(?<![.!?])([.!?]+)((?:[^\S\n]?[»›”]|[\"'’“«‘])+)(?=\W|$)")
_STOP_IN_BRACKETS = re.compile(r"((?:^|[.!?]\s)\s*\([^()]{1,400}[^().!?])([.!?]+)\)")
_BRACKETS = "([{（［｛「『【〔《〈"
_NO_BRACKETS = str.maketrans(dict.fromkeys(_BRACKETS, " "))

_OPENING = frozenset("«‹“„‚‘\"'([{¿¡「『（【《〈-–—")
_CARRIES_ON = re.compile(r"[,;:.!?…」』）】》〉]|[)\]}”’»›](?=\W)|[-–—]\s*[^\W\d_]")


def boundary_rules(language: str) -> bool:
    """Whether yasbd has rules for this language (ISO 639-1)."""
    from yasbd import get_supported_langs

    return language in get_supported_langs()


def line_spans(text: str, *, breaks: str | None = None) -> Iterator[Span]:
    """Yield the half-open offsets of each non-empty line, without white space around it.

    `breaks` is the one line break that counts; None takes all that Unicode knows (form feed, vertical
    tab, U+0085, U+2028, U+2029 and the usual ones).
    """
    lines = text.splitlines(keepends=True) if breaks is None else text.split(breaks)
    width = 0 if breaks is None else len(breaks)
    starts = accumulate((len(line) + width for line in lines), initial=0)
    for start, line in zip(starts, lines, strict=False):
        span = _stripped(text, start, start + len(line))
        if span[0] < span[1]:
            yield span


def sentence_spans(paragraph: str, detector: "BoundaryDetector") -> list[Span]:
    """The half-open offsets of the sentences of one paragraph; its line breaks are spaces.

    In order, disjoint, without white space around them; every other character is in one of them.
    """
    spans: list[Span] = []
    start = 0
    for end in _boundaries(paragraph, detector):
        span = _stripped(paragraph, start, end)
        if span[0] < span[1]:
            spans.append(span)
        start = end
    return _mended(paragraph, spans)


def detector_for(language: str) -> "BoundaryDetector":
    """The boundary detector for an ISO 639-1 code; generic rules where yasbd has none."""
    from yasbd import BoundaryDetector

    return BoundaryDetector(
        language if boundary_rules(language) else "und",
        external_lang_packs=["aligner.segment.rules"],
        preserve_quote_and_paren=language in _QUOTES_STAY_WHOLE,
    )


def _boundaries(paragraph: str, detector: "BoundaryDetector") -> Iterator[int]:
    """Yield where sentences end, window by window.

    The last sentence of a window may go on behind it, so the next window starts with it again.
    """
    start = 0
    while start < len(paragraph):
        window = paragraph[start : start + WINDOW]
        ends = [len(window)]
        if _MARK.search(window, 0, len(window) - 1):
            ends = list(detector.detect(_shadow(window))) or ends
        if start + len(window) < len(paragraph):
            ends = ends[:-1] or [_last_space(window)]
        yield from (start + end for end in ends)
        start += ends[-1]


def _last_space(window: str) -> int:
    """Where to cut a sentence longer than the window: after its last space, if it has any."""
    last_word = window.rsplit(maxsplit=1)[-1]
    if window[-1].isspace() or len(last_word) == len(window):
        return len(window)
    return len(window) - len(last_word)


def _shadow(window: str) -> str:
    """A text of the same length in which yasbd finds the boundaries of this one."""
    shadow = window.replace("…", ".").replace("\n", " ")
    shadow = _STOP_IN_QUOTE.sub(r"\2\1", shadow)
    shadow = _STOP_IN_BRACKETS.sub(r"\1)\2", shadow)
    if sum(map(shadow.count, _BRACKETS)) > _MOST_BRACKETS:
        shadow = shadow.translate(_NO_BRACKETS)
    return _LONG_RUN.sub(lambda run: run[0][:100] + "x" * (len(run[0]) - 100), shadow)


def _mended(paragraph: str, spans: list[Span]) -> list[Span]:
    """Join what cannot stand alone to its neighbour: marks without words, and continuations."""
    mended: list[Span] = []
    lacks_words = False
    for start, end in spans:
        piece = paragraph[start:end]
        has_words = any(map(str.isalnum, piece))
        if mended and (lacks_words or _carries_on(piece, has_words=has_words)):
            mended[-1] = (mended[-1][0], end)
            lacks_words = lacks_words and not has_words
        else:
            mended.append((start, end))
            lacks_words = not has_words
    if lacks_words and len(mended) > 1:
        (start, _), (_, end) = mended[-2:]
        mended[-2:] = [(start, end)]
    return mended


def _carries_on(piece: str, *, has_words: bool) -> bool:
    """Whether a piece belongs to the sentence before: closing marks, a comma, `— disse ela`."""
    if not has_words:
        return not _OPENING.issuperset(piece)
    mark = _CARRIES_ON.match(piece)
    if mark is None:
        return False
    last = mark.group()[-1]
    return last.islower() if last.isalpha() else True


def _stripped(text: str, start: int, end: int) -> Span:
    """The span without the white space at its ends."""
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), end - (len(piece) - len(piece.rstrip()))
