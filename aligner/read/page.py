"""A web page as the text of its article, headline first, by trafilatura."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from aligner.errors import InputError

from .encoding import decoded

if TYPE_CHECKING:
    from lxml.etree import _Element

# News pages have 1,000 to 10,000 elements, a novel on one page 20,000. trafilatura takes up to 7 s for
# 50,000 (links and line breaks), and its time grows with their number.
MOST_ELEMENTS = 50_000
# The encoding that a page states, where browsers look for it: in the first 1,024 bytes.
_STATED = re.compile(rb"<meta[^>]+charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
# What stands on lines of its own, by the names of HTML and by those that trafilatura gives.
_PAGE_LINES = frozenset(
    "address article aside blockquote br caption dd div dl dt figcaption figure footer form h1 h2 h3 h4"
    " h5 h6 header hr li main nav ol p pre section table td th tr ul".split()
)
_ARTICLE_LINES = frozenset("cell code head item lb list p quote row table".split())
_INVISIBLE = frozenset({"script", "style", "template", "noscript"})


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
    everything = [line for body in page.iter("body") for line in _lines(body, _PAGE_LINES)]
    article = bare_extraction(
        page,
        include_comments=False,
        with_metadata=True,
        # Searching the text for a date takes as long as all else, and nothing here asks for one.
        date_extraction_params={"extensive_search": False, "original_date": False},
    )
    lines = list(_lines(article.body, _ARTICLE_LINES)) if isinstance(article, Document) else []
    if not isinstance(article, Document) or not lines:
        raise InputError(f"no article was found in {shown}; save its text as plain text (UTF-8)")
    # A short page is taken whole by trafilatura, but as one paragraph, with blanks around markup.
    if "".join(" ".join(lines).split()) == "".join(" ".join(everything).split()):
        lines = everything
    kept, words = (sum(len(line.split()) for line in part) for part in (lines, everything))
    note = f"{shown}: read as a web page"
    if kept < words:
        note += f"; {kept} of its {words} words are the article, the rest (menus, captions) was left out"
    return "\n".join(_headed(article.title or "", lines)), (*notes, note)


def _lines(body: "_Element", names: frozenset[str]) -> Iterator[str]:
    """The text of a tree, a line for what stands on lines of its own, white space as single spaces."""
    from lxml.etree import iterwalk

    line: list[str] = []
    walk = iterwalk(body, events=("start", "end", "comment"))
    for event, element in walk:
        if element.tag in names:
            if text := " ".join("".join(line).split()):
                yield text
            line = []
        if event != "start":
            line.append(element.tail or "")
        elif element.tag in _INVISIBLE:
            walk.skip_subtree()
        else:
            line.append(element.text or "")
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
