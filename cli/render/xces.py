"""The alignment as stand-off links in XCES (cesAlign), as OPUS publishes them.

Sentence `s1` is the first of its document, boilerplate counted. An empty side is a sentence without a
counterpart. There is no DOCTYPE: the one in use names no file, and parsers would look for it.
"""

from xml.etree import ElementTree as ET

from aligner.types import Comparison

from .exchange import beads, fraction, serialized
from .options import RenderOptions


def render(comparison: Comparison, options: RenderOptions) -> str:  # noqa: ARG001
    """The comparison as XCES, in reading order; the options of display do not apply."""
    root = ET.Element("cesAlign", version="1.0")
    group = ET.SubElement(
        root, "linkGrp", targType="s", fromDoc=comparison.a.name, toDoc=comparison.b.name
    )
    for number, bead in enumerate(beads(comparison), 1):
        targets = ";".join(" ".join(f"s{k + 1}" for k in side) for side in (bead.a, bead.b))
        certainty = fraction(bead.confidence)
        ET.SubElement(group, "link", id=f"SL{number}", xtargets=targets, certainty=certainty)
    return serialized(root)
