"""What holds of every comparison and of its report in every format, whatever the texts."""

import csv
import io
import json
from xml.etree import ElementTree as ET

from aligner.types import Comparison
from cli.render import FORMATS, RenderOptions
from cli.render.visible import hidden
from tests.test_render_html import SKELETON, Page
from tests.test_render_json import VALIDATOR

PLAIN = RenderOptions()
COLUMNS = 9  # of a table in TSV


def check(made: Comparison) -> None:
    """Fail where a sentence is lost, an offset is wrong, or a report is no file of its format."""
    for document in (made.a, made.b):
        _check_document(document.text, [(one.start, one.end) for one in document.sentences])
        assert all(one.text == document.text[one.start : one.end] for one in document.sentences)
    check_reports(made)


def _check_document(text: str, spans: list[tuple[int, int]]) -> None:
    edges = [0, *(edge for span in spans for edge in span), len(text)]
    assert edges == sorted(edges)
    outside = zip(edges[::2], edges[1::2], strict=True)
    assert not "".join(text[start:end] for start, end in outside).strip()


def check_reports(made: Comparison) -> None:
    """Fail where a report in any format cannot be read back, or holds what could harm a reader."""
    reports = {name: render(made, PLAIN) for name, render in FORMATS.items()}
    for name, report in reports.items():
        report.encode("utf-8")
        assert {one for one in report if hidden(one)} <= {"\n", "\t"}, name
    VALIDATOR.validate(json.loads(reports["json"]))
    for name in ("tmx", "xlf", "xml"):
        ET.fromstring(reports[name].encode("utf-8"))  # noqa: S314 (our own)
    rows = list(csv.reader(io.StringIO(reports["tsv"], newline=""), dialect="excel-tab"))
    assert {len(row) for row in rows} == {COLUMNS}
    assert len(rows) == 1 + len(made.links) + len(made.only_a) + len(made.only_b)
    assert len(reports["ladder"].splitlines()) == len(rows) - 1
    page = Page(reports["html"])
    assert {tag for tag, _ in page.elements} <= SKELETON
    assert len(page.rows) >= len(made.a.sentences) + len(made.b.sentences)
