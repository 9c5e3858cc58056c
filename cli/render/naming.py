"""What a report calls the two documents and their languages, safe to show."""

from pathlib import PurePath

from aligner.types import UNDETERMINED, Comparison, Side

from .visible import visible

SIDES: tuple[Side, Side] = ("a", "b")


def full_name(comparison: Comparison, side: Side) -> str:
    """The name as it was given, for the place where a report introduces a document."""
    name = visible(comparison.document(side).name)
    return "<stdin>" if name == "-" else name


def short_name(comparison: Comparison, side: Side) -> str:
    """The name without its folders, where that tells the two apart and is a name at all."""
    short = {one: PurePath(full_name(comparison, one)).name for one in SIDES}
    numbered = short[side].isdigit()  # /dev/fd/63, which is how shells call `<(command)`
    distinct = short["a"] != short["b"]
    return short[side] if distinct and short[side] and not numbered else full_name(comparison, side)


def language_name(comparison: Comparison, side: Side) -> str:
    """The code of the language, as readers of a report know it from `--lang-a`."""
    code = visible(comparison.document(side).language)
    return "unknown language" if code == UNDETERMINED else code
