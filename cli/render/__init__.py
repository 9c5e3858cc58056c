"""How a comparison is shown: formats by name, each a pure function of result and options."""

from collections.abc import Callable

from aligner.types import Comparison

from . import diff, html, json, ladder, markdown, tmx, tsv, xces, xliff
from .options import RenderOptions

Renderer = Callable[[Comparison, RenderOptions], str]

FORMATS: dict[str, Renderer] = {
    "diff": diff.render,
    "html": html.render,
    "json": json.render,
    "tsv": tsv.render,
    "tmx": tmx.render,
    "xlf": xliff.render,
    "xml": xces.render,
    "md": markdown.render,
    "ladder": ladder.render,
}

__all__ = ["FORMATS", "RenderOptions", "Renderer"]
