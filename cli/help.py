"""Help with its options in groups, in plain text.

typer shows groups only through rich, which alone takes longer to import than the rest of the help.
"""

from collections import defaultdict
from typing import TYPE_CHECKING

from typer.core import TyperCommand

from .flags import HOW
from .output import say

if TYPE_CHECKING:
    from typer._click import Context, HelpFormatter
    from typer._click.core import Parameter
    from typer.core import TyperOption


class GroupedHelp(TyperCommand):
    """A command whose `--help` has a section for each `rich_help_panel`."""

    def get_help_option(self, ctx: "Context") -> "TyperOption | None":
        """`--help`, printed as all else is: its reader may leave, its disk may be full."""
        option = super().get_help_option(ctx)
        if option:
            option.callback = _show_help
        return option

    def format_options(self, ctx: "Context", formatter: "HelpFormatter") -> None:
        """Write arguments and options under the heading of their group, in order of declaration."""
        groups: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for parameter in self.get_params(ctx):
            if record := parameter.get_help_record(ctx):
                groups[getattr(parameter, "rich_help_panel", None) or HOW].append(record)
        for heading, records in groups.items():
            with formatter.section(heading):
                formatter.write_dl(records)


def _show_help(ctx: "Context", _: "Parameter", wanted: bool) -> None:
    if wanted:
        say(ctx.get_help())
        ctx.exit()
