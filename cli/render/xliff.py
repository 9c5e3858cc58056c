"""The comparison for review in a translation tool, XLIFF 2.0: a the source, b the target.

http://docs.oasis-open.org/xliff/xliff-core/v2.0/xliff-core-v2.0.html. A link is a unit of one segment,
a one-sided sentence of a a unit without a target. XLIFF has no target without a source, so what only
b says is a note on the unit that it follows.
"""

from xml.etree import ElementTree as ET

from aligner.types import Comparison, Link

from .exchange import fraction, language_tag, segment, serialized
from .options import RenderOptions
from .sequence import OneSided, reading_order

NAMESPACE = "urn:oasis:names:tc:xliff:document:2.0"


def render(comparison: Comparison, options: RenderOptions) -> str:  # noqa: ARG001
    """The comparison as XLIFF, in reading order; the options of display do not apply."""
    root = ET.Element(
        "xliff",
        xmlns=NAMESPACE,
        version="2.0",
        srcLang=language_tag(comparison.a.language),
        trgLang=language_tag(comparison.b.language),
    )
    file = ET.SubElement(root, "file", id="f1", original=comparison.a.name)
    notes = ET.SubElement(file, "notes")
    _note(notes, "signature", comparison.signature)
    _note(notes, "target", comparison.b.name)
    for note in comparison.notes:
        _note(notes, "note", note)
    for entry in reading_order(comparison):
        if isinstance(entry, OneSided) and entry.side == "b":
            text = segment(comparison.b, (entry.only.sentence,))
            _note(notes, "boilerplate-b" if entry.boilerplate else "only-b", text, "target")
            continue
        unit = ET.SubElement(file, "unit", id=f"u{len(file)}")
        notes = ET.SubElement(unit, "notes")
        if isinstance(entry, Link):
            _fill_link(unit, notes, comparison, entry)
        else:
            _fill_only(unit, notes, comparison, entry)
    if len(file) == 1:
        ET.SubElement(file, "group", id="g1")  # a file has to hold something
    return serialized(root)


def _fill_link(unit: ET.Element, notes: ET.Element, comparison: Comparison, link: Link) -> None:
    _note(notes, "relation", link.relation)
    _note(notes, "confidence", fraction(link.confidence))
    for category, details, applies in (
        ("detail-a", link.a_only, "source"),
        ("detail-b", link.b_only, "target"),
    ):
        for detail in details:
            _note(notes, category, detail.text, applies)
    part = ET.SubElement(unit, "segment", state="translated")
    ET.SubElement(part, "source").text = segment(comparison.a, link.a)
    ET.SubElement(part, "target").text = segment(comparison.b, link.b)


def _fill_only(unit: ET.Element, notes: ET.Element, comparison: Comparison, one: OneSided) -> None:
    _note(notes, "relation", "boilerplate-a" if one.boilerplate else "only-a")
    _note(notes, "confidence", fraction(one.only.confidence))
    part = ET.SubElement(unit, "segment", state="initial")
    ET.SubElement(part, "source").text = segment(comparison.a, (one.only.sentence,))


def _note(notes: ET.Element, category: str, text: str, applies: str = "") -> None:
    attributes = {"category": category} | ({"appliesTo": applies} if applies else {})
    ET.SubElement(notes, "note", attributes).text = text
