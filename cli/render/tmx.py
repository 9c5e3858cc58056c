"""The links as a translation memory, TMX 1.4b (https://www.gala-global.org/tmx-14b).

One-sided sentences are no translation of anything and stay out. There is no creation date, so that
equal results are equal files, and no DOCTYPE, so that no parser looks for the DTD.
"""

from xml.etree import ElementTree as ET

from aligner.types import Comparison, Link

from .exchange import LANGUAGE, fraction, language_tag, segment, serialized
from .options import RenderOptions


def render(comparison: Comparison, options: RenderOptions) -> str:  # noqa: ARG001
    """The comparison as TMX, links in the order of a; the options of display do not apply."""
    root = ET.Element("tmx", version="1.4")
    root.append(_header(comparison))
    body = ET.SubElement(root, "body")
    for number, link in enumerate(comparison.links, 1):
        body.append(_unit(comparison, link, number))
    return serialized(root)


def _header(comparison: Comparison) -> ET.Element:
    """`srclang` is spelled as in the units: tools compare it letter by letter."""
    from importlib.metadata import version

    header = ET.Element(
        "header",
        creationtool="align",
        creationtoolversion=version("bitext-align"),
        segtype="sentence",
        adminlang="en",
        srclang=language_tag(comparison.a.language),
        datatype="plaintext",
        attrib={"o-tmf": "align"},
    )
    for note in comparison.notes:
        ET.SubElement(header, "note").text = note
    _property(header, "x-signature", comparison.signature)
    return header


def _unit(comparison: Comparison, link: Link, number: int) -> ET.Element:
    """A link; `segtype` says when it is not one sentence on each side."""
    unit = ET.Element("tu", tuid=str(number))
    if len(link.a) + len(link.b) > 2:
        unit.set("segtype", "paragraph")
    _property(unit, "x-confidence", fraction(link.confidence))
    _property(unit, "x-similarity", fraction(link.similarity))
    _property(unit, "x-relation", link.relation)
    for document, numbers in ((comparison.a, link.a), (comparison.b, link.b)):
        variant = ET.SubElement(unit, "tuv", {LANGUAGE: language_tag(document.language)})
        ET.SubElement(variant, "seg").text = segment(document, numbers)
    return unit


def _property(parent: ET.Element, kind: str, value: str) -> None:
    ET.SubElement(parent, "prop", type=kind).text = value
