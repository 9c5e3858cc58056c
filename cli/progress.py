"""What the command is doing, on standard error, for those who wait for longer than a second."""

import logging
from collections.abc import Callable
from threading import Timer
from types import TracebackType
from typing import TYPE_CHECKING, Self

import typer

from .render.visible import flowing

if TYPE_CHECKING:
    from rich.progress import Progress as Display

LIBRARY = logging.getLogger("aligner")
PATIENCE = 1.0  # seconds before anything is shown; most comparisons are done by then


class Progress:
    """The stage that runs and the time since its start, in one line that goes when the work is done.

    It is called with each stage; where it is not `shown`, nothing happens.
    """

    def __init__(self, *, shown: bool) -> None:
        self._shown = shown
        self._stage = ""
        self._display: Display | None = None
        self._timer = Timer(PATIENCE, self._show)
        self._timer.daemon = True
        self._warnings = _Warnings(self.say)

    def __call__(self, stage: str) -> None:
        """Tell which stage begins."""
        self._stage = stage
        if self._display:
            self._display.update(self._display.task_ids[0], description=stage)

    def say(self, warning: str) -> None:
        """Print what the library warns of, such as a download, shown or not."""
        if self._display:
            self._display.console.print(f"align: {warning}", markup=False, highlight=False)
        else:
            typer.echo(f"align: {warning}", err=True)

    def __enter__(self) -> Self:
        LIBRARY.addHandler(self._warnings)
        if self._shown:
            self._timer.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        LIBRARY.removeHandler(self._warnings)
        if self._shown:
            self._timer.cancel()
            self._timer.join()
        if self._display:
            self._display.stop()

    def _show(self) -> None:
        from rich.console import Console
        from rich.progress import Progress as Display
        from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

        columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
        display = Display(
            *columns,
            console=Console(stderr=True),
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        display.add_task(self._stage, total=None)
        display.start()
        self._display = display


class _Warnings(logging.Handler):
    """Passes warnings of the library on."""

    def __init__(self, say: Callable[[str], object]) -> None:
        super().__init__(logging.WARNING)
        self._say = say

    def emit(self, record: logging.LogRecord) -> None:
        """Pass one on, in one line."""
        self._say(flowing(record.getMessage()))
