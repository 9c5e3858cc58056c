"""The options that change the answer; those that only change its look are the renderers'."""

from dataclasses import dataclass
from typing import Literal, get_args

OrderOption = Literal["auto", "free", "monotonic"]
Split = Literal["sentences", "lines"]


@dataclass(frozen=True, slots=True)
class Options:
    """What to compare and how.

    `order`: `free` pairs sentences wherever they stand, for articles written independently;
    `monotonic` keeps the order of both texts, for translations; `auto` decides from the texts.
    `split`: `sentences` finds sentence boundaries; `lines` takes every non-empty line as one.
    `lang_a`, `lang_b`: ISO 639-1 codes; None detects the language from the text.
    `model`: None for the embedded model, else the name or folder of a sentence-transformers model.
    `verifier`: what reads candidate pairs closely in free order: `on` the embedded verifier, `off`
    none, else the name or folder of a sentence-transformers cross-encoder.

    Raises ValueError for an order or a split that does not exist.
    """

    order: OrderOption = "auto"
    split: Split = "sentences"
    lang_a: str | None = None
    lang_b: str | None = None
    model: str | None = None
    verifier: str = "on"

    def __post_init__(self) -> None:
        if self.order not in get_args(OrderOption):
            raise ValueError(f"order must be one of {get_args(OrderOption)}, not {self.order!r}")
        if self.split not in get_args(Split):
            raise ValueError(f"split must be one of {get_args(Split)}, not {self.split!r}")
