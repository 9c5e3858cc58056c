"""Words of scripts that set no spaces between them: Thai, Japanese, Chinese.

BudouX (Google, Apache-2.0) finds them: a small linear model a language, inside the package. A Japanese
word comes with its particle.
"""

import re
from bisect import bisect_left, bisect_right
from functools import cache
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from budoux import Parser

Span = tuple[int, int]

# Thai, kana, Han; a part of a pattern's character class.
UNSPACED = r"\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff"
_UNSPACED = re.compile(f"[{UNSPACED}]")
_THAI, _KANA = re.compile(r"[\u0e00-\u0e7f]"), re.compile(r"[\u3040-\u30ff]")
_PIECE = re.compile(r"\S+")


def pieces(text: str) -> list[Span]:
    """Half-open offsets of what white space separates, and in scripts without it of every word.

    In order; punctuation belongs to the word that it touches, and only white space is in none.
    """
    found = [match.span() for match in _PIECE.finditer(text)]
    if not _UNSPACED.search(text):
        return found
    parser = _parser("th" if _THAI.search(text) else "ja" if _KANA.search(text) else "zh-hans")
    return [
        (start + low, start + high)
        for start, end in found
        for low, high in pairwise(_edges(text[start:end], parser))
    ]


def cut(text: str, spans: list[Span]) -> list[Span]:
    """Spans of a text, each in as many parts as there are words in it."""
    if not _UNSPACED.search(text):
        return spans
    starts = [start for start, _ in pieces(text)]
    return [
        part
        for start, end in spans
        for part in pairwise(
            [start, *starts[bisect_right(starts, start) : bisect_left(starts, end)], end]
        )
    ]


def is_unspaced(character: str) -> bool:
    """Whether a character is of a script without spaces."""
    return _UNSPACED.match(character) is not None


def _edges(piece: str, parser: "Parser") -> list[int]:
    """Where words begin in what white space separates, and where the last ends."""
    if not _UNSPACED.search(piece):
        return [0, len(piece)]
    ends = accumulate(map(len, parser.parse(piece)))
    inner = [one for one in ends if one < len(piece) and _UNSPACED.search(piece, one - 1, one + 1)]
    return [0, *inner, len(piece)]


@cache
def _parser(language: str) -> "Parser":
    import budoux

    load = {
        "th": budoux.load_default_thai_parser,
        "ja": budoux.load_default_japanese_parser,
        "zh-hans": budoux.load_default_simplified_chinese_parser,
    }
    return load[language]()
