"""What the command is doing, on standard error, for those who wait for longer than a second."""

import logging
import sys
import time
from collections.abc import Callable
from threading import Timer
from types import TracebackType
from typing import TYPE_CHECKING, Self

from .output import say
from .render.visible import flowing

if TYPE_CHECKING:
    from rich.progress import Progress as Display

LIBRARY = logging.getLogger("aligner")
INTERVAL = 60.0  # seconds between lines where standard error is no terminal
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
            say(f"align: {warning}", err=True)

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

        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            TimeElapsedColumn(),
        )
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


class ManyProgress(Progress):
    """How far a job of many pairs, or documents, is, with its rate and the time that is left.

    On a terminal a line that is kept up to date, elsewhere a line a minute; nothing where it is not
    `shown`. The time left is told by the bytes that are left, since large pairs come first.
    """

    def __init__(self, *, shown: bool) -> None:
        terminal = sys.stderr.isatty()
        super().__init__(shown=shown and terminal)
        self._by_line = shown and not terminal
        self._plan = (0, 0)
        self._work = self._noun = ""
        self._size = 0
        self._started = self._told = time.monotonic()
        self.done = 0

    def begin(self, many: int, size: int, work: str, noun: str) -> None:
        """Tell how many of a noun, of how many bytes, are to be done, and what the work is."""
        self._plan = many, size
        self._work, self._noun = flowing(work), noun
        self.done = self._size = 0
        self._started = self._told = time.monotonic()
        self(f"{self._work}: {many:,} {noun}s")

    def add(self, size: int) -> None:
        """Tell that one is done."""
        self.done += 1
        self._size += size
        now = time.monotonic()
        self(self._line(now))
        if self._by_line and now - self._told > INTERVAL:
            self._told = now
            say(f"align: {self._line(now)}", err=True)

    def _line(self, now: float) -> str:
        many, size = self._plan
        elapsed = max(now - self._started, 1e-3)
        rate = 60 * self.done / elapsed
        left = elapsed * (size - self._size) / self._size if self._size else 0
        done = f"{self.done:,} of {many:,} {self._noun}s"
        return f"{self._work}: {done}, {rate:,.0f} a minute, {_clock(left)} left"


def _clock(seconds: float) -> str:
    """Hours, minutes and seconds."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}"
