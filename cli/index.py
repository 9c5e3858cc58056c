"""The index of a folder of results: a table for programs, and pages that link those of the pairs."""

import io
from collections.abc import Callable, Iterable, Iterator
from itertools import count, islice
from typing import TYPE_CHECKING
from urllib.parse import quote

from aligner.corpus.pair import ADDED_UP

from .render.exchange import fraction
from .render.tsv import cell, writer
from .render.visible import flowing, visible

if TYPE_CHECKING:
    from aligner.corpus.job import Results
    from aligner.corpus.pair import Row, Totals

COUNTED = ("order", "language_a", "language_b", *ADDED_UP)
COLUMNS = ("state", "name", "a", "b", "confidence", *COUNTED, "json", "html", "reason")
ROWS_OF_A_PAGE = 2_000  # a browser becomes slow with many more


def write_index(results: "Results", formats: Iterable[str]) -> None:
    """Write `index.tsv`, and `index.html` with its further pages where pairs have pages.

    `formats`: of the files of each pair.
    """
    formats = tuple(formats)
    results.write("index.tsv", table(results.ledger.rows(), formats))
    pages = 0
    if "html" in formats:
        totals = results.ledger.totals()
        pages = max(1, -(-totals.lines // ROWS_OF_A_PAGE))
        rows = results.ledger.rows()
        for number in range(1, pages + 1):
            some = list(islice(rows, ROWS_OF_A_PAGE))
            results.write(page_name(number), [page(some, totals, number, pages)])
    for number in count(pages + 1):  # of an earlier, longer index
        if not results.remove(page_name(number)):
            return


def page_name(number: int) -> str:
    """The file of a page of the index; the first is where browsers look."""
    return "index.html" if number == 1 else f"index-{number}.html"


def table(rows: Iterable["Row"], formats: Iterable[str]) -> Iterator[str]:
    """The index as TSV, part by part, with the escapes of the format `tsv`."""
    formats = tuple(formats)
    line = io.StringIO()
    lines = writer(line)
    lines.writerow(COLUMNS)
    for row in rows:
        files = [
            f"{row.name}.{one}" if row.state == "done" and one in formats else ""
            for one in ("json", "html")
        ]
        confidence = "" if row.confidence is None else fraction(row.confidence)
        texts = [cell([text]) for text in (row.name, row.a, row.b)]
        counts = [str(row.counts.get(one, "")) for one in COUNTED]
        links = [cell([name]) for name in files]
        lines.writerow([row.state, *texts, confidence, *counts, *links, cell([row.reason])])
        yield line.getvalue()
        line.seek(0)
        line.truncate()
    yield line.getvalue()


def page(rows: Iterable["Row"], totals: "Totals", number: int, pages: int) -> str:
    """One page of the index in HTML: everything escaped, nothing loaded."""
    from .render.html import PAGE, policy, template

    style = (PAGE / "index.css").read_text(encoding="utf-8")
    filters: dict[str, Callable[..., str]] = {
        "visible": visible,
        "flowing": flowing,
        "address": quote,
    }
    return template("index.html.jinja", filters).render(
        rows=rows,
        totals=totals,
        number=number,
        names=[page_name(one) for one in range(1, pages + 1)],
        style=style,
        policy=policy(style),
    )
