"""Text from outside made safe to show: nothing hidden, nothing that steers a terminal.

What `str.isprintable` calls unprintable (controls, format and bidi characters, surrogates, private
use, unassigned, line and paragraph separators) is replaced; spaces of any width are kept, for French
sets them before `;` and `»`. So are the two joiners, which Arabic, Indic scripts and emoji need.
"""

import re
import unicodedata
from collections.abc import Callable

JOINERS = "\u200c\u200d"
# Invisible in print as well, and common in honest web pages: soft hyphen, zero-width space, marks of
# direction (which override nothing), word joiner, byte-order mark. Spelled out they would be noise.
DROPPED = "\u00ad\u061c\u200b\u200e\u200f\u2060\ufeff"
# The longest emoji sequence that Unicode recommends for interchange (a couple kissing, two skin
# tones) has ten code points; living scripts stay well below.
LONGEST_CLUSTER = 10


def hidden(character: str) -> bool:
    """Whether a character would not show, or would change how others show."""
    return (
        not character.isprintable()
        and character not in JOINERS
        and unicodedata.category(character) != "Zs"
    )


def replace_hidden(text: str, replacement: Callable[[str], str]) -> str:
    """The text with every hidden character exchanged for what `replacement` makes of it."""
    return text.translate({ord(one): replacement(one) for one in set(text) if hidden(one)})


def visible(text: str) -> str:
    """The text on one line, safe to print.

    Control characters become their pictures (`␛`, `␊`), other hidden ones their code points
    (`<U+202E>`), and a letter under a heap of combining marks keeps the first few, then `…`.
    """
    shown = replace_hidden(text, _picture)
    return shown if shown.isascii() else _without_heaps(shown)


def flowing(text: str) -> str:
    """The same for running text: line breaks and tabs are spaces, and runs of them one space."""
    return visible(re.sub(r"[ \t\n\v\f\r]+", " ", text))


def _picture(character: str) -> str:
    code = ord(character)
    if character in DROPPED:
        return ""
    if code < 0x20:
        return chr(0x2400 + code)
    return "␡" if code == 0x7F else f"<U+{code:04X}>"


def _without_heaps(text: str) -> str:
    from wcwidth import iter_graphemes

    return "".join(
        cluster if len(cluster) <= LONGEST_CLUSTER else cluster[:LONGEST_CLUSTER] + "…"
        for cluster in iter_graphemes(text)
    )
