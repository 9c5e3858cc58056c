"""The options that change the answer; those that only change its look are the renderers'."""

from dataclasses import dataclass
from typing import Literal, get_args

OrderOption = Literal["auto", "free", "monotonic"]
Split = Literal["sentences", "lines"]
EMBEDDED = "use-multilingual-v3"  # the embedded model's name, beside others


@dataclass(frozen=True, slots=True)
class Options:
    """What to compare and how.

    `order`: `free` pairs sentences wherever they stand, for articles written independently;
    `monotonic` keeps the order of both texts, for translations; `auto` decides from the texts.
    `split`: `sentences` finds sentence boundaries; `lines` takes every non-empty line as one.
    `lang_a`, `lang_b`: ISO 639-1 codes; None detects the language from the text.
    `models`: names or folders of sentence-transformers models, whose similarities are averaged; none for
    the embedded model, which is `use-multilingual-v3` beside others.
    `verifier`: what reads candidate pairs closely in free order: `on` the embedded verifier, `off`
    none, else the name or folder of a sentence-transformers cross-encoder.
    `device`: where sentence-transformers models run, as torch names it, such as `cpu` or `cuda:1`;
    `auto` takes the fastest there is.
    `cache`: whether vectors are kept in the user's cache folder, and taken from there. These two change
    how soon an answer comes, and are not in the signature.
    `details`: whether is looked for what of a linked sentence the other text does not say, and for the
    names and numbers that make a sentence news. Without, every link is `same`, and a translation takes
    half the time; for whoever wants the pairs alone.

    Raises ValueError for an order or a split that does not exist, and for one string in place of models.
    """

    order: OrderOption = "auto"
    split: Split = "sentences"
    lang_a: str | None = None
    lang_b: str | None = None
    models: tuple[str, ...] = ()
    verifier: str = "on"
    device: str = "auto"
    cache: bool = True
    details: bool = True

    def __post_init__(self) -> None:
        if self.order not in get_args(OrderOption):
            raise ValueError(f"order must be one of {get_args(OrderOption)}, not {self.order!r}")
        if self.split not in get_args(Split):
            raise ValueError(f"split must be one of {get_args(Split)}, not {self.split!r}")
        models: object = self.models
        if isinstance(models, str):
            raise ValueError(f"models must be a tuple of names, not {self.models!r}")
