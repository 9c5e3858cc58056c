"""Pairs the sentences of two texts in different languages and shows what only one of them says.

    >>> import aligner
    >>> comparison = aligner.compare_files("samples/chips/a.pt.txt", "samples/chips/b.fr.txt")
    >>> comparison.counts("b").only > 0
    True

Loading this package is cheap; `compare` and `compare_files` load what they need when first used.
"""

from typing import TYPE_CHECKING, Any

from aligner.errors import AlignerError, InputError, LanguageError, ModelError
from aligner.options import Options
from aligner.types import (
    Comparison,
    Counts,
    Detail,
    Document,
    Link,
    Nearest,
    Only,
    Sentence,
)

if TYPE_CHECKING:
    from aligner.pipeline import compare, compare_files

__all__ = [
    "AlignerError",
    "Comparison",
    "Counts",
    "Detail",
    "Document",
    "InputError",
    "LanguageError",
    "Link",
    "ModelError",
    "Nearest",
    "Only",
    "Options",
    "Sentence",
    "compare",
    "compare_files",
]


def __getattr__(name: str) -> Any:
    """Load the pipeline, and with it numpy, only when a comparison is wanted."""
    if name in {"compare", "compare_files"}:
        from aligner import pipeline

        return getattr(pipeline, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
