"""The options that change only the look; those that change the answer are `aligner.options`."""

from dataclasses import dataclass

from aligner.types import Side

MIN_WIDTH = 20  # two columns of five-digit sentence numbers take 15
MIN_WIDTH_BESIDE = 60  # two columns of about 25 for the texts


@dataclass(frozen=True, slots=True)
class RenderOptions:
    """How a comparison is shown. A format takes what it has a use for and ignores the rest.

    `width`: columns of the display, at least `MIN_WIDTH`. `color`: whether escape sequences may
    colour the text. `context`: how many linked pairs to show around a difference or a doubt, 0 or
    more; as many as there are, or None, shows all. `only`: show what that side alone says, and
    nothing else. `quiet`: the summary alone. `side_by_side`: a and b in two columns, at least
    `MIN_WIDTH_BESIDE` wide together.

    Raises ValueError for a width or a context out of range.
    """

    width: int = 80
    color: bool = False
    context: int | None = 3  # as `diff -u` and `git diff`
    only: Side | None = None
    quiet: bool = False
    side_by_side: bool = False

    def __post_init__(self) -> None:
        least = MIN_WIDTH_BESIDE if self.side_by_side else MIN_WIDTH
        if self.width < least:
            raise ValueError(f"width must be at least {least}, not {self.width}")
        if self.context is not None and self.context < 0:
            raise ValueError(f"context must be 0 or more, not {self.context}")
