"""The options that change only the look; those that change the answer are `aligner.options`."""

from dataclasses import dataclass

from aligner.types import Side

MIN_WIDTH = 20  # two columns of five-digit sentence numbers take 15


@dataclass(frozen=True, slots=True)
class RenderOptions:
    """How a comparison is shown. A format takes what it has a use for and ignores the rest.

    `width`: columns of the display, at least `MIN_WIDTH`. `color`: whether escape sequences may
    colour the text. `context`: how many linked pairs to show around a difference or a doubt, 0 or
    more; as many as there are, or None, shows all. `only`: show what that side alone says, and
    nothing else. `quiet`: the summary alone.

    Raises ValueError for a width or a context out of range.
    """

    width: int = 80
    color: bool = False
    context: int | None = 3  # as `diff -u` and `git diff`
    only: Side | None = None
    quiet: bool = False

    def __post_init__(self) -> None:
        if self.width < MIN_WIDTH:
            raise ValueError(f"width must be at least {MIN_WIDTH}, not {self.width}")
        if self.context is not None and self.context < 0:
            raise ValueError(f"context must be 0 or more, not {self.context}")
