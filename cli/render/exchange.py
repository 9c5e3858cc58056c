"""What the formats for other programs share: beads, segments, language tags, and XML that is safe."""

import re
import unicodedata
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from aligner.types import UNDETERMINED, Comparison, Document, Link

from .sequence import reading_order
from .visible import replace_hidden

# Characters that XML 1.0 cannot hold in any spelling (https://www.w3.org/TR/xml/#charsets).
FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


@dataclass(frozen=True, slots=True)
class Bead:
    """A link, or a one-sided sentence with nothing on its other side; numbers count from 0."""

    a: tuple[int, ...]
    b: tuple[int, ...]
    confidence: float


def beads(comparison: Comparison) -> list[Bead]:
    """Every link and every one-sided sentence, boilerplate too, in reading order."""
    found = []
    for entry in reading_order(comparison):
        if isinstance(entry, Link):
            found.append(Bead(entry.a, entry.b, entry.confidence))
        else:
            alone = (entry.only.sentence,)
            a, b = (alone, ()) if entry.side == "a" else ((), alone)
            found.append(Bead(a, b, entry.only.confidence))
    return found


def fraction(value: float) -> str:
    """A confidence or a similarity with up to four decimals, never as a power of ten."""
    return f"{round(value, 4) + 0.0:g}"  # + 0.0: no minus before a zero


def segment(document: Document, numbers: tuple[int, ...]) -> str:
    """The sentences as one text, line breaks as spaces, with a space between two sentences.

    No space follows a wide character (Chinese, Japanese).
    """
    joined = ""
    for number in numbers:
        text = re.sub(r"[ \t\n\v\f\r]+", " ", document.sentences[number].text).strip(" ")
        wide = joined and unicodedata.east_asian_width(joined[-1]) in {"W", "F"}
        joined += text if wide or not joined else f" {text}"
    return joined


def language_tag(code: str) -> str:
    """A language code in the spelling of BCP 47 (`pt-BR`, `zh-Hant`); `und` if it is none."""
    if not re.fullmatch(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*", code):
        return UNDETERMINED
    first, *rest = re.split("[-_]", code)
    cased = [
        one.upper() if len(one) == 2 else one.title() if len(one) == 4 else one for one in rest
    ]
    return "-".join([first.lower(), *cased])


def serialized(root: ET.Element) -> str:
    """The tree as an XML document in UTF-8.

    What XML forbids is left out, wherever it stands. What would not show or could steer a terminal is
    written as a character reference, which any parser reads as the character itself.
    """
    for element in root.iter():
        element.text = element.text and FORBIDDEN.sub("", element.text)
        for name, value in element.items():
            element.set(name, FORBIDDEN.sub("", value))
    ET.indent(root)
    text = '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"
    return replace_hidden(text, lambda one: one if one == "\n" else f"&#x{ord(one):X};")
