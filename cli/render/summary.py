"""What reports in plain text say of the whole: counts, remarks, a line that is the legend as well."""

from itertools import chain

from aligner.types import Comparison, Side

from .layout import BOLD, DIM, YELLOW, Piece
from .marks import MARKS, STYLES, plural
from .naming import SIDES, short_name
from .sequence import is_unsure, reading_order
from .visible import flowing


def counts(comparison: Comparison, side: Side) -> str:
    """What becomes of the sentences of one document."""
    found = comparison.counts(side)
    fates = [f"{found.linked} linked", f"{found.only} only here"]
    if found.boilerplate:
        fates.append(f"{found.boilerplate} boilerplate")
    return f"{plural(found.sentences, 'sentence')}: {', '.join(fates)}"


def remarks(comparison: Comparison) -> list[str]:
    """What to know about how the answer came about."""
    lines = [f"note: {flowing(note)}" for note in comparison.notes]
    return [*lines, flowing(comparison.signature)] if comparison.signature else lines


def summary(comparison: Comparison) -> tuple[Piece, ...]:
    """One line that is the legend of the marks as well."""
    relations = [link.relation for link in comparison.links]
    pieces = [Piece(f"= {relations.count('same')} same")]
    if comparison.differs:
        pieces.append(Piece(f"~ {relations.count('partial')} partial", STYLES["partial"]))
        pieces += [_said_only_in(comparison, side) for side in SIDES]
    else:
        pieces.insert(0, Piece("No differences:", BOLD))
    if unsure := sum(is_unsure(entry) for entry in reading_order(comparison)):
        pieces.append(Piece(f"? {unsure} unsure", YELLOW))
    if boilerplate := sum(comparison.counts(side).boilerplate for side in SIDES):
        pieces.append(Piece(f"{boilerplate} boilerplate", DIM))
    return tuple(chain.from_iterable((piece, Piece("   ")) for piece in pieces))


def _said_only_in(comparison: Comparison, side: Side) -> Piece:
    name = short_name(comparison, side)
    return Piece(f"{MARKS[side]} {comparison.counts(side).only} only in {name}", STYLES[side])
