"""How a comparison is shown: formats by name, each a pure function of result and options."""

from collections.abc import Callable

from aligner.types import Comparison

from . import diff, json
from .options import RenderOptions

Renderer = Callable[[Comparison, RenderOptions], str]

FORMATS: dict[str, Renderer] = {
    "diff": diff.render,
    "json": json.render,
}

__all__ = ["FORMATS", "RenderOptions", "Renderer"]
