"""How a comparison is shown: formats by name, each a pure function of result and options."""

from collections.abc import Callable
from importlib import import_module

from aligner.types import Comparison

from .options import RenderOptions

Renderer = Callable[[Comparison, RenderOptions], str]


def _renderer(module: str) -> Renderer:
    """The `render` of a file in this folder, imported when it is used: `--help` needs names alone."""

    def render(comparison: Comparison, options: RenderOptions) -> str:
        text: str = import_module(f".{module}", __package__).render(comparison, options)
        return text

    return render


FORMATS: dict[str, Renderer] = {
    "diff": _renderer("diff"),
    "html": _renderer("html"),
    "json": _renderer("json"),
    "tsv": _renderer("tsv"),
    "tmx": _renderer("tmx"),
    "xlf": _renderer("xliff"),
    "xml": _renderer("xces"),
    "md": _renderer("markdown"),
    "ladder": _renderer("ladder"),
}

# Those that tell which sentences belong together, and nothing of what they say.
PAIRS_ALONE = {"xml", "ladder"}

__all__ = ["FORMATS", "PAIRS_ALONE", "RenderOptions", "Renderer"]
