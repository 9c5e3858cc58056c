"""The alignment as a ladder, one bead a line: `[0]:[1, 2]:0.93`, `[3]:[]:0.88`.

The format of Vecalign, which Bertalign and SentAlign read and write too. Sentence numbers count from
0 and over all sentences, as in JSON; the third field is the confidence.
"""

from aligner.types import Comparison

from .exchange import beads, fraction
from .options import RenderOptions


def render(comparison: Comparison, options: RenderOptions) -> str:  # noqa: ARG001
    """The comparison as a ladder, in reading order; the options of display do not apply."""
    return "".join(
        f"{list(bead.a)}:{list(bead.b)}:{fraction(bead.confidence)}\n" for bead in beads(comparison)
    )
