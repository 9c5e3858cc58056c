"""A web page as the text of its article, headline first, by trafilatura."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from aligner.errors import InputError

from .encoding import decoded

if TYPE_CHECKING:
    from lxml.etree import _Element

# News pages have 1,000 to 10,000 elements, a novel on one page 20,000. trafilatura takes up to 4 s for
# 100,000, and its time grows with their number.
MOST_ELEMENTS = 100_000
# The encoding that a page states, where browsers look for it: in the first 1,024 bytes.
_STATED = re.compile(rb"<meta[^>]+charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
# The names that trafilatura gives to what stands on lines of its own.
_LINES = frozenset({"p", "head", "item", "quote", "code", "cell", "row", "lb", "table", "list"})
_INVISIBLE = "not(ancestor::script or ancestor::style or ancestor::template or ancestor::noscript)"


def page_text(data: bytes, shown: str, stated: str | None = None) -> tuple[str, tuple[str, ...]]:
    """The headline and the article of a page, a line a paragraph, and notes on the rest.

    Raises InputError where there is no article, or too much of a page.
    """
    found = _STATED.search(data[:1024])
    html, notes = decoded(data, shown, stated or (found[1].decode() if found else None))
    from trafilatura import bare_extraction, load_html
    from trafilatura.settings import Document

    page = load_html(html)
    if page is None:
        raise InputError(f"{shown} is no web page; save its text as plain text (UTF-8)")
    if sum(1 for _ in page.iter()) > MOST_ELEMENTS:
        raise InputError(
            f"{shown} has more than {MOST_ELEMENTS:,} elements; save its text as plain text (UTF-8)"
        )
    words = len(" ".join(page.xpath(f"//body//text()[{_INVISIBLE}]")).split())
    article = bare_extraction(
        page,
        include_comments=False,
        with_metadata=True,
        # Searching the text for a date takes as long as all else, and nothing here asks for one.
        date_extraction_params={"extensive_search": False, "original_date": False},
    )
    lines = list(_lines(article.body)) if isinstance(article, Document) else []
    if not isinstance(article, Document) or not lines:
        raise InputError(f"no article was found in {shown}; save its text as plain text (UTF-8)")
    kept = sum(len(line.split()) for line in lines)
    note = f"{shown}: read as a web page"
    if kept < words:
        note += f"; {kept} of its {words} words are the article, the rest (menus, captions) was left out"
    return "\n".join(_headed(article.title or "", lines)), (*notes, note)


def _lines(body: "_Element") -> Iterator[str]:
    """What stands on lines of its own in trafilatura's tree, white space as single spaces."""
    from lxml.etree import iterwalk

    line: list[str] = []
    for event, element in iterwalk(body, events=("start", "end")):
        if element.tag in _LINES:
            if text := " ".join("".join(line).split()):
                yield text
            line = []
        line.append((element.text if event == "start" else element.tail) or "")
    if text := " ".join("".join(line).split()):
        yield text


def _headed(headline: str, lines: list[str]) -> list[str]:
    """The lines with the headline before them, unless it is among the first."""
    headline = " ".join(headline.split())
    if any(_same(headline, line) for line in lines[:3]):
        return lines
    return [headline, *lines] if headline else lines


def _same(headline: str, line: str) -> bool:
    """Whether a line is the headline, perhaps with the name of the paper behind one of them."""
    one, other = (re.sub(r"\W+", " ", text).strip().casefold() for text in (headline, line))
    shorter, longer = sorted((one, other), key=len)
    return shorter == longer or (len(shorter) > len(longer) / 2 and longer.startswith(shorter))
