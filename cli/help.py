"""Help with its options in groups, in plain text.

typer shows groups only through rich, which alone takes longer to import than the rest of the help.
"""

from collections import defaultdict
from typing import TYPE_CHECKING

from typer.core import TyperCommand

from .flags import HOW

if TYPE_CHECKING:
    from typer._click import Context, HelpFormatter


class GroupedHelp(TyperCommand):
    """A command whose `--help` has a section for each `rich_help_panel`."""

    def format_options(self, ctx: "Context", formatter: "HelpFormatter") -> None:
        """Write arguments and options under the heading of their group, in order of declaration."""
        groups: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for parameter in self.get_params(ctx):
            if record := parameter.get_help_record(ctx):
                groups[getattr(parameter, "rich_help_panel", None) or HOW].append(record)
        for heading, records in groups.items():
            with formatter.section(heading):
                formatter.write_dl(records)
