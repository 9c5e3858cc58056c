"""Two folders: flags to a job, its progress, its index and its summary."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from aligner.corpus.options import CorpusOptions
from aligner.options import Options
from aligner.types import Comparison, Side

from .output import OutputError, say
from .render import FORMATS, RenderOptions
from .render.visible import flowing

if TYPE_CHECKING:
    from aligner.corpus.job import Engine, Results
    from aligner.corpus.ledger import Ledger
    from aligner.corpus.pair import Pair, Totals

    from .progress import ManyProgress

SHOWN = 10  # failures, and documents without a counterpart, that the summary names


@dataclass(frozen=True, slots=True)
class Corpus:
    """Two folders, where results go, and how."""

    a: str
    b: str
    outputs: list[Path]
    options: Options
    many: CorpusOptions
    only: Side | None = None

    @property
    def folders(self) -> tuple[Path, Path]:
        """Both folders."""
        return Path(self.a), Path(self.b)

    @property
    def formats(self) -> tuple[str, ...]:
        """The files of each pair."""
        return ("json", "html") if self.many.html else ("json",)


def is_corpus(a: str, b: str, many: CorpusOptions) -> bool:
    """Whether folders are compared.

    Raises OutputError for a folder and a file, for flags of folders where there are none, and for flags
    of Ray without it.
    """
    found = [Path(name).is_dir() for name in (a, b)]
    if all(found):
        if many.engine != "ray" and (many.address or many.gpus):
            raise OutputError("--address and --gpus are for Ray; add --engine ray")
        return True
    if any(found):
        folder, other = (a, b) if found[0] else (b, a)
        raise OutputError(
            f"{folder} is a folder and {other} is none; give two files or two folders"
        )
    for flag, given in (many.for_documents | {"--mine": many.mine}).items():
        if given:
            raise OutputError(f"{flag} is for two folders, which {a} and {b} are not; see --help")
    return False


def check_flags(given: Mapping[str, object]) -> None:
    """Raises OutputError for a flag that means nothing for folders."""
    for flag, value in given.items():
        if value:
            raise OutputError(f"{flag} is for two texts; folders get JSON, and pages with --html")


def _check_places(corpus: Corpus) -> Path:
    """The folder of results. Raises OutputError where there is none, or one of the texts."""
    if len(corpus.outputs) != 1:
        raise OutputError("two folders need one folder for the results; give it with -o OUT/")
    out, (a, b) = corpus.outputs[0], corpus.folders
    if out.exists() and not out.is_dir():
        raise OutputError(f"{out} is a file; give a folder for the results with -o OUT/")
    if out.exists() and any(out.samefile(folder) for folder in (a, b)):
        raise OutputError(
            f"{out} holds the texts; give another folder for the results with -o OUT/"
        )
    if not corpus.many.pairs and a.samefile(b):
        raise OutputError(
            f"{a} and {b} are one folder; give two, or name the pairs with --pairs FILE"
        )
    return out


def compare_folders(corpus: Corpus, *, quiet: bool) -> tuple[bool, bool]:
    """Compare every pair, and tell whether any differs and whether any failed."""
    out = _check_places(corpus)

    from aligner.corpus.job import Results, conditions, left, run
    from aligner.corpus.table import write_table

    from .index import write_index
    from .progress import ManyProgress

    results = Results(out)
    with closing(results.ledger) as ledger, ManyProgress(shown=not quiet) as progress:
        progress("reading the folders")
        _plan(corpus, ledger, conditions(corpus.options, corpus.formats), progress)
        plan = left(results)
        progress.begin(plan.pairs, plan.size, "comparing", "pair")
        try:
            if plan.pairs:
                with closing(run(results, _engine(corpus, results.drafts))) as outcomes:
                    for outcome in outcomes:
                        progress.add(outcome.pair.size)
        except KeyboardInterrupt:
            say(
                f"align: interrupted after {_many(progress.done, 'pair')}; "
                "the same command does the rest",
                err=True,
            )
            raise
        progress("writing the index")
        write_index(results, corpus.formats)
        if corpus.many.engine == "ray":
            write_table(results)
        totals = ledger.totals()
        lines = list(_summary(results, totals, quiet=quiet))
    say("\n".join(lines))
    return totals.differs, totals.failed > 0


def _matched(
    corpus: Corpus, ledger: "Ledger", progress: "ManyProgress"
) -> tuple[list[tuple[str, str, float]], dict[tuple[str, str], str]]:
    """The pairs of documents that tell of the same event; embedded before the plan, and kept.

    With them, by side and path, why a document could not be read.
    """
    from aligner.corpus.matching import match
    from aligner.corpus.passages import read_folders

    a, b = read_folders(ledger, corpus.folders, corpus.outputs, corpus.options, progress)
    progress(f"pairing {len(a):,} and {len(b):,} documents")
    failed = {
        (side, path): why
        for side, some in zip("ab", (a, b), strict=True)
        for path, why in some.failed.items()
    }
    return list(match(a, b)), failed


def _plan(corpus: Corpus, ledger: "Ledger", conditions: str, progress: "ManyProgress") -> None:
    """Find the pairs, and what is left of them to do."""
    from aligner.corpus.plan import plan_folders, plan_partners, plan_table

    def key(pair: "Pair") -> str:
        return f"{pair.a} {pair.b} {conditions} {corpus.only}"

    many, folders = corpus.many, corpus.folders
    by_content: list[tuple[str, str, float]] = []
    failed: dict[tuple[str, str], str] = {}
    if many.pair == "content" and not many.pairs:
        by_content, failed = _matched(corpus, ledger, progress)
    with ledger.planning():
        if many.pairs:
            plan_table(ledger, many.pairs, folders, key)
            return
        plan_folders(ledger, folders, corpus.outputs)
        if many.pair == "content":
            ledger.add_partners(by_content)
        else:
            ledger.pair_by_name()
        plan_partners(ledger, folders, key, many.pair, failed)


def _engine(corpus: Corpus, place: Path) -> "Engine":
    from aligner.corpus.local import in_processes, in_this_process
    from aligner.corpus.worker import Task

    task = Task(corpus.options, partial(rendered, names=corpus.formats, only=corpus.only))
    if corpus.many.engine == "ray":
        from aligner.corpus.cluster import Cluster, on_cluster

        cluster = Cluster(corpus.many.address, corpus.many.jobs, corpus.many.gpus)
        return partial(on_cluster, task, cluster=cluster, place=place.absolute())
    if corpus.many.jobs == 1:
        return partial(in_this_process, task)
    return partial(in_processes, task, jobs=corpus.many.jobs)


def rendered(comparison: Comparison, names: Iterable[str], only: Side | None) -> dict[str, str]:
    """The files of a pair, by suffix."""
    options = RenderOptions(only=only)
    return {f".{name}": FORMATS[name](comparison, options) for name in names}


def _summary(results: "Results", totals: "Totals", *, quiet: bool) -> Iterator[str]:
    """What became of all pairs."""
    counts, failed = totals.counts, totals.states.get("failed", 0)
    states = [f"{totals.states.get('done', 0)} done"] + ([f"{failed} failed"] if failed else [])
    yield f"{_many(totals.pairs, 'pair')}: {', '.join(states)}"
    yield (
        f"= {counts['same']} same   ~ {counts['partial']} partial   "
        f"- {counts['only_a']} only in A   + {counts['only_b']} only in B"
    )
    for what, by_side in (("without a counterpart", totals.unpaired), ("not read", totals.unread)):
        if by_side:
            sides = (f"{many} of {side.upper()}" for side, many in by_side.items())
            yield f"{what}: {', '.join(sides)}"
    if quiet:
        return
    for state, many in (("failed", totals.failed), ("unpaired", totals.alone)):
        rows = (row for row in results.ledger.rows() if row.state == state)
        for row in islice(rows, SHOWN):
            yield flowing(f"{state}: {row.name or row.a or row.b}: {row.reason}")
        if many > SHOWN:
            yield flowing(f"{state}: {many - SHOWN} more in {results.folder / 'index.tsv'}")


def _many(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
