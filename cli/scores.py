"""The agreement of a comparison with a gold alignment as a small table."""

from collections.abc import Sequence

from aligner.gold import Bead, agreement
from aligner.types import Comparison


def scores(comparison: Comparison, gold: Sequence[Bead]) -> str:
    """Precision, recall and F1 of beads, strict and lax, and of one-sided sentences.

    Raises InputError for beads of other texts.
    """
    found = agreement(comparison, gold)
    return "".join(
        f"{name:<7} precision {rates.precision:.3f}  recall {rates.recall:.3f}  F1 {rates.f1:.3f}\n"
        for name, rates in (("strict", found.strict), ("lax", found.lax), ("only", found.only))
    )
