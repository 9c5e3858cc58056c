"""One pair after the other, with models that were loaded once."""

import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from aligner.corpus.pair import Counts, Outcome, Pair
from aligner.embed import Encoder
from aligner.errors import AlignerError, InputError, LanguageError, ModelError
from aligner.options import Options
from aligner.pipeline import compare, compare_files, encoder_for, verifier_for
from aligner.types import Comparison, Side
from aligner.verify import Verifier

# The files of a result by suffix. It is sent to other processes, so a function of a module, or a partial
# of one.
Render = Callable[[Comparison], Mapping[str, str]]
LONGEST_REASON = 300
# Why a pair has failed whose process died, which cannot tell.
DIED = (
    "the process that compared it ended at once, as for want of memory; try it with --jobs 1, "
    "or split the texts into parts"
)


@dataclass(frozen=True, slots=True)
class Task:
    """What a worker does with every pair."""

    options: Options
    render: Render


class Worker:
    """The models of one process. Raises ModelError when one cannot be loaded.

    Models at hand can be given instead.
    """

    def __init__(
        self, task: Task, encoder: Encoder | None = None, verifier: Verifier | None = None
    ) -> None:
        self._task = task
        options = task.options
        self._encoder = encoder or encoder_for(options)
        self._verifier = verifier
        if not verifier and options.verifier != "off" and options.order != "monotonic":
            self._verifier = verifier_for(options)

    def __call__(self, pair: Pair) -> Outcome:
        """Compare a pair; what is wrong with it becomes the reason of the outcome.

        Raises ModelError and LanguageError, which are wrong for every pair.
        """
        try:
            comparison = self._compared(pair)
            files = dict(self._task.render(comparison))
        except Exception as error:  # one strange pair must not end a job of a million
            return Outcome(pair, "failed", reason_of(error))
        return Outcome(pair, "done", files=files, counts=counted(comparison))

    def _compared(self, pair: Pair) -> Comparison:
        options, encoder, verifier = self._task.options, self._encoder, self._verifier
        if pair.texts:
            names = (pair.a, pair.b)
            return compare(
                *pair.texts, options=options, encoder=encoder, verifier=verifier, names=names
            )
        for path in (pair.a, pair.b):
            _check_file(path)
        return compare_files(pair.a, pair.b, options=options, encoder=encoder, verifier=verifier)


def reason_of(error: Exception) -> str:
    """Why a document failed, in one line; an error that is wrong for every one is raised again."""
    if isinstance(error, (ModelError, LanguageError)):
        raise error
    if isinstance(error, AlignerError):
        return _line(str(error))
    if isinstance(error, MemoryError):
        return "not enough memory; split the texts into parts"
    return _line(f"{type(error).__name__}: {error}; please report this")


def _check_file(path: str) -> None:
    """Raise InputError for a pipe or a device, which a table may name: reading it might never end."""
    try:
        mode = Path(path).stat().st_mode
    except (OSError, ValueError):
        return  # the reader says it better
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        raise InputError(f"{_line(path)} is a pipe or a device; name files in a table of pairs")


def counted(comparison: Comparison) -> Counts:
    """What an index tells of a comparison."""
    relations = [link.relation for link in comparison.links]
    sides: tuple[Side, ...] = ("a", "b")
    counts = {side: comparison.counts(side) for side in sides}
    return {
        "order": comparison.order,
        "language_a": comparison.a.language,
        "language_b": comparison.b.language,
        "same": relations.count("same"),
        "partial": relations.count("partial"),
        "only_a": counts["a"].only,
        "only_b": counts["b"].only,
        "boilerplate": counts["a"].boilerplate + counts["b"].boilerplate,
    }


def _line(text: str) -> str:
    """A reason that any table and any database takes."""
    return " ".join(text.encode(errors="backslashreplace").decode().split())[:LONGEST_REASON]
