r"""The comparison as a table for spreadsheets and scripts: a header, then a row an entry.

Sentences of one group, and details, are joined by ` ~~~ `, as hunalign does. A backslash before any
character means that character itself: one stands before every backslash and every `~~~` of the text,
and before a first character that a reader could take for a formula (`=1+1`) or a quotation. So no cell
holds a tab or a line break, none begins with a quotation mark, and splitting lines at tabs, Python's
csv and spreadsheets read the same cells.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, TextIO

from aligner.types import Comparison, Detail, Document, Link

from .exchange import fraction
from .options import RenderOptions
from .sequence import Entry, reading_order
from .visible import flowing

if TYPE_CHECKING:
    from _csv import Writer

COLUMNS = (
    *("relation", "confidence", "similarity"),
    *("a", "b", "a_text", "b_text", "a_only", "b_only"),
)
JOINT = " ~~~ "
# Formulas begin with one of these in Excel and LibreOffice, full-width forms included
# (https://owasp.org/www-community/attacks/CSV_Injection); a quotation mark would open a quoted cell.
UNSAFE_START = re.compile("^(?=\\s*[=+\\-@\"'\uff1d\uff0b\uff0d\uff20])")


def render(comparison: Comparison, options: RenderOptions) -> str:  # noqa: ARG001
    """The comparison as TSV, in reading order; the options of display do not apply."""
    table = io.StringIO()
    lines = writer(table)
    lines.writerow(COLUMNS)
    lines.writerows(_rows(comparison))
    return table.getvalue()


def writer(table: TextIO) -> "Writer":
    """Writes lines of cells that `cell` made."""
    return csv.writer(
        table, delimiter="\t", quoting=csv.QUOTE_NONE, quotechar=None, lineterminator="\n"
    )


def _rows(comparison: Comparison) -> Iterator[tuple[str, ...]]:
    for entry in reading_order(comparison):
        a, b, measures = _measured(entry)
        a_only, b_only = _details(entry)
        yield (
            *measures,
            " ".join(map(str, a)),
            " ".join(map(str, b)),
            _sentences(comparison.a, a),
            _sentences(comparison.b, b),
            cell(one.text for one in a_only),
            cell(one.text for one in b_only),
        )


def _measured(entry: Entry) -> tuple[tuple[int, ...], tuple[int, ...], tuple[str, str, str]]:
    """The sentence numbers of an entry, and its relation, confidence and similarity."""
    if isinstance(entry, Link):
        shares = (fraction(entry.confidence), fraction(entry.similarity))
        return entry.a, entry.b, (entry.relation, *shares)
    relation = "boilerplate" if entry.boilerplate else f"only_{entry.side}"
    alone = (entry.only.sentence,)
    a, b = (alone, ()) if entry.side == "a" else ((), alone)
    return a, b, (relation, fraction(entry.only.confidence), "")


def _details(entry: Entry) -> tuple[tuple[Detail, ...], tuple[Detail, ...]]:
    if isinstance(entry, Link):
        return entry.a_only, entry.b_only
    return (entry.only.details, ()) if entry.side == "a" else ((), entry.only.details)


def _sentences(document: Document, numbers: Iterable[int]) -> str:
    return cell(document.sentences[number].text for number in numbers)


def cell(texts: Iterable[str]) -> str:
    """Texts as one cell, safe to open in a spreadsheet."""
    escaped = (re.sub(r"\\|~~~", r"\\\g<0>", flowing(text)) for text in texts)
    return UNSAFE_START.sub(r"\\", JOINT.join(escaped))
